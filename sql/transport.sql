-- Answers of transport on a line, plans, dominance, groups. Numbers: one_dim.md, 14; sums by hand.
SET client_min_messages = warning;
CREATE TABLE pair AS SELECT (SELECT sample(x) FROM unnest('{0,1,3}'::float8[]) x) AS a, (SELECT sample(y) FROM unnest('{0.5,2,4,7}'::float8[]) y) AS b;
-- what moved, and the plan
SELECT q.* FROM pair, wasserstein_quantiles(a, b) q;
SELECT q.* FROM pair, wasserstein_quantiles(a, b, '{0,0.3,1}') q;
SELECT f.i, f.j, round(f.mass::numeric, 9) AS mass, round(f.cost::numeric, 9) AS cost FROM pair, wasserstein_plan(a, b) f;
SELECT round(sum(f.cost)::numeric, 12) AS w2_squared, round(sum(f.mass)::numeric, 12) AS mass FROM pair, wasserstein_plan(a, b, p => 2) f;
SELECT round(sum(f.cost)::numeric, 12) AS w3_cubed FROM pair, wasserstein_plan(a, b, 3) f;
-- ids, weights (rows of weight 0 take no part), gaps
SELECT f.i, f.j, round(f.mass::numeric, 6) AS mass FROM wasserstein_plan((SELECT sample_keyed('x' || x, x) FROM unnest('{0,1,3}'::float8[]) x), (SELECT sample_keyed_weighted(y, w, y / 2.0) FROM unnest('{1,4,8,14}'::int[], '{1,3,0,1}'::float8[]) r (y, w))) f;
SELECT f.* FROM wasserstein_plan((SELECT sample(v) FROM unnest('{1,2,NULL}'::float8[]) x, LATERAL (SELECT ARRAY[x] AS v) a), (SELECT sample(3))) f;
-- in the plane: margins, the cost of the exact distance
CREATE TABLE plane AS SELECT (SELECT sample_keyed(i, x, y) FROM (VALUES (1, 0, 0), (2, 1, 0), (3, 0, 2)) r (i, x, y)) AS a, (SELECT sample(x, y) FROM (VALUES (1, 1), (2, 1), (0, 0), (3, 1)) r (x, y)) AS b;
SELECT p, abs(sum(f.cost) ^ (1 / p) - wasserstein(a, b, p)) < 1e-12 AS cost, count(*) <= 6 AS few, bool_and(f.mass > 0) AS positive FROM plane, unnest('{1,2,3.5}'::float8[]) p, wasserstein_plan(a, b, p) f GROUP BY p, a, b;
SELECT f.i, round(sum(f.mass)::numeric, 12) AS mass FROM plane, wasserstein_plan(a, b, 2) f GROUP BY f.i ORDER BY f.i;
SELECT f.j, round(sum(f.mass)::numeric, 12) AS mass FROM plane, wasserstein_plan(a, b, 2) f GROUP BY f.j ORDER BY f.j;
-- of what kind
SELECT round(w.distance::numeric, 12) AS distance, round(w.location::numeric, 6) AS location, round(w.size::numeric, 6) AS size, round(w.shape::numeric, 6) AS shape, round((w.location_share + w.size_share + w.shape_share)::numeric, 12) AS shares FROM pair, wasserstein_parts(a, b) w;
SELECT w.* FROM pair, wasserstein_parts(a, a) w;
SELECT round(w.location_share::numeric, 12) AS shifted, round(v.size_share::numeric, 12) AS stretched FROM (SELECT sample(x) AS a, sample(x + 5) AS b, sample(3 * x) AS c FROM generate_series(-10, 10) x) r, wasserstein_parts(a, b) w, wasserstein_parts(a, c) v;
-- trimmed: |Q_a - Q_b| on levels 0.25 to 0.75 is 2, 1, 3, 1 for 1/12, 1/6, 1/6, 1/12
SELECT round(wasserstein_trimmed(a, b, 1, 0.25)::numeric, 12) AS w1, round((wasserstein_trimmed(a, b, 2, cut => 0.25) ^ 2)::numeric, 12) AS w2_squared, wasserstein_trimmed(a, b, 'infinity', 0.25) AS greatest, abs(wasserstein_trimmed(a, b, 2, 0) - wasserstein(a, b, 2)) < 1e-12 AS nothing_cut FROM pair;
SELECT wasserstein_trimmed(sample(x), sample(x + 3)) AS shift, wasserstein_trimmed(sample(x), sample(CASE WHEN x > 95 THEN 1e300 ELSE x + 3 END)) AS outliers FROM generate_series(1, 100) x;
-- on a circle (the line: 11/30); of a day
SELECT round(wasserstein_circular(a, b, 1)::numeric, 12) AS circle, round(wasserstein(a, b)::numeric, 6) AS line, round(wasserstein_circular(b, a, 1)::numeric, 12) AS back FROM (SELECT sample(x) AS a FROM unnest('{0.05,0.1,0.95}'::float8[]) x) a, (SELECT sample(x) AS b FROM unnest('{0.9,0.5}'::float8[]) x) b;
SELECT wasserstein_circular(sample(x), sample((x + 20)::int % 24), 24) AS four_hours FROM generate_series(20, 23) x;
-- Orlicz: a shift by c is c / sqrt(ln 2), or c / ln 2
SELECT round(orlicz_wasserstein(sample(x), sample(x + 3))::numeric, 12) AS of_2, round((3 / sqrt(ln(2::float8)))::numeric, 12) AS wanted, round(orlicz_wasserstein(sample(x), sample(x + 3), power => 1)::numeric, 12) AS of_1, round((3 / ln(2::float8))::numeric, 12) AS wanted FROM generate_series(1, 7) x;
-- vectors: exact where the rows divide the bins, never above W2
SELECT wasserstein_vector(a, 3) AS rows, wasserstein_vector(a, 1) AS mean FROM pair;
SELECT abs(sqrt(sum((x - y) ^ 2) / 12) - wasserstein(a, b, 2)) < 1e-12 AS exact FROM pair, unnest(wasserstein_vector(a, 12), wasserstein_vector(b, 12)) v (x, y) GROUP BY a, b;
SELECT bool_and(d <= w AND d > 0.99 * w) AS close FROM (SELECT wasserstein(a, b, 2) AS w, (SELECT sqrt(avg((x - y) ^ 2)) FROM unnest(wasserstein_vector(a), wasserstein_vector(b)) v (x, y)) AS d FROM (SELECT sample(waiting) FILTER (WHERE eruptions < 3) AS a, sample(waiting) FILTER (WHERE eruptions >= 3) AS b FROM faithful) f) r;
-- Wasserstein k-means: groups of three shapes
CREATE TABLE shapes AS SELECT g, sample(CASE g % 3 WHEN 0 THEN x WHEN 1 THEN x ^ 2 / 100 ELSE 100 + x / 10.0 END + sin(g * x)) AS s FROM generate_series(1, 12) g, generate_series(1, 50 + 3) x GROUP BY g;
SELECT count(DISTINCT l.cluster) AS clusters, bool_and(d = 1) AS by_shape FROM (SELECT l.cluster, count(DISTINCT l.id::int % 3) FROM (SELECT sample_keyed(g, wasserstein_vector(s, 64)) AS v FROM shapes) q, kmeans_fit(v, 3) m, kmeans_labels(m, v) l GROUP BY l.cluster) l (cluster, d);
-- medoids of the matrix say the same
SELECT count(DISTINCT l.cluster) AS clusters, bool_and(d = 1) AS by_shape FROM (SELECT l.cluster, count(DISTINCT l.id::int % 3) AS d FROM (SELECT wasserstein_matrix(g, s, 2) AS v FROM shapes) q, kmedoids_fit(v, 3) m, kmedoids_labels(m, v) l GROUP BY l.cluster) l;

