// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control node /dev/vtpm-control.
 *
 * A const table says of each ioctl how long its struct is and what runs it;
 * the one handler makes the checks that are common to all, in the order that
 * the UAPI header promises.
 */

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/vtpm_bridge.h>
#include "ctl.h"
#include "limits.h"
#include "proxy.h"

static_assert(sizeof(struct vtpm_bridge_create) == 16);
static_assert(sizeof(struct vtpm_bridge_destroy) == 16);
static_assert(sizeof(struct vtpm_bridge_reset) == 16);
static_assert(sizeof(struct vtpm_bridge_set) == 24);
static_assert(sizeof(struct vtpm_bridge_query) == 112);
static_assert(sizeof(struct vtpm_bridge_list) == 24);
static_assert(sizeof(struct vtpm_bridge_auth) == 72);
static_assert(VTPM_BRIDGE_MAX_AUTH == VTPMB_MAX_AUTH);

static_assert(VTPM_BRIDGE_NR_PCRS == VTPMB_NR_PCRS);
static_assert((int)VTPM_BRIDGE_OFF == VTPMB_OFF);
static_assert((int)VTPM_BRIDGE_WAITING == VTPMB_POST_INIT);
static_assert((int)VTPM_BRIDGE_STARTED == VTPMB_STARTED);
static_assert((int)VTPM_BRIDGE_SHUT_DOWN == VTPMB_SHUTDOWN);
static_assert((int)VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE ==
	      VTPMB_OWNERSHIP_NOT_INSTALLABLE);
static_assert((int)VTPM_BRIDGE_OWNERSHIP_GRANTED == VTPMB_OWNERSHIP_GRANTED);
static_assert((int)VTPM_BRIDGE_TRANSPORT_INSPECT == VTPMB_TRANSPORT_INSPECT);
static_assert((int)VTPM_BRIDGE_TRANSPORT_ORDINAL == VTPMB_TRANSPORT_ORDINAL);
static_assert((int)VTPM_BRIDGE_TRANSPORT_ALLOW == VTPMB_TRANSPORT_ALLOW);
static_assert(VTPM_BRIDGE_NO_COUNTER == VTPMB_NO_COUNTER);

/* The struct of any ioctl. */
union vtpmb_ctl_arg {
	u32 size;
	struct vtpm_bridge_create create;
	struct vtpm_bridge_destroy destroy;
	struct vtpm_bridge_reset reset;
	struct vtpm_bridge_set set;
	struct vtpm_bridge_query query;
	struct vtpm_bridge_list list;
};

/**
 * struct vtpmb_ctl_call - an ioctl on its way
 * @filp:	the control file
 * @arg:	its struct
 * @made:	the proxy that it has made, with a reference; or NULL
 */
struct vtpmb_ctl_call {
	struct file *filp;
	union vtpmb_ctl_arg arg;
	struct vtpmb_proxy *made;
};

static long vtpmb_ctl_create(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_create *create = &call->arg.create;
	struct vtpmb_proxy *proxy;

	if (create->flags & ~VTPM_BRIDGE_PERSISTENT)
		return -EOPNOTSUPP;

	proxy = vtpmb_proxy_create(create->chip,
				   create->flags & VTPM_BRIDGE_PERSISTENT ?
				   NULL : call->filp);
	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	create->chip = vtpmb_hub_chip_num(proxy->hub);
	create->num = proxy->num;
	call->made = proxy;
	return 0;
}

static long vtpmb_ctl_destroy(struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_destroy *destroy = &call->arg.destroy;

	if (destroy->flags & ~VTPM_BRIDGE_FORCE || destroy->__reserved)
		return -EOPNOTSUPP;
	return vtpmb_proxy_destroy(destroy->num,
				   destroy->flags & VTPM_BRIDGE_FORCE);
}

