// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: a chip that answers badly, to each command of the bridge's own and of guests.
 *
 * What is read of the chip when it is probed, and what two guests do beside a host that has left
 * a key and two sessions, one of them saved.
 */

#include "chip.h"
#include "tpm12/state.h"
#include "tpm12_guest.h"

#define MASK		0x8ff	/* 0-7, 11 */
#define INDEX		0x1000

enum { RICH, PLAIN, NR_GUESTS };

/* Reasons for which the bridge acts by itself. */
enum { FOR_PROBE = 1, FOR_TURN };

/**
 * struct user - a guest with a key and sessions
 * @g:		its TPM
 * @key:	its key
 * @session:	authorises the use of that key
 * @trans:	a transport session
 * @sealed:	data sealed under that of SRK
 * @len:	bytes of @sealed
 * @context:	of the session
 * @context_len: bytes of @context
 */
struct user {
	struct guest *g;
	u32 key;
	struct session session;
	struct session trans;
	u8 sealed[1024];
	size_t len;
	u8 context[2048];
	size_t context_len;
};

static struct user user[NR_GUESTS] = { { .g = &proxy }, { .g = &other } };
static struct chip_guest guest[NR_GUESTS] = { { "rich" }, { "plain" } };
static unsigned int last;
static struct key signer, hosts_signer;
static u32 hosts_key;
static struct session hosts_session;

/* What the host has left, of each kind; of saved sessions their counts. */
static const u32 types[] = { TPM_RT_KEY, TPM_RT_AUTH, TPM_RT_TRANS, TPM_RT_CONTEXT };

static struct handles left[ARRAY_SIZE(types)];

static bool is_listed(const struct handles *list, u32 handle)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		if (list->handle[i] == handle)
			return true;
	}
	return false;
}

static void host_leaves_something(void)
{
	struct session saved;
	unsigned int i;
	u8 blob[2048];
	size_t len;

	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &signer), 0);
	CHECK_EQ(make_key(&host, TPM_KH_SRK, srk_secret, 0x10, 0, key_secret, &hosts_signer), 0);
	CHECK_EQ(load_key(&host, TPM_KH_SRK, srk_secret, &hosts_signer, &hosts_key), 0);
	CHECK_EQ(osap(&host, &hosts_session, TPM_ET_KEYHANDLE, hosts_key, key_secret), 0);
	CHECK_EQ(oiap(&host, &saved, key_secret), 0);
	CHECK_EQ(save_context(&host, saved.handle, TPM_RT_AUTH, blob, &len), 0);
	for (i = 0; i < ARRAY_SIZE(types); i++)
		list_handles(&host, types[i], &left[i]);
}

static bool is_saved(u32 count)
{
	const struct vtpmb_tpm12_entry *entry;

	list_for_each_entry(entry, &core_port.saved, res.saved) {
		if (entry->count == count)
			return true;
	}
	return false;
}

/* The host flushes what is nobody's, as it would by a restart. */
static void host_cleans_up(void)
{
	unsigned int i = ARRAY_SIZE(types), k;
	struct handles now;

	while (i--) {
		list_handles(&host, types[i], &now);
		for (k = 0; k < now.nr; k++) {
			if (!is_listed(&left[i], now.handle[k]) &&
			    !(types[i] == TPM_RT_CONTEXT && is_saved(now.handle[k])))
				flush(&host, now.handle[k], types[i]);
		}
	}
}

static void host_has_its_own(void)
{
	struct handles now;
	unsigned int i;

	if (chip_may_cost_host())
		return;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		list_handles(&host, types[i], &now);
		if (now.nr != left[i].nr ||
		    memcmp(now.handle, left[i].handle, now.nr * sizeof(u32)))
			core_fail(__FILE__, __LINE__, "%u of type %u, the host's are %u", now.nr,
				  types[i], left[i].nr);
	}
	CHECK_EQ(sign_with(&host, hosts_key, &hosts_session, NULL), 0);
}

static void host_forgets(void)
{
	unsigned int i = ARRAY_SIZE(types), k;

	while (i--) {
		for (k = 0; k < left[i].nr; k++)
			flush(&host, left[i].handle[k], types[i]);
	}
}

/* What guests do. */

static u32 begin_again(struct user *u)
{
	return tell(u->g, ST_CLEAR);
}

