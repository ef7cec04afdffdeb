// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: responses that are lost or cut short, of commands that make something
 * in the chip.
 *
 * Nobody has a handle of what the chip has made.  When the host gets the chip, it
 * finds what it has left there itself, and nothing else.
 */

#include "tpm12/state.h"
#include "tpm12_guest.h"

#define NR_KEYS		2	/* that the host has left */
#define OFTEN		24	/* more than the chip has slots of any kind */

static struct key signer, hosts_signer;
static struct session hosts_session, session;
static u32 hosts[NR_KEYS], key, copy;
static u8 context[2048], delegation[1024];
static size_t context_len, delegation_len;

/* What makes something: @nth command @code that the chip gets then. */
struct maker {
	const char *name;
	u32 code;
	unsigned int nth;
	void (*before)(void);
	void (*run)(void);
};

/* Which is met, how many of its commands are to come, what is left of the response. */
static const struct maker *maker;
static unsigned int nr_left;
static size_t length;

static const u32 types[] = { TPM_RT_KEY, TPM_RT_AUTH, TPM_RT_TRANS };

static struct handles left[ARRAY_SIZE(types)];

static void host_has_its_own_at(int line)
{
	struct handles now;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		list_handles(&host, types[i], &now);
		if (now.nr != left[i].nr ||
		    memcmp(now.handle, left[i].handle, now.nr * sizeof(u32)))
			core_fail(__FILE__, line,
				  "after %s, %zu bytes: %u of type %u, the host's are %u",
				  maker->name, length, now.nr, types[i], left[i].nr);
	}
	if (left[0].nr && sign_with(&host, hosts[0], &hosts_session, NULL))
		core_fail(__FILE__, line, "the host's session does not work any more");
}

#define host_has_its_own() host_has_its_own_at(__LINE__)

/* The host leaves a copy of the guest's key, a key with a session, and a transport session. */
static void host_begin(void)
{
	struct session trans, free_session;

	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &hosts_signer, &hosts[0]), 0);
	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &signer, &hosts[1]), 0);
	CHECK_EQ(osap(&host, &hosts_session, TPM_ET_KEYHANDLE, hosts[0], key_secret), 0);
	CHECK_EQ(oiap(&host, &free_session, key_secret), 0);
	CHECK_EQ(establish(&host, &trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 0);
}

/* TPM_Delegate_Manage by the owner */
static void manage_family(u32 family, u32 what, u8 value)
{
	struct session s;
	struct command c;

	CHECK_EQ(oiap(&host, &s, owner_secret), 0);
	s.cont = 0;
	command_begin(&c, &host, 0xd2);
	put_u32(&c, family);
	put_u32(&c, what);
	put_u32(&c, 1);
	put_u8(&c, value);
	CHECK_EQ(send_auth1(&c, &s), 0);
}

/* TPM_DELEGATE_PUBLIC: no PCR, any locality, of a key, no permissions */
static void put_delegate_public(struct command *c, u32 family)
{
	u8 digest[20] = {};

	put_u16(c, 0x1b);
	put_u8(c, 'r');
	put_u16(c, 3);
	put_bytes(c, digest, 3);
	put_u8(c, 0x1f);
	put_bytes(c, digest, sizeof(digest));
	put_u16(c, 0x1a);
	put_u32(c, 2);
	put_u32(c, 0);
	put_u32(c, 0);
	put_u32(c, family);
	put_u32(c, 1);
}

/* The host delegates what the guest's key is good for. */
static void delegate_key(void)
{
	struct session s;
	struct command c;
	u32 family, handle;

	manage_family(0, 1, 'f');
	family = vtpmb_peek_u32(host.rsp.buf + 14);
	manage_family(family, 2, 1);
	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	CHECK_EQ(osap(&host, &s, TPM_ET_KEYHANDLE, handle, key_secret), 0);
	s.cont = 0;
	command_begin(&c, &host, 0xd4);
	put_handle(&c, handle);
	put_delegate_public(&c, family);
	put_encrypted(&c, &s, false, key_secret);
	CHECK_EQ(send_auth1(&c, &s), 0);
	delegation_len = vtpmb_peek_u32(host.rsp.buf + 10);
	CHECK(delegation_len <= sizeof(delegation));
	memcpy(delegation, host.rsp.buf + 14, delegation_len);
	CHECK_EQ(flush(&host, handle, TPM_RT_KEY), 0);
}

static void host_end(void)
{
	unsigned int i = ARRAY_SIZE(types), k;

	/* A session ends with its key. */
	while (i--) {
		for (k = 0; k < left[i].nr; k++)
			CHECK_EQ(flush(&host, left[i].handle[k], types[i]), 0);
		left[i].nr = 0;
	}
}

