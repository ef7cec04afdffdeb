/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: well-formed commands, as text with words in braces for what is made
 * before them:
 *
 *   {pw} {pw2} {pw3}	authorisation areas of empty passwords
 *   {32}		32 bytes
 *   {storage} ...	handles of what sample_make() has made, see its makers
 *   {credential} ...	bytes of what sample_setup() has made in the chip, which
 *			another TPM with the same seeds takes too
 *   {all} {last2}	parts of the response that sample_take() was given
 *
 * Verbs: setup, begin, make, take, expand.
 */
#ifndef TPM20_SAMPLE_H
#define TPM20_SAMPLE_H

#include "tpm20_guest.h"

#define SAMPLE_MAX	24

/**
 * struct sample_things - what one guest has made
 * @nr:		how many
 * @name:	words for them, without braces
 * @handle:	their handles
 * @taken:	a response's bytes after the header
 * @taken_len:	how many
 */
struct sample_things {
	unsigned int nr;
	const char *name[SAMPLE_MAX];
	u32 handle[SAMPLE_MAX];
	u8 taken[VTPMB_BUF_SIZE];
	size_t taken_len;
};

/* Once after core_start(), before any twin is made. */
void sample_setup(void);

/* Nothing is made. */
void sample_begin(struct sample_things *things);
/* Make all that @needs names, in that order; whether it succeeded. */
bool sample_make(struct guest *g, struct sample_things *things, const char *needs);
void sample_take(struct sample_things *things, const struct core_rsp *rsp);
/* Longer, of text that core_hex() understands; good until the next call. */
const char *sample_expand(const struct sample_things *things, const char *text);
/* The handle that a word stands for; 0: none. */
u32 sample_handle(const struct sample_things *things, const char *name);

#endif
