// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vtpmX is used as /dev/tpm0 is. */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

FIXTURE(node) {
	int ctl;
	int num;
	int fd;
	const struct family *family;
	uint8_t rsp[BUF_SIZE];
};

FIXTURE_SETUP(node)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	self->num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->num);
	self->family = family_of(self->ctl, self->num);
	ASSERT_NE(NULL, self->family);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(node)
{
	close(self->fd);
	EXPECT_EQ(0, close(self->ctl));
	/* Whatever the test did, the host finds the chip empty. */
	EXPECT_EQ(0, nr_in_chip(self->family));
}

TEST_F(node, second_open_is_busy)
{
	EXPECT_EQ(-EBUSY, node_open(self->num, 0));
	EXPECT_EQ(-EBUSY, node_open(self->num, O_NONBLOCK));
}

TEST_F(node, can_be_opened_again_after_close)
{
	int i;

	for (i = 0; i < 20; i++) {
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
		ASSERT_EQ(0, close(self->fd));
		self->fd = node_open(self->num, 0);
		ASSERT_LE(0, self->fd);
	}
}

TEST_F(node, open_is_power_on)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	close(self->fd);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->random));
}

TEST_F(node, command_before_startup_is_refused)
{
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->local));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->local));
}

TEST_F(node, second_startup_is_refused_and_resets_nothing)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(self->family->started,
		  tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, write_of_less_than_a_size_field_is_invalid)
{
	uint8_t cmd[BUF_SIZE];
	size_t len;

	hex(cmd, self->family->startup);
	for (len = 1; len < 6; len++)
		EXPECT_EQ(-EINVAL, tpm_write(self->fd, cmd, len));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, write_of_less_than_the_size_field_says_is_invalid)
{
	uint8_t cmd[BUF_SIZE];
	size_t len = hex(cmd, self->family->startup), n;

	for (n = 6; n < len; n++)
		EXPECT_EQ(-EINVAL, tpm_write(self->fd, cmd, n));
	cmd[2] = 0xff;
	EXPECT_EQ(-EINVAL, tpm_write(self->fd, cmd, len));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, write_of_more_than_the_buffer_is_too_big)
{
	uint8_t cmd[BUF_SIZE + 1] = {};

	hex(cmd, self->family->startup);
	EXPECT_EQ(-E2BIG, tpm_write(self->fd, cmd, sizeof(cmd)));
	EXPECT_EQ(BUF_SIZE, tpm_write(self->fd, cmd, BUF_SIZE));
	EXPECT_EQ(10, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, be32(self->rsp + 6));
}

TEST_F(node, bytes_after_the_command_are_ignored)
{
	uint8_t cmd[BUF_SIZE];
	size_t len = hex(cmd, self->family->startup);

	memset(cmd + len, 0xff, 7);
	EXPECT_EQ((ssize_t)len + 7, tpm_write(self->fd, cmd, len + 7));
	EXPECT_EQ(10, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, be32(self->rsp + 6));
}

TEST_F(node, size_field_of_zero_is_no_data)
{
	uint8_t cmd[10] = {};

	EXPECT_EQ(-ENODATA, tpm_write(self->fd, cmd, sizeof(cmd)));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, size_field_below_a_header_is_answered_with_an_error)
{
	uint8_t cmd[10];
	int size;

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	for (size = 1; size < 10; size++) {
		hex(cmd, self->family->num == 0x200 ? "80010000000000000143" :
						      "00c10000000000000050");
		cmd[5] = size;
		ASSERT_EQ(10, tpm_write(self->fd, cmd, sizeof(cmd)));
		ASSERT_EQ(10, tpm_read(self->fd, self->rsp, BUF_SIZE));
		EXPECT_NE(0, be32(self->rsp + 6));
	}
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, bad_address_is_a_fault_and_loses_nothing)
{
	EXPECT_EQ(-EFAULT, tpm_write(self->fd, nowhere, 12));
	EXPECT_EQ(-EFAULT, tpm_write(self->fd, nowhere, QUERY_SIZE));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, write_is_busy_while_a_response_is_unread)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(-EBUSY, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(-EBUSY, tpm_write_hex(self->fd, self->family->local));
	EXPECT_EQ((ssize_t)self->family->random_len,
		  tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, response_can_be_read_in_pieces)
{
	uint8_t *at = self->rsp;
	size_t len = self->family->random_len;

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	while (at < self->rsp + len)
		ASSERT_EQ(1, tpm_read(self->fd, at++, 1));
	EXPECT_EQ(0, tpm_read(self->fd, at, 1));
	EXPECT_EQ(len, be32(self->rsp + 2));
	EXPECT_EQ(0, be32(self->rsp + 6));
}

TEST_F(node, write_after_a_part_was_read_drops_the_rest)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(6, tpm_read(self->fd, self->rsp, 6));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->startup));
	EXPECT_EQ(10, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(self->family->started, be32(self->rsp + 6));
}

