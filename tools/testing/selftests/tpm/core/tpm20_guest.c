// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: a guest on a proxy, and its twin on a TPM of its own. */

#include <openssl/evp.h>
#include "tpm20_guest.h"

struct vtpmb_vtpm *v;
struct core_twin *twin;
struct core_rsp rv, rt;

void begin(void)
{
	core_start(CORE_TPM20);
	v = core_new();
	twin = core_twin_new();
}

void end(void)
{
	core_twin_free(twin);
	core_free(v);
	CHECK(core_chip_is_empty());
	core_stop();
}

void same_at(int line, const char *hex)
{
	core_send_hex(v, hex, &rv);
	core_twin_send_hex(twin, hex, &rt);
	if (rv.err || rv.len != rt.len || memcmp(rv.buf, rt.buf, rt.len)) {
		core_fail(__FILE__, line, "%.60s: rc 0x%x, not 0x%x (err %d)", hex,
			  rv.rc, rt.rc, rv.err);
		core_dump("proxy", rv.buf, rv.len);
		core_dump("twin", rt.buf, rt.len);
	}
}

void same_rc_at(int line, const char *hex)
{
	core_send_hex(v, hex, &rv);
	core_twin_send_hex(twin, hex, &rt);
	if (rv.err || rv.rc != rt.rc || rv.len != rt.len)
		core_fail(__FILE__, line, "%.60s: rc 0x%x len %zu, not 0x%x len %zu (err %d)",
			  hex, rv.rc, rv.len, rt.rc, rt.len, rv.err);
}

void want_at(int line, const char *hex, u32 rc)
{
	core_send_hex(v, hex, &rv);
	if (rv.err || rv.rc != rc)
		core_fail(__FILE__, line, "%.60s: rc 0x%x, not 0x%x (err %d)", hex, rv.rc,
			  rc, rv.err);
}

void reset_both(void)
{
	core_reset(v);
	core_twin_reset(twin);
}

void give_owner_auth(struct vtpmb_vtpm *vtpm, const char *auth)
{
	core_set_bytes(vtpm, VTPMB_SETTING_OWNER_AUTH, auth, strlen(auth));
}

struct guest proxy, alone;

/* libtpms asks for the first command again that it might punish: TPM_RC_RETRY. */
u32 tell(struct guest *g, const char *hex)
{
	if (g->vtpm)
		core_send_hex(g->vtpm, hex, &g->rsp);
	else
		core_twin_send_hex(twin, hex, &g->rsp);
	if (!g->vtpm && g->rsp.rc == 0x922)
		core_twin_send_hex(twin, hex, &g->rsp);
	return g->rsp.err ? 0xffffffff : g->rsp.rc;
}

/* Both answer with @rc. */
void both_at(int line, const char *hex, u32 rc)
{
	u32 a = tell(&proxy, hex), b = tell(&alone, hex);

	if (a != rc || b != rc)
		core_fail(__FILE__, line, "%.60s: rc 0x%x, twin 0x%x, not 0x%x", hex, a, b,
			  rc);
}

size_t put_hex(char *hex, size_t len, const u8 *bytes, size_t count)
{
	while (count--)
		len += sprintf(hex + len, "%02x", *bytes++);
	return len;
}

/* A guest that has a primary key, 0x80000000. */
void start(struct guest *g)
{
	CHECK_EQ(tell(g, STARTUP_CLEAR), 0);
	CHECK_EQ(tell(g, PRIMARY("40000001")), 0);
}

void start_both(void)
{
	proxy.vtpm = v;
	start(&proxy);
	start(&alone);
}

/* Create under the primary key, and keep the Load command for what comes of it. */
void create(struct guest *g, const char *hex)
{
	size_t len;
	u16 priv, pub;

	CHECK_EQ(tell(g, hex), 0);
	priv = vtpmb_peek_u16(g->rsp.buf + 14);
	pub = vtpmb_peek_u16(g->rsp.buf + 16 + priv);
	len = snprintf(g->sealed, sizeof(g->sealed), "8002 ???????? 00000157 80000000" PW);
	put_hex(g->sealed, len, g->rsp.buf + 14, 4 + priv + pub);
}

void load_both(void)
{
	CHECK_EQ(tell(&proxy, proxy.sealed), 0);
	CHECK_EQ(tell(&alone, alone.sealed), 0);
}

void sha256(const void *bytes, size_t len, u8 *digest)
{
	EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL);
}

/* TPM 2.0 Part 3, 23.7: of one selection, a digest of 32 zeros before. */
void policy_of_pcrs(const char *list, const u8 *values, size_t values_len, u8 *digest)
{
	u8 text[200] = {}, pcr_digest[32];
	size_t len = 32;

	sha256(values, values_len, pcr_digest);
	len += core_hex(text + len, 100, "0000017f");
	len += core_hex(text + len, 100, list);
	memcpy(text + len, pcr_digest, 32);
	sha256(text, len + 32, digest);
}
