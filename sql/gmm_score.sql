-- Rows under a mixture: labels, posteriors, densities; a model from a literal, a table, a column.
CREATE TABLE gmm_scorers AS
SELECT name, m FROM (
	SELECT 'full', gmm_fit(sample(eruptions, waiting), 2, names => '{eruptions,waiting}', tol => 1e-14) FROM faithful UNION ALL
	SELECT 'tied', gmm_fit(sample(eruptions, waiting), 2, 'tied') FROM faithful UNION ALL
	SELECT 'diag', gmm_fit(sample(eruptions, waiting), 3, 'diag') FROM faithful UNION ALL
	SELECT 'spherical', gmm_fit(sample(eruptions, waiting), 2, 'spherical') FROM faithful) q (name, m);

-- the reference (gmm.md, section 14)
SELECT abs(gmm_logdensity(m, 3, 70) - -8.0918559468) < 1e-5 AS near, abs(gmm_logdensity(m, 10, 0) - -300.8350080552) < 1e-3 AS far,
       abs((gmm_posterior(m, 3, 70))[1] - 0.9637458259) < 1e-6 AS posterior, gmm_predict(m, 3, 70) AS label
FROM gmm_scorers WHERE name = 'full';
-- against the formula
SELECT name, max(abs(gmm_logdensity(m, x, y) - ln(p))) < 1e-12 AS logdensity, max(abs(gmm_density(m, x, y) / p - 1)) < 1e-12 AS density
FROM gmm_scorers, (VALUES (3, 70), (1.5, 50), (4.5, 90), (0, 0)) v (x, y), LATERAL (
	SELECT sum(c.weight / (2 * pi() * sqrt(det)) *
	           exp(-(c.covariance[2][2] * (x - c.mean[1]) ^ 2 - 2 * c.covariance[1][2] * (x - c.mean[1]) * (y - c.mean[2]) +
	                 c.covariance[1][1] * (y - c.mean[2]) ^ 2) / det / 2)) AS p
	FROM gmm_components(m) c, LATERAL (SELECT c.covariance[1][1] * c.covariance[2][2] - c.covariance[1][2] ^ 2) d (det)) f
GROUP BY name ORDER BY name;

-- columns, one array, an array behind columns; any type of number
SELECT count(DISTINCT l) AS values, count(*)
FROM gmm_scorers, LATERAL (VALUES
	(gmm_logdensity(m, 3, 70)), (gmm_logdensity(m, 3::numeric, 70::smallint)), (gmm_logdensity(m, ARRAY[3, 70]::float8[])),
	(gmm_logdensity(m, ARRAY[3, 70])), (gmm_logdensity(m, ARRAY[3, 70]::real[])), (gmm_logdensity(m, ARRAY[3, 70]::numeric[])),
	(gmm_logdensity(m, 3, VARIADIC ARRAY[70]::float8[]))) v (l)
WHERE name = 'full';
SELECT gmm_predict(m, 1, 2, 3, 4, 5, 6, 7, 8, 9) = gmm_predict(m, v) AS predict, gmm_density(m, 1, 2, 3, 4, 5, 6, 7, 8, 9) = gmm_density(m, v) AS density,
       gmm_posterior(m, 1, 2, 3, 4, 5, 6, 7, 8, 9) = gmm_posterior(m, v) AS posterior,
       gmm_logdensity(m, 1, 2, 3, 4, 5, 6, 7, 8, 9) = gmm_logdensity(m, v) AS logdensity,
       gmm_predict(m, 1, 2, 3, 4, 5, 6, 7, NULL, 9) IS NULL AS "null"
FROM (SELECT sample(ARRAY(SELECT sin(x * c) FROM generate_series(1, 9) c)) AS s FROM generate_series(1, 50) x) r, gmm_fit(s, 1, 'diag') m,
     (VALUES ('{1,2,3,4,5,6,7,8,9}'::float8[])) v (v);

-- NULL in, NULL out; beyond every component
SELECT gmm_predict(NULL, 3, 70), gmm_predict(m, NULL, 70), gmm_posterior(m, 3, NULL), gmm_density(m, ARRAY[3, NULL]::float8[]),
       gmm_logdensity(m, NULL::float8[])
FROM gmm_scorers WHERE name = 'full';
SELECT gmm_predict(m, 1e300, 1), gmm_posterior(m, 1e300, 1), gmm_density(m, 1e300, 1), gmm_logdensity(m, 1e300, 1), gmm_density(m, 10, -300),
       gmm_predict(m, 10, -300)
FROM gmm_scorers WHERE name = 'full';