-- matrices
CREATE TABLE groups AS SELECT g, sample(x) AS s FROM (VALUES ('a', '{1,2,3,4}'::float8[]), ('b', '{2,2,5}'), ('c', '{0,10}')) r (g, xs), unnest(xs) x GROUP BY g;
SELECT p.i, p.j, round(p.distance::numeric, 5) AS w1 FROM (SELECT wasserstein_matrix(g, s) AS m FROM groups) q, dissimilarity_pairs(m) p;
SELECT p.i, p.j, round(p.distance::numeric, 5) AS w2 FROM (SELECT wasserstein_matrix(g, s, 2) AS m FROM groups) q, dissimilarity_pairs(m) p;
SELECT p.i, p.j, round(p.distance::numeric, 5) AS greatest FROM (SELECT wasserstein_matrix(ascii(g), s, 'infinity') AS m FROM groups) q, dissimilarity_pairs(m) p;
-- the reference is the aggregate dissimilarity over wasserstein; sketches of few rows are exact
SELECT (SELECT dissimilarity(a.g, b.g, wasserstein(a.s, b.s, 2)) FROM shapes a JOIN shapes b ON a.g >= b.g) = m AS samples, k = m AS sketches, m::text::measure_dissimilarity = m AS text_form
FROM (SELECT wasserstein_matrix(g, s, 2) AS m FROM shapes) q, (SELECT wasserstein_matrix(g, k, 2) AS k FROM (SELECT g, (SELECT kll(x.x[1]) FROM sample_rows(s) x) AS k FROM shapes) r) r;
SELECT wasserstein_matrix(g, s ORDER BY g) = wasserstein_matrix(g, s ORDER BY -g) AS order_does_not_count, wasserstein_matrix(g::text, s) IS NOT NULL AS text_ids FROM shapes;
SELECT p.i, p.j, round(p.distance::numeric, 6) AS weighted FROM (SELECT wasserstein_matrix(id, s) AS m FROM (SELECT 1 AS id, sample_weighted(w, x) AS s FROM unnest('{0,1,3}'::float8[], '{2,1,1}'::float8[]) r (x, w) UNION ALL SELECT 2, sample_weighted(w, x) FROM unnest('{0.5,2,4,7}'::float8[], '{1,3,0,1}'::float8[]) r (x, w)) g) q, dissimilarity_pairs(m) p;
-- the combine function; a window
CREATE TABLE parts (g bigint, s measure_sample) PARTITION BY HASH (g);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT g, s FROM shapes;
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS off) SELECT wasserstein_matrix(g, s) FROM parts;
SELECT p.m = e.m AS combined, wasserstein(p.a, e.a) AS mean FROM (SELECT wasserstein_matrix(g, s) AS m, wasserstein_mean(s) AS a FROM parts) p, (SELECT wasserstein_matrix(g, s) AS m, wasserstein_mean(s) AS a FROM shapes) e;
RESET enable_partitionwise_aggregate;
SELECT count(DISTINCT m) AS windows FROM (SELECT wasserstein_matrix(g, s) OVER (ORDER BY g) AS m FROM shapes) q;

