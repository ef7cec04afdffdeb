/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port: the way to one chip, and commands of the bridge's own to it.
 *
 * Verbs: command, response.
 */
#ifndef VTPMB_PORT_H
#define VTPMB_PORT_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>
#include "ecdh.h"
#include "hash.h"
#include "limits.h"
#include "wire.h"

struct vtpmb_family;

/**
 * struct vtpmb_port - the way to one physical chip
 * @family:	which family the chip speaks
 * @transmit:	send the command in @buf, whose length is in its header, and
 *		put the response over it.  @buf has VTPMB_BUF_SIZE bytes.
 *		Returns the response's length, which equals the size in its
 *		header, or a negative errno.  The caller holds the chip.
 * @end_host_session: end the session that the host's kernel keeps in a TPM 2.0 for
 *		itself; NULL: it keeps none.  The caller holds the chip.
 * @facts:	what @family->probe() learnt, and what the family keeps of the chip until
 *		@family->forget()
 * @nr_banks:	PCR hash algorithms that the chip has and the kernel can compute;
 *		TPM 2.0: not all need be allocated
 * @bank:	those algorithms
 * @mac:	HMAC for what leaves the bridge (saved contexts), with a random key
 *		that is made with the port
 * @policy_mac:	HMAC for policies on PCRs.  Each use sets the key of its proxy.  It is
 *		opened with the port: @family->probe() holds the chip, and to open a transform
 *		can load a kernel module.
 * @ecdh:	for keys on P-256; opened with the port, as @policy_mac is
 * @policy_pcr:	the PCR, 16 or 23, that represents the proxies' private PCRs in policies; 0:
 *		there are no such policies.  A parameter of the module.
 * @attest_pcr:	the PCR, 16 or 23 but not @policy_pcr, that represents them in quotes; 0: there
 *		is none.  A parameter of the module.
 * @failed:	the last response that was checked reported failure mode
 * @saved:	sessions of all proxies that the chip has saved, the oldest first
 * @refresh_ms:	milliseconds from one VTPMB_TIDY_IDLE to the next; 0: none is needed
 * @nr_vtpms:	virtual TPMs on it
 * @scratch:	VTPMB_BUF_SIZE bytes for the hub thread's own commands
 * @nr_chip_commands: commands transmitted so far
 *
 * Constant after probe but for what is at @facts, @policy_mac, @ecdh, @failed, @saved,
 * @refresh_ms, @scratch and @nr_chip_commands, which belong to the holder of the chip, and
 * @nr_vtpms.
 */
struct vtpmb_port {
	const struct vtpmb_family *family;
	int (*transmit)(struct vtpmb_port *port, u8 *buf);
	void (*end_host_session)(struct vtpmb_port *port);
	void *facts;
	unsigned int nr_banks;
	struct vtpmb_hash bank[VTPMB_MAX_BANKS];
	struct vtpmb_mac mac;
	struct vtpmb_mac policy_mac;
	struct vtpmb_ecdh ecdh;
	u32 policy_pcr;
	u32 attest_pcr;
	bool failed;
	struct list_head saved;
	u32 refresh_ms;
	atomic_t nr_vtpms;
	u8 *scratch;
	u64 nr_chip_commands;
};

/**
 * struct vtpmb_body - what comes after the header of a command, in two parts
 * @head:	the first one
 * @head_len:	its bytes
 * @tail:	the other one
 * @tail_len:	its bytes, or 0
 */
struct vtpmb_body {
	const void *head;
	size_t head_len;
	const void *tail;
	size_t tail_len;
};

/* Read what follows the header of a response in the scratch buffer, @len bytes in all. */
static inline void vtpmb_port_response(const struct vtpmb_port *port, size_t len,
				       struct vtpmb_reader *r)
{
	vtpmb_reader_init(r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
}

int vtpmb_port_command(struct vtpmb_port *port, u16 tag, u32 code,
		       const struct vtpmb_body *body, u32 *rc);

#endif
