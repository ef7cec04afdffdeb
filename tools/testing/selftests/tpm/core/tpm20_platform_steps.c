// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: hierarchies, PCRs, start-up, capabilities. */

#include "tpm20_steps.h"

#define ONES	"1111111111111111111111111111111111111111111111111111111111111111"

static const struct digest no_auth;

/* A command with one hierarchy and its authValue, which lasts. */
static void begin_hierarchy(struct call *c, struct diff_guest *g, u32 code, u32 hierarchy)
{
	begin_call(c, g, code);
	c->steady = true;
	use_handle(c, hierarchy);
	authorise_hierarchy(c, hierarchy);
}

/* Sometimes a wrong one: it is no lasting matter but for lockout. */
static void chance_wrong(struct call *c)
{
	if (c->handle[OURS][0] != TPM2_RH_LOCKOUT && diff_once_in(c->g, 20))
		c->auth[0].wrong = true;
}

/* Capabilities. */

/* Why a property is another one here; 0: none. */
static bool is_virtual(u32 property)
{
	static const u32 own[] = {
		0x10e,		/* HR_TRANSIENT_MIN: more slots */
		0x110, 0x111,	/* HR_LOADED_MIN, ACTIVE_SESSIONS_MAX */
		0x114,		/* NV counters */
		0x11e, 0x11f,	/* sizes of commands and responses */
		0x121,		/* MAX_OBJECT_CONTEXT */
		0x122,		/* MAX_SESSION_CONTEXT */
		0x129, 0x12a, 0x12b, /* numbers of commands */
		0x202,		/* HR_NV_INDEX */
		0x203, 0x204,	/* HR_LOADED, HR_LOADED_AVAIL */
		0x205, 0x206,	/* HR_ACTIVE, HR_ACTIVE_AVAIL */
		0x207,		/* HR_TRANSIENT_AVAIL */
		0x208, 0x209,	/* HR_PERSISTENT, HR_PERSISTENT_AVAIL */
		0x20a, 0x20b,	/* NV counters */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		if (own[i] == property)
			return true;
	}
	return false;
}

/* A list of properties with values: the same tags, and the same values. */
static bool properties_agree(struct call *c)
{
	u32 nr = vtpmb_peek_u32(c->out[OURS] + 5), i;
	const u8 *ours = c->out[OURS] + 9, *twins = c->out[TWINS] + 9;

	if (nr != vtpmb_peek_u32(c->out[TWINS] + 5) || c->out_len[OURS] != 9 + 8 * nr)
		return false;
	for (i = 0; i < nr; i++, ours += 8, twins += 8) {
		if (memcmp(ours, twins, 4))
			return false;
		if (!memcmp(ours + 4, twins + 4, 4) || is_virtual(vtpmb_peek_u32(ours)))
			continue;
		if (vtpmb_peek_u32(ours) == TPM2_PT_LOCKOUT_COUNTER)
			diff_met(c->g, &c->pair, "failedTries");
		else if (vtpmb_peek_u32(ours) == TPM2_PT_STARTUP_CLEAR)
			diff_met(c->g, &c->pair, "orderly");
		else
			return false;
	}
	return true;
}

/* Sessions have numbers of their own; so may objects, see note_skew(). */
static bool handles_agree(const struct call *c)
{
	u8 type = c->params[OURS][4];

	if (type == 0x80 && model_of(c->g)->skewed)
		return true;
	if (type == 2 || type == 3)
		return c->out_len[OURS] == c->out_len[TWINS];
	return c->out_len[OURS] == c->out_len[TWINS] &&
	       !memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]);
}

static bool capabilities_agree(struct call *c)
{
	switch (vtpmb_peek_u32(c->out[OURS] + 1)) {
	case TPM2_CAP_TPM_PROPERTIES:
		return properties_agree(c);
	case TPM2_CAP_HANDLES:
		return handles_agree(c);
	case TPM2_CAP_COMMANDS:
	case TPM2_CAP_PP_COMMANDS:
	case TPM2_CAP_PCR_PROPERTIES:
		return c->out[OURS][0] <= 1;
	default:
		return c->out_len[OURS] == c->out_len[TWINS] &&
		       !memcmp(c->out[OURS], c->out[TWINS], c->out_len[OURS]);
	}
}

static void ask(struct diff_guest *g, u32 capability, u32 property, u32 count, bool audience)
{
	struct call c;

	begin_call(&c, g, TPM2_CC_GetCapability);
	put_u32(&c, capability);
	put_u32(&c, property);
	put_u32(&c, count);
	if (audience)
		bystander(&c);
	c.agrees = capabilities_agree;
	send_call(&c, AGREE_CODE);
}

