"""COPY out, load, fit: what test/bench/gmm_fit.sh compares gmm_fit with; the server is that of PGHOST ..."""
import io
import subprocess
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
iterations = int(sys.argv[1])


def query(sql):
    return subprocess.run(["psql", "-XAtqc", sql], check=True, capture_output=True).stdout


def numbers(sql, *shape):
    return numpy.array(eval(query(sql).decode().replace("{", "[").replace("}", "]"))).reshape(shape)


k, d = 8, 8
weights = numbers("SELECT array_agg(weight ORDER BY component) FROM start, gmm_components(m)", k)
means = numbers("SELECT array_agg(mean ORDER BY component) FROM start, gmm_components(m)", k, d)
covariances = numbers("SELECT array_agg(covariance ORDER BY component) FROM start, gmm_components(m)", k, d, d)
model = GaussianMixture(
    k, tol=0, reg_covar=0, max_iter=iterations, weights_init=weights, means_init=means,
    precisions_init=numpy.linalg.inv(covariances), init_params="random_from_data", random_state=0)

begin = time.perf_counter()
text = query("COPY points TO STDOUT (FORMAT csv)")
copied = time.perf_counter()
x = numpy.loadtxt(io.BytesIO(text), delimiter=",")
loaded = time.perf_counter()
model.fit(x)
fitted = time.perf_counter()
print(f"scikit-learn {sklearn.__version__}: copy {copied - begin:.2f} s, load {loaded - copied:.2f} s, "
      f"fit {fitted - loaded:.2f} s, together {fitted - begin:.2f} s, "
      f"log-likelihood {model.lower_bound_ * len(x):.3f} (before the last step)")
