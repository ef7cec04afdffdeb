// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: keys of proxies that share a chip, and of a TPM like it that is
 * nobody else's.
 */

#include "tpm12_guest.h"

#define NR_SLOTS	20	/* keys that fit the chip */

static struct key signer, storage, binder;

static void begin(void)
{
	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x15, 0, key_secret, &binder), 0);
}

/* A guest in the place of another, as a test's table has them. */
static struct guest *const everyone[] = { &proxy, &other, &alone };

static void keys_sign_as_in_a_tpm_of_ones_own(void)
{
	u8 sig[ARRAY_SIZE(everyone)][64];
	u32 handle[ARRAY_SIZE(everyone)];
	unsigned int i, turn;

	begin();
	for (turn = 0; turn < 3; turn++) {
		core_turn = turn;
		for (i = 0; i < ARRAY_SIZE(everyone); i++)
			CHECK_EQ(load_key(everyone[i], TPM_KH_SRK, srk_secret, &signer, &handle[i]),
				 0);
		for (i = 0; i < ARRAY_SIZE(everyone); i++) {
			CHECK_EQ(sign(everyone[i], handle[i], key_secret, sig[i]), 0);
			CHECK_EQ(sign(everyone[i], handle[i], key_secret, sig[i]), 0);
		}
		CHECK_MEM(sig[0], sig[2], 64);
		CHECK_MEM(sig[1], sig[2], 64);
		core_end_turn();
		CHECK(core_chip_is_empty());
		for (i = 0; i < ARRAY_SIZE(everyone); i++) {
			CHECK_EQ(flush(everyone[i], handle[i], TPM_RT_KEY), 0);
			CHECK_EQ(flush(everyone[i], handle[i], TPM_RT_KEY), 3);
			CHECK_EQ(sign(everyone[i], handle[i], key_secret, sig[i]), 12);
		}
	}
	end_owned();
}

static void made_keys_are_children_of_loaded_ones(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(everyone); i++) {
		struct guest *g = everyone[i];
		u32 parent, child;
		struct key made;

		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &storage, &parent), 0);
		CHECK_EQ(make_key(g, parent, key_secret, 0x10, 0, 0x77, &made), 0);
		CHECK_EQ(load_key(g, parent, key_secret, &made, &child), 0);
		CHECK_EQ(sign(g, child, 0x77, NULL), 0);
		CHECK_EQ(g->rsp.len, 10 + 4 + 64 + 41);
		/* A child lives on without its parent. */
		CHECK_EQ(flush(g, parent, TPM_RT_KEY), 0);
		CHECK_EQ(sign(g, child, 0x77, NULL), 0);
	}
	end_owned();
}

#define RSA_KEY_LOADED \
	"00c1 ???????? 00000065 00000008 00000018 0000000100010002 0000000c 000008000000000200000000"

/* TPM_CAP_CHECK_LOADED, by which TrouSerS decides whether to take out a key of its own. */
static bool is_room(struct guest *g)
{
	CHECK_EQ(tell(g, RSA_KEY_LOADED), 0);
	CHECK_EQ(g->rsp.len, 15);
	return g->rsp.buf[14];
}

static void more_keys_than_the_chip_has_room_for(void)
{
	u32 hosts[NR_SLOTS], handle[VTPMB_MAX_KEYS], more;
	unsigned int i, round;
	u8 sig[64], first[64];

	begin();
	/* The host leaves two slots. */
	for (i = 0; i < NR_SLOTS - 2; i++)
		CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &signer, &hosts[i]), 0);
	core_turn = 7;
	for (i = 0; i < VTPMB_MAX_KEYS; i++) {
		CHECK_EQ(property(&proxy, 0x104), VTPMB_MAX_KEYS - i);
		CHECK(is_room(&proxy));
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle[i]), 0);
	}
	CHECK_EQ(property(&proxy, 0x104), 0);
	CHECK(!is_room(&proxy));
	CHECK(is_room(&other));
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), VTPMB_MAX_KEYS);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &more), 17);
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &more), 0);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < VTPMB_MAX_KEYS; i++) {
			more = handle[(7 * i) % VTPMB_MAX_KEYS];
			CHECK_EQ(sign(&proxy, more, key_secret, sig), 0);
			if (!round && !i)
				memcpy(first, sig, 64);
			CHECK_MEM(sig, first, 64);
		}
	}
	core_end_turn();
	CHECK_EQ(count_handles(&host, TPM_RT_KEY), NR_SLOTS - 2);
	for (i = 0; i < NR_SLOTS - 2; i++)
		CHECK_EQ(flush(&host, hosts[i], TPM_RT_KEY), 0);
	end_owned();
}

