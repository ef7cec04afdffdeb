// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, contexts: the guest's own ContextSave, ContextLoad, FlushContext.
 *
 * The context of an object that a guest gets is the chip's saved context followed by a
 * MAC.  The MAC binds it to the proxy and to the events that would make it invalid in a
 * TPM of the guest's own.  The context of a session is only a number, and saving it does
 * not involve the chip.
 */

#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "books.h"
#include "context.h"
#include "null_primary.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* TPM 2.0 Part 2, 14.4: TPMS_CONTEXT.savedHandle of objects */
#define SAVED_OBJECT		0x80000000u
#define SAVED_SEQUENCE		0x80000001u
#define SAVED_ST_CLEAR		0x80000002u

/** CONTEXT_SIZE - TPMS_CONTEXT up to its blob: sequence, handle, hierarchy, size */
#define CONTEXT_SIZE		18

/* What a MAC covers beside the context itself. */
struct tpm20_binding {
	u8 bytes[20];
};

/* Properties of an object that its context does not contain, but its MAC covers. */
enum tpm20_origin {
	ORIGIN_CHIP,
	ORIGIN_EXTERNAL,
	ORIGIN_PUBLIC,
	ORIGIN_NULL_PRIMARY,
	NR_ORIGINS,
};

/*
 * A context becomes invalid with a TPM Reset, or when its hierarchy is cleared.  That of an
 * object with stClear set also becomes invalid with a TPM Restart.  Only the last saved context
 * of a session is valid; its generation identifies it.
 */
static void tpm20_bind(struct vtpmb_vtpm *vtpm, u32 saved, int hier, enum tpm20_origin origin,
		       struct tpm20_binding *binding)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_writer w;
	bool object = TPM20_HT(saved) == TPM2_HT_TRANSIENT;

	mutex_lock(&vtpm->lock);
	vtpmb_writer_init(&w, binding->bytes, sizeof(binding->bytes));
	vtpmb_put_u32(&w, vtpm->id);
	vtpmb_put_u32(&w, tpm->reset_epoch);
	vtpmb_put_u32(&w, saved == SAVED_ST_CLEAR ? tpm->restart_epoch : 0);
	vtpmb_put_u32(&w, object ? tpm->hier[hier].cleared : 0);
	vtpmb_put_u32(&w, origin);
	mutex_unlock(&vtpm->lock);
}

/* All of a TPMS_CONTEXT but the bytes of its blob. */
static void tpm20_put_head(struct vtpmb_writer *w, u64 sequence, u32 saved, u32 hierarchy,
			   u16 blob_len)
{
	vtpmb_put_u64(w, sequence);
	vtpmb_put_u32(w, saved);
	vtpmb_put_u32(w, hierarchy);
	vtpmb_put_u16(w, blob_len);
}

/* Read the same; then @r is at the blob. */
static bool tpm20_get_head(struct vtpmb_reader *r, u64 *sequence, u32 *saved, u32 *hierarchy)
{
	u16 blob_len;

	return vtpmb_get_u64(r, sequence) && vtpmb_get_u32(r, saved) &&
	       vtpmb_get_u32(r, hierarchy) && vtpmb_get_u16(r, &blob_len);
}

/* A TPMS_CONTEXT with a MAC behind its blob. */
static u32 tpm20_put_context(struct vtpmb_vtpm *vtpm, const u8 *context, size_t len,
			     enum tpm20_origin origin, struct vtpmb_writer *out)
{
	u8 *start = out->buf + out->len, mac[VTPMB_MAC_SIZE];
	struct tpm20_binding binding;
	struct vtpmb_reader r;
	u32 saved, hierarchy;
	u64 sequence;
	int hier;

	vtpmb_reader_init(&r, context, len);
	if (!tpm20_get_head(&r, &sequence, &saved, &hierarchy))
		return TPM2_RC_FAILURE;
	hier = vtpmb_tpm20_hier(hierarchy);
	if (hier < 0)
		return TPM2_RC_FAILURE;
	tpm20_put_head(out, sequence, saved, hierarchy, r.left + VTPMB_MAC_SIZE);
	vtpmb_put_bytes(out, r.pos, r.left);
	if (out->overflow)
		return TPM2_RC_FAILURE;

