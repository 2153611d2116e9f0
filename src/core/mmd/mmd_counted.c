/*
 * mmd_counted.c: V of rows that a bootstrap has drawn.
 */
#include <math.h>
#include <string.h>

#include "core/mmd/mmd.h"

/* Rows that were drawn, with their weight times the number of draws. */
static size_t
drawn_rows(const ms_rows *pool, size_t m, const uint32_t *counts, double *records, size_t *drawn_m)
{
	size_t width = pool->d + 1;
	size_t n = 0;

	*drawn_m = 0;
	for (size_t i = 0; i < pool->n; i++)
	{
		if (counts[i] == 0)
			continue;
		memcpy(records + n * width, pool->x + i * pool->stride, pool->d * sizeof(double));
		records[n++ * width + pool->d] = ms_rows_weight(pool, i) * counts[i];
		*drawn_m += i < m;
	}
	return n;
}

static ms_status
counted(ms_ctx *ctx, ms_arena *scratch, const ms_mmd *mmd, const uint32_t *counts, double *out)
{
	size_t width = mmd->rows.d + 1;
	ms_mmd_estimate e;
	double *records;
	ms_rows rows;
	ms_mmd drawn;
	size_t m;

	MS_TRY(ms_arena_alloc(scratch, mmd->rows.n, width * sizeof(double), (void **) &records));
	rows = (ms_rows){records, records + mmd->rows.d, 0, mmd->rows.d, width};
	rows.n = drawn_rows(&mmd->rows, mmd->m, counts, records, &m);
	MS_TRY(ms_tick(ctx, mmd->rows.n * width));
	*out = NAN;
	if (m == 0 || m == rows.n)
		return MS_OK;
	MS_TRY(ms_mmd_new(ctx, scratch, &rows, m, &mmd->kernel, mmd->importance, NULL, &drawn));
	MS_TRY(ms_mmd_estimate_of(ctx, scratch, &drawn, &e));
	*out = e.v;
	return MS_OK;
}

ms_status
ms_mmd_counted(ms_ctx *ctx, void *of, const uint32_t *counts, double *out)
{
	ms_arena scratch = {ctx, NULL, 0};
	ms_status status = counted(ctx, &scratch, of, counts, out);

	ms_arena_free(&scratch);
	return status;
}
