// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: attest, a PCR for quotes that everybody can compute who knows the proxy's identity
 * and the values of the PCRs that it represents.
 *
 * The values are computed here with OpenSSL alone, as a verifier does.  The chip executes the
 * guest's own Quote.  Nothing but a quote takes the PCR, and nobody else finds the value in it.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "core/attest.h"
#include "tpm20/state.h"
#include "tpm20_shown.h"

#define QUOTING_CHILD	"8002 ???????? 00000153 80000000" PW "0004 0000 0000 " QUOTING_KEY \
	"0000 00000000"

static void begin_with(u32 mask)
{
	begin_shown(VTPMB_SETTING_ATTEST, mask);
}

/* What a verifier is given once. */
static void pin_identity(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity)
{
	mutex_lock(&vtpm->lock);
	CHECK_EQ(core_port.family->identity(vtpm, identity), 0);
	mutex_unlock(&vtpm->lock);
}

static void digest2(const EVP_MD *md, const void *a, size_t a_len, const void *b, size_t b_len,
		    u8 *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	EVP_DigestInit_ex(ctx, md, NULL);
	EVP_DigestUpdate(ctx, a, a_len);
	EVP_DigestUpdate(ctx, b, b_len);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
}

/* The selected PCRs as the guest sends them, in a list: so many digests. */
static size_t read_values(struct guest *g, u16 alg, size_t size, u8 *values)
{
	char hex[100];
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < 24; i++) {
		if (!(MASK & 1 << i))
			continue;
		snprintf(hex, sizeof(hex), READ("00000001 %04x 03 %06x"), alg,
			 (1 << i & 0xff) << 16 | (1 << i & 0xff00) | 1 << i >> 16);
		read_pcr(g, hex, values + len, size);
		len += size;
	}
	return len;
}

/* A verifier: W of an identity and the values of the PCRs. */
static void compute_w(const EVP_MD *md, const u8 *identity, const u8 *values, size_t len, u8 *w)
{
	static const u8 zeros[64];
	size_t size = EVP_MD_get_size(md);
	u8 digest[64];

	EVP_Digest(values, len, digest, NULL, md, NULL);
	digest2(md, zeros, size, identity, size, w);
	digest2(md, w, size, digest, size, w);
}

/* The same of a guest's identity and PCRs now. */
static void compute_w_of(struct guest *g, u8 *w)
{
	struct vtpmb_identity identity;
	u8 values[24 * 32];
	size_t len = read_values(g, 0x000b, 32, values);

	pin_identity(g->vtpm, &identity);
	compute_w(EVP_sha256(), identity.digest, values, len, w);
}

/* The end of a quote of PCR 23 alone. */
static void compute_end(const u8 *w, u8 *end)
{
	memcpy(end, "\x00\x00\x00\x01\x00\x0b\x03\x00\x00\x80\x00\x20", 12);
	sha256(w, 32, end + 12);
}

static void identity_follows_from_the_secret(void)
{
	static const struct {
		u16 alg;
		const char *name;
	} banks[] = {
		{ 0x0004, "SHA1" }, { 0x000b, "SHA256" }, { 0x000c, "SHA384" }, { 0x000d, "SHA512" },
	};
	struct vtpmb_identity identity;
	u8 mac[32], want[64] = {}, w[64], values[24 * 64], value[64];
	const EVP_MD *md;
	char hex[200];
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(banks); i++) {
		begin_with(MASK);
		use_bank(banks[i].alg, 23);
		md = EVP_get_digestbyname(banks[i].name);
		pin_identity(v, &identity);
		CHECK_EQ(identity.hash->alg, banks[i].alg);
		CHECK_EQ(identity.hash->size, EVP_MD_get_size(md));
		HMAC(EVP_sha256(), v->secret, 32,
		     (const u8 *)"vtpm_bridge identity", 21, mac, NULL);
		memset(want, 0, sizeof(want));
		EVP_Digest(mac, 32, want, NULL, md, NULL);
		CHECK_MEM(identity.digest, want, 64);

		want(EXTEND("00000002"), 0);
		len = read_values(&proxy, banks[i].alg, EVP_MD_get_size(md), values);
		compute_w(md, want, values, len, w);
		snprintf(hex, sizeof(hex), READ("00000001 %04x 03 000080"), banks[i].alg);
		read_pcr(&proxy, hex, value, EVP_MD_get_size(md));
		CHECK_MEM(value, w, EVP_MD_get_size(md));
		/* The other banks of the PCR are empty. */
		if (banks[i].alg != 0x000b) {
			read_pcr(&proxy, READ(PCR_23), value, 32);
			CHECK(is_zero(value));
			want(QUOTER, 0);
			want(QUOTE(PCR_23), 0x143);
			snprintf(hex, sizeof(hex), QUOTE("00000001 %04x 03 000080"), banks[i].alg);
			want(hex, 0);
		}
		end_shown();
	}
}

