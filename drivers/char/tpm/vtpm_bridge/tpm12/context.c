// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, contexts: the guest's own SaveContext and LoadContext (Part 3, 21.2
 * and 21.3).
 *
 * The guest gets a TPM_CONTEXT_BLOB with an integrityDigest made by the bridge.
 * The blob of a key contains the context that the chip has saved.  The blob of a
 * session only contains a number.
 */

#include <crypto/algapi.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "books.h"
#include "state.h"
#include "swap.h"

#define LABEL_SIZE	16

/* TPM_CONTEXT_BLOB (Part 2, 18.1) up to additionalSize */
#define DIGEST_AT	30
#define ADDITIONAL_AT	(DIGEST_AT + TPM12_DIGEST_SIZE)

/* additionalData: whether a reset ends it */
#define ADDITIONAL_SIZE	1

/**
 * struct tpm12_context - a TPM_CONTEXT_BLOB
 * @start:	its first byte
 * @len:	its bytes
 * @rt:		resourceType
 * @handle:	handle
 * @label:	label from the guest, LABEL_SIZE bytes
 * @number:	contextCount
 * @st_clear:	it is invalid after a reset
 * @blob:	sensitiveData: the context of a key as the chip saved it
 * @blob_len:	its bytes
 */
struct tpm12_context {
	const u8 *start;
	size_t len;
	u32 rt;
	u32 handle;
	const u8 *label;
	u32 number;
	bool st_clear;
	const u8 *blob;
	u32 blob_len;
};

/* Compute the integrityDigest of a context over everything but integrityDigest itself. */
static int tpm12_digest(const struct vtpmb_tpm12_call *call, const struct tpm12_context *c,
			u8 *digest)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	u8 head[DIGEST_AT + 12], mac[VTPMB_MAC_SIZE];
	struct vtpmb_writer w;
	int err;

	vtpmb_writer_init(&w, head, sizeof(head));
	vtpmb_put_bytes(&w, c->start, DIGEST_AT);
	mutex_lock(&vtpm->lock);
	vtpmb_put_u32(&w, vtpm->id);
	vtpmb_put_u32(&w, c->st_clear ? call->cmd->epoch : 0);
	vtpmb_put_u32(&w, call->tpm->nr_clears);
	mutex_unlock(&vtpm->lock);
	err = vtpmb_mac_digest2(&vtpm->port->mac, w.buf, w.len, c->start + ADDITIONAL_AT,
				c->len - ADDITIONAL_AT, mac);
	memcpy(digest, mac, TPM12_DIGEST_SIZE);
	return err;
}

static u32 tpm12_put_context(struct vtpmb_tpm12_call *call, const struct tpm12_context *from)
{
	static const u8 zero[TPM12_DIGEST_SIZE];
	struct tpm12_context c = *from;
	u8 digest[TPM12_DIGEST_SIZE];
	u8 *start;

	vtpmb_put_u32(&call->out, ADDITIONAL_AT + 4 + ADDITIONAL_SIZE + 4 + c.blob_len);
	start = call->out.buf + call->out.len;
	vtpmb_put_u16(&call->out, TPM_TAG_CONTEXTBLOB);
	vtpmb_put_u32(&call->out, c.rt);
	vtpmb_put_u32(&call->out, c.handle);
	vtpmb_put_bytes(&call->out, c.label, LABEL_SIZE);
	vtpmb_put_u32(&call->out, c.number);
	vtpmb_put_bytes(&call->out, zero, sizeof(zero));
	vtpmb_put_u32(&call->out, ADDITIONAL_SIZE);
	vtpmb_put_u8(&call->out, c.st_clear);
	vtpmb_put_u32(&call->out, c.blob_len);
	if (c.blob_len)
		vtpmb_put_bytes(&call->out, c.blob, c.blob_len);
	if (call->out.overflow)
		return TPM_FAIL;

	c.start = start;
	c.len = call->out.buf + call->out.len - start;
	if (tpm12_digest(call, &c, digest))
		return TPM_FAIL;
	memcpy(start + DIGEST_AT, digest, sizeof(digest));
	return TPM_SUCCESS;
}

static int tpm12_save_key(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_entry *key,
			  struct tpm12_context *c, u32 *rc)
{
	int err = vtpmb_tpm12_save(call->vtpm, key, rc);

	if (err || *rc)
		return err;
	c->st_clear = key->st_clear;
	c->blob = key->res.blob;
	c->blob_len = key->res.blob_len;
	*rc = tpm12_put_context(call, c);
	return 0;
}

/* The session stays loaded until its slot is needed or its key is flushed. */
static u32 tpm12_save_session(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_entry *entry,
			      struct tpm12_context *c)
{
	u32 rc;

	c->st_clear = true;
	c->number = ++vtpmb_tpm12_table(call->vtpm)->number;
	rc = tpm12_put_context(call, c);
	if (rc)
		return rc;
	entry->number = c->number;
	entry->guest_saved = true;
	vtpmb_tpm12_update_counts(call->vtpm);
	return TPM_SUCCESS;
}

