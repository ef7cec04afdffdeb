// SPDX-License-Identifier: GPL-2.0
/*
 * An application of TrouSerS, by libtspi.
 *
 * tspi create NAME sign|bind	makes a key below the SRK: NAME.key
 * tspi sign NAME COUNT		loads it; says "ready", waits for a line, signs so often, verifies;
 *				says "done", waits for another line
 * tspi fill COUNT		makes so many keys, loads them all, then signs with each
 * tspi bind NAME		binds something to it, and unbinds it
 * tspi quote NAME [PCR]...	quotes with it, and verifies the quote
 *
 * The secrets of owner and SRK are 20 zeros; keys have one of their own.
 */
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

static TSS_HKEY new_key(TSS_FLAG flags)
{
	TSS_HKEY key;

	flags |= TSS_KEY_VOLATILE | TSS_KEY_AUTHORIZATION | TSS_KEY_NOT_MIGRATABLE;
	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_RSAKEY, flags, &key));
	give_secret(key);
	TRY(Tspi_Key_CreateKey(key, srk, 0));
	return key;
}

static void create(const char *name, const char *use)
{
	TSS_FLAG type = strcmp(use, "sign") ? TSS_KEY_TYPE_BIND : TSS_KEY_TYPE_SIGNING;
	TSS_HKEY key = new_key(TSS_KEY_SIZE_2048 | type);
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
		keys[i] = new_key(TSS_KEY_SIZE_512 | TSS_KEY_TYPE_SIGNING);
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

static void quote(const char *name, char **pcrs)
{
	TSS_HKEY key = load(name);
	BYTE nonce[20] = "quoted only once";
	TSS_VALIDATION validation = {
		.ulExternalDataLength = sizeof(nonce),
		.rgbExternalData = nonce,
	};
	TSS_HPCRS selected = 0;
	TSS_HHASH hash;
	TSS_HTPM tpm;

	TRY(Tspi_Context_GetTpmObject(context, &tpm));
	if (*pcrs)
		TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_PCRS, 0, &selected));
	while (*pcrs)
		TRY(Tspi_PcrComposite_SelectPcrIndex(selected, atoi(*pcrs++)));
	TRY(Tspi_TPM_Quote(tpm, key, selected, &validation));
	TRY(Tspi_Context_CreateObject(context, TSS_OBJECT_TYPE_HASH, TSS_HASH_SHA1, &hash));
	TRY(Tspi_Hash_UpdateHashValue(hash, validation.ulDataLength, validation.rgbData));
	TRY(Tspi_Hash_VerifySignature(hash, key, validation.ulValidationDataLength,
				      validation.rgbValidationData));
	if (memcmp(validation.rgbData + validation.ulDataLength - sizeof(nonce), nonce,
		   sizeof(nonce)))
		fail("the nonce is not in the quote");
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
	else if (!strcmp(verb, "quote"))
		quote(argv[2], argv + 3);
	else
		fail("usage: tspi create|sign|fill|bind|quote ...");
	TRY(Tspi_Context_Close(context));
	return 0;
}
