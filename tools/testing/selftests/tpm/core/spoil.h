/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spoiling: a command of a differential test is made bad, alike on both sides.
 *
 * Verbs: spoil.
 */
#ifndef SPOIL_H
#define SPOIL_H

#include "differential.h"

/**
 * struct diff_spoiler - how commands of a family are spoilt
 * @handles:	what handles are replaced with
 * @nr_handles:	how many of those
 * @tags:	what tags are replaced with
 * @nr_tags:	how many of those
 */
struct diff_spoiler {
	const u32 *handles;
	unsigned int nr_handles;
	const u16 *tags;
	unsigned int nr_tags;
};

/**
 * struct diff_places - where a command's handles stand
 * @fixed:	those that differ between the sides: let alone
 * @nr_fixed:	how many of those
 * @handle:	those that may be replaced with any
 * @nr_handles:	how many of those
 */
struct diff_places {
	const size_t *fixed;
	unsigned int nr_fixed;
	const size_t *handle;
	unsigned int nr_handles;
};

/* In a way that chance decides; @p gets @spoilt. */
void diff_spoil(struct diff_guest *g, struct diff_pair *p, const struct diff_spoiler *spoiler,
		const struct diff_places *places);

#endif
