// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: policies on private PCRs, on a proxy and on a TPM of its own.
 *
 * A policy's digest is another one on a proxy, so each of the two seals with
 * its own; what is compared is which commands succeed, and how they fail.
 */

#include <openssl/evp.h>
#include "tpm20/state.h"
#include "tpm20_guest.h"

#define POLICY_PCR	"8001 ???????? 0000017f 03000000 "
#define GET_DIGEST	"8001 ???????? 00000189 03000000"
#define PCR_7		"00000001 000b 03 800000"
#define UNSEAL		"8002 ???????? 0000015e 80000001 00000009 03000000 0000 01 0000"

static struct guest other;

/* A policy's digest from a trial, and a secret that only it unseals, as a Load command. */
static void seal(struct guest *g, const char *selection)
{
	char hex[1000], digest[2 * 32 + 1];

	CHECK_EQ(tell(g, START_TRIAL), 0);
	snprintf(hex, sizeof(hex), POLICY_PCR "0000 %s", selection);
	CHECK_EQ(tell(g, hex), 0);
	CHECK_EQ(tell(g, GET_DIGEST), 0);
	put_hex(digest, 0, g->rsp.buf + 12, 32);
	CHECK_EQ(tell(g, FLUSH "03000000"), 0);

	snprintf(hex, sizeof(hex), "8002 ???????? 00000153 80000000" PW
		 "000a 0000 0006 736563726574 002e 0008 000b 00000012 0020 %s 0010 0000"
		 "0000 00000000", digest);
	create(g, hex);
}

static void begin_sealed(const char *selection)
{
	begin();
	start_both();
	seal(&proxy, selection);
	seal(&alone, selection);
	load_both();
}

static bool is_unsealed(const struct guest *g)
{
	return g->rsp.len > 22 && !memcmp(g->rsp.buf + 16, "secret", 6);
}

static void policy_on_private_pcrs_unseals(void)
{
	begin_sealed(PCR_7);
	both(START_POLICY, 0);
	both(UNSEAL, 0x99d);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(UNSEAL, 0);
	CHECK(is_unsealed(&proxy) && is_unsealed(&alone));
	/* The session goes on, its policy does not. */
	both(UNSEAL, 0x99d);
	both(POLICY_PCR "0000" PCR_7, 0);
	both("8001 ???????? 00000180 03000000", 0);
	both(UNSEAL, 0x99d);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(UNSEAL, 0);
	end();
}

#define SIGNER	"8002 ???????? 00000131 40000001" PW "0004 0000 0000" \
	"0018 0023 000b 00040472 0000 0010 0018 000b 0003 0010 0000 0000 0000 00000000"

/* The signer, 80000001, approves of a policy; then a session with PCR 7 is to have it. */
static u32 authorise(struct guest *g, const u8 *policy)
{
	char hex[1000], name[69], approved[65], signature[200];
	u8 hash[32];
	size_t len;

	CHECK_EQ(tell(g, "8001 ???????? 00000173 80000001"), 0);
	len = vtpmb_peek_u16(g->rsp.buf + 10);
	name[put_hex(name, 0, g->rsp.buf + 14 + len, 34)] = 0;
	approved[put_hex(approved, 0, policy, 32)] = 0;
	EVP_Digest(policy, 32, hash, NULL, EVP_sha256(), NULL);
	len = sprintf(hex, "8002 ???????? 0000015d 80000001" PW "0020");
	len = put_hex(hex, len, hash, sizeof(hash));
	strcpy(hex + len, "0018 000b 8024 40000007 0000");
	CHECK_EQ(tell(g, hex), 0);
	len = put_hex(signature, 0, g->rsp.buf + 14, vtpmb_peek_u32(g->rsp.buf + 10));
	signature[len] = 0;
	len = sprintf(hex, "8001 ???????? 00000177 80000001 0020");
	len = put_hex(hex, len, hash, sizeof(hash));
	strcpy(hex + len, signature);
	CHECK_EQ(tell(g, hex), 0);
	len = sprintf(hex, "8001 ???????? 0000016a 03000000 0020 %s 0000 0022 %s", approved, name);
	len = put_hex(hex, len, g->rsp.buf + 10, g->rsp.len - 10);
	hex[len] = 0;
	CHECK_EQ(tell(g, START_POLICY), 0);
	CHECK_EQ(tell(g, POLICY_PCR "0000" PCR_7), 0);
	tell(g, hex);
	return g->rsp.rc;
}

