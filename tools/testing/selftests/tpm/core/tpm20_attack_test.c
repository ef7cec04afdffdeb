// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: one guest against another one and the host.
 *
 * The victim and the host have one of everything.  The attacker knows all
 * numbers and authorisation values, and tries each of their things in each
 * place of each command.  It gets what its twin gets, which has no such things;
 * it learns nothing; and nothing of theirs has changed.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include "tpm20_sample.h"

#define HANDLES(first)	"8001 ???????? 0000017a 00000001" first "000000fe"
#define VARIABLES	"8001 ???????? 0000017a 00000006 00000200 000000ff"
#define READ_PUBLIC	"8001 ???????? 00000173 "
#define GET_DIGEST	"8001 ???????? 00000189 "
#define CONTEXT_LOAD	"8001 ???????? 00000161 "
#define GET_RANDOM	"8001 ???????? 0000017b 0008"
/* PCR 16 represents PCRs 0 to 7 and 11. */
#define COMPOSITE	0x8ff
#define READ_PCRS(bank, pcrs) "8001 ???????? 0000017e 00000001" bank "03" pcrs
#define EVICT(object, to) "8002 ???????? 00000120 40000001" object "{pw}" to
#define UNSEAL(object)	"8002 ???????? 0000015e " object "0000000b 40000009 0000 01 0002 7077"

/* A code that no TPM has. */
#define NO_CODE		0x000001f0

#define HOST_INDEX	"01800001"
#define HOST_SECRET	"484f535453454352"
#define HER_INDEX	"01000100"
#define DEFINE(index)	"8002 ???????? 0000012a 40000001 {pw} 0000 000e" index \
	"000b 00060006 0000 0008"
#define DEFINE_COUNTER(index) "8002 ???????? 0000012a 40000001 {pw} 0000 000e" index \
	"000b 00060016 0000 0008"
#define WRITE(index, data) "8002 ???????? 00000137 40000001" index "{pw} 0008" data "0000"
#define READ(index)	"8002 ???????? 0000014e 40000001" index "{pw} 0008 0000"
#define READ_INDEX_PUBLIC "8001 ???????? 00000169 "
#define UNDEFINE(index)	"8002 ???????? 00000122 40000001" index PW

/* So that the victim's handles are none of the attacker's, who has no more. */
#define PADDING		"hmac aes hmac aes hmac "
#define NR_PADDING	5

static struct guest victim;
static struct sample_things hers, his, twins, hosts;
static struct core_rsp raw;

/* A context of each kind that the victim has saved. */
static const char * const saved[] = { "secret", "event", "st-clear", "bound" };
static char context[ARRAY_SIZE(saved)][4 * VTPMB_BUF_SIZE];

static void host_must(const char *text)
{
	core_end_turn();
	core_raw_hex(sample_expand(&hosts, text), &raw);
	if (raw.rc)
		core_fail(__FILE__, __LINE__, "host: %.60s: 0x%x", text, raw.rc);
}

static void victim_must(const char *text)
{
	u32 rc = tell(&victim, sample_expand(&hers, text));

	if (rc)
		core_fail(__FILE__, __LINE__, "victim: %.60s: 0x%x", text, rc);
}

static void victim_gets(const char *text, u32 want)
{
	u32 rc = tell(&victim, sample_expand(&hers, text));

	if (rc != want)
		core_fail(__FILE__, __LINE__, "victim: %.60s: 0x%x, not 0x%x", text, rc, want);
}

static void host_begin(void)
{
	sample_begin(&hosts);
	host_must(DEFINE(HOST_INDEX));
	host_must(WRITE(HOST_INDEX, HOST_SECRET));
	host_must(PRIMARY("40000001"));
	host_must(EVICT("80000000", "81000001"));
	host_must(FLUSH "80000000");
	host_must(START_POLICY);
	hosts.name[0] = "session";
	hosts.handle[0] = vtpmb_peek_u32(raw.buf + 10);
	hosts.nr = 1;
	host_must("8001 ???????? 0000016c {session} 00000157");
}

static void keep_context(const struct core_rsp *rsp, char *hex)
{
	size_t len = sprintf(hex, CONTEXT_LOAD);

	put_hex(hex, len, rsp->buf + 10, rsp->len - 10);
}

static void victim_begin(void)
{
	char text[60];
	unsigned int i;

	victim.vtpm = core_new();
	core_set(victim.vtpm, VTPMB_SETTING_COMPOSITE, COMPOSITE);
	core_set(victim.vtpm, VTPMB_SETTING_ATTEST, COMPOSITE);
	core_grant(victim.vtpm, VTPMB_RANGE_NV, 0x01000100, 0x010001ff);
	core_grant(victim.vtpm, VTPMB_RANGE_PERSISTENT, 0x81000100, 0x810001ff);
	sample_begin(&hers);
	victim_must(STARTUP_CLEAR);
	victim_must(DEFINE(HER_INDEX));
	victim_must(WRITE(HER_INDEX, SAMPLE_SECRET));
	sample_make(&victim, &hers, PADDING "storage signing secret st-clear mac hash event");
	sample_make(&victim, &hers, "hmac-session policy trial bound");
	victim_must("8001 ???????? 0000016c {policy} 0000015e");
	victim_must("8001 ???????? 0000016c {trial} 0000015e");
	victim_must("8001 ???????? 0000017f {trial} 0000 00000001 000b 03 000001");
	victim_must("8002 ???????? 0000015c {hash} {pw} 0003 616263");
	victim_must(EVICT("{signing}", "81000010"));
	victim_must(EVICT("{storage}", "817fffff"));
	/* One that the chip has. */
	victim_must(EVICT("{hmac}", "81000100"));
	victim_must(EXTEND("00000007"));
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		snprintf(text, sizeof(text), CONTEXT_SAVE "{%s}", saved[i]);
		victim_must(text);
		keep_context(&victim.rsp, context[i]);
	}
}

static void attacker_new(void)
{
	v = core_new();
	core_set(v, VTPMB_SETTING_COMPOSITE, COMPOSITE);
	core_set(v, VTPMB_SETTING_ATTEST, COMPOSITE);
	core_grant(v, VTPMB_RANGE_NV, 0x01000000, 0x010000ff);
	proxy.vtpm = v;
}

/* He has the first numbers of sessions, as his twin has. */
static void attacker_begin(void)
{
	attacker_new();
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
}

static void world_begin(void)
{
	core_start(CORE_TPM20);
	sample_setup();
	twin = core_twin_new();
	attacker_begin();
	host_begin();
	victim_begin();
}

