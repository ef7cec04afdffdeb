// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: responses that are lost, or are cut off.
 *
 * The chip may have done what it was told or not.  Whatever it was: a guest's
 * handle never comes to stand for what is the host's, and nothing of a guest's
 * stays in the chip when the host gets it.
 */

#include "tpm20_guest.h"
#include "tpm20_host.h"

#define GET_DIGEST	"8001 ???????? 00000189 "
#define READ_PUBLIC	"8001 ???????? 00000173 "
#define READ_REGISTER	"8001 ???????? 0000017e 00000001 000b 03 000001"
#define POLICY_PCR(session) "8001 ???????? 0000017f " session "0000 00000001 000b 03 010000"
#define UPDATE(seq)	"8002 ???????? 0000015c " seq PW "0003 616263"
#define COMPLETE(seq)	"8002 ???????? 0000013e " seq PW "0000 40000007"
#define USE		"8001 ???????? 00000163 "	/* ECDH_KeyGen: any ECC key */
#define CREATE		"8002 ???????? 00000153 80000000" PW SECRET SEALED "0000 00000000"
#define UNSEAL(object)	"8002 ???????? 0000015e " object "0000000b 40000009 0000 01 0002 7077"
#define GET_RANDOM	"8001 ???????? 0000017b 0008"

/* What goes wrong with the @nth command from now. */
enum loss { NOT_SENT, LOST, CUT_OFF, NR_LOSSES };

static struct {
	int (*transmit)(struct vtpmb_port *port, u8 *buf);
	unsigned int nth;
	u32 code;	/* only of this command; 0: of any */
	size_t len;	/* bytes that are left of its response's parameters */
} cut;

/* The @nth response, if it is of a success, has no more than so many parameters. */
static int cut_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6);
	int len = cut.transmit(port, buf);

	if (cut.code && cut.code != code)
		return len;
	if (!cut.nth || --cut.nth || len < 0 || vtpmb_peek_u32(buf + 6) ||
	    len <= VTPMB_HEADER_SIZE + cut.len)
		return len;
	len = VTPMB_HEADER_SIZE + cut.len;
	memset(buf + len, 0xee, VTPMB_BUF_SIZE - len);
	vtpmb_poke_u32(buf + 2, len);
	return len;
}

static void cut_off(u32 code, unsigned int nth, size_t len)
{
	if (!cut.transmit)
		cut.transmit = core_port.transmit;
	core_port.transmit = cut_transmit;
	cut.code = code;
	cut.nth = nth;
	cut.len = len;
}

static void lose(enum loss loss, unsigned int nth)
{
	if (loss == NOT_SENT)
		core_fail_transmit(nth, -ETIME);
	else if (loss == LOST)
		core_lose_response(nth);
	else
		cut_off(0, nth, 0);
}

static void lose_nothing(void)
{
	core_fail_transmit(0, 0);
	cut.nth = 0;
}

/* A guest may get an error, then, or less: but never what is the host's. */

static struct vtpmb_vtpm *other;

static void tell_v(const char *hex)
{
	core_send_hex(v, hex, &rv);
}

static char context[2 * VTPMB_BUF_SIZE], sealed[2 * VTPMB_BUF_SIZE];

