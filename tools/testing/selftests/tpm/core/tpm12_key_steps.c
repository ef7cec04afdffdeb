// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: keys, sessions and their contexts. */

#include <stdlib.h>
#include "tpm12_model.h"

#define IS(use)		(1u << USE_##use)
#define SIGNERS		(IS(SIGN) | IS(LEGACY))
#define PKCS1_SHA1	2
#define PKCS1_DER	3

/* Authorise by a session that may authorise this key; false: there is none. */
static bool authorise_key(struct call *c, struct key *key)
{
	struct session *s;

	if (key && key->blob.open && diff_once_in(c->g, 2))
		return true;
	s = session_for(c->g, key);
	if (!s)
		return false;
	authorise(c, s, secret_of(key));
	return true;
}

/* The session comes first: it takes commands, and one may flush the key. */
static bool begin_with_key(struct call *c, struct diff_guest *g, u32 code, struct key *key)
{
	begin_call(c, g, code);
	if (key)
		key->pins++;
	if (!authorise_key(c, key)) {
		if (key)
			key->pins--;
		return false;
	}
	if (key)
		key->pins--;
	use_key(c, key);
	return true;
}

static enum agree same(const struct key *key)
{
	return key->blob.same ? AGREE_BYTES : AGREE_LENGTH;
}

static void step_load(struct diff_guest *g)
{
	struct blob *blob = pick_blob(g, ~0u);

	if (blob)
		load_blob(g, blob);
}

static void step_flush(struct diff_guest *g)
{
	struct key *key = &model_of(g)->key[diff_of(g, NR_KEYS)];

	if (key->live)
		flush_key(g, key);
}

static void step_sign(struct diff_guest *g)
{
	struct key *key = pick_key(g, SIGNERS);
	u8 data[53];
	struct call c;
	size_t len;

	if (!key || !begin_with_key(&c, g, 0x3c, key))
		return;
	diff_bytes(g, data, sizeof(data));
	len = key->blob.sig == PKCS1_DER ? 1 + diff_of(g, sizeof(data) - 1) : 20;
	if (diff_once_in(g, 30))
		len = diff_of(g, 30);
	arg_sized(&c, data, len);
	send_call(&c, same(key));
}

/* As a service does it: one session, one key, often. */
static void step_sign_often(struct diff_guest *g)
{
	struct key *key = pick_key(g, IS(SIGN));
	unsigned int nr = 2 + diff_of(g, 10);
	struct session *s;
	struct call c;

	if (!key || key->blob.sig != PKCS1_SHA1)
		return;
	key->pins++;
	s = diff_once_in(g, 2) ? osap_key(g, key) : new_oiap(g);
	key->pins--;
	while (s && s->live && key->live && nr--) {
		begin_call(&c, g, 0x3c);
		use_key(&c, key);
		arg_u32(&c, 20);
		arg_random(&c, 20);
		authorise(&c, s, secret_of(key));
		c.auth[0].cont = true;
		if (!send_call(&c, same(key)))
			return;
	}
}

static void step_get_pub_key(struct diff_guest *g)
{
	struct key *key = diff_once_in(g, 6) ? NULL : pick_key(g, ~0u);
	struct call c;

	if (!begin_with_key(&c, g, 0x21, key))
		return;
	send_call(&c, key ? same(key) : AGREE_BYTES);
}

/* Sealing. */

/* TPM_COMPOSITE_HASH of a PCR alone: zeros, or what it represents. */
static void digest_pcr(const struct diff_guest *g, unsigned int pcr, u8 *digest)
{
	u8 composite[5 + 4 + 20] = { 0, 3, 0, 0, 0, 0, 0, 0, 20 };

	composite[2 + pcr / 8] = 1 << pcr % 8;
	if (represents(g, pcr))
		memcpy(composite + 9, register_value(g, pcr), 20);
	digest_of(composite, sizeof(composite), digest);
}

/* A TPM_PCR_INFO or its long form; @pcr: 0 for none at all. */
static void put_pcr_info(struct call *c, bool is_long, int pcr)
{
	u8 info[14 + 40] = {};
	size_t at = 2;

	if (pcr < 0) {
		arg_u32(c, 0);
		return;
	}
	info[1] = 3;
	if (is_long) {
		memcpy(info, (u8[]){ 0, 6, 1, 0x1f, 0, 3 }, 6);
		info[10] = 3;
		at = 6;
	}
	/* Whatever is right, 20 bytes that are wrong would do for no PCR. */
	if (pcr) {
		info[at + pcr / 8 + (is_long ? 5 : 0)] = 1 << pcr % 8;
		digest_pcr(c->g, pcr, info + (is_long ? 34 : 5));
	}
	arg_sized(c, info, is_long ? 54 : 45);
}

