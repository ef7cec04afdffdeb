// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0, GetCapability: the properties of the chip as a guest sees them. */

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "books.h"
#include "capability.h"
#include "facts.h"
#include "lockout.h"
#include "nv.h"
#include "state.h"
#include "wire.h"

/** NR_INDICES - NV indices that are read at a time */
#define NR_INDICES			32

/**
 * struct tpm20_list - a capability's list while it is written
 * @out:	receives the list
 * @start:	skip entries below this one
 * @max:	maximum number of entries
 * @nr_entries:	entries written
 * @more:	an entry was left out because of @max
 * @more_at:	where moreData is in @out
 * @count_at:	where the number of entries is in @out
 */
struct tpm20_list {
	struct vtpmb_writer *out;
	u32 start;
	u32 max;
	u32 nr_entries;
	bool more;
	size_t more_at;
	size_t count_at;
};

static void tpm20_list_begin(struct tpm20_list *list, struct vtpmb_writer *out,
			     u32 capability, u32 start, u32 count, u32 max)
{
	memset(list, 0, sizeof(*list));
	list->out = out;
	list->start = start;
	list->max = min(count, max);
	list->more_at = out->len;
	vtpmb_put_u8(out, 0);
	vtpmb_put_u32(out, capability);
	list->count_at = out->len;
	vtpmb_put_u32(out, 0);
}

/* Whether to write the next entry, whose key is @key. */
static bool tpm20_list_next(struct tpm20_list *list, u32 key)
{
	if (key < list->start)
		return false;
	if (list->nr_entries == list->max) {
		list->more = true;
		return false;
	}
	list->nr_entries++;
	return true;
}

/* An entry that is its own key, such as a handle. */
static void tpm20_list_u32(struct tpm20_list *list, u32 value)
{
	if (tpm20_list_next(list, value))
		vtpmb_put_u32(list->out, value);
}

static u32 tpm20_list_end(struct tpm20_list *list)
{
	if (list->out->overflow)
		return TPM2_RC_FAILURE;
	vtpmb_patch_u8(list->out, list->more_at, list->more);
	vtpmb_patch_u32(list->out, list->count_at, list->nr_entries);
	return TPM2_RC_SUCCESS;
}

/**
 * struct tpm20_ask - parameters of GetCapability (TPM 2.0 Part 3, 30.2)
 * @capability:	TPM_CAP
 * @property:	first property
 * @count:	maximum number of properties
 */
struct tpm20_ask {
	u32 capability;
	u32 property;
	u32 count;
};

static u32 tpm20_cap_algs(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			  struct vtpmb_writer *out)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	struct tpm20_list list;
	unsigned int i;

	tpm20_list_begin(&list, out, TPM2_CAP_ALGS, ask->property, ask->count, MAX_LIST_ALGS);
	for (i = 0; i < facts->nr_algs; i++) {
		if (!tpm20_list_next(&list, facts->alg[i].tag))
			continue;
		vtpmb_put_u16(out, facts->alg[i].tag);
		vtpmb_put_u32(out, facts->alg[i].val);
	}
	return tpm20_list_end(&list);
}

static u32 tpm20_cap_curves(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			    struct vtpmb_writer *out)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	struct tpm20_list list;
	unsigned int i;

	tpm20_list_begin(&list, out, TPM2_CAP_ECC_CURVES, ask->property, ask->count,
			 MAX_LIST_CURVES);
	for (i = 0; i < facts->nr_curves; i++) {
		if (tpm20_list_next(&list, facts->curve[i]))
			vtpmb_put_u16(out, facts->curve[i]);
	}
	return tpm20_list_end(&list);
}

/* TPMA_CC as the chip returns it, or from the table if only the bridge has the command. */
static u32 tpm20_cca(struct vtpmb_vtpm *vtpm, unsigned int row)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	const struct vtpmb_tpm20_row *r = &vtpmb_tpm20_rows[row];
	u32 cca = r->code | (u32)r->nr_handles << TPMA_CC_CHANDLES_SHIFT;

	if (test_bit(row, facts->has))
		return facts->cca[row];
	if (r->flags & TPM20_NV)
		cca |= TPMA_CC_NV;
	if (r->flags & TPM20_EXTENSIVE)
		cca |= TPMA_CC_EXTENSIVE;
	if (r->flushes)
		cca |= TPMA_CC_FLUSHED;
	if (r->response != RESPONSE_NONE)
		cca |= TPMA_CC_RHANDLE;
	return cca;
}

