// SPDX-License-Identifier: GPL-2.0-only
/* Differential test, TPM 1.2: what differs and why, and what guests do. */

#include <stdlib.h>
#include "tpm12_model.h"
#include "tpm12/books.h"
#include "tpm12/flags.h"
#include "tpm12/grant.h"
#include "tpm12/state.h"

/* Conditions of the rows. */

static const struct call *call_of(const struct diff_pair *p)
{
	return container_of(p, struct call, pair);
}

static bool is_spoilt(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt;
}

static bool is_vague(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt || call_of(p)->vague;
}

/* What a proxy says of a command that makes no sense, and does not pass on. */
static bool looks_first(const struct diff_guest *g, const struct diff_pair *p)
{
	static const u8 codes[] = {
		TPM_BAD_PARAMETER, TPM_DEACTIVATED, TPM_DISABLED, TPM_INSTALL_DISABLED,
		TPM_NOSRK, TPM_OWNER_SET, TPM_BAD_PARAM_SIZE, TPM_FAILEDSELFTEST,
		TPM_BADTAG, TPM_INVALID_POSTINIT, TPM_RESOURCEMISSING, TPM_BADCONTEXT,
	};

	return is_vague(g, p) && memchr(codes, p->rsp[OURS].rc, sizeof(codes));
}

static bool is_of_copy(const struct diff_guest *g, const struct diff_pair *p)
{
	return model_of(g)->copied;
}

static bool is_doubtful(const struct diff_guest *g, const struct diff_pair *p)
{
	return model_of(g)->resync_needed;
}

/* TPM_RT_KEY, and additionalData says that a reset ends it. */
static bool dies_of_reset(const struct diff_guest *g, const struct diff_pair *p)
{
	const u8 *blob = p->cmd[OURS] + VTPMB_HEADER_SIZE + 4 + 1 + 4;

	return p->len[OURS] > 74 && vtpmb_peek_u32(blob + 2) == 1 && blob[54];
}

/* TPM_RT_KEY and keepHandle, but another key has the handle by now. */
static bool keeps_handle_of_another(const struct diff_guest *g, const struct diff_pair *p)
{
	const u8 *keep = p->cmd[OURS] + VTPMB_HEADER_SIZE + 4, *blob = keep + 1 + 4;

	return *keep && vtpmb_peek_u32(blob + 2) == 1 &&
	       vtpmb_tpm12_entry(g->vtpm, TPM12_KEY, vtpmb_peek_u32(blob + 6));
}

static bool is_of_nothing(const struct diff_guest *g, const struct diff_pair *p)
{
	return model_of(g)->undefined;
}

/* On one side it is somebody's. */
static bool is_made_up(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt && (p->code == 0x22 || p->code == 0x96 || p->code == 0xba);
}

static bool was_reset(const struct diff_guest *g, const struct diff_pair *p)
{
	return model_of(g)->was_reset;
}

static bool has_no_owner(const struct diff_guest *g, const struct diff_pair *p)
{
	return !model_of(g)->owner;
}

/* It counts to a proxy. */
static bool has_saved(const struct diff_guest *g, const struct diff_pair *p)
{
	return vtpmb_tpm12_table(g->vtpm)->nr_saved;
}

static bool is_of_presence(const struct diff_guest *g, const struct diff_pair *p)
{
	u32 code = call_of(p)->row->code;

	return code == 0xcd || code == 0xcf;
}

/* Why a proxy refuses the command inside. */
static bool refuses_wrapped(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct vtpmb_tpm12_row *row = call_of(p)->row;
	u32 twins = p->rsp[TWINS].len > 36 ? vtpmb_peek_u32(p->rsp[TWINS].buf + 26 + 6) : 0;

	switch (p->rsp[OURS].rc) {
	case TPM_NO_WRAP_TRANSPORT:
		return row->local || row->own || !row->opaque;
	case TPM_INVALID_PCR_INFO:
	case TPM_BADINDEX:
	case TPM_BAD_COUNTER:
	case TPM_AREA_LOCKED:
	case TPM_BAD_ORDINAL:
		return true;
	default:
		return twins || p->spoilt;
	}
}

/* The HMAC of the command that wraps is wrong, but a proxy looks inside first. */
static bool refuses_before_hmac(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->outer.wrong && refuses_wrapped(g, p);
}

