-- k-medoids against published values and R's cluster::pam; figures are compared with the reference here, and only whether they agree is printed.
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-8) RETURNS boolean LANGUAGE sql AS $$SELECT abs(a - b) <= tolerance * greatest(1, abs(b))$$;
CREATE FUNCTION pg_temp.medoids(m measure_kmedoids) RETURNS text LANGUAGE sql AS $$SELECT string_agg(medoid_id, ' ' ORDER BY cluster) FROM kmedoids_clusters(m)$$;

-- five points by their distances: the worked example of FasterPAM
CREATE TEMP TABLE five AS SELECT dissimilarity(i, j, d) AS d FROM (VALUES (0, 1, 1), (0, 2, 2), (1, 2, 3), (0, 3, 4), (1, 3, 5), (2, 3, 6), (0, 4, 7), (1, 4, 8), (2, 4, 9), (3, 4, 1)) v (i, j, d);
CREATE TEMP TABLE first_two AS SELECT m AS start FROM (SELECT dissimilarity(0, 1, 1) AS d) r, kmedoids_fit(d, 2) m;
SELECT a.method, pg_temp.medoids(m), i.total_deviation, i.swaps, i.passes, i.converged, i.locally_optimal, pg_temp.near(i.mean_silhouette, 0.7522494172494172) AS silhouette
FROM five, first_two, unnest('{fasterpam,fastpam1,clarans}'::text[]) a (method), kmedoids_fit(d, 2, method => a.method, start => start) m, kmedoids_info(m) i;
SELECT pg_temp.medoids(m), i.total_deviation, i.mean_silhouette, i.medoid_silhouette FROM five, kmedoids_fit(d, 1) m, kmedoids_info(m) i;
SELECT pg_temp.medoids(m), i.total_deviation, i.problems FROM five, kmedoids_fit(d, 5) m, kmedoids_info(m) i;
SELECT c.* FROM five, kmedoids_fit(d, 2) m, kmedoids_clusters(m) c;
SELECT l.id, l.cluster, l.medoid_id, l.distance, l.second, l.second_distance, round(l.silhouette::numeric, 12) AS silhouette FROM five, kmedoids_fit(d, 2) m, kmedoids_labels(m, d) l;
SELECT start.k, pg_temp.medoids(m), pg_temp.near(i.medoid_silhouette, start.ams) AS medoid_silhouette
FROM five, (VALUES (2, 0.8805555555555555), (3, 0.9047619047619048)) start (k, ams), LATERAL (SELECT dissimilarity(i, j, 1) AS d FROM generate_series(0, start.k - 1) i, generate_series(0, i - 1) j) r,
	 kmedoids_fit(r.d, start.k) s, kmedoids_fit(five.d, start.k, method => 'fastermsc', start => s) m, kmedoids_info(m) i;
SELECT c.rank, c.k, pg_temp.near(c.medoid_silhouette, CASE c.k WHEN 3 THEN 0.9375 ELSE 0.8666666666666667 END) AS medoid_silhouette
FROM (SELECT dissimilarity(i, j, d) AS d FROM (VALUES (0, 1, 1), (0, 2, 2), (0, 3, 3), (1, 2, 4), (1, 3, 5), (2, 3, 6)) v (i, j, d)) r, kmedoids_select(d, 2, 3, criterion => 'medoid_silhouette') c;

-- D100: R's pam from BUILD, fastpam1 is PAM
CREATE TEMP TABLE d100 AS SELECT i, 37 * i % 101 AS x, 53 * i * i % 103 AS y FROM generate_series(0, 99) i;
CREATE TEMP TABLE pam AS SELECT * FROM (VALUES
	('euclidean', 2, 2973.023152382, '39 43', 2, 0.333620432559), ('euclidean', 3, 2307.052084524, '5 39 92', 3, 0.393040304728),
	('euclidean', 5, 1676.335877156, '5 17 86 92 96', 2, 0.400410838547), ('euclidean', 10, 1080.052980682, '5 15 23 36 47 51 63 72 76 79', 7, 0.409875722290),
	('manhattan', 2, 3740, '43 47', 2, 0.351683628468), ('manhattan', 3, 2948, '5 40 47', 2, 0.375974025594),
	('manhattan', 10, 1370, '5 23 36 47 51 63 72 76 79 86', 7, 0.402240597389)) v (metric, k, deviation, medoids, swaps, silhouette);
