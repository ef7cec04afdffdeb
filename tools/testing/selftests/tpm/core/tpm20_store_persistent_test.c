// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: persistent objects of a proxy with a state file, which the chip makes again after its
 * host has been without power.
 */

#include "tpm20/origin.h"
#include "tpm20_linux.h"
#include "tpm20_reboot.h"
#include "core/image.h"

#define OWNER		"40000001"
#define ENDORSEMENT	"4000000b"
#define PLATFORM	"4000000c"
#define SRK		"81000001"
#define KEY		"81000002"
#define BLOB		"81000003"
#define SIGNER		"81000004"
#define EK		"81010001"
#define EVICT(object, handle) "8002 ???????? 00000120" OWNER object PW handle
#define LIST		"8001 ???????? 0000017a 00000001 81000000 00000040"
#define COUNT		"8001 ???????? 0000017a 00000006 00000208 00000001"
#define CLEAR		"8002 ???????? 00000126" PLATFORM PW
#define NO_SECRET	"0004 0000 0000"
#define SIGNING		"0018 0023 000b 00040072 0000 0010 0018 000b 0003 0010 0000 0000"
#define PW_PWD		"0000000b 40000009 0000 01 0002 7077"
#define OWNERAUT	"0008 6f776e6572617574"
#define KEYAUTH		"0007 6b657961757468"
#define KEYAUTH_SEALEDDATA "0015" KEYAUTH "000a 7365616c656464617461"
#define UNSEAL(object, auth) "8002 ???????? 0000015e" object auth
#define DIGEST		"0020" ZEROS32
#define SIGN(object)	"8002 ???????? 0000015d" object PW DIGEST "0010 8024 40000007 0000"
#define BY_SESSION	"00000009 02000000 0000 01 0000"
#define GET_RANDOM	"8001 ???????? 0000017b 0008"

static char load_blob[2 * VTPMB_BUF_SIZE];

/* Create under @parent, and keep the Load command for what comes of it. */
static void create_under_at(int line, const char *parent, const char *auth, const char *what,
			    char *load)
{
	static char hex[2 * VTPMB_BUF_SIZE];
	u16 private_len, public_len;
	size_t len;

	sprintf(hex, "8002 ???????? 00000153 %s %s %s 0000 00000000", parent, auth, what);
	want_at(line, hex, 0);
	private_len = vtpmb_peek_u16(rv.buf + 14);
	public_len = vtpmb_peek_u16(rv.buf + 16 + private_len);
	len = sprintf(load, "8002 ???????? 00000157 %s %s", parent, auth);
	put_hex(load, len, rv.buf + 14, 4 + private_len + public_len);
}

#define create_under(parent, auth, what, load) \
	create_under_at(__LINE__, parent, auth, what, load)

static void load_under_at(int line, const char *parent, const char *auth, const char *what)
{
	create_under_at(line, parent, auth, what, load_blob);
	want_at(line, load_blob, 0);
}

#define load_under(parent, auth, what) load_under_at(__LINE__, parent, auth, what)

static const char * const family[] = { SRK, KEY, BLOB, SIGNER };
static struct core_rsp public[ARRAY_SIZE(family)];

static void read_public(const char *handle, u32 rc)
{
	char hex[100];

	snprintf(hex, sizeof(hex), READ_PUBLIC "%s", handle);
	want(hex, rc);
}

/* A storage key, another one under it, and under that a secret and a key that signs */
static void make_family(void)
{
	unsigned int i;

	want(PRIMARY(OWNER), 0);
	load_under("80000000", PW, NO_SECRET ECC_TEMPLATE);
	load_under("80000001", PW, SECRET SEALED);
	load_under("80000001", PW, NO_SECRET SIGNING);
	want(EVICT("80000000", SRK), 0);
	want(EVICT("80000001", KEY), 0);
	want(EVICT("80000002", BLOB), 0);
	want(EVICT("80000003", SIGNER), 0);
	for (i = 0; i < ARRAY_SIZE(family); i++) {
		read_public(family[i], 0);
		public[i] = rv;
	}
}

static void begin_family(void)
{
	begin_stored();
	want(STARTUP_CLEAR, 0);
	make_family();
}

static void check_signature(void)
{
	static char hex[2 * VTPMB_BUF_SIZE];
	size_t len;

	want(SIGN(SIGNER), 0);
	len = sprintf(hex, "8001 ???????? 00000177" SIGNER DIGEST);
	put_hex(hex, len, rv.buf + 14, vtpmb_peek_u32(rv.buf + 10));
	want(hex, 0);
}

static void check_family(void)
{
	unsigned int i;

	check_signature();
	want(UNSEAL(BLOB, PW_PWD), 0);
	CHECK_MEM(rv.buf + 16, "secret", 6);
	for (i = 0; i < ARRAY_SIZE(family); i++) {
		read_public(family[i], 0);
		CHECK_EQ(rv.len, public[i].len);
		CHECK_MEM(rv.buf, public[i].buf, rv.len);
	}
}

