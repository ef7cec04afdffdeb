// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: what takes the chip's owner, what all its users share, and who pays
 * for wrong guesses.
 */

#include <openssl/sha.h>
#include "tpm12/state.h"
#include "tpm12_guest.h"

static struct key signer, storage;

static void begin(void)
{
	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
}

static u32 load(struct guest *g, const struct key *key)
{
	u32 handle = 0;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, key, &handle), 0);
	return handle;
}

static bool is_there(struct guest *g, u32 ordinal)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 00000001 00000004 %08x", ordinal);
	CHECK_EQ(tell(g, hex), 0);
	return g->rsp.buf[14];
}

static bool owned(struct guest *g)
{
	return property(g, 0x111) >> 24;
}

/* An owner's command with no parameters or one byte. */
static u32 as_owner(struct guest *g, u32 ordinal, int param, u8 secret)
{
	struct session s;
	struct command c;

	if (oiap(g, &s, secret))
		return g->rsp.rc;
	s.cont = 0;
	command_begin(&c, g, ordinal);
	if (param >= 0)
		put_u8(&c, param);
	return send_auth1(&c, &s);
}

static u32 read_internal_pub(struct guest *g, u32 handle)
{
	struct session s;
	struct command c;

	if (oiap(g, &s, owner_secret))
		return g->rsp.rc;
	s.cont = 0;
	command_begin(&c, g, 0x81);
	put_u32(&c, handle);
	return send_auth1(&c, &s);
}

static void owner_acts_by_grant_alone(void)
{
	static const u32 by_grant[] = { 0x12, 0x1d, 0x2b, 0x66, 0x79, 0x7a, 0x7d, 0x81, 0xdc };
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(by_grant); i++)
		CHECK(!is_there(&proxy, by_grant[i]));
	CHECK_EQ(read_internal_pub(&proxy, TPM_KH_SRK), 10);
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	for (i = 0; i < ARRAY_SIZE(by_grant); i++)
		CHECK(is_there(&proxy, by_grant[i]));
	CHECK_EQ(read_internal_pub(&proxy, TPM_KH_SRK), 0);
	CHECK_EQ(read_internal_pub(&alone, TPM_KH_SRK), 0);
	CHECK_MEM(proxy.rsp.buf, alone.rsp.buf, alone.rsp.len - 41);
	CHECK_EQ(read_internal_pub(&proxy, 0x40000006), 0);
	/* The other one has no grant. */
	CHECK_EQ(read_internal_pub(&other, TPM_KH_SRK), 10);
	/* One ordinal can be granted alone, or denied. */
	core_policy(other.vtpm, 0x81, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK_EQ(read_internal_pub(&other, TPM_KH_SRK), 0);
	core_policy(proxy.vtpm, 0x81, VTPMB_POLICY_DENY);
	CHECK_EQ(read_internal_pub(&proxy, TPM_KH_SRK), 10);
	end_owned();
}

/* What would hurt all users, by somebody who knows the owner's secret. */
static void owner_cannot_hurt_others_without_unsafe_grant(void)
{
	static const u32 hurting[] = {
		0x10, 0x1c, 0x23, 0x40, 0x7e, 0x8d, 0xd1, 0xd2, 0xd4, 0xd5, 0xd8, 0x75,
		0x80, 0x78, 0x7f, 0xdb, 0xd6, 0x85, 0x86, 0x19, 0x1a,
	};
	struct session s;
	struct command c;
	unsigned int i;
	u32 key;

	begin();
	key = load(&other, &signer);
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	for (i = 0; i < ARRAY_SIZE(hurting); i++)
		CHECK(!is_there(&proxy, hurting[i]));
	CHECK_EQ(as_owner(&proxy, 0x5b, -1, owner_secret), 5);
	CHECK_EQ(as_owner(&proxy, 0x5c, -1, owner_secret), 8);
	CHECK_EQ(as_owner(&proxy, 0x6e, 1, owner_secret), 8);
	CHECK_EQ(as_owner(&proxy, 0x40, -1, owner_secret), 10);
	CHECK_EQ(oiap(&proxy, &s, owner_secret), 0);
	command_begin(&c, &proxy, 0x3f);
	put_u32(&c, 1);
	put_sized(&c, "\0\0\0\4", 4);
	put_sized(&c, "\1", 1);
	CHECK_EQ(send_auth1(&c, &s), 8);
	/* Each refusal ended its session, but that of an ordinal that is not there. */
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 1);
	/* And a session that is not there is told first, as in a TPM. */
	CHECK_EQ(oiap(&proxy, &s, owner_secret), 0);
	s.handle = 0x02ffffff;
	command_begin(&c, &proxy, 0x5b);
	CHECK_EQ(send_auth1(&c, &s), 34);
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);
	CHECK(owned(&host));
	end_owned();
}

