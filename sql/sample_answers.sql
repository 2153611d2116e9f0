-- What a sample answers.
CREATE TABLE answer_samples (name text, s measure_sample);
INSERT INTO answer_samples SELECT 'one', sample(5) UNION ALL SELECT 'three', sample(x) FROM generate_series(1, 3) x UNION ALL SELECT 'constant', sample(2.5) FROM generate_series(1, 4)
	UNION ALL SELECT 'gaps alone', sample(ARRAY[NULL]::int[]) FROM generate_series(1, 2) UNION ALL SELECT 'with a gap', sample(ARRAY[x]) FROM unnest('{1,2,NULL,4}'::int[]) x
	UNION ALL SELECT 'no weight', sample_weighted(0, x) FROM generate_series(1, 3) x UNION ALL SELECT 'weighted', sample_weighted(x, x) FROM generate_series(1, 4) x
	UNION ALL SELECT 'null', NULL;
-- every function of each
SELECT name, i.* FROM answer_samples LEFT JOIN LATERAL sample_info(s) i ON true;
SELECT t.name, c.* FROM answer_samples t LEFT JOIN LATERAL sample_columns(s) c ON true;
SELECT name, sample_n(s), sample_quantile(s, 0.5) AS median, sample_quantile(s, '{0,0.25,1}'::float8[]) AS q, sample_cdf(s, 2) AS cdf, sample_cdf(s, '-Infinity') AS zero, sample_cdf(s, 'Infinity') AS one FROM answer_samples;
SELECT name, i.estimate, i.lower, i.upper, i.n_a, i.converged, i.details FROM answer_samples LEFT JOIN LATERAL sample_quantile_interval(s, 0.5, 0.4) i ON true;
SELECT name, h.* FROM answer_samples LEFT JOIN LATERAL sample_histogram(s, 2) h ON true;
SELECT name, c.* FROM answer_samples LEFT JOIN LATERAL sample_curve(s, points => 2) c ON true;
SELECT name, c.series, c.x, c.y FROM answer_samples LEFT JOIN LATERAL sample_curve(s, 'quantile', 3) c ON true WHERE name LIKE '%w%';
SELECT name, count(c.x), bool_and(c.y >= 0) AS positive FROM answer_samples LEFT JOIN LATERAL sample_curve(s, 'density', 5) c ON true GROUP BY name ORDER BY name;
SELECT name, count(x) FROM answer_samples LEFT JOIN LATERAL sample_rows(s) x ON true GROUP BY name ORDER BY name;
SELECT name, sample_n(sample_marginal(s, '{1}')) AS n, sample_marginal(s, '{1}') = s AS same FROM answer_samples;
SELECT name, summary(s) FROM answer_samples WHERE name IN ('one', 'weighted', 'gaps alone', 'null');

-- real data beside percentile_disc, width_bucket, avg
SELECT c.dim, c.name, c.n, c.mean::numeric(12, 6), c.sd::numeric(12, 6), (SELECT stddev(CASE c.dim WHEN 1 THEN eruptions ELSE waiting END)::numeric(12, 6) AS stddev FROM faithful), c.min, c.q1, c.median, c.q3, c.max FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) q, sample_columns(s, '{eruptions,waiting}') c;
SELECT sample_quantile(s, ARRAY[0.1, 0.5, 0.9]) AS q, sample_quantile(s, '{0.1,0.5,0.9}'::float8[]) = ARRAY(SELECT percentile_disc(p) WITHIN GROUP (ORDER BY waiting) FROM faithful, unnest('{0.1,0.5,0.9}'::float8[]) p GROUP BY p ORDER BY p) AS percentile_disc,
       round(sample_cdf(s, 70)::numeric, 6) AS cdf, (SELECT round(avg((waiting <= 70)::int), 6) FROM faithful) AS by_hand FROM (SELECT sample(waiting) AS s FROM faithful) q;
SELECT h.bin, h.lo, h.hi, h.n, h.density::numeric(8, 6), width_bucket FROM (SELECT sample(waiting) AS s FROM faithful) q, sample_histogram(s, 5, 40, 100) h
	JOIN (SELECT width_bucket(waiting, 40, 100, 5) AS bin, count(*) AS width_bucket FROM faithful GROUP BY 1) w USING (bin) ORDER BY bin;
