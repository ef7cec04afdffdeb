// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: what a guest has, loaded or saved, as its kernel would keep it. */

#include <stdlib.h>
#include "tpm20_model.h"

/* Of a context, what is not the chip's own: its kind and its hierarchy. */
#define CONTEXT_KIND_AT		8
#define CONTEXT_KIND_LEN	8

void set_digest(struct digest *d, const void *bytes, size_t len)
{
	if (len > sizeof(d->at))
		abort();
	memcpy(d->at, bytes, len);
	d->len = len;
}

bool same_digest(const struct digest *a, const struct digest *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* Contexts. */

static bool contexts_agree(struct call *c)
{
	size_t len = CONTEXT_KIND_LEN;
	bool session = c->out[OURS][CONTEXT_KIND_AT] != 0x80;

	/* A session's handle is each side's own. */
	return !memcmp(c->out[OURS] + CONTEXT_KIND_AT + 4 * session,
		       c->out[TWINS] + CONTEXT_KIND_AT + 4 * session, len - 4 * session);
}

static bool save_context(struct call *c, struct context *context)
{
	enum diff_side side;

	c->agrees = contexts_agree;
	if (!send_call(c, AGREE_CODE))
		return false;
	for (side = 0; side < NR_SIDES; side++) {
		context->len[side] = c->out_len[side];
		memcpy(context->at[side], c->out[side], c->out_len[side]);
	}
	return true;
}

static bool load_context(struct diff_guest *g, const struct context *context,
			 u32 handle[NR_SIDES])
{
	enum diff_side side;
	struct call c;

	begin_call(&c, g, TPM2_CC_ContextLoad);
	c.steady = true;
	for (side = 0; side < NR_SIDES; side++)
		put_own(&c, side, context->at[side], context->len[side]);
	if (!send_call(&c, AGREE_CODE))
		return false;
	memcpy(handle, c.made, sizeof(c.made));
	return true;
}

static bool flush_handles(struct diff_guest *g, u32 ours, u32 twins)
{
	u8 bytes[NR_SIDES][4];
	struct call c;

	vtpmb_poke_u32(bytes[OURS], ours);
	vtpmb_poke_u32(bytes[TWINS], twins);
	begin_call(&c, g, TPM2_CC_FlushContext);
	c.steady = true;
	put_own(&c, OURS, bytes[OURS], 4);
	put_own(&c, TWINS, bytes[TWINS], 4);
	return send_call(&c, AGREE_BYTES);
}

/* Objects. */

void drop_object(struct object *o)
{
	unsigned int pins = o->pins;

	memset(o, 0, offsetof(struct object, context));
	o->pins = pins;
}

void save_object(struct diff_guest *g, struct object *o)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_ContextSave);
	c.steady = true;
	use_object(&c, o);
	o->saved = save_context(&c, &o->context);
}

static unsigned int nr_loaded(const struct model *m)
{
	unsigned int i, nr = 0;

	for (i = 0; i < NR_OBJECTS; i++)
		nr += m->object[i].live && m->object[i].loaded;
	return nr;
}

static void evict_object(struct diff_guest *g, struct object *o)
{
	if (!o->saved || diff_once_in(g, 4))
		save_object(g, o);
	flush_handles(g, o->handle[OURS], o->handle[TWINS]);
	o->loaded = false;
	if (!o->saved)
		drop_object(o);
	if (!nr_loaded(model_of(g)))
		model_of(g)->skewed = false;
}

/* Room for @nr objects in a TPM of three slots. */
void need_slots(struct diff_guest *g, unsigned int nr)
{
	struct model *m = model_of(g);

	while (nr_loaded(m) + nr > NR_SLOTS) {
		struct object *oldest = NULL;
		unsigned int i;

		for (i = 0; i < NR_OBJECTS; i++) {
			struct object *o = &m->object[i];

			if (o->live && o->loaded && !o->pins &&
			    (!oldest || o->used < oldest->used))
				oldest = o;
		}
		if (!oldest)
			return;
		evict_object(g, oldest);
	}
}

void hold_object(struct diff_guest *g, struct object *o)
{
	o->used = ++model_of(g)->clock;
	if (o->loaded)
		return;
	o->pins++;
	need_slots(g, 1);
	o->pins--;
	if (!load_context(g, &o->context, o->handle))
		diff_renew(g);
	model_of(g)->skewed |= o->handle[OURS] != o->handle[TWINS];
	o->loaded = true;
}

void flush_object(struct diff_guest *g, struct object *o)
{
	if (o->saved)
		model_of(g)->stale[1] = o->context;
	if (o->loaded)
		flush_handles(g, o->handle[OURS], o->handle[TWINS]);
	drop_object(o);
}

