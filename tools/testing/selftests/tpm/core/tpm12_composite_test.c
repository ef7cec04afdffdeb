// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: the composite and attest, PCRs that represent other private PCRs of the guest.
 *
 * Digests of the composite are computed as software does, from the value that PcrRead returns.
 * The chip executes the guest's own Seal, Unseal, Quote and so on with its PCR of that number,
 * and nobody else ever finds the value of a proxy in that PCR.  A verifier computes attest.
 */

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include "core/attest.h"
#include "tpm12/state.h"
#include "tpm12_guest.h"

#define MASK		0x8ff	/* 0-7, 11 */
#define PCR_7		0x000080
#define PCR_16		0x010000
#define PCR_23		0x800000
#define WRONGPCRVAL	24
#define INVALID_PCR	16

static struct key signer, storage;
static struct guest equal;	/* a proxy with the same PCRs and the same mask */

static void begin(void)
{
	begin_owned();
	equal.vtpm = core_new();
	start(&equal);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, MASK);
	core_set(equal.vtpm, VTPMB_SETTING_COMPOSITE, MASK);
}

static void end(void)
{
	core_watch = NULL;
	core_host_comes = true;
	core_end_turn();
	core_free(equal.vtpm);
	end_owned();
}

static u32 read_pcr(struct guest *g, u32 index, u8 *value)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000015 %08x", index);
	if (!tell(g, hex))
		memcpy(value, g->rsp.buf + 10, 20);
	return g->rsp.rc;
}

static u32 extend(struct guest *g, u32 index)
{
	char hex[128];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000014 %08x"
		 "00112233445566778899aabbccddeeff00112233", index);
	return tell(g, hex);
}

static bool is_zero(const u8 *value)
{
	static const u8 zeros[20];

	return !memcmp(value, zeros, sizeof(zeros));
}

/* The chip's own PCR 16, as the host finds it. */
static void host_pcr(u8 *value)
{
	CHECK_EQ(read_pcr(&host, 16, value), 0);
}

/* TPM_COMPOSITE_HASH of a PCR alone (Part 2, 5.4.1) */
static void composite_hash(u32 selected, const u8 *value, u8 *digest)
{
	u8 text[] = { 0, 3, selected, selected >> 8, selected >> 16, 0, 0, 0, 20,
		[28] = 0 };

	memcpy(text + 9, value, 20);
	SHA1(text, sizeof(text), digest);
}

struct info {
	u8 bytes[64];
	size_t len;
};

static void put_selection(struct vtpmb_writer *w, u32 selected)
{
	vtpmb_put_u16(w, 3);
	vtpmb_put_pcrs(w, selected);
}

/* TPM_PCR_INFO: released by what @digest is of. */
static void info_of(struct info *info, u32 selected, const u8 *digest)
{
	static const u8 zeros[20];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, info->bytes, sizeof(info->bytes));
	put_selection(&w, selected);
	vtpmb_put_bytes(&w, digest, 20);
	vtpmb_put_bytes(&w, zeros, 20);
	info->len = w.len;
}

/* TPM_PCR_INFO_LONG */
static void long_info_of(struct info *info, u32 created, u32 released, const u8 *digest)
{
	static const u8 zeros[20];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, info->bytes, sizeof(info->bytes));
	vtpmb_put_u16(&w, TPM_TAG_PCR_INFO_LONG);
	vtpmb_put_u8(&w, 1);
	vtpmb_put_u8(&w, 0x1f);
	put_selection(&w, created);
	put_selection(&w, released);
	vtpmb_put_bytes(&w, zeros, 20);
	vtpmb_put_bytes(&w, digest, 20);
	info->len = w.len;
}

/* As TrouSerS does: read the PCR, and compute the digest without the TPM. */
static void info_now(struct guest *g, struct info *info)
{
	u8 value[20], digest[20];

	CHECK_EQ(read_pcr(g, 16, value), 0);
	composite_hash(PCR_16, value, digest);
	info_of(info, PCR_16, digest);
}

struct blob {
	u8 bytes[1024];
	size_t len;
};

static u32 seal_to(struct guest *g, const struct info *info, struct blob *blob)
{
	return seal(g, TPM_KH_SRK, srk_secret, info->bytes, info->len, blob->bytes, &blob->len);
}

static u32 unseal_it(struct guest *g, const struct blob *blob)
{
	return unseal(g, TPM_KH_SRK, srk_secret, blob->bytes, blob->len);
}

/* The same, for a response that may not come. */
static u32 try_to_unseal(struct guest *g, const struct blob *blob)
{
	struct session parent, data;
	struct command c;

	if (begin_unseal(&c, g, TPM_KH_SRK, srk_secret, blob->bytes, blob->len, &parent, &data))
		return g->rsp.rc;
	return send_auth2(&c, &parent, &data);
}

static void begin_sealed(struct blob *blob)
{
	struct info info;

	begin();
	info_now(&proxy, &info);
	CHECK_EQ(seal_to(&proxy, &info, blob), 0);
	CHECK_EQ(unseal_it(&proxy, blob), 0);
}

