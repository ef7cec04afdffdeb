// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: make a command for both sides, send it, judge the answers. */

#include <stdlib.h>
#include "spoil.h"
#include "tpm20_model.h"

static void must(bool cond)
{
	if (!cond)
		abort();
}

void begin_call(struct call *c, struct diff_guest *g, u32 code)
{
	int row = vtpmb_tpm20_row(code);

	must(row >= 0);
	memset(c, 0, sizeof(*c));
	c->g = g;
	c->row = &vtpmb_tpm20_rows[row];
	c->plain = (c->row->flags & TPM20_LOCAL || code == TPM2_CC_EvictControl) &&
		   !diff_once_in(g, 30);
	c->pair.code = code;
}

/* Handles. */

static void put_handle(struct call *c, enum diff_side side, u32 handle)
{
	must(c->nr_handles < VTPMB_TPM20_HANDLES);
	c->handle[side][c->nr_handles] = handle;
	vtpmb_poke_u32(c->name[side][c->nr_handles].at, handle);
	c->name[side][c->nr_handles].len = sizeof(u32);
}

void use_handle(struct call *c, u32 handle)
{
	put_handle(c, OURS, handle);
	put_handle(c, TWINS, handle);
	c->nr_handles++;
}

void use_index(struct call *c, const struct index *nv)
{
	put_handle(c, OURS, nv->handle);
	put_handle(c, TWINS, nv->handle);
	c->name[OURS][c->nr_handles] = nv->name;
	c->name[TWINS][c->nr_handles] = nv->name;
	c->nr_handles++;
}

void use_object(struct call *c, struct object *o)
{
	enum diff_side side;

	if (!o->persistent) {
		hold_object(c->g, o);
		o->pins++;
	} else if (!diff_once_in(c->g, 20)) {
		/* A TPM uses a slot for it. */
		need_slots(c->g, 1);
	}
	for (side = 0; side < NR_SIDES; side++) {
		put_handle(c, side, o->persistent ? o->persistent : o->handle[side]);
		c->name[side][c->nr_handles] = o->name[side];
	}
	c->object[c->nr_handles++] = o;
}

void use_session(struct call *c, struct session *s)
{
	enum diff_side side;

	hold_session(c->g, s);
	s->pins++;
	for (side = 0; side < NR_SIDES; side++)
		put_handle(c, side, s->handle[side]);
	c->named[c->nr_handles++] = s;
}

/* Parameters. */

void put_own(struct call *c, enum diff_side side, const void *bytes, size_t len)
{
	must(c->len[side] + len <= sizeof(c->params[side]) - 512);
	memcpy(c->params[side] + c->len[side], bytes, len);
	c->len[side] += len;
}

void put_own_2b(struct call *c, enum diff_side side, const void *bytes, size_t len)
{
	u8 size[2] = { len >> 8, len };

	put_own(c, side, size, sizeof(size));
	put_own(c, side, bytes, len);
}

void put_mem(struct call *c, const void *bytes, size_t len)
{
	put_own(c, OURS, bytes, len);
	put_own(c, TWINS, bytes, len);
}

void put_2b(struct call *c, const void *bytes, size_t len)
{
	put_own_2b(c, OURS, bytes, len);
	put_own_2b(c, TWINS, bytes, len);
}

void put_u8(struct call *c, u8 val)
{
	put_mem(c, &val, 1);
}

void put_u16(struct call *c, u16 val)
{
	u8 bytes[2] = { val >> 8, val };

	put_mem(c, bytes, sizeof(bytes));
}

void put_u32(struct call *c, u32 val)
{
	u8 bytes[4];

	vtpmb_poke_u32(bytes, val);
	put_mem(c, bytes, sizeof(bytes));
}

void put_hex(struct call *c, const char *hex)
{
	u8 bytes[VTPMB_BUF_SIZE];

	put_mem(c, bytes, core_hex(bytes, sizeof(bytes), hex));
}

/* Authorisation. */

static bool has_attribute(const struct call *c, u8 attribute)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].attributes & attribute)
			return true;
	}
	return false;
}

/* Whether the bridge can check a session whose like a TPM can. */
bool is_checkable(const struct session *s)
{
	return !s->type && !s->salted && !s->veiled && (!s->is_bound || s->bound[OURS].len == 4);
}

