# Medoids and means against peers: the same matrix or rows, the same start, one core, by turns.
#   KMEDOIDS=python-with-kmedoids SKLEARN=python-with-scikit-learn dev/bench clusters
# R needs its package cluster. What is not there is left out.
cc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -D_GNU_SOURCE -Isrc -o "$work/bench_medoids" \
	test/bench/bench_medoids.c src/core/medoids/[a-z]*.c src/core/base/[a-z]*.c -lopenblas -lgsl -lm
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

for shape in "5000 10" "10000 100"; do
	for _ in 1 2 3; do
		# shellcheck disable=SC2086
		"$work/bench_medoids" swap $shape "$work/medoids.bin"
		[ -z "${KMEDOIDS:-}" ] || "$KMEDOIDS" test/bench/bench_medoids.py "$work/medoids.bin"
	done
	! Rscript -e 'library(cluster)' > /dev/null 2>&1 || Rscript test/bench/bench_medoids.R "$work/medoids.bin"
done
"$work/bench_medoids" pam 5000
"$work/bench_medoids" onebatch 20000 20
"$work/bench_medoids" onebatch 200000 20

for shape in "1000000 16" "200000 100" "200000 400"; do
	for _ in 1 2 3; do
		# shellcheck disable=SC2086
		"$work/bench_medoids" kmeans $shape "$work/kmeans.bin"
		[ -z "${SKLEARN:-}" ] || "$SKLEARN" test/bench/bench_kmeans.py "$work/kmeans.bin"
	done
done
