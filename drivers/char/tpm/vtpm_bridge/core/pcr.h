/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCR banks: the private platform configuration registers of one proxy.
 *
 * Verbs: init, start, may_extend, may_reset, extend, reset, allocate, bank, put_saved,
 * get_saved; hash a bank.
 *
 * Which locality may do what is a const table of the PC Client profile per
 * family.  Everything here is protected by the lock of the vtpm that holds it.
 */
#ifndef VTPMB_PCR_H
#define VTPMB_PCR_H

#include <linux/nospec.h>
#include <linux/types.h>
#include "hash.h"
#include "limits.h"
#include "wire.h"

/** VTPMB_SELECT_SIZE - bytes of a bitmap of all PCRs: pcrSelect */
#define VTPMB_SELECT_SIZE	(VTPMB_NR_PCRS / 8)

/**
 * struct vtpmb_pcr_rule - what the platform profile says of one PCR
 * @extend:	localities that may extend it, bit N for locality N
 * @reset:	localities that may reset it
 * @ones:	it starts as all ones, not zeros
 * @saved:	a resume (Startup(STATE) after a saved state) keeps its value
 * @counted:	a change of it raises the update counter
 */
struct vtpmb_pcr_rule {
	u8 extend;
	u8 reset;
	bool ones;
	bool saved;
	bool counted;
};

extern const struct vtpmb_pcr_rule vtpmb_pcr_rules_tpm12[VTPMB_NR_PCRS];
extern const struct vtpmb_pcr_rule vtpmb_pcr_rules_tpm20[VTPMB_NR_PCRS];

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
 * @rules:	the family's rules, VTPMB_NR_PCRS of them; constant
 * @nr_banks:	how many; constant after init
 * @bank:	the banks, in the chip's order
 * @update_counter: pcrUpdateCounter (TPM 2.0 Part 1, 17.9)
 */
struct vtpmb_pcrs {
	const struct vtpmb_pcr_rule *rules;
	unsigned int nr_banks;
	u32 update_counter;
	struct vtpmb_pcr_bank bank[VTPMB_MAX_BANKS];
};

/**
 * enum vtpmb_pcr_start - the ways a TPM starts up
 * @VTPMB_PCR_RESET:	TPM Reset, or Startup(CLEAR) of a TPM 1.2: allocation takes effect, all
 *			registers get defaults
 * @VTPMB_PCR_RESTART:	TPM Restart: all registers get defaults
 * @VTPMB_PCR_RESUME:	TPM Resume: saved registers keep their values
 */
enum vtpmb_pcr_start {
	VTPMB_PCR_RESET,
	VTPMB_PCR_RESTART,
	VTPMB_PCR_RESUME,
};

/* The guest chooses the index: keep the CPU from using it speculatively out of range. */
static inline unsigned int vtpmb_pcr_index(unsigned int index)
{
	return array_index_nospec(index, VTPMB_NR_PCRS);
}

/* pcrSelect, of VTPMB_SELECT_SIZE bytes.  Return false if it is truncated. */
static inline bool vtpmb_get_pcrs(struct vtpmb_reader *r, u32 *pcrs)
{
	const u8 *bits = vtpmb_get_bytes(r, VTPMB_SELECT_SIZE);

	if (bits)
		*pcrs = bits[0] | bits[1] << 8 | (u32)bits[2] << 16;
	return bits;
}

static inline void vtpmb_put_pcrs(struct vtpmb_writer *w, u32 pcrs)
{
	vtpmb_put_u8(w, pcrs);
	vtpmb_put_u8(w, pcrs >> 8);
	vtpmb_put_u8(w, pcrs >> 16);
}

void vtpmb_pcrs_init(struct vtpmb_pcrs *pcrs,
		     const struct vtpmb_pcr_rule *rules,
		     const struct vtpmb_hash *hash, unsigned int nr_banks);
void vtpmb_pcrs_start(struct vtpmb_pcrs *pcrs, enum vtpmb_pcr_start how,
		      u8 locality);
bool vtpmb_pcrs_may_extend(const struct vtpmb_pcrs *pcrs, unsigned int index,
			   u8 locality);
bool vtpmb_pcrs_may_reset(const struct vtpmb_pcrs *pcrs, unsigned int index,
			  u8 locality);
int vtpmb_pcrs_extend(struct vtpmb_pcrs *pcrs, u16 alg, unsigned int index,
		      const u8 *digest);
void vtpmb_pcrs_reset(struct vtpmb_pcrs *pcrs, unsigned int index);
int vtpmb_pcrs_allocate(struct vtpmb_pcrs *pcrs, u16 alg, bool active);
struct vtpmb_pcr_bank *vtpmb_pcrs_bank(struct vtpmb_pcrs *pcrs, u16 alg);
void vtpmb_pcrs_put_saved(struct vtpmb_writer *w, const struct vtpmb_pcrs *pcrs,
			  const struct vtpmb_pcr_bank *bank);
bool vtpmb_pcrs_get_saved(struct vtpmb_reader *r, const struct vtpmb_pcrs *pcrs, u16 size,
			  struct vtpmb_pcr_bank *bank);
int vtpmb_pcr_bank_hash(const struct vtpmb_pcr_bank *bank, u32 selected,
			struct vtpmb_hash_run *run);

#endif