static u32 reset_and_begin(struct user *u)
{
	core_reset(u->g->vtpm);
	return begin_again(u);
}

static u32 load(struct user *u)
{
	return load_key(u->g, TPM_KH_SRK, srk_secret, &signer, &u->key);
}

static u32 sign_once(struct user *u)
{
	return sign(u->g, u->key, key_secret, NULL);
}

static u32 start_session(struct user *u)
{
	return osap(u->g, &u->session, TPM_ET_KEYHANDLE, u->key, key_secret);
}

static u32 start_free_session(struct user *u)
{
	return oiap(u->g, &u->session, key_secret);
}

static u32 use_session(struct user *u)
{
	return sign_with(u->g, u->key, &u->session, NULL);
}

static u32 establish_transport(struct user *u)
{
	return establish(u->g, &u->trans, TPM_KH_TRANSPORT, NULL, TPM_TRANSPORT_LOG);
}

static u32 wrap(struct user *u)
{
	struct command c;

	command_begin(&c, u->g, TPM_ORD_GetRandom);
	put_u32(&c, 8);
	return execute(&c, &u->trans, NULL, NULL);
}

static u32 seal_data(struct user *u)
{
	return seal(u->g, TPM_KH_SRK, srk_secret, NULL, 0, u->sealed, &u->len);
}

static u32 unseal_data(struct user *u)
{
	return unseal(u->g, TPM_KH_SRK, srk_secret, u->sealed, u->len);
}

static u32 quote(struct user *u)
{
	struct session s;
	struct command c;
	u32 rc = oiap(u->g, &s, key_secret);

	if (rc)
		return rc;
	s.cont = 0;
	command_begin(&c, u->g, TPM_ORD_Quote);
	put_handle(&c, u->key);
	put_bytes(&c, "twenty bytes of none", 20);
	put_u16(&c, 3);
	put_bytes(&c, "\0\0\1", 3);	/* PCR 16 */
	return send_auth1(&c, &s);
}

static u32 save_session(struct user *u)
{
	return save_context(u->g, u->session.handle, TPM_RT_AUTH, u->context, &u->context_len);
}

static u32 load_session(struct user *u)
{
	return load_context(u->g, u->key, false, u->context, u->context_len,
			    &u->session.handle);
}

static u32 define_nv(struct user *u)
{
	static const u8 pcrs[] = { 0, 3, 0, 0, 0, 0x1f };
	struct session s;
	struct command c;
	unsigned int i;
	u32 rc = osap(u->g, &s, TPM_ET_OWNER, TPM_KH_OWNER, owner_secret);

	if (rc)
		return rc;
	command_begin(&c, u->g, TPM_ORD_NV_DefineSpace);
	put_u16(&c, 0x0018);
	put_u32(&c, INDEX);
	for (i = 0; i < 2; i++) {
		put_bytes(&c, pcrs, sizeof(pcrs));
		put_secret(&c, 0);
	}
	put_u16(&c, 0x0017);
	put_u32(&c, 0x00020002);
	put_bytes(&c, "\0\0\0", 3);
	put_u32(&c, 8);
	put_encrypted(&c, &s, false, key_secret);
	return send_auth1(&c, &s);
}

static u32 write_nv(struct user *u)
{
	return tell(u->g, "00c1 ???????? 000000cd 00001000 00000000 00000004 61626364");
}

static u32 read_nv(struct user *u)
{
	return tell(u->g, "00c1 ???????? 000000cf 00001000 00000000 00000004");
}

static u32 list_nv(struct user *u)
{
	return tell(u->g, "00c1 ???????? 00000065 0000000d 00000000");
}

static u32 flush_key(struct user *u)
{
	return flush(u->g, u->key, TPM_RT_KEY);
}

static void act_at(u32 line, unsigned int nr, const char *what, u32 (*run)(struct user *u))
{
	struct chip_guest *g = &guest[nr];
	struct user *u = &user[nr];

	chip_step(g, line);
	run(u);
	last = nr;
	if (!chip_answered(g, &u->g->rsp, what, false))
		return;
	run(u);
	chip_answered(g, &u->g->rsp, what, true);
}

#define act(nr, run) act_at(__LINE__, nr, #run, run)

