/*
 * r3d.c: regression discontinuity with distributions as outcomes. The server aggregates the rows
 * of every unit to its quantiles; the units are then held in memory, 8 (K + 1) bytes each, 8 more
 * where a treated share makes the design fuzzy.
 */
#include "pg/transport/bounds.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/base/order.h"
#include "core/transport/r3d.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/transport/frame.h"
#include "utils/array.h"

#define FIRST_UNITS 1024
#define MOST_QUANTILES 10000

static const FrameColumn r3d_columns[] = {{"unit", FRAME_ANY, false},
										  {"running", FRAME_NUMBER, false},
										  {"outcome", FRAME_NUMBER, false},
										  {"treatment", FRAME_NUMBER, true}};

#define TREATMENT 3

enum
{
	ARG_QUERY,
	ARG_CUTOFF,
	ARG_Q,
	ARG_METHOD,
	ARG_BANDWIDTH,
	ARG_KERNEL,
	ARG_LEVEL,
	ARG_REPLICATES,
	ARG_SEED,
	ARG_OPTIONS
};

static const char *const methods[] = {"frechet", "sorted", NULL};
static const char *const kernels[] = {"triangular", "epanechnikov", "uniform", NULL};
static const char *const bands[] = {"auto", "equal", "studentised", NULL};

/* --- arguments ------------------------------------------------------------------------------ */

/* q ascending; .01, .02 ... .99 where it is NULL. */
static double *
q_arg(FunctionCallInfo fcinfo, size_t *n)
{
	double *q;

	if (PG_ARGISNULL(ARG_Q))
	{
		*n = 99;
		q = palloc(sizeof(double) * *n);
		for (size_t k = 0; k < *n; k++)
			q[k] = (double) (k + 1) / 100;
		return q;
	}
	q = arg_float8_array(fcinfo, ARG_Q, "q", n);
	if (*n < 1 || *n > MOST_QUANTILES)
		report_range("the number of elements of q", (double) *n, "from 1 to 10000");
	for (size_t k = 0; k < *n; k++)
	{
		if (!(q[k] > 0 && q[k] < 1))
			report_range("an element of q", q[k], "above 0 and below 1");
		if (k > 0 && !(q[k] > q[k - 1]))
			report_range("an element of q", q[k], "above the one before it");
	}
	return q;
}

static void
read_options(FunctionCallInfo fcinfo, ms_r3d_options *o)
{
	static const char *const keys[] = {"order",      "band",     "residuals",
									   "test_range", "coverage", NULL};
	static const char *const residuals[] = {"hc3", "raw", NULL};
	size_t n;
	double *range;

	arg_options(fcinfo, ARG_OPTIONS, keys);
	o->order = (int) arg_option_count(fcinfo, ARG_OPTIONS, "order", 2);
	if (o->order > 3)
		report_option_value("order", "1, 2 or 3");
	o->band = (ms_r3d_band) arg_option_choice(fcinfo, ARG_OPTIONS, "band", bands, 0);
	o->raw = arg_option_choice(fcinfo, ARG_OPTIONS, "residuals", residuals, 0) == 1;
	o->coverage = arg_option_bool(fcinfo, ARG_OPTIONS, "coverage", false);
	range = arg_option_numbers(fcinfo, ARG_OPTIONS, "test_range", &n);
	if (range && (n != 2 || !(range[0] >= 0 && range[0] < range[1] && range[1] <= 1)))
		report_option_value("test_range", "two numbers from 0 to 1, the lesser first");
	o->test_from = range ? range[0] : 0.05;
	o->test_to = range ? range[1] : 0.95;
}

static ms_r3d_options
read_arguments(FunctionCallInfo fcinfo)
{
	ms_r3d_options o = {.bandwidth = NAN};

	o.shape = (ms_r3d_shape) arg_choice(fcinfo, ARG_METHOD, "method", methods);
	o.kernel = (ms_window_kernel) arg_choice(fcinfo, ARG_KERNEL, "kernel", kernels);
	if (!PG_ARGISNULL(ARG_BANDWIDTH))
		o.bandwidth = PG_GETARG_FLOAT8(ARG_BANDWIDTH);
	if (!PG_ARGISNULL(ARG_BANDWIDTH) && !(o.bandwidth > 0 && isfinite(o.bandwidth)))
		report_range("bandwidth", o.bandwidth, "finite and above 0");
	o.level = level_arg(fcinfo, ARG_LEVEL);
	o.replicates = arg_int32(fcinfo, ARG_REPLICATES, "replicates");
	o.seed = (uint64) arg_int64(fcinfo, ARG_SEED, "seed");
	read_options(fcinfo, &o);
	return o;
}

