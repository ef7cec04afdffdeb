/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A proxy under test: made, opened, spoken to.  For programs that run as root
 * on a machine with a chip and the module.
 *
 * Verbs: ctl (open, create, destroy, reset, set, get, query), node (open), tpm
 * (send, ask), log (mark, quiet).
 */
#ifndef SELFTESTS_TPM_PROXY_H
#define SELFTESTS_TPM_PROXY_H

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/vtpm_bridge.h>

/* Seconds: for nothing but what hangs.  An emulated machine may stand still for a minute or two. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#define CONTROL		"/dev/vtpm-control"
#define BUF_SIZE	4096
#define QUERY_SIZE	22

/* Never mapped; volatile, or the compiler warns of it. */
static void *volatile nowhere = (void *)16;

/* What the two families call the same things. */
struct family {
	uint32_t num;
	const char *startup;
	uint32_t not_started;	/* any command before Startup */
	uint32_t started;	/* Startup again */
	uint32_t failure;	/* any command in failure mode */
	const char *random;	/* eight bytes, passed to the chip */
	size_t random_len;	/* of the answer */
	const char *local;	/* answered by the proxy itself */
	const char *query;	/* QEMU's */
	const char *slow;	/* seconds of the chip's time, if it can */
	uint32_t denied;	/* answer to what policy refuses */
	uint32_t random_code;
	uint32_t unsafe_code;	/* of a command that is refused by default */
	const char *unsafe;
};

static const struct family families[] = {
	{
		.num = 0x102,
		.startup = "00c1 ???????? 00000099 0001",
		.not_started = 0x26,
		.started = 0x26,
		.failure = 0x1c,
		.random = "00c1 ???????? 00000046 00000008",
		.random_len = 22,
		.local = "00c1 ???????? 00000015 00000010",
		.query = "00c1 ???????? 00000065 00000005 00000004 00000124",
		.denied = 10,
		.random_code = 0x46,
		.unsafe_code = 0x85,
		.unsafe = "00c1 ???????? 00000085 00000000",
	}, {
		.num = 0x200,
		.startup = "8001 ???????? 00000144 0000",
		.not_started = 0x100,
		.started = 0x100,
		.failure = 0x101,
		.random = "8001 ???????? 0000017b 0008",
		.random_len = 20,
		.local = "8001 ???????? 0000017e 00000001 000b 03 000001",
		.query = "8001 ???????? 0000017a 00000006 0000011e 00000002",
		/* An RSA-3072 storage primary with a template of its own. */
		.slow = "8002 ???????? 00000131 40000007 00000009 40000009 0000 00 0000"
			"0004 0000 0000 003a 0001 000b 00030472 0000 0006 0080 0043 0010"
			"0c00 00000000 0020 "
			"5555555555555555555555555555555555555555555555555555555555555555"
			"0000 00000000",
		.denied = 0x143,
		.random_code = 0x17b,
		.unsafe_code = 0x130,
		.unsafe = "8002 ???????? 00000130 40000001 00000009 40000009 0000 00 0000 00",
	},
};

/* Bytes from hex digits; "????????" is the size field, filled in. */
static inline size_t hex(uint8_t *buf, const char *text)
{
	size_t nibbles = 0;
	bool fill = false;

	for (; *text; text++) {
		int digit;

		if (isspace((unsigned char)*text))
			continue;
		fill |= *text == '?';
		digit = *text == '?' ? 0 : isdigit((unsigned char)*text) ?
			*text - '0' : tolower((unsigned char)*text) - 'a' + 10;
		buf[nibbles / 2] = nibbles % 2 ? buf[nibbles / 2] | digit :
						 digit << 4;
		nibbles++;
	}
	if (fill) {
		buf[2] = 0;
		buf[3] = 0;
		buf[4] = nibbles / 2 >> 8;
		buf[5] = nibbles / 2;
	}
	return nibbles / 2;
}

static inline uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* Everything below returns a negative errno where something fails. */

static inline long ctl(int fd, unsigned int nr, void *arg)
{
	return ioctl(fd, nr, arg) ? -errno : 0;
}

static inline int ctl_open(void)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* X of /dev/vtpmX. */
static inline int ctl_create(int fd, uint32_t flags)
{
	struct vtpm_bridge_create arg = {
		.size = sizeof(arg), .flags = flags, .chip = VTPM_BRIDGE_ANY_CHIP,
	};
	long err = ctl(fd, VTPM_BRIDGE_CREATE, &arg);

	return err ? err : (int)arg.num;
}

static inline long ctl_destroy(int fd, uint32_t num, uint32_t flags)
{
	struct vtpm_bridge_destroy arg = {
		.size = sizeof(arg), .flags = flags, .num = num,
	};

	return ctl(fd, VTPM_BRIDGE_DESTROY, &arg);
}

static inline long ctl_reset(int fd, uint32_t num)
{
	struct vtpm_bridge_reset arg = { .size = sizeof(arg), .num = num };

	return ctl(fd, VTPM_BRIDGE_RESET, &arg);
}

static inline long ctl_set(int fd, uint32_t num, uint32_t key, uint64_t value)
{
	struct vtpm_bridge_set arg = {
		.size = sizeof(arg), .key = key, .num = num, .value = value,
	};

	return ctl(fd, VTPM_BRIDGE_SET, &arg);
}

