/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: types shared by the files of this directory.  Each file declares its functions
 * in a header of its own.
 *
 * Unless its comment says otherwise, a function that returns u32 returns a response code.  One
 * that returns int sends commands to the chip: it runs in the hub's thread, may sleep, and
 * returns 0, -EIO after a malformed response, or the errno of transmit.  If it has @rc and
 * returns 0, *@rc is the response code, usually the chip's.
 */
#ifndef VTPMB_TPM20_STATE_H
#define VTPMB_TPM20_STATE_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include "../core/family.h"
#include "../core/limits.h"
#include "../core/pcr.h"
#include "../core/register.h"
#include "../core/resident.h"
#include "commands.h"
#include "spec.h"
#include "../core/wire.h"

/** VTPMB_RC_PASS - not a response code: pass the command on to the chip */
#define VTPMB_RC_PASS		0xFFFFFFFF

#define TPM20_HT(handle)	((handle) >> 24)
#define TPM20_INDEX(handle)	((handle) & 0xFFFFFFu)

/**
 * struct vtpmb_auth - an authValue
 * @len:	its bytes, without trailing zeros
 * @value:	those; zeros follow
 */
struct vtpmb_auth {
	u16 len;
	u8 value[VTPMB_MAX_AUTH];
};

/* The hierarchies of the chip that an administrator can open to a proxy. */
enum vtpmb_tpm20_chip_hier {
	CHIP_OWNER,
	CHIP_ENDORSEMENT,
	NR_CHIP_HIERS,
};

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
 * @flushed:	incremented whenever all its objects are flushed: an object with an
 *		older value no longer exists
 * @cleared:	incremented whenever all its saved contexts become invalid too
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

/* The type of the last Shutdown, unless the state it saved has changed since. */
enum vtpmb_tpm20_shutdown {
	SHUTDOWN_NONE,
	SHUTDOWN_CLEAR,
	SHUTDOWN_STATE,
};

/* The kind of an entry of the handle table. */
enum vtpmb_tpm20_kind {
	KIND_FREE,
	KIND_OBJECT,
	KIND_SEQUENCE,
	KIND_SESSION,
};

/**
 * struct vtpmb_tpm20_key - what the bridge knows about a session's key
 * @known:	sessionKey is @value
 * @ours:	the chip has a different key, because the session is bound to an entity
 *		that the proxy emulates
 * @lent:	the session is salted for the null primary
 * @ciphers:	the session has a symmetric algorithm to encrypt parameters with
 * @lockout:	the session is bound to lockoutAuth
 * @len:	bytes of @value; 0: neither salted nor bound
 * @value:	sessionKey
 * @bind:	hierarchy or PCR that an HMAC session is bound to, or TPM2_RH_NULL
 * @bind_auth:	authValue of @bind when the session was started
 */
struct vtpmb_tpm20_key {
	bool known;
	bool ours;
	bool lent;
	bool ciphers;
	bool lockout;
	u16 len;
	u8 value[VTPMB_MAX_DIGEST];
	u32 bind;
	struct vtpmb_auth bind_auth;
};

/* What the digest that a policy session requires is computed over. */
enum vtpmb_tpm20_covered {
	COVERS_ALL,
	COVERS_COMMAND,
	COVERS_NAMES,
	COVERS_TEMPLATE,
};

/**
 * struct vtpmb_tpm20_conditions - what a policy session requires
 * @opaque:	a condition that the bridge cannot check
 * @auth_value:	an HMAC keyed with the authValue
 * @password:	the authValue
 * @pp:		physical presence
 * @nv_written:	a state of TPMA_NV_WRITTEN of an NV index
 * @locality:	TPMA_LOCALITY; 0: any
 * @covers:	enum vtpmb_tpm20_covered: what @digest is computed over
 * @code:	command code; 0: any
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

/** VTPMB_TPM20_MAX_NAME - bytes of the longest Name: nameAlg and a digest */
#define VTPMB_TPM20_MAX_NAME	(sizeof(u16) + VTPMB_MAX_DIGEST)

/**
 * VTPMB_TPM20_MAX_ORIGIN - bytes of the longest origin
 *
 * Three generations of RSA keys with 4096 bits have less.  The image has room for so many bytes
 * of each persistent object.  A proxy with a store needs so many for each object, at most
 * VTPMB_MAX_OBJECTS + VTPMB_MAX_KEPT + VTPMB_MAX_PERSISTENT of them, and for each one that is
 * stored: 100 KiB in all.
 */
