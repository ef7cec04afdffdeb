// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vtpm-control: every row of the UAPI header's table of errors. */

#define _GNU_SOURCE
#include <stddef.h>
#include "kselftest_harness.h"
#include "proxy.h"

#define NOBODY	63	/* no proxy of this number while a test runs */
#define NR_MAX	64
/* Of the secret "one" and zeros; made by Python's hmac and hashlib. */
#define IDENTITY_OF_ONE	"\x6c\xba\x4d\x94\x9e\x5a\xb9\x61\xab\x7a\x78\xee\x97\xb3\xd3\xde" \
			"\x4c\x29\x18\x31\xad\xb6\xb0\x78\x91\xeb\xae\xc0\xee\xd9\xe2\xf8"
#define SHA1_IDENTITY_OF_ONE	"\xc0\x71\x0a\x91\xc0\xcf\x04\xa9\x5b\xee" \
				"\x42\xaa\xad\x5e\xcb\xef\x40\x13\x51\xf3"
#define RANGE(first, last) ((uint64_t)(first) << 32 | (last))

static const struct op {
	const char *name;
	unsigned int nr;
	size_t size;
	size_t first;	/* bytes of its first version */
} ops[] = {
	{ "create", VTPM_BRIDGE_CREATE, sizeof(struct vtpm_bridge_create), 16 },
	{ "destroy", VTPM_BRIDGE_DESTROY, sizeof(struct vtpm_bridge_destroy), 16 },
	{ "reset", VTPM_BRIDGE_RESET, sizeof(struct vtpm_bridge_reset), 16 },
	{ "set", VTPM_BRIDGE_SET, sizeof(struct vtpm_bridge_set), 24 },
	{ "query", VTPM_BRIDGE_QUERY, sizeof(struct vtpm_bridge_query), 72 },
	{ "list", VTPM_BRIDGE_LIST, sizeof(struct vtpm_bridge_list), 24 },
	{ "get", VTPM_BRIDGE_GET, sizeof(struct vtpm_bridge_get), 24 },
	{ "policy", VTPM_BRIDGE_POLICY, sizeof(struct vtpm_bridge_policy), 24 },
	{ "chip", VTPM_BRIDGE_CHIP, sizeof(struct vtpm_bridge_chip), 16 },
	{ "keep", VTPM_BRIDGE_KEEP, sizeof(struct vtpm_bridge_keep), 16 },
	{ "identity", VTPM_BRIDGE_IDENTITY, sizeof(struct vtpm_bridge_identity), 80 },
};

#define for_each_op(op) \
	for ((op) = ops; (op) < ops + ARRAY_SIZE(ops); (op)++)

FIXTURE(ctl) {
	int ctl;
	int num;
	const struct family *family;
	/* The struct of any ioctl, and room after it. */
	union {
		uint32_t size;
		uint8_t bytes[8192];
		struct vtpm_bridge_create create;
		struct vtpm_bridge_destroy destroy;
		struct vtpm_bridge_reset reset;
		struct vtpm_bridge_set set;
		struct vtpm_bridge_query query;
		struct vtpm_bridge_list list;
		struct vtpm_bridge_get get;
		struct vtpm_bridge_policy policy;
		struct vtpm_bridge_chip chip;
		struct vtpm_bridge_keep keep;
		struct vtpm_bridge_identity identity;
	} arg;
};

FIXTURE_SETUP(ctl)
{
	self->ctl = ctl_open();
	ASSERT_LE(0, self->ctl);
	self->num = ctl_create(self->ctl, 0);
	ASSERT_LE(0, self->num);
	self->family = family_of(self->ctl, self->num);
	ASSERT_NE(NULL, self->family);
}

/* Persistent ones too. */
FIXTURE_TEARDOWN(ctl)
{
	uint32_t num;

	for (num = 0; num < NR_MAX; num++)
		ctl_destroy(self->ctl, num, VTPM_BRIDGE_FORCE);
	EXPECT_EQ(0, close(self->ctl));
}

/* A call of each ioctl that succeeds, but for its size. */
static void fill(FIXTURE_DATA(ctl) *self, const struct op *op)
{
	memset(&self->arg, 0, sizeof(self->arg));
	switch (op->nr) {
	case VTPM_BRIDGE_CREATE:
		self->arg.create.chip = VTPM_BRIDGE_ANY_CHIP;
		break;
	case VTPM_BRIDGE_DESTROY:
		self->arg.destroy.num = ctl_create(self->ctl, 0);
		break;
	case VTPM_BRIDGE_RESET:
		self->arg.reset.num = self->num;
		break;
	case VTPM_BRIDGE_SET:
		self->arg.set.num = self->num;
		self->arg.set.key = VTPM_BRIDGE_LOCALITY;
		break;
	case VTPM_BRIDGE_QUERY:
		self->arg.query.num = self->num;
		break;
	case VTPM_BRIDGE_GET:
		self->arg.get.num = self->num;
		self->arg.get.key = VTPM_BRIDGE_LOCALITY;
		break;
	case VTPM_BRIDGE_POLICY:
		self->arg.policy.num = self->num;
		break;
	case VTPM_BRIDGE_CHIP:
		self->arg.chip.chip = VTPM_BRIDGE_ANY_CHIP;
		break;
	case VTPM_BRIDGE_KEEP:
		self->arg.keep.num = ctl_create(self->ctl, 0);
		break;
	case VTPM_BRIDGE_IDENTITY:
		self->arg.identity.num = self->num;
		break;
	}
	self->arg.size = op->size;
}

/* How many there are. */
static int policy_of(int fd, uint32_t num, struct vtpm_bridge_setting *settings, uint32_t count)
{
	struct vtpm_bridge_policy arg = {
		.size = sizeof(arg), .num = num, .count = count,
		.settings = (uintptr_t)settings,
	};
	long err = ctl(fd, VTPM_BRIDGE_POLICY, &arg);

	return err ? err : (int)arg.count;
}

static long ctl_keep(int fd, uint32_t num)
{
	struct vtpm_bridge_keep arg = { .size = sizeof(arg), .num = num };

	return ctl(fd, VTPM_BRIDGE_KEEP, &arg);
}

/* The proxy's number; or an errno, and which setting failed. */
static int create_with(int fd, const struct vtpm_bridge_setting *settings, uint32_t nr,
		       uint32_t *failed)
{
	struct vtpm_bridge_create arg = {
		.size = sizeof(arg), .chip = VTPM_BRIDGE_ANY_CHIP,
		.nr_settings = nr, .failed = 0xdead, .settings = (uintptr_t)settings,
	};
	long err = ctl(fd, VTPM_BRIDGE_CREATE, &arg);

	*failed = arg.failed;
	return err ? err : (int)arg.num;
}

static int nr_proxies(int fd)
{
	struct vtpm_bridge_list arg = { .size = sizeof(arg) };
	long err = ctl(fd, VTPM_BRIDGE_LIST, &arg);

	return err ? err : (int)arg.count;
}

TEST_F(ctl, node_is_for_root_alone)
{
	struct stat st;

	ASSERT_EQ(0, stat(CONTROL, &st));
	EXPECT_EQ(S_IFCHR | 0600, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
}

TEST_F(ctl, unknown_number_is_no_ioctl)
{
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		if (nr >= 0x40 && nr <= 0x4a)
			continue;
		EXPECT_EQ(-ENOTTY, ctl(self->ctl, _IO(VTPM_BRIDGE_IOC_TYPE, nr), NULL));
	}
	EXPECT_EQ(-ENOTTY, ctl(self->ctl, _IO(0xA2, 0x40), NULL));
	EXPECT_EQ(-ENOTTY, ctl(self->ctl, _IOWR(VTPM_BRIDGE_IOC_TYPE, 0x40,
						struct vtpm_bridge_create),
			       &self->arg));
	EXPECT_EQ(-ENOTTY, ctl(self->ctl, 0, NULL));
	EXPECT_EQ(-ENOTTY, ctl(self->ctl, 0xffffffff, NULL));
}