/* TPM_SaveContext (Part 3, 21.2) */
int vtpmb_tpm12_save_context(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct tpm12_context c = {};
	struct vtpmb_tpm12_entry *entry = NULL;
	enum vtpmb_tpm12_kind kind;
	u8 label[LABEL_SIZE];

	c.handle = vtpmb_tpm12_u32(call);
	c.rt = vtpmb_tpm12_u32(call);
	memcpy(label, vtpmb_get_bytes(&call->in, sizeof(label)), sizeof(label));
	c.label = label;
	kind = vtpmb_tpm12_kind_of(c.rt);
	if (kind < TPM12_NR_KINDS)
		entry = vtpmb_tpm12_entry(call->vtpm, kind, c.handle);
	if (!entry) {
		*rc = TPM_INVALID_RESOURCE;
		return 0;
	}
	vtpmb_tpm12_use(call->vtpm, entry);
	if (entry->kind == TPM12_KEY)
		return tpm12_save_key(call, entry, &c, rc);
	*rc = tpm12_save_session(call, entry, &c);
	return 0;
}

/* The row's format has been checked, so the context is complete. */
static void tpm12_get_context(struct vtpmb_tpm12_call *call, struct tpm12_context *c)
{
	const u8 *additional;
	u32 len;

	c->start = call->in.pos;
	c->len = call->in.left;
	vtpmb_tpm12_u16(call);	/* tag */
	c->rt = vtpmb_tpm12_u32(call);
	c->handle = vtpmb_tpm12_u32(call);
	c->label = vtpmb_get_bytes(&call->in, LABEL_SIZE);
	c->number = vtpmb_tpm12_u32(call);
	vtpmb_get_bytes(&call->in, TPM12_DIGEST_SIZE);
	len = vtpmb_tpm12_u32(call);
	additional = vtpmb_get_bytes(&call->in, len);
	c->st_clear = len == ADDITIONAL_SIZE && additional[0];
	c->blob_len = vtpmb_tpm12_u32(call);
	c->blob = vtpmb_get_bytes(&call->in, c->blob_len);
}

static bool tpm12_is_genuine(const struct vtpmb_tpm12_call *call, const struct tpm12_context *c)
{
	u8 digest[TPM12_DIGEST_SIZE];

	if (tpm12_digest(call, c, digest))
		return false;
	return !crypto_memneq(digest, c->start + DIGEST_AT, sizeof(digest));
}

/* The key is loaded into the chip when a command first needs it. */
static u32 tpm12_load_key(struct vtpmb_tpm12_call *call, const struct tpm12_context *c,
			  bool keep_handle, u32 *handle)
{
	u8 *blob = kmemdup(c->blob, c->blob_len, GFP_KERNEL);
	struct vtpmb_tpm12_entry *entry;

	if (!blob)
		return TPM_RESOURCES;
	entry = vtpmb_tpm12_new_entry(call->vtpm, TPM12_KEY, keep_handle ? c->handle : 0);
	if (!entry) {
		kfree_sensitive(blob);
		return keep_handle && vtpmb_tpm12_entry(call->vtpm, TPM12_KEY, c->handle) ?
		       TPM_BAD_HANDLE : TPM_NOSPACE;
	}
	entry->res.blob = blob;
	entry->res.blob_len = c->blob_len;
	entry->st_clear = c->st_clear;
	*handle = entry->virt;
	return TPM_SUCCESS;
}

static struct vtpmb_tpm12_entry *tpm12_find_saved(struct vtpmb_vtpm *vtpm,
						  const struct tpm12_context *c)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	unsigned int i;

	for (i = 0; i < TPM12_NR_ENTRIES; i++) {
		struct vtpmb_tpm12_entry *entry = &table->entry[i];

		if (entry->guest_saved && entry->number == c->number &&
		    entry->virt == c->handle)
			return entry;
	}
	return NULL;
}

/* Only the chip can tell whether a session belongs to a given key. */
static int tpm12_load_bound(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_entry *entry,
			    u32 key_handle, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	struct vtpmb_tpm12_entry *key = vtpmb_tpm12_entry(vtpm, TPM12_KEY, key_handle);

	if (!key) {
		*rc = TPM_RESOURCEMISSING;
		return 0;
	}
	if (entry->key == key)
		return 0;
	return vtpmb_tpm12_rebind(vtpm, entry, key, rc);
}

static int tpm12_load_session(struct vtpmb_tpm12_call *call, const struct tpm12_context *c,
			      u32 entity, u32 *handle, u32 *rc)
{
	struct vtpmb_tpm12_entry *entry = tpm12_find_saved(call->vtpm, c);
	int err = 0;

	if (!entry) {
		*rc = TPM_BADCONTEXT;
		return 0;
	}
	if (entry->bound)
		err = tpm12_load_bound(call, entry, entity, rc);
	if (err || *rc)
		return err;
	entry->guest_saved = false;
	vtpmb_tpm12_update_counts(call->vtpm);
	*handle = entry->virt;
	return 0;
}

/* TPM_LoadContext (Part 3, 21.3) */
int vtpmb_tpm12_load_context(struct vtpmb_tpm12_call *call, u32 *rc)
{
	u32 entity = vtpmb_tpm12_u32(call), handle = 0;
	bool keep_handle = vtpmb_tpm12_u8(call);
	struct tpm12_context c;
	int err = 0;

	vtpmb_tpm12_u32(call);	/* contextSize: the chip does not look at it either */
	tpm12_get_context(call, &c);
	if (!tpm12_is_genuine(call, &c))
		*rc = TPM_BADCONTEXT;
	else if (c.rt == TPM_RT_KEY)
		*rc = tpm12_load_key(call, &c, keep_handle, &handle);
	else
		err = tpm12_load_session(call, &c, entity, &handle, rc);
	if (!err && !*rc)
		vtpmb_put_u32(&call->out, handle);
	return err;
}
