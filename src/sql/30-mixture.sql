-- measure_gmm: a Gaussian mixture. sample -> mixture -> answer.

COMMENT ON TYPE measure_gmm IS 'a Gaussian mixture with the evidence of its fit; the text form is a JSON object, parameters last';

-- The fit.

CREATE FUNCTION gmm_fit(
	s measure_sample, k integer, covariance text DEFAULT 'full', prior boolean DEFAULT false, noise float8 DEFAULT 0,
	scale text DEFAULT 'auto', missing text DEFAULT 'error', start measure_gmm DEFAULT NULL, n_init integer DEFAULT 10,
	max_iter integer DEFAULT 500, tol float8 DEFAULT 1e-8, names text[] DEFAULT NULL, on_failure text DEFAULT 'error',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION gmm_fit(
	measure_sample, integer, text, boolean, float8, text, text, measure_gmm, integer, integer, float8, text[], text, bigint, jsonb
) IS 'mixture of k Gaussians by maximum likelihood (EM, Dempster, Laird & Rubin 1977), or under a prior (Fraley & Raftery 2007); covariance full, tied, diag, spherical or a name of mclust; n_init k-means++ starts, improved by random moves of a component, the best kept, or one start from a model; stops when the gain of the log-likelihood is below tol of it; same rows and seed, same model; components by descending weight; NULL for no rows; 22023 for a bad argument, 22000 for data without a fit';

CREATE FUNCTION gmm_fit_query(
	query text, k integer, covariance text DEFAULT 'full', prior boolean DEFAULT false, noise float8 DEFAULT 0,
	scale text DEFAULT 'auto', missing text DEFAULT 'error', start measure_gmm DEFAULT NULL, n_init integer DEFAULT 10,
	max_iter integer DEFAULT 500, tol float8 DEFAULT 1e-8, names text[] DEFAULT NULL, on_failure text DEFAULT 'error',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000000;
COMMENT ON FUNCTION gmm_fit_query(
	text, integer, text, boolean, float8, text, text, measure_gmm, integer, integer, float8, text[], text, bigint, jsonb
) IS 'gmm_fit of the rows of a query, of any number: starts on a bounded part of them, then one aggregate query an iteration, under one snapshot; columns id (draws the part) and weight are taken as such, the others are data; 22023 for a query that writes, locks, is volatile or could give other rows the next time';

CREATE FUNCTION gmm_select(
	s measure_sample, k_min integer DEFAULT 1, k_max integer DEFAULT 9, covariance text[] DEFAULT '{spherical,diag,tied,full}',
	criterion text DEFAULT 'bic', prior boolean DEFAULT false, noise float8 DEFAULT 0, missing text DEFAULT 'error',
	n_init integer DEFAULT 10, names text[] DEFAULT NULL, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_gmm_candidate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000 ROWS 36;
COMMENT ON FUNCTION gmm_select(
	measure_sample, integer, integer, text[], text, boolean, float8, text, integer, text[], bigint, jsonb
) IS 'mixtures of k_min to k_max components in each covariance, best first by criterion bic, aic or icl: rank 1 is best; candidates that the data do not allow are left out, and of two that are the same model (one column, one component) the second; no rows for no rows; Fraley & Raftery 2002';

CREATE FUNCTION gmm(weights float8[], means float8[], covariances float8[], names text[] DEFAULT NULL) RETURNS measure_gmm
	AS 'MODULE_PATHNAME', 'gmm_import' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm(float8[], float8[], float8[], text[]) IS 'a mixture fitted elsewhere, covariance full: weights[k] that sum to 1, means[k][d], covariances[k][d][d] (divisor n), in the order given; 22023 for other shapes, a covariance that is not symmetric, 22000 for one that is not positive definite';

-- What a mixture says of itself.

CREATE FUNCTION gmm_info(m measure_gmm) RETURNS measure_gmm_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_info(measure_gmm) IS 'the evidence of the fit in one row; bic, aic and icl (hard assignment) are lower for better models; evidence is NULL where the model was not fitted';

CREATE FUNCTION gmm_components(m measure_gmm) RETURNS SETOF measure_gmm_component
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION gmm_components(measure_gmm) IS 'one row a component, from 1: its share, the rows that it stands for, mean[d], sd[d], covariance[d][d] with divisor n; component 0 is noise, with a share alone';

CREATE FUNCTION gmm_columns(m measure_gmm) RETURNS SETOF measure_gmm_column
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION gmm_columns(measure_gmm) IS 'one row a component and column: scalars alone, for charts';

CREATE FUNCTION gmm_mean(m measure_gmm) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_mean(measure_gmm) IS 'mean[d] of the whole mixture';

CREATE FUNCTION gmm_curve(m measure_gmm, lo float8 DEFAULT NULL, hi float8 DEFAULT NULL, points integer DEFAULT 200)
	RETURNS SETOF measure_curve
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 600;
COMMENT ON FUNCTION gmm_curve(measure_gmm, float8, float8, integer) IS 'densities of a mixture of one column at equal steps from lo to hi, by default 4 sd around all components: series total, then those that add up to it: 0 for noise, 1 ... k';

CREATE FUNCTION summary(v measure_gmm) RETURNS text
	AS 'MODULE_PATHNAME', 'gmm_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_gmm) IS 'the mixture as a person wants to read it; the first 50 components and 8 columns';

-- Rows under a mixture. The model is unpacked once a call site, also when it comes from a table. A row
-- takes 0.05 us for k = 2, d = 2 and 5 us for k = 16, d = 32: COST is in between. Not STRICT, since some models
-- score rows with NULL elements.

-- @for ROWS
CREATE FUNCTION gmm_predict(m measure_gmm, @ROWS@) RETURNS integer
	AS 'MODULE_PATHNAME', 'gmm_predict_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_predict(measure_gmm, @ROWS@) IS 'the most probable component of a row, from 1, ties to the lower, 0 for noise; NULL for a row with a NULL element, but the marginal counts under a model fitted with missing => use; 22000 for another number of columns, NaN or infinity';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_posterior(m measure_gmm, @ROWS@) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'gmm_posterior_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_posterior(measure_gmm, @ROWS@) IS 'the probability[k] of each component given a row, 1 in all but for noise; NULL for a row with a NULL element, as gmm_predict';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_density(m measure_gmm, @ROWS@) RETURNS float8
	AS 'MODULE_PATHNAME', 'gmm_density_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_density(measure_gmm, @ROWS@) IS 'the density at a row, 0 where it is below 1e-308: gmm_logdensity does not underflow; NULL for a row with a NULL element, as gmm_predict';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_logdensity(m measure_gmm, @ROWS@) RETURNS float8
	AS 'MODULE_PATHNAME', 'gmm_logdensity_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_logdensity(measure_gmm, @ROWS@) IS 'natural logarithm of the density at a row: its negative is how unusual the row is; NULL for a row with a NULL element, as gmm_predict';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_score(m measure_gmm, @ROWS@) RETURNS measure_gmm_score
	AS 'MODULE_PATHNAME', 'gmm_score_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION gmm_score(measure_gmm, @ROWS@) IS 'all about a row: the most probable component and its probability, log density, Mahalanobis distance (not squared) to that component, tail_p, the share of the model with lower density (by 16384 draws, exact for one component); NULL for a row with a NULL element, as gmm_predict';
-- @end

-- Rows of a sample, and a mixture as a distribution.

CREATE FUNCTION gmm_log_likelihood(m measure_gmm, s measure_sample) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION gmm_log_likelihood(measure_gmm, measure_sample) IS 'sum of the log densities of the rows, times their weights; a row with a NULL element counts by its marginal; on new rows, how well the model predicts them';

CREATE FUNCTION gmm_intervals(m measure_gmm, s measure_sample, level float8 DEFAULT 0.95, method text DEFAULT 'information', replicates integer DEFAULT 999, seed bigint DEFAULT 0) RETURNS SETOF measure_parameter
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 30;
COMMENT ON FUNCTION gmm_intervals(measure_gmm, measure_sample, float8, text, integer, bigint) IS 'standard errors and intervals of weights, means (i) and covariances (i, j) of a model fitted to these rows, by the inverse of the observed information (McLachlan & Peel 2000); 22000 when the rows are too few for it';

CREATE FUNCTION gmm_cdf(m measure_gmm, x float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_cdf(measure_gmm, float8) IS 'P(X <= x) under a mixture of one column';

CREATE FUNCTION gmm_quantile(m measure_gmm, p float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION gmm_quantile(measure_gmm, float8) IS 'the x with P(X <= x) = p under a mixture of one column; p from 0 to 1';

CREATE FUNCTION gmm_var(m measure_gmm, alpha float8 DEFAULT 0.01) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION gmm_var(measure_gmm, float8) IS 'value at risk of a mixture of one column of returns: the loss that is exceeded with probability alpha, minus the alpha-quantile';

CREATE FUNCTION gmm_expected_shortfall(m measure_gmm, alpha float8 DEFAULT 0.01) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION gmm_expected_shortfall(measure_gmm, float8) IS 'the mean loss beyond the value at risk, in closed form';

CREATE FUNCTION gmm_marginal(m measure_gmm, dims integer[]) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_marginal(measure_gmm, integer[]) IS 'the mixture of some columns, from 1, in that order';

CREATE FUNCTION gmm_condition(m measure_gmm, x float8[]) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_condition(measure_gmm, float8[]) IS 'the mixture of the columns that are NULL in x[d] given the others: a regression with its spread';

CREATE FUNCTION gmm_impute(m measure_gmm, x float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_impute(measure_gmm, float8[]) IS 'x[d] with its NULL elements filled by their means given the others';

CREATE FUNCTION gmm_draw(m measure_gmm, n integer, seed bigint DEFAULT 0) RETURNS SETOF measure_draw
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION gmm_draw(measure_gmm, integer, bigint) IS 'n random points and the component of each, 0 for noise; point i depends on the seed and i alone';


-- Several mixtures.

CREATE FUNCTION gmm_match(m measure_gmm, reference measure_gmm) RETURNS SETOF measure_match
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION gmm_match(measure_gmm, measure_gmm) IS 'which component of the reference each component is, by the cheapest assignment of Wasserstein distances; rows_moved is what its share has gained, in rows; NULL for one without a partner';

CREATE FUNCTION gmm_relabel(m measure_gmm, reference measure_gmm) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_relabel(measure_gmm, measure_gmm) IS 'the same mixture with its components numbered as in the reference, so that labels of two fits mean the same; those without a partner come last';

CREATE FUNCTION gmm_merge(state measure_gmm, m measure_gmm) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_merge(measure_gmm, measure_gmm) IS 'part of the aggregate gmm_union';

CREATE AGGREGATE gmm_union(m measure_gmm) (
	SFUNC = gmm_merge, STYPE = measure_gmm, SSPACE = 4096, COMBINEFUNC = gmm_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gmm_union(m measure_gmm) IS 'all components of the mixtures as one, each mixture with the weight of its rows (all alike where one was not fitted); gmm_reduce makes it smaller';

CREATE FUNCTION gmm_reduce(m measure_gmm, k integer) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_reduce(measure_gmm, integer) IS 'a mixture of k components with the same mean and covariance: the pair that costs least is merged, again and again (Runnalls 2007)';

CREATE FUNCTION mixture_wasserstein(a measure_gmm, b measure_gmm) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION mixture_wasserstein(measure_gmm, measure_gmm) IS 'MW2, the 2-Wasserstein distance between mixtures over couplings that are mixtures (Delon & Desolneux 2020); noise is left out';

-- measure_gmm_stats: the E step of rows under a mixture. mixture and rows -> statistics -> the next mixture.

COMMENT ON TYPE measure_gmm_stats IS 'what EM needs of rows under a mixture, which is told by its hash; about 8 k (1 + d + d (d + 1) / 2) bytes, or the rows themselves while they are few';

-- @for ROWS
CREATE FUNCTION gmm_stats_append(state measure_gmm_stats, m measure_gmm, @ROWS@) RETURNS measure_gmm_stats
	AS 'MODULE_PATHNAME', 'gmm_stats_append_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION gmm_stats_append(measure_gmm_stats, measure_gmm, @ROWS@) IS 'part of the aggregate gmm_stats';
CREATE FUNCTION gmm_stats_append_weighted(state measure_gmm_stats, m measure_gmm, weight float8, @ROWS@) RETURNS measure_gmm_stats
	AS 'MODULE_PATHNAME', 'gmm_stats_append_weighted_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION gmm_stats_append_weighted(measure_gmm_stats, measure_gmm, float8, @ROWS@) IS 'part of the aggregate gmm_stats_weighted';
-- @end

CREATE FUNCTION gmm_stats_merge(state measure_gmm_stats, s measure_gmm_stats) RETURNS measure_gmm_stats
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_stats_merge(measure_gmm_stats, measure_gmm_stats) IS 'part of the aggregates: s into the state';

CREATE FUNCTION gmm_stats_final(state measure_gmm_stats) RETURNS measure_gmm_stats
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION gmm_stats_final(measure_gmm_stats) IS 'part of the aggregates: the state without free space';

-- SSPACE is that of a full mixture, k = 4, d = 4, or of a dozen rows.

-- @for ROWS
CREATE AGGREGATE gmm_stats(m measure_gmm, @ROWS@) (
	SFUNC = gmm_stats_append, STYPE = measure_gmm_stats, SSPACE = 1024, FINALFUNC = gmm_stats_final, COMBINEFUNC = gmm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gmm_stats(m measure_gmm, @ROWS@) IS 'the E step of EM: statistics of the rows under the mixture m, for gmm_update(m, stats); parts of the rows merge; a NULL row is skipped, a row with a NULL element is counted and left out, but under a model fitted with missing => use; 22023 when m changes between rows; the order of rows matters to 1e-12 at most';
CREATE AGGREGATE gmm_stats_weighted(m measure_gmm, weight float8, @ROWS@) (
	SFUNC = gmm_stats_append_weighted, STYPE = measure_gmm_stats, SSPACE = 1024, FINALFUNC = gmm_stats_final, COMBINEFUNC = gmm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gmm_stats_weighted(m measure_gmm, weight float8, @ROWS@) IS 'the same of rows with weights, finite and at least 0; an integer weight stands for repeated rows';
-- @end

CREATE AGGREGATE gmm_stats_union(s measure_gmm_stats) (
	SFUNC = gmm_stats_merge, STYPE = measure_gmm_stats, SSPACE = 1024, FINALFUNC = gmm_stats_final, COMBINEFUNC = gmm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gmm_stats_union(s measure_gmm_stats) IS 'statistics of parts of the rows as one; 22000 for statistics under different models';

CREATE FUNCTION gmm_stats_concat(a measure_gmm_stats, b measure_gmm_stats) RETURNS measure_gmm_stats
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_stats_concat(measure_gmm_stats, measure_gmm_stats) IS 'implementation of the || operator';

CREATE OPERATOR || (LEFTARG = measure_gmm_stats, RIGHTARG = measure_gmm_stats, FUNCTION = gmm_stats_concat, COMMUTATOR = ||);
COMMENT ON OPERATOR || (measure_gmm_stats, measure_gmm_stats) IS 'statistics of the rows of both';

CREATE FUNCTION gmm_update(m measure_gmm, stats measure_gmm_stats, rate float8 DEFAULT 1) RETURNS measure_gmm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION gmm_update(measure_gmm, measure_gmm_stats, float8) IS 'the mixture after one EM iteration from m, given the statistics of all rows under m; with a rate below 1 a step of stepwise EM, given those of a block of rows of weight W: the statistics of m move by that share of the way, and its weight is W / rate (Cappe & Moulines 2009); its likelihood is not known: that of m is gmm_stats_log_likelihood(m, stats); 22023 for statistics under another model, a rate beyond 1e-9 to 1';

CREATE FUNCTION gmm_stats_log_likelihood(m measure_gmm, stats measure_gmm_stats) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION gmm_stats_log_likelihood(measure_gmm, measure_gmm_stats) IS 'log-likelihood of m on the rows of the statistics that were gathered under it';

CREATE FUNCTION gmm_stats_info(s measure_gmm_stats) RETURNS measure_sample_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_stats_info(measure_gmm_stats) IS 'rows, columns, rows left out for a NULL element, bytes';

CREATE FUNCTION summary(v measure_gmm_stats) RETURNS text
	AS 'MODULE_PATHNAME', 'gmm_stats_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_gmm_stats) IS 'what the statistics are of';
