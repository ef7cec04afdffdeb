// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: what firmware, kernels and hostile guests send, and a twin that
 * gets the same.  Answers are the same byte for byte but for the differences
 * that are listed here.
 */

#include <stdlib.h>
#include "core.h"
#include "tpm12/state.h"

#define STARTUP(type)	"00c1 ???????? 00000099 " type
#define ST_CLEAR	STARTUP("0001")
#define ST_STATE	STARTUP("0002")
#define ST_DEACTIVATED	STARTUP("0003")
#define SAVE_STATE	"00c1 ???????? 00000098"
#define PP(value)	"00c1 ???????? 4000000a " value
#define ENABLE		"00c1 ???????? 0000006f"
#define DISABLE		"00c1 ???????? 00000070"
#define DEACTIVATE(b)	"00c1 ???????? 00000072 " b
#define TEMP_DEACTIVATE	"00c1 ???????? 00000073"
#define OWNER_INSTALL(b) "00c1 ???????? 00000071 " b
#define FORCE_CLEAR	"00c1 ???????? 0000005d"
#define NO_FORCE_CLEAR	"00c1 ???????? 0000005e"
#define GETCAP(area, len, sub) "00c1 ???????? 00000065 " area " " len " " sub
#define PERM		GETCAP("00000004", "00000004", "00000108")
#define STCLEAR		GETCAP("00000004", "00000004", "00000109")
#define PROP(prop)	GETCAP("00000005", "00000004", prop)
#define SETCAP(area, sub, len, value) \
	"00c1 ???????? 0000003f " area " 00000004 " sub " " len " " value
#define PCR_READ(pcr)	"00c1 ???????? 00000015 " pcr
#define DIGEST		"0102030405060708090a0b0c0d0e0f1011121314"
#define EXTEND(pcr)	"00c1 ???????? 00000014 " pcr DIGEST
#define PCR_RESET(sel)	"00c1 ???????? 000000c8 0003 " sel
#define BLOCK		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" \
			"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SHA1_START	"00c1 ???????? 000000a0"
#define SHA1_UPDATE	"00c1 ???????? 000000a1 00000040" BLOCK
#define SHA1_COMPLETE	"00c1 ???????? 000000a2 00000003 616263"
#define SHA1_EXTEND(pcr) "00c1 ???????? 000000a3 " pcr " 00000003 616263"
#define AUTH		"02000000" DIGEST "01" DIGEST
#define TAKE_OWNERSHIP	"00c2 ???????? 0000000d 0005 00000002 0102 00000002 0102 01010000" \
			"0011 00000000 01 00000001 0003 0001 0000000c 00000800 00000002" \
			"00000000 00000000 00000000 00000000" AUTH

/* Flags of TPM_PERMANENT_FLAGS, by their place in the response. */
#define AT_DISABLE		16
#define AT_OWNERSHIP		17
#define AT_DEACTIVATED		18
#define AT_HWENABLE		23
#define AT_CMDENABLE		24
#define AT_ENABLEREVOKEEK	30

/* A proxy and the TPM that it pretends to be. */
static struct vtpmb_vtpm *vtpm;
static struct core_twin *twin;

static u32 code_of(const u8 *cmd, size_t len)
{
	return len < VTPMB_HEADER_SIZE ? 0 : vtpmb_peek_u32(cmd + 6);
}

/* Properties that differ, and what they are instead. */
static const struct {
	u32 prop;
	u32 value;
} other_props[] = {
	{ 0x10b, 0 },		/* no transport */
	{ 0x10e, 0 },
	{ 0x10a, 4 },		/* a share of the sessions of a chip without owner */
	{ 0x10d, 4 },
	{ 0x112, 16 },		/* contexts of one's own */
	{ 0x113, 16 },
	{ 0x11d, 4 },		/* sessions without those of transport */
	{ 0x11e, 4 },
	{ 0x10c, 0 },		/* no counters */
	{ 0x11a, 0 },		/* no DAA */
	{ 0x116, 0x11f },	/* a resume keeps nothing but PCRs and flags */
	{ 0x123, 0 },		/* no NV */
	{ 0x124, VTPMB_GUEST_BUF_SIZE },
};

static int other_prop(u32 prop)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(other_props); i++) {
		if (other_props[i].prop == prop)
			return i;
	}
	return -1;
}

/* Make equal what is known to differ; each with its reason. */
static void excuse(const u8 *cmd, size_t len, struct core_rsp *ours,
		   struct core_rsp *theirs)
{
	unsigned int i;
	u32 area;

	switch (code_of(cmd, len)) {
	case 0x46: /* GetRandom: random */
	case 0xf1: /* GetTicks: the chip's time */
		if (!ours->rc && ours->len == theirs->len)
			memcpy(ours->buf, theirs->buf, ours->len);
		return;
	case 0xa0: /* SHA1Start: what fits the guest's buffer */
		if (!ours->rc)
			CHECK_EQ(vtpmb_peek_u32(ours->buf + 10), VTPMB_GUEST_BUF_SIZE - 64);
		if (!ours->rc)
			memcpy(ours->buf + 10, theirs->buf + 10, 4);
		return;
	case 0x54: /* GetTestResult: of the chip, not of the virtual platform */
		if (!theirs->rc && !ours->rc && ours->len == theirs->len)
			memcpy(ours->buf, theirs->buf, ours->len);
		return;
	case 0x0d: /* TakeOwnership: it fails before anyone looks into the key */
		if (ours->rc && theirs->rc)
			*theirs = *ours;
		return;
	case 0x65:
		break;
	default:
		return;
	}
	area = len >= 14 ? vtpmb_peek_u32(cmd + 10) : 0;
	if (area == 5 && len == 22 && other_prop(vtpmb_peek_u32(cmd + 18)) >= 0 && !ours->rc)
		*theirs = *ours;
	/* No transport; nothing of the manufacturer's. */
	if (area == 0x10 || area == 0x12 || area == 0x15 || area == 1)
		*theirs = *ours;
	/* A flag set to 2 by SetCapability: libtpms shows 2. */
	for (i = 16; area == 4 && !theirs->rc && i < theirs->len; i++)
		theirs->buf[i] = !!theirs->buf[i];
	/* RevokeTrust is not there. */
	if (area == 4 && !ours->rc && ours->len == 36)
		ours->buf[AT_ENABLEREVOKEEK] = theirs->buf[AT_ENABLEREVOKEEK];
}

/* libtpms says TPM_SIZE of a size that it will not even try. */
static void excuse_size(struct core_rsp *ours, struct core_rsp *theirs)
{
	if (ours->rc == 25 && theirs->rc == 23)
		*theirs = *ours;
}

static bool same(const u8 *cmd, size_t len, struct core_rsp *rsp)
{
	struct core_rsp theirs;

	core_send(vtpm, cmd, len, rsp);
	core_twin_send(twin, cmd, vtpmb_peek_u32(cmd + 2), &theirs);
	excuse(cmd, len, rsp, &theirs);
	excuse_size(rsp, &theirs);
	if (rsp->len == theirs.len && !memcmp(rsp->buf, theirs.buf, rsp->len))
		return true;
	core_fail(__FILE__, __LINE__, "ordinal 0x%x: rc %u, twin's %u",
		  code_of(cmd, len), rsp->rc, theirs.rc);
	core_dump("command", cmd, len);
	core_dump("ours", rsp->buf, rsp->len);
	core_dump("twin's", theirs.buf, theirs.len);
	return false;
}

