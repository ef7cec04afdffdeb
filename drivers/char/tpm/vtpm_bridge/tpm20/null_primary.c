// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, the null primary that Linux guests salt their sessions for.
 *
 * A Linux guest that authenticates its commands creates a primary key in the null
 * hierarchy, always from the same template.  For this template the bridge makes the key
 * itself, once for each TPM Reset of the proxy, and answers what concerns the key alone.
 *
 * To start a session that is salted for the key, the bridge lends the private key to the
 * chip: it loads the key as an external one, sends the guest's command, and flushes the
 * key.  A salt depends on the public point and on nameAlg, but neither on the Name nor on
 * the attributes.  So the session in the chip is the one that the guest has started, and
 * the bridge knows its key.
 *
 * A chip that does not accept the key has its own null primary, as before.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/ecdh.h"
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "host.h"
#include "null_primary.h"
#include "state.h"
#include "swap.h"

/** ECC_NIST_P256 - TPM_ECC_CURVE (TCG Algorithm Registry) */
#define ECC_NIST_P256		0x0003

/** ST_CREATION - TPM_ST_CREATION: tag of a creation ticket */
#define ST_CREATION		0x8021

/** HASH_SIZE - bytes of a SHA-256 digest */
#define HASH_SIZE		32

/** NAME_SIZE - bytes of a Name: nameAlg and a digest */
#define NAME_SIZE		(sizeof(u16) + HASH_SIZE)

/** AREA_HEAD - bytes of TPMT_PUBLIC up to its point, with AES */
#define AREA_HEAD		22

/** MAX_AREA - bytes of the longest TPMT_PUBLIC here */
#define MAX_AREA		(AREA_HEAD + 2 * sizeof(u16) + VTPMB_ECDH_POINT)

/** MAX_PUBLIC - bytes of TPM2B_PUBLIC, Name and qualified Name */
#define MAX_PUBLIC		(sizeof(u16) + MAX_AREA + 2 * (sizeof(u16) + NAME_SIZE))

/** MAX_CREATION - at least the bytes of the creation data */
#define MAX_CREATION		80

/*
 * TPMT_PUBLIC of the key up to its point.  The attributes are fixedTPM, fixedParent,
 * sensitiveDataOrigin, userWithAuth, noDA, restricted, decrypt; then no policy, AES-128-CFB,
 * no scheme, P-256, no KDF.
 */
static const u8 tpm20_null_area[AREA_HEAD] = {
	0x00, 0x23, 0x00, 0x0b, 0x00, 0x03, 0x04, 0x72, 0x00, 0x00, 0x00,
	0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10,
};

/* The same as the chip gets it: userWithAuth, noDA, decrypt; no symmetric algorithm. */
static const u8 tpm20_lent_area[] = {
	0x00, 0x23, 0x00, 0x0b, 0x00, 0x02, 0x04, 0x40, 0x00, 0x00, 0x00,
	0x10, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10,
};

/* Parameters of CreatePrimary before the area: no authValue, no data; its size. */
static const u8 tpm20_before_area[] = { 0, 4, 0, 0, 0, 0, 0, AREA_HEAD + 2 * sizeof(u16) };

/* And after it: no point, no outsideInfo, no creationPCR. */
static const u8 tpm20_after_area[10];

static bool tpm20_has_curve(const struct vtpmb_tpm20_facts *facts, u16 curve)
{
	unsigned int i;

	for (i = 0; i < facts->nr_curves; i++) {
		if (facts->curve[i] == curve)
			return true;
	}
	return false;
}

/* Whether the bridge makes the null primary of this guest, as far as is known. */
static bool tpm20_may_lend(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_port *port = vtpm->port;
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(port);

	return !vtpmb_tpm20_state(vtpm)->chip_null_key && port->ecdh.tfm &&
	       facts->lends != LENDS_NOT && vtpmb_hash_find(TPM2_ALG_SHA256) &&
	       tpm20_has_curve(facts, ECC_NIST_P256) &&
	       test_bit(vtpmb_tpm20_row(TPM2_CC_LoadExternal), facts->has);
}

