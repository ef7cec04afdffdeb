// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: parser, policy, and the family's verbs. */

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "state.h"

#define CODE_FIRST	0x11F
#define AT(code)	((code) - CODE_FIRST)

/* What the virtual platform answers without the chip, by code. */
static const vtpmb_tpm20_handler tpm20_local[] = {
	[AT(TPM2_CC_HierarchyControl)] = vtpmb_tpm20_hierarchy_control,
	[AT(TPM2_CC_Clear)] = vtpmb_tpm20_clear,
	[AT(TPM2_CC_ClearControl)] = vtpmb_tpm20_clear_control,
	[AT(TPM2_CC_HierarchyChangeAuth)] = vtpmb_tpm20_hierarchy_change_auth,
	[AT(TPM2_CC_PCR_Allocate)] = vtpmb_tpm20_pcr_allocate,
	[AT(TPM2_CC_PCR_SetAuthPolicy)] = vtpmb_tpm20_pcr_set_auth_policy,
	[AT(TPM2_CC_PP_Commands)] = vtpmb_tpm20_pp_commands,
	[AT(TPM2_CC_SetPrimaryPolicy)] = vtpmb_tpm20_set_primary_policy,
	[AT(TPM2_CC_DictionaryAttackLockReset)] = vtpmb_tpm20_lock_reset,
	[AT(TPM2_CC_DictionaryAttackParameters)] = vtpmb_tpm20_lockout_parameters,
	[AT(TPM2_CC_PCR_Event)] = vtpmb_tpm20_pcr_event,
	[AT(TPM2_CC_PCR_Reset)] = vtpmb_tpm20_pcr_reset,
	[AT(TPM2_CC_IncrementalSelfTest)] = vtpmb_tpm20_incremental_self_test,
	[AT(TPM2_CC_SelfTest)] = vtpmb_tpm20_self_test,
	[AT(TPM2_CC_Startup)] = vtpmb_tpm20_startup,
	[AT(TPM2_CC_Shutdown)] = vtpmb_tpm20_shutdown,
	[AT(TPM2_CC_StirRandom)] = vtpmb_tpm20_stir_random,
	[AT(TPM2_CC_ECC_Parameters)] = vtpmb_tpm20_ecc_parameters,
	[AT(TPM2_CC_GetCapability)] = vtpmb_tpm20_get_capability,
	[AT(TPM2_CC_GetTestResult)] = vtpmb_tpm20_get_test_result,
	[AT(TPM2_CC_PCR_Read)] = vtpmb_tpm20_pcr_read,
	[AT(TPM2_CC_PCR_Extend)] = vtpmb_tpm20_pcr_extend,
	[AT(TPM2_CC_PCR_SetAuthValue)] = vtpmb_tpm20_pcr_set_auth_value,
	[AT(TPM2_CC_TestParms)] = vtpmb_tpm20_test_parms,
};

/*
 * Parameters.  An error tells which one, from 0 (TPM 2.0 Part 2, 6.6.2).
 */

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
 * vtpmb_tpm20_strip() - the length of an authValue without trailing zeros
 * @auth:	the authValue
 * @len:	its bytes
 */
u16 vtpmb_tpm20_strip(const u8 *auth, u16 len)
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
	return vtpmb_policy_permits(&vtpm->policy, vtpm->port->family, row);
}

/* What was shut down has changed since: the next Startup finds no saved state. */
void vtpmb_tpm20_disorderly(struct vtpmb_vtpm *vtpm)
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

/**
 * vtpmb_tpm20_header() - take a command's header
 * @vtpm:	the vtpm
 * @cmd:	the command
 * @call:	out: where taking it apart starts
 *
 * Return: a response code, in the order of TPM 2.0 Part 4, ExecuteCommand()
 */