static u32 nr_listed(void)
{
	want(LIST, 0);
	return vtpmb_peek_u32(rv.buf + 15);
}

static u32 nr_counted(void)
{
	want(COUNT, 0);
	return vtpmb_peek_u32(rv.buf + 23);
}

static u32 failures_of_chip(void)
{
	struct core_rsp raw;

	core_end_turn();
	core_raw_hex("8001 ???????? 0000017a 00000006 0000020e 00000001", &raw);
	return vtpmb_peek_u32(raw.buf + 23);
}

static void evict_control_answers_as_a_tpm(void)
{
	static const char * const commands[] = {
		EVICT("80000000", "81000001"), LIST, COUNT,
		EVICT("80000000", "81000001"), EVICT("80000000", "81800000"),
		EVICT("80000000", "817fffff"), EVICT("80000001", "81000004"),
		EVICT("81000001", "817fffff"), LIST, COUNT,
		EVICT("81000001", "81000001"), EVICT("81000001", "81000001"), LIST, COUNT,
	};
	unsigned int i;

	begin_stored();
	start_both();
	both(PRIMARY(ENDORSEMENT), 0);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		same(commands[i]);
	end();
}

static void primary_keys_outlive_a_reboot(void)
{
	begin_stored();
	start_both();
	both(PRIMARY(ENDORSEMENT), 0);
	same(EVICT("80000000", SRK));
	same(EVICT("80000001", EK));
	reboot();
	same(STARTUP_CLEAR);
	same(COUNT);
	same(LIST);
	same(READ_PUBLIC SRK);
	same(READ_PUBLIC EK);
	/* From here on it is an object like others. */
	CHECK(rv.nr_chip_commands > 3);
	want("8001 ???????? 00000163" SRK, 0);
	CHECK(rv.nr_chip_commands <= 3);
	same(LIST);
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PUBLIC SRK);
	same(EVICT(SRK, SRK));
	same(LIST);
	end();
}

/* As Windows and tpm2-tools make it: the prime numbers are the same again. */
static void rsa_key_outlives_a_reboot(void)
{
	begin_stored();
	proxy.vtpm = v;
	both(STARTUP_CLEAR, 0);
	both("8002 ???????? 00000131" OWNER PW NO_SECRET
	     "003a 0001 000b 00030472 0000 0006 0080 0043 0010 0800 00000000 0020" ZEROS32
	     "0000 00000000", 0);
	same(EVICT("80000000", SRK));
	reboot();
	same(STARTUP_CLEAR);
	same(READ_PUBLIC SRK);
	end();
}

