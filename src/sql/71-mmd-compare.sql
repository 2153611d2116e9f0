-- Comparisons of two samples by kernels: D, D_interval and D_test with the same leading arguments; independence within one.

CREATE FUNCTION mmd(
	a measure_sample, b measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, scale text DEFAULT 'none',
	missing text DEFAULT 'error'
) RETURNS float8
	AS 'MODULE_PATHNAME', 'mmd_samples' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION mmd(measure_sample, measure_sample, text, float8, text, text) IS 'maximum mean discrepancy (Gretton et al. 2012), the root of the biased estimate, 0 for equal samples: kernel gaussian exp(-r^2 / (2 s^2)), laplace exp(-r / s), imq (1 + r^2 / s^2)^(-1/2), matern32, matern52, energy -r, polynomial (x.y + 1)^3; s is the bandwidth, NULL the median distance of the rows of both; (n + m)^2 / 2 kernel values and memory of the samples alone, in one column n log n for laplace, matern and energy; weights are frequencies; NULL when a sample is empty';

CREATE FUNCTION mmd_interval(
	a measure_sample, b measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, scale text DEFAULT 'none',
	missing text DEFAULT 'error', level float8 DEFAULT 0.95, method text DEFAULT 'auto', exchange text DEFAULT 'rows',
	replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'mmd_samples_interval' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION mmd_interval(
	measure_sample, measure_sample, text, float8, text, text, float8, text, text, integer, bigint, jsonb
) IS 'mmd with an interval for samples that differ: asymptotic, of the unbiased square, its ends then rooted, which auto takes with exchange rows; else bootstrap percentiles; not a test: where the laws are the same neither holds; details: bandwidth, squared (unbiased) and its error; options bandwidths, degree, offset, exponent, weights (frequency or importance)';

CREATE FUNCTION mmd_squared(
	a measure_sample, b measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL,
	estimator text DEFAULT 'unbiased', scale text DEFAULT 'none', missing text DEFAULT 'error', seed bigint DEFAULT 0
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION mmd_squared(measure_sample, measure_sample, text, float8, text, text, text, bigint) IS 'the square: estimator unbiased (may be negative; NULL when a sample has one row), biased, linear or block, which look at n and n^1.5 pairs of rows in an order that the seed shuffles';

CREATE FUNCTION energy_distance(a measure_sample, b measure_sample, scale text DEFAULT 'none', missing text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION energy_distance(measure_sample, measure_sample, text, text) IS '2 E|X - Y| - E|X - X''| - E|Y - Y''| (Szekely & Rizzo 2013), not its root; in one column 2 int (F - G)^2, n log n';

CREATE FUNCTION energy_distance_interval(
	a measure_sample, b measure_sample, scale text DEFAULT 'none', missing text DEFAULT 'error', level float8 DEFAULT 0.95,
	method text DEFAULT 'auto', exchange text DEFAULT 'rows', replicates integer DEFAULT 999, seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION energy_distance_interval(
	measure_sample, measure_sample, text, text, float8, text, text, integer, bigint, jsonb
) IS 'energy_distance with an interval, as mmd_interval; options exponent, weights';

CREATE FUNCTION median_distance(s measure_sample, metric text DEFAULT 'euclidean', scale text DEFAULT 'none', seed bigint DEFAULT 0) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION median_distance(measure_sample, text, text, bigint) IS 'median distance of two rows: of all pairs up to 2,000 rows, else of 20,000 pairs, whose median is the quantile 0.5 +- 0.007; where it is 0, that of rows that are apart; metric euclidean; NULL below 2 rows';
CREATE FUNCTION mmd_test(
	a measure_sample, b measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, scale text DEFAULT 'none',
	missing text DEFAULT 'error', method text DEFAULT 'permutation', exchange text DEFAULT 'rows', replicates integer DEFAULT 999,
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME', 'mmd_samples_test' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION mmd_test(
	measure_sample, measure_sample, text, float8, text, text, text, text, integer, bigint, jsonb
) IS 'are two samples of one law? method permutation (exact; exchange rows, pairs, clusters, strata), gamma (its first two moments exactly, no random numbers), cross (one split, no permutations; Shekhar et al. 2022) or aggregated (gaussian and laplace at 10 bandwidths each, Schrab et al. 2023); a bandwidth of NULL comes from all rows and spoils nothing; options as mmd_interval';

CREATE FUNCTION energy_distance_test(
	a measure_sample, b measure_sample, scale text DEFAULT 'none', missing text DEFAULT 'error', method text DEFAULT 'permutation',
	exchange text DEFAULT 'rows', replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION energy_distance_test(
	measure_sample, measure_sample, text, text, text, text, integer, bigint, jsonb
) IS 'are two samples of one law? As mmd_test; method permutation or gamma; options exponent, weights';

-- Independence within a sample.

CREATE FUNCTION hsic(s measure_sample, first integer, kernel text DEFAULT 'gaussian', bandwidth float8[] DEFAULT NULL, scale text DEFAULT 'sd') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION hsic(measure_sample, integer, text, float8[], text) IS 'dependence of the first columns and the others (Gretton et al. 2005), biased: 0 when they are independent, in any way; bandwidth of both blocks, NULL their median distances; kernel energy gives the square of the distance covariance (Szekely, Rizzo & Bakirov 2007); 2 n^2 kernel values, memory of the sample alone; gaps are an error; NULL for no rows';

CREATE FUNCTION hsic_test(
	s measure_sample, first integer, kernel text DEFAULT 'gaussian', bandwidth float8[] DEFAULT NULL, scale text DEFAULT 'sd',
	method text DEFAULT 'gamma', replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION hsic_test(
	measure_sample, integer, text, float8[], text, text, integer, bigint, jsonb
) IS 'are the first columns independent of the others? method gamma (the first two moments of all permutations, exactly) or permutation; details: unbiased (Song et al. 2012), correlation (of energy the square of dCor), unbiased_correlation; n_b is NULL; options degree, offset, exponent';
-- All pairs of samples. Parts of the aggregate are not STRICT and do not trust their state.

-- @for ID
CREATE FUNCTION mmd_matrix_append(state bytea, @ID@, s measure_sample) RETURNS bytea
	AS 'MODULE_PATHNAME', 'sample_mmd_matrix_append_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION mmd_matrix_append(state bytea, @ID@, s measure_sample) IS 'part of the aggregate mmd_matrix: one sample';
-- @end
CREATE FUNCTION sample_mmd_matrix_merge(state bytea, v bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sample_mmd_matrix_merge(bytea, bytea) IS 'part of the aggregate mmd_matrix of samples: samples of v into the state';
CREATE FUNCTION sample_mmd_matrix_final(state bytea) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION sample_mmd_matrix_final(bytea) IS 'part of the aggregate mmd_matrix of samples: compares all pairs';
-- @for ID
CREATE AGGREGATE mmd_matrix(@ID@, s measure_sample) (
	SFUNC = mmd_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = sample_mmd_matrix_merge,
	FINALFUNC = sample_mmd_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE mmd_matrix(@ID@, s measure_sample) IS 'mmd(a, b) of all pairs of samples under one gaussian kernel, whose bandwidth is the median distance of all their rows: for kmedoids_fit and dissimilarity_nearest. Ids are unique; empty samples are left out, gaps are an error; N^2 / 2 kernel values for N rows in all, memory of the rows; other kernels and units: mmd_matrix of kernel means';
-- @end
