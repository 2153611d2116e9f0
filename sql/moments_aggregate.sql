-- moments, moments_weighted, moments_union: what goes in, in whatever way and order.
-- the greatest relative difference of two values: of the means beside the sd, of the covariances beside both sd
CREATE FUNCTION pg_temp.apart(a measure_moments, b measure_moments) RETURNS float8 LANGUAGE sql AS $$
	SELECT greatest(
		(SELECT max(abs(c.mean - d.mean) / greatest(abs(c.mean), c.sd)) FROM moments_columns(a) c JOIN moments_columns(b) d USING (dim)),
		(SELECT max(abs(e.value - f.value) / (ci.sd * cj.sd))
		 FROM moments_matrix(a) e JOIN moments_matrix(b) f USING (i, j) JOIN moments_columns(a) ci ON ci.dim = i JOIN moments_columns(a) cj ON cj.dim = j),
		abs((moments_info(a)).weight / (moments_info(b)).weight - 1))
$$;

-- every type of column, alone and mixed, to the last digit; -0.0 is 0.0
CREATE TABLE kinds (s smallint, i integer, b bigint, n numeric, r real, d float8);
INSERT INTO kinds VALUES (-32768, 2147483647, 9007199254740993, 123456789.12, 0.1, 0.1);
SELECT c.mean FROM (SELECT moments(s) AS m FROM kinds UNION ALL SELECT moments(i) FROM kinds UNION ALL SELECT moments(b) FROM kinds UNION ALL
                    SELECT moments(n) FROM kinds UNION ALL SELECT moments(r) FROM kinds UNION ALL SELECT moments(d) FROM kinds) q, moments_columns(m) c;
SELECT c.dim, c.mean FROM (SELECT moments(s, i, b, n, r, d) AS m FROM kinds) q, moments_columns(m) c;
SELECT c.dim, c.mean FROM (SELECT moments(n, r) AS m FROM kinds) q, moments_columns(m) c;
SELECT c.dim, c.mean FROM (SELECT moments(r, n, r, n, r, n, r, n, r, n) AS m FROM kinds) q, moments_columns(m) c WHERE c.dim > 8;
SELECT k, c.dim, c.mean
FROM (SELECT 's' AS k, moments(ARRAY[s, s]) AS m FROM kinds UNION ALL SELECT 'i', moments(ARRAY[i, i]) FROM kinds UNION ALL SELECT 'b', moments(ARRAY[b, b]) FROM kinds UNION ALL
      SELECT 'n', moments(ARRAY[n, n]) FROM kinds UNION ALL SELECT 'r', moments(ARRAY[r, r]) FROM kinds UNION ALL SELECT 'd', moments(ARRAY[d, d]) FROM kinds) q,
     moments_columns(m) c WHERE c.dim = 2;
SELECT moments('-0.0'::float8) = moments(0) AS zero, moments(ARRAY['-0.0'::float8]) = moments(0) AS array FROM kinds;
SELECT count(DISTINCT m) FROM (
	SELECT moments(x, 2 * x, 3 * x) AS m FROM generate_series(1, 9) x UNION ALL SELECT moments(ARRAY[x, 2 * x, 3 * x]) FROM generate_series(1, 9) x UNION ALL
	SELECT moments(x, VARIADIC ARRAY[2 * x, 3 * x]::float8[]) FROM generate_series(1, 9) x UNION ALL SELECT moments(ARRAY[x, 2 * x, 3 * x]::numeric[]) FROM generate_series(1, 9) x UNION ALL
	SELECT moments_weighted(1, x, 2 * x, 3 * x) FROM generate_series(1, 9) x UNION ALL SELECT moments_weighted(1, ARRAY[x, 2 * x, 3 * x]) FROM generate_series(1, 9) x UNION ALL
	SELECT moments_weighted(1, x, VARIADIC ARRAY[2 * x, 3 * x]::float8[]) FROM generate_series(1, 9) x) q;

-- a far offset: the variance of 4, 7, 13, 16, and of noise of size 1 around 1e9, whatever comes first
SELECT c.mean, c.sd ^ 2 AS variance FROM (SELECT moments(1e9 + x) AS m FROM unnest('{4,7,13,16}'::float8[]) x) q, moments_columns(m) c;
SELECT bool_and(abs(c.sd / d.sd - 1) < 1e-12) AS good
FROM (SELECT moments(1e9 + x % 1000) AS far, moments(x % 1000) AS near FROM generate_series(0, 99999) x) q, moments_columns(far) c, moments_columns(near) d;

