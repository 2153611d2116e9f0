/*
 * state.c: growing states of aggregates.
 */
#include "pg/base/state.h"

#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/value.h"
#include "port/pg_bitutils.h"

#define GROWING_MAGIC 0x70676d73

struct GrowingObject
{
	ExpandedObjectHeader header;
	int magic;
	const GrowingFamily *family;
	void *value;
	size_t size;
};

static Size object_flat_size(ExpandedObjectHeader *header);

static void
object_flatten(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	GrowingObject *object = (GrowingObject *) header;

	object->family->flatten(result, object->value, object->size);
	SET_VARSIZE(result, allocated_size);
}

static const ExpandedObjectMethods object_methods = {object_flat_size, object_flatten};

/* The object behind a pointer to an expanded datum of this family, else NULL. */
static GrowingObject *
object_of(Datum datum, const GrowingFamily *family)
{
	GrowingObject *object;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	object = (GrowingObject *) DatumGetEOHP(datum);
	return object->header.eoh_methods == &object_methods && object->magic == GROWING_MAGIC && object->family == family
			   ? object
			   : NULL;
}

static void
object_adopt(Growing *g, GrowingObject *object)
{
	g->object = object;
	g->value = object->value;
	g->size = object->size;
}

/* Free memory for `need` bytes: the next power of two, but not beyond the budget when need is within it. */
static size_t
grown_size(const Growing *g, size_t need)
{
	size_t budget = host_budget();
	size_t size;

	if (need > budget || need > MaxAllocHugeSize / 2)
		report_memory(g->family->name, need, budget);
	size = pg_nextpower2_size_t(need);
	return size > budget && budget > STATE_FLAT_LIMIT ? budget : size;
}

/* A new expanded object with `size` bytes; its value is not initialised. */
static void
object_begin(Growing *g, size_t size)
{
	MemoryContext context = AllocSetContextCreate(g->home, "pgmeasure growing value", ALLOCSET_SMALL_SIZES);
	GrowingObject *object = MemoryContextAlloc(context, sizeof(GrowingObject));

	EOH_init_header(&object->header, &object_methods, context);
	object->magic = GROWING_MAGIC;
	object->family = g->family;
	object->value = MemoryContextAllocHuge(context, size);
	object->size = size;
	object_adopt(g, object);
}

void
growing_begin(Growing *g, size_t need)
{
	size_t size = grown_size(g, need);

	g->object = NULL;
	if (size > STATE_FLAT_LIMIT)
	{
		object_begin(g, size);
		return;
	}
	g->value = palloc(size);
	g->size = size;
}

bool
growing_open(Growing *g, FunctionCallInfo fcinfo, const GrowingFamily *family)
{
	Datum datum = PG_GETARG_DATUM(0);
	GrowingObject *object;

	g->family = family;
	g->object = NULL;
	if (unlikely(!AggCheckCallContext(fcinfo, &g->home)))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return false;
	if (VARATT_IS_4B_U(DatumGetPointer(datum)))
	{
		g->value = DatumGetPointer(datum);
		g->size = VARSIZE(g->value);
		return true;
	}
	object = object_of(datum, family);
	if (object && VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
	{
		object_adopt(g, object);
		return true;
	}
	g->value = PG_DETOAST_DATUM_COPY(datum);
	g->size = VARSIZE(g->value);
	return true;
}

/* Moves the value into a larger memory, flat or expanded. */
static void
growing_move(Growing *g, size_t size)
{
	void *from = g->value;
	size_t from_size = g->size;

	growing_begin(g, size);
	g->family->move(g->value, g->size, from, from_size);
}

void
growing_grow(Growing *g, size_t need)
{
	size_t size = grown_size(g, need);

	if (!g->object)
	{
		growing_move(g, size);
		return;
	}
	g->object->value = repalloc_huge(g->object->value, size);
	g->family->stretch(g->object->value, g->size, size);
	g->object->size = size;
	object_adopt(g, g->object);
}

Datum
growing_datum(const Growing *g)
{
	if (g->object)
		return EOHPGetRWDatum(&g->object->header);
	SET_VARSIZE(g->value, g->size); /* the capacity */
	return PointerGetDatum(g->value);
}

Datum
growing_skip(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	fcinfo->isnull = PG_ARGISNULL(0);
	return PG_GETARG_DATUM(0);
}

/* Finishes in place, which is harmless (the multiset of rows stays) and nothing for a finished value. */
static size_t
growing_finish(const Growing *g)
{
	ms_ctx ctx;
	size_t used;

	host_init(&ctx);
	CORE(&ctx, g->family->finish(&ctx, g->value, g->size));
	used = g->family->used(g->value);
	if (used > VALUE_FLAT_LIMIT)
		report_flat_limit(g->family->name, used);
	return used;
}

static Size
object_flat_size(ExpandedObjectHeader *header)
{
	GrowingObject *object = (GrowingObject *) header;
	Growing g = {.family = object->family};

	object_adopt(&g, object);
	return growing_finish(&g);
}

static Datum
flat_copy(const Growing *g)
{
	size_t used = growing_finish(g);
	struct varlena *copy = palloc(used);

	g->family->flatten(copy, g->value, g->size);
	SET_VARSIZE(copy, used);
	return PointerGetDatum(copy);
}

/*
 * The object, read-only. The pointer is a fresh one in the current context: PostgreSQL 15 copies
 * the result of a final function, which would flatten it, unless it finds the pointer there.
 */
static Datum
object_pointer(const GrowingObject *object)
{
	void *pointer = palloc(EXPANDED_POINTER_SIZE);

	memcpy(pointer, object->header.eoh_ro_ptr, EXPANDED_POINTER_SIZE);
	return PointerGetDatum(pointer);
}

static void
view(Growing *g, Datum datum, const GrowingFamily *family)
{
	GrowingObject *object = object_of(datum, family);

	*g = (Growing){.family = family, .home = CurrentMemoryContext};
	if (object)
	{
		object_adopt(g, object);
		return;
	}
	g->value = PG_DETOAST_DATUM(datum);
	g->size = VARSIZE(g->value);
}

Datum
growing_final(FunctionCallInfo fcinfo, const GrowingFamily *family)
{
	Growing g;

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	view(&g, PG_GETARG_DATUM(0), family); /* the executor gives the state read-only */
	return growing_finished(&g);
}

void
growing_new(Growing *g, const GrowingFamily *family, size_t need)
{
	*g = (Growing){.family = family, .home = CurrentMemoryContext};
	growing_begin(g, need);
}

Datum
growing_finished(const Growing *g)
{
	return g->object ? object_pointer(g->object) : flat_copy(g);
}

void
growing_view(Growing *g, FunctionCallInfo fcinfo, int argno, const GrowingFamily *family)
{
	Datum datum = PG_GETARG_DATUM(argno);

	view(g, datum, family);
	if (!g->object && g->value == DatumGetPointer(datum) && !family->finished(g->value))
		g->value = PG_DETOAST_DATUM_COPY(datum);
}

Datum
growing_flat(const Growing *g)
{
	if (!g->object && growing_finish(g) == g->size)
		return PointerGetDatum(g->value);
	return flat_copy(g);
}
