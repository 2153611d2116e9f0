-- measure_gmm as a type: text, binary, jsonb, comparison, storage; hostile text.
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv abs_builddir PG_ABS_BUILDDIR
CREATE TABLE gmm_values (id int PRIMARY KEY, m measure_gmm);
INSERT INTO gmm_values
SELECT row_number() OVER (), m
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, unnest('{full,tied,diag,spherical}'::text[]) f, generate_series(1, 3) k,
     gmm_fit(s, k, f, names => CASE WHEN k = 2 THEN '{"\"eruptions\", in min","wäiting"}'::text[] END) m;

-- the text form: first what identifies a model
SELECT id, left(m::text, 48) FROM gmm_values ORDER BY id;
SELECT '{"gmm":1,"k":2,"d":1,"covariance":"full","weights":[0.25,0.75],"means":[0,1e3],"covariances":[1,0.1]}'::measure_gmm;
SELECT '{"covariances":[[1,0.5,2]],"means":[1,2],"weights":[1],"covariance":"tied","d":2,"k":1,"gmm":1,"names":["a","é\n"],"n":12,
         "log_likelihood":-3.5,"stop_reason":"max_iter","problems":["max_iter","spurious"],"component_problems":["spurious small_component"],
         "seed":-9223372036854775808,"omitted":3,"iterations":500,"starts":10,"starts_at_best":1,"weight":30.5}'::measure_gmm;

-- lossless: text, jsonb, binary
SELECT count(*), bool_and(m = m::text::measure_gmm) AS text, bool_and(m = m::jsonb::text::measure_gmm) AS jsonb FROM gmm_values;
\set binary_file :abs_builddir '/results/gmm.binary'
COPY gmm_values TO :'binary_file' (FORMAT binary);
CREATE TEMP TABLE gmm_copy (LIKE gmm_values);
COPY gmm_copy FROM :'binary_file' (FORMAT binary);
SELECT count(*), bool_and(a.m = b.m) AS equal FROM gmm_values a JOIN gmm_copy b USING (id);
-- a double that needs 17 digits, the least and the greatest
SELECT m = m::text::measure_gmm AS equal, gmm_mean(m)
FROM (SELECT '{"gmm":1,"k":1,"d":3,"covariance":"diag","weights":[1],"means":[0.1000000000000000055511151231257827,5e-324,-1.7976931348623157e308],
      "covariances":[2.2250738585072014e-308,1,3]}'::measure_gmm) q (m);

-- text forms of earlier releases
\set golden_file :abs_srcdir '/test/golden/gmm_text.csv'
CREATE TEMP TABLE golden (name text, form text, hash text);
COPY golden FROM :'golden_file' (FORMAT csv, HEADER);
SELECT name, form::measure_gmm::text = form AS text, md5(measure_gmm_send(form::measure_gmm)) = hash AS bytes FROM golden ORDER BY name;

-- comparison
SELECT a.m = b.m AS eq, a.m <> b.m AS ne, measure_gmm_cmp(a.m, b.m) = -measure_gmm_cmp(b.m, a.m) AS cmp,
       measure_gmm_hash(a.m) = measure_gmm_hash(b.m) AS hash
FROM gmm_values a, gmm_values b WHERE a.id = 1 AND b.id IN (1, 2) ORDER BY b.id;
SELECT count(*) AS models, sum(n) AS rows FROM (SELECT m, count(*) AS n FROM (SELECT m FROM gmm_values UNION ALL SELECT m FROM gmm_copy) q GROUP BY m) g;
SET enable_hashagg = off;
SELECT count(*) AS models, sum(n) AS rows FROM (SELECT m, count(*) AS n FROM (SELECT m FROM gmm_values UNION ALL SELECT m FROM gmm_copy) q GROUP BY m) g;
RESET enable_hashagg;
SELECT count(DISTINCT m), count(*) FROM (SELECT m FROM gmm_values UNION ALL SELECT m FROM gmm_copy) q;
CREATE UNIQUE INDEX ON gmm_copy (m);
SELECT count(*) FROM gmm_values a JOIN gmm_copy b ON a.m = b.m;

