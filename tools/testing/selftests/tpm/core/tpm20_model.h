/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: what a guest of the differential test knows of its TPM, and how it
 * makes commands that both sides can take, each with its own handles, nonces
 * and HMACs.
 *
 *   object	a transient or persistent object, loaded or saved
 *   session	an authorisation session, loaded or saved
 *   blob	a key that Create made, to be loaded
 *   call	a command in the making, its answers
 *
 * tpm20_crypto.c	what the TPM's user computes
 * tpm20_call.c		make a command, send it, judge the answers
 * tpm20_registers.c	the values of PCRs that represent other PCRs
 * tpm20_model.c	what there is; load and save it, as a guest's kernel would
 */
#ifndef TPM20_MODEL_H
#define TPM20_MODEL_H

#include "differential.h"
#include "tpm20/commands.h"
#include "tpm20/spec.h"

#define NR_OBJECTS	8
#define NR_SESSIONS	8
#define NR_BLOBS	10
#define NR_INDICES	4
/* Of libtpms. */
#define NR_SLOTS	3

/* TPMA_OBJECT */
#define ATTR_FIXED_TPM		0x00000002
#define ATTR_ST_CLEAR		0x00000004
#define ATTR_FIXED_PARENT	0x00000010
#define ATTR_ORIGIN		0x00000020
#define ATTR_WITH_AUTH		0x00000040
#define ATTR_ADMIN_POLICY	0x00000080
#define ATTR_NO_DA		0x00000400
#define ATTR_RESTRICTED		0x00010000
#define ATTR_DECRYPT		0x00020000
#define ATTR_SIGN		0x00040000
#define ATTR_X509_SIGN		0x00080000

/* TPMA_SESSION */

/** struct bytes - some bytes */
struct bytes {
	u16 len;
	u8 at[1100];
};

/* Fewer: digests, nonces, Names, authValues. */
struct digest {
	u16 len;
	u8 at[68];
};

/* What an object is good for. */
enum role {
	ROLE_STORAGE,
	ROLE_SIGN,
	ROLE_HMAC,
	ROLE_CIPHER,
	ROLE_SEALED,
	ROLE_ECDH,
	ROLE_RSA,
	ROLE_PUBLIC,
	ROLE_DAA,
	ROLE_SEQUENCE,
	ROLE_EVENT,
	ROLE_MAC_SEQUENCE,
	NR_ROLES,
};

#define IS(role)	(1u << ROLE_##role)
#define IS_SEQUENCE	(IS(SEQUENCE) | IS(EVENT) | IS(MAC_SEQUENCE))

/* Policies that the test knows how to satisfy. */
enum policy {
	POLICY_NONE,
	POLICY_AUTH_VALUE,
	POLICY_PASSWORD,
	POLICY_COMMAND,		/* and DUPLICATE the only command */
	POLICY_SECRET,
	POLICY_OR,
	POLICY_PCR,
	NR_POLICIES,
};

/**
 * struct context - a TPMS_CONTEXT of each side
 * @len:	its bytes
 * @at:		itself
 */
struct context {
	size_t len[NR_SIDES];
	u8 at[NR_SIDES][VTPMB_BUF_SIZE];
};

/**
 * struct object - an object
 * @live:	it exists, loaded or saved
 * @loaded:	it has a handle
 * @saved:	@context is up to date
 * @same:	both sides' have the same public and private parts
 * @da:		guessing its authValue is punished
 * @is_private:	its private part is known to the TPM
 * @stir:	its context is of no use after a restart
 * @role:	enum role
 * @policy:	enum policy
 * @pins:	commands in the making that name it
 * @used:	when it was used last
 * @handle:	its handle
 * @persistent:	or 0
 * @hier:	its hierarchy
 * @attributes:	TPMA_OBJECT
 * @hash:	hash of a sequence or a scheme
 * @auth:	authValue
 * @seal:	what a sealed object holds
 * @digest:	authPolicy
 * @name:	Name
 * @pub:	TPMT_PUBLIC
 * @context:	of its last save
 */
