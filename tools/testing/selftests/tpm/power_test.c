// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host sleeps, loses its chip, or cannot have it for a while.  Users of proxies
 * hear of it what the document says, and nothing of theirs stays in the chip.
 */

#define _GNU_SOURCE
#include <libgen.h>
#include <sys/syscall.h>
#include "kselftest_harness.h"
#include "proxy.h"

#define CHIP		"/sys/class/tpm/tpm0/device"
#define HOLD_US		"/sys/module/vtpm_bridge/parameters/hold_us"
/* Open, it is a hibernation that has told everybody and frozen nobody yet. */
#define SNAPSHOT	"/dev/snapshot"

/* The chip's registers (PC Client Platform TPM Profile); locality 1 is nobody's. */
#define TIS_BASE	0xfed40000
#define TIS_LOCALITY_1	0x1000
#define TIS_REQUEST_USE	0x02
#define TIS_ACTIVE	0x20

#define RETRY_TPM20	0x922
#define RETRY_TPM12	0x800

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

	ASSERT_EQ(0, write_text(HOLD_US, "600000000"));
	begun = now();
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
		EXPECT_EQ(0, close(self->fd));
		EXPECT_GT(300, now() - begun);
		self->fd = node_open(self->num, 0);
		ASSERT_LE(0, self->fd);
		ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	}
}

/* A guest that makes one key after the other, until something goes wrong. */
struct guest {
	pthread_t thread;
	int fd;
	const char *text;
	volatile bool stop;
	volatile unsigned int nr_retries;
	volatile unsigned int nr_answers;
	int64_t error;
};

/* Another key each time: of one template a chip makes the same key, in the same time. */
static void vary_key(char *text, size_t size, const struct guest *guest)
{
	char *unique, digits[9];

	snprintf(text, size, "%s", guest->text);
	unique = strstr(text, "55555555");
	if (!unique)
		return;
	snprintf(digits, sizeof(digits), "%08x", guest->nr_answers);
	memcpy(unique, digits, 8);
}

static void *guest_run(void *arg)
{
	struct guest *guest = arg;
	char text[512];

	while (!guest->stop && !guest->error) {
		uint8_t rsp[BUF_SIZE];
		uint32_t rc;
		ssize_t n;

		vary_key(text, sizeof(text), guest);
		n = tpm_send(guest->fd, text, rsp);
		rc = n < 10 ? 0 : be32(rsp + 6);
		guest->nr_answers++;
		if (n < 10)
			guest->error = n < 0 ? n : -EIO;
		else if (rc == RETRY_TPM20 || rc == RETRY_TPM12)
			guest->nr_retries++;
		else if (rc)
			guest->error = -(int64_t)rc;
		else if (be32(rsp + 10) >> 24 == 0x80)
			guest->error = tpm_ask_of(guest->fd, "8001 ???????? 00000165 %08x",
						  be32(rsp + 10));
	}
	return NULL;
}

static void guest_start(struct guest *guest)
{
	pthread_create(&guest->thread, NULL, guest_run, guest);
}

static int poll_for(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, ms) < 0 ? -errno : p.revents;
}

TEST_F(power, host_that_is_going_to_sleep_makes_no_proxy)
{
	int fd = open(SNAPSHOT, O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EAGAIN, ctl_create(self->ctl, 0));
	ASSERT_EQ(0, close(fd));
	fd = ctl_create(self->ctl, 0);
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, ctl_destroy(self->ctl, fd, 0));
}

