// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: a command's header, handles, sessions and parameters; a response's header. */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "books.h"
#include "state.h"
#include "wire.h"

u32 vtpmb_tpm20_get_u8(struct vtpmb_tpm20_call *call, unsigned int param, u8 *val)
{
	return vtpmb_get_u8(&call->params, val) ? TPM2_RC_SUCCESS :
		TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
}

u32 vtpmb_tpm20_get_u16(struct vtpmb_tpm20_call *call, unsigned int param, u16 *val)
{
	return vtpmb_get_u16(&call->params, val) ? TPM2_RC_SUCCESS :
		TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
}

u32 vtpmb_tpm20_get_u32(struct vtpmb_tpm20_call *call, unsigned int param, u32 *val)
{
	return vtpmb_get_u32(&call->params, val) ? TPM2_RC_SUCCESS :
		TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
}

/* TPMI_YES_NO */
u32 vtpmb_tpm20_get_yes_no(struct vtpmb_tpm20_call *call, unsigned int param, bool *val)
{
	u8 byte;
	u32 rc = vtpmb_tpm20_get_u8(call, param, &byte);

	if (rc)
		return rc;
	if (byte > 1)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, param);
	*val = byte;
	return TPM2_RC_SUCCESS;
}

/* A TPM2B of at most @max bytes. */
u32 vtpmb_tpm20_get_2b(struct vtpmb_tpm20_call *call, unsigned int param,
		       u16 max, const u8 **bytes, u16 *len)
{
	u32 rc = vtpmb_tpm20_get_u16(call, param, len);

	if (rc)
		return rc;
	if (*len > max)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, param);
	*bytes = vtpmb_get_bytes(&call->params, *len);
	return *bytes ? TPM2_RC_SUCCESS : TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
}

/* Nothing may follow the last parameter. */
u32 vtpmb_tpm20_get_end(struct vtpmb_tpm20_call *call)
{
	return call->params.left ? TPM2_RC_SIZE : TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_auth_len() - the length of an authValue without trailing zeros
 * @auth:	the authValue
 * @len:	its bytes
 */
u16 vtpmb_tpm20_auth_len(const u8 *auth, u16 len)
{
	while (len && !auth[len - 1])
		len--;
	return len;
}

/**
 * vtpmb_tpm20_hier() - a hierarchy's handle as an array index
 * @handle:	TPM_RH
 *
 * Return: enum vtpmb_tpm20_hier, or -ENOENT
 */
int vtpmb_tpm20_hier(u32 handle)
{
	switch (handle) {
	case TPM2_RH_OWNER:
		return HIER_OWNER;
	case TPM2_RH_ENDORSEMENT:
		return HIER_ENDORSEMENT;
	case TPM2_RH_PLATFORM:
		return HIER_PLATFORM;
	case TPM2_RH_LOCKOUT:
		return HIER_LOCKOUT;
	case TPM2_RH_NULL:
		return HIER_NULL;
	default:
		return -ENOENT;
	}
}

/**
 * vtpmb_tpm20_permits() - whether a proxy has a command
 * @vtpm:	the vtpm
 * @row:	row number of the command
 *
 * Also decides what TPM_CAP_COMMANDS lists.
 */
bool vtpmb_tpm20_permits(struct vtpmb_vtpm *vtpm, unsigned int row)
{
	lockdep_assert_held(&vtpm->lock);

	if (vtpmb_tpm20_rows[row].code & TPMA_CC_V)
		return false;
	if (!(vtpmb_tpm20_rows[row].flags & TPM20_LOCAL) &&
	    !test_bit(row, vtpmb_tpm20_facts(vtpm->port)->has))
		return false;
	return vtpmb_policy_permits(&vtpm->policy, vtpm->port->family->commands, row);
}

/* What was shut down has changed since: the next Startup finds no saved state. */
void vtpmb_tpm20_void_shutdown(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	vtpmb_tpm20_state(vtpm)->shutdown = SHUTDOWN_NONE;
	vtpm->power = VTPMB_STARTED;
}

/* An error response: a header and no more. */
void vtpmb_tpm20_fail(struct vtpmb_cmd *cmd, u32 rc)
{
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, cmd->buf, VTPMB_HEADER_SIZE);
	vtpmb_put_u16(&w, TPM2_ST_NO_SESSIONS);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE);
	vtpmb_put_u32(&w, rc);
	cmd->len = VTPMB_HEADER_SIZE;
	cmd->rc = rc;
}

/*
 * TPM_ST (TPM 2.0 Part 2, 6.9).  Firmware that looks for a TPM 1.2 must not get
 * TPM_RC_BAD_TAG, which a TPM 1.2 answers too: its tags are none of these.
 */
static bool tpm20_is_structure(u16 tag)
{
	return tag == 0x00C4 || tag == 0x8000 || (tag >= 0x8014 && tag <= 0x801A) ||
	       (tag >= 0x8021 && tag <= 0x8025);
}

