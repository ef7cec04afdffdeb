/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The setting: what an administrator sets of a virtual TPM, if only one family has it or
 * each has rules of its own for it.
 *
 * Verbs: exists, check, set, set_bytes, get.
 */
#ifndef VTPMB_SETTING_H
#define VTPMB_SETTING_H

#include <linux/types.h>

struct vtpmb_vtpm;

/**
 * enum vtpmb_setting_nr - which setting
 * @VTPMB_SETTING_NONE:		none
 * @VTPMB_SETTING_NV_RANGE:	NV indices of the chip
 * @VTPMB_SETTING_REAL_PCRS:	PCRs of the chip
 * @VTPMB_SETTING_OWNERSHIP:	TPM 1.2: enum vtpmb_ownership
 * @VTPMB_SETTING_TRANSPORT:	TPM 1.2: enum vtpmb_transport
 * @VTPMB_SETTING_COUNTER:	TPM 1.2: a monotonic counter, or VTPMB_NO_COUNTER
 * @VTPMB_SETTING_SECRET:	the key of its policies on PCRs, and of its identity
 * @VTPMB_SETTING_OWNER_AUTH:	TPM 2.0: ownerAuth of the chip
 * @VTPMB_SETTING_ENDORSEMENT_AUTH: TPM 2.0: endorsementAuth of the chip
 * @VTPMB_SETTING_ENDORSEMENT:	TPM 2.0: whether there is an endorsement hierarchy
 * @VTPMB_SETTING_NULL_KEY:	TPM 2.0: whether null primaries that Linux creates are the chip's
 * @VTPMB_SETTING_COMPOSITE:	PCRs that the PCR for policies represents
 * @VTPMB_SETTING_ATTEST:	PCRs that the PCR for quotes represents
 * @VTPMB_SETTING_PERSISTENT_RANGE: TPM 2.0: persistent handles of the chip
 * @VTPMB_SETTING_PERSISTENT_OBJECTS: TPM 2.0: maximum number of objects there
 * @VTPMB_NR_SETTINGS:		number of these
 */
enum vtpmb_setting_nr {
	VTPMB_SETTING_NONE,
	VTPMB_SETTING_NV_RANGE,
	VTPMB_SETTING_REAL_PCRS,
	VTPMB_SETTING_OWNERSHIP,
	VTPMB_SETTING_TRANSPORT,
	VTPMB_SETTING_COUNTER,
	VTPMB_SETTING_SECRET,
	VTPMB_SETTING_OWNER_AUTH,
	VTPMB_SETTING_ENDORSEMENT_AUTH,
	VTPMB_SETTING_ENDORSEMENT,
	VTPMB_SETTING_NULL_KEY,
	VTPMB_SETTING_COMPOSITE,
	VTPMB_SETTING_ATTEST,
	VTPMB_SETTING_PERSISTENT_RANGE,
	VTPMB_SETTING_PERSISTENT_OBJECTS,
	VTPMB_NR_SETTINGS,
};

/**
 * struct vtpmb_setting - a setting as one family has it
 * @max:	maximum value; 0: the family does not have this setting
 * @check:	whether a value up to @max can be set, which depends on constants alone;
 *		NULL: each can
 * @set:	set the value; NULL: the setting is bytes, or in struct vtpmb_vtpm
 * @set_bytes:	set the bytes; NULL: the setting is a value
 * @get:	read the value; of bytes: 1 if some were given that are not empty, else 0; NULL:
 *		the setting is in struct vtpmb_vtpm
 *
 * All but @check are called under vtpm->lock.
 */
struct vtpmb_setting {
	u64 max;
	bool (*check)(const struct vtpmb_vtpm *vtpm, u64 value);
	void (*set)(struct vtpmb_vtpm *vtpm, u64 value);
	void (*set_bytes)(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len);
	u64 (*get)(const struct vtpmb_vtpm *vtpm);
};

/**
 * enum vtpmb_ownership - what a TPM 1.2 guest sees of the owner
 * @VTPMB_OWNERSHIP_AUTO:		"owned" on an owned chip, else "not installable"
 * @VTPMB_OWNERSHIP_OWNED:		an owner exists: TakeOwnership gives 20
 * @VTPMB_OWNERSHIP_NOT_INSTALLABLE:	none, and none can be: TakeOwnership gives 11
 * @VTPMB_OWNERSHIP_GRANTED:		as the chip reports; whoever knows the
 *					owner's secret can act as the owner
 */
enum vtpmb_ownership {
	VTPMB_OWNERSHIP_AUTO,
	VTPMB_OWNERSHIP_OWNED,
	VTPMB_OWNERSHIP_NOT_INSTALLABLE,
	VTPMB_OWNERSHIP_GRANTED,
};

/**
 * enum vtpmb_transport - what a TPM 1.2 guest may wrap in transport sessions
 * @VTPMB_TRANSPORT_DENY:	nothing: there are no transport sessions
 * @VTPMB_TRANSPORT_INSPECT:	nothing that is hidden by encryption
 * @VTPMB_TRANSPORT_ORDINAL:	that too, for commands that are harmless whatever
 *				their parameters are
 * @VTPMB_TRANSPORT_ALLOW:	all commands that are permitted outside; encrypted
 *				parameters are not checked
 */
enum vtpmb_transport {
	VTPMB_TRANSPORT_DENY,
	VTPMB_TRANSPORT_INSPECT,
	VTPMB_TRANSPORT_ORDINAL,
	VTPMB_TRANSPORT_ALLOW,
};

/** VTPMB_NO_COUNTER - no monotonic counter is granted */
#define VTPMB_NO_COUNTER	0xFFFFFFFF

bool vtpmb_setting_exists(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr);
int vtpmb_setting_check(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value);
void vtpmb_setting_set(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value);
void vtpmb_setting_set_bytes(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr,
			     const u8 *bytes, size_t len);
u64 vtpmb_setting_get(const struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr);

#endif