/* Of those that the command allows and no other session has. */
static u8 chance_attributes(struct call *c, const struct session *s)
{
	u8 attributes = TPMA_SESSION_CONTINUESESSION;

	if (c->plain)
		return attributes;
	if (s->sym != TPM2_ALG_NULL && c->row->flags & TPM20_DECRYPT &&
	    !has_attribute(c, TPMA_SESSION_DECRYPT) && diff_once_in(c->g, 3))
		attributes |= TPMA_SESSION_DECRYPT;
	if (s->sym != TPM2_ALG_NULL && c->row->flags & TPM20_ENCRYPT &&
	    !has_attribute(c, TPMA_SESSION_ENCRYPT) && diff_once_in(c->g, 3))
		attributes |= TPMA_SESSION_ENCRYPT;
	if (!s->type && !has_attribute(c, TPMA_SESSION_AUDIT) && diff_once_in(c->g, 40))
		attributes |= TPMA_SESSION_AUDIT;
	if (diff_once_in(c->g, 12))
		attributes &= ~TPMA_SESSION_CONTINUESESSION;
	return attributes;
}

static struct auth *add_auth(struct call *c, const struct digest entity[NR_SIDES],
			     const struct digest *value)
{
	struct auth *auth = &c->auth[c->nr_auths];

	must(c->nr_auths < VTPMB_TPM20_HANDLES);
	auth->authorises = true;
	memcpy(auth->entity, entity, sizeof(auth->entity));
	auth->value = *value;
	auth->attributes = TPMA_SESSION_CONTINUESESSION;
	return auth;
}

static void add_session(struct call *c, struct auth *auth, struct session *s)
{
	hold_session(c->g, s);
	s->pins++;
	auth->session = s;
	model_of(c->g)->guarded |= s->guarded;
	auth->attributes = chance_attributes(c, s);
	auth->caller.len = 16 + diff_of(c->g, hash_size(s->hash) - 15);
	diff_bytes(c->g, auth->caller.at, auth->caller.len);
	auth->no_hmac = diff_once_in(c->g, 2);
}

static bool is_used(const struct call *c, const struct session *s)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].session == s)
			return true;
	}
	for (i = 0; i < c->nr_handles; i++) {
		if (c->named[i] == s)
			return true;
	}
	return false;
}

/* By a password, or by a session that is there or made for it. */
void authorise(struct call *c, const struct digest entity[NR_SIDES],
	       const struct digest *value)
{
	struct auth *auth = add_auth(c, entity, value);
	struct session *s = NULL;

	if (!c->password && c->nr_handles < 3 && diff_once_in(c->g, 3))
		s = c->plain ? pick_plain_session(c->g) : pick_session(c->g, 0);
	if (s && !is_used(c, s))
		add_session(c, auth, s);
	auth->wrong = !c->steady && diff_once_in(c->g, 150);
	c->nr_auths++;
}

void authorise_by(struct call *c, struct session *s, const struct digest *value)
{
	static const struct digest none[NR_SIDES];
	struct auth *auth = add_auth(c, none, value);

	add_session(c, auth, s);
	c->nr_auths++;
}

void authorise_object(struct call *c, struct object *o)
{
	struct session *s;

	model_of(c->g)->guarded |= o->da;
	if (!(o->attributes & ATTR_WITH_AUTH) || (o->policy && diff_once_in(c->g, 2))) {
		s = satisfy(c->g, o, c->row->code);
		if (s && !is_used(c, s)) {
			authorise_by(c, s, &o->auth);
			return;
		}
	}
	authorise(c, o->name, &o->auth);
}

void authorise_handle(struct call *c, u32 handle, const struct digest *value)
{
	struct digest name[NR_SIDES] = { { .len = sizeof(handle) } };

	vtpmb_poke_u32(name[OURS].at, handle);
	name[TWINS] = name[OURS];
	authorise(c, name, value);
}

void authorise_hierarchy(struct call *c, u32 hierarchy)
{
	static const struct digest empty;
	struct model *m = model_of(c->g);
	const struct digest *value = &empty;

	if (hierarchy == TPM2_RH_OWNER)
		value = &m->auth[OWNER];
	else if (hierarchy == TPM2_RH_ENDORSEMENT)
		value = &m->auth[ENDORSEMENT];
	else if (hierarchy == TPM2_RH_PLATFORM)
		value = &m->auth[PLATFORM];
	else if (hierarchy == TPM2_RH_LOCKOUT)
		value = &m->auth[LOCKOUT];
	if (value->len)
		c->plain = !diff_once_in(c->g, 30);
	authorise_handle(c, hierarchy, value);
}