static void owner_clear_by_unsafe_grant_is_the_truth_for_all(void)
{
	u8 blob[2048];
	size_t len;
	u32 key, mine, handle;
	struct session s;

	begin();
	key = load(&other, &signer);
	mine = load(&proxy, &signer);
	CHECK_EQ(oiap(&other, &s, key_secret), 0);
	CHECK_EQ(save_context(&other, key, TPM_RT_KEY, blob, &len), 0);
	core_policy(proxy.vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
	/* Not with the wrong secret. */
	CHECK_EQ(as_owner(&proxy, 0x5b, -1, 0x77), 1);
	CHECK(owned(&other));
	CHECK_EQ(as_owner(&proxy, 0x5b, -1, owner_secret), 0);

	/* This one is as a TPM is after it: disabled, and without anything. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000046 00000008"), 7);
	CHECK(!owned(&proxy));
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 0);
	CHECK_EQ(flush(&proxy, mine, TPM_RT_KEY), 3);

	/* The others see that there is no owner, and what that means. */
	CHECK(!owned(&other));
	CHECK_EQ(count_handles(&other, TPM_RT_KEY), 0);
	CHECK_EQ(count_handles(&other, TPM_RT_AUTH), 0);
	CHECK_EQ(load_context(&other, 0, false, blob, len, &handle), 18);
	CHECK_EQ(sign_with(&other, key, &s, NULL), 18);
	core_end_turn();
	CHECK(core_chip_is_empty());
	end_owned();
}

/* The steps of core_take_ownership(), by a guest. */
static u32 take_ownership(struct guest *g)
{
	static const u8 srk_params[] = {
		1, 1, 0, 0, 0, 0x11, 0, 0, 0, 0, 1,
		0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, 0, 0, 8, 0, 0, 0, 0, 2, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	u8 owner[256], srk[256], secret[20];
	struct session s;
	struct command c;
	struct key ek;

	CHECK_EQ(tell(g, "00c1 ???????? 0000007c 0000000000000000000000000000000000000000"), 0);
	ek.pub_len = 256;
	memcpy(ek.pub, g->rsp.buf + 10 + 24 + 4, 256);
	memset(secret, owner_secret, 20);
	encrypt_to(&ek, secret, 20, owner);
	memset(secret, srk_secret, 20);
	encrypt_to(&ek, secret, 20, srk);
	if (oiap(g, &s, owner_secret))
		return g->rsp.rc;
	command_begin(&c, g, 0x0d);
	put_u16(&c, 5);
	put_sized(&c, owner, 256);
	put_sized(&c, srk, 256);
	put_bytes(&c, srk_params, sizeof(srk_params));
	s.cont = 0;
	return send_auth1(&c, &s);
}

static void ownership_of_an_unowned_chip_by_grant(void)
{
	struct guest a = {}, b = {};
	u32 handle;

	core_start(CORE_TPM12);
	a.vtpm = core_new();
	b.vtpm = core_new();
	start(&a);
	start(&b);
	CHECK_EQ(take_ownership(&a), 11);
	/* Though the guest itself allows it. */
	CHECK_EQ(tell(&b, "00c1 ???????? 4000000a 0008"), 0);
	CHECK_EQ(tell(&b, "00c1 ???????? 00000071 01"), 0);
	CHECK_EQ(take_ownership(&b), 11);
	CHECK_EQ(count_handles(&b, TPM_RT_AUTH), 0);

	core_set(a.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	CHECK(!owned(&a));
	CHECK_EQ(take_ownership(&a), 0);
	CHECK(owned(&a));
	CHECK(owned(&b));
	CHECK(owned(&host));
	CHECK_EQ(tell(&a, "00c1 ???????? 0000007c 0000000000000000000000000000000000000000"), 8);
	/* And now there are keys, and sessions are swapped. */
	CHECK_EQ(property(&b, 0x10d), VTPMB_MAX_SESSIONS);
	CHECK_EQ(make_key(&a, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(load_key(&b, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	CHECK_EQ(sign(&b, handle, key_secret, NULL), 0);
	/* The first attempt has left a session. */
	CHECK_EQ(tell(&a, "00c1 ???????? 0000005a"), 0);
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_free(a.vtpm);
	core_free(b.vtpm);
	core_stop();
}

/* The chip clears itself, and nobody hears of it; nor, the first time, of its owner. */
static bool owner_is_asked_in_vain;

static void lose_owner_clear(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if (code == 0x5b || code == 0x0d)
		core_lose_response(1);
	if (code != 0x65 || vtpmb_peek_u32(cmd + 18) != 0x111 || !owner_is_asked_in_vain)
		return;
	core_fail_transmit(1, -ETIME);
	owner_is_asked_in_vain = false;
}

static void lost_owner_clear_is_found_out(void)
{
	unsigned int in_vain;
	u32 key;

	for (in_vain = 0; in_vain < 2; in_vain++) {
		begin();
		key = load(&other, &signer);
		load(&proxy, &signer);
		core_policy(proxy.vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
		owner_is_asked_in_vain = in_vain;
		core_watch = lose_owner_clear;
		as_owner(&proxy, 0x5b, -1, owner_secret);
		CHECK(proxy.rsp.err < 0);
		core_watch = NULL;
		CHECK_EQ(owner_is_asked_in_vain, false);
		CHECK(!owned(&host));
		/* If the chip did not tell, it is asked before the next command. */
		if (in_vain)
			tell(&other, "00c1 ???????? 00000046 00000008");
		CHECK(!owned(&other));
		CHECK_EQ(count_handles(&other, TPM_RT_KEY), 0);
		CHECK_EQ(flush(&other, key, TPM_RT_KEY), 3);
		/* The guest's own TPM is as after an OwnerClear that was answered. */
		if (in_vain)
			CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 0);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 00000046 00000008"), 7);
		CHECK(!owned(&proxy));
		CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 0);
		core_end_turn();
		CHECK(core_chip_is_empty());
		end_owned();
	}
}

/* The chip has refused it. */
static void lost_owner_clear_of_a_chip_that_did_not_changes_nothing(void)
{
	u32 key;

	begin();
	key = load(&proxy, &signer);
	core_policy(proxy.vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
	core_watch = lose_owner_clear;
	as_owner(&proxy, 0x5b, -1, 0x77);
	CHECK(proxy.rsp.err < 0);
	core_watch = NULL;
	CHECK(owned(&proxy));
	CHECK(owned(&other));
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	end_owned();
}

static void lost_take_ownership_is_found_out(void)
{
	struct guest a = {}, b = {};

	core_start(CORE_TPM12);
	a.vtpm = core_new();
	b.vtpm = core_new();
	start(&a);
	start(&b);
	core_set(a.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	core_watch = lose_owner_clear;
	take_ownership(&a);
	CHECK(a.rsp.err < 0);
	core_watch = NULL;
	CHECK(owned(&host));
	CHECK(owned(&a));
	CHECK(owned(&b));
	CHECK_EQ(property(&b, 0x10d), VTPMB_MAX_SESSIONS);
	core_free(a.vtpm);
	core_free(b.vtpm);
	core_stop();
}

#define PRESENT		"00c1 ???????? 4000000a 0008"
#define ENABLE		"00c1 ???????? 0000006f"
#define DISABLE		"00c1 ???????? 00000070"
#define DEACTIVATE	"00c1 ???????? 00000072 01"
#define ACTIVATE	"00c1 ???????? 00000072 00"
#define OWNER_INSTALL	"00c1 ???????? 00000071 0"
#define FORCE_CLEAR	"00c1 ???????? 0000005d"
#define GET_RANDOM	"00c1 ???????? 00000046 00000008"

/* TPM_PERMANENT_FLAGS: disable, ownership, deactivated */
static bool permanent_flag(struct guest *g, unsigned int flag)
{
	CHECK_EQ(tell(g, "00c1 ???????? 00000065 00000004 00000004 00000108"), 0);
	return g->rsp.buf[16 + flag - TPM_PF_DISABLE];
}

static void grant_platform(struct guest *g)
{
	static const u32 ordinals[] = { 0x5d, 0x6f, 0x70, 0x71, 0x72 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ordinals); i++)
		core_policy(g->vtpm, ordinals[i], VTPMB_POLICY_ALLOW_UNSAFE);
}

/* A host whose firmware has not locked presence, and somebody who is there. */
static void begin_present(void)
{
	begin();
	core_chip_cycle();
	grant_platform(&proxy);
}

static void platform_by_unsafe_grant_is_the_chips(void)
{
	u32 key;

	begin_present();
	key = load(&other, &signer);
	/* The guest's own presence is asked first. */
	CHECK_EQ(tell(&proxy, DISABLE), 45);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, DISABLE), 0);
	CHECK(permanent_flag(&proxy, TPM_PF_DISABLE));
	CHECK(permanent_flag(&host, TPM_PF_DISABLE));
	CHECK_EQ(tell(&proxy, GET_RANDOM), 7);
	CHECK_EQ(sign(&other, key, key_secret, NULL), 7);
	CHECK_EQ(tell(&proxy, ENABLE), 0);
	CHECK(!permanent_flag(&proxy, TPM_PF_DISABLE));
	CHECK(!permanent_flag(&host, TPM_PF_DISABLE));
	/* Who was kept from working has lost nothing. */
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);

	CHECK_EQ(tell(&proxy, DEACTIVATE), 0);
	CHECK(permanent_flag(&proxy, TPM_PF_DEACTIVATED));
	CHECK(permanent_flag(&host, TPM_PF_DEACTIVATED));
	CHECK(!permanent_flag(&other, TPM_PF_DEACTIVATED));
	CHECK_EQ(tell(&proxy, ACTIVATE), 0);
	CHECK(!permanent_flag(&proxy, TPM_PF_DEACTIVATED));
	CHECK(!permanent_flag(&host, TPM_PF_DEACTIVATED));
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);
	end_owned();
}

/* At the chip somebody has to be present too, and that is not the guest. */
static void chips_presence_is_not_the_guests(void)
{
	static const char *const all[] = { DISABLE, ENABLE, DEACTIVATE, FORCE_CLEAR };
	unsigned int i;

	begin();
	grant_platform(&proxy);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		CHECK_EQ(tell(&proxy, all[i]), 45);
	CHECK(!permanent_flag(&proxy, TPM_PF_DISABLE));
	CHECK(!permanent_flag(&proxy, TPM_PF_DEACTIVATED));
	CHECK(owned(&proxy));
	CHECK(owned(&host));
	end_owned();
}

static void guest_clears_enables_and_owns_the_chip_by_unsafe_grant(void)
{
	u32 key;

	begin_present();
	key = load(&other, &signer);
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, FORCE_CLEAR), 0);
	CHECK(!owned(&proxy));
	CHECK(!owned(&other));
	CHECK(!owned(&host));
	CHECK(permanent_flag(&proxy, TPM_PF_DISABLE));
	CHECK(permanent_flag(&host, TPM_PF_DISABLE));
	CHECK_EQ(sign(&other, key, key_secret, NULL), 18);
	CHECK_EQ(count_handles(&other, TPM_RT_KEY), 0);
	/* No restart of the chip is needed, but one of the guest. */
	CHECK_EQ(tell(&proxy, ENABLE), 0);
	CHECK_EQ(tell(&proxy, ACTIVATE), 0);
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, OWNER_INSTALL "0"), 0);
	CHECK(!permanent_flag(&host, TPM_PF_OWNERSHIP));
	CHECK_EQ(take_ownership(&proxy), 11);
	CHECK_EQ(tell(&proxy, OWNER_INSTALL "1"), 0);
	CHECK(permanent_flag(&host, TPM_PF_OWNERSHIP));
	CHECK_EQ(take_ownership(&proxy), 0);
	CHECK(owned(&host));
	CHECK(owned(&other));
	CHECK_EQ(make_key(&other, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	key = load(&other, &signer);
	CHECK_EQ(sign(&other, key, key_secret, NULL), 0);
	/* The refused attempt has left a session. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
	end_owned();
}

/* A wrapped one would be judged by nobody: see transport.c. */
static void platform_commands_are_never_wrapped(void)
{
	struct session trans;
	struct command c;

	begin_present();
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ALLOW);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	command_begin(&c, &proxy, 0x70);
	CHECK_EQ(execute(&c, &trans, NULL, NULL), 47);
	CHECK(!permanent_flag(&host, TPM_PF_DISABLE));
	end_owned();
}

static void owner_is_not_installed_twice(void)
{
	begin();
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	/* The guest's view has none any more, the chip has. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 4000000a 0008"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005d"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000006f"), 0);
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 4000000a 0008"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000072 00"), 0);
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK(!owned(&proxy));
	CHECK_EQ(as_owner(&proxy, 0x5b, -1, owner_secret), 18);
	CHECK(owned(&host));
	end_owned();
}

static void set_view(struct guest *g, enum vtpmb_ownership view)
{
	core_set(g->vtpm, VTPMB_SETTING_OWNERSHIP, view);
}

/* As firmware's menu does it, which the guest can do at any time. */
static void clear_by_presence(struct guest *g)
{
	CHECK_EQ(tell(g, PRESENT), 0);
	CHECK_EQ(tell(g, FORCE_CLEAR), 0);
	CHECK_EQ(tell(g, ENABLE), 0);
	CHECK_EQ(tell(g, ACTIVATE), 0);
	core_reset(g->vtpm);
	start(g);
}

static void cleared_owner_is_back_when_the_administrator_sets_a_view(void)
{
	static const enum vtpmb_ownership views[] = {
		VTPMB_OWNERSHIP_AUTO, VTPMB_OWNERSHIP_AUTO, VTPMB_OWNERSHIP_OWNED,
		VTPMB_OWNERSHIP_GRANTED,
	};
	unsigned int i;
	u32 key;

	begin();
	for (i = 0; i < ARRAY_SIZE(views); i++) {
		clear_by_presence(&proxy);
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK(!owned(&proxy));
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &key), 18);
		CHECK(owned(&other));
		set_view(&proxy, views[i]);
		CHECK(owned(&proxy));
		CHECK(permanent_flag(&proxy, TPM_PF_OWNERSHIP));
		key = load(&proxy, &signer);
		CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
	}
	set_view(&proxy, VTPMB_OWNERSHIP_NOT_INSTALLABLE);
	CHECK(!owned(&proxy));
	end_owned();
}

