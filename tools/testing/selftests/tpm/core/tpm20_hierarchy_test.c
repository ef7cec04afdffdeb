// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: who may use a hierarchy, on a proxy and on a TPM of its own.
 *
 * Every command is sent to both.  A session has a nonce, and if it is bound a
 * key, on each side, so it is kept for both, and each side's HMACs are made and
 * checked here.
 */

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include "tpm20_guest.h"
#include "tpm20/spec.h"

#define OWNER		0x40000001
#define LOCKOUT		0x4000000a
#define ENDORSEMENT	0x4000000b
#define PLATFORM	0x4000000c

#define ECC_PRIMARY	"0004 0000 0000 " ECC_TEMPLATE " 0000 00000000"
#define CHANGE_AUTH(hier, auth, new) "8002 ???????? 00000129" hier auth new
#define PW_CHIP	"0000000d 40000009 0000 01 0004 63686970"
#define ABC	"0003 616263"
#define CHIP	"0004 63686970"
#define EMPTY	"0000"

#define CONTINUE	0x01
#define DECRYPT		0x20
#define ENCRYPT		0x40
#define AUDIT		0x80

enum { HMAC_SESSION = 0, POLICY = 1, TRIAL = 3 };
enum { SHA1 = 4, SHA256 = 0xb, SHA384 = 0xc, SHA512 = 0xd };

/* One side's view of a session. */
struct side {
	struct guest *guest;
	u8 nonce[64];
	u16 nonce_len;
	u8 key[64];
	u16 key_len;
	size_t head;
};

/**
 * struct session - one session of each side, under the same handle
 * @handle:	the handle
 * @alg:	authHash
 * @side:	the proxy's, the twin's
 */
struct session {
	u32 handle;
	u16 alg;
	struct side side[2];
};

static const u8 nonce_caller[16] = "nonce of caller";

static const EVP_MD *md_of(u16 alg)
{
	return alg == SHA1 ? EVP_sha1() : alg == SHA384 ? EVP_sha384() :
	       alg == SHA512 ? EVP_sha512() : EVP_sha256();
}

static size_t hash_len(u16 alg)
{
	return EVP_MD_size(md_of(alg));
}

static void put_text(struct vtpmb_writer *w, const char *text)
{
	vtpmb_put_bytes(w, text, strlen(text));
}

/* KDFa of one block: a session's key (TPM 2.0 Part 1, 11.4.10.2 and 19.6.8). */
static void derive_key(u16 alg, const u8 *key, size_t key_len, struct side *side)
{
	u8 text[256];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, "ATH", 4);
	vtpmb_put_bytes(&w, side->nonce, side->nonce_len);
	vtpmb_put_bytes(&w, nonce_caller, sizeof(nonce_caller));
	vtpmb_put_u32(&w, 8 * hash_len(alg));
	HMAC(md_of(alg), key, key_len, text, w.len, side->key, NULL);
	side->key_len = hash_len(alg);
}

/* Whether new sessions can encrypt: XOR with SHA-256. */
static bool ciphers;

/* A StartAuthSession command: with a salt if @salt is not empty. */
static size_t put_start(u8 *buf, u8 type, u16 alg, u32 key, u32 bind,
			const u8 *salt, size_t salt_len)
{
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, buf, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, 0x8001);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, 0x176);
	vtpmb_put_u32(&w, key);
	vtpmb_put_u32(&w, bind);
	vtpmb_put_u16(&w, sizeof(nonce_caller));
	vtpmb_put_bytes(&w, nonce_caller, sizeof(nonce_caller));
	vtpmb_put_u16(&w, salt_len);
	vtpmb_put_bytes(&w, salt, salt_len);
	vtpmb_put_u8(&w, type);
	vtpmb_put_u16(&w, ciphers ? 0x000a : 0x0010);
	if (ciphers)
		vtpmb_put_u16(&w, SHA256);
	vtpmb_put_u16(&w, alg);
	vtpmb_poke_u32(buf + 2, w.len);
	return w.len;
}

static void send_to(struct guest *g, const u8 *buf, size_t len)
{
	if (g->vtpm)
		core_send(g->vtpm, buf, len, &g->rsp);
	else
		core_twin_send(twin, buf, len, &g->rsp);
}

static void set_sides(struct session *s)
{
	s->side[0].guest = &proxy;
	s->side[1].guest = &alone;
}

static void take_start(int line, struct session *s, struct side *side)
{
	const struct core_rsp *rsp = &side->guest->rsp;

	if (rsp->err || rsp->rc)
		core_fail(__FILE__, line, "start: 0x%x (err %d)", rsp->rc, rsp->err);
	if (s->handle && s->handle != vtpmb_peek_u32(rsp->buf + 10))
		core_fail(__FILE__, line, "not the same session");
	s->handle = vtpmb_peek_u32(rsp->buf + 10);
	side->nonce_len = vtpmb_peek_u16(rsp->buf + 14);
	memcpy(side->nonce, rsp->buf + 16, side->nonce_len);
}

static void new_session(struct session *s, u16 alg)
{
	memset(s, 0, sizeof(*s));
	set_sides(s);
	s->alg = alg;
}

/* Both start one; @auth is the bound entity's authValue, or NULL if it is bound to none. */
static void start_session_at(int line, struct session *s, u8 type, u16 alg, u32 bind,
			     const char *auth)
{
	u8 buf[VTPMB_BUF_SIZE];
	unsigned int i;

	new_session(s, alg);
	for (i = 0; i < 2; i++) {
		send_to(s->side[i].guest, buf,
			put_start(buf, type, alg, TPM2_RH_NULL, bind, buf, 0));
		take_start(line, s, &s->side[i]);
		if (auth)
			derive_key(alg, (const u8 *)auth, strlen(auth), &s->side[i]);
	}
}

#define start_session(...) start_session_at(__LINE__, __VA_ARGS__)

/**
 * struct salt - a secret for the owner's primary key, 0x80000000 (ECC, P-256)
 * @seed:	the secret
 * @point:	TPMS_ECC_POINT that brings it there
 * @point_len:	its bytes
 */
struct salt {
	u8 seed[32];
	u8 point[68];
	size_t point_len;
};

static void put_coordinates(const EC_GROUP *group, const EC_POINT *point, u8 *x, u8 *y)
{
	BIGNUM *bx = BN_new(), *by = BN_new();

	CHECK(EC_POINT_get_affine_coordinates(group, point, bx, by, NULL));
	BN_bn2binpad(bx, x, 32);
	BN_bn2binpad(by, y, 32);
	BN_free(bx);
	BN_free(by);
}

/* KDFe: TPM 2.0 Part 1, 11.4.10.3; @public is the key's x and y. */
static void make_salt(struct salt *salt, const u8 *public_x, const u8 *public_y)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *key = EC_POINT_new(group), *mine = EC_POINT_new(group);
	BIGNUM *x = BN_bin2bn(public_x, 32, NULL), *y = BN_bin2bn(public_y, 32, NULL);
	BIGNUM *secret = BN_bin2bn(nonce_caller, sizeof(nonce_caller), NULL);
	u8 z[32], mine_x[32], mine_y[32], text[128];
	struct vtpmb_writer w;

	CHECK(EC_POINT_set_affine_coordinates(group, key, x, y, NULL));
	CHECK(EC_POINT_mul(group, mine, secret, NULL, NULL, NULL));
	CHECK(EC_POINT_mul(group, key, NULL, key, secret, NULL));
	put_coordinates(group, key, z, text);
	put_coordinates(group, mine, mine_x, mine_y);
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, z, 32);
	vtpmb_put_bytes(&w, "SECRET", 7);
	vtpmb_put_bytes(&w, mine_x, 32);
	vtpmb_put_bytes(&w, public_x, 32);
	EVP_Digest(text, w.len, salt->seed, NULL, EVP_sha256(), NULL);
	vtpmb_writer_init(&w, salt->point, sizeof(salt->point));
	vtpmb_put_u16(&w, 32);
	vtpmb_put_bytes(&w, mine_x, 32);
	vtpmb_put_u16(&w, 32);
	vtpmb_put_bytes(&w, mine_y, 32);
	salt->point_len = w.len;
	BN_free(x);
	BN_free(y);
	BN_free(secret);
	EC_POINT_free(key);
	EC_POINT_free(mine);
	EC_GROUP_free(group);
}

/* A salted session with SHA-256; @auth as above. */
static void start_salted_at(int line, struct session *s, u32 bind, const char *auth)
{
	u8 buf[VTPMB_BUF_SIZE], key[128];
	struct vtpmb_writer w;
	struct salt salt;
	unsigned int i;

	new_session(s, SHA256);
	both("8001 ???????? 00000173 80000000", 0);
	make_salt(&salt, alone.rsp.buf + 36, alone.rsp.buf + 70);
	vtpmb_writer_init(&w, key, sizeof(key));
	put_text(&w, auth);
	vtpmb_put_bytes(&w, salt.seed, sizeof(salt.seed));
	for (i = 0; i < 2; i++) {
		send_to(s->side[i].guest, buf, put_start(buf, HMAC_SESSION, SHA256, 0x80000000,
							 bind, salt.point, salt.point_len));
		take_start(line, s, &s->side[i]);
		derive_key(SHA256, key, w.len, &s->side[i]);
	}
}

#define start_salted(...) start_salted_at(__LINE__, __VA_ARGS__)

/**
 * struct use - a command that one session authorises
 * @code:	which command
 * @nr_handles:	its handles, all of which are their own Names but those of sequences
 *		and objects
 * @handle:	those
 * @name:	the Name of an object among them, for the proxy alone; NULL: there is none
 * @params:	its parameters, hex
 * @attributes:	of the session
 * @auth:	authValue that goes into the HMAC; NULL: none
 * @new_auth:	into that of the response; NULL: the same
 * @bare:	the HMAC is left out, which is right if there is no key
 * @password:	the authValue itself stands for the HMAC
 * @encrypted:	the first parameter goes encrypted, if both have the session's key
 * @second:	another session
 * @also:	its attributes
 * @also_auth:	authValue that goes into its HMAC; NULL: none
 * @then:	bytes of a password session after it, hex; or NULL
 */
struct use {
	u32 code;
	unsigned int nr_handles;
	u32 handle[3];
	const u8 *name;
	const char *params;
	u8 attributes;
	const char *auth;
	const char *new_auth;
	bool bare;
	bool password;
	bool encrypted;
	struct session *second;
	u8 also;
	const char *also_auth;
	const char *then;
};

static void digest(u16 alg, const u8 *bytes, size_t len, u8 *out)
{
	EVP_Digest(bytes, len, out, NULL, md_of(alg), NULL);
}

/* HMAC(sessionKey || authValue, pHash || first || second || others || attributes) */
static void session_mac(const struct session *s, const struct side *side, const u8 *phash,
			bool response, const struct side *other, u8 attributes,
			const char *auth, u8 *mac)
{
	u8 text[512], key[128];
	struct vtpmb_writer w, k;

	vtpmb_writer_init(&k, key, sizeof(key));
	vtpmb_put_bytes(&k, side->key, side->key_len);
	put_text(&k, auth ? auth : "");
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_bytes(&w, phash, hash_len(s->alg));
	if (response)
		vtpmb_put_bytes(&w, side->nonce, side->nonce_len);
	vtpmb_put_bytes(&w, nonce_caller, sizeof(nonce_caller));
	if (!response)
		vtpmb_put_bytes(&w, side->nonce, side->nonce_len);
	if (other)
		vtpmb_put_bytes(&w, other->nonce, other->nonce_len);
	vtpmb_put_u8(&w, attributes);
	HMAC(md_of(s->alg), key, k.len, text, w.len, mac, NULL);
}

/* The other session's side of the same TPM, if it is to encrypt. */
static const struct side *other_side(const struct session *s, const struct side *side,
				     const struct use *u)
{
	if (!u->second || !(u->also & (DECRYPT | ENCRYPT)))
		return NULL;
	return &u->second->side[side - s->side];
}

/** NAME_SIZE - bytes of a Name with SHA-256 */
#define NAME_SIZE	34

static void put_auth(const struct session *s, const struct side *side, const struct use *u,
		     const u8 *cphash, struct vtpmb_writer *w)
{
	u8 mac[64];

	if (u->bare) {
		vtpmb_put_u16(w, 0);
	} else if (u->password) {
		vtpmb_put_u16(w, strlen(u->auth));
		put_text(w, u->auth);
	} else {
		session_mac(s, side, cphash, false, other_side(s, side, u), u->attributes,
			    u->auth, mac);
		vtpmb_put_u16(w, hash_len(s->alg));
		vtpmb_put_bytes(w, mac, hash_len(s->alg));
	}
}

