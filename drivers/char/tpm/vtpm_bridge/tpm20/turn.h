/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: the end of a turn. */
#ifndef VTPMB_TPM20_TURN_H
#define VTPMB_TPM20_TURN_H

#include "state.h"

int vtpmb_tpm20_end_turn(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_refresh_saved(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_flush_stale(struct vtpmb_vtpm *vtpm, bool all);
bool vtpmb_tpm20_has_stale(struct vtpmb_vtpm *vtpm);

#endif