static void world_end(void)
{
	host_must(FLUSH "{session}");
	core_free(victim.vtpm);
	end();
}

/* Those that the samples make outlive a reset. */
static void forget_his_indices(void)
{
	char hex[100];
	unsigned int i;

	core_end_turn();
	for (i = 0; i < 4; i++) {
		snprintf(hex, sizeof(hex), UNDEFINE("%08x"), 0x01000000 + i);
		core_raw_hex(hex, &raw);
	}
}

/* What they have, for comparison. */

struct view {
	u8 bytes[4 * VTPMB_BUF_SIZE];
	size_t len;
};

static void add_view(struct view *view, const void *bytes, size_t len)
{
	if (len > sizeof(view->bytes) - view->len)
		abort();
	memcpy(view->bytes + view->len, bytes, len);
	view->len += len;
}

static const char * const her_things[] = {
	HANDLES("80000000"), HANDLES("81000000"), HANDLES("02000000"), HANDLES("03000000"),
	HANDLES("01000000"), VARIABLES, READ_PCRS("000b", "ff0000"), READ_PCRS("000b", "0000ff"),
	READ_PUBLIC "{storage}", READ_PUBLIC "{signing}", READ_PUBLIC "{st-clear}",
	READ_PUBLIC "81000010", READ_PUBLIC "817fffff", READ_PUBLIC "81000100", UNSEAL("{secret}"),
	GET_DIGEST "{policy}", GET_DIGEST "{trial}", READ_INDEX_PUBLIC HER_INDEX, READ(HER_INDEX),
	"8001 ???????? 0000017a 00000009 40000000 000000ff",
};

/* Her session works: the response's nonce is new, so its bytes are not compared. */
#define USE_SESSION \
	"8002 ???????? 0000015b {hmac} 00000009 {hmac-session} 0000 01 0000 0000 0010"

static void take_her_view(struct view *view)
{
	unsigned int i;

	view->len = 0;
	for (i = 0; i < ARRAY_SIZE(her_things); i++) {
		victim_must(her_things[i]);
		add_view(view, victim.rsp.buf, victim.rsp.len);
	}
	victim_must(USE_SESSION);
	add_view(view, victim.rsp.buf, 14);
	victim_must(FLUSH "8000000c");
}

static const char * const host_things[] = {
	HANDLES("80000000"), HANDLES("81000000"), HANDLES("02000000"), HANDLES("03000000"),
	HANDLES("01000000"), VARIABLES, READ_PCRS("000b", "ff0000"), READ_PCRS("000b", "00ff00"),
	READ_PCRS("000b", "0000ff"), READ_PCRS("0004", "0000ff"), READ_PUBLIC "81000001",
	READ_PUBLIC "81000100",
	READ_INDEX_PUBLIC HOST_INDEX, READ(HOST_INDEX), READ_INDEX_PUBLIC HER_INDEX,
	READ(HER_INDEX), GET_DIGEST "{session}",
	"8001 ???????? 0000017a 00000009 40000000 000000ff",
};

static void take_host_view(struct view *view)
{
	unsigned int i;

	view->len = 0;
	for (i = 0; i < ARRAY_SIZE(host_things); i++) {
		host_must(host_things[i]);
		add_view(view, raw.buf, raw.len);
	}
	/* Of the clock what says that somebody has set it: the counts, and safe. */
	host_must("8001 ???????? 00000181");
	add_view(view, raw.buf + 26, raw.len - 26);
}

static struct view her_before, host_before;

/* The attacker has nothing in the chip meanwhile. */
static void take_views(struct view *her, struct view *host)
{
	forget_his_indices();
	core_reset(v);
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	take_her_view(her);
	take_host_view(host);
}

static void check_view(const char *whose, const struct view *before,
		       const struct view *after, const char *what)
{
	size_t i;

	if (before->len == after->len && !memcmp(before->bytes, after->bytes, after->len))
		return;
	for (i = 0; i < before->len && before->bytes[i] == after->bytes[i]; i++)
		;
	core_fail(__FILE__, __LINE__, "%s: what the %s has is another, from byte %zu of %zu",
		  what, whose, i, before->len);
}

static void nothing_has_changed(const char *what)
{
	static struct view her, host;

	take_views(&her, &host);
	check_view("victim", &her_before, &her, what);
	check_view("host", &host_before, &host, what);
}

/* Contexts, sequences and sessions that can be looked at but once. */
static void all_of_it_still_works(void)
{
	static const u8 abcdef[] = { 0xbe, 0xf5, 0x7e, 0xc7, 0xf5, 0x3a, 0x6d, 0x40 };
	unsigned int i;

	victim_must("8002 ???????? 0000013e {hash} {pw} 0003 646566 40000007");
	CHECK_MEM(victim.rsp.buf + 16, abcdef, sizeof(abcdef));
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		victim_must(context[i]);
		if (vtpmb_peek_u32(victim.rsp.buf + 10) == sample_handle(&hers, "bound"))
			victim_gets(context[i], 0x1cb);
	}
	/* Only what was saved last can be loaded. */
	victim_must(CONTEXT_SAVE "{bound}");
	victim_gets(context[i - 1], 0x1cb);
	victim_must(FLUSH "{policy}");
	victim_gets(GET_DIGEST "{policy}", 0x910);
}

/* Trying. */

static u32 value[96];
static unsigned int nr_values;

static void add_value(u32 val)
{
	if (nr_values == ARRAY_SIZE(value))
		abort();
	value[nr_values++] = val;
}

/* A session's number, whatever its type. */
static void add_session(u32 handle)
{
	add_value(0x02000000 | TPM20_INDEX(handle));
	add_value(0x03000000 | TPM20_INDEX(handle));
}

