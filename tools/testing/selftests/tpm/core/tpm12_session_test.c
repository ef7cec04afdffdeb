// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: authorisation sessions and contexts of proxies that share a chip, and
 * of a TPM like it that is nobody else's.
 */

#include "tpm12/state.h"
#include "tpm12_guest.h"

#define NR_SLOTS	16	/* sessions that fit the chip */

static struct key signer, storage, fleeting;
static struct guest *const both[] = { &proxy, &alone };

static void begin(void)
{
	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 4, key_secret, &fleeting), 0);
}

static u32 load(struct guest *g, const struct key *key)
{
	u32 handle = 0;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, key, &handle), 0);
	return handle;
}

static void session_lasts_until_told_otherwise(void)
{
	unsigned int i, turn;

	begin();
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer);
			struct session s;

			CHECK_EQ(oiap(g, &s, key_secret), 0);
			CHECK_EQ(sign_with(g, key, &s, NULL), 0);
			CHECK_EQ(sign_with(g, key, &s, NULL), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 1);
			s.cont = 0;
			CHECK_EQ(sign_with(g, key, &s, NULL), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
		}
	}
	end_owned();
}

static void session_dies_of_an_error(void)
{
	unsigned int i, turn;

	begin();
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer);
			struct session s, s2;
			struct command c;
			u32 handle;

			/* The chip does not like it. */
			CHECK_EQ(oiap(g, &s, key_secret), 0);
			CHECK_EQ(oiap(g, &s2, key_secret), 0);
			handle = s.handle;
			command_begin(&c, g, 0x3c);
			put_handle(&c, key);
			put_sized(&c, "short", 5);
			CHECK_EQ(send_auth1(&c, &s), 3);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 1);
			CHECK_EQ(flush(g, handle, TPM_RT_AUTH), 34);

			/* There is no such key. */
			CHECK_EQ(sign_with(g, 0x00abcdef, &s2, NULL), 12);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);

			/* A command that is cut off ends nothing. */
			CHECK_EQ(oiap(g, &s, key_secret), 0);
			command_begin(&c, g, 0x3c);
			put_handle(&c, key);
			put_u32(&c, 1000);
			CHECK(send_auth1(&c, &s) != 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 1);
			CHECK_EQ(sign_with(g, key, &s, NULL), 0);
			CHECK_EQ(flush(g, s.handle, TPM_RT_AUTH), 0);
			CHECK_EQ(flush(g, s.handle, TPM_RT_AUTH), 34);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
		}
	}
	end_owned();
}

static void session_dies_with_its_key(void)
{
	unsigned int i, turn;

	begin();
	for (turn = 0; turn < 3; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer);
			struct session bound, free, srk;

			CHECK_EQ(osap(g, &bound, TPM_ET_KEYHANDLE, key, key_secret), 0);
			CHECK_EQ(osap(g, &srk, TPM_ET_SRK, TPM_KH_SRK, srk_secret), 0);
			CHECK_EQ(oiap(g, &free, key_secret), 0);
			CHECK_EQ(sign_with(g, key, &bound, NULL), 0);
			CHECK_EQ(sign_with(g, key, &bound, NULL), 0);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 2);
			key = load(g, &signer);
			CHECK_EQ(sign_with(g, key, &free, NULL), 0);
			CHECK_EQ(sign_with(g, key, &bound, NULL), 34);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
			CHECK_EQ(flush(g, free.handle, TPM_RT_AUTH), 0);
			CHECK_EQ(flush(g, srk.handle, TPM_RT_AUTH), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
		}
	}
	end_owned();
}

