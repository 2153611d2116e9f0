-- jaccard_matrix: distances of all pairs of sketches. The reference is the aggregate dissimilarity over jaccard.
SET client_min_messages = warning;
CREATE TABLE mx AS SELECT id, CASE id % 4 WHEN 0 THEN small WHEN 1 THEN large ELSE small || large END AS s, small, large
FROM generate_series(-7, 12) id,
	LATERAL (SELECT minhash(x + id * 3) AS small FROM generate_series(1, 40) x) a, LATERAL (SELECT minhash(x + id * 50) AS large FROM generate_series(1, 900) x) b;
-- exact sketches, registers, both; ids as numbers and text
CREATE VIEW expected AS SELECT dissimilarity(a.id, b.id, 1 - jaccard(a.s, b.s)) AS mixed, dissimilarity(a.id, b.id, 1 - jaccard(a.small, b.small)) AS small,
	dissimilarity(a.id, b.id, 1 - jaccard(a.large, b.large)) AS large, dissimilarity('x' || a.id, 'x' || b.id, 1 - jaccard(a.s, b.s)) AS words FROM mx a, mx b WHERE a.id <= b.id;
SELECT e.mixed = m.mixed AS mixed, e.small = m.small AS small, e.large = m.large AS large, e.words = m.words AS words
FROM expected e, (SELECT jaccard_matrix(id, s) AS mixed, jaccard_matrix(id, small) AS small, jaccard_matrix(id, large) AS large, jaccard_matrix('x' || id, s) AS words FROM mx) m;
SELECT a.m = b.m AS order_does_not_count, a.m::text::measure_dissimilarity = a.m AS text_form FROM (SELECT jaccard_matrix('x' || id, s) AS m FROM mx) a, (SELECT jaccard_matrix('x' || id, s ORDER BY id % 7, id DESC) AS m FROM mx) b;
SELECT i.ids, i.pairs, i.missing, round(i.mean::numeric, 4) AS mean FROM (SELECT jaccard_matrix(id, s) AS m FROM mx) q, dissimilarity_info(m) i;
SELECT p.* FROM (SELECT jaccard_matrix(w, minhash_of(shingles(w, 2))) AS m FROM unnest('{near duplicate,near duplicates,far away}'::text[]) w) q, dissimilarity_pairs(m) p;
-- weighted, packed
SELECT count(*) AS pairs, count(*) FILTER (WHERE p.distance::real <> (1 - jaccard(a.w, b.w))::real) AS wrong
FROM (SELECT g, minhash_weighted(1 + x % (g + 3), x) AS w FROM generate_series(1, 6) g, generate_series(1, 400::bigint, g) x GROUP BY g) a,
	(SELECT g, minhash_weighted(1 + x % (g + 3), x) AS w FROM generate_series(1, 6) g, generate_series(1, 400::bigint, g) x GROUP BY g) b,
	(SELECT jaccard_matrix(g, w) AS m FROM (SELECT g, minhash_weighted(1 + x % (g + 3), x) AS w FROM generate_series(1, 6) g, generate_series(1, 400::bigint, g) x GROUP BY g) q) m, dissimilarity_pairs(m) p
WHERE p.i = a.g::text AND p.j = b.g::text;
SELECT count(*) AS pairs, count(*) FILTER (WHERE p.distance::real <> (1 - jaccard(a.s, b.s))::real) AS wrong
FROM (SELECT jaccard_matrix(id, CASE WHEN id > 4 THEN minhash_pack(s) ELSE s END) AS m FROM mx) q, dissimilarity_pairs(m) p,
	(SELECT id, CASE WHEN id > 4 THEN minhash_pack(s) ELSE s END AS s FROM mx) a, (SELECT id, CASE WHEN id > 4 THEN minhash_pack(s) ELSE s END AS s FROM mx) b WHERE p.i = a.id::text AND p.j = b.id::text;
-- the combine function; a window
CREATE TABLE parts (id bigint, s measure_minhash) PARTITION BY HASH (id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parts SELECT id, s FROM mx;
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS off) SELECT jaccard_matrix(id, s) FROM parts;
SELECT p.m = e.m AS combined FROM (SELECT jaccard_matrix(id, s) AS m FROM parts) p, (SELECT jaccard_matrix(id, s) AS m FROM mx) e;
RESET enable_partitionwise_aggregate;
SELECT count(*) AS windows, count(DISTINCT m) AS distinct_values FROM (SELECT jaccard_matrix(id, s) OVER (ORDER BY id) AS m FROM mx) q;
-- few rows: none, NULL, an empty set, one
SELECT jaccard_matrix(id, s) FROM mx WHERE false;
SELECT jaccard_matrix(1, NULL::measure_minhash);
SELECT jaccard_matrix(1, minhash_empty());
SELECT summary(jaccard_matrix(id, s)) FROM mx WHERE id = 3;
SELECT (jaccard_matrix('', s)) = (SELECT dissimilarity('', ''::text, 0)) AS one FROM mx WHERE id = 3;
-- errors
SELECT jaccard_matrix(NULL::bigint, s) FROM mx;
SELECT jaccard_matrix(id / 2, s) FROM mx;
SELECT jaccard_matrix((id / 2)::text, s) FROM mx;
SELECT jaccard_matrix(id, CASE WHEN id = 5 THEN minhash_of('{1,2}'::int[], 64) ELSE s END) FROM mx;
SELECT jaccard_matrix(id, CASE WHEN id % 4 = 1 THEN minhash_pack(s, CASE WHEN id < 3 THEN 4 ELSE 8 END) ELSE s END) FROM mx WHERE id >= 0;
SELECT jaccard_matrix_final('\x00');
SELECT jaccard_matrix_append(NULL, 1::bigint, s) FROM mx LIMIT 1;
SET pgmeasure.max_memory = '1MB';
SELECT jaccard_matrix(id, minhash_of(ARRAY[id])) FROM generate_series(1, 1000) id;
RESET pgmeasure.max_memory;
CREATE AGGREGATE forged(bytea) (SFUNC = jaccard_matrix_merge, STYPE = bytea, FINALFUNC = jaccard_matrix_final);
SELECT forged('\x00');
SELECT forged('\x010000001800000000000000000000000000000000');
SELECT forged(x) FROM (SELECT decode('01000000' || '4000000000000000' || repeat('00', 48), 'hex') AS x) q;
DROP AGGREGATE forged(bytea);
-- an exact sketch that meets registers is kept by registers from call to call: same answers in any order of pairs
SELECT count(*) AS pairs, count(*) FILTER (WHERE jaccard(a.s, b.s) <> jaccard(b.s, a.s) OR 1 - jaccard(a.s, b.s) <> (a.s <-> b.s)
	OR jaccard(a.s, b.s) <> (jaccard_interval(a.s, b.s)).estimate) AS differences FROM mx a, mx b;
DROP VIEW expected;
DROP TABLE mx, parts;
