// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: every command, a test each.
 *
 * One that is safe is answered as by a TPM of the guest's own, one that is not
 * is refused until it is granted, and one that the chip lacks is shown as such.
 */

#include <stdlib.h>
#include <unistd.h>
#include "tpm20/state.h"
#include "tpm20_sample.h"

static const struct {
	char letter;
	u16 accept;
} letters[] = {
	{ 'o', ACCEPT_OWNER }, { 'e', ACCEPT_ENDORSEMENT }, { 'p', ACCEPT_PLATFORM },
	{ 'l', ACCEPT_LOCKOUT }, { 'n', ACCEPT_NULL }, { 'r', ACCEPT_PCR },
	{ 'v', ACCEPT_NV }, { 'x', ACCEPT_OBJECT }, { 't', ACCEPT_TRANSIENT },
	{ 'h', ACCEPT_HMAC }, { 's', ACCEPT_POLICY }, { 'a', ACCEPT_AC },
	{ 'c', ACCEPT_ACT },
};

static const struct {
	char letter;
	u16 flag;
} flag_letters[] = {
	{ 'S', TPM20_NO_SESSIONS }, { 'd', TPM20_DECRYPT }, { 'e', TPM20_ENCRYPT },
	{ 'n', TPM20_NV }, { 'x', TPM20_EXTENSIVE }, { 'p', TPM20_PP_LISTABLE },
	{ 'P', TPM20_PP_DEFAULT }, { 'N', TPM20_READS_NV },
};

static u16 accept_of(char letter)
{
	unsigned int i;

	for (i = 0; letters[i].letter != letter; i++) {
		if (i + 1 == ARRAY_SIZE(letters))
			abort();
	}
	return letters[i].accept;
}

static void check_handles(const struct sample *e, const struct vtpmb_tpm20_row *row)
{
	u16 accept[VTPMB_TPM20_HANDLES] = {};
	unsigned int nr = *e->handles != 0, i;
	const char *at;

	for (at = e->handles; *at; at++) {
		if (*at == ',')
			nr++;
		else
			accept[nr - 1] |= accept_of(*at);
	}
	CHECK_EQ(row->nr_handles, nr);
	for (i = 0; i < VTPMB_TPM20_HANDLES; i++)
		CHECK_EQ(row->accept[i], accept[i]);
}

static void check_flags(const struct sample *e, const struct vtpmb_tpm20_row *row)
{
	static const u16 answerers[] = {
		[LOCAL] = TPM20_LOCAL,
		[KNOWN] = TPM20_KNOWN,
		[UNSAFE] = TPM20_UNSAFE,
	};
	u32 flags = answerers[e->answerer], known = TPM20_LOCAL | TPM20_KNOWN | TPM20_UNSAFE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_letters); i++) {
		known |= flag_letters[i].flag;
		if (strchr(e->flags, flag_letters[i].letter))
			flags |= flag_letters[i].flag;
	}
	/* The other flags are the bridge's own. */
	CHECK_EQ(row->flags & known, flags);
}

static void table_is_as_the_specification_has_it(void)
{
	unsigned int i;

	for (i = 0; i < SAMPLE_NR; i++) {
		const struct vtpmb_tpm20_row *row = &vtpmb_tpm20_rows[i];
		const struct sample *e = &samples[i];

		CHECK_EQ(row->code, e->code);
		CHECK(!strcmp(row->name, e->name));
		CHECK_EQ(vtpmb_tpm20_row(e->code), i);
		CHECK_EQ(row->nr_auths, e->nr_auths);
		CHECK_EQ(row->response, e->response);
		CHECK_EQ(row->flushes, e->flushes);
		check_handles(e, row);
		check_flags(e, row);
	}
}

/* The command under test. */
static const struct sample *one;

/* What a failure is about. */
#define ABOUT(cond) do {						\
	if (!(cond))							\
		core_fail(__FILE__, __LINE__, "%s: %s", one->name, #cond); \
} while (0)

