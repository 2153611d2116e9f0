-- Comparisons of two samples: the reference values of the specifications, every exchange, what is refused.
SET extra_float_digits = -3;
CREATE TEMP TABLE d1 AS SELECT sample(x) FILTER (WHERE g = 'a') AS a, sample(x) FILTER (WHERE g = 'b') AS b
FROM (VALUES ('a', 0.0), ('a', 1), ('a', 3), ('b', .5), ('b', 2), ('b', 4), ('b', 7)) v (g, x);
CREATE TEMP TABLE weighted AS SELECT sample_weighted(w, x) FILTER (WHERE g = 'a') AS a, sample_weighted(w, x) FILTER (WHERE g = 'b') AS b
FROM (VALUES ('a', 0.0, 2), ('a', 1, 1), ('a', 3, 1), ('b', .5, 1), ('b', 2, 3), ('b', 4, 0), ('b', 7, 1)) v (g, x, w);
CREATE TEMP TABLE plane AS SELECT sample(x, y) FILTER (WHERE g = 'a') AS a, sample(x, y) FILTER (WHERE g = 'b') AS b
FROM (VALUES ('a', 0.0, 0.0), ('a', 1, 0), ('a', 0, 2), ('b', 1, 1), ('b', 2, 1), ('b', 0, 0)) v (g, x, y);

-- one column: one_dim.md, 14
SELECT round(wasserstein(a, b)::numeric, 12) AS w1, round(wasserstein(a, b, 2)::numeric, 12) AS w2, round((wasserstein(a, b, 3) ^ 3)::numeric, 12) AS w3_3, wasserstein(a, b, 'infinity') AS w_inf FROM d1;
SELECT round(wasserstein(a, b)::numeric, 12) AS w1, round((wasserstein(a, b, 2) ^ 2)::numeric, 12) AS w2_2, wasserstein(a, b, 'infinity') AS w_inf FROM weighted;
SELECT round(e.estimate::numeric, 9) AS estimate, round(e.std_error::numeric, 9) AS std_error, e.n_a, e.n_b, e.method FROM d1, wasserstein_interval(a, b) e;
SELECT round((e.details ->> 'power')::numeric, 9) AS power, round((e.details ->> 'power_error')::numeric, 9) AS power_error,
	round(((e.details ->> 'location')::float8 + (e.details ->> 'size')::float8 + (e.details ->> 'shape')::float8)::numeric, 9) AS parts FROM d1, wasserstein_interval(a, b, 2) e;
SELECT round(t.p_value * 35) AS of_35, round(t.p_min * 35) AS least, t.replicates, t.method, t.details FROM d1, wasserstein_test(a, b) t;
-- the unit of the column goes out when it is scaled
SELECT round((wasserstein(a, b, scale => 'range') * 7)::numeric, 12) AS range, abs(wasserstein(a, b, scale => 'sd') - wasserstein(a, b) / sqrt(moments_variance)) < 1e-12 AS sd
FROM d1, (SELECT variance(x) AS moments_variance FROM (VALUES (0.0), (1), (3), (.5), (2), (4), (7)) v (x)) m;
-- several columns: the exact distance, and the same through every direction of a line
SELECT round(wasserstein(a, b)::numeric, 9) AS w1, round((wasserstein(a, b, 2) ^ 2)::numeric, 9) AS w2_2, round(max_sliced_wasserstein(a, b)::numeric, 6) AS max_sliced,
	abs(sliced_wasserstein(a, b, directions => 4000) ^ 2 - .518678060905) < 1e-5 AND abs(sliced_wasserstein(a, b, 1, directions => 4000) - .562407210158) < 1e-5 AS sliced FROM plane;
