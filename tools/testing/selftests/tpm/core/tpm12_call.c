// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: make a command for both sides, send it, judge the answers. */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include "spoil.h"
#include "tpm12_model.h"

#define AUTH_IN_SIZE		45
#define AUTH_OUT_SIZE		41
/* In the response to ExecuteTransport: ticks, locality, size. */
#define WRAPPED_AT		(VTPMB_HEADER_SIZE + 8 + 4 + 4)

static void must(bool cond)
{
	if (!cond)
		abort();
}

/* What the TPM's user computes. */

void digest_of(const void *data, size_t len, u8 *out)
{
	SHA1(data, len, out);
}

void mac_of(const u8 *key, const void *data, size_t len, u8 *out)
{
	HMAC(EVP_sha1(), key, 20, data, len, out, NULL);
}

/* Commands. */

void begin_call(struct call *c, struct diff_guest *g, u32 code)
{
	int row = vtpmb_tpm12_row(code);

	must(row >= 0);
	memset(c, 0, sizeof(*c));
	c->g = g;
	c->row = &vtpmb_tpm12_rows[row];
	c->pair.code = code;
}

void use_own_handle(struct call *c, const u32 handle[NR_SIDES])
{
	must(c->nr_handles < ARRAY_SIZE(c->handle[0]) && !c->len[OURS]);
	c->handle[OURS][c->nr_handles] = handle[OURS];
	c->handle[TWINS][c->nr_handles++] = handle[TWINS];
}

void use_handle(struct call *c, u32 handle)
{
	const u32 both[NR_SIDES] = { handle, handle };

	use_own_handle(c, both);
}

void use_key(struct call *c, struct key *key)
{
	if (!key) {
		use_handle(c, TPM_KH_SRK);
		return;
	}
	key->pins++;
	c->key[c->nr_handles] = key;
	use_own_handle(c, key->handle);
}

void arg_own(struct call *c, enum diff_side side, const void *bytes, size_t len)
{
	must(c->len[side] + len <= sizeof(c->params[side]) - 512);
	memcpy(c->params[side] + c->len[side], bytes, len);
	c->len[side] += len;
}

void arg_mem(struct call *c, const void *bytes, size_t len)
{
	arg_own(c, OURS, bytes, len);
	arg_own(c, TWINS, bytes, len);
}

void arg_u8(struct call *c, u8 val)
{
	arg_mem(c, &val, sizeof(val));
}

void arg_u16(struct call *c, u16 val)
{
	u8 bytes[2] = { val >> 8, val };

	arg_mem(c, bytes, sizeof(bytes));
}

void arg_u32(struct call *c, u32 val)
{
	u8 bytes[4];

	vtpmb_poke_u32(bytes, val);
	arg_mem(c, bytes, sizeof(bytes));
}

void arg_sized(struct call *c, const void *bytes, size_t len)
{
	arg_u32(c, len);
	arg_mem(c, bytes, len);
}

void arg_bytes(struct call *c, const struct bytes *bytes)
{
	arg_own(c, OURS, bytes->at[OURS], bytes->len[OURS]);
	arg_own(c, TWINS, bytes->at[TWINS], bytes->len[TWINS]);
}

void arg_sized_bytes(struct call *c, const struct bytes *bytes)
{
	enum diff_side side;
	u8 size[4];

	for (side = 0; side < NR_SIDES; side++) {
		vtpmb_poke_u32(size, bytes->len[side]);
		arg_own(c, side, size, sizeof(size));
		arg_own(c, side, bytes->at[side], bytes->len[side]);
	}
}

void arg_secret(struct call *c, u8 secret)
{
	u8 bytes[20];

	memset(bytes, secret, sizeof(bytes));
	arg_mem(c, bytes, sizeof(bytes));
}

void arg_random(struct call *c, size_t len)
{
	u8 bytes[256];

	must(len <= sizeof(bytes));
	diff_bytes(c->g, bytes, len);
	arg_mem(c, bytes, len);
}

void arg_hex(struct call *c, const char *hex)
{
	u8 bytes[VTPMB_BUF_SIZE];

	arg_mem(c, bytes, core_hex(bytes, sizeof(bytes), hex));
}

