// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what guests do, on a proxy and on a TPM of its own side by side.
 *
 * What may differ is spelled out in each test.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "tpm20_guest.h"

static void startup_resets_restarts_and_resumes(void)
{
	begin();
	same("8001 ???????? 0000017b 0008");
	same("8001 ???????? 00000fff");
	same("8001 ???????? 00000144 0005");
	same("8001 ???????? 00000144 00");
	same("8001 ???????? 00000144");
	same("8001 ???????? 00000144 000000");
	same(STARTUP_STATE);
	same(STARTUP_CLEAR);
	same(STARTUP_CLEAR);
	same(READ_ALL);
	same(EXTEND("00000005"));
	same(EXTEND("00000010"));
	same(READ_ALL);
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_STATE);
	same(READ_ALL);
	same("8001 ???????? 0000017e 00000001 000b 03 0000ff");
	same(SHUTDOWN_STATE);
	same(EXTEND("00000005"));
	reset_both();
	same(STARTUP_STATE);
	same(STARTUP_CLEAR);
	same(READ_ALL);
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_CLEAR);
	same(READ_ALL);
	same(SHUTDOWN_CLEAR);
	reset_both();
	same(STARTUP_STATE);
	same(STARTUP_CLEAR);
	same(READ_ALL);
	end();
}

/* The twin has firmware, which acts at locality 0. */
static void start_both_as_powered(u8 locality)
{
	v->locality = locality;
	core_reset_powered(v);
	core_twin_reset(twin);
	core_twin_send_hex(twin, STARTUP_CLEAR, &rt);
	CHECK_EQ(rt.rc, 0);
	v->locality = 0;
}

static void powered_tpm_starts_as_by_firmware(void)
{
	static const char * const shutdowns[] = { NULL, SHUTDOWN_CLEAR, SHUTDOWN_STATE };
	unsigned int i, locality;

	begin();
	start_both_as_powered(0);
	for (i = 0; i < ARRAY_SIZE(shutdowns); i++) {
		for (locality = 0; locality < 5; locality++) {
			same(EXTEND("00000005"));
			same(EXTEND("00000010"));
			same("8002 ???????? 00000129 4000000c" PW "0003 616263");
			same("8002 ???????? 00000121 4000000c" PW_ABC "4000000b 00");
			if (shutdowns[i])
				same(shutdowns[i]);
			start_both_as_powered(locality);
			want(STARTUP_CLEAR, 0x100);
			same(STARTUP_STATE);
			same(READ_ALL);
			same("8001 ???????? 0000017e 00000001 000b 03 0000ff");
			same("8001 ???????? 0000017a 00000006 00000201 00000001");
			same(PRIMARY("4000000b"));
			same("8002 ???????? 00000129 4000000c" PW "0000");
		}
	}
	/* And so its state can be saved and resumed. */
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_STATE);
	same(READ_ALL);
	end();
}

static void powered_tpm_forgets_what_it_had_before_a_reset(void)
{
	begin();
	core_reset_powered(v);
	want(PRIMARY("40000007"), 0);
	want(START_HMAC, 0);
	core_reset_powered(v);
	want(FLUSH "80000000", 0x1cb);
	want(FLUSH "02000000", 0x1cb);
	core_end_turn();
	CHECK(core_chip_is_empty());
	want(PRIMARY("40000007"), 0);
	end();
}

static void guest_cannot_reset_its_pcrs_by_startup(void)
{
	u8 before[VTPMB_BUF_SIZE];

	begin();
	same(STARTUP_CLEAR);
	same(EXTEND("00000000"));
	same(READ_ALL);
	memcpy(before, rv.buf, rv.len);
	want(STARTUP_CLEAR, 0x100);
	want(STARTUP_STATE, 0x100);
	want(SHUTDOWN_STATE, 0);
	want(STARTUP_CLEAR, 0x100);
	want(READ_ALL, 0);
	CHECK_MEM(rv.buf, before, rv.len);
	end();
}

static void pcr_commands_answer_as_a_tpm(void)
{
	static const char * const commands[] = {
		"8002 ???????? 00000182 0000000a" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW_NO_CONTINUE "00000001 000b" ZEROS32,
		"8001 ???????? 00000182 0000000a 00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000001 0010" ZEROS32,
		"8002 ???????? 00000182 00000018" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW_A "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000000",
		"8002 ???????? 00000182 0000000a" PW "00000001 000b" ZEROS32 "00",
		"8002 ???????? 00000182 0000000a" PW "00000001 000b" ZEROS20,
		"8002 ???????? 00000182 00000011" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000002 000b" ZEROS32 "0004" ZEROS20,
		"8002 ???????? 00000182 0000000a" PW "00000002 000b" ZEROS32 "000b" ZEROS32,
		"8002 ???????? 00000182 40000007" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000005",
		"8002 ???????? 0000013d 00000010" PW,
		"8002 ???????? 0000013d 00000000" PW,
		"8002 ???????? 0000013d 00000014" PW,
		"8002 ???????? 0000013d 40000007" PW,
		"8002 ???????? 0000013c 40000007" PW "0003 616263",
		"8002 ???????? 0000013c 0000000b" PW "0003 616263",
		"8002 ???????? 0000013c 0000000b" PW "0401 616263",
		"8001 ???????? 0000017e 00000001 000b 03 ffffff",
		"8001 ???????? 0000017e 00000002 0004 03 070000 000b 03 000cff",
		"8001 ???????? 0000017e 00000004 0004 03 070000 000b 03 000cff 000c 03 010203 000d 03 ff0000",
		"8001 ???????? 0000017e 00000001 0027 03 ffffff",
		"8001 ???????? 0000017e 00000001 0010 03 ffffff",
		"8001 ???????? 0000017e 00000001 000b 02 ffff",
		"8001 ???????? 0000017e 00000001 000b 03 ffff",
		"8001 ???????? 0000017e 00000000",
		"8001 ???????? 0000017e 00000005",
		"8002 ???????? 0000012c 4000000c" PW "0000 0010 00000000",
		"8002 ???????? 00000183 00000000" PW "0000",
	};
	unsigned int i, locality;

	begin();
	same(STARTUP_CLEAR);
	for (locality = 0; locality < 5; locality++) {
		v->locality = locality;
		core_twin_locality(twin, locality);
		for (i = 0; i < ARRAY_SIZE(commands); i++)
			same(commands[i]);
		same("8002 ???????? 00000182 00000012" PW "00000001 000b" ZEROS32);
		same("8002 ???????? 00000182 00000013" PW "00000001 000b" ZEROS32);
		same("8002 ???????? 00000182 00000014" PW "00000001 000b" ZEROS32);
		same("8002 ???????? 00000182 00000015" PW "00000001 000b" ZEROS32);
		same("8002 ???????? 00000182 00000017" PW "00000001 000b" ZEROS32);
		same("8002 ???????? 0000013d 00000014" PW);
		same("8002 ???????? 0000013d 00000015" PW);
		same("8002 ???????? 0000013d 00000017" PW);
		same("8001 ???????? 0000017e 00000001 000b 03 0000ff");
	}
	end();
}

