// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: the owner, NV, counters, migration, transport sessions. */

#include <stdlib.h>
#include "tpm12_model.h"

#define NV_PPWRITE		0x00000001
#define NV_OWNERWRITE		0x00000002
#define NV_AUTHWRITE		0x00000004
#define NV_WRITEALL		0x00001000
#define NV_WRITEDEFINE		0x00002000
#define NV_PPREAD		0x00010000
#define NV_OWNERREAD		0x00020000
#define NV_AUTHREAD		0x00040000

/* Without a grant now and then, for it ends the life. */
static bool is_worth_it(struct diff_guest *g, bool granted)
{
	return granted || diff_once_in(g, 60);
}

static bool owns(const struct diff_guest *g)
{
	return core_get(g->vtpm, VTPMB_SETTING_OWNERSHIP) == VTPMB_OWNERSHIP_GRANTED;
}

static bool begin_as_owner(struct call *c, struct diff_guest *g, u32 code)
{
	struct session *s = owner_session(g);

	if (!s)
		return false;
	begin_call(c, g, code);
	authorise(c, s, OWNER_SECRET);
	return true;
}

static void step_owner_reads(struct diff_guest *g)
{
	struct call c;

	if (!is_worth_it(g, owns(g)))
		return;
	if (diff_once_in(g, 3)) {
		if (begin_as_owner(&c, g, 0x7d))
			send_call(&c, AGREE_BYTES);
		return;
	}
	if (diff_once_in(g, 2)) {
		if (begin_as_owner(&c, g, 0x66))
			send_call(&c, AGREE_LENGTH);
		return;
	}
	if (!begin_as_owner(&c, g, 0x81))
		return;
	arg_u32(&c, diff_once_in(g, 2) ? TPM_KH_SRK : 0x40000000 + diff_of(g, 8));
	send_call(&c, AGREE_BYTES);
}

/* What no owner may without an unsafe grant. */
static void step_owner_harms(struct diff_guest *g)
{
	static const u32 codes[] = { 0x5b, 0x5c, 0x6e, 0x3f };
	struct call c;

	if (!begin_as_owner(&c, g, codes[diff_of(g, ARRAY_SIZE(codes))]))
		return;
	c.bare = true;
	if (c.row->code == 0x6e)
		arg_u8(&c, diff_of(g, 2));
	if (c.row->code == 0x3f) {
		arg_u32(&c, 1);
		arg_u32(&c, 4);
		arg_u32(&c, 1 + diff_of(g, 20));
		arg_u32(&c, 1);
		arg_u8(&c, diff_of(g, 2));
	}
	send_call(&c, AGREE_BYTES);
}

/* NV. */

static void begin_definition(struct call *c, struct diff_guest *g, u32 index, u32 attributes,
			     u32 size)
{
	static const u8 pcrs[26] = { 0, 3, 0, 0, 0, 0x1f };

	begin_call(c, g, 0xcc);
	c->bare = diff_once_in(g, 2);
	arg_u16(c, 0x0018);
	arg_u32(c, index);
	arg_mem(c, pcrs, sizeof(pcrs));
	arg_mem(c, pcrs, sizeof(pcrs));
	arg_u16(c, 0x0017);
	arg_u32(c, attributes);
	arg_u8(c, 0);
	arg_u8(c, 0);
	arg_u8(c, 0);
	arg_u32(c, size);
}

static bool has_nv(const struct diff_guest *g)
{
	return g->vtpm->range[VTPMB_RANGE_NV].last;
}

/*
 * In a TPM they end with it, and those of other indices may (Part 3, 20.1): libtpms tells
 * indices apart by a digest that those lack which were defined since the last start.
 */
static void end_sessions_of_indices(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i;

	m->undefined = true;
	for (i = 0; i < NR_SESSIONS; i++) {
		struct session *s = &m->session[i];

		if (s->live && !s->saved && (s->entity & 0xff) == TPM_ET_NV)
			flush_session(g, s);
	}
	m->undefined = false;
}