/* A session that authorises nothing. */
void bystander(struct call *c)
{
	struct auth *auth = &c->auth[c->nr_auths];
	struct session *s = NULL;

	if (c->nr_auths < VTPMB_TPM20_HANDLES && !c->plain &&
	    !(c->row->flags & TPM20_NO_SESSIONS))
		s = pick_session(c->g, 0);
	if (!s || is_used(c, s))
		return;
	add_session(c, auth, s);
	/* It has to be good for something. */
	if (!(auth->attributes & (TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT |
				  TPMA_SESSION_AUDIT))) {
		s->pins--;
		memset(auth, 0, sizeof(*auth));
		return;
	}
	c->nr_auths++;
}

/* HMACs and encryption. */

static bool is_bound(const struct auth *auth, enum diff_side side)
{
	const struct session *s = auth->session;

	return s->bound[side].len && same_digest(&s->bound[side], &auth->entity[side]) &&
	       same_digest(&s->bound_auth, &auth->value);
}

static void put_digest(struct vtpmb_writer *w, const struct digest *d)
{
	vtpmb_put_bytes(w, d->at, d->len);
}

static void session_key(const struct auth *auth, enum diff_side side, bool value,
			struct vtpmb_writer *w)
{
	put_digest(w, &auth->session->key[side]);
	if (value)
		put_digest(w, &auth->value);
}

/* Whether the authValue is part of the HMAC's key: decided before the command. */
static bool takes_value(const struct auth *auth, enum diff_side side)
{
	const struct session *s = auth->session;

	if (!auth->authorises)
		return false;
	return s->type ? s->with_auth : !is_bound(auth, side);
}

static void crypt_param(const struct auth *auth, enum diff_side side, u8 *data, size_t len,
			bool response)
{
	const struct session *s = auth->session;
	const struct digest *newer = response ? &s->nonce[side] : &auth->caller;
	const struct digest *older = response ? &auth->caller : &s->nonce[side];
	u8 key[256], mask[VTPMB_BUF_SIZE];
	struct vtpmb_writer w;
	size_t i;

	vtpmb_writer_init(&w, key, sizeof(key));
	session_key(auth, side, auth->authorises, &w);
	if (s->sym == TPM2_ALG_AES) {
		kdfa(s->hash, key, w.len, "CFB", newer, older, mask, 32);
		crypt_cfb(mask, mask + 16, data, len, !response);
		return;
	}
	kdfa(s->hash, key, w.len, "XOR", newer, older, mask, len);
	for (i = 0; i < len; i++)
		data[i] ^= mask[i];
}

static const struct auth *with_attribute(const struct call *c, u8 attribute)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].session && c->auth[i].attributes & attribute)
			return &c->auth[i];
	}
	return NULL;
}

/* The first session answers for the nonces of those that encrypt (Part 1, 19.6.5). */
static void put_other_nonces(const struct call *c, enum diff_side side,
			     const struct auth *auth, struct vtpmb_writer *w)
{
	const struct auth *decrypt = with_attribute(c, TPMA_SESSION_DECRYPT);
	const struct auth *encrypt = with_attribute(c, TPMA_SESSION_ENCRYPT);

	if (auth != &c->auth[0] || !auth->authorises)
		return;
	if (decrypt && decrypt != auth)
		put_digest(w, &decrypt->session->nonce[side]);
	if (encrypt && encrypt != auth && encrypt != decrypt)
		put_digest(w, &encrypt->session->nonce[side]);
}

static void session_hmac(const struct call *c, enum diff_side side, const struct auth *auth,
			 const struct digest *param_hash, u8 attributes, bool response,
			 struct digest *mac)
{
	const struct session *s = auth->session;
	u8 msg[512], key[256];
	struct vtpmb_writer w, k;

	vtpmb_writer_init(&k, key, sizeof(key));
	session_key(auth, side, auth->with_value[side], &k);
	vtpmb_writer_init(&w, msg, sizeof(msg));
	put_digest(&w, param_hash);
	put_digest(&w, response ? &s->nonce[side] : &auth->caller);
	put_digest(&w, response ? &auth->caller : &s->nonce[side]);
	if (!response)
		put_other_nonces(c, side, auth, &w);
	vtpmb_put_u8(&w, attributes);
	hmac_of(s->hash, key, k.len, msg, w.len, mac);
}

