// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: proxies that get the chip from one another, while the host does not
 * want it.  What one has loaded stays there, and may cost no other anything.
 */

#include "tpm12/books.h"
#include "tpm12/state.h"
#include "tpm12_guest.h"

#define NR_SLOTS	20	/* keys that fit the chip */
#define NR_PROXIES	8
#define SIGNATURES	50

static struct key signer, storage, hosts_signer;
static struct guest guests[NR_PROXIES];
static u32 keys[NR_PROXIES], hosts[NR_SLOTS];
static unsigned int nr_hosts;

/* The host leaves so many slots. */
static void begin(unsigned int nr_slots)
{
	unsigned int i;

	begin_owned();
	core_host_comes = false;
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &hosts_signer), 0);
	for (nr_hosts = 0; nr_hosts < NR_SLOTS - nr_slots; nr_hosts++)
		CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &storage, &hosts[nr_hosts]), 0);
	for (i = 0; i < NR_PROXIES; i++) {
		guests[i].vtpm = core_new();
		start(&guests[i]);
	}
}

static void end(void)
{
	unsigned int i;

	core_end_turn();
	while (nr_hosts)
		CHECK_EQ(flush(&host, hosts[--nr_hosts], TPM_RT_KEY), 0);
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 0);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	for (i = 0; i < NR_PROXIES; i++)
		core_free(guests[i].vtpm);
	core_watch = NULL;
	core_host_comes = true;
	end_owned();
}

static u32 load(struct guest *g)
{
	u32 handle = 0;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	return handle;
}

static void load_all(void)
{
	unsigned int i;

	for (i = 0; i < NR_PROXIES; i++)
		keys[i] = load(&guests[i]);
}

static unsigned int nr_watched;

static void count_watched(const u8 *cmd, size_t len)
{
	nr_watched++;
}

/* Each signs so often, in turns of a single command; chip commands for each. */
static unsigned int percent_of_signing(void)
{
	unsigned int i, nr;

	nr_watched = 0;
	core_watch = count_watched;
	for (nr = 0; nr < SIGNATURES; nr++) {
		for (i = 0; i < NR_PROXIES; i++)
			CHECK_EQ(sign(&guests[i], keys[i], key_secret, NULL), 0);
	}
	core_watch = NULL;
	return 100 * nr_watched / (2 * SIGNATURES * NR_PROXIES);
}

static void what_fits_the_chip_costs_nothing(void)
{
	begin(NR_SLOTS);
	load_all();
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), NR_PROXIES);
	CHECK_EQ(percent_of_signing(), 100);
	end();
}

/* Half of the keys have a place, so each that is used puts another one out. */
static void full_chip_puts_out_what_was_used_least_lately(void)
{
	begin(NR_PROXIES / 2);
	load_all();
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), NR_SLOTS);
	core_end_turn();
	CHECK(percent_of_signing() <= 201);
	end();
}

static void host_finds_nothing_in_the_chip(void)
{
	struct session s[2];
	unsigned int i;

	begin(NR_SLOTS);
	load_all();
	for (i = 0; i < 2; i++)
		CHECK_EQ(osap(&guests[i], &s[i], TPM_ET_KEYHANDLE, keys[i], key_secret), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 0);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(sign_with(&guests[i], keys[i], &s[i], NULL), 0);
	end();
}

/* To the chip the copies of a key are one: it ends the sessions of all at once. */
static void flushed_key_ends_no_session_of_its_copies(void)
{
	struct session s, own;
	u32 copy;

	begin(NR_SLOTS);
	load_all();
	copy = load(&guests[1]);
	CHECK_EQ(osap(&guests[1], &own, TPM_ET_KEYHANDLE, keys[1], key_secret), 0);
	CHECK_EQ(osap(&guests[0], &s, TPM_ET_KEYHANDLE, keys[0], key_secret), 0);
	CHECK_EQ(flush(&guests[1], copy, TPM_RT_KEY), 0);
	CHECK_EQ(sign_with(&guests[0], keys[0], &s, NULL), 0);
	CHECK_EQ(sign_with(&guests[1], keys[1], &own, NULL), 0);
	core_reset(guests[1].vtpm);
	start(&guests[1]);
	CHECK_EQ(tell(&guests[1], "00c1 ???????? 00000046 00000004"), 0);
	CHECK_EQ(sign_with(&guests[0], keys[0], &s, NULL), 0);
	end();
}

