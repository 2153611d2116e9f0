-- What gmm_fit and its kin refuse: SQLSTATE, message, detail, hint.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE s AS
SELECT 'two' AS name, sample(eruptions, waiting) AS s FROM faithful UNION ALL
SELECT 'constant', sample(x, 7) FROM generate_series(1, 9) x UNION ALL
SELECT 'few', sample(x % 3, x % 3 * 2) FROM generate_series(1, 9) x UNION ALL
SELECT 'gaps', sample(NULLIF(x, 3), x * x) FROM generate_series(1, 9) x UNION ALL
SELECT 'mixed', sample(mixed(x, x::text)) FROM generate_series(1, 9) x UNION ALL
SELECT 'boolean', sample(mixed(x, x > 4)) FROM generate_series(1, 9) x UNION ALL
SELECT 'numbers', sample(mixed(x, x * x % 7)) FROM generate_series(1, 9) x UNION ALL
SELECT 'one', sample(1, 2) UNION ALL
SELECT 'collinear', sample(x, 2 * x) FROM generate_series(1, 9) x UNION ALL
SELECT 'vast', sample(x * 1e300, x * x) FROM generate_series(1, 9) x UNION ALL
SELECT 'weightless', sample_weighted(0, x, x * x) FROM generate_series(1, 9) x;

\x
SELECT a.name, a.arguments, f.*
FROM (VALUES
	(1, 'two', '0'), (2, 'two', '-3'), (3, 'two', 'NULL'), (4, 'two', '10001'), (28, 'two', '300'),
	(5, 'two', '2, covariance => ''round'''), (6, 'two', '2, covariance => NULL'), (7, 'two', '2, scale => ''sd'''), (8, 'two', '2, missing => ''maybe'''),
	(9, 'two', '2, on_failure => ''ignore'''), (10, 'two', '2, n_init => 0'), (11, 'two', '2, max_iter => 0'), (12, 'two', '2, tol => -1e-9'),
	(13, 'two', '2, tol => ''NaN'''), (14, 'two', '2, names => ''{a}'''), (15, 'two', '2, names => ''{a,NULL}'''), (16, 'two', '2, options => ''{"colour":1}'''),
	(17, 'two', '2, options => ''[1]'''), (18, 'two', '2, seed => NULL'), (19, 'two', '2, prior => NULL'),
	(20, 'constant', '2'), (21, 'few', '4'), (22, 'gaps', '2'), (23, 'mixed', '2'), (24, 'boolean', '1'), (25, 'one', '1'), (26, 'vast', '2')) a (id, name, arguments),
     LATERAL pg_temp.failure(format('SELECT gmm_fit(s, %s) FROM s WHERE name = %L', a.arguments, a.name)) f
ORDER BY a.id;
\x
-- what can be fitted
SELECT name, i.k, i.n, i.problems FROM s, gmm_fit(s, 1) m, gmm_info(m) i WHERE name IN ('numbers', 'few', 'collinear') ORDER BY name;

-- on_failure => 'null' forgives what the data did, and says the first reason once
SELECT s.name, m IS NULL AS "null"
FROM s, gmm_fit(s, CASE name WHEN 'few' THEN 4 ELSE 2 END, on_failure => 'null') m
WHERE name IN ('constant', 'few', 'gaps', 'mixed', 'one', 'vast') ORDER BY name;
SELECT gmm_fit(s, 4, on_failure => 'null') FROM s WHERE name = 'few';
SELECT gmm_fit(s, 2, on_failure => 'null') FROM s WHERE name = 'gaps';
SELECT gmm_fit(s, 0, on_failure => 'null') FROM s WHERE name = 'few';

-- memory: need, limit, ways out
SET pgmeasure.max_memory = '1MB';
SELECT f.* FROM pg_temp.failure('SELECT gmm_fit(s, 200, max_iter => 1, n_init => 1) FROM s WHERE name = ''two''') f;
RESET pgmeasure.max_memory;

-- rows under a model
CREATE TEMP TABLE m AS SELECT m FROM s, gmm_fit(s, 2, names => '{eruptions,waiting}') m WHERE name = 'two';
\x
SELECT q.query, f.*
FROM (VALUES
	(1, 'gmm_predict(m, 1)'), (2, 'gmm_predict(m, 1, 2, 3)'), (3, 'gmm_density(m, ARRAY[1, 2, 3])'), (4, 'gmm_logdensity(m, 1, VARIADIC ARRAY[2, 3]::float8[])'),
	(5, 'gmm_predict(m, 1, ''NaN'')'), (6, 'gmm_posterior(m, ''infinity'', 2)'), (7, 'gmm_posterior(m, ARRAY[1, ''-infinity'']::float8[])'),
	(8, 'gmm_predict(m, ''{}''::float8[])'), (9, 'gmm_predict(m, ARRAY[[1, 2], [3, 4]])'),
	(10, 'gmm_curve(m)')) q (id, query), LATERAL pg_temp.failure('SELECT ' || q.query || ' FROM m') f