static void banks_change_at_the_next_reset(void)
{
	static const char cap[] = "8001 ???????? 0000017a 00000005 00000000 00000001";

	begin();
	same(STARTUP_CLEAR);
	same(cap);
	same("8002 ???????? 0000012b 4000000c" PW "00000001 0010 03 000000");
	same("8002 ???????? 0000012b 4000000c" PW "00000005");
	same("8002 ???????? 0000012b 4000000c" PW
	     "00000004 0004 03 000000 000b 03 000000 000c 03 000000 000d 03 000000");
	same("8002 ???????? 0000012b 4000000c" PW "00000002 0004 03 000000 000d 03 000000");
	same(cap);
	same(SHUTDOWN_STATE);
	same(SHUTDOWN_CLEAR);
	reset_both();
	same(STARTUP_CLEAR);
	same(cap);
	same("8001 ???????? 0000017e 00000002 0004 03 ff0000 000b 03 010000");
	same("8002 ???????? 00000182 0000000a" PW "00000002 000b" ZEROS32 "0004" ZEROS20);
	same("8001 ???????? 0000017e 00000002 0004 03 ff0000 000b 03 010000");
	same("8002 ???????? 0000012b 4000000c" PW "00000001 0004 03 ffffff");
	same(SHUTDOWN_CLEAR);
	reset_both();
	same(STARTUP_CLEAR);
	same(cap);
	end();
}

static void hierarchies_are_virtual(void)
{
	static const char pt[] = "8001 ???????? 0000017a 00000006 00000200 00000002";
	struct core_rsp before, after;

	begin();
	core_raw_hex(pt, &before);
	/* The twin comes from a chip that was not shut down. */
	same(STARTUP_CLEAR);
	same(SHUTDOWN_CLEAR);
	reset_both();
	same(STARTUP_CLEAR);
	same(pt);
	same("8002 ???????? 00000121 4000000b" PW "40000001 00");
	same("8002 ???????? 00000121 40000001" PW "40000007 01");
	same("8002 ???????? 00000121 40000001" PW "40000001 02");
	same("8002 ???????? 00000121 4000000a" PW "40000001 01");
	same("8002 ???????? 00000121 40000001" PW "40000001 01");
	same("8002 ???????? 00000129 4000000c" PW "0003 616263");
	same("8002 ???????? 00000121 4000000c" PW "40000001 00");
	same("8002 ???????? 00000121 4000000c" PW_ABC "40000001 00");
	same("8002 ???????? 00000121 40000001" PW "40000001 01");
	same(pt);
	same_rc(PRIMARY("40000001"));
	same("8002 ???????? 00000121 4000000c" PW_ABC "4000000d 00");
	same(pt);
	same("8002 ???????? 00000121 4000000c 0000000d 40000009 0000 01 0004 61626300 4000000c 00");
	same("8002 ???????? 00000121 4000000c" PW_ABC "4000000c 00");
	same("8002 ???????? 0000012d 4000000c" PW "00000000 00000000");
	same_rc(PRIMARY("4000000c"));
	same(pt);
	reset_both();
	same(STARTUP_CLEAR);
	same(pt);
	same("8002 ???????? 00000127 4000000a" PW "01");
	same("8002 ???????? 00000127 4000000a" PW "00");
	same("8002 ???????? 00000126 4000000a" PW);
	same("8002 ???????? 00000126 4000000c" PW);
	same(pt);
	same("8002 ???????? 00000127 4000000c" PW "00");
	same("8002 ???????? 00000129 40000001" PW "0003 616263");
	same("8002 ???????? 00000129 4000000b" PW "0003 616263");
	same("8002 ???????? 00000129 4000000a" PW "0003 616263");
	same("8002 ???????? 00000129 40000007" PW "0003 616263");
	same(pt);
	same("8002 ???????? 00000126 4000000c" PW);
	same(pt);
	same("8002 ???????? 00000129 4000000a" PW_ABC "0000");
	same("8002 ???????? 00000129 4000000a" PW "0000");
	same("8002 ???????? 0000012d 4000000c" PW "00000000 00000000");
	v->pp_pin = true;
	core_twin_pp(twin, true);
	same("8002 ???????? 0000012d 4000000c" PW "00000002 00000126 00000143 00000000");
	same("8001 ???????? 0000017a 00000003 00000000 000000ff");
	v->pp_pin = false;
	core_twin_pp(twin, false);
	same("8002 ???????? 00000126 4000000c" PW);
	same("8002 ???????? 0000012d 4000000c" PW "00000000 00000001 00000126");
	same("8002 ???????? 0000012e 4000000c" PW "0000 0010");
	same("8002 ???????? 0000012e 4000000c" PW "0020" ZEROS32 "000b");
	same("8002 ???????? 0000012e 4000000c" PW "0001 aa 000b");
	same("8002 ???????? 0000012e 4000000c" PW "0000 0011");
	same("8001 ???????? 0000017a 00000009 40000000 000000ff");
	core_raw_hex(pt, &after);
	CHECK_MEM(before.buf, after.buf, before.len);
	end();
}

