-- Kernels: random features (measure_kernel_features), means of rows under them (measure_kernel_mean), and their MMD.

COMMENT ON TYPE measure_kernel_features IS 'random Fourier features of a kernel: what their frequencies are drawn from, 48 bytes and 8 a column; the parameter of kernel_mean';
COMMENT ON TYPE measure_kernel_mean IS 'mean of any number of rows under random features: the sum of cosines and of sines at each frequency, 16 bytes a feature (16 kB at 1024); merges, and two of the same features have an MMD';

CREATE TYPE measure_kernel_info AS (
	kernel text, bandwidth float8, features integer, d integer, scale float8[], seed bigint, n bigint, omitted bigint
);
COMMENT ON TYPE measure_kernel_info IS 'kernel, bandwidth in scaled units, number of frequencies, columns, what each column is divided by, seed; of a kernel mean its rows and those left out for a NULL element';

CREATE FUNCTION kernel_features(
	d integer, bandwidth float8, kernel text DEFAULT 'gaussian', features integer DEFAULT 1024, scale float8[] DEFAULT NULL,
	seed bigint DEFAULT 0
) RETURNS measure_kernel_features
	AS 'MODULE_PATHNAME', 'kernel_features_columns' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_features(integer, float8, text, integer, float8[], bigint) IS 'random Fourier features (Rahimi & Recht 2007) for rows of d columns, each divided by its scale (1 where that is NULL): kernel gaussian, laplace, imq, matern32 or matern52, bandwidth in scaled units; frequencies in orthogonal blocks (Yu et al. 2016), a function of the arguments alone; the error of an MMD falls with the root of features (1 .. 65536)';

CREATE FUNCTION kernel_features(
	s measure_sample, kernel text DEFAULT 'gaussian', bandwidth float8 DEFAULT NULL, features integer DEFAULT 1024,
	scale text DEFAULT 'sd', seed bigint DEFAULT 0
) RETURNS measure_kernel_features
	AS 'MODULE_PATHNAME', 'kernel_features_sample' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION kernel_features(measure_sample, text, float8, integer, text, bigint) IS 'the same with scale and bandwidth learnt from rows: scale none, sd, mad or range of each column (1 where a column has none, so that a later change of it counts), bandwidth the median distance of scaled rows where it is NULL (of 20000 pairs above 2000 rows); rows with a NULL element are left out; NULL without a row, or when all are equal and the bandwidth is to be chosen. The sample fixes the unit once: keep the features, not the sample';

CREATE FUNCTION kernel_features_info(f measure_kernel_features) RETURNS measure_kernel_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_features_info(measure_kernel_features) IS 'what the features are of; n and omitted are NULL';

CREATE FUNCTION summary(v measure_kernel_features) RETURNS text
	AS 'MODULE_PATHNAME', 'kernel_features_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_kernel_features) IS 'the features for people';

-- Parts of the aggregates. State and value are one type; no part is STRICT or trusts its state.

-- @for ROWS
CREATE FUNCTION kernel_mean_append(state measure_kernel_mean, f measure_kernel_features, @ROWS@) RETURNS measure_kernel_mean
	AS 'MODULE_PATHNAME', 'kernel_mean_append_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_append(measure_kernel_mean, measure_kernel_features, @ROWS@) IS 'part of the aggregate kernel_mean';
-- @end

CREATE FUNCTION kernel_mean_merge(state measure_kernel_mean, m measure_kernel_mean) RETURNS measure_kernel_mean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_merge(measure_kernel_mean, measure_kernel_mean) IS 'part of the aggregates: m into the state';

CREATE FUNCTION kernel_mean_final(state measure_kernel_mean) RETURNS measure_kernel_mean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_final(measure_kernel_mean) IS 'part of the aggregates: the state without the rows that wait in it';

-- The aggregates.