static void step_nv_define(struct diff_guest *g)
{
	static const u32 attributes[] = {
		NV_OWNERWRITE | NV_OWNERREAD, NV_OWNERWRITE, NV_AUTHWRITE | NV_AUTHREAD,
		NV_AUTHWRITE, NV_OWNERWRITE | NV_AUTHREAD, NV_PPWRITE, NV_PPWRITE | NV_PPREAD,
		NV_OWNERWRITE | NV_WRITEALL, NV_AUTHWRITE | NV_WRITEDEFINE, 0,
		NV_OWNERWRITE | NV_AUTHWRITE, 0x00000100,
	};
	unsigned int i = diff_of(g, NR_INDICES);
	struct index *index = &model_of(g)->index[i];
	struct session *s;
	struct call c;
	u32 what = attributes[diff_of(g, ARRAY_SIZE(attributes))], size = 1 + diff_of(g, 40);
	u8 secret = diff_of(g, 256);
	bool drop = diff_once_in(g, 3);

	if (!is_worth_it(g, has_nv(g)))
		return;
	s = osap_owner(g);
	if (!s)
		return;
	if (drop)
		size = 0;
	begin_definition(&c, g, nv_first(g) + i + (diff_once_in(g, 60) ? 0x4000 : 0), what, size);
	arg_hidden(&c, s, false, secret);
	authorise(&c, s, OWNER_SECRET);
	if (!send_call(&c, AGREE_BYTES))
		return;
	index->live = size;
	index->nr = nv_first(g) + i;
	index->attributes = what;
	index->size = size;
	index->secret = secret;
	end_sessions_of_indices(g);
}

static struct index *any_index(struct diff_guest *g)
{
	return &model_of(g)->index[diff_of(g, NR_INDICES)];
}

static u32 index_nr(struct diff_guest *g, const struct index *index)
{
	if (diff_once_in(g, 60))
		return diff_once_in(g, 2) ? 0 : 0x10000001;
	return index->live ? index->nr : nv_first(g) + diff_of(g, NR_INDICES);
}

/* By the owner, by the index' own secret, or by nobody. */
static bool begin_nv(struct call *c, struct diff_guest *g, const struct index *index, u32 plain,
		     u32 by_auth)
{
	struct session *s;

	if (index->attributes & (NV_AUTHREAD | NV_AUTHWRITE) && !diff_once_in(g, 4)) {
		s = diff_once_in(g, 2) ? new_oiap(g) :
		    new_osap(g, TPM_ET_NV, NULL, index->nr, index->secret);
		if (!s)
			return false;
		begin_call(c, g, by_auth);
		authorise(c, s, index->secret);
		return true;
	}
	if (diff_once_in(g, 3)) {
		begin_call(c, g, plain);
		return true;
	}
	return begin_as_owner(c, g, plain);
}

static void step_nv_write(struct diff_guest *g)
{
	struct index *index = any_index(g);
	u8 data[64];
	u32 at, len;
	struct call c;

	if (!is_worth_it(g, has_nv(g)) || !begin_nv(&c, g, index, 0xcd, 0xce))
		return;
	diff_bytes(g, data, sizeof(data));
	at = diff_once_in(g, 2) || !index->size ? 0 : diff_of(g, index->size);
	len = diff_once_in(g, 3) ? index->size : diff_of(g, 44);
	arg_u32(&c, index_nr(g, index));
	arg_u32(&c, at);
	arg_sized(&c, data, min_t(u32, len, sizeof(data)));
	send_call(&c, AGREE_BYTES);
}

static void step_nv_read(struct diff_guest *g)
{
	struct index *index = any_index(g);
	struct call c;
	u32 at, len;

	if (!is_worth_it(g, has_nv(g)) || !begin_nv(&c, g, index, 0xcf, 0xd0))
		return;
	at = diff_once_in(g, 2) || !index->size ? 0 : diff_of(g, index->size);
	len = diff_once_in(g, 2) ? index->size - at : diff_of(g, 44);
	arg_u32(&c, index_nr(g, index));
	arg_u32(&c, at);
	arg_u32(&c, len);
	send_call(&c, AGREE_BYTES);
}