static void reset_ends_sessions_of_this_proxy_alone(void)
{
	struct session mine[3], foreign;
	u32 key;
	unsigned int i;

	begin();
	key = load(&other, &signer);
	CHECK_EQ(oiap(&other, &foreign, key_secret), 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(oiap(&proxy, &mine[i], key_secret), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	CHECK_EQ(sign_with(&other, key, &foreign, NULL), 0);
	end_owned();
}

static void more_sessions_than_the_chip_has_room_for(void)
{
	struct session hosts[NR_SLOTS], s[VTPMB_MAX_SESSIONS], more;
	unsigned int i;
	u32 key;

	begin();
	for (i = 0; i < NR_SLOTS - 2; i++)
		CHECK_EQ(oiap(&host, &hosts[i], key_secret), 0);
	core_turn = 0;
	key = load(&proxy, &signer);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		CHECK_EQ(property(&proxy, 0x10a), VTPMB_MAX_SESSIONS - i);
		if (i % 2)
			CHECK_EQ(osap(&proxy, &s[i], TPM_ET_KEYHANDLE, key, key_secret), 0);
		else
			CHECK_EQ(oiap(&proxy, &s[i], key_secret), 0);
	}
	CHECK_EQ(oiap(&proxy, &more, key_secret), 21);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		CHECK_EQ(sign_with(&proxy, key, &s[(5 * i) % VTPMB_MAX_SESSIONS], NULL), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), NR_SLOTS - 2);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		CHECK_EQ(sign_with(&proxy, key, &s[(3 * i) % VTPMB_MAX_SESSIONS], NULL), 0);
	core_end_turn();
	for (i = 0; i < NR_SLOTS - 2; i++)
		CHECK_EQ(flush(&host, hosts[i].handle, TPM_RT_AUTH), 0);
	end_owned();
}

/* A key that comes and goes takes its sessions along, out and in again. */
static void bound_sessions_swap_with_their_key(void)
{
	struct session s[4];
	u32 key[2];
	unsigned int i;

	begin();
	core_turn = 3;
	key[0] = load(&proxy, &signer);
	key[1] = load(&proxy, &signer);
	for (i = 0; i < 4; i++)
		CHECK_EQ(osap(&proxy, &s[i], TPM_ET_KEYHANDLE, key[i % 2], key_secret), 0);
	for (i = 0; i < 12; i++) {
		CHECK_EQ(sign_with(&proxy, key[i % 2], &s[i % 4], NULL), 0);
		if (i % 5 == 4)
			core_end_turn();
	}
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 4);
	end_owned();
}

/* There is room for one key at a time, and to the chip the two are the same. */
static void copies_of_a_key_keep_their_sessions(void)
{
	struct session s[4];
	u32 key[2], hosts[20], nr = 0;
	unsigned int i;

	begin();
	while (nr < 19 && !load_key(&host, TPM_KH_SRK, srk_secret, &storage, &hosts[nr]))
		nr++;
	CHECK_EQ(nr, 19);
	core_turn = 0;
	for (i = 0; i < 2; i++)
		key[i] = load(&proxy, &signer);
	for (i = 0; i < 4; i++)
		CHECK_EQ(osap(&proxy, &s[i], TPM_ET_KEYHANDLE, key[i % 2], key_secret), 0);
	for (i = 0; i < 12; i++)
		CHECK_EQ(sign_with(&proxy, key[i % 2], &s[i % 4], NULL), 0);
	core_end_turn();
	while (nr--)
		CHECK_EQ(flush(&host, hosts[nr], TPM_RT_KEY), 0);
	end_owned();
}

static void saved_key_loads_as_often_as_one_likes(void)
{
	unsigned int i, turn;
	u8 blob[2048];
	size_t len;

	begin();
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer), again, clone;

			CHECK_EQ(save_context(g, key, TPM_RT_KEY, blob, &len), 0);
			CHECK_EQ(sign(g, key, key_secret, NULL), 0);
			/* Taken, so it cannot be kept. */
			CHECK_EQ(load_context(g, 0, true, blob, len, &again), 88);
			if (g == &alone)	/* libtpms deletes the resident key then */
				key = load(g, &signer);
			CHECK_EQ(load_context(g, 0, false, blob, len, &clone), 0);
			CHECK(clone != key);
			CHECK_EQ(sign(g, clone, key_secret, NULL), 0);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
			if (g != &alone) {
				CHECK_EQ(load_context(g, 0, true, blob, len, &again), 0);
				CHECK_EQ(again, key);
				CHECK_EQ(sign(g, again, key_secret, NULL), 0);
				CHECK_EQ(flush(g, again, TPM_RT_KEY), 0);
			}
			CHECK_EQ(flush(g, clone, TPM_RT_KEY), 0);
			CHECK_EQ(count_handles(g, TPM_RT_KEY), 0);
		}
	}
	end_owned();
}