/* One slot, two keys, and sessions of both: one key has to go for the other. */
static void sessions_outlive_a_key_that_has_to_go(void)
{
	struct session s[2];
	unsigned int i;

	begin(1);
	for (i = 0; i < 2; i++) {
		keys[i] = load(&guests[i]);
		CHECK_EQ(osap(&guests[i], &s[i], TPM_ET_KEYHANDLE, keys[i], key_secret), 0);
	}
	for (i = 0; i < 8; i++)
		CHECK_EQ(sign_with(&guests[i % 2], keys[i % 2], &s[i % 2], NULL), 0);
	end();
}

/*
 * Three keys are needed and there is room for as many, one of them another's: to
 * put that out ends a session that is loaded and needed.
 */
static u32 certify(struct guest *g, u32 (*between)(void))
{
	struct session s[2];
	struct command c;
	u32 handle[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		handle[i] = load(g);
	CHECK_EQ(osap(g, &s[1], TPM_ET_KEYHANDLE, handle[2], key_secret), 0);
	CHECK_EQ(osap(g, &s[0], TPM_ET_KEYHANDLE, handle[0], key_secret), 0);
	CHECK_EQ(sign(g, handle[1], key_secret, NULL), 0);
	if (between)
		between();
	command_begin(&c, g, 0x32);
	put_handle(&c, handle[0]);
	put_handle(&c, handle[1]);
	put_bytes(&c, "twenty bytes of none", 20);
	return send_auth2(&c, &s[0], &s[1]);
}

static u32 load_another(void)
{
	return load(&guests[1]);
}

static void session_that_is_needed_goes_and_comes_again(void)
{
	begin(3);
	CHECK_EQ(certify(&alone, NULL), 0);
	CHECK_EQ(certify(&guests[0], load_another), 0);
	end();
}

/* Sessions of all of them are more than the chip has. */
static void full_chip_loses_no_session(void)
{
	struct session s[NR_PROXIES][4];
	unsigned int i, nr;

	begin(NR_SLOTS);
	load_all();
	for (nr = 0; nr < 4; nr++) {
		for (i = 0; i < NR_PROXIES; i++)
			CHECK_EQ(oiap(&guests[i], &s[i][nr], key_secret), 0);
	}
	for (nr = 0; nr < 8; nr++) {
		for (i = 0; i < NR_PROXIES; i++)
			CHECK_EQ(sign_with(&guests[i], keys[i], &s[i][nr % 4], NULL), 0);
	}
	end();
}

static void reset_takes_nothing_of_others(void)
{
	struct session s[NR_PROXIES];
	unsigned int i;

	begin(NR_SLOTS);
	load_all();
	for (i = 0; i < NR_PROXIES; i++)
		CHECK_EQ(oiap(&guests[i], &s[i], key_secret), 0);
	core_reset(guests[3].vtpm);
	start(&guests[3]);
	CHECK_EQ(sign(&guests[3], keys[3], key_secret, NULL), 12);
	for (i = 0; i < NR_PROXIES; i++) {
		if (i != 3)
			CHECK_EQ(sign_with(&guests[i], keys[i], &s[i], NULL), 0);
	}
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), NR_PROXIES - 1);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), NR_PROXIES - 1);
	end();
}

static u32 owner_clear(struct guest *g)
{
	struct command c;
	struct session s;

	core_policy(g->vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
	core_set(g->vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	CHECK_EQ(oiap(g, &s, owner_secret), 0);
	s.cont = 0;
	command_begin(&c, g, 0x5b);
	return send_auth1(&c, &s);
}

/* The chip gives out handles again that others still had. */
static void cleared_chip_gives_nobody_anothers_session(void)
{
	struct session old[4], s[4];
	unsigned int i, share;

	begin(NR_SLOTS);
	load_all();
	for (i = 0; i < 4; i++)
		CHECK_EQ(oiap(&guests[1], &old[i], key_secret), 0);
	CHECK_EQ(owner_clear(&guests[0]), 0);
	/* Of a chip without an owner. */
	share = min(property(&guests[0], 0x10d), 4U);
	for (i = 0; i < share; i++)
		CHECK_EQ(oiap(&guests[0], &s[i], key_secret), 0);
	CHECK_EQ(oiap(&guests[2], &old[0], key_secret), 0);
	CHECK_EQ(flush(&guests[1], old[1].handle, TPM_RT_AUTH), 34);
	CHECK_EQ(count_handles(&guests[1], TPM_RT_AUTH), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&guests[0], TPM_RT_AUTH), share);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), share + 1);
	for (i = 0; i < share; i++)
		CHECK_EQ(flush(&guests[0], s[i].handle, TPM_RT_AUTH), 0);
	CHECK_EQ(flush(&guests[2], old[0].handle, TPM_RT_AUTH), 0);
	nr_hosts = 0;
	end();
}