static u32 both(const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	struct core_rsp rsp;

	same(cmd, core_hex(cmd, sizeof(cmd), hex), &rsp);
	return rsp.rc;
}

static u32 ours(const char *hex)
{
	struct core_rsp rsp;

	core_send_hex(vtpm, hex, &rsp);
	return rsp.rc;
}

static struct vtpmb_vtpm *new_vtpm(void)
{
	vtpm = core_new();
	CHECK_EQ(ours(ST_CLEAR), 0);
	return vtpm;
}

static u8 ours_byte(const char *hex, unsigned int at)
{
	struct core_rsp rsp;

	core_send_hex(vtpm, hex, &rsp);
	CHECK_EQ(rsp.rc, 0);
	return rsp.buf[at];
}

static void both_reset(void)
{
	core_reset(vtpm);
	core_twin_reset(twin);
}

static void both_restart(void)
{
	both_reset();
	CHECK_EQ(both(ST_CLEAR), 0);
}

static void both_locality(u8 locality)
{
	vtpm->locality = locality;
	core_twin_locality(twin, locality);
}

static void both_pp(bool pp)
{
	vtpm->pp_pin = pp;
	core_twin_pp(twin, pp);
}

static void same_state(void)
{
	unsigned int i;
	char hex[64];

	both(PERM);
	both(STCLEAR);
	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		snprintf(hex, sizeof(hex), PCR_READ("%08x"), i);
		both(hex);
	}
}