static void host_comes_at(u32 line)
{
	chip_step(&guest[last], line);
	core_end_turn();
}

#define host_comes() host_comes_at(__LINE__)

static void guests_use_the_chip(void)
{
	act(RICH, begin_again);
	act(RICH, load);
	act(RICH, start_session);
	act(RICH, use_session);
	act(RICH, establish_transport);
	act(RICH, wrap);
	act(RICH, seal_data);
	act(PLAIN, begin_again);
	act(PLAIN, load);
	act(PLAIN, start_free_session);
	act(PLAIN, use_session);
	act(PLAIN, establish_transport);
	act(RICH, quote);
	act(PLAIN, sign_once);
	host_comes();
	act(RICH, use_session);
	act(RICH, unseal_data);
	act(RICH, wrap);
	act(RICH, save_session);
	act(RICH, load_session);
	act(PLAIN, use_session);
	act(PLAIN, wrap);
	host_comes();
	act(RICH, define_nv);
	act(RICH, write_nv);
	act(RICH, read_nv);
	act(RICH, list_nv);
	act(RICH, use_session);
	host_comes();
	act(PLAIN, use_session);
	act(RICH, flush_key);
	act(RICH, reset_and_begin);
	act(PLAIN, sign_once);
	host_comes();
}

/* It may have been told nonsense about the chip. */
static void guest_tries_the_chip(void)
{
	act(RICH, begin_again);
	act(RICH, load);
	act(RICH, start_session);
	host_comes();
	act(RICH, use_session);
	act(RICH, quote);
	act(RICH, list_nv);
	host_comes();
}

/* A chip that answers badly can be probed again later. */
static void probe(void)
{
	core_port.family->forget(&core_port);
	chip_step(NULL, FOR_PROBE);
	if (core_port.family->probe(&core_port)) {
		CHECK(chip_may(CHIP_KEEPS) && !core_port.facts);
		chip_recovers();
		CHECK_EQ(-core_port.family->probe(&core_port), 0);
	}
}

static void make_guests(void)
{
	unsigned int i;

	for (i = 0; i < NR_GUESTS; i++) {
		guest[i] = (struct chip_guest) { .name = guest[i].name };
		guest[i].vtpm = user[i].g->vtpm = core_new();
		core_set(guest[i].vtpm, VTPMB_SETTING_TRANSPORT, VTPMB_TRANSPORT_INSPECT);
	}
	core_grant(guest[RICH].vtpm, VTPMB_RANGE_NV, INDEX, INDEX + 0xff);
	core_set(guest[RICH].vtpm, VTPMB_SETTING_COMPOSITE, MASK);
}

static void free_guests(void)
{
	unsigned int i;

	for (i = 0; i < NR_GUESTS; i++)
		core_free(guest[i].vtpm);
}

/* After a reset, all is as on a good chip. */
static void works_after_reset(unsigned int nr)
{
	struct user *u = &user[nr];

	chip_step(&guest[nr], 0);
	CHECK_EQ(reset_and_begin(u), 0);
	CHECK_EQ(load(u), 0);
	CHECK_EQ(start_free_session(u), 0);
	CHECK_EQ(use_session(u), 0);
	core_end_turn();
	CHECK_EQ(use_session(u), 0);
	CHECK_EQ(sign_once(u), 0);
	core_end_turn();
}

/* The tables. */

static bool is_hosts(enum vtpmb_tpm12_kind kind, u32 handle)
{
	static const unsigned int of[] = { [TPM12_KEY] = 0, [TPM12_AUTH] = 1, [TPM12_TRANS] = 2 };

	return !chip_may_cost_host() && is_listed(&left[of[kind]], handle);
}

static const struct vtpmb_tpm12_entry *entry_at(unsigned int i)
{
	return &vtpmb_tpm12_table(guest[i / TPM12_NR_ENTRIES].vtpm)->entry[i % TPM12_NR_ENTRIES];
}