static bool is_refused(const struct diff_guest *g, const struct diff_pair *p)
{
	bool permits;

	mutex_lock(&g->vtpm->lock);
	permits = vtpmb_tpm12_permits(g->vtpm, p->code);
	mutex_unlock(&g->vtpm->lock);
	return !permits;
}

static bool has_auth(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->nr_auths || call_of(p)->trans || p->spoilt;
}

/* A TPM ends its session, a proxy does not look at it. */
static bool is_refused_with_auth(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_refused(g, p) && has_auth(g, p);
}

static bool is_denied_flag(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->cmd[OURS][1] != 0xc1;
}

/* A key that it names is not there. */
static bool names_no_key(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct call *c = call_of(p);
	u32 at = c->row->entity ? VTPMB_HEADER_SIZE + 2 : VTPMB_HEADER_SIZE;
	unsigned int i, nr = c->row->entity ? 1 : c->row->keys;

	for (i = 0; i < nr && !c->trans; i++) {
		u32 handle = vtpmb_peek_u32(p->cmd[OURS] + at + 4 * i);

		if (!tpm12_is_fixed(handle) && !vtpmb_tpm12_entry(g->vtpm, TPM12_KEY, handle))
			return true;
	}
	return c->trans;
}

static bool shows_no_owner(const struct diff_guest *g, const struct diff_pair *p)
{
	return !vtpmb_tpm12_owned(g->vtpm);
}

static bool is_of_nv(const struct diff_guest *g, const struct diff_pair *p)
{
	u32 code = call_of(p)->row->code;

	return (code >= 0xcc && code <= 0xd0) || code == 0x0b || code == 0x65;
}

static bool is_of_span(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->row->spans;
}

/* It went with the owner. */
static bool is_of_lost_nv(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_of_nv(g, p) && has_no_owner(g, p);
}

/* transport=allow: nobody looks at what PCRs it names. */
static bool is_of_any_pcr(const struct diff_guest *g, const struct diff_pair *p)
{
	static const u8 codes[] = { 0x16, 0x17, 0x18, 0x3d, 0x3e };

	return core_get(g->vtpm, VTPMB_SETTING_TRANSPORT) == VTPMB_TRANSPORT_ALLOW &&
	       memchr(codes, call_of(p)->row->code, sizeof(codes));
}

static bool is_cap(const struct diff_pair *p, u32 area)
{
	return vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE) == area;
}

static u32 sub_cap(const struct diff_pair *p)
{
	return vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE + 8);
}

static bool asks_ordinal(const struct diff_guest *g, const struct diff_pair *p)
{
	bool permits;

	if (!is_cap(p, TPM_CAP_ORD))
		return false;
	mutex_lock(&g->vtpm->lock);
	permits = vtpmb_tpm12_permits(g->vtpm, sub_cap(p));
	mutex_unlock(&g->vtpm->lock);
	return permits == p->rsp[OURS].buf[14];
}

static bool asks_transport(const struct diff_guest *g, const struct diff_pair *p)
{
	return (is_cap(p, TPM_CAP_TRANS_ALG) || is_cap(p, TPM_CAP_TRANS_ES)) &&
	       core_get(g->vtpm, VTPMB_SETTING_TRANSPORT) < VTPMB_TRANSPORT_ORDINAL;
}

static bool asks_property(const struct diff_guest *g, const struct diff_pair *p)
{
	static const u32 others[] = {
		0x10a, 0x10b, 0x10c, 0x10d, 0x10e, 0x112, 0x113, 0x116, 0x11a, 0x11d, 0x11e, 0x122,
		0x123, 0x124,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others) && is_cap(p, TPM_CAP_PROPERTY); i++) {
		if (sub_cap(p) == others[i])
			return true;
	}
	return false;
}

static bool asks_lost_nv(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_cap(p, TPM_CAP_NV_LIST) && has_no_owner(g, p);
}

/* TPM_NV_DATA_PUBLIC ends with bReadSTClear, bWriteSTClear, bWriteDefine and dataSize. */
static bool asks_nv_lock(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct core_rsp *ours = &p->rsp[OURS], *twins = &p->rsp[TWINS];
	u32 locks = ours->len - 7, rest = ours->len - 5;

	return is_cap(p, TPM_CAP_NV_INDEX) && ours->len == twins->len &&
	       !memcmp(ours->buf, twins->buf, locks) &&
	       !memcmp(ours->buf + rest, twins->buf + rest, 5);
}

