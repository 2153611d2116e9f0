-- Mixtures against published figures (gmm.md, section 14): families, priors, noise, gaps; what must hold of any fit (section 15).
\getenv abs_srcdir PG_ABS_SRCDIR
\set galaxies_csv :abs_srcdir '/test/data/galaxies.csv'
\set airquality_csv :abs_srcdir '/test/data/airquality.csv'
CREATE TEMP TABLE galaxies (velocity float8);
COPY galaxies FROM :'galaxies_csv' (FORMAT csv, HEADER);
CREATE TEMP TABLE airquality (ozone float8, solar_r float8, wind float8, temp float8, month int, day int);
COPY airquality FROM :'airquality_csv' (FORMAT csv, HEADER);
CREATE FUNCTION pg_temp.near(a float8[], b float8[], tol float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT count(*) > 0 AND bool_and(abs(x - y) < tol * (1 + abs(y))) FROM unnest(a, b) AS u(x, y) $$;

-- iris from the species: a model of the three groups is the start
CREATE TABLE species_model AS
SELECT gmm('{.333333333333333333,.333333333333333333,.333333333333333333}', array_agg(c.mean ORDER BY species), array_agg(c.covariance ORDER BY species)) AS m
FROM (SELECT species, sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris GROUP BY species) g, gmm_fit(s, 1) f, gmm_components(f) c;
SELECT r.covariance, abs(i.log_likelihood - r.log_likelihood) < 1e-4 AS reference, i.parameters
FROM (VALUES ('EII', -401.80217579), ('VII', -384.31409506), ('EEI', -361.42552204), ('VEI', -339.46872726), ('EVI', -340.08558074), ('VVI', -306.86046051), ('EEE', -256.35404313),
             ('VEE', -237.56016280), ('EEV', -214.85037887), ('VEV', -186.07328340), ('EVV', -205.53588082), ('VVV', -180.18547713)) r (covariance, log_likelihood),
     (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) q, species_model, gmm_fit(s, 3, r.covariance, start => m, tol => 1e-14, max_iter => 20000) f, gmm_info(f) i;
-- with a prior
SELECT r.covariance, abs(i.log_likelihood - r.log_likelihood) < 1e-4 AS reference
FROM (VALUES ('full', -192.695284), ('tied', -257.739377), ('diag', -312.904087), ('spherical', -384.478676), ('EII', -401.883806), ('EEI', -362.248235)) r (covariance, log_likelihood),
     (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) q, species_model, gmm_fit(s, 3, r.covariance, prior => true, start => m, tol => 1e-14, max_iter => 20000) f, gmm_info(f) i;
SELECT abs(i.log_likelihood - -1130.509264) < 1e-5 AS log_likelihood, abs(i.bic - 2322.682350) < 1e-5 AS bic,
       pg_temp.near(ARRAY[c.weight] || c.mean || ARRAY[c.covariance[1][1], c.covariance[1][2], c.covariance[2][2]], '{.64392427,4.29005186,79.97283283,.165608531,.931411195,34.906364175}', 1e-6) AS component
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, prior => true, tol => 1e-13) m, gmm_info(m) i, gmm_components(m) c WHERE c.component = 1;
SELECT abs(i.log_likelihood - -201.026550) < 1e-4 AS log_likelihood, pg_temp.near(array_agg(c.weight ORDER BY c.mean) || array_agg(c.mean[1] ORDER BY c.mean) || array_agg(c.covariance[1][1] ORDER BY c.mean),
       '{.08514357,.38807681,.29832583,.22845379,9.72545744,19.84614610,22.89327938,23.94124071,.29125326,.40536300,.68455969,19.15284557}', 1e-3) AS components
FROM (SELECT sample(velocity) AS s FROM galaxies) g,
     gmm('{.1,.4,.3,.2}', '{{9.7},{19.8},{22.9},{24}}', '{{{.3}},{{.4}},{{.7}},{{19}}}') start, gmm_fit(s, 4, prior => true, start => start, tol => 1e-14, max_iter => 20000) m, gmm_info(m) i, gmm_components(m) c GROUP BY i.log_likelihood;
-- a prior keeps spikes away
SELECT p AS prior, i.problems FROM (VALUES (false), (true)) v (p),
     (SELECT sample(x) AS s FROM (SELECT 10 + i / 1e6 FROM generate_series(1, 30) i UNION ALL SELECT 50 + i / 1e6 FROM generate_series(1, 20) i) g (x)) r, gmm_fit(s, 2, prior => p) m, gmm_info(m) i;

