// SPDX-License-Identifier: GPL-2.0-only
/* What one proxy has, no other can use, and nothing of it stays in the chip. */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

#define PW	"00000009 40000009 0000 00 0000"
#define PRIMARY	"8002 ???????? 00000131 40000001 " PW " 0004 0000 0000 "	\
	"0010 0008 000b 00040472 0000 0005 000b 0000 0000 00000000"
#define SESSION	"8001 ???????? 00000176 40000007 40000007 0020 "	\
	"1111111111111111111111111111111111111111111111111111111111111111" \
	"0000 01 0010 000b"

FIXTURE(pair) {
	int ctl;
	int num[2];
	int fd[2];
	const struct family *family;
	uint8_t rsp[BUF_SIZE];
};

FIXTURE_SETUP(pair)
{
	int i;

	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	for (i = 0; i < 2; i++) {
		self->num[i] = ctl_create(self->ctl, 0);
		ASSERT_LE(0, self->num[i]);
		self->family = family_of(self->ctl, self->num[i]);
		ASSERT_NE(NULL, self->family);
		self->fd[i] = node_open(self->num[i], 0);
		ASSERT_LE(0, self->fd[i]);
		ASSERT_EQ(0, tpm_ask(self->fd[i], self->family->startup));
	}
}

FIXTURE_TEARDOWN(pair)
{
	close(self->fd[0]);
	close(self->fd[1]);
	EXPECT_EQ(0, close(self->ctl));
}