static void begin(bool shared)
{
	unsigned int i;

	begin_owned();
	core_turn = 0;
	core_host_comes = false;
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &hosts_signer), 0);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	delegate_key();
	if (shared)
		host_begin();
	for (i = 0; i < ARRAY_SIZE(types); i++)
		list_handles(&host, types[i], &left[i]);
}

static void end(void)
{
	host_end();
	core_host_comes = true;
	end_owned();
}

/* What a guest does before, and what it does then.  Whether that succeeds is not looked at. */

static void nothing(void)
{
}

static void has_key(void)
{
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &key), 0);
}

static void has_session(void)
{
	has_key();
	CHECK_EQ(oiap(&proxy, &session, key_secret), 0);
}

/* Saved by the guest, to be loaded by another handle of its key. */
static void has_saved_session(void)
{
	has_key();
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &copy), 0);
	CHECK_EQ(osap(&proxy, &session, TPM_ET_KEYHANDLE, key, key_secret), 0);
	CHECK_EQ(save_context(&proxy, session.handle, TPM_RT_AUTH, context, &context_len), 0);
}

static void has_transport(void)
{
	CHECK_EQ(establish(&proxy, &session, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 0);
}

static void host_comes(void)
{
	core_end_turn();
	host_has_its_own();
}

static void has_put_out_key(void)
{
	has_key();
	host_comes();
}

static void has_put_out_session(void)
{
	has_session();
	host_comes();
}

static void has_put_out_saved_session(void)
{
	has_saved_session();
	host_comes();
}

static void has_put_out_transport(void)
{
	has_transport();
	host_comes();
}

static void start_oiap(void)
{
	oiap(&proxy, &session, key_secret);
}

static void start_osap(void)
{
	osap(&proxy, &session, TPM_ET_SRK, TPM_KH_SRK, srk_secret);
}

static void start_osap_of_key(void)
{
	osap(&proxy, &session, TPM_ET_KEYHANDLE, key, key_secret);
}

static void start_dsap(void)
{
	struct command c;

	command_begin(&c, &proxy, 0x11);
	put_u16(&c, 9);
	put_u32(&c, key);
	put_bytes(&c, "twenty bytes of none", 20);
	put_sized(&c, delegation, delegation_len);
	send_plain(&c);
}

static void load(void)
{
	load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &key);
}

static void wrap_oiap(void)
{
	struct command c;

	command_begin(&c, &proxy, 0x0a);
	c.rsp_handles_len = 4 + 20;
	execute(&c, &session, NULL, NULL);
}

static void wrap_load(void)
{
	struct session inner;
	struct command c;

	if (oiap(&proxy, &inner, srk_secret))
		return;
	inner.cont = 0;
	command_begin(&c, &proxy, 0x41);
	put_handle(&c, TPM_KH_SRK);
	put_bytes(&c, signer.blob, signer.len);
	c.rsp_handles_len = 4;
	execute(&c, &session, &inner, NULL);
}

static void start_transport(void)
{
	establish(&proxy, &session, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG);
}

static void use_key(void)
{
	sign(&proxy, key, key_secret, NULL);
}

static void use_session(void)
{
	sign_with(&proxy, key, &session, NULL);
}

static void load_saved(void)
{
	u32 handle;

	load_context(&proxy, copy, false, context, context_len, &handle);
}

#define LOAD_KEY	4

static const struct maker makers[] = {
	{ "OIAP", 0x0a, 1, nothing, start_oiap },
	{ "OSAP", 0x0b, 1, nothing, start_osap },
	{ "OSAP of a key", 0x0b, 1, has_put_out_key, start_osap_of_key },
	{ "DSAP", 0x11, 1, has_key, start_dsap },
	[LOAD_KEY] = { "LoadKey2", 0x41, 1, nothing, load },
	{ "LoadKey2 of what is loaded", 0x41, 1, has_key, load },
	{ "EstablishTransport", 0xe6, 1, nothing, start_transport },
	{ "a wrapped OIAP", 0xe7, 1, has_transport, wrap_oiap },
	{ "a wrapped LoadKey2", 0xe7, 1, has_transport, wrap_load },
	{ "LoadContext of a key", 0xb9, 1, has_put_out_key, use_key },
	{ "LoadContext of a session", 0xb9, 1, has_put_out_session, use_session },
	{ "LoadContext of a transport session", 0xb9, 1, has_put_out_transport, wrap_oiap },
	{ "LoadContext for the guest's", 0xb9, 1, has_put_out_saved_session, load_saved },
	{ "LoadContext after the key's", 0xb9, 2, has_put_out_saved_session, load_saved },
};

