/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what policies of hierarchies ask for. */
#ifndef VTPMB_TPM20_CONDITION_H
#define VTPMB_TPM20_CONDITION_H

#include "state.h"

void vtpmb_tpm20_compute_conditions(struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_apply_conditions(const struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_policy_unknown(const struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_reset_policy(struct vtpmb_tpm20_entry *entry);
u32 vtpmb_tpm20_is_virtually_met(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				 unsigned int i);
u32 vtpmb_tpm20_check_policy(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i);

/* Handlers of the command table */
void vtpmb_tpm20_condition_none(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_pcr(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			       struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_restart(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				   struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_auth_value(const struct vtpmb_tpm20_call *call,
				      struct vtpmb_reader *params,
				      struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_password(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_pp(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			      struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_nv_written(const struct vtpmb_tpm20_call *call,
				      struct vtpmb_reader *params,
				      struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_code(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_duplication(const struct vtpmb_tpm20_call *call,
				       struct vtpmb_reader *params,
				       struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_locality(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_cp_hash(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				   struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_name_hash(const struct vtpmb_tpm20_call *call,
				     struct vtpmb_reader *params,
				     struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_template(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_condition_authorisation(const struct vtpmb_tpm20_call *call,
					 struct vtpmb_reader *params,
					 struct vtpmb_tpm20_conditions *c);
void vtpmb_tpm20_apply_restart(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_reader *params);

#endif
