/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: what a guest of the differential test does, step by step.  A step is
 * some commands that belong together; if what it needs is not there, it makes
 * it or does nothing.
 *
 * tpm20_key_steps.c		objects: make, load, use, move
 * tpm20_policy_steps.c		policies
 * tpm20_nv_steps.c		NV indices
 * tpm20_platform_steps.c	hierarchies, PCRs, start-up, capabilities
 */
#ifndef TPM20_STEPS_H
#define TPM20_STEPS_H

#include "tpm20_model.h"

/**
 * struct step - one thing that a guest does
 * @weight:	how often, beside the others
 * @run:	does it
 */
struct step {
	unsigned int weight;
	void (*run)(struct diff_guest *g);
};

extern const struct step key_steps[], policy_steps[], nv_steps[], platform_steps[];

/* tpm20_key_steps.c */
struct object *any_storage(struct diff_guest *g);
struct object *any_signer(struct diff_guest *g);
void put_scheme(struct call *c, const struct object *o);
bool sign_digest(struct diff_guest *g, struct object *o, const struct digest digest[NR_SIDES],
		 struct signature *out);

/* tpm20_nv_steps.c */
void drop_locked(struct diff_guest *g);

/* tpm20_platform_steps.c */
void start_up(struct diff_guest *g);
void limit_tries(struct diff_guest *g);

#endif