/* What stands in the place of an HMAC. */
static void command_auth(const struct call *c, enum diff_side side, const struct auth *auth,
			 const struct digest *cp_hash, struct digest *out)
{
	const struct session *s = auth->session;
	bool no_key;

	if (!s || (s->type && auth->authorises && s->with_password)) {
		*out = auth->value;
		return;
	}
	no_key = !s->key[side].len && (!auth->with_value[side] || !auth->value.len);
	if (no_key && (s->type || auth->no_hmac)) {
		out->len = 0;
		return;
	}
	session_hmac(c, side, auth, cp_hash, auth->attributes, false, out);
}

static void hash_command(const struct call *c, enum diff_side side, u16 alg,
			 const u8 *params, struct digest *out)
{
	u8 msg[VTPMB_BUF_SIZE + 512];
	struct vtpmb_writer w;
	unsigned int i;

	vtpmb_writer_init(&w, msg, sizeof(msg));
	vtpmb_put_u32(&w, c->row->code);
	for (i = 0; i < c->nr_handles; i++)
		put_digest(&w, &c->name[side][i]);
	vtpmb_put_bytes(&w, params, c->len[side]);
	hash_of(alg, msg, w.len, out);
}

static void put_auth(const struct call *c, enum diff_side side, const struct auth *auth,
		     const u8 *params, struct vtpmb_writer *w)
{
	const struct session *s = auth->session;
	struct digest cp_hash, mac = {};

	if (s)
		hash_command(c, side, s->hash, params, &cp_hash);
	command_auth(c, side, auth, &cp_hash, &mac);
	if (auth->wrong && mac.len)
		mac.at[0] ^= 0x10;
	else if (auth->wrong)
		mac.at[mac.len++] = 0x10;
	vtpmb_put_u32(w, s ? s->handle[side] : TPM2_RS_PW);
	vtpmb_put_u16(w, auth->caller.len);
	put_digest(w, &auth->caller);
	vtpmb_put_u8(w, auth->attributes);
	vtpmb_put_u16(w, mac.len);
	put_digest(w, &mac);
}

static void assemble(struct call *c, enum diff_side side)
{
	const struct auth *decrypt = with_attribute(c, TPMA_SESSION_DECRYPT);
	u8 params[VTPMB_BUF_SIZE], *cmd = c->pair.cmd[side];
	struct vtpmb_writer w;
	unsigned int i;
	size_t at;

	memcpy(params, c->params[side], c->len[side]);
	if (decrypt)
		crypt_param(decrypt, side, params + 2, vtpmb_peek_u16(params), false);
	vtpmb_writer_init(&w, cmd, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, c->nr_auths ? 0x8002 : 0x8001);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, c->row->code);
	c->nr_fixed = 0;
	for (i = 0; i < c->nr_handles; i++) {
		if (c->named[i])
			c->fixed[c->nr_fixed++] = w.len;
		vtpmb_put_u32(&w, c->handle[side][i]);
	}
	at = w.len;
	if (c->nr_auths)
		vtpmb_put_u32(&w, 0);
	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].session)
			c->fixed[c->nr_fixed++] = w.len;
		put_auth(c, side, &c->auth[i], params, &w);
	}
	if (c->nr_auths)
		vtpmb_poke_u32(cmd + at, w.len - at - 4);
	vtpmb_put_bytes(&w, params, c->len[side]);
	must(!w.overflow);
	vtpmb_poke_u32(cmd + 2, w.len);
	c->pair.len[side] = w.len;
}

/* Spoiling. */

static const u32 spoilt_handles[] = {
	0x00000000, 0x00000010, 0x00000018, 0x01000000, 0x01c00002, 0x0200003f, 0x02ffffff,
	0x0300003f, 0x40000000, 0x40000001, 0x40000007, 0x40000009, 0x4000000a, 0x4000000b,
	0x4000000c, 0x4000000d, 0x40000110, 0x40000140, 0x40010000, 0x80000000, 0x80000001,
	0x80000002, 0x80000003, 0x8000000f, 0x80000010, 0x80ffffff, 0x81000000, 0x81000001,
	0x81000002, 0x81800000, 0x90000000, 0xffffffff,
};

