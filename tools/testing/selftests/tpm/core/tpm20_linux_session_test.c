// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: a Linux guest with CONFIG_TCG_TPM2_HMAC whose null primary is the chip's
 * (null-key=chip).  The bridge does not know the keys of its sessions then.
 */

#include "tpm20_linux.h"

#define BY_POLICY	"00000009 03000001 0000 01 0000"

/* The chip keeps SHA-1 and SHA-256; what else it knows it has not allocated. */
#define CHIP_BANKS	"8002 ???????? 0000012b 4000000c" PW "00000004" \
	"0004 03 ffffff 000b 03 ffffff 000c 03 000000 000d 03 000000"
#define GUEST_BANKS	"8002 ???????? 0000012b 4000000c" PW "00000004" \
	"0004 03 000000 000b 03 000000 000c 03 ffffff 000d 03 000000"

static void begin_chip(void)
{
	begin();
	core_set(v, VTPMB_SETTING_NULL_KEY, true);
}

static void null_primary_takes_salted_sessions(void)
{
	begin_chip();
	boot_both();
	end();
}

/* Its seed is the chip's: a difference, for a TPM has another one after each reset. */
static void null_primary_is_the_same_after_a_reset_and_in_all_guests(void)
{
	struct vtpmb_vtpm *first;
	u8 x[2][SIZE];

	begin_chip();
	boot_both();
	memcpy(x[0], on_proxy.x, SIZE);
	memcpy(x[1], on_twin.x, SIZE);
	reset_both();
	boot_both();
	CHECK_MEM(on_proxy.x, x[0], SIZE);
	CHECK(memcmp(on_twin.x, x[1], SIZE));
	first = v;
	v = core_new();
	core_set(v, VTPMB_SETTING_NULL_KEY, true);
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	CHECK_MEM(on_proxy.x, x[0], SIZE);
	core_free(first);
	end();
}

static void random_numbers_come_encrypted(void)
{
	u8 first[32], second[32];

	begin_chip();
	boot_both();
	CHECK_EQ(get_random(&on_twin, first), 0);
	CHECK_EQ(get_random(&on_proxy, first), 0);
	CHECK_EQ(get_random(&on_proxy, second), 0);
	CHECK(memcmp(first, second, sizeof(first)));
	/* The turn ends in between: the session goes out of the chip and comes back. */
	core_end_turn();
	CHECK_EQ(get_random(&on_proxy, first), 0);
	CHECK(memcmp(first, second, sizeof(first)));
	end();
}

/* The bridge cannot make the HMAC, and the chip's registers are the host's. */
static void salted_extend_is_refused(void)
{
	static const u8 zeros[32];
	struct core_rsp before, after;
	u8 bytes[32];

	begin_chip();
	boot_both();
	core_raw_hex(READ_10("000b"), &before);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0x12f);
	CHECK_EQ(extend(&on_twin, "00000001" SHA256_ONES), 0);
	core_raw_hex(READ_10("000b"), &after);
	CHECK_MEM(before.buf, after.buf, before.len);
	want(READ_10("000b"), 0);
	CHECK_MEM(rv.buf + 30, zeros, sizeof(zeros));
	/* Neither session nor password suffers. */
	CHECK_EQ(get_random(&on_proxy, bytes), 0);
	same(EXTEND(PCR_10));
	end();
}

static void salted_extend_of_a_granted_pcr_reaches_it(void)
{
	begin_chip();
	granted_extend_reaches_the_chip();
	end();
}

/* A guest that has only banks which the chip has not allocated. */
static void begin_spare(void)
{
	struct core_rsp rsp;

	core_start(CORE_TPM20);
	core_raw_hex(CHIP_BANKS, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_chip_cycle();
	core_probe();
	v = core_new();
	core_set(v, VTPMB_SETTING_NULL_KEY, true);
	twin = core_twin_new();
}

static void unallocated_banks_are_offered(void)
{
	begin_spare();
	same(STARTUP_CLEAR);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	same(READ_10("000c"));
	same(GUEST_BANKS);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	reset_both();
	same(STARTUP_CLEAR);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	same(READ_10("000b"));
	same(READ_10("000c"));
	end();
}

/* Whether the chip has allocated them or not. */
static void salted_extend_of_a_spare_bank_is_refused_too(void)
{
	begin_spare();
	same(STARTUP_CLEAR);
	same(GUEST_BANKS);
	same(SHUTDOWN_CLEAR);
	reset_both();
	boot_both();
	CHECK_EQ(extend(&on_proxy, "00000001" SHA384_ONES), 0x12f);
	same(READ_10("000c"));
	end();
}

/* No PCR has a policy; a second session is judged with the first. */
static void other_sessions_are_judged_too(void)
{
	begin_chip();
	boot_both();
	same_rc(START_POLICY);
	same_rc("8002 ???????? 00000182" PCR_10 BY_POLICY "00000001" SHA256_ONES);
	CHECK_EQ(rv.rc, 0x12f);
	same_rc("8002 ???????? 00000182" PCR_10 PW_PW "00000001" SHA256_ONES);
	CHECK(rv.rc);
	same(READ_10("000b"));
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(null_primary_takes_salted_sessions),
	CORE_TEST(null_primary_is_the_same_after_a_reset_and_in_all_guests),
	CORE_TEST(random_numbers_come_encrypted),
	CORE_TEST(salted_extend_is_refused),
	CORE_TEST(salted_extend_of_a_granted_pcr_reaches_it),
	CORE_TEST(unallocated_banks_are_offered),
	CORE_TEST(salted_extend_of_a_spare_bank_is_refused_too),
	CORE_TEST(other_sessions_are_judged_too),
};

CORE_MAIN(tests)
