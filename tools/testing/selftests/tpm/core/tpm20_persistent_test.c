// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: persistent objects, on a proxy and on a TPM of its own. */

#include "tpm20_guest.h"

#define EVICT(auth, object, handle) \
	"8002 ???????? 00000120" auth object PW handle
#define OWNER_KEY	"40000001"
#define PLATFORM_KEY	"4000000c"
#define LIST		"8001 ???????? 0000017a 00000001 81000000 00000040"
#define LIST_FROM(from, count) "8001 ???????? 0000017a 00000001" from count
#define READ_PUBLIC	"8001 ???????? 00000173 "
#define CREATE_UNDER(parent) "8002 ???????? 00000153" parent PW SECRET SEALED \
	"0000 00000000"
#define CLEAR		"8002 ???????? 00000126 4000000a" PW
#define ENABLE(hier, on) "8002 ???????? 00000121 4000000c" PW hier on

static struct guest other;

static void begin_with_keys(void)
{
	begin();
	start_both();
	both(PRIMARY("4000000b"), 0);
}

/* Those of the owner, all of them or some. */
static void grant(struct vtpmb_vtpm *vtpm, u32 first, u32 last)
{
	core_grant(vtpm, VTPMB_RANGE_PERSISTENT, first, last);
}

#define FIRST	0x81100000
#define LAST	0x8110000f
#define A	"81100001"
#define B	"81100002"

static void begin_granted(void)
{
	begin_with_keys();
	grant(v, FIRST, LAST);
}

static void host(const char *hex, u32 rc)
{
	struct core_rsp raw;

	core_end_turn();
	core_raw_hex(hex, &raw);
	CHECK_EQ(raw.rc, rc);
}

/* How many persistent objects the chip has. */
static u32 chip_has(void)
{
	struct core_rsp raw;

	core_end_turn();
	core_raw_hex(LIST, &raw);
	return raw.rc ? 0xffffffff : vtpmb_peek_u32(raw.buf + 15);
}

static void evict_control_answers(bool granted)
{
	static const char * const commands[] = {
		EVICT(OWNER_KEY, "80000000", "81000001"),
		LIST,
		EVICT(OWNER_KEY, "80000000", "81000001"),
		EVICT(OWNER_KEY, "80000000", "81800000"),
		EVICT(OWNER_KEY, "80000000", "80000000"),
		EVICT(OWNER_KEY, "80000000", "82000000"),
		EVICT(OWNER_KEY, "80000000", "817fffff"),
		EVICT(PLATFORM_KEY, "80000000", "81800001"),
		EVICT(PLATFORM_KEY, "80000000", "81000002"),
		EVICT(OWNER_KEY, "81000005", "81000005"),
		EVICT(OWNER_KEY, "81000001", "817fffff"),
		EVICT(OWNER_KEY, "80000002", "81000003"),
		EVICT("4000000a", "80000000", "81000003"),
		EVICT("4000000b", "80000000", "81000003"),
		EVICT(OWNER_KEY, "80000001", "81000004"),
		LIST, LIST_FROM("81000002", "00000001"), LIST_FROM("81000005", "00000001"),
		LIST_FROM("81000000", "00000002"), LIST_FROM("81000000", "00000000"),
		EVICT(OWNER_KEY, "81000001", "81000001") "00",
		EVICT(OWNER_KEY, "81000001", "81000001"),
		EVICT(OWNER_KEY, "81000001", "81000001"),
		EVICT(PLATFORM_KEY, "81000004", "81000004"),
		LIST,
	};
	unsigned int i;

	begin_with_keys();
	if (granted)
		grant(v, 0x81000000, 0x817fffff);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	same("8001 ???????? 00000120" OWNER_KEY "80000000 81000001");
	same("8002 ???????? 00000120" OWNER_KEY "80000000" PW_A "81000001");
	end();
}

static void evict_control_answers_as_a_tpm(void)
{
	evict_control_answers(false);
}

static void evict_control_in_the_chip_answers_as_a_tpm(void)
{
	evict_control_answers(true);
}

