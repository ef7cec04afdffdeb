// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: what is in the chip when, and what the chip does not hear of. */

#include "tpm20_guest.h"

#define USE		"8001 ???????? 00000163 "	/* ECDH_KeyGen: any ECC key */
#define READ_PUBLIC	"8001 ???????? 00000173 "
#define RESTART		"8001 ???????? 00000180 "
#define UPDATE(seq)	"8002 ???????? 0000015c " seq PW "0003 616263"
#define COMPLETE(seq)	"8002 ???????? 0000013e " seq PW "0000 40000007"
#define CLEAR		"8002 ???????? 00000126 4000000c" PW
#define OWNER(on)	"8002 ???????? 00000121 4000000c" PW "40000001" on

static char saved[2][4 * VTPMB_BUF_SIZE];

/* A ContextLoad command of what the last ContextSave gave. */
static void keep(const struct core_rsp *rsp, char *hex)
{
	size_t len = sprintf(hex, "8001 ???????? 00000161 ");

	put_hex(hex, len, rsp->buf + 10, rsp->len - 10);
}

static void save(struct vtpmb_vtpm *vtpm, const char *hex, char *into)
{
	struct core_rsp rsp;

	core_send_hex(vtpm, hex, &rsp);
	CHECK_EQ(rsp.rc, 0);
	keep(&rsp, into);
}

/* How many commands the chip runs for one that succeeds. */
static unsigned int cost(const char *hex)
{
	want(hex, 0);
	return rv.nr_chip_commands;
}

/* A turn that nobody else waits for. */
static void begin_alone(void)
{
	begin();
	core_turn = 0;
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
}

static void end_alone(void)
{
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_turn = 1;
	end();
}

static void flushed_object_comes_back_without_the_chip(void)
{
	begin_alone();
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	CHECK_EQ(cost(FLUSH "80000000"), 0);
	want(USE "80000000", 0x910);
	CHECK_EQ(cost(saved[0]), 0);
	CHECK_EQ(cost(USE "80000000"), 1);
	save(v, CONTEXT_SAVE "80000000", saved[1]);
	CHECK(!strcmp(saved[0], saved[1]));
	/* After the turn it has to be loaded again. */
	CHECK_EQ(cost(FLUSH "80000000"), 0);
	core_end_turn();
	CHECK(core_chip_is_empty());
	CHECK_EQ(cost(saved[0]), 0);
	CHECK_EQ(cost(USE "80000000"), 2);
	end_alone();
}

static void object_without_a_context_is_flushed_at_once(void)
{
	begin_alone();
	CHECK_EQ(cost(FLUSH "80000000"), 1);
	CHECK(core_chip_is_empty());
	end_alone();
}

static void one_context_loaded_twice_is_one_object_in_the_chip(void)
{
	begin_alone();
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	CHECK_EQ(cost(saved[0]), 0);
	CHECK_EQ(cost(USE "80000000"), 1);
	CHECK_EQ(cost(USE "80000001"), 1);
	CHECK_EQ(cost(FLUSH "80000000"), 0);
	want(USE "80000000", 0x910);
	CHECK_EQ(cost(USE "80000001"), 1);
	end_alone();
}

static void kept_objects_give_way_to_new_ones(void)
{
	unsigned int i;

	begin_alone();
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	want(FLUSH "80000000", 0);
	for (i = 0; i < 3 * VTPMB_MAX_KEPT; i++) {
		want(PRIMARY("4000000b"), 0);
		save(v, CONTEXT_SAVE "80000000", saved[1]);
		want(FLUSH "80000000", 0);
	}
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		want(PRIMARY("40000007"), 0);
	want(saved[0], 0x902);
	want(FLUSH "80000003", 0);
	want(saved[0], 0);
	want(USE "80000003", 0);
	end_alone();
}

static void what_is_kept_goes_with_its_hierarchy(void)
{
	begin_alone();
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	want(FLUSH "80000000", 0);
	want(OWNER("00"), 0);
	want(saved[0], 0x1c5);
	want(OWNER("01"), 0);
	want(saved[0], 0);
	want(USE "80000000", 0);
	want(FLUSH "80000000", 0);
	want(CLEAR, 0);
	want(saved[0], 0x1df);
	/* The hub sweeps what does not exist any more before the next command. */
	want(USE "80000000", 0x910);
	end_alone();
}

static void what_is_kept_goes_with_a_reset(void)
{
	begin_alone();
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	want(FLUSH "80000000", 0);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(USE "80000000", 0x910);
	CHECK(core_chip_is_empty());
	want(saved[0], 0x1df);
	end_alone();
}

