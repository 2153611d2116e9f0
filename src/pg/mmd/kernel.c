/*
 * kernel.c: kernels by name.
 */
#include "pg/mmd/kernel.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

const char *const kernel_words[] = {"gaussian", "laplace", "imq",        "matern32",
									"matern52", "energy",  "polynomial", NULL};

void
kernel_check_bandwidth(double s)
{
	if (!(s >= MS_KERNEL_LEAST_BANDWIDTH && s <= MS_KERNEL_MOST_BANDWIDTH))
		report_range_hint("bandwidth", s, "above 0 and finite",
						  "Leave it out, and it is the median distance of the rows.");
}

/* Sums of kernels; false when there are none. */
static bool
read_bandwidths(FunctionCallInfo fcinfo, int options, ms_kernel *k)
{
	size_t n;
	double *s = arg_option_numbers(fcinfo, options, "bandwidths", &n);

	if (!s)
		return false;
	if (!ms_kernel_scaled(k->kind))
		report_no_bandwidth(kernel_words[k->kind - 1]);
	if (n < 1 || n > MS_KERNEL_MAX_BANDWIDTHS)
		report_option_value("bandwidths",
							psprintf("a list of 1 to %d numbers", MS_KERNEL_MAX_BANDWIDTHS));
	for (size_t i = 0; i < n; i++)
	{
		kernel_check_bandwidth(s[i]);
		k->bandwidth[i] = s[i];
	}
	k->bandwidths = n;
	return true;
}

void
kernel_shape(FunctionCallInfo fcinfo, int options, ms_kernel *k)
{
	double degree;

	if (options < 0 || PG_ARGISNULL(options))
		return;
	degree = arg_option_number(fcinfo, options, "degree", k->degree);

	if (degree != floor(degree) || degree < 1 || degree > MS_KERNEL_MAX_DEGREE)
		report_option_value("degree",
							psprintf("a whole number from 1 to %d", MS_KERNEL_MAX_DEGREE));
	k->degree = (int) degree;
	k->offset = arg_option_number(fcinfo, options, "offset", k->offset);
	if (k->offset < 0)
		report_option_value("offset", "a number of at least 0");
	k->exponent = arg_option_number(fcinfo, options, "exponent", k->exponent);
	if (k->kind == MS_KERNEL_IMQ && !(k->exponent < 0))
		report_option_value("exponent", "a number below 0 for the imq kernel");
	if (k->kind == MS_KERNEL_ENERGY && !(k->exponent > 0 && k->exponent < 2))
		report_option_value("exponent", "a number between 0 and 2 for the energy kernel");
}

bool
kernel_arg(FunctionCallInfo fcinfo, int kernel, int bandwidth, int options, ms_kernel *k)
{
	int kind = arg_choice(fcinfo, kernel, "kernel", kernel_words) + 1;
	bool given = bandwidth >= 0 && !PG_ARGISNULL(bandwidth);
	bool several = false;
	ms_ctx ctx;

	*k = ms_kernel_of((ms_kernel_kind) kind, 1);
	if (given && !ms_kernel_scaled(k->kind))
		report_no_bandwidth(kernel_words[kind - 1]);
	if (given)
	{
		k->bandwidth[0] = PG_GETARG_FLOAT8(bandwidth);
		kernel_check_bandwidth(k->bandwidth[0]);
	}
	if (options >= 0 && !PG_ARGISNULL(options))
		several = read_bandwidths(fcinfo, options, k);
	kernel_shape(fcinfo, options, k);
	host_init(&ctx);
	CORE(&ctx, ms_kernel_check(&ctx, k));
	return given || several || !ms_kernel_scaled(k->kind);
}
