-- Clusters: measure_dissimilarity, distances of pairs; measure_kmedoids, k rows that stand for all.
-- sample or dissimilarity -> model -> answer.

COMMENT ON TYPE measure_dissimilarity IS 'distances between things that have ids, each of 4 bytes once all pairs are there: 4 n (n - 1) / 2; canonical, so that equal multisets of pairs have equal bytes';
COMMENT ON TYPE measure_kmeans IS 'k centers of a sample of numbers with the evidence of the fit; the text form is a JSON object, bytes last';
COMMENT ON TYPE measure_kmedoids IS 'k rows of a sample, or ids of a dissimilarity, that stand for all, with the evidence of the fit; the text form is a JSON object, bytes last';

-- Dissimilarities. Parts of the aggregates; no part is STRICT or trusts its state.

CREATE FUNCTION dissimilarity_append(state measure_dissimilarity, i bigint, j bigint, d float8) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME', 'dissimilarity_append_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION dissimilarity_append(measure_dissimilarity, bigint, bigint, float8) IS 'part of the aggregate dissimilarity';
CREATE FUNCTION dissimilarity_append(state measure_dissimilarity, i text, j text, d float8) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME', 'dissimilarity_append_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION dissimilarity_append(measure_dissimilarity, text, text, float8) IS 'part of the aggregate dissimilarity';
CREATE FUNCTION dissimilarity_merge(state measure_dissimilarity, v measure_dissimilarity) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION dissimilarity_merge(measure_dissimilarity, measure_dissimilarity) IS 'part of the aggregates: pairs of v into the state';
CREATE FUNCTION dissimilarity_final(state measure_dissimilarity) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION dissimilarity_final(measure_dissimilarity) IS 'part of the aggregates: the state as a value';

-- Growing states are PARALLEL RESTRICTED, as those of samples.

