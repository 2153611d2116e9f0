-- Search: bands, the operator class against all pairs, near_duplicates.
CREATE TABLE sk AS
SELECT id, minhash_of(array_agg(CASE WHEN (hashint8extended(id * 1000 + i, 7) & 127) < id % 10 * 3 THEN -id * 1000 - i ELSE id / 10 * 1000 + i END)) AS s
FROM generate_series(1, 300) id, generate_series(1, 700) i WHERE i <= CASE id / 10 % 3 WHEN 0 THEN 40 WHEN 1 THEN 240 + id % 10 * 5 ELSE 700 END GROUP BY id;
INSERT INTO sk SELECT 5000, minhash_empty() UNION ALL SELECT 5001, NULL UNION ALL SELECT 5002, minhash_empty();
SELECT i.exact, count(*) > 100 AS many FROM sk, minhash_info(s) i WHERE i.n > 0 GROUP BY 1 ORDER BY 1;
CREATE TABLE pairs AS SELECT a.id AS a, b.id AS b, jaccard(a.s, b.s) AS j FROM sk a, sk b WHERE jaccard(a.s, b.s) > 0;
CREATE INDEX sk_index ON sk USING gin (s minhash_lsh_ops);
ANALYZE sk;
-- the planner takes the index by itself
EXPLAIN (COSTS OFF) SELECT b.id FROM sk a, sk b WHERE a.id = 7 AND b.s % a.s;
-- rows that differ between the index and all pairs
SET enable_seqscan = off;
CREATE FUNCTION differences(threshold float8) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('pgmeasure.jaccard_threshold', threshold::text, false);
	RETURN (SELECT count(*) FROM (SELECT a.id AS a, b.id AS b FROM sk a, sk b WHERE b.s % a.s) i
		FULL JOIN (SELECT a, b FROM pairs WHERE j >= threshold) p USING (a, b) WHERE i IS NULL OR p IS NULL);
END $$;
SELECT sum(differences(t)) AS differences, count(*) AS thresholds FROM unnest('{0.7,0.7001,0.75,0.8,0.9,0.99,1}'::float8[]) t;
SELECT sum(differences(j)) AS differences, count(*) AS thresholds FROM (SELECT DISTINCT j FROM pairs WHERE j BETWEEN 0.7 AND 0.9 ORDER BY j LIMIT 3) t;
-- below min_jaccard the index is scanned as a whole
SELECT differences(0.45);
DROP INDEX sk_index;
CREATE INDEX sk_index ON sk USING gin (s minhash_lsh_ops (min_jaccard = 0.4));
SELECT sum(differences(t)) AS differences FROM unnest('{0.4,0.5,0.9}'::float8[]) t;
DROP INDEX sk_index;
CREATE INDEX sk_index ON sk USING gin (s minhash_lsh_ops (min_jaccard = 0.9)) WITH (fastupdate = off);
SELECT sum(differences(t)) AS differences FROM unnest('{0.9,0.95,1}'::float8[]) t;
RESET enable_seqscan;
RESET pgmeasure.jaccard_threshold;
-- rows that come later
INSERT INTO sk SELECT 6000, s FROM sk WHERE id = 7;
SET enable_seqscan = off; SET pgmeasure.jaccard_threshold = 0.95;
SELECT b.id, a.s <-> b.s AS distance FROM sk a, sk b WHERE a.id = 6000 AND b.s % a.s ORDER BY a.s <-> b.s, b.id LIMIT 2;
DELETE FROM sk WHERE id = 6000;
RESET enable_seqscan; RESET pgmeasure.jaccard_threshold;
-- weighted sketches
CREATE TABLE wk AS SELECT id, minhash_weighted((i + id % 10 * (i % 3)) % 9, (id / 10 * 1000 + i)::bigint) AS s FROM generate_series(1, 100) id, generate_series(1, 400) i WHERE i < 60 OR id / 10 % 2 = 0 GROUP BY id;
CREATE INDEX ON wk USING gin (s minhash_lsh_ops);
SET enable_seqscan = off;
SELECT count(*) > 100 AS many, count(*) = (SELECT count(*) FILTER (WHERE jaccard(a.s, b.s) >= 0.7) FROM wk a, wk b) AS same FROM wk a, wk b WHERE b.s % a.s;
RESET enable_seqscan;
-- errors
CREATE INDEX ON sk USING gin (s minhash_lsh_ops (min_jaccard = 2));
CREATE TABLE packed AS SELECT minhash_pack(s, 1) AS s FROM sk;
CREATE INDEX ON packed USING gin (s minhash_lsh_ops);
SET pgmeasure.jaccard_threshold = 1.5;

