-- sample, sample_weighted, sample_keyed, sample_keyed_weighted: what goes in, to the last digit.
-- every type of column, alone: 2^53 + 1 is no float8, 0.1 as real is 0.10000000149011612
CREATE TABLE sample_kinds (s smallint, i integer, b bigint, n numeric, r real, d float8);
INSERT INTO sample_kinds VALUES (-32768, 2147483647, 9007199254740993, 123456789.12, 0.1, 0.1), (32767, -2147483648, -42, 1e-300, 3.4028235e38, 5e-324);
SELECT k, x.x
FROM (SELECT 's' AS k, sample(s) AS m FROM sample_kinds UNION ALL SELECT 'i', sample(i) FROM sample_kinds UNION ALL SELECT 'b', sample(b) FROM sample_kinds UNION ALL
      SELECT 'n', sample(n) FROM sample_kinds UNION ALL SELECT 'r', sample(r) FROM sample_kinds UNION ALL SELECT 'd', sample(d) FROM sample_kinds) q, sample_rows(m) x;
-- mixed: each column is cast by itself, so a numeric beside a real keeps its digits
SELECT x.x FROM (SELECT sample(n, r) AS m FROM sample_kinds) q, sample_rows(m) x;
SELECT x.x FROM (SELECT sample(s, i, b, n, r, d) AS m FROM sample_kinds) q, sample_rows(m) x;
SELECT x.x FROM (SELECT sample(d, s, r, i, b, n, d, s, r, n) AS m FROM sample_kinds) q, sample_rows(m) x;
-- arrays of each, as they come and stored: few numeric elements have a short header
CREATE TABLE sample_arrays AS SELECT ARRAY[s, 1] AS s2, ARRAY[s, 1::smallint] AS s, ARRAY[i, 1] AS i, ARRAY[b, 1] AS b, ARRAY[n, 1, NULL] AS n, ARRAY[r, 1] AS r, ARRAY[d, 1] AS d FROM sample_kinds;
SELECT pg_typeof(s) AS s, pg_typeof(n) AS n, pg_column_size(n) < 127 AS short FROM sample_arrays LIMIT 1;
SELECT k, x.x
FROM (SELECT 's' AS k, sample(s) AS m FROM sample_arrays UNION ALL SELECT 's2', sample(s2) FROM sample_arrays UNION ALL SELECT 'i', sample(i) FROM sample_arrays UNION ALL
      SELECT 'b', sample(b) FROM sample_arrays UNION ALL SELECT 'n', sample(n) FROM sample_arrays UNION ALL SELECT 'r', sample(r) FROM sample_arrays UNION ALL
      SELECT 'd', sample(d) FROM sample_arrays UNION ALL
      SELECT 'expression', sample(ARRAY[n, b]) FROM sample_kinds) q, sample_rows(m) x;
-- an ARRAY[] of a numeric and a real is a real[] before we see it: columns keep the digits, or a cast
SELECT sample(n, r) = sample(ARRAY[n, r]) AS as_array, sample(n, r) = sample(ARRAY[n::float8, r]) AS cast FROM sample_kinds WHERE n > 1;
-- long arrays are stored compressed or out of line; sliced and with other bounds
CREATE TABLE sample_long AS SELECT array_agg(j % 3 ORDER BY j) AS compressed, array_agg(sin(i * j)::numeric ORDER BY j) AS external, '[5:7]={1,2,3}'::int[] AS bounds
	FROM generate_series(1, 3) i, generate_series(1, 2000) j GROUP BY i;
SELECT i.n, i.d, i.distinct_rows FROM (SELECT sample(compressed) AS m FROM sample_long) q, sample_info(m) i;
SELECT i.n, i.d, i.distinct_rows FROM (SELECT sample(external) AS m FROM sample_long) q, sample_info(m) i;
SELECT (SELECT sample(external) FROM sample_long) = (SELECT sample(external::float8[]) FROM sample_long) AS same;
SELECT x.x FROM (SELECT sample(bounds[6:7]) AS m FROM sample_long) q, sample_rows(m) x LIMIT 1;
SELECT x.x FROM (SELECT sample(bounds) AS m FROM sample_long) q, sample_rows(m) x LIMIT 1;

