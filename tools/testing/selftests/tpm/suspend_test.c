// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host suspends its devices, the chip's among them, while guests use proxies.
 * vm/suspend_test runs this where nothing else is needed afterwards.
 */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

#define NR_GUESTS	3
#define RETRY_TPM20	0x922
#define RETRY_TPM12	0x800

/* One command after the other, until something goes wrong. */
struct guest {
	pthread_t thread;
	int num, fd;
	const char *text;
	volatile bool stop;
	volatile unsigned int nr_answers;
	int64_t error;
};

static void *guest_run(void *arg)
{
	struct guest *guest = arg;

	while (!guest->stop && !guest->error) {
		uint8_t rsp[BUF_SIZE];
		ssize_t n = tpm_send(guest->fd, guest->text, rsp);
		uint32_t rc = n < 10 ? 0 : be32(rsp + 6);

		if (n < 10)
			guest->error = n < 0 ? n : -EIO;
		else if (!rc && n > 14 && be32(rsp + 10) >> 24 == 0x80)
			guest->error = tpm_ask_of(guest->fd, "8001 ???????? 00000165 %08x",
						  be32(rsp + 10));
		else if (rc != RETRY_TPM20 && rc != RETRY_TPM12)
			guest->error = -(int64_t)rc;
		guest->nr_answers++;
	}
	return NULL;
}

FIXTURE(suspend) {
	int ctl;
};

FIXTURE_SETUP(suspend)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
}

FIXTURE_TEARDOWN(suspend)
{
}

TEST_F_TIMEOUT(suspend, host_suspends_with_busy_proxies, 200)
{
	struct guest guest[NR_GUESTS] = {};
	const struct family *family = NULL;
	int i, round;

	for (i = 0; i < NR_GUESTS; i++) {
		guest[i].num = ctl_create(self->ctl, 0);
		ASSERT_LE(0, guest[i].num);
		family = family_of(self->ctl, guest[i].num);
		ASSERT_NE(NULL, family);
		guest[i].fd = node_open(guest[i].num, 0);
		ASSERT_LE(0, guest[i].fd);
		ASSERT_EQ(0, tpm_ask(guest[i].fd, family->startup));
		guest[i].text = i || !family->slow ? family->random : family->slow;
		pthread_create(&guest[i].thread, NULL, guest_run, &guest[i]);
	}
	ASSERT_EQ(0, write_text("/sys/power/pm_test", "devices"));
	for (round = 0; round < 2; round++) {
		unsigned int nr[NR_GUESTS];

		nap(500);
		EXPECT_EQ(0, write_text("/sys/power/state", "mem"));
		for (i = 0; i < NR_GUESTS; i++)
			nr[i] = guest[i].nr_answers;
		for (i = 0; i < NR_GUESTS; i++) {
			while (!guest[i].error && guest[i].nr_answers < nr[i] + 3)
				nap(10);
			EXPECT_EQ(0, guest[i].error);
		}
		EXPECT_LE(0, nr_in_chip(family));
	}
	EXPECT_EQ(0, write_text("/sys/power/pm_test", "none"));
	for (i = 0; i < NR_GUESTS; i++) {
		guest[i].stop = true;
		pthread_join(guest[i].thread, NULL);
		EXPECT_EQ(0, guest[i].error);
		close(guest[i].fd);
	}
	close(self->ctl);
	EXPECT_EQ(0, nr_in_chip(family));
}

TEST_HARNESS_MAIN
