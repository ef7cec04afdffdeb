// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: PCRs of the chip, granted to one proxy, and what that grants to
 * nobody else.
 *
 * A proxy that has all of the chip's PCRs but the one of the policies is
 * compared with a TPM of its own in every byte.
 */

#define _GNU_SOURCE
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include "tpm20_guest.h"

#define ALL_BUT_16	0xfeffff
#define READ(list)	"8001 ???????? 0000017e " list
#define READ_EACH	READ("00000001 000b 03 %s")
#define PCR_7		"00000001 000b 03 800000"
#define PCR_8		"00000001 000b 03 000100"
#define PCRS_7_8	"00000001 000b 03 800100"
#define POLICY_PCR	"8001 ???????? 0000017f 03000000 "
#define GET_DIGEST	"8001 ???????? 00000189 03000000"
#define HASH_OF_ZEROS32	"66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
#define UNSEAL		"8002 ???????? 0000015e 80000001 00000009 03000000 0000 01 0000"
#define QUOTE(scheme, list) "8002 ???????? 00000158 80000000" PW "0004 6e6f6e63 " scheme list
#define CREATE(list)	"8002 ???????? 00000153 80000000" PW \
	"0004 0000 0000 " ECC_TEMPLATE " 0000 " list
#define CREATE_PRIMARY(template, list) "8002 ???????? 00000131 40000001" PW \
	"0004 0000 0000 " template " 0000 " list
#define HMAC_0		"00000009 02000000 0000 01 0000"
#define HMAC_0_PW	"00000012 02000000 0000 01 0000 40000009 0000 01 0000"
#define HMAC_0_MAC	"00000029 02000000 0000 01 0020" ZEROS32
#define EVENT_COMPLETE(pcr) "8002 ???????? 00000185 " pcr "80000000" PW_PW "0003 616263"

static struct vtpmb_vtpm *other;

static void begin_with(u32 real_pcrs)
{
	begin();
	v->real_pcrs = real_pcrs;
	other = core_new();
	same(STARTUP_CLEAR);
	core_send_hex(other, STARTUP_CLEAR, &rv);
	CHECK_EQ(rv.rc, 0);
}

static void end_with(void)
{
	core_free(other);
	end();
}

/* The SHA-256 bank of the chip, as its owner sees it. */
static void host_read(u8 (*pcr)[32])
{
	struct core_rsp rsp;
	char hex[100];
	unsigned int i;

	for (i = 0; i < 24; i++) {
		snprintf(hex, sizeof(hex), READ("00000001 000b 03 %02x%02x%02x"),
			 (1 << i) & 0xff, (1 << i) >> 8 & 0xff, (1 << i) >> 16);
		core_raw_hex(hex, &rsp);
		CHECK_EQ(rsp.rc, 0);
		memcpy(pcr[i], rsp.buf + rsp.len - 32, 32);
	}
}

/* All banks and the counter: any change of any PCR. */
static void host_state(u8 *digest)
{
	static const char * const lists[] = {
		"00000001 0004 03 %s", "00000001 000b 03 %s", "00000001 000c 03 %s",
		"00000001 000d 03 %s",
	};
	static const char * const bits[] = { "ff0000", "00ff00", "0000ff" };
	struct core_rsp rsp;
	char list[100], hex[200];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int i, j;

	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		for (j = 0; j < ARRAY_SIZE(bits); j++) {
			snprintf(list, sizeof(list), lists[i], bits[j]);
			snprintf(hex, sizeof(hex), READ("%s"), list);
			core_raw_hex(hex, &rsp);
			CHECK_EQ(rsp.rc, 0);
			EVP_DigestUpdate(ctx, rsp.buf, rsp.len);
		}
	}
	EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
}

static void host_must(const char *hex)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	CHECK_EQ(rsp.rc, 0);
}

/* The twin has the same PCRs as the host had when the proxy began. */
static void twin_must(const char *hex)
{
	core_twin_send_hex(twin, hex, &rt);
	CHECK_EQ(rt.rc, 0);
}

static void granted_pcrs_are_as_those_of_a_tpm(void)
{
	static const char * const commands[] = {
		EXTEND("0000000a"), EXTEND("00000000"), EXTEND("00000011"), EXTEND("00000017"),
		"8002 ???????? 00000182 0000000a" PW_NO_CONTINUE "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000002 000b" ZEROS32 "0004" ZEROS20,
		"8002 ???????? 00000182 0000000a" PW "00000000",
		"8002 ???????? 0000013c 0000000b" PW "0003 616263",
		"8002 ???????? 0000013c 0000000b" PW "0000",
		"8002 ???????? 0000013d 00000017" PW,
		"8002 ???????? 0000013d 00000014" PW,
		"8002 ???????? 0000013d 00000000" PW,
		READ("00000001 000b 03 fffefe"), READ("00000001 000b 03 00fc00"),
		READ("00000001 000b 03 0000fe"), READ("00000001 000d 03 00fc00"),
		READ("00000002 0004 03 070000 000b 03 000cfe"),
		READ("00000004 0004 03 070000 000b 03 000cfe 000c 03 010202 000d 03 ff0000"),
	};
	struct core_rsp raw;
	unsigned int i;

	begin_with(ALL_BUT_16);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	core_raw_hex(READ("00000001 000b 03 00fc00"), &raw);
	same(READ("00000001 000b 03 00fc00"));
	CHECK_EQ(raw.len, rv.len);
	CHECK_MEM(raw.buf, rv.buf, raw.len);
	CHECK_EQ(rv.nr_chip_commands, 1);
	end_with();
}

