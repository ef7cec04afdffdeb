// SPDX-License-Identifier: GPL-2.0-only
/* Differential test, TPM 2.0: what differs and why, and what guests do. */

#include <stdlib.h>
#include "tpm20_steps.h"

/* Conditions of the rows. */

static const struct call *call_of(const struct diff_pair *p)
{
	return container_of(p, struct call, pair);
}

/* A session that the chip could check, but not the bridge. */
static bool is_beyond_bridge(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct call *c = call_of(p);
	unsigned int i;

	for (i = 0; i < c->nr_auths; i++) {
		const struct session *s = c->auth[i].session;

		/* What is bound to a hierarchy has a key that the chip does not have. */
		if (s && (p->spoilt || s->is_bound || !is_checkable(s) ||
			  c->auth[i].attributes & ~TPMA_SESSION_CONTINUESESSION))
			return true;
	}
	return false;
}

/* A guess, to a TPM. */
static bool is_held_against(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_beyond_bridge(g, p) && (p->rsp[TWINS].rc & 0xff) == 0x8e;
}

static bool has_session(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct call *c = call_of(p);

	return c->auth[0].session || c->auth[1].session || c->auth[2].session;
}

static bool is_first_handle(const struct diff_pair *p, u32 handle)
{
	return vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE) == handle;
}

/* The authValue of a sequence that was loaded from a context may not be known. */
static bool hides_pcr(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->auth[1].session && !is_first_handle(p, TPM2_RH_NULL);
}

static bool is_at_locality(const struct diff_guest *g, const struct diff_pair *p)
{
	return g->vtpm->locality && is_beyond_bridge(g, p);
}

static bool is_bound_to_hierarchy(const struct diff_guest *g, const struct diff_pair *p)
{
	return vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE + 4) >> 24 == 0x40;
}

static bool is_of_platform(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_first_handle(p, TPM2_RH_PLATFORM) || is_first_handle(p, TPM2_RH_LOCKOUT);
}

/* NV_Certify has the handle of what authorises it behind that of the key. */
static bool is_second_of_platform(const struct diff_guest *g, const struct diff_pair *p)
{
	u32 handle = vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE + sizeof(u32));

	return handle == TPM2_RH_PLATFORM || handle == TPM2_RH_LOCKOUT;
}

static bool asks_banks(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct model *m = g->model;

	return is_first_handle(p, 5) && m->cleared && m->allocated;
}

static bool asks_audit_commands(const struct diff_guest *g, const struct diff_pair *p)
{
	return is_first_handle(p, 4);
}

/* What the command made goes again. */
static bool makes_handle(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->row->response;
}

static bool was_counted(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct model *m = g->model;

	return m->counted || m->guarded;
}

static bool has_allocated(const struct diff_guest *g, const struct diff_pair *p)
{
	return ((const struct model *)g->model)->allocated;
}

/* Under a primary key that was made again. */
static bool is_null_child(const struct diff_guest *g, const struct diff_pair *p)
{
	return call_of(p)->object[0] && call_of(p)->object[0]->hier == TPM2_RH_NULL;
}

static bool was_locked_out(const struct diff_guest *g, const struct diff_pair *p)
{
	return ((const struct model *)g->model)->locked_out;
}

static bool has_cleared(const struct diff_guest *g, const struct diff_pair *p)
{
	return ((const struct model *)g->model)->cleared;
}

/* Only pcrUpdateCounter is not the same. */
static bool has_restarted(const struct diff_guest *g, const struct diff_pair *p)
{
	size_t at = VTPMB_HEADER_SIZE + sizeof(u32);

	if (vtpmb_peek_u16(p->rsp[OURS].buf) == 0x8002)
		at += sizeof(u32);
	return has_allocated(g, p) && p->rsp[OURS].len == p->rsp[TWINS].len &&
	       p->rsp[OURS].len >= at &&
	       !memcmp(p->rsp[OURS].buf + at, p->rsp[TWINS].buf + at, p->rsp[OURS].len - at);
}

/* The context of an stClear object. */
static bool is_st_clear(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct model *m = g->model;

	return m->cleared && vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE + 8) == 0x80000002;
}

