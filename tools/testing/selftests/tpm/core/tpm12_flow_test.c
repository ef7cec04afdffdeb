// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: what firmware, kernels and hostile guests send, against a twin. */

#include "core.h"

#define STARTUP(type)	"00c1 ???????? 00000099 " type
#define ST_CLEAR	STARTUP("0001")
#define ST_STATE	STARTUP("0002")
#define ST_DEACTIVATED	STARTUP("0003")

static struct vtpmb_vtpm *new_started(void)
{
	struct vtpmb_vtpm *vtpm = core_new();
	struct core_rsp rsp;

	core_send_hex(vtpm, ST_CLEAR, &rsp);
	CHECK_EQ(rsp.rc, 0);
	return vtpm;
}

static void startup_works_once(void)
{
	struct vtpmb_vtpm *vtpm;
	struct core_rsp rsp;

	core_start(CORE_TPM12);
	vtpm = new_started();
	core_send_hex(vtpm, ST_CLEAR, &rsp);
	CHECK_EQ(rsp.rc, 38);
	core_free(vtpm);
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(startup_works_once),
};

CORE_MAIN(tests)
