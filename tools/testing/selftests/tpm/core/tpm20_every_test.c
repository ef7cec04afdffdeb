// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: every command, a test each.
 *
 * One that is safe is answered as by a TPM of the guest's own, one that is not
 * is refused until it is granted, and one that the chip lacks is shown as such.
 */

#include <linux/build_bug.h>
#include <stdlib.h>
#include "tpm20.h"
#include "tpm20_sample.h"

/* How the answers of proxy and twin are compared, if both succeed. */
enum compare {
	SAME,		/* every byte */
	LENGTH,		/* they differ from call to call */
	CODE,		/* they tell what is virtual here */
};

/* Who answers, KNOWN: either, or that an administrator has to grant it. */
enum answerer { CHIP, LOCAL, KNOWN, UNSAFE };

#define NOTHING		RESPONSE_NONE
#define OBJECT		RESPONSE_OBJECT
#define SEQUENCE	RESPONSE_SEQUENCE
#define SESSION		RESPONSE_SESSION
#define CONTEXT		RESPONSE_CONTEXT

/**
 * struct every - one command: what the specification says, and a sample
 * @code:	TPM_CC
 * @name:	its name without TPM2_
 * @handles:	a letter for each thing that a handle may be: see letters[]
 * @nr_auths:	authorisations
 * @response:	what new handle it returns
 * @flushes:	which handle is gone after success, from 1; or 0
 * @flags:	S no sessions, d first parameter may be encrypted, e that of the
 *		response, n TPMA_CC.nv, x extensive, p may be on the PP list, P is,
 *		N changes no NV index
 * @answerer:	who answers
 * @text:	what comes after the header; NULL: no chip of ours has it
 * @needs:	what has to be made before; see tpm20_sample.h
 * @before:	a command that has to succeed before
 * @compare:	how
 * @rc:		what both answer
 * @twins:	what the twin answers, if @why it is not the same
 * @why:	reason of a difference, or of an error
 */
struct every {
	u32 code;
	const char *name;
	const char *handles;
	u8 nr_auths;
	u8 response;
	u8 flushes;
	const char *flags;
	enum answerer answerer;
	const char *text;
	const char *needs;
	const char *before;
	enum compare compare;
	u32 rc;
	u32 twins;
	const char *why;
};

#define NO_INDEX_1	.rc = 0x18b, .why = "there is no NV index"
#define HMAC_TEMPLATE	"0010 0008 000b 00040472 0000 0005 000b 0000"

