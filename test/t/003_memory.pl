# The budget is obeyed, a sample takes what its data take, and nothing is left behind.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('memory', 'work_mem = 64MB', 'jit = off', 'max_parallel_workers_per_gather = 0');
my $s = session($node);

# --- the budget

query($s, "SET pgmeasure.max_memory = '8MB'");
my $error = query($s, 'SELECT sample(i) FROM generate_series(1, 10000000) i');
like($error, qr/ERROR:  53200: measure_sample needs \d+ kB of memory, pgmeasure.max_memory allows 8192 kB/, 'need and limit');
like($error, qr/HINT:  Raise pgmeasure.max_memory, or .*subsample/, 'ways out');
query($s, "SET pgmeasure.max_memory = '2MB'");
like(query($s, 'SELECT gmm_fit(sample(ARRAY(SELECT random() FROM generate_series(1, 30) WHERE i > 0)), 200) FROM generate_series(1, 3000) i'), qr/ERROR:  53200: gmm_fit needs/, 'a fit');
like(query($s, q{SELECT ('{"moments":1,"x":[' || repeat('0,', 3000000) || '0]}')::measure_moments}), qr/ERROR:  53200/, 'text');
query($s, 'RESET pgmeasure.max_memory');

# --- peaks

# what `sql` adds to the peak of a new backend that has done `first`, in MB
sub peak
{
	my ($first, $sql) = @_;
	my $own = session($node);

	query($own, $first);
	my $before = figure($own->{backend}, 'VmHWM');
	my $text = query($own, $sql);
	return (figure($own->{backend}, 'VmHWM') - $before, $text);
}

query($s, 'CREATE UNLOGGED TABLE t AS SELECT i AS id, random() AS x FROM generate_series(1, 5000000) i');
query($s, 'CREATE UNIQUE INDEX ON t (id)');
query($s, 'VACUUM ANALYZE t');
my ($mb, $n) = peak('SELECT avg(x) FROM t', 'SELECT sample_n(sample(x)) FROM t');
is($n, 5000000, 'a sample of 5 million rows');
cmp_ok($mb, '<', 1.25 * 5e6 * 8 / 1024 ** 2 + 30, sprintf('takes its 38 MB and little more: %.0f MB', $mb));
($mb, $n) = peak('SELECT avg(x) FROM t', 'SELECT i.distinct_rows > 4900000 FROM (SELECT sample(x) AS s FROM t) r, sample_info(s) i');
is($n, 't', 'in canonical order');
cmp_ok($mb, '<', 1.25 * 5e6 * 8 / 1024 ** 2 + 30, sprintf('no more: %.0f MB', $mb));

($mb, $n) = peak("SELECT avg(x) FROM t; SET work_mem = '100GB'; SET enable_sort = off; SET enable_indexscan = off",
	'SELECT count(*) FROM (SELECT sample(x) AS s FROM t GROUP BY id / 5) r WHERE s IS NOT NULL');
is($n, 1000001, 'a million groups of five rows');
cmp_ok($mb, '<', 1024, sprintf('in less than 1 GB: %.0f MB', $mb));

($mb, $n) = peak("SELECT avg(x) FROM t; SET work_mem = '100GB'; SET enable_sort = off; SET enable_indexscan = off",
	'SELECT count(*) FROM (SELECT kll(x) AS q FROM t GROUP BY id / 5) r WHERE q IS NOT NULL');
is($n, 1000001, 'a million sketches of five rows');
cmp_ok($mb, '<', 1024, sprintf('in less than 1 GB: %.0f MB', $mb));
($mb, $n) = peak('SELECT avg(x), (kll_info(kll(x) FILTER (WHERE id < 1000))).n FROM t', 'SELECT (kll_info(kll(x))).n FROM t');
is($n, 5000000, 'a sketch of 5 million rows');
cmp_ok($mb, '<', 5, sprintf('takes nothing: %.1f MB', $mb));

# --- nothing is left

query($s, q{CREATE TABLE v AS SELECT sample(i, i % 7 + random()) AS s, moments(i, i * i) AS m,
	sample(mixed(i, 'a' || i % 9)) AS x FROM generate_series(1, 2000) i});
query($s, q{CREATE TABLE models AS SELECT gmm_fit(s, 2, n_init => 1) AS g FROM v});

