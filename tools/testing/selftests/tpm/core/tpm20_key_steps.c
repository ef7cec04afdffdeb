// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: objects: make them, load them, use them, move them. */

#include "tpm20_steps.h"

#define USUAL (ATTR_FIXED_TPM | ATTR_FIXED_PARENT | ATTR_ORIGIN | ATTR_WITH_AUTH)

/**
 * struct shape - a kind of key
 * @type:	TPMI_ALG_PUBLIC
 * @attributes:	TPMA_OBJECT
 * @params:	what follows authPolicy: TPMU_PUBLIC_PARMS, TPMU_PUBLIC_ID
 * @hash:	of its scheme, or TPM2_ALG_NULL if it has none
 */
struct shape {
	u16 type;
	u32 attributes;
	const char *params;
	u16 hash;
};

static const struct shape shapes[NR_ROLES] = {
	[ROLE_STORAGE] = { TPM2_ALG_ECC, USUAL | ATTR_RESTRICTED | ATTR_DECRYPT,
			   "0006 0080 0043 0010 0003 0010 0000 0000", TPM2_ALG_NULL },
	[ROLE_SIGN] = { TPM2_ALG_ECC, USUAL | ATTR_SIGN,
			"0010 0018 000b 0003 0010 0000 0000", TPM2_ALG_SHA256 },
	[ROLE_HMAC] = { TPM2_ALG_KEYEDHASH, USUAL | ATTR_SIGN, "0005 000b 0000", TPM2_ALG_SHA256 },
	[ROLE_CIPHER] = { TPM2_ALG_SYMCIPHER, USUAL | ATTR_SIGN | ATTR_DECRYPT,
			  "0006 0080 0043 0000", TPM2_ALG_NULL },
	[ROLE_SEALED] = { TPM2_ALG_KEYEDHASH, USUAL & ~ATTR_ORIGIN, "0010 0000", TPM2_ALG_NULL },
	[ROLE_ECDH] = { TPM2_ALG_ECC, USUAL | ATTR_DECRYPT,
			"0010 0010 0003 0010 0000 0000", TPM2_ALG_NULL },
	[ROLE_RSA] = { TPM2_ALG_RSA, USUAL | ATTR_SIGN | ATTR_DECRYPT,
		       "0010 0010 0400 00000000 0000", TPM2_ALG_NULL },
	[ROLE_DAA] = { TPM2_ALG_ECC, USUAL | ATTR_SIGN,
		       "0010 001a 000b 0000 0010 0010 0000 0000", TPM2_ALG_SHA256 },
};

static void chance_auth(struct diff_guest *g, struct digest *auth)
{
	auth->len = diff_once_in(g, 2) ? 0 : 1 + diff_of(g, 20);
	diff_bytes(g, auth->at, auth->len);
	/* Zeros at the end would be ignored. */
	if (auth->len)
		auth->at[auth->len - 1] |= 1;
}

/* What a new key is to be. */
static void plan(struct diff_guest *g, struct object *o, enum role role)
{
	const struct shape *shape = &shapes[role];
	unsigned int pins = o->pins;

	memset(o, 0, offsetof(struct object, context));
	o->pins = pins;
	o->role = role;
	o->hash = shape->hash;
	o->attributes = shape->attributes;
	o->is_private = true;
	o->da = diff_once_in(g, 4);
	if (!o->da)
		o->attributes |= ATTR_NO_DA;
	if (diff_once_in(g, 16)) {
		o->attributes |= ATTR_ST_CLEAR;
		o->stir = true;
	}
	if (role == ROLE_SIGN && diff_once_in(g, 4))
		o->attributes |= ATTR_X509_SIGN;
	chance_auth(g, &o->auth);
	if (role == ROLE_SEALED) {
		o->seal.len = 1 + diff_of(g, 64);
		diff_bytes(g, o->seal.at, o->seal.len);
	}
	if (diff_once_in(g, 3)) {
		o->policy = 1 + diff_of(g, NR_POLICIES - 1);
		policy_digest(g, o->policy, o->digest);
		if (!o->digest[OURS].len)
			o->policy = POLICY_NONE;
	}
	if (o->policy == POLICY_COMMAND)
		o->attributes &= ~(ATTR_FIXED_TPM | ATTR_FIXED_PARENT);
	else if (o->policy && diff_once_in(g, 2))
		o->attributes &= ~ATTR_WITH_AUTH;
}

static void put_sensitive(struct call *c, const struct object *o)
{
	put_u16(c, 4 + o->auth.len + o->seal.len);
	put_2b(c, o->auth.at, o->auth.len);
	put_2b(c, o->seal.at, o->seal.len);
}

/* TPMT_PUBLIC, as a template, of one side. */
static size_t template_of(const struct object *o, enum diff_side side, u8 *buf, size_t cap)
{
	const struct shape *shape = &shapes[o->role];
	u8 params[128];
	size_t len = core_hex(params, sizeof(params), shape->params);
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, buf, cap);
	vtpmb_put_u16(&w, shape->type);
	vtpmb_put_u16(&w, TPM2_ALG_SHA256);
	vtpmb_put_u32(&w, o->attributes);
	vtpmb_put_u16(&w, o->digest[side].len);
	vtpmb_put_bytes(&w, o->digest[side].at, o->digest[side].len);
	vtpmb_put_bytes(&w, params, len);
	return w.len;
}

static void put_template(struct call *c, const struct object *o)
{
	enum diff_side side;
	u8 buf[512];

	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(c, side, buf, template_of(o, side, buf, sizeof(buf)));
}

