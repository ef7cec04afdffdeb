// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bad input on the real module: nothing is said in the kernel's log, nothing
 * stays in the chip, and the next command works.  What is answered is tested
 * in core/, command by command.
 */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

FIXTURE(bad) {
	int ctl;
	int num;
	int fd;
	int log;
	const struct family *family;
	uint8_t rsp[BUF_SIZE];
};

FIXTURE_SETUP(bad)
{
	self->log = log_mark();
	ASSERT_LE(0, self->log);
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	self->num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->num);
	self->family = family_of(self->ctl, self->num);
	ASSERT_NE(NULL, self->family);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	srand(1);
}

FIXTURE_TEARDOWN(bad)
{
	int host;

	/* Whatever it was, power on again, and all is well. */
	close(self->fd);
	self->fd = node_open(self->num, 0);
	EXPECT_LE(0, self->fd);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	close(self->fd);
	host = open("/dev/tpm0", O_RDWR);
	EXPECT_LE(0, host);
	EXPECT_EQ(0, tpm_ask(host, self->family->random));
	close(host);
	EXPECT_EQ(0, log_nr_bad(self->log));
	EXPECT_EQ(0, close(self->ctl));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

/* What was written was refused, or is answered by a well-formed response. */
static bool is_answered(FIXTURE_DATA(bad) *self, const uint8_t *cmd, size_t len)
{
	ssize_t n = tpm_write(self->fd, cmd, len);

	if (n == -EINVAL || n == -ENODATA || n == -E2BIG)
		return tpm_read(self->fd, self->rsp, BUF_SIZE) == 0;
	if (n != (ssize_t)len)
		return false;
	n = tpm_read(self->fd, self->rsp, BUF_SIZE);
	return n >= 10 && n == be32(self->rsp + 2);
}

static void start_again(FIXTURE_DATA(bad) *self)
{
	ctl_reset(self->ctl, self->num);
	tpm_ask(self->fd, self->family->startup);
}

TEST_F(bad, random_bytes_are_refused)
{
	uint8_t cmd[BUF_SIZE];
	int i;

	for (i = 0; i < 2000; i++) {
		size_t len = 1 + rand() % (i % 10 ? 64 : BUF_SIZE), at;

		for (at = 0; at < len; at++)
			cmd[at] = rand();
		/* Else hardly any gets past its size field. */
		if (len >= 6 && i % 4)
			memcpy(cmd + 2, (uint8_t[]) { 0, 0, len >> 8, len }, 4);
		ASSERT_TRUE(is_answered(self, cmd, len));
	}
}

TEST_F(bad, random_bodies_of_every_command_are_answered)
{
	static const uint32_t first[] = { 0x0a, 0x11f }, last[] = { 0xf2, 0x1aa };
	int tpm2 = self->family->num == 0x200, i;
	uint8_t cmd[256];
	uint32_t code;

	for (code = first[tpm2]; code <= last[tpm2]; code++) {
		for (i = 0; i < 4; i++) {
			size_t len = 10 + rand() % 100, at;

			hex(cmd, tpm2 ? "8001" : "00c1");
			cmd[1] += rand() % 2;
			memcpy(cmd + 2, (uint8_t[]) { 0, 0, 0, len }, 4);
			memcpy(cmd + 6, (uint8_t[]) { 0, 0, code >> 8, code }, 4);
			for (at = 10; at < len; at++)
				cmd[at] = rand() % 3 ? 0 : rand();
			ASSERT_TRUE(is_answered(self, cmd, len)) {
				TH_LOG("code 0x%x", code);
			}
		}
		/* Some shut down, and some disable. */
		if (tpm_ask(self->fd, self->family->random))
			start_again(self);
	}
}

TEST_F(bad, size_field_at_every_edge_is_refused)
{
	static const uint32_t sizes[] = {
		1, 5, 6, 9, 10, 4095, 4096, 4097, 0x10000, 0x7fffffff, 0x80000000,
		0xfffffff0, 0xffffffff,
	};
	static uint8_t cmd[BUF_SIZE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hex(cmd, self->family->random);
		cmd[2] = sizes[i] >> 24;
		cmd[3] = sizes[i] >> 16;
		cmd[4] = sizes[i] >> 8;
		cmd[5] = sizes[i];
		EXPECT_TRUE(is_answered(self, cmd, sizeof(cmd)));
		EXPECT_TRUE(is_answered(self, cmd, 12));
	}
}

TEST_F(bad, counts_and_sizes_inside_are_bounded)
{
	static const char * const texts20[] = {
		"8002 ???????? 00000182 00000010 ffffffff 40000009 0000 00 0000 00000001",
		"8002 ???????? 00000182 00000010 00000009 40000009 0000 00 0000 ffffffff 000b",
		"8002 ???????? 0000013c 00000010 00000009 40000009 0000 00 0000 ffff 00",
		"8001 ???????? 0000017e ffffffff 000b 03 ffffff",
		"8001 ???????? 0000017e 00000001 000b ff ffffff",
		"8001 ???????? 00000142 ffffffff",
		"8001 ???????? 00000146 ffff 00",
		"8001 ???????? 0000017a 00000001 80000000 ffffffff",
		"8001 ???????? 0000017a ffffffff ffffffff ffffffff",
		"8001 ???????? 00000161 ffffffffffffffff 80000000 40000001 ffff",
		"8001 ???????? 00000161 ffffffffffffffff 02ffffff 40000007 0000",
		"8001 ???????? 00000165 ffffffff",
		"8002 ???????? 0000012d 4000000c 00000009 40000009 0000 00 0000 ffffffff 00000000",
		"8002 ???????? 0000012b 4000000c 00000009 40000009 0000 00 0000 ffffffff 000b 03 ffffff",
	};
	static const char * const texts12[] = {
		"00c1 ???????? 00000065 00000004 ffffffff 00000108",
		"00c1 ???????? 00000065 00000005 00000004",
		"00c1 ???????? 0000003f 00000001 ffffffff 00000001 00000001 01",
		"00c1 ???????? 0000003f 00000001 00000004 00000001 ffffffff 01",
		"00c1 ???????? 000000c8 ffff 000001",
		"00c1 ???????? 000000a1 ffffffff 00",
		"00c1 ???????? 000000a2 ffffffff 00",
		"00c1 ???????? 00000014 ffffffff 1111111111111111111111111111111111111111",
		"00c1 ???????? 00000015 ffffffff",
		"00c1 ???????? 000000b9 00000000 00 ffffffff 00",
		"00c3 ???????? 0000000c",
		"00c2 ???????? 0000003c 40000000 ffffffff",
		"00c1 ???????? 000000ba ffffffff ffffffff",
		"00c2 ???????? 0000000d 0005 ffffffff",
	};
	uint8_t cmd[BUF_SIZE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts20); i++) {
		EXPECT_TRUE(is_answered(self, cmd, hex(cmd, self->family->num == 0x200 ?
						       texts20[i] : texts12[i])));
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	}
}

static void *write_on_and_on(void *arg)
{
	FIXTURE_DATA(bad) *self = arg;
	uint8_t cmd[64], rsp[BUF_SIZE];
	int i;

	for (i = 0; i < 500; i++) {
		size_t len = hex(cmd, i % 3 ? self->family->random :
				 self->family->query);

		tpm_write(self->fd, cmd, len);
		tpm_read(self->fd, rsp, rand() % sizeof(rsp));
	}
	return NULL;
}

/* Four threads of one user on one file, resets and cancels between. */
TEST_F(bad, threads_that_share_a_file_harm_only_themselves)
{
	char path[64];
	pthread_t threads[4];
	int i, fd;

	snprintf(path, sizeof(path), "/sys/class/misc/vtpm%d/device/cancel", self->num);
	fd = open(path, O_WRONLY);
	ASSERT_LE(0, fd);
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, write_on_and_on, self);
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(1, write(fd, "-", 1));
		EXPECT_EQ(0, ctl_reset(self->ctl, self->num));
		nap(5);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	close(fd);
}

TEST_HARNESS_MAIN
