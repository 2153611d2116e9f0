-- Triangle inequalities: violations, repair, correlation clustering, against their specification.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE five (i int, j int, d float8);
INSERT INTO five VALUES (0, 1, 1), (0, 2, 9), (0, 3, 2), (0, 4, 7), (1, 2, 2), (1, 3, 8), (1, 4, 3), (2, 3, 1), (2, 4, 1), (3, 4, 6);
CREATE TEMP TABLE whole AS SELECT dissimilarity(i, j, d) AS d, dissimilarity('t' || i, 't' || j, d) AS t FROM five;
SELECT v.* FROM whole, dissimilarity_violations(d) v;
SELECT v.i, v.j, v.path FROM whole, dissimilarity_violations(t, n => 2) v;
SELECT count(*) AS "all", count(*) FILTER (WHERE v.excess > 0.5 * 9) AS large, (SELECT count(*) FROM whole, dissimilarity_violations(d, tol => 0.5)) AS same FROM whole, dissimilarity_violations(d) v;

-- 6.1: a triangle; a distance that must not move; shortest paths
CREATE TEMP TABLE three AS SELECT dissimilarity(i, j, d) AS d FROM (VALUES (1, 2, 1), (2, 3, 1), (1, 3, 4)) v (i, j, d);
SELECT q.how, p.i, p.j, round(p.distance::numeric, 6) AS distance, round(q.objective::numeric, 6) AS objective, q.active, q.changed, q.converged
FROM three, LATERAL (SELECT 'nearest' AS how, r.* FROM dissimilarity_repair(d) r UNION ALL SELECT 'fixed', r.* FROM (SELECT dissimilarity(3, 1, 0) AS fixed) f, dissimilarity_repair(d, fixed => fixed) r
	UNION ALL SELECT 'decrease', r.* FROM dissimilarity_repair(d, 'decrease') r) q, dissimilarity_pairs(q.repaired) p ORDER BY q.how, p.j, p.i;
-- 6.2 and 6.3: as a solver of quadratic programs has it
CREATE TEMP TABLE reference AS SELECT i, j, x, heavy, shortest FROM (SELECT row_number() OVER (ORDER BY i, j) AS r, i, j FROM five) f JOIN LATERAL unnest(
	'{3.25,6.875,3.625,6.625,3.625,6.875,3.375,3.25,1.875,5.125}'::float8[], '{3.803324,8.476454,4.498615,6.933518,4.673130,8.000000,3.130194,3.977839,1.542936,5.520776}'::float8[], '{1,3,2,4,2,3,3,1,1,2}'::float8[]) WITH ORDINALITY q (x, heavy, shortest, r) USING (r);
SELECT q.how, bool_and(abs(p.distance - CASE q.how WHEN 'heavy' THEN f.heavy WHEN 'decrease' THEN f.shortest ELSE f.x END) < 1e-6) AS as_wanted, max(round(q.objective::numeric, 5)) AS objective, max(q.violations) AS violations, max(q.worst) AS worst, max(q.remaining) AS remaining, max(q.active) AS active, max(q.gap) < 1e-7 AS gap
FROM whole, LATERAL (SELECT 'nearest' AS how, r.* FROM dissimilarity_repair(d) r UNION ALL SELECT 'one sweep', r.* FROM dissimilarity_repair(d, options => '{"sweeps":1}') r UNION ALL SELECT 'heavy', r.* FROM (SELECT dissimilarity(0, 2, 10) AS w) w, dissimilarity_repair(d, weights => w) r
	UNION ALL SELECT 'all twice', r.* FROM (SELECT dissimilarity(i, j, 2) AS w FROM five) w, dissimilarity_repair(d, weights => w) r UNION ALL SELECT 'decrease', r.* FROM dissimilarity_repair(d, 'decrease') r) q, dissimilarity_pairs(q.repaired) p JOIN reference f ON f.i = p.i::int AND f.j = p.j::int GROUP BY q.how ORDER BY q.how;
-- what came out has no violation, not in the last bit, and comes back as it is; ids of text are ids
CREATE TEMP TABLE wild AS SELECT dissimilarity(i, j, (i * 37 + j * 91) % 97 / 7.0) AS d FROM generate_series(1, 40) i, generate_series(1, i - 1) j;
SELECT r.violations, r.remaining, (SELECT count(*) FROM dissimilarity_violations(r.repaired, tol => 0)) AS now, again.repaired = r.repaired AS stays, again.iterations, again.changed FROM wild, dissimilarity_repair(d) r, dissimilarity_repair(r.repaired) again;
SELECT a.objective = b.objective AS text FROM whole, dissimilarity_repair(d) a, dissimilarity_repair(t) b;
SELECT r.repaired = d AS metric, r.violations, r.objective FROM (SELECT dissimilarity(i, j, abs(i - j)) AS d FROM generate_series(1, 9) i, generate_series(1, i - 1) j) q, dissimilarity_repair(d) r;
SELECT r.repaired = d AS one_id, (SELECT count(*) FROM dissimilarity_violations(d)) AS violations FROM (SELECT dissimilarity(7, 7, 0) AS d) q, dissimilarity_repair(d) r;
SELECT r.converged, r.problems, r.iterations FROM wild, dissimilarity_repair(d, max_iter => 1) r;
SELECT dissimilarity_repair(NULL) IS NULL AS "null", (SELECT count(*) FROM dissimilarity_violations(NULL)) AS violations, (SELECT count(*) FROM correlation_clusters(NULL)) AS clusters;