static void put_first(const struct session *s, const struct side *side, const struct use *u,
		      const u8 *cphash, struct vtpmb_writer *w)
{
	size_t nonce_len = s->handle == TPM2_RS_PW ? 0 : sizeof(nonce_caller);

	vtpmb_put_u32(w, s->handle);
	vtpmb_put_u16(w, nonce_len);
	vtpmb_put_bytes(w, nonce_caller, nonce_len);
	vtpmb_put_u8(w, u->attributes);
	put_auth(s, side, u, cphash, w);
}

/* Both sessions have the same hash. */
static void put_second(const struct session *s, const struct side *side, const struct use *u,
		       const u8 *cphash, struct vtpmb_writer *w)
{
	u8 mac[64];

	if (!u->second)
		return;
	session_mac(s, &u->second->side[side - s->side], cphash, false, NULL, u->also,
		    u->also_auth, mac);
	vtpmb_put_u32(w, u->second->handle);
	vtpmb_put_u16(w, sizeof(nonce_caller));
	vtpmb_put_bytes(w, nonce_caller, sizeof(nonce_caller));
	vtpmb_put_u8(w, u->also);
	vtpmb_put_u16(w, hash_len(s->alg));
	vtpmb_put_bytes(w, mac, hash_len(s->alg));
}

/* XOR with KDFa of one block (TPM 2.0 Part 1, 21.2): the first parameter, a TPM2B. */
static void encrypt_first(const struct session *s, const struct side *side, u8 *params)
{
	u16 len = vtpmb_peek_u16(params);
	struct vtpmb_writer w;
	u8 text[256], mask[64];
	unsigned int i;

	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, "XOR", 4);
	vtpmb_put_bytes(&w, nonce_caller, sizeof(nonce_caller));
	vtpmb_put_bytes(&w, side->nonce, side->nonce_len);
	vtpmb_put_u32(&w, 8 * len);
	HMAC(EVP_sha256(), side->key, side->key_len, text, w.len, mask, NULL);
	for (i = 0; i < len; i++)
		params[2 + i] ^= mask[i];
}

static size_t put_use(const struct session *s, const struct side *side, const struct use *u,
		      u8 *buf)
{
	u8 params[1024], text[1200], cphash[64], sessions[300];
	size_t params_len = core_hex(params, sizeof(params), u->params);
	struct vtpmb_writer w, area;
	unsigned int i;

	if (u->encrypted)
		encrypt_first(s, side, params);
	vtpmb_writer_init(&w, text, sizeof(text));
	vtpmb_put_u32(&w, u->code);
	for (i = 0; i < u->nr_handles; i++) {
		if (u->handle[i] >> 24 < 0x80)
			vtpmb_put_u32(&w, u->handle[i]);
		else if (u->name)
			vtpmb_put_bytes(&w, u->name, NAME_SIZE);
	}
	vtpmb_put_bytes(&w, params, params_len);
	digest(s->alg, text, w.len, cphash);

	vtpmb_writer_init(&area, sessions, sizeof(sessions));
	put_first(s, side, u, cphash, &area);
	put_second(s, side, u, cphash, &area);
	if (u->then)
		vtpmb_put_bytes(&area, text, core_hex(text, sizeof(text), u->then));

	vtpmb_writer_init(&w, buf, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, 0x8002);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, u->code);
	for (i = 0; i < u->nr_handles; i++)
		vtpmb_put_u32(&w, u->handle[i]);
	vtpmb_put_u32(&w, area.len);
	vtpmb_put_bytes(&w, sessions, area.len);
	vtpmb_put_bytes(&w, params, params_len);
	vtpmb_poke_u32(buf + 2, w.len);
	return w.len;
}

/* One session of a response: whether it is right; takes the nonce, which has to be new. */
static bool check_session(const struct session *s, struct side *side, const u8 *phash,
			  bool bare, const char *auth, struct vtpmb_reader *r)
{
	const u8 *bytes;
	u8 attributes, mac[64];
	u16 len;

	if (!vtpmb_get_tpm2b(r, &bytes, &len) || len != side->nonce_len)
		return false;
	/* The nonce of a policy session that a proxy has judged stays. */
	if (len && !memcmp(side->nonce, bytes, len) &&
	    (s->handle >> 24 != 3 || side->guest != &proxy))
		return false;
	memcpy(side->nonce, bytes, len);
	if (!vtpmb_get_u8(r, &attributes) || !vtpmb_get_tpm2b(r, &bytes, &len))
		return false;
	if (bare)
		return !len;
	session_mac(s, side, phash, true, NULL, attributes, auth, mac);
	return len == hash_len(s->alg) && !memcmp(mac, bytes, len);
}

static bool check_response(const struct session *s, struct side *side, const struct use *u)
{
	const struct core_rsp *rsp = &side->guest->rsp;
	size_t head = u->code == 0x131 || u->code == 0x186 ? 14 : 10;
	u32 params_len = vtpmb_peek_u32(rsp->buf + head);
	u8 text[4096] = {}, phash[64];
	struct vtpmb_reader r;

	vtpmb_poke_u32(text + 4, u->code);
	memcpy(text + 8, rsp->buf + head + 4, params_len);
	digest(s->alg, text, 8 + params_len, phash);
	vtpmb_reader_init(&r, rsp->buf + head + 4 + params_len,
			  rsp->len - head - 4 - params_len);
	if (!check_session(s, side, phash, u->bare || u->password,
			   u->new_auth ? u->new_auth : u->auth, &r))
		return false;
	if (u->second && !check_session(u->second, &u->second->side[side - s->side], phash,
					false, u->also_auth, &r))
		return false;
	return u->then ? r.left == 5 : !r.left;
}

static void send_use(struct session *s, unsigned int i, const struct use *u)
{
	u8 buf[VTPMB_BUF_SIZE];

	send_to(s->side[i].guest, buf, put_use(s, &s->side[i], u, buf));
}

static void check_use(int line, struct session *s, unsigned int i, const struct use *u, u32 rc)
{
	const struct core_rsp *rsp = &s->side[i].guest->rsp;
	const char *who = i ? "twin" : "proxy";

	if (rsp->err || rsp->rc != rc)
		core_fail(__FILE__, line, "%s: code 0x%x: rc 0x%x, not 0x%x (err %d)", who,
			  u->code, rsp->rc, rc, rsp->err);
	else if (!rc && !check_response(s, &s->side[i], u))
		core_fail(__FILE__, line, "%s: code 0x%x: a wrong HMAC", who, u->code);
}

/* Both answer with @rc, and right HMACs. */
static void use_at(int line, struct session *s, u32 rc, const struct use *u)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		send_use(s, i, u);
		check_use(line, s, i, u, rc);
	}
	if (proxy.rsp.len != alone.rsp.len)
		core_fail(__FILE__, line, "code 0x%x: %zu bytes, not %zu", u->code,
			  proxy.rsp.len, alone.rsp.len);
}

#define use(s, rc, ...) use_at(__LINE__, s, rc, &(struct use) { __VA_ARGS__ })

/* The proxy alone: what differs from a TPM is written down. */
static void use_proxy_at(int line, struct session *s, u32 rc, const struct use *u)
{
	send_use(s, 0, u);
	check_use(line, s, 0, u, rc);
}

#define use_proxy(s, rc, ...) use_proxy_at(__LINE__, s, rc, &(struct use) { __VA_ARGS__ })

/* Commands that one hierarchy authorises. */
#define MAKE_PRIMARY(hier) .code = 0x131, .nr_handles = 1, .handle = { hier }, \
	.params = ECC_PRIMARY, .attributes = CONTINUE
#define SET_AUTH(hier, value) .code = 0x129, .nr_handles = 1, .handle = { hier }, \
	.params = value, .attributes = CONTINUE
#define CLEAR_CONTROL(hier) .code = 0x127, .nr_handles = 1, .handle = { hier }, \
	.params = "01", .attributes = CONTINUE
#define WITH(value) .auth = value

static void grant(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, const char *auth)
{
	core_set_bytes(vtpm, nr, auth, strlen(auth));
}

/* The host's administrator has set the chip's own authValues to "chip". */
static void begin_owned(void)
{
	struct core_rsp rsp;

	begin();
	core_raw_hex(CHANGE_AUTH("40000001", PW, CHIP), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw_hex(CHANGE_AUTH("4000000b", PW, CHIP), &rsp);
	CHECK_EQ(rsp.rc, 0);
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
}

static void flush_both(void)
{
	both(FLUSH "80000000", 0);
}

static void chips_own_auth_has_to_be_given(void)
{
	begin_owned();
	want(PRIMARY("40000001"), 0x12f);
	want(PRIMARY("4000000b"), 0x12f);
	want(PRIMARY("40000007"), 0);
	want(FLUSH "80000000", 0);
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chop");
	want(PRIMARY("40000001"), 0x12f);
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	both(PRIMARY("40000001"), 0);
	flush_both();
	want(PRIMARY("4000000b"), 0x12f);
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "chip");
	both(PRIMARY("4000000b"), 0);
	flush_both();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "");
	want(PRIMARY("40000001"), 0x12f);
	end();
}

static void hmac_session_tells_whose_auth_is_wrong(void)
{
	struct session s, t;
	unsigned int i;

	begin_owned();
	both("8001 ???????? 0000017b 0008", 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	start_session(&t, HMAC_SESSION, SHA256, OWNER, "");
	use_proxy(&s, 0x12f, MAKE_PRIMARY(OWNER), WITH(""));
	use_proxy(&s, 0x12f, MAKE_PRIMARY(OWNER), .bare = true);
	use_proxy(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("x"));
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH(""));
	use_proxy(&t, 0x9a2, MAKE_PRIMARY(OWNER), WITH("x"));
	/* The chip has another key, and cannot roll its nonce. */
	for (i = 0; i < 3; i++)
		use_proxy(&t, 0, CLEAR_CONTROL(PLATFORM), WITH(""));
	use_proxy(&t, 0x12f, .code = 0x17b, .params = "0008", .attributes = CONTINUE | AUDIT);
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("x"));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	end();
}

/* What the PCR, then the sequence are authorised by. */
#define EVENT_COMPLETE(pcr) .code = 0x185, .nr_handles = 2, .handle = { pcr, 0x80000000 }, \
	.params = "0003 616263", .attributes = CONTINUE
#define PASSWORD_IS	"40000009 0000 01"
#define HMAC_OF(session, auth) .second = session, .also = CONTINUE, .also_auth = auth
#define START_EVENT(auth) "8001 ???????? 00000186" auth "0010"
#define READ_9	"8001 ???????? 0000017e 00000001 000b 03 000200"

/* With its session's HMAC a guest names the PCR to the chip, which does not get it. */
static void event_sequence_ends_in_hmac_sessions(void)
{
	struct session s, t, bound, pw;
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	new_session(&pw, SHA256);
	pw.handle = TPM2_RS_PW;
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	start_session(&bound, HMAC_SESSION, SHA256, 9, "");
	for (i = 0; i < 2; i++) {
		both(START_EVENT(ABC), 0);
		use(&s, 0x9a2, EVENT_COMPLETE(9), WITH("x"), .then = PASSWORD_IS ABC);
		use(&s, 0xaa2, EVENT_COMPLETE(9), WITH(""), .then = PASSWORD_IS EMPTY);
		use(&s, 0, EVENT_COMPLETE(9), WITH(""), .then = PASSWORD_IS ABC);
		same(READ_9);
		both(START_EVENT(ABC), 0);
		use(&bound, 0, EVENT_COMPLETE(9), .then = PASSWORD_IS ABC);
		same(READ_9);
		both(START_EVENT(ABC), 0);
		use(&s, 0xaa2, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, "abd"));
		use(&s, 0xaa2, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, ""));
		use(&s, 0, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, "abc"));
		same(READ_9);
		both(START_EVENT(ABC), 0);
		use(&pw, 0xaa2, EVENT_COMPLETE(9), .password = true, .auth = "",
		    HMAC_OF(&t, ""));
		use(&pw, 0, EVENT_COMPLETE(9), .password = true, .auth = "",
		    HMAC_OF(&t, "abc"));
		same(READ_9);
		/* Trailing zeros are none of an authValue. */
		both(START_EVENT("0005 6162630000"), 0);
		use(&s, 0, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, "abc"));
		both(START_EVENT(EMPTY), 0);
		use(&s, 0x907, EVENT_COMPLETE(17), WITH(""), HMAC_OF(&t, ""));
		use(&s, 0, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, ""));
		same(READ_9);
		core_end_turn();
	}
	both(START_EVENT(EMPTY), 0);
	use(&s, 0, .code = 0x185, .nr_handles = 2, .handle = { 9, 0x80000000 },
	    .params = "0003 616263", .attributes = 0, WITH(""), HMAC_OF(&t, ""));
	both(FLUSH "02000000", 0x1cb);
	same(READ_9);
	end();
}