TEST_F(ctl, every_call_needs_the_capability_before_all_else)
{
	const struct op *op;

	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	for_each_op(op) {
		fill(self, op);
		EXPECT_EQ(-EPERM, ctl(self->ctl, op->nr, &self->arg));
		EXPECT_EQ(-EPERM, ctl(self->ctl, op->nr, NULL));
	}
	EXPECT_EQ(-ENOTTY, ctl(self->ctl, _IO(VTPM_BRIDGE_IOC_TYPE, 0x4b), NULL));
	EXPECT_EQ(-EACCES, ctl_open());
}

TEST_F(ctl, bad_address_is_a_fault)
{
	const struct op *op;
	uint8_t *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	for_each_op(op) {
		EXPECT_EQ(-EFAULT, ctl(self->ctl, op->nr, NULL));
		/* The size can be read, the rest cannot. */
		memcpy(page + 4092, &(uint32_t){ op->size }, 4);
		EXPECT_EQ(-EFAULT, ctl(self->ctl, op->nr, page + 4092));
	}
}

/* Its struct can be read, but the number cannot be told. */
TEST_F(ctl, create_that_cannot_be_told_leaves_no_proxy)
{
	struct vtpm_bridge_list before = { .size = sizeof(before) }, after = before;
	struct vtpm_bridge_create *create = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, (void *)create);
	*create = (struct vtpm_bridge_create){ .size = sizeof(*create),
					       .chip = VTPM_BRIDGE_ANY_CHIP };
	ASSERT_EQ(0, mprotect(create, 4096, PROT_READ));
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &before));
	EXPECT_EQ(-EFAULT, ctl(self->ctl, VTPM_BRIDGE_CREATE, create));
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &after));
	EXPECT_EQ(before.count, after.count);
	munmap(create, 4096);
}

TEST_F(ctl, struct_one_byte_short_is_invalid)
{
	const struct op *op;

	for_each_op(op) {
		fill(self, op);
		self->arg.size = op->first - 1;
		EXPECT_EQ(-EINVAL, ctl(self->ctl, op->nr, &self->arg)) {
			TH_LOG("%s", op->name);
		}
		self->arg.size = 0;
		EXPECT_EQ(-EINVAL, ctl(self->ctl, op->nr, &self->arg));
		self->arg.size = 4;
		EXPECT_EQ(-EINVAL, ctl(self->ctl, op->nr, &self->arg));
	}
}

/* And no byte more is written than the caller has. */
TEST_F(ctl, first_version_of_a_struct_is_taken)
{
	const struct op *op;

	for_each_op(op) {
		fill(self, op);
		memset(self->arg.bytes + op->first, 0xa5, 16);
		self->arg.size = op->first;
		EXPECT_EQ(0, ctl(self->ctl, op->nr, &self->arg)) {
			TH_LOG("%s", op->name);
		}
		EXPECT_EQ(0xa5, self->arg.bytes[op->first]);
	}
}

TEST_F(ctl, longer_struct_with_zeros_is_taken)
{
	const struct op *op;
	size_t more;

	for (more = 1; more < 64; more += 7) {
		for_each_op(op) {
			fill(self, op);
			self->arg.size = op->size + more;
			EXPECT_EQ(0, ctl(self->ctl, op->nr, &self->arg)) {
				TH_LOG("%s", op->name);
			}
			EXPECT_EQ(op->size + more, self->arg.size);
		}
	}
}

TEST_F(ctl, longer_struct_with_anything_else_is_too_big)
{
	const struct op *op;

	for_each_op(op) {
		fill(self, op);
		self->arg.size = op->size + 1;
		self->arg.bytes[op->size] = 1;
		EXPECT_EQ(-E2BIG, ctl(self->ctl, op->nr, &self->arg)) {
			TH_LOG("%s", op->name);
		}
		fill(self, op);
		self->arg.size = op->size + 64;
		self->arg.bytes[op->size + 63] = 0x80;
		EXPECT_EQ(-E2BIG, ctl(self->ctl, op->nr, &self->arg));
		fill(self, op);
		self->arg.size = 4097;
		EXPECT_EQ(-E2BIG, ctl(self->ctl, op->nr, &self->arg));
		self->arg.size = 0xffffffff;
		EXPECT_EQ(-E2BIG, ctl(self->ctl, op->nr, &self->arg));
	}
}

TEST_F(ctl, bytes_after_the_struct_are_left_alone)
{
	const struct op *op;

	for_each_op(op) {
		fill(self, op);
		memset(self->arg.bytes + op->size, 0xa5, 16);
		EXPECT_EQ(0, ctl(self->ctl, op->nr, &self->arg));
		EXPECT_EQ(0xa5, self->arg.bytes[op->size]);
		EXPECT_EQ(0xa5, self->arg.bytes[op->size + 15]);
	}
}

TEST_F(ctl, reserved_field_or_unknown_flag_is_not_supported)
{
	static const uint32_t none = ~0U;
	uint64_t value;
	uint32_t bit;
	int i;

	for (i = 0; i < 32; i++) {
		bit = 1U << i;
		if (bit != VTPM_BRIDGE_PERSISTENT) {
			EXPECT_EQ(-EOPNOTSUPP, ctl_create(self->ctl, bit));
		}
		/* It is told before that there is no such proxy. */
		if (bit != VTPM_BRIDGE_FORCE) {
			EXPECT_EQ(-EOPNOTSUPP, ctl_destroy(self->ctl, NOBODY, bit));
		}
		self->arg.reset = (struct vtpm_bridge_reset) {
			.size = sizeof(self->arg.reset), .flags = bit, .num = NOBODY,
		};
		EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_RESET, &self->arg));
		self->arg.keep = (struct vtpm_bridge_keep) {
			.size = sizeof(self->arg.keep), .flags = bit, .num = NOBODY,
		};
		EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_KEEP, &self->arg));
	}
	self->arg.keep = (struct vtpm_bridge_keep) {
		.size = sizeof(self->arg.keep), .num = NOBODY, .__reserved = 1,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_KEEP, &self->arg));
	self->arg.chip = (struct vtpm_bridge_chip) {
		.size = sizeof(self->arg.chip), .chip = 1000, .__reserved = 1,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_CHIP, &self->arg));
	self->arg.destroy = (struct vtpm_bridge_destroy) {
		.size = sizeof(self->arg.destroy), .num = NOBODY, .__reserved = 1,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_DESTROY, &self->arg));
	self->arg.reset = (struct vtpm_bridge_reset) {
		.size = sizeof(self->arg.reset), .num = NOBODY, .__reserved = 1,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_RESET, &self->arg));
	self->arg.set = (struct vtpm_bridge_set) {
		.size = sizeof(self->arg.set), .num = NOBODY, .__reserved = 1,
		.key = VTPM_BRIDGE_LOCALITY,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_SET, &self->arg));
	self->arg.get = (struct vtpm_bridge_get) {
		.size = sizeof(self->arg.get), .num = NOBODY, .__reserved = 1,
		.key = VTPM_BRIDGE_LOCALITY,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_GET, &self->arg));
	self->arg.policy = (struct vtpm_bridge_policy) {
		.size = sizeof(self->arg.policy), .num = NOBODY, .__reserved = 1,
	};
	EXPECT_EQ(-EOPNOTSUPP, ctl(self->ctl, VTPM_BRIDGE_POLICY, &self->arg));
	EXPECT_EQ(-EOPNOTSUPP, ctl_get(self->ctl, NOBODY, 0, &value));
	EXPECT_EQ(-EOPNOTSUPP, ctl_get(self->ctl, NOBODY, VTPM_BRIDGE_DENY, &value));
	EXPECT_EQ(-EOPNOTSUPP, ctl_get(self->ctl, NOBODY, none, &value));
	EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, NOBODY, 0, 0));
	EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, NOBODY, VTPM_BRIDGE_ENDORSEMENT_AUTH + 1000, 0));
	EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, NOBODY, none, 0));
	EXPECT_EQ(1, nr_proxies(self->ctl));
}

TEST_F(ctl, too_big_is_told_before_not_supported)
{
	fill(self, &ops[2]);
	self->arg.reset.__reserved = 1;
	self->arg.size = sizeof(self->arg.reset) + 8;
	self->arg.bytes[sizeof(self->arg.reset)] = 1;
	EXPECT_EQ(-E2BIG, ctl(self->ctl, VTPM_BRIDGE_RESET, &self->arg));
}

