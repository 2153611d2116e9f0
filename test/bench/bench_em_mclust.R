# Seconds of an EM iteration in R's mclust (r-cran-mclust), on the rows and the start that bench_em.c wrote.
#
#   OPENBLAS_NUM_THREADS=1 Rscript test/bench/bench_em_mclust.R /tmp/em.bin VVV 5
#
# The iteration is the difference between `iterations` + 1 and one, as in bench_em_sklearn.py.
suppressMessages(library(mclust))
args <- commandArgs(TRUE)
f <- file(args[1], "rb")
model <- args[2]
iterations <- as.integer(args[3])
sizes <- sapply(1:3, function(i) readBin(f, "integer", 2, size = 4)[1])	# int64, little-endian
n <- sizes[1]; d <- sizes[2]; k <- sizes[3]
x <- matrix(readBin(f, "double", n * d), n, d, byrow = TRUE)
mean <- t(matrix(readBin(f, "double", k * d), k, d, byrow = TRUE))
unit <- array(diag(d), c(d, d, k))
start <- list(pro = rep(1 / k, k), mean = mean,
	variance = list(modelName = model, d = d, G = k, sigma = unit, cholsigma = unit))
run <- function(most) em(data = x, modelName = model, parameters = start, control = emControl(itmax = most, tol = 0))
one <- system.time(run(1))[["elapsed"]]
all <- system.time(r <- run(iterations + 1))[["elapsed"]]
cat(sprintf("mclust %s %s n=%d d=%d k=%d: %.4f s an iteration, log-likelihood %.9f\n",
	packageVersion("mclust"), model, n, d, k, (all - one) / iterations, r$loglik / n))