static const struct every every[] = {
	{ 0x11f, "NV_UndefineSpaceSpecial", "v,p", 2, NOTHING, 0, "np", UNSAFE,
	  "01000000 4000000c {pw2}", NO_INDEX_1 },
	{ 0x120, "EvictControl", "op,x", 1, NOTHING, 0, "np", CHIP,
	  "40000001 {storage} {pw} 81000001", "storage" },
	{ 0x121, "HierarchyControl", "oep", 1, NOTHING, 0, "nxp", LOCAL,
	  "4000000c {pw} 4000000b 00" },
	{ 0x122, "NV_UndefineSpace", "op,v", 1, NOTHING, 0, "np", CHIP,
	  "40000001 {index} {pw}", "index" },
	{ 0x124, "ChangeEPS", "p", 1, NOTHING, 0, "nxp", UNSAFE, "4000000c {pw}" },
	{ 0x125, "ChangePPS", "p", 1, NOTHING, 0, "nxp", UNSAFE, "4000000c {pw}" },
	{ 0x126, "Clear", "pl", 1, NOTHING, 0, "nxp", LOCAL, "4000000a {pw}" },
	{ 0x127, "ClearControl", "pl", 1, NOTHING, 0, "np", LOCAL, "4000000c {pw} 01" },
	{ 0x128, "ClockSet", "op", 1, NOTHING, 0, "np", UNSAFE,
	  "40000001 {pw} 00000000ffffffff" },
	{ 0x129, "HierarchyChangeAuth", "oepl", 1, NOTHING, 0, "dnp", LOCAL,
	  "40000001 {pw} 0003 616263" },
	{ 0x12a, "NV_DefineSpace", "op", 1, NOTHING, 0, "dnp", CHIP,
	  "40000001 {pw} 0000 000e 01000000 000b 00040004 0000 0008" },
	{ 0x12b, "PCR_Allocate", "p", 1, NOTHING, 0, "np", LOCAL,
	  "4000000c {pw} 00000001 000b 03 ffffff" },
	{ 0x12c, "PCR_SetAuthPolicy", "p", 1, NOTHING, 0, "dnp", LOCAL,
	  "4000000c {pw} 0000 0010 00000010", .rc = 0x3c4, .why = "no PCR has a policy" },
	{ 0x12d, "PP_Commands", "p", 1, NOTHING, 0, "npP", LOCAL,
	  "4000000c {pw} 00000000 00000000", .rc = 0x990,
	  .why = "physical presence is not asserted" },
	{ 0x12e, "SetPrimaryPolicy", "oeplc", 1, NOTHING, 0, "dnp", LOCAL,
	  "4000000c {pw} 0020 {32} 000b" },
	{ 0x12f, "FieldUpgradeStart", "p,x", 1, NOTHING, 0, "dp", UNSAFE },
	{ 0x130, "ClockRateAdjust", "op", 1, NOTHING, 0, "p", UNSAFE, "40000001 {pw} 00" },
	{ 0x131, "CreatePrimary", "oepn", 1, OBJECT, 0, "dep", CHIP,
	  "40000001 {pw} 0004 0000 0000" HMAC_TEMPLATE "0000 00000000" },
	{ 0x132, "NV_GlobalWriteLock", "op", 1, NOTHING, 0, "np", UNSAFE, "40000001 {pw}" },
	{ 0x133, "GetCommandAuditDigest", "e,xn", 2, NOTHING, 0, "den", UNSAFE,
	  "4000000b 40000007 {pw2} 0000 0010", .compare = LENGTH },
	{ 0x134, "NV_Increment", "vop,v", 1, NOTHING, 0, "n", CHIP,
	  "40000001 {counter} {pw}", "counter" },
	{ 0x135, "NV_SetBits", "vop,v", 1, NOTHING, 0, "n", CHIP,
	  "40000001 {bits} {pw} 0000000000000001", "bits" },
	{ 0x136, "NV_Extend", "vop,v", 1, NOTHING, 0, "dn", CHIP,
	  "40000001 {digest} {pw} 0001 00", "digest" },
	{ 0x137, "NV_Write", "vop,v", 1, NOTHING, 0, "dn", CHIP,
	  "40000001 {index} {pw} 0001 00 0000", "index" },
	{ 0x138, "NV_WriteLock", "vop,v", 1, NOTHING, 0, "n", CHIP,
	  "40000001 {index} {pw}", "index" },
	{ 0x139, "DictionaryAttackLockReset", "l", 1, NOTHING, 0, "n", LOCAL,
	  "4000000a {pw}" },
	{ 0x13a, "DictionaryAttackParameters", "l", 1, NOTHING, 0, "n", LOCAL,
	  "4000000a {pw} 00000003 00000010 00000010" },
	{ 0x13b, "NV_ChangeAuth", "v", 1, NOTHING, 0, "dn", CHIP,
	  "{index} {pw} 0000", "index", .rc = 0x124,
	  .why = "only a policy authorises that" },
	{ 0x13c, "PCR_Event", "rn", 1, NOTHING, 0, "dn", LOCAL,
	  "00000010 {pw} 0003 616263" },
	{ 0x13d, "PCR_Reset", "r", 1, NOTHING, 0, "n", LOCAL, "00000010 {pw}" },
	{ 0x13e, "SequenceComplete", "x", 1, NOTHING, 1, "de", CHIP,
	  "{hash} {pw} 0003 616263 40000007", "hash" },
	{ 0x13f, "SetAlgorithmSet", "p", 1, NOTHING, 0, "n", UNSAFE,
	  "4000000c {pw} 00000000" },
	{ 0x140, "SetCommandCodeAuditStatus", "op", 1, NOTHING, 0, "np", UNSAFE,
	  "40000001 {pw} 000b 00000000 00000000" },
	{ 0x141, "FieldUpgradeData", "", 0, NOTHING, 0, "dn", UNSAFE },
	{ 0x142, "IncrementalSelfTest", "", 0, NOTHING, 0, "n", LOCAL, "00000001 000b",
	  .compare = CODE },
	{ 0x143, "SelfTest", "", 0, NOTHING, 0, "n", LOCAL, "01" },
	{ 0x144, "Startup", "", 0, NOTHING, 0, "Sn", LOCAL, "0000", "reset" },
	{ 0x145, "Shutdown", "", 0, NOTHING, 0, "n", LOCAL, "0000" },
	{ 0x146, "StirRandom", "", 0, NOTHING, 0, "dn", LOCAL, "0004 01020304" },
	{ 0x147, "ActivateCredential", "x,x", 2, NOTHING, 0, "de", CHIP,
	  "{signing} {storage} {pw2} {credential}", "signing storage" },
	{ 0x148, "Certify", "x,xn", 2, NOTHING, 0, "de", CHIP,
	  "{hmac} {signing} {pw2} 0000 0010", "hmac signing", .compare = LENGTH },
	{ 0x149, "PolicyNV", "vop,v,s", 1, NOTHING, 0, "dN", CHIP,
	  "40000001 {written} {policy} {pw} 0001 61 0000 0000", "policy index written" },
	{ 0x14a, "CertifyCreation", "xn,x", 1, NOTHING, 0, "de", CHIP,
	  "{signing} {hmac} {pw} 0000 {creation}", "signing hmac", .compare = LENGTH },
	{ 0x14b, "Duplicate", "x,xn", 1, NOTHING, 0, "de", CHIP,
	  "{movable} 40000007 00000009 {policy} 0000 01 0000 0000 0010",
	  "storage movable policy", "8001 ???????? 0000016c {policy} 0000014b",
	  .compare = LENGTH },
	{ 0x14c, "GetTime", "e,xn", 2, NOTHING, 0, "de", CHIP,
	  "4000000b {signing} {pw2} 0000 0010", "signing", .compare = LENGTH },
	{ 0x14d, "GetSessionAuditDigest", "e,xn,h", 2, NOTHING, 0, "de", CHIP,
	  "4000000b {signing} {hmac-session} {pw2} 0000 0010", "signing hmac-session",
	  "8002 ???????? 0000017b 00000009 {hmac-session} 0000 81 0000 0008",
	  .compare = LENGTH },
	{ 0x14e, "NV_Read", "vop,v", 1, NOTHING, 0, "eN", CHIP,
	  "40000001 {written} {pw} 0008 0000", "index written" },
	{ 0x14f, "NV_ReadLock", "vop,v", 1, NOTHING, 0, "n", CHIP,
	  "40000001 {written} {pw}", "index written" },
	{ 0x150, "ObjectChangeAuth", "x,x", 1, NOTHING, 0, "de", CHIP,
	  "{child} {storage} {pw} 0001 31", "storage child", .compare = LENGTH },
	{ 0x151, "PolicySecret", "oeplrvx,s", 1, NOTHING, 0, "de", CHIP,
	  "40000001 {policy} {pw} 0000 0000 0000 00000000", "policy" },
	{ 0x152, "Rewrap", "xn,xn", 1, NOTHING, 0, "de", CHIP,
	  "{storage} 40000007 {pw} {moved}", "storage" },
	{ 0x153, "Create", "x", 1, NOTHING, 0, "de", CHIP,
	  "{storage} {pw} 0004 0000 0000" HMAC_TEMPLATE "0000 00000000", "storage",
	  .compare = LENGTH },
	{ 0x154, "ECDH_ZGen", "x", 1, NOTHING, 0, "de", CHIP, "{ecdh} {pw} {point}", "ecdh" },
	{ 0x155, "HMAC", "x", 1, NOTHING, 0, "de", CHIP, "{hmac} {pw} 0003 616263 0010",
	  "hmac" },
	{ 0x156, "Import", "x", 1, NOTHING, 0, "de", CHIP,
	  "{storage} {pw} 0000 {moved-public} {moved-bare} 0000 0010", "storage",
	  .compare = LENGTH },
	{ 0x157, "Load", "x", 1, OBJECT, 0, "de", CHIP, "{storage} {pw} {child-bytes}",
	  "storage" },
	{ 0x158, "Quote", "xn", 1, NOTHING, 0, "de", CHIP,
	  "{signing} {pw} 0000 0010 00000001 000b 03 000000", "signing", .compare = LENGTH },
	{ 0x159, "RSA_Decrypt", "x", 1, NOTHING, 0, "de", CHIP,
	  "{rsa} {pw} {all} 0015 0000", "rsa",
	  "8001 ???????? 00000174 {rsa} 0003 616263 0015 0000" },
	{ 0x15b, "HMAC_Start", "x", 1, SEQUENCE, 0, "d", CHIP, "{hmac} {pw} 0000 0010",
	  "hmac" },
	{ 0x15c, "SequenceUpdate", "x", 1, NOTHING, 0, "d", CHIP, "{hash} {pw} 0003 616263",
	  "hash" },
	{ 0x15d, "Sign", "x", 1, NOTHING, 0, "d", CHIP,
	  "{signing} {pw} 0020 {32} 0018 000b 8024 40000007 0000", "signing",
	  .compare = LENGTH },
	{ 0x15e, "Unseal", "x", 1, NOTHING, 0, "e", CHIP, "{sealed} {pw}",
	  "storage sealed" },
	{ 0x160, "PolicySigned", "x,s", 0, NOTHING, 0, "de", CHIP,
	  "{signing} {policy} 0000 0000 0000 00000000 {approval}", "signing policy" },
	{ 0x161, "ContextLoad", "", 0, CONTEXT, 0, "S", CHIP, "{all}", "storage",
	  "8001 ???????? 00000162 {storage}" },
	{ 0x162, "ContextSave", "hst", 0, NOTHING, 0, "S", CHIP, "{storage}", "storage",
	  .compare = CODE },
	{ 0x163, "ECDH_KeyGen", "x", 0, NOTHING, 0, "e", CHIP, "{ecdh}", "ecdh",
	  .compare = LENGTH },
	{ 0x164, "EncryptDecrypt", "x", 1, NOTHING, 0, "e", CHIP,
	  "{aes} {pw} 00 0043 0010 11111111111111111111111111111111 0020 {32}", "aes" },
	{ 0x165, "FlushContext", "", 0, NOTHING, 0, "S", CHIP, "{storage}", "storage" },
	{ 0x167, "LoadExternal", "", 0, OBJECT, 0, "de", CHIP,
	  "0000 002e 0008 000b 00000440 0000 0010 0020 {32} 40000001" },
	{ 0x168, "MakeCredential", "x", 0, NOTHING, 0, "de", CHIP,
	  "{storage} 0020 {32} {signing-name}", "storage", .compare = LENGTH },
	{ 0x169, "NV_ReadPublic", "v", 0, NOTHING, 0, "eN", CHIP, "{index}", "index" },
	{ 0x16a, "PolicyAuthorize", "s", 0, NOTHING, 0, "d", CHIP,
	  "{trial} 0020 {32} 0000 {signing-name} 8022 40000007 0000", "trial" },
	{ 0x16b, "PolicyAuthValue", "s", 0, NOTHING, 0, "", CHIP, "{policy}", "policy" },
	{ 0x16c, "PolicyCommandCode", "s", 0, NOTHING, 0, "", CHIP, "{policy} 00000153",
	  "policy" },
	{ 0x16d, "PolicyCounterTimer", "s", 0, NOTHING, 0, "d", CHIP,
	  "{policy} 0000 0000 0000", "policy" },
	{ 0x16e, "PolicyCpHash", "s", 0, NOTHING, 0, "d", CHIP, "{policy} 0020 {32}",
	  "policy" },
	{ 0x16f, "PolicyLocality", "s", 0, NOTHING, 0, "", CHIP, "{policy} 01", "policy" },
	{ 0x170, "PolicyNameHash", "s", 0, NOTHING, 0, "d", CHIP, "{policy} 0020 {32}",
	  "policy" },
	{ 0x171, "PolicyOR", "s", 0, NOTHING, 0, "", CHIP,
	  "{trial} 00000002 0020 {32} 0020 {32}", "trial" },
	{ 0x172, "PolicyTicket", "s", 0, NOTHING, 0, "d", CHIP,
	  "{policy} 0008 0000000000000001 0000 0000 {signing-name} 8023 40000001 0020 {32}",
	  "policy", .rc = 0x1e3,
	  .why = "the ticket has expired" },
	{ 0x173, "ReadPublic", "x", 0, NOTHING, 0, "e", CHIP, "{storage}", "storage" },
	{ 0x174, "RSA_Encrypt", "x", 0, NOTHING, 0, "de", CHIP,
	  "{rsa} 0003 616263 0015 0000", "rsa", .compare = LENGTH },
	{ 0x176, "StartAuthSession", "xn,oeplnrvx", 0, SESSION, 0, "de", CHIP,
	  "40000007 {storage} 0020 {32} 0000 01 0010 000b", "storage", .compare = LENGTH },
	{ 0x177, "VerifySignature", "x", 0, NOTHING, 0, "d", CHIP,
	  "{signing} 0020 {32} {signature}", "signing" },
	{ 0x178, "ECC_Parameters", "", 0, NOTHING, 0, "", KNOWN, "0003" },
	{ 0x179, "FirmwareRead", "", 0, NOTHING, 0, "e", UNSAFE },
	{ 0x17a, "GetCapability", "", 0, NOTHING, 0, "", LOCAL,
	  "00000000 00000000 00000040" },
	{ 0x17b, "GetRandom", "", 0, NOTHING, 0, "e", CHIP, "0008", .compare = LENGTH },
	{ 0x17c, "GetTestResult", "", 0, NOTHING, 0, "e", LOCAL, "", .compare = CODE },
	{ 0x17d, "Hash", "", 0, NOTHING, 0, "de", CHIP, "0003 616263 000b 40000001" },
	{ 0x17e, "PCR_Read", "", 0, NOTHING, 0, "", LOCAL, "00000001 000b 03 ff0000" },
	{ 0x17f, "PolicyPCR", "s", 0, NOTHING, 0, "d", CHIP,
	  "{policy} 0000 00000001 000b 03 010000", "policy" },
	{ 0x180, "PolicyRestart", "s", 0, NOTHING, 0, "", CHIP, "{policy}", "policy" },
	{ 0x181, "ReadClock", "", 0, NOTHING, 0, "", CHIP, "", .compare = LENGTH },
	{ 0x182, "PCR_Extend", "rn", 1, NOTHING, 0, "n", LOCAL,
	  "00000010 {pw} 00000001 000b {32}" },
	{ 0x183, "PCR_SetAuthValue", "r", 1, NOTHING, 0, "d", LOCAL, "00000010 {pw} 0000",
	  .rc = 0x084, .why = "no PCR has an authValue" },
	{ 0x184, "NV_Certify", "xn,vop,v", 2, NOTHING, 0, "deN", CHIP,
	  "{signing} 40000001 {written} {pw2} 0000 0010 0008 0000", "signing index written",
	  .compare = LENGTH },
	{ 0x185, "EventSequenceComplete", "rn,x", 2, NOTHING, 2, "dn", CHIP,
	  "00000010 {event} {pw2} 0003 616263", "event" },
	{ 0x186, "HashSequenceStart", "", 0, SEQUENCE, 0, "d", CHIP, "0000 000b" },
	{ 0x187, "PolicyPhysicalPresence", "s", 0, NOTHING, 0, "", CHIP, "{trial}", "trial" },
	{ 0x188, "PolicyDuplicationSelect", "s", 0, NOTHING, 0, "d", CHIP,
	  "{policy} {signing-name} {signing-name} 00", "policy" },
	{ 0x189, "PolicyGetDigest", "s", 0, NOTHING, 0, "e", CHIP, "{policy}", "policy" },
	{ 0x18a, "TestParms", "", 0, NOTHING, 0, "", KNOWN, "0023 0010 0010 0003 0010" },
	{ 0x18b, "Commit", "x", 1, NOTHING, 0, "de", CHIP, "{ecdaa} {pw} 0004 0000 0000 0000 0000",
	  "ecdaa", .compare = LENGTH },
	{ 0x18c, "PolicyPassword", "s", 0, NOTHING, 0, "", CHIP, "{policy}", "policy" },
	{ 0x18d, "ZGen_2Phase", "x", 1, NOTHING, 0, "de", CHIP,
	  "{ecdh} {pw} {point} {point} 0019 {last2}", "ecdh",
	  "8001 ???????? 0000018e 0003", .compare = LENGTH },
	{ 0x18e, "EC_Ephemeral", "", 0, NOTHING, 0, "e", CHIP, "0003", .compare = LENGTH },
	{ 0x18f, "PolicyNvWritten", "s", 0, NOTHING, 0, "", CHIP, "{policy} 00", "policy" },
	{ 0x190, "PolicyTemplate", "s", 0, NOTHING, 0, "d", CHIP, "{policy} 0020 {32}",
	  "policy" },
	{ 0x191, "CreateLoaded", "oepnx", 1, OBJECT, 0, "dep", CHIP,
	  "{storage} {pw} 0004 0000 0000" HMAC_TEMPLATE, "storage", .compare = LENGTH },
	{ 0x192, "PolicyAuthorizeNV", "vop,v,s", 1, NOTHING, 0, "", CHIP,
	  "40000001 {written} {policy} {pw}", "policy index written", .rc = 0x083,
	  .why = "the index holds no policy" },
	{ 0x193, "EncryptDecrypt2", "x", 1, NOTHING, 0, "de", CHIP,
	  "{aes} {pw} 0020 {32} 00 0043 0010 11111111111111111111111111111111", "aes" },
	{ 0x194, "AC_GetCapability", "a", 0, NOTHING, 0, "", UNSAFE },
	{ 0x195, "AC_Send", "x,vop,a", 2, NOTHING, 0, "d", UNSAFE },
	{ 0x196, "Policy_AC_SendSelect", "s", 0, NOTHING, 0, "d", CHIP },
	{ 0x197, "CertifyX509", "x,xn", 2, NOTHING, 0, "de", CHIP,
	  "{ecdh} {signing} {pw2} 0000 0010 0000", "ecdh signing", .rc = 0x3c4,
	  .why = "there is no certificate to fill in" },
	{ 0x198, "ACT_SetTimeout", "c", 1, NOTHING, 0, "", UNSAFE },
	{ 0x199, "ECC_Encrypt", "x", 0, NOTHING, 0, "de", CHIP },
	{ 0x19a, "ECC_Decrypt", "x", 1, NOTHING, 0, "de", CHIP },
	{ 0x19b, "PolicyCapability", "s", 0, NOTHING, 0, "d", UNSAFE },
	{ 0x19c, "PolicyParameters", "s", 0, NOTHING, 0, "d", CHIP },
	{ 0x19d, "NV_DefineSpace2", "op", 1, NOTHING, 0, "dnp", UNSAFE },
	{ 0x19e, "NV_ReadPublic2", "v", 0, NOTHING, 0, "eN", CHIP },
	{ 0x19f, "SetCapability", "oep", 1, NOTHING, 0, "dn", UNSAFE },
	{ 0x1a0, "ReadOnlyControl", "p", 1, NOTHING, 0, "np", UNSAFE },
	{ 0x1a1, "PolicyTransportSPDM", "s", 0, NOTHING, 0, "d", CHIP },
	{ 0x1a3, "VerifySequenceComplete", "x,x", 1, NOTHING, 1, "", CHIP },
	{ 0x1a4, "SignSequenceComplete", "x,x", 2, NOTHING, 1, "d", CHIP },
	{ 0x1a5, "VerifyDigestSignature", "x", 0, NOTHING, 0, "d", CHIP },
	{ 0x1a6, "SignDigest", "x", 1, NOTHING, 0, "d", CHIP },
	{ 0x1a7, "Encapsulate", "x", 0, NOTHING, 0, "e", CHIP },
	{ 0x1a8, "Decapsulate", "x", 1, NOTHING, 0, "de", CHIP },
	{ 0x1a9, "VerifySequenceStart", "x", 0, SEQUENCE, 0, "d", CHIP },
	{ 0x1aa, "SignSequenceStart", "x", 0, SEQUENCE, 0, "d", CHIP },
	/* What vendors and Linux add: no guest has any of it. */
	{ 0x20000000, "Vendor_TCG_Test", "", 0, NOTHING, 0, "de", UNSAFE },
	{ 0x20001000, "LINUX_VTPM_PROXY_SET_LOCALITY", "", 0, NOTHING, 0, "", UNSAFE },
};