static void malformed_commands_on_granted_pcrs_are_refused_as_by_a_tpm(void)
{
	static const char * const commands[] = {
		"8001 ???????? 00000182 0000000a 00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000001 0010" ZEROS32,
		"8002 ???????? 00000182 00000018" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW_A "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 0000000a" PW "00000001 000b" ZEROS32 "00",
		"8002 ???????? 00000182 0000000a" PW "00000001 000b" ZEROS20,
		"8002 ???????? 00000182 0000000a" PW "00000005",
		"8002 ???????? 00000182 0000000a" PW,
		"8002 ???????? 0000013d 0000000a" PW "00",
		"8002 ???????? 0000013d 0000000a" PW_A,
		"8002 ???????? 0000013c 0000000b" PW "0401 616263",
		"8002 ???????? 0000013c 0000000b" PW "0003 6162",
		READ("00000001 0027 03 ffffff"), READ("00000001 0010 03 ffffff"),
		READ("00000001 000b 02 ffff"), READ("00000001 000b 03 ffff"),
		READ("00000001 000b 04 ffff0000"), READ("00000005"), READ("00"),
		READ("00000001 000b 03 ff0000 00"),
		"8002 ???????? 00000183 00000000" PW "0000",
		"8002 ???????? 0000012c 4000000c" PW "0000 0010 00000000",
	};
	unsigned int i;

	begin_with(ALL_BUT_16);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	end_with();
}

static void event_sequence_extends_a_granted_pcr(void)
{
	u8 before[24][32], after[24][32];

	begin_with(1 << 10);
	host_read(before);
	same_rc("8001 ???????? 00000186 0000 0010");
	same(EVENT_COMPLETE("0000000a"));
	CHECK_EQ(rv.rc, 0);
	same_rc("8001 ???????? 00000186 0000 0010");
	same(EVENT_COMPLETE("0000000b"));
	same_rc("8001 ???????? 00000186 0000 0010");
	same(EVENT_COMPLETE("40000007"));
	host_read(after);
	CHECK(memcmp(before[10], after[10], 32));
	CHECK_MEM(before[11], after[11], 32);
	core_twin_send_hex(twin, READ("00000001 000b 03 000c00"), &rt);
	want(READ("00000001 000b 03 000c00"), 0);
	CHECK_MEM(rv.buf + 14, rt.buf + 14, rt.len - 14);
	end_with();
}

