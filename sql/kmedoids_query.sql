-- kmedoids_fit_query and kmeans_fit_query: rows of a query, more than are held; what they refuse.
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-9) RETURNS boolean LANGUAGE sql AS $$SELECT abs(a - b) <= tolerance * greatest(1, abs(b))$$;
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TABLE query_flowers AS SELECT row_number() OVER () AS id, f.*, 1 + row_number() OVER () % 3 AS weight FROM iris f;
CREATE TABLE query_blobs AS SELECT i AS id, i % 4 * 10 + i * 37 % 101 / 101.0 AS x, i % 4 / 2 * 10 + i * 53 % 103 / 103.0 AS y FROM generate_series(1, 5000) i;
ANALYZE query_blobs;

-- when the sample holds all rows: kmedoids_fit itself
SELECT q.what, m = n AS same FROM (SELECT sample_keyed(id, sepal_length, petal_width) AS s, sample_keyed(id::text, ARRAY[sepal_length, petal_width]) AS t, sample_keyed_weighted(id, weight, sepal_length, petal_width) AS w, sample_keyed(id, mixed(sepal_length, species)) AS x, sample_keyed_weighted(id::text, weight, ARRAY[sepal_length, petal_width]) AS wa, sample_keyed_weighted(id, weight, mixed(sepal_length, species)) AS wx FROM query_flowers) r,
	LATERAL (SELECT 'numbers' AS what, kmedoids_fit_query('SELECT id, sepal_length, petal_width FROM query_flowers', 4, scale => 'sd') AS m, kmedoids_fit(s, 4, scale => 'sd', names => '{sepal_length,petal_width}') AS n
		UNION ALL SELECT 'array', kmedoids_fit_query('SELECT id::text, ARRAY[sepal_length, petal_width] AS v FROM query_flowers -- all', 4), kmedoids_fit(t, 4)
		UNION ALL SELECT 'weights', kmedoids_fit_query('SELECT id, sepal_length, petal_width, weight FROM query_flowers', 4), kmedoids_fit(w, 4, names => '{sepal_length,petal_width}')
		UNION ALL SELECT 'mixed', kmedoids_fit_query('SELECT id, sepal_length, species FROM query_flowers', 4, 'gower'), kmedoids_fit(x, 4, 'gower', names => '{sepal_length,species}')
		UNION ALL SELECT 'weights of arrays', kmedoids_fit_query('SELECT weight, id::text, ARRAY[sepal_length, petal_width] AS v FROM query_flowers', 4), kmedoids_fit(wa, 4)
		UNION ALL SELECT 'weights of mixed', kmedoids_fit_query('SELECT weight, id, sepal_length, species FROM query_flowers', 4, 'gower'), kmedoids_fit(wx, 4, 'gower', names => '{sepal_length,species}')) q;
-- from a part: what is told is measured on all rows
SELECT i.n, i.converged, i.locally_optimal, i.mean_silhouette, i.problems, pg_temp.near(i.total_deviation, l.total) AS deviation, pg_temp.near(i.medoid_silhouette, l.margin) AS medoid_silhouette, l.total < 1.05 * b.total_deviation AS near_best,
	(SELECT array_agg(size) FROM kmedoids_clusters(m)) AS sizes
FROM kmedoids_fit_query('SELECT id, x, y FROM query_blobs', 4, options => '{"sample":500}') m, kmedoids_info(m) i, LATERAL (SELECT sum(p.distance) AS total, avg(p.margin) AS margin FROM query_blobs, kmedoids_score(m, x, y) p) l,
	(SELECT sample_keyed(id, x, y) AS s FROM query_blobs) r, kmedoids_fit(s, 4, options => '{"silhouette":false}') best, kmedoids_info(best) b;
