/*
 * kernel_mean.c: measure_kernel_mean: the mean of rows under random features, gathered by an
 * aggregate; its merge and its text form.
 *
 * State and value have the same bytes (core/mmd/kernel_mean.h); a state has free space behind
 * them, and rows that wait. Frequencies are a function of the bytes: a call site keeps them, but
 * nothing depends on it.
 */
#include "pg/mmd/kernel_mean.h"

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/value.h"
#include "pg/mmd/kernel.h"

/* The first row makes room for so many. */
#define FIRST_ROWS 4

/* --- values and states ---------------------------------------------------------------------- */

ms_kernel_mean *
kernel_mean_of(struct varlena *value)
{
	ms_kernel_mean *m = (ms_kernel_mean *) value;

	if (VARSIZE(value) < sizeof(ms_kernel_mean) || m->head.type != MS_TYPE_KERNEL_MEAN ||
		m->head.version != MS_KERNEL_MEAN_VERSION || ms_kernel_mean_size(m) > VARSIZE(value))
		report_wrong_type(KERNEL_MEAN_TYPE_NAME);
	return m;
}

static void *
unpack(const struct varlena *value)
{
	const ms_kernel_mean *m = (const ms_kernel_mean *) value;

	return features_new(&m->spectrum, ms_kernel_mean_scale(m));
}

static const CacheFamily mean_family = {KERNEL_MEAN_TYPE_NAME, MS_TYPE_KERNEL_MEAN, true, unpack};

static Features *
features_of_mean(FunctionCallInfo fcinfo, int slot, const ms_kernel_mean *m)
{
	return cache_get_of(fcinfo, slot, &mean_family, (const struct varlena *) m);
}

/* The same bytes in `size` bytes. */
static ms_kernel_mean *
resized(const ms_kernel_mean *m, size_t size)
{
	struct varlena *value = value_new(KERNEL_MEAN_TYPE_NAME, size);

	memcpy((char *) value + VARHDRSZ, (const char *) m + VARHDRSZ,
		   ms_kernel_mean_size(m) - VARHDRSZ);
	return (ms_kernel_mean *) value;
}

/* The buffered rows go into the sums, whose room may have to be made first. */
static ms_kernel_mean *
flush(ms_kernel_mean *m, Features *f)
{
	size_t need = ms_kernel_mean_flush_size(m);

	if (need > VARSIZE(m))
		m = resized(m, need);
	CORE(&f->ctx, ms_kernel_mean_flush(&f->ctx, features_projection(f), m));
	return m;
}

const ms_kernel_mean *
kernel_mean_finished(FunctionCallInfo fcinfo, int slot, const ms_kernel_mean *m)
{
	ms_kernel_mean *copy;

	if (m->buffered == 0)
		return m;
	copy = flush(resized(m, ms_kernel_mean_flush_size(m)), features_of_mean(fcinfo, slot, m));
	SET_VARSIZE(copy, ms_kernel_mean_size(copy));
	return copy;
}

const ms_kernel_mean *
kernel_mean_arg(FunctionCallInfo fcinfo, int argno)
{
	return kernel_mean_finished(fcinfo, argno, kernel_mean_of(PG_GETARG_VARLENA_P(argno)));
}

static void
report_differ(ms_features_part part, const ms_spectrum *a, const ms_spectrum *b)
{
	switch (part)
	{
		case MS_FEATURES_SAME:
			break;
		case MS_FEATURES_COLUMNS:
			report_features("the number of columns", psprintf("%u", a->d), psprintf("%u", b->d));
		case MS_FEATURES_KERNEL:
			report_features("the kernel", kernel_words[a->kernel - 1], kernel_words[b->kernel - 1]);
		case MS_FEATURES_BANDWIDTH:
			report_features("the bandwidth", psprintf("%.17g", a->bandwidth),
							psprintf("%.17g", b->bandwidth));
		case MS_FEATURES_COUNT:
			report_features("the number of features", psprintf("%u", a->count),
							psprintf("%u", b->count));
		case MS_FEATURES_SCALE:
			report_features("the scale of columns", NULL, NULL);
		case MS_FEATURES_SEED:
			report_features("the seed", psprintf(INT64_FORMAT, (int64) a->seed),
							psprintf(INT64_FORMAT, (int64) b->seed));
	}
}

