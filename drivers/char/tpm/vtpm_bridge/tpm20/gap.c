// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, the context gap: how many sessions guests may have the chip save.
 *
 * The chip numbers the session contexts that it saves.  When the oldest one that
 * is still saved is TPM_PT_CONTEXT_GAP_MAX behind, it saves no session any more,
 * for anybody, until that one is loaded (TPM 2.0 Part 1, 30.5).  Each turn of a
 * guest that uses a session saves it, so a guest could hold up everybody else.
 *
 * The bridge's own sessions are no problem: it loads and saves the oldest again
 * when half the gap is used up.  It cannot do that to a session of the host.  As
 * long as the host has one saved, the guests together may save half the gap, or
 * less if the session was there before the bridge, and in addition three for each
 * that the host itself saves.  A host that uses its sessions, which saves them
 * anew, does not slow guests down then.  And of the last quarter of the gap, which
 * guests get only for what the host saves, the host has one in four: a sixteenth
 * of the gap at least is its own.  Of what guests may save, half goes to whichever
 * comes first, three eighths in equal shares, and the rest is saved up for those
 * that have used up theirs: one try in 16, to learn what the host has saved.
 *
 * The chip tells which sessions are saved, but not how old they are.  Its counter
 * is known from each session that the bridge saves.
 *
 * While guests are idle the bridge has to look: it loads the oldest of their sessions
 * and saves it again.  A quarter of the gap is left for what the host saves from one
 * look to the next, and a quarter to make up for it.  The time between two looks is
 * such that a host that saves one session each SAVE_MS does not use up that quarter,
 * or, while it saves next to nothing, 2^MAX_SHIFT times as long.
 *
 * A look costs one save.  While the host has a session saved itself, the guests pay
 * for it.  So then the bridge only lists the saved sessions, which is free, and counts at
 * the first, second, fourth, eighth look and so on.  It begins anew if the host has one
 * more session saved, or has saved so many that they make up for the looks.
 */

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "ask.h"
#include "gap.h"
#include "state.h"

/* One in so many saves is tried when guests have used up their part. */
#define TRY_EVERY		16

/* Saves for guests that each save of the host makes up for. */
#define NR_FOR_HOST	3

/* Milliseconds that a chip takes to save a session and load it again, at least. */
#define SAVE_MS		4

/* How often the time from one look to the next is doubled. */
#define MAX_SHIFT	3

/* That time, in milliseconds, whatever gap the chip says that it has. */
#define MIN_LOOK_MS	250
#define MAX_LOOK_MS	60000

/*
 * What guests have saved, less what the host's saves make up for: these are those
 * that the chip has counted and the bridge has not.
 */
static s64 tpm20_balance(const struct vtpmb_tpm20_gap *gap)
{
	return (NR_FOR_HOST + 1) * (s64)gap->nr_saves - NR_FOR_HOST * (s64)gap->next;
}

/* What the balance must not reach: that of the host's sessions that allows least. */
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

/* A session of the host that was not there when the chip was asked before. */
static void tpm20_gap_enter(struct vtpmb_port *port, unsigned int i)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	s64 size = vtpmb_tpm20_facts(port)->context_gap;
	s64 age = min_t(u64, gap->next - gap->looked, size);

	gap->since[i] = gap->looked;
	gap->limit[i] = tpm20_balance(gap) + clamp_t(s64, size * 3 / 4 - age, 0, size / 2);
}

/*
 * Share out what is left, if it is another session of the host that counts now
 * or if there is more left than the last time.
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

/**
 * vtpmb_tpm20_gap_list() - see which saved sessions are the host's
 * @port:	the chip
 *
 * Context: The hub's thread, which holds the chip.
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_gap_list(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	const struct vtpmb_tpm20_body *body;
	int err = vtpmb_tpm20_chip_sessions(port, true, gap->listed);

	if (err)
		return err;
	list_for_each_entry(body, &port->saved, saved)
		__clear_bit(vtpmb_tpm20_session_bit(body->session), gap->listed);
	return 0;
}

/* From now on those listed count. */
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

/**
 * vtpmb_tpm20_gap_look() - the same, and from now on those count
 * @port:	the chip
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_gap_look(struct vtpmb_port *port)
{
	int err = vtpmb_tpm20_gap_list(port);

	if (!err)
		tpm20_gap_enter_listed(port);
	return err;
}

/*
 * What was seen of the host's sessions is of some age, or they are about to be
 * refused for it: a session that is gone, if only for a moment, is seen to be another
 * one next time.
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

/* Takes one of what is shared out. */
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

static bool tpm20_gap_judge(struct vtpmb_vtpm *vtpm, struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	s64 limit, all = gap->term_limit - gap->term_balance;

	if (gap->used_up && vtpm)
		return vtpmb_tpm20_gap_try_anyway(port);
	if (!tpm20_gap_limit(gap, &limit))
		return true;
	if (tpm20_balance(gap) >= limit)
		return false;
	if (!vtpm || tpm20_balance(gap) < gap->term_balance + all / 2 ||
	    tpm20_has_share(vtpm, all))
		return true;
	return gap->nr_tries < all / 8 && vtpmb_tpm20_gap_try_anyway(port) && ++gap->nr_tries;
}

