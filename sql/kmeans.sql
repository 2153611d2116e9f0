-- k-means against R's kmeans and scikit-learn on iris; labels, scores, choosing k, what is refused.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE flowers AS SELECT row_number() OVER () AS id, ARRAY[sepal_length, sepal_width, petal_length, petal_width] AS v FROM iris;
CREATE TEMP TABLE s AS SELECT sample_keyed(id, v) AS s FROM flowers;
SELECT a.k, abs(i.inertia - a.inertia) < 1e-6 AS inertia, i.d, i.n, i.weight, i.scale, i.method, i.starts, i.converged, i.seed, i.problems
FROM s, (VALUES (1, 681.3706), (2, 152.347951760358), (3, 78.851441426146)) a (k, inertia), kmeans_fit(s, a.k) m, kmeans_info(m) i;
-- the centers are the means of their rows, which are labelled as they are predicted
SELECT c.cluster, c.size, bool_and(abs(c.center[j] - l.mean[j]) < 1e-9) AS means, bool_and(l.differ = 0) AS labels, bool_and(abs(c.inertia - l.inertia) < 1e-9) AS inertia, bool_and(abs(c.max_distance - l.farthest) < 1e-12) AS farthest, bool_and(abs(c.rms_distance - sqrt(l.inertia / c.size)) < 1e-12) AS rms
FROM s, kmeans_fit(s, 3) m, kmeans_clusters(m) c,
	 LATERAL (SELECT ARRAY[avg(v[1]), avg(v[2]), avg(v[3]), avg(v[4])] AS mean, sum(distance ^ 2) AS inertia, max(distance) AS farthest, count(*) FILTER (WHERE kmeans_predict(m, v) <> cluster OR (kmeans_score(m, v)).second_distance <> second_distance) AS differ
		FROM kmeans_labels(m, s) l JOIN flowers f ON f.id = l.id::bigint WHERE l.cluster = c.cluster) l, generate_series(1, 4) j GROUP BY 1, 2 ORDER BY 1;
