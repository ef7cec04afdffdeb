// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: well-formed commands, and what they need. */

#include <openssl/evp.h>
#include <stdlib.h>
#include "tpm20_sample.h"

#define SENSITIVE	"0004 0000 0000"
#define NO_PCR		"0000 00000000"
#define ECC_STORAGE	"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000"
#define ECC_SIGNING	"0018 0023 000b 00040472 0000 0010 0018 000b 0003 0010 0000 0000"
#define ECC_ECDH	"0016 0023 000b 00020472 0000 0010 0010 0003 0010 0000 0000"
#define ECC_ECDAA	"001a 0023 000b 00040472 0000 0010 001a 000b 0001 0010 0010 0000 0000"
#define HMAC_KEY	"0010 0008 000b 00040472 0000 0005 000b 0000"
#define ST_CLEAR_KEY	"0010 0008 000b 00040476 0000 0005 000b 0000"
#define AES_KEY		"0012 0025 000b 00060472 0000 0006 0080 0043 0000"
#define RSA_KEY		"0016 0001 000b 00020472 0000 0010 0010 0800 00000000 0000"
#define SEALED_DATA	"000e 0008 000b 00000452 0000 0010 0000"
/* May be duplicated: PolicyCommandCode(TPM_CC_Duplicate). */
#define MOVABLE		"0030 0008 000b 00040460 0020 {may-move} 0005 000b 0000"

#define PRIMARY_OF(template) \
	"8002 ???????? 00000131 40000001 {pw} " SENSITIVE template NO_PCR
#define CREATE_OF(sensitive, template) \
	"8002 ???????? 00000153 {storage} {pw}" sensitive template NO_PCR
#define LOAD_OF(bytes)	"8002 ???????? 00000157 {storage} {pw}" bytes
#define INDEX_OF(index, attributes, size) \
	"8002 ???????? 0000012a 40000001 {pw} 0000 000e" index "000b" attributes "0000" size
#define SESSION_OF(type) \
	"8001 ???????? 00000176 40000007 40000007 0020 {32} 0000" type "0010 000b"

#define NOTHING		RESPONSE_NONE
#define OBJECT		RESPONSE_OBJECT
#define SEQUENCE	RESPONSE_SEQUENCE
#define SESSION		RESPONSE_SESSION
#define CONTEXT		RESPONSE_CONTEXT
#define NO_INDEX_1	.rc = 0x18b, .why = "there is no NV index"

const struct sample samples[SAMPLE_NR] = {
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
	  "40000001 {pw} 0004 0000 0000" HMAC_KEY "0000 00000000" },
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
	  "{signing} {hmac} {pw} 0000 {creation-hash} 0010 {creation-ticket}", "signing hmac", .compare = LENGTH },
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
	  "{storage} {pw} 0004 0000 0000" HMAC_KEY "0000 00000000", "storage",
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
	{ 0x187, "PolicyPhysicalPresence", "s", 0, NOTHING, 0, "", CHIP, "{policy}", "policy" },
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
	  "{storage} {pw} 0004 0000 0000" HMAC_KEY, "storage", .compare = LENGTH },
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

static const struct maker {
	const char *name;
	const char *text;
	u32 index;
} makers[] = {
	{ "storage", PRIMARY_OF(ECC_STORAGE) },
	{ "signing", PRIMARY_OF(ECC_SIGNING) },
	{ "hmac", PRIMARY_OF(HMAC_KEY) },
	{ "aes", PRIMARY_OF(AES_KEY) },
	{ "rsa", PRIMARY_OF(RSA_KEY) },
	{ "ecdh", PRIMARY_OF(ECC_ECDH) },
	{ "ecdaa", PRIMARY_OF(ECC_ECDAA) },
	{ "child", LOAD_OF("{child-bytes}") },
	{ "sealed", LOAD_OF("{sealed-bytes}") },
	{ "movable", LOAD_OF("{movable-bytes}") },
	{ "secret", LOAD_OF("{secret-bytes}") },
	{ "st-clear", PRIMARY_OF(ST_CLEAR_KEY) },
	{ "hash", "8001 ???????? 00000186 0000 000b" },
	{ "event", "8001 ???????? 00000186 0000 0010" },
	{ "mac", "8002 ???????? 0000015b {hmac} {pw} 0000 0010" },
	{ "hmac-session", SESSION_OF("00") },
	{ "policy", SESSION_OF("01") },
	{ "trial", SESSION_OF("03") },
	{ "bound", "8001 ???????? 00000176 40000007 {storage} 0020 {32} 0000 00 0010 000b" },
	/* NV indices, which keep the number that they are given. */
	{ "index", INDEX_OF("01000000", "82066006", "0008"), 0x01000000 },
	{ "written", "8002 ???????? 00000137 {index} {index} {pw} 0008 6162636465666768 0000",
	  0x01000000 },
	{ "counter", INDEX_OF("01000001", "02060016", "0008"), 0x01000001 },
	{ "bits", INDEX_OF("01000002", "02060026", "0008"), 0x01000002 },
	{ "digest", INDEX_OF("01000003", "02060046", "0020"), 0x01000003 },
};

