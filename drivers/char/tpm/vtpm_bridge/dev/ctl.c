// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control node /dev/vtpm-control.
 *
 * A const table gives the size of each ioctl's struct and the function that runs it.
 * One handler makes the checks that are common to all, in the order that the UAPI header
 * promises.
 */

#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/lockdep.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/vtpm_bridge.h>
#include "ctl.h"
#include "../core/attest.h"
#include "../core/failure.h"
#include "../core/limits.h"
#include "file.h"
#include "proxy.h"
#include "store_file.h"
#include "sysfs.h"

static_assert(sizeof(struct vtpm_bridge_create) == 64);
static_assert(sizeof(struct vtpm_bridge_destroy) == 16);
static_assert(sizeof(struct vtpm_bridge_reset) == 16);
static_assert(sizeof(struct vtpm_bridge_set) == 24);
static_assert(sizeof(struct vtpm_bridge_query) == 144);
static_assert(sizeof(struct vtpm_bridge_list) == 24);
static_assert(sizeof(struct vtpm_bridge_get) == 24);
static_assert(sizeof(struct vtpm_bridge_setting) == 16);
static_assert(sizeof(struct vtpm_bridge_policy) == 24);
static_assert(sizeof(struct vtpm_bridge_chip) == 16);
static_assert(sizeof(struct vtpm_bridge_keep) == 16);
static_assert(sizeof(struct vtpm_bridge_identity) == 80);
static_assert(VTPM_BRIDGE_MAX_DIGEST == VTPMB_MAX_DIGEST);
static_assert(sizeof(struct vtpm_bridge_auth) == 72);
static_assert(sizeof(struct vtpm_bridge_state) == 56);
static_assert(VTPM_BRIDGE_STATE_KEY_SIZE == VTPMB_AEAD_KEY);
static_assert(VTPM_BRIDGE_STATE_SIZE == VTPMB_STORE_SIZE);
static_assert(sizeof(struct vtpmb_store_head) <= VTPM_BRIDGE_STATE_OWN);
static_assert(VTPM_BRIDGE_STATE_OWN_END == VTPMB_STORE_SLOTS);
static_assert(VTPM_BRIDGE_MAX_AUTH == VTPMB_MAX_AUTH);
static_assert(VTPM_BRIDGE_MAX_NAME == VTPMB_MAX_NAME);

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
	struct vtpm_bridge_get get;
	struct vtpm_bridge_policy policy;
	struct vtpm_bridge_chip chip;
	struct vtpm_bridge_keep keep;
	struct vtpm_bridge_identity identity;
};

/**
 * struct vtpmb_ctl_call - an ioctl on its way
 * @filp:	the control file
 * @uarg:	where the user has the struct
 * @arg:	its struct
 * @made:	the proxy that it has created and not yet published, or NULL
 */
struct vtpmb_ctl_call {
	struct file *filp;
	void __user *uarg;
	union vtpmb_ctl_arg arg;
	struct vtpmb_proxy *made;
};

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

/**
 * struct vtpmb_ctl_key - a key of VTPM_BRIDGE_SET and VTPM_BRIDGE_GET
 * @setting:	its row in the settings of the proxy's family, which says whether the family
 *		has it, and what values it takes; 0: both families have it, with the same values
 * @max:	maximum value of a key without @setting; a greater one is -ERANGE
 * @offset:	where the value is in struct vtpmb_proxy
 * @size:	its size there, 1 or 4; 0: the value is not a field
 * @verb:	what a key of the policy does to the command with the code that is its value
 * @range:	which range a key with a range sets
 * @set:	called under vtpm.lock; NULL: the field is set, or else @setting
 * @get:	called under vtpm.lock; NULL: the field is read, or else @setting.  A key with
 *		none of these belongs to the policy: VTPM_BRIDGE_POLICY reads it.
 * @locks:	@set takes vtpm.lock itself
 */