-- means: pieces of one_dim.md, 14, as (mass, value), merged where values are equal; the mean is 3.5
SELECT round(r.weight::numeric, 9) AS mass, round(r.x[1]::numeric, 9) AS value FROM (SELECT wasserstein_mean(s) AS m FROM groups) q, sample_rows(m) r;
SELECT round(c.mean::numeric, 12) AS mean, round(v::numeric, 6) AS frechet_variance FROM (SELECT wasserstein_mean(s) AS m, wasserstein_variance(s) AS v FROM groups) q, sample_columns(m) c;
SELECT round(r.weight::numeric, 9) AS mass, r.x[1] AS median FROM (SELECT wasserstein_median(s) AS m FROM groups) q, sample_rows(m) r;
SELECT round(avg(wasserstein(g.s, q.m, 2) ^ 2)::numeric, 6) AS frechet_variance FROM (SELECT wasserstein_mean(s) AS m FROM groups) q, groups g;
SELECT wasserstein(wasserstein_mean(s), (SELECT s FROM shapes WHERE g = 3)) < 1e-12 AS of_alike, wasserstein_variance(s) < 1e-20 AS variance FROM (SELECT s FROM shapes, generate_series(1, 5) WHERE g = 3) r;
SELECT abs(wasserstein(wasserstein_mean_weighted(w, s), wasserstein_mean(s) FILTER (WHERE w > 0))) < 1e-12 AS zero_left_out FROM (SELECT s, CASE WHEN g > 'a' THEN 0.3 ELSE 0 END AS w FROM groups) r;
SELECT wasserstein(wasserstein_mean_weighted(2, s), wasserstein_mean(s)) AS only_shares FROM groups;
-- one-dimensional space is flat: total = within + between
SELECT abs(total - within - between) < 1e-9 * total AS adds_up FROM (SELECT wasserstein_variance(s) AS total, wasserstein_mean(s) AS centre FROM shapes) t,
	LATERAL (SELECT sum(k * v) / 12 AS within, sum(k * wasserstein(m, centre, 2) ^ 2) / 12 AS between FROM (SELECT count(*) AS k, wasserstein_variance(s) AS v, wasserstein_mean(s) AS m FROM shapes GROUP BY g % 3) c) w;

