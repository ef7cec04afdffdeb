// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: digests, on vectors of FIPS 180-4 and RFC 4231. */

#include <kunit/test.h>
#include <linux/errno.h>
#include "../core/hash.h"
#include "../core/message.h"

struct vector {
	const char *name;
	u16 alg;
	u16 size;
	u8 abc[VTPMB_MAX_DIGEST];
};

static const struct vector vectors[] = {
	{ "sha1", 0x0004, 20, {
		0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d } },
	{ "sha256", 0x000B, 32, {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad } },
	{ "sha384", 0x000C, 48, {
		0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b,
		0xb5, 0xa0, 0x3d, 0x69, 0x9a, 0xc6, 0x50, 0x07,
		0x27, 0x2c, 0x32, 0xab, 0x0e, 0xde, 0xd1, 0x63,
		0x1a, 0x8b, 0x60, 0x5a, 0x43, 0xff, 0x5b, 0xed,
		0x80, 0x86, 0x07, 0x2b, 0xa1, 0xe7, 0xcc, 0x23,
		0x58, 0xba, 0xec, 0xa1, 0x34, 0xc8, 0x25, 0xa7 } },
	{ "sha512", 0x000D, 64, {
		0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba,
		0xcc, 0x41, 0x73, 0x49, 0xae, 0x20, 0x41, 0x31,
		0x12, 0xe6, 0xfa, 0x4e, 0x89, 0xa9, 0x7e, 0xa2,
		0x0a, 0x9e, 0xee, 0xe6, 0x4b, 0x55, 0xd3, 0x9a,
		0x21, 0x92, 0x99, 0x2a, 0x27, 0x4f, 0xc1, 0xa8,
		0x36, 0xba, 0x3c, 0x23, 0xa3, 0xfe, 0xeb, 0xbd,
		0x45, 0x4d, 0x44, 0x23, 0x64, 0x3c, 0xe8, 0x0e,
		0x2a, 0x9a, 0xc9, 0x4f, 0xa5, 0x4c, 0xa4, 0x9f } },
};

static void describe(const struct vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(vector, vectors, describe);

static void digest_of_whole_message(struct kunit *test)
{
	const struct vector *v = test->param_value;
	u8 got[VTPMB_MAX_DIGEST] = {};
	const struct vtpmb_hash *hash = vtpmb_hash_find(v->alg);

	KUNIT_ASSERT_NOT_NULL(test, hash);
	KUNIT_EXPECT_EQ(test, hash->alg, v->alg);
	KUNIT_EXPECT_EQ(test, hash->size, v->size);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_size(v->alg), v->size);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_digest(hash, "abc", 3, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, v->abc, sizeof(got)), 0);
}

static void digest_of_two_parts_is_that_of_both(struct kunit *test)
{
	const struct vector *v = test->param_value;
	u8 got[VTPMB_MAX_DIGEST] = {};
	const struct vtpmb_hash *hash = vtpmb_hash_find(v->alg);

	KUNIT_ASSERT_NOT_NULL(test, hash);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_digest2(hash, "ab", 2, "c", 1, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, v->abc, sizeof(got)), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_digest2(hash, "", 0, "abc", 3, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, v->abc, sizeof(got)), 0);
}

static void two_runs_at_once_do_not_mix(struct kunit *test)
{
	const struct vector *v = test->param_value;
	struct vtpmb_hash_run *run, *other;
	u8 got[VTPMB_MAX_DIGEST] = {};
	const struct vtpmb_hash *hash = vtpmb_hash_find(v->alg);

	KUNIT_ASSERT_NOT_NULL(test, hash);
	run = vtpmb_hash_start(hash);
	other = vtpmb_hash_start(hash);
	KUNIT_ASSERT_NOT_NULL(test, run);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_update(run, "a", 1), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_update(other, "xyz", 3), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_update(run, "bc", 2), 0);
	vtpmb_hash_drop(other);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_finish(run, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, v->abc, sizeof(got)), 0);
}

static void unknown_algorithm_is_not_found(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtpmb_hash_size(0), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_hash_size(0x0010), 0);
	KUNIT_EXPECT_NULL(test, vtpmb_hash_find(0));
	KUNIT_EXPECT_NULL(test, vtpmb_hash_find(0x0010));
}

static void every_known_digest_fits(struct kunit *test)
{
	unsigned int alg;

	for (alg = 0; alg <= 0xffff; alg++)
		KUNIT_EXPECT_LE(test, (unsigned int)vtpmb_hash_size(alg),
				(unsigned int)VTPMB_MAX_DIGEST);
}

static void mac_is_hmac_sha256(struct kunit *test)
{
	static const u8 want[VTPMB_MAC_SIZE] = {
		0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
		0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
		0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
	};
	struct vtpmb_message m = {};
	u8 got[VTPMB_MAC_SIZE];
	struct vtpmb_mac mac;

	KUNIT_ASSERT_EQ(test, vtpmb_mac_open(&mac), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_mac_set_key(&mac, (const u8 *)"another", 7), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_mac_set_key(&mac, (const u8 *)"Jefe", 4), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_mac_digest2(&mac, "what do ya want ", 16,
						"for nothing?", 12, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, want, sizeof(want)), 0);
	memset(got, 0, sizeof(got));
	vtpmb_message_add(&m, "what do ya want ", 16);
	vtpmb_message_add(&m, "for nothing?", 12);
	KUNIT_EXPECT_EQ(test, vtpmb_message_hmac(vtpmb_hash_find(0x000B), (const u8 *)"Jefe", 4,
						 &m, got), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, want, sizeof(want)), 0);
	vtpmb_mac_close(&mac);
	/* Closing twice is harmless: undo paths may. */
	vtpmb_mac_close(&mac);
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE_PARAM(digest_of_whole_message, vector_gen_params),
	KUNIT_CASE_PARAM(digest_of_two_parts_is_that_of_both, vector_gen_params),
	KUNIT_CASE_PARAM(two_runs_at_once_do_not_mix, vector_gen_params),
	KUNIT_CASE(unknown_algorithm_is_not_found),
	KUNIT_CASE(every_known_digest_fits),
	KUNIT_CASE(mac_is_hmac_sha256),
	{}
};

static struct kunit_suite hash_suite = {
	.name = "vtpmb_hash",
	.test_cases = hash_cases,
};

kunit_test_suite(hash_suite);
