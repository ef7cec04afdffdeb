// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: permanent and volatile flags, physical presence, the owner as the
 * guest sees it (Part 2, 7; Part 3, 5, 6 and 7.4).
 *
 * All of it is virtual.  If a grant lets a command reach the chip, the chip executes it
 * first, and the virtual TPM follows when the chip has succeeded.
 */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "check.h"
#include "flags.h"
#include "grant.h"
#include "state.h"

/* TPM_PHYSICAL_PRESENCE (Part 2, 4.9): lifetime settings first, then assertions. */
#define PP_SETTINGS	(TPM_PHYSICAL_PRESENCE_CMD_ENABLE | TPM_PHYSICAL_PRESENCE_HW_ENABLE | \
			 TPM_PHYSICAL_PRESENCE_LIFETIME_LOCK | \
			 TPM_PHYSICAL_PRESENCE_CMD_DISABLE | TPM_PHYSICAL_PRESENCE_HW_DISABLE)
#define PP_ASSERTIONS	(TPM_PHYSICAL_PRESENCE_LOCK | TPM_PHYSICAL_PRESENCE_PRESENT | \
			 TPM_PHYSICAL_PRESENCE_NOTPRESENT)

static bool tpm12_set_both(u16 value, u16 one, u16 other)
{
	return value & one && value & other;
}

static void tpm12_set(bool *flag, u16 value, u16 on, u16 off)
{
	if (value & on)
		*flag = true;
	if (value & off)
		*flag = false;
}

static u32 tpm12_pp_settings(struct vtpmb_tpm12 *tpm, u16 value)
{
	if (tpm->perm[TPM_PF_PHYSICALPRESENCELIFETIMELOCK] ||
	    tpm12_set_both(value, TPM_PHYSICAL_PRESENCE_HW_ENABLE,
			   TPM_PHYSICAL_PRESENCE_HW_DISABLE) ||
	    tpm12_set_both(value, TPM_PHYSICAL_PRESENCE_CMD_ENABLE,
			   TPM_PHYSICAL_PRESENCE_CMD_DISABLE))
		return TPM_BAD_PARAMETER;

	tpm12_set(&tpm->perm[TPM_PF_PHYSICALPRESENCEHWENABLE], value,
		  TPM_PHYSICAL_PRESENCE_HW_ENABLE, TPM_PHYSICAL_PRESENCE_HW_DISABLE);
	tpm12_set(&tpm->perm[TPM_PF_PHYSICALPRESENCECMDENABLE], value,
		  TPM_PHYSICAL_PRESENCE_CMD_ENABLE, TPM_PHYSICAL_PRESENCE_CMD_DISABLE);
	tpm12_set(&tpm->perm[TPM_PF_PHYSICALPRESENCELIFETIMELOCK], value,
		  TPM_PHYSICAL_PRESENCE_LIFETIME_LOCK, 0);
	return TPM_SUCCESS;
}

static u32 tpm12_pp_assertions(struct vtpmb_tpm12 *tpm, u16 value)
{
	bool *flag = tpm->stclear.flag;

	if (!tpm->perm[TPM_PF_PHYSICALPRESENCECMDENABLE] ||
	    tpm12_set_both(value, TPM_PHYSICAL_PRESENCE_LOCK, TPM_PHYSICAL_PRESENCE_PRESENT) ||
	    tpm12_set_both(value, TPM_PHYSICAL_PRESENCE_PRESENT,
			   TPM_PHYSICAL_PRESENCE_NOTPRESENT) ||
	    flag[TPM_SF_PHYSICALPRESENCELOCK])
		return TPM_BAD_PARAMETER;

	tpm12_set(&flag[TPM_SF_PHYSICALPRESENCE], value, TPM_PHYSICAL_PRESENCE_PRESENT,
		  TPM_PHYSICAL_PRESENCE_NOTPRESENT | TPM_PHYSICAL_PRESENCE_LOCK);
	tpm12_set(&flag[TPM_SF_PHYSICALPRESENCELOCK], value, TPM_PHYSICAL_PRESENCE_LOCK, 0);
	return TPM_SUCCESS;
}