/* Start-up. */

void start_up(struct diff_guest *g)
{
	send_text(g, AGREE_BYTES, "8001 ???????? 00000144 0000");
}

static bool start(struct diff_guest *g, bool state)
{
	return send_text(g, AGREE_BYTES, state ? "8001 ???????? 00000144 0001" :
						 "8001 ???????? 00000144 0000");
}

static void shut_down(struct diff_guest *g, bool state)
{
	if (send_text(g, AGREE_BYTES, state ? "8001 ???????? 00000145 0001" :
					      "8001 ???????? 00000145 0000"))
		model_of(g)->guarded = false;
}

/* PCRs. */

static void begin_pcr(struct call *c, struct diff_guest *g, u32 code, u32 pcr)
{
	begin_call(c, g, code);
	use_handle(c, pcr);
	authorise_handle(c, pcr, &no_auth);
}

static u32 chance_pcr(struct diff_guest *g)
{
	return diff_once_in(g, 40) ? TPM2_RH_NULL : diff_of(g, 24);
}

static void step_extend(struct diff_guest *g)
{
	unsigned int nr = diff_once_in(g, 3) ? 2 : 1, i;
	u8 digest[32];
	struct call c;

	begin_pcr(&c, g, TPM2_CC_PCR_Extend, chance_pcr(g));
	put_u32(&c, nr);
	for (i = 0; i < nr; i++) {
		diff_bytes(g, digest, sizeof(digest));
		put_u16(&c, i ? TPM2_ALG_SHA1 : TPM2_ALG_SHA256);
		put_mem(&c, digest, i ? 20 : 32);
	}
	send_call(&c, AGREE_BYTES);
}

static void step_event(struct diff_guest *g)
{
	u8 event[100];
	struct call c;

	diff_bytes(g, event, sizeof(event));
	begin_pcr(&c, g, TPM2_CC_PCR_Event, chance_pcr(g));
	put_2b(&c, event, diff_of(g, sizeof(event)));
	send_call(&c, AGREE_BYTES);
}

static void step_pcr_reset(struct diff_guest *g)
{
	struct call c;

	begin_pcr(&c, g, TPM2_CC_PCR_Reset, diff_once_in(g, 2) ? COMPOSITE_PCR : chance_pcr(g));
	send_call(&c, AGREE_BYTES);
}

static void step_pcr_auth(struct diff_guest *g)
{
	struct call c;

	if (diff_once_in(g, 2)) {
		begin_pcr(&c, g, TPM2_CC_PCR_SetAuthValue, diff_of(g, 24));
		put_hex(&c, "0003 616263");
	} else {
		begin_hierarchy(&c, g, TPM2_CC_PCR_SetAuthPolicy, TPM2_RH_PLATFORM);
		put_hex(&c, "0000 0010");
		put_u32(&c, diff_of(g, 24));
	}
	send_call(&c, AGREE_BYTES);
}

static void step_pcr_read(struct diff_guest *g)
{
	u8 selection[6];
	unsigned int nr = 1 + diff_of(g, 2), i;
	struct call c;

	begin_call(&c, g, TPM2_CC_PCR_Read);
	put_u32(&c, nr);
	for (i = 0; i < nr; i++) {
		diff_bytes(g, selection, sizeof(selection));
		put_u16(&c, selection[0] & 1 ? TPM2_ALG_SHA256 : TPM2_ALG_SHA1);
		put_u8(&c, 3);
		put_mem(&c, selection + 1, 3);
	}
	if (diff_once_in(g, 20))
		bystander(&c);
	send_call(&c, AGREE_BYTES);
}

static void step_allocate(struct diff_guest *g)
{
	static const char * const banks[] = {
		"00000001 000b 03 ffffff", "00000001 0004 03 ffffff", "00000001 0004 03 000000",
		"00000002 0004 03 ffffff 000b 03 ffffff", "00000001 000c 03 ffffff",
		"00000001 000c 03 000000", "00000001 0027 03 ffffff",
	};
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_PCR_Allocate, TPM2_RH_PLATFORM);
	chance_wrong(&c);
	put_hex(&c, banks[diff_of(g, ARRAY_SIZE(banks))]);
	/* Whether it can be, and how many PCRs: what space it takes is the chip's. */
	if (send_call(&c, AGREE_LENGTH)) {
		if (memcmp(c.out[OURS], c.out[TWINS], 5))
			diff_differ(g, &c.pair, "allocationSuccess");
		model_of(g)->allocated = true;
	}
}

/* Hierarchies. */

