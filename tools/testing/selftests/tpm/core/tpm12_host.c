// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: the host and the administrator of the differential test.  What they
 * do reaches the chip, or the twin, beside the guests.
 */

#include <stdlib.h>
#include "tpm12_model.h"

#define NV_OWNER_WRITE	0x00000002
#define NV_LOCK		0xffffffff

struct port {
	struct core_twin *twin;		/* NULL: the chip */
	struct core_rsp rsp;
};

struct host_session {
	u32 handle;
	u8 even[20];
	u8 key[20];
};

static const u8 odd[20] = "0123456789abcdefghi";

struct blob host_blobs[NR_BLOBS];
unsigned int nr_host_blobs;
u32 host_counter;

static u32 tell(struct port *p, const u8 *cmd, size_t len)
{
	if (p->twin)
		core_twin_send(p->twin, cmd, len, &p->rsp);
	else
		core_raw(cmd, len, &p->rsp);
	return p->rsp.rc;
}

static u32 tell_hex(struct port *p, const char *hex)
{
	u8 cmd[VTPMB_BUF_SIZE];

	return tell(p, cmd, core_hex(cmd, sizeof(cmd), hex));
}

static void must(u32 rc, const char *what)
{
	if (!rc)
		return;
	core_fail(__FILE__, __LINE__, "the host's %s: 0x%x", what, rc);
	abort();
}

static u32 oiap(struct port *p, struct host_session *s, u8 secret)
{
	if (tell_hex(p, "00c1 ???????? 0000000a"))
		return p->rsp.rc;
	s->handle = vtpmb_peek_u32(p->rsp.buf + 10);
	memcpy(s->even, p->rsp.buf + 14, 20);
	memset(s->key, secret, 20);
	return 0;
}

static u32 osap(struct port *p, struct host_session *s, u16 type, u32 value, u8 secret)
{
	u8 cmd[36] = { 0x00, 0xc1, 0, 0, 0, sizeof(cmd), 0, 0, 0, 0x0b, type >> 8, type };
	u8 in[40], key[20];

	vtpmb_poke_u32(cmd + 12, value);
	memcpy(cmd + 16, odd, 20);
	if (tell(p, cmd, sizeof(cmd)))
		return p->rsp.rc;
	s->handle = vtpmb_peek_u32(p->rsp.buf + 10);
	memcpy(s->even, p->rsp.buf + 14, 20);
	memset(key, secret, sizeof(key));
	memcpy(in, p->rsp.buf + 34, 20);
	memcpy(in + 20, odd, 20);
	mac_of(key, in, sizeof(in), s->key);
	return 0;
}

static void hide(const struct host_session *s, bool second, u8 secret, u8 *out)
{
	u8 in[40];
	unsigned int i;

	memcpy(in, s->key, 20);
	memcpy(in + 20, second ? odd : s->even, 20);
	digest_of(in, sizeof(in), out);
	for (i = 0; i < 20; i++)
		out[i] ^= secret;
}

/* A command with a session that ends with it; @handles bytes are in no HMAC. */
static u32 send_auth(struct port *p, struct vtpmb_writer *w, size_t handles,
		     const struct host_session *s)
{
	u8 in[VTPMB_BUF_SIZE], mac_in[61], mac[20];
	size_t at = VTPMB_HEADER_SIZE + handles;

	memcpy(in, w->buf + 6, 4);
	memcpy(in + 4, w->buf + at, w->len - at);
	digest_of(in, 4 + w->len - at, mac_in);
	memcpy(mac_in + 20, s->even, 20);
	memcpy(mac_in + 40, odd, 20);
	mac_in[60] = 0;
	mac_of(s->key, mac_in, sizeof(mac_in), mac);
	vtpmb_put_u32(w, s->handle);
	vtpmb_put_bytes(w, odd, 20);
	vtpmb_put_u8(w, 0);
	vtpmb_put_bytes(w, mac, 20);
	w->buf[1] = 0xc2;
	vtpmb_poke_u32(w->buf + 2, w->len);
	return tell(p, w->buf, w->len);
}

static void begin(struct vtpmb_writer *w, u8 *buf, u32 code)
{
	vtpmb_writer_init(w, buf, VTPMB_BUF_SIZE);
	vtpmb_put_u16(w, 0x00c1);
	vtpmb_put_u32(w, 0);
	vtpmb_put_u32(w, code);
}

/* An owner's command without parameters, or with one. */
static u32 as_owner(struct port *p, u32 code, bool has_param, u32 param)
{
	u8 buf[VTPMB_BUF_SIZE];
	struct host_session s;
	struct vtpmb_writer w;

	if (oiap(p, &s, OWNER_SECRET))
		return p->rsp.rc;
	begin(&w, buf, code);
	if (has_param)
		vtpmb_put_u32(&w, param);
	return send_auth(p, &w, 0, &s);
}