static bool is_unsafe(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct vtpmb_commands *commands = core_port.family->commands;

	return commands->is_unsafe(commands->find(p->code));
}

static bool takes_slot(const struct diff_guest *g, const struct diff_pair *p)
{
	return ((const struct model *)g->model)->skewed;
}

static bool is_spoilt(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt;
}

/* The same handle may be that of another object. */
static bool is_spoilt_askew(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt && takes_slot(g, p);
}

/* For this chip the first handle is none of an object. */
static bool is_spoilt_high(const struct diff_guest *g, const struct diff_pair *p)
{
	u32 handle = vtpmb_peek_u32(p->cmd[OURS] + VTPMB_HEADER_SIZE);

	return p->spoilt && handle >= 0x80000003 && handle < 0x80000000 + VTPMB_MAX_OBJECTS;
}

static bool is_spoilt_apart(const struct diff_guest *g, const struct diff_pair *p)
{
	return p->spoilt && memcmp(p->cmd[OURS], p->cmd[TWINS], p->len[OURS]);
}

static bool is_of_register(const struct diff_guest *g, const struct diff_pair *p)
{
	const struct model *m = g->model;

	return (m->composite && (is_first_handle(p, COMPOSITE_PCR) || p->code == 0x185)) ||
	       (m->attest && (is_first_handle(p, ATTEST_PCR) || p->code == 0x185));
}

static bool has_attest_pcr(const struct diff_guest *g, const struct diff_pair *p)
{
	return ((const struct model *)g->model)->attest;
}

