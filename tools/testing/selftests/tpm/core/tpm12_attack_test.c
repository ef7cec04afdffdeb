// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: one guest against another one and the host.
 *
 * The victim and the host have a key, sessions and a context each.  The attacker
 * knows all numbers and secrets, and tries each of their handles in each place of
 * each ordinal of the table, bare and wrapped.  It gets nothing, and nothing of
 * theirs has changed.
 */

#include "tpm12/state.h"
#include "tpm12_guest.h"

/* A key of the host's own: the chip ends sessions of all copies of a key at once. */
/* PCRs that PCR 16 and PCR 23 of a proxy represent */
#define REPRESENTED	0x8ff

static struct key signer, storage, hosts_signer;

/* What somebody has, and what it is called. */
static struct owned {
	struct guest *g;
	u32 key;
	struct session free, bound, trans;
	u32 saved;		/* contextCount of a saved session */
} hers, hosts, mine;

static u32 load(struct guest *g, const struct key *key)
{
	u32 handle = 0;

	CHECK_EQ(load_key(g, TPM_KH_SRK, srk_secret, key, &handle), 0);
	return handle;
}

static void have(struct owned *o, struct guest *g, bool saves)
{
	struct session s;
	u8 blob[1024];
	size_t len;

	o->g = g;
	o->key = load(g, g == &host ? &hosts_signer : &signer);
	CHECK_EQ(oiap(g, &o->free, key_secret), 0);
	CHECK_EQ(osap(g, &o->bound, TPM_ET_KEYHANDLE, o->key, key_secret), 0);
	CHECK_EQ(establish(g, &o->trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG), 0);
	o->saved = 0xffffff00;
	if (!saves)
		return;
	CHECK_EQ(oiap(g, &s, key_secret), 0);
	CHECK_EQ(save_context(g, s.handle, TPM_RT_AUTH, blob, &len), 0);
	o->saved = vtpmb_peek_u32(blob + 26);
}

static void still_has(struct owned *o)
{
	struct command c;

	CHECK_EQ(sign_with(o->g, o->key, &o->free, NULL), 0);
	CHECK_EQ(sign_with(o->g, o->key, &o->bound, NULL), 0);
	command_begin(&c, o->g, 0x46);
	put_u32(&c, 4);
	CHECK_EQ(execute(&c, &o->trans, NULL, NULL), 0);
	CHECK_EQ(count_handles(o->g, TPM_RT_KEY), o == &hers ? 4 : 1);
	CHECK_EQ(count_handles(o->g, TPM_RT_AUTH), o == &hers ? 6 : 2);
	CHECK_EQ(count_handles(o->g, TPM_RT_TRANS), o == &hers ? 3 : 1);
}

