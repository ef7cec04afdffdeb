// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: policy, on a table of four codes of which two are unsafe. */

#include <kunit/test.h>
#include <linux/errno.h>
#include "../core/policy.h"

enum { SAFE, UNSAFE, SAFE_TOO, UNSAFE_TOO, NR_ROWS };

static const u32 codes[NR_ROWS] = { 0x10, 0x20, 0x30, 0x40 };

static int fake_find(u32 code)
{
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++) {
		if (codes[i] == code)
			return i;
	}
	return -ENOENT;
}

static u32 fake_code(unsigned int row)
{
	return codes[row];
}

static bool fake_is_unsafe(unsigned int row)
{
	return row == UNSAFE || row == UNSAFE_TOO;
}

static const struct vtpmb_commands fake = {
	.nr_rows = NR_ROWS,
	.find = fake_find,
	.code = fake_code,
	.is_unsafe = fake_is_unsafe,
};

static bool permits(const struct vtpmb_policy *policy, unsigned int row)
{
	return vtpmb_policy_permits(policy, &fake, row);
}

static int set(struct vtpmb_policy *policy, unsigned int row,
	       enum vtpmb_policy_verb verb)
{
	return vtpmb_policy_set(policy, &fake, codes[row], verb);
}

static void empty_policy_is_what_the_table_says(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	KUNIT_EXPECT_TRUE(test, permits(&policy, SAFE));
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE));
	KUNIT_EXPECT_TRUE(test, permits(&policy, SAFE_TOO));
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE_TOO));
}

static void deny_refuses_one_code_only(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	KUNIT_EXPECT_EQ(test, set(&policy, SAFE, VTPMB_POLICY_DENY), 0);
	KUNIT_EXPECT_FALSE(test, permits(&policy, SAFE));
	KUNIT_EXPECT_TRUE(test, permits(&policy, SAFE_TOO));
}

static void allow_takes_denial_back(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	set(&policy, SAFE, VTPMB_POLICY_DENY);
	KUNIT_EXPECT_EQ(test, set(&policy, SAFE, VTPMB_POLICY_ALLOW), 0);
	KUNIT_EXPECT_TRUE(test, permits(&policy, SAFE));
}

static void plain_allow_of_unsafe_code_changes_nothing(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	KUNIT_EXPECT_EQ(test, set(&policy, UNSAFE, VTPMB_POLICY_ALLOW), -EACCES);
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE));
	set(&policy, UNSAFE, VTPMB_POLICY_ALLOW_UNSAFE);
	KUNIT_EXPECT_EQ(test, set(&policy, UNSAFE, VTPMB_POLICY_ALLOW), -EACCES);
	KUNIT_EXPECT_TRUE(test, permits(&policy, UNSAFE));
}

static void unsafe_grant_permits_one_code_only(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	KUNIT_EXPECT_EQ(test, set(&policy, UNSAFE, VTPMB_POLICY_ALLOW_UNSAFE), 0);
	KUNIT_EXPECT_TRUE(test, permits(&policy, UNSAFE));
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE_TOO));
}

static void denial_takes_unsafe_grant_away(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	set(&policy, UNSAFE, VTPMB_POLICY_ALLOW_UNSAFE);
	KUNIT_EXPECT_EQ(test, set(&policy, UNSAFE, VTPMB_POLICY_DENY), 0);
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE));
	/* The grant does not come back with the default. */
	set(&policy, UNSAFE, VTPMB_POLICY_DEFAULT);
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE));
}

static void denial_wins_when_both_bits_are_set(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	__set_bit(UNSAFE, policy.allow);
	__set_bit(UNSAFE, policy.deny);
	KUNIT_EXPECT_FALSE(test, permits(&policy, UNSAFE));
}

static void default_forgets_grant_and_denial(struct kunit *test)
{
	struct vtpmb_policy policy = {};

	set(&policy, SAFE, VTPMB_POLICY_DENY);
	set(&policy, UNSAFE, VTPMB_POLICY_ALLOW_UNSAFE);
	set(&policy, SAFE, VTPMB_POLICY_DEFAULT);
	set(&policy, UNSAFE, VTPMB_POLICY_DEFAULT);
	empty_policy_is_what_the_table_says(test);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(policy.allow, VTPMB_MAX_CODES));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(policy.deny, VTPMB_MAX_CODES));
}

static void what_was_set_last_is_read_back(struct kunit *test)
{
	static const struct {
		enum vtpmb_policy_verb set, get;
	} steps[] = {
		{ VTPMB_POLICY_DENY, VTPMB_POLICY_DENY },
		{ VTPMB_POLICY_ALLOW, VTPMB_POLICY_DEFAULT },
		{ VTPMB_POLICY_ALLOW_UNSAFE, VTPMB_POLICY_ALLOW_UNSAFE },
		{ VTPMB_POLICY_DENY, VTPMB_POLICY_DENY },
		{ VTPMB_POLICY_DEFAULT, VTPMB_POLICY_DEFAULT },
	};
	struct vtpmb_policy policy = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		KUNIT_EXPECT_EQ(test, set(&policy, SAFE, steps[i].set), 0);
		KUNIT_EXPECT_EQ(test, vtpmb_policy_get(&policy, SAFE), steps[i].get);
		KUNIT_EXPECT_EQ(test, vtpmb_policy_get(&policy, SAFE_TOO), VTPMB_POLICY_DEFAULT);
	}
	KUNIT_EXPECT_EQ(test, set(&policy, UNSAFE, VTPMB_POLICY_ALLOW), -EACCES);
	KUNIT_EXPECT_EQ(test, vtpmb_policy_get(&policy, UNSAFE), VTPMB_POLICY_DEFAULT);
}

static void unknown_code_is_no_entry_for_every_verb(struct kunit *test)
{
	static const enum vtpmb_policy_verb verbs[] = {
		VTPMB_POLICY_DEFAULT, VTPMB_POLICY_DENY,
		VTPMB_POLICY_ALLOW, VTPMB_POLICY_ALLOW_UNSAFE,
	};
	struct vtpmb_policy policy = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		KUNIT_EXPECT_EQ(test, vtpmb_policy_set(&policy, &fake, 0x11,
						       verbs[i]), -ENOENT);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(policy.allow, VTPMB_MAX_CODES));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(policy.deny, VTPMB_MAX_CODES));
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(empty_policy_is_what_the_table_says),
	KUNIT_CASE(deny_refuses_one_code_only),
	KUNIT_CASE(allow_takes_denial_back),
	KUNIT_CASE(plain_allow_of_unsafe_code_changes_nothing),
	KUNIT_CASE(unsafe_grant_permits_one_code_only),
	KUNIT_CASE(denial_takes_unsafe_grant_away),
	KUNIT_CASE(denial_wins_when_both_bits_are_set),
	KUNIT_CASE(default_forgets_grant_and_denial),
	KUNIT_CASE(what_was_set_last_is_read_back),
	KUNIT_CASE(unknown_code_is_no_entry_for_every_verb),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "vtpmb_policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
