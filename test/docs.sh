#!/bin/bash
# Runs every ```sql block of the documentation, in the server of the environment. Each document has
# a database of its own, made from test/docs.sql (the tables that documents speak of); its blocks
# run in order. A block that fails is shown with its line; the last line counts blocks.
# A block that must not run is marked otherwise (```text).
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGOPTIONS='-c client_min_messages=warning'
psql() { command psql -X -q -v ON_ERROR_STOP=1 "$@"; }

psql -c 'DROP DATABASE IF EXISTS docs_template' -c 'CREATE DATABASE docs_template'
psql -d docs_template -c 'CREATE EXTENSION pgmeasure'
[ ! -e test/docs.sql ] || psql -d docs_template -f test/docs.sql > /dev/null

while IFS= read -r doc; do
	rm -f "$work"/*
	# one file a block, named by the line it starts at
	awk -v to="$work/" '/^```sql/ { file = to sprintf("%05d.sql", FNR); next } /^```/ { file = "" } file { print > file }' "$doc"
	psql -c 'DROP DATABASE IF EXISTS docs' -c 'CREATE DATABASE docs TEMPLATE docs_template'
	for block in "$work"/*.sql; do
		[ -e "$block" ] || continue
		if psql -d docs -f "$block" > "$work/out" 2>&1; then passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "$doc:$((10#$(basename "$block" .sql))): $(tail -n 6 "$work/out")"
		fi
	done
done < <(find README.md doc -name '*.md' 2> /dev/null | sort)

psql -c 'DROP DATABASE IF EXISTS docs' -c 'DROP DATABASE docs_template'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