static bool tpm20_get_same(struct vtpmb_reader *r, const u8 *bytes, size_t len)
{
	const u8 *got = vtpmb_get_bytes(r, len);

	return got && !memcmp(got, bytes, len);
}

static bool tpm20_is_template(struct vtpmb_reader params)
{
	return tpm20_get_same(&params, tpm20_before_area, sizeof(tpm20_before_area)) &&
	       tpm20_get_same(&params, tpm20_null_area, sizeof(tpm20_null_area)) &&
	       tpm20_get_same(&params, tpm20_after_area, sizeof(tpm20_after_area)) && !params.left;
}

/*
 * Whether a command, its sessions found, is the CreatePrimary that Linux sends, which the
 * bridge answers.
 */
bool vtpmb_tpm20_is_null_primary(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_session *session = &call->session[0];

	lockdep_assert_held(&vtpm->lock);

	return call->row->flags & TPM20_NULL_PRIMARY && call->handle[0] == TPM2_RH_NULL &&
	       call->nr_sessions == 1 && session->handle == TPM2_RS_PW &&
	       !(session->attributes & ~TPMA_SESSION_CONTINUESESSION) &&
	       tpm20_is_template(call->params) && tpm20_may_lend(vtpm);
}

static void tpm20_put_point(struct vtpmb_writer *w, const u8 *point)
{
	vtpmb_put_tpm2b(w, point, VTPMB_ECDH_SIZE);
	vtpmb_put_tpm2b(w, point + VTPMB_ECDH_SIZE, VTPMB_ECDH_SIZE);
}

/* nameAlg and a digest of two concatenated parts: TPM 2.0 Part 1, 16. */
static int tpm20_make_name(const void *data1, size_t len1, const void *data2, size_t len2,
			   u8 *name)
{
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, name, NAME_SIZE);
	vtpmb_put_u16(&w, TPM2_ALG_SHA256);
	return vtpmb_hash_digest2(vtpmb_hash_find(TPM2_ALG_SHA256), data1, len1, data2, len2,
				  vtpmb_put_room(&w, HASH_SIZE));
}

/* TPM2B_PUBLIC, and what it has for a Name. */
static int tpm20_put_public(struct vtpmb_writer *w, const u8 *head, size_t head_len,
			    const u8 *point, u8 *name)
{
	size_t area;

	vtpmb_put_u16(w, head_len + 2 * sizeof(u16) + VTPMB_ECDH_POINT);
	area = w->len;
	vtpmb_put_bytes(w, head, head_len);
	tpm20_put_point(w, point);
	return tpm20_make_name(w->buf + area, w->len - area, "", 0, name);
}

static bool tpm20_has_key(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	bool has;

	mutex_lock(&vtpm->lock);
	has = vtpmb_tpm20_state(vtpm)->null_key.made && call->cmd->epoch == vtpm->epoch;
	mutex_unlock(&vtpm->lock);
	return has;
}

/* The key pair and its owner's epoch belong together.  Return: false if there is none. */
static bool tpm20_copy_key(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			   struct vtpmb_tpm20_null_key *key)
{
	mutex_lock(&vtpm->lock);
	*key = vtpmb_tpm20_state(vtpm)->null_key;
	if (call->cmd->epoch != vtpm->epoch)
		key->made = false;
	mutex_unlock(&vtpm->lock);
	return key->made;
}

/* Return: a response code; TPM2_RC_AUTH_UNAVAILABLE if the kernel can make no key */
static u32 tpm20_make_key(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_null_key key;
	u32 rc = TPM2_RC_SUCCESS;
	int err;

	err = vtpmb_ecdh_make_key(&vtpm->port->ecdh, key.private, key.point);
	if (err)
		return err == -ENOMEM ? TPM2_RC_MEMORY : TPM2_RC_AUTH_UNAVAILABLE;
	key.made = true;
	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch == vtpm->epoch)
		vtpmb_tpm20_state(vtpm)->null_key = key;
	else
		rc = TPM2_RC_INITIALIZE;
	mutex_unlock(&vtpm->lock);
	memzero_explicit(&key, sizeof(key));
	return rc;
}

