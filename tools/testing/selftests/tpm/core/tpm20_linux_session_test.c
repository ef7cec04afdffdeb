// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what a Linux guest with CONFIG_TCG_TPM2_HMAC does, on a proxy and on
 * a TPM of its own.
 *
 * It makes a primary key in the null hierarchy, keeps its context, and for its
 * sessions agrees with that key on a salt.  It uses such a session to extend PCRs
 * and to get random numbers, which the TPM encrypts.  This program is the
 * guest's side of it, and checks each response as the guest does.
 */

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include "tpm20_guest.h"

#define SIZE		32		/* of SHA-256, and of a coordinate */
#define CONTINUE	0x01
#define EXCLUSIVE	0x02		/* a TPM sets it of its own */
#define ENCRYPT		0x40
#define AUDIT		0x80
#define EXTEND_CODE	0x182
#define RANDOM_CODE	0x17b
#define PCR_10		"0000000a"
#define NULL_PRIMARY	"8002 ???????? 00000131 40000007" PW "0004 0000 0000" \
	"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000" \
	"0000 00000000"
#define BY_POLICY	"00000009 03000001 0000 01 0000"
#define READ_10(alg)	"8001 ???????? 0000017e 00000001" alg "03 000400"
#define ONES32	"1111111111111111111111111111111111111111111111111111111111111111"
#define ONES48	ONES32 "11111111111111111111111111111111"
#define SHA256_ONES	"000b" ONES32
#define SHA384_ONES	"000c" ONES48

/* The chip keeps SHA-1 and SHA-256; what else it knows it has not allocated. */
#define CHIP_BANKS	"8002 ???????? 0000012b 4000000c" PW "00000004" \
	"0004 03 ffffff 000b 03 ffffff 000c 03 000000 000d 03 000000"
#define GUEST_BANKS	"8002 ???????? 0000012b 4000000c" PW "00000004" \
	"0004 03 000000 000b 03 000000 000c 03 ffffff 000d 03 000000"

/**
 * struct linux_guest - a kernel's TPM driver
 * @g:		its TPM, a proxy or a twin
 * @x:		the null primary's public point
 * @y:		its other coordinate
 * @context:	TPM2_ContextLoad of that key
 * @handle:	the session
 * @key:	its key
 * @ours:	nonceCaller
 * @tpms:	nonceTPM
 */
struct linux_guest {
	struct guest *g;
	u8 x[SIZE];
	u8 y[SIZE];
	char context[2 * VTPMB_BUF_SIZE];
	u32 handle;
	u8 key[SIZE];
	u8 ours[SIZE];
	u8 tpms[SIZE];
};

static struct linux_guest on_proxy = { .g = &proxy }, on_twin = { .g = &alone };

static void hmac(const u8 *key, const void *bytes, size_t len, u8 *mac)
{
	CHECK(HMAC(EVP_sha256(), key, SIZE, bytes, len, mac, NULL));
}

/* TPM 2.0 Part 1, 11.4.10.2, for as much as one digest. */
static void kdfa(const u8 *key, const char *label, const u8 *u, const u8 *v, u8 *out)
{
	u8 bytes[4 + 8 + 2 * SIZE + 4];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, label, strlen(label) + 1);
	vtpmb_put_bytes(&w, u, SIZE);
	vtpmb_put_bytes(&w, v, SIZE);
	vtpmb_put_u32(&w, 8 * SIZE);
	CHECK(!w.overflow);
	hmac(key, bytes, w.len, out);
}

/* TPM 2.0 Part 1, 11.4.10.3: the salt, of what both sides agree on. */
static void kdfe(const u8 *z, const u8 *u, const u8 *v, u8 *out)
{
	u8 bytes[4 + SIZE + sizeof("SECRET") + 2 * SIZE];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, bytes, sizeof(bytes));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, z, SIZE);
	vtpmb_put_bytes(&w, "SECRET", sizeof("SECRET"));
	vtpmb_put_bytes(&w, u, SIZE);
	vtpmb_put_bytes(&w, v, SIZE);
	SHA256(bytes, w.len, out);
}