/* The proxy does it, on PCRs that it does not have; or anything else that might. */
static void attack(struct vtpmb_vtpm *vtpm)
{
	static const char * const commands[] = {
		"8002 ???????? 00000182 %08x" PW "00000001 000b" ZEROS32,
		"8002 ???????? 00000182 %08x" PW "00000002 0004" ZEROS20 "000b" ZEROS32,
		"8002 ???????? 0000013c %08x" PW "0003 616263",
		"8002 ???????? 0000013d %08x" PW,
		"8002 ???????? 00000183 %08x" PW "0000",
		"8002 ???????? 00000182 %08x" HMAC_0 "00000001 000b" ZEROS32,
		"8002 ???????? 0000013d %08x" HMAC_0,
		"8002 ???????? 00000185 %08x 80000001" PW_PW "0003 616263",
		"8002 ???????? 00000185 %08x 80000001" HMAC_0_PW "0003 616263",
	};
	static const char * const others[] = {
		"8002 ???????? 0000012b 4000000c" PW "00000001 000b 03 000000",
		"8002 ???????? 0000012c 4000000c" PW "0000 0010 00000000",
		POLICY_PCR "0000 00000001 000b 03 ffffff",
		QUOTE("0018 000b", "00000001 000b 03 ffffff"),
		CREATE("00000001 000b 03 ffffff"),
		SHUTDOWN_CLEAR,
	};
	struct core_rsp rsp;
	char hex[400];
	unsigned int i, pcr, locality;

	core_send_hex(vtpm, PRIMARY("40000001"), &rsp);
	core_send_hex(vtpm, START_HMAC, &rsp);
	core_send_hex(vtpm, START_POLICY, &rsp);
	for (locality = 0; locality < 5; locality++) {
		vtpm->locality = locality;
		for (pcr = 0; pcr < 25; pcr++) {
			if (vtpm->real_pcrs & 1 << pcr)
				continue;
			core_send_hex(vtpm, "8001 ???????? 00000186 0000 0010", &rsp);
			for (i = 0; i < ARRAY_SIZE(commands); i++) {
				snprintf(hex, sizeof(hex), commands[i], pcr);
				core_send_hex(vtpm, hex, &rsp);
			}
			core_send_hex(vtpm, FLUSH "80000001", &rsp);
		}
		for (i = 0; i < ARRAY_SIZE(others); i++)
			core_send_hex(vtpm, others[i], &rsp);
	}
	vtpm->locality = 0;
	core_reset(vtpm);
	core_send_hex(vtpm, STARTUP_CLEAR, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_end_turn();
}

static void without_the_grant_host_pcrs_never_change(void)
{
	u8 before[32], after[32];

	begin_with(0);
	host_state(before);
	attack(v);
	host_state(after);
	CHECK_MEM(before, after, 32);
	end_with();
}

/* Nor does a grant of one reach the next one, or another proxy. */
static void grant_is_of_these_pcrs_to_this_proxy(void)
{
	u8 before[32], after[32];

	begin_with(1 << 10 | 1 << 0);
	host_state(before);
	attack(v);
	attack(other);
	host_state(after);
	CHECK_MEM(before, after, 32);
	want(EXTEND("0000000a"), 0);
	host_state(after);
	CHECK(memcmp(before, after, 32));
	end_with();
}

static bool contains(const struct core_rsp *rsp, const u8 *bytes)
{
	return rsp->len > 32 && memmem(rsp->buf, rsp->len, bytes, 32);
}

static void without_the_grant_host_pcrs_are_not_seen(void)
{
	static const char * const commands[] = {
		READ("00000001 000b 03 ffffff"), READ("00000001 000b 03 800000"),
		QUOTE("0018 000b", PCR_7), CREATE(PCR_7), POLICY_PCR "0000" PCR_7, GET_DIGEST,
	};
	u8 pcr[24][32], digest[32];
	unsigned int i;

	begin_with(1 << 8);
	host_must(EXTEND("00000007"));
	host_read(pcr);
	sha256(pcr[7], 32, digest);
	want(PRIMARY("40000001"), 0);
	want(START_POLICY, 0);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		core_send_hex(v, commands[i], &rv);
		CHECK(!contains(&rv, pcr[7]));
		CHECK(!contains(&rv, digest));
	}
	/* What it is compared with is the guest's own, too. */
	{
		char hex[300] = POLICY_PCR "0020";
		size_t len = put_hex(hex, strlen(hex), digest, 32);

		strcpy(hex + len, PCR_7);
		want("8001 ???????? 00000180 03000000", 0);
		want(hex, 0x1c4);
	}
	end_with();
}

static void private_pcrs_cost_nothing_beside_granted_ones(void)
{
	static const char * const commands[] = {
		READ("00000001 000b 03 ff0100"), READ("00000000"), EXTEND("00000007"),
		"8002 ???????? 0000013c 00000007" PW "0003 616263",
		"8002 ???????? 0000013d 00000017" PW,
		EXTEND("40000007"),
	};
	unsigned int i;

	begin_with(0x00fe00);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		want(commands[i], 0);
		CHECK_EQ(rv.answer, VTPMB_ANSWER_LOCAL);
		CHECK_EQ(rv.nr_chip_commands, 0);
	}
	end_with();
}

/* Both have extended the same ones, each where its PCRs are. */
static void extend_some(void)
{
	unsigned int i;
	char hex[300];

	for (i = 0; i < 24; i += 3) {
		snprintf(hex, sizeof(hex), "8002 ???????? 00000182 %08x" PW
			 "00000002 000b" ZEROS32 "0004" ZEROS20, i);
		same(hex);
	}
}

/* All but pcrUpdateCounter, which is the sum of two. */
static void same_values_at(int line, const char *hex)
{
	same_rc_at(line, hex);
	if (memcmp(rv.buf + 14, rt.buf + 14, rt.len - 14)) {
		core_fail(__FILE__, line, "%s", hex);
		core_dump("proxy", rv.buf, rv.len);
		core_dump("twin", rt.buf, rt.len);
	}
	if (rv.nr_chip_commands > 1)
		core_fail(__FILE__, line, "%s: %u chip commands", hex, rv.nr_chip_commands);
}

static void read_of_both_kinds_is_in_the_order_of_a_tpm(void)
{
	static const u16 algs[] = { 0x0004, 0x000b, 0x000c, 0x000d };
	static const u32 masks[] = { 0, 0x00ff00, 0x5a5a5a, 0x000001, ALL_BUT_16 };
	unsigned int i, n, m, nr_sels;
	char hex[200];

	srandom(1);
	begin_with(0x5a5a5a);
	extend_some();
	for (i = 0; i < 500; i++) {
		nr_sels = random() % 5;
		n = sprintf(hex, READ("%08x"), nr_sels);
		while (nr_sels--)
			n += sprintf(hex + n, "%04x03%06x", algs[random() % 4],
				     (unsigned int)(random() & random() & 0xffffff));
		same_values_at(__LINE__, hex);
	}
	same_values_at(__LINE__, READ("00000002 000b 03 ffffff 0004 03 ffffff"));
	same_values_at(__LINE__, READ("00000002 000b 03 070000 000b 03 070000"));
	end_with();

	for (m = 0; m < ARRAY_SIZE(masks); m++) {
		begin_with(masks[m]);
		same_values_at(__LINE__, READ("00000001 000b 03 ffffff"));
		same_values_at(__LINE__, READ("00000001 000b 03 00ffff"));
		same_values_at(__LINE__, READ("00000001 000b 03 0100ff"));
		end_with();
	}
}

