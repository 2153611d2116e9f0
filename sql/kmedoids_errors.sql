-- What kmedoids_fit and its kin refuse: SQLSTATE, message, detail, hint.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE s AS
SELECT 'two' AS name, sample(eruptions, waiting) AS s FROM faithful UNION ALL
SELECT 'few', sample(x, x * 2) FROM generate_series(1, 3) x UNION ALL
SELECT 'gaps', sample(NULLIF(x, 3), x * x) FROM generate_series(1, 9) x UNION ALL
SELECT 'apart', sample(CASE WHEN x > 4 THEN x END, CASE WHEN x <= 4 THEN x END) FROM generate_series(1, 9) x UNION ALL
SELECT 'mixed', sample(mixed(x, x::text, x > 4)) FROM generate_series(1, 9) x UNION ALL
SELECT 'flat', sample(x / 9, x) FROM generate_series(1, 9) x UNION ALL
SELECT 'vast', sample(x * 1e300, x * x) FROM generate_series(1, 9) x UNION ALL
SELECT 'weightless', sample_weighted(0, x, x * x) FROM generate_series(1, 9) x;
CREATE TEMP TABLE models AS SELECT m FROM s, kmedoids_fit(s, 2, names => '{eruptions,waiting}') m WHERE name = 'two';

\x
SELECT a.name, a.arguments, f.*
FROM (VALUES
	(1, 'two', '0'), (2, 'two', 'NULL'), (3, 'few', '4'), (4, 'two', '70000'), (5, 'two', '2, metric => ''taxicab'''), (6, 'two', '2, scale => ''iqr'''), (7, 'two', '2, method => ''pam'''),
	(8, 'two', '2, missing => ''maybe'''), (9, 'two', '2, missing => ''use'''), (10, 'two', '2, metric => ''gower'', scale => ''sd'''), (11, 'two', '2, on_failure => ''ignore'''),
	(12, 'two', '2, n_init => 0'), (13, 'two', '2, max_iter => 0'), (14, 'two', '2, seed => NULL'), (15, 'two', '2, names => ''{a}'''), (16, 'two', '2, options => ''{"colour":1}'''),
	(17, 'two', '2, options => ''{"init":"first"}'''), (18, 'two', '2, options => ''{"samples":0}'''), (19, 'two', '2, options => ''{"silhouette":"no"}'''), (20, 'two', '2, options => ''{"asymmetric":[1]}'''),
	(21, 'two', '2, metric => ''gower'', options => ''{"asymmetric":[1]}'''), (22, 'two', '2, metric => ''gower'', options => ''{"asymmetric":[3]}'''), (23, 'two', '2, metric => ''gower'', options => ''{"column_weights":[1]}'''),
	(24, 'two', '2, metric => ''gower'', options => ''{"column_weights":[0,0]}'''), (25, 'two', '2, metric => ''gower'', options => ''{"column_weights":["a",1]}'''), (26, 'gaps', '2'), (27, 'apart', '2, metric => ''gower'', missing => ''use'''),
	(28, 'mixed', '2'), (29, 'mixed', '2, metric => ''jaccard'''), (30, 'flat', '2, scale => ''mad'''), (31, 'vast', '2, metric => ''sqeuclidean'''), (32, 'weightless', '2'), (33, 'two', '3, start => (SELECT m FROM models)'),
	(34, 'mixed', '2, metric => ''gower'', start => (SELECT m FROM models)'), (35, 'two', '1, method => ''fastermsc''')) a (id, name, arguments),
     LATERAL pg_temp.failure(format('SELECT kmedoids_fit(s, %s) FROM s WHERE name = %L', a.arguments, a.name)) f
ORDER BY a.id;

