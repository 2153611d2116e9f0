/*
 * disagreements.c: items on which classifiers differ most.
 */
#include "pg/base/compat.h"

#include "core/selection/uncertainty.h"

#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/selection/selection.h"

static void
add_item(Selection *s, size_t rank, const ms_disagreement *item)
{
	Datum values[] = {Int64GetDatum((int64) rank), selection_id(s, item->unit),
					  Float8GetDatum(item->pds), Float8GetDatum(item->jsd),
					  Int32GetDatum((int32) item->models)};
	bool nulls[5] = {false};

	out_add(s->set, values, nulls);
}

PG_FUNCTION_INFO_V1(select_disagreements);
Datum
select_disagreements(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {"logits", NULL};
	ms_disagreement *items;
	size_t found, normalised, size;
	bool logits;
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	if (s.units.w)
		report_no_weights("select_disagreements");
	arg_options(fcinfo, 2, keys);
	logits = arg_option_bool(fcinfo, 2, "logits", false);
	size = PG_ARGISNULL(1) ? s.units.n : size_arg(fcinfo, 1, "size");
	CORE(&s.ctx, MS_ALLOC(&s.arena, s.units.n, &items));
	selection_check(
		&s, ms_disagreements(&s.ctx, s.sample.s, &s.units, logits, items, &found, &normalised));
	if (normalised > 0)
		report_normalised(normalised);
	for (size_t i = 0; i < found && i < size; i++)
		add_item(&s, i + 1, &items[i]);
	selection_close(&s);
	return (Datum) 0;
}
