# Stored values survive crashes, and a standby answers as its primary.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('crash', 'restart_after_crash = on', 'fsync = on');
my $all = q{SELECT count(*), md5(string_agg(s::text || m::text || g::text, '|' ORDER BY k)), sum(sample_quantile(sample_marginal(s, '{1}'), 0.5)),
	sum(gmm_predict(g, 1, 2)) FROM v};
my $n = 0;

# values of some hundred bytes and of two megabytes
sub add
{
	$node->safe_psql('postgres', q{CREATE TABLE IF NOT EXISTS v (k serial, s measure_sample, m measure_moments, g measure_gmm);
		INSERT INTO v (s, m, g) SELECT sample(x, y), moments(x, y), gmm_fit(sample(x, y) FILTER (WHERE i <= 500), 2, n_init => 1)
		FROM (SELECT i, sin(i) AS x, cos(i) + i % 2 AS y FROM generate_series(1, 100000) i) r GROUP BY CASE WHEN i < 60000 THEN 0 ELSE i % 20 END HAVING count(*) FILTER (WHERE i <= 500) > 0;
		INSERT INTO v (s, m, g) SELECT sample(x, y), moments(x, y), gmm_fit(sample(x, y), 2, n_init => 1) FROM (SELECT i, sin(i) AS x, cos(i) + i % 2 AS y FROM generate_series(1, 400) i) r GROUP BY i % 20;});
	return ask($node, $all);
}

my $want = add();
my $other = session($node);

# one backend dies in the middle of a fit
my $victim = session($node);
send_query($victim, 'SELECT gmm_fit(sample(sin(i), cos(i)), 50, tol => 0) FROM generate_series(1, 1000000) i');
$node->poll_query_until('postgres', "SELECT state = 'active' FROM pg_stat_activity WHERE pid = $victim->{backend}");
kill 'KILL', $victim->{backend};
like(answer($victim), qr/lost|closed|terminat/, 'a killed backend');
like(query($other, 'SELECT 1'), qr/lost|closed|terminat/, 'takes the others with it');
ok($node->poll_query_until('postgres', 'SELECT true'), 'the server comes back');
is(ask($node, $all), $want, 'values are intact');

$want = add();
$node->stop('immediate');
$node->start;
is(ask($node, $all), $want, 'and after an immediate stop');

# --- a standby

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('crash_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$want = add();
$node->safe_psql('postgres', 'CREATE INDEX ON v USING hash (s); CREATE INDEX ON v (m); UPDATE v SET s = s || s WHERE k < 3');
$want = ask($node, $all);
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is(ask($standby, $all), $want, 'a standby gives equal results');
is(ask($standby, 'SET enable_seqscan = off; SELECT count(*) FROM v a JOIN v b ON a.s = b.s AND a.k = b.k'), ask($node, 'SELECT count(*) FROM v'), 'by its indexes, too');
is(ask($standby, 'SELECT sample_n(sample(i)), (gmm_info(gmm_fit(sample(sin(i)), 2))).k FROM generate_series(1, 1000) i'), '1000|2', 'and computes');
$node->stop('immediate');
$standby->promote;
is(ask($standby, $all), $want, 'and after it was promoted');

done_testing();
