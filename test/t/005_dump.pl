# Values leave a database and come back equal; the extension moves between schemas and owners.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('dump', 'max_parallel_workers_per_gather = 0');
my $file = "$PostgreSQL::Test::Utils::tmp_check/dump";

$node->safe_psql('postgres', q{
	CREATE TABLE t AS SELECT i AS id, sin(i) AS x, 1e300 * cos(i) AS y, CASE WHEN i % 3 > 0 THEN i END AS gap FROM generate_series(1, 3000) i;
	CREATE DOMAIN small AS measure_sample CHECK (sample_n(VALUE) < 100000);
	CREATE TABLE v (k serial PRIMARY KEY, s measure_sample, d small, x measure_mixed, m measure_moments, g measure_gmm, p measure_point[],
		h measure_minhash, e measure_gmm_stats, y measure_dissimilarity, o measure_kmedoids, c measure_kmeans, q measure_kll, kf measure_kernel_features, km measure_kernel_mean);
	INSERT INTO v (s, d, x, m, g) SELECT sample(x, gap), sample_keyed_weighted('id' || id, id, y), mixed(1, 'two', NULL, true), moments(x, id), gmm_fit(sample(x, x * x), 3, n_init => 2, names => '{a,"b c"}') FROM t;
	INSERT INTO v (s, d, x) SELECT subsample(id, 100, mixed(id, 'ü' || id % 7, gap)), sample(0), mixed(0.1, E'quote " \\ \t', 'Infinity'::text) FROM t;
	INSERT INTO v (s, p) SELECT sample(id), ARRAY[(1, '{1,NULL}', 2, mixed(3))::measure_point] FROM t GROUP BY id % 5;
	INSERT INTO v (s, h, e, y, o, c, q, kf, km) SELECT sample(x), minhash('id' || id), gmm_stats(gmm('{1}', '{{0}}', '{{{1}}}'), x), (SELECT dissimilarity(i, j, abs(i - j)) FROM generate_series(1, 20) i, generate_series(1, 20) j WHERE i < j),
		kmedoids_fit(sample_keyed(id, x), 3), kmeans_fit(sample(x), 3), kll_weighted(id, y), kernel_features(2, 0.5, scale => '{1,3}'), kernel_mean(kernel_features(2, 0.5, scale => '{1,3}'), x, x * x) FROM t WHERE id <= 500;
	CREATE VIEW answers AS SELECT k, (sample_info(s)).*, summary(g) FROM v;
	CREATE INDEX ON v USING hash (s); CREATE INDEX ON v (m); CREATE INDEX ON v (sample_n(s));
	CREATE MATERIALIZED VIEW mv AS SELECT k, s || s AS s FROM v;
});

# all that is stored, in one hash
my $all = q{SELECT md5(string_agg(v::text, '|' ORDER BY k)) || md5(string_agg(measure_sample_send(s)::text || coalesce(measure_gmm_send(g)::text, ''), '|' ORDER BY k)),
	(SELECT md5(string_agg(a::text, '|' ORDER BY k)) FROM answers a), (SELECT sum(sample_n(s)) FROM mv) FROM v};
my $want = ask($node, $all);

# --- dumps

for my $format ('plain', 'custom', 'inserts')
{
	my $db = "from_$format";
	my @how = $format eq 'inserts' ? ('--inserts') : ("--format=$format");

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	command_ok([ 'pg_dump', @how, '-f', "$file.$format", '-d', $node->connstr('postgres') ], "pg_dump, $format");
	if ($format eq 'custom')
	{
		command_ok([ 'pg_restore', '--exit-on-error', '-j', '2', '-d', $node->connstr($db), "$file.$format" ], 'pg_restore');
	}
	else
	{
		command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-f', "$file.$format" ], "psql, $format");
	}
	is(ask($node, $all, $db), $want, "equal after $format");
}
unlike(slurp_file("$file.plain"), qr/CREATE FUNCTION public.sample/, 'members of the extension are not dumped');

# --- COPY BINARY between databases

$node->safe_psql('postgres', "COPY v TO '$file.binary' (FORMAT binary)");
$node->safe_psql('from_plain', "CREATE TABLE w (LIKE v); COPY w FROM '$file.binary' (FORMAT binary)");
is(ask($node, 'SELECT count(*) FROM v JOIN w USING (k) WHERE v.s = w.s AND v IS NOT DISTINCT FROM w', 'from_plain'), ask($node, 'SELECT count(*) FROM v'), 'COPY BINARY');

# --- schemas

$node->safe_psql('postgres', 'CREATE DATABASE schemas');
$node->safe_psql('schemas', q{CREATE SCHEMA "a ""b"; SET search_path = ''; CREATE EXTENSION pgmeasure SCHEMA "a ""b";
	CREATE TABLE public.v AS SELECT "a ""b".sample(i) AS s, "a ""b".moments(i, i * i) AS m FROM pg_catalog.generate_series(1, 100) i});
is(ask($node, q{SET search_path = ''; SELECT (i).n, "a ""b".sample_quantile(s, 0.5), s OPERATOR("a ""b".=) s, (SELECT pg_catalog.count(*) FROM "a ""b".moments_matrix(m))
	FROM (SELECT "a ""b".sample_info(s) AS i, s, m FROM public.v) r}, 'schemas'), '100|50|t|4', 'another schema, no search_path');
like(ask($node, q{SET search_path = ''; SELECT pg_catalog.left("a ""b".summary("a ""b".gmm_fit("a ""b".sample(i % 9 + pg_catalog.random()), 1)), 16) FROM pg_catalog.generate_series(1, 100) i}, 'schemas'), qr/Gaussian mixture/, 'a fit there');
like(ask($node, q{SET search_path = ''; SELECT "a ""b".pgmeasure_version()}, 'schemas'), qr/^\d/, 'the version there');
$node->safe_psql('schemas', 'CREATE SCHEMA c; ALTER EXTENSION pgmeasure SET SCHEMA c');
is(ask($node, q{SET search_path = c; SELECT sample_n(s), s = s FROM public.v}, 'schemas'), '100|t', 'moved by ALTER EXTENSION');
command_ok([ 'pg_dump', '-f', "$file.schemas", '-d', $node->connstr('schemas') ], 'pg_dump after the move');
$node->safe_psql('postgres', 'CREATE DATABASE moved');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('moved'), '-f', "$file.schemas" ], 'restored after the move');
is(ask($node, 'SELECT c.sample_n(s) FROM v', 'moved'), 100, 'and equal');

# --- owners, and the end

$node->safe_psql('postgres', 'CREATE ROLE someone LOGIN; CREATE DATABASE own OWNER someone');
my @as = (extra_params => [ '-U', 'someone' ]);
$node->safe_psql('own', 'CREATE EXTENSION pgmeasure', @as);
is($node->safe_psql('own', 'SELECT sample_n(sample(i)) FROM generate_series(1, 9) i', @as), 9, 'a trusted extension: no superuser needed');
$node->safe_psql('own', 'DROP EXTENSION pgmeasure', @as);
is(ask($node, q{SELECT count(*) FROM (SELECT proname FROM pg_proc WHERE probin LIKE '%pgmeasure%' UNION ALL SELECT typname FROM pg_type WHERE typname ~ '^_?measure_'
	UNION ALL SELECT opcname FROM pg_opclass WHERE opcname ~ 'measure' UNION ALL SELECT opfname FROM pg_opfamily WHERE opfname ~ 'measure') r}, 'own'), 0, 'DROP EXTENSION leaves nothing');

done_testing();