/* The nonce of the session that authorise() will take: it is made here. */
void arg_hidden(struct call *c, const struct session *s, bool second, u8 secret)
{
	struct auth *auth = &c->auth[0];
	enum diff_side side;
	u8 in[40], pad[20];
	unsigned int i;

	if (!c->nr_auths && !second)
		diff_bytes(c->g, auth->odd, sizeof(auth->odd));
	for (side = 0; side < NR_SIDES; side++) {
		memcpy(in, s->shared[side], 20);
		memcpy(in + 20, second ? auth->odd : s->even[side], 20);
		digest_of(in, sizeof(in), pad);
		for (i = 0; i < sizeof(pad); i++)
			pad[i] ^= secret;
		arg_own(c, side, pad, sizeof(pad));
	}
}

static bool is_empty(const u8 *bytes, size_t len)
{
	while (len--) {
		if (*bytes++)
			return false;
	}
	return true;
}

void authorise(struct call *c, struct session *s, u8 secret)
{
	struct auth *auth = &c->auth[c->nr_auths];

	must(c->nr_auths < ARRAY_SIZE(c->auth));
	s->pins++;
	auth->session = s;
	auth->secret = secret;
	auth->cont = !diff_once_in(c->g, 3);
	if (is_empty(auth->odd, sizeof(auth->odd)))
		diff_bytes(c->g, auth->odd, sizeof(auth->odd));
	auth->wrong = !c->steady && diff_once_in(c->g, 200);
	c->nr_auths++;
}

/* HMACs. */

static void session_mac(const struct auth *auth, enum diff_side side, const u8 *digest, u8 cont,
			u8 *out)
{
	const struct session *s = auth->session;
	u8 in[61], key[20];

	memset(key, auth->secret, sizeof(key));
	memcpy(in, digest, 20);
	memcpy(in + 20, s->even[side], 20);
	memcpy(in + 40, auth->odd, 20);
	in[60] = cont;
	mac_of(s->type == OIAP ? key : s->shared[side], in, sizeof(in), out);
}

/* Of a request @first is the ordinal; of a response there is a code before it. */
static void digest_request(u32 code, const u8 *params, size_t len, u8 *out)
{
	u8 in[VTPMB_BUF_SIZE + 4];

	must(len <= VTPMB_BUF_SIZE);
	vtpmb_poke_u32(in, code);
	memcpy(in + 4, params, len);
	digest_of(in, len + 4, out);
}

static void digest_response(u32 rc, u32 code, const u8 *params, size_t len, u8 *out)
{
	u8 in[VTPMB_BUF_SIZE + 8];

	must(len <= VTPMB_BUF_SIZE);
	vtpmb_poke_u32(in, rc);
	vtpmb_poke_u32(in + 4, code);
	memcpy(in + 8, params, len);
	digest_of(in, len + 8, out);
}

static void put_auth(struct call *c, enum diff_side side, const struct auth *auth,
		     const u8 *digest, struct vtpmb_writer *w)
{
	u8 mac[20];

	session_mac(auth, side, digest, auth->cont, mac);
	mac[0] ^= auth->wrong;
	vtpmb_put_u32(w, auth->session->handle[side]);
	vtpmb_put_bytes(w, auth->odd, 20);
	vtpmb_put_u8(w, auth->cont);
	vtpmb_put_bytes(w, mac, 20);
}

static void fix(struct call *c, size_t at)
{
	must(c->nr_fixed < ARRAY_SIZE(c->fixed));
	c->fixed[c->nr_fixed++] = at;
}

static void assemble(struct call *c, enum diff_side side)
{
	struct vtpmb_writer w;
	unsigned int i;
	u8 digest[20];

	vtpmb_writer_init(&w, c->pair.cmd[side], VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, 0xc1 + c->nr_auths);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, c->row->code);
	c->nr_fixed = 0;
	for (i = 0; i < c->nr_handles; i++) {
		fix(c, w.len);
		vtpmb_put_u32(&w, c->handle[side][i]);
	}
	/* The handle of OSAP comes after a type. */
	if (c->row->entity)
		fix(c, VTPMB_HEADER_SIZE + 2);
	vtpmb_put_bytes(&w, c->params[side], c->len[side]);
	digest_request(c->row->code, c->params[side], c->len[side], digest);
	for (i = 0; i < c->nr_auths; i++) {
		fix(c, w.len);
		put_auth(c, side, &c->auth[i], digest, &w);
	}
	must(!w.overflow);
	vtpmb_poke_u32(c->pair.cmd[side] + 2, w.len);
	c->pair.len[side] = w.len;
}