/* PCRs: those in the chip are the host's. */

static const u8 info_pcr0[] = {
	0, 3, 1, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 info_none[45] = { 0, 3, 0, 0, 0 };

static const u8 long_pcr0[] = {
	0, 6, 1, 0x1f, 0, 3, 0, 0, 0, 0, 3, 1, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 long_created_pcr0[] = {
	0, 6, 1, 0x1f, 0, 3, 1, 0, 0, 0, 3, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static u32 quote_in(struct guest *g, struct session *s, u32 key, u32 ordinal, const u8 *sel,
		    size_t len)
{
	struct command c;

	s->cont = 0;
	command_begin(&c, g, ordinal);
	put_handle(&c, key);
	put_secret(&c, 0x42);
	put_bytes(&c, sel, len);
	if (ordinal == 0x3e)
		put_u8(&c, 0);
	return send_auth1(&c, s);
}

static u32 quote(struct guest *g, u32 key, u32 ordinal, const u8 *sel, size_t len)
{
	struct session s;

	if (oiap(g, &s, key_secret))
		return g->rsp.rc;
	return quote_in(g, &s, key, ordinal, sel, len);
}

static void pcrs_are_used_by_grant_alone(void)
{
	static const u8 cut[] = { 0, 6, 1 }, huge[] = { 0, 9, 1, 0, 0 };
	const u8 pcr0[] = { 0, 3, 1, 0, 0 }, pcr1[] = { 0, 3, 2, 0, 0 };
	u8 sealed[1024], hosts[1024];
	size_t len, hosts_len;
	u32 key;

	begin();
	key = load(&proxy, &signer);
	CHECK_EQ(seal(&host, TPM_KH_SRK, srk_secret, info_pcr0, sizeof(info_pcr0), hosts,
		      &hosts_len), 0);
	CHECK_EQ(seal(&proxy, TPM_KH_SRK, srk_secret, info_pcr0, sizeof(info_pcr0), sealed, &len),
		 16);
	CHECK_EQ(seal(&proxy, TPM_KH_SRK, srk_secret, cut, sizeof(cut), sealed, &len), 16);
	CHECK_EQ(seal(&proxy, TPM_KH_SRK, srk_secret, huge, sizeof(huge), sealed, &len), 16);
	CHECK_EQ(unseal(&proxy, TPM_KH_SRK, srk_secret, hosts, hosts_len), 16);
	CHECK_EQ(quote(&proxy, key, 0x16, pcr0, 5), 16);
	CHECK_EQ(quote(&proxy, key, 0x3e, pcr0, 5), 16);
	CHECK_EQ(seal(&proxy, TPM_KH_SRK, srk_secret, info_none, sizeof(info_none), sealed, &len),
		 0);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);

	proxy.vtpm->real_pcrs = 1;
	CHECK_EQ(seal(&proxy, TPM_KH_SRK, srk_secret, info_pcr0, sizeof(info_pcr0), sealed, &len),
		 0);
	CHECK_EQ(unseal(&proxy, TPM_KH_SRK, srk_secret, hosts, hosts_len), 24);
	CHECK_EQ(quote(&proxy, key, 0x3e, pcr0, 5), 0);
	CHECK_EQ(quote(&proxy, key, 0x3e, pcr1, 5), 16);
	end_owned();
}

/* A command that the chip cannot read does not end its session. */
static u32 quote_once(struct guest *g, u32 ordinal, const u8 *sel, size_t len)
{
	u32 key = load(g, &signer), rc;
	struct session s;

	CHECK_EQ(oiap(g, &s, key_secret), 0);
	rc = quote_in(g, &s, key, ordinal, sel, len);
	flush(g, s.handle, TPM_RT_AUTH);
	CHECK_EQ(flush(g, key, TPM_RT_KEY), 0);
	return rc;
}

/* The guest's own PCR 10 is, whatever is granted. */
static void granted_pcrs_are_not_extended(void)
{
	static const char extend[] = "00c1 ???????? 00000014 0000000a "
				     "0123456789abcdef0123456789abcdef01234567";
	static const char read[] = "00c1 ???????? 00000015 0000000a";
	u8 before[20];

	begin();
	proxy.vtpm->real_pcrs = 1 << 10;
	CHECK_EQ(tell(&host, read), 0);
	memcpy(before, host.rsp.buf + VTPMB_HEADER_SIZE, sizeof(before));
	CHECK_EQ(tell(&proxy, extend), 0);
	CHECK(memcmp(proxy.rsp.buf + VTPMB_HEADER_SIZE, before, sizeof(before)));
	core_end_turn();
	CHECK_EQ(tell(&host, read), 0);
	CHECK_MEM(host.rsp.buf + VTPMB_HEADER_SIZE, before, sizeof(before));
	end_owned();
}

/* TrouSerS leaves the selection out when it is given no PCRs, and no TPM takes that. */
static void quote_of_no_pcrs_is_what_the_chip_makes_of_it(void)
{
	static const struct none {
		u8 sel[5];
		size_t len;
		u32 rc;
	} nones[] = {
		{ { 0, 3 }, 5, 0 }, { { 0, 2 }, 4, 0 }, { { 0, 1 }, 3, 0 }, { { 0, 0 }, 2, 0 },
		{ { 0, 4 }, 5, 16 },
	};
	static const u32 ordinals[] = { 0x16, 0x3e };
	const struct none *n;
	unsigned int i;

	begin();
	for (n = nones; n < nones + ARRAY_SIZE(nones); n++) {
		for (i = 0; i < ARRAY_SIZE(ordinals); i++) {
			CHECK_EQ(quote_once(&host, ordinals[i], n->sel, n->len), n->rc);
			CHECK_EQ(quote_once(&proxy, ordinals[i], n->sel, n->len), n->rc);
		}
	}
	CHECK_EQ(quote_once(&host, 0x16, NULL, 0), 16);
	CHECK_EQ(quote_once(&proxy, 0x16, NULL, 0), 16);
	end_owned();
}

/* As make_key(), but with a PCRInfo. */
static u32 make_bound(struct guest *g, const void *info, size_t info_len, bool key12,
		      struct key *made)
{
	struct session s;
	struct command c;

	if (osap(g, &s, TPM_ET_SRK, TPM_KH_SRK, srk_secret))
		return g->rsp.rc;
	command_begin(&c, g, 0x1f);
	put_handle(&c, TPM_KH_SRK);
	put_encrypted(&c, &s, false, key_secret);
	put_encrypted(&c, &s, true, key_secret);
	put_u32(&c, key12 ? 0x00280000 : 0x01010000);
	put_u16(&c, 0x10);
	put_u32(&c, 0);
	put_u8(&c, 1);
	put_u32(&c, 1);
	put_u16(&c, 1);
	put_u16(&c, 2);
	put_u32(&c, 12);
	put_u32(&c, 512);
	put_u32(&c, 2);
	put_u32(&c, 0);
	put_sized(&c, info, info_len);
	put_u32(&c, 0);
	put_u32(&c, 0);
	if (send_auth1(&c, &s))
		return g->rsp.rc;
	made->len = g->rsp.len - 10 - 41;
	memcpy(made->blob, g->rsp.buf + 10, made->len);
	return 0;
}

static void keys_on_pcrs_are_made_and_loaded_by_grant_alone(void)
{
	struct key bound;
	u32 handle;

	begin();
	CHECK_EQ(make_bound(&proxy, info_pcr0, sizeof(info_pcr0), false, &bound), 16);
	CHECK_EQ(make_bound(&proxy, long_pcr0, sizeof(long_pcr0), true, &bound), 16);
	CHECK_EQ(make_bound(&proxy, long_created_pcr0, sizeof(long_created_pcr0), true, &bound),
		 16);
	CHECK_EQ(make_bound(&host, info_pcr0, sizeof(info_pcr0), false, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 16);
	proxy.vtpm->real_pcrs = 1;
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	CHECK_EQ(make_bound(&proxy, info_pcr0, sizeof(info_pcr0), false, &bound), 0);
	CHECK_EQ(make_bound(&proxy, long_pcr0, sizeof(long_pcr0), true, &bound), 0);
	end_owned();
}

/* NV and counters. */

#define READ_NV(index)	"00c1 ???????? 000000cf " index " 00000000 00000004"

static u32 define_nv_of(struct guest *g, u32 index, u32 size, struct session *trans)
{
	static const u8 pcrs[] = { 0, 3, 0, 0, 0, 0x1f };
	struct session s;
	struct command c;
	unsigned int i;

	if (osap(g, &s, TPM_ET_OWNER, TPM_KH_OWNER, owner_secret))
		return g->rsp.rc;
	command_begin(&c, g, 0xcc);
	put_u16(&c, 0x0018);
	put_u32(&c, index);
	for (i = 0; i < 2; i++) {
		put_bytes(&c, pcrs, sizeof(pcrs));
		put_secret(&c, 0);
	}
	put_u16(&c, 0x0017);
	put_u32(&c, 0x00020002);	/* the owner, once NV is locked */
	put_bytes(&c, "\0\0\0", 3);
	put_u32(&c, size);
	put_encrypted(&c, &s, false, key_secret);
	return trans ? execute(&c, trans, &s, NULL) : send_auth1(&c, &s);
}

static u32 define_nv(struct guest *g, u32 index)
{
	return define_nv_of(g, index, 8, NULL);
}

static void nv_is_used_in_a_granted_range(void)
{
	begin();
	CHECK_EQ(define_nv(&host, 0x2000), 0);
	CHECK_EQ(define_nv(&host, 0x1000), 0);
	CHECK_EQ(tell(&proxy, READ_NV("00001000")), 10);
	proxy.vtpm->range[VTPMB_RANGE_NV] = (struct vtpmb_range){ 0x1000, 0x10ff };
	CHECK_EQ(tell(&proxy, "00c1 ???????? 000000cd 00001000 00000000 00000004 61626364"), 0);
	CHECK_EQ(tell(&proxy, READ_NV("00001000")), 0);
	CHECK_MEM(proxy.rsp.buf + 14, "abcd", 4);
	CHECK_EQ(tell(&proxy, READ_NV("00002000")), 2);
	CHECK_EQ(tell(&proxy, READ_NV("10000001")), 2);
	/* Locks of all NV are no index. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 000000cd 00000000 00000000 00000000"), 2);
	CHECK_EQ(define_nv(&proxy, 0xffffffff), 2);
	CHECK_EQ(define_nv(&proxy, 0x2001), 2);
	CHECK_EQ(define_nv(&proxy, 0x1001), 0);
	CHECK_EQ(tell(&proxy, READ_NV("00001001")), 0);
	/* A list of one's own. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000065 0000000d 00000000"), 0);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 10), 8);
	CHECK_EQ(proxy.rsp.len, 22);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000065 00000011 00000004 00001000"), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 00000065 00000011 00000004 00002000"), 2);
	CHECK_EQ(tell(&other, "00c1 ???????? 00000065 0000000d 00000000"), 0);
	CHECK_EQ(vtpmb_peek_u32(other.rsp.buf + 10), 0);
	/* An unsafe grant of an ordinal is for all of them. */
	core_policy(other.vtpm, 0xcf, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK_EQ(tell(&other, READ_NV("00002000")), 0);
	end_owned();
}

/* A read or a write, by whichever ordinal and in whichever wrapping. */
struct span {
	u32 ordinal;
	u32 offset;
	u32 size;
};

static u32 use_span(const struct span *span, bool authorised, struct session *trans)
{
	static const u8 data[16] = "sixteen bytes..";
	struct session s;
	struct command c;

	if (authorised)
		CHECK_EQ(oiap(&proxy, &s, owner_secret), 0);
	command_begin(&c, &proxy, span->ordinal);
	put_u32(&c, 0x1000);
	put_u32(&c, span->offset);
	put_u32(&c, span->size);
	if (span->ordinal == 0xcd || span->ordinal == 0xce)
		put_bytes(&c, data, span->size);
	if (trans)
		return execute(&c, trans, authorised ? &s : NULL, NULL);
	return authorised ? send_auth1(&c, &s) : send_plain(&c);
}

static void must_not_fit(const struct span *span)
{
	bool plain = span->ordinal == 0xcf || span->ordinal == 0xcd;
	enum vtpmb_transport mode;
	struct session trans;

	if (plain)
		CHECK_EQ(use_span(span, false, NULL), 17);
	CHECK_EQ(use_span(span, true, NULL), 17);
	for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(use_span(span, !plain, &trans), 17);
		CHECK(!executed);
	}
	/* What was wrapped has left its session. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
}

/* Sums of offset and size that are small in 32 bits: libtpms crashes. */
static void nv_offset_that_wraps_is_refused(void)
{
	static const struct span spans[] = {
		{ 0xcf, 0xffffffff, 1 }, { 0xcf, 0x80000000, 0x80000000 },
		{ 0xcf, 0xfffffff0, 0x10 }, { 0xcf, 1, 0xffffffff },
		{ 0xcd, 0xffffffff, 1 }, { 0xcd, 0xfffffffc, 4 }, { 0xcd, 0xfffffff0, 0x10 },
		{ 0xd0, 0xffffffff, 1 }, { 0xd0, 0x80000000, 0x80000000 },
		{ 0xce, 0xfffffffc, 4 }, { 0xce, 0xfffffff0, 0x10 },
	};
	unsigned int i;

	begin();
	CHECK_EQ(define_nv_of(&host, 0x1000, 16, NULL), 0);
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	for (i = 0; i < ARRAY_SIZE(spans); i++)
		must_not_fit(&spans[i]);
	for (i = 0; i < ARRAY_SIZE(spans); i++)
		core_policy(proxy.vtpm, spans[i].ordinal, VTPMB_POLICY_ALLOW_UNSAFE);
	for (i = 0; i < ARRAY_SIZE(spans); i++)
		must_not_fit(&spans[i]);
	CHECK_EQ(use_span(&(struct span){ 0xcd, 0, 16 }, false, NULL), 0);
	CHECK_EQ(use_span(&(struct span){ 0xcf, 1, 16 }, false, NULL), 17);
	CHECK_EQ(use_span(&(struct span){ 0xcf, 0, 16 }, false, NULL), 0);
	CHECK_MEM(proxy.rsp.buf + 14, "sixteen bytes..", 16);
	end_owned();
}

/* These the chip judges itself. */
static void chip_refuses_to_define_what_it_has_no_room_for(void)
{
	static const u32 sizes[] = { 0xffffffff, 0xfffffff0, 0x80000000, 0x10000 };
	unsigned int i;

	begin();
	core_policy(proxy.vtpm, 0xcc, VTPMB_POLICY_ALLOW_UNSAFE);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		CHECK(define_nv_of(&proxy, 0x1000, sizes[i], NULL) != 0);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 16, NULL), 0);
	end_owned();
}

static void nv_is_defined_up_to_the_quotas(void)
{
	struct session trans;
	unsigned int i;

	begin();
	CHECK_EQ(proxy.vtpm->nv_indices, VTPMB_NV_INDICES);
	CHECK_EQ(proxy.vtpm->nv_bytes, VTPMB_NV_BYTES_TPM12);
	proxy.vtpm->nv_indices = 3;
	proxy.vtpm->nv_bytes = 40;
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	CHECK_EQ(define_nv_of(&host, 0x2000, 200, NULL), 0);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 41, NULL), 17);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 0xffffffff, NULL), 17);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 30, NULL), 0);
	CHECK_EQ(define_nv_of(&proxy, 0x1001, 11, NULL), 17);
	CHECK_EQ(define_nv_of(&proxy, 0x1001, 10, NULL), 0);
	/* Not over what it was: see below. */
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 20, NULL), 60);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 0, NULL), 0);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 31, NULL), 17);
	CHECK_EQ(define_nv_of(&proxy, 0x1000, 20, NULL), 0);
	for (i = 2; i < 5; i++)
		CHECK_EQ(define_nv_of(&proxy, 0x1000 + i, 1, NULL), i < 3 ? 0 : 17);
	/* Nor inside of a transport session, whatever else is let through there. */
	for (i = VTPMB_TRANSPORT_INSPECT; i <= VTPMB_TRANSPORT_ALLOW; i++) {
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, i);
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(define_nv_of(&proxy, 0x1003, 1, &trans), 17);
		CHECK(!executed);
	}
	/* To undefine one makes room. */
	proxy.vtpm->nv_indices = 0;
	CHECK_EQ(define_nv_of(&proxy, 0x1002, 0, NULL), 0);
	proxy.vtpm->nv_indices = 3;
	CHECK_EQ(define_nv_of(&proxy, 0x1003, 1, NULL), 0);
	/* An unsafe grant of the ordinal is for all of NV. */
	core_policy(proxy.vtpm, 0xcc, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK_EQ(define_nv_of(&proxy, 0x1004, 100, NULL), 0);
	end_owned();
}

