// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what firmware and kernels send from power-on to power-off, to a
 * proxy and to a TPM of its own.
 *
 * Two boots are recordings, in traces/.  The others are what SeaBIOS, OVMF and
 * Linux are known to send in their order, with digests and random values made
 * up: what a plain boot does not come to.
 */

#include "tpm20_guest.h"

/**
 * enum differs - why an answer is not the same
 * @SAME:	it is
 * @RANDOM:	random bytes
 * @CLOCK:	the chip's clock
 * @SIZES:	sizes of a proxy, or of the chip's memory
 * @COMMANDS:	which commands a proxy has, and how many
 */
enum differs { SAME, RANDOM, CLOCK, SIZES, COMMANDS };

/**
 * struct line - a command of a trace
 * @text:	the command; "reset": _TPM_Init
 * @differs:	whether the answer is the same
 */
struct line {
	const char *text;
	enum differs differs;
};

#define DIGEST20	"a9993e364706816aba3e25717850c26c9cd0d89d"
#define DIGEST32	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SEPARATOR20	"9069ca78e7450a285173431b3e52c5c25299e473"
#define SEPARATOR32	"df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"
#define EXTEND2(pcr, d20, d32) { "8002 ???????? 00000182 " pcr PW "00000002 0004" d20 "000b" d32 }
#define MEASURE(pcr)	EXTEND2(pcr, DIGEST20, DIGEST32)
#define SEPARATE(pcr)	EXTEND2(pcr, SEPARATOR20, SEPARATOR32)
#define SEPARATE_ALL							\
	SEPARATE("00000000"), SEPARATE("00000001"), SEPARATE("00000002"), \
	SEPARATE("00000003"), SEPARATE("00000004"), SEPARATE("00000005"), \
	SEPARATE("00000006"), SEPARATE("00000007")
#define CAP(cap, property, count) "8001 ???????? 0000017a " cap property count
#define TPM2_CAP_PCRS	{ CAP("00000005", "00000000", "00000001") }
#define PROPERTY(tag)	CAP("00000006", tag, "00000001")
#define READ(pcrs)	{ "8001 ???????? 0000017e 00000001 000b 03" pcrs }
#define RESET		{ "reset" }
/* Firmware that looks for a TPM 1.2. */
#define GET_TICKS	{ "00c1 0000000a 000000f1" }
#define READ_CLOCK	{ "8001 ???????? 00000181", CLOCK }

#define SEABIOS_POST							\
	{ STARTUP_CLEAR },						\
	{ "8001 ???????? 00000143 01" },				\
	{ CAP("00000005", "00000000", "00000008") },			\
	MEASURE("00000001"), MEASURE("00000002"), MEASURE("00000002")

#define SEABIOS_BOOT							\
	{ "8001 ???????? 00000146 0008 6532000000000000" },		\
	{ "8001 ???????? 0000017b 0014", RANDOM },			\
	{ "8002 ???????? 00000129 4000000c" PW "0014 " DIGEST20 },	\
	MEASURE("00000004"), SEPARATE_ALL

#define LINUX_BOOT							\
	{ PROPERTY("00000129"), COMMANDS },				\
	{ "8001 ???????? 00000143 00" },				\
	{ CAP("00000002", "0000011f", "00000100"), COMMANDS },		\
	TPM2_CAP_PCRS,							\
	{ "8001 ???????? 0000017b 0020", RANDOM },			\
	{ "8001 ???????? 0000017b 0040", RANDOM },			\
	READ("010000"), READ("020000"), READ("040000"), READ("080000"),	\
	READ("100000"), READ("200000"), READ("400000"), READ("800000"),	\
	READ("000100"), READ("000200"),					\
	MEASURE("0000000a"), READ("000400"), MEASURE("0000000a")

