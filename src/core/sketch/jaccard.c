/*
 * jaccard.c: comparisons of sketches. Registers: one pass of vector compares. Exact values: one
 * merge of sorted hashes.
 */
#include "core/sketch/jaccard.h"

#include <gsl/gsl_cdf.h>

#include "core/base/order.h"
#include "core/base/sums.h"
#include "core/sketch/minhash_parts.h"

/* Vector loops, one copy an instruction set, chosen when the module is loaded. */
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define CLONES
#endif

/* --- intervals ------------------------------------------------------------------------------ */

static ms_status
check_level(ms_ctx *ctx, double level)
{
	return level > 0 && level < 1 ? MS_OK : ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, level, 0.95);
}

/* The quantile by bisection, where GSL's Newton steps went astray. */
static double
beta_quantile(double p, double a, double b)
{
	double x = gsl_cdf_beta_Pinv(p, a, b);
	double low = 0;
	double high = 1;

	if (fabs(gsl_cdf_beta_P(x, a, b) - p) <= 1e-9 * fmin(p, 1 - p))
		return x;
	for (int i = 0; i < 60; i++)
	{
		x = (low + high) / 2;
		if (gsl_cdf_beta_P(x, a, b) < p)
			low = x;
		else
			high = x;
	}
	return x;
}

void
ms_share_interval(double hits, double trials, double level, double *lower, double *upper)
{
	double tail = (1 - level) / 2;

	*lower = hits > 0 ? beta_quantile(tail, hits, trials - hits + 1) : 0;
	*upper = hits < trials ? beta_quantile(1 - tail, hits + 1, trials - hits) : 1;
}

/* Bounds of n, where t exponentials of rate n add up to `sum`. */
static void
size_interval(double t, double sum, double level, double *lower, double *upper)
{
	double tail = (1 - level) / 2;

	*lower = gsl_cdf_gamma_Pinv(tail, t, 1) / sum;
	*upper = gsl_cdf_gamma_Qinv(tail, t, 1) / sum;
}

static ms_estimate
exactly(double value)
{
	return (ms_estimate){value, isnan(value) ? NAN : 0, value, value};
}

static double
clamp(double x, double low, double high)
{
	return fmin(fmax(x, low), high);
}

/* --- sizes ---------------------------------------------------------------------------------- */

/* What a register says of the size n: an exponential variate of rate n. */
static double
waiting_time(ms_minhash_kind kind, uint32_t t, const uint64_t *r)
{
	double bins = t;
	double round;
	double part;

	switch (kind)
	{
		case MS_MINHASH_KHASH:
			return -log1p(-((double) *r + 0.5) * 0x1p-64);
		case MS_MINHASH_WEIGHTED:
			return *(const double *) r * (ms_dart_intensity(t) / bins);
		case MS_MINHASH_PROBABILITY:
			return *(const double *) r / bins;
		default:
			break;
	}
	/* fss: r rounds into random bins missed this one, or t did and then whole rounds */
	round = ms_fss_round(*r);
	part = ((double) (*r & ((UINT64_C(1) << 52) - 1)) + 0.5) * 0x1p-52;
	if (round < bins)
		return -round * log1p(-1 / bins) - log1p(-part / bins);
	return -bins * log1p(-1 / bins) - log1p(-part);
}

/* Sum of waiting times of the union of a and b (which may be one). */
static double
waiting_sum(const ms_minhash *m, const uint64_t *a, const uint64_t *b)
{
	size_t words = ms_minhash_register_words(m) / m->t;
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < m->t * words; i += words)
	{
		/* ranks are not negative: their bits are in their order */
		const uint64_t *least = a[i] < b[i] ? a + i : b + i;

		ms_sum_add(&sum, waiting_time((ms_minhash_kind) m->kind, m->t, least));
	}
	return ms_sum_get(&sum);
}

/* Number of elements, or sum of weights, of an exact value. */
static double
exact_size(const ms_minhash *m)
{
	const ms_weighted_entry *entries = (const ms_weighted_entry *) ms_minhash_words(m);
	ms_sum sum = {0, 0};

	if (!ms_minhash_is_weighted(m))
		return m->count;
	for (uint32_t i = 0; i < m->count; i++)
		ms_sum_add(&sum, entries[i].weight);
	return ms_sum_get(&sum);
}