static const u16 spoilt_tags[] = { 0x8001, 0x8002, 0x8003, 0x00c1, 0x8000, 0x8021, 0 };

static const struct diff_spoiler spoiler = {
	spoilt_handles, ARRAY_SIZE(spoilt_handles), spoilt_tags, ARRAY_SIZE(spoilt_tags),
};

/* A session's number is another one on each side: it is let alone. */
static void spoil(struct call *c)
{
	static const size_t handles[VTPMB_TPM20_HANDLES] = {
		VTPMB_HEADER_SIZE, VTPMB_HEADER_SIZE + 4, VTPMB_HEADER_SIZE + 8,
	};
	const struct diff_places places = { c->fixed, c->nr_fixed, handles, c->nr_handles };

	diff_spoil(c->g, &c->pair, &spoiler, &places);
}

/* Answers. */

static void bad_answer(struct call *c, enum diff_side side, const char *ours,
		       const char *twins)
{
	diff_differ(c->g, &c->pair, side == OURS ? ours : twins);
}

static void check_response_auth(struct call *c, enum diff_side side, struct auth *auth,
				const struct digest *rp_hash, u8 attributes,
				const u8 *mac, u16 mac_len)
{
	struct session *s = auth->session;
	struct digest want = {};
	bool no_key;

	if (c->new_auth && auth->authorises)
		auth->value = *c->new_auth;
	no_key = !s->key[side].len && (!auth->with_value[side] || !auth->value.len);
	if (no_key && mac_len == 0)
		return;
	if (!(s->type && auth->authorises && s->with_password))
		session_hmac(c, side, auth, rp_hash, attributes, true, &want);
	if (mac_len == want.len && !memcmp(mac, want.at, mac_len))
		return;
	printf("# session: type %u, hash 0x%x, %sbound, %ssalted, authValue (%u) %sin\n", s->type,
	       s->hash, s->is_bound ? "" : "not ", s->salted ? "" : "not ", auth->value.len,
	       auth->with_value[side] ? "" : "not ");
	bad_answer(c, side, "the HMAC of our response is wrong",
		   "the HMAC of the twin's response is wrong");
}

static void take_session(struct call *c, enum diff_side side, struct auth *auth,
			 struct vtpmb_reader *r, const u8 *params, size_t len)
{
	u8 msg[VTPMB_BUF_SIZE + 8] = {}, attributes;
	struct session *s = auth->session;
	struct digest rp_hash;
	const u8 *nonce, *mac;
	u16 nonce_len, mac_len;

	if (!vtpmb_get_tpm2b(r, &nonce, &nonce_len) || !vtpmb_get_u8(r, &attributes) ||
	    !vtpmb_get_tpm2b(r, &mac, &mac_len))
		bad_answer(c, side, "our session area is cut off",
			   "the twin's session area is cut off");
	if (!s) {
		if (nonce_len || mac_len ||
		    attributes != (auth->attributes | TPMA_SESSION_CONTINUESESSION))
			bad_answer(c, side, "our password session", "the twin's password session");
		return;
	}
	if (nonce_len != s->nonce[side].len)
		bad_answer(c, side, "our nonceTPM's length", "the twin's nonceTPM's length");
	set_digest(&s->nonce[side], nonce, nonce_len);
	vtpmb_poke_u32(msg + 4, c->row->code);
	memcpy(msg + 8, params, len);
	hash_of(s->hash, msg, len + 8, &rp_hash);
	check_response_auth(c, side, auth, &rp_hash, attributes, mac, mac_len);
	if ((attributes ^ auth->attributes) & ~TPMA_SESSION_AUDITEXCLUSIVE)
		bad_answer(c, side, "our session attributes", "the twin's session attributes");
}

static void take_params(struct call *c, enum diff_side side, const u8 *params, size_t len)
{
	const struct auth *encrypt = with_attribute(c, TPMA_SESSION_ENCRYPT);

	memcpy(c->out[side], params, len);
	c->out_len[side] = len;
	if (encrypt && len >= 2)
		crypt_param(encrypt, side, c->out[side] + 2, vtpmb_peek_u16(params), true);
}

