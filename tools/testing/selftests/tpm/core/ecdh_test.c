// SPDX-License-Identifier: GPL-2.0-only
/* ecdh.c where it fails; what it computes is in its KUnit suite. */

#include "core.h"
#include "core/ecdh.h"

static void kernel_without_the_curve_is_no_error(void)
{
	struct vtpmb_ecdh ecdh;

	core_lack_ecdh(true);
	CHECK(!vtpmb_ecdh_open(&ecdh));
	CHECK(!ecdh.tfm);
	vtpmb_ecdh_close(&ecdh);
	core_lack_ecdh(false);
}

static void every_failed_allocation_is_survived(void)
{
	u8 key[VTPMB_ECDH_SIZE], point[VTPMB_ECDH_POINT], secret[VTPMB_ECDH_SIZE];
	struct vtpmb_ecdh ecdh;
	unsigned int nth;

	core_fail_alloc(1);
	CHECK_EQ(vtpmb_ecdh_open(&ecdh), -ENOMEM);
	CHECK(!ecdh.tfm);
	CHECK(!vtpmb_ecdh_open(&ecdh));
	for (nth = 1; nth <= 2; nth++) {
		static const u8 zeros[VTPMB_ECDH_SIZE];

		core_fail_alloc(nth);
		CHECK_EQ(vtpmb_ecdh_make_key(&ecdh, key, point), -ENOMEM);
		CHECK_MEM(key, zeros, sizeof(key));
		CHECK(!vtpmb_ecdh_make_key(&ecdh, key, point));
		core_fail_alloc(nth);
		CHECK_EQ(vtpmb_ecdh_agree(&ecdh, key, point, secret), -ENOMEM);
	}
	vtpmb_ecdh_close(&ecdh);
}

/* The same number in each kernel: the transform has it instead of a key when it is idle. */
static void transform_keeps_no_key(void)
{
	u8 key[VTPMB_ECDH_SIZE], point[VTPMB_ECDH_POINT];
	struct vtpmb_ecdh ecdh;
	const u8 *tfm;

	CHECK(!vtpmb_ecdh_open(&ecdh));
	CHECK(!vtpmb_ecdh_make_key(&ecdh, key, point));
	/* The stand-in's transform is the key and nothing else. */
	tfm = (const u8 *)ecdh.tfm;
	CHECK(memcmp(tfm, key, sizeof(key)));
	CHECK_EQ(tfm[VTPMB_ECDH_SIZE - 1], 2);
	vtpmb_ecdh_close(&ecdh);
}

static const struct core_test tests[] = {
	CORE_TEST(kernel_without_the_curve_is_no_error),
	CORE_TEST(every_failed_allocation_is_survived),
	CORE_TEST(transform_keeps_no_key),
};

CORE_MAIN(tests)