/* Commands that the policy refuses are not listed. */
static u32 tpm20_cap_commands(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			      struct vtpmb_writer *out)
{
	struct tpm20_list list;
	unsigned int i;

	tpm20_list_begin(&list, out, TPM2_CAP_COMMANDS, ask->property, ask->count,
			 MAX_LIST_COMMANDS);
	for (i = 0; i < VTPMB_TPM20_NR_ROWS; i++) {
		if (vtpmb_tpm20_permits(vtpm, i) &&
		    tpm20_list_next(&list, vtpmb_tpm20_rows[i].code))
			vtpmb_put_u32(out, tpm20_cca(vtpm, i));
	}
	return tpm20_list_end(&list);
}

static u32 tpm20_cap_pp_commands(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
				 struct vtpmb_writer *out)
{
	struct tpm20_list list;
	unsigned int i;

	tpm20_list_begin(&list, out, TPM2_CAP_PP_COMMANDS, ask->property, ask->count,
			 MAX_LIST_COMMANDS);
	for (i = 0; i < VTPMB_TPM20_NR_ROWS; i++) {
		if (test_bit(i, vtpmb_tpm20_state(vtpm)->pp_list) &&
		    vtpmb_tpm20_permits(vtpm, i))
			tpm20_list_u32(&list, vtpmb_tpm20_rows[i].code);
	}
	return tpm20_list_end(&list);
}

/* Command audit belongs to the host: no command of a proxy is audited. */
static u32 tpm20_cap_none(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			  struct vtpmb_writer *out)
{
	struct tpm20_list list;

	tpm20_list_begin(&list, out, ask->capability, ask->property, ask->count, 0);
	return tpm20_list_end(&list);
}

/* Authenticated countdown timers belong to the host. */
static u32 tpm20_cap_act(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			 struct vtpmb_writer *out)
{
	if (ask->property < TPM2_RH_ACT_0 || ask->property > TPM2_RH_ACT_F)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 1);
	return tpm20_cap_none(vtpm, ask, out);
}

/* All banks, including those that are not allocated, or none. */
static u32 tpm20_cap_pcrs(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			  struct vtpmb_writer *out)
{
	const struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	struct tpm20_list list;
	unsigned int b;

	if (ask->property)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 1);
	tpm20_list_begin(&list, out, TPM2_CAP_PCRS, 0, ask->count ? U32_MAX : 0, U32_MAX);
	for (b = 0; b < pcrs->nr_banks; b++) {
		u8 bits = pcrs->bank[b].active ? 0xff : 0;

		if (!tpm20_list_next(&list, b))
			continue;
		vtpmb_put_u16(out, pcrs->bank[b].hash->alg);
		vtpmb_put_u8(out, 3);
		vtpmb_put_u8(out, bits);
		vtpmb_put_u8(out, bits);
		vtpmb_put_u8(out, bits);
	}
	return tpm20_list_end(&list);
}

/* TPM_PT_PCR (TPM 2.0 Part 2, 6.14): one bit for each PCR, computed by rule. */
static bool tpm20_pt_pcr(const struct vtpmb_pcr_rule *rule, u32 property)
{
	switch (property) {
	case 0x00:
		return rule->saved;
	case 0x01: case 0x03: case 0x05: case 0x07: case 0x09:
		return rule->extend & BIT(property / 2);
	case 0x02: case 0x04: case 0x06: case 0x08: case 0x0A:
		return rule->reset & BIT(property / 2 - 1);
	case 0x11:
		return !rule->counted;
	case 0x12:
		return rule->ones;
	default:
		return false;
	}
}

static u32 tpm20_cap_pcr_properties(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
				    struct vtpmb_writer *out)
{
	static const u8 properties[] = {
		0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A,
		0x11, 0x12, 0x13, 0x14,
	};
	const struct vtpmb_pcr_rule *rules = vtpmb_tpm20_state(vtpm)->pcrs.rules;
	struct tpm20_list list;
	unsigned int i, pcr;

	tpm20_list_begin(&list, out, TPM2_CAP_PCR_PROPERTIES, ask->property, ask->count,
			 MAX_LIST_PROPERTIES);
	for (i = 0; i < ARRAY_SIZE(properties); i++) {
		u8 bits[VTPMB_NR_PCRS / 8] = {};

		if (!tpm20_list_next(&list, properties[i]))
			continue;
		for (pcr = 0; pcr < VTPMB_NR_PCRS; pcr++)
			bits[pcr / 8] |= tpm20_pt_pcr(&rules[pcr], properties[i]) << pcr % 8;
		vtpmb_put_u32(out, properties[i]);
		vtpmb_put_u8(out, sizeof(bits));
		vtpmb_put_bytes(out, bits, sizeof(bits));
	}
	return tpm20_list_end(&list);
}