/* SetOwnerPointer ends sessions that it does not name. */
static void command_that_ends_sessions_finds_none_of_others(void)
{
	struct session s;

	begin(NR_SLOTS);
	load_all();
	CHECK_EQ(oiap(&guests[1], &s, key_secret), 0);
	core_policy(guests[0].vtpm, 0x75, VTPMB_POLICY_ALLOW_UNSAFE);
	tell(&guests[0], "00c1 ???????? 00000075 0002 00000000");
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 1);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	CHECK_EQ(sign_with(&guests[1], keys[1], &s, NULL), 0);
	end();
}

/* CONTEXT_GAP from now on, whichever session is to be saved. */
static void refuse_to_save(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0xb8 && vtpmb_peek_u32(cmd + 14) == TPM_RT_AUTH)
		core_fail_chip(1, 71);
}

static void gap_that_stays_costs_sessions_and_nothing_else(void)
{
	struct session s[NR_PROXIES][2];
	unsigned int i, alive = 0;

	begin(2);
	load_all();
	for (i = 0; i < NR_PROXIES; i++) {
		CHECK_EQ(osap(&guests[i], &s[i][0], TPM_ET_KEYHANDLE, keys[i], key_secret), 0);
		CHECK_EQ(oiap(&guests[i], &s[i][1], key_secret), 0);
	}
	core_watch = refuse_to_save;
	for (i = 0; i < NR_PROXIES; i++)
		alive += !sign_with(&guests[i], keys[i], &s[i][0], NULL);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	core_watch = NULL;
	CHECK(alive < NR_PROXIES);
	for (i = 0; i < NR_PROXIES; i++)
		CHECK_EQ(sign(&guests[i], keys[i], key_secret, NULL), 0);
	end();
}

/* The chip gives a handle by chance, so that of one session to the next one too. */
static u32 open_again(struct guest *g, struct session *s)
{
	core_seed(12);
	return oiap(g, s, key_secret);
}

/* The chip has let go of a session and gives its handle to another's. */
static void lost_response_gives_nobody_anothers_session(void)
{
	struct session old, new;

	begin(NR_SLOTS);
	load_all();
	CHECK_EQ(open_again(&guests[0], &old), 0);
	core_lose_response(1);
	flush(&guests[0], old.handle, TPM_RT_AUTH);
	CHECK_EQ(open_again(&guests[1], &new), 0);
	CHECK_EQ(flush(&guests[0], old.handle, TPM_RT_AUTH), 34);
	CHECK_EQ(sign_with(&guests[1], keys[1], &new, NULL), 0);
	end();
}

/* Of a session that ends the response is cut short, and its handle given to another's. */
static void short_success_gives_nobody_anothers_session(void)
{
	struct session old, new;
	u32 handle;

	begin(NR_SLOTS);
	load_all();
	CHECK_EQ(open_again(&guests[0], &old), 0);
	handle = old.handle;
	old.cont = 0;
	core_cut_response(1, VTPMB_HEADER_SIZE);
	sign_with(&guests[0], keys[0], &old, NULL);
	CHECK(guests[0].rsp.err);
	CHECK_EQ(open_again(&guests[1], &new), 0);
	CHECK_EQ(flush(&guests[0], handle, TPM_RT_AUTH), 34);
	CHECK_EQ(sign_with(&guests[1], keys[1], &new, NULL), 0);
	end();
}

/* The chip does not say what it has, so nothing is settled by asking. */
static u32 refusal;