/*
 * Parse a command's header, its @tag; all that follows is in @params.  Errors come in the order
 * of TPM 2.0 Part 4, ExecuteCommand().
 */
u32 vtpmb_tpm20_header(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd,
		       struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	struct vtpmb_reader r;
	u32 size = 0;

	memset(call, 0, sizeof(*call));
	call->cmd = cmd;
	/* At least these two are there. */
	vtpmb_reader_init(&r, cmd->buf, cmd->len);
	vtpmb_get_u16(&r, &call->tag);
	vtpmb_get_u32(&r, &size);
	vtpmb_get_u32(&r, &cmd->code);

	if (call->tag != TPM2_ST_NO_SESSIONS && call->tag != TPM2_ST_SESSIONS)
		return tpm20_is_structure(call->tag) ? TPM2_RC_BAD_TAG : TPM2_RC_VALUE;
	if (size > cmd->len || size > facts->command_max)
		return TPM2_RC_COMMAND_SIZE;
	if (size < VTPMB_HEADER_SIZE)
		return size == cmd->len ? TPM2_RC_INSUFFICIENT : TPM2_RC_COMMAND_SIZE;

	vtpmb_reader_init(&call->params, r.pos, size - VTPMB_HEADER_SIZE);
	return TPM2_RC_SUCCESS;
}

static u16 tpm20_permanent_accept(u32 handle)
{
	static const u16 accept[NR_HIERS] = {
		[HIER_OWNER] = ACCEPT_OWNER,
		[HIER_ENDORSEMENT] = ACCEPT_ENDORSEMENT,
		[HIER_PLATFORM] = ACCEPT_PLATFORM,
		[HIER_LOCKOUT] = ACCEPT_LOCKOUT,
		[HIER_NULL] = ACCEPT_NULL,
	};
	int hier = vtpmb_tpm20_hier(handle);

	return hier < 0 ? 0 : accept[hier];
}

/* Which bit of enum vtpmb_tpm20_accept a handle is; 0 if it can be nothing. */
u16 vtpmb_tpm20_accept(struct vtpmb_vtpm *vtpm, u32 handle)
{
	u32 index = TPM20_INDEX(handle);
	bool session = index < vtpmb_tpm20_facts(vtpm->port)->sessions_max;

	switch (TPM20_HT(handle)) {
	case TPM2_HT_PCR:
		return index < VTPMB_NR_PCRS ? ACCEPT_PCR : 0;
	case TPM2_HT_NV_INDEX:
		return ACCEPT_NV;
	case TPM2_HT_HMAC_SESSION:
		return session ? ACCEPT_HMAC : 0;
	case TPM2_HT_POLICY_SESSION:
		return session ? ACCEPT_POLICY : 0;
	case TPM2_HT_PERMANENT:
		return tpm20_permanent_accept(handle);
	case TPM2_HT_TRANSIENT:
		return index < VTPMB_MAX_OBJECTS ? ACCEPT_TRANSIENT : 0;
	case TPM2_HT_PERSISTENT:
		return ACCEPT_PERSISTENT;
	default:
		return 0;
	}
}

/**
 * vtpmb_tpm20_is_enabled() - whether a hierarchy is enabled
 * @vtpm:	the vtpm
 * @hier:	the hierarchy
 *
 * The administrator can disable the endorsement hierarchy, whatever ehEnable is.
 */
bool vtpmb_tpm20_is_enabled(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm20_hier hier)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	if (hier == HIER_ENDORSEMENT && READ_ONCE(tpm->no_endorsement))
		return false;
	return tpm->hier[hier].enabled;
}

/**
 * vtpmb_tpm20_handle_status() - whether what a handle names can be used now
 * @vtpm:	the vtpm; its lock is held
 * @handle:	a handle of any kind but object, session and NV index
 * @i:		which handle of the command it is
 *
 * Return: a response code (TPM 2.0 Part 4, EntityGetLoadStatus())
 */
u32 vtpmb_tpm20_handle_status(struct vtpmb_vtpm *vtpm, u32 handle, unsigned int i)
{
	int hier = vtpmb_tpm20_hier(handle);

	lockdep_assert_held(&vtpm->lock);

	if (TPM20_HT(handle) == TPM2_HT_NV_INDEX)
		return TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	if (hier >= 0 && !vtpmb_tpm20_is_enabled(vtpm, hier))
		return TPM2_RC_OF_HANDLE(TPM2_RC_HIERARCHY, i);
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 4, ParseHandleBuffer() */
static u32 tpm20_parse_handles(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (!vtpmb_get_u32(&call->params, &call->handle[i]))
			return TPM2_RC_OF_HANDLE(TPM2_RC_INSUFFICIENT, i);
		call->wire_handle[i] = cpu_to_be32(call->handle[i]);
		if (!(vtpmb_tpm20_accept(vtpm, call->handle[i]) & call->row->accept[i]))
			return TPM2_RC_OF_HANDLE(TPM2_RC_VALUE, i);
	}
	return TPM2_RC_SUCCESS;
}

