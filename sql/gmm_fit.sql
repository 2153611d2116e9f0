-- gmm_fit: reference values (gmm.md, section 14), what a fit depends on, what it says.
\getenv abs_srcdir PG_ABS_SRCDIR
\set galaxies_csv :abs_srcdir '/test/data/galaxies.csv'
CREATE TEMP TABLE galaxies (velocity float8);
COPY galaxies FROM :'galaxies_csv' (FORMAT csv, HEADER);
CREATE FUNCTION pg_temp.near(a float8[], b float8[], tol float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT count(*) > 0 AND bool_and(abs(x - y) < tol * (1 + abs(y))) FROM unnest(a, b) AS u(x, y) $$;

-- fit, keep, read
CREATE TABLE gmm_models AS
SELECT 'faithful' AS name, m
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, k => 2, names => '{eruptions,waiting}') m;
SELECT summary(m) FROM gmm_models WHERE name = 'faithful';
SELECT i.k, i.d, i.n, i.weight, i.covariance, round(i.log_likelihood::numeric, 4) AS log_likelihood, i.parameters,
       round(i.bic::numeric, 4) AS bic, round(i.aic::numeric, 4) AS aic, round(i.icl::numeric, 4) AS icl
FROM gmm_models, gmm_info(m) i;
SELECT i.iterations > 0 AS iterated, i.converged, i.stop_reason, i.starts, i.starts_at_best,
       round(i.smallest_weight::numeric, 4) AS smallest_weight, i.omitted, i.seed, i.problems
FROM gmm_models, gmm_info(m) i;
SELECT c.component, round(c.weight::numeric, 3) AS weight, round(c.n::numeric, 1) AS n, c.mean::numeric(9,3)[] AS mean,
       c.sd::numeric(9,3)[] AS sd, c.covariance::numeric(9,3)[] AS covariance, c.problems
FROM gmm_models, gmm_components(m) c;
SELECT c.component, round(c.weight::numeric, 3) AS weight, c.dim, c.name, c.mean::numeric(9,3), c.sd::numeric(9,3)
FROM gmm_models, gmm_columns(m) c;
SELECT gmm_mean(m)::numeric(9,4)[] FROM gmm_models;
SELECT avg(eruptions)::numeric(9,4), avg(waiting)::numeric(9,4) FROM faithful;

-- Old Faithful and iris, four families
WITH reference (data, covariance, k, log_likelihood) AS (VALUES
	('faithful', 'spherical', 1, -2003.952037), ('faithful', 'tied', 1, -1289.796745), ('faithful', 'full', 1, -1289.796745),
	('faithful', 'spherical', 2, -1709.529282), ('faithful', 'diag', 2, -1147.806353), ('faithful', 'tied', 2, -1140.186759),
	('faithful', 'full', 2, -1130.263960), ('faithful', 'tied', 3, -1126.315928), ('faithful', 'diag', 3, -1127.007519),
	('iris', 'spherical', 3, -384.31409506), ('iris', 'diag', 3, -306.86046051), ('iris', 'tied', 3, -256.35404313),
	('iris', 'full', 3, -180.18547713), ('iris', 'full', 2, -214.354704)),
samples (data, s) AS (
	SELECT 'faithful', sample(eruptions, waiting) FROM faithful UNION ALL
	SELECT 'iris', sample(sepal_length, sepal_width, petal_length, petal_width) FROM iris)
SELECT data, r.covariance, r.k, abs(i.log_likelihood - r.log_likelihood) < 1e-6 AS equal, i.converged
FROM reference r JOIN samples USING (data), gmm_fit(s, r.k, covariance => r.covariance, n_init => 30, tol => 1e-13, max_iter => 5000) m,
     gmm_info(m) i
ORDER BY data, r.k, r.covariance;
-- parameters of VVV, 2
SELECT c.component,
       pg_temp.near(ARRAY[c.weight] || c.mean || ARRAY[c.covariance[1][1], c.covariance[1][2], c.covariance[2][1], c.covariance[2][2]],
                    CASE c.component WHEN 1 THEN '{.6441271297,4.2896620016,79.9681155186,.1699683996,.9406088590,.9406088590,36.0462061352}'
                    ELSE '{.3558728703,2.0363884868,54.4785167010,.0691676981,.4351678913,.4351678913,33.6972838918}' END::float8[], 1e-6)
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, tol => 0, max_iter => 10000) m, gmm_components(m) c;
-- one column
SELECT 'waiting' AS "column", 'V' AS model, pg_temp.near(ARRAY[i.log_likelihood, c.weight] || c.mean || c.sd,
       '{-1034.0017498316,.6391138025,80.0910720098,5.8677318197}', 1e-6) AS equal
FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_fit(s, 2, tol => 0, max_iter => 10000) m, gmm_info(m) i, gmm_components(m) c
WHERE c.component = 1
UNION ALL
SELECT 'waiting', 'E', pg_temp.near(ARRAY[i.log_likelihood] || c.mean || c.sd, '{-1034.0017603578,80.0903043580,5.8690911937}', 1e-6)
FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_fit(s, 2, 'tied', tol => 0, max_iter => 10000) m, gmm_info(m) i, gmm_components(m) c
WHERE c.component = 1
UNION ALL
SELECT 'eruptions', 'V', pg_temp.near(ARRAY[i.log_likelihood, c.weight] || c.mean || c.sd,
       '{-276.3600404957,.6515953433,4.2733434714,.4370630706}', 1e-6)
FROM (SELECT sample(eruptions) AS s FROM faithful) r, gmm_fit(s, 2, tol => 0, max_iter => 10000) m, gmm_info(m) i, gmm_components(m) c
WHERE c.component = 1;
-- several starts find the optimum that one start does not
SELECT r.k, r.covariance, abs(i.log_likelihood - r.log_likelihood) < 1e-4 AS equal, abs(i.bic - r.bic) < 1e-3 AS bic
FROM (VALUES (1, 'full', -240.337891, 489.4892), (2, 'full', -220.057973, 462.1495), (3, 'full', -203.179228, 441.6122),
             (2, 'tied', -230.352387, NULL), (3, 'tied', -212.351855, NULL)) AS r (k, covariance, log_likelihood, bic),
     (SELECT sample(velocity) AS s FROM galaxies) g, gmm_fit(s, r.k, r.covariance, n_init => 50, tol => 1e-12, max_iter => 5000) m, gmm_info(m) i
ORDER BY r.covariance, r.k;

-- k = 1 is mean and covariance with divisor n
SELECT abs(c.mean[1] - avg(eruptions)) < 1e-12 AND abs(c.mean[2] - avg(waiting)) < 1e-12 AS mean,
       abs(c.covariance[1][1] - var_pop(eruptions)) < 1e-12 AND abs(c.covariance[1][2] - covar_pop(eruptions, waiting)) < 1e-11 AND
       abs(c.covariance[2][2] - var_pop(waiting)) < 1e-11 AS covariance
FROM faithful, (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 1) m, gmm_components(m) c
GROUP BY c.mean, c.covariance;

-- same rows, same model: any order, any numeric type, any plan
SELECT count(DISTINCT m), bool_and(m = (SELECT gmm_fit(sample(eruptions, waiting), 3) FROM faithful)) AS equal
FROM (SELECT sample(eruptions, waiting) FROM faithful UNION ALL
      SELECT sample(eruptions, waiting) FROM (SELECT * FROM faithful ORDER BY waiting, eruptions) f UNION ALL
      SELECT sample(eruptions, waiting ORDER BY hashfloat8(eruptions * waiting)) FROM faithful UNION ALL
      SELECT sample(eruptions::numeric, waiting::int) FROM faithful UNION ALL
      SELECT sample(ARRAY[eruptions, waiting]) FROM faithful) q (s), gmm_fit(s, 3) m;
-- a sample too large to be flat, in flight and stored
CREATE TEMP TABLE large AS SELECT sample(a, b) AS s FROM (SELECT sin(x) + x % 3, cos(x * 7) + x % 2 FROM generate_series(1, 20000) x) q (a, b);
SELECT pg_column_size(s) > 256 * 1024 AS large, gmm_fit(s, 1, 'diag', n_init => 1) = (
	SELECT gmm_fit(sample(a, b), 1, 'diag', n_init => 1) FROM (SELECT sin(x) + x % 3, cos(x * 7) + x % 2 FROM generate_series(20000, 1, -1) x) q (a, b)) AS equal