#define VTPMB_TPM20_MAX_ORIGIN	2560

/**
 * struct vtpmb_tpm20_origin - from what the chip can make an object again
 * @len:	bytes of @bytes, at most VTPMB_TPM20_MAX_ORIGIN
 * @bytes:	see origin.h
 */
struct vtpmb_tpm20_origin {
	u16 len;
	u8 bytes[];
};

/**
 * struct vtpmb_tpm20_body - an object, sequence or session: in the chip, saved, or both
 * @kind:	enum vtpmb_tpm20_kind
 * @hier:	enum vtpmb_tpm20_hier, of an object
 * @res:	whether it is loaded, and its saved context (TPMS_CONTEXT)
 * @given:	the guest has its saved context and may load it again
 * @external:	an object loaded by LoadExternal
 * @public_only: only its public part is loaded
 * @null_primary: the null primary that the bridge has made; it is never in the chip
 * @learnt:	an object whose @attributes, @name and @public have been read from the chip
 * @auth_known:	a sequence whose authValue is @auth
 * @auth:	without trailing zeros
 * @refs:	entries that refer to it.  A body without any is kept because it was
 *		@given: the guest's next ContextLoad finds it in the chip.
 * @session:	handle of a session, which is the same in the chip and for the guest
 * @persistent_handle:	handle of a persistent object of the chip, which need not be loaded,
 *		or 0
 * @attributes:	TPMA_OBJECT
 * @name_len:	bytes of @name
 * @name:	its Name
 * @public_len:	bytes of @public
 * @public:	parameters of the chip's answer to ReadPublic; NULL until @learnt
 * @origin:	of an object of a proxy with a store; NULL: unknown
 * @sequence:	TPMS_CONTEXT.sequence of a saved session
 *
 * Several entries refer to one object if the guest has loaded its context more than
 * once or has made it persistent.  They can share it because an object never changes.
 * A sequence or a session has exactly one entry.
 */
struct vtpmb_tpm20_body {
	u8 kind;
	u8 hier;
	struct vtpmb_resident res;
	bool given;
	bool external;
	bool public_only;
	bool null_primary;
	bool learnt;
	bool auth_known;
	struct vtpmb_auth auth;
	u8 refs;
	u32 session;
	u32 persistent_handle;
	u32 attributes;
	u16 name_len;
	u8 name[VTPMB_TPM20_MAX_NAME];
	u16 public_len;
	u8 *public;
	struct vtpmb_tpm20_origin *origin;
	u64 sequence;
};

/**
 * struct vtpmb_tpm20_entry - one handle of a proxy
 * @kind:	enum vtpmb_tpm20_kind
 * @hier:	enum vtpmb_tpm20_hier, of an object
 * @trial:	a trial policy session
 * @guest_saved: a session that the guest has saved: unusable until the guest loads it
 * @bound:	a session that is bound to an object
 * @virt:	handle that the guest uses; for a session also the handle in the chip
 * @hash_alg:	authHash of a session
 * @nonce_len:	bytes of @nonce
 * @nonce:	nonceTPM of a session
 * @key:	key of a session
 * @conditions: what a policy session requires
 * @pcr_counter: pcrUpdateCounter that its policy depends on; 0: none
 * @flushed:	@flushed of the hierarchy when the entry was made; for a persistent
 *		object: @cleared; for a session: @reset_epoch of the virtual TPM
 * @generation:	identifies the guest's save of a session that may be loaded
 * @stored:	@id of a persistent object that is stored; else 0
 * @body:	the object, sequence or session; NULL if @kind is KIND_FREE
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
	u32 stored;
	struct vtpmb_tpm20_body *body;
};

/** VTPMB_TPM20_MAX_HASHES - maximum number of a chip's hash algorithms that are used */
#define VTPMB_TPM20_MAX_HASHES	VTPMB_MAX_BANKS

/** VTPMB_TPM20_MAX_PUBLIC - bytes of a TPM2B_NV_PUBLIC and its Name (Part 2, 13) */
#define VTPMB_TPM20_MAX_PUBLIC	(2 * sizeof(u16) + 14 + VTPMB_MAX_DIGEST + \
				 sizeof(u16) + VTPMB_MAX_DIGEST)

