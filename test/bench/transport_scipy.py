"""One query against COPY out, numpy's load and scipy's distance, by turns; medians of ratios."""
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.stats import wasserstein_distance

PSQL = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]


def timed(f):
    start = time.perf_counter()
    answer = f()
    return time.perf_counter() - start, answer


def query():
    return float(subprocess.run(PSQL + ["-c", sys.argv[1]], check=True, capture_output=True, text=True).stdout)


def export():
    out = subprocess.run(PSQL + ["-c", "COPY (SELECT a::int, x FROM measured) TO STDOUT"], check=True, capture_output=True)
    table = np.fromstring(out.stdout.decode(), sep=" ").reshape(-1, 2)
    return table[table[:, 0] == 1, 1], table[table[:, 0] == 0, 1]


ratios, inner = [], []
for _ in range(5):
    ours, here = timed(query)
    load, (a, b) = timed(export)
    theirs, there = timed(lambda: wasserstein_distance(a, b))
    assert abs(here - there) < 1e-12 * abs(there), (here, there)
    ratios.append((load + theirs) / ours)
    print(f"query {ours:.3f} s; COPY and load {load:.3f} s, scipy {theirs:.3f} s")
print(f"median ratio of export and scipy to the query: {statistics.median(ratios):.1f}")