/* Take a TPM2B of each side's answer, from @at. */
static void take_2b(const struct call *c, size_t at[NR_SIDES], struct bytes out[NR_SIDES])
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		out[side].len = vtpmb_peek_u16(c->out[side] + at[side]);
		if (out[side].len > sizeof(out[side].at))
			diff_differ(c->g, &c->pair, "a TPM2B that is too long");
		memcpy(out[side].at, c->out[side] + at[side] + 2, out[side].len);
		at[side] += 2 + out[side].len;
	}
}

static void take_digest(const struct call *c, size_t at[NR_SIDES], struct digest out[NR_SIDES])
{
	struct bytes bytes[NR_SIDES];
	enum diff_side side;

	take_2b(c, at, bytes);
	for (side = 0; side < NR_SIDES; side++)
		set_digest(&out[side], bytes[side].at, bytes[side].len);
}

/* Public part, creation data, hash and ticket. */
static void take_created(const struct call *c, size_t at[NR_SIDES], struct object *o)
{
	struct creation *creation = &model_of(c->g)->creation;
	struct bytes data[NR_SIDES];
	enum diff_side side;

	take_2b(c, at, o->pub);
	take_2b(c, at, data);
	take_digest(c, at, creation->hash);
	for (side = 0; side < NR_SIDES; side++) {
		struct bytes *ticket = &creation->ticket[side];

		ticket->len = 8 + vtpmb_peek_u16(c->out[side] + at[side] + 6);
		memcpy(ticket->at, c->out[side] + at[side], ticket->len);
		at[side] += ticket->len;
		name_of(&o->pub[side], &o->name[side]);
		creation->name[side] = o->name[side];
	}
}

/* creationPCR, and the selection and pcrDigest with which creationData begins. */
static void chance_creation_pcr(struct call *c)
{
	c->with_pcr = has_composite(c->g) && diff_once_in(c->g, 2);
	if (c->with_pcr)
		put_composite(c);
	else
		put_u32(c, 0);
}

static bool creations_agree(struct call *c)
{
	const u8 *data[NR_SIDES];
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		data[side] = c->out[side];
		/* Before it: the private part if the key is not loaded, and the public one. */
		if (c->row->code == TPM2_CC_Create)
			data[side] += 2 + vtpmb_peek_u16(data[side]);
		data[side] += 4 + vtpmb_peek_u16(data[side]);
	}
	return !memcmp(data[OURS], data[TWINS], c->with_pcr ? 10 + 2 + 32 : 4);
}

/* It is loaded, under the handle that both sides gave it. */
static void enter(const struct call *c, struct object *o)
{
	o->live = true;
	o->loaded = true;
	o->saved = false;
	memcpy(o->handle, c->made, sizeof(o->handle));
	model_of(c->g)->skewed |= c->made[OURS] != c->made[TWINS];
	o->used = ++model_of(c->g)->clock;
}

static void check_names(const struct call *c, const struct object *o, size_t at[NR_SIDES])
{
	struct digest name[NR_SIDES];
	enum diff_side side;

	take_digest(c, at, name);
	for (side = 0; side < NR_SIDES; side++) {
		if (!same_digest(&name[side], &o->name[side]))
			diff_differ(c->g, &c->pair, "a Name that is not the public part's");
	}
}

static enum agree agreement(const struct object *o)
{
	return o->same ? AGREE_BYTES : AGREE_LENGTH;
}

/* Seeds are the same on both sides, but the null hierarchy's and after a Clear. */
static bool is_derived_alike(struct diff_guest *g, const struct object *o)
{
	return o->hier != TPM2_RH_NULL && !model_of(g)->cleared &&
	       same_digest(&o->digest[OURS], &o->digest[TWINS]);
}

static void create_primary(struct diff_guest *g, enum role role)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_OWNER, TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_NULL };
	struct object *o = new_object(g);
	size_t at[NR_SIDES] = {};
	struct call c;

	o->pins++;
	plan(g, o, role);
	o->hier = hierarchies[diff_of(g, ARRAY_SIZE(hierarchies))];
	if (diff_once_in(g, 100))
		o->hier = TPM2_RH_PLATFORM;
	o->same = is_derived_alike(g, o);
	if (!diff_once_in(g, 40))
		need_slots(g, 1);
	begin_call(&c, g, TPM2_CC_CreatePrimary);
	use_handle(&c, o->hier);
	authorise_hierarchy(&c, o->hier);
	put_sensitive(&c, o);
	put_template(&c, o);
	put_hex(&c, "0003 616263");
	chance_creation_pcr(&c);
	c.agrees = creations_agree;
	if (send_call(&c, agreement(o))) {
		take_created(&c, at, o);
		check_names(&c, o, at);
		enter(&c, o);
	}
	o->pins--;
}

/* An RSA key takes long. */
static enum role chance_role(struct diff_guest *g)
{
	static const u8 roles[] = {
		ROLE_STORAGE, ROLE_STORAGE, ROLE_SIGN, ROLE_SIGN, ROLE_HMAC, ROLE_HMAC,
		ROLE_CIPHER, ROLE_SEALED, ROLE_SEALED, ROLE_ECDH, ROLE_DAA,
	};

	if (diff_once_in(g, 400))
		return ROLE_RSA;
	return roles[diff_of(g, ARRAY_SIZE(roles))];
}

static void step_create_primary(struct diff_guest *g)
{
	create_primary(g, diff_once_in(g, 3) ? ROLE_STORAGE : chance_role(g));
}

struct object *any_storage(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(STORAGE));

	if (!o)
		create_primary(g, ROLE_STORAGE);
	return o ? o : pick_private(g, IS(STORAGE));
}

static struct blob *new_blob(struct diff_guest *g)
{
	return &model_of(g)->blob[diff_of(g, NR_BLOBS)];
}

