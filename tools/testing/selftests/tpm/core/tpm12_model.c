// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: what there is on both sides; begin and end it. */

#include <stdlib.h>
#include "tpm12_model.h"

/* Sessions. */

static void forget_session(struct session *s)
{
	unsigned int pins = s->pins;

	memset(s, 0, sizeof(*s));
	s->pins = pins;
}

void flush_session(struct diff_guest *g, struct session *s)
{
	struct call c;

	begin_call(&c, g, 0xba);
	c.steady = true;
	c.bare = true;
	if (s->saved) {
		const u32 count[NR_SIDES] = {
			vtpmb_peek_u32(s->context.at[OURS] + 26),
			vtpmb_peek_u32(s->context.at[TWINS] + 26),
		};

		use_own_handle(&c, count);
		arg_u32(&c, TPM_RT_CONTEXT);
	} else {
		use_own_handle(&c, s->handle);
		arg_u32(&c, s->type == TRANS ? TPM_RT_TRANS : TPM_RT_AUTH);
	}
	send_call(&c, AGREE_BYTES);
	forget_session(s);
}

/* An unused place, perhaps after one was flushed; NULL if all are in use. */
struct session *free_session(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_SESSIONS);

	for (i = 0; i < NR_SESSIONS; i++) {
		if (!m->session[i].live && !m->session[i].pins)
			return &m->session[i];
	}
	for (i = 0; i < NR_SESSIONS; i++) {
		struct session *s = &m->session[(at + i) % NR_SESSIONS];

		if (s->pins)
			continue;
		flush_session(g, s);
		return s;
	}
	return NULL;
}

static void take_nonce(struct session *s, const struct call *c)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		s->handle[side] = c->made[side];
		memcpy(s->even[side], c->out[side], 20);
	}
	s->live = true;
}

struct session *new_oiap(struct diff_guest *g)
{
	struct session *s = free_session(g);
	struct call c;

	if (!s)
		return NULL;
	s->pins++;
	begin_call(&c, g, 0x0a);
	if (!send_call(&c, AGREE_LENGTH)) {
		s->pins--;
		return NULL;
	}
	s->pins--;
	s->type = OIAP;
	take_nonce(s, &c);
	return s;
}

struct session *new_osap(struct diff_guest *g, u16 entity, struct key *key, u32 value,
			 u8 secret)
{
	struct session *s = free_session(g);
	u8 odd[20], in[40], usage[20];
	enum diff_side side;
	struct call c;
	bool ok;

	if (!s)
		return NULL;
	s->pins++;
	begin_call(&c, g, 0x0b);
	arg_u16(&c, entity);
	for (side = 0; side < NR_SIDES; side++) {
		u8 bytes[4];

		vtpmb_poke_u32(bytes, key ? key->handle[side] : value);
		arg_own(&c, side, bytes, sizeof(bytes));
	}
	diff_bytes(g, odd, sizeof(odd));
	arg_mem(&c, odd, sizeof(odd));
	if (key)
		key->pins++;
	ok = send_call(&c, AGREE_LENGTH);
	if (key)
		key->pins--;
	s->pins--;
	if (!ok)
		return NULL;
	s->type = OSAP;
	s->entity = entity;
	s->key = key;
	s->value = value;
	s->secret = secret;
	take_nonce(s, &c);
	memset(usage, secret, sizeof(usage));
	memcpy(in + 20, odd, sizeof(odd));
	for (side = 0; side < NR_SIDES; side++) {
		memcpy(in, c.out[side] + 20, 20);
		mac_of(usage, in, sizeof(in), s->shared[side]);
	}
	return s;
}

static struct session *find_session(struct diff_guest *g,
				    bool (*fits)(const struct session *s, const void *what),
				    const void *what)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_SESSIONS);

	for (i = 0; i < NR_SESSIONS; i++) {
		struct session *s = &m->session[(at + i) % NR_SESSIONS];

		if (s->live && !s->saved && !s->pins && fits(s, what))
			return s;
	}
	return NULL;
}

static bool is_of_key(const struct session *s, const void *key)
{
	if (s->type == OIAP)
		return true;
	if (!key)
		return s->type == OSAP && (s->entity & 0xff) == TPM_ET_SRK;
	return s->type == OSAP && s->key == key;
}

static bool is_of_owner(const struct session *s, const void *none)
{
	return s->type == OIAP || (s->entity & 0xff) == TPM_ET_OWNER;
}

u8 secret_of(const struct key *key)
{
	return key ? key->blob.secret : SRK_SECRET;
}

struct session *session_for(struct diff_guest *g, struct key *key)
{
	struct session *s = diff_once_in(g, 3) ? NULL : find_session(g, is_of_key, key);

	if (s)
		return s;
	return diff_once_in(g, 3) ? osap_key(g, key) : new_oiap(g);
}

struct session *owner_session(struct diff_guest *g)
{
	struct session *s = diff_once_in(g, 3) ? NULL : find_session(g, is_of_owner, NULL);

	if (s)
		return s;
	return diff_once_in(g, 3) ? osap_owner(g) : new_oiap(g);
}

static struct session *osap_by(struct diff_guest *g, struct key *key)
{
	if (!key && !diff_once_in(g, 4))
		return new_osap(g, TPM_ET_SRK, NULL, TPM_KH_SRK, SRK_SECRET);
	return new_osap(g, diff_once_in(g, 2) ? TPM_ET_KEY : TPM_ET_KEYHANDLE, key, TPM_KH_SRK,
			secret_of(key));
}

/* The key is there afterwards, too. */
struct session *osap_key(struct diff_guest *g, struct key *key)
{
	struct session *s;