TEST_F(pair, chip_is_empty_after_each_turn_and_after_close)
{
	int i;

	ASSERT_EQ(0, nr_in_chip(self->family));
	if (self->family->num == 0x200) {
		ASSERT_LT(0, tpm_make(self->fd[0], PRIMARY, self->rsp));
		ASSERT_LT(0, tpm_make(self->fd[0], SESSION, self->rsp));
		ASSERT_LT(0, tpm_make(self->fd[1], PRIMARY, self->rsp));
	} else {
		/* Only an owned chip lets go of a session. */
		tpm_make(self->fd[0], "00c1 ???????? 0000000a", self->rsp);
		tpm_make(self->fd[1], "00c1 ???????? 0000000a", self->rsp);
	}
	for (i = 0; i < 2; i++) {
		close(self->fd[i]);
		self->fd[i] = -1;
	}
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_F(pair, chip_is_empty_after_a_reset)
{
	int i;

	if (self->family->num == 0x200) {
		ASSERT_LT(0, tpm_make(self->fd[0], PRIMARY, self->rsp));
	} else {
		tpm_make(self->fd[0], "00c1 ???????? 0000000a", self->rsp);
	}
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num[0]));
	for (i = 0; i < 100 && nr_in_chip(self->family); i++)
		nap(10);
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_F(pair, chip_is_empty_after_destroy_of_an_open_proxy)
{
	if (self->family->num == 0x200) {
		ASSERT_LT(0, tpm_make(self->fd[0], PRIMARY, self->rsp));
	} else {
		tpm_make(self->fd[0], "00c1 ???????? 0000000a", self->rsp);
	}
	ASSERT_EQ(0, ctl_destroy(self->ctl, self->num[0], VTPM_BRIDGE_FORCE));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_F(pair, second_proxy_cannot_use_or_flush_the_first_ones_key)
{
	int64_t key;

	if (self->family->num != 0x200)
		return;
	key = tpm_make(self->fd[0], PRIMARY, self->rsp);
	ASSERT_EQ(0x80000000, key);
	EXPECT_EQ(0x910, tpm_ask_of(self->fd[1], "8001 ???????? 00000173 %08x", key));
	EXPECT_EQ(0x1cb, tpm_ask_of(self->fd[1], "8001 ???????? 00000165 %08x", key));
	EXPECT_EQ(0x910, tpm_ask_of(self->fd[1], "8001 ???????? 00000162 %08x", key));
	EXPECT_EQ(0, tpm_ask_of(self->fd[0], "8001 ???????? 00000173 %08x", key));
	/* Its own is another with the same number. */
	ASSERT_EQ(0x80000000, tpm_make(self->fd[1], PRIMARY, self->rsp));
	EXPECT_EQ(0, tpm_ask_of(self->fd[1], "8001 ???????? 00000165 %08x", key));
	EXPECT_EQ(0, tpm_ask_of(self->fd[0], "8001 ???????? 00000173 %08x", key));
}

TEST_F(pair, second_proxy_cannot_use_or_flush_the_first_ones_session)
{
	int64_t session;

	if (self->family->num == 0x200) {
		session = tpm_make(self->fd[0], SESSION, self->rsp);
		ASSERT_EQ(0x03000000, session & 0xff000000);
		EXPECT_EQ(0x910, tpm_ask_of(self->fd[1], "8001 ???????? 00000180 %08x", session));
		EXPECT_EQ(0x910, tpm_ask_of(self->fd[1], "8001 ???????? 00000162 %08x", session));
		EXPECT_EQ(0x1cb, tpm_ask_of(self->fd[1], "8001 ???????? 00000165 %08x", session));
		/* Nor by the number alone, whatever its type. */
		EXPECT_EQ(0x1cb, tpm_ask_of(self->fd[1], "8001 ???????? 00000165 %08x",
					session ^ 0x01000000));
		EXPECT_EQ(0, tpm_ask_of(self->fd[0], "8001 ???????? 00000180 %08x", session));
		return;
	}
	session = tpm_make(self->fd[0], "00c1 ???????? 0000000a", self->rsp);
	if (session < 0)
		return;	/* an unowned chip: no sessions for proxies */
	EXPECT_NE(0, tpm_ask_of(self->fd[1], "00c1 ???????? 00000096 %08x", session));
	EXPECT_NE(0, tpm_ask_of(self->fd[1], "00c1 ???????? 000000ba %08x 00000002", session));
	EXPECT_EQ(0, tpm_ask_of(self->fd[0], "00c1 ???????? 00000096 %08x", session));
}

TEST_F(pair, second_proxy_cannot_load_the_first_ones_context)
{
	uint8_t cmd[BUF_SIZE], rsp[BUF_SIZE];
	ssize_t n;

	if (self->family->num != 0x200)
		return;
	ASSERT_EQ(0x80000000, tpm_make(self->fd[0], PRIMARY, self->rsp));
	n = tpm_send(self->fd[0], "8001 ???????? 00000162 80000000", self->rsp);
	ASSERT_LT(30, n);
	ASSERT_EQ(0, be32(self->rsp + 6));
	/* ContextLoad of what ContextSave gave. */
	memcpy(cmd, self->rsp, n);
	memcpy(cmd + 6, (uint8_t[]) { 0, 0, 1, 0x61 }, 4);
	ASSERT_EQ(n, tpm_write(self->fd[1], cmd, n));
	ASSERT_EQ(10, tpm_read(self->fd[1], rsp, BUF_SIZE));
	EXPECT_EQ(0x1df, be32(rsp + 6));
	ASSERT_EQ(n, tpm_write(self->fd[0], cmd, n));
	ASSERT_EQ(14, tpm_read(self->fd[0], rsp, BUF_SIZE));
	EXPECT_EQ(0, be32(rsp + 6));
	EXPECT_EQ(0x80000001, be32(rsp + 10));
	/* Nor does it outlive a reset of the platform. */
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num[0]));
	ASSERT_EQ(0, tpm_ask(self->fd[0], self->family->startup));
	ASSERT_EQ(n, tpm_write(self->fd[0], cmd, n));
	ASSERT_EQ(10, tpm_read(self->fd[0], rsp, BUF_SIZE));
	EXPECT_EQ(0x1df, be32(rsp + 6));
}

#define READ20(pcr)	"8001 ???????? 0000017e 00000001 000b 03 " pcr
#define EXTEND20	"8002 ???????? 00000182 0000000a " PW " 00000001 000b "	\
	"2222222222222222222222222222222222222222222222222222222222222222"
#define READ12		"00c1 ???????? 00000015 0000000a"
#define EXTEND12	"00c1 ???????? 00000014 0000000a 2222222222222222222222222222222222222222"

static ssize_t read_pcr(int fd, const struct family *family, uint8_t *value)
{
	uint8_t rsp[BUF_SIZE];
	ssize_t n = tpm_send(fd, family->num == 0x200 ? READ20("000400") : READ12,
			     rsp);

	if (n < 30 || be32(rsp + 6))
		return -EIO;
	/* But for the update counter. */
	memset(value, 0, 64);
	memcpy(value, rsp + n - 20, 20);
	return 0;
}

