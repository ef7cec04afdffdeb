// SPDX-License-Identifier: GPL-2.0-only
/* Runs the KUnit suites that are linked with it. */

#include <kunit/test.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include "core.h"

static jmp_buf stop_case;
static void *allocs[4096];
static unsigned int nr_allocs;

void shim_kunit_fail(struct kunit *test, bool stop, const char *file, int line,
		     const char *fmt, ...)
{
	va_list args;

	test->failed = true;
	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	if (stop)
		longjmp(stop_case, 1);
}

void *shim_kunit_alloc(size_t len, bool zero)
{
	if (nr_allocs == ARRAY_SIZE(allocs))
		abort();
	allocs[nr_allocs] = zero ? calloc(1, len) : malloc(len);
	return allocs[nr_allocs++];
}

static void run_once(struct kunit_suite *suite, struct kunit_case *tc,
		     struct kunit *test)
{
	if (suite->init && suite->init(test))
		test->failed = true;
	else if (!setjmp(stop_case))
		tc->run_case(test);
	if (suite->exit)
		suite->exit(test);
	while (nr_allocs)
		free(allocs[--nr_allocs]);
}

static bool run_case(struct kunit_suite *suite, struct kunit_case *tc)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	bool failed = false;
	const void *param = NULL;

	do {
		struct kunit test = { .name = tc->name };

		if (tc->generate_params) {
			param = tc->generate_params(param, desc);
			if (!param)
				break;
			test.param_value = param;
		}
		run_once(suite, tc, &test);
		if (test.failed && param)
			printf("# with parameter: %s\n", desc);
		failed |= test.failed;
	} while (param);
	return failed;
}

int main(void)
{
	struct kunit_suite **suite;
	struct kunit_case *tc;
	unsigned int nr = 0, nr_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (vtpmb_hash_init())
		abort();
	printf("TAP version 13\n");
	for (suite = shim_kunit_suites; *suite; suite++) {
		if ((*suite)->suite_init && (*suite)->suite_init(*suite))
			abort();
		for (tc = (*suite)->test_cases; tc->run_case; tc++) {
			bool failed = run_case(*suite, tc);

			nr_failed += failed;
			printf("%s %u - %s.%s\n", failed ? "not ok" : "ok", ++nr,
			       (*suite)->name, tc->name);
		}
		if ((*suite)->suite_exit)
			(*suite)->suite_exit(*suite);
	}
	vtpmb_hash_exit();
	printf("1..%u\n# %u run, %u failed\n", nr, nr, nr_failed);
	return nr_failed || !nr;
}
