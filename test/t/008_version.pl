# pgmeasure_version() says when library and script differ.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PgMeasure;
use Test::More;

my $node = start_node('version');
my $s = session($node);

my $version = ask($node, "SELECT extversion FROM pg_extension WHERE extname = 'pgmeasure'");
is(query($s, 'SELECT pgmeasure_version()'), $version, 'library and script are of one version');
query($s, "UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'pgmeasure'");
my $text = query($s, 'SELECT pgmeasure_version()');
like($text, qr/WARNING:.*0\.0\.1/, 'a warning names the other');
like($text, qr/HINT:.*ALTER EXTENSION pgmeasure UPDATE/, 'and what to do');
like($text, qr/^\Q$version\E$/m, 'the library answers all the same');

done_testing();
