/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-1 and SHA-2 (FIPS 180-4), so that a verifier of quotes needs no library.
 *
 * Verbs: find, start, update, finish.
 */
#ifndef VTPMCTL_SHA_H
#define VTPMCTL_SHA_H

#include <stddef.h>
#include <stdint.h>

#define SHA_MAX_SIZE	64	/* bytes of the longest digest */

/**
 * struct sha_alg - a hash algorithm
 * @name:	as tpm2-tools name it
 * @size:	bytes of a digest
 * @block:	bytes of a block, 64 or 128
 * @initial:	hash value before the first block
 */
struct sha_alg {
	const char *name;
	size_t size;
	size_t block;
	uint64_t initial[8];
};

/* A message on its way. */
struct sha {
	const struct sha_alg *alg;
	uint64_t state[8];
	uint8_t buf[128];
	uint64_t len;
};

/* NULL if there is none whose digests have @size bytes. */
const struct sha_alg *sha_find(size_t size);
void sha_start(struct sha *sha, const struct sha_alg *alg);
void sha_update(struct sha *sha, const void *bytes, size_t len);
void sha_finish(struct sha *sha, uint8_t *digest);

#endif
