// SPDX-License-Identifier: GPL-2.0-only
/* The setting VTPM_BRIDGE_STATE: which files a new proxy gets, and with what errno it gets none. */

#include <stddef.h>
#include "kselftest_harness.h"
#include "proxy.h"

#define FOLDER	"/run/store_test"
#define STATE	FOLDER "/state"
#define SHORT	FOLDER "/short"

FIXTURE(store) {
	int ctl;
	int fd;
	struct vtpm_bridge_state state;
};

static int make_file(const char *path, off_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, size) || fchmod(fd, 0600))
		return -errno;
	return fd;
}

FIXTURE_SETUP(store)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	mkdir(FOLDER, 0700);
	self->fd = make_file(STATE, VTPM_BRIDGE_STATE_SIZE);
	ASSERT_LE(0, self->fd);
	self->state = (struct vtpm_bridge_state) {
		.size = sizeof(self->state), .flags = VTPM_BRIDGE_STATE_NEW, .fd = self->fd,
		.key = "a key of this test, and no other",
	};
}

FIXTURE_TEARDOWN(store)
{
	close(self->fd);
	close(self->ctl);
	unlink(STATE);
	unlink(SHORT);
	rmdir(FOLDER);
}

/* The number of a proxy with that state, or a negative errno; without KEEP it goes with @ctl. */
static int create(int ctl_fd, const char *name, const struct vtpm_bridge_state *state)
{
	struct vtpm_bridge_setting setting = {
		.key = VTPM_BRIDGE_STATE, .value = (uintptr_t)state,
	};
	struct vtpm_bridge_create arg = {
		.size = sizeof(arg), .chip = VTPM_BRIDGE_ANY_CHIP, .nr_settings = 1,
		.settings = (uintptr_t)&setting,
	};
	long err;

	strcpy(arg.name, name);
	err = ctl(ctl_fd, VTPM_BRIDGE_CREATE, &arg);
	return err ? err : (int)arg.num;
}

/* The same, and the proxy is gone again. */
static int try(int ctl_fd, const char *name, const struct vtpm_bridge_state *state)
{
	int num = create(ctl_fd, name, state);

	return num < 0 ? num : ctl_destroy(ctl_fd, num, 0);
}

TEST_F(store, struct_is_checked)
{
	struct {
		struct vtpm_bridge_state state;
		uint8_t more[8];
	} longer = { .state = self->state };

	EXPECT_EQ(-EFAULT, try(self->ctl, "vm1", nowhere));
	self->state.size = offsetof(struct vtpm_bridge_state, generation) - 1;
	EXPECT_EQ(-EINVAL, try(self->ctl, "vm1", &self->state));
	self->state.size = 4097;
	EXPECT_EQ(-E2BIG, try(self->ctl, "vm1", &self->state));
	self->state.size = sizeof(self->state);
	self->state.flags |= 4;
	EXPECT_EQ(-EOPNOTSUPP, try(self->ctl, "vm1", &self->state));
	self->state.flags &= ~4;
	self->state.__reserved = 1;
	EXPECT_EQ(-EOPNOTSUPP, try(self->ctl, "vm1", &self->state));
	self->state.__reserved = 0;
	self->state.generation = UINT64_MAX;
	EXPECT_EQ(-ERANGE, try(self->ctl, "vm1", &self->state));
	longer.state.size = sizeof(longer);
	longer.more[7] = 1;
	EXPECT_EQ(-E2BIG, try(self->ctl, "vm1", &longer.state));
	longer.more[7] = 0;
	EXPECT_EQ(0, try(self->ctl, "vm1", &longer.state));
}

TEST_F(store, file_is_checked)
{
	const int bad[] = {
		-1, 1000, open(STATE, O_RDONLY), open(STATE, O_WRONLY), open(STATE, O_RDWR | O_APPEND),
		open(STATE, O_PATH),
	};
	int folder = open(FOLDER, O_RDONLY | O_DIRECTORY), null = open("/dev/null", O_RDWR);
	int short_file = make_file(SHORT, VTPM_BRIDGE_STATE_SIZE - 1);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->state.fd = bad[i];
		EXPECT_EQ(-EBADF, try(self->ctl, "vm1", &self->state)) {
			TH_LOG("file %u", i);
		}
	}
	self->state.fd = folder;
	EXPECT_EQ(-EBADF, try(self->ctl, "vm1", &self->state));
	self->state.fd = null;
	EXPECT_EQ(-EINVAL, try(self->ctl, "vm1", &self->state));
	self->state.fd = short_file;
	EXPECT_EQ(-EINVAL, try(self->ctl, "vm1", &self->state));

	self->state.fd = self->fd;
	EXPECT_EQ(0, fchmod(self->fd, 0640));
	EXPECT_EQ(-EPERM, try(self->ctl, "vm1", &self->state));
	EXPECT_EQ(0, fchmod(self->fd, 0602));
	EXPECT_EQ(-EPERM, try(self->ctl, "vm1", &self->state));
	EXPECT_EQ(0, fchmod(self->fd, 0600));
	EXPECT_EQ(0, fchown(self->fd, 1, 0));
	EXPECT_EQ(-EPERM, try(self->ctl, "vm1", &self->state));
	EXPECT_EQ(0, fchown(self->fd, 0, 0));
	EXPECT_EQ(0, try(self->ctl, "vm1", &self->state));
}