/* The data of a primary object are its creator's. */
static void sealed_primary_outlives_a_reboot(void)
{
	begin_stored();
	want(STARTUP_CLEAR, 0);
	want("8002 ???????? 00000131" OWNER PW SECRET SEALED
	     "0004 01020304 00000001 000b 03 000000", 0);
	want(EVICT("80000000", BLOB), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(UNSEAL(BLOB, PW_PWD), 0);
	CHECK_MEM(rv.buf + 16, "secret", 6);
	end();
}

/* Whether the file has the @len bytes at @what anywhere as they are. */
static bool file_shows(const void *what, size_t len)
{
	size_t at;

	for (at = 0; at + len <= sizeof(disk.bytes); at++) {
		if (!memcmp(disk.bytes + at, what, len))
			return true;
	}
	return false;
}

/* All of this is in the file: the proxy has it again after a reboot. */
static void file_shows_nothing_of_the_state(void)
{
	u8 secret[VTPMB_SECRET_SIZE];

	begin_stored();
	want(STARTUP_CLEAR, 0);
	memcpy(secret, v->secret, sizeof(secret));
	want("8002 ???????? 00000131" OWNER PW KEYAUTH_SEALEDDATA SEALED
	     "0004 01020304 00000001 000b 03 000000", 0);
	want(EVICT("80000000", BLOB), 0);
	want("8002 ???????? 00000129" OWNER PW OWNERAUT, 0);
	CHECK(file_shows("vm1", 3));
	CHECK(!file_shows(secret, 16));
	CHECK(!file_shows("owneraut", 8));
	CHECK(!file_shows("keyauth", 7));
	CHECK(!file_shows("sealeddata", 10));
	CHECK(!file_shows(disk_key, 16));

	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_MEM(v->secret, secret, sizeof(secret));
	want("8002 ???????? 00000129" OWNER "00000011 40000009 0000 01" OWNERAUT "0000", 0);
	want(UNSEAL(BLOB, "00000010 40000009 0000 01" KEYAUTH), 0);
	CHECK_MEM(rv.buf + 16, "sealeddata", 10);
	end();
}

static void family_outlives_reboots(void)
{
	begin_family();
	check_family();
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 4);
	/* The youngest first: its ancestors are not in the chip. */
	check_family();
	CHECK_EQ(failures_of_chip(), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	read_public(SRK, 0);
	check_family();
	core_turn = 0;
	check_family();
	core_turn = 1;
	end();
}

static void blob_outside_the_tpm_is_loaded_under_the_persistent_key(void)
{
	begin_family();
	create_under(SRK, PW, SECRET SEALED, load_blob);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(load_blob, 0);
	want(UNSEAL("80000000", PW_PWD), 0);
	CHECK_MEM(rv.buf + 16, "secret", 6);
	/* Its parent has been made again, and has its origin still. */
	want(EVICT("80000000", "81000005"), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(UNSEAL("81000005", PW_PWD), 0);
	end();
}

static void auth_value_is_needed_as_before(void)
{
	u32 failures;

	begin_stored();
	want(STARTUP_CLEAR, 0);
	/* The parent has the authValue "pw". */
	want("8002 ???????? 00000131" OWNER PW "0006 0002 7077 0000" ECC_TEMPLATE "0000 00000000",
	     0);
	load_under("80000000", PW_PWD, SECRET SEALED);
	want(EVICT("80000000", SRK), 0);
	want(EVICT("80000001", BLOB), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	failures = failures_of_chip();
	want(UNSEAL(BLOB, PW_PWD), 0);
	CHECK_EQ(failures_of_chip(), failures);
	want(UNSEAL(BLOB, PW), 0x98e);
	CHECK_EQ(failures_of_chip(), failures + 1);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	memcpy(strstr(load_blob, "80000000"), SRK, strlen(SRK));
	want(load_blob, 0);
	memcpy(strstr(load_blob, "7077"), "7078", 4);
	want(load_blob, 0x98e);
	end();
}

static void changed_auth_value_is_kept(void)
{
	static char hex[2 * VTPMB_BUF_SIZE];
	u16 len;
	size_t at;

	begin_family();
	want(FLUSH "80000002", 0);
	/* ObjectChangeAuth gives a new private part, for the public part of before. */
	want("8002 ???????? 00000150" BLOB KEY PW_PWD "0003 616263", 0);
	len = vtpmb_peek_u16(rv.buf + 14);
	at = sprintf(hex, "8002 ???????? 00000157" KEY PW);
	at = put_hex(hex, at, rv.buf + 14, 2 + len);
	at = put_hex(hex, at, public[2].buf + 10, 2 + vtpmb_peek_u16(public[2].buf + 10));
	want(hex, 0);
	want(EVICT("80000002", "81000005"), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(UNSEAL("81000005", PW_ABC), 0);
	want(UNSEAL(BLOB, PW_PWD), 0);
	end();
}

/* A primary, an ordinary and a derived object: each in its own way */
static void created_and_loaded_objects_outlive_a_reboot(void)
{
	static const char * const handles[] = { SRK, KEY, BLOB };
	struct core_rsp before[3];
	unsigned int i;

	begin_stored();
	want(STARTUP_CLEAR, 0);
	want("8002 ???????? 00000191" OWNER PW NO_SECRET ECC_TEMPLATE, 0);
	want("8002 ???????? 00000191 80000000" PW NO_SECRET SIGNING, 0);
	/* The parent of a derived object: keyedHash, restricted, decrypt, XOR */
	want("8002 ???????? 00000131" OWNER PW NO_SECRET
	     "0012 0008 000b 00030072 0000 000a 000b 0022 0000 0000 00000000", 0);
	want("8002 ???????? 00000191 80000002" PW NO_SECRET
	     "001e 0023 000b 00040052 0000 0010 0018 000b 0003 0010 0003 616263 0003 646566", 0);
	want(EVICT("80000000", SRK), 0);
	want(EVICT("80000001", KEY), 0);
	want(EVICT("80000003", BLOB), 0);
	for (i = 0; i < ARRAY_SIZE(handles); i++) {
		read_public(handles[i], 0);
		before[i] = rv;
	}
	reboot_host();
	want(STARTUP_CLEAR, 0);
	for (i = 0; i < ARRAY_SIZE(handles); i++) {
		read_public(handles[i], 0);
		CHECK_MEM(rv.buf, before[i].buf, rv.len);
	}
	end();
}

static void deleted_object_stays_deleted(void)
{
	begin_family();
	want(EVICT(KEY, KEY), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 3);
	read_public(KEY, 0x18b);
	want(EVICT(BLOB, BLOB), 0);
	/* What is under the deleted key does not need it. */
	check_signature();
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 2);
	end();
}

static void clear_takes_them_away(void)
{
	begin_family();
	want(CLEAR, 0);
	CHECK_EQ(nr_listed(), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 0);
	read_public(SRK, 0x18b);
	make_family();
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(CLEAR, 0);
	CHECK_EQ(nr_listed(), 0);
	end();
}

static void disabled_hierarchy_hides_them(void)
{
	begin_stored();
	start_both();
	both(PRIMARY(ENDORSEMENT), 0);
	same(EVICT("80000000", SRK));
	same(EVICT("80000001", EK));
	reboot();
	same(STARTUP_CLEAR);
	same("8002 ???????? 00000121" PLATFORM PW ENDORSEMENT "00");
	same(READ_PUBLIC EK);
	same(READ_PUBLIC SRK);
	same("8002 ???????? 00000121" PLATFORM PW ENDORSEMENT "01");
	same(READ_PUBLIC EK);
	end();
}

/* The host has cleared the chip: its seeds, and what follows from them, are others. */
static void other_chip_has_none_of_them(void)
{
	struct core_rsp raw;
	unsigned int i;

	begin_family();
	core_end_turn();
	core_raw_hex("8002 ???????? 00000126 4000000a" PW, &raw);
	CHECK_EQ(raw.rc, 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 4);
	for (i = 0; i < ARRAY_SIZE(family); i++) {
		read_public(family[i], 0x18b);
		CHECK_EQ(nr_listed(), 3 - i);
	}
	/* It is not tried again and again. */
	read_public(BLOB, 0x18b);
	CHECK(!rv.nr_chip_commands);
	want(EVICT(BLOB, BLOB), 0x28b);
	CHECK_EQ(failures_of_chip(), 0);
	/* The image has them still; but a new object takes the place of an old one. */
	want(PRIMARY(OWNER), 0);
	want(EVICT("80000000", KEY), 0);
	want(READ_PUBLIC KEY, 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 4);
	want(READ_PUBLIC KEY, 0);
	read_public(BLOB, 0x18b);
	want(CLEAR, 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 0);
	end();
}

/* The chip was reset behind the bridge's back. */
static void object_is_made_again_whenever_its_context_is_lost(void)
{
	begin_family();
	core_end_turn();
	core_chip_cycle();
	want(SIGN(SIGNER), TPM2_RC_RETRY);
	check_signature();
	want(UNSEAL(BLOB, PW_PWD), TPM2_RC_RETRY);
	want(UNSEAL(BLOB, PW_PWD), 0);
	CHECK_EQ(nr_listed(), 4);
	end();
}

static void change_that_cannot_be_stored_has_no_effect(void)
{
	begin_family();
	CHECK_EQ(nr_counted(), 4);
	disk.fails = true;
	want(EVICT("80000000", "81000005"), TPM2_RC_NV_UNAVAILABLE);
	CHECK_EQ(nr_counted(), 4);
	read_public("81000005", 0x18b);
	CHECK_EQ(nr_listed(), 4);
	want(EVICT(BLOB, BLOB), TPM2_RC_NV_UNAVAILABLE);
	check_family();
	want(CLEAR, TPM2_RC_NV_UNAVAILABLE);
	CHECK_EQ(nr_listed(), 4);
	check_family();
	/* Only what differs from the image is restored from it. */
	want("8002 ???????? 00000129" OWNER PW "0003 616263", TPM2_RC_NV_UNAVAILABLE);
	want("8001 ???????? 00000163" SRK, 0);
	CHECK(rv.nr_chip_commands <= 3);
	disk.fails = false;
	check_family();
	want(PRIMARY(OWNER), 0);
	want(EVICT("80000000", "81000005"), 0);
	want(EVICT(BLOB, BLOB), 0);
	disk.fails = true;
	want(EVICT("80000000", BLOB), TPM2_RC_NV_UNAVAILABLE);
	disk.fails = false;
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 4);
	check_signature();
	read_public("81000005", 0);
	read_public(BLOB, 0x18b);
	end();
}

static void each_change_is_one_write(void)
{
	unsigned int writes;

	begin_family();
	writes = disk.nr_writes;
	want(EVICT("80000000", "81000005"), 0);
	CHECK_EQ(disk.nr_writes, writes + 1);
	want(EVICT("81000005", "81000005"), 0);
	CHECK_EQ(disk.nr_writes, writes + 2);
	check_family();
	CHECK_EQ(disk.nr_writes, writes + 2);
	reboot_host();
	writes = disk.nr_writes;
	want(STARTUP_CLEAR, 0);
	check_family();
	CHECK_EQ(disk.nr_writes, writes);
	end();
}

static int (*transmit)(struct vtpmb_port *port, u8 *buf);
static bool made;

static void see_create_primary(const u8 *cmd, size_t len)
{
	made |= vtpmb_peek_u32(cmd + VTPMB_CODE_AT) == 0x131;
}

/* The bridge cannot see what a session encrypts. */
static void what_was_encrypted_is_refused(void)
{
	struct linux_ask a = {
		.code = 0x131, .handles = OWNER, .attributes = CONTINUE | DECRYPT,
		.params = NO_SECRET ECC_TEMPLATE "0000 00000000", .returns_handle = true,
	};

	begin_stored();
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	CHECK_EQ(ask(&on_proxy, &a), 0);
	core_watch = see_create_primary;
	made = false;
	want(EVICT("80000000", SRK), TPM2_RC_NV_SPACE);
	CHECK(!made);
	CHECK_EQ(nr_listed(), 0);
	want(FLUSH "80000000", 0);
	/* What the response has encrypted does no harm. */
	a.attributes = CONTINUE | ENCRYPT;
	CHECK_EQ(ask(&on_proxy, &a), 0);
	made = false;
	want(EVICT("80000000", SRK), 0);
	CHECK(made);
	core_watch = NULL;
	end();
}

/* The Name in the chip's answer to ReadPublic has another last byte. */
static int change_name(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + VTPMB_CODE_AT);
	int len = transmit(port, buf);

	if (code == 0x173 && len > VTPMB_HEADER_SIZE)
		buf[len - 1 - 2 - 34] ^= 1;
	return len;
}

/* A chip that does not derive its primary keys as the specification says */
static void object_that_the_chip_makes_otherwise_is_refused(void)
{
	begin_stored();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY(OWNER), 0);
	read_public("80000000", 0);
	transmit = core_port.transmit;
	core_port.transmit = change_name;
	want(EVICT("80000000", SRK), TPM2_RC_NV_SPACE);
	CHECK_EQ(nr_listed(), 0);
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_port.transmit = transmit;
	want(EVICT("80000000", SRK), 0);
	end();
}