void
kernel_mean_meet(const ms_kernel_mean *a, const ms_kernel_mean *b)
{
	report_differ(ms_features_differ(&a->spectrum, ms_kernel_mean_scale(a), &b->spectrum,
									 ms_kernel_mean_scale(b)),
				  &a->spectrum, &b->spectrum);
}

/* --- the aggregate -------------------------------------------------------------------------- */

/*
 * The state, NULL at first. It is changed in place only when it has a full header, as what these
 * functions return has; anything else (a partial state from a worker comes packed) is copied.
 */
static ms_kernel_mean *
state_arg(FunctionCallInfo fcinfo)
{
	Pointer raw = PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return NULL;
	return kernel_mean_of(VARATT_IS_4B_U(raw) ? (struct varlena *) raw
											  : PG_DETOAST_DATUM_COPY(PointerGetDatum(raw)));
}

static Datum
state_datum(FunctionCallInfo fcinfo, ms_kernel_mean *m)
{
	fcinfo->isnull = m == NULL;
	return PointerGetDatum(m);
}

static ms_kernel_mean *
state_new(const Features *f)
{
	size_t size = ms_kernel_mean_begin_size(f->spectrum.d, FIRST_ROWS);
	struct varlena *value = value_new(KERNEL_MEAN_TYPE_NAME, size);

	ms_kernel_mean_begin(value, &f->spectrum, f->scale);
	SET_VARSIZE(value, size);
	return (ms_kernel_mean *) value;
}

static ms_kernel_mean *
append(ms_kernel_mean *m, Features *f)
{
	size_t far = ms_features_far(&f->spectrum, f->scale, f->x);

	if (far > 0)
		report_far(far, f->x[far - 1], MS_FEATURES_FAR * f->spectrum.bandwidth * f->scale[far - 1]);
	if (ms_kernel_mean_append_size(m) > VARSIZE(m))
		m = resized(m, ms_kernel_mean_roomy_size(m));
	ms_kernel_mean_append(m, f->x);
	return ms_kernel_mean_is_full(m) ? flush(m, f) : m;
}

/* The features are NULL only where there is no state: then there is nothing to gather. */
static Features *
features_of_step(FunctionCallInfo fcinfo, const ms_kernel_mean *m)
{
	Features *f = PG_ARGISNULL(1) ? NULL : features_arg(fcinfo, 1);

	if (m && (!f || f->spectrum.hash != m->spectrum.hash))
		report_changed("f", "kernel_mean");
	return f;
}

static pg_attribute_always_inline Datum
kernel_mean_append(FunctionCallInfo fcinfo, Door door)
{
	ms_kernel_mean *m = state_arg(fcinfo);
	Features *f = features_of_step(fcinfo, m);
	RowArg row;
	size_t gaps;

	if (!f || !row_open(&row, fcinfo, 2, door))
		return state_datum(fcinfo, m);
	if (row.d != f->spectrum.d)
		report_features_columns(row.d, f->spectrum.d);
	if (!m)
		m = state_new(f);
	gaps = row_read(&row, f->x);
	row_close(&row);
	if (gaps > 0)
		m->omitted++;
	else
		m = append(m, f);
	return state_datum(fcinfo, m);
}

ROWS_DOORS(kernel_mean_append, kernel_mean_append);

static const ms_kernel_mean *
value_of_arg(FunctionCallInfo fcinfo, int argno)
{
	return kernel_mean_of(PG_GETARG_VARLENA_P(argno));
}

/* The second value into the first, which has room or is moved. */
static ms_kernel_mean *
merged(FunctionCallInfo fcinfo, ms_kernel_mean *m, const ms_kernel_mean *more)
{
	size_t need = ms_kernel_mean_merge_size(m, more);
	ms_ctx ctx;

	kernel_mean_meet(m, more);
	host_init(&ctx);
	if (need > VARSIZE(m))
		m = resized(m, need);
	CORE(&ctx, ms_kernel_mean_merge(&ctx, m, more));
	return ms_kernel_mean_is_full(m) ? flush(m, features_of_mean(fcinfo, 0, m)) : m;
}

