/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: settings of the administrator. */
#ifndef VTPMB_TPM12_ADMIN_H
#define VTPMB_TPM12_ADMIN_H

#include "state.h"

extern const struct vtpmb_setting vtpmb_tpm12_settings[VTPMB_NR_SETTINGS];

#endif
