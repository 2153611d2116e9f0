/*
 * features.c: measure_kernel_features: what a kernel mean is taken with, as a value.
 */
#include "pg/mmd/features.h"

#include <math.h>

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/base/value.h"
#include "pg/mmd/kernel.h"

/* Columns whose scale a summary shows. */
#define SUMMARY_COLUMNS 8

/* --- features of a call site ---------------------------------------------------------------- */

Features *
features_new(const ms_spectrum *spectrum, const double *scale)
{
	Features *f = palloc0(sizeof(Features));
	double *copy = palloc(sizeof(double) * spectrum->d);

	memcpy(copy, scale, sizeof(double) * spectrum->d);
	host_init(&f->ctx);
	ms_arena_init(&f->arena, &f->ctx);
	f->spectrum = *spectrum;
	f->scale = copy;
	f->x = palloc(sizeof(double) * spectrum->d);
	f->context = CurrentMemoryContext;
	return f;
}

/* A value as ms_features, checked against its own size. */
static const ms_features *
features_of(const struct varlena *value)
{
	const ms_features *f = (const ms_features *) value;

	if (VARSIZE(value) < sizeof(ms_features) || f->spectrum.d > MS_MAX_DIM ||
		VARSIZE(value) != ms_features_size(f->spectrum.d))
		report_wrong_type(FEATURES_TYPE_NAME);
	return f;
}

static void *
unpack(const struct varlena *value)
{
	const ms_features *f = features_of(value);

	return features_new(&f->spectrum, ms_features_scale(f));
}

static const CacheFamily features_family = {FEATURES_TYPE_NAME, MS_TYPE_KERNEL_FEATURES, true,
											unpack};

Features *
features_arg(FunctionCallInfo fcinfo, int argno)
{
	return cache_get(fcinfo, argno, &features_family);
}

ms_projection *
features_projection(Features *f)
{
	size_t need = ms_projection_bytes(f->spectrum.d, f->spectrum.count);
	MemoryContext caller;

	if (f->projection)
		return f->projection;
	if (need > host_budget())
		report_memory_features(f->spectrum.count, f->spectrum.d, need, host_budget());
	caller = MemoryContextSwitchTo(f->context);
	CORE(&f->ctx, ms_projection_new(&f->ctx, &f->arena, &f->spectrum, f->scale, &f->projection));
	MemoryContextSwitchTo(caller);
	return f->projection;
}

/* --- making them ---------------------------------------------------------------------------- */

static void
spectral_kernel(FunctionCallInfo fcinfo, int kernel, ms_spectrum *s)
{
	int kind = arg_choice(fcinfo, kernel, "kernel", kernel_words) + 1;

	if (!ms_kernel_scaled((ms_kernel_kind) kind))
		report_no_features(kernel_words[kind - 1]);
	s->kernel = (uint32) kind;
}

static void
count_and_seed(FunctionCallInfo fcinfo, int features, int seed, ms_spectrum *s)
{
	int32 count = arg_int32(fcinfo, features, "features");

	if (count < 1 || count > MS_FEATURES_MAX)
		report_range("features", count, psprintf("from 1 to %d", MS_FEATURES_MAX));
	s->count = (uint32) count;
	s->seed = (uint64) arg_int64(fcinfo, seed, "seed");
}

pg_noreturn static void
report_bandwidth(double got)
{
	report_range("bandwidth", got,
				 psprintf("from %g to %g", 1 / MS_FEATURES_UNIT, MS_FEATURES_UNIT));
}

static Datum
features_datum(const ms_spectrum *s, const double *scale)
{
	struct varlena *value = value_new(FEATURES_TYPE_NAME, ms_features_size(s->d));
	ms_status status;
	ms_ctx ctx;

	host_init(&ctx);
	status = ms_features_make(&ctx, s, scale, value);
	if (status == MS_BAD_ARGUMENT)
		report_range(ctx.facts.index > 0 ? psprintf("element %d of scale", (int) ctx.facts.index)
										 : ctx.facts.what,
					 ctx.facts.got,
					 psprintf("from %g to %g", 1 / MS_FEATURES_UNIT, MS_FEATURES_UNIT));
	CORE(&ctx, status);
	return PointerGetDatum(value);
}