static void add_sessions(void)
{
	static const char * const names[] = { "hmac-session", "policy", "trial", "bound" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		add_session(sample_handle(&hers, names[i]));
	add_session(sample_handle(&hosts, "session"));
}

/* Whatever is theirs, and other names for what the attacker may not name. */
static void add_all(void)
{
	static const u32 others[] = {
		0x81000001, 0x81000010, 0x81000100, 0x817fffff, 0x01000100, 0x01800001,
		0x80000000, 0x80000001,
		0x80000002, 0x80000003, 0x80ffffff, 0x80fffffe, 0x40000009, 0x4000000d,
		0x40000110, 0x4000011f, 0x40000140, 0x40000141, 0x40000142, 0x40000143,
		0x40010000, 0x4001ffff, 0x40020000, 0x40030000, 0x40040000, 0x4004ffff,
		0x90000000, 0xac000000, 0xffffffff, 0x20000001,
	};
	unsigned int i;

	nr_values = 0;
	for (i = NR_PADDING; i < hers.nr; i++) {
		if (TPM20_HT(hers.handle[i]) == TPM2_HT_TRANSIENT)
			add_value(hers.handle[i]);
	}
	add_sessions();
	for (i = 0; i < ARRAY_SIZE(others); i++)
		add_value(others[i]);
}

/* The command under attack. */
static const struct sample *sample;
static u8 cmd[VTPMB_BUF_SIZE];
static size_t cmd_len, area_at, params_at;
static unsigned int nr_tried;

static const struct attack_diff {
	u32 code;
	u32 ours;
	u32 twins;
	const char *why;
} diffs[] = {
	{ 0, 0x910, 0x184, "a proxy has more transient handles than this chip has slots" },
	{ 0, 0x911, 0x284, "a proxy has more transient handles than this chip has slots" },
	{ 0x165, 0x1cb, 0x1c4, "a proxy has more transient handles than this chip has slots" },
	{ 0x12a, 0x14b, 0, "an index is outside of the range that is granted" },
};

static bool is_meant(u32 ours, u32 theirs)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(diffs); i++) {
		if ((!diffs[i].code || diffs[i].code == sample->code) &&
		    diffs[i].ours == ours && diffs[i].twins == theirs)
			return true;
	}
	return false;
}

static bool is_his(u32 handle)
{
	unsigned int i;

	for (i = 0; i < his.nr; i++) {
		if (his.handle[i] == handle)
			return true;
	}
	return false;
}

static bool contains(const struct core_rsp *rsp, const char *hex)
{
	u8 secret[16];
	size_t at, len = core_hex(secret, sizeof(secret), hex);

	for (at = 0; at + len <= rsp->len; at++) {
		if (!memcmp(rsp->buf + at, secret, len))
			return true;
	}
	return false;
}

static bool prepare_one(struct guest *g, struct sample_things *things)
{
	sample_begin(things);
	CHECK_EQ(tell(g, STARTUP_CLEAR), 0);
	if (sample->needs && strcmp(sample->needs, "reset") &&
	    !sample_make(g, things, sample->needs))
		return false;
	if (!sample->before)
		return true;
	if (tell(g, sample_expand(things, sample->before)))
		return false;
	sample_take(things, &g->rsp);
	return true;
}

/* A new life for both. */
static bool prepare(void)
{
	core_reset(v);
	core_twin_again(twin);
	forget_his_indices();
	return prepare_one(&proxy, &his) && prepare_one(&alone, &twins);
}

/* The command's bytes, with an authorisation area or not. */
static void compose(const struct sample_things *things)
{
	const struct vtpmb_tpm20_row *row = &vtpmb_tpm20_rows[sample - samples];
	char hex[2 * VTPMB_BUF_SIZE];

	snprintf(hex, sizeof(hex), "%s ???????? %08x %s", sample->nr_auths ? "8002" : "8001",
		 sample->code, sample->text ? sample_expand(things, sample->text) : "");
	cmd_len = core_hex(cmd, sizeof(cmd), hex);
	area_at = VTPMB_HEADER_SIZE + 4 * row->nr_handles;
	/* Of what no chip of ours has, the handles at least. */
	if (!sample->text) {
		memset(cmd + VTPMB_HEADER_SIZE, 0, 4 * row->nr_handles);
		cmd_len = area_at;
		vtpmb_poke_u32(cmd + 2, cmd_len);
	}
	params_at = area_at;
	if (sample->nr_auths && sample->text)
		params_at += 4 + vtpmb_peek_u32(cmd + area_at);
}

static void send_twin(const u8 *bytes, size_t len, struct core_rsp *rsp)
{
	u8 buf[VTPMB_BUF_SIZE];

	memcpy(buf, bytes, len);
	/* What is not granted looks as if the TPM did not have it. */
	if (sample->answerer == UNSAFE)
		vtpmb_poke_u32(buf + 6, NO_CODE);
	core_twin_send(twin, buf, len, rsp);
}

static void try_it(const char *how, u32 val, const u8 *bytes, size_t len)
{
	struct core_rsp ours, theirs;

	nr_tried++;
	core_send(v, bytes, len, &ours);
	send_twin(bytes, len, &theirs);
	if (ours.err || (ours.rc != theirs.rc && !is_meant(ours.rc, theirs.rc)) ||
	    (ours.rc == theirs.rc && sample->compare != CODE && ours.len != theirs.len)) {
		core_fail(__FILE__, __LINE__, "%s, %s %08x: 0x%x, not 0x%x (err %d)",
			  sample->name, how, val, ours.rc, theirs.rc, ours.err);
		core_dump("command", bytes, len);
	}
	if (contains(&ours, SAMPLE_SECRET) || contains(&ours, HOST_SECRET))
		core_fail(__FILE__, __LINE__, "%s, %s %08x: it tells a secret", sample->name,
			  how, val);
	/* A wrong lockoutAuth is held against him for good. */
	if ((ours.rc & 0xff) == 0x8e || ours.rc == 0x921) {
		core_free(v);
		attacker_new();
	} else if (ours.rc && theirs.rc) {
		return;
	}
	prepare();
	compose(&his);
}

/* The same with all passwords @auth. */
static size_t with_password(u8 *buf, const char *auth)
{
	char hex[400];
	u8 area[200];
	size_t len = 0, area_len;
	unsigned int i;

	for (i = 0; i < sample->nr_auths; i++)
		len += sprintf(hex + len, "40000009 0000 01 %04zx %s", strlen(auth) / 2, auth);
	area_len = core_hex(area, sizeof(area), hex);
	memcpy(buf, cmd, area_at);
	vtpmb_poke_u32(buf + area_at, area_len);
	memcpy(buf + area_at + 4, area, area_len);
	memcpy(buf + area_at + 4 + area_len, cmd + params_at, cmd_len - params_at);
	len = area_at + 4 + area_len + cmd_len - params_at;
	vtpmb_poke_u32(buf + 2, len);
	return len;
}

