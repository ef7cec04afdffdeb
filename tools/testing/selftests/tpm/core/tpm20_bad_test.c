// SPDX-License-Identifier: GPL-2.0-only
/* Bad input, TPM 2.0. */

#include "bad.h"

/*
 * Letters in samples.  Handles of what @needs asks for, in the order in which
 * it is made: K a storage primary (ECC, restricted), G a signing primary
 * (ECC), M an HMAC primary, S a SHA-256 sequence, X an event sequence, P a
 * policy session, T a trial session, H an HMAC session; NV indices: I an ordinary
 * one that can be locked, J a counter, L bits, N a digest; Y: I is written.  W,
 * V: an authorisation area of one, two empty passwords.  Z: 32 bytes.  O: a
 * child of K, private and public part.
 */
#define SENSITIVE	"0004 0000 0000"
#define ECC_STORAGE	"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000"
#define ECC_SIGNING	"0018 0023 000b 00040472 0000 0010 0018 000b 0003 0010 0000 0000"
#define HMAC_KEY	"0010 0008 000b 00040472 0000 0005 000b 0000"
#define NO_PCR		"0000 00000000"
#define DEFINE(index, attributes, size) \
	"8002 ???????? 0000012a 40000001 W 0000 000e" index "000b" attributes "0000" size

static const struct maker {
	char letter;
	bool session;
	u8 type;
	const char *text;
	u32 index;
} makers[] = {
	{ 'K', false, 0x80, "8002 ???????? 00000131 40000001 W " SENSITIVE ECC_STORAGE NO_PCR },
	{ 'G', false, 0x80, "8002 ???????? 00000131 40000001 W " SENSITIVE ECC_SIGNING NO_PCR },
	{ 'M', false, 0x80, "8002 ???????? 00000131 40000001 W " SENSITIVE HMAC_KEY NO_PCR },
	{ 'S', false, 0x80, "8001 ???????? 00000186 0000 000b" },
	{ 'X', false, 0x80, "8001 ???????? 00000186 0000 0010" },
	{ 'H', true, 0x02, "8001 ???????? 00000176 40000007 40000007 0020 Z 0000 00 0010 000b" },
	{ 'P', true, 0x03, "8001 ???????? 00000176 40000007 40000007 0020 Z 0000 01 0010 000b" },
	{ 'T', true, 0x03, "8001 ???????? 00000176 40000007 40000007 0020 Z 0000 03 0010 000b" },
	{ 'I', false, 0x01, DEFINE("01000000", "82066006", "0008"), 0x01000000 },
	{ 'J', false, 0x01, DEFINE("01000001", "02060016", "0008"), 0x01000001 },
	{ 'L', false, 0x01, DEFINE("01000002", "02060026", "0008"), 0x01000002 },
	{ 'N', false, 0x01, DEFINE("01000003", "02060046", "0020"), 0x01000003 },
	{ 'Y', false, 0x01, "8002 ???????? 00000137 I I W 0008 6162636465666768 0000",
	  0x01000000 },
};

static char made[8];		/* letters, in order */
static u32 made_handle[8];
static char child[1024];	/* O, in hex */

/* Longer, of text that core_hex() understands. */
static void expand_text(char *out, size_t cap, const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		const char *at = strchr(made, *text);
		char handle[9], one[2] = { *text };
		const char *add = one;

		if (at) {
			snprintf(handle, sizeof(handle), "%08x",
				 made_handle[at - made]);
			add = handle;
		} else if (*text == 'W') {
			add = "00000009 40000009 0000 00 0000";
		} else if (*text == 'V') {
			add = "00000012 40000009 0000 00 0000 40000009 0000 00 0000";
		} else if (*text == 'Z') {
			add = "1111111111111111111111111111111111111111111111111111111111111111";
		} else if (*text == 'O') {
			add = child;
		}
		len += snprintf(out + len, cap - len, "%s", add);
		if (len >= cap)
			abort();
	}
}