-- nothing, NULL rows, rows with a gap
SELECT moments(x) FROM generate_series(1, 0) x;
SELECT moments(NULL::float8), moments(NULL::float8[]), moments_weighted(1, NULL::float8), moments_weighted(NULL, NULL::float8), moments_union(NULL) FROM generate_series(1, 3);
SELECT i.n, i.incomplete FROM (SELECT moments(x, y) AS m FROM (VALUES (1, 2), (NULL, 2), (3, NULL), (NULL, NULL), (5, 6)) v (x, y)) q, moments_info(m) i;
SELECT i.n, i.incomplete FROM (SELECT moments(x) AS m FROM unnest('{1,NULL,2}'::float8[]) x) q, moments_info(m) i;
SELECT i.n, i.incomplete FROM (SELECT moments(x) AS m FROM (VALUES ('{1,2}'::float8[]), (NULL), ('{NULL,2}'), ('{3,4}')) v (x)) q, moments_info(m) i;
SELECT i.n, i.d, i.incomplete FROM (SELECT moments(1, VARIADIC x) AS m FROM (VALUES ('{1,2}'::float8[]), ('{NULL,2}')) v (x)) q, moments_info(m) i;

-- weights stand for repeated rows; weight 0 for none, but for n
SELECT pg_temp.apart(w, r) < 1e-14 AS same, (moments_info(w)).weight, (moments_info(w)).n, (moments_info(r)).n AS repeated
FROM (SELECT moments_weighted(1 + x % 4, x, sin(x)) AS w FROM generate_series(1, 500) x) a,
     (SELECT moments(x, sin(x)) AS r FROM generate_series(1, 500) x, generate_series(0, 3) k WHERE k <= x % 4) b;
SELECT i.n, i.weight, c.mean FROM (SELECT moments_weighted(0, x) AS m FROM generate_series(1, 3) x) q, moments_info(m) i, moments_columns(m) c;
SELECT i.n, i.weight, c.mean, c.sd FROM (SELECT moments_weighted(x % 2, x) AS m FROM generate_series(0, 3) x) q, moments_info(m) i, moments_columns(m) c;

-- GROUP BY, FILTER, DISTINCT, ORDER BY
SELECT species, c.dim, c.n, round(c.mean::numeric, 6) AS mean, round(c.sd::numeric, 6) AS sd
FROM (SELECT species, moments(sepal_length, petal_length) FILTER (WHERE petal_width > 0.2) AS m FROM iris GROUP BY species) q, moments_columns(m) c
ORDER BY species, c.dim;
SELECT c.n, c.mean FROM (SELECT moments(DISTINCT x % 10) AS m FROM generate_series(1, 99) x) q, moments_columns(m) c;
SELECT moments(x ORDER BY x) = moments(x ORDER BY x) AS same, pg_temp.apart(moments(x ORDER BY x), moments(x ORDER BY -x)) < 1e-14 AS order FROM generate_series(1, 99) x;

-- under a window a result stays what it was
SELECT count(*), bool_and(i.n = x AND c.mean = (x + 1) / 2.0) AS all, bool_and((moments_info(w)).n = least(x, 3)) AS three,
       bool_and((moments_info(p)).n IS NOT DISTINCT FROM nullif(x - 1, 0)) AS before
FROM (SELECT x, m, w, lag(m) OVER (ORDER BY x) AS p
      FROM (SELECT x, moments(x) OVER (ORDER BY x) AS m, moments(x) OVER (ORDER BY x ROWS 2 PRECEDING) AS w FROM generate_series(1, 200) x) q ORDER BY -x) r,
     moments_info(m) i, moments_columns(m) c;
SELECT count(*), bool_and((moments_info(u)).n = x * (x + 1) / 2)
FROM (SELECT x, moments_union(m) OVER (ORDER BY x) AS u FROM (SELECT x, moments(x) OVER (ORDER BY x) AS m FROM generate_series(1, 50) x) q) r;

-- serial and parallel plans, hashed, sorted and spilled groups: 1e-12
CREATE TABLE many AS SELECT x % 100 AS g, 1e9 + sin(x) AS a, x / 100 % 2 AS b, ARRAY[x, sqrt(x), sin(x)] AS v, x % 7 AS w FROM generate_series(1, 100000) x;
ANALYZE many;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT 0 AS kind, g, moments(a, b) AS m FROM many GROUP BY g
	UNION ALL SELECT 1, NULL, moments(a, b) FROM many UNION ALL SELECT 2, NULL, moments(v) FROM many UNION ALL SELECT 3, NULL, moments(b) FROM many
	UNION ALL SELECT 4, NULL, moments_weighted(w, a, b) FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT moments(a, b) FROM many;
