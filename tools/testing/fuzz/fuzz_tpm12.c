// SPDX-License-Identifier: GPL-2.0-only
/* A fuzzer of the pure core: TPM 1.2. */

#include <string.h>
#include "fuzz.h"
#include "tpm12/state.h"
#include "tpm12_guest.h"

#define NR_KEPT		8	/* handles, sessions and contexts that a guest remembers */

static struct key signer, storage;

/* What a guest has, or had. */
static struct own {
	struct guest g;
	struct session auth[NR_KEPT];
	struct session trans[NR_KEPT];
	u32 key[NR_KEPT];
} own[FUZZ_NR_GUESTS];

/* What any guest has saved, for all to try. */
static struct saved {
	u8 blob[2000];
	size_t len;
} saved[2 * NR_KEPT];

static void begin(void)
{
	u8 owner[20], srk[20];

	if (!fuzz_below(5)) {
		core_probe();
		return;
	}
	memset(owner, owner_secret, sizeof(owner));
	memset(srk, srk_secret, sizeof(srk));
	core_take_ownership(owner, srk);
	core_probe();
	make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer);
	make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage);
}

static void grant(unsigned int i)
{
	struct vtpmb_vtpm *vtpm = fuzz_vtpm[i];

	memset(&own[i], 0, sizeof(own[i]));
	own[i].g.vtpm = vtpm;
	core_set(vtpm, VTPMB_SETTING_TRANSPORT, fuzz_below(4));
	vtpm->real_pcrs = fuzz_below(2) ? 1 << 15 : 0;
	core_set(vtpm, VTPMB_SETTING_COMPOSITE, fuzz_below(2) ? 0x8ff : 0);
	core_set(vtpm, VTPMB_SETTING_ATTEST, fuzz_below(2) ? 0x8ff : 0);
	if (fuzz_below(2))
		core_set(vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	if (fuzz_below(2))
		core_grant(vtpm, VTPMB_RANGE_NV, 0x1000 + 0x100 * i, 0x10ff + 0x100 * i);
}

static void power_on(unsigned int i)
{
	struct core_rsp rsp;

	core_send_hex(fuzz_vtpm[i], fuzz_below(4) ? ST_CLEAR : "00c1 ???????? 00000099 0002", &rsp);
	if (!rsp.rc)
		return;
	core_reset(fuzz_vtpm[i]);
	core_send_hex(fuzz_vtpm[i], ST_CLEAR, &rsp);
}

/* Commands of any row. */

static u32 any_handle(void)
{
	static const u32 first[] =
		{ 0x01000000, 0x01000000, 0x02000000, 0x04000000, TPM_KH_SRK, 0x1000 };

	return first[fuzz_below(ARRAY_SIZE(first))] + fuzz_below(8);
}

static size_t put_number(u8 *at, size_t len)
{
	memset(at, 0, len);
	if (len == 4)
		vtpmb_poke_u32(at, fuzz_below(2) ? any_handle() : fuzz_below(12));
	else
		at[len - 1] = fuzz_below(12);
	return len;
}

static size_t put_sized_bytes(u8 *at)
{
	size_t len = fuzz_below(3) ? fuzz_below(48) : 0, i;

	vtpmb_poke_u32(at, len);
	for (i = 0; i < len; i++)
		at[4 + i] = fuzz_below(2) ? 0 : fuzz_below(8);
	return 4 + len;
}

static size_t put_selection(u8 *at)
{
	size_t len = fuzz_below(5), i;

	at[0] = 0;
	at[1] = len;
	for (i = 0; i < len; i++)
		at[2 + i] = fuzz_below(4) ? 0 : 1 << fuzz_below(8);
	return 2 + len;
}

static size_t put_param(u8 *at, char kind)
{
	switch (kind) {
	case 'n':
		memset(at, fuzz_below(256), TPM12_NONCE_SIZE);
		return TPM12_NONCE_SIZE;
	case 'b':
		*at = fuzz_below(2);
		return 1;
	case 'S':
		return put_sized_bytes(at);
	case 'P':
		return put_selection(at);
	case 'C':
		at[0] = 0;
		at[1] = TPM_TAG_CONTEXTBLOB;
		return 2;
	default:
		return put_number(at, kind - '0');
	}
}

static size_t put_params(u8 *at, const struct vtpmb_tpm12_row *row)
{
	static const u8 types[] = { 1, 1, 5, 2, 4, 8, 9, 10, 11 };
	const char *format = row->params ? row->params : "";
	u8 *begin = at;

	if (row->entity) {
		at[0] = fuzz_below(8) ? 0 : fuzz_below(7);
		at[1] = types[fuzz_below(ARRAY_SIZE(types))];
		vtpmb_poke_u32(at + 2, any_handle());
		at += 6;
		format += 2;
	}
	for (; *format; format++)
		at += put_param(at, *format);
	return at - begin;
}

static size_t put_area(u8 *at, u32 first)
{
	memset(at, 0x11, TPM12_AUTH_IN_SIZE);
	vtpmb_poke_u32(at, first + fuzz_below(6));
	at[4 + TPM12_NONCE_SIZE] = fuzz_below(2);
	return TPM12_AUTH_IN_SIZE;
}

static size_t build(u8 *cmd)
{
	const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[fuzz_below(TPM12_NR_ROWS)];
	unsigned int nr_auths = fuzz_below(3), i;
	size_t len = VTPMB_HEADER_SIZE;

	while (row->tags && !(row->tags & BIT(nr_auths)) && fuzz_below(20))
		nr_auths = fuzz_below(3);
	len += put_params(cmd + len, row);
	for (i = 0; i < nr_auths; i++)
		len += put_area(cmd + len, row->trans && i == nr_auths - 1 ? 0x04000000 :
							 0x02000000);
	cmd[0] = 0;
	cmd[1] = TPM_TAG_RQU_COMMAND + nr_auths;
	vtpmb_poke_u32(cmd + 2, len);
	vtpmb_poke_u32(cmd + 6, row->code);
	return len;
}

/* In an ExecuteTransport whose HMAC does not fit. */
static size_t wrap(u8 *cmd, size_t inner_len)
{
	size_t len = VTPMB_HEADER_SIZE + 4 + inner_len;

	memmove(cmd + VTPMB_HEADER_SIZE + 4, cmd, inner_len);
	vtpmb_poke_u32(cmd + VTPMB_HEADER_SIZE, inner_len);
	len += put_area(cmd + len, 0x04000000);
	cmd[0] = 0;
	cmd[1] = TPM_TAG_RQU_COMMAND + 1;
	vtpmb_poke_u32(cmd + 2, len);
	vtpmb_poke_u32(cmd + 6, 0xe7);
	return len;
}

static void mutate(unsigned int i)
{
	struct core_rsp rsp;
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len = build(cmd);

	if (!fuzz_below(4)) {
		if (!fuzz_below(4))
			len = fuzz_spoil(cmd, len);
		len = wrap(cmd, len);
	}
	if (!fuzz_below(3))
		len = fuzz_spoil(cmd, len);
	core_send(fuzz_vtpm[i], cmd, len, &rsp);
}

/* Commands that a guest's software would send, if not with these handles. */

static u32 any_key(struct own *o)
{
	return fuzz_below(6) ? o->key[fuzz_below(NR_KEPT)] : 0x01000000 + fuzz_below(8);
}

static u32 any_own(struct own *o, u32 *type)
{
	static const u32 types[] = { TPM_RT_KEY, TPM_RT_AUTH, TPM_RT_TRANS };
	unsigned int k = fuzz_below(NR_KEPT);

	*type = types[fuzz_below(ARRAY_SIZE(types))];
	return *type == TPM_RT_KEY ? o->key[k] : *type == TPM_RT_AUTH ? o->auth[k].handle :
	       o->trans[k].handle;
}

static struct session *any_auth(struct own *o)
{
	struct session *s = &o->auth[fuzz_below(NR_KEPT)];

	s->cont = fuzz_below(4) != 0;
	return s;
}

static struct session *any_trans(struct own *o)
{
	struct session *s = &o->trans[fuzz_below(NR_KEPT)];

	s->cont = fuzz_below(5) != 0;
	return s;
}

static void open_session(struct own *o)
{
	struct session *s = &o->auth[fuzz_below(NR_KEPT)];

	switch (fuzz_below(4)) {
	case 0:
		oiap(&o->g, s, key_secret);
		break;
	case 1:
		osap(&o->g, s, TPM_ET_SRK, TPM_KH_SRK, srk_secret);
		break;
	default:
		osap(&o->g, s, TPM_ET_KEYHANDLE, any_key(o), key_secret);
	}
}

static void open_transport(struct own *o)
{
	struct session *s = &o->trans[fuzz_below(NR_KEPT)];

	if (storage.len && fuzz_below(2))
		establish(&o->g, s, any_key(o), &storage, fuzz_below(2));
	else
		establish(&o->g, s, TPM_KH_TRANSPORT, NULL, fuzz_below(2) ? TPM_TRANSPORT_LOG : 0);
}

static void load(struct own *o)
{
	if (signer.len)
		load_key(&o->g, TPM_KH_SRK, srk_secret, fuzz_below(3) ? &signer : &storage,
			 &o->key[fuzz_below(NR_KEPT)]);
}

static void use_key(struct own *o)
{
	sign_with(&o->g, any_key(o), any_auth(o), NULL);
}

static void certify(struct own *o)
{
	struct session *one = any_auth(o), *two = any_auth(o);
	struct command c;

	/* Of one that is there twice nobody could tell which HMAC is right. */
	if (one->handle == two->handle)
		return;
	command_begin(&c, &o->g, 0x32);
	put_handle(&c, any_key(o));
	put_handle(&c, any_key(o));
	put_secret(&c, 7);
	send_auth2(&c, one, two);
}

static void drop(struct own *o)
{
	u32 type, handle = any_own(o, &type);

	flush(&o->g, handle, type);
}

static void save(struct own *o)
{
	struct saved *to = &saved[fuzz_below(ARRAY_SIZE(saved))];
	u32 type, handle = any_own(o, &type);
	struct command c;

	command_begin(&c, &o->g, 0xb8);
	put_handle(&c, handle);
	put_u32(&c, type);
	put_bytes(&c, "label of a guest", 16);
	if (send_plain(&c) || o->g.rsp.err || o->g.rsp.len > sizeof(to->blob))
		return;
	to->len = vtpmb_peek_u32(o->g.rsp.buf + VTPMB_HEADER_SIZE);
	memcpy(to->blob, o->g.rsp.buf + VTPMB_HEADER_SIZE + 4, to->len);
}

static void restore(struct own *o)
{
	const struct saved *from = &saved[fuzz_below(ARRAY_SIZE(saved))];
	u32 handle;

	if (!from->len || load_context(&o->g, any_key(o), !fuzz_below(4), from->blob, from->len,
				       &handle))
		return;
	if (handle >> 24 == 1)
		o->key[fuzz_below(NR_KEPT)] = handle;
}

static void wrap_good(struct own *o)
{
	struct session *trans = any_trans(o), *s = NULL;
	struct command c;

	if (!trans->handle)
		return;
	switch (fuzz_below(4)) {
	case 0:
		command_begin(&c, &o->g, 0x46);
		put_u32(&c, 4);
		break;
	case 1:
		command_begin(&c, &o->g, 0x0a);
		c.rsp_handles_len = 4 + 20;
		break;
	case 2:
		command_begin(&c, &o->g, 0x41);
		put_handle(&c, TPM_KH_SRK);
		put_bytes(&c, signer.blob, signer.len);
		c.rsp_handles_len = 4;
		s = any_auth(o);
		break;
	default:
		command_begin(&c, &o->g, 0x3c);
		put_handle(&c, any_key(o));
		put_sized(&c, "twenty bytes to sign", 20);
		s = any_auth(o);
	}
	execute(&c, trans, s, NULL);
}

static void act(unsigned int i)
{
	static void (* const acts[])(struct own *o) = {
		open_session, open_session, open_session, open_transport, load, load, use_key,
		use_key, use_key, certify, drop, save, restore, restore, wrap_good, wrap_good,
	};

	acts[fuzz_below(ARRAY_SIZE(acts))](&own[i]);
}

/* Flags, PCRs, owner, and the counters that there are. */
#define PCR(n)	"00c1 ???????? 00000015 000000" n

static const char * const state[] = {
	"00c1 ???????? 00000065 00000004 00000004 00000108",
	"00c1 ???????? 00000065 00000004 00000004 00000109",
	"00c1 ???????? 00000065 00000005 00000004 00000111",
	PCR("00"), PCR("01"), PCR("07"), PCR("0a"), PCR("10"), PCR("11"), PCR("17"),
};

static const u32 refusals[] = {
	1, 3, 6, 7, 9, 12, 17, 18, 21, 25, 28, 29, 34, 38, 71, 74, 88, 90, 99,
	0x800, 0x801, 0x802, 0x803,
};

static const struct fuzz_family tpm12 = {
	.family = CORE_TPM12,
	.begin = begin,
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
	return fuzz_main(&tpm12, argc, argv);
}
