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
