-- Sketches: elements of every type, aggregates, merges, sizes and similarities, forms, errors.
-- the values of the specification: registers, and J = 1/3 at t = 256
SELECT encode(substring(measure_minhash_send(minhash_like(minhash_empty(t => 2), x)) FROM 45), 'hex') AS registers FROM generate_series(1, 3) x;
CREATE TABLE a AS SELECT minhash(x) AS s FROM generate_series(1, 1000) x;
CREATE TABLE b AS SELECT minhash(x) AS s FROM generate_series(501, 1500) x;
SELECT jaccard(a.s, b.s) * 256 AS equal, round(minhash_cardinality(a.s || b.s)::numeric, 4) AS together FROM a, b;
SELECT round(i.lower::numeric, 6) AS lower, round(i.upper::numeric, 6) AS upper, i.n_a, i.n_b, i.method, i.details FROM a, b, jaccard_interval(a.s, b.s) i;
SELECT i.estimate BETWEEN 400 AND 600 AS close, i.lower < 500 AND i.upper > 500 AS covers FROM a, b, intersection_size_interval(a.s, b.s) i;
SELECT i.estimate = containment(a.s, b.s) AS same, i.lower < 0.5 AND i.upper > 0.5 AS covers FROM a, b, containment_interval(a.s, b.s) i;
SELECT abs(jaccard_joint(a.s, b.s, 1000, 1000) - jaccard(a.s, b.s)) < 1e-12 AS joint, jaccard_all(ARRAY[a.s, b.s, NULL]) = jaccard(a.s, b.s) AS all_of_two, jaccard_all(ARRAY[a.s, a.s, a.s]) AS same FROM a, b;
SELECT i.estimate, i.method FROM a, b, jaccard_all_interval(ARRAY[a.s, b.s, a.s]) i;
-- up to t distinct elements all is exact
SELECT jaccard(a, b), containment(a, b), intersection_size(a, b), minhash_cardinality(a || b), (minhash_info(a)).exact FROM (SELECT minhash(x) AS a FROM generate_series(1, 200) x) a, (SELECT minhash(x) AS b FROM generate_series(101, 220) x) b;
SELECT summary(s) FROM a;
SELECT summary(minhash(x % 7)) FROM generate_series(1, 100) x;
SELECT summary(minhash_pack(s, 4)) FROM a;
SELECT i.* FROM a, minhash_info(s) i;