static void refuse_to_list(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0x65 && vtpmb_peek_u32(cmd + 10) == 0x14)
		core_fail_chip(1, refusal);
}

static void refused_list_gives_nobody_anothers_session(void)
{
	static const u32 refusals[] = { 0x800, 0x801, 0x802, 0x2c };
	struct session old, new;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		begin(NR_SLOTS);
		load_all();
		refusal = refusals[i];
		CHECK_EQ(open_again(&guests[0], &old), 0);
		core_lose_response(1);
		core_watch = refuse_to_list;
		flush(&guests[0], old.handle, TPM_RT_AUTH);
		open_again(&guests[1], &new);
		core_watch = NULL;
		if (!new.handle)
			CHECK_EQ(open_again(&guests[1], &new), 0);
		flush(&guests[0], old.handle, TPM_RT_AUTH);
		CHECK_EQ(sign_with(&guests[1], keys[1], &new, NULL), 0);
		end();
	}
}

/* TPM_KeyControlOwner: only the owner can take the key out of the chip, or no more. */
static u32 control_by_owner(struct guest *g, u32 key, bool evict)
{
	struct session s;
	struct command c;
	u8 pub[512];
	size_t len;

	CHECK_EQ(oiap(g, &s, key_secret), 0);
	s.cont = 0;
	command_begin(&c, g, 0x21);
	put_handle(&c, key);
	CHECK_EQ(send_auth1(&c, &s), 0);
	len = g->rsp.len - VTPMB_HEADER_SIZE - TPM12_AUTH_OUT_SIZE;
	memcpy(pub, g->rsp.buf + VTPMB_HEADER_SIZE, len);
	CHECK_EQ(oiap(g, &s, owner_secret), 0);
	s.cont = 0;
	command_begin(&c, g, 0x23);
	put_handle(&c, key);
	put_bytes(&c, pub, len);
	put_u32(&c, 1);
	put_u8(&c, evict);
	return send_auth1(&c, &s);
}

static void key_of_the_owner_holds_up_nobody(void)
{
	unsigned int i;
	u32 owners;

	begin(NR_SLOTS);
	load_all();
	core_policy(guests[0].vtpm, 0x23, VTPMB_POLICY_ALLOW_UNSAFE);
	core_set(guests[0].vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	CHECK_EQ(control_by_owner(&guests[0], keys[0], true), 0);
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 1);
	owners = vtpmb_peek_u32(host.rsp.buf + 16);
	CHECK_EQ(sign(&guests[0], keys[0], key_secret, NULL), 12);
	for (i = 1; i < NR_PROXIES; i++)
		CHECK_EQ(sign(&guests[i], keys[i], key_secret, NULL), 0);
	core_reset(guests[0].vtpm);
	start(&guests[0]);
	keys[0] = load(&guests[0]);
	CHECK_EQ(sign(&guests[0], keys[0], key_secret, NULL), 0);
	core_end_turn();
	CHECK_EQ(control_by_owner(&host, owners, false), 0);
	CHECK_EQ(flush(&host, owners, TPM_RT_KEY), 0);
	end();
}

/* Of one key the chip does not let go, whatever the reason. */
static u32 stuck;

static void keep_stuck(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0xba && vtpmb_peek_u32(cmd + 10) == stuck)
		core_fail_chip(1, 9);
}

static void key_that_is_stuck_holds_up_nobody(void)
{
	unsigned int i;

	begin(NR_SLOTS);
	load_all();
	stuck = vtpmb_tpm12_entries(guests[0].vtpm, TPM12_KEY)->res.phys;
	core_watch = keep_stuck;
	core_end_turn();
	core_watch = NULL;
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 1);
	CHECK_EQ(vtpmb_peek_u32(host.rsp.buf + 16), stuck);
	CHECK_EQ(flush(&host, stuck, TPM_RT_KEY), 0);
	for (i = 0; i < NR_PROXIES; i++)
		CHECK_EQ(sign(&guests[i], keys[i], key_secret, NULL), 0);
	end();
}

/* It says so whatever is taken out: that costs few of those who have sessions. */
static void stay_full(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0x0a)
		core_fail_chip(1, TPM_RESOURCES);
}

