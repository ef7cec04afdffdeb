// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: NV indices, in a range that each guest is granted. */

#include "tpm20_steps.h"

/* TPMA_NV: owner and authValue may read and write. */
#define NV_RW			0x00060006
#define NV_COUNTER		0x00000010
#define NV_BITS			0x00000020
#define NV_EXTEND		0x00000040

/* Of a policy and its hash: what PolicyAuthorizeNV reads. */
#define POLICY_SIZE		34

/* Its public part and its Name, which changes with its attributes. */
static bool read_public(struct diff_guest *g, struct index *nv)
{
	u16 public_len;
	struct call c;

	begin_call(&c, g, TPM2_CC_NV_ReadPublic);
	c.steady = true;
	use_index(&c, nv);
	if (!send_call(&c, AGREE_BYTES)) {
		nv->live = false;
		return false;
	}
	public_len = vtpmb_peek_u16(c.out[OURS]);
	set_digest(&nv->name, c.out[OURS] + 4 + public_len,
		   vtpmb_peek_u16(c.out[OURS] + 2 + public_len));
	return true;
}

static struct index *pick_index(struct diff_guest *g, u32 type)
{
	struct model *m = model_of(g);
	unsigned int start = diff_of(g, NR_INDICES), i;

	for (i = 0; i < NR_INDICES; i++) {
		struct index *nv = &m->index[(start + i) % NR_INDICES];

		if (nv->live && (type == ~0u || (nv->attributes & TPMA_NV_TPM2_NT_MASK) == type))
			return read_public(g, nv) ? nv : NULL;
	}
	return NULL;
}

static void authorise_index(struct call *c, struct index *nv)
{
	struct digest name[NR_SIDES] = { nv->name, nv->name };

	model_of(c->g)->guarded |= !(nv->attributes & TPMA_NV_NO_DA);
	authorise(c, name, &nv->auth);
}

/* By the owner or by its own authValue. */
static void begin_index(struct call *c, struct diff_guest *g, u32 code, struct index *nv)
{
	begin_call(c, g, code);
	if (diff_once_in(g, 2)) {
		use_handle(c, TPM2_RH_OWNER);
		use_index(c, nv);
		authorise_hierarchy(c, TPM2_RH_OWNER);
	} else {
		use_index(c, nv);
		use_index(c, nv);
		authorise_index(c, nv);
	}
}

/* PolicyCommandCode of NV_ChangeAuth, which takes a policy. */
static void change_auth_policy(struct digest *policy)
{
	u8 msg[40] = {};

	vtpmb_poke_u32(msg + 32, TPM2_CC_PolicyCommandCode);
	vtpmb_poke_u32(msg + 36, TPM2_CC_NV_ChangeAuth);
	hash_of(TPM2_ALG_SHA256, msg, sizeof(msg), policy);
}

static void plan_index(struct diff_guest *g, struct index *nv)
{
	static const struct {
		u32 type;
		u16 size;
	} types[] = {
		{ 0, POLICY_SIZE }, { 0, POLICY_SIZE }, { NV_COUNTER, 8 }, { NV_BITS, 8 },
		{ NV_EXTEND, 32 },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(types));

	nv->attributes = NV_RW | types[i].type;
	nv->size = types[i].size;
	if (!types[i].type && diff_once_in(g, 2))
		nv->size = 1 + diff_of(g, 200);
	if (!diff_once_in(g, 4))
		nv->attributes |= TPMA_NV_NO_DA;
	if (diff_once_in(g, 4))
		nv->attributes |= TPMA_NV_WRITEDEFINE;
	if (diff_once_in(g, 4))
		nv->attributes |= TPMA_NV_READ_STCLEAR;
	nv->auth.len = diff_of(g, 12);
	diff_bytes(g, nv->auth.at, nv->auth.len);
	if (nv->auth.len)
		nv->auth.at[nv->auth.len - 1] |= 1;
}

static void step_define(struct diff_guest *g)
{
	unsigned int nr = diff_of(g, NR_INDICES);
	struct index *nv = &model_of(g)->index[nr];
	struct index new = { .handle = nv_first(g) + nr };
	struct digest policy;
	struct call c;

	plan_index(g, &new);
	change_auth_policy(&policy);
	begin_call(&c, g, TPM2_CC_NV_DefineSpace);
	use_handle(&c, TPM2_RH_OWNER);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	put_2b(&c, new.auth.at, new.auth.len);
	put_u16(&c, 14 + policy.len);
	put_u32(&c, new.handle);
	put_u16(&c, TPM2_ALG_SHA256);
	put_u32(&c, new.attributes);
	put_2b(&c, policy.at, policy.len);
	put_u16(&c, new.size);
	if (!send_call(&c, AGREE_BYTES))
		return;
	*nv = new;
	nv->live = true;
}

static void undefine(struct diff_guest *g, struct index *nv, bool password)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_NV_UndefineSpace);
	c.steady = true;
	c.password = password;
	use_handle(&c, TPM2_RH_OWNER);
	use_index(&c, nv);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	if (send_call(&c, AGREE_BYTES))
		nv->live = false;
}

static void step_undefine(struct diff_guest *g)
{
	struct index *nv = pick_index(g, ~0u);

	if (nv)
		undefine(g, nv, false);
}

/* What is locked till the next start stays so till the host's: away with it. */
void drop_locked(struct diff_guest *g)
{
	unsigned int i;

	for (i = 0; i < NR_INDICES; i++) {
		struct index *nv = &model_of(g)->index[i];

		/* Its Name differs now. */
		if (nv->live && nv->locked)
			undefine(g, nv, true);
	}
}

