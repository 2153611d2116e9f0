-- Comparisons of two samples by transport: D, D_interval and D_test with the same leading arguments.

CREATE FUNCTION wasserstein(a measure_sample, b measure_sample, p float8 DEFAULT 1, scale text DEFAULT 'none', missing text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME', 'wasserstein_samples' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION wasserstein(measure_sample, measure_sample, float8, text, text) IS 'W_p, the root already taken, exact: in one column by quantiles for p from 1 to infinity (n + m steps), in several by the network simplex method with Euclidean distances (Bonneel et al. 2011; 8 n m bytes up to 128 MB, less above); weights are scaled to 1; NULL when a sample is empty; 22023 for p below 1, 53200 above pgmeasure.max_memory';

CREATE FUNCTION wasserstein_interval(
	a measure_sample, b measure_sample, p float8 DEFAULT 1, scale text DEFAULT 'none', missing text DEFAULT 'error',
	level float8 DEFAULT 0.95, method text DEFAULT 'auto', exchange text DEFAULT 'rows', replicates integer DEFAULT 999,
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'wasserstein_samples_interval' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION wasserstein_interval(
	measure_sample, measure_sample, float8, text, text, float8, text, text, integer, bigint, jsonb
) IS 'W_p with an interval for samples that differ: asymptotic (del Barrio, Gordaliza & Loubes 2019) in one column for finite p and exchange rows, which auto takes; else bootstrap percentiles of rows, pairs, clusters or strata of ids; W_p of equal laws is biased upward, for these take wasserstein_test; details of p = 2 in one column: location, size and shape, which add up to the square; no options';

CREATE FUNCTION wasserstein_test(
	a measure_sample, b measure_sample, p float8 DEFAULT 1, scale text DEFAULT 'none', missing text DEFAULT 'error',
	method text DEFAULT 'permutation', exchange text DEFAULT 'rows', replicates integer DEFAULT 999, seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME', 'wasserstein_samples_test' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION wasserstein_test(
	measure_sample, measure_sample, float8, text, text, text, text, integer, bigint, jsonb
) IS 'are two samples of one law? Permutation of W_p, all labellings where there are no more than replicates; the observed one counts; exchange rows, pairs (labels swap within an id), clusters (rows of an id together) or strata (rows within an id); null_mean says how great W_p is by chance; no options';

CREATE FUNCTION sliced_wasserstein(
	a measure_sample, b measure_sample, p float8 DEFAULT 2, directions integer DEFAULT 128, scale text DEFAULT 'none',
	missing text DEFAULT 'error', seed bigint DEFAULT 0
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION sliced_wasserstein(measure_sample, measure_sample, float8, integer, text, text, bigint) IS 'root of the mean of W_p^p along directions (Rabin et al. 2012), spread evenly in up to 3 columns, else orthogonal; for p = 2 what the means add is exact; in one column W_p itself';

CREATE FUNCTION sliced_wasserstein_interval(
	a measure_sample, b measure_sample, p float8 DEFAULT 2, directions integer DEFAULT 128, scale text DEFAULT 'none',
	missing text DEFAULT 'error', level float8 DEFAULT 0.95, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION sliced_wasserstein_interval(
	measure_sample, measure_sample, float8, integer, text, text, float8, bigint, jsonb
) IS 'the same with the error of taking finitely many directions, of these rows; details: power (before the root) and its error, variance_ratio to as many independent directions without controls, top (W_p along the best of them) and its direction; options scheme: auto, iid, orthogonal or quasi; control: auto (for p = 2 the means, known exactly, and of iid directions both variances), none, lower, upper (Nguyen & Ho 2024, by least squares) or three, all of iid directions';

CREATE FUNCTION sliced_wasserstein_test(
	a measure_sample, b measure_sample, p float8 DEFAULT 2, directions integer DEFAULT 128, scale text DEFAULT 'none',
	missing text DEFAULT 'error', exchange text DEFAULT 'rows', replicates integer DEFAULT 999, seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION sliced_wasserstein_test(
	measure_sample, measure_sample, float8, integer, text, text, text, integer, bigint, jsonb
) IS 'are two samples of one law? As wasserstein_test with the sliced distance, along the same directions for all labellings: directions x replicates sweeps, 12 bytes a row and direction; option scheme';

CREATE FUNCTION max_sliced_wasserstein(
	a measure_sample, b measure_sample, p float8 DEFAULT 2, directions integer DEFAULT 128, scale text DEFAULT 'none',
	missing text DEFAULT 'error', seed bigint DEFAULT 0
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION max_sliced_wasserstein(measure_sample, measure_sample, float8, integer, text, text, bigint) IS 'W_p along the direction of most difference that an ascent from the best of the directions finds (Deshpande et al. 2019): a lower bound of the greatest';

CREATE FUNCTION sinkhorn(
	a measure_sample, b measure_sample, epsilon float8, p float8 DEFAULT 2, scale text DEFAULT 'none', tol float8 DEFAULT 1e-6,
	max_iter integer DEFAULT 10000
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION sinkhorn(measure_sample, measure_sample, float8, float8, text, float8, integer) IS 'entropic transport: min <P, C> + epsilon KL(P | a b''), C = |x - y|^p, not rooted (Cuturi 2013), in the log domain; memory of the samples alone; tol bounds the error of the marginals; 22000 when max_iter does not reach it, and sinkhorn_interval reports what was reached';

CREATE FUNCTION sinkhorn_interval(
	a measure_sample, b measure_sample, epsilon float8, p float8 DEFAULT 2, scale text DEFAULT 'none', tol float8 DEFAULT 1e-6,
	max_iter integer DEFAULT 10000, options jsonb DEFAULT NULL
) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION sinkhorn_interval(
	measure_sample, measure_sample, float8, float8, text, float8, integer, jsonb
) IS 'the entropic value with certain bounds of the exact one, W_p^p: lower by its dual, upper by a plan with exact marginals; they hold unconverged, too; details: cost <P, C>, gap, marginal_error, iterations; no options';

CREATE FUNCTION sinkhorn_divergence(
	a measure_sample, b measure_sample, epsilon float8, p float8 DEFAULT 2, scale text DEFAULT 'none', tol float8 DEFAULT 1e-6,
	max_iter integer DEFAULT 10000
) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000000;
COMMENT ON FUNCTION sinkhorn_divergence(measure_sample, measure_sample, float8, float8, text, float8, integer) IS 'the entropic value less half of each sample''s own (Feydy et al. 2019): 0 for equal samples, not rooted; 22000 when one of the three does not converge';

CREATE FUNCTION ot_map(
	a measure_sample, b measure_sample, x float8[], epsilon float8, tol float8 DEFAULT 1e-6, max_iter integer DEFAULT 10000
) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION ot_map(measure_sample, measure_sample, float8[], float8, float8, integer) IS 'where the entropic map of a to b sends a point, in a or not (Pooladian & Niles-Weed 2021), for the cost |x - y|^2; the potentials are found once a call site, then a point costs one pass over b';