static void attack_handles(void)
{
	const struct vtpmb_tpm20_row *row = &vtpmb_tpm20_rows[sample - samples];
	u8 buf[VTPMB_BUF_SIZE];
	unsigned int place, i;
	size_t len;

	for (place = 0; place < row->nr_handles; place++) {
		for (i = 0; i < nr_values; i++) {
			if (is_his(value[i]))
				continue;
			memcpy(buf, cmd, cmd_len);
			vtpmb_poke_u32(buf + VTPMB_HEADER_SIZE + 4 * place, value[i]);
			try_it("handle", value[i], buf, cmd_len);
			if (!sample->nr_auths || !sample->text)
				continue;
			len = with_password(buf, "7077");
			vtpmb_poke_u32(buf + VTPMB_HEADER_SIZE + 4 * place, value[i]);
			try_it("handle with password", value[i], buf, len);
		}
	}
}

/* Whether four bytes of a sample's parameters are a handle. */
static bool is_handle(const u8 *at)
{
	static const u32 fixed[] = {
		0x40000001, 0x40000007, 0x4000000b, 0x4000000c, 0x81000001, 0x01000000,
		0x80000000, 0x02000000,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		if (vtpmb_peek_u32(at) == fixed[i])
			return true;
	}
	return is_his(vtpmb_peek_u32(at));
}

static void attack_parameters(void)
{
	u8 buf[VTPMB_BUF_SIZE];
	unsigned int i;
	size_t at;

	for (at = params_at; at + 4 <= cmd_len; at++) {
		if (!is_handle(cmd + at))
			continue;
		for (i = 0; i < nr_values; i++) {
			if (is_his(value[i]))
				continue;
			memcpy(buf, cmd, cmd_len);
			vtpmb_poke_u32(buf + at, value[i]);
			try_it("parameter", value[i], buf, cmd_len);
		}
	}
}

/*
 * A session of theirs in place @place of the area, after which those of the
 * sample follow.  Neither has an authValue, so the right HMAC is an empty one.
 */
static void try_session(unsigned int place, u32 handle, u8 attributes, const char *auth)
{
	u8 area[300], buf[VTPMB_BUF_SIZE];
	size_t len = 0, area_len;
	char hex[600];
	unsigned int i;

	for (i = 0; i < sample->nr_auths || i <= place; i++) {
		if (i == place)
			len += sprintf(hex + len, "%08x 0000 %02x %04zx %s", handle, attributes,
				       strlen(auth) / 2, auth);
		else
			len += sprintf(hex + len, "40000009 0000 01 0000");
	}
	area_len = core_hex(area, sizeof(area), hex);
	memcpy(buf, cmd, area_at);
	buf[1] = 0x02;
	vtpmb_poke_u32(buf + area_at, area_len);
	memcpy(buf + area_at + 4, area, area_len);
	memcpy(buf + area_at + 4 + area_len, cmd + params_at, cmd_len - params_at);
	len = area_at + 4 + area_len + cmd_len - params_at;
	vtpmb_poke_u32(buf + 2, len);
	try_it("session", handle, buf, len);
}

static void attack_sessions(void)
{
	static const u8 attributes[] = { 0x00, 0x01, 0x21, 0x41, 0x81 };
	static const char hmac[] =
		"1111111111111111111111111111111111111111111111111111111111111111";
	unsigned int place, i, a;

	for (place = 0; place <= sample->nr_auths && place < VTPMB_TPM20_HANDLES; place++) {
		for (i = 0; i < nr_values; i++) {
			if (is_his(value[i]))
				continue;
			for (a = 0; a < ARRAY_SIZE(attributes); a++) {
				try_session(place, value[i], attributes[a], "");
				try_session(place, value[i], attributes[a], hmac);
			}
		}
	}
}

static void every_command(void (*attack)(void), bool sessions_only)
{
	unsigned int i;

	world_begin();
	nr_tried = 0;
	take_views(&her_before, &host_before);
	add_all();
	if (sessions_only) {
		nr_values = 0;
		add_sessions();
	}
	for (i = 0; i < SAMPLE_NR; i++) {
		sample = &samples[i];
		if (!prepare()) {
			core_fail(__FILE__, __LINE__, "%s: not prepared", sample->name);
			continue;
		}
		compose(&his);
		attack();
		nothing_has_changed(sample->name);
	}
	all_of_it_still_works();
	printf("# %u commands\n", nr_tried);
	CHECK(nr_tried);
	world_end();
}

static void their_things_are_unknown_in_every_handle(void)
{
	every_command(attack_handles, false);
}

static void their_things_are_unknown_in_every_parameter(void)
{
	every_command(attack_parameters, false);
}

static void their_sessions_are_unknown_in_every_authorisation(void)
{
	every_command(attack_sessions, true);
}

/* Contexts. */

/* As another TPM would have saved it: without what the bridge has added. */
static void unwrap(const char *hex, u8 *bytes, size_t *len)
{
	u16 blob_len;

	*len = core_hex(bytes, VTPMB_BUF_SIZE, hex) - VTPMB_MAC_SIZE;
	blob_len = vtpmb_peek_u16(bytes + 26) - VTPMB_MAC_SIZE;
	bytes[26] = blob_len >> 8;
	bytes[27] = blob_len;
	vtpmb_poke_u32(bytes + 2, *len);
}

static void contexts_of_another_guest_are_worthless(void)
{
	struct guest like_her = {};
	u8 bytes[VTPMB_BUF_SIZE];
	unsigned int i;
	size_t len;

	world_begin();
	take_views(&her_before, &host_before);
	/* One whose life was the same as hers. */
	like_her.vtpm = core_new();
	CHECK_EQ(tell(&like_her, STARTUP_CLEAR), 0);
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		CHECK_EQ(tell(&like_her, context[i]), 0x1df);
		want(context[i], 0x1df);
		unwrap(context[i], bytes, &len);
		core_send(v, bytes, len, &raw);
		CHECK_EQ(raw.rc, 0x1df);
		core_send(victim.vtpm, bytes, len, &raw);
		CHECK_EQ(raw.rc, 0x1df);
	}
	core_free(like_her.vtpm);
	nothing_has_changed("ContextLoad");
	all_of_it_still_works();
	world_end();
}

static void contexts_of_the_host_are_worthless(void)
{
	static const char * const makers[] = { PRIMARY("40000001"), HASH_START, START_HMAC };
	char hex[4 * VTPMB_BUF_SIZE], text[100];
	unsigned int i;

	world_begin();
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		host_must(makers[i]);
		hosts.name[1] = "thing";
		hosts.handle[1] = vtpmb_peek_u32(raw.buf + 10);
		hosts.nr = 2;
		host_must(CONTEXT_SAVE "{thing}");
		keep_context(&raw, hex);
		snprintf(text, sizeof(text), FLUSH "%08x", hosts.handle[1]);
		host_must(text);
		want(hex, 0x1df);
		CHECK_EQ(tell(&victim, hex), 0x1df);
	}
	world_end();
}

