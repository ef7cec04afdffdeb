// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: commands that the bridge itself sends to the chip. */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "state.h"

/** NR_PAGE - maximum number of session handles in one answer */
#define NR_PAGE			32

/**
 * vtpmb_tpm20_own_body() - run a command of the bridge's own
 * @port:	the chip; the response comes into its scratch buffer
 * @tag:	TPM_ST
 * @code:	TPM_CC
 * @body:	everything after the header
 * @rc:		out: the chip's response code
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: the response's length, or a negative errno
 */
int vtpmb_tpm20_own_body(struct vtpmb_port *port, u16 tag, u32 code,
			 const struct vtpmb_body *body, u32 *rc)
{
	unsigned int retries = 0;
	int len;

	do {
		len = vtpmb_port_command(port, tag, code, body, rc);
	} while (len >= 0 && vtpmb_tpm20_is_busy(*rc) && retries++ < TPM20_MAX_RETRIES);
	if (len < 0)
		vtpmb_tpm20_chip(port)->resync_needed = true;
	return len;
}

/* The same, with all that comes after the header in one part: @params_len bytes at @params. */
int vtpmb_tpm20_own_command(struct vtpmb_port *port, u16 tag, u32 code,
			    const void *params, size_t params_len, u32 *rc)
{
	const struct vtpmb_body whole = { .head = params, .head_len = params_len };

	return vtpmb_tpm20_own_body(port, tag, code, &whole, rc);
}

/* A session area with one password: at most VTPMB_TPM20_PASSWORD bytes. */
void vtpmb_tpm20_put_password(struct vtpmb_writer *w, const u8 *auth, u16 auth_len)
{
	vtpmb_put_u32(w, 9 + auth_len);
	vtpmb_put_u32(w, TPM2_RS_PW);
	vtpmb_put_u16(w, 0);
	vtpmb_put_u8(w, TPMA_SESSION_CONTINUESESSION);
	vtpmb_put_tpm2b(w, auth, auth_len);
}

/**
 * vtpmb_tpm20_owner_command() - run a command of the bridge's own with owner authorisation
 * @vtpm:	the vtpm for which it is sent
 * @code:	TPM_CC
 * @handle:	the handle after TPM_RH_OWNER
 * @params:	its parameters
 * @params_len:	bytes of @params
 * @rc:		out: the chip's response code
 *
 * Uses the ownerAuth that the administrator has configured.
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_owner_command(struct vtpmb_vtpm *vtpm, u32 code, u32 handle,
			      const void *params, size_t params_len, u32 *rc)
{
	const struct vtpmb_auth *auth = &vtpmb_tpm20_state(vtpm)->chip_auth[CHIP_OWNER];
	u8 body[32 + VTPMB_TPM20_PASSWORD];
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, TPM2_RH_OWNER);
	vtpmb_put_u32(&w, handle);
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20_put_password(&w, auth->value, auth->len);
	mutex_unlock(&vtpm->lock);
	vtpmb_put_bytes(&w, params, params_len);
	len = w.overflow ? -EIO :
	      vtpmb_tpm20_own_command(vtpm->port, TPM2_ST_SESSIONS, code, body, w.len, rc);
	memzero_explicit(body, sizeof(body));
	memzero_explicit(vtpm->port->scratch, VTPMB_HEADER_SIZE + sizeof(body));
	return min(len, 0);
}

/**
 * vtpmb_tpm20_own_plain() - run a command of the bridge's own without sessions
 * @port:	the chip; the response comes into its scratch buffer
 * @code:	TPM_CC
 * @params:	everything after the header
 * @params_len:	bytes of @params
 * @rc:		out: the chip's response code
 *
 * Return: the response's length, or a negative errno
 */
int vtpmb_tpm20_own_plain(struct vtpmb_port *port, u32 code, const void *params,
			  size_t params_len, u32 *rc)
{
	return vtpmb_tpm20_own_command(port, TPM2_ST_NO_SESSIONS, code, params,
				       params_len, rc);
}

/**
 * vtpmb_tpm20_own_handle() - run a command of the bridge's own on a handle
 * @port:	the chip
 * @code:	TPM_CC
 * @handle:	its only handle or parameter
 * @rc:		out: the chip's response code
 *
 * Return: the response's length, or a negative errno
 */
int vtpmb_tpm20_own_handle(struct vtpmb_port *port, u32 code, u32 handle, u32 *rc)
{
	const __be32 param = cpu_to_be32(handle);

	return vtpmb_tpm20_own_plain(port, code, &param, sizeof(param), rc);
}

/*
 * Send GetCapability to the chip.  The response is in the scratch buffer, @r at the first entry
 * of its list, and @count has the number of entries according to the chip.
 */
