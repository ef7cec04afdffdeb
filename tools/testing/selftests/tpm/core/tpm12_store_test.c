// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: what a proxy with a state file keeps while its host has no power. */

#include "disk.h"
#include "tpm12/state.h"
#include "tpm12_guest.h"

#define SAVE_STATE	"00c1 ???????? 00000098"
#define ST_STATE	"00c1 ???????? 00000099 0002"
#define ASSERT_PP(what)	"00c1 ???????? 4000000a " what
#define PRESENT		ASSERT_PP("0008")
#define DISABLE		"00c1 ???????? 00000070"
#define ENABLE		"00c1 ???????? 0000006f"
#define DEACTIVATE	"00c1 ???????? 00000072 01"
#define FORCE_CLEAR	"00c1 ???????? 0000005d"
#define READ_PERMANENT	"00c1 ???????? 00000065 00000004 00000004 00000108"
#define READ_VOLATILE	"00c1 ???????? 00000065 00000004 00000004 00000109"
#define EXTEND(pcr)	"00c1 ???????? 00000014 " pcr "0102030405060708090a0b0c0d0e0f1011121314"
#define READ_PCR(pcr)	"00c1 ???????? 00000015 " pcr
#define GET_RANDOM	"00c1 ???????? 00000046 00000008"
#define LIFETIME_LOCK	ASSERT_PP("0080")

static struct disk disk;
static const u8 key[VTPMB_AEAD_KEY] = "a key of this test, and no other";

static void open_store(bool is_new)
{
	CHECK_EQ(-disk_open(&disk, proxy.vtpm, "vm1", key, is_new), 0);
}

/* An owned chip, and a proxy with a new state file. */
static void begin(void)
{
	begin_owned();
	memset(&disk, 0, sizeof(disk));
	disk.cut = -1;
	core_free(proxy.vtpm);
	proxy.vtpm = core_new();
	open_store(true);
	CHECK_EQ(tell(&proxy, ST_CLEAR), 0);
}

static void reboot(void)
{
	core_free(proxy.vtpm);
	core_free(other.vtpm);
	core_chip_cycle();
	core_probe();
	other.vtpm = core_new();
	proxy.vtpm = core_new();
	open_store(false);
}

/* A flag of TPM_PERMANENT_FLAGS or TPM_STCLEAR_FLAGS, as GetCapability shows it */
static bool flag(const char *list, unsigned int nr)
{
	CHECK_EQ(tell(&proxy, list), 0);
	return proxy.rsp.buf[VTPMB_HEADER_SIZE + sizeof(u32) + sizeof(u16) + nr - 1];
}

static void flags_are_kept(void)
{
	begin();
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, DISABLE), 0);
	CHECK(flag(READ_PERMANENT, TPM_PF_DISABLE));
	reboot();
	CHECK_EQ(tell(&proxy, ST_CLEAR), 0);
	CHECK(flag(READ_PERMANENT, TPM_PF_DISABLE));
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, ENABLE), 0);
	CHECK_EQ(tell(&proxy, DEACTIVATE), 0);
	CHECK_EQ(tell(&proxy, LIFETIME_LOCK), 0);
	reboot();
	CHECK_EQ(tell(&proxy, ST_CLEAR), 0);
	CHECK(!flag(READ_PERMANENT, TPM_PF_DISABLE));
	CHECK(flag(READ_PERMANENT, TPM_PF_DEACTIVATED));
	CHECK(flag(READ_VOLATILE, TPM_SF_DEACTIVATED));
	CHECK(flag(READ_PERMANENT, TPM_PF_PHYSICALPRESENCELIFETIMELOCK));
	end_owned();
}

static void cleared_owner_is_kept(void)
{
	begin();
	CHECK_EQ(property(&proxy, 0x111) >> 24, true);
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, FORCE_CLEAR), 0);
	CHECK_EQ(property(&proxy, 0x111) >> 24, false);
	reboot();
	CHECK_EQ(tell(&proxy, ST_CLEAR), 0);
	CHECK(flag(READ_PERMANENT, TPM_PF_DISABLE));
	CHECK_EQ(property(&proxy, 0x111) >> 24, false);
	end_owned();
}

static void saved_state_is_resumed(void)
{
	u8 value[TPM12_DIGEST_SIZE];

	begin();
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, EXTEND("00000007")), 0);
	memcpy(value, proxy.rsp.buf + VTPMB_HEADER_SIZE, sizeof(value));
	CHECK_EQ(tell(&proxy, SAVE_STATE), 0);
	reboot();
	CHECK_EQ(tell(&proxy, ST_STATE), 0);
	CHECK_EQ(tell(&proxy, READ_PCR("00000007")), 0);
	CHECK_MEM(proxy.rsp.buf + VTPMB_HEADER_SIZE, value, sizeof(value));
	CHECK(flag(READ_VOLATILE, TPM_SF_PHYSICALPRESENCE));
	reboot();
	CHECK_EQ(tell(&proxy, ST_STATE), TPM_FAILEDSELFTEST);
	end_owned();
}

