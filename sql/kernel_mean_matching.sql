-- Weights that make one sample like another: kernel mean matching, double weighting, density ratios, regressions, target
-- shift, known laws, optimal weights. Reference values are those of the papers' formulas on small data.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE v AS SELECT (SELECT sample_keyed(i, i) FROM generate_series(0, 3) i) AS s, (SELECT sample_keyed('t' || i, 2 + i / 2.0) FROM generate_series(0, 3) i) AS t;
SELECT w.id, w.x, round(w.weight::numeric, 6) AS weight FROM v, kernel_mean_matching(s, t, bandwidth => 1, scale => 'none', options => '{"tol":1e-15}') w;
SELECT i.n_source, i.n_target, round(i.effective::numeric, 6) AS effective, round(i.max_weight::numeric, 6) AS max_weight, i.at_bound, round((i.mmd_before ^ 2)::numeric, 9) AS before, round((i.mmd_after ^ 2)::numeric, 9) AS after, i.gap < 1e-14 AS gap, i.bandwidth, i.converged FROM v, kernel_mean_matching_info(s, t, bandwidth => 1, scale => 'none', options => '{"tol":1e-15}') i;
SELECT w.id, round(w.weight::numeric, 6) AS at_most_2 FROM v, kernel_mean_matching(s, t, bandwidth => 1, upper => 2, scale => 'none', options => '{"tol":1e-15}') w;
SELECT w.side, w.id, w.x, round(w.weight::numeric, 4) AS weight FROM v, kernel_mean_matching_double(s, t, bandwidth => 1, scale => 'none', options => '{"tol":1e-13,"max_iter":100000}') w;
SELECT w.id, round(w.weight::numeric, 7) AS ratio FROM v, density_ratio(s, t, bandwidth => 1, lambda => 0.1, scale => 'none') w;
SELECT w.id, round(w.weight::numeric, 7) AS at_new_rows FROM v, density_ratio(s, t, t, bandwidth => 1, lambda => 0.1, scale => 'none') w WHERE w.id <> 't1';
-- a shift of half a standard deviation: the mean of x moves to the target's, and E x^2 with it
CREATE TEMP TABLE shift AS SELECT sample_keyed(i, x) AS s, sample(x * 0.9 + 0.5) AS t FROM (SELECT i, sqrt(-2 * ln((i * 0.6180339887498949)::numeric % 1)::float8) * cos(2 * pi() * i * 0.4142135623730951) AS x FROM generate_series(1, 500) i) p;
SELECT abs(sum(w.weight * w.x[1]) / sum(w.weight) - 0.5) < 0.02 AS mean, abs(sum(w.weight * w.x[1] ^ 2) / sum(w.weight) - 1.06) < 0.05 AS square, min(w.weight) >= 0 AS positive FROM shift, kernel_mean_matching(s, t) w;
SELECT i.effective BETWEEN 200 AND 500 AS effective, i.mmd_after < i.mmd_before / 10 AS closer, i.converged FROM shift, kernel_mean_matching_info(s, t) i;
SELECT abs(sum(w.weight * w.x[1]) / sum(w.weight) - 0.5) < 0.1 AS mean, abs(avg(w.weight) - 1) < 0.1 AS one FROM shift, density_ratio(s, t) w;
SELECT o, i.converged, i.mmd_after < i.mmd_before / 5 AS closer FROM shift, unnest(ARRAY['{"band":0}', '{"band":0.1}', '{"bandwidths":[0.3,1]}', '{"max_iter":400}']::jsonb[]) o, kernel_mean_matching_info(s, t, options => o) i;
SELECT k, i.mmd_after < i.mmd_before / 3 AS closer FROM shift, unnest('{gaussian,laplace,imq,matern32,matern52}'::text[]) k, kernel_mean_matching_info(s, t, k) i;
-- any order of the rows, equal rows share, weights are repeated rows
SELECT (SELECT array_agg(w.weight ORDER BY w.id::int) FROM kernel_mean_matching(a, t) w) = (SELECT array_agg(w.weight ORDER BY w.id::int) FROM kernel_mean_matching(s, t) w) AS shuffled FROM shift, LATERAL (SELECT sample_keyed(id::int, x ORDER BY md5(id)) AS a FROM sample_rows(s)) q;
SELECT count(DISTINCT weight) AS shared FROM (SELECT sample(x) AS s FROM unnest('{0,0,0}'::float8[]) x) a, (SELECT sample(1) AS t) b, kernel_mean_matching(s, t);
SELECT max(abs(a.weight - 2 * b.weight)) < 1e-6 AS weights FROM (SELECT sample_weighted(2, x) AS a, sample(x) AS t FROM generate_series(0, 3) x) p, (SELECT sample(x) AS b FROM generate_series(0, 3) x, generate_series(1, 2)) q, kernel_mean_matching(a, t) a, kernel_mean_matching(b, t) b WHERE a.x = b.x;
-- nothing in common, one row, the same rows, gaps, nothing
SELECT round(sum(weight)::numeric, 3) AS far_apart FROM v, (SELECT sample(1e6) AS far) f, kernel_mean_matching(s, far, bandwidth => 1, scale => 'none');
SELECT round(w.weight::numeric, 6) AS one FROM kernel_mean_matching((SELECT sample(3)), (SELECT sample(3))) w;
SELECT bool_and(abs(weight - 1) < 1e-3) AS same FROM v, kernel_mean_matching(s, s);
SELECT count(*) AS omitted FROM kernel_mean_matching((SELECT sample(NULLIF(x, 3), x) FROM generate_series(1, 9) x), (SELECT sample(x, x) FROM generate_series(2, 5) x), options => '{"missing":"omit"}');
SELECT (SELECT count(*) FROM kernel_mean_matching(NULL, t)) AS a, (SELECT count(*) FROM kernel_mean_matching(s, NULL)) AS b, kernel_mean_matching_info(s, NULL) IS NULL AS c, (SELECT count(*) FROM density_ratio(s, NULL)) AS d FROM v;
-- do I need weights
CREATE TEMP TABLE line AS SELECT * FROM unnest('{1.2,2.7,5.4,6.8,9.3,10.6}'::float8[], '{0,1,2,3,4,5}'::float8[], '{.2,.4,.8,1.2,1.6,1.8}'::float8[]) l (y, x, w);
SELECT r.term, round(r.estimate::numeric, 8) AS estimate, round(r.std_error::numeric, 8) AS std_error, round(r.weighted::numeric, 8) AS weighted, round(r.weighted_std_error::numeric, 8) AS weighted_std_error FROM (SELECT sample_weighted(w, y, x) AS s FROM line) l, shift_regression(s) r;
SELECT round(r.statistic::numeric, 8) AS f, round(r.p_value::numeric, 5) AS p, r.n_a, r.method, r.details->'df1' AS df1, r.details->'df2' AS df2, round((r.details->'target_complexity')::numeric, 9) AS complexity, r.details->>'recommended' AS recommended
FROM (SELECT sample_weighted(w, x, y) AS s FROM line) l, (SELECT sample(x) AS t FROM generate_series(4, 7) x) o, shift_regression_test(s, t, response => 2) r;
SELECT shift_regression_test(sample(y, x)) IS NULL AS equal_weights, (SELECT count(*) FROM shift_regression((SELECT sample(y, x) FROM line WHERE x < 2))) AS few FROM line;
-- target shift
SELECT w.x, round((w.weight * 1.023665256)::numeric, 5) AS weight FROM (SELECT sample(y, x) AS s FROM unnest('{-1,-.3,.2,.9,1.5}'::float8[], '{-.8,-.5,.4,1.1,1.2}'::float8[]) r (y, x)) a, (SELECT sample(x) AS t FROM unnest('{.3,.7,1.4,.9}'::float8[]) x) b, target_shift(s, t, 0.1, '{"x_bandwidth":0.5,"y_bandwidth":0.5,"target_bandwidth":0.5}') w;
SELECT round(avg(w.weight)::numeric, 9) AS mean, min(w.weight) >= 0 AS positive FROM shift, LATERAL (SELECT sample(x[1], x[1] + mod(ordinality, 7) / 7.0) AS s2 FROM sample_rows(s) WITH ORDINALITY) r, target_shift(s2, t) w;
-- known laws
SELECT round((mmd_law(sample(x), 'normal', '{0,1}', bandwidth => 1) ^ 2)::numeric, 12) AS normal FROM unnest('{-1.2,-.3,.1,.8,2.0}'::float8[]) x;
SELECT round((mmd_law(sample(x), 'uniform', kernel => 'energy') ^ 2)::numeric, 10) AS cramer_von_mises FROM unnest('{.1,.2,.5,.7,.95}'::float8[]) x;
SELECT abs(mmd_law(sample(x, y)) - mmd_law(sample(3 * x + y, 1e6 - 5 * y))) < 1e-9 AS no_matter_of_units FROM (SELECT i, sin(i * 1.7) AS x, cos(i * 2.3) ^ 3 AS y FROM generate_series(1, 50) i) p;
SELECT k, round(mmd_law(s, 'uniform', kernel => k, bandwidth => 0.3)::numeric, 3) AS even FROM (SELECT sample((x + 0.5) / 500) AS s FROM generate_series(0, 499) x) r, unnest('{gaussian,laplace,matern32,matern52}'::text[]) k;
SELECT t.p_value > 0.05 AS normal, t.n_a, t.method, t.replicates FROM shift, mmd_law_test(s, replicates => 199) t;
SELECT t.p_value <= 0.01 AS not_normal FROM (SELECT sample(x ^ 2) AS s FROM generate_series(1, 60) x) r, mmd_law_test(s, replicates => 199) t;
SELECT t.p_value <= 0.01 AS not_this_one, t.method FROM shift, mmd_law_test(s, parameters => '{0.5,1}', replicates => 199) t;
SELECT mmd_law(sample(5)) IS NULL AS one_row, mmd_law(NULL) IS NULL AS null, mmd_law_test(NULL) IS NULL AS test;
-- simulated rows with their inputs
CREATE TEMP TABLE runs AS SELECT (SELECT sample(u, u * u) FROM unnest('{.1,.45,.8}'::float8[]) u) AS sim, (SELECT sample(y) FROM unnest('{.05,.3,.6,.9}'::float8[]) y) AS seen;
SELECT round((mmd_optimal(sim, seen, 1, bandwidth => 0.5, options => '{"input_kernel":"gaussian","input_bandwidth":0.3}') ^ 2)::numeric, 7) AS optimal FROM runs;
SELECT w.x[1] AS u, round(w.weight::numeric, 6) AS weight FROM runs, mmd_optimal_weights(sim, 1, options => '{"input_kernel":"gaussian","input_bandwidth":0.3}') w;
SELECT i.lower <= i.estimate AND i.estimate <= i.upper AS inside, i.n_a, i.n_b, round((i.details->'weights_sum')::numeric, 6) AS sum, i.details->'fallback' AS fallback, round((i.details->'plain')::numeric ^ 2, 9) AS plain FROM runs, mmd_optimal_interval(sim, seen, 1, bandwidth => 0.5, options => '{"input_kernel":"gaussian","input_bandwidth":0.3}') i;
-- quadrature: the mean of exp(u) by 20 scattered inputs
SELECT abs(sum(weight * exp(x[1])) - (exp(1) - 1)) < abs(avg(exp(x[1])) - (exp(1) - 1)) / 10 AS better FROM (SELECT sample((i * i * 0.6180339887498949) % 1::numeric) AS s FROM generate_series(1, 20) i) r, mmd_optimal_weights(s, 1);
SELECT count(*), abs(sum(weight) - 1) < 0.05 AS one FROM (SELECT sample(x[1], x[1] ^ 3) AS s FROM shift, sample_rows(s)) r, mmd_optimal_weights(s, 1, 'normal');

