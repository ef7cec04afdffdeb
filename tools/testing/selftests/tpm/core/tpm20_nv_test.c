// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: NV indices in a granted range, on a proxy and on a TPM of its own. */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include "tpm20_guest.h"

#define FIRST		0x01800000
#define LAST		0x018000ff
#define A		"01800001"
#define B		"01800002"
#define C		"01800003"
#define OUTSIDE		"01800100"
#define HOSTS		"01500000"
#define CERTIFICATE	"01c00002"
#define OWNER		"40000001"
#define PLATFORM	"4000000c"
#define LOCKOUT		"4000000a"
#define NO_AUTH		"0000"
#define WORD		"0004 776f7264"
#define PW_WORD		"0000000d 40000009 0000 01 0004 776f7264"
#define PW_GUESS	"0000000d 40000009 0000 01 0004 67756573"

/* TPMA_NV: owner and authValue may read and write; guesses do not count. */
#define RW		"02060006"
#define RW_DA		"00060006"
#define LOCKABLE	"82066006"
#define DEFINE_AUTH(auth, index, attributes, size) \
	"8002 ???????? 0000012a" OWNER PW auth "000e" index "000b" attributes "0000" size
#define DEFINE(index, attributes, size)	DEFINE_AUTH(NO_AUTH, index, attributes, size)
#define UNDEFINE(index)		"8002 ???????? 00000122" OWNER index PW
#define NV(code, auth, index)	"8002 ????????" code auth index PW
#define WRITE(auth, index, data) NV("00000137", auth, index) data "0000"
#define READ(auth, index, size)	NV("0000014e", auth, index) size "0000"
#define READ_PUBLIC(index)	"8001 ???????? 00000169" index
#define LIST_FROM(from, count)	"8001 ???????? 0000017a 00000001" from count
#define LIST			LIST_FROM("01000000", "00000040")
#define COUNTS			"8001 ???????? 0000017a 00000006 00000202 0000000a"
#define COUNT			"8001 ???????? 0000017a 00000006 00000202 00000001"
#define COUNTERS		"8001 ???????? 0000017a 00000006 0000020a 00000001"
#define CLEAR			"8002 ???????? 00000126 4000000a" PW
#define ENABLE(hier, on)	"8002 ???????? 00000121 4000000c" PW hier on

static struct guest other;

static void begin_granted(void)
{
	begin();
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
	proxy.vtpm = v;
	same(STARTUP_CLEAR);
}

static void host(const char *hex, u32 rc)
{
	struct core_rsp raw;

	core_end_turn();
	core_raw_hex(hex, &raw);
	CHECK_EQ(raw.rc, rc);
}

/* How many handles the last answer lists. */
static u32 listed(const struct core_rsp *rsp)
{
	return rsp->rc ? 0xffffffff : vtpmb_peek_u32(rsp->buf + 15);
}

static u32 listed_at(const struct core_rsp *rsp, unsigned int i)
{
	return vtpmb_peek_u32(rsp->buf + 19 + 4 * i);
}

/* The one property that was asked for. */
static u32 told(const struct core_rsp *rsp)
{
	return rsp->rc ? 0xffffffff : vtpmb_peek_u32(rsp->buf + 23);
}

static void index_lives_as_in_a_tpm(void)
{
	static const char * const commands[] = {
		LIST, COUNT, READ_PUBLIC(A),
		DEFINE(A, RW, "0020"), DEFINE(A, RW, "0020"), LIST, COUNT, READ_PUBLIC(A),
		READ(OWNER, A, "0008"),
		WRITE(OWNER, A, "0004 61626364"), READ_PUBLIC(A), READ(OWNER, A, "0008"),
		READ(A, A, "0020"), WRITE(A, A, "0002 6566"), READ(A, A, "0004"),
		READ(A, A, "0021"), NV("0000014e", A, A) "0004 0002",
		NV("0000014e", A, A) "0004 0020",
		WRITE(A, A, "0000"), NV("00000137", A, A) "0002 6566 001f",
		NV("00000134", A, A), NV("00000135", A, A) "0000000000000001",
		NV("00000136", A, A) "0003 616263", NV("0000013b", A, A) "0000",
		READ(OWNER, B, "0008"), READ(A, B, "0008"), READ(B, A, "0008"),
		READ("4000000b", A, "0008"),
		READ(OWNER, A, "0008") "00", READ_PUBLIC(A) "00",
		UNDEFINE(B), DEFINE(B, "0206000e", "0010"), LIST, COUNT, READ(A, B, "0001"),
		LIST_FROM("01800002", "00000040"), LIST_FROM("01000000", "00000001"),
		LIST_FROM("01800003", "00000001"), LIST_FROM("01000000", "00000000"),
		UNDEFINE(A) "00", UNDEFINE(A), UNDEFINE(A), READ_PUBLIC(A), READ(OWNER, A, "0008"),
		READ(A, A, "0008"), UNDEFINE(B), LIST, COUNT,
	};
	unsigned int i;

	begin_granted();
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	end();
}

