# bench_medoids.R: pam of package cluster on the file that bench_medoids wrote, from the same start:
# Rscript bench_medoids.R FILE. pamonce = 6 is FasterPAM in C (0 would be PAM itself).
suppressMessages(library(cluster))
f <- file(commandArgs(TRUE)[1], "rb")
head <- readBin(f, "integer", 4, 4)	# two int64 below 2^31
n <- head[1]
k <- head[3]
start <- readBin(f, "integer", 2 * k, 4)[seq(1, 2 * k, 2)] + 1
rows <- matrix(readBin(f, "double", n * n, 4), n)
d <- as.dist(rows)
rm(rows)
call <- function(...) system.time(pam(d, k, pamonce = 6, keep.diss = FALSE, ...))[1]
for (run in 1:3) {
	t <- call(medoids = start, cluster.only = TRUE)
	s <- call(medoids = start, cluster.only = TRUE, do.swap = FALSE)
	cat(sprintf("R n %d k %d: %.3f s of user time, of which %.3f s are swaps\n", n, k, t, t - s))
}
t <- system.time(p <- pam(d, k, medoids = start, pamonce = 6, keep.diss = FALSE))[1]
cat(sprintf("with silhouettes: %.3f s, total %.3f\n", t, n * p$objective["swap"]))