/* The chip is full of the host's keys: the guest hears so, and loses nothing. */
static void chip_without_room_refuses_and_recovers(void)
{
	u32 hosts[NR_SLOTS], handle;
	unsigned int i;

	begin();
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	for (i = 0; i < NR_SLOTS; i++)
		CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &signer, &hosts[i]), 0);
	CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 17);
	CHECK(!is_room(&proxy));
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 17);
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 1);
	for (i = 0; i < NR_SLOTS; i++)
		CHECK_EQ(flush(&host, hosts[i], TPM_RT_KEY), 0);
	CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	end_owned();
}

static void full_table_answers_as_a_tpm(void)
{
	u32 handle;
	unsigned int i;

	begin();
	for (i = 0; i < VTPMB_MAX_KEYS; i++) {
		CHECK(is_room(&alone));
		CHECK(is_room(&proxy));
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		CHECK_EQ(load_key(&alone, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	}
	CHECK(!is_room(&alone));
	CHECK(!is_room(&proxy));
	CHECK_EQ(load_key(&alone, TPM_KH_SRK, srk_secret, &signer, &handle), 17);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 17);
	CHECK_EQ(count_handles(&alone, TPM_RT_AUTH), 0);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	end_owned();
}

static void two_keys_in_one_command(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(everyone); i++) {
		struct guest *g = everyone[i];
		struct session s1, s2;
		struct command c;
		u32 cert, key;

		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &signer, &cert), 0);
		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &binder, &key), 0);
		CHECK_EQ(oiap(g, &s1, key_secret), 0);
		CHECK_EQ(oiap(g, &s2, key_secret), 0);
		command_begin(&c, g, 0x32);
		put_handle(&c, cert);
		put_handle(&c, key);
		put_bytes(&c, "twenty bytes of none", 20);
		CHECK_EQ(send_auth2(&c, &s1, &s2), 0);
		/* The other way round: the key, then what certifies it. */
		command_begin(&c, g, 0x33);
		put_handle(&c, key);
		put_handle(&c, cert);
		put_secret(&c, 0);
		put_bytes(&c, "twenty bytes of none", 20);
		CHECK_EQ(send_auth2(&c, &s1, &s2), 0);
		/* One of them is not there. */
		CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
		command_begin(&c, g, 0x32);
		put_handle(&c, cert);
		put_handle(&c, key);
		put_bytes(&c, "twenty bytes of none", 20);
		CHECK_EQ(send_auth2(&c, &s1, &s2), 12);
		/* And the error ended both sessions. */
		CHECK_EQ(count_handles(g, TPM_RT_AUTH), 0);
	}
	end_owned();
}

static void sealed_data_is_unsealed(void)
{
	unsigned int i;
	u8 sealed[1024];
	size_t len;
	u32 handle;

	begin();
	for (i = 0; i < ARRAY_SIZE(everyone); i++) {
		struct guest *g = everyone[i];

		CHECK_EQ(seal(g, TPM_KH_SRK, srk_secret, NULL, 0, sealed, &len), 0);
		CHECK_EQ(unseal(g, TPM_KH_SRK, srk_secret, sealed, len), 0);
		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &storage, &handle), 0);
		CHECK_EQ(seal(g, handle, key_secret, NULL, 0, sealed, &len), 0);
		CHECK_EQ(unseal(g, handle, key_secret, sealed, len), 0);
	}
	end_owned();
}

static void capabilities_tell_of_ones_own_keys(void)
{
	u32 handle[2], foreign;
	unsigned int i;
	char hex[96];

	begin();
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &foreign), 0);
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &foreign), 0);
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &signer, &foreign), 0);
	for (i = 0; i < 2; i++) {
		struct guest *g = i ? &alone : &proxy;

		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &signer, &handle[0]), 0);
		CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, &storage, &handle[1]), 0);
		CHECK_EQ(count_handles(g, TPM_RT_KEY), 2);
		CHECK_EQ(tell(g, "00c1 ???????? 00000065 00000007 00000000"), 0);
		CHECK_EQ(vtpmb_peek_u16(g->rsp.buf + 14), 2);
		snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 0000000c 00000004 %08x",
			 handle[0]);
		CHECK_EQ(tell(g, hex), 0);
		CHECK_EQ(g->rsp.len, 15);
		CHECK_EQ(g->rsp.buf[14], 0);
		CHECK_EQ(property(g, 0x104), NR_SLOTS - 2);
		CHECK_EQ(property(g, 0x110), NR_SLOTS);
		CHECK_EQ(flush(g, handle[0], TPM_RT_KEY), 0);
		CHECK_EQ(tell(g, hex), 12);
		snprintf(hex, sizeof(hex), "00c1 ???????? 00000022 %08x", handle[1]);
		CHECK_EQ(tell(g, hex), 0);
		CHECK_EQ(tell(g, hex), 12);
		CHECK_EQ(count_handles(g, TPM_RT_KEY), 0);
	}
	end_owned();
}