static void chip_that_stays_full_is_not_tried_for_ever(void)
{
	struct session s[NR_PROXIES][2], more;
	unsigned int i, k, nr_inside;

	begin(NR_SLOTS);
	load_all();
	for (i = 0; i < NR_PROXIES; i++) {
		for (k = 0; k < 2; k++)
			CHECK_EQ(oiap(&guests[i], &s[i][k], key_secret), 0);
	}
	nr_inside = count_handles(&host, TPM_RT_AUTH);
	core_watch = stay_full;
	CHECK_EQ(oiap(&guests[0], &more, key_secret), TPM_RESOURCES);
	core_watch = NULL;
	CHECK(count_handles(&host, TPM_RT_AUTH) >= nr_inside - 5);
	for (i = 0; i < NR_PROXIES; i++) {
		for (k = 0; k < 2; k++)
			CHECK_EQ(sign_with(&guests[i], keys[i], &s[i][k], NULL), 0);
	}
	end();
}

/* A self-test that ends soon. */
static unsigned int nr_refused;

static void refuse_first_saves(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0xb8 && nr_refused++ < NR_PROXIES + 2)
		core_fail_chip(1, 0x802);
}

static void busy_chip_loses_nothing(void)
{
	struct session s[NR_PROXIES];
	unsigned int i;

	begin(NR_SLOTS);
	load_all();
	for (i = 0; i < NR_PROXIES; i++)
		CHECK_EQ(osap(&guests[i], &s[i], TPM_ET_KEYHANDLE, keys[i], key_secret), 0);
	nr_refused = 0;
	core_watch = refuse_first_saves;
	core_end_turn();
	core_watch = NULL;
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 0);
	CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	for (i = 0; i < NR_PROXIES; i++)
		CHECK_EQ(sign_with(&guests[i], keys[i], &s[i], NULL), 0);
	end();
}

/* The response to what the end of a turn last does is lost. */
static unsigned int nr_flushes;

static void lose_last_flush(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0xba && ++nr_flushes == NR_PROXIES)
		core_lose_response(1);
}

static void lost_flush_gives_nobody_the_hosts_key(void)
{
	u8 own[64], sig[64];
	unsigned int i;
	u32 handle;

	begin(NR_SLOTS);
	for (i = 0; i < NR_PROXIES; i++) {
		core_seed(i);
		keys[i] = load(&guests[i]);
	}
	CHECK_EQ(sign(&guests[0], keys[0], key_secret, own), 0);
	nr_flushes = 0;
	core_watch = lose_last_flush;
	core_end_turn();
	core_watch = NULL;
	CHECK(nr_flushes >= NR_PROXIES);
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), 0);
	core_seed(NR_PROXIES - 1);
	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &hosts_signer, &handle), 0);
	for (i = 0; i < NR_PROXIES; i++) {
		CHECK_EQ(sign(&guests[i], keys[i], key_secret, sig), 0);
		CHECK_MEM(sig, own, sizeof(own));
	}
	core_end_turn();
	CHECK_EQ(flush(&host, handle, TPM_RT_KEY), 0);
	end();
}

static void every_failure_leaves_the_chip_clean(void)
{
	unsigned int i, nth;
	struct session s;

	begin(2);
	for (nth = 1; nth < 40; nth++) {
		core_fail_transmit(nth, nth % 2 ? -ETIME : -EIO);
		for (i = 0; i < 3; i++) {
			load_key(&guests[i], TPM_KH_SRK, srk_secret, &signer, &keys[i]);
			if (!osap(&guests[i], &s, TPM_ET_KEYHANDLE, keys[i], key_secret))
				sign_with(&guests[i], keys[i], &s, NULL);
		}
		core_fail_transmit(0, 0);
		for (i = 0; i < 3; i++) {
			core_reset(guests[i].vtpm);
			start(&guests[i]);
			CHECK_EQ(tell(&guests[i], "00c1 ???????? 00000046 00000004"), 0);
		}
		core_end_turn();
		CHECK_EQ(count_handles(&host, TPM_RT_KEY), nr_hosts);
		CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	}
	end();
}

/*
 * Whatever they do, in whichever order, with the host in between or not: each has
 * what it has loaded and nothing else.
 */
#define NR_RANDOM	4000
#define MAX_HELD	6

static struct held {
	u32 key[MAX_HELD];		/* 0: none */
	struct session s[MAX_HELD];	/* handle 0: none */
	unsigned int of[MAX_HELD];	/* the key that an OSAP session belongs to */
} held[NR_PROXIES];

