// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: dictionary attack protection, on a proxy and on a TPM of its own.
 *
 * The chip lets 32 guesses pass, if a test does not want another number.  A
 * quarter of them is the host's, half of the rest a proxy's share.
 */

#include <linux/jiffies.h>
#include "tpm20_guest.h"

#define CHIP_TRIES	32
#define GUEST_TRIES	24
#define SHARE		12

/* What begin_protected() sets as the chip's time to forget a failure. */
#define INTERVAL	3600

#define PARAMETERS(tries, time) "8002 ???????? 0000013a 4000000a" PW tries time "00000e10"
#define LOCK_RESET	"8002 ???????? 00000139 4000000a" PW
#define HOUR		"00000e10"
#define COUNTER		"8001 ???????? 0000017a 00000006 0000020e 00000004"
#define PERMANENT	"8001 ???????? 0000017a 00000006 00000200 00000001"
#define CREATE(attributes) "8002 ???????? 00000153 80000000" PW SECRET \
	"000e 0008 000b" attributes "0000 0010 0000 0000 00000000"
#define PROTECTED	"00000052"
#define NOT_PROTECTED	"00000452"
#define GUESS		"8002 ???????? 0000015e 80000001 0000000b 40000009 0000 01 0002 7078"
#define RIGHT		"8002 ???????? 0000015e 80000001 0000000b 40000009 0000 01 0002 7077"

#define EVICT		"8002 ???????? 00000120 40000001 80000001" PW "81000001"
#define BOUND_GUESS	"8002 ???????? 00000131 40000001 0000000a 02000000 0000 01 0001 31" \
	"0004 0000 0000 " ECC_TEMPLATE " 0000 00000000"

static struct guest second, third;

/* The chip locks itself for everybody after so many failures. */
static void set_chip_tries(u32 tries)
{
	struct core_rsp rsp;
	char hex[200];

	core_end_turn();
	snprintf(hex, sizeof(hex), PARAMETERS("%08x", HOUR), tries);
	core_raw_hex(hex, &rsp);
	CHECK_EQ(rsp.rc, 0);
}

static void pass_time(u64 seconds)
{
	jiffies += seconds * HZ;
}

/* A guess by a guest that waits for as long as it has to. */
static u32 guess_patiently(struct guest *g, const char *hex)
{
	pass_time(8 * INTERVAL);
	return tell(g, hex);
}

/* Proxy and twin have the same limit, and a sealed object with a password each. */
static void begin_protected(const char *attributes)
{
	begin();
	set_chip_tries(CHIP_TRIES);
	core_probe();
	start_both();
	both(PARAMETERS("00000010", HOUR), 0);
	create(&proxy, attributes);
	create(&alone, attributes);
	load_both();
}

static void begin_another(struct guest *g)
{
	g->vtpm = core_new();
	start(g);
	create(g, CREATE(PROTECTED));
	CHECK_EQ(tell(g, g->sealed), 0);
}

static u32 chip_counter(void)
{
	struct core_rsp rsp;

	core_end_turn();
	core_raw_hex(COUNTER, &rsp);
	CHECK_EQ(rsp.rc, 0);
	return vtpmb_peek_u32(rsp.buf + 23);
}

static u32 counter(struct guest *g)
{
	CHECK_EQ(tell(g, COUNTER), 0);
	return vtpmb_peek_u32(g->rsp.buf + 23);
}

static void failures_are_counted_as_by_a_tpm(void)
{
	unsigned int i;

	begin_protected(CREATE(PROTECTED));
	same(COUNTER);
	both(RIGHT, 0);
	for (i = 0; i < 3; i++)
		both(GUESS, 0x98e);
	both(RIGHT, 0);
	same(COUNTER);
	CHECK_EQ(counter(&proxy), 3);
	both(PARAMETERS("00000004", HOUR), 0);
	same(COUNTER);
	same(PERMANENT);
	both(GUESS, 0x98e);
	same(PERMANENT);
	both(GUESS, 0x921);
	both(RIGHT, 0x921);
	same(COUNTER);
	both(LOCK_RESET, 0);
	same(COUNTER);
	same(PERMANENT);
	both(RIGHT, 0);
	both(PARAMETERS("00000000", HOUR), 0);
	both(RIGHT, 0x921);
	both(PARAMETERS("00000010", "00000000"), 0);
	both(GUESS, 0x98e);
	same(COUNTER);
	both(RIGHT, 0);
	end();
}

