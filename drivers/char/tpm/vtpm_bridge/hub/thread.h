/* SPDX-License-Identifier: GPL-2.0-only */
/* The hub's thread. */
#ifndef VTPMB_THREAD_H
#define VTPMB_THREAD_H

int vtpmb_hub_thread(void *data);

#endif
