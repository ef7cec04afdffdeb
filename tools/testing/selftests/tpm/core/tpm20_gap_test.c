// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: guests' sessions, the host's, and the gap between their contexts.
 *
 * A chip saves no session any more once it has saved too many since the oldest
 * one that is still saved (TPM 2.0 Part 1, 30.5).  libtpms allows 65,535.  Most
 * tests here run on a chip that allows 255: what counts them stands between the
 * bridge or the host and libtpms.
 */

#define _GNU_SOURCE
#include <string.h>
#include <linux/unaligned.h>
#include "tpm20_guest.h"

#define CC_CONTEXT_LOAD	0x161
#define CC_CONTEXT_SAVE	0x162
#define CC_FLUSH	0x165
#define CC_START	0x176
#define CC_CAPABILITY	0x17a

#define GET_DIGEST	"8001 ???????? 00000189 "
#define CONTEXT_LOAD	"8001 ???????? 00000161 "
#define LOADED		"8001 ???????? 0000017a 00000001 02000000 00000040"

#define GAP		0xff
#define NR_SESSIONS	64
#define MAX_LOADED	3

/* A command of a guest's that costs more never comes to an end. */
#define MAX_COST	200

static int (*transmit)(struct vtpmb_port *port, u8 *buf);
static unsigned int cost;

/* The chip with the small gap: the sequence of each saved session, or 0. */
static u64 saved[NR_SESSIONS];
static u64 counter;
static bool small;

static void small_init(bool on)
{
	memset(saved, 0, sizeof(saved));
	counter = 0;
	small = on;
}

/* The saved session of the lowest sequence, or NR_SESSIONS. */
static unsigned int oldest(void)
{
	unsigned int i, at = NR_SESSIONS;

	for (i = 0; i < NR_SESSIONS; i++) {
		if (saved[i] && (at == NR_SESSIONS || saved[i] < saved[at]))
			at = i;
	}
	return at;
}

static bool is_maxed_out(void)
{
	unsigned int at = oldest();

	return small && at < NR_SESSIONS && counter - saved[at] > GAP;
}

static unsigned int nr_loaded(void)
{
	struct core_rsp rsp;

	core_raw_hex(LOADED, &rsp);
	return vtpmb_peek_u32(rsp.buf + 15);
}

static bool is_session(u32 handle)
{
	return handle >> 24 == 2 || handle >> 24 == 3;
}

/* TPM 2.0 Part 4, SessionContextSave(), SessionContextLoad(), ContextIdSessionCreate() */
static bool gap_refuses(const u8 *cmd)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if (!is_maxed_out())
		return false;
	switch (code) {
	case CC_CONTEXT_SAVE:
		return is_session(vtpmb_peek_u32(cmd + 10));
	case CC_CONTEXT_LOAD:
		return is_session(vtpmb_peek_u32(cmd + 18)) && nr_loaded() == MAX_LOADED - 1 &&
		       (vtpmb_peek_u32(cmd + 18) & 0xff) != oldest();
	case CC_START:
		return nr_loaded() == MAX_LOADED - 1;
	default:
		return false;
	}
}

static void follow(u32 code, u32 handle, u32 context, const u8 *rsp)
{
	if (code == CC_CONTEXT_SAVE && is_session(handle)) {
		saved[handle & 0xff] = get_unaligned_be64(rsp + 10);
		counter = saved[handle & 0xff] + 1;
	} else if (code == CC_CONTEXT_LOAD && is_session(context)) {
		saved[context & 0xff] = 0;
	} else if (code == CC_FLUSH && is_session(handle)) {
		saved[handle & 0xff] = 0;
	}
}

/* TPM_PT_CONTEXT_GAP_MAX */
static void put_gap(u8 *rsp, size_t len)
{
	static const u8 property[] = { 0, 0, 1, 0x14, 0, 0, 0xff, 0xff };
	u8 *at = memmem(rsp, len, property, sizeof(property));

	if (at && small)
		at[6] = 0;
}