/* None, or the composite, or the one that may be granted, or another one. */
static int any_info(struct diff_guest *g)
{
	if (diff_once_in(g, 40))
		return 1 + diff_of(g, 23);
	if (represents(g, COMPOSITE_PCR) && diff_once_in(g, 2))
		return COMPOSITE_PCR;
	if (g->vtpm->real_pcrs && diff_once_in(g, 2))
		return GRANTED_PCR;
	return diff_once_in(g, 6) ? 0 : -1;
}

static void step_seal(struct diff_guest *g)
{
	struct key *parent = pick_parent(g);
	bool sealx = diff_once_in(g, 5);
	struct sealed *sealed = &model_of(g)->sealed[diff_of(g, NR_SEALED)];
	u8 data[40], secret = diff_of(g, 256);
	struct session *s;
	struct call c;
	int pcr;

	s = osap_key(g, parent);
	if (!s)
		return;
	begin_call(&c, g, sealx ? 0x3d : 0x17);
	use_key(&c, parent);
	arg_hidden(&c, s, false, secret);
	pcr = any_info(g);
	if (sealx && pcr < 0)
		pcr = 0;
	put_pcr_info(&c, sealx || diff_once_in(g, 4), pcr);
	diff_bytes(g, data, sizeof(data));
	arg_sized(&c, data, diff_of(g, sizeof(data)));
	authorise(&c, s, secret_of(parent));
	if (!send_call(&c, AGREE_LENGTH))
		return;
	memset(sealed, 0, sizeof(*sealed));
	take_bytes(&c, 0, 0, &sealed->data);
	sealed->of_srk = !parent;
	if (parent)
		sealed->parent = parent->blob;
	sealed->sealx = sealx;
	sealed->secret = secret;
	sealed->live = true;
}

static void step_unseal(struct diff_guest *g)
{
	const struct sealed *sealed = &model_of(g)->sealed[diff_of(g, NR_SEALED)];
	struct key *parent = NULL;
	struct session *data, *s;
	struct call c;

	if (!sealed->live)
		return;
	if (!sealed->of_srk) {
		parent = load_blob(g, &sealed->parent);
		if (!parent)
			return;
		parent->pins++;
	}
	s = sealed->sealx ? osap_key(g, parent) : session_for(g, parent);
	if (s)
		s->pins++;
	data = s ? new_oiap(g) : NULL;
	if (s)
		s->pins--;
	if (parent)
		parent->pins--;
	if (!data)
		return;
	begin_call(&c, g, 0x18);
	use_key(&c, parent);
	arg_bytes(&c, &sealed->data);
	authorise(&c, s, secret_of(parent));
	authorise(&c, data, sealed->secret);
	send_call(&c, sealed->sealx ? AGREE_LENGTH : AGREE_BYTES);
}

static void step_unbind(struct diff_guest *g)
{
	struct key *key = pick_key(g, IS(BIND) | IS(LEGACY));
	u8 data[5 + 16] = { 1, 1, 0, 0, 2 }, out[256];
	enum diff_side side;
	struct bytes bound;
	struct call c;

	if (!key || !begin_with_key(&c, g, 0x1e, key))
		return;
	diff_bytes(g, data + 5, sizeof(data) - 5);
	for (side = 0; side < NR_SIDES; side++) {
		const u8 *pub = key->blob.pub.at[side];
		size_t len = key->blob.pub.len[side];

		if (side == TWINS && key->blob.same)
			bound.len[side] = bound.len[OURS];
		else if (key->blob.usage == USE_BIND)
			bound.len[side] = core_encrypt_oaep(pub, len, data, sizeof(data), out);
		else
			bound.len[side] = core_encrypt_pkcs1(pub, len, data, sizeof(data), out);
		memcpy(bound.at[side], out, bound.len[side]);
	}
	arg_sized_bytes(&c, &bound);
	send_call(&c, AGREE_BYTES);
}