struct vtpmb_ctl_key {
	enum vtpmb_setting_nr setting;
	u64 max;
	size_t offset;
	size_t size;
	enum vtpmb_policy_verb verb;
	enum vtpmb_range_kind range;
	int (*set)(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 value);
	u64 (*get)(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key);
	bool locks;
};

static int vtpmb_set_failure_mode(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key,
				  u64 value)
{
	vtpmb_proxy_set_failure_mode(proxy, value);
	return 0;
}

static u64 vtpmb_get_failure_mode(const struct vtpmb_proxy *proxy,
				  const struct vtpmb_ctl_key *key)
{
	return proxy->failure_mode != VTPMB_FAILURE_NONE;
}

static int vtpmb_set_policy(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 code)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;

	return vtpmb_policy_set(&vtpm->policy, vtpm->port->family->commands, code, key->verb);
}

/* Read user memory without the lock: a page fault can take arbitrarily long. */
static int vtpmb_set_secret(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key,
			    u64 address)
{
	u8 secret[VTPMB_SECRET_SIZE];

	BUILD_BUG_ON(sizeof(secret) != VTPM_BRIDGE_SECRET_SIZE);
	if (copy_from_user(secret, u64_to_user_ptr(address), sizeof(secret)))
		return -EFAULT;
	mutex_lock(&proxy->vtpm.lock);
	vtpmb_setting_set_bytes(&proxy->vtpm, key->setting, secret, sizeof(secret));
	mutex_unlock(&proxy->vtpm.lock);
	memzero_explicit(secret, sizeof(secret));
	return 0;
}

/*
 * Copy a struct that begins with its size.  This kernel knows @known bytes of it; its first version
 * had @min.  The size that was checked is kept: another thread may have changed it meanwhile.
 */
static int vtpmb_copy_struct(void *to, size_t known, size_t min, const void __user *from)
{
	u32 size;
	int err;

	if (get_user(size, (const u32 __user *)from))
		return -EFAULT;
	if (size < min)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(to, known, from, size);
	if (!err)
		*(u32 *)to = size;
	return err;
}

static int vtpmb_copy_auth(struct vtpm_bridge_auth *auth, u64 address)
{
	int err = vtpmb_copy_struct(auth, sizeof(*auth), sizeof(*auth), u64_to_user_ptr(address));

	if (err)
		return err;
	if (auth->len > sizeof(auth->auth))
		return -ERANGE;
	if (memchr_inv(auth->auth + auth->len, 0, sizeof(auth->auth) - auth->len))
		return -EOPNOTSUPP;
	return 0;
}

static int vtpmb_set_auth(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 address)
{
	struct vtpm_bridge_auth auth = {};
	int err = vtpmb_copy_auth(&auth, address);

	if (!err) {
		mutex_lock(&proxy->vtpm.lock);
		vtpmb_setting_set_bytes(&proxy->vtpm, key->setting, auth.auth, auth.len);
		mutex_unlock(&proxy->vtpm.lock);
	}
	memzero_explicit(&auth, sizeof(auth));
	return err;
}

#define VTPMB_STATE_MIN		offsetofend(struct vtpm_bridge_state, key)
#define VTPMB_STATE_FLAGS	(VTPM_BRIDGE_STATE_NEW | VTPM_BRIDGE_STATE_ANY_GENERATION)

static int vtpmb_copy_state(struct vtpm_bridge_state *state, u64 address)
{
	int err = vtpmb_copy_struct(state, sizeof(*state), VTPMB_STATE_MIN,
				    u64_to_user_ptr(address));

	if (!err && (state->flags & ~VTPMB_STATE_FLAGS || state->__reserved))
		err = -EOPNOTSUPP;
	if (!err && state->generation == U64_MAX)
		err = -ERANGE;
	return err;
}

