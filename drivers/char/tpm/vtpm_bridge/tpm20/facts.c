// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: fixed properties of a chip, read once. */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "../core/port.h"
#include "facts.h"
#include "gap.h"
#include "parameters.h"
#include "state.h"

/* The TPMS_ALG_PROPERTY of an algorithm, or NULL if the chip does not implement it. */
const struct vtpmb_tpm20_tagged *vtpmb_tpm20_alg(struct vtpmb_vtpm *vtpm, u16 alg)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	unsigned int i;

	for (i = 0; i < facts->nr_algs; i++) {
		if (facts->alg[i].tag == alg)
			return &facts->alg[i];
	}
	return NULL;
}

/* TPMI_ALG_HASH */
bool vtpmb_tpm20_is_hash(struct vtpmb_vtpm *vtpm, u16 alg)
{
	return vtpmb_hash_size(alg) && vtpmb_tpm20_alg(vtpm, alg);
}

/*
 * Whether the chip refuses an algorithm as a hash.  This is not the opposite of
 * vtpmb_tpm20_is_hash(): a newer chip may have a hash algorithm that the bridge does not know.
 */
bool vtpmb_tpm20_is_no_hash(struct vtpmb_vtpm *vtpm, u16 alg)
{
	const struct vtpmb_tpm20_tagged *property = vtpmb_tpm20_alg(vtpm, alg);

	return !property || !(property->val & TPMA_ALGORITHM_HASH);
}

/**
 * struct tpm20_learn - a capability of the chip being read
 * @capability:	TPM_CAP
 * @start:	first property
 * @count:	maximum number of properties in one answer
 * @entry:	reads one entry of the answer; returns its key or an error
 */
struct tpm20_learn {
	u32 capability;
	u32 start;
	u32 count;
	int (*entry)(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
		     struct vtpmb_reader *r, u32 *key);
};

static int tpm20_learn_property(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
				struct vtpmb_reader *r, u32 *key)
{
	struct vtpmb_tpm20_tagged *p = &facts->property[facts->nr_properties];

	if (facts->nr_properties == ARRAY_SIZE(facts->property) ||
	    !vtpmb_get_u32(r, &p->tag) || !vtpmb_get_u32(r, &p->val))
		return -EIO;
	facts->nr_properties++;
	*key = p->tag;
	return 0;
}

static int tpm20_learn_alg(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
			   struct vtpmb_reader *r, u32 *key)
{
	struct vtpmb_tpm20_tagged *p = &facts->alg[facts->nr_algs];
	u16 alg;

	if (facts->nr_algs == ARRAY_SIZE(facts->alg) || !vtpmb_get_u16(r, &alg) ||
	    !vtpmb_get_u32(r, &p->val))
		return -EIO;
	p->tag = alg;
	facts->nr_algs++;
	if (vtpmb_hash_size(alg) && p->val & TPMA_ALGORITHM_HASH &&
	    facts->nr_hashes < VTPMB_TPM20_MAX_HASHES)
		facts->nr_hashes++;
	*key = alg;
	return 0;
}

static int tpm20_learn_curve(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
			     struct vtpmb_reader *r, u32 *key)
{
	if (facts->nr_curves == ARRAY_SIZE(facts->curve) ||
	    !vtpmb_get_u16(r, &facts->curve[facts->nr_curves]))
		return -EIO;
	*key = facts->curve[facts->nr_curves++];
	return 0;
}

static int tpm20_learn_permanent(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
				 struct vtpmb_reader *r, u32 *key)
{
	if (facts->nr_permanent == ARRAY_SIZE(facts->permanent) ||
	    !vtpmb_get_u32(r, &facts->permanent[facts->nr_permanent]))
		return -EIO;
	*key = facts->permanent[facts->nr_permanent++];
	return 0;
}

/* Get one TPMS_PCR_SELECTION of TPM_CAP_PCRS; false if it is cut off. */
static bool tpm20_get_bank(struct vtpmb_reader *r, struct vtpmb_tpm20_selection *sel)
{
	const u8 *bits;
	u8 size, i;

	if (!vtpmb_get_u16(r, &sel->alg) || !vtpmb_get_u8(r, &size))
		return false;
	bits = vtpmb_get_bytes(r, size);
	if (!bits)
		return false;
	sel->pcrs = 0;
	for (i = 0; i < size && i < sizeof(sel->pcrs); i++)
		sel->pcrs |= (u32)bits[i] << (8 * i);
	return true;
}

/* A guest cannot use a command that is not in the table. */
static int tpm20_learn_command(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
			       struct vtpmb_reader *r, u32 *key)
{
	u32 cca;
	int row;

	if (!vtpmb_get_u32(r, &cca))
		return -EIO;
	*key = cca & (TPMA_CC_V | 0xffff);
	row = vtpmb_tpm20_row(*key);
	if (row < 0)
		return 0;
	__set_bit(row, facts->has);
	facts->cca[row] = cca;
	return 0;
}

/* Proxies have no PCR bank whose hash the kernel cannot compute. */
static int tpm20_learn_bank(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
			    struct vtpmb_reader *r, u32 *key)
{
	struct vtpmb_tpm20_selection sel;
	const struct vtpmb_hash *hash;

	if (!tpm20_get_bank(r, &sel))
		return -EIO;
	*key = 0;
	hash = vtpmb_hash_find(sel.alg);
	if (!hash || port->nr_banks == VTPMB_MAX_BANKS)
		return 0;
	port->bank[port->nr_banks] = *hash;
	facts->allocated[port->nr_banks++] = sel.pcrs;
	return 0;
}