static void value_follows_from_the_secret_and_the_pcrs(void)
{
	u8 text[100] = "vtpm_bridge composite", values[9 * 20], v[32], v16[20], want[40];
	size_t len = 22, nr = 0;
	unsigned int i;

	begin();
	CHECK_EQ(extend(&proxy, 11), 0);
	CHECK_EQ(read_pcr(&proxy, 16, v16), 0);
	len += core_hex(text + len, 10, "00000001 0004 03 ff0800");
	for (i = 0; i < 24; i++) {
		if (MASK & 1 << i)
			CHECK_EQ(read_pcr(&proxy, i, values + 20 * nr++), 0);
	}
	SHA256(values, sizeof(values), text + len);
	HMAC(EVP_sha256(), proxy.vtpm->secret, 32, text, len + 32, v, NULL);
	memset(want, 0, 20);
	memcpy(want + 20, v, 20);
	SHA1(want, 40, want);
	CHECK_MEM(v16, want, 20);
	end();
}

static void sealed_data_come_back_as_from_a_tpm(void)
{
	u8 value[20], digest[20];
	struct info info;
	struct blob blob;
	unsigned int i;

	begin_sealed(&blob);
	for (i = 0; i < 3; i++) {
		core_turn = i;
		CHECK_EQ(unseal_it(&proxy, &blob), 0);
	}
	core_turn = 1;
	/* After a reboot it is the same, for the PCRs are. */
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);

	/* TPM_STORED_DATA has digestAtCreation, TPM_STORED_DATA12 too. */
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	composite_hash(PCR_16, value, digest);
	CHECK_MEM(blob.bytes + 8 + 5 + 20, digest, 20);
	long_info_of(&info, PCR_16, PCR_16, digest);
	CHECK_EQ(seal_to(&proxy, &info, &blob), 0);
	CHECK_MEM(blob.bytes + 8 + 4 + 5 + 5, digest, 20);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	/* At the time of sealing and of unsealing, it may be another. */
	long_info_of(&info, 0, PCR_16, digest);
	CHECK_EQ(seal_to(&proxy, &info, &blob), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	CHECK_EQ(extend(&proxy, 0), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), WRONGPCRVAL);
	end();
}

static void changed_pcr_refuses(void)
{
	u8 before[20], after[20];
	struct info info;
	struct blob blob;

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, before), 0);
	/* A PCR that is not selected does not matter. */
	CHECK_EQ(extend(&proxy, 8), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	core_turn = 0;
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	CHECK_EQ(extend(&proxy, 11), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), WRONGPCRVAL);
	CHECK_EQ(read_pcr(&proxy, 16, after), 0);
	CHECK(memcmp(before, after, 20));
	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	/* To another selection another value belongs. */
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, 1);
	CHECK_EQ(unseal_it(&proxy, &blob), WRONGPCRVAL);
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, 0);
	CHECK_EQ(unseal_it(&proxy, &blob), INVALID_PCR);
	info_now(&proxy, &info);
	CHECK_EQ(seal_to(&proxy, &info, &blob), INVALID_PCR);
	core_turn = 1;
	end();
}

static void other_proxy_with_the_same_pcrs_cannot_unseal(void)
{
	u8 mine[20], theirs[20];
	struct blob blob;

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, mine), 0);
	CHECK_EQ(read_pcr(&equal, 16, theirs), 0);
	CHECK(memcmp(mine, theirs, 20));
	core_host_comes = false;
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	CHECK_EQ(unseal_it(&equal, &blob), WRONGPCRVAL);
	CHECK_EQ(unseal_it(&other, &blob), INVALID_PCR);
	/* To the same secret the same value belongs. */
	CHECK_EQ(core_get(equal.vtpm, VTPMB_SETTING_SECRET), 0);
	core_set_bytes(equal.vtpm, VTPMB_SETTING_SECRET, proxy.vtpm->secret, 32);
	CHECK_EQ(core_get(equal.vtpm, VTPMB_SETTING_SECRET), 1);
	CHECK_EQ(unseal_it(&equal, &blob), 0);
	end();
}

/* The host has the blob, and knows V. */
static void host_cannot_unseal(void)
{
	struct command c;
	struct blob blob;
	u8 value[20];

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	core_end_turn();
	CHECK_EQ(unseal_it(&host, &blob), WRONGPCRVAL);
	/* An extend by V leads elsewhere. */
	command_begin(&c, &host, 0x14);
	put_u32(&c, 16);
	put_bytes(&c, value, 20);
	CHECK_EQ(send_plain(&c), 0);
	CHECK_EQ(unseal_it(&host, &blob), WRONGPCRVAL);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	end();
}

/* A key below the SRK that is bound to PCRs. */
static u32 make_bound(struct guest *g, u16 usage, const struct info *info, struct key *key)
{
	return make_bound_key(g, TPM_KH_SRK, srk_secret, usage, 0, info->bytes, info->len, key_secret,
			      key);
}

