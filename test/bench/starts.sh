# How often a mixture's starts find the best end there is, and seconds of a fit: the sets of test/data, some hard ones,
# and Debian's package table (log sizes) where apt has its lists.
gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -Isrc -o "$work/bench_starts" test/bench/bench_starts.c \
	src/core/mixture/[a-z]*.c src/core/base/[a-z]*.c -lopenblas -lgsl -lm
apt-cache dumpavail | awk '/^Size: / { s = $2 } /^Installed-Size: / { i = $2 }
	/^$/ { if (s > 0 && i > 0) printf "%.17g %.17g\n", log(s), log(i); s = i = 0 }' > "$work/package"
while read -r set; do
	[ -s "${set%% *}" ] || [ "${set#*/}" = "$set" ] || continue
	OPENBLAS_NUM_THREADS=1 "$work/bench_starts" 20 $set
done <<-SETS
	$work/package 3 full
	test/data/faithful.csv 3 full
	test/data/iris.csv 3 full
	test/data/galaxies.csv 4 full
	wreath 14 full
	nested 3 full
	stripes 3 full
	scales 5 full
	outliers 4 full
	shares 4 full
	cloud 8 full
SETS
