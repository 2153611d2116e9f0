/*
 * pair.c: rows of two samples in one matrix, scaled together; units by their ids.
 */
#include "core/base/pair.h"

#include <math.h>
#include <string.h>

#include "core/base/describe.h"
#include "core/base/hash.h"
#include "core/base/order.h"

typedef struct side
{
	const ms_sample *s;
	size_t size;
	ms_rows rows;
} side;

typedef struct builder
{
	ms_ctx *ctx;
	ms_arena *arena;
	const ms_pair_options *o;
	side sides[2];
	bool weighted;
	uint64_t *ids; /* of the pool's rows, where units are wanted */
	ms_pair *out;
} builder;

/* --- checks --------------------------------------------------------------------------------- */

static ms_status
check_kinds(const builder *b, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(b->ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0);
	}
	return MS_OK;
}

static ms_status
check_sides(const builder *b)
{
	const ms_sample *s0 = b->sides[0].s;
	const ms_sample *s1 = b->sides[1].s;
	uint64_t gaps = s0->incomplete + s1->incomplete;
	uint16_t ids = (s0->head.flags | s1->head.flags) & MS_SAMPLE_ID;

	if (s0->d != s1->d)
		return ms_fail(b->ctx, MS_DIMENSION, "columns", 0, s1->d, s0->d);
	MS_TRY(check_kinds(b, s0));
	MS_TRY(check_kinds(b, s1));
	if (gaps > 0 && !b->o->omit)
		return ms_fail(b->ctx, MS_INCOMPLETE, "rows", 0, (double) gaps, 0);
	if (b->o->exchange != MS_EXCHANGE_ROWS &&
		(ids == 0 || (s0->head.flags & MS_SAMPLE_ID) != (s1->head.flags & MS_SAMPLE_ID)))
		return ms_fail(b->ctx, MS_MISMATCH, "exchange", 0, b->o->exchange, 0);
	return MS_OK;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Copies a row unless it has a gap or no weight; whether it did. */
static bool
take_row(const builder *b, const side *from, size_t i, double *to)
{
	const double *x = from->rows.x + i * from->rows.stride;
	double w = ms_rows_weight(&from->rows, i);

	for (size_t j = 0; j < from->rows.d; j++)
	{
		if (isnan(x[j]))
			return false;
		to[j] = x[j];
	}
	if (b->weighted)
		to[from->rows.d] = w;
	return w > 0;
}

static ms_status
take_rows(builder *b, int which, size_t *n)
{
	const side *from = &b->sides[which];
	ms_pair *out = b->out;
	size_t begin = *n;

	for (size_t i = 0; i < from->rows.n; i++)
	{
		MS_TRY(ms_tick(b->ctx, from->rows.stride));
		if (!take_row(b, from, i, (double *) out->pool.x + *n * out->pool.stride))
			continue;
		if (b->ids)
			b->ids[*n] = ms_sample_record(from->s, i)[ms_sample_id_slot(from->s)];
		((unsigned char *) out->labels.label)[(*n)++] = (unsigned char) which;
	}
	if (*n == begin)
		return ms_fail(b->ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	out->rows[which] = out->pool;
	out->rows[which].x += begin * out->pool.stride;
	out->rows[which].w = b->weighted ? out->rows[which].x + out->d : NULL;
	out->rows[which].n = *n - begin;
	return MS_OK;
}

static ms_status
take_sides(builder *b)
{
	size_t most = b->sides[0].rows.n + b->sides[1].rows.n;
	size_t stride = b->sides[0].rows.d + b->weighted;
	ms_pair *out = b->out;
	unsigned char *label;
	size_t n = 0;
	double *x;

	MS_TRY(ms_arena_alloc(b->arena, most, stride * sizeof(*x), (void **) &x));
	MS_TRY(MS_ALLOC(b->arena, most, &label));
	if (b->o->exchange != MS_EXCHANGE_ROWS)
		MS_TRY(MS_ALLOC(b->arena, most, &b->ids));
	out->d = b->sides[0].rows.d;
	out->pool = (ms_rows){x, b->weighted ? x + out->d : NULL, 0, out->d, stride};
	out->labels = (ms_labels){.label = label, .exchange = b->o->exchange};
	for (int k = 0; k < 2; k++)
	{
		MS_TRY(take_rows(b, k, &n));
		out->omitted += b->sides[k].s->incomplete;
	}
	out->pool.n = out->labels.n = n;
	return MS_OK;
}

static ms_status
scale_rows(builder *b)
{
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = b->o->scaling};
	const ms_rows *pool = &b->out->pool;

	MS_TRY(ms_measure_learn(b->ctx, b->arena, pool, &m));
	b->out->factors = m.factors;
	for (size_t i = 0; i < pool->n && b->o->scaling != MS_SCALING_NONE; i++)
	{
		double *x = (double *) pool->x + i * pool->stride;

		for (size_t j = 0; j < pool->d; j++)
			x[j] *= m.factors[j];
		MS_TRY(ms_tick(b->ctx, pool->d));
	}
	return MS_OK;
}

/* A weight of drawn rows in units of one row; what sums round is one row. */
static double
as_row(double w)
{
	return fabs(w - 1) < 1e-9 ? 1 : w;
}

ms_status
ms_rows_count(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, bool drawn, double *out)
{
	ms_column column = {.n = rows->n, .weight = (double) rows->n, .drawn = drawn};
	double *w = (double *) rows->w;
	double total = 0;
	double *upto;

	*out = (double) rows->n;
	if (!w)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, rows->n, &upto));
	for (size_t i = 0; i < rows->n; i++)
		upto[i] = total += w[i * rows->stride];
	column.upto = upto;
	column.weight = total;
	*out = ms_describe_effective(&column);
	for (size_t i = 0; i < rows->n && drawn; i++)
		w[i * rows->stride] = as_row(w[i * rows->stride] * (*out / total));
	return ms_tick(ctx, 4 * rows->n);
}