static void bound_key_works_as_long_as_the_pcrs_are_the_same(void)
{
	u32 handle = 0, parent = 0, child = 0, copy = 0;
	struct key bound, below, tree;
	u8 blob[1200], sig[64];
	struct session s;
	struct info info;
	size_t len;

	begin();
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	CHECK_EQ(sign(&proxy, handle, key_secret, sig), 0);
	CHECK_EQ(osap(&proxy, &s, TPM_ET_KEYHANDLE, handle, key_secret), 0);
	CHECK_EQ(sign_with(&proxy, handle, &s, NULL), 0);
	/* The same from a context. */
	CHECK_EQ(save_context(&proxy, handle, TPM_RT_KEY, blob, &len), 0);
	CHECK_EQ(load_context(&proxy, 0, false, blob, len, &copy), 0);
	CHECK_EQ(sign(&proxy, copy, key_secret, NULL), 0);
	/* As a parent. */
	CHECK_EQ(make_bound(&proxy, 0x11, &info, &tree), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &tree, &parent), 0);
	CHECK_EQ(make_key(&proxy, parent, key_secret, 0x10, 0, key_secret, &below), 0);
	CHECK_EQ(load_key(&proxy, parent, key_secret, &below, &child), 0);

	CHECK_EQ(extend(&proxy, 7), 0);
	CHECK_EQ(sign(&proxy, handle, key_secret, NULL), WRONGPCRVAL);
	CHECK_EQ(sign(&proxy, copy, key_secret, NULL), WRONGPCRVAL);
	CHECK_EQ(sign(&proxy, child, key_secret, NULL), 0);
	CHECK_EQ(load_key(&proxy, parent, key_secret, &below, &child), WRONGPCRVAL);

	/* Nobody else has it, though all have the blob. */
	CHECK_EQ(load_key(&equal, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	CHECK_EQ(sign(&equal, handle, key_secret, NULL), WRONGPCRVAL);
	CHECK_EQ(load_key(&other, TPM_KH_SRK, srk_secret, &bound, &handle), INVALID_PCR);
	core_end_turn();
	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	CHECK_EQ(sign(&host, handle, key_secret, NULL), WRONGPCRVAL);
	CHECK_EQ(flush(&host, handle, TPM_RT_KEY), 0);
	end();
}

/* A key that certifies a bound one needs no PCR, but the chip looks at those of the other. */
static void bound_key_is_certified(void)
{
	struct session s1, s2;
	u32 cert = 0, key = 0;
	struct info info;
	struct command c;
	struct key bound;
	unsigned int i;

	begin();
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &key), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &cert), 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(oiap(&proxy, &s1, key_secret), 0);
		CHECK_EQ(oiap(&proxy, &s2, key_secret), 0);
		s1.cont = 0;
		s2.cont = 0;
		command_begin(&c, &proxy, i ? 0x33 : 0x32);
		put_handle(&c, i ? key : cert);
		put_handle(&c, i ? cert : key);
		if (i)
			put_secret(&c, 0);
		put_bytes(&c, "twenty bytes of none", 20);
		CHECK_EQ(send_auth2(&c, &s1, &s2), 0);
	}
	end();
}

static u32 quote_with(struct guest *g, u32 ordinal, u32 handle, u32 selected)
{
	struct session s;
	struct command c;

	if (oiap(g, &s, key_secret))
		return g->rsp.rc;
	s.cont = 0;
	command_begin(&c, g, ordinal);
	put_handle(&c, handle);
	put_bytes(&c, "twenty bytes of none", 20);
	put_selection(&c.w, selected);
	if (ordinal == 0x3e)
		put_u8(&c, 0);
	return send_auth1(&c, &s);
}

/* RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017, 8.2.2) */
static void check_signature(const struct key *key, const u8 *text, size_t len, const u8 *sig)
{
	u8 want[256], signed_text[256];
	size_t head = key->pub_len - 35;
	BIGNUM *n = BN_bin2bn(key->pub, key->pub_len, NULL), *e = BN_new();
	BIGNUM *m = BN_bin2bn(sig, key->pub_len, NULL);
	BN_CTX *ctx = BN_CTX_new();

	memset(want, 0xff, head);
	memcpy(want, "\x00\x01", 2);
	core_hex(want + head - 1, 16, "003021300906052b0e03021a05000414");
	SHA1(text, len, want + head + 15);
	BN_set_word(e, 65537);
	CHECK(BN_mod_exp(m, m, e, n, ctx));
	BN_bn2binpad(m, signed_text, key->pub_len);
	CHECK_MEM(signed_text, want, key->pub_len);
	BN_CTX_free(ctx);
	BN_free(m);
	BN_free(e);
	BN_free(n);
}

