// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what a proxy with a state file keeps while its host has no power.
 *
 * A twin, whose NV memory libtpms keeps over a reset, is the reference: each story is told to
 * both, with a reboot of the host for the proxy where the twin loses its power.
 */

#include "tpm20_reboot.h"
#include "tpm20/spec.h"

#define OWNER		"40000001"
#define LOCKOUT		"4000000a"
#define ENDORSEMENT	"4000000b"
#define PLATFORM	"4000000c"
#define CHANGE_AUTH(hier, auth, new) "8002 ???????? 00000129" hier auth new
#define ABC		"0003 616263"
#define EMPTY		"0000"
#define CLEAR(hier, auth) "8002 ???????? 00000126" hier auth
#define CLEAR_CONTROL(auth, on) "8002 ???????? 00000127" LOCKOUT auth on
#define SET_POLICY(hier) "8002 ???????? 0000012e" hier PW "0020" ZEROS32 "000b"
#define DA_PARAMETERS(auth, tries) "8002 ???????? 0000013a" LOCKOUT auth \
	"000000" tries "00000064 000000c8"
#define PP_COMMANDS(code) "8002 ???????? 0000012d" PLATFORM PW "00000001" code "00000000"
#define READ_PP_LIST	"8001 ???????? 0000017a 00000003 00000000 000000ff"
#define READ_DA		"8001 ???????? 0000017a 00000006 0000020e 00000004"
/* In its response, after moreData, capability and count: pairs of a property and its value */
#define DA_VALUE(i)	(VTPMB_HEADER_SIZE + 1 + 4 + 4 + 8 * (i) + 4)
#define READ_PERMANENT	"8001 ???????? 0000017a 00000006 00000200 00000001"
#define READ_STARTUP	"8001 ???????? 0000017a 00000006 00000201 00000001"
#define READ_BANKS	"8001 ???????? 0000017a 00000005 00000000 00000001"
#define ALLOCATE_SHA256	"8002 ???????? 0000012b" PLATFORM PW \
	"00000002 0004 03 000000 000b 03 ffffff"
#define RESET16		"8002 ???????? 0000013d 00000010" PW
#define READ_AB		"8001 ???????? 0000017e 00000001 000b 03 000c00"
#define DISABLE(hier)	"8002 ???????? 00000121" hier PW hier "00"
#define GET_RANDOM	"8001 ???????? 0000017b 0008"

static const u8 other_key[VTPMB_AEAD_KEY] = "another key of this test        ";

/* What a proxy with that file and that name would say at VTPM_BRIDGE_CREATE */
static int try_open(const char *name, const u8 *with, bool is_new)
{
	struct vtpmb_vtpm *vtpm = core_new();
	int err;

	err = disk_open(&disk, vtpm, name, with, is_new);
	core_free(vtpm);
	return -err;
}

static void set_pp(bool on)
{
	v->pp_pin = on;
	core_twin_pp(twin, on);
}

static void auths_and_policies_are_kept(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	same(CHANGE_AUTH(ENDORSEMENT, PW, ABC));
	same(SET_POLICY(PLATFORM));
	same(SET_POLICY(LOCKOUT));
	same(CHANGE_AUTH(LOCKOUT, PW, ABC));
	same(CHANGE_AUTH(PLATFORM, PW, ABC));
	same(SHUTDOWN_CLEAR);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PERMANENT);
	same(CHANGE_AUTH(OWNER, PW, EMPTY));
	same(CHANGE_AUTH(OWNER, PW_ABC, EMPTY));
	same(CHANGE_AUTH(ENDORSEMENT, PW_ABC, EMPTY));
	/* Startup(CLEAR) sets that of the platform to empty. */
	same(CHANGE_AUTH(PLATFORM, PW_ABC, EMPTY));
	same(CHANGE_AUTH(PLATFORM, PW, EMPTY));
	same(CHANGE_AUTH(LOCKOUT, PW_ABC, EMPTY));
	end();
}

static void clear_is_kept(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	same(CHANGE_AUTH(LOCKOUT, PW, ABC));
	same(CLEAR(PLATFORM, PW));
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PERMANENT);
	same(CHANGE_AUTH(OWNER, PW, EMPTY));
	same(CLEAR_CONTROL(PW, "01"));
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PERMANENT);
	same(CLEAR(PLATFORM, PW));
	end();
}

