# Seconds of an EM iteration, one core, beside dgemm on the same shapes; and the same iterations in R's mclust where it
# is installed, and in scikit-learn where $PYTHON (python3 unless told) has it, on one core and on all.
python=${PYTHON:-python3}
gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -Isrc -o "$work/bench_em" test/bench/bench_em.c \
	src/core/mixture/{kernel,mstep,families,prior,mix,gmm}.c src/core/base/{ctx,linalg,wire,hash}.c -lopenblas -lm
for shape in "1000000 8 8 full" "1000000 2 3 full" "1000000 32 16 full" "1000000 8 8 diag" "1000000 8 8 tied"; do
	read -r n d k family <<< "$shape"
	echo "n = $n, d = $d, k = $k, $family"
	OPENBLAS_NUM_THREADS=1 "$work/bench_em" "$n" "$d" "$k" "$family" 10 2 "$work/em.bin"
	if [ "$family" = full ] && Rscript -e 'library(mclust)' > /dev/null 2>&1; then
		OPENBLAS_NUM_THREADS=1 Rscript test/bench/bench_em_mclust.R "$work/em.bin" VVV 5
	fi
	"$python" -c 'import sklearn' 2> /dev/null || continue
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "$python" test/bench/bench_em_sklearn.py "$work/em.bin" "$family" 5
	echo "all cores:"
	"$python" test/bench/bench_em_sklearn.py "$work/em.bin" "$family" 5
	rm -f "$work/em.bin"
done
