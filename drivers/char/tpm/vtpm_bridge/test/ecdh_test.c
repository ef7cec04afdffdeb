// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: keys on P-256. */

#include <kunit/test.h>
#include "../core/ecdh.h"

/* NIST's test vectors for ECC CDH, P-256, the first one: the peer, and the secret. */
static const u8 vector_key[VTPMB_ECDH_SIZE] = {
	0x7d, 0x7d, 0xc5, 0xf7, 0x1e, 0xb2, 0x9d, 0xda, 0xf8, 0x0d, 0x62, 0x14, 0x63, 0x2e,
	0xea, 0xe0, 0x3d, 0x90, 0x58, 0xaf, 0x1f, 0xb6, 0xd2, 0x2e, 0xd8, 0x0b, 0xad, 0xb6,
	0x2b, 0xc1, 0xa5, 0x34,
};

static const u8 vector_peer[VTPMB_ECDH_POINT] = {
	0x70, 0x0c, 0x48, 0xf7, 0x7f, 0x56, 0x58, 0x4c, 0x5c, 0xc6, 0x32, 0xca, 0x65, 0x64,
	0x0d, 0xb9, 0x1b, 0x6b, 0xac, 0xce, 0x3a, 0x4d, 0xf6, 0xb4, 0x2c, 0xe7, 0xcc, 0x83,
	0x88, 0x33, 0xd2, 0x87, 0xdb, 0x71, 0xe5, 0x09, 0xe3, 0xfd, 0x9b, 0x06, 0x0d, 0xdb,
	0x20, 0xba, 0x5c, 0x51, 0xdc, 0xc5, 0x94, 0x8d, 0x46, 0xfb, 0xf6, 0x40, 0xdf, 0xe0,
	0x44, 0x17, 0x82, 0xca, 0xb8, 0x5f, 0xa4, 0xac,
};

static const u8 vector_secret[VTPMB_ECDH_SIZE] = {
	0x46, 0xfc, 0x62, 0x10, 0x64, 0x20, 0xff, 0x01, 0x2e, 0x54, 0xa4, 0x34, 0xfb, 0xdd,
	0x2d, 0x25, 0xcc, 0xc5, 0x85, 0x20, 0x60, 0x56, 0x1e, 0x68, 0x04, 0x0d, 0xd7, 0x77,
	0x89, 0x97, 0xbd, 0x7b,
};

static void open_ecdh(struct kunit *test, struct vtpmb_ecdh *ecdh)
{
	KUNIT_ASSERT_EQ(test, vtpmb_ecdh_open(ecdh), 0);
	KUNIT_ASSERT_NOT_NULL(test, ecdh->tfm);
}

static void secret_is_that_of_nists_vector(struct kunit *test)
{
	u8 secret[VTPMB_ECDH_SIZE] = {};
	struct vtpmb_ecdh ecdh;

	open_ecdh(test, &ecdh);
	KUNIT_EXPECT_EQ(test, vtpmb_ecdh_agree(&ecdh, vector_key, vector_peer, secret), 0);
	KUNIT_EXPECT_EQ(test, memcmp(secret, vector_secret, sizeof(secret)), 0);
	vtpmb_ecdh_close(&ecdh);
	/* Closing twice is harmless: undo paths may. */
	vtpmb_ecdh_close(&ecdh);
}

static void two_keys_agree_on_a_secret(struct kunit *test)
{
	u8 key[2][VTPMB_ECDH_SIZE], point[2][VTPMB_ECDH_POINT], secret[2][VTPMB_ECDH_SIZE];
	struct vtpmb_ecdh ecdh;
	unsigned int i;

	open_ecdh(test, &ecdh);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, vtpmb_ecdh_make_key(&ecdh, key[i], point[i]), 0);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, vtpmb_ecdh_agree(&ecdh, key[i], point[!i], secret[i]), 0);
	KUNIT_EXPECT_EQ(test, memcmp(secret[0], secret[1], sizeof(secret[0])), 0);
	KUNIT_EXPECT_NE(test, memcmp(key[0], key[1], sizeof(key[0])), 0);
	KUNIT_EXPECT_NE(test, memcmp(point[0], point[1], sizeof(point[0])), 0);
	vtpmb_ecdh_close(&ecdh);
}

static void point_off_the_curve_is_refused(struct kunit *test)
{
	u8 peer[VTPMB_ECDH_POINT] = {}, secret[VTPMB_ECDH_SIZE];
	struct vtpmb_ecdh ecdh;

	open_ecdh(test, &ecdh);
	KUNIT_EXPECT_EQ(test, vtpmb_ecdh_agree(&ecdh, vector_key, peer, secret), -EINVAL);
	memcpy(peer, vector_peer, sizeof(peer));
	peer[sizeof(peer) - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, vtpmb_ecdh_agree(&ecdh, vector_key, peer, secret), -EINVAL);
	memset(peer, 0xff, sizeof(peer));
	KUNIT_EXPECT_EQ(test, vtpmb_ecdh_agree(&ecdh, vector_key, peer, secret), -EINVAL);
	vtpmb_ecdh_close(&ecdh);
}

static struct kunit_case ecdh_cases[] = {
	KUNIT_CASE(secret_is_that_of_nists_vector),
	KUNIT_CASE(two_keys_agree_on_a_secret),
	KUNIT_CASE(point_off_the_curve_is_refused),
	{}
};

static struct kunit_suite ecdh_suite = {
	.name = "vtpmb_ecdh",
	.test_cases = ecdh_cases,
};

kunit_test_suite(ecdh_suite);
