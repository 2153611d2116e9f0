/*
 * kmeans.c: measure_kmeans: text and binary form.
 */
#include "pg/medoids/kmeans.h"

#include "pg/base/host.h"
#include "pg/base/report.h"

#define TYPE_NAME "measure_kmeans"

ms_kmeans *
kmeans_unpack(const void *value, size_t size)
{
	ms_ctx ctx;
	ms_arena arena;
	ms_kmeans *m = palloc(sizeof(ms_kmeans));

	host_init(&ctx);
	ms_arena_init(&arena, &ctx); /* its memory goes with the current context */
	CORE(&ctx, ms_kmeans_unpack(&ctx, &arena, value, size, m));
	return m;
}

ms_kmeans *
kmeans_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *value = value_arg(fcinfo, argno, TYPE_NAME, MS_TYPE_KMEANS);

	return kmeans_unpack(value, VARSIZE(value));
}

Datum
kmeans_datum(const ms_kmeans *m)
{
	struct varlena *value = value_new(TYPE_NAME, ms_kmeans_packed_size(m));

	ms_kmeans_pack(m, value);
	return PointerGetDatum(value);
}

ModelState
kmeans_state(const ms_kmeans *m)
{
	ModelState s = {.problems = m->problems,
					.stopped = "max_iter_rounds",
					.iterations = m->iterations,
					.starts = m->starts,
					.starts_at_best = m->starts_at_best,
					.omitted = (double) m->omitted};

	for (size_t i = m->k; i > 0; i--)
		if (m->clusters[i - 1].size == 1)
			s.small = (double) i;
	return s;
}

/* --- text form ------------------------------------------------------------------------------ */

static void
kmeans_head(StringInfo out, const void *value, size_t size)
{
	ms_kmeans *m = kmeans_unpack(value, size);
	char **names = names_of(m->names, m->d);

	appendStringInfo(out,
					 ",\"k\":%u,\"d\":%u,\"n\":" UINT64_FORMAT
					 ",\"scale\":\"%s\",\"converged\":%s,\"inertia\":",
					 m->k, m->d, m->n, scaling_words[m->scaling], m->converged ? "true" : "false");
	json_double(out, m->inertia);
	for (size_t i = 0; i < m->k; i++)
		appendStringInfo(out, "%s" UINT64_FORMAT, i ? "," : ",\"sizes\":[", m->clusters[i].size);
	appendStringInfoString(out, "],\"centers\":");
	for (size_t i = 0; i < m->k; i++)
	{
		appendStringInfoChar(out, i ? ',' : '[');
		json_doubles(out, m->centers + i * m->d, m->d);
	}
	for (size_t j = 0; names && j < m->d; j++)
	{
		appendStringInfoString(out, j ? "," : "],\"names\":[");
		json_string(out, names[j], strlen(names[j]));
	}
	appendStringInfoChar(out, ']');
}

static ms_status
kmeans_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_kmeans m;

	ms_arena_init(&arena, ctx);
	MS_TRY(ms_kmeans_unpack(ctx, &arena, bytes, size, &m));
	MS_TRY(value_check_names(ctx, m.names, m.d));
	ms_arena_free(&arena);
	return MS_OK;
}

static const ModelText kmeans_text = {TYPE_NAME, "kmeans", kmeans_check, kmeans_head};

static void
kmeans_write(StringInfo out, const void *value, size_t size)
{
	model_write(&kmeans_text, out, value, size);
}

static struct varlena *
kmeans_read(char *form)
{
	return model_read(&kmeans_text, form);
}

static const ValueType kmeans_type = {
	.name = TYPE_NAME, .check = kmeans_check, .write = kmeans_write, .read = kmeans_read};

VALUE_FUNCTIONS(kmeans);