static void lockout_parameters_are_kept(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(DA_PARAMETERS(PW, "07"));
	reboot();
	same(STARTUP_CLEAR);
	same(READ_DA);
	end();
}

static void pp_list_is_kept(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	set_pp(true);
	same(PP_COMMANDS("00000126"));
	set_pp(false);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PP_LIST);
	same(CLEAR(PLATFORM, PW));
	end();
}

static void pcr_allocation_is_kept(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same_rc(ALLOCATE_SHA256);
	same(SHUTDOWN_CLEAR);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_BANKS);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_BANKS);
	end();
}

static void saved_state_is_resumed(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(EXTEND("0000000a"));
	same(EXTEND("0000000b"));
	same(EXTEND("00000010"));
	same(CHANGE_AUTH(PLATFORM, PW, ABC));
	same(DISABLE(ENDORSEMENT));
	same(SHUTDOWN_STATE);
	reboot();
	same(STARTUP_STATE);
	same(READ_AB);
	same(READ_ALL);
	same(READ_STARTUP);
	same(CHANGE_AUTH(PLATFORM, PW_ABC, EMPTY));
	same(SHUTDOWN_STATE);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_AB);
	end();
}

static void state_that_changed_is_not_resumed(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(SHUTDOWN_STATE);
	same(EXTEND("0000000a"));
	reboot();
	same(STARTUP_STATE);
	same(STARTUP_CLEAR);
	same(READ_AB);
	end();
}

static void power_cut_is_not_orderly(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	reboot();
	same(STARTUP_STATE);
	same(STARTUP_CLEAR);
	same(READ_STARTUP);
	end();
}

static void secret_is_kept(void)
{
	u8 secret[VTPMB_SECRET_SIZE];

	begin_stored();
	memcpy(secret, v->secret, sizeof(secret));
	reboot();
	CHECK_MEM(v->secret, secret, sizeof(secret));
	end();
}

static void secret_given_takes_the_place_of_that_in_the_file(void)
{
	static const u8 given[VTPMB_SECRET_SIZE] = "given by the administrator     ";

	begin_stored();
	core_free(v);
	v = core_new();
	core_set_bytes(v, VTPMB_SETTING_SECRET, given, sizeof(given));
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, false), 0);
	CHECK_MEM(v->secret, given, sizeof(given));
	reboot();
	CHECK_MEM(v->secret, given, sizeof(given));
	end();
}

/* As the spec says of commands with the attribute "nv", and no others. */
static void what_is_volatile_writes_nothing(void)
{
	unsigned int writes;

	begin_stored();
	same(STARTUP_CLEAR);
	writes = disk.nr_writes;
	same(EXTEND("0000000a"));
	same(RESET16);
	want(GET_RANDOM, 0);
	same(READ_ALL);
	same(READ_PERMANENT);
	want(PRIMARY(OWNER), 0);
	want(FLUSH "80000000", 0);
	CHECK_EQ(disk.nr_writes, writes);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	CHECK_EQ(disk.nr_writes, writes + 1);
	same(CHANGE_AUTH(OWNER, PW_ABC, ABC));
	CHECK_EQ(disk.nr_writes, writes + 1);
	same(SHUTDOWN_CLEAR);
	CHECK_EQ(disk.nr_writes, writes + 2);
	end();
}

/* The disk is full: nothing has happened, and all that writes nothing works. */
static void command_that_cannot_be_stored_has_no_effect(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	same(DA_PARAMETERS(PW, "07"));
	disk.fails = true;
	want(CHANGE_AUTH(OWNER, PW_ABC, EMPTY), TPM2_RC_NV_UNAVAILABLE);
	want(CLEAR_CONTROL(PW, "01"), TPM2_RC_NV_UNAVAILABLE);
	want(DA_PARAMETERS(PW, "08"), TPM2_RC_NV_UNAVAILABLE);
	want(SHUTDOWN_STATE, TPM2_RC_NV_UNAVAILABLE);
	want(ALLOCATE_SHA256, TPM2_RC_NV_UNAVAILABLE);
	same(EXTEND("0000000a"));
	same(READ_AB);
	want(CLEAR(PLATFORM, PW), TPM2_RC_NV_UNAVAILABLE);
	same(READ_PERMANENT);
	same(READ_DA);
	same(CHANGE_AUTH(OWNER, PW, EMPTY));
	disk.fails = false;
	same(CHANGE_AUTH(OWNER, PW_ABC, EMPTY));
	same(SHUTDOWN_CLEAR);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_BANKS);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	end();
}

