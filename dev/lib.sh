# Shared by the scripts of this folder, which source it first. It moves to the top of the tree and
# gives: need, need_server, workspace, build, copy_tree, unprivileged, start_server, job, say, die.
# One path for root and user: the tree is built in place, installed under a private folder $work,
# and a throw-away server finds it there by its own settings; $work goes when the script ends.

# shellcheck shell=bash disable=SC1007,SC2012,SC2016,SC2034,SC2164
export LC_ALL=C.UTF-8 PSQLRC=/dev/null PAGER=cat
umask 022
set -m		# every job is a process group, so that it can be ended with all that it started
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work= step= server= holder= saved_conf=

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

cleanup()
{
	local rc=$?
	trap '' INT TERM HUP
	[ -z "$step" ] || kill -- "-$step" 2> /dev/null || true
	[ -z "$saved_conf" ] || restore_conf
	[ -z "$server" ] || stop_server
	[ -z "$work" ] || rm -rf "$work"
	exit $rc
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# job COMMAND...: like running it, but a signal to this script ends it at once
job()
{
	local rc=0
	"$@" &
	step=$!
	wait "$step" || rc=$?
	step=
	return $rc
}

# --- packages -----------------------------------------------------------------------------------

as_root()
{
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo > /dev/null; then sudo "$@"
	else die "needs root or sudo for: $*"
	fi
}

# quiet unless it fails
apt()
{
	local log
	log=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" 2>&1) ||
		{ printf '%s\n' "$log" | tail -n 30 >&2; return 1; }
}

installed() { [[ " $(dpkg-query -W -f '${db:Status-Status} ' "$1" 2> /dev/null)" == *" installed "* ]]; }

# need PACKAGE...: installs those that are missing; the lists are fetched only if they do not do
need()
{
	local p missing=()
	for p; do installed "$p" || missing+=("$p"); done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	apt install "${missing[@]}" || { apt update && apt install "${missing[@]}"; } ||
		die "could not install ${missing[*]}"
}

# The server's major version: PG_MAJOR, else the newest installed here, else the distribution's.
pg_major()
{
	local newest
	newest=$(ls -vd /usr/lib/postgresql/*/bin/postgres 2> /dev/null | tail -n 1 | cut -d/ -f5)
	: "${newest:=$(apt-cache depends postgresql 2> /dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')}"
	echo "${PG_MAJOR:-${newest:-15}}"
}

CREATECLUSTER_CONF=/etc/postgresql-common/createcluster.conf

restore_conf()
{
	as_root cp -p "$saved_conf" "$CREATECLUSTER_CONF"
	as_root rm -f "$saved_conf"
	saved_conf=
}

# Compiler, libraries and server. The server's package would create and start a cluster "main":
# it is told not to for as long as it is being installed.
need_server()
{
	pg=$(pg_major)
	need build-essential libopenblas-dev libgsl-dev postgresql-common util-linux
	if ! installed "postgresql-$pg"; then
		saved_conf=$(mktemp)
		as_root cp -p "$CREATECLUSTER_CONF" "$saved_conf"
		as_root sh -c "echo 'create_main_cluster = false' >> $CREATECLUSTER_CONF"
		need "postgresql-$pg"
		restore_conf
	fi
	need "postgresql-server-dev-$pg"
	pg_config=/usr/lib/postgresql/$pg/bin/pg_config
}

# --- the private folder -------------------------------------------------------------------------

workspace()
{
	work=$(mktemp -d "${TMPDIR:-/tmp}/pgmeasure.XXXXXX")
	chmod 755 "$work"
}

# build [VARIABLE=VALUE...]: in the tree, under a lock, installed to $work/install
build()
{
	mkdir -p build
	say "building for PostgreSQL $pg"
	job flock build/.lock make -s -j "$(nproc)" PG_CONFIG="$pg_config" "$@" install DESTDIR="$work/install" \
		> "$work/build.log" 2>&1 || { cat "$work/build.log"; die "the build failed"; }
	grep -v '^/usr/bin/install\|^/bin/mkdir' "$work/build.log" || true
}

# what git knows and what it would not ignore, to $work/tree; a tarball has no git
copy_tree()
{
	mkdir "$work/tree"
	if [ -e .git ]; then
		git -c safe.directory='*' ls-files -zco --exclude-standard
	else
		find . -name build -prune -o -type f -print0
	fi | while IFS= read -r -d '' f; do
		if [ -e "$f" ]; then printf '%s\0' "$f"; fi
	done | tar -c --null -T - | tar -x -C "$work/tree"
	[ "$(id -u)" != 0 ] || chown -R postgres: "$work/tree"
}

# PostgreSQL refuses root: root becomes postgres, a user stays.
unprivileged()
{
	local as=()
	[ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
	"${as[@]}" env HOME="$work/home" USER=postgres TMPDIR="$work/tmp" "$@"
}

# Settings by which a server finds what was installed under $work, one a line.
server_settings()
{
	local lib share
	lib=$("$pg_config" --pkglibdir) share=$("$pg_config" --sharedir)
	if grep -q extension_destdir "$share/postgresql.conf.sample"; then
		echo "extension_destdir=$work/install"
	else
		echo "extension_control_path=$work/install$share:\$system"
	fi
	echo "dynamic_library_path=$work/install$lib:$lib"
}

# start_server [SETTING=VALUE...]: a throw-away cluster; exports PGHOST, PGPORT, PGUSER, PGPASSWORD.
# pg_virtualenv keeps it for as long as its command runs, which here sleeps until it is ended.
start_server()
{
	local settings
	mapfile -t settings < <(server_settings)
	settings+=("$@")

	# a random free port, so that two runs that start together do not pick the same
	until PGPORT=$((10000 + RANDOM % 20000)); ! (: < "/dev/tcp/localhost/$PGPORT") 2> /dev/null; do :; done

	mkdir -p "$work/tmp" "$work/home"
	[ "$(id -u)" != 0 ] || chown postgres: "$work" "$work/tmp" "$work/home"
	PGPORT=$PGPORT unprivileged pg_virtualenv -t -v "$pg" "${settings[@]/#/-o}" sh -c '
		{ env | grep "^PG[A-Z]*=" | sed "s/^/export /"; echo "holder=$$"; } > "$0.new"
		mv "$0.new" "$0"
		exec sleep infinity' "$work/connect" < /dev/null > "$work/server.log" 2>&1 &
	server=$!
	await_server || { cat "$work/server.log"; die "the server did not start"; }
	. "$work/connect"
}

await_server()
{
	until [ -e "$work/connect" ]; do
		kill -0 "$server" 2> /dev/null || return
		sleep 0.1
	done
}

# Ends the sleeping command, and pg_virtualenv drops the cluster. It does so reliably only then, so
# a start that was interrupted is first awaited.
stop_server()
{
	if await_server; then
		. "$work/connect"
		kill "$holder" 2> /dev/null || true
	fi
	wait "$server" 2> /dev/null || true
	server=
}