-- dissimilarities, choosing k, labels, scores
SELECT q.query, f.*
FROM (VALUES
	(1, 'SELECT kmedoids_fit(dissimilarity(i, i + 1, 1), 2) FROM generate_series(1, 4) i'), (2, 'SELECT kmedoids_fit(dissimilarity(1, 2, 1), 3)'), (3, 'SELECT kmedoids_fit(dissimilarity(1, 2, 1), 1, method => ''onebatch'')'),
	(4, 'SELECT kmedoids_fit(dissimilarity(1, 2, 1), 1, options => ''{"asymmetric":[1]}'')'), (5, 'SELECT kmedoids_fit(dissimilarity(1, 2, 1), 2, start => (SELECT m FROM models))'),
	(6, 'SELECT * FROM s, kmedoids_select(s, 1)'), (7, 'SELECT * FROM s, kmedoids_select(s, 5, 4)'), (8, 'SELECT * FROM s, kmedoids_select(s, criterion => ''gap'') WHERE name = ''two'''), (9, 'SELECT * FROM s, kmedoids_select(s) WHERE name = ''gaps'''),
	(10, 'SELECT kmedoids_labels(m, d) FROM models, (SELECT dissimilarity(1, 2, 1) AS d) r'), (11, 'SELECT kmedoids_labels(m, s) FROM models, (SELECT sample(1, 2, 3) AS s) r'),
	(12, 'SELECT kmedoids_labels(m, s) FROM models, s WHERE name = ''mixed'''), (13, 'SELECT kmedoids_labels(kmedoids_fit(a, 1), s) FROM (SELECT dissimilarity(1, 2, 1) AS a, sample(1) AS s) r'),
	(14, 'SELECT kmedoids_labels(kmedoids_fit(a, 1), b) FROM (SELECT dissimilarity(1, 2, 1) AS a, dissimilarity(3, 4, 1) AS b) r'), (15, 'SELECT kmedoids_labels(kmedoids_fit(a, 1), b) FROM (SELECT dissimilarity(1, 2, 1) AS a, dissimilarity(''1'', ''2'', 1) AS b) r'),
	(16, 'SELECT kmedoids_predict(m, 1) FROM models'), (17, 'SELECT kmedoids_predict(m, 1, ''NaN'') FROM models'), (18, 'SELECT kmedoids_score(m, ''infinity'', 2) FROM models'), (19, 'SELECT kmedoids_predict(kmedoids_fit(d, 1), 1) FROM (SELECT dissimilarity(1, 2, 1) AS d) r'),
	(20, 'SELECT kmedoids_predict(kmedoids_fit(s, 2, metric => ''gower''), 1, 2, 3) FROM s WHERE name = ''mixed'''), (21, 'SELECT kmedoids_predict(m, mixed(1, ''a'')) FROM models'),
	(22, 'SELECT ''{"kmedoids":2}''::measure_kmedoids'), (23, 'SELECT replace(m::text, ''"k":2'', ''"k":3'')::measure_kmedoids FROM models'), (24, 'SELECT replace(m::text, ''{'', ''{"more":1,'')::measure_kmedoids FROM models')) q (id, query),
     LATERAL pg_temp.failure(q.query) f ORDER BY q.id;

-- memory: need, law of the matrix, ways out
SET pgmeasure.max_memory = '1MB';
SELECT f.* FROM pg_temp.failure('SELECT kmedoids_fit(sample(x, x), 20) FROM generate_series(1, 15000) x') f;
\x
RESET pgmeasure.max_memory;

-- on_failure => 'null' forgives what the data did, and says the first reason once
SELECT s.name, kmedoids_fit(s, 4, on_failure => 'null') IS NULL AS "null" FROM s WHERE name IN ('few', 'gaps', 'mixed', 'weightless') ORDER BY name;
SELECT kmedoids_fit(s, 0, on_failure => 'null') FROM s WHERE name = 'few';
-- a search that was stopped says so
SELECT i.converged, i.passes, i.locally_optimal, i.problems FROM s, kmedoids_fit(s, 8, method => 'fastpam1', max_iter => 1, options => '{"init":"random"}', n_init => 1) m, kmedoids_info(m) i WHERE name = 'two';
