// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: the verbs of the family. */

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include "../core/secret.h"
#include "admin.h"
#include "books.h"
#include "command.h"
#include "facts.h"
#include "image.h"
#include "local.h"
#include "null_primary.h"
#include "platform.h"
#include "register.h"
#include "shown.h"
#include "state.h"
#include "stored.h"
#include "turn.h"
#include "wire.h"

/*
 * Parameters.  An error tells which one, from 0 (TPM 2.0 Part 2, 6.6.2).
 */

/* A new TPM has the banks that the chip has; others wait for PCR_Allocate. */
static void tpm20_init_pcrs(const struct vtpmb_port *port, struct vtpmb_pcrs *pcrs)
{
	unsigned int i;

	vtpmb_pcrs_init(pcrs, vtpmb_pcr_rules_tpm20, port->bank, port->nr_banks);
	for (i = 0; i < port->nr_banks; i++) {
		if (!vtpmb_tpm20_facts(port)->allocated[i])
			vtpmb_pcrs_allocate(pcrs, port->bank[i].alg, false);
	}
}

static int tpm20_create(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = kzalloc(sizeof(*tpm), GFP_KERNEL);

	if (!tpm)
		return -ENOMEM;
	tpm->reply = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	tpm->table.kept = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!tpm->reply || !tpm->table.kept) {
		kfree(tpm->reply);
		kfree(tpm->table.kept);
		kfree(tpm);
		return -ENOMEM;
	}
	atomic_inc(&vtpm->port->nr_vtpms);
	tpm->table.epoch = vtpm->epoch;
	vtpm->state = tpm;
	vtpm->nv_indices = VTPMB_NV_INDICES;
	vtpm->nv_bytes = VTPMB_NV_BYTES;
	vtpmb_secret_init(vtpm);
	tpm->persistent_objects = VTPMB_PERSISTENT_OBJECTS;
	vtpm->stop_on_failure = true;
	tpm20_init_pcrs(vtpm->port, &tpm->pcrs);
	vtpmb_tpm20_platform_init(vtpm);
	return 0;
}

static void tpm20_destroy(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (!tpm)
		return;
	vtpmb_tpm20_forget_all(vtpm);
	vtpmb_tpm20_destroy_stored(vtpm);
	atomic_dec(&vtpm->port->nr_vtpms);
	kfree_sensitive(tpm->table.kept);
	kfree_sensitive(tpm->reply);
	kfree_sensitive(tpm);
	vtpm->state = NULL;
}

/* _TPM_Init.  What is in the chip is swept away, being of an older epoch. */
static void tpm20_reset(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	WRITE_ONCE(vtpm->epoch, vtpm->epoch + 1);
	vtpm->power = VTPMB_POST_INIT;
}

static void tpm20_off(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	WRITE_ONCE(vtpm->epoch, vtpm->epoch + 1);
	WRITE_ONCE(vtpm->power, VTPMB_OFF);
	/* The next Startup will be a TPM Reset. */
	if (vtpmb_tpm20_state(vtpm)->shutdown != SHUTDOWN_STATE)
		vtpmb_tpm20_forget_null_key(vtpm);
}

static void tpm20_power(struct vtpmb_vtpm *vtpm, enum vtpmb_power_event event)
{
	switch (event) {
	case VTPMB_POWER_RESET:
		tpm20_reset(vtpm);
		break;
	case VTPMB_POWER_STARTUP:
		vtpmb_tpm20_start(vtpm);
		break;
	case VTPMB_POWER_OFF:
		tpm20_off(vtpm);
		break;
	}
}

/* Nothing stays loaded after a turn, so VTPMB_TIDY_HOST has nothing to do. */
static int tpm20_tidy(struct vtpmb_vtpm *vtpm, enum vtpmb_tidy reason)
{
	switch (reason) {
	case VTPMB_TIDY_TURN:
		return vtpmb_tpm20_end_turn(vtpm);
	case VTPMB_TIDY_IDLE:
		return vtpmb_tpm20_refresh_saved(vtpm);
	case VTPMB_TIDY_HOST:
		return vtpmb_tpm20_reset_registers(vtpm->port);
	case VTPMB_TIDY_STALE:
		return vtpmb_tpm20_flush_stale(vtpm, false);
	case VTPMB_TIDY_END:
		return vtpmb_tpm20_flush_stale(vtpm, true);
	case VTPMB_TIDY_LOST:
		vtpmb_tpm20_forget_all(vtpm);
		break;
	}
	return 0;
}

