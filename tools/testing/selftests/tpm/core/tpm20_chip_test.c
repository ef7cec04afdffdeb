// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: a chip that answers badly, to each command of the bridge's own and of guests.
 *
 * What is read of the chip when it is probed, and what two guests do beside a host that has left
 * an object and two sessions: one with all that an administrator can grant, and a plain one.
 */

#include <stdarg.h>
#include "chip.h"
#include "disk.h"
#include "tpm20/state.h"
#include "tpm20_host.h"
#include "tpm20_linux.h"
#include "tpm20_shown.h"

#define OWNER		"40000001"
#define ENDORSEMENT	"4000000b"
#define EVICT(object, handle) "8002 ???????? 00000120" OWNER object PW handle
#define INDEX		"01800001"
#define DEFINE		"8002 ???????? 0000012a" OWNER PW "0000 000e" INDEX \
	"000b 02060006 0000 0008"
#define NV_WRITE	"8002 ???????? 00000137" OWNER INDEX PW "0008 3132333435363738 0000"
#define NV_READ		"8002 ???????? 0000014e" INDEX INDEX PW "0008 0000"
#define NV_PUBLIC	"8001 ???????? 00000169" INDEX
#define INDICES		"8001 ???????? 0000017a 00000006 00000202 00000001"
/* Keys that cost no computation: AES, and an HMAC key that quotes. */
#define PARENT(hier)	"8002 ???????? 00000131 " hier PW "0004 0000 0000" \
	"0012 0025 000b 00030072 0000 0006 0080 0043 0000 0000 00000000"
#define SIGNER(hier, attributes) "8002 ???????? 00000131 " hier PW "0004 0000 0000" \
	"0010 0008 000b" attributes "0000 0005 000b 0000 0000 00000000"
#define CREATE		"8002 ???????? 00000153 80000000" PW SECRET SEALED "0000 00000000"
#define OPEN(object)	"8002 ???????? 0000015e" object "0000000b 40000009 0000 01 0002 7077"
#define UPDATE(seq)	"8002 ???????? 0000015c" seq PW "0003 616263"
#define USE(object)	"8002 ???????? 00000155" object PW "0003 616263 000b"	/* HMAC */
#define CLEAR		"8002 ???????? 00000126 4000000c" PW
/* As chips have it. */
#define CONTEXT_GAP	255u
#define GRANTED		"81100001"
#define STORED		"81000001"

enum { RICH, PLAIN, NR_GUESTS };

static struct chip_guest guest[NR_GUESTS] = { { "rich" }, { "plain" } };
static struct chip_guest *last;
static struct core_rsp rsp;
static u32 policy[NR_GUESTS], hmac[NR_GUESTS];
static struct disk disk;
static const u8 key[VTPMB_AEAD_KEY] = "a key of this test, and no other";

/* Reasons for which the bridge acts by itself. */
enum { FOR_PROBE = 1, FOR_TURN, FOR_IDLE };

static void end_turn(void)
{
	chip_step(last, FOR_TURN);
	core_end_turn();
	last = NULL;
}