static void quote_is_verified_without_the_tpm(void)
{
	u8 w[32], value[32], end[44], want[44];

	begin_with(MASK);
	want(EXTEND("00000000"), 0);
	want(EXTEND("0000000b"), 0);
	want(QUOTER, 0);
	compute_w_of(&proxy, w);
	compute_end(w, want);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	read_pcr(&proxy, READ(PCR_23), value, 32);
	CHECK_MEM(value, w, 32);
	/* One PCR_Read may have it among others. */
	read_pcr(&proxy, READ("00000001 000b 03 ff0080"), value, 32);
	CHECK(memcmp(value, w, 32));
	read_pcr(&proxy, READ("00000001 000b 03 800081"), value, 32);
	CHECK_MEM(value, w, 32);

	/* A PCR that is not selected does not matter. */
	want(EXTEND("0000000a"), 0);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	/* One more extend, and the verifier does not find what it has computed. */
	want(EXTEND("0000000b"), 0);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK(memcmp(end, want, 44));
	compute_w_of(&proxy, w);
	compute_end(w, want);
	CHECK_MEM(end, want, 44);
	/* After a reset of the machine it is another machine's no more. */
	core_reset(v);
	start(&proxy);
	compute_w_of(&proxy, w);
	compute_end(w, want);
	want(QUOTER, 0);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	end_shown();
}

static void other_proxy_with_the_same_pcrs_quotes_another_value(void)
{
	u8 w[32], end[44], want[44];

	begin_with(MASK);
	other.vtpm = core_new();
	start(&other);
	core_set(other.vtpm, VTPMB_SETTING_ATTEST, MASK);
	/* It has been given the blob of the attestation key. */
	create(&proxy, QUOTING_CHILD);
	want(proxy.sealed, 0);
	CHECK_EQ(tell(&other, proxy.sealed), 0);
	compute_w_of(&proxy, w);
	compute_end(w, want);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	CHECK(quote_is_right(&other, PCR_23, end));
	CHECK(memcmp(end, want, 44));
	CHECK_MEM(end, want, 12);
	/* Whoever has been in the chip before. */
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	CHECK(quote_is_right(&other, PCR_23, end));
	CHECK(memcmp(end, want, 44));
	/* One that has its secret is the same machine. */
	core_set_bytes(other.vtpm, VTPMB_SETTING_SECRET, v->secret,
		       VTPMB_SECRET_SIZE);
	CHECK(quote_is_right(&other, PCR_23, end));
	CHECK_MEM(end, want, 44);
	core_free(other.vtpm);
	end_shown();
}