/* Combine function and transition function of kernel_mean_union: the second value into the first. */
PG_FUNCTION_INFO_V1(kernel_mean_merge);
Datum
kernel_mean_merge(PG_FUNCTION_ARGS)
{
	ms_kernel_mean *m = state_arg(fcinfo);
	const ms_kernel_mean *more;

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, m);
	more = value_of_arg(fcinfo, 1);
	if (!m)
		PG_RETURN_POINTER(resized(more, ms_kernel_mean_size(more)));
	PG_RETURN_POINTER(merged(fcinfo, m, more));
}

/* The bytes without free space. */
static struct varlena *
cut(FunctionCallInfo fcinfo)
{
	const ms_kernel_mean *m = value_of_arg(fcinfo, 0);

	return (struct varlena *) resized(m, ms_kernel_mean_size(m));
}

/* The state is another call's, too (a window goes on with it): it stays as it is. */
PG_FUNCTION_INFO_V1(kernel_mean_final);
Datum
kernel_mean_final(PG_FUNCTION_ARGS)
{
	const ms_kernel_mean *m;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	m = value_of_arg(fcinfo, 0);
	if (m->buffered == 0)
		PG_RETURN_POINTER(cut(fcinfo));
	PG_RETURN_POINTER(kernel_mean_finished(fcinfo, 0, m));
}

/* a || b */
PG_FUNCTION_INFO_V1(kernel_mean_concat);
Datum
kernel_mean_concat(PG_FUNCTION_ARGS)
{
	const ms_kernel_mean *a = kernel_mean_arg(fcinfo, 0);
	const ms_kernel_mean *b = kernel_mean_arg(fcinfo, 1);

	PG_RETURN_POINTER(merged(fcinfo, resized(a, ms_kernel_mean_merge_size(a, b)), b));
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
kernel_mean_write(StringInfo out, const void *value, size_t size)
{
	const ms_kernel_mean *m = value;
	const ms_spectrum *s = &m->spectrum;

	appendStringInfo(out,
					 "{\"kernel_mean\":%d,\"n\":" UINT64_FORMAT
					 ",\"d\":%u,\"kernel\":\"%s\",\"bandwidth\":",
					 MS_KERNEL_MEAN_VERSION, m->n, s->d, kernel_words[s->kernel - 1]);
	json_double(out, s->bandwidth);
	appendStringInfo(
		out, ",\"features\":%u,\"seed\":" INT64_FORMAT ",\"omitted\":" UINT64_FORMAT ",\"data\":",
		s->count, (int64) s->seed, m->omitted);
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_kernel_mean *m = value;
	const ms_spectrum *s = &m->spectrum;
	bool same;

	if (size < sizeof(*m))
		return false;
	same = json_read_uint64(o, "n") == m->n;
	same &= json_read_uint64(o, "d") == s->d;
	same &= json_read_double(o, "bandwidth") == s->bandwidth;
	same &= json_read_uint64(o, "features") == s->count;
	same &= json_read_int64(o, "seed") == (int64) s->seed;
	same &= json_read_uint64(o, "omitted") == m->omitted;
	return same & (s->kernel >= MS_KERNEL_GAUSSIAN && s->kernel <= MS_KERNEL_POLYNOMIAL &&
				   strcmp(json_read_string(o, "kernel"), kernel_words[s->kernel - 1]) == 0);
}

static struct varlena *
kernel_mean_read(char *form)
{
	static const ValuePayload payload = {KERNEL_MEAN_TYPE_NAME, "kernel_mean", 0, keys_agree};

	return value_read_payload(&payload, form);
}

static const ValueType kernel_mean_type = {.name = KERNEL_MEAN_TYPE_NAME,
										   .check = ms_kernel_mean_check,
										   .finished = cut,
										   .write = kernel_mean_write,
										   .read = kernel_mean_read};

VALUE_FUNCTIONS(kernel_mean);
