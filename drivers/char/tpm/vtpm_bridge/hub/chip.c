// SPDX-License-Identifier: GPL-2.0-only
/* The chip: the only caller of the kernel's TPM core. */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/string.h>
#include <linux/tpm.h>
#include "chip.h"
#include "compat.h"
#include "../core/limits.h"
#include "../core/wire.h"

/*
 * Find tpmN, or the system's default chip for ~0, and take a device reference;
 * vtpmb_chip_release() gives it back.  The class of TPM chips is not exported: the default chip
 * leads to it.
 *
 * Errors: -ENODEV if there is no such chip, -ENXIO if it is in firmware upgrade mode, -EAGAIN
 * if it is suspended.
 */
struct tpm_chip *vtpmb_chip_find(u32 num)
{
	struct tpm_chip *chip = tpm_default_chip();
	struct device *dev;
	char name[16];

	if (!chip)
		return ERR_PTR(-ENODEV);

	if (num != U32_MAX) {
		snprintf(name, sizeof(name), "tpm%u", num);
		dev = class_find_device_by_name(chip->dev.class, name);
		put_device(&chip->dev);
		if (!dev)
			return ERR_PTR(-ENODEV);
		chip = to_tpm_chip(dev);
	}

	if (chip->flags & TPM_CHIP_FLAG_FIRMWARE_UPGRADE) {
		put_device(&chip->dev);
		return ERR_PTR(-ENXIO);
	}
	if (chip->flags & TPM_CHIP_FLAG_SUSPENDED) {
		put_device(&chip->dev);
		return ERR_PTR(-EAGAIN);
	}
	return chip;
}

void vtpmb_chip_release(struct tpm_chip *chip)
{
	put_device(&chip->dev);
}

u32 vtpmb_chip_num(const struct tpm_chip *chip)
{
	return chip->dev_num;
}

bool vtpmb_chip_is_tpm2(const struct tpm_chip *chip)
{
	return chip->flags & TPM_CHIP_FLAG_TPM2;
}

bool vtpmb_chip_is_suspended(const struct tpm_chip *chip)
{
	return chip->flags & TPM_CHIP_FLAG_SUSPENDED;
}

/* Once the driver's operations are gone they do not come back. */
static bool vtpmb_chip_is_lost(const struct tpm_chip *chip)
{
	return !READ_ONCE(chip->ops) || chip->flags & VTPMB_CHIP_GIVEN_UP;
}

/**
 * vtpmb_chip_take() - become the only user of the chip
 * @chip:	the chip
 *
 * The host's own users (/dev/tpm0, /dev/tpmrm0, IMA, trusted keys) wait from
 * now on: keep it short.
 *
 * Context: May sleep until the present user has finished its command.
 * Return: 0; -ENODEV the chip was unplugged, or the core has given it up;
 * -EAGAIN it is suspended, or its driver could not start it, because another
 * locality has it for example: that can be over soon
 */
int vtpmb_chip_take(struct tpm_chip *chip)
{
	if (tpm_try_get_ops(chip))
		return vtpmb_chip_is_lost(chip) ? -ENODEV : -EAGAIN;

	/* 6.1 gives out a suspended chip; newer kernels do not. */
	if (chip->flags & TPM_CHIP_FLAG_SUSPENDED) {
		tpm_put_ops(chip);
		return -EAGAIN;
	}
	return 0;
}

void vtpmb_chip_yield(struct tpm_chip *chip)
{
	tpm_put_ops(chip);
}

/*
 * Have the chip answer the command in @buf, VTPMB_BUF_SIZE bytes, with the response over it.
 * Returns the bytes of the response, as its header says; -EIO if that is not between a header
 * and VTPMB_BUF_SIZE; or the errno of the chip's driver, such as -ETIME or -ECANCELED.
 */
int vtpmb_chip_transmit(struct tpm_chip *chip, u8 *buf)
{
	u32 len = vtpmb_size_of(buf);
	ssize_t rc;

	lockdep_assert_held(&chip->tpm_mutex);

	/* The core would log an error. */
	if (len < VTPMB_HEADER_SIZE || len > VTPMB_BUF_SIZE)
		return -EINVAL;

	rc = vtpmb_compat_transmit(chip, buf);
	if (rc < 0)
		return rc;

	len = vtpmb_size_of(buf);
	if (len < VTPMB_HEADER_SIZE || len > VTPMB_BUF_SIZE)
		return -EIO;
	return len;
}

