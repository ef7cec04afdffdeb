// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: properties of a chip, read once when it is attached. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "facts.h"
#include "room.h"
#include "state.h"

#define TAG_PERMANENT_FLAGS_SIZE 2

/* Send the command in @w, which lies in the port's scratch buffer, and start to read. */
static int tpm12_ask(struct vtpmb_port *port, struct vtpmb_writer *w,
		     struct vtpmb_tpm12_blob *blob)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u32 bytes_len;
	int len;

	memset(blob, 0, sizeof(*blob));
	vtpmb_poke_u32(w->buf + 2, w->len);
	len = port->transmit(port, w->buf);
	if (len < 0)
		return len;
	if (vtpmb_peek_u32(w->buf + 6))
		return 0;
	vtpmb_reader_init(&r, w->buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u32(&r, &bytes_len))
		return -EIO;
	bytes = vtpmb_get_bytes(&r, bytes_len);
	if (!bytes)
		return -EIO;
	blob->len = min_t(u32, bytes_len, sizeof(blob->bytes));
	memcpy(blob->bytes, bytes, blob->len);
	return 0;
}

static void tpm12_begin_question(struct vtpmb_port *port, struct vtpmb_writer *w,
				 u32 code)
{
	vtpmb_writer_init(w, port->scratch, VTPMB_BUF_SIZE);
	vtpmb_put_u16(w, TPM_TAG_RQU_COMMAND);
	vtpmb_put_u32(w, 0);
	vtpmb_put_u32(w, code);
}

/* @blob is empty if the chip does not return the property. */
static int tpm12_ask_cap(struct vtpmb_port *port, u32 area, u32 sub_cap,
			 struct vtpmb_tpm12_blob *blob)
{
	struct vtpmb_writer w;

	tpm12_begin_question(port, &w, TPM_ORD_GetCapability);
	vtpmb_put_u32(&w, area);
	vtpmb_put_u32(&w, sub_cap ? 4 : 0);
	if (sub_cap)
		vtpmb_put_u32(&w, sub_cap);
	return tpm12_ask(port, &w, blob);
}

static int tpm12_ask_test_result(struct vtpmb_port *port, struct vtpmb_tpm12_blob *blob)
{
	struct vtpmb_writer w;

	tpm12_begin_question(port, &w, TPM_ORD_GetTestResult);
	return tpm12_ask(port, &w, blob);
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

/**
 * vtpmb_tpm12_probe() - read the properties of a chip
 * @port:	the port; the caller holds the chip
 *
 * Return: 0; -ENOMEM; -ENODEV: the chip is gone; -EIO: it does not answer as a working
 * TPM 1.2 does; -ENOENT: the kernel has no SHA-1
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
