// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, HMAC sessions with a key that the bridge knows.
 *
 * The HMAC key of a session that is neither salted nor bound is only the authValue of the
 * entity that the session authorises.  A session can also be salted for the null primary,
 * whose private key the bridge has.  The key of a session that is bound to a hierarchy
 * or a PCR is derived from an authValue that the bridge knows.  Unless that authValue and
 * the chip's are both empty, the session in the chip is started without a key.  It only
 * reserves the handle then, and only the bridge can check the HMAC.
 */

#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "../core/message.h"
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "hmac.h"
#include "null_primary.h"
#include "session.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/** MAX_KEY - bytes of the longest key: sessionKey || authValue */
#define MAX_KEY		(VTPMB_MAX_DIGEST + VTPMB_MAX_AUTH)

/**
 * vtpmb_tpm20_auth_hierarchy() - the hierarchy with the authValue of a handle
 * @vtpm:	the vtpm; its lock is held
 * @handle:	a hierarchy or PCR
 *
 * Return: the hierarchy; for a PCR the null hierarchy, because both have an empty authValue
 */
const struct vtpmb_tpm20_hierarchy *vtpmb_tpm20_auth_hierarchy(struct vtpmb_vtpm *vtpm, u32 handle)
{
	int hier = vtpmb_tpm20_hier(handle);

	lockdep_assert_held(&vtpm->lock);

	return &vtpmb_tpm20_state(vtpm)->hier[hier < 0 ? HIER_NULL : hier];
}

/*
 * Whether a session is bound to a hierarchy or PCR whose authValue has not changed since (TPM
 * 2.0 Part 4, IsSessionBindEntity()).  The vtpm's lock is held.
 */
bool vtpmb_tpm20_is_bound(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_entry *entry,
			  u32 handle)
{
	const struct vtpmb_tpm20_hierarchy *h = vtpmb_tpm20_auth_hierarchy(vtpm, handle);
	const struct vtpmb_tpm20_key *key = &entry->key;

	return key->bind == handle && handle != TPM2_RH_NULL && key->bind_auth.len == h->auth_len &&
	       !crypto_memneq(key->bind_auth.value, h->auth, h->auth_len);
}

/* The authValue of handle @i; NULL if it is not known or the handle is not a sequence. */
const struct vtpmb_auth *vtpmb_tpm20_sequence_auth(const struct vtpmb_tpm20_call *call,
						   unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->entry[i];

	if (!entry || entry->kind != KIND_SEQUENCE || !entry->body->auth_known)
		return NULL;
	return &entry->body->auth;
}

/* sessionKey || authValue; the authValue only if the session needs it */
static size_t tpm20_put_key(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			    unsigned int i, u8 *key)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	const struct vtpmb_tpm20_hierarchy *h = vtpmb_tpm20_auth_hierarchy(vtpm, call->handle[i]);
	const struct vtpmb_auth *auth = vtpmb_tpm20_sequence_auth(call, i);
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, key, MAX_KEY);
	vtpmb_put_bytes(&w, session->entry->key.value, session->entry->key.len);
	if (session->with_auth && auth)
		vtpmb_put_bytes(&w, auth->value, auth->len);
	else if (session->with_auth)
		vtpmb_put_bytes(&w, h->auth, h->auth_len);
	return w.len;
}

/* The session with the attribute decrypt or encrypt, unless it is the first one. */
static const struct vtpmb_tpm20_entry *
tpm20_find_cipher(const struct vtpmb_tpm20_call *call, u8 attribute)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++) {
		if (call->session[i].attributes & attribute)
			return i ? call->session[i].entry : NULL;
	}
	return NULL;
}

/* The HMAC of the first session also covers their nonces: TPM 2.0 Part 1, 19.6.5. */
static void tpm20_add_ciphers(struct vtpmb_message *m, const struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_entry *decrypt = tpm20_find_cipher(call, TPMA_SESSION_DECRYPT);
	const struct vtpmb_tpm20_entry *encrypt = tpm20_find_cipher(call, TPMA_SESSION_ENCRYPT);

	if (decrypt)
		vtpmb_message_add(m, decrypt->nonce, decrypt->nonce_len);
	if (encrypt && encrypt != decrypt)
		vtpmb_message_add(m, encrypt->nonce, encrypt->nonce_len);
}

