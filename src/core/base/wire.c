/*
 * wire.c: the common head, and bounded reading and writing of little-endian numbers.
 */
#include "core/base/wire.h"

#include <string.h>

static ms_status
corrupt(ms_ctx *ctx, const char *what, size_t offset, double got, double wanted)
{
	return ms_fail(ctx, MS_CORRUPT, what, (int64_t) offset, got, wanted);
}

ms_status
ms_wire_head(ms_ctx *ctx, const void *bytes, size_t size, ms_type type, uint8_t version,
			 uint16_t known, size_t least)
{
	ms_head head;

	if (least < sizeof(head))
		least = sizeof(head);
	if (size < least)
		return corrupt(ctx, "size", size, (double) size, (double) least);
	memcpy(&head, bytes, sizeof(head));
	if (head.type != type)
		return corrupt(ctx, "type", offsetof(ms_head, type), head.type, type);
	if (head.version != version)
		return corrupt(ctx, "version", offsetof(ms_head, version), head.version, version);
	if (head.flags & ~known)
		return corrupt(ctx, "flags", offsetof(ms_head, flags), head.flags, known);
	return MS_OK;
}

void
ms_reader_init(ms_reader *r, const void *bytes, size_t size, size_t at)
{
	*r = (ms_reader){bytes, size, at, at > size};
}

const char *
ms_read_bytes(ms_reader *r, size_t n)
{
	const unsigned char *p;

	if (r->failed || n > r->size - r->at)
	{
		r->failed = true;
		return NULL;
	}
	p = r->bytes + r->at;
	r->at += n;
	return (const char *) p;
}

/* n bytes into out, or zeros. */
static void
read_into(ms_reader *r, size_t n, void *out)
{
	const char *p = ms_read_bytes(r, n);

	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

uint32_t
ms_read_u32(ms_reader *r)
{
	uint32_t v;

	read_into(r, sizeof(v), &v);
	return v;
}

uint64_t
ms_read_u64(ms_reader *r)
{
	uint64_t v;

	read_into(r, sizeof(v), &v);
	return v;
}

double
ms_read_double(ms_reader *r)
{
	double v;

	read_into(r, sizeof(v), &v);
	return v;
}

void
ms_read_doubles(ms_reader *r, size_t n, double *out)
{
	size_t bytes;

	if (!ms_size_mul(n, sizeof(*out), &bytes))
		r->failed = true;
	else if (n > 0)
		read_into(r, bytes, out);
}

bool
ms_reader_has(const ms_reader *r, size_t n, size_t size)
{
	size_t bytes;

	return !r->failed && ms_size_mul(n, size, &bytes) && bytes <= r->size - r->at;
}

void
ms_writer_init(ms_writer *w, void *bytes, size_t at)
{
	*w = (ms_writer){bytes, at};
}

void
ms_write_bytes(ms_writer *w, size_t n, const void *v)
{
	if (n == 0)
		return;
	memcpy(w->bytes + w->at, v, n);
	w->at += n;
}

void
ms_write_u32(ms_writer *w, uint32_t v)
{
	ms_write_bytes(w, sizeof(v), &v);
}

void
ms_write_u64(ms_writer *w, uint64_t v)
{
	ms_write_bytes(w, sizeof(v), &v);
}

void
ms_write_double(ms_writer *w, double v)
{
	ms_write_bytes(w, sizeof(v), &v);
}

void
ms_write_doubles(ms_writer *w, size_t n, const double *v)
{
	ms_write_bytes(w, n * sizeof(*v), v);
}