/* Always something new: libtpms does not count what it has already. */
static u32 write_new(struct guest *g)
{
	static unsigned int nr;
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 000000cd 00001000 00000000 00000004 %08x", ++nr);
	return tell(g, hex);
}

/* A chip takes 64 until it is cleared, also an owned one whose NV is not locked. */
static void nv_writes_without_authorisation_leave_the_host_some(void)
{
	struct session trans;
	unsigned int i;

	begin();
	CHECK_EQ(define_nv(&host, 0x1000), 0);
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	core_policy(other.vtpm, 0xcd, VTPMB_POLICY_ALLOW_UNSAFE);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	for (i = 0; i < 20; i++)
		CHECK_EQ(write_new(&proxy), 0);
	/* A refused one does not count; an unsafe grant, and a wrapped one, do. */
	CHECK_EQ(tell(&proxy, "00c1 ???????? 000000cd 00001000 00000008 00000004 61626364"), 17);
	CHECK_EQ(write_new(&other), 0);
	for (i = 0; i < 11; i++) {
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		CHECK_EQ(use_span(&(struct span){ 0xcd, 0, 4 }, false, &trans), 0);
		CHECK_EQ(flush(&proxy, trans.handle, TPM_RT_TRANS), 0);
	}
	CHECK_EQ(write_new(&proxy), 72);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	CHECK_EQ(use_span(&(struct span){ 0xcd, 0, 4 }, false, &trans), 72);
	CHECK(!executed);
	/* With the owner's authorisation, and to read, there is no limit. */
	CHECK_EQ(use_span(&(struct span){ 0xcd, 0, 4 }, true, NULL), 0);
	CHECK_EQ(tell(&proxy, READ_NV("00001000")), 0);
	for (i = 0; i < 32; i++)
		CHECK_EQ(write_new(&host), 0);
	end_owned();
}

