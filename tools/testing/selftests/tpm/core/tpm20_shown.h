/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: tests of what the bridge shows in registers: the composite and attest. */
#ifndef TPM20_SHOWN_H
#define TPM20_SHOWN_H

#include "tpm20_guest.h"

#define MASK		0x8ff	/* 0-7, 11 */
#define PCR_16		"00000001 000b 03 000001"
#define PCR_23		"00000001 000b 03 000080"
#define PCR_7		"00000001 000b 03 800000"
#define PCR_16_23	"00000001 000b 03 000081"
#define SHA1_PCR_16	"00000001 0004 03 000001"
#define SHA1_PCR_23	"00000001 0004 03 000080"
#define READ(list)	"8001 ???????? 0000017e " list
#define POLICY_PCR	"8001 ???????? 0000017f 03000000 "
#define RESTART		"8001 ???????? 00000180 03000000"
#define GET_DIGEST	"8001 ???????? 00000189 03000000"
#define UNSEAL		"8002 ???????? 0000015e 80000001 00000009 03000000 0000 01 0000"
#define QUOTING_KEY	"0018 0023 000b 00050072 0000 0010 0018 000b 0003 0010 0000 0000 "
#define QUOTER		"8002 ???????? 00000131 40000001" PW "0004 0000 0000" \
	"0018 0023 000b 00050472 0000 0010 0018 000b 0003 0010 0000 0000 0000 00000000"
#define QUOTE(list)	"8002 ???????? 00000158 80000001" PW "0003 616263 0010 " list
#define CREATE_WITH(list) "8002 ???????? 00000153 80000000" PW SECRET SEALED "0000 " list

extern struct guest other;

/* A proxy with a setting, as CORE_TPM20. */
void begin_shown(enum vtpmb_setting_nr nr, u32 mask);
void end_shown(void);
/* The last digest of a PCR_Read of the guest, and of the host. */
void read_pcr(struct guest *g, const char *hex, u8 *value, size_t len);
void host_pcr(const char *list, u8 *value);
bool is_zero(const u8 *value);
/* Have the chip allocate a PCR in the bank of one algorithm alone. */
void use_bank(u16 alg, unsigned int pcr);
/*
 * Have the key 80000001 quote PCRs in the bank SHA-256.  Returns whether software finds the
 * signature right; then the last selection, and the digest, are the last 44 bytes.
 */
bool quote_is_right(struct guest *g, const char *list, u8 *end);

/**
 * struct shown_user - a command that needs a register
 * @name:	for people
 * @command:	of a guest that has a quoting key 80000001 and a policy session 03000000
 */
struct shown_user {
	const char *name;
	const char *command;
};

/* Each chip command of a turn with the command meets each fault: the host never has the value. */
void sweep_faults(enum vtpmb_setting_nr nr, const char *list, const struct shown_user *user);
/* The guest cannot change a PCR, two digits, at any locality. */
void guest_cannot_change(const char *pcr);

#endif