/* TPM_QUOTE_INFO and TPM_QUOTE_INFO2 (Part 2, 11.3 and 11.4) of a PCR alone */
static void check_quotes(u32 handle, u32 selected, const u8 *value)
{
	u8 digest[20], text[100];
	struct vtpmb_writer w;
	const u8 *rsp;

	composite_hash(selected, value, digest);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, selected), 0);
	rsp = proxy.rsp.buf + 10;
	vtpmb_writer_init(&w, text, sizeof(text));
	put_selection(&w, selected);
	vtpmb_put_u32(&w, 20);
	vtpmb_put_bytes(&w, value, 20);
	CHECK_MEM(rsp, text, w.len);
	rsp += w.len + 4;
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, "\x01\x01\x00\x00QUOT", 8);
	vtpmb_put_bytes(&w, digest, 20);
	vtpmb_put_bytes(&w, "twenty bytes of none", 20);
	check_signature(&signer, text, w.len, rsp);

	CHECK_EQ(quote_with(&proxy, 0x3e, handle, selected), 0);
	rsp = proxy.rsp.buf + 10;
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, "\x00\x36QUT2", 6);
	vtpmb_put_bytes(&w, "twenty bytes of none", 20);
	put_selection(&w, selected);
	vtpmb_put_u8(&w, 1);
	vtpmb_put_bytes(&w, digest, 20);
	CHECK_MEM(rsp, text + 26, 26);
	check_signature(&signer, text, w.len, rsp + 26 + 4 + 4);
}

static void quote_is_verified_by_software(void)
{
	u8 value[20];
	u32 handle;

	begin();
	CHECK_EQ(extend(&proxy, 7), 0);
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	check_quotes(handle, PCR_16, value);

	/* Other private PCRs are not quoted. */
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_7), INVALID_PCR);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_7 | PCR_16), INVALID_PCR);
	CHECK_EQ(quote_with(&proxy, 0x3e, handle, PCR_7 | PCR_16), INVALID_PCR);
	proxy.vtpm->real_pcrs = PCR_7;
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_7 | PCR_16), INVALID_PCR);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_7), 0);
	proxy.vtpm->real_pcrs = 0;
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, 0);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_16), INVALID_PCR);
	end();
}

/* Commands on the chip's PCR. */
static unsigned int nr_resets, nr_extends, nr_commands;

static void watch(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	nr_resets += code == 0xc8;
	nr_extends += code == 0x14;
	nr_commands++;
}

static void begin_to_watch(void)
{
	nr_resets = 0;
	nr_extends = 0;
	nr_commands = 0;
	core_watch = watch;
}

static void register_is_set_once_in_a_turn(void)
{
	struct info info, none = {};
	struct blob blob, free;
	struct key bound;
	unsigned int i;
	u32 handle;

	begin_sealed(&blob);
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	core_turn = 0;
	core_end_turn();
	begin_to_watch();
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	for (i = 0; i < 5; i++) {
		CHECK_EQ(unseal_it(&proxy, &blob), 0);
		CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
	}
	CHECK_EQ(nr_resets, 1);
	CHECK_EQ(nr_extends, 1);
	/* Once more if a PCR has changed. */
	CHECK_EQ(extend(&proxy, 0), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), WRONGPCRVAL);
	CHECK_EQ(nr_resets, 2);
	core_end_turn();
	CHECK_EQ(nr_resets, 3);
	CHECK_EQ(nr_extends, 2);

	/* What depends on no PCR costs nothing more, with or without a composite. */
	for (i = 0; i < 2; i++) {
		begin_to_watch();
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
		CHECK_EQ(sign(&proxy, handle, key_secret, NULL), 0);
		CHECK_EQ(seal_to(&proxy, &none, &free), 0);
		CHECK_EQ(unseal_it(&proxy, &free), 0);
		CHECK_EQ(flush(&proxy, handle, TPM_RT_KEY), 0);
		core_end_turn();
		CHECK_EQ(nr_resets, 0);
		CHECK_EQ(nr_extends, 0);
		core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, 0);
	}
	core_turn = 1;
	end();
}

static const struct {
	const char *name;
	int err;
	bool done;
	u32 rc;
} faults[] = {
	{ "no answer", .err = -ETIME },
	{ "a lost response", .done = true },
	{ "a refusal", .rc = TPM_FAIL },
	{ "a busy chip", .rc = TPM_RETRY + 2 },
};

/* Each command of a turn meets each fault.  Return how many the turn has. */
static unsigned int sweep(const struct blob *blob, const struct key *bound, unsigned int fault,
			  unsigned int nth)
{
	u64 before;
	u32 handle;

	core_reset(proxy.vtpm);
	start(&proxy);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, bound, &handle), 0);
	core_end_turn();
	before = core_port.nr_chip_commands;
	if (faults[fault].done)
		core_lose_response(nth);
	else if (faults[fault].err)
		core_fail_transmit(nth, faults[fault].err);
	else
		core_fail_chip(nth, faults[fault].rc);
	/* Its parameters select the PCR, or its key is bound to it. */
	if (blob)
		try_to_unseal(&proxy, blob);
	else
		sign(&proxy, handle, key_secret, NULL);
	core_end_turn();
	core_fail_transmit(0, 0);
	return core_port.nr_chip_commands - before;
}