/**
 * vtpmb_tpm20_gap_allows() - whether the chip may save one more session of a guest
 * @vtpm:	the guest's; NULL: the bridge keeps a session from falling behind
 * @port:	the chip
 *
 * Context: The hub's thread, which holds the chip.
 * Return: 1, 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_gap_allows(struct vtpmb_vtpm *vtpm, struct vtpmb_port *port)
{
	bool looked = tpm20_must_look(port);
	int err = looked ? vtpmb_tpm20_gap_look(port) : 0;

	if (err || tpm20_gap_judge(vtpm, port))
		return err ? err : 1;
	/* Nobody is refused for what the host has not any more. */
	err = looked ? 0 : vtpmb_tpm20_gap_look(port);
	return err ? err : !looked && tpm20_gap_judge(vtpm, port);
}

/**
 * vtpmb_tpm20_gap_try_anyway() - whether something is to be tried that mostly is not
 * @port:	the chip
 *
 * Return: true once in TRY_EVERY calls
 */
bool vtpmb_tpm20_gap_try_anyway(struct vtpmb_port *port)
{
	return ++vtpmb_tpm20_gap(port)->nr_refused % TRY_EVERY == 0;
}

/**
 * vtpmb_tpm20_gap_is_used_up() - the chip saves no session, for one of the host's
 * @port:	the chip
 *
 * It will again when the host has used that session: try it now and then.
 */
void vtpmb_tpm20_gap_is_used_up(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);

	gap->used_up = !bitmap_empty(gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
}

/* The chip counts from the start: it was reset behind the bridge's back. */
static void tpm20_gap_restart(struct vtpmb_tpm20_gap *gap)
{
	bitmap_zero(gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
	gap->looked = 0;
	gap->nr_saves = 0;
	gap->term++;
}

/**
 * vtpmb_tpm20_gap_saved() - the chip has saved a session
 * @port:	the chip
 * @sequence:	TPMS_CONTEXT.sequence
 */
void vtpmb_tpm20_gap_saved(struct vtpmb_port *port, u64 sequence)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);

	if (sequence < gap->next)
		tpm20_gap_restart(gap);
	gap->used_up = false;
	gap->next = sequence + 1;
	gap->nr_saves++;
}

/**
 * vtpmb_tpm20_gap_age() - how far behind a saved session is, at least
 * @port:	the chip
 * @body:	the session
 *
 * Return: how many sessions the chip has saved since
 */
u64 vtpmb_tpm20_gap_age(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body)
{
	return vtpmb_tpm20_gap(port)->next - body->sequence;
}

/**
 * vtpmb_tpm20_gap_is_ours() - whether the host has no older saved session
 * @port:	the chip, after vtpmb_tpm20_gap_list()
 * @body:	the oldest one of the bridge's
 *
 * Return: true if it is known that the host has none; else it may have one
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

/* The host has a session saved that it had not at the last look. */
static bool tpm20_gap_has_new(const struct vtpmb_tpm20_gap *gap)
{
	return !bitmap_subset(gap->listed, gap->foreign, VTPMB_TPM20_MAX_ACTIVE);
}

static bool tpm20_gap_is_calm(const struct vtpmb_tpm20_gap *gap)
{
	return !tpm20_gap_has_new(gap) && (gap->nr_calm & (gap->nr_calm - 1));
}

/**
 * vtpmb_tpm20_gap_may_look() - whether a look may cost one save
 * @port:	the chip, after vtpmb_tpm20_gap_list()
 * @oldest:	the oldest saved session of the bridge's
 *
 * One that is known to have fallen behind is saved again anyway.
 */
bool vtpmb_tpm20_gap_may_look(struct vtpmb_port *port, const struct vtpmb_tpm20_body *oldest)
{
	const struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	u32 size = vtpmb_tpm20_facts(port)->context_gap;

	if (bitmap_empty(gap->listed, VTPMB_TPM20_MAX_ACTIVE))
		return true;
	if (tpm20_gap_is_calm(gap) && vtpmb_tpm20_gap_age(port, oldest) < size / 2)
		return false;
	return tpm20_gap_judge(NULL, port) || vtpmb_tpm20_gap_try_anyway(port);
}

static void tpm20_gap_set_look_ms(struct vtpmb_port *port)
{
	u64 size = vtpmb_tpm20_facts(port)->context_gap;
	u64 ms = clamp_t(u64, size / 4 * SAVE_MS, MIN_LOOK_MS, MAX_LOOK_MS);
	u32 shift = min_t(u32, vtpmb_tpm20_gap(port)->nr_calm, MAX_SHIFT);

	port->look_ms = min_t(u64, ms << shift, MAX_LOOK_MS);
}

/**
 * vtpmb_tpm20_gap_looked() - a look is over: say when the next one is
 * @port:	the chip, after vtpmb_tpm20_gap_list(); gets @look_ms
 *
 * A 16th of the gap makes up for 45 looks or more, which are never made: each is at
 * twice the time of the one before.
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
	tpm20_gap_set_look_ms(port);
}

/**
 * vtpmb_tpm20_gap_init() - say when the first look is
 * @port:	the chip, once its gap is known
 */
void vtpmb_tpm20_gap_init(struct vtpmb_port *port)
{
	tpm20_gap_set_look_ms(port);
}
