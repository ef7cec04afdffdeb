// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: the host beside the guests. */

#include "tpm20_guest.h"
#include "tpm20_host.h"

#define GET_DIGEST	"8001 ???????? 00000189 "
#define READ_PUBLIC	"8001 ???????? 00000173 "

struct core_rsp raw;
static struct core_rsp public;

void host_at(int line, const char *hex)
{
	core_raw_hex(hex, &raw);
	if (raw.rc)
		core_fail(__FILE__, line, "host: %.40s: 0x%x", hex, raw.rc);
}

void host_leaves_all_kinds(void)
{
	host(PRIMARY("40000007"));
	host(READ_PUBLIC "80000000");
	public = raw;
	host(START_POLICY);
	host(START_POLICY);
	host(CONTEXT_SAVE "03000001");
}

void host_lists_at(int line, const char *list, u32 nr, u32 handle)
{
	host_at(line, list);
	if (vtpmb_peek_u32(raw.buf + 15) != nr || vtpmb_peek_u32(raw.buf + 19) != handle) {
		core_fail(__FILE__, line, "the chip has other than what the host left");
		core_dump("handles", raw.buf + 15, raw.len - 15);
	}
}

void host_has_its_own_at(int line)
{
	host_lists_at(line, OBJECTS, 1, 0x80000000);
	host_lists_at(line, LOADED, 1, 0x03000000);
	host_lists_at(line, SAVED, 1, 0x02000001);
	host_at(line, READ_PUBLIC "80000000");
	CHECK_MEM(raw.buf, public.buf, raw.len);
	host_at(line, GET_DIGEST "03000000");
}
