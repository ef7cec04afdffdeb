/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: what the files of the family share.  The verbs of each are in its own header.
 */
#ifndef VTPMB_TPM20_STATE_H
#define VTPMB_TPM20_STATE_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include "../core/family.h"
#include "../core/limits.h"
#include "../core/pcr.h"
#include "commands.h"
#include "spec.h"
#include "../core/wire.h"

/** VTPMB_RC_PASS - no response code: the chip is to answer */
#define VTPMB_RC_PASS		0xFFFFFFFF

#define TPM20_HT(handle)	((handle) >> 24)
#define TPM20_INDEX(handle)	((handle) & 0xFFFFFFu)

/* Hierarchies as array indices. */
enum vtpmb_tpm20_hier {
	HIER_OWNER,
	HIER_ENDORSEMENT,
	HIER_PLATFORM,
	HIER_LOCKOUT,
	HIER_NULL,
	NR_HIERS,
};

/**
 * struct vtpmb_tpm20_hierarchy - a virtual hierarchy; protected by vtpm->lock
 * @enabled:	phEnable, shEnable, ehEnable, as the guest has set them
 * @auth:	authValue without trailing zeros
 * @auth_len:	its bytes
 * @policy_alg:	TPM_ALG_ID of authPolicy
 * @policy_len:	its bytes
 * @policy:	authPolicy
 * @flushed:	raised whenever all its objects go: an object that is older
 *		than the last time is no more
 * @cleared:	raised whenever all its saved contexts become invalid too
 */
struct vtpmb_tpm20_hierarchy {
	bool enabled;
	u16 auth_len;
	u16 policy_alg;
	u16 policy_len;
	u32 flushed;
	u32 cleared;
	u8 auth[VTPMB_MAX_AUTH];
	u8 policy[VTPMB_MAX_DIGEST];
};

/* What the last Shutdown said, if nothing it saved has changed since. */
enum vtpmb_tpm20_shutdown {
	SHUTDOWN_NONE,
	SHUTDOWN_CLEAR,
	SHUTDOWN_STATE,
};

/* What an entry of the handle table stands for. */
enum vtpmb_tpm20_kind {
	KIND_FREE,
	KIND_OBJECT,
	KIND_SEQUENCE,
	KIND_SESSION,
};

/**
 * struct vtpmb_tpm20_key - what the bridge knows of a session's key
 * @known:	sessionKey is @value
 * @ours:	the chip has another one: it is bound to what is the proxy's own
 * @ciphers:	it has an algorithm to encrypt parameters with
 * @lockout:	it is bound to lockoutAuth
 * @len:	bytes of @value; 0: neither salted nor bound
 * @value:	sessionKey
 * @bind:	which hierarchy or PCR an HMAC session is bound to, or TPM2_RH_NULL
 * @bind_auth:	the authValue that it had then
 */
struct vtpmb_tpm20_key {
	bool known;
	bool ours;
	bool ciphers;
	bool lockout;
	u16 len;
	u8 value[VTPMB_MAX_DIGEST];
	u32 bind;
	struct vtpmb_auth bind_auth;
};

/* What the digest that a policy session asks for is made of. */
enum vtpmb_tpm20_covered {
	COVERS_ALL,
	COVERS_COMMAND,
	COVERS_NAMES,
	COVERS_TEMPLATE,
};

/**
 * struct vtpmb_tpm20_conditions - what a policy session asks for
 * @opaque:	something that the bridge cannot judge
 * @auth_value:	an HMAC made with the authValue
 * @password:	the authValue
 * @pp:		physical presence
 * @nv_written:	something of an NV index
 * @locality:	TPMA_LOCALITY; 0: any
 * @covers:	enum vtpmb_tpm20_covered: a command whose digest is @digest
 * @code:	a command of this code; 0: any
 * @digest_len:	bytes of @digest
 * @digest:	cpHash, nameHash or templateHash
 */
struct vtpmb_tpm20_conditions {
	bool opaque;
	bool auth_value;
	bool password;
	bool pp;
	bool nv_written;
	u8 locality;
	u8 covers;
	u32 code;
	u16 digest_len;
	u8 digest[VTPMB_MAX_DIGEST];
};