static u32 chance = 12;

static unsigned int choose(unsigned int nr)
{
	chance = chance * 1664525 + 1013904223;
	return (chance >> 16) % nr;
}

static void drop_bound(struct held *h, unsigned int key)
{
	unsigned int i;

	for (i = 0; i < MAX_HELD; i++) {
		if (h->s[i].osap && h->of[i] == key)
			memset(&h->s[i], 0, sizeof(h->s[i]));
	}
}

static void change_key(struct guest *g, struct held *h, unsigned int i)
{
	if (!h->key[i]) {
		h->key[i] = load(g);
		return;
	}
	CHECK_EQ(flush(g, h->key[i], TPM_RT_KEY), 0);
	h->key[i] = 0;
	drop_bound(h, i);
}

static void change_session(struct guest *g, struct held *h, unsigned int i)
{
	unsigned int key = choose(MAX_HELD);

	if (h->s[i].handle) {
		CHECK_EQ(flush(g, h->s[i].handle, TPM_RT_AUTH), 0);
		memset(&h->s[i], 0, sizeof(h->s[i]));
	} else if (h->key[key] && choose(2)) {
		CHECK_EQ(osap(g, &h->s[i], TPM_ET_KEYHANDLE, h->key[key], key_secret), 0);
		h->of[i] = key;
	} else {
		CHECK_EQ(oiap(g, &h->s[i], key_secret), 0);
	}
}

static void use_session(struct guest *g, struct held *h, unsigned int i)
{
	unsigned int key = h->s[i].osap ? h->of[i] : choose(MAX_HELD);

	if (!h->s[i].handle || !h->key[key])
		return;
	h->s[i].cont = choose(4) > 0;
	CHECK_EQ(sign_with(g, h->key[key], &h->s[i], NULL), 0);
	if (!h->s[i].cont)
		memset(&h->s[i], 0, sizeof(h->s[i]));
}

/* Its context; it is loaded again at once, or another time by another handle. */
static void save_key(struct guest *g, struct held *h, unsigned int i)
{
	u8 blob[2048];
	size_t len;

	if (!h->key[i])
		return;
	CHECK_EQ(save_context(g, h->key[i], TPM_RT_KEY, blob, &len), 0);
	CHECK_EQ(flush(g, h->key[i], TPM_RT_KEY), 0);
	drop_bound(h, i);
	CHECK_EQ(load_context(g, 0, false, blob, len, &h->key[i]), 0);
}

static void save_session(struct guest *g, struct held *h, unsigned int i)
{
	struct session *s = &h->s[i];
	u8 blob[2048];
	size_t len;

	if (!s->handle)
		return;
	CHECK_EQ(save_context(g, s->handle, TPM_RT_AUTH, blob, &len), 0);
	CHECK_EQ(load_context(g, s->osap ? h->key[h->of[i]] : 0, false, blob, len, &s->handle),
		 0);
}

static void begin_again(struct guest *g, struct held *h)
{
	core_reset(g->vtpm);
	start(g);
	memset(h, 0, sizeof(*h));
}

static void count_all(struct guest *g, const struct held *h)
{
	unsigned int i, nr_keys = 0, nr_sessions = 0;

	for (i = 0; i < MAX_HELD; i++) {
		nr_keys += h->key[i] != 0;
		nr_sessions += h->s[i].handle != 0;
	}
	CHECK_EQ(count_handles(g, TPM_RT_KEY), nr_keys);
	CHECK_EQ(count_handles(g, TPM_RT_AUTH), nr_sessions);
}

static void act(struct guest *g, struct held *h)
{
	unsigned int i = choose(MAX_HELD), what = choose(100);

	if (what < 15)
		change_key(g, h, i);
	else if (what < 35)
		change_session(g, h, i);
	else if (what < 85)
		use_session(g, h, i);
	else if (what < 90)
		save_key(g, h, i);
	else if (what < 95)
		save_session(g, h, i);
	else if (what < 99)
		count_all(g, h);
	else
		begin_again(g, h);
}