FROM large;
SELECT (i.seed, i2.seed) AS seeds, abs(i.log_likelihood - i2.log_likelihood) < 1e-5 AS equal
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_info(m) i, gmm_fit(s, 2, seed => -7) m2, gmm_info(m2) i2;
-- a far origin costs nothing
SELECT abs(a.log_likelihood - b.log_likelihood) < 1e-4 AS log_likelihood, bool_and(abs(c.sd[1] - d.sd[1]) < 1e-6) AS sd
FROM (SELECT sample(eruptions, waiting) AS s, sample(eruptions + 1e8, waiting + 1e8) AS t FROM faithful) r,
     gmm_fit(s, 2) m, gmm_info(m) a, gmm_components(m) c, gmm_fit(t, 2) m2, gmm_info(m2) b, gmm_components(m2) d
WHERE c.component = d.component GROUP BY 1;

-- weights: the reference, and an integer weight is a repeated row
SELECT pg_temp.near(ARRAY[i.log_likelihood, c.weight] || c.mean, '{-2274.788975,.650748885,4.28714063,80.21340695}', 1e-6) AS equal,
       i.n, i.weight, round(c.n::numeric, 3) AS n
FROM (SELECT sample_weighted(1 + i % 3, eruptions, waiting) AS s FROM (SELECT row_number() OVER () AS i, * FROM faithful) f) r,
     gmm_fit(s, 2, tol => 1e-14) m, gmm_info(m) i, gmm_components(m) c WHERE c.component = 1;
SELECT abs(a.log_likelihood - b.log_likelihood) < 1e-8 AS log_likelihood, abs(a.bic - b.bic) < 1e-8 AS bic, a.n, b.n
FROM (SELECT sample_weighted(1 + round(waiting)::int % 3, eruptions, waiting) AS s FROM faithful) r,
     (SELECT sample(eruptions, waiting) AS s FROM faithful, generate_series(1, 1 + round(waiting)::int % 3)) q,
     gmm_fit(r.s, 2, tol => 1e-14) m, gmm_info(m) a, gmm_fit(q.s, 2, tol => 1e-14) m2, gmm_info(m2) b;
-- rows of weight 0 count for nothing
SELECT a.log_likelihood = b.log_likelihood AS log_likelihood, a.n
FROM (SELECT sample_weighted(w, eruptions, waiting) AS s FROM (SELECT 1, * FROM faithful UNION ALL VALUES (0, 1000, 1000)) f (w)) r,
     (SELECT sample(eruptions, waiting) AS s FROM faithful) q,
     gmm_fit(r.s, 2) m, gmm_info(m) a, gmm_fit(q.s, 2) m2, gmm_info(m2) b;

-- rows with a gap
CREATE TEMP TABLE gaps AS
SELECT CASE WHEN i % 5 > 0 THEN eruptions END AS eruptions, CASE WHEN i % 7 > 0 THEN waiting END AS waiting
FROM (SELECT row_number() OVER () AS i, * FROM faithful) f;
SELECT a.n, a.omitted, a.problems, a.log_likelihood = b.log_likelihood AS equal, b.omitted, b.problems
FROM (SELECT sample(eruptions, waiting) AS s FROM gaps) r,
     (SELECT sample(eruptions, waiting) AS s FROM gaps WHERE eruptions IS NOT NULL AND waiting IS NOT NULL) q,
     gmm_fit(r.s, 2, missing => 'omit') m, gmm_info(m) a, gmm_fit(q.s, 2) m2, gmm_info(m2) b;
SELECT summary(m)
FROM (SELECT sample_weighted(2, eruptions, waiting) AS s FROM gaps) r, gmm_fit(s, 2, 'tied', missing => 'omit') m;

-- too little data gives NULL
SELECT gmm_fit(NULL, 2), gmm_fit(sample(eruptions), 2), gmm_info(gmm_fit(sample(eruptions), 2)) FROM faithful WHERE false;
SELECT gmm_fit(sample(NULL, x), 1, missing => 'omit'), gmm_fit(sample_weighted(0, x), 1) FROM generate_series(1, 3) x;

-- a doubtful fit says so once a statement
SELECT g, i.problems, c.component, c.problems
FROM generate_series(1, 3) g, (SELECT sample(velocity) AS s FROM galaxies) r,
     gmm_fit(s, 3, n_init => 50, seed => g) m, gmm_info(m) i, gmm_components(m) c WHERE c.component = 3 ORDER BY g;