#define NR_EVERY	ARRAY_SIZE(every)

static_assert(NR_EVERY == VTPMB_TPM20_NR_ROWS);

static const struct {
	char letter;
	u16 accept;
} letters[] = {
	{ 'o', ACCEPT_OWNER }, { 'e', ACCEPT_ENDORSEMENT }, { 'p', ACCEPT_PLATFORM },
	{ 'l', ACCEPT_LOCKOUT }, { 'n', ACCEPT_NULL }, { 'r', ACCEPT_PCR },
	{ 'v', ACCEPT_NV }, { 'x', ACCEPT_OBJECT }, { 't', ACCEPT_TRANSIENT },
	{ 'h', ACCEPT_HMAC }, { 's', ACCEPT_POLICY }, { 'a', ACCEPT_AC },
	{ 'c', ACCEPT_ACT },
};

static const struct {
	char letter;
	u16 flag;
} flag_letters[] = {
	{ 'S', TPM20_NO_SESSIONS }, { 'd', TPM20_DECRYPT }, { 'e', TPM20_ENCRYPT },
	{ 'n', TPM20_NV }, { 'x', TPM20_EXTENSIVE }, { 'p', TPM20_PP_LISTABLE },
	{ 'P', TPM20_PP_DEFAULT }, { 'N', TPM20_READS_NV },
};

