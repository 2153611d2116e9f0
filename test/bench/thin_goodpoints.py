# 2^14 rows of N(0, I) thinned to 128 under a Gaussian kernel: kernel_thin of a stored sample in the
# server of the environment beside goodpoints (compresspp_kt; with g = log4 n it is plain kernel
# thinning), by turns; medians of RUNS. Quality is the MMD of the rows chosen to all rows, computed
# here for both. Run by thin_goodpoints.sh.
import math
import statistics
import subprocess
import time

import numpy
from goodpoints import compress

RUNS = 5
LOG4 = 7
N = 4**LOG4
SIZE = 2**LOG4


def psql(statement):
    return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], input=statement, text=True, check=True, capture_output=True).stdout


def store(x):
    columns = ", ".join(f"x{j} float8" for j in range(x.shape[1]))
    rows = "\n".join("\t".join([str(i)] + [repr(float(v)) for v in row]) for i, row in enumerate(x))
    names = ", ".join(f"x{j}" for j in range(x.shape[1]))
    psql(f"DROP TABLE IF EXISTS cloud, cloud_sample; CREATE TABLE cloud (id int, {columns});\nCOPY cloud FROM stdin;\n{rows}\n\\.\n"
         f"CREATE TABLE cloud_sample AS SELECT sample_keyed(id, {names}) AS s FROM cloud;")


def ours(bandwidth, method, seed):
    call = f"""kernel_thin(s, {SIZE}, bandwidth => {bandwidth}, scale => 'none', seed => {seed}, options => '{{"method":"{method}"}}')"""
    out = psql(f"\\timing on\n\\o /dev/null\nSELECT sample_n({call}) FROM cloud_sample;\n\\o\nSELECT string_agg(id, ' ') FROM cloud_sample, sample_rows({call});")
    lines = out.splitlines()
    return float(lines[0].split()[1]) / 1000, [int(i) for i in lines[1].split()]


def theirs(x, bandwidth, g, seed):
    begin = time.perf_counter()
    chosen = compress.compresspp_kt(x, b"gaussian", numpy.array([2 * bandwidth**2]), g=g, seed=seed)
    return time.perf_counter() - begin, [int(i) for i in chosen]


def kernel_sum(a, b, bandwidth):
    total = 0.0
    for i in range(0, len(a), 512):
        block = a[i : i + 512]
        r2 = (block**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * block @ b.T
        total += numpy.exp(-numpy.maximum(r2, 0) / (2 * bandwidth**2)).sum()
    return total / len(a) / len(b)


def main():
    for d in (2, 10):
        x = numpy.random.default_rng(d).normal(size=(N, d))
        bandwidth = math.sqrt(2 * d)
        store(x)
        everything = kernel_sum(x, x, bandwidth)
        random = math.sqrt((1 - everything) / SIZE)
        print(f"d = {d}: random rows {random:.4f}")
        for name, method, g in (("plain", "plain", LOG4), ("Compress++", "compress", 4)):
            times, theirs_times, mmd, theirs_mmd = [], [], [], []
            for run in range(RUNS):
                for which, (t, m) in enumerate(((times, mmd), (theirs_times, theirs_mmd))):
                    seconds, chosen = ours(bandwidth, method, run) if which == 0 else theirs(x, bandwidth, g, run)
                    c = x[chosen]
                    t.append(seconds)
                    m.append(math.sqrt(max(0, kernel_sum(c, c, bandwidth) - 2 * kernel_sum(c, x, bandwidth) + everything)))
            a, b = statistics.median(times), statistics.median(theirs_times)
            print(f"{name:12} {a:8.2f} s {b:8.2f} s   ratio {a / b:.2f}   MMD {statistics.median(mmd):.4f} {statistics.median(theirs_mmd):.4f}   ({RUNS} runs)")


main()
