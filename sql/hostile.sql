-- Thousands of broken texts and bytes of every stored type, always the same ones: each is refused with a
-- SQLSTATE of its own, or it is a value that is written and read again. Never an internal error, never a crash.
CREATE TABLE hostile_values (type text, bytes bytea, form text);
INSERT INTO hostile_values SELECT 'measure_sample', measure_sample_send(s), s::text FROM (
	SELECT sample(x, 2 * x) AS s FROM generate_series(1, 4) x UNION ALL SELECT sample_weighted(x, ARRAY[x, NULL]) FROM generate_series(1, 3) x
	UNION ALL SELECT sample_keyed_weighted('k' || x, 1, x) FROM generate_series(1, 3) x UNION ALL SELECT sample_keyed(x, mixed(x, 'a' || x, true, NULL)) FROM generate_series(1, 3) x
	UNION ALL SELECT subsample(x, 3, x) FROM generate_series(1, 9) x) q;
INSERT INTO hostile_values SELECT 'measure_mixed', measure_mixed_send(m), m::text FROM (VALUES (mixed(1.5, 'text', true, NULL)), (mixed(NULL)), (mixed('a', 'b', ''))) v (m);
INSERT INTO hostile_values SELECT 'measure_moments', measure_moments_send(m), m::text FROM (SELECT moments(x, x * x) AS m FROM generate_series(1, 5) x UNION ALL SELECT moments_weighted(x, x, NULL) FROM generate_series(1, 2) x) q;
INSERT INTO hostile_values SELECT 'measure_minhash', measure_minhash_send(m), m::text FROM (SELECT minhash(x) AS m FROM generate_series(1, 5) x UNION ALL SELECT minhash_like(minhash_empty(t => 4), x) FROM generate_series(1, 20) x UNION ALL SELECT minhash_weighted(x, x::bigint) FROM generate_series(1, 3) x) q;
INSERT INTO hostile_values SELECT 'measure_dissimilarity', measure_dissimilarity_send(d), d::text FROM (
	SELECT dissimilarity(i, j, i + j) AS d FROM generate_series(1, 4) i, generate_series(1, i - 1) j UNION ALL SELECT dissimilarity('k' || i, 'k' || j, 1) FROM generate_series(1, 3) i, generate_series(1, i - 1) j
	UNION ALL SELECT dissimilarity(i, i + 1, i) FROM generate_series(1, 3) i UNION ALL SELECT dissimilarity(i::text, '', i) FROM generate_series(1, 3) i) q;
INSERT INTO hostile_values SELECT 'measure_kmedoids', measure_kmedoids_send(m), m::text FROM (
	SELECT kmedoids_fit(sample(x, x * x), 2, metric => 'manhattan', names => '{x,y}') AS m FROM generate_series(1, 5) x UNION ALL SELECT kmedoids_fit(dissimilarity('k' || i, 'k' || j, 1), 2) FROM generate_series(1, 4) i, generate_series(1, i - 1) j
	UNION ALL SELECT kmedoids_fit(sample_keyed('k' || x, mixed(x, 'a' || x, x < 3, NULLIF(x, 2))), 2, metric => 'gower', missing => 'use', options => '{"asymmetric":[3],"column_weights":[1,2,1,1]}') FROM generate_series(1, 4) x) q;