static size_t expand(u8 *buf, const char *text)
{
	char longer[8192] = "";

	expand_text(longer, sizeof(longer), text);
	return core_hex(buf, VTPMB_BUF_SIZE, longer);
}

/* Indices are in the chip, and what comes after them begins without any. */
static void undefine_all(void)
{
	struct core_rsp list, rsp;
	char hex[100];
	u32 i;

	core_end_turn();
	core_raw_hex("8001 ???????? 0000017a 00000001 01000000 00000040", &list);
	for (i = 0; i < vtpmb_peek_u32(list.buf + 15); i++) {
		snprintf(hex, sizeof(hex), "8002 ???????? 00000122 40000001 %08x"
			 "00000009 40000009 0000 00 0000", vtpmb_peek_u32(list.buf + 19 + 4 * i));
		core_raw_hex(hex, &rsp);
		CHECK_EQ(rsp.rc, 0);
	}
}

static void prepare(const char *needs)
{
	unsigned int nr_objects = 0, nr_sessions = 0;

	undefine_all();
	core_grant(bad_vtpm, VTPMB_RANGE_NV, 0x01000000, VTPMB_CERTIFICATE_FIRST - 1);
	bad_vtpm->nv_bytes = VTPMB_MAX_NV_BYTES;
	memset(made, 0, sizeof(made));
	for (; *needs; needs++) {
		const struct maker *m = makers;
		struct core_rsp ours, twins;
		char text[1024];
		size_t nr = strlen(made);

		while (m->letter != *needs)
			m++;
		expand_text(text, sizeof(text), m->text);
		bad_both_must(text, &ours, &twins);
		made[nr] = m->letter;
		made_handle[nr] = m->index;
		if (m->index)
			continue;
		made_handle[nr] = (u32)m->type << 24 |
				  (m->session ? nr_sessions++ : nr_objects++);
		CHECK_EQ(vtpmb_peek_u32(ours.buf + 10), made_handle[nr]);
		CHECK_EQ(vtpmb_peek_u32(twins.buf + 10), made_handle[nr]);
	}
}

/* A child of K that both sides can load. */
static void setup(void)
{
	struct core_rsp rsp;
	u8 cmd[VTPMB_BUF_SIZE];
	size_t i, len;

	core_raw(cmd, expand(cmd, makers[0].text), &rsp);
	CHECK_EQ(rsp.rc, 0);
	core_raw(cmd, expand(cmd, "8002 ???????? 00000153 80000000 W " SENSITIVE
			     HMAC_KEY NO_PCR), &rsp);
	CHECK_EQ(rsp.rc, 0);
	len = 2 + vtpmb_peek_u16(rsp.buf + 14);
	len += 2 + vtpmb_peek_u16(rsp.buf + 14 + len);
	for (i = 0; i < len; i++)
		snprintf(child + 2 * i, 3, "%02x", rsp.buf[14 + i]);
	core_raw_hex("8001 ???????? 00000165 80000000", &rsp);
	CHECK_EQ(rsp.rc, 0);
}