PG_FUNCTION_INFO_V1(kernel_features_columns);
Datum
kernel_features_columns(PG_FUNCTION_ARGS)
{
	int32 d = arg_int32(fcinfo, 0, "d");
	double *scale = NULL;
	ms_spectrum s = {0};
	size_t n;

	if (d < 1 || d > MS_MAX_DIM)
		report_range("d", d, psprintf("from 1 to %d", MS_MAX_DIM));
	s.d = (uint32) d;
	s.bandwidth = arg_float8(fcinfo, 1, "bandwidth");
	spectral_kernel(fcinfo, 2, &s);
	count_and_seed(fcinfo, 3, 5, &s);
	if (!PG_ARGISNULL(4))
	{
		scale = arg_float8_array(fcinfo, 4, "scale", &n);
		if (n != s.d)
			report_length("scale", n, s.d);
	}
	return features_datum(&s, scale);
}

/* The columns of a sample must be numbers; those of booleans are. */
static void
check_numbers(const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	ms_ctx ctx;

	host_init(&ctx);
	for (size_t j = 0; kinds && j < s->d; j++)
		if (kinds[j] == MS_KIND_NOMINAL)
			CORE(&ctx, ms_fail(&ctx, MS_NOT_NUMERIC, "columns", (int64_t) j + 1, 0, 0));
}

/* Nothing to learn from gives NULL: no complete row, or all equal where the bandwidth is to be chosen. */
PG_FUNCTION_INFO_V1(kernel_features_sample);
Datum
kernel_features_sample(PG_FUNCTION_ARGS)
{
	ms_scaling scaling = (ms_scaling) arg_choice(fcinfo, 4, "scale", scaling_words);
	ms_spectrum s = {.bandwidth = PG_ARGISNULL(2) ? NAN : PG_GETARG_FLOAT8(2)};
	ms_status status;
	ms_arena arena;
	SampleArg a;
	double *scale;
	ms_rows rows;
	ms_ctx ctx;

	spectral_kernel(fcinfo, 1, &s);
	count_and_seed(fcinfo, 3, 5, &s);
	if (!PG_ARGISNULL(2) && isnan(s.bandwidth))
		report_bandwidth(s.bandwidth);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	a = sample_arg_ordered(fcinfo, 0);
	check_numbers(a.s);
	rows = ms_sample_rows(a.s);
	scale = palloc(sizeof(double) * rows.d);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = ms_features_learn(&ctx, &arena, &rows, scaling, s.seed, scale, &s.bandwidth);
	if (status == MS_TOO_FEW || (status == MS_OK && s.bandwidth == 0 && PG_ARGISNULL(2)))
		PG_RETURN_NULL();
	CORE(&ctx, status);
	s.d = (uint32) rows.d;
	return features_datum(&s, scale);
}

/* --- answers -------------------------------------------------------------------------------- */

Datum
features_row(FunctionCallInfo fcinfo, const ms_spectrum *s, const double *scale, bool counted,
			 uint64 n, uint64 omitted)
{
	Datum values[8] = {0};
	bool nulls[8] = {0};

	values[0] = out_text(kernel_words[s->kernel - 1]);
	values[1] = Float8GetDatum(s->bandwidth);
	values[2] = Int32GetDatum((int32) s->count);
	values[3] = Int32GetDatum((int32) s->d);
	values[4] = out_float8_array(scale, s->d);
	values[5] = Int64GetDatum((int64) s->seed);
	values[6] = Int64GetDatum((int64) n);
	values[7] = Int64GetDatum((int64) omitted);
	nulls[6] = nulls[7] = !counted;
	return out_row(fcinfo, values, nulls);
}

static const ms_features *
value_of_arg(FunctionCallInfo fcinfo)
{
	return features_of(value_arg(fcinfo, 0, FEATURES_TYPE_NAME, MS_TYPE_KERNEL_FEATURES));
}