static int vtpmb_set_state(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 address)
{
	struct vtpm_bridge_state state = {};
	struct vtpmb_store_plan plan = { .key = state.key };
	struct file *file;
	int err = vtpmb_copy_state(&state, address);

	if (!err) {
		file = vtpmb_store_file_open(state.fd);
		err = PTR_ERR_OR_ZERO(file);
	}
	if (!err) {
		plan.is_new = state.flags & VTPM_BRIDGE_STATE_NEW;
		plan.any_generation = state.flags & VTPM_BRIDGE_STATE_ANY_GENERATION;
		plan.generation = state.generation;
		err = vtpmb_proxy_set_store(proxy, file, &plan);
	}
	memzero_explicit(&state, sizeof(state));
	return err;
}

static u64 vtpmb_get_state(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key)
{
	return !!proxy->vtpm.store;
}

static int vtpmb_set_range(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 value)
{
	struct vtpmb_range range = vtpmb_range_unpack(value);

	return vtpmb_proxy_grant(proxy, key->range, &range);
}

static u64 vtpmb_get_range(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key)
{
	return vtpmb_range_pack(&proxy->vtpm.range[key->range]);
}

static int vtpmb_set_power(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 value)
{
	return vtpmb_proxy_set_power(proxy, value);
}

static int vtpmb_set_stop_on_failure(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key,
				     u64 value)
{
	vtpmb_failure_set_stop(&proxy->vtpm, value);
	return 0;
}

#define vtpmb_field_size(size) ((size) + BUILD_BUG_ON_ZERO((size) != 1 && (size) != 4))

#define VTPMB_CTL_FIELD(field, ...) {					\
	.offset = offsetof(struct vtpmb_proxy, field),			\
	.size = vtpmb_field_size(sizeof_field(struct vtpmb_proxy, field)),\
	__VA_ARGS__ }
#define VTPMB_CTL_POLICY(name) {					\
	.max = U32_MAX, .set = vtpmb_set_policy, .verb = VTPMB_POLICY_##name }
#define VTPMB_CTL_SETTING(name, ...) { .setting = VTPMB_SETTING_##name, __VA_ARGS__ }
#define VTPMB_CTL_BYTES(name, fn)					\
	VTPMB_CTL_SETTING(name, .set = fn, .locks = true)
#define VTPMB_CTL_RANGE(name, kind)					\
	VTPMB_CTL_SETTING(name, .set = vtpmb_set_range, .get = vtpmb_get_range,	\
			  .range = kind, .locks = true)