/**
 * struct vtpmb_tpm20_body - what handles stand for: in the chip, saved, or both
 * @kind:	enum vtpmb_tpm20_kind
 * @hier:	enum vtpmb_tpm20_hier, of an object
 * @in_use:	the command that is being executed names it
 * @given:	the guest has its context, and may bring it back
 * @external:	an object that LoadExternal brought
 * @public_only: its public part alone
 * @learnt:	an object of which the chip has told @attributes, @name and @public
 * @auth_known:	a sequence whose authValue is @auth
 * @auth:	without trailing zeros
 * @refs:	entries that stand for it.  One without is kept because it was
 *		@given: the guest's next ContextLoad finds it in the chip.
 * @session:	handle of a session, the chip's and the guest's
 * @phys:	what the chip calls it; 0 while it is not loaded there
 * @stands:	handle of a persistent object of the chip, which need not be loaded,
 *		or 0
 * @attributes:	TPMA_OBJECT
 * @name_len:	bytes of @name
 * @name:	its Name
 * @public_len:	bytes of @public
 * @public:	parameters of the chip's answer to ReadPublic; NULL till @learnt
 * @used:	@clock of the table when it was last used
 * @sequence:	of a saved session's context
 * @saved:	a saved session's place in port->saved
 * @blob:	TPMS_CONTEXT as the chip saved it, still valid; or NULL
 * @blob_len:	its bytes
 *
 * Several entries stand for one object if the guest loaded its context more than
 * once, or has made it persistent: it does not change.  A sequence or a session
 * is one entry's alone.
 */
struct vtpmb_tpm20_body {
	u8 kind;
	u8 hier;
	bool in_use;
	bool given;
	bool external;
	bool public_only;
	bool learnt;
	bool auth_known;
	struct vtpmb_auth auth;
	u8 refs;
	u32 session;
	u32 phys;
	u32 stands;
	u32 attributes;
	u16 name_len;
	u8 name[sizeof(u16) + VTPMB_MAX_DIGEST];
	u16 public_len;
	u8 *public;
	u64 used;
	u64 sequence;
	struct list_head saved;
	u8 *blob;
	u16 blob_len;
};

/**
 * struct vtpmb_tpm20_entry - one handle of a proxy
 * @kind:	enum vtpmb_tpm20_kind
 * @hier:	enum vtpmb_tpm20_hier, of an object
 * @trial:	a trial policy session
 * @guest_saved: a session that the guest has saved: unusable till it loads it
 * @bound:	a session that is bound to an object
 * @virt:	what the guest calls it; of a session also the chip's name
 * @hash_alg:	authHash of a session
 * @nonce_len:	bytes of @nonce
 * @nonce:	nonceTPM of a session
 * @key:	key of a session
 * @conditions: what a policy session asks for
 * @pcr_counter: pcrUpdateCounter that its policy depends on; 0: on none
 * @flushed:	@flushed of the hierarchy when it was made; of a persistent
 *		object: @cleared; of a session: @reset_epoch of the virtual TPM
 * @generation:	which of the guest's saves of a session may be loaded
 * @body:	what it stands for; NULL if @kind is KIND_FREE
 */
struct vtpmb_tpm20_entry {
	u8 kind;
	u8 hier;
	bool trial;
	bool guest_saved;
	bool bound;
	u32 virt;
	u16 hash_alg;
	u16 nonce_len;
	u8 nonce[VTPMB_MAX_DIGEST];
	struct vtpmb_tpm20_key key;
	struct vtpmb_tpm20_conditions conditions;
	u32 pcr_counter;
	u32 flushed;
	u64 generation;
	struct vtpmb_tpm20_body *body;
};

/** VTPMB_TPM20_MAX_HASHES - hash algorithms of a chip that are made use of */
#define VTPMB_TPM20_MAX_HASHES	VTPMB_MAX_BANKS

/** VTPMB_TPM20_MAX_PUBLIC - bytes of a TPM2B_NV_PUBLIC and its Name (Part 2, 13) */
#define VTPMB_TPM20_MAX_PUBLIC	(2 * sizeof(u16) + 14 + VTPMB_MAX_DIGEST + \
				 sizeof(u16) + VTPMB_MAX_DIGEST)

/** VTPMB_TPM20_KNOWN_INDICES - NV indices that are known at a time */
#define VTPMB_TPM20_KNOWN_INDICES	8