-- stored small, stored out of line, and moved: the same value
CREATE TABLE gmm_stored (kind text, m measure_gmm);
INSERT INTO gmm_stored SELECT 'small', m FROM gmm_values WHERE id = 1;
INSERT INTO gmm_stored
SELECT 'large', m FROM (SELECT sample(ARRAY(SELECT sin(x * c) FROM generate_series(1, 30) c)) AS s FROM generate_series(1, 60) x) r,
       gmm_fit(s, 2, 'tied') m;
SELECT kind, pg_column_size(m) > 2000 AS large, i.k, i.d, m = m::text::measure_gmm AS equal FROM gmm_stored, gmm_info(m) i ORDER BY kind DESC;
UPDATE gmm_stored SET m = m::text::measure_gmm;
SELECT kind, i.k, i.d, i.converged FROM gmm_stored, gmm_info(m) i ORDER BY kind DESC;

-- a model that was not fitted has no evidence
SELECT summary(m), c.n, i.log_likelihood, i.bic, i.converged, i.stop_reason
FROM (SELECT '{"gmm":1,"k":1,"d":1,"covariance":"full","weights":[1],"means":[0.00001],"covariances":[1e-14]}'::measure_gmm) q (m),
     gmm_info(m) i, gmm_components(m) c;
-- decimals follow the spread, widths the names
SELECT summary('{"gmm":1,"k":2,"d":10,"covariance":"diag","weights":[0.5,0.5],"names":["a","ширина","長さ","d","e","f","g","h","i","j"],
	"means":[[1,20,3e20,4,123456789,6,7,8,9,10],[1.5,2,3,4,987654321,6,7,8,9,10]],
	"covariances":[[1e-8,1,1,1,1e8,1,1,1,1,1],[1e-6,4,4,4,4e8,1,1,1,1,1]]}'::measure_gmm);
SELECT gmm_mean('{"gmm":1,"k":2,"d":2,"covariance":"spherical","weights":[0.25,0.75],"means":[[1,2],[5,6]],"covariances":[1,2]}');

-- text that is not a mixture: 22P02 each, with the check that failed
CREATE TEMP TABLE hostile (id serial, form text);
INSERT INTO hostile (form) VALUES (''), ('{}'), ('null'), ('[1,2]'), ('{"gmm":2}'), ('{"gmm":1}'), ('{"gmm":1,"k":0,"d":1}');
INSERT INTO hostile (form)
SELECT replace('{"gmm":1,"k":2,"d":1,"covariance":"full","weights":[0.25,0.75],"means":[0,1],"covariances":[1,2]}', was, becomes)
FROM (VALUES
	('"k":2', '"k":0'), ('"k":2', '"k":-1'), ('"k":2', '"k":3'), ('"k":2', '"k":4294967298'), ('"k":2', '"k":2.5'), ('"k":2', '"k":"2"'),
	('"k":2', '"k":10000'), ('"d":1', '"d":16384'), ('"d":1', '"d":99999999999999999999'), ('full', 'round'), ('"full"', '3'),
	('0.25,0.75', '0.25,0.7'), ('0.25,0.75', '-0.25,1.25'), ('0.25,0.75', '0,1'), ('0.25,0.75', '0.25'), ('[0.25,0.75]', '1'),
	('0.25,0.75', '"NaN",0.75'), ('0.25,0.75', 'null,0.75'), ('[0,1]', '[0,1e999]'), ('[0,1]', '[0,NaN]'), ('[0,1]', '{"a":1}'),
	('[1,2]', '[1,-2]'), ('[1,2]', '[1,0]'), ('[1,2]', '[1]'), ('[1,2]', '[[1,2],[3,4]]'),
	('"gmm":1', '"gmm":1,"gmm":1'), ('"gmm":1', '"gmm":1,"colour":"blue"'), ('"gmm":1', '"gmm":1,"converged":true'),
	('"gmm":1', '"gmm":1,"converged":1'), ('"gmm":1', '"gmm":1,"stop_reason":"bored"'), ('"gmm":1', '"gmm":1,"names":["a","b"]'),
	('"gmm":1', '"gmm":1,"names":[1]'), ('"gmm":1', '"gmm":1,"names":"a"'), ('"gmm":1', '"gmm":1,"problems":["odd"]'),
	('"gmm":1', '"gmm":1,"problems":"spurious"'), ('"gmm":1', '"gmm":1,"component_problems":["spurious"]'),
	('"gmm":1', '"gmm":1,"component_problems":["max_iter",""]'), ('"gmm":1', '"gmm":1,"iterations":-1'), ('"gmm":1', '"gmm":1,"iterations":3000000000'),
	('"gmm":1', '"gmm":1,"starts":1,"starts_at_best":2'), ('"gmm":1', '"gmm":1,"n":99999999999999999999'), ('"gmm":1', '"gmm":1,"n":18446744073709551615'),
	('"gmm":1', '"gmm":1,"weight":-1'), ('"gmm":1', '"gmm":1,"seed":1.5'), ('"gmm":1', '"gmm":1,"names":["\u0000"]'),
	('}', ',}'), ('}', '')) v (was, becomes);
