/*
 * selection.c: rows by their ids, for functions that choose among them.
 */
#include "pg/selection/selection.h"

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static char *
id_text(const Selection *s, size_t unit)
{
	return sample_id_text(s->sample, s->units.row[unit]);
}

void
selection_check(const Selection *s, ms_status status)
{
	const ms_facts *f = &s->ctx.facts;

	if (status == MS_BAD_ARGUMENT && f->index > 0)
		report_unit(f->what, id_text(s, (size_t) f->index - 1), f->got);
	CORE(&s->ctx, status);
}

void
selection_read(Selection *s, FunctionCallInfo fcinfo, bool numbers)
{
	s->sample = sample_arg_ordered(fcinfo, 0);
	host_init(&s->ctx);
	ms_arena_init(&s->arena, &s->ctx);
	CORE(&s->ctx,
		 ms_units_new(&s->ctx, &s->arena, s->sample.s, s->sample.size, numbers, &s->units));
}

bool
selection_open(Selection *s, FunctionCallInfo fcinfo, bool numbers)
{
	s->set = out_set(fcinfo);
	if (PG_ARGISNULL(0))
		return false;
	selection_read(s, fcinfo, numbers);
	return true;
}

void
selection_close(Selection *s)
{
	ms_arena_free(&s->arena);
}

void
selection_distinct(const Selection *s)
{
	if (s->units.repeated < s->units.n)
		report_repeated_id(id_text(s, s->units.repeated), "avg(x)");
}

Datum
selection_id(const Selection *s, size_t unit)
{
	return out_text(id_text(s, unit));
}

void
selection_columns(const Selection *s, const char *function, size_t d, const char *columns)
{
	if (s->units.d != d)
		report_columns_of(function, s->units.d, columns);
}

size_t
size_arg(FunctionCallInfo fcinfo, int argno, const char *name)
{
	int32 size = arg_int32(fcinfo, argno, name);

	if (size < 1)
		report_range(name, size, "at least 1");
	return (size_t) size;
}