/**
 * struct vtpmb_tpm20_index - an NV index, as the chip told of it in this turn
 * @handle:	which; 0: nothing is known here
 * @used:	@clock of the table when it was last asked for
 * @attributes:	TPMA_NV
 * @data_size:	bytes of its data
 * @name_len:	bytes of its Name, which is the end of @public
 * @public_len:	bytes of @public
 * @public:	the response's parameters of NV_ReadPublic
 */
struct vtpmb_tpm20_index {
	u32 handle;
	u64 used;
	u32 attributes;
	u16 data_size;
	u16 name_len;
	u16 public_len;
	u8 public[VTPMB_TPM20_MAX_PUBLIC];
};

/** VTPMB_TPM20_MAX_ACTIVE - session handles of a chip that are told apart; most have 64 */
#define VTPMB_TPM20_MAX_ACTIVE	256

/** VTPMB_TPM20_MAX_TRANSIENT - transient handles that fit a chip, and more */
#define VTPMB_TPM20_MAX_TRANSIENT	32

/** VTPMB_TPM20_MAX_BODIES - one for each handle, and those that are kept */
#define VTPMB_TPM20_MAX_BODIES	(VTPMB_MAX_OBJECTS + VTPMB_MAX_SESSIONS + \
				 VTPMB_MAX_PERSISTENT + VTPMB_MAX_KEPT)

/**
 * struct vtpmb_tpm20_table - all objects and sessions of a proxy
 * @epoch:	the vtpm's when the table was last empty; nothing in it is older
 * @reset_epoch: the same of the virtual TPM's @reset_epoch
 * @clock:	counts uses
 * @generation:	the last one given to a saved session; never again the same
 * @nr_objects:	in @object
 * @nr_sessions: in @session
 * @nr_persistent: in @persistent
 * @nr_saved:	of those sessions, how many the guest has saved
 * @nr_failures: authorisations of this proxy that failed and that the chip has
 *		not forgotten
 * @nr_calm:	port->var.nr_calm when this proxy last looked
 * @backoff:	how many times in a row it had to wait after one
 * @backoff_end: until when, in jiffies
 * @cleared:	@cleared of the owner hierarchy when what a Clear takes out of the
 *		chip was last gone
 * @settled_epoch: the vtpm's when persistent objects of the chip were entered
 * @settled_grants: and its grants
 * @index:	what is known of NV indices; of the present turn, for between
 *		turns the host may change them
 * @kept:	VTPMB_BUF_SIZE bytes: the command, to be sent again
 * @digests_len: bytes of @digests
 * @digests:	what a PCR is extended by if the chip lets the command pass
 * @term:	of port->facts->gap, in which @nr_shared_saves were counted
 * @nr_shared_saves: what this proxy has had of what is shared out
 * @host_ended:	the host's own session has been ended in this turn
 * @host_objects_known: @nr_host_objects and @host_objects are of this turn
 * @nr_host_objects:	in @host_objects
 * @host_objects: transient handles in the chip that are none of ours
 * @host_sessions_known: @host_sessions is of this turn
 * @host_sessions: loaded sessions that are none of ours
 * @loading:	what was being loaded when the response was lost, or NULL
 * @object:	transient objects and sequences; the index is the virtual handle
 * @session:	sessions
 * @persistent:	persistent objects
 * @body:	what all those stand for
 *
 * Belongs to the hub's thread.  The counts are also read without it.
 */
struct vtpmb_tpm20_table {
	u32 epoch;
	u32 reset_epoch;
	u64 clock;
	u64 generation;
	u32 nr_objects;
	u32 nr_sessions;
	u32 nr_persistent;
	u32 nr_saved;
	u32 nr_failures;
	u32 nr_calm;
	unsigned int backoff;
	u64 backoff_end;
	u32 cleared;
	u32 settled_epoch;
	u32 settled_grants;
	struct vtpmb_tpm20_index index[VTPMB_TPM20_KNOWN_INDICES];
	u8 *kept;
	size_t digests_len;
	u8 digests[VTPMB_TPM20_MAX_HASHES * (sizeof(u16) + VTPMB_MAX_DIGEST)];
	u32 term;
	u32 nr_shared_saves;
	bool host_ended;
	bool host_objects_known;
	unsigned int nr_host_objects;
	u32 host_objects[VTPMB_TPM20_MAX_TRANSIENT];
	bool host_sessions_known;
	DECLARE_BITMAP(host_sessions, VTPMB_TPM20_MAX_ACTIVE);
	struct vtpmb_tpm20_body *loading;
	struct vtpmb_tpm20_entry object[VTPMB_MAX_OBJECTS];
	struct vtpmb_tpm20_entry session[VTPMB_MAX_SESSIONS];
	struct vtpmb_tpm20_entry persistent[VTPMB_MAX_PERSISTENT];
	struct vtpmb_tpm20_body body[VTPMB_TPM20_MAX_BODIES];
};