/** VTPMB_TPM20_KNOWN_INDICES - NV indices remembered at a time */
#define VTPMB_TPM20_KNOWN_INDICES	8

/**
 * struct vtpmb_tpm20_index - an NV index, as read from the chip in this turn
 * @handle:	its handle; 0: the slot is empty
 * @used:	@clock of the table when it was last looked up
 * @attributes:	TPMA_NV
 * @data_size:	bytes of its data
 * @name_len:	bytes of its Name, which ends @public
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

/** VTPMB_TPM20_MAX_ACTIVE - session handles of a chip that are tracked; most chips have 64 */
#define VTPMB_TPM20_MAX_ACTIVE	256

/** VTPMB_TPM20_MAX_TRANSIENT - more transient handles than a chip has room for */
#define VTPMB_TPM20_MAX_TRANSIENT	32

/**
 * VTPMB_TPM20_MAX_LISTED - more entries of one capability than a chip has memory for
 *
 * A chip that lists more has no end.
 */
#define VTPMB_TPM20_MAX_LISTED	2048

/** VTPMB_TPM20_MAX_BODIES - one for each handle, and those kept without one */
#define VTPMB_TPM20_MAX_BODIES	(VTPMB_MAX_OBJECTS + VTPMB_MAX_SESSIONS + \
				 VTPMB_MAX_PERSISTENT + VTPMB_MAX_KEPT)

/**
 * struct vtpmb_tpm20_table - all objects and sessions of a proxy
 * @epoch:	epoch of the vtpm when the table was last empty; nothing in it is older
 * @reset_epoch: the same for @reset_epoch of the virtual TPM
 * @clock:	counts uses
 * @generation:	the last one given to a saved session; values are never reused
 * @nr_objects:	in @object
 * @nr_sessions: in @session
 * @nr_persistent: in @persistent
 * @nr_saved:	sessions in @session that the guest has saved
 * @nr_failures: failed authorisations of this proxy that still count in the chip's
 *		failedTries
 * @nr_calm:	@nr_calm of the chip's properties when this proxy last looked
 * @backoff:	how many times in a row the proxy had to wait after a failure
 * @backoff_end: end of that wait, in jiffies
 * @cleared:	@cleared of the owner hierarchy when the objects that Clear removes
 *		were last removed from the chip
 * @persistent_epoch: epoch of the vtpm when persistent objects of the chip were entered
 * @persistent_grants: grants of the vtpm at that time
 * @stored_changes: @changes of the stored objects when they were entered
 * @index:	NV indices read in the present turn; the host may change them
 *		between turns
 * @kept:	VTPMB_BUF_SIZE bytes: a copy of the command, for retries
 * @term:	@term of the chip's gap in which @nr_shared_saves were counted
 * @nr_shared_saves: saves that this proxy has used of its equal share
 * @host_ended:	the host kernel's own session has been ended in this turn
 * @host_objects_known: @nr_host_objects and @host_objects were read in this turn
 * @nr_host_objects:	in @host_objects
 * @host_objects: transient handles in the chip that the bridge does not own
 * @host_sessions_known: @host_sessions was read in this turn
 * @host_sessions: loaded sessions that the bridge does not own
 * @loading:	object being loaded when the response was lost, or NULL
 * @lent:	the null primary as the chip has it while a command uses it: its handle and Name
 * @object:	transient objects and sequences; the index is the virtual handle
 * @session:	sessions
 * @persistent:	persistent objects
 * @body:	the bodies that the entries refer to
 *
 * Only the hub's thread writes it.  Other threads may read the counts.
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
	u32 persistent_epoch;
	u32 persistent_grants;
	u32 stored_changes;
	struct vtpmb_tpm20_index index[VTPMB_TPM20_KNOWN_INDICES];
	u8 *kept;
	u32 term;
	u32 nr_shared_saves;
	bool host_ended;
	bool host_objects_known;
	unsigned int nr_host_objects;
	u32 host_objects[VTPMB_TPM20_MAX_TRANSIENT];
	bool host_sessions_known;
	DECLARE_BITMAP(host_sessions, VTPMB_TPM20_MAX_ACTIVE);
	struct vtpmb_tpm20_body *loading;
	struct vtpmb_tpm20_body lent;
	struct vtpmb_tpm20_entry object[VTPMB_MAX_OBJECTS];
	struct vtpmb_tpm20_entry session[VTPMB_MAX_SESSIONS];
	struct vtpmb_tpm20_entry persistent[VTPMB_MAX_PERSISTENT];
	struct vtpmb_tpm20_body body[VTPMB_TPM20_MAX_BODIES];
};

/**
 * struct vtpmb_tpm20_lockout - dictionary attack protection, as the guest sees it
 * @set:	the guest has set the parameters; otherwise the chip's current ones apply
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

/** VTPMB_TPM20_MAX_TESTED - parameters remembered as supported by the chip */
#define VTPMB_TPM20_MAX_TESTED	8