/* Transport sessions. */

/* MGF1 of what a transport session has in common. */
static void crypt(const struct auth *outer, enum diff_side side, const char *way, u8 *data,
		  size_t len)
{
	u8 seed[20 + 20 + 3 + 20 + 4], mask[20];
	size_t way_len = strlen(way), seed_len = 60 + way_len, i;
	u32 count;

	memcpy(seed, outer->session->even[side], 20);
	memcpy(seed + 20, outer->odd, 20);
	memcpy(seed + 40, way, way_len);
	memcpy(seed + 40 + way_len, outer->session->shared[side], 20);
	for (count = 0; count * 20 < len; count++) {
		vtpmb_poke_u32(seed + seed_len, count);
		digest_of(seed, seed_len + 4, mask);
		for (i = 0; i < 20 && count * 20 + i < len; i++)
			data[count * 20 + i] ^= mask[i];
	}
}

/* Bytes after the header that are neither encrypted nor in the log. */
static size_t clear_in(const struct call *c)
{
	if (c->row->code == TPM_ORD_OSAP)
		return c->len[OURS];
	if (c->row->code == TPM_ORD_DSAP)
		return 30;
	return 4 * c->nr_handles;
}

static size_t clear_out(const struct call *c)
{
	if (c->row->code == TPM_ORD_OIAP)
		return 24;
	if (c->row->code == TPM_ORD_OSAP || c->row->code == TPM_ORD_DSAP)
		return 44;
	return c->row->makes ? 4 : 0;
}

static size_t bounded(size_t from, size_t to)
{
	return to > from ? to - from : 0;
}

static void wrap(struct call *c, enum diff_side side)
{
	size_t len = c->pair.len[side], at = VTPMB_HEADER_SIZE + clear_in(c), data_len;
	u8 inner[VTPMB_BUF_SIZE], params[24], digest[20];
	struct vtpmb_writer w;

	memcpy(inner, c->pair.cmd[side], len);
	data_len = bounded(at + AUTH_IN_SIZE * c->nr_auths, len);
	digest_request(vtpmb_peek_u32(inner + 6), inner + at, data_len, params + 4);
	vtpmb_poke_u32(params, len);
	digest_request(TPM_ORD_ExecuteTransport, params, sizeof(params), digest);
	if (c->trans->encrypts)
		crypt(&c->outer, side, "in", inner + at, data_len);
	vtpmb_writer_init(&w, c->pair.cmd[side], VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, 0xc2);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, TPM_ORD_ExecuteTransport);
	vtpmb_put_u32(&w, len);
	vtpmb_put_bytes(&w, inner, len);
	c->wraps_at = w.len;
	put_auth(c, side, &c->outer, digest, &w);
	must(!w.overflow);
	vtpmb_poke_u32(c->pair.cmd[side] + 2, w.len);
	c->pair.len[side] = w.len;
}

/* Most of what a proxy passes on; some of what it does not. */
static bool can_wrap(struct call *c, const struct session *trans)
{
	if (c->bare || (c->row->code >= 0xe6 && c->row->code <= 0xe8))
		return false;
	if (trans->encrypts && (c->row->entity || c->row->code == TPM_ORD_OIAP || !c->row->opaque))
		return false;
	return !(c->row->local || c->row->own) || diff_once_in(c->g, 200);
}

static void chance_trans(struct call *c)
{
	struct model *m = model_of(c->g);
	struct session *trans = &m->trans[diff_of(c->g, NR_TRANSPORTS)];

	if (!trans->live || trans->saved || diff_once_in(c->g, 2) || !can_wrap(c, trans))
		return;
	c->trans = trans;
	trans->pins++;
	c->outer.session = trans;
	c->outer.cont = !diff_once_in(c->g, 12);
	c->outer.wrong = !c->steady && diff_once_in(c->g, 200);
	diff_bytes(c->g, c->outer.odd, 20);
	c->pair.code = TPM_ORD_ExecuteTransport;
}

/* Spoiling. */