/* Registers come after t elements, and a set has no more elements than rows. */
static double
possible_size(const ms_minhash *m, double size)
{
	return ms_minhash_is_weighted(m) ? size : clamp(size, (double) m->t + 1, (double) m->n);
}

static ms_estimate
estimated_size(const ms_minhash *m, double level)
{
	double sum = waiting_sum(m, ms_minhash_words(m), ms_minhash_words(m));
	double t = m->t;
	ms_estimate e;

	e.value = possible_size(m, (t - 1) / sum);
	e.std_error = t > 2 ? e.value / sqrt(t - 2) : NAN;
	size_interval(t, sum, level, &e.lower, &e.upper);
	e.lower = possible_size(m, e.lower);
	e.upper = possible_size(m, e.upper);
	return e;
}

ms_status
ms_cardinality(ms_ctx *ctx, const ms_minhash *m, double level, ms_estimate *e)
{
	MS_TRY(check_level(ctx, level));
	if (m->bits > 0)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, m->bits, 0);
	*e = ms_minhash_is_exact(m) ? exactly(exact_size(m)) : estimated_size(m, level);
	return MS_OK;
}

static double
size_of(const ms_minhash *m)
{
	if (m->bits > 0)
		return NAN;
	return ms_minhash_is_exact(m) ? exact_size(m) : estimated_size(m, 0.5).value;
}

/* --- exact values --------------------------------------------------------------------------- */

/* Elements in both of two sorted sets. */
static size_t
common_count(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t i = 0;
	size_t j = 0;
	size_t n = 0;

	while (i < na && j < nb)
	{
		uint64_t u = a[i];
		uint64_t v = b[j];

		n += u == v;
		i += u <= v;
		j += v <= u;
	}
	return n;
}

/* An element of either set, with its weight in both, 0 where it is not. */
typedef struct pair_walk
{
	const ms_weighted_entry *a, *a_end;
	const ms_weighted_entry *b, *b_end;
	double x, y;
} pair_walk;

static pair_walk
walk_begin(const ms_minhash *a, const ms_minhash *b)
{
	const ms_weighted_entry *x = (const ms_weighted_entry *) ms_minhash_words(a);
	const ms_weighted_entry *y = (const ms_weighted_entry *) ms_minhash_words(b);

	return (pair_walk){x, x + a->count, y, y + b->count, 0, 0};
}

static bool
walk(pair_walk *w)
{
	bool left = w->a < w->a_end;
	bool right = w->b < w->b_end;
	bool in_a = left && (!right || w->a->element <= w->b->element);
	bool in_b = right && (!left || w->b->element <= w->a->element);

	w->x = in_a ? w->a->weight : 0;
	w->y = in_b ? w->b->weight : 0;
	w->a += in_a;
	w->b += in_b;
	return in_a || in_b;
}

static void
weighted_sums(const ms_minhash *a, const ms_minhash *b, double *least, double *greatest)
{
	ms_sum low = {0, 0};
	ms_sum high = {0, 0};

	for (pair_walk w = walk_begin(a, b); walk(&w);)
	{
		ms_sum_add(&low, fmin(w.x, w.y));
		ms_sum_add(&high, fmax(w.x, w.y));
	}
	*least = ms_sum_get(&low);
	*greatest = ms_sum_get(&high);
}

/*
 * Probability Jaccard (Moulton & Jiang 2018): over elements i in both, the sum of
 * 1 / sum_j max(x_j / x_i, y_j / y_i). Quadratic; there are t elements at most.
 */
static ms_status
probability_jaccard(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b, double *j)
{
	ms_sum total = {0, 0};

	for (pair_walk i = walk_begin(a, b); walk(&i);)
	{
		double sum = 0;

		if (i.x == 0 || i.y == 0)
			continue;
		for (pair_walk k = walk_begin(a, b); walk(&k);)
			sum += fmax(k.x / i.x, k.y / i.y);
		ms_sum_add(&total, 1 / sum);
		MS_TRY(ms_tick(ctx, 10 * ((uint64_t) a->count + b->count)));
	}
	*j = fmin(ms_sum_get(&total), 1);
	return MS_OK;
}

