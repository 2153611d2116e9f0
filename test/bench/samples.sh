# Aggregates over 10 million rows against avg(x) of the same table, the cost of canonical order (a quantile needs it,
# a count does not), peak memory, and a million groups of five rows.
sql "
SET seed = 0.5;
CREATE UNLOGGED TABLE one AS SELECT random() AS x FROM generate_series(1, 10000000);
CREATE UNLOGGED TABLE three AS
	SELECT random() AS x, (1000 * random())::int AS i, (1e6 * random())::numeric(12, 2) AS m FROM generate_series(1, 10000000);
CREATE UNLOGGED TABLE eight AS
	SELECT random() AS x, ARRAY[random(), random(), random(), random(), random(), random(), random(), random()] AS v
	FROM generate_series(1, 10000000);
CREATE UNLOGGED TABLE five AS SELECT i % 1000000 AS g, random() AS x FROM generate_series(1, 5000000) i"
for table in one three eight five; do sql "VACUUM ANALYZE $table"; done
export PGOPTIONS="-c max_parallel_workers_per_gather=0"

bench "sample(x) / avg(x)" 5 "SELECT sample_n(sample(x)) FROM one" "SELECT avg(x) FROM one"
bench "moments(x) / avg(x)" 5 "SELECT (moments_info(moments(x))).n FROM one" "SELECT avg(x) FROM one"
bench "sample(x, i, m) / avg(x)" 5 "SELECT sample_n(sample(x, i, m)) FROM three" "SELECT avg(x) FROM three"
bench "sample(x, i, m) / avg of each" 5 "SELECT sample_n(sample(x, i, m)) FROM three" \
	"SELECT avg(x), avg(i::float8), avg(m::float8) FROM three"
bench "moments(x, i, m) / avg of each" 5 "SELECT (moments_info(moments(x, i, m))).n FROM three" \
	"SELECT avg(x), avg(i::float8), avg(m::float8) FROM three"
bench "sample(v), float8[8] / avg(x)" 5 "SELECT sample_n(sample(v)) FROM eight" "SELECT avg(x) FROM eight"
bench "moments(v), float8[8] / avg(x)" 5 "SELECT (moments_info(moments(v))).n FROM eight" "SELECT avg(x) FROM eight"
bench "canonical order, 1 column" 5 "SELECT sample_quantile(sample(x), 0.5) FROM one" "SELECT sample_n(sample(x)) FROM one"
bench "canonical order, 8 columns" 3 "SELECT (sample_info(sample(v))).n FROM eight" "SELECT sample_n(sample(v)) FROM eight"
bench "a million groups of five / avg(x)" 3 \
	"SELECT count(s) FROM (SELECT sample(x) AS s FROM five GROUP BY g) q" "SELECT count(s) FROM (SELECT avg(x) AS s FROM five GROUP BY g) q"
# the peak counts the shared buffers that a scan touches: compare with avg over the same table
peak "avg(x)" "SELECT avg(x) FROM one"
peak "sample(x), 76 MB of data" "SELECT sample_n(sample(x)) FROM one"
peak "avg(x) beside v" "SELECT avg(x) FROM eight"
peak "sample(v), 610 MB of data" "SELECT sample_n(sample(v)) FROM eight"
peak "a million groups of five, hashed" "SET enable_sort = off; SET work_mem = '4GB'; SELECT count(s) FROM (SELECT sample(x) AS s FROM five GROUP BY g) q"
peak "a million groups of five, work_mem 64 MB" "SET work_mem = '64MB'; SELECT count(s) FROM (SELECT sample(x) AS s FROM five GROUP BY g) q"
unset PGOPTIONS