static void capabilities_page_as_a_tpm(void)
{
	static const char * const asks[] = {
		"00000000 00000000 000000ff", "00000000 00000006 00000002",
		"00000000 00000000 00000000", "00000000 00000100 00000001",
		"00000003 00000000 000000ff", "00000005 00000000 00000000",
		"00000005 00000000 00000001", "00000005 00000001 00000001",
		"00000006 00000000 00000003", "00000006 00000100 00000002",
		"00000006 00000150 00000003", "00000006 00000300 00000003",
		"00000006 00000100 00000000", "00000008 00000000 000000ff",
		"00000008 00000003 00000001", "00000009 40000000 000000ff",
		"00000009 40000000 00000001", "00000009 00000000 00000001",
		"0000000a 40000110 000000ff", "0000000b 00000000 000000ff",
		"00000100 00000000 000000ff", "00000001 81000000 000000ff",
		"00000001 80000000 000000ff", "00000001 02000000 000000ff",
		"00000001 03000000 000000ff", "00000001 40000000 000000ff",
		"00000001 40000008 00000002", "00000001 00000000 000000ff",
		"00000001 00000010 00000002", "00000001 01000000 000000ff",
		"00000001 04000000 000000ff", "00000001 90000000 000000ff",
		"00000007 00000000 00000004", "00000007 00000005 00000004",
		"00000006 00000100 0000", "00000006 000001", "0000",
		"00000006 00000100 00000001 00",
	};
	char hex[200];
	unsigned int i;

	begin();
	same(STARTUP_CLEAR);
	for (i = 0; i < ARRAY_SIZE(asks); i++) {
		snprintf(hex, sizeof(hex), "8001 ???????? 0000017a %s", asks[i]);
		same(hex);
	}
	end();
}

static void commands_listed_are_those_counted(void)
{
	u32 total, i, cca;

	begin();
	same(STARTUP_CLEAR);
	core_policy(v, 0x17b, VTPMB_POLICY_DENY);
	want("8001 ???????? 0000017a 00000006 00000129 00000001", 0);
	total = vtpmb_peek_u32(rv.buf + 23);
	CHECK(total > 60);
	want("8001 ???????? 0000017a 00000002 00000000 000000ff", 0);
	CHECK_EQ(rv.buf[10], 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), total);
	for (i = 0; i < total; i++) {
		cca = vtpmb_peek_u32(rv.buf + 19 + 4 * i) & 0xffff;
		CHECK(cca != 0x17b);
		CHECK(cca != 0x128);
		CHECK(cca != 0x124);
	}
	want("8001 ???????? 0000017b 0008", 0x143);
	CHECK_EQ(rv.answer, VTPMB_ANSWER_REFUSED);
	end();
}

static void self_tests_are_local(void)
{
	begin();
	same(STARTUP_CLEAR);
	same("8001 ???????? 00000143 00");
	same("8001 ???????? 00000143 01");
	CHECK_EQ(rv.nr_chip_commands, 0);
	same("8001 ???????? 00000143 02");
	same("8001 ???????? 00000142 00000000");
	same("8001 ???????? 00000142 00000041");
	same("8001 ???????? 00000142 00000001 0000");
	same("8001 ???????? 0000017c");
	same("8001 ???????? 00000146 0003 616263");
	same("8001 ???????? 00000146 0081");
	same("8001 ???????? 00000145 0005");
	same("8002 ???????? 00000144" PW "0000");
	end();
}

/* The three primary keys are the chip's, so the twin has the same. */
static void keys_live_and_die(void)
{
	begin();
	same(STARTUP_CLEAR);
	same(PRIMARY("40000001"));
	CHECK_EQ(rv.rc, 0);
	CHECK(core_chip_is_empty());
	same("8001 ???????? 00000173 80000000");
	same(PRIMARY("4000000b"));
	same("8001 ???????? 00000173 80000001");
	same("8001 ???????? 0000017a 00000001 80000000 000000ff");
	same("8001 ???????? 00000173 80000002");
	same(FLUSH "80000000");
	same(FLUSH "80000000");
	same("8001 ???????? 00000173 80000000");
	same("8001 ???????? 0000017a 00000001 80000000 000000ff");
	same_rc(PRIMARY("40000007"));
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000000);
	same("8002 ???????? 00000121 4000000c" PW "4000000b 00");
	same("8001 ???????? 0000017a 00000001 80000000 000000ff");
	same("8001 ???????? 00000173 80000001");
	reset_both();
	same("8001 ???????? 00000173 80000000");
	CHECK(core_chip_is_empty());
	same(STARTUP_CLEAR);
	same("8001 ???????? 00000173 80000000");
	end();
}

static void more_objects_than_the_chip_has_room_for(void)
{
	unsigned int i;
	char hex[100];

	begin();
	want(STARTUP_CLEAR, 0);
	core_turn = 0;
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		want(PRIMARY("40000001"), 0);
		CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000000 + i);
	}
	want(PRIMARY("40000001"), 0x902);
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		snprintf(hex, sizeof(hex), "8001 ???????? 00000173 800000%02x", i);
		want(hex, 0);
	}
	want(HASH_START, 0x902);
	want(FLUSH "80000005", 0);
	want(HASH_START, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000005);
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_turn = 1;
	end();
}