/**
 * struct vtpmb_tpm20_lockout - dictionary attack protection, as the guest sees it
 * @set:	the guest has set parameters; else they are the chip's present ones
 * @failed_tries: failedTries
 * @max_tries:	maxTries
 * @recovery_time: recoveryTime, seconds; 0: failures are not counted
 * @lockout_recovery: lockoutRecovery, seconds
 */
struct vtpmb_tpm20_lockout {
	bool set;
	u32 failed_tries;
	u32 max_tries;
	u32 recovery_time;
	u32 lockout_recovery;
};

/** VTPMB_TPM20_MAX_TESTED - parameters that a proxy remembers the chip to support */
#define VTPMB_TPM20_MAX_TESTED	8

/** VTPMB_TPM20_MAX_PARMS - bytes of the longest TPMT_PUBLIC_PARMS (Part 2, 12.2.3.8), and more */
#define VTPMB_TPM20_MAX_PARMS	32

/**
 * struct vtpmb_tpm20_tested - parameters of which the chip said: supported
 * @next:	the entry to be overwritten next
 * @len:	bytes of each entry; 0: there is none
 * @parms:	TPMT_PUBLIC_PARMS
 */
struct vtpmb_tpm20_tested {
	u8 next;
	u8 len[VTPMB_TPM20_MAX_TESTED];
	u8 parms[VTPMB_TPM20_MAX_TESTED][VTPMB_TPM20_MAX_PARMS];
};

/**
 * struct vtpmb_tpm20_census - how many NV indices a guest sees
 * @taken:	they have been counted, and no command has changed it since
 * @epoch:	in which epoch
 * @grants:	with which grants
 * @nr_indices:	all
 * @nr_counters: counters among them
 * @nr_own:	in the granted range
 */
struct vtpmb_tpm20_census {
	bool taken;
	u32 epoch;
	u32 grants;
	u32 nr_indices;
	u32 nr_counters;
	u32 nr_own;
};

/**
 * struct vtpmb_tpm20 - a virtual TPM 2.0: vtpm->state
 * @pcrs:	its PCR banks
 * @hier:	its hierarchies
 * @ph_enable_nv: phEnableNV
 * @disable_clear: TPM2_Clear is off
 * @lockout:	dictionary attack protection
 * @lockout_failed: lockoutAuth was wrong since Startup: it is locked out
 * @census:	of its NV indices
 * @orderly:	the last power-off or reset came after a Shutdown
 * @reallocated: PCR banks change at the next reset, so there is no resume
 * @startup_locality: which Startup came at
 * @shutdown:	what the next Startup(CLEAR) makes of it
 * @reset_epoch: raised by each TPM Reset: older saved contexts are invalid
 * @restart_epoch: raised by each TPM Reset or Restart: older stClear ones are
 * @pp_list:	rows that need physical presence when platformAuth is used
 * @tested:	what TPM2_TestParms need not ask the chip
 * @reply:	VTPMB_BUF_SIZE bytes for a response in the making
 * @table:	its objects and sessions
 *
 * All but @table is protected by vtpm->lock.
 */
struct vtpmb_tpm20 {
	struct vtpmb_pcrs pcrs;
	struct vtpmb_tpm20_hierarchy hier[NR_HIERS];
	bool ph_enable_nv;
	bool disable_clear;
	struct vtpmb_tpm20_lockout lockout;
	bool lockout_failed;
	struct vtpmb_tpm20_census census;
	bool orderly;
	bool reallocated;
	u8 startup_locality;
	enum vtpmb_tpm20_shutdown shutdown;
	u32 reset_epoch;
	u32 restart_epoch;
	DECLARE_BITMAP(pp_list, VTPMB_MAX_CODES);
	struct vtpmb_tpm20_tested tested;
	u8 *reply;
	struct vtpmb_tpm20_table table;
};

