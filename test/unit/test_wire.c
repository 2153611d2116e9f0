/*
 * test_wire.c: the common head, the bounded reader and the writer.
 */
#include "core/base/wire.h"

#include "host.h"

static ms_status
head_status(const void *bytes, size_t size, size_t least, const char *what)
{
	host h;
	ms_status status;

	host_init(&h);
	status = ms_wire_head(&h.ctx, bytes, size, MS_TYPE_GMM, 1, 0x0003, least);
	if (what)
		CHECK_STR(h.ctx.facts.what, what);
	return status;
}

TEST(head)
{
	ms_head head = {0xdeadbeef, MS_TYPE_GMM, 1, 0x0002};
	ms_head wrong;

	CHECK_INT(sizeof(ms_head), 8);
	CHECK_INT(head_status(&head, 8, 0, NULL), MS_OK);
	for (size_t size = 0; size < 8; size++)
		CHECK_INT(head_status(&head, size, 0, "size"), MS_CORRUPT);
	CHECK_INT(head_status(&head, 8, 9, "size"), MS_CORRUPT);
	wrong = head;
	wrong.type = MS_TYPE_SAMPLE;
	CHECK_INT(head_status(&wrong, 8, 0, "type"), MS_CORRUPT);
	wrong = head;
	wrong.version = 2;
	CHECK_INT(head_status(&wrong, 8, 0, "version"), MS_CORRUPT);
	for (int bit = 2; bit < 16; bit++)
	{
		wrong = head;
		wrong.flags = (uint16_t) (1 << bit);
		CHECK_INT(head_status(&wrong, 8, 0, "flags"), MS_CORRUPT);
	}
}

TEST(gap)
{
	double gap = ms_gap();
	uint64_t bits;

	memcpy(&bits, &gap, sizeof bits);
	CHECK(bits == MS_GAP_BITS);
	CHECK(isnan(gap));
}

TEST(what_is_written_is_read)
{
	static const double numbers[] = {0.1, -2.5, 1e308, 5e-324};
	double again[4];
	unsigned char bytes[8 + 4 + 8 + 8 + 32 + 3];
	ms_writer w;
	ms_reader r;
	const char *text;

	ms_writer_init(&w, bytes, 8);
	ms_write_u32(&w, 0x04030201);
	ms_write_u64(&w, UINT64_C(0x0c0b0a0908070605));
	ms_write_double(&w, 1.5);
	ms_write_doubles(&w, 4, numbers);
	ms_write_doubles(&w, 0, NULL);
	ms_write_bytes(&w, 3, "abc");
	ms_write_bytes(&w, 0, NULL);
	CHECK_INT(w.at, sizeof bytes);
	/* little-endian, without padding */
	for (int i = 0; i < 12; i++)
		CHECK_INT(bytes[8 + i], i + 1);

	ms_reader_init(&r, bytes, sizeof bytes, 8);
	CHECK_INT(ms_read_u32(&r), 0x04030201);
	CHECK(ms_read_u64(&r) == UINT64_C(0x0c0b0a0908070605));
	CHECK_BITS(ms_read_double(&r), 1.5);
	CHECK(ms_reader_has(&r, 4, 8));
	CHECK(!ms_reader_has(&r, 5, 8));
	CHECK(!ms_reader_has(&r, SIZE_MAX / 4, 8));
	ms_read_doubles(&r, 4, again);
	CHECK(memcmp(numbers, again, sizeof again) == 0);
	text = ms_read_bytes(&r, 3);
	CHECK(text && memcmp(text, "abc", 3) == 0);
	CHECK(!r.failed);
	CHECK(ms_reader_has(&r, 0, 8));
	CHECK(!ms_reader_has(&r, 1, 1));
}

TEST(a_failed_reader_stays_failed)
{
	unsigned char bytes[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	double doubles[2] = {1, 1};
	ms_reader r;

	ms_reader_init(&r, bytes, sizeof bytes, 8);
	CHECK(ms_read_u64(&r) == 0);
	CHECK(r.failed);
	/* what would have been there is not read any more */
	CHECK_INT(ms_read_u32(&r), 0);
	CHECK(ms_read_bytes(&r, 1) == NULL);
	CHECK(!ms_reader_has(&r, 0, 1));

	ms_reader_init(&r, bytes, sizeof bytes, 0);
	ms_read_doubles(&r, 2, doubles);
	CHECK(r.failed && doubles[0] == 0 && doubles[1] == 0);

	/* so many that their bytes overflow to a few */
	ms_reader_init(&r, bytes, sizeof bytes, 0);
	ms_read_doubles(&r, SIZE_MAX / 8 + 2, doubles);
	CHECK(r.failed);

	ms_reader_init(&r, bytes, sizeof bytes, 13);
	CHECK(r.failed);
	CHECK(ms_read_bytes(&r, SIZE_MAX) == NULL);
}

int
main(void)
{
	RUN(head);
	RUN(gap);
	RUN(what_is_written_is_read);
	RUN(a_failed_reader_stays_failed);
	return unit_done();
}
