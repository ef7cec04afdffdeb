/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verifier computes: the value of a guest's PCR that represents others in quotes. */
#ifndef VTPMCTL_ATTEST_H
#define VTPMCTL_ATTEST_H

int attest_w(const char *identity, const char *path);

#endif