/*
 * HMAC(key, pHash || nonce1 || nonce2 || attributes): TPM 2.0 Part 1, 19.6.5.
 * If the key is empty, the caller may omit the HMAC.  The response omits it too then.
 */
static int tpm20_session_mac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i, const struct vtpmb_hash *hash,
			     const struct vtpmb_message *params, bool response,
			     struct vtpmb_writer *mac)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	const struct vtpmb_tpm20_entry *entry = session->entry;
	u8 key[MAX_KEY], digest[VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	size_t key_len;
	int err;

	if (session->password)
		return 0;
	key_len = tpm20_put_key(vtpm, call, i, key);
	if (!key_len && !session->auth_len)
		return 0;
	err = vtpmb_message_digest(hash, params, digest);
	vtpmb_message_add(&m, digest, hash->size);
	if (response)
		vtpmb_message_add(&m, entry->nonce, entry->nonce_len);
	vtpmb_message_add(&m, session->nonce, session->nonce_len);
	if (!response)
		vtpmb_message_add(&m, entry->nonce, entry->nonce_len);
	if (!response && !i)
		tpm20_add_ciphers(&m, call);
	vtpmb_message_add(&m, &session->attributes, 1);
	if (!err)
		err = vtpmb_message_hmac(hash, key, key_len, &m, mac->buf);
	mac->len = hash->size;
	memzero_explicit(key, sizeof(key));
	return err;
}

/* The Name: stored for objects and indices, empty for a sequence, otherwise the handle. */
static bool tpm20_add_name(struct vtpmb_message *m, const struct vtpmb_tpm20_call *call,
			   unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->entry[i];
	const struct vtpmb_tpm20_index *index = call->index[i];

	if (index)
		vtpmb_message_add(m, index->public + index->public_len - index->name_len,
				  index->name_len);
	else if (!entry || entry->kind == KIND_SESSION)
		vtpmb_message_add(m, &call->wire_handle[i], sizeof(call->wire_handle[i]));
	else if (entry->kind == KIND_OBJECT)
		vtpmb_message_add(m, entry->body->name, entry->body->name_len);
	return !entry || entry->kind != KIND_OBJECT || entry->body->learnt;
}

/* Add what nameHash covers.  Return: false if a Name is not known */
static bool tpm20_add_names(struct vtpmb_message *m, const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (!tpm20_add_name(m, call, i))
			return false;
	}
	return true;
}

/* What cpHash covers. */
static bool tpm20_command_message(const struct vtpmb_tpm20_call *call,
				  struct vtpmb_message *m)
{
	vtpmb_message_add(m, &call->wire_code, sizeof(call->wire_code));
	if (!tpm20_add_names(m, call))
		return false;
	vtpmb_message_add(m, call->params.pos, call->params.left);
	return true;
}

/*
 * Compute cpHash, or nameHash, of a command none of whose parameters is taken yet.  Returns 0;
 * -ENOENT if a Name or the hash is not known; or the crypto API's error.
 */
int vtpmb_tpm20_hash_command(const struct vtpmb_tpm20_call *call, u16 alg, bool names,
			     u8 *digest)
{
	const struct vtpmb_hash *hash = vtpmb_hash_find(alg);
	struct vtpmb_message m = {};

	if (names ? !tpm20_add_names(&m, call) : !tpm20_command_message(call, &m))
		return -ENOENT;
	return hash ? vtpmb_message_digest(hash, &m, digest) : -ENOENT;
}

static int tpm20_command_mac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i, struct vtpmb_writer *mac)
{
	const struct vtpmb_hash *hash = vtpmb_hash_find(call->session[i].entry->hash_alg);
	struct vtpmb_message m = {};

	if (!hash || !tpm20_command_message(call, &m))
		return -ENOENT;
	return tpm20_session_mac(vtpm, call, i, hash, &m, false, mac);
}

/*
 * Check the HMAC of session @i with a virtual authValue.  No parameter is taken yet, and the
 * vtpm's lock is held.  Returns TPM2_RC_SUCCESS; TPM2_RC_BAD_AUTH without its number;
 * TPM2_RC_AUTH_UNAVAILABLE if the session's key, an authValue, or what the HMAC covers, is not
 * known here.
 */
