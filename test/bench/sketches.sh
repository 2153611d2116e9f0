# Sketches: 10 million bigint against count(DISTINCT x), max(x) and, where it can be had, hll_add_agg;
# a million groups.
need "postgresql-$pg-hll" || true
sql "
CREATE UNLOGGED TABLE ids AS SELECT (i * 7919) % 20000003 AS x FROM generate_series(1::bigint, 10000000) i;
CREATE UNLOGGED TABLE five AS SELECT i % 1000000 AS g, i AS x FROM generate_series(1::bigint, 5000000) i;
"
sql "VACUUM ANALYZE ids, five"
export PGOPTIONS="-c max_parallel_workers_per_gather=0 -c work_mem=1GB"

bench "minhash(x) / count(DISTINCT x)" 2 "SELECT minhash_cardinality(minhash(x)) FROM ids" "SELECT count(DISTINCT x) FROM ids"
bench "minhash(x) / max(x)" 3 "SELECT minhash_cardinality(minhash(x)) FROM ids" "SELECT max(x) FROM ids"
if sql "CREATE EXTENSION hll" 2> /dev/null; then
	bench "minhash(x) / hll_add_agg" 3 "SELECT minhash_cardinality(minhash(x)) FROM ids" \
		"SELECT hll_cardinality(hll_add_agg(hll_hash_bigint(x))) FROM ids"
fi
bench "khash, t = 256 / fss" 1 "SELECT minhash_like(minhash_empty(kind => 'khash'), x) FROM ids WHERE x < 2000000" \
	"SELECT minhash(x) FROM ids WHERE x < 2000000"
bench "a million groups of five / count" 2 "SELECT count(s) FROM (SELECT minhash(x) AS s FROM five GROUP BY g) q" \
	"SELECT count(s) FROM (SELECT count(x) AS s FROM five GROUP BY g) q"
peak "a million groups of five, hashed" "SET enable_sort = off; SELECT count(s) FROM (SELECT minhash(x) AS s FROM five GROUP BY g) q"
peak "a million groups of five, as planned" "SELECT count(s) FROM (SELECT minhash(x) AS s FROM five GROUP BY g) q"
unset PGOPTIONS
