-- Random features and kernel means: values, aggregates, merges, plans, distances without rows, errors.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
-- the same mean, but for the order of additions
CREATE FUNCTION pg_temp.same(a measure_kernel_mean, b measure_kernel_mean) RETURNS boolean LANGUAGE sql AS $$ SELECT mmd(a, b) < 1e-13 AND kernel_mean_info(a) = kernel_mean_info(b) $$;

-- features are a value
SELECT f::text, summary(f) FROM kernel_features(2, 0.5, features => 64, seed => -7) f;
SELECT i.* FROM kernel_features(3, 2, 'matern52', scale => '{1,0.5,1e6}') f, kernel_features_info(f) i;
SELECT summary(kernel_features(10, 1, 'laplace', 5, array_fill(2.5, '{10}')));
SELECT f::text::measure_kernel_features = f AS text, f::jsonb::text::measure_kernel_features = f AS jsonb, f = kernel_features(2, 0.5, 'imq', 9, '{0.1,3}', 5) AS equal, f = kernel_features(2, 0.5, 'imq', 9, '{0.1,3}', 6) AS other FROM kernel_features(2, 0.5, 'imq', 9, '{0.1,3}', 5) f;

-- features learnt from rows: the spread of columns, the median distance of scaled rows (exact up to 2000 rows)
SELECT i.kernel, i.features, abs(i.scale[1] - sd.e) < 1e-12 AND abs(i.scale[2] - sd.w) < 1e-11 AS scale, abs(i.bandwidth - m.median) < 1e-12 AS bandwidth
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) q, kernel_features(s) f, kernel_features_info(f) i, (SELECT stddev(eruptions) AS e, stddev(waiting) AS w FROM faithful) sd,
     LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY sqrt(((a.eruptions - b.eruptions) / sd.e) ^ 2 + ((a.waiting - b.waiting) / sd.w) ^ 2)) AS median FROM (SELECT *, ctid AS t FROM faithful) a JOIN (SELECT *, ctid AS t FROM faithful) b ON a.t < b.t) m;
SELECT f = g AS any_order, f = kernel_features(2, i.bandwidth, 'gaussian', i.features, i.scale, i.seed) AS rebuilt, abs((kernel_features_info(kernel_features(w, seed => 5))).bandwidth - i.bandwidth) < 1e-12 AS weights FROM (SELECT kernel_features(sample(eruptions, waiting), seed => 5) AS f, kernel_features(sample(eruptions, waiting ORDER BY waiting), seed => 5) AS g FROM faithful) q, kernel_features_info(f) i,
	(SELECT sample_weighted(n, eruptions, waiting) AS w FROM (SELECT eruptions, waiting, count(*) AS n FROM faithful GROUP BY 1, 2) q) r;
SELECT what, i.scale, round(i.bandwidth::numeric, 6) AS bandwidth FROM (VALUES ('gaps', '{{1,5},{1,NULL},{2,5},{4,5}}'::float8[]), ('one row', '{{1,5}}'), ('equal', '{{1,5},{1,5}}'), ('only gaps', '{{1,NULL}}')) v (what, rows),
	LATERAL (SELECT kernel_features(sample(ARRAY[rows[r][1], rows[r][2]]), scale => 'range') AS f FROM generate_subscripts(rows, 1) r) q, kernel_features_info(f) i;
SELECT kernel_features(NULL::measure_sample) IS NULL AS nothing, (kernel_features_info(kernel_features(sample(1), bandwidth => 2, scale => 'none'))).bandwidth AS given, (kernel_features_info(kernel_features(sample(mixed(x, x > 2)), 'imq', scale => 'none'))).d AS booleans FROM generate_series(1, 3) x;

-- two samples of the plane (mmd.md, 13): V of the rows by kernel, within four errors; unbiased, too
CREATE TABLE plane AS
SELECT 'x' AS side, i, frac.a, frac.b FROM generate_series(1, 50) i, LATERAL (SELECT 0.7548776662466927 * i - floor(0.7548776662466927 * i), 0.5698402909980532 * i - floor(0.5698402909980532 * i)) frac (a, b) UNION ALL
SELECT 'y', i, 0.15 + 0.9 * frac.a, 0.15 + 0.9 * frac.b FROM generate_series(1, 40) i, LATERAL (SELECT 0.6180339887498949 * i - floor(0.6180339887498949 * i), 0.41421356237309515 * i - floor(0.41421356237309515 * i)) frac (a, b);
SELECT kernel, abs((e.details ->> 'squared')::float8 - v) < 4 * (e.details ->> 'squared_std_error')::float8 AS squared, abs((e.details ->> 'unbiased')::float8 - u) < 4 * (e.details ->> 'squared_std_error')::float8 AS unbiased,
       (e.details ->> 'squared_std_error')::float8 < 3e-4 AS well_known, abs(e.estimate ^ 2 - (e.details ->> 'squared')::float8) < 1e-15 AS root, e.estimate = mmd(q.a, q.b) AS scalar, e.lower < sqrt(v) AND e.upper > sqrt(v) AS covered
