-- Transport: quantile sketches (measure_kll), and answers of samples on a line and in space.

COMMENT ON TYPE measure_kll IS 'quantile sketch of numbers: exact up to about 200 rows, beyond that ranks within 1.7 % at accuracy 200; 6 kB whatever the number of rows, in general 24 bytes an accuracy and 1 kB';

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

-- Samples on a line: what moved, by how much, of what kind.

CREATE TYPE measure_shift AS (p float8, a float8, b float8, shift float8);
COMMENT ON TYPE measure_shift IS 'a quantile of two samples, in the unit of the column; shift is b - a';

CREATE TYPE measure_flow AS (i text, j text, mass float8, cost float8);
COMMENT ON TYPE measure_flow IS 'a part of an optimal plan: from row i of the first sample to row j of the second; mass is of 1, cost is mass times |x - y|^p';

CREATE TYPE measure_wasserstein_parts AS (
	distance float8, location float8, size float8, shape float8, location_share float8, size_share float8, shape_share float8
);
COMMENT ON TYPE measure_wasserstein_parts IS 'W_2, and the parts of its square, in squared units: location is (mean - mean)^2, size (sd - sd)^2 with divisor n, shape the rest; shares add up to 1 and are NULL when the samples are equal';

CREATE TYPE measure_dominance AS (
	first text, second text, spread boolean, against_a float8, against_a_at float8, against_b float8, against_b_at float8,
	almost float8
);
COMMENT ON TYPE measure_dominance IS 'who dominates in first and second order: a, b, neither or equal; spread: second order with equal means, one is a spread of the other; against_a is the greatest excess of I_a over I_b, in the unit of the column, and where it is; almost is the share of the area between both that speaks against a';

CREATE FUNCTION wasserstein_quantiles(a measure_sample, b measure_sample, p float8[] DEFAULT '{.05,.25,.5,.75,.95}') RETURNS SETOF measure_shift
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION wasserstein_quantiles(measure_sample, measure_sample, float8[]) IS 'what moved: quantiles of both (as sample_quantile) and their difference b - a; one column. No row where a sample has no values';

CREATE FUNCTION wasserstein_parts(a measure_sample, b measure_sample) RETURNS measure_wasserstein_parts
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wasserstein_parts(measure_sample, measure_sample) IS 'of what kind a difference is: W_2^2 = location + size + shape; one column';

CREATE FUNCTION wasserstein_plan(a measure_sample, b measure_sample, p float8 DEFAULT 1) RETURNS SETOF measure_flow
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 500;
COMMENT ON FUNCTION wasserstein_plan(measure_sample, measure_sample, float8) IS 'an optimal plan, at most n + m - 1 flows, whose costs sum to W_p^p, p finite. i and j are ids of keyed samples, else row numbers of sample_rows. One column: the walk along the levels, the same plan for every p; several: the network simplex, n m costs in memory (Bonneel et al. 2011)';

CREATE FUNCTION wasserstein_trimmed(a measure_sample, b measure_sample, p float8 DEFAULT 1, cut float8 DEFAULT 0.05) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wasserstein_trimmed(measure_sample, measure_sample, float8, float8) IS 'W_p of the quantile functions between the levels cut and 1 - cut, divided by 1 - 2 cut under the root: the share cut at either end cannot move it; one column (Munk & Czado 1998)';