/* A policy alone authorises the parent. */
static void what_is_under_a_policy_is_refused(void)
{
	begin_stored();
	want(STARTUP_CLEAR, 0);
	/* TPM2_PolicyCommandCode(Load) would do; but an empty policy takes any session. */
	want("8002 ???????? 00000131" OWNER PW NO_SECRET
	     "003a 0023 000b 00030432 0020" ZEROS32 "0006 0080 0043 0010 0003 0010 0000 0000"
	     "0000 00000000", 0);
	want(START_POLICY, 0);
	create_under("80000000", "00000009 03000000 0000 01 0000", SECRET SEALED, load_blob);
	want(load_blob, 0);
	want(EVICT("80000001", BLOB), TPM2_RC_NV_SPACE);
	want(EVICT("80000000", SRK), 0);
	CHECK_EQ(failures_of_chip(), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	read_public(SRK, 0);
	end();
}

/* Without the parent's authValue in a command, it is that of its creation. */
static void parent_may_be_authorised_by_hmac(void)
{
	struct linux_ask a = {
		.code = 0x157, .handles = "80000000", .attributes = CONTINUE,
		.returns_handle = true,
	};
	static char params[2 * VTPMB_BUF_SIZE], name[100];

	begin_stored();
	proxy.vtpm = v;
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	boot(&on_proxy);
	want(PRIMARY(OWNER), 0);
	create_under("80000000", PW, SECRET SEALED, load_blob);
	strcpy(params, strstr(load_blob, PW) + strlen(PW));
	want(READ_PUBLIC "80000000", 0);
	put_hex(name, 0, rv.buf + 14 + vtpmb_peek_u16(rv.buf + 10), 34);
	a.params = params;
	a.names = name;
	CHECK_EQ(ask(&on_proxy, &a), 0);
	want(EVICT("80000001", BLOB), 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(UNSEAL(BLOB, PW_PWD), 0);
	end();
}

/* A resource manager saves what a program has made, and loads it for the next one. */
static void save_primary(const char *hex, char *context)
{
	size_t len;

	want(hex, 0);
	want(CONTEXT_SAVE "80000000", 0);
	len = sprintf(context, "8001 ???????? 00000161");
	put_hex(context, len, rv.buf + 10, rv.len - 10);
	want(FLUSH "80000000", 0);
}

static void persist_saved(const char *context, const char *evict)
{
	want(context, 0);
	want(evict, 0);
	want(FLUSH "80000000", 0);
}

/* A context of before says nothing of where its object comes from. */
static void what_was_only_loaded_from_a_context_is_refused(void)
{
	static char context[2 * VTPMB_BUF_SIZE], other[2 * VTPMB_BUF_SIZE];
	unsigned int i;

	begin_stored();
	want(STARTUP_CLEAR, 0);
	save_primary(PRIMARY(OWNER), context);
	save_primary(PRIMARY(ENDORSEMENT), other);
	/* As long as the bridge has an object, it is known. */
	persist_saved(context, EVICT("80000000", SRK));
	persist_saved(other, EVICT("80000000", EK));
	want(EVICT(EK, EK), 0);
	persist_saved(other, EVICT("80000000", EK));
	persist_saved(context, EVICT("80000000", KEY));
	want(EVICT(SRK, SRK), 0);
	want(EVICT(KEY, KEY), 0);
	want(EVICT(EK, EK), 0);
	for (i = 0; i < VTPMB_MAX_KEPT + 1; i++)
		save_primary(PRIMARY(ENDORSEMENT), other);
	want(context, 0);
	want(EVICT("80000000", SRK), TPM2_RC_NV_SPACE);
	CHECK_EQ(nr_listed(), 0);
	end();
}

/* A parent that the chip itself keeps, in the range of the proxy */
static void parent_may_be_the_chips(void)
{
	begin_stored();
	want(STARTUP_CLEAR, 0);
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81100000, 0x8110000f);
	want(PRIMARY(OWNER), 0);
	want(EVICT("80000000", "81100001"), 0);
	want(FLUSH "80000000", 0);
	load_under("81100001", PW, SECRET SEALED);
	want(EVICT("80000000", BLOB), 0);
	reboot_host();
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81100000, 0x8110000f);
	want(STARTUP_CLEAR, 0);
	want(UNSEAL(BLOB, PW_PWD), 0);
	/* The administrator has taken the range away, and then given it back. */
	reboot_host();
	want(STARTUP_CLEAR, 0);
	want(UNSEAL(BLOB, PW_PWD), 0x18b);
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81100000, 0x8110000f);
	want(UNSEAL(BLOB, PW_PWD), 0);
	want(EVICT("81100001", "81100001"), 0);
	reboot_host();
	core_grant(v, VTPMB_RANGE_PERSISTENT, 0x81100000, 0x8110000f);
	want(STARTUP_CLEAR, 0);
	want(UNSEAL(BLOB, PW_PWD), 0x18b);
	end();
}