static u32 create_counter(struct guest *g, u32 *id)
{
	struct session s;
	struct command c;

	if (osap(g, &s, TPM_ET_OWNER, TPM_KH_OWNER, owner_secret))
		return g->rsp.rc;
	command_begin(&c, g, 0xdc);
	put_encrypted(&c, &s, false, key_secret);
	put_bytes(&c, "test", 4);
	if (send_auth1(&c, &s))
		return g->rsp.rc;
	*id = vtpmb_peek_u32(g->rsp.buf + 10);
	return 0;
}

static u32 read_counter(struct guest *g, u32 id)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 000000de %08x", id);
	return tell(g, hex);
}

static u32 increment(struct guest *g, u32 id)
{
	struct session s;
	struct command c;

	if (osap(g, &s, TPM_ET_COUNTER, id, key_secret))
		return g->rsp.rc;
	command_begin(&c, g, 0xdd);
	put_u32(&c, id);
	return send_auth1(&c, &s);
}

static void counter_is_used_by_grant_alone(void)
{
	u32 a, b;

	begin();
	CHECK_EQ(create_counter(&host, &a), 0);
	core_chip_cycle();
	CHECK_EQ(create_counter(&host, &b), 0);
	core_probe();
	CHECK_EQ(read_counter(&proxy, a), 10);
	core_set(proxy.vtpm, VTPMB_SETTING_COUNTER, b);
	CHECK_EQ(read_counter(&proxy, b), 0);
	CHECK_EQ(read_counter(&proxy, a), 69);
	/* A session that belongs to it is swapped like any other. */
	CHECK_EQ(increment(&proxy, a), 69);
	CHECK_EQ(increment(&proxy, b), 0);
	CHECK_EQ(property(&proxy, 0x122), b);
	CHECK_EQ(read_counter(&other, b), 10);
	end_owned();
}