static void step_create(struct diff_guest *g)
{
	struct object *parent = any_storage(g);
	struct blob *blob = new_blob(g);
	size_t at[NR_SIDES] = {};
	struct call c;

	if (!parent)
		return;
	blob->live = false;
	parent->pins++;
	plan(g, &blob->like, chance_role(g));
	if (parent->stir)
		blob->like.attributes |= ATTR_ST_CLEAR;
	parent->pins--;
	if (!parent->live)
		return;
	blob->like.hier = parent->hier;
	begin_call(&c, g, TPM2_CC_Create);
	use_object(&c, parent);
	/* libtpms makes the key in a slot. */
	if (!diff_once_in(g, 40))
		need_slots(g, 1);
	authorise_object(&c, parent);
	put_sensitive(&c, &blob->like);
	put_template(&c, &blob->like);
	put_hex(&c, "0000");
	chance_creation_pcr(&c);
	c.agrees = creations_agree;
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, blob->priv);
	take_created(&c, at, &blob->like);
	memcpy(blob->parent, parent->name, sizeof(blob->parent));
	blob->live = true;
}

static bool is_child(const struct blob *blob, const struct object *parent)
{
	return same_digest(&blob->parent[OURS], &parent->name[OURS]) &&
	       same_digest(&blob->parent[TWINS], &parent->name[TWINS]);
}

static struct blob *child_of(struct diff_guest *g, const struct object *parent)
{
	unsigned int start = diff_of(g, NR_BLOBS), i;

	for (i = 0; i < NR_BLOBS; i++) {
		struct blob *blob = &model_of(g)->blob[(start + i) % NR_BLOBS];

		if (blob->live && (is_child(blob, parent) || diff_once_in(g, 100)))
			return blob;
	}
	return NULL;
}

/* What one side has made, the other can load too, for both have the parent. */
static void share(struct diff_guest *g, struct object *o, struct bytes priv[NR_SIDES])
{
	enum diff_side from = diff_of(g, NR_SIDES), to = !from;

	if (!same_digest(&o->digest[OURS], &o->digest[TWINS]))
		return;
	o->same = true;
	o->pub[to] = o->pub[from];
	o->name[to] = o->name[from];
	priv[to] = priv[from];
}

static void step_load(struct diff_guest *g)
{
	struct object *parent = any_storage(g), *o;
	struct blob *blob = parent ? child_of(g, parent) : NULL;
	struct bytes priv[NR_SIDES];
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	if (!blob)
		return;
	parent->pins++;
	o = new_object(g);
	parent->pins--;
	drop_object(o);
	memcpy(o, &blob->like, offsetof(struct object, context));
	o->live = false;
	o->pins = 1;
	memcpy(priv, blob->priv, sizeof(priv));
	if (parent->same && is_child(blob, parent) && !diff_once_in(g, 3))
		share(g, o, priv);
	begin_call(&c, g, TPM2_CC_Load);
	use_object(&c, parent);
	if (!diff_once_in(g, 40))
		need_slots(g, 1);
	authorise_object(&c, parent);
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, priv[side].at, priv[side].len);
		put_own_2b(&c, side, o->pub[side].at, o->pub[side].len);
	}
	if (send_call(&c, agreement(o))) {
		check_names(&c, o, at);
		enter(&c, o);
	}
	o->pins--;
}

/* A key of the test's own, which both sides are given. */
static void plan_external(struct diff_guest *g, struct object *o, enum role role,
			  struct bytes *sensitive)
{
	static const char hmac[] = "0008 000b 00040440 0000 0005 000b 0020";
	struct digest unique;
	u8 seed[64];

	o->role = role;
	o->hash = role == ROLE_RSA ? TPM2_ALG_NULL : TPM2_ALG_SHA256;
	o->attributes = ATTR_WITH_AUTH;
	o->same = true;
	o->is_private = true;
	if (role != ROLE_HMAC) {
		own_key(role == ROLE_RSA ? TPM2_ALG_RSA : TPM2_ALG_ECC, &o->pub[OURS], sensitive);
		o->pub[TWINS] = o->pub[OURS];
		return;
	}
	/* Part 1, 27.5.3.2: unique is the hash of seed and key. */
	diff_bytes(g, seed, sizeof(seed));
	hash_of(TPM2_ALG_SHA256, seed, sizeof(seed), &unique);
	o->pub[OURS].len = core_hex(o->pub[OURS].at, sizeof(o->pub[OURS].at), hmac);
	memcpy(o->pub[OURS].at + o->pub[OURS].len, unique.at, unique.len);
	o->pub[OURS].len += unique.len;
	o->pub[TWINS] = o->pub[OURS];
	sensitive->len = core_hex(sensitive->at, sizeof(sensitive->at), "0008 0000 0020");
	memcpy(sensitive->at + 6, seed, 32);
	memcpy(sensitive->at + 38, "\0\x20", 2);
	memcpy(sensitive->at + 40, seed + 32, 32);
	sensitive->len = 72;
}

static void load_external(struct diff_guest *g, struct object *o, const struct bytes *sensitive)
{
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	o->pins++;
	if (!diff_once_in(g, 40))
		need_slots(g, 1);
	begin_call(&c, g, TPM2_CC_LoadExternal);
	put_2b(&c, sensitive->at, sensitive->len);
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, o->pub[side].at, o->pub[side].len);
		name_of(&o->pub[side], &o->name[side]);
	}
	put_u32(&c, o->hier);
	if (diff_once_in(g, 6))
		bystander(&c);
	if (send_call(&c, agreement(o))) {
		check_names(&c, o, at);
		enter(&c, o);
	}
	o->pins--;
}

static void step_load_external(struct diff_guest *g)
{
	static const u8 roles[] = { ROLE_HMAC, ROLE_HMAC, ROLE_SIGN, ROLE_RSA };
	struct object *o = new_object(g);
	struct bytes sensitive = {};

	drop_object(o);
	o->hier = TPM2_RH_NULL;
	plan_external(g, o, roles[diff_of(g, ARRAY_SIZE(roles))], &sensitive);
	load_external(g, o, &sensitive);
}