TEST_F(ctl, proxy_that_is_not_there_is_no_entry)
{
	static const uint32_t nums[] = { NOBODY, 64, 1000, 0x7fffffff, 0xffffffff };
	struct vtpm_bridge_query query;
	uint64_t value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nums); i++) {
		EXPECT_EQ(-ENOENT, ctl_get(self->ctl, nums[i], VTPM_BRIDGE_LOCALITY, &value));
		EXPECT_EQ(-ENOENT, policy_of(self->ctl, nums[i], NULL, 0));
		EXPECT_EQ(-ENOENT, ctl_keep(self->ctl, nums[i]));
		EXPECT_EQ(-ENOENT, ctl_destroy(self->ctl, nums[i], 0));
		EXPECT_EQ(-ENOENT, ctl_destroy(self->ctl, nums[i], VTPM_BRIDGE_FORCE));
		EXPECT_EQ(-ENOENT, ctl_reset(self->ctl, nums[i]));
		EXPECT_EQ(-ENOENT, ctl_query(self->ctl, nums[i], &query));
		EXPECT_EQ(-ENOENT, ctl_set(self->ctl, nums[i], VTPM_BRIDGE_LOCALITY, 0));
		/* Before its value is looked at. */
		EXPECT_EQ(-ENOENT, ctl_set(self->ctl, nums[i], VTPM_BRIDGE_LOCALITY, 5));
	}
}

TEST_F(ctl, chip_that_is_not_there_is_no_device)
{
	fill(self, &ops[0]);
	self->arg.create.chip = 1000;
	EXPECT_EQ(-ENODEV, ctl(self->ctl, VTPM_BRIDGE_CREATE, &self->arg));
	self->arg.create.chip = 0xfffffffe;
	EXPECT_EQ(-ENODEV, ctl(self->ctl, VTPM_BRIDGE_CREATE, &self->arg));
	self->arg.chip = (struct vtpm_bridge_chip) {
		.size = sizeof(self->arg.chip), .chip = 1000,
	};
	EXPECT_EQ(-ENODEV, ctl(self->ctl, VTPM_BRIDGE_CHIP, &self->arg));
	EXPECT_EQ(1, nr_proxies(self->ctl));
}

TEST_F(ctl, value_out_of_range_changes_nothing)
{
	static const struct {
		uint32_t key;
		uint64_t max;
	} keys[] = {
		{ VTPM_BRIDGE_LOCALITY, 4 },
		{ VTPM_BRIDGE_PHYSICAL_PRESENCE, 1 },
		{ VTPM_BRIDGE_RESET_BY_QUERY, 1 },
		{ VTPM_BRIDGE_DENY, 0xffffffff },
		{ VTPM_BRIDGE_ALLOW, 0xffffffff },
		{ VTPM_BRIDGE_ALLOW_UNSAFE, 0xffffffff },
		{ VTPM_BRIDGE_DEFAULT, 0xffffffff },
	};
	struct vtpm_bridge_query before, after;
	unsigned int i;

	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &before));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, keys[i].key,
					   keys[i].max + 1));
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, keys[i].key,
					   ~0ULL));
		/* Not what is left when it is cut to 32 bits. */
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, keys[i].key,
					   1ULL << 32));
	}
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
}

TEST_F(ctl, ownership_is_for_tpm12_alone)
{
	if (self->family->num == 0x200) {
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_OWNERSHIP, 0));
		/* Not supported is told before out of range. */
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_OWNERSHIP, 4));
		return;
	}
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_OWNERSHIP,
			     VTPM_BRIDGE_OWNERSHIP_GRANTED));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &self->arg.query));
	EXPECT_EQ(VTPM_BRIDGE_OWNERSHIP_GRANTED, self->arg.query.ownership);
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_OWNERSHIP,
			     VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &self->arg.query));
	EXPECT_EQ(VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE, self->arg.query.ownership);
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_OWNERSHIP, 4));
}

TEST_F(ctl, transport_and_counter_are_for_tpm12_alone)
{
	struct vtpm_bridge_query *query = &self->arg.query;
	unsigned int mode;

	if (self->family->num == 0x200) {
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_TRANSPORT, 0));
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_COUNTER, 0));
		return;
	}
	for (mode = VTPM_BRIDGE_TRANSPORT_DENY; mode <= VTPM_BRIDGE_TRANSPORT_ALLOW; mode++) {
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_TRANSPORT, mode));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
		EXPECT_EQ(mode, query->transport);
	}
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_TRANSPORT, mode));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_COUNTER, 7));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(7, query->counter);
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_COUNTER, 1ULL << 32));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_COUNTER,
			     VTPM_BRIDGE_NO_COUNTER));
}

TEST_F(ctl, secret_is_read_from_memory)
{
	static const char secret[VTPM_BRIDGE_SECRET_SIZE] = "of a machine";
	const char *page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap((void *)(page + 4096), 4096));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET,
			     (uintptr_t)secret));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET,
			     (uintptr_t)(page + 4096 - sizeof(secret))));
	EXPECT_EQ(-EFAULT, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET,
				   (uintptr_t)(page + 4096 - sizeof(secret) + 1)));
	EXPECT_EQ(-EFAULT, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET, 0));
	EXPECT_EQ(-EFAULT, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET, ~0ULL));
	munmap((void *)page, 4096);
}

TEST_F(ctl, real_pcrs_are_any_but_registers)
{
	struct vtpm_bridge_query *query = &self->arg.query;
	static const uint64_t wrong[] = {
		1 << 16, 1 << 23, 0xffffff, 0xfeffff, 1 << 24, 1ULL << 32, 1ULL << 40 | 1, ~0ULL,
	};
	unsigned int i;

	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_REAL_PCRS, 0x7effff));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_REAL_PCRS,
					   wrong[i]));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(0x7effff, query->real_pcrs);
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_REAL_PCRS, 0));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(0, query->real_pcrs);
}

/* A TPM does not count changes of PCR 16 and 21 to 23, so a policy could miss them. */
TEST_F(ctl, registers_are_of_pcrs_whose_changes_count)
{
	static const uint32_t keys[] = { VTPM_BRIDGE_COMPOSITE, VTPM_BRIDGE_ATTEST };
	static const uint64_t wrong[] = {
		1 << 16, 1 << 21, 1 << 22, 1 << 23, 0x8008ff, 1 << 24, 1ULL << 32, ~0ULL,
	};
	uint64_t value = 0;
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(keys); k++) {
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, keys[k], 0x1effff));
		for (i = 0; i < ARRAY_SIZE(wrong); i++)
			EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, keys[k], wrong[i]));
		EXPECT_EQ(0, ctl_get(self->ctl, self->num, keys[k], &value));
		EXPECT_EQ(0x1effff, value);
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, keys[k], 0));
		EXPECT_EQ(0, ctl_get(self->ctl, self->num, keys[k], &value));
		EXPECT_EQ(0, value);
	}
}

static long ctl_identity(int fd, uint32_t num, struct vtpm_bridge_identity *arg)
{
	*arg = (struct vtpm_bridge_identity) { .size = sizeof(*arg), .num = num };
	return ctl(fd, VTPM_BRIDGE_IDENTITY, arg);
}

TEST_F(ctl, identity_is_that_of_the_secret)
{
	static const uint8_t secrets[2][VTPM_BRIDGE_SECRET_SIZE] = { "one", "another" };
	bool is_20 = self->family->num == 0x200;
	struct vtpm_bridge_identity first, arg;
	int other = ctl_create(self->ctl, 0);

	ASSERT_LE(0, other);
	EXPECT_EQ(-ENOENT, ctl_identity(self->ctl, NOBODY, &arg));
	/* Those of two random secrets differ. */
	ASSERT_EQ(0, ctl_identity(self->ctl, self->num, &first));
	EXPECT_EQ(is_20 ? 0x000b : 0x0004, first.alg);
	EXPECT_EQ(is_20 ? 32 : 20, first.len);
	EXPECT_EQ(0, first.digest[first.len] | first.digest[63]);
	ASSERT_EQ(0, ctl_identity(self->ctl, other, &arg));
	EXPECT_NE(0, memcmp(first.digest, arg.digest, 32));
	/* SHA-256 or SHA-1 of HMAC-SHA256 with the secret, of "vtpm_bridge identity" and a zero. */
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_SECRET, (uintptr_t)secrets[0]));
	ASSERT_EQ(0, ctl_identity(self->ctl, self->num, &first));
	EXPECT_EQ(0, memcmp(first.digest, is_20 ? IDENTITY_OF_ONE : SHA1_IDENTITY_OF_ONE,
			    first.len));
	/* It stays as it is, whatever is set but the secret. */
	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ATTEST, 0xff));
	ASSERT_EQ(0, ctl_identity(self->ctl, self->num, &arg));
	EXPECT_EQ(0, memcmp(&first, &arg, sizeof(arg)));
	ASSERT_EQ(0, ctl_set(self->ctl, other, VTPM_BRIDGE_SECRET, (uintptr_t)secrets[1]));
	ASSERT_EQ(0, ctl_identity(self->ctl, other, &arg));
	EXPECT_NE(0, memcmp(first.digest, arg.digest, 32));
	ASSERT_EQ(0, ctl_set(self->ctl, other, VTPM_BRIDGE_SECRET, (uintptr_t)secrets[0]));
	ASSERT_EQ(0, ctl_identity(self->ctl, other, &arg));
	EXPECT_EQ(0, memcmp(first.digest, arg.digest, 32));
}

