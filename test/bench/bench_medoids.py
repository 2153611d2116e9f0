# bench_medoids.py: the authors' wheel (pip install kmedoids numpy, in a venv) on the file that
# bench_medoids wrote: python bench_medoids.py FILE. Same matrix, same start, one core.
import sys
import time

import kmedoids
import numpy

with open(sys.argv[1], "rb") as f:
    n, k = numpy.fromfile(f, "i8", 2)
    start = numpy.fromfile(f, "u8", k)
    rows = numpy.fromfile(f, "f4", n * n).reshape(n, n)
for run in range(3):
    t = time.process_time()
    r = kmedoids.fasterpam(rows, start.copy(), 100, init="random", n_cpu=1)
    t = time.process_time() - t
    print(f"wheel n {n} k {k}: {t:.4f} s, {r.n_swap} swaps, {r.n_iter} passes, total {r.loss:.3f}")