-- one id is one element in every integer type and as numeric; a float is another
SELECT minhash(x::smallint) = minhash(x::integer) AS int2, minhash(x) = minhash(x::bigint) AS int8, minhash(x) = minhash(x + 0.00) AS numeric, minhash(x) = minhash(x::float8) AS float8, minhash(x::real) = minhash(x::float8) AS real FROM generate_series(-500, 500) x;
SELECT minhash(0.5::numeric) = minhash(0.50) AS scale, minhash(1e30::numeric) = minhash(1000000000000000000000000000000.0) AS large, minhash('NaN'::numeric) = minhash('NaN'::numeric) AS nan, minhash(9223372036854775808::numeric) = minhash(9223372036854775807::numeric) AS beyond;
SELECT minhash('-0'::float8) = minhash('0'::float8) AS zero, minhash('NaN'::float8) = minhash('NaN'::real) AS nan;
-- one text in every type of text
CREATE EXTENSION citext;
CREATE DOMAIN word AS varchar(20);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE pair AS (x integer, y text);
SELECT minhash(w) = minhash(w::varchar) AS varchar, minhash(w) = minhash(w::char(9)) AS char, minhash(w) = minhash(w::name) AS name, minhash(w) = minhash(w::citext) AS citext, minhash(w) = minhash(w::word) AS domain, minhash(w) = minhash(w::bytea) AS bytea
FROM unnest('{a,bc,äöü,"d e"}'::text[]) w;
SELECT minhash('glad'::mood) = minhash('glad'::text) AS enum_is_text, minhash('glad'::mood) = minhash('glad'::mood) AS enum, minhash(interval '1 month') = minhash(interval '30 days') AS month, minhash(interval '24 hours') = minhash(interval '1 day') AS day, minhash(inet '10.0.0.1') = minhash(inet '10.0.0.1/32') AS inet, minhash(cidr '10.0.0.0/8') = minhash(inet '10.0.0.0/8') AS cidr;
SELECT minhash((1, 'a')::pair) = minhash(ROW(1::bigint, 'a'::varchar)) AS row, minhash((1, NULL)::pair) = minhash((1, '')::pair) AS null_field, minhash('{"b":1,"a":2}'::jsonb) = minhash('{"a":2, "b":1}'::jsonb) AS jsonb, minhash('[1,5]'::int4range) = minhash('[1,6)'::int4range) AS range;
SELECT minhash(date '2000-01-02') = minhash(timestamp '2000-01-02') AS date_is_timestamp, minhash(timestamptz '2000-01-02 00:00+00') = minhash(timestamptz '2000-01-02 02:00+02') AS zones, minhash(time '01:00') = minhash(time '01:00') AS time, minhash(true) = minhash(false) AS boolean, minhash(uuid '00000000-0000-0000-0000-000000000001') = minhash(uuid '{00000000-0000-0000-0000-000000000001}') AS uuid;
-- golden: elements are part of the stored format
SELECT md5(string_agg(s::text, ',' ORDER BY n)) FROM (
	SELECT 1, minhash(5) UNION ALL SELECT 2, minhash(0.5) UNION ALL SELECT 3, minhash(2.5::real) UNION ALL SELECT 4, minhash('äb'::text) UNION ALL SELECT 5, minhash('\x00ff'::bytea) UNION ALL SELECT 6, minhash(true)
	UNION ALL SELECT 7, minhash(uuid '0123456789abcdef0123456789abcdef') UNION ALL SELECT 8, minhash(date '2024-02-29') UNION ALL SELECT 9, minhash(timestamp '2024-02-29 12:00') UNION ALL SELECT 10, minhash(timestamptz '2024-02-29 12:00+01')
	UNION ALL SELECT 11, minhash(time '12:34:56.789') UNION ALL SELECT 12, minhash(interval '1 mon -2 days 03:00') UNION ALL SELECT 13, minhash(inet '::1/64') UNION ALL SELECT 14, minhash('sad'::mood) UNION ALL SELECT 15, minhash((7, 'x')::pair) UNION ALL SELECT 16, minhash('{"a":[1,null]}'::jsonb)
) g (n, s);
SELECT minhash(5);

-- union is the sketch of all rows, in any order, split and plan
CREATE TABLE rows AS SELECT x, x % 7 AS g, (x * 7919) % 20000 AS v, ((x * 31) % 50)::text AS w FROM generate_series(1, 30000) x;
SELECT minhash_union(s) = (SELECT minhash(v) FROM rows) AS whole, minhash_union(s) = minhash_union(s ORDER BY g DESC) AS order FROM (SELECT g, minhash(v) AS s FROM rows GROUP BY g) p;
SELECT minhash_union(s) = (SELECT minhash(w) FROM rows) AS whole FROM (SELECT x / 100 AS g, minhash(w) AS s FROM rows GROUP BY 1) p;
SELECT minhash(v ORDER BY x DESC) = minhash(v ORDER BY v) AS order, minhash_like(minhash_empty(), v) = minhash(v) AS template, minhash(DISTINCT v) = minhash(v) AS repeated_count FROM rows;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE TEMP TABLE parallel AS SELECT minhash(v) AS s, minhash(w) AS w, minhash_like(minhash_empty(64, 'khash', 5), v) AS k, minhash_elements(ARRAY[v, v + 1]) AS e FROM rows;
EXPLAIN (COSTS OFF) SELECT minhash(v) FROM rows;
CREATE TEMP TABLE parallel_weighted AS SELECT minhash_weighted(x % 5, v) AS s, minhash_weighted_like(minhash_empty(32, 'probability'), x, v) AS p FROM rows;
SET max_parallel_workers_per_gather = 0;
SELECT p.s = r.s AS s, p.w = r.w AS w, p.k = r.k AS k, p.e = r.e AS e FROM parallel p, (SELECT minhash(v) AS s, minhash(w) AS w, minhash_like(minhash_empty(64, 'khash', 5), v) AS k, minhash_elements(ARRAY[v, v + 1]) AS e FROM rows) r;
SELECT p.s = r.s AS s, p.p = r.p AS p FROM parallel_weighted p, (SELECT minhash_weighted(x % 5, v) AS s, minhash_weighted_like(minhash_empty(32, 'probability'), x, v) AS p FROM rows) r;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- groups, filters, windows
SELECT g, round(minhash_cardinality(minhash(v) FILTER (WHERE v < 100))) AS n, minhash(v) FILTER (WHERE false) IS NULL AS nothing FROM rows GROUP BY g ORDER BY g LIMIT 2;
SELECT x, minhash_cardinality(minhash(w) OVER (ORDER BY x)) AS so_far, minhash_cardinality(minhash(w) OVER (ORDER BY x ROWS 2 PRECEDING)) AS last FROM rows ORDER BY x LIMIT 4;
SELECT count(*), sum(minhash_cardinality(s)) FROM (SELECT minhash(x % 3) AS s FROM rows GROUP BY x / 3) p;
SELECT count(*), count(DISTINCT s) FROM (SELECT minhash(v) AS s FROM rows GROUP BY g UNION ALL SELECT s FROM a UNION ALL SELECT s FROM a) p;
SELECT s, count(*) FROM (SELECT minhash(1) AS s UNION ALL SELECT minhash(1::numeric)) p GROUP BY s;

