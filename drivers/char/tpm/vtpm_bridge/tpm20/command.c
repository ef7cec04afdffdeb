// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, in the hub's thread: a guest's command for the chip, and back.
 *
 * A command keeps its own bytes until it is known that the chip did not refuse
 * it for want of room: they are what is sent again.
 */

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "../core/failure.h"
#include "books.h"
#include "capability.h"
#include "command.h"
#include "condition.h"
#include "context.h"
#include "ephemeral.h"
#include "hmac.h"
#include "host.h"
#include "local.h"
#include "lockout.h"
#include "null_primary.h"
#include "nv.h"
#include "origin.h"
#include "parameters.h"
#include "pcr.h"
#include "persistent.h"
#include "policy.h"
#include "properties.h"
#include "real_pcr.h"
#include "resync.h"
#include "session.h"
#include "shown.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* Whether the virtual platform answers a command. */
static bool tpm20_is_virtual(const struct vtpmb_tpm20_call *call)
{
	return call->row->flags & TPM20_LOCAL && !call->real;
}

/* Who answers a command in the hub's thread, if not the chip; or NULL. */
static vtpmb_tpm20_own_handler tpm20_own_handler(const struct vtpmb_tpm20_call *call)
{
	if (call->real || call->shown)
		return NULL;
	if (call->null_primary)
		return vtpmb_tpm20_create_null_primary;
	if (call->row->own)
		return call->row->own;
	/* A session's part of the answer is the chip's to make. */
	return call->tag == TPM2_ST_NO_SESSIONS ? call->row->known : NULL;
}

/* Whether the chip does not hear of a command. */
static bool tpm20_is_local(const struct vtpmb_tpm20_call *call)
{
	return tpm20_is_virtual(call) || tpm20_own_handler(call);
}

/*
 * Parameters that would reach what is not the guest's.  Each sees them as the
 * guest sent them; the first may be encrypted but for its size.  Refusals that
 * a TPM would not give are listed in Documentation.
 */

static u32 tpm20_map_object(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    unsigned int i)
{
	call->entry[i] = vtpmb_tpm20_object(vtpm, call->handle[i]);
	if (!call->entry[i])
		return TPM2_RC_REFERENCE_H0 + i;
	vtpmb_tpm20_use(vtpm, call->entry[i]);
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_map_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     unsigned int i)
{
	u32 rc = vtpmb_tpm20_session(vtpm, call->handle[i], TPM2_RC_REFERENCE_H0 + i,
				     TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i), &call->entry[i]);

	if (!rc)
		vtpmb_tpm20_use(vtpm, call->entry[i]);
	return rc;
}