-- noise: 20 rows all over
CREATE TABLE noisy AS
SELECT * FROM faithful UNION ALL SELECT 1 + 5 * (0.7548776662466927 * i - floor(0.7548776662466927 * i)), 35 + 70 * (0.5698402909980532 * i - floor(0.5698402909980532 * i)) FROM generate_series(1, 20) i;
SELECT round(i.log_likelihood::numeric, 2) AS log_likelihood, i.parameters, round(c.weight::numeric, 3) AS noise, round(c.n::numeric, 1) AS n, c.mean, sum(o.weight)::numeric(9,6) AS sum
FROM (SELECT sample(eruptions, waiting) AS s FROM noisy) r, gmm_fit(s, 2, noise => 0.05, tol => 1e-12) m, gmm_info(m) i, gmm_components(m) c, gmm_components(m) o WHERE c.component = 0 GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE noise_model AS SELECT m FROM (SELECT sample(eruptions, waiting) AS s FROM noisy) r, gmm_fit(s, 2, noise => 0.05) m;
SELECT gmm_predict(m, 1, 100) AS label, gmm_posterior(m, 1, 100)::numeric(4,3)[] AS posterior, gmm_predict(m, 1e6, -1e6) AS far, gmm_predict(m, 4.3, 80) AS near FROM noise_model;
SELECT summary(m) FROM noise_model;
SELECT m = m::text::measure_gmm AS text, left(m::jsonb -> 'box' ->> 0, 20) FROM noise_model;
SELECT abs(sum(gmm_logdensity(m, eruptions, waiting)) - (gmm_info(m)).log_likelihood) < 1e-7 AS equal, max(abs((SELECT sum(p) FROM unnest(gmm_posterior(m, eruptions, waiting)) p) - 1)) > 0.01 AS below_1 FROM noise_model, noisy GROUP BY m;
SELECT v.series, count(*) FROM (SELECT sample(waiting) AS s FROM noisy) r, gmm_fit(s, 2, noise => 0.05) m, gmm_curve(m, 0, 100, 5) v GROUP BY v.series ORDER BY v.series;

-- gaps: airquality, and Old Faithful with holes
SELECT abs(i.log_likelihood - -2326.6973827983) < 1e-5 AS log_likelihood, pg_temp.near(c.mean || ARRAY[c.covariance[1][1], c.covariance[2][2], c.covariance[3][3], c.covariance[4][4], c.covariance[1][2]],
       '{41.87117258,184.84680643,9.95751634,77.88235294,1044.01863943,8090.70165959,12.33041736,89.00576701,942.52973254}', 1e-5) AS parameters, i.n
FROM (SELECT sample(ozone, solar_r, wind, temp) AS s FROM airquality) r, gmm_fit(s, 1, missing => 'use', tol => 0, max_iter => 20000) m, gmm_info(m) i, gmm_components(m) c;
SELECT abs(i.log_likelihood - -2273.5146) < 1e-3 AS reference, i.smallest_weight::numeric(4,3)
FROM (SELECT sample(ozone, solar_r, wind, temp) AS s FROM airquality) r, gmm_fit(s, 2, missing => 'use', n_init => 30, tol => 1e-12, max_iter => 5000) m, gmm_info(m) i;
CREATE TABLE holes AS SELECT CASE WHEN i % 5 > 0 THEN eruptions END AS eruptions, CASE WHEN i % 7 > 0 THEN waiting END AS waiting FROM (SELECT row_number() OVER () AS i, * FROM faithful) f;
SELECT abs(i.log_likelihood - -995.7690364364) < 1e-5 AS log_likelihood, pg_temp.near(c.mean, '{4.30453562,80.09691421}', 1e-6) AS mean, i.n, i.omitted, i.problems
FROM (SELECT sample(eruptions, waiting) AS s FROM holes) r, gmm_fit(s, 2, missing => 'use', tol => 1e-14, max_iter => 5000) m, gmm_info(m) i, gmm_components(m) c WHERE c.component = 1;
CREATE TABLE hole_model AS SELECT m FROM (SELECT sample(eruptions, waiting) AS s FROM holes) r, gmm_fit(s, 2, missing => 'use') m;
-- rows with gaps are scored by their marginals there, and are NULL under other models
SELECT gmm_predict(m, NULL, 80) AS label, gmm_predict(m, 2, NULL) AS label, gmm_logdensity(m, NULL, 80) - gmm_logdensity(gmm_marginal(m, '{2}'), 80) AS difference, gmm_predict(o.f, ARRAY[NULL, 80]) AS other,
       gmm_posterior(m, NULL, NULL)::numeric(4,3)[] AS weights, gmm_logdensity(m, ARRAY[NULL, NULL]::float8[]) AS nothing
