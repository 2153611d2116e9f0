-- What is made of a mixture: scores, distribution functions, draws; several mixtures; intervals.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TABLE part_models AS
SELECT 'two' AS name, m FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m UNION ALL
SELECT 'waiting', m FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_fit(s, 2) m UNION ALL
SELECT 'normal', gmm('{1}', '{{0}}', '{{{1}}}') UNION ALL
SELECT 'noise', m FROM (SELECT sample(eruptions, waiting) AS s FROM (TABLE faithful UNION ALL VALUES (10, 10), (9, 140), (0, 130), (8, 20)) f) r, gmm_fit(s, 2, noise => 0.05) m;

-- all about a row
SELECT name, s.component = gmm_predict(m, 3, 70) AS label, abs(s.log_density - gmm_logdensity(m, 3, 70)) < 1e-12 AS log_density, abs(s.probability - (SELECT max(p) FROM unnest(gmm_posterior(m, 3, 70)) p)) < 1e-14 AS probability,
       abs(s.distance - sqrt((c.covariance[2][2] * (3 - c.mean[1]) ^ 2 - 2 * c.covariance[1][2] * (3 - c.mean[1]) * (70 - c.mean[2]) + c.covariance[1][1] * (70 - c.mean[2]) ^ 2) / (c.covariance[1][1] * c.covariance[2][2] - c.covariance[1][2] ^ 2))) < 1e-9 AS distance,
       s.tail_p BETWEEN 0 AND 0.02 AS tail
FROM part_models, gmm_score(m, 3, 70) s, gmm_components(m) c WHERE name = 'two' AND c.component = s.component;
-- the share of the model below a density: exact for one component, uniform over draws for several
SELECT max(abs(s.tail_p - 2 * (1 - gmm_cdf(m, x)))) < 1e-12 AS normal FROM part_models, generate_series(0, 5) x, gmm_score(m, x::float8) s WHERE name = 'normal';
SELECT max(abs(share - rank / 1000.0)) < 0.03 AS uniform FROM (SELECT s.tail_p AS share, row_number() OVER (ORDER BY s.tail_p) AS rank FROM part_models, gmm_draw(m, 1000, 1) d, gmm_score(m, d.x) s WHERE name = 'two') q;
-- noise, gaps, NULL
SELECT s.component, s.probability > 0.9 AS sure, s.distance, s.tail_p < 0.01 AS tail FROM part_models, gmm_score(m, 10, 10) s WHERE name = 'noise';
SELECT (gmm_score(m, NULL, 70)).component, (gmm_score(m, ARRAY[NULL, 70])).component, (gmm_score(NULL, 1, 2)).component FROM part_models WHERE name = 'two';
SELECT s.component, s.probability > 0.9 AS sure, s.distance, s.tail_p FROM (SELECT sample(CASE WHEN waiting < 90 THEN eruptions END, waiting) AS s FROM faithful) r, gmm_fit(r.s, 2, missing => 'use') m, gmm_score(m, NULL, 95) s;
-- a model that changes with the row
SELECT count(DISTINCT (s.component, s.tail_p)) FROM (SELECT m FROM part_models WHERE name IN ('two', 'noise')) p, generate_series(1, 3) g, gmm_score(m, g, 20 * g) s;

-- one column as a distribution
SELECT x, abs(gmm_cdf(m, x) - (c.weight * n.p1 + (1 - c.weight) * n.p2)) < 1e-12 AS cdf, abs(gmm_quantile(m, gmm_cdf(m, x)) - x) < 1e-9 AS inverse
FROM part_models, generate_series(40, 100, 20) x, gmm_components(m) c, gmm_components(m) d, gmm('{1}', '{{0}}', '{{{1}}}') z,
     LATERAL (SELECT gmm_cdf(z, (x - c.mean[1]) / c.sd[1]), gmm_cdf(z, (x - d.mean[1]) / d.sd[1])) n (p1, p2)
WHERE name = 'waiting' AND c.component = 1 AND d.component = 2;
SELECT gmm_cdf(m, 1.959963984540054)::numeric(12,10), gmm_quantile(m, 0.975)::numeric(12,10), gmm_quantile(m, 0), gmm_quantile(m, 1), gmm_cdf(m, '-infinity'), gmm_cdf(m, 'infinity'), gmm_cdf(m, -38) > 0 AS tail,
       gmm_var(m)::numeric(10,8), gmm_expected_shortfall(m, 0.05)::numeric(10,8), gmm_cdf(m, NULL), gmm_cdf(NULL, 1)
FROM part_models WHERE name = 'normal';

-- draws: the same for a seed, a part of a longer series, with the moments of the model
SELECT d.component, d.x::numeric(9,3)[] FROM part_models, gmm_draw(m, 3) d WHERE name = 'two';
SELECT bool_and(a.x = b.x) AS prefix, count(*) FROM part_models, LATERAL (SELECT (gmm_draw(m, 10, 7)).x, generate_series(1, 10) AS i) a JOIN LATERAL (SELECT (gmm_draw(m, 20, 7)).x, generate_series(1, 20) AS i) b USING (i) WHERE name = 'two';
SELECT abs(avg(d.x[1]) - (gmm_mean(m))[1]) < 0.02 AS mean, abs(avg((d.component = 1)::int) - 0.644) < 0.01 AS share, count(*) FROM part_models, gmm_draw(m, 20000, 3) d WHERE name = 'two' GROUP BY m;
-- a fit of what a model draws finds the model again, within 5 standard errors
SELECT p.parameter, count(*), max(abs(p.estimate - t.value) / p.std_error) < 5 AS near
FROM part_models, LATERAL (SELECT sample(d.x) AS s FROM gmm_draw(m, 20000, 5) d) r, gmm_fit(s, 2, start => m) f, gmm_intervals(f, s) p, gmm_components(m) c,
     LATERAL (SELECT CASE p.parameter WHEN 'weight' THEN c.weight WHEN 'mean' THEN c.mean[p.i] ELSE c.covariance[p.i][p.j] END) t (value)
