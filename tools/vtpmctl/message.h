/* SPDX-License-Identifier: GPL-2.0-only */
/* A command for a TPM, and its response. */
#ifndef VTPMCTL_MESSAGE_H
#define VTPMCTL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MAX	3968	/* bytes of the longest command of a proxy */
#define MESSAGE_HEADER	10	/* tag, size, and the code of a command or of a response */

/**
 * struct message - a command, and then its response; numbers are big-endian
 * @bytes:	the bytes
 * @len:	how many there are
 * @at:		of those of a response, how many have been read
 * @wrong:	it had no room for what was to be written, or not what was to be read
 */
struct message {
	uint8_t bytes[MESSAGE_MAX];
	size_t len;
	size_t at;
	bool wrong;
};

void begin_command(struct message *m, uint16_t tag, uint32_t code);
void put(struct message *m, const void *bytes, size_t len);
void put_u8(struct message *m, uint8_t value);
void put_u16(struct message *m, uint16_t value);
void put_u32(struct message *m, uint32_t value);
void get(struct message *m, void *bytes, size_t len);
uint16_t get_u16(struct message *m);
uint32_t get_u32(struct message *m);
uint64_t get_u64(struct message *m);
bool transact(int fd, struct message *m, uint32_t *rc);

#endif