-- bands
SELECT b, r, round(recall::numeric, 6) AS recall, need, method FROM minhash_bands_plan(0.7, 128);
SELECT p.b, p.r, p.need FROM unnest('{0.9,0.8,0.7}'::float8[]) t, minhash_bands_plan(t, method => 'counting') p;
SELECT p.b, p.r, p.recall >= 0.99 AS enough FROM minhash_bands_plan(0.8, 256, 'recall', '{"recall":0.99}') p;
SELECT round(minhash_bands_recall(0.7, 16, 8)::numeric, 6) AS recall, count(*), min(y), round(max(y)::numeric, 12) AS max FROM minhash_bands_curve(16, 8);
SELECT cardinality(minhash_bands(s, 16, 8)) AS bands, minhash_bands(s, 16, 8) = minhash_bands(s || s, 16, 8) AS same, minhash_bands(minhash_empty(), 16, 8) AS of_empty FROM sk WHERE id = 7;
SELECT count(*) AS found, bool_and(jaccard(a.s, b.s) > 0) AS similar FROM (SELECT DISTINCT a.id AS x, b.id AS y FROM (SELECT id, unnest(minhash_bands(s, 32, 8)) AS band FROM sk) a JOIN (SELECT id, unnest(minhash_bands(s, 32, 8)) AS band FROM sk) b USING (band) WHERE a.id < b.id) c JOIN sk a ON a.id = x JOIN sk b ON b.id = y HAVING count(*) > 100;
SELECT minhash_bands(s, 100, 3) FROM sk WHERE id = 7;
SELECT minhash_bands_plan(1);
SELECT minhash_bands_plan(0.5, method => 'best');
SELECT minhash_bands_plan(0.5, options => '{"recal":1}');

-- near_duplicates: what all pairs give
SELECT count(*) AS found, count(*) FILTER (WHERE d.jaccard IS DISTINCT FROM p.j) AS wrong, count(DISTINCT d.group_id) AS groups
FROM near_duplicates('SELECT id, s AS sketch FROM sk', 0.8, '{"recall":0.9999}') d FULL JOIN (SELECT * FROM pairs WHERE a < b AND j >= 0.8) p ON p.a = d.a::bigint AND p.b = d.b::bigint;
SELECT * FROM near_duplicates('SELECT s AS sketch, id FROM sk -- any order of columns', 0.9) LIMIT 3;
-- the order of rows does not count, nor does the type of the id
SELECT count(*) AS differences FROM (SELECT a, b, jaccard FROM near_duplicates('SELECT id, s AS sketch FROM sk') EXCEPT SELECT a, b, jaccard FROM near_duplicates('SELECT id::numeric::bigint AS id, s AS sketch FROM sk ORDER BY id % 7 DESC')) d;
SELECT count(*) FROM near_duplicates('SELECT id, s AS sketch FROM sk WHERE false');
SELECT * FROM near_duplicates($$SELECT w AS id, minhash_of(shingles(w, 2)) AS sketch FROM unnest('{near duplicate,near duplicates,far away,nearly duplicate}'::text[]) w$$, 0.6);
-- bands with many members are told of, and no pair is lost
SELECT count(*) FROM near_duplicates('SELECT x AS id, minhash_of(ARRAY[1, 2, 3]) AS sketch FROM generate_series(1, 1001) x');
-- what a query must not be
SELECT near_duplicates('');
SELECT near_duplicates('SELECT 1; SELECT 2');
SELECT near_duplicates('DELETE FROM sk');
SELECT near_duplicates('WITH d AS (DELETE FROM sk RETURNING id, s AS sketch) SELECT * FROM d');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk FOR UPDATE');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk WHERE random() < 2');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk TABLESAMPLE system (50)');
SELECT near_duplicates('SELECT id, s FROM sk');
SELECT near_duplicates('SELECT s AS sketch FROM sk');
SELECT near_duplicates('SELECT id, id AS sketch FROM sk');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk UNION ALL SELECT 7, s FROM sk WHERE id = 8');
SELECT near_duplicates('SELECT NULL::integer AS id, s AS sketch FROM sk');
SELECT near_duplicates('SELECT id, minhash_pack(s) AS sketch FROM sk');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk UNION ALL SELECT 7000, minhash_empty(t => 128)');
SELECT near_duplicates('SELECT id, s AS sketch FROM sk', 0);
SELECT near_duplicates('SELECT id, s AS sketch FROM sk', options => '{"recall":1}');
SELECT near_duplicates(NULL);
SELECT count(*) FROM sk;
DROP TABLE sk, pairs, wk, packed;
DROP FUNCTION differences(float8);
