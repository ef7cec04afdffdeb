// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the registers of a guest of the differential test, composite and attest.
 *
 * The test computes their values from the twin's PCRs and the proxy's secret, and brings the
 * twin's PCRs of these numbers to them.  So the twin answers what the guest is to be answered.
 */

#include "tpm20_model.h"

#define COMPOSITE_LABEL	"vtpm_bridge composite"
#define IDENTITY_LABEL	"vtpm_bridge identity"
#define PASSWORD	"00000009 40000009 0000 01 0000"
/* 0-7 and 11, in two parts: a TPM reads eight digests at once. */
#define MASK		0x8ff
#define MASK_PARTS	{ "ff0000", "000800" }
#define MAX_BANKS	8

/* Half of the guests have the one, and half have the other. */
void begin_registers(struct diff_guest *g)
{
	struct model *m = model_of(g);

	diff_bytes(g, m->secret, sizeof(m->secret));
	core_set_bytes(g->vtpm, VTPMB_SETTING_SECRET, m->secret, sizeof(m->secret));
	m->composite = diff_once_in(g, 2);
	m->attest = diff_once_in(g, 2);
	m->has_changed = m->composite || m->attest;
	core_set(g->vtpm, VTPMB_SETTING_COMPOSITE, m->composite ? MASK : 0);
	core_set(g->vtpm, VTPMB_SETTING_ATTEST, m->attest ? MASK : 0);
}

/* Whether its value is in the bank of SHA-256. */
bool has_composite(struct diff_guest *g)
{
	return model_of(g)->composite && !model_of(g)->allocated;
}

bool has_attest(struct diff_guest *g)
{
	return model_of(g)->attest && !model_of(g)->allocated;
}

/* A TPML_PCR_SELECTION of a register alone, in that bank. */
void put_composite(struct call *c)
{
	put_hex(c, "00000001 000b 03 000001");
}

void put_attest(struct call *c)
{
	put_hex(c, "00000001 000b 03 000080");
}

/* A command of the test's own, which the guest does not send. */
static bool twin_takes(struct diff_guest *g, const char *hex, struct core_rsp *rsp)
{
	core_twin_send_hex(g->twin, hex, rsp);
	return !rsp->rc;
}

/* The digests of the selected PCRs in one bank; false if the TPM reads none now. */
static bool read_values(struct diff_guest *g, u16 alg, struct vtpmb_writer *values)
{
	static const char * const parts[] = MASK_PARTS;
	unsigned int i, k, nr;
	struct core_rsp rsp;
	char hex[64];

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		const u8 *at = rsp.buf + VTPMB_HEADER_SIZE + 14;

		snprintf(hex, sizeof(hex), "8001 ???????? 0000017e 00000001 %04x 03 %s", alg,
			 parts[i]);
		if (!twin_takes(g, hex, &rsp))
			return false;
		nr = vtpmb_peek_u32(at);
		at += 4;
		for (k = 0; k < nr; k++) {
			vtpmb_put_bytes(values, at + 2, vtpmb_peek_u16(at));
			at += 2 + vtpmb_peek_u16(at);
		}
	}
	return true;
}

/* By what the composite is extended; false if the TPM does not answer now. */
static bool compute_composite(struct diff_guest *g, struct digest *extend)
{
	u8 head[sizeof(COMPOSITE_LABEL) + 4 + 6 * MAX_BANKS + 32], values[VTPMB_BUF_SIZE];
	struct vtpmb_writer h, w;
	struct core_rsp banks;
	struct digest digest;
	unsigned int i, nr;

	if (!twin_takes(g, "8001 ???????? 0000017a 00000005 00000000 00000001", &banks))
		return false;
	nr = vtpmb_peek_u32(banks.buf + VTPMB_HEADER_SIZE + 5);
	vtpmb_writer_init(&h, head, sizeof(head));
	vtpmb_writer_init(&w, values, sizeof(values));
	vtpmb_put_bytes(&h, COMPOSITE_LABEL, sizeof(COMPOSITE_LABEL));
	vtpmb_put_u32(&h, nr);
	for (i = 0; i < nr; i++) {
		const u8 *bank = banks.buf + VTPMB_HEADER_SIZE + 9 + 6 * i;
		size_t before = w.len;

		if (!read_values(g, vtpmb_peek_u16(bank), &w))
			return false;
		vtpmb_put_bytes(&h, bank, 3);
		vtpmb_put_u8(&h, w.len > before ? MASK & 0xff : 0);
		vtpmb_put_u8(&h, w.len > before ? MASK >> 8 : 0);
		vtpmb_put_u8(&h, 0);
	}
	hash_of(TPM2_ALG_SHA256, values, w.len, &digest);
	vtpmb_put_bytes(&h, digest.at, digest.len);
	hmac_of(TPM2_ALG_SHA256, model_of(g)->secret, 32, head, h.len, extend);
	return true;
}

