/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A chip that answers badly: each command of a scenario gets each bad answer.
 *
 *   scenario	what the host and the guests do; it succeeds on a good chip
 *   command	what the chip gets in it, from the bridge itself or from a guest
 *   row	a kind of bad answers
 *   promise	what a bad answer may cost, at most
 *
 * The scenario runs once.  Before each command of a new shape, the program forks for each bad
 * answer.  The child gets that answer, goes on to the end of the scenario, and judges.  So a new
 * command of the bridge's own is met without a change here, if the scenario leads to it.
 *
 * Verbs: chip (begin, end), say.
 */
#ifndef CHIP_H
#define CHIP_H

#include "core.h"

/**
 * enum chip_promise - what a bad answer may cost
 * @CHIP_KEEPS:	nothing: each command succeeds if the guest sends it once more
 * @CHIP_SPARES: the guest whose turn it is loses objects, the others nothing
 * @CHIP_ENDS:	all guests may lose objects
 *
 * In any case, nothing is read that the chip has not sent, no handle has two owners, the bridge
 * comes to an end, and after a reset all guests work.
 */
enum chip_promise { CHIP_KEEPS, CHIP_SPARES, CHIP_ENDS };

/**
 * struct chip_command - a command that the chip gets
 * @code:	command code, or ordinal
 * @own:	the bridge's own; else a guest's
 * @sub:	what distinguishes it from others of that code: handle type, capability
 * @step:	the guest's command, or the reason, for which it is sent
 * @len:	bytes of the response
 */
struct chip_command {
	u32 code;
	bool own;
	u64 sub;
	u32 step;
	size_t len;
};

/**
 * struct chip_guest - a guest
 * @name:	for people
 * @vtpm:	its proxy
 * @met:	the bad answer came in its turn
 * @hurt:	a command of it has not succeeded in the end
 */
struct chip_guest {
	const char *name;
	struct vtpmb_vtpm *vtpm;
	bool met;
	bool hurt;
};

/**
 * struct chip_excuse - where a bad answer costs more
 * @step:	for this reason; 0: any
 * @code:	to this command; 0: to any
 * @own:	of the bridge
 * @guests:	of a guest, whatever it is
 * @sub:	of that @sub; 0: of any
 * @row:	this row of bad answers; NULL: any
 * @host:	of the host, too
 * @promise:	what it may cost
 * @why:	for people
 */
struct chip_excuse {
	u32 step;
	u32 code;
	bool own;
	bool guests;
	u64 sub;
	const char *row;
	bool host;
	enum chip_promise promise;
	const char *why;
};

/**
 * struct chip_family - what the two families differ in
 * @family:	whose chip it is
 * @sub:	@sub of struct chip_command
 * @owner:	whose objects a command may cost, if its answer is bad; NULL: those of the guest
 *		for whom it is sent
 * @check:	see that the tables make sense; called after each command of a guest
 * @busy:	return codes by which a chip asks to send the command again
 * @refusals:	by which it refuses
 * @lost:	by which it says that it does not have something
 * @gap:	by which it says that nobody can save a session
 * @handle:	a handle that is somebody's at the moment, by its number in @handles; NULL: those
 *		are the handles
 * @handles:	handles that are somebody's, or of another type
 * @makes:	whether a command returns a new handle
 * @tags:	tags of a response
 * @count_at:	where a saved context has the chip's count
 * @has_room:	whether a chip with few slots would execute a command; else *@rc is its answer
 * @lists:	command that asks for a part of a list; 0: there is none
 * @endless:	answer it with the next @nr entries, and more to come
 * @excuses:	where bad answers cost more
 * @full:	whether a return code says that the chip has no slot left
 * @done:	whether a command that is sent again failed because it had been executed
 */
struct chip_family {
	enum core_family family;
	u64 (*sub)(const u8 *cmd, size_t len);
	struct chip_guest *(*owner)(const u8 *cmd);
	void (*check)(void);
	const u32 *busy, *refusals, *lost, *handles, *tags;
	unsigned int nr_busy, nr_refusals, nr_lost, nr_handles, nr_tags;
	u32 gap;
	size_t count_at;
	u32 (*handle)(u32 nr);
	bool (*makes)(u32 code);
	bool (*has_room)(const u8 *cmd, u32 *rc);
	u32 lists;
	void (*endless)(u8 *buf, u32 nr);
	const struct chip_excuse *excuses;
	unsigned int nr_excuses;
	bool (*full)(u32 rc);
	bool (*done)(u32 code, u32 rc);
};

/* The chip is started.  Commands from now on get bad answers. */
void chip_begin(const struct chip_family *family);
/* For whom the next commands are, and why; NULL: for nobody. */
void chip_step(struct chip_guest *g, u32 step);
/* Commands from now on get no bad answers of their own. */
void chip_no_more(void);
/* The chip is good again. */
void chip_recovers(void);
/* Whether a bad answer has come that may cost as much as that. */
bool chip_may(enum chip_promise promise);
/* Whether something may be in the chip of which the bridge cannot know. */
bool chip_may_leave(void);
/* Whether it may cost what is the host's: a TPM Reset, or a lie about what the host has. */
bool chip_may_cost_host(void);
/*
 * A guest's command has been answered.  Returns whether the guest is to send it again, with
 * @again telling that it has.
 */
bool chip_answered(struct chip_guest *g, const struct core_rsp *rsp, const char *what, bool again);
/* The scenario and its end are over; a child does not return. */
void chip_end(void);

#endif