static void saved_session_loads_once(void)
{
	unsigned int i, turn;
	u8 blob[2048];
	size_t len;

	begin();
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer), handle;
			struct session s;

			CHECK_EQ(oiap(g, &s, key_secret), 0);
			CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, blob, &len), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
			CHECK_EQ(count_handles(g, TPM_RT_CONTEXT), 1);
			CHECK_EQ(flush(g, s.handle, TPM_RT_AUTH), 34);
			CHECK_EQ(load_context(g, 0, true, blob, len, &handle), 0);
			CHECK_EQ(handle, s.handle);
			CHECK_EQ(count_handles(g, TPM_RT_CONTEXT), 0);
			CHECK_EQ(sign_with(g, key, &s, NULL), 0);
			CHECK_EQ(load_context(g, 0, false, blob, len, &handle), 90);

			/* A newer save makes an older one useless. */
			CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, blob, &len), 0);
			CHECK_EQ(load_context(g, 0, true, blob, len, &handle), 0);
			CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, blob + 1024, &len), 0);
			CHECK_EQ(load_context(g, 0, true, blob, len, &handle), 90);

			/* By its contextCount it can be flushed. */
			CHECK_EQ(flush(g, vtpmb_peek_u32(blob + 1024 + 26), TPM_RT_CONTEXT), 0);
			CHECK_EQ(flush(g, vtpmb_peek_u32(blob + 1024 + 26), TPM_RT_CONTEXT), 3);
			CHECK_EQ(load_context(g, 0, true, blob + 1024, len, &handle), 90);
			CHECK_EQ(count_handles(g, TPM_RT_CONTEXT), 0);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
		}
	}
	end_owned();
}

/* Its key may go meanwhile, and come back under another handle. */
static void saved_bound_session_needs_its_key(void)
{
	unsigned int i, turn;
	u8 blob[2048], key_blob[2048];
	size_t len, key_len;

	begin();
	for (turn = 0; turn < 2; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(both); i++) {
			struct guest *g = both[i];
			u32 key = load(g, &signer), wrong = load(g, &storage), handle, again;
			struct session s;

			CHECK_EQ(osap(g, &s, TPM_ET_KEYHANDLE, key, key_secret), 0);
			CHECK_EQ(save_context(g, key, TPM_RT_KEY, key_blob, &key_len), 0);
			CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, blob, &len), 0);
			CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
			/* libtpms has 12 for a handle that is not there, not 74. */
			CHECK(load_context(g, key, true, blob, len, &handle) != 0);
			CHECK(load_context(g, wrong, true, blob, len, &handle) != 0);
			CHECK_EQ(load_context(g, 0, false, key_blob, key_len, &again), 0);
			CHECK_EQ(load_context(g, again, true, blob, len, &handle), 0);
			s.handle = handle;
			CHECK_EQ(sign_with(g, again, &s, NULL), 0);
			CHECK_EQ(flush(g, again, TPM_RT_KEY), 0);
			CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
			CHECK_EQ(flush(g, wrong, TPM_RT_KEY), 0);
		}
	}
	end_owned();
}

static void spoilt_context_is_refused(void)
{
	u8 blob[2048], spoilt[2048];
	size_t len, at;
	u32 key, handle;

	begin();
	core_turn = 0;
	key = load(&proxy, &signer);
	CHECK_EQ(save_context(&proxy, key, TPM_RT_KEY, blob, &len), 0);
	for (at = 2; at < len; at += at < 64 ? 1 : 37) {
		memcpy(spoilt, blob, len);
		spoilt[at] ^= 0x10;
		CHECK(load_context(&proxy, 0, false, spoilt, len, &handle) != 0);
	}
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 1);
	end_owned();
}

