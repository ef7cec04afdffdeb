// SPDX-License-Identifier: GPL-2.0-only
/* Policy on the real module: deny, allow, grants, of one proxy alone. */

#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "proxy.h"

FIXTURE(policy) {
	int ctl;
	int num, other;
	int fd, other_fd;
	const struct family *family;
	uint8_t rsp[BUF_SIZE];
};

FIXTURE_SETUP(policy)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	self->num = ctl_create(self->ctl, 0);
	self->other = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->num);
	ASSERT_LE(0, self->other);
	self->family = family_of(self->ctl, self->num);
	ASSERT_NE(NULL, self->family);
	self->fd = node_open(self->num, 0);
	self->other_fd = node_open(self->other, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other_fd);
	ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	ASSERT_EQ(0, tpm_ask(self->other_fd, self->family->startup));
}

FIXTURE_TEARDOWN(policy)
{
	close(self->fd);
	close(self->other_fd);
	EXPECT_EQ(0, close(self->ctl));
	EXPECT_EQ(0, nr_in_chip(self->family));
}

static long set(FIXTURE_DATA(policy) *self, uint32_t key, uint32_t code)
{
	return ctl_set(self->ctl, self->num, key, code);
}

TEST_F(policy, denied_command_is_refused_for_one_proxy_only)
{
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->random));
	EXPECT_EQ(0, tpm_ask(self->other_fd, self->family->random));
}

TEST_F(policy, denial_is_taken_back_by_allow_and_by_default)
{
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_ALLOW, self->family->random_code));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->random));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DEFAULT, self->family->random_code));
	EXPECT_EQ(0, tpm_ask(self->fd, self->family->random));
}

TEST_F(policy, unsafe_command_needs_a_grant_of_its_own)
{
	int64_t rc;

	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
	EXPECT_EQ(-EACCES, set(self, VTPM_BRIDGE_ALLOW, self->family->unsafe_code));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_ALLOW_UNSAFE, self->family->unsafe_code));
	rc = tpm_ask(self->fd, self->family->unsafe);
	EXPECT_EQ(0, rc);
	EXPECT_EQ(self->family->denied,
		  tpm_ask(self->other_fd, self->family->unsafe));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->unsafe_code));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DEFAULT, self->family->unsafe_code));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
}

TEST_F(policy, code_that_no_table_knows_is_refused)
{
	EXPECT_EQ(self->family->denied,
		  tpm_ask(self->fd, self->family->num == 0x200 ?
			  "8001 ???????? 000001f0" : "00c1 ???????? 000000ff"));
	EXPECT_EQ(self->family->denied,
		  tpm_ask(self->fd, self->family->num == 0x200 ?
			  "8001 ???????? 20000000" : "00c1 ???????? 40000010"));
	/* The kernel's own driver command is no guest's to send. */
	EXPECT_EQ(self->family->denied,
		  tpm_ask(self->fd, self->family->num == 0x200 ?
			  "8001 ???????? 20001000 02" : "00c1 ???????? 20001000 02"));
}

TEST_F(policy, refusals_are_counted_and_never_reach_the_chip)
{
	struct vtpm_bridge_query before, after;

	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &before));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->unsafe));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &after));
	EXPECT_EQ(before.refusals + 2, after.refusals);
	EXPECT_EQ(before.commands + 2, after.commands);
	EXPECT_EQ(before.chip_commands, after.chip_commands);
}

TEST_F(policy, policy_outlives_reset_and_reopening)
{
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	ASSERT_EQ(0, ctl_reset(self->ctl, self->num));
	ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->random));
	close(self->fd);
	self->fd = node_open(self->num, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, tpm_ask(self->fd, self->family->startup));
	EXPECT_EQ(self->family->denied, tpm_ask(self->fd, self->family->random));
}

/* Whether GetCapability says that there is GetRandom. */
static int says_random(FIXTURE_DATA(policy) *self)
{
	ssize_t n;

	if (self->family->num == 0x200) {
		n = tpm_send(self->fd, "8001 ???????? 0000017a 00000002 0000017b 00000001",
			     self->rsp);
		return n < 0 ? n : n == 23 && (be32(self->rsp + 19) & 0xffff) == 0x17b;
	}
	n = tpm_send(self->fd, "00c1 ???????? 00000065 00000001 00000004 00000046",
		     self->rsp);
	return n == 15 ? self->rsp[14] : -EIO;
}