/* Keys. */

static const u8 pcr_info[45] = { 0, 3, 0, 1 << (GRANTED_PCR - 8), 0 };

/* SHA-1 of a TPM_PCR_COMPOSITE with that register's zeros. */
static void digest_pcr(u8 *out)
{
	u8 composite[5 + 4 + 20] = { 0, 3, 0, 1 << (GRANTED_PCR - 8), 0, 0, 0, 0, 20 };

	digest_of(composite, sizeof(composite), out);
}

static void put_pcr_info(struct vtpmb_writer *w, bool on_pcr)
{
	u8 info[45];

	if (!on_pcr) {
		vtpmb_put_u32(w, 0);
		return;
	}
	memcpy(info, pcr_info, sizeof(info));
	digest_pcr(info + 5);
	digest_pcr(info + 25);
	vtpmb_put_u32(w, sizeof(info));
	vtpmb_put_bytes(w, info, sizeof(info));
}

static void put_key(struct vtpmb_writer *w, const struct blob *b)
{
	vtpmb_put_u32(w, b->key12 ? 0x00280000 : 0x01010000);
	vtpmb_put_u16(w, b->usage);
	vtpmb_put_u32(w, b->flags);
	vtpmb_put_u8(w, !b->open);
	vtpmb_put_u32(w, 1);
	vtpmb_put_u16(w, b->enc);
	vtpmb_put_u16(w, b->sig);
	vtpmb_put_u32(w, 12);
	vtpmb_put_u32(w, b->bits);
	vtpmb_put_u32(w, 2);
	vtpmb_put_u32(w, 0);
	put_pcr_info(w, b->on_pcr);
	vtpmb_put_u32(w, 0);
	vtpmb_put_u32(w, 0);
}

static void set_both(struct bytes *bytes, const u8 *at, size_t len)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		if (len > sizeof(bytes->at[side]))
			abort();
		bytes->len[side] = len;
		memcpy(bytes->at[side], at, len);
	}
}

static void take_key(struct blob *b, const u8 *at, size_t len)
{
	size_t pub = 4 + 2 + 4 + 1 + 4 + 2 + 2;

	set_both(&b->wrapped, at, len);
	pub += 4 + vtpmb_peek_u32(at + pub);
	pub += 4 + vtpmb_peek_u32(at + pub);
	set_both(&b->pub, at + pub + 4, vtpmb_peek_u32(at + pub));
	b->same = true;
	b->live = true;
}

static void make_blob(struct port *p, struct blob *b, u32 parent, u8 parent_secret)
{
	u8 buf[VTPMB_BUF_SIZE], hidden[40];
	struct host_session s;
	struct vtpmb_writer w;

	must(osap(p, &s, TPM_ET_KEYHANDLE, parent, parent_secret), "OSAP");
	hide(&s, false, b->secret, hidden);
	hide(&s, true, b->migration, hidden + 20);
	begin(&w, buf, 0x1f);
	vtpmb_put_u32(&w, parent);
	vtpmb_put_bytes(&w, hidden, sizeof(hidden));
	put_key(&w, b);
	must(send_auth(p, &w, 4, &s), "CreateWrapKey");
	take_key(b, p->rsp.buf + 10, p->rsp.len - 10 - 41);
}

static u32 load(struct port *p, const struct blob *b)
{
	u8 buf[VTPMB_BUF_SIZE];
	struct host_session s;
	struct vtpmb_writer w;

	must(oiap(p, &s, SRK_SECRET), "OIAP");
	begin(&w, buf, 0x41);
	vtpmb_put_u32(&w, TPM_KH_SRK);
	vtpmb_put_bytes(&w, b->wrapped.at[OURS], b->wrapped.len[OURS]);
	must(send_auth(p, &w, 4, &s), "LoadKey2");
	return vtpmb_peek_u32(p->rsp.buf + 10);
}

static u32 flush(struct port *p, u32 handle, u32 type)
{
	u8 cmd[18] = { 0x00, 0xc1, 0, 0, 0, sizeof(cmd), 0, 0, 0, 0xba };

	vtpmb_poke_u32(cmd + 10, handle);
	vtpmb_poke_u32(cmd + 14, type);
	return tell(p, cmd, sizeof(cmd));
}

static u32 sign(struct port *p, u32 key, u8 secret)
{
	u8 buf[VTPMB_BUF_SIZE];
	struct host_session s;
	struct vtpmb_writer w;

	if (oiap(p, &s, secret))
		return p->rsp.rc;
	begin(&w, buf, 0x3c);
	vtpmb_put_u32(&w, key);
	vtpmb_put_u32(&w, 20);
	vtpmb_put_bytes(&w, odd, 20);
	return send_auth(p, &w, 4, &s);
}