	tpm20_bind(vtpm, saved, hier, origin, &binding);
	if (vtpmb_mac_digest2(&vtpm->port->mac, start, len, binding.bytes,
			      sizeof(binding.bytes), mac))
		return TPM2_RC_FAILURE;
	vtpmb_put_bytes(out, mac, sizeof(mac));
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_save_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			      struct vtpmb_writer *out)
{
	u8 context[CONTEXT_SIZE];
	struct vtpmb_writer w;
	u32 rc;

	vtpmb_tpm20_guest_saved(vtpm, entry, true);
	vtpmb_writer_init(&w, context, sizeof(context));
	tpm20_put_head(&w, entry->generation, entry->virt, TPM2_RH_NULL, 0);
	rc = tpm20_put_context(vtpm, context, sizeof(context), ORIGIN_CHIP, out);
	if (rc)
		vtpmb_tpm20_guest_saved(vtpm, entry, false);
	return rc;
}

/* The context of the null primary says only that it is that. */
static u32 tpm20_put_null_primary(struct vtpmb_vtpm *vtpm, struct vtpmb_writer *out)
{
	u8 context[CONTEXT_SIZE];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, context, sizeof(context));
	vtpmb_put_u64(&w, 0);
	vtpmb_put_u32(&w, SAVED_OBJECT);
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u16(&w, 0);
	return tpm20_put_context(vtpm, context, sizeof(context), ORIGIN_NULL_PRIMARY, out);
}

static enum tpm20_origin tpm20_origin(const struct vtpmb_tpm20_body *body)
{
	if (body->public_only)
		return ORIGIN_PUBLIC;
	return body->external ? ORIGIN_EXTERNAL : ORIGIN_CHIP;
}

/* Which contexts there are is part of what Shutdown saves. */
static void tpm20_void_shutdown(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch == vtpm->epoch)
		vtpmb_tpm20_void_shutdown(vtpm);
	mutex_unlock(&vtpm->lock);
}

/* Have the chip save the present context of an object or a sequence. */
static int tpm20_save_object(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			     u32 gone, u32 *rc)
{
	int err;

	*rc = TPM2_RC_SUCCESS;
	err = entry->body->res.blob ? 0 : vtpmb_tpm20_load(vtpm, entry, gone, rc);
	if (!err && !*rc)
		err = vtpmb_tpm20_save(vtpm, entry->body, rc);
	if (err != -ENOMEM)
		return err;
	*rc = TPM2_RC_MEMORY;
	return 0;
}

/*
 * Whether a TPM Restart ends an object.  The object's attributes do not show whether an
 * ancestor has stClear set.  The chip's context does.  *@rc is @gone if the chip has lost the
 * object.
 */
int vtpmb_tpm20_is_st_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			    u32 gone, bool *st_clear, u32 *rc)
{
	struct vtpmb_reader r;
	u32 saved, hierarchy;
	u64 sequence;
	int err = tpm20_save_object(vtpm, entry, gone, rc);

	if (err || *rc)
		return err;
	vtpmb_reader_init(&r, entry->body->res.blob, entry->body->res.blob_len);
	*st_clear = tpm20_get_head(&r, &sequence, &saved, &hierarchy) && saved == SAVED_ST_CLEAR;
	return 0;
}

/* TPM2_ContextSave (TPM 2.0 Part 3, 28.2) */
int vtpmb_tpm20_context_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];
	int err;

	*rc = vtpmb_tpm20_get_end(call);
	if (*rc)
		return 0;
	if (entry->kind == KIND_SESSION) {
		*rc = tpm20_save_session(vtpm, entry, out);
		if (!*rc)
			tpm20_void_shutdown(vtpm, call);
		return 0;
	}

	if (vtpmb_tpm20_is_null_entry(entry)) {
		*rc = tpm20_put_null_primary(vtpm, out);
		if (!*rc)
			tpm20_void_shutdown(vtpm, call);
		return 0;
	}

	err = tpm20_save_object(vtpm, entry, TPM2_RC_REFERENCE_H0, rc);
	if (!err && !*rc)
		*rc = tpm20_put_context(vtpm, entry->body->res.blob, entry->body->res.blob_len,
					tpm20_origin(entry->body), out);
	if (!err && !*rc) {
		entry->body->given = true;
		tpm20_void_shutdown(vtpm, call);
	}
	return err;
}

/**
 * struct tpm20_context - a TPMS_CONTEXT as the guest brings it
 * @start:	its first byte
 * @len:	its length
 * @sequence:	sequence
 * @saved:	savedHandle
 * @hierarchy:	TPMI_RH_HIERARCHY
 * @hier:	the same as an index
 * @blob:	first byte of its contextBlob, which ends with the MAC
 * @origin:	properties that its MAC covers
 */