/* Loading an old context forks a sequence; the last one saved is the sequence itself. */
static void saved_sequence_is_a_copy(void)
{
	u8 digest[VTPMB_BUF_SIZE];

	begin_alone();
	want(FLUSH "80000000", 0);
	want(HASH_START, 0);
	want(UPDATE("80000000"), 0);
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	want(UPDATE("80000000"), 0);
	save(v, CONTEXT_SAVE "80000000", saved[1]);
	want(saved[0], 0);
	want(saved[1], 0);
	want(UPDATE("80000001"), 0);
	want(COMPLETE("80000000"), 0);
	memcpy(digest, rv.buf, rv.len);
	want(COMPLETE("80000001"), 0);
	CHECK_MEM(rv.buf, digest, rv.len);
	want(COMPLETE("80000002"), 0);
	CHECK_MEM(rv.buf, digest, rv.len);
	/* Back at what was saved first, though the sequence has ended. */
	want(saved[0], 0);
	want(UPDATE("80000000"), 0);
	want(COMPLETE("80000000"), 0);
	CHECK_MEM(rv.buf, digest, rv.len);
	end_alone();
}

static void sequence_is_kept_until_it_changes(void)
{
	begin_alone();
	want(HASH_START, 0);
	save(v, CONTEXT_SAVE "80000001", saved[0]);
	CHECK_EQ(cost(FLUSH "80000001"), 0);
	CHECK_EQ(cost(saved[0]), 0);
	CHECK_EQ(cost(UPDATE("80000001")), 1);
	/* What is in the chip is not what was saved any more. */
	CHECK_EQ(cost(saved[0]), 0);
	CHECK_EQ(cost(UPDATE("80000002")), 2);
	end_alone();
}

static void public_area_is_read_once(void)
{
	struct core_rsp first;

	begin_alone();
	CHECK_EQ(cost(READ_PUBLIC "80000000"), 1);
	first = rv;
	CHECK_EQ(cost(READ_PUBLIC "80000000"), 0);
	CHECK_EQ(rv.len, first.len);
	CHECK_MEM(rv.buf, first.buf, rv.len);
	core_twin_send_hex(twin, STARTUP_CLEAR, &rt);
	core_twin_send_hex(twin, PRIMARY("40000001"), &rt);
	core_twin_send_hex(twin, READ_PUBLIC "80000000", &rt);
	CHECK_EQ(rv.len, rt.len);
	CHECK_MEM(rv.buf, rt.buf, rv.len);
	same_rc(READ_PUBLIC "80000000 00");
	same_rc(READ_PUBLIC "80000001");
	core_end_turn();
	CHECK_EQ(cost(READ_PUBLIC "80000000"), 0);
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	want(FLUSH "80000000", 0);
	want(saved[0], 0);
	CHECK_EQ(cost(READ_PUBLIC "80000000"), 0);
	want(HASH_START, 0);
	core_twin_send_hex(twin, HASH_START, &rt);
	same_rc(READ_PUBLIC "80000001");
	end_alone();
}

/* Around each command, as Linux has it: load what there is, save and flush it. */
static unsigned int manage(const char *command, unsigned int nr_objects)
{
	static const char * const handle[] = { "80000000", "80000001" };
	unsigned int i, spent = 0;
	char hex[64];

	for (i = 0; i < nr_objects; i++)
		spent += cost(saved[i]);
	spent += cost(command);
	for (i = 0; i < nr_objects; i++) {
		snprintf(hex, sizeof(hex), CONTEXT_SAVE "%s", handle[i]);
		spent += cost(hex);
		snprintf(hex, sizeof(hex), FLUSH "%s", handle[i]);
		spent += cost(hex);
	}
	return spent;
}

static void resource_manager_above_costs_nothing(void)
{
	unsigned int i, spent = 0;

	begin_alone();
	want(PRIMARY("4000000b"), 0);
	save(v, CONTEXT_SAVE "80000000", saved[0]);
	save(v, CONTEXT_SAVE "80000001", saved[1]);
	want(FLUSH "80000000", 0);
	want(FLUSH "80000001", 0);
	for (i = 0; i < 20; i++)
		spent += manage(i % 2 ? USE "80000000" : USE "80000001", 2);
	CHECK_EQ(spent, 20);
	end_alone();
}