-- @for ROWS
CREATE AGGREGATE kernel_mean(f measure_kernel_features, @ROWS@) (
	SFUNC = kernel_mean_append, STYPE = measure_kernel_mean, SSPACE = 20480, FINALFUNC = kernel_mean_final,
	COMBINEFUNC = kernel_mean_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kernel_mean(f measure_kernel_features, @ROWS@) IS 'the mean embedding of rows under the features f, 16 bytes a feature for any number of rows; parts merge; NULL rows are skipped, a row with a NULL element is counted and left out; 22023 when f changes between rows, 22000 for NaN, infinity and elements beyond 2^32 bandwidths; about 1 ns a row and feature; the order of rows matters in the last digits';
-- @end

CREATE AGGREGATE kernel_mean_union(m measure_kernel_mean) (
	SFUNC = kernel_mean_merge, STYPE = measure_kernel_mean, SSPACE = 20480, FINALFUNC = kernel_mean_final,
	COMBINEFUNC = kernel_mean_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kernel_mean_union(m measure_kernel_mean) IS 'kernel means of parts of the rows as one; 22023 for means of different features';

CREATE FUNCTION kernel_mean_concat(a measure_kernel_mean, b measure_kernel_mean) RETURNS measure_kernel_mean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_concat(measure_kernel_mean, measure_kernel_mean) IS 'implementation of the || operator';

CREATE OPERATOR || (LEFTARG = measure_kernel_mean, RIGHTARG = measure_kernel_mean, FUNCTION = kernel_mean_concat, COMMUTATOR = ||);
COMMENT ON OPERATOR || (measure_kernel_mean, measure_kernel_mean) IS 'the kernel mean of the rows of both';

CREATE FUNCTION kernel_mean_info(e measure_kernel_mean) RETURNS measure_kernel_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_info(measure_kernel_mean) IS 'what the mean is of: features, rows, rows left out for a NULL element';

CREATE FUNCTION summary(v measure_kernel_mean) RETURNS text
	AS 'MODULE_PATHNAME', 'kernel_mean_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_kernel_mean) IS 'the kernel mean for people';

-- Comparisons without the rows.

CREATE FUNCTION mmd(a measure_kernel_mean, b measure_kernel_mean) RETURNS float8
	AS 'MODULE_PATHNAME', 'kernel_mean_mmd' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION mmd(measure_kernel_mean, measure_kernel_mean) IS 'maximum mean discrepancy of two kernel means of the same features: the root of V, whose mean over the draw of frequencies is V of the rows; a metric for given features; NULL when either has no rows; 22023 when the features differ, and the detail says in what';

CREATE FUNCTION mmd_interval(a measure_kernel_mean, b measure_kernel_mean, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'kernel_mean_mmd_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION mmd_interval(measure_kernel_mean, measure_kernel_mean, float8) IS 'the same with the error of having drawn finitely many frequencies, about the MMD of these very rows: normal, by the spread between blocks of orthogonal frequencies, or below 30 blocks on the safe side by that of single ones; details: squared (V) with its standard error and a certain bound (Hoeffding), unbiased (U, without what the rows have in common with themselves), bandwidth, features';

CREATE FUNCTION mmd_test(a measure_kernel_mean[], b measure_kernel_mean[], replicates integer DEFAULT 999, seed bigint DEFAULT 0) RETURNS measure_test
	AS 'MODULE_PATHNAME', 'kernel_mean_mmd_test' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION mmd_test(measure_kernel_mean[], measure_kernel_mean[], integer, bigint) IS 'do the kernel means of a and those of b come from one law? MMD between the mean of either, each kernel mean counting once, under permutation of whole kernel means: all splits where there are no more than replicates; no rows are needed, and days of rows that hang together may be such wholes; at 4 and 4 the least p is 2/70; NULL and empty means are left out; n_a and n_b are rows';

-- @for ID
CREATE FUNCTION mmd_matrix_append(state bytea, @ID@, m measure_kernel_mean) RETURNS bytea
	AS 'MODULE_PATHNAME', 'kernel_mean_matrix_append_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION mmd_matrix_append(state bytea, @ID@, m measure_kernel_mean) IS 'part of the aggregate mmd_matrix: one row';
-- @end
CREATE FUNCTION kernel_mean_matrix_merge(state bytea, v bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kernel_mean_matrix_merge(bytea, bytea) IS 'part of the aggregate mmd_matrix of kernel means: rows of v into the state';
CREATE FUNCTION kernel_mean_matrix_final(state bytea) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION kernel_mean_matrix_final(bytea) IS 'part of the aggregate mmd_matrix of kernel means: compares all pairs';
-- @for ID
CREATE AGGREGATE mmd_matrix(@ID@, m measure_kernel_mean) (
	SFUNC = mmd_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = kernel_mean_matrix_merge,
	FINALFUNC = kernel_mean_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE mmd_matrix(@ID@, m measure_kernel_mean) IS 'mmd(a, b) of all pairs of kernel means, by id: for kmedoids_fit and dissimilarity_nearest. Ids are unique; rows without a mean or with an empty one are left out. n (n - 1) / 2 distances in 4 bytes each; 1 us each at 1024 features';
-- @end