/* Platform and lockout are virtual; only an unsafe grant leads to the chip's. */
static u32 tpm20_map_permanent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int i)
{
	u32 rc = vtpmb_tpm20_handle_status(vtpm, call->handle[i], i);

	if (rc || call->row->flags & TPM20_UNSAFE || tpm20_is_local(call))
		return rc;
	if (vtpmb_tpm20_starts_session(call))
		return TPM2_RC_SUCCESS;	/* the bridge makes the key */
	if (call->handle[i] == TPM2_RH_PLATFORM || call->handle[i] == TPM2_RH_LOCKOUT)
		return TPM2_RC_OF_HANDLE(TPM2_RC_HIERARCHY, i);
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_map(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		     unsigned int i)
{
	switch (TPM20_HT(call->handle[i])) {
	case TPM2_HT_TRANSIENT:
		return tpm20_map_object(vtpm, call, i);
	case TPM2_HT_HMAC_SESSION:
	case TPM2_HT_POLICY_SESSION:
		return tpm20_map_session(vtpm, call, i);
	case TPM2_HT_PERSISTENT:
		return vtpmb_tpm20_map_persistent(vtpm, call, i);
	case TPM2_HT_NV_INDEX:
		return vtpmb_tpm20_map_nv(vtpm, call, i);
	default:
		return tpm20_map_permanent(vtpm, call, i);
	}
}

/* Only a session of this proxy that its guest has not saved can be used. */
static u32 tpm20_find_session(struct vtpmb_vtpm *vtpm,
			      struct vtpmb_tpm20_session *session, unsigned int i)
{
	u32 rc;

	if (session->handle == TPM2_RS_PW)
		return TPM2_RC_SUCCESS;
	rc = vtpmb_tpm20_session(vtpm, session->handle, TPM2_RC_REFERENCE_S0 + i,
				 TPM2_RC_OF_SESSION(TPM2_RC_HANDLE, i), &session->entry);
	if (!rc)
		vtpmb_tpm20_use(vtpm, session->entry);
	return rc;
}

/* Room in the proxy's table for what the command makes. */
static u32 tpm20_quota(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	switch (call->row->response) {
	case RESPONSE_OBJECT:
	case RESPONSE_SEQUENCE:
		return table->nr_objects < VTPMB_MAX_OBJECTS ? TPM2_RC_SUCCESS :
			TPM2_RC_OBJECT_MEMORY;
	case RESPONSE_SESSION:
		return vtpmb_tpm20_has_room_for_session(vtpm) ? TPM2_RC_SUCCESS :
			TPM2_RC_SESSION_HANDLES;
	default:
		return TPM2_RC_SUCCESS;
	}
}

/* Which hierarchy a new object belongs to. */
static void tpm20_find_hierarchy(struct vtpmb_tpm20_call *call)
{
	int hier;

	call->hier = HIER_NULL;
	if (call->row->response != RESPONSE_OBJECT || !call->row->nr_handles)
		return;
	hier = vtpmb_tpm20_hier(call->handle[0]);
	if (hier >= 0)
		call->hier = hier;
	else if (call->entry[0])
		call->hier = call->entry[0]->hier;
}

/*
 * A public part alone has no authValue.  Asked for one by a bound session, chips
 * that follow the reference implementation enter failure mode before they say so.
 */
static u32 tpm20_check_public(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions && i < call->row->nr_auths; i++) {
		if (call->entry[i] && call->entry[i]->body->public_only &&
		    TPM20_HT(call->session[i].handle) == TPM2_HT_HMAC_SESSION)
			return TPM2_RC_AUTH_UNAVAILABLE;
	}
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_check(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	if (call->cmd->epoch != vtpm->epoch)
		return TPM2_RC_INITIALIZE;
	rc = vtpmb_tpm20_authorise(vtpm, call);
	if (rc || tpm20_is_local(call))
		return rc;
	rc = vtpmb_tpm20_check_null_primary(call);
	if (!rc)
		rc = tpm20_check_public(call);
	if (rc)
		return rc;
	tpm20_find_hierarchy(call);
	vtpmb_tpm20_compute_conditions(call);
	if (call->row->inspect)
		rc = call->row->inspect(vtpm, call);
	if (!rc)
		call->flushed = vtpmb_tpm20_state(vtpm)->hier[call->hier].flushed;
	return rc ? rc : tpm20_quota(vtpm, call);
}

/* Forget all that receive() saw but what it parsed: see struct vtpmb_tpm20_call. */
static void tpm20_begin(struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++)
		memset_startat(&call->session[i], 0, checked);
	memset_startat(call, 0, nr_mapped);
}

/*
 * Make all checks that do not need the chip.  Since the command was received, the virtual
 * TPM may have been reset, the administrator may have changed the policy, the granted
 * ranges and PCRs, and the endorsement hierarchy, and the commands before it may have
 * changed hierarchies, objects and sessions.  So all of these are looked up here, and
 * nothing that depends on them is taken from receive().  The locality stays the one at
 * which the command was received.  The authorisation is checked later, in tpm20_check().
 */
static u32 tpm20_prepare(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	if (call->cmd->epoch != vtpm->epoch)
		return TPM2_RC_INITIALIZE;
	if (!vtpmb_tpm20_permits(vtpm, call->row_nr)) {
		call->cmd->answer = VTPMB_ANSWER_REFUSED;
		return TPM2_RC_COMMAND_CODE;
	}
	rc = call->handle_rc;
	for (i = 0; !rc && i < call->row->nr_handles; i++) {
		rc = tpm20_map(vtpm, call, i);
		call->nr_mapped = rc ? i : i + 1;
	}
	for (i = 0; !rc && i < call->nr_sessions; i++)
		rc = tpm20_find_session(vtpm, &call->session[i], i);
	if (!rc)
		rc = call->session_rc;
	if (rc)
		return rc;
	call->real = call->row->is_real && call->row->is_real(vtpm, call);
	call->shown = vtpmb_tpm20_selects_shown(vtpm, call);
	call->null_primary = vtpmb_tpm20_is_null_primary(vtpm, call);
	return TPM2_RC_SUCCESS;
}