-- NULL, empty
SELECT minhash(x) IS NULL AS no_row, minhash_union(NULL::measure_minhash) IS NULL AS union_of_none FROM generate_series(1, 0) x;
SELECT minhash(NULL::integer) IS NULL AS only_null, minhash_elements('{}'::integer[]) = minhash_empty() AS no_elements, minhash_elements(NULL::integer[]) IS NULL AS null_array, minhash_of('{}'::text[]) = minhash_empty() AS empty, minhash_of('{1,NULL,1}'::integer[]) = minhash_elements('{1,1}'::integer[]) AS null_element, minhash_of(NULL::integer[]) IS NULL AS of_null;
SELECT jaccard(minhash_empty(), minhash_empty()) AS both, jaccard(s, minhash_empty()) AS one, containment(minhash_empty(), s) AS part, containment(s, minhash_empty()) AS whole, s || minhash_empty() = s AS union, s % minhash_empty() AS similar, minhash_empty() % minhash_empty() AS unknown FROM a;

-- weights: of a key that comes again the greatest counts; zero is absence
CREATE TABLE w (key text, x float8, y float8);
INSERT INTO w VALUES ('a', 1, 2), ('b', 2, 2), ('c', 3, 0), ('d', 0, 1);
SELECT jaccard(minhash_weighted(x, key), minhash_weighted(y, key)) AS weighted, intersection_size(minhash_weighted(x, key), minhash_weighted(y, key)) AS common, minhash_cardinality(minhash_weighted(x, key)) AS sum FROM w;
SELECT round(jaccard(minhash_weighted_like(p, x, key), minhash_weighted_like(p, y, key))::numeric, 12) AS probability FROM w, minhash_empty(kind => 'probability') p;
SELECT minhash_weighted(x, key) = minhash_union(s) AS union FROM (SELECT key, max(x) AS x, minhash_weighted(x, key) AS s FROM w GROUP BY key) p;
SELECT abs(jaccard(minhash_weighted(v % 100, x::bigint), minhash_weighted(v % 100 + 20, x::bigint)) - sum(v % 100) / sum(v % 100 + 20.0)) < 0.1 AS close FROM rows;

-- packed
SELECT bits, abs(jaccard(minhash_pack(a.s, bits), minhash_pack(b.s, bits)) - 1 / 3.0) < 0.25 AS close, jaccard(minhash_pack(a.s, bits), b.s) = jaccard(minhash_pack(a.s, bits), minhash_pack(b.s, bits)) AS with_full, pg_column_size(minhash_pack(a.s, bits)) FROM a, b, unnest('{1,2,4,8,16}'::integer[]) bits;

