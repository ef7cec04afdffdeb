/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCR banks: the private platform configuration registers of one proxy.
 *
 * Verbs: init, start, extend, event, reset, allocate.  Which locality may do
 * what is a const table of the PC Client profile per family, in pcr.c.
 */
#ifndef VTPMB_PCR_H
#define VTPMB_PCR_H

#include <linux/types.h>
#include "hash.h"
#include "limits.h"

/**
 * struct vtpmb_pcr_bank - all PCRs of one hash algorithm
 * @hash:	the algorithm; belongs to the port
 * @active:	allocated now: read and extended
 * @active_next: allocated from the next TPM Reset on (TPM2_PCR_Allocate)
 * @value:	the registers, each @hash->size bytes
 */
struct vtpmb_pcr_bank {
	const struct vtpmb_hash *hash;
	bool active;
	bool active_next;
	u8 value[VTPMB_NR_PCRS][VTPMB_MAX_DIGEST];
};

/**
 * struct vtpmb_pcrs - the banks of one proxy
 * @nr_banks:	how many; constant after init
 * @bank:	the banks, in the chip's order
 * @update_counter: pcrUpdateCounter (TPM 2.0 Part 1, 17.9)
 *
 * Protected by the lock of the vtpm that holds it.
 */
struct vtpmb_pcrs {
	unsigned int nr_banks;
	u32 update_counter;
	struct vtpmb_pcr_bank bank[VTPMB_MAX_BANKS];
};

#endif
