// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the origin of an object, from which the chip can make it again.
 *
 * The saved context of an object dies with the chip's power.  But a primary object follows from
 * the seed of its hierarchy, its template and its data (Part 1, 14.4), and what Load makes
 * follows from its parent and its parameters.  So the bridge can have the chip make such an
 * object a second time, if it has seen all that it takes: the parameters, which a session may
 * encrypt, and the authValue of the parent.
 *
 * That authValue is known if the parent was created with it, or if a guest has used it as a
 * password, which the chip has accepted.  So making an object again never counts as a failed
 * authorisation.
 */

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "host.h"
#include "origin.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* Parameters of CreatePrimary after inPublic: outsideInfo and creationPCR, which change no key */
static const u8 tpm20_no_creation[6];

/**
 * struct tpm20_step - a command of an origin
 * @code:	TPM_CC
 * @auth:	authValue of the parent
 * @auth_len:	its bytes
 * @params:	its parameters
 * @params_len:	their bytes
 */
struct tpm20_step {
	u32 code;
	const u8 *auth;
	u16 auth_len;
	const u8 *params;
	u16 params_len;
};

static void tpm20_put_step(struct vtpmb_writer *w, const struct tpm20_step *step)
{
	vtpmb_put_u32(w, step->code);
	vtpmb_put_tpm2b(w, step->auth, step->auth_len);
	vtpmb_put_tpm2b(w, step->params, step->params_len);
}

static bool tpm20_get_step(struct vtpmb_reader *r, struct tpm20_step *step)
{
	return vtpmb_get_u32(r, &step->code) &&
	       vtpmb_get_tpm2b(r, &step->auth, &step->auth_len) &&
	       step->auth_len <= VTPMB_MAX_AUTH &&
	       vtpmb_get_tpm2b(r, &step->params, &step->params_len);
}

static bool tpm20_is_hierarchy(u32 handle)
{
	return handle == TPM2_RH_OWNER || handle == TPM2_RH_ENDORSEMENT;
}

/* A private and a public part, or a sensitive part and a template */
static bool tpm20_skip_parts(struct vtpmb_reader *r)
{
	const u8 *bytes;
	u16 len;

	return vtpmb_get_tpm2b(r, &bytes, &len) && vtpmb_get_tpm2b(r, &bytes, &len);
}

static bool tpm20_is_step(const struct tpm20_step *step, bool primary)
{
	struct vtpmb_reader params;

	if (step->code != TPM2_CC_CreateLoaded &&
	    step->code != (primary ? TPM2_CC_CreatePrimary : TPM2_CC_Load))
		return false;
	vtpmb_reader_init(&params, step->params, step->params_len);
	if (!tpm20_skip_parts(&params))
		return false;
	if (step->code != TPM2_CC_CreatePrimary)
		return !params.left;
	return params.left == sizeof(tpm20_no_creation) &&
	       !memcmp(params.pos, tpm20_no_creation, sizeof(tpm20_no_creation));
}

/* Whether bytes are an origin, with at least one command */
bool vtpmb_tpm20_is_origin(const u8 *bytes, u16 len)
{
	struct tpm20_step step;
	struct vtpmb_reader r;
	bool primary;
	u32 root;

	vtpmb_reader_init(&r, bytes, len);
	if (len > VTPMB_TPM20_MAX_ORIGIN || !vtpmb_get_u32(&r, &root) || !r.left)
		return false;
	primary = tpm20_is_hierarchy(root);
	if (!primary && TPM20_HT(root) != TPM2_HT_PERSISTENT)
		return false;
	while (r.left) {
		if (!tpm20_get_step(&r, &step) || !tpm20_is_step(&step, primary))
			return false;
		primary = false;
	}
	return true;
}

static struct vtpmb_tpm20_origin *tpm20_new_origin(size_t len)
{
	struct vtpmb_tpm20_origin *origin = NULL;

	if (len <= VTPMB_TPM20_MAX_ORIGIN)
		origin = kmalloc(struct_size(origin, bytes, len), GFP_KERNEL);
	if (origin)
		origin->len = len;
	return origin;
}

/* NULL: there is no memory, or it is too long. */
struct vtpmb_tpm20_origin *vtpmb_tpm20_copy_origin(const u8 *bytes, u16 len)
{
	struct vtpmb_tpm20_origin *origin = tpm20_new_origin(len);