#define COMMANDS	"8001 ???????? 0000017a 00000002 00000000 000000ff"
#define TOTAL		"8001 ???????? 0000017a 00000006 00000129 00000001"

/* TPMA_CC of the command in such a list, or 0. */
static u32 listed(const struct core_rsp *rsp)
{
	u32 i, cca, nr = vtpmb_peek_u32(rsp->buf + 15);

	ABOUT(!rsp->rc && !rsp->buf[10]);
	for (i = 0; i < nr; i++) {
		cca = vtpmb_peek_u32(rsp->buf + 19 + 4 * i);
		if ((cca & (TPMA_CC_V | 0xffff)) == one->code)
			return cca;
	}
	return 0;
}

static u32 chip_has(void)
{
	struct core_rsp rsp;

	core_raw_hex(COMMANDS, &rsp);
	return listed(&rsp);
}

/* What the proxy tells of it, and how many commands it tells of. */
static u32 proxy_has(u32 *nr)
{
	u32 cca;

	CHECK_EQ(tell(&proxy, TOTAL), 0);
	*nr = vtpmb_peek_u32(proxy.rsp.buf + 23);
	CHECK_EQ(tell(&proxy, COMMANDS), 0);
	cca = listed(&proxy.rsp);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 15), *nr);
	return cca;
}

/* A policy of a command that the proxy is asked with cannot be told by it. */
static bool can_be_asked(void)
{
	return one->code != 0x17a && one->code != 0x144;
}

static struct sample_things things_of_proxy, things_of_twin;

static bool prepare(struct guest *g, struct sample_things *things)
{
	const char *needs = one->needs ? one->needs : "";

	sample_begin(things);
	if (!strcmp(needs, "reset"))
		return true;
	CHECK_EQ(tell(g, STARTUP_CLEAR), 0);
	if (!sample_make(g, things, needs))
		return false;
	if (!one->before)
		return true;
	if (tell(g, sample_expand(things, one->before))) {
		core_fail(__FILE__, __LINE__, "%s: before it: 0x%x", one->name, g->rsp.rc);
		return false;
	}
	sample_take(things, &g->rsp);
	return true;
}

static void send_sample(struct guest *g, const struct sample_things *things)
{
	static char hex[4 * VTPMB_BUF_SIZE];

	snprintf(hex, sizeof(hex), "%s ???????? %08x %s", one->nr_auths ? "8002" : "8001",
		 one->code, one->text ? sample_expand(things, one->text) : "");
	tell(g, hex);
}

static bool answers_equal(void)
{
	const struct core_rsp *ours = &proxy.rsp, *twins = &alone.rsp;

	if (one->compare == CODE || one->twins)
		return true;
	if (ours->len != twins->len)
		return false;
	return one->compare == LENGTH || !memcmp(ours->buf, twins->buf, ours->len);
}

static void try_sample(void)
{
	u32 twins_rc = one->twins ? one->twins : one->rc;

	if (!prepare(&proxy, &things_of_proxy) || !prepare(&alone, &things_of_twin))
		return;
	send_sample(&proxy, &things_of_proxy);
	send_sample(&alone, &things_of_twin);
	if (proxy.rsp.err || proxy.rsp.rc != one->rc || alone.rsp.rc != twins_rc)
		core_fail(__FILE__, __LINE__, "%s: 0x%x, twin 0x%x, not 0x%x, 0x%x (err %d)",
			  one->name, proxy.rsp.rc, alone.rsp.rc, one->rc, twins_rc,
			  proxy.rsp.err);
	if (!answers_equal()) {
		core_fail(__FILE__, __LINE__, "%s: other bytes", one->name);
		core_dump("proxy", proxy.rsp.buf, proxy.rsp.len);
		core_dump("twin", alone.rsp.buf, alone.rsp.len);
	}
	ABOUT(proxy.rsp.rc || one->answerer == KNOWN ||
	      proxy.rsp.answer == (one->answerer == LOCAL ? VTPMB_ANSWER_LOCAL :
							    VTPMB_ANSWER_CHIP));
}