struct tpm20_context {
	const u8 *start;
	size_t len;
	u64 sequence;
	u32 saved;
	u32 hierarchy;
	int hier;
	const u8 *blob;
	enum tpm20_origin origin;
};

/* TPMI_DH_SAVED */
static bool tpm20_is_saved(struct vtpmb_vtpm *vtpm, u32 handle)
{
	if (handle >= SAVED_OBJECT && handle <= SAVED_ST_CLEAR)
		return true;
	return (TPM20_HT(handle) == TPM2_HT_HMAC_SESSION ||
		TPM20_HT(handle) == TPM2_HT_POLICY_SESSION) &&
	       TPM20_INDEX(handle) < vtpmb_tpm20_facts(vtpm->port)->sessions_max;
}

/*
 * Windows pads each context to TPM_PT_MAX_OBJECT_CONTEXT bytes.  The MAC is at the end of the
 * blob, so bytes after the blob are ignored.
 */
static void tpm20_skip_padding(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       const struct tpm20_context *c)
{
	struct vtpmb_reader *r = &call->params;

	if (c->len + r->left == vtpmb_tpm20_facts(vtpm->port)->context_max)
		vtpmb_get_bytes(r, r->left);
}

static u32 tpm20_get_context(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct tpm20_context *c)
{
	u16 blob_len;
	u32 rc;

	c->start = call->params.pos;
	if (!vtpmb_get_u64(&call->params, &c->sequence))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, 0);

	rc = vtpmb_tpm20_get_u32(call, 0, &c->saved);
	if (!rc && !tpm20_is_saved(vtpm, c->saved))
		rc = TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 0, &c->hierarchy);
	if (rc)
		return rc;
	c->hier = vtpmb_tpm20_hier(c->hierarchy);
	if (c->hier < 0 || c->hier == HIER_LOCKOUT)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_CONTEXT, &c->blob, &blob_len);
	if (rc)
		return rc;
	c->len = call->params.pos - c->start;
	tpm20_skip_padding(vtpm, call, c);
	return vtpmb_tpm20_get_end(call);
}

static bool tpm20_is_of(struct vtpmb_vtpm *vtpm, const struct tpm20_context *c,
			enum tpm20_origin origin)
{
	size_t len = c->len - VTPMB_MAC_SIZE;
	struct tpm20_binding binding;
	u8 mac[VTPMB_MAC_SIZE];

	tpm20_bind(vtpm, c->saved, c->hier, origin, &binding);
	if (vtpmb_mac_digest2(&vtpm->port->mac, c->start, len, binding.bytes,
			      sizeof(binding.bytes), mac))
		return false;
	return !crypto_memneq(mac, c->start + len, sizeof(mac));
}

/* Check the MAC, and get the properties that it covers. */
static bool tpm20_is_genuine(struct vtpmb_vtpm *vtpm, struct tpm20_context *c)
{
	if (c->len < CONTEXT_SIZE + VTPMB_MAC_SIZE)
		return false;
	for (c->origin = ORIGIN_CHIP; c->origin < NR_ORIGINS; c->origin++) {
		if (tpm20_is_of(vtpm, c, c->origin))
			return true;
	}
	return false;
}

/* Only the last saved context of a session can be loaded, and only once. */
static u32 tpm20_load_session(struct vtpmb_vtpm *vtpm, const struct tpm20_context *c,
			      u32 *handle)
{
	struct vtpmb_tpm20_entry *entry = vtpmb_tpm20_find_session(vtpm, c->saved);

	if (!entry || entry->virt != c->saved || !entry->guest_saved ||
	    entry->generation != c->sequence)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HANDLE, 0);
	vtpmb_tpm20_guest_saved(vtpm, entry, false);
	*handle = entry->virt;
	return TPM2_RC_SUCCESS;
}

