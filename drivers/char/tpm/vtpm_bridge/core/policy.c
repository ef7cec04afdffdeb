// SPDX-License-Identifier: GPL-2.0-only
/* Policy: which commands a proxy may use. */

#include <linux/errno.h>
#include "policy.h"

/**
 * vtpmb_policy_set() - change what the policy says of one command
 * @policy:	the policy; the caller holds the lock of its vtpm
 * @commands:	the command table of its vtpm's family
 * @code:	TPM_CC or TPM_ORDINAL
 * @verb:	what to do
 *
 * Return: 0; -ENOENT if the table does not know @code; -EACCES if @verb is
 * VTPMB_POLICY_ALLOW and the command is unsafe: it needs
 * VTPMB_POLICY_ALLOW_UNSAFE
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

/**
 * vtpmb_policy_get() - read what the policy says of one command
 * @policy:	the policy; the caller holds the lock of its vtpm
 * @row:	row number, below @nr_rows of the command table
 *
 * Return: what vtpmb_policy_set() would have to be told for this.  It is never
 * VTPMB_POLICY_ALLOW, which is the default of a command that is safe.
 */
enum vtpmb_policy_verb vtpmb_policy_get(const struct vtpmb_policy *policy, unsigned int row)
{
	if (test_bit(row, policy->deny))
		return VTPMB_POLICY_DENY;
	return test_bit(row, policy->allow) ? VTPMB_POLICY_ALLOW_UNSAFE : VTPMB_POLICY_DEFAULT;
}

/**
 * vtpmb_policy_permits() - whether a command may be used
 * @policy:	the policy; the caller holds the lock of its vtpm
 * @commands:	the command table of its vtpm's family
 * @row:	row number, below @commands->nr_rows
 */
bool vtpmb_policy_permits(const struct vtpmb_policy *policy,
			  const struct vtpmb_commands *commands, unsigned int row)
{
	if (test_bit(row, policy->deny))
		return false;
	return !commands->is_unsafe(row) || test_bit(row, policy->allow);
}