/* Why a verifier has to check that the quote is of PCR 23 alone. */
static void guest_with_a_granted_pcr_quotes_the_value_of_that_pcr(void)
{
	struct vtpmb_identity identity;
	u8 values[24 * 32], digest[32], w[32], end[44], want[44];
	char hex[200];
	size_t len;

	begin_with(MASK);
	create(&proxy, QUOTING_CHILD);
	compute_w_of(&proxy, w);
	compute_end(w, want);
	pin_identity(v, &identity);
	sha256(values, read_values(&proxy, 0x000b, 32, values), digest);
	other.vtpm = core_new();
	start(&other);
	other.vtpm->real_pcrs = 1 << 15;
	len = sprintf(hex, "8002 ???????? 00000182 0000000f" PW "00000001 000b");
	put_hex(hex, len, identity.digest, 32);
	CHECK_EQ(tell(&other, hex), 0);
	put_hex(hex, len, digest, 32);
	CHECK_EQ(tell(&other, hex), 0);
	CHECK_EQ(tell(&other, proxy.sealed), 0);
	CHECK(quote_is_right(&other, "00000001 000b 03 008000", end));
	CHECK_MEM(end + 12, want + 12, 32);
	CHECK(memcmp(end, want, 12));
	other.vtpm->real_pcrs = 0;
	core_free(other.vtpm);
	end_shown();
}

