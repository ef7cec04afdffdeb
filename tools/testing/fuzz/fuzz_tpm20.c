// SPDX-License-Identifier: GPL-2.0-only
/* A fuzzer of the pure core: TPM 2.0. */

#include <stdio.h>
#include <string.h>
#include "fuzz.h"
#include "tpm20_sample.h"

#define NR_CONTEXTS	16
#define HEX_SIZE	(2 * VTPMB_BUF_SIZE + 64)

/* ContextLoad commands of what any guest has saved, for all to try. */
static char contexts[NR_CONTEXTS][HEX_SIZE];

static void grant(unsigned int i)
{
	struct vtpmb_vtpm *vtpm = fuzz_vtpm[i];

	vtpm->pp_pin = fuzz_below(2);
	/* PCR 23 is either the chip's, or shows others, or is an ordinary one. */
	vtpm->real_pcrs = fuzz_below(2) ? 1 << 23 : 0;
	core_set(vtpm, VTPMB_SETTING_ATTEST, !vtpm->real_pcrs && fuzz_below(2) ? 0x8ff : 0);
	core_set(vtpm, VTPMB_SETTING_COMPOSITE, fuzz_below(2) ? 0x8ff : 0);
	core_grant(vtpm, VTPMB_RANGE_NV, 0x01000000 + 0x100 * i, 0x010000ff + 0x100 * i);
	core_grant(vtpm, VTPMB_RANGE_PERSISTENT, 0x81000100 + 0x100 * i,
		   0x810001ff + 0x100 * i);
}

static void power_on(unsigned int i)
{
	struct core_rsp rsp;

	core_send_hex(fuzz_vtpm[i], fuzz_below(4) ? STARTUP_CLEAR : STARTUP_STATE, &rsp);
	if (rsp.rc)
		core_send_hex(fuzz_vtpm[i], STARTUP_CLEAR, &rsp);
}

static u32 any_handle(void)
{
	static const u32 first[] = {
		0x80000000, 0x80000000, 0x81000000, 0x81000100, 0x02000000, 0x03000000, 0x03000000,
		0x01000000, 0,
	};
	static const u32 permanent[] = {
		0x40000001, 0x40000007, 0x4000000a, 0x4000000b, 0x4000000c,
	};

	if (!fuzz_below(3))
		return permanent[fuzz_below(ARRAY_SIZE(permanent))];
	return first[fuzz_below(ARRAY_SIZE(first))] + fuzz_below(8);
}

/* Words that samples know, each with some handle that may be right. */
static void guess_things(struct sample_things *things, unsigned int i)
{
	static const struct {
		const char *name;
		u32 first;
		u32 nr;
	} words[] = {
		{ "storage", 0x80000000, 6 }, { "signing", 0x80000000, 6 },
		{ "hmac", 0x80000000, 6 }, { "aes", 0x80000000, 6 }, { "rsa", 0x80000000, 6 },
		{ "ecdh", 0x80000000, 6 }, { "ecdaa", 0x80000000, 6 },
		{ "child", 0x80000000, 6 }, { "sealed", 0x80000000, 6 },
		{ "movable", 0x80000000, 6 }, { "secret", 0x80000000, 6 },
		{ "st-clear", 0x80000000, 6 }, { "hash", 0x80000000, 6 },
		{ "event", 0x80000000, 6 }, { "mac", 0x80000000, 6 },
		{ "hmac-session", 0x02000000, 8 }, { "policy", 0x03000000, 8 },
		{ "trial", 0x03000000, 8 }, { "bound", 0x02000000, 8 },
		{ "index", 0x01000000, 4 }, { "written", 0x01000000, 4 },
		{ "counter", 0x01000000, 4 }, { "bits", 0x01000000, 4 },
		{ "digest", 0x01000000, 4 },
	};
	unsigned int k;

	sample_begin(things);
	for (k = 0; k < ARRAY_SIZE(words); k++) {
		things->name[k] = words[k].name;
		things->handle[k] = words[k].first + fuzz_below(words[k].nr);
		if (words[k].first == 0x01000000)
			things->handle[k] += 0x100 * i;
	}
	things->nr = ARRAY_SIZE(words);
	things->taken_len = 2;
}

static void keep_context(const struct core_rsp *rsp)
{
	char *hex = contexts[fuzz_below(NR_CONTEXTS)];
	size_t len = sprintf(hex, "8001 ???????? 00000161 ");

	put_hex(hex, len, rsp->buf + VTPMB_HEADER_SIZE, rsp->len - VTPMB_HEADER_SIZE);
}

/* Another handle, a session in the password's place, or bytes of any kind. */
static size_t disturb(u8 *cmd, size_t len, const struct sample *s, unsigned int nr_handles)
{
	size_t at = VTPMB_HEADER_SIZE + 4 * nr_handles;
	unsigned int i;

	for (i = 0; i < nr_handles && at <= len; i++) {
		if (!fuzz_below(4))
			vtpmb_poke_u32(cmd + VTPMB_HEADER_SIZE + 4 * i, any_handle());
	}
	if (s->nr_auths && at + 11 <= len && !fuzz_below(3)) {
		vtpmb_poke_u32(cmd + at + 4, (fuzz_below(2) ? 0x02000000 : 0x03000000) +
			       fuzz_below(8));
		cmd[at + 10] = fuzz_below(2) | fuzz_below(4) << 5;
	}
	return fuzz_below(3) ? len : fuzz_spoil(cmd, len);
}