/**
 * vtpmb_tpm20_forget_null_key() - the proxy's next null primary is another one
 * @vtpm:	the vtpm; its lock is held
 */
void vtpmb_tpm20_forget_null_key(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_null_key *key = &vtpmb_tpm20_state(vtpm)->null_key;

	lockdep_assert_held(&vtpm->lock);

	memzero_explicit(key, sizeof(*key));
}

/* What ReadPublic answers: public area, Name, qualified Name. */
static int tpm20_describe(struct vtpmb_tpm20_body *body, const u8 *point)
{
	const __be32 parent = cpu_to_be32(TPM2_RH_NULL);
	u8 bytes[MAX_PUBLIC], qualified[NAME_SIZE];
	struct vtpmb_reader area;
	struct vtpmb_writer w;
	int err;

	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	err = tpm20_put_public(&w, tpm20_null_area, sizeof(tpm20_null_area), point, body->name);
	if (err)
		return err;
	err = tpm20_make_name(&parent, sizeof(parent), body->name, NAME_SIZE, qualified);
	if (err)
		return err;
	vtpmb_put_tpm2b(&w, body->name, NAME_SIZE);
	vtpmb_put_tpm2b(&w, qualified, NAME_SIZE);
	body->name_len = NAME_SIZE;
	vtpmb_reader_init(&area, tpm20_null_area, sizeof(tpm20_null_area));
	vtpmb_get_bytes(&area, 2 * sizeof(u16));	/* type, nameAlg */
	vtpmb_get_u32(&area, &body->attributes);
	body->public_len = w.len;
	body->public = w.overflow ? NULL : kmemdup(bytes, w.len, GFP_KERNEL);
	body->learnt = body->public;
	return body->learnt ? 0 : -ENOMEM;
}

/*
 * Take a @body, which is never in the chip, for the proxy's null primary.  Returns
 * TPM2_RC_SUCCESS; TPM2_RC_INITIALIZE if the TPM has been reset meanwhile; or TPM2_RC_MEMORY.
 */
u32 vtpmb_tpm20_load_null_primary(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				  struct vtpmb_tpm20_body **body)
{
	struct vtpmb_tpm20_null_key key;
	u32 rc = TPM2_RC_SUCCESS;

	*body = NULL;
	if (tpm20_copy_key(vtpm, call, &key))
		*body = vtpmb_tpm20_new_body(vtpm, KIND_OBJECT, HIER_NULL);
	else
		rc = TPM2_RC_INITIALIZE;
	if (!rc && !*body)
		rc = TPM2_RC_MEMORY;
	if (!rc && tpm20_describe(*body, key.point)) {
		vtpmb_tpm20_drop_body(*body);
		rc = TPM2_RC_MEMORY;
	}
	if (!rc)
		(*body)->null_primary = true;
	memzero_explicit(&key, sizeof(key));
	return rc;
}

/* TPMS_CREATION_DATA: no PCRs, and the parent is the hierarchy.  Return: its length. */
static size_t tpm20_make_creation_data(const struct vtpmb_tpm20_call *call, u8 *bytes)
{
	u8 digest[HASH_SIZE] = {};
	struct vtpmb_writer w;

	vtpmb_hash_digest(vtpmb_hash_find(TPM2_ALG_SHA256), "", 0, digest);
	vtpmb_writer_init(&w, bytes, MAX_CREATION);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_tpm2b(&w, digest, sizeof(digest));
	vtpmb_put_u8(&w, BIT(call->cmd->locality));
	vtpmb_put_u16(&w, TPM2_ALG_NULL);
	vtpmb_put_u16(&w, sizeof(u32));
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u16(&w, sizeof(u32));
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u16(&w, 0);
	return w.len;
}

