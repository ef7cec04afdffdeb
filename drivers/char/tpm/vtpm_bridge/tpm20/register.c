// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, registers: PCRs of the chip that show something of a guest.
 *
 * A register has a value of a guest only within a turn of that guest.  It is marked before
 * anything is done to it, and reset at the end of the turn, before anybody else gets the chip.
 */

#include <linux/bits.h>
#include <linux/string.h>
#include "ask.h"
#include "register.h"
#include "state.h"

/**
 * vtpmb_tpm20_register_bank() - the bank of the chip in which a register is used
 * @port:	the chip
 * @nr:		which register
 *
 * Return: the bank, or NULL if the chip has no such register
 */
const struct vtpmb_hash *vtpmb_tpm20_register_bank(const struct vtpmb_port *port,
						   enum vtpmb_register_nr nr)
{
	u32 pcr = vtpmb_register_pcr(port, nr);
	const struct vtpmb_hash *bank = NULL;
	unsigned int i;

	for (i = 0; pcr && i < port->nr_banks; i++) {
		if (!(vtpmb_tpm20_facts(port)->allocated[i] & BIT(pcr)))
			continue;
		if (!bank || port->bank[i].alg == TPM2_ALG_SHA256)
			bank = &port->bank[i];
	}
	return bank;
}

/* Send a command on a register, which has an empty authValue. */
static int tpm20_send(struct vtpmb_port *port, enum vtpmb_register_nr nr, u32 code,
		      const void *params, size_t params_len, u32 *rc)
{
	static const u8 empty[] = {
		0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, TPMA_SESSION_CONTINUESESSION, 0, 0
	};
	u8 body[sizeof(u32) + sizeof(empty) + 6 + VTPMB_MAX_DIGEST];
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, vtpmb_register_pcr(port, nr));
	vtpmb_put_bytes(&w, empty, sizeof(empty));
	vtpmb_put_bytes(&w, params, params_len);
	len = vtpmb_tpm20_own_command(port, TPM2_ST_SESSIONS, code, body, w.len, rc);
	return len < 0 ? len : 0;
}

static int tpm20_reset(struct vtpmb_port *port, enum vtpmb_register_nr nr, u32 *rc)
{
	return tpm20_send(port, nr, TPM2_CC_PCR_Reset, "", 0, rc);
}

/* TPML_DIGEST_VALUES with one digest, of which the bank takes as much as its digests have. */
static int tpm20_extend(struct vtpmb_port *port, enum vtpmb_register_nr nr, const u8 *digest,
			u8 *now, u32 *rc)
{
	const struct vtpmb_hash *bank = vtpmb_tpm20_register_bank(port, nr);
	u8 values[6 + VTPMB_MAX_DIGEST];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, values, sizeof(values));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_u16(&w, bank->alg);
	vtpmb_put_bytes(&w, digest, bank->size);
	return tpm20_send(port, nr, TPM2_CC_PCR_Extend, values, w.len, rc);
}

static struct vtpmb_register *tpm20_registers(struct vtpmb_port *port)
{
	return vtpmb_tpm20_chip(port)->reg;
}

static const struct vtpmb_register_ops tpm20_register_ops = {
	.registers = tpm20_registers,
	.reset = tpm20_reset,
	.extend = tpm20_extend,
};

/**
 * vtpmb_tpm20_set_register() - bring a register to a value, unless it has it
 * @port:	the chip
 * @nr:		which register; the chip has it
 * @shown:	the value; zeros: it is not known, and the register does not have it
 * @rc:		response code, TPM2_RC_COMMAND_CODE if the chip refuses
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_set_register(struct vtpmb_port *port, enum vtpmb_register_nr nr,
			     const struct vtpmb_shown *shown, u32 *rc)
{
	struct vtpmb_register *reg = &tpm20_registers(port)[nr];
	u8 now[VTPMB_MAX_DIGEST];
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (vtpmb_register_shows(reg, shown))
		return 0;
	err = vtpmb_register_write(port, &tpm20_register_ops, nr, shown, now, rc);
	if (err)
		return err;
	/* The guest has made no mistake, so it does not get the chip's response code. */
	if (*rc) {
		*rc = TPM2_RC_COMMAND_CODE;
		return 0;
	}
	memcpy(reg->value, shown->value, sizeof(reg->value));
	reg->shown = memchr_inv(shown->value, 0, sizeof(shown->value));
	return 0;
}

/*
 * Leave no value of a proxy in the registers, at the end of a turn, and once more before the host
 * gets the chip.  Only a chip that refuses each of many commands in a row goes to the host with a
 * value, until the next turn of any proxy ends.
 */
int vtpmb_tpm20_reset_registers(struct vtpmb_port *port)
{
	return vtpmb_register_clear_all(port, &tpm20_register_ops);
}