static u32 counter(const char *hex)
{
	want(hex, 0);
	return vtpmb_peek_u32(rv.buf + 10);
}

static void counter_of_a_read_tells_of_any_change(void)
{
	u32 private, real, sum;

	begin_with(1 << 8);
	private = counter(READ(PCR_7));
	real = counter(READ(PCR_8));
	sum = counter(READ(PCRS_7_8));
	CHECK_EQ(sum, private + real);
	want(EXTEND("00000007"), 0);
	CHECK_EQ(counter(READ(PCRS_7_8)), sum + 1);
	CHECK_EQ(counter(READ(PCR_8)), real);
	want(EXTEND("00000008"), 0);
	CHECK_EQ(counter(READ(PCRS_7_8)), sum + 2);
	host_must(EXTEND("00000009"));
	CHECK_EQ(counter(READ(PCRS_7_8)), sum + 3);
	CHECK_EQ(counter(READ(PCR_7)), private + 1);
	end_with();
}

/* A bank that the guest switches off is off for its own PCRs alone. */
static void banks_of_the_chip_are_not_the_guests_to_allocate(void)
{
	begin_with(1 << 8);
	want("8002 ???????? 0000012b 4000000c" PW "00000001 000b 03 000000", 0);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(READ(PCR_7), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 24), 0);
	want(READ(PCR_8), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 24), 1);
	want(READ(PCRS_7_8), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 24), 1);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 20), 0x03000100);
	end_with();
}

static void locality_of_the_guest_does_not_reach_the_chip(void)
{
	u8 before[32], after[32];
	unsigned int locality;

	begin_with(1 << 10 | 1 << 20 | 1 << 23);
	host_state(before);
	want(START_HMAC, 0);
	for (locality = 1; locality < 5; locality++) {
		v->locality = locality;
		core_twin_locality(twin, locality);
		want(EXTEND("0000000a"), 0x907);
		want(EXTEND("00000014"), 0x907);
		want("8002 ???????? 0000013c 0000000a" PW "0003 616263", 0x907);
		want("8002 ???????? 0000013d 00000017" PW, 0x907);
		want("8002 ???????? 0000013d 00000014" PW, 0x907);
		want("8002 ???????? 00000182 0000000a" HMAC_0 "00000001 000b" ZEROS32, 0x907);
		want("8001 ???????? 00000186 0000 0010", 0);
		want(EVENT_COMPLETE("0000000a"), 0x907);
		want(FLUSH "80000000", 0);
		/* Its own are as its own locality has it, and reading is free. */
		same(EXTEND("00000015"));
		want(READ("00000001 000b 03 000400"), 0);
	}
	v->locality = 0;
	host_state(after);
	CHECK_MEM(before, after, 32);
	want(EXTEND("00000014"), 0x907);
	want("8002 ???????? 0000013d 00000017" PW, 0);
	end_with();
}

static void guests_startup_leaves_granted_pcrs(void)
{
	u8 before[24][32], after[24][32];

	begin_with(1 << 0 | 1 << 10 | 1 << 23);
	want(EXTEND("00000000"), 0);
	want(EXTEND("0000000a"), 0);
	want(EXTEND("00000017"), 0);
	host_read(before);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	host_read(after);
	CHECK_MEM(before, after, sizeof(before));
	want(READ("00000001 000b 03 010480"), 0);
	CHECK_MEM(rv.buf + 30, after[0], 32);
	CHECK_MEM(rv.buf + 64, after[10], 32);
	CHECK_MEM(rv.buf + 98, after[23], 32);
	end_with();
}

static void grant_that_is_taken_back_leaves_the_private_pcr(void)
{
	static const u8 zeros[32];
	u8 mine[32];

	begin_with(0);
	want(EXTEND("00000007"), 0);
	want(READ(PCR_7), 0);
	memcpy(mine, rv.buf + rv.len - 32, 32);
	v->real_pcrs = 1 << 7;
	want(READ(PCR_7), 0);
	CHECK_MEM(rv.buf + rv.len - 32, zeros, 32);
	want(EXTEND("00000007"), 0);
	want(EXTEND("00000007"), 0);
	v->real_pcrs = 0;
	want(READ(PCR_7), 0);
	CHECK_MEM(rv.buf + rv.len - 32, mine, 32);
	end_with();
}

/* As systemd-cryptenroll does: the policy is computed without the TPM. */
static void seal_to(struct guest *g, const u8 *digest)
{
	char hex[1000];
	size_t len;

	len = sprintf(hex, "8002 ???????? 00000153 80000000" PW
		      "000a 0000 0006 736563726574 002e 0008 000b 00000012 0020 ");
	len = put_hex(hex, len, digest, 32);
	strcpy(hex + len, "0010 0000 0000 00000000");
	create(g, hex);
}