/* jaccard, common and the size of the union, of two exact values that are not both empty. */
static ms_status
compare_exact(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b, ms_overlap *o)
{
	if (ms_minhash_is_weighted(a))
		weighted_sums(a, b, &o->common, &o->size_union);
	else
	{
		size_t n = common_count(ms_minhash_words(a), a->count, ms_minhash_words(b), b->count);

		o->common = (double) n;
		o->size_union = (double) ((size_t) a->count + b->count - n);
	}
	o->jaccard = o->common / o->size_union;
	return a->kind == MS_MINHASH_PROBABILITY ? probability_jaccard(ctx, a, b, &o->jaccard) : MS_OK;
}

/* --- registers ------------------------------------------------------------------------------ */

CLONES static uint32_t
count_equal(const uint64_t *restrict a, const uint64_t *restrict b, size_t n)
{
	uint64_t equal = 0;

#pragma omp simd reduction(+ : equal)
	for (size_t i = 0; i < n; i++)
		equal += a[i] == b[i];
	return (uint32_t) equal;
}

CLONES static uint32_t
count_less(const uint64_t *restrict a, const uint64_t *restrict b, size_t n)
{
	uint64_t less = 0;

#pragma omp simd reduction(+ : less)
	for (size_t i = 0; i < n; i++)
		less += a[i] < b[i];
	return (uint32_t) less;
}

/* Weighted registers agree when their ids do. */
static uint32_t
count_equal_ids(const uint64_t *a, const uint64_t *b, size_t n)
{
	uint32_t equal = 0;

	for (size_t i = 1; i < 2 * n; i += 2)
		equal += a[i] == b[i];
	return equal;
}

static uint32_t
count_less_ranks(const uint64_t *a, const uint64_t *b, size_t n)
{
	uint32_t less = 0;

	/* equal ids are no order: probability Jaccard has them with two ranks */
	for (size_t i = 0; i < 2 * n; i += 2)
		less += a[i] < b[i] && a[i + 1] != b[i + 1];
	return less;
}

/* Two values by registers, full or packed; scratch is for the exact side, of which there is one at most. */
typedef struct registers_pair
{
	const uint64_t *a;
	const uint64_t *b;
	int bits;
	uint64_t scratch[2][MS_MINHASH_MAX_WORDS];
} registers_pair;

static const uint64_t *
registers_of(const ms_minhash *m, const uint64_t *keys, int bits, uint64_t *scratch)
{
	if (m->bits > 0)
		return ms_minhash_words(m);
	if (bits == 0)
		return ms_minhash_registers(m, keys, scratch);
	ms_pack_registers(m, keys, bits, scratch);
	return scratch;
}

static void
pair_registers(registers_pair *p, const ms_minhash *a, const ms_minhash *b, const uint64_t *keys)
{
	p->bits = a->bits > 0 ? a->bits : b->bits;
	p->a = registers_of(a, keys, p->bits, p->scratch[0]);
	p->b = registers_of(b, keys, p->bits, p->scratch[1]);
}

static uint32_t
pair_equal(const registers_pair *p, const ms_minhash *m)
{
	if (p->bits > 0)
		return ms_packed_equal(p->a, p->b, m->t, p->bits);
	return ms_minhash_is_weighted(m) ? count_equal_ids(p->a, p->b, m->t)
									 : count_equal(p->a, p->b, m->t);
}

/* The share of equal registers without those that agree by chance. */
static double
corrected(double share, double chance)
{
	return fmax((share - chance) / (1 - chance), 0);
}

static double
chance_of(int bits)
{
	return bits > 0 ? ldexp(1, -bits) : 0;
}

static ms_status
check_pair(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b)
{
	MS_TRY(ms_minhash_comparable(ctx, a, b));
	if (a->bits > 0 && b->bits > 0 && a->bits != b->bits)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, b->bits, a->bits);
	return MS_OK;
}