/* The twin gets the permanent flags that a new proxy has. */
static void begin(void)
{
	struct core_rsp rsp;

	core_start(CORE_TPM12);
	vtpm = core_new();
	twin = core_twin_new();
	core_twin_send_hex(twin, ST_CLEAR, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_send_hex(twin, PP("0040"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_send_hex(twin, PP("0008"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_send_hex(twin, OWNER_INSTALL("00"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_twin_reset(twin);
}

static void end(void)
{
	core_twin_free(twin);
	core_free(vtpm);
	CHECK(core_chip_is_empty());
	core_stop();
}

static void begin_started(void)
{
	begin();
	CHECK_EQ(both(ST_CLEAR), 0);
}

static void new_tpm_is_enabled_and_waits_for_startup(void)
{
	begin();
	CHECK_EQ(both(PERM), 38);
	CHECK_EQ(both("00c1 ???????? 0000fffe"), 10);
	CHECK_EQ(both(ST_CLEAR), 0);
	same_state();
	CHECK_EQ(ours_byte(PERM, AT_DISABLE), 0);
	CHECK_EQ(ours_byte(PERM, AT_DEACTIVATED), 0);
	CHECK_EQ(ours_byte(PERM, AT_CMDENABLE), 1);
	end();
}

/* The twin has firmware. */
static void powered_tpm_starts_as_by_firmware(void)
{
	static const char *const before[] = { PERM, SAVE_STATE, TEMP_DEACTIVATE, ST_CLEAR };
	struct core_rsp rsp;
	unsigned int i;

	begin_started();
	for (i = 0; i < ARRAY_SIZE(before); i++) {
		CHECK_EQ(both(EXTEND("00000004")), 0);
		CHECK_EQ(both(EXTEND("00000010")), 0);
		both(before[i]);
		core_reset_powered(vtpm);
		core_twin_reset(twin);
		core_twin_send_hex(twin, ST_CLEAR, &rsp);
		CHECK_EQ(rsp.rc, 0);
		CHECK_EQ(vtpm->power, VTPMB_STARTED);
		same_state();
		CHECK_EQ(both(ST_CLEAR), 38);
	}
	/* What was saved before is gone. */
	both_reset();
	CHECK_EQ(both(ST_STATE), 28);
	end();
}

static void second_startup_cannot_reset_pcrs(void)
{
	begin_started();
	CHECK_EQ(both(EXTEND("00000000")), 0);
	CHECK_EQ(both(ST_CLEAR), 38);
	CHECK_EQ(both(ST_STATE), 38);
	CHECK_EQ(both(ST_DEACTIVATED), 38);
	same_state();
	end();
}

/* Types that do not exist, and commands that cannot be parsed. */
static const char *const bad_startup[] = {
	STARTUP("0004"), STARTUP("00"), STARTUP("000100"),
	"00c2 ???????? 00000099 0001", "0001 ???????? 00000099 0001",
};

static void malformed_startup_ends_the_wait_for_it(void)
{
	unsigned int i;

	begin_started();
	for (i = 0; i < ARRAY_SIZE(bad_startup); i++) {
		both_reset();
		CHECK(both(bad_startup[i]) != 0);
		CHECK_EQ(both(ST_CLEAR), 38);
		same_state();
	}
	end();
}

static void malformed_startup_does_not_deactivate(void)
{
	unsigned int i;

	begin_started();
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both("00c1 ???????? 00000072 01"), 0);
	for (i = 0; i < ARRAY_SIZE(bad_startup); i++) {
		both_reset();
		CHECK(both(bad_startup[i]) != 0);
		CHECK_EQ(both("00c1 ???????? 00000046 00000001"), 0);
	}
	both_reset();
	CHECK_EQ(both(ST_CLEAR), 0);
	CHECK_EQ(both("00c1 ???????? 00000046 00000001"), 6);
	end();
}

static void saved_state_keeps_static_pcrs_and_flags(void)
{
	begin_started();
	both(EXTEND("00000004"));
	both(EXTEND("00000010"));
	both(EXTEND("00000017"));
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(NO_FORCE_CLEAR), 0);
	CHECK_EQ(both(SAVE_STATE), 0);
	CHECK_EQ(vtpm->power, VTPMB_SHUTDOWN);
	both_reset();
	CHECK_EQ(both(ST_STATE), 0);
	CHECK_EQ(vtpm->power, VTPMB_STARTED);
	same_state();
	end();
}

static void any_command_invalidates_saved_state(void)
{
	static const char *const any[] = {
		PERM, PCR_READ("00000000"), "00c1 ???????? 0000fffe",
		"00c1 ???????? 00000046 00000001", EXTEND("00000000"), ST_CLEAR,
		"00c1 ???????? 00000014 00",
	};
	unsigned int i;

	begin_started();
	for (i = 0; i < ARRAY_SIZE(any); i++) {
		both(EXTEND("00000004"));
		CHECK_EQ(both(SAVE_STATE), 0);
		both(any[i]);
		CHECK_EQ(vtpm->power, VTPMB_STARTED);
		both_reset();
		CHECK_EQ(both(ST_STATE), 28);
		both(PERM);
		both_restart();
		same_state();
	}
	end();
}

static void commands_before_startup_keep_saved_state(void)
{
	begin_started();
	both(EXTEND("00000004"));
	CHECK_EQ(both(SAVE_STATE), 0);
	both_reset();
	CHECK_EQ(both(PERM), 38);
	CHECK_EQ(both("8001 ???????? 00000181"), 10);
	both_reset();
	CHECK_EQ(both(ST_STATE), 0);
	same_state();
	end();
}

static void saved_state_survives_power_off(void)
{
	begin_started();
	both(EXTEND("00000004"));
	CHECK_EQ(both(SAVE_STATE), 0);
	core_off(vtpm);
	CHECK_EQ(vtpm->power, VTPMB_OFF);
	both_reset();
	CHECK_EQ(both(ST_STATE), 0);
	same_state();
	end();
}

static void resume_without_saved_state_is_failure_mode(void)
{
	static const char *const asked[] = {
		PERM, STCLEAR, GETCAP("00000006", "00000000", ""),
		GETCAP("0000001a", "00000000", ""), PROP("00000103"),
		PROP("00000115"), PROP("00000120"), PROP("00000111"),
		GETCAP("00000001", "00000004", "00000046"),
		GETCAP("00000010", "00000004", "00000001"),
		PCR_READ("00000000"), EXTEND("00000000"), SAVE_STATE, PP("0008"),
		"00c1 ???????? 00000054", "00c1 ???????? 00000050",
		"00c1 ???????? 00000053", ENABLE, ST_CLEAR, SHA1_START,
		"00c1 ???????? 0000fffe", "00c1 ???????? 00000015 00",
	};
	unsigned int i;

	begin_started();
	both(EXTEND("00000000"));
	both_reset();
	CHECK_EQ(both(ST_STATE), 28);
	for (i = 0; i < ARRAY_SIZE(asked); i++)
		both(asked[i]);
	CHECK_EQ(both(SAVE_STATE), 28);
	both_reset();
	CHECK_EQ(both(ST_CLEAR), 0);
	same_state();
	end();
}

static void startup_deactivated_lasts_until_reset(void)
{
	begin();
	CHECK_EQ(both(ST_DEACTIVATED), 0);
	CHECK_EQ(both(PCR_READ("00000000")), 6);
	CHECK_EQ(both(EXTEND("00000000")), 0);
	both(STCLEAR);
	both_restart();
	same_state();
	end();
}

static void physical_presence_in_all_combinations(void)
{
	unsigned int value, i;
	char hex[64];
	u32 rc;

	begin_started();
	for (value = 0; value < 0x800; value++) {
		/* Not the lock for life: there is no way back. */
		if (value & 0x80)
			continue;
		snprintf(hex, sizeof(hex), PP("%04x"), value);
		rc = both(hex);
		both(STCLEAR);
		both(PERM);
		if (!rc && value & 4) {
			for (i = 1; i < 0x20; i++) {
				snprintf(hex, sizeof(hex), PP("%04x"), i);
				both(hex);
			}
			both(PP("0040"));
			both_restart();
		}
		if (value % 7 == 0)
			both(PP("0020"));
	}
	both(PP("8008"));
	end();
}

static void physical_presence_lifetime_lock(void)
{
	begin_started();
	CHECK_EQ(both(PP("00c0")), 0);
	CHECK_EQ(both(PP("0020")), 3);
	CHECK_EQ(both(PP("0100")), 3);
	CHECK_EQ(both(PP("0008")), 0);
	both_restart();
	CHECK_EQ(both(PP("0040")), 3);
	CHECK_EQ(both(PP("0014")), 0);
	same_state();
	end();
}

static void administrators_pin_is_presence(void)
{
	begin_started();
	CHECK_EQ(both(PP("0014")), 0);
	CHECK_EQ(both(DISABLE), 45);
	both_pp(true);
	CHECK_EQ(both(DISABLE), 0);
	both_pp(false);
	CHECK_EQ(both(ENABLE), 45);
	both_pp(true);
	CHECK_EQ(both(ENABLE), 0);
	CHECK_EQ(both(PP("0200")), 0);
	CHECK_EQ(both(DISABLE), 45);
	both_pp(false);
	same_state();
	end();
}

/* Bit 0: deactivated, bit 1: disabled, bit 2: presence not asserted. */
static void bring_to(unsigned int state)
{
	both_restart();
	both(PP("0008"));
	both(ENABLE);
	both(state & 1 ? DEACTIVATE("01") : DEACTIVATE("00"));
	both_restart();
	both(PP("0008"));
	if (state & 2)
		CHECK_EQ(both(DISABLE), 0);
	if (state & 4)
		both(PP("0010"));
}

static bool flags_changed(unsigned int state, const struct core_rsp *before)
{
	struct core_rsp after, perm;

	both(PERM);
	both(STCLEAR);
	core_send_hex(vtpm, STCLEAR, &after);
	core_send_hex(vtpm, PERM, &perm);
	return memcmp(before->buf, after.buf, after.len) ||
	       perm.buf[AT_DISABLE] != !!(state & 2) ||
	       perm.buf[AT_DEACTIVATED] != (state & 1);
}

static void disable_and_deactivate_refuse_as_a_tpm(void)
{
	static const char *const asked[] = {
		PCR_READ("00000000"), EXTEND("00000000"), PERM, STCLEAR,
		"00c1 ???????? 00000046 00000004", "00c1 ???????? 000000f1",
		"00c1 ???????? 00000050", SHA1_START, SHA1_UPDATE,
		SHA1_EXTEND("00000001"), PCR_RESET("000001"), FORCE_CLEAR,
		NO_FORCE_CLEAR, OWNER_INSTALL("00"), DEACTIVATE("00"),
		TEMP_DEACTIVATE, DISABLE, "00c1 ???????? 0000005a",
		"00c1 ???????? 000000ba 00000001 00000001",
		"00c1 ???????? 00000022 00000001", "00c1 ???????? 00000096 00000001",
		"00c1 ???????? 0000007c " DIGEST, SAVE_STATE, "00c1 ???????? 00000054",
		"00c1 ???????? 4000000b", "00c2 ???????? 0000005b" AUTH,
		"00c2 ???????? 0000006e 00" AUTH, "00c1 ???????? 00000047 00000001 00",
		SETCAP("00000001", "00000001", "00000001", "00"),
		SETCAP("00000001", "00000002", "00000001", "01"),
		SETCAP("00000001", "00000003", "00000001", "00"),
		SETCAP("00000003", "00000002", "00000001", "01"),
	};
	struct core_rsp before;
	unsigned int state, i;

	begin_started();
	for (state = 0; state < 8; state++) {
		bring_to(state);
		for (i = 0; i < ARRAY_SIZE(asked); i++) {
			core_send_hex(vtpm, STCLEAR, &before);
			both(asked[i]);
			if (flags_changed(state, &before))
				bring_to(state);
		}
	}
	end();
}

static void temporary_deactivation_ends_with_reset(void)
{
	begin_started();
	CHECK_EQ(both(TEMP_DEACTIVATE), 45);
	CHECK_EQ(both("00c2 ???????? 00000073" AUTH), 73);
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(TEMP_DEACTIVATE), 0);
	CHECK_EQ(both(TEMP_DEACTIVATE), 6);
	CHECK_EQ(both(PCR_READ("00000000")), 6);
	both_restart();
	CHECK_EQ(both(PCR_READ("00000000")), 0);
	end();
}

static void force_clear_disables_now_and_deactivates_later(void)
{
	begin_started();
	CHECK_EQ(both(FORCE_CLEAR), 45);
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(NO_FORCE_CLEAR), 0);
	CHECK_EQ(both(FORCE_CLEAR), 5);
	both_restart();
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(FORCE_CLEAR), 0);
	both(PERM);
	both(STCLEAR);
	CHECK_EQ(both(FORCE_CLEAR), 7);
	both_restart();
	same_state();
	CHECK_EQ(both(PCR_READ("00000000")), 7);
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(ENABLE), 0);
	CHECK_EQ(both(DEACTIVATE("00")), 0);
	both_restart();
	same_state();
	end();
}

static void owned_view(void)
{
	struct core_rsp rsp;

	core_start(CORE_TPM12);
	vtpm = core_new();
	core_set(vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_OWNED);
	CHECK_EQ(ours(ST_CLEAR), 0);
	CHECK_EQ(ours_byte(PROP("00000111"), 14), 1);
	CHECK_EQ(ours_byte(PERM, AT_OWNERSHIP), 1);
	CHECK_EQ(ours("00c1 ???????? 0000007c " DIGEST), 8);
	CHECK_EQ(ours("00c2 ???????? 0000005b" AUTH), 34);
	CHECK_EQ(ours(TAKE_OWNERSHIP), 20);
	/* No effect, and no presence needed. */
	CHECK_EQ(ours(OWNER_INSTALL("00")), 0);
	CHECK_EQ(ours_byte(PERM, AT_OWNERSHIP), 1);

	/* The guest's owner goes, the chip's stays. */
	CHECK_EQ(ours(PP("0008")), 0);
	CHECK_EQ(ours(FORCE_CLEAR), 0);
	core_reset(vtpm);
	CHECK_EQ(ours(ST_CLEAR), 0);
	CHECK_EQ(ours_byte(PROP("00000111"), 14), 0);
	core_raw_hex(PROP("00000111"), &rsp);
	CHECK_EQ(rsp.buf[14], 0);
	core_free(vtpm);
	core_stop();
}

static void owner_cannot_be_installed(void)
{
	begin_started();
	CHECK_EQ(ours_byte(PROP("00000111"), 14), 0);
	CHECK_EQ(both(TAKE_OWNERSHIP), 11);
	CHECK_EQ(both(OWNER_INSTALL("01")), 45);
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(OWNER_INSTALL("01")), 0);
	both(PERM);
	both_restart();
	both(PERM);
	/* Nor then: there are no sessions. */
	CHECK_EQ(both(TAKE_OWNERSHIP), 34);
	CHECK_EQ(both(PP("0008")), 0);
	CHECK_EQ(both(OWNER_INSTALL("00")), 0);
	both(PERM);
	end();
}

