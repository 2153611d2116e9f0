/*
 * did.c: difference in differences of a panel of two periods whose outcomes are seen for some
 * units only: the rows of a query, 16 bytes each in memory.
 */
#include "pg/transport/bounds.h"

#include <math.h>

#include "core/base/order.h"
#include "core/transport/did.h"
#include "pg/base/compare.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/transport/frame.h"

#define FIRST_UNITS 1024

static const FrameColumn did_columns[] = {{"treated", FRAME_BOOLEAN, false},
										  {"before", FRAME_NUMBER, false},
										  {"after", FRAME_NUMBER, false}};

static const char *const selections[] = {"parallel", "independent", NULL};
static const char *const dominances[] = {"none", "greater", "lesser", NULL};

typedef struct Panel
{
	ms_did_unit *units[2]; /* control, treated */
	size_t n[2];
	size_t room[2];
} Panel;

static ms_did_unit *
next_unit(Panel *p, bool treated)
{
	if (p->n[treated] == p->room[treated])
	{
		p->room[treated] = Max(2 * p->room[treated], FIRST_UNITS);
		host_require("did_bounds_query", (p->room[0] + p->room[1]) * sizeof(ms_did_unit));
		p->units[treated] =
			p->units[treated]
				? repalloc_huge(p->units[treated], p->room[treated] * sizeof(ms_did_unit))
				: palloc_extended(p->room[treated] * sizeof(ms_did_unit), MCXT_ALLOC_HUGE);
	}
	return p->units[treated] + p->n[treated]++;
}

static void
take_unit(void *state, HeapTuple row, TupleDesc desc)
{
	static const char *const names[] = {"before", "after"};
	double x[2] = {0, 0};
	ms_did_unit unit = {.seen = 0};
	bool is_null;
	bool treated = DatumGetBool(SPI_getbinval(row, desc, 1, &is_null));

	for (int i = 0; i < 2; i++)
	{
		Datum value = SPI_getbinval(row, desc, 2 + i, &is_null);

		if (is_null)
			continue;
		x[i] = DatumGetFloat8(value);
		if (!isfinite(x[i]))
			report_frame_value(names[i], x[i]);
		unit.seen |= i == 0 ? MS_DID_BEFORE : MS_DID_AFTER;
	}
	unit.change = unit.seen == (MS_DID_BEFORE | MS_DID_AFTER) ? x[1] - x[0] + 0.0 : NAN;
	if (isinf(unit.change))
		report_frame_value("after - before", unit.change);
	*next_unit(state, treated) = unit;
}

static void
read_panel(Panel *p, const Frame *f)
{
	char *pass = psprintf("SELECT r.treated, r.before, r.after FROM %s WHERE r.treated IS NOT NULL",
						  f->rows);
	int level = query_begin();

	query_scan(query_prepare(pass, 0, NULL), NULL, NULL, take_unit, p);
	query_end(level);
}

static ms_did_options
read_arguments(FunctionCallInfo fcinfo)
{
	static const char *const keys[] = {"dominance", NULL};
	ms_did_options o;

	o.selection = (ms_did_selection) arg_choice(fcinfo, 1, "selection", selections);
	o.monotone = arg_bool(fcinfo, 2, "monotone");
	o.level = level_arg(fcinfo, 3);
	o.replicates = arg_int32(fcinfo, 4, "replicates");
	if (o.replicates < 2)
		report_range("replicates", (double) o.replicates, "at least 2");
	o.seed = (uint64) arg_int64(fcinfo, 5, "seed");
	arg_options(fcinfo, 6, keys);
	o.dominance = (ms_did_dominance) arg_option_choice(fcinfo, 6, "dominance", dominances, 0);
	return o;
}

static double
changes_of(const ms_did_unit *units, size_t n)
{
	size_t both = 0;

	while (both < n && !isnan(units[both].change))
		both++;
	return (double) both;
}

static Datum
did_row(FunctionCallInfo fcinfo, const Panel *p, const ms_did_options *o, const ms_did *d)
{
	StringInfoData details;
	bool cut[2] = {d->keep[0] < 1 - 1e-12, d->keep[1] < 1 - 1e-12};
	BoundsRow row = {.bounds = &d->bounds,
					 .level = o->level,
					 .trimmed = cut[0] && cut[1] ? 2 : cut[1] - cut[0],
					 .share = cut[0] && cut[1] ? NAN : 1 - Min(d->keep[0], d->keep[1]),
					 .observed_treated = d->seen[1],
					 .observed_control = d->seen[0],
					 .n_treated = changes_of(p->units[1], p->n[1]),
					 .n_control = changes_of(p->units[0], p->n[0]),
					 .method = o->monotone ? "did monotone" : "did",
					 .seed = (int64) o->seed,
					 .details = &details};

	details_begin(&details);
	details_text(&details, "selection", selections[o->selection]);
	details_number(&details, "treated_seen_untreated", d->otherwise[1]);
	details_number(&details, "control_seen_treated", d->otherwise[0]);
	details_number(&details, "treated_kept", d->keep[1]);
	details_number(&details, "control_kept", d->keep[0]);
	details_number(&details, "replicates", (double) d->replicates);
	if (d->clipped)
		report_doubtful("did_bounds_query", report_problem_fact("clipped_share", 0, 0),
						report_problem_remedy("clipped_share"));
	return bounds_row(fcinfo, &row);
}

PG_FUNCTION_INFO_V1(did_bounds_query);
Datum
did_bounds_query(PG_FUNCTION_ARGS)
{
	ms_did_options o = read_arguments(fcinfo);
	Panel p = {.n = {0, 0}};
	ms_status status;
	ms_arena arena;
	ms_ctx ctx;
	ms_did d;
	Frame f;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	frame_open(&f, fcinfo, arg_text(fcinfo, 0, "query"), did_columns, lengthof(did_columns));
	read_panel(&p, &f);
	host_init(&ctx);
	ctx.budget -= Min(ctx.budget - 1, (p.room[0] + p.room[1]) * sizeof(ms_did_unit));
	ms_arena_init(&arena, &ctx);
	status = ms_did_bounds(&ctx, &arena, p.units, p.n, &o, &d);
	if (status == MS_TOO_FEW)
		PG_RETURN_NULL();
	CORE(&ctx, status);
	return did_row(fcinfo, &p, &o, &d);
}