SELECT c.cluster, c.size, c.weight, c.max_distance < 1 AS near FROM kmedoids_fit_query('SELECT id, ARRAY[x, y] AS v, 2 AS weight FROM query_blobs', 4, options => '{"sample":300}') m, kmedoids_clusters(m) c;
SELECT i.n, i.omitted, i.problems FROM kmedoids_fit_query('SELECT id, x, CASE WHEN id % 10 > 0 THEN y END AS y FROM query_blobs', 4, missing => 'omit', options => '{"sample":500}') m, kmedoids_info(m) i;
SELECT i.n, i.omitted FROM kmedoids_fit_query('SELECT id, x > 15 AS right, CASE WHEN id % 10 > 0 THEN y END AS y FROM query_blobs', 2, 'gower', missing => 'use', options => '{"sample":500}') m, kmedoids_info(m) i;
SELECT c.cluster, c.size, c.weight FROM kmedoids_fit_query('SELECT id, x > 15 AS right, y, id % 3 AS weight FROM query_blobs', 2, 'gower', options => '{"sample":500}') m, kmedoids_clusters(m) c;
-- a row that is NULL as a whole is skipped
SELECT i.n, i.omitted FROM kmedoids_fit_query('SELECT id, NULLIF(x, 0) AS x FROM query_blobs WHERE id < 1000 UNION ALL SELECT 0, NULL', 4, options => '{"sample":300}') m, kmedoids_info(m) i;
SELECT i.n, i.omitted FROM kmeans_fit_query('SELECT id, CASE WHEN id > 10 THEN ARRAY[x, y] END AS v FROM query_blobs WHERE id < 1000', 4, options => '{"sample":300}') m, kmeans_info(m) i;
-- nothing
SELECT kmedoids_fit_query(NULL, 2) IS NULL AS "null", kmedoids_fit_query('SELECT id, x FROM query_blobs WHERE false', 2) IS NULL AS empty, kmedoids_fit_query('SELECT id, NULL::float8 AS x, y FROM query_blobs', 2, missing => 'omit') IS NULL AS gaps;
\x
SELECT q.query, f.* FROM (VALUES
	(1, 'SELECT x FROM query_blobs', '2'), (2, 'SELECT id FROM query_blobs', '2'), (3, 'SELECT id, x FROM query_blobs WHERE random() < 0.5', '2'), (4, 'SELECT id, x FROM query_blobs; SELECT 1', '2'), (5, 'SELECT id, x, ''a'' AS weight FROM query_blobs', '2'),
	(6, 'SELECT id, species FROM query_flowers', '2'), (7, 'SELECT id, x FROM query_blobs', '0'), (8, 'SELECT id, x FROM query_blobs', '2, options => ''{"sample":0}'''), (9, 'SELECT id, x FROM query_blobs', '2, options => ''{"silhouette":true}'''),
	(10, 'SELECT id, x, NULLIF(id, 7) AS y FROM query_blobs', '2, options => ''{"sample":10}'''), (11, 'SELECT id, x, y FROM query_blobs', '50, options => ''{"sample":10}'''), (12, 'SELECT id, species, NULLIF(weight, 1) AS weight FROM query_flowers', '2, ''gower'''),
	(13, 'SELECT id, x, -1 AS weight FROM query_blobs WHERE id < 9', '2'), (14, 'SELECT id, x, 1e290 AS weight FROM query_blobs', '2, options => ''{"sample":10}'''), (15, 'SELECT id, ''{}''::float8[] AS v, 1 AS weight FROM query_blobs', '2'), (16, 'SELECT id, x, 0 AS weight FROM query_blobs', '2')) q (id, query, arguments),
	LATERAL pg_temp.failure(format('SELECT kmedoids_fit_query(%L, %s)', q.query, q.arguments)) f ORDER BY q.id;
\x