/* --- units ---------------------------------------------------------------------------------- */

typedef struct Units
{
	double cutoff;
	size_t K;
	bool fuzzy;
	double outermost; /* the least of q and 1 - q */
	double *records;  /* x, then K quantiles, then the treated share where it is fuzzy */
	size_t n;
	size_t room;
	uint64 rows; /* that count */
	uint64 omitted;
	size_t single;  /* units of one outcome */
	size_t extreme; /* units with fewer outcomes than the outermost quantiles need */
} Units;

/*
 * A row of the pass is a unit. percentile_cont is the quantile of type 7; NaN is the greatest
 * number of all and infinities are at the ends, so that these tell of them.
 */
static char *
units_pass(const Frame *f)
{
	return psprintf(
		"SELECT s.unit::pg_catalog.text, pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE "
		"s.known),"
		" pg_catalog.min(s.running) FILTER (WHERE s.known), pg_catalog.max(s.running) FILTER "
		"(WHERE s.known),"
		" pg_catalog.min(s.outcome) FILTER (WHERE s.known), pg_catalog.max(s.outcome) FILTER "
		"(WHERE s.known),"
		" pg_catalog.percentile_cont($1) WITHIN GROUP (ORDER BY s.outcome) FILTER (WHERE s.known),"
		" pg_catalog.avg(s.treatment) FILTER (WHERE s.known)"
		" FROM (SELECT r.*, pg_catalog.num_nulls(r.unit, r.running, r.outcome%s) "
		"OPERATOR(pg_catalog.=) 0 AS known"
		" FROM %s) AS s GROUP BY s.unit",
		f->has[TREATMENT] ? ", r.treatment" : "", f->rows);
}

/* Doubles of a unit. */
static size_t
record_width(const Units *u)
{
	return 1 + u->K + u->fuzzy;
}

static void
check_finite(HeapTuple row, TupleDesc desc, int column, const char *name)
{
	for (int i = 0; i < 2; i++)
	{
		double x = frame_number(row, desc, column + i);

		if (!isfinite(x))
			report_frame_value(name, x);
	}
}

/* Room for one more record; an error before it is taken. */
static double *
next_record(Units *u)
{
	size_t record = record_width(u) * sizeof(double);

	if (u->n == u->room)
	{
		u->room = Max(2 * u->room, FIRST_UNITS);
		host_require("r3d_query", u->room * record);
		u->records = u->records ? repalloc_huge(u->records, u->room * record)
								: palloc_extended(u->room * record, MCXT_ALLOC_HUGE);
	}
	return u->records + u->n++ * record_width(u);
}

static void
read_quantiles(HeapTuple row, TupleDesc desc, size_t K, double *out)
{
	bool is_null;
	Datum value = SPI_getbinval(row, desc, 8, &is_null);
	ArrayType *array = DatumGetArrayTypeP(value);
	const double *q = (const double *) ARR_DATA_PTR(array);

	for (size_t k = 0; k < K; k++)
	{
		if (!isfinite(q[k]))
			report_frame_value("outcome", q[k]);
		out[k] = q[k] + 0.0; /* no -0.0 */
	}
	if (PointerGetDatum(array) != value)
		pfree(array);
}

static void
take_unit(void *state, HeapTuple row, TupleDesc desc)
{
	Units *u = state;
	bool is_null;
	int64 all = DatumGetInt64(SPI_getbinval(row, desc, 2, &is_null));
	int64 known = DatumGetInt64(SPI_getbinval(row, desc, 3, &is_null));
	double *record;

	u->rows += known;
	u->omitted += all - known;
	if (known == 0)
		return;
	check_finite(row, desc, 4, "running");
	check_finite(row, desc, 6, "outcome");
	if (frame_number(row, desc, 4) != frame_number(row, desc, 5))
		report_unit_running(SPI_getvalue(row, desc, 1), frame_number(row, desc, 4),
							frame_number(row, desc, 5));
	u->single += known == 1;
	u->extreme += known > 1 && (double) known * u->outermost < 1 - 1e-9;
	record = next_record(u);
	record[0] = frame_number(row, desc, 4) - u->cutoff + 0.0;
	if (!isfinite(record[0]))
		report_frame_value("running", record[0]);
	read_quantiles(row, desc, u->K, record + 1);
	if (!u->fuzzy)
		return;
	record[u->K + 1] = frame_number(row, desc, 9) + 0.0;
	if (!isfinite(record[u->K + 1]))
		report_frame_value("treatment", record[u->K + 1]);
}