/* Whether the answer is known without a comparison: two empty sets or one. */
static bool
known(const ms_minhash *a, const ms_minhash *b, double *j)
{
	bool empty_a = ms_minhash_is_empty(a);
	bool empty_b = ms_minhash_is_empty(b);

	*j = empty_a && empty_b ? NAN : 0;
	return empty_a || empty_b;
}

ms_status
ms_jaccard_registers(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b, const uint64_t *keys,
					 double *j)
{
	registers_pair p;

	MS_TRY(check_pair(ctx, a, b));
	if (known(a, b, j))
		return MS_OK;
	pair_registers(&p, a, b, keys);
	*j = corrected((double) pair_equal(&p, a) / a->t, chance_of(p.bits));
	return MS_OK;
}

ms_status
ms_jaccard(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b, const uint64_t *keys, double *j)
{
	ms_overlap o = {.jaccard = 0};

	if (!ms_minhash_is_exact(a) || !ms_minhash_is_exact(b))
		return ms_jaccard_registers(ctx, a, b, keys, j);
	MS_TRY(check_pair(ctx, a, b));
	if (known(a, b, j))
		return MS_OK;
	MS_TRY(compare_exact(ctx, a, b, &o));
	*j = o.jaccard;
	return MS_OK;
}

static void
compare_registers(const ms_minhash *a, const ms_minhash *b, const uint64_t *keys, ms_overlap *o)
{
	registers_pair p;

	pair_registers(&p, a, b, keys);
	o->t = a->t;
	o->equal = pair_equal(&p, a);
	o->chance = chance_of(p.bits);
	o->size_union = NAN;
	if (p.bits > 0)
		return;
	if (ms_minhash_is_weighted(a))
		o->less = count_less_ranks(p.a, p.b, a->t);
	else
		o->less = count_less(p.a, p.b, a->t);
	o->greater = o->t - o->equal - o->less;
	o->size_union = ((double) a->t - 1) / waiting_sum(a, p.a, p.b);
}

ms_status
ms_overlap_of(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b, const uint64_t *keys,
			  ms_overlap *o)
{
	bool empty;

	MS_TRY(check_pair(ctx, a, b));
	*o = (ms_overlap){.exact_a = ms_minhash_is_exact(a),
					  .exact_b = ms_minhash_is_exact(b),
					  .kind = a->kind,
					  .size_a = size_of(a),
					  .size_b = size_of(b)};
	empty = known(a, b, &o->jaccard);
	o->exact = empty || (o->exact_a && o->exact_b);
	if (empty)
		o->size_union = fmax(o->size_a, o->size_b);
	else if (o->exact)
		return compare_exact(ctx, a, b, o);
	else
		compare_registers(a, b, keys, o);
	return MS_OK;
}

/* --- answers -------------------------------------------------------------------------------- */

ms_status
ms_jaccard_interval(ms_ctx *ctx, const ms_overlap *o, double level, ms_estimate *e)
{
	double share = (double) o->equal / o->t;

	MS_TRY(check_level(ctx, level));
	if (o->exact)
	{
		*e = exactly(o->jaccard);
		return MS_OK;
	}
	ms_share_interval(o->equal, o->t, level, &e->lower, &e->upper);
	e->value = corrected(share, o->chance);
	e->lower = corrected(e->lower, o->chance);
	e->upper = corrected(e->upper, o->chance);
	e->std_error = sqrt(share * (1 - share) / o->t) / (1 - o->chance);
	return MS_OK;
}

/* Sizes are known: neither packed nor of scaled weights. */
static ms_status
check_sizes(ms_ctx *ctx, const ms_overlap *o)
{
	if (o->chance > 0)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, -log2(o->chance), 0);
	if (o->kind == MS_MINHASH_PROBABILITY)
		return ms_fail(ctx, MS_MISMATCH, "kind", 0, o->kind, MS_MINHASH_WEIGHTED);
	return MS_OK;
}