static void step_change_auth(struct diff_guest *g)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_PLATFORM, TPM2_RH_LOCKOUT };
	unsigned int hier = diff_of(g, NR_AUTHS);
	struct digest auth = { .len = diff_once_in(g, 2) ? 0 : diff_of(g, 20) };
	struct call c;

	diff_bytes(g, auth.at, auth.len);
	if (auth.len)
		auth.at[auth.len - 1] |= 1;
	begin_hierarchy(&c, g, TPM2_CC_HierarchyChangeAuth, hierarchies[hier]);
	chance_wrong(&c);
	c.new_auth = &auth;
	put_2b(&c, auth.at, auth.len);
	if (send_call(&c, AGREE_BYTES))
		model_of(g)->auth[hier] = auth;
}

/* What is in a hierarchy that is switched off goes. */
static void drop_hierarchy(struct diff_guest *g, u32 hier, bool contexts)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++) {
		struct object *o = &m->object[i];

		if (!o->live || o->hier != hier)
			continue;
		if (o->saved)
			m->stale[1] = o->context;
		o->loaded = false;
		if (contexts || !o->saved)
			drop_object(o);
	}
	for (i = 0; contexts && i < ARRAY_SIZE(m->persistent); i++) {
		if (m->persistent[i].hier == hier)
			drop_object(&m->persistent[i]);
	}
}

static bool enable(struct diff_guest *g, u32 by, u32 hier, bool on)
{
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_HierarchyControl, by);
	put_u32(&c, hier);
	put_u8(&c, on);
	return send_call(&c, AGREE_BYTES);
}

/* Off, what that forbids, and on again. */
static void step_hierarchy_control(struct diff_guest *g)
{
	static const u32 hierarchies[] = { TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, 0x4000000d };
	u32 hier = hierarchies[diff_of(g, 3)];
	bool own = hier < 0x4000000c && diff_once_in(g, 2);

	if (!enable(g, own ? hier : TPM2_RH_PLATFORM, hier, false))
		return;
	drop_hierarchy(g, hier, false);
	ask(g, 6, 0x200, 2, false);
	ask(g, 1, 0x40000000, 64, false);
	enable(g, hier < 0x4000000c ? hier : TPM2_RH_PLATFORM, hier, true);
	if (!enable(g, TPM2_RH_PLATFORM, hier, true))
		diff_renew(g);
}

/* A proxy has its share of the chip's tries; a TPM of its own has all. */
void limit_tries(struct diff_guest *g)
{
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_DictionaryAttackParameters, TPM2_RH_LOCKOUT);
	put_u32(&c, 8 + diff_of(g, 8));
	put_hex(&c, "00000e10 00000e10");
	if (!send_call(&c, AGREE_BYTES) && model_of(g)->cleared)
		diff_renew(g);
}

/* A Clear brings the maker's PCR banks back, but not here. */
static void see_allocation(struct diff_guest *g)
{
	shut_down(g, false);
	diff_reset(g);
	start(g, false);
	drop_all(g, true);
	ask(g, TPM2_CAP_PCRS, 0, 1, false);
	diff_renew(g);
}

static void step_clear(struct diff_guest *g)
{
	struct model *m = model_of(g);
	u32 by = diff_once_in(g, 2) ? TPM2_RH_PLATFORM : TPM2_RH_LOCKOUT;
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_Clear, by);
	chance_wrong(&c);
	if (by == TPM2_RH_LOCKOUT)
		c.new_auth = &no_auth;
	if (!send_call(&c, AGREE_BYTES))
		return;
	m->cleared = true;
	drop_hierarchy(g, TPM2_RH_OWNER, true);
	drop_hierarchy(g, TPM2_RH_ENDORSEMENT, true);
	m->auth[OWNER].len = 0;
	m->auth[ENDORSEMENT].len = 0;
	m->auth[LOCKOUT].len = 0;
	memset(m->blob, 0, sizeof(m->blob));
	memset(m->index, 0, sizeof(m->index));
	/* Which are the maker's again, and a proxy's share is another number. */
	limit_tries(g);
	if (m->allocated)
		see_allocation(g);
}

static void step_clear_control(struct diff_guest *g)
{
	u32 by = diff_once_in(g, 3) ? TPM2_RH_LOCKOUT : TPM2_RH_PLATFORM;
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_ClearControl, by);
	chance_wrong(&c);
	put_u8(&c, diff_of(g, 2));
	send_call(&c, AGREE_BYTES);
}