/* All units, in an order that does not depend on how they came. */
static void
read_units(Units *u, const Frame *f, const double *q, ms_ctx *ctx)
{
	Oid types[] = {FLOAT8ARRAYOID};
	Datum values[] = {out_float8_array(q, u->K)};
	unsigned char *kinds = palloc0(record_width(u)); /* MS_SLOT_DOUBLE */
	int level = query_begin();

	query_scan(query_prepare(units_pass(f), 1, types), values, NULL, take_unit, u);
	query_end(level);
	if (u->n > 0)
		CORE(ctx, ms_order_sort(ctx, (uint64_t *) u->records, u->n, record_width(u), kinds));
}

/* --- answer --------------------------------------------------------------------------------- */

static Datum
problems_of(const Units *u)
{
	const struct
	{
		const char *code;
		size_t n;
	} all[] = {{"single_outcomes", u->single}, {"extreme_quantiles", u->extreme}};
	const char *codes[lengthof(all)];
	size_t n = 0;

	for (int i = 0; i < lengthof(all); i++)
	{
		if (all[i].n == 0)
			continue;
		codes[n++] = all[i].code;
		report_doubtful("r3d_query", report_problem_fact(all[i].code, (double) all[i].n, 0),
						report_problem_remedy(all[i].code));
	}
	return out_text_array(codes, n);
}

static Datum
r3d_row(FunctionCallInfo fcinfo, const Units *u, const double *q, const ms_r3d_options *o,
		const ms_r3d *r)
{
	Datum values[] = {out_float8_array(q, u->K),
					  out_float8_array(r->effect, u->K),
					  out_float8_array(r->std_error, u->K),
					  out_float8_array(r->lower, u->K),
					  out_float8_array(r->upper, u->K),
					  out_float8_array(r->below, u->K),
					  out_float8_array(r->above, u->K),
					  Float8GetDatum(r->bandwidth),
					  Int64GetDatum((int64) u->n),
					  Int64GetDatum((int64) r->n_below),
					  Int64GetDatum((int64) r->n_above),
					  Int64GetDatum((int64) r->ties),
					  Int64GetDatum((int64) u->rows),
					  Int64GetDatum((int64) u->omitted),
					  Float8GetDatum(o->level),
					  Float8GetDatum(r->critical),
					  out_text(r->studentised ? "studentised" : "equal"),
					  (Datum) 0,
					  (Datum) 0,
					  (Datum) 0,
					  (Datum) 0,
					  out_text(methods[o->shape]),
					  out_text(kernels[o->kernel]),
					  Int32GetDatum(o->order),
					  Int32GetDatum((int32) o->replicates),
					  Int64GetDatum((int64) o->seed),
					  problems_of(u)};
	bool nulls[lengthof(values)] = {0};

	out_float8(values, nulls, 17, r->p_effect);
	out_float8(values, nulls, 18, r->p_equal);
	out_float8(values, nulls, 19, r->first_stage);
	out_float8(values, nulls, 20, r->first_stage_error);
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(r3d_query);
Datum
r3d_query(PG_FUNCTION_ARGS)
{
	double cutoff = arg_float8(fcinfo, ARG_CUTOFF, "cutoff");
	ms_r3d_options o = read_arguments(fcinfo);
	Units u = {.cutoff = cutoff};
	double *q = q_arg(fcinfo, &u.K);
	ms_units units;
	ms_arena arena;
	ms_ctx ctx;
	ms_r3d r;
	Frame f;

	if (PG_ARGISNULL(ARG_QUERY))
		PG_RETURN_NULL();
	if (!isfinite(cutoff))
		report_range("cutoff", cutoff, "finite");
	frame_open(&f, fcinfo, arg_text(fcinfo, ARG_QUERY, "query"), r3d_columns,
			   lengthof(r3d_columns));
	u.fuzzy = o.fuzzy = f.has[TREATMENT];
	u.outermost = Min(q[0], 1 - q[u.K - 1]);
	host_init(&ctx);
	read_units(&u, &f, q, &ctx);
	if (u.n == 0)
		PG_RETURN_NULL();
	ctx.budget -= Min(ctx.budget - 1, u.room * record_width(&u) * sizeof(double));
	ms_arena_init(&arena, &ctx);
	units = (ms_units){u.records, u.n, u.K + u.fuzzy, record_width(&u)};
	CORE(&ctx, ms_r3d_fit(&ctx, &arena, &units, q, &o, &r));
	return r3d_row(fcinfo, &u, q, &o, &r);
}
