/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compatibility: the only place that knows kernel versions.  6.1 to 7.3.
 */
#ifndef VTPMB_COMPAT_H
#define VTPMB_COMPAT_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/tpm.h>
#include <linux/version.h>
#include "../core/limits.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "the vTPM bridge needs Linux 6.1 or later"
#endif

/*
 * vtpmb_compat_transmit() - tpm_transmit_cmd() over VTPMB_BUF_SIZE bytes
 *
 * The command is in @buf, the response comes over it.  struct tpm_buf points
 * to its bytes up to 7.2 and holds them from 7.3 on.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
static inline ssize_t vtpmb_compat_transmit(struct tpm_chip *chip, u8 *buf)
{
	struct tpm_buf *tb;
	ssize_t rc;

	tb = kzalloc(struct_size(tb, data, VTPMB_BUF_SIZE), GFP_KERNEL);
	if (!tb)
		return -ENOMEM;
	tb->capacity = VTPMB_BUF_SIZE;
	memcpy(tb->data, buf, VTPMB_BUF_SIZE);
	rc = tpm_transmit_cmd(chip, tb, 0, NULL);
	memcpy(buf, tb->data, VTPMB_BUF_SIZE);
	kfree_sensitive(tb);
	return rc;
}
#else
static inline ssize_t vtpmb_compat_transmit(struct tpm_chip *chip, u8 *buf)
{
	struct tpm_buf tb = { .data = buf };

	return tpm_transmit_cmd(chip, &tb, 0, NULL);
}
#endif

/*
 * Whether a thread waits for @lock, as a hint.  The list of waiters became a
 * pointer in 7.1.  PREEMPT_RT's mutex cannot tell: assume that somebody waits.
 */
#if defined(CONFIG_PREEMPT_RT)
static inline bool vtpmb_compat_contended(struct mutex *lock)
{
	return true;
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
static inline bool vtpmb_compat_contended(struct mutex *lock)
{
	/* data_race(): a hint needs no lock. */
	return data_race(lock->first_waiter);
}
#else
static inline bool vtpmb_compat_contended(struct mutex *lock)
{
	return !list_empty_careful(&lock->wait_list);
}
#endif

/* The core refuses the chip until the next boot; before 6.12 it never does. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define VTPMB_CHIP_GIVEN_UP	0
#else
#define VTPMB_CHIP_GIVEN_UP	TPM_CHIP_FLAG_DISABLE
#endif

/*
 * vtpmb_compat_end_session() - end the session that the kernel keeps in a chip
 *
 * With CONFIG_TCG_TPM2_HMAC, from 6.12 on, the kernel leaves its own HMAC session
 * loaded after use.  Older kernels leave none.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
static inline void vtpmb_compat_end_session(struct tpm_chip *chip)
{
	tpm2_end_auth_session(chip);
}
#else
static inline void vtpmb_compat_end_session(struct tpm_chip *chip)
{
}
#endif

/* A class_interface's callbacks lost their second argument in 6.4. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define VTPMB_REMOVE_DEV(name) \
	void name(struct device *dev, struct class_interface *intf)
#else
#define VTPMB_REMOVE_DEV(name) \
	void name(struct device *dev)
#endif

/* The source of a traced string is given once, from 6.10 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define vtpmb_assign_str(field) __assign_str(field, field)
#else
#define vtpmb_assign_str(field) __assign_str(field)
#endif

#endif