static void step_set_policy(struct diff_guest *g)
{
	static const u32 hierarchies[] =
		{ TPM2_RH_PLATFORM, TPM2_RH_OWNER, TPM2_RH_ENDORSEMENT, TPM2_RH_LOCKOUT };
	unsigned int hier = diff_of(g, 4);
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_SetPrimaryPolicy, hierarchies[hier]);
	chance_wrong(&c);
	if (!hier && diff_once_in(g, 2))
		put_hex(&c, "0020 " ONES "000b");
	else
		put_hex(&c, "0000 0010");
	send_call(&c, AGREE_BYTES);
}

static void step_pp_commands(struct diff_guest *g)
{
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_PP_Commands, TPM2_RH_PLATFORM);
	chance_wrong(&c);
	put_hex(&c, diff_once_in(g, 2) ? "00000001 00000126 00000000" :
					 "00000000 00000001 00000126");
	send_call(&c, AGREE_BYTES);
}

static void step_lock_reset(struct diff_guest *g)
{
	struct call c;

	begin_hierarchy(&c, g, TPM2_CC_DictionaryAttackLockReset, TPM2_RH_LOCKOUT);
	if (send_call(&c, AGREE_BYTES))
		model_of(g)->counted = false;
}

/* The bridge drops saved sessions at each reset; a TPM keeps some. */
static void flush_saved_sessions(struct diff_guest *g)
{
	struct model *m = model_of(g);
	unsigned int i;

	for (i = 0; i < NR_SESSIONS; i++) {
		if (m->session[i].live && !m->session[i].loaded)
			flush_session(g, &m->session[i]);
	}
}

static void step_reset(struct diff_guest *g)
{
	unsigned int how = diff_of(g, 4);
	bool resume, reset;

	/* With none, what was protected counts as a guess: not too often. */
	if (!how && model_of(g)->guarded && !diff_once_in(g, 8))
		how = 1;
	if (how)
		shut_down(g, how >= 2);
	model_of(g)->counted |= model_of(g)->guarded;
	model_of(g)->guarded = false;
	diff_reset(g);
	if (diff_once_in(g, 4))
		send_text(g, AGREE_BYTES, "8001 ???????? 0000017b 0008");
	resume = how == 3 && start(g, true);
	if (!resume && !start(g, false)) {
		diff_renew(g);
		return;
	}
	reset = how < 2;
	if (!resume)
		model_of(g)->auth[PLATFORM].len = 0;
	flush_saved_sessions(g);
	drop_all(g, reset || !resume);
	drop_locked(g);
	send_text(g, AGREE_BYTES, "8001 ???????? 0000017e 00000001 000b 03 ff0080");
}

static void step_shutdown(struct diff_guest *g)
{
	shut_down(g, diff_once_in(g, 2));
}

static void step_capability(struct diff_guest *g)
{
	static const struct {
		u32 capability;
		u32 property;
		u32 count;
	} some[] = {
		{ 0, 0, 64 }, { 0, 0x23, 3 }, { 1, 0x80000000, 64 }, { 1, 0x80000001, 1 },
		{ 1, 0x81000000, 64 }, { 1, 0x40000000, 64 }, { 1, 0, 64 }, { 1, 0x02000000, 64 },
		{ 1, 0x03000000, 64 }, { 1, 0x01000000, 64 }, { 2, 0x11f, 256 }, { 3, 0x11f, 256 },
		{ 4, 0x11f, 256 }, { 5, 0, 64 }, { 6, 0x100, 64 }, { 6, 0x200, 64 },
		{ 6, 0x20e, 4 }, { 7, 0, 64 }, { 8, 0, 64 }, { 9, 0x40000000, 64 },
		{ 10, 0, 64 }, { 0x100, 0, 1 }, { 6, 0x300, 4 },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(some));

	ask(g, some[i].capability, some[i].property,
	    diff_once_in(g, 4) ? diff_of(g, 8) : some[i].count, diff_once_in(g, 20));
}

