-- measure_minhash: similarity sketches of sets; and the Jaccard family on sets that are given.

COMMENT ON TYPE measure_minhash IS 'similarity sketch of a set: exact up to t distinct elements, beyond that t registers of 8 bytes (weighted kinds: 16) with a standard error of sqrt(J (1 - J) / t); 48 bytes and the elements or registers';

CREATE TYPE measure_minhash_info AS (
	t integer, n bigint, kind text, seed bigint, exact boolean, cardinality float8, bytes integer, bits integer
);
COMMENT ON TYPE measure_minhash_info IS 'what a sketch is: registers, rows that came, kind, seed, whether it holds all elements, their number (of weighted kinds the sum of weights), bytes, bits of a packed register or 0';

CREATE TYPE measure_duplicate AS (a text, b text, jaccard float8, group_id bigint);
COMMENT ON TYPE measure_duplicate IS 'two rows that are alike, and the group of rows that such pairs connect';

CREATE TYPE measure_minhash_plan AS (b integer, r integer, recall float8, need integer, method text);
COMMENT ON TYPE measure_minhash_plan IS 'b bands of r registers: recall is the probability that a pair at the threshold shares one, need is how many it shares at least, 0 when it may share none';

CREATE TYPE measure_set_similarity AS (
	common bigint, n_a bigint, n_b bigint, jaccard float8, dice float8, overlap float8, containment_ab float8,
	containment_ba float8, coincidence float8, ochiai float8, kulczynski float8
);
COMMENT ON TYPE measure_set_similarity IS 'two sets: elements in both, in each, and all indices of them';

-- Parts of the aggregates. State and value are one type; no part is STRICT or trusts its state.

-- @for ELEMENT
CREATE FUNCTION minhash_append(state measure_minhash, @ELEMENT@) RETURNS measure_minhash
	AS 'MODULE_PATHNAME', 'minhash_append_@ELEMENT:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minhash_append(state measure_minhash, @ELEMENT@) IS 'part of the aggregate minhash';
CREATE FUNCTION minhash_append_like(state measure_minhash, template measure_minhash, @ELEMENT@) RETURNS measure_minhash
	AS 'MODULE_PATHNAME', 'minhash_append_like_@ELEMENT:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minhash_append_like(state measure_minhash, template measure_minhash, @ELEMENT@) IS 'part of the aggregate minhash_like';
-- @end

-- @for KEY
CREATE FUNCTION minhash_append_weighted(state measure_minhash, weight float8, @KEY@) RETURNS measure_minhash
	AS 'MODULE_PATHNAME', 'minhash_append_weighted_@KEY:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_append_weighted(state measure_minhash, weight float8, @KEY@) IS 'part of the aggregate minhash_weighted';
CREATE FUNCTION minhash_append_weighted_like(state measure_minhash, template measure_minhash, weight float8, @KEY@) RETURNS measure_minhash
	AS 'MODULE_PATHNAME', 'minhash_append_weighted_like_@KEY:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_append_weighted_like(state measure_minhash, template measure_minhash, weight float8, @KEY@) IS 'part of the aggregate minhash_weighted_like';
-- @end

CREATE FUNCTION minhash_append_elements(state measure_minhash, elements anyarray) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_append_elements(measure_minhash, anyarray) IS 'part of the aggregate minhash_elements';

CREATE FUNCTION minhash_merge(state measure_minhash, m measure_minhash) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION minhash_merge(measure_minhash, measure_minhash) IS 'part of the aggregates: m into the state';

CREATE FUNCTION minhash_final(state measure_minhash) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minhash_final(measure_minhash) IS 'part of the aggregates: the state without its free space';

-- Aggregates. A state grows to 48 bytes and 8 a register, which palloc rounds up to 4 kB at t = 256
-- (weighted kinds: 8 kB): that is what SSPACE says. Small sets take less: 128 bytes for 8 elements.

