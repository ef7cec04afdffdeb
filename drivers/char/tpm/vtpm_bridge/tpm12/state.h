/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: types shared by the files of this directory.  Each file declares its functions
 * in a header of its own.
 *
 * Unless its comment says otherwise, a function that returns u32 returns a return code.  One
 * that returns int sends commands to the chip: it runs in the hub's thread, may sleep, and
 * returns 0, -EIO after a malformed response, or the errno of transmit.  If it has @rc and
 * returns 0, *@rc is the return code, usually the chip's.
 *
 * Spec: TPM Main 1.2 revision 116, Part 2 (structures) and Part 3 (commands).
 * Where it leaves a choice, libtpms 0.9.2 is the reference.
 */
#ifndef VTPMB_TPM12_H
#define VTPMB_TPM12_H

#include <linux/types.h>
#include "../core/family.h"
#include "../core/hash.h"
#include "../core/pcr.h"
#include "../core/register.h"
#include "../core/resident.h"
#include "../core/wire.h"
#include "commands.h"
#include "spec.h"

#define TPM12_DIGEST_SIZE	20
#define TPM12_NONCE_SIZE	20
/* TPM_AUTHHANDLE, nonceOdd, continueAuthSession, authData: see struct vtpmb_tpm12_row */
#define TPM12_AUTH_AREA		"4nbn"

/* Authorisation areas, always the last bytes of a command or response. */
#define TPM12_AUTH_IN_SIZE	45
#define TPM12_AUTH_OUT_SIZE	41
#define TPM12_MAX_AUTHS		2

/* Whether a TPM_KEY_HANDLE is the same in every TPM. */
static inline bool tpm12_is_fixed(u32 handle)
{
	return handle >= TPM_KH_SRK && handle <= TPM_KH_EK;
}

/* Number of flags.  Arrays have one entry more, since TPM_PF_ and TPM_SF_ begin with 1. */
#define TPM12_NR_PF		TPM_PF_DISABLEFULLDALOGICINFO
#define TPM12_NR_SF		TPM_SF_BGLOBALLOCK

/* Offset of entityValue in OSAP, and of keyHandle in DSAP */
#define TPM12_ENTITY_AT		(VTPMB_HEADER_SIZE + 2)

/** TPM12_MAX_BLOB - maximum number of bytes stored of an answer of the chip */
#define TPM12_MAX_BLOB		64

/** TPM12_NR_PROPS - properties 0x101 to 0x124 */
#define TPM12_NR_PROPS		(TPM_CAP_PROP_INPUT_BUFFER - TPM_CAP_PROP_PCR + 1)

/**
 * struct vtpmb_tpm12_blob - an answer of the chip
 * @len:	its bytes; 0 if the chip has none
 * @bytes:	the first @len of them
 */
struct vtpmb_tpm12_blob {
	u8 len;
	u8 bytes[TPM12_MAX_BLOB];
};

/* Kind of an entry of the handle table; also an index. */
enum vtpmb_tpm12_kind {
	TPM12_KEY,
	TPM12_AUTH,
	TPM12_TRANS,
	TPM12_NR_KINDS,
};

/**
 * struct vtpmb_tpm12_hosts - keys or sessions that the host has left in the chip
 * @asked:	the chip was asked for its handles since the host had it
 * @known:	the chip has listed them, so @handle is valid
 * @nr_handles:	number of entries of @handle
 * @handle:	physical handles
 */
struct vtpmb_tpm12_hosts {
	bool asked;
	bool known;
	u16 nr_handles;
	u32 handle[VTPMB_MAX_HOST_HANDLES];
};

