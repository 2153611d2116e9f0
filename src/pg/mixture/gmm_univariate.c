/*
 * gmm_univariate.c: a mixture of one column as a distribution: distribution function, quantiles,
 * risk.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "core/mixture/univariate.h"
#include "pg/base/cache.h"
#include "pg/base/report.h"

static void *
unpack(const struct varlena *value)
{
	return gmm_unpack(value, VARSIZE(value));
}

static const CacheFamily model_family = {"measure_gmm", MS_TYPE_GMM, true, unpack};

/* The model, unpacked once a call site. */
static const ms_gmm *
one_column(FunctionCallInfo fcinfo, const char *function)
{
	const ms_gmm *m = cache_get(fcinfo, 0, &model_family);

	if (m->d != 1)
		report_model_one_column(function, m->d);
	return m;
}

static double
alpha_arg(FunctionCallInfo fcinfo)
{
	double alpha = PG_GETARG_FLOAT8(1);

	if (!(alpha > 0 && alpha < 1))
		report_range("alpha", alpha, "between 0 and 1");
	return alpha;
}

PG_FUNCTION_INFO_V1(gmm_cdf);
Datum
gmm_cdf(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = one_column(fcinfo, "gmm_cdf");
	double x = PG_GETARG_FLOAT8(1);

	if (isnan(x))
		report_element(1, x);
	PG_RETURN_FLOAT8(ms_gmm_cdf(m, x));
}

PG_FUNCTION_INFO_V1(gmm_quantile);
Datum
gmm_quantile(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = one_column(fcinfo, "gmm_quantile");
	double p = PG_GETARG_FLOAT8(1);

	if (!(p >= 0 && p <= 1))
		report_range("p", p, "from 0 to 1");
	PG_RETURN_FLOAT8(ms_gmm_quantile(m, p));
}

PG_FUNCTION_INFO_V1(gmm_var);
Datum
gmm_var(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = one_column(fcinfo, "gmm_var");

	PG_RETURN_FLOAT8(ms_gmm_value_at_risk(m, alpha_arg(fcinfo)));
}

PG_FUNCTION_INFO_V1(gmm_expected_shortfall);
Datum
gmm_expected_shortfall(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = one_column(fcinfo, "gmm_expected_shortfall");

	PG_RETURN_FLOAT8(ms_gmm_expected_shortfall(m, alpha_arg(fcinfo)));
}