static void startup_that_cannot_be_stored_is_sent_again(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(EXTEND("0000000a"));
	same(SHUTDOWN_STATE);
	reboot();
	disk.fails = true;
	want(STARTUP_STATE, TPM2_RC_NV_UNAVAILABLE);
	want(GET_RANDOM, TPM2_RC_INITIALIZE);
	disk.fails = false;
	same(STARTUP_STATE);
	same(READ_AB);
	end();
}

/* A write that was told to have failed may be on the disk all the same. */
static void doubtful_write_is_never_seen_again(void)
{
	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	disk.lies = true;
	want(CHANGE_AUTH(OWNER, PW_ABC, EMPTY), TPM2_RC_NV_UNAVAILABLE);
	disk.lies = false;
	/* It writes nothing of its own, but what was told last. */
	want(GET_RANDOM, 0);
	reboot();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW_ABC, EMPTY));
	end();
}

/* Cut after every byte, the write leaves the state before it or the one after it. */
static void torn_write_leaves_the_old_state_or_the_new_one(void)
{
	static struct disk before;
	unsigned int nr_old = 0, nr_new = 0;
	struct core_rsp rsp;
	long cut, len;

	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	before = disk;
	want(CHANGE_AUTH(OWNER, PW_ABC, EMPTY), 0);
	for (len = VTPMB_STORE_SIZE; len && disk.bytes[len - 1] == before.bytes[len - 1]; len--)
		;
	core_free(v);
	for (cut = 0; cut <= VTPMB_STORE_SLOT; cut++) {
		static struct disk torn;

		torn = before;
		/* Each slot begins with its number. */
		for (long slot = VTPMB_STORE_SLOTS; slot < len; slot += VTPMB_STORE_SLOT)
			memcpy(torn.bytes + slot, disk.bytes + slot, cut);
		v = core_new();
		CHECK_EQ(-disk_open(&torn, v, "vm1", disk_key, false), 0);
		core_send_hex(v, STARTUP_CLEAR, &rsp);
		core_send_hex(v, CHANGE_AUTH(OWNER, PW, EMPTY), &rsp);
		nr_new += !rsp.rc;
		if (rsp.rc) {
			core_send_hex(v, CHANGE_AUTH(OWNER, PW_ABC, EMPTY), &rsp);
			nr_old += !rsp.rc;
		}
		core_free(v);
		if (cut > 512)
			cut += 257;
	}
	CHECK(nr_old > 24 && nr_new > 0);
	v = core_new();
	end();
}

/* One wrong bit, anywhere: refused, or the state of one of the two slots, but no other. */
static void flipped_bit_is_found(void)
{
	static struct disk sound;
	struct core_rsp rsp;
	size_t at, refused = 0;

	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	want(CHANGE_AUTH(OWNER, PW_ABC, EMPTY), 0);
	sound = disk;
	core_free(v);
	for (at = 0; at < sizeof(sound.bytes); at++) {
		int err;

		if (at >= VTPMB_STORE_SLOTS && !sound.bytes[at] && at % 4099)
			continue;
		disk = sound;
		disk.bytes[at] ^= 1 << at % 8;
		v = core_new();
		err = disk_open(&disk, v, "vm1", disk_key, false);
		if (err) {
			CHECK(err == -EBADMSG || err == -EMEDIUMTYPE);
			CHECK(at < sizeof(struct vtpmb_store_head));
			refused++;
		} else {
			core_send_hex(v, STARTUP_CLEAR, &rsp);
			core_send_hex(v, CHANGE_AUTH(OWNER, PW, EMPTY), &rsp);
			if (rsp.rc)
				core_send_hex(v, CHANGE_AUTH(OWNER, PW_ABC, EMPTY), &rsp);
			CHECK_EQ(rsp.rc, 0);
		}
		core_free(v);
	}
	CHECK_EQ(refused, sizeof(struct vtpmb_store_head));
	v = core_new();
	end();
}