static void context_is_good_for_its_proxy_alone(void)
{
	u8 key_blob[2048], auth_blob[2048], raw[2048];
	size_t key_len, auth_len, raw_len;
	struct session s;
	u32 key, handle;

	begin();
	key = load(&proxy, &signer);
	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	CHECK_EQ(save_context(&proxy, key, TPM_RT_KEY, key_blob, &key_len), 0);
	CHECK_EQ(save_context(&proxy, s.handle, TPM_RT_AUTH, auth_blob, &auth_len), 0);
	CHECK_EQ(load_context(&other, 0, false, key_blob, key_len, &handle), 90);
	CHECK_EQ(load_context(&other, 0, false, auth_blob, auth_len, &handle), 90);

	/* Nor is one that the host got of the chip itself. */
	core_end_turn();
	key = load(&host, &signer);
	CHECK_EQ(save_context(&host, key, TPM_RT_KEY, raw, &raw_len), 0);
	CHECK_EQ(load_context(&proxy, 0, false, raw, raw_len, &handle), 90);
	CHECK_EQ(flush(&host, key, TPM_RT_KEY), 0);

	CHECK_EQ(load_context(&proxy, 0, false, key_blob, key_len, &handle), 0);
	CHECK_EQ(load_context(&proxy, 0, false, auth_blob, auth_len, &handle), 0);
	end_owned();
}

/* A key outlives a reset, unless it is volatile; a session never does. */
static void contexts_after_a_reset(void)
{
	u8 key_blob[2048], fleeting_blob[2048], auth_blob[2048];
	size_t key_len, fleeting_len, auth_len;
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		struct guest *g = both[i];
		u32 key = load(g, &signer), gone = load(g, &fleeting), handle;
		struct session s;

		CHECK_EQ(oiap(g, &s, key_secret), 0);
		CHECK_EQ(save_context(g, key, TPM_RT_KEY, key_blob, &key_len), 0);
		CHECK_EQ(save_context(g, gone, TPM_RT_KEY, fleeting_blob, &fleeting_len), 0);
		CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, auth_blob, &auth_len), 0);
		CHECK_EQ(load_context(g, 0, false, fleeting_blob, fleeting_len, &handle), 0);
		if (g->vtpm)
			core_reset(g->vtpm);
		else
			core_twin_reset(g->twin);
		start(g);
		CHECK_EQ(load_context(g, 0, false, key_blob, key_len, &handle), 0);
		CHECK_EQ(sign(g, handle, key_secret, NULL), 0);
		CHECK_EQ(load_context(g, 0, false, fleeting_blob, fleeting_len, &handle), 90);
		CHECK_EQ(load_context(g, 0, false, auth_blob, auth_len, &handle), 90);
		CHECK_EQ(count_handles(g, TPM_RT_CONTEXT), 0);
	}
	end_owned();
}

static void cleared_tpm_has_no_contexts(void)
{
	u8 blob[2048];
	size_t len;
	u32 key, handle;

	begin();
	key = load(&proxy, &signer);
	CHECK_EQ(save_context(&proxy, key, TPM_RT_KEY, blob, &len), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 4000000a 0008"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005d"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000006f"), 0);
	/* There is no owner any more; and what if there were one? */
	CHECK_EQ(load_context(&proxy, 0, false, blob, len, &handle), 18);
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_OWNED);
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 0);
	key = load(&other, &signer);
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);
	end_owned();
}

