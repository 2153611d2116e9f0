# Scoring a million rows: ns a row, and a model from a table against a literal one. m8 has 8 components in 8
# columns and lies out of line (more than 2 kB).
sql "
SET client_min_messages = error;
SELECT setseed(0.5);
CREATE TABLE rows8 AS SELECT i AS id, random() * 4 + 1 AS a, random() * 50 + 45 AS b,
	ARRAY[random(), random(), random(), random(), random(), random(), random(), random()] AS v
FROM generate_series(1, 1000000) i;
CREATE TABLE m2 AS SELECT m FROM (SELECT sample(a, b) AS s FROM rows8 WHERE id <= 5000) r, gmm_fit(s, 2, n_init => 1, max_iter => 5) m;
CREATE TABLE m8 AS SELECT m FROM (SELECT sample(v) AS s FROM rows8 WHERE id <= 20000) r, gmm_fit(s, 8, n_init => 1, max_iter => 5) m"
sql "VACUUM ANALYZE rows8, m2, m8"
export PGOPTIONS="-c max_parallel_workers_per_gather=0"
m2=$(psql -XAtc "SELECT m FROM m2") m8=$(psql -XAtc "SELECT m FROM m8")

bench "k = 2, d = 2: join / literal, both joined" 9 "SELECT count(gmm_predict(m, a, b)) FROM rows8, m2" \
	"SELECT count(gmm_predict('$m2'::measure_gmm, a, b)) FROM rows8, m2"
bench "k = 2, d = 2: subquery / literal" 9 "SELECT count(gmm_predict((SELECT m FROM m2), a, b)) FROM rows8" \
	"SELECT count(gmm_predict('$m2'::measure_gmm, a, b)) FROM rows8"
bench "k = 8, d = 8: join / literal, both joined" 9 "SELECT count(gmm_predict(m, v)) FROM rows8, m8" \
	"SELECT count(gmm_predict('$m8'::measure_gmm, v)) FROM rows8, m8"
bench "k = 8, d = 8: subquery / literal" 9 "SELECT count(gmm_predict((SELECT m FROM m8), v)) FROM rows8" \
	"SELECT count(gmm_predict('$m8'::measure_gmm, v)) FROM rows8"
bench "k = 8, d = 8: join / literal without" 9 "SELECT count(gmm_predict(m, v)) FROM rows8, m8" \
	"SELECT count(gmm_predict('$m8'::measure_gmm, v)) FROM rows8"
bench "k = 2, d = 2: predict / atan2(a, b)" 9 "SELECT count(gmm_predict('$m2'::measure_gmm, a, b)) FROM rows8" \
	"SELECT count(atan2(a, b)) FROM rows8"
bench "k = 8, d = 8: predict / count(v)" 9 "SELECT count(gmm_predict('$m8'::measure_gmm, v)) FROM rows8" "SELECT count(v) FROM rows8"
bench "k = 8, d = 8: logdensity / predict" 9 "SELECT count(gmm_logdensity('$m8'::measure_gmm, v)) FROM rows8" \
	"SELECT count(gmm_predict('$m8'::measure_gmm, v)) FROM rows8"
unset PGOPTIONS
