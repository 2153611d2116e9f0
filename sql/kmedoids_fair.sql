-- Medoids within bounds of their groups: the reference of fair range clustering, what is refused, no group, gaps.
CREATE TEMP TABLE d100 AS SELECT i, 37 * i % 101 AS x, 53 * i * i % 103 AS y, CASE WHEN i < 60 THEN 'a' WHEN i < 90 THEN 'b' ELSE 'c' END AS grp FROM generate_series(0, 99) i;
CREATE TEMP TABLE data AS SELECT sample_keyed(i, x, y) AS s, jsonb_object_agg(i, grp) AS g FROM d100;
CREATE TEMP TABLE pairs AS SELECT dissimilarity(a.i, b.i, abs(a.x - b.x) + abs(a.y - b.y)) AS d FROM d100 a, d100 b WHERE a.i < b.i;
CREATE FUNCTION pg_temp.medoids(m measure_kmedoids) RETURNS text LANGUAGE sql AS $$SELECT string_agg(medoid_id, ' ' ORDER BY cluster) FROM kmedoids_clusters(m)$$;
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-8) RETURNS boolean LANGUAGE sql AS $$SELECT abs(a - b) <= tolerance * greatest(1, abs(b))$$;

-- rows in the order of their ids: swaps are those of the reference
SELECT v.k, v.bounds, f.cost, f.cost = v.cost AS cost_agrees, pg_temp.medoids(f.model) AS medoids, f.counts, f.free_cost, round(f.price::numeric, 9) AS price, f.swaps, f.pair_swaps, f.converged
FROM pairs, data, (VALUES (3, '{}', 2948), (3, '[1,1]', 2950), (3, '{"a":[0,1],"b":[2,3],"c":[0,1]}', 2983), (3, '{"c":[2,null]}', 2980), (3, '{"a":[0,0]}', 2983), (5, '[1,2]', 2145), (5, '{"c":[3,5]}', 2156)) v (k, bounds, cost),
	 kmedoids_fair(d, v.k, g, v.bounds::jsonb, options => '{"swaps":"best"}') f;
-- single swaps alone get stuck
SELECT f.cost, pg_temp.medoids(f.model) AS medoids, f.pair_swaps, f.price FROM pairs, data, (VALUES (3, '[1,1]'), (5, '[1,2]')) v (k, bounds), kmedoids_fair(d, v.k, g, v.bounds::jsonb, options => '{"swaps":"best","pairs":false,"price":false}') f;
-- a sample: other order, the same bounds; other powers
SELECT p, round(f.root::numeric, 6) AS root, f.counts, pg_temp.near(f.root, f.cost ^ (CASE p WHEN 'Infinity' THEN 1 ELSE 1 / p END)) AS is_root, f.cost >= f.free_cost AS dearer, f.converged, i.method, i.locally_optimal
FROM data, unnest('{1,2,3.5,Infinity}'::float8[]) p, kmedoids_fair(s, 6, g, '[2,2]', p, options => '{"n_init":3}') f, kmedoids_info(f.model) i ORDER BY p;
-- k-center within 3 times the best
SELECT v.bounds, pg_temp.near(f.cost, v.optimum) AS best, f.cost <= 3 * v.optimum AS within, f.counts FROM data, (VALUES ('{}', 49.091750834534), ('[1,1]', 49.091750834534), ('{"a":[0,1],"b":[2,3],"c":[0,1]}', 49.091750834534), ('{"c":[2,3]}', 52.201532544553)) v (bounds, optimum), kmedoids_fair(s, 3, g, v.bounds::jsonb, 'Infinity') f;
-- six points: the price of fairness
SELECT f.cost, f.free_cost, f.price, pg_temp.medoids(f.model) AS medoids, f.counts
FROM (SELECT sample_keyed(x, x) AS s, jsonb_object_agg(x, x IN (2, 12)) AS g FROM unnest('{0,1,2,10,11,12}'::int[]) x) r, kmedoids_fair(s, 2, g, '[1,1]') f;
-- the model is a model: labels, predictions, text
SELECT count(*), count(DISTINCT l.cluster), bool_and(l.cluster = kmedoids_predict(f.model, x, y)) AS predicted FROM data, kmedoids_fair(s, 4, g, '[1,2]', names => '{x,y}') f, kmedoids_labels(f.model, s) l JOIN d100 ON i = l.id::int;
SELECT f.model = f.model::text::measure_kmedoids AS text, left(f.model::text, 90) FROM data, kmedoids_fair(s, 2, g, '[0,1]') f;
-- no bounds: what kmedoids_fit finds, too
SELECT f.cost = i.total_deviation AS same FROM data, kmedoids_fair(s, 4, g, '{}', metric => 'manhattan', options => '{"pairs":false}') f, kmedoids_fit(s, 4, metric => 'manhattan') m, kmedoids_info(m) i;
-- names of groups and ids change nothing, nor does the order of rows
SELECT (SELECT f FROM data, kmedoids_fair(s, 5, g, '[1,2]') f) = (SELECT f FROM (SELECT sample_keyed(i, x, y ORDER BY md5(i::text)) AS s, jsonb_object_agg(i, grp) AS g FROM d100) r, kmedoids_fair(s, 5, g, '[1,2]') f) AS shuffled;
SELECT f.cost = h.cost AS renamed FROM data, kmedoids_fair(s, 5, g, '{"a":[1,2],"c":[2,2]}') f, (SELECT jsonb_object_agg(i, CASE grp WHEN 'a' THEN 30 WHEN 'b' THEN 20 ELSE 10 END) AS n FROM d100) r, kmedoids_fair(s, 5, n, '{"30":[1,2],"10":[2,2]}') h;
-- weights are repeated clients
SELECT f.cost = h.cost AS cost FROM (SELECT sample_keyed_weighted(i, 1 + i % 3, x, y) AS s FROM d100) w, (SELECT sample_keyed(i * 3 + c, x, y) AS s, jsonb_object_agg(i * 3 + c, grp) AS g FROM d100, generate_series(0, i % 3) c) r, data,
	 kmedoids_fair(w.s, 3, data.g, '[1,1]', metric => 'manhattan', options => '{"swaps":"best"}') f, kmedoids_fair(r.s, 3, r.g, '[1,1]', metric => 'manhattan', options => '{"swaps":"best"}') h;