SELECT round(wasserstein(sample(3 * x, 4 * x) FILTER (WHERE g = 'a'), sample(3 * x, 4 * x) FILTER (WHERE g = 'b'))::numeric / 5, 12) AS w1
FROM (VALUES ('a', 0.0), ('a', 1), ('a', 3), ('b', .5), ('b', 2), ('b', 4), ('b', 7)) v (g, x);
SELECT t.replicates, t.p_value, t.p_min, t.details FROM plane, wasserstein_test(a, b) t;
SELECT abs(t.statistic - sliced_wasserstein(a, b, 1)) < 1e-12 AS the_distance, t.replicates, t.p_min FROM plane, sliced_wasserstein_test(a, b, 1) t;
SELECT e.method, e.level, e.details ->> 'scheme' AS scheme, e.lower < e.estimate AND e.estimate < e.upper AS inside, e.std_error < 0.01 AS small FROM plane, sliced_wasserstein_interval(a, b) e;
SELECT e.details ->> 'scheme' AS scheme, (e.details ->> 'variance_ratio')::float8 < 1 AS controls_help FROM plane, sliced_wasserstein_interval(a, b, directions => 500, options => '{"scheme": "iid"}') e;
SELECT o ->> 'control' AS control, e.details ->> 'scheme' AS scheme, abs(e.estimate ^ 2 - .518678060905) < 4 * (e.details ->> 'power_error')::float8 AS right, (e.details ->> 'variance_ratio')::float8 <= 1.01 AS no_worse, e.lower < e.upper AS error
FROM plane, jsonb_array_elements('[{"control": "none"}, {"control": "lower"}, {"control": "upper"}, {"control": "three"}]') o, sliced_wasserstein_interval(a, b, directions => 2000, options => o) e;
SELECT sliced_wasserstein_interval(a, b, options => '{"control": "lower", "scheme": "quasi"}') FROM plane;
-- entropic: bounds of the exact value hold, the divergence of a sample from itself is 0
SELECT e.lower <= wasserstein(a, b, 2) ^ 2 + 1e-12 AND e.upper >= wasserstein(a, b, 2) ^ 2 - 1e-12 AS bounds, e.converged, e.details ? 'cost' AS cost FROM plane, unnest('{1,.3,.03}'::float8[]) eps, sinkhorn_interval(a, b, eps) e;
SELECT abs(sinkhorn_divergence(a, a, 1)) < 1e-6 AS itself, sinkhorn_divergence(a, b, 1) > 0 AS apart, sinkhorn(a, b, 1) = (SELECT estimate FROM sinkhorn_interval(a, b, 1)) AS same FROM plane;
-- the map moves a onto b, and takes a shift for a shift, also where no point was
SELECT ot_map(sample(x), sample(x + 10), '{2.5}', 0.01) AS shifted FROM generate_series(0.0, 5, 0.5) x;
SELECT count(*) AS rows, max(abs(y[1] - x - 10)) < 0.5 AS near FROM (SELECT sample(x) AS a, sample(x + 10) AS b FROM generate_series(0.0, 5, 0.5) x) s, generate_series(0.1, 4.9, 0.1) x, ot_map(a, b, ARRAY[x], 0.01) y;

-- exchange: pairs swap within an id, clusters move together, strata keep their counts
CREATE TEMP TABLE units AS SELECT sample_keyed(id, x) FILTER (WHERE g = 'a') AS a, sample_keyed(id, x) FILTER (WHERE g = 'b') AS b,
	sample_keyed(100 * id + ascii(g), x) FILTER (WHERE g = 'a') AS ca, sample_keyed(100 * id + ascii(g), x) FILTER (WHERE g = 'b') AS cb,
	sample_keyed('id ' || id, x) FILTER (WHERE g = 'a') AS ta, sample_keyed('id ' || id, x) FILTER (WHERE g = 'b') AS tb
FROM (VALUES ('a', 1, 1.0), ('a', 2, 2), ('a', 3, 3), ('b', 1, 11), ('b', 2, 12), ('b', 3, 13)) v (g, id, x);
SELECT 'pairs' AS exchange, t.replicates, t.p_value, t.p_min FROM units, wasserstein_test(a, b, exchange => 'pairs') t
UNION ALL SELECT 'pairs, text', t.replicates, t.p_value, t.p_min FROM units, wasserstein_test(ta, tb, exchange => 'pairs') t
UNION ALL SELECT 'clusters', t.replicates, t.p_value, t.p_min FROM units, wasserstein_test(ca, cb, exchange => 'clusters') t
UNION ALL SELECT 'strata', t.replicates, t.p_value, t.p_min FROM units, wasserstein_test(a, b, exchange => 'strata') t
UNION ALL SELECT 'rows', t.replicates, t.p_value, t.p_min FROM units, wasserstein_test(a, b) t;
SELECT e.method, e.estimate, e.lower, e.upper FROM units, wasserstein_interval(a, b, exchange => 'pairs') e;
SELECT wasserstein_test(a, b, exchange => 'clusters') FROM units;
SELECT wasserstein_test(ca, cb, exchange => 'pairs') FROM units;
SELECT wasserstein_test(a, tb, exchange => 'pairs') FROM units;
SELECT wasserstein_test(d1.a, d1.b, exchange => 'strata') FROM d1;
SELECT wasserstein_test(d1.a, d1.b, exchange => 'blocks') FROM d1;

