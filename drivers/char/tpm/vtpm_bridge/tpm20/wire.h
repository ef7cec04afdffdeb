/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: a command's header, handles, sessions and parameters. */
#ifndef VTPMB_TPM20_WIRE_H
#define VTPMB_TPM20_WIRE_H

#include "state.h"

u32 vtpmb_tpm20_get_u8(struct vtpmb_tpm20_call *call, unsigned int param, u8 *val);
u32 vtpmb_tpm20_get_u16(struct vtpmb_tpm20_call *call, unsigned int param, u16 *val);
u32 vtpmb_tpm20_get_u32(struct vtpmb_tpm20_call *call, unsigned int param, u32 *val);
u32 vtpmb_tpm20_get_yes_no(struct vtpmb_tpm20_call *call, unsigned int param, bool *val);
u32 vtpmb_tpm20_get_2b(struct vtpmb_tpm20_call *call, unsigned int param, u16 max, const u8 **bytes,
		       u16 *len);
u32 vtpmb_tpm20_get_end(struct vtpmb_tpm20_call *call);
u16 vtpmb_tpm20_auth_len(const u8 *auth, u16 len);
int vtpmb_tpm20_hier(u32 handle);
bool vtpmb_tpm20_permits(struct vtpmb_vtpm *vtpm, unsigned int row);
void vtpmb_tpm20_void_shutdown(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_fail(struct vtpmb_cmd *cmd, u32 rc);
u32 vtpmb_tpm20_header(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd,
		       struct vtpmb_tpm20_call *call);
u16 vtpmb_tpm20_accept(struct vtpmb_vtpm *vtpm, u32 handle);
void vtpmb_tpm20_parse(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_is_enabled(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm20_hier hier);
u32 vtpmb_tpm20_handle_status(struct vtpmb_vtpm *vtpm, u32 handle, unsigned int i);

#endif