static void auto_view_is_what_the_chip_says(void)
{
	static const u8 secret[20] = { 1 };

	core_start(CORE_TPM12);
	core_take_ownership(secret, secret);
	core_port.family->forget(&core_port);
	CHECK_EQ(core_port.family->probe(&core_port), 0);
	vtpm = core_new();
	CHECK_EQ(ours(ST_CLEAR), 0);
	CHECK_EQ(ours_byte(PROP("00000111"), 14), 1);
	core_set(vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_NOT_INSTALLABLE);
	CHECK_EQ(ours_byte(PROP("00000111"), 14), 0);
	CHECK_EQ(ours_byte(PERM, AT_OWNERSHIP), 0);
	CHECK_EQ(ours("00c1 ???????? 0000007c " DIGEST), 8);
	core_free(vtpm);
	core_stop();
}

static void pcrs_obey_localities(void)
{
	unsigned int locality, i;
	char hex[128];

	begin_started();
	for (locality = 0; locality < 5; locality++) {
		both_locality(locality);
		for (i = 0; i < 26; i++) {
			snprintf(hex, sizeof(hex), EXTEND("%08x"), i);
			both(hex);
			snprintf(hex, sizeof(hex), SHA1_EXTEND("%08x"), i);
			both(SHA1_START);
			both(SHA1_UPDATE);
			both(hex);
			both(hex);
		}
		same_state();
		for (i = 0; i < 24; i++) {
			snprintf(hex, sizeof(hex), PCR_RESET("%02x%02x%02x"),
				 (1 << i) & 0xff, (1 << i) >> 8 & 0xff, (1 << i) >> 16);
			both(hex);
			snprintf(hex, sizeof(hex), EXTEND("%08x"), i);
			both(hex);
		}
		both(PCR_RESET("000000"));
		both(PCR_RESET("000081"));
		both(PCR_RESET("010081"));
		both(PCR_RESET("000003"));
		both("00c1 ???????? 000000c8 0000");
		both("00c1 ???????? 000000c8 0001 00");
		both("00c1 ???????? 000000c8 0004 00000001");
		same_state();
	}
	end();
}

static void sha1_thread_is_killed_by_any_other_command(void)
{
	static const char *const any[] = {
		PERM, PCR_READ("00000000"), "00c1 ???????? 0000fffe", SAVE_STATE,
		"00c1 ???????? 00000046 00000001", ST_CLEAR, "00c1 ???????? 00000014 00",
		SHA1_START,
	};
	unsigned int i;

	begin_started();
	CHECK_EQ(both(SHA1_UPDATE), 26);
	CHECK_EQ(both(SHA1_COMPLETE), 26);
	for (i = 0; i < ARRAY_SIZE(any); i++) {
		both(SHA1_START);
		both(SHA1_UPDATE);
		both(any[i]);
		both(SHA1_COMPLETE);
	}
	both(SHA1_START);
	both(SHA1_UPDATE);
	both(SHA1_UPDATE);
	both(SHA1_COMPLETE);
	both(SHA1_START);
	CHECK_EQ(both("00c1 ???????? 000000a1 00000003 616263"), 27);
	CHECK_EQ(both(SHA1_COMPLETE), 26);
	both(SHA1_START);
	CHECK_EQ(both("00c1 ???????? 000000a2 00000041 00" BLOCK), 27);
	CHECK_EQ(both(SHA1_COMPLETE), 26);
	both(SHA1_START);
	CHECK_EQ(both("00c1 ???????? 000000a2 00000000"), 0);
	both(SHA1_START);
	CHECK_EQ(both("00c1 ???????? 000000a3 00000018 00000000"), 2);
	CHECK_EQ(both(SHA1_COMPLETE), 26);
	end();
}

/* TPM_StirRandom, local or not, of this length in all. */
static u32 stir_random(size_t len)
{
	u8 cmd[VTPMB_BUF_SIZE] = { 0x00, 0xc1, 0, 0, 0, 0, 0, 0, 0, 0x47 };
	struct core_rsp rsp;

	vtpmb_poke_u32(cmd + 2, len);
	vtpmb_poke_u32(cmd + 10, len - 14);
	core_send(vtpm, cmd, len, &rsp);
	if (rsp.rc == 0x19)
		CHECK_EQ(rsp.nr_chip_commands, 0);
	return rsp.rc;
}

