/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: commands of the bridge's own. */
#ifndef VTPMB_TPM20_ASK_H
#define VTPMB_TPM20_ASK_H

#include "../core/port.h"
#include "state.h"

/** VTPMB_TPM20_PASSWORD - bytes of the longest session area with one password */
#define VTPMB_TPM20_PASSWORD	(sizeof(u32) + 9 + VTPMB_MAX_AUTH)

/**
 * struct vtpmb_tpm20_listing - a list of the chip's handles that is read part by part
 * @first:	the next part skips handles below this one
 * @nr_listed:	handles so far
 * @ended:	there are no more
 */
struct vtpmb_tpm20_listing {
	u32 first;
	unsigned int nr_listed;
	bool ended;
};

int vtpmb_tpm20_own_body(struct vtpmb_port *port, u16 tag, u32 code,
			 const struct vtpmb_body *body, u32 *rc);
int vtpmb_tpm20_own_command(struct vtpmb_port *port, u16 tag, u32 code, const void *params,
			    size_t params_len, u32 *rc);
void vtpmb_tpm20_put_password(struct vtpmb_writer *w, const u8 *auth, u16 auth_len);
int vtpmb_tpm20_owner_command(struct vtpmb_vtpm *vtpm, u32 code, u32 handle, const void *params,
			      size_t params_len, u32 *rc);
int vtpmb_tpm20_own_plain(struct vtpmb_port *port, u32 code, const void *params, size_t params_len,
			  u32 *rc);
int vtpmb_tpm20_own_handle(struct vtpmb_port *port, u32 code, u32 handle, u32 *rc);
int vtpmb_tpm20_ask_capability(struct vtpmb_port *port, u32 capability, u32 property, u32 max,
			       struct vtpmb_reader *r, u32 *count);
int vtpmb_tpm20_chip_handles(struct vtpmb_port *port, u32 first, u32 *handle, unsigned int max);
int vtpmb_tpm20_list_more(struct vtpmb_port *port, struct vtpmb_tpm20_listing *listing,
			  u32 *handle, unsigned int max);
int vtpmb_tpm20_chip_sessions(struct vtpmb_port *port, bool saved, unsigned long *map);

#endif
