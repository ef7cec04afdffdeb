// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the turn. */

#include <kunit/test.h>
#include <linux/kernel.h>
#include "../hub/turn.h"

static const struct vtpmb_turn_rule rule = {
	.us = 1000,
	.commands = 16,
	.host_us = 100,
	.linger_us = 5,
	.hold_us = 50,
};

static void lonely_proxy_keeps_its_turn(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 0, 0, VTPMB_WAITING_NOBODY));
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 1LL << 62, ~0u,
						   VTPMB_WAITING_NOBODY));
}

static void turn_ends_after_its_commands_if_a_proxy_waits(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 0, 15, VTPMB_WAITING_PROXY));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&rule, 0, 16, VTPMB_WAITING_PROXY));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&rule, 0, ~0u, VTPMB_WAITING_PROXY));
}

static void turn_ends_after_its_time_if_a_proxy_waits(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 999, 1, VTPMB_WAITING_PROXY));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&rule, 1000, 1, VTPMB_WAITING_PROXY));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&rule, 1LL << 62, 1, VTPMB_WAITING_PROXY));
}

/* However many commands: the host's own users are not to notice the guests. */
static void turn_ends_sooner_if_the_host_waits(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 99, 1, VTPMB_WAITING_HOST));
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, 99, 17, VTPMB_WAITING_HOST));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&rule, 100, 1, VTPMB_WAITING_HOST));
}

static void rule_of_zeros_is_one_command_a_turn(struct kunit *test)
{
	static const struct vtpmb_turn_rule none = { };

	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&none, 0, 1, VTPMB_WAITING_PROXY));
	KUNIT_EXPECT_FALSE(test, vtpmb_turn_goes_on(&none, 0, 1, VTPMB_WAITING_HOST));
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&none, 0, 1, VTPMB_WAITING_NOBODY));
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&none, 0, VTPMB_WAITING_NOBODY), 0);
}

static void turn_waits_longer_for_its_proxy_if_nobody_else_does(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, 0, VTPMB_WAITING_NOBODY), 50);
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, 0, VTPMB_WAITING_PROXY), 5);
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, 0, VTPMB_WAITING_HOST), 5);
}

/* A client that sends a command every 49 us, always in time, does not hold the chip for ever. */
static void long_turn_ends_when_its_proxy_pauses(struct kunit *test)
{
	const s64 end = 50 * VTPMB_TURN_HOLDS;

	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, end - 1, VTPMB_WAITING_NOBODY), 50);
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, end, VTPMB_WAITING_NOBODY), 5);
	KUNIT_EXPECT_EQ(test, vtpmb_turn_patience(&rule, 1LL << 62, VTPMB_WAITING_NOBODY), 5);
	KUNIT_EXPECT_TRUE(test, vtpmb_turn_goes_on(&rule, end, ~0u, VTPMB_WAITING_NOBODY));
}

static struct kunit_case turn_cases[] = {
	KUNIT_CASE(lonely_proxy_keeps_its_turn),
	KUNIT_CASE(turn_ends_after_its_commands_if_a_proxy_waits),
	KUNIT_CASE(turn_ends_after_its_time_if_a_proxy_waits),
	KUNIT_CASE(turn_ends_sooner_if_the_host_waits),
	KUNIT_CASE(rule_of_zeros_is_one_command_a_turn),
	KUNIT_CASE(turn_waits_longer_for_its_proxy_if_nobody_else_does),
	KUNIT_CASE(long_turn_ends_when_its_proxy_pauses),
	{}
};

static struct kunit_suite turn_suite = {
	.name = "vtpmb_turn",
	.test_cases = turn_cases,
};

kunit_test_suite(turn_suite);