/* Only the public part, for those who verify. */
static void step_load_public(struct diff_guest *g)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_NULL, TPM2_RH_PLATFORM };
	struct object *from = pick_object(g, IS(SIGN) | IS(RSA) | IS(STORAGE)), *o;
	struct bytes none = {};

	if (!from)
		return;
	from->pins++;
	o = new_object(g);
	from->pins--;
	drop_object(o);
	o->role = ROLE_PUBLIC;
	o->hash = from->hash;
	o->same = from->same;
	o->attributes = from->attributes;
	o->hier = hierarchies[diff_of(g, diff_once_in(g, 20) ? 4 : 3)];
	memcpy(o->pub, from->pub, sizeof(o->pub));
	load_external(g, o, &none);
}

static void step_create_loaded(struct diff_guest *g)
{
	static const u32 hierarchies[] = { TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_NULL };
	struct object *parent = diff_once_in(g, 2) ? any_storage(g) : NULL, *o;
	struct bytes priv[NR_SIDES];
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	if (parent)
		parent->pins++;
	o = new_object(g);
	o->pins++;
	plan(g, o, chance_role(g));
	if (parent)
		parent->pins--;
	o->hier = parent ? parent->hier : hierarchies[diff_of(g, 3)];
	o->same = !parent && is_derived_alike(g, o);
	if (parent && parent->stir)
		o->attributes |= ATTR_ST_CLEAR;
	o->stir = o->attributes & ATTR_ST_CLEAR;
	begin_call(&c, g, TPM2_CC_CreateLoaded);
	if (parent) {
		use_object(&c, parent);
		authorise_object(&c, parent);
	} else {
		use_handle(&c, o->hier);
		authorise_hierarchy(&c, o->hier);
	}
	need_slots(g, 1);
	put_sensitive(&c, o);
	put_template(&c, o);
	if (send_call(&c, agreement(o))) {
		take_2b(&c, at, priv);
		take_2b(&c, at, o->pub);
		for (side = 0; side < NR_SIDES; side++)
			name_of(&o->pub[side], &o->name[side]);
		check_names(&c, o, at);
		enter(&c, o);
	}
	o->pins--;
}

static void step_read_public(struct diff_guest *g)
{
	struct object *o = pick_object(g, ~0u);
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_ReadPublic);
	use_object(&c, o);
	if (diff_once_in(g, 6))
		bystander(&c);
	send_call(&c, agreement(o));
}

/* Signatures. */

struct object *any_signer(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(SIGN));

	if (!o)
		create_primary(g, ROLE_SIGN);
	return o ? o : pick_private(g, IS(SIGN));
}

void put_scheme(struct call *c, const struct object *o)
{
	if (o->role == ROLE_RSA)
		put_hex(c, "0014 000b");
	else if (o->role == ROLE_HMAC || diff_once_in(c->g, 2))
		put_hex(c, "0010");
	else
		put_hex(c, "0018 000b");
}

static void put_key_and_auth(struct call *c, struct object *o)
{
	use_object(c, o);
	authorise_object(c, o);
}

bool sign_digest(struct diff_guest *g, struct object *o, const struct digest digest[NR_SIDES],
		 struct signature *out)
{
	enum diff_side side;
	struct call c;

	begin_call(&c, g, TPM2_CC_Sign);
	put_key_and_auth(&c, o);
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&c, side, digest[side].at, digest[side].len);
	put_scheme(&c, o);
	put_hex(&c, "8024 40000007 0000");
	if (!send_call(&c, o->same && o->role != ROLE_SIGN ? AGREE_BYTES : AGREE_LENGTH))
		return false;
	memcpy(out->name, o->name, sizeof(out->name));
	out->digest = digest[OURS];
	out->same = o->same && same_digest(&digest[OURS], &digest[TWINS]);
	for (side = 0; side < NR_SIDES; side++) {
		out->len[side] = min_t(size_t, c.out_len[side], sizeof(out->at[side]));
		memcpy(out->at[side], c.out[side], out->len[side]);
	}
	return true;
}

static void step_sign(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(SIGN) | IS(RSA) | IS(HMAC));
	struct digest digest[NR_SIDES];

	if (!o)
		o = any_signer(g);
	if (!o)
		return;
	digest[OURS].len = 32;
	diff_bytes(g, digest[OURS].at, 32);
	digest[TWINS] = digest[OURS];
	sign_digest(g, o, digest, &model_of(g)->signature);
}

static struct object *signer_of(struct diff_guest *g, const struct signature *s)
{
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++) {
		struct object *o = &model_of(g)->object[i];

		if (o->live && s->len[OURS] && same_digest(&o->name[OURS], &s->name[OURS]) &&
		    same_digest(&o->name[TWINS], &s->name[TWINS]))
			return o;
	}
	return NULL;
}

/* With the same key on both sides, each verifies what the other has signed. */
static void step_verify(struct diff_guest *g)
{
	const struct signature *s = &model_of(g)->signature;
	struct object *o = signer_of(g, s);
	bool swap = s->same && diff_once_in(g, 2), ticket;
	enum diff_side side;
	struct call c;

	if (!o || !s->digest.len)
		return;
	ticket = o->hier != TPM2_RH_NULL && !model_of(g)->cleared;
	begin_call(&c, g, TPM2_CC_VerifySignature);
	use_object(&c, o);
	put_2b(&c, s->digest.at, s->digest.len);
	for (side = 0; side < NR_SIDES; side++)
		put_own(&c, side, s->at[swap ^ side], s->len[swap ^ side]);
	send_call(&c, o->same && ticket ? AGREE_BYTES : AGREE_LENGTH);
}

