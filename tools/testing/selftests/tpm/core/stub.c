// SPDX-License-Identifier: GPL-2.0-only
/*
 * A family that passes everything on, for what is linked without the real
 * one.  Weak: the real one takes its place.
 */

#include "core.h"

static int stub_find(u32 code)
{
	(void)code;
	return 0;
}

static bool stub_is_unsafe(unsigned int row)
{
	(void)row;
	return false;
}

static u32 stub_code(unsigned int row)
{
	(void)row;
	return 0;
}

static const struct vtpmb_commands stub_commands = {
	.nr_rows = 1, .find = stub_find, .code = stub_code, .is_unsafe = stub_is_unsafe,
};

static int stub_probe(struct vtpmb_port *port)
{
	(void)port;
	return 0;
}

static void stub_forget(struct vtpmb_port *port)
{
	(void)port;
}

static int stub_create(struct vtpmb_vtpm *vtpm)
{
	(void)vtpm;
	return 0;
}

static void stub_nothing(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);
}

static void stub_destroy(struct vtpmb_vtpm *vtpm)
{
	(void)vtpm;
}

static void stub_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	lockdep_assert_held(&vtpm->lock);
	cmd->code = vtpmb_peek_u32(cmd->buf + 6);
	cmd->epoch = vtpm->epoch;
	cmd->answer = VTPMB_ANSWER_CHIP;
}

static int stub_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	int len = vtpm->port->transmit(vtpm->port, cmd->buf);

	if (len < 0)
		return len;
	cmd->len = len;
	cmd->rc = vtpmb_peek_u32(cmd->buf + 6);
	return 0;
}

static int stub_leave(struct vtpmb_vtpm *vtpm)
{
	(void)vtpm;
	return 0;
}

static int stub_sweep(struct vtpmb_vtpm *vtpm, bool all)
{
	(void)vtpm;
	(void)all;
	return 0;
}

static bool stub_no(struct vtpmb_vtpm *vtpm)
{
	(void)vtpm;
	return false;
}

#define STUB(text) {							\
	.name = text, .commands = &stub_commands, .probe = stub_probe,	\
	.forget = stub_forget, .create = stub_create,			\
	.destroy = stub_destroy, .reset = stub_nothing,			\
	.off = stub_nothing, .receive = stub_receive,			\
	.execute = stub_execute, .leave = stub_leave,			\
	.sweep = stub_sweep, .stale = stub_no, .drop = stub_destroy,	\
	.pp = stub_no, .pp_locked = stub_no,				\
}

__attribute__((weak)) const struct vtpmb_family vtpmb_tpm12 = STUB("1.2");
__attribute__((weak)) const struct vtpmb_family vtpmb_tpm20 = STUB("2.0");
