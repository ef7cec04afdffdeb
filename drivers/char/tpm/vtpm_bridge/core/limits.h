/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every limit of the vTPM bridge.  A virtual machine that reaches a limit "per proxy"
 * does not affect any other.
 */
#ifndef VTPMB_LIMITS_H
#define VTPMB_LIMITS_H

#include <linux/minmax.h>
#include <linux/types.h>

/** VTPMB_BUF_SIZE - bytes of a command or response buffer, as TPM_BUFSIZE of the TPM core */
#define VTPMB_BUF_SIZE		4096

/**
 * VTPMB_SEND_MS - milliseconds in which a driver has sent a command to its chip.  This
 * holds for the drivers whose commands are cancelled, which write to memory or registers.
 */
#define VTPMB_SEND_MS		100

/** VTPMB_TAKE_MS - milliseconds for which a command waits for a chip that cannot be started */
#define VTPMB_TAKE_MS		2000

/** VTPMB_TAKE_AGAIN_MS - milliseconds after which such a chip is tried again */
#define VTPMB_TAKE_AGAIN_MS	50

/** VTPMB_DRAIN_MS - milliseconds for which the end of a proxy waits for such a chip */
#define VTPMB_DRAIN_MS		10000

/** VTPMB_MAX_FAILURES - turns in a row in which a chip may fail to flush a proxy's entries */
#define VTPMB_MAX_FAILURES	3

/** VTPMB_GUEST_BUF_SIZE - what a proxy tells a guest: QEMU's CRB takes no more */
#define VTPMB_GUEST_BUF_SIZE	0xF80

/** VTPMB_HEADER_SIZE - bytes of a TPM 1.2 or 2.0 command or response header */
#define VTPMB_HEADER_SIZE	10

/** VTPMB_MAX_PROXIES - maximum number of proxies: 6.1 has 128 misc minors in all */
#define VTPMB_MAX_PROXIES	64

/** VTPMB_MAX_NAME - maximum number of characters of a proxy's name */
#define VTPMB_MAX_NAME		31

/** VTPMB_MAX_CODES - rows of the longer of the two command tables, rounded up */
#define VTPMB_MAX_CODES		160

/** VTPMB_MAX_BANKS - PCR banks of a proxy; TPM2_MAX_PCR_BANKS of the core is 8 or less */
#define VTPMB_MAX_BANKS		8

/** VTPMB_NR_PCRS - PCRs of a PC Client TPM, both families */
#define VTPMB_NR_PCRS		24

/** VTPMB_ALL_PCRS - those, bit N for PCR N */
#define VTPMB_ALL_PCRS		((1U << VTPMB_NR_PCRS) - 1)

/** VTPMB_MAX_DIGEST - bytes of the longest digest (SHA-512) */
#define VTPMB_MAX_DIGEST	64

/** VTPMB_MAX_AUTH - bytes of the longest authValue (the longest nameAlg's digest) */
#define VTPMB_MAX_AUTH		64

/** VTPMB_SECRET_SIZE - bytes of the secret that a proxy's policies on PCRs are keyed with */
#define VTPMB_SECRET_SIZE	32

/** VTPMB_MAX_OBJECTS - transient objects and sequences per proxy */
#define VTPMB_MAX_OBJECTS	16

/** VTPMB_MAX_PERSISTENT - persistent objects per proxy */
#define VTPMB_MAX_PERSISTENT	8

/** VTPMB_PERSISTENT_OBJECTS - of those, persistent in the chip, by default */
#define VTPMB_PERSISTENT_OBJECTS	4

/** VTPMB_CERTIFICATE_FIRST - TPM 2.0: NV indices from this one ... */
#define VTPMB_CERTIFICATE_FIRST	0x01C00000

/** VTPMB_CERTIFICATE_LAST - ... to this one are certificates of endorsement keys */
#define VTPMB_CERTIFICATE_LAST	0x01C07FFF