/* Dictionary attacks: the chip endures five. */

static void wrong_guesses_lock_the_guesser_alone(void)
{
	u32 key, theirs;
	unsigned int i;
	struct core_rsp rsp;

	begin();
	key = load(&proxy, &signer);
	theirs = load(&other, &signer);
	CHECK_EQ(sign(&proxy, key, 0x77, NULL), 1);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(sign(&proxy, key, 0x77, NULL), 1);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0x803);
	for (i = 0; i < 8; i++) {
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
	}
	CHECK_EQ(sign(&other, theirs, key_secret, NULL), 0);
	CHECK_EQ(sign(&other, theirs, 0x77, NULL), 1);
	/* What it is told of is its own. */
	CHECK_EQ(tell(&other, "00c1 ???????? 00000065 00000019 00000002 0001"), 0);
	memcpy(&rsp, &other.rsp, sizeof(rsp));
	CHECK_EQ(vtpmb_peek_u16(rsp.buf + 17), 1);
	CHECK_EQ(sign(&other, theirs, 0x77, NULL), 1);
	CHECK_EQ(sign(&other, theirs, 0x77, NULL), 0x803);

	/* The host can still use its chip, and forgives. */
	core_end_turn();
	key = load(&host, &signer);
	CHECK_EQ(sign(&host, key, key_secret, NULL), 0);
	CHECK_EQ(flush(&host, key, TPM_RT_KEY), 0);
	CHECK_EQ(as_owner(&host, 0x40, -1, owner_secret), 0);
	CHECK_EQ(sign(&other, theirs, key_secret, NULL), 0);
	key = load(&proxy, &signer);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	end_owned();
}