/*
 * End the session that the kernel keeps in a TPM 2.0.  The kernel starts another one when it
 * needs one.
 */
void vtpmb_chip_end_session(struct tpm_chip *chip)
{
	lockdep_assert_held(&chip->tpm_mutex);

	vtpmb_compat_end_session(chip);
}

/*
 * The core calls a driver's cancel() only in the thread that calls its send() and
 * status().  Drivers may rely on that.  Those of chips at a serial bus do: all
 * their operations share one transfer buffer (tpm_tis_i2c, cr50, and SPI), and a
 * second thread would put its bytes into the transfer of the first.
 *
 * These drivers alone are known to need no more than a write to a register of the
 * chip, which nothing else shares.
 */
static const char * const vtpmb_chip_cancellable[] = {
	"tpm_crb",	/* TPM_CRB_CTRL_CANCEL */
	"tpm_tis",	/* TPM_STS.commandReady */
};

/*
 * With an interrupt tpm_tis does not look whether a command was cancelled: it would
 * wait for the interrupt until the command's time is up, up to five minutes.
 */
static bool vtpmb_chip_can_cancel(const struct tpm_chip *chip)
{
	const struct device *dev = chip->dev.parent;

	return dev && dev->driver && !(chip->flags & TPM_CHIP_FLAG_IRQ) &&
	       match_string(vtpmb_chip_cancellable, ARRAY_SIZE(vtpmb_chip_cancellable),
			    dev->driver->name) >= 0;
}

/*
 * Ask the chip to give up the command it runs.  Another thread has taken the chip, runs a
 * command of ours, and does not give the chip back before this returns.  The core's own way,
 * the attribute `cancel`, waits for the command first.
 *
 * May sleep.  Returns whether the chip was asked.  If its driver does not allow that while a
 * command runs, the command has to end by itself.
 */
bool vtpmb_chip_cancel(struct tpm_chip *chip)
{
	/* The thread that has taken the chip holds ops_sem, so @ops is valid. */
	if (!chip->ops->cancel || !vtpmb_chip_can_cancel(chip))
		return false;
	chip->ops->cancel(chip);
	return true;
}

/*
 * Whether the host waits for the chip, which is taken: to use it, shut it down or remove it.
 * This is a hint: the wait lists of the locks are read without their wait_lock.
 */
bool vtpmb_chip_wanted(struct tpm_chip *chip)
{
	return vtpmb_compat_contended(&chip->tpm_mutex) ||
	       rwsem_is_contended(&chip->ops_sem);
}

static DEFINE_MUTEX(vtpmb_chip_watch_lock);
static void (*vtpmb_chip_gone)(struct tpm_chip *chip);

static VTPMB_REMOVE_DEV(vtpmb_chip_remove_dev)
{
	vtpmb_chip_gone(to_tpm_chip(dev));
}

static struct class_interface vtpmb_chip_interface = {
	.remove_dev = vtpmb_chip_remove_dev,
};

/*
 * Have @gone called while a chip that is being removed can still be used.  The class is found
 * through @chip.  All calls but the first have no effect.  May sleep; without locks that @gone
 * takes.
 */
int vtpmb_chip_watch(struct tpm_chip *chip, void (*gone)(struct tpm_chip *chip))
{
	int err = 0;

	mutex_lock(&vtpmb_chip_watch_lock);
	if (!vtpmb_chip_interface.class) {
		vtpmb_chip_gone = gone;
		vtpmb_chip_interface.class = chip->dev.class;
		err = class_interface_register(&vtpmb_chip_interface);
		if (err)
			vtpmb_chip_interface.class = NULL;
	}
	mutex_unlock(&vtpmb_chip_watch_lock);
	return err;
}

void vtpmb_chip_unwatch(void)
{
	if (vtpmb_chip_interface.class)
		class_interface_unregister(&vtpmb_chip_interface);
	vtpmb_chip_interface.class = NULL;
}