/**
 * struct vtpmb_tpm12_chip - state of a chip that the bridge changes or follows
 * @nr_clears:	how often a guest with a grant for it cleared the chip
 * @clock:	counts uses of keys and sessions by all proxies
 * @room:	free slots of each kind, or TPM12_ROOM_UNKNOWN
 * @inside:	handle tables of the proxies that have entries loaded in the chip
 * @hosts:	the host's keys and sessions, by kind
 * @saving:	handle of the session that the chip was last told to save; 0 if it has
 *		answered, or the session is gone for another reason
 * @saving_rt:	TPM_RESOURCE_TYPE of @saving
 * @cannot_save: the last SaveContext failed because the chip is disabled, deactivated
 *		or not owned
 * @resync_needed:	a response was lost, so the chip has to be asked for its handles
 * @owner_doubtful: a response was lost, so the chip has to be asked whether it has an
 *		owner
 * @nr_nv_writes: NV writes by guests without authorisation since the chip was probed or
 *		cleared
 * @period:	number of times that the host got the chip
 * @same_since:	the @period since which the chip is known not to have restarted
 * @newest:	the last contextCount that the chip gave to a session of a proxy
 * @failures:	failed authorisations that the chip counts, as far as known; if the chip does
 *		not report them, all that came through the bridge
 * @knows_tries: @threshold and @failures agree with the chip
 * @threshold:	number of failures at which the chip locks itself; 0 if it does not tell
 * @reg:	the registers: see core/register.h
 *
 * Belongs to the hub's thread.  Others also read @nr_clears and @cannot_save.
 */
struct vtpmb_tpm12_chip {
	u32 nr_clears;
	u64 clock;
	u32 room[TPM12_NR_KINDS];
	struct list_head inside;
	struct vtpmb_tpm12_hosts hosts[TPM12_NR_KINDS];
	u32 saving;
	u32 saving_rt;
	bool cannot_save;
	bool resync_needed;
	bool owner_doubtful;
	u32 nr_nv_writes;
	u32 period;
	u32 same_since;
	u32 newest;
	u32 failures;
	bool knows_tries;
	u32 threshold;
	struct vtpmb_register reg[VTPMB_NR_REGISTERS];
};

/**
 * struct vtpmb_tpm12_facts - properties of a chip
 * @chip:	see struct vtpmb_tpm12_chip
 * @owned:	the chip has an owner; a guest with a grant can change this
 * @nr_perm:	number of flags in its TPM_PERMANENT_FLAGS: older revisions of the
 *		spec have fewer
 * @perm:	those flags
 * @version:	TPM_STRUCT_VER
 * @version_val: TPM_CAP_VERSION_INFO
 * @test_result: TPM_GetTestResult
 * @prop:	TPM_CAP_PROPERTY by number, from TPM_CAP_PROP_PCR on
 *
 * Constant, but for @chip and @owned.
 */
struct vtpmb_tpm12_facts {
	struct vtpmb_tpm12_chip chip;
	bool owned;
	u8 nr_perm;
	bool perm[TPM12_NR_PF + 1];
	struct vtpmb_tpm12_blob version;
	struct vtpmb_tpm12_blob version_val;
	struct vtpmb_tpm12_blob test_result;
	struct vtpmb_tpm12_blob prop[TPM12_NR_PROPS];
};

/**
 * struct vtpmb_tpm12_stclear - state that Startup(ST_CLEAR) resets
 * @flag:	TPM_STCLEAR_FLAGS
 * @deferred_pp: TPM_STCLEAR_DATA -> deferredPhysicalPresence
 */
struct vtpmb_tpm12_stclear {
	bool flag[TPM12_NR_SF + 1];
	u32 deferred_pp;
};

/* Return code of a TPM that has no free slot for a key or a session. */
static inline u32 tpm12_full(enum vtpmb_tpm12_kind kind)
{
	return kind == TPM12_KEY ? TPM_NOSPACE : TPM_RESOURCES;
}

static inline bool tpm12_is_full(u32 rc)
{
	return rc == TPM_NOSPACE || rc == TPM_RESOURCES;
}

/**
 * struct vtpmb_tpm12_entry - one key or session of a proxy
 * @vtpm:	the vtpm that it belongs to
 * @kind:	enum vtpmb_tpm12_kind
 * @res:	whether it is loaded, and its saved context (TPM_CONTEXT_BLOB); @used of a free
 *		entry is 0, else the chip's @clock at its last use
 * @virt:	virtual handle, known to the guest
 * @st_clear:	TPM_Startup(ST_CLEAR) invalidates the contexts of this key; so it does for each
 *		key that is bound to PCRs
 * @encrypts:	this transport session encrypts parameters
 * @guest_saved: the guest has saved this session, and cannot use it until it loads it
 * @bound:	this session belongs to a key other than a fixed one
 * @key:	that key; NULL after the guest has flushed it
 * @entity:	the entityValue of a session that belongs to something else; or 0
 * @number:	contextCount given to the guest when it saved this session
 * @count:	contextCount given by the chip when the bridge saved this session; 0: none
 * @period:	the chip's @period when it gave the @count
 */
