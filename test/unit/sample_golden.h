/*
 * sample_golden.h: samples by name. Their bytes lie in test/golden, as every release wrote them,
 * and seed the fuzzer. The rows never change: a new form gets a new name.
 */
#ifndef SAMPLE_GOLDEN_H
#define SAMPLE_GOLDEN_H

#include "sample_build.h"

typedef struct golden
{
	const char *name;
	sample_shape shape;
	size_t n;
	sample_row rows[8];
	ms_type type; /* 0: a sample */
} golden;

#define G NAN

static const golden golden_values[] = {
	{.name = "sample_plain",
	 .shape = {0, 2, {0}, 0},
	 .n = 4,
	 .rows = {{.x = {1.5, -2}}, {.x = {0.1, 1e308}}, {.x = {1.5, -3}}, {.x = {0.1, 1e308}}}},
	{.name = "sample_one_number", .shape = {0, 1, {0}, 0}, .n = 1, .rows = {{.x = {5e-324}}}},
	{.name = "sample_gaps",
	 .shape = {0, 3, {0}, 0},
	 .n = 3,
	 .rows = {{.x = {1, G, 3}}, {.x = {G, G, G}}, {.x = {1, 2, 3}}}},
	{.name = "sample_weighted",
	 .shape = {MS_SAMPLE_WEIGHTED, 1, {0}, 0},
	 .n = 3,
	 .rows = {{.x = {2}, .weight = 0.5}, {.x = {1}, .weight = 0}, {.x = {2}, .weight = 0.25}}},
	{.name = "sample_keyed_int",
	 .shape = {MS_SAMPLE_ID_INT, 1, {0}, 0},
	 .n = 3,
	 .rows = {{.x = {7}, .id = -1}, {.x = {7}, .id = INT64_MIN}, {.x = {-7}, .id = INT64_MAX}}},
	{.name = "sample_keyed_text",
	 .shape = {MS_SAMPLE_ID_TEXT, 1, {0}, 0},
	 .n = 4,
	 .rows = {{.x = {3}, .id_text = "b"},
			  {.x = {2}, .id_text = "aa"},
			  {.x = {1}, .id_text = ""},
			  {.x = {1}, .id_text = "b"}}},
	{.name = "sample_keyed_weighted",
	 .shape = {MS_SAMPLE_ID_TEXT | MS_SAMPLE_WEIGHTED, 2, {0}, 0},
	 .n = 2,
	 .rows = {{.x = {0, 1}, .weight = 2, .id_text = "r\xc3\xa9sum\xc3\xa9"},
			  {.x = {0, G}, .weight = 3, .id_text = "r"}}},
	{.name = "sample_mixed",
	 .shape = {MS_SAMPLE_MIXED,
			   4,
			   {MS_KIND_NUMBER, MS_KIND_NOMINAL, MS_KIND_BOOLEAN, MS_KIND_UNKNOWN},
			   0},
	 .n = 4,
	 .rows = {{.x = {36.6, 0, 1, G}, .text = {0, "red"}},
			  {.x = {36.6, 0, 0, G}, .text = {0, "blue"}},
			  {.x = {G, 0, G, G}, .text = {0, NULL}},
			  {.x = {36.6, 0, 1, G}, .text = {0, "red"}}}},
	{.name = "sample_mixed_keyed_weighted",
	 .shape = {MS_SAMPLE_MIXED | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT,
			   2,
			   {MS_KIND_NOMINAL, MS_KIND_NOMINAL},
			   0},
	 .n = 2,
	 .rows = {{.text = {"x", "y"}, .weight = 1, .id = 10},
			  {.text = {"y", "x"}, .weight = 1.5, .id = 9}}},
	{.name = "sample_mixed_keyed_text",
	 .shape = {MS_SAMPLE_MIXED | MS_SAMPLE_ID_TEXT, 1, {MS_KIND_NOMINAL}, 0},
	 .n = 3,
	 .rows = {{.text = {"same"}, .id_text = "same"},
			  {.text = {"same, longer"}, .id_text = "other"},
			  {.text = {NULL}, .id_text = ""}}},
	{.name = "sample_drawing",
	 .shape = {MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT, 1, {0}, 3},
	 .n = 2,
	 .rows = {{.x = {1}, .id = 1}, {.x = {2}, .id = 2}}},
	{.name = "sample_drawing_pruned",
	 .shape = {MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_TEXT, 1, {0}, 3},
	 .n = 8,
	 .rows = {{.x = {1}, .id_text = "a"},
			  {.x = {2}, .id_text = "b"},
			  {.x = {3}, .id_text = "c"},
			  {.x = {4}, .id_text = "d"},
			  {.x = {5}, .id_text = "e"},
			  {.x = {6}, .id_text = "a"},
			  {.x = {7}, .id_text = "f"},
			  {.x = {8}, .id_text = "g"}}},
	{.name = "sample_drawing_mixed",
	 .shape = {MS_SAMPLE_DRAWING | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT | MS_SAMPLE_MIXED,
			   2,
			   {MS_KIND_BOOLEAN, MS_KIND_NOMINAL},
			   2},
	 .n = 3,
	 .rows = {{.x = {1}, .text = {0, "p"}, .id = 1},
			  {.x = {0}, .text = {0, "q"}, .id = 2},
			  {.x = {G}, .text = {0, "r"}, .id = 3}}},
	{.name = "sample_drawn",
	 .shape = {MS_SAMPLE_DRAWN | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT, 1, {0}, 0},
	 .n = 2,
	 .rows = {{.x = {1}, .weight = 10, .id = 1}, {.x = {2}, .weight = 10, .id = 2}}},
	{.name = "mixed_row",
	 .shape = {MS_SAMPLE_MIXED,
			   4,
			   {MS_KIND_NUMBER, MS_KIND_NOMINAL, MS_KIND_BOOLEAN, MS_KIND_UNKNOWN},
			   0},
	 .n = 1,
	 .rows = {{.x = {40, 0, 1, G}, .text = {0, "DE"}}},
	 .type = MS_TYPE_MIXED},
	{.name = "mixed_null",
	 .shape = {MS_SAMPLE_MIXED, 1, {MS_KIND_UNKNOWN}, 0},
	 .n = 1,
	 .rows = {{.x = {G}}},
	 .type = MS_TYPE_MIXED}};