FROM (VALUES ('gaussian', 2.088283616878e-02, 3.448232010773e-03), ('laplace', 2.096782902147e-02, -5.532696773336e-03), ('imq', 1.308333089947e-02, 6.668977644373e-04), ('matern32', 2.031572630784e-02, -1.166874227316e-03), ('matern52', 2.061323970984e-02, 5.880237891565e-04)) k (kernel, v, u),
     kernel_features(2, 0.5, kernel, 32768, seed => 3) f, LATERAL (SELECT kernel_mean(f, a, b) FILTER (WHERE side = 'x') AS a, kernel_mean(f, a, b) FILTER (WHERE side = 'y') AS b FROM plane) q, mmd_interval(q.a, q.b, 0.9999) e ORDER BY v;
-- a scale is a division
SELECT pg_temp.same(a, b) AS none, abs(mmd(x, y) - mmd(sx, sy)) < 1e-12 AS scaled
FROM (SELECT kernel_mean(kernel_features(2, 0.5), a, b) AS a, kernel_mean(kernel_features(2, 0.5, scale => '{1,1}'), a, b) AS b, kernel_mean(kernel_features(2, 0.5), a, b) FILTER (WHERE side = 'x') AS x, kernel_mean(kernel_features(2, 0.5), a, b) FILTER (WHERE side = 'y') AS y,
	kernel_mean(kernel_features(2, 0.25, scale => '{2,20}'), a, b * 10) FILTER (WHERE side = 'x') AS sx, kernel_mean(kernel_features(2, 0.25, scale => '{2,20}'), a, b * 10) FILTER (WHERE side = 'y') AS sy FROM plane) q;

-- parts of the rows: any split, any order, every door
CREATE TABLE mean_rows AS SELECT i, sin(i) AS a, cos(i * i) AS b, i % 7 AS g FROM generate_series(1, 20000) i;
ALTER TABLE mean_rows SET (parallel_workers = 2);
CREATE TABLE mean_serial AS SELECT f, kernel_mean(f, a, b) AS m FROM kernel_features(2, 0.7, features => 100) f, mean_rows GROUP BY f;
SELECT pg_temp.same(m, u) AS split, pg_temp.same(m, d) AS arrays, pg_temp.same(m, v) AS variadic, pg_temp.same(m, o) AS ordered, pg_temp.same(m || m, t) AS twice, mmd(m, t) < 1e-13 AS v_of_twice
FROM mean_serial, LATERAL (SELECT kernel_mean_union(p) AS u FROM (SELECT kernel_mean(f, a, b) AS p FROM mean_rows GROUP BY g, i / 777) q) u, LATERAL (SELECT kernel_mean(f, ARRAY[a, b]) AS d, kernel_mean(f, a, VARIADIC ARRAY[b]) AS v, kernel_mean(f, a, b ORDER BY a) AS o FROM mean_rows) d,
     LATERAL (SELECT kernel_mean(f, a, b) AS t FROM mean_rows, generate_series(1, 2)) t;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT f FROM mean_serial \gset
EXPLAIN (COSTS OFF) SELECT kernel_mean(:'f', a, b) FROM mean_rows;
SELECT pg_temp.same(m, p) AS parallel FROM mean_serial, (SELECT kernel_mean((SELECT f FROM mean_serial), a, b) AS p FROM mean_rows) q;
SELECT pg_temp.same(m, p) AS few_rows_each FROM (SELECT kernel_mean(f, a, b) AS m FROM mean_serial, mean_rows WHERE i < 300) q, (SELECT kernel_mean((SELECT f FROM mean_serial), a, b) AS p FROM mean_rows WHERE i < 300) r;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
-- a million groups of one row each, and of few rows
SELECT count(*), sum(n) FROM (SELECT (kernel_mean_info(kernel_mean((SELECT kernel_features(1, 1, features => 8)), g % 50))).n FROM generate_series(1, 1000000) g GROUP BY g) q;
SELECT count(*), sum(n) FROM (SELECT (kernel_mean_info(kernel_mean((SELECT kernel_features(1, 1)), g % 50))).n FROM generate_series(1, 100000) g GROUP BY g / 5) q;
-- windows go on with a state that was looked at; DISTINCT
SELECT i, bool_and(pg_temp.same(w, m)) AS same FROM (SELECT i, kernel_mean(f, a, b) OVER (ORDER BY i) AS w, (SELECT kernel_mean(f, r.a, r.b) FROM mean_rows r WHERE r.i <= q.i) AS m FROM mean_serial, mean_rows q WHERE i <= 600) r WHERE i % 85 = 1 GROUP BY i ORDER BY i;
SELECT pg_temp.same(m, b) AS distinct FROM (SELECT kernel_mean(DISTINCT kernel_features(1, 1), g) AS m FROM mean_rows) q, (SELECT kernel_mean(kernel_features(1, 1), g) AS b FROM generate_series(0, 6) g) r;