TEST_F(power, command_waits_until_the_host_is_awake)
{
	int fd = open(SNAPSHOT, O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(0, tpm_ask(self->other_fd, self->family->local));
	EXPECT_EQ(0, poll_for(self->fd, 500));
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(POLLIN, poll_for(self->fd, -1));
	EXPECT_EQ((ssize_t)self->family->random_len, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, be32(self->rsp + 6));
}

/* Sleep does not wait for a key: who wants one is told to ask again, and gets it. */
TEST_F(power, key_is_asked_for_again_after_the_host_slept)
{
	struct guest guest = { .fd = self->fd, .text = self->family->slow };
	unsigned int i, nr;
	int fd;

	if (!guest.text)
		return;
	guest_start(&guest);
	for (i = 0; i < 40 && !guest.nr_retries && !guest.error; i++) {
		nap(100 + 37 * i % 200);
		fd = open(SNAPSHOT, O_RDONLY);
		ASSERT_LE(0, fd);
		nr = guest.nr_answers;
		close(fd);
		while (!guest.error && guest.nr_answers == nr)
			nap(10);
	}
	EXPECT_LT(0, guest.nr_retries);
	nr = guest.nr_answers;
	while (!guest.error && guest.nr_answers < nr + 3)
		nap(10);
	guest.stop = true;
	pthread_join(guest.thread, NULL);
	EXPECT_EQ(0, guest.error);
}

/* The system freezes and thaws all that runs, users of proxies too. */
TEST_F(power, system_can_freeze_with_busy_proxies)
{
	struct guest guest = {
		.fd = self->fd, .text = self->family->slow ?: self->family->random,
	};
	struct guest other = { .fd = self->other_fd, .text = self->family->random };

	guest_start(&guest);
	guest_start(&other);
	nap(300);
	ASSERT_EQ(0, write_text("/sys/power/pm_test", "freezer"));
	EXPECT_EQ(0, write_text("/sys/power/state", "freeze"));
	EXPECT_EQ(0, write_text("/sys/power/pm_test", "none"));
	nap(300);
	guest.stop = true;
	other.stop = true;
	pthread_join(guest.thread, NULL);
	pthread_join(other.thread, NULL);
	EXPECT_EQ(0, guest.error);
	EXPECT_EQ(0, other.error);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
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

/* The driver itself waits for less. */
static void *release_later(void *arg)
{
	nap(1500);
	locality_release(arg);
	return NULL;
}

TEST_F(power, chip_that_cannot_be_started_is_not_unplugged)
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

TEST_F(power, destroyed_proxy_leaves_nothing_in_a_chip_that_comes_back)
{
	struct locality locality;
	pthread_t thread;

	ASSERT_EQ(0, locality_open(&locality));
	EXPECT_EQ(0, tpm_ask(self->fd, session_of(self->family)));
	/* The host's look ends the turn, and has the session saved if the chip can. */
	EXPECT_LE(self->family->num == 0x200, nr_in_chip(self->family));
	locality_take(&locality);
	pthread_create(&thread, NULL, release_later, &locality);
	EXPECT_EQ(0, ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_F(power, module_with_proxies_cannot_be_unloaded)
{
	EXPECT_EQ(-1, syscall(SYS_delete_module, "vtpm_bridge", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

/* The chip's device, and its driver's directory. */
struct device {
	char name[64];
	char driver[96];
};

static int device_find(struct device *device)
{
	char path[128], *end;
	ssize_t n = readlink(CHIP, path, sizeof(path) - 1);

	if (n < 0)
		return -errno;
	path[n] = 0;
	snprintf(device->name, sizeof(device->name), "%s", basename(path));
	n = readlink(CHIP "/driver", path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = 0;
	end = strstr(path, "bus/");
	if (!end)
		return -ENOENT;
	snprintf(device->driver, sizeof(device->driver), "/sys/%.80s", end);
	return 0;
}

/* @verb: bind or unbind */
static int device_do(const struct device *device, const char *verb)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", device->driver, verb);
	return write_text(path, device->name);
}

/* The last: the chip comes back as tpm1, for IMA keeps tpm0. */
TEST_F(power, unplugged_chip_keeps_nothing)
{
	struct guest guest = {
		.fd = self->fd, .text = self->family->slow ?: self->family->random,
	};
	struct device device;
	int num, fd;

	ASSERT_EQ(0, device_find(&device));
	EXPECT_EQ(0, tpm_ask(self->other_fd, session_of(self->family)));
	guest_start(&guest);
	nap(300);
	ASSERT_EQ(0, device_do(&device, "unbind"));
	pthread_join(guest.thread, NULL);
	EXPECT_EQ(-ENODEV, guest.error);
	EXPECT_EQ(-ENODEV, tpm_ask(self->other_fd, self->family->random));
	EXPECT_EQ(-ENODEV, ctl_create(self->ctl, 0));
	EXPECT_EQ(0, tpm_ask(self->other_fd, self->family->local));

	ASSERT_EQ(0, device_do(&device, "bind"));
	EXPECT_EQ(0, nr_in_chip(self->family));
	EXPECT_EQ(-ENODEV, tpm_ask(self->other_fd, self->family->random));
	num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, num);
	fd = node_open(num, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tpm_ask(fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(fd, self->family->random));
	close(fd);
}

TEST_HARNESS_MAIN