static void policy_computed_without_the_tpm_is_that_of_granted_pcrs(void)
{
	u8 pcr[24][32], digest[32];

	begin_with(1 << 7 | 1 << 8);
	host_must(EXTEND("00000007"));
	twin_must(EXTEND("00000007"));
	host_read(pcr);
	policy_of_pcrs(PCRS_7_8, pcr[7], 64, digest);
	proxy.vtpm = v;
	both(PRIMARY("40000001"), 0);
	same_rc(START_TRIAL);
	same(POLICY_PCR "0000" PCRS_7_8);
	same(GET_DIGEST);
	CHECK_MEM(rv.buf + 12, digest, 32);
	both(FLUSH "03000000", 0);

	seal_to(&proxy, digest);
	seal_to(&alone, digest);
	load_both();
	both(START_POLICY, 0);
	both(POLICY_PCR "0000" PCRS_7_8, 0);
	both(UNSEAL, 0);
	CHECK(!memcmp(proxy.rsp.buf + 16, "secret", 6));

	/* The host's change is the guest's too: between, and before. */
	both(POLICY_PCR "0000" PCRS_7_8, 0);
	host_must(EXTEND("00000008"));
	twin_must(EXTEND("00000008"));
	both(UNSEAL, 0x128);
	both("8001 ???????? 00000180 03000000", 0);
	both(POLICY_PCR "0000" PCRS_7_8, 0);
	both(UNSEAL, 0x99d);
	end_with();
}

static void policy_on_granted_pcrs_takes_what_a_tpm_takes(void)
{
	static const struct {
		const char *params;
		u32 rc;
	} cases[] = {
		{ "0020" ZEROS32 PCR_7, 0x1c4 },
		{ "0014" ZEROS20 PCR_7, 0x1c4 },
		{ "0020" HASH_OF_ZEROS32 PCR_7, 0 },
		{ "0000" PCR_7 "00", 0x095 },
		{ "0041" ZEROS32 ZEROS32 "00" PCR_7, 0x1d5 },
		{ "0000 00000001 0010 03 800000", 0x2c3 },
		{ "0000 00000001 000b 04 80000000", 0x2c4 },
		{ "0000 00000001 000b 03 8000", 0x2da },
		{ "0000 00000002 000b 03 800000 0004 03 000100", 0 },
		{ "0000 00000000", 0 },
	};
	char hex[300];
	unsigned int i;

	begin_with(1 << 7 | 1 << 8);
	proxy.vtpm = v;
	both(START_POLICY, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(hex, sizeof(hex), POLICY_PCR "%s", cases[i].params);
		both(hex, cases[i].rc);
	}
	/* An audit session too: the chip knows all that it covers. */
	both(FLUSH "03000000", 0);
	both(START_HMAC, 0);
	both("8001 ???????? 00000176 40000007 40000007 0010" NONCE "0000 01 0010 000b", 0);
	both("8002 ???????? 0000017f 03000001 00000009 02000000 0000 81 0000 0000" PCR_7, 0);
	end_with();
}

static void policies_of_both_kinds_go_into_one_session(void)
{
	u8 digest[2][32];
	unsigned int i;

	begin_with(1 << 8);
	want(PRIMARY("40000001"), 0);
	for (i = 0; i < 2; i++) {
		want(i ? START_POLICY : START_TRIAL, 0);
		want(POLICY_PCR "0000" PCR_7, 0);
		want(POLICY_PCR "0000" PCR_8, 0);
		want(GET_DIGEST, 0);
		memcpy(digest[i], rv.buf + 12, 32);
		if (!i)
			want(FLUSH "03000000", 0);
	}
	CHECK_MEM(digest[0], digest[1], 32);
	proxy.vtpm = v;
	seal_to(&proxy, digest[0]);
	want(proxy.sealed, 0);
	want(UNSEAL, 0);
	want(POLICY_PCR "0000" PCR_7, 0);
	want(POLICY_PCR "0000" PCR_8, 0);
	want(EXTEND("00000007"), 0);
	want(UNSEAL, 0x128);
	end_with();
}

static void selections_of_both_kinds_are_refused(void)
{
	u8 before[32], after[32];

	begin_with(1 << 8);
	host_state(before);
	want(PRIMARY("40000001"), 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCRS_7_8, 0x143);
	want(POLICY_PCR "0000 00000002 000b 03 000100 0004 03 800000", 0x143);
	want(QUOTE("0018 000b", PCRS_7_8), 0x143);
	want(QUOTE("0018 000b", PCR_7), 0x143);
	want(QUOTE("0010", "00000002 000b 03 000100 0004 03 800000"), 0x143);
	want(CREATE(PCRS_7_8), 0x4c4);
	want(CREATE(PCR_7), 0x4c4);
	want(CREATE_PRIMARY(ECC_TEMPLATE, PCRS_7_8), 0x4c4);
	/* No TPM of this profile has PCR 24, but a chip may. */
	want(QUOTE("0018 000b", "00000001 000b 04 00010001"), 0x3c4);
	want(CREATE("00000001 000b 04 00010001"), 0x4c4);
	want(READ("00000001 000b 04 00010001"), 0x1c4);
	want(POLICY_PCR "0000 00000001 000b 04 00010001", 0x2c4);
	host_state(after);
	CHECK_MEM(before, after, 32);
	end_with();
}