static void lockout_commands_answer_as_a_tpm(void)
{
	static const char * const commands[] = {
		"8002 ???????? 0000013a 4000000a" PW_A "00000010" HOUR HOUR,
		"8002 ???????? 0000013a 4000000a" PW "00000010" HOUR HOUR,
		"8002 ???????? 00000139 4000000a" PW,
	};
	unsigned int i;

	begin_protected(CREATE(PROTECTED));
	same("8002 ???????? 0000013a 4000000a" PW "00000010" HOUR "0000");
	same("8002 ???????? 0000013a 4000000a" PW "00000010" HOUR HOUR "00");
	same("8002 ???????? 0000013a 4000000c" PW "00000010" HOUR HOUR);
	same("8001 ???????? 0000013a 4000000a 00000010" HOUR HOUR);
	same("8002 ???????? 00000139 4000000a" PW "00");
	same("8002 ???????? 00000139 40000001" PW);
	/* The first one is wrong, and locks lockoutAuth. */
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	end();
}

static void lockout_spares_what_is_not_protected(void)
{
	begin_protected(CREATE(NOT_PROTECTED));
	both(PARAMETERS("00000000", HOUR), 0);
	both(GUESS, 0x9a2);
	both(RIGHT, 0);
	same(COUNTER);
	both(HASH_START, 0);
	both("8002 ???????? 0000015c 80000002" PW "0003 616263", 0);
	end();
}

/* A policy that asks for no authValue can still be used; one that does cannot. */
static void lockout_spares_policies_without_password(void)
{
	static const char create_it[] = "8002 ???????? 00000153 80000000" PW SECRET
		"002e 0008 000b 00000012 0020"
		/* PolicyCommandCode(Unseal) */
		"e6134544aac8ea4a1db0caa98d9af8a1f08af2b0e8a8c2f5b1e3c3bd2a7c6b10"
		"0010 0000 0000 00000000";
	static const char unseal[] =
		"8002 ???????? 0000015e 80000001 00000009 03000000 0000 01 0000";

	begin_protected(create_it);
	both(PARAMETERS("00000000", HOUR), 0);
	both(START_POLICY, 0);
	/* It fails by its digest, not by the lockout. */
	both(unseal, 0x99d);
	both("8001 ???????? 0000016b 03000000", 0);
	both(unseal, 0x921);
	both("8001 ???????? 00000180 03000000", 0);
	both(unseal, 0x99d);
	both("8001 ???????? 0000018c 03000000", 0);
	both(unseal, 0x921);
	end();
}

static void bound_session_is_locked_out_too(void)
{
	begin_protected(CREATE(PROTECTED));
	both(START_BOUND("80000001"), 0);
	both(PARAMETERS("00000000", HOUR), 0);
	both("8002 ???????? 0000015e 80000001 00000009 02000000 0000 01 0000", 0x921);
	end();
}

/* What is guessed at is the session's key, whatever it authorises. */
static void guessing_at_a_bound_session_cannot_lock_the_chip(void)
{
	static const char * const bound_to[] = { "80000001", "81000001" };
	char hex[200];
	unsigned int i, n;

	for (n = 0; n < ARRAY_SIZE(bound_to); n++) {
		begin_protected(CREATE(PROTECTED));
		CHECK_EQ(tell(&proxy, EVICT), 0);
		snprintf(hex, sizeof(hex), START_BOUND("%s"), bound_to[n]);
		CHECK_EQ(tell(&proxy, hex), 0);
		for (i = 0; i < SHARE; i++)
			CHECK_EQ(guess_patiently(&proxy, BOUND_GUESS), 0x98e);
		for (i = 0; i < SHARE; i++)
			CHECK_EQ(guess_patiently(&proxy, BOUND_GUESS), 0x921);
		CHECK_EQ(chip_counter(), SHARE);
		end();
	}
}

