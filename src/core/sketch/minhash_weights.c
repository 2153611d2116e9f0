/*
 * minhash_weights.c: registers of weighted sets. A register keeps the event of least rank in its
 * bin, and whose it is; two sets agree there with probability J_W or J_P.
 *
 * WEIGHTED is DartMinHash (Christiani, arXiv 2005.11547): each element has its own Poisson process
 * of darts over (weight, rank), of which a set sees those below its weight; events are darts, so
 * J_W = sum min / sum max. PROBABILITY is ProbMinHash1 (Ertl, arXiv 1911.00675): an element has
 * exponential waiting times divided by its weight; events are elements.
 *
 * All numbers come from hashes by comparisons, sums, divisions and powers of two, none from libm:
 * the bits are the same on every machine. About t log t events for a first element, few per
 * element in large sets: what ranks above the greatest register (the limit) cannot win.
 */
#include "core/sketch/minhash_parts.h"

/* Where events land. */
typedef struct bins
{
	ms_weighted_register *registers;
	uint32_t t;
	double limit; /* the greatest rank of a register */
	bool stale;   /* the register that had it has changed */
} bins;

static inline double
unit(uint64_t hash)
{
	return (double) (hash >> 11) * 0x1p-53;
}

/* 2^n. */
static inline double
power(int n)
{
	return ms_limit_rank((uint64_t) (1023 + n) << 52);
}

static double
greatest_rank(const ms_weighted_register *registers, size_t t)
{
	double greatest = 0;

	for (size_t i = 0; i < t; i++)
		greatest = registers[i].rank > greatest ? registers[i].rank : greatest;
	return greatest;
}

uint64_t
ms_weighted_limit(const ms_weighted_register *registers, size_t t)
{
	return ms_rank_limit(greatest_rank(registers, t));
}

static inline void
land(bins *b, uint32_t bin, double rank, uint64_t id)
{
	ms_weighted_register *r = b->registers + bin;

	if (!ms_weighted_before(rank, id, r))
		return;
	b->stale |= r->rank == b->limit;
	*r = (ms_weighted_register){rank, id};
}

static inline void
renew_limit(bins *b)
{
	if (b->stale)
		b->limit = greatest_rank(b->registers, b->t);
	b->stale = false;
}

/* --- darts ---------------------------------------------------------------------------------- */

uint32_t
ms_dart_bin(uint64_t id, uint32_t t)
{
	return ms_sketch_bin(ms_sketch_mix(id), t);
}

/* A Poisson variate of mean 1 by inversion: 2^64 P(at most k), rounded to the nearest. */
static inline uint32_t
poisson(uint64_t hash)
{
	static const uint64_t at_most[] = {
		UINT64_C(0x5e2d58d8b3bcdf1b), UINT64_C(0xbc5ab1b16779be35), UINT64_C(0xeb715e1dc1582dc3),
		UINT64_C(0xfb23979734a252f2), UINT64_C(0xff1025f59174dc3e), UINT64_C(0xffd90f3ba4055e1a),
		UINT64_C(0xfffa8b71fc72c914), UINT64_C(0xffff540c0914b3ca), UINT64_C(0xffffed1f4aa8f120),
		UINT64_C(0xfffffe216e641463), UINT64_C(0xffffffd4d85d3183), UINT64_C(0xfffffffc6da262b5),
		UINT64_C(0xffffffffba12d179), UINT64_C(0xfffffffffb07c64d), UINT64_C(0xffffffffffab8ea5),
		UINT64_C(0xfffffffffffabe22), UINT64_C(0xffffffffffffb11a), UINT64_C(0xfffffffffffffba1),
		UINT64_C(0xffffffffffffffc5), UINT64_C(0xfffffffffffffffd),
	};
	uint32_t k = 0;

	while (k < sizeof(at_most) / sizeof(at_most[0]) && hash >= at_most[k])
		k++;
	return k;
}

/* A rectangle of area 1 with its darts. */
typedef struct cell
{
	double mass, width;  /* weight from, and how far */
	double rank, height; /* rank from, and how far */
} cell;

static void
throw_cell(bins *b, uint64_t hash, const cell *c, double mass, double limit)
{
	uint32_t darts = poisson(hash);

	for (uint32_t d = 1; d <= darts; d++)
	{
		uint64_t id = ms_sketch_mix(hash ^ d);
		double at = c->mass + unit(ms_sketch_mix(id ^ 1)) * c->width;
		double rank = c->rank + unit(ms_sketch_mix(id ^ 2)) * c->height;

		if (at < mass && rank < limit)
			land(b, ms_dart_bin(id, b->t), rank, id);
	}
}

