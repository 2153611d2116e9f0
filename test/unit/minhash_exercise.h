/*
 * minhash_exercise.h: what every accepted measure_minhash must stand, for the unit tests and the
 * fuzzer, and values in memory that grows as a host's does.
 */
#ifndef MINHASH_EXERCISE_H
#define MINHASH_EXERCISE_H

#include "core/sketch/element.h"
#include "core/sketch/jaccard.h"
#include "core/sketch/lsh.h"
#include "host.h"

/* A growing state. Its memory is exactly `size` bytes, so that the sanitizer sees its end. */
typedef struct state
{
	ms_minhash *m;
	size_t size;
	uint64_t keys[MS_MINHASH_MAX_KEYS];
} state;

static inline void
state_room(state *s, size_t size)
{
	ms_minhash *bigger;

	if (size <= s->size)
		return;
	bigger = malloc(size);
	memcpy(bigger, s->m, ms_minhash_used(s->m));
	memset((char *) bigger + ms_minhash_used(s->m), 0xa5, size - ms_minhash_used(s->m));
	free(s->m);
	s->m = bigger;
	s->size = size;
}

static inline state *
state_make(size_t t, ms_minhash_kind kind, int64_t seed)
{
	state *s = malloc(sizeof *s);

	s->size = sizeof(ms_minhash);
	s->m = calloc(1, s->size);
	ms_minhash_begin(s->m, t, kind, seed);
	ms_minhash_keys(s->keys, t, seed);
	return s;
}

/* A state that begins as a copy of a value. */
static inline state *
state_of(const ms_minhash *m)
{
	state *s = state_make(m->t, (ms_minhash_kind) m->kind, m->seed);

	free(s->m);
	s->size = ms_minhash_used(m);
	s->m = malloc(s->size);
	memcpy(s->m, m, s->size);
	return s;
}

static inline void
state_free(state *s)
{
	free(s->m);
	free(s);
}

static inline void
state_put(state *s, uint64_t element, double weight)
{
	bool weighted = ms_minhash_is_weighted(s->m);

	while (!(weighted ? ms_minhash_add_weighted(s->m, s->size, s->keys, element, weight)
					  : ms_minhash_add(s->m, s->size, s->keys, element)))
		state_room(s, ms_minhash_room(s->m));
}

static inline void
state_merge(state *s, const ms_minhash *from)
{
	state_room(s, ms_minhash_merge_size(s->m, from));
	ms_minhash_merge(s->m, s->size, s->keys, from);
}

static inline bool
minhash_good(const ms_minhash *m)
{
	host h;

	host_init(&h);
	return ms_minhash_check(&h.ctx, m, ms_minhash_used(m)) == MS_OK;
}

/* The same bytes, but for the rows and the host's word. */
static inline bool
minhash_same(const ms_minhash *a, const ms_minhash *b)
{
	size_t size = ms_minhash_used(a);
	ms_minhash x = *a;
	ms_minhash y = *b;

	x.n = y.n = 0;
	x.head.host = y.head.host = 0;
	return size == ms_minhash_used(b) && memcmp(&x, &y, sizeof x) == 0 &&
		   memcmp(a + 1, b + 1, size - sizeof x) == 0;
}

static inline bool
minhash_in(double x, double low, double high)
{
	return x >= low && x <= high;
}

/* Intervals hold their values; NaN throughout or nowhere. */
static inline bool
estimate_good(const ms_estimate *e)
{
	if (isnan(e->value))
		return isnan(e->lower) && isnan(e->upper);
	return e->lower <= e->value && e->value <= e->upper && e->lower >= 0;
}