/* What is attested, but for the clock: magic, type, qualified signer, extra data. */
static bool attests_agree(struct call *c)
{
	return c->out_len[OURS] > 8 && !memcmp(c->out[OURS], c->out[TWINS], 8);
}

static void step_certify(struct diff_guest *g)
{
	struct object *signer = any_signer(g), *o = pick_object(g, ~IS_SEQUENCE);
	struct call c;

	if (!o || !signer || o == signer)
		return;
	begin_call(&c, g, TPM2_CC_Certify);
	use_object(&c, o);
	use_object(&c, signer);
	authorise_object(&c, o);
	authorise_object(&c, signer);
	put_hex(&c, "0003 616263");
	put_scheme(&c, signer);
	c.agrees = attests_agree;
	send_call(&c, AGREE_LENGTH);
}

static void step_certify_creation(struct diff_guest *g)
{
	struct creation *creation = &model_of(g)->creation;
	struct object *signer = any_signer(g), *o = NULL;
	enum diff_side side;
	unsigned int i;
	struct call c;

	for (i = 0; i < NR_OBJECTS; i++) {
		if (model_of(g)->object[i].live &&
		    same_digest(&model_of(g)->object[i].name[OURS], &creation->name[OURS]) &&
		    same_digest(&model_of(g)->object[i].name[TWINS], &creation->name[TWINS]))
			o = &model_of(g)->object[i];
	}
	if (!o || !signer)
		return;
	begin_call(&c, g, TPM2_CC_CertifyCreation);
	use_object(&c, signer);
	use_object(&c, o);
	authorise_object(&c, signer);
	put_hex(&c, "0000");
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&c, side, creation->hash[side].at, creation->hash[side].len);
	put_scheme(&c, signer);
	for (side = 0; side < NR_SIDES; side++)
		put_own(&c, side, creation->ticket[side].at, creation->ticket[side].len);
	c.agrees = attests_agree;
	send_call(&c, AGREE_LENGTH);
}

static void step_get_time(struct diff_guest *g)
{
	struct object *signer = any_signer(g);
	struct call c;

	if (!signer)
		return;
	begin_call(&c, g, TPM2_CC_GetTime);
	use_handle(&c, TPM2_RH_ENDORSEMENT);
	use_object(&c, signer);
	authorise_hierarchy(&c, TPM2_RH_ENDORSEMENT);
	authorise_object(&c, signer);
	put_hex(&c, "0003 616263");
	put_scheme(&c, signer);
	c.agrees = attests_agree;
	send_call(&c, AGREE_LENGTH);
}

static void step_audit_digest(struct diff_guest *g)
{
	struct object *signer = any_signer(g);
	struct session *s = NULL;
	unsigned int i;
	struct call c;

	for (i = 0; i < NR_SESSIONS; i++) {
		if (model_of(g)->session[i].live && model_of(g)->session[i].audit)
			s = &model_of(g)->session[i];
	}
	if (!signer || !s)
		return;
	begin_call(&c, g, TPM2_CC_GetSessionAuditDigest);
	use_handle(&c, TPM2_RH_ENDORSEMENT);
	use_object(&c, signer);
	use_session(&c, s);
	authorise_hierarchy(&c, TPM2_RH_ENDORSEMENT);
	authorise_object(&c, signer);
	put_hex(&c, "0000");
	put_scheme(&c, signer);
	c.agrees = attests_agree;
	send_call(&c, AGREE_LENGTH);
}

/* From the selection on: the signer, the extra data, the clock and the firmware are before it. */
static bool quotes_agree(struct call *c)
{
	const u8 *info[NR_SIDES];
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		info[side] = c->out[side] + 2 + 6;
		info[side] += 2 + vtpmb_peek_u16(info[side]);
		info[side] += 2 + vtpmb_peek_u16(info[side]);
		info[side] += 17 + 8;
	}
	return attests_agree(c) && !memcmp(info[OURS], info[TWINS], 10 + 2 + 32);
}

/* No PCR of the host's, and sometimes one; or a register. */
static void step_quote(struct diff_guest *g)
{
	struct object *signer = any_signer(g);
	bool composite = has_composite(g) && diff_once_in(g, 2);
	bool attest = !composite && has_attest(g) && !diff_once_in(g, 3);
	struct call c;

	if (!signer)
		return;
	begin_call(&c, g, TPM2_CC_Quote);
	put_key_and_auth(&c, signer);
	put_hex(&c, "0003 616263");
	put_scheme(&c, signer);
	if (composite)
		put_composite(&c);
	else if (attest)
		put_attest(&c);
	else
		put_hex(&c, diff_once_in(g, 4) ? "00000001 000b 03 010000" : "00000000");
	c.agrees = composite || attest ? quotes_agree : attests_agree;
	send_call(&c, AGREE_LENGTH);
}

/* A partial certificate: an issuer, a validity, a subject and key usage. */
static void step_certify_x509(struct diff_guest *g)
{
	static const char partial[] =
		"3056"
		"300f 310d 300b 0603550403 0c04 74657374"
		"301e 170d 323530313031303030303030 5a 170d 333530313031303030303030 5a"
		"300f 310d 300b 0603550403 0c04 74657374"
		"a312 3010 300e 0603551d0f 0101ff 0404 03020780";
	struct object *signer = any_signer(g), *o = pick_private(g, IS(SIGN));
	u8 der[256];
	struct call c;

	if (!o || !signer || o == signer)
		return;
	begin_call(&c, g, TPM2_CC_CertifyX509);
	use_object(&c, o);
	use_object(&c, signer);
	authorise_object(&c, o);
	authorise_object(&c, signer);
	put_hex(&c, "0000");
	put_scheme(&c, signer);
	put_2b(&c, der, core_hex(der, sizeof(der), partial));
	/* DER has no zeros in front of a number. */
	send_call(&c, AGREE_CODE);
}