	if (origin)
		memcpy(origin->bytes, bytes, len);
	return origin;
}

void vtpmb_tpm20_forget_origin(struct vtpmb_tpm20_origin **origin)
{
	kfree_sensitive(*origin);
	*origin = NULL;
}

/* The root of an origin, and the last of its commands */
static bool tpm20_get_last_step(const struct vtpmb_tpm20_origin *origin, struct tpm20_step *step)
{
	struct vtpmb_reader r;
	u32 root;

	vtpmb_reader_init(&r, origin->bytes, origin->len);
	if (!vtpmb_get_u32(&r, &root))
		return false;
	do {
		if (!tpm20_get_step(&r, step))
			return false;
	} while (r.left);
	return true;
}

/*
 * The authValue that an object was created with, if it may authorise a Load: TPMA_OBJECT has
 * userWithAuth.
 */
static bool tpm20_get_created_auth(const struct vtpmb_tpm20_origin *origin, struct tpm20_step *step)
{
	struct vtpmb_reader r, sensitive, public;
	struct tpm20_step last;
	u16 type, alg, len;
	const u8 *bytes;
	u32 attributes;

	if (!tpm20_get_last_step(origin, &last) || last.code == TPM2_CC_Load)
		return false;
	vtpmb_reader_init(&r, last.params, last.params_len);
	if (!vtpmb_get_tpm2b(&r, &bytes, &len))
		return false;
	vtpmb_reader_init(&sensitive, bytes, len);
	if (!vtpmb_get_tpm2b(&r, &bytes, &len))
		return false;
	vtpmb_reader_init(&public, bytes, len);
	return vtpmb_get_u16(&public, &type) && vtpmb_get_u16(&public, &alg) &&
	       vtpmb_get_u32(&public, &attributes) && attributes & TPMA_OBJECT_USERWITHAUTH &&
	       vtpmb_get_tpm2b(&sensitive, &step->auth, &step->auth_len);
}

/* The authValue of the parent, if it is known */
static bool tpm20_get_parent_auth(const struct vtpmb_tpm20_call *call, struct tpm20_step *step)
{
	const struct vtpmb_tpm20_origin *parent = call->entry[0]->body->origin;
	const struct vtpmb_tpm20_session *session = &call->session[0];

	if (parent && tpm20_get_created_auth(parent, step))
		return true;
	step->auth = session->auth;
	step->auth_len = session->auth_len;
	return session->handle == TPM2_RS_PW;
}

static bool tpm20_any_session_has(const struct vtpmb_tpm20_call *call, u8 attribute)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++) {
		if (call->session[i].attributes & attribute)
			return true;
	}
	return false;
}

/* The beginning of an origin: that of the parent, or only a root */
static bool tpm20_get_beginning(const struct vtpmb_tpm20_call *call, __be32 *root,
				struct vtpmb_reader *beginning)
{
	const struct vtpmb_tpm20_body *parent;

	vtpmb_reader_init(beginning, root, sizeof(*root));
	if (!call->entry[0]) {
		*root = call->wire_handle[0];
		return tpm20_is_hierarchy(call->handle[0]);
	}
	parent = call->entry[0]->body;
	*root = cpu_to_be32(parent->persistent_handle);
	if (parent->origin)
		vtpmb_reader_init(beginning, parent->origin->bytes, parent->origin->len);
	return parent->origin || parent->persistent_handle;
}

static struct vtpmb_tpm20_origin *tpm20_append_step(const struct vtpmb_reader *beginning,
						    const struct tpm20_step *step)
{
	size_t len = beginning->left + sizeof(u32) + 2 * sizeof(u16) + step->auth_len +
		     step->params_len;
	struct vtpmb_tpm20_origin *origin = tpm20_new_origin(len);
	struct vtpmb_writer w;

	if (!origin)
		return NULL;
	vtpmb_writer_init(&w, origin->bytes, len);
	vtpmb_put_bytes(&w, beginning->pos, beginning->left);
	tpm20_put_step(&w, step);
	return origin;
}