/* The host's own software fills the chip's list of contexts. */
static void full_context_list_costs_the_greediest_a_session(void)
{
	struct session s[3], foreign[VTPMB_MAX_SESSIONS], hosts;
	unsigned int i, nr = 0;
	u8 blob[2048];
	size_t len;
	u32 key, theirs, alive = 0;

	begin();
	key = load(&proxy, &signer);
	theirs = load(&other, &signer);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		CHECK_EQ(oiap(&other, &foreign[i], key_secret), 0);
	core_end_turn();
	while (nr < 200 && !oiap(&host, &hosts, key_secret) &&
	       !save_context(&host, hosts.handle, TPM_RT_AUTH, blob, &len))
		nr++;
	CHECK(nr > 50 && nr < 200);
	CHECK_EQ(flush(&host, hosts.handle, TPM_RT_AUTH), 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(oiap(&proxy, &s[i], key_secret), 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(sign_with(&proxy, key, &s[i], NULL), 0);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		alive += !sign_with(&other, theirs, &foreign[i], NULL);
	CHECK(alive >= VTPMB_MAX_SESSIONS - 4 && alive < VTPMB_MAX_SESSIONS);
	CHECK_EQ(count_handles(&other, TPM_RT_AUTH), alive);
	for (i = 0; i < 200 && nr; i++)
		nr -= !flush(&host, i, TPM_RT_CONTEXT);
	end_owned();
}

/* A chip with few places in its list: the rest of them is taken by the host. */
#define NR_PLACES	16
#define NR_OF_PROXIES	12

static unsigned int nr_placeholders;

static u32 hosts_place(void)
{
	struct session s;
	u8 blob[1024];
	size_t len;
	u32 rc;

	CHECK_EQ(oiap(&host, &s, key_secret), 0);
	rc = save_context(&host, s.handle, TPM_RT_AUTH, blob, &len);
	if (rc)
		CHECK_EQ(flush(&host, s.handle, TPM_RT_AUTH), 0);
	return rc;
}

static void begin_with_few_places(void)
{
	struct vtpmb_tpm12_facts *facts = core_port.facts;
	u32 nr = property(&host, TPM_CAP_PROP_MAX_CONTEXT);

	for (nr_placeholders = 0; nr_placeholders < nr - NR_PLACES; nr_placeholders++)
		CHECK_EQ(hosts_place(), 0);
	vtpmb_poke_u32(facts->prop[TPM_CAP_PROP_MAX_CONTEXT - TPM_CAP_PROP_PCR].bytes,
		       NR_PLACES);
}

static void end_with_few_places(void)
{
	core_reset(proxy.vtpm);
	start(&proxy);
	core_reset(other.vtpm);
	start(&other);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000046 00000004"), 0);
	CHECK_EQ(tell(&other, "00c1 ???????? 00000046 00000004"), 0);
	core_end_turn();
	while (count_handles(&host, TPM_RT_CONTEXT))
		CHECK_EQ(flush(&host, vtpmb_peek_u32(host.rsp.buf + 16), TPM_RT_CONTEXT), 0);
	end_owned();
}

static void host_has_places_left(void)
{
	struct session s;
	unsigned int i, nr = 0;

	begin();
	begin_with_few_places();
	CHECK_EQ(property(&proxy, 0x10d), NR_OF_PROXIES);
	core_turn = 0;
	while (nr < VTPMB_MAX_SESSIONS && !oiap(&proxy, &s, key_secret))
		nr++;
	CHECK_EQ(nr, NR_OF_PROXIES);
	core_turn = 1;
	for (i = 0; i < VTPMB_MAX_SESSIONS && !oiap(&other, &s, key_secret); i++)
		core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), nr_placeholders + NR_OF_PROXIES);
	for (i = NR_OF_PROXIES; i < NR_PLACES; i++)
		CHECK_EQ(hosts_place(), 0);
	CHECK_EQ(hosts_place(), 99);
	end_with_few_places();
}

/* First those of one proxy, then those of the other. */
static void start_sessions(struct session *s, unsigned int nr, struct session *more,
			   unsigned int nr_more)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		CHECK_EQ(oiap(&proxy, &s[i], key_secret), 0);
	for (i = 0; i < nr_more; i++)
		CHECK_EQ(oiap(&other, &more[i], key_secret), 0);
}

/* Half of the places each: who wants one more loses one of its own. */
static void tie_for_places_is_the_newcomers_loss(void)
{
	struct session s[NR_OF_PROXIES / 2], more[NR_OF_PROXIES / 2 + 1];
	unsigned int i, alive = 0;
	u32 key, theirs;

	begin();
	begin_with_few_places();
	key = load(&proxy, &signer);
	theirs = load(&other, &signer);
	start_sessions(s, ARRAY_SIZE(s), more, ARRAY_SIZE(more));
	for (i = 0; i < ARRAY_SIZE(s); i++)
		CHECK_EQ(sign_with(&proxy, key, &s[i], NULL), 0);
	for (i = 0; i < ARRAY_SIZE(more); i++)
		alive += !sign_with(&other, theirs, &more[i], NULL);
	CHECK_EQ(alive, NR_OF_PROXIES / 2);
	end_with_few_places();
}

/* Who has more than the others pays for who has less. */
static void greedy_guest_gives_up_places(void)
{
	struct session s[NR_OF_PROXIES], more[NR_OF_PROXIES / 2];
	unsigned int i, alive = 0;
	u32 key, theirs;

	begin();
	begin_with_few_places();
	key = load(&proxy, &signer);
	theirs = load(&other, &signer);
	start_sessions(s, ARRAY_SIZE(s), more, ARRAY_SIZE(more));
	for (i = 0; i < ARRAY_SIZE(more); i++)
		CHECK_EQ(sign_with(&other, theirs, &more[i], NULL), 0);
	for (i = 0; i < ARRAY_SIZE(s); i++)
		alive += !sign_with(&proxy, key, &s[i], NULL);
	CHECK_EQ(alive, NR_OF_PROXIES / 2);
	end_with_few_places();
}

