/*
 * sample_build.h: samples for tests, built row by row through the interface of sample.h, in memory
 * that holds not a byte more than the value was promised (so that the sanitizer sees every step
 * outside). A value is given back by free(v.s).
 */
#ifndef SAMPLE_BUILD_H
#define SAMPLE_BUILD_H

#include <stdlib.h>

#include "core/base/sample.h"
#include "host.h"

#define MOST_COLUMNS 6

typedef struct sample_shape
{
	uint16_t flags;
	size_t d;
	unsigned char kinds[MOST_COLUMNS]; /* MIXED only */
	uint64_t draw;                     /* rows wanted, DRAWING only */
} sample_shape;

/* A row: numbers and booleans in x, strings in text; a NaN or NULL is a gap. */
typedef struct sample_row
{
	double x[MOST_COLUMNS];
	const char *text[MOST_COLUMNS];
	double weight;
	int64_t id;
	const char *id_text;
} sample_row;

typedef struct value
{
	ms_sample *s;
	size_t size;
	bool moves; /* grows by moving, else in place */
} value;

static inline value
value_begin(const sample_shape *shape, size_t size, bool moves)
{
	size_t base = ms_sample_base(shape->d, shape->flags);
	value v = {NULL, size < base ? base : size, moves};

	v.s = malloc(v.size);
	memset(v.s, 0xa5, v.size);
	ms_sample_begin(v.s, v.size, MS_TYPE_SAMPLE, shape->d, shape->flags);
	if (shape->flags & MS_SAMPLE_DRAWING)
		ms_sample_drawing(v.s)->size = shape->draw;
	return v;
}

/* Sees to `room` free bytes. */
static inline void
value_reserve(value *v, size_t room)
{
	size_t size = ms_sample_used(v->s) + room;
	ms_sample *s;

	if (size <= v->size)
		return;
	size += v->size / 3;
	if (v->moves)
	{
		s = malloc(size);
		ms_sample_move(s, size, v->s, v->size);
		free(v->s);
	}
	else
	{
		s = realloc(v->s, size);
		ms_sample_stretch(s, v->size, size);
	}
	v->s = s;
	v->size = size;
}

static inline ms_string
string_of(const char *text)
{
	return (ms_string){text, strlen(text)};
}

static inline uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline size_t
row_room(const sample_shape *shape, const sample_row *row)
{
	size_t room = (shape->d + 2) * sizeof(uint64_t);

	for (size_t j = 0; j < shape->d; j++)
		room += row->text[j] ? strlen(row->text[j]) : 0;
	return room + (row->id_text ? strlen(row->id_text) : 0);
}

static inline uint64_t
slot_of(value *v, ms_kind kind, const sample_row *row, size_t j)
{
	if (kind == MS_KIND_NOMINAL)
		return row->text[j] ? ms_sample_add_string(v->s, v->size, string_of(row->text[j]))
							: MS_GAP_BITS;
	return isnan(row->x[j]) ? MS_GAP_BITS : bits_of(row->x[j]);
}

static inline void
value_append(value *v, const sample_shape *shape, const sample_row *row)
{
	uint16_t flags = shape->flags;
	unsigned char *kinds = ms_sample_kinds(v->s);
	bool incomplete = false;
	uint64_t *record;

	value_reserve(v, row_room(shape, row));
	kinds = ms_sample_kinds(v->s);
	record = ms_sample_record(v->s, v->s->n);
	for (size_t j = 0; j < shape->d; j++)
	{
		record[j] = slot_of(v, kinds ? shape->kinds[j] : MS_KIND_NUMBER, row, j);
		if (record[j] == MS_GAP_BITS)
			incomplete = true;
		else if (kinds)
			kinds[j] = shape->kinds[j];
	}
	if (flags & MS_SAMPLE_WEIGHTED)
		record[ms_sample_weight_slot(v->s)] = bits_of(flags & MS_SAMPLE_DRAWING ? 1 : row->weight);
	if (flags & MS_SAMPLE_ID_INT)
		record[ms_sample_id_slot(v->s)] = (uint64_t) row->id;
	if (flags & MS_SAMPLE_ID_TEXT)
		record[ms_sample_id_slot(v->s)] =
			ms_sample_add_string(v->s, v->size, string_of(row->id_text));
	ms_sample_commit(v->s, incomplete);
}

/* Offers a row to a drawing, appends it, prunes at n rows or more. */
static inline void
value_draw(value *v, const sample_shape *shape, const sample_row *row, size_t prune_at)
{
	uint64_t hash = shape->flags & MS_SAMPLE_ID_TEXT
						? ms_sample_text_id_hash(string_of(row->id_text))
						: ms_sample_id_hash(v->s, v->size, (uint64_t) row->id);
	host h;

	if (!ms_sample_offer(v->s, hash))
		return;
	value_append(v, shape, row);
	host_init(&h);
	if (v->s->n >= prune_at)
		CHECK_INT(ms_sample_prune(&h.ctx, v->s, v->size), MS_OK);
}

