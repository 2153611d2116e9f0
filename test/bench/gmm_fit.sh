# From a table to a fitted mixture: gmm_fit(sample(...)) against COPY out, numpy's load and scikit-learn's fit, from
# the same start, by the same number of EM iterations. SKLEARN names a python that has scikit-learn:
#     python3 -m venv /tmp/sk && /tmp/sk/bin/pip install scikit-learn numpy
#     SKLEARN=/tmp/sk/bin/python dev/bench gmm_fit
# ROWS, ITERATIONS: 1000000 and 20 unless told.
: "${ROWS:=1000000}" "${ITERATIONS:=20}" "${SKLEARN:=python3}"
sql "
SET client_min_messages = error;
SELECT setseed(0.5);
CREATE UNLOGGED TABLE points AS
SELECT g.k + random() AS x1, 2 * random() - g.k % 3 AS x2, random() * (1 + g.k) AS x3, g.k % 2 + random() AS x4,
	random() + random() - g.k % 5 AS x5, random() * 3 AS x6, sqrt(random()) * (1 + g.k) AS x7, random() + random() + g.k % 4 AS x8
FROM (SELECT i % 8 AS k FROM generate_series(1, $ROWS) i) g;
CREATE TABLE start AS
SELECT m FROM (SELECT sample(x1, x2, x3, x4, x5, x6, x7, x8) AS s FROM (TABLE points LIMIT 20000) p) r, gmm_fit(s, 8, n_init => 1, max_iter => 5) m"
sql "VACUUM ANALYZE points"
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
for run in 1 2 3; do
	PGOPTIONS="-c client_min_messages=error -c max_parallel_workers_per_gather=0" psql -XAtq -v ON_ERROR_STOP=1 <<-SQL
		\\timing on
		SELECT 'gmm_fit, $ROWS x 8, k = 8, $ITERATIONS iterations: log-likelihood ' || i.log_likelihood
		FROM (SELECT sample(x1, x2, x3, x4, x5, x6, x7, x8) AS s FROM points) r, gmm_fit(s, 8, start => (SELECT m FROM start), max_iter => $ITERATIONS, tol => 0) m, gmm_info(m) i;
	SQL
	"$SKLEARN" test/bench/gmm_fit_sklearn.py "$ITERATIONS"
done
unset OPENBLAS_NUM_THREADS OMP_NUM_THREADS
"$SKLEARN" test/bench/gmm_fit_sklearn.py "$ITERATIONS"