INSERT INTO hostile (form) VALUES ('{"gmm":1,"k":1,"d":2,"covariance":"full","weights":[1],"means":[0,0],"covariances":[1,2,1]}');
INSERT INTO hostile (form) VALUES (repeat('[', 100000));
CREATE FUNCTION pg_temp.verdict(form text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	PERFORM form::measure_gmm;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	-- how the server's JSON parser says what it met is its own matter
	RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN SQLERRM NOT LIKE '%json' THEN coalesce(': ' || left(detail, 90), '') ELSE '' END;
END $$;
SELECT id, left(form, 120) AS form, pg_temp.verdict(form) FROM hostile ORDER BY id;
-- every prefix of a good text is refused
SELECT pg_temp.verdict(left(form, i)) AS verdict, count(*)
FROM (SELECT m::text FROM gmm_values WHERE id = 5) q (form), generate_series(1, length(form) - 1) i
GROUP BY 1 HAVING pg_temp.verdict(min(left(form, i))) NOT LIKE '22P02%';
-- bytes that are not a mixture: 22P03; a bytea in a binary COPY is what the type's input gets
CREATE FUNCTION pg_temp.receive(bytes bytea, path text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY (SELECT 1, %L::bytea) TO %L (FORMAT binary)', bytes, path);
	EXECUTE format('COPY gmm_copy FROM %L (FORMAT binary)', path);
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
TRUNCATE gmm_copy;
SELECT pg_temp.receive(measure_gmm_send(m), :'binary_file') FROM gmm_values WHERE id = 5;
SELECT pg_temp.receive(set_byte(b, i, get_byte(b, i) # (1 << i % 8)), :'binary_file') AS flipped, count(*) = max(length(b)) AS all
FROM (SELECT measure_gmm_send(m) FROM gmm_values WHERE id = 5) q (b), generate_series(0, length(b) - 1) i GROUP BY flipped;
SELECT pg_temp.receive(substr(b, 1, i), :'binary_file') AS truncated, count(*) = max(length(b)) AS all
FROM (SELECT measure_gmm_send(m) FROM gmm_values WHERE id = 5) q (b), generate_series(0, length(b) - 1) i GROUP BY truncated;
SELECT pg_temp.receive(measure_gmm_send(m) || '\x00', :'binary_file') AS longer FROM gmm_values WHERE id = 5;
DROP TABLE gmm_stored;
