// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: software of a guest that has keys and sessions. */

#include <linux/random.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include "tpm12_guest.h"

const u8 owner_secret = 0x0a, srk_secret = 0x00, key_secret = 0x5c;
struct guest proxy, other, alone, host;

static u32 rc_of(const struct guest *g)
{
	return g->rsp.err ? NO_RESPONSE : g->rsp.rc;
}

u32 tell(struct guest *g, const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len = core_hex(cmd, sizeof(cmd), hex);

	if (g->vtpm)
		core_send(g->vtpm, cmd, len, &g->rsp);
	else if (g->twin)
		core_twin_send(g->twin, cmd, len, &g->rsp);
	else
		core_raw(cmd, len, &g->rsp);
	return rc_of(g);
}

void start(struct guest *g)
{
	CHECK_EQ(tell(g, ST_CLEAR), 0);
}

void begin_owned(void)
{
	u8 owner[20], srk[20];

	core_start(CORE_TPM12);
	memset(owner, owner_secret, sizeof(owner));
	memset(srk, srk_secret, sizeof(srk));
	core_take_ownership(owner, srk);
	core_probe();
	proxy.vtpm = core_new();
	other.vtpm = core_new();
	alone.twin = core_twin_new();
	start(&proxy);
	start(&other);
	start(&alone);
}

void end_owned(void)
{
	core_twin_free(alone.twin);
	core_free(proxy.vtpm);
	core_free(other.vtpm);
	CHECK(core_chip_is_empty());
	core_stop();
	core_turn = 1;
}

/* Commands. */

void command_begin(struct command *c, struct guest *g, u32 ordinal)
{
	c->g = g;
	c->handles_len = 0;
	c->rsp_handles_len = 0;
	vtpmb_writer_init(&c->w, c->buf, sizeof(c->buf));
	vtpmb_put_u16(&c->w, 0x00c1);
	vtpmb_put_u32(&c->w, 0);
	vtpmb_put_u32(&c->w, ordinal);
}

void put_handle(struct command *c, u32 handle)
{
	vtpmb_put_u32(&c->w, handle);
	c->handles_len += 4;
}

void put_bytes(struct command *c, const void *bytes, size_t len)
{
	if (len)
		vtpmb_put_bytes(&c->w, bytes, len);
}

void put_sized(struct command *c, const void *bytes, size_t len)
{
	vtpmb_put_u32(&c->w, len);
	put_bytes(c, bytes, len);
}

void put_u8(struct command *c, u8 val)
{
	vtpmb_put_u8(&c->w, val);
}

void put_u16(struct command *c, u16 val)
{
	vtpmb_put_u16(&c->w, val);
}

void put_u32(struct command *c, u32 val)
{
	vtpmb_put_u32(&c->w, val);
}

void put_secret(struct command *c, u8 secret)
{
	u8 bytes[20];

	memset(bytes, secret, sizeof(bytes));
	put_bytes(c, bytes, sizeof(bytes));
}

static const u8 odd[20] = "0123456789abcdefghi";

void put_encrypted(struct command *c, const struct session *s, bool second, u8 secret)
{
	u8 in[40], pad[20];
	unsigned int i;

	memcpy(in, s->key, 20);
	memcpy(in + 20, second ? odd : s->even, 20);
	SHA1(in, sizeof(in), pad);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= secret;
	put_bytes(c, pad, sizeof(pad));
}

u32 send_plain(struct command *c)
{
	struct guest *g = c->g;

	vtpmb_poke_u32(c->buf + 2, c->w.len);
	if (g->vtpm)
		core_send(g->vtpm, c->buf, c->w.len, &g->rsp);
	else if (g->twin)
		core_twin_send(g->twin, c->buf, c->w.len, &g->rsp);
	else
		core_raw(c->buf, c->w.len, &g->rsp);
	return rc_of(g);
}

static void mac(const struct session *s, const u8 *digest, u8 cont, u8 *out)
{
	u8 in[61];

	memcpy(in, digest, 20);
	memcpy(in + 20, s->even, 20);
	memcpy(in + 40, odd, 20);
	in[60] = cont;
	HMAC(EVP_sha1(), s->key, 20, in, sizeof(in), out, NULL);
}

