// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: ECC_Parameters and TestParms, which need the chip once at most. */

#include "tpm20/state.h"
#include "tpm20_guest.h"

#define TEST_PARMS	"8001 ???????? 0000018a "
#define RSA(bits)	"0001 0010 0010 " bits " 00000000"
#define AUDIT		"00000009 02000000 0000 81 0000"

static const char * const supported[] = {
	RSA("0800"),
	RSA("0c00"),
	"0001 0006 0080 0043 0010 0800 00010001",
	"0001 0010 0014 000b 0800 00000000",
	"0023 0010 0010 0003 0010",
	"0023 0010 0010 0004 0010",
	"0023 0010 0018 000b 0003 0010",
	"0008 0010",
	"0008 0005 000b",
	"0025 0006 0080 0043",
	"0025 0006 0100 0043",
};

static const char * const refused[] = {
	"",
	"00",
	RSA("0801"),
	RSA("0800") "00",
	"0001 0010 0010 0800 000000",
	"0023 0010 0010 00ff 0010",
	"0023 0018 0010 0003 0010",
	"0042 0010",
	"0008 0005 0027",
};

static void test_parms_at(int line, const char *parms, unsigned int nr_chip_commands)
{
	char hex[200];

	snprintf(hex, sizeof(hex), TEST_PARMS "%s", parms);
	same_at(line, hex);
	if (rv.nr_chip_commands != nr_chip_commands)
		core_fail(__FILE__, line, "%s: %u chip commands, not %u", parms,
			  rv.nr_chip_commands, nr_chip_commands);
}

#define test_parms(parms, nr) test_parms_at(__LINE__, parms, nr)

/* Each curve, those that the chip does not have too. */
static void every_curve_is_told_without_the_chip(void)
{
	unsigned int curve, nr_known = 0;
	char hex[100];

	begin();
	same(STARTUP_CLEAR);
	for (curve = 0; curve < 0x30; curve++) {
		snprintf(hex, sizeof(hex), "8001 ???????? 00000178 %04x", curve);
		same(hex);
		CHECK_EQ(rv.nr_chip_commands, rv.rc ? 1 : 0);
		CHECK_EQ(rv.answer, rv.rc ? VTPMB_ANSWER_CHIP : VTPMB_ANSWER_LOCAL);
		nr_known += !rv.rc;
	}
	CHECK(nr_known > 2);
	end();
}

static void malformed_curve_is_the_chips_to_refuse(void)
{
	begin();
	same("8001 ???????? 00000178 0003");
	same(STARTUP_CLEAR);
	same("8001 ???????? 00000178");
	same("8001 ???????? 00000178 00");
	same("8001 ???????? 00000178 0003 00");
	same("8002 ???????? 00000178 0003");
	same("8002 ???????? 00000178" PW "0003");
	end();
}

static void parms_are_asked_of_the_chip_once(void)
{
	unsigned int i;

	begin();
	same(STARTUP_CLEAR);
	for (i = 0; i < ARRAY_SIZE(supported); i++) {
		test_parms(supported[i], 1);
		test_parms(supported[i], 0);
		CHECK_EQ(rv.rc, 0);
		CHECK_EQ(rv.answer, VTPMB_ANSWER_LOCAL);
	}
	end();
}

static void refused_parms_are_asked_each_time(void)
{
	unsigned int i;

	begin();
	same(STARTUP_CLEAR);
	test_parms(RSA("0800"), 1);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		test_parms(refused[i], 1);
		CHECK(rv.rc);
		test_parms(refused[i], 1);
	}
	end();
}

/* The oldest goes; nothing that another proxy has grows or goes. */
static void who_asks_for_much_forgets_but_its_own(void)
{
	struct vtpmb_vtpm *other;
	struct core_rsp rsp;
	unsigned int i;

	begin();
	same(STARTUP_CLEAR);
	other = core_new();
	core_send_hex(other, STARTUP_CLEAR, &rsp);
	core_send_hex(other, TEST_PARMS RSA("0800"), &rsp);
	CHECK_EQ(rsp.nr_chip_commands, 1);

	for (i = 0; i < ARRAY_SIZE(supported); i++)
		test_parms(supported[i], 1);
	test_parms(supported[ARRAY_SIZE(supported) - VTPMB_TPM20_MAX_TESTED], 0);
	test_parms(supported[ARRAY_SIZE(supported) - VTPMB_TPM20_MAX_TESTED - 1], 1);

	core_send_hex(other, TEST_PARMS RSA("0800"), &rsp);
	CHECK_EQ(rsp.nr_chip_commands, 0);
	CHECK_EQ(rsp.rc, 0);
	core_free(other);
	end();
}