static void proxy_cannot_lock_the_chip(void)
{
	unsigned int i;
	struct core_rsp rsp;

	begin_protected(CREATE(PROTECTED));
	begin_another(&second);
	for (i = 0; i < SHARE; i++) {
		CHECK_EQ(guess_patiently(&proxy, GUESS), 0x98e);
		CHECK_EQ(tell(&proxy, LOCK_RESET), 0);
	}
	CHECK_EQ(counter(&proxy), 0);
	CHECK_EQ(chip_counter(), SHARE);
	CHECK_EQ(guess_patiently(&proxy, GUESS), 0x921);
	CHECK_EQ(guess_patiently(&proxy, RIGHT), 0x921);
	CHECK_EQ(chip_counter(), SHARE);

	/* Another reset or power cycle gives it no more. */
	core_reset(v);
	start(&proxy);
	CHECK_EQ(tell(&proxy, proxy.sealed), 0x921);

	CHECK_EQ(tell(&second, RIGHT), 0);
	CHECK_EQ(tell(&second, GUESS), 0x98e);
	CHECK_EQ(counter(&second), 1);

	/* The host forgives. */
	core_end_turn();
	core_raw_hex(LOCK_RESET, &rsp);
	CHECK_EQ(rsp.rc, 0);
	CHECK_EQ(tell(&proxy, proxy.sealed), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&second, RIGHT), 0);
	CHECK_EQ(counter(&second), 0);
	core_free(second.vtpm);
	end();
}

static void several_proxies_cannot_lock_the_chip(void)
{
	unsigned int i;
	u32 rc = 0;

	begin_protected(CREATE(PROTECTED));
	begin_another(&second);
	begin_another(&third);
	for (i = 0; i < 2 * SHARE; i++) {
		guess_patiently(&proxy, GUESS);
		rc = guess_patiently(&second, GUESS);
	}
	CHECK_EQ(rc, 0x921);
	CHECK_EQ(tell(&third, GUESS), 0x921);
	CHECK_EQ(chip_counter(), GUEST_TRIES);
	core_free(second.vtpm);
	core_free(third.vtpm);
	end();
}

static void clear_brings_the_defaults_back(void)
{
	begin_protected(CREATE(PROTECTED));
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(tell(&proxy, PARAMETERS("00000005", "00000007")), 0);
	CHECK_EQ(tell(&proxy, "8002 ???????? 00000126 4000000a" PW), 0);
	CHECK_EQ(counter(&proxy), 0);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 31), SHARE);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 39), 0xe10);
	end();
}

/* What the host has in the chip: Load of a sealed object with the password "pw". */
static char hosts[2 * VTPMB_BUF_SIZE];