SELECT count(*), sum(n), round(sum(density * (hi - lo))::numeric, 9) AS mass, min(lo), max(hi) FROM (SELECT sample(eruptions) AS s FROM faithful) q, sample_histogram(s) h;
SELECT estimate, lower, upper, level, n_a, method, details FROM (SELECT sample(waiting) AS s FROM faithful) q, sample_quantile_interval(s, 0.5) i;
SELECT count(*), round((sum(y) * (max(x) - min(x)) / 199)::numeric, 2) AS mass FROM (SELECT sample(waiting) AS s FROM faithful) q, sample_curve(s, 'density', 200) c;
SELECT series, count(*), bool_and(y BETWEEN 0 AND 1) AS shares, min(x), max(x) FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) q, sample_curve(s) c GROUP BY series ORDER BY series;
SELECT summary(s) FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) q;
SELECT x.* FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) q, sample_marginal(s, '{2,1}') m, sample_rows(m) x LIMIT 3;

SELECT summary(s) FROM (SELECT sample(x, 1e7 + x, x / 1e9, 1e12 * x) AS s FROM generate_series(1, 100000) x) q;
-- the sd of small whole numbers is exact where it is one; no digits are lost far from 0
SELECT c.mean, c.sd FROM (VALUES ('{1,2,3}'::float8[]), ('{1000000000000001,1000000000000002,1000000000000003}'), ('{0.1,0.1,0.1}')) v (xs), LATERAL (SELECT sample(x) AS s FROM unnest(xs) x) q, sample_columns(s) c;
SELECT c.mean, (c.sd / unit)::numeric(12, 9) AS sd FROM (VALUES ('{1,3}'::float8[], 1), ('{2,4,4,4,5,5,7,9}', 1), ('{1e308,-1e308}', 1e308), ('{1e-320,3e-320}', 1e-320)) v (xs, unit), LATERAL (SELECT sample(x) AS s FROM unnest(xs) x) q, sample_columns(s) c;
-- weights are repeated rows
SELECT a.n, a.mean, a.sd::numeric(12, 9), a.min, a.q1, a.median, a.q3, a.max
FROM (SELECT sample_weighted(1 + x % 4, x) AS s FROM generate_series(1, 50) x UNION ALL SELECT sample(x) FROM generate_series(1, 50) x, generate_series(0, 3) k WHERE k <= x % 4) q, sample_columns(s) a;
SELECT bool_and(sample_cdf(w, x) = sample_cdf(r, x)) AS cdf, bool_and(sample_quantile(w, x / 50.0) = sample_quantile(r, x / 50.0)) AS quantile,
       bool_and(sample_quantile_interval(w, x / 51.0) IS NOT DISTINCT FROM sample_quantile_interval(r, x / 51.0)) AS interval
FROM (SELECT sample_weighted(1 + x % 4, x) AS w FROM generate_series(1, 50) x) a, (SELECT sample(x) AS r FROM generate_series(1, 50) x, generate_series(0, 3) k WHERE k <= x % 4) b, generate_series(1, 50) x;
SELECT sample_cdf(s, x) FROM (SELECT sample_weighted(w, x) AS s FROM (VALUES (1, 1), (0, 2), (3, 3)) v (w, x)) q, generate_series(0, 3) x;
SELECT sample_quantile(s, '{0,0.25,0.2500001,1}'::float8[]) FROM (SELECT sample_weighted(w, x) AS s FROM (VALUES (0, 0), (1, 1), (0, 2), (3, 3), (0, 4)) v (w, x)) q;
-- a quantile of tenths is what one counts
SELECT sample_quantile(s, 0.1 + 0.2), sample_quantile(s, 0.7), sample_quantile(s, 1 - 0.9) FROM (SELECT sample(x) AS s FROM generate_series(1, 10) x) q;
-- a histogram of a constant, of what lies outside, of given edges
SELECT h.bin, h.lo, h.hi, h.n, h.density FROM sample_histogram((SELECT sample(7) FROM generate_series(1, 3)), 1) h;
SELECT h.bin, h.lo, h.hi, h.n, h.density FROM (SELECT sample(x) AS s FROM generate_series(1, 10) x) q, sample_histogram(s, 2, lo => 3, hi => 7) h;
SELECT sum(n), bool_and(n = 1) FROM (SELECT sample(x / 10.0) AS s FROM generate_series(0, 9) x) q, sample_histogram(s, 10, 0, 1) h;
-- a wide sample: the first 50 columns
SELECT r.lines, right(summary, 48) AS last FROM (SELECT sample(ARRAY(SELECT x + c FROM generate_series(1, 60) c)) AS s FROM generate_series(1, 3) x) q, summary(s), LATERAL (SELECT count(*) AS lines FROM regexp_split_to_table(summary, '\n')) r;