static const struct vtpmb_ctl_key vtpmb_ctl_keys[] = {
	[VTPM_BRIDGE_LOCALITY] = VTPMB_CTL_FIELD(vtpm.locality, .max = 4),
	[VTPM_BRIDGE_PHYSICAL_PRESENCE] = VTPMB_CTL_FIELD(vtpm.pp_pin, .max = 1),
	[VTPM_BRIDGE_RESET_BY_QUERY] = VTPMB_CTL_FIELD(reset_by_query, .max = 1),
	[VTPM_BRIDGE_OWNERSHIP] = VTPMB_CTL_SETTING(OWNERSHIP),
	[VTPM_BRIDGE_DENY] = VTPMB_CTL_POLICY(DENY),
	[VTPM_BRIDGE_ALLOW] = VTPMB_CTL_POLICY(ALLOW),
	[VTPM_BRIDGE_ALLOW_UNSAFE] = VTPMB_CTL_POLICY(ALLOW_UNSAFE),
	[VTPM_BRIDGE_DEFAULT] = VTPMB_CTL_POLICY(DEFAULT),
	[VTPM_BRIDGE_SECRET] = VTPMB_CTL_BYTES(SECRET, vtpmb_set_secret),
	[VTPM_BRIDGE_NV_RANGE] = VTPMB_CTL_RANGE(NV_RANGE, VTPMB_RANGE_NV),
	[VTPM_BRIDGE_NV_INDICES] = VTPMB_CTL_FIELD(vtpm.nv_indices, .max = VTPMB_MAX_NV_INDICES),
	[VTPM_BRIDGE_NV_BYTES] = VTPMB_CTL_FIELD(vtpm.nv_bytes, .max = VTPMB_MAX_NV_BYTES),
	[VTPM_BRIDGE_PERSISTENT_RANGE] =
		VTPMB_CTL_RANGE(PERSISTENT_RANGE, VTPMB_RANGE_PERSISTENT),
	[VTPM_BRIDGE_PERSISTENT_OBJECTS] = VTPMB_CTL_SETTING(PERSISTENT_OBJECTS),
	[VTPM_BRIDGE_REAL_PCRS] =
		VTPMB_CTL_FIELD(vtpm.real_pcrs, .setting = VTPMB_SETTING_REAL_PCRS),
	[VTPM_BRIDGE_OWNER_AUTH] = VTPMB_CTL_BYTES(OWNER_AUTH, vtpmb_set_auth),
	[VTPM_BRIDGE_ENDORSEMENT_AUTH] = VTPMB_CTL_BYTES(ENDORSEMENT_AUTH, vtpmb_set_auth),
	[VTPM_BRIDGE_TRANSPORT] = VTPMB_CTL_SETTING(TRANSPORT),
	[VTPM_BRIDGE_COUNTER] = VTPMB_CTL_SETTING(COUNTER),
	[VTPM_BRIDGE_POWER] = VTPMB_CTL_FIELD(powered, .max = 1, .set = vtpmb_set_power),
	[VTPM_BRIDGE_ENDORSEMENT] = VTPMB_CTL_SETTING(ENDORSEMENT),
	[VTPM_BRIDGE_STOP_ON_FAILURE] =
		VTPMB_CTL_FIELD(vtpm.stop_on_failure, .max = 1, .set = vtpmb_set_stop_on_failure),
	[VTPM_BRIDGE_FAILURE_MODE] = {
		.max = 1, .set = vtpmb_set_failure_mode, .get = vtpmb_get_failure_mode,
	},
	[VTPM_BRIDGE_NULL_KEY] = VTPMB_CTL_SETTING(NULL_KEY),
	[VTPM_BRIDGE_COMPOSITE] = VTPMB_CTL_SETTING(COMPOSITE),
	[VTPM_BRIDGE_ATTEST] = VTPMB_CTL_SETTING(ATTEST),
	[VTPM_BRIDGE_STATE] = {
		.max = U64_MAX, .set = vtpmb_set_state, .get = vtpmb_get_state, .locks = true,
	},
};

static bool vtpmb_key_exists(const struct vtpmb_ctl_key *key)
{
	return key->setting || key->max;
}

/* The key's row, or NULL. */
static const struct vtpmb_ctl_key *vtpmb_ctl_find_key(u32 key)
{
	if (key >= ARRAY_SIZE(vtpmb_ctl_keys) || !vtpmb_key_exists(&vtpmb_ctl_keys[key]))
		return NULL;
	return &vtpmb_ctl_keys[key];
}

/* WRITE_ONCE(): sysfs and the hub's thread read fields without the lock. */
static void vtpmb_set_field(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 value)
{
	void *field = (void *)proxy + key->offset;

	if (key->size == sizeof(u32))
		WRITE_ONCE(*(u32 *)field, value);
	else
		WRITE_ONCE(*(u8 *)field, value);
}

static u64 vtpmb_get_field(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key)
{
	const void *field = (const void *)proxy + key->offset;

	return key->size == sizeof(u32) ? *(const u32 *)field : *(const u8 *)field;
}

static int vtpmb_check_value(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key,
			     u64 value)
{
	if (key->setting)
		return vtpmb_setting_check(&proxy->vtpm, key->setting, value);
	return value > key->max ? -ERANGE : 0;
}

static int vtpmb_set_value(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 value)
{
	lockdep_assert_held(&proxy->vtpm.lock);

	if (key->set)
		return key->set(proxy, key, value);
	if (key->size)
		vtpmb_set_field(proxy, key, value);
	else
		vtpmb_setting_set(&proxy->vtpm, key->setting, value);
	return 0;
}

static u64 vtpmb_get_value(const struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key)
{
	lockdep_assert_held(&proxy->vtpm.lock);

	if (key->get)
		return key->get(proxy, key);
	if (key->size)
		return vtpmb_get_field(proxy, key);
	return vtpmb_setting_get(&proxy->vtpm, key->setting);
}