static u32 sha1_update(size_t bytes)
{
	u8 cmd[VTPMB_BUF_SIZE] = { 0x00, 0xc1, 0, 0, 0, 0, 0, 0, 0, 0xa1 };
	struct core_rsp rsp;

	vtpmb_poke_u32(cmd + 2, 14 + bytes);
	vtpmb_poke_u32(cmd + 10, bytes);
	core_send(vtpm, cmd, 14 + bytes, &rsp);
	return rsp.rc;
}

static u32 input_buffer(void)
{
	struct core_rsp rsp;

	core_send_hex(vtpm, "00c1 ???????? 00000065 00000005 00000004 00000124", &rsp);
	CHECK_EQ(rsp.rc, 0);
	return vtpmb_peek_u32(rsp.buf + 14);
}

/* What the guest was told is what it can send, of a chip with less room too. */
static void longest_command_is_that_of_the_property(void)
{
	static const u32 sizes[] = { 0x1000, 0xf81, 0xf80, 0xf7f, 1101, 300 };
	static const u32 wrong[] = { 0, 3, 255 };
	struct vtpmb_tpm12_facts *facts;
	struct core_rsp rsp;
	unsigned int i;
	u32 most;
	u8 *of_chip;

	begin_started();
	facts = core_port.facts;
	of_chip = facts->prop[TPM_CAP_PROP_INPUT_BUFFER - TPM_CAP_PROP_PCR].bytes;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u32 size = min_t(u32, sizes[i], VTPMB_GUEST_BUF_SIZE);

		vtpmb_poke_u32(of_chip, sizes[i]);
		CHECK_EQ(input_buffer(), size);
		CHECK_EQ(stir_random(size), stir_random(270));
		CHECK_EQ(stir_random(size + 1), 0x19);
		core_send_hex(vtpm, SHA1_START, &rsp);
		most = vtpmb_peek_u32(rsp.buf + 10);
		CHECK_EQ(sha1_update(most), 0);
		CHECK_EQ(sha1_update(most + 64), 0x19);
	}
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		vtpmb_poke_u32(of_chip, wrong[i]);
		CHECK_EQ(input_buffer(), VTPMB_GUEST_BUF_SIZE);
	}
	end();
}

static void capability_properties(void)
{
	struct core_rsp rsp;
	char hex[128];
	u32 prop;
	int i;

	begin_started();
	for (prop = 0xff; prop < 0x130; prop++) {
		snprintf(hex, sizeof(hex), PROP("%08x"), prop);
		both(hex);
		i = other_prop(prop);
		if (i < 0)
			continue;
		core_send_hex(vtpm, hex, &rsp);
		CHECK_EQ(rsp.rc, 0);
		CHECK_EQ(rsp.len, 18);
		CHECK_EQ(vtpmb_peek_u32(rsp.buf + 14), other_props[i].value);
	}
	end();
}

static void capabilities(void)
{
	static const char *const subs[] = {
		"00000000", "00000001 00", "00000001 01", "00000002 0000",
		"00000002 0001", "00000002 0003", "00000002 0006",
		"00000003 000000", "00000004 00000000", "00000004 00000001",
		"00000004 00000002", "00000004 00000003", "00000004 00000004",
		"00000004 00000005", "00000004 00000006", "00000004 00000007",
		"00000004 00000008", "00000004 00000009", "00000004 0000000a",
		"00000004 40000000", "00000004 01020003", "00000004 01010002",
		"00000004 01010009", "00000004 00000108", "00000004 00000109",
		"00000004 0000010a", "00000004 00010203", "00000004 ffffffff",
		"00000005 0000000100", "00000008 0000000000000000",
		"00000018 00000001 0003 0001 0000000c 00000800 00000002 00000000",
		"ffffffff", "00000004 0000", "7fffffff",
	};
	unsigned int area, i;
	char hex[256];

	begin_started();
	for (area = 0; area < 0x22; area++) {
		for (i = 0; i < ARRAY_SIZE(subs); i++) {
			snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 %08x %s",
				 area, subs[i]);
			both(hex);
		}
	}
	both("00c2 ???????? 00000065 00000004 00000004 00000108");
	both("00c2 ???????? 00000065 00000004 00000004 00000108" AUTH);
	end();
}

static bool is_there(u32 code)
{
	char hex[128];

	snprintf(hex, sizeof(hex), GETCAP("00000001", "00000004", "%08x"), code);
	return ours_byte(hex, 14);
}

