/*
 * pairs.c: ids of a dissimilarity that another one must have.
 */
#include "pg/medoids/pairs.h"

#include "pg/base/host.h"
#include "pg/base/report.h"

void
pairs_check(const ms_ctx *ctx, ms_status status, const char *name, DissimilarityArg other)
{
	size_t number = (size_t) ctx->facts.index;
	uint64 id;

	if (status != MS_MISMATCH)
	{
		CORE(ctx, status);
		return;
	}
	if (number == 0)
		report_pair_ids();
	if (ms_dissimilarity_complete(other.s))
		id = ms_dissimilarity_ids(other.s)[number - 1];
	else
	{
		const ms_pair *pair = ms_dissimilarity_pair(other.s, number - 1);

		id = ctx->facts.got == 0 ? pair->i : pair->j;
	}
	report_unknown_id(name, dissimilarity_id_text(other.s, other.size, id));
}