/* Hashes and HMACs. */

static void put_chance_2b(struct call *c, unsigned int max)
{
	unsigned int len = diff_of(c->g, max + 1);
	u8 bytes[1024];

	diff_bytes(c->g, bytes, len);
	put_2b(c, bytes, len);
}

static u16 chance_hash(struct diff_guest *g)
{
	static const u16 hashes[] = { TPM2_ALG_SHA1, TPM2_ALG_SHA256, TPM2_ALG_SHA256,
		TPM2_ALG_SHA384, TPM2_ALG_SHA512 };

	return hashes[diff_of(g, ARRAY_SIZE(hashes))];
}

static void step_hash(struct diff_guest *g)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_NULL, TPM2_RH_PLATFORM };
	u32 hier = hierarchies[diff_of(g, 4)];
	struct call c;

	begin_call(&c, g, TPM2_CC_Hash);
	put_chance_2b(&c, 1024);
	put_u16(&c, chance_hash(g));
	put_u32(&c, hier);
	if (diff_once_in(g, 6))
		bystander(&c);
	send_call(&c, hier == TPM2_RH_NULL || !model_of(g)->cleared ? AGREE_BYTES : AGREE_LENGTH);
}

static void step_hmac(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(HMAC));
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_HMAC);
	put_key_and_auth(&c, o);
	put_chance_2b(&c, 600);
	put_u16(&c, diff_once_in(g, 2) ? TPM2_ALG_NULL : TPM2_ALG_SHA256);
	send_call(&c, agreement(o));
}

static void enter_sequence(struct call *c, struct object *o, enum role role, bool same,
			   const struct digest *auth)
{
	drop_object(o);
	o->role = role;
	o->same = same;
	o->attributes = ATTR_WITH_AUTH;
	o->is_private = true;
	o->auth = *auth;
	o->hier = TPM2_RH_NULL;
	enter(c, o);
}

static void step_hash_start(struct diff_guest *g)
{
	bool event = diff_once_in(g, 3);
	struct object *o = new_object(g);
	struct digest auth;
	struct call c;

	chance_auth(g, &auth);
	if (!diff_once_in(g, 40))
		need_slots(g, 1);
	begin_call(&c, g, TPM2_CC_HashSequenceStart);
	put_2b(&c, auth.at, auth.len);
	put_u16(&c, event ? TPM2_ALG_NULL : chance_hash(g));
	if (send_call(&c, AGREE_BYTES))
		enter_sequence(&c, o, event ? ROLE_EVENT : ROLE_SEQUENCE, true, &auth);
}

static void step_hmac_start(struct diff_guest *g)
{
	struct object *key = pick_private(g, IS(HMAC)), *o;
	struct digest auth;
	struct call c;

	if (!key)
		return;
	key->pins++;
	o = new_object(g);
	key->pins--;
	drop_object(o);
	chance_auth(g, &auth);
	begin_call(&c, g, TPM2_CC_HMAC_Start);
	put_key_and_auth(&c, key);
	need_slots(g, 1);
	put_2b(&c, auth.at, auth.len);
	put_u16(&c, TPM2_ALG_NULL);
	if (send_call(&c, AGREE_BYTES))
		enter_sequence(&c, o, ROLE_MAC_SEQUENCE, key->same, &auth);
}

static void step_sequence_update(struct diff_guest *g)
{
	struct object *o = pick_object(g, IS_SEQUENCE);
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_SequenceUpdate);
	put_key_and_auth(&c, o);
	put_chance_2b(&c, 1024);
	send_call(&c, AGREE_BYTES);
}

static void step_sequence_complete(struct diff_guest *g)
{
	static const u32 hierarchies[] = { TPM2_RH_OWNER, TPM2_RH_NULL, TPM2_RH_ENDORSEMENT };
	struct object *o = pick_object(g, IS(SEQUENCE) | IS(MAC_SEQUENCE));
	u32 hier = hierarchies[diff_of(g, 3)];
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_SequenceComplete);
	put_key_and_auth(&c, o);
	put_chance_2b(&c, 600);
	put_u32(&c, hier);
	send_call(&c, hier != TPM2_RH_NULL && model_of(g)->cleared ? AGREE_LENGTH : agreement(o));
}

static void step_event_complete(struct diff_guest *g)
{
	struct object *o = pick_object(g, IS(EVENT));
	struct digest none = {};
	u32 pcr;
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_EventSequenceComplete);
	pcr = diff_once_in(g, 6) ? TPM2_RH_NULL : diff_of(g, 24);
	use_handle(&c, pcr);
	use_object(&c, o);
	authorise_handle(&c, pcr, &none);
	authorise_object(&c, o);
	put_chance_2b(&c, 600);
	send_call(&c, AGREE_BYTES);
}

/* Ciphers and secrets. */

static void step_encrypt(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(CIPHER));
	bool second = diff_once_in(g, 2);
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, second ? TPM2_CC_EncryptDecrypt2 : TPM2_CC_EncryptDecrypt);
	put_key_and_auth(&c, o);
	if (second)
		put_chance_2b(&c, 512);
	put_u8(&c, diff_of(g, 2));
	put_u16(&c, TPM2_ALG_CFB);
	put_hex(&c, "0010 00112233445566778899aabbccddeeff");
	if (!second)
		put_chance_2b(&c, 512);
	send_call(&c, agreement(o));
}

static void step_unseal(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(SEALED));
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_Unseal);
	put_key_and_auth(&c, o);
	if (!send_call(&c, AGREE_BYTES))
		return;
	if (c.out_len[OURS] != 2 + o->seal.len || memcmp(c.out[OURS] + 2, o->seal.at, o->seal.len))
		diff_differ(g, &c.pair, "what was sealed");
}

