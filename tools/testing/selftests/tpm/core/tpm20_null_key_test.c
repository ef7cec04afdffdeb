// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the null primary of a Linux guest with CONFIG_TCG_TPM2_HMAC is the proxy's own,
 * and the chip has it only while a session is started.
 */

#include <linux/random.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include "tpm20/state.h"
#include "tpm20_linux.h"

#define LOAD_EXTERNAL_CODE	0x167
#define GET_HANDLES(first)	"8001 ???????? 0000017a 00000001 " first "00000040"
#define SIGNER		"0018 0023 000b 00040072 0000 0010 0018 000b 0003 0010 0000 0000"
#define PRIMARY_SIGNER	"8002 ???????? 00000131 40000001" PW "0004 0000 0000" SIGNER \
	"0000 00000000"

static struct core_rsp raw;

/* The private key, as the chip gets it; and how often. */
static u8 private_key[SIZE];
static unsigned int nr_lent;

static void watch_private_key(const u8 *cmd, size_t len)
{
	if (vtpmb_peek_u32(cmd + 6) != LOAD_EXTERNAL_CODE || len != 10 + 2 + 40 + 2 + 86 + 4)
		return;
	memcpy(private_key, cmd + 10 + 2 + 8, SIZE);
	nr_lent++;
}

static void begin_watching(void)
{
	nr_lent = 0;
	core_watch = watch_private_key;
	begin();
	boot_both();
}

static void end_watching(void)
{
	core_watch = NULL;
	end();
}

static bool contains(const void *bytes, size_t len, const u8 *wanted)
{
	const u8 *at = bytes;

	for (; len >= SIZE; at++, len--) {
		if (!memcmp(at, wanted, SIZE))
			return true;
	}
	return false;
}

/* Where a response to CreatePrimary differs from another TPM's: point, Name, ticket. */
static void blank(struct core_rsp *rsp)
{
	u8 *at = rsp->buf + 10 + 4 + 4 + 2 + 22;
	u16 digest;

	memset(at + 2, 0, SIZE);
	memset(at + 2 + SIZE + 2, 0, SIZE);
	at += 2 * (2 + SIZE);
	at += 2 + vtpmb_peek_u16(at);
	at += 2 + SIZE + 2 + 4;
	/* libtpms has longer ones. */
	digest = vtpmb_peek_u16(at);
	memmove(at, at + 2 + digest, rsp->buf + rsp->len - (at + 2 + digest));
	rsp->len -= 2 + digest;
	memset(at + 4, 0, SIZE);
	vtpmb_poke_u32(rsp->buf + 2, rsp->len);
	vtpmb_poke_u32(rsp->buf + 14, rsp->len - 18 - 5);
}

static void null_primary_is_as_of_a_tpm(void)
{
	struct core_rsp a, b;

	begin();
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK_EQ(tell(&alone, NULL_PRIMARY), 0);
	a = proxy.rsp;
	b = alone.rsp;
	blank(&a);
	blank(&b);
	CHECK_EQ(a.len, b.len);
	CHECK_MEM(a.buf, b.buf, b.len);
	/* GetCapability lists it, and another is a second one. */
	same(GET_HANDLES("80000000"));
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK_EQ(tell(&alone, NULL_PRIMARY), 0);
	same(GET_HANDLES("80000000"));
	same(FLUSH "80000000");
	same(FLUSH "80000000");
	same(READ_PUBLIC "80000000");
	same(FLUSH "80000001");
	same(GET_HANDLES("80000000"));
	end();
}

/* Name and qualified Name (TPM 2.0 Part 1, 16 and 26). */
static void read_public_knows_its_names(void)
{
	u8 bytes[4 + 2 + SIZE] = { 0x40, 0, 0, 7 }, digest[SIZE];
	const u8 *at = proxy.rsp.buf + 10;

	begin();
	boot_both();
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&alone, on_twin.context), 0);
	both(READ_PUBLIC "80000000", 0);
	CHECK_EQ(proxy.rsp.len, alone.rsp.len);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	at += 2 + vtpmb_peek_u16(at);
	CHECK_MEM(at + 2, on_proxy.name, 2 + SIZE);
	memcpy(bytes + 4, on_proxy.name, 2 + SIZE);
	SHA256(bytes, sizeof(bytes), digest);
	CHECK_EQ(vtpmb_peek_u32(at + 2 + 2 + SIZE), 0x0022000b);
	CHECK_MEM(at + 2 + 2 + SIZE + 4, digest, SIZE);
	end();
}

static void locality_in_creation_data_is_the_guests(void)
{
	begin();
	v->locality = 3;
	core_twin_locality(twin, 3);
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&alone, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK_EQ(tell(&alone, NULL_PRIMARY), 0);
	blank(&proxy.rsp);
	blank(&alone.rsp);
	CHECK_MEM(proxy.rsp.buf, alone.rsp.buf, alone.rsp.len);
	end();
}