struct vtpmb_tpm12_entry {
	struct vtpmb_vtpm *vtpm;
	u8 kind;
	struct vtpmb_resident res;
	bool st_clear;
	bool encrypts;
	bool guest_saved;
	bool bound;
	u32 virt;
	struct vtpmb_tpm12_entry *key;
	u32 entity;
	u32 number;
	u32 count;
	u32 period;
};

/** TPM12_NR_ENTRIES - number of entries of the handle table, all kinds */
#define TPM12_NR_ENTRIES (VTPMB_MAX_KEYS + VTPMB_MAX_SESSIONS + VTPMB_MAX_TRANSPORTS)

/** TPM12_ROOM_UNKNOWN - the chip has to be asked for its free slots */
#define TPM12_ROOM_UNKNOWN	0xFFFFFFFF

/**
 * struct vtpmb_tpm12_table - all keys and sessions of a proxy
 * @vtpm:	the vtpm that it belongs to; constant
 * @inside:	link in the chip's list while an entry may be loaded in the chip
 * @epoch:	@epoch of the vtpm when the table was last swept; no entry is older
 * @nr_clears:	@nr_clears of the virtual TPM at that time
 * @chip_clears: @nr_clears of the chip at that time
 * @number:	the last contextCount given to the guest
 * @nr:		number of entries of each kind
 * @nr_saved:	number of sessions that the guest has saved
 * @nr_failures: authorisations of this proxy that failed and that the chip has
 *		not forgotten
 * @owner_doubtful: a command of this proxy that changes the chip's owner got no
 *		response
 * @owned_before: the chip had an owner before that command
 * @kept:	copy of the command for retries, VTPMB_BUF_SIZE bytes
 * @entry:	keys, then authorisation sessions, then transport sessions
 *
 * Belongs to the hub's thread.  Others also read @epoch, @nr_clears, @chip_clears, @nr and
 * @nr_saved.
 */
struct vtpmb_tpm12_table {
	struct vtpmb_vtpm *vtpm;
	struct list_head inside;
	u32 epoch;
	u32 nr_clears;
	u32 chip_clears;
	u32 number;
	u32 nr[TPM12_NR_KINDS];
	u32 nr_saved;
	u32 nr_failures;
	bool owner_doubtful;
	bool owned_before;
	u8 *kept;
	struct vtpmb_tpm12_entry entry[TPM12_NR_ENTRIES];
};

/**
 * struct vtpmb_tpm12 - the state of one virtual TPM 1.2
 * @pcrs:	its PCRs
 * @perm:	TPM_PERMANENT_FLAGS, which no reset changes.  For those that depend on
 *		the ownership view, see vtpmb_tpm12_shown_pf().
 * @owner_flag:	the guest has set TPM_PF_OWNERSHIP itself
 * @cleared:	ForceClear has cleared the owner that the ownership view shows
 * @cleared_view: @nr_views at that time; a newer view shows the owner again
 * @nr_clears:	number of clears; each invalidates all keys and contexts
 * @stclear:	see struct vtpmb_tpm12_stclear
 * @failed:	failure mode: only TPM_GetTestResult and parts of
 *		TPM_GetCapability work until the next reset
 * @saved:	TPM_SaveState was the last command, so ST_STATE will work
 * @saved_stclear: the state that it saved, except the PCRs, which need no copy
 * @sha1:	the SHA-1 thread (Part 3, 13), or NULL
 * @ownership:	see enum vtpmb_ownership; the administrator's
 * @nr_views:	number of times that @ownership was set
 * @transport:	see enum vtpmb_transport; the administrator's
 * @counter:	the monotonic counter of the chip that the guest may use, or VTPMB_NO_COUNTER
 * @table:	its keys and sessions
 *
 * The vtpm's lock protects all but @table.
 */
