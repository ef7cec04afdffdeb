// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: a guest on a proxy, and its twin on a TPM of its own. */

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
