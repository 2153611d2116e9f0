-- measure_moments: answers beside R 4.2.2, the type's forms, rows scored.
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv abs_builddir PG_ABS_BUILDDIR
CREATE TABLE moments_values (name text PRIMARY KEY, m measure_moments);
INSERT INTO moments_values VALUES
	('faithful', (SELECT moments(eruptions, waiting) FROM faithful)),
	('iris', (SELECT moments(sepal_length, sepal_width, petal_length, petal_width) FROM iris)),
	('number', (SELECT moments(x) FROM generate_series(1, 9) x)),
	('weighted', (SELECT moments_weighted(x / 10.0, x, -x) FROM generate_series(0, 9) x)),
	('gaps', (SELECT moments(NULLIF(x, 3), x * x) FROM generate_series(1, 9) x)),
	('gaps alone', (SELECT moments(x, NULL) FROM generate_series(1, 9) x)),
	('one row', (SELECT moments(1, 2))),
	('constant', (SELECT moments(x, 7) FROM generate_series(1, 9) x)),
	('dependent', (SELECT moments(x, 2 * x, x % 3) FROM generate_series(1, 9) x));

-- info, columns; names
SELECT name, i.* FROM moments_values, moments_info(m) i ORDER BY name;
SELECT c.dim, c.name, c.n, round(c.mean::numeric, 9) AS mean, round(c.sd::numeric, 9) AS sd, round(c.std_error::numeric, 9) AS std_error
FROM moments_values v, moments_columns(m, '{eruptions,"waiting (min)"}') c WHERE v.name = 'faithful';
SELECT v.name, c.dim, c.name, c.n, round(c.mean::numeric, 9) AS mean, round(c.sd::numeric, 9) AS sd, round(c.std_error::numeric, 9) AS std_error
FROM moments_values v, moments_columns(m) c ORDER BY v.name, c.dim;

-- matrices: all (i, j)
SELECT e.i, e.j, round(e.value::numeric, 9) AS covariance, abs(e.value - r.cov) < 1e-12 * abs(r.cov) AS as_r
FROM moments_values, moments_matrix(m) e
     JOIN (VALUES (1, 1, 1.30272833284947), (1, 2, 13.97780784675494), (2, 1, 13.97780784675494), (2, 2, 184.8233123507706)) r (i, j, cov) USING (i, j)
WHERE name = 'faithful' ORDER BY i, j;
SELECT i, array_agg(round(r.value::numeric, 9) ORDER BY j) AS correlation, array_agg(round(p.value::numeric, 9) ORDER BY j) AS partial
FROM moments_values, moments_matrix(m, 'correlation') r JOIN LATERAL moments_matrix(m, kind => 'partial') p USING (i, j)
WHERE name = 'iris' GROUP BY i ORDER BY i;
-- NULL beside a constant column, and where there are too few rows
SELECT name, array_agg(round(c.value::numeric, 6) ORDER BY i, j) AS covariance, array_agg(round(r.value::numeric, 6) ORDER BY i, j) AS correlation
FROM moments_values, moments_matrix(m, 'covariance') c JOIN LATERAL moments_matrix(m, 'correlation') r USING (i, j)
WHERE name IN ('constant', 'gaps alone', 'one row') GROUP BY name ORDER BY name;
SELECT e.* FROM (SELECT moments(x, x * x) AS m FROM generate_series(1, 2) x) q, moments_matrix(m, 'partial') e;

-- principal axes: prcomp(x, scale. = TRUE) and prcomp(x)
SELECT scale, a.component, round(a.variance::numeric, 9) AS variance, round(a.share::numeric, 9) AS share,
       (SELECT array_agg(round(l::numeric, 9) ORDER BY o) FROM unnest(a.loading) WITH ORDINALITY u (l, o)) AS loading
FROM moments_values, unnest('{sd,none}'::text[]) WITH ORDINALITY s (scale, o), moments_pca(m, scale) a WHERE name = 'iris' ORDER BY s.o, a.component;
SELECT a.* FROM moments_values, moments_pca(m, 'none') a WHERE name = 'constant';
SELECT a.component, a.variance, a.share FROM (SELECT moments(3, 4) AS m FROM generate_series(1, 3)) q, moments_pca(m, 'none') a;
SELECT count(a.*) FROM moments_values, moments_pca(m) a WHERE name IN ('one row', 'gaps alone');

-- rows scored: sqrt(mahalanobis()), scale(), predict(prcomp())
SELECT round(moments_mahalanobis(m, 5.1, 3.5, 1.4, 0.2)::numeric, 9) AS setosa, round(moments_mahalanobis(m, ARRAY[7, 3.2, 4.7, 1.4])::numeric, 9) AS versicolor,
       round(moments_mahalanobis(m, 5.9, VARIADIC '{3,5.1,1.8}'::float8[])::numeric, 9) AS virginica