static u32 tpm20_cap_auth_policies(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
				   struct vtpmb_writer *out)
{
	static const u32 handles[] = {
		TPM2_RH_OWNER, TPM2_RH_LOCKOUT, TPM2_RH_ENDORSEMENT, TPM2_RH_PLATFORM
	};
	const struct vtpmb_tpm20_hierarchy *h;
	struct tpm20_list list;
	unsigned int i;

	if (TPM20_HT(ask->property) != TPM2_HT_PERMANENT)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 1);
	tpm20_list_begin(&list, out, TPM2_CAP_AUTH_POLICIES, ask->property, ask->count,
			 MAX_LIST_POLICIES);
	for (i = 0; i < ARRAY_SIZE(handles); i++) {
		if (!tpm20_list_next(&list, handles[i]))
			continue;
		h = &vtpmb_tpm20_state(vtpm)->hier[vtpmb_tpm20_hier(handles[i])];
		vtpmb_put_u32(out, handles[i]);
		vtpmb_put_u16(out, h->policy_alg);
		vtpmb_put_bytes(out, h->policy, h->policy_len);
	}
	return tpm20_list_end(&list);
}

static void tpm20_list_pcrs(struct vtpmb_vtpm *vtpm, struct tpm20_list *list)
{
	u32 i;

	for (i = 0; i < VTPMB_NR_PCRS; i++)
		tpm20_list_u32(list, i);
}

static void tpm20_list_permanent(struct vtpmb_vtpm *vtpm, struct tpm20_list *list)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	unsigned int i;

	for (i = 0; i < facts->nr_permanent; i++)
		tpm20_list_u32(list, facts->permanent[i]);
}

/* Only the hub's thread knows objects, sessions and NV indices. */
static u32 tpm20_cap_handles(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			     struct vtpmb_writer *out)
{
	struct tpm20_list list;

	tpm20_list_begin(&list, out, TPM2_CAP_HANDLES, ask->property, ask->count,
			 MAX_LIST_HANDLES);
	switch (TPM20_HT(ask->property)) {
	case TPM2_HT_PCR:
		tpm20_list_pcrs(vtpm, &list);
		break;
	case TPM2_HT_PERMANENT:
		tpm20_list_permanent(vtpm, &list);
		break;
	case TPM2_HT_NV_INDEX:
	case TPM2_HT_PERSISTENT:
	case TPM2_HT_HMAC_SESSION:
	case TPM2_HT_POLICY_SESSION:
	case TPM2_HT_TRANSIENT:
		return VTPMB_RC_PASS;
	default:
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HANDLE, 1);
	}
	return tpm20_list_end(&list);
}

static u32 tpm20_nr_commands(struct vtpmb_vtpm *vtpm)
{
	unsigned int i;
	u32 nr = 0;

	for (i = 0; i < VTPMB_TPM20_NR_ROWS; i++)
		nr += vtpmb_tpm20_permits(vtpm, i);
	return nr;
}

static u32 tpm20_permanent(const struct vtpmb_vtpm *vtpm, u32 chip)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	u32 val = chip & TPMA_PERMANENT_TPMGENERATEDEPS;

	if (tpm->hier[HIER_OWNER].auth_len)
		val |= TPMA_PERMANENT_OWNERAUTHSET;
	if (tpm->hier[HIER_ENDORSEMENT].auth_len)
		val |= TPMA_PERMANENT_ENDORSEMENTAUTHSET;
	if (tpm->hier[HIER_LOCKOUT].auth_len)
		val |= TPMA_PERMANENT_LOCKOUTAUTHSET;
	if (tpm->disable_clear)
		val |= TPMA_PERMANENT_DISABLECLEAR;
	if (vtpmb_tpm20_is_locked_out(vtpm))
		val |= TPMA_PERMANENT_INLOCKOUT;
	return val;
}

