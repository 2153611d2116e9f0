-- Stored values: text and binary form, order, hash, casts; samples, mixed rows, moments, mixtures.
CREATE TABLE value_samples (id serial, what text, s measure_sample);
INSERT INTO value_samples (what, s)
SELECT 'numbers', sample(x, sqrt(x)) FROM generate_series(1, 20) x UNION ALL SELECT 'one', sample(1) UNION ALL SELECT 'gaps', sample(ARRAY[x, NULL]) FROM generate_series(1, 5) x
UNION ALL SELECT 'weighted', sample_weighted(x, 0.1) FROM generate_series(1, 5) x UNION ALL SELECT 'bigint ids', sample_keyed(x, x) FROM generate_series(-2, 2) x
UNION ALL SELECT 'text ids', sample_keyed('ä' || x, x) FROM generate_series(1, 5) x UNION ALL SELECT 'ids and weights', sample_keyed_weighted('', x, x) FROM generate_series(1, 5) x
UNION ALL SELECT 'mixed', sample(mixed(x, 'a"' || x, x > 2, NULL)) FROM generate_series(1, 5) x UNION ALL SELECT 'mixed, ids, weights', sample_keyed_weighted('k' || x, x, mixed(x, 'a', true)) FROM generate_series(1, 5) x
UNION ALL SELECT 'subsample', subsample(x, 5, x) FROM generate_series(1, 50) x UNION ALL SELECT 'wide', sample(array_fill(x, '{300}')) FROM generate_series(1, 3) x
UNION ALL SELECT 'extremes', sample(x) FROM unnest('{5e-324,-1.7976931348623157e308,1e-310,0.1,0}'::float8[]) x UNION ALL SELECT 'large', sample(x, 1) FROM generate_series(1, 40000) x;
CREATE TABLE value_others (id serial, m measure_mixed, o measure_moments, g measure_gmm);
INSERT INTO value_others (m, o, g)
SELECT mixed(x, 'a' || x, x > 1, NULL), (SELECT moments(x * y, sqrt(y)) FROM generate_series(1, 9) y), gmm_fit(s, k => x) FROM generate_series(1, 2) x, (SELECT sample(eruptions, waiting) AS s FROM faithful) q;

-- the text form begins with what a reader wants
SELECT what, left(s::text, 110) AS text FROM value_samples ORDER BY id;
SELECT bool_and(s::text::measure_sample = s AND measure_sample_send(s::text::measure_sample) = measure_sample_send(s)) AS lossless FROM value_samples;
SELECT bool_and(m::text::measure_mixed = m) AS m, bool_and(o::text::measure_moments = o) AS o, bool_and(g::text::measure_gmm = g) AS g FROM value_others;
-- the order of keys, and space between them, is free
SELECT bool_and(s::jsonb::text::measure_sample = s) AS jsonb FROM value_samples;
SELECT x.x FROM (SELECT E' {\n"data" : "AQEQAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8=", "keyed":false, "weighted":false, "incomplete":0, "d":1, "n":1, "sample":1 } '::measure_sample AS s) q, sample_rows(s) x;
-- COPY in both forms
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/values.bin'
COPY value_samples TO :'file' (FORMAT binary);
CREATE TABLE value_read (LIKE value_samples);
COPY value_read FROM :'file' (FORMAT binary);
COPY value_samples TO :'file';
COPY value_read FROM :'file';
SELECT count(*), bool_and(a.s = b.s AND measure_sample_send(a.s) = measure_sample_send(b.s)) AS same FROM value_samples a JOIN value_read b USING (id);
COPY value_others TO :'file' (FORMAT binary);
CREATE TABLE value_others_read (LIKE value_others);
COPY value_others_read FROM :'file' (FORMAT binary);
SELECT count(*), bool_and(a.m = b.m AND a.o = b.o AND a.g = b.g) AS same FROM value_others a JOIN value_others_read b USING (id);

-- golden values of every release are read, and written again as they were
\getenv abs_srcdir PG_ABS_SRCDIR
CREATE FUNCTION pg_temp.golden(name text) RETURNS bytea LANGUAGE sql AS $$SELECT decode(regexp_replace(regexp_replace(pg_read_file(name), '(#|--|//)[^\n]*', '', 'g'), '\s', '', 'g'), 'hex')$$;
CREATE FUNCTION pg_temp.read(bytes bytea, type text, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value text; large oid;
BEGIN
	-- a COPY file of one field: signature, flags, extension, one column, its length, the value's bytes
	large := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || int4send(0) || int4send(0) || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2));
	PERFORM lo_export(large, file), lo_unlink(large);
	EXECUTE format('CREATE TEMP TABLE golden_value (v %s)', type);
	EXECUTE format('COPY golden_value FROM %L (FORMAT binary)', file);
	EXECUTE format('SELECT CASE WHEN %s_send(v) = $1 THEN left(v::text, 90) ELSE ''differs'' END FROM golden_value', type) INTO value USING bytes;
	DROP TABLE golden_value;
	RETURN value;
