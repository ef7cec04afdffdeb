/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer of the pure core: three guests on one chip send well-formed commands,
 * spoilt ones and nonsense, with resets, ends of turns, and faults of chip,
 * driver and memory in between.  ASan, UBSan and the harness of the core tests
 * watch; at the end of a round the chip is empty, and the host's as it was.
 *
 * A round is a process of its own, told by a number: all chance comes from it.
 *
 * Verbs: below, bytes, main.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "core.h"

#define FUZZ_NR_GUESTS	3

extern struct vtpmb_vtpm *fuzz_vtpm[FUZZ_NR_GUESTS];

/**
 * struct fuzz_family - what differs between the families
 * @family:	which
 * @begin:	the chip has power: make what the guests use
 * @grant:	guest @i is a new proxy: give it grants
 * @start:	it was reset: a Startup that succeeds
 * @act:	a step that may make sense
 * @mutate:	a command that need not
 * @state:	commands to the chip whose responses no guest may change
 * @nr_state:	how many
 * @refusals:	what a chip says that refuses
 * @nr_refusals: how many
 */
struct fuzz_family {
	enum core_family family;
	void (*begin)(void);
	void (*grant)(unsigned int i);
	void (*start)(unsigned int i);
	void (*act)(unsigned int i);
	void (*mutate)(unsigned int i);
	const char * const *state;
	unsigned int nr_state;
	const u32 *refusals;
	unsigned int nr_refusals;
};

/* A number below @nr. */
u32 fuzz_below(u32 nr);
/* Bits flipped, cut short, or sizes changed; the length that is left. */
size_t fuzz_spoil(u8 *cmd, size_t len);

int fuzz_main(const struct fuzz_family *family, int argc, char **argv);

#endif