/* What the document says of host users, and why a policy on it is refused. */
static void host_user_with_the_key_can_forge_a_quote(void)
{
	struct vtpmb_identity identity;
	u8 values[24 * 32], digest[32], w[32], want[44], end[44], value[32];
	struct core_rsp raw;
	char hex[300];
	size_t len;

	begin_with(MASK);
	create(&proxy, QUOTING_CHILD);
	memset(values, 0x5a, sizeof(values));
	pin_identity(v, &identity);
	sha256(values, 9 * 32, digest);
	compute_w(EVP_sha256(), identity.digest, values, 9 * 32, w);
	compute_end(w, want);
	core_end_turn();

	core_raw_hex("8002 ???????? 0000013d 00000017" PW, &raw);
	len = sprintf(hex, "8002 ???????? 00000182 00000017" PW "00000001 000b");
	put_hex(hex, len, identity.digest, 32);
	core_raw_hex(hex, &raw);
	put_hex(hex, len, digest, 32);
	core_raw_hex(hex, &raw);
	host_pcr(PCR_23, value);
	CHECK_MEM(value, w, 32);
	core_raw_hex(PRIMARY("40000001"), &raw);
	core_raw_hex(proxy.sealed, &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex(QUOTE(PCR_23), &raw);
	CHECK_EQ(raw.rc, 0);
	len = vtpmb_peek_u16(raw.buf + 14);
	CHECK_MEM(raw.buf + 16 + len - 44, want, 44);
	core_raw_hex(FLUSH "80000000", &raw);
	core_raw_hex(FLUSH "80000001", &raw);

	/* The guest does not find what the host has left. */
	compute_w_of(&proxy, w);
	compute_end(w, want);
	want(proxy.sealed, 0);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	end_shown();
}

static void policy_on_it_is_refused(void)
{
	static const char * const lists[] = {
		PCR_23, SHA1_PCR_23, PCR_16_23, "00000001 000b 03 800080",
		"00000002 0004 03 000001 000b 03 000080", "00000002 000b 03 000001 0004 03 000080",
	};
	u8 w[32], digest[32];
	char hex[300];
	unsigned int i;
	size_t len;

	begin_with(MASK);
	core_set(v, VTPMB_SETTING_COMPOSITE, MASK);
	read_pcr(&proxy, READ(PCR_23), w, 32);
	sha256(w, 32, digest);
	for (i = 0; i < 2 * ARRAY_SIZE(lists); i++) {
		want(i % 2 ? START_TRIAL : START_POLICY, 0);
		snprintf(hex, sizeof(hex), POLICY_PCR "0000 %s", lists[i / 2]);
		want(hex, 0x143);
		/* Its digest has not changed. */
		want(GET_DIGEST, 0);
		CHECK(is_zero(rv.buf + 12));
		want(FLUSH "03000000", 0);
	}
	want(START_TRIAL, 0);
	len = sprintf(hex, POLICY_PCR "0020");
	len = put_hex(hex, len, digest, 32);
	strcpy(hex + len, PCR_23);
	want(hex, 0x143);
	want(FLUSH "03000000", 0);
	want(START_POLICY, 0);
	want(hex, 0x143);
	/* Errors that a TPM gives come first. */
	want(POLICY_PCR "0020" ZEROS32 PCR_23, 0x1c4);
	/* A quote in the same turn does not help. */
	core_turn = 0;
	want(QUOTER, 0);
	want(QUOTE(PCR_23), 0);
	want(POLICY_PCR "0000" PCR_23, 0x143);
	/* The composite and others are as before. */
	want(POLICY_PCR "0000" PCR_16, 0);
	want(POLICY_PCR "0000" PCR_7, 0);
	core_turn = 1;
	core_set(v, VTPMB_SETTING_ATTEST, 0);
	want(RESTART, 0);
	want(POLICY_PCR "0000" PCR_23, 0);
	end_shown();
}

/* A policy that software computes for W is one that no session of a guest satisfies. */
static void object_with_a_policy_on_it_stays_closed(void)
{
	u8 w[32], policy[32];
	char hex[1000];
	size_t len;

	begin_with(MASK);
	read_pcr(&proxy, READ(PCR_23), w, 32);
	policy_of_pcrs(PCR_23, w, 32, policy);
	len = sprintf(hex, "8002 ???????? 00000153 80000000" PW
		      "000a 0000 0006 736563726574 002e 0008 000b 00000012 0020 ");
	len = put_hex(hex, len, policy, 32);
	strcpy(hex + len, "0010 0000 0000 00000000");
	create(&proxy, hex);
	want(proxy.sealed, 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_23, 0x143);
	want(UNSEAL, 0x99d);
	end_shown();
}

static void quote_of_other_lists_is_refused(void)
{
	begin_with(MASK);
	core_set(v, VTPMB_SETTING_COMPOSITE, MASK);
	want(QUOTER, 0);
	want(QUOTE(PCR_23), 0);
	want(QUOTE(PCR_16), 0);
	want(QUOTE(PCR_16_23), 0x143);
	want(QUOTE(SHA1_PCR_23), 0x143);
	want(QUOTE(PCR_7), 0x143);
	want(QUOTE("00000001 000b 03 800080"), 0x143);
	want(QUOTE("00000002 0004 03 000080 000b 03 000080"), 0x143);
	want(QUOTE("00000002 000b 03 000001 000b 03 000080"), 0x143);
	/* Banks of which no PCR is selected do not matter, and errors are the chip's. */
	want(QUOTE("00000002 0004 03 000000 000b 03 000080"), 0);
	want(QUOTE(PCR_23 "00"), 0x095);
	/* Creation data do not hold it, and CertifyCreation so does not certify it. */
	want(CREATE_WITH(PCR_23), 0x4c4);
	want(CREATE_WITH(PCR_16_23), 0x4c4);
	want("8002 ???????? 00000131 40000001" PW "0004 0000 0000 " ECC_TEMPLATE "0000" PCR_23,
	     0x4c4);
	want(CREATE_WITH(PCR_16), 0);
	core_set(v, VTPMB_SETTING_ATTEST, 0);
	want(QUOTE(PCR_23), 0x143);
	end_shown();
}

static void guest_cannot_change_it(void)
{
	u8 value[32];

	begin_with(MASK);
	guest_cannot_change("00000017");
	/* PCR 16 is not concerned. */
	want(EXTEND("00000010"), 0);
	/* Without it, PCR 23 is an ordinary one. */
	core_set(v, VTPMB_SETTING_ATTEST, 0);
	read_pcr(&proxy, READ(PCR_23), value, 32);
	CHECK(is_zero(value));
	want(EXTEND("00000017"), 0);
	want("8002 ???????? 0000013d 00000017" PW, 0);
	end_shown();
}

static void value_never_stays_for_the_host(void)
{
	static const struct shown_user quote = { "Quote", QUOTE(PCR_23) };

	sweep_faults(VTPMB_SETTING_ATTEST, PCR_23, &quote);
}

static void quote_after_a_lost_response_is_right(void)
{
	u8 w[32], end[44], want[44];
	unsigned int nth;

	for (nth = 1; nth < 6; nth++) {
		begin_with(MASK);
		core_turn = 0;
		want(QUOTER, 0);
		compute_w_of(&proxy, w);
		compute_end(w, want);
		/* The chip's properties, reset, two extends, and the quote itself. */
		core_lose_response(nth);
		CHECK_EQ(tell(&proxy, QUOTE(PCR_23)), 0xffffffff);
		CHECK(quote_is_right(&proxy, PCR_23, end));
		CHECK_MEM(end, want, 44);
		end_shown();
	}
}

static void quote_is_refused_if_the_chip_refuses_the_register(void)
{
	unsigned int nth;

	/* Reset, and two extends; before them come the chip's properties. */
	for (nth = 2; nth < 5; nth++) {
		begin_with(MASK);
		core_turn = 0;
		want(QUOTER, 0);
		core_fail_chip(nth, 0x907);
		want(QUOTE(PCR_23), 0x143);
		want(QUOTE(PCR_23), 0);
		end_shown();
	}
}

/* All digests by which the bridge extends the chip's PCRs 16 and 23. */
static struct {
	u32 pcr;
	u8 digest[32];
} extends[64];

static unsigned int nr_extends, nr_resets;

static void watch(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	nr_resets += code == 0x13d;
	if (code != 0x182 || nr_extends == ARRAY_SIZE(extends))
		return;
	extends[nr_extends].pcr = vtpmb_peek_u32(cmd + 10);
	memcpy(extends[nr_extends++].digest, cmd + len - 32, 32);
}

static void registers_share_a_turn(void)
{
	u8 v16[32], w[32], left[32], end[44];
	unsigned int i;

	begin_with(MASK);
	core_set(v, VTPMB_SETTING_COMPOSITE, MASK);
	core_turn = 0;
	want(QUOTER, 0);
	read_pcr(&proxy, READ(PCR_16), v16, 32);
	read_pcr(&proxy, READ(PCR_23), w, 32);
	core_watch = watch;
	nr_resets = 0;
	for (i = 0; i < 3; i++) {
		CHECK(quote_is_right(&proxy, PCR_23, end));
		sha256(w, 32, left);
		CHECK_MEM(end + 12, left, 32);
		CHECK(quote_is_right(&proxy, PCR_16, end));
		sha256(v16, 32, left);
		CHECK_MEM(end + 12, left, 32);
	}
	CHECK_EQ(nr_resets, 2);
	core_end_turn();
	CHECK_EQ(nr_resets, 4);
	host_pcr(PCR_16, left);
	CHECK(is_zero(left));
	host_pcr(PCR_23, left);
	CHECK(is_zero(left));
	/* Nothing is left to reset. */
	want(RESTART, 0x910);
	core_end_turn();
	CHECK_EQ(nr_resets, 4);
	end_shown();
}

/* Whatever a guest selects and gives, each register is extended by something of its own. */
static void no_guest_makes_one_pass_for_the_other(void)
{
	static const char * const folds[] = {
		PCR_7, PCR_16, "00000001 000b 03 ff0800", "00000001 000b 03 ff0801", SHA1_PCR_16,
		"00000002 0004 03 000001 000b 03 000001", "00000001 000b 03 ff0800",
	};
	u8 v16[32], v23[32], w16[32], w23[32];
	struct vtpmb_identity identity;
	char hex[200];
	unsigned int i, k, folded = 0;

	begin_with(MASK);
	core_set(v, VTPMB_SETTING_COMPOSITE, MASK);
	read_pcr(&proxy, READ(PCR_16), v16, 32);
	read_pcr(&proxy, READ(PCR_23), w23, 32);
	CHECK(memcmp(v16, w23, 32));
	want(QUOTER, 0);
	core_end_turn();
	core_watch = watch;
	nr_extends = 0;
	want(QUOTE(PCR_16), 0);
	want(QUOTE(PCR_23), 0);
	pin_identity(v, &identity);
	CHECK_EQ(nr_extends, 3);
	CHECK_EQ(extends[0].pcr, 16);
	CHECK_EQ(extends[1].pcr, 23);
	CHECK_MEM(extends[1].digest, identity.digest, 32);
	for (i = 0; i < 2 * ARRAY_SIZE(folds); i++) {
		want(i % 2 ? START_TRIAL : START_POLICY, 0);
		/* A trial folds what it is given, such as the identity. */
		k = sprintf(hex, POLICY_PCR "%s", i % 2 ? "0020" : "0000");
		if (i % 2)
			k = put_hex(hex, k, identity.digest, 32);
		strcpy(hex + k, folds[i / 2]);
		folded = nr_extends;
		want(hex, 0);
		/* The composite alone is no fold. */
		if (i / 2 == 1 && i % 2 == 0)
			CHECK_MEM(extends[folded].digest, extends[0].digest, 32);
		else if (i / 2 != 1)
			for (k = 0; k < 3; k++)
				CHECK(memcmp(extends[folded].digest, extends[k].digest, 32));
		CHECK_EQ(extends[folded].pcr, 16);
		want(FLUSH "03000000", 0);
	}
	for (i = 0; i < 3; i++)
		for (k = 0; k < i; k++)
			CHECK(memcmp(extends[i].digest, extends[k].digest, 32));

	/* Nor if the module is loaded with the numbers changed round. */
	core_port.policy_pcr = 23;
	core_port.attest_pcr = 16;
	read_pcr(&proxy, READ(PCR_23), v23, 32);
	read_pcr(&proxy, READ(PCR_16), w16, 32);
	CHECK_MEM(v23, v16, 32);
	CHECK_MEM(w16, w23, 32);
	CHECK(memcmp(v23, w23, 32));
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_23, 0);
	want(POLICY_PCR "0000" PCR_16, 0x143);
	core_port.policy_pcr = 16;
	core_port.attest_pcr = 23;
	end_shown();
}

