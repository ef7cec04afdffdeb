/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: the host beside the guests.  It leaves an object, a session that is loaded and one that
 * is saved in the chip, and finds just these again.
 *
 * Verbs: host, host_leaves_all_kinds, host_lists, host_has_its_own.
 */
#ifndef TPM20_HOST_H
#define TPM20_HOST_H

#include "core.h"

#define HANDLES(from)	"8001 ???????? 0000017a 00000001" from "00000040"
#define OBJECTS		HANDLES("80000000")
#define LOADED		HANDLES("02000000")
#define SAVED		HANDLES("03000000")

/* The chip's last response to the host. */
extern struct core_rsp raw;

/* The host sends a command, which succeeds. */
void host_at(int line, const char *hex);
void host_leaves_all_kinds(void);
/* So many handles are in the chip that begin like that, and the lowest is this one. */
void host_lists_at(int line, const char *list, u32 nr, u32 handle);
void host_has_its_own_at(int line);

#define host(hex) host_at(__LINE__, hex)
#define host_lists(list, nr, handle) host_lists_at(__LINE__, list, nr, handle)
#define host_has_its_own() host_has_its_own_at(__LINE__)

#endif