static bool say(struct chip_guest *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool say(struct chip_guest *g, const char *fmt, ...)
{
	static char hex[2 * VTPMB_BUF_SIZE];
	u8 bytes[VTPMB_BUF_SIZE];
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(hex, sizeof(hex), fmt, args);
	va_end(args);
	if (last && last != g)
		end_turn();
	last = g;
	len = core_hex(bytes, sizeof(bytes), hex);
	chip_step(g, vtpmb_peek_u32(bytes + 6) | (g - guest) << 24);
	core_send(g->vtpm, bytes, len, &rsp);
	if (chip_answered(g, &rsp, hex, false)) {
		core_send(g->vtpm, bytes, len, &rsp);
		chip_answered(g, &rsp, hex, true);
	}
	return !rsp.err && !rsp.rc;
}

static void start_session_of(struct chip_guest *g, const char *hex, u32 *handle)
{
	if (say(g, "%s", hex))
		*handle = vtpmb_peek_u32(rsp.buf + 10);
}

/* Send again what the last response had from @at on, after @before. */
static void say_back(struct chip_guest *g, const char *before, size_t at, size_t len)
{
	static char hex[2 * VTPMB_BUF_SIZE];
	size_t n = sprintf(hex, "%s", before);

	if (rsp.err || rsp.rc || at + len > rsp.len)
		return;
	put_hex(hex, n, rsp.buf + at, len);
	say(g, "%s", hex);
}

static void create_and_load(struct chip_guest *g)
{
	u16 private_len, public_len;

	if (!say(g, CREATE))
		return;
	private_len = vtpmb_peek_u16(rsp.buf + 14);
	public_len = vtpmb_peek_u16(rsp.buf + 16 + private_len);
	say_back(g, "8002 ???????? 00000157 80000000" PW, 14, 4 + private_len + public_len);
}

static void save_and_load(struct chip_guest *g, const char *handle)
{
	struct core_rsp saved;

	if (!say(g, CONTEXT_SAVE "%s", handle))
		return;
	saved = rsp;
	say(g, FLUSH "%s", handle);
	rsp = saved;
	say_back(g, "8001 ???????? 00000161", 10, saved.len - 10);
}

static void start_salted(struct chip_guest *g)
{
	struct linux_guest l = {};
	struct linux_salt salt;

	if (!say(g, NULL_PRIMARY))
		return;
	memcpy(l.x, rsp.buf + 44, SIZE);
	memcpy(l.y, rsp.buf + 46 + SIZE, SIZE);
	choose_salt(&l, &salt);
	say(g, "8001 ???????? 00000176 80000002 40000007 0020" ZEROS32 "%s 00 0006 0080 0043 000b",
	    salt.hex);
}

static void rich_guest_begins(struct chip_guest *g)
{
	say(g, STARTUP_CLEAR);
	say(g, PARENT(OWNER));
	start_session_of(g, START_POLICY, &policy[RICH]);
	start_session_of(g, START_HMAC, &hmac[RICH]);
	create_and_load(g);
	say(g, OPEN("80000001"));
	say(g, SIGNER(OWNER, "00050472"));
	say(g, "8002 ???????? 00000158 80000002" PW "0003 616263 0010" PCR_23);
	say(g, "8001 ???????? 0000017f %08x 0000" PCR_16, policy[RICH]);
}

static void plain_guest_begins(struct chip_guest *g)
{
	say(g, STARTUP_CLEAR);
	say(g, SIGNER(ENDORSEMENT, "00040472"));
	start_session_of(g, START_POLICY, &policy[PLAIN]);
	say(g, HASH_START);
	say(g, UPDATE("80000001"));
	start_salted(g);
}

static void rich_guest_goes_on(struct chip_guest *g)
{
	say(g, EVICT("80000000", GRANTED));
	say(g, EVICT("80000000", STORED));
	say(g, READ_PUBLIC GRANTED);
	say(g, READ_PUBLIC STORED);
	say(g, HANDLES("81000000"));
	say(g, DEFINE);
	say(g, NV_WRITE);
	say(g, NV_PUBLIC);
	say(g, NV_READ);
	say(g, HANDLES("01000000"));
	say(g, INDICES);
	save_and_load(g, "80000001");
	say(g, OPEN("80000001"));
	say(g, "8001 ???????? 00000189 %08x", policy[RICH]);
	say(g, FLUSH "%08x", hmac[RICH]);
}

static void plain_guest_goes_on(struct chip_guest *g)
{
	say(g, UPDATE("80000001"));
	say(g, USE("80000000"));
	say(g, "8001 ???????? 00000189 %08x", policy[PLAIN]);
	say(g, READ_PUBLIC "80000000");
}

static void rich_guest_clears(struct chip_guest *g)
{
	say(g, CLEAR);
	say(g, PARENT(OWNER));
	say(g, HANDLES("01000000"));
}

static void idle(struct chip_guest *g)
{
	if (last)
		end_turn();
	chip_step(g, FOR_IDLE);
	core_port.family->tidy(g->vtpm, VTPMB_TIDY_IDLE);
	core_port.family->tidy(g->vtpm, VTPMB_TIDY_TURN);
}

/* A chip that answers badly can be probed again later. */
static void probe(void)
{
	struct vtpmb_tpm20_facts *facts;

	core_port.family->forget(&core_port);
	chip_step(NULL, FOR_PROBE);
	if (core_port.family->probe(&core_port)) {
		CHECK(chip_may(CHIP_KEEPS) && !core_port.facts);
		chip_recovers();
		CHECK_EQ(-core_port.family->probe(&core_port), 0);
	}
	facts = core_port.facts;
	facts->context_gap = min(facts->context_gap, CONTEXT_GAP);
}

static void make_guests(void)
{
	struct vtpmb_vtpm *rich;

	memset(&disk, 0, sizeof(disk));
	disk.cut = -1;
	guest[RICH].vtpm = rich = core_new();
	CHECK_EQ(-disk_open(&disk, rich, "vm1", key, true), 0);
	core_grant(rich, VTPMB_RANGE_PERSISTENT, 0x81100000, 0x8110000f);
	core_grant(rich, VTPMB_RANGE_NV, 0x01800000, 0x018000ff);
	core_set(rich, VTPMB_SETTING_COMPOSITE, MASK);
	core_set(rich, VTPMB_SETTING_ATTEST, MASK);
	guest[PLAIN].vtpm = core_new();
}

static void free_guests(void)
{
	unsigned int i;

	for (i = 0; i < NR_GUESTS; i++)
		core_free(guest[i].vtpm);
}

static bool is_saved(u32 handle)
{
	const struct vtpmb_tpm20_body *body;

	list_for_each_entry(body, &core_port.saved, res.saved) {
		if (TPM20_INDEX(body->session) == TPM20_INDEX(handle))
			return true;
	}
	return false;
}

/* The host flushes what is nobody's, as it would by a restart. */
static void flush_all_but(const char *list, bool saved, u32 hosts)
{
	struct core_rsp all;
	char hex[100];
	u32 i, handle;

	host(list);
	all = raw;
	for (i = 0; i < vtpmb_peek_u32(all.buf + 15); i++) {
		handle = vtpmb_peek_u32(all.buf + 19 + 4 * i);
		snprintf(hex, sizeof(hex), FLUSH "%08x", handle);
		if (handle != hosts && !(saved && is_saved(handle)))
			host(hex);
	}
}

static void host_cleans_up(void)
{
	flush_all_but(OBJECTS, false, 0x80000000);
	flush_all_but(LOADED, false, 0x03000000);
	flush_all_but(SAVED, true, 0x02000001);
}

/* After a reset, all is as on a good chip. */
static void must(struct chip_guest *g, const char *hex)
{
	core_send_hex(g->vtpm, hex, &rsp);
	if (rsp.err || rsp.rc)
		core_fail(__FILE__, __LINE__, "%s at the end: %.60s: rc 0x%x, err %d", g->name, hex,
			  rsp.rc, rsp.err);
}

static void works_after_reset(struct chip_guest *g)
{
	unsigned int nr_tries = 0;
	char hex[100];

	chip_step(g, 0);
	core_reset(g->vtpm);
	must(g, STARTUP_CLEAR);
	must(g, SIGNER(OWNER, "00040472"));
	must(g, USE("80000000"));
	must(g, HASH_START);
	must(g, UPDATE("80000001"));
	core_end_turn();
	/* A chip that has told of a context gap is tried again once in 16 times, in two ways. */
	do {
		must(g, START_POLICY);
		snprintf(hex, sizeof(hex), "8001 ???????? 00000189 %08x",
			 vtpmb_peek_u32(rsp.buf + 10));
		core_end_turn();
		core_send_hex(g->vtpm, hex, &rsp);
	} while (rsp.rc && nr_tries++ < 40);
	CHECK_EQ(rsp.rc, 0);
	must(g, USE("80000000"));
	must(g, UPDATE("80000001"));
	core_end_turn();
}

static void begin_scenario(void)
{
	unsigned int i;

	core_seed(1);
	core_start(CORE_TPM20);
	core_turn = 0;
	last = NULL;
	host_leaves_all_kinds();
	for (i = 0; i < NR_GUESTS; i++)
		guest[i] = (struct chip_guest) { .name = guest[i].name };
}

/* The tables. */

static bool is_hosts(u32 handle)
{
	return !chip_may_cost_host() && (handle == 0x80000000 || handle == 0x03000000 ||
				     handle == 0x03000001 || handle == 0x02000001);
}

static void check_body(const struct vtpmb_tpm20_body *body)
{
	u32 ht = TPM20_HT(body->res.phys);

	if (body->kind == KIND_SESSION) {
		CHECK(!body->res.phys || body->res.phys == body->session);
		CHECK(ht == 0 || ht == TPM2_HT_HMAC_SESSION || ht == TPM2_HT_POLICY_SESSION);
		CHECK(!is_hosts(body->session));
	} else if (body->res.phys) {
		CHECK_EQ(ht, TPM2_HT_TRANSIENT);
		CHECK(!is_hosts(body->res.phys));
	}
}

static bool is_same(const struct vtpmb_tpm20_body *a, const struct vtpmb_tpm20_body *b)
{
	/* What the chip has lost is forgotten at its next use. */
	if ((!a->res.phys && !a->res.blob) || (!b->res.phys && !b->res.blob))
		return false;
	if (a->kind == KIND_SESSION && b->kind == KIND_SESSION)
		return TPM20_INDEX(a->session) == TPM20_INDEX(b->session);
	return a->res.phys && a->res.phys == b->res.phys;
}

static void check_tables(void)
{
	static const struct vtpmb_tpm20_body *body[NR_GUESTS * VTPMB_TPM20_MAX_BODIES];
	struct vtpmb_tpm20_table *table;
	unsigned int i, k, nr = 0;

	for (i = 0; i < NR_GUESTS; i++) {
		table = &vtpmb_tpm20_state(guest[i].vtpm)->table;
		for (k = 0; k < VTPMB_TPM20_MAX_BODIES; k++) {
			if (table->body[k].kind != KIND_FREE)
				body[nr++] = &table->body[k];
		}
	}
	for (i = 0; i < nr; i++) {
		check_body(body[i]);
		for (k = 0; k < i; k++) {
			if (is_same(body[i], body[k]))
				core_fail(__FILE__, __LINE__, "0x%x, 0x%x is in two tables",
					  body[i]->res.phys, body[i]->session);
		}
	}
}

/* GetCapability: what is asked for, and of handles the type; else the type of a handle. */
static u64 sub_of(const u8 *cmd, size_t len)
{
	u64 first = len < 14 ? 0 : vtpmb_peek_u32(cmd + 10);

	if (vtpmb_peek_u32(cmd + 6) == TPM2_CC_GetCapability)
		return first << 32 | vtpmb_peek_u32(cmd + 14) >> (first == 1 ? 24 : 0);
	if (vtpmb_peek_u32(cmd + 6) == TPM2_CC_ContextLoad)
		return cmd[18];
	return first >> 24;
}

/* TPMS_CAPABILITY_DATA */
static void list_endlessly(u8 *buf, u32 nr)
{
	u32 capability = vtpmb_peek_u32(buf + 10), next = vtpmb_peek_u32(buf + 14);
	struct vtpmb_writer w;

	nr = min(nr, vtpmb_peek_u32(buf + 18));
	vtpmb_writer_init(&w, buf + 6, VTPMB_BUF_SIZE - 6);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u8(&w, 1);
	vtpmb_put_u32(&w, capability);
	vtpmb_put_u32(&w, nr);
	for (; nr--; next++) {
		if (capability == TPM2_CAP_ALGS || capability == TPM2_CAP_ECC_CURVES)
			vtpmb_put_u16(&w, next);
		else
			vtpmb_put_u32(&w, next);
		if (capability == TPM2_CAP_ALGS || capability == TPM2_CAP_TPM_PROPERTIES)
			vtpmb_put_u32(&w, 1);
	}
	vtpmb_poke_u32(buf + 2, 6 + w.len);
}

static bool makes_handle(u32 code)
{
	return code == TPM2_CC_StartAuthSession || code == TPM2_CC_ContextLoad ||
	       code == TPM2_CC_CreatePrimary || code == TPM2_CC_Load ||
	       code == TPM2_CC_LoadExternal || code == TPM2_CC_HashSequenceStart;
}

/* One object and one session beside the host's. */
static bool has_room(const u8 *cmd, u32 *rc)
{
	u32 code = vtpmb_peek_u32(cmd + 6);
	bool session = code == TPM2_CC_StartAuthSession ||
		       (code == TPM2_CC_ContextLoad && cmd[18] != 0x80);
	static struct core_rsp list;

	if (!makes_handle(code))
		return true;
	core_raw_hex(session ? LOADED : OBJECTS, &list);
	*rc = session ? TPM2_RC_SESSION_MEMORY : TPM2_RC_OBJECT_MEMORY;
	return vtpmb_peek_u32(list.buf + 15) < 2;
}

static bool is_full(u32 rc)
{
	return rc == TPM2_RC_OBJECT_MEMORY || rc == TPM2_RC_SESSION_MEMORY;
}

/* TPM_RC_NV_DEFINED; a handle that is no more. */
static bool is_done(u32 code, u32 rc)
{
	return rc == 0x14c || (TPM20_INDEX(code) == TPM2_CC_FlushContext && rc == 0x1cb);
}

static const u32 busy[] = { 0x922, 0x90a, 0x908 };
static const u32 refusals[] = { 0x909, 0x902, 0x903, 0x904, 0x905, 0x906, 0x921, 0x923,
	0x100, 0x98e };
static const u32 lost[] = { 0x1df, 0x18b, 0x910 };
static const u32 handles[] = { 0, 0x80000000, 0x80000001, 0x80000002, 0x80000003, 0x80ffffff,
	0x02000000, 0x02000002, 0x02000003, 0x02000004, 0x03000000,
	0x03000002, 0x03000003, 0x03000004, 0x02ffffff, 0x03000100, 0x81100001, 0x01800001,
	0x40000001, 0x40000007, 0x0000000a, 0xffffffff };
static const u32 tags[] = { 0, 0x8001, 0x8002, 0x00c4, 0xffff };

#define LOST_SESSION(ht)	{						\
	.code = TPM2_CC_ContextSave, .own = true, .sub = ht, .promise = CHIP_SPARES, \
	.why = "the context of the session was in the response" }