/*
 * Weights 2^nu - 1 .. 2^(nu + 1) - 1 by ranks 2^rho - 1 .. 2^(rho + 1) - 1: 2^rho strips of weight
 * by 2^nu strips of rank, of which those below (mass, limit) are looked at.
 */
static void
throw_region(bins *b, uint64_t element, int nu, int rho, double mass, double limit)
{
	uint64_t region = ms_sketch_mix(element ^ ((uint64_t) nu << 16 | (uint64_t) rho));
	double width = power(nu - rho);
	double height = power(rho - nu);
	double mass_from = power(nu) - 1;
	double rank_from = power(rho) - 1;

	for (uint64_t i = 0; (double) i < power(rho); i++)
	{
		uint64_t strip = ms_sketch_mix(region ^ i);
		cell c = {mass_from + (double) i * width, width, 0, height};

		if (c.mass >= mass)
			break;
		for (uint64_t j = 0; (double) j < power(nu); j++)
		{
			c.rank = rank_from + (double) j * height;
			if (c.rank >= limit)
				break;
			throw_cell(b, ms_sketch_mix(strip ^ j), &c, mass, limit);
		}
	}
}

/*
 * All darts of an element below `mass` that may win. `reach` begins where as many darts are
 * expected as fill the bins and doubles, so that a limit far away (of a first element, or of
 * elements of tiny weight) costs nothing.
 */
static void
throw_darts(bins *b, uint64_t element, double weight)
{
	double mass = weight * ms_dart_intensity(b->t);
	bool done = false;

	for (double reach = 0.5 / weight; !done; reach *= 2)
	{
		double limit = b->limit;

		done = limit <= reach;
		if (!done)
			limit = reach;
		else /* a rank that equals the limit may win by its id */
			limit = nextafter(limit, INFINITY);
		for (int nu = 0; power(nu) - 1 < mass; nu++)
			for (int rho = 0; power(rho) - 1 < limit; rho++)
				throw_region(b, element, nu, rho, mass, limit);
		renew_limit(b);
	}
}

/* --- waiting times -------------------------------------------------------------------------- */

/* An element's own sequence of numbers (splitmix64). */
static inline uint64_t
next(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return ms_hash_mix(*state);
}

/*
 * An exponential variate by comparisons alone (von Neumann 1951): the first of a falling run of
 * uniforms whose length is odd, plus the number of runs that were even. 4.3 numbers a variate.
 */
static double
exponential(uint64_t *state)
{
	for (double whole = 0;; whole++)
	{
		uint64_t first = next(state) >> 11;
		uint64_t last = first;
		uint32_t length = 0;

		for (uint64_t u = first; length == 0 || u < last; length++)
		{
			last = u;
			u = next(state) >> 11;
		}
		if (length % 2 == 1)
			return whole + ((double) first + 0.5) * 0x1p-53;
	}
}

static void
wait_events(bins *b, uint64_t element, uint64_t stream, double weight)
{
	double rank = exponential(&stream) / weight;

	for (; rank <= b->limit; rank += exponential(&stream) / weight)
	{
		land(b, ms_sketch_bin(next(&stream), b->t), rank, element);
		renew_limit(b);
	}
}

/* --- both ----------------------------------------------------------------------------------- */

/* The sketch's seed gives each element other events; ids of elements stay as they are. */
static inline void
throw_element(bins *b, ms_minhash_kind kind, const uint64_t *keys, uint64_t element, double weight)
{
	uint64_t seeded = ms_sketch_mix(element ^ keys[0]);

	if (kind == MS_MINHASH_WEIGHTED)
		throw_darts(b, seeded, weight);
	else
		wait_events(b, element, seeded, weight);
}

void
ms_weighted_sketch(ms_weighted_register *registers, uint32_t t, ms_minhash_kind kind,
				   const uint64_t *keys, const ms_weighted_entry *entries, size_t n)
{
	bins b = {registers, t, INFINITY, false};

	for (uint32_t i = 0; i < t; i++)
		registers[i] = (ms_weighted_register){INFINITY, UINT64_MAX};
	for (size_t i = 0; i < n; i++)
		throw_element(&b, kind, keys, entries[i].element, entries[i].weight);
}

void
ms_weighted_add(ms_minhash *m, const uint64_t *keys, uint64_t element, double weight)
{
	bins b = {(ms_weighted_register *) ms_minhash_words(m), m->t, ms_limit_rank(m->limit), false};

	throw_element(&b, (ms_minhash_kind) m->kind, keys, element, weight);
	m->limit = ms_rank_limit(b.limit);
}

void
ms_weighted_least(ms_weighted_register *registers, const ms_weighted_register *from, size_t t)
{
	for (size_t i = 0; i < t; i++)
		if (ms_weighted_before(from[i].rank, from[i].id, registers + i))
			registers[i] = from[i];
}
