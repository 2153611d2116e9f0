-- Kernel thinning: better than random rows, plans, sizes, weights, what a coreset is worth, what is refused.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
-- a smooth cloud of 1,024 rows
CREATE TEMP TABLE cloud AS SELECT i AS id, sqrt(-2 * ln((i * 0.6180339887498949)::numeric % 1)::float8) * cos(2 * pi() * i * 0.4142135623730951) AS x, sqrt(-2 * ln((i * 0.6180339887498949)::numeric % 1)::float8) * sin(2 * pi() * i * 0.4142135623730951) AS y FROM generate_series(1, 1024) i;
CREATE TEMP TABLE s AS SELECT sample_keyed(id, x, y) AS s FROM cloud;
-- less than a fifth of what random rows miss, under every seed and for every kernel and method
SELECT seed, i.n, i.size, i.mmd < i.mmd_random / 5 AS better FROM s, generate_series(0, 4) seed, kernel_thin(s, 32, seed => seed) t, kernel_thin_info(t, s) i ORDER BY 1;
SELECT k, i.mmd < i.mmd_random / 2 AS better FROM s, unnest('{gaussian,laplace,imq,matern32,matern52,energy,polynomial}'::text[]) k, kernel_thin(s, 32, k) t, kernel_thin_info(t, s, k) i;
SELECT o, i.size <= 32 AS size, i.mmd < i.mmd_random / 5 AS better FROM s, unnest(ARRAY['{"method":"plain"}', '{"method":"compress"}', '{"method":"compress","oversampling":1}', '{"split":"power"}', '{"split":"plus"}', '{"split":"plus","alpha":0.7}', '{"unique":true}', '{"weights":"simplex"}', '{"delta":0.1}', '{"bandwidths":[0.5,1,2]}']::jsonb[]) o, kernel_thin(s, 32, options => o) t, kernel_thin_info(t, s) i;
-- the rows are rows of the sample with their ids, each of weight n / size
SELECT count(*) AS rows, count(*) FILTER (WHERE c.x = r.x[1] AND c.y = r.x[2]) AS same, round(sum(weight)) AS weight, min(weight) = max(weight) AS equal FROM s, kernel_thin(s, 100) t, sample_rows(t) r LEFT JOIN cloud c ON c.id = r.id::int;
SELECT count(DISTINCT id) AS ids FROM s, kernel_thin(s, 500, options => '{"unique":true}') t, sample_rows(t);
-- the same rows, the same bytes, in any order of them; the seed shuffles
SELECT kernel_thin(sample_keyed(id, x, y ORDER BY md5(id::text)), 32) = (SELECT kernel_thin(s, 32) FROM s) AS shuffled FROM cloud;
SELECT count(DISTINCT kernel_thin(s, 32, seed => seed)) AS values FROM s, generate_series(1, 3) seed;
-- integer weights are repeated rows
SELECT kernel_thin(a, 20) = kernel_thin(b, 20) AS weights FROM (SELECT sample_weighted(1 + id % 2, x) AS a FROM cloud WHERE id <= 100) p, (SELECT sample(x) AS b FROM cloud, generate_series(0, id % 2) WHERE id <= 100) q;
-- others are drawn
SELECT count(*) AS rows, abs(sum(weight) - 50.5) < 1e-9 AS weight FROM (SELECT sample_weighted(id / 100.0, x) AS a FROM cloud WHERE id <= 100) p, kernel_thin(a, 4) t, sample_rows(t);
-- sizes: all of them, one, more than there are
SELECT size, sample_n(t), (sample_info(t)).weight FROM s, unnest('{1,2,3,511,512,513,1023,1024,5000}'::int[]) size, kernel_thin(s, size) t;
-- one row, equal rows, a constant column, text ids, boolean columns, gaps
SELECT sample_n(kernel_thin(sample(1, 2), 1)) AS one, (sample_info(kernel_thin(sample(7) , 3))).weight FROM generate_series(1, 1);
SELECT i.n, i.distinct_rows, i.weight FROM (SELECT kernel_thin(sample(7), 3) AS t FROM generate_series(1, 10)) r, sample_info(t) i;
SELECT sample_n(kernel_thin(sample(7, x), 8)) AS constant FROM cloud;
SELECT string_agg(id, ',' ORDER BY id) ~ '^row \d+(,row \d+){3}$' AS text_ids FROM (SELECT sample_keyed('row ' || id, x) AS s FROM cloud) r, kernel_thin(s, 4) t, sample_rows(t);
SELECT (sample_info(kernel_thin(sample(mixed(x, y > 0)), 5))).kinds FROM cloud;
SELECT sample_n(kernel_thin(sample(x, NULLIF(y, y * (id % 2))), 5, options => '{"missing":"omit"}')) AS omitted FROM cloud;
SELECT kernel_thin(sample(1, NULL::float8), 5, options => '{"missing":"omit"}') IS NULL AS nothing, kernel_thin(NULL, 5) IS NULL AS null;
-- weights of a coreset: worth more than the choice of rows
SELECT m, count(*), abs(sum(weight) / 1024 - 1) < .05 AS weight, min(weight) >= 0 AS positive FROM s, unnest('{simplex,optimal}'::text[]) m, kernel_thin(s, 16) t, kernel_thin_weights(t, s, options => jsonb_build_object('method', m)) w GROUP BY 1 ORDER BY 1;
SELECT b.mmd < a.mmd AS better FROM s, kernel_thin(s, 32) t, kernel_thin_info(t, s) a, LATERAL (SELECT sample_weighted(weight, x) AS v FROM kernel_thin_weights(t, s)) w, kernel_thin_info(v, s) b;
SELECT i.mmd < 1e-7 AS nothing, i.distinct_rows FROM s, kernel_thin_info(s, s) i;
SELECT (SELECT count(*) FROM kernel_thin_weights(NULL, s)) AS none, kernel_thin_info(NULL, s) IS NULL AS null FROM s;