TEST_F(policy, denied_command_is_hidden_from_capabilities)
{
	EXPECT_EQ(1, says_random(self));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	EXPECT_EQ(0, says_random(self));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_ALLOW, self->family->random_code));
	EXPECT_EQ(1, says_random(self));
}

/* A guest kernel takes the TPM for broken if these two differ. */
TEST_F(policy, number_of_commands_is_that_of_those_listed)
{
	uint32_t total, listed;

	if (self->family->num != 0x200)
		return;
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_DENY, self->family->random_code));
	ASSERT_EQ(27, tpm_send(self->fd, "8001 ???????? 0000017a 00000006 00000129 00000001",
			       self->rsp));
	total = be32(self->rsp + 23);
	ASSERT_LT(19, tpm_send(self->fd, "8001 ???????? 0000017a 00000002 00000000 00000100",
			       self->rsp));
	listed = be32(self->rsp + 15);
	EXPECT_EQ(total, listed);
	EXPECT_EQ(0, self->rsp[10]);
	EXPECT_LT(80, listed);
}

#define READ_10_AND_11 "8001 ???????? 0000017e 00000001 000b 03 000c00"
#define EXTEND(pcr) "8002 ???????? 00000182 000000" pcr			\
	"00000009 40000009 0000 00 0000 00000001 000b"			\
	"1111111111111111111111111111111111111111111111111111111111111111"

/* PCR 10 and 11 of the SHA-256 bank. */
static int read_pcrs(int fd, uint8_t *values)
{
	uint8_t rsp[BUF_SIZE];
	ssize_t n = tpm_send(fd, READ_10_AND_11, rsp);

	if (n != 28 + 2 * 34)
		return n < 0 ? n : -EIO;
	memcpy(values, rsp + 30, 32);
	memcpy(values + 32, rsp + 64, 32);
	return 0;
}

static int read_hosts_pcrs(uint8_t *values)
{
	int fd = open("/dev/tpm0", O_RDWR), err;

	if (fd < 0)
		return -errno;
	err = read_pcrs(fd, values);
	close(fd);
	return err;
}

TEST_F(policy, granted_pcr_is_the_hosts_and_no_other)
{
	uint8_t before[64], after[64], seen[64], zeros[64] = {};

	if (self->family->num != 0x200)
		return;
	ASSERT_EQ(0, read_hosts_pcrs(before));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_REAL_PCRS, 1 << 10));
	EXPECT_EQ(0, tpm_ask(self->fd, EXTEND("0a")));
	EXPECT_EQ(0, tpm_ask(self->fd, EXTEND("0b")));
	EXPECT_EQ(0, tpm_ask(self->other_fd, EXTEND("0b")));
	ASSERT_EQ(0, read_hosts_pcrs(after));
	EXPECT_NE(0, memcmp(before, after, 32));
	EXPECT_EQ(0, memcmp(before + 32, after + 32, 32));

	/* Seen beside its own, and by it alone; for as long as it is granted. */
	ASSERT_EQ(0, read_pcrs(self->fd, seen));
	EXPECT_EQ(0, memcmp(seen, after, 32));
	EXPECT_NE(0, memcmp(seen + 32, after + 32, 32));
	ASSERT_EQ(0, read_pcrs(self->other_fd, seen));
	EXPECT_EQ(0, memcmp(seen, zeros, 32));
	ASSERT_EQ(0, set(self, VTPM_BRIDGE_REAL_PCRS, 0));
	EXPECT_EQ(0, tpm_ask(self->fd, EXTEND("0b")));
	ASSERT_EQ(0, read_pcrs(self->fd, seen));
	EXPECT_EQ(0, memcmp(seen, zeros, 32));
	ASSERT_EQ(0, read_hosts_pcrs(seen));
	EXPECT_EQ(0, memcmp(seen, after, 64));
}

TEST_HARNESS_MAIN
