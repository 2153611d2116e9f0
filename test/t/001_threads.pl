# The library leaves the backend one task, after loading and after a fit, and does not abort.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('threads');
my $s = session($node);

sub tasks { my @tasks = glob("/proc/$s->{backend}/task/*"); return scalar @tasks; }

is(tasks(), 1, 'one task before');
query($s, "SET client_min_messages = error; LOAD 'pgmeasure'");
is(tasks(), 1, 'one task after loading');
is(query($s, 'SELECT (gmm_info(m)).k FROM (SELECT sample(i % 7 + random(), random()) AS s FROM generate_series(1, 20000) i) r, gmm_fit(s, 3) m'),
	3, 'a fit');
is(tasks(), 1, 'one task after a fit');

# 60 columns: BLAS and LAPACK are large enough for threads
is(query($s, 'SELECT count(*) FROM (SELECT moments(ARRAY(SELECT random() FROM generate_series(1, 300) WHERE i > 0)) AS m
	FROM generate_series(1, 1000) i) r, moments_pca(m)'), 300, 'principal axes of 300 columns');
is(tasks(), 1, 'one task after LAPACK');

# GSL's own handler would abort the backend
like(query($s, "SELECT moments_pca(moments(0::float8, i)) FROM generate_series(1, 3) i"), qr/ERROR/, 'an error of the mathematics');
is(query($s, 'SELECT 1'), 1, 'is an error and no end');

done_testing();