static long vtpmb_ctl_reset(struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_reset *reset = &call->arg.reset;
	struct vtpmb_proxy *proxy;

	if (reset->flags || reset->__reserved)
		return -EOPNOTSUPP;
	proxy = vtpmb_proxy_find(reset->num);
	if (!proxy)
		return -ENOENT;
	vtpmb_proxy_reset(proxy, "ioctl");
	vtpmb_proxy_put(proxy);
	return 0;
}

static int vtpmb_set_locality(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->vtpm.locality, value);
	return 0;
}

static int vtpmb_set_pp(struct vtpmb_proxy *proxy, u64 value)
{
	proxy->vtpm.pp_pin = value;
	return 0;
}

static int vtpmb_set_query_resets(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->query_resets, value);
	return 0;
}

static int vtpmb_set_ownership(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->vtpm.ownership, value);
	return 0;
}

static int vtpmb_set_policy(struct vtpmb_proxy *proxy, u64 code,
			    enum vtpmb_policy_verb verb)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;

	return vtpmb_policy_set(&vtpm->policy, vtpm->port->family, code, verb);
}

static int vtpmb_set_deny(struct vtpmb_proxy *proxy, u64 code)
{
	return vtpmb_set_policy(proxy, code, VTPMB_POLICY_DENY);
}

static int vtpmb_set_allow(struct vtpmb_proxy *proxy, u64 code)
{
	return vtpmb_set_policy(proxy, code, VTPMB_POLICY_ALLOW);
}

static int vtpmb_set_allow_unsafe(struct vtpmb_proxy *proxy, u64 code)
{
	return vtpmb_set_policy(proxy, code, VTPMB_POLICY_ALLOW_UNSAFE);
}

static int vtpmb_set_default(struct vtpmb_proxy *proxy, u64 code)
{
	return vtpmb_set_policy(proxy, code, VTPMB_POLICY_DEFAULT);
}

/* What policies on private PCRs are made with cannot be a guest's. */
static int vtpmb_set_real_pcrs(struct vtpmb_proxy *proxy, u64 value)
{
	u32 policy_pcr = proxy->vtpm.port->policy_pcr;

	if (policy_pcr && value & BIT_ULL(policy_pcr))
		return -ERANGE;
	WRITE_ONCE(proxy->vtpm.real_pcrs, value);
	return 0;
}

/* The user's memory is read without the lock: that may take as long as he likes. */
static int vtpmb_set_secret(struct vtpmb_proxy *proxy, u64 address)
{
	u8 secret[VTPMB_SECRET_SIZE];

	BUILD_BUG_ON(sizeof(secret) != VTPM_BRIDGE_SECRET_SIZE);
	if (copy_from_user(secret, u64_to_user_ptr(address), sizeof(secret)))
		return -EFAULT;
	mutex_lock(&proxy->vtpm.lock);
	memcpy(proxy->vtpm.secret, secret, sizeof(secret));
	mutex_unlock(&proxy->vtpm.lock);
	memzero_explicit(secret, sizeof(secret));
	return 0;
}

static int vtpmb_get_auth(struct vtpm_bridge_auth *auth, u64 address)
{
	void __user *from = u64_to_user_ptr(address);
	u32 size;
	int err;

	if (get_user(size, (u32 __user *)from))
		return -EFAULT;
	if (size < sizeof(*auth))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(auth, sizeof(*auth), from, size);
	if (err)
		return err;
	if (auth->len > sizeof(auth->auth))
		return -ERANGE;
	if (memchr_inv(auth->auth + auth->len, 0, sizeof(auth->auth) - auth->len))
		return -EOPNOTSUPP;
	return 0;
}

static int vtpmb_set_chip_auth(struct vtpmb_proxy *proxy, u64 address,
			       enum vtpmb_chip_hier hier)
{
	struct vtpmb_auth *auth = &proxy->vtpm.chip_auth[hier];
	struct vtpm_bridge_auth from = {};
	int err = vtpmb_get_auth(&from, address);

