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
) IS 'mixture of k Gaussians by maximum likelihood (EM, Dempster, Laird & Rubin 1977): covariance full, tied, diag or spherical; n_init k-means++ starts, the best kept; stops when the gain of the log-likelihood is below tol of it; same rows and seed, same model; components by descending weight; NULL for no rows; 22023 for a bad argument, 22000 for data without a fit';

-- What a mixture says of itself.

CREATE FUNCTION gmm_info(m measure_gmm) RETURNS measure_gmm_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_info(measure_gmm) IS 'the evidence of the fit in one row; bic, aic and icl (hard assignment) are lower for better models; evidence is NULL where the model was not fitted';

CREATE FUNCTION gmm_components(m measure_gmm) RETURNS SETOF measure_gmm_component
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION gmm_components(measure_gmm) IS 'one row a component, from 1: its share, the rows that it stands for, mean[d], sd[d], covariance[d][d] with divisor n';

CREATE FUNCTION gmm_columns(m measure_gmm) RETURNS SETOF measure_gmm_column
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION gmm_columns(measure_gmm) IS 'one row a component and column: scalars alone, for charts';

CREATE FUNCTION gmm_mean(m measure_gmm) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gmm_mean(measure_gmm) IS 'mean[d] of the whole mixture';

CREATE FUNCTION gmm_curve(m measure_gmm, lo float8 DEFAULT NULL, hi float8 DEFAULT NULL, points integer DEFAULT 200)
	RETURNS SETOF measure_curve
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 600;
COMMENT ON FUNCTION gmm_curve(measure_gmm, float8, float8, integer) IS 'densities of a mixture of one column at equal steps from lo to hi, by default 4 sd around all components: series total, then 1 ... k, which add up to it';

CREATE FUNCTION summary(v measure_gmm) RETURNS text
	AS 'MODULE_PATHNAME', 'gmm_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_gmm) IS 'the mixture as a person wants to read it; the first 50 components and 8 columns';

-- Rows under a mixture. The model is unpacked once a call site, also when it comes from a table. A row
-- takes 0.05 us for k = 2, d = 2 and 5 us for k = 16, d = 32: COST is in between.

-- @for ROWS
CREATE FUNCTION gmm_predict(m measure_gmm, @ROWS@) RETURNS integer
	AS 'MODULE_PATHNAME', 'gmm_predict_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_predict(measure_gmm, @ROWS@) IS 'the most probable component of a row, from 1, ties to the lower; NULL for a row with a NULL element; 22000 for another number of columns, NaN or infinity';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_posterior(m measure_gmm, @ROWS@) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'gmm_posterior_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_posterior(measure_gmm, @ROWS@) IS 'the probability[k] of each component given a row; NULL for a row with a NULL element';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_density(m measure_gmm, @ROWS@) RETURNS float8
	AS 'MODULE_PATHNAME', 'gmm_density_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_density(measure_gmm, @ROWS@) IS 'the density at a row, 0 where it is below 1e-308: gmm_logdensity does not underflow; NULL for a row with a NULL element';
-- @end

-- @for ROWS
CREATE FUNCTION gmm_logdensity(m measure_gmm, @ROWS@) RETURNS float8
	AS 'MODULE_PATHNAME', 'gmm_logdensity_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gmm_logdensity(measure_gmm, @ROWS@) IS 'natural logarithm of the density at a row: its negative is how unusual the row is; NULL for a row with a NULL element';
-- @end
