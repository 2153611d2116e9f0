# Near duplicates among the descriptions of Debian's packages, as apt's own lists have them: time against
# all pairs, recall against all pairs of every 1000th row, index and probes.
export PGOPTIONS="-c max_parallel_workers_per_gather=0 -c work_mem=1GB"

# The long descriptions are lists of their own, which are fetched into the private folder.
mkdir -p "$work/lists/partial"
apt-get -qq -o Acquire::Languages=en -o Dir::State::Lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
	-o Debug::NoLocking=1 update > /dev/null || die "no lists of packages"
/usr/lib/apt/apt-helper cat-file "$work"/lists/*Translation-en* | awk '
	/^Package: / { name = $2; text = ""; on = 0; next }
	/^Description-en: / { sub(/^[^:]*: /, ""); text = $0; on = 1; next }
	/^ / && on { text = text " " $0; next }
	/^$/ { if (name != "" && text != "" && !(name in seen)) { seen[name]; gsub(/[\t\\]/, " ", text); print name "\t" text } name = ""; next }
	{ on = 0 }' > "$work/packages.tsv"
chmod 644 "$work/packages.tsv"
psql -X -q -c "CREATE UNLOGGED TABLE package (name text, body text)" -c "\\copy package FROM '$work/packages.tsv'"
sql "CREATE UNLOGGED TABLE doc AS SELECT name AS id, s AS sketch FROM package, minhash_of(shingles(lower(body), 5)) s"
sql "VACUUM ANALYZE doc"
psql -X -q -A -t -c "SELECT 'descriptions: ' || count(*) || ', exact sketches: ' || count(*) FILTER (WHERE i.exact) FROM doc, minhash_info(sketch) i"
bench "shingles and minhash of all / shingles" 1 "SELECT count(minhash_of(shingles(lower(body), 5))) FROM package" \
	"SELECT count(shingles(lower(body), 5)) FROM package"
# all pairs of 2000 rows: times (n / 2000)^2 it is the quadratic join
bench "near_duplicates of all / 4 million pairs" 1 "SELECT count(*) FROM near_duplicates('SELECT id, sketch FROM doc', 0.7)" \
	"SELECT count(*) FROM (SELECT * FROM doc ORDER BY id LIMIT 2000) a, (SELECT * FROM doc ORDER BY id LIMIT 2000) b WHERE jaccard(a.sketch, b.sketch) >= 0.7"
psql -X -q -A -t <<-'SQL'
	CREATE TEMP TABLE found AS SELECT * FROM near_duplicates('SELECT id, sketch FROM doc', 0.7);
	SELECT 'pairs: ' || count(*) || ', groups: ' || count(DISTINCT group_id) FROM found;
	-- recall: every pair of every 1000th row, by all pairs
	CREATE TEMP TABLE probe AS SELECT id, sketch FROM doc WHERE hashtext(id) % 1000 = 0;
	CREATE TEMP TABLE truth AS SELECT p.id AS a, d.id AS b FROM probe p, doc d WHERE p.id <> d.id AND jaccard(p.sketch, d.sketch) >= 0.7;
	SELECT 'recall: ' || round(avg((f.a IS NOT NULL)::int), 5) || ' of ' || count(*) || ' pairs'
	FROM truth t LEFT JOIN found f ON f.a = least(t.a COLLATE "C", t.b COLLATE "C") AND f.b = greatest(t.a COLLATE "C", t.b COLLATE "C");
	\timing on
	CREATE INDEX doc_index ON doc USING gin (sketch minhash_lsh_ops);
	SELECT 'index: ' || pg_size_pretty(pg_relation_size('doc_index'));
	SELECT 'probes: ' || count(DISTINCT p.id) || ', found: ' || count(*) || ', of: ' || (SELECT count(*) FROM truth) FROM probe p JOIN doc d ON d.sketch % p.sketch AND d.id <> p.id;
SQL
unset PGOPTIONS
