// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, the context gap: how many sessions the chip may save for guests.
 *
 * The chip numbers the session contexts that it saves.  When the oldest saved session
 * is TPM_PT_CONTEXT_GAP_MAX behind, the chip refuses to save any session, whoever asks,
 * until that one is loaded (TPM 2.0 Part 1, 30.5).  A guest that uses a session causes
 * a save in each turn, so one guest could block all other users of the chip.
 *
 * The bridge's own sessions are no problem: it loads the oldest one and saves it again
 * when half the gap is used up.  It cannot do that with a session of the host.  While
 * the host has a saved session, the guests together may save half the gap, or less if
 * the session is older than the bridge's first look.  In addition, they get three saves
 * for each save of the host.  So a host that uses its sessions, and thereby saves them
 * again, does not slow down the guests.  Guests get saves in the last quarter of the gap
 * only in return for saves of the host, one in four of which is the host's.  So at least
 * a sixteenth of the gap is reserved for the host.
 *
 * Half of the guests' saves go to whichever guest comes first, and three eighths are
 * divided into equal shares.  The rest is reserved for guests that have used up their
 * shares: they get one try in 16, which also shows how many sessions the host has saved.
 *
 * The chip lists the saved sessions, but does not report their age.  The bridge learns
 * the chip's counter from each session that the bridge saves.
 *
 * While guests are idle, the bridge has to look at the counter: it loads the oldest of
 * their sessions and saves it again.  A quarter of the gap is left for the host's saves
 * between two looks, and a quarter to catch up afterwards.  The interval between looks
 * is short enough that a host that saves one session each SAVE_MS does not use up that
 * quarter.  While the host saves next to nothing, the interval is up to 2^MAX_SHIFT
 * times as long.
 *
 * A look costs one save, which counts against the guests while the host has a saved
 * session.  In that case the bridge only lists the saved sessions, which costs no save,
 * and reads the counter at the first, second, fourth, eighth look and so on.  It starts
 * over when the host has a new saved session, or has saved enough sessions to make up
 * for the looks.
 */

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "ask.h"
#include "gap.h"
#include "state.h"

/* When guests have used up their part, one in this many saves is tried anyway. */
#define TRY_EVERY		16

/* Saves that guests get for each save of the host. */
#define NR_FOR_HOST	3

/* Minimum time that a chip takes to save a session and load it again, in milliseconds. */
#define SAVE_MS		4

/* Maximum number of times that the interval between looks is doubled. */
#define MAX_SHIFT	3

/* Bounds of that interval in milliseconds, whatever gap the chip reports. */
#define MIN_LOOK_MS	250
#define MAX_LOOK_MS	60000

/*
 * The number of sessions saved for guests, less those that the host's saves make up for.
 * The host's saves are those that the chip has counted and the bridge has not.
 */
static s64 tpm20_balance(const struct vtpmb_tpm20_gap *gap)
{
	return (NR_FOR_HOST + 1) * gap->nr_saves - NR_FOR_HOST * gap->next;
}

/*
 * The limit that the balance must stay below: the lowest one of the host's sessions.
 *
 * Return: false if no session of the host limits the balance
 */
static bool tpm20_gap_limit(const struct vtpmb_tpm20_gap *gap, s64 *limit)
{
	unsigned int i;
	bool any = false;

	for_each_set_bit(i, gap->foreign, VTPMB_TPM20_MAX_ACTIVE) {
		if (!any || gap->limit[i] < *limit)
			*limit = gap->limit[i];
		any = true;
	}
	return any;
}

/* Enter a session of the host that was not saved at the last look. */
static void tpm20_gap_enter(struct vtpmb_port *port, unsigned int i)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	s64 size = vtpmb_tpm20_facts(port)->context_gap;
	s64 age = min_t(u64, gap->next - gap->looked, size);

	gap->since[i] = gap->looked;
	gap->limit[i] = tpm20_balance(gap) + clamp_t(s64, size * 3 / 4 - age, 0, size / 2);
}

/*
 * Begin a new term, in which the rest is shared out again, if the limit has changed or if
 * more is left than at the beginning of the present term.
 */
static void tpm20_gap_share(struct vtpmb_tpm20_gap *gap)
{
	s64 balance = tpm20_balance(gap), limit;

	if (!tpm20_gap_limit(gap, &limit))
		return;
	if (gap->term && limit == gap->term_limit && balance >= gap->term_balance)
		return;
	gap->term++;
	gap->term_limit = limit;
	gap->term_balance = balance;
	gap->nr_tries = 0;
}

