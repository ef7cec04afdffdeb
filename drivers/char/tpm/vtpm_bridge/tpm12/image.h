/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the records of the image, what a TPM keeps without power. */
#ifndef VTPMB_TPM12_IMAGE_H
#define VTPMB_TPM12_IMAGE_H

#include "../core/image.h"

/** VTPMB_TPM12_NR_RECORDS - number of records */
#define VTPMB_TPM12_NR_RECORDS	3

extern const struct vtpmb_record vtpmb_tpm12_records[VTPMB_TPM12_NR_RECORDS];

#endif