TEST_F(node, read_of_nothing_returns_zero_at_once)
{
	EXPECT_EQ(0, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_read(self->fd, self->rsp, BUF_SIZE));
}

TEST_F(node, read_to_a_bad_address_is_a_fault)
{
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->startup));
	EXPECT_EQ(-EFAULT, tpm_read(self->fd, nowhere, BUF_SIZE));
	EXPECT_EQ(0, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(self->family->started,
		  tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, cannot_seek)
{
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->fd, self->rsp, 1, 0));
	EXPECT_EQ(ESPIPE, errno);
}

static int poll_for(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, timeout_ms) < 0 ? -errno : p.revents;
}

TEST_F(node, poll_tells_who_is_next)
{
	EXPECT_EQ(POLLOUT, poll_for(self->fd, 0));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->startup));
	EXPECT_EQ(POLLIN, poll_for(self->fd, 0));
	EXPECT_EQ(4, tpm_read(self->fd, self->rsp, 4));
	EXPECT_EQ(POLLIN, poll_for(self->fd, 0) & POLLIN);
	EXPECT_EQ(6, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(POLLOUT, poll_for(self->fd, 0));
}

TEST_F(node, nonblocking_write_returns_and_poll_wakes_the_reader)
{
	struct pollfd p = { .events = POLLIN };
	int i;

	EXPECT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	p.fd = self->fd;
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	for (i = 0; i < 20; i++) {
		ASSERT_LT(0, tpm_write_hex(self->fd, self->family->random));
		EXPECT_EQ(-EBUSY, tpm_write_hex(self->fd, self->family->random));
		ASSERT_EQ(1, poll(&p, 1, -1));
		EXPECT_EQ(POLLIN, p.revents);
		EXPECT_EQ((ssize_t)self->family->random_len,
			  tpm_read(self->fd, self->rsp, BUF_SIZE));
		EXPECT_EQ(0, be32(self->rsp + 6));
	}
}

TEST_F(node, nonblocking_read_before_the_response_returns_zero)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	ASSERT_LT(0, tpm_write_hex(self->fd, self->family->random));
	for (;;) {
		ssize_t n = tpm_read(self->fd, self->rsp, BUF_SIZE);

		if (n) {
			EXPECT_EQ((ssize_t)self->family->random_len, n);
			break;
		}
		nap(1);
	}
}

/* Reset queries. */

static const char *max_size_of(const struct family *family, uint8_t *rsp)
{
	/* Both tell 0xF80, which is all that QEMU's CRB takes. */
	uint32_t size = be32(rsp + (family->num == 0x200 ? 23 : 14));

	return size == 0xf80 ? "0xf80" : "something else";
}

TEST_F(node, reset_query_by_the_main_thread_resets)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(0, be32(self->rsp + 6));
	EXPECT_STREQ("0xf80", max_size_of(self->family, self->rsp));
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, reset_query_before_startup_is_answered)
{
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(0, be32(self->rsp + 6));
	EXPECT_STREQ("0xf80", max_size_of(self->family, self->rsp));
}