static EVP_PKEY *public_key(const u8 *x, const u8 *y)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	u8 point[1 + 2 * SIZE] = { 4 };
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	memcpy(point + 1, x, SIZE);
	memcpy(point + 1 + SIZE, y, SIZE);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params = OSSL_PARAM_BLD_to_param(bld);
	CHECK(EVP_PKEY_fromdata_init(ctx) == 1 &&
	      EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* A key of the moment: its public point, and the salt. */
static void agree(const struct linux_guest *l, u8 *point, u8 *salt)
{
	EVP_PKEY *own = EVP_EC_gen("P-256"), *tpms = public_key(l->x, l->y);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t len = SIZE, point_len;
	u8 z[SIZE];

	CHECK(EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, point,
					      1 + 2 * SIZE, &point_len) == 1);
	CHECK(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, tpms) == 1 &&
	      EVP_PKEY_derive(ctx, z, &len) == 1);
	kdfe(z, point + 1, l->x, salt);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(tpms);
	EVP_PKEY_free(own);
}

/* At boot: the key's point and its context; nothing stays loaded. */
static void make_null_primary(struct linux_guest *l)
{
	size_t len = sprintf(l->context, "8001 ???????? 00000161 ");
	const u8 *point;

	CHECK_EQ(tell(l->g, NULL_PRIMARY), 0);
	/* header, handle, sizes of parameters and public area, TPMT_PUBLIC, size */
	point = l->g->rsp.buf + 10 + 4 + 4 + 2 + 22 + 2;
	CHECK_EQ(vtpmb_peek_u16(point - 2), SIZE);
	memcpy(l->x, point, SIZE);
	memcpy(l->y, point + SIZE + 2, SIZE);
	CHECK_EQ(tell(l->g, CONTEXT_SAVE "80000000"), 0);
	put_hex(l->context, len, l->g->rsp.buf + 10, l->g->rsp.len - 10);
	CHECK_EQ(tell(l->g, FLUSH "80000000"), 0);
}

static void start_session(struct linux_guest *l)
{
	char hex[1000];
	u8 point[1 + 2 * SIZE], salt[SIZE];
	const u8 *rsp = l->g->rsp.buf;
	size_t len;

	CHECK_EQ(tell(l->g, l->context), 0);
	agree(l, point, salt);
	RAND_bytes(l->ours, SIZE);
	len = sprintf(hex, "8001 ???????? 00000176 80000000 40000007 0020");
	len = put_hex(hex, len, l->ours, SIZE);
	len += sprintf(hex + len, "0044 0020");
	len = put_hex(hex, len, point + 1, SIZE);
	len += sprintf(hex + len, "0020");
	len = put_hex(hex, len, point + 1 + SIZE, SIZE);
	sprintf(hex + len, "00 0006 0080 0043 000b");
	CHECK_EQ(tell(l->g, hex), 0);
	l->handle = vtpmb_peek_u32(rsp + 10);
	memcpy(l->tpms, rsp + 16, SIZE);
	kdfa(salt, "ATH", l->tpms, l->ours, l->key);
	CHECK_EQ(tell(l->g, FLUSH "80000000"), 0);
}

static void boot(struct linux_guest *l)
{
	make_null_primary(l);
	start_session(l);
}

static void boot_both(void)
{
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	boot(&on_twin);
}

/* HMAC(pHash || newer nonce || older nonce || attributes) */
static void session_mac(const struct linux_guest *l, const u8 *message, size_t len,
			const u8 *newer, const u8 *older, u8 attributes, u8 *mac)
{
	u8 bytes[3 * SIZE + 1];

	SHA256(message, len, bytes);
	memcpy(bytes + SIZE, newer, SIZE);
	memcpy(bytes + 2 * SIZE, older, SIZE);
	bytes[3 * SIZE] = attributes;
	hmac(l->key, bytes, sizeof(bytes), mac);
}

/* What a pHash covers: code (and what comes before it), Names, parameters. */
static void command_mac(const struct linux_guest *l, u32 code, const char *handles,
			const char *params, u8 attributes, u8 *mac)
{
	u8 message[VTPMB_BUF_SIZE];
	char hex[2 * VTPMB_BUF_SIZE];
	size_t len;

	snprintf(hex, sizeof(hex), "%08x %s %s", code, handles, params);
	len = core_hex(message, sizeof(message), hex);
	session_mac(l, message, len, l->ours, l->tpms, attributes, mac);
}