/* Whatever its parameters. */
static void is_refused(void)
{
	send_sample(&proxy, &things_of_proxy);
	ABOUT(proxy.rsp.rc == 0x143 && proxy.rsp.len == VTPMB_HEADER_SIZE);
	ABOUT(proxy.rsp.answer == VTPMB_ANSWER_REFUSED);
	ABOUT(!proxy.rsp.nr_chip_commands);
}

static void is_denied_by_policy(void)
{
	u32 nr = 0, nr_denied = 0;

	if (can_be_asked())
		ABOUT(proxy_has(&nr) == chip_has());
	core_policy(v, one->code, VTPMB_POLICY_DENY);
	is_refused();
	if (can_be_asked()) {
		ABOUT(!proxy_has(&nr_denied));
		ABOUT(nr_denied == nr - 1);
	}
	core_policy(v, one->code, VTPMB_POLICY_DEFAULT);
	if (can_be_asked())
		ABOUT(proxy_has(&nr) == chip_has() && nr == nr_denied + 1);
}

static void is_granted_by_policy(void)
{
	u32 nr = 0, nr_granted = 0;

	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	sample_begin(&things_of_proxy);
	ABOUT(!proxy_has(&nr));
	is_refused();
	ABOUT(vtpmb_policy_set(&v->policy, vtpmb_tpm20.commands, one->code,
			       VTPMB_POLICY_ALLOW) == -EACCES);
	is_refused();
	core_policy(v, one->code, VTPMB_POLICY_ALLOW_UNSAFE);
	ABOUT(proxy_has(&nr_granted) == chip_has());
	ABOUT(nr_granted == nr + 1);
	core_reset(v);
}

static void is_of_no_chip(void)
{
	u32 nr = 0, nr_granted = 0;

	/* If this fails: the table wants a sample. */
	ABOUT(!chip_has());
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	sample_begin(&things_of_proxy);
	sample_begin(&things_of_twin);
	ABOUT(!proxy_has(&nr));
	is_refused();
	send_sample(&alone, &things_of_twin);
	ABOUT(alone.rsp.rc == 0x143);
	core_policy(v, one->code, VTPMB_POLICY_ALLOW_UNSAFE);
	is_refused();
	ABOUT(!proxy_has(&nr_granted) && nr_granted == nr);
}

/* What is granted may change the chip, so each has a chip of its own. */
static void try_one(void)
{
	one = &samples[core_running - 1];
	core_start(CORE_TPM20);
	sample_setup();
	v = core_new();
	core_grant(v, VTPMB_RANGE_NV, 0x01000000, 0x010000ff);
	twin = core_twin_new();
	/* The ticket of one sample expires after the first millisecond of a TPM. */
	usleep(5000);
	proxy.vtpm = v;
	if (!one->text) {
		is_of_no_chip();
	} else if (one->answerer == UNSAFE) {
		is_granted_by_policy();
		try_sample();
	} else {
		ABOUT(chip_has());
		try_sample();
		is_denied_by_policy();
	}
	end();
}

static const char *what_is_shown(const struct sample *e)
{
	if (!e->text)
		return "is refused: this chip does not implement it";
	if (e->answerer == UNSAFE)
		return e->rc ? "is refused until it is granted" :
			       "is refused until it is granted, and then works";
	return e->rc || e->twins ? "fails as it should" : "works as with a TPM";
}

int main(int argc, char **argv)
{
	static struct core_test tests[SAMPLE_NR + 1] = {
		CORE_TEST(table_is_as_the_specification_has_it),
	};
	static char names[SAMPLE_NR][160];
	unsigned int i;

	for (i = 0; i < SAMPLE_NR; i++) {
		snprintf(names[i], sizeof(names[i]), "TPM2_%s %s%s%s", samples[i].name,
			 what_is_shown(&samples[i]), samples[i].why ? ": " : "",
			 samples[i].why ? samples[i].why : "");
		tests[i + 1].name = names[i];
		tests[i + 1].run = try_one;
	}
	return core_run(tests, ARRAY_SIZE(tests), argc, argv);
}
