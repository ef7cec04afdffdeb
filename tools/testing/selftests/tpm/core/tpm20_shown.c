// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: tests of what the bridge shows in registers: what several of them need. */

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include "tpm20/state.h"
#include "tpm20_shown.h"

struct guest other;

void begin_shown(enum vtpmb_setting_nr nr, u32 mask)
{
	core_start(CORE_TPM20);
	v = core_new();
	proxy.vtpm = v;
	start(&proxy);
	core_set(v, nr, mask);
}

void end_shown(void)
{
	core_turn = 1;
	core_watch = NULL;
	core_free(v);
	CHECK(core_chip_is_empty());
	core_stop();
}

void read_pcr(struct guest *g, const char *hex, u8 *value, size_t len)
{
	CHECK_EQ(tell(g, hex), 0);
	memcpy(value, g->rsp.buf + g->rsp.len - len, len);
}

void host_pcr(const char *list, u8 *value)
{
	struct core_rsp raw;
	char hex[100];

	snprintf(hex, sizeof(hex), READ("%s"), list);
	core_raw_hex(hex, &raw);
	CHECK_EQ(raw.rc, 0);
	memcpy(value, raw.buf + raw.len - 32, 32);
}

bool is_zero(const u8 *value)
{
	static const u8 zeros[32];

	return !memcmp(value, zeros, sizeof(zeros));
}

void use_bank(u16 alg, unsigned int pcr)
{
	struct vtpmb_tpm20_facts *facts = core_port.facts;
	unsigned int i;

	for (i = 0; i < core_port.nr_banks; i++) {
		if (core_port.bank[i].alg != alg)
			facts->allocated[i] &= ~(1 << pcr);
	}
}

static EVP_PKEY *key_of(const u8 *x, const u8 *y)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;
	u8 point[65] = { 4 };

	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_fromdata_init(ctx);
	CHECK_EQ(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* ECDSA of P-256 with SHA-256 over @text. */
static bool is_signed(const u8 *x, const u8 *y, const u8 *text, size_t len, const u8 *r,
		      const u8 *s)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key = key_of(x, y);
	unsigned char *der = NULL;
	int der_len, ok;

	ECDSA_SIG_set0(sig, BN_bin2bn(r, 32, NULL), BN_bin2bn(s, 32, NULL));
	der_len = i2d_ECDSA_SIG(sig, &der);
	EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key);
	ok = EVP_DigestVerify(ctx, der, der_len, text, len);
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok == 1;
}

bool quote_is_right(struct guest *g, const char *list, u8 *end)
{
	const u8 *attest = NULL, *signature = NULL;
	u8 x[32], y[32];
	unsigned int tries;
	char hex[200];
	u16 len = 0;

	CHECK_EQ(tell(g, "8001 ???????? 00000173 80000001"), 0);
	len = vtpmb_peek_u16(g->rsp.buf + 10);
	memcpy(y, g->rsp.buf + 12 + len - 32, 32);
	memcpy(x, g->rsp.buf + 12 + len - 66, 32);
	snprintf(hex, sizeof(hex), QUOTE("%s"), list);
	/* Leading zeros are left out: then once more. */
	for (tries = 0; tries < 20; tries++) {
		CHECK_EQ(tell(g, hex), 0);
		len = vtpmb_peek_u16(g->rsp.buf + 14);
		attest = g->rsp.buf + 16;
		signature = attest + len;
		if (vtpmb_peek_u16(signature + 4) == 32 && vtpmb_peek_u16(signature + 38) == 32)
			break;
	}
	CHECK_MEM(attest, "\xffTCG\x80\x18", 6);
	memcpy(end, attest + len - 44, 44);
	return is_signed(x, y, attest, len, signature + 6, signature + 40);
}

/* How many chip commands a turn with the command takes, if the @nth of them meets a fault. */
static unsigned int meet_fault(unsigned int fault, unsigned int nth, const char *command)
{
	u64 before = core_port.nr_chip_commands;

	if (fault == 0)
		core_fail_transmit(nth, -ETIME);
	else if (fault == 1)
		core_lose_response(nth);
	else
		core_fail_chip(nth, 0x101);
	tell(&proxy, command);
	core_end_turn();
	core_fail_transmit(0, 0);
	return core_port.nr_chip_commands - before;
}

static void begin_sweep(void)
{
	core_reset(v);
	CHECK_EQ(tell(&proxy, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(&proxy, PRIMARY("40000001")), 0);
	CHECK_EQ(tell(&proxy, QUOTER), 0);
	CHECK_EQ(tell(&proxy, START_POLICY), 0);
	core_end_turn();
}

void sweep_faults(enum vtpmb_setting_nr nr, const char *list, const struct shown_user *user)
{
	unsigned int fault, nth, count;
	u8 value[32], left[32];
	char hex[100];

	snprintf(hex, sizeof(hex), READ("%s"), list);
	for (fault = 0; fault < 3; fault++) {
		begin_shown(nr, MASK);
		core_turn = 0;
		for (nth = 1, count = 1; nth <= count + 1; nth++) {
			begin_sweep();
			read_pcr(&proxy, hex, value, 32);
			CHECK(!is_zero(value));
			count = meet_fault(fault, nth, user->command);
			host_pcr(list, left);
			if (!memcmp(left, value, 32))
				core_fail(__FILE__, __LINE__, "%s: fault %u of %u", user->name,
					  fault, nth);
			/* The next turn has the chip again. */
			tell(&proxy, RESTART);
			core_end_turn();
			host_pcr(list, left);
			CHECK(memcmp(left, value, 32));
		}
		CHECK(nth > 6 && nth < 40);
		CHECK(is_zero(left));
		end_shown();
	}
}

void guest_cannot_change(const char *pcr)
{
	u8 before[32], after[32];
	char hex[300];
	unsigned int locality;

	read_pcr(&proxy, READ("00000001 000b 03 000081"), before, 32);
	for (locality = 0; locality < 5; locality++) {
		v->locality = locality;
		snprintf(hex, sizeof(hex), EXTEND("%s"), pcr);
		want(hex, 0x907);
		snprintf(hex, sizeof(hex), "8002 ???????? 0000013c %s" PW "0003 616263", pcr);
		want(hex, 0x907);
		snprintf(hex, sizeof(hex), "8002 ???????? 0000013d %s" PW, pcr);
		want(hex, 0x907);
		want("8001 ???????? 00000186 0000 0010", 0);
		snprintf(hex, sizeof(hex), "8002 ???????? 00000185 %s 80000001" PW_PW
			 "0000 40000007", pcr);
		want(hex, 0x907);
		want(FLUSH "80000001", 0);
	}
	v->locality = 0;
	read_pcr(&proxy, READ("00000001 000b 03 000081"), after, 32);
	CHECK_MEM(before, after, 32);
}
