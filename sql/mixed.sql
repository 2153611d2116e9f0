-- measure_mixed: one row of mixed kinds, and samples of them.
CREATE TYPE mixed_mood AS ENUM ('sad', 'glad');
CREATE DOMAIN mixed_score AS numeric(10, 2);
SELECT mixed(1::smallint, 2, 3::bigint, 0.1::real, 0.1::float8, 123456789.12, 7::mixed_score) AS numbers, mixed(true, false) AS booleans,
       mixed('a'::text, 'b'::varchar, 'c  '::char(5), 'd'::name, 'glad'::mixed_mood, 'literal', 'x'::"char") AS texts, mixed(NULL, NULL::int, NULL::text) AS gaps;
SELECT mixed(VARIADIC '{1,2,NULL}'::int[]) AS spread, mixed(VARIADIC '{a,"",NULL}'::text[]) AS texts, mixed(VARIADIC NULL::int[]) AS "null", mixed('-0.0'::float8) = mixed(0) AS zero;
-- text that JSON must escape, and text of the database's encoding
SELECT mixed(E'a"b\\c\n\t', 'ä€😀', '', 'null', '1') AS m, mixed(E'a"b\\c\n\t', 'ä€😀', '', 'null', '1')::text::measure_mixed = mixed(E'a"b\\c\n\t', 'ä€😀', '', 'null', '1') AS back;
SELECT '[1e3, -0.0, true, "a", null]'::measure_mixed AS m, ' [ 1 , "\u00e4" ] '::measure_mixed AS spaces, mixed(1, 'a', NULL)::jsonb -> 1 AS jsonb;
SELECT mixed(1) = mixed(1::bigint) AS numbers, mixed('1') = mixed(1) AS kinds, mixed(1) = mixed(true) AS boolean, mixed(NULL, 1) = mixed(NULL::text, 1) AS gaps;

-- samples: kinds come from the first value of a column that is not NULL
SELECT i.n, i.d, i.incomplete, i.kinds, x.id, x.x, x.mixed
FROM (SELECT sample_keyed(id, mixed(age, city, member, note)) AS s
      FROM (VALUES ('b', NULL, 'Köln', true, NULL), ('a', 40, 'Bonn', false, NULL), ('c', 41.5, NULL, NULL, NULL::text), ('b', 40, 'Bonn', true, NULL)) v (id, age, city, member, note)) q, sample_info(s) i, sample_rows(s) x;
SELECT c.dim, c.name, c.n, c.missing, c.mean, round(c.sd::numeric, 9) AS sd, c.min, c.median, c.max
FROM (SELECT sample_weighted(w, mixed(age, city, member)) AS s FROM (VALUES (1, 40, 'Bonn', true), (2, 41, NULL, false), (0.5, NULL, 'Bonn', NULL)) v (w, age, city, member)) q,
     sample_columns(s, '{age,city,member}') c;
-- texts by their bytes, whatever their order of arrival; the same row again from sample_rows
SELECT x.mixed FROM (SELECT sample(mixed(t)) AS s FROM unnest('{b,ab,a,"",ä,aa,b}'::text[]) t) q, sample_rows(s) x;
SELECT (SELECT sample(mixed(x % 5, 'text ' || x % 7, x % 2 = 0)) FROM generate_series(1, 500) x) = (SELECT sample(r.mixed) FROM (SELECT sample(mixed(x % 5, 'text ' || x % 7, x % 2 = 0)) AS s FROM generate_series(1, 500) x) q, sample_rows(s) r) AS again;
SELECT i.kinds, x.mixed FROM (SELECT sample(mixed(1, 'a', true)) AS s) q, sample_marginal(s, '{3,2}') m, sample_info(m) i, sample_rows(m) x;
SELECT sample_quantile(m, 0.5) FROM (SELECT sample(mixed(x, 'a')) AS s FROM generate_series(1, 9) x) q, sample_marginal(s, '{1}') m;
SELECT summary(s) FROM (SELECT sample_keyed(id, mixed(age, city, member)) AS s FROM (VALUES (1, 40, 'Bonn', true), (2, 41, NULL, false)) v (id, age, city, member)) q;
-- every combination of ids and weights
SELECT i.n, i.weight, i.keyed, i.d FROM (SELECT sample_keyed_weighted('a', 2, mixed('x', 1)) || sample_keyed('b', mixed(NULL, 2)) AS s) q, sample_info(s) i;
SELECT i.n, i.weight FROM (SELECT sample_keyed_weighted(x, x, mixed('x', x)) AS s FROM generate_series(1, 3) x) q, sample_info(s) i;
SELECT sample(m) IS NULL AS "null", sample_n(sample(n)) FROM (VALUES (NULL::measure_mixed, mixed(1)), (NULL, NULL)) v (m, n);
-- stored short, long and compressed rows
CREATE TABLE mixed_stored (m measure_mixed);
INSERT INTO mixed_stored VALUES (mixed(1, 'a')), (mixed(2, repeat('b', 5000))), (mixed(NULL, repeat('c', 100000)));
SELECT x.x[1], length(x.mixed::jsonb ->> 1) FROM (SELECT sample(m) AS s FROM mixed_stored) q, sample_rows(s) x;
