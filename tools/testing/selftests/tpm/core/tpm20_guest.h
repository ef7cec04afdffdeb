/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: a guest's commands, for a proxy and for a TPM of its own.
 *
 * same() demands equal answers, same_rc() equal response codes and lengths,
 * want() a response code of the proxy alone.  Where the two get different
 * bytes, such as keys of their own, each has a struct guest, and both() demands
 * a response code of both.
 */
#ifndef TPM20_GUEST_H
#define TPM20_GUEST_H

#include "core.h"

#define PW	"00000009 40000009 0000 01 0000"
#define PW_NO_CONTINUE	"00000009 40000009 0000 00 0000"
#define PW_ABC	"0000000c 40000009 0000 01 0003 616263"
#define FOREIGN_SESSION	"00000009 03000000 0000 01 0000"
#define PW_A	"0000000a 40000009 0000 01 0001 41"
#define PW_PW	"00000012 40000009 0000 01 0000 40000009 0000 01 0000"
#define PW_A_PW	"00000013 40000009 0000 01 0001 61 40000009 0000 01 0000"
#define NONCE	"00112233445566778899aabbccddeeff"
#define STARTUP_CLEAR	"8001 ???????? 00000144 0000"
#define STARTUP_STATE	"8001 ???????? 00000144 0001"
#define SHUTDOWN_CLEAR	"8001 ???????? 00000145 0000"
#define SHUTDOWN_STATE	"8001 ???????? 00000145 0001"
#define READ_ALL	"8001 ???????? 0000017e 00000001 000b 03 ff0000"
#define ZEROS20	"0000000000000000000000000000000000000000"
#define ZEROS32	"0000000000000000000000000000000000000000000000000000000000000000"
#define EXTEND(pcr)	"8002 ???????? 00000182 " pcr PW "00000001 000b" ZEROS32
#define ECC_TEMPLATE	"001a 0023 000b 00030072 0000 0006 0080 0043 0010 0003 0010 0000 0000"
#define PRIMARY(hier)	"8002 ???????? 00000131 " hier PW \
	"0004 0000 0000 " ECC_TEMPLATE " 0000 00000000"
#define START_HMAC	"8001 ???????? 00000176 40000007 40000007 0010" \
	NONCE "0000 00 0010 000b"
#define START_POLICY	"8001 ???????? 00000176 40000007 40000007 0010" \
	NONCE "0000 01 0010 000b"
#define START_TRIAL	"8001 ???????? 00000176 40000007 40000007 0010" \
	NONCE "0000 03 0010 000b"
#define SEALED	"000e 0008 000b 00000052 0000 0010 0000"
#define SECRET	"000c 0002 7077 0006 736563726574"
#define START_BOUND(bind) "8001 ???????? 00000176 40000007 " bind "0010" \
	NONCE "0000 00 0010 000b"
#define HASH_START	"8001 ???????? 00000186 0000 000b"
#define FLUSH		"8001 ???????? 00000165 "
#define CONTEXT_SAVE	"8001 ???????? 00000162 "

extern struct vtpmb_vtpm *v;
extern struct core_twin *twin;
extern struct core_rsp rv, rt;

void begin(void);
void end(void);
void reset_both(void);
/* The administrator tells the proxy what authorises the chip's own owner. */
void give_owner_auth(struct vtpmb_vtpm *vtpm, const char *auth);
void same_at(int line, const char *hex);
void same_rc_at(int line, const char *hex);
void want_at(int line, const char *hex, u32 rc);

#define same(hex) same_at(__LINE__, hex)
#define same_rc(hex) same_rc_at(__LINE__, hex)
#define want(hex, rc) want_at(__LINE__, hex, rc)

/**
 * struct guest - who sends the same story's commands
 * @vtpm:	the proxy; NULL: the twin
 * @rsp:	the last response
 * @sealed:	a Load command, from create()
 */
struct guest {
	struct vtpmb_vtpm *vtpm;
	struct core_rsp rsp;
	char sealed[2 * VTPMB_BUF_SIZE];
};

extern struct guest proxy, alone;

u32 tell(struct guest *g, const char *hex);
void start(struct guest *g);
void start_both(void);
void create(struct guest *g, const char *hex);
void load_both(void);
size_t put_hex(char *hex, size_t len, const u8 *bytes, size_t count);
void both_at(int line, const char *hex, u32 rc);

#define both(hex, rc) both_at(__LINE__, hex, rc)

void sha256(const void *bytes, size_t len, u8 *digest);
/* The policyDigest that software computes of the selection @list, hex, and the PCRs' values. */
void policy_of_pcrs(const char *list, const u8 *values, size_t values_len, u8 *digest);

#endif
