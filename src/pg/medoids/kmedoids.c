/*
 * kmedoids.c: measure_kmedoids: text and binary form.
 */
#include "pg/medoids/kmedoids.h"

#include "pg/base/host.h"
#include "pg/base/report.h"

#define TYPE_NAME "measure_kmedoids"

const char *const kmedoids_methods[] = {"auto",    "fasterpam", "fastpam1",  "clara",
										"clarans", "onebatch",  "fastermsc", NULL};

const char *
kmedoids_method(const ms_kmedoids *m)
{
	return m->method == MS_KMEDOIDS_FAIR ? "fair" : kmedoids_methods[m->method];
}

ms_kmedoids *
kmedoids_unpack(const void *value, size_t size)
{
	ms_ctx ctx;
	ms_arena arena;
	ms_kmedoids *m = palloc(sizeof(ms_kmedoids));

	host_init(&ctx);
	ms_arena_init(&arena, &ctx); /* its memory goes with the current context */
	CORE(&ctx, ms_kmedoids_unpack(&ctx, &arena, value, size, m));
	return m;
}

ms_kmedoids *
kmedoids_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *value = value_arg(fcinfo, argno, TYPE_NAME, MS_TYPE_KMEDOIDS);

	return kmedoids_unpack(value, VARSIZE(value));
}

Datum
kmedoids_datum(const ms_kmedoids *m)
{
	struct varlena *value = value_new(TYPE_NAME, ms_kmedoids_packed_size(m));

	ms_kmedoids_pack(m, value);
	return PointerGetDatum(value);
}

char *
kmedoids_id_text(const ms_kmedoids *m, size_t cluster)
{
	uint64 id = m->clusters[cluster].id;
	ms_string string;

	if (m->ids != MS_SAMPLE_ID_TEXT)
		return psprintf(INT64_FORMAT, (int64) id);
	string = ms_kmedoids_string(m, id);
	return pnstrdup(string.bytes, string.length);
}

bool
kmedoids_is_nominal(const ms_kmedoids *m, size_t column)
{
	return m->measure.kinds && m->measure.kinds[column] == MS_KIND_NOMINAL;
}

const char *
kmedoids_metric(const ms_kmedoids *m)
{
	return m->d == 0 ? "dissimilarity" : metric_words[m->measure.metric - MS_METRIC_EUCLIDEAN];
}

ModelState
kmedoids_state(const ms_kmedoids *m)
{
	ModelState s = {.problems = m->problems,
					.stopped = "max_iter_passes",
					.iterations = m->passes,
					.omitted = (double) m->omitted};

	for (size_t i = m->k; i > 0; i--)
		if (m->clusters[i - 1].size == 1)
			s.small = (double) i;
	return s;
}

/* --- text form ------------------------------------------------------------------------------ */

static void
write_number(StringInfo out, const char *key, double x)
{
	appendStringInfo(out, ",\"%s\":", key);
	json_double(out, x);
}

/* Lists are what tells one model from another at a glance: who the medoids are, how many follow them. */
static void
kmedoids_head(StringInfo out, const void *value, size_t size)
{
	ms_kmedoids *m = kmedoids_unpack(value, size);
	char **names = names_of(m->names, m->d);

	appendStringInfo(out,
					 ",\"k\":%u,\"d\":%u,\"n\":" UINT64_FORMAT
					 ",\"metric\":\"%s\",\"scale\":\"%s\",\"method\":\"%s\",\"converged\":%s",
					 m->k, m->d, m->n, kmedoids_metric(m), scaling_words[m->measure.scaling],
					 kmedoids_method(m), m->converged ? "true" : "false");
	write_number(out, "total_deviation", m->total_deviation);
	write_number(out, "silhouette", m->mean_silhouette);
	for (size_t i = 0; i < m->k; i++)
	{
		char *id = kmedoids_id_text(m, i);

		appendStringInfoString(out, i ? "," : ",\"medoid_ids\":[");
		json_string(out, id, strlen(id));
	}
	for (size_t i = 0; i < m->k; i++)
		appendStringInfo(out, "%s" UINT64_FORMAT, i ? "," : "],\"sizes\":[", m->clusters[i].size);
	for (size_t j = 0; names && j < m->d; j++)
	{
		appendStringInfoString(out, j ? "," : "],\"names\":[");
		json_string(out, names[j], strlen(names[j]));
	}
	appendStringInfoChar(out, ']');
}

/* Strings come from outside, too: they must be text of this database. */
static ms_status
check_strings(ms_ctx *ctx, const ms_kmedoids *m)
{
	MS_TRY(value_check_names(ctx, m->names, m->d));
	for (size_t i = 0; i < m->k; i++)
		for (size_t j = 0; j <= m->d; j++)
		{
			bool id = j == m->d;
			ms_string string = {"", 0};
			uint64 slot = m->clusters[i].id;

			if (!id)
				memcpy(&slot, &m->medoids[i * m->d + j], sizeof(slot));
			if (id ? m->ids == MS_SAMPLE_ID_TEXT : kmedoids_is_nominal(m, j) && slot != MS_GAP_BITS)
				string = ms_kmedoids_string(m, slot);
			if (!pg_verifymbstr(string.bytes, (int) string.length, true))
				return ms_fail(ctx, MS_CORRUPT, "text in the server's encoding", 0, 0, 0);
		}
	return MS_OK;
}

static ms_status
kmedoids_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_kmedoids m;

	ms_arena_init(&arena, ctx);
	MS_TRY(ms_kmedoids_unpack(ctx, &arena, bytes, size, &m));
	MS_TRY(check_strings(ctx, &m));
	ms_arena_free(&arena);
	return MS_OK;
}

static const ModelText kmedoids_text = {TYPE_NAME, "kmedoids", kmedoids_check, kmedoids_head};

static void
kmedoids_write(StringInfo out, const void *value, size_t size)
{
	model_write(&kmedoids_text, out, value, size);
}

static struct varlena *
kmedoids_read(char *form)
{
	return model_read(&kmedoids_text, form);
}

static const ValueType kmedoids_type = {
	.name = TYPE_NAME, .check = kmedoids_check, .write = kmedoids_write, .read = kmedoids_read};

VALUE_FUNCTIONS(kmedoids);