static void what_cannot_persist_is_refused(void)
{
	begin_with_keys();
	both(FLUSH "80000001", 0);
	both(PRIMARY("40000007"), 0);
	same(EVICT(OWNER_KEY, "80000001", "81000001"));
	CHECK_EQ(rv.rc, 0x282);
	both(FLUSH "80000001", 0);
	both(HASH_START, 0);
	same(EVICT(OWNER_KEY, "80000001", "81000001"));
	CHECK_EQ(rv.rc, 0x282);
	both(FLUSH "80000001", 0);
	/* A public key alone. */
	both("8001 ???????? 00000167 0000 002e 0008 000b 00000440 0000 0010 0020"
	     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 40000001", 0);
	same(EVICT(OWNER_KEY, "80000001", "81000001"));
	CHECK_EQ(rv.rc, 0x282);
	/* And what does not outlive a restart. */
	both(FLUSH "80000001", 0);
	both("8002 ???????? 00000131 40000001" PW "0004 0000 0000"
	     "001a 0023 000b 00030076 0000 0006 0080 0043 0010 0003 0010 0000 0000"
	     "0000 00000000", 0);
	same(EVICT(OWNER_KEY, "80000001", "81000001"));
	CHECK_EQ(rv.rc, 0x282);
	end();
}

static void persistent_key_works_in_every_place(void)
{
	begin_with_keys();
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	both(FLUSH "80000000", 0);
	both(READ_PUBLIC "81000001", 0);
	both(CREATE_UNDER("81000001"), 0);
	/* As in create(), under the persistent key. */
	create(&proxy, CREATE_UNDER("81000001"));
	create(&alone, CREATE_UNDER("81000001"));
	memcpy(strstr(proxy.sealed, "80000000"), "81000001", 8);
	memcpy(strstr(alone.sealed, "80000000"), "81000001", 8);
	load_both();
	/* In a TPM the persistent key had the first slot while it was loaded. */
	want("8002 ???????? 0000015e 80000000 0000000b 40000009 0000 01 0002 7077", 0);
	both(CONTEXT_SAVE "81000001", 0x184);
	both(FLUSH "81000001", 0x1c4);
	both(START_BOUND("81000001"), 0);
	end();
}

static void persistent_key_outlives_resets(void)
{
	begin_with_keys();
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	both(EVICT(OWNER_KEY, "80000001", "81000002"), 0);
	both(READ_PUBLIC "81000001", 0);
	reset_both();
	CHECK(core_chip_is_empty());
	both(STARTUP_CLEAR, 0);
	same(LIST);
	both(READ_PUBLIC "81000001", 0);
	both(SHUTDOWN_STATE, 0);
	reset_both();
	both(STARTUP_STATE, 0);
	both(READ_PUBLIC "81000002", 0);
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_off(v);
	CHECK(core_chip_is_empty());
	core_reset(v);
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, READ_PUBLIC "81000001"), 0);
	end();
}

static void hierarchies_hide_and_clear_takes_away(void)
{
	begin_with_keys();
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	both(EVICT(OWNER_KEY, "80000001", "81000002"), 0);
	both(ENABLE("4000000b", "00"), 0);
	both(READ_PUBLIC "81000001", 0);
	both(READ_PUBLIC "81000002", 0x18b);
	same(LIST);
	both(ENABLE("4000000b", "01"), 0);
	both(READ_PUBLIC "81000002", 0);
	both(ENABLE("40000001", "00"), 0);
	both(READ_PUBLIC "81000001", 0x18b);
	both(READ_PUBLIC "81000002", 0x18b);
	both(ENABLE("40000001", "01"), 0);
	both(READ_PUBLIC "81000001", 0);
	both(CLEAR, 0);
	both(READ_PUBLIC "81000001", 0x18b);
	both(READ_PUBLIC "81000002", 0x18b);
	same(LIST);
	CHECK(core_chip_is_empty());
	end();
}

