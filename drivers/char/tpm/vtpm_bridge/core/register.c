// SPDX-License-Identifier: GPL-2.0-only
/*
 * The register: a PCR of the chip in which the bridge shows what represents private PCRs of a
 * guest.
 *
 * If the administrator has selected PCRs for a register, the guest's PCR of the register's
 * number represents them.  It reads the value for them, and the guest can neither extend nor
 * reset it.  composite.c and attest.c compute what the two registers show.
 *
 * No guest can make one of these values pass for another.  Of a secret, three HMACs are made.
 * Their messages differ, whatever the guest does: that of a TPM 2.0's fold begins with a number
 * of selections, whose first byte is 0, and the others begin with different labels.  Fold and
 * composite bring a PCR to H(0 || HMAC).  Attest brings it to H(H(0 || identity) || digest),
 * where identity is a hash of an HMAC.  So two values are equal only if HMAC-SHA256 or H has a
 * collision, or if H(0 || identity) is 0.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/random.h>
#include <linux/string.h>
#include "register.h"

/** MAX_ROUNDS - how often clearing is tried before the chip goes to somebody else */
#define MAX_ROUNDS	3

/**
 * vtpmb_register_represents() - which PCRs the guest's PCR of a register represents
 * @vtpm:	the vtpm; its lock is held
 * @nr:		which register
 *
 * Return: bit N for PCR N; 0: none, and the PCR is an ordinary private one
 */
u32 vtpmb_register_represents(const struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr)
{
	lockdep_assert_held(&vtpm->lock);

	return nr == VTPMB_REGISTER_ATTEST ? vtpm->attest : vtpm->composite;
}

/**
 * vtpmb_register_is() - whether a PCR of the guest represents others
 * @vtpm:	the vtpm; its lock is held
 * @pcr:	number of the PCR, or any other handle
 */
bool vtpmb_register_is(const struct vtpmb_vtpm *vtpm, u32 pcr)
{
	enum vtpmb_register_nr nr;

	for (nr = VTPMB_REGISTER_POLICY; nr < VTPMB_NR_REGISTERS; nr++) {
		if (vtpmb_register_represents(vtpm, nr) &&
		    pcr == vtpmb_register_pcr(vtpm->port, nr))
			return true;
	}
	return false;
}

/**
 * vtpmb_register_check() - check whether PCRs can be represented
 * @vtpm:	the vtpm
 * @nr:		by which register
 * @pcrs:	those PCRs, bit N for PCR N
 *
 * Without the register, there is no PCR that could represent others.  Only PCRs whose changes
 * a TPM 2.0 counts can be selected, so that no change after PolicyPCR is overlooked, and so
 * that each change of what is shown is counted, too.  A proxy of a TPM 1.2 takes the same
 * values.
 */
bool vtpmb_register_check(const struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr, u64 pcrs)
{
	unsigned int i;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (pcrs & BIT(i) && !vtpmb_pcr_rules_tpm20[i].counted)
			return false;
	}
	return !pcrs || vtpmb_register_pcr(vtpm->port, nr);
}

/**
 * vtpmb_register_check_real_pcrs() - check whether PCRs of the chip can be granted
 * @vtpm:	the vtpm
 * @pcrs:	those PCRs, bit N for PCR N
 *
 * The registers cannot be granted, whether or not they represent anything.
 */
bool vtpmb_register_check_real_pcrs(const struct vtpmb_vtpm *vtpm, u64 pcrs)
{
	enum vtpmb_register_nr nr;
	u32 pcr;

	for (nr = VTPMB_REGISTER_POLICY; nr < VTPMB_NR_REGISTERS; nr++) {
		pcr = vtpmb_register_pcr(vtpm->port, nr);
		if (pcr && pcrs & BIT(pcr))
			return false;
	}
	return true;
}

/**
 * vtpmb_register_extend() - compute the value of a PCR that is reset and extended
 * @bank:	hash algorithm of the PCR's bank
 * @shown:	the extends; gets the value
 *
 * Return: 0, or the crypto API's error
 */
int vtpmb_register_extend(const struct vtpmb_hash *bank, struct vtpmb_shown *shown)
{
	unsigned int i;
	int err = 0;

	memset(shown->value, 0, sizeof(shown->value));
	for (i = 0; !err && i < shown->nr_extends; i++)
		err = vtpmb_hash_digest2(bank, shown->value, bank->size, shown->extend[i],
					 bank->size, shown->value);
	return err;
}

/* Whether a register of the chip has a value already. */
bool vtpmb_register_shows(const struct vtpmb_register *reg, const struct vtpmb_shown *shown)
{
	return reg->shown && !memcmp(reg->value, shown->value, sizeof(reg->value));
}

/**
 * vtpmb_register_write() - reset and extend a register of the chip
 * @port:	the chip
 * @ops:	the family's
 * @nr:		which register; the chip has it
 * @shown:	the extends
 * @now:	out: the value that the chip tells, if it does; room for VTPMB_MAX_DIGEST bytes
 * @rc:		out: response code of the chip
 *
 * The register is marked first, so that it is cleared in any case.
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_register_write(struct vtpmb_port *port, const struct vtpmb_register_ops *ops,
			 enum vtpmb_register_nr nr, const struct vtpmb_shown *shown, u8 *now,
			 u32 *rc)
{
	struct vtpmb_register *reg = &ops->registers(port)[nr];
	unsigned int i;
	int err;

	reg->used = true;
	reg->shown = false;
	err = ops->reset(port, nr, rc);
	for (i = 0; !err && !*rc && i < shown->nr_extends; i++)
		err = ops->extend(port, nr, shown->extend[i], now, rc);
	return err;
}

/* Any digest will do: nobody can bring the PCR to a guest's value afterwards without a reset. */
static int vtpmb_register_extend_arbitrarily(struct vtpmb_port *port,
					     const struct vtpmb_register_ops *ops,
					     enum vtpmb_register_nr nr, u32 *rc)
{
	u8 random[VTPMB_MAX_DIGEST], now[VTPMB_MAX_DIGEST];

	get_random_bytes(random, sizeof(random));
	return ops->extend(port, nr, random, now, rc);
}

/**
 * vtpmb_register_clear() - leave no value of a guest in a register
 * @port:	the chip, about to be given to another proxy or to the host
 * @ops:	the family's
 * @nr:		which register
 *
 * A register that cannot be reset is extended.  The mark stays until the chip has said that one
 * of both is done.
 *
 * Return: 0; -EIO if the chip refuses; or the errno of transmit
 */
int vtpmb_register_clear(struct vtpmb_port *port, const struct vtpmb_register_ops *ops,
			 enum vtpmb_register_nr nr)
{
	struct vtpmb_register *reg = &ops->registers(port)[nr];
	unsigned int round;
	int err = 0;
	u32 rc;

	reg->shown = false;
	for (round = 0; reg->used && round < MAX_ROUNDS; round++) {
		err = ops->reset(port, nr, &rc);
		if (err || rc)
			err = vtpmb_register_extend_arbitrarily(port, ops, nr, &rc);
		if (!err && rc)
			err = -EIO;
		reg->used = err;
	}
	return err;
}

/* Clear all registers.  Returns the first error of vtpmb_register_clear(), or 0. */
int vtpmb_register_clear_all(struct vtpmb_port *port, const struct vtpmb_register_ops *ops)
{
	enum vtpmb_register_nr nr;
	int err = 0, failed;

	for (nr = VTPMB_REGISTER_POLICY; nr < VTPMB_NR_REGISTERS; nr++) {
		failed = vtpmb_register_clear(port, ops, nr);
		err = err ?: failed;
	}
	return err;
}