static u16 accept_of(char letter)
{
	unsigned int i;

	for (i = 0; letters[i].letter != letter; i++) {
		if (i + 1 == ARRAY_SIZE(letters))
			abort();
	}
	return letters[i].accept;
}

static void check_handles(const struct every *e, const struct vtpmb_tpm20_row *row)
{
	u16 accept[VTPMB_TPM20_HANDLES] = {};
	unsigned int nr = *e->handles != 0, i;
	const char *at;

	for (at = e->handles; *at; at++) {
		if (*at == ',')
			nr++;
		else
			accept[nr - 1] |= accept_of(*at);
	}
	CHECK_EQ(row->nr_handles, nr);
	for (i = 0; i < VTPMB_TPM20_HANDLES; i++)
		CHECK_EQ(row->accept[i], accept[i]);
}

static void check_flags(const struct every *e, const struct vtpmb_tpm20_row *row)
{
	static const u16 answerers[] = {
		[LOCAL] = TPM20_LOCAL,
		[KNOWN] = TPM20_KNOWN,
		[UNSAFE] = TPM20_UNSAFE,
	};
	u16 flags = answerers[e->answerer];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_letters); i++) {
		if (strchr(e->flags, flag_letters[i].letter))
			flags |= flag_letters[i].flag;
	}
	CHECK_EQ(row->flags, flags);
}