static void owner_password_guards_them(void)
{
	begin_with_keys();
	both("8002 ???????? 00000129 40000001" PW "0003 616263", 0);
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0x9a2);
	both("8002 ???????? 00000120 40000001 80000000" PW_ABC "81000001", 0);
	both(EVICT(OWNER_KEY, "81000001", "81000001"), 0x9a2);
	end();
}

static void there_is_room_for_eight(void)
{
	char hex[200];
	unsigned int i;

	begin_with_keys();
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		snprintf(hex, sizeof(hex), EVICT(OWNER_KEY, "80000000", "810000%02x"), i);
		want(hex, 0);
	}
	want(EVICT(OWNER_KEY, "80000000", "81000100"), 0x14b);
	want("8001 ???????? 0000017a 00000006 00000208 00000002", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 23), VTPMB_MAX_PERSISTENT);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 31), 0);
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		snprintf(hex, sizeof(hex), READ_PUBLIC "810000%02x", i);
		want(hex, 0);
	}
	want(EVICT(OWNER_KEY, "81000003", "81000003"), 0);
	want(EVICT(OWNER_KEY, "80000000", "81000100"), 0);
	end();
}

static void another_proxy_and_the_host_see_none(void)
{
	static const char * const commands[] = {
		READ_PUBLIC "81000001", EVICT(OWNER_KEY, "81000001", "81000001"),
		CREATE_UNDER("81000001"), EVICT(PLATFORM_KEY, "81000001", "81000001"),
	};
	struct core_rsp raw;
	unsigned int i;

	begin_with_keys();
	other.vtpm = core_new();
	start(&other);
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		CHECK_EQ(tell(&other, commands[i]) & ~0x300, 0x08b);
	CHECK_EQ(tell(&other, LIST), 0);
	CHECK_EQ(vtpmb_peek_u32(other.rsp.buf + 15), 0);
	CHECK_EQ(tell(&other, EVICT(OWNER_KEY, "80000000", "81000001")), 0);
	CHECK_EQ(tell(&proxy, EVICT(OWNER_KEY, "81000001", "81000001")), 0);
	CHECK_EQ(tell(&other, READ_PUBLIC "81000001"), 0);
	core_end_turn();
	core_raw_hex(LIST, &raw);
	CHECK_EQ(vtpmb_peek_u32(raw.buf + 15), 0);
	core_free(other.vtpm);
	end();
}