static void flow(void)
{
	size_t len;

	tell_v(PRIMARY("40000001"));
	tell_v(START_POLICY);
	tell_v(START_POLICY);
	tell_v(CREATE);
	if (!rv.err && !rv.rc) {
		u16 private_len = vtpmb_peek_u16(rv.buf + 14);
		u16 public_len = vtpmb_peek_u16(rv.buf + 16 + private_len);

		len = sprintf(sealed, "8002 ???????? 00000157 80000000" PW);
		put_hex(sealed, len, rv.buf + 14, 4 + private_len + public_len);
		tell_v(sealed);
		tell_v(UNSEAL("80000001"));
	}
	core_send_hex(other, PRIMARY("4000000b"), &rt);
	core_send_hex(other, START_POLICY, &rt);
	tell_v(GET_DIGEST "03000002");
	tell_v(GET_DIGEST "03000003");
	tell_v(HASH_START);
	tell_v(UPDATE("80000002"));
	tell_v(CONTEXT_SAVE "80000000");
	if (!rv.err && !rv.rc) {
		len = sprintf(context, "8001 ???????? 00000161");
		put_hex(context, len, rv.buf + 10, rv.len - 10);
		tell_v(FLUSH "80000000");
		tell_v(context);
	}
	tell_v(USE "80000000");
	core_send_hex(other, USE "80000000", &rt);
	tell_v(UPDATE("80000002"));
	tell_v(POLICY_PCR("03000002"));
	tell_v(COMPLETE("80000002"));
	tell_v(FLUSH "03000003");
	core_send_hex(other, GET_DIGEST "03000004", &rt);
}

static void meet_each_loss(enum loss loss, unsigned int turn, bool left)
{
	unsigned int nth;
	u64 before;

	core_start(CORE_TPM20);
	core_turn = turn;
	memset(&cut, 0, sizeof(cut));
	if (left)
		host_leaves_all_kinds();
	for (nth = 1; nth < 200; nth++) {
		v = core_new();
		other = core_new();
		tell_v(STARTUP_CLEAR);
		core_send_hex(other, STARTUP_CLEAR, &rt);
		core_end_turn();
		before = core_port.nr_chip_commands;
		lose(loss, nth);
		flow();
		core_end_turn();
		before = core_port.nr_chip_commands - before;
		lose_nothing();
		/* Sessions may still be saved, but nothing is loaded. */
		if (left)
			host_lists(OBJECTS, 1, 0x80000000);
		want(GET_RANDOM, 0);
		core_free(other);
		core_free(v);
		if (left)
			host_has_its_own();
		else
			CHECK(core_chip_is_empty());
		if (nth > before)
			break;
	}
	CHECK(nth > 20 && nth < 200);
	core_turn = 1;
	core_stop();
}

static void nothing_stays_in_the_chip_whichever_response_is_lost(void)
{
	static const unsigned int turns[] = { 0, 1, 3 };
	enum loss loss;
	unsigned int i, left;

	for (loss = 0; loss < NR_LOSSES; loss++) {
		for (i = 0; i < ARRAY_SIZE(turns); i++) {
			for (left = 0; left < 2; left++)
				meet_each_loss(loss, turns[i], left);
		}
	}
}

/* Three times, or the chip has no room left. */
static void lost_create_takes_no_room(void)
{
	unsigned int nth, i;

	core_start(CORE_TPM20);
	core_turn = 0;
	for (nth = 1; nth < 10; nth++) {
		v = core_new();
		want(STARTUP_CLEAR, 0);
		for (i = 0; i < 3; i++)
			want(PRIMARY("40000001"), 0);
		core_lose_response(nth);
		tell_v(PRIMARY("40000001"));
		core_end_turn();
		lose_nothing();
		CHECK(core_chip_is_empty());
		core_free(v);
	}
	for (i = 0; i < 3; i++)
		host(PRIMARY("40000001"));
	core_turn = 1;
	core_stop();
}

static void lost_flush_leaves_no_handle_to_the_host(void)
{
	struct core_rsp mine, hosts;
	unsigned int nth;

	core_turn = 0;
	for (nth = 1; nth < 6; nth++) {
		core_start(CORE_TPM20);
		v = core_new();
		want(STARTUP_CLEAR, 0);
		want(PRIMARY("40000001"), 0);
		want(PRIMARY("4000000b"), 0);
		want(READ_PUBLIC "80000001", 0);
		mine = rv;
		core_lose_response(nth);
		core_end_turn();
		lose_nothing();
		CHECK(core_chip_is_empty());
		host(PRIMARY("40000007"));
		host(PRIMARY("40000007"));
		host(READ_PUBLIC "80000001");
		hosts = raw;
		want(USE "80000001", 0);
		want(READ_PUBLIC "80000001", 0);
		CHECK_MEM(rv.buf, mine.buf, rv.len);
		want(FLUSH "80000001", 0);
		core_end_turn();
		host(READ_PUBLIC "80000001");
		CHECK_MEM(raw.buf, hosts.buf, raw.len);
		core_free(v);
		core_stop();
	}
	core_turn = 1;
}