/* Hers are none of the attacker's: she has more of each kind. */
static void begin(void)
{
	struct session s;
	unsigned int i;

	begin_owned();
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x11, 0, key_secret, &storage), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &hosts_signer), 0);
	core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_ALLOW);
	core_set(other.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	core_set(proxy.vtpm, VTPMB_SETTING_COMPOSITE, REPRESENTED);
	core_set(proxy.vtpm, VTPMB_SETTING_ATTEST, REPRESENTED);
	core_set(other.vtpm, VTPMB_SETTING_COMPOSITE, REPRESENTED);
	core_set(other.vtpm, VTPMB_SETTING_ATTEST, REPRESENTED);
	have(&hosts, &host, true);
	for (i = 0; i < 3; i++)
		load(&other, &signer);
	for (i = 0; i < 4; i++)
		CHECK_EQ(oiap(&other, &s, key_secret), 0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(establish(&other, &s, TPM_KH_TRANSPORT, NULL, 0), 0);
	have(&hers, &other, true);
	have(&mine, &proxy, false);
}

static void end(void)
{
	still_has(&hers);
	core_end_turn();
	still_has(&hosts);
	flush(&host, hosts.key, TPM_RT_KEY);
	flush(&host, hosts.free.handle, TPM_RT_AUTH);
	flush(&host, hosts.trans.handle, TPM_RT_TRANS);
	CHECK_EQ(flush(&host, hosts.saved, TPM_RT_CONTEXT), 0);
	end_owned();
}

/* One parameter, every byte of it @fill as far as it can be; as short as it can be. */
static size_t put_param(u8 *at, char kind, u8 fill)
{
	switch (kind) {
	case 'n':
		memset(at, fill, 20);
		return 20;
	case 'b':
		at[0] = fill & 1;
		return 1;
	case 'S':
		vtpmb_poke_u32(at, fill ? 1 : 0);
		at[4] = fill;
		return fill ? 5 : 4;
	case 'P':
		memset(at, fill, 5);
		at[0] = 0;
		at[1] = fill ? 3 : 0;
		return fill ? 5 : 2;
	case 'C':
		at[0] = 0;
		at[1] = 1;
		return 2;
	default:
		memset(at, fill, kind - '0');
		return kind - '0';
	}
}

/* Parameters of a row; @handles for the first ones. */
static size_t put_params(u8 *at, const struct vtpmb_tpm12_row *row, const u32 *handles, u8 fill)
{
	const char *format = row->params;
	u8 *begin = at;
	unsigned int i;

	if (row->entity) {
		at[0] = 0;
		at[1] = TPM_ET_KEYHANDLE;
		vtpmb_poke_u32(at + 2, handles[0]);
		at += 6;
		format += 2;
	}
	for (i = 0; i < row->keys; i++, format++, at += 4)
		vtpmb_poke_u32(at, handles[i]);
	for (; *format; format++)
		at += put_param(at, *format, fill);
	return at - begin;
}

static size_t put_area(u8 *at, u32 handle)
{
	memset(at, 0x11, TPM12_AUTH_IN_SIZE);
	vtpmb_poke_u32(at, handle);
	at[24] = 1;
	return TPM12_AUTH_IN_SIZE;
}

static size_t build(u8 *cmd, const struct vtpmb_tpm12_row *row, unsigned int nr_auths,
		    const u32 *keys, const u32 *auths, u8 fill)
{
	size_t len = VTPMB_HEADER_SIZE;
	unsigned int i;

	len += put_params(cmd + len, row, keys, fill);
	for (i = 0; i < nr_auths; i++)
		len += put_area(cmd + len, auths[i]);
	cmd[0] = 0;
	cmd[1] = 0xc1 + nr_auths;
	vtpmb_poke_u32(cmd + 2, len);
	vtpmb_poke_u32(cmd + 6, row->code);
	return len;
}

static unsigned int nr_tried;
static bool leaked;

/* No command with another one's handle gets to the chip but by that number. */
static void must_fail(const u8 *cmd, size_t len)
{
	struct core_rsp rsp;
	u64 before = core_port.nr_chip_commands;

	nr_tried++;
	core_send(proxy.vtpm, cmd, len, &rsp);
	if (rsp.err || !rsp.rc || core_port.nr_chip_commands - before > 8) {
		leaked = true;
		core_fail(__FILE__, __LINE__, "ordinal 0x%x: 0x%x", vtpmb_peek_u32(cmd + 6),
			  rsp.rc);
		core_dump("command", cmd, len);
	}
}

/* In an ExecuteTransport with a session of the attacker's own. */
static void must_fail_wrapped(const u8 *cmd, size_t len)
{
	struct session trans;
	struct command c;

	CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
	command_begin(&c, &proxy, 0xe7);
	put_sized(&c, cmd, len);
	nr_tried++;
	/* The HMAC does not fit; but that would be the chip's to see, and is not. */
	CHECK(send_auth1(&c, &trans) != 0);
	CHECK(proxy.rsp.rc != 1 && proxy.rsp.rc != 29);
	flush(&proxy, trans.handle, TPM_RT_TRANS);
}

static void try_row(const struct vtpmb_tpm12_row *row, const struct owned *theirs)
{
	const u32 foreign[] = {
		theirs->key, theirs->free.handle, theirs->bound.handle, theirs->trans.handle,
	};
	unsigned int nr_keys = row->keys + row->entity, nr_auths, i, place;
	u8 cmd[VTPMB_BUF_SIZE];
	u32 keys[2], auths[2];

	for (nr_auths = 0; nr_auths < 3; nr_auths++) {
		if (!(row->tags & BIT(nr_auths)))
			continue;
		for (i = 0; i < ARRAY_SIZE(foreign); i++) {
			for (place = 0; place < nr_keys + nr_auths; place++) {
				size_t len;

				keys[0] = TPM_KH_SRK;
				keys[1] = TPM_KH_SRK;
				auths[0] = mine.free.handle;
				auths[1] = mine.free.handle;
				if (place < nr_keys)
					keys[place] = foreign[i];
				else
					auths[place - nr_keys] = foreign[i];
				/* Of one's own but for this: else the first wrong one tells. */
				len = build(cmd, row, nr_auths, keys, auths, 0);
				must_fail(cmd, len);
				if (row->code < 0xe6 || row->code > 0xe8)
					must_fail_wrapped(cmd, len);
				/* An error has ended the attacker's session. */
				if (nr_auths)
					CHECK_EQ(oiap(&proxy, &mine.free, key_secret), 0);
				if (count_handles(&proxy, TPM_RT_AUTH) > 8)
					CHECK_EQ(tell(&proxy, "00c1 ???????? 0000005a"), 0);
			}
		}
	}
}

static void try_all_rows(const struct owned *theirs)
{
	unsigned int i;

	for (i = 0; i < TPM12_NR_ROWS; i++) {
		const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[i];

		if (row->params && (row->flags & TPM12_FORWARD || row->own) && !row->local)
			try_row(row, theirs);
	}
	CHECK(!leaked);
	CHECK(nr_tried > 500);
	printf("# %u commands\n", nr_tried);
}

static void another_guests_handles_are_nobodys(void)
{
	begin();
	core_turn = 3;
	try_all_rows(&hers);
	end();
}

static void hosts_handles_are_nobodys(void)
{
	begin();
	core_turn = 3;
	try_all_rows(&hosts);
	end();
}

/* Those that name anything by a number and a kind. */
static void nothing_foreign_is_flushed_saved_or_listed(void)
{
	static const u32 rts[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xffffffff };
	const struct owned *victims[] = { &hers, &hosts };
	unsigned int i, k, v;
	u8 blob[2048];
	char hex[96];
	size_t len;

	begin();
	core_turn = 0;
	for (v = 0; v < ARRAY_SIZE(victims); v++) {
		const u32 foreign[] = {
			victims[v]->key, victims[v]->free.handle, victims[v]->bound.handle,
			victims[v]->trans.handle, victims[v]->saved,
		};

		for (i = 0; i < ARRAY_SIZE(foreign); i++) {
			for (k = 0; k < ARRAY_SIZE(rts); k++) {
				CHECK(flush(&proxy, foreign[i], rts[k]) != 0);
				CHECK(save_context(&proxy, foreign[i], rts[k], blob, &len) != 0);
			}
			snprintf(hex, sizeof(hex), "00c1 ???????? 00000022 %08x", foreign[i]);
			CHECK_EQ(tell(&proxy, hex), 12);
			snprintf(hex, sizeof(hex), "00c1 ???????? 00000096 %08x", foreign[i]);
			CHECK_EQ(tell(&proxy, hex), 34);
			snprintf(hex, sizeof(hex),
				 "00c1 ???????? 00000065 0000000c 00000004 %08x", foreign[i]);
			CHECK_EQ(tell(&proxy, hex), 12);
		}
	}
	CHECK_EQ(count_handles(&proxy, TPM_RT_KEY), 1);
	CHECK_EQ(count_handles(&proxy, TPM_RT_AUTH), 2);
	CHECK_EQ(count_handles(&proxy, TPM_RT_TRANS), 1);
	CHECK_EQ(count_handles(&proxy, TPM_RT_CONTEXT), 0);
	end();
}

/* The real numbers of things that are in the chip, whoever's they are. */
static void real_handles_mean_nothing(void)
{
	u32 real[64], nr = 0, i, type;

	begin();
	core_turn = 0;
	for (type = TPM_RT_KEY; type <= TPM_RT_TRANS; type++) {
		unsigned int count;

		if (type == 3)
			continue;
		CHECK_EQ(sign_with(&proxy, mine.key, &mine.bound, NULL), 0);
		count = count_handles(&host, type);
		for (i = 0; i < count && nr < ARRAY_SIZE(real); i++)
			real[nr++] = vtpmb_peek_u32(host.rsp.buf + 16 + 4 * i);
	}
	CHECK(nr > 4);
	for (i = 0; i < nr; i++) {
		struct session s = mine.free;

		CHECK_EQ(sign_with(&proxy, real[i], &s, NULL), 12);
		CHECK_EQ(oiap(&proxy, &mine.free, key_secret), 0);
		s = mine.free;
		s.handle = real[i];
		CHECK_EQ(sign_with(&proxy, mine.key, &s, NULL), 34);
		CHECK_EQ(flush(&proxy, real[i], TPM_RT_KEY), 3);
		CHECK_EQ(flush(&proxy, real[i], TPM_RT_AUTH), 34);
		CHECK_EQ(flush(&proxy, real[i], TPM_RT_TRANS), 34);
	}
	end();
}

/* As greedy as can be: the victim does not lose what it has. */
static void greedy_guest_takes_nothing_from_the_modest(void)
{
	struct vtpmb_vtpm *vtpm[10];
	struct session s;
	struct guest g = {};
	unsigned int i, k;
	u8 blob[1024];
	size_t len;

	begin();
	for (i = 0; i < ARRAY_SIZE(vtpm); i++) {
		vtpm[i] = core_new();
		g.vtpm = vtpm[i];
		start(&g);
		for (k = 0; k < 40; k++) {
			load(&g, &signer);
			if (!oiap(&g, &s, key_secret) && k % 2)
				save_context(&g, s.handle, TPM_RT_AUTH, blob, &len);
			if (count_handles(&g, TPM_RT_KEY) == VTPMB_MAX_KEYS ||
			    oiap(&g, &s, key_secret))
				break;
			flush(&g, s.handle, TPM_RT_AUTH);
		}
		still_has(&hers);
	}
	for (i = 0; i < ARRAY_SIZE(vtpm); i++)
		core_free(vtpm[i]);
	end();
}

/* The administrator takes back what he has granted while the command waits. */
static void take_back(struct vtpmb_vtpm *vtpm)
{
	core_policy(vtpm, 0x46, VTPMB_POLICY_DENY);
	core_set(vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_AUTO);
	core_set(vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_DENY);
	core_grant(vtpm, VTPMB_RANGE_NV, 0, 0);
}

static void taken_back_while_it_waits_is_refused(void)
{
	static const char * const commands[] = {
		"00c1 ???????? 00000046 00000004",
		"00c2 ???????? 0000007d 02000000 1111111111111111111111111111111111111111 00"
		"2222222222222222222222222222222222222222",
		"00c1 ???????? 000000cf 00001000 00000000 00000004",
		"00c1 ???????? 000000e6 40000003 001e 00000002 00000001 0001"
		"00000014 3333333333333333333333333333333333333333",
	};
	unsigned int i;

	begin_owned();
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		core_policy(proxy.vtpm, 0x46, VTPMB_POLICY_DEFAULT);
		core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
		core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x1000, 0x10ff);
		core_waits = take_back;
		CHECK_EQ(tell(&proxy, commands[i]), 10);
		core_waits = NULL;
		CHECK_EQ(proxy.rsp.answer, VTPMB_ANSWER_REFUSED);
		CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	}
	end_owned();
}