static void value_never_stays_for_the_host(void)
{
	unsigned int fault, nth, nr, i;
	u8 value[20], left[20];
	struct info info;
	struct blob blob;
	struct key bound;

	begin_sealed(&blob);
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	core_turn = 0;
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	for (i = 0; i < 2 * ARRAY_SIZE(faults); i++) {
		fault = i / 2;
		nth = 0;
		do {
			nth++;
			nr = sweep(i % 2 ? &blob : NULL, &bound, fault, nth);
			host_pcr(left);
			if (!memcmp(left, value, 20))
				core_fail(__FILE__, __LINE__, "%s, command %u of %u",
					  faults[fault].name, nth, nr);
		} while (nr >= nth && nth < 60);
		CHECK(nth > 6 && nth < 60);
		CHECK(is_zero(left));
	}
	core_turn = 1;
	end();
}

/* The chip refuses commands on the PCR, or all, for a while. */
static unsigned int nr_refused;

static void refuse_next(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if ((code == 0xc8 || code == 0x14) && nr_refused) {
		nr_refused--;
		core_fail_chip(1, TPM_FAIL);
	}
}

/* At the end of the turn, and once more before the host gets the chip. */
static void host_never_meets_it_after_many_refusals(void)
{
	unsigned int refused;
	struct blob blob;
	u8 value[20], left[20];

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	core_turn = 0;
	for (refused = 0; refused < 12; refused++) {
		CHECK_EQ(unseal_it(&proxy, &blob), 0);
		core_watch = refuse_next;
		nr_refused = refused;
		core_end_turn();
		core_watch = NULL;
		core_fail_chip(0, 0);
		CHECK_EQ(nr_refused, 0);
		host_pcr(left);
		CHECK(memcmp(left, value, 20));
	}
	core_turn = 1;
	end();
}

static u8 foreign[20];
static unsigned int nr_met;

/* Whether the chip gets the next guest's command while its PCR has another's value. */
static void refuse_and_look(const u8 *cmd, size_t len)
{
	u8 now[20];

	refuse_next(cmd, len);
	if (vtpmb_peek_u32(cmd + 6) != TPM_ORD_GetRandom)
		return;
	host_pcr(now);
	nr_met += !memcmp(now, foreign, sizeof(now));
}

/* The next guest gets the chip as it is.  Clearing the PCR fails for a while. */
static void next_guest_never_meets_it(void)
{
	unsigned int refused, nr_failed = 0;
	struct blob blob;
	u8 left[20];

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, foreign), 0);
	core_host_comes = false;
	nr_met = 0;
	for (refused = 0; refused < 20; refused++) {
		core_turn = 0;
		CHECK_EQ(unseal_it(&proxy, &blob), 0);
		core_watch = refuse_and_look;
		nr_refused = refused;
		/* The end of the one turn, and all of the next. */
		core_turn = 1;
		tell(&other, "00c1 ???????? 00000046 00000004");
		nr_failed += other.rsp.err != 0;
		nr_refused = 0;
		core_watch = NULL;
		core_fail_chip(0, 0);
		CHECK_EQ(tell(&other, "00c1 ???????? 00000046 00000004"), 0);
		CHECK_EQ(other.rsp.err, 0);
		host_pcr(left);
		CHECK(memcmp(left, foreign, 20));
	}
	CHECK_EQ(nr_met, 0);
	CHECK(nr_failed);
	end();
}

static void chip_that_does_not_reset_the_pcr_refuses(void)
{
	struct info info;
	struct blob blob;
	u8 left[20];

	begin_sealed(&blob);
	info_now(&proxy, &info);
	core_watch = refuse_next;
	nr_refused = 1;
	CHECK_EQ(unseal_it(&proxy, &blob), INVALID_PCR);
	CHECK_EQ(proxy.rsp.err, 0);
	nr_refused = 1;
	CHECK_EQ(seal_to(&proxy, &info, &blob), INVALID_PCR);
	core_watch = NULL;
	/* The sessions of a command that is refused end. */
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 0);
	host_pcr(left);
	CHECK(is_zero(left));
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	end();
}

/* The chip resets the PCR to something else: after its reset, the host extends it. */
static void disturb(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == 0x14)
		extend(&host, 16);
}

static void chip_that_has_another_value_refuses(void)
{
	struct blob blob;

	begin_sealed(&blob);
	core_watch = disturb;
	CHECK_EQ(unseal_it(&proxy, &blob), INVALID_PCR);
	core_watch = NULL;
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	end();
}

static void guest_cannot_change_it(void)
{
	static const char sha1[] = "00c1 ???????? 000000a0";
	u8 before[20], after[20];
	unsigned int locality;

	begin();
	CHECK_EQ(read_pcr(&proxy, 16, before), 0);
	for (locality = 0; locality < 5; locality++) {
		proxy.vtpm->locality = locality;
		CHECK_EQ(extend(&proxy, 16), 61);
		CHECK_EQ(tell(&proxy, sha1), 0);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 000000a3 00000010 00000000"), 61);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 000000c8 0003 000001"), 51);
		CHECK_EQ(tell(&proxy, "00c1 ???????? 000000c8 0003 000081"), 51);
	}
	proxy.vtpm->locality = 0;
	CHECK_EQ(read_pcr(&proxy, 16, after), 0);
	CHECK_MEM(before, after, 20);
	/* Without it, PCR 16 is an ordinary one. */
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, 0);
	CHECK_EQ(read_pcr(&proxy, 16, after), 0);
	CHECK(is_zero(after));
	CHECK_EQ(extend(&proxy, 16), 0);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 000000c8 0003 000081"), 0);
	end();
}