TEST_F(ctl, nv_ranges_are_checked)
{
	static const uint64_t wrong[] = {
		1, 0x01800000, RANGE(0x01800000, 0), RANGE(0x01800001, 0x01800000),
		RANGE(0x00ffffff, 0x01800000), RANGE(0x01800000, 0x02000000),
		RANGE(0x81000000, 0x81000001), RANGE(0x01000000, 0x01ffffff),
		RANGE(0x01c00000, 0x01c00000), RANGE(0x01c07fff, 0x01c08000), ~0ULL,
	};
	struct vtpm_bridge_query *query = &self->arg.query;
	unsigned int i;

	if (self->family->num != 0x200) {
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
				     RANGE(0x1000, 0x10ff)));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
		EXPECT_EQ(RANGE(0x1000, 0x10ff), query->nv_range);
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
					   RANGE(0, 0x10ff)));
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
					   RANGE(0x1001, 0x1000)));
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
					   RANGE(1, 0xffffffff)));
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE, 0));
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_INDICES, 257));
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_BYTES, 65537));
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_INDICES, 256));
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_BYTES, 0));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
		EXPECT_EQ(256, query->nv_indices);
		EXPECT_EQ(0, query->nv_bytes);
		return;
	}
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x018000ff)));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE, wrong[i]));
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_INDICES, 257));
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_BYTES, 65537));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(RANGE(0x01800000, 0x018000ff), query->nv_range);
	EXPECT_EQ(8, query->nv_indices);
	EXPECT_EQ(4096, query->nv_bytes);
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01000000, 0x01bfffff)));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01c08000, 0x01ffffff)));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE, 0));
}

TEST_F(ctl, persistent_ranges_are_checked)
{
	static const uint64_t wrong[] = {
		1, 0x81000000, RANGE(0x81000000, 0), RANGE(0x81000001, 0x81000000),
		RANGE(0x80ffffff, 0x81000000), RANGE(0x81000000, 0x81800000),
		RANGE(0x81800000, 0x81800000), RANGE(0x01800000, 0x01800001), ~0ULL,
	};
	struct vtpm_bridge_query *query = &self->arg.query;
	int second = ctl_create(self->ctl, 0);
	unsigned int i;

	ASSERT_LE(0, second);
	if (self->family->num != 0x200) {
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_PERSISTENT_RANGE, 0));
		EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num,
					       VTPM_BRIDGE_PERSISTENT_OBJECTS, 0));
		return;
	}
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_PERSISTENT_RANGE,
			     RANGE(0x81100000, 0x8110000f)));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_PERSISTENT_RANGE,
					   wrong[i]));
	EXPECT_EQ(-ERANGE, ctl_set(self->ctl, self->num, VTPM_BRIDGE_PERSISTENT_OBJECTS, 9));
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, second, VTPM_BRIDGE_PERSISTENT_RANGE,
				  RANGE(0x81000000, 0x81100000)));
	/* Of another kind. */
	EXPECT_EQ(0, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01100000, 0x0110000f)));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(RANGE(0x81100000, 0x8110000f), query->persistent_range);
	EXPECT_EQ(4, query->persistent_objects);
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_PERSISTENT_RANGE, 0));
	EXPECT_EQ(0, ctl_set(self->ctl, second, VTPM_BRIDGE_PERSISTENT_RANGE,
			     RANGE(0x81000000, 0x817fffff)));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(0, query->persistent_range);
}

TEST_F(ctl, nv_range_is_one_proxys)
{
	int second = ctl_create(self->ctl, 0);

	ASSERT_LE(0, second);
	if (self->family->num != 0x200)
		return;
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800010, 0x0180001f)));
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
				  RANGE(0x01800000, 0x01800010)));
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
				  RANGE(0x0180001f, 0x0180002f)));
	EXPECT_EQ(-EBUSY, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
				  RANGE(0x01800018, 0x01800018)));
	EXPECT_EQ(0, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x0180000f)));
	/* It is free again when it is given up, or its proxy goes. */
	EXPECT_EQ(0, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE, 0));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x0180001f)));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE, 0));
	EXPECT_EQ(0, ctl_set(self->ctl, second, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x0180001f)));
	EXPECT_EQ(0, ctl_destroy(self->ctl, second, 0));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x0180001f)));
}

static const uint32_t auth_keys[] = {
	VTPM_BRIDGE_OWNER_AUTH, VTPM_BRIDGE_ENDORSEMENT_AUTH,
};

TEST_F(ctl, auth_is_for_tpm20_alone)
{
	struct vtpm_bridge_auth auth = { .size = sizeof(auth) };
	unsigned int i;

	for (i = 0; i < 2; i++)
		EXPECT_EQ(self->family->num == 0x200 ? 0 : -EOPNOTSUPP,
			  ctl_set(self->ctl, self->num, auth_keys[i], (uintptr_t)&auth));
}

TEST_F(ctl, auth_is_read_from_memory)
{
	struct {
		struct vtpm_bridge_auth auth;
		uint8_t more[8];
	} arg = { .auth.len = 3, .auth.auth = "abc" };
	struct vtpm_bridge_query query;
	unsigned int i;

	if (self->family->num != 0x200)
		return;
	for (i = 0; i < 2; i++) {
		uint32_t key = auth_keys[i];

#define SET_AUTH() ctl_set(self->ctl, self->num, key, (uintptr_t)&arg)
		arg.auth.size = sizeof(arg.auth);
		EXPECT_EQ(0, SET_AUTH());
		arg.auth.size = sizeof(arg);
		EXPECT_EQ(0, SET_AUTH());
		arg.more[7] = 1;
		EXPECT_EQ(-E2BIG, SET_AUTH());
		arg.more[7] = 0;
		arg.auth.size = 4097;
		EXPECT_EQ(-E2BIG, SET_AUTH());
		arg.auth.size = sizeof(arg.auth) - 1;
		EXPECT_EQ(-EINVAL, SET_AUTH());
		arg.auth.size = 0;
		EXPECT_EQ(-EINVAL, SET_AUTH());
		arg.auth.size = sizeof(arg.auth);
		arg.auth.len = VTPM_BRIDGE_MAX_AUTH + 1;
		EXPECT_EQ(-ERANGE, SET_AUTH());
		arg.auth.len = 2;
		EXPECT_EQ(-EOPNOTSUPP, SET_AUTH());
		arg.auth.len = VTPM_BRIDGE_MAX_AUTH;
		EXPECT_EQ(0, SET_AUTH());
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, &query));
		EXPECT_TRUE(query.flags & (key == VTPM_BRIDGE_OWNER_AUTH ?
					   VTPM_BRIDGE_HAS_OWNER_AUTH :
					   VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH));
		arg.auth.len = 3;
		EXPECT_EQ(-EFAULT, ctl_set(self->ctl, self->num, key, 0));
		EXPECT_EQ(-EFAULT, ctl_set(self->ctl, self->num, key, ~0ULL));
#undef SET_AUTH
	}
}