u32 vtpmb_tpm20_header(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd,
		       struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);

	memset(call, 0, sizeof(*call));
	call->cmd = cmd;
	call->tag = vtpmb_peek_u16(cmd->buf);
	call->len = vtpmb_peek_u32(cmd->buf + 2);
	if (cmd->len >= VTPMB_HEADER_SIZE)
		cmd->code = vtpmb_peek_u32(cmd->buf + 6);

	if (call->tag != TPM2_ST_NO_SESSIONS && call->tag != TPM2_ST_SESSIONS)
		return tpm20_is_structure(call->tag) ? TPM2_RC_BAD_TAG : TPM2_RC_VALUE;
	if (call->len > cmd->len || call->len > facts->command_max)
		return TPM2_RC_COMMAND_SIZE;
	if (call->len < VTPMB_HEADER_SIZE)
		return call->len == cmd->len ? TPM2_RC_INSUFFICIENT : TPM2_RC_COMMAND_SIZE;

	vtpmb_reader_init(&call->params, cmd->buf + VTPMB_HEADER_SIZE,
			  call->len - VTPMB_HEADER_SIZE);
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_find(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd,
		      struct vtpmb_tpm20_call *call)
{
	int row = vtpmb_tpm20_row(cmd->code);

	if (row < 0 || !vtpmb_tpm20_permits(vtpm, row)) {
		cmd->answer = VTPMB_ANSWER_REFUSED;
		return TPM2_RC_COMMAND_CODE;
	}
	call->row_nr = array_index_nospec(row, VTPMB_TPM20_NR_ROWS);
	call->row = &vtpmb_tpm20_rows[call->row_nr];
	cmd->row = call->row;
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_started(const struct vtpmb_vtpm *vtpm, const struct vtpmb_cmd *cmd)
{
	bool started = vtpm->power == VTPMB_STARTED || vtpm->power == VTPMB_SHUTDOWN;

	return started == (cmd->code == TPM2_CC_Startup) ? TPM2_RC_INITIALIZE : TPM2_RC_SUCCESS;
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
 * vtpmb_tpm20_handles() - take the handle area of a command
 * @vtpm:	the vtpm
 * @call:	the command; gets its @handle
 *
 * Return: TPM2_RC_SUCCESS, or the response code of a handle that is cut off or of
 * no kind that the command takes (TPM 2.0 Part 4, ParseHandleBuffer())
 */
u32 vtpmb_tpm20_handles(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (!vtpmb_get_u32(&call->params, &call->handle[i]))
			return TPM2_RC_OF_HANDLE(TPM2_RC_INSUFFICIENT, i);
		if (!(vtpmb_tpm20_accept(vtpm, call->handle[i]) & call->row->accept[i]))
			return TPM2_RC_OF_HANDLE(TPM2_RC_VALUE, i);
	}
	return TPM2_RC_SUCCESS;
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

	if (hier == HIER_ENDORSEMENT && READ_ONCE(vtpm->no_endorsement))
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

static u32 tpm20_session_area(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_reader *area,
			      vtpmb_tpm20_session_check check)
{
	struct vtpmb_tpm20_session *session = call->session;
	unsigned int i;
	u32 rc;

	for (i = 0; area->left; i++, session++) {
		if (i == VTPMB_TPM20_HANDLES)
			return TPM2_RC_OF_SESSION(TPM2_RC_SIZE, i);
		session->at = area->pos - call->cmd->buf;
		rc = tpm20_session(vtpm, area, session);
		if (rc)
			return TPM2_RC_OF_SESSION(rc, i);
		rc = session->handle == TPM2_RS_PW ? TPM2_RC_SUCCESS : check(vtpm, session, i);
		if (rc)
			return rc;
		if (tpm20_is_repeated(call, i))
			return TPM2_RC_OF_SESSION(TPM2_RC_HANDLE, i);
		call->nr_sessions = i + 1;
	}
	return TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_sessions() - take the session area of a command
 * @vtpm:	the vtpm
 * @call:	the command; gets its @session and @params
 * @check:	asked of each session but those by password, with its number:
 *		returns a response code
 *
 * Return: a response code, in the order of TPM 2.0 Part 4, ExecuteCommand()
 * and ParseSessionBuffer()
 */
u32 vtpmb_tpm20_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 vtpmb_tpm20_session_check check)
{
	struct vtpmb_reader area;
	const u8 *bytes;
	u32 area_len, rc;

	if (call->tag == TPM2_ST_NO_SESSIONS)
		return call->row->nr_auths ? TPM2_RC_AUTH_MISSING : TPM2_RC_SUCCESS;

	if (!vtpmb_get_u32(&call->params, &area_len))
		return TPM2_RC_INSUFFICIENT;
	if (area_len < 9 || area_len > call->params.left)
		return TPM2_RC_SIZE;
	if (call->row->flags & TPM20_NO_SESSIONS)
		return TPM2_RC_AUTH_CONTEXT;

	bytes = vtpmb_get_bytes(&call->params, area_len);
	vtpmb_reader_init(&area, bytes, area_len);
	rc = tpm20_session_area(vtpm, call, &area, check);
	if (rc)
		return rc;
	return call->nr_sessions < call->row->nr_auths ? TPM2_RC_AUTH_MISSING : TPM2_RC_SUCCESS;
}

/* Whether such a session exists is known in the hub's thread only. */
static u32 tpm20_session_elsewhere(struct vtpmb_vtpm *vtpm,
				   struct vtpmb_tpm20_session *session,
				   unsigned int i)
{
	return VTPMB_RC_PASS;
}

/* All that comes before a command's own action. */
static u32 tpm20_prepare(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;
	u32 rc = vtpmb_tpm20_handles(vtpm, call);

	for (i = 0; !rc && i < call->row->nr_handles; i++)
		rc = vtpmb_tpm20_handle_status(vtpm, call->handle[i], i);
	if (!rc)
		rc = vtpmb_tpm20_sessions(vtpm, call, tpm20_session_elsewhere);
	if (!rc)
		rc = vtpmb_tpm20_assign(vtpm, call, true);
	if (!rc)
		rc = vtpmb_tpm20_authorise(vtpm, call);
	return rc;
}

/* TPM 2.0 Part 1, 18.9: the response's sessions */
static int tpm20_put_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      const struct vtpmb_writer *out, struct vtpmb_writer *w)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < call->nr_sessions; i++) {
		if (call->session[i].handle != TPM2_RS_PW) {
			err = vtpmb_tpm20_put_hmac(vtpm, call, i, out->buf, out->len, w);
			continue;
		}
		vtpmb_put_u16(w, 0);
		vtpmb_put_u8(w, TPMA_SESSION_CONTINUESESSION);
		vtpmb_put_u16(w, 0);
	}
	return err;
}