-- dominance: the reference, and its reverse
SELECT d.first, d.second, d.spread, round(d.against_a::numeric, 9) AS against_a, d.against_a_at, round(d.against_b::numeric, 9) AS against_b, d.against_b_at, round(d.almost::numeric, 9) AS almost FROM (SELECT sample(x) AS a FROM unnest('{1,3,5}'::float8[]) x) a, (SELECT sample(x) AS b FROM unnest('{0,3,6}'::float8[]) x) b, dominance(a, b) d;
SELECT d.first, d.second, d.spread, round(d.almost::numeric, 9) AS almost FROM (SELECT sample(x) AS a FROM unnest('{1,3,5}'::float8[]) x) a, (SELECT sample(x) AS b FROM unnest('{0,3,6}'::float8[]) x) b, dominance(b, a) d;
SELECT d.first, d.second, d.spread, d.against_a, d.against_a_at, round(d.against_b::numeric, 9) AS against_b, d.against_b_at, d.almost FROM pair, dominance(b, a) d;
SELECT d.* FROM pair, dominance(a, a) d;
SELECT t.p_value, t.p_min, t.null_sd > 0 AS null_sd, t.n_a, t.n_b, t.method, t.replicates, t.seed, t.details FROM (SELECT sample(x) AS a, sample(x + 20) AS b FROM generate_series(1, 60) x) r, dominance_test(a, b, replicates => 199, seed => 5) t;
SELECT t.statistic, t.p_value FROM (SELECT sample(x) AS a, sample(x + 20) AS b FROM generate_series(1, 60) x) r, dominance_test(b, a) t;

-- normal laws: divisor n, as one component of a mixture; a point; far from 0
SELECT abs(gaussian_wasserstein(moments(x), moments(y)) - sqrt((avg(x) - avg(y)) ^ 2 + (stddev_pop(x) - stddev_pop(y)) ^ 2)) < 1e-12 AS by_hand FROM (SELECT sin(i) AS x, 3 * cos(i) + 1 AS y FROM generate_series(1, 40) i) r;
SELECT abs(gaussian_wasserstein(ma, mb) - mixture_wasserstein(ga, gb)) < 1e-8 AS as_a_mixture, gaussian_wasserstein(ma, mb) <= wasserstein(a, b, 2) AS below_w2 FROM (SELECT sample(sin(i), cos(i * i)) AS a, sample(cos(i) + 1, 2 * sin(i)) AS b, moments(sin(i), cos(i * i)) AS ma, moments(cos(i) + 1, 2 * sin(i)) AS mb FROM generate_series(1, 40) i) r,
	gmm_fit(a, 1) ga, gmm_fit(b, 1) gb;
SELECT gaussian_wasserstein(moments(1e9), moments(1e9 + 0.25)) AS points, gaussian_wasserstein(m, m) AS self FROM (SELECT moments(1, 2) AS m) r GROUP BY m;