-- k-means: the sample whole, then rounds over all rows, which end where kmeans_fit does
SELECT m = kmeans_fit(s, 3, names => '{sepal_length,petal_width}') AS same FROM (SELECT sample_keyed(id, sepal_length, petal_width) AS s FROM query_flowers) r, kmeans_fit_query('SELECT id, sepal_length, petal_width FROM query_flowers', 3) m;
SELECT i.n, i.converged, i.weight, pg_temp.near(i.inertia, b.inertia) AS inertia, pg_temp.near(i.inertia, l.inertia) AS scored, (SELECT array_agg(size) FROM kmeans_clusters(m)) AS sizes
FROM kmeans_fit_query('SELECT id, x, y FROM query_blobs', 4, options => '{"sample":100}') m, kmeans_info(m) i, LATERAL (SELECT sum(p.distance ^ 2) AS inertia FROM query_blobs, kmeans_score(m, x, y) p) l, (SELECT sample(x, y) AS s FROM query_blobs) r, kmeans_fit(s, 4) best, kmeans_info(best) b;
SELECT q.weighted, i.n, i.weight, i.converged, pg_temp.near(i.inertia, b.inertia, 1e-6) AS inertia FROM (VALUES (false, 'SELECT id, ARRAY[petal_length, petal_width] AS v FROM query_flowers'), (true, 'SELECT id, petal_length, petal_width, weight FROM query_flowers')) q (weighted, query),
	LATERAL (SELECT sample_weighted(CASE WHEN q.weighted THEN weight ELSE 1 END, petal_length, petal_width) AS s FROM query_flowers) r, kmeans_fit_query(q.query, 3, options => '{"sample":60}') m, kmeans_info(m) i, kmeans_fit(s, 3, start => m) again, kmeans_info(again) b;
SELECT i.n, i.omitted, i.iterations, i.problems FROM kmeans_fit_query('SELECT id, x, NULLIF(y, 0) AS y FROM query_blobs', 4, missing => 'omit', max_iter => 1, options => '{"sample":100}') m, kmeans_info(m) i;
SELECT kmeans_fit_query('SELECT id, x FROM query_blobs WHERE false', 2) IS NULL AS empty;
SELECT f.state, f.message, f.hint FROM pg_temp.failure('SELECT kmeans_fit_query(''SELECT id, species FROM query_flowers'', 2)') f;
-- more columns than a function has arguments
SELECT i.n, i.d, i.weight FROM (SELECT 'SELECT id, weight, ' || string_agg('sepal_length + ' || i || ' AS c' || i, ', ') || ' FROM query_flowers' AS query FROM generate_series(1, 120) i) q, kmeans_fit_query(q.query, 2, options => '{"sample":50}') m, kmeans_info(m) i;
SELECT i.n, i.omitted FROM (SELECT 'SELECT id, ' || string_agg('sepal_length + ' || i || ' AS c' || i, ', ') || ', NULLIF(id, 7) FROM query_flowers' AS query FROM generate_series(1, 120) i) q, kmedoids_fit_query(q.query, 2, missing => 'omit', options => '{"sample":50}') m, kmedoids_info(m) i;
-- all rows, one snapshot, in parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT pg_temp.near(i.total_deviation, l.total) AS deviation FROM kmedoids_fit_query('SELECT id, x, y FROM query_blobs', 4, options => '{"sample":500}') m, kmedoids_info(m) i, LATERAL (SELECT sum(p.distance) AS total FROM query_blobs, kmedoids_score(m, x, y) p) l;
RESET ALL;
-- operators of others are not searched for: the caller's search_path does not matter
CREATE SCHEMA query_trap;
CREATE FUNCTION query_trap.spring(integer, float8) RETURNS float8 LANGUAGE plpgsql AS $$BEGIN RAISE 'the trap has sprung'; END$$;
CREATE OPERATOR query_trap.* (LEFTARG = integer, RIGHTARG = float8, FUNCTION = query_trap.spring);
CREATE FUNCTION query_trap.spring(float8, integer) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'the trap has sprung'; END$$;
CREATE OPERATOR query_trap.>= (LEFTARG = float8, RIGHTARG = integer, FUNCTION = query_trap.spring);
CREATE FUNCTION query_trap.spring(float8, numeric) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'the trap has sprung'; END$$;
CREATE OPERATOR query_trap.<= (LEFTARG = float8, RIGHTARG = numeric, FUNCTION = query_trap.spring);
SET search_path = query_trap, public;
SELECT m IS NULL AS plain, w IS NULL AS weighted, k IS NULL AS means FROM kmedoids_fit_query('SELECT id, x FROM query_blobs', 2, options => '{"sample":100}') m, kmedoids_fit_query('SELECT id, x > 5::float8 AS b, 2 AS weight FROM query_blobs', 2, 'gower', options => '{"sample":100}') w, kmeans_fit_query('SELECT id, x FROM query_blobs', 2, options => '{"sample":100}') k;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA query_trap CASCADE;
