// SPDX-License-Identifier: GPL-2.0-only
/* What stands for seal20.c if tpm2-tss was not there when vtpmctl was built. */
#include <error.h>
#include "seal.h"

static bool refuse(void)
{
	error(0, 0, "this vtpmctl was built without tpm2-tss: give a state-key-file=");
	return false;
}

bool tpm20_seal(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len)
{
	(void)sealer;
	(void)key;
	(void)sealed;
	*len = 0;
	return refuse();
}

bool tpm20_unseal(const struct sealer *sealer, const uint8_t *sealed, size_t len, uint8_t *key)
{
	(void)sealer;
	(void)sealed;
	(void)len;
	(void)key;
	return refuse();
}