/** VTPMB_TPM20_MAX_PARMS - at least the longest TPMT_PUBLIC_PARMS (Part 2, 12.2.3.8), in bytes */
#define VTPMB_TPM20_MAX_PARMS	32

/**
 * struct vtpmb_tpm20_tested - parameters that the chip has reported as supported
 * @next:	the entry to be overwritten next
 * @len:	bytes of each entry; 0: the entry is empty
 * @parms:	TPMT_PUBLIC_PARMS
 */
struct vtpmb_tpm20_tested {
	u8 next;
	u8 len[VTPMB_TPM20_MAX_TESTED];
	u8 parms[VTPMB_TPM20_MAX_TESTED][VTPMB_TPM20_MAX_PARMS];
};

/**
 * struct vtpmb_tpm20_census - how many NV indices a guest sees
 * @taken:	the counts are valid: no command has changed them since
 * @epoch:	epoch of the vtpm when they were taken
 * @grants:	grants of the vtpm when they were taken
 * @nr_indices:	all indices
 * @nr_counters: counters among them
 * @nr_own:	indices in the granted range
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
 * struct vtpmb_tpm20_stored_object - a persistent object that the image has
 * @id:		never used twice in the life of the vtpm; 0: the slot is free
 * @handle:	its handle
 * @hier:	HIER_OWNER or HIER_ENDORSEMENT
 * @absent:	the chip makes another object from @origin, so for the guest there is none; not
 *		in the image
 * @name_len:	bytes of @name
 * @name:	its Name
 * @origin_len:	bytes of @origin
 * @origin:	see origin.h
 */
struct vtpmb_tpm20_stored_object {
	u32 id;
	u32 handle;
	enum vtpmb_tpm20_hier hier;
	bool absent;
	u16 name_len;
	u8 name[VTPMB_TPM20_MAX_NAME];
	u16 origin_len;
	u8 origin[VTPMB_TPM20_MAX_ORIGIN];
};

/**
 * struct vtpmb_tpm20_stored - the persistent objects that the image has
 * @changes:	incremented with each change; the hub's thread then updates the handle table
 * @last_id:	the last @id that was given
 * @object:	the objects
 */
struct vtpmb_tpm20_stored {
	u32 changes;
	u32 last_id;
	struct vtpmb_tpm20_stored_object object[VTPMB_MAX_PERSISTENT];
};

/**
 * struct vtpmb_tpm20_null_key - the key pair of the null primary
 * @made:	there is one
 * @private:	the private key
 * @point:	the public key
 */
struct vtpmb_tpm20_null_key {
	bool made;
	u8 private[VTPMB_ECDH_SIZE];
	u8 point[VTPMB_ECDH_POINT];
};