static void setting_is_checked(void)
{
	struct vtpmb_vtpm *v;

	begin();
	v = proxy.vtpm;
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_COMPOSITE, 0x1effff), 0);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_COMPOSITE, 1 << 16), -ERANGE);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_COMPOSITE, 1 << 23 | 1), -ERANGE);
	CHECK_EQ(core_get(v, VTPMB_SETTING_COMPOSITE), MASK);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_REAL_PCRS, 0x7effff), 0);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_REAL_PCRS, PCR_16), -ERANGE);
	core_port.policy_pcr = 0;
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_COMPOSITE, 1), -ERANGE);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_COMPOSITE, 0), 0);
	CHECK_EQ(vtpmb_setting_check(v, VTPMB_SETTING_REAL_PCRS, PCR_16), 0);
	core_port.policy_pcr = 16;
	end();
}

/* PCR 23 takes the place of 16 if the module's parameter says so. */
static void register_is_the_one_of_the_parameter(void)
{
	u8 value[20], digest[20];
	struct info info;
	struct blob blob;

	begin();
	core_port.policy_pcr = 23;
	core_port.attest_pcr = 16;
	CHECK_EQ(read_pcr(&proxy, 23, value), 0);
	composite_hash(1 << 23, value, digest);
	info_of(&info, 1 << 23, digest);
	CHECK_EQ(seal_to(&proxy, &info, &blob), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	CHECK_EQ(extend(&proxy, 16), 0);
	CHECK_EQ(extend(&proxy, 23), 61);
	core_port.policy_pcr = 16;
	core_port.attest_pcr = 23;
	end();
}

/* The chip compares such an index with the PCR when the bridge does not expect it. */
static void nv_index_cannot_be_bound_to_it(void)
{
	static const char define[] =
		"00c1 ???????? 000000cc 0018 00001000 0003 000001 1f"
		"0000000000000000000000000000000000000000 0003 000000 1f"
		"0000000000000000000000000000000000000000 0017 00000000 000000 00000004"
		"0000000000000000000000000000000000000000";

	begin();
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	CHECK_EQ(tell(&proxy, define), INVALID_PCR);
	end();
}

static u32 unseal_in(struct guest *g, struct session *trans, const struct blob *blob)
{
	struct session parent, data;
	struct command c;

	if (begin_unseal(&c, g, TPM_KH_SRK, srk_secret, blob->bytes, blob->len, &parent, &data))
		return g->rsp.rc;
	return execute(&c, trans, &parent, &data);
}

static u32 sign_in(struct guest *g, struct session *trans, u32 handle)
{
	struct session s;
	struct command c;

	if (oiap(g, &s, key_secret))
		return g->rsp.rc;
	s.cont = 0;
	command_begin(&c, g, 0x3c);
	put_handle(&c, handle);
	put_sized(&c, "twenty bytes to sign", 20);
	return execute(&c, trans, &s, NULL);
}

static void wrapped_command_has_it_too(void)
{
	u32 parent = 0, handle = 0;
	struct session trans;
	struct info info;
	struct blob blob;
	struct key bound;
	unsigned int i;

	begin_sealed(&blob);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ALLOW);
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &storage, &parent), 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(establish(&proxy, &trans, i ? parent : TPM_KH_TRANSPORT,
				   i ? &storage : NULL, i ? TPM_TRANSPORT_ENCRYPT : 0), 0);
		CHECK_EQ(unseal_in(&proxy, &trans, &blob), 0);
		CHECK_EQ(sign_in(&proxy, &trans, handle), 0);
		CHECK_EQ(extend(&proxy, 7), 0);
		CHECK_EQ(unseal_in(&proxy, &trans, &blob), WRONGPCRVAL);
		CHECK_EQ(sign_in(&proxy, &trans, handle), WRONGPCRVAL);
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &storage, &parent), 0);
	}
	end();
}

/* With an unsafe grant nothing is refused, but the composite is still the guest's. */
static void unsafe_grant_does_not_hide_it(void)
{
	struct blob blob;

	begin_sealed(&blob);
	core_policy(proxy.vtpm, 0x18, VTPMB_POLICY_ALLOW_UNSAFE);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	CHECK_EQ(extend(&proxy, 7), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), WRONGPCRVAL);
	end();
}

/* Attest. */

static void begin_attest(void)
{
	begin();
	core_set(proxy.vtpm, VTPMB_SETTING_ATTEST, MASK);
}

