/*
 * test_sample.c: samples in bytes. The law above all: the bytes of a finished value depend on the
 * multiset of its rows alone, however they came together. The validator has test_sample_check.c.
 */
#include "core/base/sample.h"

#include "core/base/order.h"
#include "sample_build.h"

#define ROWS 60

static value
finish_rows(const sample_shape *shape, const sample_row *rows, size_t n)
{
	return value_finish(value_build(shape, rows, n, false));
}

static ms_status
check_status(const value *v, ms_type type)
{
	host h;
	ms_status status;

	host_init(&h);
	status = ms_sample_check(&h.ctx, v->s, v->size, type);
	CHECK_INT(h.live, 0);
	return status;
}

/* --- one multiset, one value ---------------------------------------------------------------- */

TEST(order_of_rows_does_not_matter)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
		for (int round = 0; round < 20; round++)
		{
			size_t n = 1 + build_random(ROWS);
			value a;
			value b;

			build_rows(shapes + k, rows, n);
			a = finish_rows(shapes + k, rows, n);
			shuffle_rows(rows, n);
			b = finish_rows(shapes + k, rows, n);
			CHECK(value_equal(&a, &b));
			CHECK_INT(check_status(&a, MS_TYPE_SAMPLE), MS_OK);
			CHECK_INT(ms_sample_used(a.s), a.size);
			free(a.s);
			free(b.s);
		}
}

TEST(the_way_of_growth_does_not_matter)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
	{
		value direct = value_begin(shapes + k, 1 << 20, false);
		value stretched;
		value moved;

		build_rows(shapes + k, rows, ROWS);
		for (size_t i = 0; i < ROWS; i++)
			if (shapes[k].flags & MS_SAMPLE_DRAWING)
				value_draw(&direct, shapes + k, rows + i, SIZE_MAX);
			else
				value_append(&direct, shapes + k, rows + i);
		direct = value_finish(direct);
		stretched = finish_rows(shapes + k, rows, ROWS);
		moved = value_finish(value_build(shapes + k, rows, ROWS, true));
		CHECK(value_equal(&direct, &stretched));
		CHECK(value_equal(&direct, &moved));
		free(direct.s);
		free(stretched.s);
		free(moved.s);
	}
}

/* Parts, some of them finished before they meet, merged in any order. */
static value
in_parts(const sample_shape *shape, const sample_row *rows, size_t n, size_t parts)
{
	value v[8];
	size_t start = 0;

	for (size_t p = 0; p < parts; p++)
	{
		size_t end = p + 1 == parts ? n : start + build_random(n - start + 1);

		v[p] = value_build(shape, rows + start, end - start, build_random(2));
		if (build_random(2))
			v[p] = value_finish(v[p]);
		start = end;
	}
	while (parts > 1)
	{
		size_t into = build_random(parts);
		size_t from = build_random(parts);

		if (into == from)
			continue;
		value_merge(v + into, v + from);
		free(v[from].s);
		v[from] = v[--parts];
	}
	return value_finish(v[0]);
}

TEST(parts_merge_into_the_whole)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
		for (int round = 0; round < 20; round++)
		{
			size_t n = 1 + build_random(ROWS);
			value whole;
			value parts;

			build_rows(shapes + k, rows, n);
			whole = finish_rows(shapes + k, rows, n);
			shuffle_rows(rows, n);
			parts = in_parts(shapes + k, rows, n, 1 + build_random(8));
			CHECK(value_equal(&whole, &parts));
			free(whole.s);
			free(parts.s);
		}
}

TEST(merged_with_itself)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[2 * ROWS];

	for (size_t k = 0; k < m; k++)
	{
		value twice;
		value v;

		build_rows(shapes + k, rows, ROWS);
		memcpy(rows + ROWS, rows, ROWS * sizeof *rows);
		twice = finish_rows(shapes + k, rows, 2 * ROWS);
		v = value_build(shapes + k, rows, ROWS, false);
		value_reserve(&v, ms_sample_merge_size(v.s, v.s));
		ms_sample_merge(v.s, v.size, v.s, v.size);
		v = value_finish(v);
		CHECK(value_equal(&twice, &v));
		free(twice.s);
		free(v.s);
	}
}