/* A resource manager of the guest's own saves, flushes and loads between commands. */
static void event_sequence_that_was_saved_ends_in_hmac_sessions(void)
{
	struct session s, t;
	char hex[2 * VTPMB_BUF_SIZE];
	struct guest *g;
	unsigned int i;
	size_t len;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	both(START_EVENT(ABC), 0);
	for (i = 0; i < 6; i++) {
		g = i & 1 ? &alone : &proxy;
		CHECK_EQ(tell(g, CONTEXT_SAVE "80000000"), 0);
		len = sprintf(hex, "8001 ???????? 00000161 ");
		put_hex(hex, len, g->rsp.buf + 10, g->rsp.len - 10);
		CHECK_EQ(tell(g, FLUSH "80000000"), 0);
		core_end_turn();
		CHECK_EQ(tell(g, hex), 0);
		CHECK_EQ(tell(g, "8002 ???????? 0000015c 80000000" PW_ABC "0001 78"), 0);
	}
	use(&s, 0, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, "abc"));
	same(READ_9);
	end();
}

/* A sequence's authValue is known only if it came in clear. */
static void event_sequence_of_unknown_auth_is_left_to_passwords(void)
{
	struct session s, t, c;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(PRIMARY("40000001"), 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	ciphers = true;
	start_salted(&c, TPM2_RH_NULL, "");
	ciphers = false;
	both(FLUSH "80000000", 0);
	use(&c, 0, .code = 0x186, .params = ABC "0010", .attributes = CONTINUE | DECRYPT,
	    .encrypted = true);
	both(FLUSH "02000001", 0);
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use_proxy(&s, 0x12f, EVENT_COMPLETE(9), WITH(""), HMAC_OF(&t, "abc"));
	use(&s, 0, EVENT_COMPLETE(9), WITH(""), .then = PASSWORD_IS ABC);
	same(READ_9);
	end();
}

/* The chip does not count: only its own lockout could keep the host out. */
static void wrong_grant_locks_nobody_out(void)
{
	static const char counter[] = "8001 ???????? 0000017a 00000006 0000020e 00000001";
	struct core_rsp rsp;
	unsigned int i;

	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chop");
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "chop");
	for (i = 0; i < 40; i++) {
		want(PRIMARY("40000001"), 0x12f);
		want(PRIMARY("4000000b"), 0x12f);
	}
	core_raw_hex(counter, &rsp);
	CHECK_EQ(vtpmb_peek_u32(rsp.buf + 23), 0);
	core_raw_hex("8002 ???????? 00000131 40000001" PW_CHIP ECC_PRIMARY, &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw_hex(FLUSH "80000000", &rsp);
	end();
}

/* What the guest says is compared with the guest's, whatever the chip's is. */
static void chips_own_auth_opens_nothing_to_the_guest(void)
{
	static const char with_chip[] = "8002 ???????? 00000131 40000001" PW_CHIP ECC_PRIMARY;

	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	same(with_chip);
	CHECK_EQ(rv.rc, 0x9a2);
	same(CHANGE_AUTH("40000001", PW_CHIP, EMPTY));
	CHECK_EQ(rv.rc, 0x9a2);
	same(CHANGE_AUTH("40000001", PW, ABC));
	both(PRIMARY("40000001"), 0x9a2);
	same(with_chip);
	CHECK_EQ(rv.rc, 0x9a2);
	both("8002 ???????? 00000131 40000001" PW_ABC ECC_PRIMARY, 0);
	end();
}

static void owner_and_endorsement_work_by_every_command(void)
{
	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "chip");
	both(CHANGE_AUTH("4000000b", PW, ABC), 0);
	both("8002 ???????? 00000191 40000001" PW "0004 0000 0000" ECC_TEMPLATE, 0);
	flush_both();
	both(START_POLICY, 0);
	both("8002 ???????? 00000151 40000001 03000000" PW "0000 0000 0000 00000000", 0);
	both("8002 ???????? 00000151 4000000b 03000000" PW "0000 0000 0000 00000000", 0x9a2);
	both("8002 ???????? 00000151 4000000b 03000000" PW_ABC "0000 0000 0000 00000000", 0);
	same("8001 ???????? 00000189 03000000");
	both("8002 ???????? 0000014c 4000000b 40000007 00000015"
	     "40000009 0000 01 0003 616263 40000009 0000 01 0000" "0000 0010", 0);
	end();
}

static void hmac_works_with_the_guests_own_auth(void)
{
	struct session s;

	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	flush_both();
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("chip"));
	use(&s, 0, SET_AUTH(OWNER, ABC), .auth = "", .new_auth = "abc");
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH(""));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"));
	flush_both();
	/* Now it is the chip's, and the chip checks. */
	use(&s, 0, SET_AUTH(OWNER, CHIP), .auth = "abc", .new_auth = "chip");
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("abc"));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("chip"));
	flush_both();
	use(&s, 0, SET_AUTH(OWNER, EMPTY), .auth = "chip", .new_auth = "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	both(FLUSH "02000000", 0);
	end();
}

#define HEX16	"61626364656667686162636465666768"
#define LONG64	HEX16 HEX16 HEX16 HEX16
static const char long64[] =
	"abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh";

static void longest_auths_fit(void)
{
	struct core_rsp rsp;
	struct session s;

	begin();
	core_raw_hex(CHANGE_AUTH("40000001", PW, "0040" LONG64), &rsp);
	CHECK_EQ(rsp.rc, 0);
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	grant(v, VTPMB_SETTING_OWNER_AUTH, long64);
	both(PRIMARY("40000001"), 0);
	flush_both();
	both(CHANGE_AUTH("40000001", PW, "0041" LONG64 "61"), 0x1d5);
	both(CHANGE_AUTH("40000001", PW, "0040" LONG64), 0);
	both("8002 ???????? 00000131 40000001 00000049 40000009 0000 01 0040" LONG64
	     ECC_PRIMARY, 0);
	flush_both();
	start_session(&s, HMAC_SESSION, SHA1, TPM2_RH_NULL, NULL);
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(long64));
	flush_both();
	use(&s, 0, SET_AUTH(OWNER, ABC), .auth = long64, .new_auth = "abc");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"));
	end();
}

/* Each proxy has the grants that it was given, and its own auths. */
static void grants_are_one_proxys_alone(void)
{
	static const char with_x[] = "8002 ???????? 00000131 40000001"
		"0000000a 40000009 0000 01 0001 78" ECC_PRIMARY;
	struct guest other = {};

	begin_owned();
	other.vtpm = core_new();
	CHECK_EQ(tell(&other, STARTUP_CLEAR), 0);
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	CHECK_EQ(tell(&other, PRIMARY("40000001")), 0x12f);
	CHECK_EQ(tell(&other, CHANGE_AUTH("40000001", PW, "0001 78")), 0);
	CHECK_EQ(tell(&other, with_x), 0x12f);
	both("8002 ???????? 00000131 40000001" PW_ABC ECC_PRIMARY, 0);
	grant(other.vtpm, VTPMB_SETTING_OWNER_AUTH, "chip");
	CHECK_EQ(tell(&other, with_x), 0);
	CHECK_EQ(tell(&other, "8002 ???????? 00000131 40000001" PW_ABC ECC_PRIMARY), 0x9a2);
	core_free(other.vtpm);
	end();
}

/* The session's key stands for the authValue of what it is bound to. */
static void bound_session_works_with_every_hash(void)
{
	static const u16 algs[] = { SHA1, SHA256, SHA384, SHA512 };
	struct session s;
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(CHANGE_AUTH("40000001", PW, "0040" LONG64), 0);
	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		start_session(&s, HMAC_SESSION, algs[i], OWNER, long64);
		use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
		flush_both();
		use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH(long64));
		use(&s, 0, MAKE_PRIMARY(ENDORSEMENT), WITH(""));
		flush_both();
		use(&s, 0, MAKE_PRIMARY(TPM2_RH_NULL), WITH(""));
		flush_both();
		use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH(""));
		use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), WITH("x"));
		use(&s, 0, .code = 0x13d, .nr_handles = 1, .handle = { 16 }, .params = "",
		    .attributes = CONTINUE, .auth = "");
		both(FLUSH "02000000", 0);
		/* Authorised by another one than it is bound to. */
		start_session(&s, HMAC_SESSION, algs[i], ENDORSEMENT, "");
		use(&s, 0, MAKE_PRIMARY(OWNER), WITH(long64));
		flush_both();
		use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH(""));
		both(FLUSH "02000000", 0);
	}
	end();
}

static void bound_session_outlives_a_change_of_auth(void)
{
	struct session s;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	/* One that the chip has a key of, too. */
	start_session(&s, HMAC_SESSION, SHA256, OWNER, "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	flush_both();
	use(&s, 0, SET_AUTH(OWNER, ABC), .auth = "", .new_auth = "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"));
	flush_both();
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH(""));
	use(&s, 0, SET_AUTH(OWNER, EMPTY), .auth = "abc", .new_auth = "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	flush_both();
	both(FLUSH "02000000", 0);

	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	start_session(&s, HMAC_SESSION, SHA256, OWNER, "abc");
	use(&s, 0, SET_AUTH(OWNER, CHIP), .auth = "", .new_auth = "");
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH(""));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("chip"));
	flush_both();
	use(&s, 0, SET_AUTH(OWNER, ABC), .auth = "chip", .new_auth = "abc");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	flush_both();
	/* Empty on both sides again, but the chip has no key of it. */
	use(&s, 0, SET_AUTH(OWNER, EMPTY), .auth = "", .new_auth = "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	end();
}

static unsigned int nr_bound;

static void count_bound(const u8 *cmd, size_t len)
{
	nr_bound += vtpmb_peek_u32(cmd + 6) == 0x176 && vtpmb_peek_u32(cmd + 14) != TPM2_RH_NULL;
}

static void platform_and_lockout_can_be_bound_to(void)
{
	static const u32 hiers[] = { PLATFORM, LOCKOUT };
	struct session s;
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(CHANGE_AUTH("4000000c", PW, ABC), 0);
	core_watch = count_bound;
	for (i = 0; i < 2; i++) {
		start_session(&s, HMAC_SESSION, SHA256, hiers[i], i ? "" : "abc");
		use(&s, 0, CLEAR_CONTROL(hiers[i]), WITH(""));
		use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
		flush_both();
		use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH(i ? "abc" : ""));
		both(FLUSH "02000000", 0);
	}
	/* The chip's own, which are the host's, have no part in it. */
	core_watch = NULL;
	CHECK_EQ(nr_bound, 0);
	both("8002 ???????? 00000121 4000000c" PW_ABC "4000000c 00", 0);
	both(START_BOUND("4000000c"), 0x285);
	end();
}

static void session_bound_to_lockout_locks_out_by_any_failure(void)
{
	struct session s, t;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	start_session(&s, HMAC_SESSION, SHA256, LOCKOUT, "");
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0, CLEAR_CONTROL(LOCKOUT), WITH(""));
	use(&s, 0x98e, SET_AUTH(OWNER, EMPTY), WITH("x"));
	use(&s, 0x921, SET_AUTH(OWNER, EMPTY), WITH(""));
	use(&t, 0x921, CLEAR_CONTROL(LOCKOUT), WITH(""));
	use(&t, 0, SET_AUTH(OWNER, EMPTY), WITH(""));
	end();
}

/* What only the chip can judge: it has no such key. */
static void chip_is_not_asked_about_a_key_that_it_does_not_have(void)
{
	struct session s;

	begin();
	start_both();
	both(CHANGE_AUTH("4000000b", PW, ABC), 0);
	start_session(&s, HMAC_SESSION, SHA256, ENDORSEMENT, "abc");
	use_proxy(&s, 0x12f, .code = 0x153, .nr_handles = 1, .handle = { 0x80000000 },
		  .params = SECRET SEALED "0000 00000000", .attributes = CONTINUE, .auth = "");
	use_proxy(&s, 0x12f, .code = 0x17b, .params = "0008", .attributes = CONTINUE | AUDIT,
		  .auth = "");
	use(&s, 0, MAKE_PRIMARY(ENDORSEMENT), WITH(""));
	end();
}

static void salted_session_is_for_the_chip_to_judge(void)
{
	u8 buf[VTPMB_BUF_SIZE];
	struct session s;

	begin();
	start_both();
	start_salted(&s, TPM2_RH_NULL, "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	both(FLUSH "80000001", 0);
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM), WITH(""));
	both(CHANGE_AUTH("40000001", PW, CHIP), 0);
	use_proxy(&s, 0x12f, MAKE_PRIMARY(OWNER), WITH("chip"));
	both(FLUSH "02000000", 0);

	/* The chip's own authValue is the same, and it has the key. */
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "");
	start_salted(&s, ENDORSEMENT, "");
	use(&s, 0, MAKE_PRIMARY(ENDORSEMENT), WITH(""));
	both(FLUSH "80000001", 0);
	send_to(&proxy, buf, put_start(buf, HMAC_SESSION, SHA256, 0x80000000, OWNER, buf, 0));
	CHECK_EQ(proxy.rsp.rc, 0x12f);
	send_to(&proxy, buf, put_start(buf, HMAC_SESSION, SHA256, 0x80000000, LOCKOUT, buf, 0));
	CHECK_EQ(proxy.rsp.rc, 0x12f);
	end();
}