static void digest_params(u32 first, u32 second, bool has_second, const u8 *params,
			  size_t len, u8 *digest)
{
	u8 in[VTPMB_BUF_SIZE + 8];
	size_t at = 4;

	vtpmb_poke_u32(in, first);
	if (has_second) {
		vtpmb_poke_u32(in + 4, second);
		at = 8;
	}
	memcpy(in + at, params, len);
	SHA1(in, at + len, digest);
}

static void check_response(struct command *c, struct session **s, unsigned int nr)
{
	const struct core_rsp *rsp = &c->g->rsp;
	size_t params = 10 + c->rsp_handles_len, end = rsp->len - 41 * nr;
	u8 digest[20], expected[20];
	unsigned int i;

	CHECK_EQ(vtpmb_peek_u16(rsp->buf), 0x00c4 + nr);
	CHECK(rsp->len >= params + 41 * nr);
	digest_params(0, vtpmb_peek_u32(c->buf + 6), true, rsp->buf + params, end - params,
		      digest);
	for (i = 0; i < nr; i++) {
		const u8 *area = rsp->buf + end + 41 * i;

		memcpy(s[i]->even, area, 20);
		mac(s[i], digest, area[20], expected);
		CHECK_MEM(area + 21, expected, 20);
		if (!area[20])
			s[i]->handle = 0;
	}
}

static void put_auths(struct command *c, struct session **s, unsigned int nr)
{
	size_t params = 10 + c->handles_len;
	u8 digest[20], hmac[20];
	unsigned int i;

	digest_params(vtpmb_peek_u32(c->buf + 6), 0, false, c->buf + params,
		      c->w.len - params, digest);
	c->buf[1] = 0xc1 + nr;
	for (i = 0; i < nr; i++) {
		mac(s[i], digest, s[i]->cont, hmac);
		put_u32(c, s[i]->handle);
		put_bytes(c, odd, 20);
		put_u8(c, s[i]->cont);
		put_bytes(c, hmac, 20);
	}
	vtpmb_poke_u32(c->buf + 2, c->w.len);
}

static u32 send_auth(struct command *c, struct session **s, unsigned int nr)
{
	u32 rc;

	put_auths(c, s, nr);
	rc = send_plain(c);
	if (!rc)
		check_response(c, s, nr);
	return rc;
}

u32 send_auth1(struct command *c, struct session *s)
{
	return send_auth(c, &s, 1);
}

u32 send_auth2(struct command *c, struct session *s1, struct session *s2)
{
	struct session *s[] = { s1, s2 };

	return send_auth(c, s, 2);
}

/* Sessions. */

u32 oiap(struct guest *g, struct session *s, u8 secret)
{
	memset(s, 0, sizeof(*s));
	if (tell(g, "00c1 ???????? 0000000a"))
		return rc_of(g);
	s->handle = vtpmb_peek_u32(g->rsp.buf + 10);
	memcpy(s->even, g->rsp.buf + 14, 20);
	memset(s->key, secret, 20);
	s->cont = 1;
	return 0;
}

u32 osap(struct guest *g, struct session *s, u16 type, u32 value, u8 secret)
{
	struct command c;
	u8 key[20], in[40];

	memset(s, 0, sizeof(*s));
	command_begin(&c, g, 0x0b);
	put_u16(&c, type);
	put_u32(&c, value);
	put_bytes(&c, odd, 20);
	if (send_plain(&c))
		return rc_of(g);
	s->handle = vtpmb_peek_u32(g->rsp.buf + 10);
	memcpy(s->even, g->rsp.buf + 14, 20);
	memset(key, secret, 20);
	memcpy(in, g->rsp.buf + 34, 20);
	memcpy(in + 20, odd, 20);
	HMAC(EVP_sha1(), key, 20, in, sizeof(in), s->key, NULL);
	s->osap = true;
	s->cont = 1;
	return 0;
}

/* Transport sessions. */

bool executed;

size_t encrypt_to(const struct key *key, const u8 *data, size_t data_len, u8 *out)
{
	return core_encrypt_oaep(key->pub, key->pub_len, data, data_len, out);
}