static void cap_ord_is_what_the_policy_says(void)
{
	const struct vtpmb_commands *commands = vtpmb_tpm12.commands;
	unsigned int i, nr = 0;
	char hex[64];

	begin_started();
	for (i = 0; i < commands->nr_rows; i++) {
		u32 code = commands->code(i);

		CHECK_EQ(commands->find(code), i);
		CHECK_EQ(is_there(code), !commands->is_unsafe(i));
		nr += is_there(code);
		snprintf(hex, sizeof(hex), "00c1 ???????? %08x", code);
		if (commands->is_unsafe(i))
			CHECK_EQ(ours(hex), 10);
	}
	CHECK_EQ(nr, 60);
	CHECK(!is_there(0));
	CHECK(!is_there(0xffffffff));

	core_policy(vtpm, 0x46, VTPMB_POLICY_DENY);
	CHECK(!is_there(0x46));
	CHECK_EQ(ours("00c1 ???????? 00000046 00000001"), 10);
	core_policy(vtpm, 0x46, VTPMB_POLICY_DEFAULT);
	CHECK_EQ(ours("00c1 ???????? 00000046 00000001"), 0);
	/* DirRead by grant; LoadKey is not there whatever is granted. */
	core_policy(vtpm, 0x1a, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK(is_there(0x1a));
	CHECK_EQ(both("00c1 ???????? 0000001a 00000000"), 0);
	core_policy(vtpm, 0x20, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK(!is_there(0x20));
	CHECK_EQ(ours("00c1 ???????? 00000020"), 10);
	end();
}

static void set_capability_is_a_second_door_to_the_flags(void)
{
	unsigned int area, sub, state, locality;
	char hex[256];

	begin_started();
	for (state = 0; state < 4; state++) {
		for (locality = 0; locality < 5; locality += 3) {
			for (area = 0; area < 9; area++) {
				for (sub = 0; sub < 26; sub++) {
					/* Listed: daaProof is the chip's. */
					if (area == 2 && sub == 25)
						continue;
					both(state & 1 ? PP("0008") : PP("0010"));
					both_locality(locality);
					snprintf(hex, sizeof(hex),
						 SETCAP("%08x", "%08x", "00000001", "%02x"),
						 area, sub, state >> 1);
					both(hex);
					snprintf(hex, sizeof(hex),
						 SETCAP("%08x", "%08x", "00000004", "%08x"),
						 area, sub, state >> 1);
					both(hex);
					both_locality(0);
					both(PERM);
					both(STCLEAR);
				}
			}
			both(PP("0008"));
			both(ENABLE);
			both(DEACTIVATE("00"));
			both_restart();
		}
	}
	end();
}

static void read_pubek_is_the_chips(void)
{
	begin_started();
	CHECK_EQ(both("00c1 ???????? 0000007c " DIGEST), 0);
	end();
}

/* One well-formed command for each ordinal that is there. */
static const char *const templates[] = {
	ST_CLEAR, SAVE_STATE, PP("0008"), PP("0010"), ENABLE, DISABLE,
	DEACTIVATE("00"), DEACTIVATE("01"), TEMP_DEACTIVATE,
	"00c2 ???????? 00000073" AUTH, OWNER_INSTALL("00"), OWNER_INSTALL("01"),
	FORCE_CLEAR, NO_FORCE_CLEAR, PERM, STCLEAR, PROP("00000115"),
	PROP("00000120"), PROP("00000111"),
	SETCAP("00000001", "00000001", "00000001", "01"),
	SETCAP("00000001", "00000003", "00000001", "00"),
	SETCAP("00000003", "00000002", "00000001", "01"),
	SETCAP("00000004", "00000006", "00000004", "00000001"),
	PCR_READ("00000007"), EXTEND("00000007"), EXTEND("00000010"),
	EXTEND("00000014"), PCR_RESET("000081"), SHA1_START, SHA1_UPDATE,
	SHA1_COMPLETE, SHA1_EXTEND("00000009"),
	"00c1 ???????? 00000046 00000010", "00c1 ???????? 00000047 00000002 0000",
	"00c1 ???????? 00000050", "00c1 ???????? 00000053",
	"00c1 ???????? 00000054", "00c1 ???????? 0000005a",
	"00c2 ???????? 0000005b" AUTH, "00c2 ???????? 0000005c" AUTH,
	"00c2 ???????? 0000006e 01" AUTH,
	"00c1 ???????? 0000007c " DIGEST, "00c1 ???????? 00000022 01020304",
	"00c1 ???????? 00000096 02000000",
	"00c1 ???????? 000000ba 01000000 00000001",
	"00c1 ???????? 000000ba 01000000 00000002",
	"00c1 ???????? 000000ba 01000000 00000003",
	"00c1 ???????? 000000ba 01000000 00000004",
	"00c1 ???????? 000000ba 01000000 00000005",
	"00c1 ???????? 000000ba 01000000 00000008",
	"00c1 ???????? 000000f1", "00c1 ???????? 4000000b",
	TAKE_OWNERSHIP,
};

/* A template, cut short or longer, with another tag: always the twin's answer. */
static void truncated_at(u8 *cmd, size_t len)
{
	struct core_rsp rsp;

	vtpmb_poke_u32(cmd + 2, len);
	same(cmd, len, &rsp);
}

static void bad_input(const char *hex)
{
	static const u16 tags[] = { 0x00c0, 0x00c1, 0x00c2, 0x00c3, 0x00c4, 0x8001, 0 };
	u8 cmd[VTPMB_BUF_SIZE], good[VTPMB_BUF_SIZE];
	size_t good_len = core_hex(good, sizeof(good), hex), len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		memcpy(cmd, good, good_len);
		memset(cmd + good_len, 0xa5, 200);
		cmd[0] = tags[i] >> 8;
		cmd[1] = tags[i] & 0xff;
		for (len = 6; len < good_len; len++)
			truncated_at(cmd, len);
		for (len = good_len + 1; len < good_len + 140; len += 1 + (i != 1) * 43)
			truncated_at(cmd, len);
		if (tags[i] != vtpmb_peek_u16(good))
			truncated_at(cmd, good_len);
	}
}

static void malformed_commands_are_answered_as_by_a_tpm(void)
{
	unsigned int i;

	begin_started();
	CHECK_EQ(both(PP("0008")), 0);
	for (i = 0; i < ARRAY_SIZE(templates); i++)
		bad_input(templates[i]);
	same_state();
	end();
}

static void malformed_commands_before_startup(void)
{
	unsigned int i;

	begin();
	/* But Startup itself. */
	for (i = 1; i < ARRAY_SIZE(templates); i++)
		bad_input(templates[i]);
	CHECK_EQ(both(ST_CLEAR), 0);
	same_state();
	end();
}

static void malformed_commands_while_disabled_and_deactivated(void)
{
	unsigned int i;

	begin_started();
	both(PP("0008"));
	both(DEACTIVATE("01"));
	both(DISABLE);
	both_restart();
	for (i = 0; i < ARRAY_SIZE(templates); i++)
		bad_input(templates[i]);
	same_state();
	end();
}

/* A size field that is smaller than what was written: what is behind is not there. */
static void tail_behind_the_size_is_no_part_of_the_command(void)
{
	static const u8 cmd[] = {
		0x00, 0xc1, 0, 0, 0, 14, 0, 0, 0, 0x15, 0, 0, 0, 0, 0xff, 0xff, 0xff,
	};
	static const u8 tiny[] = { 0x00, 0xc1, 0, 0, 0, 6, 0, 0, 0, 0x99 };
	static const u8 none[] = { 0x00, 0xc1, 0, 0, 0, 0, 0, 0, 0, 0x99 };
	struct core_rsp rsp;

	begin_started();
	same(cmd, sizeof(cmd), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_send(vtpm, tiny, sizeof(tiny), &rsp);
	CHECK_EQ(rsp.rc, 25);
	core_send(vtpm, none, sizeof(none), &rsp);
	CHECK_EQ(rsp.rc, 25);
	same_state();
	end();
}

static void absent_ordinals_answer_alike_whatever_follows(void)
{
	const struct vtpmb_commands *commands = vtpmb_tpm12.commands;
	u8 cmd[512] = { 0x00, 0xc1 };
	struct core_rsp rsp;
	unsigned int i;
	size_t len;

	begin_started();
	memset(cmd + 10, 0x01, sizeof(cmd) - 10);
	for (i = 0; i < commands->nr_rows; i++) {
		if (!commands->is_unsafe(i))
			continue;
		for (len = 10; len < sizeof(cmd); len += 11) {
			cmd[1] = 0xc1 + len % 3;
			vtpmb_poke_u32(cmd + 2, len);
			vtpmb_poke_u32(cmd + 6, commands->code(i));
			core_send(vtpm, cmd, len, &rsp);
			CHECK_EQ(rsp.rc, 10);
			CHECK_EQ(rsp.len, 10);
			CHECK_EQ(rsp.answer, VTPMB_ANSWER_REFUSED);
			CHECK_EQ(rsp.nr_chip_commands, 0);
		}
	}
	same_state();
	end();
}

/* The probes of QEMU and Linux: the answer's tag tells the family. */
static void tpm2_probe_is_answered_by_a_tpm12(void)
{
	static const char *const probes[] = {
		"8001 ???????? 00000181",
		"8001 ???????? 0000017a 00000006 00000129 00000001",
		"8001 ???????? 00000144 0000",
		"00c1 ???????? 000000f1",
	};
	struct core_rsp rsp;
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		both(probes[i]);
		core_send_hex(vtpm, probes[i], &rsp);
		CHECK_EQ(vtpmb_peek_u16(rsp.buf), 0x00c4);
		CHECK_EQ(rsp.len, 10);
	}
	end();
}

/* What SeaBIOS and a Linux kernel send at boot, none of it to the chip. */
static void boot_needs_no_chip(void)
{
	static const char *const boot[] = {
		ST_CLEAR, PP("0008"), PROP("00000115"), PROP("00000120"),
		"00c1 ???????? 00000050", "00c1 ???????? 4000000b",
		EXTEND("00000000"), EXTEND("00000004"), PERM, STCLEAR, PP("0014"),
		PROP("00000111"), GETCAP("0000001a", "00000000", ""),
		"00c1 ???????? 00000053", PCR_READ("00000000"), SAVE_STATE,
	};
	static const size_t sizes[] = { 10, 10, 30, 26, 10, 10, 30, 30, 36, 21, 10, 15 };
	struct core_rsp rsp;
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(boot); i++) {
		core_send_hex(vtpm, boot[i], &rsp);
		CHECK_EQ(rsp.nr_chip_commands, 0);
		if (i < ARRAY_SIZE(sizes))
			CHECK_EQ(rsp.len, sizes[i]);
	}
	end();
}