/* The chip says CONTEXT_GAP: the oldest is taken in and out, whose ever it is. */
static void gap_of_contexts_is_closed(void)
{
	struct session old, bound, s;
	u32 key, theirs;

	begin();
	theirs = load(&other, &signer);
	CHECK_EQ(osap(&other, &bound, TPM_ET_KEYHANDLE, theirs, key_secret), 0);
	CHECK_EQ(oiap(&other, &old, key_secret), 0);
	core_turn = 0;
	key = load(&proxy, &signer);
	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	core_fail_chip(1, 71);
	core_end_turn();
	CHECK(core_chip_is_empty() || count_handles(&host, TPM_RT_AUTH) == 0);
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 0);
	CHECK_EQ(sign_with(&proxy, key, &s, NULL), 0);
	core_fail_chip(1, 71);
	core_end_turn();
	CHECK_EQ(sign_with(&other, theirs, &old, NULL), 0);
	CHECK_EQ(sign_with(&other, theirs, &bound, NULL), 0);
	CHECK_EQ(sign_with(&proxy, key, &s, NULL), 0);
	end_owned();
}

static void chip_reset_ends_sessions_but_not_keys(void)
{
	struct session s;
	u32 key;

	begin();
	key = load(&proxy, &signer);
	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	CHECK_EQ(sign_with(&proxy, key, &s, NULL), 0);
	core_end_turn();
	core_chip_cycle();
	CHECK_EQ(sign_with(&proxy, key, &s, NULL), 34);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	end_owned();
}

/* What the host does to the chip; it counts contexts from the start again. */
static u32 hosts_reset(void)
{
	return tell(&host, "00c1 ???????? 0000005a");
}

static void hosts_save(struct session *s, u8 *blob, size_t *len)
{
	CHECK_EQ(oiap(&host, s, key_secret), 0);
	CHECK_EQ(save_context(&host, s->handle, TPM_RT_AUTH, blob, len), 0);
}

static void count_of_a_reset_chip_is_somebody_elses(void)
{
	struct session idle, hosts[VTPMB_MAX_SESSIONS], s[4];
	u8 blob[VTPMB_MAX_SESSIONS][1024];
	size_t len[VTPMB_MAX_SESSIONS];
	unsigned int i, nr, nr_hosts;
	u32 key, handle;

	/* The host has saved none, one, or more than were saved before. */
	for (nr_hosts = 0; nr_hosts <= VTPMB_MAX_SESSIONS; nr_hosts = 3 * nr_hosts + 1) {
		for (nr = 0; nr < 5; nr += 4) {
			begin();
			key = load(&other, &signer);
			for (i = 0; i < 9; i++)
				CHECK_EQ(oiap(&proxy, &idle, key_secret), 0);
			core_end_turn();
			CHECK_EQ(hosts_reset(), 0);
			for (i = 0; i < nr_hosts; i++)
				hosts_save(&hosts[i], blob[i], &len[i]);
			for (i = 0; i < nr; i++)
				CHECK_EQ(oiap(&other, &s[i], key_secret), 0);
			core_end_turn();
			core_reset(proxy.vtpm);
			start(&proxy);
			CHECK_EQ(oiap(&proxy, &idle, key_secret), 0);
			core_end_turn();
			for (i = 0; i < nr_hosts; i++) {
				CHECK_EQ(load_context(&host, 0, false, blob[i], len[i],
						      &handle), 0);
				CHECK_EQ(flush(&host, handle, TPM_RT_AUTH), 0);
			}
			for (i = 0; i < nr; i++)
				CHECK_EQ(sign_with(&other, key, &s[i], NULL), 0);
			end_owned();
		}
	}
}

