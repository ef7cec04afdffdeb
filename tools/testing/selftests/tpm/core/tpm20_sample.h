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

#include "tpm20/state.h"
#include "tpm20_guest.h"

/* How the answers of proxy and twin are compared, if both succeed. */
enum sample_compare {
	SAME,		/* every byte */
	LENGTH,		/* they differ from call to call */
	CODE,		/* they tell what is virtual here */
};

/* Who answers, KNOWN: either, or that an administrator has to grant it. */
enum sample_answerer { CHIP, LOCAL, KNOWN, UNSAFE };

/**
 * struct sample - one command: what the specification says, and a sample
 * @code:	TPM_CC
 * @name:	its name without TPM2_
 * @handles:	a letter for each thing that a handle may be: o e p l n a
 *		hierarchy or null, r PCR, v NV index, x object, t a transient one,
 *		h HMAC session, s policy session, a component, c countdown timer
 * @nr_auths:	authorisations
 * @response:	what new handle it returns
 * @flushes:	which handle is gone after success, from 1; or 0
 * @flags:	S no sessions, d first parameter may be encrypted, e that of the
 *		response, n TPMA_CC.nv, x extensive, p may be on the PP list, P is,
 *		N changes no NV index
 * @answerer:	who answers
 * @text:	what comes after the header; NULL: no chip of ours has it
 * @needs:	what has to be made before; see tpm20_sample.h
 * @before:	a command that has to succeed before
 * @compare:	how
 * @rc:		what both answer
 * @twins:	what the twin answers, if @why it is not the same
 * @why:	reason of a difference, or of an error
 */
struct sample {
	u32 code;
	const char *name;
	const char *handles;
	u8 nr_auths;
	u8 response;
	u8 flushes;
	const char *flags;
	enum sample_answerer answerer;
	const char *text;
	const char *needs;
	const char *before;
	enum sample_compare compare;
	u32 rc;
	u32 twins;
	const char *why;
};

#define SAMPLE_NR	VTPMB_TPM20_NR_ROWS

/* In the order of vtpmb_tpm20_rows. */
extern const struct sample samples[SAMPLE_NR];

#define SAMPLE_MAX	24

/* What is in {secret}, whose password is "pw". */
#define SAMPLE_SECRET	"56494354494d2121"

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