static void granted_pcr_switches_it_off(void)
{
	u8 value[32], w[32], end[44], want[44];

	begin_with(MASK);
	want(QUOTER, 0);
	v->real_pcrs = 1 << 7;
	read_pcr(&proxy, READ(PCR_23), value, 32);
	CHECK(is_zero(value));
	want(QUOTE(PCR_23), 0x143);
	want(EXTEND("00000017"), 0x907);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_23, 0x143);
	/* PCRs that it does not represent may be granted; one PCR_Read has both. */
	v->real_pcrs = 1 << 10;
	read_pcr(&proxy, READ("00000001 000b 03 000480"), value, 32);
	compute_w_of(&proxy, w);
	CHECK_MEM(value, w, 32);
	compute_end(w, want);
	CHECK(quote_is_right(&proxy, PCR_23, end));
	CHECK_MEM(end, want, 44);
	want(QUOTE("00000001 000b 03 000480"), 0x143);
	v->real_pcrs = 0;
	end_shown();
}

/* The chip may have a bank that the guest has not. */
static void bank_that_the_guest_has_given_up_has_none(void)
{
	begin_with(MASK);
	vtpmb_pcrs_bank(&vtpmb_tpm20_state(v)->pcrs, 0x000b)->active = false;
	want(QUOTER, 0);
	want(QUOTE(PCR_23), 0x143);
	want(READ(PCR_23), 0);
	CHECK_EQ(rv.len, 28);
	end_shown();
}