static int counted_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6), handle = vtpmb_peek_u32(buf + 10);
	u32 context = vtpmb_peek_u32(buf + 18);
	int len;

	if (++cost > MAX_COST)
		return -ETIME;
	if (gap_refuses(buf))
		core_fail_chip(1, 0x901);
	len = transmit(port, buf);
	if (len >= 0 && !vtpmb_peek_u32(buf + 6)) {
		follow(code, handle, context, buf);
		if (code == CC_CAPABILITY)
			put_gap(buf, len);
	}
	return len;
}

static struct core_rsp raw;

static u32 host(const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len = core_hex(cmd, sizeof(cmd), hex);

	core_end_turn();
	if (gap_refuses(cmd))
		return 0x901;
	core_raw(cmd, len, &raw);
	if (!raw.rc)
		follow(vtpmb_peek_u32(cmd + 6), len > 10 ? vtpmb_peek_u32(cmd + 10) : 0,
		       len > 18 ? vtpmb_peek_u32(cmd + 18) : 0, raw.buf);
	return raw.rc;
}

static void host_must_at(int line, const char *hex)
{
	u32 rc = host(hex);

	if (rc)
		core_fail(__FILE__, line, "host: %.40s: 0x%x", hex, rc);
}

#define host_must(hex) host_must_at(__LINE__, hex)

/* A session that the host has saved, and the command that loads it. */
struct kept {
	u32 handle;
	char load[2 * VTPMB_BUF_SIZE];
};

static void host_save_at(int line, struct kept *kept)
{
	char hex[64];
	size_t len;

	snprintf(hex, sizeof(hex), CONTEXT_SAVE "%08x", kept->handle);
	host_must_at(line, hex);
	len = sprintf(kept->load, CONTEXT_LOAD);
	put_hex(kept->load, len, raw.buf + 10, raw.len - 10);
}

static void host_keep_at(int line, struct kept *kept)
{
	host_must_at(line, START_POLICY);
	kept->handle = vtpmb_peek_u32(raw.buf + 10);
	host_save_at(line, kept);
}

#define host_keep(kept) host_keep_at(__LINE__, kept)

static void host_renew(struct kept *kept)
{
	host_must(kept->load);
	host_save_at(__LINE__, kept);
}

static void host_drop(struct kept *kept)
{
	char hex[64];

	snprintf(hex, sizeof(hex), FLUSH "%08x", kept->handle);
	host_must(hex);
}

/* Starts a session, saves it, and ends it. */
static void host_saves_once(void)
{
	struct kept kept;

	host_keep(&kept);
	host_drop(&kept);
}

#define MAX_MINE	16

/* A guest and its sessions. */
struct owner {
	struct vtpmb_vtpm *vtpm;
	u32 session[MAX_MINE];
	unsigned int nr;
};

static struct core_rsp rsp;

static u32 ask(struct owner *owner, const char *hex)
{
	cost = 0;
	core_send_hex(owner->vtpm, hex, &rsp);
	if (cost > MAX_COST)
		core_fail(__FILE__, __LINE__, "%.40s has no end", hex);
	if (rsp.err)
		core_fail(__FILE__, __LINE__, "%.40s: err %d", hex, rsp.err);
	return rsp.rc;
}

static void owner_begin(struct owner *owner, unsigned int nr)
{
	memset(owner, 0, sizeof(*owner));
	owner->vtpm = core_new();
	CHECK_EQ(ask(owner, STARTUP_CLEAR), 0);
	for (; owner->nr < nr; owner->nr++) {
		CHECK_EQ(ask(owner, START_POLICY), 0);
		owner->session[owner->nr] = vtpmb_peek_u32(rsp.buf + 10);
	}
}

static u32 use(struct owner *owner, unsigned int i)
{
	char hex[64];

	snprintf(hex, sizeof(hex), GET_DIGEST "%08x", owner->session[i % owner->nr]);
	return ask(owner, hex);
}

static void begin_gap(bool on)
{
	core_start(CORE_TPM20);
	small_init(on);
	transmit = core_port.transmit;
	core_port.transmit = counted_transmit;
	cost = 0;
	core_probe();
}

static void end_gap(void)
{
	CHECK(core_chip_is_empty());
	core_stop();
}

/* Until the guest is refused; returns how many it got. */
static unsigned int use_up(struct owner *owner, unsigned int most)
{
	unsigned int i, nr = 0, nr_refused = 0;

	for (i = 0; i < most && nr_refused < 20; i++) {
		if (use(owner, i))
			nr_refused++;
		else
			nr++;
	}
	return nr;
}