static void table_is_as_the_specification_has_it(void)
{
	unsigned int i;

	for (i = 0; i < NR_EVERY; i++) {
		const struct vtpmb_tpm20_row *row = &vtpmb_tpm20_rows[i];
		const struct every *e = &every[i];

		CHECK_EQ(row->code, e->code);
		CHECK(!strcmp(row->name, e->name));
		CHECK_EQ(vtpmb_tpm20_row(e->code), i);
		CHECK_EQ(row->nr_auths, e->nr_auths);
		CHECK_EQ(row->response, e->response);
		CHECK_EQ(row->flushes, e->flushes);
		check_handles(e, row);
		check_flags(e, row);
	}
}

/* The command under test. */
static const struct every *one;

/* What a failure is about. */
#define ABOUT(cond) do {						\
	if (!(cond))							\
		core_fail(__FILE__, __LINE__, "%s: %s", one->name, #cond); \
} while (0)

#define COMMANDS	"8001 ???????? 0000017a 00000002 00000000 000000ff"
#define TOTAL		"8001 ???????? 0000017a 00000006 00000129 00000001"

/* TPMA_CC of the command in such a list, or 0. */
static u32 listed(const struct core_rsp *rsp)
{
	u32 i, cca, nr = vtpmb_peek_u32(rsp->buf + 15);

	ABOUT(!rsp->rc && !rsp->buf[10]);
	for (i = 0; i < nr; i++) {
		cca = vtpmb_peek_u32(rsp->buf + 19 + 4 * i);
		if ((cca & (TPM20_CC_V | 0xffff)) == one->code)
			return cca;
	}
	return 0;
}

