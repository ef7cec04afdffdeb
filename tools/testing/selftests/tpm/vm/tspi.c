// SPDX-License-Identifier: GPL-2.0
/*
 * An application of TrouSerS, by libtspi.
 *
 * tspi create NAME USE		makes a key below the SRK: NAME.key; to sign, to bind, or to sign
 *				only what the TPM has made: to quote
 * tspi sign NAME COUNT		loads it; says "ready", waits for a line, signs so often, verifies;
 *				says "done", waits for another line
 * tspi fill COUNT		makes so many keys, loads them all, then signs with each
 * tspi bind NAME		binds something to it, and unbinds it
 * tspi quote NAME [PCR]...	quotes with it, and verifies the quote
 * tspi quote2 NAME PCR...	the same with TPM_Quote2
 *				both leave NAME.quote and NAME.signature, and NAME.der: the key
 * tspi extend PCR		extends it by something
 * tspi pcrs PCR...		prints them as Linux does
 *
 * The secrets of owner and SRK are 20 zeros; keys have one of their own.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tss/platform.h>
#include <tss/tspi.h>
#include <trousers/trousers.h>

#define MAX_BLOB 1024
#define MAX_KEYS 32
#define SECRET "of the key"

static const char text[] = "what is signed or bound";

static TSS_HCONTEXT context;
static TSS_HKEY srk;

static void check(const char *what, TSS_RESULT result)
{
	if (!result)
		return;
	fprintf(stderr, "tspi: %s: 0x%x: %s, %s\n", what, result, Trspi_Error_Layer(result),
		Trspi_Error_String(result));
	exit(1);
}

static void fail(const char *what)
{
	fprintf(stderr, "tspi: %s\n", what);
	exit(1);
}

#define TRY(call) check(#call, call)

static void connect_to_daemon(void)
{
	static const TSS_UUID uuid = TSS_UUID_SRK;
	BYTE zeros[20] = TSS_WELL_KNOWN_SECRET;
	TSS_HPOLICY policy;

	TRY(Tspi_Context_Create(&context));
	TRY(Tspi_Context_Connect(context, NULL));
	TRY(Tspi_Context_LoadKeyByUUID(context, TSS_PS_TYPE_SYSTEM, uuid, &srk));
	TRY(Tspi_GetPolicyObject(srk, TSS_POLICY_USAGE, &policy));
	TRY(Tspi_Policy_SetSecret(policy, TSS_SECRET_MODE_SHA1, sizeof(zeros), zeros));
}

static void give_secret(TSS_HKEY key)
{
	TSS_HPOLICY policy;

	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_POLICY, TSS_POLICY_USAGE, &policy));
	TRY(Tspi_Policy_SetSecret(policy, TSS_SECRET_MODE_PLAIN, strlen(SECRET), (BYTE *)SECRET));
	TRY(Tspi_Policy_AssignToObject(policy, key));
}

static FILE *key_file(const char *name, const char *mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s.key", name);
	file = fopen(path, mode);
	if (!file)
		fail(path);
	return file;
}

/* @scheme: 0 for the usual one */
static TSS_HKEY new_key(TSS_FLAG flags, UINT32 scheme)
{
	TSS_HKEY key;

	flags |= TSS_KEY_VOLATILE | TSS_KEY_AUTHORIZATION | TSS_KEY_NOT_MIGRATABLE;
	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_RSAKEY, flags, &key));
	give_secret(key);
	if (scheme)
		TRY(Tspi_SetAttribUint32(key, TSS_TSPATTRIB_KEY_INFO,
					 TSS_TSPATTRIB_KEYINFO_SIGSCHEME, scheme));
	TRY(Tspi_Key_CreateKey(key, srk, 0));
	return key;
}

static void create(const char *name, const char *use)
{
	TSS_FLAG type = strcmp(use, "bind") ? TSS_KEY_TYPE_SIGNING : TSS_KEY_TYPE_BIND;
	UINT32 scheme = strcmp(use, "quote") ? 0 : TSS_SS_RSASSAPKCS1V15_INFO;
	TSS_HKEY key = new_key(TSS_KEY_SIZE_2048 | type, scheme);
	UINT32 len;
	BYTE *blob;
	FILE *file;

	TRY(Tspi_GetAttribData(key, TSS_TSPATTRIB_KEY_BLOB, TSS_TSPATTRIB_KEYBLOB_BLOB, &len,
			       &blob));
	file = key_file(name, "w");
	if (fwrite(blob, 1, len, file) != len || fclose(file))
		fail("not written");
}