sub leaks
{
	my ($name, $sql) = @_;
	my $own = session($node);

	query($own, $sql) for 1 .. 2;
	my $before = figure($own->{backend}, 'VmRSS');
	my $text = query($own, $sql);
	query($own, $sql);
	my $grown = figure($own->{backend}, 'VmRSS') - $before;
	unlike($text, qr/XX000|lost/, "$name: runs");
	cmp_ok($grown, '<', 3, sprintf('%s: nothing is left of 2 x 1,000 calls, %.1f MB', $name, $grown));
}

sub in_loop
{
	my ($body) = @_;

	return "DO \$\$ DECLARE a record; v record; g measure_gmm; t text; z measure_sample; BEGIN
		SELECT * INTO v FROM v; SELECT models.g INTO g FROM models;
		FOR i IN 1 .. 1000 LOOP $body END LOOP; END \$\$";
}

leaks('values, plpgsql', in_loop('z := v.s || v.s; t := z::text; z := t::measure_sample; z := sample_marginal(z, ARRAY[1 + i % 2]);
	a := sample_info(z); t := summary(v.s); t := summary(v.m); t := g::text; g := t::measure_gmm;'));
leaks('sets, plpgsql', in_loop('PERFORM * FROM sample_columns(v.s); PERFORM * FROM sample_rows(v.x) LIMIT 3; PERFORM * FROM gmm_components(g);
	PERFORM * FROM moments_pca(v.m);'));
leaks('scores, plpgsql', in_loop('PERFORM gmm_predict(g, i, 2), gmm_posterior(g, ARRAY[i, 2]), moments_mahalanobis(v.m, i, i);'));
leaks('fits, plpgsql', in_loop('g := gmm_fit(v.s, 2, n_init => 1, max_iter => 2);'));
leaks('distributions, plpgsql', in_loop('z := sample_marginal(v.s, ARRAY[1]); PERFORM dominance(z, z), wasserstein_parts(z, z), wasserstein_trimmed(z, z, 2), wasserstein_vector(z, 50);
	PERFORM * FROM wasserstein_plan(z, z) LIMIT 3; PERFORM kll_quantile(kll(j), 0.5), kll_info(kll(j) || kll(j)), summary(kll(j)) FROM generate_series(1, 300) j;'));
leaks('comparisons, plpgsql', in_loop(q{SELECT sample(j, j * j) INTO z FROM generate_series(1, 9) j; PERFORM wasserstein(z, z || z), wasserstein_test(z, z, replicates => 2), sliced_wasserstein_test(z, z, replicates => 2), sinkhorn(z, z, 100),
	ot_map(z, z, ARRAY[i, 1], 100), mmd_test(z, z, replicates => 2, seed => i), mmd_interval(z, z || z, replicates => 2), energy_distance(z, z), hsic_test(z, 1);}));
leaks('errors caught', in_loop("BEGIN IF i % 5 = 0 THEN PERFORM sample('NaN'::float8); END IF;
	IF i % 5 = 1 THEN PERFORM sample(j, CASE WHEN j = 900 THEN 'Infinity' ELSE j END) FROM generate_series(1, 1000) j; END IF;
	IF i % 5 = 2 THEN PERFORM gmm_fit(v.s, 5000); END IF;
	IF i % 5 = 3 THEN z := (left(v.s::text, 20000) || '\"}')::measure_sample; END IF;
	IF i % 5 = 4 THEN PERFORM gmm_predict(g, i); END IF;
	EXCEPTION WHEN data_exception OR invalid_parameter_value OR invalid_text_representation THEN NULL; END;"));
leaks('aggregates', 'SELECT count(sample_n(s)) FROM (SELECT sample(x) AS s FROM t WHERE id <= 400000 GROUP BY id / 400) r');
leaks('a rescanned aggregate', 'SELECT sum(n) FROM generate_series(1, 1000) g, LATERAL (SELECT sample_n(sample(x + g)) AS n FROM t WHERE id <= 500) r');

# --- more than can be stored

query($s, "SET pgmeasure.max_memory = '2GB'");
my $large = 'SELECT sample(ARRAY[i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]::float8[]) AS s
	FROM generate_series(1, 2200000) i';
is(query($s, "SELECT sample_n(s), sample_n(sample_marginal(s, '{1}')) FROM ($large) r"), '2200000|2200000', 'a value of 537 MB works within its query');
$error = query($s, "CREATE TABLE large AS $large");
like($error, qr/ERROR:  54000: a measure_sample of \d+ MB is too large to be stored, the limit is 512 MB/, 'and is not stored');
like($error, qr/HINT:  .*subsample/, 'with ways out');

done_testing();