/**
 * struct vtpmb_tpm20_session - one session of a command's session area
 * @handle:	TPM_RS_PW or a session
 * @attributes:	TPMA_SESSION
 * @nonce:	nonceCaller
 * @nonce_len:	its bytes
 * @auth:	the password or HMAC, in place
 * @auth_len:	its bytes
 * @at:		where it starts in the command
 * @checked:	it is judged here, and the chip does not hear of it
 * @with_auth:	an authValue is part of its key
 * @password:	a policy session's, which has the authValue for an HMAC
 * @digest_len:	bytes of @digest
 * @digest:	policyDigest of a policy session that is judged here
 * @entry:	what @handle names, if no password; hub's thread
 */
struct vtpmb_tpm20_session {
	u32 handle;
	u8 attributes;
	bool checked;
	bool with_auth;
	bool password;
	u16 digest_len;
	u8 digest[VTPMB_MAX_DIGEST];
	u16 nonce_len;
	u16 auth_len;
	u8 nonce[VTPMB_MAX_DIGEST];
	const u8 *auth;
	size_t at;
	struct vtpmb_tpm20_entry *entry;
};

/**
 * struct vtpmb_tpm20_call - a command, taken apart
 * @cmd:	the command
 * @row:	its row
 * @row_nr:	the number of that row
 * @tag:	TPM_ST
 * @len:	its bytes, by its header
 * @handle:	@row->nr_handles handles as the guest wrote them
 * @nr_sessions: how many sessions it has
 * @session:	those
 * @params:	its parameters; a handler takes them from here
 * @nr_mapped:	how many of @handle may be named; hub's thread
 * @entry:	what @handle names, if an object or session; hub's thread
 * @index:	what is known of what @handle names, if an NV index that an HMAC
 *		checked here covers; hub's thread
 * @hier:	hierarchy of the object that it makes; hub's thread
 * @flushed:	@flushed of that hierarchy before it was made; hub's thread
 * @trial:	it starts a trial session; hub's thread
 * @key:	key of the session that it starts, but for its value
 * @nonce_len:	bytes of @nonce
 * @nonce:	nonceCaller of that session
 * @conditions: what a policy session that it is about will ask for
 * @bound:	it starts a session that is bound to an object
 * @real:	the PCRs that it names are the chip's own, which answers it; hub's
 *		thread
 * @hash_alg:	authHash of the session that it starts
 * @auth_known:	it starts a sequence whose authValue is @auth
 * @auth:	without trailing zeros
 * @witnessed:	the virtual platform executes it, but the chip checks its sessions
 *		and answers; hub's thread
 * @nv_index:	the NV index that it defines, or 0
 * @nv_size:	bytes of that one's data
 * @ephemeral:	it uses an ephemeral key
 * @counter:	the chip's number of that one
 * @public_only: it loads a public part alone
 */
struct vtpmb_tpm20_call {
	struct vtpmb_cmd *cmd;
	const struct vtpmb_tpm20_row *row;
	unsigned int row_nr;
	u16 tag;
	size_t len;
	u32 handle[VTPMB_TPM20_HANDLES];
	unsigned int nr_sessions;
	struct vtpmb_tpm20_session session[VTPMB_TPM20_HANDLES];
	struct vtpmb_reader params;
	unsigned int nr_mapped;
	struct vtpmb_tpm20_entry *entry[VTPMB_TPM20_HANDLES];
	const struct vtpmb_tpm20_index *index[VTPMB_TPM20_HANDLES];
	enum vtpmb_tpm20_hier hier;
	u32 flushed;
	bool trial;
	bool bound;
	bool real;
	bool witnessed;
	u16 hash_alg;
	bool auth_known;
	struct vtpmb_auth auth;
	struct vtpmb_tpm20_key key;
	u16 nonce_len;
	u8 nonce[VTPMB_MAX_DIGEST];
	u32 nv_index;
	u16 nv_size;
	struct vtpmb_tpm20_conditions conditions;
	bool ephemeral;
	u16 counter;
	bool public_only;
};

