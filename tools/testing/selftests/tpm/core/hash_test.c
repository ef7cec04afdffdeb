// SPDX-License-Identifier: GPL-2.0-only
/* hash.c where it fails; what it computes is in its KUnit suite. */

#include "core.h"

static void dropped_run_leaks_nothing(void)
{
	struct vtpmb_hash_run *run;

	CHECK(!vtpmb_hash_init());
	run = vtpmb_hash_start(vtpmb_hash_find(0x000B));
	CHECK(!vtpmb_hash_update(run, "abc", 3));
	vtpmb_hash_drop(run);
	vtpmb_hash_drop(NULL);
	vtpmb_hash_exit();
}

/* OpenSSL's SHA-3 and SM3 are not behind the stand-in: a kernel may lack some too. */
static void algorithm_that_the_kernel_lacks_is_not_found(void)
{
	CHECK(!vtpmb_hash_init());
	CHECK(vtpmb_hash_find(0x000B));
	CHECK_EQ(vtpmb_hash_size(0x0012), 32);
	CHECK(!vtpmb_hash_find(0x0012));
	vtpmb_hash_exit();
	CHECK(!vtpmb_hash_find(0x000B));
}

static void every_failed_allocation_is_survived(void)
{
	struct vtpmb_mac mac;
	unsigned int nth;

	for (nth = 1; nth <= 4; nth++) {
		core_fail_alloc(nth);
		CHECK_EQ(vtpmb_hash_init(), -ENOMEM);
		CHECK(!vtpmb_hash_find(0x0004));
	}
	core_fail_alloc(1);
	CHECK_EQ(vtpmb_mac_open(&mac), -ENOMEM);
	CHECK(!vtpmb_hash_init());
	core_fail_alloc(1);
	CHECK(!vtpmb_hash_start(vtpmb_hash_find(0x0004)));
	vtpmb_hash_exit();
}

static const struct core_test tests[] = {
	CORE_TEST(dropped_run_leaks_nothing),
	CORE_TEST(algorithm_that_the_kernel_lacks_is_not_found),
	CORE_TEST(every_failed_allocation_is_survived),
};

CORE_MAIN(tests)