/* Commands without handles, sessions or memory. */
static void step_plain(struct diff_guest *g)
{
	static const struct {
		const char *text;
		enum agree agree;
	} plain[] = {
		{ "8001 ???????? 00000143 00", AGREE_BYTES },
		{ "8001 ???????? 00000143 01", AGREE_BYTES },
		{ "8001 ???????? 00000142 00000001 000b", AGREE_CODE },
		{ "8001 ???????? 00000142 00000000", AGREE_CODE },
		{ "8001 ???????? 00000146 0004 01020304", AGREE_BYTES },
		{ "8001 ???????? 00000178 0003", AGREE_BYTES },
		{ "8001 ???????? 00000178 0004", AGREE_BYTES },
		{ "8001 ???????? 00000178 0099", AGREE_BYTES },
		{ "8001 ???????? 0000017b 0020", AGREE_LENGTH },
		{ "8001 ???????? 0000017b 0400", AGREE_LENGTH },
		{ "8001 ???????? 0000017c", AGREE_CODE },
		{ "8001 ???????? 00000181", AGREE_LENGTH },
		{ "8001 ???????? 0000018a 0023 0010 0010 0003 0010", AGREE_BYTES },
		{ "8001 ???????? 0000018a 0001 0006 0080 0043 0010 0800 00000000", AGREE_BYTES },
		{ "8001 ???????? 0000018a 0025 0006 0081 0043", AGREE_BYTES },
		{ "8001 ???????? 00000144 0000", AGREE_BYTES },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(plain));

	send_text(g, plain[i].agree, plain[i].text);
}

/* A wrong lockoutAuth, and what comes of it. */
static void step_locked_out(struct diff_guest *g)
{
	struct call c;

	shut_down(g, false);
	begin_hierarchy(&c, g, TPM2_CC_DictionaryAttackLockReset, TPM2_RH_LOCKOUT);
	c.auth[0].wrong = true;
	send_call(&c, AGREE_BYTES);
	step_lock_reset(g);
	diff_reset(g);
	start(g, false);
	drop_all(g, true);
	step_lock_reset(g);
	diff_renew(g);
}

/* What would change or show the chip for all its users. */
static void step_unsafe(struct diff_guest *g)
{
	static const struct {
		u32 code;
		u32 handle[2];
		const char *params;
	} unsafe[] = {
		{ 0x11f, { 0x01000000, TPM2_RH_PLATFORM }, "" },
		{ 0x124, { TPM2_RH_PLATFORM }, "" },
		{ 0x125, { TPM2_RH_PLATFORM }, "" },
		{ 0x128, { TPM2_RH_OWNER }, "00000000 00ffffff" },
		{ 0x130, { TPM2_RH_OWNER }, "00" },
		{ 0x132, { TPM2_RH_OWNER }, "" },
		{ 0x133, { TPM2_RH_ENDORSEMENT, TPM2_RH_NULL }, "0000 0010" },
		{ 0x13f, { TPM2_RH_PLATFORM }, "00000000" },
		{ 0x140, { TPM2_RH_OWNER }, "000b 00000000 00000000" },
	};
	unsigned int i = diff_of(g, ARRAY_SIZE(unsafe));
	struct call c;

	begin_call(&c, g, unsafe[i].code);
	c.steady = true;
	use_handle(&c, unsafe[i].handle[0]);
	authorise_hierarchy(&c, unsafe[i].handle[0]);
	if (unsafe[i].handle[1]) {
		use_handle(&c, unsafe[i].handle[1]);
		authorise_hierarchy(&c, unsafe[i].handle[1]);
	}
	put_hex(&c, unsafe[i].params);
	send_call(&c, AGREE_CODE);
}

/* For some commands, somebody is at the machine. */
static void step_presence(struct diff_guest *g)
{
	diff_presence(g, true);
	step_pp_commands(g);
	if (diff_once_in(g, 2))
		step_clear_control(g);
	ask(g, 3, 0x11f, 256, false);
	diff_presence(g, false);
}

/* For some commands, the platform's own code speaks. */
static void step_locality(struct diff_guest *g)
{
	unsigned int nr = 1 + diff_of(g, 4);

	diff_locality(g, diff_of(g, 5));
	while (nr--) {
		step_extend(g);
		step_pcr_reset(g);
		step_event(g);
	}
	diff_locality(g, 0);
}

/* A resource manager comes, or goes. */
static void step_manager(struct diff_guest *g)
{
	model_of(g)->manager = diff_once_in(g, 3);
}

const struct step platform_steps[] = {
	{ 10, step_extend },
	{ 4, step_event },
	{ 3, step_pcr_reset },
	{ 2, step_pcr_auth },
	{ 8, step_pcr_read },
	{ 1, step_allocate },
	{ 4, step_change_auth },
	{ 2, step_hierarchy_control },
	{ 1, step_clear },
	{ 2, step_clear_control },
	{ 3, step_set_policy },
	{ 1, step_pp_commands },
	{ 3, step_lock_reset },
	{ 2, limit_tries },
	{ 3, step_reset },
	{ 2, step_shutdown },
	{ 14, step_capability },
	{ 14, step_plain },
	{ 1, step_locked_out },
	{ 1, step_unsafe },
	{ 1, step_presence },
	{ 2, step_locality },
	{ 4, step_manager },
	{}
};
