-- Distributions as outcomes: bounds of an effect where outcomes are seen for some rows only, bounds of
-- the distribution of an effect, regression discontinuity with distribution-valued outcomes.

CREATE TYPE measure_bounds AS (
	lower float8, upper float8, lower_error float8, upper_error float8, interval_lower float8, interval_upper float8,
	level float8, critical float8, share float8, observed_treated float8, observed_control float8, trimmed text,
	n_treated bigint, n_control bigint, method text, seed bigint, details jsonb
);
COMMENT ON TYPE measure_bounds IS 'bounds of an effect, treated minus control, of those whose outcome is seen either way: what the data leave open (lower, upper), standard errors of both ends, and an interval that covers the effect at its level (Imbens & Manski 2004; critical: how many standard errors it reaches out); share that was cut of the outcomes of an arm; shares of rows whose outcome is seen; trimmed: the arm that was cut, treated, control, both or none; outcomes that are seen';

CREATE FUNCTION lee_bounds(
	treated measure_sample, control measure_sample, treated_rows float8, control_rows float8, level float8 DEFAULT 0.95,
	options jsonb DEFAULT NULL
) RETURNS measure_bounds
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION lee_bounds(measure_sample, measure_sample, float8, float8, float8, jsonb) IS 'bounds of an effect where the treatment may change whose outcome is seen (Lee 2009): the samples hold the outcomes that are seen, treated_rows and control_rows count all rows of each arm (or their weight); the arm of which more is seen is trimmed, weights are frequencies, ties are cut in parts; NULL when an arm has no outcome; selection is taken to be monotone; no options';

CREATE FUNCTION lee_bounds_query(query text, level float8 DEFAULT 0.95, options jsonb DEFAULT NULL) RETURNS measure_bounds
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION lee_bounds_query(text, float8, jsonb) IS 'lee_bounds of the rows of a query, within cells of a covariate and averaged over those who are seen either way, which narrows the bounds. Columns: treated boolean, outcome (NULL: not seen), and, where wanted, weight and cell (NULL is a cell of its own). Rows without treated are left out. Standard errors include those of the weights of cells (delta method). NULL without outcomes in an arm; 22000 for a cell that lacks some';

