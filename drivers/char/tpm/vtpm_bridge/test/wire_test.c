// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the wire. */

#include <kunit/test.h>
#include "../core/wire.h"

static const u8 sample[] = { 0x80, 0x01, 0x00, 0x00, 0x01, 0xfe, 0xff };

static void get_takes_big_endian_in_order(struct kunit *test)
{
	struct vtpmb_reader r;
	u32 v32;
	u16 v16;
	u8 v8;

	vtpmb_reader_init(&r, sample, sizeof(sample));
	KUNIT_EXPECT_TRUE(test, vtpmb_get_u16(&r, &v16));
	KUNIT_EXPECT_EQ(test, v16, 0x8001);
	KUNIT_EXPECT_TRUE(test, vtpmb_get_u32(&r, &v32));
	KUNIT_EXPECT_EQ(test, v32, 0x000001feU);
	KUNIT_EXPECT_TRUE(test, vtpmb_get_u8(&r, &v8));
	KUNIT_EXPECT_EQ(test, v8, 0xff);
	KUNIT_EXPECT_EQ(test, r.left, (size_t)0);
}

static void get_reads_high_bit_of_u32_unsigned(struct kunit *test)
{
	static const u8 high[] = { 0xff, 0xff, 0xff, 0xff };
	struct vtpmb_reader r;
	u32 v32;

	vtpmb_reader_init(&r, high, sizeof(high));
	KUNIT_EXPECT_TRUE(test, vtpmb_get_u32(&r, &v32));
	KUNIT_EXPECT_EQ(test, v32, 0xffffffffU);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(high), 0xffffffffU);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u16(high), 0xffff);
}

/* A message of any length that is one byte too short for what is asked. */
static void short_get_leaves_cursor_where_it_was(struct kunit *test)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 v16, len;
	u32 v32;
	u8 v8;

	vtpmb_reader_init(&r, sample, 0);
	KUNIT_EXPECT_FALSE(test, vtpmb_get_u8(&r, &v8));
	vtpmb_reader_init(&r, sample, 1);
	KUNIT_EXPECT_FALSE(test, vtpmb_get_u16(&r, &v16));
	KUNIT_EXPECT_FALSE(test, vtpmb_get_tpm2b(&r, &bytes, &len));
	KUNIT_EXPECT_PTR_EQ(test, r.pos, (const u8 *)sample);
	KUNIT_EXPECT_EQ(test, r.left, (size_t)1);
	vtpmb_reader_init(&r, sample, 3);
	KUNIT_EXPECT_FALSE(test, vtpmb_get_u32(&r, &v32));
	KUNIT_EXPECT_NULL(test, vtpmb_get_bytes(&r, 4));
	KUNIT_EXPECT_PTR_EQ(test, r.pos, (const u8 *)sample);
	KUNIT_EXPECT_EQ(test, r.left, (size_t)3);
}

static void get_bytes_refuses_length_near_size_max(struct kunit *test)
{
	struct vtpmb_reader r;

	vtpmb_reader_init(&r, sample, sizeof(sample));
	KUNIT_EXPECT_NULL(test, vtpmb_get_bytes(&r, SIZE_MAX));
	KUNIT_EXPECT_NULL(test, vtpmb_get_bytes(&r, sizeof(sample) + 1));
	KUNIT_EXPECT_EQ(test, r.left, sizeof(sample));
	KUNIT_EXPECT_PTR_EQ(test, vtpmb_get_bytes(&r, sizeof(sample)),
			    (const u8 *)sample);
	KUNIT_EXPECT_NOT_NULL(test, vtpmb_get_bytes(&r, 0));
}

static void tpm2b_longer_than_rest_leaves_cursor(struct kunit *test)
{
	static const u8 claims_three[] = { 0x00, 0x03, 0xaa, 0xbb };
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 len;

	vtpmb_reader_init(&r, claims_three, sizeof(claims_three));
	KUNIT_EXPECT_FALSE(test, vtpmb_get_tpm2b(&r, &bytes, &len));
	KUNIT_EXPECT_PTR_EQ(test, r.pos, (const u8 *)claims_three);
	KUNIT_EXPECT_EQ(test, r.left, sizeof(claims_three));
}