/* A place for one more: perhaps another one's. */
struct object *new_object(struct diff_guest *g)
{
	struct model *m = model_of(g);
	struct object *o;
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++) {
		if (!m->object[i].live)
			return &m->object[i];
	}
	for (;;) {
		o = &m->object[diff_of(g, NR_OBJECTS)];
		if (!o->pins)
			break;
	}
	flush_object(g, o);
	return o;
}

static struct object *pick(struct diff_guest *g, u32 roles, bool private)
{
	struct model *m = model_of(g);
	unsigned int start = diff_of(g, NR_OBJECTS + 1), i;

	for (i = 0; i <= NR_OBJECTS + 1; i++) {
		unsigned int at = (start + i) % (NR_OBJECTS + 2);
		struct object *o = at < NR_OBJECTS ? &m->object[at] :
						     &m->persistent[at - NR_OBJECTS];

		if (o->live && (1u << o->role & roles) && (o->is_private || !private))
			return o;
	}
	return NULL;
}

struct object *pick_object(struct diff_guest *g, u32 roles)
{
	return pick(g, roles, false);
}

struct object *pick_private(struct diff_guest *g, u32 roles)
{
	return pick(g, roles, true);
}

/* Sessions. */

void drop_session(struct session *s)
{
	unsigned int pins = s->pins;

	memset(s, 0, offsetof(struct session, context));
	s->pins = pins;
}

static void evict_session(struct diff_guest *g, struct session *s)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_ContextSave);
	c.steady = true;
	use_session(&c, s);
	if (s->context.len[OURS] && diff_once_in(g, 4))
		model_of(g)->stale[0] = s->context;
	s->loaded = false;
	if (!save_context(&c, &s->context))
		drop_session(s);
}

static void need_session_slots(struct diff_guest *g, unsigned int nr)
{
	struct model *m = model_of(g);

	for (;;) {
		struct session *oldest = NULL;
		unsigned int i, loaded = 0;

		for (i = 0; i < NR_SESSIONS; i++) {
			struct session *s = &m->session[i];

			if (!s->live || !s->loaded)
				continue;
			loaded++;
			if (!s->pins && (!oldest || s->used < oldest->used))
				oldest = s;
		}
		if (loaded + nr <= NR_SLOTS || !oldest)
			return;
		evict_session(g, oldest);
	}
}

void hold_session(struct diff_guest *g, struct session *s)
{
	u32 handle[NR_SIDES];

	s->used = ++model_of(g)->clock;
	if (s->loaded)
		return;
	s->pins++;
	need_session_slots(g, 1);
	s->pins--;
	if (!load_context(g, &s->context, handle) || handle[OURS] != s->handle[OURS] ||
	    handle[TWINS] != s->handle[TWINS])
		diff_renew(g);
	s->loaded = true;
}

void flush_session(struct diff_guest *g, struct session *s)
{
	flush_handles(g, s->handle[OURS], s->handle[TWINS]);
	drop_session(s);
}

/* After a reset; of objects, contexts may be good for longer. */
void drop_all(struct diff_guest *g, bool contexts)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_SESSIONS; i++)
		drop_session(&m->session[i]);
	for (i = 0; i < NR_OBJECTS; i++) {
		struct object *o = &m->object[i];

		o->loaded = false;
		if (contexts || !o->saved || o->stir)
			drop_object(o);
	}
}

/* What a resource manager does after each command. */
void manage(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++) {
		if (m->object[i].live && m->object[i].loaded && !m->object[i].pins)
			evict_object(g, &m->object[i]);
	}
	for (i = 0; i < NR_SESSIONS; i++) {
		if (m->session[i].live && m->session[i].loaded && !m->session[i].pins)
			evict_session(g, &m->session[i]);
	}
}

static struct session *new_session(struct diff_guest *g)
{
	struct model *m = model_of(g);
	struct session *s;
	unsigned int i;

	for (i = 0; i < NR_SESSIONS; i++) {
		if (!m->session[i].live && !m->session[i].pins)
			return &m->session[i];
	}
	for (;;) {
		s = &m->session[diff_of(g, NR_SESSIONS)];
		if (!s->pins)
			break;
	}
	flush_session(g, s);
	return s;
}

/* What makes a session's key known to the TPM: a salt, and what it is bound to. */
struct opening {
	struct digest salt;
	struct bytes secret;
	struct digest caller;
};

/* An ECC key that can decrypt, and whose public part is the same on both sides. */
static struct object *salt_key(struct diff_guest *g)
{
	struct object *o = pick_private(g, IS(STORAGE) | IS(ECDH));

	return o && o->same && !o->persistent ? o : NULL;
}

static void choose_salt(struct call *c, struct session *s, struct opening *opening)
{
	struct object *o = diff_once_in(c->g, 3) ? salt_key(c->g) : NULL;

	if (!o || !salt_for(c->g, &o->pub[OURS], &opening->salt, &opening->secret)) {
		use_handle(c, TPM2_RH_NULL);
		return;
	}
	s->salted = true;
	use_object(c, o);
}