static void check_tables(void)
{
	const struct vtpmb_tpm12_entry *a, *b;
	unsigned int i, k;

	for (i = 0; i < NR_GUESTS * TPM12_NR_ENTRIES; i++) {
		a = entry_at(i);
		if (a->res.phys && is_hosts(a->kind, a->res.phys))
			core_fail(__FILE__, __LINE__, "0x%x is the host's", a->res.phys);
		if (!a->res.phys && !a->count)
			continue;
		for (k = 0; k < i; k++) {
			b = entry_at(k);
			if ((a->res.phys && a->kind == b->kind && a->res.phys == b->res.phys) ||
			    (a->count && a->count == b->count))
				core_fail(__FILE__, __LINE__, "0x%x, count %u is in two tables",
					  a->res.phys, a->count);
		}
	}
}

static u64 sub_of(const u8 *cmd, size_t len)
{
	switch (vtpmb_peek_u32(cmd + 6)) {
	case TPM_ORD_GetCapability:
		/* Properties are alike, but the owner is a BOOL. */
		if (vtpmb_peek_u32(cmd + 10) == TPM_CAP_PROPERTY)
			return vtpmb_peek_u32(cmd + 18) == TPM_CAP_PROP_OWNER;
		return (u64)vtpmb_peek_u32(cmd + 10) << 32 |
		       (len < 22 ? 0 : vtpmb_peek_u32(cmd + 18));
	case TPM_ORD_SaveContext:
	case TPM_ORD_FlushSpecific:
		return vtpmb_peek_u32(cmd + 14);
	case TPM_ORD_LoadContext:
		return vtpmb_peek_u32(cmd + 21);
	default:
		return 0;
	}
}

static bool makes_handle(u32 code)
{
	return code == TPM_ORD_OIAP || code == TPM_ORD_OSAP || code == TPM_ORD_LoadKey2 ||
	       code == TPM_ORD_LoadContext || code == TPM_ORD_EstablishTransport;
}

/* Two keys and three sessions beside the host's. */
static bool has_room(const u8 *cmd, u32 *rc)
{
	u32 code = vtpmb_peek_u32(cmd + 6);
	bool key = code == TPM_ORD_LoadKey2 ||
		   (code == TPM_ORD_LoadContext && vtpmb_peek_u32(cmd + 21) == TPM_RT_KEY);

	if (!makes_handle(code) || code == TPM_ORD_EstablishTransport)
		return true;
	*rc = key ? TPM_NOSPACE : TPM_RESOURCES;
	return count_handles(&host, key ? TPM_RT_KEY : TPM_RT_AUTH) <
	       left[!key].nr + (key ? 2 : 3);
}

/* Handles of guests by their number; others are as they are. */
#define NR_GUESTS_HANDLES	8

static u32 handle_of(u32 nr)
{
	unsigned int i, found = 0;

	if (!nr || nr > NR_GUESTS_HANDLES)
		return nr;
	for (i = 0; i < NR_GUESTS * TPM12_NR_ENTRIES; i++) {
		if (entry_at(i)->res.phys && ++found == nr)
			return entry_at(i)->res.phys;
	}
	return hosts_key;
}

/* A session that is being saved, or a handle that is flushed, may be another's. */
static struct chip_guest *owner_of(const u8 *cmd)
{
	u32 code = vtpmb_peek_u32(cmd + 6), handle = vtpmb_peek_u32(cmd + 10);
	unsigned int i;

	if (code != TPM_ORD_SaveContext && code != TPM_ORD_FlushSpecific)
		return NULL;
	for (i = 0; i < NR_GUESTS * TPM12_NR_ENTRIES; i++) {
		if (entry_at(i)->res.phys == handle)
			return &guest[i / TPM12_NR_ENTRIES];
	}
	return NULL;
}

static bool is_full(u32 rc)
{
	return rc == TPM_NOSPACE || rc == TPM_RESOURCES || rc == TPM_NOCONTEXTSPACE;
}

static bool is_done(u32 code, u32 rc)
{
	return false;
}

static const u32 busy[] = { TPM_RETRY };
static const u32 refusals[] = { 0x801, 0x802, 0x803, 0x15, 0x11, 0x63, 0x12, 0x07, 0x06 };
static const u32 lost[] = { 0x5a, 0x46, 0x0c, 0x03 };
static const u32 tags[] = { 0, 0xc4, 0xc5, 0xc6, 0x8001, 0xffff };
static u32 handles[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x01000000, 0x02000000, 0x40000000,
	0x40000007, 0xffffffff, 0 /* the host's key */, 0 /* the host's session */ };

