/*
 * test_pair.c: two samples side by side: rows that count, common scales, units by ids, order.
 */
#include "core/base/pair.h"

#include <math.h>

#include "sample_build.h"
#include "unit.h"

static ms_status
pair_of(host *h, ms_arena *arena, const value *a, const value *b, const ms_pair_options *o,
		ms_pair *out)
{
	ms_arena_init(arena, &h->ctx);
	return ms_pair_make(&h->ctx, arena, a->s, a->size, b->s, b->size, o, out);
}

static value
build(const sample_shape *shape, const sample_row *rows, size_t n)
{
	host h;
	value v = value_begin(shape, 0, true);

	host_init(&h);
	for (size_t i = 0; i < n; i++)
		value_append(&v, shape, &rows[i]);
	CHECK_INT(ms_sample_canonical(&h.ctx, v.s, v.size), MS_OK);
	return v;
}

TEST(rows_scales_and_order)
{
	static const sample_shape plain = {0, 1, {0}, 0};
	static const sample_shape weighted = {MS_SAMPLE_WEIGHTED, 1, {0}, 0};
	static const sample_row a[] = {{.x = {6}}, {.x = {0}}, {.x = {NAN}}};
	static const sample_row b[] = {{.x = {3}, .weight = 2}, {.x = {9}, .weight = 0}, {.x = {9}, .weight = 1}};
	static const double sorted[] = {0, 3, 6, 9};
	value va = build(&plain, a, 3);
	value vb = build(&weighted, b, 3);
	ms_pair_options o = {MS_SCALING_RANGE, false, MS_EXCHANGE_ROWS};
	ms_arena arena;
	ms_pair p;
	host h;

	host_init(&h);
	CHECK_INT(pair_of(&h, &arena, &va, &vb, &o, &p), MS_INCOMPLETE);
	CHECK_NEAR(h.ctx.facts.got, 1, 0);
	ms_arena_free(&arena);
	o.omit = true;
	CHECK_INT(pair_of(&h, &arena, &va, &vb, &o, &p), MS_OK);
	CHECK_INT(p.omitted, 1);
	CHECK_INT(p.rows[0].n, 2);
	CHECK_INT(p.rows[1].n, 2);
	CHECK_INT(p.pool.n, 4);
	CHECK_INT(p.labels.label[1], 0);
	CHECK_INT(p.labels.label[2], 1);
	/* the range is that of both */
	CHECK_NEAR(p.factors[0], 1. / 9, 1e-15);
	for (size_t k = 0; k < 4; k++)
		CHECK_NEAR(p.pool.x[p.at[k] * p.pool.stride], sorted[k] / 9, 1e-15);
	CHECK_NEAR(ms_rows_weight(&p.rows[0], 1), 1, 0);
	CHECK_NEAR(ms_rows_weight(&p.rows[1], 0), 2, 0);
	CHECK_NEAR(p.effective[0], 2, 0);
	CHECK_NEAR(p.effective[1], 3, 0);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(va.s);
	free(vb.s);
}

TEST(units)
{
	static const sample_shape text = {MS_SAMPLE_ID_TEXT, 1, {0}, 0};
	static const sample_shape number = {MS_SAMPLE_ID_INT, 1, {0}, 0};
	static const sample_shape none = {0, 1, {0}, 0};
	static const sample_row a[] = {{.x = {1}, .id_text = "u"}, {.x = {2}, .id_text = "v"}, {.x = {3}, .id_text = "u"}};
	static const sample_row b[] = {{.x = {1}, .id_text = "w"}, {.x = {4}, .id_text = "v"}, {.x = {5}, .id_text = ""}};
	static const sample_row c[] = {{.x = {1}, .id = -7}, {.x = {2}, .id = 5}};
	static const sample_row d[] = {{.x = {1}, .id = 5}};
	ms_pair_options o = {MS_SCALING_NONE, false, MS_EXCHANGE_STRATA};
	value va = build(&text, a, 3);
	value vb = build(&text, b, 3);
	value vc = build(&number, c, 2);
	value vd = build(&number, d, 1);
	value ve = build(&none, c, 2);
	const uint32_t *u;
	ms_arena arena;
	ms_pair p;
	host h;

	host_init(&h);
	CHECK_INT(pair_of(&h, &arena, &va, &vb, &o, &p), MS_OK);
	u = p.labels.unit;
	CHECK_INT(p.labels.units, 4);
	CHECK_INT(u[0], u[2]);
	CHECK_INT(u[1], u[4]);
	CHECK(u[0] != u[1] && u[3] != u[0] && u[3] != u[1] && u[5] != u[3] && u[5] != u[0]);
	ms_arena_free(&arena);
	CHECK_INT(pair_of(&h, &arena, &vc, &vd, &o, &p), MS_OK);
	u = p.labels.unit;
	CHECK_INT(p.labels.units, 2);
	CHECK_INT(u[1], u[2]);
	CHECK(u[0] != u[1]);
	ms_arena_free(&arena);
	/* ids that cannot meet, and none */
	CHECK_INT(pair_of(&h, &arena, &va, &vc, &o, &p), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "exchange");
	ms_arena_free(&arena);
	CHECK_INT(pair_of(&h, &arena, &ve, &ve, &o, &p), MS_MISMATCH);
	ms_arena_free(&arena);
	o.exchange = MS_EXCHANGE_ROWS;
	CHECK_INT(pair_of(&h, &arena, &va, &vc, &o, &p), MS_OK);
	CHECK(!p.labels.unit);
	ms_arena_free(&arena);
	free(va.s);
	free(vb.s);
	free(vc.s);
	free(vd.s);
	free(ve.s);
}

