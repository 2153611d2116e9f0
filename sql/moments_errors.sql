-- What measure_moments refuses: SQLSTATE, message, detail, hint.
\getenv abs_builddir PG_ABS_BUILDDIR
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE two AS SELECT moments(x, x * x) AS m FROM generate_series(1, 9) x;
CREATE TEMP TABLE constant AS SELECT moments(x, 7) AS m FROM generate_series(1, 9) x;
CREATE TEMP TABLE dependent AS SELECT moments(x, 2 * x, x % 3) AS m FROM generate_series(1, 9) x;
\x
-- rows
SELECT q.query, f.*
FROM (VALUES
	(1, 'SELECT moments(''NaN''::float8)'), (2, 'SELECT moments(1, ''-infinity'')'), (3, 'SELECT moments(ARRAY[1, 2, ''infinity''::float8])'),
	(4, 'SELECT moments(ARRAY[1, ''NaN''::numeric])'), (5, 'SELECT moments(1, VARIADIC ''{2,NaN}''::float8[])'),
	(6, 'SELECT moments(v) FROM (VALUES (''{1,2}''::float8[]), (''{1,2,3}'')) q (v)'), (7, 'SELECT moments(''{}''::float8[])'),
	(8, 'SELECT moments(''{{1,2},{3,4}}''::float8[])'), (9, 'SELECT moments(array_fill(1::float8, ''{8193}''))'),
	(10, 'SELECT moments(x) FROM unnest(''{1e200,-1e200}''::float8[]) x'), (11, 'SELECT moments_weighted(-1, 2)'), (12, 'SELECT moments_weighted(''infinity'', 2)'),
	(13, 'SELECT moments_weighted(''NaN'', 2)'), (14, 'SELECT moments_weighted(NULL, 2)'), (15, 'SELECT moments_weighted(1e308, 2) FROM generate_series(1, 2)'),
	(16, 'SELECT moments_append(m, 1, 2) FROM two'), (17, 'SELECT moments_merge(m, m) FROM two'),
	(18, 'SELECT m || moments(1) FROM two GROUP BY m'), (19, 'SELECT moments_union(m) FROM (SELECT m FROM two UNION ALL SELECT m FROM dependent) q')
) q (id, query), LATERAL pg_temp.failure(q.query) f ORDER BY q.id;
-- answers
SELECT q.query, f.*
FROM (VALUES
	(1, 'SELECT moments_columns(m, ''{a}'') FROM two'), (2, 'SELECT moments_columns(m, ''{a,NULL}'') FROM two'), (3, 'SELECT moments_matrix(m, ''cor'') FROM two'),
	(4, 'SELECT moments_matrix(m, NULL) FROM two'), (5, 'SELECT moments_matrix(m, ''partial'') FROM constant'), (6, 'SELECT moments_matrix(m, ''partial'') FROM dependent'),
	(7, 'SELECT moments_pca(m, ''mad'') FROM two'), (8, 'SELECT moments_pca(m) FROM constant'), (9, 'SELECT moments_mahalanobis(m, 1, 2) FROM constant'),
	(10, 'SELECT moments_mahalanobis(m, 1, 2, 3) FROM dependent'), (11, 'SELECT moments_mahalanobis(m, 1, 2, 3) FROM two'), (12, 'SELECT moments_mahalanobis(m, 1) FROM two'),
	(13, 'SELECT moments_mahalanobis(m, 1, ''NaN'') FROM two'), (14, 'SELECT moments_standardise(m, 1, 2) FROM constant'), (15, 'SELECT moments_standardise(m, ARRAY[1]) FROM two'),
	(16, 'SELECT moments_project(m, ''{1,2}'', 0) FROM two'), (17, 'SELECT moments_project(m, ''{1,2}'', 1, ''range'') FROM two'), (18, 'SELECT moments_project(m, ''{1,2}'') FROM constant'),
	(19, 'SELECT moments_project(m, ''{1,2,3}'') FROM two')
) q (id, query), LATERAL pg_temp.failure(q.query) f ORDER BY q.id;
\x
-- a call site that failed goes on with the next model
DO $$
DECLARE
	r record;
	d float8;
BEGIN
	FOR r IN SELECT 'constant' AS name, m FROM constant UNION ALL SELECT 'two', m FROM two UNION ALL SELECT 'constant', m FROM constant UNION ALL SELECT 'two', m FROM two LOOP
		BEGIN
			d := moments_mahalanobis(r.m, 1, 2);
			RAISE NOTICE '%: %', r.name, round(d::numeric, 6);
		EXCEPTION WHEN data_exception THEN
			RAISE NOTICE '%: %', r.name, SQLERRM;
		END;
	END LOOP;
END $$;

