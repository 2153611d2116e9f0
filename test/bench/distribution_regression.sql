-- Effects on distributions: time of each function, by psql's timing.
CREATE TABLE units AS
SELECT u, (u % 2001 - 1000) / 1000.0::float8 AS x, (hashint8extended(u * 1000 + j, 7) % 1000000) / 250000.0::float8 + (u % 2001 >= 1000)::int AS y
FROM generate_series(1::bigint, 2000) u, generate_series(1, 500) j;
CREATE TABLE persons AS
SELECT hashint8extended(i, 1) % 2 = 0 AS d, CASE WHEN hashint8extended(i, 2) % 10 < 7 THEN hashint8extended(i, 3) / 9e18::float8 END AS y, hashint8extended(i, 4) % 20 AS c
FROM generate_series(1::bigint, 1000000) i;
CREATE TABLE outcomes AS SELECT sample(y) FILTER (WHERE d) AS a, sample(y) FILTER (WHERE NOT d) AS b FROM persons;
CREATE TABLE few AS SELECT sample(y) FILTER (WHERE d) AS a, sample(y) FILTER (WHERE NOT d) AS b FROM (SELECT * FROM persons LIMIT 1500) t;
VACUUM ANALYZE;
\timing on
SELECT r.bandwidth FROM r3d_query('SELECT u AS unit, x AS running, y AS outcome FROM units', 0) r;
SELECT r.bandwidth FROM r3d_query('SELECT u AS unit, x AS running, y AS outcome FROM units', 0, replicates => 19) r;
SELECT b.lower FROM lee_bounds_query('SELECT d AS treated, y AS outcome FROM persons') b;
SELECT b.lower FROM lee_bounds_query('SELECT d AS treated, y AS outcome, c AS cell FROM persons') b;
SELECT b.lower FROM did_bounds_query('SELECT d AS treated, 0 AS before, y AS after FROM persons WHERE c = 0') b;
SELECT count(m) AS twenty FROM outcomes, makarov_bounds(a, b, (SELECT array_agg(x / 10.0::float8) FROM generate_series(-10, 9) x)) m;
SELECT m.lower FROM few, makarov_bounds(a, b, '{0.7}', radius => 0.05, p => 1) m;