u32 establish(struct guest *g, struct session *trans, u32 handle, const struct key *key,
	      u32 attributes)
{
	u8 secret[22] = { 0x00, 0x1d }, out[512];
	struct command c;
	struct session s;
	u32 rc;

	memset(trans, 0, sizeof(*trans));
	memset(secret + 2, 0x3d, 20);
	if (key && oiap(g, &s, key->secret))
		return rc_of(g);
	command_begin(&c, g, 0xe6);
	put_handle(&c, handle);
	put_u16(&c, 0x001e);
	put_u32(&c, attributes);
	put_u32(&c, 7);		/* MGF1 */
	put_u16(&c, 1);
	if (key)
		put_sized(&c, out, encrypt_to(key, secret, sizeof(secret), out));
	else
		put_sized(&c, secret + 2, 20);
	c.rsp_handles_len = 4;
	s.cont = 0;
	rc = key ? send_auth1(&c, &s) : send_plain(&c);
	if (rc)
		return rc;
	trans->handle = vtpmb_peek_u32(g->rsp.buf + 10);
	memcpy(trans->even, g->rsp.buf + 14 + 4 + 32, 20);
	memcpy(trans->key, secret + 2, 20);
	trans->encrypts = attributes & TPM_TRANSPORT_ENCRYPT;
	trans->cont = 1;
	return 0;
}

/* MGF1 of what a transport session has in common. */
static void crypt(const struct session *trans, const char *way, u8 *data, size_t len)
{
	u8 seed[20 + 20 + 3 + 20 + 4], mask[20];
	size_t way_len = strlen(way), seed_len = 60 + way_len, i;
	u32 count;

	memcpy(seed, trans->even, 20);
	memcpy(seed + 20, odd, 20);
	memcpy(seed + 40, way, way_len);
	memcpy(seed + 40 + way_len, trans->key, 20);
	for (count = 0; count * 20 < len; count++) {
		vtpmb_poke_u32(seed + seed_len, count);
		SHA1(seed, seed_len + 4, mask);
		for (i = 0; i < 20 && count * 20 + i < len; i++)
			data[count * 20 + i] ^= mask[i];
	}
}

/* The wrapped response becomes the guest's response; its HMAC was checked. */
static u32 unwrap(struct command *c, struct command *outer, struct session *trans,
		  unsigned int nr)
{
	struct core_rsp *rsp = &c->g->rsp;
	u32 size = vtpmb_peek_u32(rsp->buf + 22), rc = vtpmb_peek_u32(rsp->buf + 26 + 6);
	const u8 *area = rsp->buf + rsp->len - 41;
	u8 digest[20], params[16 + 20], expected[20], even[20];
	size_t data = 26 + 10 + (rc ? 0 : c->rsp_handles_len);
	size_t data_len = 26 + size - data - (rc ? 0 : 41 * nr);

	CHECK_EQ(26 + size + 41, rsp->len);
	CHECK_EQ(vtpmb_peek_u32(rsp->buf + 26 + 2), size);
	memcpy(even, area, 20);
	memcpy(trans->even, even, 20);
	if (trans->encrypts && data_len)
		crypt(trans, "out", rsp->buf + data, data_len);
	digest_params(rc, vtpmb_peek_u32(c->buf + 6), true, rsp->buf + data, data_len,
		      params + 16);
	memcpy(params, rsp->buf + 10, 16);
	digest_params(0, vtpmb_peek_u32(outer->buf + 6), true, params, sizeof(params), digest);
	mac(trans, digest, area[20], expected);
	CHECK_MEM(area + 21, expected, 20);
	if (!area[20])
		trans->handle = 0;
	memmove(rsp->buf, rsp->buf + 26, size);
	rsp->len = size;
	rsp->rc = rc;
	return rc;
}

u32 execute(struct command *c, struct session *trans, struct session *s1,
	    struct session *s2)
{
	struct session *s[] = { s1, s2 };
	unsigned int nr = !!s1 + !!s2;
	struct command outer;
	u8 digest[20], params[24], hmac[20];
	size_t data = 10 + c->handles_len, data_len;
	u32 rc;

	put_auths(c, s, nr);
	data_len = c->w.len - data - 45 * nr;
	digest_params(vtpmb_peek_u32(c->buf + 6), 0, false, c->buf + data, data_len,
		      params + 4);
	vtpmb_poke_u32(params, c->w.len);
	digest_params(0xe7, 0, false, params, sizeof(params), digest);
	if (trans->encrypts && data_len)
		crypt(trans, "in", c->buf + data, data_len);