struct job {
	int fd;
	const char *text;
	uint8_t rsp[BUF_SIZE];
	ssize_t written, len;
	volatile bool done;
	volatile int nr_answered;
};

/* In a thread that is not the main one, as QEMU's worker is. */
static void *work(void *arg)
{
	struct job *job = arg;

	job->written = tpm_write_hex(job->fd, job->text);
	job->len = job->written < 0 ? 0 : tpm_read(job->fd, job->rsp, BUF_SIZE);
	job->done = true;
	return NULL;
}

static void in_thread(struct job *job)
{
	pthread_t thread;

	pthread_create(&thread, NULL, work, job);
	pthread_join(thread, NULL);
}

TEST_F(node, reset_query_by_another_thread_is_a_command)
{
	struct job job = { .fd = self->fd, .text = self->family->query };

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	in_thread(&job);
	EXPECT_EQ(QUERY_SIZE, job.written);
	EXPECT_LT(10, job.len);
	EXPECT_EQ(0, be32(job.rsp + 6));
	EXPECT_STREQ("0xf80", max_size_of(self->family, job.rsp));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, reset_query_that_is_switched_off_is_a_command)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_RESET_BY_QUERY, 0));
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(0, be32(self->rsp + 6));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_RESET_BY_QUERY, 1));
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->random));
}

/* QEMU probes the TPM, then resets the machine, which goes on with a saved state. */
TEST_F(node, failure_mode_outlasts_the_start_of_qemu)
{
	unsigned int i;

	close(self->fd);
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_FAILURE_MODE, 1));
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->random));
	/* One when it starts, one more when it loads a snapshot. */
	for (i = 0; i < 2; i++) {
		EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
		EXPECT_STREQ("0xf80", max_size_of(self->family, self->rsp));
	}
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->local));

	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(self->family->not_started, tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, failure_mode_set_meanwhile_ends_with_the_next_reset)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_FAILURE_MODE, 1));
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->random));
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, failure_mode_outlasts_power_and_the_reset_ioctl)
{
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_FAILURE_MODE, 1));
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, ctl_reset(self->ctl, self->num));
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->startup));
	close(self->fd);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_LT(10, tpm_send(self->fd, self->family->query, self->rsp));
	EXPECT_EQ(self->family->failure, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_FAILURE_MODE, 0));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, reset_query_is_answered_beside_an_unread_response)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(QUERY_SIZE, tpm_write_hex(self->fd, self->family->query));
	EXPECT_LT(10, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_STREQ("0xf80", max_size_of(self->family, self->rsp));
}

/*
 * One that keeps the chip busy for long: the proxy's own slow command if the
 * family has one that needs nothing before it, else many short ones.
 */
static void *work_on_and_on(void *arg)
{
	struct job *job = arg;

	while (!job->done) {
		job->written = tpm_write_hex(job->fd, job->text);
		if (job->written < 0)
			break;
		job->len = tpm_read(job->fd, job->rsp, BUF_SIZE);
		job->nr_answered++;
		if (job->len < 10 || be32(job->rsp + 6))
			break;
	}
	return NULL;
}

/* Whether the query is answered while another thread has a command on its way. */
static bool query_overtakes_a_command(int fd, const struct family *family, uint8_t *rsp)
{
	struct job job = { .fd = fd, .text = family->slow ?: family->random };
	pthread_t thread;
	int before;
	bool answered;

	if (tpm_ask(fd, family->startup))
		return false;
	pthread_create(&thread, NULL, work_on_and_on, &job);
	nap(100);
	before = job.nr_answered;
	answered = tpm_write_hex(fd, family->query) == QUERY_SIZE &&
		   tpm_read(fd, rsp, BUF_SIZE) > 10;
	/* Short ones end at any moment. */
	answered &= !family->slow || job.nr_answered == before;
	/* The worker's command ends, and whatever it tries next is refused. */
	pthread_join(thread, NULL);
	job.done = true;
	return answered;
}

