// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: start-up, flags, PCRs, capabilities, and any ordinal at all. */

#include <stdlib.h>
#include "tpm12_model.h"
#include "tpm12/state.h"

#define CLEAR	1
#define STATE	2
#define DEACTIVATED 3

/* A command of the platform, with one parameter or none; its return code. */
static u32 platform(struct diff_guest *g, u32 code, int param_len, u32 param)
{
	struct call c;

	begin_call(&c, g, code);
	c.bare = true;
	if (param_len == 1)
		arg_u8(&c, param);
	else if (param_len == 2)
		arg_u16(&c, param);
	else if (param_len == 4)
		arg_u32(&c, param);
	send_call(&c, AGREE_BYTES);
	return c.rc[TWINS];
}

static u32 startup(struct diff_guest *g, u16 type)
{
	struct call c;

	begin_call(&c, g, 0x99);
	c.steady = true;
	arg_u16(&c, type);
	send_call(&c, AGREE_BYTES);
	return c.rc[TWINS];
}

/* Both sides wait for it. */
void start_up(struct diff_guest *g)
{
	if (startup(g, CLEAR))
		diff_renew(g);
	drop_all(g, false);
}

static void any_few(struct diff_guest *g);

static void restart(struct diff_guest *g)
{
	diff_reset(g);
	if (diff_once_in(g, 3))
		any_few(g);
	start_up(g);
}

/* The next one in failure mode, if there is no state. */
static void resume(struct diff_guest *g)
{
	struct call c;

	begin_call(&c, g, 0x98);
	c.steady = true;
	c.bare = true;
	send_call(&c, AGREE_BYTES);
	if (diff_once_in(g, 6))
		any_few(g);
	diff_reset(g);
	if (startup(g, STATE)) {
		any_few(g);
		restart(g);
		return;
	}
	drop_all(g, false);
	twin_sheds(g);
}

static void restart_otherwise(struct diff_guest *g)
{
	static const u16 types[] = { DEACTIVATED, DEACTIVATED, STATE, 0, 4, 0xffff };

	diff_reset(g);
	startup(g, types[diff_of(g, ARRAY_SIZE(types))]);
	drop_all(g, false);
	any_few(g);
	restart(g);
}

static void step_restart(struct diff_guest *g)
{
	static void (*const ways[])(struct diff_guest *g) = {
		restart, restart, resume, resume, restart_otherwise,
	};

	ways[diff_of(g, ARRAY_SIZE(ways))](g);
}

static void step_startup_again(struct diff_guest *g)
{
	platform(g, 0x99, 2, 1 + diff_of(g, 3));
}

static void step_self_test(struct diff_guest *g)
{
	static const u32 codes[] = { 0x50, 0x53, 0x98 };

	platform(g, codes[diff_of(g, ARRAY_SIZE(codes))], 0, 0);
}

static void step_test_result(struct diff_guest *g)
{
	send_text(g, AGREE_CODE, "00c1 ???????? 00000054");
}

/* Presence and flags. */

static void step_presence(struct diff_guest *g)
{
	static const u16 values[] = {
		0x0008, 0x0008, 0x0008, 0x0008, 0x0010, 0x0010, 0x0004, 0x0020, 0x0040, 0x0060,
		0x0100, 0x0200, 0x0300, 0x000c, 0x0018, 0x0120, 0x0240, 0x0028, 0x0000, 0x0400,
		0x8008, 0x0014,
	};

	if (diff_once_in(g, 4))
		diff_presence(g, diff_once_in(g, 2));
	else if (diff_once_in(g, 80))
		platform(g, 0x4000000a, 2, 0x0080);
	else
		platform(g, 0x4000000a, 2, values[diff_of(g, ARRAY_SIZE(values))]);
}

static void step_locality(struct diff_guest *g)
{
	diff_locality(g, diff_once_in(g, 2) ? 0 : diff_of(g, 5));
	if (diff_once_in(g, 4))
		platform(g, 0x4000000b, 0, 0);
}

static void clear(struct diff_guest *g)
{
	if (platform(g, 0x5d, 0, 0))
		return;
	model_of(g)->owner = false;
	drop_all(g, true);
}