static void sequences_keep_their_state_over_turns(void)
{
	begin();
	same(STARTUP_CLEAR);
	same(HASH_START);
	same("8002 ???????? 0000015c 80000000" PW "0003 616263");
	same("8002 ???????? 0000015c 80000000" PW "0003 646566");
	same("8002 ???????? 0000013e 80000000" PW "0003 676869 40000007");
	CHECK_EQ(rv.rc, 0);
	same("8002 ???????? 0000015c 80000000" PW "0003 616263");
	same("8001 ???????? 00000186 0000 0010");
	same("8002 ???????? 0000015c 80000000" PW "0003 616263");
	same("8002 ???????? 00000185 00000009 80000000" PW_PW "0003 646566");
	CHECK_EQ(rv.rc, 0);
	same("8001 ???????? 0000017e 00000002 0004 03 000200 000b 03 000200");
	same("8001 ???????? 00000186 0000 0010");
	same("8002 ???????? 00000185 00000011 80000000" PW_PW "0003 646566");
	same("8002 ???????? 00000185 00000009 80000000" PW_A_PW "0003 646566");
	same(FLUSH "80000000");
	end();
}

static void owner_password_is_the_proxys_own(void)
{
	static const char good[] = "8002 ???????? 00000131 40000001" PW_ABC
		"0004 0000 0000 " ECC_TEMPLATE " 0000 00000000";
	struct core_rsp raw;

	begin();
	same(STARTUP_CLEAR);
	same("8002 ???????? 00000129 40000001" PW "0003 616263");
	same(PRIMARY("40000001"));
	CHECK_EQ(rv.rc, 0x9a2);
	same(good);
	CHECK_EQ(rv.rc, 0);
	core_raw_hex(PRIMARY("40000001"), &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex(FLUSH "80000000", &raw);
	CHECK_EQ(raw.rc, 0);
	end();
}

static void policy_sessions_work_and_trial_ones_too(void)
{
	begin();
	same(STARTUP_CLEAR);
	same_rc(START_POLICY);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x03000000);
	CHECK(!core_chip_is_empty());
	same("8001 ???????? 0000016c 03000000 00000131");
	same("8001 ???????? 00000189 03000000");
	CHECK_EQ(rv.rc, 0);
	same("8001 ???????? 0000016f 03000000 01");
	same("8001 ???????? 00000189 03000000");
	same("8001 ???????? 00000180 03000000");
	same("8001 ???????? 00000189 03000000");
	same("8001 ???????? 00000189 03000001");
	same("8001 ???????? 00000189 02000000");
	same("8001 ???????? 0000017f 03000000 0000 00000000");
	same("8001 ???????? 00000189 03000000");
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	same(FLUSH "02000000");
	same("8001 ???????? 00000189 03000000");
	same_rc(START_TRIAL);
	same("8002 ???????? 00000151 40000001 03000000" PW "0000 0000 0000 00000000");
	same("8001 ???????? 00000189 03000000");
	same_rc(START_HMAC);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x02000001);
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	reset_both();
	same(STARTUP_CLEAR);
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	CHECK(core_chip_is_empty());
	end();
}

/* As a guest's resource manager does around every command. */
static void save_from(const struct core_rsp *rsp, char *hex, size_t cap)
{
	size_t i, len = 0;

	len += snprintf(hex, cap, "8001 ???????? 00000161 ");
	for (i = 10; i < rsp->len && len + 3 < cap; i++)
		len += snprintf(hex + len, cap - len, "%02x", rsp->buf[i]);
}

static char saved[2 * VTPMB_BUF_SIZE + 100], saved2[2 * VTPMB_BUF_SIZE + 100];

/* Another last digit; the one that it was. */
static char spoil(char *hex)
{
	char *last = hex + strlen(hex) - 1, was = *last;

	*last = was == '0' ? '1' : '0';
	return was;
}

static void guest_saves_and_loads_objects(void)
{
	char last;

	begin();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want(CONTEXT_SAVE "80000000", 0);
	save_from(&rv, saved, sizeof(saved));
	want(FLUSH "80000000", 0);
	want(saved, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000000);
	CHECK_EQ(rv.nr_chip_commands, 0);
	want(saved, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000001);
	want("8001 ???????? 00000173 80000000", 0);
	want("8001 ???????? 00000173 80000001", 0);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(saved, 0x1df);
	want(PRIMARY("40000001"), 0);
	want(CONTEXT_SAVE "80000000", 0);
	save_from(&rv, saved, sizeof(saved));
	want(SHUTDOWN_STATE, 0);
	core_reset(v);
	want(STARTUP_STATE, 0);
	want("8001 ???????? 00000173 80000000", 0x910);
	want(saved, 0);
	want("8001 ???????? 00000173 80000000", 0);
	last = spoil(saved);
	want(saved, 0x1df);
	saved[strlen(saved) - 1] = last;
	want("8002 ???????? 00000126 4000000c" PW, 0);
	want(saved, 0x1df);
	want("8001 ???????? 00000173 80000000", 0x910);
	end();
}

