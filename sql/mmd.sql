-- MMD, energy distance, median distance: the reference values of mmd.md, 13.
SET extra_float_digits = -3;
CREATE TEMP TABLE d1 AS SELECT sample(x) FILTER (WHERE g = 'a') AS a, sample(x) FILTER (WHERE g = 'b') AS b
FROM (VALUES ('a', 0.0), ('a', 1), ('a', 3), ('b', .5), ('b', 2), ('b', 4), ('b', 7)) v (g, x);
CREATE TEMP TABLE d2 AS SELECT (SELECT sample(0.7548776662466927::float8 * i - floor(0.7548776662466927::float8 * i), 0.5698402909980532::float8 * i - floor(0.5698402909980532::float8 * i)) FROM generate_series(1, 50) i) AS a,
	(SELECT sample(0.15 + 0.9 * (0.6180339887498949::float8 * j - floor(0.6180339887498949::float8 * j)), 0.15 + 0.9 * (0.41421356237309515::float8 * j - floor(0.41421356237309515::float8 * j))) FROM generate_series(1, 40) j) AS b;
SELECT kernel, round(mmd_squared(a, b, kernel, CASE WHEN kernel NOT IN ('energy', 'polynomial') THEN 1 END, 'biased')::numeric, 12) AS v,
	round(mmd_squared(a, b, kernel, CASE WHEN kernel NOT IN ('energy', 'polynomial') THEN 1 END)::numeric, 12) AS u
