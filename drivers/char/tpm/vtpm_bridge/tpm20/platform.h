/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: startup, hierarchies, physical presence, self-test. */
#ifndef VTPMB_TPM20_PLATFORM_H
#define VTPMB_TPM20_PLATFORM_H

#include "state.h"

void vtpmb_tpm20_platform_init(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_start(struct vtpmb_vtpm *vtpm);
u32 vtpmb_tpm20_startup(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			struct vtpmb_writer *out);
u32 vtpmb_tpm20_shutdown(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 struct vtpmb_writer *out);
u32 vtpmb_tpm20_self_test(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out);
u32 vtpmb_tpm20_incremental_self_test(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				      struct vtpmb_writer *out);
u32 vtpmb_tpm20_get_test_result(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				struct vtpmb_writer *out);
u32 vtpmb_tpm20_stir_random(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out);
u32 vtpmb_tpm20_hierarchy_control(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				  struct vtpmb_writer *out);
void vtpmb_tpm20_set_endorsement(struct vtpmb_vtpm *vtpm, u64 on);
u32 vtpmb_tpm20_hierarchy_change_auth(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				      struct vtpmb_writer *out);
u32 vtpmb_tpm20_set_primary_policy(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out);
u32 vtpmb_tpm20_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		      struct vtpmb_writer *out);
u32 vtpmb_tpm20_clear_control(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out);
u32 vtpmb_tpm20_pp_commands(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out);

#endif