static void digest_of_a_trial(struct guest *g, u8 *policy)
{
	CHECK_EQ(tell(g, START_TRIAL), 0);
	CHECK_EQ(tell(g, POLICY_PCR "0000" PCR_7), 0);
	CHECK_EQ(tell(g, GET_DIGEST), 0);
	memcpy(policy, g->rsp.buf + 12, 32);
	CHECK_EQ(tell(g, FLUSH "03000000"), 0);
}

/* As for unified kernel images: by PCR values alone, or by a session of this TPM. */
static void signed_policy_is_good_if_a_session_made_it(void)
{
	u8 text[32 + 4 + 10 + 32] = {}, policy[32];

	begin();
	start_both();
	both(SIGNER, 0);
	core_hex(text + 32, 14, "0000017f" PCR_7);
	EVP_Digest(text, 32, text + 46, NULL, EVP_sha256(), NULL);
	EVP_Digest(text, sizeof(text), policy, NULL, EVP_sha256(), NULL);
	CHECK_EQ(authorise(&alone, policy), 0);
	CHECK_EQ(authorise(&proxy, policy), 0x1c4);
	both(FLUSH "03000000", 0);
	digest_of_a_trial(&proxy, policy);
	CHECK_EQ(authorise(&proxy, policy), 0);
	end();
}