static TSS_HKEY load(const char *name)
{
	FILE *file = key_file(name, "r");
	BYTE blob[MAX_BLOB];
	size_t len = fread(blob, 1, sizeof(blob), file);
	TSS_HKEY key;

	fclose(file);
	TRY(Tspi_Context_LoadKeyByBlob(context, srk, len, blob, &key));
	give_secret(key);
	return key;
}

static TSS_HHASH hash_of_text(void)
{
	TSS_HHASH hash;

	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_HASH, TSS_HASH_SHA1, &hash));
	TRY(Tspi_Hash_UpdateHashValue(hash, sizeof(text), (BYTE *)text));
	return hash;
}

/* At the end of the input nobody wants to be waited for. */
static void wait_for_line(const char *say)
{
	char line[16];

	printf("%s\n", say);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return;
}

static void sign_once(TSS_HKEY key)
{
	TSS_HHASH hash = hash_of_text();
	UINT32 len;
	BYTE *signature;

	TRY(Tspi_Hash_Sign(hash, key, &len, &signature));
	TRY(Tspi_Hash_VerifySignature(hash, key, len, signature));
	TRY(Tspi_Context_FreeMemory(context, signature));
	TRY(Tspi_Context_CloseObject(context, hash));
}

static void sign(const char *name, long count)
{
	TSS_HKEY key = load(name);

	wait_for_line("ready");
	while (count--)
		sign_once(key);
	wait_for_line("done");
}

/* More than the TPM has room for: the daemon takes out what was used least lately. */
static void fill(unsigned long count)
{
	TSS_HKEY keys[MAX_KEYS];
	unsigned long i;

	if (count > MAX_KEYS)
		fail("too many keys");
	for (i = 0; i < count; i++) {
		keys[i] = new_key(TSS_KEY_SIZE_512 | TSS_KEY_TYPE_SIGNING, 0);
		TRY(Tspi_Key_LoadKey(keys[i], srk));
	}
	for (i = 0; i < count; i++)
		sign_once(keys[i]);
}

static void bind_and_unbind(const char *name)
{
	TSS_HKEY key = load(name);
	TSS_HENCDATA data;
	UINT32 len;
	BYTE *plain;

	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_ENCDATA, TSS_ENCDATA_BIND, &data));
	TRY(Tspi_Data_Bind(data, key, sizeof(text), (BYTE *)text));
	TRY(Tspi_Data_Unbind(data, key, &len, &plain));
	if (len != sizeof(text) || memcmp(plain, text, len))
		fail("what was unbound is not what was bound");
}

/* An object of TrouSerS with these PCRs. */
static TSS_HPCRS select_pcrs(char **pcrs, bool second)
{
	TSS_HPCRS selected = 0;

	if (*pcrs)
		TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_PCRS,
					      second ? TSS_PCRS_STRUCT_INFO_SHORT : 0, &selected));
	for (; *pcrs; pcrs++) {
		if (second)
			TRY(Tspi_PcrComposite_SelectPcrIndexEx(selected, atoi(*pcrs),
							       TSS_PCRS_DIRECTION_RELEASE));
		else
			TRY(Tspi_PcrComposite_SelectPcrIndex(selected, atoi(*pcrs)));
	}
	return selected;
}

static void save(const char *name, const char *what, const BYTE *bytes, UINT32 len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s.%s", name, what);
	file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, len, file) != len || fclose(file))
		fail(path);
}

/* SubjectPublicKeyInfo of a 2048-bit key with exponent 65537 (RFC 8017, A.1) */
static void save_public(const char *name, TSS_HKEY key)
{
	static const BYTE head[] = {
		0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
		0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
		0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00,
	}, tail[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
	BYTE der[sizeof(head) + 256 + sizeof(tail)], *modulus;
	UINT32 len;

	TRY(Tspi_GetAttribData(key, TSS_TSPATTRIB_RSAKEY_INFO, TSS_TSPATTRIB_KEYINFO_RSA_MODULUS,
			       &len, &modulus));
	if (len != 256)
		fail("the key has another size");
	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), modulus, len);
	memcpy(der + sizeof(head) + len, tail, sizeof(tail));
	save(name, "der", der, sizeof(der));
}