/* Counters. */

static bool counts(const struct diff_guest *g)
{
	return core_get(g->vtpm, VTPMB_SETTING_COUNTER) != VTPMB_NO_COUNTER;
}

static void step_counter(struct diff_guest *g)
{
	u32 counter = diff_once_in(g, 20) ? diff_of(g, 9) : host_counter;
	struct session *s;
	struct call c;

	if (!is_worth_it(g, counts(g)))
		return;
	if (diff_once_in(g, 2)) {
		begin_call(&c, g, 0xde);
		arg_u32(&c, counter);
		/* It goes on from life to life. */
		send_call(&c, AGREE_LENGTH);
		return;
	}
	s = diff_once_in(g, 2) ? new_oiap(g) :
	    new_osap(g, TPM_ET_COUNTER, NULL, counter, COUNTER_SECRET);
	if (!s)
		return;
	begin_call(&c, g, 0xdd);
	arg_u32(&c, counter);
	authorise(&c, s, COUNTER_SECRET);
	send_call(&c, AGREE_LENGTH);
}

static void grant_counter(struct diff_guest *g, u32 counter)
{
	core_set(g->vtpm, VTPMB_SETTING_COUNTER, counter);
}

static void release_counter(struct diff_guest *g, const u32 counter[NR_SIDES], u8 secret)
{
	bool by_owner = diff_once_in(g, 2);
	struct session *s = by_owner ? owner_session(g) : new_oiap(g);
	enum diff_side side;
	struct call c;
	u8 bytes[4];

	if (!s)
		return;
	begin_call(&c, g, by_owner ? 0xe0 : 0xdf);
	for (side = 0; side < NR_SIDES; side++) {
		vtpmb_poke_u32(bytes, counter[side]);
		arg_own(&c, side, bytes, sizeof(bytes));
	}
	authorise(&c, s, by_owner ? OWNER_SECRET : secret);
	send_call(&c, AGREE_BYTES);
}

/* Two commands cannot be had for one counter: each side has its own. */
static void step_own_counter(struct diff_guest *g)
{
	u32 counter[NR_SIDES];
	u8 secret = diff_of(g, 256);
	enum diff_side side;
	struct session *s;
	struct call c;

	if (g->nr || !is_worth_it(g, owns(g)))
		return;
	s = osap_owner(g);
	if (!s)
		return;
	begin_call(&c, g, 0xdc);
	arg_hidden(&c, s, false, secret);
	arg_u32(&c, 0x61626364);
	authorise(&c, s, OWNER_SECRET);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	for (side = 0; side < NR_SIDES; side++)
		counter[side] = vtpmb_peek_u32(c.out[side]);
	if (counts(g)) {
		/* The administrator gives it to the guest, and takes it back. */
		grant_counter(g, counter[OURS]);
		release_counter(g, counter, secret);
		grant_counter(g, host_counter);
	}
}

/* Migration. */

/* TPM_PUBKEY of a 2048-bit storage key. */
static size_t put_pubkey(const struct blob *blob, enum diff_side side, u8 *out)
{
	static const u8 parms[] = {
		0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, 0, 0, 8, 0, 0, 0, 0, 2, 0, 0, 0, 0,
		0, 0, 1, 0,
	};

	memcpy(out, parms, sizeof(parms));
	memcpy(out + sizeof(parms), blob->pub.at[side], 256);
	return sizeof(parms) + 256;
}

static const struct blob *migratable(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i, at = diff_of(g, NR_BLOBS);

	for (i = 0; i < NR_BLOBS; i++) {
		const struct blob *blob = &m->blob[(at + i) % NR_BLOBS];

		if (blob->live && !blob->parent && blob->flags & KEY_MIGRATABLE)
			return blob;
	}
	return NULL;
}