/* The command may end by itself meanwhile, but not each time. */
TEST_F(node, reset_query_does_not_wait_for_a_command_on_its_way)
{
	bool overtook = false;
	int tries;

	for (tries = 0; tries < 4 && !overtook; tries++) {
		overtook = query_overtakes_a_command(self->fd, self->family, self->rsp);
		EXPECT_STREQ("0xf80", max_size_of(self->family, self->rsp));
		tpm_read(self->fd, self->rsp, BUF_SIZE);
		EXPECT_EQ(self->family->not_started, tpm_ask(self->fd, self->family->random));
	}
	EXPECT_TRUE(overtook);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, reset_ioctl_resets)
{
	struct vtpm_bridge_query before, after;

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &before));
	EXPECT_EQ(VTPM_BRIDGE_STARTED, before.power);
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &after));
	EXPECT_EQ(VTPM_BRIDGE_WAITING, after.power);
	EXPECT_EQ(before.resets + 1, after.resets);
	EXPECT_EQ(self->family->not_started,
		  tpm_ask(self->fd, self->family->random));
}

/* Cancel. */

static void cancel_path(char *path, size_t cap, int num)
{
	snprintf(path, cap, "/sys/class/misc/vtpm%d/device/cancel", num);
}

static int cancel(int num)
{
	char path[64];
	int fd, err;

	cancel_path(path, sizeof(path), num);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	err = write(fd, "-", 1) == 1 ? 0 : -errno;
	close(fd);
	return err;
}

TEST_F(node, cancel_is_where_qemu_and_libvirt_look_for_it)
{
	struct stat st;
	char path[64];

	cancel_path(path, sizeof(path), self->num);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(S_IFREG | 0200, st.st_mode);
}

