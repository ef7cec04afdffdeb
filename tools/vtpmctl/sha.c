// SPDX-License-Identifier: GPL-2.0-only
/* SHA-1 and SHA-2 (FIPS 180-4). */
#include <string.h>
#include "sha.h"

static const struct sha_alg algs[] = {
	{ "sha1", 20, 64, {
		0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
	} },
	{ "sha256", 32, 64, {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	} },
	{ "sha384", 48, 128, {
		0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
		0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
	} },
	{ "sha512", 64, 128, {
		0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
		0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
	} },
};

/* Of SHA-384 and SHA-512.  The upper halves of the first 64 are those of SHA-256. */
static const uint64_t constants[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static uint32_t ror32(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static uint64_t ror64(uint64_t x, unsigned int n)
{
	return x >> n | x << (64 - n);
}

static uint64_t peek(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | *at++;
	return value;
}

static void poke(uint8_t *at, size_t len, uint64_t value)
{
	while (len--) {
		at[len] = value;
		value >>= 8;
	}
}

static void sha1_block(uint64_t *state, const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	uint32_t w[80], f, k, t;
	unsigned int i;

	for (i = 0; i < 80; i++)
		w[i] = i < 16 ? peek(block + 4 * i, 4) :
			ror32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 31);
	for (i = 0; i < 80; i++) {
		if (i < 20) {
			f = (b & c) | (~b & d);
			k = 0x5a827999;
		} else if (i < 40) {
			f = b ^ c ^ d;
			k = 0x6ed9eba1;
		} else if (i < 60) {
			f = (b & c) | (b & d) | (c & d);
			k = 0x8f1bbcdc;
		} else {
			f = b ^ c ^ d;
			k = 0xca62c1d6;
		}
		t = ror32(a, 27) + f + e + k + w[i];
		e = d;
		d = c;
		c = ror32(b, 2);
		b = a;
		a = t;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* One definition for words of 32 and of 64 bits. */
#define SHA2_BLOCK(name, word, ror, rounds, k, a1, a2, a3, e1, e2, e3, x1, x2, x3, y1, y2, y3) \
static void name(uint64_t *state, const uint8_t *block)					\
{											\
	word v[8], w[rounds], t1, t2;							\
	unsigned int i;									\
											\
	for (i = 0; i < 8; i++)								\
		v[i] = state[i];							\
	for (i = 0; i < 16; i++)							\
		w[i] = peek(block + sizeof(word) * i, sizeof(word));			\
	for (; i < rounds; i++)								\
		w[i] = (ror(w[i - 2], y1) ^ ror(w[i - 2], y2) ^ w[i - 2] >> (y3)) + w[i - 7] + \
		       (ror(w[i - 15], x1) ^ ror(w[i - 15], x2) ^ w[i - 15] >> (x3)) + w[i - 16]; \
	for (i = 0; i < rounds; i++) {							\
		t1 = v[7] + (ror(v[4], e1) ^ ror(v[4], e2) ^ ror(v[4], e3)) +		\
		     ((v[4] & v[5]) ^ (~v[4] & v[6])) + (word)(k) + w[i];		\
		t2 = (ror(v[0], a1) ^ ror(v[0], a2) ^ ror(v[0], a3)) +			\
		     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));			\
		memmove(v + 1, v, 7 * sizeof(v[0]));					\
		v[4] += t1;								\
		v[0] = t1 + t2;								\
	}										\
	for (i = 0; i < 8; i++)								\
		state[i] += v[i];							\
}

SHA2_BLOCK(sha256_block, uint32_t, ror32, 64, constants[i] >> 32,
	   2, 13, 22, 6, 11, 25, 7, 18, 3, 17, 19, 10)
SHA2_BLOCK(sha512_block, uint64_t, ror64, 80, constants[i],
	   28, 34, 39, 14, 18, 41, 1, 8, 7, 19, 61, 6)

const struct sha_alg *sha_find(size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		if (algs[i].size == size)
			return &algs[i];
	}
	return NULL;
}

void sha_start(struct sha *sha, const struct sha_alg *alg)
{
	memset(sha, 0, sizeof(*sha));
	sha->alg = alg;
	memcpy(sha->state, alg->initial, sizeof(sha->state));
}

static void sha_block(struct sha *sha)
{
	if (sha->alg->size == 20)
		sha1_block(sha->state, sha->buf);
	else if (sha->alg->block == 64)
		sha256_block(sha->state, sha->buf);
	else
		sha512_block(sha->state, sha->buf);
}

void sha_update(struct sha *sha, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len--) {
		sha->buf[sha->len++ % sha->alg->block] = *from++;
		if (!(sha->len % sha->alg->block))
			sha_block(sha);
	}
}

void sha_finish(struct sha *sha, uint8_t *digest)
{
	const struct sha_alg *alg = sha->alg;
	size_t word = alg->block / 16, i;
	uint8_t end[16];

	poke(end, 2 * word, sha->len * 8);
	sha_update(sha, "\x80", 1);
	while (sha->len % alg->block != alg->block - 2 * word)
		sha_update(sha, "", 1);
	sha_update(sha, end, 2 * word);
	for (i = 0; i < alg->size / word; i++)
		poke(digest + i * word, word, sha->state[i]);
}
