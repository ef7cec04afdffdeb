/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failure mode: a chip that has found a fault in itself refuses nearly every
 * command until it is reset, whoever sends it.
 *
 * Verbs: note, is_stopped, stops, set_stop.
 */
#ifndef VTPMB_FAILURE_H
#define VTPMB_FAILURE_H

#include "family.h"

void vtpmb_failure_note(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd, u32 code, u32 rc);
bool vtpmb_failure_is_stopped(const struct vtpmb_vtpm *vtpm);
bool vtpmb_failure_stops(struct vtpmb_vtpm *vtpm);
void vtpmb_failure_set_stop(struct vtpmb_vtpm *vtpm, bool stop);

#endif