static inline long ctl_get(int fd, uint32_t num, uint32_t key, uint64_t *value)
{
	struct vtpm_bridge_get arg = { .size = sizeof(arg), .key = key, .num = num };
	long err = ctl(fd, VTPM_BRIDGE_GET, &arg);

	if (!err)
		*value = arg.value;
	return err;
}

static inline long ctl_query(int fd, uint32_t num, struct vtpm_bridge_query *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->num = num;
	return ctl(fd, VTPM_BRIDGE_QUERY, arg);
}

static inline const struct family *family_of(int fd, uint32_t num)
{
	struct vtpm_bridge_query arg;

	if (ctl_query(fd, num, &arg))
		return NULL;
	return arg.family == 0x200 ? &families[1] : &families[0];
}

static inline int node_open(uint32_t num, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/vtpm%u", num);
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/* Like close(), but after it another may open at once: close() waits. */
static inline ssize_t tpm_write(int fd, const void *bytes, size_t len)
{
	ssize_t n = write(fd, bytes, len);

	return n < 0 ? -errno : n;
}

static inline ssize_t tpm_read(int fd, void *bytes, size_t len)
{
	ssize_t n = read(fd, bytes, len);

	return n < 0 ? -errno : n;
}

static inline ssize_t tpm_write_hex(int fd, const char *text)
{
	uint8_t buf[BUF_SIZE];

	return tpm_write(fd, buf, hex(buf, text));
}

/* The response's length, or a negative errno. */
static inline ssize_t tpm_send(int fd, const char *text, uint8_t *rsp)
{
	uint8_t cmd[BUF_SIZE];
	size_t len = hex(cmd, text);
	ssize_t n = tpm_write(fd, cmd, len);

	if (n < 0)
		return n;
	return (size_t)n == len ? tpm_read(fd, rsp, BUF_SIZE) : -EIO;
}

/* The response code, or a negative errno. */
static inline int64_t tpm_ask(int fd, const char *text)
{
	uint8_t rsp[BUF_SIZE];
	ssize_t n = tpm_send(fd, text, rsp);

	if (n < 0)
		return n;
	return n < 10 ? -EIO : (int64_t)be32(rsp + 6);
}

/* A handle, or a negative errno, or minus the response code. */
static inline int64_t tpm_make(int fd, const char *text, uint8_t *rsp)
{
	ssize_t n = tpm_send(fd, text, rsp);

	if (n < 14)
		return n < 0 ? n : -(int64_t)be32(rsp + 6);
	return be32(rsp + 10);
}

/* @text has one %08x for @handle. */
static inline int64_t tpm_ask_of(int fd, const char *text, uint32_t handle)
{
	char command[1024];

	snprintf(command, sizeof(command), text, handle);
	return tpm_ask(fd, command);
}

/* The raw chip; one that was unplugged keeps its number as long as somebody has it. */
static inline int host_open(void)
{
	int fd = open("/dev/tpm0", O_RDWR);

	if (fd < 0)
		fd = open("/dev/tpm1", O_RDWR);
	return fd < 0 ? -errno : fd;
}

/* Handles that the raw chip lists, sessions and objects, loaded and saved. */
static inline int nr_in_chip(const struct family *family)
{
	static const char * const ask20[] = {
		"8001 ???????? 0000017a 00000001 80000000 00000040",
		"8001 ???????? 0000017a 00000001 02000000 00000040",
		"8001 ???????? 0000017a 00000001 03000000 00000040",
	};
	static const char * const ask12[] = {
		"00c1 ???????? 00000065 00000014 00000004 00000001",
		"00c1 ???????? 00000065 00000014 00000004 00000002",
		"00c1 ???????? 00000065 00000014 00000004 00000004",
	};
	uint8_t rsp[BUF_SIZE];
	int fd = host_open(), i, nr = 0;

	if (fd < 0)
		return fd;
	for (i = 0; i < 3; i++) {
		bool tpm2 = family->num == 0x200;
		ssize_t n = tpm_send(fd, tpm2 ? ask20[i] : ask12[i], rsp);

		if (n < 16 || be32(rsp + 6)) {
			nr = -EIO;
			break;
		}
		nr += tpm2 ? be32(rsp + 15) : rsp[14] << 8 | rsp[15];
	}
	close(fd);
	return nr;
}

/* The value of a module parameter or another attribute. */
static inline int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static inline void nap(unsigned int ms)
{
	usleep(1000 * ms);
}

/* The kernel's log, to see that nothing is said that a guest could cause. */
static inline int log_mark(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* What the kernel warns of when an emulated processor was kept waiting. */
static inline int log_is_of_a_slow_machine(const char *line)
{
	static const char * const said[] = {
		";hrtimer: interrupt took", ";perf: interrupt took too long", ";clocksource: ",
	};
	unsigned int i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (strstr(line, said[i]))
			return 1;
	}
	return 0;
}

/* Lines of warning level or worse since the mark; each is printed. */
static inline int log_nr_bad(int fd)
{
	char line[8192];
	int nr = 0;

	for (;;) {
		ssize_t n = read(fd, line, sizeof(line) - 1);

		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return nr;
		line[n] = 0;
		if ((atoi(line) & 7) <= 4 && !log_is_of_a_slow_machine(line)) {
			printf("# kernel: %s", line);
			nr++;
		}
	}
}

#endif