static inline value
value_build(const sample_shape *shape, const sample_row *rows, size_t n, bool moves)
{
	value v = value_begin(shape, 0, moves);

	for (size_t i = 0; i < n; i++)
		if (shape->flags & MS_SAMPLE_DRAWING)
			value_draw(&v, shape, rows + i, 2 * shape->draw);
		else
			value_append(&v, shape, rows + i);
	return v;
}

/* Gives back a growing value and returns the finished one. */
static inline value
value_finish(value v)
{
	value to = {NULL, 0, false};
	host h;

	host_init(&h);
	CHECK_INT(ms_sample_canonical(&h.ctx, v.s, v.size), MS_OK);
	CHECK_INT(h.live, 0);
	to.size = ms_sample_used(v.s);
	to.s = malloc(to.size);
	ms_sample_flatten(to.s, v.s, v.size);
	free(v.s);
	return to;
}

static inline value
value_copy(const value *v)
{
	value to = {malloc(v->size), v->size, v->moves};

	memcpy(to.s, v->s, v->size);
	return to;
}

/* `from` into v, the flags as they come. */
static inline void
value_merge(value *v, const value *from)
{
	uint16_t flags = 0;
	host h;

	host_init(&h);
	CHECK_INT(ms_sample_meet(&h.ctx, v->s, from->s, &flags), MS_OK);
	if (flags != v->s->head.flags)
	{
		value to = {NULL, ms_sample_convert_size(v->s, flags), v->moves};

		to.s = malloc(to.size);
		ms_sample_convert(to.s, to.size, v->s, v->size, flags);
		CHECK_INT(to.s->head.flags, flags);
		free(v->s);
		*v = to;
	}
	value_reserve(v, ms_sample_merge_size(v->s, from->s));
	ms_sample_merge(v->s, v->size, from->s, from->size);
}

static inline bool
value_equal(const value *a, const value *b)
{
	return a->size == b->size && memcmp(a->s, b->s, a->size) == 0;
}

/* --- random rows ---------------------------------------------------------------------------- */

static uint64_t build_state = 1;

static inline uint64_t
build_random(uint64_t below)
{
	build_state = build_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (build_state >> 33) % below;
}

/* Words that tell apart what an order of strings can get wrong. */
static const char *const build_words[] = {"",
										  "a",
										  "ab",
										  "abcdefg",
										  "abcdefgh",
										  "abcdefghi",
										  "abcdefg\x01",
										  "abcdefg\xff",
										  "b",
										  "\xc3\xa4",
										  "a long prefix that is shared, 1",
										  "a long prefix that is shared, 2",
										  "a long prefix that is shared, 2 and more",
										  "\x7f",
										  "z"};
#define BUILD_WORDS (sizeof build_words / sizeof *build_words)

/* Few values, so that there are ties of everything. */
static inline sample_row
build_row(const sample_shape *shape)
{
	sample_row r = {.weight = (double) build_random(4) / 2,
					.id = (int64_t) build_random(40) - 20,
					.id_text = build_words[build_random(BUILD_WORDS)]};

	for (size_t j = 0; j < shape->d; j++)
	{
		bool gap = build_random(7) == 0;

		if (shape->flags & MS_SAMPLE_MIXED && shape->kinds[j] == MS_KIND_NOMINAL)
			r.text[j] = gap ? NULL : build_words[build_random(BUILD_WORDS)];
		else if (shape->flags & MS_SAMPLE_MIXED && shape->kinds[j] == MS_KIND_BOOLEAN)
			r.x[j] = gap ? NAN : (double) build_random(2);
		else
			r.x[j] = gap ? NAN : (double) build_random(5) - 2;
		if (shape->flags & MS_SAMPLE_MIXED && shape->kinds[j] == MS_KIND_UNKNOWN)
			r.x[j] = NAN;
	}
	return r;
}

static inline void
build_rows(const sample_shape *shape, sample_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rows[i] = build_row(shape);
}

static inline void
shuffle_rows(sample_row *rows, size_t n)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t j = build_random(i);
		sample_row held = rows[i - 1];

		rows[i - 1] = rows[j];
		rows[j] = held;
	}
}

/* Every combination of flags that a sample may bear, with d columns of all kinds where mixed. */
static inline size_t
build_shapes(sample_shape *shapes)
{
	static const uint16_t ids[] = {0, MS_SAMPLE_ID_INT, MS_SAMPLE_ID_TEXT};
	size_t m = 0;

	for (int mixed = 0; mixed < 2; mixed++)
		for (int id = 0; id < 3; id++)
			for (int weighted = 0; weighted < 2; weighted++)
				for (int drawing = 0; drawing <= (weighted && id > 0); drawing++)
					shapes[m++] =
						(sample_shape){.flags = (mixed ? MS_SAMPLE_MIXED : 0) | ids[id] |
												(weighted ? MS_SAMPLE_WEIGHTED : 0) |
												(drawing ? MS_SAMPLE_DRAWING : 0),
									   .d = mixed ? 5 : 2,
									   .kinds = {MS_KIND_BOOLEAN, MS_KIND_NOMINAL, MS_KIND_UNKNOWN,
												 MS_KIND_NUMBER, MS_KIND_NOMINAL},
									   .draw = 7};
	return m;
}
#define MOST_SHAPES 16

#endif