static void hosts_idle_session_costs_the_guest_alone(bool on, unsigned int most)
{
	struct kept kept, other;
	struct owner guest;

	begin_gap(on);
	owner_begin(&guest, 0);
	host_keep(&kept);
	core_free(guest.vtpm);
	owner_begin(&guest, 5);
	use_up(&guest, most);
	/* The host can go on as it did. */
	host_keep(&other);
	host_renew(&other);
	host_drop(&other);
	host_renew(&kept);
	/* And so can the guest, once the host has done with its session. */
	host_drop(&kept);
	core_free(guest.vtpm);
	owner_begin(&guest, 5);
	CHECK_EQ(use_up(&guest, 3 * GAP), 3 * GAP);
	core_free(guest.vtpm);
	end_gap();
}

static void five_sessions_against_a_small_gap(void)
{
	hosts_idle_session_costs_the_guest_alone(true, 5 * GAP);
}

static void five_sessions_against_the_gap(void)
{
	hosts_idle_session_costs_the_guest_alone(false, 66000);
}

/* Within one turn: the chip is full of what cannot be saved. */
static void five_sessions_in_one_turn(void)
{
	struct owner guest;
	struct kept kept;

	begin_gap(true);
	owner_begin(&guest, 0);
	host_keep(&kept);
	core_free(guest.vtpm);
	core_turn = 0;
	owner_begin(&guest, 5);
	use_up(&guest, 5 * GAP);
	CHECK(rsp.rc == 0x903 || rsp.rc == 0x910);
	core_turn = 1;
	host_saves_once();
	host_renew(&kept);
	host_drop(&kept);
	core_free(guest.vtpm);
	end_gap();
}

static void host_that_renews_its_session_costs_the_guest_nothing(void)
{
	struct owner guest;
	struct kept kept;
	unsigned int i;

	begin_gap(true);
	owner_begin(&guest, 2);
	host_keep(&kept);
	for (i = 0; i < 10 * GAP; i++) {
		if (use(&guest, i))
			break;
		if (i % 2)
			host_renew(&kept);
	}
	CHECK_EQ(i, 10 * GAP);
	host_drop(&kept);
	core_free(guest.vtpm);
	end_gap();
}

/* Programs of the host's come and go, and get the same number each time. */
static void short_sessions_of_the_host_cost_the_guest_nothing(void)
{
	struct owner guest;
	struct kept kept;
	unsigned int i;

	begin_gap(true);
	owner_begin(&guest, 2);
	for (i = 0; i < 160 * 16; i++) {
		if (i % 16 == 0)
			host_keep(&kept);
		if (use(&guest, i))
			break;
		if (i % 16 == 7)
			host_drop(&kept);
	}
	CHECK_EQ(i, 160 * 16);
	core_free(guest.vtpm);
	end_gap();
}

static void one_guest_does_not_use_up_anothers_share(void)
{
	struct owner busy, quiet;
	struct kept kept;
	unsigned int i;

	begin_gap(true);
	owner_begin(&quiet, 2);
	owner_begin(&busy, 0);
	host_keep(&kept);
	core_free(busy.vtpm);
	owner_begin(&busy, 5);
	CHECK(use_up(&busy, 5 * GAP) < GAP);
	for (i = 0; i < 10; i++)
		CHECK_EQ(use(&quiet, i), 0);
	host_saves_once();
	host_renew(&kept);
	host_drop(&kept);
	core_free(busy.vtpm);
	core_free(quiet.vtpm);
	end_gap();
}

/* What the host does to itself: a guest's session that is younger survives it. */
static void end_of_a_turn_destroys_no_session_of_another(void)
{
	struct owner hers, his;
	struct kept kept;
	unsigned int i;

	begin_gap(true);
	host_keep(&kept);
	owner_begin(&hers, 2);
	for (i = 0; i < GAP && !is_maxed_out(); i++)
		host_saves_once();
	CHECK(is_maxed_out());
	owner_begin(&his, 2);
	use_up(&his, 10);
	host_renew(&kept);
	CHECK_EQ(use(&hers, 0), 0);
	CHECK_EQ(use(&hers, 1), 0);
	host_drop(&kept);
	core_free(his.vtpm);
	core_free(hers.vtpm);
	end_gap();
}