/* The same of sessions that the guest flushes one by one, and of those of a key. */
static void flushed_session_of_a_reset_chip_is_nobody_elses(void)
{
	struct session idle[4], hosts[8];
	size_t len[8];
	u8 blob[8][1024];
	unsigned int i;
	u32 key, handle;

	begin();
	key = load(&proxy, &signer);
	for (i = 0; i < 4; i++) {
		if (i % 2)
			CHECK_EQ(osap(&proxy, &idle[i], TPM_ET_KEYHANDLE, key, key_secret), 0);
		else
			CHECK_EQ(oiap(&proxy, &idle[i], key_secret), 0);
	}
	core_end_turn();
	CHECK_EQ(hosts_reset(), 0);
	for (i = 0; i < 8; i++)
		hosts_save(&hosts[i], blob[i], &len[i]);
	flush(&proxy, idle[0].handle, TPM_RT_AUTH);
	flush(&proxy, idle[1].handle, TPM_RT_AUTH);
	flush(&proxy, key, TPM_RT_KEY);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 1);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	core_end_turn();
	for (i = 0; i < 8; i++) {
		CHECK_EQ(load_context(&host, 0, false, blob[i], len[i], &handle), 0);
		CHECK_EQ(flush(&host, handle, TPM_RT_AUTH), 0);
	}
	end_owned();
}

/* None of the chip's places is kept by a session that is flushed while it is out. */
static void flushed_session_leaves_the_context_list(void)
{
	struct session s[6];
	unsigned int i;
	u32 key[2];

	begin();
	for (i = 0; i < 2; i++)
		key[i] = load(&proxy, &signer);
	for (i = 0; i < 6; i++) {
		if (i % 2)
			CHECK_EQ(osap(&proxy, &s[i], TPM_ET_KEYHANDLE, key[i / 3], key_secret), 0);
		else
			CHECK_EQ(oiap(&proxy, &s[i], key_secret), 0);
		core_end_turn();
	}
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), 6);
	CHECK_EQ(flush(&proxy, s[2].handle, TPM_RT_AUTH), 0);
	CHECK_EQ(flush(&proxy, s[5].handle, TPM_RT_AUTH), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), 4);
	CHECK_EQ(flush(&proxy, key[0], TPM_RT_KEY), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), 3);
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000046 00000004"), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_CONTEXT), 0);
	end_owned();
}

/* Without an owner the chip saves nothing: sessions stay, so they are few. */
static void unowned_chip_is_shared_fairly(void)
{
	unsigned int i, k, share, nr = 0;
	struct guest g[24] = {};
	struct session s;

	core_start(CORE_TPM12);
	for (i = 0; i < ARRAY_SIZE(g); i++) {
		g[i].vtpm = core_new();
		start(&g[i]);
		share = min((NR_SLOTS - 2) / (i + 1), NR_SLOTS / 4U);
		share = max(share, 1U);
		CHECK_EQ(property(&g[i], 0x10d), share);
		/* Who comes last gets its share, and no more. */
		for (k = 0; k < share; k++)
			CHECK_EQ(oiap(&g[i], &s, 0), 0);
		CHECK_EQ(oiap(&g[i], &s, 0), 21);
		CHECK_EQ(count_handles(&g[i], TPM_RT_AUTH), share);
		core_end_turn();
		/* And the host has something left. */
		nr = count_handles(&host, TPM_RT_AUTH);
		CHECK(nr <= NR_SLOTS - 2);
		CHECK_EQ(oiap(&host, &s, 0), 0);
		CHECK_EQ(flush(&host, s.handle, TPM_RT_AUTH), 0);
	}
	/* There are more of them than slots. */
	CHECK_EQ(nr, NR_SLOTS - 2);
	for (i = 0; i < ARRAY_SIZE(g); i++) {
		CHECK(count_handles(&g[i], TPM_RT_AUTH) <= 1);
		core_free(g[i].vtpm);
	}
	CHECK(core_chip_is_empty());
	core_stop();
}

/* One that is disabled saves nothing either. */
static void is_disabled(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0xb8)
		core_fail_chip(1, 7);
}

static void disabled_chip_is_shared_fairly(void)
{
	struct guest third = {};
	struct session s;

	begin();
	third.vtpm = core_new();
	start(&third);
	core_watch = is_disabled;
	while (!oiap(&proxy, &s, key_secret))
		core_end_turn();
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), NR_SLOTS / 4);
	CHECK_EQ(oiap(&other, &s, key_secret), 0);
	CHECK_EQ(oiap(&third, &s, key_secret), 0);
	core_watch = NULL;
	/* It saves again: there are no shares any more. */
	core_end_turn();
	CHECK_EQ(property(&proxy, 0x10d), VTPMB_MAX_SESSIONS);
	CHECK(!count_handles(&host, TPM_RT_AUTH));
	core_free(third.vtpm);
	end_owned();
}