/* Bytes that are left of the response; LOST: nothing comes. */
#define LOST	VTPMB_BUF_SIZE

static const size_t lengths[] = { LOST, 9, 10, 13 };

static void lose(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) != maker->code || !nr_left || --nr_left)
		return;
	if (length == LOST)
		core_lose_response(1);
	else
		core_cut_response(1, length);
}

/* The chip does not get it. */
static void fail_to_send(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == maker->code && nr_left && !--nr_left)
		core_fail_transmit(1, -EIO);
}

static void meet_loss(void)
{
	nr_left = maker->nth;
	core_watch = lose;
	maker->run();
	core_watch = NULL;
	core_fail_transmit(0, 0);
	if (nr_left)
		core_fail(__FILE__, __LINE__, "%s did not get to the chip", maker->name);
	if (!proxy.rsp.err)
		core_fail(__FILE__, __LINE__, "%s was not lost", maker->name);
}

static void begin_again(struct guest *g)
{
	core_reset(g->vtpm);
	start(g);
	CHECK_EQ(tell(g, "00c1 ???????? 00000046 00000004"), 0);
}

static void meet_each_loss(bool shared, void (*then)(void))
{
	unsigned int i, k;

	begin(shared);
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		for (k = 0; k < ARRAY_SIZE(lengths); k++) {
			maker = &makers[i];
			length = lengths[k];
			maker->before();
			meet_loss();
			then();
			begin_again(&proxy);
			core_end_turn();
			host_has_its_own();
			begin_again(&proxy);
			core_end_turn();
		}
	}
	end();
}

static void nothing_stays_in_a_chip_of_the_bridge_alone(void)
{
	meet_each_loss(false, nothing);
}

static void nothing_stays_in_a_chip_that_is_shared(void)
{
	meet_each_loss(true, nothing);
}

/* It is settled before the next command, and what comes from that is kept. */
static void others_go_on(void)
{
	u32 handle;

	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	CHECK_EQ(sign(&other, handle, key_secret, NULL), 0);
	CHECK_EQ(flush(&other, handle, TPM_RT_KEY), 0);
}

static void others_go_on_after_a_loss(void)
{
	meet_each_loss(true, others_go_on);
}

/* A session of another's is bound to a copy of the key that is lost. */
static void lost_key_ends_no_session_of_its_copies(void)
{
	struct session s;
	u32 handle;

	begin(false);
	maker = &makers[LOAD_KEY];
	length = LOST;
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	CHECK_EQ(osap(&other, &s, TPM_ET_KEYHANDLE, handle, key_secret), 0);
	meet_loss();
	CHECK_EQ(sign_with(&other, handle, &s, NULL), 0);
	CHECK_EQ(sign_with(&other, handle, &s, NULL), 0);
	begin_again(&other);
	core_end_turn();
	host_has_its_own();
	end();
}

/* Without the host in between, and the chip never becomes full. */
static void losses_take_no_room(void)
{
	unsigned int i, k;

	begin(true);
	length = LOST;
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		maker = &makers[i];
		for (k = 0; k < OFTEN; k++) {
			maker->before();
			meet_loss();
			begin_again(&proxy);
		}
		core_end_turn();
		host_has_its_own();
	}
	end();
}

/* What takes a place in the chip's contextList, or would when the host gets the chip. */

static void has_session_of_key(void)
{
	has_key();
	CHECK_EQ(osap(&proxy, &session, TPM_ET_KEYHANDLE, key, key_secret), 0);
}

static const struct maker savers[] = {
	{ "SaveContext of a session", 0xb8, 1, has_session, core_end_turn },
	{ "SaveContext of a session of a key", 0xb8, 1, has_session_of_key, core_end_turn },
	{ "SaveContext of a transport session", 0xb8, 1, has_transport, core_end_turn },
};

/* Of SaveContext: up to the size of the context, and in it before and after its count. */
static const size_t save_lengths[] = { LOST, 9, 10, 14, 14 + 26, 14 + 40 };

static void host_saves_session(u8 *blob, size_t *len)
{
	struct session s;

	CHECK_EQ(oiap(&host, &s, key_secret), 0);
	CHECK_EQ(save_context(&host, s.handle, TPM_RT_AUTH, blob, len), 0);
}

static void meet_lost_save(bool executed)
{
	u8 blob[2048];
	u32 handle;
	size_t len;

	host_saves_session(blob, &len);
	maker->before();
	nr_left = maker->nth;
	core_watch = executed ? lose : fail_to_send;
	maker->run();
	core_watch = NULL;
	core_fail_transmit(0, 0);
	CHECK_EQ(nr_left, 0);
	host_has_its_own();
	begin_again(&proxy);
	core_end_turn();
	if (count_handles(&host, TPM_RT_CONTEXT) != 1)
		core_fail(__FILE__, __LINE__, "after %s, %zu bytes: %u saved, one is the host's",
			  maker->name, length, count_handles(&host, TPM_RT_CONTEXT));
	CHECK_EQ(load_context(&host, 0, false, blob, len, &handle), 0);
	CHECK_EQ(flush(&host, handle, TPM_RT_AUTH), 0);
}