/**
 * vtpmb_tpm20_succeed() - answer a command without the chip
 * @vtpm:	the vtpm
 * @call:	the command, all of whose sessions have been checked here; if one
 *		is not a password, the vtpm's lock is held
 * @out:	the response's handle and parameters, outside the command's buffer
 *
 * Return: TPM2_RC_SUCCESS, or TPM2_RC_FAILURE if it cannot be made
 */
u32 vtpmb_tpm20_succeed(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			const struct vtpmb_writer *out)
{
	struct vtpmb_cmd *cmd = call->cmd;
	struct vtpmb_writer tail, w;
	u8 sessions[VTPMB_TPM20_HANDLES * (5 + 2 * VTPMB_MAX_DIGEST)];

	/* They still need what the response is to be written over. */
	vtpmb_writer_init(&tail, sessions, sizeof(sessions));
	if (tpm20_put_sessions(vtpm, call, out, &tail))
		return TPM2_RC_FAILURE;

	vtpmb_writer_init(&w, cmd->buf, vtpmb_tpm20_facts(vtpm->port)->response_max);
	vtpmb_put_u16(&w, call->tag);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, TPM2_RC_SUCCESS);
	if (call->tag == TPM2_ST_SESSIONS)
		vtpmb_put_u32(&w, out->len);
	vtpmb_put_bytes(&w, out->buf, out->len);
	vtpmb_put_bytes(&w, sessions, tail.len);
	if (w.overflow || tail.overflow || out->overflow)
		return TPM2_RC_FAILURE;

	vtpmb_poke_u32(cmd->buf + 2, w.len);
	cmd->len = w.len;
	cmd->rc = TPM2_RC_SUCCESS;
	return TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_run() - have the virtual platform act on a command
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command, authorised
 * @out:	where the response's parameters go
 *
 * Return: a response code
 */