CREATE FUNCTION wasserstein_circular(a measure_sample, b measure_sample, circumference float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wasserstein_circular(measure_sample, measure_sample, float8) IS 'W_1 on a circle, as of hours of the day (24) or degrees (360), in the unit of the column: exact; values from 0 to below the circumference; one column (Delon, Salomon & Sobolevski 2010)';

CREATE FUNCTION orlicz_wasserstein(a measure_sample, b measure_sample, power integer DEFAULT 2) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION orlicz_wasserstein(measure_sample, measure_sample, integer) IS 'the least s for which the optimal plan has a mean of exp((|x - y| / s)^power) - 1 of at most 1, power 1 or 2: what moves far counts more than in any W_p; to 1e-14; one column (Guha, Ho & Nguyen 2023)';

CREATE FUNCTION wasserstein_vector(s measure_sample, bins integer DEFAULT 256) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION wasserstein_vector(measure_sample, integer) IS 'the sample as a vector: means of its quantile function over bins of equal mass, ascending. The euclidean distance of two vectors, divided by sqrt(bins), is at most W_2 and comes to it as bins grow, so that kmeans_fit of vectors is Wasserstein k-means; the vector is also the nearest sample of so many equal masses. One column, bins from 1 to 1000000';

-- Dominance.

CREATE FUNCTION dominance(a measure_sample, b measure_sample) RETURNS measure_dominance
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION dominance(measure_sample, measure_sample) IS 'stochastic dominance of samples, larger is better: first order F_a <= F_b everywhere, second order I_a <= I_b everywhere, I(t) = mean of max(t - x, 0): everyone averse to risk prefers a. Exact, at all values; one column';

CREATE FUNCTION dominance_test(a measure_sample, b measure_sample, replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION dominance_test(measure_sample, measure_sample, integer, bigint, jsonb) IS 'test of a dominating b in second order: the statistic is max (I_a - I_b)+ sqrt(nm / (n + m)), its null by a recentred bootstrap; a small p speaks against dominance, a large one does not prove it (Barrett & Donald 2003). options: no keys';

-- Normal laws.

CREATE FUNCTION gaussian_wasserstein(a measure_moments, b measure_moments) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION gaussian_wasserstein(measure_moments, measure_moments) IS 'W_2 of the normal laws with these means and covariances (divisor n), a lower bound of W_2 of the rows: sqrt(|m - m''|^2 + tr(S + S'' - 2 (S^1/2 S'' S^1/2)^1/2)), d^3 work (Gelbrich 1990)';

-- Groups: distances of all pairs, means of distributions.

-- @for ID
CREATE FUNCTION wasserstein_matrix_append(state bytea, @ID@, s measure_sample) RETURNS bytea
	AS 'MODULE_PATHNAME', 'wasserstein_matrix_append_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_matrix_append(state bytea, @ID@, s measure_sample) IS 'part of the aggregate wasserstein_matrix: one group';
CREATE FUNCTION wasserstein_matrix_append(state bytea, @ID@, s measure_sample, p float8) RETURNS bytea
	AS 'MODULE_PATHNAME', 'wasserstein_matrix_append_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_matrix_append(state bytea, @ID@, s measure_sample, p float8) IS 'part of the aggregate wasserstein_matrix: one group';
CREATE FUNCTION wasserstein_matrix_append(state bytea, @ID@, q measure_kll) RETURNS bytea
	AS 'MODULE_PATHNAME', 'wasserstein_matrix_append_kll_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_matrix_append(state bytea, @ID@, q measure_kll) IS 'part of the aggregate wasserstein_matrix: one group';
CREATE FUNCTION wasserstein_matrix_append(state bytea, @ID@, q measure_kll, p float8) RETURNS bytea
	AS 'MODULE_PATHNAME', 'wasserstein_matrix_append_kll_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_matrix_append(state bytea, @ID@, q measure_kll, p float8) IS 'part of the aggregate wasserstein_matrix: one group';
-- @end

CREATE FUNCTION wasserstein_matrix_merge(state bytea, v bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_matrix_merge(bytea, bytea) IS 'part of the aggregate wasserstein_matrix: groups of v into the state';
CREATE FUNCTION wasserstein_matrix_final(state bytea) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION wasserstein_matrix_final(bytea) IS 'part of the aggregate wasserstein_matrix: compares all pairs';

-- @for ID
CREATE AGGREGATE wasserstein_matrix(@ID@, s measure_sample) (
	SFUNC = wasserstein_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_matrix_merge,
	FINALFUNC = wasserstein_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_matrix(@ID@, s measure_sample) IS 'W_1 of all pairs of samples of one column, by id: for kmedoids_fit and dissimilarity_nearest. Ids are unique; rows without a sample, or with one that has no values, are left out. Exact, to the 24 bits that a dissimilarity keeps; n (n - 1) / 2 pairs, each of which takes one walk along both';
CREATE AGGREGATE wasserstein_matrix(@ID@, s measure_sample, p float8) (
	SFUNC = wasserstein_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_matrix_merge,
	FINALFUNC = wasserstein_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_matrix(@ID@, s measure_sample, p float8) IS 'the same of W_p, p from 1 to infinity and the same in every row';
CREATE AGGREGATE wasserstein_matrix(@ID@, q measure_kll) (
	SFUNC = wasserstein_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_matrix_merge,
	FINALFUNC = wasserstein_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_matrix(@ID@, q measure_kll) IS 'W_1 of all pairs of quantile sketches, of any accuracy, each within wasserstein_error of the rows''';
CREATE AGGREGATE wasserstein_matrix(@ID@, q measure_kll, p float8) (
	SFUNC = wasserstein_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_matrix_merge,
	FINALFUNC = wasserstein_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_matrix(@ID@, q measure_kll, p float8) IS 'W_p of all pairs of quantile sketches, p from 1 to infinity and the same in every row';
-- @end

CREATE FUNCTION wasserstein_mean_append(state bytea, s measure_sample) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_mean_append(bytea, measure_sample) IS 'part of the aggregates wasserstein_mean, _median and _variance: one group';
CREATE FUNCTION wasserstein_mean_append_weighted(state bytea, weight float8, s measure_sample) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_mean_append_weighted(bytea, float8, measure_sample) IS 'part of the aggregate wasserstein_mean_weighted: one group';
CREATE FUNCTION wasserstein_mean_merge(state bytea, v bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION wasserstein_mean_merge(bytea, bytea) IS 'part of these aggregates: groups of v into the state';
CREATE FUNCTION wasserstein_mean_final(state bytea) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION wasserstein_mean_final(bytea) IS 'part of the aggregates wasserstein_mean';
CREATE FUNCTION wasserstein_median_final(state bytea) RETURNS measure_sample
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION wasserstein_median_final(bytea) IS 'part of the aggregate wasserstein_median';
CREATE FUNCTION wasserstein_variance_final(state bytea) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION wasserstein_variance_final(bytea) IS 'part of the aggregate wasserstein_variance';

CREATE AGGREGATE wasserstein_mean(s measure_sample) (
	SFUNC = wasserstein_mean_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_mean_merge,
	FINALFUNC = wasserstein_mean_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_mean(s measure_sample) IS 'the mean distribution, barycenter in W_2, of samples of one column that count alike, whatever their rows: its quantiles are the means of theirs. Exact, a weighted sample of weight 1. Between a hump at 0 and one at 10 it has one hump at 5; to pool rows is sample_union (Agueh & Carlier 2011)';
CREATE AGGREGATE wasserstein_mean_weighted(weight float8, s measure_sample) (
	SFUNC = wasserstein_mean_append_weighted, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_mean_merge,
	FINALFUNC = wasserstein_mean_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_mean_weighted(weight float8, s measure_sample) IS 'the same of groups with weights, finite and at least 0, of which only the shares count: sample_n(s) lets every row count alike';
CREATE AGGREGATE wasserstein_median(s measure_sample) (
	SFUNC = wasserstein_mean_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_mean_merge,
	FINALFUNC = wasserstein_median_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_median(s measure_sample) IS 'the median distribution, barycenter in W_1, of samples of one column: its quantiles are the medians of theirs, halfway between two where the number is even; a group that lies far off does not move it far';
CREATE AGGREGATE wasserstein_variance(s measure_sample) (
	SFUNC = wasserstein_mean_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = wasserstein_mean_merge,
	FINALFUNC = wasserstein_variance_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE wasserstein_variance(s measure_sample) IS 'the Frechet variance of samples of one column: the mean of W_2^2 to wasserstein_mean, in squared units, divisor the number of groups';