-- 6.5: correlation clustering by hand; 0 is the same, 1 is not
SELECT string_agg(c.id || ':' || c.cluster, ' ' ORDER BY c.id) AS clusters, sum(c.cost) AS both_ends FROM (SELECT dissimilarity(i, j, CASE WHEN (i, j) IN ((0, 3), (1, 3)) THEN 1 ELSE 0 END) AS d FROM generate_series(0, 3) j, generate_series(0, j - 1) i) q, correlation_clusters(d) c;
SELECT q.what, count(DISTINCT c.cluster) AS clusters, sum(c.cost) AS cost FROM (SELECT 'same' AS what, dissimilarity(i, j, 0) AS d FROM generate_series(1, 6) i, generate_series(1, i - 1) j UNION ALL SELECT 'not', dissimilarity(i, j, 1) FROM generate_series(1, 6) i, generate_series(1, i - 1) j UNION ALL SELECT 'one', dissimilarity(1, 1, 0)) q, correlation_clusters(d) c GROUP BY q.what ORDER BY 1;
-- shares of votes weighted by how many there were; pairs without a vote say nothing; labels of text
CREATE TEMP TABLE vote (a text, b text, same int, other int);
INSERT INTO vote VALUES ('x', 'y', 9, 1), ('y', 'z', 4, 1), ('x', 'z', 1, 9), ('z', 'w', 3, 0), ('u', 'v', 1, 0);
SELECT c.id, c.cluster, round(c.cost::numeric, 6) AS cost FROM (SELECT dissimilarity(a, b, other::float8 / (same + other)) AS d, dissimilarity(b, a, same + other) AS w FROM vote) q, correlation_clusters(d, weights => w) c;
-- the same whatever the order of pairs; moves never cost more than pivots
SELECT (SELECT string_agg(cluster::text, ',') FROM correlation_clusters(a, 6)) = (SELECT string_agg(cluster::text, ',') FROM correlation_clusters(b, 6)) AS shuffled, (SELECT sum(cost) FROM correlation_clusters(a, 6)) <= (SELECT sum(cost) FROM correlation_clusters(a, 6, options => '{"moves":false}')) AS moves
FROM (SELECT dissimilarity(i, j, (i * 37 + j * 91) % 97 / 7.0) AS a, dissimilarity(j, i, (i * 37 + j * 91) % 97 / 7.0 ORDER BY md5(i || ' ' || j)) AS b FROM generate_series(1, 40) i, generate_series(1, i - 1) j) q;

-- what is refused
\x
SELECT q.query, f.* FROM (VALUES
	(1, 'dissimilarity_repair(d, ''l1'')'), (2, 'dissimilarity_repair(d, tol => 0)'), (3, 'dissimilarity_repair(d, tol => ''NaN'')'), (4, 'dissimilarity_repair(d, max_iter => 0)'), (5, 'dissimilarity_repair(d, options => ''{"rounds":1}'')'),
	(6, 'dissimilarity_repair(d, fixed => d)'), (7, 'dissimilarity_repair(d, weights => t)'), (8, 'dissimilarity_repair(d, weights => w)'), (9, 'dissimilarity_repair(d, weights => zero)'), (10, 'dissimilarity_repair(d, ''decrease'', fixed => w)'),
	(11, 'dissimilarity_repair(part)'), (12, 'dissimilarity_violations(part)'), (13, 'dissimilarity_violations(d, 0)'), (14, 'dissimilarity_violations(d, tol => -1)'), (15, 'correlation_clusters(d, ''infinity'')'),
	(16, 'correlation_clusters(d, n_init => 0)'), (17, 'correlation_clusters(d, weights => w)'), (18, 'correlation_clusters(d, options => ''{"move":1}'')'), (19, 'correlation_clusters(d, -1e308)'), (20, 'correlation_clusters(d, 1e38, weights => d)'), (21, 'dissimilarity_repair(d, NULL)'), (22, 'dissimilarity_repair(d, tol => NULL)')) q (id, query),
	LATERAL pg_temp.failure('SELECT ' || q.query || ' FROM whole, (SELECT dissimilarity(7, 8, 1) AS w, dissimilarity(3, 2, 0) AS zero, dissimilarity(1, 2, 1) || dissimilarity(2, 3, 1) AS part) o') f ORDER BY q.id;
CREATE TEMP TABLE wide AS SELECT dissimilarity(i, j, 1) AS d FROM generate_series(1, 300) i, generate_series(1, i - 1) j;
SET pgmeasure.max_memory = '1MB';
SELECT f.* FROM unnest('{dissimilarity_repair,dissimilarity_violations}'::text[]) q, pg_temp.failure(format('SELECT %s(d) FROM wide', q)) f;
\x
RESET pgmeasure.max_memory;