/* One more byte, or one that differs, and the key is the chip's, as all guests see it. */
static void other_templates_are_the_chips(void)
{
	static const char *const other[] = {
		/* another authValue, data, outsideInfo, without noDA, P-384, SHA-384 */
		"8002 ???????? 00000131 40000007" PW "0005 0001 41 0000"
		"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000",
		"8002 ???????? 00000131 40000007" PW "0004 0000 0000"
		"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0001 41 00000000",
		"8002 ???????? 00000131 40000007" PW "0004 0000 0000"
		"001a 0023 000b 00030072 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000",
		"8002 ???????? 00000131 40000007" PW "0004 0000 0000"
		"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0004 0010 0000 0000 0000 00000000",
		"8002 ???????? 00000131 40000001" PW "0004 0000 0000"
		"001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000",
	};
	unsigned int i;

	begin();
	same(STARTUP_CLEAR);
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		same_rc(other[i]);
		CHECK_EQ(rv.rc, 0);
		CHECK_EQ(rv.answer, VTPMB_ANSWER_CHIP);
		CHECK(rv.nr_chip_commands > 0);
		same(FLUSH "80000000");
	}
	same(NULL_PRIMARY "00");
	same("8002 ???????? 00000131 40000007" PW_A "0004 0000 0000"
	     "001a 0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000");
	CHECK(rv.rc);
	end();
}

static void session_is_the_chips_and_the_bridges(void)
{
	u8 first[32], second[32];
	unsigned int i;

	begin();
	boot_both();
	for (i = 0; i < 3; i++) {
		extend_both("00000001" SHA256_ONES, 0);
		CHECK_EQ(get_random(&on_proxy, first), 0);
		CHECK_EQ(get_random(&on_twin, second), 0);
		extend_both("00000002" SHA256_ONES SHA384_ONES, 0);
		core_end_turn();
		same(READ_10("000b"));
	}
	CHECK_EQ(get_random(&on_proxy, second), 0);
	CHECK(memcmp(first, second, sizeof(first)));
	end();
}

/* The host's registers stay as they are. */
static void extend_reaches_no_pcr_of_the_chip(void)
{
	struct core_rsp before;

	begin();
	boot_both();
	core_raw_hex(READ_10("000b"), &before);
	extend_both("00000001" SHA256_ONES, 0);
	core_raw_hex(READ_10("000b"), &raw);
	CHECK_MEM(raw.buf, before.buf, before.len);
	end();
}

static void extend_of_a_granted_pcr_reaches_it(void)
{
	begin();
	granted_extend_reaches_the_chip();
	end();
}

static void chip_commands_are_few(void)
{
	u8 bytes[32];

	begin();
	core_turn = 0;
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	/* Whether this chip takes the key: LoadExternal, FlushContext. */
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 2);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(tell(&proxy, CONTEXT_SAVE "80000000"), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	CHECK_EQ(make_null_primary(&on_proxy), 0);
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	/* The first session of a turn also lists those of the host. */
	CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(on_proxy.nr_chip_commands, 4);
	CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(on_proxy.nr_chip_commands, 3);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(get_random(&on_proxy, bytes), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 1);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	/* Not even a session that the chip has saved is loaded for it. */
	core_end_turn();
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 0);
	CHECK_EQ(get_random(&on_proxy, bytes), 0);
	CHECK_EQ(proxy.rsp.nr_chip_commands, 2);
	core_turn = 1;
	end();
}

static void trusted_keys_work(void)
{
	u8 secret[6];

	begin();
	boot_both();
	CHECK_EQ(create_trusted(&on_twin), 0);
	CHECK_EQ(create_trusted(&on_proxy), 0);
	core_end_turn();
	CHECK_EQ(load_trusted(&on_twin), 0);
	CHECK_EQ(load_trusted(&on_proxy), 0);
	CHECK_EQ(unseal_trusted(&on_twin, secret), 0);
	CHECK_MEM(secret, "secret", 6);
	CHECK_EQ(unseal_trusted(&on_proxy, secret), 0);
	CHECK_MEM(secret, "secret", 6);
	end();
}

/* The guest's owner has an authValue of its own then, which the chip does not know. */
static void hierarchies_take_the_session_too(void)
{
	static const struct linux_ask change = {
		.code = 0x129, .handles = "40000001", .params = "0003 6f776e", .after = "6f776e",
		.attributes = CONTINUE,
	};
	static const struct linux_ask back = {
		.code = 0x129, .handles = "40000001", .params = "0000", .auth = "6f776e",
		.after = "", .attributes = CONTINUE,
	};
	unsigned int i;

	begin();
	boot_both();
	for (i = 0; i < 2; i++) {
		CHECK_EQ(ask(&on_proxy, &change), 0);
		CHECK_EQ(ask(&on_twin, &change), 0);
		CHECK_EQ(ask(&on_proxy, &change), 0x9a2);
		CHECK_EQ(ask(&on_twin, &change), 0x9a2);
		CHECK_EQ(ask(&on_proxy, &back), 0);
		CHECK_EQ(ask(&on_twin, &back), 0);
	}
	end();
}