/* TPM_CAP_PROCESS_ID of libtpms */
static bool asks_process(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_cap(p, TPM_CAP_MFR) && sub_cap(p) == 0x20;
}

static bool asks_counters(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_cap(p, TPM_CAP_HANDLE) && sub_cap(p) == TPM_RT_COUNTER;
}

static bool asks_failures(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_cap(p, TPM_CAP_DA_LOGIC);
}

/* Flags that a guest without an owner would see set. */
static bool asks_pubek(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_cap(p, TPM_CAP_FLAG) && sub_cap(p) == TPM_CAP_FLAG_PERMANENT &&
	       shows_no_owner(g, p);
}

/* TPM_Extend and TPM_SHA1CompleteExtend */
static bool extends_register(const struct diff_guest *g, const struct diff_pair *p)
{
	return represents(g, vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE));
}

/* TPM_PCR_Reset: the selection has three bytes, or it is refused. */
static u32 reset_pcrs(const struct diff_pair *p)
{
	const u8 *selected = p->cmd[OURS] + VTPMB_HEADER_SIZE + 2;

	return selected[0] | selected[1] << 8 | selected[2] << 16;
}

static u32 registers_of(const struct diff_guest *g)
{
	return (represents(g, COMPOSITE_PCR) ? 1u << COMPOSITE_PCR : 0) |
	       (represents(g, ATTEST_PCR) ? 1u << ATTEST_PCR : 0);
}

static bool resets_register(const struct diff_guest *g, const struct diff_pair *p)
{
	return reset_pcrs(p) & registers_of(g);
}

static bool resets_registers_alone(const struct diff_guest *g, const struct diff_pair *p)
{
	return resets_register(g, p) && !(reset_pcrs(p) & ~registers_of(g));
}

#define WHY_REGISTER	"what represents other PCRs changes with them alone"
#define WHY_REFUSED	"what changes or shows the chip for all needs a grant"
#define WHY_OWNER	"what hurts all users needs an unsafe grant, and cannot be made up"
#define WHY_PCRS	"the chip would judge by its own PCRs"
#define WHY_PROPERTY	"a proxy's sessions, contexts, counters, NV and buffer are its own"

