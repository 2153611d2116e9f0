-- Stored types: text and binary form, comparison by bytes, hash, cast to jsonb. Every type gets
-- all of it here; what a type is for stands in its family's part.

-- @for VALUE
CREATE TYPE @VALUE@;

CREATE FUNCTION @VALUE@_in(cstring) RETURNS @VALUE@
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @VALUE@_in(cstring) IS 'input: the text form, a JSON object; 22P02 when it is not one of this type';

CREATE FUNCTION @VALUE@_out(@VALUE@) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @VALUE@_out(@VALUE@) IS 'output: the text form, from which the same bytes are read back';

CREATE FUNCTION @VALUE@_recv(internal) RETURNS @VALUE@
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @VALUE@_recv(internal) IS 'binary input: the bytes of doc/format.md; 22P03 when they are not a value of this type';

CREATE FUNCTION @VALUE@_send(@VALUE@) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @VALUE@_send(@VALUE@) IS 'binary output: the bytes of doc/format.md';

CREATE TYPE @VALUE@ (
	INPUT = @VALUE@_in, OUTPUT = @VALUE@_out, RECEIVE = @VALUE@_recv, SEND = @VALUE@_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);

CREATE CAST (@VALUE@ AS jsonb) WITH INOUT;
COMMENT ON CAST (@VALUE@ AS jsonb) IS 'the text form as jsonb';

