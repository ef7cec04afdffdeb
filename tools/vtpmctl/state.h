/* SPDX-License-Identifier: GPL-2.0-only */
/* State files: what a proxy keeps without power, and the key of that. */
#ifndef VTPMCTL_STATE_H
#define VTPMCTL_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

/**
 * struct state_words - the words about the state file of a proxy
 * @path:	state=
 * @key_file:	state-key-file=, or NULL: the chip seals the key
 * @owner_auth:	owner-auth-file=, or NULL
 * @srk_auth:	srk-auth-file=, or NULL
 * @counter:	rollback-counter=, or 0
 * @accepts:	accept-old-state=
 */
struct state_words {
	const char *path;
	const char *key_file;
	const char *owner_auth;
	const char *srk_auth;
	uint32_t counter;
	bool accepts;
};

/**
 * struct state_file - a state file that is open for a new proxy
 * @path:	its path
 * @temporary:	where it is until the proxy is there, or empty: it is not new
 * @arg:	for VTPM_BRIDGE_STATE; a secret
 */
struct state_file {
	const char *path;
	char *temporary;
	struct vtpm_bridge_state *arg;
};

bool open_state(const struct state_words *words, uint32_t chip, struct state_file *file);
bool count_state(const struct state_words *words, uint32_t chip, const struct state_file *file);
bool end_state(struct state_file *file, bool created);
void read_state_path(const struct vtpm_bridge_query *q, char *path, size_t size);
bool is_locked_by_file(const char *path);
uint32_t find_counter(const char *path);
int show_state(const char *path);
int copy_state(const struct state_words *from, uint32_t chip, const char *to,
	       const char *new_key_file, bool move);

#endif