struct object {
	bool live;
	bool loaded;
	bool saved;
	bool same;
	bool da;
	bool is_private;
	bool stir;
	u8 role;
	u8 policy;
	unsigned int pins;
	u64 used;
	u32 handle[NR_SIDES];
	u32 persistent;
	u32 hier;
	u32 attributes;
	u16 hash;
	struct digest auth;
	struct digest seal;
	struct digest digest[NR_SIDES];
	struct digest name[NR_SIDES];
	struct bytes pub[NR_SIDES];
	struct context context;
};

/**
 * struct session - an authorisation session
 * @live:	it exists, loaded or saved
 * @loaded:	it is loaded
 * @type:	TPM_SE
 * @ready:	which policy it satisfies
 * @with_auth:	its policy asks for an HMAC with the authValue
 * @with_password: its policy asks for the authValue
 * @differs:	its policyDigest is each side's own
 * @audit:	it has been an audit session
 * @salted:	its key has a salt
 * @veiled:	its first nonce was encrypted
 * @pins:	commands in the making that name it
 * @used:	when it was used last
 * @handle:	its handle
 * @hash:	authHash
 * @sym:	algorithm of parameter encryption
 * @is_bound:	it is bound to something
 * @guarded:	which is protected against guessing
 * @bound:	Name of that
 * @bound_auth:	authValue of that, then
 * @nonce:	nonceTPM
 * @key:	sessionKey
 * @context:	of its last save
 */
struct session {
	bool live;
	bool loaded;
	u8 type;
	u8 ready;
	bool with_auth;
	bool with_password;
	bool differs;
	bool audit;
	bool salted;
	bool veiled;
	unsigned int pins;
	u64 used;
	u32 handle[NR_SIDES];
	u16 hash;
	u16 sym;
	bool is_bound;
	bool guarded;
	struct digest bound[NR_SIDES];
	struct digest bound_auth;
	struct digest nonce[NR_SIDES];
	struct digest key[NR_SIDES];
	struct context context;
};

/**
 * struct blob - what Create brought
 * @live:	it is there
 * @parent:	Name of its parent
 * @like:	what it becomes when it is loaded
 * @priv:	TPM2B_PRIVATE without its size
 */
struct blob {
	bool live;
	struct digest parent[NR_SIDES];
	struct object like;
	struct bytes priv[NR_SIDES];
};

/**
 * struct creation - what shows that a TPM has made a key
 * @name:	its Name
 * @hash:	creationHash
 * @ticket:	creationTicket
 */
struct creation {
	struct digest name[NR_SIDES];
	struct digest hash[NR_SIDES];
	struct bytes ticket[NR_SIDES];
};

/**
 * struct signature - a TPMT_SIGNATURE of each side
 * @name:	Name of the key
 * @digest:	what was signed
 * @same:	both sides' have the same key
 * @len:	bytes of @at
 * @at:		TPMT_SIGNATURE
 */
struct signature {
	struct digest name[NR_SIDES];
	struct digest digest;
	bool same;
	size_t len[NR_SIDES];
	u8 at[NR_SIDES][600];
};

/**
 * struct index - an NV index; the same on both sides
 * @live:	it exists
 * @locked:	it is locked, perhaps till the next start
 * @handle:	its handle
 * @attributes:	TPMA_NV at first
 * @size:	bytes of its data
 * @auth:	authValue
 * @name:	Name, when it was last asked for
 */
struct index {
	bool live;
	bool locked;
	u32 handle;
	u32 attributes;
	u16 size;
	struct digest auth;
	struct digest name;
};

/* Hierarchies as indices of authValues. */
enum { OWNER, ENDORSEMENT, PLATFORM, LOCKOUT, NR_AUTHS };

/**
 * struct model - what a guest knows
 * @clock:	counts uses
 * @manager:	a resource manager saves and flushes all after each command
 * @cleared:	seeds or proofs of the two sides differ
 * @allocated:	PCR banks are not the maker's
 * @skewed:	a handle is not the same on both sides
 * @guarded:	since the last Shutdown something was used that is protected
 *		against guessing
 * @locked_out:	the twin has been locked out
 * @counted:	which a TPM has held against the guest at Startup
 * @composite:	PCR 16 represents other PCRs
 * @attest:	PCR 23 represents other PCRs
 * @has_changed: perhaps some of these have changed, or the twin's PCR 16 or 23
 * @secret:	the proxy's
 * @object:	transient objects
 * @persistent:	persistent objects
 * @session:	sessions
 * @blob:	keys that can be loaded
 * @index:	NV indices
 * @auth:	authValues of the hierarchies
 * @signature:	the last one
 * @creation:	of the last key that was made
 * @stale:	contexts of what is no more, or newer
 */