/* CreatePrimary gets no outsideInfo and no creationPCR when it is sent again. */
static void tpm20_end_params(struct vtpmb_tpm20_origin *origin, const struct tpm20_step *step)
{
	if (step->code == TPM2_CC_CreatePrimary)
		memcpy(origin->bytes + origin->len - sizeof(tpm20_no_creation), tpm20_no_creation,
		       sizeof(tpm20_no_creation));
}

/**
 * vtpmb_tpm20_find_origin() - find the origin of the object that a command makes
 * @vtpm:	the vtpm
 * @call:	the command, before it is sent
 *
 * Return: the origin, which the caller owns; NULL if the object has none, or the vtpm needs none
 */
struct vtpmb_tpm20_origin *vtpmb_tpm20_find_origin(struct vtpmb_vtpm *vtpm,
						   const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader params = call->params, beginning;
	struct tpm20_step step = { .code = call->row->code };
	struct vtpmb_tpm20_origin *origin;
	__be32 root;

	if (!vtpmb_tpm20_state(vtpm)->stored || !(call->row->flags & TPM20_HAS_ORIGIN) ||
	    tpm20_any_session_has(call, TPMA_SESSION_DECRYPT))
		return NULL;
	if (!tpm20_get_beginning(call, &root, &beginning) ||
	    (call->entry[0] && !tpm20_get_parent_auth(call, &step)) || !tpm20_skip_parts(&params))
		return NULL;
	step.params = call->params.pos;
	step.params_len = params.pos - call->params.pos;
	if (step.code == TPM2_CC_CreatePrimary) {
		if (params.left < sizeof(tpm20_no_creation))
			return NULL;
		step.params_len += sizeof(tpm20_no_creation);
	}
	origin = tpm20_append_step(&beginning, &step);
	if (origin)
		tpm20_end_params(origin, &step);
	return origin;
}

/* An ordinary object that CreateLoaded has made; the next time, Load will. */
static struct vtpmb_tpm20_origin *tpm20_replace_last(const struct vtpmb_tpm20_origin *origin,
						     const u8 *params, size_t params_len)
{
	struct vtpmb_reader beginning;
	struct tpm20_step step;

	if (!tpm20_get_last_step(origin, &step) || params_len > U16_MAX)
		return NULL;
	vtpmb_reader_init(&beginning, origin->bytes,
			  origin->len - sizeof(u32) - 2 * sizeof(u16) - step.auth_len -
			  step.params_len);
	step.code = TPM2_CC_Load;
	step.params = params;
	step.params_len = params_len;
	return tpm20_append_step(&beginning, &step);
}

/**
 * vtpmb_tpm20_refine_origin() - complete the origin of a command that has been executed
 * @call:	the command, with its @origin
 * @response:	what follows the handle
 *
 * CreateLoaded makes a primary or derived object, which follows from its parameters, or an
 * ordinary one from random numbers.  Only then does it return a private part.
 */
void vtpmb_tpm20_refine_origin(struct vtpmb_tpm20_call *call, struct vtpmb_reader response)
{
	struct vtpmb_tpm20_origin *origin = NULL;
	struct vtpmb_reader parts;
	const u8 *private;
	u32 params_len;
	u16 len;

	if (!call->origin || call->row->code != TPM2_CC_CreateLoaded || !call->entry[0])
		return;
	if (call->tag == TPM2_ST_SESSIONS && !vtpmb_get_u32(&response, &params_len))
		return;
	parts = response;
	if (vtpmb_get_tpm2b(&response, &private, &len) && !len)
		return;
	response = parts;
	if (tpm20_skip_parts(&response) && !tpm20_any_session_has(call, TPMA_SESSION_ENCRYPT))
		origin = tpm20_replace_last(call->origin, parts.pos, response.pos - parts.pos);
	vtpmb_tpm20_forget_origin(&call->origin);
	call->origin = origin;
}

/* A hierarchy's authValue is the one that the administrator has configured now. */
static void tpm20_put_auth(struct vtpmb_vtpm *vtpm, u32 parent, const struct tpm20_step *step,
			   struct vtpmb_writer *w)
{
	const struct vtpmb_auth *auth;

	vtpmb_put_u32(w, parent);
	if (!tpm20_is_hierarchy(parent)) {
		vtpmb_tpm20_put_password(w, step->auth, step->auth_len);
		return;
	}
	auth = &vtpmb_tpm20_state(vtpm)->chip_auth[parent == TPM2_RH_OWNER ? CHIP_OWNER :
						   CHIP_ENDORSEMENT];
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20_put_password(w, auth->value, auth->len);
	mutex_unlock(&vtpm->lock);
}