-- text that is not a value
SELECT q.form, f.state, f.message, f.detail
FROM (VALUES
	(1, ''), (2, 'NULL'), (3, '[]'), (4, '{}'), (5, '{"moments":1'), (6, '{"moments":2,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[1],"scatter":[0]}'),
	(7, '{"moments":1,"d":1,"n":1,"weight":1,"mean":[1],"scatter":[0]}'), (8, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[1],"scatter":[0],"more":1}'),
	(9, '{"moments":1,"d":2,"n":1,"weight":1,"incomplete":0,"mean":[1],"scatter":[0]}'), (10, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[1],"scatter":[0,0]}'),
	(11, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":["1"],"scatter":[0]}'), (12, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[null],"scatter":[0]}'),
	(13, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[1e999],"scatter":[0]}'), (14, '{"moments":1,"d":1,"n":1,"weight":null,"incomplete":0,"mean":[1],"scatter":[0]}'),
	(15, '{"moments":1,"d":1,"n":1,"weight":-1,"incomplete":0,"mean":[1],"scatter":[0]}'), (16, '{"moments":1,"d":1,"n":-1,"weight":1,"incomplete":0,"mean":[1],"scatter":[0]}'),
	(17, '{"moments":1,"d":1,"n":0,"weight":0,"incomplete":0,"mean":[0],"scatter":[0]}'), (18, '{"moments":1,"d":1,"n":0,"weight":1,"incomplete":2,"mean":[1],"scatter":[0]}'),
	(19, '{"moments":1,"d":1,"n":1,"weight":0,"incomplete":0,"mean":[1],"scatter":[0]}'), (20, '{"moments":1,"d":1,"n":1,"weight":1,"incomplete":0,"mean":[-0.0],"scatter":[0]}'),
	(21, '{"moments":1,"d":1,"n":2,"weight":2,"incomplete":0,"mean":[1],"scatter":[-1]}'), (22, '{"moments":1,"d":2,"n":2,"weight":2,"incomplete":0,"mean":[1,1],"scatter":[1,2,1]}'),
	(23, '{"moments":1,"d":1,"n":2,"weight":2,"incomplete":0,"mean":[1],"scatter":[1],"mean_rest":[0.1]}'), (24, '{"moments":1,"d":1,"n":2,"weight":2,"incomplete":0,"mean":[1],"scatter":[1],"mean_rest":[0,0]}'),
	(25, '{"moments":1,"d":1,"n":2,"weight":2,"incomplete":0,"mean":{"a":1},"scatter":[1]}'), (26, '{"moments":1,"moments":1}')) q (id, form),
     LATERAL pg_temp.failure(format('SELECT %L::measure_moments', form)) f ORDER BY q.id;

-- bytes that are not a value: by COPY, whose binary form is that of a bytea
\set bytes_file :abs_builddir '/results/moments_bytes.binary'
CREATE TEMP TABLE bytes (b bytea);
CREATE TEMP TABLE taken (m measure_moments);
CREATE FUNCTION pg_temp.take(b bytea, file text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE bytes;
	INSERT INTO bytes VALUES (b);
	EXECUTE format('COPY bytes TO %L (FORMAT binary)', file);
	SELECT f.state, f.message, f.detail INTO state, message, detail FROM pg_temp.failure(format('COPY taken FROM %L (FORMAT binary)', file)) f;
END $$;
SELECT q.what, f.*
FROM (SELECT measure_moments_send(m) AS good FROM two) g,
     LATERAL (VALUES (1, 'as it is', good), (2, 'nothing', ''), (3, 'short', substr(good, 1, 43)), (4, 'long', good || '\x00'), (5, 'type', set_byte(good, 0, 1)),
                     (6, 'version', set_byte(good, 1, 2)), (7, 'flags', set_byte(good, 2, 1)), (8, 'columns', set_byte(good, 36, 3)), (9, 'reserved', set_byte(good, 40, 1)),
                     (10, 'rows', set_byte(good, 11, 255)), (11, 'NaN as mean', overlay(good PLACING '\x000000000000f87f' FROM 45)),
                     (12, 'sample', (SELECT measure_sample_send(sample(1, 2))))) q (id, what, bytes),
     LATERAL pg_temp.take(q.bytes, :'bytes_file') f ORDER BY q.id;

-- memory
SET pgmeasure.max_memory = '1MB';
\x
SELECT f.* FROM pg_temp.failure('SELECT moments(array_fill(1::float8, ''{1000}''))') f;
SELECT f.state FROM (SELECT '{"moments":1,"d":1000,"n":1,"weight":1,"incomplete":0,"mean":[' || repeat('0,', 999) || '0],"scatter":[' || repeat('0,', 500499) || '0]}' AS form) q,
	pg_temp.failure(format('SELECT %L::measure_moments', form)) f;
RESET pgmeasure.max_memory;
CREATE TEMP TABLE wide AS SELECT moments(array_fill(x::float8, '{500}')) AS m FROM generate_series(1, 600) x;
SET pgmeasure.max_memory = '1MB';
SELECT q.query, f.message
FROM (VALUES (1, 'SELECT moments_matrix(m) FROM wide'), (2, 'SELECT moments_matrix(m, ''partial'') FROM wide'), (3, 'SELECT moments_pca(m) FROM wide'),
	(4, 'SELECT moments_mahalanobis(m, array_fill(1::float8, ''{500}'')) FROM wide'), (5, 'SELECT moments_project(m, array_fill(1::float8, ''{500}'')) FROM wide'),
	(6, 'SELECT count(*) FROM wide, moments_columns(m)')) q (id, query),
	LATERAL pg_temp.failure(q.query) f ORDER BY q.id;
\x
RESET pgmeasure.max_memory;
