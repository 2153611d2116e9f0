# Writes a family of overloads once. The block between "@for SET..." and "@end" is repeated for
# every argument list of the sets, with @SET@ (the first set's name) replaced by that list, and
# @SET:c@ by the word that tells it in the name of the C function:
#
#   -- @for ROWS ARRAYS
#   CREATE FUNCTION f(@ROWS@) RETURNS int AS 'MODULE_PATHNAME', 'f_@ROWS:c@' LANGUAGE C;
#   COMMENT ON FUNCTION f(@ROWS@) IS 'the rows as one value';
#   -- @end
#
# Blocks nest: "-- @for ID" around "-- @for ROWS" gives every pair. An unknown set, a block that is
# not closed or a token outside its block ends with an error.

BEGIN {
	# arities up to 8 are declared one by one: a VARIADIC call costs twice as much a row
	rows = "columns:x float8"
	list = "x1 float8"
	for (i = 2; i <= 8; i++)
		rows = rows ";columns:" (list = list ", x" i " float8")
	set["ROWS"] = rows ";array:x float8[];variadic:x float8, VARIADIC y float8[]"
	set["ARRAYS"] = "array:x real[];array:x numeric[];array:x bigint[];array:x integer[];array:x smallint[]"
	set["MIXED"] = "mixed:x measure_mixed"
	set["VALUE"] = "sample:measure_sample;mixed:measure_mixed;moments:measure_moments;gmm:measure_gmm;gmm_stats:measure_gmm_stats;minhash:measure_minhash;" \
		"dissimilarity:measure_dissimilarity;kmedoids:measure_kmedoids;kmeans:measure_kmeans;kll:measure_kll;" \
		"kernel_features:measure_kernel_features;kernel_mean:measure_kernel_mean"
	# types that a cast to another one would turn into other elements
	set["ELEMENT"] = "int2:value smallint;int4:value integer;int8:value bigint;numeric:value numeric;" \
		"float4:value real;float8:value float8;text:value text;text:value varchar;bpchar:value char;" \
		"name:value name;uuid:value uuid;date:value date;time:value time;timestamp:value timestamp;" \
		"timestamptz:value timestamptz;interval:value interval;bytea:value bytea;boolean:value boolean;" \
		"inet:value inet;inet:value cidr;any:value anyelement"
	set["KEY"] = "bigint:key bigint;text:key text"
	set["ID"] = "bigint:id bigint;text:id text"
}

# outside blocks lines pass; a whole outermost block is gathered, then expanded
/^-- @for / { depth++ }
/^-- @end/ && !depth { fail("@end without @for") }
depth { block = block $0 "\n" }
!depth { emit($0) }
/^-- @end/ && !--depth { expand(block); block = "" }

END {
	if (!failed && depth)
		fail("@for without @end")
	exit failed
}

function expand(text,    line, n, i, inner, head, body)
{
	n = split(text, line, "\n") - 1
	for (i = 1; i <= n; i++) {
		if (line[i] ~ /^-- @for / && !inner++)
			head = line[i]
		else if (line[i] ~ /^-- @end/ && !--inner) {
			repeat(head, body)
			body = ""
		} else if (inner)
			body = body line[i] "\n"
		else
			emit(line[i])
	}
}

function repeat(head, body,    word, list, part, n, m, i, j, copy)
{
	n = split(head, word, " ")		# "--" "@for" SET...
	for (i = 3; i <= n; i++) {
		if (!(word[i] in set))
			fail("unknown set " word[i])
		m = split(set[word[i]], list, ";")
		for (j = 1; j <= m; j++) {
			split(list[j], part, ":")
			copy = body
			gsub("@" word[3] "@", part[2], copy)
			gsub("@" word[3] ":c@", part[1], copy)
			expand(copy)
		}
	}
}

function emit(text)
{
	if (text ~ /@[A-Z]+(:c)?@/)
		fail("token outside its block: " text)
	print text
}

function fail(why)
{
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	exit failed = 1
}
