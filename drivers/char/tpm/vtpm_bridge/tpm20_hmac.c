// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, HMAC sessions that the bridge can check itself.
 *
 * A session that is neither salted nor bound has no key but the authValue of
 * what it authorises, so the bridge can check its HMAC and make that of the
 * response.  It leaves nonceTPM as it is: the chip, which knows nothing of the
 * exchange, expects the same one when the session comes to it.
 */

#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "tpm20.h"

#define ALG_XOR		0x000A
#define SE_HMAC		0x00

/** MAX_BLOCK - bytes of the longest block that HMAC works on (SHA-512) */
#define MAX_BLOCK	128

/** MAX_PARTS - pieces of a message that is hashed */
#define MAX_PARTS	5

/**
 * struct tpm20_message - a message in pieces
 * @nr_parts:	how many
 * @part:	those
 */
struct tpm20_message {
	unsigned int nr_parts;
	struct vtpmb_reader part[MAX_PARTS];
};

static void tpm20_add(struct tpm20_message *m, const void *bytes, size_t len)
{
	vtpmb_reader_init(&m->part[m->nr_parts++], bytes, len);
}

static int tpm20_digest(const struct vtpmb_hash *hash, const struct tpm20_message *m,
			u8 *digest)
{
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	unsigned int i;
	int err = 0;

	if (!run)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_parts; i++)
		err = vtpmb_hash_update(run, m->part[i].pos, m->part[i].left);
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

/* Of the hashes that a session may have; 0: not one whose HMAC is made here. */
static size_t tpm20_block_size(u16 alg)
{
	switch (alg) {
	case 0x0004: case 0x000B: case 0x0012:
		return 64;
	case 0x000C: case 0x000D:
		return 128;
	default:
		return 0;
	}
}

/* RFC 2104.  The key is an authValue, which is no longer than a block. */
static int tpm20_hmac(const struct vtpmb_hash *hash, const u8 *key, size_t key_len,
		      struct tpm20_message *m, u8 *mac)
{
	size_t block = tpm20_block_size(hash->alg), i;
	u8 pad[MAX_BLOCK] = {}, inner[VTPMB_MAX_DIGEST];
	struct tpm20_message outer = {};
	int err;

	memcpy(pad, key, key_len);
	for (i = 0; i < block; i++)
		pad[i] ^= 0x36;
	memmove(&m->part[1], &m->part[0], m->nr_parts * sizeof(m->part[0]));
	m->nr_parts++;
	vtpmb_reader_init(&m->part[0], pad, block);
	err = tpm20_digest(hash, m, inner);

	for (i = 0; i < block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	tpm20_add(&outer, pad, block);
	tpm20_add(&outer, inner, hash->size);
	if (!err)
		err = tpm20_digest(hash, &outer, mac);
	memzero_explicit(pad, sizeof(pad));
	return err;
}

/* authValue of what session @i authorises; a PCR's is empty. */
static const struct vtpmb_tpm20_hierarchy *
tpm20_authority(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call, unsigned int i)
{
	int hier = vtpmb_tpm20_hier(call->handle[i]);

	lockdep_assert_held(&vtpm->lock);

	return &vtpmb_tpm20_state(vtpm)->hier[hier < 0 ? HIER_NULL : hier];
}

/* HMAC(authValue, pHash || nonce1 || nonce2 || attributes): Part 1, 19.6.5. */
static int tpm20_session_mac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i, const struct vtpmb_hash *hash,
			     const struct tpm20_message *params, bool response, u8 *mac)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	const struct vtpmb_tpm20_entry *entry = session->entry;
	const struct vtpmb_tpm20_hierarchy *h = tpm20_authority(vtpm, call, i);
	struct tpm20_message m = {};
	u8 digest[VTPMB_MAX_DIGEST];
	int err = tpm20_digest(hash, params, digest);

	if (err)
		return err;
	tpm20_add(&m, digest, hash->size);
	if (response)
		tpm20_add(&m, entry->nonce, entry->nonce_len);
	tpm20_add(&m, session->nonce, session->nonce_len);
	if (!response)
		tpm20_add(&m, entry->nonce, entry->nonce_len);
	tpm20_add(&m, &session->attributes, 1);
	return tpm20_hmac(hash, h->auth, h->auth_len, &m, mac);
}

/* An object has a Name of its own, a sequence none; else the handle is the Name. */
static bool tpm20_add_name(struct tpm20_message *m, const struct vtpmb_tpm20_call *call,
			   unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->entry[i];

	if (!entry || entry->kind == KIND_SESSION)
		tpm20_add(m, call->cmd->buf + VTPMB_HEADER_SIZE + i * sizeof(u32),
			  sizeof(u32));
	else if (entry->kind == KIND_OBJECT)
		tpm20_add(m, entry->body->name, entry->body->name_len);
	return !entry || entry->kind != KIND_OBJECT || entry->body->learnt;
}

/* What cpHash covers; false if a Name is not known. */
static bool tpm20_command_message(const struct vtpmb_tpm20_call *call,
				  struct tpm20_message *m)
{
	unsigned int i;