ORDER BY q.id;
SELECT q.query, f.*
FROM (VALUES
	(1, 'gmm_curve(m, points => 1)'), (2, 'gmm_curve(m, points => NULL)'), (3, 'gmm_curve(m, points => 10000000)'), (4, 'gmm_curve(m, 5, 5)'),
	(5, 'gmm_curve(m, ''NaN'')'), (6, 'gmm_curve(m, 1, ''infinity'')')) q (id, query),
     LATERAL pg_temp.failure('SELECT ' || q.query || ' FROM gmm_fit((SELECT sample(waiting) FROM faithful), 2) m') f
ORDER BY q.id;
\x
-- arguments that do not go together
SELECT a.arguments, f.state, f.message, f.hint
FROM (VALUES ('noise => 1'), ('noise => -0.1'), ('prior => true, covariance => ''EEV'''), ('missing => ''use'', covariance => ''VEI'''), ('start => (SELECT m FROM m)'),
             ('options => ''{"weights":"sampling"}'''), ('options => ''{"icl":1}''')) a (arguments),
     LATERAL pg_temp.failure(format('SELECT gmm_fit(s, 3, %s) FROM s WHERE name = ''two''', a.arguments)) f;
SELECT f.state, f.message FROM pg_temp.failure('SELECT gmm_fit(sample(eruptions), 2, start => (SELECT m FROM m)) FROM faithful') f;
-- a model by hand
SELECT a.arguments, f.state, f.message, f.hint
FROM (VALUES ('''{0.5,0.6}'', ''{{1},{2}}'', ''{{{1}},{{1}}}'''), ('''{1,0}'', ''{{1},{2}}'', ''{{{1}},{{1}}}'''), ('''{1}'', ''{1,2}'', ''{{{1,0},{0,1}}}'''), ('''{1}'', ''{{1,2}}'', ''{{1,0},{0,1}}'''),
             ('''{1}'', ''{{1,2}}'', ''{{{1,0}}}'''), ('''{0.5,0.5}'', ''{{1,2}}'', ''{{{1,0},{0,1}}}'''), ('''{1}'', ''{{1,NULL}}'', ''{{{1,0},{0,1}}}'''), ('''{1}'', ''{{1,NaN}}'', ''{{{1,0},{0,1}}}'''),
             ('''{1}'', ''{{1,2}}'', ''{{{1,0},{0.5,1}}}'''), ('''{1}'', ''{{1,2}}'', ''{{{1,2},{2,1}}}'''), ('''{1}'', ''{{1,2}}'', ''{{{1,0},{0,1}}}'', ''{a}'''), ('''{}'', ''{}'', ''{}''')) a (arguments),
     LATERAL pg_temp.failure(format('SELECT gmm(%s)', a.arguments)) f;
-- parts of a model
SELECT q.query, f.state, f.message, f.hint
FROM unnest('{"gmm_marginal(m, ''{}'')","gmm_marginal(m, ''{3}'')","gmm_marginal(m, ''{1,1}'')","gmm_condition(m, ''{1,2}'')","gmm_condition(m, ''{1}'')","gmm_impute(m, ''{NaN,NULL}'')","gmm_log_likelihood(m, (SELECT sample(1)))"}'::text[]) q (query),
     LATERAL pg_temp.failure('SELECT ' || q.query || ' FROM m') f;
-- the search
SELECT a.arguments, f.state, f.message, f.hint
FROM (VALUES ('0'), ('3, 2'), ('1, NULL'), ('covariance => ''{}'''), ('covariance => ''{full,round}'''), ('criterion => ''mdl'''), ('10, 12'), ('names => ''{a}''')) a (arguments),
     LATERAL pg_temp.failure(format('SELECT count(*) FROM s, gmm_select(s, %s) WHERE name = ''few''', a.arguments)) f;
-- a column whose squares no double holds, great or small, is no constant
SELECT a.factor, f.* FROM unnest('{1e300,1e-300}'::text[]) a (factor), LATERAL pg_temp.failure(format('SELECT gmm_fit(sample(x * %s::float8, x %% 7), 2) FROM generate_series(1, 50) x', a.factor)) f;