-- NULL rows are skipped, rows with a gap counted; no rows give NULL; no features give NULL; -0.0 is 0
SELECT i.n, i.d, i.omitted, summary(m) FROM kernel_features(2, 1) f, LATERAL (SELECT kernel_mean(f, v) AS m FROM (VALUES ('{2,55}'::float8[]), (NULL), ('{NULL,60}'), ('{4,80}')) r (v)) q, kernel_mean_info(m) i;
SELECT kernel_mean(f, a, b) IS NULL AS empty FROM kernel_features(2, 1) f, plane WHERE a < 0;
SELECT kernel_mean(NULL, a, b), kernel_mean_union(NULL), kernel_mean_info(NULL), kernel_features_info(NULL), mmd(NULL::measure_kernel_mean, NULL), mmd_test(NULL::measure_kernel_mean[], NULL) FROM plane;
SELECT (kernel_mean_info(m)).n, mmd(m, m) IS NULL AS distance, mmd_interval(m, m) IS NULL AS estimate, mmd_test(ARRAY[m], ARRAY[m]) IS NULL AS test, (kernel_mean_info(m || m)).omitted FROM (SELECT kernel_mean(kernel_features(2, 1), 1, NULL) AS m) q;
SELECT kernel_mean(kernel_features(1, 1), '-0'::float8) = kernel_mean(kernel_features(1, 1), 0) AS zero;
-- one row: V to itself is 0, U is not known
SELECT mmd(a, a) AS self, round(mmd(a, b)::numeric, 3) AS apart, round(sqrt(2 - 2 * exp(-0.5))::numeric, 3) AS wanted, e.details ->> 'unbiased' AS unbiased, e.n_a, e.n_b FROM (SELECT kernel_mean(kernel_features(1, 1, features => 65536), 3) AS a, kernel_mean(kernel_features(1, 1, features => 65536), 4) AS b) q, mmd_interval(a, b) e;
SELECT e.estimate > 0 AS estimate, e.std_error, e.lower, e.upper, e.details ->> 'squared_std_error' AS error FROM kernel_features(1, 1, features => 1) f, LATERAL (SELECT kernel_mean(f, x) AS a, kernel_mean(f, x + 1) AS b FROM generate_series(1, 3) x) q, mmd_interval(a, b) e;
-- a metric
SELECT bool_and(mmd(x.m, z.m) <= mmd(x.m, y.m) + mmd(y.m, z.m) + 1e-15) AS triangle, bool_and(mmd(x.m, y.m) = mmd(y.m, x.m)) AS symmetric, bool_and((mmd(x.m, y.m) < 1e-6) = (x.g = y.g)) AS zero
FROM (SELECT g, kernel_mean(f, a, b) AS m FROM mean_serial, mean_rows WHERE i < 900 GROUP BY g) x, (SELECT g, kernel_mean(f, a, b) AS m FROM mean_serial, mean_rows WHERE i < 900 GROUP BY g) y, (SELECT g, kernel_mean(f, a, b) AS m FROM mean_serial, mean_rows WHERE i < 900 GROUP BY g) z;

-- days without their rows: the test permutes whole states
CREATE TABLE day_means AS SELECT day, kernel_mean(f, a + CASE WHEN day > 5 THEN 0.3 ELSE 0 END, b) AS m FROM (SELECT f, 1 + i % 10 AS day, a, b FROM mean_serial, mean_rows WHERE i <= 2000) q GROUP BY day;
SELECT round(t.p_value::numeric, 6) AS p, round(t.p_min::numeric, 6) AS p_min, t.statistic > t.null_mean + 2 * t.null_sd AS greater, t.n_a, t.n_b, t.method, t.replicates, t.seed, t.details - 'bandwidth' AS details,
       abs(t.statistic - mmd(a, b)) < 1e-12 AS of_unions