/*
 * What is refused or answered by the virtual platform outside of a transport
 * session does not get to the chip inside of one, whatever is granted: all
 * ordinals, with and without authorisation, and parameters of several kinds.
 */

static struct {
	u32 code;		/* of the command that is being tried */
	bool wrapped;
	bool own;		/* bare, the bridge sends this ordinal too */
	bool reached;		/* it got to the chip, bare or wrapped */
} attempt;

/* The chip is not to do it: it could be left without an owner. */
static void see_attempt(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if (attempt.wrapped && code != 0xe7)
		return;
	if (attempt.wrapped)
		code = vtpmb_peek_u32(cmd + 14 + 6);
	if (code != attempt.code)
		return;
	attempt.reached = true;
	if (attempt.wrapped || !attempt.own)
		core_fail_chip(1, 3);
}

static bool reaches(const u8 *cmd, size_t len, bool wrapped)
{
	struct session trans;
	struct command c;
	struct core_rsp rsp;

	attempt.reached = false;
	attempt.wrapped = wrapped;
	if (wrapped) {
		CHECK_EQ(establish(&proxy, &trans, TPM_KH_TRANSPORT, NULL, 0), 0);
		command_begin(&c, &proxy, 0xe7);
		put_sized(&c, cmd, len);
		core_watch = see_attempt;
		CHECK(send_auth1(&c, &trans) != 0);
		core_watch = NULL;
		flush(&proxy, trans.handle, TPM_RT_TRANS);
	} else {
		core_watch = see_attempt;
		core_send(proxy.vtpm, cmd, len, &rsp);
		core_watch = NULL;
	}
	return attempt.reached;
}