/* The response's HMAC, over its parameters; takes the new nonceTPM. */
static bool response_is_authentic(struct linux_guest *l, u32 code, u8 attributes)
{
	const struct core_rsp *rsp = &l->g->rsp;
	u32 params_len = vtpmb_peek_u32(rsp->buf + 10);
	const u8 *session = rsp->buf + 14 + params_len;
	u8 message[VTPMB_BUF_SIZE] = {}, mac[SIZE];

	if (rsp->len != 14 + params_len + 2 + SIZE + 1 + 2 + SIZE ||
	    vtpmb_peek_u16(session) != SIZE || (session[2 + SIZE] & ~EXCLUSIVE) != attributes)
		return false;
	attributes = session[2 + SIZE];
	memcpy(l->tpms, session + 2, SIZE);
	vtpmb_poke_u32(message + 4, code);
	memcpy(message + 8, rsp->buf + 14, params_len);
	session_mac(l, message, 8 + params_len, l->tpms, l->ours, attributes, mac);
	return !memcmp(mac, session + 2 + SIZE + 1 + 2, SIZE);
}

/* A command in the session, and its response's code; a success is authentic. */
static u32 ask(struct linux_guest *l, u32 code, const char *handles, const char *params,
	       u8 attributes, bool forge)
{
	char hex[2 * VTPMB_BUF_SIZE];
	u8 mac[SIZE];
	size_t len;
	u32 rc;

	RAND_bytes(l->ours, SIZE);
	command_mac(l, code, handles, params, attributes, mac);
	mac[SIZE - 1] ^= forge;
	len = sprintf(hex, "8002 ???????? %08x %s 00000049 %08x 0020", code, handles, l->handle);
	len = put_hex(hex, len, l->ours, SIZE);
	len += sprintf(hex + len, "%02x 0020", attributes);
	len = put_hex(hex, len, mac, SIZE);
	sprintf(hex + len, "%s", params);
	rc = tell(l->g, hex);
	if (!rc)
		CHECK(response_is_authentic(l, code, attributes));
	return rc;
}

static u32 extend(struct linux_guest *l, const char *digests)
{
	return ask(l, EXTEND_CODE, PCR_10, digests, CONTINUE, false);
}

/* 32 bytes, decrypted. */
static u32 get_random(struct linux_guest *l, u8 *bytes)
{
	u32 rc = ask(l, RANDOM_CODE, "", "0020", CONTINUE | ENCRYPT, false);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 key_and_iv[SIZE];
	int len = 0;

	if (!rc) {
		CHECK_EQ(vtpmb_peek_u16(l->g->rsp.buf + 14), 32);
		kdfa(l->key, "CFB", l->tpms, l->ours, key_and_iv);
		EVP_DecryptInit_ex(ctx, EVP_aes_128_cfb128(), NULL, key_and_iv, key_and_iv + 16);
		EVP_DecryptUpdate(ctx, bytes, &len, l->g->rsp.buf + 16, 32);
		CHECK_EQ(len, 32);
	}
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}

/* Both answer with @rc. */
static void extend_both_at(int line, const char *digests, u32 rc)
{
	u32 a = extend(&on_proxy, digests), b = extend(&on_twin, digests);

	if (a != rc || b != rc)
		core_fail(__FILE__, line, "rc 0x%x, twin 0x%x, not 0x%x", a, b, rc);
}

#define extend_both(digests, rc) extend_both_at(__LINE__, digests, rc)

static void null_primary_takes_salted_sessions(void)
{
	begin();
	boot_both();
	end();
}

/* Its seed is the chip's: a difference, for a TPM has another one after each reset. */
static void null_primary_is_the_same_after_a_reset_and_in_all_guests(void)
{
	struct vtpmb_vtpm *first;
	u8 x[2][SIZE];

	begin();
	boot_both();
	memcpy(x[0], on_proxy.x, SIZE);
	memcpy(x[1], on_twin.x, SIZE);
	reset_both();
	boot_both();
	CHECK_MEM(on_proxy.x, x[0], SIZE);
	CHECK(memcmp(on_twin.x, x[1], SIZE));
	first = v;
	v = core_new();
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	CHECK_MEM(on_proxy.x, x[0], SIZE);
	core_free(first);
	end();
}

static void random_numbers_come_encrypted(void)
{
	u8 first[32], second[32];

	begin();
	boot_both();
	CHECK_EQ(get_random(&on_twin, first), 0);
	CHECK_EQ(get_random(&on_proxy, first), 0);
	CHECK_EQ(get_random(&on_proxy, second), 0);
	CHECK(memcmp(first, second, sizeof(first)));
	/* The turn ends in between: the session goes out of the chip and comes back. */
	core_end_turn();
	CHECK_EQ(get_random(&on_proxy, first), 0);
	CHECK(memcmp(first, second, sizeof(first)));
	end();
}