/* TPM2B_NONCE or TPM2B_AUTH in a session. */
static u32 tpm20_session_2b(struct vtpmb_reader *area, const u8 **bytes, u16 *len)
{
	if (!vtpmb_get_u16(area, len))
		return TPM2_RC_INSUFFICIENT;
	if (*len > VTPMB_MAX_DIGEST)
		return TPM2_RC_SIZE;
	*bytes = vtpmb_get_bytes(area, *len);
	return *bytes ? TPM2_RC_SUCCESS : TPM2_RC_INSUFFICIENT;
}

static u32 tpm20_session_fields(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *area,
				struct vtpmb_tpm20_session *session)
{
	const u8 *nonce;
	u32 rc;

	if (!vtpmb_get_u32(area, &session->handle))
		return TPM2_RC_INSUFFICIENT;
	if (session->handle != TPM2_RS_PW &&
	    !(vtpmb_tpm20_accept(vtpm, session->handle) & (ACCEPT_HMAC | ACCEPT_POLICY)))
		return TPM2_RC_VALUE;

	rc = tpm20_session_2b(area, &nonce, &session->nonce_len);
	if (rc)
		return rc;
	memcpy(session->nonce, nonce, session->nonce_len);
	if (!vtpmb_get_u8(area, &session->attributes))
		return TPM2_RC_INSUFFICIENT;
	if (session->attributes & TPMA_SESSION_RESERVED1_MASK)
		return TPM2_RC_RESERVED_BITS;
	return tpm20_session_2b(area, &session->auth, &session->auth_len);
}

/* TPM 2.0 Part 4, RetrieveSessionData(), for one session. */
static u32 tpm20_session(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *area,
			 struct vtpmb_tpm20_session *session)
{
	u32 rc = tpm20_session_fields(vtpm, area, session);

	if (rc || session->handle != TPM2_RS_PW)
		return rc;
	if (session->attributes & ~TPMA_SESSION_CONTINUESESSION)
		return TPM2_RC_ATTRIBUTES;
	return session->nonce_len ? TPM2_RC_NONCE : TPM2_RC_SUCCESS;
}

static bool tpm20_is_repeated(const struct vtpmb_tpm20_call *call, unsigned int i)
{
	u32 handle = call->session[i].handle;

	while (i--) {
		if (handle != TPM2_RS_PW && call->session[i].handle == handle)
			return true;
	}
	return false;
}

/* TPM 2.0 Part 4, ParseSessionBuffer() */
static u32 tpm20_parse_session_area(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *area)
{
	struct vtpmb_tpm20_session *session = call->session;
	unsigned int i;
	u32 rc;

	for (i = 0; area->left; i++, session++) {
		if (i == VTPMB_TPM20_HANDLES)
			return TPM2_RC_OF_SESSION(TPM2_RC_SIZE, i);
		session->start = area->pos;
		rc = tpm20_session(vtpm, area, session);
		if (rc)
			return TPM2_RC_OF_SESSION(rc, i);
		if (tpm20_is_repeated(call, i))
			return TPM2_RC_OF_SESSION(TPM2_RC_HANDLE, i);
		call->nr_sessions = i + 1;
	}
	return call->nr_sessions < call->row->nr_auths ? TPM2_RC_AUTH_MISSING : TPM2_RC_SUCCESS;
}

/* In the order of TPM 2.0 Part 4, ExecuteCommand(). */
static u32 tpm20_parse_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader area;
	u32 area_len;

	if (call->tag == TPM2_ST_NO_SESSIONS)
		return call->row->nr_auths ? TPM2_RC_AUTH_MISSING : TPM2_RC_SUCCESS;

	if (!vtpmb_get_u32(&call->params, &area_len))
		return TPM2_RC_INSUFFICIENT;
	if (area_len < 9 || area_len > call->params.left)
		return TPM2_RC_SIZE;
	if (call->row->flags & TPM20_NO_SESSIONS)
		return TPM2_RC_AUTH_CONTEXT;

	vtpmb_reader_init(&area, vtpmb_get_bytes(&call->params, area_len), area_len);
	return tpm20_parse_session_area(vtpm, call, &area);
}

/*
 * Parse the handles and sessions of a command whose row is found; leave @params behind them.  A
 * TPM reports an error in the bytes only after it has checked the handles and sessions in front
 * of it.  So the errors are kept in @handle_rc and @session_rc until then.
 */
void vtpmb_tpm20_parse(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	call->wire_code = cpu_to_be32(call->row->code);
	call->handle_rc = tpm20_parse_handles(vtpm, call);
	if (!call->handle_rc)
		call->session_rc = tpm20_parse_sessions(vtpm, call);
}