SELECT pam.metric, pam.k, pg_temp.near(i.total_deviation, pam.deviation) AS deviation, pg_temp.medoids(m) = pam.medoids AS medoids, i.swaps = pam.swaps AS swaps, pg_temp.near(i.mean_silhouette, pam.silhouette) AS silhouette, i.locally_optimal
FROM (SELECT sample_keyed(i, x, y) AS s FROM d100) r, pam, kmedoids_fit(s, pam.k, metric => pam.metric, method => 'fastpam1', options => '{"init":"build"}') m, kmedoids_info(m) i ORDER BY 1, 2;
-- FasterPAM from the first k rows in the order of ids, as R's pamonce = 6
SELECT v.metric, v.k, pg_temp.near(f.total_deviation, v.faster, 1e-6) AS fasterpam, f.swaps, pg_temp.near(p.total_deviation, v.fastpam1, 1e-6) AS fastpam1, p.swaps
FROM (VALUES ('euclidean', 5, 1723.111271503, 1676.335877156), ('euclidean', 10, 1089.845870049, 1098.074115013), ('manhattan', 5, 2172, 2145), ('manhattan', 10, 1386, 1386)) v (metric, k, faster, fastpam1),
	 LATERAL (SELECT dissimilarity(a.i, b.i, CASE v.metric WHEN 'euclidean' THEN sqrt((a.x - b.x)^2 + (a.y - b.y)^2) ELSE abs(a.x - b.x) + abs(a.y - b.y) END) AS d,
		dissimilarity(a.i, b.i, 1) FILTER (WHERE a.i < v.k AND b.i < v.k) AS few FROM d100 a, d100 b WHERE a.i < b.i) r,
	 kmedoids_fit(r.few, v.k) start, kmedoids_fit(d, v.k, start => start) mf, kmedoids_info(mf) f, kmedoids_fit(d, v.k, method => 'fastpam1', start => start) mp, kmedoids_info(mp) p;
-- weights are repeated rows
SELECT pg_temp.medoids(m), i.total_deviation, i.swaps, c.sizes FROM (SELECT sample_keyed_weighted(i, 1 + i % 3, x, y) AS s FROM d100) r, kmedoids_fit(s, 5, metric => 'manhattan', method => 'fastpam1') m, kmedoids_info(m) i, LATERAL (SELECT sum(weight) AS sizes FROM kmedoids_clusters(m)) c;
SELECT w.total_deviation = r.total_deviation AS deviation, pg_temp.near(w.mean_silhouette, r.mean_silhouette) AS silhouette
FROM (SELECT sample_weighted(1 + i % 3, x, y) AS s FROM d100) a, (SELECT sample(x, y) AS s FROM d100, generate_series(0, i % 3)) b,
	 kmedoids_fit(a.s, 3, metric => 'manhattan') ma, kmedoids_info(ma) w, kmedoids_fit(b.s, 3, metric => 'manhattan') mb, kmedoids_info(mb) r;

-- Ruspini: R's pam, and k by the medoid silhouette
CREATE TEMP TABLE ruspini AS SELECT i, x, y FROM unnest('{4,5,10,9,13,13,12,15,18,19,22,27,28,24,27,28,30,31,32,36,28,32,35,33,38,41,38,38,32,34,44,44,44,46,47,49,50,53,52,55,54,60,63,86,85,85,78,74,97,98,98,99,99,101,108,110,108,111,115,117,70,77,83,61,69,78,66,58,64,69,66,61,76,72,64}'::int[],
	'{53,63,59,77,49,69,88,75,61,65,74,72,76,58,55,60,52,60,61,72,147,149,153,154,151,150,145,143,143,141,156,149,143,142,149,152,142,144,152,155,124,136,139,132,115,96,94,96,122,116,124,119,128,115,111,111,116,126,117,115,4,12,21,15,15,16,18,13,20,21,23,25,27,31,30}'::int[]) WITH ORDINALITY r (x, y, i);