static void every_kind_of_index_works(void)
{
	static const char * const commands[] = {
		/* a counter */
		DEFINE(A, "02060016", "0008"), COUNTERS, READ(A, A, "0008"),
		NV("00000134", A, A), NV("00000134", OWNER, A), READ(A, A, "0008"),
		WRITE(A, A, "0008 0000000000000001"), UNDEFINE(A), COUNTERS,
		DEFINE(A, "02060016", "0008"), NV("00000134", A, A), READ(A, A, "0008"),
		/* bits */
		DEFINE(B, "02060026", "0008"), NV("00000135", B, B) "0000000000000005",
		NV("00000135", OWNER, B) "8000000000000000", READ(B, B, "0008"),
		/* a digest */
		DEFINE(C, "02060046", "0020"), NV("00000136", C, C) "0003 616263",
		NV("00000136", OWNER, C) "0003 646566", READ(C, C, "0020"), READ_PUBLIC(C),
		COUNTERS, UNDEFINE(A), UNDEFINE(B), UNDEFINE(C),
		/* tries that are counted in the index */
		DEFINE(A, "02040081", "0008"), DEFINE(A, "02060086", "0008"),
		WRITE(OWNER, A, "0008 0000000000000002"), READ_PUBLIC(A),
		/* and what cannot be */
		DEFINE(B, "02060036", "0008"), DEFINE(B, "02060016", "0007"),
		DEFINE(B, "02060046", "001f"), DEFINE(B, "00000000", "0008"),
		DEFINE(B, "42060006", "0008"), DEFINE(B, "22060006", "0008"),
		DEFINE(B, "02060406", "0008"), DEFINE(B, RW, "1000"),
		DEFINE("40000001", RW, "0008"),
		DEFINE("81000000", RW, "0008"), DEFINE("00800001", RW, "0008"),
		"8002 ???????? 0000012a" OWNER PW "0000 0000",
		"8002 ???????? 0000012a" OWNER PW "0000 000d" B "000b" RW "0000 0008",
		"8002 ???????? 0000012a" OWNER PW "0000 000f" B "000b" RW "0000 0008",
		"8002 ???????? 0000012a" OWNER PW "0000 000e" B "0010" RW "0000 0008",
		"8002 ???????? 0000012a" OWNER PW "0000 000e" B "000b" RW "0000 0008 00",
		"8001 ???????? 0000012a" OWNER "0000 000e" B "000b" RW "0000 0008",
	};
	unsigned int i;

	begin_granted();
	v->nv_bytes = VTPMB_MAX_NV_BYTES;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	end();
}

static void locks_hold_as_in_a_tpm(void)
{
	begin_granted();
	same(DEFINE(A, LOCKABLE, "0008"));
	same(WRITE(A, A, "0002 6162"));
	same(NV("00000138", A, A));
	same(READ_PUBLIC(A));
	same(WRITE(A, A, "0002 6162"));
	same(WRITE(OWNER, A, "0002 6162"));
	same(READ(A, A, "0002"));
	same(NV("0000014f", OWNER, A));
	same(READ_PUBLIC(A));
	same(READ(A, A, "0002"));
	same(NV("00000138", A, A));
	same(NV("0000014f", A, A));
	same(UNDEFINE(A));
	same(DEFINE(B, RW, "0008"));
	same(WRITE(B, B, "0002 6162"));
	same(NV("00000138", B, B));
	same(NV("0000014f", B, B));
	same(UNDEFINE(B));
	end();
}

/* The chip is not started with the guest: a lock "until the next start" lasts. */
static void locks_outlast_a_reset_of_the_guest(void)
{
	begin_granted();
	same(DEFINE(A, LOCKABLE, "0008"));
	same(WRITE(A, A, "0002 6162"));
	same(NV("0000014f", A, A));
	reset_both();
	both(STARTUP_CLEAR, 0);
	want(READ(A, A, "0002"), 0x148);
	CHECK_EQ(tell(&alone, READ(A, A, "0002")), 0);
	core_end_turn();
	core_chip_cycle();
	want(READ(A, A, "0002"), 0);
	end();
}

static void passwords_guard_an_index(void)
{
	begin_granted();
	same(DEFINE_AUTH(WORD, A, RW, "0008"));
	same(WRITE(A, A, "0002 6162"));
	same("8002 ???????? 00000137" A A PW_WORD "0002 6162 0000");
	same("8002 ???????? 0000014e" A A PW_WORD "0002 0000");
	same("8002 ???????? 0000014e" A A PW_GUESS "0002 0000");
	same(READ(OWNER, A, "0002"));
	/* The owner's authValue is the proxy's own. */
	same("8002 ???????? 00000129" OWNER PW "0003 616263");
	same(READ(OWNER, A, "0002"));
	same(UNDEFINE(A));
	same(DEFINE(B, RW, "0008"));
	same("8002 ???????? 0000014e" OWNER A PW_ABC "0002 0000");
	same("8002 ???????? 0000012a" OWNER PW_ABC "0000 000e" B "000b" RW "0000 0008");
	same("8002 ???????? 00000122" OWNER A PW_ABC);
	same("8002 ???????? 00000122" OWNER B PW_ABC);
	end();
}

/*
 * A guest's side of an HMAC session with SHA-256 over two handles, A and A.
 */
struct session {
	struct guest *g;
	u8 nonce[16];
	u8 key[64];
	size_t key_len;
	u8 name[34];
};

static const u8 nonce_caller[16] = "nonce of caller";

/* KDFa(SHA-256, authValue, "ATH", nonceTPM, nonceCaller, 256) */
static void derive(struct session *s, const char *auth)
{
	static const u8 ath[] = { 0, 0, 0, 1, 'A', 'T', 'H', 0 };
	static const u8 caller[16] = {
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
	};
	u8 text[8 + 32 + 4];

	memcpy(text, ath, 8);
	memcpy(text + 8, s->nonce, 16);
	memcpy(text + 24, caller, 16);
	vtpmb_poke_u32(text + 40, 256);
	HMAC(EVP_sha256(), auth, strlen(auth), text, sizeof(text), s->key, NULL);
	s->key_len = 32;
}

static void open_session(struct session *s, struct guest *g, const char *start)
{
	memset(s, 0, sizeof(*s));
	s->g = g;
	CHECK_EQ(tell(g, READ_PUBLIC(A)), 0);
	memcpy(s->name, g->rsp.buf + g->rsp.len - sizeof(s->name), sizeof(s->name));
	CHECK_EQ(tell(g, start), 0);
	memcpy(s->nonce, g->rsp.buf + 16, sizeof(s->nonce));
}

static void mac_of(const struct session *s, const char *auth, const u8 *text, size_t len,
		   bool response, u8 attributes, u8 *mac)
{
	u8 all[32 + 16 + 16 + 1], key[128];

	EVP_Digest(text, len, all, NULL, EVP_sha256(), NULL);
	memcpy(all + 32, response ? s->nonce : nonce_caller, 16);
	memcpy(all + 48, response ? nonce_caller : s->nonce, 16);
	all[64] = attributes;
	memcpy(key, s->key, s->key_len);
	memcpy(key + s->key_len, auth, strlen(auth));
	HMAC(EVP_sha256(), key, s->key_len + strlen(auth), all, sizeof(all), mac, NULL);
}