TEST_F(ctl, code_that_no_command_has_is_no_entry)
{
	static const uint32_t keys[] = {
		VTPM_BRIDGE_DENY, VTPM_BRIDGE_ALLOW, VTPM_BRIDGE_ALLOW_UNSAFE,
		VTPM_BRIDGE_DEFAULT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		EXPECT_EQ(-ENOENT, ctl_set(self->ctl, self->num, keys[i], 0));
		EXPECT_EQ(-ENOENT, ctl_set(self->ctl, self->num, keys[i], 0x12345678));
		EXPECT_EQ(-ENOENT, ctl_set(self->ctl, self->num, keys[i], 0xffffffff));
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DENY,
				     self->family->random_code));
	}
}

TEST_F(ctl, plain_allow_of_an_unsafe_command_has_no_access)
{
	EXPECT_EQ(-EACCES, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ALLOW,
				   self->family->unsafe_code));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ALLOW_UNSAFE,
			     self->family->unsafe_code));
	EXPECT_EQ(-EACCES, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ALLOW,
				   self->family->unsafe_code));
}

TEST_F(ctl, destroy_of_an_open_proxy_is_busy_unless_forced)
{
	int fd = node_open(self->num, 0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBUSY, ctl_destroy(self->ctl, self->num, 0));
	EXPECT_EQ(0, tpm_ask(fd, self->family->startup));
	EXPECT_EQ(0, ctl_destroy(self->ctl, self->num, VTPM_BRIDGE_FORCE));
	EXPECT_EQ(-EPIPE, tpm_ask(fd, self->family->random));
	close(fd);
	EXPECT_EQ(-ENOENT, ctl_destroy(self->ctl, self->num, 0));
}

TEST_F(ctl, destroyed_proxy_is_gone_everywhere)
{
	char path[64];
	struct stat st;

	ASSERT_EQ(0, ctl_destroy(self->ctl, self->num, 0));
	EXPECT_EQ(-ENOENT, node_open(self->num, 0));
	snprintf(path, sizeof(path), "/sys/class/misc/vtpm%d", self->num);
	EXPECT_EQ(-1, stat(path, &st));
	EXPECT_EQ(0, nr_proxies(self->ctl));
}

TEST_F(ctl, there_are_64_proxies_and_no_more)
{
	int i, num;

	for (i = 1; i < NR_MAX; i++) {
		num = ctl_create(self->ctl, 0);
		ASSERT_LE(0, num);
		ASSERT_GT(NR_MAX, num);
	}
	EXPECT_EQ(-ENOSPC, ctl_create(self->ctl, 0));
	EXPECT_EQ(NR_MAX, nr_proxies(self->ctl));
	/* The lowest free number is taken again. */
	ASSERT_EQ(0, ctl_destroy(self->ctl, 17, 0));
	ASSERT_EQ(0, ctl_destroy(self->ctl, 5, 0));
	EXPECT_EQ(5, ctl_create(self->ctl, 0));
	EXPECT_EQ(17, ctl_create(self->ctl, 0));
	EXPECT_EQ(-ENOSPC, ctl_create(self->ctl, 0));
}

TEST_F(ctl, proxy_goes_with_the_last_duplicate_of_its_control_file)
{
	int fd = ctl_open(), other, num;
	char path[32];
	struct stat st;

	ASSERT_LE(0, fd);
	num = ctl_create(fd, 0);
	ASSERT_LE(0, num);
	snprintf(path, sizeof(path), "/dev/vtpm%d", num);
	other = dup(fd);
	close(fd);
	EXPECT_EQ(0, stat(path, &st));
	close(other);
	EXPECT_EQ(-1, stat(path, &st));
	EXPECT_EQ(1, nr_proxies(self->ctl));
}

TEST_F(ctl, open_proxy_goes_with_its_control_file_too)
{
	int fd = ctl_open(), num, node;

	ASSERT_LE(0, fd);
	num = ctl_create(fd, 0);
	node = node_open(num, 0);
	ASSERT_LE(0, node);
	EXPECT_EQ(0, tpm_ask(node, self->family->startup));
	close(fd);
	EXPECT_EQ(-EPIPE, tpm_ask(node, self->family->random));
	close(node);
}

TEST_F(ctl, persistent_proxy_stays)
{
	int fd = ctl_open(), num;

	ASSERT_LE(0, fd);
	num = ctl_create(fd, VTPM_BRIDGE_PERSISTENT);
	ASSERT_LE(0, num);
	close(fd);
	ASSERT_EQ(0, ctl_query(self->ctl, num, &self->arg.query));
	EXPECT_EQ(VTPM_BRIDGE_PERSISTENT | VTPM_BRIDGE_IS_RESET_BY_QUERY,
		  self->arg.query.flags);
	EXPECT_EQ(0, ctl_destroy(self->ctl, num, 0));
}

TEST_F(ctl, kept_proxy_stays)
{
	int fd = ctl_open(), kept, left;

	ASSERT_LE(0, fd);
	kept = ctl_create(fd, 0);
	left = ctl_create(fd, 0);
	/* The file that made it must say so, and can say it once. */
	EXPECT_EQ(-ENOENT, ctl_keep(self->ctl, kept));
	EXPECT_EQ(0, ctl_keep(fd, kept));
	EXPECT_EQ(-ENOENT, ctl_keep(fd, kept));
	close(fd);
	EXPECT_EQ(-ENOENT, ctl_query(self->ctl, left, &self->arg.query));
	ASSERT_EQ(0, ctl_query(self->ctl, kept, &self->arg.query));
	EXPECT_EQ(VTPM_BRIDGE_PERSISTENT | VTPM_BRIDGE_IS_RESET_BY_QUERY, self->arg.query.flags);
	EXPECT_EQ(-ENOENT, ctl_keep(self->ctl, kept));
	EXPECT_EQ(0, ctl_destroy(self->ctl, kept, 0));
}

TEST_F(ctl, chip_and_its_family_are_told)
{
	static const uint32_t chips[] = { VTPM_BRIDGE_ANY_CHIP, 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		self->arg.chip = (struct vtpm_bridge_chip) {
			.size = sizeof(self->arg.chip), .chip = chips[i],
		};
		ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_CHIP, &self->arg));
		EXPECT_EQ(0, self->arg.chip.chip);
		EXPECT_EQ(self->family->num, self->arg.chip.family);
	}
}

TEST_F(ctl, list_tells_as_many_as_fit_and_how_many_there_are)
{
	uint32_t nums[4] = { 99, 99, 99, 99 };
	struct vtpm_bridge_list list = {
		.size = sizeof(list), .count = 2, .nums = (uintptr_t)nums,
	};
	int second = ctl_create(self->ctl, 0), third = ctl_create(self->ctl, 0);

	ASSERT_LT(self->num, second);
	ASSERT_LT(second, third);
	EXPECT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &list));
	EXPECT_EQ(3, list.count);
	EXPECT_TRUE(list.keys & 1ULL << VTPM_BRIDGE_LOCALITY);
	EXPECT_EQ(self->num, (int)nums[0]);
	EXPECT_EQ(second, (int)nums[1]);
	EXPECT_EQ(99, nums[2]);

	list.count = 4;
	EXPECT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &list));
	EXPECT_EQ(3, list.count);
	EXPECT_EQ(third, (int)nums[2]);
	EXPECT_EQ(99, nums[3]);

	list.count = 1;
	list.nums = 16;
	EXPECT_EQ(-EFAULT, ctl(self->ctl, VTPM_BRIDGE_LIST, &list));
	list.count = 0;
	list.nums = 0;
	EXPECT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &list));
	EXPECT_EQ(3, list.count);
}

/* A number that nobody learns would be a proxy that nobody can end. */
TEST_F(ctl, create_that_cannot_tell_the_number_makes_no_proxy)
{
	struct vtpm_bridge_create *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, arg);
	*arg = (struct vtpm_bridge_create) {
		.size = sizeof(*arg), .chip = VTPM_BRIDGE_ANY_CHIP,
		.flags = VTPM_BRIDGE_PERSISTENT,
	};
	ASSERT_EQ(0, mprotect(arg, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, ctl(self->ctl, VTPM_BRIDGE_CREATE, arg));
	EXPECT_EQ(1, nr_proxies(self->ctl));
}