-- NULL, nothing, one row, great numbers
SELECT wasserstein_trimmed(NULL, a) AS trimmed, wasserstein_parts(a, NULL) AS parts, dominance(NULL, a) AS dominance, wasserstein_vector(NULL) AS vector, dominance_test(a, NULL) AS test, (SELECT count(*) FROM wasserstein_plan(a, NULL)) AS plan, (SELECT count(*) FROM wasserstein_quantiles(NULL, a)) AS quantiles FROM pair;
SELECT wasserstein_trimmed(z, a) AS trimmed, wasserstein_circular(a, z, 9) AS circular, orlicz_wasserstein(z, a) AS orlicz, wasserstein_vector(z) AS vector, dominance(z, a) AS dominance, dominance_test(z, a) AS test, (SELECT count(*) FROM wasserstein_plan(z, a)) AS plan, (SELECT count(*) FROM wasserstein_quantiles(z, a)) AS quantiles FROM pair, (SELECT sample_weighted(0, x) AS z FROM generate_series(1, 2) x) r;
SELECT wasserstein_matrix(g, s) AS matrix, wasserstein_mean(s) AS mean, wasserstein_variance(s) AS variance FROM groups WHERE false;
SELECT wasserstein_matrix(1, NULL::measure_sample) AS matrix, wasserstein_mean(NULL) AS mean, wasserstein_mean_weighted(NULL, NULL) AS weighted, wasserstein_mean(z) AS of_nothing, wasserstein_matrix(1, kll_empty()) AS sketch FROM (SELECT sample_weighted(0, 1) AS z) r;
SELECT summary(wasserstein_matrix(g, s)) FROM groups WHERE g = 'a';
SELECT wasserstein_variance(s) AS one_group, wasserstein_trimmed(sample(1), sample(1)) AS one_row FROM groups WHERE g = 'a' GROUP BY s;
SELECT round((wasserstein_trimmed(sample(x), sample(-x), 2) / 1e308)::numeric, 6) AS great, round(((wasserstein_vector(sample(x), 2))[1] / 1e308)::numeric, 6) AS vector FROM unnest('{5e307,-5e307,1e308}'::float8[]) x;
SELECT wasserstein_parts(sample(x), sample(-x)) FROM unnest('{5e307,-5e307,1e308}'::float8[]) x;
SELECT wasserstein_plan(sample(x), sample(-x), 2) FROM unnest('{5e307,1e308}'::float8[]) x;
SELECT wasserstein_matrix(g, s) FROM (SELECT g, sample(x) AS s FROM (VALUES (1, -1e308), (2, 1e308)) r (g, x) GROUP BY g) q;
SELECT wasserstein_matrix(g, s) FROM (SELECT g, sample(x) AS s FROM (VALUES (1, 0), (2, 1e39)) r (g, x) GROUP BY g) q;
SELECT r.x, r.weight FROM (SELECT wasserstein_mean(s) AS m FROM (SELECT sample(x) AS s FROM unnest('{1e308,1.5e308}'::float8[]) x GROUP BY x) g) q, sample_rows(m) r;
SELECT wasserstein_variance(s) FROM (SELECT sample(x) AS s FROM unnest('{-1e308,1e308}'::float8[]) x GROUP BY x) g;
SELECT dominance(sample(x), sample(-x)) FROM unnest('{1e308}'::float8[]) x;
SELECT dominance_test(sample(x), sample(-x), 9) FROM unnest('{1e308}'::float8[]) x;
SELECT orlicz_wasserstein(sample(x), sample(0)) FROM unnest('{1.7e308}'::float8[]) x;
SELECT wasserstein(q, q) AS self, wasserstein_error(q, q) AS error FROM (SELECT kll(x) AS q FROM unnest('{-1e308,1e308}'::float8[]) x) r;
SELECT wasserstein(kll(x), kll(-x)) FROM unnest('{1e308}'::float8[]) x;
SELECT round(wasserstein(a, b)::numeric, 9) AS huge, round(wasserstein(a, c)::numeric, 9) AS tiny_and_huge, wasserstein(b, c) AS tiny, round(wasserstein_trimmed(a, c, 1, 0)::numeric, 9) AS trimmed, wasserstein_vector(a, 2) AS vector FROM (SELECT sample_weighted(1e200 * x ^ 0, x) AS a, sample_weighted(1e250 * x, x + 1) AS b, sample_weighted(1e-250 * x, x + 1) AS c FROM generate_series(1, 2) x) r;

