/*
 * test_did.c: difference in differences with sample selection: bounds by hand, bootstrap errors,
 * coverage.
 */
#include "core/transport/did.h"

#include "transport_data.h"

enum { MOST = 2000 };

static ms_did_unit pool[2][MOST];

static ms_did_options
options(ms_did_selection selection, bool monotone)
{
	return (ms_did_options){.selection = selection, .monotone = monotone, .level = .95, .replicates = 50};
}

/* n units of which `both` have the changes 1, 2 .. and `before` were seen before, last first. */
static size_t
fill(int side, size_t n, size_t both, size_t before)
{
	for (size_t i = 0; i < n; i++)
	{
		bool was = n - i <= before || i < both;

		pool[side][n - 1 - i] = (ms_did_unit){i < both ? (double) (i + 1) : NAN,
											  (was ? MS_DID_BEFORE : 0) | (i < both ? MS_DID_AFTER : 0)};
	}
	return n;
}

static ms_status
did_in(host *h, const size_t n[2], const ms_did_options *o, ms_did *out)
{
	ms_did_unit *units[2] = {pool[0], pool[1]};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_did_bounds(&h->ctx, &arena, units, n, o, out);
	ms_arena_free(&arena);
	return status;
}

static ms_did
did(const size_t n[2], ms_did_options o)
{
	ms_did out;
	host h;

	host_init(&h);
	CHECK_INT(did_in(&h, n, &o, &out), MS_OK);
	CHECK_INT(h.live, 0);
	return out;
}

#define BOUNDS(d, low, high)                                                                       \
	(CHECK_NEAR((d).bounds.lower, (low), 1e-13), CHECK_NEAR((d).bounds.upper, (high), 1e-13))

/* 8 of 10 treated with changes 1 .. 8, 6 of 10 controls with 1 .. 6; all were seen before. */
TEST(by_hand)
{
	size_t n[2] = {fill(0, 10, 6, 10), fill(1, 10, 8, 10)};
	ms_did_options o = options(MS_DID_PARALLEL, true);
	ms_did d = did(n, o);

	BOUNDS(d, 0, 2);
	CHECK_NEAR(d.keep[1], .75, 1e-15);
	CHECK_NEAR(d.keep[0], 1, 1e-15);
	CHECK_NEAR(d.seen[1], .8, 1e-15);
	CHECK_NEAR(d.otherwise[1], .6, 1e-15);
	BOUNDS(did(n, options(MS_DID_INDEPENDENT, true)), 0, 2);
	/* nobody's selection is known: .4 of all at least, of the treated .5, of the controls 2 / 3 */
	d = did(n, options(MS_DID_PARALLEL, false));
	BOUNDS(d, 2.5 - 4.5, 6.5 - 2.5);
	CHECK_NEAR(d.keep[0], 2. / 3, 1e-15);
	/* those seen either way change by as much as the others at least, or at most */
	o.dominance = MS_DID_GREATER;
	BOUNDS(did(n, o), 1, 2);
	o.dominance = MS_DID_LESSER;
	BOUNDS(did(n, o), 0, 1);
	/* arms change places */
	n[0] = fill(0, 10, 8, 10);
	n[1] = fill(1, 10, 6, 10);
	d = did(n, options(MS_DID_PARALLEL, true));
	BOUNDS(d, -2, 0);
	CHECK_NEAR(d.keep[0], .75, 1e-15);
	CHECK_NEAR(d.keep[1], 1, 1e-15);
}

/* Flags of ten units: changes where both are seen. */
static void
flags(int side, const char *seen)
{
	for (int i = 0; i < 10; i++)
	{
		uint64_t bits = (uint64_t) (seen[i] - '0');

		pool[side][i] = (ms_did_unit){bits == 3 ? i : NAN, bits};
	}
}

/* Shares that differed before: .9 treated and .8 controls, after .8 and .6. */
TEST(parallel_selection)
{
	const size_t n[2] = {10, 10};
	ms_did d;

	flags(1, "3333333211");
	flags(0, "3333321110");
	d = did(n, options(MS_DID_PARALLEL, true));
	CHECK_NEAR(d.seen[1], .8, 1e-15);
	CHECK_NEAR(d.seen[0], .6, 1e-15);
	CHECK_NEAR(d.otherwise[1], .6 + .9 - .8, 1e-15);
	CHECK_NEAR(d.otherwise[0], .8 + .8 - .9, 1e-15);
	CHECK_NEAR(d.keep[1], .875, 1e-15);
	CHECK_NEAR(d.keep[0], 1, 1e-15);
	/* of the changes 0 .. 6 are kept 6.125, of the controls all of 0 .. 4 */
	BOUNDS(d, (15 + 6 * .125) / 6.125 - 2, (21 - 0) / 6.125 - 2);
	d = did(n, options(MS_DID_INDEPENDENT, true));
	CHECK_NEAR(d.keep[1], .75, 1e-15);
	CHECK(!d.clipped);
}