/* --- units ---------------------------------------------------------------------------------- */

static ms_string
id_string(const builder *b, size_t row)
{
	const side *s = &b->sides[b->out->labels.label[row]];

	return ms_sample_string(s->s, s->size, b->ids[row]);
}

static bool
same_id(const builder *b, size_t i, size_t j)
{
	ms_string x, y;

	if (b->sides[0].s->head.flags & MS_SAMPLE_ID_INT)
		return b->ids[i] == b->ids[j];
	x = id_string(b, i);
	y = id_string(b, j);
	return x.length == y.length && memcmp(x.bytes, y.bytes, x.length) == 0;
}

typedef struct keyed
{
	uint64_t key; /* the id, or the hash of its string */
	uint64_t row;
} keyed;

/* Rows of one key: one unit, or several where two strings have one hash. */
static void
number_run(builder *b, const keyed *run, size_t n, uint32_t *unit, uint32_t *first)
{
	ms_labels *labels = &b->out->labels;
	size_t from = labels->units;

	for (size_t r = 0; r < n; r++)
	{
		size_t u = from;

		while (u < labels->units && !same_id(b, first[u], run[r].row))
			u++;
		if (u == labels->units)
			first[labels->units++] = (uint32_t) run[r].row;
		unit[run[r].row] = (uint32_t) u;
	}
}

static ms_status
number_units(builder *b)
{
	static const unsigned char kinds[] = {MS_SLOT_UINT64, MS_SLOT_UINT64};
	bool numbers = b->sides[0].s->head.flags & MS_SAMPLE_ID_INT;
	size_t n = b->out->pool.n;
	uint32_t *unit, *first;
	keyed *rows;

	if (n > UINT32_MAX)
		return ms_fail(b->ctx, MS_TOO_LARGE, "points", 0, (double) n, UINT32_MAX);
	MS_TRY(MS_ALLOC(b->arena, n, &rows));
	MS_TRY(MS_ALLOC(b->arena, n, &unit));
	MS_TRY(MS_ALLOC(b->arena, n, &first));
	for (size_t i = 0; i < n; i++)
		rows[i] = (keyed){numbers ? b->ids[i] : ms_sample_text_id_hash(id_string(b, i)), i};
	MS_TRY(ms_order_sort(b->ctx, (uint64_t *) rows, n, 2, kinds));
	for (size_t i = 0, end; i < n; i = end)
	{
		for (end = i + 1; end < n && rows[end].key == rows[i].key; end++)
			;
		number_run(b, rows + i, end - i, unit, first);
		MS_TRY(ms_tick(b->ctx, 4 * (end - i)));
	}
	b->out->labels.unit = unit;
	return MS_OK;
}

/* One column: both sides ascend already, so that a merge orders them. */
static ms_status
order_rows(builder *b)
{
	const ms_pair *out = b->out;
	size_t i = 0;
	size_t j = out->rows[0].n;
	uint32_t *at;

	if (out->d != 1 || out->pool.n > UINT32_MAX)
		return MS_OK;
	MS_TRY(MS_ALLOC(b->arena, out->pool.n, &at));
	for (size_t k = 0; k < out->pool.n; k++)
	{
		bool second = i == out->rows[0].n ||
					  (j < out->pool.n &&
					   out->pool.x[j * out->pool.stride] < out->pool.x[i * out->pool.stride]);

		at[k] = (uint32_t) (second ? j++ : i++);
	}
	b->out->at = at;
	return ms_tick(b->ctx, 4 * out->pool.n);
}

ms_status
ms_pair_make(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, size_t a_size, const ms_sample *b,
			 size_t b_size, const ms_pair_options *o, ms_pair *out)
{
	builder build = {ctx,
					 arena,
					 o,
					 {{a, a_size, ms_sample_rows(a)}, {b, b_size, ms_sample_rows(b)}},
					 .out = out};

	*out = (ms_pair){0};
	build.weighted = build.sides[0].rows.w || build.sides[1].rows.w;
	MS_TRY(check_sides(&build));
	MS_TRY(take_sides(&build));
	MS_TRY(scale_rows(&build));
	for (int k = 0; k < 2; k++)
		MS_TRY(ms_rows_count(ctx, arena, &out->rows[k],
							 build.sides[k].s->head.flags & MS_SAMPLE_DRAWN, &out->effective[k]));
	if (build.ids)
		MS_TRY(number_units(&build));
	return order_rows(&build);
}

ms_status
ms_rows_hash(ms_ctx *ctx, const ms_rows *rows, uint64_t seed, uint64_t *out)
{
	size_t bytes = rows->d * sizeof(double);

	for (size_t i = 0, next; i < rows->n; i = next)
	{
		const double *x = rows->x + i * rows->stride;
		double weight = ms_rows_weight(rows, i);

		for (next = i + 1; next < rows->n && memcmp(x, rows->x + next * rows->stride, bytes) == 0; next++)
			weight += ms_rows_weight(rows, next);
		seed = ms_hash_bytes(x, bytes, seed);
		seed = ms_hash_bytes(&weight, sizeof(weight), seed);
		MS_TRY(ms_tick(ctx, (next - i) * rows->d + 16));
	}
	*out = seed;
	return MS_OK;
}