static void put_selection(struct call *c, int pcr)
{
	u8 sel[5] = { 0, 3 };

	if (pcr > 0)
		sel[2 + pcr / 8] = 1 << pcr % 8;
	arg_mem(c, sel, sizeof(sel));
}

static int any_quoted(struct diff_guest *g)
{
	if (represents(g, ATTEST_PCR) && diff_once_in(g, 2))
		return ATTEST_PCR;
	return any_info(g);
}

static void step_quote(struct diff_guest *g)
{
	struct key *key = pick_key(g, SIGNERS);
	bool second = diff_once_in(g, 2);
	struct call c;

	if (!key || !begin_with_key(&c, g, second ? 0x3e : 0x16, key))
		return;
	arg_random(&c, 20);
	put_selection(&c, any_quoted(g));
	if (second)
		arg_u8(&c, diff_of(g, 2));
	/* It tells the locality of the chip. */
	send_call(&c, second && g->vtpm->locality ? AGREE_LENGTH : same(key));
}

static void step_certify(struct diff_guest *g)
{
	struct key *cert = pick_key(g, SIGNERS), *key;
	bool second = diff_once_in(g, 2);
	struct session *s1, *s2;
	struct call c;

	if (!cert)
		return;
	cert->pins++;
	key = pick_key(g, ~0u);
	if (key)
		key->pins++;
	s1 = key ? session_for(g, cert) : NULL;
	if (s1)
		s1->pins++;
	s2 = s1 ? session_for(g, key) : NULL;
	if (s1)
		s1->pins--;
	if (key)
		key->pins--;
	cert->pins--;
	if (!s2 || s1 == s2)
		return;
	begin_call(&c, g, second ? 0x33 : 0x32);
	use_key(&c, second ? key : cert);
	use_key(&c, second ? cert : key);
	if (second)
		arg_secret(&c, 0);
	arg_random(&c, 20);
	authorise(&c, s1, secret_of(cert));
	authorise(&c, s2, secret_of(key));
	send_call(&c, cert->blob.same && key->blob.same ? AGREE_BYTES : AGREE_LENGTH);
}

static void step_tick_stamp(struct diff_guest *g)
{
	struct key *key = pick_key(g, SIGNERS);
	struct call c;

	if (!key || !begin_with_key(&c, g, 0xf2, key))
		return;
	arg_random(&c, 20);
	arg_random(&c, 20);
	send_call(&c, AGREE_LENGTH);
}

/* Making. */

static void take_key(const struct call *c, struct blob *blob)
{
	enum diff_side side;

	take_bytes(c, 0, 0, &blob->wrapped);
	for (side = 0; side < NR_SIDES; side++) {
		const u8 *at = blob->wrapped.at[side];
		size_t pub = 4 + 2 + 4 + 1 + 4 + 2 + 2;

		pub += 4 + vtpmb_peek_u32(at + pub);
		pub += 4 + vtpmb_peek_u32(at + pub);
		blob->pub.len[side] = vtpmb_peek_u32(at + pub);
		memcpy(blob->pub.at[side], at + pub + 4, blob->pub.len[side]);
	}
	blob->live = true;
}

static void put_key_info(struct call *c, const struct blob *blob, int pcr)
{
	arg_u32(c, blob->key12 ? 0x00280000 : 0x01010000);
	arg_u16(c, blob->usage);
	arg_u32(c, blob->flags);
	arg_u8(c, !blob->open);
	arg_u32(c, 1);
	arg_u16(c, blob->enc);
	arg_u16(c, blob->sig);
	arg_u32(c, 12);
	arg_u32(c, blob->bits);
	arg_u32(c, 2);
	arg_u32(c, 0);
	put_pcr_info(c, blob->key12, pcr);
	arg_u32(c, 0);
	arg_u32(c, 0);
}

