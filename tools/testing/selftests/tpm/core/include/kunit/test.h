/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a KUnit suite needs, so that the suites of the pure core run here too,
 * in milliseconds and under ASan.  They are still KUnit's: see ../../../kunit.
 */
#ifndef SHIM_KUNIT_TEST_H
#define SHIM_KUNIT_TEST_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

struct kunit {
	void *priv;
	const void *param_value;
	const char *name;
	bool failed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_PARAM_DESC_SIZE	128
#define KUNIT_CASE(fn)		{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_PARAM(fn, gen) \
	{ .run_case = fn, .name = #fn, .generate_params = gen }
#define KUNIT_ARRAY_PARAM(name, array, get_desc)			\
static const void *name##_gen_params(const void *prev, char *desc)	\
{									\
	__typeof__((array)[0]) *next = prev ? (__typeof__(next))prev + 1 : (array); \
	void (*__describe)(__typeof__(next), char *) = get_desc;		\
									\
	if (next - (array) >= (long)ARRAY_SIZE(array))			\
		return NULL;						\
	if (__describe)							\
		__describe(next, desc);					\
	return next;							\
}

extern struct kunit_suite *shim_kunit_suites[];

#define kunit_test_suites(...) \
	struct kunit_suite *shim_kunit_suites[] = { __VA_ARGS__, NULL }
#define kunit_test_suite(suite)	kunit_test_suites(&suite)

__printf(5, 6)
void shim_kunit_fail(struct kunit *test, bool stop, const char *file, int line,
		     const char *fmt, ...);
void *shim_kunit_alloc(size_t len, bool zero);

#define kunit_kmalloc(test, len, gfp)		shim_kunit_alloc(len, false)
#define kunit_kzalloc(test, len, gfp)		shim_kunit_alloc(len, true)
#define kunit_kcalloc(test, n, len, gfp)	shim_kunit_alloc((n) * (len), true)
#define kunit_kmalloc_array(test, n, len, gfp)	shim_kunit_alloc((n) * (len), false)
#define kunit_info(test, fmt, ...)		printf("# " fmt "\n", ##__VA_ARGS__)

#define __shim_kunit(test, stop, ok, text, fmt, ...) do {		\
	if (!(ok))							\
		shim_kunit_fail(test, stop, __FILE__, __LINE__, "%s" fmt, \
				text, ##__VA_ARGS__);			\
} while (0)

#define __shim_kunit_cmp(test, stop, a, op, b, fmt, ...) do {		\
	__typeof__(a) __a = (a);					\
	__typeof__(b) __b = (b);					\
	__shim_kunit(test, stop, __a op __b, #a " " #op " " #b, ": %lld, %lld" fmt, \
		     (long long)__a, (long long)__b, ##__VA_ARGS__);	\
} while (0)

#define KUNIT_FAIL(t, fmt, ...)	__shim_kunit(t, false, false, "", fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_TRUE(t, x)		__shim_kunit(t, false, x, #x, "")
#define KUNIT_EXPECT_FALSE(t, x)	__shim_kunit(t, false, !(x), "!" #x, "")
#define KUNIT_EXPECT_EQ(t, a, b)	__shim_kunit_cmp(t, false, a, ==, b, "")
#define KUNIT_EXPECT_NE(t, a, b)	__shim_kunit_cmp(t, false, a, !=, b, "")
#define KUNIT_EXPECT_LT(t, a, b)	__shim_kunit_cmp(t, false, a, <, b, "")
#define KUNIT_EXPECT_LE(t, a, b)	__shim_kunit_cmp(t, false, a, <=, b, "")
#define KUNIT_EXPECT_GT(t, a, b)	__shim_kunit_cmp(t, false, a, >, b, "")
#define KUNIT_EXPECT_GE(t, a, b)	__shim_kunit_cmp(t, false, a, >=, b, "")
#define KUNIT_EXPECT_NULL(t, p)		__shim_kunit(t, false, !(p), "!" #p, "")
#define KUNIT_EXPECT_NOT_NULL(t, p)	__shim_kunit(t, false, (p) != NULL, #p, "")
#define KUNIT_EXPECT_PTR_EQ(t, a, b)	__shim_kunit(t, false, (a) == (b), #a " == " #b, "")
#define KUNIT_EXPECT_PTR_NE(t, a, b)	__shim_kunit(t, false, (a) != (b), #a " != " #b, "")
#define KUNIT_EXPECT_STREQ(t, a, b)	__shim_kunit(t, false, !strcmp(a, b), #a " is " #b, "")
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(t, p) __shim_kunit(t, false, !IS_ERR_OR_NULL(p), #p, "")

#define KUNIT_EXPECT_TRUE_MSG(t, x, fmt, ...) \
	__shim_kunit(t, false, x, #x, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(t, x, fmt, ...) \
	__shim_kunit(t, false, !(x), "!" #x, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, false, a, ==, b, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, false, a, !=, b, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, false, a, <=, b, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, false, a, <, b, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, false, a, >=, b, ": " fmt, ##__VA_ARGS__)

#define KUNIT_ASSERT_TRUE(t, x)		__shim_kunit(t, true, x, #x, "")
#define KUNIT_ASSERT_FALSE(t, x)	__shim_kunit(t, true, !(x), "!" #x, "")
#define KUNIT_ASSERT_EQ(t, a, b)	__shim_kunit_cmp(t, true, a, ==, b, "")
#define KUNIT_ASSERT_NE(t, a, b)	__shim_kunit_cmp(t, true, a, !=, b, "")
#define KUNIT_ASSERT_LT(t, a, b)	__shim_kunit_cmp(t, true, a, <, b, "")
#define KUNIT_ASSERT_LE(t, a, b)	__shim_kunit_cmp(t, true, a, <=, b, "")
#define KUNIT_ASSERT_GT(t, a, b)	__shim_kunit_cmp(t, true, a, >, b, "")
#define KUNIT_ASSERT_GE(t, a, b)	__shim_kunit_cmp(t, true, a, >=, b, "")
#define KUNIT_ASSERT_NULL(t, p)		__shim_kunit(t, true, !(p), "!" #p, "")
#define KUNIT_ASSERT_NOT_NULL(t, p)	__shim_kunit(t, true, (p) != NULL, #p, "")
#define KUNIT_ASSERT_PTR_EQ(t, a, b)	__shim_kunit(t, true, (a) == (b), #a " == " #b, "")
#define KUNIT_ASSERT_PTR_NE(t, a, b)	__shim_kunit(t, true, (a) != (b), #a " != " #b, "")
#define KUNIT_ASSERT_STREQ(t, a, b)	__shim_kunit(t, true, !strcmp(a, b), #a " is " #b, "")
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(t, p) __shim_kunit(t, true, !IS_ERR_OR_NULL(p), #p, "")
#define KUNIT_ASSERT_TRUE_MSG(t, x, fmt, ...) \
	__shim_kunit(t, true, x, #x, ": " fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(t, a, b, fmt, ...) \
	__shim_kunit_cmp(t, true, a, ==, b, ": " fmt, ##__VA_ARGS__)

#endif