static const struct line seabios_boots_linux[] = {
	READ_CLOCK, SEABIOS_POST, SEABIOS_BOOT, LINUX_BOOT,
	{ SHUTDOWN_CLEAR },
	/* Reboot. */
	RESET, SEABIOS_POST, SEABIOS_BOOT, LINUX_BOOT,
	/* S3. */
	{ SHUTDOWN_STATE }, RESET,
	{ STARTUP_STATE }, { "8001 ???????? 00000143 01" },
	READ("ff0400"), MEASURE("0000000a"), READ("000400"),
	{ SHUTDOWN_CLEAR }, RESET, { STARTUP_CLEAR }, READ("ff0400"),
};

/* 1: clear.  2: other banks, which are there after a reset. */
static const struct line seabios_menu[] = {
	SEABIOS_POST,
	{ "8002 ???????? 00000127 4000000c" PW "00" },
	{ "8002 ???????? 00000126 4000000c" PW },
	{ SHUTDOWN_CLEAR }, RESET, SEABIOS_POST,
	{ "8002 ???????? 0000012b 4000000c" PW "00000002 0004 03 000000 000b 03 ffffff", SIZES },
	{ SHUTDOWN_CLEAR }, RESET, SEABIOS_POST, SEABIOS_BOOT,
};

/* What SeaBIOS does about a TPM that does not start. */
static const struct line seabios_gives_up[] = {
	{ STARTUP_CLEAR },
	{ STARTUP_CLEAR },
	{ "8002 ???????? 00000121 4000000b" PW "4000000b 00" },
	{ "8002 ???????? 00000121 40000001" PW "40000001 00" },
	{ "8002 ???????? 00000121 4000000c" PW "4000000c 00" },
	MEASURE("00000004"),
	{ PRIMARY("40000001") },
	{ SHUTDOWN_CLEAR }, RESET, SEABIOS_POST, SEABIOS_BOOT,
};

#define OVMF_MEASURE(pcr, bit)	MEASURE(pcr), TPM2_CAP_PCRS, TPM2_CAP_PCRS, READ(bit)
#define OVMF_BOOT							\
	{ STARTUP_CLEAR }, TPM2_CAP_PCRS,					\
	{ "8001 ???????? 00000143 00" },				\
	OVMF_MEASURE("00000000", "010000"), OVMF_MEASURE("00000007", "800000"), \
	{ PROPERTY("00000105") }, { PROPERTY("0000010b") },	\
	{ PROPERTY("0000010c") }, { PROPERTY("0000011e"), SIZES }, \
	{ PROPERTY("0000011f"), SIZES },				\
	{ CAP("00000002", "00000124", "00000001"), COMMANDS },		\
	OVMF_MEASURE("00000001", "020000"), OVMF_MEASURE("00000004", "100000"), \
	OVMF_MEASURE("00000005", "200000"), SEPARATE_ALL,		\
	{ "8002 ???????? 00000129 4000000c" PW "0040 " DIGEST32 DIGEST32 }

static const struct line ovmf_boots_linux[] = {
	GET_TICKS, OVMF_BOOT, LINUX_BOOT, { SHUTDOWN_CLEAR },
	RESET, OVMF_BOOT, LINUX_BOOT,
	{ SHUTDOWN_STATE }, RESET, { STARTUP_STATE }, READ("ff0400"),
	/* Not shut down: no state to resume, and error separators. */
	RESET, { STARTUP_STATE }, { STARTUP_CLEAR }, SEPARATE_ALL, READ("ff0400"),
};

/* Clear and PCR_Allocate by the physical presence interface. */
static const struct line ovmf_is_asked_to_clear[] = {
	OVMF_BOOT, { SHUTDOWN_CLEAR }, RESET, { STARTUP_CLEAR },
	{ "8002 ???????? 00000126 4000000c" PW },
	{ SHUTDOWN_CLEAR }, RESET, OVMF_BOOT,
};

/* Linux from 6.10 on with TCG_TPM2_HMAC: a primary key of the null hierarchy. */
static const struct line linux_has_a_null_key[] = {
	SEABIOS_POST, SEABIOS_BOOT, LINUX_BOOT,
	{ PRIMARY("40000007"), RANDOM },
	{ "8001 ???????? 00000173 80000000", RANDOM },
	{ FLUSH "80000000" },
	{ START_HMAC, RANDOM },
	{ FLUSH "02000000" },
};

