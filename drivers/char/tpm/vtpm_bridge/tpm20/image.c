// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the records of the image, what a TPM keeps without power.
 *
 * These are persistent data (TPM 2.0 Part 4, PERSISTENT_DATA) and, if the last command was
 * Shutdown(STATE), what the next Startup needs to resume (STATE_CLEAR_DATA, STATE_RESET_DATA).
 * Transient objects and sessions are not among them: a chip that had no power refuses their
 * contexts.
 */

#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "image.h"
#include "state.h"
#include "stored.h"

/* The longest record of persistent objects, and that of saved PCRs, leave 2 KiB for the others. */
static_assert(VTPMB_MAX_PERSISTENT * (2 * sizeof(u32) + 2 * sizeof(u16) + VTPMB_TPM20_MAX_NAME +
				      VTPMB_TPM20_MAX_ORIGIN) +
	      VTPMB_MAX_BANKS * (sizeof(u16) + 16 * VTPMB_MAX_DIGEST) + 2048 <
	      VTPMB_STORE_SLOT - 128);

enum tpm20_record_tag {
	RECORD_HIERARCHIES = VTPMB_RECORD_FAMILY,
	RECORD_DISABLE_CLEAR,
	RECORD_LOCKOUT,
	RECORD_PP_LIST,
	RECORD_BANKS,
	RECORD_SHUTDOWN,
	RECORD_PERSISTENT,
	RECORD_CLEAR,
};

/* Bits of the flags in RECORD_SHUTDOWN */
#define SAVED_OWNER		0x01
#define SAVED_ENDORSEMENT	0x02
#define SAVED_PLATFORM_NV	0x04
#define SAVED_NULL_KEY		0x08
#define SAVED_ALL		0x0f

/* Hierarchies whose authValue and policy no startup changes */
static const u8 tpm20_kept_hiers[] = { HIER_OWNER, HIER_ENDORSEMENT, HIER_LOCKOUT };

/* authValue and authPolicy */
static void tpm20_put_hierarchy(struct vtpmb_writer *w, const struct vtpmb_tpm20_hierarchy *h)
{
	vtpmb_put_tpm2b(w, h->auth, h->auth_len);
	vtpmb_put_u16(w, h->policy_alg);
	vtpmb_put_tpm2b(w, h->policy, h->policy_len);
}

static bool tpm20_get_hierarchy(struct vtpmb_reader *r, struct vtpmb_tpm20_hierarchy *h)
{
	const u8 *auth, *policy;
	u16 auth_len, alg, policy_len;

	if (!vtpmb_get_tpm2b(r, &auth, &auth_len) || auth_len > sizeof(h->auth) ||
	    !vtpmb_get_u16(r, &alg) ||
	    !vtpmb_get_tpm2b(r, &policy, &policy_len) || policy_len > sizeof(h->policy))
		return false;
	h->auth_len = auth_len;
	h->policy_alg = alg;
	h->policy_len = policy_len;
	memzero_explicit(h->auth, sizeof(h->auth));
	memcpy(h->auth, auth, auth_len);
	memset(h->policy, 0, sizeof(h->policy));
	memcpy(h->policy, policy, policy_len);
	return true;
}

static void tpm20_save_hierarchies(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm20_kept_hiers); i++)
		tpm20_put_hierarchy(w, &tpm->hier[tpm20_kept_hiers[i]]);
}

static bool tpm20_restore_hierarchies(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm20_kept_hiers); i++) {
		if (!tpm20_get_hierarchy(r, &tpm->hier[tpm20_kept_hiers[i]]))
			return false;
	}
	return true;
}

static void tpm20_save_disable_clear(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	if (tpm->disable_clear)
		vtpmb_put_u8(w, true);
}

static bool tpm20_restore_disable_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	u8 on = false;

	if (r->left && !vtpmb_get_u8(r, &on))
		return false;
	vtpmb_tpm20_state(vtpm)->disable_clear = on;
	return on <= 1;
}

static void tpm20_save_lockout(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	const struct vtpmb_tpm20_lockout *lockout = &tpm->lockout;

	if (!lockout->set && !lockout->failed_tries)
		return;
	vtpmb_put_u8(w, lockout->set);
	vtpmb_put_u32(w, lockout->failed_tries);
	vtpmb_put_u32(w, lockout->max_tries);
	vtpmb_put_u32(w, lockout->recovery_time);
	vtpmb_put_u32(w, lockout->lockout_recovery);
}

/*
 * failedTries is never higher than the number of the proxy's failures that count in the chip.
 * So in a new proxy they are its failures: the chip, too, has not forgotten them.
 */
