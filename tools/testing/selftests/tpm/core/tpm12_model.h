/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: what a guest of the differential test knows of its TPM, and how it
 * makes commands that both sides can take, each with its own handles, nonces
 * and HMACs.
 *
 *   blob	a wrapped key, to be loaded
 *   key	a key that is loaded, or SRK
 *   session	an authorisation or transport session, loaded or saved
 *   call	a command in the making, its answers
 *
 * tpm12_call.c		make a command, send it, judge the answers
 * tpm12_model.c	what there is; begin and end it
 * tpm12_host.c		the host and the administrator
 * tpm12_registers.c	the values of PCRs that represent other PCRs
 *
 * A secret is 20 bytes of the same value.
 */
#ifndef TPM12_MODEL_H
#define TPM12_MODEL_H

#include "differential.h"
#include "tpm12/commands.h"
#include "tpm12/spec.h"

#define NR_KEYS		6
#define NR_SESSIONS	7
#define NR_TRANSPORTS	3
#define NR_BLOBS	20
#define NR_SEALED	4
#define NR_INDICES	3
#define NR_SAVED_KEYS	3

#define OWNER_SECRET	0x0a
#define SRK_SECRET	0x00
#define COUNTER_SECRET	0x2c

enum usage { USE_SIGN = 0x10, USE_STORAGE = 0x11, USE_IDENTITY = 0x12, USE_BIND = 0x14,
	USE_LEGACY = 0x15, USE_MIGRATE = 0x16 };
#define KEY_MIGRATABLE	2
#define KEY_VOLATILE	4
#define KEY_AUTHORITY	16

/* PCRs that may represent others. */
#define NR_REGISTERS	2
#define COMPOSITE_PCR	16
#define ATTEST_PCR	23

/* A PCR of the chip that nobody extends; it is granted to some guests. */
#define GRANTED_PCR	12

/** struct bytes - bytes that each side has its own of */
struct bytes {
	size_t len[NR_SIDES];
	u8 at[NR_SIDES][1300];
};

/**
 * struct blob - a wrapped key
 * @live:	it is there
 * @parent:	the key under which it is; NULL: SRK
 * @usage:	enum usage
 * @sig:	TPM_SIG_SCHEME
 * @enc:	TPM_ENC_SCHEME
 * @flags:	TPM_KEY_FLAGS
 * @bits:	of its modulus
 * @open:	it needs no authorisation
 * @key12:	it is a TPM_KEY12
 * @same:	both sides' are the same key
 * @on_pcr:	it depends on a PCR
 * @secret:	to use it
 * @migration:	to migrate it
 * @wrapped:	TPM_KEY
 * @pub:	modulus
 */
struct blob {
	bool live;
	const struct blob *parent;
	u16 usage;
	u16 sig;
	u16 enc;
	u32 flags;
	u16 bits;
	bool open;
	bool key12;
	bool same;
	bool on_pcr;
	u8 secret;
	u8 migration;
	struct bytes wrapped;
	struct bytes pub;
};

/**
 * struct key - a key that is loaded
 * @live:	it is, as far as the guest knows
 * @pins:	commands in the making that name it
 * @handle:	its handle
 * @blob:	what it was loaded from
 */
struct key {
	bool live;
	unsigned int pins;
	u32 handle[NR_SIDES];
	struct blob blob;
};

enum session_type { OIAP, OSAP, TRANS };

/**
 * struct session - a session
 * @live:	it exists, as far as the guest knows
 * @saved:	only as @context
 * @type:	enum session_type
 * @entity:	entityType of OSAP
 * @value:	entityValue of OSAP, if it is no key
 * @key:	the key that it belongs to
 * @secret:	of what it belongs to
 * @encrypts:	a transport session that hides parameters
 * @logs:	a transport session that can be signed
 * @pins:	commands in the making that name it
 * @handle:	its handle
 * @even:	nonceEven
 * @shared:	what its HMACs are made with; not of OIAP
 * @context:	of its last save
 */
struct session {
	bool live;
	bool saved;
	u8 type;
	u16 entity;
	u32 value;
	struct key *key;
	u8 secret;
	bool encrypts;
	bool logs;
	unsigned int pins;
	u32 handle[NR_SIDES];
	u8 even[NR_SIDES][20];
	u8 shared[NR_SIDES][20];
	struct bytes context;
};

/**
 * struct sealed - what Seal brought
 * @live:	it is there
 * @parent:	the key's blob
 * @of_srk:	it is SRK instead
 * @sealx:	Sealx made it
 * @secret:	of the data
 * @data:	TPM_STORED_DATA
 */
