/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: what its files share; the verbs of each are in its own header.
 * From the top down: each calls those below it alone.
 *
 *   tpm12.c		a command as it comes, and the verbs of the family
 *   command.c	a guest's command for the chip, and back
 *   transport.c	commands wrapped in transport sessions
 *   response.c	what a response says of keys and sessions
 *   owner.c		whether the chip has an owner
 *   turn.c		the end of a turn, and of what a proxy has in the chip
 *   context.c	the guest's own saving and loading of contexts
 *   handle.c	the guest's own flushing and listing of handles
 *   lost.c		what a lost response has left in the chip
 *   swap.c		keys and sessions in and out of the chip
 *   hosts.c		what in the chip is the host's
 *   frame.c		what a command for the chip names
 *   pcr.c		PCRs and the SHA-1 thread
 *   capability.c	GetCapability
 *   settings.c	physical presence, ownership, SetCapability
 *   inspect.c	what a command's parameters would reach
 *   nv.c		how much NV storage a proxy may define
 *   books.c		handle table
 *   lockout.c	failed authorisations
 *   grant.c		which ordinals a proxy has
 *   facts.c		what is learnt of the chip
 *   check.c		what can be wrong with a command before it is looked at
 *   wire.c		parameters, tags and responses
 *   room.c		free slots of the chip
 *   platform.c	startup, saved state, self-test
 *   flags.c		the flags of a virtual TPM
 *   ask.c		commands of the bridge's own
 *   commands.c	the table of all ordinals
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

/* Of a TPM_KEY_HANDLE: the same in every TPM. */
static inline bool tpm12_is_fixed(u32 handle)
{
	return handle >= TPM_KH_SRK && handle <= TPM_KH_EK;
}

/* How many flags there are; arrays of them have one entry more, as TPM_PF_ begin with 1. */
#define TPM12_NR_PF		TPM_PF_DISABLEFULLDALOGICINFO
#define TPM12_NR_SF		TPM_SF_BGLOBALLOCK

/* In OSAP and DSAP: what the session belongs to. */
#define TPM12_ENTITY_AT		(VTPMB_HEADER_SIZE + 2)

/** TPM12_MAX_BLOB - bytes of the longest answer that is learnt of a chip */
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

/* What an entry of the handle table stands for; also an index. */
enum vtpmb_tpm12_kind {
	TPM12_KEY,
	TPM12_AUTH,
	TPM12_TRANS,
	TPM12_NR_KINDS,
};

/**
 * struct vtpmb_tpm12_hosts - what of a kind the host has left in the chip
 * @asked:	the chip was asked since the host had it
 * @known:	and it told
 * @nr_handles:	in @handle
 * @handle:	what the chip calls it
 */
struct vtpmb_tpm12_hosts {
	bool asked;
	bool known;
	u16 nr_handles;
	u32 handle[VTPMB_MAX_HOST_HANDLES];
};

/**
 * struct vtpmb_tpm12_chip - what the bridge has done to a chip
 * @nr_clears:	how often a guest with a grant for it cleared the chip
 * @clock:	counts uses of keys and sessions, of all proxies
 * @room:	free slots, of each kind, or TPM12_ROOM_UNKNOWN
 * @inside:	tables of the proxies that have something loaded in it
 * @hosts:	of each kind, what is not theirs
 * @saving:	handle of the session that it was last told to save; 0 if it has answered,
 *		or the session is gone for another reason
 * @saving_rt:	TPM_RESOURCE_TYPE of that one
 * @saves_nothing: it would not save the last time, being disabled or not owned
 * @refreshing:	the oldest saved session is being loaded and saved again
 * @doubtful:	a response was lost, so what it has loaded is to be asked
 * @owner_doubtful: the same of whether it has an owner
 * @nr_nv_writes: NV writes of guests without authorisation since it was learnt or
 *		cleared
 * @proving:	a saved session is being loaded to see whether the chip knows it
 * @period:	how often the host has got the chip
 * @same_since:	the @period since which it is known not to have restarted
 * @newest:	the last contextCount that it gave to a session of a proxy
 * @knows_tries: @threshold and port->failures are as the chip has them now
 * @threshold:	at how many failures it locks itself; 0 if it does not tell
 *
 * Belongs to the hub's thread.  @nr_clears and @saves_nothing are also read
 * without it.
 */
struct vtpmb_tpm12_chip {
	u32 nr_clears;
	u64 clock;
	u32 room[TPM12_NR_KINDS];
	struct list_head inside;
	struct vtpmb_tpm12_hosts hosts[TPM12_NR_KINDS];
	u32 saving;
	u32 saving_rt;
	bool saves_nothing;
	bool refreshing;
	bool doubtful;
	bool owner_doubtful;
	u32 nr_nv_writes;
	bool proving;
	u32 period;
	u32 same_since;
	u32 newest;
	bool knows_tries;
	u32 threshold;
};

/**
 * struct vtpmb_tpm12_facts - what was learnt of a chip
 * @chip:	see there
 * @owned:	it has an owner; changes with what a guest may do by a grant
 * @nr_perm:	flags that its TPM_PERMANENT_FLAGS has: older revisions of the
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
 * struct vtpmb_tpm12_stclear - what each Startup(ST_CLEAR) sets anew
 * @flag:	TPM_STCLEAR_FLAGS
 * @deferred_pp: TPM_STCLEAR_DATA -> deferredPhysicalPresence
 */
