/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2 commands: a const table of all ordinals that the TCG ever assigned.
 *
 * Verbs: find.
 */
#ifndef VTPMB_TPM12_COMMANDS_H
#define VTPMB_TPM12_COMMANDS_H

#include <linux/bits.h>
#include <linux/types.h>

struct vtpmb_reader;
struct vtpmb_tpm12_call;

/* How many authorisation areas a command may have, one bit each. */
enum tpm12_tags {
	TPM12_C1	= BIT(0),
	TPM12_C2	= BIT(1),
	TPM12_C3	= BIT(2),
};

/*
 * What state a command needs, in the order in which it is checked.
 * @TPM12_WORKING:	not in failure mode
 * @TPM12_ENABLED:	not disabled
 * @TPM12_ACTIVATED:	not deactivated
 * @TPM12_OWNED:	an owner is installed
 * @TPM12_NV:		once NV is locked, neither disabled nor deactivated
 * @TPM12_NV_BY_OWNER:	the same, if it has the owner's authorisation
 */
enum tpm12_needs {
	TPM12_WORKING	= BIT(0),
	TPM12_ENABLED	= BIT(1),
	TPM12_ACTIVATED	= BIT(2),
	TPM12_OWNED	= BIT(3),
	TPM12_NV	= BIT(4),
	TPM12_NV_BY_OWNER = BIT(5),
	TPM12_USABLE	= TPM12_WORKING | TPM12_ENABLED | TPM12_ACTIVATED,
	TPM12_ALL	= TPM12_USABLE | TPM12_OWNED,
};

/*
 * @TPM12_FORWARD:	the chip answers it, if there is no handler
 * @TPM12_STARTS:	it ends the wait for Startup, whatever comes of it
 * @TPM12_SHA1:		it keeps the SHA-1 thread
 */
enum tpm12_flags {
	TPM12_FORWARD	= BIT(0),
	TPM12_STARTS	= BIT(1),
	TPM12_SHA1	= BIT(2),
};

/*
 * What the administrator has to grant.  An explicit unsafe grant of the ordinal
 * replaces any of these.
 * @TPM12_FREE:		nothing
 * @TPM12_BY_UNSAFE:	it changes or shows what all users of the chip share
 * @TPM12_BY_OWNER:	it needs the chip's owner, and harms nobody else
 * @TPM12_BY_NV:	a range of NV indexes; others are refused
 * @TPM12_BY_COUNTER:	a monotonic counter; others are refused
 * @TPM12_BY_TRANSPORT:	transport sessions
 */
enum tpm12_grant {
	TPM12_FREE,
	TPM12_BY_UNSAFE,
	TPM12_BY_OWNER,
	TPM12_BY_NV,
	TPM12_BY_COUNTER,
	TPM12_BY_TRANSPORT,
};

/**
 * struct vtpmb_tpm12_row - one ordinal (Part 2, 17)
 * @code:	TPM_ORD or TSC_ORD
 * @name:	its name without the prefix
 * @tags:	enum tpm12_tags
 * @needs:	enum tpm12_needs
 * @flags:	enum tpm12_flags
 * @grant:	enum tpm12_grant
 * @keys:	handles of keys that its handle area begins with; others have
 *		@entity
 * @makes:	enum vtpmb_tpm12_kind of the handle that its response begins with,
 *		plus one; 0: there is none
 * @out_len:	length in bytes of that response's parameters, which is constant
 * @entity:	its handle area is that of OSAP or DSAP
 * @trans:	its last authorisation area names a transport session
 * @slow:	the chip may need minutes to execute it
 * @ends:	it may end sessions that it does not name
 * @chip_by_grant: @own, or @local if there is none, forwards it to the chip if it has an
 *		unsafe grant
 * @opaque:	it may be wrapped with encrypted parameters, since they need no inspection
 * @spans:	its parameters are an NV index, an offset, and the size of what is
 *		read or written there
 * @params:	its parameters up to the authorisation areas, handles included,
 *		one letter each: 1, 2, 4, 8 a number of so many bytes; b a BOOL;
 *		n 20 bytes; S a 32-bit size and as many bytes; P a
 *		TPM_PCR_SELECTION; C the tag of a TPM_CONTEXT_BLOB; NULL: the
 *		chip knows
 * @local:	answers it, under the vtpm's lock, and returns a return code; or
 *		NULL
 * @own:	answers it in the hub's thread, or has the chip answer it by
 *		setting @forward of the call; returns a negative errno if the
 *		chip is out of reach; or NULL
 * @inspect:	judges its parameters, under the vtpm's lock, and returns a
 *		return code; or NULL
 *
 * An ordinal that is neither answered nor forwarded does not exist, whatever is
 * granted.
 */
struct vtpmb_tpm12_row {
	u32 code;
	const char *name;
	u8 tags;
	u8 needs;
	u8 flags;
	u8 grant;
	u8 keys;
	u8 makes;
	u8 out_len;
	bool entity;
	bool trans;
	bool slow;
	bool ends;
	bool chip_by_grant;
	bool opaque;
	bool spans;
	const char *params;
	u32 (*local)(struct vtpmb_tpm12_call *call);
	int (*own)(struct vtpmb_tpm12_call *call, u32 *rc);
	u32 (*inspect)(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
};

#define TPM12_NR_ROWS	126

extern const struct vtpmb_tpm12_row vtpmb_tpm12_rows[TPM12_NR_ROWS];

int vtpmb_tpm12_row(u32 code);

/* platform.c */
u32 vtpmb_tpm12_startup(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_save_state(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_self_test(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_get_test_result(struct vtpmb_tpm12_call *call);

/* settings.c */
u32 vtpmb_tpm12_physical_presence(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_reset_establishment_bit(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_physical_enable(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_physical_disable(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_physical_set_deactivated(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_set_temp_deactivated(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_set_owner_install(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_force_clear(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_disable_force_clear(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_take_ownership(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_read_pubek(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_set_capability(struct vtpmb_tpm12_call *call);

/* pcr.c */
u32 vtpmb_tpm12_extend(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_pcr_read(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_pcr_reset(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_sha1_start(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_sha1_update(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_sha1_complete(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_sha1_complete_extend(struct vtpmb_tpm12_call *call);

/* capability.c */
u32 vtpmb_tpm12_get_capability(struct vtpmb_tpm12_call *call);

/* handle.c */
int vtpmb_tpm12_owner_clear(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_owner_only(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_install_owner(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_end_own_sessions(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_evict_key(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_terminate_handle(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_flush_specific(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_list_handles(struct vtpmb_tpm12_call *call, u32 *rc);

/* context.c */
int vtpmb_tpm12_save_context(struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_load_context(struct vtpmb_tpm12_call *call, u32 *rc);

/* inspect.c */
u32 vtpmb_tpm12_inspect_seal(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_unseal(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_quote(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_new_key(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_cmk(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_load_key(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_identity(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_nv(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_nv_define(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_counter(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);
u32 vtpmb_tpm12_inspect_transport(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r);

#endif