-- labels of the rows that were fitted
SELECT gmm_predict(m, eruptions, waiting) AS label, count(*), round(avg(eruptions)::numeric, 2) AS eruptions
FROM gmm_scorers, faithful WHERE name = 'full' GROUP BY label ORDER BY label;
SELECT species, array_agg(label || ': ' || n ORDER BY n DESC) AS labels
FROM (SELECT species, gmm_predict(m, sepal_length, sepal_width, petal_length, petal_width) AS label, count(*) AS n
      FROM (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) r, gmm_fit(s, 3, n_init => 30, tol => 1e-13) m, iris
      GROUP BY species, label) q
GROUP BY species ORDER BY species;

-- posteriors sum to 1, the label is the greatest, the density is that of the logarithm
SELECT name, count(*), max(abs(sum - 1)) < 1e-14 AS sum, bool_and(p[label] = greatest) AS label, max(abs(density / exp(logdensity) - 1)) < 1e-12 AS density
FROM (SELECT name, gmm_posterior(m, eruptions, waiting) AS p, gmm_predict(m, eruptions, waiting) AS label,
             gmm_density(m, eruptions, waiting) AS density, gmm_logdensity(m, eruptions, waiting) AS logdensity
      FROM gmm_scorers, faithful) q,
     LATERAL (SELECT sum(v), max(v) FROM unnest(p) v) u (sum, greatest)
GROUP BY name ORDER BY name;
-- the log-likelihood is the sum of log densities
SELECT name, abs(sum(gmm_logdensity(m, eruptions, waiting)) - (gmm_info(m)).log_likelihood) < 1e-7 AS equal
FROM gmm_scorers, faithful GROUP BY name, m ORDER BY name;

-- a call site whose model changes with every row, and one whose model is stored out of line
SELECT count(*), bool_and(gmm_logdensity(m, eruptions, waiting) = CASE name
	WHEN 'full' THEN gmm_logdensity((SELECT m FROM gmm_scorers WHERE name = 'full'), eruptions, waiting)
	WHEN 'tied' THEN gmm_logdensity((SELECT m FROM gmm_scorers WHERE name = 'tied'), eruptions, waiting)
	WHEN 'diag' THEN gmm_logdensity((SELECT m FROM gmm_scorers WHERE name = 'diag'), eruptions, waiting)
	ELSE gmm_logdensity((SELECT m FROM gmm_scorers WHERE name = 'spherical'), eruptions, waiting) END) AS equal
FROM (SELECT * FROM faithful, gmm_scorers ORDER BY eruptions, waiting, name) q;
CREATE TABLE gmm_wide AS
SELECT g, m FROM generate_series(1, 2) g,
     (SELECT sample(ARRAY(SELECT sin(x * c) FROM generate_series(1, 24) c)) AS s FROM generate_series(1, 60) x) r,
     gmm_fit(s, 1, seed => g) m;
SELECT pg_column_size(m) > 2000 AS large, pg_relation_size(reltoastrelid) > 0 AS toasted
FROM gmm_wide, pg_class WHERE oid = 'gmm_wide'::regclass AND g = 1;
SELECT count(*), bool_and(l = l2) AS equal
FROM (SELECT gmm_logdensity(m, v) AS l, gmm_logdensity(m::text::measure_gmm, v) AS l2
      FROM generate_series(1, 20) x, LATERAL (SELECT ARRAY(SELECT cos(x * c) FROM generate_series(1, 24) c)) a (v), gmm_wide) q;

-- labels by workers are those of one process
CREATE TABLE gmm_rows AS SELECT i, 1.5 + i % 40 / 10.0 AS a, 40 + i % 61 AS b FROM generate_series(1, 20000) i;
ANALYZE gmm_rows;
CREATE TABLE gmm_serial AS SELECT i, gmm_predict(m, a, b) AS label, gmm_logdensity(m, a, b) AS l FROM gmm_rows, gmm_scorers WHERE name = 'full';
ALTER TABLE gmm_rows SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
CREATE FUNCTION pg_temp.top_node(query text) RETURNS text LANGUAGE plpgsql AS
$$ DECLARE line text; BEGIN EXECUTE 'EXPLAIN (COSTS OFF) ' || query INTO line; RETURN line; END $$;
\set scored 'CREATE TABLE gmm_parallel AS SELECT i, gmm_predict(q.m, a, b) AS label, gmm_logdensity(q.m, a, b) AS l FROM gmm_rows, (SELECT (SELECT m FROM gmm_scorers WHERE name = ''full'') AS m) q'
SELECT pg_temp.top_node(:'scored');
:scored;
RESET parallel_setup_cost;
SELECT count(*), bool_and(s.label = p.label AND s.l = p.l) AS equal FROM gmm_serial s JOIN gmm_parallel p USING (i);
DROP TABLE gmm_rows, gmm_serial, gmm_parallel, gmm_wide;