/* Those banks are the host's: neither the bridge nor the chip can make the HMAC. */
static void salted_extend_of_the_chips_banks_is_refused(void)
{
	static const u8 zeros[32];
	struct core_rsp before, after;
	u8 bytes[32];

	begin();
	boot_both();
	core_raw_hex(READ_10("000b"), &before);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0x12f);
	CHECK_EQ(extend(&on_twin, "00000001" SHA256_ONES), 0);
	core_raw_hex(READ_10("000b"), &after);
	CHECK_MEM(before.buf, after.buf, before.len);
	want(READ_10("000b"), 0);
	CHECK_MEM(rv.buf + 30, zeros, sizeof(zeros));
	/* Neither session nor password suffers. */
	CHECK_EQ(get_random(&on_proxy, bytes), 0);
	same(EXTEND(PCR_10));
	end();
}

static void salted_extend_of_a_granted_pcr_reaches_it(void)
{
	begin();
	v->real_pcrs = 1 << 10;
	boot_both();
	extend_both("00000001" SHA256_ONES, 0);
	same(READ_10("000b"));
	core_raw_hex(READ_10("000b"), &rv);
	CHECK_MEM(rt.buf + 30, rv.buf + 30, 32);
	end();
}

/* A guest that has only banks which the chip has not allocated. */
static void begin_spare(void)
{
	struct core_rsp rsp;

	core_start(CORE_TPM20);
	core_raw_hex(CHIP_BANKS, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_chip_cycle();
	core_probe();
	v = core_new();
	twin = core_twin_new();
}

static void boot_with_spare_bank(void)
{
	begin_spare();
	same(STARTUP_CLEAR);
	same(GUEST_BANKS);
	same(SHUTDOWN_CLEAR);
	reset_both();
	boot_both();
}

static void unallocated_banks_are_offered(void)
{
	begin_spare();
	same(STARTUP_CLEAR);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	same(READ_10("000c"));
	same(GUEST_BANKS);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	reset_both();
	same(STARTUP_CLEAR);
	same("8001 ???????? 0000017a 00000005 00000000 00000001");
	same(READ_10("000b"));
	same(READ_10("000c"));
	end();
}

static void check_chip_at(int line, const struct core_rsp before[4])
{
	static const char *const read[] = { READ_10("0004"), READ_10("000b"), READ_10("000c"),
					    READ_10("000d") };
	struct core_rsp now;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(read); i++) {
		core_raw_hex(read[i], &now);
		if (now.len != before[i].len || memcmp(now.buf, before[i].buf, now.len))
			core_fail(__FILE__, line, "the chip's bank %u has changed", i);
	}
}

#define check_chip(before) check_chip_at(__LINE__, before)

/* pcrUpdateCounter too, which is in each response. */
static void look_at_chip(struct core_rsp before[4])
{
	core_raw_hex(READ_10("0004"), &before[0]);
	core_raw_hex(READ_10("000b"), &before[1]);
	core_raw_hex(READ_10("000c"), &before[2]);
	core_raw_hex(READ_10("000d"), &before[3]);
}

static void salted_extend_of_a_spare_bank_is_checked_by_the_chip(void)
{
	struct core_rsp before[4];
	u8 bytes[32];

	boot_with_spare_bank();
	look_at_chip(before);
	same(READ_10("000c"));
	extend_both("00000001" SHA384_ONES, 0);
	same(READ_10("000c"));
	CHECK_EQ(get_random(&on_proxy, bytes), 0);
	CHECK_EQ(get_random(&on_twin, bytes), 0);
	core_end_turn();
	extend_both("00000001" SHA384_ONES, 0);
	extend_both("00000000", 0);
	same(READ_10("000c"));
	check_chip(before);
	end();
}

static void forged_extend_of_a_spare_bank_is_refused(void)
{
	struct core_rsp before[4];
	u32 rc;

	boot_with_spare_bank();
	look_at_chip(before);
	rc = ask(&on_twin, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, CONTINUE, true);
	CHECK(rc);
	CHECK_EQ(ask(&on_proxy, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, CONTINUE, true), rc);
	same(READ_10("000c"));
	check_chip(before);
	end();
}