/* Of the side with `alone` registers of its own, the part that is in the other. */
static void
contained(const ms_overlap *o, uint32_t alone, double level, ms_estimate *e)
{
	double trials = (double) o->equal + alone;

	ms_share_interval(o->equal, trials, level, &e->lower, &e->upper);
	/* without a trial nothing is known but 0 .. 1 */
	e->value = trials > 0 ? o->equal / trials : 0;
	e->std_error = trials > 0 ? sqrt(e->value * (1 - e->value) / trials) : NAN;
}

ms_status
ms_containment_interval(ms_ctx *ctx, const ms_overlap *o, double level, ms_estimate *e)
{
	MS_TRY(check_level(ctx, level));
	MS_TRY(check_sizes(ctx, o));
	if (o->exact)
		*e = exactly(o->size_a > 0 ? clamp(o->common / o->size_a, 0, 1) : NAN);
	else
		contained(o, o->less, level, e);
	return MS_OK;
}

static void
scale(ms_estimate *e, double by)
{
	e->value *= by;
	e->std_error *= by;
	e->lower *= by;
	e->upper *= by;
}

/* J times the union; each has half of the error, so that both hold at `level` whatever binds them. */
static void
share_of_union(const ms_overlap *o, double level, ms_estimate *e)
{
	double t = o->t;
	double share = o->equal / t;
	double most = fmin(o->size_a, o->size_b);
	double each = (1 + level) / 2;
	double low;
	double high;

	ms_share_interval(o->equal, t, each, &e->lower, &e->upper);
	size_interval(t, (t - 1) / o->size_union, each, &low, &high);
	e->value = fmin(share * o->size_union, most);
	e->std_error =
		t > 2 ? o->size_union * sqrt(share * (1 - share) / t + share * share / (t - 2)) : NAN;
	e->lower = fmin(e->lower * low, e->value);
	e->upper = fmax(e->upper * high, e->value);
}

ms_status
ms_intersection_interval(ms_ctx *ctx, const ms_overlap *o, double level, ms_estimate *e)
{
	MS_TRY(check_level(ctx, level));
	MS_TRY(check_sizes(ctx, o));
	if (o->exact)
		*e = exactly(o->common);
	else if (o->exact_a || o->exact_b)
	{
		contained(o, o->exact_a ? o->less : o->greater, level, e);
		scale(e, o->exact_a ? o->size_a : o->size_b);
	}
	else
		share_of_union(o, level, e);
	return MS_OK;
}

static ms_status
check_size(ms_ctx *ctx, const char *what, double size)
{
	return size >= 0 && isfinite(size) ? MS_OK : ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, size, 0);
}

ms_status
ms_jaccard_joint(ms_ctx *ctx, const ms_overlap *o, double size_a, double size_b, double *j)
{
	double u = size_a / (size_a + size_b);
	double v = 1 - u;
	double not_less = u * u * ((double) o->equal + o->greater);
	double not_greater = v * v * ((double) o->equal + o->less);
	double both = 4 * (double) o->less * o->greater * u * u * v * v;

	MS_TRY(check_size(ctx, "size_a", size_a));
	MS_TRY(check_size(ctx, "size_b", size_b));
	MS_TRY(check_sizes(ctx, o));
	*j = o->exact ? o->jaccard : 0;
	if (o->exact || size_a == 0 || size_b == 0)
		return MS_OK;
	*j = not_less + not_greater - sqrt((not_less - not_greater) * (not_less - not_greater) + both);
	*j = clamp(*j / (2 * o->t * u * v), 0, fmin(u / v, v / u));
	return MS_OK;
}

/* --- many sets ------------------------------------------------------------------------------ */

/* Sums over the runs of equal elements: the least and the greatest weight of each. */
static void
run_sums(const ms_weighted_entry *entries, size_t n, size_t sets, double *least, double *greatest)
{
	ms_sum low = {0, 0};
	ms_sum high = {0, 0};

	for (size_t i = 0, next; i < n; i = next)
	{
		/* weights ascend within a run */
		for (next = i + 1; next < n && entries[next].element == entries[i].element;)
			next++;
		ms_sum_add(&low, next - i == sets ? entries[i].weight : 0);
		ms_sum_add(&high, entries[next - 1].weight);
	}
	*least = ms_sum_get(&low);
	*greatest = ms_sum_get(&high);
}

