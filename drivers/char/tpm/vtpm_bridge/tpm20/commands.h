/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0 commands: a const table of all that the library specification
 * defines, by code.
 *
 * Verbs: find.
 */
#ifndef VTPMB_TPM20_COMMANDS_H
#define VTPMB_TPM20_COMMANDS_H

#include <linux/bits.h>
#include <linux/types.h>

struct vtpmb_vtpm;
struct vtpmb_tpm20_call;
struct vtpmb_tpm20_conditions;
struct vtpmb_reader;
struct vtpmb_writer;

/** VTPMB_TPM20_HANDLES - most handles that a command or its session area has */
#define VTPMB_TPM20_HANDLES	3

/*
 * What a handle may be, one bit each (TPM 2.0 Part 2, 7 and 9).  Only these
 * are ever sent to the chip, so an alias of a hierarchy cannot slip through.
 */
enum vtpmb_tpm20_accept {
	ACCEPT_PCR		= BIT(0),
	ACCEPT_NV		= BIT(1),
	ACCEPT_HMAC		= BIT(2),
	ACCEPT_POLICY		= BIT(3),
	ACCEPT_TRANSIENT	= BIT(4),
	ACCEPT_PERSISTENT	= BIT(5),
	ACCEPT_AC		= BIT(6),
	ACCEPT_ACT		= BIT(7),
	ACCEPT_OWNER		= BIT(8),
	ACCEPT_ENDORSEMENT	= BIT(9),
	ACCEPT_PLATFORM		= BIT(10),
	ACCEPT_LOCKOUT		= BIT(11),
	ACCEPT_NULL		= BIT(12),
	ACCEPT_OBJECT		= ACCEPT_TRANSIENT | ACCEPT_PERSISTENT,
};

/**
 * enum vtpmb_tpm20_response - what handle a response carries
 * @RESPONSE_NONE:	none
 * @RESPONSE_OBJECT:	a new transient object
 * @RESPONSE_SEQUENCE:	a new sequence object
 * @RESPONSE_SESSION:	a new session
 * @RESPONSE_CONTEXT:	whatever ContextLoad brought back
 */
enum vtpmb_tpm20_response {
	RESPONSE_NONE,
	RESPONSE_OBJECT,
	RESPONSE_SEQUENCE,
	RESPONSE_SESSION,
	RESPONSE_CONTEXT,
};

/*
 * @TPM20_NO_SESSIONS:	the tag must be TPM_ST_NO_SESSIONS
 * @TPM20_DECRYPT:	a session may encrypt the first parameter
 * @TPM20_ENCRYPT:	a session may encrypt the first response parameter
 * @TPM20_NV:		TPMA_CC.nv of the reference implementation
 * @TPM20_EXTENSIVE:	TPMA_CC.extensive
 * @TPM20_PP_LISTABLE:	TPM2_PP_Commands may put it on the list
 * @TPM20_PP_DEFAULT:	a new TPM has it on the list
 * @TPM20_LOCAL:	the virtual platform answers it, whatever the chip has
 * @TPM20_KNOWN:	without sessions, the virtual platform answers it if it
 *			knows what the chip would say
 * @TPM20_UNSAFE:	it changes or shows what all users of the chip share:
 *			refused without an explicit grant
 * @TPM20_READS_NV:	it changes nothing of the NV indices that it names
 * @TPM20_STARTS:	only a TPM that is not started takes it, and takes no other
 * @TPM20_SLOW:		it makes a key, for which a chip may need minutes
 * @TPM20_SIGNS_CLOCK:	it signs the chip's clock, unless one of its handles is TPM_RH_NULL
 * @TPM20_HAS_TEMPLATE:	its second parameter is the template that PolicyTemplate may demand
 * @TPM20_NEEDS_AUTH_VALUE: a policy that authorises it has to demand the authValue
 * @TPM20_ANY_HIERARCHY: it may name a persistent object of a disabled hierarchy
 * @TPM20_HIDES_PCR:	the chip gets TPM_RH_NULL for a private PCR
 * @TPM20_NULL_PRIMARY:	it may create the null primary that the bridge makes
 * @TPM20_HAS_ORIGIN:	it makes an object that can be made again from its parameters, the
 *			first two of which are TPM2Bs
 */