CREATE FUNCTION did_bounds_query(
	query text, selection text DEFAULT 'parallel', monotone boolean DEFAULT true, level float8 DEFAULT 0.95,
	replicates integer DEFAULT 999, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_bounds
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000000;
COMMENT ON FUNCTION did_bounds_query(text, text, boolean, float8, integer, bigint, jsonb) IS 'difference in differences of a panel of two periods where the treatment may change whose outcome is seen (Rathnayake, Negi, Bartalotti & Zhao 2024): a row a unit, columns treated boolean, before and after (NULL: not seen); bounds of the effect on changes of those who are seen afterwards either way. selection: without treatment the share that is seen would have changed as in the other arm (parallel), or be that of the other arm (independent); monotone: the treatment makes nobody more, or nobody less, likely to be seen; else both arms are trimmed, and bounds are NULL where nobody need be seen either way. Errors by a bootstrap of units. Option dominance: none, greater or lesser, the mean change of those seen either way beside all. NULL without changes in an arm. 16 bytes a row';

CREATE TYPE measure_makarov AS (z float8, lower float8, upper float8, interval_lower float8, interval_upper float8, level float8);
COMMENT ON TYPE measure_makarov IS 'bounds of P(D <= z), or P(D < z), for the effect D of a unit; the interval holds the bounds of the law at all z at once with probability level, whatever the law';

CREATE FUNCTION makarov_bounds(
	treated measure_sample, control measure_sample, z float8[], strict boolean DEFAULT false, radius float8 DEFAULT 0,
	p float8 DEFAULT 'infinity', level float8 DEFAULT 0.95, options jsonb DEFAULT NULL
) RETURNS SETOF measure_makarov
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION makarov_bounds(measure_sample, measure_sample, float8[], boolean, float8, float8, float8, jsonb) IS 'bounds of P(D <= z), strict: of P(D < z), for D = outcome treated minus outcome untreated of one and the same unit, of which one alone is ever seen (Makarov 1982; Fan & Park 2010): sharp at each z; P(D < 0) is the share that is harmed. radius: the samples are only near their laws, in W_p, p infinity (every outcome is off by that much in all) or 1 (on average; Fan, Park & Xu 2023; optimal transport, 8 n m bytes); interval by Dvoretzky, Kiefer, Wolfowitz & Massart; no rows when a sample is empty; no options';

CREATE TYPE measure_makarov_quantile AS (p float8, lower float8, upper float8);
COMMENT ON TYPE measure_makarov_quantile IS 'bounds of the p-quantile of the effect of a unit';

CREATE FUNCTION makarov_quantiles(treated measure_sample, control measure_sample, p float8[]) RETURNS SETOF measure_makarov_quantile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION makarov_quantiles(measure_sample, measure_sample, float8[]) IS 'bounds of the p-quantiles, above 0 and at most 1, of the effect of a unit: the inverses of makarov_bounds (Williamson & Downs 1990); O(n + m) each';

CREATE TYPE measure_r3d AS (
	q float8[], effect float8[], std_error float8[], lower float8[], upper float8[], below float8[], above float8[],
	bandwidth float8, n bigint, n_below bigint, n_above bigint, at_cutoff bigint, n_rows bigint, omitted bigint, level float8,
	critical float8, band text, p_effect float8, p_equal float8, first_stage float8, first_stage_error float8, method text, kernel text, polynomial integer,
	replicates integer, seed bigint, problems text[]
);
COMMENT ON TYPE measure_r3d IS 'how far average quantiles jump at a cutoff: effect = above - below at each q, a band (lower, upper) for all q at once; units in all, in the window below and above, exactly at the cutoff; rows, rows left out; p_effect: no effect at any tested q, p_equal: one effect at all of them; first_stage: the jump of the treated share, which effects are divided by, NULL in a sharp design; problems is {} when there is nothing to say';

CREATE FUNCTION r3d_query(
	query text, cutoff float8, q float8[] DEFAULT NULL, method text DEFAULT 'frechet', bandwidth float8 DEFAULT NULL,
	kernel text DEFAULT 'triangular', level float8 DEFAULT 0.95, replicates integer DEFAULT 999, seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_r3d
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000000;
COMMENT ON FUNCTION r3d_query(text, float8, float8[], text, float8, text, float8, integer, bigint, jsonb) IS 'regression discontinuity where the outcome of a unit is a distribution (Van Dijcke 2025): the query has a row an outcome, columns unit, running (one value a unit) and outcome; units with running >= cutoff are treated, and count alike whatever their rows. A column treatment (0 or 1; the mean of a unit counts) makes it fuzzy: effects are jumps over the jump of treatment, 22000 where that is below two standard errors. q: grid of quantiles, NULL .01 to .99; method: curves projected on ascending ones by W2 (frechet) or rearranged (sorted); bandwidth NULL: of least integrated squared error; kernel triangular, epanechnikov, uniform; bands by a multiplier bootstrap. Options: order 1, 2 (default) or 3, band auto, equal or studentised, residuals hc3 or raw, test_range [.05, .95], coverage (a smaller bandwidth). Rows with a NULL are left out; NULL without rows; 22000 when too few units are near the cutoff. 8 bytes a unit and quantile';

CREATE TYPE measure_r3d_effect AS (
	q float8, effect float8, std_error float8, lower float8, upper float8, below float8, above float8
);
COMMENT ON TYPE measure_r3d_effect IS 'the jump of the average q-quantile at the cutoff, its standard error, the band that holds for all q at once, and the average quantiles on both sides';

CREATE FUNCTION r3d_effects(r measure_r3d) RETURNS SETOF measure_r3d_effect
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 99
	BEGIN ATOMIC
		SELECT u.q, u.effect, u.std_error, u.lower, u.upper, u.below, u.above
		FROM unnest((r).q, (r).effect, (r).std_error, (r).lower, (r).upper, (r).below, (r).above)
			AS u (q, effect, std_error, lower, upper, below, above);
	END;
COMMENT ON FUNCTION r3d_effects(measure_r3d) IS 'the result of r3d_query, a row a quantile';