static void chips_owner_auth_is_the_administrators(void)
{
	struct core_rsp raw;

	begin_family();
	core_end_turn();
	core_raw_hex("8002 ???????? 00000129" OWNER PW "0003 616263", &raw);
	CHECK_EQ(raw.rc, 0);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	read_public(KEY, TPM2_RC_AUTH_UNAVAILABLE);
	CHECK_EQ(nr_listed(), 4);
	give_owner_auth(v, "abc");
	check_family();
	end();
}

static void there_is_room_for_eight(void)
{
	char hex[200], handle[20];
	unsigned int i;

	begin_stored();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY(OWNER), 0);
	load_under("80000000", PW, NO_SECRET ECC_TEMPLATE);
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		snprintf(hex, sizeof(hex), EVICT("80000001", "810000%02x"), i);
		want(hex, 0);
	}
	want(EVICT("80000001", "81000100"), TPM2_RC_NV_SPACE);
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), VTPMB_MAX_PERSISTENT);
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		snprintf(handle, sizeof(handle), "810000%02x", i);
		read_public(handle, 0);
	}
	want(PRIMARY(OWNER), 0);
	want(EVICT("80000000", "81000100"), TPM2_RC_NV_SPACE);
	want(EVICT("81000003", "81000003"), 0);
	want(EVICT("80000000", "81000100"), 0);
	end();
}

