/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: what its files share.  From the top down: each calls those below it alone.
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

struct vtpmb_body;

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
 * Belongs to the hub's thread.  @nr and @nr_saved are also read without it.
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

/**
 * struct vtpmb_tpm12_kind_row - what is of one kind
 * @first:	in the table
 * @capacity:	entries of the table
 * @handles:	the lowest virtual handle
 * @rt:		TPM_RESOURCE_TYPE
 * @free:	TPM_CAP_PROPERTY that tells how many more fit the chip
 */
struct vtpmb_tpm12_kind_row {
	unsigned int first;
	unsigned int capacity;
	u32 handles;
	u32 rt;
	u32 free;
};

extern const struct vtpmb_tpm12_kind_row vtpmb_tpm12_kinds[TPM12_NR_KINDS];

/* ask.c */
int vtpmb_tpm12_cut_short(struct vtpmb_port *port);
int vtpmb_tpm12_command(struct vtpmb_port *port, u32 code, const struct vtpmb_body *body,
			u32 *rc);
int vtpmb_tpm12_own_command(struct vtpmb_port *port, u32 code, const void *body,
			    size_t body_len, u32 *rc);
int vtpmb_tpm12_ask_number(struct vtpmb_port *port, u32 prop, u32 *value);
bool vtpmb_tpm12_is_busy(u32 rc);
int vtpmb_tpm12_ask_list(struct vtpmb_port *port, u32 rt, const u8 **list, u16 *nr_handles,
			 u32 *rc);
bool vtpmb_tpm12_is_listed(u32 handle, const u8 *list, unsigned int nr_handles);

/* books.c */
struct vtpmb_tpm12_entry *vtpmb_tpm12_first(struct vtpmb_vtpm *vtpm,
					    enum vtpmb_tpm12_kind kind);