u32 vtpmb_tpm20_run(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		    struct vtpmb_writer *out)
{
	struct vtpmb_reader params = call->params;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	rc = tpm20_local[AT(call->row->code)](vtpm, call, out);
	call->params = params;
	return rc;
}

/* A session would put something of its own into the chip's answer. */
static bool tpm20_is_answered_here(const struct vtpmb_tpm20_call *call)
{
	return call->row->flags & TPM20_LOCAL ||
	       (call->row->flags & TPM20_KNOWN && call->tag == TPM2_ST_NO_SESSIONS);
}

static u32 tpm20_answer(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 rc = tpm20_prepare(vtpm, call);
	struct vtpmb_writer out;

	if (rc)
		return rc;
	vtpmb_writer_init(&out, vtpmb_tpm20_state(vtpm)->reply, VTPMB_BUF_SIZE);
	rc = vtpmb_tpm20_run(vtpm, call, &out);
	if (!rc)
		rc = vtpmb_tpm20_succeed(vtpm, call, &out);
	memzero_explicit(out.buf, out.len);
	return rc;
}

static void tpm20_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm20_call call;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	cmd->code = 0;
	cmd->failed_code = 0;
	cmd->row = NULL;
	cmd->epoch = vtpm->epoch;
	cmd->locality = vtpm->locality;
	cmd->answer = VTPMB_ANSWER_LOCAL;

	rc = vtpmb_tpm20_header(vtpm, cmd, &call);
	if (!rc)
		rc = tpm20_find(vtpm, cmd, &call);
	if (!rc)
		rc = tpm20_started(vtpm, cmd);
	if (!rc)
		rc = tpm20_is_answered_here(&call) ? tpm20_answer(vtpm, &call) : VTPMB_RC_PASS;

	if (rc == VTPMB_RC_PASS)
		cmd->answer = VTPMB_ANSWER_CHIP;
	else if (rc)
		vtpmb_tpm20_fail(cmd, rc);
}

/* A new TPM has the banks that the chip has; others wait for PCR_Allocate. */
static void tpm20_init_pcrs(const struct vtpmb_port *port, struct vtpmb_pcrs *pcrs)
{
	unsigned int i;

	vtpmb_pcrs_init(pcrs, vtpmb_pcr_rules_tpm20, port->bank, port->nr_banks);
	for (i = 0; i < port->nr_banks; i++) {
		if (!vtpmb_tpm20_facts(port)->allocated[i])
			vtpmb_pcrs_allocate(pcrs, port->bank[i].alg, false);
	}
}

static int tpm20_create(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = kzalloc(sizeof(*tpm), GFP_KERNEL);

	if (!tpm)
		return -ENOMEM;
	tpm->reply = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	tpm->table.kept = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!tpm->reply || !tpm->table.kept) {
		kfree(tpm->reply);
		kfree(tpm->table.kept);
		kfree(tpm);
		return -ENOMEM;
	}
	atomic_inc(&vtpm->port->nr_vtpms);
	tpm->table.epoch = vtpm->epoch;
	vtpm->state = tpm;
	vtpm->nv_indices = VTPMB_NV_INDICES;
	vtpm->nv_bytes = VTPMB_NV_BYTES;
	vtpm->persistent_objects = VTPMB_PERSISTENT_OBJECTS;
	vtpm->stop_on_failure = true;
	tpm20_init_pcrs(vtpm->port, &tpm->pcrs);
	vtpmb_tpm20_platform_init(vtpm);
	return 0;
}