END $$;
SELECT name, pg_temp.read(substr(pg_temp.golden(:'abs_srcdir' || '/test/golden/' || name), 5), 'measure_' || substring(name FROM '^(gmm_stats|kernel_[a-z]+|[a-z]+)_'), :'file') AS value
FROM pg_ls_dir(:'abs_srcdir' || '/test/golden') name WHERE name LIKE '%.hex' AND to_regtype('measure_' || substring(name FROM '^(gmm_stats|kernel_[a-z]+|[a-z]+)_')) IS NOT NULL ORDER BY name COLLATE "C";

-- =, order and hash are those of the bytes; a value is found by an index and grouped
SELECT count(*), count(DISTINCT s), count(DISTINCT measure_sample_hash(s)) AS hashes, count(DISTINCT measure_sample_hash_extended(s, 7)) AS extended FROM (SELECT s FROM value_samples UNION ALL SELECT s FROM value_read) q;
SELECT count(*) AS inconsistent FROM value_samples a, value_samples b WHERE (a.s < b.s)::int + (a.s = b.s)::int + (a.s > b.s)::int <> 1 OR (a.s <= b.s) <> NOT (a.s > b.s) OR (a.s >= b.s) <> NOT (a.s < b.s) OR (a.s <> b.s) <> NOT (a.s = b.s)
	OR sign(measure_sample_cmp(a.s, b.s)) <> -sign(measure_sample_cmp(b.s, a.s));
SELECT bool_and((measure_sample_hash_extended(s, 0) & 4294967295) = (measure_sample_hash(s)::bigint & 4294967295)) AS low_bits FROM value_samples;
CREATE INDEX ON value_others (m);
CREATE INDEX ON value_others USING hash (o);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM value_others WHERE m = '[1,"a1",false,null]';
SELECT id FROM value_others WHERE m = '[1,"a1",false,null]';
SELECT id FROM value_others WHERE o = (SELECT moments(2 * y, sqrt(y)) FROM generate_series(1, 9) y);
RESET enable_seqscan;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT count(*) AS merge_join FROM value_samples a JOIN value_read b ON a.s = b.s;
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT count(*) AS distinct_values FROM (SELECT s FROM value_samples UNION SELECT s FROM value_read) q;
SELECT a.s = (SELECT sample(x, 1) FROM generate_series(1, 40000) x) AS stored_and_fresh FROM value_samples a WHERE what = 'large';
SELECT pgmeasure_version() = extversion AS version FROM pg_extension WHERE extname = 'pgmeasure';

-- what a text form must not be
CREATE FUNCTION pg_temp.failure(query text) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	state := 'none';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT;
END $$;
CREATE TABLE bad_forms (id serial, what text, form text);
INSERT INTO bad_forms (what, form)
SELECT 'without ' || key, (j - key)::text FROM (SELECT s::jsonb AS j FROM value_samples WHERE what = 'mixed') q, unnest('{sample,n,d,weighted,keyed,incomplete,kinds,data}'::text[]) key;
INSERT INTO bad_forms (what, form)
SELECT key || ' ' || lie, jsonb_set(j, ARRAY[key], lie::jsonb)::text FROM (SELECT s::jsonb AS j FROM value_samples WHERE what = 'mixed') q,
	(VALUES ('sample', '2'), ('n', '4'), ('d', '3'), ('weighted', 'true'), ('keyed', '"text"'), ('keyed', 'true'), ('incomplete', '0'), ('kinds', '["number","nominal","boolean","number"]'), ('kinds', '["number"]'), ('kinds', '[1,2,3,4]'),
	        ('n', '"5"'), ('n', '-5'), ('n', '5.0'), ('n', 'null'), ('n', '1e99'), ('weighted', '0'), ('keyed', '1'), ('data', '1'), ('data', '""'), ('data', '"AA"'), ('data', '"?"'), ('data', '["AA"]'), ('more', '1')) v (key, lie);
INSERT INTO bad_forms (what, form) VALUES ('nothing', ''), ('a word', 'sample'), ('a number', '1'), ('a list', '[1]'), ('empty', '{}'), ('nested', '{"sample":{"n":1}}'), ('twice', '{"sample":1,"sample":1}'),
	('of another type', (SELECT o::text FROM value_others LIMIT 1)), ('data of another type', (SELECT regexp_replace(s::text, '"data":"AQ', '"data":"Ag') FROM value_samples WHERE what = 'one'));
SELECT what, f.state, f.message, f.detail FROM bad_forms, pg_temp.failure(format('SELECT %L::measure_sample', form)) f ORDER BY id;
SELECT form, f.state, f.message, f.detail FROM unnest(ARRAY['""', '{}', '[]', '[[1]]', '[{}]', '[1e999]', '[1,]', '1', '[1]x', '']) form, pg_temp.failure(format('SELECT %L::measure_mixed', form)) f;
SELECT f.state FROM pg_temp.failure(format('SELECT %L::measure_sample', repeat('[', 100000))) f;
-- what a session has no memory to check is no syntax error
CREATE TABLE value_strings AS SELECT sample_keyed(x::text, x)::text AS form FROM generate_series(1, 200000) x;
SET pgmeasure.max_memory = '1MB';
SELECT f.state, f.message FROM value_strings, pg_temp.failure(format('SELECT %L::measure_sample', form)) f;
RESET pgmeasure.max_memory;
SELECT sample_n(form::measure_sample) FROM value_strings;