/* @code with A as the authority and the index, or with another authority. */
static u32 authorise(struct session *s, const char *auth, const char *code,
		     const char *authority, const char *params)
{
	u8 text[512], mac[32];
	char hex[1024];
	size_t len = core_hex(text, 4, code), i, size;
	bool own = !strcmp(authority, A);

	if (own)
		memcpy(text + len, s->name, sizeof(s->name));
	len += own ? sizeof(s->name) : core_hex(text + len, 4, authority);
	memcpy(text + len, s->name, sizeof(s->name));
	len += sizeof(s->name);
	len += core_hex(text + len, 128, params);
	mac_of(s, auth, text, len, false, 1, mac);
	len = snprintf(hex, sizeof(hex), "8002 ???????? %s %s" A "00000039 02000000 0010", code,
		       authority);
	len = put_hex(hex, len, nonce_caller, sizeof(nonce_caller));
	len += snprintf(hex + len, sizeof(hex) - len, "01 0020");
	len = put_hex(hex, len, mac, sizeof(mac));
	snprintf(hex + len, sizeof(hex) - len, "%s", params);
	if (tell(s->g, hex))
		return s->g->rsp.rc;

	size = vtpmb_peek_u32(s->g->rsp.buf + 10);
	memset(text, 0, 4);
	core_hex(text + 4, 4, code);
	memcpy(text + 8, s->g->rsp.buf + 14, size);
	i = 14 + size;
	memcpy(s->nonce, s->g->rsp.buf + i + 2, 16);
	mac_of(s, auth, text, 8 + size, true, s->g->rsp.buf[i + 18], mac);
	CHECK_MEM(s->g->rsp.buf + i + 21, mac, 32);
	return 0;
}

#define STORE	"00000137"
#define FETCH	"0000014e"

static void hmac_sessions_guard_an_index(void)
{
	struct guest *guests[] = { &proxy, &alone };
	struct session s;
	unsigned int i;

	begin_granted();
	same(DEFINE_AUTH(WORD, A, RW, "0008"));
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		open_session(&s, guests[i], START_HMAC);
		CHECK_EQ(authorise(&s, "word", STORE, A, "0002 6162 0000"), 0);
		/* Its Name is another one now. */
		CHECK_EQ(authorise(&s, "word", FETCH, A, "0002 0000"), 0x9a2);
		CHECK_EQ(tell(guests[i], FLUSH "02000000"), 0);
		open_session(&s, guests[i], START_HMAC);
		CHECK_EQ(authorise(&s, "word", FETCH, A, "0002 0000"), 0);
		CHECK_EQ(authorise(&s, "wort", FETCH, A, "0002 0000"), 0x9a2);
		CHECK_EQ(authorise(&s, "word", FETCH, A, "0001 0000"), 0);
		CHECK_EQ(authorise(&s, "", FETCH, OWNER, "0001 0000"), 0);
		CHECK_EQ(authorise(&s, "word", "00000138", A, ""), 0x282);
		CHECK_EQ(tell(guests[i], FLUSH "02000000"), 0);
	}
	end();
}

/* The HMAC covers the index' Name, and the authValue is not the chip's. */
static void hmac_sessions_of_the_owner_reach_an_index(void)
{
	struct guest *guests[] = { &proxy, &alone };
	struct session s;
	unsigned int i;

	begin_granted();
	same(DEFINE(A, RW, "0008"));
	same(WRITE(A, A, "0002 6162"));
	same("8002 ???????? 00000129" OWNER PW "0003 616263");
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		open_session(&s, guests[i], START_HMAC);
		CHECK_EQ(authorise(&s, "abc", FETCH, OWNER, "0002 0000"), 0);
		CHECK_EQ(authorise(&s, "abd", FETCH, OWNER, "0002 0000"), 0x9a2);
		CHECK_EQ(authorise(&s, "abc", STORE, OWNER, "0002 6364 0000"), 0);
		CHECK_EQ(authorise(&s, "abc", STORE, OWNER, "0002 6364 0000"), 0);
		CHECK_EQ(authorise(&s, "abc", "00000122", OWNER, ""), 0);
		CHECK_EQ(authorise(&s, "abc", FETCH, OWNER, "0002 0000"), 0x28b);
		CHECK_EQ(tell(guests[i], FLUSH "02000000"), 0);
	}
	end();
}

/*
 * NV_Certify without a key, of @index by the authority of @authority: the session is for
 * the null hierarchy, and its HMAC covers both Names.
 */
static u32 certify(struct session *s, const char *authority, const char *index,
		   const u8 names[2][34])
{
	static const char params[] = "0000 0010 0000 0000";
	u8 text[200], mac[32];
	char hex[1024];
	size_t len = core_hex(text, sizeof(text), "00000184 40000007");

	memcpy(text + len, names, 2 * 34);
	len += 2 * 34;
	len += core_hex(text + len, 100, params);
	mac_of(s, "", text, len, false, 1, mac);
	len = snprintf(hex, sizeof(hex), "8002 ???????? 00000184 40000007 %s %s 00000042"
		       "02000000 0010", authority, index);
	len = put_hex(hex, len, nonce_caller, sizeof(nonce_caller));
	len += snprintf(hex + len, sizeof(hex) - len, "01 0020");
	len = put_hex(hex, len, mac, sizeof(mac));
	snprintf(hex + len, sizeof(hex) - len, "40000009 0000 01 0000 %s", params);
	return tell(s->g, hex);
}

static void read_name(const char *index, u8 *name)
{
	char hex[40];

	snprintf(hex, sizeof(hex), READ_PUBLIC("%s"), index);
	CHECK_EQ(tell(&alone, hex), 0);
	memcpy(name, alone.rsp.buf + alone.rsp.len - 34, 34);
}