/* Find the body of a context, or take a new one, which is loaded when it is needed. */
static struct vtpmb_tpm20_body *tpm20_context_body(struct vtpmb_vtpm *vtpm,
						   const struct tpm20_context *c)
{
	enum vtpmb_tpm20_kind kind = c->saved == SAVED_SEQUENCE ? KIND_SEQUENCE : KIND_OBJECT;
	size_t len = c->len - VTPMB_MAC_SIZE;
	u8 *blob = kmalloc(len, GFP_KERNEL);
	struct vtpmb_tpm20_body *body;
	struct vtpmb_writer w;

	if (!blob)
		return NULL;
	vtpmb_writer_init(&w, blob, len);
	tpm20_put_head(&w, c->sequence, c->saved, c->hierarchy, len - CONTEXT_SIZE);
	vtpmb_put_bytes(&w, c->blob, len - CONTEXT_SIZE);
	body = vtpmb_tpm20_find_saved_body(vtpm, blob, len);
	if (!body)
		body = vtpmb_tpm20_new_body(vtpm, kind, c->hier);
	if (!body || body->res.blob) {
		kfree_sensitive(blob);
		return body;
	}
	body->external = c->origin != ORIGIN_CHIP;
	body->public_only = c->origin == ORIGIN_PUBLIC;
	body->given = true;
	body->res.blob = blob;
	body->res.blob_len = len;
	return body;
}

static u32 tpm20_load_object(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     const struct tpm20_context *c, u32 *handle)
{
	struct vtpmb_tpm20_hierarchy *h = &vtpmb_tpm20_state(vtpm)->hier[c->hier];
	struct vtpmb_tpm20_entry *entry;
	struct vtpmb_tpm20_body *body;
	u32 flushed, rc = TPM2_RC_SUCCESS;
	bool enabled;

	mutex_lock(&vtpm->lock);
	enabled = vtpmb_tpm20_is_enabled(vtpm, c->hier);
	flushed = h->flushed;
	mutex_unlock(&vtpm->lock);
	if (!enabled)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HIERARCHY, 0);
	if (vtpmb_tpm20_state(vtpm)->table.nr_objects == VTPMB_MAX_OBJECTS)
		return TPM2_RC_OBJECT_MEMORY;

	if (c->origin == ORIGIN_NULL_PRIMARY)
		rc = vtpmb_tpm20_load_null_primary(vtpm, call, &body);
	else
		body = tpm20_context_body(vtpm, c);
	if (rc)
		return rc;
	if (!body)
		return TPM2_RC_MEMORY;
	entry = vtpmb_tpm20_new_object(vtpm, c->hier, flushed, body);
	if (!entry)
		return TPM2_RC_OBJECT_MEMORY;
	*handle = entry->virt;
	return TPM2_RC_SUCCESS;
}

/*
 * TPM2_ContextLoad (TPM 2.0 Part 3, 28.3).  An object is loaded into the chip when a command
 * first needs it.
 */
int vtpmb_tpm20_context_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out, u32 *rc)
{
	struct tpm20_context c;
	u32 handle;

	*rc = tpm20_get_context(vtpm, call, &c);
	if (*rc)
		return 0;
	if (!tpm20_is_genuine(vtpm, &c))
		*rc = TPM2_RC_OF_PARAMETER(TPM2_RC_INTEGRITY, 0);
	else if (TPM20_HT(c.saved) == TPM2_HT_TRANSIENT)
		*rc = tpm20_load_object(vtpm, call, &c, &handle);
	else
		*rc = tpm20_load_session(vtpm, &c, &handle);
	if (!*rc)
		vtpmb_put_u32(out, handle);
	if (!*rc && TPM20_HT(c.saved) != TPM2_HT_TRANSIENT)
		tpm20_void_shutdown(vtpm, call);
	return 0;
}

static struct vtpmb_tpm20_entry *tpm20_to_flush(struct vtpmb_vtpm *vtpm, u32 handle)
{
	if (TPM20_HT(handle) == TPM2_HT_TRANSIENT)
		return vtpmb_tpm20_object(vtpm, handle);
	return vtpmb_tpm20_find_session(vtpm, handle);
}

/* TPM2_FlushContext (TPM 2.0 Part 3, 28.4) */
int vtpmb_tpm20_flush_context(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out, u32 *rc)
{
	const u16 accept = ACCEPT_TRANSIENT | ACCEPT_HMAC | ACCEPT_POLICY;
	struct vtpmb_tpm20_entry *entry;
	u32 handle;

	*rc = vtpmb_tpm20_get_u32(call, 0, &handle);
	if (!*rc && !(vtpmb_tpm20_accept(vtpm, handle) & accept))
		*rc = TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	if (!*rc)
		*rc = vtpmb_tpm20_get_end(call);
	if (*rc)
		return 0;
	entry = tpm20_to_flush(vtpm, handle);
	if (!entry) {
		*rc = TPM2_RC_OF_PARAMETER(TPM2_RC_HANDLE, 0);
		return 0;
	}
	return vtpmb_tpm20_release_handle(vtpm, entry);
}
