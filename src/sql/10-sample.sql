-- measure_sample: an empirical measure, n rows of d columns, with weights, ids, gaps and mixed
-- columns where asked for. rows -> sample -> answer.

COMMENT ON TYPE measure_sample IS 'an empirical measure: n rows of d columns with optional weights, ids, gaps (NULL elements) and mixed columns; canonical, so that equal multisets of rows have equal bytes';
COMMENT ON TYPE measure_mixed IS 'one row of mixed kinds: numbers, text, booleans, NULL; text form is a JSON array';

-- A row of mixed kinds.

CREATE FUNCTION mixed(VARIADIC "any") RETURNS measure_mixed
	AS 'MODULE_PATHNAME', 'measure_mixed_make' LANGUAGE C STABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION mixed(VARIADIC "any") IS 'one row of mixed kinds, as in sample(mixed(age, city, member)): numbers; text and enums, which are nominal; booleans; NULL is a gap';

-- Parts of the aggregates. State and value are one type; no part is STRICT or trusts its state.

-- @for ROWS ARRAYS MIXED
CREATE FUNCTION sample_append(state measure_sample, @ROWS@) RETURNS measure_sample
	AS 'MODULE_PATHNAME', 'sample_append_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION sample_append(measure_sample, @ROWS@) IS 'part of the aggregate sample';
-- @end

-- @for ROWS MIXED
CREATE FUNCTION sample_append_weighted(state measure_sample, weight float8, @ROWS@) RETURNS measure_sample
	AS 'MODULE_PATHNAME', 'sample_append_weighted_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION sample_append_weighted(measure_sample, float8, @ROWS@) IS 'part of the aggregate sample_weighted';
-- @for ID
CREATE FUNCTION sample_append_keyed(state measure_sample, @ID@, @ROWS@) RETURNS measure_sample
	AS 'MODULE_PATHNAME', 'sample_append_keyed_@ID:c@_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION sample_append_keyed(measure_sample, @ID@, @ROWS@) IS 'part of the aggregate sample_keyed';
CREATE FUNCTION sample_append_keyed_weighted(state measure_sample, @ID@, weight float8, @ROWS@) RETURNS measure_sample
	AS 'MODULE_PATHNAME', 'sample_append_keyed_weighted_@ID:c@_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION sample_append_keyed_weighted(measure_sample, @ID@, float8, @ROWS@) IS 'part of the aggregate sample_keyed_weighted';
CREATE FUNCTION subsample_append(state measure_sample, @ID@, size integer, @ROWS@) RETURNS measure_sample
	AS 'MODULE_PATHNAME', 'subsample_append_@ID:c@_@ROWS:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION subsample_append(measure_sample, @ID@, integer, @ROWS@) IS 'part of the aggregate subsample';
-- @end
-- @end

CREATE FUNCTION sample_merge(state measure_sample, s measure_sample) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sample_merge(measure_sample, measure_sample) IS 'part of the aggregates: rows of s into the state';
CREATE FUNCTION sample_final(state measure_sample) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sample_final(measure_sample) IS 'part of the aggregates: the state as a value';
CREATE FUNCTION subsample_final(state measure_sample) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION subsample_final(measure_sample) IS 'part of the aggregate subsample: the rows drawn as a value';

-- Aggregates. Growing states are PARALLEL RESTRICTED: sending rows through queues costs more than
-- it gains (5.1 s against 1.2 s at 10 million rows); the scan below goes parallel all the same.
-- SSPACE is larger than a state of most groups, so that hash aggregation does not overfill memory.

