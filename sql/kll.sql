-- Quantile sketches: aggregates, merges, answers, distances, forms, errors.
CREATE TABLE n AS SELECT x, (x * 7919) % 100003 AS v, x % 10 AS g, x % 4 AS w FROM generate_series(0, 100002) x;
-- small sketches hold every row
SELECT kll_quantile(q, '{0,0.25,0.5,1}'::float8[]) AS quantiles, kll_quantile(q, 0.5) AS median, kll_cdf(q, 50) AS cdf, kll_cdf(q, 0) AS below, kll_cdf(q, 1000) AS above FROM (SELECT kll(x) AS q FROM generate_series(1, 200) x) r;
SELECT i.* FROM (SELECT kll(x) AS q FROM generate_series(1, 200) x) r, kll_info(q) i;
SELECT kll_quantile(kll(x), 0.3) = sample_quantile(sample(x), 0.3) AS sample, kll_quantile(kll(x), 0.3) = percentile_disc(0.3) WITHIN GROUP (ORDER BY x) AS percentile_disc FROM generate_series(1, 100) x;
SELECT summary(kll(x)) FROM generate_series(1, 100) x;
SELECT summary(kll(waiting)) FROM faithful;
SELECT summary(kll_weighted(w, v)) FROM n WHERE v < 50;
SELECT summary(kll_empty(800, 7));
-- large ones keep ranks within the bound, sorted or not, and the exact extremes
CREATE FUNCTION pg_temp.worst(q measure_kll) RETURNS float8 LANGUAGE sql AS $$SELECT max(abs(kll_cdf(q, i * 100003 / 500) - (i * 100003 / 500 + 1) / 100003.0)) FROM generate_series(0, 499) i$$;
SELECT pg_temp.worst(q) < i.rank_error AS within, pg_temp.worst(q) > 0 AS a_sketch, round(i.rank_error::numeric, 4) AS rank_error, i.n, i.weight, i.accuracy, i.exact, i.min, i.max, i.bytes < 6000 AS small FROM (SELECT kll(v) AS q FROM n UNION ALL SELECT kll(v ORDER BY v) FROM n UNION ALL SELECT kll_union(q) FROM (SELECT kll(v) AS q FROM n GROUP BY g) p) r, kll_info(q) i;
SELECT i.accuracy, pg_temp.worst(q) < i.rank_error AS within, round(i.rank_error::numeric, 4) AS rank_error, i.bytes < 50 * i.accuracy + 1000 AS small FROM unnest('{8,50,800,4096}'::int[]) k, LATERAL (SELECT kll_like(kll_empty(k, 5), v) AS q FROM n) r, kll_info(q) i;
SELECT abs(kll_quantile(kll(v), 0.5) - 50001) < 1700 AS median, kll_quantile(kll(v), '{0,1}'::float8[]) AS extremes FROM n;
-- seeds
SELECT kll_like(kll_empty(), v) = kll(v) AS zero, kll_like(kll_empty(seed => 1), v) = kll(v) AS one FROM n;
-- weights: a whole weight is so many rows
SELECT kll_quantile(kll_weighted(w, v), '{0,0.1,0.5,1}'::float8[]) = (SELECT kll_quantile(kll(v), '{0,0.1,0.5,1}'::float8[]) FROM n, generate_series(1, w) WHERE v < 100) AS repeated FROM n WHERE v < 100;
SELECT abs(kll_cdf(kll_weighted(w + 0.3, v), 30000) - sum(w + 0.3) FILTER (WHERE v <= 30000) / sum(w + 0.3)) < 0.0165 AS share, (kll_info(kll_weighted(w, v))).n = count(*) FILTER (WHERE w > 0) AS rows, (kll_info(kll_weighted(w, v))).weight = sum(w) AS weight FROM n;
SELECT kll_quantile(kll_weighted_like(kll_empty(accuracy => 400), 1e-140, x), 0.5) AS tiny, kll_quantile(kll_weighted(1e140, x), 0.5) AS huge, kll_quantile(kll_weighted(CASE WHEN x = 7 THEN 1e140 ELSE 1e-140 END, x), '{0,0.5,1}'::float8[]) AS both FROM generate_series(1, 9) x;
-- union: rows, weight, extremes
SELECT i.n, i.min, i.max, i.exact FROM (SELECT kll(x) || (SELECT kll(x) FROM generate_series(201, 300) x) AS q FROM generate_series(1, 100) x) r, kll_info(q) i;
SELECT q || kll_empty() = q AS with_empty, kll_quantile(kll_empty() || q, 0.4) = kll_quantile(q, 0.4) AS of_empty, kll_union(q) = q AS of_one FROM (SELECT kll(v) AS q FROM n) r GROUP BY q;
-- serial and parallel keep the bound; the plan is parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT kll(v) FROM n;
SELECT pg_temp.worst(kll(v)) < 0.0165 AS parallel, pg_temp.worst(kll_like(kll_empty(400), v)) < 0.0086 AS template, (kll_info(kll_weighted(w, v))).weight = sum(w) AS weighted FROM n;
SET max_parallel_workers_per_gather = 0;
SELECT pg_temp.worst(kll(v)) < 0.0165 AS serial FROM n;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- groups, filters, windows, duplicates
SELECT count(*), sum((kll_info(q)).n), bool_and((kll_info(q)).exact) AS exact FROM (SELECT kll(v) AS q FROM n GROUP BY x / 5) r;
SELECT x, kll_quantile(kll(x) OVER (ORDER BY x), 0.5) AS so_far, kll_quantile(kll(x) OVER (ORDER BY x ROWS 2 PRECEDING), 0.5) AS last FROM generate_series(1, 5) x;
SELECT kll(v) FILTER (WHERE v < 0) IS NULL AS nothing, (kll_info(kll(DISTINCT w))).n AS distinct FROM n;
SELECT kll_quantile(q, '{0,0.5,1}'::float8[]) AS same, (kll_info(q)).n FROM (SELECT kll(7) AS q FROM n) r;
-- NULL, empty, one row, extremes
SELECT kll(x) IS NULL AS no_row, kll_union(NULL::measure_kll) IS NULL AS no_sketch FROM generate_series(1, 0) x;
SELECT kll(NULL) IS NULL AS only_null, kll_weighted(NULL, NULL) IS NULL AS null_weight_of_null, kll_weighted(0, 1) = kll_weighted(0, 2) AS no_weight, (kll_info(kll_weighted(0, 1))).n;
SELECT kll_quantile(kll_empty(), 0.5) AS quantile, kll_quantile(kll_empty(), '{0.5}'::float8[]) AS quantiles, kll_cdf(kll_empty(), 1) AS cdf, wasserstein(kll_empty(), kll(1)) AS distance, (kll_info(kll_empty())).min AS min FROM generate_series(1, 1);
SELECT kll_quantile(kll(x), '{0,0.5,1}'::float8[]) AS one, kll_cdf(kll(x), 3) AS cdf FROM generate_series(3, 3) x;
SELECT kll_quantile(kll(x), '{0,0.3,0.7,1}'::float8[]) AS extremes, kll(0) = kll('-0') AS zero, wasserstein(kll(x), kll(x)) AS self FROM unnest('{1e308,-1e308,5e-324,-1.7976931348623157e308}'::float8[]) x;
-- distances: exact for small sketches (one_dim.md, 14), within the bound for large ones
SELECT round(wasserstein(a, b)::numeric, 12) AS w1, round((wasserstein(a, b, 2) ^ 2)::numeric, 12) AS w2_squared, round((wasserstein(a, b, 3) ^ 3)::numeric, 12) AS w3_cubed, wasserstein(a, b, 'Infinity') AS greatest, wasserstein_error(a, b) AS error
FROM (SELECT kll(x) AS a FROM unnest('{0,1,3}'::float8[]) x) a, (SELECT kll(x) AS b FROM unnest('{0.5,2,4,7}'::float8[]) x) b;
SELECT abs(wasserstein(a, b) - 1000) < wasserstein_error(a, b) AS within, wasserstein_error(a, b) BETWEEN 1000 AND 4000 AS bound, wasserstein(a, b) = wasserstein(b, a) AS symmetric, wasserstein(a, a) AS self, abs(wasserstein(a, c) - 1000) < 300 AS other_accuracy
FROM (SELECT kll(v) AS a, kll(v + 1000) AS b, kll_like(kll_empty(1000), v + 1000) AS c FROM n) r;
SELECT wasserstein_error(a, a, 2) > wasserstein_error(a, a, 1) AS grows FROM (SELECT kll(v) AS a FROM n) r;
-- text and binary form, order
SELECT left(kll(x)::text, 110) FROM generate_series(1, 100) x;
SELECT left(kll_empty(9, -1)::text, 110);
SELECT bool_and(q::text::measure_kll = q) AS text, bool_and(q::jsonb::text::measure_kll = q) AS jsonb, count(DISTINCT q) FROM (SELECT kll(v) AS q FROM n UNION ALL SELECT kll_weighted(w, v) FROM n UNION ALL SELECT kll_empty() UNION ALL SELECT kll(1) UNION ALL SELECT kll(v) FROM n) r;
CREATE TABLE stored AS SELECT g, kll(v) AS q FROM n GROUP BY g;
SELECT (kll_info(kll_union(q))).n, pg_temp.worst(kll_union(q)) < 0.0165 AS within FROM stored;
SELECT 'nonsense'::measure_kll;
SELECT replace(kll(1)::text, '"n":1', '"n":2')::measure_kll;
SELECT replace(kll(1)::text, '"min":1', '"min":null')::measure_kll;
SELECT replace(kll(1)::text, '"seed":0', '"seed":0,"more":1')::measure_kll;
-- a state of an aggregate of one's own has free space
CREATE AGGREGATE raw_kll(float8) (SFUNC = kll_append, STYPE = measure_kll);
SELECT raw_kll(x)::text::measure_kll = kll(x) AS finished, kll_quantile(raw_kll(x), 0.5) AS median, kll_quantile(kll_union(q), 0.5) AS of_raw FROM generate_series(1, 9) x, LATERAL (SELECT raw_kll(y) AS q FROM generate_series(1, 9) y) r;
DROP AGGREGATE raw_kll(float8);
-- errors
SELECT kll('NaN'::float8);
SELECT kll('Infinity'::float8);
SELECT kll_weighted(-1, 1);
SELECT kll_weighted('NaN', 1);
SELECT kll_weighted(1e200, 1);
SELECT kll_weighted(NULL, 1);
SELECT kll_empty(7);
SELECT kll_empty(accuracy => 5000);
SELECT kll_like(NULL, 1);
SELECT kll_like(kll_empty(seed => x), x) FROM generate_series(1, 2) x;
SELECT kll_weighted_like(kll_empty(100 + x), 1, x) FROM generate_series(1, 2) x;
SELECT kll(1) || kll_like(kll_empty(800), 1);
SELECT kll_union(q) FROM (SELECT kll_weighted(1, 1) AS q UNION ALL SELECT kll(1)) r;
SELECT kll_quantile(kll(1), 1.5);
SELECT kll_quantile(kll(1), '{0.5,NULL}'::float8[]);
SELECT kll_quantile(kll(1), 'NaN'::float8);
SELECT kll_cdf(kll(1), 'NaN');
SELECT wasserstein(kll(1), kll(1), 0.5);
SELECT kll_append(NULL, 1);
SELECT kll_final(q) FROM stored;
\set VERBOSITY sqlstate
SELECT kll(1) || kll_like(kll_empty(800), 1);
SELECT kll_empty(7);
SELECT kll('NaN'::float8);
\set VERBOSITY default
DROP TABLE n, stored;