	if (key)
		key->pins++;
	s = osap_by(g, key);
	if (key)
		key->pins--;
	return s;
}

struct session *osap_owner(struct diff_guest *g)
{
	return new_osap(g, TPM_ET_OWNER, NULL, TPM_KH_OWNER, OWNER_SECRET);
}

/* Keys. */

/*
 * To libtpms a key's copies are one: with the first that goes go the sessions of
 * all of them.
 */
void end_copies(struct diff_guest *g, const struct blob *blob)
{
	struct model *m = model_of(g);
	unsigned int i;

	m->copied = true;
	for (i = 0; i < NR_SESSIONS; i++) {
		struct session *s = &m->session[i];

		if (s->live && !s->saved && !s->pins && s->key &&
		    !memcmp(s->key->blob.pub.at[OURS], blob->pub.at[OURS], blob->pub.len[OURS]))
			flush_session(g, s);
	}
	m->copied = false;
}

void drop_key(struct diff_guest *g, struct key *key)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_SESSIONS; i++) {
		if (m->session[i].live && m->session[i].key == key) {
			/* A saved one can be loaded again when the key is there. */
			if (m->session[i].saved && !m->session[i].pins)
				flush_session(g, &m->session[i]);
			else
				forget_session(&m->session[i]);
		}
	}
	key->live = false;
	end_copies(g, &key->blob);
}

void flush_key(struct diff_guest *g, struct key *key)
{
	struct call c;

	if (diff_once_in(g, 3)) {
		begin_call(&c, g, 0x22);
		c.steady = true;
		c.bare = true;
		use_own_handle(&c, key->handle);
		if (send_call(&c, AGREE_BYTES)) {
			drop_key(g, key);
			return;
		}
	}
	/* It works in any state; the key may be gone. */
	begin_call(&c, g, 0xba);
	c.steady = true;
	c.bare = true;
	use_own_handle(&c, key->handle);
	arg_u32(&c, TPM_RT_KEY);
	send_call(&c, AGREE_BYTES);
	drop_key(g, key);
}

struct key *free_key(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_KEYS);

	for (i = 0; i < NR_KEYS; i++) {
		if (!m->key[i].live && !m->key[i].pins)
			return &m->key[i];
	}
	for (i = 0; i < NR_KEYS; i++) {
		struct key *key = &m->key[(at + i) % NR_KEYS];

		if (key->pins)
			continue;
		flush_key(g, key);
		return key;
	}
	return NULL;
}

static bool is_parent(const struct key *key, const struct blob *blob)
{
	const struct bytes *pub = &blob->parent->pub;

	return key->live && key->blob.pub.len[OURS] == pub->len[OURS] &&
	       !memcmp(key->blob.pub.at[OURS], pub->at[OURS], pub->len[OURS]);
}

static struct key *find_parent(struct diff_guest *g, const struct blob *blob)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_KEYS; i++) {
		if (is_parent(&m->key[i], blob))
			return &m->key[i];
	}
	return load_blob(g, blob->parent);
}

struct key *load_blob(struct diff_guest *g, const struct blob *blob)
{
	struct key *key, *parent = NULL;
	struct session *s;
	struct call c;
	bool ok;

	if (blob->parent) {
		parent = find_parent(g, blob);
		if (!parent)
			return NULL;
		parent->pins++;
	}
	key = free_key(g);
	if (key)
		key->pins++;
	s = session_for(g, parent);
	if (parent)
		parent->pins--;
	if (key)
		key->pins--;
	if (!key || !s)
		return NULL;
	begin_call(&c, g, 0x41);
	use_key(&c, parent);
	arg_bytes(&c, &blob->wrapped);
	authorise(&c, s, secret_of(parent));
	key->pins++;
	ok = send_call(&c, AGREE_BYTES);
	key->pins--;
	if (!ok)
		return NULL;
	key->live = true;
	key->handle[OURS] = c.made[OURS];
	key->handle[TWINS] = c.made[TWINS];
	key->blob = *blob;
	return key;
}

static bool fits(const struct blob *blob, u32 usages)
{
	return blob->live && usages & 1u << blob->usage;
}

struct blob *pick_blob(struct diff_guest *g, u32 usages)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_BLOBS);

	for (i = 0; i < NR_BLOBS; i++) {
		struct blob *blob = &m->blob[(at + i) % NR_BLOBS];

		if (fits(blob, usages))
			return blob;
	}
	return NULL;
}

struct key *pick_key(struct diff_guest *g, u32 usages)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_KEYS);
	struct blob *blob;

	for (i = 0; i < NR_KEYS && !diff_once_in(g, 5); i++) {
		struct key *key = &m->key[(at + i) % NR_KEYS];

		if (key->live && fits(&key->blob, usages))
			return key;
	}
	blob = pick_blob(g, usages);
	return blob ? load_blob(g, blob) : NULL;
}

struct key *pick_parent(struct diff_guest *g)
{
	return diff_once_in(g, 2) ? NULL : pick_key(g, 1u << USE_STORAGE);
}

/* One of the guest's own, perhaps over an older one. */
struct blob *new_blob(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int at = nr_host_blobs + diff_of(g, NR_BLOBS - nr_host_blobs);

	memset(&m->blob[at], 0, sizeof(m->blob[at]));
	return &m->blob[at];
}

/* After a reset; contexts of keys stay, or all is gone. */
void drop_all(struct diff_guest *g, bool contexts)
{
	struct model *m = model_of(g);
	unsigned int i;

	memset(m->key, 0, sizeof(m->key));
	memset(m->session, 0, sizeof(m->session));
	memset(m->trans, 0, sizeof(m->trans));
	for (i = 0; i < NR_SAVED_KEYS && contexts; i++)
		m->saved_key[i].live = false;
}