/* What a verifier computes, of the identity and the values that it expects. */
static void compute_attest(const u8 *identity, u8 *w)
{
	u8 composite[5 + 4 + 9 * 20] = { 0, 3, 0xff, 0x08, 0, 0, 0, 0, 9 * 20 }, text[40] = {};
	unsigned int i, nr = 0;

	for (i = 0; i < 24; i++) {
		if (MASK & 1 << i)
			CHECK_EQ(read_pcr(&proxy, i, composite + 9 + 20 * nr++), 0);
	}
	memcpy(text + 20, identity, 20);
	SHA1(text, 40, text);
	SHA1(composite, sizeof(composite), text + 20);
	SHA1(text, 40, w);
}

static void attest_is_computed_by_a_verifier(void)
{
	u8 mac[32], identity[20], w[20], value[20];
	struct vtpmb_identity told;
	u32 handle;

	begin_attest();
	HMAC(EVP_sha256(), proxy.vtpm->secret, 32, (const u8 *)"vtpm_bridge identity", 21, mac,
	     NULL);
	SHA1(mac, sizeof(mac), identity);
	mutex_lock(&proxy.vtpm->lock);
	CHECK_EQ(core_port.family->identity(proxy.vtpm, &told), 0);
	mutex_unlock(&proxy.vtpm->lock);
	CHECK_EQ(told.hash->alg, 0x0004);
	CHECK_MEM(told.digest, identity, 20);

	CHECK_EQ(extend(&proxy, 11), 0);
	compute_attest(identity, w);
	CHECK_EQ(read_pcr(&proxy, 23, value), 0);
	CHECK_MEM(value, w, 20);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &signer, &handle), 0);
	check_quotes(handle, PCR_23, w);
	/* Another change, and in the same turn. */
	core_turn = 0;
	check_quotes(handle, PCR_23, w);
	CHECK_EQ(extend(&proxy, 0), 0);
	compute_attest(identity, w);
	check_quotes(handle, PCR_23, w);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_23 | PCR_16), INVALID_PCR);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_23 | PCR_7), INVALID_PCR);
	core_set(proxy.vtpm, VTPMB_SETTING_ATTEST, 0);
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_23), INVALID_PCR);
	CHECK_EQ(read_pcr(&proxy, 23, value), 0);
	CHECK(is_zero(value));
	core_turn = 1;
	end();
}

static void nothing_can_be_bound_to_attest(void)
{
	static const char define[] =
		"00c1 ???????? 000000cc 0018 00001000 0003 000080 1f"
		"0000000000000000000000000000000000000000 0003 000000 1f"
		"0000000000000000000000000000000000000000 0017 00000000 000000 00000004"
		"0000000000000000000000000000000000000000";
	u8 value[20], digest[20];
	struct info info;
	struct blob blob;
	struct key bound;
	u32 handle;

	begin_attest();
	CHECK_EQ(read_pcr(&proxy, 23, value), 0);
	composite_hash(PCR_23, value, digest);
	info_of(&info, PCR_23, digest);
	CHECK_EQ(seal_to(&proxy, &info, &blob), INVALID_PCR);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), INVALID_PCR);
	CHECK_EQ(seal_to(&host, &info, &blob), 0);
	CHECK_EQ(unseal_it(&proxy, &blob), INVALID_PCR);
	CHECK_EQ(make_bound(&host, 0x10, &info, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), INVALID_PCR);
	long_info_of(&info, PCR_23, PCR_16, digest);
	CHECK_EQ(seal_to(&proxy, &info, &blob), INVALID_PCR);
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
	CHECK_EQ(tell(&proxy, define), INVALID_PCR);
	end();
}

static void guest_cannot_change_attest(void)
{
	begin_attest();
	CHECK_EQ(extend(&proxy, 23), 61);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 000000c8 0003 000080"), 51);
	CHECK_EQ(vtpmb_setting_check(proxy.vtpm, VTPMB_SETTING_REAL_PCRS, PCR_23), -ERANGE);
	CHECK_EQ(vtpmb_setting_check(proxy.vtpm, VTPMB_SETTING_ATTEST, PCR_16), -ERANGE);
	core_port.attest_pcr = 0;
	CHECK_EQ(vtpmb_setting_check(proxy.vtpm, VTPMB_SETTING_ATTEST, 1), -ERANGE);
	core_port.attest_pcr = 23;
	end();
}

