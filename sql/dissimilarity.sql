-- dissimilarity: pairs in any order and either direction become one value; what it answers; what it refuses.
CREATE FUNCTION pg_temp.failure(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TEMP TABLE five (i int, j int, d float8);
INSERT INTO five VALUES (0, 1, 1), (0, 2, 2), (1, 2, 3), (0, 3, 4), (1, 3, 5), (2, 3, 6), (0, 4, 7), (1, 4, 8), (2, 4, 9), (3, 4, 1);
SELECT left(d::text, 70), i.* FROM (SELECT dissimilarity(i, j, d) AS d FROM five) r, dissimilarity_info(d) i;
SELECT p.* FROM (SELECT dissimilarity(i, j, d) AS d FROM five) r, dissimilarity_pairs(d) p;
SELECT p.* FROM (SELECT dissimilarity('t' || i, 't' || j, d) AS d FROM five) r, dissimilarity_nearest(d, 't2', 3) p;
SELECT summary(dissimilarity(i, j, d)) FROM five UNION ALL SELECT summary(dissimilarity(i::text, j::text, d)) FROM five WHERE (i, j) <> (1, 3) AND j < 4 UNION ALL SELECT summary(dissimilarity(7, 7, 0));

-- what is not complete stays: info names the first pair that is missing, and || completes it
SELECT i.n, i.pairs, i.missing, i.missing_i, i.missing_j, i.min, i.max FROM (SELECT dissimilarity(i, j, d) FILTER (WHERE j < 3 OR i = 0) AS d FROM five) r, dissimilarity_info(d) i;
SELECT count(*) AS pairs, sum(p.distance) FROM (SELECT dissimilarity(i, j, d) FILTER (WHERE j < 3 OR i = 0) AS d FROM five) r, dissimilarity_pairs(d) p;
SELECT p.* FROM (SELECT dissimilarity(i, j, d) FILTER (WHERE j < 3 OR i = 0) AS d FROM five) r, dissimilarity_nearest(d, '0', 2) p;
SELECT a || b = whole AS joined, a || b = b || a AS either_way, whole || whole = whole AS twice, (a || b)::text = whole::text AS text
FROM (SELECT dissimilarity(i, j, d) AS whole, dissimilarity(i, j, d) FILTER (WHERE j < 4) AS a, dissimilarity(j, i, d) FILTER (WHERE j > 2) AS b FROM five) q;

-- the same pairs, the same bytes: order, direction, repetition, workers, text ids, a window that goes on
CREATE TEMP TABLE many AS SELECT a AS i, b AS j, ((a * 37 + b * 91) % 1000)::float8 / 7 AS d FROM generate_series(1, 300) a, generate_series(1, 300) b WHERE a < b;
ANALYZE many;
CREATE TEMP TABLE whole AS SELECT dissimilarity(i, j, d) AS d, dissimilarity('k' || i, 'k' || j, d) AS t FROM many;
SELECT dissimilarity(i, j, d ORDER BY md5(i || ' ' || j)) = (SELECT d FROM whole) AS shuffled, dissimilarity(j, i, d) = (SELECT d FROM whole) AS turned, dissimilarity('k' || j, 'k' || i, d ORDER BY d) = (SELECT t FROM whole) AS text FROM many;
SELECT dissimilarity(i, j, d) = (SELECT d FROM whole) AS both FROM (SELECT i, j, d FROM many UNION ALL SELECT j, i, d FROM many UNION ALL SELECT i, i, 0 FROM many) q;
SELECT d = d::text::measure_dissimilarity AND t = t::text::measure_dissimilarity AS text, i.n, i.pairs, i.bytes, ti.bytes AS bytes_of_text FROM whole, dissimilarity_info(d) i, dissimilarity_info(t) ti;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT dissimilarity(i, j, d) = (SELECT d FROM whole) AS parallel FROM many;
RESET ALL;
SELECT i, j, (dissimilarity_info(dissimilarity(i, j, d) OVER (ORDER BY j, i))).pairs FROM five ORDER BY j, i;
SELECT max(n.distance)::real = (SELECT max(d)::real FROM many WHERE 17 IN (i, j)) AS same, count(*) FROM whole, dissimilarity_nearest(d, '17', 1000) n;
-- a distance that a real holds comes back as it was written
SELECT p.distance FROM (SELECT dissimilarity(1, 2, 0.1) AS d) r, dissimilarity_pairs(d) p;
SELECT dissimilarity(i, j, d) FROM five WHERE false;
SELECT i % 2 AS odd, (dissimilarity_info(dissimilarity(i, j, d))).pairs FROM five GROUP BY 1 ORDER BY 1;

-- what is refused
\x
SELECT q.query, f.* FROM (VALUES
	(1, 'dissimilarity(i, j, ''NaN'')'), (2, 'dissimilarity(i, j, -d)'), (3, 'dissimilarity(i, j, ''infinity'')'), (4, 'dissimilarity(i, j, 1e39)'), (5, 'dissimilarity(i, i, 1)'),
	(6, 'dissimilarity(i, j, NULL::float8)'), (7, 'dissimilarity(NULL::bigint, j, d)'), (8, 'dissimilarity(i::text, NULL::text, d)'), (9, 'dissimilarity(1, 2, d)::text'),
	(10, 'dissimilarity(i, j, d) || dissimilarity(i::text, j::text, d)'), (11, 'dissimilarity_nearest(dissimilarity(i, j, d), ''x'')'), (12, 'dissimilarity_nearest(dissimilarity(i, j, d), ''1'', 0)')) q (id, query),
     LATERAL pg_temp.failure('SELECT ' || q.query || ' FROM five') f ORDER BY q.id;
SELECT f.* FROM pg_temp.failure('SELECT dissimilarity_append(NULL::measure_dissimilarity, 1, 2, 3)') f;
SELECT f.* FROM pg_temp.failure($$SELECT '{"dissimilarity":1,"complete":false,"n":5,"pairs":10,"ids":"bigint","data":"CAENAAUAAAA="}'::measure_dissimilarity$$) f;
\x
SET pgmeasure.max_memory = '1MB';
\x
SELECT f.* FROM pg_temp.failure('SELECT dissimilarity(i, j, d) FROM many') f;
\x
RESET pgmeasure.max_memory;
