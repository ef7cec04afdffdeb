// SPDX-License-Identifier: GPL-2.0-only
/* Spoiling: a command of a differential test is made bad, alike on both sides. */

#include "spoil.h"

struct spoilt {
	struct diff_guest *g;
	struct diff_pair *p;
	const struct diff_spoiler *spoiler;
	const struct diff_places *places;
};

static size_t shorter(const struct diff_pair *p)
{
	return min(p->len[OURS], p->len[TWINS]);
}

static bool is_fixed(const struct spoilt *s, size_t at)
{
	unsigned int i;

	for (i = 0; i < s->places->nr_fixed; i++) {
		if (at >= s->places->fixed[i] && at < s->places->fixed[i] + sizeof(u32))
			return true;
	}
	return false;
}

/* One that both sides have alike; 0: none was found. */
static size_t chance_place(struct spoilt *s)
{
	size_t len = shorter(s->p), at;
	unsigned int tries = 16;

	while (tries-- && len > VTPMB_HEADER_SIZE) {
		at = VTPMB_HEADER_SIZE + diff_of(s->g, len - VTPMB_HEADER_SIZE);
		if (s->p->cmd[OURS][at] == s->p->cmd[TWINS][at] && !is_fixed(s, at))
			return at;
	}
	return 0;
}

static void put(struct spoilt *s, size_t at, u8 byte)
{
	s->p->cmd[OURS][at] = byte;
	s->p->cmd[TWINS][at] = byte;
}

static void spoil_bit(struct spoilt *s)
{
	size_t at = chance_place(s);
	u8 flip = 1 << diff_of(s->g, 8);

	if (at)
		put(s, at, s->p->cmd[OURS][at] ^ flip);
}

static void spoil_byte(struct spoilt *s)
{
	static const u8 values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	size_t at = chance_place(s);
	u8 value = values[diff_of(s->g, ARRAY_SIZE(values))];

	if (at)
		put(s, at, value);
}

static void spoil_handle(struct spoilt *s)
{
	u32 handle = s->spoiler->handles[diff_of(s->g, s->spoiler->nr_handles)];
	size_t at;

	if (!s->places->nr_handles)
		return;
	at = s->places->handle[diff_of(s->g, s->places->nr_handles)];
	if (at + sizeof(u32) > shorter(s->p))
		return;
	vtpmb_poke_u32(s->p->cmd[OURS] + at, handle);
	vtpmb_poke_u32(s->p->cmd[TWINS] + at, handle);
}

/* Fewer bytes or more, by @by; the size field tells so, or does not. */
static void resize(struct diff_pair *p, int by, bool tell)
{
	enum diff_side side;

	for (side = 0; side < NR_SIDES; side++) {
		size_t len = p->len[side] + by;

		if (by > 0)
			memset(p->cmd[side] + p->len[side], 0x5a, by);
		p->len[side] = len;
		if (tell || by < 0)
			vtpmb_poke_u32(p->cmd[side] + 2, len);
	}
}

static void spoil_length(struct spoilt *s)
{
	size_t len = shorter(s->p);

	if (diff_once_in(s->g, 3))
		resize(s->p, 1 + diff_of(s->g, 8), !diff_once_in(s->g, 3));
	else if (len > VTPMB_HEADER_SIZE)
		resize(s->p, -1 - (int)diff_of(s->g, len - VTPMB_HEADER_SIZE), true);
}

static void spoil_tag(struct spoilt *s)
{
	u16 tag = s->spoiler->tags[diff_of(s->g, s->spoiler->nr_tags)];

	put(s, 0, tag >> 8);
	put(s, 1, tag);
}

/* What differs, as an HMAC does, must be wrong on both sides, not right on one by chance. */
static u8 wrong_for_both(const struct diff_pair *p, size_t at, u8 byte)
{
	u8 ours = p->cmd[OURS][at], twins = p->cmd[TWINS][at];

	while (ours != twins && (byte == ours || byte == twins))
		byte++;
	return byte;
}

/* Random bytes for all from somewhere on. */
static void spoil_all(struct spoilt *s)
{
	size_t len = shorter(s->p), at;
	u8 byte;

	if (len <= VTPMB_HEADER_SIZE)
		return;
	at = VTPMB_HEADER_SIZE + diff_of(s->g, len - VTPMB_HEADER_SIZE);
	for (; at < len; at++) {
		byte = diff_of(s->g, 256);
		if (!is_fixed(s, at))
			put(s, at, wrong_for_both(s->p, at, byte));
	}
}

void diff_spoil(struct diff_guest *g, struct diff_pair *p, const struct diff_spoiler *spoiler,
		const struct diff_places *places)
{
	static void (*const ways[])(struct spoilt *s) = {
		spoil_bit, spoil_bit, spoil_bit, spoil_byte, spoil_byte, spoil_handle,
		spoil_handle, spoil_length, spoil_tag, spoil_all,
	};
	struct spoilt s = { g, p, spoiler, places };

	ways[diff_of(g, ARRAY_SIZE(ways))](&s);
	p->spoilt = true;
}