TEST(canonical_is_idempotent)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
	{
		value v;
		value again;

		build_rows(shapes + k, rows, ROWS);
		v = finish_rows(shapes + k, rows, ROWS);
		again = value_copy(&v);
		again.s->head.flags &= (uint16_t) ~MS_SAMPLE_CANONICAL;
		again = value_finish(again);
		CHECK(value_equal(&v, &again));
		free(v.s);
		free(again.s);
	}
}

/* --- what the bytes say --------------------------------------------------------------------- */

/* Ascending by the contents of the rows, strings by their bytes: the order that is promised. */
static int
compare_strings(ms_string a, ms_string b)
{
	size_t least = a.length < b.length ? a.length : b.length;
	int order = least ? memcmp(a.bytes, b.bytes, least) : 0;

	return order ? order : (a.length > b.length) - (a.length < b.length);
}

static int
compare_slots(const value *v, unsigned char kind, uint64_t a, uint64_t b)
{
	if (kind != MS_SLOT_UINT64 || a == MS_GAP_BITS || b == MS_GAP_BITS)
		return ms_order_compare(&a, &b, 1, &kind);
	return compare_strings(ms_sample_string(v->s, v->size, a), ms_sample_string(v->s, v->size, b));
}

TEST(records_ascend_by_content)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
	{
		unsigned char kinds[MS_SAMPLE_MAX_STRIDE];
		size_t stride;
		value v;

		build_rows(shapes + k, rows, ROWS);
		v = finish_rows(shapes + k, rows, ROWS);
		stride = ms_sample_stride(v.s);
		ms_sample_slot_kinds(v.s, kinds);
		for (size_t i = 1; i < v.s->n; i++)
		{
			const uint64_t *a = ms_sample_record(v.s, i - 1);
			const uint64_t *b = ms_sample_record(v.s, i);
			int order = 0;

			for (size_t j = 0; j < stride && order == 0; j++)
				order = compare_slots(&v, kinds[j], a[j], b[j]);
			CHECK(order <= 0);
		}
		free(v.s);
	}
}

TEST(rows_come_out_as_they_went_in)
{
	sample_shape shape = {MS_SAMPLE_MIXED | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_TEXT,
						  3,
						  {MS_KIND_NUMBER, MS_KIND_NOMINAL, MS_KIND_BOOLEAN},
						  0};
	sample_row rows[] = {{.x = {2, 0, 1}, .text = {0, "two"}, .weight = 0.5, .id_text = "b"},
						 {.x = {1, 0, NAN}, .text = {0, ""}, .weight = 3, .id_text = "a"}};
	value v = finish_rows(&shape, rows, 2);
	const uint64_t *first = ms_sample_record(v.s, 0);
	const uint64_t *second = ms_sample_record(v.s, 1);
	ms_rows seen = ms_sample_rows(v.s);

	CHECK_INT(v.s->n, 2);
	CHECK_INT(v.s->incomplete, 1);
	CHECK_INT(seen.n, 2);
	CHECK_INT(seen.d, 3);
	CHECK_INT(seen.stride, 5);
	CHECK_BITS(seen.x[0], 1.0);
	CHECK(isnan(seen.x[2]));
	CHECK_BITS(ms_rows_weight(&seen, 0), 3.0);
	CHECK_BITS(ms_rows_weight(&seen, 1), 0.5);
	CHECK_BITS(ms_sample_weight(v.s), 3.5);
	CHECK(first[1] == 0);
	CHECK_INT(compare_strings(ms_sample_string(v.s, v.size, second[1]), string_of("two")), 0);
	CHECK_INT(compare_strings(ms_sample_string(v.s, v.size, first[4]), string_of("a")), 0);
	CHECK_INT(compare_strings(ms_sample_string(v.s, v.size, second[4]), string_of("b")), 0);
	/* the strings, the least at the very end */
	CHECK_INT(v.s->heap, 5);
	CHECK(memcmp((char *) v.s + v.size - 5, "twoba", 5) == 0);
	free(v.s);
}