/* Words that stand for bytes. */
static struct word {
	const char *name;
	char hex[2048];
} words[] = {
	{ "pw", "00000009 40000009 0000 01 0000" },
	{ "pw2", "00000012 40000009 0000 01 0000 40000009 0000 01 0000" },
	{ "pw3", "0000001b 40000009 0000 01 0000 40000009 0000 01 0000 40000009 0000 01 0000" },
	{ "32", "1111111111111111111111111111111111111111111111111111111111111111" },
	{ "may-move" }, { "child-bytes" }, { "sealed-bytes" }, { "movable-bytes" },
	{ "secret-bytes" },
	{ "credential" }, { "signature" }, { "approval" },
	{ "creation-hash" }, { "creation-ticket" },
	{ "moved-bare" }, { "moved-public" }, { "moved" }, { "signing-name" },
	{ "point" },
};

static struct word *find_word(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].name) == len && !memcmp(words[i].name, name, len))
			return &words[i];
	}
	return NULL;
}

static void set_word(const char *name, const u8 *bytes, size_t len)
{
	struct word *word = find_word(name, strlen(name));

	if (2 * len >= sizeof(word->hex))
		abort();
	put_hex(word->hex, 0, bytes, len);
}

void sample_begin(struct sample_things *things)
{
	memset(things, 0, sizeof(*things));
}

u32 sample_handle(const struct sample_things *things, const char *name)
{
	unsigned int i;

	for (i = 0; i < things->nr; i++) {
		if (!strcmp(things->name[i], name))
			return things->handle[i];
	}
	return 0;
}

static size_t put_taken(const struct sample_things *things, char *out, const char *name,
			size_t len)
{
	if (len == 3 && !memcmp(name, "all", 3))
		return put_hex(out, 0, things->taken, things->taken_len);
	if (len == 5 && !memcmp(name, "last2", 5) && things->taken_len >= 2)
		return put_hex(out, 0, things->taken + things->taken_len - 2, 2);
	return 0;
}

/* What the word in braces, @len bytes, stands for. */
static size_t put_word(const struct sample_things *things, char *out, const char *name,
		       size_t len)
{
	const struct word *word = find_word(name, len);
	unsigned int i;
	size_t taken;

	if (word)
		return sprintf(out, "%s", sample_expand(things, word->hex));
	for (i = 0; i < things->nr; i++) {
		if (strlen(things->name[i]) == len && !memcmp(things->name[i], name, len))
			return sprintf(out, "%08x", things->handle[i]);
	}
	taken = put_taken(things, out, name, len);
	if (!taken) {
		fprintf(stderr, "harness: no {%.*s}\n", (int)len, name);
		abort();
	}
	return taken;
}

const char *sample_expand(const struct sample_things *things, const char *text)
{
	static char longer[4][4 * VTPMB_BUF_SIZE];
	static unsigned int turn;
	char *out = longer[turn++ % ARRAY_SIZE(longer)];
	size_t len = 0, name_len;

	for (; *text; text++) {
		if (len + 2 * VTPMB_BUF_SIZE > sizeof(longer[0]))
			abort();
		if (*text != '{') {
			out[len++] = *text;
			continue;
		}
		name_len = strcspn(++text, "}");
		len += put_word(things, out + len, text, name_len);
		text += name_len;
	}
	out[len] = 0;
	return out;
}

static const struct maker *find_maker(const char *name, size_t len)
{
	const struct maker *m = makers;

	while (strlen(m->name) != len || memcmp(m->name, name, len)) {
		if (++m == makers + ARRAY_SIZE(makers))
			abort();
	}
	return m;
}

bool sample_make(struct guest *g, struct sample_things *things, const char *needs)
{
	const struct maker *m;
	size_t len;
	u32 rc;

	for (; *needs; needs += len + (needs[len] == ' ')) {
		len = strcspn(needs, " ");
		m = find_maker(needs, len);
		rc = tell(g, sample_expand(things, m->text));
		if (rc || things->nr == SAMPLE_MAX) {
			core_fail(__FILE__, __LINE__, "cannot make {%s}: 0x%x", m->name, rc);
			return false;
		}
		things->name[things->nr] = m->name;
		things->handle[things->nr++] = m->index ? m->index :
					       vtpmb_peek_u32(g->rsp.buf + 10);
	}
	return true;
}

void sample_take(struct sample_things *things, const struct core_rsp *rsp)
{
	things->taken_len = rsp->len - VTPMB_HEADER_SIZE;
	memcpy(things->taken, rsp->buf + VTPMB_HEADER_SIZE, things->taken_len);
}

/* The chip itself, for what is made in sample_setup(). */

static struct core_rsp raw;
static struct sample_things host;

static void must(const char *text)
{
	core_raw_hex(sample_expand(&host, text), &raw);
	if (!raw.rc)
		return;
	fprintf(stderr, "harness: %s gives 0x%x\n", text, raw.rc);
	abort();
}

static void host_make(const char *name)
{
	must(find_maker(name, strlen(name))->text);
	host.name[host.nr] = name;
	host.handle[host.nr++] = vtpmb_peek_u32(raw.buf + 10);
}