/**
 * typedef vtpmb_tpm20_handler - how the virtual platform answers one command
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command, authorised; its parameters are taken from here
 * @out:	where the response's parameters go
 *
 * Return: a response code; with any but TPM2_RC_SUCCESS nothing has changed
 */
typedef u32 (*vtpmb_tpm20_handler)(struct vtpmb_vtpm *vtpm,
				   struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out);

/* Whether the chip gets TPM_RH_NULL for a PCR, whose Name an HMAC covers. */
static inline bool vtpmb_tpm20_hides_pcr(const struct vtpmb_tpm20_call *call)
{
	return call->row->code == TPM2_CC_EventSequenceComplete && !call->real &&
	       call->handle[0] != TPM2_RH_NULL;
}

/* What the chip calls an object or sequence that is in it. */
static inline u32 vtpmb_tpm20_chip_handle(const struct vtpmb_tpm20_body *body)
{
	return body->stands ? body->stands : body->phys;
}

static inline struct vtpmb_tpm20 *vtpmb_tpm20_state(struct vtpmb_vtpm *vtpm)
{
	return vtpm->state;
}

/** TPM20_MAX_RETRIES - of a command that the chip asks for again */
#define TPM20_MAX_RETRIES	5

/**
 * TPM20_MAX_TRIES - of a command for which the chip has no room
 *
 * Each time one thing more of what is loaded is taken out, and there cannot be
 * more than there are bodies.  A chip that then says the same has another reason.
 */
#define TPM20_MAX_TRIES		VTPMB_TPM20_MAX_BODIES

/* The chip asks for the same command again. */
static inline bool vtpmb_tpm20_is_busy(u32 rc)
{
	return rc == TPM2_RC_RETRY || rc == TPM2_RC_YIELDED || rc == TPM2_RC_TESTING;
}

typedef u32 (*vtpmb_tpm20_session_check)(struct vtpmb_vtpm *vtpm,
					 struct vtpmb_tpm20_session *session,
					 unsigned int i);

/**
 * struct vtpmb_tpm20_selection - TPMS_PCR_SELECTION
 * @alg:	the bank
 * @pcrs:	bit N for PCR N
 */
struct vtpmb_tpm20_selection {
	u16 alg;
	u32 pcrs;
};

/* TPMS_TAGGED_PROPERTY or TPMS_ALG_PROPERTY */
struct vtpmb_tpm20_tagged {
	u32 tag;
	u32 val;
};

#define VTPMB_TPM20_MAX_FACTS	256

/** VTPMB_TPM20_MAX_DETAILS - curves of a chip whose parameters are remembered */
#define VTPMB_TPM20_MAX_DETAILS	16

/**
 * struct vtpmb_tpm20_detail - a curve as TPM2_ECC_Parameters tells it
 * @bytes:	TPMS_ALGORITHM_DETAIL_ECC
 * @len:	how many
 */
struct vtpmb_tpm20_detail {
	u8 *bytes;
	u16 len;
};

/**
 * struct vtpmb_tpm20_gap - the chip's context counter, and who uses it up
 * @next:	sequence of the session that it saves next, or lower; 0: not known
 * @looked:	@next when the chip was last asked what it has saved; 0: never
 * @nr_saves:	sessions that the bridge had it save
 * @nr_refused:	counts refusals, of which one in some is none
 * @used_up:	the chip saves no session, for one of the host's
 * @term:	raised whenever the rest is shared out again; 0: never
 * @term_limit:	what the balance must not reach in this term
 * @term_balance: what the balance was at its beginning
 * @nr_tries:	saves in this term for those that have used up their shares
 * @nr_host_before: sessions that the host had saved at the last look, and a constant
 * @nr_calm:	looks since the host was last seen to have saved many
 * @listed:	bit N: session N is saved and is the host's
 * @foreign:	those that count: as of the last look
 * @since:	lower than the sequence of that session
 * @limit:	what the balance must not reach while it is saved
 *
 * The balance is what guests have saved, less what the host's saves make up for.
 * All of it belongs to the holder of the chip.
 */