TEST(without_weights_rows_weigh_one)
{
	sample_shape shape = {0, 1, {0}, 0};
	sample_row rows[] = {{.x = {3}}, {.x = {1}}, {.x = {3}}, {.x = {NAN}}};
	value v = finish_rows(&shape, rows, 4);
	ms_rows seen = ms_sample_rows(v.s);

	CHECK(seen.w == NULL);
	CHECK_BITS(ms_sample_weight(v.s), 4.0);
	CHECK_INT(ms_sample_distinct(v.s), 3);
	CHECK_INT(v.s->incomplete, 1);
	free(v.s);
}

TEST(distinct_points)
{
	sample_shape shape = {MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT, 2, {0}, 0};
	sample_row rows[ROWS];
	value v;
	size_t distinct = 0;

	build_rows(&shape, rows, ROWS);
	v = finish_rows(&shape, rows, ROWS);
	for (size_t i = 0; i < ROWS; i++)
	{
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |=
				((isnan(rows[i].x[0]) && isnan(rows[k].x[0])) || rows[i].x[0] == rows[k].x[0]) &&
				((isnan(rows[i].x[1]) && isnan(rows[k].x[1])) || rows[i].x[1] == rows[k].x[1]);
		distinct += !seen;
	}
	CHECK_INT(ms_sample_distinct(v.s), distinct);
	free(v.s);
}

/* An appended row that fails half way leaves dead strings and a kind that no row bears. */
TEST(an_abandoned_row_leaves_no_trace)
{
	sample_shape shape = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_NOMINAL}, 0};
	sample_row rows[] = {{.x = {1}, .text = {0, NULL}}, {.x = {2}, .text = {0, NULL}}};
	value clean = finish_rows(&shape, rows, 2);
	value v = value_build(&shape, rows, 2, false);

	v = value_finish(v);
	value_reserve(&v, 100);
	ms_sample_kinds(v.s)[1] = MS_KIND_NOMINAL;
	(void) ms_sample_add_string(v.s, v.size, string_of("never committed"));
	v = value_finish(v);
	CHECK(value_equal(&clean, &v));
	free(clean.s);
	free(v.s);
}

/* --- strings -------------------------------------------------------------------------------- */

/* n strings of one nominal column, in order, each once. */
static void
check_strings(const char *(*make)(size_t i), size_t n)
{
	sample_shape shape = {MS_SAMPLE_MIXED, 1, {MS_KIND_NOMINAL}, 0};
	value v = value_begin(&shape, 0, true);
	const uint64_t *slots;
	size_t ascending = 0;

	for (size_t i = 0; i < n; i++)
	{
		sample_row r = {.text = {make(i)}};

		value_append(&v, &shape, &r);
	}
	v = value_finish(v);
	slots = ms_sample_record(v.s, 0);
	for (size_t i = 1; i < n; i++)
		ascending += compare_strings(ms_sample_string(v.s, v.size, slots[i - 1]),
									 ms_sample_string(v.s, v.size, slots[i])) <= 0;
	CHECK_INT(ascending, n - 1);
	CHECK_INT(check_status(&v, MS_TYPE_SAMPLE), MS_OK);
	free(v.s);
}

static char text[1 << 16];

/* Each is a prefix of the next: the deepest nesting of runs. */
static const char *
nested(size_t i)
{
	memset(text, 'x', i * 7);
	text[i * 7] = 0;
	return text;
}

static const char *
equal_but_long(size_t i)
{
	memset(text, 'y', 5000);
	text[4990] = (char) ('a' + i % 3);
	text[5000] = 0;
	return text;
}

static const char *
two_letters(size_t i)
{
	size_t m = 0;

	for (size_t k = i * 2654435761u % 16381; k > 0; k /= 2)
		text[m++] = k % 2 ? '\xff' : '\x01';
	text[m] = 0;
	return text;
}

TEST(strings_in_order)
{
	check_strings(nested, 2000);
	check_strings(equal_but_long, 500);
	check_strings(two_letters, 20000);
}

