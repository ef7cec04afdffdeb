// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: dictionary attack protection, on a proxy and on a TPM of its own.
 *
 * The chip lets 32 guesses pass; half of them are a proxy's share.
 */

#include "tpm20_guest.h"

#define CHIP_TRIES	32
#define SHARE		16

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

/* Proxy and twin have the same limit, and a sealed object with a password each. */
static void begin_protected(const char *attributes)
{
	struct core_rsp rsp;

	begin();
	core_raw_hex(PARAMETERS("00000020", HOUR), &rsp);
	CHECK_EQ(rsp.rc, 0);
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
			CHECK_EQ(tell(&proxy, BOUND_GUESS), 0x98e);
		for (i = 0; i < SHARE; i++)
			CHECK_EQ(tell(&proxy, BOUND_GUESS), 0x921);
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
		CHECK_EQ(tell(&proxy, GUESS), 0x98e);
		CHECK_EQ(tell(&proxy, LOCK_RESET), 0);
	}
	CHECK_EQ(counter(&proxy), 0);
	CHECK_EQ(chip_counter(), SHARE);
	CHECK_EQ(tell(&proxy, GUESS), 0x921);
	CHECK_EQ(tell(&proxy, RIGHT), 0x921);
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
		tell(&proxy, GUESS);
		rc = tell(&second, GUESS);
	}
	CHECK_EQ(rc, 0x921);
	CHECK_EQ(tell(&third, GUESS), 0x921);
	CHECK_EQ(chip_counter(), CHIP_TRIES - 1);
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

static unsigned int nr_asked;

static void count_asked(const u8 *cmd, size_t len)
{
	nr_asked += vtpmb_peek_u32(cmd + 6) == 0x17a;
}

static void calm_chip_is_not_asked(void)
{
	begin_protected(CREATE(PROTECTED));
	core_watch = count_asked;
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(nr_asked, 0);
	CHECK_EQ(tell(&proxy, GUESS), 0x98e);
	CHECK_EQ(tell(&proxy, RIGHT), 0);
	CHECK_EQ(nr_asked, 1);
	core_watch = NULL;
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
	CORE_TEST(calm_chip_is_not_asked),
};

CORE_MAIN(tests)