-- integer weights are repeated rows; scaled columns are scaled by hand; a model starts from itself and stays
SELECT abs(a.inertia - b.inertia) < 1e-9 AS weights FROM (SELECT sample_weighted(1 + id % 3, v) AS a FROM flowers) r, (SELECT sample(v) AS b FROM flowers, generate_series(0, id % 3)) q, kmeans_fit(a, 3) ma, kmeans_fit(b, 3) mb, kmeans_info(ma) a, kmeans_info(mb) b;
SELECT abs(a.inertia - b.inertia) < 1e-9 AS scaled FROM (SELECT sample(eruptions, waiting) AS a, sample(eruptions / e, waiting / w) AS b FROM faithful, (SELECT stddev(eruptions) AS e, stddev(waiting) AS w FROM faithful) d) r, kmeans_fit(a, 2, scale => 'sd') ma, kmeans_fit(b, 2) mb, kmeans_info(ma) a, kmeans_info(mb) b;
SELECT i.starts, i.iterations, (SELECT array_agg(size) FROM kmeans_clusters(m)) = (SELECT array_agg(size) FROM kmeans_clusters(again)) AS same FROM s, kmeans_fit(s, 3) m, kmeans_fit(s, 3, start => m) again, kmeans_info(again) i;
SELECT a.init, abs(i.inertia - 78.851441426146) < 1e-6 AS inertia FROM s, unnest('{auto,exact,rejection}'::text[]) a (init), kmeans_fit(s, 3, options => jsonb_build_object('init', a.init)) m, kmeans_info(m) i;
-- the same rows, the same bytes; text and back
SELECT kmeans_fit(sample_keyed(id, v ORDER BY md5(id::text)), 3, seed => 5) = (SELECT kmeans_fit(s, 3, seed => 5) FROM s) AS shuffled FROM flowers;
SELECT m = m::text::measure_kmeans AS text, left(m::text, 74) FROM (SELECT sample(x, x * x) AS s FROM generate_series(0, 9) x) r, kmeans_fit(s, 2, names => '{x,y}') m;
SELECT summary(m) FROM (SELECT sample(x, x * x) AS s FROM generate_series(0, 9) x) r, kmeans_fit(s, 2, names => '{x,y}') m;
SELECT c.cluster, c.center, c.center_row, c.size, round(c.inertia::numeric, 9) AS inertia FROM (SELECT sample(x, 2 * x) AS s FROM unnest('{1,3,11,13}'::int[]) x) r, kmeans_fit(s, 2, names => '{x,y}') m, kmeans_clusters(m) c;
SELECT l.* FROM (SELECT sample(x) AS s FROM unnest('{1,3,11,13}'::int[]) x) r, kmeans_fit(s, 2) m, kmeans_labels(m, s) l;
SELECT kmeans_predict(m, 4), (kmeans_score(m, ARRAY[4])).*, kmeans_predict(m, NULL::float8) AS gap FROM (SELECT sample(x) AS s FROM unnest('{1,3,11,13}'::int[]) x) r, kmeans_fit(s, 2) m;
-- choosing k
SELECT c.rank, c.k, round(c.inertia::numeric, 6) AS inertia, round(c.silhouette::numeric, 6) AS silhouette, c.converged FROM s, kmeans_select(s, k_max => 4) c;
SELECT c.k FROM s, kmeans_select(s, 2, 4, criterion => 'inertia') c;
SELECT c.k, c.problems FROM (SELECT sample(x % 3) AS s FROM generate_series(1, 9) x) r, kmeans_select(s) c;
-- gaps, one row, nothing
SELECT i.n, i.omitted, i.problems FROM (SELECT sample(x, NULLIF(x, 3)) AS s FROM generate_series(1, 9) x) r, kmeans_fit(s, 2, missing => 'omit') m, kmeans_info(m) i;
SELECT l.id, l.cluster, l.silhouette IS NULL AS none FROM (SELECT sample_keyed(x, x, NULLIF(x, 3)) AS s FROM generate_series(1, 4) x) r, kmeans_fit(s, 2, missing => 'omit') m, kmeans_labels(m, s) l;
SELECT c.center, c.size, c.inertia FROM (SELECT sample(5, 6) AS s) r, kmeans_fit(s, 1) m, kmeans_clusters(m) c;
SELECT kmeans_fit(NULL, 2), (SELECT count(*) FROM kmeans_select(NULL)) AS candidates;
SELECT i.converged, i.problems FROM s, kmeans_fit(s, 5, max_iter => 1, n_init => 1) m, kmeans_info(m) i;

\x
SELECT q.query, f.* FROM (VALUES
	(1, 'kmeans_fit(s, 0)'), (2, 'kmeans_fit(s, 151)'), (3, 'kmeans_fit(s, 2, method => ''elkan'')'), (4, 'kmeans_fit(s, 2, missing => ''use'')'), (5, 'kmeans_fit(s, 2, n_init => 0)'), (6, 'kmeans_fit(s, 2, options => ''{"tol":-1}'')'),
	(7, 'kmeans_fit(s, 2, options => ''{"init":"random"}'')'), (8, 'kmeans_fit(s, 2, names => ''{a}'')'), (9, 'kmeans_fit(sample(1, NULL), 1)'), (10, 'kmeans_fit(sample(mixed(1, ''a'')), 1)'), (11, 'kmeans_fit(sample_weighted(0, 1), 1)'),
	(12, 'kmeans_fit(s || s, 200)'), (13, 'kmeans_fit(s, 2, start => kmeans_fit(s, 3))'), (14, 'kmeans_predict(kmeans_fit(s, 2), 1)'), (15, 'kmeans_labels(kmeans_fit(s, 2), sample(1))'), (16, 'kmeans_select(s, criterion => ''elbow'')'),
	(17, 'replace(kmeans_fit(s, 2)::text, ''"k":2'', ''"k":1'')::measure_kmeans')) q (id, query),
     LATERAL pg_temp.failure(format('SELECT %s FROM %s', q.query, CASE WHEN q.query ~ 'sample' AND q.query !~ '\(s,' THEN '(SELECT 1) o' WHEN q.id = 15 THEN 's GROUP BY s' ELSE 's' END)) f ORDER BY q.id;
\x
SELECT kmeans_fit(s, 4, on_failure => 'null') FROM (SELECT sample(x % 3) AS s FROM generate_series(1, 9) x) r;