static void nothing_is_lost_by_chance(void)
{
	unsigned int i, nr;

	begin(5);
	memset(held, 0, sizeof(held));
	core_turn = 0;
	for (nr = 0; nr < NR_RANDOM; nr++) {
		i = choose(NR_PROXIES);
		core_host_comes = !choose(8);
		act(&guests[i], &held[i]);
		if (choose(50))
			continue;
		core_end_turn();
		CHECK_EQ(count_handles(&host, TPM_RT_KEY), nr_hosts);
		CHECK_EQ(count_handles(&host, TPM_RT_AUTH), 0);
	}
	for (i = 0; i < NR_PROXIES; i++)
		count_all(&guests[i], &held[i]);
	end();
}

/* It never looks at an answer; of each guest four sessions. */
static void act_blindly(struct guest *g, struct session *s)
{
	u32 key = 0x01000000 + choose(4), handle;
	u32 rc = 0;

	switch (choose(6)) {
	case 0:
		load_key(g, TPM_KH_SRK, srk_secret, &signer, &handle);
		break;
	case 1:
		flush(g, key, TPM_RT_KEY);
		break;
	case 2:
		rc = oiap(g, s, key_secret);
		break;
	case 3:
		rc = osap(g, s, TPM_ET_KEYHANDLE, key, key_secret);
		break;
	case 4:
		rc = sign_with(g, key, s, NULL);
		break;
	case 5:
		flush(g, 0x02000000 + choose(VTPMB_MAX_SESSIONS), TPM_RT_AUTH);
		break;
	}
	if (rc || g->rsp.err)
		memset(s, 0, sizeof(*s));
}

/*
 * What makes something in the chip does not get there, of the rest the response is lost
 * or cut short.
 */
static void spoil(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if (choose(30))
		return;
	if (code == 0x3c && choose(2))
		core_cut_response(1, VTPMB_HEADER_SIZE + choose(41));
	else if (code == 0xba || code == 0xb8 || code == 0x3c || code == 0x65)
		core_lose_response(1);
	else
		core_fail_transmit(1, -EIO);
}

static bool chip_has(u32 rt, u32 phys)
{
	unsigned int i, nr = count_handles(&host, rt);

	for (i = 0; i < nr; i++) {
		if (vtpmb_peek_u32(host.rsp.buf + 16 + 4 * i) == phys)
			return true;
	}
	return false;
}

static unsigned int nr_of(enum vtpmb_tpm12_kind kind, u32 phys)
{
	unsigned int g, i, nr = 0;

	for (g = 0; g < NR_PROXIES; g++) {
		const struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(guests[g].vtpm);

		for (i = 0; i < TPM12_NR_ENTRIES; i++)
			nr += table->entry[i].kind == kind && table->entry[i].res.phys == phys;
	}
	return nr;
}

static void check_books_of(struct guest *g)
{
	const struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(g->vtpm);
	unsigned int i;

	for (i = 0; i < TPM12_NR_ENTRIES; i++) {
		const struct vtpmb_tpm12_entry *entry = &table->entry[i];

		if (!entry->res.phys)
			continue;
		CHECK_EQ(nr_of(entry->kind, entry->res.phys), 1);
		CHECK(chip_has(entry->kind == TPM12_KEY ? TPM_RT_KEY : TPM_RT_AUTH, entry->res.phys));
	}
}

/* Unless it is about to ask, the bridge knows what the chip has, and whose it is. */
static void no_fault_gives_one_handle_to_two(void)
{
	static struct session s[NR_PROXIES][4];
	unsigned int i, nr;

	begin(4);
	memset(s, 0, sizeof(s));
	core_turn = 0;
	for (nr = 0; nr < NR_RANDOM; nr++) {
		i = choose(NR_PROXIES);
		core_host_comes = !choose(20);
		core_watch = spoil;
		act_blindly(&guests[i], &s[i][choose(4)]);
		if (!choose(100))
			core_end_turn();
		core_watch = NULL;
		core_fail_transmit(0, 0);
		for (i = 0; i < NR_PROXIES && !vtpmb_tpm12_chip(&core_port)->resync_needed; i++)
			check_books_of(&guests[i]);
	}
	for (i = 0; i < NR_PROXIES; i++) {
		core_reset(guests[i].vtpm);
		start(&guests[i]);
		CHECK_EQ(tell(&guests[i], "00c1 ???????? 00000046 00000004"), 0);
	}
	/* Of what it saved, and nobody heard, the chip keeps the place. */
	while (count_handles(&host, TPM_RT_CONTEXT))
		CHECK_EQ(flush(&host, vtpmb_peek_u32(host.rsp.buf + 16), TPM_RT_CONTEXT), 0);
	end();
}

