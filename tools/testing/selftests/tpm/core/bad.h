/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bad input: well-formed commands, spoilt in every way, to a vtpm and to its
 * twin.  What the twin answers is right, but for the differences that a
 * family lists with a reason each.
 *
 * Verbs: run.
 */
#ifndef BAD_H
#define BAD_H

#include "core.h"

/*
 * What a sample's text may name besides hex digits and blanks; see each
 * family's expand().
 */
#define BAD_MAX_HANDLES	3

/* Answers on success differ from call to call: compare the code and length. */
#define BAD_RANDOM	0x1
/* Success changes what a reset does not bring back: start all over then. */
#define BAD_LASTING	0x2
/* The answer tells what is virtual here: compare the code only. */
#define BAD_VIRTUAL	0x4

/**
 * struct bad_sample - a well-formed command
 * @code:	its code
 * @nr_handles:	of its handle area
 * @needs:	what has to be there before it, see the family's prepare()
 * @text:	the whole command
 * @flags:	BAD_...
 */
struct bad_sample {
	u32 code;
	unsigned int nr_handles;
	const char *needs;
	const char *text;
	unsigned int flags;
};

/**
 * struct bad_diff - a difference that is meant
 * @code:	of the command; 0: any
 * @kind:	how it was spoilt; NULL: any way
 * @ours:	what the vtpm answers
 * @twins:	what the twin answers; BAD_ANY: whatever
 * @why:	the reason
 * @rare:	whether it is met depends on the random numbers
 * @nr_seen:	how often it was met; one that is not met is no difference
 */
struct bad_diff {
	u32 code;
	const char *kind;
	u32 ours;
	u32 twins;
	const char *why;
	bool rare;
	unsigned int nr_seen;
};

#define BAD_ANY	0xfffffffe

/**
 * struct bad_state - a command that shows a part of the state
 * @text:	the command; NULL ends a list
 * @at:		first of @len bytes of its answer that are not compared
 * @len:	or 0
 * @why:	the reason for that
 */
struct bad_state {
	const char *text;
	size_t at;
	size_t len;
	const char *why;
};

/**
 * struct bad_family - what the two families do differently
 * @family:	for core_start()
 * @setup:	once, after core_start(); or NULL
 * @samples:	ended by one without text
 * @diffs:	ended by one without reason
 * @tags:	to try instead of the right one
 * @nr_tags:	how many
 * @handles:	to try in each place of the handle area
 * @nr_handles:	how many
 * @startup:	text of Startup(CLEAR)
 * @absent:	a code that no TPM has: what a denied command looks like
 * @state:	commands that show the state
 * @prepare:	have what @needs says on both sides
 * @expand:	turn a sample's text into bytes
 * @punishes:	whether a TPM that answers so holds it against who comes next
 * @spoil_auth:	every way to spoil the authorisation area, by bad_try()
 * @translate:	put the twin's handles in the place of the vtpm's; or NULL
 */
struct bad_family {
	enum core_family family;
	void (*setup)(void);
	const struct bad_sample *samples;
	struct bad_diff *diffs;
	const u16 *tags;
	size_t nr_tags;
	const u32 *handles;
	size_t nr_handles;
	const char *startup;
	u32 absent;
	const struct bad_state *state;
	void (*prepare)(const char *needs);
	size_t (*expand)(u8 *buf, const char *text);
	bool (*punishes)(u32 rc);
	void (*spoil_auth)(const u8 *cmd, size_t len);
	void (*translate)(u8 *cmd, size_t len);
};

/* Both sides, for prepare(). */
extern struct vtpmb_vtpm *bad_vtpm;
extern struct core_twin *bad_twin;

void bad_both(const u8 *cmd, size_t len, struct core_rsp *ours,
	      struct core_rsp *twins);
/* Both must succeed. */
void bad_both_must(const char *text, struct core_rsp *ours,
		   struct core_rsp *twins);
void bad_try(const u8 *cmd, size_t len);

/* All of it, one test for each way to spoil a command. */
int bad_main(const struct bad_family *family, int argc, char **argv);

#endif