/* Where the selection is, in a quote by a scheme of the future, nobody knows. */
static void quote_by_an_unknown_scheme_is_refused_as_by_a_tpm(void)
{
	static const char * const schemes[] = { "0001", "0060", "0017", "ffff", "0000" };
	char hex[300];
	unsigned int i;

	begin_with(1 << 8);
	proxy.vtpm = v;
	both(PRIMARY("40000001"), 0);
	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		snprintf(hex, sizeof(hex), QUOTE("%s", "%s"), schemes[i], PCR_8);
		both(hex, 0x2d2);
	}
	end_with();
}

static void creation_data_tells_of_granted_pcrs_as_a_tpm_does(void)
{
	begin_with(1 << 8);
	host_must(EXTEND("00000008"));
	twin_must(EXTEND("00000008"));
	same(CREATE_PRIMARY(ECC_TEMPLATE, PCR_8));
	CHECK_EQ(rv.rc, 0);
	proxy.vtpm = v;
	both(CREATE(PCR_8), 0);
	end_with();
}

#define AK_TEMPLATE "0018 0023 000b 00050072 0000 0010 0018 000b 0003 0010 0000 0000"

static EVP_PKEY *public_key(const u8 *x, const u8 *y)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "prime256v1";
	u8 point[65] = { 4 };
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 65),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool verifies(EVP_PKEY *key, const u8 *bytes, size_t len, const u8 *r, u16 r_len,
		     const u8 *s, u16 s_len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 *der = NULL;
	int der_len;
	bool good;

	ECDSA_SIG_set0(sig, BN_bin2bn(r, r_len, NULL), BN_bin2bn(s, s_len, NULL));
	der_len = i2d_ECDSA_SIG(sig, &der);
	good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestVerify(ctx, der, der_len, bytes, len) == 1;
	EVP_MD_CTX_free(ctx);
	ECDSA_SIG_free(sig);
	OPENSSL_free(der);
	return good;
}

/* TPMS_ATTEST: to its TPMS_QUOTE_INFO. */
static bool skip_to_quote(struct vtpmb_reader *r)
{
	const u8 *bytes;
	u32 magic;
	u16 type, len;

	return vtpmb_get_u32(r, &magic) && magic == 0xff544347 &&
	       vtpmb_get_u16(r, &type) && type == 0x8018 &&
	       vtpmb_get_tpm2b(r, &bytes, &len) &&
	       vtpmb_get_tpm2b(r, &bytes, &len) && len == 4 && !memcmp(bytes, "nonc", 4) &&
	       vtpmb_get_bytes(r, 17 + 8);
}

static void quote_is_of_the_chips_values_and_verifies(void)
{
	u8 x[32], y[32], pcr[24][32], digest[32], list[10];
	const u8 *attest, *bytes, *sig_r, *sig_s;
	u16 attest_len, len, r_len, s_len;
	struct vtpmb_reader r, a;
	EVP_PKEY *key;

	begin_with(1 << 7 | 1 << 8);
	host_must(EXTEND("00000007"));
	want(CREATE_PRIMARY(AK_TEMPLATE, "00000000"), 0);
	vtpmb_reader_init(&r, rv.buf + 18, rv.len - 18);
	CHECK(vtpmb_get_tpm2b(&r, &bytes, &len) && len == 20 + 2 * 34);
	memcpy(x, bytes + len - 66, 32);
	memcpy(y, bytes + len - 32, 32);
	key = public_key(x, y);
	CHECK(key);

	want(EXTEND("00000008"), 0);
	want(QUOTE("0010", PCRS_7_8), 0);
	vtpmb_reader_init(&r, rv.buf + 14, rv.len - 14);
	CHECK(vtpmb_get_tpm2b(&r, &attest, &attest_len));
	vtpmb_get_bytes(&r, 4);
	CHECK(vtpmb_get_tpm2b(&r, &sig_r, &r_len) && vtpmb_get_tpm2b(&r, &sig_s, &s_len));
	CHECK(verifies(key, attest, attest_len, sig_r, r_len, sig_s, s_len));

	host_read(pcr);
	sha256(pcr[7], 64, digest);
	core_hex(list, sizeof(list), PCRS_7_8);
	vtpmb_reader_init(&a, attest, attest_len);
	CHECK(skip_to_quote(&a));
	bytes = vtpmb_get_bytes(&a, 10);
	CHECK(bytes);
	CHECK_MEM(bytes, list, 10);
	CHECK(vtpmb_get_tpm2b(&a, &bytes, &len) && len == 32);
	CHECK_MEM(bytes, digest, 32);

	core_send_hex(other, PRIMARY("40000001"), &rv);
	core_send_hex(other, QUOTE("0018 000b", PCRS_7_8), &rv);
	CHECK_EQ(rv.rc, 0x143);
	EVP_PKEY_free(key);
	end_with();
}