FROM hole_model, (SELECT gmm_fit(sample(eruptions, waiting), 2) AS f FROM faithful) o;
SELECT abs(sum(gmm_logdensity(m, eruptions, waiting)) - (gmm_info(m)).log_likelihood) < 1e-7 AS equal FROM hole_model, holes WHERE eruptions IS NOT NULL OR waiting IS NOT NULL GROUP BY m;
-- without gaps the same as without the argument
SELECT a.log_likelihood - b.log_likelihood < 1e-7 AS equal FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_info(m) a, gmm_fit(s, 2, missing => 'use') u, gmm_info(u) b;

-- options
SELECT round((e.icl)::numeric, 4) AS entropy, round((h.icl)::numeric, 4) AS hard FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, tol => 1e-13, options => '{"icl":"entropy"}') m, gmm_info(m) e, gmm_fit(s, 2, tol => 1e-13) o, gmm_info(o) h;
SELECT round(i.weight::numeric, 3) AS weight, i.n FROM (SELECT sample_weighted(waiting, eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, options => '{"weights":"importance"}') m, gmm_info(m) i;

-- choosing: rank 1 is best, whatever the criterion; duplicates once; the model of R
SELECT c.rank, c.k, c.covariance, round(c.bic::numeric, 3) AS bic, round(c.icl::numeric) AS icl, c.parameters, c.converged, c.problems FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_select(s, k_max => 4) c WHERE c.rank <= 4;
SELECT c.k, c.covariance, round(c.log_likelihood::numeric, 4) AS log_likelihood, (gmm_info(c.model)).k = c.k AS model FROM (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) r, gmm_select(s, k_max => 3, covariance => '{full,VEV,EEE}') c WHERE c.rank = 1;
SELECT c.k, c.covariance FROM (SELECT sample(waiting) AS s FROM faithful) r, gmm_select(s, k_max => 2, n_init => 3) c ORDER BY 1, 2;
-- three searches, one warning
SELECT k.criterion, c.k FROM unnest('{bic,aic,icl}'::text[]) k (criterion), (SELECT sample(velocity) AS s FROM galaxies) r, gmm_select(s, k_max => 5, covariance => '{full}', criterion => k.criterion, n_init => 20) c WHERE c.rank = 1;
SELECT count(*) FROM gmm_select((SELECT sample(x) FROM generate_series(1, 3) x), k_max => 9, covariance => '{full}');
SELECT count(*) FROM gmm_select(NULL);
SELECT count(*), bool_and(omitted = 85) AS omitted FROM (SELECT sample(eruptions, waiting) AS s FROM holes) r, gmm_select(s, 1, 2, '{full}', missing => 'omit', names => '{a,b}') c, gmm_info(c.model);

-- parts of a model: marginal, conditional, filled
SELECT gmm_marginal(m, '{2}') = gmm_marginal(gmm_marginal(m, '{2,1}'), '{1}') AS marginal, gmm_mean(m)::numeric(9,4)[], gmm_mean(gmm_marginal(m, '{2,1}'))::numeric(9,4)[] AS turned, (SELECT array_agg(name) FROM gmm_columns(gmm_marginal(n, '{2}')) WHERE component = 1) AS names
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_fit(s, 2, names => '{eruptions,waiting}') n;
SELECT c.component, c.weight::numeric(6,4), c.mean::numeric(9,3)[], c.sd::numeric(9,3)[], abs(gmm_logdensity(m, 3, 70) - gmm_logdensity(gmm_marginal(m, '{1}'), 3) - gmm_logdensity(g, 70)) < 1e-12 AS chain, gmm_impute(m, '{3,NULL}')::numeric(9,3)[] AS filled
FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m, gmm_condition(m, '{3,NULL}') g, gmm_components(g) c;
SELECT gmm_impute(m, '{3,70}') AS whole, gmm_impute(m, '{NULL,NULL}')::numeric(9,4)[] AS nothing, gmm_condition(m, '{NULL,NULL}') = m AS all FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2) m;
-- traps (gmm.md, section 16): units of columns, a far origin in statistics, BIC of rows that say nothing, of noise, of a prior
SELECT c.covariance, abs(a.log_likelihood - b.log_likelihood - 272 * ln(1e6)) < 1e-3 AS units
FROM unnest('{full,tied,diag,VEI,EVI}'::text[]) c (covariance), (SELECT sample(eruptions, waiting) AS s, sample(1e6 * eruptions, waiting) AS t FROM faithful) r,
     gmm_fit(s, 2, c.covariance) m, gmm_info(m) a, gmm_fit(t, 2, c.covariance) o, gmm_info(o) b;