/* A new attacker: the command before may have disabled or cleared the last one. */
static void begin_attempt(bool unsafe)
{
	unsigned int i;

	core_free(proxy.vtpm);
	proxy.vtpm = core_new();
	core_set(proxy.vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	core_set(proxy.vtpm, VTPMB_SETTING_COUNTER, 0x01010101);
	core_grant(proxy.vtpm, VTPMB_RANGE_NV, 0x10000000, 0x1fffffff);
	for (i = 0; unsafe && i < TPM12_NR_ROWS; i++)
		core_policy(proxy.vtpm, vtpmb_tpm12_rows[i].code, VTPMB_POLICY_ALLOW_UNSAFE);
	start(&proxy);
	CHECK_EQ(tell(&proxy, "00c1 ???????? 4000000a 0008"), 0);
}

static size_t build_attempt(u8 *cmd, const struct vtpmb_tpm12_row *row, unsigned int nr_auths,
			    u8 fill)
{
	u32 keys[] = { TPM_KH_SRK, TPM_KH_SRK }, auths[2];
	struct session s;

	CHECK_EQ(oiap(&proxy, &s, key_secret), 0);
	auths[0] = s.handle;
	auths[1] = s.handle;
	attempt.code = row->code;
	attempt.own = row->own && !row->chip_by_grant;
	return build(cmd, row, nr_auths, keys, auths, fill);
}

static struct { unsigned int bare, wrapped; } nr_reached;

static void compare_forms(const struct vtpmb_tpm12_row *row, unsigned int nr_auths, u8 fill,
			  bool unsafe)
{
	enum vtpmb_transport mode;
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len;
	bool bare;

	begin_attempt(unsafe);
	len = build_attempt(cmd, row, nr_auths, fill);
	bare = reaches(cmd, len, false);
	nr_reached.bare += bare;
	for (mode = VTPMB_TRANSPORT_INSPECT; mode <= VTPMB_TRANSPORT_ALLOW; mode++) {
		begin_attempt(unsafe);
		core_set(proxy.vtpm, VTPMB_SETTING_TRANSPORT, mode);
		len = build_attempt(cmd, row, nr_auths, fill);
		if (!reaches(cmd, len, true))
			continue;
		nr_reached.wrapped++;
		if (!bare)
			core_fail(__FILE__, __LINE__, "%s with %u areas: outside it is refused",
				  row->name, nr_auths);
	}
}

static void compare_all_forms(bool unsafe)
{
	static const u8 fills[] = { 0x00, 0xff, 0x01, 0x10 };
	unsigned int i, nr_auths, fill;

	nr_reached.bare = 0;
	nr_reached.wrapped = 0;
	for (i = 0; i < TPM12_NR_ROWS; i++) {
		const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[i];

		for (nr_auths = 0; nr_auths < 3; nr_auths++) {
			for (fill = 0; fill < ARRAY_SIZE(fills); fill++) {
				if (row->params && !row->trans && row->tags & BIT(nr_auths))
					compare_forms(row, nr_auths, fills[fill], unsafe);
			}
		}
	}
	printf("# %u bare and %u wrapped commands got to the chip\n", nr_reached.bare,
	       nr_reached.wrapped);
	CHECK(nr_reached.bare > 100);
	CHECK(nr_reached.wrapped > nr_reached.bare);
}

static void wrapped_command_gets_no_further_than_the_bare_one(void)
{
	begin_owned();
	compare_all_forms(false);
	compare_all_forms(true);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(another_guests_handles_are_nobodys),
	CORE_TEST(hosts_handles_are_nobodys),
	CORE_TEST(nothing_foreign_is_flushed_saved_or_listed),
	CORE_TEST(real_handles_mean_nothing),
	CORE_TEST(greedy_guest_takes_nothing_from_the_modest),
	CORE_TEST(taken_back_while_it_waits_is_refused),
	CORE_TEST(wrapped_command_gets_no_further_than_the_bare_one),
};

CORE_MAIN(tests)