/* The other way round: the guest's is the oldest, and the host's are in use. */
static void idle_session_of_a_guest_does_not_hold_up_the_host(void)
{
	struct owner hers, his;
	unsigned int i, younger;
	struct kept kept;

	for (younger = 0; younger < 2; younger++) {
		begin_gap(true);
		owner_begin(&hers, 2);
		host_keep(&kept);
		if (younger)
			CHECK_EQ(use(&hers, 0) + use(&hers, 1), 0);
		for (i = 0; i < 2 * GAP && !is_maxed_out(); i++)
			host_renew(&kept);
		CHECK(is_maxed_out());
		/* The next turn, whosever it is, makes it good. */
		owner_begin(&his, 1);
		CHECK_EQ(use(&his, 0), 0);
		for (i = 0; i < GAP / 4; i++)
			host_renew(&kept);
		CHECK_EQ(use(&hers, 0), 0);
		CHECK_EQ(use(&hers, 1), 0);
		host_drop(&kept);
		core_free(his.vtpm);
		core_free(hers.vtpm);
		end_gap();
	}
}

/* Time, as the hub's thread sees it, in milliseconds. */
static u64 now, due;

static void look(struct owner *owner)
{
	unsigned int before;

	core_end_turn();
	before = nr_loaded();
	cost = 0;
	CHECK_EQ(core_port.family->tidy(owner->vtpm, VTPMB_TIDY_IDLE), 0);
	CHECK_EQ(nr_loaded(), before);
	due = now + core_port.refresh_ms;
}

/* Nobody but the hub uses the chip. */
static void let_pass(struct owner *owner, u64 ms)
{
	u64 end = now + ms;

	for (; due <= end; now = due) {
		now = due;
		look(owner);
		if (!core_port.refresh_ms)
			break;
	}
	now = end;
}

/* An idle guest with @nr sessions on the chip with the small gap. */
static void begin_look(struct owner *idle, unsigned int nr)
{
	begin_gap(true);
	owner_begin(idle, nr);
	core_end_turn();
	now = 0;
	due = core_port.refresh_ms;
}

static void end_look(struct owner *idle)
{
	unsigned int i;

	for (i = 0; i < idle->nr; i++)
		CHECK_EQ(use(idle, i), 0);
	core_free(idle->vtpm);
	end_gap();
}

/* How many the host saves, one each @ms, until the chip refuses. */
static unsigned int renew(struct owner *idle, struct kept *kept, u64 ms, unsigned int most)
{
	unsigned int i;

	for (i = 0; i < most; i++) {
		let_pass(idle, ms);
		if (host(kept->load))
			break;
		if (is_maxed_out())
			break;
		host_save_at(__LINE__, kept);
	}
	return i;
}

static void busy_host_is_not_refused_for_an_idle_guests_session(void)
{
	static const unsigned int nr_sessions[] = { 1, 7, 16 };
	struct kept kept;
	struct owner idle;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nr_sessions); i++) {
		begin_look(&idle, nr_sessions[i]);
		host_keep(&kept);
		CHECK_EQ(renew(&idle, &kept, 4, 5 * GAP), 5 * GAP);
		host_drop(&kept);
		end_look(&idle);
	}
}

#define SECOND	1000ULL
#define DAY	(24 * 3600 * SECOND)

/* 31 sessions a second are no matter, whatever was before. */
static void host_that_begins_after_a_day_is_not_refused(void)
{
	struct kept kept;
	struct owner idle;

	begin_look(&idle, 3);
	let_pass(&idle, DAY / 10);
	host_keep(&kept);
	CHECK_EQ(renew(&idle, &kept, 33, 5 * GAP), 5 * GAP);
	host_drop(&kept);
	let_pass(&idle, 10 * SECOND);
	host_keep(&kept);
	CHECK_EQ(renew(&idle, &kept, 33, 5 * GAP), 5 * GAP);
	host_drop(&kept);
	end_look(&idle);
}