/* TSC_PhysicalPresence (Part 3, 6.6) */
u32 vtpmb_tpm12_physical_presence(struct vtpmb_tpm12_call *call)
{
	u16 value = vtpmb_tpm12_u16(call);

	if (value & ~(PP_SETTINGS | PP_ASSERTIONS) || !value ||
	    tpm12_set_both(value, PP_SETTINGS, PP_ASSERTIONS))
		return TPM_BAD_PARAMETER;
	return value & PP_SETTINGS ? tpm12_pp_settings(call->tpm, value) :
				     tpm12_pp_assertions(call->tpm, value);
}

static u32 tpm12_check_locality34(const struct vtpmb_tpm12_call *call)
{
	return call->cmd->locality == 3 || call->cmd->locality == 4 ?
	       TPM_SUCCESS : TPM_BAD_LOCALITY;
}

/* TSC_ResetEstablishmentBit (Part 3, 6.7) */
u32 vtpmb_tpm12_reset_establishment_bit(struct vtpmb_tpm12_call *call)
{
	u32 rc = tpm12_check_locality34(call);

	if (!rc)
		call->tpm->perm[TPM_PF_TPMESTABLISHED] = false;
	return rc;
}

/*
 * Commands that need physical presence.  With an unsafe grant they also go to the chip,
 * where only the host can assert it.
 */
static u32 tpm12_check_presence(struct vtpmb_tpm12_call *call)
{
	if (call->answered)
		return TPM_SUCCESS;
	if (!vtpmb_tpm12_pp(call->vtpm))
		return TPM_BAD_PRESENCE;
	call->forward = vtpmb_tpm12_granted(call->vtpm, call->row);
	return TPM_SUCCESS;
}

static u32 tpm12_set_pf(struct vtpmb_tpm12_call *call, u32 flag, bool value)
{
	u32 rc = tpm12_check_presence(call);

	if (rc || call->forward)
		return rc;
	call->tpm->perm[flag] = value;
	if (flag == TPM_PF_OWNERSHIP)
		call->tpm->owner_flag = true;
	return TPM_SUCCESS;
}

/* TPM_PhysicalEnable (Part 3, 5.3) */
u32 vtpmb_tpm12_physical_enable(struct vtpmb_tpm12_call *call)
{
	return tpm12_set_pf(call, TPM_PF_DISABLE, false);
}

/* TPM_PhysicalDisable (Part 3, 5.4) */
u32 vtpmb_tpm12_physical_disable(struct vtpmb_tpm12_call *call)
{
	return tpm12_set_pf(call, TPM_PF_DISABLE, true);
}

/* TPM_PhysicalSetDeactivated (Part 3, 5.5): takes effect at the next Startup */
u32 vtpmb_tpm12_physical_set_deactivated(struct vtpmb_tpm12_call *call)
{
	return tpm12_set_pf(call, TPM_PF_DEACTIVATED, vtpmb_tpm12_u8(call));
}

/* TPM_SetOwnerInstall (Part 3, 5.1) */
u32 vtpmb_tpm12_set_owner_install(struct vtpmb_tpm12_call *call)
{
	if (vtpmb_tpm12_owned(call->vtpm))
		return TPM_SUCCESS;
	return tpm12_set_pf(call, TPM_PF_OWNERSHIP, vtpmb_tpm12_u8(call));
}

/* TPM_SetTempDeactivated (Part 3, 5.6).  There is no operator: SetOperatorAuth is refused. */
u32 vtpmb_tpm12_set_temp_deactivated(struct vtpmb_tpm12_call *call)
{
	if (call->tag != TPM_TAG_RQU_COMMAND)
		return TPM_NOOPERATOR;
	if (!vtpmb_tpm12_pp(call->vtpm))
		return TPM_BAD_PRESENCE;
	call->tpm->stclear.flag[TPM_SF_DEACTIVATED] = true;
	return TPM_SUCCESS;
}

/*
 * TPM_ForceClear (Part 3, 6.3): this guest no longer sees an owner.  If the command went to
 * the chip, vtpmb_tpm12_apply_to_owner() does the rest.
 */
u32 vtpmb_tpm12_force_clear(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_tpm12 *tpm = call->tpm;
	u32 rc = tpm12_check_presence(call);

	if (rc)
		return rc;
	if (tpm->stclear.flag[TPM_SF_DISABLEFORCECLEAR])
		return TPM_CLEAR_DISABLED;
	if (call->forward)
		return TPM_SUCCESS;

	tpm->cleared = true;
	tpm->cleared_view = tpm->nr_views;
	vtpmb_tpm12_clear(tpm);
	return TPM_SUCCESS;
}