/* Handle, parameters and sessions of one side's answer. */
static void take_answer(struct call *c, enum diff_side side)
{
	struct core_rsp *rsp = &c->pair.rsp[side];
	struct vtpmb_reader r;
	const u8 *params;
	unsigned int i;
	u32 len;

	c->ok[side] = !rsp->err && !rsp->rc;
	if (!c->ok[side] || c->pair.spoilt)
		return;
	vtpmb_reader_init(&r, rsp->buf + VTPMB_HEADER_SIZE, rsp->len - VTPMB_HEADER_SIZE);
	if (c->row->response && !vtpmb_get_u32(&r, &c->made[side]))
		bad_answer(c, side, "our handle is cut off", "the twin's handle is cut off");
	len = r.left;
	if (c->nr_auths && !vtpmb_get_u32(&r, &len))
		bad_answer(c, side, "our size is cut off", "the twin's size is cut off");
	params = vtpmb_get_bytes(&r, len);
	if (!params)
		bad_answer(c, side, "our parameters are cut off",
			   "the twin's parameters are cut off");
	for (i = 0; i < c->nr_auths; i++)
		take_session(c, side, &c->auth[i], &r, params, len);
	if (r.left)
		bad_answer(c, side, "our answer has a tail", "the twin's answer has a tail");
	take_params(c, side, params, len);
}

static bool params_agree(struct call *c, enum agree agree)
{
	const struct core_rsp *ours = &c->pair.rsp[OURS], *twins = &c->pair.rsp[TWINS];

	if (ours->rc)
		return ours->len == twins->len && !memcmp(ours->buf, twins->buf, ours->len);
	if (c->pair.spoilt)
		return agree == AGREE_CODE || c->agrees || ours->len == twins->len;
	if (c->agrees && !c->agrees(c))
		return false;
	if (agree == AGREE_CODE)
		return true;
	if (c->out_len[OURS] != c->out_len[TWINS])
		return false;
	return agree == AGREE_LENGTH || !memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]);
}

/* A TPM puts a persistent object into a slot, so what is new gets another one. */
static void note_skew(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_handles; i++) {
		if (c->object[i] && c->object[i]->persistent)
			model_of(c->g)->skewed = true;
	}
}

static void judge(struct call *c, enum agree agree)
{
	bool session = c->row->response == RESPONSE_SESSION;

	if (c->pair.row)
		return;
	if (!params_agree(c, agree))
		diff_met(c->g, &c->pair, "parameters");
	if (!c->ok[OURS] || c->pair.spoilt || !c->row->response || session)
		return;
	note_skew(c);
	if (c->made[OURS] != c->made[TWINS] && c->made[OURS] >> 24 == 0x80)
		diff_met(c->g, &c->pair, "handle");
}

static void unpin(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_handles; i++) {
		if (c->object[i] && !c->object[i]->persistent)
			c->object[i]->pins--;
		if (c->named[i])
			c->named[i]->pins--;
	}
	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].session)
			c->auth[i].session->pins--;
	}
}

/* One side alone has done it: what it has made goes again. */
static void undo_one(struct call *c)
{
	enum diff_side side = c->ok[OURS] ? OURS : TWINS;
	u8 cmd[14] = { 0x80, 0x01, 0, 0, 0, 14, 0, 0, 0x01, 0x65 };
	struct core_rsp rsp;
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		const struct auth *auth = &c->auth[i];

		if (auth->session && (auth->session->type || c->pair.spoilt ||
				      auth->attributes & TPMA_SESSION_AUDIT ||
				      !(auth->attributes & TPMA_SESSION_CONTINUESESSION)))
			diff_renew(c->g);
	}
	if (c->row->flushes)
		diff_renew(c->g);
	if (!c->row->response || c->row->response == RESPONSE_CONTEXT)
		return;
	memcpy(cmd + 10, c->pair.rsp[side].buf + VTPMB_HEADER_SIZE, 4);
	if (side == OURS)
		core_send(c->g->vtpm, cmd, sizeof(cmd), &rsp);
	else
		core_twin_send(c->g->twin, cmd, sizeof(cmd), &rsp);
}