FROM moments_values WHERE name = 'iris';
SELECT round(sum(moments_mahalanobis(m, sepal_length, sepal_width, petal_length, petal_width))::numeric, 9) AS sum FROM moments_values, iris WHERE name = 'iris';
SELECT f.name, array_agg(round(x::numeric, 9) ORDER BY o)
FROM moments_values v,
     LATERAL (VALUES ('standardise', moments_standardise(m, 5.1, 3.5, 1.4, 0.2)), ('project', moments_project(m, '{5.1,3.5,1.4,0.2}')),
                     ('project, all', moments_project(m, '{5.1,3.5,1.4,0.2}', 99)), ('project, as is', moments_project(m, '{5.1,3.5,1.4,0.2}', 4, 'none')),
                     ('project one', moments_project(m, x => '{5.1,3.5,1.4,0.2}', components => 1, scale => 'none'))) f (name, y),
     unnest(y) WITH ORDINALITY u (x, o)
WHERE v.name = 'iris' GROUP BY f.name ORDER BY f.name;
-- standardised columns have mean 0 and sd 1; scores have the variances of the axes and do not correlate
SELECT bool_and(abs(c.mean) < 1e-14 AND abs(c.sd - 1) < 1e-14) FROM (
	SELECT moments(moments_standardise(m, sepal_length, sepal_width, petal_length, petal_width)) AS s FROM moments_values, iris WHERE name = 'iris') q, moments_columns(s) c;
SELECT scale, bool_and(abs(e.value - CASE WHEN i = j THEN a.variance ELSE 0 END) < 1e-13) FROM (
	SELECT scale, m, moments(moments_project(m, ARRAY[sepal_length, sepal_width, petal_length, petal_width], 4, scale)) AS s
	FROM moments_values, iris, unnest('{sd,none}'::text[]) scale WHERE name = 'iris' GROUP BY scale, m) q,
	moments_matrix(s) e, moments_pca(m, scale) a WHERE e.i = a.component GROUP BY scale ORDER BY scale;
-- a row with a NULL element, a NULL row, no moments, too few rows: NULL
SELECT moments_mahalanobis(m, 1, NULL), moments_mahalanobis(m, NULL::float8[]), moments_mahalanobis(m, ARRAY[NULL, 1]), moments_mahalanobis(NULL, 1, 2),
       moments_standardise(m, 1, NULL), moments_project(m, '{1,NULL}'), moments_project(m, NULL), moments_project(m, '{1,2}', NULL)
FROM moments_values WHERE name = 'faithful';
SELECT name, moments_mahalanobis(m, 1, 2), moments_standardise(m, 1, 2), moments_project(m, '{1,2}') FROM moments_values WHERE name IN ('gaps alone', 'one row');
SELECT moments_mahalanobis(m, 1, 2) IS NULL AS two_rows, moments_standardise(m, 1, 2) FROM (SELECT moments(x, x % 2) AS m FROM generate_series(1, 2) x) q;

-- one call site, many moments: each row by its own
SELECT count(*), count(d), bool_and(abs(d - abs(x - c.mean) / c.sd) < 1e-12)
FROM (SELECT g, x, m, moments_mahalanobis(m, x) AS d
      FROM (SELECT g, moments(x * x + g * x) AS m FROM generate_series(1, 20) x, generate_series(1, 5) g GROUP BY g) q, generate_series(1, 3) x ORDER BY x, g) s,
     moments_columns(m) c;
-- the same from a table: inline, out of line, compressed; a changed row
CREATE TABLE moments_stored (id int, m measure_moments);
INSERT INTO moments_stored
SELECT d, (SELECT moments(ARRAY(SELECT sin(x * c) FROM generate_series(1, d) c)) FROM generate_series(1, 60) x) FROM unnest('{1,3,40}'::int[]) d;
SELECT id, pg_column_size(m), round(sum(moments_mahalanobis(m, ARRAY(SELECT (x * c)::float8 FROM generate_series(1, id) c)))::numeric, 6)
FROM generate_series(1, 2) x, moments_stored GROUP BY id, m ORDER BY id;
ALTER TABLE moments_stored ALTER m SET STORAGE extended;
UPDATE moments_stored SET m = m || m || m;
SELECT id, round(sum(moments_mahalanobis(m, ARRAY(SELECT (x * c)::float8 FROM generate_series(1, id) c)))::numeric, 6)
FROM generate_series(1, 2) x, moments_stored GROUP BY id, m ORDER BY id;
DO $$
DECLARE
	r record;
	before float8;