static bool tpm20_restore_lockout(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	struct vtpmb_tpm20_lockout lockout = {};
	u8 set = false;

	if (r->left && (!vtpmb_get_u8(r, &set) || !vtpmb_get_u32(r, &lockout.failed_tries) ||
			!vtpmb_get_u32(r, &lockout.max_tries) ||
			!vtpmb_get_u32(r, &lockout.recovery_time) ||
			!vtpmb_get_u32(r, &lockout.lockout_recovery)))
		return false;
	lockout.set = set;
	tpm->lockout = lockout;
	if (!vtpm->store) {
		tpm->table.nr_failures = lockout.failed_tries;
		tpm->table.nr_calm = vtpmb_tpm20_chip(vtpm->port)->var.nr_calm;
	}
	return set <= 1;
}

static void tpm20_save_pp_list(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	unsigned int row;

	for_each_set_bit(row, tpm->pp_list, VTPMB_TPM20_NR_ROWS) {
		if (!(vtpmb_tpm20_rows[row].flags & TPM20_PP_DEFAULT))
			vtpmb_put_u32(w, vtpmb_tpm20_rows[row].code);
	}
}

static bool tpm20_restore_pp_list(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	u32 code;
	int row;

	vtpmb_tpm20_default_pp_list(tpm->pp_list);
	while (vtpmb_get_u32(r, &code)) {
		row = vtpmb_tpm20_row(code);
		if (row < 0 || !(vtpmb_tpm20_rows[row].flags & TPM20_PP_LISTABLE))
			return false;
		__set_bit(row, tpm->pp_list);
	}
	return true;
}

/* Which banks are allocated: now, and from the next TPM Reset on */
static void tpm20_save_banks(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;
	const struct vtpmb_pcr_bank *bank;

	for (bank = tpm->pcrs.bank; bank < tpm->pcrs.bank + tpm->pcrs.nr_banks; bank++) {
		vtpmb_put_u16(w, bank->hash->alg);
		vtpmb_put_u8(w, bank->active);
		vtpmb_put_u8(w, bank->active_next);
	}
}

/* A bank that the chip does not have, such as another chip, is left out. */
static bool tpm20_restore_banks(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	struct vtpmb_pcr_bank *bank;
	u8 active, active_next;
	u16 alg;

	while (r->left) {
		if (!vtpmb_get_u16(r, &alg) || !vtpmb_get_u8(r, &active) || active > 1 ||
		    !vtpmb_get_u8(r, &active_next) || active_next > 1)
			return false;
		bank = vtpmb_pcrs_bank(&tpm->pcrs, alg);
		if (!bank)
			continue;
		bank->active = active;
		bank->active_next = active_next;
	}
	return true;
}

static void tpm20_put_saved_pcrs(struct vtpmb_writer *w, const struct vtpmb_pcrs *pcrs)
{
	const struct vtpmb_pcr_bank *bank;

	vtpmb_put_u32(w, pcrs->update_counter);
	for (bank = pcrs->bank; bank < pcrs->bank + pcrs->nr_banks; bank++) {
		vtpmb_put_u16(w, bank->hash->alg);
		vtpmb_pcrs_put_saved(w, pcrs, bank);
	}
}

static bool tpm20_get_saved_bank(struct vtpmb_reader *r, struct vtpmb_pcrs *pcrs)
{
	u16 alg;

	return vtpmb_get_u16(r, &alg) &&
	       vtpmb_pcrs_get_saved(r, pcrs, vtpmb_hash_size(alg), vtpmb_pcrs_bank(pcrs, alg));
}

static bool tpm20_get_saved_pcrs(struct vtpmb_reader *r, struct vtpmb_pcrs *pcrs)
{
	if (!vtpmb_get_u32(r, &pcrs->update_counter))
		return false;
	while (r->left) {
		if (!tpm20_get_saved_bank(r, pcrs))
			return false;
	}
	return true;
}

static void tpm20_put_saved_state(struct vtpmb_writer *w, const struct vtpmb_tpm20 *tpm)
{
	vtpmb_put_u8(w, (tpm->hier[HIER_OWNER].enabled ? SAVED_OWNER : 0) |
			(tpm->hier[HIER_ENDORSEMENT].enabled ? SAVED_ENDORSEMENT : 0) |
			(tpm->ph_enable_nv ? SAVED_PLATFORM_NV : 0) |
			(tpm->null_key.made ? SAVED_NULL_KEY : 0));
	vtpmb_put_u8(w, tpm->startup_locality);
	tpm20_put_hierarchy(w, &tpm->hier[HIER_PLATFORM]);
	if (tpm->null_key.made) {
		vtpmb_put_bytes(w, tpm->null_key.private, sizeof(tpm->null_key.private));
		vtpmb_put_bytes(w, tpm->null_key.point, sizeof(tpm->null_key.point));
	}
	tpm20_put_saved_pcrs(w, &tpm->pcrs);
}