CREATE FUNCTION @VALUE@_eq(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_eq(@VALUE@, @VALUE@) IS 'implementation of the = operator: the same bytes';
CREATE FUNCTION @VALUE@_ne(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_ne(@VALUE@, @VALUE@) IS 'implementation of the <> operator';
CREATE FUNCTION @VALUE@_lt(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_lt(@VALUE@, @VALUE@) IS 'implementation of the < operator: order of bytes, for sorting and indexes only';
CREATE FUNCTION @VALUE@_le(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_le(@VALUE@, @VALUE@) IS 'implementation of the <= operator';
CREATE FUNCTION @VALUE@_gt(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_gt(@VALUE@, @VALUE@) IS 'implementation of the > operator';
CREATE FUNCTION @VALUE@_ge(a @VALUE@, b @VALUE@) RETURNS boolean
	AS 'MODULE_PATHNAME', 'measure_value_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_ge(@VALUE@, @VALUE@) IS 'implementation of the >= operator';
CREATE FUNCTION @VALUE@_cmp(a @VALUE@, b @VALUE@) RETURNS integer
	AS 'MODULE_PATHNAME', 'measure_value_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_cmp(@VALUE@, @VALUE@) IS 'less-equal-greater of two values by their bytes';
CREATE FUNCTION @VALUE@_hash(a @VALUE@) RETURNS integer
	AS 'MODULE_PATHNAME', 'measure_value_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_hash(@VALUE@) IS 'hash of the bytes';
CREATE FUNCTION @VALUE@_hash_extended(a @VALUE@, seed bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'measure_value_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @VALUE@_hash_extended(@VALUE@, bigint) IS '64-bit hash of the bytes under a seed';

CREATE OPERATOR = (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_eq, COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (@VALUE@, @VALUE@) IS 'equal';
CREATE OPERATOR <> (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_ne, COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (@VALUE@, @VALUE@) IS 'not equal';
CREATE OPERATOR < (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_lt, COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (@VALUE@, @VALUE@) IS 'less than, by bytes';
CREATE OPERATOR <= (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_le, COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (@VALUE@, @VALUE@) IS 'less than or equal, by bytes';
CREATE OPERATOR > (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_gt, COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (@VALUE@, @VALUE@) IS 'greater than, by bytes';
CREATE OPERATOR >= (
	LEFTARG = @VALUE@, RIGHTARG = @VALUE@, FUNCTION = @VALUE@_ge, COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (@VALUE@, @VALUE@) IS 'greater than or equal, by bytes';

CREATE OPERATOR CLASS @VALUE@_ops DEFAULT FOR TYPE @VALUE@ USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 @VALUE@_cmp(@VALUE@, @VALUE@);
COMMENT ON OPERATOR CLASS @VALUE@_ops USING btree IS 'order of bytes: GROUP BY, DISTINCT, sorting';
CREATE OPERATOR CLASS @VALUE@_ops DEFAULT FOR TYPE @VALUE@ USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 @VALUE@_hash(@VALUE@),
	FUNCTION 2 @VALUE@_hash_extended(@VALUE@, bigint);
COMMENT ON OPERATOR CLASS @VALUE@_ops USING hash IS 'hash of bytes: hash joins and hash aggregation';

-- @end
-- Row types of answers. They may gain columns in an upgrade.

CREATE TYPE measure_estimate AS (
	estimate float8, std_error float8, lower float8, upper float8, level float8, n_a bigint, n_b bigint,
	method text, converged boolean, seed bigint, details jsonb
);
COMMENT ON TYPE measure_estimate IS 'an estimate with its interval; details: bandwidth, gap, shares and the like';

CREATE TYPE measure_test AS (
	statistic float8, p_value float8, p_min float8, null_mean float8, null_sd float8, n_a bigint, n_b bigint,
	method text, replicates integer, seed bigint, details jsonb
);
COMMENT ON TYPE measure_test IS 'a test: the statistic and what it is under the null; p_min is the least p that could have come out';

CREATE TYPE measure_curve AS (series text, x float8, y float8);
COMMENT ON TYPE measure_curve IS 'a point of a chart, long form';

CREATE TYPE measure_bin AS (bin integer, lo float8, hi float8, n float8, density float8);
COMMENT ON TYPE measure_bin IS 'a bin of a histogram: weight n in [lo, hi), the last one with hi; density integrates to 1 over the sample';

CREATE TYPE measure_point AS (id text, x float8[], weight float8, mixed measure_mixed);
COMMENT ON TYPE measure_point IS 'a row of a sample; NULL elements of x are gaps; mixed is the whole row of a mixed sample';

CREATE TYPE measure_column AS (
	dim integer, name text, n float8, missing bigint, mean float8, sd float8, min float8, q1 float8, median float8,
	q3 float8, max float8
);
COMMENT ON TYPE measure_column IS 'what a column of a sample looks like; n is the weight of its values, sd has divisor n - 1, quartiles are of type 1';

CREATE TYPE measure_sample_info AS (
	n bigint, weight float8, d integer, distinct_rows bigint, incomplete bigint, keyed boolean, kinds text[], bytes bigint
);
COMMENT ON TYPE measure_sample_info IS 'what a value holds: rows, their weight, columns, rows with a NULL element, kinds of columns, bytes';

CREATE TYPE measure_moment AS (dim integer, name text, n float8, mean float8, sd float8, std_error float8);
COMMENT ON TYPE measure_moment IS 'moments of one column; sd has divisor n - 1, std_error is sd / sqrt(n)';

CREATE TYPE measure_entry AS (i integer, j integer, value float8);
COMMENT ON TYPE measure_entry IS 'an entry of a matrix, from 1';

CREATE TYPE measure_axis AS (component integer, variance float8, share float8, loading float8[]);
COMMENT ON TYPE measure_axis IS 'a principal axis: its variance, its share of all variance, its unit vector';

CREATE TYPE measure_gmm_info AS (
	k integer, d integer, n bigint, weight float8, covariance text, log_likelihood float8, parameters integer, bic float8,
	aic float8, icl float8, iterations integer, converged boolean, stop_reason text, starts integer,
	starts_at_best integer, smallest_weight float8, omitted bigint, seed bigint, problems text[]
);
COMMENT ON TYPE measure_gmm_info IS 'the evidence of a mixture; bic, aic and icl are lower for better models; problems is {} when there is nothing to say';

CREATE TYPE measure_gmm_component AS (
	component integer, weight float8, n float8, mean float8[], sd float8[], covariance float8[], problems text[]
);
COMMENT ON TYPE measure_gmm_component IS 'a component of a mixture; n is its share of the rows, covariance is d x d with divisor n';

CREATE TYPE measure_gmm_column AS (component integer, weight float8, dim integer, name text, mean float8, sd float8);
COMMENT ON TYPE measure_gmm_column IS 'a column of a component, long form';

CREATE TYPE measure_gmm_score AS (component integer, probability float8, log_density float8, distance float8, tail_p float8);
COMMENT ON TYPE measure_gmm_score IS 'all about a row under a mixture; distance is Mahalanobis, not squared; tail_p is the share of the model with lower density';

CREATE TYPE measure_gmm_candidate AS (
	rank integer, k integer, covariance text, log_likelihood float8, parameters integer, bic float8, aic float8, icl float8,
	converged boolean, problems text[], model measure_gmm
);
COMMENT ON TYPE measure_gmm_candidate IS 'a mixture that was tried; rank 1 is the best; bic, aic and icl are lower for better models; model is NULL where no fit was found, and problems says why';

CREATE TYPE measure_draw AS (component integer, x float8[]);
COMMENT ON TYPE measure_draw IS 'a point drawn from a model and the component that it comes from, 0 for noise';

CREATE TYPE measure_parameter AS (
	component integer, parameter text, i integer, j integer, estimate float8, std_error float8, lower float8, upper float8
);
COMMENT ON TYPE measure_parameter IS 'a parameter of a mixture: weight, mean (of column i) or covariance (of columns i and j) of a component, NULL for what all share';

CREATE TYPE measure_match AS (component integer, reference integer, distance float8, rows_moved float8);
COMMENT ON TYPE measure_match IS 'a component and the one of the reference model that it stands for';

CREATE TYPE measure_distance AS (i text, j text, distance float8);
COMMENT ON TYPE measure_distance IS 'two ids and the distance of them';

CREATE TYPE measure_dissimilarity_info AS (
	n bigint, pairs bigint, missing bigint, missing_i text, missing_j text, min float8, mean float8, max float8,
	ids text, bytes bigint
);
COMMENT ON TYPE measure_dissimilarity_info IS 'what a dissimilarity holds: ids, pairs with a distance, pairs without and the first of them, the distances, the kind of ids, bytes';

CREATE TYPE measure_violation AS (
	i text, j text, distance float8, shortest float8, excess float8, ratio float8, path text[]
);
COMMENT ON TYPE measure_violation IS 'a distance that is longer than a detour: the shortest one, what it exceeds it by, how many times as long it is (NULL for a detour of 0), the ids on the way';

CREATE TYPE measure_repair AS (
	repaired measure_dissimilarity, objective float8, gap float8, violations bigint, worst float8, remaining float8,
	changed bigint, active bigint, iterations integer, converged boolean, problems text[]
);
COMMENT ON TYPE measure_repair IS 'repaired distances: half the weighted sum of squared changes, at most gap above the least; before: distances longer than a detour by more than a millionth of the greatest, the greatest excess; after: the greatest excess (0: none, to the last bit); pairs that changed, constraints that hold the answer up';

CREATE TYPE measure_correlation AS (id text, cluster integer, cost float8);
COMMENT ON TYPE measure_correlation IS 'the cluster of an id, from 1 by the first id of each; cost is what its pairs cost: half the sum over all ids is the cost of the clusters';

CREATE TYPE measure_kmedoids_info AS (
	k integer, n bigint, metric text, scale text, method text, total_deviation float8, mean_silhouette float8,
	medoid_silhouette float8, swaps integer, passes integer, converged boolean, locally_optimal boolean, omitted bigint,
	seed bigint, problems text[]
);
COMMENT ON TYPE measure_kmedoids_info IS 'the evidence of a set of medoids; locally_optimal: no single swap improves it, NULL where that was not looked at; problems is {} when there is nothing to say';

CREATE TYPE measure_cluster AS (
	cluster integer, medoid_id text, medoid float8[], medoid_row jsonb, size bigint, weight float8, total_distance float8,
	mean_distance float8, max_distance float8, silhouette float8
);
COMMENT ON TYPE measure_cluster IS 'a cluster: its medoid or center, its rows and their weight, their distances to it';

CREATE TYPE measure_label AS (
	id text, cluster integer, medoid_id text, distance float8, second integer, second_distance float8, silhouette float8
);
COMMENT ON TYPE measure_label IS 'the cluster of a row, its distance to the medoid or center, the second nearest, and the silhouette, from -1 (in the wrong cluster) to 1';

CREATE TYPE measure_cluster_score AS (
	cluster integer, medoid_id text, distance float8, second integer, second_distance float8, margin float8
);
COMMENT ON TYPE measure_cluster_score IS 'the nearest cluster of a row and the second nearest; margin is 1 - distance / second_distance: 0 half-way, 1 on the medoid';

CREATE TYPE measure_kmedoids_candidate AS (
	rank integer, k integer, total_deviation float8, silhouette float8, medoid_silhouette float8, converged boolean,
	problems text[], model measure_kmedoids
);
COMMENT ON TYPE measure_kmedoids_candidate IS 'a number of clusters that was tried; rank 1 is the best';

CREATE TYPE measure_kmedoids_fair AS (
	model measure_kmedoids, cost float8, root float8, counts jsonb, free_cost float8, price float8, swaps bigint,
	pair_swaps bigint, converged boolean
);
COMMENT ON TYPE measure_kmedoids_fair IS 'medoids within bounds: the model, the sum of w d^p and its root, medoids of each group, what the same search found without bounds, and cost / free_cost - 1, the price of fairness';

CREATE TYPE measure_kmeans_info AS (
	k integer, d integer, n bigint, weight float8, scale text, method text, inertia float8, iterations integer,
	starts integer, starts_at_best integer, converged boolean, omitted bigint, seed bigint, problems text[]
);
COMMENT ON TYPE measure_kmeans_info IS 'the evidence of k means; inertia is the sum of squared distances in scaled units; problems is {} when there is nothing to say';

CREATE TYPE measure_kmeans_cluster AS (
	cluster integer, center float8[], center_row jsonb, size bigint, weight float8, inertia float8, rms_distance float8,
	max_distance float8
);
COMMENT ON TYPE measure_kmeans_cluster IS 'a cluster of k means: its center in raw units, its rows and their weight, the sum of their squared distances, the root of its mean';

CREATE TYPE measure_kmeans_candidate AS (
	rank integer, k integer, inertia float8, silhouette float8, converged boolean, problems text[], model measure_kmeans
);
COMMENT ON TYPE measure_kmeans_candidate IS 'a number of clusters that was tried; rank 1 is the best';

CREATE TYPE measure_representative AS (rank integer, id text, gain float8, total float8);
COMMENT ON TYPE measure_representative IS 'a row that was chosen to represent others: the order of choice, what it added, and the sum of that so far';

CREATE TYPE measure_selected AS (id text, score float8, probability float8, draws integer, weight float8);
COMMENT ON TYPE measure_selected IS 'a row that was drawn: its score, its probability (at each draw, or of being drawn at all), how often it was drawn, and the weight that makes sums of weight times value unbiased';

CREATE TYPE measure_leverage AS (id text, leverage float8);
COMMENT ON TYPE measure_leverage IS 'a row of a design and its leverage, from 0 to 1; they add up to the number of columns';

CREATE TYPE measure_share AS (rank integer, id text, gain float8, share float8, rows bigint);
COMMENT ON TYPE measure_share IS 'a group that was chosen: the order of choice, what it added, its share of a budget, and the rows of that';

CREATE TYPE measure_disagreement AS (rank bigint, id text, pds float8, jsd float8, models integer);
COMMENT ON TYPE measure_disagreement IS 'an item and how models differ on it: the sum over classes of the greatest probability, from 1, and the mean divergence from their mean, in nats';

CREATE TYPE measure_frechet AS (label text, value float8, second text, second_value float8, margin float8, ties integer);
COMMENT ON TYPE measure_frechet IS 'the label with the least weighted sum of distances to a power, the next one, how much that is worse, and how many labels reach the least value';

-- The library and the extension's script.

CREATE FUNCTION pgmeasure_version() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgmeasure_version() IS 'version of the library; a warning when the extension''s script has another';