/* What the chip has made, and nobody heard. */
static void flush_rest(u32 rt, unsigned int nr_left)
{
	while (count_handles(&host, rt) > nr_left)
		CHECK_EQ(flush(&host, vtpmb_peek_u32(host.rsp.buf + 16 + 4 * nr_left), rt), 0);
}

/* Up to the fault: what comes later would hide what it has done. */
static void short_flow(struct guest *g)
{
	struct session s;
	u32 key;

	if (load_key(g, TPM_KH_SRK, srk_secret, &signer, &key) || g->rsp.err ||
	    osap(g, &s, TPM_ET_KEYHANDLE, key, key_secret) || g->rsp.err ||
	    sign_with(g, key, &s, NULL) || g->rsp.err)
		return;
	core_end_turn();
	s.cont = 0;
	if (sign_with(g, key, &s, NULL) || g->rsp.err || oiap(g, &s, key_secret) || g->rsp.err ||
	    flush(g, s.handle, TPM_RT_AUTH) || g->rsp.err)
		return;
	core_end_turn();
	flush(g, key, TPM_RT_KEY);
}

static void no_short_success_gives_one_handle_to_two(void)
{
	static const size_t lens[] = { 10, 12, 14, 16, 18, 33, 50, 54, 64, 80, 118, 200, 600 };
	unsigned int nth, i, k;
	struct session s;

	begin(NR_SLOTS);
	core_turn = 0;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (nth = 1; nth < 28; nth++) {
			core_cut_response(nth, lens[i]);
			short_flow(&guests[0]);
			core_fail_transmit(0, 0);
			CHECK_EQ(oiap(&guests[1], &s, key_secret), 0);
			for (k = 0; k < 2; k++)
				check_books_of(&guests[k]);
			for (k = 0; k < 2; k++) {
				core_reset(guests[k].vtpm);
				start(&guests[k]);
				CHECK_EQ(tell(&guests[k], "00c1 ???????? 00000046 00000004"), 0);
			}
			core_end_turn();
			flush_rest(TPM_RT_KEY, 0);
			flush_rest(TPM_RT_AUTH, 0);
			flush_rest(TPM_RT_CONTEXT, 0);
		}
		short_flow(&guests[0]);
		CHECK_EQ(guests[0].rsp.rc, 0);
	}
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(what_fits_the_chip_costs_nothing),
	CORE_TEST(full_chip_puts_out_what_was_used_least_lately),
	CORE_TEST(host_finds_nothing_in_the_chip),
	CORE_TEST(flushed_key_ends_no_session_of_its_copies),
	CORE_TEST(sessions_outlive_a_key_that_has_to_go),
	CORE_TEST(session_that_is_needed_goes_and_comes_again),
	CORE_TEST(full_chip_loses_no_session),
	CORE_TEST(reset_takes_nothing_of_others),
	CORE_TEST(cleared_chip_gives_nobody_anothers_session),
	CORE_TEST(command_that_ends_sessions_finds_none_of_others),
	CORE_TEST(gap_that_stays_costs_sessions_and_nothing_else),
	CORE_TEST(lost_response_gives_nobody_anothers_session),
	CORE_TEST(short_success_gives_nobody_anothers_session),
	CORE_TEST(refused_list_gives_nobody_anothers_session),
	CORE_TEST(lost_flush_gives_nobody_the_hosts_key),
	CORE_TEST(key_of_the_owner_holds_up_nobody),
	CORE_TEST(key_that_is_stuck_holds_up_nobody),
	CORE_TEST(chip_that_stays_full_is_not_tried_for_ever),
	CORE_TEST(busy_chip_loses_nothing),
	CORE_TEST(every_failure_leaves_the_chip_clean),
	CORE_TEST(nothing_is_lost_by_chance),
	CORE_TEST(no_fault_gives_one_handle_to_two),
	CORE_TEST(no_short_success_gives_one_handle_to_two),
};

CORE_MAIN(tests)