static void forged_commands_are_refused(void)
{
	static const struct linux_ask forged[] = {
		{ .code = EXTEND_CODE, .handles = PCR_10, .params = "00000001" SHA256_ONES,
		  .attributes = CONTINUE, .forge = true },
		{ .code = EXTEND_CODE, .handles = PCR_10, .params = "00000001" SHA256_ONES,
		  .attributes = 0, .forge = true },
		{ .code = EXTEND_CODE, .handles = PCR_10, .names = "0000000b",
		  .params = "00000001" SHA256_ONES, .attributes = CONTINUE },
		{ .code = RANDOM_CODE, .handles = "", .params = "0020",
		  .attributes = CONTINUE | ENCRYPT, .forge = true },
	};
	unsigned int i;
	u32 a, b;

	begin();
	boot_both();
	for (i = 0; i < ARRAY_SIZE(forged); i++) {
		a = ask(&on_proxy, &forged[i]);
		b = ask(&on_twin, &forged[i]);
		CHECK(b);
		CHECK_EQ(a, b);
	}
	same(READ_10("000b"));
	extend_both("00000001" SHA256_ONES, 0);
	same(READ_10("000b"));
	end();
}

/* With the key of another session, and with one that was never agreed on. */
static void key_of_another_session_is_refused(void)
{
	struct linux_guest other;

	begin();
	boot_both();
	other = on_proxy;
	CHECK_EQ(start_session(&on_proxy), 0);
	other.handle = on_proxy.handle;
	memcpy(other.tpms, on_proxy.tpms, SIZE);
	CHECK_EQ(extend(&other, "00000001" SHA256_ONES), 0x9a2);
	RAND_bytes(other.key, SIZE);
	CHECK_EQ(extend(&other, "00000001" SHA256_ONES), 0x9a2);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	end();
}

static void session_that_is_not_continued_is_gone(void)
{
	static const struct linux_ask last = {
		.code = EXTEND_CODE, .handles = PCR_10, .params = "00000001" SHA256_ONES,
	};

	begin();
	boot_both();
	CHECK_EQ(ask(&on_twin, &last), 0);
	CHECK_EQ(ask(&on_proxy, &last), 0);
	extend_both("00000001" SHA256_ONES, 0x918);
	same(READ_10("000b"));
	CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(start_session(&on_twin), 0);
	extend_both("00000001" SHA256_ONES, 0);
	core_end_turn();
	CHECK_EQ(ask(&on_proxy, &last), 0);
	CHECK_EQ(ask(&on_twin, &last), 0);
	same(READ_10("000b"));
	end();
}

/* What restarts end, and what they do not: TPM 2.0 Part 1, 12.2.3. */

static void start_both_as(const char *shutdown, const char *startup)
{
	if (shutdown)
		same(shutdown);
	reset_both();
	same(startup);
}

/* tpm2_load_null(): the context, or the same key again, or the TPM has been reset. */
static void check_null_key_at(int line, bool is_kept)
{
	u8 x[SIZE];
	struct linux_guest *l;

	for (l = &on_proxy; l; l = l == &on_proxy ? &on_twin : NULL) {
		u32 rc = tell(l->g, l->context);

		if (rc != (is_kept ? 0 : 0x1df))
			core_fail(__FILE__, line, "context: 0x%x", rc);
		if (!rc)
			CHECK_EQ(tell(l->g, FLUSH "80000000"), 0);
		memcpy(x, l->x, SIZE);
		boot(l);
		if (!memcmp(x, l->x, SIZE) != is_kept)
			core_fail(__FILE__, line, "the key is %s", is_kept ? "another" : "the same");
		CHECK_EQ(extend(l, "00000001" SHA256_ONES), 0);
	}
	same(READ_10("000b"));
}

#define check_null_key(is_kept) check_null_key_at(__LINE__, is_kept)

static void resume_and_restart_keep_the_key(void)
{
	begin();
	boot_both();
	check_null_key(true);
	start_both_as(SHUTDOWN_STATE, STARTUP_STATE);
	check_null_key(true);
	start_both_as(SHUTDOWN_STATE, STARTUP_CLEAR);
	check_null_key(true);
	end();
}

static void reset_is_noticed(void)
{
	begin();
	boot_both();
	start_both_as(SHUTDOWN_CLEAR, STARTUP_CLEAR);
	check_null_key(false);
	start_both_as(NULL, STARTUP_CLEAR);
	check_null_key(false);
	end();
}

/* QEMU resets the TPM before it resumes a machine from S3. */
static void reset_query_alone_ends_nothing(void)
{
	begin();
	boot_both();
	same(SHUTDOWN_STATE);
	reset_both();
	reset_both();
	CHECK(vtpmb_tpm20_state(v)->null_key.made);
	same(STARTUP_STATE);
	check_null_key(true);
	end();
}