static u32 chip_has(void)
{
	struct core_rsp rsp;

	core_raw_hex(COMMANDS, &rsp);
	return listed(&rsp);
}

/* What the proxy tells of it, and how many commands it tells of. */
static u32 proxy_has(u32 *nr)
{
	u32 cca;

	CHECK_EQ(tell(&proxy, TOTAL), 0);
	*nr = vtpmb_peek_u32(proxy.rsp.buf + 23);
	CHECK_EQ(tell(&proxy, COMMANDS), 0);
	cca = listed(&proxy.rsp);
	CHECK_EQ(vtpmb_peek_u32(proxy.rsp.buf + 15), *nr);
	return cca;
}

/* A policy of a command that the proxy is asked with cannot be told by it. */
static bool can_be_asked(void)
{
	return one->code != 0x17a && one->code != 0x144;
}

static struct sample_things things_of_proxy, things_of_twin;

static bool prepare(struct guest *g, struct sample_things *things)
{
	const char *needs = one->needs ? one->needs : "";

	sample_begin(things);
	if (!strcmp(needs, "reset"))
		return true;
	CHECK_EQ(tell(g, STARTUP_CLEAR), 0);
	if (!sample_make(g, things, needs))
		return false;
	if (!one->before)
		return true;
	if (tell(g, sample_expand(things, one->before))) {
		core_fail(__FILE__, __LINE__, "%s: before it: 0x%x", one->name, g->rsp.rc);
		return false;
	}
	sample_take(things, &g->rsp);
	return true;
}