/* A password session with what the chip's entity has for authValue. */
static void tpm20_put_password(const struct vtpmb_vtpm *vtpm,
			       const struct vtpmb_tpm20_call *call, unsigned int i,
			       struct vtpmb_writer *w)
{
	const struct vtpmb_auth *auth = vtpmb_tpm20_sequence_auth(call, i);

	if (!auth)
		auth = vtpmb_tpm20_chip_auth(vtpm, call->handle[i]);
	vtpmb_put_u32(w, TPM2_RS_PW);
	vtpmb_put_u16(w, 0);
	vtpmb_put_u8(w, TPMA_SESSION_CONTINUESESSION);
	vtpmb_put_u16(w, auth ? auth->len : 0);
	if (auth)
		vtpmb_put_bytes(w, auth->value, auth->len);
}

/* At most two sessions authorise, and each may become longer by a password. */
static_assert(VTPMB_BUF_SIZE - VTPMB_GUEST_BUF_SIZE >= 2 * VTPMB_MAX_AUTH);

/* What the chip is to see in place of a handle that the bridge handles itself. */
static u32 tpm20_handle_for_chip(const struct vtpmb_tpm20_call *call, unsigned int i)
{
	bool hidden = i == 0 && vtpmb_tpm20_hides_pcr(call);
	bool unbound = i == 1 && vtpmb_tpm20_starts_session(call) && call->key.ours;

	return hidden || unbound ? TPM2_RH_NULL : call->handle[i];
}

/* A session that was checked here is replaced by the chip's own password. */
static void tpm20_put_session_area(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20_session *session = call->session;
	size_t size_at = w->len;
	unsigned int i;

	vtpmb_put_u32(w, 0);
	mutex_lock(&vtpm->lock);
	for (i = 0; i < call->nr_sessions; i++, session++) {
		if (session->checked)
			tpm20_put_password(vtpm, call, i, w);
		else
			vtpmb_put_bytes(w, session->start,
					session->auth + session->auth_len - session->start);
	}
	mutex_unlock(&vtpm->lock);
	vtpmb_patch_u32(w, size_at, w->len - size_at - sizeof(u32));
}

/* The command as the chip is to see it, but for the handles of what is loaded. */
static void tpm20_write_for_chip(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				 struct vtpmb_writer *w)
{
	unsigned int i;

	vtpmb_put_u16(w, call->tag);
	vtpmb_put_u32(w, 0);
	vtpmb_put_u32(w, call->row->code);
	for (i = 0; i < call->row->nr_handles; i++)
		vtpmb_put_u32(w, tpm20_handle_for_chip(call, i));
	if (call->tag == TPM2_ST_SESSIONS)
		tpm20_put_session_area(vtpm, call, w);
	vtpmb_put_bytes(w, call->params.pos, call->params.left);
	vtpmb_patch_u32(w, VTPMB_SIZE_AT, w->len);
}

/* TPM 2.0 Part 4, EntityGetLoadStatus() */
static u32 tpm20_rc_of_missing(const struct vtpmb_tpm20_call *call, unsigned int i)
{
	return TPM20_HT(call->handle[i]) == TPM2_HT_PERSISTENT ?
		TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i) : TPM2_RC_REFERENCE_H0 + i;
}

/* Have the chip load an object or session; *@handle is its handle there. */
static int tpm20_load_handle(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     unsigned int i, u32 *handle, u32 *rc)
{
	int err;

	if (vtpmb_tpm20_is_null_entry(call->entry[i]))
		return vtpmb_tpm20_lend(vtpm, call, handle, rc);
	err = vtpmb_tpm20_load(vtpm, call->entry[i], tpm20_rc_of_missing(call, i), rc);
	if (!err && !*rc)
		*handle = vtpmb_tpm20_chip_handle(call->entry[i]->body);
	return err;
}

/* And put the handles into the command. */
static int tpm20_load_handles(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      u32 *rc)
{
	struct vtpmb_writer w;
	unsigned int i;
	u32 handle = 0;
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	vtpmb_writer_init(&w, call->cmd->buf + VTPMB_HEADER_SIZE,
			  call->row->nr_handles * sizeof(u32));
	for (i = 0; !err && !*rc && i < call->row->nr_handles; i++) {
		if (!call->entry[i]) {
			vtpmb_put_room(&w, sizeof(u32));	/* stays as it is */
			continue;
		}
		err = tpm20_load_handle(vtpm, call, i, &handle, rc);
		vtpmb_put_u32(&w, handle);
	}
	return err;
}