/*
 * TPMT_TK_CREATION.  The chip cannot check it, because it does not know the key, and
 * CertifyCreation is refused.
 */
static int tpm20_put_ticket(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_body *body,
			    const u8 *creation_hash, struct vtpmb_writer *w)
{
	u8 mac[VTPMB_MAC_SIZE];
	int err = vtpmb_mac_digest2(&vtpm->port->mac, body->name, body->name_len, creation_hash,
				    HASH_SIZE, mac);

	vtpmb_put_u16(w, ST_CREATION);
	vtpmb_put_u32(w, TPM2_RH_NULL);
	vtpmb_put_tpm2b(w, mac, sizeof(mac));
	return err;
}

/* The response to CreatePrimary: handle and parameters. */
static int tpm20_put_created(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     const struct vtpmb_tpm20_entry *entry, struct vtpmb_writer *out)
{
	const struct vtpmb_tpm20_body *body = entry->body;
	struct vtpmb_reader r;
	const u8 *area;
	u16 area_len;
	u8 creation[MAX_CREATION], digest[HASH_SIZE];
	size_t creation_len = tpm20_make_creation_data(call, creation);
	int err = vtpmb_hash_digest(vtpmb_hash_find(TPM2_ALG_SHA256), creation, creation_len,
				    digest);

	vtpmb_reader_init(&r, body->public, body->public_len);
	if (!err && !vtpmb_get_tpm2b(&r, &area, &area_len))
		err = -EIO;
	if (err)
		return err;
	vtpmb_put_u32(out, entry->virt);
	vtpmb_put_tpm2b(out, area, area_len);
	vtpmb_put_tpm2b(out, creation, creation_len);
	vtpmb_put_tpm2b(out, digest, sizeof(digest));
	err = tpm20_put_ticket(vtpm, body, digest, out);
	vtpmb_put_tpm2b(out, body->name, body->name_len);
	return err;
}

/*
 * There is a key that the chip accepts.  *@rc is TPM2_RC_RETRY if this chip does not: when
 * the guest sends the command again, the chip gets it.
 */
static int tpm20_prepare_key(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     u32 *rc)
{
	struct vtpmb_tpm20_facts *facts = vtpm->port->facts;
	u32 handle;
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (!tpm20_has_key(vtpm, call))
		*rc = tpm20_make_key(vtpm, call);
	if (!*rc && facts->lends == LENDS_UNKNOWN) {
		err = vtpmb_tpm20_take_back(vtpm, vtpmb_tpm20_lend(vtpm, call, &handle, rc));
		if (err)
			return err;
		if (!*rc)
			facts->lends = LENDS;
	}
	if (*rc == TPM2_RC_AUTH_UNAVAILABLE) {
		facts->lends = LENDS_NOT;
		*rc = TPM2_RC_RETRY;
	}
	return 0;
}

/* TPM2_CreatePrimary of a Linux guest's null primary */
int vtpmb_tpm20_create_null_primary(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				    struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_entry *entry;
	struct vtpmb_tpm20_body *body;
	int err = tpm20_prepare_key(vtpm, call, rc);

	if (err || *rc)
		return err;
	if (tpm->table.nr_objects == VTPMB_MAX_OBJECTS)
		*rc = TPM2_RC_OBJECT_MEMORY;
	else
		*rc = vtpmb_tpm20_load_null_primary(vtpm, call, &body);
	if (*rc)
		return 0;
	entry = vtpmb_tpm20_new_object(vtpm, HIER_NULL, READ_ONCE(tpm->hier[HIER_NULL].flushed),
				       body);
	if (!entry)
		return -EIO;
	if (tpm20_put_created(vtpm, call, entry, out)) {
		vtpmb_tpm20_forget_entry(vtpm, entry);
		*rc = TPM2_RC_FAILURE;
	}
	return 0;
}

/*
 * Whether a command for the chip may name the key, or gets TPM2_RC_AUTH_UNAVAILABLE.  The chip
 * has the key only to start a session, with another Name and other attributes.
 */