static const u32 spoilt_handles[] = {
	0x00000000, 0x00000001, 0x01ffffff, 0x02ffffff, 0x04ffffff, 0x05000000, 0x40000000,
	0x40000001, 0x40000002, 0x40000003, 0x40000004, 0x40000005, 0x40000006, 0x40000007,
	0x4fffffff, 0x80000000, 0xffffffff,
};

static const u16 spoilt_tags[] = { 0x00c1, 0x00c2, 0x00c3, 0x00c0, 0x00c4, 0x8001, 0 };

static const struct diff_spoiler spoiler = {
	spoilt_handles, ARRAY_SIZE(spoilt_handles), spoilt_tags, ARRAY_SIZE(spoilt_tags),
};

/* Handles are each side's own: they are let alone, or replaced. */
static void spoil(struct call *c)
{
	const struct diff_places places = { c->fixed, c->nr_fixed, c->fixed, c->nr_fixed };

	diff_spoil(c->g, &c->pair, &spoiler, &places);
}

/* Answers. */

static void bad_answer(struct call *c, enum diff_side side, const char *ours, const char *twins)
{
	diff_differ(c->g, &c->pair, side == OURS ? ours : twins);
}

static void take_auth(struct call *c, enum diff_side side, struct auth *auth, const u8 *area,
		      const u8 *digest)
{
	u8 want[20];

	memcpy(auth->session->even[side], area, 20);
	session_mac(auth, side, digest, area[20], want);
	if (memcmp(want, area + 21, 20))
		bad_answer(c, side, "the HMAC of our response is wrong",
			   "the HMAC of the twin's response is wrong");
	if (side == TWINS && c->ok[OURS] && auth->cont != area[20])
		diff_differ(c->g, &c->pair, "continueAuthSession");
	auth->cont = area[20];
}

/* Of the command itself: what @rsp, perhaps unwrapped, says. */
static void take_inner(struct call *c, enum diff_side side, const u8 *rsp, size_t len)
{
	size_t at = VTPMB_HEADER_SIZE + (c->row->makes ? 4 : 0);
	size_t auths_len = AUTH_OUT_SIZE * c->nr_auths;
	unsigned int i;
	u8 digest[20];

	c->rc[side] = vtpmb_peek_u32(rsp + 6);
	c->ok[side] = !c->rc[side];
	if (!c->ok[side])
		return;
	if (len < at + auths_len || vtpmb_peek_u16(rsp) != 0xc4 + c->nr_auths)
		bad_answer(c, side, "our answer is cut off", "the twin's answer is cut off");
	if (c->row->makes)
		c->made[side] = vtpmb_peek_u32(rsp + VTPMB_HEADER_SIZE);
	c->out_len[side] = len - at - auths_len;
	memcpy(c->out[side], rsp + at, c->out_len[side]);
	digest_response(0, c->row->code, rsp + at, c->out_len[side], digest);
	for (i = 0; i < c->nr_auths; i++)
		take_auth(c, side, &c->auth[i], rsp + len - AUTH_OUT_SIZE * (c->nr_auths - i),
			  digest);
}

static void take_wrapped(struct call *c, enum diff_side side)
{
	struct core_rsp *rsp = &c->pair.rsp[side];
	u8 digest[20], params[16 + 20], *inner = rsp->buf + WRAPPED_AT;
	size_t size, at, data_len, auths_len = AUTH_OUT_SIZE * c->nr_auths;
	struct auth *outer = &c->outer;
	u32 rc;

	if (rsp->len < WRAPPED_AT + VTPMB_HEADER_SIZE + AUTH_OUT_SIZE)
		bad_answer(c, side, "our answer is cut off", "the twin's answer is cut off");
	size = vtpmb_peek_u32(rsp->buf + WRAPPED_AT - 4);
	rc = vtpmb_peek_u32(inner + 6);
	at = VTPMB_HEADER_SIZE + (rc ? 0 : clear_out(c));
	data_len = bounded(at + (rc ? 0 : auths_len), size);
	if (WRAPPED_AT + size + AUTH_OUT_SIZE != rsp->len || vtpmb_peek_u32(inner + 2) != size)
		bad_answer(c, side, "our wrapped size", "the twin's wrapped size");
	memcpy(outer->session->even[side], rsp->buf + rsp->len - AUTH_OUT_SIZE, 20);
	if (c->trans->encrypts)
		crypt(outer, side, "out", inner + at, data_len);
	digest_response(rc, c->row->code, inner + at, data_len, params + 16);
	memcpy(params, rsp->buf + VTPMB_HEADER_SIZE, 16);
	digest_response(0, TPM_ORD_ExecuteTransport, params, sizeof(params), digest);
	take_auth(c, side, outer, rsp->buf + rsp->len - AUTH_OUT_SIZE, digest);
	take_inner(c, side, inner, size);
}