TEST_F(ctl, create_tells_chip_and_number)
{
	fill(self, &ops[0]);
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_CREATE, &self->arg));
	EXPECT_EQ(0, self->arg.create.chip);
	EXPECT_EQ(self->num + 1, (int)self->arg.create.num);
	self->arg.create.chip = 0;
	EXPECT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_CREATE, &self->arg));
	EXPECT_EQ(self->num + 2, (int)self->arg.create.num);
}

/* The proxy's number, or an errno; @size: bytes of the name's field that are filled. */
static int create_named(int fd, const char *name, size_t size)
{
	struct vtpm_bridge_create arg = { .size = sizeof(arg), .chip = VTPM_BRIDGE_ANY_CHIP };
	long err;

	memcpy(arg.name, name, size);
	err = ctl(fd, VTPM_BRIDGE_CREATE, &arg);
	return err ? err : (int)arg.num;
}

TEST_F(ctl, named_proxy_has_a_node_of_its_name)
{
	static const char longest[] = "x23456789.123456789-123456789_1";
	char name[VTPM_BRIDGE_MAX_NAME + 1] = "vm-1";
	struct vtpm_bridge_query query;
	char path[64];
	struct stat st;
	int num;

	num = create_named(self->ctl, name, sizeof(name));
	ASSERT_LE(0, num);
	EXPECT_EQ(0, stat("/dev/vtpm-vm-1", &st));
	EXPECT_EQ(0, access("/sys/class/misc/vtpm-vm-1/device/cancel", F_OK));
	snprintf(path, sizeof(path), "/dev/vtpm%d", num);
	EXPECT_EQ(-1, stat(path, &st));
	ASSERT_EQ(0, ctl_query(self->ctl, num, &query));
	EXPECT_EQ(0, memcmp(query.name, name, sizeof(name)));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &query));
	EXPECT_EQ(0, query.name[0]);

	EXPECT_EQ(-EEXIST, create_named(self->ctl, name, sizeof(name)));
	EXPECT_EQ(2, nr_proxies(self->ctl));
	EXPECT_EQ(0, ctl_destroy(self->ctl, num, 0));
	EXPECT_EQ(-1, stat("/dev/vtpm-vm-1", &st));
	EXPECT_EQ(num, create_named(self->ctl, name, sizeof(name)));

	ASSERT_EQ(VTPM_BRIDGE_MAX_NAME, (int)strlen(longest));
	EXPECT_LE(0, create_named(self->ctl, longest, sizeof(longest)));
	snprintf(path, sizeof(path), "/dev/vtpm-%s", longest);
	EXPECT_EQ(0, stat(path, &st));
}

TEST_F(ctl, bad_name_makes_no_proxy)
{
	static const struct {
		const char *name;
		size_t size;
	} bad[] = {
		{ "control", 8 }, { "3", 2 }, { "0x1", 4 }, { "-x", 3 }, { ".x", 3 }, { "_x", 3 },
		{ "a/b", 4 }, { "..", 3 }, { "a b", 4 }, { "a\n", 3 }, { "a!", 3 }, { "a%s", 4 },
		{ "\xe4", 2 }, { "a\xff", 3 }, { "\0a", 2 }, { "a\0b", 3 },
		{ "x23456789.123456789-123456789_12", 32 },
		{ "x\0" "3456789.123456789-123456789_12", 32 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, create_named(self->ctl, bad[i].name, bad[i].size))
			TH_LOG("name %u", i);
	}
	EXPECT_EQ(1, nr_proxies(self->ctl));
}

TEST_F(ctl, create_makes_all_settings)
{
	const struct vtpm_bridge_setting settings[] = {
		{ .key = VTPM_BRIDGE_LOCALITY, .value = 1 },
		{ .key = VTPM_BRIDGE_NV_RANGE, .value = RANGE(0x01800000, 0x018000ff) },
		{ .key = VTPM_BRIDGE_DENY, .value = self->family->random_code },
		{ .key = VTPM_BRIDGE_ALLOW_UNSAFE, .value = self->family->unsafe_code },
		{ .key = VTPM_BRIDGE_LOCALITY, .value = 3 },
	};
	struct vtpm_bridge_setting policy[4];
	uint64_t value;
	uint32_t failed;
	int num = create_with(self->ctl, settings, ARRAY_SIZE(settings), &failed);

	ASSERT_EQ(self->num + 1, num);
	EXPECT_EQ(0xdead, failed);
	EXPECT_EQ(0, ctl_get(self->ctl, num, VTPM_BRIDGE_LOCALITY, &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(0, ctl_get(self->ctl, num, VTPM_BRIDGE_NV_RANGE, &value));
	EXPECT_EQ(RANGE(0x01800000, 0x018000ff), value);
	EXPECT_EQ(2, policy_of(self->ctl, num, policy, 4));
}

/* One that is refused for each reason there is. */
TEST_F(ctl, create_tells_which_setting_failed)
{
	const struct {
		struct vtpm_bridge_setting setting;
		int err;
	} bad[] = {
		{ { .key = 0 }, -EOPNOTSUPP },
		{ { .key = 63 }, -EOPNOTSUPP },
		{ { .key = 0xffffffff }, -EOPNOTSUPP },
		{ { .key = VTPM_BRIDGE_LOCALITY, .__reserved = 1 }, -EOPNOTSUPP },
		{ { .key = self->family->num == 0x200 ? VTPM_BRIDGE_COUNTER :
		    VTPM_BRIDGE_PERSISTENT_OBJECTS, .value = 1 }, -EOPNOTSUPP },
		{ { .key = VTPM_BRIDGE_LOCALITY, .value = 5 }, -ERANGE },
		{ { .key = VTPM_BRIDGE_NV_RANGE, .value = RANGE(2, 1) }, -ERANGE },
		{ { .key = VTPM_BRIDGE_NV_RANGE, .value = RANGE(0x01800000, 0x01800000) },
		  -EBUSY },
		{ { .key = VTPM_BRIDGE_DENY, .value = 0x12345678 }, -ENOENT },
		{ { .key = VTPM_BRIDGE_ALLOW, .value = self->family->unsafe_code }, -EACCES },
	};
	struct vtpm_bridge_setting settings[4] = {
		{ .key = VTPM_BRIDGE_LOCALITY, .value = 1 },
		{ .key = VTPM_BRIDGE_NV_RANGE, .value = RANGE(0x01900000, 0x01900000) },
	};
	unsigned int i;
	uint32_t failed;

	ASSERT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01800000, 0x01800000)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		settings[2] = bad[i].setting;
		EXPECT_EQ(bad[i].err, create_with(self->ctl, settings, 3, &failed)) {
			TH_LOG("%u", i);
		}
		EXPECT_EQ(2, failed);
		EXPECT_EQ(1, nr_proxies(self->ctl));
	}
	/* What those were granted is free again, and so is their number. */
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_NV_RANGE,
			     RANGE(0x01900000, 0x01900000)));
	EXPECT_EQ(self->num + 1, ctl_create(self->ctl, 0));
}

TEST_F(ctl, create_reads_no_setting_that_is_not_there)
{
	static struct vtpm_bridge_setting most[VTPM_BRIDGE_MAX_SETTINGS + 1];
	struct vtpm_bridge_create *create = &self->arg.create;
	unsigned int i;
	uint32_t failed;

	for (i = 0; i < ARRAY_SIZE(most); i++)
		most[i].key = VTPM_BRIDGE_LOCALITY;
	EXPECT_EQ(-EFAULT, create_with(self->ctl, NULL, 1, &failed));
	EXPECT_EQ(0, failed);
	EXPECT_EQ(-ERANGE, create_with(self->ctl, most, ARRAY_SIZE(most), &failed));
	EXPECT_EQ(0xdead, failed);
	EXPECT_EQ(1, nr_proxies(self->ctl));
	EXPECT_EQ(self->num + 1, create_with(self->ctl, most, VTPM_BRIDGE_MAX_SETTINGS, &failed));

	/* No setting is at fault for a chip that is not there. */
	fill(self, &ops[0]);
	create->chip = 1000;
	create->nr_settings = 1;
	create->failed = 0xdead;
	EXPECT_EQ(-ENODEV, ctl(self->ctl, VTPM_BRIDGE_CREATE, create));
	EXPECT_EQ(0xdead, create->failed);

	/* And a struct that ends before @failed is not written there. */
	fill(self, &ops[0]);
	create->size = offsetof(struct vtpm_bridge_create, failed);
	create->nr_settings = 1;
	create->failed = 0xdead;
	EXPECT_EQ(-EFAULT, ctl(self->ctl, VTPM_BRIDGE_CREATE, create));
	EXPECT_EQ(0xdead, create->failed);
}