\x
SELECT q.id, f.* FROM (VALUES
	(1, 'kernel_thin(s, 0)'), (2, 'kernel_thin(s, NULL)'), (3, 'kernel_thin(s, 5, ''cosine'')'), (4, 'kernel_thin(s, 5, bandwidth => -1)'), (5, 'kernel_thin(s, 5, bandwidth => ''nan'')'), (6, 'kernel_thin(s, 5, scale => ''iqr'')'),
	(7, 'kernel_thin(s, 5, options => ''{"x":1}'')'), (8, 'kernel_thin(s, 5, ''laplace'', options => ''{"split":"plus"}'')'), (9, 'kernel_thin(s, 5, options => ''{"split":"power","alpha":2}'')'), (10, 'kernel_thin(s, 5, options => ''{"alpha":0.5}'')'),
	(11, 'kernel_thin(s, 5, options => ''{"delta":0}'')'), (12, 'kernel_thin(s, 5, options => ''{"oversampling":99}'')'), (13, 'kernel_thin(s, 5, seed => NULL)'), (14, 'kernel_thin(sample(1, NULL::float8), 1)'), (15, 'kernel_thin(sample(mixed(1, ''a'')), 1)'),
	(16, 'kernel_thin(sample_weighted(0, 1), 1)'), (17, 'kernel_thin(sample(x), 1, scale => ''none'') FROM (VALUES (-1e308), (1e308)) v (x)'), (18, 'kernel_thin_weights(sample(1), s) FROM s GROUP BY s'), (19, 'kernel_thin_weights(s, s, ''energy'', options => ''{"method":"optimal"}'')'), (20, 'kernel_thin(s, 5, ''energy'', bandwidth => 2)')) q (id, query),
     LATERAL pg_temp.failure(format('SELECT %s %s', q.query, CASE WHEN q.query ~ 'FROM' OR q.query ~ 'sample' THEN '' ELSE 'FROM s' END)) f ORDER BY q.id;
SET pgmeasure.max_memory = '1MB';
SELECT * FROM pg_temp.failure('SELECT kernel_thin(s, 5) FROM s');
\x