static void step_flags(struct diff_guest *g)
{
	static const struct {
		u32 code;
		u8 param_len;
	} commands[] = {
		{ 0x6f, 0 }, { 0x6f, 0 }, { 0x70, 0 }, { 0x72, 1 }, { 0x73, 0 }, { 0x71, 1 },
		{ 0x5e, 0 },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(commands));

	if (diff_once_in(g, 30))
		clear(g);
	else
		platform(g, commands[i].code, commands[i].param_len, diff_of(g, 2));
}

/* A TPM that is disabled or deactivated is made to work again, mostly. */
static void step_look_after(struct diff_guest *g)
{
	u32 rc = platform(g, 0x15, 4, 0);

	if (rc != TPM_DISABLED && rc != TPM_DEACTIVATED && rc != TPM_INVALID_POSTINIT &&
	    rc != TPM_FAILEDSELFTEST)
		return;
	if (rc == TPM_INVALID_POSTINIT || rc == TPM_FAILEDSELFTEST)
		restart(g);
	platform(g, 0x4000000a, 2, 0x0020);
	platform(g, 0x4000000a, 2, 0x0008);
	platform(g, 0x6f, 0, 0);
	platform(g, 0x72, 1, 0);
	rc = platform(g, 0x15, 4, 0);
	if (rc == TPM_DEACTIVATED)
		restart(g);
	/* There is no way to presence any more. */
	else if (rc == TPM_DISABLED)
		diff_renew(g);
}

static void step_set_capability(struct diff_guest *g)
{
	static const u32 areas[] = { 1, 1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 0 };
	u32 area = areas[diff_of(g, ARRAY_SIZE(areas))];
	struct call c;

	begin_call(&c, g, 0x3f);
	c.bare = true;
	arg_u32(&c, area);
	arg_u32(&c, 4);
	arg_u32(&c, area == 1 && !diff_once_in(g, 4) ? 1 + diff_of(g, 3) : diff_of(g, 24));
	if (diff_once_in(g, 4)) {
		arg_u32(&c, 4);
		arg_u32(&c, diff_of(g, 2));
	} else {
		arg_u32(&c, 1);
		arg_u8(&c, diff_of(g, 2));
	}
	send_call(&c, AGREE_BYTES);
}

/* PCRs. */

static u32 any_pcr(struct diff_guest *g)
{
	u32 pcr = diff_once_in(g, 30) ? 24 + diff_of(g, 3) : diff_of(g, 24);

	return pcr == GRANTED_PCR ? 16 : pcr;
}

static void step_pcr(struct diff_guest *g)
{
	struct call c;

	if (diff_once_in(g, 2)) {
		platform(g, 0x15, 4, any_pcr(g));
		return;
	}
	if (diff_once_in(g, 2)) {
		begin_call(&c, g, 0x14);
		arg_u32(&c, any_pcr(g));
		arg_random(&c, 20);
		send_call(&c, AGREE_BYTES);
		return;
	}
	begin_call(&c, g, 0xc8);
	arg_u16(&c, diff_once_in(g, 20) ? diff_of(g, 3) : 3);
	arg_u8(&c, diff_once_in(g, 20));
	arg_u8(&c, 0);
	arg_u8(&c, diff_once_in(g, 2) ? 0x81 : 1 << diff_of(g, 8));
	send_call(&c, AGREE_BYTES);
}

static void sha1_end(struct diff_guest *g)
{
	bool extend = diff_once_in(g, 2);
	u8 data[70];
	u32 len = diff_once_in(g, 10) ? diff_of(g, sizeof(data)) : diff_of(g, 65);
	struct call c;

	diff_bytes(g, data, sizeof(data));
	begin_call(&c, g, extend ? 0xa3 : 0xa2);
	c.bare = true;
	if (extend)
		arg_u32(&c, any_pcr(g));
	arg_sized(&c, data, len);
	send_call(&c, AGREE_BYTES);
}

static void step_sha1(struct diff_guest *g)
{
	u8 data[64 * 4];
	unsigned int nr;
	struct call c;

	if (!diff_once_in(g, 8))
		send_text(g, AGREE_CODE, "00c1 ???????? 000000a0");
	for (nr = diff_of(g, 3); nr; nr--) {
		diff_bytes(g, data, sizeof(data));
		begin_call(&c, g, 0xa1);
		c.bare = true;
		arg_sized(&c, data, diff_once_in(g, 20) ? diff_of(g, 200) : 64 * diff_of(g, 5));
		send_call(&c, AGREE_BYTES);
	}
	if (diff_once_in(g, 10))
		any_few(g);
	sha1_end(g);
}

