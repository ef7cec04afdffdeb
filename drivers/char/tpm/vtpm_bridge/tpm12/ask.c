// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: commands that the bridge itself sends to the chip. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include "../core/port.h"
#include "ask.h"
#include "state.h"

/* Maximum number of retries while the chip returns TPM_RETRY. */
#define MAX_RETRIES	5

/*
 * A response that is cut short is treated as a lost one: the chip has to be asked for its
 * handles.
 */
int vtpmb_tpm12_cut_short(struct vtpmb_port *port)
{
	vtpmb_tpm12_need_resync(port);
	return -EIO;
}

/*
 * Run a command of the bridge's own, whose body comes in parts.  Returns the response's length,
 * which is in the port's scratch buffer, or a negative errno.
 */
int vtpmb_tpm12_command(struct vtpmb_port *port, u32 code, const struct vtpmb_body *body,
			u32 *rc)
{
	unsigned int retries = 0;
	int len;

	do {
		len = vtpmb_port_command(port, TPM_TAG_RQU_COMMAND, code, body, rc);
	} while (len >= 0 && *rc == TPM_RETRY && retries++ < MAX_RETRIES);
	if (len < 0)
		vtpmb_tpm12_need_resync(port);
	return len;
}

/* The same for a body in one piece. */
int vtpmb_tpm12_own_command(struct vtpmb_port *port, u32 code, const void *body,
			    size_t body_len, u32 *rc)
{
	const struct vtpmb_body whole = { .head = body, .head_len = body_len };

	return vtpmb_tpm12_command(port, code, &whole, rc);
}

/**
 * vtpmb_tpm12_ask_capability() - send GetCapability to the chip
 * @port:	the chip
 * @cap:	TPM_CAPABILITY_AREA
 * @sub:	subCap
 * @sub_len:	its bytes, at most 4
 * @r:		out: resp, in the port's scratch buffer; valid if @rc is TPM_SUCCESS
 * @rc:		out: the chip's return code
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: 0, or a negative errno
 */
int vtpmb_tpm12_ask_capability(struct vtpmb_port *port, u32 cap, const void *sub,
			       size_t sub_len, struct vtpmb_reader *r, u32 *rc)
{
	struct vtpmb_writer w;
	u8 body[12];
	u32 size;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, cap);
	vtpmb_put_u32(&w, sub_len);
	vtpmb_put_bytes(&w, sub, sub_len);
	len = vtpmb_tpm12_own_command(port, TPM_ORD_GetCapability, body, w.len, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, r);
	return vtpmb_get_u32(r, &size) && size == r->left ? 0 : vtpmb_tpm12_cut_short(port);
}

/*
 * Read a TPM_CAP_PROPERTY that the chip may change; 0 if the chip does not return it.  *@rc is
 * the chip's return code.
 */
int vtpmb_tpm12_ask_number(struct vtpmb_port *port, u32 prop, u32 *value, u32 *rc)
{
	const __be32 sub = cpu_to_be32(prop);
	struct vtpmb_reader r;
	int err = vtpmb_tpm12_ask_capability(port, TPM_CAP_PROPERTY, &sub, sizeof(sub), &r, rc);

	if (err)
		return err;
	*value = 0;
	return *rc || (vtpmb_get_u32(&r, value) && !r.left) ? 0 : vtpmb_tpm12_cut_short(port);
}

/* Whether a command may succeed later; in failure mode only after a reset. */
bool vtpmb_tpm12_is_busy(u32 rc)
{
	return rc >= TPM_RETRY || rc == TPM_FAILEDSELFTEST;
}

/**
 * vtpmb_tpm12_ask_list() - read the chip's handles of a type
 * @port:	the chip
 * @rt:		TPM_RESOURCE_TYPE
 * @list:	out: the handles, in the port's scratch buffer; valid if @rc is TPM_SUCCESS
 * @rc:		out: the chip's return code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_ask_list(struct vtpmb_port *port, u32 rt, struct vtpmb_reader *list, u32 *rc)
{
	const __be32 sub = cpu_to_be32(rt);
	u16 nr;
	int err = vtpmb_tpm12_ask_capability(port, TPM_CAP_HANDLE, &sub, sizeof(sub), list, rc);

	if (err || *rc)
		return err;
	return vtpmb_get_u16(list, &nr) && list->left == nr * sizeof(u32) ? 0 :
	       vtpmb_tpm12_cut_short(port);
}

/**
 * vtpmb_tpm12_is_listed() - check whether a handle is in a list of the chip's handles
 * @handle:	the handle
 * @list:	the list from vtpmb_tpm12_ask_list()
 */
bool vtpmb_tpm12_is_listed(u32 handle, struct vtpmb_reader list)
{
	u32 listed;

	while (vtpmb_get_u32(&list, &listed)) {
		if (listed == handle)
			return true;
	}
	return false;
}