/*
 * A salted session names the key 0x80000000, which is in the endorsement
 * hierarchy.  The bridge cannot judge it, and the chip's authValue is the host's.
 */
static void hosts_owner_password_opens_nothing_to_the_guest(void)
{
	u8 buf[VTPMB_BUF_SIZE];
	struct session s, t;

	begin_owned();
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "chip");
	both(PRIMARY("4000000b"), 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("chip"));
	start_salted(&t, TPM2_RH_NULL, "");
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH("chip"));
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH(""));
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH("x"));
	send_to(&proxy, buf, put_start(buf, HMAC_SESSION, SHA256, 0x80000000, OWNER, buf, 0));
	CHECK_EQ(proxy.rsp.rc, 0x12f);
	/* Told, it opens no more. */
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH("chip"));
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH(""));
	both(CHANGE_AUTH("40000001", PW, CHIP), 0);
	use_proxy(&t, 0x12f, MAKE_PRIMARY(OWNER), WITH("chip"));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("chip"));
	end();
}

/** KEPT - a handle in the range that the next tests grant */
#define KEPT	0x81000101

/* TPM2_EvictControl in a session, of the object that has @name in the proxy. */
#define EVICT(object, name_of) .code = 0x120, .nr_handles = 2, .handle = { OWNER, object }, \
	.name = (name_of), .params = "81000101", .attributes = CONTINUE

/* The Name of an object of the proxy's. */
static void name_of(u32 handle, u8 *name)
{
	char text[64];
	struct vtpmb_reader r;
	const u8 *bytes = name;
	u16 len = 0;

	snprintf(text, sizeof(text), "8001 ???????? 00000173 %08x", handle);
	want(text, 0);
	vtpmb_reader_init(&r, rv.buf + 10, rv.len - 10);
	CHECK(vtpmb_get_tpm2b(&r, &bytes, &len) && vtpmb_get_tpm2b(&r, &bytes, &len));
	CHECK_EQ(len, NAME_SIZE);
	memmove(name, bytes, NAME_SIZE);
}

/* Whether the chip itself has the object at KEPT. */
static bool chip_keeps(void)
{
	struct core_rsp rsp;

	core_raw_hex("8001 ???????? 00000173 81000101", &rsp);
	return !rsp.rc;
}

/* FAPI's way: a session that is salted to a key in the chip, and so for the chip to check. */
static void salted_evict_control_goes_to_the_chip(void)
{
	u8 name[NAME_SIZE];
	struct session s;

	begin();
	start_both();
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81000100, 0x8100010f);
	core_set(v, VTPMB_SETTING_PERSISTENT_OBJECTS, 1);
	start_salted(&s, TPM2_RH_NULL, "");
	want(PRIMARY("40000001"), 0);
	name_of(0x80000001, name);
	use_proxy(&s, 0x9a2, EVICT(0x80000001, name), WITH("x"));
	CHECK(!chip_keeps());
	use_proxy(&s, 0, EVICT(0x80000001, name), WITH(""));
	CHECK(chip_keeps());
	want(FLUSH "80000001", 0);
	name_of(KEPT, name);

	/* It counts, and it can be used. */
	want(PRIMARY("40000001"), 0);
	use_proxy(&s, 0x14b, .code = 0x120, .nr_handles = 2, .handle = { OWNER, 0x80000001 },
		  .name = name, .params = "81000102", .attributes = CONTINUE, WITH(""));
	want(FLUSH "80000001", 0);
	use_proxy(&s, 0x9a2, EVICT(KEPT, name), WITH("x"));
	CHECK(chip_keeps());
	use_proxy(&s, 0, EVICT(KEPT, name), WITH(""));
	CHECK(!chip_keeps());
	want("8001 ???????? 00000173 81000101", 0x18b);
	end();
}

/* The chip has executed it, but the bridge has not heard so: it looks into the range again. */
static void lost_evict_control_is_found_in_the_range(void)
{
	static const char read_public[] = "8001 ???????? 00000173 81000101";
	u8 name[NAME_SIZE];
	struct session s;
	unsigned int nth;

	for (nth = 1; nth < 5; nth++) {
		begin();
		start_both();
		core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81000100, 0x8100010f);
		start_salted(&s, TPM2_RH_NULL, "");
		want(PRIMARY("40000001"), 0);
		name_of(0x80000001, name);
		core_lose_response(nth);
		send_use(&s, 0, &(struct use) { EVICT(0x80000001, name), WITH("") });
		core_fail_transmit(0, 0);
		want(read_public, chip_keeps() ? 0 : 0x18b);
		end();
	}
}

/* Outside of the range nothing reaches the chip, nor with an authValue of the proxy's own. */
static void salted_evict_control_stays_in_the_range(void)
{
	u8 name[NAME_SIZE];
	struct session s;

	begin();
	start_both();
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81000200, 0x8100020f);
	start_salted(&s, TPM2_RH_NULL, "");
	want(PRIMARY("40000001"), 0);
	name_of(0x80000001, name);
	use_proxy(&s, 0x12f, EVICT(0x80000001, name), WITH(""));
	CHECK(!chip_keeps());
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81000100, 0x8100010f);
	both(CHANGE_AUTH("40000001", PW, CHIP), 0);
	use_proxy(&s, 0x12f, EVICT(0x80000001, name), WITH("chip"));
	use_proxy(&s, 0x12f, EVICT(0x80000001, name), WITH(""));
	CHECK(!chip_keeps());
	end();
}

/* The host may set its owner password at any time, but not in a guest's turn. */
static void salted_session_ends_with_the_hosts_empty_password(void)
{
	struct core_rsp rsp;
	struct session s;

	begin();
	start_both();
	start_salted(&s, OWNER, "");
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	both(FLUSH "80000001", 0);
	core_end_turn();
	core_raw_hex(CHANGE_AUTH("40000001", PW, CHIP), &rsp);
	CHECK_EQ(rsp.rc, 0);
	use_proxy(&s, 0x12f, MAKE_PRIMARY(OWNER), WITH("chip"));
	use_proxy(&s, 0x12f, MAKE_PRIMARY(OWNER), WITH(""));
	core_end_turn();
	core_raw_hex(CHANGE_AUTH("40000001", PW_CHIP, EMPTY), &rsp);
	CHECK_EQ(rsp.rc, 0);
	use_proxy(&s, 0, MAKE_PRIMARY(OWNER), WITH(""));
	end();
}

/**
 * struct transcript - what a guest sees, and what the chip hears meanwhile
 * @nr:		in @word
 * @word:	response codes and lengths; codes and lengths of the chip's commands
 */
static struct transcript {
	unsigned int nr;
	u32 word[400];
} transcript;

static void note(u32 word)
{
	CHECK(transcript.nr < ARRAY_SIZE(transcript.word));
	transcript.word[transcript.nr++ % ARRAY_SIZE(transcript.word)] = word;
}

static void note_command(const u8 *cmd, size_t len)
{
	note(vtpmb_peek_u32(cmd + 6));
	note(len);
}

static void note_response(const struct core_rsp *rsp)
{
	note(rsp->err ? 0xffffffff : rsp->rc);
	note(rsp->len);
}

static void note_tell(const char *hex)
{
	tell(&proxy, hex);
	note_response(&proxy.rsp);
}

static void note_use(struct session *s, const struct use *u)
{
	send_use(s, 0, u);
	note_response(&proxy.rsp);
	note_tell(FLUSH "80000001");
}

static void note_session(u32 hier, const char *guess, u32 key, u32 bind, u8 type,
			 const char *salt)
{
	struct use uses[] = {
		{ MAKE_PRIMARY(hier), WITH("") },
		{ MAKE_PRIMARY(hier), WITH(guess) },
		{ MAKE_PRIMARY(hier), .bare = true },
		{ MAKE_PRIMARY(hier) | ENCRYPT, WITH(guess) },
		{ MAKE_PRIMARY(hier) | AUDIT, WITH(guess) },
		{ SET_AUTH(hier, CHIP), .auth = "x" },
		{ .code = 0x17b, .params = "0008", .attributes = CONTINUE | AUDIT },
	};
	u8 buf[VTPMB_BUF_SIZE];
	struct session s;
	unsigned int i;
	char hex[200];

	new_session(&s, SHA256);
	send_to(&proxy, buf, put_start(buf, type, SHA256, key, bind, (const u8 *)salt,
				       strlen(salt)));
	note_response(&proxy.rsp);
	if (proxy.rsp.rc)
		return;
	take_start(__LINE__, &s, &s.side[0]);
	if (bind != TPM2_RH_NULL)
		derive_key(SHA256, (const u8 *)guess, strlen(guess), &s.side[0]);
	for (i = 0; i < ARRAY_SIZE(uses); i++)
		note_use(&s, &uses[i]);
	snprintf(hex, sizeof(hex), FLUSH "%08x", s.handle);
	note_tell(hex);
}

/* What a guest can do whose authValue is @guess, 4 letters. */
static void take_transcript(u32 hier, const char *guess, struct transcript *taken)
{
	static const char zeros_salt[] = "salt";
	char hex[300], auth[40];
	size_t len;

	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	grant(v, VTPMB_SETTING_ENDORSEMENT_AUTH, "chip");
	CHECK_EQ(tell(&proxy, PRIMARY("40000007")), 0);
	memset(&transcript, 0, sizeof(transcript));
	core_watch = note_command;
	len = sprintf(auth, "0004");
	put_hex(auth, len, (const u8 *)guess, 4);
	snprintf(hex, sizeof(hex), "8002 ???????? 00000129 %08x" PW "%s", hier, auth);
	note_tell(hex);
	note_session(hier, guess, TPM2_RH_NULL, TPM2_RH_NULL, HMAC_SESSION, "");
	note_session(hier, guess, TPM2_RH_NULL, hier, HMAC_SESSION, "");
	note_session(hier, guess, TPM2_RH_NULL, hier, POLICY, "");
	note_session(hier, guess, 0x80000000, hier, HMAC_SESSION, zeros_salt);
	note_session(hier, guess, 0x80000000, hier, POLICY, zeros_salt);
	snprintf(hex, sizeof(hex), "8002 ???????? 00000131 %08x 0000000d 40000009 0000 01 %s"
		 ECC_PRIMARY, hier, auth);
	note_tell(hex);
	core_watch = NULL;
	*taken = transcript;
	end();
}

static void guess_of_the_told_password_cannot_be_told_from_another(void)
{
	static const u32 hiers[] = { OWNER, ENDORSEMENT };
	static struct transcript right, wrong;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hiers); i++) {
		take_transcript(hiers[i], "chip", &right);
		take_transcript(hiers[i], "chop", &wrong);
		CHECK(right.nr > 50);
		CHECK_EQ(right.nr, wrong.nr);
		CHECK(!memcmp(right.word, wrong.word, sizeof(right.word)));
	}
}

static void recorded_command_does_not_work_again(void)
{
	static const u32 binds[] = { TPM2_RH_NULL, OWNER, PLATFORM };
	struct use u = { CLEAR_CONTROL(PLATFORM), WITH("") };
	u8 buf[2][VTPMB_BUF_SIZE];
	struct session s;
	unsigned int i, side;
	size_t len;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	for (i = 0; i < ARRAY_SIZE(binds); i++) {
		start_session(&s, HMAC_SESSION, SHA256, binds[i], i ? "" : NULL);
		for (side = 0; side < 2; side++)
			len = put_use(&s, &s.side[side], &u, buf[side]);
		use_at(__LINE__, &s, 0, &u);
		for (side = 0; side < 2; side++) {
			send_to(s.side[side].guest, buf[side], len);
			CHECK_EQ(s.side[side].guest->rsp.rc, 0x9a2);
		}
		use_at(__LINE__, &s, 0, &u);
		both(FLUSH "02000000", 0);
	}
	end();
}

/* A session without a key needs no HMAC, one with a key does. */
static void hmac_can_be_left_out_without_a_key(void)
{
	struct session s;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	flush_both();
	both(CHANGE_AUTH("4000000c", PW, ABC), 0);
	use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH("abc"));
	both(FLUSH "02000000", 0);
	start_session(&s, HMAC_SESSION, SHA256, PLATFORM, "abc");
	use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH(""));
	end();
}