#define N(code, needs, nr, text, ...) \
	{ 0x##code, nr, needs, "8001 ???????? " #code text, ##__VA_ARGS__ }
#define A(code, needs, nr, text, ...) \
	{ 0x##code, nr, needs, "8002 ???????? " #code text, ##__VA_ARGS__ }

static const struct bad_sample samples[] = {
	/* The virtual platform. */
	N(00000144, "", 0, "0000"),
	N(00000145, "", 0, "0000", BAD_LASTING),
	N(00000142, "", 0, "00000001 000b", BAD_VIRTUAL),
	N(00000143, "", 0, "01"),
	N(0000017c, "", 0, "", BAD_VIRTUAL),
	N(00000146, "", 0, "0004 01020304"),
	N(0000017a, "", 0, "00000000 00000000 00000040"),
	N(0000017a, "", 0, "00000001 80000000 00000040"),
	N(0000017a, "KS", 0, "00000001 80000000 00000040"),
	N(0000017a, "PH", 0, "00000001 02000000 00000040"),
	N(0000017a, "", 0, "00000001 40000000 00000040"),
	N(0000017a, "", 0, "00000002 0000011f 00000100", BAD_VIRTUAL),
	N(0000017a, "", 0, "00000003 0000011f 00000100", BAD_VIRTUAL),
	N(0000017a, "", 0, "00000005 00000000 00000040"),
	N(0000017a, "", 0, "00000006 00000100 00000040", BAD_VIRTUAL),
	/* No virtual PCR has an authValue or a policy. */
	N(0000017a, "", 0, "00000007 00000000 00000040", BAD_VIRTUAL),
	N(0000017a, "", 0, "00000008 00000000 00000040"),
	N(0000017a, "", 0, "00000009 40000000 00000040"),
	N(0000017e, "", 0, "00000001 000b 03 ff0000"),
	A(00000182, "", 1, "00000010 W 00000001 000b Z"),
	A(00000182, "", 1, "00000007 W 00000002 000b Z 0004 1111111111111111111111111111111111111111"),
	A(0000013c, "", 1, "00000010 W 0003 616263"),
	A(0000013d, "", 1, "00000010 W"),
	A(0000012b, "", 1, "4000000c W 00000001 000b 03 ffffff", BAD_LASTING),
	A(0000012c, "", 1, "4000000c W 0000 0010 00000010", BAD_LASTING),
	A(00000183, "", 1, "00000010 W 0000"),
	A(00000121, "", 1, "4000000c W 40000001 00", BAD_LASTING),
	A(00000129, "", 1, "4000000c W 0003 616263", BAD_LASTING),
	A(0000012e, "", 1, "4000000c W 0000 0010", BAD_LASTING),
	A(00000126, "", 1, "4000000a W", BAD_LASTING),
	A(00000127, "", 1, "4000000c W 01", BAD_LASTING),
	A(0000012d, "", 1, "4000000c W 00000000 00000000", BAD_LASTING),
	A(00000120, "K", 2, "40000001 K W 81000001", BAD_LASTING),
	A(00000139, "", 1, "4000000a W", BAD_LASTING),
	A(0000013a, "", 1, "4000000a W 00000003 00000000 00000000", BAD_LASTING),
	/* Denied unless granted. */
	A(0000011f, "", 2, "01000000 4000000c V"),
	A(00000124, "", 1, "4000000c W"),
	A(00000125, "", 1, "4000000c W"),
	A(00000128, "", 1, "40000001 W 00000000ffffffff"),
	A(00000130, "", 1, "40000001 W 00"),
	A(00000132, "", 1, "40000001 W"),
	A(00000133, "", 2, "4000000b 40000007 V 0000 0010"),
	A(0000013f, "", 1, "4000000c W 00000000"),
	A(00000140, "", 1, "40000001 W 000b 00000000 00000000"),
	A(00000158, "G", 1, "G W 0000 0010 00000001 000b 03 010000", BAD_RANDOM),
	A(00000198, "", 1, "40000110 W 00000000"),
	N(0000017f, "P", 1, "P 0000 00000001 000b 03 010000"),
	N(20000000, "", 0, ""),
	N(00000123, "", 0, ""),
	N(00000200, "", 0, ""),
	/* NV indices. */
	N(0000017a, "IJ", 0, "00000001 01000000 00000040"),
	A(0000012a, "", 1, "40000001 W 0000 000e 01000000 000b 00040004 0000 0008"),
	A(0000012a, "I", 1, "40000001 W 0004 01020304 002e 01000001 000b 0204000c 0020 Z 0008"),
	A(00000122, "I", 2, "40000001 I W"),
	A(00000122, "", 2, "40000001 01000000 W"),
	A(00000137, "I", 2, "I I W 0001 61 0000"),
	A(00000137, "IY", 2, "40000001 I W 0001 61 0000"),
	A(00000137, "", 2, "40000001 01000000 W 0001 00 0000"),
	A(0000014e, "IY", 2, "I I W 0008 0000"),
	A(0000014e, "IY", 2, "40000001 I W 0008 0000"),
	A(0000014e, "", 2, "40000001 01000000 W 0008 0000"),
	A(00000134, "J", 2, "J J W"),
	A(00000135, "L", 2, "L L W 0000000000000001"),
	A(00000136, "N", 2, "40000001 N W 0003 616263"),
	A(00000138, "IY", 2, "I I W"),
	A(0000014f, "IY", 2, "40000001 I W"),
	A(0000013b, "I", 1, "I W 0000"),
	A(00000149, "IYP", 3, "I I P W 0008 6162636465666768 0000 0000"),
	A(00000151, "IP", 2, "I P W 0000 0000 0000 00000000", BAD_RANDOM),
	A(00000184, "GIY", 3, "G I I V 0000 0010 0008 0000", BAD_RANDOM),
	A(00000192, "IYP", 3, "I I P W"),
	N(00000169, "I", 1, "I"),
	N(00000176, "I", 2, "40000007 I 0020 Z 0000 01 0010 000b", BAD_RANDOM),
	/* Passed on. */
	N(0000017b, "", 0, "0008", BAD_RANDOM),
	N(00000181, "", 0, "", BAD_RANDOM),
	N(0000017d, "", 0, "0003 616263 000b 40000007"),
	N(0000018a, "", 0, "0023 0010 0010 0003 0010"),
	N(00000178, "", 0, "0003"),
	N(0000018e, "", 0, "0003", BAD_RANDOM),
	A(00000131, "", 1, "40000001 W " SENSITIVE ECC_STORAGE NO_PCR, BAD_RANDOM),
	A(00000131, "", 1, "40000007 W " SENSITIVE ECC_SIGNING NO_PCR, BAD_RANDOM),
	A(00000131, "", 1, "40000001 W " SENSITIVE HMAC_KEY "0000 00000001 000b 03 000000", BAD_RANDOM),
	A(00000153, "K", 1, "K W " SENSITIVE HMAC_KEY NO_PCR, BAD_RANDOM),
	A(00000191, "K", 1, "K W " SENSITIVE HMAC_KEY, BAD_RANDOM),
	A(00000157, "K", 1, "K W O"),
	N(00000167, "", 0, "0000 " HMAC_KEY "40000007"),
	N(00000173, "K", 1, "K"),
	N(00000165, "K", 0, "K"),
	N(00000165, "P", 0, "P"),
	N(00000162, "K", 1, "K", BAD_VIRTUAL),
	N(00000162, "S", 1, "S", BAD_VIRTUAL),
	N(00000162, "P", 1, "P", BAD_VIRTUAL),
	N(00000161, "", 0, "0000000000000001 80000000 40000001 0020 Z"),
	N(00000161, "", 0, "0000000000000001 02000000 40000007 0020 Z"),
	N(00000176, "", 2, "40000007 40000007 0020 Z 0000 00 0010 000b", BAD_RANDOM),
	N(00000176, "K", 2, "40000007 K 0020 Z 0000 01 0010 000b", BAD_RANDOM),
	N(00000180, "P", 1, "P"),
	N(00000189, "P", 1, "P"),
	N(0000016b, "P", 1, "P"),
	N(0000018c, "P", 1, "P"),
	N(0000016c, "P", 1, "P 00000153"),
	N(0000016d, "P", 1, "P 0000 0000 0000"),
	N(0000016e, "P", 1, "P 0020 Z"),
	N(0000016f, "P", 1, "P 01"),
	N(00000170, "P", 1, "P 0020 Z"),
	N(00000171, "T", 1, "T 00000002 0020 Z 0020 Z"),
	N(00000172, "P", 1, "P 0000 0000 0000 0000 8023 40000007 0000"),
	N(0000016a, "P", 1, "P 0020 Z 0000 0022 000b Z 8022 40000007 0000"),
	N(00000187, "P", 1, "P"),
	N(00000188, "P", 1, "P 0000 0022 000b Z 00"),
	N(0000018f, "P", 1, "P 00"),
	N(00000190, "P", 1, "P 0020 Z"),
	N(00000160, "GP", 2, "G P 0000 0000 0000 00000000 0018 000b 0020 Z 0020 Z"),
	A(00000151, "P", 2, "40000001 P W 0000 0000 0000 00000000", BAD_RANDOM),
	A(00000151, "KP", 2, "K P W 0000 0000 0000 00000000", BAD_RANDOM),
	N(0000017f, "T", 1, "T 0020 Z 00000001 000b 03 010000"),
	N(00000174, "K", 1, "K 0003 616263 0010 0000"),
	A(00000159, "K", 1, "K W 0020 Z 0010 0000"),
	N(00000163, "K", 1, "K", BAD_RANDOM),
	A(00000154, "K", 1, "K W 0044 0020 Z 0020 Z"),
	A(0000018d, "K", 1, "K W 0000 0000 001d 0000"),
	A(0000018b, "G", 1, "G W 0000 0000 0000", BAD_RANDOM),
	A(0000015d, "G", 1, "G W 0020 Z 0018 000b 8024 40000007 0000", BAD_RANDOM),
	N(00000177, "G", 1, "G 0020 Z 0018 000b 0020 Z 0020 Z"),
	A(00000155, "M", 1, "M W 0003 616263 0010"),
	A(0000015b, "M", 1, "M W 0000 0010"),
	N(00000186, "", 0, "0000 000b"),
	A(0000015c, "S", 1, "S W 0003 616263"),
	A(0000013e, "S", 1, "S W 0003 616263 40000007"),
	A(00000185, "X", 2, "00000010 X V 0003 616263"),
	A(0000015e, "M", 1, "M W"),
	A(00000164, "K", 1, "K W 00 0043 0000 0010 11111111111111111111111111111111"),
	A(00000193, "K", 1, "K W 0010 11111111111111111111111111111111 00 0043 0000"),
	N(00000168, "K", 1, "K 0020 Z 0022 000b Z", BAD_RANDOM),
	A(00000147, "GK", 2, "G K V 0020 Z 0020 Z"),
	A(00000148, "GM", 2, "M G V 0000 0010", BAD_RANDOM),
	A(0000014a, "GM", 2, "G M W 0000 0020 Z 0010 8021 40000001 0020 Z"),
	A(0000014c, "G", 2, "4000000b G V 0000 0010", BAD_RANDOM),
	A(0000014d, "GH", 3, "4000000b G H V 0000 0010"),
	A(0000014b, "M", 2, "M 40000007 W 0000 0010"),
	A(00000152, "K", 2, "K K W 0020 Z 0022 000b Z 0020 Z"),
	A(00000156, "K", 1, "K W 0000 " HMAC_KEY "0020 Z 0000 0010"),
	A(00000150, "MK", 2, "M K W 0000", BAD_RANDOM),
	A(00000149, "P", 3, "40000001 01000000 P W 0000 0000 0000"),
	A(00000192, "P", 3, "40000001 01000000 P W"),
	N(00000169, "", 1, "01000000"),
	A(00000184, "G", 3, "G 40000001 01000000 V 0000 0010 0000 0000"),
	A(00000197, "GM", 2, "M G V 0000 0010 0000"),
	{}
};

static const u16 tags[] = {
	0x8001, 0x8002, 0x8003, 0x8000, 0x00c1, 0x00c2, 0x00c4, 0x0000, 0xffff,
};

static const u32 handles[] = {
	0x00000000, 0x00000017, 0x00000018, 0x00ffffff, 0x01000000, 0x01ffffff,
	0x02000000, 0x02000001, 0x0200003f, 0x02000040, 0x02ffffff,
	0x03000000, 0x03000001, 0x0300003f, 0x03ffffff, 0x10000000,
	0x40000000, 0x40000001, 0x40000002, 0x40000006, 0x40000007, 0x40000008,
	0x40000009, 0x4000000a, 0x4000000b, 0x4000000c, 0x4000000d, 0x40000010,
	0x4000010f, 0x40000110, 0x4000011f, 0x40000140, 0x40000143, 0x40010000,
	0x4004ffff, 0x80000000, 0x80000001, 0x80000002, 0x80000003, 0x8000000f,
	0x80000010, 0x80ffffff, 0x81000000, 0x81000001, 0x81800000, 0x81ffffff,
	0x90000000, 0xc0000000, 0xffffffff,
};

static const struct bad_state state[] = {
	{ "8001 ???????? 0000017e 00000001 000b 03 ff0000" },
	{ "8001 ???????? 0000017e 00000001 000b 03 00ff00" },
	{ "8001 ???????? 0000017e 00000001 000b 03 0000ff" },
	{ "8001 ???????? 0000017e 00000001 0004 03 0000ff" },
	{ "8001 ???????? 0000017a 00000006 00000200 00000002" },
	{ "8001 ???????? 0000017a 00000001 80000000 00000040" },
	{ "8001 ???????? 0000017a 00000001 02000000 00000040" },
	{ "8001 ???????? 0000017a 00000001 03000000 00000040" },
	{ "8001 ???????? 0000017a 00000001 81000000 00000040" },
	{ "8001 ???????? 0000017a 00000001 01000000 00000040" },
	{ "8001 ???????? 0000017a 00000005 00000000 00000040" },
	{}
};

#define TAIL	"tail_of_other_bytes_is_refused_as_by_a_tpm"
#define HANDLE	"unknown_handle_is_refused_as_by_a_tpm"
#define BITS	"flipped_bits_are_answered_as_by_a_tpm"

static struct bad_diff diffs[] = {
	{ 0, TAIL, 0x142, BAD_ANY, "longer than the 0xF80 bytes that the proxy says it takes" },
	{ 0, HANDLE, 0x910, 0x184, "a proxy has more transient handles than this chip has slots" },
	{ 0, HANDLE, 0x911, 0x284, "a proxy has more transient handles than this chip has slots" },
	{ 0, HANDLE, 0x185, BAD_ANY, "the chip's platform hierarchy is the host's" },
	{ 0x184, HANDLE, 0x285, 0x38b, "the chip's platform hierarchy is the host's" },
	{ 0x184, HANDLE, 0x285, 0x149, "the chip's platform hierarchy is the host's" },
	{ 0x158, NULL, 0x143, BAD_ANY, "Quote would sign the host's PCRs, whatever else is wrong" },
	{ 0x18d, NULL, 0x4c4, BAD_ANY, "an ephemeral key of others is refused, whatever else is wrong" },
	{ 0x161, NULL, 0x1df, 0x095, "a context that is not wrapped is no context" },
	{ 0x131, HANDLE, 0, 0, "the null primary of a Linux guest is the proxy's own" },
	{ 0x131, BITS, 0x4c4, 0, "creationPCR would tell of the host's PCRs" },
	{ 0x12a, BITS, 0x14b, 0, "an index outside of the granted range" },
	{ 0x12a, BITS, 0x2c2, 0x2e1, "what goes with the chip's start is refused first" },
	{ 0x12b, BITS, 0, 0, "a bank is allocated whole or not at all" },
	{ 0x17a, BITS, 0, 0, "a flip asks for what is virtual" },
	{}
};

/* A wrong lockoutAuth locks out for good; it is the hierarchies' only one. */
static bool punishes(u32 rc)
{
	return rc == 0x921 || (rc & 0xff) == 0x8e;
}

static size_t put_auths(u8 *buf, const u8 *cmd, size_t len, size_t at,
			const u8 *auths, size_t auths_len, size_t old_len)
{
	memcpy(buf, cmd, at);
	buf[0] = 0x80;
	buf[1] = 0x02;
	vtpmb_poke_u32(buf + at, auths_len);
	memcpy(buf + at + 4, auths, auths_len);
	memcpy(buf + at + 4 + auths_len, cmd + at + old_len,
	       len - at - old_len);
	len = len - old_len + 4 + auths_len;
	vtpmb_poke_u32(buf + 2, len);
	return len;
}

static void spoil_auth(const u8 *cmd, size_t len)
{
	static const char * const areas[] = {
		/* how many, and whose */
		"40000009 0000 00 0000",
		"40000009 0000 00 0000 40000009 0000 00 0000",
		"40000009 0000 00 0000 40000009 0000 00 0000 40000009 0000 00 0000",
		"40000009 0000 00 0000 40000009 0000 00 0000 40000009 0000 00 0000 40000009 0000 00 0000",
		"02000007 0000 00 0000", "0200003f 0000 00 0000", "02ffffff 0000 00 0000",
		"03000007 0000 00 0000", "02000000 0000 01 0000", "03000000 0000 01 0000",
		"02000001 0000 01 0000",
		"40000007 0000 00 0000", "40000001 0000 00 0000", "4000000c 0000 00 0000",
		"80000000 0000 00 0000", "00000000 0000 00 0000", "01000000 0000 00 0000",
		"ffffffff 0000 00 0000", "40000009 0000 00 0000 02000007 0000 00 0000",
		"40000009 0000 00 0000 03000000 0000 01 0000",
		/* attributes */
		"40000009 0000 01 0000", "40000009 0000 02 0000", "40000009 0000 04 0000",
		"40000009 0000 08 0000", "40000009 0000 10 0000", "40000009 0000 18 0000",
		"40000009 0000 20 0000", "40000009 0000 40 0000", "40000009 0000 80 0000",
		"40000009 0000 ff 0000", "40000009 0000 00 0000 40000009 0000 20 0000",
		/* sizes */
		"40000009 0010 Z 00 0000", "40000009 0040 ZZ 00 0000",
		"40000009 0041 ZZ 11 00 0000", "40000009 ffff 00 0000",
		"40000009 0000 00 0001 31", "40000009 0000 00 0001 00",
		"40000009 0000 00 0004 00000000", "40000009 0000 00 0020 Z",
		"40000009 0000 00 0040 ZZ", "40000009 0000 00 0041 ZZ 11",
		"40000009 0000 00 ffff", "40000009 0000 00 0001", "40000009 0000 00",
		"40000009", "4000", "40000009 0000 00 0000 00", "40000009 0000 00 0000 0000",
	};
	static const u32 sizes[] = {
		0, 1, 7, 8, 10, 17, 18, 0x24, 0x100, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	u8 buf[VTPMB_BUF_SIZE], auths[512];
	size_t at = VTPMB_HEADER_SIZE, old_len, i, auths_len;
	unsigned int nr = 0;

	/* The handle area ends where the sample's first W or V begins. */
	old_len = 0;
	while (cmd[1] == 0x02 && at + 8 < len && nr < BAD_MAX_HANDLES &&
	       vtpmb_peek_u32(cmd + at + 4) != 0x40000009) {
		at += 4;
		nr++;
	}
	if (cmd[1] == 0x02)
		old_len = 4 + vtpmb_peek_u32(cmd + at);
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		auths_len = expand(auths, areas[i]);
		bad_try(buf, put_auths(buf, cmd, len, at, auths, auths_len, old_len));
	}
	if (!old_len)
		return;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memcpy(buf, cmd, len);
		vtpmb_poke_u32(buf + at, sizes[i]);
		bad_try(buf, len);
	}
	/* None. */
	memcpy(buf, cmd, at);
	memcpy(buf + at, cmd + at + old_len, len - at - old_len);
	buf[1] = 0x01;
	vtpmb_poke_u32(buf + 2, len - old_len);
	bad_try(buf, len - old_len);
}

static const struct bad_family tpm20 = {
	.family = CORE_TPM20,
	.setup = setup,
	.samples = samples,
	.diffs = diffs,
	.tags = tags,
	.nr_tags = ARRAY_SIZE(tags),
	.handles = handles,
	.nr_handles = ARRAY_SIZE(handles),
	.startup = "8001 ???????? 00000144 0000",
	.absent = 0x000001f0,
	.state = state,
	.prepare = prepare,
	.expand = expand,
	.punishes = punishes,
	.spoil_auth = spoil_auth,
};

int main(int argc, char **argv)
{
	return bad_main(&tpm20, argc, argv);
}
