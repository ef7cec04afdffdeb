// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sealing the key of a state file to a TPM 1.2.
 *
 * The key is sealed below the SRK to the PCR policy_pcr of vtpmctl's proxy, which represents PCR 0
 * of that proxy.  Only an extend by an HMAC that is keyed with the secret of the proxy brings the
 * chip's PCR there.  The bridge does this for that proxy alone, and resets the PCR before anybody
 * else uses the chip.  Neither the authorisation of the SRK nor that of the blob protects the key:
 * the guests know the one, and the other is 20 zeros.
 *
 * The key travels between vtpmctl and the chip as it is.  This family encrypts nothing with a
 * secret that all know.
 */
#include <endian.h>
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "message.h"
#include "own.h"
#include "seal.h"
#include "secret.h"
#include "sha.h"

#define POLICY_PCR	"/sys/module/vtpm_bridge/parameters/policy_pcr"
#define DIGEST_SIZE	20	/* of SHA-1; nonces and authorisation are as long */
#define BLOCK_SIZE	64
#define AREA_SIZE	(DIGEST_SIZE + 1 + DIGEST_SIZE)	/* authorisation, in a response */
#define PCR_INFO_SIZE	(2 + 3 + 2 * DIGEST_SIZE)
#define TAG		0xc1	/* of a command without authorisation; one more for each of these */
#define ET_SRK		4
#define SRK		0x40000000

enum ordinal {
	OIAP = 0x0a,
	OSAP = 0x0b,
	PCR_READ = 0x15,
	SEAL = 0x17,
	UNSEAL = 0x18,
};

enum return_code {
	AUTHFAIL = 1,
	NOSRK = 18,
};

/**
 * struct session - an authorisation session; it ends with its first command
 * @handle:	its handle
 * @even:	the chip's nonce
 * @key:	of its HMACs
 */
struct session {
	uint32_t handle;
	uint8_t even[DIGEST_SIZE];
	uint8_t key[DIGEST_SIZE];
};

/**
 * struct tpm - the TPM of the proxy, while a key is sealed or unsealed
 * @num:	number of the proxy
 * @fd:		its node
 * @pcr:	the PCR of policies
 * @srk:	authorisation of the SRK
 * @is_given:	it came from a file
 */
struct tpm {
	uint32_t num;
	int fd;
	unsigned int pcr;
	uint8_t srk[DIGEST_SIZE];
	bool is_given;
};

/* -- digests */

static void sha1_start(struct sha *sha)
{
	sha_start(sha, sha_find(DIGEST_SIZE));
}

static void hmac_start(struct sha *sha, const uint8_t key[DIGEST_SIZE], uint8_t pad)
{
	uint8_t block[BLOCK_SIZE];
	size_t i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = (i < DIGEST_SIZE ? key[i] : 0) ^ pad;
	sha1_start(sha);
	sha_update(sha, block, sizeof(block));
	explicit_bzero(block, sizeof(block));
}

/* HMAC-SHA-1 (RFC 2104), between these two with sha_update() */
static void hmac_begin(struct sha *sha, const uint8_t key[DIGEST_SIZE])
{
	hmac_start(sha, key, 0x36);
}

static void hmac_finish(struct sha *sha, const uint8_t key[DIGEST_SIZE], uint8_t mac[DIGEST_SIZE])
{
	sha_finish(sha, mac);
	hmac_start(sha, key, 0x5c);
	sha_update(sha, mac, DIGEST_SIZE);
	sha_finish(sha, mac);
}

/* What authorises a command or a response: Part 1, 13.2.  The session ends. */
static void compute_mac(const struct session *session, const uint8_t digest[DIGEST_SIZE],
			const uint8_t odd[DIGEST_SIZE], uint8_t mac[DIGEST_SIZE])
{
	struct sha sha;

	hmac_begin(&sha, session->key);
	sha_update(&sha, digest, DIGEST_SIZE);
	sha_update(&sha, session->even, sizeof(session->even));
	sha_update(&sha, odd, DIGEST_SIZE);
	sha_update(&sha, "", 1);
	hmac_finish(&sha, session->key, mac);
}

