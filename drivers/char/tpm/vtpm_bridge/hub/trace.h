/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: a command's begin, its chip commands, its end; failures; resets. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vtpm_bridge

#if !defined(VTPMB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VTPMB_TRACE_H

#include <linux/tracepoint.h>
#include "compat.h"

TRACE_EVENT(vtpmb_command,
	TP_PROTO(u32 num, u32 code, size_t len),
	TP_ARGS(num, code, len),
	TP_STRUCT__entry(
		__field(u32, num)
		__field(u32, code)
		__field(size_t, len)
	),
	TP_fast_assign(
		__entry->num = num;
		__entry->code = code;
		__entry->len = len;
	),
	TP_printk("vtpm%u code=0x%08x len=%zu", __entry->num, __entry->code,
		  __entry->len)
);

TRACE_EVENT(vtpmb_chip_command,
	TP_PROTO(u32 chip, u32 code, int rc),
	TP_ARGS(chip, code, rc),
	TP_STRUCT__entry(
		__field(u32, chip)
		__field(u32, code)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->code = code;
		__entry->rc = rc;
	),
	TP_printk("tpm%u code=0x%08x rc=0x%x", __entry->chip, __entry->code,
		  __entry->rc)
);

TRACE_EVENT(vtpmb_response,
	TP_PROTO(u32 num, u32 code, u32 rc, int err, unsigned int answer,
		 u32 nr_chip_commands, s64 us),
	TP_ARGS(num, code, rc, err, answer, nr_chip_commands, us),
	TP_STRUCT__entry(
		__field(u32, num)
		__field(u32, code)
		__field(u32, rc)
		__field(int, err)
		__field(unsigned int, answer)
		__field(u32, nr_chip_commands)
		__field(s64, us)
	),
	TP_fast_assign(
		__entry->num = num;
		__entry->code = code;
		__entry->rc = rc;
		__entry->err = err;
		__entry->answer = answer;
		__entry->nr_chip_commands = nr_chip_commands;
		__entry->us = us;
	),
	TP_printk("vtpm%u code=0x%08x rc=0x%x err=%d answer=%s chip_commands=%u us=%lld",
		  __entry->num, __entry->code, __entry->rc, __entry->err,
		  __print_symbolic(__entry->answer, { 0, "chip" },
				   { 1, "local" }, { 2, "refused" }),
		  __entry->nr_chip_commands, __entry->us)
);

TRACE_EVENT(vtpmb_failure,
	TP_PROTO(u32 num, u32 chip, u32 code, bool stopped),
	TP_ARGS(num, chip, code, stopped),
	TP_STRUCT__entry(
		__field(u32, num)
		__field(u32, chip)
		__field(u32, code)
		__field(bool, stopped)
	),
	TP_fast_assign(
		__entry->num = num;
		__entry->chip = chip;
		__entry->code = code;
		__entry->stopped = stopped;
	),
	TP_printk("vtpm%u code=0x%08x chip=tpm%u stopped=%d", __entry->num, __entry->code,
		  __entry->chip, __entry->stopped)
);

TRACE_EVENT(vtpmb_reset,
	TP_PROTO(u32 num, const char *why),
	TP_ARGS(num, why),
	TP_STRUCT__entry(
		__field(u32, num)
		__string(why, why)
	),
	TP_fast_assign(
		__entry->num = num;
		vtpmb_assign_str(why);
	),
	TP_printk("vtpm%u by %s", __entry->num, __get_str(why))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