u32 vtpmb_tpm20_check_hmac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			   unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	u8 bytes[VTPMB_MAX_DIGEST];
	struct vtpmb_writer mac;

	if (!session->entry->key.known)
		return TPM2_RC_AUTH_UNAVAILABLE;
	if (call->entry[i] && !vtpmb_tpm20_sequence_auth(call, i))
		return TPM2_RC_AUTH_UNAVAILABLE;
	vtpmb_writer_init(&mac, bytes, sizeof(bytes));
	if (tpm20_command_mac(vtpm, call, i, &mac))
		return TPM2_RC_AUTH_UNAVAILABLE;
	if (session->auth_len != mac.len || crypto_memneq(session->auth, bytes, mac.len))
		return TPM2_RC_BAD_AUTH;
	return TPM2_RC_SUCCESS;
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
	const struct vtpmb_hash *hash = vtpmb_hash_find(entry->hash_alg);
	const __be32 codes[] = { cpu_to_be32(TPM2_RC_SUCCESS), call->wire_code };
	u8 bytes[VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	struct vtpmb_writer mac;
	int err;

	if (!hash)
		return -ENOENT;
	vtpmb_message_add(&m, codes, sizeof(codes));
	vtpmb_message_add(&m, params, params_len);
	vtpmb_writer_init(&mac, bytes, sizeof(bytes));
	err = tpm20_session_mac(vtpm, call, i, hash, &m, true, &mac);
	if (err)
		return err;
	vtpmb_put_tpm2b(w, entry->nonce, entry->nonce_len);
	vtpmb_put_u8(w, call->session[i].attributes);
	vtpmb_put_tpm2b(w, bytes, mac.len);
	return 0;
}

/* TPMT_SYM_DEF */
static bool tpm20_get_symmetric(struct vtpmb_reader *r, bool *ciphers)
{
	u16 alg;

	if (!vtpmb_get_u16(r, &alg))
		return false;
	*ciphers = alg != TPM2_ALG_NULL;
	return !*ciphers || vtpmb_get_bytes(r, alg == TPM2_ALG_XOR ? 2 : 4);
}

/* Whether nonceCaller or nonceTPM is encrypted in transit, and so unknown to the bridge. */
static bool tpm20_is_encrypted(const struct vtpmb_tpm20_call *call)
{
	u8 attributes = 0;
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++)
		attributes |= call->session[i].attributes;
	return attributes & (TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT);
}

/* Parse the parameters of StartAuthSession; the chip reports errors in them. */
static bool tpm20_get_start(struct vtpmb_tpm20_call *call, u8 *type)
{
	struct vtpmb_reader r = call->params;
	const u8 *nonce, *salt;
	u16 salt_len;

	if (!vtpmb_get_tpm2b(&r, &nonce, &call->nonce_len) ||
	    !vtpmb_get_tpm2b(&r, &salt, &salt_len) || !vtpmb_get_u8(&r, type) ||
	    !tpm20_get_symmetric(&r, &call->key.ciphers) ||
	    !vtpmb_get_u16(&r, &call->hash_alg) || call->nonce_len > sizeof(call->nonce))
		return false;
	memcpy(call->nonce, nonce, call->nonce_len);
	return true;
}

/* A session is bound to an authValue of the proxy's. */
static void tpm20_bind(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 bind, u8 type)
{
	const struct vtpmb_tpm20_hierarchy *h = vtpmb_tpm20_auth_hierarchy(vtpm, bind);

	call->key.len = vtpmb_hash_size(call->hash_alg);
	call->key.lockout = bind == TPM2_RH_LOCKOUT;
	call->key.bind = type == TPM2_SE_HMAC ? bind : TPM2_RH_NULL;
	call->key.bind_auth.len = h->auth_len;
	memcpy(call->key.bind_auth.value, h->auth, h->auth_len);
}

/*
 * Determine what the bridge knows of a new session's key: @key, @nonce, @hash_alg, @policy,
 * @trial and @bound.
 *
 * Returns TPM2_RC_AUTH_UNAVAILABLE if the chip would use an authValue other than the proxy's to
 * derive the key or to check an HMAC.  This includes all cases in which one of the two
 * authValues is not empty: a guest must not learn whether they are the same.
 */