static void send_sample(struct guest *g, const struct sample_things *things)
{
	static char hex[4 * VTPMB_BUF_SIZE];

	snprintf(hex, sizeof(hex), "%s ???????? %08x %s", one->nr_auths ? "8002" : "8001",
		 one->code, one->text ? sample_expand(things, one->text) : "");
	tell(g, hex);
}

static bool answers_equal(void)
{
	const struct core_rsp *ours = &proxy.rsp, *twins = &alone.rsp;

	if (one->compare == CODE || one->twins)
		return true;
	if (ours->len != twins->len)
		return false;
	return one->compare == LENGTH || !memcmp(ours->buf, twins->buf, ours->len);
}

static void try_sample(void)
{
	u32 twins_rc = one->twins ? one->twins : one->rc;

	if (!prepare(&proxy, &things_of_proxy) || !prepare(&alone, &things_of_twin))
		return;
	send_sample(&proxy, &things_of_proxy);
	send_sample(&alone, &things_of_twin);
	if (proxy.rsp.err || proxy.rsp.rc != one->rc || alone.rsp.rc != twins_rc)
		core_fail(__FILE__, __LINE__, "%s: 0x%x, twin 0x%x, not 0x%x, 0x%x (err %d)",
			  one->name, proxy.rsp.rc, alone.rsp.rc, one->rc, twins_rc,
			  proxy.rsp.err);
	if (!answers_equal()) {
		core_fail(__FILE__, __LINE__, "%s: other bytes", one->name);
		core_dump("proxy", proxy.rsp.buf, proxy.rsp.len);
		core_dump("twin", alone.rsp.buf, alone.rsp.len);
	}
	ABOUT(proxy.rsp.rc || one->answerer == KNOWN ||
	      proxy.rsp.answer == (one->answerer == LOCAL ? VTPMB_ANSWER_LOCAL :
							    VTPMB_ANSWER_CHIP));
}

