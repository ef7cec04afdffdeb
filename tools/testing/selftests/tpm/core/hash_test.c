// SPDX-License-Identifier: GPL-2.0-only
/* hash.c, on vectors of FIPS 180-4 and RFC 4231. */

#include "core.h"

static const struct {
	u16 alg;
	const char *abc;
} vectors[] = {
	{ 0x0004, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ 0x000B, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ 0x000C, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		  "8086072ba1e7cc2358baeca134c825a7" },
	{ 0x000D, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

static void digests_are_right_whole_and_in_pieces(void)
{
	u8 want[64], got[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		struct vtpmb_hash_run *run;
		struct vtpmb_hash hash;

		CHECK(!vtpmb_hash_open(&hash, vectors[i].alg));
		CHECK_EQ(core_hex(want, sizeof(want), vectors[i].abc), hash.size);
		CHECK_EQ(vtpmb_hash_size(vectors[i].alg), hash.size);
		CHECK(!vtpmb_hash_digest(&hash, "abc", 3, got));
		CHECK_MEM(got, want, hash.size);
		CHECK(!vtpmb_hash_digest2(&hash, "a", 1, "bc", 2, got));
		CHECK_MEM(got, want, hash.size);
		run = vtpmb_hash_start(&hash);
		CHECK(!vtpmb_hash_update(run, "ab", 2));
		CHECK(!vtpmb_hash_update(run, "", 0));
		CHECK(!vtpmb_hash_update(run, "c", 1));
		CHECK(!vtpmb_hash_finish(run, got));
		CHECK_MEM(got, want, hash.size);
		vtpmb_hash_close(&hash);
	}
}

static void dropped_run_leaks_nothing(void)
{
	struct vtpmb_hash hash;
	struct vtpmb_hash_run *run;

	CHECK(!vtpmb_hash_open(&hash, 0x000B));
	run = vtpmb_hash_start(&hash);
	CHECK(!vtpmb_hash_update(run, "abc", 3));
	vtpmb_hash_drop(run);
	vtpmb_hash_drop(NULL);
	core_fail_alloc(1);
	CHECK(!vtpmb_hash_start(&hash));
	vtpmb_hash_close(&hash);
}

static void unknown_algorithm_is_refused(void)
{
	struct vtpmb_hash hash;

	CHECK_EQ(vtpmb_hash_size(0x0010), 0);
	CHECK_EQ(vtpmb_hash_open(&hash, 0x0010), -ENOENT);
	CHECK_EQ(vtpmb_hash_open(&hash, 0), -ENOENT);
	core_fail_alloc(1);
	CHECK_EQ(vtpmb_hash_open(&hash, 0x0004), -ENOMEM);
}

static void mac_is_hmac_sha256(void)
{
	struct vtpmb_mac mac;
	u8 want[32], got[32];

	core_hex(want, sizeof(want),
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	CHECK(!vtpmb_mac_open(&mac, (const u8 *)"Jefe", 4));
	CHECK(!vtpmb_mac_digest2(&mac, "what do ya want ", 16,
				 "for nothing?", 12, got));
	CHECK_MEM(got, want, sizeof(want));
	vtpmb_mac_close(&mac);
}

static const struct core_test tests[] = {
	CORE_TEST(digests_are_right_whole_and_in_pieces),
	CORE_TEST(dropped_run_leaks_nothing),
	CORE_TEST(unknown_algorithm_is_refused),
	CORE_TEST(mac_is_hmac_sha256),
};

CORE_MAIN(tests)