static void tpm20_retry(struct vtpmb_cmd *cmd)
{
	vtpmb_tpm20_fail(cmd, TPM2_RC_RETRY);
}

static void tpm20_unstored(struct vtpmb_cmd *cmd)
{
	vtpmb_tpm20_fail(cmd, TPM2_RC_NV_UNAVAILABLE);
}

static bool tpm20_is_unsafe(unsigned int row)
{
	return vtpmb_tpm20_rows[row].flags & TPM20_UNSAFE;
}

static u32 tpm20_code(unsigned int row)
{
	return vtpmb_tpm20_rows[row].code;
}

static const struct vtpmb_commands tpm20_commands = {
	.nr_rows = VTPMB_TPM20_NR_ROWS,
	.find = vtpmb_tpm20_row,
	.code = tpm20_code,
	.is_unsafe = tpm20_is_unsafe,
};

/* TPM 2.0 has no lock of physical presence. */
static void tpm20_show(struct vtpmb_vtpm *vtpm, struct vtpmb_view *view)
{
	view->pp = vtpm->pp_pin;
	view->pp_locked = false;
}

/* GetCapability(TPM_CAP_TPM_PROPERTIES, TPM_PT_MAX_COMMAND_SIZE, 2) */
static const u8 tpm20_query[VTPMB_QUERY_SIZE] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x01, 0x7a, 0x00,
	0x00, 0x00, 0x06, 0x00, 0x00, 0x01, 0x1e, 0x00, 0x00, 0x00, 0x02,
};

static const u8 tpm20_query_answer[] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x23, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x01, 0x1e,
	0x00, 0x00, VTPMB_GUEST_BUF_SIZE >> 8, VTPMB_GUEST_BUF_SIZE & 0xff,
	0x00, 0x00, 0x01, 0x1f,
	0x00, 0x00, VTPMB_GUEST_BUF_SIZE >> 8, VTPMB_GUEST_BUF_SIZE & 0xff,
};

/* TPM2_ReadClock (Part 3, 9.2; Part 1, 12.4) */
static const u8 tpm20_failure_question[] = {
	0x80, 0x01, 0x00, 0x00, 0x00, 0x0A, 0x00, 0x00, 0x01, 0x81,
};

static const struct vtpmb_failure_rule tpm20_failure = {
	.begins = TPM2_RC_FAILURE,
	.lasts = TPM2_RC_FAILURE,
	.question = tpm20_failure_question,
	.question_len = sizeof(tpm20_failure_question),
};

const struct vtpmb_family vtpmb_tpm20 = {
	.name = "2.0",
	.version = VTPMB_VERSION_20,
	.call_size = sizeof(struct vtpmb_tpm20_call),
	.commands = &tpm20_commands,
	.settings = vtpmb_tpm20_settings,
	.records = vtpmb_tpm20_records,
	.nr_records = VTPMB_TPM20_NR_RECORDS,
	.query = tpm20_query,
	.query_answer = tpm20_query_answer,
	.query_answer_len = sizeof(tpm20_query_answer),
	.failure = &tpm20_failure,
	.probe = vtpmb_tpm20_probe,
	.forget = vtpmb_tpm20_forget,
	.create = tpm20_create,
	.destroy = tpm20_destroy,
	.prepare_store = vtpmb_tpm20_create_stored,
	.power = tpm20_power,
	.show = tpm20_show,
	.identity = vtpmb_tpm20_identity,
	.receive = vtpmb_tpm20_receive,
	.execute = vtpmb_tpm20_execute,
	.retry = tpm20_retry,
	.unstored = tpm20_unstored,
	.stored = vtpmb_tpm20_stored,
	.is_stale = vtpmb_tpm20_has_stale,
	.tidy = tpm20_tidy,
};