FROM (SELECT array_agg(m) FILTER (WHERE day <= 5) AS x, array_agg(m) FILTER (WHERE day > 5) AS y, kernel_mean_union(m) FILTER (WHERE day <= 5) AS a, kernel_mean_union(m) FILTER (WHERE day > 5) AS b FROM day_means) q, mmd_test(x, y) t;
SELECT t.p_value > 0.1 AS no_difference, round(t.p_min::numeric, 3) AS p_min, t.replicates, (t.details ->> 'exact')::boolean AS exact, t = mmd_test(x, y, 99, 4) AS again, t = mmd_test(x, y, 99, 5) AS other_seed
FROM (SELECT array_agg(m) FILTER (WHERE day % 2 = 0) AS x, array_agg(m) FILTER (WHERE day % 2 = 1) || NULL AS y FROM day_means) q, mmd_test(x, y, replicates => 99, seed => 4) t;
SELECT t.p_value, t.p_min, t.replicates FROM (SELECT array_agg(m) FILTER (WHERE day = 1) AS x, array_agg(m) FILTER (WHERE day = 9) AS y FROM day_means) q, mmd_test(x, y) t;
SELECT mmd_test('{}', array_agg(m)) IS NULL AS none, mmd_test(array_agg(m), ARRAY[NULL]::measure_kernel_mean[]) IS NULL AS nulls FROM day_means;
-- all pairs
SELECT count(*), bool_and(abs(p.distance - mmd(x.m, y.m)) < 1e-6) AS distances FROM (SELECT mmd_matrix(day, m) AS d FROM day_means) q, dissimilarity_pairs(d) p JOIN day_means x ON x.day = p.i::int JOIN day_means y ON y.day = p.j::int;
SELECT string_agg(id, ' ' ORDER BY id) AS days, cluster = (SELECT cluster FROM (SELECT mmd_matrix('d' || day, m) AS d FROM day_means) r, kmedoids_fit(d, 2) k, kmedoids_labels(k, d) l WHERE id = 'd1') AS of_first
FROM (SELECT mmd_matrix('d' || day, m) AS d FROM day_means) q, kmedoids_fit(d, 2) k, kmedoids_labels(k, d) GROUP BY cluster ORDER BY days;
SELECT mmd_matrix(1, NULL::measure_kernel_mean) IS NULL AS nothing, (dissimilarity_info(mmd_matrix(day, m))).n AS one FROM day_means WHERE day = 1;

-- means are values: text, binary, equality, storage; a state of an aggregate of one's own has rows and free space
CREATE AGGREGATE raw_mean(f measure_kernel_features, x float8) (SFUNC = kernel_mean_append, STYPE = measure_kernel_mean);
CREATE TABLE mean_values AS
SELECT 1 AS id, kernel_mean(f, x) AS m FROM kernel_features(1, 1, features => 5) f, generate_series(1, 600) x UNION ALL SELECT 2, kernel_mean(f, 1.5) FROM kernel_features(1, 1, features => 5) f UNION ALL
SELECT 3, kernel_mean(f, x, NULL) FROM kernel_features(2, 1, features => 5) f, generate_series(1, 4) x UNION ALL
SELECT 4, raw_mean(f, x) FROM kernel_features(1, 1, features => 5) f, generate_series(1, 600) x UNION ALL SELECT 5, raw_mean(f, 1.5) FROM kernel_features(1, 1, features => 5) f;
SELECT id, left(m::text, 120) AS text, m::text::measure_kernel_mean::text = m::text AS lossless, m::jsonb::text::measure_kernel_mean::text = m::text AS jsonb FROM mean_values ORDER BY id;
SELECT a.m = b.m AS bytes, pg_temp.same(a.m, b.m) AS same, pg_temp.same(a.m || b.m, b.m || a.m) AS merged, mmd_test(ARRAY[a.m], ARRAY[b.m]) IS NOT NULL AS tested FROM mean_values a, mean_values b WHERE (a.id, b.id) IN ((1, 4), (2, 5)) ORDER BY a.id;
SELECT pg_temp.same(kernel_mean_union(m), kernel_mean_union(m) FILTER (WHERE id < 3) || kernel_mean_union(m) FILTER (WHERE id > 3)) AS union_of_states, (kernel_mean_info(kernel_mean_union(m))).n FROM mean_values WHERE id <> 3;
SELECT count(*) AS pairs, bool_and(distance < 1e-6) FILTER (WHERE j::int = i::int + 3) AS zero FROM (SELECT mmd_matrix(id, m) AS d FROM mean_values WHERE id <> 3) q, dissimilarity_pairs(d);
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/kernel_mean.bin'
COPY mean_values TO :'file' (FORMAT binary);
CREATE TABLE mean_copy (LIKE mean_values);
COPY mean_copy FROM :'file' (FORMAT binary);
SELECT count(*), bool_and(a.m::text = b.m::text) AS equal FROM mean_values a JOIN mean_copy b USING (id);