static void private_key_is_wiped(void)
{
	static const u8 zeros[SIZE];
	const struct vtpmb_tpm20_null_key *key;

	begin_watching();
	key = &vtpmb_tpm20_state(v)->null_key;
	CHECK(nr_lent);
	CHECK_MEM(key->private, private_key, SIZE);
	CHECK(!contains(core_port.scratch, VTPMB_BUF_SIZE, private_key));
	CHECK(!contains(vtpmb_tpm20_state(v)->reply, VTPMB_BUF_SIZE, private_key));
	CHECK(!contains(vtpmb_tpm20_state(v)->table.kept, VTPMB_BUF_SIZE, private_key));
	CHECK(!contains(&vtpmb_tpm20_state(v)->table, sizeof(vtpmb_tpm20_state(v)->table),
			private_key));
	reset_both();
	same(STARTUP_CLEAR);
	CHECK_MEM(key->private, zeros, SIZE);
	boot(&on_proxy);
	core_off(v);
	CHECK_MEM(key->private, zeros, SIZE);
	end_watching();
}

static void other_proxies_have_other_keys(void)
{
	struct vtpmb_vtpm *first;
	char context[sizeof(on_proxy.context)];
	u8 x[SIZE];

	begin();
	boot_both();
	memcpy(x, on_proxy.x, SIZE);
	strcpy(context, on_proxy.context);
	first = v;
	v = core_new();
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, context), 0x1df);
	boot(&on_proxy);
	CHECK_EQ(tell(&proxy, context), 0x1df);
	CHECK(memcmp(on_proxy.x, x, SIZE));
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	core_free(first);
	CHECK_EQ(start_session(&on_proxy), 0);
	end();
}

/* Each byte of it. */
static void spoilt_context_is_refused(void)
{
	u8 bytes[200];
	size_t len, i;
	struct core_rsp rsp;

	begin();
	boot_both();
	len = core_hex(bytes, sizeof(bytes), on_proxy.context);
	for (i = 10; i < len; i++) {
		bytes[i] ^= 1;
		core_send(v, bytes, len, &rsp);
		CHECK(rsp.rc);
		bytes[i] ^= 1;
	}
	core_send(v, bytes, len, &rsp);
	CHECK_EQ(rsp.rc, 0);
	/* Without a private key in it. */
	CHECK(!contains(bytes, len, vtpmb_tpm20_state(v)->null_key.private));
	end();
}

/* As a resource manager does: the key stays as many as are loaded. */
static void context_can_be_loaded_many_times(void)
{
	unsigned int i;
	char flush[60];

	begin();
	boot_both();
	for (i = 0; i < 16; i++)
		CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&proxy, on_proxy.context), 0x902);
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0x902);
	for (i = 0; i < 16; i++) {
		sprintf(flush, FLUSH "%08x", 0x80000000 + i);
		CHECK_EQ(tell(&proxy, flush), 0);
		CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	}
	core_raw_hex(GET_HANDLES("80000000"), &raw);
	CHECK_EQ(vtpmb_peek_u32(raw.buf + 15), 0);
	end();
}

/* What the chip would do with a key of another Name and other attributes. */
static void key_serves_for_nothing_else(void)
{
	static const char *const refused[] = {
		/* parent: Create, Load, Import, CreateLoaded */
		"8002 ???????? 00000153 80000000" PW SECRET SEALED "0000 00000000",
		"8002 ???????? 00000157 80000000" PW "0002 0000 0002 0000",
		"8002 ???????? 00000156 80000000" PW "0000 0002 0000 0002 0000 0000 0010",
		"8002 ???????? 00000191 80000000" PW SECRET SEALED,
		/* Certify of it, with nothing and with a key; CertifyCreation */
		"8002 ???????? 00000148 80000000 40000007" PW_PW "0000 0010",
		"8002 ???????? 00000148 80000000 80000001" PW_PW "0000 0010",
		"8002 ???????? 0000014a 80000001 80000000" PW "0000 0000 0010 8021 40000007 0000",
		/* PolicySecret, ObjectChangeAuth, Duplicate, ActivateCredential */
		"8002 ???????? 00000151 80000000 03000001" PW "0000 0000 0000 00000000",
		"8002 ???????? 00000150 80000000 80000001" PW "0000",
		"8002 ???????? 0000014b 80000000 40000007" PW "0000 0010",
		"8002 ???????? 00000147 80000000 80000000" PW_PW "0000 0000",
		/* ECDH_ZGen, ECDH_KeyGen, MakeCredential, Quote, Sign, Rewrap */
		"8002 ???????? 00000154 80000000" PW "0000",
		"8001 ???????? 00000163 80000000",
		"8001 ???????? 00000168 80000000 0000 0000",
		"8002 ???????? 00000158 80000000" PW "0000 0010 00000000",
		"8002 ???????? 0000015d 80000000" PW "0000 0010 8024 40000007 0000",
		"8002 ???????? 00000152 80000000 40000007" PW "0000 0000 0000",
	};
	unsigned int i;

	begin();
	boot_both();
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&proxy, PRIMARY_SIGNER), 0);
	CHECK_EQ(tell(&proxy, "8001 ???????? 00000176 40000007 40000007 0010" NONCE
			      "0000 01 0010 000b"), 0);
	core_watch = watch_private_key;
	nr_lent = 0;
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		want(refused[i], 0x12f);
	CHECK_EQ(nr_lent, 0);
	core_watch = NULL;
	end();
}