#define PKCS1_SHA1	2
#define PKCS1_DER	3
#define PKCS1_INFO	4
#define ENC_NONE	1
#define ENC_PKCS1	2
#define ENC_OAEP	3

static const struct blob templates[] = {
	{ .usage = USE_STORAGE, .enc = ENC_OAEP, .sig = 1, .bits = 2048, .secret = 0x51 },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x52 },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_DER, .bits = 512, .secret = 0x53 },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_INFO, .bits = 512, .secret = 0x54,
	  .key12 = true },
	{ .usage = USE_BIND, .enc = ENC_OAEP, .sig = 1, .bits = 1024, .secret = 0x55 },
	{ .usage = USE_LEGACY, .enc = ENC_PKCS1, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x56 },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x57,
	  .flags = KEY_VOLATILE },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x58,
	  .flags = KEY_MIGRATABLE, .migration = 0x60 },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .open = true },
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x59,
	  .on_pcr = true },
	{ .usage = USE_STORAGE, .enc = ENC_OAEP, .sig = 1, .bits = 2048, .secret = 0x5a,
	  .flags = KEY_MIGRATABLE, .migration = 0x61 },
	{ .usage = USE_MIGRATE, .enc = ENC_OAEP, .sig = 1, .bits = 2048, .secret = 0x5b },
	/* Under the first one. */
	{ .usage = USE_SIGN, .enc = ENC_NONE, .sig = PKCS1_SHA1, .bits = 512, .secret = 0x5c },
};

static void make_blobs(struct port *p)
{
	u32 parent;
	unsigned int i;

	nr_host_blobs = ARRAY_SIZE(templates);
	memcpy(host_blobs, templates, sizeof(templates));
	for (i = 0; i < nr_host_blobs - 1; i++)
		make_blob(p, &host_blobs[i], TPM_KH_SRK, SRK_SECRET);
	parent = load(p, &host_blobs[0]);
	host_blobs[i].parent = &host_blobs[0];
	make_blob(p, &host_blobs[i], parent, host_blobs[0].secret);
	must(flush(p, parent, TPM_RT_KEY), "FlushSpecific");
}

/* NV. */

/* TPM_NV_DATA_PUBLIC */
static void put_nv(struct vtpmb_writer *w, u32 index, u32 attributes, u32 size)
{
	static const u8 pcrs[26] = { 0, 3, 0, 0, 0, 0x1f }, none[3];

	vtpmb_put_u16(w, 0x0018);
	vtpmb_put_u32(w, index);
	vtpmb_put_bytes(w, pcrs, sizeof(pcrs));
	vtpmb_put_bytes(w, pcrs, sizeof(pcrs));
	vtpmb_put_u16(w, 0x0017);
	vtpmb_put_u32(w, attributes);
	vtpmb_put_bytes(w, none, sizeof(none));
	vtpmb_put_u32(w, size);
}

static u32 define_nv(struct port *p, u32 index, u32 size)
{
	u8 buf[VTPMB_BUF_SIZE], hidden[20];
	struct host_session s;
	struct vtpmb_writer w;

	if (osap(p, &s, TPM_ET_OWNER, TPM_KH_OWNER, OWNER_SECRET))
		return p->rsp.rc;
	hide(&s, false, OWNER_SECRET, hidden);
	begin(&w, buf, 0xcc);
	put_nv(&w, index, NV_OWNER_WRITE, size);
	vtpmb_put_bytes(&w, hidden, sizeof(hidden));
	return send_auth(p, &w, 0, &s);
}

/* From now on the chip looks at authorisations. */
static void lock_nv(struct port *p)
{
	static const u8 none[20];
	u8 buf[VTPMB_BUF_SIZE];
	struct vtpmb_writer w;

	begin(&w, buf, 0xcc);
	put_nv(&w, NV_LOCK, 0, 0);
	vtpmb_put_bytes(&w, none, sizeof(none));
	vtpmb_poke_u32(buf + 2, w.len);
	must(tell(p, buf, w.len), "lock of NV");
}

static void drop_index(struct port *p, u32 index)
{
	must(define_nv(p, index, 0), "NV_DefineSpace");
}

/* Counters. */