int vtpmb_tpm20_ask_capability(struct vtpmb_port *port, u32 capability, u32 property, u32 max,
			       struct vtpmb_reader *r, u32 *count)
{
	const __be32 params[] = {
		cpu_to_be32(capability), cpu_to_be32(property), cpu_to_be32(max),
	};
	u8 more;
	u32 rc, told;
	int len;

	len = vtpmb_tpm20_own_plain(port, TPM2_CC_GetCapability, params, sizeof(params), &rc);
	if (len < 0 || rc)
		return len < 0 ? len : -EIO;
	vtpmb_port_response(port, len, r);
	if (!vtpmb_get_u8(r, &more) || !vtpmb_get_u32(r, &told) || !vtpmb_get_u32(r, count))
		return -EIO;
	return 0;
}

/* TPM_CAP_HANDLES.  Return: number of handles in @handle, -EIO, or the errno of transmit. */
static int tpm20_ask_handles(struct vtpmb_port *port, u32 first, u32 *handle, unsigned int max)
{
	struct vtpmb_reader r;
	u32 count, i;
	int err = vtpmb_tpm20_ask_capability(port, TPM2_CAP_HANDLES, first, max, &r, &count);

	if (err)
		return err;
	if (count > max)
		return -EIO;
	for (i = 0; i < count; i++) {
		if (!vtpmb_get_u32(&r, &handle[i]))
			return -EIO;
		/* Handles must increase, so that a caller that asks for the next ones ends. */
		if (TPM20_INDEX(handle[i]) < TPM20_INDEX(first) + i)
			return -EIO;
	}
	return count;
}

/**
 * vtpmb_tpm20_chip_handles() - read the chip's handles of one type, of all users
 * @port:	the chip
 * @first:	skip handles below this one
 * @handle:	out: the lowest other handles, in order
 * @max:	size of @handle
 *
 * Return: number of handles in @handle, -EIO, or the errno of transmit
 */
int vtpmb_tpm20_chip_handles(struct vtpmb_port *port, u32 first, u32 *handle,
			     unsigned int max)
{
	int count = tpm20_ask_handles(port, first, handle, max), i;

	for (i = 0; i < count; i++) {
		if (TPM20_HT(handle[i]) != TPM20_HT(first))
			return -EIO;
	}
	return count;
}

/**
 * vtpmb_tpm20_list_more() - read the next part of a list of the chip's handles
 * @port:	the chip
 * @listing:	where to go on; its handle type stays the same
 * @handle:	out: the next handles, in order
 * @max:	size of @handle
 *
 * Return: number of handles in @handle, 0 at the end, -EIO also if the list has no end, or the
 * errno of transmit
 */
int vtpmb_tpm20_list_more(struct vtpmb_port *port, struct vtpmb_tpm20_listing *listing,
			  u32 *handle, unsigned int max)
{
	int count;

	if (listing->ended)
		return 0;
	count = vtpmb_tpm20_chip_handles(port, listing->first, handle, max);
	if (count < 0)
		return count;
	listing->nr_listed += count;
	if (listing->nr_listed > VTPMB_TPM20_MAX_LISTED)
		return -EIO;
	listing->ended = count < max ||
			 TPM20_HT(handle[max - 1] + 1) != TPM20_HT(listing->first);
	if (count)
		listing->first = handle[count - 1] + 1;
	return count;
}

/**
 * vtpmb_tpm20_chip_sessions() - read the chip's sessions, of all users
 * @port:	the chip
 * @saved:	read saved sessions; otherwise loaded ones
 * @map:	out: VTPMB_TPM20_MAX_ACTIVE bits, vtpmb_tpm20_session_bit()
 *
 * Return: 0, -EIO, or the errno of transmit
 */
int vtpmb_tpm20_chip_sessions(struct vtpmb_port *port, bool saved, unsigned long *map)
{
	u32 handle[NR_PAGE], first = (saved ? TPM2_HT_POLICY_SESSION : TPM2_HT_HMAC_SESSION) << 24;
	int count, i;

	bitmap_zero(map, VTPMB_TPM20_MAX_ACTIVE);
	do {
		count = tpm20_ask_handles(port, first, handle, NR_PAGE);
		for (i = 0; i < count; i++) {
			__set_bit(vtpmb_tpm20_session_bit(handle[i]), map);
			first = (first & 0xFF000000) | (TPM20_INDEX(handle[i]) + 1);
		}
	} while (count == NR_PAGE && TPM20_INDEX(first) < VTPMB_TPM20_MAX_ACTIVE);
	return min(count, 0);
}