static struct diff_row rows[] = {
	{ .ours = 0x907, .twins = DIFF_ANY, .when = is_of_register, .repair = DIFF_RENEW,
	  .why = "a guest does not change a PCR that represents others" },
	{ .code = 0x17f, .ours = 0x143, .twins = DIFF_ANY, .when = has_attest_pcr,
	  .repair = DIFF_RENEW, .why = "the PCR for quotes is in no policy" },
	{ .ours = 0x12f, .twins = 0x101, .when = has_session, .repair = DIFF_BROKEN,
	  .rare = true,
	  .why = "libtpms fails for good when a session authorises what has no private part" },
	{ .ours = 0x910, .twins = 0x184, .when = is_spoilt,
	  .why = "a proxy has more transient handles than this chip has slots" },
	{ .ours = DIFF_ERROR, .twins = 0x184, .when = is_spoilt_high, .rare = true,
	  .why = "a proxy has more transient handles than this chip has slots" },
	{ .ours = 0x911, .twins = 0x284, .when = is_spoilt, .rare = true,
	  .why = "a proxy has more transient handles than this chip has slots" },
	{ .ours = 0, .twins = 0, .what = "handle", .when = takes_slot,
	  .why = "a persistent object does not take the slot of a transient one" },
	{ .code = 0x161, .ours = 0, .twins = 0x903, .repair = DIFF_RENEW, .rare = true,
	  .why = "a proxy has more sessions than this chip has slots" },
	{ .ours = 0x12f, .twins = DIFF_ANY, .when = is_held_against, .repair = DIFF_BROKEN,
	  .rare = true,
	  .why = "the bridge cannot check the HMAC of a session whose key the chip alone knows" },
	{ .ours = DIFF_ANY, .twins = 0x921, .when = was_locked_out, .repair = DIFF_RENEW,
	  .why = "a wrong lockoutAuth locks a proxy's lockout hierarchy till the next Startup" },
	{ .code = 0x12a, .ours = 0x14b, .twins = DIFF_ANY, .when = is_spoilt, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a guest has a range of NV indices" },
	{ .code = 0x12a, .ours = 0x2c4, .twins = DIFF_ERROR, .when = is_spoilt, .rare = true,
	  .why = "a guest has a range of NV indices" },
	{ .code = 0x12a, .ours = 0x2c2, .twins = DIFF_ANY, .when = is_spoilt, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "data of an NV index that go with the chip's next start would stay for too long" },
	{ .ours = 0x12f, .twins = DIFF_ANY, .when = is_beyond_bridge, .repair = DIFF_RENEW,
	  .why = "the bridge cannot check the HMAC of a session whose key the chip alone knows" },
	{ .code = 0x185, .ours = 0x12f, .twins = DIFF_ANY, .when = hides_pcr,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "the chip gets another handle than the virtual PCR's, which the HMAC covers" },
	{ .ours = 0x143, .twins = DIFF_ANY, .when = is_unsafe, .repair = DIFF_RENEW,
	  .why = "what changes or shows the chip for all needs a grant" },
	{ .code = 0x167, .ours = 0x3c4, .twins = DIFF_ANY, .when = is_spoilt, .rare = true,
	  .why = "a hierarchy that the bridge does not know is refused, whatever else is wrong" },
	{ .code = 0x184, .ours = 0xaa2, .twins = DIFF_ERROR, .rare = true,
	  .why = "the owner's authorisation is judged here, the key's then by the chip" },
	{ .code = 0x151, .ours = 0x4e3, .twins = DIFF_ANY, .when = is_spoilt, .repair = DIFF_RENEW,
	  .rare = true, .why = "the chip's clock is not a guest's own" },
	{ .code = 0x160, .ours = 0x4e3, .twins = DIFF_ANY, .when = is_spoilt, .repair = DIFF_RENEW,
	  .rare = true, .why = "the chip's clock is not a guest's own" },
	{ .code = 0x16d, .ours = 0, .twins = 0x126, .repair = DIFF_RENEW, .rare = true,
	  .why = "the chip's clock is not a guest's own" },
	{ .code = 0x16d, .ours = 0x126, .twins = 0, .repair = DIFF_RENEW, .rare = true,
	  .why = "the chip's clock is not a guest's own" },
	{ .code = 0x185, .ours = 0x907, .twins = DIFF_ERROR, .rare = true,
	  .why = "the PCR's locality is looked at before the sequence's authorisation" },
	{ .code = 0x182, .ours = 0x907, .twins = DIFF_ANY, .when = is_at_locality,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "the chip, which alone can check the session, is at locality 0" },
	{ .ours = 0x4c4, .twins = DIFF_ANY, .when = is_spoilt, .repair = DIFF_RENEW, .rare = true,
	  .why = "creationPCR would tell of the host's PCRs, whatever else is wrong" },
	{ .ours = 0x084, .twins = DIFF_ERROR, .when = is_spoilt, .rare = true,
	  .why = "an ephemeral key of others is refused, whatever else is wrong" },
	{ .code = 0x158, .ours = 0x2d2, .twins = DIFF_ANY, .when = is_spoilt, .rare = true,
	  .why = "a signature scheme that the bridge does not know hides what is quoted" },
	{ .code = 0x17a, .what = "parameters", .when = asks_banks, .rare = true,
	  .why = "Clear does not undo PCR_Allocate, which the specification does not ask for" },
	{ .code = 0x17a, .what = "orderly", .when = has_allocated, .rare = true,
	  .why = "a new allocation of PCRs undoes an earlier Shutdown, of whatever kind" },
	{ .code = 0x17e, .what = "parameters", .when = has_restarted, .rare = true,
	  .why = "a new allocation of PCRs undoes an earlier Shutdown, of whatever kind" },
	{ .code = 0x144, .ours = 0x1c4, .twins = 0, .when = has_allocated, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a new allocation of PCRs undoes an earlier Shutdown, of whatever kind" },
	{ .code = 0x161, .ours = 0, .twins = 0x1df, .when = is_st_clear, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a TPM's Clear counts Restarts anew, and contexts of stClear objects with them" },
	{ .code = 0x161, .ours = 0x1df, .twins = 0, .when = is_st_clear, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a TPM's Clear counts Restarts anew, and contexts of stClear objects with them" },
	{ .code = 0x17a, .what = "failedTries", .when = was_counted, .rare = true,
	  .why = "a Startup without a Shutdown counts as a failed try only in a TPM" },
	{ .ours = DIFF_ANY, .twins = 0x921, .when = was_counted, .repair = DIFF_RENEW, .rare = true,
	  .why = "a Startup without a Shutdown counts as a failed try only in a TPM" },
	{ .code = 0x144, .ours = 0, .twins = 0x1c4, .when = was_counted, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "what is protected against guessing undoes a TPM's Shutdown when it is used" },
	{ .code = 0x165, .ours = 0, .twins = 0x1cb, .when = was_counted, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "what is protected against guessing undoes a TPM's Shutdown when it is used" },
	{ .code = 0x161, .ours = 0, .twins = DIFF_ERROR, .when = was_counted, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "what is protected against guessing undoes a TPM's Shutdown when it is used" },
	{ .code = 0x158, .ours = 0x143, .twins = DIFF_ANY,
	  .why = "Quote would sign the host's PCRs" },
	{ .code = 0x167, .ours = 0x3c5, .twins = DIFF_ANY,
	  .why = "the chip's platform hierarchy is the host's" },
	{ .ours = 0x185, .twins = DIFF_ANY, .when = is_of_platform, .repair = DIFF_RENEW,
	  .why = "the chip's platform and lockout hierarchies are the host's" },
	{ .code = 0x184, .ours = 0x285, .twins = DIFF_ANY, .when = is_second_of_platform,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "the platform's authorisation uses no index" },
	{ .code = 0x176, .ours = 0x12f, .twins = DIFF_ANY, .when = is_bound_to_hierarchy,
	  .why = "a session bound to a hierarchy has a key made of the chip's authValue" },
	{ .ours = DIFF_ANY, .twins = 0x902, .when = makes_handle,
	  .why = "a proxy has more transient handles than this chip has slots" },
	{ .ours = DIFF_ANY, .twins = 0x902, .repair = DIFF_RENEW,
	  .why = "a persistent object does not take the slot of a transient one" },
	{ .code = 0x12c, .ours = 0x3c4, .twins = 0, .repair = DIFF_RENEW,
	  .why = "no virtual PCR has a policy" },
	{ .code = 0x183, .ours = 0x084, .twins = 0, .repair = DIFF_RENEW,
	  .why = "no virtual PCR has an authValue" },
	{ .code = 0x157, .ours = 0, .twins = 0x1df, .when = is_null_child, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a reset does not change the seed of the chip's null hierarchy" },
	{ .code = 0x14a, .ours = 0, .twins = 0x4e0, .when = has_cleared, .rare = true,
	  .why = "Clear does not change the proofs of the chip's hierarchies" },
	{ .code = 0x176, .ours = 0, .twins = 0x903,
	  .why = "a proxy has more sessions than this chip has slots" },
	{ .code = 0x17a, .ours = 0, .twins = 0, .what = "parameters", .when = asks_audit_commands,
	  .why = "the audit of commands, which is the host's, audits its own command" },
	{ .ours = DIFF_ERROR, .twins = DIFF_ERROR, .when = is_spoilt_apart, .rare = true,
	  .why = "a spoilt command takes random bytes, each side's own, for something else" },
	{ .code = 0x159, .ours = DIFF_ANY, .twins = DIFF_ANY, .when = is_spoilt_apart,
	  .repair = DIFF_RENEW, .rare = true,
	  .why = "spoilt text to be decrypted is greater than the modulus, or is not" },
	{ .ours = DIFF_ANY, .twins = DIFF_ANY, .when = is_spoilt_askew, .repair = DIFF_RENEW,
	  .rare = true,
	  .why = "a persistent object does not take the slot of a transient one" },
	{}
};

/* The twin's commands, as it lists them. */
static u32 codes[256];
static unsigned int nr_codes;

static void list_codes(void)
{
	struct core_rsp rsp;
	unsigned int i;

	core_raw_hex("8001 ???????? 0000017a 00000002 0000011f 000000ff", &rsp);
	if (rsp.rc)
		abort();
	nr_codes = vtpmb_peek_u32(rsp.buf + 15);
	for (i = 0; i < nr_codes; i++)
		codes[i] = vtpmb_peek_u32(rsp.buf + 19 + 4 * i) & 0xffff;
}

static u32 code_at(unsigned int i)
{
	return i < nr_codes ? codes[i] : 0;
}

static const char *code_name(u32 code)
{
	int row = vtpmb_tpm20_row(code);

	return row < 0 ? "?" : vtpmb_tpm20_rows[row].name;
}

static const char *may_fail(u32 code)
{
	const struct vtpmb_commands *commands = core_port.family->commands;
	int row = commands->find(code);

	if (row < 0)
		return "the bridge does not know it";
	if (code == 0x12c || code == 0x183)
		return "no virtual PCR has a policy or an authValue";
	return commands->is_unsafe(row) ? "not allowed unless granted" : NULL;
}

/* Tries enough for two guests that guess, without a wait: time stands still. */
#define LOCKOUT_PARAMETERS "8002 ???????? 0000013a 4000000a 00000009 40000009 0000 01 0000" \
	"00010000 00000e10 00000e10"
#define LOCK_RESET "8002 ???????? 00000139 4000000a 00000009 40000009 0000 01 0000"

static bool host_can(const char *hex, u32 *handle)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	if (rsp.rc)
		core_fail(__FILE__, __LINE__, "the host's %.30s: 0x%x", hex, rsp.rc);
	*handle = vtpmb_peek_u32(rsp.buf + VTPMB_HEADER_SIZE);
	return !rsp.rc;
}

static void setup(void)
{
	u32 none;

	host_can(LOCKOUT_PARAMETERS, &none);
	core_probe();
	list_codes();
}

/* Three objects and three sessions, as the host's own resource manager may want. */
static bool host(void)
{
	char hex[64];
	u32 made[6], none;
	unsigned int i;
	bool good = true;

	for (i = 0; i < 3; i++)
		good &= host_can("8001 ???????? 00000186 0000 000b", &made[i]);
	for (; i < 6; i++)
		good &= host_can("8001 ???????? 00000176 40000007 40000007 0010"
				 "00112233445566778899aabbccddeeff 0000 00 0010 000b", &made[i]);
	for (i = 0; i < 6; i++) {
		snprintf(hex, sizeof(hex), "8001 ???????? 00000165 %08x", made[i]);
		good &= host_can(hex, &none);
	}
	return good;
}

/* The administrator forgives what the guests have guessed. */
static void forgive(void)
{
	u32 none;

	host_can(LOCK_RESET, &none);
}

static bool again(u32 rc)
{
	return rc == TPM2_RC_RETRY;
}

/* What the guest has left in its range of the chip's NV memory. */
static void empty_range(struct diff_guest *g)
{
	struct core_rsp rsp;
	char hex[96];
	unsigned int i;
	u32 none;

	core_end_turn();
	snprintf(hex, sizeof(hex), "8001 ???????? 0000017a 00000001 %08x 00000020", nv_first(g));
	core_raw_hex(hex, &rsp);
	for (i = 0; i < vtpmb_peek_u32(rsp.buf + 15); i++) {
		u32 handle = vtpmb_peek_u32(rsp.buf + 19 + 4 * i);

		if (handle > nv_first(g) + 0xff)
			break;
		snprintf(hex, sizeof(hex), "8002 ???????? 00000122 40000001 %08x"
			 "00000009 40000009 0000 01 0000", handle);
		host_can(hex, &none);
	}
}

static void begin(struct diff_guest *g)
{
	struct core_rsp rsp;

	empty_range(g);
	core_grant(g->vtpm, VTPMB_RANGE_NV, nv_first(g), nv_first(g) + 0xff);

	begin_registers(g);
	/* The chip was on when its twin was made: no shutdown for either. */
	core_send_hex(g->vtpm, "8001 ???????? 00000144 0000", &rsp);
	core_reset(g->vtpm);
	start_up(g);
	limit_tries(g);
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
		key_steps, policy_steps, nv_steps, platform_steps,
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

/* With other seeds than the chip's there is less to compare: not for long. */
static void live(struct diff_guest *g)
{
	if (model_of(g)->cleared && diff_once_in(g, 60))
		diff_renew(g);
	step(g);
}

static const struct diff_family tpm20 = {
	.family = CORE_TPM20,
	.model_size = sizeof(struct model),
	.setup = setup,
	.begin = begin,
	.step = live,
	.host = host,
	.round = forgive,
	.again = again,
	.rows = rows,
	.code_name = code_name,
	.code_at = code_at,
	.may_fail = may_fail,
};

int main(int argc, char **argv)
{
	return diff_main(&tpm20, argc, argv);
}