/* By what attest is extended: the identity, and what a quote of the PCRs has. */
static bool compute_attest(struct diff_guest *g, struct digest extend[2])
{
	u8 values[VTPMB_BUF_SIZE];
	struct vtpmb_writer w;
	struct digest mac;

	vtpmb_writer_init(&w, values, sizeof(values));
	if (!read_values(g, TPM2_ALG_SHA256, &w))
		return false;
	hmac_of(TPM2_ALG_SHA256, model_of(g)->secret, 32, IDENTITY_LABEL, sizeof(IDENTITY_LABEL),
		&mac);
	hash_of(TPM2_ALG_SHA256, mac.at, mac.len, &extend[0]);
	hash_of(TPM2_ALG_SHA256, values, w.len, &extend[1]);
	return true;
}

static bool twin_resets(struct diff_guest *g, u32 pcr)
{
	struct core_rsp rsp;
	char hex[100];

	snprintf(hex, sizeof(hex), "8002 ???????? 0000013d %08x " PASSWORD, pcr);
	return twin_takes(g, hex, &rsp);
}

static bool twin_extends(struct diff_guest *g, u32 pcr, const struct digest *digest)
{
	struct core_rsp rsp;
	char hex[200];
	size_t len, i;

	len = snprintf(hex, sizeof(hex), "8002 ???????? 00000182 %08x " PASSWORD " 00000001 000b ",
		       pcr);
	for (i = 0; i < digest->len; i++)
		len += sprintf(hex + len, "%02x", digest->at[i]);
	return twin_takes(g, hex, &rsp);
}

static bool twin_shows_composite(struct diff_guest *g)
{
	struct digest extend;

	return compute_composite(g, &extend) && twin_resets(g, COMPOSITE_PCR) &&
	       twin_extends(g, COMPOSITE_PCR, &extend);
}

static bool twin_shows_attest(struct diff_guest *g)
{
	struct digest extend[2];

	return compute_attest(g, extend) && twin_resets(g, ATTEST_PCR) &&
	       twin_extends(g, ATTEST_PCR, &extend[0]) && twin_extends(g, ATTEST_PCR, &extend[1]);
}

/* Before each command: the twin's registers become what they represent. */
void follow_registers(struct diff_guest *g)
{
	struct model *m = model_of(g);

	if (!m->has_changed)
		return;
	core_twin_locality(g->twin, 0);
	m->has_changed = (m->composite && !twin_shows_composite(g)) ||
			 (m->attest && !twin_shows_attest(g));
	core_twin_locality(g->twin, g->vtpm->locality);
}

/* After each command, whatever came of it. */
void note_registers(struct diff_guest *g, const struct diff_pair *p)
{
	static const u32 changing[] = {
		TPM2_CC_PCR_Extend, TPM2_CC_PCR_Event, TPM2_CC_PCR_Reset, TPM2_CC_PCR_Allocate,
		TPM2_CC_EventSequenceComplete, TPM2_CC_Startup, TPM2_CC_Clear,
	};
	u32 code = vtpmb_peek_u32(p->cmd[TWINS] + 6);
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(changing) && (m->composite || m->attest); i++)
		m->has_changed |= code == changing[i];
}