INSERT INTO hostile_values SELECT 'measure_kmeans', measure_kmeans_send(m), m::text FROM (SELECT kmeans_fit(sample(x, x * x), 2, names => '{x,y}') AS m FROM generate_series(0, 7) x UNION ALL SELECT kmeans_fit(sample(x), 1) FROM generate_series(1, 3) x) q;
INSERT INTO hostile_values SELECT 'measure_kll', measure_kll_send(q), q::text FROM (SELECT kll(x / 4.0) AS q FROM generate_series(1, 5) x UNION ALL SELECT kll_like(kll_empty(8, -3), x * x) FROM generate_series(1, 100) x UNION ALL SELECT kll_weighted(x / 3.0, x) FROM generate_series(1, 4) x UNION ALL SELECT kll_empty(4096)) q;
CREATE AGGREGATE pg_temp.raw_mean(f measure_kernel_features, x float8, y float8) (SFUNC = kernel_mean_append, STYPE = measure_kernel_mean);
INSERT INTO hostile_values SELECT 'measure_kernel_features', measure_kernel_features_send(f), f::text FROM unnest(ARRAY[kernel_features(2, 1.5, 'imq', 7, '{1,0.25}', -3), kernel_features(1, 1)]) f;
INSERT INTO hostile_values SELECT 'measure_kernel_mean', measure_kernel_mean_send(m), m::text FROM kernel_features(2, 1.5, features => 3) f, LATERAL (SELECT kernel_mean(f, x, NULL) AS m FROM generate_series(1, 4) x UNION ALL SELECT pg_temp.raw_mean(f, x, x * x) FROM generate_series(1, 4) x UNION ALL SELECT pg_temp.raw_mean(f, 0 * x, 0 * x) FROM generate_series(1, 258) x UNION ALL SELECT kernel_mean(f, 0 * x, 0 * x) FROM generate_series(1, 4) x) q;
-- mixtures by hand, so that their bytes are the same everywhere
\getenv abs_srcdir PG_ABS_SRCDIR
INSERT INTO hostile_values SELECT 'measure_gmm', substr(decode(regexp_replace(pg_read_file(:'abs_srcdir' || '/test/golden/gmm_' || name || '.hex'), '\s', '', 'g'), 'hex'), 5), NULL FROM unnest('{full,tied,diag,spherical,imported}'::text[]) name;
INSERT INTO hostile_values SELECT 'measure_gmm_stats', measure_gmm_stats_send(s), s::text FROM (SELECT gmm_stats(m, x, x * x) AS s FROM gmm('{0.5,0.5}', '{{0,0},{3,9}}', '{{{1,0},{0,1}},{{2,1},{1,2}}}') m, generate_series(1, 3) x GROUP BY m
	UNION ALL SELECT gmm_stats_weighted(m, x, x) FROM gmm('{1}', '{{0}}', '{{{1}}}') m, generate_series(1, 2) x GROUP BY m) q;
-- a table a type, from which COPY reads one field
CREATE TABLE hostile_measure_sample (v measure_sample);
CREATE TABLE hostile_measure_mixed (v measure_mixed);
CREATE TABLE hostile_measure_moments (v measure_moments);
CREATE TABLE hostile_measure_gmm (v measure_gmm);
CREATE TABLE hostile_measure_gmm_stats (v measure_gmm_stats);
CREATE TABLE hostile_measure_minhash (v measure_minhash);
CREATE TABLE hostile_measure_dissimilarity (v measure_dissimilarity);
CREATE TABLE hostile_measure_kmedoids (v measure_kmedoids);
CREATE TABLE hostile_measure_kmeans (v measure_kmeans);
CREATE TABLE hostile_measure_kll (v measure_kll);
CREATE TABLE hostile_measure_kernel_features (v measure_kernel_features);
CREATE TABLE hostile_measure_kernel_mean (v measure_kernel_mean);

CREATE FUNCTION pg_temp.copy_in(type text, bytes bytea, file text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE large oid;
BEGIN
	large := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || int4send(0) || int4send(0) || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2));
	PERFORM lo_export(large, file), lo_unlink(large);
	EXECUTE format('COPY hostile_%s FROM %L (FORMAT binary)', type, file);