/* Every authorisation, every error in the session, every persistent handle. */
static void try_to_evict(void)
{
	static const char *const auths[] = {
		"40000001", "4000000c", "4000000b", "40000007", "4000000a", "80000000",
	};
	static const char *const sessions[] = { PW, PW_ABC, FOREIGN_SESSION, "" };
	static const char *const handles[] = {
		"81000001", "81800000", "80000000", "40000001", "81000001 00", "8100", "",
	};
	unsigned int i, j, k;
	char hex[200];

	for (i = 0; i < ARRAY_SIZE(auths); i++) {
		for (j = 0; j < ARRAY_SIZE(sessions); j++) {
			for (k = 0; k < ARRAY_SIZE(handles); k++) {
				snprintf(hex, sizeof(hex), "%s ???????? 00000120 %s 80000000 %s %s",
					 *sessions[j] ? "8002" : "8001", auths[i], sessions[j],
					 handles[k]);
				same(hex);
				CHECK(rv.rc);
			}
		}
	}
}

#define CONTROL(hier, on) "8002 ???????? 00000121 4000000c" PW hier on

/* It is a temporary object, as each of the null hierarchy (TPM 2.0 Part 4, EvictControl). */
static void key_is_evicted_as_little_as_a_tpms(void)
{
	begin();
	boot_both();
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&alone, on_twin.context), 0);
	try_to_evict();
	same("8002 ???????? 00000120 40000001 80000000" PW "81000001");
	CHECK_EQ(rv.rc, 0x282);
	/* The handle is taken. */
	same_rc(PRIMARY("40000001"));
	same("8002 ???????? 00000120 40000001 80000001" PW "81000001");
	CHECK_EQ(rv.rc, 0);
	try_to_evict();
	same("8002 ???????? 00000120 40000001 81000001" PW "81000001");
	CHECK_EQ(rv.rc, 0);
	same(CONTROL("40000001", "00"));
	try_to_evict();
	same("8002 ???????? 00000120 40000001 80000000" PW "81000001");
	CHECK_EQ(rv.rc, 0x185);
	same(CONTROL("40000001", "01"));
	same(CONTROL("4000000c", "00"));
	try_to_evict();
	/* So is another one, which is the chip's. */
	reset_both();
	same(STARTUP_CLEAR);
	same_rc(PRIMARY("40000007"));
	try_to_evict();
	end();
}

/* The proxy's key is loaded, and a salt for it chosen. */
static void begin_salted(struct linux_salt *salt)
{
	begin();
	boot_both();
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	choose_salt(&on_proxy, salt);
}

static void key_binds_no_session(void)
{
	struct linux_salt salt;

	begin_salted(&salt);
	CHECK_EQ(start_session_with(&on_proxy, &salt, "80000000"), 0x12f);
	want("8001 ???????? 00000176 40000007 80000000 0010" NONCE "0000 00 0010 000b", 0x12f);
	/* A session audits it, and covers the Name. */
	want("8002 ???????? 00000173 80000000 00000009 02000000 0000 81 0000", 0x12f);
	end();
}

/* Both the chip and the bridge know what a session is bound to, if it is empty. */
static void session_may_be_bound_too(void)
{
	struct linux_salt salt;

	begin_salted(&salt);
	CHECK_EQ(start_session_with(&on_proxy, &salt, "40000001"), 0);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	/* An owner with an authValue of its own: the chip cannot know the session's key. */
	CHECK_EQ(tell(&proxy, "8002 ???????? 00000129 40000001" PW "0003 6f776e"), 0);
	CHECK_EQ(start_session_with(&on_proxy, &salt, "40000001"), 0x12f);
	end();
}

/* What a TPM says too. */
static void bad_salts_are_refused(void)
{
	struct linux_salt salt[2];
	unsigned int i;
	char *last;
	static const char *const bad[] = {
		"0000", "0001 00", "0002 0000", "0004 0000 0000",
		/* off the curve; too long; the point at infinity */
		"0044 0020" ONES32 "0020" ONES32,
		"0044 0020" ZEROS32 "0020" ZEROS32,
		"0043 001f" "11111111111111111111111111111111111111111111111111111111111111"
		"0020" ONES32,
		"0048 0022 0000" ONES32 "0022 0000" ONES32,
		"0045 0020" ONES32 "0020" ONES32 "00",
		"0044 0020" ONES32 "0021" ONES32,
	};

	begin();
	boot_both();
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&alone, on_twin.context), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 a, b;

		strcpy(salt[0].hex, bad[i]);
		a = start_session_with(&on_proxy, &salt[0], "40000007");
		b = start_session_with(&on_twin, &salt[0], "40000007");
		if (a != b || !a)
			core_fail(__FILE__, __LINE__, "%.40s: 0x%x, not 0x%x", bad[i], a, b);
	}
	/* Almost a point of the curve. */
	choose_salt(&on_proxy, &salt[0]);
	last = &salt[0].hex[strlen(salt[0].hex) - 1];
	*last = *last == '0' ? '1' : '0';
	CHECK_EQ(start_session_with(&on_proxy, &salt[0], "40000007"), 0x2c4);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	end();
}

