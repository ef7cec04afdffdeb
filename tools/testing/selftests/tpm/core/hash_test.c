// SPDX-License-Identifier: GPL-2.0-only
/* hash.c where it fails; what it computes is in its KUnit suite. */

#include "core.h"

static void dropped_run_leaks_nothing(void)
{
	struct vtpmb_hash hash;
	struct vtpmb_hash_run *run;

	CHECK(!vtpmb_hash_open(&hash, 0x000B));
	run = vtpmb_hash_start(&hash);
	CHECK(!vtpmb_hash_update(run, "abc", 3));
	vtpmb_hash_drop(run);
	vtpmb_hash_drop(NULL);
	vtpmb_hash_close(&hash);
}

static void every_failed_allocation_is_survived(void)
{
	struct vtpmb_hash hash;
	struct vtpmb_mac mac;

	core_fail_alloc(1);
	CHECK_EQ(vtpmb_hash_open(&hash, 0x0004), -ENOMEM);
	core_fail_alloc(1);
	CHECK_EQ(vtpmb_mac_open(&mac, (const u8 *)"key", 3), -ENOMEM);
	CHECK(!vtpmb_hash_open(&hash, 0x0004));
	core_fail_alloc(1);
	CHECK(!vtpmb_hash_start(&hash));
	vtpmb_hash_close(&hash);
}

static const struct core_test tests[] = {
	CORE_TEST(dropped_run_leaks_nothing),
	CORE_TEST(every_failed_allocation_is_survived),
};

CORE_MAIN(tests)