static u32 tpm20_startup_clear(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	u32 val = 0;

	if (vtpmb_tpm20_is_enabled(vtpm, HIER_PLATFORM))
		val |= TPMA_STARTUP_CLEAR_PHENABLE;
	if (vtpmb_tpm20_is_enabled(vtpm, HIER_OWNER))
		val |= TPMA_STARTUP_CLEAR_SHENABLE;
	if (vtpmb_tpm20_is_enabled(vtpm, HIER_ENDORSEMENT))
		val |= TPMA_STARTUP_CLEAR_EHENABLE;
	if (tpm->ph_enable_nv)
		val |= TPMA_STARTUP_CLEAR_PHENABLENV;
	if (tpm->orderly)
		val |= TPMA_STARTUP_CLEAR_ORDERLY;
	return val;
}

/* How many NV indices may still be defined; all of them can be counters. */
static u32 tpm20_nv_avail(struct vtpmb_vtpm *vtpm)
{
	u32 nr_own = vtpmb_tpm20_state(vtpm)->census.nr_own;

	if (!vtpm->range[VTPMB_RANGE_NV].last || nr_own >= vtpm->nv_indices)
		return 0;
	return vtpm->nv_indices - nr_own;
}

/* The value of @property for this proxy; @chip is its value in the chip. */
static u32 tpm20_property(struct vtpmb_vtpm *vtpm, u32 property, u32 chip)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 nr_sessions = READ_ONCE(tpm->table.nr_sessions);

	switch (property) {
	case TPM2_PT_HR_TRANSIENT_MIN:
		return VTPMB_MAX_OBJECTS;
	case TPM2_PT_HR_LOADED_MIN:
	case TPM2_PT_ACTIVE_SESSIONS_MAX:
		return min_t(u32, VTPMB_MAX_SESSIONS, facts->sessions_max);
	case TPM2_PT_MAX_COMMAND_SIZE:
		return facts->command_max;
	case TPM2_PT_MAX_RESPONSE_SIZE:
		return facts->response_max;
	case TPM2_PT_MAX_OBJECT_CONTEXT:
		return facts->context_max;
	case TPM2_PT_TOTAL_COMMANDS:
	case TPM2_PT_LIBRARY_COMMANDS:
		return tpm20_nr_commands(vtpm);
	case TPM2_PT_PERMANENT:
		return tpm20_permanent(vtpm, chip);
	case TPM2_PT_STARTUP_CLEAR:
		return tpm20_startup_clear(vtpm);
	case TPM2_PT_HR_LOADED:
		return nr_sessions - READ_ONCE(tpm->table.nr_saved);
	case TPM2_PT_HR_ACTIVE:
		return nr_sessions;
	case TPM2_PT_HR_LOADED_AVAIL:
	case TPM2_PT_HR_ACTIVE_AVAIL:
		return VTPMB_MAX_SESSIONS - nr_sessions;
	case TPM2_PT_HR_TRANSIENT_AVAIL:
		return VTPMB_MAX_OBJECTS - READ_ONCE(tpm->table.nr_objects);
	case TPM2_PT_HR_PERSISTENT:
		return READ_ONCE(tpm->table.nr_persistent);
	case TPM2_PT_HR_PERSISTENT_AVAIL:
		return VTPMB_MAX_PERSISTENT - READ_ONCE(tpm->table.nr_persistent);
	case TPM2_PT_LOCKOUT_COUNTER:
		return tpm->lockout.failed_tries;
	case TPM2_PT_MAX_AUTH_FAIL:
		return vtpmb_tpm20_max_tries(vtpm);
	case TPM2_PT_LOCKOUT_INTERVAL:
		return vtpmb_tpm20_recovery_time(vtpm);
	case TPM2_PT_LOCKOUT_RECOVERY:
		return vtpmb_tpm20_lockout_recovery(vtpm);
	case TPM2_PT_HR_NV_INDEX:
		return tpm->census.nr_indices;
	case TPM2_PT_NV_COUNTERS:
		return tpm->census.nr_counters;
	case TPM2_PT_NV_COUNTERS_AVAIL:
		return tpm20_nv_avail(vtpm);
	case TPM2_PT_VENDOR_COMMANDS:
	case TPM2_PT_AUDIT_COUNTER_0:
	case TPM2_PT_AUDIT_COUNTER_1:
		return 0;
	default:
		return chip;
	}
}

static bool tpm20_asks_any(const struct tpm20_ask *ask, const u32 *property, unsigned int nr)
{
	for (; nr--; property++) {
		if (ask->property >= TPM2_PT_VAR && ask->property <= *property &&
		    ask->count > *property - ask->property)
			return true;
	}
	return false;
}

