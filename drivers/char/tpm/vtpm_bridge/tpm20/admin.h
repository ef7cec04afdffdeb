/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: settings of the administrator. */
#ifndef VTPMB_TPM20_ADMIN_H
#define VTPMB_TPM20_ADMIN_H

#include "state.h"

extern const struct vtpmb_setting vtpmb_tpm20_settings[VTPMB_NR_SETTINGS];

#endif