static void choose_bind(struct call *c, struct session *s)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_PLATFORM, TPM2_RH_LOCKOUT };
	struct model *m = model_of(c->g);
	struct object *o = diff_once_in(c->g, 3) ? pick_private(c->g, ~IS_SEQUENCE) : NULL;
	unsigned int hier;

	if (o && !o->persistent) {
		use_object(c, o);
		s->is_bound = true;
		memcpy(s->bound, o->name, sizeof(s->bound));
		s->bound_auth = o->auth;
		s->guarded = o->da;
	} else if (diff_once_in(c->g, 12)) {
		hier = diff_of(c->g, diff_once_in(c->g, 4) ? 4 : 2);
		use_handle(c, hierarchies[hier]);
		s->is_bound = true;
		vtpmb_poke_u32(s->bound[OURS].at, hierarchies[hier]);
		s->bound[OURS].len = sizeof(u32);
		s->bound[TWINS] = s->bound[OURS];
		s->bound_auth = m->auth[hier];
	} else {
		use_handle(c, TPM2_RH_NULL);
	}
}

static void put_symmetric(struct call *c, u16 sym, u16 hash)
{
	put_u16(c, sym);
	if (sym == TPM2_ALG_AES) {
		put_u16(c, 128);
		put_u16(c, TPM2_ALG_CFB);
	} else if (sym == TPM2_ALG_XOR) {
		put_u16(c, hash);
	}
}

static void make_key(struct session *s, enum diff_side side, const struct opening *opening)
{
	u8 key[2 * sizeof(struct digest)];
	struct vtpmb_writer w;

	if (!s->salted && !s->is_bound)
		return;
	vtpmb_writer_init(&w, key, sizeof(key));
	vtpmb_put_bytes(&w, s->bound_auth.at, s->bound_auth.len);
	vtpmb_put_bytes(&w, opening->salt.at, opening->salt.len);
	s->key[side].len = hash_size(s->hash);
	kdfa(s->hash, key, w.len, "ATH", &s->nonce[side], &opening->caller,
	     s->key[side].at, s->key[side].len);
}

struct session *start_session(struct diff_guest *g, u8 type)
{
	static const u16 hashes[] = { TPM2_ALG_SHA256, TPM2_ALG_SHA256, TPM2_ALG_SHA1,
		TPM2_ALG_SHA384, TPM2_ALG_SHA512 };
	static const u16 syms[] = { TPM2_ALG_NULL, TPM2_ALG_AES, TPM2_ALG_XOR };
	struct session *s = new_session(g);
	struct opening opening = {};
	enum diff_side side;
	struct call c;
	bool good;

	drop_session(s);
	s->pins++;
	need_session_slots(g, 1);
	begin_call(&c, g, TPM2_CC_StartAuthSession);
	s->type = type;
	s->hash = type ? TPM2_ALG_SHA256 : hashes[diff_of(g, ARRAY_SIZE(hashes))];
	s->sym = syms[diff_of(g, ARRAY_SIZE(syms))];
	choose_salt(&c, s, &opening);
	choose_bind(&c, s);
	opening.caller.len = 16 + diff_of(g, hash_size(s->hash) - 15);
	diff_bytes(g, opening.caller.at, opening.caller.len);
	put_2b(&c, opening.caller.at, opening.caller.len);
	put_2b(&c, opening.secret.at, opening.secret.len);
	put_u8(&c, type);
	put_symmetric(&c, s->sym, s->hash);
	put_u16(&c, s->hash);
	if (diff_once_in(g, 20))
		bystander(&c);
	s->veiled = c.nr_auths;
	good = send_call(&c, AGREE_LENGTH);
	s->pins--;
	if (!good) {
		drop_session(s);
		return NULL;
	}
	for (side = 0; side < NR_SIDES; side++) {
		s->handle[side] = c.made[side];
		set_digest(&s->nonce[side], c.out[side] + 2, vtpmb_peek_u16(c.out[side]));
		make_key(s, side, &opening);
	}
	s->live = true;
	s->loaded = true;
	s->used = ++model_of(g)->clock;
	return s;
}

/* One that is there, or a new one. */
struct session *pick_session(struct diff_guest *g, u8 type)
{
	struct model *m = model_of(g);
	unsigned int start = diff_of(g, NR_SESSIONS), i;

	for (i = 0; i < NR_SESSIONS && !diff_once_in(g, 12); i++) {
		struct session *s = &m->session[(start + i) % NR_SESSIONS];

		if (s->live && s->type == type && !s->pins)
			return s;
	}
	return start_session(g, type);
}