/* A PCR's authValue is empty, and so is the key of such a session. */
static size_t hmac_extend(const struct core_rsp *start, u32 pcr, u8 *cmd)
{
	u8 text[100], digest[32], mac[32];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, 0x182);
	vtpmb_put_u32(&w, pcr);
	w.len += core_hex(text + 8, 80, "00000001 000b" ZEROS32);
	sha256(text, w.len, digest);
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, digest, 32);
	vtpmb_put_bytes(&w, start->buf + 16, vtpmb_peek_u16(start->buf + 14));
	vtpmb_put_u8(&w, 1);
	HMAC(EVP_sha256(), "", 0, text, w.len, mac, NULL);

	vtpmb_writer_init(&w, cmd, VTPMB_BUF_SIZE);
	w.len = core_hex(cmd, VTPMB_BUF_SIZE, "8002 00000000 00000182 00000000" HMAC_0_MAC
			 "00000001 000b" ZEROS32);
	vtpmb_poke_u32(cmd + 2, w.len);
	vtpmb_poke_u32(cmd + 10, pcr);
	memcpy(cmd + 27, mac, 32);
	return w.len;
}

static void hmac_session_extends_a_granted_pcr(void)
{
	u8 cmd[VTPMB_BUF_SIZE], before[24][32], after[24][32];
	struct core_rsp start;
	size_t len;

	begin_with(1 << 10);
	host_read(before);
	core_send_hex(v, START_HMAC, &start);
	len = hmac_extend(&start, 10, cmd);
	cmd[40] ^= 1;
	core_send(v, cmd, len, &rv);
	CHECK_EQ(rv.rc, 0x9a2);
	host_read(after);
	CHECK_MEM(before[10], after[10], 32);
	cmd[40] ^= 1;
	core_send(v, cmd, len, &rv);
	CHECK_EQ(rv.rc, 0);
	host_read(after);
	CHECK(memcmp(before[10], after[10], 32));
	/* Not a second time. */
	core_send(v, cmd, len, &rv);
	CHECK_EQ(rv.rc, 0x9a2);
	end_with();
}

/* The last command of the chip that names PCRs, as it got it. */
static u8 seen[VTPMB_BUF_SIZE];
static size_t seen_len;

static void watch(const u8 *cmd, size_t len)
{
	switch (vtpmb_peek_u32(cmd + 6)) {
	case 0x131: case 0x153: case 0x158: case 0x17e: case 0x17f:
		memcpy(seen, cmd, len);
		seen_len = len;
	}
}

/* All that a well-formed TPML_PCR_SELECTION at the end of @r names. */
static u32 named(struct vtpmb_reader *r)
{
	u32 count = 0, pcrs = 0;
	const u8 *bits;

	vtpmb_get_u32(r, &count);
	while (count--) {
		vtpmb_get_bytes(r, 3);
		bits = vtpmb_get_bytes(r, 3);
		if (!bits)
			return ~0U;
		pcrs |= bits[0] | bits[1] << 8 | bits[2] << 16;
	}
	return pcrs;
}

static void skip_2b(struct vtpmb_reader *r)
{
	const u8 *bytes;
	u16 len;

	vtpmb_get_tpm2b(r, &bytes, &len);
}

/* What the chip was asked of PCRs, if it did it: that is all it knows of. */
static u32 seen_pcrs(void)
{
	struct vtpmb_reader r;
	u32 code, len = 0;
	u16 scheme = 0;

	vtpmb_reader_init(&r, seen + 10, seen_len - 10);
	code = vtpmb_peek_u32(seen + 6);
	if (code != 0x17e)
		vtpmb_get_bytes(&r, 4);
	if (vtpmb_peek_u16(seen) == 0x8002) {
		vtpmb_get_u32(&r, &len);
		vtpmb_get_bytes(&r, len);
	}
	if (code == 0x131 || code == 0x153) {
		skip_2b(&r);
		skip_2b(&r);
	}
	if (code != 0x17e)
		skip_2b(&r);
	if (code == 0x158) {
		vtpmb_get_u16(&r, &scheme);
		vtpmb_get_bytes(&r, scheme == 0x0010 ? 0 : 2);
	}
	return named(&r);
}

static void ready(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(CREATE_PRIMARY(ECC_TEMPLATE, "00000000"), 0);
	want(START_POLICY, 0);
	want("8001 ???????? 00000186 0000 0010", 0);
}

