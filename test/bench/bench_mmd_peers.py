"""bench_mmd_peers.py BENCH: scikit-learn, hyppo and numpy beside bench_mmd.c, on the same data, one
thread each, by turns; a line a question: median seconds of processor time, theirs and ours, the
median of the ratios of turns, and both values. pip install numpy scikit-learn hyppo"""
import statistics, subprocess, sys, time
import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

BENCH = sys.argv[1]
rng = np.random.default_rng(1)


def ours(what, rows, m, bandwidth, replicates=0):
    rows.tofile("/tmp/bench_mmd_rows")
    args = [BENCH, what, "/tmp/bench_mmd_rows", str(m), str(rows.shape[1]), str(bandwidth), str(replicates)]
    return lambda: subprocess.run(args, capture_output=True, text=True, check=True).stdout.split()


def compare(name, peer, own, turns):
    theirs, mine = [], []
    for _ in range(turns):
        begin = time.process_time()
        value = peer()
        theirs.append(time.process_time() - begin)
        got = own()
        mine.append(float(got[0]))
    ratio = statistics.median(a / b for a, b in zip(theirs, mine))
    print(f"{name:46s} theirs {statistics.median(theirs):8.4f} s  ours {statistics.median(mine):8.4f} s"
          f"  ratio {ratio:6.2f}  values {value:.10g} {float(got[1]):.10g}  {' '.join(got[2:])}", flush=True)
    return statistics.median(mine)


exp_ns, gflops = map(float, subprocess.run([BENCH, "limits"], capture_output=True, text=True).stdout.split())
print(f"limits: {exp_ns} ns a kernel value, dgemm {gflops} GFLOP/s")

for d in (2, 16, 128):
    x, y = rng.normal(size=(10000, d)), rng.normal(0.1, 1, size=(10000, d))
    s = float(np.sqrt(2 * d))
    g = 1 / (2 * s * s)
    took = compare(f"V, n = m = 10000, d = {d}, rbf_kernel sums",
                   lambda: rbf_kernel(x, x, g).mean() + rbf_kernel(y, y, g).mean() - 2 * rbf_kernel(x, y, g).mean(),
                   ours("exact", np.vstack([x, y]), 10000, s), 5)
    values = 20000 * 20240 / 2
    print(f"    {took / values * 1e9:.3f} ns a value: the exp alone is {exp_ns * values / took * 1e-7:.0f}%;"
          f" {(3 * d) * values / took * 1e-9:.1f} GFLOP/s of differences")

x, y = rng.normal(size=(2000, 4)), rng.normal(0.1, 1, size=(2000, 4))
z = np.vstack([x, y])
own = ours("permute", z, 2000, 2.0, 500)


def by_numpy():
    k = rbf_kernel(z, z, 1 / 8)
    p = np.random.default_rng(1)
    v = np.repeat([1 / 2000, -1 / 2000], 2000)
    first = v @ k @ v
    for _ in range(500):
        w = p.permutation(v)
        w @ k @ w
    return first


def by_index():
    k = rbf_kernel(z, z, 1 / 8)
    p = np.random.default_rng(1)
    for b in range(26):
        i = np.arange(4000) if b == 0 else p.permutation(4000)
        j = k[i[:, None], i]
        t = j[:2000, :2000].mean() + j[2000:, 2000:].mean() - 2 * j[:2000, 2000:].mean()
        first = t if b == 0 else first
    return first


compare("500 permutations, n = m = 2000, numpy v'Kv", by_numpy, own, 5)
compare("  25 permutations by indexing against our 500", by_index, own, 3)
try:
    from hyppo.ksample import MMD
    compare("  5 permutations of hyppo's MMD against our 500",
            lambda: MMD(compute_kernel="rbf", gamma=1 / 8).test(x, y, reps=5, workers=1, auto=False)[0], own, 1)
    from hyppo.independence import Hsic
    compare("HSIC, n = 2000, 5 permutations of hyppo, our 100",
            lambda: Hsic(compute_kernel="rbf", gamma=1 / 8).test(x[:, :2], y[:, :2], reps=5, workers=1, auto=False)[0],
            ours("hsic", np.hstack([x[:, :2], y[:, :2]]), 2, 2.0, 100), 1)
except ImportError:
    print("hyppo is not there")