static void enc_data_of(const struct blob *blob, enum diff_side side, struct bytes *out)
{
	const u8 *key = blob->wrapped.at[side];
	size_t at = 4 + 2 + 4 + 1 + 4 + 2 + 2;
	unsigned int i;

	for (i = 0; i < 3; i++)
		at += 4 + vtpmb_peek_u32(key + at);
	out->len[side] = vtpmb_peek_u32(key + at);
	memcpy(out->at[side], key + at + 4, out->len[side]);
}

static bool allow_migration(struct diff_guest *g, u16 scheme, const struct blob *target,
			    struct bytes *ticket)
{
	u8 pub[512];
	struct call c;
	size_t len = put_pubkey(target, OURS, pub);

	if (!begin_as_owner(&c, g, 0x2b))
		return false;
	arg_u16(&c, scheme);
	arg_mem(&c, pub, len);
	if (!send_call(&c, AGREE_BYTES))
		return false;
	take_bytes(&c, 0, 0, ticket);
	return true;
}

static void convert(struct diff_guest *g, struct key *target, const struct bytes *random,
		    const struct bytes *data)
{
	struct session *s;
	struct call c;

	target->pins++;
	s = session_for(g, target);
	target->pins--;
	if (!s)
		return;
	begin_call(&c, g, 0x2a);
	use_key(&c, target);
	arg_sized_bytes(&c, data);
	arg_sized_bytes(&c, random);
	authorise(&c, s, secret_of(target));
	send_call(&c, AGREE_LENGTH);
}

static void migrate_on(struct diff_guest *g, struct key *authority, const struct bytes *data)
{
	struct session *s;
	struct call c;
	u8 pub[512];
	size_t len = put_pubkey(&host_blobs[0], OURS, pub);

	authority->pins++;
	s = session_for(g, authority);
	authority->pins--;
	if (!s)
		return;
	begin_call(&c, g, 0x25);
	use_key(&c, authority);
	arg_mem(&c, pub, len);
	arg_sized_bytes(&c, data);
	authorise(&c, s, secret_of(authority));
	send_call(&c, AGREE_LENGTH);
}

/* Parts of an answer: a sized one, then another one. */
static void take_two(const struct call *c, struct bytes *first, struct bytes *second)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		const u8 *at = c->out[side];

		first->len[side] = vtpmb_peek_u32(at);
		memcpy(first->at[side], at + 4, first->len[side]);
		at += 4 + first->len[side];
		second->len[side] = vtpmb_peek_u32(at);
		memcpy(second->at[side], at + 4, second->len[side]);
	}
}

#define MIGRATE	1
#define REWRAP	2

static void step_migrate(struct diff_guest *g)
{
	const struct blob *blob = migratable(g);
	struct key *target;
	u16 scheme = 1 + diff_of(g, 2);
	struct bytes ticket, enc, random, data;
	struct session *s, *old;
	enum diff_side side;
	struct call c;

	if (!is_worth_it(g, owns(g)) || !blob)
		return;
	target = pick_key(g, diff_once_in(g, 3) ? 1u << USE_MIGRATE : 1u << USE_STORAGE);
	if (!target || !target->blob.same)
		return;
	target->pins++;
	s = allow_migration(g, scheme, &target->blob, &ticket) ? session_for(g, NULL) : NULL;
	if (s)
		s->pins++;
	old = s ? new_oiap(g) : NULL;
	if (s)
		s->pins--;
	target->pins--;
	if (!old)
		return;
	for (side = 0; side < NR_SIDES; side++)
		enc_data_of(blob, side, &enc);
	begin_call(&c, g, 0x28);
	use_key(&c, NULL);
	arg_u16(&c, scheme);
	arg_bytes(&c, &ticket);
	arg_sized_bytes(&c, &enc);
	authorise(&c, s, SRK_SECRET);
	authorise(&c, old, blob->migration);
	if (!send_call(&c, AGREE_LENGTH))
		return;
	take_two(&c, &random, &data);
	if (!target->live)
		return;
	if (target->blob.usage == USE_MIGRATE)
		migrate_on(g, target, &data);
	else if (scheme == MIGRATE)
		convert(g, target, &random, &data);
}