/* One bank of the host's among them, whether the guest has it or not, is too many. */
static void extend_that_reaches_a_bank_of_the_chip_is_refused(void)
{
	static const char *const digests[] = {
		"00000001" SHA256_ONES,
		"00000002" SHA384_ONES SHA256_ONES,
		"00000002" SHA256_ONES SHA384_ONES,
		"00000001 0004 1111111111111111111111111111111111111111",
		/* What the bridge does not understand, the chip might. */
		"00000001 0012" ONES32,
		"00000002" SHA384_ONES,
		"00000001" SHA384_ONES "00",
		"000000ff" SHA384_ONES,
		"000000",
		"",
	};
	struct core_rsp before[4];
	unsigned int i;

	boot_with_spare_bank();
	look_at_chip(before);
	for (i = 0; i < ARRAY_SIZE(digests); i++)
		CHECK_EQ(extend(&on_proxy, digests[i]), 0x12f);
	same(READ_10("000c"));
	check_chip(before);
	end();
}

/* A TPM tells of the audit what it has done, and it has. */
static void audit_session_tells_the_truth(void)
{
	boot_with_spare_bank();
	CHECK_EQ(ask(&on_twin, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, CONTINUE | AUDIT,
		     false), 0);
	CHECK_EQ(ask(&on_proxy, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, CONTINUE | AUDIT,
		     false), 0);
	same(READ_10("000c"));
	end();
}

/* No PCR has a policy; a second session is judged with the first. */
static void other_sessions_are_judged_too(void)
{
	boot_with_spare_bank();
	same_rc(START_POLICY);
	same_rc("8002 ???????? 00000182" PCR_10 BY_POLICY "00000001" SHA384_ONES);
	CHECK_EQ(rv.rc, 0x12f);
	same_rc("8002 ???????? 00000182" PCR_10 PW_PW "00000001" SHA384_ONES);
	CHECK(rv.rc);
	same(READ_10("000c"));
	end();
}

static void session_that_is_not_continued_is_gone(void)
{
	boot_with_spare_bank();
	CHECK_EQ(ask(&on_twin, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, 0, false), 0);
	CHECK_EQ(ask(&on_proxy, EXTEND_CODE, PCR_10, "00000001" SHA384_ONES, 0, false), 0);
	extend_both("00000001" SHA384_ONES, 0x918);
	same(READ_10("000c"));
	start_session(&on_proxy);
	start_session(&on_twin);
	extend_both("00000001" SHA384_ONES, 0);
	same(READ_10("000c"));
	end();
}

/* The chip is asked each time, so it may have been given other banks meanwhile. */
static void bank_that_the_chip_has_got_meanwhile_is_the_hosts(void)
{
	struct core_rsp rsp, before, after;

	boot_with_spare_bank();
	core_end_turn();
	core_raw_hex("8002 ???????? 0000012b 4000000c" PW "00000001 000c 03 ffffff", &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_chip_cycle();
	/* What was in the chip is lost: the guest begins anew. */
	core_reset(v);
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	core_raw_hex(READ_10("000c"), &before);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA384_ONES), 0x12f);
	core_raw_hex(READ_10("000c"), &after);
	CHECK_MEM(before.buf, after.buf, before.len);
	end();
}

static void nothing_is_extended_when_the_chip_fails(void)
{
	struct core_rsp first;
	unsigned int nth;
	bool done = false;

	for (nth = 0; !done; nth++) {
		boot_with_spare_bank();
		want(READ_10("000c"), 0);
		first = rv;
		core_fail_chip(nth + 1, 0x101);
		done = !extend(&on_proxy, "00000001" SHA384_ONES);
		core_fail_chip(0, 0);
		want(READ_10("000c"), 0);
		CHECK_EQ(!!memcmp(first.buf, rv.buf, first.len), done);
		end();
	}
	CHECK(nth > 2);
}

static const struct core_test tests[] = {
	CORE_TEST(null_primary_takes_salted_sessions),
	CORE_TEST(null_primary_is_the_same_after_a_reset_and_in_all_guests),
	CORE_TEST(random_numbers_come_encrypted),
	CORE_TEST(salted_extend_of_the_chips_banks_is_refused),
	CORE_TEST(salted_extend_of_a_granted_pcr_reaches_it),
	CORE_TEST(unallocated_banks_are_offered),
	CORE_TEST(salted_extend_of_a_spare_bank_is_checked_by_the_chip),
	CORE_TEST(forged_extend_of_a_spare_bank_is_refused),
	CORE_TEST(extend_that_reaches_a_bank_of_the_chip_is_refused),
	CORE_TEST(audit_session_tells_the_truth),
	CORE_TEST(other_sessions_are_judged_too),
	CORE_TEST(session_that_is_not_continued_is_gone),
	CORE_TEST(bank_that_the_chip_has_got_meanwhile_is_the_hosts),
	CORE_TEST(nothing_is_extended_when_the_chip_fails),
};

CORE_MAIN(tests)
