/*
 * model.c: what models of clusters share.
 */
#include "pg/medoids/model.h"

#include <math.h>

#include "core/medoids/kmeans.h"
#include "core/medoids/kmedoids.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

char **
names_of(const char *names, size_t d)
{
	char **words;

	if (!names)
		return NULL;
	words = palloc(sizeof(char *) * d);
	for (size_t j = 0; j < d; j++)
	{
		words[j] = pstrdup(names);
		names += strlen(names) + 1;
	}
	return words;
}

const char *
names_joined(char **names, size_t d, size_t *size)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	for (size_t j = 0; j < d; j++)
		appendBinaryStringInfo(&bytes, names[j], (int) strlen(names[j]) + 1);
	*size = (size_t) bytes.len;
	return bytes.data;
}

/* --- problems ------------------------------------------------------------------------------- */

StaticAssertDecl(MS_KMEDOIDS_PROBLEM_MAX_ITER == MS_KMEANS_PROBLEM_MAX_ITER &&
					 MS_KMEDOIDS_PROBLEM_OMITTED_ROWS == MS_KMEANS_PROBLEM_OMITTED_ROWS &&
					 MS_KMEDOIDS_PROBLEM_SMALL_CLUSTER == MS_KMEANS_PROBLEM_SMALL_CLUSTER,
				 "problems of both models are told by one table");

/* The gravest first. What is a matter of the data, and not of the fit, raises no warning. */
static const struct
{
	uint32 problem;
	const char *code;
	bool doubtful;
} problem_codes[MODEL_PROBLEMS] = {
	{MS_KMEDOIDS_PROBLEM_MAX_ITER, "max_iter", true},
	{MS_KMEDOIDS_PROBLEM_DUPLICATE_MEDOIDS, "duplicate_medoids", true},
	{MS_KMEANS_PROBLEM_FEW_STARTS_AGREE, "few_starts_agree", false},
	{MS_KMEDOIDS_PROBLEM_SMALL_CLUSTER, "small_cluster", false},
	{MS_KMEDOIDS_PROBLEM_OMITTED_ROWS, "omitted_rows", false},
};

Datum
problems_datum(uint32 problems)
{
	const char *codes[MODEL_PROBLEMS];
	size_t n = 0;

	for (size_t i = 0; i < MODEL_PROBLEMS; i++)
		if (problems & problem_codes[i].problem)
			codes[n++] = problem_codes[i].code;
	return out_text_array(codes, n);
}

/* The sentence of a problem, and the code under which its remedy stands. */
static char *
problem_fact(const ModelState *s, uint32 problem, const char **code)
{
	switch (problem)
	{
		case MS_KMEDOIDS_PROBLEM_MAX_ITER:
			*code = s->stopped;
			return report_problem_fact(*code, s->iterations, 0);
		case MS_KMEANS_PROBLEM_FEW_STARTS_AGREE:
			return report_problem_fact(*code, s->starts_at_best, s->starts);
		case MS_KMEDOIDS_PROBLEM_OMITTED_ROWS:
			return report_problem_fact(*code, s->omitted, 0);
		default:
			return report_problem_fact(*code, s->small, 0);
	}
}

void
append_problems(StringInfo out, const ModelState *state)
{
	appendStringInfoString(out, state->problems == 0 ? "problems: none" : "problems:");
	for (size_t i = 0; i < MODEL_PROBLEMS; i++)
		if (state->problems & problem_codes[i].problem)
		{
			const char *code = problem_codes[i].code;
			char *fact = problem_fact(state, problem_codes[i].problem, &code);
			const char *remedy = report_problem_remedy(code);

			appendStringInfo(out, "\n  %s%s%s", fact, remedy ? ": " : "", remedy ? remedy : "");
		}
}

/* --- fits ----------------------------------------------------------------------------------- */

/* What this call site has said. */
typedef struct FitSite
{
	bool failed;
	bool doubtful;
} FitSite;

static FitSite *
fit_site(FunctionCallInfo fcinfo)
{
	if (!fcinfo->flinfo->fn_extra)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FitSite));
	return fcinfo->flinfo->fn_extra;
}

void
warn_doubtful(FunctionCallInfo fcinfo, const char *function, const ModelState *state)
{
	FitSite *site = fit_site(fcinfo);

	for (size_t i = 0; i < MODEL_PROBLEMS && !site->doubtful; i++)
		if (state->problems & problem_codes[i].problem && problem_codes[i].doubtful)
		{
			const char *code = problem_codes[i].code;
			char *fact = problem_fact(state, problem_codes[i].problem, &code);

			report_doubtful(function, fact, report_problem_remedy(code));
			site->doubtful = true;
		}
}