/* A key that goes only where an authority wants it. */
static void create_certified(struct diff_guest *g, const u8 *authority,
			     const struct bytes *approval)
{
	struct session *s = osap_key(g, NULL);
	struct call c;

	if (!s)
		return;
	begin_call(&c, g, 0x13);
	use_key(&c, NULL);
	arg_hidden(&c, s, false, 0x67);
	arg_u32(&c, 0x00280000);
	arg_u16(&c, USE_SIGN);
	arg_u32(&c, KEY_MIGRATABLE | KEY_AUTHORITY);
	arg_hex(&c, "01 00000001 0001 0002 0000000c 00000200 00000002 00000000");
	arg_hex(&c, "00000000 00000000 00000000");
	arg_bytes(&c, approval);
	arg_mem(&c, authority, 20);
	authorise(&c, s, SRK_SECRET);
	send_call(&c, AGREE_LENGTH);
}

static void step_approve_authority(struct diff_guest *g)
{
	struct bytes approval;
	u8 authority[20];
	struct call c;

	if (!is_worth_it(g, owns(g)) || !begin_as_owner(&c, g, 0x1d))
		return;
	diff_bytes(g, authority, sizeof(authority));
	arg_mem(&c, authority, sizeof(authority));
	if (!send_call(&c, AGREE_BYTES))
		return;
	take_bytes(&c, 0, 0, &approval);
	create_certified(g, authority, &approval);
}

/* The owner has a signature of an authority checked. */
static void step_ticket(struct diff_guest *g)
{
	struct key *key = owns(g) ? pick_key(g, 1u << USE_SIGN) : NULL;
	struct session *s;
	struct bytes signature;
	struct blob blob;
	u8 digest[20];
	struct call c;

	if (!key || key->blob.sig != 2 || key->blob.on_pcr)
		return;
	blob = key->blob;
	key->pins++;
	s = session_for(g, key);
	key->pins--;
	if (!s)
		return;
	diff_bytes(g, digest, sizeof(digest));
	begin_call(&c, g, 0x3c);
	use_key(&c, key);
	arg_sized(&c, digest, sizeof(digest));
	authorise(&c, s, blob.secret);
	if (!send_call(&c, blob.same ? AGREE_BYTES : AGREE_LENGTH))
		return;
	take_bytes(&c, 4, 0, &signature);
	if (!begin_as_owner(&c, g, 0x12))
		return;
	arg_hex(&c, "00000001 0001 0002 0000000c 00000200 00000002 00000000");
	arg_sized_bytes(&c, &blob.pub);
	arg_mem(&c, digest, sizeof(digest));
	arg_sized_bytes(&c, &signature);
	send_call(&c, blob.same ? AGREE_BYTES : AGREE_LENGTH);
}

/* Identities. */

static void step_identity(struct diff_guest *g)
{
	struct session *s, *srk;
	struct call c;

	/* The key takes both sides long. */
	if (!owns(g) || !diff_once_in(g, 6))
		return;
	s = osap_owner(g);
	if (!s)
		return;
	s->pins++;
	srk = session_for(g, NULL);
	s->pins--;
	if (!srk)
		return;
	begin_call(&c, g, 0x79);
	arg_hidden(&c, s, false, 0x66);
	arg_random(&c, 20);
	arg_u32(&c, 0x01010000);
	arg_u16(&c, USE_IDENTITY);
	arg_u32(&c, 0);
	arg_u8(&c, 1);
	arg_u32(&c, 1);
	arg_u16(&c, 1);
	arg_u16(&c, 2);
	arg_u32(&c, 12);
	arg_u32(&c, 2048);
	arg_u32(&c, 2);
	arg_u32(&c, 0);
	arg_u32(&c, 0);
	arg_u32(&c, 0);
	arg_u32(&c, 0);
	authorise(&c, srk, SRK_SECRET);
	authorise(&c, s, OWNER_SECRET);
	send_call(&c, AGREE_LENGTH);
}

/* Transport sessions. */