-- all doors, one value
CREATE TABLE sample_doors AS SELECT x, 2 * x AS y, x % 3 AS z FROM generate_series(1, 99) x;
SELECT count(DISTINCT m) FROM (
	SELECT sample(x, y, z) AS m FROM sample_doors UNION ALL SELECT sample(x, VARIADIC ARRAY[y, z]::float8[]) FROM sample_doors UNION ALL
	SELECT sample(ARRAY[x, y, z]) FROM sample_doors UNION ALL SELECT sample(ARRAY[x, y, z]::smallint[]) FROM sample_doors UNION ALL
	SELECT sample(ARRAY[x, y, z]::bigint[]) FROM sample_doors UNION ALL SELECT sample(ARRAY[x, y, z]::numeric[]) FROM sample_doors UNION ALL
	SELECT sample(ARRAY[x, y, z]::real[]) FROM sample_doors UNION ALL SELECT sample(ARRAY[x, y, z]::float8[]) FROM sample_doors) q;
SELECT count(DISTINCT m) FROM (
	SELECT sample(x, y, z, x, y, z, x, y) AS m FROM sample_doors UNION ALL SELECT sample(x, VARIADIC ARRAY[y, z, x, y, z, x, y]::float8[]) FROM sample_doors UNION ALL
	SELECT sample(ARRAY[x, y, z, x, y, z, x, y]) FROM sample_doors) q;
SELECT (sample_info(sample(x, y, z, x, y, z, x, y, z))).d, sample(x, y, z, x, y, z, x, y, z) = sample(ARRAY[x, y, z, x, y, z, x, y, z]) AS nine FROM sample_doors;
SELECT count(DISTINCT m) FROM (
	SELECT sample_weighted(z, x, y) AS m FROM sample_doors UNION ALL SELECT sample_weighted(z, x, VARIADIC ARRAY[y]::float8[]) FROM sample_doors UNION ALL
	SELECT sample_weighted(z, ARRAY[x, y]) FROM sample_doors) q;
SELECT count(DISTINCT m) FROM (
	SELECT sample_keyed_weighted(z, y, x, y) AS m FROM sample_doors UNION ALL SELECT sample_keyed_weighted(z, y, x, VARIADIC ARRAY[y]::float8[]) FROM sample_doors UNION ALL
	SELECT sample_keyed_weighted(z, y, ARRAY[x, y]) FROM sample_doors) q;

-- -0.0 is 0.0 at every door, and as a weight
SELECT count(DISTINCT m) FROM (
	SELECT sample(z) AS m FROM (VALUES (0::float8)) v (z) UNION ALL SELECT sample(z) FROM (VALUES ('-0.0'::float8)) v (z) UNION ALL SELECT sample(ARRAY[z]) FROM (VALUES ('-0.0'::float8)) v (z) UNION ALL
	SELECT sample(ARRAY[z]) FROM (VALUES ('-0.0'::real)) v (z) UNION ALL SELECT sample(z, VARIADIC '{}'::float8[]) FROM (VALUES ('-0.0'::float8)) v (z)) q;
SELECT sample_weighted('-0.0', 1) = sample_weighted(0, 1) AS weight, sample(1, VARIADIC ARRAY['-0.0'::float8]) = sample(1, 0) AS variadic, sample(mixed('-0.0'::float8)) = sample(mixed(0)) AS mixed;

-- nothing, NULL rows, gaps, one row
SELECT sample(x), sample_weighted(1, x), sample_keyed(x, x), sample_keyed_weighted(x, 1, x), sample(ARRAY[x]), sample(mixed(x)) FROM generate_series(1, 0) x;
SELECT sample(NULL::float8) AS a, sample(NULL::float8[]) AS b, sample(NULL::numeric[]) AS c, sample_weighted(1, NULL::float8) AS d, sample_weighted(NULL, NULL::float8) AS skipped_first,
       sample_keyed(NULL::bigint, NULL::float8[]) AS f, sample(NULL::measure_mixed) AS g FROM generate_series(1, 3);
SELECT i.n, i.incomplete, x.x FROM (SELECT sample(x) AS m FROM unnest('{3,NULL,1,NULL}'::float8[]) x) q, sample_info(m) i, sample_rows(m) x;
SELECT i.n, i.incomplete, x.x FROM (SELECT sample(x, y) AS m FROM (VALUES (1, 2), (NULL, 2), (3, NULL), (NULL, NULL)) v (x, y)) q, sample_info(m) i, sample_rows(m) x;
SELECT i.n, i.incomplete, x.x FROM (SELECT sample(x) AS m FROM (VALUES ('{1,2}'::int[]), (NULL), ('{NULL,2}'), ('{NULL,NULL}')) v (x)) q, sample_info(m) i, sample_rows(m) x;
SELECT i.n, i.incomplete, x.x FROM (SELECT sample(x, VARIADIC y) AS m FROM (VALUES (1, '{2}'::float8[]), (NULL, '{2}'), (3, '{NULL}')) v (x, y)) q, sample_info(m) i, sample_rows(m) x;
SELECT i.n, i.d, i.weight, i.distinct_rows, i.keyed, i.kinds, i.bytes FROM (SELECT sample(7) AS m) q, sample_info(m) i;