static void idle_session_outlives_many_saves_of_others(void)
{
	struct vtpmb_vtpm *busy;
	struct core_rsp rsp;
	unsigned int i;

	begin();
	want(STARTUP_CLEAR, 0);
	want(START_POLICY, 0);
	core_end_turn();
	busy = core_new();
	core_send_hex(busy, STARTUP_CLEAR, &rsp);
	core_send_hex(busy, START_POLICY, &rsp);
	CHECK_EQ(rsp.rc, 0);
	for (i = 0; i < 70000; i++) {
		core_send_hex(busy, RESTART "03000001", &rsp);
		if (rsp.rc || rsp.err)
			break;
	}
	CHECK_EQ(i, 70000);
	CHECK_EQ(rsp.rc, 0);
	want(RESTART "03000000", 0);
	core_free(busy);
	end();
}

/* The chip counts saves of the host's sessions too. */
static void context_gap_of_the_chip_is_not_the_guests(void)
{
	begin();
	want(STARTUP_CLEAR, 0);
	want(START_POLICY, 0);
	core_end_turn();
	core_fail_chip(2, 0x901);
	want(START_POLICY, 0);
	core_fail_chip(2, 0x901);
	want(RESTART "03000001", 0);
	want(RESTART "03000001", 0);
	want(RESTART "03000000", 0);
	end();
}

/* Saves a policy session on both sides. */
static void save_both(void)
{
	both(START_POLICY, 0);
	both(CONTEXT_SAVE "03000000", 0);
	keep(&proxy.rsp, saved[0]);
	keep(&alone.rsp, saved[1]);
}

static void load_both_at(int line, u32 rc)
{
	u32 a = tell(&proxy, saved[0]), b = tell(&alone, saved[1]);

	if (a != rc || b != rc)
		core_fail(__FILE__, line, "rc 0x%x, twin 0x%x, not 0x%x", a, b, rc);
}

static void saved_session_outlives_what_is_no_tpm_reset(void)
{
	begin();
	start_both();
	save_both();
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_STATE);
	load_both_at(__LINE__, 0);
	both(RESTART "03000000", 0);
	both(CONTEXT_SAVE "03000000", 0);
	keep(&proxy.rsp, saved[0]);
	keep(&alone.rsp, saved[1]);
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_CLEAR);
	load_both_at(__LINE__, 0);
	both(RESTART "03000000", 0);
	/* Loaded ones do not. */
	same(SHUTDOWN_STATE);
	reset_both();
	same(STARTUP_STATE);
	both(RESTART "03000000", 0x910);
	save_both();
	same(SHUTDOWN_CLEAR);
	reset_both();
	same(STARTUP_CLEAR);
	load_both_at(__LINE__, 0x1df);
	CHECK(core_chip_is_empty());
	save_both();
	core_off(v);
	v->port->family->tidy(v, VTPMB_TIDY_STALE);
	CHECK(core_chip_is_empty());
	end();
}

static unsigned int start_sessions(struct vtpmb_vtpm *vtpm, unsigned int most)
{
	struct core_rsp rsp;
	unsigned int i;

	core_send_hex(vtpm, STARTUP_CLEAR, &rsp);
	for (i = 0; i < most; i++) {
		core_send_hex(vtpm, START_POLICY, &rsp);
		if (rsp.rc)
			break;
	}
	CHECK(i == most || rsp.rc == 0x905);
	return i;
}

static void every_proxy_and_the_host_have_some_sessions(void)
{
	struct vtpmb_vtpm *many[8];
	unsigned int i, nr = 0;
	struct core_rsp raw;

	begin();
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = core_new();
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		unsigned int got = start_sessions(many[i], 100);

		CHECK(got >= VTPMB_MIN_SESSIONS && got <= VTPMB_MAX_SESSIONS);
		nr += got;
	}
	CHECK_EQ(start_sessions(v, 100), VTPMB_MIN_SESSIONS);
	CHECK(nr > ARRAY_SIZE(many) * VTPMB_MIN_SESSIONS);
	core_end_turn();
	for (i = 0; i < 3; i++) {
		core_raw_hex(START_POLICY, &raw);
		CHECK_EQ(raw.rc, 0);
	}
	for (i = 0; i < 3; i++) {
		char hex[64];

		snprintf(hex, sizeof(hex), FLUSH "030000%02x", nr + VTPMB_MIN_SESSIONS + i);
		core_raw_hex(hex, &raw);
		CHECK_EQ(raw.rc, 0);
	}
	/* What one gives back another can have. */
	core_free(many[0]);
	CHECK(start_sessions(v, 3) > 0);
	for (i = 1; i < ARRAY_SIZE(many); i++)
		core_free(many[i]);
	end();
}