#define NR_INDICES	17

/* Each Name is that of its own index, however many the bridge has seen in the turn. */
static void hmac_covers_the_names_of_two_indices(void)
{
	struct guest *guests[] = { &proxy, &alone };
	unsigned int i, k, nr_seen;
	struct session s;
	u8 names[2][34];
	char hex[200];

	begin_granted();
	v->nv_indices = NR_INDICES;
	for (k = 1; k <= NR_INDICES; k++) {
		snprintf(hex, sizeof(hex), DEFINE("018000%02x", RW, "0008"), k);
		same(hex);
	}
	read_name("01800001", names[0]);
	read_name("01800011", names[1]);
	same("8002 ???????? 00000129" OWNER PW "0003 616263");
	core_turn = 0;
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		open_session(&s, guests[i], START_BOUND(OWNER));
		derive(&s, "abc");
		for (nr_seen = 1; nr_seen < NR_INDICES; nr_seen++) {
			core_end_turn();
			for (k = 1; k <= nr_seen; k++) {
				snprintf(hex, sizeof(hex), READ_PUBLIC("018000%02x"), k);
				CHECK_EQ(tell(guests[i], hex), 0);
			}
			/* The HMAC is right; an index is no authority for another one. */
			CHECK_EQ(certify(&s, "01800001", "01800011", names), 0x149);
		}
		names[0][33] ^= 1;
		CHECK_EQ(certify(&s, "01800001", "01800011", names), 0x9a2);
		names[0][33] ^= 1;
		CHECK_EQ(tell(guests[i], FLUSH "02000000"), 0);
	}
	core_turn = 1;
	core_end_turn();
	end();
}

static void bound_sessions_guard_an_index(void)
{
	struct guest *guests[] = { &proxy, &alone };
	struct session s;
	unsigned int i;

	begin_granted();
	same(DEFINE_AUTH(WORD, A, RW, "0008"));
	same("8002 ???????? 00000137" A A PW_WORD "0002 6162 0000");
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		open_session(&s, guests[i], START_BOUND(A));
		derive(&s, "word");
		/* It is bound to what it authorises: the key is all. */
		CHECK_EQ(authorise(&s, "", FETCH, A, "0002 0000"), 0);
		CHECK_EQ(authorise(&s, "", FETCH, OWNER, "0002 0000"), 0);
		CHECK_EQ(authorise(&s, "", STORE, A, "0002 6162 0000"), 0);
		CHECK_EQ(tell(guests[i], FLUSH "02000000"), 0);
	}
	both(START_BOUND(B), 0x28b);
	end();
}

#define POLICY_AUTH(session)	"00000009" session "0000 01 0000"
#define PERMIT(session, code)	"8001 ???????? 0000016c" session code

/* PolicyCommandCode(NV_Write), as the guest's trial session has it. */
static void define_with_policy(char *hex, size_t size)
{
	size_t len = snprintf(hex, size, "8002 ???????? 0000012a" OWNER PW
			      "0000 002e" A "000b 0204000a 0020");

	both(START_TRIAL, 0);
	both(PERMIT("03000000", STORE), 0);
	same("8001 ???????? 00000189 03000000");
	len = put_hex(hex, len, rv.buf + 12, 32);
	snprintf(hex + len, size - len, "0008");
	both(FLUSH "03000000", 0);
}

static void policies_guard_an_index(void)
{
	static const char write[] = "8002 ???????? 00000137" A A POLICY_AUTH("03000000")
		"0002 6162 0000";
	char hex[512];

	begin_granted();
	define_with_policy(hex, sizeof(hex));
	same(hex);
	same(WRITE(A, A, "0002 6162"));
	both(START_POLICY, 0);
	both(write, 0x99d);
	both(PERMIT("03000000", STORE), 0);
	both(write, 0);
	same(READ(A, A, "0002"));
	both(write, 0x99d);
	/* Of an index too, and of what is in it. */
	both("8001 ???????? 00000180 03000000", 0);
	both("8002 ???????? 00000149" A A "03000000" PW "0002 6162 0000 0000", 0);
	both("8002 ???????? 00000149" A A "03000000" PW "0002 6163 0000 0000", 0x126);
	both("8002 ???????? 00000151" A "03000000" PW "0000 0000 0000 00000000", 0);
	same("8001 ???????? 00000189 03000000");
	both("8002 ???????? 00000149" B B "03000000" PW "0002 6162 0000 0000", 0x18b);
	both("8002 ???????? 00000149" OWNER B "03000000" PW "0002 6162 0000 0000", 0x28b);
	both("8002 ???????? 00000151" B "03000000" PW "0000 0000 0000 00000000", 0x18b);
	both("8002 ???????? 00000192" OWNER B "03000000" PW, 0x28b);
	end();
}

static void certify_shows_an_index(void)
{
	begin_granted();
	same(DEFINE(A, RW, "0008"));
	same(WRITE(A, A, "0002 6162"));
	same_rc("8002 ???????? 00000184 40000007" A A PW_PW "0000 0010 0002 0000");
	same_rc("8002 ???????? 00000184 40000007" OWNER A PW_PW "0000 0010 0002 0000");
	same("8002 ???????? 00000184 40000007" OWNER B PW_PW "0000 0010 0002 0000");
	same("8002 ???????? 00000184 40000007" B A PW_PW "0000 0010 0002 0000");
	end();
}

