// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: properties of a chip, read once when it is attached. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "facts.h"
#include "room.h"
#include "state.h"

#define TAG_PERMANENT_FLAGS_SIZE 2

static void tpm12_keep(struct vtpmb_tpm12_blob *blob, const struct vtpmb_reader *r)
{
	blob->len = min(r->left, sizeof(blob->bytes));
	memcpy(blob->bytes, r->pos, blob->len);
}

/* @blob is empty if the chip does not return the property. */
static int tpm12_ask_cap(struct vtpmb_port *port, u32 area, u32 sub_cap,
			 struct vtpmb_tpm12_blob *blob)
{
	const __be32 sub = cpu_to_be32(sub_cap);
	struct vtpmb_reader r;
	u32 rc;
	int err = vtpmb_tpm12_ask_capability(port, area, &sub, sub_cap ? sizeof(sub) : 0, &r, &rc);

	blob->len = 0;
	if (!err && !rc)
		tpm12_keep(blob, &r);
	return err;
}

static int tpm12_ask_test_result(struct vtpmb_port *port, struct vtpmb_tpm12_blob *blob)
{
	struct vtpmb_reader r;
	u32 rc, size;
	int len = vtpmb_tpm12_own_command(port, TPM_ORD_GetTestResult, NULL, 0, &rc);

	if (len < 0 || rc)
		return min(len, 0);
	vtpmb_port_response(port, len, &r);
	if (!vtpmb_get_u32(&r, &size) || size != r.left)
		return -EIO;
	tpm12_keep(blob, &r);
	return 0;
}

/* TPM_PERMANENT_FLAGS: a tag, then a byte for each flag that the chip has. */
static int tpm12_learn_flags(struct vtpmb_port *port, struct vtpmb_tpm12_facts *facts)
{
	struct vtpmb_tpm12_blob blob;
	unsigned int i;
	int err = tpm12_ask_cap(port, TPM_CAP_FLAG, TPM_CAP_FLAG_PERMANENT, &blob);

	if (err)
		return err;
	if (blob.len < TAG_PERMANENT_FLAGS_SIZE + TPM_PF_PHYSICALPRESENCECMDENABLE)
		return -EIO;
	facts->nr_perm = min_t(unsigned int, blob.len - TAG_PERMANENT_FLAGS_SIZE, TPM12_NR_PF);
	for (i = 0; i < facts->nr_perm; i++)
		facts->perm[TPM_PF_DISABLE + i] = blob.bytes[TAG_PERMANENT_FLAGS_SIZE + i];
	return 0;
}

static int tpm12_learn_props(struct vtpmb_port *port, struct vtpmb_tpm12_facts *facts)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < TPM12_NR_PROPS && !err; i++)
		err = tpm12_ask_cap(port, TPM_CAP_PROPERTY, TPM_CAP_PROP_PCR + i,
				    &facts->prop[i]);
	if (err)
		return err;
	facts->owned = facts->prop[TPM_CAP_PROP_OWNER - TPM_CAP_PROP_PCR].bytes[0];
	return 0;
}

static int tpm12_learn(struct vtpmb_port *port, struct vtpmb_tpm12_facts *facts)
{
	int err = tpm12_learn_flags(port, facts);

	if (!err)
		err = tpm12_learn_props(port, facts);
	if (!err)
		err = tpm12_ask_cap(port, TPM_CAP_VERSION, 0, &facts->version);
	if (!err)
		err = tpm12_ask_cap(port, TPM_CAP_VERSION_VAL, 0, &facts->version_val);
	if (!err)
		err = tpm12_ask_test_result(port, &facts->test_result);
	return err;
}

/* Initialise a new chip that nobody else uses yet. */
static void tpm12_chip_init(struct vtpmb_port *port)
{
	INIT_LIST_HEAD(&port->saved);
	INIT_LIST_HEAD(&vtpmb_tpm12_chip(port)->inside);
	vtpmb_tpm12_room_unknown(port);
}

/*
 * Read the properties of a chip, which the caller holds.  Returns 0; -ENOMEM; -ENODEV if the
 * chip is gone; -EIO if it does not answer as a working TPM 1.2 does; -ENOENT if the kernel has
 * no SHA-1.
 */
int vtpmb_tpm12_probe(struct vtpmb_port *port)
{
	const struct vtpmb_hash *sha1 = vtpmb_hash_find(TPM_ALG_SHA);
	struct vtpmb_tpm12_facts *facts;
	int err;

	if (!sha1)
		return -ENOENT;
	facts = kzalloc(sizeof(*facts), GFP_KERNEL);
	if (!facts)
		return -ENOMEM;
	err = tpm12_learn(port, facts);
	if (err)
		goto free_facts;

	port->nr_banks = 1;
	port->bank[0] = *sha1;
	port->facts = facts;
	tpm12_chip_init(port);
	return 0;

free_facts:
	kfree(facts);
	return err == -ENODEV ? err : -EIO;
}

/**
 * vtpmb_tpm12_chip_number() - return a fixed property of the chip
 * @port:	the port
 * @prop:	TPM_CAP_PROPERTY, a number
 *
 * Return: its value; 0 if the chip does not have it
 */
u32 vtpmb_tpm12_chip_number(const struct vtpmb_port *port, u16 prop)
{
	const struct vtpmb_tpm12_facts *facts = port->facts;
	const struct vtpmb_tpm12_blob *blob = &facts->prop[prop - TPM_CAP_PROP_PCR];

	return blob->len == sizeof(u32) ? vtpmb_peek_u32(blob->bytes) : 0;
}

void vtpmb_tpm12_forget(struct vtpmb_port *port)
{
	port->nr_banks = 0;
	kfree(port->facts);
	port->facts = NULL;
}
