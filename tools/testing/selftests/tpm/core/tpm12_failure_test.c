// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: a guest's command puts the chip into failure mode, for all its users.
 * The chip is libtpms, which enters it by a key whose private part is empty.
 */

#include "core/failure.h"
#include "tpm12_guest.h"

#define GET_RANDOM	"00c1 ???????? 00000046 00000004"
#define PCR_READ	"00c1 ???????? 00000015 00000000"
#define LOAD_KEY2	0x41

static struct key storage;

static void begin(void)
{
	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
}

/* TPM_KEY of a 512-bit signing key; encData is the OAEP of nothing. */
static void put_key_of_nothing(struct command *c)
{
	static const u8 info[] = {
		1, 1, 0, 0, 0, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 2,
		0, 0, 0, 12, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	u8 pub[64], enc[256];

	memset(pub, 0xc1, sizeof(pub));
	put_bytes(c, info, sizeof(info));
	put_sized(c, pub, sizeof(pub));
	put_sized(c, enc, encrypt_to(&storage, enc, 0, enc));
}

static u32 load_nothing(struct guest *g, struct session *trans)
{
	struct session s;
	struct command c;
	u32 parent;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &storage, &parent), 0);
	CHECK_EQ(oiap(g, &s, key_secret), 0);
	command_begin(&c, g, LOAD_KEY2);
	put_handle(&c, parent);
	put_key_of_nothing(&c);
	c.rsp_handles_len = 4;
	return trans ? execute(&c, trans, &s, NULL) : send_auth1(&c, &s);
}

static void set_stop(struct guest *g, bool stop)
{
	mutex_lock(&g->vtpm->lock);
	vtpmb_failure_set_stop(g->vtpm, stop);
	mutex_unlock(&g->vtpm->lock);
}

static unsigned int nr_sent;

static void count_random(const u8 *cmd, size_t len)
{
	nr_sent += vtpmb_peek_u32(cmd + 6) == 0x46;
}

static void must_be_stopped(struct guest *g)
{
	nr_sent = 0;
	core_watch = count_random;
	CHECK_EQ(tell(g, GET_RANDOM), 9);
	core_watch = NULL;
	CHECK_EQ(nr_sent, 0);
	CHECK_EQ(g->rsp.answer, VTPMB_ANSWER_REFUSED);
	CHECK_EQ(g->rsp.failed_code, 0);
	/* What the virtual platform answers does not need the chip. */
	CHECK_EQ(tell(g, PCR_READ), 0);
}

static void guest_that_stops_the_chip_is_named_and_stopped(void)
{
	begin();
	CHECK_EQ(load_nothing(&proxy, NULL), 9);
	CHECK_EQ(proxy.rsp.failed_code, LOAD_KEY2);
	must_be_stopped(&proxy);
	CHECK_EQ(tell(&other, GET_RANDOM), 0x1c);
	CHECK_EQ(other.rsp.failed_code, 0);

	/* The others can go on when the chip can. */
	core_chip_cycle();
	CHECK_EQ(tell(&other, GET_RANDOM), 0);
	must_be_stopped(&proxy);
	core_off(proxy.vtpm);
	core_reset(proxy.vtpm);
	start(&proxy);
	must_be_stopped(&proxy);
	set_stop(&proxy, true);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	end_owned();
}

static void guest_that_may_is_named_once(void)
{
	begin();
	set_stop(&proxy, false);
	CHECK_EQ(load_nothing(&proxy, NULL), 9);
	CHECK_EQ(proxy.rsp.failed_code, LOAD_KEY2);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0x1c);
	CHECK_EQ(proxy.rsp.failed_code, 0);
	core_chip_cycle();
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	CHECK_EQ(load_nothing(&proxy, NULL), 9);
	CHECK_EQ(proxy.rsp.failed_code, 0);
	core_chip_cycle();
	/* The other one has a name of its own to be told. */
	CHECK_EQ(load_nothing(&other, NULL), 9);
	CHECK_EQ(other.rsp.failed_code, LOAD_KEY2);
	core_chip_cycle();
	end_owned();
}

static void wrapped_command_is_named(void)
{
	struct session trans;

	begin();
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	CHECK_EQ(load_nothing(&proxy, &trans), 9);
	CHECK_EQ(proxy.rsp.failed_code, LOAD_KEY2);
	must_be_stopped(&proxy);
	core_chip_cycle();
	end_owned();
}

/* Chips say TPM_FAIL of single commands too. */
static void failed_command_of_a_chip_that_works_stops_nobody(void)
{
	static const u32 codes[] = { 9, 0x1c };
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		core_fail_chip(1, codes[i]);
		CHECK_EQ(tell(&proxy, GET_RANDOM), codes[i]);
		CHECK_EQ(proxy.rsp.failed_code, 0);
		CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	}
	end_owned();
}

static void guest_that_finds_the_chip_stopped_is_not(void)
{
	begin();
	CHECK_EQ(load_nothing(&host, NULL), 9);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0x1c);
	CHECK_EQ(proxy.rsp.failed_code, 0x46);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0x1c);
	CHECK_EQ(proxy.rsp.failed_code, 0);
	CHECK_EQ(tell(&other, GET_RANDOM), 0x1c);
	CHECK_EQ(other.rsp.failed_code, 0);
	core_chip_cycle();
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	CHECK_EQ(tell(&other, GET_RANDOM), 0);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(guest_that_stops_the_chip_is_named_and_stopped),
	CORE_TEST(guest_that_may_is_named_once),
	CORE_TEST(wrapped_command_is_named),
	CORE_TEST(failed_command_of_a_chip_that_works_stops_nobody),
	CORE_TEST(guest_that_finds_the_chip_stopped_is_not),
};

CORE_MAIN(tests)