static void what_is_not_this_proxys_is_refused(void)
{
	static struct disk sound, untouched;

	begin_stored();
	same(STARTUP_CLEAR);
	sound = disk;
	CHECK_EQ(try_open("vm1", other_key, false), EBADMSG);
	CHECK_EQ(try_open("vm2", disk_key, false), EXDEV);
	CHECK_EQ(try_open("vm1", disk_key, true), EEXIST);
	untouched = disk;
	CHECK_MEM(untouched.bytes, sound.bytes, sizeof(sound.bytes));

	/* Another version, another family, no store at all, both slots gone */
	disk.bytes[11] ^= 1;
	CHECK_EQ(try_open("vm1", disk_key, false), EMEDIUMTYPE);
	disk = sound;
	disk.bytes[14] ^= 3;
	CHECK_EQ(try_open("vm1", disk_key, false), EMEDIUMTYPE);
	memset(disk.bytes, 0, sizeof(disk.bytes));
	CHECK_EQ(try_open("vm1", disk_key, false), EMEDIUMTYPE);
	disk = sound;
	memset(disk.bytes + VTPMB_STORE_SLOTS, 0, 2 * VTPMB_STORE_SLOT);
	CHECK_EQ(try_open("vm1", disk_key, false), EBADMSG);

	/* A slot of another file with the same key and name */
	memset(disk.bytes, 0, sizeof(disk.bytes));
	CHECK_EQ(try_open("vm1", disk_key, true), 0);
	memcpy(disk.bytes + VTPMB_STORE_SLOTS, sound.bytes + VTPMB_STORE_SLOTS,
	       2 * VTPMB_STORE_SLOT);
	CHECK_EQ(try_open("vm1", disk_key, false), EBADMSG);
	end();
}

/* The proxy is created again, when a counter says @generation. */
static int reopen(u64 generation, bool any)
{
	core_free(v);
	v = core_new();
	return -disk_open_plan(&disk, v, "vm1", (struct vtpmb_store_plan) {
		.key = disk_key, .generation = generation, .any_generation = any,
	});
}

static void refuse(u64 generation)
{
	static struct disk before;

	before = disk;
	CHECK_EQ(reopen(generation, false), ESTALE);
	CHECK_MEM(disk.bytes, before.bytes, sizeof(disk.bytes));
}

/* The counter is incremented after each creation, but for one that was interrupted. */
static void older_copy_is_refused(void)
{
	static struct disk old, last;

	begin_stored();
	refuse(7);
	CHECK_EQ(reopen(7, true), 0);
	old = disk;
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	CHECK_EQ(reopen(8, false), 0);
	CHECK_EQ(v->generation, 9);
	core_twin_reset(twin);
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW_ABC, EMPTY));
	last = disk;

	disk = old;
	refuse(9);
	disk = last;
	refuse(8 + 2);
	refuse(7);
	refuse(0);
	CHECK_EQ(reopen(9, false), 0);
	core_twin_reset(twin);
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	end();
}

/* The administrator can still use it. */
static void older_copy_is_taken_if_that_is_meant(void)
{
	begin_stored();
	CHECK_EQ(reopen(7, true), 0);
	CHECK_EQ(reopen(20, true), 0);
	CHECK_EQ(v->generation, 21);
	CHECK_EQ(reopen(21, false), 0);
	CHECK_EQ(reopen(0, true), 0);
	CHECK_EQ(v->generation, 0);
	CHECK_EQ(reopen(0, false), 0);
	end();
}

/* The power goes after the write, or in it: the counter has not been incremented. */
static void creation_that_was_interrupted_is_repeated(void)
{
	static struct disk before, torn;
	long cut;

	begin_stored();
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	CHECK_EQ(reopen(7, true), 0);
	before = disk;
	for (cut = 0; cut < VTPMB_STORE_SLOT; cut += cut < 1024 ? 1 : 1024) {
		disk = before;
		disk.cut = cut;
		if (!reopen(8, false))
			break;
		torn = disk;
		torn.cut = -1;
		disk = torn;
		CHECK_EQ(reopen(8, false), 0);
		CHECK_EQ(v->generation, 9);
	}
	CHECK(cut > 100);
	CHECK_EQ(v->generation, 9);
	/* Written, and not counted */
	disk.cut = -1;
	refuse(7);
	CHECK_EQ(reopen(8, false), 0);
	CHECK_EQ(v->generation, 9);
	refuse(10);
	CHECK_EQ(reopen(9, false), 0);
	CHECK_EQ(v->generation, 10);
	core_twin_reset(twin);
	same(STARTUP_CLEAR);
	same(CHANGE_AUTH(OWNER, PW_ABC, ABC));
	end();
}

