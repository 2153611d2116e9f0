# Two steps over postgres_fdw: a value a shard, then their union.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('shards');

plan skip_all => 'postgres_fdw is not installed'
	unless ask($node, "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");

my ($host, $port) = ($node->host, $node->port);
$node->safe_psql('postgres', 'CREATE EXTENSION postgres_fdw; CREATE TABLE t (id bigint, shard int, x float8, y float8) PARTITION BY LIST (shard)');
for my $i (0 .. 1)
{
	$node->safe_psql('postgres', "CREATE DATABASE shard$i");
	$node->safe_psql("shard$i", "CREATE EXTENSION pgmeasure; CREATE TABLE part AS SELECT i::bigint AS id, $i AS shard, sin(i) AS x, cos(i) AS y FROM generate_series(1, 5000) i WHERE i % 2 = $i");
	$node->safe_psql('postgres', "CREATE SERVER shard$i FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'shard$i', extensions 'pgmeasure', use_remote_estimate 'true');
		CREATE USER MAPPING FOR CURRENT_USER SERVER shard$i;
		CREATE FOREIGN TABLE t$i PARTITION OF t FOR VALUES IN ($i) SERVER shard$i OPTIONS (table_name 'part')");
}

my $s = session($node);
query($s, 'SET enable_partitionwise_aggregate = on');
my $local = 'FROM (SELECT i::bigint AS id, sin(i) AS x, cos(i) AS y FROM generate_series(1, 5000) i) t';

for my $value ([ 'sample(x, y)', 'sample_union' ], [ 'sample_keyed(id, x)', 'sample_union' ], [ 'moments(x, y)', 'moments_union' ],
	[ 'kernel_mean(kernel_features(2, 0.7, features => 50), x, y)', 'kernel_mean_union' ])
{
	my ($build, $union) = @$value;
	my $sql = "SELECT $union(v) AS v FROM (SELECT shard, $build AS v FROM t GROUP BY shard) r";
	my $show = $union eq 'kernel_mean_union' ? '(kernel_mean_info(v)).n, round(mmd(v, (SELECT kernel_mean(kernel_features(2, 0.7, features => 50), 0, 0)))::numeric, 12)'
		: $union eq 'moments_union' ? "(SELECT string_agg(round(mean::numeric, 12) || ' ' || round(sd::numeric, 12), ' ') FROM moments_columns(v))" : 'md5(v::text)';
	my $plan = query($s, "EXPLAIN (VERBOSE, COSTS OFF) $sql");
	my ($word) = $build =~ /^(\w+)/;

	like($plan, qr/Remote SQL: SELECT .*\Q$word\E\(.*GROUP BY/, "$build is computed on the shards");
	is(query($s, "SELECT $show FROM ($sql) q"), query($s, "SELECT $show FROM (SELECT $build AS v $local) q"), "$build: equal to one table");
}

done_testing();