static bool transports(const struct diff_guest *g)
{
	return core_get(g->vtpm, VTPMB_SETTING_TRANSPORT) != VTPMB_TRANSPORT_DENY;
}

static struct session *free_trans(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_TRANSPORTS; i++) {
		if (!m->trans[i].live && !m->trans[i].pins)
			return &m->trans[i];
	}
	return NULL;
}

static void take_trans(struct session *trans, const struct call *c, u8 secret, u32 attributes)
{
	enum diff_side side;

	memset(trans, 0, sizeof(*trans));
	for (side = 0; side < NR_SIDES; side++) {
		trans->handle[side] = c->made[side];
		memcpy(trans->even[side], c->out[side] + c->out_len[side] - 20, 20);
		memset(trans->shared[side], secret, 20);
	}
	trans->type = TRANS;
	trans->encrypts = attributes & 1;
	trans->logs = attributes & 2;
	trans->live = true;
}

static void step_establish(struct diff_guest *g)
{
	struct session *trans, *s = NULL;
	struct key *key = NULL;
	bool inspected = core_get(g->vtpm, VTPMB_SETTING_TRANSPORT) == VTPMB_TRANSPORT_INSPECT;
	u32 attributes = diff_of(g, 4) & (inspected ? 2 : 3);
	u8 secret[22] = { 0x00, 0x1d }, out[512];
	struct call c;

	if (!is_worth_it(g, transports(g)))
		return;
	trans = free_trans(g);
	if (!trans)
		return;
	if (!diff_once_in(g, 3)) {
		key = pick_key(g, 1u << USE_STORAGE);
		if (!key || !key->blob.same)
			return;
		key->pins++;
		s = session_for(g, key);
		key->pins--;
		if (!s)
			return;
	} else if (!diff_once_in(g, 20)) {
		attributes &= ~1;
	}
	if (diff_once_in(g, 60))
		attributes |= diff_once_in(g, 2) ? 4 : 1;
	memset(secret + 2, diff_of(g, 256), 20);
	begin_call(&c, g, 0xe6);
	if (key)
		use_key(&c, key);
	else
		use_handle(&c, TPM_KH_TRANSPORT);
	arg_u16(&c, 0x001e);
	arg_u32(&c, attributes);
	arg_u32(&c, 7);
	arg_u16(&c, 1);
	if (key)
		arg_sized(&c, out,
			  core_encrypt_oaep(key->blob.pub.at[OURS], key->blob.pub.len[OURS],
						secret, sizeof(secret), out));
	else
		arg_sized(&c, secret + 2, 20);
	if (s)
		authorise(&c, s, secret_of(key));
	if (send_call(&c, AGREE_LENGTH))
		take_trans(trans, &c, secret[2], attributes);
}

static void step_release(struct diff_guest *g)
{
	struct session *trans = &model_of(g)->trans[diff_of(g, NR_TRANSPORTS)], *s;
	struct key *key;
	struct call c;

	if (!trans->live || trans->saved)
		return;
	if (diff_once_in(g, 4)) {
		flush_session(g, trans);
		return;
	}
	trans->pins++;
	key = pick_key(g, 1u << USE_SIGN);
	if (key)
		key->pins++;
	s = key ? session_for(g, key) : NULL;
	if (key)
		key->pins--;
	trans->pins--;
	if (!s || !trans->live)
		return;
	begin_call(&c, g, 0xe8);
	use_key(&c, key);
	arg_random(&c, 20);
	authorise(&c, s, secret_of(key));
	authorise(&c, trans, 0);
	c.auth[1].cont = false;
	send_call(&c, AGREE_LENGTH);
}

const struct step owner12_steps[] = {
	{ 8, step_owner_reads },
	{ 4, step_owner_harms },
	{ 12, step_nv_define },
	{ 14, step_nv_write },
	{ 14, step_nv_read },
	{ 8, step_counter },
	{ 3, step_own_counter },
	{ 5, step_migrate },
	{ 3, step_approve_authority },
	{ 3, step_ticket },
	{ 1, step_identity },
	{ 10, step_establish },
	{ 4, step_release },
	{}
};
