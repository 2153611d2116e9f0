-- p_adjust: p-values of many tests, adjusted. No type of its own.

CREATE FUNCTION p_adjust(p float8[], method text DEFAULT 'BH') RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION p_adjust(float8[], text) IS 'p-values adjusted for their number, in the same order, as R''s p.adjust: reject where the result is at most alpha. BH (Benjamini & Hochberg 1995) and BY (Benjamini & Yekutieli 2001) bound the expected share of false rejections, holm, hochberg, hommel and bonferroni the chance of any; none leaves them. NULL elements stay and do not count; 22023 outside [0, 1]. O(n log n), hommel O(n^2)';
