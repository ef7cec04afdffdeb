// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: the registers of a guest of the differential test, composite and attest.
 *
 * The test computes their values from the twin's PCRs and the proxy's secret, and brings the
 * twin's PCRs of these numbers to them.  So the twin answers what the guest is to be answered.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include "tpm12_model.h"

#define COMPOSITE_LABEL	"vtpm_bridge composite"
#define IDENTITY_LABEL	"vtpm_bridge identity"

/* What an administrator may select. */
static const u32 masks[] = { 0, 0, 0, 0x8ff, 0x8ff, 0x000001, 0x00ffff };

static const u32 register_pcrs[NR_REGISTERS] = { COMPOSITE_PCR, ATTEST_PCR };
static const enum vtpmb_setting_nr settings[NR_REGISTERS] = {
	VTPMB_SETTING_COMPOSITE, VTPMB_SETTING_ATTEST,
};

/* The settings. */

static void choose(struct diff_guest *g, unsigned int nr)
{
	struct shown *shown = &model_of(g)->shown[nr];
	u32 mask = masks[diff_of(g, ARRAY_SIZE(masks))];

	shown->has_changed |= mask != shown->mask;
	shown->mask = mask;
	core_set(g->vtpm, settings[nr], mask);
}

static void choose_all(struct diff_guest *g)
{
	unsigned int nr;

	for (nr = 0; nr < NR_REGISTERS; nr++)
		choose(g, nr);
}

void begin_registers(struct diff_guest *g)
{
	struct model *m = model_of(g);

	diff_bytes(g, m->vtpm_secret, sizeof(m->vtpm_secret));
	core_set_bytes(g->vtpm, VTPMB_SETTING_SECRET, m->vtpm_secret, sizeof(m->vtpm_secret));
	choose_all(g);
}

bool represents(const struct diff_guest *g, u32 pcr)
{
	unsigned int nr;

	for (nr = 0; nr < NR_REGISTERS; nr++) {
		if (pcr == register_pcrs[nr])
			return model_of(g)->shown[nr].mask;
	}
	return false;
}

/* What the guest has last read there, as software computes digests of. */
const u8 *register_value(const struct diff_guest *g, u32 pcr)
{
	return model_of(g)->shown[pcr == ATTEST_PCR].value;
}

/* Commands of the test's own, which the guest does not send. */

static bool twin_takes(struct diff_guest *g, u32 code, const void *params, size_t len,
		       struct core_rsp *rsp)
{
	u8 cmd[64];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, cmd, sizeof(cmd));
	vtpmb_put_u16(&w, 0x00c1);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE + len);
	vtpmb_put_u32(&w, code);
	vtpmb_put_bytes(&w, params, len);
	core_twin_send(g->twin, cmd, w.len, rsp);
	return !rsp->rc;
}

static bool twin_reads(struct diff_guest *g, u32 pcr, u8 *value)
{
	struct core_rsp rsp;
	u8 params[4];

	vtpmb_poke_u32(params, pcr);
	if (!twin_takes(g, TPM_ORD_PcrRead, params, sizeof(params), &rsp))
		return false;
	memcpy(value, rsp.buf + VTPMB_HEADER_SIZE, 20);
	return true;
}

static bool twin_resets(struct diff_guest *g, u32 pcr)
{
	u8 params[5] = { 0, 3 };
	struct core_rsp rsp;

	params[2 + pcr / 8] = 1 << pcr % 8;
	return twin_takes(g, TPM_ORD_PCR_Reset, params, sizeof(params), &rsp);
}

static bool twin_extends(struct diff_guest *g, u32 pcr, const u8 *digest, u8 *value)
{
	struct core_rsp rsp;
	u8 params[24];

	vtpmb_poke_u32(params, pcr);
	memcpy(params + 4, digest, 20);
	if (!twin_takes(g, TPM_ORD_Extend, params, sizeof(params), &rsp))
		return false;
	memcpy(value, rsp.buf + VTPMB_HEADER_SIZE, 20);
	return true;
}

/* Their values. */

static void put_mask(struct vtpmb_writer *w, u32 mask)
{
	vtpmb_put_u8(w, mask);
	vtpmb_put_u8(w, mask >> 8);
	vtpmb_put_u8(w, mask >> 16);
}

static void compute_composite(const struct diff_guest *g, u32 mask, const u8 *values, size_t len,
			      u8 *mac)
{
	u8 text[sizeof(COMPOSITE_LABEL) + 4 + 2 + 1 + 3 + 32], digest[32];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, COMPOSITE_LABEL, sizeof(COMPOSITE_LABEL));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_u16(&w, 0x0004);
	vtpmb_put_u8(&w, 3);
	put_mask(&w, mask);
	SHA256(values, len, digest);
	vtpmb_put_bytes(&w, digest, sizeof(digest));
	HMAC(EVP_sha256(), model_of(g)->vtpm_secret, 32, text, w.len, mac, NULL);
}