/* It does not answer when the turn ends, nor when the next one begins. */
static unsigned int nr_dead;

static int dead_transmit(struct vtpmb_port *port, u8 *buf)
{
	nr_dead++;
	return -ETIME;
}

static void chip_that_was_silent_is_not_used_by_old_handles(void)
{
	core_start(CORE_TPM20);
	core_turn = 0;
	cut.transmit = core_port.transmit;
	v = core_new();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want(START_POLICY, 0);
	core_port.transmit = dead_transmit;
	nr_dead = 0;
	core_end_turn();
	CHECK(nr_dead < 5);
	/* Another one takes what it had. */
	host(FLUSH "80000000");
	host(FLUSH "03000000");
	host(PRIMARY("40000007"));
	host(START_POLICY);
	tell_v(GET_RANDOM);
	CHECK_EQ(rv.err, -ETIME);
	core_port.transmit = cut.transmit;
	want(USE "80000000", 0x910);
	want(GET_DIGEST "03000000", 0x910);
	want(FLUSH "80000000", 0x1cb);
	want(FLUSH "03000000", 0x1cb);
	core_free(v);
	host(READ_PUBLIC "80000000");
	host(GET_DIGEST "03000000");
	core_turn = 1;
	core_stop();
}

/* A context that is cut off, at any place, is none. */
static void short_context_is_not_read_past_its_end(void)
{
	static const char * const things[] = { "80000000", "03000000" };
	unsigned int i, len;
	char hex[64];

	for (i = 0; i < 2; i++) {
		for (len = 0; len < 18; len++) {
			core_start(CORE_TPM20);
			memset(&cut, 0, sizeof(cut));
			core_turn = 0;
			v = core_new();
			want(STARTUP_CLEAR, 0);
			want(PRIMARY("40000001"), 0);
			want(START_POLICY, 0);
			cut_off(0x162, 1, len);
			snprintf(hex, sizeof(hex), CONTEXT_SAVE "%s", things[i]);
			tell_v(hex);
			CHECK(rv.err || i);
			core_end_turn();
			lose_nothing();
			host_lists(OBJECTS, 0, vtpmb_peek_u32(raw.buf + 19));
			want(GET_RANDOM, 0);
			core_free(v);
			CHECK(core_chip_is_empty());
			core_turn = 1;
			core_stop();
		}
	}
}

/* The register that stands for a guest's PCRs. */

static void begin_fold(struct core_rsp *fold)
{
	core_start(CORE_TPM20);
	core_turn = 0;
	v = core_new();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want(START_POLICY, 0);
	want(POLICY_PCR("03000000"), 0);
	host(READ_REGISTER);
	*fold = raw;
}

static void end_fold(const struct core_rsp *fold)
{
	lose_nothing();
	host(READ_REGISTER);
	CHECK(memcmp(raw.buf + 29, fold->buf + 29, raw.len - 29));
	want(GET_RANDOM, 0);
	core_free(v);
	CHECK(core_chip_is_empty());
	core_turn = 1;
	core_stop();
}

static void fold_does_not_outlive_the_turn(void)
{
	struct core_rsp fold;
	unsigned int nth;

	for (nth = 1; nth < 12; nth++) {
		begin_fold(&fold);
		core_fail_transmit(nth, -ETIME);
		core_end_turn();
		end_fold(&fold);
		begin_fold(&fold);
		core_fail_chip(nth, 0x101);
		core_end_turn();
		end_fold(&fold);
	}
}

