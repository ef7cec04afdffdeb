/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: what its files share.
 *
 *   tpm12.c		the family's verbs: parser, policy, precedence of errors
 *   tpm12_commands.c	the table of all ordinals
 *   tpm12_platform.c	startup, saved state, self-test
 *   tpm12_flags.c	permanent and volatile flags, presence, ownership
 *   tpm12_pcr.c	PCRs and the SHA-1 thread
 *   tpm12_capability.c	GetCapability
 *   tpm12_facts.c	what is learnt of the chip
 *   tpm12_handle.c	commands that name keys and sessions
 *
 * Spec: TPM Main 1.2 revision 116, Part 2 (structures) and Part 3 (commands).
 * Where it leaves a choice, libtpms 0.9.2 is the reference.
 */
#ifndef VTPMB_TPM12_H
#define VTPMB_TPM12_H

#include <linux/types.h>
#include "family.h"
#include "hash.h"
#include "pcr.h"
#include "tpm12_commands.h"
#include "wire.h"

#define TPM12_TAG_RSP		0x00C4
#define TPM12_TAG_RQU		0x00C1
#define TPM12_DIGEST_SIZE	20
#define TPM12_NONCE_SIZE	20
/* TPM_AUTHHANDLE, nonceOdd, continueAuthSession, authData: see struct vtpmb_tpm12_row */
#define TPM12_AUTH_AREA		"4nbn"
#define TPM12_ALG_SHA1		0x0004	/* as the port's banks call it */

/* Return codes (Part 2, 16). */
enum tpm12_rc {
	TPM12_SUCCESS			= 0,
	TPM12_AUTHFAIL			= 1,
	TPM12_BADINDEX			= 2,
	TPM12_BAD_PARAMETER		= 3,
	TPM12_CLEAR_DISABLED		= 5,
	TPM12_DEACTIVATED		= 6,
	TPM12_DISABLED			= 7,
	TPM12_DISABLED_CMD		= 8,
	TPM12_FAIL			= 9,
	TPM12_BAD_ORDINAL		= 10,
	TPM12_INSTALL_DISABLED		= 11,
	TPM12_INVALID_KEYHANDLE		= 12,
	TPM12_INVALID_PCR_INFO		= 16,
	TPM12_NOSRK			= 18,
	TPM12_OWNER_SET			= 20,
	TPM12_RESOURCES			= 21,
	TPM12_BAD_PARAM_SIZE		= 25,
	TPM12_SHA_THREAD		= 26,
	TPM12_SHA_ERROR			= 27,
	TPM12_FAILEDSELFTEST		= 28,
	TPM12_BADTAG			= 30,
	TPM12_INVALID_AUTHHANDLE	= 34,
	TPM12_INVALID_POSTINIT		= 38,
	TPM12_BAD_MODE			= 44,
	TPM12_BAD_PRESENCE		= 45,
	TPM12_NOTRESETABLE		= 50,
	TPM12_NOTLOCAL			= 51,
	TPM12_INVALID_RESOURCE		= 53,
	TPM12_BAD_LOCALITY		= 61,
	TPM12_NOOPERATOR		= 73,
	TPM12_BAD_HANDLE		= 88,
};

/* TPM_PERMANENT_FLAGS in the structure's order (Part 2, 7.1); TPM_PF_ is one more. */
enum tpm12_pf {
	TPM12_PF_DISABLE,
	TPM12_PF_OWNERSHIP,
	TPM12_PF_DEACTIVATED,
	TPM12_PF_READPUBEK,
	TPM12_PF_DISABLEOWNERCLEAR,
	TPM12_PF_ALLOWMAINTENANCE,
	TPM12_PF_LIFETIMELOCK,
	TPM12_PF_HWENABLE,
	TPM12_PF_CMDENABLE,
	TPM12_PF_CEKPUSED,
	TPM12_PF_TPMPOST,
	TPM12_PF_TPMPOSTLOCK,
	TPM12_PF_FIPS,
	TPM12_PF_OPERATOR,
	TPM12_PF_ENABLEREVOKEEK,
	TPM12_PF_NV_LOCKED,
	TPM12_PF_READSRKPUB,
	TPM12_PF_TPMESTABLISHED,
	TPM12_PF_MAINTENANCEDONE,
	TPM12_PF_DISABLEFULLDALOGICINFO,
	TPM12_NR_PF
};

/* TPM_STCLEAR_FLAGS in the structure's order (Part 2, 7.2); TPM_SF_ is one more. */
enum tpm12_sf {
	TPM12_SF_DEACTIVATED,
	TPM12_SF_DISABLEFORCECLEAR,
	TPM12_SF_PHYSICALPRESENCE,
	TPM12_SF_PHYSICALPRESENCELOCK,
	TPM12_SF_BGLOBALLOCK,
	TPM12_NR_SF
};