\x
SELECT q.id, f.* FROM (VALUES
	(1, 'kernel_mean_matching(s, t, ''energy'')'), (2, 'kernel_mean_matching(s, t, upper => 0.5)'), (3, 'kernel_mean_matching(s, t, options => ''{"band":2}'')'), (4, 'kernel_mean_matching(s, t, options => ''{"eps":1}'')'), (5, 'kernel_mean_matching(s, (SELECT sample(1, 2)))'),
	(6, 'kernel_mean_matching_double(s, t, options => ''{"spread":0.5}'')'), (7, 'kernel_mean_matching((SELECT sample(1, NULL::float8)), t)'), (8, 'density_ratio(s, t, lambda => 0)'), (9, 'density_ratio(s, t, (SELECT sample(1, 2)))'), (10, 'density_ratio(s, t, options => ''{"centers":0}'')'),
	(11, 'shift_regression(s)'), (12, 'shift_regression((SELECT sample(x, 1, x) FROM generate_series(1, 9) x))'), (13, 'shift_regression((SELECT sample(x ^ 2, x, 2 * x) FROM generate_series(1, 9) x))'), (14, 'shift_regression_test((SELECT sample(y, x) FROM line), (SELECT sample(1, 2)))'), (15, 'shift_regression((SELECT sample(y, x) FROM line), 3)'),
	(16, 'target_shift(s, t)'), (17, 'target_shift((SELECT sample(y, x) FROM line), t, 0)'), (18, 'target_shift((SELECT sample(y, 1) FROM line), t)'), (19, 'mmd_law(s, ''gamma'')'), (20, 'mmd_law(s, ''normal'', ''{0,0}'')'), (21, 'mmd_law(s, ''normal'', ''{0,1,2}'')'), (22, 'mmd_law(s, kernel => ''matern32'')'), (23, 'mmd_law((SELECT sample(7) FROM generate_series(1, 3)))'),
	(24, 'mmd_law_test(s, replicates => 0)'), (25, 'mmd_optimal(s, t, 1)'), (26, 'mmd_optimal(s, t, 2)'), (27, 'mmd_optimal((SELECT sample(2, 3)), t, 1)'), (28, 'mmd_optimal_weights(s, 1, ''normal'', ''{"input_kernel":"matern52"}'')'), (29, 'mmd_optimal_interval((SELECT sample(0.5, 3)), t, 1, level => 1)'), (30, 'kernel_mean_matching(s, t, options => ''[1]'')')) q (id, query),
     LATERAL pg_temp.failure(format('SELECT * FROM v, %s', q.query)) f ORDER BY q.id;
SET pgmeasure.max_memory = '1MB';
SELECT * FROM pg_temp.failure('SELECT count(*) FROM shift, kernel_mean_matching(s, t)');
\x