static void every_failure_leaves_the_chip_clean(void)
{
	unsigned int nth;
	struct session s, free;
	u32 key;

	begin();
	for (nth = 1; nth < 24; nth++) {
		core_turn = nth % 4;
		key = load(&proxy, &signer);
		CHECK_EQ(osap(&proxy, &s, TPM_ET_KEYHANDLE, key, key_secret), 0);
		CHECK_EQ(oiap(&proxy, &free, key_secret), 0);
		core_end_turn();
		core_fail_transmit(nth, nth % 2 ? -ETIME : -EIO);
		sign_with(&proxy, key, &s, NULL);
		sign_with(&proxy, key, &free, NULL);
		flush(&proxy, key, TPM_RT_KEY);
		core_fail_transmit(0, 0);
		core_end_turn();
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 00000046 00000004"), 0);
		core_end_turn();
		CHECK(core_chip_is_empty());
	}
	end_owned();
}

static void every_failed_allocation_costs_a_session_at_most(void)
{
	unsigned int nth;
	struct session s, free;
	u32 key;

	begin();
	for (nth = 1; nth < 8; nth++) {
		key = load(&proxy, &signer);
		core_fail_alloc(nth);
		osap(&proxy, &s, TPM_ET_KEYHANDLE, key, key_secret);
		oiap(&proxy, &free, key_secret);
		sign_with(&proxy, key, &s, NULL);
		core_fail_alloc(0);
		core_end_turn();
		CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
		core_reset(proxy.vtpm);
		start(&proxy);
	}
	end_owned();
}

/* No memory for what the chip has saved, and then it is out of reach. */
static void session_that_was_not_kept_is_not_loaded(void)
{
	struct session s;
	u32 key;

	begin();
	core_turn = 0;
	key = load(&proxy, &signer);
	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	core_fail_alloc(1);
	core_fail_transmit(2, -ETIME);
	core_end_turn();
	CHECK(core_alloc_failed());
	core_fail_alloc(0);
	core_fail_transmit(0, 0);
	CHECK_EQ(sign_with(&proxy, key, &s, NULL), 34);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(session_lasts_until_told_otherwise),
	CORE_TEST(session_dies_of_an_error),
	CORE_TEST(session_dies_with_its_key),
	CORE_TEST(reset_ends_sessions_of_this_proxy_alone),
	CORE_TEST(more_sessions_than_the_chip_has_room_for),
	CORE_TEST(bound_sessions_swap_with_their_key),
	CORE_TEST(copies_of_a_key_keep_their_sessions),
	CORE_TEST(saved_key_loads_as_often_as_one_likes),
	CORE_TEST(saved_session_loads_once),
	CORE_TEST(saved_bound_session_needs_its_key),
	CORE_TEST(spoilt_context_is_refused),
	CORE_TEST(context_is_good_for_its_proxy_alone),
	CORE_TEST(contexts_after_a_reset),
	CORE_TEST(cleared_tpm_has_no_contexts),
	CORE_TEST(full_context_list_costs_the_greediest_a_session),
	CORE_TEST(host_has_places_left),
	CORE_TEST(tie_for_places_is_the_newcomers_loss),
	CORE_TEST(greedy_guest_gives_up_places),
	CORE_TEST(gap_of_contexts_is_closed),
	CORE_TEST(chip_reset_ends_sessions_but_not_keys),
	CORE_TEST(count_of_a_reset_chip_is_somebody_elses),
	CORE_TEST(flushed_session_of_a_reset_chip_is_nobody_elses),
	CORE_TEST(flushed_session_leaves_the_context_list),
	CORE_TEST(unowned_chip_is_shared_fairly),
	CORE_TEST(disabled_chip_is_shared_fairly),
	CORE_TEST(every_failure_leaves_the_chip_clean),
	CORE_TEST(every_failed_allocation_costs_a_session_at_most),
	CORE_TEST(session_that_was_not_kept_is_not_loaded),
};

CORE_MAIN(tests)