TEST_F(store, file_is_one_proxys_at_a_time)
{
	struct vtpm_bridge_state *state = &self->state;
	int num = create(self->ctl, "vm1", state);
	uint64_t value = 0;

	ASSERT_LE(0, num);
	EXPECT_EQ(0, ctl_get(self->ctl, num, VTPM_BRIDGE_STATE, &value));
	EXPECT_EQ(1, value);
	state->flags = 0;
	EXPECT_EQ(-EBUSY, create(self->ctl, "vm2", state));
	/* By another open of it, too; and a proxy that exists gets none. */
	state->fd = open(STATE, O_RDWR);
	EXPECT_EQ(-EBUSY, create(self->ctl, "vm2", state));
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, num, VTPM_BRIDGE_STATE, (uintptr_t)state));
	EXPECT_EQ(0, ctl_destroy(self->ctl, num, 0));
	EXPECT_EQ(0, try(self->ctl, "vm1", state));

	num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, num);
	EXPECT_EQ(0, ctl_get(self->ctl, num, VTPM_BRIDGE_STATE, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, num, VTPM_BRIDGE_STATE, (uintptr_t)state));
	EXPECT_EQ(0, ctl_destroy(self->ctl, num, 0));
}

TEST_F(store, state_of_another_is_refused)
{
	struct vtpm_bridge_state *state = &self->state;
	uint8_t byte;

	state->flags = 0;
	EXPECT_EQ(-EMEDIUMTYPE, try(self->ctl, "vm1", state));
	state->flags = VTPM_BRIDGE_STATE_NEW;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	EXPECT_EQ(-EEXIST, try(self->ctl, "vm1", state));
	state->flags = 0;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	EXPECT_EQ(-EXDEV, try(self->ctl, "vm2", state));
	EXPECT_EQ(-EXDEV, try(self->ctl, "", state));
	state->key[0] ^= 1;
	EXPECT_EQ(-EBADMSG, try(self->ctl, "vm1", state));
	state->key[0] ^= 1;
	ASSERT_EQ(1, pread(self->fd, &byte, 1, 32));
	byte ^= 1;
	ASSERT_EQ(1, pwrite(self->fd, &byte, 1, 32));
	EXPECT_EQ(-EBADMSG, try(self->ctl, "vm1", state));
	byte ^= 1;
	ASSERT_EQ(1, pwrite(self->fd, &byte, 1, 32));
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
}

TEST_F(store, older_generation_is_refused_and_left_alone)
{
	static uint8_t before[VTPM_BRIDGE_STATE_SIZE], after[VTPM_BRIDGE_STATE_SIZE];
	struct vtpm_bridge_state *state = &self->state;
	const uint64_t stale[] = { 0, 6, 9, 100, UINT64_MAX - 1 };
	unsigned int i;

	state->generation = 7;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	state->flags = 0;
	ASSERT_EQ(sizeof(before), pread(self->fd, before, sizeof(before), 0));
	for (i = 0; i < ARRAY_SIZE(stale); i++) {
		state->generation = stale[i];
		EXPECT_EQ(-ESTALE, try(self->ctl, "vm1", state)) {
			TH_LOG("generation %u", i);
		}
	}
	/* As a vtpmctl that knows no generations. */
	state->size = offsetof(struct vtpm_bridge_state, generation);
	EXPECT_EQ(-ESTALE, try(self->ctl, "vm1", state));
	state->size = sizeof(*state);
	ASSERT_EQ(sizeof(after), pread(self->fd, after, sizeof(after), 0));
	EXPECT_EQ(0, memcmp(before, after, sizeof(before)));

	/* Not counted, counted, and what was there before */
	state->generation = 7;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	state->generation = 8;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	ASSERT_EQ(sizeof(before), pwrite(self->fd, before, sizeof(before), 0));
	state->generation = 9;
	EXPECT_EQ(-ESTALE, try(self->ctl, "vm1", state));
	state->flags = VTPM_BRIDGE_STATE_ANY_GENERATION;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
	state->flags = 0;
	state->generation = 10;
	EXPECT_EQ(0, try(self->ctl, "vm1", state));
}

/* What user space keeps in the file is its own. */
TEST_F(store, bytes_of_user_space_stay)
{
	static uint8_t mine[VTPM_BRIDGE_STATE_OWN_END - VTPM_BRIDGE_STATE_OWN], after[sizeof(mine)];

	memset(mine, 0xa5, sizeof(mine));
	ASSERT_EQ(sizeof(mine), pwrite(self->fd, mine, sizeof(mine), VTPM_BRIDGE_STATE_OWN));
	EXPECT_EQ(0, try(self->ctl, "vm1", &self->state));
	self->state.flags = 0;
	EXPECT_EQ(0, try(self->ctl, "vm1", &self->state));
	ASSERT_EQ(sizeof(after), pread(self->fd, after, sizeof(after), VTPM_BRIDGE_STATE_OWN));
	EXPECT_EQ(0, memcmp(mine, after, sizeof(mine)));
}

/* A secret that the administrator sets is in the file when the ioctl returns. */
TEST_F(store, secret_is_stored)
{
	static const uint8_t secret[VTPM_BRIDGE_SECRET_SIZE] = { 1, 2, 3 };
	struct vtpm_bridge_identity before = { .size = sizeof(before) }, after = before;
	int num = create(self->ctl, "vm1", &self->state);

	ASSERT_LE(0, num);
	ASSERT_EQ(0, ctl_set(self->ctl, num, VTPM_BRIDGE_SECRET, (uintptr_t)secret));
	before.num = num;
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_IDENTITY, &before));
	ASSERT_EQ(0, ctl_destroy(self->ctl, num, 0));
	self->state.flags = 0;
	num = create(self->ctl, "vm1", &self->state);
	ASSERT_LE(0, num);
	after.num = num;
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_IDENTITY, &after));
	EXPECT_EQ(0, memcmp(before.digest, after.digest, sizeof(before.digest)));
	EXPECT_EQ(0, ctl_destroy(self->ctl, num, 0));
}

TEST_HARNESS_MAIN
