/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: what a Linux guest with CONFIG_TCG_TPM2_HMAC does, on a proxy or on a TPM
 * of its own.
 *
 * Verbs: make_null_primary, start_session, start_session_with, ask, extend, get_random,
 * create_trusted, load_trusted, unseal_trusted, boot, boot_both.
 */
#ifndef TPM20_LINUX_H
#define TPM20_LINUX_H

#include "tpm20_guest.h"

#define SIZE		32		/* of SHA-256, and of a coordinate */
#define CONTINUE	0x01
#define DECRYPT		0x20
#define ENCRYPT		0x40
#define AUDIT		0x80
#define EXTEND_CODE	0x182
#define RANDOM_CODE	0x17b
#define PCR_10		"0000000a"
#define NULL_PRIMARY	"8002 ???????? 00000131 40000007" PW "0004 0000 0000" \
	"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000" \
	"0000 00000000"
#define READ_PUBLIC	"8001 ???????? 00000173 "
#define READ_10(alg)	"8001 ???????? 0000017e 00000001" alg "03 000400"
#define ONES32	"1111111111111111111111111111111111111111111111111111111111111111"
#define ONES48	ONES32 "11111111111111111111111111111111"
#define SHA256_ONES	"000b" ONES32
#define SHA384_ONES	"000c" ONES48

/**
 * struct linux_guest - a kernel's TPM driver
 * @g:		its TPM, a proxy or a twin
 * @x:		the null primary's public point
 * @y:		its other coordinate
 * @name:	its Name
 * @context:	TPM2_ContextLoad of that key
 * @handle:	the session
 * @key:	its key
 * @ours:	nonceCaller
 * @tpms:	nonceTPM
 * @nr_chip_commands: what start_session() has cost
 * @blob:	TPM2_Load's parameters for a trusted key
 */
struct linux_guest {
	struct guest *g;
	u8 x[SIZE];
	u8 y[SIZE];
	u8 name[2 + SIZE];
	char context[2 * VTPMB_BUF_SIZE];
	u32 handle;
	u8 key[SIZE];
	u8 ours[SIZE];
	u8 tpms[SIZE];
	unsigned int nr_chip_commands;
	char blob[2 * VTPMB_BUF_SIZE];
};

/**
 * struct linux_ask - a command in the session
 * @code:	which
 * @handles:	its handles, in hex
 * @names:	their Names; NULL: the same
 * @params:	its parameters
 * @attributes:	TPMA_SESSION
 * @auth:	authValue of what the session authorises, in hex; NULL: empty
 * @after:	the same after the command, if it differs; NULL: it does not
 * @returns_handle: its response has a handle
 * @forge:	with a wrong HMAC
 */
struct linux_ask {
	u32 code;
	const char *handles;
	const char *names;
	const char *params;
	u8 attributes;
	const char *auth;
	const char *after;
	bool returns_handle;
	bool forge;
};

/* What a session is salted with: the guest's point, as the TPM gets it. */
struct linux_salt {
	char hex[300];
	u8 salt[SIZE];
};

extern struct linux_guest on_proxy, on_twin;

u32 make_null_primary(struct linux_guest *l);
void choose_salt(const struct linux_guest *l, struct linux_salt *salt);
/* StartAuthSession with a key that is loaded as 0x80000000. */
u32 start_session_with(struct linux_guest *l, const struct linux_salt *salt, const char *bind);
u32 start_session(struct linux_guest *l);
u32 ask(struct linux_guest *l, const struct linux_ask *a);
u32 extend(struct linux_guest *l, const char *digests);
u32 get_random(struct linux_guest *l, u8 *bytes);
/* A storage root key with an authValue, 0x80000000; a secret sealed under it. */
u32 create_trusted(struct linux_guest *l);
u32 load_trusted(struct linux_guest *l);
u32 unseal_trusted(struct linux_guest *l, u8 *secret);
void boot(struct linux_guest *l);
void boot_both(void);
/* Both answer with @rc. */
void extend_both_at(int line, const char *digests, u32 rc);
/* After begin(): PCR 10 is granted, and what a guest extends it by is in the chip's. */
void granted_extend_reaches_the_chip(void);

#define extend_both(digests, rc) extend_both_at(__LINE__, digests, rc)

#endif