static void step_registers(struct diff_guest *g)
{
	choose_registers(g);
}

/* The chip's. */

static void step_random(struct diff_guest *g)
{
	u8 data[64];
	struct call c;

	diff_bytes(g, data, sizeof(data));
	if (diff_once_in(g, 2)) {
		begin_call(&c, g, 0x46);
		arg_u32(&c, diff_once_in(g, 20) ? 0xffffffff : diff_of(g, 100));
		send_call(&c, AGREE_LENGTH);
		return;
	}
	if (diff_once_in(g, 2)) {
		send_text(g, AGREE_LENGTH, "00c1 ???????? 000000f1");
		return;
	}
	begin_call(&c, g, 0x47);
	arg_sized(&c, data, diff_of(g, sizeof(data)));
	send_call(&c, AGREE_BYTES);
}

static void step_read_pubek(struct diff_guest *g)
{
	struct call c;

	begin_call(&c, g, 0x7c);
	c.bare = true;
	arg_random(&c, 20);
	send_call(&c, AGREE_BYTES);
}

/* Capabilities. */

/* What the guest calls its @i-th of a type; 0: there is none, or it is saved. */
static u32 known_handle(const struct model *m, enum diff_side side, u32 type, unsigned int i)
{
	const struct session *s = type == TPM_RT_AUTH ? m->session : m->trans;

	if (type == TPM_RT_KEY)
		return i < NR_KEYS && m->key[i].live ? m->key[i].handle[side] : 0;
	if (i >= (type == TPM_RT_AUTH ? NR_SESSIONS : NR_TRANSPORTS))
		return 0;
	return s[i].live && !s[i].saved ? s[i].handle[side] : 0;
}

/* Which of the guest's own one side lists, one bit each; or it does not know one. */
static bool listed(struct diff_guest *g, enum diff_side side, u32 type, const u8 *list,
		   unsigned int nr, u32 *which)
{
	unsigned int i, j;

	*which = 0;
	for (i = 0; i < nr; i++) {
		for (j = 0; j < 32; j++) {
			if (known_handle(g->model, side, type, j) == vtpmb_peek_u32(list + 4 * i))
				break;
		}
		if (j == 32)
			return false;
		*which |= 1u << j;
	}
	return true;
}

static bool lists_agree(struct call *c, u32 type)
{
	unsigned int nr = vtpmb_peek_u16(c->out[OURS] + 4);
	enum diff_side side;
	u32 which[NR_SIDES];

	if (c->out_len[OURS] != c->out_len[TWINS] ||
	    nr != vtpmb_peek_u16(c->out[TWINS] + 4))
		return false;
	if (type != TPM_RT_KEY && type != TPM_RT_AUTH && type != TPM_RT_TRANS)
		return true;
	for (side = 0; side < NR_SIDES; side++) {
		if (!listed(c->g, side, type, c->out[side] + 6, nr, &which[side]))
			return false;
	}
	return which[OURS] == which[TWINS];
}

static int compare_words(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(u32));
}

/* In any order. */
static bool indices_agree(struct call *c)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++)
		qsort(c->out[side] + 4, c->out_len[side] / 4 - 1, 4, compare_words);
	return c->out_len[OURS] == c->out_len[TWINS] &&
	       !memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]);
}

static bool capabilities_agree(struct call *c)
{
	u32 area = vtpmb_peek_u32(c->params[OURS]);
	u32 sub = c->len[OURS] >= 12 ? vtpmb_peek_u32(c->params[OURS] + 8) : 0;

	if (area == TPM_CAP_KEY_HANDLE)
		return lists_agree(c, TPM_RT_KEY);
	if (area == TPM_CAP_HANDLE)
		return lists_agree(c, sub);
	if (area == TPM_CAP_NV_LIST && model_of(c->g)->owner)
		return indices_agree(c);
	if (c->out_len[OURS] != c->out_len[TWINS] ||
	    memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]))
		diff_met(c->g, &c->pair, "capability");
	return true;
}

