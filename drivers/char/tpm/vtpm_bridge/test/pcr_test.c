// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: PCR banks. */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/hash.h"
#include "../core/pcr.h"

#define ALG_SHA1	0x0004
#define ALG_SHA256	0x000B

static struct vtpmb_hash hash[2];
static struct vtpmb_pcrs *pcrs;

static int pcr_test_init(struct kunit *test)
{
	pcrs = kunit_kzalloc(test, sizeof(*pcrs), GFP_KERNEL);
	if (!pcrs)
		return -ENOMEM;
	if (!vtpmb_hash_find(ALG_SHA1) || !vtpmb_hash_find(ALG_SHA256))
		return -ENOENT;
	hash[0] = *vtpmb_hash_find(ALG_SHA1);
	hash[1] = *vtpmb_hash_find(ALG_SHA256);
	vtpmb_pcrs_init(pcrs, vtpmb_pcr_rules_tpm20, hash, ARRAY_SIZE(hash));
	return 0;
}

static const u8 *value(u16 alg, unsigned int index)
{
	return vtpmb_pcrs_bank(pcrs, alg)->value[index];
}

/* SHA-256 of 32 zero bytes after 32 zero bytes. */
static const u8 extended_once[32] = {
	0xf5, 0xa5, 0xfd, 0x42, 0xd1, 0x6a, 0x20, 0x30,
	0x27, 0x98, 0xef, 0x6e, 0xd3, 0x09, 0x97, 0x9b,
	0x43, 0x00, 0x3d, 0x23, 0x20, 0xd9, 0xf0, 0xe8,
	0xea, 0x98, 0x31, 0xa9, 0x27, 0x59, 0xfb, 0x4b,
};

static void extend_hashes_the_old_value_with_the_digest(struct kunit *test)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];

	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	KUNIT_EXPECT_EQ(test, vtpmb_pcrs_extend(pcrs, ALG_SHA256, 5, zeros), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 5), extended_once, 32), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA1, 5), zeros, 20), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 4), zeros, 32), 0);
}

static void extend_leaves_out_a_bank_that_is_not_there(struct kunit *test)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];
	u32 before;

	vtpmb_pcrs_allocate(pcrs, ALG_SHA1, false);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	before = pcrs->update_counter;
	KUNIT_EXPECT_EQ(test, vtpmb_pcrs_extend(pcrs, ALG_SHA1, 5, zeros), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_pcrs_extend(pcrs, 0x0027, 5, zeros), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA1, 5), zeros, 20), 0);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, before);
	KUNIT_EXPECT_NULL(test, vtpmb_pcrs_bank(pcrs, 0x0027));
}

static void start_gives_zeros_ones_and_the_locality(struct kunit *test)
{
	unsigned int i;

	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 3);
	KUNIT_EXPECT_EQ(test, value(ALG_SHA1, 0)[19], 3);
	KUNIT_EXPECT_EQ(test, value(ALG_SHA256, 0)[31], 3);
	KUNIT_EXPECT_EQ(test, value(ALG_SHA256, 0)[0], 0);
	for (i = 1; i < VTPMB_NR_PCRS; i++)
		KUNIT_EXPECT_EQ(test, value(ALG_SHA256, i)[31], i > 16 && i < 23 ? 0xff : 0);
}

static void only_resume_keeps_values_and_only_saved_ones(struct kunit *test)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];

	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 15, zeros);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 16, zeros);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESUME, 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 15), extended_once, 32), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 16), zeros, 32), 0);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESTART, 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 15), zeros, 32), 0);
}

/* As libtpms counts: 20 registers of 24 count, by bank that changed. */
static void update_counter_counts_what_is_counted(struct kunit *test)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];

	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, 20u);
	vtpmb_pcrs_extend(pcrs, ALG_SHA1, 0, zeros);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 0, zeros);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, 22u);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 16, zeros);
	vtpmb_pcrs_reset(pcrs, 16);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, 22u);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESUME, 0);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, 26u);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	KUNIT_EXPECT_EQ(test, pcrs->update_counter, 20u);
}