static void begin_trace(void)
{
	core_seed(1);
	core_digest_begin();
	begin();
}

static void end_trace(const char *name)
{
	core_digest_print(name);
	end();
}

static void play(const char *name, const struct line *line, size_t nr)
{
	size_t i;

	begin_trace();
	/* The chip was on when its twin was made: no shutdown for either. */
	want(STARTUP_CLEAR, 0);
	core_reset(v);
	for (i = 0; i < nr; i++, line++) {
		if (!strcmp(line->text, "reset"))
			reset_both();
		else if (!line->differs)
			same_at(__LINE__, line->text);
		else if (line->differs == COMMANDS)
			want(line->text, 0);
		else
			same_rc_at(__LINE__, line->text);
	}
	end_trace(name);
}

/* Whether a recorded command's answer is the same, as of the traces above. */
static enum differs differs(const u8 *cmd)
{
	switch (vtpmb_peek_u32(cmd + 6)) {
	case 0x17b:
		return RANDOM;
	case 0x181:
		return CLOCK;
	case 0x17a:
		/* TPM_CAP_COMMANDS, and TPM_PT_TOTAL_COMMANDS, which Linux asks for. */
		if (vtpmb_peek_u32(cmd + 10) == 2 || vtpmb_peek_u32(cmd + 14) == 0x129)
			return COMMANDS;
		return vtpmb_peek_u32(cmd + 10) == 6 ? SIZES : SAME;
	default:
		return SAME;
	}
}

/* One command a line; the first power-on is that of begin(). */
static void play_recorded(const char *name)
{
	char path[64], hex[2 * VTPMB_BUF_SIZE + 2];
	unsigned int nr = 0;
	u8 cmd[VTPMB_BUF_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "traces/%s.hex", name);
	file = fopen(path, "r");
	if (!file) {
		CHECK(!"a trace that can be read");
		return;
	}
	begin_trace();
	want(STARTUP_CLEAR, 0);
	core_reset(v);
	while (fgets(hex, sizeof(hex), file)) {
		if (*hex == '#')
			continue;
		core_hex(cmd, sizeof(cmd), hex);
		if (differs(cmd) == SAME)
			same(hex);
		else if (differs(cmd) == COMMANDS)
			want(hex, 0);
		else
			same_rc(hex);
		nr++;
	}
	CHECK(nr > 40);
	fclose(file);
	end_trace(name);
}

static void recorded_boot_by_seabios_as_on_a_tpm(void)
{
	play_recorded("seabios-linux");
}

static void recorded_boot_by_ovmf_as_on_a_tpm(void)
{
	play_recorded("ovmf-linux");
}

#define TRACE(name)							\
static void name##_as_on_a_tpm(void)					\
{									\
	play(#name, name, ARRAY_SIZE(name));					\
}

TRACE(seabios_boots_linux)
TRACE(seabios_menu)
TRACE(seabios_gives_up)
TRACE(ovmf_boots_linux)
TRACE(ovmf_is_asked_to_clear)
TRACE(linux_has_a_null_key)

static const struct core_test tests[] = {
	CORE_TEST(recorded_boot_by_seabios_as_on_a_tpm),
	CORE_TEST(recorded_boot_by_ovmf_as_on_a_tpm),
	CORE_TEST(seabios_boots_linux_as_on_a_tpm),
	CORE_TEST(seabios_menu_as_on_a_tpm),
	CORE_TEST(seabios_gives_up_as_on_a_tpm),
	CORE_TEST(ovmf_boots_linux_as_on_a_tpm),
	CORE_TEST(ovmf_is_asked_to_clear_as_on_a_tpm),
	CORE_TEST(linux_has_a_null_key_as_on_a_tpm),
};

CORE_MAIN(tests)