WHERE name = 'two' AND c.component = p.component GROUP BY p.parameter ORDER BY p.parameter;
SELECT count(*) FILTER (WHERE component = 0) > 5 AS noise, count(*) FROM part_models, gmm_draw(m, 1000, 3) d WHERE name = 'noise';
SELECT count(*) FROM part_models, gmm_draw(m, 0) WHERE name = 'two';

-- which component is which; one numbering for two fits
SELECT t.component, t.reference, t.distance::numeric(9,3), t.rows_moved::numeric(9,1)
FROM (SELECT gmm('{0.7,0.3}', '{{2,54},{4.3,80}}', '{{{.1,0},{0,30}},{{.2,0},{0,40}}}') AS r) q, part_models, gmm_match(m, r) t WHERE name = 'two';
SELECT t.* FROM gmm('{0.5,0.3,0.2}', '{{0},{10},{20}}', '{{{1}},{{1}},{{1}}}') m, gmm('{0.5,0.5}', '{{20},{0}}', '{{{1}},{{1}}}') r, gmm_match(m, r) t;
SELECT c.component, c.weight, c.mean FROM gmm('{0.5,0.3,0.2}', '{{0},{10},{20}}', '{{{1}},{{1}},{{1}}}') m, gmm('{0.5,0.5}', '{{20},{0}}', '{{{1}},{{1}}}') r, gmm_components(gmm_relabel(m, r)) c;
SELECT gmm_relabel(m, m) = m AS same, mixture_wasserstein(m, m) < 1e-9 AS self FROM part_models WHERE name = 'two';
SELECT mixture_wasserstein(a, b)::numeric(12,9), sqrt(9 + 1)::numeric(12,9) AS closed FROM gmm('{1}', '{{0}}', '{{{1}}}') a, gmm('{1}', '{{3}}', '{{{4}}}') b;

-- parts of the rows fitted apart, put together, made smaller
CREATE TABLE part_groups AS SELECT g, m FROM (SELECT eruptions > 3 AS g, sample(eruptions, waiting) AS s FROM faithful GROUP BY 1) q, gmm_fit(s, 2) m;
SELECT i.k, i.n, c.k AS reduced, c.n, abs((gmm_mean(u))[2] - avg(waiting)) < 1e-9 AS mean, abs((gmm_mean(v))[2] - avg(waiting)) < 1e-9 AS reduced_mean
FROM (SELECT gmm_union(m) AS u FROM part_groups) q, gmm_reduce(u, 2) v, gmm_info(u) i, gmm_info(v) c, faithful GROUP BY i.k, i.n, c.k, c.n, u, v;
SELECT gmm_union(m) = (SELECT gmm_union(m ORDER BY g DESC) FROM part_groups) AS order_free, gmm_union(NULL) FROM part_groups;
SELECT c.mean::numeric(9,3)[], c.covariance::numeric(9,4)[] FROM (SELECT gmm_reduce(m, 1) AS m FROM part_models WHERE name = 'two') q, gmm_components(m) c;
SELECT covar_pop(eruptions, waiting)::numeric(9,4), var_pop(waiting)::numeric(9,4) FROM faithful;

-- how well rows determine a model
SELECT p.component, p.parameter, p.i, p.j, p.estimate::numeric(9,3), p.std_error::numeric(9,3), p.lower::numeric(9,3), p.upper::numeric(9,3)
FROM part_models, (SELECT sample(waiting) AS s FROM faithful) r, gmm_intervals(m, s) p WHERE name = 'waiting';
SELECT abs(p.std_error / (stddev_pop(waiting) / sqrt(count(*))) - 1) < 0.2 AS mean FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_fit(s, 1) m, gmm_intervals(m, s) p, faithful WHERE p.parameter = 'mean' GROUP BY p.std_error;

-- refused
SELECT q.query, f.*
FROM (VALUES ('gmm_cdf(m, 1)'), ('gmm_var(m)'), ('gmm_draw(m, -1)'), ('gmm_reduce(m, 3)'), ('gmm_reduce(m, 0)'), ('gmm_match(m, gmm(''{1}'', ''{{0}}'', ''{{{1}}}''))'), ('gmm_relabel(m, gmm(''{1}'', ''{{0}}'', ''{{{1}}}''))'),
             ('mixture_wasserstein(m, gmm(''{1}'', ''{{0}}'', ''{{{1}}}''))'), ('gmm_score(m, 1)'), ('gmm_intervals(m, (SELECT sample(1, 2)))'), ('gmm_intervals(m, (SELECT sample(1)))'),
             ('gmm_intervals(m, (SELECT sample(eruptions, waiting) FROM faithful), 1.5)'), ('gmm_intervals(m, (SELECT sample(eruptions, waiting) FROM faithful), method => ''bootstrap'')'), ('gmm_quantile(gmm_marginal(m, ''{1}''), 1.1)'),
             ('gmm_cdf(gmm_marginal(m, ''{1}''), ''NaN'')'), ('gmm_var(gmm_marginal(m, ''{1}''), 0)')) q (query),
     LATERAL pg_temp.failure(format('SELECT %s FROM part_models WHERE name = ''two''', q.query)) f;
SELECT f.* FROM pg_temp.failure('SELECT gmm_union(m) FROM part_models WHERE name <> ''waiting'' AND name <> ''normal''') f;
DROP TABLE part_models, part_groups;
