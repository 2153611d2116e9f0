-- Selection: rows that represent, that are drawn by a score, that tell most.
-- Samples with ids come in, ids as text go out. What is drawn depends on the seed and on ids alone.

CREATE FUNCTION select_representatives(
	s measure_sample, size integer, method text DEFAULT 'facility_location', metric text DEFAULT 'euclidean',
	scale text DEFAULT 'none', options jsonb DEFAULT NULL
) RETURNS SETOF measure_representative
	AS 'MODULE_PATHNAME', 'select_representatives_sample' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 20;
COMMENT ON FUNCTION select_representatives(measure_sample, integer, text, text, text, jsonb) IS 'rows chosen one after another, each the one that adds most, ties to the lower id: method facility_location (each row as near as can be to its best representative; weights count), graph_cut (representative and apart, option lambda, 0.4) or log_det (diverse, option epsilon, 1); at least 1 - 1/e of the best for the first, and for graph_cut with lambda up to 1/2 (Nemhauser, Wolsey & Fisher 1978); options similarity: inverse 1/(1 + d), complement 1 - d (of cosine, hamming, jaccard and gower) or gaussian with a bandwidth, and min_gain, where it ends; O(n^2)';

CREATE FUNCTION select_representatives(
	d measure_dissimilarity, size integer, method text DEFAULT 'facility_location', options jsonb DEFAULT NULL
) RETURNS SETOF measure_representative
	AS 'MODULE_PATHNAME', 'select_representatives_dissimilarity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 20;
COMMENT ON FUNCTION select_representatives(measure_dissimilarity, integer, text, jsonb) IS 'the same of ids by any distances; similarity is inverse unless options say otherwise';

CREATE FUNCTION select_shares(s measure_sample, budget bigint, groups integer DEFAULT NULL, options jsonb DEFAULT NULL) RETURNS SETOF measure_share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 20;
COMMENT ON FUNCTION select_shares(measure_sample, bigint, integer, jsonb) IS 'a budget of rows among groups (SMART, Renduchintala et al. 2024): a row a group, its id, mean vector, and number of rows as the weight; groups are chosen by graph_cut of the cosine (option lambda, 0.4), and share in proportion to 1 + gain + gain^2/2, never more than their rows; 22023 when the groups have too few rows';

CREATE FUNCTION select_by_score(s measure_sample, size integer, method text DEFAULT 'replacement', seed bigint DEFAULT 0, options jsonb DEFAULT NULL) RETURNS SETOF measure_selected
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 200;
COMMENT ON FUNCTION select_by_score(measure_sample, integer, text, bigint, jsonb) IS 'rows with probability in proportion to a score, the one column of the sample: method replacement (size independent draws), poisson (a coin a row, size on average, a row at most once) or top (the greatest); all scores 0 count as equal; sums of weight times value are unbiased for the sum over all rows';

CREATE FUNCTION select_sensitivity(
	s measure_sample, size integer, lambda float8 DEFAULT 1, exponent float8 DEFAULT 2, method text DEFAULT 'replacement',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_selected
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 200;
COMMENT ON FUNCTION select_sensitivity(measure_sample, integer, float8, float8, text, bigint, jsonb) IS 'rows to measure for a total, by what clusters tell (Axiotis et al. 2024): columns are the loss of the center of the row''s cluster and the distance to it; the score is loss + lambda distance^exponent, where lambda bounds how a loss changes with it; methods and weights as in select_by_score';

CREATE FUNCTION select_uncertain(
	s measure_sample, size integer, exponent float8 DEFAULT 1, method text DEFAULT 'poisson', seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS SETOF measure_selected
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 200;
COMMENT ON FUNCTION select_uncertain(measure_sample, integer, float8, text, bigint, jsonb) IS 'rows of which a classifier is unsure (Kolossov, Montanari & Tandon 2024): the column is the probability of class 1, and the score (p (1 - p))^exponent, negative for easy rows, 0 for any; or the columns are the probabilities of all classes, and the score (1 - sum p^2)^exponent (option uncertainty: gini, entropy); methods and weights as in select_by_score';

CREATE FUNCTION select_volume(s measure_sample, size integer DEFAULT NULL, seed bigint DEFAULT 0, options jsonb DEFAULT NULL) RETURNS SETOF measure_selected
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 20;
COMMENT ON FUNCTION select_volume(measure_sample, integer, bigint, jsonb) IS 'rows to measure for a linear regression on the m columns: m rows by the determinantal process, P(S) = det(A_S)^2 / det(A''A), and size - m more by leverage; the score is the leverage, and least squares of the rows drawn, by their weights, estimates that of all rows without bias (Derezinski, Warmuth & Hsu 2018); size NULL is m; 22000 when the columns are dependent';

CREATE FUNCTION select_leverages(s measure_sample) RETURNS SETOF measure_leverage
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000;
COMMENT ON FUNCTION select_leverages(measure_sample) IS 'leverage of every row, a''(A''A)^-1 a, of the columns as a design without a constant of its own; rows count by the root of their weight; by id';

CREATE FUNCTION select_total(s measure_sample, method text DEFAULT 'replacement', level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION select_total(measure_sample, text, float8) IS 'the total over all rows by rows that were drawn, with its normal interval: columns are the value and the probability that the drawing function gave, the weight is draws; method as the rows were drawn, replacement (Hansen & Hurwitz 1943) or poisson (Horvitz & Thompson 1952); the interval is NULL after one draw';

CREATE FUNCTION select_disagreements(s measure_sample, size integer DEFAULT NULL, options jsonb DEFAULT NULL) RETURNS SETOF measure_disagreement
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 200;
COMMENT ON FUNCTION select_disagreements(measure_sample, integer, jsonb) IS 'items on which models disagree most (DISCO 2025): a row an item and model, the id of the item, and its columns the probabilities of the classes, or their logits with option logits; probabilities that do not add up to 1 are divided by their sum; size NULL is all items';

CREATE FUNCTION frechet_medoid(d measure_dissimilarity, labels text[], probabilities float8[], exponent float8 DEFAULT 2) RETURNS measure_frechet
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION frechet_medoid(measure_dissimilarity, text[], float8[], float8) IS 'the label with the least sum of probability times distance^exponent to the given labels, among all ids of d: 2 is the Frechet mean (Roberts et al. 2023), 1 the weighted medoid; ties within 1e-12 go to the lowest id; NULL when all probabilities are 0; d is unpacked once a call site';