static void all_guests_together_leave_the_host_a_try(void)
{
	struct guest more[6] = {}, *g;
	unsigned int i, k, nr_failed = 0;
	u32 key, rc;

	begin();
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		g = &more[i];
		g->vtpm = core_new();
		start(g);
		for (k = 0; k < 4; k++) {
			rc = load_key(g, TPM_KH_SRK, 0x77, &signer, &key);
			CHECK(rc == 1 || rc == 0x803);
			nr_failed += rc == 1;
		}
	}
	CHECK_EQ(nr_failed, 4);
	core_end_turn();
	CHECK_EQ(load_key(&host, TPM_KH_SRK, 0x77, &signer, &key), 1);
	key = load(&host, &signer);
	CHECK_EQ(sign(&host, key, key_secret, NULL), 0);
	CHECK_EQ(flush(&host, key, TPM_RT_KEY), 0);
	for (i = 0; i < ARRAY_SIZE(more); i++)
		core_free(more[i].vtpm);
	end_owned();
}

static void tries_that_the_host_has_used_are_not_a_guests(void)
{
	unsigned int i;
	u32 key;

	begin();
	for (i = 0; i < 4; i++)
		CHECK_EQ(load_key(&host, TPM_KH_SRK, 0x77, &signer, &key), 1);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
	core_end_turn();
	key = load(&host, &signer);
	CHECK_EQ(sign(&host, key, key_secret, NULL), 0);
	CHECK_EQ(flush(&host, key, TPM_RT_KEY), 0);
	/* Nor are those of a proxy that is no more. */
	CHECK_EQ(as_owner(&host, 0x40, -1, owner_secret), 0);
	for (i = 0; i < 4; i++) {
		struct guest another = { .vtpm = core_new() };
		u32 rc;

		start(&another);
		rc = load_key(&another, TPM_KH_SRK, 0x77, &signer, &key);
		CHECK_EQ(rc, 1);
		core_free(another.vtpm);
		core_end_turn();
	}
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
	end_owned();
}