/* -- commands */

static void tell_code(const struct tpm *tpm, uint32_t rc, const char *what)
{
	if (rc == NOSRK)
		error(0, 0, "a TPM 1.2 without an owner seals no key of a state file: "
		      "give a state-key-file=");
	else if (rc == AUTHFAIL && tpm->is_given)
		error(0, 0, "%s: srk-auth-file= is not the authorisation of the SRK", what);
	else if (rc == AUTHFAIL)
		error(0, 0, "%s: the authorisation of the SRK is not 20 zeros: "
		      "give a srk-auth-file=, or a state-key-file=", what);
	else
		error(0, 0, "%s: the TPM returns 0x%x", what, rc);
}

static bool send_command(struct tpm *tpm, struct message *m, const char *what)
{
	uint32_t rc;

	if (!transact(tpm->fd, m, &rc)) {
		error(0, errno, "/dev/vtpm%u: %s", tpm->num, what);
		return false;
	}
	if (rc)
		tell_code(tpm, rc, what);
	return !rc;
}

static bool is_read(const struct message *m, const char *what)
{
	if (m->wrong)
		error(0, 0, "%s: the response is too short", what);
	return !m->wrong;
}

static bool read_pcr(struct tpm *tpm, uint8_t value[DIGEST_SIZE])
{
	struct message m;

	begin_command(&m, TAG, PCR_READ);
	put_u32(&m, tpm->pcr);
	if (!send_command(tpm, &m, "PCRRead"))
		return false;
	get(&m, value, DIGEST_SIZE);
	return is_read(&m, "PCRRead");
}

static bool start_oiap(struct tpm *tpm, const uint8_t auth[DIGEST_SIZE], struct session *session)
{
	struct message m;

	begin_command(&m, TAG, OIAP);
	if (!send_command(tpm, &m, "OIAP"))
		return false;
	session->handle = get_u32(&m);
	get(&m, session->even, sizeof(session->even));
	memcpy(session->key, auth, sizeof(session->key));
	return is_read(&m, "OIAP");
}

static bool start_osap(struct tpm *tpm, struct session *session)
{
	uint8_t odd[DIGEST_SIZE], even[DIGEST_SIZE] = {};
	struct message m;
	struct sha sha;

	fill_random(odd, sizeof(odd));
	begin_command(&m, TAG, OSAP);
	put_u16(&m, ET_SRK);
	put_u32(&m, SRK);
	put(&m, odd, sizeof(odd));
	if (!send_command(tpm, &m, "OSAP"))
		return false;
	session->handle = get_u32(&m);
	get(&m, session->even, sizeof(session->even));
	get(&m, even, sizeof(even));
	hmac_begin(&sha, tpm->srk);
	sha_update(&sha, even, sizeof(even));
	sha_update(&sha, odd, sizeof(odd));
	hmac_finish(&sha, tpm->srk, session->key);
	return is_read(&m, "OSAP");
}

/* The digest of a command's ordinal and parameters, without its one handle */
static void digest_command(const struct message *m, uint8_t digest[DIGEST_SIZE])
{
	const size_t params = MESSAGE_HEADER + sizeof(uint32_t);
	struct sha sha;

	sha1_start(&sha);
	sha_update(&sha, m->bytes + MESSAGE_HEADER - sizeof(uint32_t), sizeof(uint32_t));
	sha_update(&sha, m->bytes + params, m->len - params);
	sha_finish(&sha, digest);
}

/* That of a response: its return code, the ordinal, and its parameters */
static void digest_response(const struct message *m, enum ordinal ordinal,
			    uint8_t digest[DIGEST_SIZE])
{
	struct sha sha;

	sha1_start(&sha);
	sha_update(&sha, m->bytes + MESSAGE_HEADER - sizeof(uint32_t), sizeof(uint32_t));
	sha_update(&sha, &(uint32_t){ htobe32(ordinal) }, sizeof(uint32_t));
	sha_update(&sha, m->bytes + MESSAGE_HEADER, m->len - MESSAGE_HEADER);
	sha_finish(&sha, digest);
}

