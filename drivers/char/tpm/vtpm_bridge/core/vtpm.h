/* SPDX-License-Identifier: GPL-2.0-only */
/* The vtpm: one virtual TPM, as far as it is alike in both families. */
#ifndef VTPMB_VTPM_H
#define VTPMB_VTPM_H

#include <linux/mutex.h>
#include <linux/types.h>
#include "policy.h"

struct vtpmb_port;
struct vtpmb_store;

/**
 * enum vtpmb_power - how far a virtual TPM has come since it got power
 * @VTPMB_OFF:		it has no power
 * @VTPMB_POST_INIT:	_TPM_Init happened: it waits for Startup
 * @VTPMB_STARTED:	Startup succeeded
 * @VTPMB_SHUTDOWN:	Shutdown or SaveState was the last that changed state;
 *			commands still work
 */
enum vtpmb_power {
	VTPMB_OFF,
	VTPMB_POST_INIT,
	VTPMB_STARTED,
	VTPMB_SHUTDOWN,
};

/**
 * struct vtpmb_range - handles of the chip that a proxy is granted
 * @first:	the first one
 * @last:	the last one; 0: there are none
 */
struct vtpmb_range {
	u32 first;
	u32 last;
};

static inline bool vtpmb_range_has(const struct vtpmb_range *range, u32 handle)
{
	return range->last && handle >= range->first && handle <= range->last;
}

/* Two proxies of a chip never have a handle in common. */
static inline bool vtpmb_range_overlaps(const struct vtpmb_range *a,
					const struct vtpmb_range *b)
{
	return a->last && b->last && a->first <= b->last && b->first <= a->last;
}

/* A range as one number, as it is for user space. */
static inline struct vtpmb_range vtpmb_range_unpack(u64 value)
{
	return (struct vtpmb_range) { .first = value >> 32, .last = (u32)value };
}

static inline u64 vtpmb_range_pack(const struct vtpmb_range *range)
{
	return (u64)range->first << 32 | range->last;
}

/**
 * enum vtpmb_range_kind - what is granted by ranges
 * @VTPMB_RANGE_NV:	NV indices
 * @VTPMB_RANGE_PERSISTENT: TPM 2.0: persistent objects
 * @VTPMB_NR_RANGES:	how many kinds there are
 */
enum vtpmb_range_kind {
	VTPMB_RANGE_NV,
	VTPMB_RANGE_PERSISTENT,
	VTPMB_NR_RANGES,
};

/**
 * struct vtpmb_vtpm - one virtual TPM
 * @port:	the chip behind it; constant
 * @lock:	protects all fields below, but for @state's handle table
 * @id:		never used twice while the module is loaded; part of what binds
 *		saved contexts to this proxy; constant
 * @epoch:	raised by each reset and power-off
 * @power:	see enum vtpmb_power
 * @locality:	virtual locality, 0 to 4
 * @pp_pin:	the administrator asserts physical presence (the hardware pin)
 * @policy:	which command codes this proxy may use
 * @real_pcrs:	bit N: its PCR N is the chip's own; else it is private
 * @range:	handles of the chip's that are granted to it.  The registry of proxies compares
 *		them, so all kinds are here.
 * @grants:	raised whenever @range changes, and by the family for other grants
 * @secret:	the key of its policies on PCRs
 * @secret_given: the administrator has set @secret; else it is random
 * @composite:	PCRs that its PCR policy_pcr represents, bit N for PCR N; 0: that PCR is an
 *		ordinary one
 * @attest:	PCRs that its PCR attest_pcr represents, in the same way
 * @nv_indices:	how many NV indices it may have in its range
 * @nv_bytes:	and how many bytes of data in them
 * @stop_on_failure: if the chip enters failure mode after a command of this vtpm, the chip
 *		gets no further command of it
 * @stopped:	there was such a command
 * @failed_code: the code of that command, or of one that found the chip in failure
 *		mode; 0: none was reported to the administrator
 * @generation:	that of its store, see there; 0: none.  Constant once it is used.
 * @state:	the family's own state, from family->create()
 * @store:	where it keeps what a TPM keeps without power, or NULL; constant once it is used
 */
struct vtpmb_vtpm {
	struct vtpmb_port *port;
	struct mutex lock; /* all below but the handle table */
	u32 id;
	u32 epoch;
	enum vtpmb_power power;
	u8 locality;
	bool pp_pin;
	struct vtpmb_policy policy;
	u32 real_pcrs;
	struct vtpmb_range range[VTPMB_NR_RANGES];
	u32 grants;
	u8 secret[VTPMB_SECRET_SIZE];
	bool secret_given;
	u32 composite;
	u32 attest;
	u32 nv_indices;
	u32 nv_bytes;
	bool stop_on_failure;
	bool stopped;
	u32 failed_code;
	u64 generation;
	void *state;
	struct vtpmb_store *store;
};

#endif