struct vtpmb_tpm20_gap {
	u64 next;
	u64 looked;
	u64 nr_saves;
	u32 nr_refused;
	bool used_up;
	u32 term;
	s64 term_limit;
	s64 term_balance;
	s64 nr_tries;
	u64 nr_host_before;
	u32 nr_calm;
	DECLARE_BITMAP(listed, VTPMB_TPM20_MAX_ACTIVE);
	DECLARE_BITMAP(foreign, VTPMB_TPM20_MAX_ACTIVE);
	u64 since[VTPMB_TPM20_MAX_ACTIVE];
	s64 limit[VTPMB_TPM20_MAX_ACTIVE];
};

/** VTPMB_TPM20_MAX_LIST - bytes of the longest TPML_PCR_SELECTION */
#define VTPMB_TPM20_MAX_LIST	(4 + 6 * VTPMB_TPM20_MAX_HASHES)

/**
 * struct vtpmb_tpm20_facts - what a chip is: port->facts, constant after probe but for @gap
 * @nr_properties: in @property
 * @nr_algs:	in @alg
 * @nr_curves:	in @curve
 * @nr_hashes:	hash algorithms that the chip implements
 * @nr_permanent: in @permanent
 * @nr_details:	in @detail
 * @sessions_max: TPM_PT_ACTIVE_SESSIONS_MAX
 * @context_gap: TPM_PT_CONTEXT_GAP_MAX
 * @context_max: bytes of the longest context of an object, as a guest gets it
 * @command_max: bytes of the longest command that a guest may send
 * @response_max: bytes of the longest response that it gets
 * @property:	TPM_PT_FIXED, then TPM_PT_VAR, as they were at probe
 * @alg:	TPM_CAP_ALGS
 * @curve:	TPM_CAP_ECC_CURVES
 * @detail:	the parameters of curves
 * @permanent:	TPM_CAP_HANDLES, permanent ones
 * @has:	rows that the chip implements
 * @cca:	their TPMA_CC
 * @allocated:	of each of the port's banks, the PCRs that the chip has allocated
 *		in it, bit N for PCR N
 * @gap:	how far its saved sessions are apart
 */
struct vtpmb_tpm20_facts {
	unsigned int nr_properties;
	unsigned int nr_algs;
	unsigned int nr_curves;
	unsigned int nr_hashes;
	unsigned int nr_permanent;
	unsigned int nr_details;
	u32 sessions_max;
	u32 context_gap;
	u32 context_max;
	u32 command_max;
	u32 response_max;
	struct vtpmb_tpm20_tagged property[VTPMB_TPM20_MAX_FACTS];
	struct vtpmb_tpm20_tagged alg[VTPMB_TPM20_MAX_FACTS];
	u16 curve[VTPMB_TPM20_MAX_FACTS];
	struct vtpmb_tpm20_detail detail[VTPMB_TPM20_MAX_DETAILS];
	u32 permanent[VTPMB_TPM20_MAX_FACTS];
	DECLARE_BITMAP(has, VTPMB_MAX_CODES);
	u32 cca[VTPMB_MAX_CODES];
	u32 allocated[VTPMB_MAX_BANKS];
	struct vtpmb_tpm20_gap gap;
};

static inline const struct vtpmb_tpm20_facts *
vtpmb_tpm20_facts(const struct vtpmb_port *port)
{
	return port->facts;
}

static inline struct vtpmb_tpm20_gap *vtpmb_tpm20_gap(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_facts *facts = port->facts;

	return &facts->gap;
}

/* Which bit of a map of sessions a session is. */
static inline unsigned int vtpmb_tpm20_session_bit(u32 handle)
{
	return min_t(u32, TPM20_INDEX(handle), VTPMB_TPM20_MAX_ACTIVE - 1);
}

/**
 * typedef vtpmb_tpm20_own_handler - how the bridge answers from its books
 * @vtpm:	the vtpm
 * @call:	the command, authorised, what it names found
 * @out:	where the response's parameters go
 * @rc:		out: response code
 *
 * Context: The hub's thread.
 * Return: 0 or the errno of transmit
 */
typedef int (*vtpmb_tpm20_own_handler)(struct vtpmb_vtpm *vtpm,
				       struct vtpmb_tpm20_call *call,
				       struct vtpmb_writer *out, u32 *rc);

/* Whether a policy session asks for an authValue. */
static inline bool vtpmb_tpm20_needs_auth(const struct vtpmb_tpm20_entry *entry)
{
	return entry->conditions.auth_value || entry->conditions.password;
}

#endif