struct sealed {
	bool live;
	struct blob parent;
	bool of_srk;
	bool sealx;
	u8 secret;
	struct bytes data;
};

/**
 * struct index - an NV index; the same on both sides
 * @live:	it exists
 * @nr:		its number
 * @attributes:	TPM_NV_PER
 * @size:	bytes of its data
 * @secret:	of it
 */
struct index {
	bool live;
	u32 nr;
	u32 attributes;
	u32 size;
	u8 secret;
};

/**
 * struct saved_key - a context of a key
 * @live:	it is there
 * @like:	what it becomes when it is loaded
 * @context:	TPM_CONTEXT_BLOB
 */
struct saved_key {
	bool live;
	struct blob like;
	struct bytes context;
};

/**
 * struct shown - what a register shows
 * @mask:	the PCRs that it represents; 0: it is an ordinary one
 * @has_changed: the twin's has to get the value
 * @value:	that value, when it had it last
 */
struct shown {
	u32 mask;
	bool has_changed;
	u8 value[20];
};

/**
 * struct model - what a guest knows
 * @owner:	the TPM has one
 * @copied:	a copy of a key is flushed, whose sessions the twin may have ended
 * @resync_needed:	a session is flushed that an error has ended, perhaps on one side
 * @was_reset:	saved sessions are flushed after TPM_Reset
 * @undefined:	a session of an NV index that is no more is flushed
 * @guessed:	authorisations that failed and were not forgiven
 * @counter:	of its own; of each side
 * @has_counter: there is one
 * @blob:	keys that can be loaded; those of the host first
 * @key:	keys
 * @session:	authorisation sessions
 * @trans:	transport sessions
 * @sealed:	sealed data
 * @index:	NV indices
 * @saved_key:	contexts of keys
 * @stale:	contexts of what is no more
 * @vtpm_secret: of the proxy
 * @shown:	the registers
 * @hashes:	there may be a SHA-1 thread
 */
struct model {
	bool owner;
	bool copied;
	bool resync_needed;
	bool was_reset;
	bool undefined;
	unsigned int guessed;
	bool has_counter;
	u32 counter[NR_SIDES];
	struct blob blob[NR_BLOBS];
	struct key key[NR_KEYS];
	struct session session[NR_SESSIONS];
	struct session trans[NR_TRANSPORTS];
	struct sealed sealed[NR_SEALED];
	struct index index[NR_INDICES];
	struct saved_key saved_key[NR_SAVED_KEYS];
	struct bytes stale;
	u8 vtpm_secret[32];
	struct shown shown[NR_REGISTERS];
	bool hashes;
};

static inline struct model *model_of(const struct diff_guest *g)
{
	return g->model;
}

/* Of the range of NV indices that a guest is granted. */
static inline u32 nv_first(const struct diff_guest *g)
{
	return 0x1000 + 0x1000 * g->nr;
}

/* How the answers' parameters are to agree. */
enum agree {
	AGREE_BYTES,
	AGREE_LENGTH,
	AGREE_CODE,
};

/**
 * struct auth - an authorisation area
 * @session:	the session
 * @secret:	of what it authorises
 * @cont:	continueAuthSession
 * @wrong:	a wrong HMAC
 * @odd:	nonceOdd
 */
struct auth {
	struct session *session;
	u8 secret;
	bool cont;
	bool wrong;
	u8 odd[20];
};

/**
 * struct call - a command in the making
 * @g:		the guest
 * @row:	its row
 * @steady:	it must not be spoilt
 * @bare:	it must not be wrapped
 * @vague:	its parameters mean nothing
 * @agrees:	judges the answers' parameters, if set
 * @nr_handles:	handles that are in no HMAC
 * @handle:	those
 * @key:	those that are keys
 * @belongs:	the session that its first handle names
 * @nr_auths:	authorisation areas
 * @auth:	those
 * @len:	bytes of @params
 * @params:	what comes after the handles
 * @nr_fixed:	in @fixed
 * @fixed:	where handles stand in the command as it is sent
 * @trans:	the transport session in which it is wrapped
 * @outer:	area of that
 * @wraps_at:	where it begins in what is sent
 * @ok:		it succeeded, of each side
 * @rc:		its own return code, though it be wrapped
 * @made:	handle in the response
 * @out_len:	bytes of @out
 * @out:	parameters of the response
 * @pair:	the command as sent
 */