/* TPM_DisableForceClear (Part 3, 6.5) */
u32 vtpmb_tpm12_disable_force_clear(struct vtpmb_tpm12_call *call)
{
	call->tpm->stclear.flag[TPM_SF_DISABLEFORCECLEAR] = true;
	return TPM_SUCCESS;
}

/* TPM_TakeOwnership (Part 3, 6.1); vtpmb_tpm12_install_owner() does the rest. */
u32 vtpmb_tpm12_take_ownership(struct vtpmb_tpm12_call *call)
{
	if (vtpmb_tpm12_owned(call->vtpm))
		return TPM_OWNER_SET;
	if (!vtpmb_tpm12_shown_pf(call->vtpm, TPM_PF_OWNERSHIP))
		return TPM_INSTALL_DISABLED;
	call->forward = true;
	return TPM_SUCCESS;
}

/* TPM_ReadPubek (Part 3, 14.4): the chip computes the checksum. */
u32 vtpmb_tpm12_read_pubek(struct vtpmb_tpm12_call *call)
{
	if (!vtpmb_tpm12_shown_pf(call->vtpm, TPM_PF_READPUBEK))
		return TPM_DISABLED_CMD;
	call->forward = true;
	return TPM_SUCCESS;
}

/*
 * TPM_SetCapability (Part 3, 7.4): another way to change the flags.
 */

/* What a setter requires, checked in the order of libtpms. */
enum tpm12_setter_needs {
	SETTER_NO_OWNER		= BIT(0),
	SETTER_OWNER_AUTH	= BIT(1),
	SETTER_PP		= BIT(2),
	SETTER_LOCALITY34	= BIT(3),
	SETTER_ENABLED		= BIT(4),
	SETTER_ACTIVATED	= BIT(5),
	SETTER_ONLY_TRUE	= BIT(6),
	SETTER_ONLY_FALSE	= BIT(7),
};

/**
 * struct tpm12_setter - what TPM_SetCapability can do (Part 2, 21.2)
 * @area:	TPM_CAPABILITY_AREA
 * @sub_cap:	subCap
 * @needs:	enum tpm12_setter_needs
 *
 * Flags without a row cannot be set.
 */
struct tpm12_setter {
	u32 area;
	u32 sub_cap;
	u8 needs;
};

#define PF(flag, need)	{ TPM_SET_PERM_FLAGS, TPM_PF_##flag, need }
#define SF(flag, need)	{ TPM_SET_STCLEAR_FLAGS, TPM_SF_##flag, need }

static const struct tpm12_setter tpm12_setters[] = {
	PF(DISABLE, SETTER_PP),
	PF(OWNERSHIP, SETTER_NO_OWNER | SETTER_PP | SETTER_ENABLED | SETTER_ACTIVATED),
	PF(DEACTIVATED, SETTER_PP | SETTER_ENABLED),
	PF(READPUBEK, SETTER_OWNER_AUTH),
	PF(DISABLEOWNERCLEAR, SETTER_OWNER_AUTH),
	PF(ALLOWMAINTENANCE, SETTER_OWNER_AUTH),
	PF(READSRKPUB, SETTER_OWNER_AUTH),
	PF(DISABLEFULLDALOGICINFO, SETTER_OWNER_AUTH),
	PF(TPMESTABLISHED, SETTER_LOCALITY34 | SETTER_ONLY_FALSE),
	SF(DISABLEFORCECLEAR, SETTER_ENABLED | SETTER_ACTIVATED | SETTER_ONLY_TRUE),
	{ TPM_SET_PERM_DATA, TPM_PD_RESTRICTDELEGATE, SETTER_OWNER_AUTH },
	{ TPM_SET_STANY_FLAGS, TPM_AF_TOSPRESENT,
	  SETTER_LOCALITY34 | SETTER_ENABLED | SETTER_ACTIVATED | SETTER_ONLY_FALSE },
};

static const struct tpm12_setter *tpm12_find_setter(u32 area, u32 sub_cap)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm12_setters); i++) {
		if (tpm12_setters[i].area == area && tpm12_setters[i].sub_cap == sub_cap)
			return &tpm12_setters[i];
	}
	return NULL;
}