/* Whether a failure is the data's, which on_failure => 'null' forgives. */
static bool
is_data_failure(const ms_ctx *ctx, ms_status status)
{
	switch (status)
	{
		case MS_TOO_FEW:
		case MS_CONSTANT:
		case MS_INCOMPLETE:
		case MS_NOT_NUMERIC:
		case MS_BAD_WEIGHT:
			return true;
		case MS_TOO_LARGE: /* a distance beyond a double; not sizes beyond memory */
			return strcmp(ctx->facts.what, "memory") != 0;
		case MS_BAD_ARGUMENT: /* more clusters than rows */
			return strcmp(ctx->facts.what, "k") == 0;
		default:
			return false;
	}
}

void
forgive(FunctionCallInfo fcinfo, const char *function, const ms_ctx *ctx, ms_status status,
		bool null_on_failure)
{
	FitSite *site = fit_site(fcinfo);

	if (!null_on_failure || !is_data_failure(ctx, status))
		report_core(ctx, status);
	if (!site->failed)
		report_null_result(function, ctx, status);
	site->failed = true;
}

bool
on_failure_arg(FunctionCallInfo fcinfo, int argno)
{
	static const char *const words[] = {"error", "null", NULL};

	return arg_choice(fcinfo, argno, "on_failure", words) == 1;
}

int
count_arg(FunctionCallInfo fcinfo, int argno, const char *name, int least)
{
	int32 n = arg_int32(fcinfo, argno, name);

	if (n < least)
		report_range_hint(name, n, psprintf("at least %d", least),
						  "Leave it out to get its default.");
	return n;
}

size_t
k_arg(FunctionCallInfo fcinfo, int argno, const char *name, int most)
{
	const char *hint = "k is the number of clusters.";
	int32 k;

	if (PG_ARGISNULL(argno))
		report_null_hint(name, hint);
	k = PG_GETARG_INT32(argno);
	if (k < 1 || k > most)
		report_range_hint(name, k, psprintf("from 1 to %d", most), hint);
	return (size_t) k;
}

void
k_range_args(FunctionCallInfo fcinfo, size_t *k_min, size_t *k_max)
{
	*k_min = (size_t) count_arg(fcinfo, 1, "k_min", 2);
	*k_max = (size_t) count_arg(fcinfo, 2, "k_max", 2);
	if (*k_max < *k_min)
		report_range("k_max", (double) *k_max, psprintf("at least k_min, %zu", *k_min));
}

#define PART_ROWS 10000
#define PART_ROWS_CLUSTER 40

size_t
sample_option(FunctionCallInfo fcinfo, int argno, size_t k)
{
	size_t size = arg_option_count(fcinfo, argno, "sample", Max(PART_ROWS, PART_ROWS_CLUSTER * k));

	if (size < k)
		report_option_value("sample", psprintf("at least k, %zu", k));
	return size;
}

/* --- labels --------------------------------------------------------------------------------- */

double
margin_of(double distance, double second)
{
	if (isnan(second))
		return NAN;
	return distance == 0 ? 1 : 1 - distance / second;
}

/* --- text form ------------------------------------------------------------------------------ */

void
model_write(const ModelText *text, StringInfo out, const void *value, size_t size)
{
	appendStringInfo(out, "{\"%s\":1", text->key);
	text->head(out, value, size);
	appendStringInfoString(out, ",\"data\":");
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
scalar_equal(const JsonScalar *a, const JsonScalar *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == JSON_STRING_VALUE)
		return strcmp(a->text, b->text) == 0;
	return a->number == b->number || (isnan(a->number) && isnan(b->number));
}

/* Whether the object has this field, as it is. */
static bool
field_agrees(JsonObject *o, const JsonField *wanted)
{
	const JsonField *got = json_field(o, wanted->key);

	if (got->kind != wanted->kind || got->n != wanted->n)
		return false;
	for (size_t i = 0; i < wanted->n; i++)
		if (!scalar_equal(&got->items[i], &wanted->items[i]))
			return false;
	return true;
}

static void
check_head(const ModelText *text, JsonObject *o, const struct varlena *value)
{
	StringInfoData head;
	JsonObject honest;

	initStringInfo(&head);
	appendStringInfo(&head, "{\"%s\":1", text->key);
	text->head(&head, value, VARSIZE(value));
	appendStringInfoChar(&head, '}');
	json_parse(&honest, text->type, head.data);
	for (int i = 0; i < honest.n; i++)
		if (!field_agrees(o, &honest.fields[i]))
			report_text_form(text->type, psprintf("Key \"%s\" and the data do not agree.",
												  honest.fields[i].key));
	json_finish(o);
}

struct varlena *
model_read(const ModelText *text, char *form)
{
	JsonObject o;
	struct varlena *value = value_read_data(&o, text->type, text->key, form);
	ms_ctx ctx;
	ms_status status;

	host_init(&ctx);
	status = text->check(&ctx, value, VARSIZE(value));
	if (status == MS_CORRUPT)
		report_text_form(text->type, psprintf("Check \"%s\" failed.", ctx.facts.what));
	CORE(&ctx, status);
	check_head(text, &o, value);
	return value;
}
