// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what a Linux guest with CONFIG_TCG_TPM2_HMAC does, written anew.
 *
 * It makes a primary key in the null hierarchy, keeps its context, and for its
 * sessions agrees with that key on a salt.  It uses such a session to extend PCRs,
 * to get random numbers, which the TPM encrypts, and for trusted keys.  It checks each
 * response as Linux does.
 */

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include "tpm20_linux.h"

#define EXCLUSIVE	0x02		/* a TPM sets it of its own */
#define SRK_AUTH	"73726b"
#define BLOB_AUTH	"626c6f62"
#define SRK		"8002 ???????? 00000131 40000001" PW "0007 0003 " SRK_AUTH " 0000" \
	ECC_TEMPLATE "0000 00000000"

struct linux_guest on_proxy = { .g = &proxy }, on_twin = { .g = &alone };

/* A key: the session's, and an authValue. */
struct mac_key {
	u8 bytes[SIZE + 64];
	size_t len;
};

static void set_key(struct mac_key *key, const u8 *session, const char *auth)
{
	memcpy(key->bytes, session, SIZE);
	key->len = SIZE + (auth ? core_hex(key->bytes + SIZE, 64, auth) : 0);
}

static void hmac(const struct mac_key *key, const void *bytes, size_t len, u8 *mac)
{
	CHECK(HMAC(EVP_sha256(), key->bytes, key->len, bytes, len, mac, NULL));
}

/* TPM 2.0 Part 1, 11.4.10.2, for as much as one digest. */
static void kdfa(const struct mac_key *key, const char *label, const u8 *u, const u8 *v, u8 *out)
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
void choose_salt(const struct linux_guest *l, struct linux_salt *salt)
{
	EVP_PKEY *own = EVP_EC_gen("P-256"), *tpms = public_key(l->x, l->y);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	u8 z[SIZE], point[1 + 2 * SIZE];
	size_t len = SIZE, point_len;

	CHECK(EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
					      &point_len) == 1);
	CHECK(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, tpms) == 1 &&
	      EVP_PKEY_derive(ctx, z, &len) == 1);
	kdfe(z, point + 1, l->x, salt->salt);
	len = sprintf(salt->hex, "0044 0020");
	len = put_hex(salt->hex, len, point + 1, SIZE);
	len += sprintf(salt->hex + len, "0020");
	put_hex(salt->hex, len, point + 1 + SIZE, SIZE);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(tpms);
	EVP_PKEY_free(own);
}

/* What tpm2_parse_create_primary() checks. */
static void check_created(struct linux_guest *l)
{
	static const u8 area[] = { 0x00, 0x23, 0x00, 0x0b, 0x00, 0x03, 0x04, 0x72, 0x00, 0x00, 0x00,
				   0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10 };
	const u8 *at = l->g->rsp.buf + 10 + 4 + 4, *end = l->g->rsp.buf + l->g->rsp.len;
	u8 name[SIZE];
	u16 len;

	len = vtpmb_peek_u16(at);
	CHECK_EQ(len, sizeof(area) + 2 * (2 + SIZE));
	CHECK_MEM(at + 2, area, sizeof(area));
	SHA256(at + 2, len, name);
	at += 2 + sizeof(area);
	CHECK_EQ(vtpmb_peek_u16(at), SIZE);
	memcpy(l->x, at + 2, SIZE);
	at += 2 + SIZE;
	CHECK_EQ(vtpmb_peek_u16(at), SIZE);
	memcpy(l->y, at + 2, SIZE);
	at += 2 + SIZE;
	at += 2 + vtpmb_peek_u16(at);		/* creationData */
	CHECK_EQ(vtpmb_peek_u16(at), SIZE);	/* creationHash */
	at += 2 + SIZE;
	CHECK_EQ(vtpmb_peek_u16(at), 0x8021);
	CHECK_EQ(vtpmb_peek_u32(at + 2), 0x40000007);
	at += 2 + 4 + 2 + vtpmb_peek_u16(at + 6);
	CHECK_EQ(vtpmb_peek_u16(at), 2 + SIZE);
	CHECK_EQ(vtpmb_peek_u16(at + 2), 0xb);
	CHECK_MEM(at + 4, name, SIZE);
	memcpy(l->name, at + 2, 2 + SIZE);
	/* One password session follows. */
	CHECK_EQ(end - (at + 4 + SIZE), 5);
}

/* At boot: the key's point and its context; nothing stays loaded. */
u32 make_null_primary(struct linux_guest *l)
{
	size_t len = sprintf(l->context, "8001 ???????? 00000161 ");
	u32 rc = tell(l->g, NULL_PRIMARY);

	if (rc)
		return rc;
	check_created(l);
	CHECK_EQ(tell(l->g, CONTEXT_SAVE "80000000"), 0);
	put_hex(l->context, len, l->g->rsp.buf + 10, l->g->rsp.len - 10);
	CHECK_EQ(tell(l->g, FLUSH "80000000"), 0);
	return 0;
}