/* --- meeting -------------------------------------------------------------------------------- */

static ms_status
meet(const sample_shape *a, const sample_shape *b, ms_facts *facts, uint16_t *flags)
{
	sample_row r = build_row(a);
	sample_row q = build_row(b);
	value into;
	value from;
	ms_status status;
	host h;

	/* no gaps: every kind is known */
	for (size_t j = 0; j < MOST_COLUMNS; j++)
	{
		r.x[j] = q.x[j] = 1;
		r.text[j] = q.text[j] = "t";
	}
	into = value_build(a, &r, 1, false);
	from = value_build(b, &q, 1, false);
	host_init(&h);
	status = ms_sample_meet(&h.ctx, into.s, from.s, flags);
	*facts = h.ctx.facts;
	free(into.s);
	free(from.s);
	return status;
}

static void
check_mismatch(sample_shape a, sample_shape b, const char *what, int64_t index, double got,
			   double wanted)
{
	ms_facts facts;
	uint16_t flags;

	CHECK_INT(meet(&a, &b, &facts, &flags), MS_MISMATCH);
	CHECK_STR(facts.what, what);
	CHECK_INT(facts.index, index);
	CHECK_BITS(facts.got, got);
	CHECK_BITS(facts.wanted, wanted);
}

TEST(values_that_cannot_meet)
{
	const uint16_t w = MS_SAMPLE_WEIGHTED;
	const uint16_t i = MS_SAMPLE_ID_INT;
	const uint16_t t = MS_SAMPLE_ID_TEXT;
	const uint16_t m = MS_SAMPLE_MIXED;
	const uint16_t d = MS_SAMPLE_DRAWING;

	check_mismatch((sample_shape){0, 2, {0}, 0}, (sample_shape){0, 3, {0}, 0}, "columns", 0, 3, 2);
	check_mismatch((sample_shape){i, 2, {0}, 0}, (sample_shape){0, 2, {0}, 0}, "ids", 0, 0, i);
	check_mismatch((sample_shape){i, 2, {0}, 0}, (sample_shape){t, 2, {0}, 0}, "ids", 0, t, i);
	check_mismatch((sample_shape){0, 2, {0}, 0}, (sample_shape){m, 2, {1, 1}, 0}, "kinds", 0, 1, 0);
	check_mismatch((sample_shape){m, 2, {1, 2}, 0}, (sample_shape){m, 2, {1, 3}, 0}, "kinds", 2, 3,
				   2);
	check_mismatch((sample_shape){w | i | d, 1, {0}, 5}, (sample_shape){w | i, 1, {0}, 0},
				   "drawing", 0, 0, 5);
	check_mismatch((sample_shape){w | i | d, 1, {0}, 5}, (sample_shape){w | i | d, 1, {0}, 6},
				   "drawing", 0, 6, 5);
}

TEST(strings_that_would_reach_the_gaps)
{
	sample_shape shape = {MS_SAMPLE_ID_TEXT, 1, {0}, 0};
	sample_row r = {.x = {1}, .id_text = "a"};
	value into = value_build(&shape, &r, 1, false);
	value from = value_copy(&into);
	uint16_t flags;
	host h;

	host_init(&h);
	/* no memory holds such heaps: the sum alone is looked at */
	into.s->heap = MS_SAMPLE_HEAP_MAX - 1;
	CHECK_INT(ms_sample_meet(&h.ctx, into.s, from.s, &flags), MS_OK);
	from.s->heap = 2;
	CHECK_INT(ms_sample_meet(&h.ctx, into.s, from.s, &flags), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "strings");
	CHECK(MS_SAMPLE_HEAP_MAX << 24 < MS_GAP_BITS);
	free(into.s);
	free(from.s);
}