static void mutate(unsigned int i)
{
	unsigned int nr = fuzz_below(SAMPLE_NR);
	const struct vtpmb_tpm20_row *row = vtpmb_tpm20_rows + nr;
	const struct sample *s = &samples[nr];
	static struct sample_things things;
	static char hex[10 * VTPMB_BUF_SIZE];
	u8 cmd[VTPMB_BUF_SIZE];
	struct core_rsp rsp;
	size_t len;

	if (!s->text || s->answerer == UNSAFE)
		return;
	guess_things(&things, i);
	snprintf(hex, sizeof(hex), "%s ???????? %08x %s", s->nr_auths ? "8002" : "8001", s->code,
		 sample_expand(&things, s->text));
	len = disturb(cmd, core_hex(cmd, sizeof(cmd), hex), s, row->nr_handles);
	if (vtpmb_peek_u32(cmd + 2) > len)
		vtpmb_poke_u32(cmd + 2, len);
	core_send(fuzz_vtpm[i], cmd, len, &rsp);
	if (!rsp.err && !rsp.rc && s->code == 0x162)
		keep_context(&rsp);
}

/* As Linux does, but for the secret behind its point, which is the curve's generator. */
#define NULL_PRIMARY	"8002 ???????? 00000131 40000007" PW "0004 0000 0000" \
	"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000"
#define START_SALTED(key, bind, type) "8001 ???????? 00000176 " key bind "0010" NONCE "0044" \
	"0020 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
	"0020 4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5" \
	type "0006 0080 0043 000b"

static const char * const flows[] = {
	NULL_PRIMARY, NULL_PRIMARY, START_SALTED("80000000", "40000007", "00"),
	START_SALTED("80000000", "40000001", "00"), START_SALTED("80000001", "40000007", "01"),
	START_SALTED("80000000", "80000001", "00"),
	PRIMARY("40000001"), PRIMARY("4000000b"), PRIMARY("40000007"),
	START_HMAC, START_POLICY, START_TRIAL,
	START_BOUND("80000000"), START_BOUND("81000001"), START_BOUND("40000001"), HASH_START,
	CONTEXT_SAVE "80000000", CONTEXT_SAVE "80000001",
	CONTEXT_SAVE "03000000", CONTEXT_SAVE "02000001",
	FLUSH "80000000", FLUSH "80000001", FLUSH "03000000", FLUSH "02000001",
	SHUTDOWN_STATE, SHUTDOWN_CLEAR,
	/* Clear; EvictControl, into a range and out of it. */
	"8002 ???????? 00000126 4000000c" PW,
	"8002 ???????? 00000120 40000001 80000000" PW "81000001",
	"8002 ???????? 00000120 40000001 80000000" PW "81000102",
	"8002 ???????? 00000120 40000001 81000001" PW "81000001",
	/* HierarchyChangeAuth, there and back; HierarchyControl; lists. */
	"8002 ???????? 00000129 40000001" PW "0003 616263",
	"8002 ???????? 00000129 40000001" PW_ABC "0000",
	"8002 ???????? 00000121 4000000c" PW "40000001 00",
	"8002 ???????? 00000121 4000000c" PW "40000001 01",
	"8001 ???????? 0000017a 00000006 00000200 000000ff",
	"8001 ???????? 0000017a 00000001 01000000 000000ff",
};

static void act(unsigned int i)
{
	const char *hex = flows[fuzz_below(ARRAY_SIZE(flows))];
	struct core_rsp rsp;

	if (!fuzz_below(5))
		hex = contexts[fuzz_below(NR_CONTEXTS)];
	if (!*hex)
		return;
	core_send_hex(fuzz_vtpm[i], hex, &rsp);
	if (!rsp.err && !rsp.rc && vtpmb_peek_u32(rsp.buf + 2) > VTPMB_HEADER_SIZE &&
	    strstr(hex, "00000162"))
		keep_context(&rsp);
}

/* PCRs but the policies' and what is granted, hierarchies, who is persistent. */
static const char * const state[] = {
	"8001 ???????? 0000017e 00000001 000b 03 ff0000",
	"8001 ???????? 0000017e 00000001 000b 03 00ff00",
	"8001 ???????? 0000017e 00000001 0004 03 ff0000",
	"8001 ???????? 0000017a 00000006 00000201 00000001",
	"8001 ???????? 0000017a 00000005 00000000 00000001",
};

static const u32 refusals[] = {
	0x101, 0x1cb, 0x1df, 0x901, 0x902, 0x903, 0x904, 0x905, 0x908, 0x910, 0x918, 0x922,
	0x98e, 0x9a2,
};

static const struct fuzz_family tpm20 = {
	.family = CORE_TPM20,
	.begin = sample_setup,
	.grant = grant,
	.start = power_on,
	.act = act,
	.mutate = mutate,
	.state = state,
	.nr_state = ARRAY_SIZE(state),
	.refusals = refusals,
	.nr_refusals = ARRAY_SIZE(refusals),
};

int main(int argc, char **argv)
{
	return fuzz_main(&tpm20, argc, argv);
}