struct vtpmb_tpm12 {
	struct vtpmb_pcrs pcrs;
	bool perm[TPM12_NR_PF + 1];
	bool owner_flag;
	bool cleared;
	u32 cleared_view;
	u32 nr_clears;
	struct vtpmb_tpm12_stclear stclear;
	bool failed;
	bool saved;
	struct vtpmb_tpm12_stclear saved_stclear;
	struct vtpmb_hash_run *sha1;
	enum vtpmb_ownership ownership;
	u32 nr_views;
	enum vtpmb_transport transport;
	u32 counter;
	struct vtpmb_tpm12_table table;
};

/**
 * struct vtpmb_tpm12_frame - keys and sessions that a command names, wrapped or not
 * @at:		its first byte
 * @len:	its bytes
 * @row:	its row
 * @nr_auths:	number of authorisation areas, which are its last bytes
 * @nr_keys:	number of key handles in its handle area
 * @key_at:	offsets of these handles
 * @key:	entries of these keys; NULL for fixed ones
 * @auth:	entries of the sessions that the authorisation areas name
 */
struct vtpmb_tpm12_frame {
	u8 *at;
	size_t len;
	const struct vtpmb_tpm12_row *row;
	unsigned int nr_auths;
	unsigned int nr_keys;
	u8 key_at[TPM12_MAX_AUTHS];
	struct vtpmb_tpm12_entry *key[TPM12_MAX_AUTHS];
	struct vtpmb_tpm12_entry *auth[TPM12_MAX_AUTHS];
};

/**
 * struct vtpmb_tpm12_call - a parsed command: cmd->call
 * @vtpm:	the vtpm that received it
 * @tpm:	the state of @vtpm
 * @cmd:	the command
 * @row:	its row
 * @tag:	its tag
 * @in:		its parameters, known to be complete and followed by nothing but
 *		authorisation areas
 * @out:	response parameters.  They overwrite the command, so read @in first.
 * @forward:	set by a handler if the chip is to answer
 * @frame:	where it names keys and sessions; which ones: hub's thread
 * @inner:	the same for the command wrapped in it; hub's thread
 * @wraps:	a command is wrapped in it; hub's thread
 * @hidden:	its parameters are encrypted; hub's thread
 * @selects:	registers that its parameters, or those of the wrapped command, select alone, bit
 *		N for register N; hub's thread
 * @shows:	registers that the chip has to have before it gets the command, in the same way;
 *		hub's thread
 * @answered:	the chip has answered; hub's thread
 * @attributes:	TPM_TRANSPORT_ATTRIBUTES of the session that it establishes;
 *		hub's thread
 *
 * The command is parsed once, in receive().  execute() relies on @row, @tag, @in and
 * on the offsets in @frame, which follow from its bytes alone.
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
	struct vtpmb_tpm12_frame frame;
	struct vtpmb_tpm12_frame inner;
	bool wraps;
	bool hidden;
	u32 selects;
	u32 shows;
	bool answered;
	u32 attributes;
};

static inline const struct vtpmb_tpm12_facts *
vtpmb_tpm12_facts(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->port->facts;
}

static inline struct vtpmb_tpm12_chip *vtpmb_tpm12_chip(const struct vtpmb_port *port)
{
	struct vtpmb_tpm12_facts *facts = port->facts;

	return &facts->chip;
}

/* While the chip is being probed, nothing is loaded in it. */
static inline void vtpmb_tpm12_need_resync(const struct vtpmb_port *port)
{
	if (port->facts)
		vtpmb_tpm12_chip(port)->resync_needed = true;
}

static inline struct vtpmb_tpm12_table *vtpmb_tpm12_table(const struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	return &tpm->table;
}

static inline void vtpmb_tpm12_end_sha1(struct vtpmb_tpm12 *tpm)
{
	vtpmb_hash_drop(tpm->sha1);
	tpm->sha1 = NULL;
}

/* Read a parameter.  The row's format guarantees that it is there. */
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

#endif
