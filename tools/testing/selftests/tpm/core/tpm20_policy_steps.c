// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: policies, in real and in trial sessions. */

#include "tpm20_steps.h"

#define ONES	"1111111111111111111111111111111111111111111111111111111111111111"

static struct session *any_policy(struct diff_guest *g)
{
	return pick_session(g, diff_once_in(g, 2) ? 1 : 3);
}

/* Those that need nothing but the session; what they do to it may fail. */
static void step_simple(struct diff_guest *g)
{
	static const struct {
		u32 code;
		const char *params;
	} simple[] = {
		{ 0x16b, "" },
		{ 0x16c, "00000153" },
		{ 0x16c, "0000015d" },
		{ 0x16c, "00000fff" },
		{ 0x16d, "0000 0000 0007" },
		{ 0x16d, "0008 0000000000000000 0000 0002" },
		{ 0x16e, "0020 " ONES },
		{ 0x16f, "01" },
		{ 0x16f, "02" },
		{ 0x170, "0020 " ONES },
		{ 0x171, "00000002 0020 " ONES "0020 " ONES },
		{ 0x171, "00000001 0020 " ONES },
		{ 0x180, "" },
		{ 0x180, "" },
		{ 0x187, "" },
		{ 0x188, "0000 0022 000b " ONES "00" },
		{ 0x18c, "" },
		{ 0x18f, "00" },
		{ 0x18f, "01" },
		{ 0x190, "0020 " ONES },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(simple));
	struct session *s = any_policy(g);
	struct call c;

	if (!s)
		return;
	begin_call(&c, g, simple[i].code);
	use_session(&c, s);
	put_hex(&c, simple[i].params);
	if (diff_once_in(g, 12))
		bystander(&c);
	if (!send_call(&c, AGREE_BYTES))
		return;
	if (simple[i].code == TPM2_CC_PolicyRestart)
		s->differs = false;
}

static void get_digest(struct diff_guest *g, struct session *s, struct digest digest[NR_SIDES])
{
	enum diff_side side;
	struct call c;

	digest[OURS].len = 0;
	digest[TWINS].len = 0;
	begin_call(&c, g, TPM2_CC_PolicyGetDigest);
	use_session(&c, s);
	if (!send_call(&c, s->differs ? AGREE_LENGTH : AGREE_BYTES))
		return;
	for (side = 0; side < NR_SIDES; side++)
		set_digest(&digest[side], c.out[side] + 2, vtpmb_peek_u16(c.out[side]));
}

static void step_digest(struct diff_guest *g)
{
	struct session *s = any_policy(g);
	struct digest digest[NR_SIDES];

	if (s)
		get_digest(g, s, digest);
}

/*
 * The PCRs are private: a digest that covers them is each side's own, but for the one that
 * represents others.
 */
static void step_pcr(struct diff_guest *g)
{
	static const char * const params[] = {
		"0000 00000001 000b 03 800000", "0000 00000001 000b 03 000100",
		"0000 00000002 0004 03 010000 000b 03 800000", "0000 00000001 000b 03 000000",
		"0000 00000000", "0020 " ONES "00000001 000b 03 800000",
		"0000 00000001 0010 03 000000", "0000 00000001 000b 02 8000",
	};
	struct session *s = any_policy(g);
	bool was = s && s->differs, composite = has_composite(g) && diff_once_in(g, 2);
	struct call c;

	if (!s)
		return;
	s->differs |= !composite;
	begin_call(&c, g, TPM2_CC_PolicyPCR);
	use_session(&c, s);
	if (composite) {
		put_hex(&c, "0000");
		put_composite(&c);
	} else if (has_attest(g) && diff_once_in(g, 20)) {
		put_hex(&c, "0000");
		put_attest(&c);
	} else {
		put_hex(&c, params[diff_of(g, ARRAY_SIZE(params))]);
	}
	if (composite && diff_once_in(g, 12))
		bystander(&c);
	if (!send_call(&c, AGREE_BYTES) && s->live && c.pair.rsp[OURS].rc)
		s->differs = was;
}

static void step_secret(struct diff_guest *g)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_PLATFORM, TPM2_RH_LOCKOUT };
	struct object *o = diff_once_in(g, 2) ? pick_private(g, ~IS_SEQUENCE) : NULL;
	struct session *s = any_policy(g);
	u32 hier = hierarchies[diff_of(g, diff_once_in(g, 10) ? 4 : 2)];
	struct call c;

	if (!s)
		return;
	s->pins++;
	begin_call(&c, g, TPM2_CC_PolicySecret);
	if (o && o->live)
		use_object(&c, o);
	else
		use_handle(&c, hier);
	use_session(&c, s);
	s->pins--;
	if (o && o->live) {
		model_of(g)->guarded |= o->da;
		authorise(&c, o->name, &o->auth);
	} else {
		authorise_hierarchy(&c, hier);
	}
	put_hex(&c, "0000 0000 0002 6162 00000000");
	if (send_call(&c, AGREE_BYTES) && o && o->live)
		s->differs |= !o->same;
}

/* aHash of PolicySigned without cpHash: nonceTPM, expiration, policyRef. */
static void signed_hash(const struct session *s, bool nonce, u32 expiration,
			struct digest out[NR_SIDES])
{
	enum diff_side side;
	u8 msg[80];

