-- Rows that stand for others, and weights that make one sample like another: kernel thinning, kernel mean
-- matching, optimally weighted distances. sample -> sample or (id, weight).

CREATE FUNCTION kernel_thin(
	s measure_sample, size integer, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	scale text DEFAULT 'sd', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kernel_thin(measure_sample, integer, text, float8, text, bigint, jsonb) IS '`size` rows that stand for all (kernel thinning, Dwivedi & Mackey 2024; above 20,000 rows Compress++, Shetty, Dwivedi & Mackey 2022): means of smooth functions over them are off by about 1/size, over random rows by 1/sqrt(size); with the ids of s, each row of weight (weight of s)/size, a row may come twice; rows are shuffled by the seed; bandwidth NULL is the median distance of the scaled rows; options method (auto, plain, compress), oversampling, split (target, power, plus), alpha, weights (equal, simplex), unique, delta, missing (error, omit), and those of kernels; a sample of at most `size` rows comes back whole, NULL for no complete row; n^2 kernel values, 200 bytes a row and 64 a number';

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
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1000;
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
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1000;
COMMENT ON FUNCTION kernel_mean_matching_double(measure_sample, measure_sample, text, float8, float8, text, jsonb) IS 'weights of both sides (double weighting, Segovia-Martin, Mazuelas & Liu 2023): target rows that the source cannot stand for get less than their own weight, source rows at most upper / sqrt(D); option spread is D, at least 1, by default 4, and the others are those of kernel_mean_matching; 8 (n + m)^2 bytes';

CREATE FUNCTION density_ratio(
	source measure_sample, target measure_sample, "at" measure_sample DEFAULT NULL, bandwidth float8 DEFAULT NULL,
	lambda float8 DEFAULT NULL, scale text DEFAULT 'sd', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1000;
COMMENT ON FUNCTION density_ratio(measure_sample, measure_sample, measure_sample, float8, float8, text, bigint, jsonb) IS 'the density of target over that of source at the rows of `at`, by default of source, by least squares with Gaussian bumps at target rows (uLSIF, Kanamori, Hido & Sugiyama 2009): weights without an n x n matrix, also for new rows; bandwidth and lambda NULL are chosen by 5-fold cross-validation; options centers (100), missing (error, omit)';