/* Capability areas, and the properties that have a meaning here (Part 2, 21). */
enum tpm12_cap {
	TPM12_CAP_ORD			= 0x01,
	TPM12_CAP_ALG			= 0x02,
	TPM12_CAP_PID			= 0x03,
	TPM12_CAP_FLAG			= 0x04,
	TPM12_CAP_PROPERTY		= 0x05,
	TPM12_CAP_VERSION		= 0x06,
	TPM12_CAP_KEY_HANDLE		= 0x07,
	TPM12_CAP_CHECK_LOADED		= 0x08,
	TPM12_CAP_SYM_MODE		= 0x09,
	TPM12_CAP_KEY_STATUS		= 0x0C,
	TPM12_CAP_NV_LIST		= 0x0D,
	TPM12_CAP_MFR			= 0x10,
	TPM12_CAP_NV_INDEX		= 0x11,
	TPM12_CAP_TRANS_ALG		= 0x12,
	TPM12_CAP_HANDLE		= 0x14,
	TPM12_CAP_TRANS_ES		= 0x15,
	TPM12_CAP_AUTH_ENCRYPT		= 0x17,
	TPM12_CAP_SELECT_SIZE		= 0x18,
	TPM12_CAP_DA_LOGIC		= 0x19,
	TPM12_CAP_VERSION_VAL		= 0x1A,

	TPM12_CAP_FLAG_PERMANENT	= 0x108,
	TPM12_CAP_FLAG_VOLATILE		= 0x109,

	TPM12_CAP_PROP_PCR		= 0x101,
	TPM12_CAP_PROP_DIR		= 0x102,
	TPM12_CAP_PROP_MANUFACTURER	= 0x103,
	TPM12_CAP_PROP_KEYS		= 0x104,
	TPM12_CAP_PROP_MIN_COUNTER	= 0x107,
	TPM12_CAP_PROP_AUTHSESS		= 0x10A,
	TPM12_CAP_PROP_TRANSESS		= 0x10B,
	TPM12_CAP_PROP_COUNTERS		= 0x10C,
	TPM12_CAP_PROP_MAX_AUTHSESS	= 0x10D,
	TPM12_CAP_PROP_MAX_TRANSESS	= 0x10E,
	TPM12_CAP_PROP_MAX_COUNTERS	= 0x10F,
	TPM12_CAP_PROP_MAX_KEYS		= 0x110,
	TPM12_CAP_PROP_OWNER		= 0x111,
	TPM12_CAP_PROP_CONTEXT		= 0x112,
	TPM12_CAP_PROP_MAX_CONTEXT	= 0x113,
	TPM12_CAP_PROP_FAMILYROWS	= 0x114,
	TPM12_CAP_PROP_TIS_TIMEOUT	= 0x115,
	TPM12_CAP_PROP_STARTUP_EFFECT	= 0x116,
	TPM12_CAP_PROP_DELEGATE_ROW	= 0x117,
	TPM12_CAP_PROP_MAX_DAASESS	= 0x119,
	TPM12_CAP_PROP_DAASESS		= 0x11A,
	TPM12_CAP_PROP_CONTEXT_DIST	= 0x11B,
	TPM12_CAP_PROP_DAA_INTERRUPT	= 0x11C,
	TPM12_CAP_PROP_SESSIONS		= 0x11D,
	TPM12_CAP_PROP_MAX_SESSIONS	= 0x11E,
	TPM12_CAP_PROP_CMK_RESTRICTION	= 0x11F,
	TPM12_CAP_PROP_DURATION		= 0x120,
	TPM12_CAP_PROP_ACTIVE_COUNTER	= 0x122,
	TPM12_CAP_PROP_NV_AVAILABLE	= 0x123,
	TPM12_CAP_PROP_INPUT_BUFFER	= 0x124,
};

/** TPM12_MAX_BLOB - bytes of the longest answer that is learnt of a chip */
#define TPM12_MAX_BLOB		64

/** TPM12_NR_PROPS - properties 0x101 to 0x124 */
#define TPM12_NR_PROPS		(TPM12_CAP_PROP_INPUT_BUFFER - TPM12_CAP_PROP_PCR + 1)

/**
 * struct vtpmb_tpm12_blob - an answer of the chip
 * @len:	its bytes; 0 if the chip has none
 * @bytes:	the first @len of them
 */
struct vtpmb_tpm12_blob {
	u8 len;
	u8 bytes[TPM12_MAX_BLOB];
};

/**
 * struct vtpmb_tpm12_facts - what was learnt of a chip; constant
 * @owned:	it has an owner
 * @nr_perm:	flags that its TPM_PERMANENT_FLAGS has: older revisions of the
 *		spec have fewer
 * @perm:	those flags
 * @version:	TPM_STRUCT_VER
 * @version_val: TPM_CAP_VERSION_INFO
 * @test_result: TPM_GetTestResult
 * @prop:	TPM_CAP_PROPERTY by number, from TPM12_CAP_PROP_PCR on
 */