static void host_seals(void)
{
	struct core_rsp rsp;
	size_t len;
	u16 priv, pub;

	core_end_turn();
	core_raw_hex(PRIMARY("40000001"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw_hex(CREATE(PROTECTED), &rsp);
	CHECK_EQ(rsp.rc, 0);
	priv = vtpmb_peek_u16(rsp.buf + 14);
	pub = vtpmb_peek_u16(rsp.buf + 16 + priv);
	len = snprintf(hosts, sizeof(hosts), "8002 ???????? 00000157 80000000" PW);
	put_hex(hosts, len, rsp.buf + 14, 4 + priv + pub);
	core_raw_hex(FLUSH "80000000", &rsp);
	CHECK_EQ(rsp.rc, 0);
}

/* The host unseals it, by a right password or a wrong one: GUESS or RIGHT. */
static u32 host_unseals(const char *hex)
{
	struct core_rsp rsp;
	u32 rc;

	core_end_turn();
	core_raw_hex(PRIMARY("40000001"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw_hex(hosts, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw_hex(hex, &rsp);
	if (rsp.rc == 0x922)
		core_raw_hex(hex, &rsp);
	rc = rsp.rc;
	core_raw_hex(FLUSH "80000001", &rsp);
	core_raw_hex(FLUSH "80000000", &rsp);
	return rc;
}

static void tries_that_the_host_has_used_are_not_a_guests(void)
{
	unsigned int i;

	begin_protected(CREATE(PROTECTED));
	host_seals();
	for (i = 0; i < CHIP_TRIES - 1; i++)
		CHECK_EQ(host_unseals(GUESS), 0x98e);
	CHECK_EQ(tell(&proxy, GUESS), 0x921);
	CHECK_EQ(tell(&proxy, RIGHT), 0x921);
	CHECK_EQ(chip_counter(), CHIP_TRIES - 1);
	CHECK_EQ(host_unseals(RIGHT), 0);
	end();
}

static void begin_anew(void)
{
	core_free(proxy.vtpm);
	core_end_turn();
	core_probe();
	v = core_new();
	proxy.vtpm = v;
	start(&proxy);
}

static void proxy_that_is_made_anew_cannot_lock_the_chip(void)
{
	unsigned int i, k;

	begin_protected(CREATE(PROTECTED));
	host_seals();
	for (i = 0; i < 4; i++) {
		tell(&proxy, proxy.sealed);
		for (k = 0; k < SHARE; k++)
			guess_patiently(&proxy, GUESS);
		begin_anew();
	}
	CHECK_EQ(chip_counter(), GUEST_TRIES);
	CHECK_EQ(host_unseals(RIGHT), 0);
	for (i = GUEST_TRIES + 1; i < CHIP_TRIES; i++)
		CHECK_EQ(host_unseals(GUESS), 0x98e);
	CHECK_EQ(host_unseals(RIGHT), 0);
	end();
}

/* Whatever the chip's limit is, and whatever guests do. */
static void guests_leave_the_host_tries(void)
{
	u32 tries, i, max_tries;

	begin_protected(CREATE(PROTECTED));
	begin_another(&second);
	begin_another(&third);
	host_seals();
	CHECK_EQ(tell(&second, second.sealed), 0);
	CHECK_EQ(tell(&third, third.sealed), 0);
	for (max_tries = 1; max_tries < 12; max_tries++) {
		struct core_rsp rsp;

		set_chip_tries(max_tries);
		core_raw_hex(LOCK_RESET, &rsp);
		CHECK_EQ(rsp.rc, 0);
		for (i = 0; i < max_tries; i++) {
			guess_patiently(&proxy, GUESS);
			guess_patiently(&second, GUESS);
			guess_patiently(&third, GUESS);
		}
		tries = chip_counter();
		CHECK_EQ(tries, max_tries < 3 ? 0 : max_tries < 8 ? max_tries - 1 : max_tries - 2);
		CHECK_EQ(host_unseals(RIGHT), 0);
	}
	core_free(second.vtpm);
	core_free(third.vtpm);
	end();
}

/* From four tries on; of three a guest may need both that are the guests'. */
static void one_guest_leaves_another_tries(void)
{
	struct core_rsp rsp;
	u32 i, max_tries;

	begin_protected(CREATE(PROTECTED));
	begin_another(&second);
	CHECK_EQ(tell(&second, second.sealed), 0);
	for (max_tries = 4; max_tries < 40; max_tries += 5) {
		set_chip_tries(max_tries);
		core_raw_hex(LOCK_RESET, &rsp);
		for (i = 0; i < max_tries; i++)
			guess_patiently(&proxy, GUESS);
		CHECK_EQ(proxy.rsp.rc, 0x921);
		CHECK_EQ(tell(&second, RIGHT), 0);
		CHECK_EQ(tell(&second, GUESS), 0x98e);
	}
	core_free(second.vtpm);
	end();
}

static void chip_with_two_tries_has_none_for_guests(void)
{
	begin_protected(CREATE(PROTECTED));
	set_chip_tries(2);
	CHECK_EQ(tell(&proxy, RIGHT), 0x921);
	CHECK_EQ(tell(&proxy, GUESS), 0x921);
	CHECK_EQ(tell(&proxy, LOCK_RESET), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0x921);
	CHECK_EQ(chip_counter(), 0);
	end();
	/* Hierarchies, and what is not protected, can be used. */
	begin_protected(CREATE(NOT_PROTECTED));
	set_chip_tries(2);
	CHECK_EQ(tell(&proxy, PRIMARY("40000001")), 0);
	CHECK_EQ(tell(&proxy, GUESS), 0x9a2);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	end();
}

/* swtpm's default.  A guest's kernel sends again for 2.5 s what it is to retry. */
static void first_failure_costs_a_guest_a_short_wait(void)
{
	begin_protected(CREATE(PROTECTED));
	set_chip_tries(3);
	begin_another(&second);
	CHECK_EQ(tell(&second, second.sealed), 0);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(tell(&proxy, RIGHT), 0x922);
	CHECK_EQ(tell(&proxy, GUESS), 0x922);
	CHECK_EQ(chip_counter(), 1);
	/* Nobody else waits. */
	CHECK_EQ(tell(&second, RIGHT), 0);
	pass_time(1);
	CHECK_EQ(tell(&proxy, RIGHT), 0x922);
	pass_time(1);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	pass_time(8 * INTERVAL);
	CHECK_EQ(tell(&proxy, RIGHT), 0x921);
	CHECK_EQ(chip_counter(), 2);
	core_free(second.vtpm);
	end();
}

static void waits_become_longer_and_are_forgiven(void)
{
	static const unsigned int waits[] = { 2, 8, 32, 128, 512, 2048, 8192, 8192, 8192 };
	struct core_rsp rsp;
	unsigned int i;

	begin_protected(CREATE(PROTECTED));
	set_chip_tries(3);
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		CHECK_EQ(tell(&proxy, GUESS), 0x98e);
		if (waits[i] > 2) {
			CHECK_EQ(tell(&proxy, RIGHT), 0x921);
			pass_time(waits[i] - 2);
		}
		CHECK_EQ(tell(&proxy, RIGHT), 0x922);
		pass_time(1);
		CHECK_EQ(tell(&proxy, RIGHT), 0x922);
		pass_time(1);
		CHECK_EQ(tell(&proxy, RIGHT), 0);
		core_end_turn();
		core_raw_hex(LOCK_RESET, &rsp);
		CHECK_EQ(rsp.rc, 0);
	}
	/* One step each time, whether it is looked at or not. */
	pass_time(8 * INTERVAL);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	pass_time(8 * INTERVAL);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	pass_time(2047);
	CHECK_EQ(tell(&proxy, RIGHT), 0x922);
	pass_time(1);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	pass_time(8 * 8 * INTERVAL);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	core_end_turn();
	core_raw_hex(LOCK_RESET, &rsp);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(tell(&proxy, RIGHT), 0x922);
	/* The host forgives at once. */
	core_end_turn();
	core_raw_hex(LOCK_RESET, &rsp);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	end();
}

static void wait_is_not_over_after_a_reset(void)
{
	begin_protected(CREATE(PROTECTED));
	set_chip_tries(3);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	core_off(v);
	core_reset(v);
	start(&proxy);
	CHECK_EQ(tell(&proxy, proxy.sealed), 0x922);
	pass_time(2);
	CHECK_EQ(tell(&proxy, proxy.sealed), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	end();
}

/* As the document advises, while guests run. */
static void present_limit_of_the_chip_counts(void)
{
	unsigned int i;

	begin();
	set_chip_tries(3);
	core_probe();
	proxy.vtpm = v;
	start(&proxy);
	create(&proxy, CREATE(PROTECTED));
	CHECK_EQ(tell(&proxy, proxy.sealed), 0);
	CHECK_EQ(counter(&proxy), 0);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 31), 2);
	set_chip_tries(CHIP_TRIES);
	for (i = 0; i < SHARE; i++)
		CHECK_EQ(guess_patiently(&proxy, GUESS), 0x98e);
	CHECK_EQ(guess_patiently(&proxy, GUESS), 0x921);
	CHECK_EQ(counter(&proxy), SHARE);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 31), SHARE);
	set_chip_tries(3);
	CHECK_EQ(guess_patiently(&proxy, RIGHT), 0x921);
	set_chip_tries(CHIP_TRIES + 2);
	CHECK_EQ(guess_patiently(&proxy, RIGHT), 0);
	end();
}

static void chip_that_does_not_count_is_not_spared(void)
{
	struct core_rsp rsp;
	unsigned int i;

	begin_protected(CREATE(PROTECTED));
	core_end_turn();
	core_raw_hex(PARAMETERS("00000003", "00000000"), &rsp);
	CHECK_EQ(rsp.rc, 0);
	for (i = 0; i < 5; i++)
		CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(chip_counter(), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	end();
}

static unsigned int nr_asked;

/* TPM_CAP_TPM_PROPERTIES */
static void count_asked(const u8 *cmd, size_t len)
{
	nr_asked += vtpmb_peek_u32(cmd + 6) == 0x17a && vtpmb_peek_u32(cmd + 10) == 6;
}

static void chip_is_asked_once_in_a_turn(void)
{
	begin_protected(CREATE(PROTECTED));
	core_turn = 0;
	core_watch = count_asked;
	nr_asked = 0;
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(nr_asked, 1);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(nr_asked, 1);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(nr_asked, 2);
	core_end_turn();
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(nr_asked, 3);
	core_watch = NULL;
	core_turn = 1;
	core_end_turn();
	end();
}

static void chip_is_not_asked_for_what_is_not_protected(void)
{
	begin_protected(CREATE(NOT_PROTECTED));
	/* What is known of it is known from here on. */
	CHECK_EQ(tell(&proxy, "8001 ???????? 00000173 80000001"), 0);
	core_watch = count_asked;
	nr_asked = 0;
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(tell(&proxy, GUESS), 0x9a2);
	CHECK_EQ(tell(&proxy, HASH_START), 0);
	CHECK_EQ(nr_asked, 0);
	core_watch = NULL;
	end();
}

/* The chip has counted it, and nobody was told. */
static void lost_failure_counts(void)
{
	begin_protected(CREATE(PROTECTED));
	set_chip_tries(4);
	core_turn = 0;
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	core_lose_response(1);
	tell(&proxy, GUESS);
	CHECK_EQ(proxy.rsp.err, -ETIME);
	core_turn = 1;
	core_end_turn();
	CHECK_EQ(chip_counter(), 1);
	CHECK_EQ(guess_patiently(&proxy, GUESS), 0x98e);
	CHECK_EQ(guess_patiently(&proxy, GUESS), 0x98e);
	CHECK_EQ(guess_patiently(&proxy, GUESS), 0x921);
	CHECK_EQ(chip_counter(), 3);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(failures_are_counted_as_by_a_tpm),
	CORE_TEST(lockout_commands_answer_as_a_tpm),
	CORE_TEST(lockout_spares_what_is_not_protected),
	CORE_TEST(lockout_spares_policies_without_password),
	CORE_TEST(bound_session_is_locked_out_too),
	CORE_TEST(guessing_at_a_bound_session_cannot_lock_the_chip),
	CORE_TEST(proxy_cannot_lock_the_chip),
	CORE_TEST(several_proxies_cannot_lock_the_chip),
	CORE_TEST(clear_brings_the_defaults_back),
	CORE_TEST(tries_that_the_host_has_used_are_not_a_guests),
	CORE_TEST(proxy_that_is_made_anew_cannot_lock_the_chip),
	CORE_TEST(guests_leave_the_host_tries),
	CORE_TEST(one_guest_leaves_another_tries),
	CORE_TEST(chip_with_two_tries_has_none_for_guests),
	CORE_TEST(first_failure_costs_a_guest_a_short_wait),
	CORE_TEST(waits_become_longer_and_are_forgiven),
	CORE_TEST(wait_is_not_over_after_a_reset),
	CORE_TEST(present_limit_of_the_chip_counts),
	CORE_TEST(chip_that_does_not_count_is_not_spared),
	CORE_TEST(chip_is_asked_once_in_a_turn),
	CORE_TEST(chip_is_not_asked_for_what_is_not_protected),
	CORE_TEST(lost_failure_counts),
};

CORE_MAIN(tests)