FROM d1, unnest('{gaussian,laplace,imq,matern32,matern52,energy,polynomial}'::text[]) kernel;
SELECT kernel, round(mmd_squared(a, b, kernel, CASE WHEN kernel <> 'energy' THEN 0.5 END, 'biased')::numeric, 14) AS v, round(mmd_squared(a, b, kernel, CASE WHEN kernel <> 'energy' THEN 0.5 END)::numeric, 15) AS u
FROM d2, unnest('{gaussian,laplace,imq,matern32,matern52,energy}'::text[]) kernel;
SELECT round(mmd_squared(a, b, estimator => 'biased')::numeric, 14) AS v, round(mmd_squared(a, b)::numeric, 15) AS u, round(mmd(a, b, bandwidth => 0.5)::numeric, 12) AS mmd FROM d2;
SELECT round(median_distance(sample_union(s))::numeric, 13) AS median FROM d2, unnest(ARRAY[a, b]) s;
SELECT round(energy_distance(a, b)::numeric, 12) AS energy, abs(mmd(a, b, 'energy') ^ 2 - energy_distance(a, b)) < 1e-14 AS its_root FROM d1;
SELECT round((e.details ->> 'unbiased_error')::numeric, 12) AS se, abs(e.estimate - mmd(a, b, bandwidth => 0.5)) < 1e-15 AS same, e.method, e.n_a, e.n_b, e.details -> 'kernel' AS kernel, e.details -> 'bandwidth' AS bandwidth FROM d2, mmd_interval(a, b, bandwidth => 0.5) e;
-- polynomial of degree 2; sums of bandwidths are sums of squares
SELECT round((e.details ->> 'unbiased')::numeric, 9) AS u, round((e.estimate ^ 2)::numeric, 9) AS v FROM d1, mmd_interval(a, b, 'polynomial', options => '{"degree": 2, "offset": 1}') e;
SELECT abs(e.estimate ^ 2 - mmd(a, b, bandwidth => 1) ^ 2 - mmd(a, b, bandwidth => 3) ^ 2) < 1e-14 AS sum, e.details -> 'bandwidths' AS bandwidths FROM d1, mmd_interval(a, b, options => '{"bandwidths": [1, 3]}') e;
SELECT e.method, e.lower < e.estimate AND e.estimate < e.upper AS inside, e.std_error > 0 AS error FROM d1, mmd_interval(a, b, method => 'bootstrap', replicates => 99) e;
SELECT e.method, e.lower < e.estimate AND e.estimate < e.upper AS inside, (e.details ->> 'replicates')::int AS replicates FROM d1, energy_distance_interval(a, b, method => 'bootstrap', replicates => 99) e;
-- a sample and itself, one row, one point, nothing; weights are repeated rows; units go out by scale
SELECT mmd(a, a) AS itself, mmd_squared(a, a) < 0 AS unbiased FROM d1;
SELECT mmd(a, b) AS points, mmd_squared(a, b) AS unbiased, mmd_squared(a, b, estimator => 'linear') AS linear, mmd_squared(a, b, estimator => 'block') AS block FROM (SELECT sample(2.0) AS a, sample(2.0) AS b) s;
SELECT mmd(a, b) AS apart, round(mmd(a, b, bandwidth => 1)::numeric, 9) AS by_one FROM (SELECT sample(2.0) AS a, sample(3.0) AS b) s;
SELECT mmd(sample(x) FILTER (WHERE x > 5), sample(x)) AS none, mmd(NULL, sample(x)) AS null, energy_distance(sample(x) FILTER (WHERE x > 5), sample(x)) AS energy FROM generate_series(1.0, 3) x;
SELECT abs(mmd_squared(w, b) - mmd_squared(r, b)) < 1e-15 AS as_repeated, abs(mmd_squared(w, b, estimator => 'linear') - mmd_squared(r, b, estimator => 'linear')) < 1e-15 AS linear
FROM d1, (SELECT sample_weighted(n, x) AS w, (SELECT sample(y) FROM (VALUES (1.0), (1), (2), (2), (2), (5)) v (y)) AS r FROM (VALUES (1.0, 2), (2, 3), (5, 1)) v (x, n)) s;
SELECT abs(mmd(sample(1000 * x, y) FILTER (WHERE i > 4), sample(1000 * x, y) FILTER (WHERE i <= 4), scale => 'sd') - mmd(sample(x, y) FILTER (WHERE i > 4), sample(x, y) FILTER (WHERE i <= 4), scale => 'sd')) < 1e-12 AS scaled
FROM (SELECT i, sin(i) AS x, cos(3 * i) AS y FROM generate_series(1, 10) i) v;
SELECT median_distance(sample(x)) AS one, median_distance(sample(x, y)) AS none FROM (VALUES (1.0, 2.0)) v (x, y);
SELECT median_distance(sample(x)) AS ties, median_distance(sample(x), scale => 'range') AS scaled FROM (VALUES (1.0), (1), (1), (1), (3)) v (x);
-- what is refused
SELECT mmd(a, b, 'rbf') FROM d1;
SELECT mmd(a, b, bandwidth => 0) FROM d1;
SELECT mmd(a, b, bandwidth => 'infinity') FROM d1;
SELECT mmd(a, b, 'energy', 1) FROM d1;
SELECT mmd(d1.a, d2.b) FROM d1, d2;
SELECT mmd_squared(a, b, estimator => 'median') FROM d1;
SELECT mmd_interval(a, b, options => '{"bandwidths": []}') FROM d1;
SELECT mmd_interval(a, b, 'imq', options => '{"exponent": 1}') FROM d1;
SELECT mmd_interval(a, b, 'polynomial', options => '{"degree": 2.5}') FROM d1;
SELECT mmd_interval(a, b, options => '{"gamma": 2}') FROM d1;
SELECT mmd_interval(a, b, method => 'asymptotic', exchange => 'pairs') FROM (SELECT sample_keyed(i, i) AS a, sample_keyed(i, i + 1) AS b FROM generate_series(1, 5) i) s;
SELECT mmd_squared(a, b, estimator => 'linear') FROM (SELECT sample_weighted(0.5, i) AS a, sample(i) AS b FROM generate_series(1, 5) i) s;
SELECT mmd(sample(NULL::float8, i), sample(i, i)) FROM generate_series(1, 3) i;
SELECT median_distance(sample(i), 'manhattan') FROM generate_series(1, 3) i;
-- tests: every method, every exchange; the exact law of 35 labellings; the moments of mmd.md, 13
SELECT t.replicates, t.p_value * 35 AS of_35, round(t.p_min * 35) AS least, t.method, t.details FROM d1, mmd_test(a, b, bandwidth => 1) t;
SELECT t.method, abs(t.statistic - mmd(a, b, bandwidth => 0.5)) < 1e-15 AS same, t.p_value BETWEEN .25 AND .35 AS near, t.p_min, t.null_mean < t.statistic AS by_chance, t.null_sd > 0 AS sd FROM d2, mmd_test(a, b, bandwidth => 0.5) t;
SELECT t.method, round(t.p_value::numeric, 5) AS p, round((t.details ->> 'squared_null_mean')::numeric, 12) AS mean, round(((t.details ->> 'squared_null_sd')::numeric ^ 2) * 1e4, 9) AS variance, t.replicates FROM d2, mmd_test(a, b, bandwidth => 0.5, method => 'gamma') t;
SELECT t.method, t.p_value BETWEEN 0 AND 1 AS p, t.statistic IS NOT NULL AS z, t.null_mean, t.null_sd FROM d2, mmd_test(a, b, bandwidth => 0.5, method => 'cross') t;
SELECT t.method, t.p_value, t.details -> 'kernels' AS kernels, jsonb_array_length(t.details -> 'p_values') AS p_values FROM d2, mmd_test(a, b, method => 'aggregated', replicates => 199) t;
SELECT t.details -> 'kernels' AS kernels, t.details -> 'kernel' AS kernel FROM d2, mmd_test(a, b, 'imq', method => 'aggregated', replicates => 99) t;
SELECT t.details -> 'kernels' AS kernels FROM d2, mmd_test(a, b, method => 'aggregated', replicates => 99, options => '{"bandwidths": [0.1, 0.5, 2]}') t;
SELECT t.method, abs(t.statistic - energy_distance(a, b)) < 1e-15 AS same, t.replicates, t.p_value = e.p_value AS as_mmd FROM d1, energy_distance_test(a, b) t, mmd_test(a, b, 'energy') e;
SELECT t.method, t.p_value > 0 AS p FROM d1, energy_distance_test(a, b, method => 'gamma') t;
CREATE TEMP TABLE units AS SELECT sample_keyed(id, x) FILTER (WHERE g = 'a') AS a, sample_keyed(id, x) FILTER (WHERE g = 'b') AS b,
	sample_keyed(100 * id + ascii(g), x) FILTER (WHERE g = 'a') AS ca, sample_keyed(100 * id + ascii(g), x) FILTER (WHERE g = 'b') AS cb
