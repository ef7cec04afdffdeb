// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host cannot have its chip for a while.  Users of proxies hear of it what the
 * document says, and nothing of theirs stays in the chip.
 */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

#define HOLD_US		"/sys/module/vtpm_bridge/parameters/hold_us"

/* The chip's registers (PC Client Platform TPM Profile); locality 1 is nobody's. */
#define TIS_BASE	0xfed40000
#define TIS_LOCALITY_1	0x1000
#define TIS_REQUEST_USE	0x02
#define TIS_ACTIVE	0x20

static const char *session_of(const struct family *family)
{
	return family->num != 0x200 ? "00c1 ???????? 0000000a" :
	       "8001 ???????? 00000176 40000007 40000007 0010 "
	       "11111111111111111111111111111111 0000 01 0010 000b";
}

FIXTURE(power) {
	int ctl;
	int num, fd;
	int other_num, other_fd;
	const struct family *family;
	uint8_t rsp[BUF_SIZE];
};

FIXTURE_SETUP(power)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	self->num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->num);
	self->other_num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->other_num);
	self->family = family_of(self->ctl, self->num);
	ASSERT_NE(NULL, self->family);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	self->other_fd = node_open(self->other_num, 0);
	ASSERT_LE(0, self->other_fd);
	ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, tpm_ask(self->other_fd, self->family->startup));
}

FIXTURE_TEARDOWN(power)
{
	write_text(HOLD_US, "200000");
	close(self->fd);
	close(self->other_fd);
	EXPECT_EQ(0, close(self->ctl));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

/* A close that has nothing to wait for does not have the turn wait for it. */
TEST_F(power, close_waits_for_no_command)
{
	double begun;
	int i;

	ASSERT_EQ(0, write_text(HOLD_US, "20000000"));
	begun = now();
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
		EXPECT_EQ(0, close(self->fd));
		EXPECT_GT(15, now() - begun);
		self->fd = node_open(self->num, 0);
		ASSERT_LE(0, self->fd);
		ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	}
}

/* Another locality has the chip: the driver cannot start it. */
struct locality {
	volatile uint8_t *access;
};

static int locality_open(struct locality *l)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	void *at;

	if (fd < 0)
		return -errno;
	at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, TIS_BASE + TIS_LOCALITY_1);
	close(fd);
	l->access = at;
	return at == MAP_FAILED ? -errno : 0;
}

static void locality_take(struct locality *l)
{
	*l->access = TIS_REQUEST_USE;
	while (!(*l->access & TIS_ACTIVE))
		nap(1);
}

static void locality_release(struct locality *l)
{
	*l->access = TIS_ACTIVE;
}

static void *release_later(void *arg)
{
	nap(500);
	locality_release(arg);
	return NULL;
}

TEST_F_TIMEOUT(power, chip_that_cannot_be_started_is_not_unplugged, 60)
{
	struct locality locality;
	pthread_t thread;
	int64_t rc;

	ASSERT_EQ(0, locality_open(&locality));
	locality_take(&locality);
	rc = tpm_ask(self->fd, self->family->random);
	EXPECT_EQ(-EAGAIN, rc);
	/* It is waited for: not always long enough, on a slow machine. */
	pthread_create(&thread, NULL, release_later, &locality);
	rc = tpm_ask(self->fd, self->family->random);
	EXPECT_TRUE(!rc || rc == -EAGAIN);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F_TIMEOUT(power, destroyed_proxy_leaves_nothing_in_a_chip_that_comes_back, 60)
{
	struct locality locality;
	pthread_t thread;

	ASSERT_EQ(0, locality_open(&locality));
	EXPECT_EQ(0, tpm_ask(self->fd, session_of(self->family)));
	/* The host's look ends the turn, and has the session saved. */
	EXPECT_EQ(self->family->num == 0x200, nr_in_chip(self->family));
	locality_take(&locality);
	pthread_create(&thread, NULL, release_later, &locality);
	EXPECT_EQ(0, ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_HARNESS_MAIN
