// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the composite, a PCR that represents other private PCRs of the guest.
 *
 * A policy on it is computed as software does without a TPM: from the value that PCR_Read
 * returns.  The chip executes the guest's own PolicyPCR, Quote and Create on its PCR of that
 * number, and nobody else ever finds the value of a proxy in that PCR.
 */

#include <openssl/hmac.h>
#include "tpm20/state.h"
#include "tpm20_shown.h"

#define POLICY_AUTH	"8001 ???????? 0000016b 03000000"

static void begin_with(u32 mask)
{
	begin_shown(VTPMB_SETTING_COMPOSITE, mask);
}

/* TPM 2.0 Part 3, 23.7, and 23.17 if there is a PIN. */
static void compute_policy(const char *list, const u8 *value, size_t len, bool pin, u8 *policy)
{
	u8 text[200] = {};
	size_t at;

	policy_of_pcrs(list, value, len, policy);
	if (!pin)
		return;
	memcpy(text, policy, 32);
	at = 32 + core_hex(text + 32, 4, "0000016b");
	sha256(text, at, policy);
}

static void seal_with(struct guest *g, const char *sensitive, const u8 *policy)
{
	char hex[1000];
	size_t len = sprintf(hex, "8002 ???????? 00000153 80000000" PW
			     "%s 002e 0008 000b 00000012 0020 ", sensitive);

	len = put_hex(hex, len, policy, 32);
	strcpy(hex + len, "0010 0000 0000 00000000");
	create(g, hex);
}

#define NO_PIN	"000a 0000 0006 736563726574"
#define PIN	"000e 0004 31323334 0006 736563726574"

/* As systemd-cryptenroll does: read the PCR, and compute the policy without the TPM. */
static void seal_on(struct guest *g, const char *list, size_t digest_size)
{
	u8 value[64], policy[32];
	char hex[100];

	snprintf(hex, sizeof(hex), READ("%s"), list);
	read_pcr(g, hex, value, digest_size);
	compute_policy(list, value, digest_size, false, policy);
	seal_with(g, NO_PIN, policy);
}

static void begin_sealed(void)
{
	begin_with(MASK);
	seal_on(&proxy, PCR_16, 32);
	want(proxy.sealed, 0);
	want(START_POLICY, 0);
}

static bool is_unsealed(const struct core_rsp *rsp)
{
	return !rsp->err && !rsp->rc && !memcmp(rsp->buf + 16, "secret", 6);
}

static void value_follows_from_the_secret_and_the_pcrs(void)
{
	static const u8 zeros[64];
	const struct vtpmb_tpm20 *tpm;
	const struct vtpmb_pcr_bank *bank;
	u8 text[200] = "vtpm_bridge composite", values[4096], v16[32], extend[32], want[32];
	size_t len = 22, values_len = 0;
	unsigned int b, i;

	begin_with(MASK);
	want(EXTEND("0000000b"), 0);
	read_pcr(&proxy, READ(PCR_16), v16, 32);
	tpm = vtpmb_tpm20_state(v);
	len += core_hex(text + len, 4, "00000004");
	for (b = 0; b < tpm->pcrs.nr_banks; b++) {
		bank = &tpm->pcrs.bank[b];
		vtpmb_poke_u32(text + len, (u32)bank->hash->alg << 16 | 3 << 8 | 0xff);
		len += 4;
		len += core_hex(text + len, 2, "0800");
		for (i = 0; i < 24; i++) {
			if (!(MASK & 1 << i))
				continue;
			memcpy(values + values_len, bank->value[i], bank->hash->size);
			values_len += bank->hash->size;
		}
	}
	sha256(values, values_len, text + len);
	HMAC(EVP_sha256(), v->secret, 32, text, len + 32, extend, NULL);
	memcpy(values, zeros, 32);
	memcpy(values + 32, extend, 32);
	sha256(values, 64, want);
	CHECK_MEM(v16, want, 32);
	end_shown();
}