/* TrouSerS does not know the scheme of keys that only quote. */
static void verify(TSS_HKEY key, const TSS_VALIDATION *validation)
{
	UINT32 scheme;
	TSS_HHASH hash;

	TRY(Tspi_GetAttribUint32(key, TSS_TSPATTRIB_KEY_INFO, TSS_TSPATTRIB_KEYINFO_SIGSCHEME,
				 &scheme));
	if (scheme == TSS_SS_RSASSAPKCS1V15_INFO)
		return;
	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_HASH, TSS_HASH_SHA1, &hash));
	TRY(Tspi_Hash_UpdateHashValue(hash, validation->ulDataLength, validation->rgbData));
	TRY(Tspi_Hash_VerifySignature(hash, key, validation->ulValidationDataLength,
				      validation->rgbValidationData));
}

static void quote(const char *name, char **pcrs, bool second)
{
	TSS_HKEY key = load(name);
	BYTE nonce[20] = "quoted only once";
	TSS_VALIDATION validation = {
		.ulExternalDataLength = sizeof(nonce),
		.rgbExternalData = nonce,
	};
	TSS_HPCRS selected = select_pcrs(pcrs, second);
	size_t nonce_at;
	BYTE *version;
	TSS_HTPM tpm;
	UINT32 len;

	TRY(Tspi_Context_GetTpmObject(context, &tpm));
	if (second)
		TRY(Tspi_TPM_Quote2(tpm, key, FALSE, selected, &validation, &len, &version));
	else
		TRY(Tspi_TPM_Quote(tpm, key, selected, &validation));
	verify(key, &validation);
	nonce_at = second ? 6 : validation.ulDataLength - sizeof(nonce);
	if (memcmp(validation.rgbData + nonce_at, nonce, sizeof(nonce)))
		fail("the nonce is not in the quote");
	save(name, "quote", validation.rgbData, validation.ulDataLength);
	save(name, "signature", validation.rgbValidationData, validation.ulValidationDataLength);
	save_public(name, key);
}

static void extend(const char *pcr)
{
	BYTE digest[20] = "twenty bytes", *value;
	TSS_HTPM tpm;
	UINT32 len;

	TRY(Tspi_Context_GetTpmObject(context, &tpm));
	TRY(Tspi_TPM_PcrExtend(tpm, atoi(pcr), sizeof(digest), digest, NULL, &len, &value));
}

static void print_pcrs(char **pcrs)
{
	BYTE *value;
	TSS_HTPM tpm;
	UINT32 len, i;

	TRY(Tspi_Context_GetTpmObject(context, &tpm));
	for (; *pcrs; pcrs++) {
		TRY(Tspi_TPM_PcrRead(tpm, atoi(*pcrs), &len, &value));
		printf("PCR-%02d:", atoi(*pcrs));
		for (i = 0; i < len; i++)
			printf(" %02X", value[i]);
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	if (*verb)
		connect_to_daemon();
	if (!strcmp(verb, "create") && argc == 4)
		create(argv[2], argv[3]);
	else if (!strcmp(verb, "sign") && argc == 4)
		sign(argv[2], atol(argv[3]));
	else if (!strcmp(verb, "fill") && argc == 3)
		fill(strtoul(argv[2], NULL, 10));
	else if (!strcmp(verb, "bind") && argc == 3)
		bind_and_unbind(argv[2]);
	else if (!strcmp(verb, "quote") || !strcmp(verb, "quote2"))
		quote(argv[2], argv + 3, !strcmp(verb, "quote2"));
	else if (!strcmp(verb, "extend") && argc == 3)
		extend(argv[2]);
	else if (!strcmp(verb, "pcrs"))
		print_pcrs(argv + 2);
	else
		fail("usage: tspi create|sign|fill|bind|quote|quote2|extend|pcrs ...");
	TRY(Tspi_Context_Close(context));
	return 0;
}