static void session_ends_with_its_last_command(void)
{
	static const u32 binds[] = { TPM2_RH_NULL, OWNER, PLATFORM };
	struct session s;
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	for (i = 0; i < ARRAY_SIZE(binds); i++) {
		start_session(&s, HMAC_SESSION, SHA256, binds[i], i ? "" : NULL);
		use(&s, 0, .code = 0x127, .nr_handles = 1, .handle = { PLATFORM },
		    .params = "01", .auth = "");
		use(&s, 0x918, CLEAR_CONTROL(PLATFORM), WITH(""));
		CHECK(core_chip_is_empty());
	}
	end();
}

static void what_else_a_session_asks_for_is_refused_as_by_a_tpm(void)
{
	struct session s, p;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	start_session(&p, POLICY, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0x982, CLEAR_CONTROL(PLATFORM) | DECRYPT, WITH(""));
	use(&s, 0x982, CLEAR_CONTROL(PLATFORM) | ENCRYPT, WITH(""));
	use(&s, 0x996, SET_AUTH(PLATFORM, EMPTY) | DECRYPT, WITH(""));
	use(&s, 0, CLEAR_CONTROL(PLATFORM) | 2, WITH(""));
	use(&s, 0, CLEAR_CONTROL(PLATFORM) | 4, WITH(""));
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM) | AUDIT, WITH(""));
	use(&p, 0x982, CLEAR_CONTROL(PLATFORM) | AUDIT, WITH(""));
	use(&p, 0x12f, CLEAR_CONTROL(PLATFORM), WITH(""));
	both(FLUSH "03000001", 0);
	start_session(&p, TRIAL, SHA256, TPM2_RH_NULL, NULL);
	use(&p, 0x982, CLEAR_CONTROL(PLATFORM), WITH(""));
	/* Not with a bystander, and not the same one twice. */
	both("8002 ???????? 00000127 4000000c 00000012 40000009 0000 01 0000"
	     "02000000 0000 01 0000 01", 0xa82);
	both("8002 ???????? 00000127 4000000c 00000012 02000000 0000 01 0000"
	     "02000000 0000 01 0000 01", 0xa8b);
	end();
}

static void start_on_proxy(struct session *s, u32 bind, const char *auth)
{
	u8 buf[VTPMB_BUF_SIZE];

	new_session(s, SHA256);
	send_to(&proxy, buf, put_start(buf, HMAC_SESSION, SHA256, TPM2_RH_NULL, bind, buf, 0));
	take_start(__LINE__, s, &s->side[0]);
	if (auth)
		derive_key(SHA256, (const u8 *)auth, strlen(auth), &s->side[0]);
}

/* The chip encrypts for one session, another one is judged here. */
static void first_session_vouches_for_the_one_that_encrypts(void)
{
	struct session s, t;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	ciphers = true;
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	ciphers = false;
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"), .second = &t, .also = CONTINUE | ENCRYPT);
	flush_both();
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"), .second = &t, .also = CONTINUE | AUDIT);
	flush_both();
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("x"), .second = &t,
	    .also = CONTINUE | ENCRYPT);
	use(&s, 0xa82, MAKE_PRIMARY(OWNER), WITH("abc"), .second = &t, .also = CONTINUE);
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"), .second = &t,
	    .also = ENCRYPT | AUDIT);
	end();
}

/* What the chip did in an audit session it attests; the rest it does not audit. */
static void audit_digest_is_as_a_tpms(void)
{
	struct session s;
	unsigned int i;
	u8 found[2][32];

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(CHANGE_AUTH("4000000b", PW, ABC), 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	for (i = 0; i < 2; i++)
		use(&s, 0, .code = 0x17d, .params = "0003 616263 000b 40000007",
		    .attributes = CONTINUE | AUDIT);
	use(&s, 0, MAKE_PRIMARY(OWNER) | AUDIT, WITH(""));
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM) | AUDIT, WITH(""));
	use_proxy(&s, 0x12f, MAKE_PRIMARY(ENDORSEMENT) | AUDIT, WITH("abc"));
	both("8002 ???????? 0000014d 4000000b 40000007 02000000 00000015"
	     "40000009 0000 01 0003 616263 40000009 0000 01 0000" "0000 0010", 0);
	/* The attestation ends with the digest; then comes no signature. */
	for (i = 0; i < 2; i++) {
		const struct core_rsp *rsp = &s.side[i].guest->rsp;

		memcpy(found[i], rsp->buf + 16 + vtpmb_peek_u16(rsp->buf + 14) - 32, 32);
	}
	CHECK_MEM(found[0], found[1], 32);
	CHECK(memcmp(found[0], (u8 [32]) {}, 32));
	end();
}

static void clear_answers_with_the_auth_that_is_left(void)
{
	struct session s;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(CHANGE_AUTH("4000000a", PW, ABC), 0);
	start_session(&s, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	use(&s, 0, .code = 0x126, .nr_handles = 1, .handle = { LOCKOUT }, .params = "",
	    .attributes = CONTINUE, .auth = "abc", .new_auth = "");
	use(&s, 0, CLEAR_CONTROL(LOCKOUT), WITH(""));
	end();
}

/* The chip has room for three loaded sessions. */
static void nonces_roll_of_sessions_that_had_to_make_room(void)
{
	struct session s[6];
	unsigned int i, round;

	begin();
	proxy.vtpm = v;
	want(STARTUP_CLEAR, 0);
	core_turn = 0;
	for (i = 0; i < 6; i++)
		start_on_proxy(&s[i], i == 1 ? LOCKOUT : i == 2 ? OWNER : TPM2_RH_NULL,
			       i == 1 || i == 2 ? "" : NULL);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 6; i++)
			use_proxy(&s[i], 0, CLEAR_CONTROL(PLATFORM), WITH(""));
	}
	core_turn = 1;
	core_end_turn();
	end();
}

/* A policy: commands with S for the session's handle. */
#define CC(code)	"8001 ???????? 0000016c S " code
#define AUTH_VALUE	"8001 ???????? 0000016b S"
#define PASSWORD	"8001 ???????? 0000018c S"
#define AT_LOCALITY(l)	"8001 ???????? 0000016f S " l
#define PRESENCE	"8001 ???????? 00000187 S"
#define NV_WRITTEN	"8001 ???????? 0000018f S 01"
#define TIMER		"8001 ???????? 0000016d S 0000 0000 0000"
#define DUPLICATION	"8001 ???????? 00000188 S 0000 0022 000b" ZEROS32 "00"
#define SECRET_OF(hier, area) "8002 ???????? 00000151" hier "S" area "0000 0000 0000 00000000"
#define PCR_5		"8001 ???????? 0000017f S 0000 00000001 000b 03 200000"
#define RESTART		"8001 ???????? 00000180 S"

static const char *with_handle(const char *text, u32 handle, char *hex, size_t cap)
{
	size_t len = 0;

	for (; *text && len + 9 < cap; text++) {
		if (*text == 'S')
			len += sprintf(hex + len, "%08x", handle);
		else
			hex[len++] = *text;
	}
	hex[len] = 0;
	return hex;
}

static void satisfy_at(int line, const struct session *s, const char * const *policy)
{
	char hex[1000];

	for (; *policy; policy++)
		both_at(line, with_handle(*policy, s->handle, hex, sizeof(hex)), 0);
}

#define satisfy(s, ...) \
	satisfy_at(__LINE__, s, (const char * const[]) { __VA_ARGS__, NULL })

/* Each side's own, for a policy on a proxy's PCRs is another one than a TPM's. */
static void set_policy_at(int line, u32 hier, u16 alg, const char * const *policy)
{
	char hex[1000];
	struct session s;
	unsigned int i;
	size_t len;

	start_session_at(line, &s, TRIAL, alg, TPM2_RH_NULL, NULL);
	satisfy_at(line, &s, policy);
	both_at(line, with_handle("8001 ???????? 00000189 S", s.handle, hex, sizeof(hex)), 0);
	for (i = 0; i < 2; i++) {
		struct guest *g = s.side[i].guest;

		len = sprintf(hex, "8002 ???????? 0000012e %08x" PW, hier);
		len = put_hex(hex, len, g->rsp.buf + 10, 2 + hash_len(alg));
		sprintf(hex + len, "%04x", alg);
		CHECK_EQ(tell(g, hex), 0);
	}
	both_at(line, with_handle(FLUSH "S", s.handle, hex, sizeof(hex)), 0);
}

#define set_policy(hier, ...) \
	set_policy_at(__LINE__, hier, SHA256, (const char * const[]) { __VA_ARGS__, NULL })

static void begin_policy(struct session *s)
{
	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	start_session(s, POLICY, SHA256, TPM2_RH_NULL, NULL);
}

/* Once the policy is satisfied the session authorises once. */
static void policy_authorises_every_hierarchy(void)
{
	static const u32 hiers[] = { OWNER, ENDORSEMENT, PLATFORM, LOCKOUT };
	struct session s;
	unsigned int i;

	begin_policy(&s);
	for (i = 0; i < ARRAY_SIZE(hiers); i++) {
		use(&s, 0x12f, SET_AUTH(hiers[i], EMPTY), .bare = true);
		set_policy(hiers[i], CC("00000129"));
		use(&s, 0x99d, SET_AUTH(hiers[i], EMPTY), .bare = true);
		satisfy(&s, CC("00000129"));
		use(&s, 0, SET_AUTH(hiers[i], EMPTY), .bare = true);
		use(&s, 0x99d, SET_AUTH(hiers[i], EMPTY), .bare = true);
		satisfy(&s, CC("00000129"));
		use(&s, 0, SET_AUTH(hiers[i], EMPTY), WITH(""));
		same("8001 ???????? 0000017a 00000009 40000000 000000ff");
	}
	both(FLUSH "03000000", 0);
	CHECK(core_chip_is_empty());
	end();
}

static void policy_authorises_what_the_chip_does(void)
{
	struct session s;

	begin_owned();
	grant(v, VTPMB_SETTING_OWNER_AUTH, "chip");
	start_session(&s, POLICY, SHA256, TPM2_RH_NULL, NULL);
	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	both(CHANGE_AUTH("40000001", PW_ABC, EMPTY), 0);
	set_policy(OWNER, CC("00000131"));
	satisfy(&s, CC("00000131"));
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	flush_both();
	use(&s, 0x99d, MAKE_PRIMARY(OWNER), .bare = true);
	use(&s, 0x12f, MAKE_PRIMARY(ENDORSEMENT), .bare = true);
	use(&s, 0x12f, MAKE_PRIMARY(TPM2_RH_NULL), .bare = true);
	satisfy(&s, CC("00000131"));
	use(&s, 0, .code = 0x131, .nr_handles = 1, .handle = { OWNER }, .params = ECC_PRIMARY,
	    .bare = true);
	use(&s, 0x918, MAKE_PRIMARY(OWNER), .bare = true);
	CHECK(core_chip_is_empty());
	end();
}

static void policy_session_asks_for_a_command(void)
{
	struct session s;

	begin_policy(&s);
	set_policy(OWNER, CC("00000131"));
	satisfy(&s, CC("00000131"));
	use(&s, 0x9a4, SET_AUTH(OWNER, ABC), .bare = true);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	set_policy(PLATFORM, DUPLICATION);
	satisfy(&s, DUPLICATION);
	use(&s, 0x9a4, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void policy_session_asks_for_an_auth(void)
{
	struct session s;

	begin_policy(&s);
	both(CHANGE_AUTH("4000000c", PW, ABC), 0);
	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	both(CHANGE_AUTH("4000000c", PW_ABC, EMPTY), 0);
	both(CHANGE_AUTH("40000001", PW_ABC, EMPTY), 0);
	set_policy(PLATFORM, AUTH_VALUE);
	set_policy(OWNER, PASSWORD);
	both(CHANGE_AUTH("4000000c", PW, ABC), 0);
	both(CHANGE_AUTH("40000001", PW, ABC), 0);
	satisfy(&s, AUTH_VALUE);
	use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), WITH("x"));
	use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH("abc"));
	/* The digest is the same, and the last one says how it is to be proved. */
	satisfy(&s, PASSWORD);
	use(&s, 0x9a2, CLEAR_CONTROL(PLATFORM), WITH("x"), .password = true);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH("abc"), .password = true);
	satisfy(&s, PASSWORD);
	use(&s, 0x9a2, MAKE_PRIMARY(OWNER), WITH("abc"));
	use(&s, 0, MAKE_PRIMARY(OWNER), WITH("abc"), .password = true);
	flush_both();
	satisfy(&s, AUTH_VALUE);
	use(&s, 0, SET_AUTH(OWNER, EMPTY), .auth = "abc", .new_auth = "");
	satisfy(&s, AUTH_VALUE, RESTART);
	use(&s, 0x99d, SET_AUTH(OWNER, EMPTY), WITH("abc"));
	end();
}

