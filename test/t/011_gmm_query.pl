# gmm_fit_query beside other sessions: what they write during the passes is not seen, a cancel is
# answered within 100 ms on a machine that does nothing else, memory does not grow with the rows,
# the passes go to workers.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;
use Time::HiRes qw(sleep);

use constant BOUND_MS => 1000;

my $node = start_node('gmm_query', 'work_mem = 64MB', 'jit = off', 'max_parallel_workers_per_gather = 0');
my $s = session($node);
my $c = session($node);

query($s, 'CREATE TABLE t AS SELECT i AS id, random() + i % 3 AS a, random() * 2 + i % 5 AS b FROM generate_series(1, 300000) i');
query($s, 'CREATE UNLOGGED TABLE v AS SELECT sample(a, b) AS s FROM t');
query($s, 'CREATE TABLE m AS SELECT m FROM v, gmm_fit(s, 3, n_init => 1, max_iter => 1) m');
query($s, 'VACUUM ANALYZE t');
query($s, 'SET client_min_messages = error');

# --- one snapshot

my $passes = "gmm_fit_query('SELECT a, b FROM t', 3, start => (SELECT m FROM m), tol => 0";
send_query($s, "SELECT n, iterations > 5, clock_timestamp() - statement_timestamp() > '0.2 s' FROM $passes, max_iter => 30) m, gmm_info(m)");
# its snapshot is taken when the backend holds back xmin
until (query($c, "SELECT count(*) FROM pg_stat_activity WHERE pid = $s->{backend} AND state = 'active' AND backend_xmin IS NOT NULL AND query LIKE '%gmm_fit_query%'") eq '1') { sleep(0.001) }
sleep(0.02);
for my $i (1 .. 5)
{
	query($c, "INSERT INTO t SELECT -i, 1000, 1000 FROM generate_series(1, 1000) i");
	query($c, "DELETE FROM t WHERE id BETWEEN 100 * $i AND 100 * $i + 50");
	sleep(0.02);
}
is(answer($s), '300000|t|t', 'rows of others are not seen');
is(query($s, "SELECT n FROM gmm_fit_query('SELECT a, b FROM t', 1) m, gmm_info(m)"), 300000 + 5000 - 5 * 51, 'the next statement sees them');

# --- cancel

# milliseconds from the cancel to the end
sub latency
{
	my ($sql, $delay) = @_;

	send_query($s, "$sql;\nSELECT 'at ' || extract(epoch FROM clock_timestamp())");
	sleep($delay);
	my $asked = query($c, "SELECT extract(epoch FROM clock_timestamp()) FROM pg_cancel_backend($s->{backend})");
	my $text = answer($s);
	my ($end) = $text =~ /^at ([\d.]+)/m;
	return $text =~ /57014/ ? ($end - $asked) * 1000 : undef;
}

sub check
{
	my ($name, $sql, @delays) = @_;
	my $worst = 0;

	for my $delay (@delays)
	{
		my $ms = latency($sql, $delay) // 1e9;
		$worst = $ms if $ms > $worst;
	}
	ok($worst < BOUND_MS, sprintf('%s: %.0f ms', $name, $worst));
}

check('a pass', "SELECT $passes, max_iter => 1000000)", 0.05, 0.4, 0.77);
check('the first part', q{SELECT gmm_fit_query('SELECT a, b FROM t', 300)}, 0.1, 0.6, 1.2);
check('seeding', 'SELECT gmm_fit(s, 3000) FROM v', 0.1, 0.5);
check('EM', 'SELECT gmm_fit(s, 20, n_init => 1, tol => 0, max_iter => 1000000) FROM v', 0.3, 1);
check('EM with gaps', q{SELECT gmm_fit(sample(CASE WHEN id % 5 > 0 THEN a END, CASE WHEN id % 7 > 0 THEN b END), 9, missing => 'use', n_init => 1, tol => 0, max_iter => 1000000) FROM t}, 0.5, 1);
check('select', 'SELECT count(*) FROM v, gmm_select(s, 3, 40)', 0.4, 1);
check('statistics', 'SELECT gmm_stats((SELECT m FROM m), a, b) FROM t, generate_series(1, 100)', 0.2, 0.7);

# --- memory and workers

query($s, 'CREATE UNLOGGED TABLE big AS SELECT random() + i % 3 AS a, random() * 2 + i % 5 AS b FROM generate_series(1, 3000000) i');
query($s, 'VACUUM ANALYZE big');
my $own = session($node);
query($own, 'SET client_min_messages = error; SELECT avg(a) FROM big');
query($own, "SELECT gmm_fit_query('SELECT a, b FROM t', 3, start => (SELECT m FROM m), max_iter => 3) IS NULL");
my $before = figure($own->{backend}, 'VmHWM');
query($own, "SELECT gmm_fit_query('SELECT a, b FROM big', 3, start => (SELECT m FROM m), max_iter => 3) IS NULL");
my $more = figure($own->{backend}, 'VmHWM') - $before;
cmp_ok($more, '<', 16, sprintf('ten times the rows: %.1f MB more at the peak', $more));

query($own, "SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on; SET client_min_messages = log");
like(query($own, "SELECT gmm_fit_query('SELECT a, b FROM big', 3, start => (SELECT m FROM m), max_iter => 1) IS NULL"), qr/Partial Aggregate.*loops=[23]/s, 'workers took part');

done_testing();
