/*
 * gmm_summary.c: a mixture as a person wants to read it.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "pg/base/out.h"
#include "pg/base/report.h"

/* Beyond these a table is no longer read: gmm_components and gmm_columns have the rest. */
#define MAX_COMPONENTS 50
#define MAX_COLUMNS 8

static int
display_width(const char *text)
{
	int width = 0;

	for (; *text; text += pg_mblen(text))
		width += Max(pg_dsplen(text), 0);
	return width;
}

static void
append_right(StringInfo out, const char *text, int width)
{
	appendStringInfoSpaces(out, Max(width - display_width(text), 0));
	appendStringInfoString(out, text);
}

static const char *
plural(double n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* Decimals with which every standard deviation of column c shows two digits; -1: use %g. */
static int
column_decimals(const ms_gmm *m, size_t c)
{
	double least = INFINITY;
	double most = 0;
	double digits;

	for (size_t j = 0; j < m->k; j++)
	{
		least = Min(least, gmm_sd(m, j, c));
		most = Max(most, Max(gmm_sd(m, j, c), fabs(m->means[j * m->d + c])));
	}
	if (least >= 1000 && most < 1e15)
		return 0;
	digits = Max(2, 1 - floor(log10(least)));
	return digits > 12 || most >= 1e15 ? -1 : (int) digits;
}

static char *
cell(const ms_gmm *m, size_t j, size_t c, int decimals)
{
	double mean = m->means[j * m->d + c];

	return decimals < 0 ? psprintf("%.6g (%.3g)", mean, gmm_sd(m, j, c))
						: psprintf("%.*f (%.*f)", decimals, mean, decimals, gmm_sd(m, j, c));
}

/* --- the head ------------------------------------------------------------------------------- */

static void
append_counts(StringInfo out, const ms_gmm *m)
{
	appendStringInfo(out, "Gaussian mixture: %u %s, %s covariance, %u %s", m->k,
					 plural(m->k, "component", "components"), ms_gmm_family_name(m->family), m->d,
					 plural(m->d, "column", "columns"));
	if (m->info.n > 0)
		appendStringInfo(out, ", " UINT64_FORMAT " %s", m->info.n,
						 plural((double) m->info.n, "row", "rows"));
	if (m->info.weight != (double) m->info.n)
		appendStringInfo(out, " of weight %.10g", m->info.weight);
	appendStringInfoChar(out, '\n');
}

static void
append_evidence(StringInfo out, const ms_gmm *m)
{
	const ms_gmm_info *info = &m->info;

	if (isnan(info->log_likelihood))
	{
		appendStringInfoString(out, "not fitted here\n");
		return;
	}
	appendStringInfo(out, "log-likelihood %.2f   BIC %.2f (lower is better)   AIC %.2f   %s",
					 info->log_likelihood, ms_gmm_bic(m), ms_gmm_aic(m),
					 info->stop == MS_GMM_STOP_TOL ? "converged" : "not converged");
	if (info->starts > 0)
		appendStringInfo(out, " (%u of %u %s)", info->starts_at_best, info->starts,
						 plural(info->starts, "start", "starts agree"));
	appendStringInfo(out, "%s\n", m->flags & MS_GMM_PRIOR ? "   with a prior" : "");
}

/* --- the table ------------------------------------------------------------------------------ */

/* One column of text, k cells under a heading, put to the right of what the lines already hold. */
static void
append_column(StringInfo lines, size_t k, const char *heading, char **cells)
{
	int width = display_width(heading);

	for (size_t j = 0; j < k; j++)
		width = Max(width, display_width(cells[j]));
	append_right(&lines[0], heading, width + 3);
	for (size_t j = 0; j < k; j++)
		append_right(&lines[j + 1], cells[j], width + 3);
}

static void
append_table(StringInfo out, const ms_gmm *m)
{
	size_t k = Min(m->k, MAX_COMPONENTS);
	size_t d = Min(m->d, MAX_COLUMNS);
	int number_width = (int) strlen(psprintf(" %zu", k));
	char **names = gmm_names(m);
	char **cells = palloc(sizeof(char *) * k);
	StringInfo lines = palloc(sizeof(StringInfoData) * (k + 1));

	for (size_t j = 0; j <= k; j++)
	{
		initStringInfo(&lines[j]);
		append_right(&lines[j], j == 0 ? "#" : psprintf("%zu", j), number_width);
	}
	for (size_t j = 0; j < k; j++)
		cells[j] = psprintf("%.3f", m->weights[j]);
	append_column(lines, k, "weight", cells);
	for (size_t j = 0; j < k; j++)
		cells[j] = psprintf("%.1f", m->weights[j] * m->info.weight);
	if (m->info.weight > 0)
		append_column(lines, k, " rows", cells);
	for (size_t c = 0; c < d; c++)
	{
		int decimals = column_decimals(m, c);

		for (size_t j = 0; j < k; j++)
			cells[j] = cell(m, j, c, decimals);
		append_column(lines, k, psprintf("%s (sd)", column_name(names, c)), cells);
	}
	for (size_t j = 0; j <= k; j++)
		appendStringInfo(out, "%s\n", lines[j].data);
}

static void
append_noise(StringInfo out, const ms_gmm *m)
{
	if (!(m->flags & MS_GMM_NOISE))
		return;
	appendStringInfo(out, "noise: weight %.3f", m->noise);
	if (m->info.weight > 0)
		appendStringInfo(out, ", %.1f rows", m->noise * m->info.weight);
	appendStringInfoString(out, ", spread over the range of the rows\n");
}

static void
append_rest(StringInfo out, const ms_gmm *m)
{
	if (m->k > MAX_COMPONENTS)
		appendStringInfo(out, "and %u more components: gmm_components(m)\n", m->k - MAX_COMPONENTS);
	if (m->d > MAX_COLUMNS)
		appendStringInfo(out, "and %u more columns: gmm_columns(m)\n", m->d - MAX_COLUMNS);
}

static void
append_problems(StringInfo out, const ms_gmm *m)
{
	GmmProblem problems[GMM_PROBLEMS];
	size_t n = gmm_problems(m, problems);

	appendStringInfoString(out, n == 0 ? "problems: none" : "problems:");
	for (size_t i = 0; i < n; i++)
	{
		appendStringInfo(out, "\n  %s", problems[i].fact);
		if (problems[i].remedy)
			appendStringInfo(out, ": %s", problems[i].remedy);
	}
}

PG_FUNCTION_INFO_V1(gmm_summary);
Datum
gmm_summary(PG_FUNCTION_ARGS)
{
	ms_gmm *m = gmm_arg(fcinfo, 0);
	StringInfoData out;

	initStringInfo(&out);
	append_counts(&out, m);
	append_evidence(&out, m);
	append_table(&out, m);
	append_noise(&out, m);
	append_rest(&out, m);
	append_problems(&out, m);
	return out_text(out.data);
}