/* The chip has refused: what was not saved is held up until the next look. */
static void host_that_begins_all_at_once_is_refused_for_seconds(void)
{
	struct kept kept;
	struct owner idle;
	u64 refused;

	begin_look(&idle, 3);
	let_pass(&idle, DAY / 10);
	/* Right after a look. */
	let_pass(&idle, due - now);
	host_keep(&kept);
	CHECK(renew(&idle, &kept, 4, 5 * GAP) < 5 * GAP);
	for (refused = now; is_maxed_out() && now - refused < 10 * SECOND;)
		let_pass(&idle, 4);
	CHECK(now - refused <= 2 * SECOND);
	if (saved[kept.handle & 0xff])
		host_must(kept.load);
	host_save_at(__LINE__, &kept);
	CHECK_EQ(renew(&idle, &kept, 4, 5 * GAP), 5 * GAP);
	host_drop(&kept);
	end_look(&idle);
}

/* Nor does it save any then; guests pay for what is saved for them. */
static void looks_at_an_idle_host_do_not_use_up_the_guests_share(void)
{
	struct owner idle;
	struct kept kept;
	u64 before;

	begin_look(&idle, 3);
	host_keep(&kept);
	before = counter;
	let_pass(&idle, 7 * DAY);
	CHECK(counter - before < 32);
	CHECK(use_up(&idle, GAP) > GAP / 4);
	let_pass(&idle, 7 * DAY);
	/* A sixteenth is the host's. */
	CHECK(counter - saved[kept.handle & 0xff] <= GAP - GAP / 16);
	host_saves_once();
	host_drop(&kept);
	core_free(idle.vtpm);
	end_gap();
}

/* What the host does to itself: the session of the guest is not loaded. */
static void look_destroys_no_session_when_the_host_holds_itself_up(void)
{
	unsigned int i, when;
	struct owner idle;
	struct kept kept;

	for (when = 0; when < 3; when++) {
		begin_look(&idle, 0);
		if (when < 2)
			host_keep(&kept);
		core_free(idle.vtpm);
		owner_begin(&idle, 3);
		core_end_turn();
		if (when == 2)
			host_keep(&kept);
		if (when == 1)
			look(&idle);
		for (i = 0; i < 2 * GAP && !is_maxed_out(); i++) {
			host_saves_once();
			if (when == 2)
				let_pass(&idle, 4);
		}
		CHECK(is_maxed_out());
		let_pass(&idle, DAY);
		host_renew(&kept);
		let_pass(&idle, DAY);
		host_saves_once();
		host_drop(&kept);
		end_look(&idle);
	}
}

/* A response that is lost, or a chip that fails: nothing of it stays. */
static void failed_look_leaves_nothing(void)
{
	unsigned int nth, how, kind;
	struct owner idle;
	struct kept kept;

	for (kind = 0; kind < 2; kind++) {
		for (nth = 1; nth < 16; nth++) {
			for (how = 0; how < 3; how++) {
				begin_look(&idle, 3);
				if (kind)
					host_keep(&kept);
				core_end_turn();
				cost = 0;
				if (how == 0)
					core_lose_response(nth);
				else if (how == 1)
					core_fail_transmit(nth, -ETIME);
				else
					core_fail_chip(nth, 0x922);
				core_port.family->tidy(idle.vtpm, VTPMB_TIDY_IDLE);
				core_fail_transmit(0, 0);
				core_port.family->tidy(idle.vtpm, VTPMB_TIDY_TURN);
				CHECK_EQ(nr_loaded(), 0);
				if (kind)
					host_renew(&kept);
				if (kind)
					host_drop(&kept);
				core_free(idle.vtpm);
				end_gap();
			}
		}
	}
}

/* All that the chip has room for, on the smallest gap that there may be. */
static void many_idle_sessions_outlive_many_saves(void)
{
	struct owner idle[7], busy;
	unsigned int i, j;

	begin_gap(true);
	for (i = 0; i < ARRAY_SIZE(idle); i++)
		owner_begin(&idle[i], 7);
	owner_begin(&busy, 3);
	CHECK_EQ(use_up(&busy, 10 * GAP), 10 * GAP);
	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		for (j = 0; j < 7; j++)
			CHECK_EQ(use(&idle[i], j), 0);
	}
	host_saves_once();
	for (i = 0; i < ARRAY_SIZE(idle); i++)
		core_free(idle[i].vtpm);
	core_free(busy.vtpm);
	end_gap();
}