/* Take the authorisation off a response; false if one is wrong. */
static bool check_response(struct message *m, enum ordinal ordinal, struct session *sessions,
			   unsigned int nr_sessions, const uint8_t odd[DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE], mac[DIGEST_SIZE];
	const uint8_t *area;
	unsigned int i;

	if (m->len < MESSAGE_HEADER + nr_sessions * AREA_SIZE)
		return false;
	m->len -= nr_sessions * AREA_SIZE;
	area = m->bytes + m->len;
	digest_response(m, ordinal, digest);
	for (i = 0; i < nr_sessions; i++, area += AREA_SIZE) {
		memcpy(sessions[i].even, area, DIGEST_SIZE);
		compute_mac(&sessions[i], digest, odd, mac);
		if (memcmp(mac, area + DIGEST_SIZE + 1, DIGEST_SIZE))
			return false;
	}
	return true;
}

/* Send a command that has been written up to its authorisation. */
static bool send_authorised(struct tpm *tpm, struct message *m, enum ordinal ordinal,
			    struct session *sessions, unsigned int nr_sessions, const char *what)
{
	uint8_t odd[DIGEST_SIZE], digest[DIGEST_SIZE], mac[DIGEST_SIZE];
	unsigned int i;

	fill_random(odd, sizeof(odd));
	digest_command(m, digest);
	for (i = 0; i < nr_sessions; i++) {
		compute_mac(&sessions[i], digest, odd, mac);
		put_u32(m, sessions[i].handle);
		put(m, odd, sizeof(odd));
		put_u8(m, 0);
		put(m, mac, sizeof(mac));
	}
	if (!send_command(tpm, m, what))
		return false;
	if (check_response(m, ordinal, sessions, nr_sessions, odd))
		return true;
	error(0, 0, "%s: the response is not authorised", what);
	return false;
}

/* -- the proxy */

static bool read_srk_auth(const struct sealer *sealer, struct tpm *tpm)
{
	tpm->is_given = sealer->srk_auth;
	if (!sealer->srk_auth ||
	    read_secret(sealer->srk_auth, tpm->srk, sizeof(tpm->srk)) == sizeof(tpm->srk))
		return true;
	error(0, 0, "srk-auth-file=%s: the value is to be a file of %d bytes", sealer->srk_auth,
	      DIGEST_SIZE);
	return false;
}

static bool read_policy_pcr(struct tpm *tpm)
{
	FILE *file = fopen(POLICY_PCR, "re");

	if (!file || fscanf(file, "%u", &tpm->pcr) != 1 || !tpm->pcr)
		error(0, 0, "without the module parameter policy_pcr, a TPM 1.2 seals no key of a "
		      "state file: give a state-key-file=");
	if (file)
		fclose(file);
	return tpm->pcr;
}

static void close_tpm(struct tpm *tpm)
{
	if (tpm->fd >= 0)
		close(tpm->fd);
	destroy_own(tpm->num);
	explicit_bzero(tpm, sizeof(*tpm));
}

/* Open the TPM of a proxy that is there until close_tpm(). */
static bool open_tpm(const struct sealer *sealer, struct tpm *tpm)
{
	memset(tpm, 0, sizeof(*tpm));
	if (!read_srk_auth(sealer, tpm) || !read_policy_pcr(tpm) ||
	    !create_sealer(sealer, VTPM_BRIDGE_COMPOSITE, 1 << 0, &tpm->num))
		return false;
	tpm->fd = open_own(tpm->num);
	if (tpm->fd >= 0)
		return true;
	close_tpm(tpm);
	return false;
}

/* -- the key */