/* List the saved sessions of the host. */
int vtpmb_tpm20_gap_list(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	const struct vtpmb_tpm20_body *body;
	int err = vtpmb_tpm20_chip_sessions(port, true, gap->listed);

	if (err)
		return err;
	list_for_each_entry(body, &port->saved, res.saved)
		__clear_bit(vtpmb_tpm20_session_bit(body->session), gap->listed);
	return 0;
}

/* From now on, the listed sessions limit the balance. */
static void tpm20_gap_enter_listed(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	unsigned int i;

	for_each_set_bit(i, gap->listed, VTPMB_TPM20_MAX_ACTIVE) {
		if (!test_bit(i, gap->foreign))
			tpm20_gap_enter(port, i);
	}
	bitmap_copy(gap->foreign, gap->listed, VTPMB_TPM20_MAX_ACTIVE);
	gap->used_up &= !bitmap_empty(gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
	gap->looked = gap->next;
	tpm20_gap_share(gap);
}

/* List the host's saved sessions and let them limit the balance. */
int vtpmb_tpm20_gap_look(struct vtpmb_port *port)
{
	int err = vtpmb_tpm20_gap_list(port);

	if (!err)
		tpm20_gap_enter_listed(port);
	return err;
}

/*
 * Look again if the last look is too old, or if saves are about to be refused because of
 * it.  A session of the host that one look does not find counts as a new one when it is
 * saved again.
 */
static bool tpm20_must_look(struct vtpmb_port *port)
{
	const struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	s64 size = vtpmb_tpm20_facts(port)->context_gap, limit;

	if (!gap->next)
		return false;
	if (!gap->looked || gap->next - gap->looked >= size / 8)
		return true;
	return tpm20_gap_limit(gap, &limit) && tpm20_balance(gap) >= limit - size / 4;
}

/* Whether to try a save that is usually refused: true once in TRY_EVERY calls. */
static bool tpm20_gap_try_anyway(struct vtpmb_port *port)
{
	return ++vtpmb_tpm20_gap(port)->nr_refused % TRY_EVERY == 0;
}

/* Take one save of the vtpm's equal share.  Return: false if the share is used up */
static bool tpm20_has_share(struct vtpmb_vtpm *vtpm, s64 all)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	const struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(vtpm->port);

	if (table->term != gap->term) {
		table->term = gap->term;
		table->nr_shared_saves = 0;
	}
	if ((s64)table->nr_shared_saves * atomic_read(&vtpm->port->nr_vtpms) >= all * 3 / 8)
		return false;
	table->nr_shared_saves++;
	return true;
}

static bool tpm20_gap_has_left(struct vtpmb_vtpm *vtpm, struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	s64 limit, all = gap->term_limit - gap->term_balance;

	if (gap->used_up && vtpm)
		return tpm20_gap_try_anyway(port);
	if (!tpm20_gap_limit(gap, &limit))
		return true;
	if (tpm20_balance(gap) >= limit)
		return false;
	if (!vtpm || tpm20_balance(gap) < gap->term_balance + all / 2 ||
	    tpm20_has_share(vtpm, all))
		return true;
	return gap->nr_tries < all / 8 && tpm20_gap_try_anyway(port) && ++gap->nr_tries;
}

/*
 * Whether the chip may save one more session of a guest, or, if @vtpm is NULL, one that the
 * bridge keeps from falling behind.  Returns 1, 0 or a negative errno.
 */
int vtpmb_tpm20_gap_allows(struct vtpmb_vtpm *vtpm, struct vtpmb_port *port)
{
	bool looked = tpm20_must_look(port);
	int err = looked ? vtpmb_tpm20_gap_look(port) : 0;

	if (err || tpm20_gap_has_left(vtpm, port))
		return err ? err : 1;
	/* Look before refusing: the host may have loaded its session in the meantime. */
	err = looked ? 0 : vtpmb_tpm20_gap_look(port);
	return err ? err : !looked && tpm20_gap_has_left(vtpm, port);
}

/*
 * Whether to make room for a save that was not allowed: true once in TRY_EVERY calls.  They are
 * counted for themselves.  Otherwise the saves that are tried anyway could fall on these calls
 * again and again, and none would ever be tried.
 */
bool vtpmb_tpm20_gap_may_make(struct vtpmb_port *port)
{
	return ++vtpmb_tpm20_gap(port)->nr_denied % TRY_EVERY == 0;
}