-- @for ROWS ARRAYS MIXED
CREATE AGGREGATE sample(@ROWS@) (
	SFUNC = sample_append, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = sample_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE sample(@ROWS@) IS 'the rows as one value; a NULL row is skipped, a NULL element is kept as a gap, NaN and infinity are errors; 8 bytes a number, at most pgmeasure.max_memory';
-- @end

-- @for ROWS MIXED
CREATE AGGREGATE sample_weighted(weight float8, @ROWS@) (
	SFUNC = sample_append_weighted, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = sample_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE sample_weighted(weight float8, @ROWS@) IS 'the rows with weights, finite and at least 0; an integer weight stands for repeated rows';
-- @for ID
CREATE AGGREGATE sample_keyed(@ID@, @ROWS@) (
	SFUNC = sample_append_keyed, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = sample_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE sample_keyed(@ID@, @ROWS@) IS 'the rows with their ids, not NULL; ids may repeat';
CREATE AGGREGATE sample_keyed_weighted(@ID@, weight float8, @ROWS@) (
	SFUNC = sample_append_keyed_weighted, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = sample_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE sample_keyed_weighted(@ID@, weight float8, @ROWS@) IS 'the rows with their ids and weights';
CREATE AGGREGATE subsample(@ID@, size integer, @ROWS@) (
	SFUNC = subsample_append, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = subsample_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE subsample(@ID@, size integer, @ROWS@) IS 'the `size` rows whose ids have the least hash, each of weight rows seen / rows kept; memory for 2 size rows, the same rows under any plan';
-- @end
-- @end

CREATE AGGREGATE sample_union(s measure_sample) (
	SFUNC = sample_merge, STYPE = measure_sample, SSPACE = 65536, COMBINEFUNC = sample_merge,
	FINALFUNC = sample_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE sample_union(s measure_sample) IS 'all rows of several samples; a weighted and an unweighted one meet with weight 1; different columns or ids are errors';

CREATE FUNCTION sample_concat(a measure_sample, b measure_sample) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sample_concat(measure_sample, measure_sample) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = measure_sample, RIGHTARG = measure_sample, FUNCTION = sample_concat, COMMUTATOR = ||);
COMMENT ON OPERATOR || (measure_sample, measure_sample) IS 'the rows of both samples';

-- Answers.

CREATE FUNCTION sample_info(s measure_sample) RETURNS measure_sample_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_info(measure_sample) IS 'rows, weight, columns, distinct rows, rows with a gap, whether keyed, kinds of columns, bytes';

CREATE FUNCTION sample_n(s measure_sample) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION sample_n(measure_sample) IS 'number of rows';

CREATE FUNCTION sample_rows(s measure_sample) RETURNS SETOF measure_point
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION sample_rows(measure_sample) IS 'the rows in canonical order; the id is NULL without ids, the weight 1 without weights; a mixed row stands whole in "mixed", and its text elements are NULL in x';

CREATE FUNCTION sample_marginal(s measure_sample, dims integer[]) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_marginal(measure_sample, integer[]) IS 'the sample of the columns dims, from 1, each at most once; ids and weights stay';

CREATE FUNCTION sample_columns(s measure_sample, names text[] DEFAULT NULL) RETURNS SETOF measure_column
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION sample_columns(measure_sample, text[]) IS 'what each column looks like; sd has divisor n - 1, quartiles are of type 1 (inverted distribution function); text columns have n and missing alone';

CREATE FUNCTION sample_quantile(s measure_sample, p float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_quantile(measure_sample, float8) IS 'the least x with P(X <= x) >= p, as percentile_disc and R''s type 1; one column, gaps left out, p in [0, 1]';
CREATE FUNCTION sample_quantile(s measure_sample, p float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'sample_quantiles' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_quantile(measure_sample, float8[]) IS 'several quantiles at once';

CREATE FUNCTION sample_quantile_interval(s measure_sample, p float8, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_quantile_interval(measure_sample, float8, float8) IS 'distribution-free interval of a quantile from order statistics (Hahn & Meeker 1991), at least `level` coverage; bounds are NULL when there are too few rows';

CREATE FUNCTION sample_cdf(s measure_sample, x float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION sample_cdf(measure_sample, float8) IS 'the share of weight at or below x; one column, gaps left out';

CREATE FUNCTION sample_histogram(s measure_sample, bins integer DEFAULT NULL, lo float8 DEFAULT NULL, hi float8 DEFAULT NULL)
	RETURNS SETOF measure_bin
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 30;
COMMENT ON FUNCTION sample_histogram(measure_sample, integer, float8, float8) IS 'bins of equal width over [lo, hi], by default the range of the data; bins NULL: Freedman & Diaconis (1981); what lies outside is not counted';

CREATE FUNCTION sample_curve(s measure_sample, kind text DEFAULT 'cdf', points integer DEFAULT 200) RETURNS SETOF measure_curve
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 200;
COMMENT ON FUNCTION sample_curve(measure_sample, text, integer) IS 'a chart of each column: kind is cdf, quantile (x is p) or density (Gaussian kernel, Silverman''s bandwidth); series x1, x2 ...';

CREATE FUNCTION summary(v measure_sample) RETURNS text
	AS 'MODULE_PATHNAME', 'sample_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_sample) IS 'the sample as a person wants to read it; the first 50 columns';