/* SHA-1 and SHA-384 for the session, while the key's nameAlg stays SHA-256. */
static void policy_session_is_salted_too(void)
{
	struct linux_salt salt;
	char hex[1000];

	begin_salted(&salt);
	sprintf(hex, "8001 ???????? 00000176 80000000 40000007 0010" NONCE "%s 01 0010 000c",
		salt.hex);
	CHECK_EQ(tell(&proxy, hex), 0);
	sprintf(hex, "8001 ???????? 00000176 80000000 40000007 0010" NONCE "%s 03 0010 0004",
		salt.hex);
	CHECK_EQ(tell(&proxy, hex), 0);
	end();
}

/* Encryption of what the bridge answers is the chip's alone. */
static void bridge_neither_encrypts_nor_audits(void)
{
	static const struct linux_ask audited = {
		.code = EXTEND_CODE, .handles = PCR_10, .params = "00000001" SHA256_ONES,
		.attributes = CONTINUE | AUDIT,
	};

	begin();
	boot_both();
	CHECK_EQ(ask(&on_proxy, &audited), 0x12f);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	end();
}

/* The machine is reset between the command's arrival and its turn. */
static void reset_meanwhile(struct vtpmb_vtpm *vtpm)
{
	core_waits = NULL;
	core_reset_powered(vtpm);
}

static void key_of_before_a_reset_is_not_lent_after_it(void)
{
	static const char *const commands[] = { NULL_PRIMARY, CONTEXT_SAVE "80000000", NULL };
	struct linux_salt salt;
	unsigned int i;

	begin_watching();
	nr_lent = 0;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
		core_waits = reset_meanwhile;
		CHECK_EQ(tell(&proxy, commands[i] ? commands[i] : on_proxy.context), 0x100);
		CHECK(!vtpmb_tpm20_state(v)->null_key.made);
	}
	boot(&on_proxy);
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	choose_salt(&on_proxy, &salt);
	nr_lent = 0;
	core_waits = reset_meanwhile;
	CHECK_EQ(start_session_with(&on_proxy, &salt, "40000007"), 0x100);
	CHECK_EQ(nr_lent, 0);
	end_watching();
}

/* Both do the same, whatever it is, in any order; and so does another proxy of the chip. */

static void both_reset(const char *shutdown, const char *startup, bool is_kept)
{
	start_both_as(shutdown, startup);
	check_null_key(is_kept);
}

static void one_step(struct vtpmb_vtpm *other)
{
	u8 bytes[32];

	switch (get_random_u32() % 10) {
	case 0: case 1: case 2:
		extend_both("00000001" SHA256_ONES, 0);
		break;
	case 3:
		extend_both("00000002 0004 1111111111111111111111111111111111111111" SHA384_ONES,
			    0);
		break;
	case 4:
		CHECK_EQ(get_random(&on_proxy, bytes), 0);
		CHECK_EQ(get_random(&on_twin, bytes), 0);
		break;
	case 5:
		CHECK_EQ(start_session(&on_proxy), 0);
		CHECK_EQ(start_session(&on_twin), 0);
		break;
	case 6:
		core_send_hex(other, NULL_PRIMARY, &raw);
		core_send_hex(other, FLUSH "80000000", &raw);
		CHECK_EQ(raw.rc, 0);
		break;
	case 7:
		both_reset(SHUTDOWN_STATE, STARTUP_STATE, true);
		break;
	case 8:
		both_reset(SHUTDOWN_STATE, STARTUP_CLEAR, true);
		break;
	default:
		both_reset(get_random_u32() & 1 ? SHUTDOWN_CLEAR : NULL, STARTUP_CLEAR, false);
	}
	same(READ_10("000b"));
}

static void random_stories_go_as_on_a_tpm(void)
{
	struct vtpmb_vtpm *other;
	unsigned int i, k;

	for (i = 0; i < 10; i++) {
		begin();
		core_turn = get_random_u32() % 3;
		other = core_new();
		core_send_hex(other, STARTUP_CLEAR, &raw);
		boot_both();
		/* The three sessions that a TPM has room for, and each reset ends them. */
		for (k = 0; k < 12; k++) {
			if (k % 2)
				start_both_as(SHUTDOWN_STATE, STARTUP_CLEAR);
			boot(&on_proxy);
			boot(&on_twin);
			one_step(other);
		}
		core_free(other);
		core_turn = 1;
		end();
	}
}