static struct {
	int ctl;
	uint32_t num;
	bool stop;
	unsigned int looks, seen;
} watch;

/* By its node, by its number, and in the list. */
static void *watch_for_a_proxy(void *arg)
{
	struct vtpm_bridge_query query;

	while (!__atomic_load_n(&watch.stop, __ATOMIC_ACQUIRE)) {
		int fd = node_open(watch.num, 0);

		if (fd >= 0)
			close(fd);
		watch.seen += fd >= 0;
		watch.seen += !ctl_query(watch.ctl, watch.num, &query);
		watch.seen += nr_proxies(watch.ctl) != 1;
		__atomic_add_fetch(&watch.looks, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* With a policy half made it could be opened by a guest that it is to bind. */
TEST_F(ctl, create_that_fails_is_never_seen)
{
	struct vtpm_bridge_setting settings[64];
	unsigned int i, before;
	pthread_t watcher;
	uint32_t failed;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		settings[i] = (struct vtpm_bridge_setting) { .key = VTPM_BRIDGE_LOCALITY };
	settings[i - 1].value = 5;
	watch.ctl = self->ctl;
	watch.num = self->num + 1;
	ASSERT_EQ(0, pthread_create(&watcher, NULL, watch_for_a_proxy, NULL));
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(-ERANGE, create_with(self->ctl, settings, ARRAY_SIZE(settings), &failed));
		/* The watcher has looked since, however slow the machine. */
		before = __atomic_load_n(&watch.looks, __ATOMIC_ACQUIRE);
		while (__atomic_load_n(&watch.looks, __ATOMIC_ACQUIRE) == before && i % 20 == 0)
			nap(1);
	}
	__atomic_store_n(&watch.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(watcher, NULL));
	EXPECT_EQ(0, watch.seen);
}

TEST_F(ctl, query_of_a_new_proxy)
{
	struct vtpm_bridge_query *query = &self->arg.query;

	memset(query, 0xff, sizeof(*query));
	query->size = sizeof(*query);
	query->num = self->num;
	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_QUERY, query));
	EXPECT_EQ(sizeof(*query), query->size);
	EXPECT_EQ(self->num, (int)query->num);
	EXPECT_EQ(VTPM_BRIDGE_IS_RESET_BY_QUERY, query->flags);
	EXPECT_EQ(0, query->chip);
	EXPECT_EQ(self->family->num, query->family);
	EXPECT_EQ(VTPM_BRIDGE_OFF, query->power);
	EXPECT_EQ(0, query->locality);
	EXPECT_EQ(0, query->physical_presence);
	EXPECT_EQ(0, query->physical_presence_lock);
	EXPECT_EQ(VTPM_BRIDGE_OWNERSHIP_AUTO, query->ownership);
	EXPECT_EQ(0, query->commands);
	EXPECT_EQ(0, query->refusals);
	EXPECT_EQ(0, query->chip_commands);
	EXPECT_EQ(0, query->resets);
	EXPECT_EQ(0, query->real_pcrs);
	EXPECT_EQ(self->family->num == 0x200 ? 4 : 0, query->persistent_objects);
	EXPECT_EQ(0, query->persistent_range);
	EXPECT_EQ(0, query->nv_range);
	EXPECT_EQ(8, query->nv_indices);
	EXPECT_EQ(self->family->num == 0x200 ? 4096 : 512, query->nv_bytes);
	EXPECT_EQ(VTPM_BRIDGE_TRANSPORT_DENY, query->transport);
	EXPECT_EQ(self->family->num == 0x200 ? 0 : VTPM_BRIDGE_NO_COUNTER, query->counter);
}

TEST_F(ctl, query_follows_the_life_of_a_proxy)
{
	struct vtpm_bridge_query *query = &self->arg.query;
	int fd = node_open(self->num, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(VTPM_BRIDGE_OPEN | VTPM_BRIDGE_IS_RESET_BY_QUERY, query->flags);
	EXPECT_EQ(VTPM_BRIDGE_WAITING, query->power);
	EXPECT_EQ(1, query->resets);

	EXPECT_EQ(0, tpm_ask(fd, self->family->startup));
	EXPECT_EQ(0, tpm_ask(fd, self->family->random));
	EXPECT_EQ(self->family->denied, tpm_ask(fd, self->family->unsafe));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(VTPM_BRIDGE_STARTED, query->power);
	EXPECT_EQ(3, query->commands);
	EXPECT_EQ(1, query->refusals);
	EXPECT_EQ(1, query->chip_commands);

	EXPECT_EQ(0, tpm_ask(fd, self->family->num == 0x200 ?
			     "8001 ???????? 00000145 0000" :
			     "00c1 ???????? 00000098"));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(VTPM_BRIDGE_SHUT_DOWN, query->power);

	close(fd);
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(VTPM_BRIDGE_OFF, query->power);
	EXPECT_EQ(VTPM_BRIDGE_IS_RESET_BY_QUERY, query->flags);
}

TEST_F(ctl, set_is_seen_by_query)
{
	struct vtpm_bridge_query *query = &self->arg.query;
	int locality;

	for (locality = 4; locality >= 0; locality--) {
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_LOCALITY, locality));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
		EXPECT_EQ(locality, (int)query->locality);
	}
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_RESET_BY_QUERY, 0));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
	EXPECT_EQ(0, query->flags);
	if (self->family->num == 0x200) {
		EXPECT_EQ(0, ctl_set(self->ctl, self->num,
				     VTPM_BRIDGE_PHYSICAL_PRESENCE, 1));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, query));
		EXPECT_EQ(1, query->physical_presence);
	}
}

#define FAMILY_1_2	0x102
#define FAMILY_2_0	0x200

static const uint8_t a_secret[VTPM_BRIDGE_SECRET_SIZE] = "of a machine";
static const struct vtpm_bridge_auth an_auth = {
	.size = sizeof(an_auth), .len = 4, .auth = "word",
};

/* Values that are not the default, and as what they are read. */
static const struct {
	uint32_t key;
	uint32_t family;	/* the only one that has it; 0: both do */
	uint64_t set;
	const void *address;	/* is the value to be set */
	uint64_t get;
} values[] = {
	{ VTPM_BRIDGE_LOCALITY, 0, 3, NULL, 3 },
	{ VTPM_BRIDGE_PHYSICAL_PRESENCE, 0, 1, NULL, 1 },
	{ VTPM_BRIDGE_RESET_BY_QUERY, 0, 0, NULL, 0 },
	{ VTPM_BRIDGE_OWNERSHIP, FAMILY_1_2, 2, NULL, 2 },
	{ VTPM_BRIDGE_SECRET, 0, 0, a_secret, 1 },
	{ VTPM_BRIDGE_NV_RANGE, 0, RANGE(0x01800000, 0x018000ff), NULL,
	  RANGE(0x01800000, 0x018000ff) },
	{ VTPM_BRIDGE_NV_INDICES, 0, 5, NULL, 5 },
	{ VTPM_BRIDGE_NV_BYTES, 0, 77, NULL, 77 },
	{ VTPM_BRIDGE_PERSISTENT_RANGE, FAMILY_2_0, RANGE(0x81100000, 0x8110000f), NULL,
	  RANGE(0x81100000, 0x8110000f) },
	{ VTPM_BRIDGE_PERSISTENT_OBJECTS, FAMILY_2_0, 7, NULL, 7 },
	{ VTPM_BRIDGE_REAL_PCRS, 0, 0x000400, NULL, 0x000400 },
	{ VTPM_BRIDGE_OWNER_AUTH, FAMILY_2_0, 0, &an_auth, 1 },
	{ VTPM_BRIDGE_ENDORSEMENT_AUTH, FAMILY_2_0, 0, &an_auth, 1 },
	{ VTPM_BRIDGE_TRANSPORT, FAMILY_1_2, 3, NULL, 3 },
	{ VTPM_BRIDGE_COUNTER, FAMILY_1_2, 9, NULL, 9 },
	{ VTPM_BRIDGE_POWER, 0, 1, NULL, 1 },
	{ VTPM_BRIDGE_ENDORSEMENT, FAMILY_2_0, 0, NULL, 0 },
	{ VTPM_BRIDGE_STOP_ON_FAILURE, 0, 0, NULL, 0 },
	{ VTPM_BRIDGE_FAILURE_MODE, 0, 1, NULL, 1 },
	{ VTPM_BRIDGE_NULL_KEY, FAMILY_2_0, 1, NULL, 1 },
	{ VTPM_BRIDGE_COMPOSITE, 0, 0x0008ff, NULL, 0x0008ff },
	{ VTPM_BRIDGE_ATTEST, 0, 0x0000ff, NULL, 0x0000ff },
};

