# How often tests reject at level 0.05: two samples of 100 rows, N(0, I) in 1 and in 10 columns, alike and with a shift of
# 0.5 in one column; mmd.md, 5.3 has the peers' figures.
#     RUNS=1000 dev/bench mmd_power
: "${RUNS:=1000}"
sql "
SELECT setseed(0.25);
CREATE UNLOGGED TABLE run AS
SELECT run, d, shift, sample(x) FILTER (WHERE i < 100) AS a, sample(x) FILTER (WHERE i >= 100) AS b
FROM (SELECT run, d, shift, i, array_agg(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + CASE WHEN c = 1 AND i >= 100 THEN shift ELSE 0 END) AS x
      FROM generate_series(1, $RUNS) run, unnest(ARRAY[1, 10]) d, unnest(ARRAY[0, 0.5]) shift, generate_series(0, 199) i, generate_series(1, d) c
      GROUP BY run, d, shift, i) r
GROUP BY run, d, shift"
psql -X -q -v ON_ERROR_STOP=1 <<SQL
\\timing on
SELECT d, shift, count(*) AS runs, round(avg((p.p_value <= 0.05)::int), 3) AS permutation, round(avg((g.p_value <= 0.05)::int), 3) AS gamma,
	round(avg((c.p_value <= 0.05)::int), 3) AS cross, round(avg((a.p_value <= 0.05)::int), 3) AS aggregated, round(avg((e.p_value <= 0.05)::int), 3) AS energy,
	round(avg((s.p_value <= 0.05)::int), 3) AS sliced
FROM run, mmd_test(a, b, replicates => 199) p, mmd_test(a, b, method => 'gamma') g, mmd_test(a, b, method => 'cross') c,
	mmd_test(a, b, method => 'aggregated', replicates => 199) a, energy_distance_test(a, b, method => 'gamma') e,
	sliced_wasserstein_test(a, b, directions => 20, replicates => 199) s
GROUP BY d, shift ORDER BY d, shift;
SQL
