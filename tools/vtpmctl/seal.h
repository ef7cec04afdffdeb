/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sealing the key of a state file to the chip of a proxy, in the way of each family.
 *
 * It is done through a proxy of vtpmctl's own.  The key is sealed to PCRs of that proxy, which the
 * bridge keys with its secret.  A guest that has the file cannot unseal: only root gives secrets to
 * proxies.
 */
#ifndef VTPMCTL_SEAL_H
#define VTPMCTL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

#define SEALED_MAX	2048	/* bytes of the longest sealed key */

/**
 * struct sealer - who seals and unseals
 * @chip:	number of the chip
 * @owner_auth:	TPM 2.0: file with the authorisation value of its owner, or NULL: that is empty
 * @srk_auth:	TPM 1.2: file with the authorisation of its SRK, or NULL: that is 20 zeros
 * @secret:	of the proxy that does it: no guest's proxy has it, so no guest can unseal
 */
struct sealer {
	uint32_t chip;
	const char *owner_auth;
	const char *srk_auth;
	uint8_t secret[VTPM_BRIDGE_SECRET_SIZE];
};

bool create_sealer(const struct sealer *sealer, uint32_t key, uint64_t value, uint32_t *num);

/*
 * Seal @key of VTPM_BRIDGE_STATE_KEY_SIZE bytes.  @sealed has room for SEALED_MAX bytes.  Unsealing
 * fails if this is not the chip that has sealed the key.
 */
bool tpm12_seal(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len);
bool tpm12_unseal(const struct sealer *sealer, const uint8_t *sealed, size_t len, uint8_t *key);
bool tpm20_seal(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len);
bool tpm20_unseal(const struct sealer *sealer, const uint8_t *sealed, size_t len, uint8_t *key);

#endif
