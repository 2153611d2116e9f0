# Eight sessions at once, many of their statements cancelled at any point: nothing but cancels
# goes wrong, and what is answered is the same every time.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('load', 'max_worker_processes = 8', 'max_parallel_workers_per_gather = 2', 'parallel_setup_cost = 0',
	'min_parallel_table_scan_size = 0', 'work_mem = 1MB', 'client_min_messages = error');
my $until = 10;

$node->safe_psql('postgres', q{CREATE TABLE t AS SELECT i AS id, i % 200 AS grp, sin(i) AS x, cos(i) + i % 3 AS y FROM generate_series(1, 100000) i;
	CREATE TABLE v AS SELECT grp, sample(x, y) AS s, sample_keyed(id::text, mixed(x, (id % 9)::text)) AS k, moments(x, y) AS m FROM t GROUP BY grp;
	CREATE TABLE g AS SELECT gmm_fit(s, 3) AS g FROM v LIMIT 1; ANALYZE});

my @statements = (
	'SELECT md5(sample(x, y)::text) FROM t',
	'SELECT md5(string_agg(s::text, NULL ORDER BY grp)) FROM (SELECT grp, sample_keyed(id::text, x) AS s FROM t GROUP BY grp) r',
	'SELECT md5(gmm_fit(sample(x, y), 3, n_init => 2)::text) FROM t WHERE id <= 20000',
	'SELECT sum(hashtext(gmm_fit(s, 2, n_init => 1)::text)) FROM v WHERE grp < 50',
	'SELECT sum(gmm_predict(g, x, y)), count(gmm_posterior(g, x, y)) FROM t, g',
	'SELECT md5(subsample(id, 1000, x)::text) FROM t',
	'SELECT (moments_info(m)).n, round((SELECT sum(value) FROM moments_matrix(m))::numeric, 9) FROM (SELECT moments(x, y) AS m FROM t) r',
	'SELECT md5(sample_union(s)::text), sample_n(sample_union(k)) FROM v',
	'SELECT sum(c.y) > 0, count(*) FROM v, sample_curve(s, \'density\', 20) c',
	'SELECT bool_and(s::text::measure_sample = s AND m::text::measure_moments = m AND k::text::measure_sample = k) FROM v',
	'SELECT count(*), sum(weight) FROM v, sample_rows(k) WHERE grp < 20',
);
my $alone = session($node);
my %want = map { $_ => query($alone, $_) } @statements;

unlike($want{$_}, qr/ERROR/, substr($_, 0, 70)) for @statements;

# every session has its own random times to be cancelled at
my @sessions = map { session($node) } 1 .. 8;
my ($done, $cancelled, @wrong) = (0, 0);
my $end = time + $until;

srand(1);
while (time < $end)
{
	my @asked = map { $statements[ rand @statements ] } @sessions;

	send_query($sessions[$_], 'SET statement_timeout = ' . (rand > 0.5 ? 0 : 1 + int rand 150) . "; $asked[$_]") for 0 .. $#sessions;
	for my $i (0 .. $#sessions)
	{
		my $got = answer($sessions[$i]);

		if ($got =~ /57014/) { $cancelled++ }
		elsif ($got eq $want{ $asked[$i] }) { $done++ }
		else { push @wrong, "$asked[$i]: $got" }
	}
}
is("@wrong[0 .. ($#wrong < 2 ? $#wrong : 2)]", '', 'nothing but cancels went wrong');
cmp_ok($cancelled, '>', 5, "$cancelled statements were cancelled");
cmp_ok($done, '>', 20, "$done were answered as before");
is(query($sessions[$_], "RESET statement_timeout; $statements[5]"), $want{ $statements[5] }, 'each session goes on') for 0 .. $#sessions;
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|terminated by signal|XX000|problem in alloc set/, 'the log is clean');

done_testing();