FROM (VALUES ('a', 1, 1.0), ('a', 2, 2), ('a', 3, 3), ('b', 1, 11), ('b', 2, 12), ('b', 3, 13)) v (g, id, x);
SELECT 'pairs' AS exchange, t.replicates, t.p_value, t.p_min FROM units, mmd_test(a, b, exchange => 'pairs') t
UNION ALL SELECT 'clusters', t.replicates, t.p_value, t.p_min FROM units, mmd_test(ca, cb, exchange => 'clusters') t
UNION ALL SELECT 'strata', t.replicates, t.p_value, t.p_min FROM units, energy_distance_test(a, b, exchange => 'strata') t
UNION ALL SELECT 'aggregated pairs', t.replicates, t.p_value, t.p_min FROM units, mmd_test(a, b, method => 'aggregated', exchange => 'pairs') t;
SELECT t.p_value, t.statistic FROM (SELECT sample(2.0) AS a, sample(2.0) AS b FROM generate_series(1, 5)) s, mmd_test(a, b) t;
SELECT mmd_test(NULL, a) AS null, mmd_test(a, sample_marginal(a, '{1}'), replicates => 1) IS NOT NULL AS there FROM d1;
SELECT mmd_test(a, b, bandwidth => 1, method => 'aggregated') FROM d1;
SELECT mmd_test(a, b, 'energy', method => 'aggregated') FROM d1;
SELECT mmd_test(a, b, method => 'gamma', exchange => 'pairs') FROM units;
SELECT mmd_test(a, b, method => 'bootstrap') FROM d1;
SELECT energy_distance_test(a, b, method => 'cross') FROM d1;
SELECT mmd_test(a, b, replicates => -1) FROM d1;
-- HSIC and distance covariance of the first 40 pairs
CREATE TEMP TABLE forty AS SELECT (SELECT sample(0.7548776662466927::float8 * i - floor(0.7548776662466927::float8 * i), 0.5698402909980532::float8 * i - floor(0.5698402909980532::float8 * i),
	0.15 + 0.9 * (0.6180339887498949::float8 * i - floor(0.6180339887498949::float8 * i)), 0.15 + 0.9 * (0.41421356237309515::float8 * i - floor(0.41421356237309515::float8 * i))) FROM generate_series(1, 40) i) AS s;