-- weights and ids; ids are compared as numbers, text by its bytes
SELECT x.* FROM (SELECT sample_weighted(w, x) AS m FROM (VALUES (2.5, 1), (0, 2), (1e-300, 1)) v (w, x)) q, sample_rows(m) x;
SELECT x.id, x.x, x.weight FROM (SELECT sample_keyed(id, 1) AS m FROM (VALUES (10), (-9223372036854775808), (9), (9), (9223372036854775807)) v (id)) q, sample_rows(m) x;
SELECT x.id, x.x, x.weight FROM (SELECT sample_keyed(id, 1) AS m FROM (VALUES ('b'), (''), ('a'), ('ab'), ('ä'), ('b'), ('10'), ('9')) v (id)) q, sample_rows(m) x;
SELECT x.id, x.x, x.weight FROM (SELECT sample_keyed_weighted(id, w, x, y) AS m FROM (VALUES ('b'::varchar, 1, 1, 2), ('a', 2, 1, 2), ('c', 0.5, NULL, 2)) v (id, w, x, y)) q, sample_rows(m) x;
SELECT x.id FROM (SELECT sample_keyed(id, 1) AS m FROM (VALUES (1::smallint), (2)) v (id)) q, sample_rows(m) x;

-- GROUP BY, FILTER, DISTINCT, ORDER BY
SELECT species, i.n, round(i.weight::numeric, 1) AS weight, i.distinct_rows
FROM (SELECT species, sample(petal_length) FILTER (WHERE petal_width > 0.2) AS m FROM iris GROUP BY species) q, sample_info(m) i ORDER BY species;
SELECT species, sample_n(sample(petal_length) FILTER (WHERE petal_width < 1)) AS n FROM iris GROUP BY species ORDER BY species;
SELECT sample_n(sample(DISTINCT x % 10)) AS "distinct", sample(x ORDER BY x) = sample(x ORDER BY -x) AS "order" FROM generate_series(1, 99) x;
SELECT sample_n(sample(x)), GROUPING(z) FROM sample_doors GROUP BY ROLLUP (z) ORDER BY z;

-- the user's tables and columns may bear our names
CREATE SCHEMA theirs;
SET search_path = theirs, public;
DO $$
DECLARE f text;
BEGIN
	FOR f IN SELECT DISTINCT p.proname FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pgmeasure') LOOP
		EXECUTE format('CREATE TABLE theirs.%I (sample float8, weight float8)', f);
		EXECUTE format('INSERT INTO theirs.%I VALUES (1, 2), (3, 4)', f);
		EXECUTE format('SELECT sample_n(sample(t.sample, t.weight)) FROM theirs.%I t', f);
		EXECUTE format('DROP TABLE theirs.%I', f);
	END LOOP;
	FOR f IN SELECT t.typname FROM pg_depend d JOIN pg_type t ON t.oid = d.objid WHERE d.classid = 'pg_type'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pgmeasure') AND t.typname !~ '^_' LOOP
		EXECUTE format('CREATE TABLE theirs.%I (x float8)', f);
		EXECUTE format('SELECT public.sample_n(public.sample(x)) FROM theirs.%I', f);
		EXECUTE format('DROP TABLE theirs.%I', f);
	END LOOP;
END $$;
CREATE TABLE sample (sample float8);
INSERT INTO sample VALUES (1), (2);
SELECT sample_n(sample(sample)), sample_n(sample(sample.sample)) FROM sample;
RESET search_path;
DROP SCHEMA theirs CASCADE;

-- the extension is relocatable: functions find their own schema
CREATE SCHEMA elsewhere;
ALTER EXTENSION pgmeasure SET SCHEMA elsewhere;
SELECT elsewhere.sample_n(elsewhere.sample(x, y)) FROM sample_doors;
ALTER EXTENSION pgmeasure SET SCHEMA public;

-- many tiny groups
SELECT count(*), sum(sample_n(m)) FROM (SELECT x % 200000 AS g, sample(x, 1) AS m FROM generate_series(1, 400000) x GROUP BY g) q;