/* Her own, with some bits of any byte flipped. */
static void no_bit_of_a_context_can_be_changed(void)
{
	static const u8 flips[] = { 0x01, 0x80, 0xff };
	u8 bytes[VTPMB_BUF_SIZE];
	unsigned int i, f;
	size_t len, at;

	world_begin();
	take_views(&her_before, &host_before);
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		len = core_hex(bytes, sizeof(bytes), context[i]);
		for (at = VTPMB_HEADER_SIZE; at < len; at++) {
			for (f = 0; f < ARRAY_SIZE(flips); f++) {
				bytes[at] ^= flips[f];
				core_send(victim.vtpm, bytes, len, &raw);
				bytes[at] ^= flips[f];
				CHECK(raw.rc);
				CHECK(!raw.nr_chip_commands);
			}
		}
	}
	nothing_has_changed("ContextLoad");
	all_of_it_still_works();
	world_end();
}

/* What ends contexts, in words for both guests. */
static const struct ending {
	const char *name;
	const char *before;
	bool reset;
	bool power;
	const char *after;
} endings[] = {
	{ "nothing" },
	{ "Resume", SHUTDOWN_STATE, true, false, STARTUP_STATE },
	{ "Restart", SHUTDOWN_STATE, true, false, STARTUP_CLEAR },
	{ "Reset", SHUTDOWN_CLEAR, true, false, STARTUP_CLEAR },
	{ "disorderly Reset", NULL, true, false, STARTUP_CLEAR },
	{ "power cycle", NULL, true, true, STARTUP_CLEAR },
	{ "Clear", "8002 ???????? 00000126 4000000c" PW },
	{ "disabled owner", "8002 ???????? 00000121 4000000c" PW "40000001 00" },
	{ "owner off and on", "8002 ???????? 00000121 4000000c" PW "40000001 00", false, false,
	  "8002 ???????? 00000121 4000000c" PW "40000001 01" },
};

/* hex[] are the guest's own contexts. */
static void save_all(struct guest *g, struct sample_things *things,
		     char hex[][4 * VTPMB_BUF_SIZE])
{
	char text[60];
	unsigned int i;

	sample_begin(things);
	CHECK_EQ(tell(g, STARTUP_CLEAR), 0);
	sample_make(g, things, "storage secret");
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		if (!sample_handle(things, saved[i]))
			sample_make(g, things, saved[i]);
		snprintf(text, sizeof(text), CONTEXT_SAVE "{%s}", saved[i]);
		CHECK_EQ(tell(g, sample_expand(things, text)), 0);
		keep_context(&g->rsp, hex[i]);
		/* Objects stay when they are saved. */
		snprintf(text, sizeof(text), FLUSH "{%s}", saved[i]);
		if (TPM20_HT(sample_handle(things, saved[i])) == TPM2_HT_TRANSIENT)
			CHECK_EQ(tell(g, sample_expand(things, text)), 0);
	}
}

static void end_both(const struct ending *ending)
{
	if (ending->before)
		both(ending->before, 0);
	if (ending->power)
		core_off(v);
	if (ending->reset)
		reset_both();
	if (ending->after)
		both(ending->after, 0);
}

static void contexts_end_when_those_of_a_tpm_do(void)
{
	static char of_proxy[ARRAY_SIZE(saved)][4 * VTPMB_BUF_SIZE];
	static char of_twin[ARRAY_SIZE(saved)][4 * VTPMB_BUF_SIZE];
	unsigned int e, i;
	char flush[60];

	core_start(CORE_TPM20);
	sample_setup();
	v = core_new();
	proxy.vtpm = v;
	twin = core_twin_new();
	for (e = 0; e < ARRAY_SIZE(endings); e++) {
		core_reset(v);
		core_twin_again(twin);
		save_all(&proxy, &his, of_proxy);
		save_all(&alone, &twins, of_twin);
		end_both(&endings[e]);
		for (i = 0; i < ARRAY_SIZE(saved); i++) {
			u32 ours = tell(&proxy, of_proxy[i]), theirs = tell(&alone, of_twin[i]);

			if (ours != theirs)
				core_fail(__FILE__, __LINE__, "%s of %s: 0x%x, not 0x%x",
					  saved[i], endings[e].name, ours, theirs);
			if (ours || theirs)
				continue;
			snprintf(flush, sizeof(flush), FLUSH "%08x",
				 vtpmb_peek_u32(proxy.rsp.buf + 10));
			both(flush, 0);
		}
	}
	end();
}

/* A session's number goes from one guest to the next. */
static void old_context_does_not_reach_the_next_session_of_that_number(void)
{
	struct core_rsp rsp;
	char hex[300];
	u32 handle;

	world_begin();
	handle = sample_handle(&hers, "bound");
	victim_must(FLUSH "{bound}");
	CHECK_EQ(tell(&proxy, START_HMAC), 0);
	while (vtpmb_peek_u32(proxy.rsp.buf + 10) != handle)
		CHECK_EQ(tell(&proxy, START_HMAC), 0);
	victim_gets(context[3], 0x1cb);
	victim_gets(FLUSH "{bound}", 0x1cb);
	victim_gets(CONTEXT_SAVE "{bound}", 0x910);
	snprintf(hex, sizeof(hex), CONTEXT_SAVE "%08x", handle);
	want(hex, 0);
	rsp = rv;
	keep_context(&rsp, hex);
	CHECK_EQ(tell(&victim, hex), 0x1df);
	want(hex, 0);
	world_end();
}

/* What can be seen without naming it. */

static const char * const visible[] = {
	HANDLES("80000000"), HANDLES("81000000"), HANDLES("02000000"), HANDLES("03000000"),
	HANDLES("01000000"), HANDLES("40000000"), VARIABLES,
	"8001 ???????? 0000017a 00000006 00000100 000000ff",
	"8001 ???????? 0000017a 00000005 00000000 00000040",
	"8001 ???????? 0000017a 00000009 40000000 000000ff",
	"8001 ???????? 0000017a 00000002 00000000 000000ff",
	READ_PCRS("000b", "ff0000"), READ_PCRS("000b", "0000ff"),
};

