# Quantile sketches: 10 million float8 against avg(x) and percentile_disc, and against merging; a million groups;
# distances of groups.
sql "
CREATE UNLOGGED TABLE numbers AS SELECT i AS id, random() AS x, 1 + i % 5 AS w FROM generate_series(1, 10000000) i;
CREATE UNLOGGED TABLE five AS SELECT i % 1000000 AS g, random() AS x FROM generate_series(1, 5000000) i;
CREATE UNLOGGED TABLE daily AS SELECT id % 1000 AS day, kll(x) AS q FROM numbers GROUP BY 1;
CREATE UNLOGGED TABLE groups AS SELECT id % 1000 AS g, sample(x * (1 + id % 1000)) AS s, sample(x) FILTER (WHERE x < 0.5 + (id % 1000) / 2000.0) AS uneven
	FROM numbers WHERE id <= 1000000 GROUP BY 1;
"
sql "VACUUM ANALYZE numbers, five, daily, groups"
export PGOPTIONS="-c max_parallel_workers_per_gather=0 -c work_mem=1GB"

bench "kll(x) / avg(x)" 5 "SELECT kll_quantile(kll(x), 0.5) FROM numbers" "SELECT avg(x) FROM numbers"
bench "kll(x) / percentile_disc" 3 "SELECT kll_quantile(kll(x), 0.5) FROM numbers" \
	"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM numbers"
bench "kll(x), sorted rows / avg(id)" 3 "SELECT kll_quantile(kll(id), 0.5) FROM numbers" "SELECT avg(id::float8) FROM numbers"
bench "kll_like, accuracy 800 / avg(x)" 3 "SELECT kll_quantile(kll_like(kll_empty(800), x), 0.5) FROM numbers" "SELECT avg(x) FROM numbers"
bench "kll_weighted(w, x) / sum(w * x)" 3 "SELECT kll_quantile(kll_weighted(w, x), 0.5) FROM numbers" "SELECT sum(w * x) FROM numbers"
bench "kll_union of 1000 / kll of the rows" 3 "SELECT kll_quantile(kll_union(q), 0.5) FROM daily" "SELECT kll_quantile(kll(x), 0.5) FROM numbers"
bench "a million groups of five / avg" 2 "SELECT count(s) FROM (SELECT kll(x) AS s FROM five GROUP BY g) q" \
	"SELECT count(s) FROM (SELECT avg(x) AS s FROM five GROUP BY g) q"
peak "a million groups of five, hashed" "SET enable_sort = off; SELECT count(s) FROM (SELECT kll(x) AS s FROM five GROUP BY g) q"
peak "a million groups of five, as planned" "SELECT count(s) FROM (SELECT kll(x) AS s FROM five GROUP BY g) q"
bench "matrix of 1000 samples of 1000 / sketches" 1 "SELECT wasserstein_matrix(g, s) FROM groups" "SELECT wasserstein_matrix(day, q) FROM daily"
bench "matrix, uneven samples / of one size" 1 "SELECT wasserstein_matrix(g, uneven) FROM groups" "SELECT wasserstein_matrix(g, s) FROM groups"
bench "mean of 1000 samples / their union" 1 "SELECT wasserstein_mean(s) IS NULL FROM groups" "SELECT sample_union(s) IS NULL FROM groups"
export PGOPTIONS="-c max_parallel_workers_per_gather=2 -c work_mem=1GB"
bench "kll(x) / avg(x), two workers" 5 "SELECT kll_quantile(kll(x), 0.5) FROM numbers" "SELECT avg(x) FROM numbers"
unset PGOPTIONS