SELECT regexp_replace(summary(m), '\d+ of 10', 'some of 10', 'g') AS summary FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 3, max_iter => 2) m;
SELECT summary(m) FROM (SELECT sample(velocity) AS s FROM galaxies) r, gmm_fit(s, 3, n_init => 50) m;
SELECT regexp_replace(summary(m), '\d+ of 10', 'some of 10', 'g') AS summary
FROM (SELECT sample(x) AS s FROM (SELECT 10 + i / 1e6 FROM generate_series(1, 30) i UNION ALL SELECT 50 + i / 1e6 FROM generate_series(1, 20) i) g (x)) r,
     gmm_fit(s, 2) m;
SELECT summary(m)
FROM (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM (SELECT * FROM iris WHERE species = 'setosa' LIMIT 12) f) r,
     gmm_fit(s, 1) m;

-- one bad group among 10,000
CREATE TEMP TABLE grouped AS
SELECT g, CASE WHEN g = 7777 THEN 1 ELSE g + (x * 37 + g * 11) % 101 + x * x END AS x
FROM generate_series(1, 10000) g, generate_series(1, 6) x;
SELECT count(*) AS groups, count(m) AS fitted, min(g) FILTER (WHERE m IS NULL) AS bad, count(i.k) AS infos
FROM (SELECT g, sample(x) AS s FROM grouped GROUP BY g) r, gmm_fit(s, 1, on_failure => 'null') m, gmm_info(m) i;
SELECT g, i.converged, c.component, round(c.weight::numeric, 2) AS weight
FROM (SELECT g, sample(x) AS s FROM grouped WHERE g BETWEEN 7776 AND 7778 GROUP BY g) r,
     gmm_fit(s, 1, on_failure => 'null') m, gmm_info(m) i LEFT JOIN LATERAL gmm_components(m) c ON true
ORDER BY g;

-- a fit in FROM runs once, whatever is read from it
SET track_functions = 'all';
SELECT pg_stat_reset();
SELECT count(*) AS components, count(DISTINCT i.bic) AS infos, count(DISTINCT summary(m)) AS summaries
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, k => 2) m, gmm_info(m) i, gmm_components(m) c;
SELECT pg_stat_force_next_flush();
SELECT calls FROM pg_stat_user_functions WHERE funcname = 'gmm_fit';
SELECT pg_stat_reset();
SELECT g.species, i.converged, count(*) AS components, count(DISTINCT c.mean[1]) AS means
FROM (SELECT species, sample(petal_length) AS s FROM iris GROUP BY species) g,
     gmm_fit(g.s, k => 2, n_init => 50, on_failure => 'null') m, gmm_info(m) i LEFT JOIN LATERAL gmm_components(m) c ON true
GROUP BY g.species, i.converged ORDER BY g.species;
SELECT pg_stat_force_next_flush();
SELECT calls FROM pg_stat_user_functions WHERE funcname = 'gmm_fit';
RESET track_functions;

-- densities of one column
SELECT v.series, count(*), round(sum(v.y * (v.x - prev))::numeric, 4) AS integral
FROM (SELECT v.*, lag(v.x, 1, v.x) OVER (PARTITION BY v.series ORDER BY v.x) AS prev
      FROM (SELECT sample(eruptions) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_curve(m, points => 2001) v) v
GROUP BY v.series ORDER BY v.series DESC;
SELECT max(abs(t.y - a.y - b.y)) < 1e-14 AS adds_up, min(t.x) AS lo, max(t.x) AS hi, count(*)
FROM (SELECT sample(eruptions) AS s FROM faithful) r, gmm_fit(s, 2) m,
     LATERAL (SELECT * FROM gmm_curve(m, 1, 6) WHERE series = 'total') t JOIN gmm_curve(m, 1, 6) a ON a.x = t.x AND a.series = '1'
     JOIN gmm_curve(m, 1, 6) b ON b.x = t.x AND b.series = '2';
SELECT max(abs(v.y - gmm_density(m, v.x))) < 1e-14 AS density
FROM (SELECT sample(eruptions) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_curve(m, 0, 10, 11) v WHERE v.series = 'total';
SELECT count(*) FROM gmm_curve(NULL);