SELECT v.k, pg_temp.near(i.total_deviation, v.deviation) AS deviation, pg_temp.medoids(m) = v.medoids AS medoids, pg_temp.near(i.mean_silhouette, v.silhouette) AS silhouette, pg_temp.near(i.medoid_silhouette, v.ams) AS medoid_silhouette
FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, (VALUES (2, 2395.804211213, '17 42', 0.582726420815, 0.670089213870), (3, 1619.469760388, '17 32 52', 0.632704714035, 0.736527091019),
	(4, 861.478111093, '10 32 52 70', 0.737656990881, 0.816050458383), (5, 779.684301964, '10 32 47 52 70', 0.713478829304, 0.801464124772), (6, 714.651030511, '6 16 32 47 52 70', 0.599352850375, 0.720861847804)) v (k, deviation, medoids, silhouette, ams),
	kmedoids_fit(s, v.k, method => 'fastpam1') m, kmedoids_info(m) i;
SELECT a.method, pg_temp.near(i.total_deviation, 861.478111093) AS deviation, i.method FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, unnest('{auto,fasterpam,clara,clarans}'::text[]) a (method), kmedoids_fit(s, 4, method => a.method) m, kmedoids_info(m) i;
SELECT i.total_deviation / 861.478111093 < 1.1 AS near, i.method FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, kmedoids_fit(s, 4, method => 'onebatch', options => '{"sample_size":40}') m, kmedoids_info(m) i;
SELECT c.rank, c.k, round(c.silhouette::numeric, 6) AS silhouette, round(c.medoid_silhouette::numeric, 6) AS medoid_silhouette, c.problems FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, kmedoids_select(s, k_max => 6) c;
SELECT c.rank, c.k, c.medoid_silhouette > 0.8181602 AS dynmsc FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, kmedoids_select(s, criterion => 'medoid_silhouette') c WHERE c.rank = 1;
SELECT c.k, round(c.total_deviation) FROM (SELECT sample(x, y) AS s FROM ruspini) r, kmedoids_select(s, k_max => 4, metric => 'manhattan', criterion => 'total_deviation') c;

-- iris, and all metrics: labels of the rows that were fitted are predictions
SELECT pg_temp.near(i.total_deviation, 98.131154882) AS deviation, pg_temp.near(i.mean_silhouette, 0.552819012356) AS silhouette FROM (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) r, kmedoids_fit(s, 3, method => 'fastpam1') m, kmedoids_info(m) i;
CREATE TEMP TABLE rows AS SELECT row_number() OVER () AS id, v FROM (SELECT ARRAY[sepal_length, sepal_width, petal_length, petal_width] AS v FROM iris) q;
SELECT metric, scale, count(*), count(*) FILTER (WHERE l.cluster IS DISTINCT FROM kmedoids_predict(m, v)) AS differ, count(*) FILTER (WHERE (l.distance, l.second, l.second_distance) IS DISTINCT FROM (p.distance, p.second, p.second_distance)) AS scores_differ
FROM (VALUES ('euclidean', 'none'), ('euclidean', 'sd'), ('sqeuclidean', 'mad'), ('manhattan', 'range'), ('chebyshev', 'none'), ('cosine', 'none'), ('hamming', 'none'), ('gower', 'none')) a (metric, scale),
	 (SELECT sample_keyed(id, v) AS s FROM rows) r, kmedoids_fit(s, 3, metric => metric, scale => scale, options => '{"silhouette":false}') m, kmedoids_labels(m, s) l JOIN rows ON rows.id = l.id::bigint, kmedoids_score(m, v) p GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*), count(*) FILTER (WHERE l.cluster <> kmedoids_predict(m, x & 1, x & 2, x & 4, x & 8)) AS differ FROM (SELECT sample_keyed(x, x & 1, x & 2, x & 4, x & 8) AS s FROM generate_series(0, 15) x) r, kmedoids_fit(s, 3, metric => 'jaccard') m, kmedoids_labels(m, s) l, LATERAL (SELECT l.id::int AS x) x;