static void tpm2b_is_taken_in_place(struct kunit *test)
{
	static const u8 two_then_empty[] = { 0x00, 0x02, 0xaa, 0xbb, 0x00, 0x00 };
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 len;

	vtpmb_reader_init(&r, two_then_empty, sizeof(two_then_empty));
	KUNIT_EXPECT_TRUE(test, vtpmb_get_tpm2b(&r, &bytes, &len));
	KUNIT_EXPECT_EQ(test, len, 2);
	KUNIT_EXPECT_PTR_EQ(test, bytes, (const u8 *)two_then_empty + 2);
	KUNIT_EXPECT_TRUE(test, vtpmb_get_tpm2b(&r, &bytes, &len));
	KUNIT_EXPECT_EQ(test, len, 0);
	KUNIT_EXPECT_EQ(test, r.left, (size_t)0);
}

static void put_writes_big_endian_in_order(struct kunit *test)
{
	static const u8 want[] = {
		0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde,
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x55,
	};
	struct vtpmb_writer w;
	u8 buf[sizeof(want)];

	vtpmb_writer_init(&w, buf, sizeof(buf));
	vtpmb_put_u8(&w, 0x12);
	vtpmb_put_u16(&w, 0x3456);
	vtpmb_put_u32(&w, 0x789abcde);
	vtpmb_put_u64(&w, 0x0123456789abcdefULL);
	vtpmb_put_bytes(&w, "U", 1);
	KUNIT_EXPECT_FALSE(test, w.overflow);
	KUNIT_EXPECT_EQ(test, w.len, sizeof(want));
	KUNIT_EXPECT_EQ(test, memcmp(buf, want, sizeof(want)), 0);
}

static void put_that_does_not_fit_writes_nothing(struct kunit *test)
{
	u8 buf[8] = { 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5 };
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, buf, 3);
	vtpmb_put_u32(&w, 0);
	KUNIT_EXPECT_TRUE(test, w.overflow);
	KUNIT_EXPECT_EQ(test, w.len, (size_t)0);
	/* Nor what would fit, after it: a hole is no message. */
	vtpmb_put_u8(&w, 0);
	KUNIT_EXPECT_EQ(test, w.len, (size_t)0);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0xa5, sizeof(buf)));
}

static void put_room_refuses_length_near_size_max(struct kunit *test)
{
	struct vtpmb_writer w;
	u8 buf[4];

	vtpmb_writer_init(&w, buf, sizeof(buf));
	vtpmb_put_u16(&w, 1);
	KUNIT_EXPECT_NULL(test, vtpmb_put_room(&w, SIZE_MAX));
	KUNIT_EXPECT_TRUE(test, w.overflow);
	KUNIT_EXPECT_EQ(test, w.len, (size_t)2);
}

static void put_moves_within_its_own_buffer(struct kunit *test)
{
	u8 buf[] = { 1, 2, 3, 4, 5, 6 };
	static const u8 want[] = { 1, 1, 2, 3, 4, 6 };
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, buf, sizeof(buf));
	vtpmb_put_u8(&w, 1);
	vtpmb_put_bytes(&w, buf, 4);
	KUNIT_EXPECT_EQ(test, memcmp(buf, want, sizeof(want)), 0);
}

static void poke_and_peek_agree(struct kunit *test)
{
	u8 buf[4];

	vtpmb_poke_u32(buf, 0x80fffffe);
	KUNIT_EXPECT_EQ(test, buf[0], 0x80);
	KUNIT_EXPECT_EQ(test, buf[3], 0xfe);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u32(buf), 0x80fffffeU);
	KUNIT_EXPECT_EQ(test, vtpmb_peek_u16(buf + 1), 0xffff);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(get_takes_big_endian_in_order),
	KUNIT_CASE(get_reads_high_bit_of_u32_unsigned),
	KUNIT_CASE(short_get_leaves_cursor_where_it_was),
	KUNIT_CASE(get_bytes_refuses_length_near_size_max),
	KUNIT_CASE(tpm2b_longer_than_rest_leaves_cursor),
	KUNIT_CASE(tpm2b_is_taken_in_place),
	KUNIT_CASE(put_writes_big_endian_in_order),
	KUNIT_CASE(put_that_does_not_fit_writes_nothing),
	KUNIT_CASE(put_room_refuses_length_near_size_max),
	KUNIT_CASE(put_moves_within_its_own_buffer),
	KUNIT_CASE(poke_and_peek_agree),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "vtpmb_wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
