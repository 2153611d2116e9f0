# What the TAP tests share: a server with the extension, and sessions that stay open.
package PgMeasure;

use strict;
use warnings;
use Exporter 'import';
use IPC::Open2;
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(start_node session query ask send_query answer figure);

# A running server with the extension in database postgres; lines of configuration may follow.
sub start_node
{
	my ($name, @conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => 1);
	$node->append_conf('postgresql.conf', join("\n", 'shared_buffers = 256MB', 'max_wal_size = 4GB', @conf, ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pgmeasure');
	return $node;
}

# A psql that stays connected; query() waits, send_query() and answer() are its two halves.
sub session
{
	my ($node, $db) = @_;
	my $self = {};

	$self->{pid} = open2($self->{out}, $self->{in}, 'sh', '-c', 'exec "$@" 2>&1', 'psql', 'psql', '-XAtq',
		'-v', 'VERBOSITY=verbose', '-d', $node->connstr($db // 'postgres'));
	$self->{in}->autoflush(1);
	$self->{backend} = query($self, 'SELECT pg_backend_pid()');
	return $self;
}

sub send_query
{
	my ($self, $sql) = @_;

	print { $self->{in} } "$sql;\n\\echo <<end>>\n";
}

sub answer
{
	my ($self) = @_;
	my $text = '';

	while (defined(my $line = readline $self->{out}))
	{
		chomp $text, return $text if $line eq "<<end>>\n";
		$text .= $line;
	}
	return "$text\nconnection lost";
}

sub query
{
	my ($self, $sql) = @_;

	send_query($self, $sql);
	return answer($self);
}

# One value from a connection of its own.
sub ask
{
	my ($node, $sql, $db) = @_;

	return $node->safe_psql($db // 'postgres', $sql);
}

# A figure of /proc/PID/status in MB: VmRSS, VmHWM.
sub figure
{
	my ($pid, $name) = @_;

	open my $file, '<', "/proc/$pid/status" or return 0;
	my ($kb) = grep { defined } map { /^$name:\s+(\d+) kB/ ? $1 : undef } <$file>;
	return $kb / 1024;
}

1;