static void range_and_quotas_bound_a_guest(void)
{
	static const char * const outside[] = {
		"01000000", "017fffff", OUTSIDE, HOSTS, CERTIFICATE, "01ffffff",
	};
	char hex[200];
	unsigned int i;

	begin_granted();
	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		snprintf(hex, sizeof(hex), "8002 ???????? 0000012a" OWNER PW
			 "0000 000e %s 000b" RW "0000 0008", outside[i]);
		want(hex, 0x14b);
	}
	/* The first and the last one of the range. */
	want(DEFINE("01800000", RW, "0008"), 0);
	want(DEFINE("018000ff", RW, "0008"), 0);
	/* What goes with a start of the chip, and what has no room in its memory. */
	want(DEFINE(A, "0a060006", "0008"), 0x2c2);
	want(DEFINE(A, "06060006", "0008"), 0x2c2);
	v->nv_indices = 3;
	want(COUNTS, 0);
	CHECK_EQ(told(&rv), 2);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 95), 1);
	want(DEFINE(A, RW, "0008"), 0);
	want(DEFINE(B, RW, "0008"), 0x14b);
	want(DEFINE(A, RW, "0008"), 0x14c);
	want(COUNTS, 0);
	CHECK_EQ(told(&rv), 3);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 95), 0);
	want(UNDEFINE(A), 0);
	v->nv_bytes = 24;
	want(DEFINE(A, RW, "0009"), 0x14b);
	want(DEFINE(A, RW, "0008"), 0);
	v->nv_indices = 0;
	want(COUNTS, 0);
	want(DEFINE(B, RW, "0000"), 0x14b);
	/* What is there stays usable. */
	want(WRITE(A, A, "0001 61"), 0);
	want(UNDEFINE(A), 0);
	end();
}

static void without_a_range_there_are_no_indices(void)
{
	begin();
	proxy.vtpm = v;
	same(STARTUP_CLEAR);
	want(DEFINE(A, RW, "0008"), 0x14b);
	same(LIST);
	same(COUNT);
	same(COUNTERS);
	same(READ_PUBLIC(A));
	same(UNDEFINE(A));
	want(COUNTS, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 95), 0);
	/* It comes and goes. */
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
	want(DEFINE(A, RW, "0008"), 0);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 1);
	core_grant(v, VTPMB_RANGE_NV, 0, 0);
	want(READ_PUBLIC(A), 0x18b);
	same(LIST);
	same(COUNT);
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
	want(COUNT, 0);
	CHECK_EQ(told(&rv), 1);
	want(UNDEFINE(A), 0);
	end();
}

/* Every command that names an index, as authority, as index and as both. */
static const char * const uses[] = {
	"8001 ???????? 00000169 %s", UNDEFINE("%s"),
	NV("00000134", OWNER, "%s"), NV("00000134", "%s", A),
	NV("00000135", OWNER, "%s") "0000000000000001",
	NV("00000136", OWNER, "%s") "0003 616263",
	WRITE(OWNER, "%s", "0001 61"), WRITE("%s", A, "0001 61"),
	NV("00000138", OWNER, "%s"), NV("0000014f", OWNER, "%s"),
	READ(OWNER, "%s", "0001"), READ("%s", A, "0001"),
	"8002 ???????? 0000013b %s" PW "0000",
	"8002 ???????? 00000149" OWNER "%s 03000000" PW "0001 61 0000 0000",
	"8002 ???????? 00000149 %s" A "03000000" PW "0001 61 0000 0000",
	"8002 ???????? 00000151 %s 03000000" PW "0000 0000 0000 00000000",
	"8002 ???????? 00000184 40000007" OWNER "%s" PW_PW "0000 0010 0001 0000",
	"8002 ???????? 00000192" OWNER "%s 03000000" PW,
	START_BOUND("%s"),
};

/* All are answered as if there were no such index: by which handle it is. */
static void nothing_can_be_done(struct guest *g, const char *index)
{
	char hex[400];
	unsigned int i;
	u32 rc;

	for (i = 0; i < ARRAY_SIZE(uses); i++) {
		snprintf(hex, sizeof(hex), uses[i], index);
		rc = tell(g, hex);
		if ((rc & ~0x700u) != 0x08b)
			core_fail(__FILE__, __LINE__, "%s: rc 0x%x", hex, rc);
	}
}

static void proxies_never_meet(void)
{
	static const char * const prove[] = { READ_PUBLIC(B), READ(OWNER, B, "0001") };
	struct core_rsp before[2];
	unsigned int i;

	begin_granted();
	other.vtpm = core_new();
	core_grant(other.vtpm, VTPMB_RANGE_NV, 0x01810000, 0x018100ff);
	CHECK_EQ(tell(&other, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&other, START_POLICY), 0);
	want(DEFINE(B, RW, "0008"), 0);
	want(WRITE(B, B, "0001 61"), 0);
	for (i = 0; i < ARRAY_SIZE(prove); i++) {
		want(prove[i], 0);
		before[i] = rv;
	}
	nothing_can_be_done(&other, B);
	CHECK_EQ(tell(&other, DEFINE(B, RW, "0008")), 0x14b);
	CHECK_EQ(tell(&other, LIST), 0);
	CHECK_EQ(listed(&other.rsp), 0);
	CHECK_EQ(tell(&other, COUNT), 0);
	CHECK_EQ(told(&other.rsp), 0);
	/* Its own are. */
	CHECK_EQ(tell(&other, DEFINE("01810000", RW, "0008")), 0);
	CHECK_EQ(tell(&other, LIST), 0);
	CHECK_EQ(listed(&other.rsp), 1);
	CHECK_EQ(tell(&other, CLEAR), 0);
	CHECK_EQ(tell(&other, LIST), 0);
	CHECK_EQ(listed(&other.rsp), 0);
	for (i = 0; i < ARRAY_SIZE(prove); i++) {
		want(prove[i], 0);
		CHECK_EQ(rv.len, before[i].len);
		CHECK_MEM(rv.buf, before[i].buf, rv.len);
	}
	core_free(other.vtpm);
	end();
}

static void indices_of_the_host_are_out_of_reach(void)
{
	begin_granted();
	host(DEFINE(HOSTS, RW, "0008"), 0);
	host(WRITE(HOSTS, HOSTS, "0001 61"), 0);
	want(START_POLICY, 0);
	nothing_can_be_done(&proxy, HOSTS);
	want(DEFINE(HOSTS, RW, "0008"), 0x14b);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	want(COUNT, 0);
	CHECK_EQ(told(&rv), 0);
	want(CLEAR, 0);
	want(COUNT, 0);
	host(READ(HOSTS, HOSTS, "0001"), 0);
	end();
}