/* Whether the answer includes a number of NV indices, which are counted in the chip. */
static bool tpm20_asks_census(const struct tpm20_ask *ask)
{
	static const u32 counted[] = {
		TPM2_PT_HR_NV_INDEX, TPM2_PT_NV_COUNTERS, TPM2_PT_NV_COUNTERS_AVAIL,
		TPM2_PT_HR_PERSISTENT, TPM2_PT_HR_PERSISTENT_AVAIL,
	};

	return tpm20_asks_any(ask, counted, ARRAY_SIZE(counted));
}

/* Whether the answer includes a number of entries of the handle table. */
static bool tpm20_asks_table(const struct tpm20_ask *ask)
{
	static const u32 counted[] = {
		TPM2_PT_HR_LOADED, TPM2_PT_HR_LOADED_AVAIL, TPM2_PT_HR_ACTIVE,
		TPM2_PT_HR_ACTIVE_AVAIL, TPM2_PT_HR_TRANSIENT_AVAIL, TPM2_PT_HR_PERSISTENT,
		TPM2_PT_HR_PERSISTENT_AVAIL,
	};

	return tpm20_asks_any(ask, counted, ARRAY_SIZE(counted));
}

/* One answer holds properties of one group, TPM_PT_FIXED or TPM_PT_VAR. */
static u32 tpm20_cap_properties(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
				struct vtpmb_writer *out)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	const struct vtpmb_tpm20_tagged *p;
	u32 group = max_t(u32, ask->property, TPM2_PT_FIXED) & ~0xffu;
	struct tpm20_list list;

	if ((tpm20_asks_census(ask) && !vtpmb_tpm20_is_counted(vtpm)) ||
	    (tpm20_asks_table(ask) && vtpmb_tpm20_is_before_reset(vtpm)))
		return VTPMB_RC_PASS;
	tpm20_list_begin(&list, out, TPM2_CAP_TPM_PROPERTIES, ask->property, ask->count,
			 MAX_LIST_PROPERTIES);
	for (p = facts->property; p < facts->property + facts->nr_properties; p++) {
		if ((p->tag & ~0xffu) != group || !tpm20_list_next(&list, p->tag))
			continue;
		vtpmb_put_u32(out, p->tag);
		vtpmb_put_u32(out, tpm20_property(vtpm, p->tag, p->val));
	}
	return tpm20_list_end(&list);
}

static u32 (*const tpm20_caps[])(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
				 struct vtpmb_writer *out) = {
	[TPM2_CAP_ALGS] = tpm20_cap_algs,
	[TPM2_CAP_HANDLES] = tpm20_cap_handles,
	[TPM2_CAP_COMMANDS] = tpm20_cap_commands,
	[TPM2_CAP_PP_COMMANDS] = tpm20_cap_pp_commands,
	[TPM2_CAP_AUDIT_COMMANDS] = tpm20_cap_none,
	[TPM2_CAP_PCRS] = tpm20_cap_pcrs,
	[TPM2_CAP_TPM_PROPERTIES] = tpm20_cap_properties,
	[TPM2_CAP_PCR_PROPERTIES] = tpm20_cap_pcr_properties,
	[TPM2_CAP_ECC_CURVES] = tpm20_cap_curves,
	[TPM2_CAP_AUTH_POLICIES] = tpm20_cap_auth_policies,
	[TPM2_CAP_ACT] = tpm20_cap_act,
};

static u32 tpm20_get_ask(struct vtpmb_tpm20_call *call, struct tpm20_ask *ask)
{
	u32 rc = vtpmb_tpm20_get_u32(call, 0, &ask->capability);

	if (!rc && ask->capability >= ARRAY_SIZE(tpm20_caps) &&
	    ask->capability != TPM2_CAP_VENDOR_PROPERTY)
		rc = TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 1, &ask->property);
	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 2, &ask->count);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	/* A guest does not get TPM_CAP_VENDOR_PROPERTY. */
	return !rc && ask->capability == TPM2_CAP_VENDOR_PROPERTY ?
		TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0) : rc;
}

/* TPM 2.0 Part 3, 30.2 */
u32 vtpmb_tpm20_get_capability(struct vtpmb_vtpm *vtpm,
			       struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out)
{
	struct tpm20_ask ask;
	u32 rc = tpm20_get_ask(call, &ask);

	lockdep_assert_held(&vtpm->lock);

	return rc ? rc : tpm20_caps[ask.capability](vtpm, &ask, out);
}

static void tpm20_list_objects(const struct vtpmb_tpm20_table *table,
			       struct tpm20_list *list)
{
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		if (table->object[i].kind != KIND_FREE)
			tpm20_list_u32(list, table->object[i].virt);
	}
}

