// SPDX-License-Identifier: GPL-2.0-only
/* A command for a TPM, and its response. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "message.h"

void begin_command(struct message *m, uint16_t tag, uint32_t code)
{
	memset(m, 0, sizeof(*m));
	put_u16(m, tag);
	put_u32(m, 0);
	put_u32(m, code);
}

void put(struct message *m, const void *bytes, size_t len)
{
	if (len > sizeof(m->bytes) - m->len) {
		m->wrong = true;
		return;
	}
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

void put_u8(struct message *m, uint8_t value)
{
	put(m, &value, sizeof(value));
}

void put_u16(struct message *m, uint16_t value)
{
	value = htobe16(value);
	put(m, &value, sizeof(value));
}

void put_u32(struct message *m, uint32_t value)
{
	value = htobe32(value);
	put(m, &value, sizeof(value));
}

void get(struct message *m, void *bytes, size_t len)
{
	if (len > m->len - m->at) {
		m->wrong = true;
		return;
	}
	memcpy(bytes, m->bytes + m->at, len);
	m->at += len;
}

uint16_t get_u16(struct message *m)
{
	uint16_t value = 0;

	get(m, &value, sizeof(value));
	return be16toh(value);
}

uint32_t get_u32(struct message *m)
{
	uint32_t value = 0;

	get(m, &value, sizeof(value));
	return be32toh(value);
}

uint64_t get_u64(struct message *m)
{
	uint64_t value = 0;

	get(m, &value, sizeof(value));
	return be64toh(value);
}

/* Send a command, and get the response, up to its code.  After false, see errno. */
bool transact(int fd, struct message *m, uint32_t *rc)
{
	const uint32_t size = htobe32(m->len);
	ssize_t len;

	errno = EIO;
	memcpy(m->bytes + sizeof(uint16_t), &size, sizeof(size));
	if (m->wrong || write(fd, m->bytes, m->len) != (ssize_t)m->len)
		return false;
	len = read(fd, m->bytes, sizeof(m->bytes));
	if (len < MESSAGE_HEADER)
		return false;
	m->len = len;
	m->at = MESSAGE_HEADER - sizeof(*rc);
	*rc = get_u32(m);
	return true;
}
