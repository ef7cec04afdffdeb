/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: the records of the image, what a TPM keeps without power. */
#ifndef VTPMB_TPM20_IMAGE_H
#define VTPMB_TPM20_IMAGE_H

#include "../core/image.h"

/** VTPMB_TPM20_NR_RECORDS - number of records */
#define VTPMB_TPM20_NR_RECORDS	8

void vtpmb_tpm20_stored(struct vtpmb_vtpm *vtpm);

extern const struct vtpmb_record vtpmb_tpm20_records[VTPMB_TPM20_NR_RECORDS];

#endif