u32 start_session_with(struct linux_guest *l, const struct linux_salt *salt, const char *bind)
{
	char hex[1000];
	const u8 *rsp = l->g->rsp.buf;
	struct mac_key key;
	size_t len;
	u32 rc;

	RAND_bytes(l->ours, SIZE);
	len = sprintf(hex, "8001 ???????? 00000176 80000000 %s 0020", bind);
	len = put_hex(hex, len, l->ours, SIZE);
	sprintf(hex + len, "%s 00 0006 0080 0043 000b", salt->hex);
	rc = tell(l->g, hex);
	if (rc)
		return rc;
	l->nr_chip_commands = l->g->rsp.nr_chip_commands;
	CHECK_EQ(l->g->rsp.len, 10 + 4 + 2 + SIZE);
	l->handle = vtpmb_peek_u32(rsp + 10);
	memcpy(l->tpms, rsp + 16, SIZE);
	set_key(&key, salt->salt, NULL);
	kdfa(&key, "ATH", l->tpms, l->ours, l->key);
	return 0;
}

u32 start_session(struct linux_guest *l)
{
	struct linux_salt salt;
	u32 rc = tell(l->g, l->context);

	if (rc)
		return rc;
	choose_salt(l, &salt);
	rc = start_session_with(l, &salt, "40000007");
	CHECK_EQ(tell(l->g, FLUSH "80000000"), 0);
	return rc;
}

void boot(struct linux_guest *l)
{
	CHECK_EQ(make_null_primary(l), 0);
	CHECK_EQ(start_session(l), 0);
}

void boot_both(void)
{
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	boot(&on_twin);
}

/* HMAC(pHash || newer nonce || older nonce || attributes) */
static void session_mac(const struct mac_key *key, const u8 *message, size_t len,
			const u8 *newer, const u8 *older, u8 attributes, u8 *mac)
{
	u8 bytes[3 * SIZE + 1];

	SHA256(message, len, bytes);
	memcpy(bytes + SIZE, newer, SIZE);
	memcpy(bytes + 2 * SIZE, older, SIZE);
	bytes[3 * SIZE] = attributes;
	hmac(key, bytes, sizeof(bytes), mac);
}

/* AES-128-CFB of a TPM2B, in place. */
static void encrypt(const struct mac_key *key, const u8 *newer, const u8 *older, u8 *at,
		    bool decrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 key_and_iv[SIZE], out[VTPMB_BUF_SIZE];
	int len = 0;

	kdfa(key, "CFB", newer, older, key_and_iv);
	EVP_CipherInit_ex(ctx, EVP_aes_128_cfb128(), NULL, key_and_iv, key_and_iv + 16, !decrypt);
	EVP_CipherUpdate(ctx, out, &len, at + 2, vtpmb_peek_u16(at));
	CHECK_EQ(len, vtpmb_peek_u16(at));
	memcpy(at + 2, out, len);
	EVP_CIPHER_CTX_free(ctx);
}

/* The response's HMAC, over its parameters; takes the new nonceTPM. */
static bool response_is_authentic(struct linux_guest *l, const struct linux_ask *a,
				  const struct mac_key *key)
{
	struct core_rsp *rsp = &l->g->rsp;
	u8 *params = rsp->buf + 10 + (a->returns_handle ? 4 : 0) + 4;
	u32 params_len = vtpmb_peek_u32(params - 4);
	const u8 *session = params + params_len;
	u8 message[VTPMB_BUF_SIZE] = {}, mac[SIZE], attributes;

	if (rsp->buf + rsp->len != session + 2 + SIZE + 1 + 2 + SIZE ||
	    vtpmb_peek_u16(session) != SIZE || (session[2 + SIZE] & ~EXCLUSIVE) != a->attributes)
		return false;
	attributes = session[2 + SIZE];
	memcpy(l->tpms, session + 2, SIZE);
	vtpmb_poke_u32(message + 4, a->code);
	memcpy(message + 8, params, params_len);
	session_mac(key, message, 8 + params_len, l->tpms, l->ours, attributes, mac);
	if (a->attributes & ENCRYPT)
		encrypt(key, l->tpms, l->ours, params, true);
	return !memcmp(mac, session + 2 + SIZE + 1 + 2, SIZE);
}

