/* SPDX-License-Identifier: GPL-2.0-only */
/* What somebody meant who has written a word that is none. */
#ifndef VTPMCTL_SUGGEST_H
#define VTPMCTL_SUGGEST_H

#include <stddef.h>

/**
 * struct suggestion - the best word so far
 * @word:	it, or NULL
 * @distance:	how many letters differ
 */
struct suggestion {
	const char *word;
	unsigned int distance;
};

void suggest(struct suggestion *best, const char *text, size_t len, const char *word);
const char *hint_of(const struct suggestion *best);

#endif