/** VTPMB_NV_INDICES - NV indices in the range that a proxy is granted, by default */
#define VTPMB_NV_INDICES	8

/** VTPMB_MAX_NV_INDICES - maximum of VTPM_BRIDGE_NV_INDICES */
#define VTPMB_MAX_NV_INDICES	256

/** VTPMB_NV_BYTES - bytes of their data, by default */
#define VTPMB_NV_BYTES		4096

/** VTPMB_NV_BYTES_TPM12 - the same for a TPM 1.2, whose chips have 1 to 2 KiB in all */
#define VTPMB_NV_BYTES_TPM12	512

/** VTPMB_MAX_NV_BYTES - maximum of VTPM_BRIDGE_NV_BYTES */
#define VTPMB_MAX_NV_BYTES	0x10000

/** VTPMB_MAX_SESSIONS - authorisation sessions per proxy, loaded and saved together */
#define VTPMB_MAX_SESSIONS	16

/** VTPMB_MIN_SESSIONS - sessions that a proxy can always have; further ones are shared */
#define VTPMB_MIN_SESSIONS	3

/** VTPMB_HOST_SESSIONS - active sessions of the chip that are left to the host */
#define VTPMB_HOST_SESSIONS	8

/** VTPMB_MAX_KEPT - objects per proxy that stay in the chip after FlushContext */
#define VTPMB_MAX_KEPT		8
/** VTPMB_MAX_KEYS - TPM 1.2: keys per proxy, beside the SRK */
#define VTPMB_MAX_KEYS		20

/**
 * VTPMB_MAX_HOST_HANDLES - TPM 1.2: loaded handles of one kind in the chip, including the
 * host's.  If there are more, the bridge does not search them after a lost response.
 */
#define VTPMB_MAX_HOST_HANDLES	64

/** VTPMB_MAX_TRANSPORTS - TPM 1.2: transport sessions per proxy */
#define VTPMB_MAX_TRANSPORTS	4

/** VTPMB_MIN_TRIES - guests get no tries if the chip locks itself after fewer failures */
#define VTPMB_MIN_TRIES		3

/** VTPMB_PROXY_TRIES - failures that one proxy may have, if the chip has so many for guests */
#define VTPMB_PROXY_TRIES	2

/** VTPMB_BACKOFF - seconds that a proxy waits after a failure; each time 4 times as long */
#define VTPMB_BACKOFF		2

/** VTPMB_BACKOFF_RETRY - milliseconds of waiting that a guest's kernel can be asked for */
#define VTPMB_BACKOFF_RETRY	2000

/** VTPMB_FORGIVE - how many times longer than the chip a proxy takes to forget a failure */
#define VTPMB_FORGIVE		8

/**
 * vtpmb_guest_tries() - failures of all users after which guests may not try again
 * @max_tries:	at how many the chip locks itself for everybody
 *
 * A quarter, or one, is left to the host.
 */
static inline u32 vtpmb_guest_tries(u32 max_tries)
{
	if (max_tries < VTPMB_MIN_TRIES)
		return 0;
	return max_tries - max(max_tries / 4, 1U);
}

/**
 * vtpmb_proxy_tries() - failures of one proxy after which it may not try again
 * @max_tries:	at how many the chip locks itself for everybody
 *
 * Half of what all guests have, so that some are left for another proxy.
 */
static inline u32 vtpmb_proxy_tries(u32 max_tries)
{
	u32 tries = vtpmb_guest_tries(max_tries);

	return min(tries, max_t(u32, tries / 2, VTPMB_PROXY_TRIES));
}

/** VTPMB_MAX_EPHEMERAL - ephemeral keys of all proxies: as many as the reference chip keeps */
#define VTPMB_MAX_EPHEMERAL	128

/** VTPMB_MAX_CONTEXT - bytes of a saved context as a chip may return it */
#define VTPMB_MAX_CONTEXT	VTPMB_BUF_SIZE

#endif