-- text and binary form, storage
SELECT left(s::text, 80) FROM a;
SELECT s::text::measure_minhash = s AS text, s::jsonb ->> 'kind' AS jsonb FROM (SELECT s FROM a UNION ALL SELECT minhash_pack(s, 2) FROM a UNION ALL SELECT minhash_empty(kind => 'khash', seed => -1) UNION ALL SELECT minhash_weighted(x, key) FROM w UNION ALL SELECT minhash_weighted(x, x::bigint) FROM rows) p;
CREATE TABLE stored AS SELECT g, minhash(v) AS s FROM rows GROUP BY g;
SELECT minhash_union(s) = (SELECT minhash(v) FROM rows) AS of_stored, count(*) FILTER (WHERE s = s || s) AS same_n FROM stored;
SELECT 'nonsense'::measure_minhash;
SELECT replace(s::text, '"t":256', '"t":128')::measure_minhash FROM a;
SELECT replace(s::text, '"exact":false', '"exact":false,"more":1')::measure_minhash FROM a;
SELECT overlay(s::text PLACING 'A' FROM 400 FOR 1)::measure_minhash = s AS other FROM a;

-- errors
SELECT minhash(ARRAY[1, 2]);
SELECT jaccard(a.s, minhash_empty(t => 128)) FROM a;
SELECT a.s || minhash_empty(seed => 7) FROM a;
SELECT jaccard(a.s, minhash_empty(kind => 'khash')) FROM a;
SELECT minhash_union(s) FROM (SELECT s FROM a UNION ALL SELECT minhash_like(minhash_empty(t => 8), 1)) p;
SELECT minhash_empty(t => 1);
SELECT minhash_empty(t => 2049);
SELECT minhash_empty(kind => 'hll');
SELECT minhash_like(NULL, 1);
SELECT minhash_like(minhash_empty(seed => x), x) FROM generate_series(1, 2) x;
SELECT minhash_like(minhash_empty(kind => 'weighted'), 1);
SELECT minhash_weighted_like(minhash_empty(), 1, 1);
SELECT minhash_weighted(-1, 'a'::text);
SELECT minhash_weighted('NaN', 'a'::text);
SELECT minhash_weighted(1e200, 'a'::text);
SELECT minhash_weighted(NULL, 'a'::text);
SELECT minhash_pack(s, 3) FROM a;
SELECT minhash_union(minhash_pack(s)) FROM a;
SELECT minhash_cardinality(minhash_pack(s)) FROM a;
SELECT jaccard(minhash_pack(s, 1), minhash_pack(s, 2)) FROM a;
SELECT containment(p, p) FROM minhash_empty(kind => 'probability') p;
SELECT jaccard_interval(s, s, 1) FROM a;
SELECT jaccard_joint(s, s, -1, 1) FROM a;
SELECT minhash_append(NULL, 1);
SELECT minhash_final(s) FROM a;
\set VERBOSITY sqlstate
SELECT minhash(ARRAY[1]);
SELECT a.s || minhash_empty(seed => 7) FROM a;
SELECT minhash_empty(t => 0);
SELECT 'x'::measure_minhash;
\set VERBOSITY default

-- shingles
SELECT shingles('abcd', 2), shingles('äöü€', 3), shingles('ab', 5) AS short, shingles('', 3) AS empty, shingles(NULL, 3) AS nothing;
SELECT shingles(E'the  quick\tbrown\nfox ', 2, 'word'), shingles('one', 3, unit => 'word') AS short, shingles('  ', 1, 'word') AS blank;
SELECT array_length(shingles(repeat('xy ', 1000), 4), 1) AS pieces, cardinality(shingles(repeat('xy ', 1000), 3, 'word')) AS words;
SELECT shingles('abc', 0);
SELECT shingles('abc', 2, 'line');
SELECT jaccard(minhash_of(shingles('blue cotton shirt, size M', 5)), minhash_of(shingles('blue cotton shirt, size L', 5)));
DROP TABLE a, b, rows, w, stored;
DROP TYPE mood;
DROP TYPE pair;
DROP DOMAIN word;
DROP EXTENSION citext;