/* Owner authorisation cannot be checked here, so what requires it is refused. */
static u32 tpm12_check_setter_auth(struct vtpmb_tpm12_call *call, u8 needs)
{
	if (needs & SETTER_NO_OWNER && vtpmb_tpm12_owned(call->vtpm))
		return TPM_OWNER_SET;
	if (needs & SETTER_OWNER_AUTH)
		return TPM_AUTHFAIL;
	if (needs & SETTER_PP && !vtpmb_tpm12_pp(call->vtpm))
		return TPM_AUTHFAIL;
	if (needs & SETTER_LOCALITY34)
		return tpm12_check_locality34(call);
	return TPM_SUCCESS;
}

static u32 tpm12_check_setter(struct vtpmb_tpm12_call *call, u8 needs, bool value)
{
	u32 rc = tpm12_check_setter_auth(call, needs);

	if (!rc)
		rc = vtpmb_tpm12_check_state(call->vtpm,
					     (needs & SETTER_ENABLED ? TPM12_ENABLED : 0) |
					     (needs & SETTER_ACTIVATED ? TPM12_ACTIVATED : 0));
	if (!rc && needs & (value ? SETTER_ONLY_FALSE : SETTER_ONLY_TRUE))
		rc = TPM_BAD_PARAMETER;
	return rc;
}

static u32 tpm12_set_flag(struct vtpmb_tpm12_call *call, u32 area, u32 sub_cap, bool value)
{
	const struct tpm12_setter *setter = tpm12_find_setter(area, sub_cap);
	u32 rc;

	if (!setter)
		return TPM_BAD_PARAMETER;
	rc = tpm12_check_setter(call, setter->needs, value);
	if (rc)
		return rc;
	if (area == TPM_SET_PERM_FLAGS && sub_cap == TPM_PF_OWNERSHIP)
		call->tpm->owner_flag = true;
	if (area == TPM_SET_PERM_FLAGS)
		call->tpm->perm[sub_cap] = value;
	else if (area == TPM_SET_STCLEAR_FLAGS)
		call->tpm->stclear.flag[sub_cap] = value;
	return TPM_SUCCESS;
}

/* deferredPhysicalPresence: to set a bit requires physical presence, to clear one does not. */
static u32 tpm12_set_deferred_pp(struct vtpmb_tpm12_call *call, u32 value)
{
	struct vtpmb_tpm12_stclear *stclear = &call->tpm->stclear;

	if (value & ~stclear->deferred_pp && !vtpmb_tpm12_pp(call->vtpm))
		return TPM_BAD_PRESENCE;
	stclear->deferred_pp = value;
	return TPM_SUCCESS;
}

/* TPM_SetCapability (Part 3, 7.4) */
u32 vtpmb_tpm12_set_capability(struct vtpmb_tpm12_call *call)
{
	u32 area = vtpmb_tpm12_u32(call);
	u32 sub_cap_len = vtpmb_tpm12_u32(call);
	const u8 *sub_cap_at = vtpmb_get_bytes(&call->in, sub_cap_len);
	u32 sub_cap = sub_cap_len == 4 ? vtpmb_peek_u32(sub_cap_at) : 0;
	u32 value_len = vtpmb_tpm12_u32(call);
	const u8 *value = vtpmb_get_bytes(&call->in, value_len);

	/* The chip checks the owner's authorisation. */
	if (call->tag != TPM_TAG_RQU_COMMAND) {
		call->forward = true;
		return TPM_SUCCESS;
	}

	switch (area) {
	case TPM_SET_PERM_FLAGS:
	case TPM_SET_STCLEAR_FLAGS:
	case TPM_SET_STANY_FLAGS:
		return value_len == 1 ? tpm12_set_flag(call, area, sub_cap, value[0]) :
					TPM_BAD_PARAMETER;
	case TPM_SET_PERM_DATA:
		return value_len == 4 ? tpm12_set_flag(call, area, sub_cap, true) :
					TPM_BAD_PARAMETER;
	case TPM_SET_STCLEAR_DATA:
		return value_len == 4 && sub_cap == TPM_SD_DEFERREDPHYSICALPRESENCE ?
		       tpm12_set_deferred_pp(call, vtpmb_peek_u32(value)) : TPM_BAD_PARAMETER;
	case TPM_SET_STANY_DATA:
	case TPM_SET_VENDOR:
		return TPM_BAD_PARAMETER;
	default:
		return TPM_BAD_MODE;
	}
}
