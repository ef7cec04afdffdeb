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

static const struct vtpmb_setting stub_settings[VTPMB_NR_SETTINGS];

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

static void stub_power(struct vtpmb_vtpm *vtpm, enum vtpmb_power_event event)
{
	(void)event;
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

static bool stub_is_stale(struct vtpmb_vtpm *vtpm)
{
	(void)vtpm;
	return false;
}

static int stub_tidy(struct vtpmb_vtpm *vtpm, enum vtpmb_tidy reason)
{
	(void)vtpm;
	(void)reason;
	return 0;
}

#define STUB(text) {							\
	.name = text, .commands = &stub_commands,			\
	.settings = stub_settings, .probe = stub_probe,			\
	.forget = stub_forget, .create = stub_create,			\
	.destroy = stub_destroy, .power = stub_power,			\
	.receive = stub_receive, .execute = stub_execute,		\
	.is_stale = stub_is_stale, .tidy = stub_tidy,			\
}

__attribute__((weak)) const struct vtpmb_family vtpmb_tpm12 = STUB("1.2");
__attribute__((weak)) const struct vtpmb_family vtpmb_tpm20 = STUB("2.0");