static void step_write(struct diff_guest *g)
{
	struct index *nv = pick_index(g, 0);
	u8 data[200] = { 0, TPM2_ALG_SHA256 };
	u16 offset = 0, len;
	struct call c;

	if (!nv)
		return;
	/* The digest of an empty policy, or something else. */
	len = nv->size;
	if (nv->size != POLICY_SIZE || diff_once_in(g, 2)) {
		offset = diff_of(g, nv->size);
		len = diff_of(g, nv->size - offset + 1);
		diff_bytes(g, data, len);
	}
	begin_index(&c, g, TPM2_CC_NV_Write, nv);
	put_2b(&c, data, len);
	put_u16(&c, offset);
	send_call(&c, AGREE_BYTES);
}

static void step_change(struct diff_guest *g)
{
	static const struct {
		u32 type;
		u32 code;
		const char *params;
	} changes[] = {
		{ NV_COUNTER, TPM2_CC_NV_Increment, "" },
		{ NV_BITS, TPM2_CC_NV_SetBits, "0000000000010100" },
		{ NV_BITS, TPM2_CC_NV_SetBits, "8000000000000000" },
		{ NV_EXTEND, TPM2_CC_NV_Extend, "0003 616263" },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(changes));
	struct index *nv = pick_index(g, changes[i].type);
	struct call c;

	if (!nv)
		return;
	begin_index(&c, g, changes[i].code, nv);
	put_hex(&c, changes[i].params);
	send_call(&c, AGREE_BYTES);
}

static void step_read(struct diff_guest *g)
{
	struct index *nv = pick_index(g, ~0u);
	u16 offset;
	struct call c;

	if (!nv)
		return;
	offset = diff_once_in(g, 2) ? 0 : diff_of(g, nv->size);
	begin_index(&c, g, TPM2_CC_NV_Read, nv);
	put_u16(&c, diff_once_in(g, 2) ? nv->size - offset : diff_of(g, nv->size + 2));
	put_u16(&c, offset);
	/* A counter begins where the chip's highest ended. */
	send_call(&c, nv->attributes & NV_COUNTER ? AGREE_LENGTH : AGREE_BYTES);
}

static void step_lock(struct diff_guest *g)
{
	struct index *nv = pick_index(g, ~0u);
	bool read = diff_once_in(g, 2);
	struct call c;

	if (!nv)
		return;
	begin_index(&c, g, read ? TPM2_CC_NV_ReadLock : TPM2_CC_NV_WriteLock, nv);
	if (send_call(&c, AGREE_BYTES))
		nv->locked = true;
}

static void step_certify(struct diff_guest *g)
{
	struct object *signer = any_signer(g);
	struct index *nv = signer ? pick_index(g, ~0u) : NULL;
	struct call c;

	if (!nv)
		return;
	begin_call(&c, g, TPM2_CC_NV_Certify);
	use_object(&c, signer);
	use_handle(&c, TPM2_RH_OWNER);
	use_index(&c, nv);
	authorise_object(&c, signer);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	put_hex(&c, "0003 616263");
	put_scheme(&c, signer);
	put_u16(&c, nv->size);
	put_u16(&c, 0);
	send_call(&c, AGREE_LENGTH);
}

static void step_change_auth(struct diff_guest *g)
{
	struct index *nv = pick_index(g, ~0u);
	struct session *s = nv ? fresh_policy(g, 1) : NULL;
	struct digest auth = { .len = diff_of(g, 12) };
	struct call command, c;

	if (!s)
		return;
	diff_bytes(g, auth.at, auth.len);
	if (auth.len)
		auth.at[auth.len - 1] |= 1;
	begin_call(&command, g, TPM2_CC_PolicyCommandCode);
	command.steady = true;
	use_session(&command, s);
	put_u32(&command, TPM2_CC_NV_ChangeAuth);
	if (!send_call(&command, AGREE_BYTES) || !nv->live)
		return;
	begin_call(&c, g, TPM2_CC_NV_ChangeAuth);
	use_index(&c, nv);
	authorise_by(&c, s, &nv->auth);
	c.new_auth = &auth;
	put_2b(&c, auth.at, auth.len);
	if (send_call(&c, AGREE_BYTES))
		nv->auth = auth;
}

/* What stands in an index, compared or taken for a policy. */
static void step_policy(struct diff_guest *g)
{
	bool compare = diff_once_in(g, 2);
	struct index *nv = pick_index(g, compare && diff_once_in(g, 2) ? NV_BITS : 0);
	struct session *s = nv ? fresh_policy(g, diff_once_in(g, 2) ? 1 : 3) : NULL;
	struct call c;

	if (!s || s->pins)
		return;
	begin_call(&c, g, compare ? TPM2_CC_PolicyNV : TPM2_CC_PolicyAuthorizeNV);
	use_handle(&c, TPM2_RH_OWNER);
	use_index(&c, nv);
	use_session(&c, s);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	if (compare) {
		put_hex(&c, "0001 00 0000");
		put_u16(&c, diff_of(g, 14));
	}
	send_call(&c, AGREE_BYTES);
}

const struct step nv_steps[] = {
	{ 6, step_define },
	{ 1, step_undefine },
	{ 6, step_write },
	{ 5, step_change },
	{ 6, step_read },
	{ 2, step_lock },
	{ 2, step_certify },
	{ 2, step_change_auth },
	{ 6, step_policy },
	{}
};