u32 vtpmb_tpm20_new_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 bind = call->handle[1];
	bool salted = call->handle[0] != TPM2_RH_NULL, bound, virtual;
	u32 rc;
	u8 type;

	virtual = vtpmb_tpm20_hier(bind) >= 0 || TPM20_HT(bind) == TPM2_HT_PCR;
	bound = bind != TPM2_RH_NULL;
	call->key.bind = TPM2_RH_NULL;
	call->key.ours = virtual && !vtpmb_tpm20_are_empty(vtpm, bind);
	if (call->key.ours && (salted || call->nr_sessions))
		return TPM2_RC_AUTH_UNAVAILABLE;

	call->bound = bound && !virtual;
	if (!tpm20_get_start(call, &type))
		return TPM2_RC_SUCCESS;
	rc = vtpmb_tpm20_compute_salt(vtpm, call);
	if (rc)
		return rc;
	call->policy = type != TPM2_SE_HMAC;
	call->trial = type == TPM2_SE_TRIAL;
	call->key.lent = call->salt_len;
	call->key.known = salted == call->key.lent && virtual && !tpm20_is_encrypted(call) &&
			  vtpmb_hmac_block(call->hash_alg);
	if (bound && virtual)
		tpm20_bind(vtpm, call, bind, type);
	if (salted)
		call->key.len = vtpmb_hash_size(call->hash_alg);
	return TPM2_RC_SUCCESS;
}

/* Determine what the bridge knows of a new sequence's authValue: @auth. */
u32 vtpmb_tpm20_new_sequence(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	const u8 *auth;
	u16 len;

	if (tpm20_is_encrypted(call) || !vtpmb_get_tpm2b(&r, &auth, &len) ||
	    len > sizeof(call->auth.value))
		return TPM2_RC_SUCCESS;
	call->auth_known = true;
	call->auth.len = vtpmb_tpm20_auth_len(auth, len);
	memcpy(call->auth.value, auth, call->auth.len);
	return TPM2_RC_SUCCESS;
}

/*
 * Derive a new session's key from what vtpmb_tpm20_new_key() left in it: KDFa of one block,
 * with bind's authValue and the salt for its key (TPM 2.0 Part 1, 11.4.10.2 and 19.6.8).  If
 * the derivation fails, the session's key is not known.
 */
void vtpmb_tpm20_derive_session_key(struct vtpmb_tpm20_entry *entry,
				    const struct vtpmb_tpm20_call *call)
{
	static const u8 label[] = "ATH", counter[] = { 0, 0, 0, 1 };
	struct vtpmb_tpm20_key *key = &entry->key;
	const struct vtpmb_hash *hash = vtpmb_hash_find(entry->hash_alg);
	u8 bytes[VTPMB_MAX_AUTH + VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	struct vtpmb_writer w;
	__be32 bits;

	if (!key->known || !key->len)
		return;
	key->known = hash;
	if (!key->known)
		return;
	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	vtpmb_put_bytes(&w, key->bind_auth.value, key->bind_auth.len);
	vtpmb_put_bytes(&w, call->salt, call->salt_len);
	bits = cpu_to_be32(8 * key->len);
	vtpmb_message_add(&m, counter, sizeof(counter));
	vtpmb_message_add(&m, label, sizeof(label));
	vtpmb_message_add(&m, entry->nonce, entry->nonce_len);
	vtpmb_message_add(&m, call->nonce, call->nonce_len);
	vtpmb_message_add(&m, &bits, sizeof(bits));
	key->known = !vtpmb_message_hmac(hash, bytes, w.len, &m, key->value);
	memzero_explicit(bytes, sizeof(bytes));
}

/* The chip has given a session a new nonceTPM, at which @r is.  False if it is not there. */
bool vtpmb_tpm20_take_nonce(struct vtpmb_tpm20_entry *entry, struct vtpmb_reader *r)
{
	const u8 *nonce;
	u16 len;

	if (!vtpmb_get_tpm2b(r, &nonce, &len) || len > sizeof(entry->nonce))
		return false;
	memcpy(entry->nonce, nonce, len);
	entry->nonce_len = len;
	return true;
}

/* TPML_DIGEST_VALUES with one digest; its value does not matter. */
static void tpm20_put_digest(const struct vtpmb_port *port, struct vtpmb_writer *w)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];

	vtpmb_put_u32(w, port->nr_banks ? 1 : 0);
	if (!port->nr_banks)
		return;
	vtpmb_put_u16(w, port->bank[0].alg);
	vtpmb_put_bytes(w, zeros, port->bank[0].size);
}

