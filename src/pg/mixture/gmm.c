/*
 * gmm.c: measure_gmm: text and binary form, names, problems.
 *
 * The text form is a JSON object whose first keys identify a model. Parameters are nested lists,
 * one a component: covariances as the family has them (core/mixture/gmm.h), lower triangles row
 * by row. Only the parameters must be there: a model written by hand needs no evidence.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "core/base/linalg.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/value.h"

#define TYPE_NAME "measure_gmm"

const char *const gmm_families[] = {"full", "tied", "diag", "spherical", NULL};

static const char *const stop_reasons[] = {"tol", "max_iter", NULL};

/* Bits of problems and their codes, the gravest first. */
static const struct
{
	uint32 problem;
	const char *code;
} problem_codes[GMM_PROBLEMS] = {
	{MS_GMM_PROBLEM_SPURIOUS, "spurious"},
	{MS_GMM_PROBLEM_REGULARISED, "regularised"},
	{MS_GMM_PROBLEM_MAX_ITER, "max_iter"},
	{MS_GMM_PROBLEM_SMALL_COMPONENT, "small_component"},
	{MS_GMM_PROBLEM_MANY_PARAMETERS, "many_parameters"},
	{MS_GMM_PROBLEM_FEW_STARTS_AGREE, "few_starts_agree"},
	{MS_GMM_PROBLEM_OMITTED_ROWS, "omitted_rows"},
};

const char *
gmm_stop_reason(ms_gmm_stop stop)
{
	return stop == MS_GMM_STOP_NONE ? NULL : stop_reasons[stop - MS_GMM_STOP_TOL];
}

/* --- values --------------------------------------------------------------------------------- */

ms_gmm *
gmm_unpack(const void *value, size_t size)
{
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm *m = palloc(sizeof(ms_gmm));

	host_init(&ctx);
	ms_arena_init(&arena, &ctx); /* its memory goes with the current context */
	CORE(&ctx, ms_gmm_unpack(&ctx, &arena, value, size, m));
	return m;
}

ms_gmm *
gmm_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *value = value_arg(fcinfo, argno, TYPE_NAME, MS_TYPE_GMM);

	return gmm_unpack(value, VARSIZE(value));
}

Datum
gmm_datum(const ms_gmm *m)
{
	struct varlena *value = value_new(TYPE_NAME, ms_gmm_packed_size(m));

	ms_gmm_pack(m, value);
	return PointerGetDatum(value);
}

char **
gmm_names(const ms_gmm *m)
{
	char **names;
	const char *at = m->names;

	if (!at)
		return NULL;
	names = palloc(sizeof(char *) * m->d);
	for (size_t c = 0; c < m->d; c++)
	{
		names[c] = pstrdup(at);
		at += strlen(at) + 1;
	}
	return names;
}

void
gmm_set_names(ms_gmm *m, char **names)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	for (size_t c = 0; c < m->d; c++)
		appendBinaryStringInfo(&bytes, names[c], (int) strlen(names[c]) + 1);
	m->names = bytes.data;
	m->names_size = (size_t) bytes.len;
}

double
gmm_sd(const ms_gmm *m, size_t j, size_t c)
{
	size_t size = ms_packed_size(m->d);

	switch (m->family)
	{
		case MS_GMM_DIAG:
			return sqrt(m->covariances[j * m->d + c]);
		case MS_GMM_SPHERICAL:
			return sqrt(m->covariances[j]);
		case MS_GMM_TIED:
			return sqrt(m->covariances[ms_packed_at(c, c)]);
		default:
			return sqrt(m->covariances[j * size + ms_packed_at(c, c)]);
	}
}

/* --- problems ------------------------------------------------------------------------------- */

size_t
gmm_problem_codes(uint32 problems, const char **codes)
{
	size_t n = 0;

	for (size_t i = 0; i < GMM_PROBLEMS; i++)
		if (problems & problem_codes[i].problem)
			codes[n++] = problem_codes[i].code;
	return n;
}

