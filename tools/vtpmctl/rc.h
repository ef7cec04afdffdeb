/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of response codes, as the specifications give them. */
#ifndef VTPMCTL_RC_H
#define VTPMCTL_RC_H

#include <stdint.h>

#define RC_SUBJECT_SIZE	sizeof("parameter 15")

const char *rc_name(uint32_t family, uint32_t rc);
void rc_subject(uint32_t family, uint32_t rc, char text[RC_SUBJECT_SIZE]);

#endif