static void reset_zeroes_one_register_in_all_banks(struct kunit *test)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];

	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 23, zeros);
	vtpmb_pcrs_extend(pcrs, ALG_SHA256, 16, zeros);
	vtpmb_pcrs_reset(pcrs, 23);
	vtpmb_pcrs_reset(pcrs, 20);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 23), zeros, 32), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA1, 20), zeros, 20), 0);
	KUNIT_EXPECT_EQ(test, memcmp(value(ALG_SHA256, 16), extended_once, 32), 0);
}

static void allocation_waits_for_a_reset(struct kunit *test)
{
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	KUNIT_EXPECT_EQ(test, vtpmb_pcrs_allocate(pcrs, ALG_SHA1, false), 0);
	KUNIT_EXPECT_EQ(test, vtpmb_pcrs_allocate(pcrs, 0x0027, false), -ENOENT);
	KUNIT_EXPECT_TRUE(test, vtpmb_pcrs_bank(pcrs, ALG_SHA1)->active);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESTART, 0);
	KUNIT_EXPECT_TRUE(test, vtpmb_pcrs_bank(pcrs, ALG_SHA1)->active);
	vtpmb_pcrs_start(pcrs, VTPMB_PCR_RESET, 0);
	KUNIT_EXPECT_FALSE(test, vtpmb_pcrs_bank(pcrs, ALG_SHA1)->active);
	KUNIT_EXPECT_TRUE(test, vtpmb_pcrs_bank(pcrs, ALG_SHA256)->active);
}

static u32 extendable(const struct vtpmb_pcr_rule *rules, u8 locality)
{
	unsigned int i;
	u32 bits = 0;

	pcrs->rules = rules;
	for (i = 0; i < VTPMB_NR_PCRS; i++)
		bits |= vtpmb_pcrs_may_extend(pcrs, i, locality) << i;
	return bits;
}

static u32 resettable(const struct vtpmb_pcr_rule *rules, u8 locality)
{
	unsigned int i;
	u32 bits = 0;

	pcrs->rules = rules;
	for (i = 0; i < VTPMB_NR_PCRS; i++)
		bits |= vtpmb_pcrs_may_reset(pcrs, i, locality) << i;
	return bits;
}

/* TPM_CAP_PCR_PROPERTIES of libtpms 0.9.2. */
static void localities_of_tpm20_are_the_profiles(struct kunit *test)
{
	static const u32 extend[] = { 0x81ffff, 0x91ffff, 0xffffff, 0x9fffff, 0x87ffff };
	static const u32 reset[] = { 0x810000, 0x810000, 0xf10000, 0x810000, 0x7e0000 };
	unsigned int i;

	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, extendable(vtpmb_pcr_rules_tpm20, i), extend[i]);
		KUNIT_EXPECT_EQ(test, resettable(vtpmb_pcr_rules_tpm20, i), reset[i]);
	}
}

static void localities_of_tpm12_are_the_profiles(struct kunit *test)
{
	static const u32 extend[] = { 0x81ffff, 0x91ffff, 0xffffff, 0x9fffff, 0x87ffff };
	static const u32 reset[] = { 0x810000, 0x810000, 0xf10000, 0x810000, 0x9f0000 };
	unsigned int i;

	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, extendable(vtpmb_pcr_rules_tpm12, i), extend[i]);
		KUNIT_EXPECT_EQ(test, resettable(vtpmb_pcr_rules_tpm12, i), reset[i]);
	}
}

static struct kunit_case pcr_cases[] = {
	KUNIT_CASE(extend_hashes_the_old_value_with_the_digest),
	KUNIT_CASE(extend_leaves_out_a_bank_that_is_not_there),
	KUNIT_CASE(start_gives_zeros_ones_and_the_locality),
	KUNIT_CASE(only_resume_keeps_values_and_only_saved_ones),
	KUNIT_CASE(update_counter_counts_what_is_counted),
	KUNIT_CASE(reset_zeroes_one_register_in_all_banks),
	KUNIT_CASE(allocation_waits_for_a_reset),
	KUNIT_CASE(localities_of_tpm20_are_the_profiles),
	KUNIT_CASE(localities_of_tpm12_are_the_profiles),
	{}
};

static struct kunit_suite pcr_suite = {
	.name = "vtpmb_pcr",
	.init = pcr_test_init,
	.test_cases = pcr_cases,
};

kunit_test_suite(pcr_suite);