static void setting_is_checked_and_ends_policies(void)
{
	const struct vtpmb_setting *setting, *real;
	struct vtpmb_identity identity;

	begin_with(MASK);
	setting = &core_port.family->settings[VTPMB_SETTING_ATTEST];
	real = &core_port.family->settings[VTPMB_SETTING_REAL_PCRS];
	CHECK(setting->check(v, 0x1effff));
	CHECK(!setting->check(v, 1 << 16));
	CHECK(!setting->check(v, 1 << 21));
	CHECK(!setting->check(v, 1 << 23 | 1));
	CHECK_EQ(core_get(v, VTPMB_SETTING_ATTEST), MASK);
	CHECK_EQ(core_get(v, VTPMB_SETTING_COMPOSITE), 0);
	/* Neither register can be granted, whatever they represent. */
	CHECK(!real->check(v, 1 << 16));
	CHECK(!real->check(v, 1 << 23));
	CHECK(!real->check(v, 0xffffff));
	CHECK(real->check(v, 0x7effff));
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_7, 0);
	core_set(v, VTPMB_SETTING_ATTEST, MASK);
	want(POLICY_PCR "0000" PCR_7, 0);
	core_set(v, VTPMB_SETTING_ATTEST, 1);
	want(POLICY_PCR "0000" PCR_7, 0x128);
	/* A chip without that register. */
	core_set(v, VTPMB_SETTING_ATTEST, 0);
	core_port.attest_pcr = 0;
	CHECK(!setting->check(v, 1));
	CHECK(setting->check(v, 0));
	CHECK(real->check(v, 1 << 23 | 1));
	CHECK(!real->check(v, 1 << 16));
	mutex_lock(&v->lock);
	CHECK_EQ(core_port.family->identity(v, &identity), -EOPNOTSUPP);
	mutex_unlock(&v->lock);
	core_port.attest_pcr = 23;
	end_shown();
}