static void lost_save_takes_no_place_in_the_list(void)
{
	unsigned int i, k;

	begin(true);
	for (i = 0; i < ARRAY_SIZE(savers); i++) {
		maker = &savers[i];
		for (k = 0; k < ARRAY_SIZE(save_lengths); k++) {
			length = save_lengths[k];
			meet_lost_save(true);
		}
	}
	end();
}

static void save_that_was_not_executed_costs_the_host_nothing(void)
{
	unsigned int i;

	begin(true);
	for (i = 0; i < ARRAY_SIZE(savers); i++) {
		maker = &savers[i];
		meet_lost_save(false);
	}
	end();
}

/* The guest is reset before the chip is asked: its session goes, though it was not saved. */
static void session_that_is_flushed_was_not_saved(void)
{
	u8 blob[2048];
	unsigned int i;
	u32 handle;
	size_t len;

	begin(true);
	host_saves_session(blob, &len);
	maker = &savers[0];
	nr_left = 1;
	core_watch = fail_to_send;
	for (i = 0; i < VTPMB_MAX_SESSIONS && nr_left; i++)
		start_oiap();
	core_watch = NULL;
	core_fail_transmit(0, 0);
	CHECK_EQ(nr_left, 0);
	begin_again(&proxy);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), 1);
	CHECK_EQ(load_context(&host, 0, false, blob, len, &handle), 0);
	CHECK_EQ(flush(&host, handle, TPM_RT_AUTH), 0);
	end();
}

/* A chip that does not say what it has: nothing of the host's goes, and all works. */
static u32 refusal;

static void refuse_to_list(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0x65 && vtpmb_peek_u32(cmd + 10) == 0x14)
		core_fail_chip(1, refusal);
	else
		lose(cmd, len);
}

static void chip_that_tells_nothing_keeps_what_is_the_hosts(void)
{
	static const u32 refusals[] = { 0x801, 0x2c };
	struct session s;
	unsigned int i;
	u32 handle;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		begin(true);
		refusal = refusals[i];
		maker = &makers[LOAD_KEY];
		nr_left = 1;
		length = LOST;
		core_watch = refuse_to_list;
		load();
		CHECK_EQ(nr_left, 0);
		begin_again(&proxy);
		core_watch = NULL;
		core_end_turn();
		CHECK_EQ(sign_with(&host, hosts[0], &hosts_session, NULL), 0);
		CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		CHECK_EQ(oiap(&other, &s, key_secret), 0);
		CHECK_EQ(sign_with(&other, handle, &s, NULL), 0);
		begin_again(&other);
		core_end_turn();
		/* What stays is nobody's, and the host's own is there. */
		CHECK_EQ(count_handles(&host, TPM_RT_KEY), NR_KEYS + 1);
		CHECK_EQ(sign_with(&host, hosts[0], &hosts_session, NULL), 0);
		list_handles(&host, TPM_RT_KEY, &left[0]);
		end();
	}
}

/* The host's things are asked for again after it had the chip. */
static void what_the_host_makes_later_is_its_own(void)
{
	unsigned int i;

	begin(false);
	maker = &makers[LOAD_KEY];
	length = LOST;
	meet_loss();
	begin_again(&proxy);
	core_end_turn();
	host_begin();
	for (i = 0; i < ARRAY_SIZE(types); i++)
		list_handles(&host, types[i], &left[i]);
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		maker = &makers[i];
		maker->before();
		meet_loss();
		begin_again(&proxy);
		core_end_turn();
		host_has_its_own();
	}
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(nothing_stays_in_a_chip_of_the_bridge_alone),
	CORE_TEST(nothing_stays_in_a_chip_that_is_shared),
	CORE_TEST(others_go_on_after_a_loss),
	CORE_TEST(lost_key_ends_no_session_of_its_copies),
	CORE_TEST(losses_take_no_room),
	CORE_TEST(lost_save_takes_no_place_in_the_list),
	CORE_TEST(save_that_was_not_executed_costs_the_host_nothing),
	CORE_TEST(session_that_is_flushed_was_not_saved),
	CORE_TEST(chip_that_tells_nothing_keeps_what_is_the_hosts),
	CORE_TEST(what_the_host_makes_later_is_its_own),
};

CORE_MAIN(tests)