#define MISCOUNTED(ht, name)	{						\
	.code = TPM2_CC_ContextSave, .own = true, .sub = ht, .row = name, .promise = CHIP_ENDS, \
	.why = "so many sessions were saved that nobody may save any more" }
#define LIED(list)	{							\
	.code = TPM2_CC_GetCapability, .own = true, .sub = list, .host = true,	\
	.promise = CHIP_KEEPS, .why = "the chip has denied that the host has it" }

/* The row of struct chip_row @name is what it says; 3 and 2 are TPM_HT of sessions. */
static const struct chip_excuse excuses[] = {
	{ .step = FOR_PROBE, .promise = CHIP_ENDS, .why = "the chip lacks what it does not list" },
	LOST_SESSION(2),
	LOST_SESSION(3),
	MISCOUNTED(2, "0"), MISCOUNTED(2, "1"), MISCOUNTED(2, "0xffffffff"),
	MISCOUNTED(2, "counts anew"), MISCOUNTED(2, "size of 65535"),
	MISCOUNTED(2, "size longer by one"),
	MISCOUNTED(3, "0"), MISCOUNTED(3, "1"), MISCOUNTED(3, "0xffffffff"),
	MISCOUNTED(3, "counts anew"), MISCOUNTED(3, "size of 65535"),
	MISCOUNTED(3, "size longer by one"),
	{ .code = TPM2_CC_ContextLoad, .own = true, .sub = 0x80, .row = "handle of another",
	  .host = true, .promise = CHIP_SPARES, .why = "before a load, the bridge does not ask" },
	LIED(1ULL << 32 | 0x80),
	LIED(1ULL << 32 | 2),
	LIED(1ULL << 32 | 3),
};

