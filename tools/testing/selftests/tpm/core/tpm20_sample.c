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
	{ "credential" }, { "signature" }, { "approval" }, { "creation" },
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

/* creationHash, no scheme, creationTicket: the end of CertifyCreation of {hmac}. */
static void setup_creation(void)
{
	size_t at;

	host_make("hmac");
	at = 18 + size_of(18, 2);
	set_2bs("creation", at, 1);
	strcat(find_word("creation", 8)->hex, "0010");
	at += size_of(at, 1);
	add_bytes("creation", at, 6 + size_of(at + 6, 1));
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
