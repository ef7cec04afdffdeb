/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: software of a guest that has keys and sessions, as a proxy's, as a
 * TPM's of its own, or as the host's beside the bridge.
 *
 * Verbs: begin, end, oiap, osap, command (begin, put, send), key (make, load,
 * flush), sign, seal, unseal, bind, unbind, context (save, load).
 *
 * The HMAC of each successful response is checked.
 */
#ifndef TPM12_GUEST_H
#define TPM12_GUEST_H

#include "core.h"
#include "tpm12/spec.h"

#define ST_CLEAR	"00c1 ???????? 00000099 0001"

/* What functions return in place of a return code if there is no response. */
#define NO_RESPONSE	0xffffffff

/* Where a guest's commands go. */
struct guest {
	struct vtpmb_vtpm *vtpm;
	struct core_twin *twin;		/* neither: the chip itself */
	struct core_rsp rsp;
};

/* A secret is 20 bytes of the same value. */
struct session {
	u32 handle;
	u8 key[20];		/* of its HMAC; of OIAP the entity's secret */
	u8 even[20];
	bool osap;
	bool encrypts;		/* a transport session */
	u8 cont;
};

/* One command on its way. */
struct command {
	struct guest *g;
	struct vtpmb_writer w;
	u8 buf[VTPMB_BUF_SIZE];
	size_t handles_len;	/* of the request, in no HMAC */
	size_t rsp_handles_len;
};

struct key {
	u8 blob[1024];
	size_t len;
	u8 pub[256];
	size_t pub_len;
	u8 secret;
	u32 flags;
};

extern const u8 owner_secret, srk_secret, key_secret;
extern struct guest proxy, other, alone, host;

/* An owned chip, two proxies on it, a TPM like it; all started. */
void begin_owned(void);
void end_owned(void);
void start(struct guest *g);

u32 tell(struct guest *g, const char *hex);

u32 oiap(struct guest *g, struct session *s, u8 secret);
u32 osap(struct guest *g, struct session *s, u16 type, u32 value, u8 secret);

void command_begin(struct command *c, struct guest *g, u32 ordinal);
void put_handle(struct command *c, u32 handle);
void put_secret(struct command *c, u8 secret);
void put_bytes(struct command *c, const void *bytes, size_t len);
void put_sized(struct command *c, const void *bytes, size_t len);
void put_u16(struct command *c, u16 val);
void put_u32(struct command *c, u32 val);
void put_u8(struct command *c, u8 val);
/* The secret of something new, encrypted as the OSAP session has it. */
void put_encrypted(struct command *c, const struct session *s, bool second, u8 secret);
u32 send_plain(struct command *c);
u32 send_auth1(struct command *c, struct session *s);
u32 send_auth2(struct command *c, struct session *s1, struct session *s2);

/*
 * A transport session, its secret in clear (TPM_KH_TRANSPORT) or encrypted to a
 * storage key; and a command in it.  Then the response is that of the wrapped
 * command, and so is the return code, unless the outer one failed.
 */
u32 establish(struct guest *g, struct session *trans, u32 handle, const struct key *key,
	      u32 attributes);
u32 execute(struct command *c, struct session *trans, struct session *s1,
	    struct session *s2);
/* Of the last execute(): whether the outer command succeeded. */
extern bool executed;

/* RSA-OAEP as the TCG has it. */
size_t encrypt_to(const struct key *key, const u8 *data, size_t data_len, u8 *out);

/* Usage: 0x10 sign, 0x11 storage, 0x14 bind, 0x15 legacy. */
u32 make_key(struct guest *g, u32 parent, u8 parent_secret, u16 usage, u32 flags,
	     u8 secret, struct key *key);
/* The same with a PCRInfo. */
u32 make_bound_key(struct guest *g, u32 parent, u8 parent_secret, u16 usage, u32 flags,
		   const void *info, size_t info_len, u8 secret, struct key *key);
u32 load_key(struct guest *g, u32 parent, u8 parent_secret, const struct key *key,
	     u32 *handle);
u32 sign_with(struct guest *g, u32 handle, struct session *s, u8 *sig);
u32 sign(struct guest *g, u32 handle, u8 secret, u8 *sig);
u32 seal(struct guest *g, u32 handle, u8 secret, const void *info, size_t info_len,
	 u8 *sealed, size_t *len);
u32 begin_unseal(struct command *c, struct guest *g, u32 handle, u8 secret, const u8 *sealed,
		 size_t len, struct session *parent, struct session *data);
u32 unseal(struct guest *g, u32 handle, u8 secret, const u8 *sealed, size_t len);
u32 flush(struct guest *g, u32 handle, u32 type);
u32 save_context(struct guest *g, u32 handle, u32 type, u8 *blob, size_t *len);
u32 load_context(struct guest *g, u32 entity, bool keep, const u8 *blob, size_t len,
		 u32 *handle);
unsigned int count_handles(struct guest *g, u32 type);

/* What the chip has of one kind; of saved sessions their counts. */
struct handles {
	unsigned int nr;
	u32 handle[32];
};

void list_handles(struct guest *g, u32 type, struct handles *list);
u32 property(struct guest *g, u32 prop);

#endif
