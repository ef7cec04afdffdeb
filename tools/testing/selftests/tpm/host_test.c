// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's own users find the chip empty whenever they want it, and so never
 * fail for want of a slot, however busy the proxies are.
 */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

#define NR_PROXIES	8
#define NR_THINGS	4	/* of each kind that a proxy has: more than the chip */
#define NR_HOST_THINGS	3	/* all that the kernel's resource manager takes */
#define NR_ROUNDS	40
#define RESOURCES	"/dev/tpmrm0"

#define PW	"00000009 40000009 0000 00 0000"
#define PRIMARY	"8002 ???????? 00000131 40000001 " PW " 0004 0000 0000 "	\
	"0010 0008 000b 00040472 0000 0005 000b 0000 0000 00000000"
#define SESSION	"8001 ???????? 00000176 40000007 40000007 0020 "	\
	"1111111111111111111111111111111111111111111111111111111111111111" \
	"0000 01 0010 000b"
#define HMAC	"8002 ???????? 00000155 %08x " PW " 0004 01020304 0010"
#define RESTART	"8001 ???????? 00000180 %08x"
#define FLUSH	"8001 ???????? 00000165 %08x"

/* Objects and sessions of one user of a TPM. */
struct things {
	unsigned int nr;
	uint32_t object[NR_THINGS];
	uint32_t session[NR_THINGS];
};

/* 0, or what went wrong: a negative errno or minus the response code. */
static int64_t things_make(int fd, struct things *things)
{
	uint8_t rsp[BUF_SIZE];
	unsigned int i;

	for (i = 0; i < things->nr; i++) {
		int64_t object = tpm_make(fd, PRIMARY, rsp);
		int64_t session = object < 0 ? object : tpm_make(fd, SESSION, rsp);

		if (session < 0)
			return session;
		things->object[i] = object;
		things->session[i] = session;
	}
	return 0;
}

static int64_t things_use(int fd, const struct things *things)
{
	unsigned int i;

	for (i = 0; i < things->nr; i++) {
		int64_t rc = tpm_ask_of(fd, HMAC, things->object[i]);

		if (!rc)
			rc = tpm_ask_of(fd, RESTART, things->session[i]);
		if (rc)
			return -llabs(rc);
	}
	return 0;
}

static int64_t things_flush(int fd, const struct things *things)
{
	unsigned int i;

	for (i = 0; i < things->nr; i++) {
		int64_t rc = tpm_ask_of(fd, FLUSH, things->object[i]);

		if (!rc)
			rc = tpm_ask_of(fd, FLUSH, things->session[i]);
		if (rc)
			return -llabs(rc);
	}
	return 0;
}

/* How many handles of a kind the chip lists, or a negative errno. */
static int nr_loaded(uint32_t first)
{
	int fd = open("/dev/tpm0", O_RDWR);
	uint8_t rsp[BUF_SIZE];
	char command[128];
	ssize_t n;

	if (fd < 0)
		return -errno;
	snprintf(command, sizeof(command), "8001 ???????? 0000017a 00000001 %08x 00000040", first);
	n = tpm_send(fd, command, rsp);
	close(fd);
	if (n < 19 || be32(rsp + 6))
		return -EIO;
	return be32(rsp + 15);
}

struct guest {
	pthread_t thread;
	int fd;
	const volatile bool *stop;
	int64_t error;
	unsigned int nr_rounds;
};

/* Loads, uses, flushes; all the time. */
static void *guest_run(void *arg)
{
	struct guest *guest = arg;
	struct things things = { .nr = NR_THINGS };

	while (!guest->error && !*guest->stop) {
		guest->error = things_make(guest->fd, &things);
		if (!guest->error)
			guest->error = things_use(guest->fd, &things);
		if (!guest->error)
			guest->error = things_flush(guest->fd, &things);
		guest->nr_rounds++;
	}
	return NULL;
}

FIXTURE(busy) {
	int ctl;
	volatile bool stop;
	const struct family *family;
	struct guest guest[NR_PROXIES];
};

FIXTURE_SETUP(busy)
{
	int i;

	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	for (i = 0; i < NR_PROXIES; i++) {
		struct guest *guest = &self->guest[i];
		int num = ctl_create(self->ctl, 0);

		ASSERT_LE(0, num);
		self->family = family_of(self->ctl, num);
		ASSERT_NE(NULL, self->family);
		guest->fd = node_open(num, 0);
		ASSERT_LE(0, guest->fd);
		ASSERT_EQ(0, tpm_ask(guest->fd, self->family->startup));
		guest->stop = &self->stop;
		if (self->family->num == 0x200)
			ASSERT_EQ(0, pthread_create(&guest->thread, NULL, guest_run, guest));
	}
}

FIXTURE_TEARDOWN(busy)
{
	int i;

	self->stop = true;
	for (i = 0; i < NR_PROXIES; i++) {
		struct guest *guest = &self->guest[i];

		if (self->family->num == 0x200) {
			pthread_join(guest->thread, NULL);
			EXPECT_EQ(0, guest->error);
			EXPECT_LT(0, guest->nr_rounds);
		}
		close(guest->fd);
	}
	EXPECT_EQ(0, nr_in_chip(self->family));
	EXPECT_EQ(0, close(self->ctl));
}

TEST_F(busy, host_keeps_three_objects_and_three_sessions)
{
	struct things things = { .nr = NR_HOST_THINGS };
	int i, fd;

	if (self->family->num != 0x200)
		return;
	fd = open(RESOURCES, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, things_make(fd, &things));
	for (i = 0; i < NR_ROUNDS; i++)
		ASSERT_EQ(0, things_use(fd, &things));
	close(fd);
}

TEST_F(busy, host_makes_three_objects_and_three_sessions_at_any_moment)
{
	struct things things = { .nr = NR_HOST_THINGS };
	int i, fd;

	if (self->family->num != 0x200)
		return;
	for (i = 0; i < NR_ROUNDS / 4; i++) {
		fd = open(RESOURCES, O_RDWR);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, things_make(fd, &things));
		ASSERT_EQ(0, things_use(fd, &things));
		if (i % 2)
			ASSERT_EQ(0, things_flush(fd, &things));
		close(fd);
	}
}

/* Without a resource manager.  Saved sessions are not in the chip's slots. */
TEST_F(busy, host_finds_the_chip_empty_at_any_moment)
{
	int i;

	if (self->family->num != 0x200)
		return;
	for (i = 0; i < NR_ROUNDS; i++) {
		ASSERT_EQ(0, nr_loaded(0x80000000));
		ASSERT_EQ(0, nr_loaded(0x02000000));
		nap(i % 7);
	}
}

TEST_HARNESS_MAIN