static int vtpmb_set_key(struct vtpmb_proxy *proxy,
			 const struct vtpmb_ctl_key *key, u64 value)
{
	int err = vtpmb_check_value(proxy, key, value);

	if (err)
		return err;
	if (key->locks)
		return key->set(proxy, key, value);
	mutex_lock(&proxy->vtpm.lock);
	err = vtpmb_set_value(proxy, key, value);
	mutex_unlock(&proxy->vtpm.lock);
	return err;
}

static void vtpmb_mark(struct vtpmb_vtpm *vtpm, struct vtpmb_store_mark *mark)
{
	mutex_lock(&vtpm->lock);
	vtpmb_store_mark(vtpm, mark);
	mutex_unlock(&vtpm->lock);
}

/* A setting that the state file keeps is on disk when the ioctl returns, or has no effect. */
static int vtpmb_set_and_store(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key,
			       u64 value)
{
	struct vtpmb_store_mark mark;
	int err;

	vtpmb_mark(&proxy->vtpm, &mark);
	err = vtpmb_set_key(proxy, key, value);
	return err ?: vtpmb_store_commit(&proxy->vtpm, &mark);
}

static long vtpmb_ctl_set(struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_set *set = &call->arg.set;
	const struct vtpmb_ctl_key *key = vtpmb_ctl_find_key(set->key);
	struct vtpmb_proxy *proxy;
	int err;

	if (set->__reserved || !key)
		return -EOPNOTSUPP;

	proxy = vtpmb_proxy_find(set->num);
	if (!proxy)
		return -ENOENT;
	err = vtpmb_set_and_store(proxy, key, set->value);
	vtpmb_proxy_put(proxy);
	return err;
}

static int vtpmb_apply_setting(struct vtpmb_proxy *proxy, u64 address)
{
	struct vtpm_bridge_setting setting;
	const struct vtpmb_ctl_key *key;

	if (copy_from_user(&setting, u64_to_user_ptr(address), sizeof(setting)))
		return -EFAULT;
	key = vtpmb_ctl_find_key(setting.key);
	if (setting.__reserved || !key)
		return -EOPNOTSUPP;
	return vtpmb_set_key(proxy, key, setting.value);
}

/* If a setting fails, only @failed is copied out, not the whole struct. */
static int vtpmb_tell_failed(struct vtpmb_ctl_call *call, u32 nr)
{
	struct vtpm_bridge_create __user *create = call->uarg;

	if (call->arg.size < offsetofend(struct vtpm_bridge_create, failed))
		return 0;
	return put_user(nr, &create->failed);
}

static int vtpmb_apply_settings(struct vtpmb_proxy *proxy, struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_create *create = &call->arg.create;
	u64 address = create->settings;
	u32 i;
	int err;

	for (i = 0; i < create->nr_settings; i++) {
		err = vtpmb_apply_setting(proxy, address);
		if (err)
			return vtpmb_tell_failed(call, i) ? -EFAULT : err;
		address += sizeof(struct vtpm_bridge_setting);
	}
	return 0;
}

static const struct vtpmb_proxy_type vtpmb_ctl_proxy_type = {
	.fops = &vtpmb_file_fops,
	.groups = vtpmb_sysfs_groups,
	.done = vtpmb_file_done,
};

static bool vtpmb_is_name_char(char c)
{
	return isascii(c) && (isalnum(c) || c == '.' || c == '-' || c == '_');
}

/* No name may be a number or the control node's: vtpm-control. */
static bool vtpmb_is_name(const char name[VTPMB_MAX_NAME + 1])
{
	size_t i, len = strnlen(name, VTPMB_MAX_NAME + 1);

	if (len > VTPMB_MAX_NAME || memchr_inv(name + len, 0, VTPMB_MAX_NAME + 1 - len))
		return false;
	for (i = 0; i < len; i++) {
		if (!vtpmb_is_name_char(name[i]))
			return false;
	}
	return !len || (isalpha(name[0]) && strcmp(name, "control"));
}