END $$;
CREATE FUNCTION pg_temp.try_text(type text, form text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE same boolean; state text;
BEGIN
	EXECUTE format('SELECT %1$I_send(v) = %1$I_send(v::text::%1$I) FROM (SELECT $1::%1$I AS v OFFSET 0) q', type) INTO same USING form;
	RETURN CASE WHEN same THEN 'a value' ELSE 'DIFFERS' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
	RETURN state;
END $$;
CREATE FUNCTION pg_temp.try_bytes(type text, bytes bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE same boolean; state text;
BEGIN
	PERFORM pg_temp.copy_in(type, bytes, file);
	EXECUTE format('SELECT bool_and(%1$I_send(v) = $1 AND %1$I_send(v::text::%1$I) = $1) FROM hostile_%1$s', type) INTO same USING bytes;
	EXECUTE format('DELETE FROM hostile_%s', type);
	RETURN CASE WHEN same THEN 'a value' ELSE 'DIFFERS' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
	RETURN state;
END $$;
-- a number below n that depends on the seed alone
CREATE FUNCTION pg_temp.pick(seed text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT (('x' || substr(md5(seed), 1, 8))::bit(32)::bigint % n)::int$$;
-- cut, longer, another byte, another bit, eight bytes less, a word of eight bytes that is a limit, a NaN or an infinity
CREATE FUNCTION pg_temp.break_bytes(bytes bytea, seed text) RETURNS bytea LANGUAGE sql AS $$
	SELECT CASE pg_temp.pick(seed || 'how', 6)
		WHEN 0 THEN substr(bytes, 1, at)
		WHEN 1 THEN bytes || substr(bytes, 1, 1 + at % 16)
		WHEN 2 THEN set_byte(bytes, at, (get_byte(bytes, at) + 1 + pg_temp.pick(seed || 'add', 255)) % 256)
		WHEN 3 THEN set_bit(bytes, 8 * at + at % 8, 1 - get_bit(bytes, 8 * at + at % 8))
		WHEN 4 THEN substr(bytes, 1, at) || substr(bytes, at + 9)
		ELSE overlay(bytes PLACING (ARRAY['\xffffffffffffffff', '\x0000000000000000', '\x000000000000f87f', '\x000000000000f07f', '\x0000000000000080', '\xffffffffffffff7f']::bytea[])[1 + pg_temp.pick(seed || 'word', 6)] FROM 5 + at / 8 * 8)
	END FROM pg_temp.pick(seed || 'at', length(bytes)) at $$;
-- cut, another sign, a sign less, a sign more, another number
CREATE FUNCTION pg_temp.break_text(form text, seed text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE pg_temp.pick(seed || 'how', 5)
		WHEN 0 THEN left(form, at)
		WHEN 1 THEN overlay(form PLACING sign FROM at + 1 FOR 1)
		WHEN 2 THEN left(form, at) || substr(form, at + 2)
		WHEN 3 THEN left(form, at) || sign || substr(form, at + 1)
		ELSE regexp_replace(form, '-?\d+(\.\d+)?(e-?\d+)?', (ARRAY['-1', '0', '99999999999999999999', '1e999', '1e-999', 'null', '"1"', '[]', '[1]', 'true', '0.5'])[1 + pg_temp.pick(seed || 'number', 11)], 1, 1 + pg_temp.pick(seed || 'which', 12))
	END FROM pg_temp.pick(seed || 'at', length(form)) at, substr('{}[]",:0129-.eAz/+= \', 1 + pg_temp.pick(seed || 'sign', 21), 1) sign $$;
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/hostile.bin'
SELECT count(pg_temp.copy_in(type, bytes, :'file')) FROM hostile_values WHERE type = 'measure_gmm';
UPDATE hostile_values h SET form = v::text FROM hostile_measure_gmm WHERE h.type = 'measure_gmm' AND measure_gmm_send(v) = h.bytes;
DELETE FROM hostile_measure_gmm;
SELECT type, count(*), count(form) AS forms FROM hostile_values GROUP BY type ORDER BY type;
CREATE TEMP TABLE numbered AS SELECT *, row_number() OVER (PARTITION BY type ORDER BY bytes) AS row FROM hostile_values;
CREATE TEMP TABLE outcomes AS
SELECT type, 'text' AS kind, pg_temp.try_text(type, pg_temp.break_text(form, 'text ' || type || row || i)) AS outcome FROM numbered, generate_series(1, 200) i
UNION ALL SELECT type, 'bytes', pg_temp.try_bytes(type, pg_temp.break_bytes(bytes, 'bytes ' || type || row || i), :'file') FROM numbered, generate_series(1, 200) i
-- broken bytes in the text form of a value, whose head then lies or is as broken
UNION ALL SELECT type, 'text of bytes', pg_temp.try_text(type, regexp_replace(form, '"data":"[^"]*"', '"data":"' || translate(encode(pg_temp.break_bytes(bytes, 'both ' || row || i), 'base64'), E'\n', '') || '"'))
	FROM numbered, generate_series(1, 200) i WHERE type IN ('measure_sample', 'measure_dissimilarity', 'measure_kmedoids', 'measure_kmeans', 'measure_kll', 'measure_kernel_mean');
-- every way to cut a value short
INSERT INTO outcomes SELECT type, 'cut text', pg_temp.try_text(type, left(form, i)) FROM numbered, LATERAL generate_series(0, length(form) - 1) i;
INSERT INTO outcomes SELECT type, 'cut bytes', pg_temp.try_bytes(type, substr(bytes, 1, i), :'file') FROM numbered, LATERAL generate_series(0, length(bytes) - 1) i;
-- whole values are values
INSERT INTO outcomes SELECT type, 'whole', pg_temp.try_text(type, form) FROM numbered UNION ALL SELECT type, 'whole', pg_temp.try_bytes(type, bytes, :'file') FROM numbered;
SELECT type, kind, outcome FROM outcomes WHERE outcome NOT IN ('22P02', '22P03', '22003', '54000', 'a value') OR (kind LIKE 'cut%' AND outcome = 'a value');
SELECT type, kind, string_agg(DISTINCT outcome, ', ' ORDER BY outcome) AS outcomes, count(*) > 100 AS hundreds FROM outcomes GROUP BY type, kind ORDER BY type, kind;