/* What is on the disk for a moment only, such as a write that has failed, is written again. */
static void generation_is_written_before_the_proxy_is_there(void)
{
	unsigned int writes;

	begin_stored();
	disk.fails = true;
	CHECK_EQ(reopen(7, true), ENOSPC);
	disk.fails = false;
	disk.lies = true;
	CHECK_EQ(reopen(7, true), EIO);
	disk.lies = false;
	writes = disk.nr_writes;
	CHECK_EQ(reopen(7, false), 0);
	CHECK_EQ(disk.nr_writes, writes + 1);
	CHECK_EQ(v->generation, 8);
	disk.fails = true;
	CHECK_EQ(reopen(7, false), ENOSPC);
	disk.fails = false;
	CHECK_EQ(reopen(8, false), 0);
	/* A state that goes back to what was told last goes back to the generation of that. */
	core_twin_reset(twin);
	same(STARTUP_CLEAR);
	disk.fails = true;
	want(CHANGE_AUTH(OWNER, PW, ABC), TPM2_RC_NV_UNAVAILABLE);
	disk.fails = false;
	CHECK_EQ(v->generation, 9);
	same(CHANGE_AUTH(OWNER, PW, ABC));
	CHECK_EQ(reopen(9, false), 0);
	end();
}

static void new_file_is_of_the_next_generation(void)
{
	begin_stored();
	memset(disk.bytes, 0, sizeof(disk.bytes));
	core_free(v);
	v = core_new();
	CHECK_EQ(-disk_open_plan(&disk, v, "vm1", (struct vtpmb_store_plan) {
		.key = disk_key, .is_new = true, .generation = 7,
	}), 0);
	CHECK_EQ(v->generation, 8);
	CHECK_EQ(reopen(8, false), 0);
	CHECK_EQ(v->generation, 9);
	end();
}

#define GRANTED		"81000001"
#define MAKE_GRANTED	"8002 ???????? 00000120" OWNER "80000000" PW GRANTED
#define READ_GRANTED	"8001 ???????? 00000173" GRANTED
#define INDEX		"01000100"
#define DEFINE_INDEX	"8002 ???????? 0000012a" OWNER PW "0000 000e" INDEX \
	"000b 00040004 0000 0008"
#define READ_INDEX	"8001 ???????? 00000169" INDEX
#define NO_HANDLE	TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, 0)

static u32 raw(const char *hex)
{
	struct core_rsp rsp;

	core_raw_hex(hex, &rsp);
	return rsp.rc;
}

static void grant_ranges(void)
{
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81000001, 0x81000001);
	core_grant(v, VTPMB_RANGE_NV, 0x01000100, 0x01000100);
}

/* An object and an index in granted ranges, which are in the chip */
static void begin_granted(void)
{
	begin_stored();
	grant_ranges();
	same(STARTUP_CLEAR);
	want(PRIMARY(OWNER), 0);
	want(MAKE_GRANTED, 0);
	want(FLUSH "80000000", 0);
	want(DEFINE_INDEX, 0);
	CHECK_EQ(raw(READ_GRANTED), 0);
	CHECK_EQ(raw(READ_INDEX), 0);
}

/* The hub's thread waits for no disk. */
static void tidy(void)
{
	if (v->port->family->is_stale(v))
		CHECK_EQ(v->port->family->tidy(v, VTPMB_TIDY_STALE), 0);
}

static void clear_that_cannot_be_stored_deletes_nothing(void)
{
	begin_granted();
	disk.meanwhile = tidy;
	disk.fails = true;
	want(CLEAR(PLATFORM, PW), TPM2_RC_NV_UNAVAILABLE);
	core_end_turn();
	want(READ_GRANTED, 0);
	want(READ_INDEX, 0);
	want(CLEAR(PLATFORM, PW), TPM2_RC_NV_UNAVAILABLE);
	core_end_turn();
	CHECK_EQ(raw(READ_GRANTED), 0);
	CHECK_EQ(raw(READ_INDEX), 0);

	disk.fails = false;
	want(CLEAR(PLATFORM, PW), 0);
	want(READ_GRANTED, NO_HANDLE);
	want(READ_INDEX, NO_HANDLE);
	core_end_turn();
	CHECK_EQ(raw(READ_GRANTED), NO_HANDLE);
	CHECK_EQ(raw(READ_INDEX), NO_HANDLE);
	disk.meanwhile = NULL;
	end();
}