/* Lost responses, and a chip that refuses. */

static const char *const objects = GET_HANDLES("80000000");
static const char *const loaded = GET_HANDLES("02000000");

static void host_has_its_own_at(int line, const struct core_rsp *public)
{
	core_raw_hex(objects, &raw);
	if (vtpmb_peek_u32(raw.buf + 15) != 1)
		core_fail(__FILE__, line, "the chip has %u objects", vtpmb_peek_u32(raw.buf + 15));
	core_raw_hex(loaded, &raw);
	if (vtpmb_peek_u32(raw.buf + 15) != 1)
		core_fail(__FILE__, line, "the chip has %u sessions", vtpmb_peek_u32(raw.buf + 15));
	core_raw_hex(READ_PUBLIC "80000000", &raw);
	CHECK_MEM(raw.buf, public->buf, public->len);
}

enum loss { NOT_SENT, LOST, CUT_OFF, REFUSED, NR_LOSSES };

static void lose(enum loss loss, unsigned int nth)
{
	switch (loss) {
	case NOT_SENT:
		core_fail_transmit(nth, -ETIME);
		break;
	case LOST:
		core_lose_response(nth);
		break;
	case CUT_OFF:
		core_cut_response(nth, 10);
		break;
	default:
		core_fail_chip(nth, 0x101);
	}
}

/* Whatever is lost, nothing of the guest stays, and all of the host does. */
static void lost_response_leaves_nothing(void)
{
	struct core_rsp public;
	enum loss loss;
	unsigned int nth;
	bool done;
	u32 rc;

	for (loss = 0; loss < NR_LOSSES; loss++) {
		done = false;
		for (nth = 1; !done; nth++) {
			begin();
			core_turn = 0;
			core_raw_hex(PRIMARY("40000007"), &raw);
			core_raw_hex(READ_PUBLIC "80000000", &public);
			core_raw_hex(START_HMAC, &raw);
			v->stop_on_failure = false;
			boot_both();
			lose(loss, nth);
			rc = start_session(&on_proxy);
			core_fail_transmit(0, 0);
			done = !rc;
			core_end_turn();
			host_has_its_own_at(__LINE__, &public);
			if (rc)
				CHECK_EQ(start_session(&on_proxy), 0);
			CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
			core_turn = 1;
			core_end_turn();
			core_raw_hex(FLUSH "80000000", &raw);
			core_raw_hex(FLUSH "02000000", &raw);
			end();
		}
		CHECK(nth > 3);
	}
}

static void lost_response_to_the_first_loan_leaves_nothing(void)
{
	struct core_rsp public;
	enum loss loss;
	unsigned int nth;
	u32 rc;

	for (loss = 0; loss < NR_LOSSES; loss++) {
		for (nth = 1; nth <= 2; nth++) {
			begin();
			core_turn = 0;
			v->stop_on_failure = false;
			core_raw_hex(PRIMARY("40000007"), &raw);
			core_raw_hex(READ_PUBLIC "80000000", &public);
			core_raw_hex(START_HMAC, &raw);
			proxy.vtpm = v;
			CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
			lose(loss, nth);
			rc = tell(&proxy, NULL_PRIMARY);
			core_fail_transmit(0, 0);
			core_end_turn();
			host_has_its_own_at(__LINE__, &public);
			if (!rc)
				CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
			boot(&on_proxy);
			CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
			core_turn = 1;
			core_end_turn();
			core_raw_hex(FLUSH "80000000", &raw);
			core_raw_hex(FLUSH "02000000", &raw);
			end();
		}
	}
}

/* The key is the chip's own then, as all guests have it; Linux sends a command again. */
static void boot_without_loan(void)
{
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0x922);
	CHECK_EQ(tell(&proxy, NULL_PRIMARY), 0);
	CHECK(proxy.rsp.nr_chip_commands > 0);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	boot(&on_proxy);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0x12f);
}

static void chip_that_refuses_the_key_has_its_own(void)
{
	static const u32 refusals[] = { 0x1c1, 0x2c2, 0x3c5, 0x1d5, 0xbf, 0x143 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		begin();
		proxy.vtpm = v;
		CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
		core_fail_chip(1, refusals[i]);
		boot_without_loan();
		end();
	}
}

static void kernel_without_the_curve_leaves_the_key_to_the_chip(void)
{
	core_lack_ecdh(true);
	begin();
	core_lack_ecdh(false);
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0x12f);
	end();
}

/* A chip that accepted the key once, and is busy or full now. */
static void refused_loan_is_the_sessions_error(void)
{
	begin();
	core_turn = 0;
	boot_both();
	core_fail_chip(1, 0x1c1);
	CHECK_EQ(start_session(&on_proxy), 0x12f);
	core_fail_chip(1, 0x902);
	CHECK_EQ(start_session(&on_proxy), 0x902);
	core_fail_chip(1, 0x90a);
	CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	core_turn = 1;
	end();
}