static bool is_of_policy(uint32_t key)
{
	return key >= VTPM_BRIDGE_DENY && key <= VTPM_BRIDGE_DEFAULT;
}

/*
 * A key that the kernel knows and this table does not fails.  A proxy that exists gets no state
 * file: see store_test.
 */
TEST_F(ctl, every_key_that_can_be_set_can_be_read)
{
	struct vtpm_bridge_list list = { .size = sizeof(list) };
	uint64_t seen = 1ULL << VTPM_BRIDGE_STATE, before = 0, after = 0, value;
	unsigned int i;

	ASSERT_EQ(0, ctl(self->ctl, VTPM_BRIDGE_LIST, &list));
	for (i = 0; i < 64; i++) {
		if (is_of_policy(i))
			seen |= 1ULL << i;
	}
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		uint32_t key = values[i].key;

		seen |= 1ULL << key;
		value = values[i].address ? (uintptr_t)values[i].address : values[i].set;
		if (values[i].family && values[i].family != self->family->num) {
			EXPECT_EQ(-EOPNOTSUPP, ctl_set(self->ctl, self->num, key, value));
			EXPECT_EQ(-EOPNOTSUPP, ctl_get(self->ctl, self->num, key, &after));
			continue;
		}
		EXPECT_EQ(0, ctl_get(self->ctl, self->num, key, &before));
		EXPECT_NE(values[i].get, before);
		EXPECT_EQ(0, ctl_set(self->ctl, self->num, key, value)) {
			TH_LOG("key %u", key);
		}
		EXPECT_EQ(0, ctl_get(self->ctl, self->num, key, &after));
		EXPECT_EQ(values[i].get, after) {
			TH_LOG("key %u", key);
		}
	}
	EXPECT_EQ(list.keys, seen);
}

TEST_F(ctl, empty_auth_reads_as_none)
{
	struct vtpm_bridge_auth empty = { .size = sizeof(empty), .len = 2 };
	uint64_t value;

	if (self->family->num != 0x200)
		return;
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_OWNER_AUTH, (uintptr_t)&an_auth));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_OWNER_AUTH, (uintptr_t)&empty));
	EXPECT_EQ(0, ctl_get(self->ctl, self->num, VTPM_BRIDGE_OWNER_AUTH, &value));
	EXPECT_EQ(0, value);
}

/* What a command of the guest asserts is no setting: query tells of that. */
TEST_F(ctl, physical_presence_reads_as_the_administrator_set_it)
{
	int fd = node_open(self->num, 0);
	uint64_t value;

	ASSERT_LE(0, fd);
	if (self->family->num == 0x102) {
		EXPECT_EQ(0, tpm_ask(fd, self->family->startup));
		EXPECT_EQ(0, tpm_ask(fd, "00c1 ???????? 4000000a 0020"));
		EXPECT_EQ(0, tpm_ask(fd, "00c1 ???????? 4000000a 0008"));
		ASSERT_EQ(0, ctl_query(self->ctl, self->num, &self->arg.query));
		EXPECT_EQ(1, self->arg.query.physical_presence);
	}
	EXPECT_EQ(0, ctl_get(self->ctl, self->num, VTPM_BRIDGE_PHYSICAL_PRESENCE, &value));
	EXPECT_EQ(0, value);
	close(fd);
}

TEST_F(ctl, policy_tells_what_is_not_default)
{
	struct vtpm_bridge_setting settings[4];
	uint32_t safe = self->family->random_code, unsafe = self->family->unsafe_code;
	int second = ctl_create(self->ctl, 0);

	EXPECT_EQ(0, policy_of(self->ctl, self->num, settings, 4));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DENY, safe));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ALLOW_UNSAFE, unsafe));
	memset(settings, 0xff, sizeof(settings));
	ASSERT_EQ(2, policy_of(self->ctl, self->num, settings, 4));
	if (settings[0].value == unsafe) {
		settings[2] = settings[0];
		settings[0] = settings[1];
		settings[1] = settings[2];
	}
	EXPECT_EQ(VTPM_BRIDGE_DENY, settings[0].key);
	EXPECT_EQ(safe, settings[0].value);
	EXPECT_EQ(0, settings[0].__reserved);
	EXPECT_EQ(VTPM_BRIDGE_ALLOW_UNSAFE, settings[1].key);
	EXPECT_EQ(unsafe, settings[1].value);
	EXPECT_EQ(0, settings[1].__reserved);
	EXPECT_EQ(0xffffffff, settings[3].key);
	EXPECT_EQ(0, policy_of(self->ctl, second, settings, 4));

	/* The last word on a command holds. */
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DENY, unsafe));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_ALLOW, safe));
	ASSERT_EQ(1, policy_of(self->ctl, self->num, settings, 4));
	EXPECT_EQ(VTPM_BRIDGE_DENY, settings[0].key);
	EXPECT_EQ(unsafe, settings[0].value);
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DEFAULT, unsafe));
	EXPECT_EQ(0, policy_of(self->ctl, self->num, settings, 4));
}

/* As VTPM_BRIDGE_LIST does. */
TEST_F(ctl, policy_tells_as_many_as_fit)
{
	struct vtpm_bridge_setting settings[2];

	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DENY, self->family->random_code));
	EXPECT_EQ(0, ctl_set(self->ctl, self->num, VTPM_BRIDGE_DENY, self->family->unsafe_code));
	EXPECT_EQ(2, policy_of(self->ctl, self->num, NULL, 0));
	memset(settings, 0xff, sizeof(settings));
	EXPECT_EQ(2, policy_of(self->ctl, self->num, settings, 1));
	EXPECT_EQ(VTPM_BRIDGE_DENY, settings[0].key);
	EXPECT_EQ(0xffffffff, settings[1].key);
	EXPECT_EQ(-EFAULT, policy_of(self->ctl, self->num, nowhere, 1));
}

TEST_F(ctl, reset_of_a_closed_proxy_has_no_effect)
{
	EXPECT_EQ(0, ctl_reset(self->ctl, self->num));
	ASSERT_EQ(0, ctl_query(self->ctl, self->num, &self->arg.query));
	EXPECT_EQ(0, self->arg.query.resets);
	EXPECT_EQ(VTPM_BRIDGE_OFF, self->arg.query.power);
}

TEST_F(ctl, attributes_say_what_query_says)
{
	static const struct {
		const char *name, *value;
	} attrs[] = {
		{ "chip", "tpm0\n" }, { "state", "off\n" }, { "locality", "0\n" },
		{ "physical_presence", "0\n" }, { "physical_presence_lock", "0\n" },
		{ "ownership", "auto\n" }, { "persistent", "0\n" },
		{ "stopped", "0\n" }, { "reset_by_query", "1\n" }, { "real_pcrs", "0x000000\n" },
		{ "nv_range", "none\n" }, { "persistent_range", "none\n" },
		{ "open", "0\n" }, { "commands", "0\n" },
		{ "refusals", "0\n" }, { "chip_commands", "0\n" }, { "resets", "0\n" },
	};
	char path[96], value[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/misc/vtpm%d/device/%s",
			 self->num, attrs[i].name);
		f = fopen(path, "r");
		ASSERT_NE(NULL, f) {
			TH_LOG("%s", path);
		}
		memset(value, 0, sizeof(value));
		EXPECT_LT(0, fread(value, 1, sizeof(value) - 1, f));
		fclose(f);
		EXPECT_STREQ(attrs[i].value, value) {
			TH_LOG("%s", path);
		}
	}
}

TEST_HARNESS_MAIN
