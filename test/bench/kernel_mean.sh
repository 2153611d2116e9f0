# kernel_mean over ROWS rows of 8 columns (10000000 unless told) at 512 features, against avg() of the same columns:
# from columns and from arrays, serial and with workers; then how many small means a query builds.
# The arithmetic alone, beside dgemm of the same shape: test/bench/bench_features.c.
: "${ROWS:=10000000}"
columns=a,b,c,d,e,f,g,h
sql "
CREATE UNLOGGED TABLE points AS
SELECT random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g, random() AS h FROM generate_series(1, $ROWS)"
sql "VACUUM ANALYZE points"
sql "CREATE TABLE features AS SELECT kernel_features(8, 1, features => 512) AS f512, kernel_features(8, 1, features => 64) AS f64"
average="SELECT avg(a), avg(b), avg(c), avg(d), avg(e), avg(f), avg(g), avg(h) FROM points"
for workers in 0 2; do
	export PGOPTIONS="-c max_parallel_workers_per_gather=$workers"
	bench "$ROWS rows, $workers workers: 512 features / avg" 3 "SELECT kernel_mean((SELECT f512 FROM features), $columns) FROM points" "$average"
	bench "$ROWS rows, $workers workers: 64 features / avg" 3 "SELECT kernel_mean((SELECT f64 FROM features), $columns) FROM points" "$average"
done
unset PGOPTIONS
bench "a million groups of 5 rows, 8 features / avg" 3 \
	"SELECT count(m) FROM (SELECT kernel_mean((SELECT kernel_features(1, 1, features => 8)), g) AS m FROM generate_series(1, 5000000) g GROUP BY g / 5) q" \
	"SELECT count(m) FROM (SELECT avg(g) AS m FROM generate_series(1, 5000000) g GROUP BY g / 5) q"
sql "CREATE TABLE days AS SELECT day, kernel_mean(f, day + random()) AS m FROM kernel_features(1, 10) f, generate_series(1, 365) day, generate_series(1, 50) GROUP BY day"
bench "66430 pairs of 1024 features: mmd_matrix / mmd" 3 "SELECT mmd_matrix(day, m) FROM days" "SELECT sum(mmd(a.m, b.m)) FROM days a JOIN days b ON a.day < b.day"
peak "peak of kernel_mean" "SELECT kernel_mean((SELECT f512 FROM features), $columns) FROM points"