/*
 * The chip has refused to save because the gap is used up.  If the host has a saved session,
 * only one save in TRY_EVERY is tried from now on.  It succeeds once the host has loaded the
 * session that uses up the gap.
 */
void vtpmb_tpm20_gap_is_used_up(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);

	gap->used_up = !bitmap_empty(gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
}

/* The chip's counter has started over: the chip was reset behind the bridge's back. */
static void tpm20_gap_restart(struct vtpmb_tpm20_gap *gap)
{
	bitmap_zero(gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
	gap->looked = 0;
	gap->nr_saves = 0;
	gap->term++;
}

/* The chip has saved a session with this TPMS_CONTEXT.sequence. */
void vtpmb_tpm20_gap_saved(struct vtpmb_port *port, u64 sequence)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);

	if (sequence < gap->next)
		tpm20_gap_restart(gap);
	gap->used_up = false;
	gap->next = sequence + 1;
	gap->nr_saves++;
}

/* The number of sessions that the chip is known to have saved since it saved this one. */
u64 vtpmb_tpm20_gap_age(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body)
{
	return vtpmb_tpm20_gap(port)->next - body->sequence;
}

/*
 * Whether the host certainly has no saved session older than @body, the oldest of the bridge.
 * Comes after vtpmb_tpm20_gap_list().
 */
bool vtpmb_tpm20_gap_is_ours(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body)
{
	const struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	unsigned int i;

	for_each_set_bit(i, gap->listed, VTPMB_TPM20_MAX_ACTIVE) {
		u64 since = test_bit(i, gap->foreign) ? gap->since[i] : gap->looked;

		if (since <= body->sequence)
			return false;
	}
	return true;
}

/* Whether the host has a saved session that was not saved at the last look. */
static bool tpm20_gap_has_new(const struct vtpmb_tpm20_gap *gap)
{
	return !bitmap_subset(gap->listed, gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
}

static bool tpm20_gap_is_calm(const struct vtpmb_tpm20_gap *gap)
{
	return !tpm20_gap_has_new(gap) && (gap->nr_calm & (gap->nr_calm - 1));
}

/*
 * Whether a look may cost one save.  A calm host does not prevent a look if @oldest, the oldest
 * saved session of the bridge, is known to have fallen behind.  Comes after
 * vtpmb_tpm20_gap_list().
 */
bool vtpmb_tpm20_gap_may_look(struct vtpmb_port *port, const struct vtpmb_tpm20_body *oldest)
{
	const struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	u32 size = vtpmb_tpm20_facts(port)->context_gap;

	if (bitmap_empty(gap->listed, VTPMB_TPM20_MAX_ACTIVE))
		return true;
	if (tpm20_gap_is_calm(gap) && vtpmb_tpm20_gap_age(port, oldest) < size / 2)
		return false;
	return tpm20_gap_has_left(NULL, port) || tpm20_gap_try_anyway(port);
}

static void tpm20_gap_set_refresh_ms(struct vtpmb_port *port)
{
	u64 size = vtpmb_tpm20_facts(port)->context_gap;
	u64 ms = clamp_t(u64, size / 4 * SAVE_MS, MIN_LOOK_MS, MAX_LOOK_MS);
	u32 shift = min_t(u32, vtpmb_tpm20_gap(port)->nr_calm, MAX_SHIFT);

	port->refresh_ms = min_t(u64, ms << shift, MAX_LOOK_MS);
}

/*
 * A look is over: schedule the next one.  Comes after vtpmb_tpm20_gap_list(), once refresh_ms
 * is set.
 *
 * If the host saves a sixteenth of the gap, that makes up for at least 45 looks.  So many looks
 * that cost a save never occur in between, because they come at powers of two.
 */
void vtpmb_tpm20_gap_looked(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	u64 nr_host = gap->next - gap->nr_saves - gap->nr_host_before;

	if (tpm20_gap_has_new(gap) || nr_host >= vtpmb_tpm20_facts(port)->context_gap / 16)
		gap->nr_calm = 0;
	else
		gap->nr_calm++;
	gap->nr_host_before += nr_host;
	tpm20_gap_enter_listed(port);
	tpm20_gap_set_refresh_ms(port);
}

/* Schedule the first look, once the chip's gap is known. */
void vtpmb_tpm20_gap_init(struct vtpmb_port *port)
{
	tpm20_gap_set_refresh_ms(port);
}