struct model {
	u64 clock;
	bool manager;
	bool cleared;
	bool allocated;
	bool skewed;
	bool guarded;
	bool locked_out;
	bool counted;
	bool composite;
	bool attest;
	bool has_changed;
	u8 secret[32];
	struct object object[NR_OBJECTS];
	struct object persistent[2];
	struct session session[NR_SESSIONS];
	struct blob blob[NR_BLOBS];
	struct index index[NR_INDICES];
	struct digest auth[NR_AUTHS];
	struct signature signature;
	struct creation creation;
	struct context stale[2];
};

static inline struct model *model_of(struct diff_guest *g)
{
	return g->model;
}

/* PCRs that may represent others. */
#define COMPOSITE_PCR	16
#define ATTEST_PCR	23

/* Of the range of NV indices that a guest is granted. */
static inline u32 nv_first(const struct diff_guest *g)
{
	return 0x01800000 + 0x1000 * g->nr;
}

/* How the answers' parameters are to agree. */
enum agree {
	AGREE_BYTES,
	AGREE_LENGTH,
	AGREE_CODE,
};

/**
 * struct auth - a session of a command
 * @session:	NULL: a password
 * @attributes:	TPMA_SESSION
 * @authorises:	it is one of those that a handle needs
 * @no_hmac:	an empty HMAC where the key is empty
 * @wrong:	a wrong password or HMAC
 * @with_value:	the authValue is part of the HMAC's key
 * @entity:	Name of what it authorises
 * @value:	authValue of that
 * @caller:	nonceCaller
 */
struct auth {
	struct session *session;
	u8 attributes;
	bool authorises;
	bool no_hmac;
	bool wrong;
	bool with_value[NR_SIDES];
	struct digest entity[NR_SIDES];
	struct digest value;
	struct digest caller;
};

/**
 * struct call - a command in the making
 * @g:		the guest
 * @row:	its row
 * @steady:	it must not be spoilt
 * @password:	it is authorised by a password
 * @plain:	its sessions are to be such as the bridge can check
 * @with_pcr:	what it creates has the composite in its creation data
 * @agrees:	judges the answers' parameters, if set
 * @nr_handles:	in its handle area
 * @nr_auths:	in its authorisation area
 * @handle:	its handles
 * @name:	their Names
 * @object:	those that are objects
 * @named:	those that are sessions
 * @auth:	its sessions
 * @nr_fixed:	in @fixed
 * @fixed:	where handles of sessions stand in the command
 * @new_auth:	authValue for the response's HMAC, if it changes
 * @len:	bytes of @params
 * @params:	its parameters
 * @ok:		it succeeded, of each side
 * @made:	handle in the response
 * @out_len:	bytes of @out
 * @out:	parameters of the response, decrypted
 * @pair:	the command as sent
 */
struct call {
	struct diff_guest *g;
	const struct vtpmb_tpm20_row *row;
	bool steady;
	bool password;
	bool plain;
	bool with_pcr;
	bool (*agrees)(struct call *c);
	unsigned int nr_handles;
	unsigned int nr_auths;
	u32 handle[NR_SIDES][VTPMB_TPM20_HANDLES];
	struct digest name[NR_SIDES][VTPMB_TPM20_HANDLES];
	struct object *object[VTPMB_TPM20_HANDLES];
	struct session *named[VTPMB_TPM20_HANDLES];
	struct auth auth[VTPMB_TPM20_HANDLES];
	unsigned int nr_fixed;
	size_t fixed[2 * VTPMB_TPM20_HANDLES];
	const struct digest *new_auth;
	size_t len[NR_SIDES];
	u8 params[NR_SIDES][VTPMB_BUF_SIZE];
	bool ok[NR_SIDES];
	u32 made[NR_SIDES];
	size_t out_len[NR_SIDES];
	u8 out[NR_SIDES][VTPMB_BUF_SIZE];
	struct diff_pair pair;
};