static void guest_saves_and_loads_sessions(void)
{
	char last;

	begin();
	want(STARTUP_CLEAR, 0);
	want(START_POLICY, 0);
	want(CONTEXT_SAVE "03000000", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 18), 0x03000000);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 22), 0x40000007);
	save_from(&rv, saved, sizeof(saved));
	want(CONTEXT_SAVE "03000000", 0x910);
	want("8001 ???????? 00000189 03000000", 0x910);
	want("8001 ???????? 0000017a 00000001 03000000 000000ff", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 1);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 19), 0x02000000);
	want("8001 ???????? 0000017a 00000001 02000000 000000ff", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 0);
	want(saved, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x03000000);
	want(saved, 0x1cb);
	want("8001 ???????? 00000189 03000000", 0);
	want(CONTEXT_SAVE "03000000", 0);
	save_from(&rv, saved2, sizeof(saved2));
	want(saved, 0x1cb);
	last = spoil(saved2);
	want(saved2, 0x1df);
	saved2[strlen(saved2) - 1] = last;
	want(saved2, 0);
	want(CONTEXT_SAVE "03000000", 0);
	save_from(&rv, saved2, sizeof(saved2));
	want(FLUSH "03000000", 0);
	want(saved2, 0x1cb);
	CHECK(core_chip_is_empty());
	want(START_POLICY, 0);
	want(saved2, 0x1cb);
	end();
}

/* TPM_PT_MAX_OBJECT_CONTEXT, as the guest is told. */
static u32 max_context(struct guest *g)
{
	CHECK_EQ(tell(g, "8001 ???????? 0000017a 00000006 00000121 00000001"), 0);
	return vtpmb_peek_u32(g->rsp.buf + 23);
}

/* ContextLoad of the context that was just saved, with @pad up to @len bytes. */
static void load_padded(struct guest *g, const struct core_rsp *context, size_t len,
			const char *pad, u32 want)
{
	size_t i;

	save_from(context, saved, sizeof(saved));
	for (i = context->len - VTPMB_HEADER_SIZE; i < len; i++)
		strcat(saved, pad);
	CHECK_EQ(tell(g, saved), want);
}

static void pad_each_way(struct guest *g, const char *maker)
{
	u32 max = max_context(g), handle;
	struct core_rsp context;
	char flush[40];

	CHECK_EQ(tell(g, maker), 0);
	handle = vtpmb_peek_u32(g->rsp.buf + VTPMB_HEADER_SIZE);
	snprintf(flush, sizeof(flush), CONTEXT_SAVE "%08x", handle);
	CHECK_EQ(tell(g, flush), 0);
	context = g->rsp;
	CHECK(context.len - VTPMB_HEADER_SIZE < max);
	load_padded(g, &context, max - 1, "00", 0x095);
	load_padded(g, &context, max + 1, "00", 0x095);
	load_padded(g, &context, context.len - VTPMB_HEADER_SIZE + 1, "00", 0x095);
	load_padded(g, &context, max, "00", 0);
	snprintf(flush, sizeof(flush), FLUSH "%08x", vtpmb_peek_u32(g->rsp.buf + 10));
	CHECK_EQ(tell(g, flush), 0);
}

/* Windows Server pads every context to the size of the longest. */
static void padded_contexts_are_loaded(void)
{
	static const char * const makers[] = {
		PRIMARY("40000001"), HASH_START, START_HMAC, START_POLICY,
	};
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		pad_each_way(&alone, makers[i]);
		pad_each_way(&proxy, makers[i]);
	}
	end();
}

static void second_proxy_cannot_use_what_the_first_has(void)
{
	struct vtpmb_vtpm *w;
	struct core_rsp rw;

	begin();
	w = core_new();
	core_send_hex(w, STARTUP_CLEAR, &rw);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want(CONTEXT_SAVE "80000000", 0);
	save_from(&rv, saved, sizeof(saved));
	want(START_POLICY, 0);
	core_send_hex(w, "8001 ???????? 00000173 80000000", &rw);
	CHECK_EQ(rw.rc, 0x910);
	core_send_hex(w, saved, &rw);
	CHECK_EQ(rw.rc, 0x1df);
	core_send_hex(w, "8001 ???????? 00000189 03000000", &rw);
	CHECK_EQ(rw.rc, 0x910);
	core_send_hex(w, FLUSH "03000000", &rw);
	CHECK_EQ(rw.rc, 0x1cb);
	core_send_hex(w, FLUSH "02000000", &rw);
	CHECK_EQ(rw.rc, 0x1cb);
	core_send_hex(w, CONTEXT_SAVE "03000000", &rw);
	CHECK_EQ(rw.rc, 0x910);
	core_send_hex(w, "8002 ???????? 00000131 40000001" FOREIGN_SESSION
		      "0004 0000 0000 " ECC_TEMPLATE " 0000 00000000", &rw);
	CHECK_EQ(rw.rc, 0x918);
	core_send_hex(w, "8001 ???????? 0000017a 00000001 80000000 000000ff", &rw);
	CHECK_EQ(vtpmb_peek_u32(rw.buf + 15), 0);
	core_send_hex(w, "8001 ???????? 0000017a 00000001 02000000 000000ff", &rw);
	CHECK_EQ(vtpmb_peek_u32(rw.buf + 15), 0);
	core_send_hex(w, "8001 ???????? 0000017a 00000001 03000000 000000ff", &rw);
	CHECK_EQ(vtpmb_peek_u32(rw.buf + 15), 0);
	core_free(w);
	want("8001 ???????? 00000173 80000000", 0);
	want("8001 ???????? 00000189 03000000", 0);
	end();
}

/*
 * A guest's side of an unsalted, unbound HMAC session with SHA-256: the same
 * for proxy and twin but for nonceTPM.
 */
struct hmac_guest {
	u8 nonce[64];
	size_t nonce_len;
};

static const u8 nonce_caller[16] = "nonce of caller";

static void mac_of(const u8 *phash, const u8 *first, size_t first_len, const u8 *second,
		   size_t second_len, u8 attributes, const char *auth, u8 *mac)
{
	u8 text[256];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, phash, 32);
	vtpmb_put_bytes(&w, first, first_len);
	vtpmb_put_bytes(&w, second, second_len);
	vtpmb_put_u8(&w, attributes);
	HMAC(EVP_sha256(), auth, strlen(auth), text, w.len, mac, NULL);
}