-- the sums of a model are those of its labels
SELECT pg_temp.near(i.total_deviation, l.deviation) AS deviation, pg_temp.near(i.mean_silhouette, l.silhouette) AS silhouette, c.n = 150 AS sizes
FROM (SELECT sample_keyed(id, v) AS s FROM rows) r, kmedoids_fit(s, 4, scale => 'sd') m, kmedoids_info(m) i, LATERAL (SELECT sum(distance) AS deviation, avg(silhouette) AS silhouette FROM kmedoids_labels(m, s)) l, LATERAL (SELECT sum(size) AS n FROM kmedoids_clusters(m)) c;

-- the same rows and seed, the same bytes; text and back
CREATE TEMP TABLE fits AS SELECT m FROM (SELECT sample_keyed(i, x, y) AS s FROM ruspini) r, kmedoids_fit(s, 4, seed => 7, names => '{x,y}') m;
SELECT (SELECT m FROM fits) = kmedoids_fit(sample_keyed(i, x, y ORDER BY md5(i::text)), 4, seed => 7, names => '{x,y}') AS shuffled, (SELECT m FROM fits) = kmedoids_fit(sample_keyed(i, x, y ORDER BY i DESC), 4, seed => 7, names => '{x,y}') AS descending FROM ruspini;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT (SELECT m FROM fits) = kmedoids_fit(sample_keyed(i, x, y), 4, seed => 7, names => '{x,y}') AS parallel FROM ruspini;
RESET ALL;
SELECT m = m::text::measure_kmedoids AS text, m::jsonb - 'data' AS head FROM fits;
SELECT summary(m) FROM fits;
SELECT cluster, medoid_id, medoid, medoid_row, size FROM fits, kmedoids_clusters(m);
SELECT kmedoids_predict(m, 10, 60), p.cluster, p.medoid_id, round(p.distance::numeric, 9) AS distance, p.second, round(p.second_distance::numeric, 9) AS second_distance, round(p.margin::numeric, 9) AS margin FROM fits, kmedoids_score(m, ARRAY[10, 60]) p;
SELECT kmedoids_predict(m, NULL, 60) AS gap, kmedoids_score(m, 1, NULL) AS gap_score, kmedoids_predict(NULL::measure_kmedoids, 1, 2) AS none FROM fits;