enum vtpmb_tpm20_flags {
	TPM20_NO_SESSIONS	= BIT(0),
	TPM20_DECRYPT		= BIT(1),
	TPM20_ENCRYPT		= BIT(2),
	TPM20_NV		= BIT(3),
	TPM20_EXTENSIVE		= BIT(4),
	TPM20_PP_LISTABLE	= BIT(5),
	TPM20_PP_DEFAULT	= BIT(6),
	TPM20_LOCAL		= BIT(7),
	TPM20_UNSAFE		= BIT(8),
	TPM20_KNOWN		= BIT(9),
	TPM20_READS_NV		= BIT(10),
	TPM20_STARTS		= BIT(11),
	TPM20_SLOW		= BIT(12),
	TPM20_SIGNS_CLOCK	= BIT(13),
	TPM20_HAS_TEMPLATE	= BIT(14),
	TPM20_NEEDS_AUTH_VALUE	= BIT(15),
	TPM20_ANY_HIERARCHY	= BIT(16),
	TPM20_HIDES_PCR		= BIT(17),
	TPM20_NULL_PRIMARY	= BIT(18),
	TPM20_HAS_ORIGIN	= BIT(19),
};

/**
 * struct vtpmb_tpm20_row - one command (TPM 2.0 Part 3)
 * @code:	TPM_CC
 * @name:	its name without TPM2_
 * @flags:	enum vtpmb_tpm20_flags
 * @nr_handles:	handles in its handle area
 * @nr_auths:	how many of them, from the first on, need an authorisation
 * @response:	enum vtpmb_tpm20_response
 * @flushes:	which handle, from 1, is gone after success; 0 none
 * @signing_key: which handle is the key that signs, from 0; see @scheme_after
 * @scheme_after: how many TPM2Bs come before its TPMT_SIG_SCHEME; 0: it has none
 * @accept:	what each handle may be: enum vtpmb_tpm20_accept
 * @local:	the virtual platform acts on it, under the vtpm's lock; returns a response
 *		code, with any but TPM2_RC_SUCCESS nothing has changed; or NULL
 * @own:	the bridge answers it from its handle table, in the hub's thread; returns 0
 *		or a negative errno if the chip is out of reach; or NULL
 * @known:	the same, if it has no sessions; or NULL
 * @is_real:	whether the chip answers it, for example because all PCRs that it names are
 *		the chip's own; or NULL
 * @skip_to_pcrs: skips the parameters before its last one, a TPML_PCR_SELECTION; returns false
 *		if they are truncated; NULL: no register may be in it
 * @registers:	registers that may be in it, bit N for enum vtpmb_register_nr N
 * @inspect:	judges the parameters of a command for the chip, under the vtpm's lock;
 *		returns a response code; or NULL
 * @condition:	adds to the conditions of the policy session that it names; reads a copy of
 *		the parameters; NULL: it adds one that the bridge does not know
 * @apply:	applies to the virtual platform what the chip has executed, under the
 *		vtpm's lock; reads the parameters of the response.  The vtpm may have been
 *		reset since.  Or NULL.
 */
struct vtpmb_tpm20_row {
	u32 code;
	const char *name;
	u32 flags;
	u8 nr_handles;
	u8 nr_auths;
	u8 response;
	u8 flushes;
	u8 signing_key;
	u8 scheme_after;
	u16 accept[VTPMB_TPM20_HANDLES];
	u32 (*local)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		     struct vtpmb_writer *out);
	int (*own)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		   struct vtpmb_writer *out, u32 *rc);
	int (*known)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		     struct vtpmb_writer *out, u32 *rc);
	bool (*is_real)(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
	bool (*skip_to_pcrs)(struct vtpmb_reader *params);
	u8 registers;
	u32 (*inspect)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
	void (*condition)(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			  struct vtpmb_tpm20_conditions *c);
	void (*apply)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		      struct vtpmb_reader *params);
};

#define VTPMB_TPM20_NR_ROWS	136

extern const struct vtpmb_tpm20_row vtpmb_tpm20_rows[VTPMB_TPM20_NR_ROWS];

int vtpmb_tpm20_row(u32 code);
void vtpmb_tpm20_default_pp_list(unsigned long *list);

#endif