/* A chip that refuses for ever: each command comes to an end. */
static u32 refusal;
static u32 refused_code;

static int stubborn_transmit(struct vtpmb_port *port, u8 *buf)
{
	if (++cost > MAX_COST)
		return -ETIME;
	if (vtpmb_peek_u32(buf + 6) == refused_code)
		core_fail_chip(1, refusal);
	return transmit(port, buf);
}

static void chip_that_refuses_for_ever_is_not_asked_for_ever(void)
{
	static const u32 refusals[] = { 0x901, 0x902, 0x903, 0x904, 0x905, 0x908, 0x90a, 0x922 };
	static const u32 codes[] = {
		0x131, 0x161, 0x162, 0x165, 0x173, 0x176, 0x17a, 0x189, 0x13d, 0x17f,
	};
	static const char * const commands[] = {
		START_POLICY, PRIMARY("40000001"), GET_DIGEST "03000000",
		"8001 ???????? 00000173 80000000",
		"8001 ???????? 0000017f 03000000 0000 00000001 000b 03 010000",
	};
	unsigned int i, j, k;
	struct owner guest;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		for (j = 0; j < ARRAY_SIZE(codes); j++) {
			begin_gap(false);
			owner_begin(&guest, 5);
			CHECK_EQ(ask(&guest, PRIMARY("40000001")), 0);
			CHECK_EQ(ask(&guest, PRIMARY("4000000b")), 0);
			refusal = refusals[i];
			refused_code = codes[j];
			core_port.transmit = stubborn_transmit;
			for (k = 0; k < ARRAY_SIZE(commands); k++) {
				cost = 0;
				core_send_hex(guest.vtpm, commands[k], &rsp);
				if (cost > MAX_COST)
					core_fail(__FILE__, __LINE__, "%.40s has no end (%x, %x)",
						  commands[k], refusals[i], codes[j]);
			}
			core_port.transmit = counted_transmit;
			cost = 0;
			core_free(guest.vtpm);
			core_stop();
		}
	}
}

/* One that never says that a list is complete. */
static int endless_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6);
	int len = ++cost > 1000 ? -ETIME : transmit(port, buf);

	if (len > VTPMB_HEADER_SIZE && code == CC_CAPABILITY)
		buf[VTPMB_HEADER_SIZE] = 1;
	return len;
}

static void list_without_an_end_is_given_up(void)
{
	core_start(CORE_TPM20);
	transmit = core_port.transmit;
	core_port.family->forget(&core_port);
	core_port.transmit = endless_transmit;
	cost = 0;
	CHECK_EQ(core_port.family->probe(&core_port), -EIO);
	CHECK(cost <= 1000);
	core_port.transmit = transmit;
	CHECK_EQ(core_port.family->probe(&core_port), 0);
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(five_sessions_against_a_small_gap),
	CORE_TEST(five_sessions_in_one_turn),
	CORE_TEST(host_that_renews_its_session_costs_the_guest_nothing),
	CORE_TEST(short_sessions_of_the_host_cost_the_guest_nothing),
	CORE_TEST(one_guest_does_not_use_up_anothers_share),
	CORE_TEST(end_of_a_turn_destroys_no_session_of_another),
	CORE_TEST(idle_session_of_a_guest_does_not_hold_up_the_host),
	CORE_TEST(busy_host_is_not_refused_for_an_idle_guests_session),
	CORE_TEST(host_that_begins_after_a_day_is_not_refused),
	CORE_TEST(host_that_begins_all_at_once_is_refused_for_seconds),
	CORE_TEST(looks_at_an_idle_host_do_not_use_up_the_guests_share),
	CORE_TEST(look_destroys_no_session_when_the_host_holds_itself_up),
	CORE_TEST(failed_look_leaves_nothing),
	CORE_TEST(many_idle_sessions_outlive_many_saves),
	CORE_TEST(chip_that_refuses_for_ever_is_not_asked_for_ever),
	CORE_TEST(list_without_an_end_is_given_up),
	CORE_TEST(five_sessions_against_the_gap),
};

CORE_MAIN(tests)
