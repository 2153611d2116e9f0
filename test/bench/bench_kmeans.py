# bench_kmeans.py: scikit-learn's KMeans (pip install scikit-learn, in a venv) on the file that
# bench_medoids kmeans wrote: python bench_kmeans.py FILE [TOL]. Same rows, start and tol, one core.
import sys
import time

import numpy
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

tol = float(sys.argv[2]) if len(sys.argv) > 2 else 1e-4
with open(sys.argv[1], "rb") as f:
    n, k = numpy.fromfile(f, "i8", 2)
    x = numpy.fromfile(f, "f8", n * 8).reshape(n, 8)
    start = numpy.fromfile(f, "f8", k * 8).reshape(k, 8)
with threadpool_limits(1):
    for algorithm in ("lloyd", "elkan"):
        t = time.process_time()
        m = KMeans(k, init=start, n_init=1, tol=tol, max_iter=300, algorithm=algorithm).fit(x)
        t = time.process_time() - t
        print(f"{algorithm} n {n} k {k}: {t:.3f} s, {m.n_iter_} rounds, inertia {m.inertia_:.1f}")