#define LOST_NONCE(name)	{						\
	.guests = true, .row = name, .promise = CHIP_SPARES,			\
	.why = "the nonce of the session was in the response" }
#define TAKEN(ordinal, sent)	{						\
	.code = ordinal, .own = sent, .row = "handle of another", .promise = CHIP_ENDS, \
	.why = "who had the handle has lost it: the chip may have restarted" }

static const struct chip_excuse excuses[] = {
	LOST_NONCE("driver fails after"),
	LOST_NONCE("wrong size"),
	{ .code = TPM_ORD_SaveContext, .own = true, .sub = TPM_RT_AUTH, .promise = CHIP_SPARES,
	  .why = "the context of the session was in the response" },
	{ .code = TPM_ORD_SaveContext, .own = true, .sub = TPM_RT_TRANS, .promise = CHIP_SPARES,
	  .why = "the context of the session was in the response" },
	{ .code = TPM_ORD_LoadContext, .own = true, .sub = TPM_RT_AUTH, .promise = CHIP_SPARES,
	  .why = "the new handle of the session was in the response" },
	{ .code = TPM_ORD_LoadContext, .own = true, .sub = TPM_RT_TRANS, .promise = CHIP_SPARES,
	  .why = "the new handle of the session was in the response" },
	TAKEN(TPM_ORD_OIAP, false),
	TAKEN(TPM_ORD_OSAP, false),
	TAKEN(TPM_ORD_LoadKey2, false),
	TAKEN(TPM_ORD_EstablishTransport, false),
	TAKEN(TPM_ORD_LoadContext, true),
	{ .step = FOR_PROBE, .promise = CHIP_ENDS, .why = "the chip lacks what it does not list" },
};

static const struct chip_family tpm12 = {
	.family = CORE_TPM12,
	.sub = sub_of,
	.owner = owner_of,
	.check = check_tables,
	.busy = busy, .nr_busy = ARRAY_SIZE(busy),
	.refusals = refusals, .nr_refusals = ARRAY_SIZE(refusals),
	.lost = lost, .nr_lost = ARRAY_SIZE(lost),
	.handle = handle_of,
	.handles = handles, .nr_handles = ARRAY_SIZE(handles),
	.tags = tags, .nr_tags = ARRAY_SIZE(tags),
	.gap = TPM_CONTEXT_GAP,
	.count_at = 40,
	.makes = makes_handle,
	.has_room = has_room,
	.excuses = excuses, .nr_excuses = ARRAY_SIZE(excuses),
	.full = is_full,
	.done = is_done,
};

static void begin(void)
{
	u8 owner[20], srk[20];

	core_seed(1);
	core_start(CORE_TPM12);
	core_turn = 0;
	core_host_comes = false;
	memset(owner, owner_secret, sizeof(owner));
	memset(srk, srk_secret, sizeof(srk));
	core_take_ownership(owner, srk);
	core_probe();
	host_leaves_something();
	handles[ARRAY_SIZE(handles) - 2] = hosts_key;
	handles[ARRAY_SIZE(handles) - 1] = hosts_session.handle;
}

static void run(bool probes)
{
	unsigned int i;

	begin();
	if (probes) {
		chip_begin(&tpm12);
		probe();
		chip_no_more();
		make_guests();
	} else {
		make_guests();
		chip_begin(&tpm12);
	}
	if (probes)
		guest_tries_the_chip();
	else
		guests_use_the_chip();
	chip_recovers();
	if (probes) {
		free_guests();
		core_probe();
		make_guests();
	}
	if (chip_may_leave())
		host_cleans_up();
	for (i = 0; i < NR_GUESTS; i++)
		works_after_reset(i);
	free_guests();
	if (chip_may_leave())
		host_cleans_up();
	host_has_its_own();
	CHECK(list_empty(&core_port.saved));
	chip_end();
	host_forgets();
	core_turn = 1;
	core_host_comes = true;
	core_stop();
}

static void chip_that_is_probed_gets_each_bad_answer(void)
{
	run(true);
}

static void everything_gets_each_bad_answer(void)
{
	run(false);
}

static const struct core_test tests[] = {
	CORE_TEST(chip_that_is_probed_gets_each_bad_answer),
	CORE_TEST(everything_gets_each_bad_answer),
};

CORE_MAIN(tests)