static struct diff_row rows[] = {
	{ .ours = 0x0a, .twins = DIFF_ANY, .when = is_refused_with_auth, .repair = DIFF_BROKEN,
	  .why = WHY_REFUSED },
	{ .ours = 0x0a, .twins = DIFF_ANY, .when = is_refused, .repair = DIFF_RENEW,
	  .why = WHY_REFUSED },
	{ .ours = 0x0a, .twins = 0x0a, .what = "parameters", .when = has_auth,
	  .why = "libtpms answers some ordinals that it does not have with a tag of success" },
	{ .ours = 0x803, .twins = DIFF_ANY, .when = has_auth, .repair = DIFF_BROKEN,
	  .rare = true,
	  .why = "a proxy that has guessed is locked out before it can lock the chip" },
	{ .code = 0x3f, .ours = 0x08, .twins = DIFF_ANY, .when = is_denied_flag,
	  .repair = DIFF_RENEW, .why = WHY_OWNER },
	{ .code = 0x5b, .ours = 0x05, .twins = DIFF_ANY, .repair = DIFF_RENEW, .why = WHY_OWNER },
	{ .code = 0x5c, .ours = 0x08, .twins = DIFF_ANY, .repair = DIFF_RENEW, .why = WHY_OWNER },
	{ .code = 0x6e, .ours = 0x08, .twins = DIFF_ANY, .repair = DIFF_RENEW, .why = WHY_OWNER },
	{ .ours = 0x19, .twins = 0x17, .when = is_spoilt,
	  .why = "libtpms tells a size above its memory from one above the command" },
	{ .code = 0xba, .ours = 0, .twins = 0x22, .when = is_of_copy,
	  .why = "libtpms ends the sessions of all copies of a key when one is flushed" },
	{ .code = 0xba, .ours = DIFF_ANY, .twins = DIFF_ANY, .when = is_doubtful,
	  .why = "where an error is found decides whether it ends sessions" },
	{ .code = 0xba, .ours = 0, .twins = 0x22, .when = is_of_nothing, .rare = true,
	  .why = "a session of an NV index outlives it if it is not in the chip" },
	{ .ours = 0, .twins = DIFF_ERROR, .when = is_made_up, .repair = DIFF_RENEW, .rare = true,
	  .why = "handles are each side's own" },
	{ .ours = DIFF_ERROR, .twins = 0, .when = is_made_up, .repair = DIFF_RENEW, .rare = true,
	  .why = "handles are each side's own" },
	{ .code = 0xba, .ours = 0, .twins = 0x03, .when = was_reset,
	  .why = "Reset leaves saved sessions, as is specified, but libtpms does not" },
	{ .ours = 0x45, .twins = DIFF_ANY, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a guest has one counter at most" },
	{ .ours = 0x2d, .twins = DIFF_ANY, .when = is_of_presence, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "the chip judges by the host's presence" },
	{ .code = 0xe7, .ours = DIFF_ERROR, .twins = DIFF_ERROR, .when = is_spoilt, .rare = true,
	  .why = "what a proxy refuses inside is the code of ExecuteTransport" },
	{ .code = 0xe7, .what = "wrapped code", .when = is_of_presence, .rare = true,
	  .why = "the chip judges by the host's presence" },
	{ .code = 0xe7, .what = "parameters", .when = is_of_presence, .rare = true,
	  .why = "the chip judges by the host's presence" },
	{ .ours = DIFF_ANY, .twins = 0x45, .when = has_no_owner, .repair = DIFF_RENEW, .rare = true,
	  .why = "ForceClear leaves the chip's owner, and what is his" },
	{ .ours = DIFF_ANY, .twins = 0x02, .when = is_of_lost_nv, .repair = DIFF_RENEW, .rare =
		true,
	  .why = "ForceClear leaves the chip's owner, and what is his" },
	{ .code = 0xe7, .what = "wrapped code", .when = is_of_lost_nv, .rare = true,
	  .why = "ForceClear leaves the chip's owner, and what is his" },
	{ .code = 0xe7, .what = "wrapped code", .when = is_of_any_pcr, .rare = true,
	  .why = WHY_PCRS },
	{ .code = 0xe7, .what = "parameters", .when = is_of_any_pcr, .rare = true,
	  .why = WHY_PCRS },
	{ .ours = 0x15, .twins = 0, .when = has_saved, .repair = DIFF_RENEW,
	  .why = "sessions of a proxy count though they are saved" },
	{ .code = 0xe6, .ours = 0x42, .twins = DIFF_ANY, .repair = DIFF_RENEW,
	  .why = "transport sessions that others would notice or that hide need a grant" },
	{ .code = 0xe7, .ours = DIFF_ERROR, .twins = 0x1d, .when = refuses_before_hmac,
	  .repair = DIFF_BROKEN, .rare = true,
	  .why = "what a proxy refuses inside is the code of ExecuteTransport" },
	{ .code = 0xe7, .ours = DIFF_ERROR, .twins = 0, .when = refuses_wrapped,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "what a proxy refuses inside is the code of ExecuteTransport" },
	{ .ours = DIFF_ERROR, .twins = DIFF_ERROR, .when = looks_first,
	  .why = "a proxy looks at state and sizes before the chip looks into structures" },
	{ .code = 0xcc, .ours = 0x11, .twins = DIFF_ANY, .when = is_spoilt,
	  .repair = DIFF_RENEW, .rare = true, .why = "a guest has quotas for its NV indices" },
	{ .code = 0xcc, .ours = 0x3c, .twins = 0x09, .repair = DIFF_BROKEN, .rare = true,
	  .why = "libtpms fails for good when what takes an index' place is wrong" },
	{ .code = 0xcc, .ours = 0x3c, .twins = DIFF_ANY, .repair = DIFF_RENEW,
	  .why = "an index has to be undefined before it is defined anew" },
	{ .ours = 0x3b, .twins = DIFF_ERROR, .when = is_of_nv,
	  .rare = true,
	  .why = "the chip is not disabled, though the guest's TPM be" },
	{ .ours = 0x06, .twins = DIFF_ANY, .when = is_of_nv, .repair = DIFF_RENEW,
	  .why = "the state is looked at before the index" },
	{ .ours = 0x07, .twins = DIFF_ANY, .when = is_of_nv, .repair = DIFF_RENEW,
	  .why = "the state is looked at before the index" },
	{ .code = 0xb9, .ours = 0x5a, .twins = 0, .when = dies_of_reset, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a resume ends contexts too, and those of a key on PCRs end with a start" },
	{ .code = 0xb9, .ours = 0x58, .twins = 0, .when = keeps_handle_of_another,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "a proxy gives a free handle to the next key, libtpms a random one" },
	{ .code = 0x7c, .ours = 0x08, .twins = 0, .when = shows_no_owner,
	  .why = "where the chip has an owner, it shows its endorsement key to nobody" },
	{ .ours = 0x22, .twins = DIFF_ERROR, .when = has_auth,
	  .why = "a session that is not there is found before the chip looks on" },
	{ .ours = 0x0c, .twins = DIFF_ERROR, .when = names_no_key,
	  .why = "a key that is not there is found before the chip looks on" },
	{ .ours = 0x10, .twins = DIFF_ANY, .repair = DIFF_RENEW, .why = WHY_PCRS },
	/* The test brings the twin's back to what it represents. */
	{ .code = 0x14, .ours = 0x3d, .twins = 0, .when = extends_register, .why = WHY_REGISTER },
	{ .code = 0xa3, .ours = 0x3d, .twins = 0, .when = extends_register, .why = WHY_REGISTER },
	{ .code = 0xc8, .ours = 0x33, .twins = 0, .when = resets_registers_alone,
	  .why = WHY_REGISTER },
	{ .code = 0xc8, .ours = 0x33, .twins = 0, .when = resets_register, .repair = DIFF_RENEW,
	  .why = WHY_REGISTER },
	{ .ours = 0x02, .twins = DIFF_ANY, .when = is_of_nv, .repair = DIFF_RENEW,
	  .why = "a guest has a range of NV indices" },
	{ .code = 0x65, .what = "capability", .when = asks_ordinal, .why = WHY_REFUSED },
	{ .code = 0x65, .what = "capability", .when = asks_transport,
	  .why = "what is hidden needs a grant" },
	{ .code = 0x65, .what = "capability", .when = asks_property, .why = WHY_PROPERTY },
	{ .code = 0x65, .what = "capability", .when = asks_lost_nv, .rare = true,
	  .why = "ForceClear leaves the chip's owner, and what is his" },
	{ .code = 0x65, .what = "capability", .when = asks_nv_lock, .rare = true,
	  .why = "what locks an index until the next start locks it until the host's" },
	{ .code = 0x65, .ours = 0x2c, .twins = 0, .when = asks_process, .rare = true,
	  .why = "it is not known what a manufacturer shows there" },
	{ .code = 0x65, .what = "parameters", .when = asks_counters, .why = WHY_PROPERTY },
	{ .code = 0x65, .what = "capability", .when = asks_failures,
	  .rare = true,
	  .why = "the chip counts failures for all, and its owner forgives them for all" },
	{ .code = 0x65, .what = "capability", .when = asks_pubek,
	  .why = "where the chip has an owner, it shows its endorsement key to nobody" },
	{ .ours = 0x11, .twins = DIFF_ERROR, .when = is_of_span, .rare = true,
	  .why = "an offset that wraps is refused before the chip looks at the index" },
	{ .code = 0xcc, .ours = 0x11, .twins = DIFF_ERROR, .rare = true,
	  .why = "a proxy looks at its quotas before the chip looks into structures" },
	{ .ours = DIFF_ERROR, .twins = 0x12, .when = is_of_lost_nv, .rare = true,
	  .why = "ForceClear leaves the chip's owner, and what is his" },
	{}
};

/* The twin's commands. */
static u32 codes[TPM12_NR_ROWS];
static unsigned int nr_codes;

static void list_codes(void)
{
	struct core_rsp rsp;
	unsigned int i;
	char hex[64];

	for (i = 0; i < TPM12_NR_ROWS; i++) {
		snprintf(hex, sizeof(hex), "00c1 ???????? 00000065 00000001 00000004 %08x",
			 vtpmb_tpm12_rows[i].code);
		core_raw_hex(hex, &rsp);
		if (rsp.rc)
			abort();
		if (rsp.buf[14] && !is_deadly(vtpmb_tpm12_rows[i].code))
			codes[nr_codes++] = vtpmb_tpm12_rows[i].code;
	}
}

static u32 code_at(unsigned int i)
{
	return i < nr_codes ? codes[i] : 0;
}

static const char *code_name(u32 code)
{
	int row = vtpmb_tpm12_row(code);

	return row < 0 ? "?" : vtpmb_tpm12_rows[row].name;
}

static const char *may_fail(u32 code)
{
	static const struct {
		u32 code;
		const char *why;
	} excuses[] = {
		{ 0x0d, "the chip has an owner" },
		{ 0x7c, "the chip has an owner" },
		{ 0x11, "there is no delegation without an unsafe grant" },
		{ 0x1b, "made for keys that no guest of this test has" },
		{ 0x24, "made for keys that no guest of this test has" },
		{ 0x7a, "made for keys that no guest of this test has" },
	};
	const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[vtpmb_tpm12_row(code)];
	unsigned int i;

	if (!row->local && !row->own && !(row->flags & TPM12_FORWARD))
		return "the bridge does not have it";
	if (row->grant == TPM12_BY_UNSAFE || (row->chip_by_grant && code != TPM_ORD_SetCapability))
		return "not allowed unless granted";
	for (i = 0; i < ARRAY_SIZE(excuses); i++) {
		if (excuses[i].code == code)
			return excuses[i].why;
	}
	return NULL;
}

static void setup(void)
{
	host_setup();
	list_codes();
}

static void no_round(void)
{
}

static bool again(u32 rc)
{
	return rc == TPM_RETRY;
}

/* What the administrator grants for this life. */
static void grant(struct diff_guest *g)
{
	static const u8 views[] = {
		VTPMB_OWNERSHIP_OWNED, VTPMB_OWNERSHIP_OWNED, VTPMB_OWNERSHIP_GRANTED,
		VTPMB_OWNERSHIP_GRANTED, VTPMB_OWNERSHIP_GRANTED, VTPMB_OWNERSHIP_NOT_INSTALLABLE,
	};
	static const u8 transports[] = {
		VTPMB_TRANSPORT_DENY, VTPMB_TRANSPORT_INSPECT, VTPMB_TRANSPORT_INSPECT,
		VTPMB_TRANSPORT_ORDINAL, VTPMB_TRANSPORT_ALLOW,
	};

	begin_registers(g);
	core_set(g->vtpm, VTPMB_SETTING_OWNERSHIP, views[diff_of(g, ARRAY_SIZE(views))]);
	core_set(g->vtpm, VTPMB_SETTING_TRANSPORT, transports[diff_of(g, ARRAY_SIZE(transports))]);
	if (!diff_once_in(g, 3))
		core_grant(g->vtpm, VTPMB_RANGE_NV, nv_first(g), nv_first(g) + 0xfff);
	if (!g->nr && !diff_once_in(g, 3))
		core_set(g->vtpm, VTPMB_SETTING_COUNTER, host_counter);
	if (diff_once_in(g, 2))
		g->vtpm->real_pcrs = 1u << GRANTED_PCR;
}

static void begin(struct diff_guest *g)
{
	struct model *m = model_of(g);

	memcpy(m->blob, host_blobs, sizeof(m->blob));
	host_empties(g);
	grant(g);
	start_up(g);
	m->owner = core_get(g->vtpm, VTPMB_SETTING_OWNERSHIP) != VTPMB_OWNERSHIP_NOT_INSTALLABLE;
	twin_cannot_be_cleared(g);
	if (!m->owner)
		become_unowned(g);
}

static unsigned int weight_of(const struct step *steps)
{
	unsigned int sum = 0;

	for (; steps->run; steps++)
		sum += steps->weight;
	return sum;
}

static void step(struct diff_guest *g)
{
	static const struct step * const all[] = {
		key12_steps, owner12_steps, platform12_steps,
	};
	const struct step *s;
	unsigned int i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		sum += weight_of(all[i]);
	sum = diff_of(g, sum);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		for (s = all[i]; s->run; s++) {
			if (sum < s->weight) {
				s->run(g);
				return;
			}
			sum -= s->weight;
		}
	}
}

/* Without an owner there is less to compare: not for long. */
static void live(struct diff_guest *g)
{
	if (!model_of(g)->owner && diff_once_in(g, 60))
		diff_renew(g);
	step(g);
}

static const struct diff_family tpm12 = {
	.family = CORE_TPM12,
	.model_size = sizeof(struct model),
	.setup = setup,
	.begin = begin,
	.step = live,
	.host = host_uses_chip,
	.round = no_round,
	.again = again,
	.rows = rows,
	.code_name = code_name,
	.code_at = code_at,
	.may_fail = may_fail,
};

int main(int argc, char **argv)
{
	return diff_main(&tpm12, argc, argv);
}