/* The power goes when the Clear has been stored, and the chip still has all. */
static void clear_that_was_stored_is_completed_after_a_power_cut(void)
{
	static struct disk cut;

	begin_granted();
	want(CLEAR(PLATFORM, PW), 0);
	cut = disk;
	core_free(v);
	CHECK_EQ(raw(READ_GRANTED), NO_HANDLE);
	CHECK_EQ(raw(PRIMARY(OWNER)), 0);
	CHECK_EQ(raw(MAKE_GRANTED), 0);
	CHECK_EQ(raw(FLUSH "80000000"), 0);
	CHECK_EQ(raw(DEFINE_INDEX), 0);

	disk = cut;
	v = core_new();
	grant_ranges();
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, false), 0);
	want(STARTUP_CLEAR, 0);
	want(READ_GRANTED, NO_HANDLE);
	want(READ_INDEX, NO_HANDLE);
	core_end_turn();
	CHECK_EQ(raw(READ_GRANTED), NO_HANDLE);
	CHECK_EQ(raw(READ_INDEX), NO_HANDLE);

	/* And once only: what is made after that stays. */
	want(PRIMARY(OWNER), 0);
	want(MAKE_GRANTED, 0);
	want(FLUSH "80000000", 0);
	core_free(v);
	v = core_new();
	grant_ranges();
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, false), 0);
	want(STARTUP_CLEAR, 0);
	want(READ_GRANTED, 0);
	end();
}

/*
 * A file that a module of version 0.1 wrote: two changes of owner authorisation, so that both
 * slots are used, and what else is read below.
 */
static void file_of_format_1_is_read(void)
{
	begin();
	core_free(v);
	v = core_new();
	disk_load(&disk, "tpm20.1");
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, false), 0);
	want(STARTUP_CLEAR, 0);
	want(CHANGE_AUTH(OWNER, PW, EMPTY), TPM2_RC_OF_SESSION(TPM2_RC_BAD_AUTH, 0));
	want(CHANGE_AUTH(OWNER, PW_ABC, EMPTY), 0);
	want(CLEAR(LOCKOUT, PW_ABC), TPM2_RC_DISABLED);
	want(READ_DA, 0);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + DA_VALUE(1)), 7);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + DA_VALUE(2)), 100);
	CHECK_EQ(vtpmb_peek_u32(rv.buf + DA_VALUE(3)), 200);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(auths_and_policies_are_kept),
	CORE_TEST(clear_is_kept),
	CORE_TEST(lockout_parameters_are_kept),
	CORE_TEST(pp_list_is_kept),
	CORE_TEST(pcr_allocation_is_kept),
	CORE_TEST(saved_state_is_resumed),
	CORE_TEST(state_that_changed_is_not_resumed),
	CORE_TEST(power_cut_is_not_orderly),
	CORE_TEST(secret_is_kept),
	CORE_TEST(secret_given_takes_the_place_of_that_in_the_file),
	CORE_TEST(what_is_volatile_writes_nothing),
	CORE_TEST(command_that_cannot_be_stored_has_no_effect),
	CORE_TEST(startup_that_cannot_be_stored_is_sent_again),
	CORE_TEST(doubtful_write_is_never_seen_again),
	CORE_TEST(torn_write_leaves_the_old_state_or_the_new_one),
	CORE_TEST(flipped_bit_is_found),
	CORE_TEST(what_is_not_this_proxys_is_refused),
	CORE_TEST(file_of_format_1_is_read),
	CORE_TEST(older_copy_is_refused),
	CORE_TEST(older_copy_is_taken_if_that_is_meant),
	CORE_TEST(creation_that_was_interrupted_is_repeated),
	CORE_TEST(generation_is_written_before_the_proxy_is_there),
	CORE_TEST(new_file_is_of_the_next_generation),
	CORE_TEST(clear_that_cannot_be_stored_deletes_nothing),
	CORE_TEST(clear_that_was_stored_is_completed_after_a_power_cut),
};

CORE_MAIN(tests)