/* A command with one handle, authorised by session @sess with @auth. */
static size_t hmac_command(const struct hmac_guest *g, u32 sess, u8 attributes, u32 code,
			   u32 handle, const char *params, const char *auth, u8 *buf)
{
	u8 text[1024], phash[32], mac[32], bytes[512];
	size_t bytes_len = core_hex(bytes, sizeof(bytes), params);
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, code);
	vtpmb_put_u32(&w, handle);
	vtpmb_put_bytes(&w, bytes, bytes_len);
	sha256(text, w.len, phash);
	mac_of(phash, nonce_caller, 16, g->nonce, g->nonce_len, attributes, auth, mac);

	vtpmb_writer_init(&w, buf, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, 0x8002);
	vtpmb_put_u32(&w, 10 + 4 + 4 + 4 + 18 + 1 + 34 + bytes_len);
	vtpmb_put_u32(&w, code);
	vtpmb_put_u32(&w, handle);
	vtpmb_put_u32(&w, 4 + 18 + 1 + 34);
	vtpmb_put_u32(&w, sess);
	vtpmb_put_u16(&w, 16);
	vtpmb_put_bytes(&w, nonce_caller, 16);
	vtpmb_put_u8(&w, attributes);
	vtpmb_put_u16(&w, 32);
	vtpmb_put_bytes(&w, mac, 32);
	vtpmb_put_bytes(&w, bytes, bytes_len);
	return w.len;
}

/* Whether the response's HMAC is right; takes the new nonce. */
static bool hmac_response(struct hmac_guest *g, const struct core_rsp *rsp, u32 code,
			  size_t head, const char *auth)
{
	u32 params_len = vtpmb_peek_u32(rsp->buf + head);
	u8 text[4096] = {}, phash[32], mac[32];
	const u8 *bytes;
	struct vtpmb_reader r;
	u8 attributes;
	u16 len;

	vtpmb_poke_u32(text + 4, code);
	memcpy(text + 8, rsp->buf + head + 4, params_len);
	sha256(text, 8 + params_len, phash);
	vtpmb_reader_init(&r, rsp->buf + head + 4 + params_len,
			  rsp->len - head - 4 - params_len);
	if (!vtpmb_get_tpm2b(&r, &bytes, &len) || len > sizeof(g->nonce))
		return false;
	memcpy(g->nonce, bytes, len);
	g->nonce_len = len;
	if (!vtpmb_get_u8(&r, &attributes) || !vtpmb_get_tpm2b(&r, &bytes, &len) || len != 32)
		return false;
	mac_of(phash, g->nonce, g->nonce_len, nonce_caller, 16, attributes, auth, mac);
	return !memcmp(mac, bytes, 32) && !r.left;
}

static struct hmac_guest gv, gt;

static void hmac_both_at(int line, u32 sess, u8 attributes, u32 code, u32 handle,
			 const char *params, const char *auth, const char *new_auth, u32 rc)
{
	size_t head = code == 0x131 ? 14 : 10;
	u8 buf[VTPMB_BUF_SIZE];
	size_t len;

	len = hmac_command(&gv, sess, attributes, code, handle, params, auth, buf);
	core_send(v, buf, len, &rv);
	len = hmac_command(&gt, sess, attributes, code, handle, params, auth, buf);
	core_twin_send(twin, buf, len, &rt);
	if (rv.err || rv.rc != rt.rc || rv.rc != rc || rv.len != rt.len)
		core_fail(__FILE__, line, "code 0x%x: 0x%x len %zu, twin 0x%x len %zu (err %d)",
			  code, rv.rc, rv.len, rt.rc, rt.len, rv.err);
	if (!rv.rc && !hmac_response(&gv, &rv, code, head, new_auth))
		core_fail(__FILE__, line, "code 0x%x: the proxy's HMAC is wrong", code);
	if (!rt.rc && !hmac_response(&gt, &rt, code, head, new_auth))
		core_fail(__FILE__, line, "code 0x%x: the twin's HMAC is wrong", code);
}

#define hmac_both(...) hmac_both_at(__LINE__, __VA_ARGS__)

static void start_hmac_both(void)
{
	same_rc(START_HMAC);
	gv.nonce_len = vtpmb_peek_u16(rv.buf + 14);
	gt.nonce_len = gv.nonce_len;
	memcpy(gv.nonce, rv.buf + 16, gv.nonce_len);
	memcpy(gt.nonce, rt.buf + 16, gt.nonce_len);
}

#define ECC_PRIMARY	"0004 0000 0000 " ECC_TEMPLATE " 0000 00000000"
#define OWNER		0x40000001
#define PLATFORM	0x4000000c
#define HMAC_0		0x02000000

static void hmac_session_works_for_local_and_chip_commands_in_turn(void)
{
	begin();
	same(STARTUP_CLEAR);
	start_hmac_both();
	hmac_both(HMAC_0, 1, 0x182, 9, "00000001 000b" ZEROS32, "", "", 0);
	hmac_both(HMAC_0, 1, 0x131, OWNER, ECC_PRIMARY, "", "", 0);
	hmac_both(HMAC_0, 1, 0x129, OWNER, "0003 616263", "", "abc", 0);
	hmac_both(HMAC_0, 1, 0x131, OWNER, ECC_PRIMARY, "", "", 0x9a2);
	hmac_both(HMAC_0, 1, 0x131, OWNER, ECC_PRIMARY, "abc", "abc", 0);
	hmac_both(HMAC_0, 1, 0x131, OWNER, ECC_PRIMARY, "abd", "abd", 0x9a2);
	hmac_both(HMAC_0, 1, 0x121, PLATFORM, "4000000b 00", "", "", 0);
	hmac_both(HMAC_0, 1, 0x121, PLATFORM, "4000000b 00", "x", "x", 0x9a2);
	hmac_both(HMAC_0, 1, 0x121, PLATFORM, "4000000b 00 00", "", "", 0x095);
	hmac_both(HMAC_0, 1, 0x13d, 16, "", "", "", 0);
	hmac_both(HMAC_0, 1, 0x126, 0x4000000a, "", "", "", 0);
	hmac_both(HMAC_0, 1, 0x131, OWNER, ECC_PRIMARY, "", "", 0);
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	hmac_both(HMAC_0, 0, 0x127, PLATFORM, "01", "", "", 0);
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	same(FLUSH "02000000");
	end();
}

