-- Transport: quantile sketches (measure_kll), and answers of samples on a line and in space.

COMMENT ON TYPE measure_kll IS 'quantile sketch of numbers: exact up to about 200 rows, beyond that ranks within 1.7 % at accuracy 200; 6 kB whatever the number of rows, in general 80 bytes and about 30 an accuracy';

CREATE TYPE measure_kll_info AS (
	n bigint, weight float8, accuracy integer, rank_error float8, exact boolean, min float8, max float8, items integer,
	bytes integer, seed bigint
);
COMMENT ON TYPE measure_kll_info IS 'what a quantile sketch holds: rows of weight above 0, their weight, accuracy, the greatest error of a rank (of 1) that 99 of 100 sketches keep, whether every row is held, the exact least and greatest number, numbers held, bytes, seed';

-- Parts of the aggregates. State and value are one type; no part is STRICT or trusts its state.

CREATE FUNCTION kll_append(state measure_kll, value float8) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION kll_append(measure_kll, float8) IS 'part of the aggregate kll';
CREATE FUNCTION kll_append_like(state measure_kll, template measure_kll, value float8) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION kll_append_like(measure_kll, measure_kll, float8) IS 'part of the aggregate kll_like';
CREATE FUNCTION kll_append_weighted(state measure_kll, weight float8, value float8) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION kll_append_weighted(measure_kll, float8, float8) IS 'part of the aggregate kll_weighted';
CREATE FUNCTION kll_append_weighted_like(state measure_kll, template measure_kll, weight float8, value float8) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION kll_append_weighted_like(measure_kll, measure_kll, float8, float8) IS 'part of the aggregate kll_weighted_like';

CREATE FUNCTION kll_merge(state measure_kll, q measure_kll) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION kll_merge(measure_kll, measure_kll) IS 'part of the aggregates: q into the state';

CREATE FUNCTION kll_final(state measure_kll) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION kll_final(measure_kll) IS 'part of the aggregates: the state without its free space';

-- Aggregates. A state grows to 6 kB at accuracy 200, in steps of powers of two from 512 bytes.

CREATE AGGREGATE kll(value float8) (
	SFUNC = kll_append, STYPE = measure_kll, SSPACE = 8192, FINALFUNC = kll_final, COMBINEFUNC = kll_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kll(value float8) IS 'quantile sketch of the rows, accuracy 200, seed 0; NULL is skipped, NaN and infinity are errors. Ranks keep their bound in any order and plan, the bytes do not (Karnin, Lang & Liberty 2016)';
CREATE AGGREGATE kll_like(template measure_kll, value float8) (
	SFUNC = kll_append_like, STYPE = measure_kll, SSPACE = 8192, FINALFUNC = kll_final, COMBINEFUNC = kll_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kll_like(template measure_kll, value float8) IS 'the same with accuracy and seed of the template, as in kll_like(kll_empty(accuracy => 800), x); what the template holds does not count. Another template in a later row is an error';
CREATE AGGREGATE kll_weighted(weight float8, value float8) (
	SFUNC = kll_append_weighted, STYPE = measure_kll, SSPACE = 8192, FINALFUNC = kll_final, COMBINEFUNC = kll_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kll_weighted(weight float8, value float8) IS 'quantile sketch of rows with weights: 0 (left out) or 1e-150 to 1e150; a whole weight stands for repeated rows. Weights are kept to 17 binary digits';
CREATE AGGREGATE kll_weighted_like(template measure_kll, weight float8, value float8) (
	SFUNC = kll_append_weighted_like, STYPE = measure_kll, SSPACE = 8192, FINALFUNC = kll_final, COMBINEFUNC = kll_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kll_weighted_like(template measure_kll, weight float8, value float8) IS 'the same with accuracy and seed of the template';
CREATE AGGREGATE kll_union(q measure_kll) (
	SFUNC = kll_merge, STYPE = measure_kll, SSPACE = 8192, FINALFUNC = kll_final, COMBINEFUNC = kll_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kll_union(q measure_kll) IS 'sketch of all rows of several sketches, within the same bound; sketches of different accuracy, and weighted ones with unweighted ones, are an error (22000)';

CREATE FUNCTION kll_concat(a measure_kll, b measure_kll) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION kll_concat(measure_kll, measure_kll) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = measure_kll, RIGHTARG = measure_kll, FUNCTION = kll_concat);
COMMENT ON OPERATOR || (measure_kll, measure_kll) IS 'sketch of the rows of both';

CREATE FUNCTION kll_empty(accuracy integer DEFAULT 200, seed bigint DEFAULT 0) RETURNS measure_kll
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION kll_empty(integer, bigint) IS 'sketch of no row: the template of kll_like. accuracy from 8 to 4096: ranks within 2.446 / accuracy^0.9433 (0.0165 at 200, 0.0045 at 800), about 3 accuracy numbers of 8 bytes';

-- Answers.

CREATE FUNCTION kll_quantile(q measure_kll, p float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION kll_quantile(measure_kll, float8) IS 'the least x held with P(X <= x) >= p, as sample_quantile; its rank is off by rank_error of kll_info at most; p = 0 and 1 give the exact extremes. NULL for an empty sketch';
CREATE FUNCTION kll_quantile(q measure_kll, p float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'kll_quantiles' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION kll_quantile(measure_kll, float8[]) IS 'several quantiles at once';
CREATE FUNCTION kll_cdf(q measure_kll, x float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION kll_cdf(measure_kll, float8) IS 'the share of weight at or below x, within rank_error of kll_info; NULL for an empty sketch';

CREATE FUNCTION wasserstein(a measure_kll, b measure_kll, p float8 DEFAULT 1) RETURNS float8
	AS 'MODULE_PATHNAME', 'kll_wasserstein' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION wasserstein(measure_kll, measure_kll, float8) IS 'W_p of the rows that two sketches stand for, p from 1 to infinity, in the unit of the rows; accuracies may differ. NULL for an empty sketch. wasserstein_error tells how far it may be off';
CREATE FUNCTION wasserstein_error(a measure_kll, b measure_kll, p float8 DEFAULT 1) RETURNS float8
	AS 'MODULE_PATHNAME', 'kll_wasserstein_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION wasserstein_error(measure_kll, measure_kll, float8) IS 'how far wasserstein(a, b, p) may be from that of all rows: (e_a^(1/p) + e_b^(1/p)) times the range of both, e being rank_error; 0 for two exact sketches. The worst case; typical errors are far smaller';

CREATE FUNCTION kll_info(q measure_kll) RETURNS measure_kll_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kll_info(measure_kll) IS 'rows, weight, accuracy, the bound of its ranks, whether it is exact, extremes, size';

CREATE FUNCTION summary(v measure_kll) RETURNS text
	AS 'MODULE_PATHNAME', 'kll_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_kll) IS 'the sketch as a person wants to read it: rows, bound, quantiles';
