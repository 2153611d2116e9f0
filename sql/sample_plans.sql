-- The bits of a sample depend on the multiset of rows alone: not on the plan, and not on what comes later.
CREATE TABLE sample_many AS SELECT x, x % 50 AS g, sin(x) AS a, x / 100 % 2 AS b, ARRAY[x % 11, sqrt(x), sin(x)] AS v, x % 7 AS w, 'id ' || x % 1000 AS id FROM generate_series(1, 40000) x;
CREATE TABLE sample_shuffled AS SELECT * FROM sample_many ORDER BY sin(x * x);
ANALYZE sample_many;
ANALYZE sample_shuffled;
CREATE TEMP TABLE answers (plan text, kind int, g int, s measure_sample);
-- every aggregate, of the whole and by groups; a state of the whole is larger than 256 KB
CREATE PROCEDURE pg_temp.answer(plan text, t regclass) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('INSERT INTO answers SELECT %1$L, 0, NULL::int, sample(a, b) FROM %2$s UNION ALL SELECT %1$L, 1, NULL, sample(v) FROM %2$s
		UNION ALL SELECT %1$L, 2, NULL, sample_weighted(w, b) FROM %2$s UNION ALL SELECT %1$L, 3, NULL, sample_keyed(id, v) FROM %2$s
		UNION ALL SELECT %1$L, 4, NULL, sample_keyed_weighted(x, w, a) FROM %2$s UNION ALL SELECT %1$L, 5, NULL, sample(mixed(a, id, w > 3)) FROM %2$s
		UNION ALL SELECT %1$L, 6, NULL, subsample(x, 100, a, b) FROM %2$s UNION ALL SELECT %1$L, 7, NULL, subsample(id, 100, mixed(a, id)) FROM %2$s
		UNION ALL SELECT %1$L, 8, NULL, sample(a) FROM %2$s
		UNION ALL SELECT %1$L, 9, g, sample(a, b) FROM %2$s GROUP BY g UNION ALL SELECT %1$L, 10, g, subsample(id, 10, v) FROM %2$s GROUP BY g', plan, t);
END $$;
CREATE FUNCTION pg_temp.differ() RETURNS TABLE (plan text, kind int, g int) LANGUAGE sql AS
	'SELECT a.plan, a.kind, a.g FROM answers a JOIN answers b ON b.plan = ''serial'' AND b.kind = a.kind AND b.g IS NOT DISTINCT FROM a.g WHERE a.s <> b.s';
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
CALL pg_temp.answer('serial', 'sample_many');
SELECT kind, count(*), sum(sample_n(s)) AS n FROM answers GROUP BY kind ORDER BY kind;
CALL pg_temp.answer('shuffled', 'sample_shuffled');
-- sorted grouping
RESET enable_sort;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF) SELECT g, sample(a, b) FROM sample_many GROUP BY g;
CALL pg_temp.answer('sorted groups', 'sample_many');
RESET enable_hashagg;
-- workers: below a sample only the scan is parallel, a subsample is made in parts
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT sample(a, b) FROM sample_many;
EXPLAIN (COSTS OFF) SELECT subsample(x, 100, a, b) FROM sample_many;
CALL pg_temp.answer('parallel', 'sample_shuffled');
SET parallel_leader_participation = off;
CALL pg_temp.answer('workers alone', 'sample_many');
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
-- partial aggregates by partition: the combine function of every aggregate, small and expanded states
CREATE TABLE sample_partitions (LIKE sample_many) PARTITION BY HASH (x);
SELECT format('CREATE TABLE sample_partition_%1$s PARTITION OF sample_partitions FOR VALUES WITH (MODULUS 3, REMAINDER %1$s)', i) FROM generate_series(0, 2) i \gexec
INSERT INTO sample_partitions SELECT * FROM sample_shuffled;
ANALYZE sample_partitions;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS OFF) SELECT sample(a, b) FROM sample_partitions;
CALL pg_temp.answer('partitions', 'sample_partitions');
RESET enable_partitionwise_aggregate;
SELECT plan, count(*) FROM answers GROUP BY plan ORDER BY plan;
SELECT * FROM pg_temp.differ();