static void evict_at(int line, const char *object, const char *handle, u32 rc)
{
	char hex[200];

	snprintf(hex, sizeof(hex), "8002 ???????? 00000120" OWNER "%s" PW "%s", object, handle);
	want_at(line, hex, rc);
}

/* The longest pedigree, eight times, fits into the image. */
static void pedigree_is_as_long_as_the_image_has_room_for(void)
{
	/* Where each generation is, its parent, and its grandparent */
	static const char * const place[] = { "81000100", "81000101", "81000102" };
	unsigned int i, depth;
	char handle[20];

	begin_stored();
	want(STARTUP_CLEAR, 0);
	want(PRIMARY(OWNER), 0);
	evict_at(__LINE__, "80000000", place[0], 0);
	want(FLUSH "80000000", 0);
	for (depth = 1; depth < 40; depth++) {
		load_under(place[(depth - 1) % 3], PW, NO_SECRET ECC_TEMPLATE);
		if (depth >= 3)
			evict_at(__LINE__, place[depth % 3], place[depth % 3], 0);
		core_send_hex(v, EVICT("80000000", "81000200"), &rv);
		if (rv.rc)
			break;
		want(EVICT("81000200", "81000200"), 0);
		evict_at(__LINE__, "80000000", place[depth % 3], 0);
		want(FLUSH "80000000", 0);
	}
	CHECK_EQ(rv.rc, TPM2_RC_NV_SPACE);
	CHECK(depth > 5);
	want(FLUSH "80000000", 0);
	CHECK_EQ(nr_listed(), 2);
	for (i = 0; i < VTPMB_MAX_PERSISTENT - 2; i++) {
		load_under(place[(depth - 2) % 3], PW, NO_SECRET ECC_TEMPLATE);
		snprintf(handle, sizeof(handle), "810000%02x", i);
		evict_at(__LINE__, "80000000", handle, 0);
		want(FLUSH "80000000", 0);
	}
	reboot_host();
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), VTPMB_MAX_PERSISTENT);
	read_public("81000005", 0);
	CHECK(rv.nr_chip_commands > 2 * depth);
	end();
}