CREATE AGGREGATE dissimilarity(i bigint, j bigint, d float8) (
	SFUNC = dissimilarity_append, STYPE = measure_dissimilarity, SSPACE = 65536, COMBINEFUNC = dissimilarity_merge,
	FINALFUNC = dissimilarity_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE dissimilarity(i bigint, j bigint, d float8) IS 'distances of pairs of ids, in either order or both; finite, at least 0, of i to itself 0, kept as real (7 digits); two distances of one pair that differ are an error (22000); 24 bytes a pair while it grows, 4 when all pairs are there: 191 MB for 10,000 ids';
CREATE AGGREGATE dissimilarity(i text, j text, d float8) (
	SFUNC = dissimilarity_append, STYPE = measure_dissimilarity, SSPACE = 65536, COMBINEFUNC = dissimilarity_merge,
	FINALFUNC = dissimilarity_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE dissimilarity(i text, j text, d float8) IS 'the same with ids of text; beside the pairs the ids are held once each time the id changes from row to row';

CREATE FUNCTION dissimilarity_concat(a measure_dissimilarity, b measure_dissimilarity) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION dissimilarity_concat(measure_dissimilarity, measure_dissimilarity) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = measure_dissimilarity, RIGHTARG = measure_dissimilarity, FUNCTION = dissimilarity_concat, COMMUTATOR = ||);
COMMENT ON OPERATOR || (measure_dissimilarity, measure_dissimilarity) IS 'the pairs of both; pairs that both have must agree';

-- Answers of dissimilarities.

CREATE FUNCTION dissimilarity_info(d measure_dissimilarity) RETURNS measure_dissimilarity_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION dissimilarity_info(measure_dissimilarity) IS 'ids, pairs, what is missing and the first of it, least, mean and greatest distance, bytes';

CREATE FUNCTION dissimilarity_pairs(d measure_dissimilarity) RETURNS SETOF measure_distance
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5000;
COMMENT ON FUNCTION dissimilarity_pairs(measure_dissimilarity) IS 'every pair once, the smaller id first, by the greater id and then the smaller; ids compare as numbers or by bytes';

CREATE FUNCTION dissimilarity_nearest(d measure_dissimilarity, id text, n integer DEFAULT 10) RETURNS SETOF measure_distance
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION dissimilarity_nearest(measure_dissimilarity, text, integer) IS 'the n nearest of an id, nearest first, ties by id; 22023 when there is no such id';

CREATE FUNCTION summary(v measure_dissimilarity) RETURNS text
	AS 'MODULE_PATHNAME', 'dissimilarity_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_dissimilarity) IS 'the dissimilarity as a person wants to read it';

-- Triangle inequalities: what breaks them, and repair.

CREATE FUNCTION dissimilarity_violations(d measure_dissimilarity, n integer DEFAULT 100, tol float8 DEFAULT 1e-6) RETURNS SETOF measure_violation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100;
COMMENT ON FUNCTION dissimilarity_violations(measure_dissimilarity, integer, float8) IS 'the n pairs whose distance exceeds that of a detour over other ids most, worst first, by more than tol of the greatest distance; no row: a metric (a pseudometric where different ids are at 0); every pair must have a distance (22004); O(n^3)';

CREATE FUNCTION dissimilarity_repair(
	d measure_dissimilarity, method text DEFAULT 'nearest', weights measure_dissimilarity DEFAULT NULL,
	fixed measure_dissimilarity DEFAULT NULL, tol float8 DEFAULT 1e-9, max_iter integer DEFAULT 1000, options jsonb DEFAULT NULL
) RETURNS measure_repair
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION dissimilarity_repair(
	measure_dissimilarity, text, measure_dissimilarity, measure_dissimilarity, float8, integer, jsonb
) IS 'the nearest distances that obey the triangle inequality: method nearest changes them by the least sum of squares (Brickell et al. 2008, by Project and Forget, Sonthalia & Gilbert 2022), decrease only shortens them (shortest paths); weights: numbers above 0 of pairs, 1 where there is none; fixed: pairs that must not move; option sweeps; about n^3 steps a round, 24 n^2 bytes and more where much is violated; 22004 for a pair without a distance, 22000 for fixed pairs that break it themselves, 53200 above pgmeasure.max_memory';

-- Correlation clustering.

CREATE FUNCTION correlation_clusters(
	d measure_dissimilarity, threshold float8 DEFAULT 0.5, weights measure_dissimilarity DEFAULT NULL,
	n_init integer DEFAULT 10, seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_correlation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 2000;
COMMENT ON FUNCTION correlation_clusters(measure_dissimilarity, float8, measure_dissimilarity, integer, bigint, jsonb) IS 'as many clusters as disagree least with the pairs (Bansal, Blum & Chawla 2004): a pair costs (threshold - distance) times its weight when it is below threshold and cut, (distance - threshold) when above and not cut, nothing when it is not there; random pivots (Ailon, Charikar & Newman 2008), then moves and mergers, the best of n_init; option moves: false leaves it at the pivots';

-- k-medoids: the fit.

CREATE FUNCTION kmedoids_fit(
	s measure_sample, k integer, metric text DEFAULT 'euclidean', scale text DEFAULT 'none', method text DEFAULT 'auto',
	missing text DEFAULT 'error', start measure_kmedoids DEFAULT NULL, n_init integer DEFAULT NULL,
	max_iter integer DEFAULT 100, names text[] DEFAULT NULL, on_failure text DEFAULT 'error', seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_kmedoids
	AS 'MODULE_PATHNAME', 'kmedoids_fit_sample' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kmedoids_fit(
	measure_sample, integer, text, text, text, text, measure_kmedoids, integer, integer, text[], text, bigint, jsonb
) IS 'the k rows with the least sum of distances to their nearest one (Kaufman & Rousseeuw 1987), a local optimum: metric euclidean, sqeuclidean, manhattan, chebyshev, cosine, hamming, jaccard or gower; method fasterpam (Schubert & Rousseeuw 2021), fastpam1, clara, clarans, onebatch (de Mathelin et al. 2025) or fastermsc; auto is fasterpam up to 20,000 rows, onebatch above; n_init NULL is one start from BUILD up to 2,000 rows, else three random ones; clusters by ascending medoid id; options init, samples, sample_size, silhouette, asymmetric, column_weights; NULL for no rows; 22023 for a bad argument, 22000 and 22004 for data without a fit, 53200 above pgmeasure.max_memory';

CREATE FUNCTION kmedoids_fit(
	d measure_dissimilarity, k integer, method text DEFAULT 'auto', start measure_kmedoids DEFAULT NULL,
	n_init integer DEFAULT NULL, max_iter integer DEFAULT 100, on_failure text DEFAULT 'error', seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_kmedoids
	AS 'MODULE_PATHNAME', 'kmedoids_fit_dissimilarity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kmedoids_fit(
	measure_dissimilarity, integer, text, measure_kmedoids, integer, integer, text, bigint, jsonb
) IS 'the same of any distances; every pair must have one (22004, which names the first that has none); method auto is fasterpam; options init, samples, sample_size, silhouette';

CREATE FUNCTION kmedoids_fit_query(
	query text, k integer, metric text DEFAULT 'euclidean', scale text DEFAULT 'none', method text DEFAULT 'auto',
	missing text DEFAULT 'error', start measure_kmedoids DEFAULT NULL, n_init integer DEFAULT NULL,
	max_iter integer DEFAULT 100, names text[] DEFAULT NULL, on_failure text DEFAULT 'error', seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS measure_kmedoids
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000000;
COMMENT ON FUNCTION kmedoids_fit_query(
	text, integer, text, text, text, text, measure_kmedoids, integer, integer, text[], text, bigint, jsonb
) IS 'medoids of the rows of one SELECT, more than memory holds: column id, then data (numbers, text, booleans, or one array), optional weight; kmedoids_fit of the 10,000 rows (options sample) whose ids have the least hash, then one parallel pass measures sizes, deviations and the medoid silhouette on all rows, under the same snapshot; names are those of the columns; a query that writes or is volatile is refused (22023)';

-- Medoids by groups.

CREATE FUNCTION kmedoids_fair(
	s measure_sample, k integer, groups jsonb, bounds jsonb, p float8 DEFAULT 1, metric text DEFAULT 'euclidean',
	scale text DEFAULT 'none', missing text DEFAULT 'error', names text[] DEFAULT NULL, on_failure text DEFAULT 'error',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_kmedoids_fair
	AS 'MODULE_PATHNAME', 'kmedoids_fair_sample' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kmedoids_fair(
	measure_sample, integer, jsonb, jsonb, float8, text, text, text, text[], text, bigint, jsonb
) IS 'the k rows with the least sum of w d^p (the greatest d for p = Infinity) of which each group has at least and at most so many (fair range clustering, Hotegni, Mahabadi & Vakilian 2023), a local optimum under swaps of one and of two; the bounds are on the medoids, not on the clusters; groups is jsonb_object_agg(id, group), bounds ''[least, most]'' for every group or an object of such lists, most may be null; k-center starts within 3 times the best for a metric (Jones, Nguyen & Nguyen 2020); options n_init, max_iter, swaps (eager, best), pairs, price, silhouette, asymmetric, column_weights; 22023 when no choice meets the bounds, 22004 for an id without a group';

CREATE FUNCTION kmedoids_fair(
	d measure_dissimilarity, k integer, groups jsonb, bounds jsonb, p float8 DEFAULT 1, on_failure text DEFAULT 'error',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_kmedoids_fair
	AS 'MODULE_PATHNAME', 'kmedoids_fair_dissimilarity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kmedoids_fair(measure_dissimilarity, integer, jsonb, jsonb, float8, text, bigint, jsonb) IS 'the same of any distances; every pair must have one';

-- Choosing k.

CREATE FUNCTION kmedoids_select(
	s measure_sample, k_min integer DEFAULT 2, k_max integer DEFAULT 10, metric text DEFAULT 'euclidean',
	scale text DEFAULT 'none', criterion text DEFAULT 'silhouette', missing text DEFAULT 'error', seed bigint DEFAULT 0,
	options jsonb DEFAULT NULL
) RETURNS SETOF measure_kmedoids_candidate
	AS 'MODULE_PATHNAME', 'kmedoids_select_sample' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 9;
COMMENT ON FUNCTION kmedoids_select(measure_sample, integer, integer, text, text, text, text, bigint, jsonb) IS 'a model of every k, best first: criterion silhouette (Rousseeuw 1987), medoid_silhouette (DynMSC, Lenssen & Schubert 2022: one run for all k) or total_deviation, which more clusters always lower; k_max ends at the number of rows; no rows when there are fewer than k_min';

CREATE FUNCTION kmedoids_select(
	d measure_dissimilarity, k_min integer DEFAULT 2, k_max integer DEFAULT 10, criterion text DEFAULT 'silhouette',
	seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_kmedoids_candidate
	AS 'MODULE_PATHNAME', 'kmedoids_select_dissimilarity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 9;
COMMENT ON FUNCTION kmedoids_select(measure_dissimilarity, integer, integer, text, bigint, jsonb) IS 'the same of any distances';

-- What a model says of itself.

CREATE FUNCTION kmedoids_info(m measure_kmedoids) RETURNS measure_kmedoids_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION kmedoids_info(measure_kmedoids) IS 'the evidence of the fit in one row; metric is dissimilarity where it had none; mean_silhouette is NULL for k = 1, above 20,000 rows or where options said so';

CREATE FUNCTION kmedoids_clusters(m measure_kmedoids) RETURNS SETOF measure_cluster
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION kmedoids_clusters(measure_kmedoids) IS 'one row a cluster, from 1 by ascending medoid id: the medoid in raw units, in medoid_row with the names of its columns; distances in scaled units; the id is the row''s number in sample_rows where there are no ids';

CREATE FUNCTION kmedoids_labels(m measure_kmedoids, s measure_sample) RETURNS SETOF measure_label
	AS 'MODULE_PATHNAME', 'kmedoids_labels_sample' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000;
COMMENT ON FUNCTION kmedoids_labels(measure_kmedoids, measure_sample) IS 'every row of a sample by its nearest medoid, ties to the lower cluster; the cluster is NULL where a gap forbids a distance; silhouettes up to 20,000 rows, O(n^2)';
CREATE FUNCTION kmedoids_labels(m measure_kmedoids, d measure_dissimilarity) RETURNS SETOF measure_label
	AS 'MODULE_PATHNAME', 'kmedoids_labels_dissimilarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000;
COMMENT ON FUNCTION kmedoids_labels(measure_kmedoids, measure_dissimilarity) IS 'every id of a dissimilarity by its nearest medoid; all medoids must be among the ids (22000)';

CREATE FUNCTION summary(v measure_kmedoids) RETURNS text
	AS 'MODULE_PATHNAME', 'kmedoids_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_kmedoids) IS 'the model as a person wants to read it; the first 50 clusters';

-- New rows. The model is unpacked once a call site, also when it comes from a table.

-- @for ROWS MIXED
CREATE FUNCTION kmedoids_predict(m measure_kmedoids, @ROWS@) RETURNS integer
	AS 'MODULE_PATHNAME', 'kmedoids_predict_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kmedoids_predict(measure_kmedoids, @ROWS@) IS 'the cluster of the nearest medoid, from 1, ties to the lower; NULL for a row with a NULL element (but for gower); 22000 for another number of columns, NaN or infinity';
-- @end

-- @for ROWS MIXED
CREATE FUNCTION kmedoids_score(m measure_kmedoids, @ROWS@) RETURNS measure_cluster_score
	AS 'MODULE_PATHNAME', 'kmedoids_score_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION kmedoids_score(measure_kmedoids, @ROWS@) IS 'the nearest medoid of a row and the second nearest, in scaled units; NULL as kmedoids_predict';
-- @end

-- k-means: the same without a metric. Centers are means and no rows.

CREATE FUNCTION kmeans_fit(
	s measure_sample, k integer, scale text DEFAULT 'none', method text DEFAULT 'auto', missing text DEFAULT 'error',
	start measure_kmeans DEFAULT NULL, n_init integer DEFAULT 10, max_iter integer DEFAULT 300, names text[] DEFAULT NULL,
	on_failure text DEFAULT 'error', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_kmeans
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION kmeans_fit(measure_sample, integer, text, text, text, measure_kmeans, integer, integer, text[], text, bigint, jsonb) IS 'k centers with the least sum of squared distances of the rows (Lloyd 1982), a local optimum: n_init starts by k-means++ (Arthur & Vassilvitskii 2007), the best kept; method auto is hamerly (2010); until no label changes; options init: auto, exact or rejection (Shah, Agrawal & Jaiswal 2025), and tol, as in scikit-learn; clusters ascend by the coordinates of their centers; NULL for no rows; 22023 for a bad argument, 22000 and 22004 for data without a fit';

CREATE FUNCTION kmeans_fit_query(
	query text, k integer, scale text DEFAULT 'none', method text DEFAULT 'auto', missing text DEFAULT 'error',
	start measure_kmeans DEFAULT NULL, n_init integer DEFAULT 10, max_iter integer DEFAULT 300, names text[] DEFAULT NULL,
	on_failure text DEFAULT 'error', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS measure_kmeans
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000000;
COMMENT ON FUNCTION kmeans_fit_query(text, integer, text, text, text, measure_kmeans, integer, integer, text[], text, bigint, jsonb) IS 'k means of the rows of one SELECT, more than memory holds: column id, then numbers or one array, optional weight; kmeans_fit of the 10,000 rows (options sample) whose ids have the least hash, then Lloyd''s rounds, each a parallel pass over all rows under the same snapshot, until the centers settle or max_iter; scale is that of the sample; a query that writes or is volatile is refused (22023)';

CREATE FUNCTION kmeans_select(
	s measure_sample, k_min integer DEFAULT 2, k_max integer DEFAULT 10, scale text DEFAULT 'none',
	criterion text DEFAULT 'silhouette', missing text DEFAULT 'error', seed bigint DEFAULT 0, options jsonb DEFAULT NULL
) RETURNS SETOF measure_kmeans_candidate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 9;
COMMENT ON FUNCTION kmeans_select(measure_sample, integer, integer, text, text, text, bigint, jsonb) IS 'a model of every k up to the number of distinct rows, best first: criterion silhouette (up to 20,000 rows) or inertia, which more clusters always lower';

CREATE FUNCTION kmeans_info(m measure_kmeans) RETURNS measure_kmeans_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION kmeans_info(measure_kmeans) IS 'the evidence of the fit in one row';

CREATE FUNCTION kmeans_clusters(m measure_kmeans) RETURNS SETOF measure_kmeans_cluster
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION kmeans_clusters(measure_kmeans) IS 'one row a cluster, from 1: the center in raw units, in center_row with the names of its columns; distances are euclidean, in scaled units';

CREATE FUNCTION kmeans_labels(m measure_kmeans, s measure_sample) RETURNS SETOF measure_label
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000;
COMMENT ON FUNCTION kmeans_labels(measure_kmeans, measure_sample) IS 'every row of a sample by its nearest center, ties to the lower cluster; the cluster is NULL for a row with a gap; medoid_id is NULL; silhouettes up to 20,000 rows, O(n^2)';

CREATE FUNCTION summary(v measure_kmeans) RETURNS text
	AS 'MODULE_PATHNAME', 'kmeans_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_kmeans) IS 'the model as a person wants to read it; the first 50 clusters';

-- @for ROWS
CREATE FUNCTION kmeans_predict(m measure_kmeans, @ROWS@) RETURNS integer
	AS 'MODULE_PATHNAME', 'kmeans_predict_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION kmeans_predict(measure_kmeans, @ROWS@) IS 'the cluster of the nearest center, from 1, ties to the lower; NULL for a row with a NULL element; 22000 for another number of columns, NaN or infinity';
-- @end

-- @for ROWS
CREATE FUNCTION kmeans_score(m measure_kmeans, @ROWS@) RETURNS measure_cluster_score
	AS 'MODULE_PATHNAME', 'kmeans_score_@ROWS:c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION kmeans_score(measure_kmeans, @ROWS@) IS 'the nearest center of a row and the second nearest, in scaled units; medoid_id is NULL; NULL as kmeans_predict';
-- @end