#define PLATFORM_INDEX	"42070007"

static void everybody_reads_the_certificates(void)
{
	unsigned int i;
	char hex[400];
	u32 rc;

	/* Before the twin is made, so that it has the same one. */
	core_start(CORE_TPM20);
	host("8002 ???????? 0000012a" PLATFORM PW "0000 000e" CERTIFICATE "000b" PLATFORM_INDEX
	     "0000 0008", 0);
	host(WRITE(PLATFORM, CERTIFICATE, "0008 6162636465666768"), 0);
	v = core_new();
	twin = core_twin_new();
	proxy.vtpm = v;
	same(STARTUP_CLEAR);
	same(LIST);
	CHECK_EQ(listed(&rv), 1);
	same(COUNT);
	same(READ_PUBLIC(CERTIFICATE));
	same(READ(OWNER, CERTIFICATE, "0008"));
	same(READ(CERTIFICATE, CERTIFICATE, "0008"));
	same(READ(CERTIFICATE, CERTIFICATE, "0009"));
	both(START_POLICY, 0);
	both("8002 ???????? 00000149" OWNER CERTIFICATE "03000000" PW "0001 61 0000 0000", 0);
	same(ENABLE("4000000d", "00"));
	same(READ(OWNER, CERTIFICATE, "0008"));
	same(ENABLE("4000000d", "01"));
	/* But for who does not have the keys. */
	core_set(v, VTPMB_SETTING_ENDORSEMENT, false);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	want(COUNT, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 23), 0);
	want(READ_PUBLIC(CERTIFICATE), 0x18b);
	want(READ(OWNER, CERTIFICATE, "0008"), 0x28b);
	core_set(v, VTPMB_SETTING_ENDORSEMENT, true);
	same(LIST);
	same(COUNT);
	same(READ(OWNER, CERTIFICATE, "0008"));
	/* Among its own. */
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
	same(DEFINE(A, RW, "0008"));
	same(LIST);
	same(COUNT);
	same(READ(CERTIFICATE, A, "0008"));

	for (i = 1; i < ARRAY_SIZE(uses); i++) {
		snprintf(hex, sizeof(hex), uses[i], CERTIFICATE);
		rc = tell(&proxy, hex);
		CHECK(strstr(hex, "0000014e") || strstr(hex, "00000149") ||
		      strstr(hex, "00000184") || (rc & ~0x700u) == 0x08b);
	}
	want(DEFINE("01c00003", RW, "0008"), 0x14b);
	want(CLEAR, 0);
	want(READ(OWNER, CERTIFICATE, "0008"), 0);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 1);
	end();
}

static void platform_is_not_the_chips(void)
{
	begin_granted();
	want("8002 ???????? 0000012a" PLATFORM PW "0000 000e" A "000b 42010001 0000 0008", 0x185);
	want(DEFINE(A, RW, "0008"), 0);
	want(WRITE(PLATFORM, A, "0001 61"), 0x185);
	want(READ(PLATFORM, A, "0001"), 0x185);
	want("8002 ???????? 00000122" PLATFORM A PW, 0x185);
	want("8002 ???????? 0000011f" A PLATFORM PW_PW, 0x143);
	want("8002 ???????? 00000132" OWNER PW, 0x143);
	end();
}

static void clear_undefines_what_the_owner_made(void)
{
	begin_granted();
	same(DEFINE(A, RW, "0008"));
	same(DEFINE_AUTH(WORD, B, LOCKABLE, "0008"));
	same("8002 ???????? 00000138" B B PW_WORD);
	same("8002 ???????? 00000129" OWNER PW "0003 616263");
	/* What the host's platform made there outlives it. */
	host("8002 ???????? 0000012a" PLATFORM PW "0000 000e" C "000b" PLATFORM_INDEX
	     "0000 0008", 0);
	both(CLEAR, 0);
	same(READ_PUBLIC(A));
	same(READ_PUBLIC(B));
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 1);
	CHECK_EQ(listed_at(&rv, 0), 0x01800003);
	same(DEFINE(A, RW, "0008"));
	want(COUNT, 0);
	CHECK_EQ(told(&rv), 2);
	end();
}

/* Not even for a moment, if the chip does not do it then. */
static void clear_takes_away_though_the_chip_fails(void)
{
	unsigned int i;

	for (i = 1; i < 6; i++) {
		begin_granted();
		same(DEFINE(A, RW, "0008"));
		same(WRITE(A, A, "0001 61"));
		both(CLEAR, 0);
		if (i < 4)
			core_fail_transmit(i, -ETIME);
		else
			core_fail_chip(i - 3, 0x9a2);
		core_send_hex(v, READ(A, A, "0001"), &rv);
		CHECK(rv.err || rv.rc == 0x18b);
		core_fail_transmit(0, 0);
		want(READ_PUBLIC(A), 0x18b);
		same(LIST);
		end();
	}
}

static void index_stays_hidden_while_the_chip_refuses_to_clear_it(void)
{
	begin_granted();
	same(DEFINE(A, RW, "0008"));
	host("8002 ???????? 00000129" OWNER PW "0003 616263", 0);
	both(CLEAR, 0);
	want(READ_PUBLIC(A), 0x18b);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	want(COUNT, 0);
	CHECK_EQ(told(&rv), 0);
	host("8002 ???????? 00000129" OWNER PW_ABC "0000", 0);
	want(LIST, 0);
	host(READ_PUBLIC(A), 0x18b);
	want(DEFINE(A, RW, "0008"), 0);
	end();
}

static void chips_owner_auth_serves_the_bridge_too(void)
{
	begin_granted();
	host("8002 ???????? 00000129" OWNER PW "0003 616263", 0);
	want(DEFINE(A, RW, "0008"), 0x12f);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	give_owner_auth(v, "abc");
	same(DEFINE(A, RW, "0008"));
	same(WRITE(OWNER, A, "0002 6162"));
	same(READ(OWNER, A, "0002"));
	same(DEFINE(B, RW, "0008"));
	same(UNDEFINE(B));
	both(CLEAR, 0);
	same(LIST);
	host(READ_PUBLIC(A), 0x18b);
	end();
}