static void host_handles_stay_out_of_reach(void)
{
	struct core_rsp raw;

	begin();
	core_raw_hex(PRIMARY("40000001"), &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex(EVICT(OWNER_KEY, "80000000", "81000001"), &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex(FLUSH "80000000", &raw);
	CHECK_EQ(raw.rc, 0);
	start_both();
	want(READ_PUBLIC "81000001", 0x18b);
	want(LIST, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 0);
	want(EVICT(OWNER_KEY, "81000001", "81000001"), 0x28b);
	want(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	want(EVICT(OWNER_KEY, "81000001", "81000001"), 0);
	core_end_turn();
	core_raw_hex(READ_PUBLIC "81000001", &raw);
	CHECK_EQ(raw.rc, 0);
	end();
}

static void key_is_gone_with_the_chips_contexts(void)
{
	begin_with_keys();
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	core_end_turn();
	core_chip_cycle();
	want(CREATE_UNDER("81000001"), 0x18b);
	want(LIST, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 0);
	end();
}

static void granted_handles_are_the_chips(void)
{
	begin_granted();
	same(EVICT(OWNER_KEY, "80000000", A));
	CHECK_EQ(chip_has(), 1);
	same(EVICT(OWNER_KEY, "80000001", B));
	CHECK_EQ(chip_has(), 2);
	same(LIST);
	same("8001 ???????? 0000017a 00000006 00000208 00000001");
	both(FLUSH "80000000", 0);
	both(FLUSH "80000001", 0);
	same(READ_PUBLIC A);
	same(READ_PUBLIC B);
	both(CREATE_UNDER(A), 0);
	both(START_BOUND(A), 0);
	same(CONTEXT_SAVE A);
	same(EVICT(OWNER_KEY, A, B));
	same(EVICT(OWNER_KEY, A, A));
	CHECK_EQ(chip_has(), 1);
	same(READ_PUBLIC A);
	/* Others are not. */
	both(PRIMARY("40000001"), 0);
	same(EVICT(OWNER_KEY, "80000000", "81100010"));
	same(EVICT(OWNER_KEY, "80000000", "81000001"));
	CHECK_EQ(chip_has(), 1);
	same(LIST);
	end();
}

static void granted_object_outlives_power_and_proxy(void)
{
	begin_granted();
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0);
	want(READ_PUBLIC B, 0);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(READ_PUBLIC A, 0);
	core_off(v);
	core_free(v);
	core_chip_cycle();

	v = core_new();
	want(STARTUP_CLEAR, 0);
	want(READ_PUBLIC A, 0x18b);
	grant(v, FIRST, LAST);
	want("8001 ???????? 0000017a 00000006 00000208 00000001", 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 23), 2);
	want(LIST, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 2);
	want(CREATE_UNDER(A), 0);
	/* Which hierarchy a primary object is of can be told. */
	want(ENABLE("4000000b", "00"), 0);
	want(READ_PUBLIC B, 0x18b);
	want(READ_PUBLIC A, 0);
	/* What the host takes away is gone, for the handle or with the next reset. */
	host(EVICT(OWNER_KEY, A, A), 0);
	want(CREATE_UNDER(A), 0x18b);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(LIST, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 1);
	grant(v, 0, 0);
	want(READ_PUBLIC B, 0x18b);
	CHECK_EQ(chip_has(), 1);
	end();
}

static void what_the_chip_has_is_not_written_again(void)
{
	begin_granted();
	host(PRIMARY(OWNER_KEY), 0);
	host(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	host(FLUSH "80000000", 0);
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	CHECK_EQ(chip_has(), 1);
	want(FLUSH "80000000", 0);
	want(CREATE_UNDER(A), 0);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(READ_PUBLIC A, 0);
	want(EVICT(OWNER_KEY, A, A), 0);
	host(READ_PUBLIC "81000001", 0);
	/* A handle that the host has taken since is not the guest's to take. */
	want(PRIMARY("4000000b"), 0);
	host(PRIMARY("4000000b"), 0);
	host(EVICT(OWNER_KEY, "80000000", B), 0);
	host(FLUSH "80000000", 0);
	want(EVICT(OWNER_KEY, "80000000", B), 0x14c);
	end();
}

static void quota_bounds_what_is_written(void)
{
	begin_granted();
	core_set(v, VTPMB_SETTING_PERSISTENT_OBJECTS, 1);
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0x14b);
	CHECK_EQ(chip_has(), 1);
	want(EVICT(OWNER_KEY, A, A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0);
	core_set(v, VTPMB_SETTING_PERSISTENT_OBJECTS, 0);
	want(EVICT(OWNER_KEY, "80000000", A), 0x14b);
	want(READ_PUBLIC B, 0);
	want(EVICT(OWNER_KEY, B, B), 0);
	CHECK_EQ(chip_has(), 0);
	end();
}

/* Over its quota a guest does not learn what the host has made persistent. */
static void quota_does_not_tell_what_the_chip_has(void)
{
	begin_granted();
	host(PRIMARY(OWNER_KEY), 0);
	host(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	host(FLUSH "80000000", 0);
	core_set(v, VTPMB_SETTING_PERSISTENT_OBJECTS, 1);
	want(EVICT(OWNER_KEY, "80000001", A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0x14b);
	want(EVICT(OWNER_KEY, "80000000", B), 0x14b);
	/* Nor by what it has left then. */
	want(EVICT(OWNER_KEY, A, A), 0);
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0x14b);
	want(EVICT(OWNER_KEY, A, A), 0);
	/* Outside of its range nothing is in the chip. */
	core_set(v, VTPMB_SETTING_PERSISTENT_OBJECTS, 0);
	want(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	want(EVICT(OWNER_KEY, "80000001", "81000002"), 0);
	end();
}

/* The chip says so in its context: a child is one if its parent is. */
static void what_a_restart_ends_is_not_persistent(void)
{
	static const char child[] = "8002 ???????? 00000153 80000000" PW "0004 0000 0000"
		"0010 0008 000b 00040472 0000 0005 000b 0000" "0000 00000000";

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both("8002 ???????? 00000131 40000001" PW "0004 0000 0000"
	     "001a 0023 000b 00030476 0000 0006 0080 0043 0010 0003 0010 0000 0000"
	     "0000 00000000", 0);
	both(EVICT(OWNER_KEY, "80000000", "81000001"), 0x282);
	create(&proxy, child);
	create(&alone, child);
	load_both();
	both(EVICT(OWNER_KEY, "80000001", "81000001"), 0x282);
	grant(v, 0x81000000, 0x8100000f);
	both(EVICT(OWNER_KEY, "80000001", "81000001"), 0x282);
	end();
}

static void granted_handles_are_one_proxys(void)
{
	static const char * const commands[] = {
		READ_PUBLIC A, EVICT(OWNER_KEY, A, A), CREATE_UNDER(A),
		"8001 ???????? 00000176" A "40000007 0010" NONCE "0000 00 0010 000b",
		START_BOUND(A),
	};
	unsigned int i;

	begin_granted();
	other.vtpm = core_new();
	start(&other);
	grant(other.vtpm, 0x81200000, 0x8120000f);
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		CHECK_EQ(tell(&other, commands[i]) & ~0x300, 0x08b);
	CHECK_EQ(tell(&other, LIST), 0);
	CHECK_EQ(vtpmb_peek_u32(other.rsp.buf + 15), 0);
	CHECK_EQ(tell(&other, CLEAR), 0);
	CHECK_EQ(tell(&other, LIST), 0);
	want(READ_PUBLIC A, 0);
	core_free(other.vtpm);
	end();
}

static void clear_takes_granted_ones_out_of_the_chip(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		begin_granted();
		host(PRIMARY("40000007"), 0);
		host(FLUSH "80000000", 0);
		both(EVICT(OWNER_KEY, "80000000", A), 0);
		both(EVICT(OWNER_KEY, "80000001", B), 0);
		both(CLEAR, 0);
		/* Hidden at once, whether the chip obeys or not. */
		if (i == 1)
			core_fail_transmit(1, -ETIME);
		if (i == 2)
			core_fail_chip(1, 0x9a2);
		core_send_hex(v, READ_PUBLIC A, &rv);
		CHECK(rv.err || rv.rc == 0x18b);
		core_fail_transmit(0, 0);
		both(READ_PUBLIC A, 0x18b);
		both(READ_PUBLIC B, 0x18b);
		same(LIST);
		CHECK_EQ(chip_has(), 0);
		end();
	}
}

/* A guest's first command may be Clear. */
static void clear_comes_before_the_first_look(void)
{
	begin_granted();
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	core_free(v);
	v = core_new();
	grant(v, FIRST, LAST);
	want(STARTUP_CLEAR, 0);
	want(CLEAR, 0);
	want(READ_PUBLIC A, 0x18b);
	CHECK_EQ(chip_has(), 0);
	end();
}

static void chips_owner_auth_serves_the_bridge_too(void)
{
	begin_granted();
	host("8002 ???????? 00000129" OWNER_KEY PW "0003 616263", 0);
	want(EVICT(OWNER_KEY, "80000000", A), 0x12f);
	CHECK_EQ(chip_has(), 0);
	want(EVICT(OWNER_KEY, "80000000", "81000001"), 0);
	want(EVICT(OWNER_KEY, "81000001", "81000001"), 0);
	give_owner_auth(v, "abc");
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	want(EVICT(OWNER_KEY, "80000001", B), 0);
	CHECK_EQ(chip_has(), 2);
	give_owner_auth(v, "abd");
	want(EVICT(OWNER_KEY, A, A), 0x12f);
	give_owner_auth(v, "abc");
	want(EVICT(OWNER_KEY, A, A), 0);
	CHECK_EQ(chip_has(), 1);
	want(CLEAR, 0);
	want(LIST, 0);
	CHECK_EQ(chip_has(), 0);
	end();
}

/* Each takes a place in the chip for as long as a command names it. */
static void granted_object_finds_room_in_the_chip(void)
{
	unsigned int i;

	begin_granted();
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	core_turn = 0;
	for (i = 0; i < 4; i++)
		want(PRIMARY("40000007"), 0);
	want(READ_PUBLIC A, 0);
	want(CREATE_UNDER(A), 0);
	want("8002 ???????? 00000148" A "80000003" PW_PW "0000 0010", 0x29c);
	for (i = 0; i < 4; i++)
		want(PRIMARY("40000007"), 0);
	want(EVICT(OWNER_KEY, A, A), 0);
	core_turn = 1;
	end();
}

static void any_flow(void)
{
	static const char * const commands[] = {
		PRIMARY(OWNER_KEY), PRIMARY("4000000b"), EVICT(OWNER_KEY, "80000000", A),
		EVICT(OWNER_KEY, "80000001", B), LIST, READ_PUBLIC A, CREATE_UNDER(A),
		EVICT(OWNER_KEY, "80000000", "81000001"), EVICT(OWNER_KEY, A, A),
		EVICT(OWNER_KEY, "80000000", A), CLEAR, READ_PUBLIC A, LIST,
	};
	unsigned int i;

	core_send_hex(v, STARTUP_CLEAR, &rv);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		core_send_hex(v, commands[i], &rv);
}

static void flow_still_works(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(CLEAR, 0);
	want(LIST, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 15), 0);
	CHECK_EQ(chip_has(), 0);
	want(PRIMARY(OWNER_KEY), 0);
	want(EVICT(OWNER_KEY, "80000000", A), 0);
	want(EVICT(OWNER_KEY, A, A), 0);
	core_free(v);
	CHECK(core_chip_is_empty());
}

static void begin_to_fail(void)
{
	v = core_new();
	grant(v, FIRST, LAST);
}

static const u32 refusals[] = { 0x902, 0x14b, 0x14c, 0x922, 0x18b, 0x28b, 0x101, 0x9a2 };

static const struct core_sweep sweep = {
	CORE_TPM20, 100, begin_to_fail, any_flow, flow_still_works, refusals, ARRAY_SIZE(refusals),
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

static const struct core_test tests[] = {
	CORE_TEST(evict_control_answers_as_a_tpm),
	CORE_TEST(evict_control_in_the_chip_answers_as_a_tpm),
	CORE_TEST(what_cannot_persist_is_refused),
	CORE_TEST(persistent_key_works_in_every_place),
	CORE_TEST(persistent_key_outlives_resets),
	CORE_TEST(hierarchies_hide_and_clear_takes_away),
	CORE_TEST(owner_password_guards_them),
	CORE_TEST(there_is_room_for_eight),
	CORE_TEST(another_proxy_and_the_host_see_none),
	CORE_TEST(host_handles_stay_out_of_reach),
	CORE_TEST(key_is_gone_with_the_chips_contexts),
	CORE_TEST(granted_handles_are_the_chips),
	CORE_TEST(granted_object_outlives_power_and_proxy),
	CORE_TEST(what_the_chip_has_is_not_written_again),
	CORE_TEST(quota_bounds_what_is_written),
	CORE_TEST(quota_does_not_tell_what_the_chip_has),
	CORE_TEST(what_a_restart_ends_is_not_persistent),
	CORE_TEST(granted_handles_are_one_proxys),
	CORE_TEST(clear_takes_granted_ones_out_of_the_chip),
	CORE_TEST(clear_comes_before_the_first_look),
	CORE_TEST(chips_owner_auth_serves_the_bridge_too),
	CORE_TEST(granted_object_finds_room_in_the_chip),
	CORE_TEST(chip_may_fail_at_any_command),
	CORE_TEST(chip_may_refuse_any_command),
	CORE_TEST(any_allocation_may_fail),
};

CORE_MAIN(tests)