TEST(what_cannot_be_compared)
{
	static const sample_shape one = {0, 1, {0}, 0};
	static const sample_shape two = {0, 2, {0}, 0};
	static const sample_shape mixed = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_NOMINAL}, 0};
	static const sample_shape weighted = {MS_SAMPLE_WEIGHTED, 1, {0}, 0};
	static const sample_row rows[] = {{.x = {1, 2}, .text = {NULL, "a"}}};
	ms_pair_options o = {MS_SCALING_NONE, true, MS_EXCHANGE_ROWS};
	value v1 = build(&one, rows, 1);
	value v2 = build(&two, rows, 1);
	value vm = build(&mixed, rows, 1);
	value vw = build(&weighted, rows, 1);
	ms_arena arena;
	ms_pair p;
	host h;

	host_init(&h);
	CHECK_INT(pair_of(&h, &arena, &v1, &v2, &o, &p), MS_DIMENSION);
	ms_arena_free(&arena);
	CHECK_INT(pair_of(&h, &arena, &v2, &vm, &o, &p), MS_NOT_NUMERIC);
	CHECK_INT(h.ctx.facts.index, 2);
	ms_arena_free(&arena);
	/* all rows of weight 0 */
	CHECK_INT(pair_of(&h, &arena, &v1, &vw, &o, &p), MS_TOO_FEW);
	ms_arena_free(&arena);
	free(v1.s);
	free(v2.s);
	free(vm.s);
	free(vw.s);
}

/* Weights are repeated rows, other rows and seeds are other hashes. */
TEST(hash)
{
	static const double repeated[] = {1, 2, 2, 2, 5};
	static const double other[] = {1, 2, 2, 5, 5};
	static const double weighted[] = {1, 1, 2, 3, 5, 1};
	ms_rows rows[] = {{repeated, NULL, 5, 1, 1}, {weighted, weighted + 1, 3, 1, 2}, {other, NULL, 5, 1, 1}};
	uint64_t h[3], seeded;
	host ho;

	host_init(&ho);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(ms_rows_hash(&ho.ctx, &rows[i], 7, &h[i]), MS_OK);
	CHECK_INT(ms_rows_hash(&ho.ctx, &rows[0], 8, &seeded), MS_OK);
	CHECK(h[0] == h[1]);
	CHECK(h[0] != h[2] && h[0] != seeded);
}

static ms_status
one_pair(host *h, const value *a, const value *b)
{
	ms_pair_options o = {MS_SCALING_SD, true, MS_EXCHANGE_CLUSTERS};
	ms_arena arena;
	ms_pair p;
	ms_status status = pair_of(h, &arena, a, b, &o, &p);

	ms_arena_free(&arena);
	return status;
}

TEST(stops_and_refusals)
{
	static const sample_shape shape = {MS_SAMPLE_ID_INT | MS_SAMPLE_WEIGHTED, 1, {0}, 0};
	value v = value_begin(&shape, 0, true);
	ms_status status;
	host h;

	host_init(&h);
	for (int64_t i = 0; i < 100000; i++)
		value_append(&v, &shape, &(sample_row){.x = {sin((double) i)}, .weight = 1.5, .id = i / 2});
	CHECK_INT(ms_sample_canonical(&h.ctx, v.s, v.size), MS_OK);
	HOST_EVERY(h, status, one_pair(&h, &v, &v));
	CHECK(h.polls > 0);
	free(v.s);
}

int
main(void)
{
	RUN(rows_scales_and_order);
	RUN(units);
	RUN(what_cannot_be_compared);
	RUN(hash);
	RUN(stops_and_refusals);
	return unit_done();
}