TEST(a_column_without_a_kind_meets_any)
{
	sample_shape known = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_NOMINAL}, 0};
	sample_shape unknown = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_UNKNOWN}, 0};
	sample_row rows[] = {{.x = {1}, .text = {0, "t"}}, {.x = {2, NAN}, .text = {0, NULL}}};
	value whole = finish_rows(&known, rows, 2);
	value a = value_build(&known, rows, 1, false);
	value b = value_build(&unknown, rows + 1, 1, false);
	value c = value_copy(&b);

	value_merge(&b, &a);
	b = value_finish(b);
	CHECK(value_equal(&whole, &b));
	value_merge(&a, &c);
	a = value_finish(a);
	CHECK(value_equal(&whole, &a));
	free(a.s);
	free(b.s);
	free(c.s);
	free(whole.s);
}

/* Without weights and with: the rows without weigh 1, whichever comes first. */
TEST(weighted_meets_unweighted)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
	{
		sample_shape with = shapes[k];
		value whole;
		value a;
		value b;
		value c;

		if (with.flags & MS_SAMPLE_WEIGHTED)
			continue;
		with.flags |= MS_SAMPLE_WEIGHTED;
		build_rows(&with, rows, ROWS);
		for (size_t i = 0; i < ROWS / 2; i++)
			rows[i].weight = 1;
		whole = finish_rows(&with, rows, ROWS);
		a = value_build(shapes + k, rows, ROWS / 2, false);
		b = value_build(&with, rows + ROWS / 2, ROWS / 2, true);
		c = value_copy(&b);
		value_merge(&b, &a);
		b = value_finish(b);
		CHECK(value_equal(&whole, &b));
		value_merge(&a, &c);
		a = value_finish(a);
		CHECK(value_equal(&whole, &a));
		free(a.s);
		free(b.s);
		free(c.s);
		free(whole.s);
	}
}

TEST(conversion_keeps_the_order)
{
	sample_shape shape = {MS_SAMPLE_ID_TEXT, 2, {0}, 0};
	sample_row rows[ROWS];
	value a;
	value b;
	value c;

	build_rows(&shape, rows, ROWS);
	a = finish_rows(&shape, rows, ROWS);
	b.size = ms_sample_convert_size(a.s, MS_SAMPLE_WEIGHTED);
	b.s = malloc(b.size);
	ms_sample_convert(b.s, b.size, a.s, a.size, MS_SAMPLE_WEIGHTED);
	CHECK_INT(check_status(&b, MS_TYPE_SAMPLE), MS_OK);
	/* nothing to do: a copy */
	c.size = ms_sample_convert_size(a.s, 0);
	c.s = malloc(c.size);
	ms_sample_convert(c.s, c.size, a.s, a.size, 0);
	CHECK(value_equal(&a, &c));
	free(a.s);
	free(b.s);
	free(c.s);
}

/* --- drawing -------------------------------------------------------------------------------- */

static const sample_shape draw_shapes[] = {
	{MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT, 2, {0}, 9},
	{MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_TEXT | MS_SAMPLE_MIXED,
	 3,
	 {MS_KIND_NOMINAL, MS_KIND_NUMBER, MS_KIND_BOOLEAN},
	 9}};

/* The rows of a whole sample that come first by (hash, canonical order), as a sample. */
static value
drawn_by_force(const sample_shape *shape, const sample_row *rows, size_t n)
{
	sample_shape plain = *shape;
	value whole;
	value v;
	size_t id;
	size_t kept = n < shape->draw ? n : shape->draw;
	bool *taken = calloc(n, sizeof *taken);

	plain.flags = (uint16_t) ((plain.flags & ~MS_SAMPLE_DRAWING) | MS_SAMPLE_DRAWN);
	whole = finish_rows(&plain, rows, n);
	id = ms_sample_id_slot(whole.s);
	v = value_copy(&whole);
	v.s->n = v.s->incomplete = 0;
	for (size_t k = 0; k < kept; k++)
	{
		size_t best = n;
		uint64_t least = 0;

		for (size_t i = 0; i < n; i++)
		{
			uint64_t hash =
				ms_sample_id_hash(whole.s, whole.size, ms_sample_record(whole.s, i)[id]);

			if (!taken[i] && (best == n || hash < least))
			{
				best = i;
				least = hash;
			}
		}
		taken[best] = true;
	}
	for (size_t i = 0; i < n; i++)
	{
		uint64_t *record = ms_sample_record(v.s, v.s->n);
		bool gap = false;

		if (!taken[i])
			continue;
		memcpy(record, ms_sample_record(whole.s, i), ms_sample_stride(v.s) * sizeof *record);
		record[ms_sample_weight_slot(v.s)] = bits_of((double) n / (double) kept);
		for (size_t j = 0; j < shape->d; j++)
			gap |= record[j] == MS_GAP_BITS;
		ms_sample_commit(v.s, gap);
	}
	free(whole.s);
	free(taken);
	return value_finish(v);
}

