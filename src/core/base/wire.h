/*
 * wire.h: how values lie in bytes.
 *
 * Every stored value begins with an ms_head: four bytes that belong to the host (PostgreSQL's
 * length word), then type, format version and flags. All numbers are little-endian, and doubles
 * are aligned to 8 bytes from the head. doc/format.md specifies each type. A reader never reads
 * outside its bytes and never believes a count before it has compared it with what is there.
 */
#ifndef MS_WIRE_H
#define MS_WIRE_H

#include "core/base/ctx.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored values are read in place: pgmeasure needs a little-endian host");

/* Type ids: stored for ever, never reused. */
typedef enum ms_type
{
	MS_TYPE_SAMPLE = 1,
	MS_TYPE_MIXED = 2,
	MS_TYPE_MOMENTS = 3,
	MS_TYPE_GMM = 4,
	MS_TYPE_GMM_STATS = 5,
	MS_TYPE_KMEDOIDS = 6,
	MS_TYPE_KMEANS = 7,
	MS_TYPE_DISSIMILARITY = 8,
	MS_TYPE_MINHASH = 9,
	MS_TYPE_KLL = 10,
	MS_TYPE_KERNEL_FEATURES = 11,
	MS_TYPE_KERNEL_MEAN = 12
} ms_type;

typedef struct ms_head
{
	uint32_t host; /* the host's length word; not part of the value */
	uint8_t type;
	uint8_t version;
	uint16_t flags;
} ms_head;

/* Columns of one value. */
#define MS_MAX_DIM 16384

/* A gap: a NULL element of a row. The one NaN that a value may hold. */
#define MS_GAP_BITS UINT64_C(0x7ff8000000000000)

static inline double
ms_gap(void)
{
	union
	{
		uint64_t bits;
		double value;
	} gap = {MS_GAP_BITS};

	return gap.value;
}

/* Checks type, version, that no flag outside `known` is set, and that `size` holds at least `least` bytes. */
extern ms_status ms_wire_head(ms_ctx *ctx, const void *bytes, size_t size, ms_type type, uint8_t version,
							  uint16_t known, size_t least);

/* A bounded reader: after a read past the end every read gives 0 and `failed` stays set. */
typedef struct ms_reader
{
	const unsigned char *bytes;
	size_t size;
	size_t at;
	bool failed;
} ms_reader;

extern void ms_reader_init(ms_reader *r, const void *bytes, size_t size, size_t at);
extern uint32_t ms_read_u32(ms_reader *r);
extern uint64_t ms_read_u64(ms_reader *r);
extern double ms_read_double(ms_reader *r);
extern void ms_read_doubles(ms_reader *r, size_t n, double *out);
/* n bytes in place, or NULL. */
extern const char *ms_read_bytes(ms_reader *r, size_t n);
/* Whether n more items of `size` bytes are there: ask before allocating for them. */
extern bool ms_reader_has(const ms_reader *r, size_t n, size_t size);

/* A writer into memory that the caller has sized. */
typedef struct ms_writer
{
	unsigned char *bytes;
	size_t at;
} ms_writer;

extern void ms_writer_init(ms_writer *w, void *bytes, size_t at);
extern void ms_write_u32(ms_writer *w, uint32_t v);
extern void ms_write_u64(ms_writer *w, uint64_t v);
extern void ms_write_double(ms_writer *w, double v);
extern void ms_write_doubles(ms_writer *w, size_t n, const double *v);
extern void ms_write_bytes(ms_writer *w, size_t n, const void *v);

#endif