-- gaps, NULL, nothing, one point
SELECT wasserstein(sample(NULL::float8, 1), sample(1, 2)) FROM generate_series(1, 2);
SELECT wasserstein(sample(CASE WHEN i > 1 THEN i END, 1), sample(i, 2), missing => 'omit') IS NOT NULL AS omitted FROM generate_series(1, 3) i;
SELECT t.details, t.n_a FROM (SELECT sample(CASE WHEN i > 1 THEN i END, 1) AS a, sample(i, 2) AS b FROM generate_series(1, 3) i) s, wasserstein_test(a, b, missing => 'omit') t;
SELECT wasserstein(sample(x) FILTER (WHERE x > 5), sample(x)) AS none, wasserstein(sample(x), sample(x)) AS itself, wasserstein(sample(x), sample_weighted(0, x)) AS no_weight FROM generate_series(1.0, 3) x;
SELECT wasserstein_test(NULL, a) AS test, wasserstein_interval(a, NULL) AS interval, sliced_wasserstein_interval(NULL, a) AS sliced, sinkhorn_interval(a, NULL, 1) AS sinkhorn FROM d1;
SELECT wasserstein(sample(0.0), sample(7.0)) AS points, t.p_value, t.p_min FROM (SELECT sample(0.0) AS a, sample(7.0) AS b) s, wasserstein_test(a, b) t GROUP BY 2, 3;
-- what is refused
SELECT wasserstein(a, b, 0.5) FROM d1;
SELECT wasserstein(a, b, 'infinity') FROM plane;
SELECT wasserstein(d1.a, plane.b) FROM d1, plane;
SELECT wasserstein(a, b, scale => 'iqr') FROM d1;
SELECT wasserstein(a, b, missing => 'use') FROM d1;
SELECT wasserstein_interval(a, b, level => 1) FROM d1;
SELECT wasserstein_interval(a, b, method => 'asymptotic') FROM plane;
SELECT wasserstein_test(a, b, replicates => 0) FROM d1;
SELECT wasserstein_test(a, b, options => '{"sides": 2}') FROM d1;
SELECT sliced_wasserstein(a, b, 'infinity') FROM plane;
SELECT sliced_wasserstein(a, b, directions => 0) FROM plane;
SELECT sliced_wasserstein_interval(a, b, options => '{"scheme": "sobol"}') FROM plane;
SELECT sinkhorn(a, b, 0) FROM plane;
SELECT sinkhorn(a, b, 0.1, max_iter => 10) FROM plane;
SELECT sinkhorn(a, b, 1, tol => 0) FROM plane;
SELECT ot_map(a, b, '{1}', 1) FROM plane;
SELECT wasserstein(sample(mixed(i, 'a'::text)), sample(mixed(i, 'b'::text))) FROM generate_series(1, 3) i;
-- powers and squares that are no numbers, and how far a divergence is from converged
SELECT wasserstein(sample(x, x), sample(x + 0.001, x), 100) FROM generate_series(0.0, 4) x;
SELECT sliced_wasserstein(sample(x * 1e200), sample(x * 2e200)) FROM generate_series(0.0, 4) x;
SELECT sliced_wasserstein_test(sample(x * 1e200), sample(x * 2e200)) FROM generate_series(0.0, 4) x;
SELECT e.lower, e.upper, e.std_error FROM (SELECT sample(x * 1e200) AS a, sample(x * 2e200) AS b FROM generate_series(0.0, 4) x) s, wasserstein_interval(a, b) e;
SELECT e.details ->> 'location' AS location FROM (SELECT sample(x) AS a, sample(x + 2) AS b FROM generate_series(0.0, 4) x) s, sliced_wasserstein_interval(a, b) e;
SELECT sinkhorn(sample(x * 1e200), sample(x * 2e200), 1) FROM generate_series(0.0, 4) x;
SELECT sinkhorn_divergence(a, b, 0.01, max_iter => 5) FROM plane;
SELECT ot_map(a, b, '{1, NaN}', 1) FROM plane;
SELECT ot_map(a, b, '{1e300, 0}', 1) FROM plane;
-- the map belongs to its pair of samples, whatever came before: in line, toasted, in memory
CREATE TEMP TABLE maps AS SELECT g, sample(x) AS a, sample(x + g) AS b FROM generate_series(1, 4) g, generate_series(1.0, 5 + g % 2 * 300, 0.5) x GROUP BY g;
CREATE TEMP TABLE alone (g integer, y float8[]);
DO $$ BEGIN FOR i IN 1 .. 4 LOOP EXECUTE format('INSERT INTO alone SELECT g, ot_map(a, b, ''{2.5}'', 100) FROM maps WHERE g = %s', i); END LOOP; END $$;
SELECT count(*) AS calls, count(DISTINCT alone.y) AS maps, bool_and(m.y = alone.y) AS same FROM alone JOIN (SELECT g, ot_map(a, b, '{2.5}', 100) AS y FROM (SELECT * FROM maps, generate_series(1, 3) i ORDER BY i, g) r) m USING (g);
SELECT bool_and(m.y = alone.y) AS same FROM alone JOIN (SELECT g, ot_map(sample(x), sample(x + g), '{2.5}', 100) AS y FROM generate_series(1, 4) g, generate_series(1.0, 5 + g % 2 * 300, 0.5) x GROUP BY g) m USING (g);
SET pgmeasure.max_memory = '1MB';
SELECT wasserstein(sample(i, i), sample(i, -i)) FROM generate_series(1, 3000) i;
RESET pgmeasure.max_memory;
