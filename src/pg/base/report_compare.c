/*
 * report_compare.c: comparisons of samples, random features, weights under kernels.
 */
#include "pg/base/report.h"

#include "pg/base/report_text.h"

/* --- two samples ---------------------------------------------------------------------------- */

void
report_compared_columns(size_t a, size_t b)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the first sample has %zu columns, the second %zu", a, b),
					errhint("Build both samples from the same columns, in the same order.")));
}

void
report_memory_transport(size_t n, size_t m, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("the exact distance of %zu and %zu points needs %s of memory, pgmeasure.max_memory allows %s", n, m,
						   bytes_text((double) need), bytes_text((double) limit)),
					errhint("Take sliced_wasserstein or sinkhorn, subsample(id, size, ...), or raise pgmeasure.max_memory.")));
}

void
report_asymptotic(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("method => 'asymptotic' is for one column, a finite p and exchange => 'rows'"),
					errhint("Take method => 'bootstrap'.")));
}

/* Of a function without the argument `missing`. */
void
report_gaps(uint64 rows)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%llu rows have a NULL element", (unsigned long long) rows),
					errhint("Leave them out when the sample is built: sample(a, b) FILTER (WHERE num_nulls(a, b) = 0).")));
}

void
report_aggregated(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method => 'aggregated' looks at several bandwidths of one kernel"),
					errhint("Leave bandwidth out, or list bandwidths: options => '{\"bandwidths\": [0.5, 1, 2]}'; the kernel must have one.")));
}

void
report_method_exchange(const char *method)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method => '%s' is for exchange => 'rows'", method),
					errhint("Take method => 'bootstrap' of an interval, 'permutation' of a test.")));
}

void
report_no_bandwidth(const char *kernel)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the %s kernel has no bandwidth", kernel),
					errhint("Leave bandwidth out, or take a kernel that has one: gaussian, laplace, imq, matern32, matern52.")));
}

void
report_no_features(const char *kernel)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("kernel '%s' has no random features", kernel),
					errdetail("It is not the mean of cosines of x - y."),
					errhint("Take gaussian, laplace, imq, matern32 or matern52, or compare samples: mmd(a, b, kernel => '%s').", kernel)));
}

void
report_features_columns(size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg_plural("a row has %zu column, the features have %zu", "a row has %zu columns, the features have %zu", got, got, wanted),
					errhint("Pass the columns that the features were made for, in the same order.")));
}

void
report_far(size_t column, double value, double limit)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("element %zu is %s, too far from 0 for these features", column, number_text(value)),
					errdetail("At most %.2g, 2^32 bandwidths: beyond that a double does not tell where in a wave it lies.", limit),
					errhint("Subtract a constant from the column, or make the features with a larger scale or bandwidth.")));
}

void
report_features(const char *what, const char *a, const char *b)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("kernel means of different features cannot meet"),
					b ? errdetail("They differ in %s: %s and %s.", what, a, b) : errdetail("They differ in %s.", what),
					errhint("Build both with one value of kernel_features(...), stored once.")));
}

void
report_memory_features(size_t features, size_t d, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("%zu frequencies of %zu columns need %s of memory, pgmeasure.max_memory allows %s", features, d,
						   bytes_text((double) need), bytes_text((double) limit)),
					errhint("Take fewer features, or raise pgmeasure.max_memory.")));
}

void
report_unconverged(const char *function, double error, int64 iterations, const char *interval)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("%s has not converged: its marginals are off by %s after %lld iterations", function, number_text(error),
						   (long long) iterations),
					errhint("Raise max_iter, epsilon or tol; %s reports what was reached.", interval)));
}

/* --- weights under kernels ------------------------------------------------------------------ */

void
report_gap(const char *function, double gap)
{
	ereport(WARNING, (errmsg("%s stopped before it converged: the squared MMD of its weights is at most %s above the least",
							 function, number_text(gap)),
					  errhint("Take fewer rows, a shorter bandwidth, or a greater option \"tol\".")));
}

void
report_no_overlap(const char *function)
{
	ereport(WARNING, (errmsg("no row of the source is near the target: no weights of %s can match them", function),
					  errhint("Compare sample_columns of both; a longer bandwidth would only hide it.")));
}

void
report_at_bound(const char *function, double share)
{
	ereport(WARNING, (errmsg("%.0f%% of the source stand at the upper bound of %s", 100 * share, function),
					  errhint("Raise upper, or take the weights for what they are: the source hardly covers the target.")));
}

void
report_no_embedding(const char *kernel, const char *law)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the %s kernel has no mean under the %s law in closed form here", kernel, law),
					errhint("Kernels of the normal law are gaussian and laplace, of the uniform one these, matern32 and matern52; of one column also energy, but not for inputs.")));
}

void
report_simulated_columns(size_t simulated, size_t inputs, size_t observed)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("simulated rows have %zu columns behind %zu inputs, observed ones have %zu", simulated - inputs, inputs, observed),
					errhint("Build the simulated sample of the inputs first and then of the outputs, which are the columns of the observed one.")));
}

void
report_shift_columns(size_t source, size_t target)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("source has %zu columns, target %zu, wanted 2 (y, x) and 1 (x)", source, target),
					errhint("Of several covariates take one prediction of y as x.")));
}

void
report_floored(const char *function, double share)
{
	ereport(WARNING, (errmsg("%.0f%% of the source lie where %s sees next to no density", 100 * share, function),
					  errhint("Raise option \"x_bandwidth\".")));
}