/* The two numbers that the sentence of a problem speaks of. */
static void
problem_numbers(const ms_gmm *m, uint32 problem, double *a, double *b)
{
	size_t j = 0;

	switch (problem)
	{
		case MS_GMM_PROBLEM_MAX_ITER:
			*a = m->info.iterations;
			break;
		case MS_GMM_PROBLEM_MANY_PARAMETERS:
			*a = ms_gmm_parameters(m);
			*b = (double) m->info.n;
			break;
		case MS_GMM_PROBLEM_FEW_STARTS_AGREE:
			*a = m->info.starts_at_best;
			*b = m->info.starts;
			break;
		case MS_GMM_PROBLEM_OMITTED_ROWS:
			*a = (double) m->info.omitted;
			break;
		default:
			while (j + 1 < m->k && !(m->problems[j] & problem))
				j++;
			*a = (double) (j + 1);
			*b = m->weights[j] * m->info.weight;
			break;
	}
}

size_t
gmm_problems(const ms_gmm *m, GmmProblem *out)
{
	size_t n = 0;

	for (size_t i = 0; i < GMM_PROBLEMS; i++)
	{
		double a = 0;
		double b = 0;

		if (!(m->info.problems & problem_codes[i].problem))
			continue;
		problem_numbers(m, problem_codes[i].problem, &a, &b);
		out[n].problem = problem_codes[i].problem;
		out[n].fact = report_problem_fact(problem_codes[i].code, a, b);
		out[n].remedy = report_problem_remedy(problem_codes[i].code);
		n++;
	}
	return n;
}

/* --- text form: writing --------------------------------------------------------------------- */