/**
 * struct vtpmb_tpm20 - a virtual TPM 2.0: vtpm->state
 * @pcrs:	its PCR banks
 * @hier:	its hierarchies
 * @ph_enable_nv: phEnableNV
 * @disable_clear: TPM2_Clear is off
 * @lockout:	dictionary attack protection
 * @lockout_failed: an authorisation with lockoutAuth has failed since Startup, so it is
 *		locked out
 * @census:	of its NV indices
 * @orderly:	the last power-off or reset came after a Shutdown
 * @reallocated: PCR banks change at the next reset, so there is no resume
 * @startup_locality: locality of the last Startup
 * @shutdown:	the last Shutdown, which decides what the next Startup(CLEAR) does
 * @reset_epoch: incremented by each TPM Reset: older saved contexts are invalid
 * @restart_epoch: incremented by each TPM Reset or Restart: older contexts of objects with
 *		stClear set are invalid
 * @null_key:	key pair of the null primary of this TPM Reset
 * @clears_stored: @cleared of the hierarchies in the image that was stored last: what a later
 *		Clear deletes from the chip stays there until that Clear is stored
 * @pp_list:	rows that need physical presence when platformAuth is used
 * @tested:	parameters for which TPM2_TestParms need not ask the chip
 * @reply:	VTPMB_BUF_SIZE bytes in which a response is built
 * @chip_auth:	authValues of hierarchies of the chip, as the administrator has set them;
 *		empty by default
 * @no_endorsement: the administrator has disabled the endorsement hierarchy
 * @chip_null_key: null primaries that Linux creates are the chip's, too
 * @persistent_objects: maximum number of objects that it may make persistent in the chip
 * @stored:	persistent objects that are in no chip; NULL: the proxy has no store
 * @table:	its objects and sessions
 *
 * All but @table is protected by vtpm->lock.  The pointer @stored is constant once the proxy is
 * used.
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
	struct vtpmb_tpm20_null_key null_key;
	u32 clears_stored;
	DECLARE_BITMAP(pp_list, VTPMB_MAX_CODES);
	struct vtpmb_tpm20_tested tested;
	u8 *reply;
	struct vtpmb_auth chip_auth[NR_CHIP_HIERS];
	bool no_endorsement;
	bool chip_null_key;
	u32 persistent_objects;
	struct vtpmb_tpm20_stored *stored;
	struct vtpmb_tpm20_table table;
};

/**
 * struct vtpmb_tpm20_session - one session of a command's session area
 * @handle:	TPM_RS_PW or a session
 * @attributes:	TPMA_SESSION
 * @nonce:	nonceCaller
 * @nonce_len:	bytes of @nonce
 * @auth:	the password or HMAC, in the command buffer
 * @auth_len:	bytes of @auth
 * @start:	its first byte in the command buffer; the last field that is parsed
 * @checked:	the bridge checks the session and does not pass it to the chip
 * @with_auth:	the HMAC key includes an authValue
 * @password:	a policy session with the plain authValue in place of an HMAC
 * @digest_len:	bytes of @digest
 * @digest:	policyDigest of a policy session that the bridge checks
 * @entry:	entry of @handle unless it is a password; hub's thread
 */
struct vtpmb_tpm20_session {
	u32 handle;
	u8 attributes;
	u16 nonce_len;
	u16 auth_len;
	u8 nonce[VTPMB_MAX_DIGEST];
	const u8 *auth;
	const u8 *start;

	bool checked;
	bool with_auth;
	bool password;
	u16 digest_len;
	u8 digest[VTPMB_MAX_DIGEST];
	struct vtpmb_tpm20_entry *entry;
};

/**
 * struct vtpmb_tpm20_call - a parsed command: cmd->call
 * @cmd:	the command
 * @row:	its row
 * @row_nr:	number of @row
 * @tag:	TPM_ST
 * @wire_code:	commandCode in wire order, as an HMAC covers it
 * @handle:	@row->nr_handles handles as the guest sent them
 * @wire_handle: the same in wire order: the Name of what has no other
 * @handle_rc:	response code for its handle area
 * @nr_sessions: in @session
 * @session:	its session area
 * @session_rc:	response code for its session area, if all in @session can be used
 * @params:	its parameters, which a handler reads; the last field that is parsed
 * @nr_mapped:	number of handles in @handle that have been mapped; hub's thread
 * @entry:	entries of those of @handle that are objects or sessions; hub's thread
 * @index:	those of @handle that are NV indices covered by an HMAC that the bridge
 *		checks; hub's thread
 * @hier:	hierarchy of the object that it creates; hub's thread
 * @flushed:	@flushed of that hierarchy before the object was created; hub's thread
 * @policy:	it starts a policy session, perhaps a trial one; hub's thread
 * @trial:	it starts a trial session; hub's thread
 * @key:	key of the session that it starts, without the value
 * @salt_len:	bytes of @salt, or 0
 * @salt:	salt of that session
 * @nonce_len:	bytes of @nonce
 * @nonce:	nonceCaller of that session
 * @conditions: what the policy session will require after this policy command
 * @bound:	it starts a session that is bound to an object
 * @null_primary: it creates the null primary that the bridge makes; hub's thread
 * @real:	it uses the chip's real PCRs, and the chip answers it; hub's thread
 * @shown:	it selects the PCR of this register alone, and the chip answers it; hub's thread
 * @origin:	of the object that it creates, or NULL; hub's thread
 * @pcr_counter: pcrUpdateCounter when the PCRs of its PolicyPCR had the values that the chip
 *		gets; 0: it is none; hub's thread
 * @hash_alg:	authHash of the session that it starts
 * @auth_known:	it starts a sequence whose authValue is @auth
 * @auth:	without trailing zeros
 * @nv_index:	the NV index that it defines, or 0
 * @persistent:	the persistent handle that EvictControl names, if the chip executes it
 * @nv_size:	bytes of data of that index
 * @ephemeral:	it uses an ephemeral key
 * @counter:	the chip's counter value for that key
 * @external:	it loads an object by LoadExternal
 * @public_only: it loads only a public part
 *
 * receive() parses the command.  What it parses follows from the bytes of the command
 * and from constant facts about the chip, so execute() uses it as it is.  Whatever else
 * receive() sees may change before execute(), which starts with zeros in all fields that
 * are not parsed.
 */