static const struct tpm20_learn tpm20_learns[] = {
	{ TPM2_CAP_TPM_PROPERTIES, TPM2_PT_FIXED, MAX_LIST_PROPERTIES, tpm20_learn_property },
	{ TPM2_CAP_TPM_PROPERTIES, TPM2_PT_VAR, MAX_LIST_PROPERTIES, tpm20_learn_property },
	{ TPM2_CAP_ALGS, 0, MAX_LIST_ALGS, tpm20_learn_alg },
	{ TPM2_CAP_ECC_CURVES, 0, MAX_LIST_CURVES, tpm20_learn_curve },
	{ TPM2_CAP_HANDLES, TPM2_HT_PERMANENT << 24, MAX_LIST_HANDLES, tpm20_learn_permanent },
	{ TPM2_CAP_COMMANDS, 0, MAX_LIST_COMMANDS, tpm20_learn_command },
	{ TPM2_CAP_PCRS, 0, 1, tpm20_learn_bank },
};

/* Ask the chip for a part of a capability.  @r is then at the answer's list. */
static int tpm20_ask_chip(struct vtpmb_port *port, const struct tpm20_learn *learn,
			  u32 start, struct vtpmb_reader *r, u8 *more, u32 *nr_entries)
{
	const __be32 params[] = {
		cpu_to_be32(learn->capability), cpu_to_be32(start), cpu_to_be32(learn->count),
	};
	const struct vtpmb_body body = { .head = params, .head_len = sizeof(params) };
	u32 capability, rc;
	int len = vtpmb_port_command(port, TPM2_ST_NO_SESSIONS, TPM2_CC_GetCapability, &body, &rc);

	if (len < 0 || rc)
		return len < 0 ? len : -EIO;
	vtpmb_port_response(port, len, r);
	if (!vtpmb_get_u8(r, more) || !vtpmb_get_u32(r, &capability) ||
	    !vtpmb_get_u32(r, nr_entries))
		return -EIO;
	return 0;
}

static int tpm20_learn(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
		       const struct tpm20_learn *learn)
{
	u32 nr_entries, nr_listed = 0, before, start = learn->start;
	struct vtpmb_reader r;
	u8 more;
	int err;

	do {
		before = start;
		err = tpm20_ask_chip(port, learn, start, &r, &more, &nr_entries);
		if (err)
			return err;
		if ((more && !nr_entries) || nr_entries > VTPMB_TPM20_MAX_LISTED - nr_listed)
			return -EIO;
		nr_listed += nr_entries;
		while (!err && nr_entries--)
			err = learn->entry(port, facts, &r, &start);
		/* The next part must begin after this one. */
		if (!err && start < before)
			return -EIO;
		start++;
	} while (!err && more);
	return err;
}

/* The value of a TPM_PT at probe, or @otherwise if the chip did not return it. */
u32 vtpmb_tpm20_property(const struct vtpmb_tpm20_facts *facts, u32 property, u32 otherwise)
{
	unsigned int i;

	for (i = 0; i < facts->nr_properties; i++) {
		if (facts->property[i].tag == property)
			return facts->property[i].val;
	}
	return otherwise;
}

static u32 tpm20_size_fact(const struct vtpmb_tpm20_facts *facts, u32 property)
{
	u32 size = vtpmb_tpm20_property(facts, property, VTPMB_GUEST_BUF_SIZE);

	return min_t(u32, size, VTPMB_GUEST_BUF_SIZE);
}

/* Read the fixed properties of a chip, which the caller holds.  Also returns -ENOMEM. */
int vtpmb_tpm20_probe(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_facts *facts = kzalloc(sizeof(*facts), GFP_KERNEL);
	unsigned int i;
	int err = 0;

	if (!facts)
		return -ENOMEM;
	port->facts = facts;
	port->nr_banks = 0;
	INIT_LIST_HEAD(&port->saved);
	for (i = 0; !err && i < ARRAY_SIZE(tpm20_learns); i++)
		err = tpm20_learn(port, facts, &tpm20_learns[i]);
	if (!err)
		err = vtpmb_tpm20_learn_curves(port, facts);
	if (err) {
		vtpmb_tpm20_forget(port);
		return err;
	}
	facts->sessions_max = vtpmb_tpm20_property(facts, TPM2_PT_ACTIVE_SESSIONS_MAX, 64);
	facts->context_gap = vtpmb_tpm20_property(facts, TPM2_PT_CONTEXT_GAP_MAX, 255);
	vtpmb_tpm20_gap_init(port);
	facts->context_max = vtpmb_tpm20_property(facts, TPM2_PT_MAX_OBJECT_CONTEXT, 0) +
			     VTPMB_MAC_SIZE;
	facts->command_max = tpm20_size_fact(facts, TPM2_PT_MAX_COMMAND_SIZE);
	facts->response_max = tpm20_size_fact(facts, TPM2_PT_MAX_RESPONSE_SIZE);
	vtpmb_tpm20_chip(port)->var = (struct vtpmb_tpm20_var) {
		.max_auth_fail = vtpmb_tpm20_property(facts, TPM2_PT_MAX_AUTH_FAIL, 0),
		.lockout_interval = vtpmb_tpm20_property(facts, TPM2_PT_LOCKOUT_INTERVAL, 0),
		.lockout_recovery = vtpmb_tpm20_property(facts, TPM2_PT_LOCKOUT_RECOVERY, 0),
	};
	return 0;
}

void vtpmb_tpm20_forget(struct vtpmb_port *port)
{
	port->nr_banks = 0;
	vtpmb_tpm20_forget_curves(port->facts);
	kfree(port->facts);
	port->facts = NULL;
}