static void take_answer(struct call *c, enum diff_side side)
{
	struct core_rsp *rsp = &c->pair.rsp[side];

	c->rc[side] = rsp->rc;
	c->ok[side] = !rsp->err && !rsp->rc;
	if (!c->ok[side] || c->pair.spoilt)
		return;
	if (c->trans)
		take_wrapped(c, side);
	else
		take_inner(c, side, rsp->buf, rsp->len);
}

static bool params_agree(struct call *c, enum agree agree)
{
	const struct core_rsp *ours = &c->pair.rsp[OURS], *twins = &c->pair.rsp[TWINS];

	if (ours->rc)
		return ours->len == twins->len && !memcmp(ours->buf, twins->buf, ours->len);
	if (c->pair.spoilt)
		return agree == AGREE_CODE || c->agrees || ours->len == twins->len;
	if (!c->ok[OURS])
		return true;
	if (c->agrees && !c->agrees(c))
		return false;
	if (agree == AGREE_CODE)
		return true;
	if (c->out_len[OURS] != c->out_len[TWINS])
		return false;
	return agree == AGREE_LENGTH || !memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]);
}

static void judge(struct call *c, enum agree agree)
{
	if (c->pair.row)
		return;
	if (c->rc[OURS] != c->rc[TWINS])
		diff_met(c->g, &c->pair, "wrapped code");
	else if (!params_agree(c, agree))
		diff_met(c->g, &c->pair, "parameters");
}

static void unpin(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_handles; i++) {
		if (c->key[i])
			c->key[i]->pins--;
	}
	for (i = 0; i < c->nr_auths; i++)
		c->auth[i].session->pins--;
	if (c->trans)
		c->trans->pins--;
	if (c->belongs)
		c->belongs->pins--;
}

/*
 * No session ends with a command whose areas cannot be parsed.  But libtpms ends the first
 * one of ReleaseTransportSigned if the second area is cut off, or if its
 * continueAuthSession is not a BOOL.
 */
static bool is_half_parsed(const struct call *c, u32 rc)
{
	return c->row->code == TPM_ORD_ReleaseTransportSigned &&
	       (rc == TPM_BAD_PARAM_SIZE || rc == TPM_BAD_PARAMETER);
}

/* A proxy finds the error by its grants, a TPM in the command. */
static bool is_found_elsewhere(const struct call *c, u32 rc)
{
	return rc == TPM_BAD_ORDINAL || rc == TPM_INVALID_PCR_INFO || is_half_parsed(c, rc);
}

/* An error ends sessions, or does not: ask. */
static void doubt(struct call *c)
{
	struct model *m = model_of(c->g);
	unsigned int i;

	m->resync_needed = c->pair.row || c->rc[OURS] != c->rc[TWINS] ||
		      is_found_elsewhere(c, c->rc[OURS]);
	for (i = 0; i < c->nr_auths; i++) {
		struct session *s = c->auth[i].session;

		if (s->live && !s->saved)
			flush_session(c->g, s);
	}
	if (c->trans && c->trans->live && c->pair.rsp[TWINS].rc)
		flush_session(c->g, c->trans);
	m->resync_needed = false;
}

static void retire_one(struct call *c, struct auth *auth)
{
	if (auth->session && !auth->cont && auth->session->live)
		memset(auth->session, 0, sizeof(*auth->session));
}

static void retire(struct call *c)
{
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++)
		retire_one(c, &c->auth[i]);
}

/* What a command has made and nobody wants. */
void flush_made(struct call *c)
{
	static const u32 types[] = { 0, TPM_RT_KEY, TPM_RT_AUTH, TPM_RT_TRANS };
	struct call flush;

	begin_call(&flush, c->g, TPM_ORD_FlushSpecific);
	flush.steady = true;
	flush.bare = true;
	use_own_handle(&flush, c->made);
	arg_u32(&flush, types[c->row->makes]);
	send_call(&flush, AGREE_CODE);
}