struct vtpmb_tpm20_call {
	struct vtpmb_cmd *cmd;
	const struct vtpmb_tpm20_row *row;
	unsigned int row_nr;
	u16 tag;
	__be32 wire_code;
	u32 handle[VTPMB_TPM20_HANDLES];
	__be32 wire_handle[VTPMB_TPM20_HANDLES];
	u32 handle_rc;
	unsigned int nr_sessions;
	struct vtpmb_tpm20_session session[VTPMB_TPM20_HANDLES];
	u32 session_rc;
	struct vtpmb_reader params;

	unsigned int nr_mapped;
	struct vtpmb_tpm20_entry *entry[VTPMB_TPM20_HANDLES];
	const struct vtpmb_tpm20_index *index[VTPMB_TPM20_HANDLES];
	enum vtpmb_tpm20_hier hier;
	u32 flushed;
	bool policy;
	bool trial;
	bool bound;
	bool null_primary;
	bool real;
	enum vtpmb_register_nr shown;
	struct vtpmb_tpm20_origin *origin;
	u32 pcr_counter;
	u16 hash_alg;
	bool auth_known;
	struct vtpmb_auth auth;
	struct vtpmb_tpm20_key key;
	u16 salt_len;
	u8 salt[VTPMB_MAX_DIGEST];
	u16 nonce_len;
	u8 nonce[VTPMB_MAX_DIGEST];
	u32 nv_index;
	u32 persistent;
	u16 nv_size;
	struct vtpmb_tpm20_conditions conditions;
	bool ephemeral;
	u16 counter;
	bool external;
	bool public_only;
};

/**
 * typedef vtpmb_tpm20_handler - how the virtual platform answers one command
 * @vtpm:	the vtpm; its lock is held
 * @call:	the authorised command; the handler reads its parameters from here
 * @out:	receives the response parameters
 *
 * Return: a response code; unless it is TPM2_RC_SUCCESS, nothing has changed
 */
typedef u32 (*vtpmb_tpm20_handler)(struct vtpmb_vtpm *vtpm,
				   struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out);

/*
 * Whether the chip gets TPM_RH_NULL in place of a PCR.  An HMAC covers the Name of the PCR
 * that the guest named.
 */
static inline bool vtpmb_tpm20_hides_pcr(const struct vtpmb_tpm20_call *call)
{
	return call->row->flags & TPM20_HIDES_PCR && !call->real &&
	       call->handle[0] != TPM2_RH_NULL;
}

static inline bool vtpmb_tpm20_starts_session(const struct vtpmb_tpm20_call *call)
{
	return call->row->response == RESPONSE_SESSION;
}

/*
 * Whether an entry is the null primary that the bridge has made.  An entry that the chip has
 * lost has no body.
 */
static inline bool vtpmb_tpm20_is_null_entry(const struct vtpmb_tpm20_entry *entry)
{
	return entry && entry->body && entry->body->null_primary;
}

/* The chip's handle of an object or sequence that is in the chip. */
static inline u32 vtpmb_tpm20_chip_handle(const struct vtpmb_tpm20_body *body)
{
	return body->persistent_handle ? body->persistent_handle : body->res.phys;
}

static inline struct vtpmb_tpm20 *vtpmb_tpm20_state(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->state;
}