/* Whatever its parameters. */
static void is_refused(void)
{
	send_sample(&proxy, &things_of_proxy);
	ABOUT(proxy.rsp.rc == 0x143 && proxy.rsp.len == VTPMB_HEADER_SIZE);
	ABOUT(proxy.rsp.answer == VTPMB_ANSWER_REFUSED);
	ABOUT(!proxy.rsp.nr_chip_commands);
}

static void is_denied_by_policy(void)
{
	u32 nr = 0, nr_denied = 0;

	if (can_be_asked())
		ABOUT(proxy_has(&nr) == chip_has());
	core_policy(v, one->code, VTPMB_POLICY_DENY);
	is_refused();
	if (can_be_asked()) {
		ABOUT(!proxy_has(&nr_denied));
		ABOUT(nr_denied == nr - 1);
	}
	core_policy(v, one->code, VTPMB_POLICY_DEFAULT);
	if (can_be_asked())
		ABOUT(proxy_has(&nr) == chip_has() && nr == nr_denied + 1);
}

static void is_granted_by_policy(void)
{
	u32 nr = 0, nr_granted = 0;

	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	sample_begin(&things_of_proxy);
	ABOUT(!proxy_has(&nr));
	is_refused();
	ABOUT(vtpmb_policy_set(&v->policy, &vtpmb_tpm20, one->code,
			       VTPMB_POLICY_ALLOW) == -EACCES);
	is_refused();
	core_policy(v, one->code, VTPMB_POLICY_ALLOW_UNSAFE);
	ABOUT(proxy_has(&nr_granted) == chip_has());
	ABOUT(nr_granted == nr + 1);
	core_reset(v);
}

static void is_of_no_chip(void)
{
	u32 nr = 0, nr_granted = 0;

	/* If this fails: the table wants a sample. */
	ABOUT(!chip_has());
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	sample_begin(&things_of_proxy);
	sample_begin(&things_of_twin);
	ABOUT(!proxy_has(&nr));
	is_refused();
	send_sample(&alone, &things_of_twin);
	ABOUT(alone.rsp.rc == 0x143);
	core_policy(v, one->code, VTPMB_POLICY_ALLOW_UNSAFE);
	is_refused();
	ABOUT(!proxy_has(&nr_granted) && nr_granted == nr);
}

/* What is granted may change the chip, so each has a chip of its own. */
static void try_one(void)
{
	one = &every[core_running - 1];
	core_start(CORE_TPM20);
	sample_setup();
	v = core_new();
	core_grant(v, VTPMB_RANGE_NV, 0x01000000, 0x010000ff);
	twin = core_twin_new();
	proxy.vtpm = v;
	if (!one->text) {
		is_of_no_chip();
	} else if (one->answerer == UNSAFE) {
		is_granted_by_policy();
		try_sample();
	} else {
		ABOUT(chip_has());
		try_sample();
		is_denied_by_policy();
	}
	end();
}

static const char *what_is_shown(const struct every *e)
{
	if (!e->text)
		return "is refused: this chip does not implement it";
	if (e->answerer == UNSAFE)
		return e->rc ? "is refused until it is granted" :
			       "is refused until it is granted, and then works";
	return e->rc || e->twins ? "fails as it should" : "works as with a TPM";
}

int main(int argc, char **argv)
{
	static struct core_test tests[NR_EVERY + 1] = {
		CORE_TEST(table_is_as_the_specification_has_it),
	};
	static char names[NR_EVERY][160];
	unsigned int i;

	for (i = 0; i < NR_EVERY; i++) {
		snprintf(names[i], sizeof(names[i]), "TPM2_%s %s%s%s", every[i].name,
			 what_is_shown(&every[i]), every[i].why ? ": " : "",
			 every[i].why ? every[i].why : "");
		tests[i + 1].name = names[i];
		tests[i + 1].run = try_one;
	}
	return core_run(tests, ARRAY_SIZE(tests), argc, argv);
}