	command_begin(&outer, c->g, 0xe7);
	put_sized(&outer, c->buf, c->w.len);
	outer.buf[1] = 0xc2;
	mac(trans, digest, trans->cont, hmac);
	put_u32(&outer, trans->handle);
	put_bytes(&outer, odd, 20);
	put_u8(&outer, trans->cont);
	put_bytes(&outer, hmac, 20);
	rc = send_plain(&outer);
	executed = !rc;
	if (!executed)
		return rc;
	rc = unwrap(c, &outer, trans, nr);
	if (!rc)
		check_response(c, s, nr);
	return rc;
}

/* Keys. */

static void put_key_info(struct command *c, u16 usage, u32 flags, const void *info,
			 size_t info_len)
{
	bool storage = usage == 0x11;

	put_u32(c, 0x01010000);
	put_u16(c, usage);
	put_u32(c, flags);
	put_u8(c, 1);				/* authDataUsage: always */
	put_u32(c, 1);				/* RSA */
	put_u16(c, usage == 0x10 ? 1 : 3);	/* OAEP, or none to sign */
	put_u16(c, usage == 0x10 || usage == 0x15 ? 2 : 1);
	put_u32(c, 12);
	put_u32(c, storage ? 2048 : 512);
	put_u32(c, 2);
	put_u32(c, 0);
	put_sized(c, info, info_len);
	put_u32(c, 0);
	put_u32(c, 0);
}

static void take_key(struct guest *g, struct key *key)
{
	size_t at = 10 + 4 + 2 + 4 + 1 + 4 + 2 + 2;

	key->len = g->rsp.len - 10 - 41;
	CHECK(key->len <= sizeof(key->blob));
	memcpy(key->blob, g->rsp.buf + 10, key->len);
	at += 4 + vtpmb_peek_u32(g->rsp.buf + at);
	at += 4 + vtpmb_peek_u32(g->rsp.buf + at);
	key->pub_len = vtpmb_peek_u32(g->rsp.buf + at);
	CHECK(key->pub_len <= sizeof(key->pub));
	memcpy(key->pub, g->rsp.buf + at + 4, key->pub_len);
}

u32 make_bound_key(struct guest *g, u32 parent, u8 parent_secret, u16 usage, u32 flags,
		   const void *info, size_t info_len, u8 secret, struct key *key)
{
	struct session s;
	struct command c;

	if (osap(g, &s, parent == TPM_KH_SRK ? TPM_ET_SRK : TPM_ET_KEYHANDLE, parent,
		 parent_secret))
		return rc_of(g);
	command_begin(&c, g, 0x1f);
	put_handle(&c, parent);
	put_encrypted(&c, &s, false, secret);
	put_encrypted(&c, &s, true, secret);
	put_key_info(&c, usage, flags, info, info_len);
	if (send_auth1(&c, &s))
		return rc_of(g);
	key->secret = secret;
	key->flags = flags;
	take_key(g, key);
	return 0;
}

u32 make_key(struct guest *g, u32 parent, u8 parent_secret, u16 usage, u32 flags,
	     u8 secret, struct key *key)
{
	return make_bound_key(g, parent, parent_secret, usage, flags, NULL, 0, secret, key);
}

u32 load_key(struct guest *g, u32 parent, u8 parent_secret, const struct key *key,
	     u32 *handle)
{
	struct session s;
	struct command c;

	if (oiap(g, &s, parent_secret))
		return rc_of(g);
	s.cont = 0;
	command_begin(&c, g, 0x41);
	put_handle(&c, parent);
	put_bytes(&c, key->blob, key->len);
	c.rsp_handles_len = 4;
	if (send_auth1(&c, &s))
		return rc_of(g);
	*handle = vtpmb_peek_u32(g->rsp.buf + 10);
	return 0;
}

u32 sign_with(struct guest *g, u32 handle, struct session *s, u8 *sig)
{
	struct command c;

	command_begin(&c, g, 0x3c);
	put_handle(&c, handle);
	put_sized(&c, "twenty bytes to sign", 20);
	if (send_auth1(&c, s))
		return rc_of(g);
	if (sig)
		memcpy(sig, g->rsp.buf + 14, 64);
	return 0;
}

u32 sign(struct guest *g, u32 handle, u8 secret, u8 *sig)
{
	struct session s;

	if (oiap(g, &s, secret))
		return rc_of(g);
	s.cont = 0;
	return sign_with(g, handle, &s, sig);
}