static void take_visible(struct view *view)
{
	unsigned int i;

	view->len = 0;
	for (i = 0; i < ARRAY_SIZE(visible); i++) {
		CHECK_EQ(tell(&proxy, visible[i]), 0);
		add_view(view, proxy.rsp.buf, proxy.rsp.len);
	}
}

static void nothing_of_another_guest_can_be_counted(void)
{
	static struct view before, after;

	world_begin();
	take_visible(&before);
	sample_make(&victim, &hers, "aes ecdh hmac-session hmac-session trial");
	victim_must(EVICT("{signing}", "81000020"));
	victim_must(EVICT("{signing}", "81000101"));
	victim_must(DEFINE("01000101"));
	victim_must(DEFINE_COUNTER("01000102"));
	victim_must("8002 ???????? 00000134 40000001 01000102 {pw}");
	victim_must(EXTEND("00000003"));
	victim_must("8002 ???????? 00000129 40000001" PW "0003 616263");
	victim_gets(PRIMARY("40000001"), 0x9a2);
	victim_gets(UNSEAL("{storage}"), 0x9a2);
	victim_must("8001 ???????? 0000018e 0003");
	victim_must("8002 ???????? 00000121 4000000c" PW "4000000b 00");
	victim_must(SHUTDOWN_STATE);
	take_visible(&after);
	check_view("attacker", &before, &after, "what the victim does");
	core_reset(victim.vtpm);
	take_visible(&after);
	check_view("attacker", &before, &after, "a reset of the victim");
	world_end();
}

/* A program of the host's that leaves an object in the chip. */
static void object_of_the_host_in_the_chip_is_out_of_reach(void)
{
	struct core_rsp public;

	world_begin();
	host_must("8002 ???????? 00000131 4000000b" PW "0004 0000 0000" ECC_TEMPLATE
		  "0000 00000000");
	host_must(READ_PUBLIC "80000000");
	public = raw;
	want(READ_PUBLIC "80000000", 0x910);
	want(FLUSH "80000000", 0x1cb);
	want(CONTEXT_SAVE "80000000", 0x910);
	want(PRIMARY("40000001"), 0);
	want(READ_PUBLIC "80000000", 0);
	CHECK(rv.len != public.len || memcmp(rv.buf, public.buf, rv.len));
	want(FLUSH "80000000", 0);
	want(FLUSH "80000000", 0x1cb);
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	host_must(READ_PUBLIC "80000000");
	CHECK_MEM(raw.buf, public.buf, raw.len);
	host_must(FLUSH "80000000");
	world_end();
}

/*
 * The chip numbers the ephemeral keys of EC_Ephemeral and Commit one after the
 * other, and whoever names one uses it up.
 */
static const char * const numberers[] = {
	"8001 ???????? 0000018e 0003",
	"8002 ???????? 0000018b {ecdaa} {pw} 0004 0000 0000 0000 0000",
};

#define ECDAA	"001a 000b {last2}"
#define ZGEN	"8002 ???????? 0000018d {ecdh} {pw} {point} {point} 0019 {last2}"
#define SIGN	"8002 ???????? 0000015d {ecdaa} {pw} 0020 {32}" ECDAA "8024 40000007 0000"

/* What uses a number, and what a TPM says of one that is used up. */
static const struct {
	const char *text;
	u32 again;
} number_users[] = {
	{ ZGEN, 0x4c4 },
	{ SIGN, 0x084 },
	{ "8002 ???????? 00000148 {ecdh} {ecdaa} {pw2} 0000" ECDAA, 0x084 },
	{ "8002 ???????? 00000158 {ecdaa} {pw} 0000" ECDAA "00000000", 0x084 },
	{ "8002 ???????? 0000014a {ecdaa} {hmac} {pw} 0000 {creation-hash}" ECDAA
	  "{creation-ticket}", 0x084 },
	{ "8002 ???????? 0000014c 4000000b {ecdaa} {pw2} 0000" ECDAA, 0x084 },
	{ "8002 ???????? 0000014d 4000000b {ecdaa} {hmac-session} {pw2} 0000" ECDAA, 0x084 },
	{ "8002 ???????? 00000184 {ecdaa} 40000001 {index} {pw2} 0000" ECDAA "0008 0000",
	  0x084 },
};

static const char number_needs[] = "ecdh ecdaa hmac hmac-session index written";
static const char audit[] =
	"8002 ???????? 0000017b 00000009 {hmac-session} 0000 81 0000 0008";

/* The number is the last parameter. */
static void take_number(struct sample_things *things, const struct core_rsp *rsp)
{
	sample_take(things, rsp);
	if (vtpmb_peek_u16(rsp->buf) == TPM2_ST_SESSIONS)
		things->taken_len = sizeof(u32) + vtpmb_peek_u32(things->taken);
}

/* Each with its own handles and numbers. */
static void both_get(const char *text, u32 want)
{
	u32 ours = tell(&proxy, sample_expand(&his, text));
	u32 theirs = tell(&alone, sample_expand(&twins, text));

	if (ours != want || theirs != want)
		core_fail(__FILE__, __LINE__, "%.60s: 0x%x, twin 0x%x, not 0x%x", text, ours,
			  theirs, want);
}

static void both_get_number(const char *numberer)
{
	both_get(numberer, 0);
	take_number(&his, &proxy.rsp);
	take_number(&twins, &alone.rsp);
}

static void begin_numbers(void)
{
	core_start(CORE_TPM20);
	sample_setup();
	twin = core_twin_new();
	attacker_new();
	sample_begin(&his);
	sample_begin(&twins);
	both(STARTUP_CLEAR, 0);
	sample_make(&proxy, &his, number_needs);
	sample_make(&alone, &twins, number_needs);
	both_get(audit, 0);
}

static void number_of_an_ephemeral_key_is_good_once(void)
{
	unsigned int i, u;

	begin_numbers();
	for (i = 0; i < ARRAY_SIZE(numberers); i++) {
		for (u = 0; u < ARRAY_SIZE(number_users); u++) {
			both_get_number(numberers[i]);
			both_get(number_users[u].text, 0);
			both_get(number_users[u].text, number_users[u].again);
		}
	}
	end();
}

