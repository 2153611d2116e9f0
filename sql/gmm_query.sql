-- gmm_fit_query: rows of a query, a pass an iteration; what it refuses; what it sees.
CREATE FUNCTION pg_temp.near(a float8[], b float8[], tol float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT count(*) > 0 AND bool_and(abs(x - y) < tol * (1 + abs(y))) FROM unnest(a, b) AS u(x, y) $$;
-- everything that a model holds, as one array
CREATE FUNCTION pg_temp.numbers(m measure_gmm) RETURNS float8[] LANGUAGE sql AS
$$ SELECT array_agg(v ORDER BY component, i) || (SELECT ARRAY[log_likelihood, bic, icl, n, weight, iterations] FROM gmm_info(m))
   FROM gmm_components(m), unnest(ARRAY[weight] || mean || (SELECT array_agg(u) FROM unnest(covariance) u)) WITH ORDINALITY AS u(v, i) $$;
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;

-- a table, a model
SELECT summary(m) FROM gmm_fit_query('SELECT eruptions, waiting FROM faithful', 2) m;

-- from one start, the same as gmm_fit: families, weights
CREATE TABLE query_rows AS SELECT row_number() OVER () AS id, eruptions, waiting, 1 + round(waiting)::int % 3 AS weight FROM faithful;
SELECT f.covariance, q.weighted, pg_temp.near(pg_temp.numbers(a), pg_temp.numbers(b), 1e-9) AS equal, i.iterations, i.stop_reason
FROM unnest('{full,tied,diag,spherical,EII,EEI,VEI,EVI,VEE,EEV,VEV,EVV}'::text[]) f (covariance),
     (SELECT false, sample(eruptions, waiting), 'SELECT eruptions, waiting FROM query_rows' FROM query_rows UNION ALL
      SELECT true, sample_weighted(weight, eruptions, waiting), 'SELECT * FROM query_rows' FROM query_rows) q (weighted, s, query),
     gmm_fit(q.s, 3, f.covariance, max_iter => 1, n_init => 1) m,
     gmm_fit(q.s, 3, f.covariance, start => m, tol => 0, max_iter => 7) a,
     gmm_fit_query(q.query, 3, f.covariance, start => m, tol => 0, max_iter => 7) b, gmm_info(b) i
ORDER BY f.covariance, q.weighted;
-- with a prior, noise, gaps; from a part of the rows
SELECT o.prior, o.noise, o.missing, pg_temp.near(pg_temp.numbers(a), pg_temp.numbers(b), 1e-9) AS equal, i.iterations, i.omitted
FROM (VALUES (true, 0, 'error'), (false, 0.05, 'error'), (false, 0, 'use'), (true, 0.05, 'omit'), (true, 0.1, 'use')) o (prior, noise, missing),
     LATERAL (SELECT sample(CASE WHEN o.missing = 'error' OR id % 5 > 0 THEN eruptions END, CASE WHEN o.missing = 'error' OR id % 7 > 0 THEN waiting END) AS s FROM query_rows) q,
     gmm_fit(q.s, 3, prior => o.prior, noise => o.noise, missing => o.missing, max_iter => 1, n_init => 1) m,
     gmm_fit(q.s, 3, prior => o.prior, noise => o.noise, missing => o.missing, start => m, tol => 0, max_iter => 7) a,
     gmm_fit_query(format('SELECT CASE WHEN %1$L = ''error'' OR id %% 5 > 0 THEN eruptions END, CASE WHEN %1$L = ''error'' OR id %% 7 > 0 THEN waiting END FROM query_rows', o.missing),
                   3, prior => o.prior, noise => o.noise, missing => o.missing, start => m, tol => 0, max_iter => 7) b, gmm_info(b) i;
SELECT q.query, abs(i.log_likelihood - -1130.263960) < 1e-4 AS reference, i.converged, i.iterations > 1 AS iterated, i.n, i.problems
FROM unnest('{"SELECT eruptions, waiting FROM query_rows","SELECT id, eruptions, waiting FROM query_rows","SELECT id::text, eruptions, waiting, 1 AS weight FROM query_rows","SELECT id, ARRAY[eruptions, waiting] AS v, 1 AS weight FROM query_rows"}'::text[]) q (query),
     gmm_fit_query(q.query, 2, options => '{"sample":100}') m, gmm_info(m) i;
-- a start of another kind
SELECT abs(i.log_likelihood - -1147.806353) < 1e-4 AS reference, i.problems
FROM gmm_fit_query('SELECT eruptions, waiting FROM query_rows', 2) m, gmm_fit_query('SELECT id, eruptions, waiting FROM query_rows', 2, 'diag', start => m, options => '{"sample":100}') d, gmm_info(d) i;
-- to the end, the same end
SELECT abs(i.log_likelihood - -1130.263960) < 1e-5 AS reference, i.converged, i.n, i.problems
FROM gmm_fit_query('SELECT id, eruptions, waiting FROM query_rows', 2) m, gmm_info(m) i;
-- names of columns, of the query or as told; arrays; any type of number; a comment at the end; a semicolon; a view; a CTE
SELECT DISTINCT c.dim, c.name FROM gmm_fit_query('SELECT id::text, waiting, eruptions AS "Eruptions, min" FROM query_rows', 2) m, gmm_columns(m) c ORDER BY c.dim;
SELECT DISTINCT c.dim, c.name FROM gmm_fit_query('SELECT eruptions, waiting FROM query_rows', 2, names => '{a,b}') m, gmm_columns(m) c ORDER BY c.dim;
CREATE VIEW query_view AS SELECT eruptions, waiting FROM query_rows;
SELECT q.query, abs(i.log_likelihood - -1130.263960) < 1e-4 AS equal
FROM unnest(ARRAY['SELECT eruptions::numeric, waiting::int FROM query_rows', 'SELECT ARRAY[eruptions, waiting] FROM query_rows',
	'SELECT id, ARRAY[eruptions, waiting]::numeric[] AS v FROM query_rows', E'SELECT eruptions, waiting FROM query_rows -- all', 'SELECT eruptions, waiting FROM query_rows; -- all',
	'TABLE query_view', 'WITH q AS (SELECT * FROM query_view) SELECT * FROM q', 'SELECT eruptions AS a, waiting AS a FROM query_rows',
	'SELECT eruptions, waiting FROM query_rows TABLESAMPLE bernoulli (100) REPEATABLE (1)']) q (query),
     gmm_fit_query(q.query, 2) m, gmm_info(m) i;
-- more columns than a function has arguments
SELECT i.d, i.n, i.omitted, count(DISTINCT c.name) AS names
FROM (SELECT 'SELECT id, 2 AS weight, ' || string_agg(format('CASE WHEN id <> %s THEN sin(id * %s) END AS "c %s"', c, c, c), ', ') || ' FROM query_rows' FROM generate_series(1, 120) c) q (query),
     gmm_fit_query(q.query, 1, 'diag', missing => 'omit', options => '{"sample":200}') m, gmm_info(m) i, gmm_columns(m) c GROUP BY i.d, i.n, i.omitted;
-- without rows, without complete rows, without weight: NULL
SELECT gmm_fit_query('SELECT eruptions FROM faithful WHERE false', 2) IS NULL AS empty, gmm_fit_query(NULL, 2) IS NULL AS "null",
       gmm_fit_query('SELECT waiting, NULL::float8 FROM faithful', 2, missing => 'omit') IS NULL AS gaps,
       gmm_fit_query('SELECT waiting, 0 AS weight FROM faithful', 2) IS NULL AS weightless;
-- rows with a gap
SELECT i.n, i.omitted, i.problems
FROM gmm_fit_query('SELECT CASE WHEN id % 5 > 0 THEN eruptions END, waiting FROM query_rows', 2, missing => 'omit') m, gmm_info(m) i;

\x
-- refused: each by its own message
SELECT q.query, f.*
FROM unnest(ARRAY['', '-- nothing', 'SELECT 1; SELECT 2', 'INSERT INTO query_rows DEFAULT VALUES', 'DELETE FROM query_rows RETURNING eruptions', 'SELECT 1.0 AS x INTO query_new', 'VACUUM',
	'WITH w AS (DELETE FROM query_rows RETURNING eruptions) SELECT * FROM w', 'SELECT eruptions FROM query_rows FOR UPDATE', 'SELECT eruptions FROM (SELECT * FROM query_rows FOR SHARE) q',
	'SELECT random() AS x FROM query_rows', 'SELECT eruptions FROM query_rows WHERE random() < 0.5', 'SELECT eruptions FROM (SELECT * FROM query_rows ORDER BY random()) q', 'SELECT nextval(''query_sequence'') AS x',
	'SELECT eruptions FROM query_rows TABLESAMPLE bernoulli (10)', 'WITH s AS (SELECT * FROM query_rows TABLESAMPLE system (10)) SELECT eruptions FROM s',
	'SELECT species FROM iris', 'SELECT id FROM query_rows', 'SELECT eruptions, ARRAY[1.0, 2] AS v FROM query_rows', 'SELECT eruptions, ''a'' AS weight FROM query_rows', 'SELECT $1::float8', 'SELECT no_such_column FROM query_rows', 'SELEC 1']) q (query),
     LATERAL pg_temp.failure(format('SELECT gmm_fit_query(%L, 1)', q.query)) f;
\x
-- data that cannot be fitted: the messages of gmm_fit
SELECT q.query, f.state, f.message
FROM unnest(ARRAY['SELECT 1.0 FROM query_rows', 'SELECT waiting, CASE WHEN id > 5 THEN eruptions END FROM query_rows', 'SELECT ''NaN''::float8 FROM query_rows', 'SELECT eruptions, -1 AS weight FROM query_rows',
	'SELECT id % 2 + 1.0 FROM query_rows']) q (query),
     LATERAL pg_temp.failure(format('SELECT gmm_fit_query(%L, 3)', q.query)) f;
SELECT a.arguments, f.*
FROM (VALUES ('options => ''{"sample":0}'''), ('options => ''{"weights":"importance"}'''), ('start => gmm(''{1}'', ''{{1,2}}'', ''{{{1,0},{0,1}}}'')'), ('names => ''{a}''')) a (arguments),
     LATERAL pg_temp.failure(format('SELECT gmm_fit_query(''SELECT eruptions, waiting FROM query_rows'', 3, %s)', a.arguments)) f;
SELECT gmm_fit_query('SELECT 1.0 FROM query_rows', 2, on_failure => 'null');

-- a function that claims to be stable and is not: the passes do not see the same rows
CREATE FUNCTION pg_temp.moving() RETURNS float8 LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN random(); END $$;
SELECT f.* FROM pg_temp.failure('SELECT gmm_fit_query(''SELECT eruptions + pg_temp.moving() AS x FROM query_rows'', 2, options => ''{"sample":50}'')') f;

-- EXPLAIN runs nothing; the passes leave no setting behind
EXPLAIN (COSTS OFF) SELECT gmm_fit_query('SELECT 1/0.0 FROM query_rows', 2);
SHOW synchronize_seqscans;
-- in plpgsql, in CREATE TABLE AS, a query for each row
CREATE TABLE query_models AS
SELECT species, m FROM (SELECT DISTINCT species FROM iris) s, gmm_fit_query(format('SELECT petal_length, petal_width FROM iris WHERE species = %L', species), 1) m;
SELECT species, i.k, i.n FROM query_models, gmm_info(m) i ORDER BY species;
DO $$ BEGIN PERFORM gmm_fit_query('SELECT eruptions FROM query_rows', 2); END $$;
-- by workers, the same to 1e-9
ALTER TABLE query_rows SET (parallel_workers = 2);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE TABLE query_parallel AS SELECT m FROM gmm_fit_query('SELECT eruptions, waiting FROM query_rows', 2, options => '{"sample":100}') m;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
SELECT pg_temp.near(pg_temp.numbers(p.m), pg_temp.numbers(s.m), 1e-9) AS equal
FROM query_parallel p, gmm_fit_query('SELECT eruptions, waiting FROM query_rows', 2, options => '{"sample":100}') s (m);
DROP TABLE query_models, query_parallel;
DROP VIEW query_view;
DROP TABLE query_rows;