static value
value_drawn(value v)
{
	host h;

	host_init(&h);
	CHECK_INT(ms_sample_drawn(&h.ctx, v.s, v.size), MS_OK);
	CHECK((v.s->head.flags & (MS_SAMPLE_DRAWING | MS_SAMPLE_DRAWN)) == MS_SAMPLE_DRAWN);
	return value_finish(v);
}

TEST(a_subsample_is_the_least_hashes)
{
	sample_row rows[200];

	for (size_t k = 0; k < 2; k++)
		for (int round = 0; round < 30; round++)
		{
			size_t n = 1 + build_random(round < 10 ? 12 : 200);
			value wanted;
			value v;
			value parts;
			double weight;

			build_rows(draw_shapes + k, rows, n);
			for (size_t i = 0; i < n; i++)
				rows[i].weight = 1;
			wanted = drawn_by_force(draw_shapes + k, rows, n);
			v = value_drawn(value_build(draw_shapes + k, rows, n, round % 2));
			CHECK(value_equal(&wanted, &v));
			CHECK_INT(check_status(&v, MS_TYPE_SAMPLE), MS_OK);
			shuffle_rows(rows, n);
			parts = value_drawn(in_parts(draw_shapes + k, rows, n, 1 + build_random(8)));
			CHECK(value_equal(&wanted, &parts));
			weight = ms_sample_weight(parts.s);
			CHECK_NEAR(weight, (double) n, 1e-14);
			free(wanted.s);
			free(v.s);
			free(parts.s);
		}
}

/* All rows under one id: only the rows themselves tell which are kept. */
TEST(equal_ids_tie_by_the_row)
{
	sample_row rows[50];

	for (size_t k = 0; k < 2; k++)
	{
		value wanted;
		value v;

		build_rows(draw_shapes + k, rows, 50);
		for (size_t i = 0; i < 50; i++)
		{
			rows[i].weight = 1;
			rows[i].id = 7;
			rows[i].id_text = "seven";
		}
		wanted = drawn_by_force(draw_shapes + k, rows, 50);
		CHECK_INT(wanted.s->n, 9);
		shuffle_rows(rows, 50);
		v = value_drawn(in_parts(draw_shapes + k, rows, 50, 5));
		CHECK(value_equal(&wanted, &v));
		free(wanted.s);
		free(v.s);
	}
}

TEST(a_drawing_holds_at_most_twice_its_size)
{
	value v = value_begin(draw_shapes, 0, false);
	size_t most = 0;
	host h;

	host_init(&h);
	for (int64_t i = 0; i < 5000; i++)
	{
		sample_row r = {.x = {(double) i, 0}, .id = i};

		value_draw(&v, draw_shapes, &r, 18);
		most = v.s->n > most ? v.s->n : most;
	}
	CHECK_INT(most, 17);
	CHECK_INT(ms_sample_drawing(v.s)->seen, 5000);
	CHECK(v.size < 2000);
	CHECK_INT(ms_sample_prune(&h.ctx, v.s, v.size), MS_OK);
	CHECK_INT(v.s->n, 9);
	v = value_drawn(v);
	CHECK_INT(v.s->n, 9);
	CHECK_NEAR(ms_sample_weight(v.s), 5000, 1e-14);
	free(v.s);
}

