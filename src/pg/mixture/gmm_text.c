/*
 * gmm_text.c: measure_gmm as a type: its text and binary form.
 *
 * The text form is a JSON object whose first keys identify a model. Parameters are nested lists,
 * one a component: covariances as the family has them (core/mixture/gmm.h), lower triangles row
 * by row. Only the parameters must be there: a model written by hand needs no evidence.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/value.h"

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

/* What only some models have: how rows counted, a background, a prior. */
static void
write_parts(StringInfo out, const ms_gmm *m)
{
	if (m->flags & MS_GMM_MISSING)
		appendStringInfoString(out, ",\"missing\":true");
	if (m->flags & MS_GMM_IMPORTANCE)
		appendStringInfoString(out, ",\"importance\":true");
	if (m->flags & MS_GMM_ICL_ENTROPY)
		appendStringInfoString(out, ",\"icl_entropy\":true");
	if (m->flags & MS_GMM_NOISE)
	{
		write_number(out, "noise", m->noise);
		write_number(out, "log_volume", m->log_volume);
		write_lists(out, "box", m->box, 2, m->d);
	}
	if (m->flags & MS_GMM_PRIOR)
	{
		write_lists(out, "prior_mean", m->prior_mean, m->d, 1);
		write_lists(out, "prior_scale", m->prior_scale, ms_gmm_prior_size(m->family, m->d), 1);
	}
}

static void
gmm_write(StringInfo out, const void *value, size_t size)
{
	ms_gmm *m = gmm_unpack(value, size);

	appendStringInfo(out, "{\"gmm\":%d,\"k\":%u,\"d\":%u,\"n\":" UINT64_FORMAT ",\"converged\":%s",
					 MS_GMM_VERSION, m->k, m->d, m->info.n,
					 m->info.stop == MS_GMM_STOP_TOL ? "true" : "false");
	write_number(out, "log_likelihood", m->info.log_likelihood);
	appendStringInfo(out, ",\"covariance\":\"%s\"", ms_gmm_family_name(m->family));
	if (m->names)
		write_strings(out, "names", (const char *const *) gmm_names(m), m->d);
	write_info(out, m);
	write_component_problems(out, m);
	write_parts(out, m);
	write_lists(out, "weights", m->weights, m->k, 1);
	write_lists(out, "means", m->means, m->k, m->d);
	write_lists(out, "covariances", m->covariances, ms_gmm_matrices(m->family, m->k),
				ms_gmm_matrix_size(m->family, m->d));
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
		if (strcmp(code, gmm_problem_list[i].code) == 0)
			return gmm_problem_list[i].problem;
	report_text_form(o->type, psprintf("Problem \"%s\" is not known.", code));
}

static ms_gmm_family
read_family(JsonObject *o)
{
	const char *word = json_read_string(o, "covariance");
	ms_gmm_family family = ms_gmm_family_of(word);

	if (!family)
		report_text_form(o->type,
						 psprintf("Key \"covariance\" has the unknown word \"%s\".", word));
	return family;
}

static uint16
read_flag(JsonObject *o, const char *key, uint16 flag)
{
	return has_key(o, key) && json_read_bool(o, key) ? flag : 0;
}

/* A list must have the right length before memory is taken for it. */
static void
require_numbers(JsonObject *o, const char *key, size_t n)
{
	if (json_field(o, key)->n != n)
		report_text_form(o->type, psprintf("Key \"%s\" must have %zu numbers.", key, n));
}

/* What only some models have; m has its sizes. */
static void
read_parts(JsonObject *o, ms_arena *arena, ms_gmm *m)
{
	size_t prior = ms_gmm_prior_size(m->family, m->d);
	uint16 flags =
		read_flag(o, "missing", MS_GMM_MISSING) | read_flag(o, "importance", MS_GMM_IMPORTANCE) |
		read_flag(o, "icl_entropy", MS_GMM_ICL_ENTROPY) | (has_key(o, "noise") ? MS_GMM_NOISE : 0) |
		(has_key(o, "prior_mean") ? MS_GMM_PRIOR : 0);

	if (flags & MS_GMM_NOISE)
		require_numbers(o, "box", 2 * (size_t) m->d);
	if (flags & MS_GMM_PRIOR)
	{
		require_numbers(o, "prior_mean", m->d);
		require_numbers(o, "prior_scale", prior);
	}
	CORE(arena->ctx, ms_gmm_new_parts(arena, m, flags));
	if (flags & MS_GMM_NOISE)
	{
		m->noise = json_read_double(o, "noise");
		m->log_volume = json_read_double(o, "log_volume");
		json_read_doubles(o, "box", 2 * (size_t) m->d, m->box);
	}
	if (flags & MS_GMM_PRIOR)
	{
		json_read_doubles(o, "prior_mean", m->d, m->prior_mean);
		json_read_doubles(o, "prior_scale", prior, m->prior_scale);
	}
}

/* The lists must have the right lengths before memory is taken for them. */
static void
read_parameters(JsonObject *o, ms_gmm *m)
{
	size_t k = read_uint32(o, "k", MS_GMM_MAX_K);
	size_t d = read_uint32(o, "d", MS_MAX_DIM);
	ms_gmm_family family = read_family(o);
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
	read_parts(o, &arena, m);
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
		info->stop =
			(ms_gmm_stop) (MS_GMM_STOP_TOL + read_word(o, "stop_reason", gmm_stop_reasons));
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

	json_parse(&o, GMM_TYPE_NAME, form);
	if (json_read_int64(&o, "gmm") != MS_GMM_VERSION)
		report_text_form(GMM_TYPE_NAME, "The version in key \"gmm\" is not known.");
	read_parameters(&o, &m);
	read_info(&o, &m.info);
	read_problems(&o, &m);
	read_names(&o, &m);
	json_finish(&o);
	return (struct varlena *) DatumGetPointer(gmm_datum(&m));
}

/* --- the type ------------------------------------------------------------------------------- */

static ms_status
gmm_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_gmm m;

	ms_arena_init(&arena, ctx);
	MS_TRY(ms_gmm_unpack(ctx, &arena, bytes, size, &m));
	MS_TRY(value_check_names(ctx, m.names, m.d));
	ms_arena_free(&arena);
	return MS_OK;
}

static const ValueType gmm_type = {
	.name = GMM_TYPE_NAME, .check = gmm_check, .write = gmm_write, .read = gmm_read};

VALUE_FUNCTIONS(gmm);
