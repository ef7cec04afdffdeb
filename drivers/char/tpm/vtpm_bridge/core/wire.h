/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire: a bounded big-endian cursor over a TPM command or response.
 *
 * Verbs: init, get (u8, u16, u32, u64, bytes, tpm2b), put (the same, and room),
 * patch (u8, u32).
 *
 * A get that does not fit fails and leaves the cursor where it was.  A put
 * that does not fit sets @overflow and writes nothing, and so does a patch of
 * what was not put; the writer checks it once, at the end.
 */
#ifndef VTPMB_WIRE_H
#define VTPMB_WIRE_H

#include <asm/byteorder.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include "limits.h"

/**
 * struct vtpmb_header - how each command and response of both families begins
 * @tag:	TPMI_ST_COMMAND_TAG; TPM_TAG
 * @size:	bytes in all, with the header
 * @code:	command code, ordinal or response code
 */
struct vtpmb_header {
	__be16 tag;
	__be32 size;
	__be32 code;
} __packed;
static_assert(sizeof(struct vtpmb_header) == VTPMB_HEADER_SIZE);

/** VTPMB_SIZE_AT - where it has its size */
#define VTPMB_SIZE_AT		offsetof(struct vtpmb_header, size)

/** VTPMB_CODE_AT - where it has its code */
#define VTPMB_CODE_AT		offsetof(struct vtpmb_header, code)

/**
 * struct vtpmb_reader - what is left to read of a message
 * @pos:	next byte
 * @left:	bytes from @pos to the end
 */
struct vtpmb_reader {
	const u8 *pos;
	size_t left;
};

static inline void vtpmb_reader_init(struct vtpmb_reader *r, const void *buf,
				     size_t len)
{
	r->pos = buf;
	r->left = len;
}

/**
 * vtpmb_get_bytes() - take the next bytes, in place
 * @r:		the cursor
 * @len:	bytes to take
 *
 * Return: the first of @len bytes, or NULL if fewer are left
 */
static inline const u8 *vtpmb_get_bytes(struct vtpmb_reader *r, size_t len)
{
	const u8 *bytes = r->pos;

	if (len > r->left)
		return NULL;
	r->pos += len;
	r->left -= len;
	return bytes;
}

static inline bool vtpmb_get_u8(struct vtpmb_reader *r, u8 *val)
{
	const u8 *b = vtpmb_get_bytes(r, 1);

	if (!b)
		return false;
	*val = b[0];
	return true;
}

static inline bool vtpmb_get_u16(struct vtpmb_reader *r, u16 *val)
{
	const u8 *b = vtpmb_get_bytes(r, 2);

	if (!b)
		return false;
	*val = b[0] << 8 | b[1];
	return true;
}

static inline bool vtpmb_get_u32(struct vtpmb_reader *r, u32 *val)
{
	const u8 *b = vtpmb_get_bytes(r, 4);

	if (!b)
		return false;
	*val = (u32)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	return true;
}

static inline bool vtpmb_get_u64(struct vtpmb_reader *r, u64 *val)
{
	struct vtpmb_reader try = *r;
	u32 high, low;

	if (!vtpmb_get_u32(&try, &high) || !vtpmb_get_u32(&try, &low))
		return false;
	*val = (u64)high << 32 | low;
	*r = try;
	return true;
}

/**
 * vtpmb_get_tpm2b() - take a TPM2B: a 16-bit size, then as many bytes
 * @r:		the cursor
 * @bytes:	out: the first byte, in place
 * @len:	out: how many
 *
 * Return: true, or false with the cursor where it was
 */
static inline bool vtpmb_get_tpm2b(struct vtpmb_reader *r, const u8 **bytes,
				   u16 *len)
{
	struct vtpmb_reader try = *r;

	if (!vtpmb_get_u16(&try, len))
		return false;
	*bytes = vtpmb_get_bytes(&try, *len);
	if (!*bytes)
		return false;
	*r = try;
	return true;
}

/**
 * struct vtpmb_writer - a message being written
 * @buf:	its first byte
 * @len:	bytes written
 * @cap:	bytes that fit
 * @overflow:	something did not fit and was left out
 */
struct vtpmb_writer {
	u8 *buf;
	size_t len;
	size_t cap;
	bool overflow;
};

static inline void vtpmb_writer_init(struct vtpmb_writer *w, void *buf,
				     size_t cap)
{
	w->buf = buf;
	w->len = 0;
	w->cap = cap;
	w->overflow = false;
}

static inline u8 *vtpmb_put_room(struct vtpmb_writer *w, size_t len)
{
	u8 *room = w->buf + w->len;

	if (w->overflow || len > w->cap - w->len) {
		w->overflow = true;
		return NULL;
	}
	w->len += len;
	return room;
}

static inline void vtpmb_put_bytes(struct vtpmb_writer *w, const void *bytes,
				   size_t len)
{
	u8 *room = vtpmb_put_room(w, len);

	if (room && len)
		memmove(room, bytes, len);
}

static inline void vtpmb_put_u8(struct vtpmb_writer *w, u8 val)
{
	vtpmb_put_bytes(w, &val, 1);
}

static inline void vtpmb_put_u16(struct vtpmb_writer *w, u16 val)
{
	u8 b[2] = { val >> 8, val & 0xff };

	vtpmb_put_bytes(w, b, sizeof(b));
}

static inline void vtpmb_put_tpm2b(struct vtpmb_writer *w, const void *bytes, u16 len)
{
	vtpmb_put_u16(w, len);
	vtpmb_put_bytes(w, bytes, len);
}

static inline void vtpmb_put_u32(struct vtpmb_writer *w, u32 val)
{
	u8 b[4] = { val >> 24, val >> 16 & 0xff, val >> 8 & 0xff, val & 0xff };

	vtpmb_put_bytes(w, b, sizeof(b));
}

static inline void vtpmb_put_u64(struct vtpmb_writer *w, u64 val)
{
	vtpmb_put_u32(w, val >> 32);
	vtpmb_put_u32(w, val);
}

/* Overwrite @len bytes, which have been put, from byte @at on. */
static inline void vtpmb_patch_bytes(struct vtpmb_writer *w, size_t at, const void *bytes,
				     size_t len)
{
	if (at > w->len || len > w->len - at)
		w->overflow = true;
	else
		memcpy(w->buf + at, bytes, len);
}

static inline void vtpmb_patch_u8(struct vtpmb_writer *w, size_t at, u8 val)
{
	vtpmb_patch_bytes(w, at, &val, sizeof(val));
}

static inline void vtpmb_patch_u32(struct vtpmb_writer *w, size_t at, u32 val)
{
	__be32 wire = cpu_to_be32(val);

	vtpmb_patch_bytes(w, at, &wire, sizeof(wire));
}

/* Of @message, which has a header. */
static inline u16 vtpmb_tag_of(const u8 *message)
{
	return be16_to_cpu(((const struct vtpmb_header *)message)->tag);
}

static inline u32 vtpmb_size_of(const u8 *message)
{
	return be32_to_cpu(((const struct vtpmb_header *)message)->size);
}

static inline u32 vtpmb_code_of(const u8 *message)
{
	return be32_to_cpu(((const struct vtpmb_header *)message)->code);
}

/* For fields whose place is known to be inside the buffer. */
static inline u16 vtpmb_peek_u16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static inline u32 vtpmb_peek_u32(const u8 *at)
{
	return (u32)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static inline void vtpmb_poke_u32(u8 *at, u32 val)
{
	at[0] = val >> 24;
	at[1] = val >> 16 & 0xff;
	at[2] = val >> 8 & 0xff;
	at[3] = val & 0xff;
}

#endif
