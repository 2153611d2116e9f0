/*
 * jaccard_matrix.c: the aggregate that turns sketches with ids into distances of all pairs,
 * 1 - jaccard; O(n^2) comparisons at the end.
 *
 * The state is a sample of one nominal column, whose strings are the bytes of the sketches: it
 * grows, merges and travels as samples do.
 */
#include "pg/sketch/sketch.h"

#include <math.h>

#include "miscadmin.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/base/value.h"

/* --- sketches in ---------------------------------------------------------------------------- */

static void
matrix_open(Growing *g, FunctionCallInfo fcinfo, uint16 flags)
{
	ms_sample *s;

	if (growing_open(g, fcinfo, &sample_family))
	{
		s = g->value;
		if ((s->head.flags & ~MS_SAMPLE_CANONICAL) != flags || s->d != 1)
			report_state();
		return;
	}
	growing_begin(g, ms_sample_base(1, flags) + 2 * sizeof(uint64));
	ms_sample_begin(g->value, g->size, MS_TYPE_SAMPLE, 1, flags);
	ms_sample_kinds(g->value)[0] = MS_KIND_NOMINAL;
}

static Datum
matrix_step(FunctionCallInfo fcinfo, uint16 kind)
{
	bool number = kind == MS_DISSIMILARITY_ID_INT;
	PairId id;
	const ms_minhash *m;
	ms_string bytes;
	ms_sample *s;
	uint64 *record;
	Growing g;

	if (PG_ARGISNULL(2))
		return growing_skip(fcinfo);
	id = pair_id(fcinfo, 1, "id", kind);
	m = sketch_copy(sketch_arg(fcinfo, 2));
	bytes = (ms_string){(const char *) m, VARSIZE(m)};
	matrix_open(&g, fcinfo, MS_SAMPLE_MIXED | (number ? MS_SAMPLE_ID_INT : MS_SAMPLE_ID_TEXT));
	growing_reserve(&g,
					ms_sample_used(g.value) + 2 * sizeof(uint64) + bytes.length + id.text.length);
	s = g.value;
	record = ms_sample_record(s, s->n);
	record[0] = ms_sample_add_string(s, g.size, bytes);
	record[1] = number ? (uint64) id.number : ms_sample_add_string(s, g.size, id.text);
	ms_sample_commit(s, false);
	return growing_datum(&g);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_bigint);
Datum
jaccard_matrix_append_bigint(PG_FUNCTION_ARGS)
{
	return matrix_step(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_text);
Datum
jaccard_matrix_append_text(PG_FUNCTION_ARGS)
{
	return matrix_step(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

/* --- distances out -------------------------------------------------------------------------- */

typedef struct Sketches
{
	size_t n;
	uint16 kind; /* of ids */
	PairId *ids;
	const ms_minhash **sets;
} Sketches;

/* Whether a state is ours: an aggregate of a user's may have any sample for its state. */
static void
check_state(const ms_sample *s)
{
	uint16 flags = s->head.flags & (uint16) ~(MS_SAMPLE_CANONICAL | MS_SAMPLE_ID);

	if (flags != MS_SAMPLE_MIXED || !(s->head.flags & MS_SAMPLE_ID) || s->d != 1 ||
		ms_sample_kinds(s)[0] != MS_KIND_NOMINAL || s->incomplete > 0)
		report_state();
}

static const ms_minhash *
sketch_of_string(ms_string bytes)
{
	struct varlena *value = palloc(Max(bytes.length, sizeof(ms_minhash)));
	ms_ctx ctx;

	if (bytes.length < sizeof(ms_minhash))
		report_state();
	memcpy(value, bytes.bytes, bytes.length);
	if (VARSIZE(value) != bytes.length)
		report_state();
	host_init(&ctx);
	CORE(&ctx, ms_minhash_check(&ctx, value, bytes.length));
	return (const ms_minhash *) value;
}

/* Sketches are copied to where they are aligned; ids stay in the state. */
static Sketches
sketches_of(const ms_sample *s, size_t size)
{
	bool number = s->head.flags & MS_SAMPLE_ID_INT;
	Sketches all = {.n = s->n, .kind = number ? MS_DISSIMILARITY_ID_INT : MS_DISSIMILARITY_ID_TEXT};

	all.ids = palloc_extended(sizeof(PairId) * all.n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	all.sets = palloc_extended(sizeof(void *) * all.n, MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < all.n; i++)
	{
		const uint64 *record = ms_sample_record(s, i);

		all.sets[i] = sketch_of_string(ms_sample_string(s, size, record[0]));
		if (number)
			all.ids[i].number = (int64) record[1];
		else
			all.ids[i].text = ms_sample_string(s, size, record[1]);
	}
	return all;
}

/* Two empty sets are alike. */
static double
distance_of(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b)
{
	double j = sketch_jaccard(fcinfo, a, b);

	return isnan(j) ? 0 : 1 - j;
}

static void
add_pair(Growing *g, const Sketches *all, size_t i, size_t j, double distance)
{
	growing_reserve(g, ms_dissimilarity_used(g->value) + sizeof(ms_pair) + all->ids[i].text.length +
						   all->ids[j].text.length);
	dissimilarity_add(g, all->kind, all->ids[i], all->ids[j], distance);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_final);
Datum
jaccard_matrix_final(PG_FUNCTION_ARGS)
{
	Growing state;
	Growing g;
	Sketches all;

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	growing_view(&state, fcinfo, 0, &sample_family);
	check_state(state.value);
	all = sketches_of(state.value, state.size);
	growing_new(&g, &dissimilarity_family, sizeof(ms_dissimilarity) + 4 * sizeof(ms_pair));
	ms_dissimilarity_begin(g.value, g.size, all.kind);
	add_pair(&g, &all, 0, 0, 0); /* an id alone is a value, too */
	for (size_t i = 1; i < all.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < i; j++)
			add_pair(&g, &all, i, j, distance_of(fcinfo, all.sets[i], all.sets[j]));
	}
	return growing_finished(&g);
}
