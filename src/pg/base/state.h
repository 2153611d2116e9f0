/*
 * state.h: growing states of aggregates. One value, two representations: flat up to 256 KB, and
 * above it an expanded object in a memory context of its own. A family tells how its bytes grow;
 * nothing else knows where they lie.
 *
 * Why both: a flat state that doubles is copied by the executor each time (10 million float8[8]:
 * 9 times avg and 2.1 GB), an expanded one for every small group is walked by hash aggregation
 * at each step (50,000 groups: 69 s at a threshold of 8 KB, 2.3 s at 64 KB).
 */
#ifndef PGMEASURE_STATE_H
#define PGMEASURE_STATE_H

#include "pg/base/compat.h"

#include "core/base/ctx.h"

#define STATE_FLAT_LIMIT ((size_t) 256 * 1024)

/* What a family says of its bytes. `size` counts free space; the first word is the length word. */
typedef struct GrowingFamily
{
	const char *name; /* SQL type name */
	size_t (*used)(const void *value);
	void (*move)(void *to, size_t to_size, const void *from, size_t from_size);
	void (*stretch)(void *value, size_t old_size, size_t size);
	bool (*finished)(const void *value);						/* finish would change nothing */
	ms_status (*finish)(ms_ctx *ctx, void *value, size_t size); /* canonical order, in place */
	void (*flatten)(void *to, const void *value, size_t size);
} GrowingFamily;

typedef struct GrowingObject GrowingObject;

/* A growing value that is open for appending, or a finished one that is looked at. */
typedef struct Growing
{
	const GrowingFamily *family;
	void *value;
	size_t size;
	GrowingObject *object; /* NULL while flat */
	MemoryContext home;	   /* where an expanded object would live */
} Growing;

/*
 * Opens argument 0 of a transition or combine function, which is never trusted: it is used in
 * place only when it is our own expanded object or has a full header, else it is copied. The
 * capacity is what the memory holds, never a field. False when it is NULL: then begin one.
 * An error outside an aggregate.
 */
extern bool growing_open(Growing *g, FunctionCallInfo fcinfo, const GrowingFamily *family);

/* Memory for a new value with `need` bytes at least, not initialised. */
extern void growing_begin(Growing *g, size_t need);

/* A size of at least `need` bytes, used ones included; g->value may move. */
extern void growing_grow(Growing *g, size_t need);
static inline void
growing_reserve(Growing *g, size_t need)
{
	if (unlikely(need > g->size))
		growing_grow(g, need);
}

/* What a transition function returns. */
extern Datum growing_datum(const Growing *g);

/* What it returns for a row to skip: the state as it was. */
extern Datum growing_skip(FunctionCallInfo fcinfo);

/* What a final function returns: a flat finished copy, or the expanded object, read-only. */
extern Datum growing_final(FunctionCallInfo fcinfo, const GrowingFamily *family);

/* Outside aggregates: begins in the current context. */
extern void growing_new(Growing *g, const GrowingFamily *family, size_t need);
extern Datum growing_finished(const Growing *g);

/* A finished flat value: the value itself when it is one, else a copy. */
extern Datum growing_flat(const Growing *g);

/*
 * A value argument, looked at where it lies: expanded, or detoasted. Never changed but by finish.
 * A flat value that is not finished (a state that an aggregate of the user's gave out) may lie in
 * a page of a table, where finishing it would write: it is copied.
 */
extern void growing_view(Growing *g, FunctionCallInfo fcinfo, int argno, const GrowingFamily *family);

#endif