/* As long as the chip does nothing about it, the bridge tries it in each turn. */
static int no_register_transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6);

	if (code == 0x13d || code == 0x182)
		core_fail_chip(1, 0x101);
	return cut.transmit(port, buf);
}

static void fold_is_taken_away_at_the_end_of_a_later_turn(void)
{
	struct core_rsp fold;

	begin_fold(&fold);
	cut.transmit = core_port.transmit;
	core_port.transmit = no_register_transmit;
	core_end_turn();
	core_port.transmit = cut.transmit;
	other = core_new();
	core_send_hex(other, STARTUP_CLEAR, &rt);
	core_send_hex(other, GET_RANDOM, &rt);
	core_end_turn();
	core_free(other);
	end_fold(&fold);
}

/* A host's kernel that keeps a session loaded for itself. */

static unsigned int nr_ended;

static void end_host_session(struct vtpmb_port *port)
{
	nr_ended++;
	if (nr_ended == 1)
		host(FLUSH "02000000");
}

#define PRIMARY_BY_THREE(a, b, c) "8002 ???????? 00000151 80000000" c "00000012" a "0000 01 0000" \
	b "0000 81 0000 0000 0000 0000 00000000"

static void session_of_the_hosts_kernel_makes_room(void)
{
	unsigned int ends;

	for (ends = 0; ends < 2; ends++) {
		core_start(CORE_TPM20);
		core_turn = 0;
		nr_ended = 0;
		host(START_HMAC);
		core_port.end_host_session = ends ? end_host_session : NULL;
		v = core_new();
		want(STARTUP_CLEAR, 0);
		want(PRIMARY("40000001"), 0);
		want(START_HMAC, 0);
		want(START_HMAC, 0);
		want(START_POLICY, 0);
		want(GET_RANDOM, 0);
		CHECK_EQ(nr_ended, 0);
		want(PRIMARY_BY_THREE("02000001", "02000002", "03000003"), ends ? 0 : 0x903);
		CHECK_EQ(nr_ended, ends);
		want(PRIMARY_BY_THREE("02000001", "02000002", "03000003"), ends ? 0 : 0x903);
		CHECK_EQ(nr_ended, ends);
		core_free(v);
		if (!ends)
			host(FLUSH "02000000");
		CHECK(core_chip_is_empty());
		core_turn = 1;
		core_stop();
	}
}

/* One that has ended its session is not asked again in the same turn. */
static void hosts_kernel_is_asked_once_in_a_turn(void)
{
	core_start(CORE_TPM20);
	core_turn = 0;
	nr_ended = 1;
	host(START_HMAC);
	core_port.end_host_session = end_host_session;
	v = core_new();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	want(START_HMAC, 0);
	want(START_HMAC, 0);
	want(START_POLICY, 0);
	want(PRIMARY_BY_THREE("02000001", "02000002", "03000003"), 0x903);
	want(PRIMARY_BY_THREE("02000001", "02000002", "03000003"), 0x903);
	CHECK_EQ(nr_ended, 2);
	core_end_turn();
	want(PRIMARY_BY_THREE("02000001", "02000002", "03000003"), 0x903);
	CHECK_EQ(nr_ended, 3);
	core_free(v);
	host(FLUSH "02000000");
	core_turn = 1;
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(nothing_stays_in_the_chip_whichever_response_is_lost),
	CORE_TEST(lost_create_takes_no_room),
	CORE_TEST(lost_flush_leaves_no_handle_to_the_host),
	CORE_TEST(chip_that_was_silent_is_not_used_by_old_handles),
	CORE_TEST(short_context_is_not_read_past_its_end),
	CORE_TEST(fold_does_not_outlive_the_turn),
	CORE_TEST(fold_is_taken_away_at_the_end_of_a_later_turn),
	CORE_TEST(session_of_the_hosts_kernel_makes_room),
	CORE_TEST(hosts_kernel_is_asked_once_in_a_turn),
};

CORE_MAIN(tests)