static const struct chip_family tpm20 = {
	.family = CORE_TPM20,
	.sub = sub_of,
	.check = check_tables,
	.busy = busy, .nr_busy = ARRAY_SIZE(busy),
	.refusals = refusals, .nr_refusals = ARRAY_SIZE(refusals),
	.lost = lost, .nr_lost = ARRAY_SIZE(lost),
	.handles = handles, .nr_handles = ARRAY_SIZE(handles),
	.tags = tags, .nr_tags = ARRAY_SIZE(tags),
	.gap = 0x901,
	.count_at = 14,
	.makes = makes_handle,
	.has_room = has_room,
	.lists = TPM2_CC_GetCapability,
	.endless = list_endlessly,
	.excuses = excuses, .nr_excuses = ARRAY_SIZE(excuses),
	.full = is_full,
	.done = is_done,
};

static void run(bool probes)
{
	unsigned int i;

	begin_scenario();
	if (probes) {
		chip_begin(&tpm20);
		probe();
		chip_no_more();
		make_guests();
	} else {
		make_guests();
		chip_begin(&tpm20);
	}
	rich_guest_begins(&guest[RICH]);
	plain_guest_begins(&guest[PLAIN]);
	rich_guest_goes_on(&guest[RICH]);
	plain_guest_goes_on(&guest[PLAIN]);
	idle(&guest[RICH]);
	rich_guest_clears(&guest[RICH]);
	plain_guest_goes_on(&guest[PLAIN]);
	end_turn();
	chip_recovers();
	if (probes) {
		free_guests();
		core_probe();
		make_guests();
	}
	if (chip_may_leave())
		host_cleans_up();
	for (i = 0; i < NR_GUESTS; i++)
		works_after_reset(&guest[i]);
	free_guests();
	if (chip_may_leave())
		host_cleans_up();
	if (!chip_may_cost_host())
		host_has_its_own();
	CHECK(list_empty(&core_port.saved));
	CHECK_EQ(atomic_read(&vtpmb_tpm20_chip(&core_port)->nr_sessions), 0);
	chip_end();
	core_turn = 1;
	core_stop();
}

static void everything_gets_each_bad_answer(void)
{
	run(false);
}

static void chip_that_is_probed_gets_each_bad_answer(void)
{
	run(true);
}

static const struct core_test tests[] = {
	CORE_TEST(chip_that_is_probed_gets_each_bad_answer),
	CORE_TEST(everything_gets_each_bad_answer),
};

CORE_MAIN(tests)
