// SPDX-License-Identifier: GPL-2.0-only
/* PCR banks: the private platform configuration registers of one proxy. */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "pcr.h"

#define L0	BIT(0)
#define L1	BIT(1)
#define L2	BIT(2)
#define L3	BIT(3)
#define L4	BIT(4)
#define ALL	(L0 | L1 | L2 | L3 | L4)

#define STATIC	{ .extend = ALL, .saved = true, .counted = true }

/* PC Client TPM Interface Specification 1.21, table 4; PCR 0 is the first. */
const struct vtpmb_pcr_rule vtpmb_pcr_rules_tpm12[VTPMB_NR_PCRS] = {
	STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC,
	STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC,
	[16] = { .extend = ALL, .reset = ALL },
	[17] = { .extend = L4 | L3 | L2, .reset = L4, .ones = true },
	[18] = { .extend = L4 | L3 | L2, .reset = L4, .ones = true },
	[19] = { .extend = L3 | L2, .reset = L4, .ones = true },
	[20] = { .extend = L3 | L2 | L1, .reset = L4 | L2, .ones = true },
	[21] = { .extend = L2, .reset = L2, .ones = true },
	[22] = { .extend = L2, .reset = L2, .ones = true },
	[23] = { .extend = ALL, .reset = ALL },
};

/*
 * PC Client Platform TPM Profile 1.05, table 5, as libtpms reports it.  What
 * locality 4 resets is for the DRTM alone: TPM2_PCR_Reset is refused there.
 */
const struct vtpmb_pcr_rule vtpmb_pcr_rules_tpm20[VTPMB_NR_PCRS] = {
	STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC,
	STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC, STATIC,
	[16] = { .extend = ALL, .reset = L0 | L1 | L2 | L3 },
	[17] = { .extend = L4 | L3 | L2, .reset = L4, .ones = true, .counted = true },
	[18] = { .extend = L4 | L3 | L2, .reset = L4, .ones = true, .counted = true },
	[19] = { .extend = L3 | L2, .reset = L4, .ones = true, .counted = true },
	[20] = { .extend = L3 | L2 | L1, .reset = L4 | L2, .ones = true, .counted = true },
	[21] = { .extend = L2, .reset = L4 | L2, .ones = true },
	[22] = { .extend = L2, .reset = L4 | L2, .ones = true },
	[23] = { .extend = ALL, .reset = L0 | L1 | L2 | L3 },
};

/**
 * vtpmb_pcrs_init() - initialize banks that have never had power
 * @pcrs:	the banks
 * @rules:	VTPMB_NR_PCRS rules of the family
 * @hash:	the algorithms; must outlive @pcrs
 * @nr_banks:	how many, at most VTPMB_MAX_BANKS
 *
 * All banks are allocated.  The registers are undefined until
 * vtpmb_pcrs_start().
 */
void vtpmb_pcrs_init(struct vtpmb_pcrs *pcrs,
		     const struct vtpmb_pcr_rule *rules,
		     const struct vtpmb_hash *hash, unsigned int nr_banks)
{
	unsigned int i;

	memset(pcrs, 0, sizeof(*pcrs));
	pcrs->rules = rules;
	pcrs->nr_banks = nr_banks;
	for (i = 0; i < nr_banks; i++) {
		pcrs->bank[i].hash = &hash[i];
		pcrs->bank[i].active = true;
		pcrs->bank[i].active_next = true;
	}
}

/* PCR 0 carries the locality of Startup (TPM 2.0 Part 1, 12.2.3); TPM 1.2: 0. */
static void vtpmb_pcr_bank_start(struct vtpmb_pcr_bank *bank, unsigned int index,
				 bool ones, u8 locality)
{
	memset(bank->value[index], ones ? 0xff : 0, bank->hash->size);
	if (index == 0)
		bank->value[index][bank->hash->size - 1] = locality;
}

static void vtpmb_pcr_changed(struct vtpmb_pcrs *pcrs, unsigned int index)
{
	if (pcrs->rules[index].counted)
		pcrs->update_counter++;
}

/**
 * vtpmb_pcrs_start() - what Startup does to the registers
 * @pcrs:	the banks
 * @how:	reset, restart or resume
 * @locality:	locality of Startup; 0 for a TPM 1.2, whose PCR 0 does not depend on it
 */
void vtpmb_pcrs_start(struct vtpmb_pcrs *pcrs, enum vtpmb_pcr_start how,
		      u8 locality)
{
	unsigned int b, i;

	if (how == VTPMB_PCR_RESET)
		pcrs->update_counter = 0;

	for (b = 0; b < pcrs->nr_banks && how == VTPMB_PCR_RESET; b++)
		pcrs->bank[b].active = pcrs->bank[b].active_next;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (how == VTPMB_PCR_RESUME && pcrs->rules[i].saved)
			continue;
		vtpmb_pcr_changed(pcrs, i);
		for (b = 0; b < pcrs->nr_banks; b++)
			vtpmb_pcr_bank_start(&pcrs->bank[b], i,
					     pcrs->rules[i].ones, locality);
	}
}