struct vtpmb_tpm12_stclear {
	bool flag[TPM12_NR_SF + 1];
	u32 deferred_pp;
};

/* What a TPM says that is full of keys, and one that is full of sessions. */
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
 * @vtpm:	whose
 * @kind:	enum vtpmb_tpm12_kind
 * @used:	the chip's @clock when it was last used; 0: the entry is free
 * @virt:	what the guest calls it
 * @phys:	what the chip calls it; 0 while it is not loaded there
 * @in_use:	the command that is being executed names it
 * @st_clear:	a key whose contexts die with TPM_Startup(ST_CLEAR)
 * @encrypts:	a transport session that hides parameters
 * @guest_saved: a session that the guest has saved: unusable till it loads it
 * @bound:	a session that belongs to a key other than a fixed one
 * @key:	that key; NULL after the guest has flushed it
 * @entity:	what else a session belongs to: a counter or an NV index; or 0
 * @number:	contextCount that the guest has of a session that it saved
 * @count:	contextCount that the chip has of one that the bridge saved; 0: none
 * @period:	the chip's @period when it gave the @count
 * @saved:	in the port's list while there is a @count
 * @blob:	TPM_CONTEXT_BLOB as the chip saved it, still valid; or NULL
 * @blob_len:	its bytes
 */
struct vtpmb_tpm12_entry {
	struct vtpmb_vtpm *vtpm;
	u8 kind;
	bool in_use;
	bool st_clear;
	bool encrypts;
	bool guest_saved;
	bool bound;
	u64 used;
	u32 virt;
	u32 phys;
	struct vtpmb_tpm12_entry *key;
	u32 entity;
	u32 number;
	u32 count;
	u32 period;
	struct list_head saved;
	u8 *blob;
	u16 blob_len;
};

/** TPM12_NR_ENTRIES - of the handle table, all kinds */
#define TPM12_NR_ENTRIES (VTPMB_MAX_KEYS + VTPMB_MAX_SESSIONS + VTPMB_MAX_TRANSPORTS)

/** TPM12_ROOM_UNKNOWN - nobody has asked since the host had the chip */
#define TPM12_ROOM_UNKNOWN	0xFFFFFFFF

/**
 * struct vtpmb_tpm12_table - all keys and sessions of a proxy
 * @vtpm:	whose; constant
 * @inside:	in the chip's list as long as something of it may be loaded there
 * @epoch:	the vtpm's when the table was last empty; nothing in it is older
 * @nr_clears:	the same of @nr_clears of the virtual TPM
 * @chip_clears: the same of the chip's
 * @number:	the last contextCount given to the guest
 * @nr:		entries of each kind
 * @nr_saved:	sessions that the guest has saved
 * @nr_failures: authorisations of this proxy that failed and that the chip has
 *		not forgotten
 * @owner_doubtful: a command of this proxy that changes the chip's owner got no
 *		response
 * @owned_before: the chip had one before this command
 * @kept:	VTPMB_BUF_SIZE bytes: the command, to be sent again
 * @entry:	keys, then authorisation sessions, then transport sessions
 *
 * Belongs to the hub's thread.  @epoch, @nr_clears, @chip_clears, @nr and @nr_saved are also
 * read without it.
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
 * @perm:	TPM_PERMANENT_FLAGS: as old as the proxy, no reset changes them.
 *		Those that depend on the ownership view are in
 *		vtpmb_tpm12_shown_pf().
 * @owner_flag:	the guest has set TPM_PF_OWNERSHIP itself
 * @cleared:	the owner that the view shows was cleared by ForceClear ...
 * @cleared_view: ... when the vtpm's @nr_views was this; another view shows him again
 * @nr_clears:	how often that happened: keys and contexts are gone
 * @stclear:	see there
 * @failed:	failure mode: only TPM_GetTestResult and parts of
 *		TPM_GetCapability work until the next reset
 * @saved:	TPM_SaveState was the last command, so ST_STATE will work
 * @saved_stclear: what it saved; the PCRs themselves stay as they are
 * @sha1:	the SHA-1 thread (Part 3, 13), or NULL
 * @table:	its keys and sessions
 *
 * All under the vtpm's lock but for @table.
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
	struct vtpmb_tpm12_table table;
};

/**
 * struct vtpmb_tpm12_frame - what a command names, wrapped or not
 * @at:		its first byte
 * @len:	its bytes
 * @row:	its row
 * @nr_auths:	authorisation areas, the last bytes
 * @nr_keys:	handles of keys in its handle area
 * @key_at:	where those are
 * @key:	what they name; NULL for fixed ones
 * @auth:	what the authorisation areas name
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
 * @frame:	what it names; hub's thread
 * @inner:	what the command wrapped in it names; hub's thread
 * @wraps:	there is such a command; hub's thread
 * @hidden:	its parameters are encrypted; hub's thread
 * @answered:	the chip has answered; hub's thread
 * @attributes:	TPM_TRANSPORT_ATTRIBUTES of the session that it establishes;
 *		hub's thread
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

/* While the chip is being learnt nothing is loaded in it. */
static inline void vtpmb_tpm12_doubt(const struct vtpmb_port *port)
{
	if (port->facts)
		vtpmb_tpm12_chip(port)->doubtful = true;
}

static inline struct vtpmb_tpm12_table *vtpmb_tpm12_table(const struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	return &tpm->table;
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

#endif