	if (!err) {
		while (from.len && !from.auth[from.len - 1])
			from.len--;
		mutex_lock(&proxy->vtpm.lock);
		memcpy(auth->value, from.auth, sizeof(auth->value));
		auth->len = from.len;
		mutex_unlock(&proxy->vtpm.lock);
	}
	memzero_explicit(&from, sizeof(from));
	return err;
}

static int vtpmb_set_owner_auth(struct vtpmb_proxy *proxy, u64 address)
{
	return vtpmb_set_chip_auth(proxy, address, VTPMB_CHIP_OWNER);
}

static int vtpmb_set_endorsement_auth(struct vtpmb_proxy *proxy, u64 address)
{
	return vtpmb_set_chip_auth(proxy, address, VTPMB_CHIP_ENDORSEMENT);
}

static struct vtpmb_range vtpmb_get_range(u64 value)
{
	return (struct vtpmb_range) {
		.first = upper_32_bits(value), .last = lower_32_bits(value),
	};
}

static u64 vtpmb_put_range(const struct vtpmb_range *range)
{
	return (u64)range->first << 32 | range->last;
}

/* Both ends are handles of @type, and none between them is one of @others. */
static bool vtpmb_range_is_good(const struct vtpmb_range *range, u8 type,
				const struct vtpmb_range *others)
{
	return range->first >> 24 == type && range->last >> 24 == type &&
	       range->first <= range->last && !vtpmb_range_overlaps(range, others);
}

static bool vtpmb_nv_range_is_good(const struct vtpmb_proxy *proxy,
				   const struct vtpmb_range *range)
{
	static const struct vtpmb_range certificates = {
		VTPMB_CERTIFICATE_FIRST, VTPMB_CERTIFICATE_LAST
	};

	if (proxy->vtpm.port->family == &vtpmb_tpm20)
		return vtpmb_range_is_good(range, 0x01, &certificates);
	return range->first && range->first <= range->last && range->last != U32_MAX;
}

static int vtpmb_set_nv_range(struct vtpmb_proxy *proxy, u64 value)
{
	struct vtpmb_range range = vtpmb_get_range(value);

	if (value && !vtpmb_nv_range_is_good(proxy, &range))
		return -ERANGE;
	return vtpmb_proxy_grant(proxy, VTPMB_RANGE_NV, &range);
}

static int vtpmb_set_persistent_range(struct vtpmb_proxy *proxy, u64 value)
{
	static const struct vtpmb_range platform = { 0x81800000, 0x81ffffff };
	struct vtpmb_range range = vtpmb_get_range(value);

	if (value && !vtpmb_range_is_good(&range, 0x81, &platform))
		return -ERANGE;
	return vtpmb_proxy_grant(proxy, VTPMB_RANGE_PERSISTENT, &range);
}

static int vtpmb_set_persistent_objects(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->vtpm.persistent_objects, value);
	return 0;
}

static int vtpmb_set_nv_indices(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->vtpm.nv_indices, value);
	return 0;
}

static int vtpmb_set_nv_bytes(struct vtpmb_proxy *proxy, u64 value)
{
	WRITE_ONCE(proxy->vtpm.nv_bytes, value);
	return 0;
}

static int vtpmb_set_transport(struct vtpmb_proxy *proxy, u64 value)
{
	proxy->vtpm.transport = value;
	return 0;
}

static int vtpmb_set_counter(struct vtpmb_proxy *proxy, u64 value)
{
	proxy->vtpm.counter = value;
	return 0;
}

/**
 * struct vtpmb_ctl_key - a key of VTPM_BRIDGE_SET
 * @max:	greatest value; a greater one is -ERANGE
 * @set:	called under vtpm.lock
 * @family:	the only one that has the key, or NULL; -EOPNOTSUPP for another
 * @locks:	@set takes vtpm.lock itself
 */
struct vtpmb_ctl_key {
	u64 max;
	int (*set)(struct vtpmb_proxy *proxy, u64 value);
	const struct vtpmb_family *family;
	bool locks;
};