u32 vtpmb_tpm20_check_null_primary(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (!vtpmb_tpm20_is_null_entry(call->entry[i]))
			continue;
		if (i || !vtpmb_tpm20_starts_session(call) || call->nr_sessions)
			return TPM2_RC_AUTH_UNAVAILABLE;
	}
	return TPM2_RC_SUCCESS;
}

/* Get the guest's point from encryptedSalt.  Return: false if a coordinate is shortened */
static bool tpm20_get_point(struct vtpmb_reader r, u8 *point)
{
	const u8 *bytes, *x, *y;
	u16 len, x_len, y_len;

	if (!vtpmb_get_tpm2b(&r, &bytes, &len) || !vtpmb_get_tpm2b(&r, &bytes, &len))
		return false;
	vtpmb_reader_init(&r, bytes, len);
	if (!vtpmb_get_tpm2b(&r, &x, &x_len) || !vtpmb_get_tpm2b(&r, &y, &y_len) || r.left ||
	    x_len != VTPMB_ECDH_SIZE || y_len != VTPMB_ECDH_SIZE)
		return false;
	memcpy(point, x, x_len);
	memcpy(point + x_len, y, y_len);
	return true;
}

/* KDFe of one block: TPM 2.0 Part 1, 11.4.10.3 and C.6.1. */
static int tpm20_kdfe(const u8 *z, const u8 *peer, const u8 *point, u8 *salt)
{
	static const u8 label[] = "SECRET", counter[] = { 0, 0, 0, 1 };
	u8 bytes[sizeof(counter) + sizeof(label) + 3 * VTPMB_ECDH_SIZE];
	struct vtpmb_writer w;
	int err;

	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	vtpmb_put_bytes(&w, counter, sizeof(counter));
	vtpmb_put_bytes(&w, z, VTPMB_ECDH_SIZE);
	vtpmb_put_bytes(&w, label, sizeof(label));
	vtpmb_put_bytes(&w, peer, VTPMB_ECDH_SIZE);
	vtpmb_put_bytes(&w, point, VTPMB_ECDH_SIZE);
	err = vtpmb_hash_digest(vtpmb_hash_find(TPM2_ALG_SHA256), bytes, w.len, salt);
	memzero_explicit(bytes, sizeof(bytes));
	return err;
}

/*
 * Compute the @salt of a new session, if it is salted for the null primary.  Returns what a TPM
 * answers if the guest's point is not on the curve (TPM 2.0 Part 3, 11.1).  Points with
 * shortened coordinates are left to the chip.
 */
u32 vtpmb_tpm20_compute_salt(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_null_key *key = &vtpmb_tpm20_state(vtpm)->null_key;
	u8 peer[VTPMB_ECDH_POINT], z[VTPMB_ECDH_SIZE];
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (!vtpmb_tpm20_is_null_entry(call->entry[0]) || !key->made ||
	    !tpm20_get_point(call->params, peer))
		return TPM2_RC_SUCCESS;
	err = vtpmb_ecdh_agree(&vtpm->port->ecdh, key->private, peer, z);
	if (err == -EINVAL)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 1);
	if (!err)
		err = tpm20_kdfe(z, peer, key->point, call->salt);
	if (!err)
		call->salt_len = HASH_SIZE;
	memzero_explicit(z, sizeof(z));
	return TPM2_RC_SUCCESS;
}

/* The parameters of LoadExternal, and the Name that the chip's object will have. */
static int tpm20_put_load_external(struct vtpmb_writer *w, const struct vtpmb_tpm20_null_key *key,
				   struct vtpmb_tpm20_body *lent)
{
	int err;