static unsigned int nr_asked;

static void count_asked(const u8 *cmd, size_t len)
{
	nr_asked += vtpmb_peek_u32(cmd + 6) == 0x65 && vtpmb_peek_u32(cmd + 10) == 0x19;
}

static void chip_is_asked_for_failures_once_a_turn(void)
{
	u32 key;

	begin();
	core_turn = 0;
	core_watch = count_asked;
	nr_asked = 0;
	key = load(&proxy, &signer);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(nr_asked, 1);
	CHECK_EQ(sign(&proxy, key, 0x77, NULL), 1);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(nr_asked, 2);
	core_end_turn();
	CHECK_EQ(sign(&proxy, key, key_secret, NULL), 0);
	CHECK_EQ(nr_asked, 3);
	core_watch = NULL;
	core_turn = 1;
	core_end_turn();
	end_owned();
}

/* TPM_CAP_DA_LOGIC is unknown to it. */
static void does_not_tell(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0x65 && vtpmb_peek_u32(cmd + 10) == 0x19)
		core_fail_chip(1, 0x2c);
}

static void chip_that_does_not_tell_is_not_guessed_at_anew_after_a_reset(void)
{
	struct guest third = {};
	unsigned int i;
	u32 key;

	begin();
	core_watch = does_not_tell;
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 1);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 1);
	for (i = 0; i < 8; i++) {
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
		core_off(proxy.vtpm);
		core_reset(proxy.vtpm);
		start(&proxy);
	}
	CHECK_EQ(load_key(&other, TPM_KH_SRK, 0x77, &signer, &key), 1);
	CHECK_EQ(load_key(&other, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
	third.vtpm = core_new();
	start(&third);
	CHECK_EQ(load_key(&third, TPM_KH_SRK, 0x77, &signer, &key), 0x803);
	core_end_turn();
	key = load(&host, &signer);
	CHECK_EQ(sign(&host, key, key_secret, NULL), 0);
	CHECK_EQ(flush(&host, key, TPM_RT_KEY), 0);
	core_watch = NULL;
	core_free(third.vtpm);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(owner_acts_by_grant_alone),
	CORE_TEST(owner_cannot_hurt_others_without_unsafe_grant),
	CORE_TEST(owner_clear_by_unsafe_grant_is_the_truth_for_all),
	CORE_TEST(ownership_of_an_unowned_chip_by_grant),
	CORE_TEST(lost_owner_clear_is_found_out),
	CORE_TEST(lost_owner_clear_of_a_chip_that_did_not_changes_nothing),
	CORE_TEST(lost_take_ownership_is_found_out),
	CORE_TEST(platform_by_unsafe_grant_is_the_chips),
	CORE_TEST(chips_presence_is_not_the_guests),
	CORE_TEST(guest_clears_enables_and_owns_the_chip_by_unsafe_grant),
	CORE_TEST(platform_commands_are_never_wrapped),
	CORE_TEST(owner_is_not_installed_twice),
	CORE_TEST(cleared_owner_is_back_when_the_administrator_sets_a_view),
	CORE_TEST(pcrs_are_used_by_grant_alone),
	CORE_TEST(granted_pcrs_are_not_extended),
	CORE_TEST(quote_of_no_pcrs_is_what_the_chip_makes_of_it),
	CORE_TEST(keys_on_pcrs_are_made_and_loaded_by_grant_alone),
	CORE_TEST(nv_is_used_in_a_granted_range),
	CORE_TEST(nv_is_defined_up_to_the_quotas),
	CORE_TEST(nv_offset_that_wraps_is_refused),
	CORE_TEST(chip_refuses_to_define_what_it_has_no_room_for),
	CORE_TEST(nv_writes_without_authorisation_leave_the_host_some),
	CORE_TEST(counter_is_used_by_grant_alone),
	CORE_TEST(wrong_guesses_lock_the_guesser_alone),
	CORE_TEST(all_guests_together_leave_the_host_a_try),
	CORE_TEST(chip_that_does_not_tell_is_not_guessed_at_anew_after_a_reset),
	CORE_TEST(tries_that_the_host_has_used_are_not_a_guests),
	CORE_TEST(chip_is_asked_for_failures_once_a_turn),
};

CORE_MAIN(tests)