u32 seal(struct guest *g, u32 handle, u8 secret, const void *info, size_t info_len,
	 u8 *sealed, size_t *len)
{
	struct session s;
	struct command c;

	if (osap(g, &s, handle == TPM_KH_SRK ? TPM_ET_SRK : TPM_ET_KEYHANDLE, handle, secret))
		return rc_of(g);
	command_begin(&c, g, 0x17);
	put_handle(&c, handle);
	put_encrypted(&c, &s, false, key_secret);
	put_sized(&c, info, info_len);
	put_sized(&c, "secret", 6);
	if (send_auth1(&c, &s))
		return rc_of(g);
	CHECK_EQ(s.handle, 0);
	*len = g->rsp.len - 10 - 41;
	memcpy(sealed, g->rsp.buf + 10, *len);
	return 0;
}

u32 begin_unseal(struct command *c, struct guest *g, u32 handle, u8 secret, const u8 *sealed,
		 size_t len, struct session *parent, struct session *data)
{
	if (oiap(g, parent, secret) || oiap(g, data, key_secret))
		return rc_of(g);
	parent->cont = 0;
	data->cont = 0;
	command_begin(c, g, 0x18);
	put_handle(c, handle);
	put_bytes(c, sealed, len);
	return 0;
}

u32 unseal(struct guest *g, u32 handle, u8 secret, const u8 *sealed, size_t len)
{
	struct session parent, data;
	struct command c;

	if (begin_unseal(&c, g, handle, secret, sealed, len, &parent, &data))
		return rc_of(g);
	if (send_auth2(&c, &parent, &data))
		return rc_of(g);
	CHECK_EQ(vtpmb_peek_u32(g->rsp.buf + 10), 6);
	CHECK_MEM(g->rsp.buf + 14, "secret", 6);
	return 0;
}

u32 flush(struct guest *g, u32 handle, u32 type)
{
	struct command c;

	command_begin(&c, g, 0xba);
	put_handle(&c, handle);
	put_u32(&c, type);
	return send_plain(&c);
}

u32 save_context(struct guest *g, u32 handle, u32 type, u8 *blob, size_t *len)
{
	struct command c;

	command_begin(&c, g, 0xb8);
	put_handle(&c, handle);
	put_u32(&c, type);
	put_bytes(&c, "label of a guest", 16);
	if (send_plain(&c))
		return rc_of(g);
	*len = vtpmb_peek_u32(g->rsp.buf + 10);
	CHECK_EQ(*len, g->rsp.len - 14);
	memcpy(blob, g->rsp.buf + 14, *len);
	CHECK_EQ(vtpmb_peek_u32(blob + 2), type);
	CHECK_EQ(vtpmb_peek_u32(blob + 6), handle);
	CHECK_MEM(blob + 10, "label of a guest", 16);
	return 0;
}

u32 load_context(struct guest *g, u32 entity, bool keep, const u8 *blob, size_t len,
		 u32 *handle)
{
	struct command c;

	command_begin(&c, g, 0xb9);
	put_handle(&c, entity);
	put_u8(&c, keep);
	put_sized(&c, blob, len);
	if (send_plain(&c))
		return rc_of(g);
	*handle = vtpmb_peek_u32(g->rsp.buf + 10);
	return 0;
}

unsigned int count_handles(struct guest *g, u32 type)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 00000014 00000004 %08x", type);
	CHECK_EQ(tell(g, hex), 0);
	CHECK_EQ(g->rsp.len, 16 + 4 * vtpmb_peek_u16(g->rsp.buf + 14));
	return vtpmb_peek_u16(g->rsp.buf + 14);
}

void list_handles(struct guest *g, u32 type, struct handles *list)
{
	unsigned int i;

	list->nr = count_handles(g, type);
	CHECK(list->nr <= ARRAY_SIZE(list->handle));
	for (i = 0; i < list->nr && i < ARRAY_SIZE(list->handle); i++)
		list->handle[i] = vtpmb_peek_u32(g->rsp.buf + 16 + 4 * i);
}

u32 property(struct guest *g, u32 prop)
{
	char hex[64];

	snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 00000005 00000004 %08x", prop);
	CHECK_EQ(tell(g, hex), 0);
	return vtpmb_peek_u32(g->rsp.buf + 14);
}
