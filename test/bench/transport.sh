# Wasserstein distances from a table: one query against COPY out, numpy's load and scipy; and of the query's parts.
# Core alone, against scipy and POT: test/bench/bench_transport.c and bench_transport_peers.py.
#     python3 -m venv /tmp/ot && /tmp/ot/bin/pip install scipy numpy
#     SCIPY=/tmp/ot/bin/python dev/bench transport
# ROWS: 1000000 of each sample unless told.
: "${ROWS:=1000000}" "${SCIPY:=python3}"
sql "
SET client_min_messages = error;
SELECT setseed(0.5);
CREATE UNLOGGED TABLE measured AS SELECT i % 2 = 0 AS a, ln(random()) + (i % 2) * random() AS x FROM generate_series(1, 2 * $ROWS) i"
sql "VACUUM ANALYZE measured"
distance="SELECT wasserstein(sample(x) FILTER (WHERE a), sample(x) FILTER (WHERE NOT a)) FROM measured"
bench "wasserstein, 2 x $ROWS, against avg" 5 "$distance" "SELECT avg(x) FILTER (WHERE a), avg(x) FILTER (WHERE NOT a) FROM measured"
bench "against ordering the rows" 5 "$distance" "SELECT count(*) FROM (SELECT x FROM measured ORDER BY a, x OFFSET 0) r"
bench "kll distance, against the exact one" 5 "SELECT wasserstein(kll(x) FILTER (WHERE a), kll(x) FILTER (WHERE NOT a)) FROM measured" "$distance"
bench "test of 999 permutations, 2 x 1000" 3 "SELECT wasserstein_test(sample(x) FILTER (WHERE a), sample(x) FILTER (WHERE NOT a)) FROM (TABLE measured LIMIT 2000) m" "$distance"
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
"$SCIPY" test/bench/transport_scipy.py "$distance"