/* Whether a guest may still use the object of the chip that an origin begins with */
static bool tpm20_may_use_root(struct vtpmb_vtpm *vtpm, u32 root)
{
	bool may;

	mutex_lock(&vtpm->lock);
	may = tpm20_is_hierarchy(root) ||
	      vtpmb_range_has(&vtpm->range[VTPMB_RANGE_PERSISTENT], root);
	mutex_unlock(&vtpm->lock);
	return may;
}

/* Have the chip execute a command of an origin.  Its secrets shall not stay in the buffer. */
static int tpm20_make(struct vtpmb_vtpm *vtpm, u32 parent, const struct tpm20_step *step,
		      u32 *child, u32 *rc)
{
	u8 head[sizeof(u32) + VTPMB_TPM20_PASSWORD];
	struct vtpmb_body body = {
		.head = head, .tail = step->params, .tail_len = step->params_len,
	};
	unsigned int tries = 0;
	struct vtpmb_reader r;
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, head, sizeof(head));
	tpm20_put_auth(vtpm, parent, step, &w);
	body.head_len = w.len;
	do {
		len = vtpmb_tpm20_own_body(vtpm->port, TPM2_ST_SESSIONS, step->code, &body, rc);
	} while (vtpmb_tpm20_goes_again(vtpm, &len, *rc, &tries));
	memzero_explicit(head, sizeof(head));
	if (len >= 0 && !*rc) {
		vtpmb_port_response(vtpm->port, len, &r);
		if (!vtpmb_get_u32(&r, child) ||
		    !vtpmb_tpm20_is_free_object(&vtpmb_tpm20_state(vtpm)->table, *child)) {
			vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
			len = -EIO;
		}
	}
	memzero_explicit(vtpm->port->scratch, VTPMB_BUF_SIZE);
	if (*rc == TPM2_RC_OF_SESSION(TPM2_RC_BAD_AUTH, 0) && tpm20_is_hierarchy(parent))
		*rc = TPM2_RC_AUTH_UNAVAILABLE;
	return min(len, 0);
}

/*
 * Flush an object that the chip has made again.  It is in no table, so if the chip does not flush
 * it, resynchronising finds it.
 */
int vtpmb_tpm20_flush_made(struct vtpmb_vtpm *vtpm, u32 handle)
{
	u32 rc;
	int len;

	if (TPM20_HT(handle) != TPM2_HT_TRANSIENT)
		return 0;	/* an ancestor that the chip keeps */
	len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_FlushContext, handle, &rc);
	if (len >= 0 && rc)
		vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	return min(len, 0);
}

/**
 * vtpmb_tpm20_make_again() - have the chip make an object from its origin
 * @vtpm:	the vtpm
 * @origin:	its origin
 * @handle:	out: its handle in the chip, if *@rc is TPM2_RC_SUCCESS
 * @rc:		out: the response code of the command that failed; TPM2_RC_AUTH_UNAVAILABLE if the
 *		authValue of the chip's hierarchy is not the one that the administrator configured
 *
 * Its ancestors are in the chip only meanwhile.  They are in no table, so resynchronising flushes
 * them if a response is lost.  At most two objects are in the chip at a time.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_make_again(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_origin *origin,
			   u32 *handle, u32 *rc)
{
	struct tpm20_step step;
	struct vtpmb_reader r;
	u32 parent, child;
	int err;

	*rc = TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, 0);
	vtpmb_reader_init(&r, origin->bytes, origin->len);
	if (!vtpmb_get_u32(&r, &parent) || !tpm20_may_use_root(vtpm, parent))
		return 0;
	*rc = TPM2_RC_SUCCESS;
	err = vtpmb_tpm20_list_host_objects(vtpm);
	while (!err && !*rc && tpm20_get_step(&r, &step)) {
		child = 0;
		err = tpm20_make(vtpm, parent, &step, &child, rc);
		if (!err)
			err = vtpmb_tpm20_flush_made(vtpm, parent);
		parent = child;
	}
	*handle = parent;
	return err;
}
