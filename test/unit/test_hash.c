/*
 * test_hash.c: XXH64 against values of libxxhash 0.8.1, and the mix of integers.
 */
#include "unit.h"

#include "core/base/hash.h"

/* byte i of the pattern is 37 i + 11 */
static unsigned char pattern[1001];

TEST(published)
{
	CHECK_INT(ms_hash_bytes("", 0, 0), UINT64_C(0xef46db3751d8e999));
	CHECK_INT(ms_hash_bytes(NULL, 0, 2654435761u), UINT64_C(0xac75fda2929b17ef));
	CHECK_INT(ms_hash_bytes("a", 1, 0), UINT64_C(0xd24ec4f1a98c6e5b));
	CHECK_INT(ms_hash_bytes("abc", 3, 0), UINT64_C(0x44bc2cf5ad770999));
}

TEST(every_tail)
{
	static const struct
	{
		size_t n;
		uint64_t seed, hash;
	} known[] = {
		{1, 0, UINT64_C(0xf592c0c7639c4cb6)},
		{3, 1, UINT64_C(0x5ebfda8c9072a30d)},
		{4, 0, UINT64_C(0xfb1e5cf2f1ae4d95)},
		{8, 0, UINT64_C(0x57cb2b7521f3e21a)},
		{14, 0, UINT64_C(0x393648aa0a97d46f)},
		{31, 0, UINT64_C(0xe4a0e629e519a4ae)},
		{32, 0, UINT64_C(0xcc6b8aaada790b2d)},
		{33, 1, UINT64_C(0x0fd4b34807971da4)},
		{64, 0, UINT64_C(0x155ccce4bf32befc)},
		{100, UINT64_MAX, UINT64_C(0x4597afb8dd115092)},
		{222, 2654435761u, UINT64_C(0xa5c9f67f5a38f200)},
	};
	uint64_t all = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		CHECK_INT(ms_hash_bytes(pattern, known[i].n, known[i].seed), known[i].hash);
	/* lengths 0 to 1000 folded into one number */
	for (size_t n = 0; n <= 1000; n++)
		all = all * UINT64_C(6364136223846793005) + ms_hash_bytes(pattern, n, n);
	CHECK_INT(all, UINT64_C(0xbc6169469854e35e));
}

TEST(alignment_does_not_matter)
{
	uint64_t hash = ms_hash_bytes(pattern, 100, 5);
	unsigned char moved[108];

	for (int by = 1; by < 8; by++)
	{
		memcpy(moved + by, pattern, 100);
		CHECK_INT(ms_hash_bytes(moved + by, 100, 5), hash);
	}
}

TEST(mix)
{
	/* the first output of splitmix64 from state 0 */
	CHECK_INT(ms_hash_mix(UINT64_C(0x9e3779b97f4a7c15)), UINT64_C(0xe220a8397b1dcdaf));
	CHECK(ms_hash_u64(1, 0) != ms_hash_u64(1, 1));
	CHECK(ms_hash_u64(0, 1) != ms_hash_u64(1, 0));
}

int
main(void)
{
	for (int i = 0; i < 1001; i++)
		pattern[i] = (unsigned char) (i * 37 + 11);
	RUN(published);
	RUN(every_tail);
	RUN(alignment_does_not_matter);
	RUN(mix);
	return unit_done();
}