/* Find the persistent object with the lowest handle from @first on that is not cleared. */
static const struct vtpmb_tpm20_entry *
tpm20_next_persistent(const struct vtpmb_tpm20 *tpm, u32 first)
{
	const struct vtpmb_tpm20_entry *entry, *next = NULL;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		entry = &tpm->table.persistent[i];
		if (entry->kind != KIND_FREE && entry->virt >= first &&
		    entry->flushed == READ_ONCE(tpm->hier[entry->hier].cleared) &&
		    (!next || entry->virt < next->virt))
			next = entry;
	}
	return next;
}

static void tpm20_list_persistent(const struct vtpmb_tpm20 *tpm, struct tpm20_list *list)
{
	const struct vtpmb_tpm20_entry *entry;
	u32 first = 0;

	while ((entry = tpm20_next_persistent(tpm, first))) {
		tpm20_list_u32(list, entry->virt);
		first = entry->virt + 1;
	}
}

/*
 * TPM_HT_LOADED_SESSION or TPM_HT_SAVED_SESSION.  The handle of a saved session has the type
 * of an HMAC session, whatever its own type is.
 */
static void tpm20_list_sessions(struct vtpmb_vtpm *vtpm, struct tpm20_list *list,
				u32 type)
{
	const struct vtpmb_tpm20_entry *entry;
	bool saved = type == TPM2_HT_POLICY_SESSION;
	u32 index;

	for (index = 0; index < vtpmb_tpm20_facts(vtpm->port)->sessions_max; index++) {
		entry = vtpmb_tpm20_find_session(vtpm, index);
		if (entry && entry->guest_saved == saved &&
		    tpm20_list_next(list, type << 24 | index))
			vtpmb_put_u32(list->out, saved ? TPM2_HT_HMAC_SESSION << 24 | index :
				      entry->virt);
	}
}

/* NV indices are read from the chip each time, because the host may change them. */
static int tpm20_list_indices(struct vtpmb_vtpm *vtpm, struct tpm20_list *list)
{
	u32 handle[NR_INDICES], first = list->start;
	int count, i;

	do {
		count = vtpmb_tpm20_nv_handles(vtpm, first, handle, NR_INDICES);
		for (i = 0; i < count; i++) {
			tpm20_list_u32(list, handle[i]);
			first = handle[i] + 1;
		}
	} while (count == NR_INDICES && !list->more && TPM20_HT(first) == TPM2_HT_NV_INDEX);
	return min(count, 0);
}

static int tpm20_hub_handles(struct vtpmb_vtpm *vtpm, const struct tpm20_ask *ask,
			     struct vtpmb_writer *out, u32 *rc)
{
	struct tpm20_list list;
	int err = 0;

	tpm20_list_begin(&list, out, TPM2_CAP_HANDLES, ask->property, ask->count,
			 MAX_LIST_HANDLES);
	switch (TPM20_HT(ask->property)) {
	case TPM2_HT_TRANSIENT:
		tpm20_list_objects(&vtpmb_tpm20_state(vtpm)->table, &list);
		break;
	case TPM2_HT_PERSISTENT:
		tpm20_list_persistent(vtpmb_tpm20_state(vtpm), &list);
		break;
	case TPM2_HT_NV_INDEX:
		err = tpm20_list_indices(vtpm, &list);
		break;
	default:
		tpm20_list_sessions(vtpm, &list, TPM20_HT(ask->property));
	}
	*rc = tpm20_list_end(&list);
	return err;
}

/*
 * GetCapability of properties that only the hub's thread knows, which
 * vtpmb_tpm20_get_capability() passed on.
 */
int vtpmb_tpm20_hub_capability(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out, u32 *rc)
{
	struct tpm20_ask ask;
	int err;

	*rc = tpm20_get_ask(call, &ask);
	if (*rc)
		return 0;
	if (ask.capability == TPM2_CAP_HANDLES)
		return tpm20_hub_handles(vtpm, &ask, out, rc);

	err = vtpmb_tpm20_nv_count(vtpm);
	if (err)
		return err;
	mutex_lock(&vtpm->lock);
	*rc = tpm20_caps[ask.capability](vtpm, &ask, out);
	mutex_unlock(&vtpm->lock);
	/* The virtual TPM was reset in the meantime. */
	if (*rc == VTPMB_RC_PASS)
		*rc = TPM2_RC_INITIALIZE;
	return 0;
}