static void hmac_session_ends_with_a_substituted_command_too(void)
{
	begin();
	same(STARTUP_CLEAR);
	start_hmac_both();
	hmac_both(HMAC_0, 1, 0x129, OWNER, "0003 616263", "", "abc", 0);
	hmac_both(HMAC_0, 0, 0x131, OWNER, ECC_PRIMARY, "abc", "abc", 0);
	same("8001 ???????? 0000017a 00000001 02000000 000000ff");
	CHECK(core_chip_is_empty());
	end();
}

static void wrong_lockout_hmac_locks_out(void)
{
	begin();
	same(STARTUP_CLEAR);
	start_hmac_both();
	hmac_both(HMAC_0, 1, 0x127, 0x4000000a, "01", "x", "x", 0x98e);
	hmac_both(HMAC_0, 1, 0x127, 0x4000000a, "01", "", "", 0x921);
	end();
}

static void nothing_of_nv_or_persistent_exists(void)
{
	begin();
	same(STARTUP_CLEAR);
	same("8001 ???????? 00000169 01c00002");
	same("8002 ???????? 0000014e 40000001 01c00002" PW "0004 0000");
	same("8002 ???????? 0000014e 01c00002 01c00002" PW "0004 0000");
	same("8002 ???????? 0000014e 4000000a 01c00002" PW "0004 0000");
	same("8001 ???????? 00000173 81000001");
	same("8002 ???????? 0000012a 40000001" PW "0000 0000");
	end();
}

static void host_pcrs_and_hierarchies_are_out_of_reach(void)
{
	begin();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want("8002 ???????? 00000158 40000007" PW "0000 0010 00000001 000b 03 010000", 0x143);
	want("8002 ???????? 00000158 80000000" PW "0000 0010 00000001 000b 03 010000", 0x143);
	want("8002 ???????? 00000131 40000001" PW "0004 0000 0000 " ECC_TEMPLATE
	     " 0000 00000001 000b 03 010000", 0x4c4);
	want(PRIMARY("4000000c"), 0x185);
	want(PRIMARY("40000140"), 0x184);
	want("8002 ???????? 00000124 4000000c" PW, 0x143);
	want("8002 ???????? 00000125 4000000c" PW, 0x143);
	want("8001 ???????? 20001000 01", 0x143);
	want("8001 ???????? 20000000", 0x143);
	end();
}

#define SIGNING_KEY	"0018 0023 000b 00040472 0000 0010 0018 000b 0003 0010 0000 0000"
#define CREATE_PRIMARY	"8002 ???????? 00000131 40000001" PW "0004 0000 0000 "
#define QUOTE(auth)	"8002 ???????? 00000158 80000000" auth

/* What comes before a TPML_PCR_SELECTION that is the last parameter. */
static const char * const before_list[] = {
	QUOTE(PW) "0002 aabb 0010",
	QUOTE(PW) "0002 aabb 0018 000b",
	CREATE_PRIMARY ECC_TEMPLATE "0000",
	CREATE_PRIMARY ECC_TEMPLATE "0002 aabb",
	"8001 ???????? 0000017f 03000000 0000",
	/* And what is wrong in it. */
	QUOTE(PW) "0002 aabb 0018 0012",
	QUOTE(PW) "0045 " ZEROS32 ZEROS32 "0000000000 0010",
	QUOTE(PW_A) "0002 aabb 0010",
};

#define NR_RIGHT	5

static void refuse_list(const char * const *list, unsigned int nr_lists, unsigned int nr_before)
{
	unsigned int i, k;
	char hex[400];

	begin();
	same(STARTUP_CLEAR);
	same_rc(CREATE_PRIMARY SIGNING_KEY "0000 00000000");
	same_rc(START_POLICY);
	for (i = 0; i < nr_lists; i++) {
		for (k = 0; k < nr_before; k++) {
			snprintf(hex, sizeof(hex), "%s %s", before_list[k], list[i]);
			same(hex);
			CHECK(rt.rc);
		}
	}
	end();
}

static void bank_that_is_not_there_is_refused_as_by_a_tpm(void)
{
	static const char * const lists[] = {
		"00000001 0012 03 800000",
		"00000001 0010 03 800000",
		"00000001 0012 03 000000",
		"00000002 000b 03 010000 0012 03 800000",
		"00000002 0012 03 800000 000b 03 010000",
		"00000002 000b 04 01000000 0012 03 800000",
		"00000001 000b 03 0100",
		"00000002 000b 03 010000",
		"ffffffff 000b 03 010000",
	};

	refuse_list(lists, ARRAY_SIZE(lists), ARRAY_SIZE(before_list));
}

static void list_of_pcrs_that_is_none_is_refused_as_by_a_tpm(void)
{
	static const char * const lists[] = {
		"00000001 000b 02 0100",
		"00000001 000b 04 01000000",
		"00000001 000b 00",
		"00000006 000b03010000 000b03010000 000b03010000 000b03010000 000b03010000 000b03010000",
		"00000001 000b 03 010000 00",
	};

	refuse_list(lists, ARRAY_SIZE(lists), NR_RIGHT);
}