TEST(edges)
{
	size_t n[2] = {fill(0, 10, 5, 10), fill(1, 10, 4, 10)};
	ms_did d = did(n, options(MS_DID_PARALLEL, false));
	ms_did_options o = options(MS_DID_PARALLEL, true);
	host h;

	/* nobody need be seen either way */
	CHECK(isnan(d.bounds.lower) && isnan(d.bounds.upper) && isnan(d.bounds.interval_lower));
	CHECK_NEAR(d.keep[1], 0, 0);
	host_init(&h);
	n[0] = fill(0, 10, 0, 10);
	CHECK_INT(did_in(&h, n, &o, &d), MS_TOO_FEW);
	CHECK_INT(h.ctx.facts.index, 0);
	n[0] = 0;
	CHECK_INT(did_in(&h, n, &o, &d), MS_TOO_FEW);
	n[0] = fill(0, 10, 5, 10);
	o.replicates = 1;
	CHECK_INT(did_in(&h, n, &o, &d), MS_BAD_ARGUMENT);
	o.replicates = 2;
	o.level = 0;
	CHECK_INT(did_in(&h, n, &o, &d), MS_BAD_ARGUMENT);
}

/* A share above 1: controls rose by .5, treated stood at .8 before. */
TEST(clipped)
{
	size_t n[2] = {10, 10};
	ms_did d;

	for (int i = 0; i < 10; i++)
	{
		pool[0][i] = (ms_did_unit){i < 4 ? i : NAN, (i < 4 ? MS_DID_BEFORE : 0) | (i < 9 ? MS_DID_AFTER : 0)};
		pool[1][i] = (ms_did_unit){i < 8 ? i : NAN, i < 8 ? MS_DID_BEFORE | MS_DID_AFTER : 0};
	}
	d = did(n, options(MS_DID_PARALLEL, true));
	CHECK(d.clipped);
	CHECK_NEAR(d.otherwise[1], 1, 0);
	CHECK_NEAR(d.otherwise[0], .8 - .8 + .4, 1e-15);
	CHECK_NEAR(d.keep[0], .4 / .9, 1e-15);
	/* the changes 0 .. 3 of which 1.78 are kept */
	BOUNDS(d, 3.5 - (3 + 2 * (1.6 / .9 - 1)) / (1.6 / .9), 3.5 - (0 + 1 * (1.6 / .9 - 1)) / (1.6 / .9));
}

/*
 * A panel: changes are normal with sd 1.4, the effect is 1, all are seen before; .75 are seen
 * after either way, .15 of the treated alone. Bounds of the law: 1 -+ 1.4 phi(z) / keep, keep =
 * .75 / .9.
 */
static void
simulate(uint64_t run, size_t n)
{
	ms_rng rng;

	ms_rng_init(&rng, run, 98);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < n; i++)
		{
			double type = ms_rng_uniform(&rng);
			double change = 1.4 * ms_rng_normal(&rng) + side;
			bool after = type < .75 || (side && type < .9);

			pool[side][i] = (ms_did_unit){after ? change : NAN, MS_DID_BEFORE | (after ? MS_DID_AFTER : 0)};
		}
}

TEST(errors_and_coverage)
{
	enum { RUNS = 300, N = 400 };
	const double lower = 1 - 1.4 * .299821; /* phi(z.8333) / .8333 */
	size_t n[2] = {N, N};
	ms_did_options o = options(MS_DID_PARALLEL, true);
	double sum = 0, squares = 0, errors = 0;
	int covered = 0, edge = 0;

	for (uint64_t run = 0; run < RUNS; run++)
	{
		ms_did d;

		simulate(run, N);
		o.seed = run;
		d = did(n, o);
		sum += d.bounds.lower / RUNS;
		squares += d.bounds.lower * d.bounds.lower / RUNS;
		errors += d.bounds.lower_error / RUNS;
		covered += d.bounds.interval_lower <= 1 && d.bounds.interval_upper >= 1;
		edge += d.bounds.interval_lower <= lower;
	}
	CHECK_NEAR(sum, lower, .03);
	CHECK_NEAR(errors / sqrt(squares - sum * sum), 1, .15);
	CHECK(covered >= RUNS * .97);
	/* .95 -+ four binomial errors of .0126 */
	CHECK(edge >= RUNS * .90 && edge <= RUNS * .995);
}

TEST(seeds)
{
	size_t n[2] = {300, 300};
	ms_did_options o = options(MS_DID_INDEPENDENT, true);
	ms_did a, b, c;

	simulate(1, 300);
	a = did(n, o);
	b = did(n, o);
	o.seed = 7;
	c = did(n, o);
	CHECK_BITS(a.bounds.lower_error, b.bounds.lower_error);
	CHECK(a.bounds.lower_error != c.bounds.lower_error);
	CHECK_BITS(a.bounds.lower, c.bounds.lower);
	CHECK_INT(a.replicates, 50);
	/* the order in which units come does not matter */
	for (int i = 0; i < 150; i++)
	{
		ms_did_unit held = pool[1][i];

		pool[1][i] = pool[1][299 - i];
		pool[1][299 - i] = held;
	}
	o.seed = 0;
	b = did(n, o);
	CHECK_BITS(a.bounds.upper_error, b.bounds.upper_error);
}

static ms_status
did_once(host *h, const size_t n[2])
{
	ms_did_options o = options(MS_DID_PARALLEL, true);
	ms_did out;

	simulate(3, MOST);
	return did_in(h, n, &o, &out);
}

TEST(stops_and_refusals)
{
	const size_t n[2] = {MOST, MOST};
	ms_status status;
	host h;

	HOST_EVERY(h, status, did_once(&h, n));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(by_hand);
	RUN(parallel_selection);
	RUN(edges);
	RUN(clipped);
	RUN(errors_and_coverage);
	RUN(seeds);
	RUN(stops_and_refusals);
	return unit_done();
}
