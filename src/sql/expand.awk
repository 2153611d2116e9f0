# Writes a family of overloads once. The block between "@for SET..." and "@end" is repeated for
# every argument list of the sets, with @SET@ (the first set's name) replaced by that list:
#
#   -- @for ROWS ARRAYS
#   CREATE AGGREGATE sample(@ROWS@) (SFUNC = sample_accum, STYPE = measure_sample);
#   COMMENT ON AGGREGATE sample(@ROWS@) IS 'the rows as one value';
#   -- @end
#
# Blocks nest: "-- @for ID" around "-- @for ROWS" gives every pair. An unknown set, a block that is
# not closed or a token outside its block ends with an error.

BEGIN {
	# arities up to 8 are declared one by one: a VARIADIC call costs twice as much a row
	rows = list = "x1 float8"
	sub(/x1/, "x", rows)
	for (i = 2; i <= 8; i++)
		rows = rows ";" (list = list ", x" i " float8")
	set["ROWS"] = rows ";x float8[];x1 float8, VARIADIC rest float8[]"
	set["ARRAYS"] = "x real[];x numeric[];x bigint[];x integer[];x smallint[]"
	set["MIXED"] = "x measure_mixed"
	set["ID"] = "id bigint;id text"
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

function repeat(head, body,    word, list, n, m, i, j, copy)
{
	n = split(head, word, " ")		# "--" "@for" SET...
	for (i = 3; i <= n; i++) {
		if (!(word[i] in set))
			fail("unknown set " word[i])
		m = split(set[word[i]], list, ";")
		for (j = 1; j <= m; j++) {
			copy = body
			gsub("@" word[3] "@", list[j], copy)
			expand(copy)
		}
	}
}

function emit(text)
{
	if (text ~ /@[A-Z]+@/)
		fail("token outside its block: " text)
	print text
}

function fail(why)
{
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	exit failed = 1
}