-- @for ELEMENT
CREATE AGGREGATE minhash(@ELEMENT@) (
	SFUNC = minhash_append, STYPE = measure_minhash, SSPACE = 4096, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash(@ELEMENT@) IS 'sketch of the set of values, t = 256, seed 0; NULL values are skipped. One id is one element as smallint, integer, bigint or numeric, one text as text, varchar, char(n) (without its trailing blanks) or name, in any server encoding; other types differ, 5.0::float8 from 5. An array is an error (42804): minhash_elements. Same rows, same bytes, in any order and plan (Fast Similarity Sketching, Dahlgaard et al. 2017)';
CREATE AGGREGATE minhash_like(template measure_minhash, @ELEMENT@) (
	SFUNC = minhash_append_like, STYPE = measure_minhash, SSPACE = 4096, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash_like(template measure_minhash, @ELEMENT@) IS 'the same with t, kind and seed of the template, as in minhash_like(minhash_empty(t => 512), x); what the template holds does not count. Another template in a later row, or one of weighted kind, is an error';
-- @end

-- @for KEY
CREATE AGGREGATE minhash_weighted(weight float8, @KEY@) (
	SFUNC = minhash_append_weighted, STYPE = measure_minhash, SSPACE = 8192, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash_weighted(weight float8, @KEY@) IS 'sketch of keys with weights, for the weighted Jaccard index sum min / sum max; weights finite, 0 (absent) or 1e-150 to 1e150. Give each key once, with its whole weight: of a key that comes again, also by union, the greatest weight counts, never the sum; sum with GROUP BY first (DartMinHash, Christiani 2020)';
CREATE AGGREGATE minhash_weighted_like(template measure_minhash, weight float8, @KEY@) (
	SFUNC = minhash_append_weighted_like, STYPE = measure_minhash, SSPACE = 8192, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash_weighted_like(template measure_minhash, weight float8, @KEY@) IS 'the same with t, kind and seed of the template, of kind weighted, or of kind probability, which compares shares of weight (ProbMinHash, Ertl 2020)';
-- @end

CREATE AGGREGATE minhash_elements(elements anyarray) (
	SFUNC = minhash_append_elements, STYPE = measure_minhash, SSPACE = 4096, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash_elements(elements anyarray) IS 'sketch of the set of all elements of the arrays, t = 256, seed 0; NULL arrays and NULL elements are skipped, an empty array adds nothing';

CREATE AGGREGATE minhash_union(m measure_minhash) (
	SFUNC = minhash_merge, STYPE = measure_minhash, SSPACE = 4096, FINALFUNC = minhash_final,
	COMBINEFUNC = minhash_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minhash_union(m measure_minhash) IS 'sketch of the union: the bytes that one sketch of all rows has. Weighted kinds: of a key in several sketches the greatest weight. Sketches that differ in t, kind or seed, and packed ones, are an error (22000)';

-- Sketches without aggregation.

CREATE FUNCTION minhash_empty(t integer DEFAULT 256, kind text DEFAULT 'fss', seed bigint DEFAULT 0) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_empty(integer, text, bigint) IS 'sketch of no element: the template of minhash_like. t registers, 2 to 2048: standard error at most 0.5 / sqrt(t). kind: fss, khash (t hash functions: t times the work; Broder 1997), weighted, probability. Sketches compare only under one seed: keep it secret against made-up elements';

CREATE FUNCTION minhash_of(elements anyarray, t integer DEFAULT 256, seed bigint DEFAULT 0) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION minhash_of(anyarray, integer, bigint) IS 'sketch of the elements of one array; NULL elements are skipped, an empty array gives the empty set';

CREATE FUNCTION minhash_concat(a measure_minhash, b measure_minhash) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_concat(measure_minhash, measure_minhash) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = measure_minhash, RIGHTARG = measure_minhash, FUNCTION = minhash_concat);
COMMENT ON OPERATOR || (measure_minhash, measure_minhash) IS 'sketch of the union of both';

CREATE FUNCTION minhash_pack(m measure_minhash, bits integer DEFAULT 8) RETURNS measure_minhash
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_pack(measure_minhash, integer) IS 'for storage: of each register 1, 2, 4, 8 or 16 bits, 48 + t bits / 8 bytes. Such a sketch is compared by jaccard, % and <-> (with full ones, too), and nothing else; the standard error grows at J = 0.5 by 1.73, 1.29, 1.06, 1.00, 1.00. A small exact sketch stays as it is (b-bit minwise hashing, Li & Koenig 2010)';

CREATE FUNCTION shingles(body text, q integer, unit text DEFAULT 'char') RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION shingles(text, integer, text) IS 'the overlapping pieces of a text, in its order, repeated ones too: of q characters (unit char) or q words (unit word, parted by white space, joined by one space). A text of fewer than q units is one piece, one without units none. Case and punctuation stay: lower() and regexp_replace() first';

-- Answers.

CREATE FUNCTION minhash_info(m measure_minhash) RETURNS measure_minhash_info
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_info(measure_minhash) IS 'parameters, rows (n, repeated ones and those of empty weight too), whether all elements are held (exact), how many there are, bytes';

CREATE FUNCTION minhash_cardinality(m measure_minhash) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_cardinality(measure_minhash) IS 'distinct elements, exact up to t, then with a relative standard error of 1 / sqrt(t - 2) at most; of weighted kinds the sum of weights';
CREATE FUNCTION minhash_cardinality_interval(m measure_minhash, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_cardinality_interval(measure_minhash, float8) IS 'the same with its interval: quantiles of the gamma law of the registers'' waiting times';

CREATE FUNCTION jaccard(a measure_minhash, b measure_minhash) RETURNS float8
	AS 'MODULE_PATHNAME', 'minhash_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION jaccard(measure_minhash, measure_minhash) IS '|a and b| / |a or b| (weighted: sum min / sum max): exact for two exact sketches, else the share of equal registers. 0 with one empty set, NULL with two. Sketches that differ in t, kind or seed are an error (22000) that names both';
CREATE FUNCTION jaccard_interval(a measure_minhash, b measure_minhash, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'minhash_jaccard_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION jaccard_interval(measure_minhash, measure_minhash, float8) IS 'the same with its interval (Clopper & Pearson 1934), which covers at least level; no width when exact';
CREATE FUNCTION jaccard_joint(a measure_minhash, b measure_minhash, size_a float8, size_b float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION jaccard_joint(measure_minhash, measure_minhash, float8, float8) IS 'the same with numbers of elements that are known from elsewhere: down to a third of the variance for a small set in a large one (Ertl 2021, SetSketch)';
CREATE FUNCTION jaccard_all(sketches measure_minhash[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard_all(measure_minhash[]) IS '|in all| / |in any| of several sets; NULL elements are left out';
CREATE FUNCTION jaccard_all_interval(sketches measure_minhash[], level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION jaccard_all_interval(measure_minhash[], float8) IS 'the same with its interval; n_a and n_b are rows of the first and the last sketch';

CREATE FUNCTION containment(part measure_minhash, whole measure_minhash) RETURNS float8
	AS 'MODULE_PATHNAME', 'minhash_containment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION containment(measure_minhash, measure_minhash) IS '|part and whole| / |part|; NULL for an empty part. Packed sketches and kind probability are an error';
CREATE FUNCTION containment_interval(part measure_minhash, whole measure_minhash, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'minhash_containment_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION containment_interval(measure_minhash, measure_minhash, float8) IS 'the same with its interval: of the registers that the part decides, those that the whole shares. Wide for a small part of a large whole';

CREATE FUNCTION intersection_size(a measure_minhash, b measure_minhash) RETURNS float8
	AS 'MODULE_PATHNAME', 'minhash_intersection_size' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION intersection_size(measure_minhash, measure_minhash) IS 'elements in both (weighted: sum of the lesser weights): exact for two exact sketches';
CREATE FUNCTION intersection_size_interval(a measure_minhash, b measure_minhash, level float8 DEFAULT 0.95) RETURNS measure_estimate
	AS 'MODULE_PATHNAME', 'minhash_intersection_size_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION intersection_size_interval(measure_minhash, measure_minhash, float8) IS 'the same with its interval, which counts the error of the share and that of the size';

CREATE FUNCTION summary(v measure_minhash) RETURNS text
	AS 'MODULE_PATHNAME', 'minhash_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION summary(measure_minhash) IS 'the sketch as a person wants to read it: rows, distinct elements with their interval, parameters';

-- Search.

CREATE FUNCTION minhash_similar(a measure_minhash, b measure_minhash) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_similar(measure_minhash, measure_minhash) IS 'implementation of the % operator';
CREATE OPERATOR % (
	LEFTARG = measure_minhash, RIGHTARG = measure_minhash, FUNCTION = minhash_similar, COMMUTATOR = %,
	RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR % (measure_minhash, measure_minhash) IS 'jaccard(a, b) >= pgmeasure.jaccard_threshold (0.7)';

CREATE FUNCTION minhash_distance(a measure_minhash, b measure_minhash) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_distance(measure_minhash, measure_minhash) IS 'implementation of the <-> operator';
CREATE OPERATOR <-> (LEFTARG = measure_minhash, RIGHTARG = measure_minhash, FUNCTION = minhash_distance, COMMUTATOR = <->);
COMMENT ON OPERATOR <-> (measure_minhash, measure_minhash) IS '1 - jaccard(a, b), a metric';

CREATE FUNCTION minhash_lsh_extract_value(m measure_minhash, n internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_lsh_extract_value(measure_minhash, internal) IS 'part of minhash_lsh_ops: keys of a row, its bands, and of an exact sketch its elements';
CREATE FUNCTION minhash_lsh_extract_query(m measure_minhash, n internal, strategy smallint, partial internal, extra internal, nulls internal, mode internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_lsh_extract_query(measure_minhash, internal, smallint, internal, internal, internal, internal) IS 'part of minhash_lsh_ops: keys of the right side of %, and how many a row must share';
CREATE FUNCTION minhash_lsh_consistent(present internal, strategy smallint, m measure_minhash, n integer, extra internal, recheck internal, keys internal, nulls internal) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_lsh_consistent(internal, smallint, measure_minhash, integer, internal, internal, internal, internal) IS 'part of minhash_lsh_ops: whether a row shares enough keys';
CREATE FUNCTION minhash_lsh_triconsistent(present internal, strategy smallint, m measure_minhash, n integer, extra internal, keys internal, nulls internal) RETURNS "char"
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_lsh_triconsistent(internal, smallint, measure_minhash, integer, internal, internal, internal) IS 'part of minhash_lsh_ops: whether a row may share enough keys';
CREATE FUNCTION minhash_lsh_options(options internal) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_lsh_options(internal) IS 'part of minhash_lsh_ops: the option min_jaccard';

CREATE OPERATOR CLASS minhash_lsh_ops FOR TYPE measure_minhash USING gin AS
	OPERATOR 1 % (measure_minhash, measure_minhash),
	FUNCTION 1 (measure_minhash, measure_minhash) btint8cmp(bigint, bigint),
	FUNCTION 2 (measure_minhash, measure_minhash) minhash_lsh_extract_value(measure_minhash, internal),
	FUNCTION 3 (measure_minhash, measure_minhash) minhash_lsh_extract_query(measure_minhash, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 (measure_minhash, measure_minhash) minhash_lsh_consistent(internal, smallint, measure_minhash, integer, internal, internal, internal, internal),
	FUNCTION 6 (measure_minhash, measure_minhash) minhash_lsh_triconsistent(internal, smallint, measure_minhash, integer, internal, internal, internal),
	FUNCTION 7 (measure_minhash, measure_minhash) minhash_lsh_options(internal),
	STORAGE bigint;
COMMENT ON OPERATOR CLASS minhash_lsh_ops USING gin IS 'finds every row with a % b: bands of registers are counted, and of exact sketches elements. Option min_jaccard (0.1 to 1, default 0.7): the least threshold that is searched by keys, below it the index is scanned as a whole; t = 256: 0.7: 85 bands, 0.8: 64, 0.9: 28. Full sketches of one t, kind and seed';

CREATE FUNCTION minhash_bands(m measure_minhash, b integer, r integer) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minhash_bands(measure_minhash, integer, integer) IS 'keys of b bands of r registers, b r <= t, for hash joins: sets share one with probability 1 - (1 - J^r)^b, so compare what is found. NULL for an empty set. Packed sketches are an error';
CREATE FUNCTION minhash_bands_recall(j float8, b integer, r integer) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minhash_bands_recall(float8, integer, integer) IS 'probability that two sets of similarity j share one of b bands of r registers: 1 - (1 - j^r)^b';
CREATE FUNCTION minhash_bands_curve(b integer, r integer, points integer DEFAULT 101) RETURNS SETOF measure_curve
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 101;
COMMENT ON FUNCTION minhash_bands_curve(integer, integer, integer) IS 'the same as a chart: x is the similarity, 0 to 1, y the probability';
CREATE FUNCTION minhash_bands_plan(threshold float8, t integer DEFAULT 256, method text DEFAULT 'balanced', options jsonb DEFAULT NULL) RETURNS measure_minhash_plan
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION minhash_bands_plan(float8, integer, text, jsonb) IS 'b and r for a threshold. method: balanced, least area of false positives below it and false negatives above (options false_positive, false_negative: their weights, 1); recall, the greatest r that finds a pair at the threshold with probability option recall (0.99); counting, the greatest r with which every such pair shares a band';

-- All pairs, as a dissimilarity.

CREATE FUNCTION jaccard_matrix_merge(state bytea, v bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION jaccard_matrix_merge(bytea, bytea) IS 'part of the aggregate jaccard_matrix: rows of v into the state';
CREATE FUNCTION jaccard_matrix_final(state bytea) RETURNS measure_dissimilarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION jaccard_matrix_final(bytea) IS 'part of the aggregate jaccard_matrix: compares all pairs';

-- @for ID
CREATE FUNCTION jaccard_matrix_append(state bytea, @ID@, m measure_minhash) RETURNS bytea
	AS 'MODULE_PATHNAME', 'jaccard_matrix_append_@ID:c@' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION jaccard_matrix_append(state bytea, @ID@, m measure_minhash) IS 'part of the aggregate jaccard_matrix: one row';
CREATE AGGREGATE jaccard_matrix(@ID@, m measure_minhash) (
	SFUNC = jaccard_matrix_append, STYPE = bytea, SSPACE = 65536, COMBINEFUNC = jaccard_matrix_merge,
	FINALFUNC = jaccard_matrix_final, PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE jaccard_matrix(@ID@, m measure_minhash) IS 'distances 1 - jaccard(a, b) of all pairs of sketches, by id: for kmedoids_fit and dissimilarity_nearest. Ids are unique; rows without a sketch or with an empty one are left out. All n (n - 1) / 2 pairs are compared, in 4 bytes each: 0.7 s and 50 MB for 5000 sketches of 256 registers; near_duplicates finds what is close without that';
-- @end

CREATE FUNCTION near_duplicates(query text, threshold float8 DEFAULT 0.8, options jsonb DEFAULT NULL) RETURNS SETOF measure_duplicate
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 1001;
COMMENT ON FUNCTION near_duplicates(text, float8, jsonb) IS 'pairs with jaccard(a, b) >= threshold of the rows (id, sketch) of a query, and the groups that they connect, by bands: not all pairs are looked at, and each at the threshold is found with probability option recall (0.99), more similar ones with more; % with its index finds all. Ids are integers or text and unique; rows without a sketch or with an empty one are left out. The query is one SELECT without volatile functions. Memory: sketches and 8 bytes a row and band, up to pgmeasure.max_memory; bands with more than 1000 members are reported';

-- Sets that are given, exact. NULL elements and repeated ones do not count; elements are equal by the
-- order of their type and collation, where sketches go by bytes. Two empty sets are NULL, one is 0.

CREATE FUNCTION jaccard(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard(anyarray, anyarray) IS '|a and b| / |a or b|, exact (Jaccard 1901)';
CREATE FUNCTION dice(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_dice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION dice(anyarray, anyarray) IS '2 |a and b| / (|a| + |b|), also Sorensen or F1';
CREATE FUNCTION overlap(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION overlap(anyarray, anyarray) IS '|a and b| / min(|a|, |b|): 1 when one set is in the other';
CREATE FUNCTION interiority(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION interiority(anyarray, anyarray) IS 'the overlap under its other name (Costa 2021)';
CREATE FUNCTION coincidence(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_coincidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION coincidence(anyarray, anyarray) IS 'jaccard * interiority: high only when overlap and sizes agree; 1 - it is no metric (Costa 2021)';
CREATE FUNCTION containment(part anyarray, whole anyarray) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_containment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION containment(anyarray, anyarray) IS '|part and whole| / |part|; NULL for an empty part';
CREATE FUNCTION tversky(a anyarray, b anyarray, alpha float8 DEFAULT 0.5, beta float8 DEFAULT 0.5) RETURNS float8
	AS 'MODULE_PATHNAME', 'set_tversky' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION tversky(anyarray, anyarray, float8, float8) IS '|a and b| / (|a and b| + alpha |a without b| + beta |b without a|), alpha and beta at least 0: 1, 1 is jaccard, the default dice (Tversky 1977)';
CREATE FUNCTION set_similarity(a anyarray, b anyarray) RETURNS measure_set_similarity
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION set_similarity(anyarray, anyarray) IS 'all indices of two sets in one pass: jaccard <= dice <= ochiai <= kulczynski <= overlap';
CREATE FUNCTION jaccard_multiset(a anyarray, b anyarray) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard_multiset(anyarray, anyarray) IS 'sum min / sum max of how often elements come';
CREATE FUNCTION jaccard_three(a anyarray, b anyarray, c anyarray) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard_three(anyarray, anyarray, anyarray) IS '|in all three| / |in any|';
CREATE FUNCTION jaccard_chain(a anyarray, b anyarray, c anyarray) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard_chain(anyarray, anyarray, anyarray) IS 'how b links a and c, which need not touch: 0 to 1, 1 when the union is two links of equal size. A definition of this project, see doc/reference/sketch.md';

-- Weights by position or by key, exact. Scale matters: divide by the sum first to compare shapes.

CREATE FUNCTION ruzicka(a float8[], b float8[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'vector_ruzicka' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION ruzicka(float8[], float8[]) IS 'sum min / sum max over positions of two vectors of equal length, finite and at least 0: the weighted Jaccard index; NULL for two zero vectors (Ruzicka 1958)';
CREATE FUNCTION ruzicka(a jsonb, b jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'map_ruzicka' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION ruzicka(jsonb, jsonb) IS 'the same over the keys of two objects of numbers, at least 0; a missing key is 0';
CREATE FUNCTION dice(a jsonb, b jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'map_dice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION dice(jsonb, jsonb) IS '2 sum min / (sum a + sum b) over the keys of two objects of numbers: 1 - Bray-Curtis (1957)';
CREATE FUNCTION overlap(a jsonb, b jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'map_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION overlap(jsonb, jsonb) IS 'sum min / min(sum a, sum b) over the keys of two objects of numbers; NULL for an object of zeros';
CREATE FUNCTION interiority(a jsonb, b jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'map_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION interiority(jsonb, jsonb) IS 'the overlap under its other name (Costa 2021)';
CREATE FUNCTION coincidence(a jsonb, b jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'map_coincidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION coincidence(jsonb, jsonb) IS 'ruzicka * interiority of two objects of numbers (Costa 2021)';

CREATE FUNCTION jaccard_signed(a float8[], b float8[], alpha float8 DEFAULT 0.5) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaccard_signed(float8[], float8[], float8) IS '(2 alpha agreement - 2 (1 - alpha) opposition) / sum max(|x|, |y|) of two vectors of equal length: -1 to 1 at alpha 0.5, above it opposition is forgiven. Standardise columns of different units over all rows first (Costa 2021)';
CREATE FUNCTION interiority_signed(a float8[], b float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION interiority_signed(float8[], float8[]) IS 'sum min(|x|, |y|) / min(sum |x|, sum |y|) of two vectors of equal length; NULL with a zero vector';
CREATE FUNCTION coincidence_signed(a float8[], b float8[], alpha float8 DEFAULT 0.5) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION coincidence_signed(float8[], float8[], float8) IS 'jaccard_signed * interiority_signed: more selective than correlation (Costa 2021)';
CREATE FUNCTION coincidence_columns(x float8[], y float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION coincidence_columns(float8[], float8[]) IS 'how two variables go together: the signed coincidence of two columns (array_agg of the same rows), each standardised: 1 for an increasing affine function, -1 for a decreasing one. A constant column is an error (22000). A definition of this project';
CREATE FUNCTION table_dependence(cells float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION table_dependence(float8[]) IS 'dependence in a two-way table of counts or probabilities, an array of two dimensions: 1 - sum min / sum max of cells and products of margins; 0 when independent. A definition of this project';