SELECT round(hsic(s, 2, bandwidth => '{0.5, 0.5}', scale => 'none')::numeric, 15) AS hsic, round(hsic(s, 2, 'energy', scale => 'none')::numeric, 15) AS dcov_2 FROM forty;
SELECT round((t.details ->> 'unbiased')::numeric, 15) AS unbiased, round(t.null_mean::numeric, 15) AS mean, round((t.null_sd::numeric ^ 2) * 1e6, 9) AS variance, round(t.p_value::numeric, 6) AS p, t.method, t.n_a, t.n_b FROM forty, hsic_test(s, 2, bandwidth => '{0.5, 0.5}', scale => 'none') t;
SELECT round(sqrt((t.details ->> 'correlation')::numeric), 12) AS dcor, round((t.details ->> 'unbiased')::numeric, 15) AS dcov_u, round((t.details ->> 'unbiased_correlation')::numeric, 12) AS bias_corrected FROM forty, hsic_test(s, 2, 'energy', scale => 'none') t;
SELECT t.method, t.p_value BETWEEN .13 AND .22 AS near, t.replicates, abs(t.statistic - hsic(s, 2, bandwidth => '{0.5, 0.5}', scale => 'none')) < 1e-15 AS same FROM forty, hsic_test(s, 2, bandwidth => '{0.5, 0.5}', scale => 'none', method => 'permutation') t;
SELECT t.p_value < 0.001 AS dependent, t.details -> 'kernel' AS kernel, jsonb_array_length(t.details -> 'bandwidth') AS bandwidths FROM (SELECT sample(x, x * x) AS s FROM generate_series(-20, 20) x) r, hsic_test(s, 1) t;
SELECT hsic(s, 1) AS nothing, hsic(sample(1.0, 2.0), 1) AS one_row, hsic_test(NULL, 1) AS null FROM (SELECT NULL::measure_sample AS s) r GROUP BY s;
SELECT abs(hsic(w, 1) - hsic(r, 1)) < 1e-15 AS as_repeated FROM (SELECT sample_weighted(n, x, y) AS w, (SELECT sample(x, y) FROM (VALUES (1.0, 2.0), (1, 2), (2, 5), (3, 1), (3, 1), (3, 1)) v (x, y)) AS r FROM (VALUES (1.0, 2.0, 2), (2, 5, 1), (3, 1, 3)) v (x, y, n)) s;
SELECT hsic(s, 4) FROM forty;
SELECT hsic(sample(x), 1) FROM generate_series(1, 3) x;
SELECT hsic(s, 1, bandwidth => '{1}') FROM forty;
SELECT hsic(s, 1, 'energy', bandwidth => '{1, 1}') FROM forty;
SELECT hsic(s, 1, bandwidth => '{1, 0}') FROM forty;
SELECT hsic_test(s, 1, method => 'cross') FROM forty;
SELECT hsic_test(s, 1, options => '{"weights": "importance"}') FROM forty;
SELECT hsic(sample(x, NULL::float8), 1) FROM generate_series(1, 3) x;
-- all pairs of samples under one bandwidth
CREATE TEMP TABLE shop AS SELECT id, sample(sin(i * id) + id % 3, cos(i + id)) AS s FROM generate_series(1, 6) id, generate_series(1, 30) i GROUP BY id;
SELECT count(*) AS pairs, bool_and(abs(p.distance - mmd(x.s, y.s, bandwidth => m.s)) < 1e-6) AS as_pairs
FROM (SELECT mmd_matrix(id, s) AS d FROM shop) r, dissimilarity_pairs(d) p JOIN shop x ON x.id = p.i::int JOIN shop y ON y.id = p.j::int, (SELECT median_distance(sample_union(s)) AS s FROM shop) m;
SELECT count(*) AS pairs FROM (SELECT mmd_matrix('shop ' || id, s) AS d FROM (TABLE shop UNION ALL SELECT 7, NULL UNION ALL SELECT 8, sample_weighted(0, 1, 1)) q) r, dissimilarity_pairs(d) p;
SELECT mmd_matrix(id, s) AS none FROM shop WHERE id > 6;
SELECT mmd_matrix(1, s) FROM shop;
SELECT mmd_matrix(i, s) FROM (SELECT 1 AS i, sample(1.0) AS s UNION ALL SELECT 2, sample(1, 2)) q;
SELECT mmd_matrix(i, s) FROM (SELECT i, sample(i, NULL::float8) AS s FROM generate_series(1, 2) i GROUP BY i) q;
SELECT sample_mmd_matrix_final('\x00');
-- a subsample of equal weights is as its rows are
CREATE TEMP TABLE drawn AS SELECT subsample(i, 20, sin(i), i % 7) AS s, subsample(i, 30, cos(i), i % 5) AS t FROM generate_series(1, 100) i;
CREATE TEMP TABLE undrawn AS SELECT (SELECT sample(x[1], x[2]) FROM sample_rows(s)) AS s, (SELECT sample(x[1], x[2]) FROM sample_rows(t)) AS t FROM drawn;
SELECT abs(mmd_squared(d.s, d.t) - mmd_squared(u.s, u.t)) < 1e-14 AS unbiased, abs(mmd_squared(d.s, d.t, estimator => 'linear') - mmd_squared(u.s, u.t, estimator => 'linear')) < 1e-14 AS linear,
	abs(hsic(d.s, 1) - hsic(u.s, 1)) < 1e-14 AS hsic, abs((SELECT p_value FROM hsic_test(d.s, 1)) - (SELECT p_value FROM hsic_test(u.s, 1))) < 1e-12 AS gamma, (SELECT n_a FROM hsic_test(d.s, 1)) AS n,
	(SELECT p_value FROM mmd_test(d.s, d.t)) - (SELECT p_value FROM mmd_test(u.s, u.t)) AS permutation, abs((SELECT p_value FROM mmd_test(d.s, d.t, method => 'gamma')) - (SELECT p_value FROM mmd_test(u.s, u.t, method => 'gamma'))) < 1e-12 AS mmd_gamma,
	abs(wasserstein(d.s, d.t) - wasserstein(u.s, u.t)) < 1e-12 AS wasserstein FROM drawn d, undrawn u;
-- a root at 0 has no error, and values whose distances are no numbers have no kernel
SELECT e.estimate, e.std_error, e.method FROM (SELECT sample(x) AS a FROM generate_series(1.0, 4) x) s, mmd_interval(a, a) e;
SELECT mmd(sample(x * 1e200), sample(-x * 1e200)) FROM generate_series(1.0, 4) x;
