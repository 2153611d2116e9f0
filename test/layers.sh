#!/bin/bash
# The arrows and contracts of the design, by machine. Each rule prints what breaks it; the last
# line counts rules. The rules on symbols read the objects of a build in the tree.
set -eu
shopt -s lastpipe		# a rule at the end of a pipe counts in this shell
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

passed=0 failed=0

# rule TEXT: what comes on standard input breaks it
rule()
{
	local broken
	broken=$(cat)
	if [ -z "$broken" ]; then passed=$((passed + 1))
	else failed=$((failed + 1)); printf 'broken: %s\n%s\n' "$1" "$broken"
	fi
}

# C without comments and without the contents of strings, line numbers kept: file:line:text
code()
{
	[ $# -gt 0 ] || return 0
	awk '
		FNR == 1 { inside = 0 }
		{
			out = ""; text = $0
			include = text ~ /^[ \t]*#[ \t]*include/
			while (text != "") {
				if (inside) {
					if (!(at = index(text, "*/"))) break
					inside = 0; text = substr(text, at + 2)
				} else if (match(text, /^\/\*/)) { inside = 1; text = substr(text, 3) }
				else if (match(text, /^\/\//)) break
				else if (!include && match(text, /^"([^"\\]|\\.)*"/)) { out = out "\"\""; text = substr(text, RLENGTH + 1) }
				else if (match(text, /^\047([^\047\\]|\\.)*\047/)) { out = out "0"; text = substr(text, RLENGTH + 1) }
				else { out = out substr(text, 1, 1); text = substr(text, 2) }
			}
			print FILENAME ":" FNR ":" out
		}' "$@"
}

files() { find "$@" -name '*.[ch]' 2> /dev/null | sort; }

mapfile -t core < <(files src/core)
mapfile -t pg < <(files src/pg)
mapfile -t tests < <(files test)
core_code=$(code "${core[@]}") pg_code=$(code "${pg[@]}") test_code=$(code "${tests[@]}")
everything=$(printf '%s\n' "$core_code" "$pg_code" "$test_code")

# in: file:line:#include "path" -> "file:line path family-of-file family-of-path"
includes() { sed -nE 's,^([^:]*:[0-9]+):[ \t]*#[ \t]*include[ \t]*[<"]([^">]*)[">].*,\1 \2,p'; }

## includes

includes <<< "$core_code" | grep -vE ' (core/|(assert|cblas|float|inttypes|limits|math|stdalign|stdatomic|stdbool|stddef|stdint|string|lapack|lapacke|immintrin)\.h$|gsl/)' |
	rule "core includes only core, the C library's headers without state, BLAS, LAPACK and GSL"

includes <<< "$core_code" | awk '$2 ~ /^core\// { split($1, a, "/"); split($2, b, "/"); if (b[2] != a[3] && b[2] != "base") print }' |
	rule "a core family includes core/base and itself"

includes <<< "$pg_code" | awk '
	$2 ~ /^(core|pg)\// {
		split($1, a, "/"); split($2, b, "/")
		if (a[3] != "compose" && b[2] != "base" && b[2] != a[3]) print
	}' | rule "a pg family includes pg/base, core/base, itself and the core family of its name; only compose/ may include several"

includes <<< "$everything" | grep -E '\.c$' | rule "no #include of a .c file"

## words

grep -nE '\b(palloc|repalloc|pfree|elog|ereport|Datum|fcinfo|postgres|PG_[A-Z]+)\b' <<< "$core_code" | cut -d: -f2- |
	rule "core knows nothing of PostgreSQL"

printf '%s\n' "$pg_code" "$core_code" | grep -E '\bPG_VERSION_NUM\b' | grep -v '^src/pg/base/compat\.[ch]:' |
	rule "PG_VERSION_NUM only in src/pg/base/compat.h"

grep -E '\b(ereport|elog|errmsg\w*|errdetail\w*|errhint\w*|errcode|errfinish|errsave|ereturn)\b *\(' <<< "$pg_code" |
	grep -v '^src/pg/base/report[a-z_]*\.c:' | rule "message text only in src/pg/base/report*.c"

grep -E '\b(malloc|calloc|realloc|strdup|rand|random|srand|setjmp|longjmp|exit|abort|system|popen)\b *\(' <<< "$pg_code" |
	rule "the server's own memory, random numbers and jumps"

printf '%s\n' "$core_code" "$pg_code" | grep -E '\b(sprintf|strcpy|strcat|gets)\b *\(' | rule "no unbounded string functions"

## symbols

objects=() missing=()
for f in "${core[@]}"; do
	if [[ $f == *.c ]]; then
		if [ -e "${f%.c}.o" ]; then objects+=("${f%.c}.o"); else missing+=("${f%.c}.o"); fi
	fi
done
[ ${#objects[@]} -gt 0 ] || missing+=("any object of core")
{ [ ${#missing[@]} = 0 ] || printf 'not built: %s\n' "${missing[@]}"; } | rule "core is built (make)"

# What core may call: itself; bytes; mathematics; BLAS, LAPACK, GSL without its allocations; what
# the compiler adds (stack and buffer checks, dispatch on the processor).
bytes='(mem(cpy|move|set|cmp|chr)|str(len|n?cmp|chr|nlen))(_chk)?'
libm='(a?(sin|cos|tan)h?|atan2|exp|exp2|expm1|log|log2|log10|log1p|pow|sqrt|cbrt|hypot|erfc?|[lt]gamma|lgamma_r|floor|ceil|trunc|l?l?round|l?l?rint|nearbyint|fma|fmod|remainder|fmin|fmax|fdim|ldexp|frexp|modf|scalbl?n|logb|ilogb|copysign|nextafter|nan)[fl]?'
blas='(cblas_[a-z0-9_]+|[sd][a-z0-9]{2,6}_|LAPACKE_[a-z0-9_]+_work|openblas_set_num_threads)'
gsl='gsl_(sf|cdf|ran|poly|root|min|integration|interp|qrng|set_error_handler_off|strerror|pow|hypot|log1p|expm1|ldexp|frexp|isnan|finite)[A-Za-z0-9_]*'
compiler='(stack_chk_fail|cpu_(model|indicator_init)|_?GLOBAL_OFFSET_TABLE_|tls_get_addr|(mul|div)[sdtx]c3|(u?div|u?mod|mul|float|fix)[a-z]*ti[0-9a-z]*|popcountdi2)'
vector='_ZGV[bcde]N[0-9]+v+_[a-z0-9]+'

own=$(nm --defined-only -g "${objects[@]}" /dev/null 2> /dev/null | awk 'NF == 3 { print $3 }' | sort -u)
nm -u -A "${objects[@]}" /dev/null 2> /dev/null | awk '{ sub(/:$/, "", $1); print $NF, $1 }' | sort -u |
	awk 'NR == FNR { own[$1]; next } !($1 in own)' <(printf '%s\n' "$own") - |
	grep -vE "^(_*($bytes|$libm|$compiler)|$blas|$gsl|$vector) " |
	rule "core calls nothing outside the allow-list"

nm -u -A "${objects[@]}" /dev/null 2> /dev/null | grep -E 'gsl_[a-z0-9_]*_(alloc|calloc|free|clone|memcpy|fprintf|fread|fwrite)$' |
	rule "core lets GSL allocate and print nothing"

# .data and .bss hold what can be written; constant tables with addresses lie in .data.rel.ro
for o in "${objects[@]}"; do
	nm --format=sysv "$o" | awk -F'|' -v o="$o" '$7 ~ /^\.(t?bss|t?data)(\.|$)/ && $7 !~ /\.rel\.ro/ && $4 ~ /OBJECT|TLS/ { gsub(/ +$/, "", $1); print o ": " $1 }'
done | rule "core has no writable global state"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