static void capability(struct diff_guest *g, u32 area, unsigned int sub_len, u32 sub)
{
	struct call c;

	begin_call(&c, g, 0x65);
	c.bare = true;
	c.agrees = capabilities_agree;
	arg_u32(&c, area);
	arg_u32(&c, sub_len);
	if (sub_len == 2)
		arg_u16(&c, sub);
	else if (sub_len == 4)
		arg_u32(&c, sub);
	send_call(&c, AGREE_CODE);
}

static void step_capability(struct diff_guest *g)
{
	static const struct {
		u32 area;
		u8 sub_len;
		u32 sub;
		u32 of;
	} caps[] = {
		{ TPM_CAP_ALG, 4, 1, 12 }, { TPM_CAP_PID, 2, 1, 6 },
		{ TPM_CAP_FLAG, 4, 0x108, 2 }, { TPM_CAP_FLAG, 4, 0x107, 4 },
		{ TPM_CAP_PROPERTY, 4, 0x100, 40 }, { TPM_CAP_PROPERTY, 4, 0x100, 40 },
		{ TPM_CAP_VERSION, 0, 0, 1 }, { TPM_CAP_KEY_HANDLE, 0, 0, 1 },
		{ TPM_CAP_SYM_MODE, 4, 0, 8 }, { TPM_CAP_NV_LIST, 0, 0, 1 },
		{ TPM_CAP_NV_INDEX, 4, 0x1000, 4 }, { TPM_CAP_TRANS_ALG, 4, 1, 12 },
		{ TPM_CAP_HANDLE, 4, 1, 2 }, { TPM_CAP_HANDLE, 4, 0, 10 },
		{ TPM_CAP_TRANS_ES, 2, 1, 5 }, { TPM_CAP_AUTH_ENCRYPT, 4, 1, 12 },
		{ TPM_CAP_DA_LOGIC, 2, 1, 12 }, { TPM_CAP_VERSION_VAL, 0, 0, 1 },
		{ 0, 4, 0, 0x20 }, { TPM_CAP_MFR, 4, 0, 4 },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(caps) + 4);

	if (i >= ARRAY_SIZE(caps)) {
		i = diff_of(g, TPM12_NR_ROWS);
		capability(g, TPM_CAP_ORD, 4, vtpmb_tpm12_rows[i].code);
		return;
	}
	capability(g, caps[i].area, caps[i].sub_len, caps[i].sub + diff_of(g, caps[i].of));
}

static void step_select_size(struct diff_guest *g)
{
	struct call c;

	begin_call(&c, g, 0x65);
	c.bare = true;
	arg_u32(&c, TPM_CAP_SELECT_SIZE);
	arg_u32(&c, 6);
	arg_u16(&c, 0x0101);
	arg_u16(&c, diff_of(g, 3));
	arg_u16(&c, diff_of(g, 6));
	send_call(&c, AGREE_BYTES);
}

/* Does one side know a key's status that the other does not? */
static void step_key_status(struct diff_guest *g)
{
	const struct key *key = &model_of(g)->key[diff_of(g, NR_KEYS)];
	enum diff_side side;
	struct call c;
	u8 bytes[4];

	if (!key->live)
		return;
	begin_call(&c, g, 0x65);
	c.bare = true;
	c.steady = true;
	arg_u32(&c, TPM_CAP_KEY_STATUS);
	arg_u32(&c, 4);
	for (side = 0; side < NR_SIDES; side++) {
		vtpmb_poke_u32(bytes, key->handle[side]);
		arg_own(&c, side, bytes, sizeof(bytes));
	}
	send_call(&c, AGREE_BYTES);
}

/* Any ordinal, with parameters that mean nothing. */

static void any_number(struct call *c, unsigned int bytes)
{
	static const u32 numbers[] = {
		0, 0, 1, 2, 3, 4, 5, 12, 0x10, 0x11, 0x1000, 0x40000000, 0x40000001,
		0x40000006, 0xffffffff,
	};
	u32 number = numbers[diff_of(c->g, ARRAY_SIZE(numbers))];

	if (bytes == 1)
		arg_u8(c, number);
	else if (bytes == 2)
		arg_u16(c, number);
	else
		arg_u32(c, number);
	if (bytes == 8)
		arg_u32(c, 0);
}

