// SPDX-License-Identifier: GPL-2.0-only
/*
 * The setting: what an administrator sets of a virtual TPM, if only one family has it or
 * each has rules of its own for it.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include "family.h"
#include "setting.h"

static const struct vtpmb_setting *vtpmb_setting_of(const struct vtpmb_vtpm *vtpm,
						    enum vtpmb_setting_nr nr)
{
	return &vtpm->port->family->settings[nr];
}

/* Whether the family of @vtpm has the setting. */
bool vtpmb_setting_exists(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr)
{
	return vtpmb_setting_of(vtpm, nr)->max;
}

/*
 * Check whether an administrator may set a value; @value is not used for bytes.  Returns 0;
 * -EOPNOTSUPP if the family does not have the setting; -ERANGE if not this value.
 */
int vtpmb_setting_check(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value)
{
	const struct vtpmb_setting *setting = vtpmb_setting_of(vtpm, nr);

	if (!setting->max)
		return -EOPNOTSUPP;
	if (value > setting->max || (setting->check && !setting->check(vtpm, value)))
		return -ERANGE;
	return 0;
}

/* Set a value that vtpmb_setting_check() has let pass. */
void vtpmb_setting_set(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value)
{
	lockdep_assert_held(&vtpm->lock);

	vtpmb_setting_of(vtpm, nr)->set(vtpm, value);
}

/* Set a secret, a setting that vtpmb_setting_check() has let pass. */
void vtpmb_setting_set_bytes(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr,
			     const u8 *bytes, size_t len)
{
	lockdep_assert_held(&vtpm->lock);

	vtpmb_setting_of(vtpm, nr)->set_bytes(vtpm, bytes, len);
}

/**
 * vtpmb_setting_get() - read a setting
 * @vtpm:	the vtpm; its lock is held
 * @nr:		which setting, one with a value of the family's own
 *
 * Return: its value; 0 if the family does not have it
 */
u64 vtpmb_setting_get(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr)
{
	lockdep_assert_held(&vtpm->lock);

	return vtpmb_setting_exists(vtpm, nr) ? vtpmb_setting_of(vtpm, nr)->get(vtpm) : 0;
}