static void step_create(struct diff_guest *g)
{
	static const struct blob kinds[] = {
		{ .usage = USE_SIGN, .enc = 1, .sig = PKCS1_SHA1, .bits = 512 },
		{ .usage = USE_SIGN, .enc = 1, .sig = PKCS1_DER, .bits = 512, .key12 = true },
		{ .usage = USE_BIND, .enc = 3, .sig = 1, .bits = 512 },
		{ .usage = USE_LEGACY, .enc = 2, .sig = PKCS1_SHA1, .bits = 512,
		  .flags = KEY_MIGRATABLE },
		{ .usage = USE_SIGN, .enc = 2, .sig = 2, .bits = 512 },
		{ .usage = 0x13, .enc = 3, .sig = 1, .bits = 512 },
	};
	struct key *parent = pick_parent(g);
	struct blob blob = kinds[diff_of(g, ARRAY_SIZE(kinds))];
	struct session *s;
	struct call c;
	int pcr;

	s = osap_key(g, parent);
	if (!s)
		return;
	blob.secret = diff_of(g, 256);
	blob.migration = diff_of(g, 256);
	blob.open = diff_once_in(g, 8);
	begin_call(&c, g, 0x1f);
	use_key(&c, parent);
	arg_hidden(&c, s, false, blob.secret);
	arg_hidden(&c, s, true, blob.migration);
	pcr = any_info(g);
	blob.on_pcr = pcr > 0;
	put_key_info(&c, &blob, pcr);
	authorise(&c, s, secret_of(parent));
	if (!send_call(&c, AGREE_LENGTH))
		return;
	/* Only what is under a key that the host has can be loaded again. */
	if (parent && !parent->blob.same)
		return;
	blob.parent = parent ? &host_blobs[0] : NULL;
	if (parent && memcmp(parent->blob.pub.at[OURS], host_blobs[0].pub.at[OURS], 256))
		return;
	take_key(&c, &blob);
	*new_blob(g) = blob;
}

/* Where encData of a TPM_KEY begins. */
static size_t enc_data_at(const u8 *key)
{
	size_t at = 4 + 2 + 4 + 1 + 4 + 2 + 2;
	unsigned int i;

	for (i = 0; i < 3; i++)
		at += 4 + vtpmb_peek_u32(key + at);
	return at;
}

static void step_change_auth(struct diff_guest *g)
{
	struct model *m = model_of(g);
	struct blob *blob = &m->blob[diff_of(g, NR_BLOBS)];
	u8 secret = diff_of(g, 256);
	struct session *s, *data;
	struct bytes enc;
	enum diff_side side;
	struct call c;
	size_t at[NR_SIDES];

	if (!blob->live || blob->parent)
		return;
	s = osap_key(g, NULL);
	if (!s)
		return;
	s->pins++;
	data = new_oiap(g);
	s->pins--;
	if (!data)
		return;
	for (side = 0; side < NR_SIDES; side++) {
		at[side] = enc_data_at(blob->wrapped.at[side]);
		enc.len[side] = vtpmb_peek_u32(blob->wrapped.at[side] + at[side]);
		memcpy(enc.at[side], blob->wrapped.at[side] + at[side] + 4, enc.len[side]);
	}
	begin_call(&c, g, 0x0c);
	use_key(&c, NULL);
	arg_u16(&c, 4);
	arg_hidden(&c, s, false, secret);
	arg_u16(&c, TPM_ET_KEY);
	arg_sized_bytes(&c, &enc);
	authorise(&c, s, SRK_SECRET);
	authorise(&c, data, blob->secret);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_bytes(&c, 4, 0, &enc);
	for (side = 0; side < NR_SIDES; side++)
		memcpy(blob->wrapped.at[side] + at[side] + 4, enc.at[side], enc.len[side]);
	blob->secret = secret;
}

/* Sessions. */

static void step_session(struct diff_guest *g)
{
	struct key *key;

	if (diff_once_in(g, 3)) {
		new_oiap(g);
		return;
	}
	key = pick_key(g, ~0u);
	if (key)
		osap_key(g, key);
}

/* Of a kind that there may not be. */
static void step_odd_osap(struct diff_guest *g)
{
	static const u16 types[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x40, 0x0602, 0x0604, 0xff04,
	};
	u16 type = types[diff_of(g, ARRAY_SIZE(types))];
	struct session *s =
		new_osap(g, type, NULL, diff_once_in(g, 2) ? TPM_KH_SRK : diff_of(g, 3), 0);

	if (s)
		flush_session(g, s);
}

static void step_dsap(struct diff_guest *g)
{
	static const u16 types[] = { 7, 8, 9, 1, 0x0607 };
	u8 blob[40];
	struct call c;

	begin_call(&c, g, 0x11);
	arg_u16(&c, types[diff_of(g, ARRAY_SIZE(types))]);
	arg_u32(&c, diff_of(g, 3));
	arg_random(&c, 20);
	diff_bytes(g, blob, sizeof(blob));
	arg_sized(&c, blob, diff_once_in(g, 2) ? 4 : diff_of(g, sizeof(blob)));
	if (send_call(&c, AGREE_LENGTH))
		diff_renew(g);
}