/* TPM_PCR_INFO: the PCR has @value at release.  The chip fills in what it has at creation. */
static void put_pcr_info(struct message *m, unsigned int pcr, const uint8_t value[DIGEST_SIZE])
{
	static const uint8_t none[DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	struct message composite = {};
	struct sha sha;
	unsigned int i;

	put_u16(&composite, VTPM_BRIDGE_NR_PCRS / 8);
	for (i = 0; i < VTPM_BRIDGE_NR_PCRS / 8; i++)
		put_u8(&composite, pcr / 8 == i ? 1 << pcr % 8 : 0);
	put(m, composite.bytes, composite.len);
	put_u32(&composite, DIGEST_SIZE);
	put(&composite, value, DIGEST_SIZE);
	sha1_start(&sha);
	sha_update(&sha, composite.bytes, composite.len);
	sha_finish(&sha, digest);
	put(m, digest, sizeof(digest));
	put(m, none, sizeof(none));
}

/* The authorisation of what is sealed, 20 zeros, encrypted: Part 1, 14 */
static void put_new_auth(struct message *m, const struct session *session)
{
	uint8_t pad[DIGEST_SIZE];
	struct sha sha;

	sha1_start(&sha);
	sha_update(&sha, session->key, sizeof(session->key));
	sha_update(&sha, session->even, sizeof(session->even));
	sha_finish(&sha, pad);
	put(m, pad, sizeof(pad));
}

static bool seal(struct tpm *tpm, const uint8_t *key, uint8_t *sealed, size_t *len)
{
	uint8_t value[DIGEST_SIZE];
	struct session session;
	struct message m;
	bool done;

	if (!read_pcr(tpm, value) || !start_osap(tpm, &session))
		return false;
	begin_command(&m, TAG + 1, SEAL);
	put_u32(&m, SRK);
	put_new_auth(&m, &session);
	put_u32(&m, PCR_INFO_SIZE);
	put_pcr_info(&m, tpm->pcr, value);
	put_u32(&m, VTPM_BRIDGE_STATE_KEY_SIZE);
	put(&m, key, VTPM_BRIDGE_STATE_KEY_SIZE);
	done = send_authorised(tpm, &m, SEAL, &session, 1, "seal");
	if (done) {
		*len = m.len - m.at;
		done = *len <= SEALED_MAX;
	}
	if (done)
		get(&m, sealed, *len);
	explicit_bzero(&m, sizeof(m));
	return done;
}

/* The blob is a TPM_STORED_DATA. */
bool tpm12_seal(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len)
{
	struct tpm tpm;
	bool done;

	if (!open_tpm(sealer, &tpm))
		return false;
	done = seal(&tpm, key, sealed, len);
	close_tpm(&tpm);
	return done;
}

static bool unseal(struct tpm *tpm, const uint8_t *sealed, size_t len, uint8_t *key)
{
	static const uint8_t zeros[DIGEST_SIZE];
	struct session sessions[2];
	struct message m;
	bool done;

	if (!start_oiap(tpm, tpm->srk, &sessions[0]) || !start_oiap(tpm, zeros, &sessions[1]))
		return false;
	begin_command(&m, TAG + 2, UNSEAL);
	put_u32(&m, SRK);
	put(&m, sealed, len);
	done = send_authorised(tpm, &m, UNSEAL, sessions, 2, "unseal");
	if (done && get_u32(&m) == VTPM_BRIDGE_STATE_KEY_SIZE)
		get(&m, key, VTPM_BRIDGE_STATE_KEY_SIZE);
	else
		done = false;
	done = done && is_read(&m, "unseal");
	explicit_bzero(&m, sizeof(m));
	return done;
}

bool tpm12_unseal(const struct sealer *sealer, const uint8_t *sealed, size_t len, uint8_t *key)
{
	struct tpm tpm;
	bool done;

	if (!open_tpm(sealer, &tpm))
		return false;
	done = unseal(&tpm, sealed, len, key);
	close_tpm(&tpm);
	return done;
}
