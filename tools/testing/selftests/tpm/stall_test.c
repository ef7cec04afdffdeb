// SPDX-License-Identifier: GPL-2.0-only
/*
 * User memory may take for ever to answer: a page of userfaultfd or of a FUSE
 * file is filled by a process that need not do so.  A proxy's user who reads or
 * writes such memory stops nobody but himself.
 */

#define _GNU_SOURCE
#include <linux/userfaultfd.h>
#include <sys/syscall.h>
#include "kselftest_harness.h"
#include "proxy.h"

#define UNREAD_MS	"/sys/module/vtpm_bridge/parameters/unread_ms"
#define DEFAULT_MS	"120000"
#define SHORT_MS	"300"

/* A page that has no content until page_answer(). */
struct page {
	int fd;
	uint8_t *at;
};

static int page_open(struct page *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range.len = BUF_SIZE, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	page->at = mmap(NULL, BUF_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	page->fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (page->at == MAP_FAILED || page->fd < 0)
		return -errno;
	reg.range.start = (uintptr_t)page->at;
	if (ioctl(page->fd, UFFDIO_API, &api) || ioctl(page->fd, UFFDIO_REGISTER, &reg))
		return -errno;
	return 0;
}

/* Until somebody waits for the page. */
static int page_wait(struct page *page)
{
	struct uffd_msg msg;

	if (read(page->fd, &msg, sizeof(msg)) != sizeof(msg))
		return -errno;
	return msg.event == UFFD_EVENT_PAGEFAULT ? 0 : -EIO;
}

static int page_answer(struct page *page, const char *text)
{
	static uint8_t bytes[BUF_SIZE] __attribute__((aligned(BUF_SIZE)));
	struct uffdio_copy copy = {
		.dst = (uintptr_t)page->at, .src = (uintptr_t)bytes, .len = sizeof(bytes),
	};

	hex(bytes, text);
	return ioctl(page->fd, UFFDIO_COPY, &copy) ? -errno : 0;
}

static void page_close(struct page *page)
{
	close(page->fd);
	munmap(page->at, BUF_SIZE);
}

static int poll_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -errno : p.revents;
}

/* The host reads a PCR: 0, or what went wrong. */
static int64_t host_reads_pcr(const struct family *family)
{
	int fd = host_open();
	int64_t rc;

	if (fd < 0)
		return fd;
	rc = tpm_ask(fd, family->local);
	close(fd);
	return rc;
}

FIXTURE(stall) {
	int ctl;
	int num, fd;
	int other_num, other_fd;
	const struct family *family;
	struct page page;
};

FIXTURE_SETUP(stall)
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
	ASSERT_EQ(0, page_open(&self->page));
}

FIXTURE_TEARDOWN(stall)
{
	write_text(UNREAD_MS, DEFAULT_MS);
	page_close(&self->page);
	close(self->fd);
	close(self->other_fd);
	EXPECT_EQ(0, close(self->ctl));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

/* What has to go on, one step after the other, and how it went. */
struct witness {
	FIXTURE_DATA(stall) *self;
	const char *answer;	/* the page's in the end */
	int64_t waited, polled, guest, host, query, set, reset, destroy, answered;
};

static void *everybody_else(void *arg)
{
	struct witness *w = arg;
	FIXTURE_DATA(stall) *self = w->self;
	struct vtpm_bridge_query query;

	w->waited = page_wait(&self->page);
	w->polled = poll_for(self->fd);
	w->guest = tpm_ask(self->other_fd, self->family->random);
	w->host = host_reads_pcr(self->family);
	w->query = ctl_query(self->ctl, self->num, &query);
	w->set = ctl_set(self->ctl, self->num, VTPM_BRIDGE_LOCALITY, 1);
	w->reset = ctl_reset(self->ctl, self->num);
	w->destroy = ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE);
	w->answered = page_answer(&self->page, w->answer ?: "00");
	return NULL;
}

static pthread_t start(struct witness *w)
{
	pthread_t thread;

	pthread_create(&thread, NULL, everybody_else, w);
	return thread;
}

static void finish(struct __test_metadata *_metadata, struct witness *w, pthread_t thread)
{
	pthread_join(thread, NULL);
	EXPECT_EQ(0, w->waited);
	EXPECT_LE(0, w->polled);
	EXPECT_EQ(0, w->guest);
	EXPECT_EQ(0, w->host);
	EXPECT_EQ(0, w->query);
	EXPECT_EQ(0, w->set);
	EXPECT_EQ(0, w->reset);
	EXPECT_EQ(0, w->destroy);
	EXPECT_EQ(0, w->answered);
}