static void owner_hides_its_indices(void)
{
	begin_granted();
	same(DEFINE(A, RW, "0008"));
	same(WRITE(A, A, "0001 61"));
	same(ENABLE(OWNER, "00"));
	same(READ(A, A, "0001"));
	same(READ(OWNER, A, "0001"));
	same(READ_PUBLIC(A));
	same(DEFINE(B, RW, "0008"));
	same(UNDEFINE(A));
	same(LIST);
	same(COUNT);
	same(ENABLE(OWNER, "01"));
	same(READ(A, A, "0001"));
	end();
}

static void index_outlives_power_and_proxy(void)
{
	begin_granted();
	want(DEFINE(A, RW, "0008"), 0);
	want(WRITE(A, A, "0002 6162"), 0);
	reset_both();
	want(STARTUP_CLEAR, 0);
	want(READ(A, A, "0002"), 0);
	core_off(v);
	core_free(v);
	core_chip_cycle();
	v = core_new();
	proxy.vtpm = v;
	want(STARTUP_CLEAR, 0);
	want(READ(A, A, "0002"), 0x18b);
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
	want(READ(A, A, "0002"), 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + 14), 0x00026162);
	want(COUNT, 0);
	CHECK_EQ(told(&rv), 1);
	v->nv_indices = 1;
	want(DEFINE(B, RW, "0008"), 0x14b);
	/* The host sees it, and what it does shows. */
	host(UNDEFINE(A), 0);
	want(READ(A, A, "0002"), 0x18b);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	want(DEFINE(B, RW, "0008"), 0);
	end();
}

static void public_area_is_read_once_in_a_turn(void)
{
	begin_granted();
	core_turn = 0;
	same(DEFINE(A, LOCKABLE, "0008"));
	same(READ_PUBLIC(A));
	CHECK_EQ(rv.nr_chip_commands, 1);
	same(READ_PUBLIC(A));
	CHECK_EQ(rv.nr_chip_commands, 0);
	same(WRITE(A, A, "0001 61"));
	same(READ_PUBLIC(A));
	CHECK_EQ(rv.nr_chip_commands, 1);
	same(READ(A, A, "0001"));
	same(READ_PUBLIC(A));
	CHECK_EQ(rv.nr_chip_commands, 0);
	same(NV("0000014f", A, A));
	same(READ_PUBLIC(A));
	same(NV("00000138", A, A));
	same(READ_PUBLIC(A));
	same(READ_PUBLIC(A) "00");
	core_end_turn();
	host(NV("0000014e", A, A) "0001 0000", 0x148);
	same(READ_PUBLIC(A));
	CHECK_EQ(rv.nr_chip_commands, 1);
	same(UNDEFINE(A));
	same(READ_PUBLIC(A));
	core_turn = 1;
	end();
}

#define GUESS	"8002 ???????? 0000014e" A A PW_GUESS "0001 0000"
#define RIGHT	"8002 ???????? 0000014e" A A PW_WORD "0001 0000"
#define PARAMETERS(tries) "8002 ???????? 0000013a 4000000a" PW tries "00000e10 00000e10"

static void guesses_at_an_index_lock_out_the_proxy_alone(void)
{
	unsigned int i;

	begin_granted();
	host(PARAMETERS("00000018"), 0);
	core_probe();
	other.vtpm = core_new();
	core_grant(other.vtpm, VTPMB_RANGE_NV, 0x01810000, 0x018100ff);
	CHECK_EQ(tell(&other, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&other, DEFINE_AUTH(WORD, "01810000", RW_DA, "0008")), 0);
	both(PARAMETERS("00000004"), 0);
	same(DEFINE_AUTH(WORD, A, RW_DA, "0008"));
	same(DEFINE_AUTH(WORD, B, RW, "0008"));
	both("8002 ???????? 00000137" A A PW_WORD "0001 61 0000", 0);
	both("8002 ???????? 00000137" B B PW_WORD "0001 61 0000", 0);
	for (i = 0; i < 4; i++)
		both(GUESS, 0x98e);
	both(GUESS, 0x921);
	both(RIGHT, 0x921);
	/* An index that there is not, or that is not protected. */
	both("8002 ???????? 0000014e" C C PW_WORD "0001 0000", 0x18b);
	both("8002 ???????? 0000014e" B B PW_GUESS "0001 0000", 0x9a2);
	both("8002 ???????? 0000014e" B B PW_WORD "0001 0000", 0);
	both(READ(OWNER, A, "0001"), 0);
	both(START_BOUND(A), 0);
	both("8002 ???????? 0000014e" B B "00000009 02000000 0000 01 0000 0001 0000", 0x921);
	/* However often it resets its own counter. */
	for (i = 0; i < 20; i++) {
		tell(&proxy, "8002 ???????? 00000139 4000000a" PW);
		tell(&proxy, GUESS);
	}
	CHECK_EQ(tell(&other, "8002 ???????? 00000137 01810000 01810000" PW_WORD
		      "0001 61 0000"), 0);
	core_free(other.vtpm);
	end();
}

static const char *any(const char * const *words, unsigned int nr)
{
	return words[rand() % nr];
}

#define ANY(...) any((const char * const[]) { __VA_ARGS__ },			\
		     sizeof((const char * const[]) { __VA_ARGS__ }) / sizeof(char *))
#define ANY_INDEX	ANY(A, A, B, C)
#define ANY_AUTH	ANY(PW, PW, PW, PW_WORD, PW_GUESS)