static void state_that_changed_is_not_resumed(void)
{
	begin();
	CHECK_EQ(tell(&proxy, SAVE_STATE), 0);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	reboot();
	CHECK_EQ(tell(&proxy, ST_STATE), TPM_FAILEDSELFTEST);
	end_owned();
}

static void what_is_volatile_writes_nothing(void)
{
	unsigned int writes;

	begin();
	writes = disk.nr_writes;
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	CHECK_EQ(tell(&proxy, EXTEND("00000007")), 0);
	CHECK_EQ(tell(&proxy, GET_RANDOM), 0);
	CHECK_EQ(tell(&proxy, READ_PERMANENT), 0);
	CHECK_EQ(disk.nr_writes, writes);
	CHECK_EQ(tell(&proxy, DISABLE), 0);
	CHECK_EQ(disk.nr_writes, writes + 1);
	CHECK_EQ(tell(&proxy, SAVE_STATE), 0);
	CHECK_EQ(disk.nr_writes, writes + 2);
	CHECK_EQ(tell(&proxy, READ_PERMANENT), 0);
	CHECK_EQ(disk.nr_writes, writes + 3);
	CHECK_EQ(tell(&proxy, READ_PERMANENT), 0);
	CHECK_EQ(disk.nr_writes, writes + 3);
	end_owned();
}

static void command_that_cannot_be_stored_has_no_effect(void)
{
	begin();
	CHECK_EQ(tell(&proxy, PRESENT), 0);
	disk.fails = true;
	CHECK_EQ(tell(&proxy, DISABLE), TPM_IOERROR);
	CHECK_EQ(tell(&proxy, FORCE_CLEAR), TPM_IOERROR);
	CHECK_EQ(tell(&proxy, LIFETIME_LOCK), TPM_IOERROR);
	CHECK_EQ(tell(&proxy, SAVE_STATE), TPM_IOERROR);
	CHECK(!flag(READ_PERMANENT, TPM_PF_DISABLE));
	CHECK(!flag(READ_PERMANENT, TPM_PF_PHYSICALPRESENCELIFETIMELOCK));
	CHECK_EQ(property(&proxy, 0x111) >> 24, true);
	CHECK_EQ(tell(&proxy, EXTEND("00000007")), 0);
	disk.fails = false;
	CHECK_EQ(tell(&proxy, DISABLE), 0);
	CHECK(flag(READ_PERMANENT, TPM_PF_DISABLE));
	end_owned();
}

static void startup_that_cannot_be_stored_is_sent_again(void)
{
	begin();
	CHECK_EQ(tell(&proxy, SAVE_STATE), 0);
	reboot();
	disk.fails = true;
	CHECK_EQ(tell(&proxy, ST_STATE), TPM_IOERROR);
	CHECK_EQ(tell(&proxy, GET_RANDOM), TPM_INVALID_POSTINIT);
	disk.fails = false;
	CHECK_EQ(tell(&proxy, ST_STATE), 0);
	end_owned();
}

/* A file that a module of version 0.1 wrote */
static void file_of_format_1_is_read(void)
{
	begin_owned();
	core_free(proxy.vtpm);
	proxy.vtpm = core_new();
	disk_load(&disk, "tpm12.1");
	open_store(false);
	CHECK_EQ(tell(&proxy, ST_CLEAR), 0);
	CHECK(flag(READ_PERMANENT, TPM_PF_DISABLE));
	CHECK(flag(READ_PERMANENT, TPM_PF_DEACTIVATED));
	CHECK(flag(READ_PERMANENT, TPM_PF_PHYSICALPRESENCELIFETIMELOCK));
	CHECK_EQ(property(&proxy, 0x111) >> 24, false);
	end_owned();
}

static const struct core_test tests[] = {
	CORE_TEST(flags_are_kept),
	CORE_TEST(cleared_owner_is_kept),
	CORE_TEST(saved_state_is_resumed),
	CORE_TEST(state_that_changed_is_not_resumed),
	CORE_TEST(what_is_volatile_writes_nothing),
	CORE_TEST(command_that_cannot_be_stored_has_no_effect),
	CORE_TEST(startup_that_cannot_be_stored_is_sent_again),
	CORE_TEST(file_of_format_1_is_read),
};

CORE_MAIN(tests)