TEST_F(node, cancel_of_nothing_has_no_effect)
{
	EXPECT_EQ(0, cancel(self->num));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(0, cancel(self->num));
	EXPECT_EQ((ssize_t)self->family->random_len,
		  tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, cancelled_writer_comes_back_and_the_next_command_works)
{
	struct job job = {
		.fd = self->fd,
		.text = self->family->slow ?: self->family->random,
	};
	pthread_t thread;
	int i;

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	pthread_create(&thread, NULL, work, &job);
	for (i = 0; i < 200 && !job.done; i++) {
		EXPECT_EQ(0, cancel(self->num));
		nap(10);
	}
	pthread_join(thread, NULL);
	/* Cancelled, or done before it could be. */
	if (job.written < 0) {
		EXPECT_EQ(-ECANCELED, job.written);
	} else {
		EXPECT_LT(0, job.len);
	}
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

/* Power that stays. */

static long set_power(FIXTURE_DATA(node) *self, uint64_t on)
{
	return ctl_set(self->ctl, self->num, VTPM_BRIDGE_POWER, on);
}

static int power_of(FIXTURE_DATA(node) *self)
{
	struct vtpm_bridge_query query;
	long err = ctl_query(self->ctl, self->num, &query);

	return err ? err : (int)query.power;
}

static uint64_t resets_of(FIXTURE_DATA(node) *self)
{
	struct vtpm_bridge_query query = {};

	ctl_query(self->ctl, self->num, &query);
	return query.resets;
}

static const char *extend_of(const struct family *family)
{
	return family->num == 0x200 ?
		"8002 ???????? 00000182 00000005 00000009 40000009 0000 00 0000 00000001 000b"
		"1111111111111111111111111111111111111111111111111111111111111111" :
		"00c1 ???????? 00000014 00000005 1111111111111111111111111111111111111111";
}

static const char *read_of(const struct family *family)
{
	return family->num == 0x200 ? "8001 ???????? 0000017e 00000001 000b 03 200000" :
				      "00c1 ???????? 00000015 00000005";
}

/* What PCR 5 has, in a response whose other bytes change with each extension. */
static bool pcr_is_zero(int fd, const struct family *family)
{
	static const uint8_t zeros[32];
	size_t len = family->num == 0x200 ? 32 : 20;
	uint8_t rsp[BUF_SIZE];
	ssize_t n = tpm_send(fd, read_of(family), rsp);

	return n > (ssize_t)len && !memcmp(rsp + n - len, zeros, len);
}

/* An object or, of a TPM 1.2, a session. */
static const char *make_of(const struct family *family)
{
	return family->num == 0x200 ?
		"8002 ???????? 00000131 40000007 00000009 40000009 0000 00 0000"
		"0004 0000 0000 001a 0023 000b 00030072 0000 0006 0080 0043 0010"
		"0003 0010 0000 0000 0000 00000000" : "00c1 ???????? 0000000a";
}

static const char *flush_of(const struct family *family)
{
	return family->num == 0x200 ? "8001 ???????? 00000165 %08x" :
				      "00c1 ???????? 000000ba %08x 00000002";
}

static int reopen(FIXTURE_DATA(node) *self)
{
	close(self->fd);
	self->fd = node_open(self->num, 0);
	return self->fd;
}

TEST_F(node, powered_proxy_needs_no_startup)
{
	close(self->fd);
	EXPECT_EQ(VTPM_BRIDGE_OFF, power_of(self));
	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_EQ(VTPM_BRIDGE_STARTED, power_of(self));
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(self->family->started, tpm_ask(self->fd, self->family->startup));
}

TEST_F(node, powered_proxy_keeps_its_state_from_user_to_user)
{
	uint64_t resets;
	int64_t handle;
	int i;

	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_EQ(0, tpm_ask(self->fd, extend_of(self->family)));
	handle = tpm_make(self->fd, make_of(self->family), self->rsp);
	ASSERT_LT(0, handle);
	resets = resets_of(self);
	for (i = 0; i < 5; i++) {
		ASSERT_LE(0, reopen(self));
		EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
		EXPECT_FALSE(pcr_is_zero(self->fd, self->family));
	}
	EXPECT_EQ(resets, resets_of(self));
	EXPECT_EQ(0, tpm_ask_of(self->fd, flush_of(self->family), handle));
	EXPECT_NE(0, tpm_ask_of(self->fd, flush_of(self->family), handle));
	close(self->fd);
	EXPECT_EQ(VTPM_BRIDGE_STARTED, power_of(self));
}

/* The main thread of a container is not QEMU's. */
TEST_F(node, query_does_not_reset_a_powered_proxy)
{
	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_EQ(0, tpm_ask(self->fd, extend_of(self->family)));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->query));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	EXPECT_FALSE(pcr_is_zero(self->fd, self->family));
}

TEST_F(node, reset_starts_a_powered_proxy_again)
{
	uint64_t resets;

	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_EQ(0, tpm_ask(self->fd, extend_of(self->family)));
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num));
	EXPECT_EQ(VTPM_BRIDGE_STARTED, power_of(self));
	EXPECT_TRUE(pcr_is_zero(self->fd, self->family));
	EXPECT_EQ(0, tpm_ask(self->fd, extend_of(self->family)));
	close(self->fd);
	resets = resets_of(self);
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num));
	EXPECT_EQ(resets + 1, resets_of(self));
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_TRUE(pcr_is_zero(self->fd, self->family));
}

TEST_F(node, power_on_leaves_a_started_proxy_as_it_is)
{
	EXPECT_EQ(VTPM_BRIDGE_WAITING, power_of(self));
	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_EQ(VTPM_BRIDGE_STARTED, power_of(self));
	ASSERT_EQ(0, set_power(self, 0));
	EXPECT_EQ(0, tpm_ask(self->fd, extend_of(self->family)));
	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_FALSE(pcr_is_zero(self->fd, self->family));
	ASSERT_EQ(0, set_power(self, 1));
	EXPECT_FALSE(pcr_is_zero(self->fd, self->family));
}

