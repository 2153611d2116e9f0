-- The Jaccard family on sets, multisets and vectors that are given. Figures of the specification.
SELECT jaccard(a, b)::numeric(13, 12), dice(a, b), overlap(a, b), interiority(a, b), containment(a, b), containment(b, a) AS back, tversky(a, b, 0.8, 0.2)::numeric(13, 12), coincidence(a, b)::numeric(13, 12) FROM (VALUES ('{1,2,3,4,5,6}'::integer[], '{4,5,6,7}'::integer[])) v (a, b);
SELECT s.common, s.n_a, s.n_b, s.ochiai::numeric(13, 12), s.kulczynski, s.jaccard <= s.dice AND s.dice <= s.ochiai AND s.ochiai <= s.kulczynski AND s.kulczynski <= s.overlap AS ordered FROM set_similarity('{1,2,3,4,5,6}'::bigint[], '{4,5,6,7}'::bigint[]) s;
SELECT tversky(a, b, 1, 1) = jaccard(a, b) AS jaccard, tversky(a, b) = dice(a, b) AS dice, tversky(a, b, 1, 0) = containment(a, b) AS containment FROM (VALUES ('{a,b,c}'::text[], '{b,c,d,e}'::text[])) v (a, b);
-- repeated and NULL elements, empty sets
SELECT jaccard('{1,1,2,NULL}'::integer[], '{2,1,1,1}'::integer[]) AS same, jaccard('{}'::text[], '{}'::text[]) AS both_empty, jaccard('{}'::text[], '{a}') AS one_empty, containment('{}'::text[], '{a}') AS part, jaccard(NULL::text[], '{a}') AS null_array, jaccard('{NULL}'::text[], '{a}') AS only_null;
-- types: their own order and collation
SELECT jaccard('{1.0,2}'::numeric[], '{1,2.00}'::numeric[]) AS numeric, jaccard('{-0,1}'::float8[], '{0,1}') AS zero, jaccard(ARRAY[date '2024-01-01'], ARRAY[date '2024-01-01', '2024-01-02']) AS dates, jaccard(ARRAY[ROW(1, true)], ARRAY[ROW(1, true), ROW(2, false)]) AS rows, jaccard('{{1,2},{3,4}}'::integer[], '{1,2,3,4}') AS shape;
SELECT jaccard(ARRAY[point '(1,1)'], ARRAY[point '(1,1)']);
-- as sketches say, which are exact for small sets
SELECT bool_and(jaccard(x, y) = jaccard(minhash_of(x), minhash_of(y))) AS same, bool_and(containment(x, y) = containment(minhash_of(x), minhash_of(y))) AS contained, bool_and(1 - jaccard(x, z) <= 2 - jaccard(x, y) - jaccard(y, z) + 1e-12) AS metric
FROM (SELECT array_agg(i * 7 % 50) AS x, array_agg(i * 11 % 60) AS y, array_agg(i * 13 % 40) AS z FROM generate_series(1, 400) i GROUP BY i / 20) v;
-- multisets, three sets
SELECT jaccard_multiset('{a,a,a,b,b}'::text[], '{a,a,b,c,c,d}'), ruzicka('{3,2,0,0}'::float8[], '{2,1,2,1}'), ruzicka('{"a":3,"b":2}'::jsonb, '{"a":2,"b":1,"c":2,"d":1}'), overlap('{"a":3,"b":2}'::jsonb, '{"a":2,"b":1,"c":2,"d":1}'), coincidence('{"a":3,"b":2}'::jsonb, '{"a":2,"b":1,"c":2,"d":1}')::numeric(13, 12), dice('{"a":3,"b":2}'::jsonb, '{"a":2,"b":1,"c":2,"d":1}')::numeric(13, 12);
SELECT ruzicka('{}'::jsonb, '{}') AS both, ruzicka('{"a":0}'::jsonb, '{"a":1}') AS one, interiority('{"a":0}'::jsonb, '{"a":1}') AS interior, ruzicka('{"bb":1,"a":2,"ccc":0.5}'::jsonb, '{"ccc":0.5,"a":2,"bb":1}') AS same;
SELECT jaccard_chain('{1,2,3,4}'::integer[], '{3,4,5,6,7}', '{6,7,8}'), jaccard_chain('{1,2}'::integer[], '{1,2,3}', '{9}') AS one_sided, jaccard_three('{1,2,3,4}'::integer[], '{3,4,5,6,7}', '{6,7,8}') AS none, jaccard_three('{1,2}'::integer[], '{2,3}', '{2}') AS three;
-- signed
SELECT jaccard_signed(x, y)::numeric(13, 12), jaccard_signed(x, y, 0.7)::numeric(13, 12) AS lenient, jaccard_signed(x, y, 0.3)::numeric(13, 12) AS strict, interiority_signed(x, y)::numeric(13, 12), coincidence_signed(x, y)::numeric(13, 12) FROM (VALUES ('{3,-2,1.5,0,-1}'::float8[], '{2,-1,-.5,1,2}'::float8[])) v (x, y);
SELECT jaccard_signed('{1,-2}', '{-1,2}') AS opposite, coincidence_signed('{1,-2}', '{-1,2}') AS coincidence, jaccard_signed('{0,0}', '{0,0}') AS zero, coincidence_columns('{1,2,3,4,5}', '{2,1,4,3,6}')::numeric(13, 12), coincidence_columns('{1,2,3}', '{30,20,10}')::numeric(13, 12) AS decreasing, table_dependence('{{.5,0},{0,.5}}')::numeric(13, 12), abs(table_dependence('{{1,2},{2,4}}')) < 1e-12 AS independent;
-- errors
SELECT ruzicka('{1,-1}'::float8[], '{1,1}');
SELECT ruzicka('{1}'::float8[], '{1,1}');
SELECT ruzicka('{"a":-1}'::jsonb, '{}');
SELECT ruzicka('{"a":"x"}'::jsonb, '{}');
SELECT ruzicka('[1]'::jsonb, '{}');
SELECT jaccard_signed('{NaN}', '{1}');
SELECT jaccard_signed('{1}', '{1}', 2);
SELECT tversky('{1}'::integer[], '{1}', -1, 0);
SELECT coincidence_columns('{1,1}', '{1,2}');
SELECT table_dependence('{1,2}');
SELECT table_dependence('{{1,-2}}');