static void tpm20_destroy(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (!tpm)
		return;
	vtpmb_tpm20_drop(vtpm);
	atomic_dec(&vtpm->port->nr_vtpms);
	kfree_sensitive(tpm->table.kept);
	kfree_sensitive(tpm->reply);
	kfree_sensitive(tpm);
	vtpm->state = NULL;
}

/* _TPM_Init.  What is in the chip is swept away, being of an older epoch. */
static void tpm20_reset(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	WRITE_ONCE(vtpm->epoch, vtpm->epoch + 1);
	vtpm->power = VTPMB_POST_INIT;
}

static void tpm20_off(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	WRITE_ONCE(vtpm->epoch, vtpm->epoch + 1);
	WRITE_ONCE(vtpm->power, VTPMB_OFF);
}

static void tpm20_retry(struct vtpmb_cmd *cmd)
{
	vtpmb_tpm20_fail(cmd, TPM2_RC_RETRY);
}

static bool tpm20_unsafe(unsigned int i)
{
	return vtpmb_tpm20_rows[i].flags & TPM20_UNSAFE;
}

static u32 tpm20_row_code(unsigned int i)
{
	return vtpmb_tpm20_rows[i].code;
}

static bool tpm20_pp(struct vtpmb_vtpm *vtpm)
{
	return vtpm->pp_pin;
}

/* TPM 2.0 has no lock of physical presence. */
static bool tpm20_pp_locked(struct vtpmb_vtpm *vtpm)
{
	return false;
}

/* GetCapability(TPM_CAP_TPM_PROPERTIES, TPM_PT_MAX_COMMAND_SIZE, 2) */
static const u8 tpm20_query[VTPMB_QUERY_SIZE] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x01, 0x7a, 0x00,
	0x00, 0x00, 0x06, 0x00, 0x00, 0x01, 0x1e, 0x00, 0x00, 0x00, 0x02,
};

static const u8 tpm20_query_answer[] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x23, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x01, 0x1e,
	0x00, 0x00, VTPMB_GUEST_BUF_SIZE >> 8, VTPMB_GUEST_BUF_SIZE & 0xff,
	0x00, 0x00, 0x01, 0x1f,
	0x00, 0x00, VTPMB_GUEST_BUF_SIZE >> 8, VTPMB_GUEST_BUF_SIZE & 0xff,
};

/* TPM2_ReadClock (Part 3, 9.2; Part 1, 12.4) */
static const u8 tpm20_failure_question[] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x0A, 0x00, 0x00, 0x01, 0x81,
};

static const struct vtpmb_failure_rule tpm20_failure = {
	.begins = TPM2_RC_FAILURE,
	.lasts = TPM2_RC_FAILURE,
	.question = tpm20_failure_question,
	.question_len = sizeof(tpm20_failure_question),
};

const struct vtpmb_family vtpmb_tpm20 = {
	.name = "2.0",
	.nr_rows = VTPMB_TPM20_NR_ROWS,
	.row = vtpmb_tpm20_row,
	.unsafe = tpm20_unsafe,
	.row_code = tpm20_row_code,
	.query = tpm20_query,
	.query_answer = tpm20_query_answer,
	.query_answer_len = sizeof(tpm20_query_answer),
	.failure = &tpm20_failure,
	.probe = vtpmb_tpm20_probe,
	.forget = vtpmb_tpm20_forget,
	.create = tpm20_create,
	.destroy = tpm20_destroy,
	.reset = tpm20_reset,
	.start = vtpmb_tpm20_start,
	.off = tpm20_off,
	.receive = tpm20_receive,
	.execute = vtpmb_tpm20_execute,
	.retry = tpm20_retry,
	.leave = vtpmb_tpm20_leave,
	.look = vtpmb_tpm20_look,
	.sweep = vtpmb_tpm20_sweep,
	.stale = vtpmb_tpm20_stale,
	.drop = vtpmb_tpm20_drop,
	.set_endorsement = vtpmb_tpm20_set_endorsement,
	.pp = tpm20_pp,
	.pp_locked = tpm20_pp_locked,
};