/* The menu of SeaBIOS: e d a v s p, and the state after the reset. */
static void firmware_menu(void)
{
	static const char *const items[] = {
		DISABLE, ENABLE, DEACTIVATE("01"), DEACTIVATE("00"),
		OWNER_INSTALL("01"), OWNER_INSTALL("00"),
	};
	static const u8 disabled[] = { 1, 0, 0, 0, 0, 0 };
	static const u8 deactivated[] = { 0, 0, 1, 0, 0, 0 };
	static const u8 ownership[] = { 0, 0, 0, 0, 1, 0 };
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(items); i++) {
		both_restart();
		CHECK_EQ(both(PP("0008")), 0);
		CHECK_EQ(both(items[i]), 0);
		both_restart();
		both(PERM);
		CHECK_EQ(ours_byte(PERM, AT_DISABLE), disabled[i]);
		CHECK_EQ(ours_byte(PERM, AT_DEACTIVATED), deactivated[i]);
		CHECK_EQ(ours_byte(STCLEAR, 16), deactivated[i]);
		CHECK_EQ(ours_byte(PERM, AT_OWNERSHIP), ownership[i]);
	}
	end();
}

static void chip_read(u8 *state)
{
	static const char *const asked[] = { PERM, STCLEAR, PROP("00000111") };
	struct core_rsp rsp;
	unsigned int i;
	char hex[64];

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		core_raw_hex(asked[i], &rsp);
		CHECK_EQ(rsp.rc, 0);
		memcpy(state, rsp.buf, 40);
		state += 40;
	}
	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		snprintf(hex, sizeof(hex), PCR_READ("%08x"), i);
		core_raw_hex(hex, &rsp);
		CHECK_EQ(rsp.rc, 0);
		memcpy(state, rsp.buf, 30);
		state += 30;
	}
}

/* A guest does its worst; the chip and the neighbour do not notice. */
static void hostile_guest_changes_nothing_but_itself(void)
{
	static const char *const worst[] = {
		PP("0008"), DISABLE, ENABLE, DEACTIVATE("01"), OWNER_INSTALL("01"),
		NO_FORCE_CLEAR, TEMP_DEACTIVATE, PP("0100"), PP("0280"), PP("0014"),
		"00c2 ???????? 0000005b" AUTH, "00c2 ???????? 0000005c" AUTH,
		"00c2 ???????? 0000006e 01" AUTH, "00c1 ???????? 00000080 " DIGEST,
		SETCAP("00000001", "00000001", "00000001", "01"),
		SETCAP("00000001", "00000002", "00000001", "01"),
		SETCAP("00000001", "00000003", "00000001", "01"),
		SETCAP("00000002", "00000019", "00000000", ""),
		SETCAP("00000003", "00000002", "00000001", "01"),
		"00c1 ???????? 0000005a", "00c1 ???????? 00000074 " DIGEST,
		"00c1 ???????? 000000cc 0018 ffffffff", "00c1 ???????? 00000085 00000000",
		SAVE_STATE, EXTEND("00000000"), PCR_RESET("000081"), FORCE_CLEAR,
		"00c1 ???????? 00000098", ST_CLEAR, ST_STATE, ST_DEACTIVATED,
		"00c1 ???????? 00000075 0002 00000000", "00c1 ???????? 00000040",
	};
	u8 before[40 * 3 + 30 * VTPMB_NR_PCRS], after[sizeof(before)];
	struct vtpmb_vtpm *neighbour;
	struct core_rsp ours_before, ours_after;
	unsigned int i, round;

	memset(before, 0, sizeof(before));
	memset(after, 0, sizeof(after));
	begin_started();
	neighbour = core_new();
	core_send_hex(neighbour, ST_CLEAR, &ours_before);
	core_send_hex(neighbour, PERM, &ours_before);
	chip_read(before);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < ARRAY_SIZE(worst); i++)
			ours(worst[(i * (2 * round + 1) + round) % ARRAY_SIZE(worst)]);
		core_reset(vtpm);
		ours(round & 1 ? ST_CLEAR : ST_STATE);
	}
	chip_read(after);
	CHECK_MEM(before, after, sizeof(before));
	core_send_hex(neighbour, PERM, &ours_after);
	CHECK_MEM(ours_before.buf, ours_after.buf, ours_before.len);
	core_free(neighbour);
	end();
}

static void proxies_have_pcrs_of_their_own(void)
{
	struct vtpmb_vtpm *other;
	struct core_rsp a, b;

	begin_started();
	other = core_new();
	core_send_hex(other, ST_CLEAR, &b);
	both(EXTEND("00000004"));
	core_send_hex(vtpm, PCR_READ("00000004"), &a);
	core_send_hex(other, PCR_READ("00000004"), &b);
	CHECK(memcmp(a.buf, b.buf, 30));
	/* And a SHA-1 thread each. */
	both(SHA1_START);
	both(SHA1_UPDATE);
	core_send_hex(other, SHA1_START, &b);
	core_send_hex(other, SHA1_COMPLETE, &b);
	CHECK_EQ(b.rc, 0);
	CHECK_EQ(both(SHA1_COMPLETE), 0);
	core_free(other);
	end();
}