static bool tpm20_get_null_key(struct vtpmb_reader *r, struct vtpmb_tpm20_null_key *key)
{
	const u8 *private = vtpmb_get_bytes(r, sizeof(key->private));
	const u8 *point = private ? vtpmb_get_bytes(r, sizeof(key->point)) : NULL;

	if (!point)
		return false;
	memcpy(key->private, private, sizeof(key->private));
	memcpy(key->point, point, sizeof(key->point));
	key->made = true;
	return true;
}

static bool tpm20_get_saved_state(struct vtpmb_reader *r, struct vtpmb_tpm20 *tpm)
{
	u8 flags;

	if (!vtpmb_get_u8(r, &flags) || flags & ~SAVED_ALL ||
	    !vtpmb_get_u8(r, &tpm->startup_locality) ||
	    !tpm20_get_hierarchy(r, &tpm->hier[HIER_PLATFORM]))
		return false;
	tpm->hier[HIER_OWNER].enabled = flags & SAVED_OWNER;
	tpm->hier[HIER_ENDORSEMENT].enabled = flags & SAVED_ENDORSEMENT;
	tpm->ph_enable_nv = flags & SAVED_PLATFORM_NV;
	if (flags & SAVED_NULL_KEY && !tpm20_get_null_key(r, &tpm->null_key))
		return false;
	return tpm20_get_saved_pcrs(r, &tpm->pcrs);
}

/* The kind of the last Shutdown; after Shutdown(STATE), the state that it has saved */
static void tpm20_save_shutdown(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	vtpmb_put_u8(w, tpm->shutdown);
	if (tpm->shutdown == SHUTDOWN_STATE)
		tpm20_put_saved_state(w, tpm);
}

static bool tpm20_restore_shutdown(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	u8 shutdown;

	if (!vtpmb_get_u8(r, &shutdown) || shutdown > SHUTDOWN_STATE)
		return false;
	tpm->shutdown = shutdown;
	return shutdown != SHUTDOWN_STATE || tpm20_get_saved_state(r, tpm);
}

/* Whether the chip may have something, in granted ranges alone, that a Clear has deleted */
static bool tpm20_is_clear_pending(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	return (vtpm->range[VTPMB_RANGE_NV].last || vtpm->range[VTPMB_RANGE_PERSISTENT].last) &&
	       READ_ONCE(tpm->table.cleared) != tpm->hier[HIER_OWNER].cleared;
}

/* Number of Clears: each is stored before it deletes anything from the chip. */
static void tpm20_save_clear(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	if (!tpm->hier[HIER_OWNER].cleared)
		return;
	vtpmb_put_u32(w, tpm->hier[HIER_OWNER].cleared);
	vtpmb_put_u8(w, tpm20_is_clear_pending(vtpm));
}

/* What was not deleted from the chip when the power went is deleted by the new proxy. */
static bool tpm20_restore_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20 *tpm = vtpm->state;
	u8 pending = false;
	u32 cleared = 0;

	if (r->left && (!vtpmb_get_u32(r, &cleared) || !vtpmb_get_u8(r, &pending)))
		return false;
	WRITE_ONCE(tpm->hier[HIER_OWNER].cleared, cleared);
	WRITE_ONCE(tpm->hier[HIER_ENDORSEMENT].cleared, cleared);
	if (!vtpm->store) {
		tpm->table.cleared = cleared - pending;
		tpm->clears_stored = cleared;
	}
	return pending <= 1;
}

/* The image is on disk, and with it a Clear. */
void vtpmb_tpm20_stored(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	lockdep_assert_held(&vtpm->lock);

	WRITE_ONCE(tpm->clears_stored, tpm->hier[HIER_OWNER].cleared);
}

const struct vtpmb_record vtpmb_tpm20_records[VTPMB_TPM20_NR_RECORDS] = {
	{ RECORD_HIERARCHIES, tpm20_save_hierarchies, tpm20_restore_hierarchies },
	{ RECORD_DISABLE_CLEAR, tpm20_save_disable_clear, tpm20_restore_disable_clear },
	{ RECORD_LOCKOUT, tpm20_save_lockout, tpm20_restore_lockout },
	{ RECORD_PP_LIST, tpm20_save_pp_list, tpm20_restore_pp_list },
	{ RECORD_BANKS, tpm20_save_banks, tpm20_restore_banks },
	{ RECORD_SHUTDOWN, tpm20_save_shutdown, tpm20_restore_shutdown },
	{ RECORD_PERSISTENT, vtpmb_tpm20_save_stored, vtpmb_tpm20_restore_stored },
	{ RECORD_CLEAR, tpm20_save_clear, tpm20_restore_clear },
};