struct vtpmb_tpm12_facts {
	bool owned;
	u8 nr_perm;
	bool perm[TPM12_NR_PF];
	struct vtpmb_tpm12_blob version;
	struct vtpmb_tpm12_blob version_val;
	struct vtpmb_tpm12_blob test_result;
	struct vtpmb_tpm12_blob prop[TPM12_NR_PROPS];
};

/**
 * struct vtpmb_tpm12_stclear - what each Startup(ST_CLEAR) sets anew
 * @flag:	TPM_STCLEAR_FLAGS
 * @deferred_pp: TPM_STCLEAR_DATA -> deferredPhysicalPresence
 */
struct vtpmb_tpm12_stclear {
	bool flag[TPM12_NR_SF];
	u32 deferred_pp;
};

/**
 * struct vtpmb_tpm12 - the state of one virtual TPM 1.2
 * @pcrs:	its PCRs
 * @perm:	TPM_PERMANENT_FLAGS: as old as the proxy, no reset changes them.
 *		Those that depend on the ownership view are in
 *		vtpmb_tpm12_shown_pf().
 * @cleared:	the owner that the view shows was cleared by ForceClear
 * @stclear:	see there
 * @failed:	failure mode: only TPM_GetTestResult and parts of
 *		TPM_GetCapability work until the next reset
 * @saved:	TPM_SaveState was the last command, so ST_STATE will work
 * @saved_stclear: what it saved; the PCRs themselves stay as they are
 * @sha1:	the SHA-1 thread (Part 3, 13), or NULL
 *
 * All under the vtpm's lock.
 */
struct vtpmb_tpm12 {
	struct vtpmb_pcrs pcrs;
	bool perm[TPM12_NR_PF];
	bool cleared;
	struct vtpmb_tpm12_stclear stclear;
	bool failed;
	bool saved;
	struct vtpmb_tpm12_stclear saved_stclear;
	struct vtpmb_hash_run *sha1;
};

/**
 * struct vtpmb_tpm12_call - a command being answered
 * @vtpm:	whose
 * @tpm:	its state
 * @cmd:	the command
 * @row:	its row
 * @tag:	its tag
 * @in:		its parameters.  They are known to be all there, and nothing but
 *		authorisation areas behind them.
 * @out:	response parameters.  They are written over the command: read first.
 * @forward:	set by a handler: the chip is to answer
 */
struct vtpmb_tpm12_call {
	struct vtpmb_vtpm *vtpm;
	struct vtpmb_tpm12 *tpm;
	struct vtpmb_cmd *cmd;
	const struct vtpmb_tpm12_row *row;
	u16 tag;
	struct vtpmb_reader in;
	struct vtpmb_writer out;
	bool forward;
};

static inline const struct vtpmb_tpm12_facts *
vtpmb_tpm12_facts(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->port->facts;
}

/* A parameter that the row's format promises. */
static inline u8 vtpmb_tpm12_u8(struct vtpmb_tpm12_call *call)
{
	u8 val = 0;

	vtpmb_get_u8(&call->in, &val);
	return val;
}

static inline u16 vtpmb_tpm12_u16(struct vtpmb_tpm12_call *call)
{
	u16 val = 0;

	vtpmb_get_u16(&call->in, &val);
	return val;
}

static inline u32 vtpmb_tpm12_u32(struct vtpmb_tpm12_call *call)
{
	u32 val = 0;

	vtpmb_get_u32(&call->in, &val);
	return val;
}

/* tpm12.c */
bool vtpmb_tpm12_permits(struct vtpmb_vtpm *vtpm, u32 code);
u32 vtpmb_tpm12_check_state(struct vtpmb_vtpm *vtpm, u8 needs);
u32 vtpmb_tpm12_check_params(const char *format, struct vtpmb_reader *r);

/* tpm12_facts.c */
int vtpmb_tpm12_probe(struct vtpmb_port *port);
void vtpmb_tpm12_forget(struct vtpmb_port *port);

/* tpm12_flags.c */
bool vtpmb_tpm12_owned(const struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp_locked(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_shown_pf(const struct vtpmb_vtpm *vtpm, enum tpm12_pf flag);
void vtpmb_tpm12_init_flags(struct vtpmb_vtpm *vtpm);

/* tpm12_platform.c */
void vtpmb_tpm12_reset(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_off(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_end_post_init(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_drop_saved(struct vtpmb_vtpm *vtpm);

/* tpm12_capability.c */
void vtpmb_tpm12_hide_da(u8 *buf, size_t len);

#endif