/* A command about one of three indices, which may be there. */
static void any_command(char *hex, size_t size)
{
	const char *index = ANY_INDEX;
	const char *by = ANY(OWNER, index, index, ANY_INDEX, "4000000b");

	switch (rand() % 8) {
	case 0:
		snprintf(hex, size, "8002 ???????? 0000012a" OWNER "%s %s 000e %s %s %s 0000 %s",
			 ANY(PW, PW, PW_GUESS), ANY(NO_AUTH, WORD), index,
			 ANY("000b", "000b", "0004"),
			 ANY(RW, LOCKABLE, "02060016", "02060026", "02060046", "82046086",
			     "02020005"),
			 ANY("0008", "0008", "0020", "0010", "0000", "0100"));
		break;
	case 1:
		snprintf(hex, size, "8002 ???????? 00000122" OWNER "%s %s", index, ANY_AUTH);
		break;
	case 2:
		snprintf(hex, size, "8002 ???????? 00000137 %s %s %s %s %s", by, index, ANY_AUTH,
			 ANY("0002 6162", "0008 0000000000000003", "0000", "0001 00"),
			 ANY("0000", "0001", "0008", "00ff"));
		break;
	case 3:
		snprintf(hex, size, "8002 ???????? 0000014e %s %s %s %s %s", by, index, ANY_AUTH,
			 ANY("0008", "0001", "0020", "0000"), ANY("0000", "0001", "0010"));
		break;
	case 4:
		snprintf(hex, size, "8002 ???????? %s %s %s %s",
			 ANY("00000134", "00000138", "0000014f"), by, index, ANY_AUTH);
		break;
	case 5:
		snprintf(hex, size, "8002 ???????? %s %s %s %s %s", ANY("00000135", "00000136"), by,
			 index, ANY_AUTH, ANY("0000000000000001", "0006 616263646566"));
		break;
	case 6:
		snprintf(hex, size, "8001 ???????? 00000169 %s", index);
		break;
	default:
		snprintf(hex, size, "%s", ANY(LIST, COUNT, COUNTERS, CLEAR, ENABLE(OWNER, "00"),
					      ENABLE(OWNER, "01"), ENABLE(OWNER, "01")));
	}
}

static void random_commands_are_answered_as_by_a_tpm(void)
{
	unsigned int i, nr_done = 0;
	char hex[1024];

	begin_granted();
	core_turn = 5;
	srand(1);
	for (i = 0; i < 20000; i++) {
		any_command(hex, sizeof(hex));
		same(hex);
		nr_done += !rv.rc;
	}
	printf("# %u of %u commands succeeded\n", nr_done, i);
	CHECK(nr_done > i / 8);
	core_turn = 1;
	end();
}

/* Everything once, whatever comes of it. */
static void any_flow(void)
{
	static const char * const commands[] = {
		DEFINE_AUTH(WORD, A, RW_DA, "0008"), DEFINE(B, "02060016", "0008"), COUNTS, LIST,
		NV("00000134", B, B), "8002 ???????? 00000137" A A PW_WORD "0001 61 0000",
		GUESS, RIGHT, START_BOUND(A), READ_PUBLIC(A),
		"8002 ???????? 00000138" A A PW_WORD, UNDEFINE(A), CLEAR, LIST, COUNTS,
	};
	unsigned int i;

	core_send_hex(v, STARTUP_CLEAR, &rv);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		core_send_hex(v, commands[i], &rv);
}

static void flow_still_works(void)
{
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	want(CLEAR, 0);
	want(LIST, 0);
	CHECK_EQ(listed(&rv), 0);
	want(DEFINE(A, RW, "0008"), 0);
	want(UNDEFINE(A), 0);
	core_free(v);
	CHECK(core_chip_is_empty());
	host("8002 ???????? 00000139 4000000a" PW, 0);
}

static void begin_to_fail(void)
{
	v = core_new();
	core_grant(v, VTPMB_RANGE_NV, FIRST, LAST);
}

static const u32 refusals[] = { 0x902, 0x903, 0x14b, 0x922, 0x18b, 0x101, 0x149, 0x9a2 };

static const struct core_sweep sweep = {
	CORE_TPM20, 60, begin_to_fail, any_flow, flow_still_works, refusals, ARRAY_SIZE(refusals),
};

static void chip_may_fail_at_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_any_command(void)
{
	core_sweep(&sweep, CORE_FAULT_CHIP);
}

static void any_allocation_may_fail(void)
{
	core_sweep(&sweep, CORE_FAULT_ALLOC);
}

static const struct core_test tests[] = {
	CORE_TEST(index_lives_as_in_a_tpm),
	CORE_TEST(every_kind_of_index_works),
	CORE_TEST(locks_hold_as_in_a_tpm),
	CORE_TEST(locks_outlast_a_reset_of_the_guest),
	CORE_TEST(passwords_guard_an_index),
	CORE_TEST(hmac_sessions_guard_an_index),
	CORE_TEST(hmac_sessions_of_the_owner_reach_an_index),
	CORE_TEST(hmac_covers_the_names_of_two_indices),
	CORE_TEST(bound_sessions_guard_an_index),
	CORE_TEST(policies_guard_an_index),
	CORE_TEST(certify_shows_an_index),
	CORE_TEST(range_and_quotas_bound_a_guest),
	CORE_TEST(without_a_range_there_are_no_indices),
	CORE_TEST(proxies_never_meet),
	CORE_TEST(indices_of_the_host_are_out_of_reach),
	CORE_TEST(everybody_reads_the_certificates),
	CORE_TEST(platform_is_not_the_chips),
	CORE_TEST(clear_undefines_what_the_owner_made),
	CORE_TEST(clear_takes_away_though_the_chip_fails),
	CORE_TEST(index_stays_hidden_while_the_chip_refuses_to_clear_it),
	CORE_TEST(chips_owner_auth_serves_the_bridge_too),
	CORE_TEST(owner_hides_its_indices),
	CORE_TEST(index_outlives_power_and_proxy),
	CORE_TEST(public_area_is_read_once_in_a_turn),
	CORE_TEST(guesses_at_an_index_lock_out_the_proxy_alone),
	CORE_TEST(random_commands_are_answered_as_by_a_tpm),
	CORE_TEST(chip_may_fail_at_any_command),
	CORE_TEST(chip_may_refuse_any_command),
	CORE_TEST(any_allocation_may_fail),
};

CORE_MAIN(tests)