static void any_param(struct call *c, char kind)
{
	u8 bytes[40] = {};

	switch (kind) {
	case 'b':
		arg_u8(c, diff_of(c->g, 2));
		break;
	case 'n':
		arg_random(c, 20);
		break;
	case 'S':
		diff_bytes(c->g, bytes, sizeof(bytes));
		arg_sized(c, bytes, diff_once_in(c->g, 2) ? 0 : diff_of(c->g, sizeof(bytes)));
		break;
	case 'P':
		arg_u16(c, diff_once_in(c->g, 2) ? 3 : diff_of(c->g, 5));
		arg_mem(c, bytes, 3);
		break;
	case 'C':
		arg_u16(c, 1);
		break;
	default:
		any_number(c, kind - '0');
	}
}

static void any_auths(struct call *c, unsigned int nr)
{
	static const u8 secrets[] = { OWNER_SECRET, SRK_SECRET };
	struct session *s;

	while (nr--) {
		s = new_oiap(c->g);
		if (!s)
			return;
		authorise(c, s, secrets[diff_of(c->g, ARRAY_SIZE(secrets))]);
		c->auth[c->nr_auths - 1].wrong = false;
	}
}

/* libtpms trips over what they are given.  No proxy has them without an unsafe grant. */
bool is_deadly(u32 code)
{
	return code == 0xb5 || code == 0xb7 || code == 0xd1;
}

static void any(struct diff_guest *g)
{
	const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[diff_of(g, TPM12_NR_ROWS)];
	static const char *const formats[] = { "", "4", "44", "4n", "4S", "S", "n" };
	const char *format = row->params;
	unsigned int nr = diff_of(g, 3);
	struct call c;

	/* What ends a life or the host's counter, or extends GRANTED_PCR, is for other steps. */
	if (is_deadly(row->code) || row->code == 0x14 || row->code == 0x5a ||
	    row->code == 0x5d || row->code == 0x99 || row->code == 0xa3 || row->code == 0xe0)
		return;
	if (row->grant && diff_once_in(g, 2))
		return;
	if (row->tags && !diff_once_in(g, 4)) {
		while (!(row->tags & 1 << nr))
			nr = (nr + 1) % 3;
	}
	begin_call(&c, g, row->code);
	c.bare = true;
	if (!format)
		format = formats[diff_of(g, ARRAY_SIZE(formats))];
	for (; *format; format++)
		any_param(&c, *format);
	any_auths(&c, nr);
	c.vague = true;
	if (send_call(&c, AGREE_CODE) && row->makes)
		flush_made(&c);
}

static void any_few(struct diff_guest *g)
{
	unsigned int nr = 1 + diff_of(g, 4);

	while (nr--)
		any(g);
}

static void step_any(struct diff_guest *g)
{
	any(g);
}

static void must(struct diff_guest *g, u32 code, int param_len, u32 param)
{
	struct call c;

	begin_call(&c, g, code);
	c.bare = true;
	c.steady = true;
	if (param_len == 1)
		arg_u8(&c, param);
	else if (param_len == 2)
		arg_u16(&c, param);
	if (!send_call(&c, AGREE_BYTES))
		diff_renew(g);
}

/* Neither side shows an owner. */
void become_unowned(struct diff_guest *g)
{
	must(g, 0x4000000a, 2, 0x0008);
	must(g, 0x5d, 0, 0);
	must(g, 0x6f, 0, 0);
	must(g, 0x72, 1, 0);
	must(g, 0x71, 1, 0);
	must(g, 0x4000000a, 2, 0x0010);
}

const struct step platform12_steps[] = {
	{ 1, step_restart },
	{ 4, step_startup_again },
	{ 6, step_self_test },
	{ 2, step_test_result },
	{ 14, step_presence },
	{ 8, step_locality },
	{ 8, step_flags },
	{ 14, step_look_after },
	{ 10, step_set_capability },
	{ 30, step_pcr },
	{ 12, step_sha1 },
	{ 3, step_registers },
	{ 15, step_random },
	{ 4, step_read_pubek },
	{ 40, step_capability },
	{ 2, step_select_size },
	{ 3, step_key_status },
	{ 25, step_any },
	{}
};