static void objects_make_room_for_the_key(void)
{
	struct linux_salt salt;
	char hex[1000];
	unsigned int i;

	begin();
	core_turn = 0;
	boot_both();
	for (i = 0; i < 5; i++)
		CHECK_EQ(tell(&proxy, PRIMARY("40000001")), 0);
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	choose_salt(&on_proxy, &salt);
	sprintf(hex, "8001 ???????? 00000176 80000005 40000007 0010" NONCE "%s 00 0010 000b",
		salt.hex);
	CHECK_EQ(tell(&proxy, hex), 0);
	/* All objects of the guest are still there. */
	for (i = 0; i < 6; i++) {
		sprintf(hex, READ_PUBLIC "%08x", 0x80000000 + i);
		CHECK_EQ(tell(&proxy, hex), 0);
	}
	core_turn = 1;
	end();
}

static void sessions_make_room_for_the_session(void)
{
	unsigned int i;

	begin();
	core_turn = 0;
	boot_both();
	for (i = 0; i < 6; i++)
		CHECK_EQ(start_session(&on_proxy), 0);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	core_turn = 1;
	end();
}

static void every_failed_allocation_is_survived(void)
{
	unsigned int nth;
	bool failed = true;

	for (nth = 1; failed; nth++) {
		begin();
		proxy.vtpm = v;
		CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
		core_fail_alloc(nth);
		if (!make_null_primary(&on_proxy))
			start_session(&on_proxy);
		failed = core_alloc_failed();
		core_fail_alloc(0);
		CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0x100);
		tell(&proxy, FLUSH "80000000");
		boot(&on_proxy);
		if (extend(&on_proxy, "00000001" SHA256_ONES))
			core_fail(__FILE__, __LINE__, "allocation %u", nth);
		end();
	}
	CHECK(nth > 4);
}

/* As long as the administrator wants it: from the guest's next CreatePrimary on. */
static void administrator_can_give_it_back_to_the_chip(void)
{
	begin();
	boot_both();
	core_set(v, VTPMB_SETTING_NULL_KEY, true);
	CHECK_EQ(tell(&proxy, on_proxy.context), 0);
	CHECK_EQ(tell(&proxy, FLUSH "80000000"), 0);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	boot(&on_proxy);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0x12f);
	core_set(v, VTPMB_SETTING_NULL_KEY, false);
	boot(&on_proxy);
	CHECK_EQ(extend(&on_proxy, "00000001" SHA256_ONES), 0);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(null_primary_is_as_of_a_tpm),
	CORE_TEST(read_public_knows_its_names),
	CORE_TEST(locality_in_creation_data_is_the_guests),
	CORE_TEST(other_templates_are_the_chips),
	CORE_TEST(session_is_the_chips_and_the_bridges),
	CORE_TEST(extend_reaches_no_pcr_of_the_chip),
	CORE_TEST(extend_of_a_granted_pcr_reaches_it),
	CORE_TEST(chip_commands_are_few),
	CORE_TEST(trusted_keys_work),
	CORE_TEST(hierarchies_take_the_session_too),
	CORE_TEST(forged_commands_are_refused),
	CORE_TEST(key_of_another_session_is_refused),
	CORE_TEST(session_that_is_not_continued_is_gone),
	CORE_TEST(resume_and_restart_keep_the_key),
	CORE_TEST(reset_is_noticed),
	CORE_TEST(reset_query_alone_ends_nothing),
	CORE_TEST(private_key_is_wiped),
	CORE_TEST(other_proxies_have_other_keys),
	CORE_TEST(spoilt_context_is_refused),
	CORE_TEST(context_can_be_loaded_many_times),
	CORE_TEST(key_serves_for_nothing_else),
	CORE_TEST(key_is_evicted_as_little_as_a_tpms),
	CORE_TEST(key_binds_no_session),
	CORE_TEST(session_may_be_bound_too),
	CORE_TEST(bad_salts_are_refused),
	CORE_TEST(policy_session_is_salted_too),
	CORE_TEST(bridge_neither_encrypts_nor_audits),
	CORE_TEST(key_of_before_a_reset_is_not_lent_after_it),
	CORE_TEST(random_stories_go_as_on_a_tpm),
	CORE_TEST(lost_response_leaves_nothing),
	CORE_TEST(lost_response_to_the_first_loan_leaves_nothing),
	CORE_TEST(chip_that_refuses_the_key_has_its_own),
	CORE_TEST(kernel_without_the_curve_leaves_the_key_to_the_chip),
	CORE_TEST(refused_loan_is_the_sessions_error),
	CORE_TEST(objects_make_room_for_the_key),
	CORE_TEST(sessions_make_room_for_the_session),
	CORE_TEST(every_failed_allocation_is_survived),
	CORE_TEST(administrator_can_give_it_back_to_the_chip),
};

CORE_MAIN(tests)