CREATE TEMP TABLE parallel AS SELECT 0 AS kind, g, moments(a, b) AS m FROM many GROUP BY g
	UNION ALL SELECT 1, NULL, moments(a, b) FROM many UNION ALL SELECT 2, NULL, moments(v) FROM many UNION ALL SELECT 3, NULL, moments(b) FROM many
	UNION ALL SELECT 4, NULL, moments_weighted(w, a, b) FROM many;
SELECT count(*), max(pg_temp.apart(s.m, p.m)) < 1e-12 AS good FROM serial s JOIN parallel p ON s.kind = p.kind AND s.g IS NOT DISTINCT FROM p.g;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET enable_hashagg = off;
CREATE TEMP TABLE sorted AS SELECT g, moments(a, b) AS m FROM many GROUP BY g;
RESET enable_hashagg;
SELECT count(*), max(pg_temp.apart(s.m, p.m)) < 1e-12 AS good FROM serial s JOIN sorted p USING (g);
SET work_mem = '64kB';
SET enable_sort = off;
SELECT count(*), sum(i.n) FROM (SELECT w, g, moments(a, b) AS m FROM many GROUP BY w, g) q, moments_info(m) i;
RESET work_mem;
RESET enable_sort;

-- unions: the whole is its parts, whether they are computed, stored short, plain or out of line
SELECT max(pg_temp.apart(whole, parts)) < 1e-12 AS good
FROM (SELECT moments(a, b) AS whole FROM many) w, (SELECT moments_union(m) AS parts FROM serial WHERE kind = 0) p;
CREATE TABLE parts (d int, k int, m measure_moments);
INSERT INTO parts SELECT d, k, moments(ARRAY(SELECT sin(x * c) FROM generate_series(1, d) c)) FROM generate_series(1, 20) x, generate_series(1, 5) k, unnest('{1,4,40}'::int[]) d WHERE x % 5 < k GROUP BY d, k;
SELECT d, min(pg_column_size(m)), (moments_info(moments_union(m))).n FROM parts GROUP BY d ORDER BY d;
SELECT d, min(pg_column_size(m)), (moments_info(moments_union(m))).n FROM parts GROUP BY d ORDER BY d;
SELECT d, moments_union(m) = (array_agg(m))[1] AS one FROM parts WHERE k = 5 GROUP BY d ORDER BY d;
SELECT d, k, (moments_info(m)).n FROM parts WHERE k > 3 ORDER BY d, k;
SELECT d, u = a[1] || a[2] || a[3] || a[4] || a[5] AS concatenated
FROM (SELECT d, moments_union(m ORDER BY k) AS u, array_agg(m ORDER BY k) AS a FROM parts GROUP BY d) q ORDER BY d;
SELECT max(pg_temp.apart(a.m || b.m, b.m || a.m)) < 1e-12 AS commutes, bool_and((moments_info(a.m || a.m)).n = 2 * (moments_info(a.m)).n) AS doubled FROM parts a JOIN parts b USING (d);
SELECT moments(x, 1) || NULL IS NULL AS "null", (moments_info(moments(x, NULL) || moments(x, 1))).incomplete FROM generate_series(1, 3) x;

-- the parts of the aggregate under another name: what stands in the catalogue stays as it is
CREATE AGGREGATE moments_from(float8) (
	SFUNC = moments_append, STYPE = measure_moments,
	INITCOND = '{"moments":1,"d":1,"n":2,"weight":2,"incomplete":0,"mean":[5],"scatter":[8]}'
);
SELECT g, (moments_info(moments_from(x))).n, (moments_columns(moments_from(x))).mean FROM generate_series(1, 6) x, generate_series(1, 2) g GROUP BY g ORDER BY g;
DROP AGGREGATE moments_from(float8);

-- a table and a column of our name
CREATE TABLE moments (moments float8);
INSERT INTO moments VALUES (1), (3);
SELECT c.mean FROM (SELECT moments(moments) AS moments FROM moments) moments, moments_columns(moments) c;
DROP TABLE moments;

-- a million groups; many columns
SELECT count(*), sum(i.n) FROM (SELECT x / 2, moments(x) AS m FROM generate_series(0, 1999999) x GROUP BY 1) q, LATERAL (SELECT (moments_info(m)).n) i;
SELECT i.d, i.bytes, i.n, c.mean FROM (SELECT moments(array_fill(x::float8, '{1000}')) AS m FROM generate_series(1, 5) x) q, moments_info(m) i, moments_columns(m) c WHERE c.dim = 1000;
DROP TABLE kinds, many, parts;