static long vtpmb_ctl_create(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_create *create = &call->arg.create;
	struct vtpmb_store_mark mark;
	struct vtpmb_proxy *proxy;
	int err;

	if (create->flags & ~VTPM_BRIDGE_PERSISTENT)
		return -EOPNOTSUPP;
	if (create->nr_settings > VTPM_BRIDGE_MAX_SETTINGS)
		return -ERANGE;
	if (!vtpmb_is_name(create->name))
		return -EINVAL;

	proxy = vtpmb_proxy_create(&vtpmb_ctl_proxy_type, create->chip, create->name,
				   create->flags & VTPM_BRIDGE_PERSISTENT ?
				   NULL : call->filp);
	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	create->chip = vtpmb_hub_chip_num(proxy->hub);
	create->num = proxy->num;
	call->made = proxy;
	err = vtpmb_apply_settings(proxy, call);
	if (err)
		return err;
	vtpmb_mark(&proxy->vtpm, &mark);
	return vtpmb_store_commit(&proxy->vtpm, &mark);
}

static long vtpmb_ctl_keep(struct vtpmb_ctl_call *call)
{
	const struct vtpm_bridge_keep *keep = &call->arg.keep;

	if (keep->flags || keep->__reserved)
		return -EOPNOTSUPP;
	return vtpmb_proxy_keep(keep->num, call->filp);
}

static long vtpmb_ctl_chip(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_chip *chip = &call->arg.chip;
	const struct vtpmb_family *family;

	if (chip->__reserved)
		return -EOPNOTSUPP;
	family = vtpmb_hub_find_chip(&chip->chip);
	if (IS_ERR(family))
		return PTR_ERR(family);
	chip->family = family->version;
	return 0;
}

static int vtpmb_get_key(struct vtpmb_proxy *proxy, const struct vtpmb_ctl_key *key, u64 *value)
{
	if (key->setting && !vtpmb_setting_exists(&proxy->vtpm, key->setting))
		return -EOPNOTSUPP;
	mutex_lock(&proxy->vtpm.lock);
	*value = vtpmb_get_value(proxy, key);
	mutex_unlock(&proxy->vtpm.lock);
	return 0;
}

static long vtpmb_ctl_get(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_get *get = &call->arg.get;
	const struct vtpmb_ctl_key *key = vtpmb_ctl_find_key(get->key);
	struct vtpmb_proxy *proxy;
	u64 value;
	int err;

	if (get->__reserved || !key || !(key->get || key->size || key->setting))
		return -EOPNOTSUPP;

	proxy = vtpmb_proxy_find(get->num);
	if (!proxy)
		return -ENOENT;
	err = vtpmb_get_key(proxy, key, &value);
	vtpmb_proxy_put(proxy);
	if (!err)
		get->value = value;
	return err;
}

/* The keys that set a policy other than the default. */
static const u32 vtpmb_policy_keys[] = {
	[VTPMB_POLICY_DENY] = VTPM_BRIDGE_DENY,
	[VTPMB_POLICY_ALLOW_UNSAFE] = VTPM_BRIDGE_ALLOW_UNSAFE,
};

/* Returns how many there are; @settings has room for all commands. */
static u32 vtpmb_fill_policy(struct vtpmb_vtpm *vtpm, struct vtpm_bridge_setting *settings)
{
	const struct vtpmb_commands *commands = vtpm->port->family->commands;
	unsigned int row;
	u32 count = 0;

	lockdep_assert_held(&vtpm->lock);

	for (row = 0; row < commands->nr_rows; row++) {
		enum vtpmb_policy_verb verb = vtpmb_policy_get(&vtpm->policy, row);

		if (verb == VTPMB_POLICY_DEFAULT)
			continue;
		settings[count].key = vtpmb_policy_keys[verb];
		settings[count++].value = commands->code(row);
	}
	return count;
}