static void chip_errors_are_the_guests_to_see(void)
{
	struct core_rsp rsp;

	begin_started();
	core_fail_transmit(1, -ETIME);
	core_send_hex(vtpm, "00c1 ???????? 00000046 00000004", &rsp);
	CHECK_EQ(rsp.err, -ETIME);
	core_fail_chip(1, 0x802);
	core_send_hex(vtpm, "00c1 ???????? 00000046 00000004", &rsp);
	CHECK_EQ(rsp.err, 0);
	CHECK_EQ(rsp.rc, 0x802);
	/* A chip that asks for it gets the command again. */
	core_fail_chip(1, 0x800);
	core_send_hex(vtpm, "00c1 ???????? 00000046 00000004", &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK_EQ(rsp.nr_chip_commands, 2);
	CHECK_EQ(both("00c1 ???????? 00000046 00000004"), 0);
	end();
}

static void dictionary_attack_state_of_others_is_hidden(void)
{
	static const char *const ask = GETCAP("00000019", "00000002", "0001");
	static const u8 secret[20] = { 1 };
	struct core_rsp rsp, before, after;
	unsigned int i;
	char hex[256];

	core_start(CORE_TPM12);
	core_take_ownership(secret, secret);
	vtpm = new_vtpm();
	core_send_hex(vtpm, ask, &before);
	CHECK_EQ(before.rc, 0);
	for (i = 0; i < 4; i++) {
		core_raw_hex("00c1 ???????? 0000000a", &rsp);
		CHECK_EQ(rsp.rc, 0);
		snprintf(hex, sizeof(hex), "00c2 ???????? 0000005c %08x" DIGEST "00" DIGEST,
			 vtpmb_peek_u32(rsp.buf + 10));
		core_raw_hex(hex, &rsp);
		CHECK_EQ(rsp.rc, 1);
	}
	core_raw_hex(ask, &rsp);
	core_send_hex(vtpm, ask, &after);
	CHECK_EQ(after.len, before.len);
	CHECK(memcmp(rsp.buf, before.buf, before.len));
	CHECK_MEM(after.buf, before.buf, before.len);
	core_free(vtpm);
	core_stop();
}

static void probe_fails_cleanly_at_every_command(void)
{
	unsigned int nth;
	int err = -1;

	core_start(CORE_TPM12);
	core_port.family->forget(&core_port);
	for (nth = 1; err; nth++) {
		core_fail_transmit(nth, nth & 1 ? -ENODEV : -ETIME);
		err = core_port.family->probe(&core_port);
		if (err) {
			CHECK_EQ(err, nth & 1 ? -ENODEV : -EIO);
			CHECK(!core_port.facts);
		}
	}
	core_fail_transmit(0, 0);
	CHECK(nth > 30);
	core_stop();
}

static void probe_and_create_survive_every_failed_allocation(void)
{
	unsigned int nth;
	int err;

	core_start(CORE_TPM12);
	core_port.family->forget(&core_port);
	for (nth = 1; nth < 10; nth++) {
		core_fail_alloc(nth);
		err = core_port.family->probe(&core_port);
		if (!core_alloc_failed())
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK(!core_port.facts);
	}
	core_fail_alloc(0);
	CHECK_EQ(err, 0);
	core_fail_alloc(1);
	vtpm = core_new();
	CHECK(!vtpm);
	core_fail_alloc(0);
	vtpm = core_new();
	CHECK_EQ(ours(ST_CLEAR), 0);
	core_fail_alloc(1);
	CHECK_EQ(ours(SHA1_START), 21);
	core_fail_alloc(0);
	CHECK_EQ(ours(SHA1_START), 0);
	core_free(vtpm);
	core_stop();
}

/* Anything, in any order, a little broken. */
static void random_streams(void)
{
	const char *env = getenv("TPM12_RANDOM");
	unsigned int i, nr = env ? atoi(env) : 3000;
	u8 cmd[VTPMB_BUF_SIZE];
	struct core_rsp rsp;
	size_t len;

	begin_started();
	srandom(nr);
	for (i = 0; i < nr; i++) {
		len = core_hex(cmd, sizeof(cmd), templates[random() % ARRAY_SIZE(templates)]);
		switch (random() % 64) {
		case 0 ... 8:
			if (len > 10)
				cmd[10 + random() % (len - 10)] ^= 1 << random() % 8;
			break;
		case 9 ... 11:
			cmd[1] = 0xc0 + random() % 5;
			break;
		case 12 ... 16:
			len = 10 + random() % len;
			vtpmb_poke_u32(cmd + 2, len);
			break;
		case 17 ... 19:
			both_locality(random() % 5);
			break;
		case 20:
			both_reset();
			both(random() % 4 ? ST_CLEAR : random() % 2 ? ST_STATE : ST_DEACTIVATED);
			break;
		case 21 ... 23:
			both(PP("0008"));
			break;
		case 24 ... 26:
			both_pp(random() % 2);
			break;
		}
		if (!same(cmd, len, &rsp)) {
			core_fail(__FILE__, __LINE__, "at command %u", i);
			break;
		}
	}
	same_state();
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(new_tpm_is_enabled_and_waits_for_startup),
	CORE_TEST(powered_tpm_starts_as_by_firmware),
	CORE_TEST(second_startup_cannot_reset_pcrs),
	CORE_TEST(malformed_startup_ends_the_wait_for_it),
	CORE_TEST(malformed_startup_does_not_deactivate),
	CORE_TEST(saved_state_keeps_static_pcrs_and_flags),
	CORE_TEST(any_command_invalidates_saved_state),
	CORE_TEST(commands_before_startup_keep_saved_state),
	CORE_TEST(saved_state_survives_power_off),
	CORE_TEST(resume_without_saved_state_is_failure_mode),
	CORE_TEST(startup_deactivated_lasts_until_reset),
	CORE_TEST(physical_presence_in_all_combinations),
	CORE_TEST(physical_presence_lifetime_lock),
	CORE_TEST(administrators_pin_is_presence),
	CORE_TEST(disable_and_deactivate_refuse_as_a_tpm),
	CORE_TEST(temporary_deactivation_ends_with_reset),
	CORE_TEST(force_clear_disables_now_and_deactivates_later),
	CORE_TEST(owned_view),
	CORE_TEST(owner_cannot_be_installed),
	CORE_TEST(auto_view_is_what_the_chip_says),
	CORE_TEST(pcrs_obey_localities),
	CORE_TEST(sha1_thread_is_killed_by_any_other_command),
	CORE_TEST(longest_command_is_that_of_the_property),
	CORE_TEST(capability_properties),
	CORE_TEST(capabilities),
	CORE_TEST(cap_ord_is_what_the_policy_says),
	CORE_TEST(set_capability_is_a_second_door_to_the_flags),
	CORE_TEST(read_pubek_is_the_chips),
	CORE_TEST(malformed_commands_are_answered_as_by_a_tpm),
	CORE_TEST(malformed_commands_before_startup),
	CORE_TEST(malformed_commands_while_disabled_and_deactivated),
	CORE_TEST(tail_behind_the_size_is_no_part_of_the_command),
	CORE_TEST(absent_ordinals_answer_alike_whatever_follows),
	CORE_TEST(tpm2_probe_is_answered_by_a_tpm12),
	CORE_TEST(boot_needs_no_chip),
	CORE_TEST(firmware_menu),
	CORE_TEST(hostile_guest_changes_nothing_but_itself),
	CORE_TEST(proxies_have_pcrs_of_their_own),
	CORE_TEST(chip_errors_are_the_guests_to_see),
	CORE_TEST(dictionary_attack_state_of_others_is_hidden),
	CORE_TEST(probe_fails_cleanly_at_every_command),
	CORE_TEST(probe_and_create_survive_every_failed_allocation),
	CORE_TEST(random_streams),
};

CORE_MAIN(tests)