bool vtpmb_pcrs_may_extend(const struct vtpmb_pcrs *pcrs, unsigned int index,
			   u8 locality)
{
	return pcrs->rules[vtpmb_pcr_index(index)].extend & BIT(locality);
}

bool vtpmb_pcrs_may_reset(const struct vtpmb_pcrs *pcrs, unsigned int index,
			  u8 locality)
{
	return pcrs->rules[vtpmb_pcr_index(index)].reset & BIT(locality);
}

/**
 * vtpmb_pcrs_bank() - the bank of an algorithm
 * @pcrs:	the banks
 * @alg:	TPM_ALG_ID
 *
 * Return: the bank, allocated or not; NULL if the proxy has none
 */
struct vtpmb_pcr_bank *vtpmb_pcrs_bank(struct vtpmb_pcrs *pcrs, u16 alg)
{
	unsigned int b;

	for (b = 0; b < pcrs->nr_banks; b++) {
		if (pcrs->bank[b].hash->alg == alg)
			return &pcrs->bank[b];
	}
	return NULL;
}

/**
 * vtpmb_pcrs_extend() - PCR = H(PCR || digest), in one bank
 * @pcrs:	the banks
 * @alg:	which bank; one that is not there or not allocated is left out
 *		without an error, as TPM2_PCR_Extend does
 * @index:	which PCR; its locality has been checked
 * @digest:	as many bytes as digests of @alg have
 *
 * Return: 0, or the crypto API's error with the PCR unchanged
 */
int vtpmb_pcrs_extend(struct vtpmb_pcrs *pcrs, u16 alg, unsigned int index,
		      const u8 *digest)
{
	struct vtpmb_pcr_bank *bank = vtpmb_pcrs_bank(pcrs, alg);
	u8 value[VTPMB_MAX_DIGEST];
	int err;

	if (!bank || !bank->active)
		return 0;

	index = vtpmb_pcr_index(index);
	err = vtpmb_hash_digest2(bank->hash, bank->value[index],
				 bank->hash->size, digest, bank->hash->size,
				 value);
	if (err)
		return err;
	memcpy(bank->value[index], value, bank->hash->size);
	vtpmb_pcr_changed(pcrs, index);
	return 0;
}

/**
 * vtpmb_pcrs_reset() - set a PCR to zero in all banks
 * @pcrs:	the banks
 * @index:	which PCR; its locality has been checked
 */
void vtpmb_pcrs_reset(struct vtpmb_pcrs *pcrs, unsigned int index)
{
	unsigned int b;

	index = vtpmb_pcr_index(index);
	for (b = 0; b < pcrs->nr_banks; b++)
		memset(pcrs->bank[b].value[index], 0, VTPMB_MAX_DIGEST);
	vtpmb_pcr_changed(pcrs, index);
}

/* Set whether a bank is allocated from the next reset on.  -ENOENT: there is no such bank. */
int vtpmb_pcrs_allocate(struct vtpmb_pcrs *pcrs, u16 alg, bool active)
{
	struct vtpmb_pcr_bank *bank = vtpmb_pcrs_bank(pcrs, alg);

	if (!bank)
		return -ENOENT;
	bank->active_next = active;
	return 0;
}

/* Write the registers of a bank that a resume keeps. */
void vtpmb_pcrs_put_saved(struct vtpmb_writer *w, const struct vtpmb_pcrs *pcrs,
			  const struct vtpmb_pcr_bank *bank)
{
	unsigned int i;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (pcrs->rules[i].saved)
			vtpmb_put_bytes(w, bank->value[i], bank->hash->size);
	}
}

/*
 * Read them, @size bytes each.  They are left out if there is no @bank.  Returns false if bytes
 * are missing.
 */
bool vtpmb_pcrs_get_saved(struct vtpmb_reader *r, const struct vtpmb_pcrs *pcrs, u16 size,
			  struct vtpmb_pcr_bank *bank)
{
	const u8 *value;
	unsigned int i;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (!pcrs->rules[i].saved)
			continue;
		value = vtpmb_get_bytes(r, size);
		if (!value)
			return false;
		if (bank)
			memcpy(bank->value[i], value, size);
	}
	return true;
}

/**
 * vtpmb_pcr_bank_hash() - hash PCRs of a bank
 * @bank:	the bank
 * @selected:	which PCRs, bit N for PCR N
 * @run:	gets their values, the lowest PCR first
 *
 * Return: 0, or the crypto API's error
 */
int vtpmb_pcr_bank_hash(const struct vtpmb_pcr_bank *bank, u32 selected,
			struct vtpmb_hash_run *run)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < VTPMB_NR_PCRS; i++) {
		if (selected & BIT(i))
			err = vtpmb_hash_update(run, bank->value[i], bank->hash->size);
	}
	return err;
}