static void step_flush_session(struct diff_guest *g)
{
	struct session *s = &model_of(g)->session[diff_of(g, NR_SESSIONS)];
	struct call c;

	if (!s->live)
		return;
	if (s->saved || diff_once_in(g, 2)) {
		flush_session(g, s);
		return;
	}
	begin_call(&c, g, 0x96);
	c.steady = true;
	c.bare = true;
	use_own_handle(&c, s->handle);
	send_call(&c, AGREE_BYTES);
	memset(s, 0, sizeof(*s));
}

/* TPM_Reset */
static void step_reset(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i;

	if (!send_text(g, AGREE_BYTES, "00c1 ???????? 0000005a"))
		return;
	m->was_reset = true;
	for (i = 0; i < NR_SESSIONS; i++) {
		if (m->session[i].live && m->session[i].saved)
			flush_session(g, &m->session[i]);
		else
			memset(&m->session[i], 0, sizeof(m->session[i]));
	}
	for (i = 0; i < NR_TRANSPORTS; i++) {
		if (m->trans[i].live && m->trans[i].saved)
			flush_session(g, &m->trans[i]);
	}
	m->was_reset = false;
}

/* Until the TPM has no more room, and away with it. */
static void step_many_sessions(struct diff_guest *g)
{
	u32 handle[24][NR_SIDES];
	unsigned int nr = 0;
	struct call c;

	while (nr < ARRAY_SIZE(handle)) {
		begin_call(&c, g, 0x0a);
		c.steady = true;
		c.bare = true;
		if (!send_call(&c, AGREE_LENGTH))
			break;
		memcpy(handle[nr++], c.made, sizeof(c.made));
	}
	while (nr--) {
		begin_call(&c, g, 0xba);
		c.steady = true;
		c.bare = true;
		use_own_handle(&c, handle[nr]);
		arg_u32(&c, TPM_RT_AUTH);
		send_call(&c, AGREE_BYTES);
	}
}

static void step_many_keys(struct diff_guest *g)
{
	const struct blob *blob = &model_of(g)->blob[8];
	u32 handle[24][NR_SIDES];
	unsigned int nr = 0;
	struct session *s;
	struct call c;

	while (nr < ARRAY_SIZE(handle)) {
		s = new_oiap(g);
		if (!s)
			break;
		begin_call(&c, g, 0x41);
		c.steady = true;
		c.bare = true;
		use_key(&c, NULL);
		arg_bytes(&c, &blob->wrapped);
		authorise(&c, s, SRK_SECRET);
		if (!send_call(&c, AGREE_BYTES))
			break;
		memcpy(handle[nr++], c.made, sizeof(c.made));
	}
	while (nr--) {
		begin_call(&c, g, 0xba);
		c.steady = true;
		c.bare = true;
		use_own_handle(&c, handle[nr]);
		arg_u32(&c, TPM_RT_KEY);
		send_call(&c, AGREE_BYTES);
		end_copies(g, blob);
	}
}

/* Contexts. */

static bool save(struct diff_guest *g, const u32 handle[NR_SIDES], u32 type, struct bytes *out)
{
	struct call c;

	begin_call(&c, g, 0xb8);
	c.bare = true;
	use_own_handle(&c, handle);
	arg_u32(&c, type);
	arg_random(&c, 16);
	if (!send_call(&c, AGREE_CODE))
		return false;
	take_bytes(&c, 4, 0, out);
	return true;
}

static bool load(struct diff_guest *g, const u32 entity[NR_SIDES], bool keep,
		 const struct bytes *context, u32 handle[NR_SIDES])
{
	struct call c;

	begin_call(&c, g, 0xb9);
	c.bare = true;
	use_own_handle(&c, entity);
	arg_u8(&c, keep);
	arg_sized_bytes(&c, context);
	if (!send_call(&c, AGREE_CODE))
		return false;
	handle[OURS] = vtpmb_peek_u32(c.out[OURS]);
	handle[TWINS] = vtpmb_peek_u32(c.out[TWINS]);
	return true;
}