/* What a command that was spoilt has done is not known: away with what it names. */
static void undo_spoilt(struct call *c)
{
	static const u32 wide[] = { 0x120, 0x138, 0x14f, 0x161, 0x162, 0x165, 0x13e, 0x185 };
	const struct core_rsp *rsp = c->pair.rsp;
	struct session *s;
	unsigned int i;

	if (c->row->response) {
		struct call flush;

		begin_call(&flush, c->g, 0x165);
		flush.steady = true;
		put_own(&flush, OURS, rsp[OURS].buf + VTPMB_HEADER_SIZE, 4);
		put_own(&flush, TWINS, rsp[TWINS].buf + VTPMB_HEADER_SIZE, 4);
		send_call(&flush, AGREE_CODE);
	}
	for (i = 0; i < c->nr_auths; i++) {
		s = c->auth[i].session;
		if (s && s->live)
			flush_session(c->g, s);
	}
	for (i = 0; i < c->nr_handles; i++) {
		if (c->named[i] && c->named[i]->live)
			flush_session(c->g, c->named[i]);
	}
	for (i = 0; i < ARRAY_SIZE(wide); i++) {
		if (c->row->code == wide[i])
			diff_renew(c->g);
	}
}

/* What a success ends. */
static void retire(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		struct session *s = c->auth[i].session;

		/* What audits is bound no more. */
		if (s && c->auth[i].attributes & TPMA_SESSION_AUDIT) {
			s->audit = true;
			s->bound[OURS].len = 0;
			s->bound[TWINS].len = 0;
		}
		if (s && !(c->auth[i].attributes & TPMA_SESSION_CONTINUESESSION))
			drop_session(s);
		/* A policy is for one use. */
		if (s && s->type) {
			s->ready = POLICY_NONE;
			s->with_auth = false;
			s->with_password = false;
			s->differs = false;
		}
	}
	if (c->row->flushes && c->object[c->row->flushes - 1])
		drop_object(c->object[c->row->flushes - 1]);
}

static void touch(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_handles; i++) {
		if (c->object[i] && 1u << c->object[i]->role & IS_SEQUENCE)
			c->object[i]->saved = false;
	}
}

/* A wrong HMAC of such a session locks the lockout hierarchy, whatever it authorises. */
static bool has_session_bound_to_lockout(const struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		const struct session *s = c->auth[i].session;

		if (s && s->bound[TWINS].len == 4 &&
		    vtpmb_peek_u32(s->bound[TWINS].at) == TPM2_RH_LOCKOUT)
			return true;
	}
	return false;
}

/* Also by a wrong lockoutAuth that the bridge did not look at. */
static bool is_locked_out(const struct call *c)
{
	const struct core_rsp *rsp = c->pair.rsp;
	u32 handle = vtpmb_peek_u32(c->pair.cmd[TWINS] + VTPMB_HEADER_SIZE);

	if (rsp[TWINS].rc == 0x98e && has_session_bound_to_lockout(c))
		return true;
	return rsp[TWINS].rc == 0x921 ||
	       (rsp[TWINS].rc == 0x98e && rsp[OURS].rc != rsp[TWINS].rc &&
		handle == TPM2_RH_LOCKOUT);
}

bool send_call(struct call *c, enum agree agree)
{
	enum diff_side side;
	unsigned int i;

	for (side = 0; side < NR_SIDES; side++) {
		for (i = 0; i < c->nr_auths; i++)
			c->auth[i].with_value[side] = c->auth[i].session &&
						      takes_value(&c->auth[i], side);
		assemble(c, side);
	}
	if (!c->steady && diff_once_in(c->g, 14))
		spoil(c);
	follow_registers(c->g);
	diff_exchange(c->g, &c->pair);
	note_registers(c->g, &c->pair);
	model_of(c->g)->locked_out |= is_locked_out(c);
	unpin(c);
	touch(c);
	for (side = 0; side < NR_SIDES; side++)
		take_answer(c, side);
	judge(c, agree);
	if (c->ok[OURS] != c->ok[TWINS])
		undo_one(c);
	else if (c->ok[OURS] && c->pair.spoilt)
		undo_spoilt(c);
	else if (c->ok[OURS])
		retire(c);
	if (model_of(c->g)->manager && !(c->row->flags & TPM20_NO_SESSIONS))
		manage(c->g);
	return c->ok[OURS] && c->ok[TWINS] && !c->pair.spoilt;
}

bool send_text(struct diff_guest *g, enum agree agree, const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	struct call c;
	size_t len = core_hex(cmd, sizeof(cmd), hex);

	begin_call(&c, g, vtpmb_peek_u32(cmd + 6));
	c.steady = c.row->flags & TPM20_LOCAL && c.row->code != TPM2_CC_GetCapability;
	put_mem(&c, cmd + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	return send_call(&c, agree);
}