-- mixed rows by gower: R's daisy, where a boolean is asymmetric
CREATE TEMP TABLE four AS SELECT * FROM (VALUES (1, 1.0, 'x', 1, true), (2, 2, 'y', 2, false), (3, 4, 'x', 3, true), (4, 8, 'y', 2, true)) v (id, a, b, c, e);
SELECT l.id, l.medoid_id, round(l.distance::numeric, 12) AS distance FROM (SELECT sample_keyed(id, mixed(a, b, c, e)) AS s FROM four) r, kmedoids_fit(s, 1, metric => 'gower', options => '{"asymmetric":[4]}') m, kmedoids_labels(m, s) l;
SELECT round(p.distance::numeric, 12) AS weighted FROM (SELECT sample_keyed(id, mixed(a, b, c, e)) AS s FROM four) r, kmedoids_fit(s, 1, metric => 'gower', options => '{"asymmetric":[4],"column_weights":[2,1,1,1]}') m, kmedoids_score(m, mixed(8, 'y', 2, true)) p;
SELECT round(p.distance::numeric, 12) AS with_gap FROM (SELECT sample_keyed(id, mixed(a, b, c, e)) AS s FROM four WHERE id <> 2) r, kmedoids_fit(s, 3, metric => 'gower', options => '{"asymmetric":[4]}') m, kmedoids_score(m, mixed(NULL, 'y', 2, false)) p;
CREATE TEMP TABLE customer AS SELECT id, 20 + id * 7 % 50 AS age, (ARRAY['Oslo', 'Bergen', 'Rome'])[1 + id % 3] AS city, NULLIF(id % 10, 3) * 100 AS spend, id % 4 = 0 AS member FROM generate_series(1, 60) id;
CREATE TEMP TABLE typical AS SELECT s, m FROM (SELECT sample_keyed(id, mixed(age, city, spend, member)) AS s FROM customer) r, kmedoids_fit(s, k => 3, metric => 'gower', missing => 'use', names => '{age,city,spend,member}') m;
SELECT u.*, c.size, c.medoid_row FROM typical, kmedoids_clusters(m) c JOIN customer u ON u.id = c.medoid_id::bigint;
SELECT count(*), count(*) FILTER (WHERE l.cluster IS DISTINCT FROM kmedoids_predict(m, mixed(age, city, spend, member))) AS differ FROM typical, kmedoids_labels(m, s) l JOIN customer u ON u.id = l.id::int;
SELECT kmedoids_predict(m, mixed(30, 'Paris', NULL, true)) AS unseen, kmedoids_predict(m, mixed(NULL, NULL, NULL, NULL)) AS unknown, m = m::text::measure_kmedoids AS text FROM typical;

-- gaps: left out and counted, and without a label
SELECT i.n, i.omitted, i.problems FROM (SELECT sample_keyed(x, x, NULLIF(x, 3)) AS s FROM generate_series(1, 9) x) r, kmedoids_fit(s, 2, missing => 'omit') m, kmedoids_info(m) i;
SELECT l.id, l.cluster, l.medoid_id, l.distance FROM (SELECT sample_keyed(x, x, NULLIF(x, 3)) AS s FROM generate_series(1, 4) x) r, kmedoids_fit(s, 2, missing => 'omit') m, kmedoids_labels(m, s) l;
-- fewer distinct rows than clusters; one row; rows without ids have their number
SELECT i.k, i.total_deviation, i.problems FROM (SELECT sample(x % 2) AS s FROM generate_series(1, 6) x) r, kmedoids_fit(s, 3) m, kmedoids_info(m) i;
SELECT c.* FROM (SELECT sample(5, 6) AS s) r, kmedoids_fit(s, 1) m, kmedoids_clusters(m) c;
SELECT l.id, l.medoid_id, l.distance FROM (SELECT sample(x * x) AS s FROM generate_series(1, 4) x) r, kmedoids_fit(s, 2) m, kmedoids_labels(m, s) l;
-- nothing in, nothing out
SELECT kmedoids_fit(NULL::measure_sample, 2), kmedoids_fit(NULL::measure_dissimilarity, 2), (SELECT count(*) FROM kmedoids_select(NULL::measure_sample)) AS candidates, (SELECT count(*) FROM (SELECT sample(1) AS s) r, kmedoids_select(s)) AS of_one_row;
SELECT kmedoids_fit(sample(x, NULL), 2, missing => 'omit') FROM generate_series(1, 3) x;
-- any distance of SQL: words by their letters
SELECT l.id, l.medoid_id, l.cluster FROM (SELECT dissimilarity(a, b, jaccard) AS d FROM unnest('{apple,apples,pear,pears,plum}'::text[]) a, unnest('{apple,apples,pear,pears,plum}'::text[]) b,
	LATERAL (SELECT 1 - (SELECT count(*) FROM (SELECT unnest(string_to_array(a, NULL)) INTERSECT SELECT unnest(string_to_array(b, NULL))) q)::float8 / (SELECT count(*) FROM (SELECT unnest(string_to_array(a, NULL)) UNION SELECT unnest(string_to_array(b, NULL))) q) AS jaccard) j WHERE a < b) r,
	kmedoids_fit(d, 2) m, kmedoids_labels(m, d) l;