TEST_F(node, power_is_taken_back_when_the_node_is_closed)
{
	ASSERT_EQ(0, set_power(self, 1));
	ASSERT_LT(0, tpm_make(self->fd, make_of(self->family), self->rsp));
	ASSERT_EQ(0, set_power(self, 0));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	ASSERT_LE(0, reopen(self));
	EXPECT_EQ(self->family->not_started, tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(0, nr_in_chip(self->family));

	/* And at once if it is closed. */
	ASSERT_EQ(0, set_power(self, 1));
	ASSERT_LT(0, tpm_make(self->fd, make_of(self->family), self->rsp));
	close(self->fd);
	ASSERT_EQ(0, set_power(self, 0));
	EXPECT_EQ(VTPM_BRIDGE_OFF, power_of(self));
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(self->family->not_started, tpm_ask(self->fd, self->family->random));
}

TEST_F(node, powered_proxy_that_nobody_uses_can_be_destroyed)
{
	ASSERT_EQ(0, set_power(self, 1));
	ASSERT_LT(0, tpm_make(self->fd, make_of(self->family), self->rsp));
	close(self->fd);
	EXPECT_EQ(0, ctl_destroy(self->ctl, self->num, 0));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

/* Whatever comes after it among the settings; and one that fails leaves nothing. */
TEST_F(node, created_proxy_has_power_at_once)
{
	struct vtpm_bridge_setting settings[] = {
		{ .key = VTPM_BRIDGE_POWER, .value = 1 },
		{ .key = VTPM_BRIDGE_POWER, .value = 0 },
		{ .key = VTPM_BRIDGE_POWER, .value = 1 },
		{ .key = VTPM_BRIDGE_LOCALITY, .value = 1 },
	};
	struct vtpm_bridge_create create = {
		.size = sizeof(create), .chip = VTPM_BRIDGE_ANY_CHIP,
		.nr_settings = ARRAY_SIZE(settings), .settings = (uintptr_t)settings,
	};
	int fd;

	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_CREATE, &create));
	fd = node_open(create.num, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tpm_ask(fd, self->family->random));
	close(fd);
	settings[3].value = 5;
	EXPECT_EQ(-ERANGE, ctl(self->ctl, VTPM_BRIDGE_CREATE, &create));
}

/* Ends. */

TEST_F(node, user_killed_in_write_leaves_the_node_free)
{
	int num, fd, status, i;
	pid_t pid;

	num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, num);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		fd = node_open(num, 0);
		tpm_ask(fd, self->family->startup);
		for (;;)
			tpm_ask(fd, self->family->slow ?: self->family->random);
	}
	nap(300);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	fd = -EBUSY;
	for (i = 0; fd == -EBUSY && i < 1000; i++, nap(10))
		fd = node_open(num, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tpm_ask(fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(fd, self->family->random));
	close(fd);
}

TEST_F(node, destroyed_proxy_breaks_the_pipe)
{
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(-EBUSY, ctl_destroy(self->ctl, self->num, 0));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	ASSERT_EQ(0, ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE));
	EXPECT_EQ(-EPIPE, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ(-EPIPE, tpm_write_hex(self->fd, self->family->query));
	EXPECT_EQ(-EPIPE, tpm_read(self->fd, self->rsp, BUF_SIZE));
	EXPECT_EQ(POLLERR | POLLHUP, poll_for(self->fd, 0));
	EXPECT_EQ(-ENOENT, node_open(self->num, 0));
}

TEST_F(node, destroyed_proxy_wakes_its_writer)
{
	struct job job = {
		.fd = self->fd,
		.text = self->family->slow ?: self->family->random,
	};
	pthread_t thread;

	EXPECT_EQ(0, tpm_ask(self->fd, self->family->startup));
	pthread_create(&thread, NULL, work_on_and_on, &job);
	nap(100);
	ASSERT_EQ(0, ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE));
	pthread_join(thread, NULL);
	EXPECT_EQ(-EPIPE, tpm_write_hex(self->fd, self->family->random));
}

TEST_HARNESS_MAIN