static void policy_computed_by_software_unseals(void)
{
	unsigned int i;

	begin_sealed();
	want(UNSEAL, 0x99d);
	for (i = 0; i < 3; i++) {
		want(POLICY_PCR "0000" PCR_16, 0);
		want(UNSEAL, 0);
		CHECK(is_unsealed(&rv));
	}
	/* After a reboot it is the same, for the PCRs are. */
	core_reset(v);
	start(&proxy);
	want(proxy.sealed, 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0);
	end_shown();
}

static void trial_and_given_digests_are_as_on_a_tpm(void)
{
	u8 value[32], digest[32], policy[32];
	char hex[200];
	size_t len;

	begin_with(MASK);
	read_pcr(&proxy, READ(PCR_16), value, 32);
	compute_policy(PCR_16, value, 32, false, policy);
	want(START_TRIAL, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(GET_DIGEST, 0);
	CHECK_MEM(rv.buf + 12, policy, 32);
	want(FLUSH "03000000", 0);

	sha256(value, 32, digest);
	len = sprintf(hex, POLICY_PCR "0020");
	len = put_hex(hex, len, digest, 32);
	strcpy(hex + len, PCR_16);
	want(START_POLICY, 0);
	want(POLICY_PCR "0020" ZEROS32 PCR_16, 0x1c4);
	want(hex, 0);
	want(GET_DIGEST, 0);
	CHECK_MEM(rv.buf + 12, policy, 32);
	/* What the chip refuses, it refuses as a TPM. */
	want(POLICY_PCR "0000" PCR_16 "00", 0x095);
	/* Banks of which no PCR is selected do not matter. */
	want(POLICY_PCR "0000 00000002 0004 03 000000 000b 03 000001", 0);
	end_shown();
}

static void command_keeps_its_sessions(void)
{
	begin_with(MASK);
	want(START_HMAC, 0);
	want("8001 ???????? 00000176 40000007 40000007 0010" NONCE "0000 01 0010 000b", 0);
	/* The chip audits the command; no private PCR has to be hidden from it. */
	want("8002 ???????? 0000017f 03000001 00000009 02000000 0000 81 0000 0000" PCR_16, 0);
	end_shown();
}

/* Unseal by PolicyAuthValue: the HMAC's key is the PIN. */
static u32 unseal_with_pin(const char *pin)
{
	u8 name[34] = { 0, 0x0b }, text[200], cp_hash[32], hmac[32], nonce[16];
	u16 public_len;
	char hex[300];
	size_t len;

	want("8001 ???????? 00000173 80000001", 0);
	public_len = vtpmb_peek_u16(rv.buf + 10);
	sha256(rv.buf + 12, public_len, name + 2);
	want(START_POLICY, 0);
	memcpy(nonce, rv.buf + 16, sizeof(nonce));
	want(POLICY_PCR "0000" PCR_16, 0);
	want(POLICY_AUTH, 0);
	len = core_hex(text, 4, "0000015e");
	memcpy(text + len, name, sizeof(name));
	sha256(text, len + sizeof(name), cp_hash);
	memcpy(text, cp_hash, 32);
	memset(text + 32, 0, 16);	/* nonceCaller */
	memcpy(text + 48, nonce, 16);
	text[64] = 1;
	HMAC(EVP_sha256(), pin, strlen(pin), text, 65, hmac, NULL);
	len = sprintf(hex, "8002 ???????? 0000015e 80000001 00000039 03000000 0010");
	len += sprintf(hex + len, "00000000000000000000000000000000 01 0020");
	len = put_hex(hex, len, hmac, 32);
	hex[len] = 0;
	core_send_hex(v, hex, &rv);
	tell(&other, FLUSH "03000000");
	return rv.rc;
}

static void begin_with_pin(void)
{
	u8 value[32], policy[32];

	begin_with(MASK);
	other.vtpm = v;
	read_pcr(&proxy, READ(PCR_16), value, 32);
	compute_policy(PCR_16, value, 32, true, policy);
	seal_with(&proxy, PIN, policy);
	want(proxy.sealed, 0);
	CHECK_EQ(unseal_with_pin("1234"), 0);
	CHECK(is_unsealed(&rv));
}

static void pin_is_checked_by_the_chip(void)
{
	begin_with_pin();
	CHECK_EQ(unseal_with_pin("1235"), 0x98e);
	end_shown();
	begin_with_pin();
	want(EXTEND("00000003"), 0);
	CHECK_EQ(unseal_with_pin("1234"), 0x99d);
	end_shown();
}

static void changed_pcr_refuses(void)
{
	u8 before[32], after[32];

	begin_sealed();
	read_pcr(&proxy, READ(PCR_16), before, 32);
	/* A PCR that is not selected does not matter. */
	want(EXTEND("0000000a"), 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0);
	want(EXTEND("0000000b"), 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0x99d);
	read_pcr(&proxy, READ(PCR_16), after, 32);
	CHECK(memcmp(before, after, 32));
	end_shown();
}

static void change_between_policy_and_use_is_noticed(void)
{
	begin_sealed();
	want(POLICY_PCR "0000" PCR_16, 0);
	want(EXTEND("00000007"), 0);
	want(UNSEAL, 0x128);
	want(POLICY_PCR "0000" PCR_16, 0x128);
	want(RESTART, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0x99d);
	end_shown();
}

/* The chip has executed it; its response does not come. */
static void change_after_a_lost_policy_is_noticed(void)
{
	unsigned int fold;

	for (fold = 0; fold < 2; fold++) {
		begin_sealed();
		core_turn = 0;
		if (!fold)
			want(POLICY_PCR "0000" PCR_16, 0);
		want(RESTART, 0);
		core_lose_response(fold ? 3 : 1);
		CHECK_EQ(tell(&proxy, fold ? POLICY_PCR "0000" PCR_7 : POLICY_PCR "0000" PCR_16),
			 0xffffffff);
		want(EXTEND("00000007"), 0);
		want(UNSEAL, 0x128);
		end_shown();
	}
}

static void other_proxy_with_the_same_pcrs_cannot_unseal(void)
{
	u8 mine[32], theirs[32];

	begin_sealed();
	read_pcr(&proxy, READ(PCR_16), mine, 32);
	other.vtpm = core_new();
	start(&other);
	core_set(other.vtpm, VTPMB_SETTING_COMPOSITE, MASK);
	read_pcr(&other, READ(PCR_16), theirs, 32);
	CHECK(memcmp(mine, theirs, 32));
	CHECK_EQ(tell(&other, proxy.sealed), 0);
	CHECK_EQ(tell(&other, START_POLICY), 0);
	/* Whoever has been in the chip before. */
	want(POLICY_PCR "0000" PCR_16, 0);
	CHECK_EQ(tell(&other, "8001 ???????? 0000017f 03000001 0000" PCR_16), 0);
	CHECK_EQ(tell(&other, "8002 ???????? 0000015e 80000001 00000009 03000001 0000 01 0000"),
		 0x99d);
	want(UNSEAL, 0);

	/* One that has its secret is the same machine again. */
	core_set_bytes(other.vtpm, VTPMB_SETTING_SECRET, v->secret,
		       VTPMB_SECRET_SIZE);
	CHECK_EQ(tell(&other, "8001 ???????? 00000180 03000001"), 0);
	CHECK_EQ(tell(&other, "8001 ???????? 0000017f 03000001 0000" PCR_16), 0);
	CHECK_EQ(tell(&other, "8002 ???????? 0000015e 80000001 00000009 03000001 0000 01 0000"),
		 0);
	core_free(other.vtpm);
	end_shown();
}

/* The host has the blob, and knows V. */
static void host_cannot_unseal(void)
{
	struct core_rsp raw;
	char hex[200];
	u8 value[32];
	size_t len;

	begin_sealed();
	want(POLICY_PCR "0000" PCR_16, 0);
	read_pcr(&proxy, READ(PCR_16), value, 32);
	core_end_turn();
	core_raw_hex(PRIMARY("40000001"), &raw);
	core_raw_hex(proxy.sealed, &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex(START_POLICY, &raw);
	snprintf(hex, sizeof(hex), "8001 ???????? 0000017f %08x 0000" PCR_16,
		 vtpmb_peek_u32(raw.buf + 10));
	core_raw_hex(hex, &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex("8002 ???????? 0000015e 80000001 00000009 03000001 0000 01 0000", &raw);
	CHECK_EQ(raw.rc, 0x99d);
	/* An extend by V leads elsewhere. */
	len = sprintf(hex, "8002 ???????? 00000182 00000010" PW "00000001 000b");
	len = put_hex(hex, len, value, 32);
	hex[len] = 0;
	core_raw_hex(hex, &raw);
	CHECK_EQ(raw.rc, 0);
	core_raw_hex("8001 ???????? 0000017f 03000001 0000" PCR_16, &raw);
	core_raw_hex("8002 ???????? 0000015e 80000001 00000009 03000001 0000 01 0000", &raw);
	CHECK_EQ(raw.rc, 0x99d);
	core_raw_hex("8002 ???????? 0000013d 00000010" PW, &raw);
	core_raw_hex(FLUSH "03000001", &raw);
	core_raw_hex(FLUSH "80000000", &raw);
	core_raw_hex(FLUSH "80000001", &raw);
	end_shown();
}

/* Commands of the bridge's own on the chip's PCR, and the digest of the last extend. */
static unsigned int nr_resets, nr_extends;
static u8 extended[32];

static void watch(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	nr_resets += code == 0x13d;
	nr_extends += code == 0x182;
	if (code == 0x182)
		memcpy(extended, cmd + len - 32, 32);
}

static const struct shown_user users[] = {
	{ "PolicyPCR", POLICY_PCR "0000" PCR_16 },
	{ "Quote", QUOTE(PCR_16) },
	{ "Create", CREATE_WITH(PCR_16) },
	{ "fold", POLICY_PCR "0000" PCR_7 },
};

static void value_never_stays_for_the_host(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(users); i++)
		sweep_faults(VTPMB_SETTING_COMPOSITE, PCR_16, &users[i]);
}

/* The chip refuses commands on its PCR for a while. */
static unsigned int nr_refused;

static void refuse_next(const u8 *cmd, size_t len)
{
	u32 code = vtpmb_peek_u32(cmd + 6);

	if ((code == 0x13d || code == 0x182) && nr_refused) {
		nr_refused--;
		core_fail_chip(1, 0x907);
	}
}

static void host_reads(u8 *value)
{
	struct core_rsp raw;

	core_raw_hex("8001 ???????? 0000017e" PCR_16, &raw);
	CHECK_EQ(raw.rc, 0);
	memcpy(value, raw.buf + raw.len - 32, 32);
}

/* At the end of the turn, and once more before the host gets the chip. */
static void host_never_meets_it_after_many_refusals(void)
{
	u8 value[32], left[32];
	unsigned int refused;

	begin_sealed();
	core_turn = 0;
	read_pcr(&proxy, READ(PCR_16), value, 32);
	for (refused = 0; refused < 12; refused++) {
		want(RESTART, 0);
		want(POLICY_PCR "0000" PCR_16, 0);
		core_watch = refuse_next;
		nr_refused = refused;
		core_end_turn();
		core_watch = NULL;
		core_fail_chip(0, 0);
		CHECK_EQ(nr_refused, 0);
		host_reads(left);
		CHECK(memcmp(left, value, 32));
	}
	core_turn = 1;
	end_shown();
}

static void quote_is_verified_by_software(void)
{
	u8 value[32], digest[32], end[44];

	begin_with(MASK);
	want(EXTEND("00000007"), 0);
	read_pcr(&proxy, READ(PCR_16), value, 32);
	sha256(value, 32, digest);
	want(QUOTER, 0);
	CHECK(quote_is_right(&proxy, PCR_16, end));
	CHECK_MEM(end + 12, digest, 32);
	CHECK_MEM(end, "\x00\x00\x00\x01\x00\x0b\x03\x00\x00\x01\x00\x20", 12);
	/* Other private PCRs are not quoted. */
	want(QUOTE(PCR_7), 0x143);
	want(QUOTE("00000001 000b 03 800001"), 0x143);
	want(QUOTE(SHA1_PCR_16), 0x143);
	want(QUOTE("00000002 0004 03 000001 000b 03 000001"), 0x143);
	core_set(v, VTPMB_SETTING_COMPOSITE, 0);
	want(QUOTE(PCR_16), 0x143);
	end_shown();
}

/* Whether the response has a selection of PCR 16 alone, and then its digest. */
static bool holds(const struct core_rsp *rsp, const u8 *digest)
{
	u8 text[44] = { 0, 0, 0, 1, 0, 0x0b, 3, 0, 0, 1, 0, 0x20 };
	size_t at;

	memcpy(text + 12, digest, 32);
	for (at = 0; at + sizeof(text) <= rsp->len; at++) {
		if (!memcmp(rsp->buf + at, text, sizeof(text)))
			return true;
	}
	return false;
}

static void creation_data_hold_it(void)
{
	u8 value[32], digest[32];

	begin_with(MASK);
	read_pcr(&proxy, READ(PCR_16), value, 32);
	sha256(value, 32, digest);
	want(CREATE_WITH(PCR_16), 0);
	CHECK(holds(&rv, digest));
	want("8002 ???????? 00000131 40000001" PW "0004 0000 0000 " ECC_TEMPLATE "0000" PCR_16, 0);
	CHECK(holds(&rv, digest));
	want(CREATE_WITH(PCR_7), 0x4c4);
	want(CREATE_WITH("00000001 000b 03 800001"), 0x4c4);
	end_shown();
}

static void fold_and_composite_share_a_turn(void)
{
	char hex[1000], policy[65];
	unsigned int i;

	begin_with(MASK);
	seal_on(&proxy, PCR_16, 32);
	want(proxy.sealed, 0);
	want(START_TRIAL, 0);
	want(POLICY_PCR "0000" PCR_7, 0);
	want(GET_DIGEST, 0);
	policy[put_hex(policy, 0, rv.buf + 12, 32)] = 0;
	want(FLUSH "03000000", 0);
	snprintf(hex, sizeof(hex), "8002 ???????? 00000153 80000000" PW NO_PIN
		 "002e 0008 000b 00000012 0020 %s 0010 0000 0000 00000000", policy);
	create(&proxy, hex);
	want(proxy.sealed, 0);
	want(START_POLICY, 0);
	core_turn = 0;
	core_watch = watch;
	nr_resets = 0;
	for (i = 0; i < 3; i++) {
		want(POLICY_PCR "0000" PCR_7, 0);
		want("8002 ???????? 0000015e 80000002 00000009 03000000 0000 01 0000", 0);
		CHECK(is_unsealed(&rv));
		want(POLICY_PCR "0000" PCR_16, 0);
		want(UNSEAL, 0);
		CHECK(is_unsealed(&rv));
		/* It is there already. */
		want(POLICY_PCR "0000" PCR_16, 0);
		want(UNSEAL, 0);
	}
	CHECK_EQ(nr_resets, 6);
	core_end_turn();
	CHECK_EQ(nr_resets, 7);
	end_shown();
}

/* Whatever a guest selects and gives, the fold extends by something else. */
static void no_guest_makes_one_pass_for_the_other(void)
{
	static const char * const folds[] = {
		PCR_7, "00000001 000b 03 ff0800", "00000001 000b 03 ff0801", SHA1_PCR_16,
		"00000002 0004 03 000001 000b 03 000001",
		"00000004 0004 03 ff0800 000b 03 ff0800 000c 03 ff0800 000d 03 ff0800",
	};
	char hex[200];
	unsigned int i;
	u8 v16[32];

	begin_with(MASK);
	core_turn = 0;
	core_watch = watch;
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	memcpy(v16, extended, 32);
	want(FLUSH "03000000", 0);
	for (i = 0; i < 2 * ARRAY_SIZE(folds); i++) {
		nr_extends = 0;
		want(i % 2 ? START_TRIAL : START_POLICY, 0);
		/* A trial folds what it is given, such as the hash of the values. */
		snprintf(hex, sizeof(hex), POLICY_PCR "%s %s", i % 2 ? "0020" ZEROS32 : "0000",
			 folds[i / 2]);
		want(hex, 0);
		CHECK_EQ(nr_extends, 1);
		CHECK(memcmp(extended, v16, 32));
		want(FLUSH "03000000", 0);
	}
	/* Nor if the guest itself brings PCR 16 to V, where it may. */
	core_set(v, VTPMB_SETTING_COMPOSITE, 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	CHECK(memcmp(extended, v16, 32));
	end_shown();
}

static void guest_cannot_change_it(void)
{
	u8 after[32];

	begin_with(MASK);
	guest_cannot_change("00000010");
	/* Without it, PCR 16 is an ordinary one. */
	core_set(v, VTPMB_SETTING_COMPOSITE, 0);
	read_pcr(&proxy, READ(PCR_16), after, 32);
	CHECK(is_zero(after));
	want(EXTEND("00000010"), 0);
	want("8002 ???????? 0000013d 00000010" PW, 0);
	end_shown();
}

static void chip_with_sha1_alone_has_it_there(void)
{
	u8 value[32];

	begin_with(MASK);
	use_bank(0x0004, 16);
	seal_on(&proxy, SHA1_PCR_16, 20);
	want(proxy.sealed, 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" SHA1_PCR_16, 0);
	want(UNSEAL, 0);
	CHECK(is_unsealed(&rv));
	want(EXTEND("00000000"), 0);
	want(POLICY_PCR "0000" SHA1_PCR_16, 0);
	want(UNSEAL, 0x99d);
	/* The other banks are private. */
	read_pcr(&proxy, READ(PCR_16), value, 32);
	CHECK(is_zero(value));
	want(POLICY_PCR "0000" PCR_16, 0);
	want(QUOTER, 0);
	want("8002 ???????? 00000158 80000002" PW "0003 616263 0010 " PCR_16, 0x143);
	end_shown();
}

/* The chip may have a bank that the guest has not. */
static void bank_that_the_guest_has_given_up_has_none(void)
{
	begin_with(MASK);
	vtpmb_pcrs_bank(&vtpmb_tpm20_state(v)->pcrs, 0x000b)->active = false;
	want(QUOTER, 0);
	want(QUOTE(PCR_16), 0x143);
	want(CREATE_WITH(PCR_16), 0x4c4);
	want(READ(PCR_16), 0);
	CHECK_EQ(rv.len, 28);
	end_shown();
}

static void granted_pcr_switches_it_off(void)
{
	u8 value[32];

	begin_sealed();
	v->real_pcrs = 1 << 7;
	read_pcr(&proxy, READ(PCR_16), value, 32);
	CHECK(is_zero(value));
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0x99d);
	want(CREATE_WITH(PCR_16), 0x4c4);
	want(EXTEND("00000010"), 0x907);
	/* PCRs that it does not represent may be granted; one PCR_Read has both. */
	v->real_pcrs = 1 << 10;
	read_pcr(&proxy, READ("00000001 000b 03 000401"), value, 32);
	CHECK(!is_zero(value));
	want(RESTART, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(UNSEAL, 0);
	v->real_pcrs = 0;
	end_shown();
}

static void setting_is_checked_and_ends_policies(void)
{
	const struct vtpmb_setting *setting;

	begin_sealed();
	setting = &core_port.family->settings[VTPMB_SETTING_COMPOSITE];
	CHECK(setting->check(v, 0x1effff));
	CHECK(!setting->check(v, 1 << 16));
	CHECK(!setting->check(v, 1 << 23 | 1));
	CHECK_EQ(core_get(v, VTPMB_SETTING_COMPOSITE), MASK);
	want(POLICY_PCR "0000" PCR_16, 0);
	core_set(v, VTPMB_SETTING_COMPOSITE, MASK);
	want(UNSEAL, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	core_set(v, VTPMB_SETTING_COMPOSITE, 1);
	want(UNSEAL, 0x128);
	core_port.policy_pcr = 0;
	CHECK(!setting->check(v, 1));
	CHECK(setting->check(v, 0));
	core_port.policy_pcr = 16;
	end_shown();
}

/* A policy of a hierarchy is checked by the bridge. */
static void policy_of_a_hierarchy_may_name_it(void)
{
	u8 value[32], policy[32];
	char hex[300];
	size_t len;

	begin_with(MASK);
	read_pcr(&proxy, READ(PCR_16), value, 32);
	compute_policy(PCR_16, value, 32, false, policy);
	len = sprintf(hex, "8002 ???????? 0000012e 4000000a" PW "0020");
	len = put_hex(hex, len, policy, 32);
	strcpy(hex + len, "000b");
	want(hex, 0);
	want(START_POLICY, 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want("8002 ???????? 00000139 4000000a 00000009 03000000 0000 01 0000", 0);
	want(POLICY_PCR "0000" PCR_16, 0);
	want(EXTEND("00000007"), 0);
	want("8002 ???????? 00000139 4000000a 00000009 03000000 0000 01 0000", 0x128);
	end_shown();
}

/* Without memory a command fails, and nothing else is read or used in its place. */
static void allocation_that_fails_is_an_error(void)
{
	static const char * const commands[] = { READ(PCR_16), POLICY_PCR "0000" PCR_16 };
	bool failed = true;
	u8 value[32];
	unsigned int i, nth;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (nth = 1, failed = true; failed && nth < 50; nth++) {
			begin_sealed();
			read_pcr(&proxy, READ(PCR_16), value, 32);
			core_fail_alloc(nth);
			core_send_hex(v, commands[i], &rv);
			failed = core_alloc_failed();
			core_fail_alloc(0);
			if (i == 0 && !rv.err && !rv.rc)
				CHECK_MEM(rv.buf + rv.len - 32, value, 32);
			if (rv.err || rv.rc || i == 0) {
				core_send_hex(v, UNSEAL, &rv);
				CHECK(!is_unsealed(&rv));
			}
			end_shown();
		}
		CHECK(nth > 2 && nth < 50);
	}
}

static const struct core_test tests[] = {
	CORE_TEST(value_follows_from_the_secret_and_the_pcrs),
	CORE_TEST(policy_computed_by_software_unseals),
	CORE_TEST(trial_and_given_digests_are_as_on_a_tpm),
	CORE_TEST(command_keeps_its_sessions),
	CORE_TEST(pin_is_checked_by_the_chip),
	CORE_TEST(changed_pcr_refuses),
	CORE_TEST(host_never_meets_it_after_many_refusals),
	CORE_TEST(change_between_policy_and_use_is_noticed),
	CORE_TEST(change_after_a_lost_policy_is_noticed),
	CORE_TEST(other_proxy_with_the_same_pcrs_cannot_unseal),
	CORE_TEST(host_cannot_unseal),
	CORE_TEST(value_never_stays_for_the_host),
	CORE_TEST(quote_is_verified_by_software),
	CORE_TEST(creation_data_hold_it),
	CORE_TEST(fold_and_composite_share_a_turn),
	CORE_TEST(no_guest_makes_one_pass_for_the_other),
	CORE_TEST(guest_cannot_change_it),
	CORE_TEST(chip_with_sha1_alone_has_it_there),
	CORE_TEST(bank_that_the_guest_has_given_up_has_none),
	CORE_TEST(granted_pcr_switches_it_off),
	CORE_TEST(setting_is_checked_and_ends_policies),
	CORE_TEST(policy_of_a_hierarchy_may_name_it),
	CORE_TEST(allocation_that_fails_is_an_error),
};

CORE_MAIN(tests)