/* Wherever it is cut, and whichever byte is another one: nothing happens, or it is refused. */
static void record_that_is_malformed_is_refused(void)
{
	static u8 image[VTPMB_STORE_SLOT], bad[VTPMB_STORE_SLOT];
	struct vtpmb_writer w;
	unsigned int refused = 0;
	size_t begin_at, at;
	int err;

	begin_family();
	vtpmb_writer_init(&w, image, sizeof(image));
	mutex_lock(&v->lock);
	vtpmb_image_save(v, &w);
	for (at = 0; vtpmb_peek_u16(image + at) != 22; at += 4 + vtpmb_peek_u16(image + at + 2))
		;
	begin_at = at;
	CHECK_EQ(begin_at + 4 + vtpmb_peek_u16(image + at + 2), w.len);
	for (at = begin_at + 4; at < w.len; at++) {
		memcpy(bad, image, at);
		CHECK_EQ(-vtpmb_image_restore(v, bad, at), EMEDIUMTYPE);
		/* And if the record ends there, it is no list of objects, or a shorter one. */
		bad[begin_at + 2] = (at - begin_at - 4) >> 8;
		bad[begin_at + 3] = at - begin_at - 4;
		err = vtpmb_image_restore(v, bad, at);
		CHECK(!err || err == -EMEDIUMTYPE);
		refused += !!err;
	}
	/* Three shorter lists of objects, and none. */
	CHECK_EQ(refused, w.len - begin_at - 4 - 4);
	for (at = begin_at + 4; at < w.len; at++) {
		memcpy(bad, image, w.len);
		bad[at] ^= 1 << at % 8;
		err = vtpmb_image_restore(v, bad, w.len);
		CHECK(!err || err == -EMEDIUMTYPE);
	}
	CHECK_EQ(-vtpmb_image_restore(v, image, w.len), 0);
	mutex_unlock(&v->lock);
	check_family();
	end();
}

/* What is not an origin, the chip never gets. */
static void origin_is_what_makes_objects(void)
{
	static const struct {
		const char *hex;
		bool is;
	} origins[] = {
		{ "40000001 00000131 0000 000a 0000 0000 0000 00000000", true },
		{ "4000000b 00000191 0000 0004 0000 0000", true },
		{ "81000001 00000157 0000 0004 0000 0000", true },
		{ "81000001 00000191 0001 61 0004 0000 0000 00000157 0000 0004 0000 0000", true },
		{ "", false },
		{ "40000001", false },
		{ "81000001", false },
		{ "4000000c 00000131 0000 000a 0000 0000 0000 00000000", false },
		{ "40000007 00000131 0000 000a 0000 0000 0000 00000000", false },
		{ "80000000 00000157 0000 0004 0000 0000", false },
		{ "40000001 00000157 0000 0004 0000 0000", false },
		{ "81000001 00000131 0000 000a 0000 0000 0000 00000000", false },
		{ "40000001 00000126 0000 0004 0000 0000", false },
		{ "40000001 00000131 0000 000a 0000 0000 0000 00000001", false },
		{ "40000001 00000131 0000 0004 0000 0000", false },
		{ "81000001 00000157 0000 0005 0000 0000 00", false },
		{ "81000001 00000157 0000 0004 0001 0000", false },
		{ "81000001 00000157 0041" ZEROS32 ZEROS32 "00 0004 0000 0000", false },
		{ "81000001 00000157 0000 0004 0000 0000 00", false },
	};
	u8 bytes[200];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(origins); i++)
		CHECK_EQ(vtpmb_tpm20_is_origin(bytes, core_hex(bytes, sizeof(bytes),
							       origins[i].hex)),
			 origins[i].is);
}

/* Everything a reboot leaves to the bridge, whatever comes of it */

static void begin_to_make_again(void)
{
	v = core_new();
	memset(&disk, 0, sizeof(disk));
	disk.cut = -1;
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, true), 0);
	want(STARTUP_CLEAR, 0);
	make_family();
	reboot_host();
}

static void make_again(void)
{
	core_send_hex(v, STARTUP_CLEAR, &rv);
	core_send_hex(v, READ_PUBLIC BLOB, &rv);
	core_send_hex(v, SIGN(SIGNER), &rv);
	core_send_hex(v, UNSEAL(BLOB, PW_PWD), &rv);
	core_send_hex(v, READ_PUBLIC SRK, &rv);
	core_send_hex(v, LIST, &rv);
}

static void all_can_be_made(void)
{
	core_end_turn();
	CHECK(core_chip_is_empty());
	core_reset(v);
	want(STARTUP_CLEAR, 0);
	CHECK_EQ(nr_listed(), 4);
	check_family();
	core_free(v);
	CHECK(core_chip_is_empty());
}

static const u32 refusals[] = {
	0x901, 0x902, 0x903, 0x904, 0x908, 0x921, 0x922, 0x18b, 0x285, 0x9a2, 0x101,
};

static const struct core_sweep sweep = {
	CORE_TPM20, 60, begin_to_make_again, make_again, all_can_be_made, refusals,
	ARRAY_SIZE(refusals),
};