/* What is lost at a Reset alone, as saved contexts are. */
static void ephemeral_key_lives_until_a_tpm_reset(void)
{
	static const char * const words[] = { SHUTDOWN_STATE, SHUTDOWN_STATE, SHUTDOWN_CLEAR };
	static const char * const starts[] = { STARTUP_STATE, STARTUP_CLEAR, STARTUP_CLEAR };
	unsigned int i, s;

	begin_numbers();
	for (i = 0; i < ARRAY_SIZE(numberers); i++) {
		for (s = 0; s < ARRAY_SIZE(words); s++) {
			both_get_number(numberers[i]);
			both(words[s], 0);
			reset_both();
			both(starts[s], 0);
			his.nr = 0;
			twins.nr = 0;
			sample_make(&proxy, &his, "ecdh ecdaa");
			sample_make(&alone, &twins, "ecdh ecdaa");
			both_get(ZGEN, s == 2 ? 0x4c4 : 0);
		}
	}
	end();
}

static void ephemeral_key_of_another_guest_cannot_be_used(void)
{
	unsigned int i, u;

	world_begin();
	sample_begin(&his);
	sample_make(&proxy, &his, number_needs);
	CHECK_EQ(tell(&proxy, sample_expand(&his, audit)), 0);
	sample_make(&victim, &hers, "ecdh ecdaa");
	for (i = 0; i < ARRAY_SIZE(numberers); i++) {
		victim_must(numberers[i]);
		take_number(&hers, &victim.rsp);
		take_number(&his, &victim.rsp);
		for (u = 0; u < ARRAY_SIZE(number_users); u++)
			want(sample_expand(&his, number_users[u].text), number_users[u].again);
		victim_must(i ? SIGN : ZGEN);
		victim_gets(i ? SIGN : ZGEN, i ? 0x084 : 0x4c4);
	}
	world_end();
}

/* The bridge's own books. */

static void hmac_sha256(const void *key, size_t key_len, const struct vtpmb_writer *text,
			u8 *mac)
{
	HMAC(EVP_sha256(), key, key_len, text->buf, text->len, mac, NULL);
}

/* sessionKey of START_BOUND to what has @auth: TPM 2.0 Part 1, 19.6.8. */
static void session_key(const char *auth, const u8 *nonce_tpm, u8 *key)
{
	u8 bytes[128], caller[16];
	struct vtpmb_writer text;

	core_hex(caller, sizeof(caller), NONCE);
	vtpmb_writer_init(&text, bytes, sizeof(bytes));
	vtpmb_put_u32(&text, 1);
	vtpmb_put_bytes(&text, "ATH", 4);
	vtpmb_put_bytes(&text, nonce_tpm, 16);
	vtpmb_put_bytes(&text, caller, 16);
	vtpmb_put_u32(&text, 256);
	hmac_sha256(auth, strlen(auth), &text, key);
}

/* GetTime by no key; one session authorises both hierarchies, and ends. */
static u32 get_time_with_one_session(struct guest *g)
{
	static const char params[] = "0000014c 4000000b 40000007 0000 0010";
	u8 bytes[128], key[32], mac[32];
	char hex[600], session[200];
	struct vtpmb_writer text;
	size_t len;

	CHECK_EQ(tell(g, START_BOUND("4000000b")), 0);
	session_key("abc", g->rsp.buf + 16, key);
	vtpmb_writer_init(&text, bytes, sizeof(bytes));
	text.len = 32;
	EVP_Digest(bytes + 64, core_hex(bytes + 64, 64, params), bytes, NULL, EVP_sha256(), NULL);
	vtpmb_put_u8(&text, 0x5a);
	vtpmb_put_bytes(&text, g->rsp.buf + 16, 16);
	vtpmb_put_u8(&text, 0);
	hmac_sha256(key, sizeof(key), &text, mac);
	len = sprintf(session, "02000000 0001 5a 00 0020");
	put_hex(session, len, mac, sizeof(mac));
	snprintf(hex, sizeof(hex), "8002 ???????? 0000014c 4000000b 40000007 00000054 %s %s %s",
		 session, session, "0000 0010");
	return tell(g, hex);
}

static void session_that_is_named_twice_ends_once(void)
{
	u32 ours, theirs;

	begin();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both("8002 ???????? 00000129 4000000b" PW "0003 616263", 0);
	ours = get_time_with_one_session(&proxy);
	theirs = get_time_with_one_session(&alone);
	CHECK_EQ(ours, 0xa8b);
	CHECK_EQ(theirs, 0xa8b);
	same(HANDLES("02000000"));
	end();
}

/* When the chip was reset behind the bridge's back, what the table says is past. */

static void guess_at_what_the_chip_has_lost_is_refused(void)
{
	core_start(CORE_TPM20);
	sample_setup();
	v = core_new();
	proxy.vtpm = v;
	sample_begin(&his);
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	sample_make(&proxy, &his, "storage hmac");
	create(&proxy, "8002 ???????? 00000153 80000000" PW SECRET SEALED "0000 00000000");
	CHECK_EQ(tell(&proxy, proxy.sealed), 0);
	want(UNSEAL("80000002"), 0);
	want("8002 ???????? 0000015e 80000002" PW, 0x98e);
	core_end_turn();
	core_chip_cycle();
	want("8002 ???????? 00000155 80000001" PW "0003 616263 0010", 0x910);
	want("8002 ???????? 0000015e 80000002" PW, 0x910);
	want(PRIMARY("40000001"), 0);
	core_free(v);
	CHECK(core_chip_is_empty());
	core_stop();
}

static void lost_session_is_not_flushed_from_who_has_its_number_now(void)
{
	static const char * const ends[] = { FLUSH "03000000", FLUSH "03000001", "" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		core_start(CORE_TPM20);
		v = core_new();
		want(STARTUP_CLEAR, 0);
		want(START_POLICY, 0);
		want(START_POLICY, 0);
		want(CONTEXT_SAVE "03000001", 0);
		core_end_turn();
		core_chip_cycle();
		sample_begin(&hosts);
		host_must(START_POLICY);
		host_must(START_POLICY);
		if (*ends[i])
			want(ends[i], 0);
		core_reset(v);
		want(STARTUP_CLEAR, 0);
		want(GET_RANDOM, 0);
		core_free(v);
		host_must(GET_DIGEST "03000000");
		host_must(GET_DIGEST "03000001");
		core_stop();
	}
}

/*
 * libtpms, and what else is made of the reference implementation, enters failure
 * mode over the authValue of a public key, if a bound session asks for it.  So the
 * twin is asked by another session, which gets the same answer.
 */
#define PUBLIC_KEY	"8001 ???????? 00000167 0000 002e 0008 000b 00000440 0000 0010 0020" \
	ZEROS32 "40000001"