-- refused
SELECT q.query, f.*
FROM unnest(ARRAY['SELECT kernel_features(2, 0)', 'SELECT kernel_features(2, ''NaN'')', 'SELECT kernel_features(2, NULL)', 'SELECT kernel_features(0, 1)', 'SELECT kernel_features(2, 1, ''cosine'')', 'SELECT kernel_features(2, 1, ''energy'')', 'SELECT kernel_features(2, 1, ''polynomial'')',
'SELECT kernel_features(2, 1, features => 0)', 'SELECT kernel_features(2, 1, features => 65537)', 'SELECT kernel_features(2, 1, scale => ''{1}'')', 'SELECT kernel_features(2, 1, scale => ''{1,0}'')', 'SELECT kernel_features(2, 1, scale => ''{1,NULL}'')', 'SELECT kernel_features(2, 1e101)', 'SELECT kernel_features(sample(i, i), ''cosine'') FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(i), ''energy'') FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(i), bandwidth => -1) FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(i), bandwidth => ''NaN'') FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(i), scale => ''iqr'') FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(mixed(i, ''a'')))  FROM generate_series(1, 3) i', 'SELECT kernel_features(sample(i / 4), scale => ''mad'') FROM generate_series(1, 5) i',
'SELECT ''{"kernel_features":1}''::measure_kernel_features', 'SELECT replace(kernel_features(2, 1)::text, ''"d":2'', ''"d":3'')::measure_kernel_features', 'SELECT replace(kernel_features(2, 1)::text, ''gaussian'', ''energy'')::measure_kernel_features', 'SELECT replace(kernel_features(2, 1)::text, ''[1,1]'', ''[1,-1]'')::measure_kernel_features',
'SELECT kernel_mean(kernel_features(2, 1), 1)', 'SELECT kernel_mean(kernel_features(2, 1), 1, ''NaN''::float8)', 'SELECT kernel_mean(kernel_features(2, 1), 1, ''infinity''::float8)', 'SELECT kernel_mean(kernel_features(2, 1, scale => ''{1,2}''), 1, -1e10)',
'SELECT kernel_mean(kernel_features(1, i), i) FROM generate_series(1, 2) i', 'SELECT kernel_mean(CASE WHEN i < 3 THEN kernel_features(1, 1) END, i) FROM generate_series(1, 4) i',
'SELECT mmd(kernel_mean(kernel_features(1, 1), 1), kernel_mean(kernel_features(2, 1), 1, 1))', 'SELECT mmd(kernel_mean(kernel_features(1, 1), 1), kernel_mean(kernel_features(1, 1, ''imq''), 1))', 'SELECT mmd(kernel_mean(kernel_features(1, 1), 1), kernel_mean(kernel_features(1, 1.5), 1))',
'SELECT mmd_interval(kernel_mean(kernel_features(1, 1), 1), kernel_mean(kernel_features(1, 1, features => 5), 1))', 'SELECT kernel_mean(kernel_features(1, 1), 1) || kernel_mean(kernel_features(1, 1, scale => ''{2}''), 1)', 'SELECT mmd_test(ARRAY[kernel_mean(kernel_features(1, 1), 1)], ARRAY[kernel_mean(kernel_features(1, 1, seed => 5), 1)])',
'SELECT kernel_mean_union(m) FROM mean_values', 'SELECT mmd_matrix(id, m) FROM (SELECT id, m FROM mean_values UNION ALL SELECT 9, kernel_mean(kernel_features(1, 2), 1)) q', 'SELECT mmd_matrix(1, m) FROM day_means', 'SELECT mmd_interval(m, m, 1) FROM mean_values', 'SELECT mmd_test(ARRAY[m], ARRAY[m], 0) FROM mean_values',
'SELECT kernel_mean_append(m, kernel_features(1, 1), 1) FROM mean_values', 'SELECT replace(m::text, ''"n":600'', ''"n":601'')::measure_kernel_mean FROM mean_values', 'SELECT ''{"kernel_mean":1}''::measure_kernel_mean', 'SET pgmeasure.max_memory = ''1MB''; SELECT kernel_mean(kernel_features(100, 1), array_fill(1.0, ''{100}''))']) q (query),
     LATERAL pg_temp.failure(q.query) f;
DROP TABLE plane, mean_rows, mean_serial, day_means, mean_values, mean_copy;
DROP AGGREGATE raw_mean(measure_kernel_features, float8);