static void make_counter(struct port *p)
{
	u8 buf[VTPMB_BUF_SIZE], hidden[20];
	struct host_session s;
	struct vtpmb_writer w;

	must(osap(p, &s, TPM_ET_OWNER, TPM_KH_OWNER, OWNER_SECRET), "OSAP");
	hide(&s, false, COUNTER_SECRET, hidden);
	begin(&w, buf, 0xdc);
	vtpmb_put_bytes(&w, hidden, sizeof(hidden));
	vtpmb_put_bytes(&w, "host", 4);
	must(send_auth(p, &w, 0, &s), "CreateCounter");
	host_counter = vtpmb_peek_u32(p->rsp.buf + 10);
	must(osap(p, &s, TPM_ET_COUNTER, host_counter, COUNTER_SECRET), "OSAP");
	begin(&w, buf, 0xdd);
	vtpmb_put_u32(&w, host_counter);
	must(send_auth(p, &w, 0, &s), "IncrementCounter");
}

/* All but the host's own. */
static void drop_counters(struct port *p)
{
	u32 counter[16];
	unsigned int nr, i;

	must(tell_hex(p, "00c1 ???????? 00000065 00000014 00000004 00000006"), "GetCapability");
	nr = vtpmb_peek_u16(p->rsp.buf + 14);
	for (i = 0; i < nr && i < ARRAY_SIZE(counter); i++)
		counter[i] = vtpmb_peek_u32(p->rsp.buf + 16 + 4 * i);
	while (i--) {
		if (counter[i] != host_counter)
			must(as_owner(p, 0xe0, true, counter[i]), "ReleaseCounterOwner");
	}
}

void host_setup(void)
{
	static struct port chip;
	u8 owner[20], srk[20];

	memset(owner, OWNER_SECRET, sizeof(owner));
	memset(srk, SRK_SECRET, sizeof(srk));
	core_take_ownership(owner, srk);
	lock_nv(&chip);
	make_counter(&chip);
	make_blobs(&chip);
	core_probe();
}

/* As software of the host may want: keys, sessions, NV; and guesses are forgiven. */
bool host_uses_chip(void)
{
	static struct port chip;
	const struct blob *signer = &host_blobs[1];
	u32 key = load(&chip, signer), none;

	none = sign(&chip, key, signer->secret);
	none |= flush(&chip, key, TPM_RT_KEY);
	none |= as_owner(&chip, 0x40, false, 0);
	return !none;
}

void host_forgives(struct diff_guest *g)
{
	static struct port chip;
	struct port twin = { .twin = g->twin };

	core_end_turn();
	must(as_owner(&chip, 0x40, false, 0), "ResetLockValue");
	/* It may be disabled, or without an owner. */
	if (as_owner(&twin, 0x40, false, 0))
		diff_renew(g);
	model_of(g)->guessed = 0;
}

/* What a guest has left in the chip, other than its own keys and sessions. */
void host_empties(struct diff_guest *g)
{
	static struct port chip;
	u32 index[64];
	unsigned int nr, i;

	core_end_turn();
	must(as_owner(&chip, 0x40, false, 0), "ResetLockValue");
	if (!g->nr)
		drop_counters(&chip);
	must(tell_hex(&chip, "00c1 ???????? 00000065 0000000d 00000000"), "GetCapability");
	nr = vtpmb_peek_u32(chip.rsp.buf + 10) / 4;
	for (i = 0; i < nr && i < ARRAY_SIZE(index); i++)
		index[i] = vtpmb_peek_u32(chip.rsp.buf + 14 + 4 * i);
	while (i--) {
		if (index[i] - nv_first(g) < 0x1000)
			drop_index(&chip, index[i]);
	}
}

/* As every proxy shows it. */
void twin_cannot_be_cleared(struct diff_guest *g)
{
	struct port twin = { .twin = g->twin };

	must(as_owner(&twin, 0x5c, false, 0), "DisableOwnerClear");
}

static void twin_sheds_type(struct port *p, u32 type)
{
	u8 cmd[22] = { 0x00, 0xc1, 0, 0, 0, sizeof(cmd), 0, 0, 0, 0x65,
		       0, 0, 0, 0x14, 0, 0, 0, 4 };
	u32 handle[160];
	unsigned int nr, i;

	vtpmb_poke_u32(cmd + 18, type);
	if (tell(p, cmd, sizeof(cmd)))
		return;
	nr = vtpmb_peek_u16(p->rsp.buf + 14);
	for (i = 0; i < nr && i < ARRAY_SIZE(handle); i++)
		handle[i] = vtpmb_peek_u32(p->rsp.buf + 16 + 4 * i);
	while (i--)
		flush(p, handle[i], type);
}

/* A resume leaves a proxy without keys and sessions. */
void twin_sheds(struct diff_guest *g)
{
	struct port twin = { .twin = g->twin };

	twin_sheds_type(&twin, TPM_RT_AUTH);
	twin_sheds_type(&twin, TPM_RT_TRANS);
	twin_sheds_type(&twin, TPM_RT_CONTEXT);
	twin_sheds_type(&twin, TPM_RT_KEY);
}
