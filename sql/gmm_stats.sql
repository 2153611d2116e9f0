-- gmm_stats, gmm_update: EM in SQL, an aggregate an iteration; merges, plans, groups, errors.
CREATE FUNCTION pg_temp.near(a float8[], b float8[], tol float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT count(*) > 0 AND bool_and(abs(x - y) < tol * (1 + abs(y))) FROM unnest(a, b) AS u(x, y) $$;
CREATE FUNCTION pg_temp.numbers(m measure_gmm) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(v ORDER BY component, i) FROM gmm_components(m), unnest(ARRAY[weight] || mean || (SELECT array_agg(u) FROM unnest(covariance) u)) WITH ORDINALITY AS u(v, i) $$;
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;

-- one iteration on Old Faithful from a given start (gmm.md, section 14)
CREATE TABLE stats_model AS SELECT gmm('{.5,.5}', '{{2,55},{4.5,80}}', '{{{.1,0},{0,30}},{{.2,0},{0,40}}}') AS m;
SELECT abs(gmm_stats_log_likelihood(m, q.s) - -1184.0060425438) < 1e-9 AS before, abs(gmm_log_likelihood(u, r.s) - -1130.3309736592) < 1e-9 AS after,
       pg_temp.near(pg_temp.numbers(u), '{0.357171345333,2.03979697766,54.51698000273,0.0721661046694,0.470372552058,0.470372552058,34.019217532933,
       0.642828654667,4.29231963679,79.99823181360,0.166771467366,0.902329363121,0.902329363121,35.647437431486}', 1e-11) AS updated,
       abs((gmm_posterior(m, 3.6, 79))[1] / 2.342410345e-09 - 1) < 1e-8 AS posterior
FROM stats_model, LATERAL (SELECT gmm_stats(m, eruptions, waiting) AS s FROM faithful) q, gmm_update(m, q.s) u, (SELECT sample(eruptions, waiting) AS s FROM faithful) r;
-- EM by hand is gmm_fit
CREATE FUNCTION pg_temp.em(m measure_gmm, iterations int) RETURNS measure_gmm LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. iterations LOOP
		SELECT gmm_update(m, gmm_stats(m, eruptions, waiting)) INTO m FROM faithful;
	END LOOP;
	RETURN m;
END $$;
SELECT pg_temp.near(pg_temp.numbers(pg_temp.em(m, 5)), pg_temp.numbers(f), 1e-9) AS equal
FROM stats_model, (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, start => m, max_iter => 5, tol => 0) f;
-- stepwise EM: blocks of 34 rows in the order of the file, the log-likelihood after 1, 2, 5 and 20 passes (gmm.md, section 14)
CREATE FUNCTION pg_temp.stepwise(m measure_gmm, passes int) RETURNS measure_gmm LANGUAGE plpgsql AS $$
BEGIN
	FOR t IN 1 .. 8 * passes LOOP
		SELECT gmm_update(m, gmm_stats(m, eruptions, waiting), rate => (t + 2) ^ -0.7) INTO m
		FROM (SELECT *, row_number() OVER (ORDER BY ctid) AS i FROM faithful) f WHERE (i - 1) / 34 = (t - 1) % 8;
	END LOOP;
	RETURN m;
END $$;
SELECT passes, abs(gmm_log_likelihood(u, s) - wanted) < 1e-6 AS log_likelihood, abs(i.weight - 34 * (8 * passes + 2) ^ 0.7) < 1e-9 AS weight
FROM stats_model, (SELECT sample(eruptions, waiting) AS s FROM faithful) r, (VALUES (1, -1131.086402), (2, -1130.819502), (5, -1130.479386), (20, -1130.296988)) q (passes, wanted),
     pg_temp.stepwise(m, passes) u, gmm_info(u) i ORDER BY passes;

-- parts of the rows: any split, any order, weights
SELECT gmm_stats_log_likelihood(m, a) - gmm_stats_log_likelihood(m, b) < 1e-9 AS log_likelihood, pg_temp.near(pg_temp.numbers(gmm_update(m, a)), pg_temp.numbers(gmm_update(m, b)), 1e-10) AS equal,
       pg_temp.near(pg_temp.numbers(gmm_update(m, w)), pg_temp.numbers(gmm_update(m, d)), 1e-10) AS weighted
FROM stats_model, LATERAL (SELECT gmm_stats(m, eruptions, waiting) AS a, gmm_stats_weighted(m, 2, ARRAY[eruptions, waiting]) AS w FROM faithful) a,
     LATERAL (SELECT gmm_stats_union(s) AS b FROM (SELECT gmm_stats(m, ARRAY[eruptions, waiting] ORDER BY waiting) AS s FROM faithful GROUP BY round(waiting)::int % 7) q) b,
     LATERAL (SELECT gmm_stats(m, eruptions, waiting) || gmm_stats(m, eruptions, waiting) AS d FROM faithful) d;
-- workers
CREATE TABLE stats_rows AS SELECT 1.5 + i % 40 / 10.0 AS a, 40 + i % 61 AS b FROM generate_series(1, 20000) i;
ALTER TABLE stats_rows SET (parallel_workers = 2);
CREATE TABLE stats_serial AS SELECT m, s FROM stats_model, LATERAL (SELECT gmm_stats(m, a, b) AS s FROM stats_rows) q;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT m FROM stats_model \gset
EXPLAIN (COSTS OFF) SELECT gmm_stats(:'m', a, b) FROM stats_rows;
SELECT pg_temp.near(pg_temp.numbers(gmm_update(m, p.s)), pg_temp.numbers(gmm_update(m, q.s)), 1e-11) AS equal
FROM stats_serial q, (SELECT gmm_stats((SELECT m FROM stats_model), a, b) AS s FROM stats_rows) p;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
-- a million groups of one row each, and of few rows
SELECT count(*), sum(n) FROM (SELECT (gmm_stats_info(gmm_stats((SELECT m FROM stats_model), 2, g % 50))).n FROM generate_series(1, 1000000) g GROUP BY g) q;

-- NULL rows are skipped, rows with a gap counted; no rows give NULL; no model gives NULL
SELECT i.n, i.d, i.incomplete, summary(s) FROM stats_model, LATERAL (SELECT gmm_stats(m, v) AS s FROM (VALUES ('{2,55}'::float8[]), (NULL), ('{NULL,60}'), ('{4,80}')) r (v)) q, gmm_stats_info(s) i;
SELECT gmm_stats(m, eruptions, waiting) IS NULL AS empty FROM stats_model, faithful WHERE waiting < 0;
SELECT gmm_stats(NULL, eruptions, waiting), gmm_stats_union(NULL), gmm_update(NULL, NULL), gmm_update(NULL, NULL, NULL), gmm_stats_info(NULL) FROM faithful;
-- a model that takes gaps
SELECT i.n, i.incomplete, u.missing, gmm_stats_log_likelihood(m, q.s) - gmm_log_likelihood(m, r.s) < 1e-9 AS log_likelihood
FROM (SELECT sample(CASE WHEN waiting < 80 THEN eruptions END, waiting) AS s FROM faithful) r, gmm_fit(r.s, 2, missing => 'use') m,
     LATERAL (SELECT gmm_stats(m, CASE WHEN waiting < 80 THEN eruptions END, waiting) AS s FROM faithful) q, gmm_stats_info(q.s) i, LATERAL (SELECT m::jsonb -> 'missing') u (missing);

-- statistics are values: text, binary, equality, storage
CREATE TABLE stats_values AS
SELECT 1 AS id, gmm_stats(m, eruptions, waiting) AS s FROM stats_model, faithful UNION ALL
SELECT 2, gmm_stats(m, eruptions, waiting) FROM stats_model, (SELECT * FROM faithful LIMIT 3) f UNION ALL
SELECT 3, gmm_stats_weighted(m, waiting, eruptions, waiting) FROM stats_model, faithful;
SELECT id, left(s::text, 60), s = s::text::measure_gmm_stats AS text, s = s::jsonb::text::measure_gmm_stats AS jsonb, pg_column_size(s) FROM stats_values ORDER BY id;
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/gmm_stats.bin'
COPY stats_values TO :'file' (FORMAT binary);
CREATE TABLE stats_copy (LIKE stats_values);
COPY stats_copy FROM :'file' (FORMAT binary);
SELECT count(*), bool_and(a.s = b.s) AS equal FROM stats_values a JOIN stats_copy b USING (id);
SELECT abs(gmm_stats_log_likelihood(m, s) - -1184.0060425438) < 1e-9 AS stored FROM stats_model, stats_values WHERE id = 1;

-- refused
SELECT q.query, f.*
FROM unnest('{"SELECT gmm_stats(m, eruptions) FROM stats_model, faithful","SELECT gmm_stats(m, eruptions, ''NaN'') FROM stats_model, faithful","SELECT gmm_stats_weighted(m, -1, eruptions, waiting) FROM stats_model, faithful",
"SELECT gmm_stats(gmm_fit(s, 1 + (eruptions > 3)::int), eruptions, waiting) FROM faithful, (SELECT sample(eruptions, waiting) AS s FROM faithful) r",
"SELECT gmm_stats(CASE WHEN eruptions > 3 THEN m END, eruptions, waiting) FROM stats_model, (TABLE faithful ORDER BY eruptions DESC) f",
"SELECT gmm_update(gmm_reorder, s) FROM stats_values, (SELECT gmm(''{1}'', ''{{1,2}}'', ''{{{1,0},{0,1}}}'')) m (gmm_reorder)","SELECT gmm_stats_union(s) FROM (SELECT s FROM stats_values WHERE id = 1 UNION ALL SELECT gmm_stats(gmm(''{1}'', ''{{1,2}}'', ''{{{1,0},{0,1}}}''), 1, 2)) q",
"SELECT gmm_stats_union(s) FROM stats_values","SELECT gmm_stats_append(s, m, 1, 2) FROM stats_values, stats_model","SELECT ''{\"gmm_stats\":1}''::measure_gmm_stats","SELECT replace(s::text, ''\"n\":272'', ''\"n\":271'')::measure_gmm_stats FROM stats_values","SELECT gmm_update(m, gmm_stats(m, 1e200, 1e200)) FROM stats_model GROUP BY m","SELECT gmm_update(m, s, rate => 0) FROM stats_model, stats_values","SELECT gmm_update(m, s, 1.5) FROM stats_model, stats_values","SELECT gmm_update(m, s, ''NaN'') FROM stats_model, stats_values"}'::text[]) q (query),
     LATERAL pg_temp.failure(q.query) f;
DROP TABLE stats_model, stats_rows, stats_serial, stats_values, stats_copy;