static void put_own_point(struct call *c)
{
	u8 x[32], y[32];

	own_point(x, y);
	put_u16(c, 68);
	put_2b(c, x, sizeof(x));
	put_2b(c, y, sizeof(y));
}

static void step_ecdh(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(ECDH));
	struct call c;

	if (!o)
		return;
	if (diff_once_in(g, 3)) {
		begin_call(&c, g, TPM2_CC_ECDH_KeyGen);
		use_object(&c, o);
		send_call(&c, AGREE_LENGTH);
		return;
	}
	begin_call(&c, g, TPM2_CC_ECDH_ZGen);
	put_key_and_auth(&c, o);
	put_own_point(&c);
	send_call(&c, agreement(o));
}

/* Numbers of ephemeral keys, each side's own: the last parameter of a response. */
struct number {
	u8 at[NR_SIDES][2];
};

static void take_number(const struct call *c, struct number *number)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++)
		memcpy(number->at[side], c->out[side] + c->out_len[side] - 2, 2);
}

static void put_number(struct call *c, const struct number *number)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++)
		put_own(c, side, number->at[side], 2);
}

/* What both parties make of an ephemeral key. */
static void agree_on_key(struct diff_guest *g, struct object *o, const struct number *number)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_ZGen_2Phase);
	put_key_and_auth(&c, o);
	put_own_point(&c);
	put_own_point(&c);
	put_u16(&c, TPM2_ALG_ECDH);
	put_number(&c, number);
	send_call(&c, AGREE_LENGTH);
}

static void step_two_phase(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(ECDH));
	struct number number;
	struct call c;

	begin_call(&c, g, TPM2_CC_EC_Ephemeral);
	put_u16(&c, 0x0003);
	if (!send_call(&c, AGREE_LENGTH) || !o)
		return;
	take_number(&c, &number);
	agree_on_key(g, o, &number);
}

/* A commitment is for ECDAA, but its number serves others too. */
static void step_commit(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(DAA)), *other = pick_private(g, IS(ECDH));
	struct number number;
	struct call c;
	u8 digest[32];

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_Commit);
	put_key_and_auth(&c, o);
	put_hex(&c, "0004 0000 0000 0000 0000");
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_number(&c, &number);
	if (other && diff_once_in(g, 3)) {
		agree_on_key(g, other, &number);
		return;
	}
	begin_call(&c, g, TPM2_CC_Sign);
	put_key_and_auth(&c, o);
	diff_bytes(g, digest, sizeof(digest));
	put_2b(&c, digest, sizeof(digest));
	put_hex(&c, "001a 000b");
	put_number(&c, &number);
	put_hex(&c, "8024 40000007 0000");
	/* The signature's first half is as long as its number is. */
	send_call(&c, AGREE_CODE);
}

/* With no scheme the result is the same for all; else each decrypts its own. */
static void step_rsa(struct diff_guest *g)
{
	static const char * const schemes[] = { "0010", "0015", "0017 000b" };
	struct object *o = pick_private(g, IS(RSA));
	const char *scheme = schemes[diff_of(g, 3)];
	struct bytes text[NR_SIDES];
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	if (!o)
		return;
	begin_call(&c, g, TPM2_CC_RSA_Encrypt);
	use_object(&c, o);
	put_chance_2b(&c, 32);
	put_hex(&c, scheme);
	put_hex(&c, diff_once_in(g, 2) ? "0000" : "0003 616200");
	if (!send_call(&c, o->same && strlen(scheme) == 4 && scheme[3] == '0' ?
		       AGREE_BYTES : AGREE_LENGTH))
		return;
	take_2b(&c, at, text);
	begin_call(&c, g, TPM2_CC_RSA_Decrypt);
	put_key_and_auth(&c, o);
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&c, side, text[side].at, text[side].len);
	put_hex(&c, scheme);
	put_hex(&c, "0000");
	send_call(&c, AGREE_BYTES);
}

/* Credentials. */

static void step_credential(struct diff_guest *g)
{
	struct object *key = any_storage(g), *o;
	struct bytes blob[NR_SIDES], secret[NR_SIDES];
	size_t at[NR_SIDES] = {};
	u8 credential[20];
	enum diff_side side;
	struct call c;

	o = pick_private(g, ~IS_SEQUENCE);
	if (!key || !o || o == key)
		return;
	diff_bytes(g, credential, sizeof(credential));
	begin_call(&c, g, TPM2_CC_MakeCredential);
	use_object(&c, key);
	put_2b(&c, credential, sizeof(credential));
	for (side = 0; side < NR_SIDES; side++)
		put_own_2b(&c, side, o->name[side].at, o->name[side].len);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, blob);
	take_2b(&c, at, secret);
	begin_call(&c, g, TPM2_CC_ActivateCredential);
	use_object(&c, o);
	use_object(&c, key);
	authorise_object(&c, o);
	authorise_object(&c, key);
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, blob[side].at, blob[side].len);
		put_own_2b(&c, side, secret[side].at, secret[side].len);
	}
	if (send_call(&c, AGREE_BYTES) && memcmp(c.out[OURS] + 2, credential, sizeof(credential)))
		diff_differ(g, &c.pair, "the credential");
}

/* Moving keys. */

static struct object *duplicable(struct diff_guest *g)
{
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++) {
		struct object *o = &model_of(g)->object[i];

		if (o->live && o->is_private && o->policy == POLICY_COMMAND)
			return o;
	}
	return NULL;
}

