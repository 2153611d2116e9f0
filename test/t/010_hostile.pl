# What an ordinary user can try with the parts: errors, never a crash, an internal error or a write
# to a page.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('hostile');
$node->safe_psql('postgres', 'CREATE ROLE evil LOGIN; CREATE SCHEMA own AUTHORIZATION evil');
my $s = session($node);
query($s, 'SET ROLE evil; SET search_path = own, public');

# --- an aggregate of the user's own over our functions, begun with a state of another

my %states = (
	plain => 'sample(i)', weighted => 'sample_weighted(1, i)', keyed => 'sample_keyed(i::text, i)',
	numbered => 'sample_keyed(i, i)', mixed => 'sample(mixed(i::text))', drawing => 'raw_subsample(i, 2, i)');
my %steps = (
	sample_append => [ 'float8', 'i' ], sample_append_weighted => [ 'float8, float8', '1, i' ],
	sample_append_keyed => [ 'text, float8', 'i::text, i' ], subsample_append => [ 'bigint, integer, float8', 'i, 2, i' ]);

query($s, 'CREATE AGGREGATE raw_subsample (bigint, integer, float8) (SFUNC = subsample_append, STYPE = measure_sample)');
for my $state (sort keys %states)
{
	for my $step (sort keys %steps)
	{
		my ($types, $arguments) = @{ $steps{$step} };

		query($s, "DO \$\$ BEGIN EXECUTE (SELECT format('CREATE OR REPLACE AGGREGATE a ($types) (SFUNC = $step, STYPE = measure_sample, INITCOND = %L)', $states{$state})
			FROM generate_series(1, 5) i); END \$\$");
		like(query($s, "SELECT sample_n(a($arguments)), length(a($arguments)::text) > 0 FROM generate_series(1, 3) i"),
			qr/^8\|t$|^2\|t$|ERROR:  (42804|22023)/, "$step from a state of $states{$state}");
	}
}

# --- a state that was never finished, in a table: reading it must not sort it in the page

query($s, 'CREATE AGGREGATE raw_sample (float8) (SFUNC = sample_append, STYPE = measure_sample)');
query($s, 'CREATE TABLE t AS SELECT raw_sample(-i) AS s FROM generate_series(1, 100) i');
$node->safe_psql('postgres', 'CREATE EXTENSION pageinspect');
is(query($s, 'SELECT count(*) FROM t'), 1, 'hint bits are set');
my $page = ask($node, "SELECT md5(get_raw_page('own.t', 0))");
is(query($s, 'SELECT i.n, i.distinct_rows, sample_quantile(s, 0.5), s::text::measure_sample = sample(-j) FROM t, sample_info(s) i, generate_series(1, 100) j GROUP BY 1, 2, 3, s'),
	'100|100|-51|t', 'a state as a value');
is(ask($node, "SELECT md5(get_raw_page('own.t', 0))"), $page, 'its page is as it was');

# --- texts

query($s, "SET statement_timeout = '10s'");
like(query($s, "SELECT ('{' || string_agg(format('\"k%s\":1', i), ',') || '}')::measure_moments FROM generate_series(1, 300000) i"), qr/ERROR:  22P02/, 'many keys');
like(query($s, "SELECT repeat('[', 1000000)::measure_mixed"), qr/ERROR:  54001/, 'deep lists');
like(query($s, "SELECT ('{\"sample\":1,\"data\":\"' || repeat('A', 10000000) || '\"}')::measure_sample"), qr/ERROR:  22P02/, 'a payload of nothing');
like(query($s, "SELECT ('{\"gmm\":1,\"covariance\":\"' || repeat('A', 10000000) || '\"}')::measure_gmm"), qr/ERROR:  22P02/, 'a payload in another key');
like(query($s, "SELECT overlay(t placing '=' from octet_length(t) - 1500000) ::measure_sample FROM (SELECT sample(i)::text AS t FROM generate_series(1, 300000) i) r"), qr/ERROR:  22P02/, 'base64 that ends in its middle');
is(query($s, "SELECT t::measure_sample::text = t FROM (SELECT sample(i)::text AS t FROM generate_series(1, 300000) i) r"), 't', 'a long payload comes back');
like(query($s, q{SELECT c.* FROM (SELECT format('{"gmm":1,"k":1,"d":12000,"covariance":"diag","weights":[1],"means":[%s0],"covariances":[%s1]}',
	repeat('0,', 11999), repeat('1,', 11999))::measure_gmm AS m) r, gmm_components(m) c}), qr/ERROR:  5\d{4}/, 'a covariance that no array holds');

is(query($s, 'SELECT 1'), 1, 'the session goes on');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|terminated by signal|internal error/, 'the log is clean');

done_testing();