static void policy_outlives_a_reset(void)
{
	begin_sealed(PCR_7);
	reset_both();
	start_both();
	load_both();
	both(START_POLICY, 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(UNSEAL, 0);
	end();
}

static void changed_pcr_refuses(void)
{
	begin_sealed(PCR_7);
	both(EXTEND("00000007"), 0);
	both(START_POLICY, 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(UNSEAL, 0x99d);
	end();
}

static void change_of_a_pcr_ends_a_session(void)
{
	begin_sealed(PCR_7);
	both(START_POLICY, 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(EXTEND("00000010"), 0);
	both(UNSEAL, 0);
	both(EXTEND("00000009"), 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(EXTEND("00000009"), 0);
	both(UNSEAL, 0x128);
	both(POLICY_PCR "0000" PCR_7, 0x128);
	both("8001 ???????? 00000180 03000000", 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	both(UNSEAL, 0);
	end();
}

/* Save a session, and the Load command that brings it back. */
static void save_session(struct guest *g, char *hex)
{
	size_t len = sprintf(hex, "8001 ???????? 00000161 ");

	CHECK_EQ(tell(g, CONTEXT_SAVE "03000000"), 0);
	put_hex(hex, len, g->rsp.buf + 10, g->rsp.len - 10);
}

static void session_keeps_its_pcrs_when_saved(void)
{
	static char context[2][2 * VTPMB_BUF_SIZE];

	begin_sealed(PCR_7);
	both(EXTEND("00000009"), 0);
	both(START_POLICY, 0);
	both(POLICY_PCR "0000" PCR_7, 0);
	save_session(&proxy, context[0]);
	save_session(&alone, context[1]);
	both(EXTEND("00000009"), 0);
	both(UNSEAL, 0x918);
	CHECK_EQ(tell(&proxy, context[0]), 0);
	CHECK_EQ(tell(&alone, context[1]), 0);
	both(UNSEAL, 0x128);
	end();
}

/* What is given is compared first; a trial takes it for true. */
static void given_digest_is_checked(void)
{
	static const char zeros_of_32[] =
		"66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
	char hex[300];

	begin_sealed(PCR_7);
	both(START_POLICY, 0);
	both(POLICY_PCR "0020" ZEROS32 PCR_7, 0x1c4);
	both(POLICY_PCR "0014" ZEROS20 PCR_7, 0x1c4);
	snprintf(hex, sizeof(hex), POLICY_PCR "0020 %s" PCR_7, zeros_of_32);
	both(hex, 0);
	both(UNSEAL, 0);
	both(FLUSH "03000000", 0);
	both(START_TRIAL, 0);
	both(POLICY_PCR "0020" ZEROS32 PCR_7, 0);
	both(POLICY_PCR "0014" ZEROS20 PCR_7, 0);
	end();
}

static void selection_is_read_as_by_a_tpm(void)
{
	static const struct {
		const char *params;
		u32 rc;
	} bad[] = {
		{ "", 0x1da },
		{ "0041" ZEROS32 ZEROS32 "00" PCR_7, 0x1d5 },
		{ "0000", 0x2da },
		{ "0000 00000005", 0x2d5 },
		{ "0000 00000001 0010 03 800000", 0x2c3 },
		{ "0000 00000001 0027 03 800000", 0x2c3 },
		{ "0000 00000001 000b 02 8000", 0x2c4 },
		{ "0000 00000001 000b 03 8000", 0x2da },
		{ "0000" PCR_7 "00", 0x095 },
		{ "0000 00000004 000b 03 ff00ff 0004 03 000001 000b 03 010101 000c 03 000000", 0 },
		{ "0000 00000000", 0 },
	};
	char hex[500];
	unsigned int i;

	begin();
	start_both();
	both(START_POLICY, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(hex, sizeof(hex), POLICY_PCR "%s", bad[i].params);
		both(hex, bad[i].rc);
	}
	end();
}

/* A policy of no PCRs is that of any TPM, digest and all. */
static void empty_selection_needs_no_fold(void)
{
	static const char * const params[] = {
		"0000 00000000", "0000 00000001 000b 03 000000", "0014" ZEROS20 "00000000",
	};
	char hex[200];
	unsigned int i;

	begin();
	start_both();
	both(START_TRIAL, 0);
	for (i = 0; i < ARRAY_SIZE(params); i++) {
		snprintf(hex, sizeof(hex), POLICY_PCR "%s", params[i]);
		both(hex, 0);
		both(GET_DIGEST, 0);
		CHECK_EQ(proxy.rsp.len, alone.rsp.len);
		CHECK_MEM(proxy.rsp.buf, alone.rsp.buf, alone.rsp.len);
	}
	end();
}

static void other_proxy_with_the_same_pcrs_cannot_unseal(void)
{
	begin_sealed(PCR_7);
	other.vtpm = core_new();
	start(&other);
	CHECK_EQ(tell(&other, proxy.sealed), 0);
	CHECK_EQ(tell(&other, START_POLICY), 0);
	CHECK_EQ(tell(&other, POLICY_PCR "0000" PCR_7), 0);
	CHECK_EQ(tell(&other, UNSEAL), 0x99d);

	/* But one that has its secret is the same machine again. */
	core_set_bytes(other.vtpm, VTPMB_SETTING_SECRET, v->secret,
		       VTPMB_SECRET_SIZE);
	CHECK_EQ(tell(&other, POLICY_PCR "0000" PCR_7), 0x000);
	CHECK_EQ(tell(&other, UNSEAL), 0x99d);
	CHECK_EQ(tell(&other, "8001 ???????? 00000180 03000000"), 0);
	CHECK_EQ(tell(&other, POLICY_PCR "0000" PCR_7), 0);
	CHECK_EQ(tell(&other, UNSEAL), 0);
	CHECK(is_unsealed(&other));
	core_free(other.vtpm);
	end();
}

/* The host, whose own registers the policy names, cannot either. */
static void nothing_is_left_for_the_host_to_use(void)
{
	struct core_rsp raw;

	begin_sealed(PCR_7);
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
	CHECK_EQ(tell(&proxy, POLICY_PCR "0000" PCR_7), 0);
	core_end_turn();
	core_raw_hex("8001 ???????? 0000017e 00000001 000b 03 000001", &raw);
	CHECK_EQ(raw.rc, 0);
	CHECK_MEM(raw.buf + raw.len - 32, ((const u8[32]){}), 32);
	end();
}

static void session_on_the_command_is_refused(void)
{
	begin();
	start_both();
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
	CHECK_EQ(tell(&proxy, START_HMAC), 0);
	CHECK_EQ(tell(&proxy, "8002 ???????? 0000017f 03000000 00000009 02000001 0000 81 0000"
		      "0000" PCR_7), 0x12f);
	end();
}

static void administrator_may_switch_it_off(void)
{
	begin();
	start_both();
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
	v->port->policy_pcr = 0;
	CHECK_EQ(tell(&proxy, POLICY_PCR "0000" PCR_7), 0x143);
	CHECK_EQ(tell(&proxy, POLICY_PCR "0000 00000000"), 0);
	v->port->policy_pcr = 23;
	CHECK_EQ(tell(&proxy, POLICY_PCR "0000" PCR_7), 0);
	end();
}

static const struct core_test tests[] = {
	CORE_TEST(policy_on_private_pcrs_unseals),
	CORE_TEST(signed_policy_is_good_if_a_session_made_it),
	CORE_TEST(policy_outlives_a_reset),
	CORE_TEST(changed_pcr_refuses),
	CORE_TEST(change_of_a_pcr_ends_a_session),
	CORE_TEST(session_keeps_its_pcrs_when_saved),
	CORE_TEST(given_digest_is_checked),
	CORE_TEST(selection_is_read_as_by_a_tpm),
	CORE_TEST(empty_selection_needs_no_fold),
	CORE_TEST(other_proxy_with_the_same_pcrs_cannot_unseal),
	CORE_TEST(nothing_is_left_for_the_host_to_use),
	CORE_TEST(session_on_the_command_is_refused),
	CORE_TEST(administrator_may_switch_it_off),
};

CORE_MAIN(tests)
