// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: a guest's command puts the chip into failure mode, for all its users.
 * libtpms does not know such a command, so the watcher plays the chip.
 */

#include "core/failure.h"
#include "core.h"

#define STARTUP		"8001 ???????? 00000144 0000"
#define GET_RANDOM	"8001 ???????? 0000017b 0004"
#define PCR_READ	"8001 ???????? 0000017e 00000001 000b 03 010000"
#define PRIMARY		"8002 ???????? 00000131 40000001 00000009 40000009 0000 01 0000" \
	"0004 0000 0000 001a 0023 000b 00030072 0000 0006 0080 0043 0010 0003 0010 0000 0000" \
	"0000 00000000"
#define READ_PUBLIC	"8001 ???????? 00000173 80000000"
#define HASH		"8001 ???????? 0000017d 0001 61 000b 40000007"
#define HASH_CODE	0x17d

static struct vtpmb_vtpm *proxy, *other;
static struct core_rsp rsp;
static u32 deadly;
static bool failed;

static void play_chip(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) == deadly)
		failed = true;
	if (failed)
		core_fail_chip(1, 0x101);
}

static u32 tell(struct vtpmb_vtpm *vtpm, const char *hex)
{
	core_send_hex(vtpm, hex, &rsp);
	return rsp.rc;
}

static void begin(void)
{
	core_start(CORE_TPM20);
	proxy = core_new();
	other = core_new();
	CHECK_EQ(tell(proxy, STARTUP), 0);
	CHECK_EQ(tell(other, STARTUP), 0);
	deadly = 0;
	failed = false;
	core_watch = play_chip;
}

static void end(void)
{
	core_watch = NULL;
	core_free(other);
	core_free(proxy);
	CHECK(core_chip_is_empty());
	core_stop();
}

static void set_stop(struct vtpmb_vtpm *vtpm, bool stop)
{
	mutex_lock(&vtpm->lock);
	vtpmb_failure_set_stop(vtpm, stop);
	mutex_unlock(&vtpm->lock);
}

static void must_be_stopped(struct vtpmb_vtpm *vtpm)
{
	CHECK_EQ(tell(vtpm, GET_RANDOM), 0x101);
	CHECK_EQ(rsp.nr_chip_commands, 0);
	CHECK_EQ(rsp.answer, VTPMB_ANSWER_REFUSED);
	CHECK_EQ(rsp.failed_code, 0);
	CHECK_EQ(tell(vtpm, PCR_READ), 0);
}

static void guest_that_stops_the_chip_is_named_and_stopped(void)
{
	begin();
	deadly = HASH_CODE;
	CHECK_EQ(tell(proxy, HASH), 0x101);
	CHECK_EQ(rsp.failed_code, HASH_CODE);
	must_be_stopped(proxy);
	CHECK_EQ(tell(other, GET_RANDOM), 0x101);
	CHECK_EQ(rsp.nr_chip_commands, 1);
	CHECK_EQ(rsp.failed_code, 0);

	failed = false;
	CHECK_EQ(tell(other, GET_RANDOM), 0);
	must_be_stopped(proxy);
	core_off(proxy);
	core_reset(proxy);
	CHECK_EQ(tell(proxy, STARTUP), 0);
	must_be_stopped(proxy);
	set_stop(proxy, true);
	CHECK_EQ(tell(proxy, GET_RANDOM), 0);
	end();
}

static void guest_that_may_is_named_once(void)
{
	unsigned int i;

	begin();
	set_stop(proxy, false);
	deadly = HASH_CODE;
	for (i = 0; i < 2; i++) {
		CHECK_EQ(tell(proxy, HASH), 0x101);
		CHECK_EQ(rsp.failed_code, i ? 0 : HASH_CODE);
		CHECK_EQ(tell(proxy, GET_RANDOM), 0x101);
		CHECK_EQ(rsp.failed_code, 0);
		failed = false;
		CHECK_EQ(tell(proxy, GET_RANDOM), 0);
	}
	end();
}

static void failed_command_of_a_chip_that_works_stops_nobody(void)
{
	begin();
	core_fail_chip(1, 0x101);
	CHECK_EQ(tell(proxy, GET_RANDOM), 0x101);
	CHECK_EQ(rsp.failed_code, 0);
	CHECK_EQ(tell(proxy, GET_RANDOM), 0);
	end();
}

/* The bridge's own command finds it first, so it was not the guest. */
static void guest_whose_object_cannot_be_loaded_is_not_named(void)
{
	begin();
	CHECK_EQ(tell(proxy, PRIMARY), 0);
	core_end_turn();
	failed = true;
	CHECK(tell(proxy, READ_PUBLIC) != 0);
	CHECK_EQ(rsp.failed_code, 0);
	CHECK_EQ(tell(proxy, GET_RANDOM), 0x101);
	CHECK_EQ(rsp.failed_code, 0);
	failed = false;
	CHECK_EQ(tell(proxy, GET_RANDOM), 0);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(guest_that_stops_the_chip_is_named_and_stopped),
	CORE_TEST(guest_that_may_is_named_once),
	CORE_TEST(failed_command_of_a_chip_that_works_stops_nobody),
	CORE_TEST(guest_whose_object_cannot_be_loaded_is_not_named),
};

CORE_MAIN(tests)
