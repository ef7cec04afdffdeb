/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The register: a PCR of the chip in which the bridge shows what represents private PCRs of a
 * guest.  Both families can extend and reset such a PCR within a turn.
 *
 * Verbs: pcr, represents, is; check, check_real_pcrs; extend; shows, write, clear.
 */
#ifndef VTPMB_REGISTER_H
#define VTPMB_REGISTER_H

#include "pcr.h"
#include "port.h"
#include "vtpm.h"

/**
 * enum vtpmb_register_nr - the registers of a chip
 * @VTPMB_REGISTER_NONE:	none
 * @VTPMB_REGISTER_POLICY:	PCR policy_pcr, for policies.  It shows the composite.
 * @VTPMB_REGISTER_ATTEST:	PCR attest_pcr, for quotes alone
 * @VTPMB_NR_REGISTERS:		number of these
 */
enum vtpmb_register_nr {
	VTPMB_REGISTER_NONE,
	VTPMB_REGISTER_POLICY,
	VTPMB_REGISTER_ATTEST,
	VTPMB_NR_REGISTERS,
};

/** VTPMB_MAX_EXTENDS - maximum number of extends that lead to a value */
#define VTPMB_MAX_EXTENDS	2

/**
 * struct vtpmb_shown - what a register shows
 * @nr_extends:	number of extends
 * @extend:	by what the PCR is extended after a reset; each is as long as the digests of the
 *		bank, and zeros follow.  Secret, if it is of the register for policies.
 * @value:	the value that the PCR has then, and zeros
 */
struct vtpmb_shown {
	unsigned int nr_extends;
	u8 extend[VTPMB_MAX_EXTENDS][VTPMB_MAX_DIGEST];
	u8 value[VTPMB_MAX_DIGEST];
};

/**
 * struct vtpmb_register - a register of a chip
 * @used:	it may have a value that only its guest may find there
 * @shown:	it has @value, for the guest that has the turn
 * @value:	that value, and zeros
 */
struct vtpmb_register {
	bool used;
	bool shown;
	u8 value[VTPMB_MAX_DIGEST];
};

/**
 * struct vtpmb_register_ops - how a family changes a register of a chip
 * @registers:	those of the chip, VTPMB_NR_REGISTERS
 * @reset:	reset the PCR; 0 with the response code, or the errno of transmit
 * @extend:	extend the PCR, likewise; the last argument but one gets its new value, if the
 *		chip tells that
 */
struct vtpmb_register_ops {
	struct vtpmb_register *(*registers)(struct vtpmb_port *port);
	int (*reset)(struct vtpmb_port *port, enum vtpmb_register_nr nr, u32 *rc);
	int (*extend)(struct vtpmb_port *port, enum vtpmb_register_nr nr, const u8 *digest,
		      u8 *now, u32 *rc);
};

/* The PCR that is a register; 0: the chip has no such register. */
static inline u32 vtpmb_register_pcr(const struct vtpmb_port *port, enum vtpmb_register_nr nr)
{
	return nr == VTPMB_REGISTER_ATTEST ? port->attest_pcr : port->policy_pcr;
}

u32 vtpmb_register_represents(const struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr);
bool vtpmb_register_is(const struct vtpmb_vtpm *vtpm, u32 pcr);
bool vtpmb_register_check(const struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr, u64 pcrs);
bool vtpmb_register_check_real_pcrs(const struct vtpmb_vtpm *vtpm, u64 pcrs);
int vtpmb_register_extend(const struct vtpmb_hash *bank, struct vtpmb_shown *shown);
bool vtpmb_register_shows(const struct vtpmb_register *reg, const struct vtpmb_shown *shown);
int vtpmb_register_write(struct vtpmb_port *port, const struct vtpmb_register_ops *ops,
			 enum vtpmb_register_nr nr, const struct vtpmb_shown *shown, u8 *now,
			 u32 *rc);
int vtpmb_register_clear(struct vtpmb_port *port, const struct vtpmb_register_ops *ops,
			 enum vtpmb_register_nr nr);
int vtpmb_register_clear_all(struct vtpmb_port *port, const struct vtpmb_register_ops *ops);

#endif