unsigned int vtpmb_tpm12_capacity(enum vtpmb_tpm12_kind kind);
bool vtpmb_tpm12_swaps(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_share_of_slots(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_max_saved(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_max(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
u32 vtpmb_tpm12_wanted_room(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
void vtpmb_tpm12_count(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm12_entry *vtpmb_tpm12_entry(struct vtpmb_vtpm *vtpm,
					    enum vtpmb_tpm12_kind kind, u32 handle);
struct vtpmb_tpm12_entry *vtpmb_tpm12_new(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
					  u32 wanted);
void vtpmb_tpm12_drop_blob(struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_unuse_all(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_enter(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 phys);
void vtpmb_tpm12_came_out(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_book(struct vtpmb_tpm12_entry *entry, u32 count);
void vtpmb_tpm12_unbook(struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_ended(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
unsigned int vtpmb_tpm12_nr_inside(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
void vtpmb_tpm12_drop_all(struct vtpmb_vtpm *vtpm);

/* capability.c */
u32 vtpmb_tpm12_input_buffer(const struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_correct_capability(struct vtpmb_tpm12_call *call, size_t len);

/* check.c */
u32 vtpmb_tpm12_check_state(struct vtpmb_vtpm *vtpm, u8 needs);
u32 vtpmb_tpm12_check_needs(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_check(struct vtpmb_tpm12_call *call);

/* command.c */
int vtpmb_tpm12_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);

/* facts.c */
int vtpmb_tpm12_probe(struct vtpmb_port *port);
u32 vtpmb_tpm12_chip_number(const struct vtpmb_port *port, u16 prop);
void vtpmb_tpm12_forget(struct vtpmb_port *port);

/* flags.c */
bool vtpmb_tpm12_owned(const struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp_locked(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_shown_pf(const struct vtpmb_vtpm *vtpm, u32 flag);
void vtpmb_tpm12_init_flags(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_clear(struct vtpmb_tpm12 *tpm);

/* frame.c */
void vtpmb_tpm12_frame_init(struct vtpmb_tpm12_frame *frame, u8 *at, size_t len,
			    const struct vtpmb_tpm12_row *row);
u32 vtpmb_tpm12_map(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_frame *frame);
bool vtpmb_tpm12_all_loaded(const struct vtpmb_tpm12_frame *frame);
void vtpmb_tpm12_patch(const struct vtpmb_tpm12_frame *frame);

/* grant.c */
bool vtpmb_tpm12_unsafe(unsigned int i);
bool vtpmb_tpm12_granted(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_row *row);
const struct vtpmb_tpm12_row *vtpmb_tpm12_find(struct vtpmb_vtpm *vtpm, u32 code);
bool vtpmb_tpm12_permits(struct vtpmb_vtpm *vtpm, u32 code);

/* hosts.c */
int vtpmb_tpm12_list_hosts(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind);
void vtpmb_tpm12_saves(const struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_saved(struct vtpmb_port *port);
void vtpmb_tpm12_forget_hosts(struct vtpmb_port *port);
void vtpmb_tpm12_ends(struct vtpmb_port *port, u32 handle);
unsigned int vtpmb_tpm12_find_lost(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind,
				   const u8 *list, unsigned int nr_handles, u32 *lost);

/* inspect.c */
bool vtpmb_tpm12_key_dies(const struct vtpmb_tpm12_call *call,
			  const struct vtpmb_tpm12_frame *frame);
u32 vtpmb_tpm12_inspect_entity(struct vtpmb_vtpm *vtpm, u16 type, u32 value);
u32 vtpmb_tpm12_inspect(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame);

/* lockout.c */
int vtpmb_tpm12_spare(struct vtpmb_tpm12_call *call, u32 *rc);
void vtpmb_tpm12_count_failure(struct vtpmb_vtpm *vtpm, u32 rc);
void vtpmb_tpm12_forget_tries(struct vtpmb_port *port);

/* lost.c */
int vtpmb_tpm12_flush_lost(struct vtpmb_port *port, u32 *rc);

/* nv.c */
void vtpmb_tpm12_count_nv_write(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame);
int vtpmb_tpm12_nv_quota(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
			 u32 *rc);

/* owner.c */
void vtpmb_tpm12_follow_owner(struct vtpmb_vtpm *vtpm, u32 code);
void vtpmb_tpm12_doubt_owner(struct vtpmb_vtpm *vtpm, u32 code);
int vtpmb_tpm12_settle_owner(struct vtpmb_vtpm *vtpm);

/* platform.c */
void vtpmb_tpm12_reset(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_off(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_drop_saved(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_start(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_end_post_init(struct vtpmb_vtpm *vtpm);

/* response.c */
int vtpmb_tpm12_failed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame, u32 rc);
int vtpmb_tpm12_succeeded(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_frame *frame,
			  u8 *rsp, size_t len);

/* room.c */
void vtpmb_tpm12_room_changes(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, int by);
void vtpmb_tpm12_forget_room(struct vtpmb_port *port);

/* swap.c */
int vtpmb_tpm12_flush_handle(struct vtpmb_port *port, u32 handle, u32 rt, u32 *rc);
int vtpmb_tpm12_save_all_bound(struct vtpmb_port *port);
int vtpmb_tpm12_lose(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
int vtpmb_tpm12_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc);
int vtpmb_tpm12_flush_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *key);
int vtpmb_tpm12_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
int vtpmb_tpm12_make_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
int vtpmb_tpm12_have_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind, u32 *rc);
int vtpmb_tpm12_rebind(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry,
		       struct vtpmb_tpm12_entry *key, u32 *rc);
int vtpmb_tpm12_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc);
int vtpmb_tpm12_forget_dead(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc);
int vtpmb_tpm12_find_dead(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
int vtpmb_tpm12_clear_out(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind);

/* transport.c */
u32 vtpmb_tpm12_unwrap(struct vtpmb_tpm12_call *call);
int vtpmb_tpm12_follow_wrapped(struct vtpmb_tpm12_call *call, size_t len);

/* turn.c */
int vtpmb_tpm12_settle(struct vtpmb_port *port, u32 *rc);
int vtpmb_tpm12_put_out_others(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_vacate(struct vtpmb_port *port);
void vtpmb_tpm12_chip_cleared(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_sweep(struct vtpmb_vtpm *vtpm, bool all);
bool vtpmb_tpm12_stale(struct vtpmb_vtpm *vtpm);

/* wire.c */
u32 vtpmb_tpm12_check_params(const char *format, struct vtpmb_reader *r);
unsigned int vtpmb_tpm12_nr_auths(u16 tag);
void vtpmb_tpm12_respond(struct vtpmb_tpm12_call *call, u32 rc);

#endif
