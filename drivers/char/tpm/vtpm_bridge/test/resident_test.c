// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: what the keys, objects and sessions of both families have in common. */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include "../core/resident.h"

static void entry_with_the_oldest_use_is_chosen(struct kunit *test)
{
	struct vtpmb_resident a = { .phys = 1 }, b = { .phys = 2 };
	u64 clock = 0;

	vtpmb_resident_init(&a, &clock);
	vtpmb_resident_init(&b, &clock);
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(NULL, &b), &b);
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&b, &a), &a);
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&a, &b), &a);
	vtpmb_resident_use(&a, &clock);
	a.in_use = false;
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&a, &b), &b);
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&b, &a), &b);
}

static void entry_in_use_is_not_chosen(struct kunit *test)
{
	struct vtpmb_resident a = { .phys = 1 }, b = { .phys = 2 };
	u64 clock = 0;

	vtpmb_resident_init(&a, &clock);
	vtpmb_resident_init(&b, &clock);
	vtpmb_resident_use(&a, &clock);
	KUNIT_EXPECT_NULL(test, vtpmb_resident_older(NULL, &a));
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&b, &a), &b);
}

static void entry_that_is_not_loaded_is_not_chosen(struct kunit *test)
{
	struct vtpmb_resident a = {}, b = { .phys = 2 };
	u64 clock = 0;

	vtpmb_resident_init(&a, &clock);
	vtpmb_resident_init(&b, &clock);
	KUNIT_EXPECT_NULL(test, vtpmb_resident_older(NULL, &a));
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_resident_older(&b, &a), &b);
}

static void blob_is_copied_and_compared_whole(struct kunit *test)
{
	u8 blob[] = { 1, 2, 3, 4 };
	struct vtpmb_resident res = {};
	u64 clock = 0;

	vtpmb_resident_init(&res, &clock);
	KUNIT_EXPECT_FALSE(test, vtpmb_resident_has_blob(&res, blob, 0));
	KUNIT_ASSERT_EQ(test, vtpmb_resident_keep_blob(&res, blob, sizeof(blob)), 0);
	KUNIT_EXPECT_PTR_NE(test, res.blob, (u8 *)blob);
	KUNIT_EXPECT_TRUE(test, vtpmb_resident_has_blob(&res, blob, sizeof(blob)));
	KUNIT_EXPECT_FALSE(test, vtpmb_resident_has_blob(&res, blob, sizeof(blob) - 1));
	blob[3]++;
	KUNIT_EXPECT_FALSE(test, vtpmb_resident_has_blob(&res, blob, sizeof(blob)));
	vtpmb_resident_drop_blob(&res);
	KUNIT_EXPECT_NULL(test, res.blob);
	KUNIT_EXPECT_EQ(test, res.blob_len, 0);
}

static void session_without_blob_stays_in_the_list(struct kunit *test)
{
	struct vtpmb_resident res = {};
	u64 clock = 0;
	LIST_HEAD(saved);

	vtpmb_resident_init(&res, &clock);
	KUNIT_ASSERT_EQ(test, vtpmb_resident_keep_blob(&res, "abc", 3), 0);
	list_add_tail(&res.saved, &saved);
	vtpmb_resident_drop_blob(&res);
	KUNIT_EXPECT_FALSE(test, list_empty(&saved));
	vtpmb_resident_forget_saved(&res);
	KUNIT_EXPECT_TRUE(test, list_empty(&saved));
	vtpmb_resident_forget_saved(&res);
	KUNIT_EXPECT_TRUE(test, list_empty(&res.saved));
}

static struct kunit_case resident_cases[] = {
	KUNIT_CASE(entry_with_the_oldest_use_is_chosen),
	KUNIT_CASE(entry_in_use_is_not_chosen),
	KUNIT_CASE(entry_that_is_not_loaded_is_not_chosen),
	KUNIT_CASE(blob_is_copied_and_compared_whole),
	KUNIT_CASE(session_without_blob_stays_in_the_list),
	{}
};

static struct kunit_suite resident_suite = {
	.name = "vtpmb_resident",
	.test_cases = resident_cases,
};

kunit_test_suite(resident_suite);