static void reset_takes_keys_away(void)
{
	unsigned int i;
	u32 handle[2];

	begin();
	for (i = 0; i < 2; i++)
		CHECK_EQ(load_key(i ? &alone : &proxy, TPM_KH_SRK, srk_secret, &signer, &handle[i]),
			 0);
	core_reset(proxy.vtpm);
	core_twin_reset(alone.twin);
	for (i = 0; i < 2; i++) {
		start(i ? &alone : &proxy);
		CHECK_EQ(sign(i ? &alone : &proxy, handle[i], key_secret, NULL), 12);
		CHECK_EQ(count_handles(i ? &alone : &proxy, TPM_RT_KEY), 0);
	}
	end_owned();
}

/* Though the hub has not yet put out what the reset has ended. */
static void reset_leaves_all_room_at_once(void)
{
	static const u32 props[] = {
		TPM_CAP_PROP_KEYS, TPM_CAP_PROP_AUTHSESS, TPM_CAP_PROP_CONTEXT,
	};
	u32 room[ARRAY_SIZE(props)], handle;
	struct session saved, loaded;
	unsigned int i;
	u8 blob[1024];
	size_t len;

	begin();
	for (i = 0; i < ARRAY_SIZE(props); i++)
		room[i] = property(&proxy, props[i]);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	CHECK_EQ(oiap(&proxy, &loaded, key_secret), 0);
	CHECK_EQ(oiap(&proxy, &saved, key_secret), 0);
	CHECK_EQ(save_context(&proxy, saved.handle, TPM_RT_AUTH, blob, &len), 0);
	for (i = 0; i < ARRAY_SIZE(props); i++)
		CHECK(property(&proxy, props[i]) < room[i]);
	core_reset(proxy.vtpm);
	start(&proxy);
	for (i = 0; i < ARRAY_SIZE(props); i++)
		CHECK_EQ(property(&proxy, props[i]), room[i]);
	end_owned();
}

static unsigned int nr_watched;

static void count_watched(const u8 *cmd, size_t len)
{
	nr_watched++;
}

/*
 * Once loaded, signed with fifty times: in one turn, and in turns of ten, in each of which
 * it is loaded and flushed, and the chip asked which keys and sessions are the host's.
 */
static void loaded_key_costs_little(void)
{
	unsigned int i, turns;
	u32 handle;

	begin();
	for (turns = 0; turns < 2; turns++) {
		core_turn = turns ? 20 : 0;
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		nr_watched = 0;
		core_watch = count_watched;
		for (i = 0; i < 50; i++)
			CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
		core_watch = NULL;
		CHECK(nr_watched <= (turns ? 130 : 101));
		core_end_turn();
	}
	end_owned();
}

/* Whatever fails, nothing of the proxy stays behind, and it goes on. */
static void every_failure_leaves_the_chip_clean(void)
{
	unsigned int nth;
	u32 handle, rc;

	begin();
	for (nth = 1; nth < 12; nth++) {
		core_turn = nth % 4;
		core_fail_transmit(nth, -ETIME);
		rc = load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle);
		if (!rc && !proxy.rsp.err)
			sign(&proxy, handle, key_secret, NULL);
		core_fail_transmit(0, 0);
		core_end_turn();
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
	}
	end_owned();
}

static void every_failed_allocation_costs_a_key_at_most(void)
{
	unsigned int nth;
	u32 handle;

	begin();
	for (nth = 1; nth < 6; nth++) {
		core_fail_alloc(nth);
		if (!load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle))
			sign(&proxy, handle, key_secret, NULL);
		core_fail_alloc(0);
		core_end_turn();
		CHECK(core_chip_is_empty());
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
		CHECK_EQ(flush(&proxy, handle, TPM_RT_KEY), 0);
	}
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(keys_sign_as_in_a_tpm_of_ones_own),
	CORE_TEST(made_keys_are_children_of_loaded_ones),
	CORE_TEST(more_keys_than_the_chip_has_room_for),
	CORE_TEST(chip_without_room_refuses_and_recovers),
	CORE_TEST(full_table_answers_as_a_tpm),
	CORE_TEST(two_keys_in_one_command),
	CORE_TEST(sealed_data_is_unsealed),
	CORE_TEST(capabilities_tell_of_ones_own_keys),
	CORE_TEST(reset_takes_keys_away),
	CORE_TEST(reset_leaves_all_room_at_once),
	CORE_TEST(loaded_key_costs_little),
	CORE_TEST(every_failure_leaves_the_chip_clean),
	CORE_TEST(every_failed_allocation_costs_a_key_at_most),
};

CORE_MAIN(tests)