/* Write user memory without the lock, for the reason given at vtpmb_set_secret(). */
static int vtpmb_tell_policy(struct vtpmb_proxy *proxy, struct vtpm_bridge_policy *policy)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;
	struct vtpm_bridge_setting *settings;
	u32 count, fit;
	int err = 0;

	settings = kcalloc(vtpm->port->family->commands->nr_rows, sizeof(*settings),
			   GFP_KERNEL);
	if (!settings)
		return -ENOMEM;
	mutex_lock(&vtpm->lock);
	count = vtpmb_fill_policy(vtpm, settings);
	mutex_unlock(&vtpm->lock);

	fit = min(policy->count, count);
	if (copy_to_user(u64_to_user_ptr(policy->settings), settings, fit * sizeof(*settings)))
		err = -EFAULT;
	else
		policy->count = count;
	kfree(settings);
	return err;
}

static long vtpmb_ctl_policy(struct vtpmb_ctl_call *call)
{
	struct vtpm_bridge_policy *policy = &call->arg.policy;
	struct vtpmb_proxy *proxy;
	int err;

	if (policy->__reserved)
		return -EOPNOTSUPP;
	proxy = vtpmb_proxy_find(policy->num);
	if (!proxy)
		return -ENOENT;
	err = vtpmb_tell_policy(proxy, policy);
	vtpmb_proxy_put(proxy);
	return err;
}

static u32 vtpmb_proxy_flags(const struct vtpmb_proxy *proxy)
{
	const struct vtpmb_vtpm *vtpm = &proxy->vtpm;

	lockdep_assert_held(&proxy->vtpm.lock);

	return (READ_ONCE(proxy->owner) ? 0 : VTPM_BRIDGE_PERSISTENT) |
	       (proxy->reset_by_query ? VTPM_BRIDGE_IS_RESET_BY_QUERY : 0) |
	       (test_bit(0, &proxy->open) ? VTPM_BRIDGE_OPEN : 0) |
	       (vtpmb_setting_get(vtpm, VTPMB_SETTING_OWNER_AUTH) ?
		VTPM_BRIDGE_HAS_OWNER_AUTH : 0) |
	       (vtpmb_setting_get(vtpm, VTPMB_SETTING_ENDORSEMENT_AUTH) ?
		VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH : 0) |
	       (vtpmb_failure_is_stopped(vtpm) ? VTPM_BRIDGE_STOPPED : 0);
}

static void vtpmb_fill_query(struct vtpmb_proxy *proxy,
			     struct vtpm_bridge_query *query)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;
	const struct vtpmb_family *family = vtpm->port->family;
	struct vtpmb_view view;

	lockdep_assert_held(&vtpm->lock);

	family->show(vtpm, &view);
	*query = (struct vtpm_bridge_query) {
		.size = query->size,
		.num = proxy->num,
		.flags = vtpmb_proxy_flags(proxy),
		.chip = vtpmb_hub_chip_num(proxy->hub),
		.family = family->version,
		.power = vtpm->power,
		.locality = vtpm->locality,
		.physical_presence = view.pp,
		.physical_presence_lock = view.pp_locked,
		.ownership = vtpmb_setting_get(vtpm, VTPMB_SETTING_OWNERSHIP),
		.commands = atomic64_read(&proxy->nr_commands),
		.refusals = atomic64_read(&proxy->nr_refusals),
		.chip_commands = atomic64_read(&proxy->nr_chip_commands),
		.resets = atomic64_read(&proxy->nr_resets),
		.real_pcrs = vtpm->real_pcrs,
		.persistent_objects = vtpmb_setting_get(vtpm, VTPMB_SETTING_PERSISTENT_OBJECTS),
		.persistent_range = vtpmb_range_pack(&vtpm->range[VTPMB_RANGE_PERSISTENT]),
		.nv_range = vtpmb_range_pack(&vtpm->range[VTPMB_RANGE_NV]),
		.nv_indices = vtpm->nv_indices,
		.nv_bytes = vtpm->nv_bytes,
		.transport = vtpmb_setting_get(vtpm, VTPMB_SETTING_TRANSPORT),
		.counter = vtpmb_setting_get(vtpm, VTPMB_SETTING_COUNTER),
	};
	memcpy(query->name, proxy->name, sizeof(query->name));
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

