-- measure_moments: count, weight, mean and scatter of rows. rows -> moments -> answer.

COMMENT ON TYPE measure_moments IS 'count, weight, mean and scatter of rows: all that covariance, correlation, principal axes and Mahalanobis distance need; 48 + 16 d + 4 d (d + 1) bytes for d columns, at most 8192';

-- Parts of the aggregates. State and value are one type; no part is STRICT or trusts its state.

-- @for ROWS ARRAYS
CREATE FUNCTION moments_append(state measure_moments, @ROWS@) RETURNS measure_moments
	AS 'MODULE_PATHNAME', 'moments_append_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION moments_append(measure_moments, @ROWS@) IS 'part of the aggregate moments';
-- @end

-- @for ROWS
CREATE FUNCTION moments_append_weighted(state measure_moments, weight float8, @ROWS@) RETURNS measure_moments
	AS 'MODULE_PATHNAME', 'moments_append_weighted_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION moments_append_weighted(measure_moments, float8, @ROWS@) IS 'part of the aggregate moments_weighted';
-- @end

CREATE FUNCTION moments_merge(state measure_moments, m measure_moments) RETURNS measure_moments
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION moments_merge(measure_moments, measure_moments) IS 'part of the aggregates: m into the state';

-- Aggregates. The state has a fixed size and is the value: there is no final function. SSPACE is
-- that of five columns.

-- @for ROWS ARRAYS
CREATE AGGREGATE moments(@ROWS@) (
	SFUNC = moments_append, STYPE = measure_moments, SSPACE = 256, COMBINEFUNC = moments_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE moments(@ROWS@) IS 'count, mean and scatter of the rows; a NULL row is skipped, a row with a NULL element is counted and left out, NaN, infinity and another number of columns are errors; the order of rows matters to 1e-12 at most (Welford 1962; Chan, Golub & LeVeque 1979)';
-- @end

-- @for ROWS
CREATE AGGREGATE moments_weighted(weight float8, @ROWS@) (
	SFUNC = moments_append_weighted, STYPE = measure_moments, SSPACE = 256, COMBINEFUNC = moments_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE moments_weighted(weight float8, @ROWS@) IS 'the same of rows with weights, finite and at least 0; an integer weight stands for repeated rows';
-- @end

CREATE AGGREGATE moments_union(m measure_moments) (
	SFUNC = moments_merge, STYPE = measure_moments, SSPACE = 256, COMBINEFUNC = moments_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE moments_union(m measure_moments) IS 'moments of all rows of several moments; different numbers of columns are an error';

CREATE FUNCTION moments_concat(a measure_moments, b measure_moments) RETURNS measure_moments
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION moments_concat(measure_moments, measure_moments) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = measure_moments, RIGHTARG = measure_moments, FUNCTION = moments_concat);
COMMENT ON OPERATOR || (measure_moments, measure_moments) IS 'moments of the rows of both';

-- Answers. Variances have divisor n - 1, with weights W - 1.

CREATE FUNCTION moments_info(m measure_moments) RETURNS measure_sample_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION moments_info(measure_moments) IS 'complete rows n, their weight, columns d, rows left out as incomplete, bytes; distinct_rows is NULL, it is not known';

CREATE FUNCTION moments_columns(m measure_moments, names text[] DEFAULT NULL) RETURNS SETOF measure_moment
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION moments_columns(measure_moments, text[]) IS 'mean, sd (divisor n - 1) and standard error sd / sqrt(n) of each column, in its unit; n is the weight; sd is NULL unless n > 1';

CREATE FUNCTION moments_matrix(m measure_moments, kind text DEFAULT 'covariance') RETURNS SETOF measure_entry
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION moments_matrix(measure_moments, text) IS 'all d x d entries. kind: covariance (divisor n - 1), correlation (NULL beside a constant column), partial (correlation of two columns given all others; 22000 when columns depend on each other); NULL values when there are too few rows: n <= 1, for partial n <= d';

CREATE FUNCTION moments_pca(m measure_moments, scale text DEFAULT 'sd') RETURNS SETOF measure_axis
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION moments_pca(measure_moments, text) IS 'principal axes, the largest variance first: loading is a unit vector whose largest entry is positive, share adds up to 1. scale: sd, the axes of the correlation matrix (a constant column is an error, 22000), or none, of the covariance matrix. No rows when n <= 1. O(d^3)';

-- Scores of rows. The moments are unpacked once a call site. NULL for a row with a NULL element.

-- @for ROWS
CREATE FUNCTION moments_mahalanobis(m measure_moments, @ROWS@) RETURNS float8
	AS 'MODULE_PATHNAME', 'moments_mahalanobis_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION moments_mahalanobis(measure_moments, @ROWS@) IS 'distance of the row from the mean in standard deviations, correlation counted: sqrt((x - mean)'' S^-1 (x - mean)), the root of R''s mahalanobis. NULL when n <= d; 22000 when a column is constant or depends on others';
CREATE FUNCTION moments_standardise(m measure_moments, @ROWS@) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'moments_standardise_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION moments_standardise(measure_moments, @ROWS@) IS '(x - mean) / sd of each column. NULL when n <= 1; 22000 when a column is constant';
-- @end

CREATE FUNCTION moments_project(m measure_moments, x float8[], components integer DEFAULT 2, scale text DEFAULT 'sd') RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION moments_project(measure_moments, float8[], integer, text) IS 'coordinates of the centred row (scale sd: standardised) on the first components of moments_pca, at most d; errors as there. NULL when n <= 1';

CREATE FUNCTION summary(v measure_moments) RETURNS text
	AS 'MODULE_PATHNAME', 'moments_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_moments) IS 'the moments as a person wants to read them: mean, sd and standard error of each column, correlations of up to 10';
