-- sample_union and ||: stored, toasted, short, expanded, weighted, keyed and mixed values.
-- the same rows again, from parts
CREATE TABLE sample_parts (g int, s measure_sample);
INSERT INTO sample_parts SELECT x % 7, sample(x, sqrt(x)) FROM generate_series(1, 3000) x GROUP BY x % 7;
SELECT (SELECT sample_union(s) FROM sample_parts) = (SELECT sample(x, sqrt(x)) FROM generate_series(1, 3000) x) AS whole,
       (SELECT sample_union(s ORDER BY g) FROM sample_parts) = (SELECT sample_union(s ORDER BY -g) FROM sample_parts) AS order;
-- short headers: a strict union took the first stored value, with a short header, as its state, and gave n = 83886081
CREATE TABLE sample_short AS SELECT x AS g, sample(x) AS s FROM generate_series(1, 10) x GROUP BY x;
SELECT max(pg_column_size(s)) < 60 AS short, sample_n(sample_union(s)) AS n, sample_union(s) = (SELECT sample(x) FROM generate_series(1, 10) x) AS same FROM sample_short;
-- ... and what was stored stays as it was
SELECT sum(sample_n(s)), bool_and(sample_quantile(s, 0.5) = g) FROM sample_short;
-- out of line and compressed
CREATE TABLE sample_toasted (s measure_sample);
ALTER TABLE sample_toasted ALTER s SET STORAGE extended;
INSERT INTO sample_toasted SELECT sample(1, x) FROM generate_series(1, 20000) x UNION ALL SELECT sample(1, 1) FROM generate_series(1, 500);
SELECT sample_n(s), pg_column_size(s) < (sample_info(s)).bytes AS compressed FROM sample_toasted;
SELECT sample_n(sample_union(s)) FROM sample_toasted;
-- more than 256 KB, so that states are expanded; twice the same, and from a subquery
CREATE TABLE sample_large AS SELECT k AS g, sample(x, k) AS s FROM generate_series(1, 30000) x, generate_series(0, 2) k GROUP BY k;
SELECT (SELECT sample_union(s) FROM sample_large) = (SELECT sample(x, k) FROM generate_series(1, 30000) x, generate_series(0, 2) k) AS whole;
SELECT a = b AS same, sample_n(a) AS n FROM (SELECT sample_union(s) AS a, sample_union(s) AS b FROM (SELECT sample(x) AS s FROM generate_series(1, 60000) x GROUP BY x % 2) q) r;
SELECT sample_n(s || s), sample_n(s || s || s), s || s = (SELECT sample(x) FROM generate_series(1, 60000) x, generate_series(1, 2)) AS same, sample_n(s) AS untouched
FROM (SELECT sample(x) AS s FROM generate_series(1, 60000) x) q;
-- || does not change its arguments, and commutes
SELECT sample_n(a), sample_n(b), sample_n(a || b), a || b = b || a AS commutes FROM (SELECT sample(x) AS a FROM generate_series(1, 5) x) q, (SELECT sample(x) AS b FROM generate_series(3, 9) x) r;
SELECT sample(1) || NULL AS "null", sample_union(NULL) AS nothing, sample_n(sample_union(s)) AS n FROM (VALUES (NULL::measure_sample), ((SELECT sample(1))), (NULL)) v (s);

-- a weighted and an unweighted one meet with weight 1, whichever comes first; small and expanded
SELECT x.x, x.weight FROM (SELECT sample(1) AS a, sample_weighted(2.5, 3) AS b) q, sample_rows(a || b) x;
SELECT a || b = b || a AS commutes, sample_n(a || b), (sample_info(a || b)).weight
FROM (SELECT sample(x) AS a FROM generate_series(1, 40000) x) q, (SELECT sample_weighted(x, x) AS b FROM generate_series(1, 100) x) r;
SELECT i.n, i.weight FROM (SELECT sample_union(s ORDER BY o) AS m FROM (SELECT 1 AS o, sample(x) AS s FROM generate_series(1, 40000) x UNION ALL SELECT 2, sample_weighted(0.5, x) FROM generate_series(1, 40000) x
                                                                        UNION ALL SELECT 3, sample(1)) q) r, sample_info(m) i;
-- keyed: text ids from several heaps are put together, each string once
SELECT x.id, x.x FROM (SELECT sample_keyed('b', 1) || sample_keyed('a', 2) || sample_keyed('b', 0) || sample_keyed('', 5) AS m) q, sample_rows(m) x;
SELECT (SELECT sample_union(s) FROM (SELECT sample_keyed('key ' || x % 100, x) AS s FROM generate_series(1, 20000) x GROUP BY x % 11) q)
     = (SELECT sample_keyed('key ' || x % 100, x) FROM generate_series(1, 20000) x) AS text,
       (SELECT sample_union(s) FROM (SELECT sample_keyed_weighted(x % 100, x, x) AS s FROM generate_series(1, 20000) x GROUP BY x % 11) q)
     = (SELECT sample_keyed_weighted(x % 100, x, x) FROM generate_series(1, 20000) x) AS bigint;
SELECT i.n, i.weight, i.keyed FROM (SELECT sample_keyed('a', 1) || sample_keyed_weighted('b', 3, 2) AS m) q, sample_info(m) i;
-- mixed: a column of gaps alone takes the kind of the other
SELECT x.mixed FROM (SELECT sample(mixed(1, 'x', true)) || sample(mixed(2, 'a', NULL)) || sample(mixed(NULL, 'x', false)) AS m) q, sample_rows(m) x;
SELECT i.kinds, i.n FROM (SELECT sample(mixed(NULL, NULL)) || sample(mixed('x', 1)) AS m) q, sample_info(m) i;
SELECT (SELECT sample_union(s) FROM (SELECT sample(mixed(x, 'text ' || x % 10, x % 2 = 0)) AS s FROM generate_series(1, 20000) x GROUP BY x % 11) q)
     = (SELECT sample(mixed(x, 'text ' || x % 10, x % 2 = 0)) FROM generate_series(1, 20000) x) AS whole;
-- a union of unions, grouped
SELECT g % 2 AS h, sample_n(sample_union(s)), min(sample_n(s)) FROM sample_parts GROUP BY h ORDER BY h;
