// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, registers: PCRs of the chip that show something of a guest, while the chip executes
 * commands of that guest.
 *
 * TPM_PCR_Reset makes the PCR 20 zero bytes, and TPM_Extend brings it to the value (PC Client TIS
 * 1.21, table 4; Part 3, 16.1 and 16.4).  The value stays for further commands of the turn.
 * Nobody else may find it:
 *
 * - A register is marked before the chip gets the first of these commands, and the mark stays
 *   until the chip has said that the register is reset or extended by random numbers.  So a
 *   refusal or a lost response leaves at worst a mark without need.
 * - A marked register is cleared when the turn ends, before the chip is passed to another proxy
 *   or to the host, and once more before the host gets the chip.
 * - If that fails, the next command of any guest begins with it.  The command is not executed
 *   while the register may have another guest's value.
 *
 * Only a chip that refuses, or does not answer, each of many commands in a row goes to the host
 * with a mark.
 */

#include <linux/bits.h>
#include <linux/string.h>
#include "ask.h"
#include "register.h"
#include "state.h"

static struct vtpmb_register *tpm12_registers(struct vtpmb_port *port)
{
	return vtpmb_tpm12_chip(port)->reg;
}

static int tpm12_reset(struct vtpmb_port *port, enum vtpmb_register_nr nr, u32 *rc)
{
	u8 body[sizeof(u16) + VTPMB_SELECT_SIZE];
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u16(&w, VTPMB_SELECT_SIZE);
	vtpmb_put_pcrs(&w, BIT(vtpmb_register_pcr(port, nr)));
	len = vtpmb_tpm12_own_command(port, TPM_ORD_PCR_Reset, body, w.len, rc);
	return len < 0 ? len : 0;
}

/* @now gets the PCR's new value, as the chip says. */
static int tpm12_extend(struct vtpmb_port *port, enum vtpmb_register_nr nr, const u8 *digest,
			u8 *now, u32 *rc)
{
	u8 body[sizeof(u32) + TPM12_DIGEST_SIZE];
	struct vtpmb_reader r;
	struct vtpmb_writer w;
	const u8 *bytes;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, vtpmb_register_pcr(port, nr));
	vtpmb_put_bytes(&w, digest, TPM12_DIGEST_SIZE);
	len = vtpmb_tpm12_own_command(port, TPM_ORD_Extend, body, w.len, rc);
	memzero_explicit(body, sizeof(body));
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, &r);
	bytes = vtpmb_get_bytes(&r, TPM12_DIGEST_SIZE);
	if (!bytes || r.left)
		return vtpmb_tpm12_cut_short(port);
	memcpy(now, bytes, TPM12_DIGEST_SIZE);
	return 0;
}

static const struct vtpmb_register_ops tpm12_register_ops = {
	.registers = tpm12_registers,
	.reset = tpm12_reset,
	.extend = tpm12_extend,
};

/*
 * The guest has made no mistake, so it gets the chip's return code only if it is to try again.
 * If the chip returns another value, it is disabled, or its PCR is not as the profile says.
 */
static u32 tpm12_judge(struct vtpmb_register *reg, const struct vtpmb_shown *shown,
		       const u8 *now, u32 rc)
{
	if (rc)
		return vtpmb_tpm12_is_busy(rc) ? rc : TPM_INVALID_PCR_INFO;
	if (memcmp(now, shown->value, TPM12_DIGEST_SIZE))
		return TPM_INVALID_PCR_INFO;
	memcpy(reg->value, shown->value, sizeof(reg->value));
	reg->shown = true;
	return TPM_SUCCESS;
}

/* Bring a register to a value, unless it has it. */
int vtpmb_tpm12_set_register(struct vtpmb_port *port, enum vtpmb_register_nr nr,
			     const struct vtpmb_shown *shown, u32 *rc)
{
	struct vtpmb_register *reg = &tpm12_registers(port)[nr];
	u8 now[VTPMB_MAX_DIGEST] = {};
	int err;

	*rc = TPM_SUCCESS;
	if (vtpmb_register_shows(reg, shown))
		return 0;
	err = vtpmb_register_write(port, &tpm12_register_ops, nr, shown, now, rc);
	if (!err)
		*rc = tpm12_judge(reg, shown, now, *rc);
	return err;
}

/**
 * vtpmb_tpm12_clear_registers() - leave no value of a guest in the registers
 * @port:	the chip, about to be given to another proxy or to the host
 *
 * Return: 0; -EIO if the chip refuses; or the errno of transmit
 */
int vtpmb_tpm12_clear_registers(struct vtpmb_port *port)
{
	return vtpmb_register_clear_all(port, &tpm12_register_ops);
}

/*
 * Before a guest's command: clear what could not be cleared before.  If this fails again, the
 * command must not be executed.
 */
int vtpmb_tpm12_clear_leftovers(struct vtpmb_port *port)
{
	enum vtpmb_register_nr nr;
	int err = 0;

	for (nr = VTPMB_REGISTER_POLICY; !err && nr < VTPMB_NR_REGISTERS; nr++) {
		if (!tpm12_registers(port)[nr].shown)
			err = vtpmb_register_clear(port, &tpm12_register_ops, nr);
	}
	return err;
}