SELECT max(abs(d.mean[1] - c.mean[1] - 1e8)) < 1e-6 AS mean, max(abs(d.sd[1] - c.sd[1])) < 1e-7 AS sd
FROM gmm('{.5,.5}', '{{2,55},{4.5,80}}', '{{{.1,0},{0,30}},{{.2,0},{0,40}}}') m, gmm('{.5,.5}', '{{100000002,55},{100000004.5,80}}', '{{{.1,0},{0,30}},{{.2,0},{0,40}}}') far,
     LATERAL (SELECT gmm_update(m, gmm_stats(m, eruptions, waiting)) AS u, gmm_update(far, gmm_stats(far, 1e8 + eruptions, waiting)) AS v FROM faithful) q, gmm_components(u) c JOIN gmm_components(v) d USING (component);
SELECT 'gaps' AS model, abs(i.bic - (-2 * i.log_likelihood + 11 * ln(265))) < 1e-9 AS bic FROM hole_model, gmm_info(m) i UNION ALL
SELECT 'noise', abs(i.bic - (-2 * i.log_likelihood + 13 * ln(292))) < 1e-9 FROM noise_model, gmm_info(m) i UNION ALL
SELECT 'prior', abs(i.bic - (-2 * gmm_log_likelihood(m, s) + 11 * ln(272))) < 1e-8 FROM (SELECT sample(eruptions, waiting) AS s FROM faithful) r, gmm_fit(s, 2, prior => true) m, gmm_info(m) i;
-- nested families: more freedom, no less likelihood
SELECT bool_and(log_likelihood >= before - 1e-6) AS nested FROM (SELECT i.log_likelihood, lag(i.log_likelihood, 1, i.log_likelihood) OVER (PARTITION BY chain ORDER BY place) AS before
	FROM (VALUES (1, 1, 'EII'), (1, 2, 'VII'), (1, 3, 'VVI'), (1, 4, 'VVV'), (2, 1, 'EII'), (2, 2, 'EEI'), (2, 3, 'EEE'), (2, 4, 'VVV')) f (chain, place, covariance), (SELECT sample(sepal_length, sepal_width, petal_length, petal_width) AS s FROM iris) r,
	     gmm_fit(s, 3, f.covariance, n_init => 20, tol => 1e-10) m, gmm_info(m) i) q;
-- a model by hand, in the order given
SELECT i.k, i.d, i.n, i.converged, c.component, c.weight, c.mean, c.covariance, gmm_logdensity(m, 1, 1)::numeric(9,6) FROM gmm('{0.25,0.75}', '{{0,0},{3,1}}', '{{{1,0.2},{0.2,1}},{{2,0},{0,0.5}}}', '{a,b}') m, gmm_info(m) i, gmm_components(m) c;
-- log-likelihood of rows, weights and gaps included
SELECT abs(gmm_log_likelihood(m, s) - i.log_likelihood) < 1e-8 AS fitted, abs(gmm_log_likelihood(m, w) - 2 * i.log_likelihood) < 1e-8 AS weighted, gmm_log_likelihood(m, NULL) AS "null", abs(gmm_log_likelihood(m, g) - 2 * gmm_logdensity(gmm_marginal(m, '{2}'), 80)) < 1e-12 AS gap
FROM (SELECT sample(eruptions, waiting) AS s, sample_weighted(2, eruptions, waiting) AS w FROM faithful) r, (SELECT sample(NULL, 80) AS g FROM generate_series(1, 2)) q, gmm_fit(s, 2) m, gmm_info(m) i;
DROP TABLE species_model, noisy, noise_model, holes, hole_model;
