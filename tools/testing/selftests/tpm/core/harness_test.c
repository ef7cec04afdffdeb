// SPDX-License-Identifier: GPL-2.0-only
/* The harness itself: chip, twins, faults. */

#include "core.h"

#define GET_RANDOM20	"8001 ???????? 0000017b 0008"
#define GET_RANDOM12	"00c1 ???????? 00000046 00000008"

static void chip20_starts_as_a_host_left_it(void)
{
	struct core_rsp rsp;

	core_start(CORE_TPM20);
	core_raw_hex(GET_RANDOM20, &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK_EQ(rsp.len, 20);
	CHECK(core_chip_is_empty());
	core_raw_hex("8001 ???????? 00000144 0000", &rsp);
	CHECK_EQ(rsp.rc, 0x100);
	core_raw_hex("8001 ???????? 00000186 0000 000b", &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK(!core_chip_is_empty());
	core_stop();
}

static void chip12_starts_enabled_with_an_endorsement_key(void)
{
	static const u8 secret[20] = { 1, 2, 3 };
	struct core_rsp rsp;

	core_start(CORE_TPM12);
	core_raw_hex(GET_RANDOM12, &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK(core_chip_is_empty());
	core_raw_hex("00c1 ???????? 00000065 00000004 00000004 00000108", &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK_EQ(rsp.buf[16], 0);
	CHECK_EQ(rsp.buf[18], 0);
	core_raw_hex("00c1 ???????? 0000000a", &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK(!core_chip_is_empty());
	core_take_ownership(secret, secret);
	core_raw_hex("00c1 ???????? 00000065 00000005 00000004 00000111", &rsp);
	CHECK_EQ(rsp.buf[14], 1);
	core_stop();
}

static void twin_waits_for_startup_and_is_apart(void)
{
	struct core_twin *twin;
	struct core_rsp rsp;

	core_start(CORE_TPM20);
	twin = core_twin_new();
	core_twin_send_hex(twin, GET_RANDOM20, &rsp);
	CHECK_EQ(rsp.rc, 0x100);
	core_twin_send_hex(twin, "8001 ???????? 00000144 0000", &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_send_hex(twin, "8001 ???????? 00000186 0000 000b", &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK(core_chip_is_empty());
	core_twin_locality(twin, 3);
	core_twin_send_hex(twin, "8002 ???????? 0000013d 00000014 00000009"
			   "40000009 0000 00 0000", &rsp);
	CHECK_EQ(rsp.rc, 0x907);
	core_twin_locality(twin, 2);
	core_twin_send_hex(twin, "8002 ???????? 0000013d 00000014 00000009"
			   "40000009 0000 00 0000", &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_reset(twin);
	core_twin_send_hex(twin, GET_RANDOM20, &rsp);
	CHECK_EQ(rsp.rc, 0x100);
	core_twin_free(twin);
	core_stop();
}

static void twin_has_the_same_primary_keys(void)
{
	static const char primary[] = "8002 ???????? 00000131 40000001"
		"00000009 40000009 0000 00 0000"
		"0004 0000 0000"
		"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000"
		"0000 00000000";
	struct core_rsp ours, theirs;
	struct core_twin *twin;

	core_start(CORE_TPM20);
	twin = core_twin_new();
	core_twin_send_hex(twin, "8001 ???????? 00000144 0000", &theirs);
	core_twin_send_hex(twin, primary, &theirs);
	core_raw_hex(primary, &ours);
	CHECK_EQ(ours.rc, 0);
	CHECK_EQ(ours.len, theirs.len);
	CHECK_MEM(ours.buf, theirs.buf, 18 + 80);
	core_twin_free(twin);
	core_stop();
}

static void transmit_fails_when_told(void)
{
	u8 buf[VTPMB_BUF_SIZE];

	core_start(CORE_TPM20);
	core_hex(buf, sizeof(buf), GET_RANDOM20);
	core_fail_transmit(2, -ETIME);
	CHECK_EQ(core_port.transmit(&core_port, buf), 20);
	core_hex(buf, sizeof(buf), GET_RANDOM20);
	CHECK_EQ(core_port.transmit(&core_port, buf), -ETIME);
	core_hex(buf, sizeof(buf), GET_RANDOM20);
	core_fail_chip(1, 0x101);
	CHECK_EQ(core_port.transmit(&core_port, buf), 10);
	CHECK_EQ(vtpmb_peek_u32(buf + 6), 0x101);
	core_hex(buf, sizeof(buf), GET_RANDOM20);
	CHECK_EQ(core_port.transmit(&core_port, buf), 20);
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(chip20_starts_as_a_host_left_it),
	CORE_TEST(chip12_starts_enabled_with_an_endorsement_key),
	CORE_TEST(twin_waits_for_startup_and_is_apart),
	CORE_TEST(twin_has_the_same_primary_keys),
	CORE_TEST(transmit_fails_when_told),
};

CORE_MAIN(tests)