/* More proxies than the chip has three sessions each for. */
static void many_proxies_leave_the_host_its_sessions(void)
{
	struct vtpmb_vtpm *many[30];
	unsigned int i, nr = 0;
	struct core_rsp raw;
	char hex[64];

	begin();
	nr += start_sessions(v, 100);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = core_new();
		nr += start_sessions(many[i], 100);
	}
	CHECK_EQ(nr, 64 - VTPMB_HOST_SESSIONS);
	core_end_turn();
	for (i = 0; i < VTPMB_HOST_SESSIONS; i++) {
		core_raw_hex(START_POLICY, &raw);
		CHECK_EQ(raw.rc, 0);
		snprintf(hex, sizeof(hex), CONTEXT_SAVE "%08x", vtpmb_peek_u32(raw.buf + 10));
		core_raw_hex(hex, &raw);
		CHECK_EQ(raw.rc, 0);
	}
	for (i = 0; i < VTPMB_HOST_SESSIONS; i++) {
		snprintf(hex, sizeof(hex), FLUSH "%08x", 0x03000000 + nr + i);
		core_raw_hex(hex, &raw);
		CHECK_EQ(raw.rc, 0);
	}
	/* What one gives back another can have. */
	core_free(many[0]);
	CHECK_EQ(start_sessions(many[ARRAY_SIZE(many) - 1], 1), 1);
	for (i = 1; i < ARRAY_SIZE(many); i++)
		core_free(many[i]);
	end();
}

/* TPM_PT_HR_LOADED to TPM_PT_HR_TRANSIENT_AVAIL */
#define COUNTS	"8001 ???????? 0000017a 00000006 00000203 00000005"
/* The value of the property at a place of that answer. */
#define COUNT(i)	vtpmb_peek_u32(rv.buf + 23 + 8 * (i))

static void load_and_save_some(void)
{
	char hex[64];

	want(PRIMARY("40000007"), 0);
	want(PRIMARY("40000007"), 0);
	want(START_HMAC, 0);
	want(START_POLICY, 0);
	snprintf(hex, sizeof(hex), CONTEXT_SAVE "%08x", vtpmb_peek_u32(rv.buf + 10));
	want(hex, 0);
}

/* The guest asks before the hub's thread has had a turn. */
static void what_a_reset_has_ended_is_not_counted(void)
{
	struct core_rsp before;

	begin();
	want(STARTUP_CLEAR, 0);
	want(COUNTS, 0);
	before = rv;
	load_and_save_some();
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(COUNTS, 0);
	CHECK_EQ(rv.len, before.len);
	CHECK(!memcmp(rv.buf, before.buf, before.len));

	/* A saved session outlives what is no TPM Reset; after one it has ended too. */
	load_and_save_some();
	want(SHUTDOWN_STATE, 0);
	core_reset(v);
	want(STARTUP_STATE, 0);
	want(COUNTS, 0);
	CHECK_EQ(COUNT(0), 0);
	CHECK_EQ(COUNT(2), 1);
	core_reset(v);
	core_end_turn();
	want(STARTUP_CLEAR, 0);
	want(COUNTS, 0);
	CHECK(!memcmp(rv.buf, before.buf, before.len));
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(flushed_object_comes_back_without_the_chip),
	CORE_TEST(object_without_a_context_is_flushed_at_once),
	CORE_TEST(one_context_loaded_twice_is_one_object_in_the_chip),
	CORE_TEST(kept_objects_give_way_to_new_ones),
	CORE_TEST(what_is_kept_goes_with_its_hierarchy),
	CORE_TEST(what_is_kept_goes_with_a_reset),
	CORE_TEST(saved_sequence_is_a_copy),
	CORE_TEST(sequence_is_kept_until_it_changes),
	CORE_TEST(public_area_is_read_once),
	CORE_TEST(resource_manager_above_costs_nothing),
	CORE_TEST(idle_session_outlives_many_saves_of_others),
	CORE_TEST(context_gap_of_the_chip_is_not_the_guests),
	CORE_TEST(saved_session_outlives_what_is_no_tpm_reset),
	CORE_TEST(every_proxy_and_the_host_have_some_sessions),
	CORE_TEST(many_proxies_leave_the_host_its_sessions),
	CORE_TEST(what_a_reset_has_ended_is_not_counted),
};

CORE_MAIN(tests)