/* One whose HMAC the bridge can check, if there is one. */
struct session *pick_plain_session(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int start = diff_of(g, NR_SESSIONS), i;
	struct session *s;

	for (i = 0; i < NR_SESSIONS; i++) {
		s = &m->session[(start + i) % NR_SESSIONS];
		if (s->live && !s->pins && is_checkable(s))
			return s;
	}
	s = start_session(g, 0);
	return s && is_checkable(s) ? s : NULL;
}

/* Policies. */

static bool policy_step(struct diff_guest *g, struct session *s, u32 code, const char *hex)
{
	struct call c;

	begin_call(&c, g, code);
	c.steady = true;
	use_session(&c, s);
	put_hex(&c, hex);
	return send_call(&c, AGREE_BYTES);
}

static bool policy_auth_value(struct diff_guest *g, struct session *s, u32 code)
{
	s->with_auth = true;
	return policy_step(g, s, TPM2_CC_PolicyAuthValue, "");
}

static bool policy_password(struct diff_guest *g, struct session *s, u32 code)
{
	s->with_password = true;
	return policy_step(g, s, TPM2_CC_PolicyPassword, "");
}

static bool policy_command(struct diff_guest *g, struct session *s, u32 code)
{
	return policy_step(g, s, TPM2_CC_PolicyCommandCode, "0000014b");
}

static bool policy_secret(struct diff_guest *g, struct session *s, u32 code)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_PolicySecret);
	c.steady = true;
	use_handle(&c, TPM2_RH_OWNER);
	use_session(&c, s);
	authorise_hierarchy(&c, TPM2_RH_OWNER);
	put_hex(&c, "0000 0000 0000 00000000");
	return send_call(&c, AGREE_BYTES);
}

static bool policy_or(struct diff_guest *g, struct session *s, u32 code)
{
	struct digest digests[NR_SIDES];
	struct call c;

	policy_digest(g, POLICY_PASSWORD, digests);
	if (!policy_password(g, s, code))
		return false;
	begin_call(&c, g, TPM2_CC_PolicyOR);
	c.steady = true;
	use_session(&c, s);
	put_u32(&c, 2);
	put_2b(&c, digests[OURS].at, digests[OURS].len);
	put_hex(&c, "0020 1111111111111111111111111111111111111111111111111111111111111111");
	return send_call(&c, AGREE_BYTES);
}

static bool policy_pcr(struct diff_guest *g, struct session *s, u32 code)
{
	if (has_composite(g))
		return policy_step(g, s, TPM2_CC_PolicyPCR, "0000 00000001 000b 03 000001");
	s->differs = true;
	return policy_step(g, s, TPM2_CC_PolicyPCR, "0000 00000001 000b 03 800000");
}

static bool (*const policies[NR_POLICIES])(struct diff_guest *g, struct session *s, u32 code) = {
	[POLICY_AUTH_VALUE] = policy_auth_value,
	[POLICY_PASSWORD] = policy_password,
	[POLICY_COMMAND] = policy_command,
	[POLICY_SECRET] = policy_secret,
	[POLICY_OR] = policy_or,
	[POLICY_PCR] = policy_pcr,
};

/* A session without a policy yet. */
struct session *fresh_policy(struct diff_guest *g, u8 type)
{
	struct session *s = pick_session(g, type);

	if (!s || s->pins)
		return NULL;
	s->with_auth = false;
	s->with_password = false;
	s->differs = false;
	s->pins++;
	policy_step(g, s, TPM2_CC_PolicyRestart, "");
	s->pins--;
	return s;
}

/* A session that satisfies an object's policy. */
struct session *satisfy(struct diff_guest *g, struct object *o, u32 code)
{
	struct session *s;
	bool good;

	if (!o->policy)
		return NULL;
	s = fresh_policy(g, 1);
	if (!s)
		return NULL;
	s->pins++;
	good = policies[o->policy](g, s, code);
	s->pins--;
	return good ? s : NULL;
}

/*
 * What a policy's digest is, as the TPM's own trial session says: with PCRs it
 * is each side's own.
 */
void policy_digest(struct diff_guest *g, enum policy policy, struct digest digest[NR_SIDES])
{
	struct session *s = policy ? fresh_policy(g, 3) : NULL;
	enum diff_side side;
	struct call c;

	for (side = 0; side < NR_SIDES; side++)
		digest[side].len = 0;
	if (!s)
		return;
	s->pins++;
	if (policies[policy](g, s, TPM2_CC_Duplicate)) {
		begin_call(&c, g, TPM2_CC_PolicyGetDigest);
		c.steady = true;
		use_session(&c, s);
		if (send_call(&c, s->differs ? AGREE_LENGTH : AGREE_BYTES)) {
			for (side = 0; side < NR_SIDES; side++)
				set_digest(&digest[side], c.out[side] + 2,
					   vtpmb_peek_u16(c.out[side]));
		}
	}
	s->pins--;
}