/* "key":[[size numbers], ...], n of them; a list of plain numbers when size is 1. */
static void
write_lists(StringInfo out, const char *key, const double *x, size_t n, size_t size)
{
	appendStringInfo(out, ",\"%s\":", key);
	if (size == 1)
	{
		json_doubles(out, x, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		appendStringInfoChar(out, i == 0 ? '[' : ',');
		json_doubles(out, x + i * size, size);
	}
	appendStringInfoChar(out, ']');
}

static void
write_number(StringInfo out, const char *key, double x)
{
	appendStringInfo(out, ",\"%s\":", key);
	json_double(out, x);
}

static void
write_strings(StringInfo out, const char *key, const char *const *words, size_t n)
{
	appendStringInfo(out, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		json_string(out, words[i], strlen(words[i]));
	}
	appendStringInfoChar(out, ']');
}

static void
write_problems(StringInfo out, const char *key, uint32 problems)
{
	const char *codes[GMM_PROBLEMS];

	write_strings(out, key, codes, gmm_problem_codes(problems, codes));
}

static void
write_info(StringInfo out, const ms_gmm *m)
{
	const ms_gmm_info *info = &m->info;
	const char *stop = gmm_stop_reason(info->stop);

	write_number(out, "weight", info->weight);
	write_number(out, "icl", info->icl);
	write_number(out, "objective", info->objective);
	appendStringInfo(out, ",\"iterations\":%u", info->iterations);
	if (stop)
		appendStringInfo(out, ",\"stop_reason\":\"%s\"", stop);
	appendStringInfo(out, ",\"starts\":%u,\"starts_at_best\":%u", info->starts,
					 info->starts_at_best);
	appendStringInfo(out, ",\"omitted\":" UINT64_FORMAT ",\"seed\":" INT64_FORMAT, info->omitted,
					 info->seed);
	write_problems(out, "problems", info->problems);
}

/* The codes of each component, joined by spaces; nothing when all have none. */
static void
write_component_problems(StringInfo out, const ms_gmm *m)
{
	const char **words = palloc(sizeof(char *) * m->k);
	uint32 any = 0;

	for (size_t j = 0; j < m->k; j++)
	{
		const char *codes[GMM_PROBLEMS];
		size_t n = gmm_problem_codes(m->problems[j], codes);
		StringInfoData joined;

		initStringInfo(&joined);
		for (size_t i = 0; i < n; i++)
			appendStringInfo(&joined, "%s%s", i > 0 ? " " : "", codes[i]);
		words[j] = joined.data;
		any |= m->problems[j];
	}
	if (any)
		write_strings(out, "component_problems", words, m->k);
}

static void
gmm_write(StringInfo out, const void *value, size_t size)
{
	ms_gmm *m = gmm_unpack(value, size);
	size_t matrices = m->family == MS_GMM_TIED ? 1 : m->k;

	appendStringInfo(out, "{\"gmm\":%d,\"k\":%u,\"d\":%u,\"n\":" UINT64_FORMAT ",\"converged\":%s",
					 MS_GMM_VERSION, m->k, m->d, m->info.n,
					 m->info.stop == MS_GMM_STOP_TOL ? "true" : "false");
	write_number(out, "log_likelihood", m->info.log_likelihood);
	appendStringInfo(out, ",\"covariance\":\"%s\"", gmm_families[m->family - MS_GMM_FULL]);
	if (m->names)
		write_strings(out, "names", (const char *const *) gmm_names(m), m->d);
	write_info(out, m);
	write_component_problems(out, m);
	write_lists(out, "weights", m->weights, m->k, 1);
	write_lists(out, "means", m->means, m->k, m->d);
	write_lists(out, "covariances", m->covariances, matrices,
				ms_gmm_covariances(m->family, m->k, m->d) / matrices);
	appendStringInfoChar(out, '}');
}

/* --- text form: reading --------------------------------------------------------------------- */

static bool
has_key(JsonObject *o, const char *key)
{
	JsonKind kind = json_field(o, key)->kind;

	return kind != JSON_MISSING && kind != JSON_NULL_VALUE;
}

static uint32
read_uint32(JsonObject *o, const char *key, uint32 most)
{
	uint64 x = json_read_uint64(o, key);

	if (x > most)
		report_text_form(o->type, psprintf("Key \"%s\" must be at most %u.", key, most));
	return (uint32) x;
}

/* Evidence may be missing: then it is 0, and a number NaN. */
static uint32
read_evidence_uint32(JsonObject *o, const char *key)
{
	return has_key(o, key) ? read_uint32(o, key, INT32_MAX) : 0;
}

static uint64
read_evidence_uint64(JsonObject *o, const char *key)
{
	return has_key(o, key) ? json_read_uint64(o, key) : 0;
}

static double
read_evidence_double(JsonObject *o, const char *key)
{
	return has_key(o, key) ? json_read_double(o, key) : NAN;
}

/* Index of a word in a NULL-terminated list. */
static int
read_word(JsonObject *o, const char *key, const char *const *words)
{
	const char *got = json_read_string(o, key);

	for (int i = 0; words[i]; i++)
		if (strcmp(got, words[i]) == 0)
			return i;
	report_text_form(o->type, psprintf("Key \"%s\" has the unknown word \"%s\".", key, got));
}

/* A list of n strings. */
static JsonScalar *
read_strings(JsonObject *o, const char *key, size_t n)
{
	JsonField *f = json_field(o, key);

	if (f->kind != JSON_LIST || f->n != n)
		report_text_form(o->type, psprintf("Key \"%s\" must be an array of %zu strings.", key, n));
	for (size_t i = 0; i < n; i++)
		if (f->items[i].kind != JSON_STRING_VALUE)
			report_text_form(o->type,
							 psprintf("Key \"%s\" must be an array of %zu strings.", key, n));
	return f->items;
}

static uint32
problem_bit(JsonObject *o, const char *code)
{
	for (size_t i = 0; i < GMM_PROBLEMS; i++)
		if (strcmp(code, problem_codes[i].code) == 0)
			return problem_codes[i].problem;
	report_text_form(o->type, psprintf("Problem \"%s\" is not known.", code));
}

/* The lists must have the right lengths before memory is taken for them. */
static void
read_parameters(JsonObject *o, ms_gmm *m)
{
	size_t k = read_uint32(o, "k", MS_GMM_MAX_K);
	size_t d = read_uint32(o, "d", MS_MAX_DIM);
	ms_gmm_family family = (ms_gmm_family) (MS_GMM_FULL + read_word(o, "covariance", gmm_families));
	size_t covariances = ms_gmm_covariances(family, k, d);
	ms_ctx ctx;
	ms_arena arena;

	if (json_field(o, "weights")->n != k || json_field(o, "means")->n != k * d ||
		json_field(o, "covariances")->n != covariances || k < 1 || d < 1)
		report_text_form(o->type, psprintf("Wanted are %zu weights, %zu means and %zu covariances.",
										   k, k * d, covariances));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_gmm_new(&ctx, &arena, family, k, d, m));
	json_read_doubles(o, "weights", k, m->weights);
	json_read_doubles(o, "means", k * d, m->means);
	json_read_doubles(o, "covariances", covariances, m->covariances);
}