static inline const char *
exercise_pair(host *h, const ms_minhash *a, const ms_minhash *b, const uint64_t *keys)
{
	ms_overlap o;
	ms_overlap back;
	ms_estimate e;
	double j;

	if (ms_overlap_of(&h->ctx, a, b, keys, &o) != MS_OK ||
		ms_overlap_of(&h->ctx, b, a, keys, &back) != MS_OK ||
		ms_jaccard(&h->ctx, a, b, keys, &j) != MS_OK)
		return "overlap";
	if (o.equal != back.equal || o.less != back.greater)
		return "symmetry";
	if (ms_jaccard_interval(&h->ctx, &o, 0.95, &e) != MS_OK || !estimate_good(&e))
		return "interval";
	if (!(e.value == j || (isnan(e.value) && isnan(j))) || !(isnan(j) || minhash_in(j, 0, 1)))
		return "jaccard";
	if (o.chance > 0 || o.kind == MS_MINHASH_PROBABILITY)
		return NULL;
	if (ms_containment_interval(&h->ctx, &o, 0.9, &e) != MS_OK || !estimate_good(&e))
		return "containment";
	if (ms_intersection_interval(&h->ctx, &o, 0.9, &e) != MS_OK || !estimate_good(&e))
		return "intersection";
	if (ms_jaccard_joint(&h->ctx, &o, o.size_a, o.size_b, &j) != MS_OK ||
		!(isnan(j) || minhash_in(j, 0, 1)))
		return "joint";
	return NULL;
}

static inline const char *
exercise_packed(host *h, const ms_minhash *m, const uint64_t *keys)
{
	const char *wrong = NULL;

	for (int bits = 1; bits <= 16 && !wrong; bits *= 2)
	{
		size_t size = ms_minhash_pack_size(m, bits);
		ms_minhash *packed = malloc(size);
		double j = 1;

		if (ms_minhash_pack(&h->ctx, m, keys, bits, packed) != MS_OK ||
			ms_minhash_used(packed) != size || ms_minhash_check(&h->ctx, packed, size) != MS_OK)
			wrong = "packed";
		else if (ms_jaccard(&h->ctx, packed, m, keys, &j) != MS_OK || fabs(j - 1) > 1e-9)
			wrong = "packed against full";
		else
			wrong = exercise_pair(h, packed, packed, keys);
		free(packed);
	}
	return wrong;
}

static inline const char *
exercise_growth(const ms_minhash *m)
{
	state *once = state_of(m);
	state *twice = state_of(m);
	const char *wrong = NULL;

	state_merge(once, m);
	if (!minhash_same(once->m, m))
		wrong = "merged with itself";
	for (uint64_t i = 0; i < 20; i++)
	{
		state_put(once, ms_element_int64(MS_ELEMENT_INTEGER, (int64_t) i), 1 + (double) i);
		state_put(twice, ms_element_int64(MS_ELEMENT_INTEGER, 19 - (int64_t) i), 20 - (double) i);
	}
	if (!wrong && !minhash_same(once->m, twice->m))
		wrong = "order";
	if (!wrong && !minhash_good(once->m))
		wrong = "growth";
	state_merge(twice, m);
	if (!wrong && !minhash_same(once->m, twice->m))
		wrong = "its own elements again";
	state_free(once);
	state_free(twice);
	return wrong;
}

/* NULL, or a word for what went wrong. */
static inline const char *
minhash_exercise(const ms_minhash *m)
{
	static uint64_t keys[MS_MINHASH_MAX_KEYS], bands[MS_MINHASH_MAX_T];
	uint32_t n;
	const char *wrong;
	ms_estimate e;
	host h;

	host_init(&h);
	ms_minhash_keys(keys, m->t, m->seed);
	wrong = exercise_pair(&h, m, m, keys);
	if (wrong || m->bits > 0)
		return wrong;
	if (ms_cardinality(&h.ctx, m, 0.95, &e) != MS_OK || !estimate_good(&e))
		return "cardinality";
	if (ms_lsh_keys(&h.ctx, m, keys, (ms_lsh_plan){m->t / 2, 2}, bands, &n) != MS_OK ||
		n != (ms_minhash_is_empty(m) ? 0 : m->t / 2))
		return "bands";
	wrong = exercise_packed(&h, m, keys);
	return wrong ? wrong : exercise_growth(m);
}

#endif