static int vtpmb_get_identity(struct vtpmb_vtpm *vtpm, struct vtpm_bridge_identity *out)
{
	struct vtpmb_identity identity;
	int err;

	if (!vtpm->port->family->identity)
		return -EOPNOTSUPP;
	mutex_lock(&vtpm->lock);
	err = vtpm->port->family->identity(vtpm, &identity);
	mutex_unlock(&vtpm->lock);
	if (err)
		return err;
	out->alg = identity.hash->alg;
	out->len = identity.hash->size;
	memcpy(out->digest, identity.digest, sizeof(out->digest));
	return 0;
}

static long vtpmb_ctl_identity(struct vtpmb_ctl_call *call)
{
	struct vtpmb_proxy *proxy = vtpmb_proxy_find(call->arg.identity.num);
	int err;

	if (!proxy)
		return -ENOENT;
	err = vtpmb_get_identity(&proxy->vtpm, &call->arg.identity);
	vtpmb_proxy_put(proxy);
	return err;
}

static u64 vtpmb_ctl_known_keys(void)
{
	u64 keys = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtpmb_ctl_keys); i++) {
		if (vtpmb_key_exists(&vtpmb_ctl_keys[i]))
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
 * @run:	the function; the struct is in @arg of the call and is copied back to the
 *		user after success
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
	VTPMB_CTL_OP(VTPM_BRIDGE_GET, vtpm_bridge_get, value, vtpmb_ctl_get),
	VTPMB_CTL_OP(VTPM_BRIDGE_POLICY, vtpm_bridge_policy, settings, vtpmb_ctl_policy),
	VTPMB_CTL_OP(VTPM_BRIDGE_CHIP, vtpm_bridge_chip, __reserved, vtpmb_ctl_chip),
	VTPMB_CTL_OP(VTPM_BRIDGE_KEEP, vtpm_bridge_keep, __reserved, vtpmb_ctl_keep),
	VTPMB_CTL_OP(VTPM_BRIDGE_IDENTITY, vtpm_bridge_identity, digest, vtpmb_ctl_identity),
};

static const struct vtpmb_ctl_op *vtpmb_ctl_find_op(unsigned int cmd)
{
	unsigned int i = cmd - VTPM_BRIDGE_CREATE;

	return i < ARRAY_SIZE(vtpmb_ctl_ops) ? &vtpmb_ctl_ops[i] : NULL;
}

static long vtpmb_ctl_give_back(const struct vtpmb_ctl_op *op, struct vtpmb_ctl_call *call)
{
	size_t len = min_t(size_t, call->arg.size, op->size);

	return copy_to_user(call->uarg, &call->arg, len) ? -EFAULT : 0;
}

/* Publish a proxy last, when it is configured and the caller has its number. */
static long vtpmb_ctl_finish(struct vtpmb_ctl_call *call, long ret)
{
	if (!ret)
		ret = vtpmb_proxy_publish(call->made);
	if (ret)
		vtpmb_proxy_abort(call->made);
	return ret;
}

static long vtpmb_ctl_ioctl(struct file *filp, unsigned int cmd,
			    unsigned long user)
{
	const struct vtpmb_ctl_op *op = vtpmb_ctl_find_op(cmd);
	void __user *uarg = (void __user *)user;
	struct vtpmb_ctl_call call = { .filp = filp, .uarg = uarg };
	long ret;

	if (!op)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	ret = vtpmb_copy_struct(&call.arg, op->size, op->min_size, uarg);
	if (!ret)
		ret = op->run(&call);
	if (!ret)
		ret = vtpmb_ctl_give_back(op, &call);
	return call.made ? vtpmb_ctl_finish(&call, ret) : ret;
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