#undef G

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

/* The finished value; its host word is 0. */
static inline value
golden_build(const golden *g)
{
	value v = value_finish(value_build(&g->shape, g->rows, g->n, false));

	if (g->type)
		v.s->head.type = (uint8_t) g->type;
	return v;
}

static inline const golden *
golden_find(const char *name)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
		if (strcmp(golden_values[i].name, name) == 0)
			return golden_values + i;
	return NULL;
}

/* --- one number of a good value changed ----------------------------------------------------- */

typedef struct broken
{
	const char *name;
	const char *of;
	size_t offset;
	size_t width;
	uint64_t put;
	const char *what; /* the check that must fail */
} broken;

#define MINUS_ZERO (UINT64_C(1) << 63)
#define INFINITE UINT64_C(0x7ff0000000000000)
#define ONE UINT64_C(0x3ff0000000000000)
#define HANDLE(offset, length) (UINT64_C(offset) << 24 | (length))

static const broken broken_values[] = {
	{"broken_type", "sample_plain", 4, 1, 9, "type"},
	{"broken_type_mixed", "sample_plain", 4, 1, MS_TYPE_MIXED, "type"},
	{"broken_version", "sample_plain", 5, 1, 2, "version"},
	{"broken_flag_unknown", "sample_plain", 6, 2, 0x0090, "flags"},
	{"broken_not_canonical", "sample_plain", 6, 2, 0x0000, "flags"},
	{"broken_two_ids", "sample_plain", 6, 2, 0x0016, "flags"},
	{"broken_drawing_unkeyed", "sample_plain", 6, 2, 0x0031, "flags"},
	{"broken_drawing_unweighted", "sample_plain", 6, 2, 0x0032, "flags"},
	{"broken_drawn_unkeyed", "sample_plain", 6, 2, 0x0051, "flags"},
	{"broken_drawn_unweighted", "sample_plain", 6, 2, 0x0052, "flags"},
	{"broken_drawn_drawing", "sample_drawing", 6, 2, 0x0073, "flags"},
	{"broken_no_rows", "sample_plain", 8, 8, 0, "rows"},
	{"broken_rows_overflow", "sample_plain", 8, 8, UINT64_C(1) << 60, "size"},
	{"broken_rows_wrap_around", "sample_plain", 8, 8, (UINT64_C(1) << 60) + 4, "size"},
	{"broken_rows_one_more", "sample_plain", 8, 8, 5, "size"},
	{"broken_no_columns", "sample_plain", 16, 4, 0, "columns"},
	{"broken_columns_too_many", "sample_plain", 16, 4, MS_MAX_DIM + 1, "columns"},
	{"broken_columns_huge", "sample_plain", 16, 4, UINT32_MAX, "columns"},
	{"broken_columns_one_more", "sample_plain", 16, 4, 3, "size"},
	{"broken_reserved", "sample_plain", 20, 4, 1, "reserved"},
	{"broken_incomplete", "sample_plain", 24, 8, 1, "incomplete"},
	{"broken_incomplete_less", "sample_gaps", 24, 8, 1, "incomplete"},
	{"broken_heap_huge", "sample_plain", 32, 8, UINT64_MAX, "strings"},
	{"broken_heap_beyond_gaps", "sample_plain", 32, 8, MS_SAMPLE_HEAP_MAX + 1, "strings"},
	{"broken_heap_beyond_end", "sample_plain", 32, 8, 100, "size"},
	{"broken_infinite", "sample_plain", 40, 8, INFINITE, "value"},
	{"broken_nan", "sample_plain", 40, 8, MS_GAP_BITS + 1, "value"},
	{"broken_nan_negative", "sample_plain", 40, 8, MS_GAP_BITS | MINUS_ZERO, "value"},
	{"broken_minus_zero", "sample_plain", 40, 8, MINUS_ZERO, "value"},
	{"broken_order", "sample_plain", 40, 8, UINT64_C(0x4022000000000000), "order"},
	{"broken_weight_negative", "sample_weighted", 48, 8, ONE | MINUS_ZERO, "weight"},
	{"broken_weight_minus_zero", "sample_weighted", 48, 8, MINUS_ZERO, "weight"},
	{"broken_weight_gap", "sample_weighted", 48, 8, MS_GAP_BITS, "weight"},
	{"broken_weight_infinite", "sample_weighted", 48, 8, INFINITE, "weight"},
	{"broken_weight_vast", "sample_weighted", 48, 8, 0x7fe1ccf385ebc8a0, "weight"},
	{"broken_id_gap", "sample_keyed_text", 64, 8, MS_GAP_BITS, "id"},
	{"broken_id_outside", "sample_keyed_text", 64, 8, HANDLE(4, 1), "id"},
	{"broken_id_too_long", "sample_keyed_text", 64, 8, HANDLE(3, 4), "id"},
	{"broken_id_empty_elsewhere", "sample_keyed_text", 48, 8, HANDLE(1, 0), "id"},
	{"broken_string_unused", "sample_keyed_text", 80, 8, HANDLE(3, 1), "strings"},
	{"broken_string_inside", "sample_keyed_text", 64, 8, HANDLE(2, 1), "strings"},
	{"broken_string_order", "sample_keyed_text", 104, 1, 'A', "strings"},
	{"broken_padding", "sample_mixed", 47, 1, 1, "padding"},
	{"broken_kind", "sample_mixed", 40, 1, 4, "kinds"},
	{"broken_kind_unborne", "sample_mixed", 43, 1, MS_KIND_NUMBER, "kinds"},
	{"broken_kind_forgotten", "sample_mixed", 42, 1, MS_KIND_UNKNOWN, "value"},
	{"broken_boolean", "sample_mixed", 64, 8, ONE + 1, "value"},
	{"broken_nominal", "sample_mixed", 56, 8, ONE, "value"},
	{"broken_drawing_nothing", "sample_drawing", 40, 8, 0, "drawing"},
	{"broken_drawing_holds_more", "sample_drawing", 40, 8, 1, "drawing"},
	{"broken_drawing_seen_less", "sample_drawing", 48, 8, 1, "drawing"},
	{"broken_drawing_seen_more", "sample_drawing", 48, 8, 3, "drawing"},
	{"broken_drawing_weight", "sample_drawing", 72, 8, ONE + 1, "weight"},
	{"broken_drawing_threshold", "sample_drawing", 56, 8, 5, "threshold"},
	{"broken_drawing_threshold_pruned", "sample_drawing_pruned", 56, 8, 5, "threshold"},
	{"broken_mixed_weighted", "mixed_row", 6, 2, 0x0019, "flags"},
	{"broken_mixed_unmixed", "mixed_row", 6, 2, 0x0010, "flags"},
	{"broken_mixed_two_rows", "mixed_row", 8, 8, 2, "rows"}};

#define BROKEN_VALUES (sizeof broken_values / sizeof *broken_values)

static inline value
broken_build(const broken *b)
{
	value v = golden_build(golden_find(b->of));

	memcpy((char *) v.s + b->offset, &b->put, b->width);
	return v;
}

#endif