static void policy_session_asks_for_a_locality(void)
{
	struct session s;

	begin_policy(&s);
	set_policy(PLATFORM, AT_LOCALITY("03"), AT_LOCALITY("05"));
	set_policy(OWNER, AT_LOCALITY("02"));
	satisfy(&s, AT_LOCALITY("03"), AT_LOCALITY("05"));
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, AT_LOCALITY("03"), AT_LOCALITY("05"));
	v->locality = 1;
	core_twin_locality(twin, 1);
	use(&s, 0x907, CLEAR_CONTROL(PLATFORM), .bare = true);
	v->locality = 2;
	core_twin_locality(twin, 2);
	use(&s, 0x907, CLEAR_CONTROL(PLATFORM), .bare = true);
	v->locality = 0;
	core_twin_locality(twin, 0);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, AT_LOCALITY("02"));
	use(&s, 0x907, MAKE_PRIMARY(OWNER), .bare = true);
	v->locality = 1;
	core_twin_locality(twin, 1);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	set_policy(LOCKOUT, AT_LOCALITY("22"));
	v->locality = 0;
	core_twin_locality(twin, 0);
	satisfy(&s, AT_LOCALITY("22"));
	use(&s, 0x907, CLEAR_CONTROL(LOCKOUT), .bare = true);
	end();
}

/* An HMAC key, 0x80000000, that this one policy command authorises. */
static void make_key_of(const char *command)
{
	u8 text[200] = {}, hash[32], bytes[100];
	size_t len;
	char hex[400];

	/* The code and the parameters: what comes after the session is in the digest. */
	with_handle(command, 0, hex, sizeof(hex));
	len = core_hex(bytes, sizeof(bytes), hex);
	memcpy(text + 32, bytes + 6, 4);
	memcpy(text + 36, bytes + 14, len - 14);
	digest(SHA256, text, 36 + len - 14, hash);
	len = sprintf(hex, "8002 ???????? 00000131 40000007" PW "0004 0000 0000"
		      "0030 0008 000b 00040432 0020");
	len = put_hex(hex, len, hash, sizeof(hash));
	strcpy(hex + len, "0005 000b 0000 0000 00000000");
	both(hex, 0);
}

static void move_both(u8 locality)
{
	v->locality = locality;
	core_twin_locality(twin, locality);
}

#define HMAC_BY_KEY .code = 0x155, .nr_handles = 1, .handle = { 0x80000000 }, \
	.params = "0003 616263 0010", .attributes = CONTINUE, .bare = true

/* The chip is always at locality 0. */
static void policy_of_an_object_asks_for_the_guests_locality(void)
{
	struct session s;

	begin_policy(&s);
	make_key_of(AT_LOCALITY("01"));
	satisfy(&s, AT_LOCALITY("01"));
	use(&s, 0, HMAC_BY_KEY);
	satisfy(&s, AT_LOCALITY("01"));
	move_both(3);
	use(&s, 0x907, HMAC_BY_KEY);
	move_both(0);
	use(&s, 0, HMAC_BY_KEY);
	move_both(3);
	satisfy(&s, RESTART, AT_LOCALITY("01"));
	use(&s, 0x907, HMAC_BY_KEY);
	move_both(0);
	use(&s, 0, HMAC_BY_KEY);
	both(FLUSH "80000000", 0);

	make_key_of(AT_LOCALITY("09"));
	move_both(3);
	satisfy(&s, AT_LOCALITY("09"));
	use(&s, 0, HMAC_BY_KEY);
	move_both(1);
	satisfy(&s, AT_LOCALITY("09"));
	use(&s, 0x907, HMAC_BY_KEY);
	both(FLUSH "80000000", 0);

	/* Written down: what locality 0 does not satisfy. */
	make_key_of(AT_LOCALITY("02"));
	satisfy(&s, RESTART, AT_LOCALITY("02"));
	use_proxy(&s, 0x907, HMAC_BY_KEY);
	move_both(0);
	use(&s, 0x907, HMAC_BY_KEY);
	end();
}

/* TPMS_CREATION_DATA.locality of what a CreatePrimary has made. */
static u8 locality_of_creation(const struct core_rsp *rsp)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u8 locality = 0;
	u32 nr_sels;
	u16 len;

	vtpmb_reader_init(&r, rsp->buf + 18, rsp->len - 18);
	CHECK(vtpmb_get_tpm2b(&r, &bytes, &len) && vtpmb_get_u16(&r, &len));
	CHECK(vtpmb_get_u32(&r, &nr_sels) && !nr_sels && vtpmb_get_tpm2b(&r, &bytes, &len));
	CHECK(vtpmb_get_u8(&r, &locality));
	return locality;
}

/* Written down: its hash and its ticket are the chip's. */
static void creation_data_tells_the_chips_locality(void)
{
	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	move_both(3);
	both(PRIMARY("40000001"), 0);
	CHECK_EQ(locality_of_creation(&alone.rsp), 0x08);
	CHECK_EQ(locality_of_creation(&proxy.rsp), 0x01);
	end();
}

/* The answer to PolicyLocality is lost: the chip may have done it. */
static void lost_locality_is_asked_for(void)
{
	struct session s;
	char hex[100];

	begin_policy(&s);
	make_key_of(AT_LOCALITY("01"));
	/* In one turn, so that the session is loaded. */
	core_turn = 0;
	satisfy(&s, "8001 ???????? 00000189 S");
	core_lose_response(1);
	core_send_hex(v, with_handle(AT_LOCALITY("01"), s.handle, hex, sizeof(hex)), &rv);
	CHECK(rv.err);
	v->locality = 3;
	use_proxy(&s, 0x907, HMAC_BY_KEY);
	v->locality = 0;
	use_proxy(&s, 0, HMAC_BY_KEY);
	core_turn = 1;
	core_end_turn();
	end();
}

static void policy_of_an_object_asks_for_presence(void)
{
	struct session s;

	begin_policy(&s);
	make_key_of(PRESENCE);
	satisfy(&s, PRESENCE);
	use(&s, 0x990, HMAC_BY_KEY);
	/* Written down: the chip asks for the host's too. */
	v->pp_pin = true;
	use_proxy(&s, 0x990, HMAC_BY_KEY);
	end();
}

static void policy_session_asks_for_presence(void)
{
	struct session s;

	begin_policy(&s);
	v->pp_pin = true;
	core_twin_pp(twin, true);
	set_policy(PLATFORM, PRESENCE);
	satisfy(&s, PRESENCE);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, PRESENCE);
	v->pp_pin = false;
	core_twin_pp(twin, false);
	use(&s, 0x990, CLEAR_CONTROL(PLATFORM), .bare = true);
	v->pp_pin = true;
	core_twin_pp(twin, true);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

/* PolicyCpHash, PolicyNameHash or PolicyTemplate of what @text stands for. */
static const char *with_hash(u32 code, const char *text, char *hex)
{
	u8 bytes[500], hash[32];
	size_t len;

	digest(SHA256, bytes, core_hex(bytes, sizeof(bytes), text), hash);
	len = sprintf(hex, "8001 ???????? %08x S 0020", code);
	put_hex(hex, len, hash, sizeof(hash));
	return hex;
}

