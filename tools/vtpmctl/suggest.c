// SPDX-License-Identifier: GPL-2.0-only
/* What somebody meant who has written a word that is none. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "suggest.h"

#define MAX_WORD	48	/* letters; longer words are not compared */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters that were left out, added, replaced, or exchanged with their neighbours. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int rows[3][MAX_WORD + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		above[j] = j;
	for (i = 1; i <= a_len; i++) {
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + !same_letter(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

/* Compare @len letters of @text with a word.  A third of them may be wrong. */
void suggest(struct suggestion *best, const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);
	unsigned int differ;

	if (len < 2 || len > MAX_WORD || word_len > MAX_WORD)
		return;
	differ = distance(text, len, word, word_len);
	if (differ > 3 || 3 * differ > len + 1 || (best->word && differ >= best->distance))
		return;
	best->word = word;
	best->distance = differ;
}

/* To follow an error message: nothing if there is no such word. */
const char *hint_of(const struct suggestion *best)
{
	static char text[MAX_WORD + sizeof("; did you mean ?")];

	if (!best->word)
		return "";
	snprintf(text, sizeof(text), "; did you mean %s?", best->word);
	return text;
}