static ms_status
all_exact(ms_ctx *ctx, ms_arena *arena, const ms_minhash *const *sets, size_t count, double *j)
{
	static const unsigned char kinds[] = {MS_SLOT_UINT64, MS_SLOT_DOUBLE};
	ms_weighted_entry *entries;
	size_t n = 0;
	double least;
	double greatest;

	for (size_t i = 0; i < count; i++)
		n += sets[i]->count;
	MS_TRY(MS_ALLOC(arena, n, &entries));
	n = 0;
	for (size_t i = 0; i < count; i++)
	{
		const uint64_t *elements = ms_minhash_words(sets[i]);
		const ms_weighted_entry *weighted = (const ms_weighted_entry *) elements;

		for (size_t k = 0; k < sets[i]->count; k++)
			entries[n++] =
				ms_minhash_is_weighted(sets[i]) ? weighted[k] : (ms_weighted_entry){elements[k], 1};
		MS_TRY(ms_tick(ctx, sets[i]->count));
	}
	MS_TRY(ms_order_sort(ctx, (uint64_t *) entries, n, 2, kinds));
	run_sums(entries, n, count, &least, &greatest);
	*j = n > 0 ? least / greatest : NAN;
	return MS_OK;
}

/* Registers that are equal in all; `apart` marks those that are not. */
static ms_status
all_equal(ms_ctx *ctx, const ms_minhash *const *sets, size_t count, const uint64_t *keys,
		  uint32_t *equal)
{
	uint64_t scratch[2][MS_MINHASH_MAX_WORDS];
	bool apart[MS_MINHASH_MAX_T] = {false};
	const uint64_t *first = ms_minhash_registers(sets[0], keys, scratch[0]);
	size_t words = ms_minhash_register_words(sets[0]) / sets[0]->t;

	*equal = 0;
	for (size_t i = 1; i < count; i++)
	{
		const uint64_t *other = ms_minhash_registers(sets[i], keys, scratch[1]);

		for (size_t k = 0; k < sets[0]->t; k++)
			apart[k] |= first[k * words + words - 1] != other[k * words + words - 1];
		MS_TRY(ms_tick(ctx, ms_minhash_is_exact(sets[i]) ? 100 * sets[0]->t : sets[0]->t));
	}
	for (size_t k = 0; k < sets[0]->t; k++)
		*equal += !apart[k];
	return MS_OK;
}

ms_status
ms_jaccard_all(ms_ctx *ctx, const ms_minhash *const *sets, size_t count, const uint64_t *keys,
			   double level, ms_estimate *e)
{
	ms_overlap o = {.exact = true, .jaccard = NAN};
	bool empty = false;
	bool filled = false;

	for (size_t i = 0; i < count; i++)
	{
		MS_TRY(ms_minhash_meet(ctx, sets[0], sets[i]));
		o.exact &= ms_minhash_is_exact(sets[i]);
		empty |= ms_minhash_is_empty(sets[i]);
		filled |= !ms_minhash_is_empty(sets[i]);
	}
	if (count > 0 && sets[0]->kind == MS_MINHASH_PROBABILITY)
		return ms_fail(ctx, MS_MISMATCH, "kind", 0, sets[0]->kind, MS_MINHASH_WEIGHTED);
	if (empty || !filled)
	{
		o.exact = true;
		o.jaccard = filled ? 0 : NAN;
	}
	else if (o.exact)
	{
		ms_arena arena;
		ms_status status;

		ms_arena_init(&arena, ctx);
		status = all_exact(ctx, &arena, sets, count, &o.jaccard);
		ms_arena_free(&arena);
		MS_TRY(status);
	}
	else
	{
		o.t = sets[0]->t;
		MS_TRY(all_equal(ctx, sets, count, keys, &o.equal));
	}
	return ms_jaccard_interval(ctx, &o, level, e);
}