PG_FUNCTION_INFO_V1(kernel_features_info);
Datum
kernel_features_info(PG_FUNCTION_ARGS)
{
	const ms_features *f = value_of_arg(fcinfo);

	return features_row(fcinfo, &f->spectrum, ms_features_scale(f), false, 0, 0);
}

PG_FUNCTION_INFO_V1(kernel_features_summary);
Datum
kernel_features_summary(PG_FUNCTION_ARGS)
{
	const ms_features *f = value_of_arg(fcinfo);
	const ms_spectrum *s = &f->spectrum;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out,
					 "%u random features of the %s kernel: bandwidth %.6g, seed " INT64_FORMAT
					 "\n%u columns, divided by",
					 s->count, kernel_words[s->kernel - 1], s->bandwidth, (int64) s->seed, s->d);
	for (uint32 j = 0; j < Min(s->d, SUMMARY_COLUMNS); j++)
		appendStringInfo(&out, "%s %.6g", j > 0 ? "," : "", ms_features_scale(f)[j]);
	if (s->d > SUMMARY_COLUMNS)
		appendStringInfoString(&out, " ...");
	return out_text(out.data);
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
features_write(StringInfo out, const void *value, size_t size)
{
	const ms_features *f = value;
	const ms_spectrum *s = &f->spectrum;

	appendStringInfo(out, "{\"kernel_features\":%d,\"kernel\":\"%s\",\"bandwidth\":",
					 MS_FEATURES_VERSION, kernel_words[s->kernel - 1]);
	json_double(out, s->bandwidth);
	appendStringInfo(out,
					 ",\"features\":%u,\"d\":%u,\"seed\":" INT64_FORMAT ",\"scale\":", s->count,
					 s->d, (int64) s->seed);
	json_doubles(out, ms_features_scale(f), s->d);
	appendStringInfoChar(out, '}');
}

static uint32
read_count(JsonObject *o, const char *key, uint32 most)
{
	uint64 n = json_read_uint64(o, key);

	if (n < 1 || n > most)
		report_text_form(o->type, psprintf("Key \"%s\" must be from 1 to %u.", key, most));
	return (uint32) n;
}

static uint32
read_kernel(JsonObject *o)
{
	const char *word = json_read_string(o, "kernel");
	uint32 kind = 0;

	while (kernel_words[kind] && strcmp(kernel_words[kind], word) != 0)
		kind++;
	if (!kernel_words[kind] || !ms_kernel_scaled((ms_kernel_kind) (kind + 1)))
		report_text_form(o->type, "Key \"kernel\" is none that has features.");
	return kind + 1;
}

static struct varlena *
features_read(char *form)
{
	ms_spectrum s = {0};
	struct varlena *value;
	JsonObject o;
	double *scale;
	ms_ctx ctx;

	json_parse(&o, FEATURES_TYPE_NAME, form);
	if (json_read_uint64(&o, "kernel_features") != MS_FEATURES_VERSION)
		report_text_form(o.type, "Key \"kernel_features\", the version of the form, must be 1.");
	s.kernel = read_kernel(&o);
	s.bandwidth = json_read_double(&o, "bandwidth");
	s.count = read_count(&o, "features", MS_FEATURES_MAX);
	s.d = read_count(&o, "d", MS_MAX_DIM);
	s.seed = (uint64) json_read_int64(&o, "seed");
	scale = palloc(sizeof(double) * s.d);
	json_read_doubles(&o, "scale", s.d, scale);
	json_finish(&o);
	value = value_new(o.type, ms_features_size(s.d));
	host_init(&ctx);
	if (ms_features_make(&ctx, &s, scale, value) != MS_OK)
		report_text_form(o.type, psprintf("Key \"%s\" is out of range.", ctx.facts.what));
	return value;
}

static const ValueType kernel_features_type = {.name = FEATURES_TYPE_NAME,
											   .check = ms_features_check,
											   .write = features_write,
											   .read = features_read};

VALUE_FUNCTIONS(kernel_features);
