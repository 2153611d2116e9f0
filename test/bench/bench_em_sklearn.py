"""Seconds of an EM iteration in scikit-learn, on the rows and the start that bench_em.c wrote.

    python3 -m venv /tmp/sk && /tmp/sk/bin/pip install scikit-learn numpy
    OPENBLAS_NUM_THREADS=1 /tmp/bench_em 1000000 8 8 full 10 2 /tmp/em.bin
    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 /tmp/sk/bin/python test/bench/bench_em_sklearn.py \
        /tmp/em.bin full 10

The iteration is the difference between a fit of `iterations` + 1 and one of 1, so that what comes
before the first does not count. reg_covar is 0, as in ours; the log-likelihoods must agree.
"""
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
path, family, iterations = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(path, "rb") as f:
    n, d, k = numpy.fromfile(f, dtype=numpy.int64, count=3)
    x = numpy.fromfile(f, count=n * d).reshape(n, d)
    means = numpy.fromfile(f, count=k * d).reshape(k, d)
precisions = {
    "full": numpy.tile(numpy.eye(d), (k, 1, 1)),
    "tied": numpy.eye(d),
    "diag": numpy.ones((k, d)),
    "spherical": numpy.ones(k),
}[family]


def run(rounds):
    model = GaussianMixture(
        k, covariance_type=family, tol=0, reg_covar=0, max_iter=rounds, means_init=means,
        weights_init=numpy.full(k, 1 / k), precisions_init=precisions,
        init_params="random_from_data", random_state=0)
    start = time.process_time()
    model.fit(x)
    return time.process_time() - start, model.lower_bound_


one, _ = run(1)
all_, _ = run(iterations + 1)
_, bound = run(iterations)
print(f"scikit-learn {sklearn.__version__} {family} n={n} d={d} k={k}: "
      f"{(all_ - one) / iterations:.4f} s an iteration, log-likelihood {bound:.9f}")
