/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chip: the only caller of the kernel's TPM core.
 *
 * Verbs: find, release, take, yield, transmit, end_session, cancel, wanted, watch.
 */
#ifndef VTPMB_CHIP_H
#define VTPMB_CHIP_H

#include <linux/types.h>

struct tpm_chip;

struct tpm_chip *vtpmb_chip_find(u32 num);
void vtpmb_chip_release(struct tpm_chip *chip);
u32 vtpmb_chip_num(const struct tpm_chip *chip);
bool vtpmb_chip_is_tpm2(const struct tpm_chip *chip);
bool vtpmb_chip_is_suspended(const struct tpm_chip *chip);

int vtpmb_chip_take(struct tpm_chip *chip);
void vtpmb_chip_yield(struct tpm_chip *chip);
int vtpmb_chip_transmit(struct tpm_chip *chip, u8 *buf);
void vtpmb_chip_end_session(struct tpm_chip *chip);
bool vtpmb_chip_cancel(struct tpm_chip *chip);
bool vtpmb_chip_wanted(struct tpm_chip *chip);

int vtpmb_chip_watch(struct tpm_chip *chip, void (*gone)(struct tpm_chip *chip));
void vtpmb_chip_unwatch(void);

#endif