/* A session for PCR_Extend of TPM_RH_NULL with these parameters. */
static int tpm20_put_null_extend(const struct vtpmb_tpm20_entry *entry,
				 const struct vtpmb_writer *params, struct vtpmb_writer *w)
{
	static const u8 command[] = { 0, 0, 0x01, 0x82, 0x40, 0, 0, 7 };
	static const u8 nonce[16], attributes[] = { TPMA_SESSION_CONTINUESESSION };
	const struct vtpmb_hash *hash = vtpmb_hash_find(entry->hash_alg);
	u8 digest[VTPMB_MAX_DIGEST], mac[VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	int err;

	if (!hash)
		return -ENOENT;
	err = vtpmb_hash_digest2(hash, command, sizeof(command), params->buf, params->len,
				 digest);
	vtpmb_message_add(&m, digest, hash->size);
	vtpmb_message_add(&m, nonce, sizeof(nonce));
	vtpmb_message_add(&m, entry->nonce, entry->nonce_len);
	vtpmb_message_add(&m, attributes, sizeof(attributes));
	if (!err)
		err = vtpmb_message_hmac(hash, entry->key.value, entry->key.len, &m, mac);

	vtpmb_put_u32(w, sizeof(u32) + 2 + sizeof(nonce) + 1 + 2 + hash->size);
	vtpmb_put_u32(w, entry->virt);
	vtpmb_put_tpm2b(w, nonce, sizeof(nonce));
	vtpmb_put_u8(w, TPMA_SESSION_CONTINUESESSION);
	vtpmb_put_tpm2b(w, mac, hash->size);
	return err;
}

/*
 * Have the chip give a new nonceTPM to an HMAC session whose key is known here and to the
 * chip.  Also returns -ENOMEM.
 *
 * Send PCR_Extend with TPM_RH_NULL, which extends no PCR.  It is the cheapest command with an
 * authorisation, and the authValue of the null hierarchy is empty.
 */
int vtpmb_tpm20_renew_chip_nonce(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	u8 body[2 * sizeof(u32) + 25 + VTPMB_MAX_DIGEST + 6 + VTPMB_MAX_DIGEST];
	u8 values[6 + VTPMB_MAX_DIGEST];
	struct vtpmb_writer params, w;
	struct vtpmb_reader r;
	int len, err = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_S0, rc);

	if (err || *rc)
		return err;
	vtpmb_writer_init(&params, values, sizeof(values));
	tpm20_put_digest(vtpm->port, &params);
	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	err = tpm20_put_null_extend(entry, &params, &w);
	if (err)
		return err;
	vtpmb_put_bytes(&w, params.buf, params.len);
	len = vtpmb_tpm20_own_command(vtpm->port, TPM2_ST_SESSIONS, TPM2_CC_PCR_Extend, body,
				      w.len, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(vtpm->port, len, &r);
	if (!vtpmb_get_bytes(&r, sizeof(u32)) || !vtpmb_tpm20_take_nonce(entry, &r))
		return -EIO;
	return 0;
}

/* The flag of TPMA_PERMANENT that reports whether an authValue is set; 0 if the chip has none. */
u32 vtpmb_tpm20_auth_set_flag(u32 handle)
{
	switch (handle) {
	case TPM2_RH_OWNER:
		return TPMA_PERMANENT_OWNERAUTHSET;
	case TPM2_RH_ENDORSEMENT:
		return TPMA_PERMANENT_ENDORSEMENTAUTHSET;
	default:
		return 0;
	}
}

/*
 * Whether the authValues of proxy and chip are empty, according to the chip's flags, not to
 * what the administrator has configured.  The vtpm's lock is held, in the hub's thread, after
 * vtpmb_tpm20_read_properties().
 */
bool vtpmb_tpm20_are_empty(struct vtpmb_vtpm *vtpm, u32 handle)
{
	const struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(vtpm->port)->var;
	u32 set = vtpmb_tpm20_auth_set_flag(handle);

	if (!set)
		return handle == TPM2_RH_NULL || TPM20_HT(handle) == TPM2_HT_PCR;
	return !vtpmb_tpm20_auth_hierarchy(vtpm, handle)->auth_len && var->fresh &&
	       !(var->permanent & set);
}