static const struct vtpmb_ctl_key vtpmb_ctl_keys[] = {
	[VTPM_BRIDGE_LOCALITY] = { 4, vtpmb_set_locality },
	[VTPM_BRIDGE_PHYSICAL_PRESENCE] = { 1, vtpmb_set_pp },
	[VTPM_BRIDGE_QUERY_RESETS] = { 1, vtpmb_set_query_resets },
	[VTPM_BRIDGE_OWNERSHIP] = { VTPM_BRIDGE_OWNERSHIP_GRANTED,
				    vtpmb_set_ownership, &vtpmb_tpm12 },
	[VTPM_BRIDGE_DENY] = { U32_MAX, vtpmb_set_deny },
	[VTPM_BRIDGE_ALLOW] = { U32_MAX, vtpmb_set_allow },
	[VTPM_BRIDGE_ALLOW_UNSAFE] = { U32_MAX, vtpmb_set_allow_unsafe },
	[VTPM_BRIDGE_DEFAULT] = { U32_MAX, vtpmb_set_default },
	[VTPM_BRIDGE_SECRET] = { U64_MAX, vtpmb_set_secret, &vtpmb_tpm20, true },
	[VTPM_BRIDGE_NV_RANGE] = { U64_MAX, vtpmb_set_nv_range, NULL, true },
	[VTPM_BRIDGE_NV_INDICES] = { VTPMB_MAX_NV_INDICES, vtpmb_set_nv_indices },
	[VTPM_BRIDGE_NV_BYTES] = { VTPMB_MAX_NV_BYTES, vtpmb_set_nv_bytes },
	[VTPM_BRIDGE_PERSISTENT_RANGE] = { U64_MAX, vtpmb_set_persistent_range,
					   &vtpmb_tpm20, true },
	[VTPM_BRIDGE_PERSISTENT_OBJECTS] = { VTPMB_MAX_PERSISTENT,
					     vtpmb_set_persistent_objects, &vtpmb_tpm20 },
	[VTPM_BRIDGE_REAL_PCRS] = { BIT_ULL(VTPMB_NR_PCRS) - 1, vtpmb_set_real_pcrs },
	[VTPM_BRIDGE_OWNER_AUTH] = { U64_MAX, vtpmb_set_owner_auth, &vtpmb_tpm20, true },
	[VTPM_BRIDGE_ENDORSEMENT_AUTH] = { U64_MAX, vtpmb_set_endorsement_auth,
					   &vtpmb_tpm20, true },
	[VTPM_BRIDGE_TRANSPORT] = { VTPM_BRIDGE_TRANSPORT_ALLOW, vtpmb_set_transport,
				    &vtpmb_tpm12 },
	[VTPM_BRIDGE_COUNTER] = { U32_MAX, vtpmb_set_counter, &vtpmb_tpm12 },
};

static int vtpmb_set_key(struct vtpmb_proxy *proxy,
			 const struct vtpmb_ctl_key *key, u64 value)
{
	int err;

	if (key->family && key->family != proxy->vtpm.port->family)
		return -EOPNOTSUPP;
	if (value > key->max)
		return -ERANGE;
	if (key->locks)
		return key->set(proxy, value);
	mutex_lock(&proxy->vtpm.lock);
	err = key->set(proxy, value);
	mutex_unlock(&proxy->vtpm.lock);
	return err;
}

static long vtpmb_ctl_set(struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_set *set = &call->arg.set;
	struct vtpmb_proxy *proxy;
	int err;

	if (set->__reserved || set->key >= ARRAY_SIZE(vtpmb_ctl_keys) ||
	    !vtpmb_ctl_keys[set->key].set)
		return -EOPNOTSUPP;

	proxy = vtpmb_proxy_find(set->num);
	if (!proxy)
		return -ENOENT;
	err = vtpmb_set_key(proxy, &vtpmb_ctl_keys[set->key], set->value);
	vtpmb_proxy_put(proxy);
	return err;
}