static void import(struct diff_guest *g, struct object *parent, const struct object *o,
		   const struct bytes dup[NR_SIDES], const struct bytes seed[NR_SIDES])
{
	struct blob *blob = new_blob(g);
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	blob->live = false;
	begin_call(&c, g, TPM2_CC_Import);
	put_key_and_auth(&c, parent);
	put_hex(&c, "0000");
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, o->pub[side].at, o->pub[side].len);
		put_own_2b(&c, side, dup[side].at, dup[side].len);
		put_own_2b(&c, side, seed[side].at, seed[side].len);
	}
	put_u16(&c, TPM2_ALG_NULL);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, blob->priv);
	memcpy(&blob->like, o, offsetof(struct object, context));
	blob->like.hier = parent->hier;
	blob->like.same = false;
	memcpy(blob->parent, parent->name, sizeof(blob->parent));
	blob->live = true;
}

/* From one parent to another without the key itself. */
static void rewrap(struct diff_guest *g, struct object *parent, const struct object *o,
		   struct bytes dup[NR_SIDES], struct bytes seed[NR_SIDES])
{
	size_t at[NR_SIDES] = {};
	enum diff_side side;
	struct call c;

	begin_call(&c, g, TPM2_CC_Rewrap);
	use_object(&c, parent);
	use_object(&c, parent);
	authorise_object(&c, parent);
	for (side = 0; side < NR_SIDES; side++) {
		put_own_2b(&c, side, dup[side].at, dup[side].len);
		put_own_2b(&c, side, o->name[side].at, o->name[side].len);
		put_own_2b(&c, side, seed[side].at, seed[side].len);
	}
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, dup);
	take_2b(&c, at, seed);
}

static void step_duplicate(struct diff_guest *g)
{
	struct object *parent = any_storage(g), *o = duplicable(g);
	struct bytes key[NR_SIDES], dup[NR_SIDES], seed[NR_SIDES];
	struct session *s;
	size_t at[NR_SIDES] = {};
	struct call c;

	if (!o || !parent || o == parent)
		return;
	o->pins++;
	parent->pins++;
	s = satisfy(g, o, TPM2_CC_Duplicate);
	o->pins--;
	parent->pins--;
	if (!s)
		return;
	begin_call(&c, g, TPM2_CC_Duplicate);
	use_object(&c, o);
	use_object(&c, parent);
	authorise_by(&c, s, &o->auth);
	put_hex(&c, "0000 0010");
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, key);
	take_2b(&c, at, dup);
	take_2b(&c, at, seed);
	if (diff_once_in(g, 2))
		rewrap(g, parent, o, dup, seed);
	if (parent->live && o->live)
		import(g, parent, o, dup, seed);
}

static void step_change_auth(struct diff_guest *g)
{
	struct object *parent = any_storage(g), *o = pick_private(g, ~IS_SEQUENCE);
	struct blob *blob = new_blob(g);
	struct bytes priv[NR_SIDES];
	size_t at[NR_SIDES] = {};
	struct digest auth;
	struct call c;

	if (!o || !parent || o == parent)
		return;
	chance_auth(g, &auth);
	begin_call(&c, g, TPM2_CC_ObjectChangeAuth);
	use_object(&c, o);
	use_object(&c, parent);
	authorise_object(&c, o);
	put_2b(&c, auth.at, auth.len);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_2b(&c, at, priv);
	blob->live = true;
	memcpy(&blob->like, o, offsetof(struct object, context));
	blob->like.auth = auth;
	memcpy(blob->priv, priv, sizeof(priv));
	memcpy(blob->parent, parent->name, sizeof(blob->parent));
}

/* Persistent objects. */

static void step_evict_control(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int nr = diff_of(g, ARRAY_SIZE(m->persistent));
	struct object *p = &m->persistent[nr], *o;
	u32 handle = 0x81000000 + nr;
	struct call c;

	o = p->live ? p : pick_private(g, ~IS_SEQUENCE);
	if (!o || (o->persistent && o != p))
		return;
	begin_call(&c, g, TPM2_CC_EvictControl);
	use_handle(&c, TPM2_RH_OWNER);
	use_object(&c, o);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	put_u32(&c, handle);
	if (!send_call(&c, AGREE_BYTES))
		return;
	if (o == p) {
		drop_object(p);
		return;
	}
	memcpy(p, o, offsetof(struct object, context));
	p->pins = 0;
	p->persistent = handle;
}

static void step_save(struct diff_guest *g)
{
	struct object *o = pick_object(g, ~0u);

	if (o && !o->persistent)
		save_object(g, o);
}

static void step_flush(struct diff_guest *g)
{
	struct object *o = pick_object(g, ~0u);

	if (o && !o->persistent && !o->pins)
		flush_object(g, o);
}

const struct step key_steps[] = {
	{ 8, step_create_primary },
	{ 6, step_create },
	{ 12, step_load },
	{ 4, step_load_external },
	{ 4, step_load_public },
	{ 4, step_create_loaded },
	{ 8, step_read_public },
	{ 8, step_sign },
	{ 8, step_verify },
	{ 3, step_certify },
	{ 4, step_certify_creation },
	{ 2, step_get_time },
	{ 2, step_audit_digest },
	{ 2, step_quote },
	{ 2, step_certify_x509 },
	{ 8, step_hash },
	{ 10, step_hmac },
	{ 6, step_hash_start },
	{ 3, step_hmac_start },
	{ 8, step_sequence_update },
	{ 4, step_sequence_complete },
	{ 4, step_event_complete },
	{ 6, step_encrypt },
	{ 6, step_unseal },
	{ 4, step_ecdh },
	{ 3, step_two_phase },
	{ 2, step_commit },
	{ 2, step_rsa },
	{ 3, step_credential },
	{ 4, step_duplicate },
	{ 3, step_change_auth },
	{ 3, step_evict_control },
	{ 3, step_save },
	{ 5, step_flush },
	{}
};