/* Part of the format; computed from its description in doc/format.md by Python. */
TEST(hashes_of_ids_never_change)
{
	sample_shape shape = {MS_SAMPLE_ID_INT, 1, {0}, 0};
	value v = value_begin(&shape, 0, false);

	CHECK(ms_sample_id_hash(v.s, v.size, 0) == UINT64_C(0x6a664e6b881e5057));
	CHECK(ms_sample_id_hash(v.s, v.size, 1) == UINT64_C(0x6011cda2bd0ecd11));
	CHECK(ms_sample_id_hash(v.s, v.size, UINT64_MAX) == UINT64_C(0x0251568f02440966));
	CHECK(ms_sample_text_id_hash(string_of("")) == UINT64_C(0x90c02fcf4fc84141));
	CHECK(ms_sample_text_id_hash(string_of("c")) == UINT64_C(0x548b194f2c0a139c));
	CHECK(ms_sample_text_id_hash(string_of("a long id of more than thirty-two bytes")) ==
		  UINT64_C(0x394b1d36f206920e));
	free(v.s);
}

/* Hashes spread evenly: of 100 subsamples of 1 in 10, each row is in about 10. */
TEST(every_row_is_drawn_as_often)
{
	sample_shape shape = {MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT, 1, {0}, 20};
	double chi = 0;
	int taken[200] = {0};

	for (int64_t round = 0; round < 100; round++)
	{
		value v = value_begin(&shape, 0, false);

		for (int64_t i = 0; i < 200; i++)
		{
			sample_row r = {.x = {(double) i}, .id = round * 200 + i};

			value_draw(&v, &shape, &r, 40);
		}
		v = value_drawn(v);
		for (size_t i = 0; i < v.s->n; i++)
			taken[(int) ms_sample_rows(v.s).x[i * 3]]++;
		free(v.s);
	}
	for (int i = 0; i < 200; i++)
		chi += (taken[i] - 10.0) * (taken[i] - 10.0) / 9.0;
	/* chi squared of 199 degrees: mean 199, sd 20 */
	CHECK(chi > 120 && chi < 300);
}

/* --- marginals ------------------------------------------------------------------------------ */

TEST(a_marginal_is_the_sample_of_its_columns)
{
	static const uint32_t dims[][3] = {{0, 1, 2}, {2, 0, 2}, {1, 1, 0}, {2, 1, 0}};
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[ROWS];

	for (size_t k = 0; k < m; k++)
		for (size_t c = 0; c < 4; c++)
			for (size_t nd = 1; nd <= 3; nd++)
			{
				sample_shape sub = shapes[k];
				value v;
				value wanted;
				value out;
				size_t used = 0;
				host h;

				if (shapes[k].flags & MS_SAMPLE_DRAWING)
					continue;
				shapes[k].d = 3;
				sub.d = nd;
				build_rows(shapes + k, rows, ROWS);
				v = finish_rows(shapes + k, rows, ROWS);
				out.size = ms_sample_marginal_size(v.s, nd);
				out.s = malloc(out.size);
				host_init(&h);
				CHECK_INT(ms_sample_marginal(&h.ctx, v.s, v.size, dims[c], nd, out.s, &used),
						  MS_OK);
				for (size_t i = 0; i < ROWS; i++)
				{
					sample_row r = rows[i];

					for (size_t j = 0; j < nd; j++)
					{
						rows[i].x[j] = r.x[dims[c][j]];
						rows[i].text[j] = r.text[dims[c][j]];
						sub.kinds[j] = shapes[k].kinds[dims[c][j]];
					}
				}
				wanted = finish_rows(&sub, rows, ROWS);
				CHECK_INT(used, wanted.size);
				out.size = used;
				CHECK(value_equal(&wanted, &out));
				free(v.s);
				free(wanted.s);
				free(out.s);
			}
}

