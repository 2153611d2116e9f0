/*
 * cache.c: models unpacked once a call site.
 */
#include "pg/base/cache.h"

#include "pg/base/value.h"

/* What tells two arguments apart: `size` in all, of which n bytes are compared. */
typedef struct CacheKey
{
	const char *bytes;
	size_t n;
	size_t size;
} CacheKey;

typedef struct CacheEntry
{
	struct CacheEntry *next; /* of another argument */
	int argno;
	const CacheFamily *family; /* NULL while there is no model */
	CacheKey key;
	void *model;
	MemoryContext context; /* of key and model */
} CacheEntry;

/* Type, version, flags and the hash, in a value's bytes after the length word. */
#define HASHED_HEAD (sizeof(ms_head) - VARHDRSZ + sizeof(uint64))

static CacheKey
key_of(const struct varlena *raw, bool hashed)
{
	CacheKey key = {(const char *) raw, VARSIZE_ANY(raw), VARSIZE_ANY(raw)};

	/* The length word is left out: short and full headers are the same value. */
	if (!VARATT_IS_EXTERNAL(raw) && !VARATT_IS_COMPRESSED(raw))
	{
		size_t size = VARSIZE_ANY_EXHDR(raw);

		key = (CacheKey){VARDATA_ANY(raw), hashed ? Min(size, HASHED_HEAD) : size, size};
	}
	return key;
}

static bool
key_equal(const CacheKey *a, const CacheKey *b)
{
	return a->size == b->size && a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static CacheEntry *
entry_of(FmgrInfo *site, int argno)
{
	CacheEntry *entry = site->fn_extra;

	while (entry && entry->argno != argno)
		entry = entry->next;
	if (!entry)
	{
		entry = MemoryContextAllocZero(site->fn_mcxt, sizeof(CacheEntry));
		entry->argno = argno;
		entry->context =
			AllocSetContextCreate(site->fn_mcxt, "pgmeasure model", ALLOCSET_DEFAULT_SIZES);
		entry->next = site->fn_extra;
		site->fn_extra = entry;
	}
	return entry;
}

/* An error on the way leaves an entry without a model. */
static void
entry_build(CacheEntry *entry, const CacheFamily *family, CacheKey key, const struct varlena *value)
{
	MemoryContext caller;
	char *bytes;

	entry->family = NULL;
	MemoryContextReset(entry->context);
	caller = MemoryContextSwitchTo(entry->context);
	entry->model = family->unpack(value);
	bytes = MemoryContextAllocHuge(entry->context, key.n);
	memcpy(bytes, key.bytes, key.n);
	MemoryContextSwitchTo(caller);

	entry->key = (CacheKey){bytes, key.n, key.size};
	entry->family = family;
}

void *
cache_get(FunctionCallInfo fcinfo, int argno, const CacheFamily *family)
{
	CacheEntry *entry = entry_of(fcinfo->flinfo, argno);
	struct varlena *raw = (struct varlena *) PG_GETARG_POINTER(argno);
	CacheKey key;

	/* Pointers into memory name nothing: what they point at is compared. */
	if (VARATT_IS_EXTERNAL(raw) && !VARATT_IS_EXTERNAL_ONDISK(raw))
		raw = PG_DETOAST_DATUM(PointerGetDatum(raw));
	key = key_of(raw, family->hashed);
	if (entry->family != family || !key_equal(&entry->key, &key))
		entry_build(entry, family, key, value_arg(fcinfo, argno, family->name, family->type));
	return entry->model;
}

/* Of the value the hash alone is compared: its size may be another each time. */
void *
cache_get_of(FunctionCallInfo fcinfo, int slot, const CacheFamily *family,
			 const struct varlena *value)
{
	CacheEntry *entry = entry_of(fcinfo->flinfo, slot);
	CacheKey key = key_of(value, true);

	key.size = key.n;
	if (entry->family != family || !key_equal(&entry->key, &key))
		entry_build(entry, family, key, value);
	return entry->model;
}
