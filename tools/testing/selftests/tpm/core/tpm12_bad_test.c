// SPDX-License-Identifier: GPL-2.0-only
/* Bad input, TPM 1.2, on a chip that the host owns. */

#include "bad.h"

/*
 * Letters in samples.  What @needs asks for: H an OIAP session, P an OSAP
 * session on the SRK, S a SHA-1 thread, Q physical presence.  W, V: one, two
 * authorisation areas of a session that is not there: a wrong HMAC in one that
 * is would count against the chip.  Z: 20 bytes.  Y, X: a storage key's blob, as
 * TPM 1.1 and 1.2 have it.  U: a public key.
 */
#define AREA	"02ffff00 Z 00 Z"
#define KEY	"01010000 0011 00000000 01 00000001 0003 0001 0000000c 00000800 " \
		"00000002 00000000 00000000 00000000 00000000"

#define KEY12	"00280000 0011 00000000 01 00000001 0003 0001 0000000c 00000800 " \
		"00000002 00000000 00000000 00000000 00000000"
#define PUBKEY	"00000001 0003 0001 0000000c 00000800 00000002 00000000 00000004 01020304"

static char made[8];
static u32 made_handle[8];
static u32 twins_handle[8];

static void expand_text(char *out, size_t cap, const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		const char *at = strchr(made, *text);
		char handle[9], one[2] = { *text }, area[128];
		const char *add = one;

		if (at) {
			snprintf(handle, sizeof(handle), "%08x",
				 made_handle[at - made]);
			add = handle;
		} else if (*text == 'Z') {
			add = "1111111111111111111111111111111111111111";
		} else if (*text == 'Y') {
			add = KEY;
		} else if (*text == 'X') {
			add = KEY12;
		} else if (*text == 'U') {
			add = PUBKEY;
		} else if (*text == 'W') {
			expand_text(area, sizeof(area), AREA);
			add = area;
		} else if (*text == 'V') {
			expand_text(area, sizeof(area), AREA);
			len += snprintf(out + len, cap - len, "%s", area);
			add = area;
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

static void must(const char *text)
{
	struct core_rsp ours, twins;

	bad_both_must(text, &ours, &twins);
}

/* A TPM's handles are random, a vtpm's count from the lowest. */
static void session(unsigned int nr, const char *text)
{
	struct core_rsp ours, twins;
	char longer[1024];

	expand_text(longer, sizeof(longer), text);
	bad_both_must(longer, &ours, &twins);
	made_handle[nr] = vtpmb_peek_u32(ours.buf + 10);
	twins_handle[nr] = vtpmb_peek_u32(twins.buf + 10);
}

static void translate_at(u8 *at)
{
	unsigned int i;

	for (i = 0; made[i]; i++) {
		if (vtpmb_peek_u32(at) == made_handle[i]) {
			vtpmb_poke_u32(at, twins_handle[i]);
			return;
		}
	}
}

/* In front, and in authorisation areas. */
static void translate(u8 *cmd, size_t len)
{
	size_t end;

	if (len >= 14)
		translate_at(cmd + 10);
	for (end = len; end >= 10 + 45 && end + 90 > len; end -= 45)
		translate_at(cmd + end - 45);
}

static void prepare(const char *needs)
{
	memset(made, 0, sizeof(made));
	for (; *needs; needs++) {
		size_t nr = strlen(made);

		switch (*needs) {
		case 'H':
			session(nr, "00c1 ???????? 0000000a");
			break;
		case 'P':
			session(nr, "00c1 ???????? 0000000b 0004 40000000 Z");
			break;
		case 'S':
			must("00c1 ???????? 000000a0");
			continue;
		case 'Q':
			must("00c1 ???????? 4000000a 0020");
			must("00c1 ???????? 4000000a 0008");
			continue;
		}
		made[nr] = *needs;
	}
}

static void setup(void)
{
	static const u8 secret[20];

	core_take_ownership(secret, secret);
	core_probe();
}

#define N(code, needs, nr, text, ...) \
	{ 0x##code, nr, needs, "00c1 ???????? " #code text, ##__VA_ARGS__ }
#define A(code, needs, nr, text, ...) \
	{ 0x##code, nr, needs, "00c2 ???????? " #code text, ##__VA_ARGS__ }
#define B(code, needs, nr, text, ...) \
	{ 0x##code, nr, needs, "00c3 ???????? " #code text, ##__VA_ARGS__ }

static const struct bad_sample samples[] = {
	/* The virtual platform. */
	N(00000099, "", 0, "0001"),
	N(00000098, "", 0, "", BAD_LASTING),
	N(00000050, "", 0, ""),
	N(00000053, "", 0, ""),
	N(00000054, "", 0, "", BAD_VIRTUAL),
	N(00000065, "", 0, "00000001 00000004 00000046"),
	N(00000065, "", 0, "00000002 00000004 00000001"),
	N(00000065, "", 0, "00000003 00000002 0001", BAD_VIRTUAL),
	/* One flag differs, see below. */
	N(00000065, "", 0, "00000004 00000004 00000108", BAD_VIRTUAL),
	N(00000065, "Q", 0, "00000004 00000004 00000109"),
	N(00000065, "", 0, "00000005 00000004 00000101"),
	N(00000065, "", 0, "00000005 00000004 00000104", BAD_VIRTUAL),
	N(00000065, "", 0, "00000005 00000004 00000111"),
	N(00000065, "", 0, "00000005 00000004 00000124", BAD_VIRTUAL),
	N(00000065, "", 0, "00000006 00000000"),
	N(00000065, "", 0, "00000007 00000000"),
	N(00000065, "", 0, "00000014 00000004 00000001"),
	N(00000065, "H", 0, "00000014 00000004 00000002", BAD_RANDOM),
	N(00000065, "", 0, "0000001a 00000000", BAD_VIRTUAL),
	N(0000003f, "Q", 0, "00000001 00000004 00000001 00000001 01", BAD_LASTING),
	N(0000003f, "", 0, "00000002 00000004 00000001 00000001 01", BAD_LASTING),
	A(0000003f, "", 0, "00000001 00000004 00000001 00000001 01 W", BAD_LASTING),
	N(00000014, "", 0, "00000010 Z"),
	N(00000015, "", 0, "00000010"),
	N(000000c8, "", 0, "0003 000001"),
	N(000000a0, "", 0, "", BAD_VIRTUAL),
	N(000000a1, "S", 0, "00000040 ZZZ 01020304"),
	N(000000a2, "S", 0, "00000003 616263"),
	N(000000a3, "S", 0, "00000010 00000003 616263"),
	N(4000000a, "Q", 0, "0010", BAD_LASTING),
	N(4000000a, "", 0, "0020", BAD_LASTING),
	N(4000000b, "", 0, ""),
	N(0000006f, "Q", 0, "", BAD_LASTING),
	N(00000070, "Q", 0, "", BAD_LASTING),
	N(00000071, "Q", 0, "01", BAD_LASTING),
	N(00000072, "Q", 0, "00", BAD_LASTING),
	N(00000073, "Q", 0, "", BAD_LASTING),
	N(0000005e, "", 0, "", BAD_LASTING),
	N(0000005a, "", 0, ""),
	N(0000007c, "", 0, "Z"),
	N(00000022, "", 1, "01000000"),
	N(00000096, "H", 1, "H"),
	N(000000ba, "H", 1, "H 00000002"),
	/* Answered from the view of the owner. */
	A(0000000d, "", 0, "0005 00000100 ZZZZZZZZZZZZ 11111111111111111111111111111111 "
	  "00000100 ZZZZZZZZZZZZ 11111111111111111111111111111111 Y W", BAD_LASTING),
	/* Passed on. */
	N(00000046, "", 0, "00000008", BAD_RANDOM),
	N(00000047, "", 0, "00000004 01020304"),
	N(000000f1, "", 0, "", BAD_RANDOM),
	N(0000000a, "", 0, "", BAD_RANDOM),
	N(0000000b, "", 0, "0004 40000000 Z", BAD_RANDOM),
	N(00000011, "", 0, "0008 00000000 Z 00000004 00000000"),
	A(00000021, "", 1, "40000000 W"),
	A(00000041, "", 1, "40000000 Y W"),
	A(0000001f, "", 1, "40000000 ZZ Y W"),
	A(00000017, "", 1, "40000000 Z 00000000 00000003 616263 W"),
	B(00000018, "", 1, "40000000 01010000 00000000 00000003 616263 V"),
	N(0000001e, "", 1, "40000000 00000003 616263"),
	A(0000001e, "", 1, "40000000 00000003 616263 W"),
	N(0000003c, "", 1, "40000000 00000014 Z"),
	A(0000003c, "", 1, "40000000 00000014 Z W"),
	A(000000f2, "", 1, "40000000 ZZ W"),
	B(0000000c, "", 1, "40000000 0004 Z 0001 00000014 Z V"),
	B(00000032, "", 2, "40000000 40000000 Z V"),
	B(00000033, "", 2, "40000000 40000000 ZZ V"),
	/* A context of a session is but a number. */
	N(000000b8, "H", 1, "H 00000002 11111111111111111111111111111111", BAD_VIRTUAL),
	N(000000b9, "", 0, "00000000 00 00000030 ZZ 0102030405060708"),
	A(0000003d, "", 1, "40000000 Z 00000000 00000003 616263 W"),
	A(00000013, "", 1, "40000000 Z X ZZ W"),
	A(0000001b, "", 1, "40000000 0001 U 0003 Z Z 00000018 00000001 Z 00000001 02 "
	  "00000001 03 00000001 04 W"),
	A(00000024, "", 1, "40000000 ZZZ Z X 00000001 01 00000001 02 W"),
	N(00000025, "", 1, "40000000 U 00000002 0102"),
	A(00000025, "", 1, "40000000 U 00000002 0102 W"),
	B(00000028, "", 1, "40000000 0001 U 0001 Z 00000002 0102 V"),
	A(0000002a, "", 1, "40000000 00000002 0102 00000002 0304 W"),
	A(0000005b, "", 0, "W"),
	A(0000005c, "", 0, "W"),
	A(0000006e, "", 0, "01 W"),
	/* Denied unless granted. */
	N(00000016, "", 1, "40000000 Z 0003 010000"),
	A(0000003e, "", 1, "40000000 Z 0003 010000 00 W"),
	A(00000020, "", 1, "40000000 Y W"),
	N(00000085, "", 0, "00000000"),
	A(0000008d, "", 0, "00000046 01 W"),
	A(00000010, "", 0, "0005 Z 0002 W"),
	A(00000023, "", 1, "40000000 Y 00000001 01 W"),
	A(00000040, "", 0, "W"),
	N(00000074, "Q", 0, "Z"),
	N(00000075, "", 0, "0001 00000000"),
	N(00000080, "Q", 0, "Z"),
	N(000000b4, "", 1, "01000000"),
	N(000000b5, "", 0, "00000010 11111111111111111111111111111111"),
	N(000000b6, "H", 1, "H"),
	N(000000b7, "", 0, "00000010 11111111111111111111111111111111"),
	N(000000db, "", 0, ""),
	A(000000dd, "", 0, "00000000 W"),
	A(000000e6, "", 1, "40000000 001e 00000000 00000000 0000 00000014 Z W"),
	A(000000e7, "", 0, "0000000e 00c1 0000000e 00000046 00000008 W"),
	B(000000e8, "", 1, "40000000 Z V"),
	N(00000097, "", 0, ""),
	N(000000ff, "", 0, ""),
	N(20001000, "", 0, "01"),
	N(40000010, "", 0, ""),
	{}
};

static const u16 tags[] = {
	0x00c1, 0x00c2, 0x00c3, 0x00c0, 0x00c4, 0x00c5, 0x8001, 0x8002, 0x0000,
	0xffff,
};

static const u32 handles[] = {
	0x00000000, 0x00000001, 0x01000000, 0x01ffffff, 0x02000000, 0x02000001,
	0x02ffffff, 0x04000000, 0x05000000, 0x40000000, 0x40000001, 0x40000002,
	0x40000003, 0x40000004, 0x40000005, 0x40000006, 0x40000007, 0x4fffffff,
	0x80000000, 0xffffffff,
};

static const struct bad_state state[] = {
	{ "00c1 ???????? 00000065 00000004 00000004 00000108", 20, 1,
	  "the owner's clear is shown as disabled: it cannot be made up" },
	{ "00c1 ???????? 00000065 00000004 00000004 00000109" },
	{ "00c1 ???????? 00000065 00000014 00000004 00000001" },
	{ "00c1 ???????? 00000065 00000014 00000004 00000002", 16, 8,
	  "handles are random" },
	{ "00c1 ???????? 00000015 00000000" },
	{ "00c1 ???????? 00000015 0000000a" },
	{ "00c1 ???????? 00000015 00000010" },
	{ "00c1 ???????? 00000015 00000011" },
	{ "00c1 ???????? 00000015 00000017" },
	{}
};

#define TAIL	"tail_of_other_bytes_is_refused_as_by_a_tpm"
#define BITS	"flipped_bits_are_answered_as_by_a_tpm"

static struct bad_diff diffs[] = {
	{ 0, TAIL, 0x19, 0x17, "libtpms tells a size above its memory from one above the command" },
	{ 0, TAIL, 0x19, 0x0a, "longer than the proxy's input buffer, which is smaller than the chip's" },
	{ 0xb9, TAIL, 0x19, 0x43, "longer than the proxy's input buffer, which is smaller than the chip's" },
	{ 0, BITS, 0x19, 0x17, "libtpms tells a size above its memory from one above the command" },
	{ 0x65, BITS, 0, 0, "a flip asks for what is virtual" },
	{ 0, NULL, 0x22, BAD_ANY, "a session that is not there is found before the chip looks on" },
	{ 0x0c, NULL, 0x0c, 0x25, "the key is looked for before the kind of entity is judged" },
	{ 0x11, BITS, 0x0c, 0x25, "the key is looked for before the kind of entity is judged" },
	{ 0x1f, BITS, 0x03, 0x19, "a BOOL is found to be none before the size behind it" },
	{ 0x41, BITS, 0x03, 0x19, "a BOOL is found to be none before the size behind it" },
	{ 0x1f, TAIL, 0x19, 0x2e, "the size is found wrong before the version" },
	{ 0x41, TAIL, 0x19, 0x2e, "the size is found wrong before the version" },
	{ 0x41, TAIL, 0x19, 0x28, "the size is found wrong before the key's usage", .rare = true },
	{ 0x0b, TAIL, 0x02, 0x0e, "the NV index is not granted, however the secret is encrypted",
	  .rare = true },
	{ 0x13, TAIL, 0x19, 0x2e, "the size is found wrong before the version" },
	{ 0x24, TAIL, 0x19, 0x2e, "the size is found wrong before the version" },
	{ 0x13, BITS, 0x03, 0x19, "a BOOL is found to be none before the size behind it" },
	{ 0x18, TAIL, 0x19, 0x2e, "the size is found wrong before the version" },
	{ 0x16, NULL, 0x10, BAD_ANY, "PCRs that are not granted cannot be quoted" },
	{ 0x3e, NULL, 0x10, BAD_ANY, "PCRs that are not granted cannot be quoted" },
	{ 0x0d, BITS, 0x14, BAD_ANY, "there is an owner, whatever else is wrong" },
	{ 0x0d, BITS, 0x19, 0x2e, "there is an owner, so the key is not looked into" },
	{ 0x0d, BITS, 0x03, 0x19, "there is an owner, so the key is not looked into" },
	{}
};

/* Wrong authorisations count, and then all of them are refused for a while. */
static bool punishes(u32 rc)
{
	return rc == 1 || rc == 29 || rc == 0x803;
}

/* Other numbers of areas than the tag says, and sessions that are not there. */
static void spoil_auth(const u8 *cmd, size_t len)
{
	static const u32 sessions[] = {
		0x00000000, 0x01000000, 0x03000000, 0x40000000, 0x40000001,
		0x40000003, 0xffffffff,
	};
	unsigned int nr = cmd[1] - 0xc1, has, says;
	size_t base = len - 45 * nr, i;
	u8 buf[VTPMB_BUF_SIZE], area[45];

	expand(area, AREA);
	memcpy(buf, cmd, base);
	for (has = 0; has <= 3; has++) {
		for (i = 0; i < has; i++)
			memcpy(buf + base + 45 * i, area, 45);
		for (says = 0; says <= 3; says++) {
			buf[1] = 0xc1 + says;
			vtpmb_poke_u32(buf + 2, base + 45 * has);
			bad_try(buf, base + 45 * has);
		}
	}
	for (i = 0; nr && i < ARRAY_SIZE(sessions); i++) {
		memcpy(buf, cmd, len);
		vtpmb_poke_u32(buf + base, sessions[i]);
		bad_try(buf, len);
		memcpy(buf, cmd, len);
		vtpmb_poke_u32(buf + len - 45, sessions[i]);
		bad_try(buf, len);
	}
}

static const struct bad_family tpm12 = {
	.family = CORE_TPM12,
	.setup = setup,
	.samples = samples,
	.diffs = diffs,
	.tags = tags,
	.nr_tags = ARRAY_SIZE(tags),
	.handles = handles,
	.nr_handles = ARRAY_SIZE(handles),
	.startup = "00c1 ???????? 00000099 0001",
	.absent = 0x000000ff,
	.state = state,
	.prepare = prepare,
	.expand = expand,
	.punishes = punishes,
	.spoil_auth = spoil_auth,
	.translate = translate,
};

int main(int argc, char **argv)
{
	return bad_main(&tpm12, argc, argv);
}