TEST_F(pair, pcrs_are_each_ones_own_and_not_the_hosts)
{
	static const uint8_t zero[64];
	uint8_t mine[64], others[64], host[64], host_after[64];
	int fd = open("/dev/tpm0", O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, read_pcr(fd, self->family, host));
	close(fd);
	ASSERT_EQ(0, tpm_ask(self->fd[0], self->family->num == 0x200 ? EXTEND20 : EXTEND12));
	ASSERT_EQ(0, read_pcr(self->fd[0], self->family, mine));
	ASSERT_EQ(0, read_pcr(self->fd[1], self->family, others));
	EXPECT_NE(0, memcmp(mine, zero, 64));
	EXPECT_EQ(0, memcmp(others, zero, 64));
	fd = open("/dev/tpm0", O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, read_pcr(fd, self->family, host_after));
	close(fd);
	EXPECT_EQ(0, memcmp(host, host_after, 64));
}

TEST_F(pair, platform_of_one_is_not_that_of_the_other)
{
	if (self->family->num == 0x200) {
		/* Storage hierarchy off, and an endorsement password. */
		EXPECT_EQ(0, tpm_ask(self->fd[0], "8002 ???????? 00000121 4000000c " PW " 40000001 00"));
		EXPECT_EQ(0x185, tpm_ask(self->fd[0], PRIMARY));
		EXPECT_EQ(0, tpm_ask(self->fd[1], PRIMARY));
		return;
	}
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 4000000a 0020"));
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 4000000a 0008"));
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 00000070"));
	EXPECT_EQ(7, tpm_ask(self->fd[0], self->family->random));
	EXPECT_EQ(0, tpm_ask(self->fd[1], self->family->random));
}

TEST_F(pair, clear_of_one_leaves_host_and_other_alone)
{
	int fd;

	if (self->family->num == 0x200) {
		ASSERT_EQ(0x80000000, tpm_make(self->fd[1], PRIMARY, self->rsp));
		EXPECT_EQ(0, tpm_ask(self->fd[0], "8002 ???????? 00000126 4000000c " PW));
		EXPECT_EQ(0, tpm_ask(self->fd[1], "8001 ???????? 00000173 80000000"));
		return;
	}
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 4000000a 0020"));
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 4000000a 0008"));
	EXPECT_EQ(0, tpm_ask(self->fd[0], "00c1 ???????? 0000005d"));
	EXPECT_EQ(7, tpm_ask(self->fd[0], self->family->random));
	EXPECT_EQ(0, tpm_ask(self->fd[1], self->family->random));
	fd = open("/dev/tpm0", O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tpm_ask(fd, self->family->random));
	close(fd);
}

/* As many objects as a proxy may have, of two at once, on three slots. */
TEST_F(pair, each_has_its_own_quota_of_objects)
{
	int i, side;

	if (self->family->num != 0x200)
		return;
	for (i = 0; i < 16; i++) {
		for (side = 0; side < 2; side++)
			ASSERT_EQ(0x80000000 + i, tpm_make(self->fd[side], PRIMARY, self->rsp));
	}
	EXPECT_EQ(-0x902, tpm_make(self->fd[0], PRIMARY, self->rsp));
	for (i = 0; i < 16; i++) {
		EXPECT_EQ(0, tpm_ask_of(self->fd[0], "8001 ???????? 00000173 %08x", 0x80000000 + i));
		EXPECT_EQ(0, tpm_ask_of(self->fd[1], "8001 ???????? 00000173 %08x", 0x80000000 + i));
	}
}

struct user {
	int fd;
	const struct family *family;
	int64_t rc;
	int nr;
	volatile bool stop;
};

static void *use(void *arg)
{
	struct user *user = arg;

	while (!user->stop && !user->rc) {
		user->rc = tpm_ask(user->fd, user->family->random);
		user->nr++;
	}
	return NULL;
}

TEST_F(pair, host_and_both_proxies_can_use_the_chip_at_once)
{
	struct user users[3] = {
		{ .fd = self->fd[0], .family = self->family },
		{ .fd = self->fd[1], .family = self->family },
		{ .fd = open("/dev/tpm0", O_RDWR), .family = self->family },
	};
	pthread_t threads[3];
	int i;

	ASSERT_LE(0, users[2].fd);
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, use, &users[i]);
	nap(2000);
	for (i = 0; i < 3; i++)
		users[i].stop = true;
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, users[i].rc);
		/* Nobody starves. */
		EXPECT_LT(5, users[i].nr);
	}
	close(users[2].fd);
}

TEST_HARNESS_MAIN