/* tpm20_crypto.c */
size_t hash_size(u16 alg);
void hash_of(u16 alg, const void *data, size_t len, struct digest *out);
void hmac_of(u16 alg, const void *key, size_t key_len, const void *data, size_t len,
	     struct digest *out);
void kdfa(u16 alg, const void *key, size_t key_len, const char *label,
	  const struct digest *u, const struct digest *v, u8 *out, size_t out_len);
void name_of(const struct bytes *pub, struct digest *name);
void crypt_cfb(const u8 *key, const u8 *iv, u8 *data, size_t len, bool encrypt);
bool salt_for(struct diff_guest *g, const struct bytes *pub, struct digest *salt,
	      struct bytes *secret);
/* A key pair of the test's own: public and private part as LoadExternal takes them. */
void own_key(u16 type, struct bytes *pub, struct bytes *sensitive);
void own_point(u8 *x, u8 *y);

/* tpm20_call.c */
void begin_call(struct call *c, struct diff_guest *g, u32 code);
void use_object(struct call *c, struct object *o);
void use_session(struct call *c, struct session *s);
void use_handle(struct call *c, u32 handle);
void use_index(struct call *c, const struct index *nv);
void put_u8(struct call *c, u8 val);
void put_u16(struct call *c, u16 val);
void put_u32(struct call *c, u32 val);
void put_mem(struct call *c, const void *bytes, size_t len);
void put_2b(struct call *c, const void *bytes, size_t len);
void put_own(struct call *c, enum diff_side side, const void *bytes, size_t len);
void put_own_2b(struct call *c, enum diff_side side, const void *bytes, size_t len);
void put_hex(struct call *c, const char *hex);
void authorise(struct call *c, const struct digest entity[NR_SIDES],
	       const struct digest *value);
void authorise_handle(struct call *c, u32 handle, const struct digest *value);
void authorise_object(struct call *c, struct object *o);
void authorise_hierarchy(struct call *c, u32 hierarchy);
void authorise_by(struct call *c, struct session *s, const struct digest *value);
void bystander(struct call *c);
bool is_checkable(const struct session *s);
/* True if both sides succeeded. */
bool send_call(struct call *c, enum agree agree);
/* As it is written, without any authorisation but what is written. */
bool send_text(struct diff_guest *g, enum agree agree, const char *hex);

/* tpm20_registers.c */
void begin_registers(struct diff_guest *g);
bool has_composite(struct diff_guest *g);
bool has_attest(struct diff_guest *g);
void put_composite(struct call *c);
void put_attest(struct call *c);
void follow_registers(struct diff_guest *g);
void note_registers(struct diff_guest *g, const struct diff_pair *p);

/* tpm20_model.c */
struct object *new_object(struct diff_guest *g);
struct object *pick_object(struct diff_guest *g, u32 roles);
struct object *pick_private(struct diff_guest *g, u32 roles);
void hold_object(struct diff_guest *g, struct object *o);
void hold_session(struct diff_guest *g, struct session *s);
void need_slots(struct diff_guest *g, unsigned int nr);
void flush_object(struct diff_guest *g, struct object *o);
void drop_object(struct object *o);
void save_object(struct diff_guest *g, struct object *o);
void flush_session(struct diff_guest *g, struct session *s);
void drop_session(struct session *s);
void drop_all(struct diff_guest *g, bool contexts);
void manage(struct diff_guest *g);
struct session *pick_session(struct diff_guest *g, u8 type);
struct session *pick_plain_session(struct diff_guest *g);
struct session *start_session(struct diff_guest *g, u8 type);
struct session *fresh_policy(struct diff_guest *g, u8 type);
struct session *satisfy(struct diff_guest *g, struct object *o, u32 code);
void policy_digest(struct diff_guest *g, enum policy policy, struct digest digest[NR_SIDES]);
void set_digest(struct digest *d, const void *bytes, size_t len);
bool same_digest(const struct digest *a, const struct digest *b);

#endif