TEST_F_TIMEOUT(stall, reader_stops_nobody, 60)
{
	struct witness w = { .self = self };
	pthread_t thread = start(&w);

	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->random));
	EXPECT_EQ((ssize_t)self->family->random_len,
		  tpm_read(self->fd, self->page.at, BUF_SIZE));
	finish(_metadata, &w, thread);
	EXPECT_EQ(self->family->random_len, be32(self->page.at + 2));
}

TEST_F_TIMEOUT(stall, reader_of_the_local_answer_stops_nobody, 60)
{
	struct witness w = { .self = self };
	pthread_t thread = start(&w);

	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->local));
	EXPECT_LT(10, tpm_read(self->fd, self->page.at, BUF_SIZE));
	finish(_metadata, &w, thread);
}

static void *write_slow(void *arg)
{
	FIXTURE_DATA(stall) *self = arg;
	int64_t rc = tpm_ask(self->fd, self->family->startup);

	if (rc)
		return (void *)-llabs(rc);
	fcntl(self->fd, F_SETFL, O_NONBLOCK);
	return (void *)tpm_write_hex(self->fd, self->family->slow ?: self->family->random);
}

/* The chip works for this proxy while its main thread reads the query's answer. */
TEST_F_TIMEOUT(stall, reader_of_the_query_beside_a_running_command_stops_nobody, 60)
{
	struct witness w = { .self = self };
	pthread_t thread, writer;
	void *written;

	EXPECT_EQ(QUERY_SIZE, tpm_write_hex(self->fd, self->family->query));
	EXPECT_EQ(POLLIN, poll_for(self->fd) & POLLIN);
	thread = start(&w);
	pthread_create(&writer, NULL, write_slow, self);
	pthread_join(writer, &written);
	EXPECT_LT(0, (ssize_t)written);
	EXPECT_LT(10, tpm_read(self->fd, self->page.at, BUF_SIZE));
	finish(_metadata, &w, thread);
}

/* The command is all in the kernel before anything begins. */
TEST_F_TIMEOUT(stall, writer_stops_nobody, 60)
{
	struct witness w = { .self = self, .answer = self->family->random };
	pthread_t thread = start(&w);
	uint8_t cmd[BUF_SIZE];

	EXPECT_EQ(-EPIPE, tpm_write(self->fd, self->page.at, hex(cmd, self->family->random)));
	finish(_metadata, &w, thread);
}

TEST_F_TIMEOUT(stall, writer_of_a_query_stops_nobody, 60)
{
	struct witness w = { .self = self, .answer = self->family->query };
	pthread_t thread = start(&w);

	EXPECT_EQ(QUERY_SIZE, tpm_write(self->fd, self->page.at, QUERY_SIZE));
	finish(_metadata, &w, thread);
}

struct late {
	FIXTURE_DATA(stall) *self;
	ssize_t written;
};

static void *write_late(void *arg)
{
	struct late *late = arg;
	FIXTURE_DATA(stall) *self = late->self;
	uint8_t cmd[BUF_SIZE];

	late->written = tpm_write(self->fd, self->page.at, hex(cmd, self->family->local));
	return NULL;
}

TEST_F(stall, unread_response_is_dropped_in_time)
{
	uint8_t rsp[BUF_SIZE];

	ASSERT_EQ(0, write_text(UNREAD_MS, SHORT_MS));
	EXPECT_LT(0, tpm_write_hex(self->fd, self->family->local));
	while (poll_for(self->fd) != POLLOUT)
		nap(10);
	EXPECT_EQ(0, tpm_read(self->fd, rsp, BUF_SIZE));
	ASSERT_EQ(0, write_text(UNREAD_MS, DEFAULT_MS));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(stall, unread_response_ends_no_later_one)
{
	struct late late = { .self = self };
	pthread_t thread;
	uint8_t rsp[BUF_SIZE];
	ssize_t len;

	/* Again if this machine stands still until the response is dropped. */
	do {
		ASSERT_EQ(0, write_text(UNREAD_MS, SHORT_MS));
		ASSERT_LT(0, tpm_write_hex(self->fd, self->family->local));
		ASSERT_EQ(0, write_text(UNREAD_MS, DEFAULT_MS));
		len = tpm_read(self->fd, rsp, 1);
	} while (!len);
	EXPECT_EQ(1, len);
	pthread_create(&thread, NULL, write_late, &late);
	EXPECT_EQ(0, page_wait(&self->page));
	nap(900);
	EXPECT_EQ(0, page_answer(&self->page, self->family->local));
	pthread_join(thread, NULL);
	EXPECT_LT(0, late.written);
	nap(300);
	EXPECT_LT(10, tpm_read(self->fd, rsp, BUF_SIZE));
}

TEST_HARNESS_MAIN