	tpm20_add(m, call->cmd->buf + 6, sizeof(u32));
	for (i = 0; i < call->row->nr_handles; i++) {
		if (!tpm20_add_name(m, call, i))
			return false;
	}
	tpm20_add(m, call->params.pos, call->params.left);
	return true;
}

static int tpm20_command_mac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i, u8 *mac)
{
	struct tpm20_message m = {};
	struct vtpmb_hash hash;
	int err;

	if (!tpm20_command_message(call, &m))
		return -ENOENT;
	err = vtpmb_hash_open(&hash, call->session[i].entry->hash_alg);
	if (err)
		return err;
	err = tpm20_session_mac(vtpm, call, i, &hash, &m, false, mac);
	vtpmb_hash_close(&hash);
	return err;
}

/**
 * vtpmb_tpm20_check_hmac() - check a session's HMAC with a virtual authValue
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command, none of its parameters taken yet
 * @i:		which session; it authorises no object
 *
 * Return: RC_SUCCESS; RC_BAD_AUTH without its number; RC_AUTH_UNAVAILABLE if
 * the session's key, or what the HMAC covers, is not known here
 */
u32 vtpmb_tpm20_check_hmac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			   unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	u8 mac[VTPMB_MAX_DIGEST];
	u16 size;

	if (!session->entry->known || session->attributes & ~SESSION_CONTINUE)
		return RC_AUTH_UNAVAILABLE;
	if (tpm20_command_mac(vtpm, call, i, mac))
		return RC_AUTH_UNAVAILABLE;
	size = vtpmb_hash_size(session->entry->hash_alg);
	if (session->auth_len != size || crypto_memneq(session->auth, mac, size))
		return RC_BAD_AUTH;
	return RC_SUCCESS;
}

/**
 * vtpmb_tpm20_put_hmac() - write the response's part of a checked session
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command; the authValue is as it is after it
 * @i:		which session
 * @params:	the response's parameters
 * @params_len:	their bytes
 * @w:		where to
 *
 * Return: 0, or the errno of the crypto API
 */
int vtpmb_tpm20_put_hmac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			 unsigned int i, const u8 *params, size_t params_len,
			 struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20_entry *entry = call->session[i].entry;
	u8 codes[8] = {}, mac[VTPMB_MAX_DIGEST];
	struct tpm20_message m = {};
	struct vtpmb_hash hash;
	int err = vtpmb_hash_open(&hash, entry->hash_alg);

	if (err)
		return err;
	vtpmb_poke_u32(codes + 4, call->row->code);
	tpm20_add(&m, codes, sizeof(codes));
	tpm20_add(&m, params, params_len);
	err = tpm20_session_mac(vtpm, call, i, &hash, &m, true, mac);
	vtpmb_hash_close(&hash);
	if (err)
		return err;
	vtpmb_put_u16(w, entry->nonce_len);
	vtpmb_put_bytes(w, entry->nonce, entry->nonce_len);
	vtpmb_put_u8(w, call->session[i].attributes);
	vtpmb_put_u16(w, hash.size);
	vtpmb_put_bytes(w, mac, hash.size);
	return 0;
}

/* TPMT_SYM_DEF */
static bool tpm20_skip_symmetric(struct vtpmb_reader *r)
{
	u16 alg;

	if (!vtpmb_get_u16(r, &alg))
		return false;
	if (alg == TPM20_ALG_NULL)
		return true;
	return vtpmb_get_bytes(r, alg == ALG_XOR ? 2 : 4);
}

/**
 * vtpmb_tpm20_new_key() - what the parameters of StartAuthSession tell
 * @call:	the command; gets the new session's @hash_alg and whether its key
 *		is known
 */
void vtpmb_tpm20_new_key(struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	const u8 *bytes;
	u16 nonce_len, salt_len;
	u8 type;

	if (!vtpmb_get_tpm2b(&r, &bytes, &nonce_len) ||
	    !vtpmb_get_tpm2b(&r, &bytes, &salt_len) || !vtpmb_get_u8(&r, &type) ||
	    !tpm20_skip_symmetric(&r) || !vtpmb_get_u16(&r, &call->hash_alg))
		return;
	call->trial = type == TPM20_SE_TRIAL;
	/* Hierarchies and PCRs alone are not protected against guessing. */
	call->bound = TPM20_HT(call->handle[1]) != HT_PERMANENT &&
		      TPM20_HT(call->handle[1]) != HT_PCR;
	call->known = type == SE_HMAC && call->handle[0] == RH_NULL &&
		      call->handle[1] == RH_NULL && tpm20_block_size(call->hash_alg);
}

/**
 * vtpmb_tpm20_roll() - the chip has given a session a new nonceTPM
 * @entry:	the session
 * @r:		at the nonce in the chip's response; taken
 *
 * Return: whether it was there
 */
bool vtpmb_tpm20_roll(struct vtpmb_tpm20_entry *entry, struct vtpmb_reader *r)
{
	const u8 *nonce;
	u16 len;

	if (!vtpmb_get_tpm2b(r, &nonce, &len) || len > sizeof(entry->nonce))
		return false;
	memcpy(entry->nonce, nonce, len);
	entry->nonce_len = len;
	return true;
}
