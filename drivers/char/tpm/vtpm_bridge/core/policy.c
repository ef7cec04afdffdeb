// SPDX-License-Identifier: GPL-2.0-only
/* Policy: which commands a proxy may use. */

#include <linux/errno.h>
#include "policy.h"

/*
 * Change what the policy says of one command, under the vtpm's lock.  Returns 0; -ENOENT if the
 * table does not know @code; -EACCES if @verb is VTPMB_POLICY_ALLOW and the command is unsafe:
 * it needs VTPMB_POLICY_ALLOW_UNSAFE.
 */
int vtpmb_policy_set(struct vtpmb_policy *policy,
		     const struct vtpmb_commands *commands, u32 code,
		     enum vtpmb_policy_verb verb)
{
	int row = commands->find(code);

	if (row < 0)
		return row;
	if (verb == VTPMB_POLICY_ALLOW && commands->is_unsafe(row))
		return -EACCES;

	__assign_bit(row, policy->deny, verb == VTPMB_POLICY_DENY);
	__assign_bit(row, policy->allow, verb == VTPMB_POLICY_ALLOW_UNSAFE);
	return 0;
}

/*
 * The verb that makes vtpmb_policy_set() leave the policy as it is, under the vtpm's lock.  It
 * is never VTPMB_POLICY_ALLOW, which is the default of a command that is safe.
 */
enum vtpmb_policy_verb vtpmb_policy_get(const struct vtpmb_policy *policy, unsigned int row)
{
	if (test_bit(row, policy->deny))
		return VTPMB_POLICY_DENY;
	return test_bit(row, policy->allow) ? VTPMB_POLICY_ALLOW_UNSAFE : VTPMB_POLICY_DEFAULT;
}

/* Whether a command may be used, under the vtpm's lock. */
bool vtpmb_policy_permits(const struct vtpmb_policy *policy,
			  const struct vtpmb_commands *commands, unsigned int row)
{
	if (test_bit(row, policy->deny))
		return false;
	return !commands->is_unsafe(row) || test_bit(row, policy->allow);
}