-- spilled: many groups under a small work_mem, and with states that grow beyond what the planner thought
SET work_mem = '64kB';
SET enable_sort = off;
CREATE TEMP TABLE spilled AS SELECT x % 3000 AS g, sample(a, b) AS s, sample_keyed(id, v) AS k FROM sample_many GROUP BY 1;
CREATE FUNCTION pg_temp.batches(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		IF line ~ 'Batches: ([2-9]|[1-9]\d)' THEN RETURN 'several'; END IF;
	END LOOP;
	RETURN 'one';
END $$;
SELECT pg_temp.batches('SELECT x % 3000 AS g, sample(a, b) AS s, sample_keyed(id, v) AS k FROM sample_many GROUP BY 1') AS batches;
RESET work_mem;
CREATE TEMP TABLE in_memory AS SELECT x % 3000 AS g, sample(a, b) AS s, sample_keyed(id, v) AS k FROM sample_many GROUP BY 1;
RESET enable_sort;
SELECT count(*), bool_and(a.s = b.s AND a.k = b.k) AS same FROM spilled a JOIN in_memory b USING (g);

-- states that workers send have short headers when they are small: a strict combine of those gave n = 0. Ours are not
-- sent by workers, so an aggregate of our parts that is
CREATE AGGREGATE sample_sent(measure_sample) (SFUNC = sample_merge, STYPE = measure_sample, COMBINEFUNC = sample_merge, FINALFUNC = sample_final, PARALLEL = SAFE);
CREATE TABLE sample_tiny AS SELECT x % 10 AS g, CASE WHEN x <= 20 THEN sample(x) END AS s FROM generate_series(1, 5000) x GROUP BY x;
ANALYZE sample_tiny;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT g, sample_sent(s) FROM sample_tiny GROUP BY g;
SELECT count(*), sum(sample_n(u)), bool_and(u = (SELECT sample(x) FROM generate_series(1, 20) x WHERE x % 10 = g)) AS same FROM (SELECT g, sample_sent(s) AS u FROM sample_tiny GROUP BY g) q;
SET max_parallel_workers_per_gather = 0;
DROP AGGREGATE sample_sent(measure_sample);
-- a state as such, of an aggregate that someone makes of our parts, may be stored; it is read, and not changed where it lies
CREATE AGGREGATE sample_bare(float8) (SFUNC = sample_append, STYPE = measure_sample);
CREATE TABLE sample_states AS SELECT sample_bare(-x) AS s FROM generate_series(1, 10) x;
CREATE TABLE sample_states_before AS TABLE sample_states;
SELECT sample_n(s), sample_quantile(s, 0.5), s::text::measure_sample = (SELECT sample(-x) FROM generate_series(1, 10) x) AS same, sample_n(s || s) FROM sample_states;
SELECT s.s = b.s AS untouched FROM sample_states s, sample_states_before b;
SELECT sample_union(s) = (SELECT sample(-x) FROM generate_series(1, 10) x) AS same FROM sample_states;
DROP AGGREGATE sample_bare(float8);

-- the result of an earlier row of a window stays what it was: the state goes on growing beneath it
SELECT count(*), bool_and(sample_n(s) = x) AS n, bool_and(s = (SELECT sample(y) FROM generate_series(1, r.x) y)) AS same, bool_and(sample_n(p) IS NOT DISTINCT FROM nullif(x - 1, 0)) AS before
FROM (SELECT x, s, lag(s) OVER (ORDER BY x) AS p FROM (SELECT x, sample(x) OVER (ORDER BY x) AS s FROM generate_series(1, 100) x) q ORDER BY -x) r;
-- ... also when it is larger than 256 KB, held in an array, a tuple store, a variable of plpgsql
SELECT h, sample_n(s), sample_quantile(s, 1) AS greatest FROM (SELECT h, s FROM (SELECT x, x / 40000 AS h, sample(x) OVER (ORDER BY x / 40000) AS s FROM generate_series(1, 159999) x) q WHERE x % 40000 = 1 ORDER BY -h) r;
SELECT array_length(a, 1), sample_n(a[1]), sample_n(a[2]), sample_n(a[3]), sample_n(a[1] || a[2])
FROM (SELECT array_agg(s) AS a FROM (SELECT x, sample(x) OVER (ORDER BY greatest(x, 40000)) AS s FROM generate_series(1, 40002) x) q WHERE x > 39999) r;
SELECT x, sample_n(s), sample_n(p) AS before FROM (SELECT x, s, lag(s) OVER (ORDER BY x) AS p FROM (SELECT x, sample(x) OVER (ORDER BY greatest(x, 40000)) AS s FROM generate_series(1, 40002) x) q WHERE x > 39999) r;
DO $$
DECLARE r record; kept measure_sample; copy measure_sample;
BEGIN
	FOR r IN SELECT x, sample(x) OVER (ORDER BY greatest(x, 40000)) AS s FROM generate_series(1, 40002) x LOOP
		IF r.x = 40000 THEN kept := r.s; copy := kept || r.s; END IF;
	END LOOP;
	RAISE NOTICE 'kept %, doubled %, last %', sample_n(kept), sample_n(copy), sample_n(r.s);
END $$;
-- moving frames, peers, a frame that leaves rows out
SELECT count(*), bool_and(sample_n(s) = least(x, 5)) AS n, bool_and((sample_quantile(s, ARRAY[0, 1]))[1] = greatest(1, x - 4)) AS first
FROM (SELECT x, sample(x) OVER (ORDER BY x ROWS 4 PRECEDING) AS s FROM generate_series(1, 100) x) q;
SELECT x, sample_n(s) AS peers, sample_n(t) AS others, sample_n(u) AS subsample
FROM (SELECT x, sample(x) OVER (ORDER BY x / 2) AS s, sample(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS t,
             subsample(x, 3, x) OVER (ORDER BY x) AS u FROM generate_series(1, 5) x) q;
SELECT count(*), bool_and(sample_n(u) = x * (x + 1) / 2) AS n FROM (SELECT x, sample_union(s) OVER (ORDER BY x) AS u FROM (SELECT x, sample(x) OVER (ORDER BY x) AS s FROM generate_series(1, 50) x) q) r;
SELECT bool_and(sample_n(s) = 40000) AS large_frames, count(*) FROM (SELECT x, sample(x) OVER (ORDER BY x ROWS 39999 PRECEDING) AS s FROM generate_series(1, 40010) x) q WHERE x >= 40000;