-- mixed rows, gaps, text ids, one group, k = 1 and k = n
SELECT f.counts, f.converged FROM (SELECT sample_keyed('p' || i, mixed(x, grp, NULLIF(y, 7))) AS s, jsonb_object_agg('p' || i, x % 2) AS g FROM d100) r, kmedoids_fair(s, 4, g, '[2,2]', metric => 'gower', missing => 'use') f;
SELECT f.counts, i.omitted FROM (SELECT sample_keyed(i, x, NULLIF(y, 0)) AS s, jsonb_object_agg(i, grp) AS g FROM d100) r, kmedoids_fair(s, 4, g, '{"c":[1,1]}', missing => 'omit') f, kmedoids_info(f.model) i;
SELECT k, f.cost, f.price, f.counts FROM (SELECT sample_keyed(x, x) AS s, jsonb_object_agg(x, x > 2) AS g FROM generate_series(1, 4) x) r, unnest('{1,4}'::int[]) k, kmedoids_fair(s, k, g, '{"true":[1,2]}') f;
SELECT kmedoids_fair(NULL::measure_sample, 2, '{}', '{}') IS NULL AS none, kmedoids_fair(sample_keyed(x, NULL, x), 1, jsonb_object_agg(x, 1), '{}', on_failure => 'null', missing => 'omit') IS NULL AS gaps FROM generate_series(1, 2) x;

-- what is refused
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
\x
SELECT a.arguments, f.* FROM unnest(ARRAY['3, g, ''{"a":[2,null],"b":[2,null]}''', '3, g, ''{"a":[0,1],"b":[0,1],"c":[0,0]}''', '3, g, ''{"c":[11,11]}''', '3, g, ''{"d":[1,1]}''', '3, g, ''{"a":[2,1]}''',
	'0, g, ''{}''', '101, g, ''{}''', '3, NULL, ''{}''', '3, ''[]'', ''{}''', '3, ''{"1":"a"}'', ''{}''', '3, g, NULL', '3, g, ''3''', '3, g, ''[1]''', '3, g, ''{"a":2}''', '3, g, ''{"a":[0.5,2]}''', '3, g, ''{"a":["x",2]}''',
	'3, g, ''{}'', 0.5', '3, g, ''{}'', ''NaN''', '3, g, ''{}'', NULL', '3, g, ''{}'', options => ''{"init":"build"}''', '3, g, ''{}'', options => ''{"swaps":"all"}''', '3, g, ''{}'', metric => ''taxi''']) a (arguments),
	 pg_temp.failure('SELECT f FROM data, kmedoids_fair(s, ' || a.arguments || ') f') f;
SELECT f.* FROM pg_temp.failure('SELECT kmedoids_fair(sample(x, y), 2, ''{}'', ''{}'') FROM d100') f;
SELECT f.* FROM pg_temp.failure('SELECT kmedoids_fair(sample_keyed(i, x), 2, jsonb_object_agg(i, NULL), ''{}'') FROM d100') f;