	vtpmb_put_u16(w, 4 * sizeof(u16) + VTPMB_ECDH_SIZE);
	vtpmb_put_u16(w, TPM2_ALG_ECC);
	vtpmb_put_u16(w, 0);
	vtpmb_put_u16(w, 0);
	vtpmb_put_tpm2b(w, key->private, VTPMB_ECDH_SIZE);
	err = tpm20_put_public(w, tpm20_lent_area, sizeof(tpm20_lent_area), key->point,
			       lent->name);
	vtpmb_put_u32(w, TPM2_RH_NULL);
	lent->name_len = NAME_SIZE;
	lent->kind = KIND_OBJECT;
	lent->learnt = true;
	return err;
}

/* The scratch buffer shall not keep the private key. */
static int tpm20_load_external(struct vtpmb_vtpm *vtpm, const struct vtpmb_writer *params,
			       u32 *handle, u32 *rc)
{
	struct vtpmb_port *port = vtpm->port;
	unsigned int tries = 0;
	struct vtpmb_reader r;
	bool has_handle;
	int len;

	do {
		len = vtpmb_tpm20_own_plain(port, TPM2_CC_LoadExternal, params->buf, params->len,
					    rc);
		vtpmb_port_response(port, max_t(int, len, VTPMB_HEADER_SIZE), &r);
		has_handle = vtpmb_get_u32(&r, handle);
		memzero_explicit(port->scratch, VTPMB_HEADER_SIZE + params->len);
	} while (vtpmb_tpm20_goes_again(vtpm, &len, *rc, &tries));
	if (len < 0 || *rc)
		return min(len, 0);
	if (has_handle && vtpmb_tpm20_is_free_object(&vtpmb_tpm20_state(vtpm)->table, *handle))
		return 0;
	vtpmb_tpm20_chip(port)->resync_needed = true;
	return -EIO;
}

/*
 * Load the null primary into the chip, for one command; the chip's handle is in *@handle.  *@rc
 * is TPM2_RC_AUTH_UNAVAILABLE if the chip does not accept it.  In all cases
 * vtpmb_tpm20_take_back() follows.  If the response is lost, the object is found by its Name:
 * see vtpmb_tpm20_resync().
 */
int vtpmb_tpm20_lend(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call, u32 *handle,
		     u32 *rc)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *lent = &table->lent;
	u8 params[3 * sizeof(u16) + 3 * sizeof(u16) + VTPMB_ECDH_SIZE + MAX_AREA + sizeof(u32)];
	struct vtpmb_tpm20_null_key key;
	struct vtpmb_writer w;
	u32 loaded = 0;
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	if (!lent->res.phys) {
		*rc = tpm20_copy_key(vtpm, call, &key) ? TPM2_RC_SUCCESS : TPM2_RC_INITIALIZE;
		vtpmb_writer_init(&w, params, sizeof(params));
		if (!*rc && (tpm20_put_load_external(&w, &key, lent) || w.overflow))
			*rc = TPM2_RC_FAILURE;
		table->loading = lent;
		if (!*rc)
			err = tpm20_load_external(vtpm, &w, &loaded, rc);
		memzero_explicit(&key, sizeof(key));
		memzero_explicit(params, sizeof(params));
		if (err)
			return err;
		table->loading = NULL;
		if (!*rc)
			lent->res.phys = loaded;
		if (*rc & TPM2_RC_FMT1 || *rc == TPM2_RC_COMMAND_CODE)
			*rc = TPM2_RC_AUTH_UNAVAILABLE;
	}
	*handle = lent->res.phys;
	return 0;
}

/*
 * Flush the null primary from the chip, if it is there.  If a response was lost, or if the chip
 * does not flush the key, resynchronising finds it.  Returns @err, which is the command's, or
 * the errno of transmit.
 */
int vtpmb_tpm20_take_back(struct vtpmb_vtpm *vtpm, int err)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 rc = TPM2_RC_SUCCESS, handle = table->lent.res.phys;
	int len = 0;

	table->lent.res.phys = 0;
	if (!handle)
		return err;
	if (err >= 0)
		len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_FlushContext, handle, &rc);
	if (err < 0 || len < 0 || rc) {
		table->loading = &table->lent;
		vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	}
	return len < 0 ? len : err;
}