static u32 vtpmb_proxy_flags(const struct vtpmb_proxy *proxy)
{
	const struct vtpmb_auth *auth = proxy->vtpm.chip_auth;

	lockdep_assert_held(&proxy->vtpm.lock);

	return (proxy->owner ? 0 : VTPM_BRIDGE_PERSISTENT) |
	       (proxy->query_resets ? VTPM_BRIDGE_QUERY_RESET : 0) |
	       (test_bit(0, &proxy->open) ? VTPM_BRIDGE_OPEN : 0) |
	       (auth[VTPMB_CHIP_OWNER].len ? VTPM_BRIDGE_HAS_OWNER_AUTH : 0) |
	       (auth[VTPMB_CHIP_ENDORSEMENT].len ? VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH : 0);
}

static void vtpmb_fill_query(struct vtpmb_proxy *proxy,
			     struct vtpm_bridge_query *query)
{
	const struct vtpmb_family *family = proxy->vtpm.port->family;

	lockdep_assert_held(&proxy->vtpm.lock);

	*query = (struct vtpm_bridge_query) {
		.size = query->size,
		.num = proxy->num,
		.flags = vtpmb_proxy_flags(proxy),
		.chip = vtpmb_hub_chip_num(proxy->hub),
		.family = family == &vtpmb_tpm20 ? 0x200 : 0x102,
		.power = proxy->vtpm.power,
		.locality = proxy->vtpm.locality,
		.physical_presence = family->pp(&proxy->vtpm),
		.physical_presence_lock = family->pp_locked(&proxy->vtpm),
		.ownership = proxy->vtpm.ownership,
		.commands = atomic64_read(&proxy->nr_commands),
		.refusals = atomic64_read(&proxy->nr_refusals),
		.chip_commands = atomic64_read(&proxy->nr_chip_commands),
		.resets = atomic64_read(&proxy->nr_resets),
		.real_pcrs = proxy->vtpm.real_pcrs,
		.persistent_objects = proxy->vtpm.persistent_objects,
		.persistent_range = vtpmb_put_range(&proxy->vtpm.range[VTPMB_RANGE_PERSISTENT]),
		.nv_range = vtpmb_put_range(&proxy->vtpm.range[VTPMB_RANGE_NV]),
		.nv_indices = proxy->vtpm.nv_indices,
		.nv_bytes = proxy->vtpm.nv_bytes,
		.transport = proxy->vtpm.transport,
		.counter = proxy->vtpm.counter,
	};
}

static long vtpmb_ctl_query(struct vtpmb_ctl_call *call)
{
	struct vtpmb_proxy *proxy = vtpmb_proxy_find(call->arg.query.num);

	if (!proxy)
		return -ENOENT;
	mutex_lock(&proxy->vtpm.lock);
	vtpmb_fill_query(proxy, &call->arg.query);
	mutex_unlock(&proxy->vtpm.lock);
	vtpmb_proxy_put(proxy);
	return 0;
}

static u64 vtpmb_ctl_known_keys(void)
{
	u64 keys = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtpmb_ctl_keys); i++) {
		if (vtpmb_ctl_keys[i].set)
			keys |= BIT_ULL(i);
	}
	return keys;
}

static long vtpmb_ctl_list(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_list *list = &call->arg.list;
	u32 nums[VTPMB_MAX_PROXIES];
	u32 count = vtpmb_proxy_list(nums, ARRAY_SIZE(nums));
	u32 fit = min(list->count, count);

	if (copy_to_user(u64_to_user_ptr(list->nums), nums,
			 fit * sizeof(nums[0])))
		return -EFAULT;
	list->count = count;
	list->keys = vtpmb_ctl_known_keys();
	return 0;
}

/**
 * struct vtpmb_ctl_op - an ioctl
 * @size:	bytes of its struct as this kernel knows it
 * @min_size:	bytes of its first version
 * @run:	the struct is in @arg of the call, and goes back to the user after
 *		success
 */
