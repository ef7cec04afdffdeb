// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, properties of the chip that vary (TPM 2.0 Part 2, 6.13, TPM_PT_VAR).
 *
 * The host may change them whenever it has the chip, so they are read in each turn that needs
 * them and forgotten at its end.
 */

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include "ask.h"
#include "properties.h"
#include "state.h"

#define NR_NEEDED		5

/* The variable for a property, or NULL if the property is not needed. */
static u32 *tpm20_place(struct vtpmb_tpm20_var *var, u32 property)
{
	switch (property) {
	case TPM2_PT_PERMANENT:
		return &var->permanent;
	case TPM2_PT_LOCKOUT_COUNTER:
		return &var->lockout_counter;
	case TPM2_PT_MAX_AUTH_FAIL:
		return &var->max_auth_fail;
	case TPM2_PT_LOCKOUT_INTERVAL:
		return &var->lockout_interval;
	case TPM2_PT_LOCKOUT_RECOVERY:
		return &var->lockout_recovery;
	default:
		return NULL;
	}
}

/* A chip may answer with fewer properties than it was asked for. */
static int tpm20_take_properties(struct vtpmb_tpm20_var *var, struct vtpmb_reader *r,
				 u32 count, u32 *next, unsigned int *nr_found)
{
	u32 property, value, *place;

	if (!count)
		return -EIO;
	while (count--) {
		if (!vtpmb_get_u32(r, &property) || !vtpmb_get_u32(r, &value) ||
		    property < *next)
			return -EIO;
		place = tpm20_place(var, property);
		if (place) {
			WRITE_ONCE(*place, value);
			(*nr_found)++;
		}
		*next = min_t(u32, property, TPM2_PT_LOCKOUT_RECOVERY) + 1;
	}
	return 0;
}

/* Ask for the properties from @next to the last one that is needed. */
static int tpm20_ask_properties(struct vtpmb_port *port, u32 *next, unsigned int *nr_found)
{
	struct vtpmb_reader r;
	u32 count;
	int err = vtpmb_tpm20_ask_capability(port, TPM2_CAP_TPM_PROPERTIES, *next,
					     TPM2_PT_LOCKOUT_RECOVERY + 1 - *next, &r, &count);

	if (err)
		return err;
	return tpm20_take_properties(&vtpmb_tpm20_chip(port)->var, &r, count, next, nr_found);
}

/**
 * vtpmb_tpm20_ask_properties() - make sure that @var of the chip has its current values
 * @port:	the chip
 *
 * Costs one command in a turn.
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_ask_properties(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(port)->var;
	unsigned int nr_found = 0;
	u32 next = TPM2_PT_PERMANENT, counter = var->lockout_counter;
	int err = 0;

	if (var->fresh)
		return 0;
	while (!err && next <= TPM2_PT_LOCKOUT_RECOVERY)
		err = tpm20_ask_properties(port, &next, &nr_found);
	if (!err && nr_found != NR_NEEDED)
		err = -EIO;
	var->fresh = !err;
	if (!err && counter && !var->lockout_counter)
		var->nr_calm++;
	return err;
}

/**
 * vtpmb_tpm20_forget_properties() - the chip may change its properties
 * @port:	the chip
 */
void vtpmb_tpm20_forget_properties(struct vtpmb_port *port)
{
	vtpmb_tpm20_chip(port)->var.fresh = false;
}
