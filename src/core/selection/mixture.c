/*
 * mixture.c: shares of groups and whole rows of them.
 */
#include "core/selection/mixture.h"

#include <math.h>

/* One in turn to each group with room, until nothing is left; whole rounds at once. */
static void
hand_out(const uint64_t *sizes, size_t n, uint64_t *rows, uint64_t left)
{
	while (left > 0)
	{
		uint64_t open = 0;
		uint64_t least = UINT64_MAX; /* room of the fullest that is open */
		uint64_t round;

		for (size_t i = 0; i < n; i++)
		{
			uint64_t room = sizes[i] - rows[i];

			open += room > 0;
			if (room > 0 && room < least)
				least = room;
		}
		round = left / open < least ? left / open : least;
		for (size_t i = 0; i < n && left > 0; i++)
		{
			uint64_t more = round > 0 ? round : 1;

			if (rows[i] == sizes[i])
				continue;
			rows[i] += more;
			left -= more;
		}
	}
}

ms_status
ms_mixture_split(ms_ctx *ctx, const double *gains, const uint64_t *sizes, size_t n, uint64_t budget,
				 double *shares, uint64_t *rows)
{
	double sum = 0;
	uint64_t given = 0;
	uint64_t all = 0;
	uint64_t left;

	for (size_t i = 0; i < n; i++)
	{
		shares[i] = 1 + gains[i] + gains[i] * gains[i] / 2;
		sum += shares[i];
		all += sizes[i];
	}
	if (budget > all)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "budget", 0, (double) budget, (double) all);
	for (size_t i = 0; i < n; i++)
	{
		shares[i] /= sum;
		rows[i] = (uint64_t) floor((double) budget * shares[i]);
		given += rows[i];
	}
	for (size_t i = 0; i < n && given < budget; i++, given++)
		rows[i]++;
	left = budget;
	for (size_t i = 0; i < n; i++)
	{
		rows[i] = rows[i] < sizes[i] ? rows[i] : sizes[i];
		left -= rows[i];
	}
	hand_out(sizes, n, rows, left);
	return ms_tick(ctx, 10 * n);
}
