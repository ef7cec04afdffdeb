/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy: which commands a proxy may use.
 *
 * Verbs: set, get, permits.
 *
 * It is an allow list: a code that the command table does not know is never
 * permitted, a row that is unsafe by default only by an explicit grant.
 */
#ifndef VTPMB_POLICY_H
#define VTPMB_POLICY_H

#include <linux/bitmap.h>
#include <linux/types.h>
#include "limits.h"

/**
 * struct vtpmb_commands - the command table of a family, as policy sees it
 * @nr_rows:	its rows
 * @find:	the row number of a code, or -ENOENT
 * @code:	the code of a row
 * @is_unsafe:	whether a row needs an explicit unsafe grant
 */
struct vtpmb_commands {
	unsigned int nr_rows;
	int (*find)(u32 code);
	u32 (*code)(unsigned int row);
	bool (*is_unsafe)(unsigned int row);
};

/**
 * struct vtpmb_policy - grants and denials on top of the command table
 * @allow:	rows permitted though the table says they are unsafe
 * @deny:	rows refused whatever the table says; wins over @allow
 *
 * Bit numbers are row numbers of the table.  Protected by the lock of the vtpm that
 * holds it.
 */
struct vtpmb_policy {
	DECLARE_BITMAP(allow, VTPMB_MAX_CODES);
	DECLARE_BITMAP(deny, VTPMB_MAX_CODES);
};

/**
 * enum vtpmb_policy_verb - what to do to one code
 * @VTPMB_POLICY_DEFAULT:	back to what the table says
 * @VTPMB_POLICY_DENY:		refuse it
 * @VTPMB_POLICY_ALLOW:		take back a denial of a row that is safe
 * @VTPMB_POLICY_ALLOW_UNSAFE:	permit it though it is unsafe
 */
enum vtpmb_policy_verb {
	VTPMB_POLICY_DEFAULT,
	VTPMB_POLICY_DENY,
	VTPMB_POLICY_ALLOW,
	VTPMB_POLICY_ALLOW_UNSAFE,
};

int vtpmb_policy_set(struct vtpmb_policy *policy,
		     const struct vtpmb_commands *commands, u32 code,
		     enum vtpmb_policy_verb verb);
enum vtpmb_policy_verb vtpmb_policy_get(const struct vtpmb_policy *policy, unsigned int row);
bool vtpmb_policy_permits(const struct vtpmb_policy *policy,
			  const struct vtpmb_commands *commands, unsigned int row);

#endif