/** TPM20_MAX_RETRIES - maximum retries of a command that the chip asks to resend */
#define TPM20_MAX_RETRIES	5

/**
 * TPM20_MAX_TRIES - maximum retries of a command for which the chip has no room
 *
 * Before each retry, one more loaded object or session is evicted, so there are at most as
 * many retries as bodies.  A chip that still fails after that has another reason.
 */
#define TPM20_MAX_TRIES		VTPMB_TPM20_MAX_BODIES

/* Whether the chip asks to resend the command. */
static inline bool vtpmb_tpm20_is_busy(u32 rc)
{
	return rc == TPM2_RC_RETRY || rc == TPM2_RC_YIELDED || rc == TPM2_RC_TESTING;
}

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

/** VTPMB_TPM20_MAX_DETAILS - maximum number of curves whose parameters are cached */
#define VTPMB_TPM20_MAX_DETAILS	16

/**
 * struct vtpmb_tpm20_detail - parameters of a curve, from TPM2_ECC_Parameters
 * @curve:	TPM_ECC_CURVE
 * @bytes:	TPMS_ALGORITHM_DETAIL_ECC
 * @len:	length of @bytes
 */
struct vtpmb_tpm20_detail {
	u16 curve;
	u16 len;
	u8 *bytes;
};

/**
 * struct vtpmb_tpm20_gap - the chip's context counter and its consumers
 * @next:	lower bound of the next sequence that the chip assigns; 0: unknown
 * @looked:	@next when the chip last listed its saved sessions; 0: never
 * @nr_saves:	sessions that the chip has saved for the bridge
 * @nr_refused:	refusals; one in TRY_EVERY is let through
 * @nr_denied:	saves that were not allowed; for one in TRY_EVERY, room is made
 * @used_up:	the chip refuses to save any session, because of a session of the host
 * @term:	incremented whenever the rest is shared out again; 0: never
 * @term_limit:	limit of the balance in this term: it must stay below
 * @term_balance: balance at the beginning of this term
 * @nr_tries:	saves in this term for guests that have used up their shares
 * @nr_host_before: sessions that the host had saved at the last look, plus a constant
 * @nr_calm:	looks since the host last had a new saved session or had saved many
 * @listed:	bit N: session N is saved and belongs to the host
 * @foreign:	sessions that limit the balance: those listed at the last look
 * @since:	lower bound of the sequence of each session in @foreign
 * @limit:	the balance must stay below this while that session is saved
 *
 * The balance is the number of sessions saved for guests, less those that the host's saves
 * make up for.  Only the holder of the chip may access this structure.
 */
