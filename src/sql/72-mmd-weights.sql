-- Rows that stand for others, and weights that make one sample like another: kernel thinning, kernel mean
-- matching, optimally weighted distances. sample -> sample or (id, weight).

CREATE FUNCTION kernel_thin(
	s measure_sample, size integer, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	scale text DEFAULT 'sd', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kernel_thin(measure_sample, integer, text, float8, text, bigint, jsonb) IS '`size` rows that stand for all (kernel thinning, Dwivedi & Mackey 2024; above 20,000 rows Compress++, Shetty, Dwivedi & Mackey 2022): means of smooth functions over them are off by about 1/size, over random rows by 1/sqrt(size); with the ids of s, each row of weight (weight of s)/size, a row may come twice; rows are shuffled by the seed; bandwidth NULL is the median distance of the scaled rows; options method (auto, plain, compress), oversampling, split (target, power, plus), alpha, weights (equal, simplex), unique, delta, missing (error, omit), and those of kernels; a sample of at most `size` rows comes back whole, NULL for no complete row; n^2 kernel values, 180 bytes a row and 40 a number';

CREATE FUNCTION kernel_thin_weights(
	coreset measure_sample, s measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	scale text DEFAULT 'sd', options jsonb DEFAULT NULL
) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 100;
COMMENT ON FUNCTION kernel_thin_weights(measure_sample, measure_sample, text, float8, text, jsonb) IS 'the weights of the rows of a coreset that come nearest to s in MMD, in units of the weight of s: option method simplex (at least 0, sum that of s) or optimal (kernel quadrature: better for smooth functions, may be negative and large); missing (error, omit), and those of kernels; bandwidth NULL is the median distance of s; no rows for NULL';

CREATE TYPE measure_thin_info AS (n bigint, size bigint, distinct_rows bigint, bandwidth float8, mmd float8, mmd_random float8);
COMMENT ON TYPE measure_thin_info IS 'what a coreset is worth: rows of the sample and of the coreset, the bandwidth, the MMD between both (root of the V statistic), and what random rows as many would have (root of its mean square)';

CREATE FUNCTION kernel_thin_info(
	coreset measure_sample, s measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	scale text DEFAULT 'sd', options jsonb DEFAULT NULL
) RETURNS measure_thin_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kernel_thin_info(measure_sample, measure_sample, text, float8, text, jsonb) IS 'the MMD of a coreset, with its weights, to s, beside that of random rows; measure with the kernel that chose; scale and bandwidth are those of s; options missing (error, omit), and those of kernels; n^2 kernel values';

-- Kernel mean matching.

CREATE FUNCTION kernel_mean_matching(
	source measure_sample, target measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	upper float8 DEFAULT 1000, scale text DEFAULT 'sd', options jsonb DEFAULT NULL
) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 500;
COMMENT ON FUNCTION kernel_mean_matching(measure_sample, measure_sample, text, float8, float8, text, jsonb) IS 'the rows of source with weights under which they look like target (kernel mean matching, Huang et al. 2006): least MMD with 0 <= weight <= upper and a mean weight within band of 1; kernel gaussian, laplace, imq, matern32 or matern52; bandwidth NULL is the median distance of the pooled rows; options band (NULL: 1 - 1/sqrt(n)), tol (on the squared MMD; NULL: a hundredth of its noise), max_iter, missing (error, omit), and those of kernels; equal rows share; 8 n^2 bytes for n distinct source rows; a WARNING where nothing overlaps';

CREATE TYPE measure_matching_info AS (
	n_source bigint, n_target bigint, effective float8, max_weight float8, at_bound float8, mmd_before float8,
	mmd_after float8, gap float8, bandwidth float8, iterations integer, converged boolean
);
COMMENT ON TYPE measure_matching_info IS 'what matching reached: complete rows, the rows that the weights are worth ((sum w)^2 / sum w^2), the greatest weight, the share of rows at the bound, the MMD before and after, and how far its square may be above the least';

CREATE FUNCTION kernel_mean_matching_info(
	source measure_sample, target measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	upper float8 DEFAULT 1000, scale text DEFAULT 'sd', options jsonb DEFAULT NULL
) RETURNS measure_matching_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kernel_mean_matching_info(measure_sample, measure_sample, text, float8, float8, text, jsonb) IS 'the evidence of kernel_mean_matching with the same arguments';

CREATE TYPE measure_matched AS (side text, id text, x float8[], weight float8);
COMMENT ON TYPE measure_matched IS 'a row of the source or of the target with its weight';

CREATE FUNCTION kernel_mean_matching_double(
	source measure_sample, target measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	upper float8 DEFAULT 1000, scale text DEFAULT 'sd', options jsonb DEFAULT NULL
) RETURNS SETOF measure_matched
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 500;
COMMENT ON FUNCTION kernel_mean_matching_double(measure_sample, measure_sample, text, float8, float8, text, jsonb) IS 'weights of both sides (double weighting, Segovia-Martin, Mazuelas & Liu 2023): target rows that the source cannot stand for get less than their own weight, source rows at most upper / sqrt(D); option spread is D, at least 1, by default 4, and the others are those of kernel_mean_matching; 8 (n + m)^2 bytes';

CREATE FUNCTION density_ratio(
	source measure_sample, target measure_sample, "at" measure_sample DEFAULT NULL, bandwidth float8 DEFAULT NULL,
	lambda float8 DEFAULT NULL, scale text DEFAULT 'sd', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 500;
COMMENT ON FUNCTION density_ratio(measure_sample, measure_sample, measure_sample, float8, float8, text, bigint, jsonb) IS 'the density of target over that of source at the rows of `at`, by default of source, by least squares with Gaussian bumps at target rows (uLSIF, Kanamori, Hido & Sugiyama 2009): weights without an n x n matrix, also for new rows; bandwidth and lambda NULL are chosen by 5-fold cross-validation; options centers (100), missing (error, omit)';

-- Do I need the weights, and outcomes that have shifted.

CREATE TYPE measure_shift_coefficient AS (term integer, estimate float8, std_error float8, weighted float8, weighted_std_error float8);
COMMENT ON TYPE measure_shift_coefficient IS 'a coefficient without and with weights: term 0 is the intercept, the others are the covariates in the order of their columns; the error with weights is the sandwich one';

CREATE FUNCTION shift_regression(s measure_sample, response integer DEFAULT 1, options jsonb DEFAULT NULL)
	RETURNS SETOF measure_shift_coefficient
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 5;
COMMENT ON FUNCTION shift_regression(measure_sample, integer, jsonb) IS 'least squares of a column on the others, without and with the weights of the sample (importance weights, as of kernel_mean_matching; they are taken as known, so bootstrap both samples for honest errors); option missing (error, omit); no rows for too little data, 22000 for columns that depend on each other';

CREATE FUNCTION shift_regression_test(
	s measure_sample, target measure_sample DEFAULT NULL, response integer DEFAULT 1, options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION shift_regression_test(measure_sample, measure_sample, integer, jsonb) IS 'do both fits of shift_regression estimate the same line? F test of DuMouchel & Duncan (1983); if so the plain fit is the better one (Ge et al. 2024); details: df1, df2, effective (rows that the weights are worth), target_complexity (mean leverage of the rows of target, covariates alone, in units of 1/n: the number of coefficients without a shift), recommended (weighted where p <= 0.05); NULL where weights do not vary; option missing (error, omit)';

CREATE FUNCTION target_shift(source measure_sample, target measure_sample, alpha float8 DEFAULT 0.05, options jsonb DEFAULT NULL)
	RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 500;
COMMENT ON FUNCTION target_shift(measure_sample, measure_sample, float8, jsonb) IS 'weights of source rows (y, x) for a target of which x is known, where the law of y has shifted and that of x given y has not (ReTaSA, Kim et al. 2024), mean 1; alpha is the Tikhonov regularisation: 0.03 to 0.5, less for more rows; options x_bandwidth, y_bandwidth, target_bandwidth (1.06 sd n^(-1/5)), missing (error, omit); at most 5,000 source rows, 24 n^2 bytes, n^3 steps';

-- Known laws, and simulated rows with their random inputs.

CREATE FUNCTION mmd_law(
	s measure_sample, law text DEFAULT 'normal', parameters float8[] DEFAULT NULL, kernel text DEFAULT 'gaussian',
	bandwidth float8 DEFAULT NULL, missing text DEFAULT 'error'
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION mmd_law(measure_sample, text, float8[], text, float8, text) IS 'the MMD of a sample to a law (root of the V statistic), in closed form: no sample of the law is drawn; law normal or uniform, columns independent; parameters are mean and standard deviation, or the ends, for all columns or each; NULL: the normal law with the mean and covariance of s, or the uniform one on [0, 1]; rows are taken to the standard law first, bandwidth is in its units, NULL that of Henze & Zirkler (1990); kernel gaussian or laplace (the product over the columns), for the uniform law also matern32 and matern52, in one column energy; n^2 kernel values; NULL for too little data';

CREATE FUNCTION mmd_law_test(
	s measure_sample, law text DEFAULT 'normal', parameters float8[] DEFAULT NULL, kernel text DEFAULT 'gaussian',
	bandwidth float8 DEFAULT NULL, missing text DEFAULT 'error', replicates integer DEFAULT 999,
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION mmd_law_test(measure_sample, text, float8[], text, float8, text, integer, bigint, jsonb) IS 'does a sample follow a law? mmd_law against as many rows of the law, drawn `replicates` times, parameters estimated again where they were (BHEP test: Baringhaus & Henze 1988, Henze & Zirkler 1990); details: bandwidth, unbiased_square; replicates times n^2 kernel values; no options';

CREATE FUNCTION mmd_optimal(
	simulated measure_sample, observed measure_sample, inputs integer, law text DEFAULT 'uniform',
	kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, scale text DEFAULT 'none',
	options jsonb DEFAULT NULL
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION mmd_optimal(measure_sample, measure_sample, integer, text, text, float8, text, jsonb) IS 'the MMD of simulated to observed rows, where the first `inputs` columns of simulated are the random inputs that made its other columns: simulated rows are weighted by how the inputs cover their law (optimally weighted MMD, Bharti et al. 2023), by which the error of few runs of a smooth simulator falls by an order; law of each input uniform on [0, 1] or standard normal; options input_kernel (uniform: matern52, normal: gaussian), input_bandwidth, missing (error, omit), and those of kernels; at most 8 inputs and 20,000 simulated rows, 16 n^2 bytes';

CREATE FUNCTION mmd_optimal_interval(
	simulated measure_sample, observed measure_sample, inputs integer, law text DEFAULT 'uniform',
	kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, scale text DEFAULT 'none',
	level float8 DEFAULT 0.95, replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION mmd_optimal_interval(measure_sample, measure_sample, integer, text, text, float8, text, float8, integer, bigint, jsonb) IS 'the same with percentiles of a bootstrap of the observed rows; details: plain (equal weights), bandwidth, input_bandwidth, weights_sum, weights_absolute, weights_least, error and error_plain (worst case of a mean of a function of the inputs with norm 1), nugget, fallback (equal weights were taken, as the optimal ones would extrapolate); the options of mmd_optimal; 8 m^2 bytes more for m observed rows';

CREATE FUNCTION mmd_optimal_weights(
	simulated measure_sample, inputs integer, law text DEFAULT 'uniform', options jsonb DEFAULT NULL
) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 500;
COMMENT ON FUNCTION mmd_optimal_weights(measure_sample, integer, text, jsonb) IS 'the weights of mmd_optimal, which depend on the inputs alone: sum(weight * h) estimates the mean of any smooth output h (kernel quadrature); they may be negative and add up to about 1; options input_kernel, input_bandwidth, missing';