-- errors
SELECT wasserstein_quantiles(a, b) FROM plane;
SELECT wasserstein_quantiles(a, b, '{0.5,2}') FROM pair;
SELECT wasserstein_plan(pair.a, plane.a) FROM pair, plane;
SELECT wasserstein_plan(a, b, 'infinity') FROM pair;
SELECT wasserstein_plan(sample(x, NULL), sample(x, x)) FROM generate_series(1, 3) x;
SELECT wasserstein_plan(sample(mixed('a'::text, x)), sample(mixed('a'::text, x))) FROM generate_series(1, 3) x;
SELECT wasserstein_trimmed(a, b, 0.5) FROM pair;
SELECT wasserstein_trimmed(a, b, 1, 0.5) FROM pair;
SELECT wasserstein_circular(a, b, 7) FROM pair;
SELECT wasserstein_circular(a, b, -1) FROM pair;
SELECT orlicz_wasserstein(a, b, 3) FROM pair;
SELECT wasserstein_vector(a, 0) FROM pair;
SELECT wasserstein_vector(sample(mixed('a'::text)));
SELECT dominance_test(a, b, 0) FROM pair;
SELECT dominance_test(a, b, options => '{"order":1}') FROM pair;
SELECT gaussian_wasserstein(moments(1), moments(1, 2));
SELECT wasserstein_matrix(1, s) FROM groups;
SELECT wasserstein_matrix(NULL::text, s) FROM groups;
SELECT wasserstein_matrix(g, s, length(g) + ascii(g)) FROM groups;
SELECT wasserstein_matrix(g, s, 0) FROM groups;
SELECT wasserstein_matrix(g, s, NULL) FROM groups;
SELECT wasserstein_matrix(1, a) FROM plane;
SELECT wasserstein_mean_weighted(-1, s) FROM groups;
SELECT wasserstein_mean_weighted(NULL, s) FROM groups;
SELECT wasserstein_matrix_final('\x00');
SELECT wasserstein_mean_append(NULL, a) FROM pair;
-- states that nobody made
CREATE AGGREGATE forged(bytea) (SFUNC = wasserstein_matrix_merge, STYPE = bytea, FINALFUNC = wasserstein_matrix_final);
CREATE AGGREGATE forged_mean(bytea) (SFUNC = wasserstein_mean_merge, STYPE = bytea, FINALFUNC = wasserstein_mean_final);
CREATE FUNCTION pg_temp.turned(b bytea) RETURNS bytea LANGUAGE sql AS $$SELECT string_agg(substr(b, i, 1), '' ORDER BY i DESC) FROM generate_series(1, length(b)) i$$;
CREATE FUNCTION pg_temp.word(n bigint) RETURNS bytea LANGUAGE sql AS $$SELECT pg_temp.turned(int8send(n))$$;
CREATE FUNCTION pg_temp.number(x float8) RETURNS bytea LANGUAGE sql AS $$SELECT pg_temp.turned(float8send(x))$$;
-- one row: kind of ids, bytes in use, id, bytes of the group, its n, whether weighted, p, numbers
CREATE FUNCTION pg_temp.state(kind int, used bigint, id bigint, size bigint, n bigint, weighted bigint, VARIADIC numbers float8[]) RETURNS bytea LANGUAGE sql AS $$
	SELECT pg_temp.turned(int4send(kind)) || pg_temp.word(used) || pg_temp.word(id) || pg_temp.word(size) || pg_temp.word(n) || pg_temp.word(weighted) || string_agg(pg_temp.number(x), '' ORDER BY o) FROM unnest(numbers) WITH ORDINALITY r (x, o) $$;