/* A key that is bound to the one PCR quotes the other. */
static void both_registers_are_used_at_once(void)
{
	u8 left[20];
	struct info info;
	struct key bound;
	unsigned int i;
	u32 handle;

	begin_attest();
	info_now(&proxy, &info);
	CHECK_EQ(make_bound(&proxy, 0x10, &info, &bound), 0);
	CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
	core_end_turn();
	core_turn = 0;
	begin_to_watch();
	for (i = 0; i < 3; i++)
		CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_23), 0);
	CHECK_EQ(nr_resets, 2);
	CHECK_EQ(nr_extends, 3);
	core_end_turn();
	CHECK_EQ(nr_resets, 4);
	CHECK_EQ(read_pcr(&host, 23, left), 0);
	CHECK(is_zero(left));
	host_pcr(left);
	CHECK(is_zero(left));
	/* Each command of that meets a fault. */
	for (i = 1; i < 40; i++) {
		core_fail_chip(i, TPM_FAIL);
		quote_with(&proxy, 0x16, handle, PCR_23);
		core_end_turn();
		core_fail_chip(0, 0);
		CHECK_EQ(read_pcr(&host, 23, left), 0);
		CHECK(is_zero(left) || memcmp(left, vtpmb_tpm12_chip(&core_port)->reg[2].value,
					      20));
		core_reset(proxy.vtpm);
		start(&proxy);
		CHECK_EQ(load_key(&proxy, TPM_KH_SRK, srk_secret, &bound, &handle), 0);
		core_end_turn();
	}
	CHECK_EQ(quote_with(&proxy, 0x16, handle, PCR_23), 0);
	core_turn = 1;
	end();
}

/* What happens while a command waits for the chip. */
static void switch_off(struct vtpmb_vtpm *vtpm)
{
	core_set(vtpm, VTPMB_SETTING_COMPOSITE, 0);
}

static void reboot(struct vtpmb_vtpm *vtpm)
{
	core_reset_powered(vtpm);
}

static void command_that_waited_is_judged_again(void)
{
	static void (*const happen[])(struct vtpmb_vtpm *vtpm) = { switch_off, reboot };
	struct session parent, data;
	struct command c;
	struct blob blob;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(happen); i++) {
		begin_sealed(&blob);
		CHECK_EQ(oiap(&proxy, &parent, srk_secret), 0);
		CHECK_EQ(oiap(&proxy, &data, key_secret), 0);
		command_begin(&c, &proxy, 0x18);
		put_handle(&c, TPM_KH_SRK);
		put_bytes(&c, blob.bytes, blob.len);
		core_waits = happen[i];
		begin_to_watch();
		CHECK_EQ(send_auth2(&c, &parent, &data), i ? TPM_INVALID_POSTINIT : INVALID_PCR);
		CHECK_EQ(nr_resets, 0);
		core_waits = NULL;
		end();
	}
}

/* Without memory a command fails, and nothing else is read or used in its place. */
static void allocation_that_fails_is_an_error(void)
{
	u8 value[20], now[20];
	struct blob blob;
	bool failed = true;
	unsigned int nth;
	u32 rc;

	begin_sealed(&blob);
	CHECK_EQ(read_pcr(&proxy, 16, value), 0);
	for (nth = 1; failed && nth < 20; nth++) {
		core_fail_alloc(nth);
		rc = read_pcr(&proxy, 16, now);
		failed = core_alloc_failed();
		core_fail_alloc(0);
		if (!rc)
			CHECK_MEM(now, value, 20);
		else
			CHECK_EQ(rc, TPM_FAIL);
	}
	CHECK(nth > 2 && nth < 20);
	for (nth = 1, failed = true; failed && nth < 20; nth++) {
		core_fail_alloc(nth);
		rc = try_to_unseal(&proxy, &blob);
		failed = core_alloc_failed();
		core_fail_alloc(0);
		if (!rc && !proxy.rsp.err)
			CHECK_MEM(proxy.rsp.buf + 14, "secret", 6);
	}
	CHECK(nth > 2 && nth < 20);
	CHECK_EQ(unseal_it(&proxy, &blob), 0);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(value_follows_from_the_secret_and_the_pcrs),
	CORE_TEST(sealed_data_come_back_as_from_a_tpm),
	CORE_TEST(changed_pcr_refuses),
	CORE_TEST(other_proxy_with_the_same_pcrs_cannot_unseal),
	CORE_TEST(host_cannot_unseal),
	CORE_TEST(bound_key_works_as_long_as_the_pcrs_are_the_same),
	CORE_TEST(bound_key_is_certified),
	CORE_TEST(quote_is_verified_by_software),
	CORE_TEST(register_is_set_once_in_a_turn),
	CORE_TEST(value_never_stays_for_the_host),
	CORE_TEST(host_never_meets_it_after_many_refusals),
	CORE_TEST(next_guest_never_meets_it),
	CORE_TEST(chip_that_does_not_reset_the_pcr_refuses),
	CORE_TEST(chip_that_has_another_value_refuses),
	CORE_TEST(guest_cannot_change_it),
	CORE_TEST(setting_is_checked),
	CORE_TEST(register_is_the_one_of_the_parameter),
	CORE_TEST(nv_index_cannot_be_bound_to_it),
	CORE_TEST(wrapped_command_has_it_too),
	CORE_TEST(unsafe_grant_does_not_hide_it),
	CORE_TEST(attest_is_computed_by_a_verifier),
	CORE_TEST(nothing_can_be_bound_to_attest),
	CORE_TEST(guest_cannot_change_attest),
	CORE_TEST(both_registers_are_used_at_once),
	CORE_TEST(command_that_waited_is_judged_again),
	CORE_TEST(allocation_that_fails_is_an_error),
};

CORE_MAIN(tests)