static int tpm20_load_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       u32 *rc)
{
	struct vtpmb_tpm20_entry *entry;
	unsigned int i;
	int err;

	for (i = 0; i < call->nr_sessions; i++) {
		entry = call->session[i].entry;
		if (!entry || call->session[i].checked)
			continue;
		err = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_S0 + i, rc);
		if (err || *rc)
			return err;
	}
	return 0;
}

/* One attempt: the response's length, 0 if it could not be sent for @rc. */
static int tpm20_attempt(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 const struct vtpmb_writer *kept, u32 *rc)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_reader r;
	unsigned int i;
	int len, err;

	memcpy(call->cmd->buf, kept->buf, kept->len);
	err = tpm20_load_handles(vtpm, call, rc);
	if (!err && !*rc)
		err = tpm20_load_sessions(vtpm, call, rc);
	if (!err && !*rc && call->shown)
		err = vtpmb_tpm20_show(vtpm, call, rc);
	if (err || *rc)
		return err;

	len = port->transmit(port, call->cmd->buf);
	for (i = 0; i < call->row->nr_handles; i++) {
		if (call->entry[i])
			vtpmb_tpm20_changed(call->entry[i]);
	}
	vtpmb_tpm20_nv_changed(vtpm, call);
	if (len < 0)
		return len;
	vtpmb_reader_init(&r, call->cmd->buf, len);
	return vtpmb_get_bytes(&r, VTPMB_CODE_AT) && vtpmb_get_u32(&r, rc) ? len : -EIO;
}

/* Whether to send the command again: 1, 0, or a negative errno. */
static int tpm20_again(struct vtpmb_vtpm *vtpm, u32 rc, unsigned int *retries)
{
	if (!rc)
		return 0;
	if (vtpmb_tpm20_is_busy(rc))
		return (*retries)++ < TPM20_MAX_RETRIES;
	return vtpmb_tpm20_make_room(vtpm, rc);
}

static int tpm20_enter_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_reader *r)
{
	struct vtpmb_tpm20_entry *entry;
	u32 handle;
	int err;

	if (!vtpmb_get_u32(r, &handle))
		return -EIO;
	err = vtpmb_tpm20_claim_session(vtpm, handle, call->policy ? TPM2_HT_POLICY_SESSION :
					TPM2_HT_HMAC_SESSION);
	if (err)
		return err;
	entry = vtpmb_tpm20_new_session(vtpm, handle, call->trial);
	if (!entry)
		return -EIO;
	entry->hash_alg = call->hash_alg;
	entry->bound = call->bound;
	if (call->tag == TPM2_ST_SESSIONS && !vtpmb_get_bytes(r, sizeof(u32)))
		return -EIO;
	entry->key = call->key;
	if (!vtpmb_tpm20_take_nonce(entry, r))
		return -EIO;
	vtpmb_tpm20_derive_session_key(entry, call);
	return 0;
}

/* A new object or session gets its virtual handle. */
static int tpm20_enter(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, int len)
{
	u8 *handle = call->cmd->buf + VTPMB_HEADER_SIZE;
	struct vtpmb_tpm20_entry *entry;
	struct vtpmb_tpm20_body *body;
	struct vtpmb_reader r;
	struct vtpmb_writer w;
	u32 phys;

	if (call->row->response == RESPONSE_NONE)
		return 0;
	vtpmb_reader_init(&r, handle, len - VTPMB_HEADER_SIZE);
	if (call->row->response == RESPONSE_SESSION)
		return tpm20_enter_session(vtpm, call, &r);
	if (!vtpmb_get_u32(&r, &phys) ||
	    !vtpmb_tpm20_is_free_object(&vtpmb_tpm20_state(vtpm)->table, phys))
		return -EIO;
	vtpmb_tpm20_refine_origin(call, r);

	body = vtpmb_tpm20_new_body(vtpm, call->row->response == RESPONSE_SEQUENCE ?
				    KIND_SEQUENCE : KIND_OBJECT, call->hier);
	if (!body)
		return -EIO;
	body->external = call->external;
	body->public_only = call->public_only;
	body->auth_known = call->auth_known;
	body->auth = call->auth;
	body->origin = call->origin;
	call->origin = NULL;
	body->res.phys = phys;
	entry = vtpmb_tpm20_new_object(vtpm, call->hier, call->flushed, body);
	if (!entry)
		return -EIO;
	vtpmb_writer_init(&w, handle, sizeof(entry->virt));
	vtpmb_put_u32(&w, entry->virt);
	return 0;
}