static void step_save_key(struct diff_guest *g)
{
	struct model *m = model_of(g);
	struct saved_key *saved = &m->saved_key[diff_of(g, NR_SAVED_KEYS)];
	struct key *key = &m->key[diff_of(g, NR_KEYS)];

	if (!key->live || !save(g, key->handle, TPM_RT_KEY, &saved->context))
		return;
	saved->like = key->blob;
	saved->live = true;
	if (diff_once_in(g, 2))
		flush_key(g, key);
}

static void step_load_key(struct diff_guest *g)
{
	static const u32 none[NR_SIDES];
	struct model *m = model_of(g);
	struct saved_key *saved = &m->saved_key[diff_of(g, NR_SAVED_KEYS)];
	struct key *key;
	u32 handle[NR_SIDES];

	if (!saved->live)
		return;
	key = free_key(g);
	if (!key || !load(g, none, false, &saved->context, handle))
		return;
	key->live = true;
	key->blob = saved->like;
	memcpy(key->handle, handle, sizeof(handle));
}

static void step_save_session(struct diff_guest *g)
{
	struct model *m = model_of(g);
	struct session *s = diff_once_in(g, 4) ? &m->trans[diff_of(g, NR_TRANSPORTS)] :
						 &m->session[diff_of(g, NR_SESSIONS)];

	if (!s->live || s->saved)
		return;
	m->stale = s->context;
	if (save(g, s->handle, s->type == TRANS ? TPM_RT_TRANS : TPM_RT_AUTH, &s->context))
		s->saved = true;
}

static bool entity_of(const struct session *s, u32 entity[NR_SIDES])
{
	entity[OURS] = s->value;
	entity[TWINS] = s->value;
	if (s->key && !s->key->live)
		return false;
	if (s->key)
		memcpy(entity, s->key->handle, sizeof(s->key->handle));
	return true;
}

static void step_load_session(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i = diff_of(g, NR_SESSIONS + NR_TRANSPORTS);
	struct session *s = i < NR_SESSIONS ? &m->session[i] : &m->trans[i - NR_SESSIONS];
	u32 entity[NR_SIDES], handle[NR_SIDES];

	if (!s->live || !s->saved || !entity_of(s, entity))
		return;
	if (!load(g, entity, diff_once_in(g, 2), &s->context, handle))
		return;
	memcpy(s->handle, handle, sizeof(handle));
	s->saved = false;
}

/* A context of what is loaded, or is no more. */
static void step_load_stale(struct diff_guest *g)
{
	struct model *m = model_of(g);
	static const u32 none[NR_SIDES];
	u32 handle[NR_SIDES];

	if (m->stale.len[OURS] && load(g, none, false, &m->stale, handle))
		diff_renew(g);
	m->stale.len[OURS] = 0;
}

static void step_context_of_nothing(struct diff_guest *g)
{
	static const u32 types[] = { 1, 2, 4, 5, 6, 8, 0, 9 };
	static const u32 handles[] = { 0, 1, 0x01ffffff, 0x40000000, 0x40000006, 0xffffffff };
	struct call c;

	begin_call(&c, g, diff_once_in(g, 2) ? 0xb8 : 0xba);
	c.bare = true;
	use_handle(&c, handles[diff_of(g, ARRAY_SIZE(handles))]);
	arg_u32(&c, types[diff_of(g, ARRAY_SIZE(types))]);
	if (c.row->code == 0xb8)
		arg_random(&c, 16);
	if (send_call(&c, AGREE_CODE))
		diff_renew(g);
}

const struct step key12_steps[] = {
	{ 20, step_load },
	{ 8, step_flush },
	{ 25, step_sign },
	{ 6, step_sign_often },
	{ 12, step_get_pub_key },
	{ 12, step_seal },
	{ 14, step_unseal },
	{ 12, step_unbind },
	{ 12, step_quote },
	{ 12, step_certify },
	{ 6, step_tick_stamp },
	{ 1, step_create },
	{ 8, step_change_auth },
	{ 12, step_session },
	{ 4, step_odd_osap },
	{ 3, step_dsap },
	{ 8, step_flush_session },
	{ 2, step_reset },
	{ 1, step_many_sessions },
	{ 1, step_many_keys },
	{ 12, step_save_key },
	{ 12, step_load_key },
	{ 14, step_save_session },
	{ 14, step_load_session },
	{ 3, step_load_stale },
	{ 3, step_context_of_nothing },
	{}
};