TEST(marginals_that_are_not)
{
	sample_shape shape = {0, 2, {0}, 0};
	sample_row r = {.x = {1, 2}};
	value v = finish_rows(&shape, &r, 1);
	uint32_t dims[] = {0, 2};
	size_t used;
	char out[200];
	host h;

	host_init(&h);
	CHECK_INT(ms_sample_marginal(&h.ctx, v.s, v.size, dims, 2, out, &used), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "dims");
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_BITS(h.ctx.facts.got, 3.0);
	CHECK_BITS(h.ctx.facts.wanted, 2.0);
	CHECK_INT(ms_sample_marginal(&h.ctx, v.s, v.size, dims, 0, out, &used), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "columns");
	CHECK_INT(ms_sample_marginal(&h.ctx, v.s, v.size, dims, MS_MAX_DIM + 1, out, &used),
			  MS_BAD_ARGUMENT);
	free(v.s);
}

/* --- a host that refuses and stops ---------------------------------------------------------- */

enum
{
	MANY = 20000
};

/* Canonical order of a copy, and after a failure the same rows in the end. */
static ms_status
canonical_of_copy(host *h, const value *v, const value *wanted)
{
	value copy = value_copy(v);
	ms_status status = ms_sample_canonical(&h->ctx, copy.s, copy.size);

	copy = value_finish(copy);
	CHECK(value_equal(wanted, &copy));
	free(copy.s);
	return status;
}

static ms_status
drawn_of_copy(host *h, const value *v)
{
	value copy = value_copy(v);
	ms_status status = ms_sample_drawn(&h->ctx, copy.s, copy.size);

	free(copy.s);
	return status;
}

static ms_status
marginal_of(host *h, const value *v)
{
	static const uint32_t dims[] = {2, 0};
	void *out = malloc(ms_sample_marginal_size(v->s, 2));
	size_t used;
	ms_status status = ms_sample_marginal(&h->ctx, v->s, v->size, dims, 2, out, &used);

	free(out);
	return status;
}

TEST(refused_and_stopped_anywhere)
{
	sample_row *rows = malloc(MANY * sizeof *rows);
	sample_shape shape = draw_shapes[1];
	ms_status status;
	value drawing;
	value finished;
	value v;
	host h;

	shape.draw = MANY / 3;
	build_rows(&shape, rows, MANY);
	drawing = value_begin(&shape, 0, false);
	for (size_t i = 0; i < MANY; i++)
		value_draw(&drawing, &shape, rows + i, SIZE_MAX);
	shape.flags &= (uint16_t) ~MS_SAMPLE_DRAWING;
	v = value_build(&shape, rows, MANY, false);
	finished = finish_rows(&shape, rows, MANY);
	HOST_EVERY(h, status, canonical_of_copy(&h, &v, &finished));
	CHECK(h.polls > 0);
	HOST_EVERY(h, status, drawn_of_copy(&h, &drawing));
	CHECK(h.polls > 0);
	HOST_EVERY(h, status, marginal_of(&h, &finished));
	HOST_EVERY(h, status, ms_sample_check(&h.ctx, finished.s, finished.size, MS_TYPE_SAMPLE));
	CHECK(h.polls > 0);
	free(drawing.s);
	free(finished.s);
	free(v.s);
	free(rows);
}

int
main(void)
{
	RUN(order_of_rows_does_not_matter);
	RUN(the_way_of_growth_does_not_matter);
	RUN(parts_merge_into_the_whole);
	RUN(merged_with_itself);
	RUN(canonical_is_idempotent);
	RUN(records_ascend_by_content);
	RUN(rows_come_out_as_they_went_in);
	RUN(without_weights_rows_weigh_one);
	RUN(distinct_points);
	RUN(an_abandoned_row_leaves_no_trace);
	RUN(strings_in_order);
	RUN(values_that_cannot_meet);
	RUN(strings_that_would_reach_the_gaps);
	RUN(a_column_without_a_kind_meets_any);
	RUN(weighted_meets_unweighted);
	RUN(conversion_keeps_the_order);
	RUN(a_subsample_is_the_least_hashes);
	RUN(equal_ids_tie_by_the_row);
	RUN(a_drawing_holds_at_most_twice_its_size);
	RUN(hashes_of_ids_never_change);
	RUN(every_row_is_drawn_as_often);
	RUN(a_marginal_is_the_sample_of_its_columns);
	RUN(marginals_that_are_not);
	RUN(refused_and_stopped_anywhere);
	return unit_done();
}