/* The last thing is gone. */
static void host_flush(void)
{
	char hex[100];

	snprintf(hex, sizeof(hex), FLUSH "%08x", host.handle[--host.nr]);
	must(hex);
}

/* Bytes of as many TPM2Bs as @count, @at bytes into the last response. */
static size_t size_of(size_t at, unsigned int count)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 len;

	vtpmb_reader_init(&r, raw.buf + at, raw.len - at);
	while (count--) {
		if (!vtpmb_get_tpm2b(&r, &bytes, &len))
			abort();
	}
	return r.pos - raw.buf - at;
}

/* A word for those, or more of an older one. */
static void add_bytes(const char *name, size_t at, size_t len)
{
	struct word *word = find_word(name, strlen(name));

	if (strlen(word->hex) + 2 * len >= sizeof(word->hex))
		abort();
	put_hex(word->hex, strlen(word->hex), raw.buf + at, len);
}

static void set_2bs(const char *name, size_t at, unsigned int count)
{
	*find_word(name, strlen(name))->hex = 0;
	add_bytes(name, at, size_of(at, count));
}

static void setup_children(void)
{
	static const u8 policy[] = {
		[32] = 0x00, 0x00, 0x01, 0x6c, 0x00, 0x00, 0x01, 0x4b,
	};
	u8 digest[32];

	EVP_Digest(policy, sizeof(policy), digest, NULL, EVP_sha256(), NULL);
	set_word("may-move", digest, sizeof(digest));
	must(CREATE_OF(SENSITIVE, HMAC_KEY));
	set_2bs("child-bytes", 14, 2);
	must(CREATE_OF("000c 0000 0008 5345414c45442121", SEALED_DATA));
	set_2bs("sealed-bytes", 14, 2);
	must(CREATE_OF("000e 0002 7077 0008 " SAMPLE_SECRET, SEALED_DATA));
	set_2bs("secret-bytes", 14, 2);
	must(CREATE_OF(SENSITIVE, MOVABLE));
	set_2bs("movable-bytes", 14, 2);
}

static void setup_signatures(void)
{
	static const u8 zeros[4];
	u8 digest[32];
	char hex[300];
	size_t len;

	must("8001 ???????? 00000173 {signing}");
	set_2bs("signing-name", 10 + size_of(10, 1), 1);
	must("8001 ???????? 00000168 {storage} 0020 {32} {signing-name}");
	set_2bs("credential", 10, 2);
	must("8002 ???????? 0000015d {signing} {pw} 0020 {32} 0018 000b 8024 40000007 0000");
	set_word("signature", raw.buf + 14, vtpmb_peek_u32(raw.buf + 10));
	/* What PolicySigned without any limits is signed of. */
	EVP_Digest(zeros, sizeof(zeros), digest, NULL, EVP_sha256(), NULL);
	len = sprintf(hex, "8002 ???????? 0000015d {signing} {pw} 0020");
	len = put_hex(hex, len, digest, sizeof(digest));
	strcpy(hex + len, "0018 000b 8024 40000007 0000");
	must(hex);
	set_word("approval", raw.buf + 14, vtpmb_peek_u32(raw.buf + 10));
}

/* creationHash and creationTicket of {hmac}. */
static void setup_creation(void)
{
	size_t at;

	host_make("hmac");
	at = 18 + size_of(18, 2);
	set_2bs("creation-hash", at, 1);
	at += size_of(at, 1);
	set_word("creation-ticket", raw.buf + at, 6 + size_of(at + 6, 1));
	host_flush();
}

static void move(const char *parent)
{
	char hex[300];

	must("8001 ???????? 0000016c {policy} 0000014b");
	snprintf(hex, sizeof(hex), "8002 ???????? 0000014b {movable} %s %s", parent,
		 "00000009 {policy} 0000 01 0000 0000 0010");
	must(hex);
}

/* Duplicates without a parent, and for {storage}: what Import and Rewrap take. */
static void setup_duplicates(void)
{
	char seed[1024];

	host_make("movable");
	host_make("policy");
	move("40000007");
	/* encryptionKeyOut is empty. */
	set_2bs("moved-bare", 16, 1);
	move("{storage}");
	set_2bs("moved", 16 + size_of(16, 1), 1);
	strcpy(seed, find_word("moved", 5)->hex);
	set_2bs("moved", 16, 1);
	must("8001 ???????? 00000173 {movable}");
	set_2bs("moved-public", 10, 1);
	add_bytes("moved", 10 + size_of(10, 1), size_of(10 + size_of(10, 1), 1));
	strcat(find_word("moved", 5)->hex, seed);
	host_flush();
	host_flush();
}

void sample_setup(void)
{
	sample_begin(&host);
	host_make("storage");
	setup_children();
	host_make("signing");
	setup_signatures();
	setup_creation();
	host_flush();
	host_make("ecdh");
	must("8001 ???????? 00000163 {ecdh}");
	set_2bs("point", 10, 1);
	host_flush();
	setup_duplicates();
	host_flush();
	CHECK(core_chip_is_empty());
}
