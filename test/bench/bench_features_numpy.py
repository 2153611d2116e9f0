# Rows under random features by numpy, beside bench_features by turns, one thread:
#   OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python3 test/bench/bench_features_numpy.py /tmp/bench_features
# What scikit-learn's RBFSampler does (products, cosine), with the sines, in blocks that stay in the cache.
import re
import statistics
import subprocess
import sys
import time

import numpy as np


def by_numpy(d, count, rows=20000, block=256):
    rng = np.random.default_rng(1)
    x = rng.random((rows, d))
    w = rng.standard_normal((d, count))
    sums = np.zeros((2, count))
    start = time.process_time()
    for i in range(0, rows, block):
        phase = x[i:i + block] @ w
        sums[0] += np.cos(phase).sum(axis=0)
        sums[1] += np.sin(phase).sum(axis=0)
    return (time.process_time() - start) / rows / count * 1e9


def by_us(d, count):
    out = subprocess.run([sys.argv[1], str(d), str(count)], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([0-9.]+) ns a row and feature", out).group(1))


for d, count in ((1, 1024), (8, 512), (32, 1024)):
    pairs = [(by_us(d, count), by_numpy(d, count)) for _ in range(5)]
    ours, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"d = {d}, {count} features: {ours:.2f} ns a row and feature, numpy {theirs:.2f}, ratio {ratio:.1f} (medians of 5 turns)")