static void child_keys_seal_and_sign(void)
{
	char hex[6000];
	size_t len, i;
	u16 priv, pub;

	begin();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	/* A sealed "secret" under the primary, password "pw". */
	want("8002 ???????? 00000153 80000000" PW SECRET SEALED " 0000 00000000", 0);
	priv = vtpmb_peek_u16(rv.buf + 14);
	pub = vtpmb_peek_u16(rv.buf + 16 + priv);
	len = snprintf(hex, sizeof(hex), "8002 ???????? 00000157 80000000" PW);
	for (i = 14; i < 18 + priv + pub; i++)
		len += snprintf(hex + len, sizeof(hex) - len, "%02x", rv.buf[i]);
	want(hex, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), 0x80000001);
	want(FLUSH "80000000", 0);
	want("8002 ???????? 0000015e 80000001 0000000b 40000009 0000 01 0002 7077", 0);
	CHECK_EQ(vtpmb_peek_u16(rv.buf + 14), 6);
	CHECK(!memcmp(rv.buf + 16, "secret", 6));
	end();
}

/* What a guest and its resource manager do, whatever comes of it. */
static void any_flow(void)
{
	static const char * const commands[] = {
		PRIMARY("40000001"), PRIMARY("4000000b"), START_POLICY, HASH_START,
		"8002 ???????? 0000015c 80000002" PW "0003 616263",
		CONTEXT_SAVE "80000000", CONTEXT_SAVE "80000002", CONTEXT_SAVE "03000000",
		"8001 ???????? 00000173 80000000", "8001 ???????? 00000180 03000000",
		EXTEND("00000005"), "8002 ???????? 0000013c 00000005" PW "0003 616263",
		"8001 ???????? 0000017f 03000000 0000 00000001 000b 03 200000",
		FLUSH "80000001", PRIMARY("40000007"),
		"8002 ???????? 0000013e 80000002" PW "0003 616263 40000007",
	};
	unsigned int i;

	core_send_hex(v, STARTUP_CLEAR, &rv);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		core_send_hex(v, commands[i], &rv);
		if (!rv.err && !rv.rc && strstr(commands[i], CONTEXT_SAVE)) {
			save_from(&rv, saved, sizeof(saved));
			core_send_hex(v, saved, &rv);
		}
	}
}

static void begin_to_fail(void)
{
	v = core_new();
}

static void flow_still_works(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want("8001 ???????? 00000173 80000000", 0);
	core_free(v);
	CHECK(core_chip_is_empty());
}

static const u32 refusals[] = { 0x901, 0x902, 0x903, 0x904, 0x908, 0x922, 0x1df, 0x101 };

static const struct core_sweep sweep = {
	CORE_TPM20, 200, begin_to_fail, any_flow, flow_still_works, refusals, ARRAY_SIZE(refusals),
};

static void chip_may_fail_at_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_CHIP);
}

static void any_allocation_may_fail(void)
{
	core_sweep(&sweep, CORE_FAULT_ALLOC);
}

static void chip_reset_behind_our_back_loses_objects_only(void)
{
	begin();
	want(STARTUP_CLEAR, 0);
	want(EXTEND("00000005"), 0);
	want(PRIMARY("40000001"), 0);
	want(START_POLICY, 0);
	core_chip_cycle();
	want("8001 ???????? 00000173 80000000", 0x910);
	want("8001 ???????? 00000180 03000000", 0x910);
	want("8001 ???????? 0000017a 00000001 02000000 000000ff", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 0);
	want(READ_ALL, 0);
	CHECK(vtpmb_peek_u32(rv.buf + 10) > 20);
	want(PRIMARY("40000001"), 0);
	want("8001 ???????? 00000173 80000000", 0);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(startup_resets_restarts_and_resumes),
	CORE_TEST(powered_tpm_starts_as_by_firmware),
	CORE_TEST(powered_tpm_forgets_what_it_had_before_a_reset),
	CORE_TEST(guest_cannot_reset_its_pcrs_by_startup),
	CORE_TEST(pcr_commands_answer_as_a_tpm),
	CORE_TEST(banks_change_at_the_next_reset),
	CORE_TEST(hierarchies_are_virtual),
	CORE_TEST(capabilities_page_as_a_tpm),
	CORE_TEST(commands_listed_are_those_counted),
	CORE_TEST(self_tests_are_local),
	CORE_TEST(keys_live_and_die),
	CORE_TEST(more_objects_than_the_chip_has_room_for),
	CORE_TEST(sequences_keep_their_state_over_turns),
	CORE_TEST(owner_password_is_the_proxys_own),
	CORE_TEST(policy_sessions_work_and_trial_ones_too),
	CORE_TEST(guest_saves_and_loads_objects),
	CORE_TEST(guest_saves_and_loads_sessions),
	CORE_TEST(padded_contexts_are_loaded),
	CORE_TEST(second_proxy_cannot_use_what_the_first_has),
	CORE_TEST(hmac_session_works_for_local_and_chip_commands_in_turn),
	CORE_TEST(hmac_session_ends_with_a_substituted_command_too),
	CORE_TEST(wrong_lockout_hmac_locks_out),
	CORE_TEST(nothing_of_nv_or_persistent_exists),
	CORE_TEST(host_pcrs_and_hierarchies_are_out_of_reach),
	CORE_TEST(bank_that_is_not_there_is_refused_as_by_a_tpm),
	CORE_TEST(list_of_pcrs_that_is_none_is_refused_as_by_a_tpm),
	CORE_TEST(child_keys_seal_and_sign),
	CORE_TEST(chip_may_fail_at_any_command),
	CORE_TEST(chip_may_refuse_any_command),
	CORE_TEST(any_allocation_may_fail),
	CORE_TEST(chip_reset_behind_our_back_loses_objects_only),
};

CORE_MAIN(tests)