/* Each bit of what is allowed: the chip is never asked for what is not. */
static void flipped_bits_reach_no_pcr_that_is_not_granted(void)
{
	static const char * const commands[] = {
		EXTEND("0000000a"), "8002 ???????? 0000013c 0000000a" PW "0003 616263",
		"8002 ???????? 0000013d 00000017" PW, EVENT_COMPLETE("0000000a"),
		READ("00000002 000b 03 000480 0004 03 000400"), READ("00000001 000b 03 000c00"),
		POLICY_PCR "0000 00000002 000b 03 000480 0004 03 000400",
		QUOTE("0010", "00000002 000b 03 000480 0004 03 000400"),
		QUOTE("0018 000b", "00000001 000b 03 000400"), CREATE("00000001 000b 03 000400"),
		CREATE_PRIMARY(ECC_TEMPLATE, "00000001 000b 03 000480"),
	};
	const u32 granted = 1 << 10 | 1 << 23;
	u8 cmd[VTPMB_BUF_SIZE], before[24][32], after[24][32];
	unsigned int i, bit, pcr, nr_seen = 0;
	size_t len;

	begin_with(granted);
	host_read(before);
	core_watch = watch;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		len = core_hex(cmd, sizeof(cmd), commands[i]);
		ready();
		for (bit = 0; bit < 8 * len; bit++) {
			if (bit / 8 >= 2 && bit / 8 < 6)
				continue;
			cmd[bit / 8] ^= 1 << bit % 8;
			seen_len = 0;
			core_send(v, cmd, len, &rv);
			cmd[bit / 8] ^= 1 << bit % 8;
			if (!rv.rc && seen_len) {
				nr_seen++;
				/* PCR 16 is the fold's. */
				CHECK_EQ(seen_pcrs() & ~(granted | 1 << 16), 0);
			}
			if (!rv.rc)
				ready();
		}
	}
	core_watch = NULL;
	core_end_turn();
	host_read(after);
	for (pcr = 0; pcr < 24; pcr++) {
		if (!(granted & 1 << pcr))
			CHECK_MEM(before[pcr], after[pcr], 32);
	}
	CHECK(nr_seen > 50);
	end_with();
}

static void read_with_a_session_is_the_chips_or_nobodys(void)
{
	begin_with(1 << 8);
	want(START_HMAC, 0);
	want("8002 ???????? 0000017e 00000009 02000000 0000 81 0000" PCR_8, 0);
	want("8002 ???????? 0000017e 00000009 02000000 0000 81 0000" PCRS_7_8, 0x12f);
	want("8002 ???????? 0000017e 00000009 02000000 0000 81 0000" PCR_7, 0x12f);
	same("8002 ???????? 0000017e" PW PCR_8);
	end_with();
}

/* What the chip does not do, nobody says it has. */
static void any_flow(void)
{
	static const char * const commands[] = {
		STARTUP_CLEAR, EXTEND("0000000a"), READ("00000001 000b 03 000c00"),
		READ("00000001 000b 03 000400"), START_TRIAL,
		"8001 ???????? 0000017f 03000000 0000 00000001 000b 03 000400",
		"8001 ???????? 0000017f 03000000 0000 00000001 000b 03 000800",
		"8001 ???????? 00000186 0000 0010",
		EVENT_COMPLETE("0000000a"), READ("00000001 000b 03 000c00"),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		core_send_hex(v, commands[i], &rv);
}

static void begin_to_fail(void)
{
	v = core_new();
	v->real_pcrs = 1 << 10;
}

static void flow_still_works(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(READ("00000001 000b 03 000c00"), 0);
	core_free(v);
	CHECK(core_chip_is_empty());
}

static const u32 refusals[] = { 0x901, 0x902, 0x908, 0x922, 0x101, 0x907 };

static const struct core_sweep sweep = {
	CORE_TPM20, 30, begin_to_fail, any_flow, flow_still_works, refusals, ARRAY_SIZE(refusals),
};

static void chip_may_fail_at_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_CHIP);
}

static const struct core_test tests[] = {
	CORE_TEST(granted_pcrs_are_as_those_of_a_tpm),
	CORE_TEST(malformed_commands_on_granted_pcrs_are_refused_as_by_a_tpm),
	CORE_TEST(event_sequence_extends_a_granted_pcr),
	CORE_TEST(without_the_grant_host_pcrs_never_change),
	CORE_TEST(grant_is_of_these_pcrs_to_this_proxy),
	CORE_TEST(without_the_grant_host_pcrs_are_not_seen),
	CORE_TEST(private_pcrs_cost_nothing_beside_granted_ones),
	CORE_TEST(read_of_both_kinds_is_in_the_order_of_a_tpm),
	CORE_TEST(counter_of_a_read_tells_of_any_change),
	CORE_TEST(banks_of_the_chip_are_not_the_guests_to_allocate),
	CORE_TEST(locality_of_the_guest_does_not_reach_the_chip),
	CORE_TEST(guests_startup_leaves_granted_pcrs),
	CORE_TEST(grant_that_is_taken_back_leaves_the_private_pcr),
	CORE_TEST(policy_computed_without_the_tpm_is_that_of_granted_pcrs),
	CORE_TEST(policy_on_granted_pcrs_takes_what_a_tpm_takes),
	CORE_TEST(policies_of_both_kinds_go_into_one_session),
	CORE_TEST(selections_of_both_kinds_are_refused),
	CORE_TEST(quote_by_an_unknown_scheme_is_refused_as_by_a_tpm),
	CORE_TEST(creation_data_tells_of_granted_pcrs_as_a_tpm_does),
	CORE_TEST(quote_is_of_the_chips_values_and_verifies),
	CORE_TEST(hmac_session_extends_a_granted_pcr),
	CORE_TEST(read_with_a_session_is_the_chips_or_nobodys),
	CORE_TEST(flipped_bits_reach_no_pcr_that_is_not_granted),
	CORE_TEST(chip_may_fail_at_any_command),
	CORE_TEST(chip_may_refuse_any_command),
};

CORE_MAIN(tests)
