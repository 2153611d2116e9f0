# gmm_fit_query over ROWS rows (10000000 unless told): a pass against the same query with avg() of the same columns,
# serial and with workers; memory at the peak beside that of avg().
: "${ROWS:=10000000}"
sql "
SET client_min_messages = error;
CREATE UNLOGGED TABLE points AS SELECT random() + i % 3 AS a, random() * 2 + i % 5 AS b FROM generate_series(1, $ROWS) i;
CREATE TABLE start AS SELECT m FROM (SELECT sample(a, b) AS s FROM (TABLE points LIMIT 20000) p) r, gmm_fit(s, 3, n_init => 1, max_iter => 5) m"
sql "VACUUM ANALYZE points"
fit="SELECT m IS NULL FROM gmm_fit_query('SELECT a, b FROM points', 3, start => (SELECT m FROM start), tol => 0, max_iter => 4) m"
for workers in 0 2; do
	export PGOPTIONS="-c client_min_messages=error -c max_parallel_workers_per_gather=$workers"
	bench "$ROWS rows, $workers workers: 5 passes / avg" 3 "$fit" "SELECT avg(a), avg(b) FROM points"
	bench "$ROWS rows, $workers workers: gmm_stats / avg" 3 "SELECT gmm_stats((SELECT m FROM start), a, b) FROM points" "SELECT avg(a), avg(b) FROM points"
	peak "$workers workers: peak of avg" "SELECT avg(a), avg(b) FROM points"
	peak "$workers workers: peak of gmm_fit_query" "$fit"
done
unset PGOPTIONS