/* Its HMAC and its audit are the chip's alone to make. */
static void command_with_a_session_goes_to_the_chip(void)
{
	begin();
	same(STARTUP_CLEAR);
	test_parms(RSA("0800"), 1);
	want(START_HMAC, 0);
	want("8002 ???????? 0000018a" AUDIT RSA("0800"), 0);
	CHECK_EQ(rv.answer, VTPMB_ANSWER_CHIP);
	CHECK(rv.nr_chip_commands >= 1);
	want("8002 ???????? 00000178" AUDIT "0003", 0);
	CHECK_EQ(rv.answer, VTPMB_ANSWER_CHIP);
	CHECK(rv.nr_chip_commands >= 1);
	/* Nor is an answer to one remembered. */
	want("8002 ???????? 0000018a" AUDIT RSA("0c00"), 0);
	test_parms(RSA("0c00"), 1);
	end();
}

static void denied_command_is_denied_though_known(void)
{
	begin();
	same(STARTUP_CLEAR);
	test_parms(RSA("0800"), 1);
	core_policy(v, 0x18a, VTPMB_POLICY_DENY);
	core_policy(v, 0x178, VTPMB_POLICY_DENY);
	want(TEST_PARMS RSA("0800"), 0x143);
	want("8001 ???????? 00000178 0003", 0x143);
	end();
}

/* With nothing kept, or the leak checker says so. */
static void learning_the_chip_may_fail_at_any_command(void)
{
	unsigned int nth = 0;
	int err;

	core_start(CORE_TPM20);
	core_port.family->forget(&core_port);
	do {
		core_fail_transmit(++nth, -EIO);
		err = core_port.family->probe(&core_port);
		CHECK(!err || err == -EIO);
	} while (err && nth < 100);
	CHECK(nth > 7 && nth < 100);
	core_fail_transmit(0, 0);
	core_stop();
}

static void learning_the_chip_may_fail_for_want_of_memory(void)
{
	unsigned int nth = 0;
	int err;

	core_start(CORE_TPM20);
	core_port.family->forget(&core_port);
	do {
		core_fail_alloc(++nth);
		err = core_port.family->probe(&core_port);
		CHECK(!err || err == -ENOMEM);
	} while (err && nth < 100);
	CHECK(nth > 3 && nth < 100);
	core_fail_alloc(0);
	core_stop();
}

/* A curve that the chip lists and does not tell is asked for again. */
static void curve_that_cannot_be_learnt_is_the_chips_to_tell(void)
{
	unsigned int nth, nr_asked = 0;

	core_start(CORE_TPM20);
	for (nth = 1; nth < 30; nth++) {
		core_port.family->forget(&core_port);
		core_fail_chip(nth, 0x101);
		if (core_port.family->probe(&core_port)) {
			core_fail_chip(0, 0);
			core_port.family->probe(&core_port);
		}
		core_fail_chip(0, 0);
		v = core_new();
		want(STARTUP_CLEAR, 0);
		want("8001 ???????? 00000178 0003", 0);
		nr_asked += rv.nr_chip_commands;
		core_free(v);
	}
	CHECK_EQ(nr_asked, 1);
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(every_curve_is_told_without_the_chip),
	CORE_TEST(malformed_curve_is_the_chips_to_refuse),
	CORE_TEST(parms_are_asked_of_the_chip_once),
	CORE_TEST(refused_parms_are_asked_each_time),
	CORE_TEST(who_asks_for_much_forgets_but_its_own),
	CORE_TEST(command_with_a_session_goes_to_the_chip),
	CORE_TEST(denied_command_is_denied_though_known),
	CORE_TEST(learning_the_chip_may_fail_at_any_command),
	CORE_TEST(learning_the_chip_may_fail_for_want_of_memory),
	CORE_TEST(curve_that_cannot_be_learnt_is_the_chips_to_tell),
};

CORE_MAIN(tests)