static void chip_may_fail_while_objects_are_made(void)
{
	core_sweep(&sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_while_objects_are_made(void)
{
	core_sweep(&sweep, CORE_FAULT_CHIP);
}

static void any_allocation_may_fail_while_objects_are_made(void)
{
	core_sweep(&sweep, CORE_FAULT_ALLOC);
}

/* And the same for EvictControl: what the guest was told is what there is after a reboot. */

static bool told, refused;

static void begin_to_persist(void)
{
	v = core_new();
	memset(&disk, 0, sizeof(disk));
	disk.cut = -1;
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, true), 0);
	want(STARTUP_CLEAR, 0);
	want(PRIMARY(OWNER), 0);
	load_under("80000000", PW, SECRET SEALED);
}

static void persist(void)
{
	core_send_hex(v, EVICT("80000001", BLOB), &rv);
	told = !rv.err && !rv.rc;
	refused = !rv.err && rv.rc;
	core_send_hex(v, EVICT("80000000", SRK), &rv);
	core_send_hex(v, EVICT(SRK, SRK), &rv);
}

static void what_was_told_is_there(void)
{
	core_end_turn();
	CHECK(core_chip_is_empty());
	reboot_host();
	want(STARTUP_CLEAR, 0);
	if (told)
		want(UNSEAL(BLOB, PW_PWD), 0);
	else if (refused)
		want(UNSEAL(BLOB, PW_PWD), 0x18b);
	core_free(v);
	CHECK(core_chip_is_empty());
}

static const struct core_sweep persist_sweep = {
	CORE_TPM20, 60, begin_to_persist, persist, what_was_told_is_there, refusals,
	ARRAY_SIZE(refusals),
};

static void chip_may_fail_at_evict_control(void)
{
	core_sweep(&persist_sweep, CORE_FAULT_TRANSMIT);
}

static void chip_may_refuse_evict_control(void)
{
	core_sweep(&persist_sweep, CORE_FAULT_CHIP);
}

static void any_allocation_may_fail_at_evict_control(void)
{
	core_sweep(&persist_sweep, CORE_FAULT_ALLOC);
}

/* The chip has done it, and nobody was told. */
static void lost_response_leaves_nothing_in_the_chip(void)
{
	unsigned int nth;

	core_start(CORE_TPM20);
	for (nth = 1; nth < 60; nth++) {
		begin_to_make_again();
		core_lose_response(nth);
		make_again();
		core_lose_response(0);
		all_can_be_made();
	}
	for (nth = 1; nth < 60; nth++) {
		begin_to_persist();
		core_lose_response(nth);
		persist();
		core_lose_response(0);
		what_was_told_is_there();
	}
	core_stop();
}

static const struct core_test tests[] = {
	CORE_TEST(evict_control_answers_as_a_tpm),
	CORE_TEST(primary_keys_outlive_a_reboot),
	CORE_TEST(rsa_key_outlives_a_reboot),
	CORE_TEST(sealed_primary_outlives_a_reboot),
	CORE_TEST(file_shows_nothing_of_the_state),
	CORE_TEST(family_outlives_reboots),
	CORE_TEST(blob_outside_the_tpm_is_loaded_under_the_persistent_key),
	CORE_TEST(auth_value_is_needed_as_before),
	CORE_TEST(changed_auth_value_is_kept),
	CORE_TEST(created_and_loaded_objects_outlive_a_reboot),
	CORE_TEST(deleted_object_stays_deleted),
	CORE_TEST(clear_takes_them_away),
	CORE_TEST(disabled_hierarchy_hides_them),
	CORE_TEST(other_chip_has_none_of_them),
	CORE_TEST(object_is_made_again_whenever_its_context_is_lost),
	CORE_TEST(change_that_cannot_be_stored_has_no_effect),
	CORE_TEST(each_change_is_one_write),
	CORE_TEST(what_was_encrypted_is_refused),
	CORE_TEST(object_that_the_chip_makes_otherwise_is_refused),
	CORE_TEST(what_is_under_a_policy_is_refused),
	CORE_TEST(parent_may_be_authorised_by_hmac),
	CORE_TEST(what_was_only_loaded_from_a_context_is_refused),
	CORE_TEST(parent_may_be_the_chips),
	CORE_TEST(chips_owner_auth_is_the_administrators),
	CORE_TEST(there_is_room_for_eight),
	CORE_TEST(pedigree_is_as_long_as_the_image_has_room_for),
	CORE_TEST(record_that_is_malformed_is_refused),
	CORE_TEST(origin_is_what_makes_objects),
	CORE_TEST(chip_may_fail_while_objects_are_made),
	CORE_TEST(chip_may_refuse_while_objects_are_made),
	CORE_TEST(any_allocation_may_fail_while_objects_are_made),
	CORE_TEST(chip_may_fail_at_evict_control),
	CORE_TEST(chip_may_refuse_evict_control),
	CORE_TEST(any_allocation_may_fail_at_evict_control),
	CORE_TEST(lost_response_leaves_nothing_in_the_chip),
};

CORE_MAIN(tests)
