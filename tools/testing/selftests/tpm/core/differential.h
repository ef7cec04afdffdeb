/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differential test: guests on proxies of one chip, each beside a twin, a TPM
 * of its own that gets the same commands.  What the twin answers is right, but
 * for the rows of a table, each with its reason.
 *
 *   guest	a stream of commands, made up at random by its family
 *   pair	one command as each side gets it, and both answers
 *   row	a difference that is meant
 *   round	the guests' lives from power-on to power-off; told by a number, so
 *		that one that failed can be had again without those before it
 *
 * Each guest is a thread, so that a flow of many commands is a plain function;
 * but only the one whose turn it is runs, and chance decides after each
 * command whose turn comes.  All chance comes from the seed.
 *
 * Verbs: chance (of), exchange, main.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <setjmp.h>
#include "core.h"

/* Indices of what the two sides do not share. */
enum diff_side { OURS, TWINS, NR_SIDES };

#define DIFF_NR_GUESTS	2

/* Any response code; any that is none. */
#define DIFF_ANY	0xfffffffe
#define DIFF_ERROR	0xfffffffd

struct diff_guest;
struct diff_pair;

/**
 * enum diff_repair - what to do about a difference
 * @DIFF_GO_ON:	nothing has changed on either side, or the same on both
 * @DIFF_BROKEN: one side is of no use any more
 * @DIFF_RENEW:	if one side has done it and the other has not, both get new
 */
enum diff_repair { DIFF_GO_ON, DIFF_RENEW, DIFF_BROKEN };

/**
 * struct diff_row - a difference that is meant
 * @code:	of the command; 0: any
 * @ours:	what the proxy answers: a code, DIFF_ANY or DIFF_ERROR
 * @twins:	what the twin answers, likewise
 * @what:	NULL, or what differs though the codes are the same
 * @when:	whether it is this difference; NULL: always
 * @repair:	what follows
 * @why:	the reason
 * @rare:	a run need not meet it; a long one that does not tells so
 * @nr_met:	how often it was met
 */
struct diff_row {
	u32 code;
	u32 ours;
	u32 twins;
	const char *what;
	bool (*when)(const struct diff_guest *g, const struct diff_pair *p);
	enum diff_repair repair;
	const char *why;
	bool rare;
	unsigned long nr_met;
};

/**
 * struct diff_pair - a command as each side gets it, and both answers
 * @code:	its code
 * @spoilt:	it is not as its family made it
 * @row:	the difference that the answers' codes are, or NULL
 * @len:	bytes of @cmd
 * @cmd:	the command
 * @rsp:	the answers
 */
struct diff_pair {
	u32 code;
	bool spoilt;
	const struct diff_row *row;
	size_t len[NR_SIDES];
	u8 cmd[NR_SIDES][VTPMB_BUF_SIZE];
	struct core_rsp rsp[NR_SIDES];
};

/**
 * struct diff_guest - one guest
 * @nr:		its number
 * @vtpm:	the proxy
 * @twin:	the twin
 * @chance:	state of its random numbers
 * @model:	the family's
 * @restart:	where a guest goes on whose sides have diverged
 */
struct diff_guest {
	unsigned int nr;
	struct vtpmb_vtpm *vtpm;
	struct core_twin *twin;
	u64 chance;
	void *model;
	jmp_buf restart;
};

/**
 * struct diff_family - what the two families do differently
 * @family:	for core_start()
 * @model_size:	bytes of a guest's model
 * @setup:	once, after core_start(), before there are twins
 * @begin:	both sides of a guest are new: bring them to life
 * @step:	one thing that a guest does: some commands
 * @host:	what the host does with its chip between two turns; false if it fails
 * @round:	once before each round
 * @again:	whether a TPM that answers so wants the same command again
 * @rows:	ended by one without reason
 * @code_name:	a command's name
 * @code_at:	the @i-th code that the twin implements; 0: no more
 * @may_fail:	why a command has no success; NULL: it must have
 */
struct diff_family {
	enum core_family family;
	size_t model_size;
	void (*setup)(void);
	void (*begin)(struct diff_guest *g);
	void (*step)(struct diff_guest *g);
	bool (*host)(void);
	void (*round)(void);
	bool (*again)(u32 rc);
	struct diff_row *rows;
	const char *(*code_name)(u32 code);
	u32 (*code_at)(unsigned int i);
	const char *(*may_fail)(u32 code);
};

/* Chance: @n values from 0; once in @n; bytes. */
u32 diff_of(struct diff_guest *g, u32 n);
bool diff_once_in(struct diff_guest *g, u32 n);
void diff_bytes(struct diff_guest *g, void *buf, size_t len);

/*
 * A command to both sides, then perhaps another guest's turn.  Equal codes, or
 * a row; with anything else, or a row that says so, it does not return, but the
 * guest begins anew.
 */
void diff_exchange(struct diff_guest *g, struct diff_pair *p);
/* The answers differ in more than the code: fails, and does not return. */
void diff_differ(struct diff_guest *g, const struct diff_pair *p, const char *what)
	__attribute__((noreturn));
/* The row for this difference, which has been met; or does not return. */
const struct diff_row *diff_met(struct diff_guest *g, const struct diff_pair *p,
				const char *what);
/* Both sides get new, and the guest begins anew. */
void diff_renew(struct diff_guest *g) __attribute__((noreturn));
/* _TPM_Init, of both sides. */
void diff_reset(struct diff_guest *g);
/* Locality and physical presence, of both sides. */
void diff_locality(struct diff_guest *g, u8 locality);
void diff_presence(struct diff_guest *g, bool presence);

int diff_main(const struct diff_family *family, int argc, char **argv);

#endif
