# The plan does not show in the answer: serial, parallel, hashed, sorted, spilled, rescanned.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('plans', 'jit = off', 'max_parallel_workers_per_gather = 2', 'max_worker_processes = 8');
my $serial = session($node);
my $parallel = session($node);

query($serial, 'CREATE TABLE t AS SELECT i AS id, i % 50 AS grp, sin(i) AS x, cos(i * 1.5) + i % 3 AS y,
	CASE WHEN i % 10 > 0 THEN i::float8 END AS gap FROM generate_series(1, 200000) i');
query($serial, 'ANALYZE t');
query($serial, 'SET max_parallel_workers_per_gather = 0');
query($parallel, "SET $_ = 0") for qw(parallel_setup_cost parallel_tuple_cost min_parallel_table_scan_size);

# --- serial and parallel

sub same
{
	my ($name, $sql, $plan) = @_;
	my $want = query($serial, $sql);

	unlike($want, qr/ERROR/, "$name: an answer");
	like(query($parallel, "EXPLAIN (COSTS OFF) $sql"), $plan, "$name: a parallel plan");
	is(query($parallel, $sql), $want, "$name: the same");
}

my $partial = qr/Finalize.*Gather.*Partial Aggregate/s;
my $gather = qr/Aggregate.*Gather.*Parallel Seq Scan/s;

same('sample', 'SELECT md5(sample(x, gap)::text) FROM t', $gather);
same('sample_keyed', 'SELECT md5(sample_keyed(id::text, x)::text) FROM t', $gather);
same('subsample', 'SELECT md5(subsample(id, 1000, x, y)::text) FROM t', $partial);
same('subsample, ids of text', 'SELECT md5(subsample(md5(id::text), 300, mixed(x, grp::text))::text) FROM t', $partial);
same('moments', 'SELECT c.dim, round(c.mean::numeric, 12), round(c.sd::numeric, 12) FROM (SELECT moments(x, y) AS m FROM t) r, moments_columns(m) c', $partial);
same('kernel_mean', 'SELECT (kernel_mean_info(m)).n, round(mmd(m, kernel_mean((SELECT kernel_features(2, 0.5, features => 40)), 0, 0))::numeric, 12) FROM (SELECT kernel_mean((SELECT kernel_features(2, 0.5, features => 40)), x, y) AS m FROM t) r GROUP BY m', $partial);
same('groups', 'SELECT md5(string_agg(s::text, NULL ORDER BY grp)) FROM (SELECT grp, subsample(id, 20, x) AS s FROM t GROUP BY grp) r', qr/Finalize.*Gather/s);
same('a fit above a Gather', 'SELECT md5(m::text) FROM (SELECT sample(x, y) AS s FROM t WHERE id <= 20000) r, gmm_fit(s, 3, n_init => 2) m', $gather);
# sketches depend on the plan within their bound
same('kll', 'SELECT abs(kll_quantile(kll(id), 0.5) - 100000) < 0.0165 * 200000, (kll_info(kll(id))).n, (kll_info(kll_weighted(grp, id))).weight FROM t', $partial);
same('kll_union', 'SELECT abs(kll_quantile(kll_union(q), 0.5) - 100000) < 0.0165 * 200000, (kll_info(kll_union(q))).max FROM (SELECT grp, kll(id) AS q FROM t GROUP BY grp) r', qr/Finalize.*Gather/s);
same('wasserstein_matrix', 'SELECT md5(wasserstein_matrix(grp, s, 2)::text), md5(wasserstein_mean(s ORDER BY grp)::text) FROM (SELECT grp, sample(y) AS s FROM t GROUP BY grp) r', $gather);

query($serial, 'CREATE TABLE v AS SELECT grp, sample(x, y) AS s FROM t GROUP BY grp');
query($serial, 'ANALYZE v; ALTER TABLE v SET (parallel_workers = 2)');
same('fits in workers', 'SELECT count(*), sum(hashtext(gmm_fit(s, 2, n_init => 2)::text)) FROM v', qr/Finalize.*Gather.*Partial/s);
query($serial, 'CREATE TABLE model AS SELECT gmm_fit(s, 2) AS m FROM v WHERE grp = 7');
same('scores in workers', 'SELECT sum(gmm_predict((SELECT m FROM model), x, y)) FROM t', qr/Gather.*Partial/s);

same('dissimilarity', 'SELECT md5(dissimilarity(a.id, b.id, abs(a.x - b.x))::text) FROM t a JOIN t b ON a.id < b.id AND a.id <= 300 AND b.id <= 300', qr/Aggregate.*Gather/s);
same('kmedoids_fit above a Gather', 'SELECT md5(m::text) FROM (SELECT sample_keyed(id, x, y) AS s FROM t WHERE id <= 4000) r, kmedoids_fit(s, 5) m', $gather);
same('onebatch above a Gather', 'SELECT md5(m::text) FROM (SELECT sample_keyed(id, x, y) AS s FROM t WHERE id <= 30000) r, kmedoids_fit(s, 5) m', $gather);
same('kmeans_fit above a Gather', 'SELECT md5(m::text) FROM (SELECT sample(x, y) AS s FROM t) r, kmeans_fit(s, 5, n_init => 2) m', $gather);
same('medoids of shuffled rows', 'SELECT md5(m::text) FROM (SELECT sample_keyed(id, x, y ORDER BY md5(id::text)) AS s FROM t WHERE id <= 4000) r, kmedoids_fit(s, 5) m', qr/Gather/);
same('medoids in workers', 'SELECT count(*), sum(hashtext(kmedoids_fit(s, 2)::text)), sum(hashtext(kmeans_fit(s, 2, n_init => 1)::text)) FROM v', qr/Finalize.*Gather.*Partial/s);
query($serial, 'CREATE TABLE medoids AS SELECT kmedoids_fit(s, 2) AS m, kmeans_fit(s, 2) AS c FROM v WHERE grp = 7');
same('clusters in workers', 'SELECT sum(kmedoids_predict((SELECT m FROM medoids), x, y)), sum(kmeans_predict((SELECT c FROM medoids), x, y)) FROM t', qr/Gather.*Partial/s);

same('kmedoids_fair above a Gather', q{SELECT md5(f::text) FROM (SELECT sample_keyed(id, x, y) AS s, jsonb_object_agg(id, grp % 3) AS g FROM t WHERE id <= 1000) r, kmedoids_fair(s, 6, g, '[2,2]') f}, $gather);
same('rows drawn above a Gather', "SELECT md5(string_agg(d::text, ' ')) FROM (SELECT sample_keyed(id, 1 + x) AS s FROM t) r, select_by_score(s, 500, 'poisson') d", $gather);
same('representatives of shuffled rows', "SELECT md5(string_agg(d::text, ' ')) FROM (SELECT sample_keyed(id, x, y ORDER BY md5(id::text)) AS s FROM t WHERE id <= 1000) r, select_representatives(s, 20) d", qr/Gather/);

# drivers plan inside: to 1e-12, as the sums of any parallel aggregate
for my $driver ("kmedoids_fit_query('SELECT id, x, y FROM t', 5, options => '{\"sample\":1000}') m, kmedoids_info(m) i, kmedoids_clusters(m) c",
	"kmeans_fit_query('SELECT id, x, y FROM t', 5, options => '{\"sample\":1000}') m, kmeans_info(m) i, kmeans_clusters(m) c")
{
	my $sum = $driver =~ /kmeans/ ? 'i.inertia' : 'i.total_deviation';
	my $sql = "SELECT round(${sum}::numeric, 6), string_agg(c.size || ' ' || round(c.max_distance::numeric, 9), ',' ORDER BY cluster) FROM $driver GROUP BY 1";
	my $want = query($serial, $sql);

	unlike($want, qr/ERROR/, 'a driver: an answer');
	is(query($parallel, $sql), $want, 'a driver: the same');
}

# --- ways to group

sub each_way
{
	my ($name, $sql, @ways) = @_;
	my $want = query($serial, $sql);

	unlike($want, qr/ERROR/, "$name: an answer");
	for my $way (@ways)
	{
		my ($settings, $plan) = @$way;
		query($serial, join('; ', map { "SET $_" } split /, /, $settings));
		like(query($serial, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $sql"), $plan, "$name: $settings");
		is(query($serial, $sql), $want, "$name: the same");
		query($serial, join('; ', map { 'RESET ' . (split / /)[0] } split /, /, $settings));
	}
}

each_way('GROUP BY', 'SELECT md5(string_agg(s::text, NULL ORDER BY g)) FROM (SELECT id / 20 AS g, sample(x, gap) AS s FROM t GROUP BY 1) r',
	[ q{enable_sort = off, work_mem = '1GB'}, qr/HashAggregate.*Batches: 1\b/s ],
	[ 'enable_hashagg = off', qr/GroupAggregate/ ],
	[ q{enable_sort = off, work_mem = '64kB'}, qr/HashAggregate.*Batches: (?!1\b)\d+/s ]);
each_way('GROUPING SETS', 'SELECT md5(string_agg(s::text, NULL ORDER BY a, b)) FROM (SELECT id % 3 AS a, id % 7 AS b, sample(x) AS s FROM t GROUP BY ROLLUP (1, 2)) r',
	[ 'enable_hashagg = off', qr/GroupAggregate/ ], [ q{work_mem = '64kB'}, qr/Aggregate/ ]);

# --- where values live; every query says whether its two ways agree

my $once = '(SELECT sample(x) FROM t WHERE id <= 40000)';

sub agrees
{
	my ($name, $sql) = @_;

	is(query($serial, $sql), 't', $name);
}

agrees('plpgsql variables', "CREATE FUNCTION pg_temp.f() RETURNS boolean LANGUAGE plpgsql AS \$\$
	DECLARE a measure_sample; b measure_sample; r record;
	BEGIN SELECT sample(x) AS s INTO r FROM t WHERE id <= 40000; a := r.s; b := a;
	FOR i IN 1 .. 3 LOOP b := b || a; END LOOP;
	RETURN sample_n(b) = 160000 AND a = $once AND r.s = a; END \$\$; SELECT pg_temp.f()");
agrees('a plpgsql function of a value', "CREATE FUNCTION pg_temp.n(s measure_sample) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN sample_n(s) + (s || s = sample_union(s))::int; END'; SELECT pg_temp.n($once) = 40000");
agrees('a CTE read twice', "WITH c AS MATERIALIZED (SELECT sample(x) AS s FROM t WHERE id <= 40000) SELECT a.s = b.s AND a.s = $once FROM c a, c b");
agrees('LATERAL', 'SELECT bool_and(sample_n(s) = g * 1000) FROM generate_series(1, 40) g, LATERAL (SELECT sample(x) AS s FROM t WHERE id <= g * 1000) r');
agrees('LIMIT 1', 'SELECT sample_n(s) = 4000 FROM (SELECT grp, sample(x) AS s FROM t GROUP BY grp ORDER BY grp LIMIT 1) r');
agrees('a nested loop that rescans', 'SELECT count(DISTINCT s) = 1 AND count(*) = 5 FROM generate_series(1, 5) g
	LEFT JOIN LATERAL (SELECT sample(x) AS s FROM t WHERE id <= 40000 + 0 * g) r ON true');
agrees('window frames', 'SELECT bool_and(sample_n(s) = least(id, 3) AND s = w) FROM (SELECT id, sample(x) OVER win AS s,
	(SELECT sample(u.x) FROM t u WHERE u.id BETWEEN t.id - 2 AND t.id) AS w FROM t WHERE id <= 200
	WINDOW win AS (ORDER BY id ROWS 2 PRECEDING)) r');
agrees('a growing window', 'SELECT bool_and(n = id) FROM (SELECT id, sample_n(sample(x, x, x, x) OVER (ORDER BY id)) AS n FROM t WHERE id <= 20000) r');
agrees('kept results of a growing window', 'SELECT bool_and(sample_n(s) = id) FROM (SELECT id, sample(x, x, x, x) OVER (ORDER BY id) AS s FROM t WHERE id BETWEEN 1 AND 9000 ORDER BY id DESC LIMIT 50) r');
agrees('FILTER, DISTINCT, ORDER BY', 'SELECT sample(x ORDER BY x DESC) FILTER (WHERE id < 900) = sample(DISTINCT x) FILTER (WHERE id < 900) FROM t');
agrees('two aggregates share a state', 'SELECT sample(x) = sample(x) AND sample_n(sample(x)) = 200000 FROM t');
agrees('arrays, records, JSON', "SELECT (array_agg(s))[1] = $once AND (array_agg(r))[1] = ROW($once) AND to_jsonb((array_agg(r))[1]) ->> 's' = (${once})::text
	FROM (SELECT sample(x) AS s FROM t WHERE id <= 40000) r");
agrees('CASE, COALESCE, subquery', "SELECT CASE WHEN true THEN coalesce($once, NULL) END = $once");

query($serial, "PREPARE p(int) AS SELECT sample_n(sample(x)), sample_quantile(sample(x), 0.5) FROM t WHERE id <= \$1");
is(query($serial, 'EXECUTE p(40000)'), query($serial, "SELECT sample_n(s), sample_quantile(s, 0.5) FROM (SELECT $once AS s) r"), "a prepared statement, run $_") for 1 .. 7;

query($serial, 'BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT grp, sample(x) AS s FROM t GROUP BY grp ORDER BY grp; DECLARE d SCROLL CURSOR FOR SELECT sample(x) AS s FROM t');
is(query($serial, 'FETCH 1 FROM c'), query($serial, 'SELECT grp, sample(x) FROM t WHERE grp = 0 GROUP BY grp'), 'a cursor');
is(query($serial, 'FETCH d'), query($serial, 'FETCH FIRST d'), 'a scrolled cursor');
query($serial, 'COMMIT');
is(query($serial, 'FETCH 1 FROM c'), query($serial, 'SELECT grp, sample(x) FROM t WHERE grp = 1 GROUP BY grp'), 'a held cursor after the transaction');

# --- tables

query($serial, 'CREATE TABLE log (n bigint, q float8)');
query($serial, "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN INSERT INTO log SELECT sample_n(s), sample_quantile(s, 0.5) FROM (SELECT sample(x) AS s FROM fresh) r; NEW.s := NEW.s || NEW.s; RETURN NEW; END \$\$");
query($serial, 'CREATE TABLE fresh (s measure_sample, x float8 GENERATED ALWAYS AS (sample_quantile(s, 0.5)) STORED)');
query($serial, 'CREATE TRIGGER b BEFORE INSERT ON fresh FOR EACH ROW EXECUTE FUNCTION note()');
query($serial, 'INSERT INTO fresh SELECT sample(x) FROM t');
agrees('a trigger and a generated column', 'SELECT sample_n(f.s) = 400000 AND f.x = sample_quantile(f.s, 0.5) FROM fresh f');
query($serial, 'CREATE INDEX ON v (sample_n(s)); CREATE INDEX ON v USING hash (s); CREATE UNIQUE INDEX ON v ((sample_quantile(sample_marginal(s, ARRAY[1]), 0.5)))');
query($serial, 'SET enable_seqscan = off');
agrees('an expression index', 'SELECT count(*) = 50 FROM v WHERE sample_n(s) = 4000');
like(query($serial, 'EXPLAIN SELECT * FROM v WHERE sample_n(s) = 4000'), qr/Index/, 'is used');
query($serial, 'RESET enable_seqscan');
query($serial, 'CREATE MATERIALIZED VIEW mv AS SELECT grp, sample(x, y) AS s, moments(x, y) AS m FROM t GROUP BY grp; CREATE UNIQUE INDEX ON mv (grp)');
query($serial, 'REFRESH MATERIALIZED VIEW CONCURRENTLY mv');
agrees('a materialized view', 'SELECT count(*) = 50 FROM mv JOIN v USING (grp, s)');
query($serial, 'UPDATE v SET s = s || s WHERE grp = 3; DELETE FROM v WHERE grp = 4');
agrees('an update', 'SELECT sample_n(s) = 8000 FROM v WHERE grp = 3');

done_testing();