#define USE_PUBLIC(code, session) "8002 ????????" code "80000001 00000009" session "0000 01 0000"

static void chip_does_not_fail_over_a_public_key(void)
{
	static const char * const uses[] = {
		USE_PUBLIC("00000155", "%s") "0003 616263 0010",
		USE_PUBLIC("0000015b", "%s") "0000 0010",
		USE_PUBLIC("0000013e", "%s") "0003 616263 40000007",
		USE_PUBLIC("0000015e", "%s"),
	};
	char hex[200], key[VTPMB_BUF_SIZE];
	unsigned int i, again;

	begin();
	start_both();
	both(START_BOUND("80000000"), 0);
	both(START_HMAC, 0);
	both(PUBLIC_KEY, 0);
	want(CONTEXT_SAVE "80000001", 0);
	keep_context(&rv, key);
	for (again = 0; again < 2; again++) {
		for (i = 0; i < ARRAY_SIZE(uses); i++) {
			snprintf(hex, sizeof(hex), uses[i], "02000001");
			both(hex, 0x12f);
			snprintf(hex, sizeof(hex), uses[i], "02000000");
			want(hex, 0x12f);
		}
		want(FLUSH "80000001", 0);
		core_end_turn();
		want(key, 0);
	}
	want(GET_RANDOM, 0);
	end();
}

/* What changes while a command waits for the chip. */
static void deny_random(struct vtpmb_vtpm *vtpm)
{
	core_policy(vtpm, 0x17b, VTPMB_POLICY_DENY);
}

static void take_back_indices(struct vtpmb_vtpm *vtpm)
{
	core_grant(vtpm, VTPMB_RANGE_NV, 0, 0);
}

static void take_back_pcr(struct vtpmb_vtpm *vtpm)
{
	vtpm->real_pcrs = 0;
}

static void disable_endorsement(struct vtpmb_vtpm *vtpm)
{
	core_set(vtpm, VTPMB_SETTING_ENDORSEMENT, false);
}

/* The virtual platform answers the guest's next command meanwhile. */
static void send_meanwhile(const char *hex)
{
	struct core_rsp rsp;

	core_waits = NULL;
	core_send_hex(v, hex, &rsp);
	CHECK_EQ(rsp.rc, 0);
}

static void change_owner_auth(struct vtpmb_vtpm *vtpm)
{
	send_meanwhile("8002 ???????? 00000129 40000001" PW "0003 616263");
}

static void disable_owner(struct vtpmb_vtpm *vtpm)
{
	send_meanwhile("8002 ???????? 00000121 4000000c" PW "40000001 00");
}

static void reset_and_start(struct vtpmb_vtpm *vtpm)
{
	core_reset(vtpm);
	send_meanwhile(STARTUP_CLEAR);
}

/*
 * The chip would get each command.  After the change it must not: the command is refused,
 * or the virtual platform answers it.
 */
static const struct {
	void (*change)(struct vtpmb_vtpm *vtpm);
	const char *command;
	u32 rc;
} waiting[] = {
	{ deny_random, GET_RANDOM, 0x143 },
	{ take_back_indices, READ_INDEX_PUBLIC "01000001", 0x18b },
	{ take_back_indices, READ("01000001"), 0x28b },
	{ disable_endorsement, PRIMARY("4000000b"), 0x185 },
	{ change_owner_auth, PRIMARY("40000001"), 0x9a2 },
	{ disable_owner, PRIMARY("40000001"), 0x185 },
	{ core_reset, PRIMARY("40000001"), 0x100 },
	{ reset_and_start, PRIMARY("40000001"), 0x100 },
	{ core_reset, START_HMAC, 0x100 },
	{ core_off, GET_RANDOM, 0x100 },
	{ take_back_pcr, EXTEND("00000010"), 0 },
	{ take_back_pcr, READ_PCRS("000b", "000001"), 0 },
};

static void what_changes_while_it_waits_counts(void)
{
	char command[VTPMB_BUF_SIZE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(waiting); i++) {
		begin();
		core_grant(v, VTPMB_RANGE_NV, 0x01000000, 0x010000ff);
		v->real_pcrs = 1 << 16;
		proxy.vtpm = v;
		CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
		CHECK_EQ(tell(&proxy, sample_expand(&his, DEFINE("01000001"))), 0);
		CHECK_EQ(tell(&proxy, sample_expand(&his, WRITE("01000001", HOST_SECRET))), 0);
		strcpy(command, sample_expand(&his, waiting[i].command));
		CHECK_EQ(tell(&proxy, command), 0);
		CHECK(proxy.rsp.nr_chip_commands);

		core_free(v);
		v = core_new();
		core_grant(v, VTPMB_RANGE_NV, 0x01000000, 0x010000ff);
		v->real_pcrs = 1 << 16;
		proxy.vtpm = v;
		CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
		core_waits = waiting[i].change;
		CHECK_EQ(tell(&proxy, command), waiting[i].rc);
		core_waits = NULL;
		CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
		CHECK_EQ(proxy.rsp.answer == VTPMB_ANSWER_REFUSED, waiting[i].rc == 0x143);
		end();
	}
}

static const struct core_test tests[] = {
	CORE_TEST(their_things_are_unknown_in_every_handle),
	CORE_TEST(their_things_are_unknown_in_every_parameter),
	CORE_TEST(their_sessions_are_unknown_in_every_authorisation),
	CORE_TEST(contexts_of_another_guest_are_worthless),
	CORE_TEST(contexts_of_the_host_are_worthless),
	CORE_TEST(no_bit_of_a_context_can_be_changed),
	CORE_TEST(contexts_end_when_those_of_a_tpm_do),
	CORE_TEST(old_context_does_not_reach_the_next_session_of_that_number),
	CORE_TEST(nothing_of_another_guest_can_be_counted),
	CORE_TEST(object_of_the_host_in_the_chip_is_out_of_reach),
	CORE_TEST(number_of_an_ephemeral_key_is_good_once),
	CORE_TEST(ephemeral_key_lives_until_a_tpm_reset),
	CORE_TEST(ephemeral_key_of_another_guest_cannot_be_used),
	CORE_TEST(session_that_is_named_twice_ends_once),
	CORE_TEST(chip_does_not_fail_over_a_public_key),
	CORE_TEST(guess_at_what_the_chip_has_lost_is_refused),
	CORE_TEST(lost_session_is_not_flushed_from_who_has_its_number_now),
	CORE_TEST(what_changes_while_it_waits_counts),
};

CORE_MAIN(tests)
