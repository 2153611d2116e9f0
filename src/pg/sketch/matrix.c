/*
 * matrix.c: jaccard_matrix: distances 1 - J of all pairs of sketches that have ids.
 */
#include "pg/sketch/sketch.h"

#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/matrix.h"
#include "pg/base/report.h"

#define NAME "jaccard_matrix"

static void
check_sketch(const void *value, size_t size)
{
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_minhash_check(&ctx, value, size));
}

static void
meet_sketch(const void *first, size_t first_size, const void *value)
{
	if (first_size < sizeof(ms_minhash))
		report_state();
	sketch_meet(first, value, true);
}

static const MatrixFamily family = {NAME, "minhash_union(sketch)", meet_sketch, check_sketch};

/* --- rows in --------------------------------------------------------------------------------- */

/* Rows without a sketch, or with an empty one, which is at no distance from another such, are left out. */
static Datum
step(FunctionCallInfo fcinfo, uint16 kind)
{
	const ms_minhash *m = PG_ARGISNULL(2) ? NULL : sketch_arg(fcinfo, 2);

	return matrix_append(fcinfo, &family, kind, m && !ms_minhash_is_empty(m) ? m : NULL,
						 m ? ms_minhash_used(m) : 0);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_bigint);
Datum
jaccard_matrix_append_bigint(PG_FUNCTION_ARGS)
{
	return step(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_text);
Datum
jaccard_matrix_append_text(PG_FUNCTION_ARGS)
{
	return step(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_merge);
Datum
jaccard_matrix_merge(PG_FUNCTION_ARGS)
{
	return matrix_merge(fcinfo, &family);
}

/* --- all pairs ------------------------------------------------------------------------------- */

/* A row in the final function. */
typedef struct Side
{
	const ms_minhash *m;
	const ms_minhash *registers; /* m, or an exact m by registers where one is wanted */
} Side;

/* Exact sketches that will meet registers are turned into registers once, not at every pair. */
static void
make_registers(FunctionCallInfo fcinfo, Side *rows, size_t n, size_t memory)
{
	size_t exact = 0;

	for (size_t i = 0; i < n; i++)
		exact += ms_minhash_is_exact(rows[i].m);
	if (exact == 0 || exact == n)
		return;
	host_require(NAME, memory + exact * ms_minhash_full_size(rows[0].m->t, rows[0].m->kind));
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (ms_minhash_is_exact(rows[i].m))
			rows[i].registers = sketch_by_registers(fcinfo, rows[i].m, NULL);
	}
}

static double
similarity(ms_ctx *ctx, const uint64 *keys, const Side *a, const Side *b)
{
	double j;

	if (ms_minhash_is_exact(a->m) && ms_minhash_is_exact(b->m))
	{
		CORE(ctx, ms_jaccard(ctx, a->m, b->m, NULL, &j));
		CORE(ctx, ms_tick(ctx, 2 * ((uint64) a->m->count + b->m->count)));
		return j;
	}
	CORE(ctx, ms_jaccard_registers(ctx, a->registers, b->registers, keys, &j));
	CORE(ctx, ms_tick(ctx, 20 + a->m->t));
	return j;
}

static void
compare_all(FunctionCallInfo fcinfo, const Side *rows, size_t n, float *distances)
{
	const uint64 *keys = sketch_keys(fcinfo, rows[0].m);
	ms_ctx ctx;

	host_init(&ctx);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
		{
			sketch_meet(rows[k].m, rows[i].m, true);
			*distances++ = (float) (1 - similarity(&ctx, keys, rows + i, rows + k));
		}
}

PG_FUNCTION_INFO_V1(jaccard_matrix_final);
Datum
jaccard_matrix_final(PG_FUNCTION_ARGS)
{
	ms_dissimilarity *d;
	float *distances;
	Side *rows;
	Matrix m;

	if (!matrix_open(fcinfo, &family, &m))
		PG_RETURN_NULL();
	host_require(NAME, m.memory + m.n * sizeof(Side));
	rows = MemoryContextAllocHuge(CurrentMemoryContext, m.n * sizeof(Side));
	for (size_t i = 0; i < m.n; i++)
		rows[i] = (Side){m.rows[i].value, m.rows[i].value};
	d = matrix_answer(&m, &distances);
	make_registers(fcinfo, rows, m.n, m.memory + m.n * sizeof(Side));
	compare_all(fcinfo, rows, m.n, distances);
	PG_RETURN_POINTER(d);
}