/* A command in the session, and its response's code; a success is authentic. */
u32 ask(struct linux_guest *l, const struct linux_ask *a)
{
	u8 params[VTPMB_BUF_SIZE], message[VTPMB_BUF_SIZE], mac[SIZE];
	size_t params_len = core_hex(params, sizeof(params), a->params), len;
	char hex[2 * VTPMB_BUF_SIZE];
	struct mac_key key;
	u32 rc;

	set_key(&key, l->key, a->auth);
	RAND_bytes(l->ours, SIZE);
	if (a->attributes & DECRYPT)
		encrypt(&key, l->ours, l->tpms, params, false);
	vtpmb_poke_u32(message, a->code);
	len = 4 + core_hex(message + 4, sizeof(message) - 4, a->names ? a->names : a->handles);
	memcpy(message + len, params, params_len);
	session_mac(&key, message, len + params_len, l->ours, l->tpms, a->attributes, mac);
	mac[SIZE - 1] ^= a->forge;
	len = sprintf(hex, "8002 ???????? %08x %s 00000049 %08x 0020", a->code, a->handles,
		      l->handle);
	len = put_hex(hex, len, l->ours, SIZE);
	len += sprintf(hex + len, "%02x 0020", a->attributes);
	len = put_hex(hex, len, mac, SIZE);
	put_hex(hex, len, params, params_len);
	rc = tell(l->g, hex);
	if (a->after)
		set_key(&key, l->key, a->after);
	if (!rc)
		CHECK(response_is_authentic(l, a, &key));
	return rc;
}

u32 extend(struct linux_guest *l, const char *digests)
{
	const struct linux_ask a = {
		.code = EXTEND_CODE, .handles = PCR_10, .params = digests, .attributes = CONTINUE,
	};

	return ask(l, &a);
}

/* 32 bytes, decrypted. */
u32 get_random(struct linux_guest *l, u8 *bytes)
{
	static const struct linux_ask a = {
		.code = RANDOM_CODE, .handles = "", .params = "0020",
		.attributes = CONTINUE | ENCRYPT,
	};
	u32 rc = ask(l, &a);

	if (!rc) {
		CHECK_EQ(vtpmb_peek_u16(l->g->rsp.buf + 14), 32);
		memcpy(bytes, l->g->rsp.buf + 16, 32);
	}
	return rc;
}

/* The Name of an object, in hex. */
static void read_name(struct linux_guest *l, const char *handle, char *hex)
{
	char command[100];
	const u8 *name;

	sprintf(command, READ_PUBLIC "%s", handle);
	CHECK_EQ(tell(l->g, command), 0);
	name = l->g->rsp.buf + 10 + 2 + vtpmb_peek_u16(l->g->rsp.buf + 10);
	put_hex(hex, 0, name + 2, vtpmb_peek_u16(name));
}

u32 create_trusted(struct linux_guest *l)
{
	char name[100];
	const struct linux_ask a = {
		.code = 0x153, .handles = "80000000", .names = name, .auth = SRK_AUTH,
		.params = "000e 0004 " BLOB_AUTH " 0006 736563726574" SEALED "0000 00000000",
		.attributes = CONTINUE | DECRYPT,
	};
	const u8 *at = l->g->rsp.buf + 14;
	u32 rc;

	CHECK_EQ(tell(l->g, SRK), 0);
	read_name(l, "80000000", name);
	rc = ask(l, &a);
	if (!rc)
		put_hex(l->blob, 0, at, 4 + vtpmb_peek_u16(at) +
			vtpmb_peek_u16(at + 2 + vtpmb_peek_u16(at)));
	return rc;
}

/* As 0x80000001, beside its parent. */
u32 load_trusted(struct linux_guest *l)
{
	char name[100];
	const struct linux_ask a = {
		.code = 0x157, .handles = "80000000", .names = name, .auth = SRK_AUTH,
		.params = l->blob, .attributes = CONTINUE, .returns_handle = true,
	};

	read_name(l, "80000000", name);
	return ask(l, &a);
}

u32 unseal_trusted(struct linux_guest *l, u8 *secret)
{
	char name[100];
	const struct linux_ask a = {
		.code = 0x15e, .handles = "80000001", .names = name, .auth = BLOB_AUTH,
		.params = "", .attributes = CONTINUE | ENCRYPT,
	};
	u32 rc;

	read_name(l, "80000001", name);
	rc = ask(l, &a);
	if (!rc) {
		CHECK_EQ(vtpmb_peek_u16(l->g->rsp.buf + 14), 6);
		memcpy(secret, l->g->rsp.buf + 16, 6);
	}
	return rc;
}

void extend_both_at(int line, const char *digests, u32 rc)
{
	u32 a = extend(&on_proxy, digests), b = extend(&on_twin, digests);

	if (a != rc || b != rc)
		core_fail(__FILE__, line, "rc 0x%x, twin 0x%x, not 0x%x", a, b, rc);
}

void granted_extend_reaches_the_chip(void)
{
	struct core_rsp chips;

	v->real_pcrs = 1 << 10;
	boot_both();
	extend_both("00000001" SHA256_ONES, 0);
	same(READ_10("000b"));
	core_raw_hex(READ_10("000b"), &chips);
	CHECK_MEM(rt.buf + 30, chips.buf + 30, 32);
}