	for (side = 0; side < NR_SIDES; side++) {
		size_t len = nonce ? s->nonce[side].len : 0;

		memcpy(msg, s->nonce[side].at, len);
		vtpmb_poke_u32(msg + len, expiration);
		hash_of(TPM2_ALG_SHA256, msg, len + 4, &out[side]);
	}
}

static void put_signature(struct call *c, const struct signature *s)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++)
		put_own(c, side, s->at[side], s->len[side]);
}

/* Timeout and ticket of PolicySigned, to be used in another session. */
static void use_ticket(struct diff_guest *g, const struct call *from, const struct object *key)
{
	struct session *s = pick_session(g, 1);
	enum diff_side side;
	struct call c;

	if (!s)
		return;
	begin_call(&c, g, TPM2_CC_PolicyTicket);
	use_session(&c, s);
	for (side = 0; side < NR_SIDES; side++) {
		u16 timeout = vtpmb_peek_u16(from->out[side]);

		put_own_2b(&c, side, from->out[side] + 2, timeout);
		put_own(&c, side, "\0\0\0\0", 4);
		put_own_2b(&c, side, key->name[side].at, key->name[side].len);
		put_own(&c, side, from->out[side] + 2 + timeout, from->out_len[side] - 2 - timeout);
	}
	if (send_call(&c, AGREE_BYTES))
		s->differs |= !key->same;
}

static void step_signed(struct diff_guest *g)
{
	struct object *key = any_signer(g);
	struct session *s = key ? pick_session(g, 1) : NULL;
	bool nonce = diff_once_in(g, 2);
	u32 expiration = diff_once_in(g, 2) ? 0 : -1000000;
	struct digest hash[NR_SIDES];
	struct signature signature;
	enum diff_side side;
	bool good;
	struct call c;

	if (!s)
		return;
	s->pins++;
	signed_hash(s, nonce, expiration, hash);
	good = sign_digest(g, key, hash, &signature);
	s->pins--;
	if (!good || !key->live || !s->live)
		return;
	begin_call(&c, g, TPM2_CC_PolicySigned);
	use_object(&c, key);
	use_session(&c, s);
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&c, side, s->nonce[side].at, nonce ? s->nonce[side].len : 0);
	put_hex(&c, "0000 0000");
	put_u32(&c, expiration);
	put_signature(&c, &signature);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	s->differs |= !key->same;
	if (expiration)
		use_ticket(g, &c, key);
}

/* Whoever has the key approves the policy that the session has now. */
static void step_authorize(struct diff_guest *g)
{
	struct object *key = any_signer(g);
	struct session *s = key ? any_policy(g) : NULL;
	struct digest digest[NR_SIDES], hash[NR_SIDES];
	struct signature signature;
	enum diff_side side;
	struct call c, verify;

	if (!s)
		return;
	s->pins++;
	get_digest(g, s, digest);
	for (side = 0; side < NR_SIDES; side++)
		hash_of(TPM2_ALG_SHA256, digest[side].at, digest[side].len, &hash[side]);
	if (!digest[OURS].len || !sign_digest(g, key, hash, &signature)) {
		s->pins--;
		return;
	}
	begin_call(&verify, g, TPM2_CC_VerifySignature);
	use_object(&verify, key);
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&verify, side, hash[side].at, hash[side].len);
	put_signature(&verify, &signature);
	s->pins--;
	if (!send_call(&verify, AGREE_LENGTH) || !s->live)
		return;
	begin_call(&c, g, TPM2_CC_PolicyAuthorize);
	use_session(&c, s);
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, digest[side].at, digest[side].len);
		put_own(&c, side, "\0\0", 2);
		put_own_2b(&c, side, key->name[side].at, key->name[side].len);
		put_own(&c, side, verify.out[side], verify.out_len[side]);
	}
	/* From then on the digest is of the key's Name. */
	if (send_call(&c, AGREE_BYTES))
		s->differs = !key->same;
}

static void step_session(struct diff_guest *g)
{
	static const u8 types[] = { 0, 0, 1, 3 };

	start_session(g, types[diff_of(g, ARRAY_SIZE(types))]);
}

static void step_flush_session(struct diff_guest *g)
{
	struct session *s = &model_of(g)->session[diff_of(g, NR_SESSIONS)];

	if (s->live && !s->pins)
		flush_session(g, s);
}

/* Contexts that are not good any more, or again. */
static void step_stale(struct diff_guest *g)
{
	const struct context *stale = &model_of(g)->stale[diff_of(g, 2)];
	enum diff_side side;
	struct call c, flush;
	u8 handle[4];

	if (!stale->len[OURS])
		return;
	need_slots(g, 1);
	begin_call(&c, g, 0x161);
	c.steady = true;
	for (side = 0; side < NR_SIDES; side++)
		put_own(&c, side, stale->at[side], stale->len[side]);
	if (!send_call(&c, AGREE_CODE))
		return;
	begin_call(&flush, g, 0x165);
	flush.steady = true;
	for (side = 0; side < NR_SIDES; side++) {
		vtpmb_poke_u32(handle, c.made[side]);
		put_own(&flush, side, handle, sizeof(handle));
	}
	send_call(&flush, AGREE_BYTES);
}

const struct step policy_steps[] = {
	{ 24, step_simple },
	{ 4, step_digest },
	{ 4, step_pcr },
	{ 4, step_secret },
	{ 4, step_signed },
	{ 3, step_authorize },
	{ 4, step_session },
	{ 3, step_flush_session },
	{ 2, step_stale },
	{}
};