/* A session that ended: the chip has not heard of it if it was checked here. */
static int tpm20_end_session(struct vtpmb_vtpm *vtpm,
			     const struct vtpmb_tpm20_session *session, bool local)
{
	if (!session->entry || session->attributes & TPMA_SESSION_CONTINUESESSION)
		return 0;
	if (local || session->checked)
		return vtpmb_tpm20_release_handle(vtpm, session->entry);
	vtpmb_tpm20_forget_entry(vtpm, session->entry);
	return 0;
}

/* What the command ended: an object that it flushes, sessions not continued. */
static int tpm20_forget_ended(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	bool local = tpm20_is_local(call);
	unsigned int i;
	int err = 0;

	if (call->row->flushes && call->entry[call->row->flushes - 1])
		vtpmb_tpm20_forget_entry(vtpm, call->entry[call->row->flushes - 1]);
	for (i = 0; !err && i < call->nr_sessions; i++)
		err = tpm20_end_session(vtpm, &call->session[i], local);
	return err;
}

/* Take one session of the chip's response, and put it as the guest is to see it. */
static int tpm20_return_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				unsigned int i, struct vtpmb_reader *r,
				const struct vtpmb_reader *params, struct vtpmb_writer *w)
{
	struct vtpmb_tpm20_session *session = &call->session[i];
	const u8 *start = r->pos, *bytes;
	struct vtpmb_reader nonce = *r;
	u16 len;
	u8 attributes;

	if (!vtpmb_get_tpm2b(r, &bytes, &len) || !vtpmb_get_u8(r, &attributes) ||
	    !vtpmb_get_tpm2b(r, &bytes, &len))
		return -EIO;
	if (session->checked && session->entry)
		return vtpmb_tpm20_put_hmac(vtpm, call, i, params->pos, params->left, w);
	if (session->entry) {
		if (!vtpmb_tpm20_take_nonce(session->entry, &nonce))
			return -EIO;
		vtpmb_tpm20_reset_policy(session->entry);
		/* What audits is bound no more: TPM 2.0 Part 4, InitAuditSession(). */
		if (session->attributes & TPMA_SESSION_AUDIT)
			session->entry->key.bind = TPM2_RH_NULL;
	}
	vtpmb_put_bytes(w, start, r->pos - start);
	return 0;
}

/* The response's sessions; its parameters stay as they are. */
static int tpm20_return_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				 int *len)
{
	u8 sessions[VTPMB_TPM20_HANDLES * (5 + 2 * VTPMB_MAX_DIGEST)];
	size_t head = VTPMB_HEADER_SIZE;
	struct vtpmb_reader r, params;
	struct vtpmb_writer tail, w;
	unsigned int i;
	u32 params_len;
	int err = 0;

	if (call->tag != TPM2_ST_SESSIONS)
		return 0;
	if (call->row->response != RESPONSE_NONE)
		head += sizeof(u32);
	if (*len < head)
		return -EIO;
	vtpmb_reader_init(&r, call->cmd->buf + head, *len - head);
	if (!vtpmb_get_u32(&r, &params_len) || params_len > r.left)
		return -EIO;
	vtpmb_reader_init(&params, r.pos, params_len);
	vtpmb_get_bytes(&r, params_len);

	vtpmb_writer_init(&tail, sessions, sizeof(sessions));
	mutex_lock(&vtpm->lock);
	for (i = 0; !err && i < call->nr_sessions; i++)
		err = tpm20_return_session(vtpm, call, i, &r, &params, &tail);
	mutex_unlock(&vtpm->lock);
	if (err)
		return err;

	vtpmb_writer_init(&w, call->cmd->buf, VTPMB_BUF_SIZE);
	vtpmb_put_room(&w, head + sizeof(u32) + params_len);	/* stays as it is */
	vtpmb_put_bytes(&w, sessions, tail.len);
	vtpmb_patch_u32(&w, VTPMB_SIZE_AT, w.len);
	if (w.overflow || tail.overflow)
		return -EIO;
	*len = w.len;
	return 0;
}