BEGIN
	FOR r IN SELECT s.m FROM moments_stored s, generate_series(1, 3) ORDER BY s.id = 1, s.id LOOP
		CONTINUE WHEN (moments_info(r.m)).d <> 3;
		before := moments_mahalanobis(r.m, 1, 2, 3);
		IF before IS DISTINCT FROM moments_mahalanobis(r.m::text::measure_moments, 1, 2, 3) THEN
			RAISE 'a cached model was taken for another';
		END IF;
	END LOOP;
END $$;

-- text, jsonb, binary: nothing is lost
SELECT name, left(m::text, 64) FROM moments_values ORDER BY name;
SELECT m FROM moments_values WHERE name IN ('one row', 'gaps alone') ORDER BY name;
SELECT count(*), bool_and(m = m::text::measure_moments) AS text, bool_and(m = m::jsonb::text::measure_moments) AS jsonb FROM moments_values;
\set binary_file :abs_builddir '/results/moments.binary'
COPY moments_values TO :'binary_file' (FORMAT binary);
CREATE TEMP TABLE moments_copy (LIKE moments_values);
COPY moments_copy FROM :'binary_file' (FORMAT binary);
SELECT count(*), bool_and(a.m = b.m) AS equal FROM moments_values a JOIN moments_copy b USING (name);
SELECT m = m::text::measure_moments AS equal, c.mean
FROM (SELECT moments(ARRAY[0.1, 5e-324, -1.7976931348623157e308, 2.2250738585072014e-308]) AS m) q, moments_columns(m) c;
-- written by hand: any order of keys, the rests may be left out
SELECT summary('{"scatter":[20,-19,32.75],"mean":[2,6.25],"n":4,"weight":4,"d":2,"incomplete":1,"moments":1}'::measure_moments);

-- what releases wrote
SELECT name, m, measure_moments_send(m) = bytes AS same
FROM (SELECT name, m, substr(decode(translate(pg_read_file(:'abs_srcdir' || '/test/golden/moments_' || name || '.hex'), E' \n', ''), 'hex'), 5) AS bytes
      FROM (VALUES ('one_row', (SELECT moments(2.5))), ('two_columns', (SELECT moments(a, b) FROM (VALUES (1, 10), (5, 2), (3, 6), (-1, 7), (1, NULL)) v (a, b))),
                   ('weighted', (SELECT moments_weighted(w, a, b, c) FROM (VALUES (0.5, 1, 0.25, -8), (1.5, 5, 0.75, 8)) v (w, a, b, c))),
                   ('offset', (SELECT moments(x) FROM (VALUES (2.0 ^ 60), (2.0 ^ 60 + 768)) v (x))),
                   ('incomplete', (SELECT moments(NULL, x) FROM generate_series(1, 7) x))) g (name, m)) q;

-- comparison by bytes
SELECT a.m = b.m AS eq, a.m <> b.m AS ne, a.m < b.m OR a.m > b.m AS differ, a.m <= b.m OR a.m >= b.m AS ordered,
       measure_moments_cmp(a.m, b.m) = -measure_moments_cmp(b.m, a.m) AS cmp, measure_moments_hash(a.m) = measure_moments_hash(b.m) AS hash
FROM moments_values a, moments_values b WHERE a.name = 'iris' AND b.name IN ('iris', 'faithful') ORDER BY b.name;
SELECT count(*) AS groups, sum(n) AS rows FROM (SELECT m, count(*) AS n FROM (SELECT m FROM moments_values UNION ALL SELECT m FROM moments_copy) q GROUP BY m) g;
SET enable_hashagg = off;
SELECT count(*) AS groups, sum(n) AS rows FROM (SELECT m, count(*) AS n FROM (SELECT m FROM moments_values UNION ALL SELECT m FROM moments_copy) q GROUP BY m) g;
RESET enable_hashagg;
CREATE UNIQUE INDEX ON moments_copy (m);
SELECT count(*) FROM moments_values a JOIN moments_copy b ON a.m = b.m;

-- summary
SELECT summary(m) FROM moments_values WHERE name = 'iris';
SELECT summary(m) FROM moments_values WHERE name = 'weighted';
SELECT summary(m) FROM moments_values WHERE name = 'gaps';
SELECT summary(m) FROM moments_values WHERE name = 'gaps alone';
SELECT right(summary(m), 60) FROM (SELECT moments(ARRAY(SELECT x * c FROM generate_series(1, 60) c)) AS m FROM generate_series(1, 3) x) q;
SELECT summary(NULL::measure_moments) IS NULL AS "null", (SELECT count(*) FROM moments_columns(NULL)) AS columns, (SELECT count(*) FROM moments_matrix(NULL)) AS matrix,
       (SELECT count(*) FROM moments_pca(NULL)) AS pca, moments_info(NULL) IS NULL AS info;
DROP TABLE moments_values, moments_stored;