struct call {
	struct diff_guest *g;
	const struct vtpmb_tpm12_row *row;
	bool steady;
	bool bare;
	bool vague;
	bool (*agrees)(struct call *c);
	unsigned int nr_handles;
	u32 handle[NR_SIDES][3];
	struct key *key[3];
	struct session *belongs;
	unsigned int nr_auths;
	struct auth auth[2];
	size_t len[NR_SIDES];
	u8 params[NR_SIDES][VTPMB_BUF_SIZE];
	unsigned int nr_fixed;
	size_t fixed[8];
	struct session *trans;
	struct auth outer;
	size_t wraps_at;
	bool ok[NR_SIDES];
	u32 rc[NR_SIDES];
	u32 made[NR_SIDES];
	size_t out_len[NR_SIDES];
	u8 out[NR_SIDES][VTPMB_BUF_SIZE];
	struct diff_pair pair;
};

/* tpm12_call.c */
void begin_call(struct call *c, struct diff_guest *g, u32 code);
void use_handle(struct call *c, u32 handle);
void use_own_handle(struct call *c, const u32 handle[NR_SIDES]);
/* NULL: SRK */
void use_key(struct call *c, struct key *key);
void arg_u8(struct call *c, u8 val);
void arg_u16(struct call *c, u16 val);
void arg_u32(struct call *c, u32 val);
void arg_mem(struct call *c, const void *bytes, size_t len);
void arg_sized(struct call *c, const void *bytes, size_t len);
void arg_own(struct call *c, enum diff_side side, const void *bytes, size_t len);
void arg_bytes(struct call *c, const struct bytes *bytes);
void arg_sized_bytes(struct call *c, const struct bytes *bytes);
void arg_secret(struct call *c, u8 secret);
void arg_random(struct call *c, size_t len);
void arg_hex(struct call *c, const char *hex);
/* A new secret, as the session hides it: the first or the second of a command. */
void arg_hidden(struct call *c, const struct session *s, bool second, u8 secret);
void authorise(struct call *c, struct session *s, u8 secret);
/* True if both sides succeeded. */
bool send_call(struct call *c, enum agree agree);
bool send_text(struct diff_guest *g, enum agree agree, const char *hex);
void flush_made(struct call *c);
void take_bytes(const struct call *c, size_t at, size_t tail, struct bytes *out);
void mac_of(const u8 *key, const void *data, size_t len, u8 *out);
void digest_of(const void *data, size_t len, u8 *out);

/* tpm12_model.c */
struct session *new_oiap(struct diff_guest *g);
struct session *new_osap(struct diff_guest *g, u16 entity, struct key *key, u32 value,
			 u8 secret);
/* A session that can authorise this: one that there is, or a new one. */
struct session *session_for(struct diff_guest *g, struct key *key);
struct session *owner_session(struct diff_guest *g);
struct session *osap_key(struct diff_guest *g, struct key *key);
struct session *osap_owner(struct diff_guest *g);
u8 secret_of(const struct key *key);
struct blob *pick_blob(struct diff_guest *g, u32 usages);
/* One that is loaded or can be; *@ok is false if not. */
struct key *pick_key(struct diff_guest *g, u32 usages);
struct key *load_blob(struct diff_guest *g, const struct blob *blob);
/* SRK, or a storage key. */
struct key *pick_parent(struct diff_guest *g);
struct blob *new_blob(struct diff_guest *g);
void flush_key(struct diff_guest *g, struct key *key);
void drop_key(struct diff_guest *g, struct key *key);
void flush_session(struct diff_guest *g, struct session *s);
void end_copies(struct diff_guest *g, const struct blob *blob);
void drop_all(struct diff_guest *g, bool contexts);
struct session *free_session(struct diff_guest *g);
struct key *free_key(struct diff_guest *g);

/* tpm12_host.c */
extern struct blob host_blobs[];
extern unsigned int nr_host_blobs;
extern u32 host_counter;
void host_setup(void);
bool host_uses_chip(void);
/* The chip and the twin forget the guesses. */
void host_forgives(struct diff_guest *g);
void host_empties(struct diff_guest *g);
/* Commands to the twin alone. */
void twin_cannot_be_cleared(struct diff_guest *g);
void twin_sheds(struct diff_guest *g);

/* tpm12_registers.c */
void begin_registers(struct diff_guest *g);
void choose_registers(struct diff_guest *g);
bool represents(const struct diff_guest *g, u32 pcr);
const u8 *register_value(const struct diff_guest *g, u32 pcr);
void follow_registers(struct diff_guest *g, const struct diff_pair *p);
void note_registers(struct diff_guest *g, const struct diff_pair *p);

/* Steps. */
struct step {
	unsigned int weight;
	void (*run)(struct diff_guest *g);
};

extern const struct step key12_steps[], owner12_steps[], platform12_steps[];

void start_up(struct diff_guest *g);
void become_unowned(struct diff_guest *g);
bool is_deadly(u32 code);

#endif