static void compute_identity(const struct diff_guest *g, u8 *identity)
{
	u8 mac[32];

	HMAC(EVP_sha256(), model_of(g)->vtpm_secret, 32, (const u8 *)IDENTITY_LABEL,
	     sizeof(IDENTITY_LABEL), mac, NULL);
	digest_of(mac, sizeof(mac), identity);
}

/* TPM_COMPOSITE_HASH */
static void compute_digest(u32 mask, const u8 *values, size_t len, u8 *digest)
{
	u8 text[2 + 3 + 4 + 24 * 20];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u16(&w, 3);
	put_mask(&w, mask);
	vtpmb_put_u32(&w, len);
	vtpmb_put_bytes(&w, values, len);
	digest_of(text, w.len, digest);
}

static bool twin_shows(struct diff_guest *g, unsigned int nr)
{
	u8 values[24 * 20], extend[2][32];
	struct shown *shown = &model_of(g)->shown[nr];
	u32 pcr = register_pcrs[nr], i;
	size_t len = 0;

	for (i = 0; i < 24; i++) {
		if (!(shown->mask & 1u << i))
			continue;
		if (!twin_reads(g, i, values + len))
			return false;
		len += 20;
	}
	if (!twin_resets(g, pcr))
		return false;
	if (!shown->mask)
		return true;
	if (pcr == COMPOSITE_PCR) {
		compute_composite(g, shown->mask, values, len, extend[0]);
		return twin_extends(g, pcr, extend[0], shown->value);
	}
	compute_identity(g, extend[0]);
	compute_digest(shown->mask, values, len, extend[1]);
	return twin_extends(g, pcr, extend[0], shown->value) &&
	       twin_extends(g, pcr, extend[1], shown->value);
}

/* The twin's registers get the values that the guest's have. */
static bool twin_follows(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int nr;

	core_twin_locality(g->twin, 0);
	for (nr = 0; nr < NR_REGISTERS; nr++) {
		if (m->shown[nr].has_changed)
			m->shown[nr].has_changed = !twin_shows(g, nr);
	}
	core_twin_locality(g->twin, g->vtpm->locality);
	return !m->shown[0].has_changed && !m->shown[1].has_changed;
}

/*
 * Commands of the test's own end the twin's SHA-1 thread and void its saved state.  They may
 * come only before a command that does the same.
 */
static bool would_notice(const struct diff_guest *g, const struct diff_pair *p)
{
	if (p->len[TWINS] < VTPMB_HEADER_SIZE ||
	    vtpmb_peek_u32(p->cmd[TWINS] + 2) != p->len[TWINS])
		return true;
	switch (vtpmb_peek_u32(p->cmd[TWINS] + 6)) {
	case TPM_ORD_SHA1Update:
	case TPM_ORD_SHA1Complete:
	case TPM_ORD_SHA1CompleteExtend:
	case TPM_ORD_Init:
	case TPM_ORD_Startup:
		return true;
	case TPM_ORD_ExecuteTransport:
		return model_of(g)->hashes;
	default:
		return false;
	}
}

/* Before each command. */
void follow_registers(struct diff_guest *g, const struct diff_pair *p)
{
	if (!would_notice(g, p))
		twin_follows(g);
}

/* After each command. */
void note_registers(struct diff_guest *g, const struct diff_pair *p)
{
	u32 code = vtpmb_peek_u32(p->cmd[TWINS] + 6);
	struct model *m = model_of(g);
	bool changes = code == TPM_ORD_Extend || code == TPM_ORD_SHA1CompleteExtend ||
		       code == TPM_ORD_PCR_Reset || code == TPM_ORD_Startup;
	unsigned int nr;

	if (p->rsp[TWINS].rc)
		return;
	if (code != TPM_ORD_SHA1Update && code != TPM_ORD_ExecuteTransport)
		m->hashes = code == TPM_ORD_SHA1Start;
	for (nr = 0; nr < NR_REGISTERS && changes; nr++)
		m->shown[nr].has_changed |= m->shown[nr].mask != 0;
}

/* The administrator selects other PCRs, while the TPM can be brought to it. */
void choose_registers(struct diff_guest *g)
{
	struct call c;

	begin_call(&c, g, TPM_ORD_PcrRead);
	c.steady = true;
	c.bare = true;
	arg_u32(&c, 0);
	if (!send_call(&c, AGREE_BYTES))
		return;
	choose_all(g);
	if (!twin_follows(g))
		diff_renew(g);
}