struct vtpmb_ctl_op {
	size_t size;
	size_t min_size;
	long (*run)(struct vtpmb_ctl_call *call);
};

#define VTPMB_CTL_OP(nr, type, last, fn)				\
	[_IOC_NR(nr) - _IOC_NR(VTPM_BRIDGE_CREATE)] = {			\
		sizeof(struct type), offsetofend(struct type, last), fn }

static const struct vtpmb_ctl_op vtpmb_ctl_ops[] = {
	VTPMB_CTL_OP(VTPM_BRIDGE_CREATE, vtpm_bridge_create, num,
		     vtpmb_ctl_create),
	VTPMB_CTL_OP(VTPM_BRIDGE_DESTROY, vtpm_bridge_destroy, __reserved,
		     vtpmb_ctl_destroy),
	VTPMB_CTL_OP(VTPM_BRIDGE_RESET, vtpm_bridge_reset, __reserved,
		     vtpmb_ctl_reset),
	VTPMB_CTL_OP(VTPM_BRIDGE_SET, vtpm_bridge_set, value, vtpmb_ctl_set),
	VTPMB_CTL_OP(VTPM_BRIDGE_QUERY, vtpm_bridge_query, resets,
		     vtpmb_ctl_query),
	VTPMB_CTL_OP(VTPM_BRIDGE_LIST, vtpm_bridge_list, keys, vtpmb_ctl_list),
};

static const struct vtpmb_ctl_op *vtpmb_ctl_find_op(unsigned int cmd)
{
	unsigned int i = cmd - VTPM_BRIDGE_CREATE;

	return i < ARRAY_SIZE(vtpmb_ctl_ops) ? &vtpmb_ctl_ops[i] : NULL;
}

/* What the user was not told of is not to be: it, and not who has its number now. */
static long vtpmb_ctl_give_back(const struct vtpmb_ctl_op *op, struct vtpmb_ctl_call *call,
				void __user *uarg)
{
	size_t len = min_t(size_t, call->arg.size, op->size);
	long ret = copy_to_user(uarg, &call->arg, len) ? -EFAULT : 0;

	if (!call->made)
		return ret;
	if (ret)
		vtpmb_proxy_undo_create(call->made);
	vtpmb_proxy_put(call->made);
	return ret;
}

static long vtpmb_ctl_ioctl(struct file *filp, unsigned int cmd,
			    unsigned long user)
{
	const struct vtpmb_ctl_op *op = vtpmb_ctl_find_op(cmd);
	void __user *uarg = (void __user *)user;
	struct vtpmb_ctl_call call = { .filp = filp };
	u32 size;
	long ret;

	if (!op)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < op->min_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(&call.arg, op->size, uarg, size);
	if (ret)
		return ret;

	/* Read once: what another thread writes there meanwhile is ignored. */
	call.arg.size = size;
	ret = op->run(&call);
	return ret ? ret : vtpmb_ctl_give_back(op, &call, uarg);
}

static int vtpmb_ctl_open(struct inode *inode, struct file *filp)
{
	return nonseekable_open(inode, filp);
}

static int vtpmb_ctl_release(struct inode *inode, struct file *filp)
{
	vtpmb_proxy_destroy_owned(filp);
	return 0;
}

static const struct file_operations vtpmb_ctl_fops = {
	.owner = THIS_MODULE,
	.open = vtpmb_ctl_open,
	.release = vtpmb_ctl_release,
	.unlocked_ioctl = vtpmb_ctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice vtpmb_ctl_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtpm-control",
	.fops = &vtpmb_ctl_fops,
	.mode = 0600,
};

int vtpmb_ctl_init(void)
{
	return misc_register(&vtpmb_ctl_misc);
}

void vtpmb_ctl_exit(void)
{
	misc_deregister(&vtpmb_ctl_misc);
}