static void
read_info(JsonObject *o, ms_gmm_info *info)
{
	info->n = read_evidence_uint64(o, "n");
	info->weight = has_key(o, "weight") ? json_read_double(o, "weight") : (double) info->n;
	info->log_likelihood = read_evidence_double(o, "log_likelihood");
	info->icl = read_evidence_double(o, "icl");
	info->objective = read_evidence_double(o, "objective");
	info->iterations = read_evidence_uint32(o, "iterations");
	if (has_key(o, "stop_reason"))
		info->stop = (ms_gmm_stop) (MS_GMM_STOP_TOL + read_word(o, "stop_reason", stop_reasons));
	if (has_key(o, "converged") &&
		json_read_bool(o, "converged") != (info->stop == MS_GMM_STOP_TOL))
		report_text_form(o->type, "Keys \"converged\" and \"stop_reason\" contradict each other.");
	info->starts = read_evidence_uint32(o, "starts");
	info->starts_at_best = read_evidence_uint32(o, "starts_at_best");
	info->omitted = read_evidence_uint64(o, "omitted");
	info->seed = has_key(o, "seed") ? json_read_int64(o, "seed") : 0;
}

static void
read_problems(JsonObject *o, ms_gmm *m)
{
	if (has_key(o, "problems"))
	{
		size_t n = json_field(o, "problems")->n;
		JsonScalar *codes = read_strings(o, "problems", n);

		for (size_t i = 0; i < n; i++)
			m->info.problems |= problem_bit(o, codes[i].text);
	}
	if (has_key(o, "component_problems"))
	{
		JsonScalar *joined = read_strings(o, "component_problems", m->k);

		for (size_t j = 0; j < m->k; j++)
		{
			char *rest = NULL;

			for (char *code = strtok_r(joined[j].text, " ", &rest); code;
				 code = strtok_r(NULL, " ", &rest))
				m->problems[j] |= problem_bit(o, code);
		}
	}
}

static void
read_names(JsonObject *o, ms_gmm *m)
{
	JsonScalar *items;
	char **names;

	if (!has_key(o, "names"))
		return;
	items = read_strings(o, "names", m->d);
	names = palloc(sizeof(char *) * m->d);
	for (size_t c = 0; c < m->d; c++)
		names[c] = items[c].text;
	gmm_set_names(m, names);
}

static struct varlena *
gmm_read(char *form)
{
	JsonObject o;
	ms_gmm m;

	json_parse(&o, TYPE_NAME, form);
	if (json_read_int64(&o, "gmm") != MS_GMM_VERSION)
		report_text_form(TYPE_NAME, "The version in key \"gmm\" is not known.");
	read_parameters(&o, &m);
	read_info(&o, &m.info);
	read_problems(&o, &m);
	read_names(&o, &m);
	json_finish(&o);
	return (struct varlena *) DatumGetPointer(gmm_datum(&m));
}

/* --- the type ------------------------------------------------------------------------------- */

/* Names come from outside, too: they must be text of this database. */
static ms_status
check_names(ms_ctx *ctx, const ms_gmm *m)
{
	const char *at = m->names;

	for (size_t c = 0; at && c < m->d; c++)
	{
		int length = (int) strlen(at);

		if (!pg_verifymbstr(at, length, true))
			return ms_fail(ctx, MS_CORRUPT, "names", 0, 0, 0);
		at += length + 1;
	}
	return MS_OK;
}

static ms_status
gmm_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_gmm m;

	ms_arena_init(&arena, ctx);
	MS_TRY(ms_gmm_unpack(ctx, &arena, bytes, size, &m));
	MS_TRY(check_names(ctx, &m));
	ms_arena_free(&arena);
	return MS_OK;
}

static const ValueType gmm_type = {
	.name = TYPE_NAME, .check = gmm_check, .write = gmm_write, .read = gmm_read};

VALUE_FUNCTIONS(gmm);