struct vtpmb_tpm20_gap {
	u64 next;
	u64 looked;
	u64 nr_saves;
	u32 nr_refused;
	u32 nr_denied;
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

/**
 * struct vtpmb_tpm20_ephemeral - the owner of an ephemeral key
 * @id:		id of the vtpm; 0: the key has no owner
 * @reset_epoch: reset epoch of the virtual TPM when the key was made
 * @counter:	the number that the chip gave the key
 */
struct vtpmb_tpm20_ephemeral {
	u32 id;
	u32 reset_epoch;
	u16 counter;
};

/**
 * struct vtpmb_tpm20_var - properties of the chip that vary (TPM_PT_VAR)
 * @fresh:	the properties were read in the present turn and have not changed since
 * @permanent:	TPM_PT_PERMANENT
 * @lockout_counter: TPM_PT_LOCKOUT_COUNTER
 * @nr_calm:	how many times @lockout_counter has returned to 0
 * @max_auth_fail: TPM_PT_MAX_AUTH_FAIL
 * @lockout_interval: TPM_PT_LOCKOUT_INTERVAL, seconds
 * @lockout_recovery: TPM_PT_LOCKOUT_RECOVERY, seconds
 *
 * Belongs to the holder of the chip.  All but @fresh are also read by others, who get
 * the values that the chip last returned.
 */
struct vtpmb_tpm20_var {
	bool fresh;
	u32 permanent;
	u32 lockout_counter;
	u32 nr_calm;
	u32 max_auth_fail;
	u32 lockout_interval;
	u32 lockout_recovery;
};

/**
 * struct vtpmb_tpm20_chip - what the bridge keeps of a chip and changes
 * @gap:	state of the context gap
 * @var:	properties that vary
 * @resync_needed: a response was lost: the contents of the chip may differ from the handle
 *		tables
 * @reg:	its registers
 * @nr_sessions: sessions of all vtpms
 * @nr_shared:	sessions that proxies have beyond VTPMB_MIN_SESSIONS each
 * @ephemeral:	ephemeral keys that the chip has made for the vtpms
 *
 * Belongs to the holder of the chip, but for the atomic counts.
 */
struct vtpmb_tpm20_chip {
	struct vtpmb_tpm20_gap gap;
	struct vtpmb_tpm20_var var;
	bool resync_needed;
	struct vtpmb_register reg[VTPMB_NR_REGISTERS];
	atomic_t nr_sessions;
	atomic_t nr_shared;
	struct vtpmb_tpm20_ephemeral ephemeral[VTPMB_MAX_EPHEMERAL];
};

/** VTPMB_TPM20_MAX_LIST - bytes of the longest TPML_PCR_SELECTION */
#define VTPMB_TPM20_MAX_LIST	(4 + 6 * VTPMB_TPM20_MAX_HASHES)

/* Whether the chip accepts the private key of a null primary. */
enum vtpmb_tpm20_lends {
	LENDS_UNKNOWN,
	LENDS,
	LENDS_NOT,
};

/**
 * struct vtpmb_tpm20_facts - properties of a chip: port->facts
 * @nr_properties: in @property
 * @nr_algs:	in @alg
 * @nr_curves:	in @curve
 * @nr_hashes:	hash algorithms that the chip implements
 * @nr_permanent: in @permanent
 * @nr_details:	in @detail
 * @sessions_max: TPM_PT_ACTIVE_SESSIONS_MAX
 * @context_gap: TPM_PT_CONTEXT_GAP_MAX
 * @context_max: bytes of the longest object context that a guest gets
 * @command_max: bytes of the longest command that a guest may send
 * @response_max: bytes of the longest response that a guest gets
 * @property:	TPM_PT_FIXED, then TPM_PT_VAR, as they were at probe
 * @alg:	TPM_CAP_ALGS
 * @curve:	TPM_CAP_ECC_CURVES
 * @detail:	parameters of curves
 * @permanent:	permanent handles of TPM_CAP_HANDLES
 * @has:	command rows that the chip implements
 * @cca:	TPMA_CC of those rows
 * @allocated:	for each bank of the port, the PCRs that the chip has allocated in it,
 *		bit N for PCR N
 * @lends:	whether it accepts the private key of a null primary
 * @chip:	see struct vtpmb_tpm20_chip
 *
 * Constant after probe but for @lends and @chip, which belong to the holder of the chip.
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
	enum vtpmb_tpm20_lends lends;
	struct vtpmb_tpm20_chip chip;
};

static inline const struct vtpmb_tpm20_facts *
vtpmb_tpm20_facts(const struct vtpmb_port *port)
{
	return port->facts;
}

static inline struct vtpmb_tpm20_chip *vtpmb_tpm20_chip(const struct vtpmb_port *port)
{
	struct vtpmb_tpm20_facts *facts = port->facts;

	return &facts->chip;
}

static inline struct vtpmb_tpm20_gap *vtpmb_tpm20_gap(const struct vtpmb_port *port)
{
	return &vtpmb_tpm20_chip(port)->gap;
}

/* The bit of a session in a bitmap of sessions. */
static inline unsigned int vtpmb_tpm20_session_bit(u32 handle)
{
	return min_t(u32, TPM20_INDEX(handle), VTPMB_TPM20_MAX_ACTIVE - 1);
}

/**
 * typedef vtpmb_tpm20_own_handler - how the bridge answers from its handle table
 * @vtpm:	the vtpm
 * @call:	the authorised command, with its handles resolved
 * @out:	receives the response parameters
 * @rc:		out: response code
 *
 * Context: The hub's thread.
 * Return: 0 or the errno of transmit
 */
typedef int (*vtpmb_tpm20_own_handler)(struct vtpmb_vtpm *vtpm,
				       struct vtpmb_tpm20_call *call,
				       struct vtpmb_writer *out, u32 *rc);

/* Whether a policy session requires an authValue. */
static inline bool vtpmb_tpm20_needs_auth(const struct vtpmb_tpm20_entry *entry)
{
	return entry->conditions.auth_value || entry->conditions.password;
}

#endif