/*
 * A signature over the clock voids an earlier Shutdown: TPM 2.0 Part 4,
 * SignAttestInfo().
 */
static bool tpm20_voids_shutdown(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	if (!(call->row->flags & TPM20_SIGNS_CLOCK))
		return false;
	for (i = 0; i < call->row->nr_handles; i++) {
		if (call->handle[i] == TPM2_RH_NULL)
			return false;
	}
	return true;
}

/* The parameters of a response without a handle; false if it is malformed. */
static bool tpm20_get_params(const struct vtpmb_tpm20_call *call, int len, struct vtpmb_reader *r)
{
	u32 params_len;

	vtpmb_reader_init(r, call->cmd->buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (call->tag == TPM2_ST_NO_SESSIONS)
		return true;
	if (!vtpmb_get_u32(r, &params_len) || params_len > r->left)
		return false;
	r->left = params_len;
	return true;
}

/* The chip has executed the command; do the same in the virtual platform. */
static void tpm20_apply_to_platform(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				    int len)
{
	struct vtpmb_reader params;

	mutex_lock(&vtpm->lock);
	if (tpm20_voids_shutdown(call) && call->cmd->epoch == vtpm->epoch)
		vtpmb_tpm20_void_shutdown(vtpm);
	if (call->row->apply && tpm20_get_params(call, len, &params))
		call->row->apply(vtpm, call, &params);
	mutex_unlock(&vtpm->lock);
}

static int tpm20_complete(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, int len,
			  u32 *rc)
{
	int err = tpm20_enter(vtpm, call, len);

	if (!err)
		err = vtpmb_tpm20_renew_sessions(vtpm, call, rc);
	if (!err && !*rc)
		err = tpm20_return_sessions(vtpm, call, &len);
	if (!err)
		err = tpm20_forget_ended(vtpm, call);
	if (err || *rc)
		return err;
	vtpmb_tpm20_apply_conditions(call);
	tpm20_apply_to_platform(vtpm, call, len);
	vtpmb_tpm20_use_up_ephemeral(vtpm, call);
	call->cmd->len = len;
	call->cmd->rc = TPM2_RC_SUCCESS;
	return 0;
}

static int tpm20_attempts(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  const struct vtpmb_writer *kept, u32 *rc)
{
	unsigned int retries = 0, tries = 0;
	int len, again;

	do {
		len = tpm20_attempt(vtpm, call, kept, rc);
		if (len < 0)
			return len;
		again = len ? tpm20_again(vtpm, *rc, &retries) : 0;
		if (again < 0)
			return again;
	} while (again && tries++ < TPM20_MAX_TRIES);
	return len;
}

/*
 * A command that is cancelled may have made its object all the same; only its
 * response, and with it the handle, is lost.
 */
static int tpm20_list_host(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	switch (call->row->response) {
	case RESPONSE_OBJECT:
	case RESPONSE_SEQUENCE:
		return vtpmb_tpm20_list_host_objects(vtpm);
	case RESPONSE_SESSION:
		return vtpmb_tpm20_list_host_sessions(vtpm);
	default:
		return 0;
	}
}

static int tpm20_forward(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_writer kept;
	int len, err;

	err = vtpmb_tpm20_limit_failures(vtpm, call, rc);
	if (!err && !*rc)
		err = vtpmb_tpm20_nv_room(vtpm, call, rc);
	if (err || *rc)
		return err;
	err = tpm20_list_host(vtpm, call);
	if (err)
		return err;
	call->cmd->slow = call->row->flags & TPM20_SLOW;
	call->origin = vtpmb_tpm20_find_origin(vtpm, call);

	vtpmb_writer_init(&kept, vtpmb_tpm20_state(vtpm)->table.kept, VTPMB_BUF_SIZE);
	tpm20_write_for_chip(vtpm, call, &kept);
	len = kept.overflow ? -EIO : tpm20_attempts(vtpm, call, &kept, rc);
	len = vtpmb_tpm20_take_back(vtpm, len);
	if (len > 0)
		vtpmb_failure_note(vtpm, call->cmd, call->row->code, *rc);
	if (len >= 0 && *rc)
		*rc = vtpmb_tpm20_translate_rc(call, *rc);
	if (len < 0 || call->row->flags & TPM20_UNSAFE)
		vtpmb_tpm20_forget_properties(vtpm->port);
	memzero_explicit(kept.buf, kept.len);
	if (len < 0)
		return len;
	if (!*rc)
		return tpm20_complete(vtpm, call, len, rc);
	vtpmb_tpm20_count_failure(vtpm, *rc);
	return 0;
}

/* The virtual platform acts, or the bridge looks into its own books. */
static int tpm20_answer_here(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out, u32 *rc)
{
	vtpmb_tpm20_own_handler handler = tpm20_own_handler(call);

	*rc = VTPMB_RC_PASS;
	if (tpm20_is_virtual(call)) {
		mutex_lock(&vtpm->lock);
		*rc = vtpmb_tpm20_run_local(vtpm, call, out);
		mutex_unlock(&vtpm->lock);
	}
	if (*rc != VTPMB_RC_PASS)
		return 0;
	out->len = 0;
	if (handler)
		return handler(vtpm, call, out, rc);
	*rc = TPM2_RC_RETRY;		/* a PCR has been granted meanwhile */
	return 0;
}

static int tpm20_answer(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_writer out;
	int err;

	vtpmb_writer_init(&out, vtpmb_tpm20_state(vtpm)->table.kept, VTPMB_BUF_SIZE);
	err = tpm20_answer_here(vtpm, call, &out, rc);
	if (err || *rc)
		return err;
	err = vtpmb_tpm20_renew_sessions(vtpm, call, rc);
	if (!err && !*rc) {
		mutex_lock(&vtpm->lock);
		*rc = vtpmb_tpm20_answer_success(vtpm, call, &out);
		mutex_unlock(&vtpm->lock);
	}
	memzero_explicit(out.buf, out.len);
	return err ? err : tpm20_forget_ended(vtpm, call);
}

/* Who judges the sessions. */
static int tpm20_choose_checker(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	bool local = tpm20_is_local(call);
	int err = local ? 0 : vtpmb_tpm20_read_properties(vtpm, call);

	if (err)
		return err;
	mutex_lock(&vtpm->lock);
	*rc = vtpmb_tpm20_choose_checker(vtpm, call, local);
	mutex_unlock(&vtpm->lock);
	return *rc ? vtpmb_tpm20_report_missing_index(vtpm, call, rc) : 0;
}

/* What a command asks for, once it is known that it may. */
static int tpm20_answer_or_send(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	int err = vtpmb_tpm20_make_stored(vtpm, call, rc);

	if (!err && !*rc)
		err = tpm20_choose_checker(vtpm, call, rc);
	if (!err && !*rc)
		err = vtpmb_tpm20_load_sessions(vtpm, call, rc);
	if (err || *rc)
		return err;
	mutex_lock(&vtpm->lock);
	*rc = tpm20_check(vtpm, call);
	mutex_unlock(&vtpm->lock);
	if (*rc)
		return vtpmb_tpm20_report_missing_index(vtpm, call, rc);
	err = tpm20_is_local(call) ? tpm20_answer(vtpm, call, rc) :
				     tpm20_forward(vtpm, call, rc);
	if (err) {
		vtpmb_tpm20_policy_unknown(call);
		vtpmb_tpm20_persistent_unknown(vtpm, call);
	}
	return err;
}

static int tpm20_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm20_call *call = cmd->call;
	u32 rc;
	int err;

	if (vtpmb_failure_stops(vtpm)) {
		cmd->answer = VTPMB_ANSWER_REFUSED;
		vtpmb_tpm20_fail(cmd, TPM2_RC_FAILURE);
		return 0;
	}
	err = vtpmb_tpm20_read_persistent(vtpm);
	if (err)
		return err;
	tpm20_begin(call);
	mutex_lock(&vtpm->lock);
	rc = tpm20_prepare(vtpm, call);
	mutex_unlock(&vtpm->lock);

	if (rc)
		err = vtpmb_tpm20_report_missing_index(vtpm, call, &rc);
	else
		err = tpm20_answer_or_send(vtpm, call, &rc);
	vtpmb_tpm20_clear_in_use(vtpm);
	vtpmb_tpm20_forget_origin(&call->origin);
	memzero_explicit(call, sizeof(*call));
	if (!err && rc)
		vtpmb_tpm20_fail(cmd, rc);
	return err;
}

/* Answer a command that receive() passed on. */
int vtpmb_tpm20_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	int err = vtpmb_tpm20_resync(vtpm);

	if (err)
		return err;
	err = tpm20_execute(vtpm, cmd);
	if (err)
		vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	return err;
}