SELECT d.* FROM (SELECT forged(s) AS m FROM (VALUES (pg_temp.state(1, 72, 5, 40, 2, 0, 1, 0, 4)), (pg_temp.state(1, 72, 6, 40, 1, 1, 1, 7, 3))) r (s)) q, dissimilarity_pairs(m) d;
SELECT r.x, r.weight FROM (SELECT forged_mean(pg_temp.state(0, 72, 0, 40, 2, 0, 1, 0, 4)) AS m) q, sample_rows(m) r;
CREATE FUNCTION pg_temp.refused(s bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; matrix measure_dissimilarity; mean measure_sample;
BEGIN
	EXECUTE 'SELECT forged($1)' INTO matrix USING s;
	EXECUTE 'SELECT forged_mean($1)' INTO mean USING s;
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
	RETURN state;
END $$;
SELECT what, pg_temp.refused(s) FROM (VALUES ('head', '\x00'::bytea), ('kind', pg_temp.state(9, 72, 5, 40, 2, 0, 1, 0, 4)), ('used', pg_temp.state(1, 80, 5, 40, 2, 0, 1, 0, 4)), ('used less', pg_temp.state(1, 64, 5, 40, 2, 0, 1, 0, 4)), ('size', pg_temp.state(1, 72, 5, 48, 2, 0, 1, 0, 4)),
	('vast size', pg_temp.state(1, 72, 5, -8, 2, 0, 1, 0, 4)), ('text of a vast length', pg_temp.state(2, 72, 16777216, 40, 2, 0, 1, 0, 4)), ('text of a length below 0', pg_temp.state(2, 72, -8, 40, 2, 0, 1, 0, 4)), ('text that is not there', pg_temp.state(2, 72, 8, 40, 2, 0, 1, 0, 4)),
	('n', pg_temp.state(1, 72, 5, 40, 3, 0, 1, 0, 4)), ('vast n', pg_temp.state(1, 72, 5, 40, 2305843009213693954, 0, 1, 0, 4)), ('no n', pg_temp.state(1, 72, 5, 40, 0, 0, 1, 0, 4)), ('weighted', pg_temp.state(1, 72, 5, 40, 2, 1, 1, 0, 4)), ('weighted 2', pg_temp.state(1, 72, 5, 40, 1, 2, 1, 0, 4)),
	('p', pg_temp.state(1, 72, 5, 40, 2, 0, 'NaN', 0, 4)), ('p 0', pg_temp.state(1, 72, 5, 40, 2, 0, 0, 0, 4)), ('order', pg_temp.state(1, 72, 5, 40, 2, 0, 1, 4, 0)), ('NaN', pg_temp.state(1, 72, 5, 40, 2, 0, 1, 'NaN', 4)), ('infinity', pg_temp.state(1, 72, 5, 40, 2, 0, 1, 0, 'infinity')),
	('weight 0', pg_temp.state(1, 72, 5, 40, 1, 1, 1, 7, 0)), ('weight NaN', pg_temp.state(1, 72, 5, 40, 1, 1, 1, 7, 'NaN'))) r (what, s);
DROP AGGREGATE forged(bytea);
DROP AGGREGATE forged_mean(bytea);
-- the budget
CREATE TABLE large AS SELECT (SELECT sample(x, x) FROM generate_series(1, 4000) x) AS s, sample(x) AS line FROM generate_series(1, 20000) x;
SET pgmeasure.max_memory = '8MB';
SELECT wasserstein_plan(s, s) FROM large;
SELECT wasserstein_matrix(g, line) FROM large, generate_series(1, 100) g;
SELECT wasserstein_mean(line) FROM large, generate_series(1, 100) g;
SELECT kll_quantile(kll(x), 0.5) BETWEEN 48000 AND 52000 AS a_sketch_is_small FROM generate_series(1, 100000) x;
RESET pgmeasure.max_memory;
DROP TABLE pair, plane, shapes, groups, parts, large;