/* What a command that was spoilt has done is not known: away with what it names. */
static void undo_spoilt(struct call *c)
{
	static const u32 wide[] = {
		0x22, 0x3f, 0x41, 0x5a, 0x5b, 0x5d, 0x71, 0x96, 0x97, 0x99, 0xb8, 0xb9, 0xba, 0xcc,
		0xcd, 0xce, 0xdc, 0xdd, 0xdf, 0xe0, 0xe6, 0xe7, 0xe8,
	};
	const struct core_rsp *rsp = c->pair.rsp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wide); i++) {
		if (c->row->code == wide[i])
			diff_renew(c->g);
	}
	if (c->trans)
		diff_renew(c->g);
	if ((c->row->code == TPM_ORD_Extend || c->row->code == TPM_ORD_SHA1CompleteExtend) &&
	    vtpmb_peek_u32(c->pair.cmd[OURS] + VTPMB_HEADER_SIZE) == GRANTED_PCR)
		diff_renew(c->g);
	if (c->row->makes) {
		c->made[OURS] = vtpmb_peek_u32(rsp[OURS].buf + VTPMB_HEADER_SIZE);
		c->made[TWINS] = vtpmb_peek_u32(rsp[TWINS].buf + VTPMB_HEADER_SIZE);
		flush_made(c);
	}
	for (i = 0; i < c->nr_auths; i++) {
		if (c->auth[i].session->live)
			flush_session(c->g, c->auth[i].session);
	}
}

static bool is_guess(u32 rc)
{
	return rc == TPM_AUTHFAIL || rc == TPM_AUTH2FAIL;
}

/* The administrator of each side mostly forgives at once. */
static void note_guess(struct call *c)
{
	if (!is_guess(c->rc[OURS]) && !is_guess(c->rc[TWINS]))
		return;
	model_of(c->g)->guessed++;
	if (model_of(c->g)->guessed > 2 || !diff_once_in(c->g, 6))
		host_forgives(c->g);
}

static void finish(struct call *c)
{
	bool outer_ok = !c->pair.rsp[TWINS].rc;

	note_guess(c);
	if (c->ok[OURS] != c->ok[TWINS]) {
		if (c->pair.row && c->pair.row->repair == DIFF_GO_ON)
			return;
		diff_renew(c->g);
	}
	if (c->ok[OURS] && c->pair.spoilt)
		undo_spoilt(c);
	else if (c->ok[OURS])
		retire(c);
	else
		doubt(c);
	if (c->trans && outer_ok && !c->pair.spoilt)
		retire_one(c, &c->outer);
}

bool send_call(struct call *c, enum agree agree)
{
	bool spoilt = !c->steady && diff_once_in(c->g, 14), inside;
	enum diff_side side;

	chance_trans(c);
	inside = c->trans && diff_once_in(c->g, 2);
	for (side = 0; side < NR_SIDES; side++)
		assemble(c, side);
	if (spoilt && (inside || !c->trans))
		spoil(c);
	for (side = 0; side < NR_SIDES && c->trans; side++)
		wrap(c, side);
	if (spoilt && c->trans && !inside) {
		c->nr_fixed = 0;
		fix(c, c->wraps_at);
		spoil(c);
	}
	follow_registers(c->g, &c->pair);
	diff_exchange(c->g, &c->pair);
	note_registers(c->g, &c->pair);
	unpin(c);
	for (side = 0; side < NR_SIDES; side++)
		take_answer(c, side);
	judge(c, agree);
	finish(c);
	return c->ok[OURS] && c->ok[TWINS] && !c->pair.spoilt;
}

bool send_text(struct diff_guest *g, enum agree agree, const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];
	struct call c;
	size_t len = core_hex(cmd, sizeof(cmd), hex);

	begin_call(&c, g, vtpmb_peek_u32(cmd + 6));
	arg_mem(&c, cmd + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	return send_call(&c, agree);
}

/* @tail bytes at the end of the response are something else. */
void take_bytes(const struct call *c, size_t at, size_t tail, struct bytes *out)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		must(c->out_len[side] >= at + tail);
		out->len[side] = c->out_len[side] - at - tail;
		must(out->len[side] <= sizeof(out->at[side]));
		memcpy(out->at[side], c->out[side] + at, out->len[side]);
	}
}