static void policy_session_asks_for_a_digest(void)
{
	char cp[200], name[200], template[200];
	struct session s;

	begin_policy(&s);
	with_hash(0x16e, "00000131 40000001" ECC_PRIMARY, cp);
	with_hash(0x170, "40000001", name);
	with_hash(0x190, "0023 000b 00030072 0000 0006 0080 0043 0010 0003 0010 0000 0000",
		  template);
	set_policy(OWNER, cp);
	satisfy(&s, cp);
	use(&s, 0x99d, SET_AUTH(OWNER, EMPTY), .bare = true);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	flush_both();
	set_policy(OWNER, name);
	set_policy(ENDORSEMENT, name);
	satisfy(&s, name);
	use(&s, 0x99d, MAKE_PRIMARY(ENDORSEMENT), .bare = true);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	flush_both();
	set_policy(OWNER, template);
	satisfy(&s, template);
	use(&s, 0x99d, SET_AUTH(OWNER, EMPTY), .bare = true);
	use(&s, 0x99d, .code = 0x131, .nr_handles = 1, .handle = { OWNER },
	    .params = "0004 0000 0000 0001 00 0000 00000000", .attributes = CONTINUE,
	    .bare = true);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	set_policy(PLATFORM, NV_WRITTEN);
	satisfy(&s, NV_WRITTEN);
	use(&s, 0x99d, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void policy_takes_what_was_true_at_once(void)
{
	static const char either[] = "8001 ???????? 00000171 S 00000002"
		"0020" ZEROS32 "0020" ZEROS32;
	struct session s;

	begin_policy(&s);
	set_policy(PLATFORM, SECRET_OF("40000001", PW), TIMER);
	satisfy(&s, SECRET_OF("40000001", PW), TIMER);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	set_policy(PLATFORM, either);
	satisfy(&s, either);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	/* By a policy, which has to ask for an authValue then. */
	set_policy(OWNER, TIMER);
	both(START_POLICY, 0);
	satisfy(&s, TIMER);
	use(&s, 0x989, .code = 0x151, .nr_handles = 2, .handle = { OWNER, 0x03000001 },
	    .params = "0000 0000 0000 00000000", .attributes = CONTINUE, .bare = true);
	end();
}

static void policy_on_pcrs_lasts_until_they_change(void)
{
	struct session s;

	begin_policy(&s);
	set_policy(PLATFORM, PCR_5);
	set_policy(OWNER, PCR_5);
	satisfy(&s, PCR_5);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, PCR_5);
	use(&s, 0, MAKE_PRIMARY(OWNER), .bare = true);
	flush_both();
	satisfy(&s, PCR_5);
	both(EXTEND("00000005"), 0);
	use(&s, 0x128, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&s, 0x128, MAKE_PRIMARY(OWNER), .bare = true);
	satisfy(&s, RESTART, PCR_5);
	use(&s, 0x99d, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void policy_has_a_hash_of_its_own(void)
{
	struct session s, t;

	begin_policy(&s);
	start_session(&t, POLICY, SHA1, TPM2_RH_NULL, NULL);
	set_policy_at(__LINE__, PLATFORM, SHA1, (const char * const[]) { TIMER, NULL });
	satisfy(&s, TIMER);
	satisfy(&t, TIMER);
	use(&s, 0x99d, CLEAR_CONTROL(PLATFORM), .bare = true);
	use(&t, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void policy_session_can_be_bound(void)
{
	static const u32 binds[] = { OWNER, LOCKOUT };
	struct session s;
	unsigned int i;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	set_policy(PLATFORM, TIMER);
	set_policy(ENDORSEMENT, AUTH_VALUE);
	both(CHANGE_AUTH("4000000b", PW, "0001 78"), 0);
	for (i = 0; i < 2; i++) {
		start_session(&s, POLICY, SHA256, binds[i], "");
		satisfy(&s, TIMER);
		use(&s, i ? 0x98e : 0x9a2, CLEAR_CONTROL(PLATFORM), .bare = true);
		if (i)
			break;
		use(&s, 0, CLEAR_CONTROL(PLATFORM), WITH(""));
		satisfy(&s, AUTH_VALUE);
		use(&s, 0, MAKE_PRIMARY(ENDORSEMENT), WITH("x"));
		flush_both();
		both(FLUSH "03000000", 0);
	}
	satisfy(&s, TIMER);
	use(&s, 0x921, CLEAR_CONTROL(PLATFORM), WITH(""));
	end();
}

/* A wrong lockoutAuth does not keep a policy from lockout. */
static void policy_outlives_a_lockout(void)
{
	struct session s;

	begin_policy(&s);
	set_policy(LOCKOUT, TIMER, TIMER);
	both("8002 ???????? 00000127 4000000a" PW_ABC "01", 0x98e);
	both("8002 ???????? 00000127 4000000a" PW "01", 0x921);
	satisfy(&s, TIMER, TIMER);
	use(&s, 0, CLEAR_CONTROL(LOCKOUT), .bare = true);
	satisfy(&s, AUTH_VALUE);
	use(&s, 0x921, CLEAR_CONTROL(LOCKOUT), WITH(""));
	end();
}

static void policies_go_with_clear_and_reset(void)
{
	static const char cap[] = "8001 ???????? 0000017a 00000009 40000000 000000ff";

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	same("8002 ???????? 0000012e 40000001" PW "0020" ZEROS32 "0004");
	same("8002 ???????? 0000012e 40000001" PW "0000 000b");
	same("8002 ???????? 0000012e 40000001" PW "0020" ZEROS32 "0010");
	same("8002 ???????? 0000012e 40000001" PW_ABC "0020" ZEROS32 "000b");
	same("8002 ???????? 0000012e 40000007" PW "0020" ZEROS32 "000b");
	same("8002 ???????? 0000012e 40000001" PW "0020" ZEROS32 "000b");
	same("8002 ???????? 0000012e 4000000b" PW "0014" ZEROS20 "0004");
	same("8002 ???????? 0000012e 4000000a" PW "0020" ZEROS32 "000b");
	same("8002 ???????? 0000012e 4000000c" PW "0020" ZEROS32 "000b");
	same(cap);
	both(SHUTDOWN_CLEAR, 0);
	reset_both();
	both(STARTUP_CLEAR, 0);
	same(cap);
	same("8002 ???????? 0000012e 4000000c" PW "0020" ZEROS32 "000b");
	same("8002 ???????? 00000126 4000000c" PW);
	same(cap);
	end();
}

/* What the bridge cannot judge. */
static void policy_that_expires_is_for_objects_alone(void)
{
	static const char expires[] = "8002 ???????? 00000151 40000001 S" PW
		"0000 0000 0000 00000e10";
	struct session s;

	begin_policy(&s);
	set_policy(PLATFORM, expires);
	satisfy(&s, expires);
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, RESTART, SECRET_OF("40000001", PW));
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void policy_that_was_encrypted_is_for_objects_alone(void)
{
	char cp[200], hash[100];
	struct session s, t;

	begin_policy(&s);
	with_hash(0x16e, "00000127 4000000c 01", cp);
	strcpy(hash, strstr(cp, " S ") + 3);
	ciphers = true;
	start_session(&t, HMAC_SESSION, SHA256, TPM2_RH_NULL, NULL);
	ciphers = false;
	set_policy(PLATFORM, cp);
	use(&t, 0, .code = 0x16e, .nr_handles = 1, .handle = { s.handle }, .params = hash,
	    .attributes = CONTINUE | DECRYPT, .encrypted = true);
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM), .bare = true);
	satisfy(&s, RESTART, cp);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

static void lost_policy_command_makes_a_session_useless(void)
{
	struct session s;
	char hex[200];

	begin_policy(&s);
	set_policy(PLATFORM, CC("00000131"));
	/* The chip does it, but the bridge is not told. */
	core_end_turn();
	core_turn = 0;
	satisfy(&s, RESTART);
	core_lose_response(1);
	tell(&proxy, with_handle(CC("00000131"), s.handle, hex, sizeof(hex)));
	CHECK_EQ(proxy.rsp.err, -ETIME);
	use_proxy(&s, 0x12f, CLEAR_CONTROL(PLATFORM), .bare = true);
	core_turn = 1;
	core_end_turn();
	end();
}

static void policy_session_survives_the_guests_resource_manager(void)
{
	struct session s;
	char hex[3000];
	size_t len;

	begin_policy(&s);
	set_policy(PLATFORM, CC("00000127"));
	satisfy(&s, CC("00000127"));
	both(CONTEXT_SAVE "03000000", 0);
	len = sprintf(hex, "8001 ???????? 00000161");
	put_hex(hex, len, proxy.rsp.buf + 10, proxy.rsp.len - 10);
	CHECK_EQ(tell(&proxy, hex), 0);
	len = sprintf(hex, "8001 ???????? 00000161");
	put_hex(hex, len, alone.rsp.buf + 10, alone.rsp.len - 10);
	CHECK_EQ(tell(&alone, hex), 0);
	use(&s, 0x9a4, .code = 0x121, .nr_handles = 1, .handle = { PLATFORM },
	    .params = "4000000b 01", .attributes = CONTINUE, .bare = true);
	use(&s, 0, CLEAR_CONTROL(PLATFORM), .bare = true);
	end();
}

/* The platform's policy is the digest of a session that is used then. */
static void any_policy(void)
{
	struct use u = { CLEAR_CONTROL(PLATFORM), .bare = true };
	const struct core_rsp *rsp = &proxy.rsp;
	u8 buf[VTPMB_BUF_SIZE];
	struct session s;
	char hex[300];
	unsigned int i;
	size_t len;

	new_session(&s, SHA256);
	send_to(&proxy, buf, put_start(buf, POLICY, SHA256, TPM2_RH_NULL, TPM2_RH_NULL, buf, 0));
	if (rsp->err || rsp->rc)
		return;
	take_start(__LINE__, &s, &s.side[0]);
	for (i = 0; i < 2; i++) {
		tell(&proxy, with_handle(CC("00000127"), s.handle, hex, sizeof(hex)));
		if (tell(&proxy, with_handle("8001 ???????? 00000189 S", s.handle, hex,
					     sizeof(hex))))
			return;
		len = sprintf(hex, "8002 ???????? 0000012e 4000000c" PW);
		len = put_hex(hex, len, rsp->buf + 10, 34);
		sprintf(hex + len, "000b");
		tell(&proxy, hex);
		send_use(&s, 0, &u);
		if (!rsp->err && !rsp->rc)
			CHECK(check_response(&s, &s.side[0], &u));
	}
}

#define CONTROL(hier, enable, state) "8002 ???????? 00000121" hier PW enable state

/* A session's or an object's context, as the command that loads it. */
static void save_context(struct guest *g, const char *handle, char *hex)
{
	char save[60];
	size_t len;

	snprintf(save, sizeof(save), CONTEXT_SAVE "%s", handle);
	CHECK_EQ(tell(g, save), 0);
	len = sprintf(hex, "8001 ???????? 00000161");
	put_hex(hex, len, g->rsp.buf + 10, g->rsp.len - 10);
}

/* The guest's platform disables the twin's; the administrator the proxy's. */
static void endorsement_that_is_off_is_as_disabled_by_a_tpm(void)
{
	static char ours[4 * VTPMB_BUF_SIZE], twins[4 * VTPMB_BUF_SIZE];

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both(PRIMARY("4000000b"), 0);
	both("8002 ???????? 00000120 40000001 80000000" PW "81010001", 0);
	save_context(&proxy, "80000000", ours);
	save_context(&alone, "80000000", twins);
	core_set(v, VTPMB_SETTING_ENDORSEMENT, false);
	CHECK_EQ(tell(&alone, CONTROL("4000000c", "4000000b", "00")), 0);
	same_rc("8001 ???????? 00000173 80000000");
	CHECK_EQ(rv.rc, 0x910);
	same_rc("8001 ???????? 00000173 81010001");
	CHECK_EQ(rv.rc, 0x18b);
	CHECK_EQ(tell(&proxy, ours), 0x1c5);
	CHECK_EQ(tell(&alone, twins), 0x1c5);
	both(PRIMARY("4000000b"), 0x185);
	both(PRIMARY("40000001"), 0);
	both(FLUSH "80000000", 0);
	both(START_BOUND("4000000b"), 0x285);
	both(START_POLICY, 0);
	both("8002 ???????? 00000151 4000000b 03000000" PW "0000 0000 0000 00000000", 0x185);
	both(CHANGE_AUTH("4000000b", PW, ABC), 0x185);
	want("8001 ???????? 00000167 0000 0000 4000000b", 0x3c5);
	both(CONTROL("4000000b", "4000000b", "01"), 0x185);
	both("8001 ???????? 0000017a 00000006 00000201 00000001", 0);
	CHECK_EQ(proxy.rsp.buf[26], alone.rsp.buf[26]);
	/* But it can take it out of the way. */
	both("8002 ???????? 00000120 40000001 81010001" PW "81010001", 0);
	end();
}

static void guest_cannot_enable_an_endorsement_that_is_off(void)
{
	static const char state[] = "8001 ???????? 0000017a 00000006 00000201 00000001";

	begin();
	core_set(v, VTPMB_SETTING_ENDORSEMENT, false);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("4000000b"), 0x185);
	want(CONTROL("4000000c", "4000000b", "01"), 0x1c5);
	want(PRIMARY("4000000b"), 0x185);
	want(CONTROL("4000000c", "4000000b", "00"), 0);
	want(CONTROL("4000000c", "4000000b", "01"), 0x1c5);
	want("8002 ???????? 00000126 4000000c" PW, 0);
	want(PRIMARY("4000000b"), 0x185);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("4000000b"), 0x185);
	want(state, 0);
	CHECK(!(vtpmb_peek_u32(rv.buf + 23) & 4));
	/* The administrator enables what the guest has not disabled. */
	core_set(v, VTPMB_SETTING_ENDORSEMENT, true);
	want(state, 0);
	CHECK(vtpmb_peek_u32(rv.buf + 23) & 4);
	want(PRIMARY("4000000b"), 0);
	want(CONTROL("4000000c", "4000000b", "00"), 0);
	core_set(v, VTPMB_SETTING_ENDORSEMENT, false);
	core_set(v, VTPMB_SETTING_ENDORSEMENT, true);
	want(PRIMARY("4000000b"), 0x185);
	want(CONTROL("4000000c", "4000000b", "01"), 0);
	want(PRIMARY("4000000b"), 0);
	end();
}

static void endorsement_is_one_proxys_setting(void)
{
	struct guest other = {};

	begin();
	other.vtpm = core_new();
	core_set(v, VTPMB_SETTING_ENDORSEMENT, false);
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(tell(&other, STARTUP_CLEAR), 0);
	want(PRIMARY("4000000b"), 0x185);
	CHECK_EQ(tell(&other, PRIMARY("4000000b")), 0);
	core_free(other.vtpm);
	end();
}

/* Whatever comes of it. */
static void any_session(void)
{
	static const u32 binds[] = { TPM2_RH_NULL, OWNER, LOCKOUT };
	struct use change = { SET_AUTH(OWNER, EMPTY), WITH("") };
	struct use make = { MAKE_PRIMARY(OWNER), WITH("") };
	struct use last = { CLEAR_CONTROL(PLATFORM), WITH("") };
	u8 buf[VTPMB_BUF_SIZE];
	struct session s;
	unsigned int i;

	last.attributes = 0;
	tell(&proxy, STARTUP_CLEAR);
	for (i = 0; i < ARRAY_SIZE(binds); i++) {
		const struct core_rsp *rsp = &proxy.rsp;

		new_session(&s, SHA256);
		send_to(&proxy, buf, put_start(buf, HMAC_SESSION, SHA256, TPM2_RH_NULL, binds[i],
					       buf, 0));
		if (rsp->err || rsp->rc)
			continue;
		take_start(__LINE__, &s, &s.side[0]);
		if (i)
			derive_key(SHA256, buf, 0, &s.side[0]);
		send_use(&s, 0, &change);
		if (!rsp->err && !rsp->rc)
			CHECK(check_response(&s, &s.side[0], &change));
		send_use(&s, 0, &make);
		if (!rsp->err && !rsp->rc)
			CHECK(check_response(&s, &s.side[0], &make));
		send_use(&s, 0, &last);
	}
	any_policy();
}

static void begin_to_fail(void)
{
	v = core_new();
	proxy.vtpm = v;
}

static void start_over(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY("40000001"), 0);
	core_free(v);
	CHECK(core_chip_is_empty());
}

static const u32 refusals[] = { 0x901, 0x903, 0x905, 0x908, 0x922, 0x9a2, 0x918, 0x101 };

static const struct core_sweep sweep = {
	CORE_TPM20, 400, begin_to_fail, any_session, start_over, refusals, ARRAY_SIZE(refusals),
};

static void chip_may_fail_with_any_session(void)
{
	core_sweep(&sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_with_any_session(void)
{
	core_sweep(&sweep, CORE_FAULT_CHIP);
}

static void any_allocation_may_fail_with_sessions(void)
{
	core_sweep(&sweep, CORE_FAULT_ALLOC);
}

/*
 * Any order of what sessions can do with hierarchies.  The twin is the judge;
 * what is known here is only which authValue is right, so that no wrong one
 * locks lockout: a TPM stays locked for longer than a proxy.
 */
#define NR_AT_RANDOM	3

static const u32 any_hier[] = { OWNER, ENDORSEMENT, PLATFORM, LOCKOUT };
static const char * const any_auth[] = { "", "abc", "x", long64 };
static const char * const any_auth_hex[] = { EMPTY, ABC, "0001 78", "0040" LONG64 };

/**
 * struct at_random - a story of sessions
 * @seed:	of the next random number
 * @auth:	authValue of each hierarchy
 * @started:	whether @session is
 * @policy:	it is a policy session
 * @needs:	how it wants the authValue proved
 * @digest:	of each policy, hex
 * @set:	which policy each hierarchy has, or the first
 * @bind:	what it is bound to
 * @bind_auth:	the authValue that that had then
 * @session:	sessions
 */
static struct at_random {
	u32 seed;
	const char *auth[ARRAY_SIZE(any_hier)];
	bool started[NR_AT_RANDOM];
	bool policy[NR_AT_RANDOM];
	enum { NOTHING, BY_HMAC, BY_PASSWORD } needs[NR_AT_RANDOM];
	char digest[4][65];
	unsigned int set[ARRAY_SIZE(any_hier)];
	u32 bind[NR_AT_RANDOM];
	const char *bind_auth[NR_AT_RANDOM];
	struct session session[NR_AT_RANDOM];
} story;

static u32 any(u32 below)
{
	story.seed = story.seed * 1664525 + 1013904223;
	return (story.seed >> 16) % below;
}

static const char *right_auth(u32 handle)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(any_hier); i++) {
		if (any_hier[i] == handle)
			return story.auth[i];
	}
	return "";
}

static void start_any(unsigned int n)
{
	static const u16 algs[] = { SHA1, SHA256, SHA384, SHA512 };
	u32 bind;

	story.policy[n] = any(2);
	story.needs[n] = NOTHING;
	/* A policy session that is bound to lockout could lock it. */
	bind = any(2) ? any_hier[any(story.policy[n] ? 3 : 4)] : TPM2_RH_NULL;
	story.bind[n] = bind;
	story.bind_auth[n] = right_auth(bind);
	start_session(&story.session[n], story.policy[n] ? POLICY : HMAC_SESSION,
		      story.policy[n] ? SHA256 : algs[any(4)], bind,
		      bind == TPM2_RH_NULL ? NULL : right_auth(bind));
	story.started[n] = true;
}

static bool is_bound(unsigned int n, u32 handle)
{
	return !story.policy[n] && story.bind[n] == handle && handle != TPM2_RH_NULL &&
	       !strcmp(story.bind_auth[n], right_auth(handle));
}

/* Without a key there is no HMAC, unless the command has made one. */
static void expect_any(unsigned int n, struct use *u, const char *new_auth)
{
	bool included = story.policy[n] ? story.needs[n] : !is_bound(n, u->handle[0]);

	if (story.policy[n] && story.needs[n] == BY_PASSWORD)
		return;
	u->new_auth = included && new_auth ? new_auth : u->auth;
	u->bare |= u->password && !*u->auth;
	u->password = false;
	if (u->bare && included && new_auth && *new_auth)
		u->bare = false;
}

static unsigned int nr_any_done[2];

/* Both alike; the new authValue if it was set. */
static void use_any(unsigned int n, struct use *u, const char *new_auth)
{
	struct session *s = &story.session[n];
	unsigned int i;

	send_use(s, 0, u);
	send_use(s, 1, u);
	if (proxy.rsp.err || proxy.rsp.rc != alone.rsp.rc) {
		core_fail(__FILE__, __LINE__, "code 0x%x of 0x%x, session %u: 0x%x, not 0x%x",
			  u->code, u->handle[0], n, proxy.rsp.rc, alone.rsp.rc);
		return;
	}
	if (alone.rsp.rc)
		return;
	expect_any(n, u, new_auth);
	for (i = 0; i < 2; i++)
		CHECK(check_response(s, &s->side[i], u));
	for (i = 0; new_auth && i < ARRAY_SIZE(any_hier); i++) {
		if (any_hier[i] == u->handle[0])
			story.auth[i] = new_auth;
	}
	if (u->code == 0x131)
		flush_both();
	story.started[n] = u->attributes & CONTINUE;
	story.needs[n] = NOTHING;
	nr_any_done[story.policy[n]]++;
}

/* Of @hier, if it is not TPM2_RH_NULL. */
static void use_any_session(unsigned int n, u32 hier)
{
	struct use make = { MAKE_PRIMARY(OWNER) }, set = { SET_AUTH(OWNER, EMPTY) };
	struct use control = { CLEAR_CONTROL(PLATFORM) }, *u;
	static const u32 makers[] = { OWNER, ENDORSEMENT, TPM2_RH_NULL };
	unsigned int value = any(4);
	bool sure, bound;

	u = any(3) ? any(2) ? &make : &set : &control;
	u->handle[0] = u == &make ? makers[any(3)] :
		       u == &set ? any_hier[any(story.policy[n] ? 3 : 4)] :
		       any(2) || story.policy[n] ? PLATFORM : LOCKOUT;
	if (hier != TPM2_RH_NULL) {
		u = hier == PLATFORM || any(2) ? &set : &make;
		u->handle[0] = hier;
	}
	if (u == &set)
		u->params = any_auth_hex[value];
	bound = is_bound(n, u->handle[0]);
	sure = story.bind[n] == LOCKOUT || u->handle[0] == LOCKOUT;
	u->auth = bound || (story.policy[n] && !story.needs[n]) ? "" : right_auth(u->handle[0]);
	u->password = story.needs[n] == BY_PASSWORD && any(4);
	if (!sure && any(3) == 0)
		u->auth = any_auth[any(4)];
	if (!sure && any(8) == 0)
		u->bare = true;
	if (any(8) == 0)
		u->attributes &= ~CONTINUE;
	use_any(n, u, u == &set ? any_auth[value] : NULL);
}

/* What a policy session can be told; the first four are policies, too. */
static const struct {
	const char *command;
	int needs;
} any_step[] = {
	{ CC("00000131"), -1 }, { CC("00000129"), -1 }, { AUTH_VALUE, BY_HMAC }, { TIMER, -1 },
	{ PASSWORD, BY_PASSWORD }, { RESTART, NOTHING },
};

#define LAST_STEP	5

static void take_step(unsigned int n, unsigned int step)
{
	char hex[200];
	u32 rc;

	with_handle(any_step[step].command, story.session[n].handle, hex, sizeof(hex));
	rc = tell(&alone, hex);
	CHECK_EQ(tell(&proxy, hex), rc);
	if (!rc && any_step[step].needs >= 0)
		story.needs[n] = any_step[step].needs;
}

/* What some hierarchy asks for, and its use. */
static void satisfy_any(unsigned int n)
{
	unsigned int i = any(3), step = story.set[i];

	take_step(n, LAST_STEP);
	take_step(n, step == 2 && any(2) ? 4 : step);
	use_any_session(n, any_hier[i]);
}

/* The digests of the first four alone. */
static void learn_policies(void)
{
	char hex[200];
	struct session s;
	unsigned int i;

	start_session(&s, TRIAL, SHA256, TPM2_RH_NULL, NULL);
	for (i = 0; i < ARRAY_SIZE(story.digest); i++) {
		satisfy(&s, RESTART, any_step[i].command);
		both(with_handle("8001 ???????? 00000189 S", s.handle, hex, sizeof(hex)), 0);
		put_hex(story.digest[i], 0, alone.rsp.buf + 12, 32);
	}
	both(with_handle(FLUSH "S", s.handle, hex, sizeof(hex)), 0);
}

static void set_any_policy(void)
{
	unsigned int i = any(4), policy = any(ARRAY_SIZE(story.digest));
	u32 hier = any_hier[i];
	const char *auth = right_auth(hier);
	size_t auth_len = strlen(auth), len;
	char hex[500];

	len = sprintf(hex, "8002 ???????? 0000012e %08x %08zx 40000009 0000 01 %04zx", hier,
		      9 + auth_len, auth_len);
	len = put_hex(hex, len, (const u8 *)auth, auth_len);
	sprintf(hex + len, "0020 %s 000b", story.digest[policy]);
	both(hex, 0);
	story.set[i] = policy;
}

static void do_any(void)
{
	unsigned int n = any(NR_AT_RANDOM);
	char hex[40];

	if (!story.started[n]) {
		start_any(n);
	} else if (any(12) == 0) {
		snprintf(hex, sizeof(hex), FLUSH "%08x", story.session[n].handle);
		both(hex, 0);
		story.started[n] = false;
	} else if (any(12) == 0) {
		set_any_policy();
	} else if (story.policy[n] && any(2)) {
		satisfy_any(n);
	} else if (story.policy[n] && any(2)) {
		take_step(n, any(ARRAY_SIZE(any_step)));
	} else {
		use_any_session(n, TPM2_RH_NULL);
	}
}

static void any_order_is_judged_as_by_a_tpm(void)
{
	unsigned int seed, i;

	for (seed = 1; seed <= 4; seed++) {
		begin();
		proxy.vtpm = v;
		both(STARTUP_CLEAR, 0);
		memset(&story, 0, sizeof(story));
		for (i = 0; i < ARRAY_SIZE(story.auth); i++)
			story.auth[i] = "";
		story.seed = seed;
		learn_policies();
		core_turn = seed % 2;
		for (i = 0; i < 300; i++)
			do_any();
		core_turn = 1;
		core_end_turn();
		end();
	}
	printf("# %u by HMAC sessions, %u by policies\n", nr_any_done[0], nr_any_done[1]);
	/* Enough of it came to something. */
	CHECK(nr_any_done[false] > 100 && nr_any_done[true] > 20);
}

static const struct core_test tests[] = {
	CORE_TEST(chips_own_auth_has_to_be_given),
	CORE_TEST(hmac_session_tells_whose_auth_is_wrong),
	CORE_TEST(event_sequence_ends_in_hmac_sessions),
	CORE_TEST(event_sequence_that_was_saved_ends_in_hmac_sessions),
	CORE_TEST(event_sequence_of_unknown_auth_is_left_to_passwords),
	CORE_TEST(wrong_grant_locks_nobody_out),
	CORE_TEST(chips_own_auth_opens_nothing_to_the_guest),
	CORE_TEST(owner_and_endorsement_work_by_every_command),
	CORE_TEST(hmac_works_with_the_guests_own_auth),
	CORE_TEST(longest_auths_fit),
	CORE_TEST(grants_are_one_proxys_alone),
	CORE_TEST(bound_session_works_with_every_hash),
	CORE_TEST(bound_session_outlives_a_change_of_auth),
	CORE_TEST(platform_and_lockout_can_be_bound_to),
	CORE_TEST(session_bound_to_lockout_locks_out_by_any_failure),
	CORE_TEST(chip_is_not_asked_about_a_key_that_it_does_not_have),
	CORE_TEST(salted_session_is_for_the_chip_to_judge),
	CORE_TEST(salted_evict_control_goes_to_the_chip),
	CORE_TEST(salted_evict_control_stays_in_the_range),
	CORE_TEST(lost_evict_control_is_found_in_the_range),
	CORE_TEST(hosts_owner_password_opens_nothing_to_the_guest),
	CORE_TEST(salted_session_ends_with_the_hosts_empty_password),
	CORE_TEST(guess_of_the_told_password_cannot_be_told_from_another),
	CORE_TEST(recorded_command_does_not_work_again),
	CORE_TEST(hmac_can_be_left_out_without_a_key),
	CORE_TEST(session_ends_with_its_last_command),
	CORE_TEST(what_else_a_session_asks_for_is_refused_as_by_a_tpm),
	CORE_TEST(first_session_vouches_for_the_one_that_encrypts),
	CORE_TEST(audit_digest_is_as_a_tpms),
	CORE_TEST(clear_answers_with_the_auth_that_is_left),
	CORE_TEST(nonces_roll_of_sessions_that_had_to_make_room),
	CORE_TEST(policy_authorises_every_hierarchy),
	CORE_TEST(policy_authorises_what_the_chip_does),
	CORE_TEST(policy_session_asks_for_a_command),
	CORE_TEST(policy_session_asks_for_an_auth),
	CORE_TEST(policy_session_asks_for_a_locality),
	CORE_TEST(policy_of_an_object_asks_for_the_guests_locality),
	CORE_TEST(lost_locality_is_asked_for),
	CORE_TEST(creation_data_tells_the_chips_locality),
	CORE_TEST(policy_of_an_object_asks_for_presence),
	CORE_TEST(policy_session_asks_for_presence),
	CORE_TEST(policy_session_asks_for_a_digest),
	CORE_TEST(policy_takes_what_was_true_at_once),
	CORE_TEST(policy_on_pcrs_lasts_until_they_change),
	CORE_TEST(policy_has_a_hash_of_its_own),
	CORE_TEST(policy_session_can_be_bound),
	CORE_TEST(policy_outlives_a_lockout),
	CORE_TEST(policies_go_with_clear_and_reset),
	CORE_TEST(policy_that_expires_is_for_objects_alone),
	CORE_TEST(policy_that_was_encrypted_is_for_objects_alone),
	CORE_TEST(lost_policy_command_makes_a_session_useless),
	CORE_TEST(policy_session_survives_the_guests_resource_manager),
	CORE_TEST(endorsement_that_is_off_is_as_disabled_by_a_tpm),
	CORE_TEST(guest_cannot_enable_an_endorsement_that_is_off),
	CORE_TEST(endorsement_is_one_proxys_setting),
	CORE_TEST(any_order_is_judged_as_by_a_tpm),
	CORE_TEST(chip_may_fail_with_any_session),
	CORE_TEST(chip_may_refuse_with_any_session),
	CORE_TEST(any_allocation_may_fail_with_sessions),
};

CORE_MAIN(tests)
