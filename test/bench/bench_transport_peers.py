"""bench_transport_peers.py BENCH: scipy and POT beside bench_transport.c, on the same data, one
thread each, the least of three runs; a line a question: seconds theirs, ours, ratio, both values.
pip install numpy scipy pot"""
import subprocess, sys, time
import numpy as np
import ot
from scipy.stats import wasserstein_distance

BENCH = sys.argv[1]
rng = np.random.default_rng(1)


def ours(what, x, y, *options):
    x.astype(float).tofile("/tmp/bench_x"), y.astype(float).tofile("/tmp/bench_y")
    d = 1 if x.ndim == 1 else x.shape[1]
    runs = [subprocess.run([BENCH, what, "/tmp/bench_x", "/tmp/bench_y", str(d), *map(str, options)],
                           capture_output=True, text=True, check=True).stdout for _ in range(3)]
    return min(runs, key=lambda r: float(r.split()[0]))


def theirs(f, times=3):
    best, value = np.inf, None
    for _ in range(times):
        begin = time.perf_counter()
        value = f()
        best = min(best, time.perf_counter() - begin)
    return best, float(value)


def compare(name, peer, own):
    seconds, value = peer
    took, got, *rest = own.split()
    print(f"{name:42s} theirs {seconds:8.4f} s  ours {float(took):8.4f} s  ratio {seconds / float(took):6.2f}"
          f"  values {value:.8g} {float(got):.8g}  {' '.join(rest)}", flush=True)


x, y = rng.normal(size=1000000), rng.normal(0.2, 1.5, size=1000000)
own = ours("line", x, y, 1)
compare("1-D W1, n = m = 1e6, scipy", theirs(lambda: wasserstein_distance(x, y)), own)
compare("1-D W1, n = m = 1e6, POT emd2_1d", theirs(lambda: ot.emd2_1d(x, y, metric="cityblock"), 1), own)
compare("1-D W1, n = 1e6, m = 7e5, scipy", theirs(lambda: wasserstein_distance(x, y[:700000])),
        ours("line", x, y[:700000], 1))
print("kll, k = 200, 1e6 rows:", ours("kll", x, y))

x, y = rng.normal(size=(100000, 16)), rng.normal(0.1, 1.2, size=(100000, 16))
compare("sliced, d = 16, n = 1e5, 100 directions", theirs(lambda: ot.sliced_wasserstein_distance(x, y, n_projections=100, seed=1), 1),
        ours("sliced", x, y, 100))

x, y = rng.normal(size=(1000, 2)), rng.normal(0.5, 1.5, size=(1000, 2))
u = np.full(1000, 1e-3)
compare("exact, d = 2, n = m = 1000, with costs", theirs(lambda: ot.emd2(u, u, ot.dist(x, y), numThreads=1)), ours("exact", x, y, 2))
compare("exact, W1", theirs(lambda: ot.emd2(u, u, ot.dist(x, y, metric="euclidean"), numThreads=1)), ours("exact", x, y, 1))

x, y = rng.normal(size=(2000, 2)), rng.normal(0.5, 1.5, size=(2000, 2))
u = np.full(2000, 5e-4)
cost = ot.dist(x, y)
for eps in (0.5, 0.1):
    plan, log = ot.sinkhorn(u, u, cost, eps, stopThr=1e-6, numItermax=20000, log=True, warn=False)
    error = np.abs(plan.sum(0) - u).sum() + np.abs(plan.sum(1) - u).sum()
    compare(f"sinkhorn, n = m = 2000, eps {eps}, error {error:.1e}",
            theirs(lambda: ot.sinkhorn2(u, u, ot.dist(x, y), eps, stopThr=1e-6, numItermax=20000, warn=False), 1),
            ours("sinkhorn", x, y, eps, error))