/* A change of what it reads is a change of PCRs that count. */
static void update_counter_tells_of_its_changes(void)
{
	u32 counter;

	begin_with(MASK);
	want(READ(PCR_23), 0);
	counter = vtpmb_peek_u32(rv.buf + 10);
	want(READ(PCR_23), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), counter);
	want(EXTEND("00000003"), 0);
	want(READ(PCR_23), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 10), counter + 1);
	end_shown();
}

/* Without memory a command fails, and nothing else is read or quoted in its place. */
static void allocation_that_fails_is_an_error(void)
{
	static const char * const commands[] = { READ(PCR_23), QUOTE(PCR_23) };
	bool failed;
	u8 w[32], digest[32];
	unsigned int i, nth;
	u16 len;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (nth = 1, failed = true; failed && nth < 50; nth++) {
			begin_with(MASK);
			want(QUOTER, 0);
			read_pcr(&proxy, READ(PCR_23), w, 32);
			sha256(w, 32, digest);
			core_fail_alloc(nth);
			core_send_hex(v, commands[i], &rv);
			failed = core_alloc_failed();
			core_fail_alloc(0);
			len = vtpmb_peek_u16(rv.buf + 14);
			if (!rv.err && !rv.rc && i == 0)
				CHECK_MEM(rv.buf + rv.len - 32, w, 32);
			else if (!rv.err && !rv.rc)
				CHECK_MEM(rv.buf + 16 + len - 32, digest, 32);
			end_shown();
		}
		CHECK(nth > 2 && nth < 50);
	}
}

static const struct core_test tests[] = {
	CORE_TEST(identity_follows_from_the_secret),
	CORE_TEST(quote_is_verified_without_the_tpm),
	CORE_TEST(other_proxy_with_the_same_pcrs_quotes_another_value),
	CORE_TEST(guest_with_a_granted_pcr_quotes_the_value_of_that_pcr),
	CORE_TEST(host_user_with_the_key_can_forge_a_quote),
	CORE_TEST(policy_on_it_is_refused),
	CORE_TEST(object_with_a_policy_on_it_stays_closed),
	CORE_TEST(quote_of_other_lists_is_refused),
	CORE_TEST(guest_cannot_change_it),
	CORE_TEST(value_never_stays_for_the_host),
	CORE_TEST(quote_after_a_lost_response_is_right),
	CORE_TEST(quote_is_refused_if_the_chip_refuses_the_register),
	CORE_TEST(registers_share_a_turn),
	CORE_TEST(no_guest_makes_one_pass_for_the_other),
	CORE_TEST(granted_pcr_switches_it_off),
	CORE_TEST(bank_that_the_guest_has_given_up_has_none),
	CORE_TEST(setting_is_checked_and_ends_policies),
	CORE_TEST(update_counter_tells_of_its_changes),
	CORE_TEST(allocation_that_fails_is_an_error),
};

CORE_MAIN(tests)
