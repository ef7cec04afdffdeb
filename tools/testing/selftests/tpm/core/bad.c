// SPDX-License-Identifier: GPL-2.0-only
/* Bad input: what both families share. */

#include <linux/random.h>
#include <stdlib.h>
#include "bad.h"

struct vtpmb_vtpm *bad_vtpm;
struct core_twin *bad_twin;

static const struct bad_family *family;
static const struct bad_sample *sample;
static bool all_kinds;
static const char *kind;
static unsigned int nr_tried, nr_right;

/* Mismatches are told once for each kind, code and pair of answers. */
static struct bad_miss {
	u32 code, ours, twins;
	unsigned int nr;
	const char *kind;
} misses[512];
static size_t nr_misses;

#define MAX_STATE	65536

static u8 state_before[MAX_STATE];
static size_t state_before_len;
static bool state_told;
static bool unprepared;

static void must(bool cond, const char *what)
{
	if (cond)
		return;
	printf("# %s: %s\n", sample ? sample->text : "", what);
	fflush(stdout);
	abort();
}

void bad_both(const u8 *cmd, size_t len, struct core_rsp *ours,
	      struct core_rsp *twins)
{
	core_send(bad_vtpm, cmd, len, ours);
	core_twin_send(bad_twin, cmd, vtpmb_peek_u32(cmd + 2), twins);
}

void bad_both_must(const char *text, struct core_rsp *ours,
		   struct core_rsp *twins)
{
	u8 cmd[VTPMB_BUF_SIZE];

	bad_both(cmd, core_hex(cmd, sizeof(cmd), text), ours, twins);
	if (!ours->rc && !twins->rc)
		return;
	core_fail(__FILE__, __LINE__, "prepare: %s: 0x%x, the twin's 0x%x", text,
		  ours->rc, twins->rc);
	unprepared = true;
}

/* From power-on to what the sample needs. */
static void prepare(bool all_over)
{
	struct core_rsp ours, twins;

	if (all_over) {
		if (bad_vtpm)
			core_free(bad_vtpm);
		bad_vtpm = core_new();
		must(bad_vtpm, "no vtpm");
		if (!bad_twin)
			bad_twin = core_twin_new();
		/* The chip was on when its twin was made: no shutdown for either. */
		core_send_hex(bad_vtpm, family->startup, &ours);
		CHECK_EQ(ours.rc, 0);
	}
	core_reset(bad_vtpm);
	core_twin_again(bad_twin);
	bad_both_must(family->startup, &ours, &twins);
	family->prepare(sample->needs);
}

/* What GetCapability and the PCRs say, of both sides. */
static size_t take_state(u8 *state)
{
	const struct bad_state *part;
	size_t len = 0;

	for (part = family->state; part->text; part++) {
		struct core_rsp ours, twins;
		u8 cmd[VTPMB_BUF_SIZE];

		bad_both(cmd, family->expand(cmd, part->text), &ours, &twins);
		memset(ours.buf + part->at, 0, part->len);
		memset(twins.buf + part->at, 0, part->len);
		if (!state_told && (ours.len != twins.len ||
				    memcmp(ours.buf, twins.buf, ours.len))) {
			state_told = true;
			core_fail(__FILE__, __LINE__,
				  "%s, after %s of code 0x%x: the state differs from the twin's",
				  part->text, kind, sample->code);
			core_dump("ours", ours.buf, ours.len);
			core_dump("twin's", twins.buf, twins.len);
		}
		must(len + ours.len <= MAX_STATE, "too much state");
		memcpy(state + len, ours.buf, ours.len);
		len += ours.len;
	}
	return len;
}

static bool is_denied(void)
{
	const struct vtpmb_commands *commands = core_port.family->commands;
	int row = commands->find(sample->code);

	return row < 0 || commands->is_unsafe(row);
}

static struct bad_diff *find_diff(u32 code, u32 ours, u32 twins)
{
	struct bad_diff *diff;

	for (diff = family->diffs; diff->why; diff++) {
		if ((!diff->code || diff->code == code) &&
		    (!diff->kind || !strcmp(diff->kind, kind)) &&
		    diff->ours == ours &&
		    (diff->twins == twins || diff->twins == BAD_ANY))
			return diff;
	}
	return NULL;
}

static void tell_miss(const u8 *cmd, size_t len, const struct core_rsp *ours,
		      const struct core_rsp *twins)
{
	size_t i;

	for (i = 0; i < nr_misses; i++) {
		if (misses[i].code == sample->code && misses[i].kind == kind &&
		    misses[i].ours == ours->rc && misses[i].twins == twins->rc) {
			misses[i].nr++;
			return;
		}
	}
	must(nr_misses < ARRAY_SIZE(misses), "too many mismatches");
	misses[nr_misses++] = (struct bad_miss) {
		sample->code, ours->rc, twins->rc, 1, kind
	};
	core_fail(__FILE__, __LINE__, "code 0x%x, %s: 0x%x%s, the twin's 0x%x%s",
		  sample->code, kind, ours->rc, ours->err ? " (errno)" : "",
		  twins->rc, ours->rc == twins->rc ? ", other bytes" : "");
	core_dump("command", cmd, len);
	if (ours->rc == twins->rc) {
		core_dump("ours", ours->buf, ours->len);
		core_dump("twin's", twins->buf, twins->len);
	}
}

static bool same(const struct core_rsp *ours, const struct core_rsp *twins)
{
	if (ours->err || ours->rc != twins->rc)
		return false;
	if (!ours->rc && sample->flags & BAD_VIRTUAL)
		return true;
	if (ours->len != twins->len)
		return false;
	return (!ours->rc && sample->flags & BAD_RANDOM) ||
	       !memcmp(ours->buf, twins->buf, ours->len);
}

/* One spoilt command to both sides. */
void bad_try(const u8 *cmd, size_t len)
{
	struct core_rsp ours, twins;
	u8 buf[VTPMB_BUF_SIZE];
	struct bad_diff *diff;

	must(len <= sizeof(buf), "too long");
	memcpy(buf, cmd, len);
	nr_tried++;
	core_send(bad_vtpm, buf, len, &ours);
	/* A denied command looks as if the TPM did not have it. */
	if (is_denied() && len >= VTPMB_HEADER_SIZE)
		vtpmb_poke_u32(buf + 6, family->absent);
	if (family->translate)
		family->translate(buf, vtpmb_peek_u32(cmd + 2));
	core_twin_send(bad_twin, buf, vtpmb_peek_u32(cmd + 2), &twins);
	/* libtpms leaves a request's own tag in its BAD_ORDINAL: not so Part 3. */
	if (family->family == CORE_TPM12 && twins.rc == 10)
		twins.buf[1] = 0xc4;

	if (same(&ours, &twins)) {
		nr_right++;
	} else {
		diff = ours.err ? NULL : find_diff(sample->code, ours.rc, twins.rc);
		if (diff)
			diff->nr_seen++;
		else
			tell_miss(cmd, len, &ours, &twins);
	}
	/* What succeeded on one side at least may have left something there. */
	if (family->punishes(ours.rc) || family->punishes(twins.rc))
		prepare(true);
	else if (!ours.rc || !twins.rc)
		prepare(sample->flags & BAD_LASTING || ours.rc != twins.rc);
}

/* Ways to spoil. */

static void spoil_nothing(const u8 *cmd, size_t len)
{
	bad_try(cmd, len);
}

/* Truncated at every length, the size field telling so. */
static void spoil_length(const u8 *cmd, size_t len)
{
	u8 buf[VTPMB_BUF_SIZE];
	size_t n;

	memcpy(buf, cmd, len);
	for (n = VTPMB_HEADER_SIZE; n < len; n++) {
		vtpmb_poke_u32(buf + 2, n);
		bad_try(buf, n);
	}
}

/* More bytes written than the size field says, which are ignored. */
static void spoil_size(const u8 *cmd, size_t len)
{
	u8 buf[VTPMB_BUF_SIZE];
	size_t n;

	memcpy(buf, cmd, len);
	memset(buf + len, 0xff, 8);
	bad_try(buf, len + 8);
	for (n = VTPMB_HEADER_SIZE; n < len; n++) {
		vtpmb_poke_u32(buf + 2, n);
		bad_try(buf, len);
	}
}

static void spoil_tag(const u8 *cmd, size_t len)
{
	u8 buf[VTPMB_BUF_SIZE];
	size_t i;

	memcpy(buf, cmd, len);
	for (i = 0; i < family->nr_tags; i++) {
		buf[0] = family->tags[i] >> 8;
		buf[1] = family->tags[i];
		bad_try(buf, len);
	}
}

static void poke_random(u8 *at, size_t len)
{
	while (len--)
		*at++ = get_random_u32();
}

/* Bytes too many, and random bytes for all that follows the handles. */
static void spoil_tail(const u8 *cmd, size_t len)
{
	static const size_t more[] = { 1, 2, 4, 45, 1000 };
	size_t from = VTPMB_HEADER_SIZE + 4 * sample->nr_handles;
	u8 buf[VTPMB_BUF_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(more); i++) {
		memcpy(buf, cmd, len);
		memset(buf + len, 0, more[i]);
		vtpmb_poke_u32(buf + 2, len + more[i]);
		bad_try(buf, len + more[i]);
		poke_random(buf + len, more[i]);
		bad_try(buf, len + more[i]);
	}
	memset(buf + len, 0, VTPMB_BUF_SIZE - len);
	vtpmb_poke_u32(buf + 2, VTPMB_BUF_SIZE);
	bad_try(buf, VTPMB_BUF_SIZE);
	for (i = 0; i < 16; i++) {
		memcpy(buf, cmd, len);
		poke_random(buf + from, len - from);
		bad_try(buf, len);
	}
}

static void spoil_handles(const u8 *cmd, size_t len)
{
	u8 buf[VTPMB_BUF_SIZE];
	unsigned int place;
	size_t i;

	for (place = 0; place < sample->nr_handles; place++) {
		for (i = 0; i < family->nr_handles; i++) {
			memcpy(buf, cmd, len);
			vtpmb_poke_u32(buf + VTPMB_HEADER_SIZE + 4 * place,
				       family->handles[i]);
			bad_try(buf, len);
		}
	}
}

/* Each byte after the header, with some bits flipped. */
static void spoil_bits(const u8 *cmd, size_t len)
{
	static const u8 flips[] = { 0x01, 0x80, 0xff };
	u8 buf[VTPMB_BUF_SIZE];
	size_t at, i;

	for (at = VTPMB_HEADER_SIZE; at < len; at++) {
		for (i = 0; i < ARRAY_SIZE(flips); i++) {
			memcpy(buf, cmd, len);
			buf[at] ^= flips[i];
			bad_try(buf, len);
		}
	}
}

static void spoil_auth(const u8 *cmd, size_t len)
{
	family->spoil_auth(cmd, len);
}

/* Running. */

static void run_sample(void (*spoil)(const u8 *cmd, size_t len))
{
	static u8 state_after[MAX_STATE];
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len;

	state_told = false;
	unprepared = false;
	prepare(!bad_vtpm || sample->flags & BAD_LASTING);
	if (unprepared)
		return;
	state_before_len = take_state(state_before);
	spoil(cmd, family->expand(cmd, sample->text));
	len = take_state(state_after);
	/* Whatever has succeeded was undone by prepare(). */
	if (len != state_before_len || memcmp(state_after, state_before, len))
		core_fail(__FILE__, __LINE__,
			  "code 0x%x, %s: errors have changed the state",
			  sample->code, kind);
}

static void run_kind(const char *how, void (*spoil)(const u8 *cmd, size_t len))
{
	kind = how;
	nr_tried = 0;
	nr_right = 0;
	for (sample = family->samples; sample->text; sample++)
		run_sample(spoil);
	printf("# %s: %u commands, %u answered as by the twin\n", kind, nr_tried,
	       nr_right);
	CHECK(nr_tried);
}

static void nothing_is_left_in_the_chip(void)
{
	struct bad_diff *diff;
	size_t i;

	for (i = 0; i < nr_misses; i++)
		printf("# miss: code 0x%x, %s: 0x%x, the twin's 0x%x, %u times\n",
		       misses[i].code, misses[i].kind, misses[i].ours,
		       misses[i].twins, misses[i].nr);
	for (diff = family->diffs; diff->why && all_kinds; diff++) {
		if (!diff->nr_seen && !diff->rare)
			core_fail(__FILE__, __LINE__,
				  "not met: code 0x%x: 0x%x for 0x%x: %s",
				  diff->code, diff->ours, diff->twins, diff->why);
	}
	if (bad_vtpm) {
		core_free(bad_vtpm);
		core_twin_free(bad_twin);
		bad_vtpm = NULL;
		bad_twin = NULL;
	}
	CHECK(core_chip_is_empty());
	core_stop();
}

#define KIND(name, spoil)						\
static void name(void)							\
{									\
	run_kind(#name, spoil);						\
}

KIND(well_formed_command_is_answered_as_by_a_tpm, spoil_nothing)
KIND(command_cut_short_is_refused_as_by_a_tpm, spoil_length)
KIND(size_field_rules_over_bytes_written, spoil_size)
KIND(wrong_tag_is_refused_as_by_a_tpm, spoil_tag)
KIND(tail_of_other_bytes_is_refused_as_by_a_tpm, spoil_tail)
KIND(unknown_handle_is_refused_as_by_a_tpm, spoil_handles)
KIND(spoilt_authorisation_is_refused_as_by_a_tpm, spoil_auth)
KIND(flipped_bits_are_answered_as_by_a_tpm, spoil_bits)

static void virtual_tpm_gets_power(void)
{
	core_start(family->family);
	if (family->setup)
		family->setup();
}

static const struct core_test tests[] = {
	CORE_TEST(virtual_tpm_gets_power),
	CORE_TEST(well_formed_command_is_answered_as_by_a_tpm),
	CORE_TEST(command_cut_short_is_refused_as_by_a_tpm),
	CORE_TEST(size_field_rules_over_bytes_written),
	CORE_TEST(wrong_tag_is_refused_as_by_a_tpm),
	CORE_TEST(tail_of_other_bytes_is_refused_as_by_a_tpm),
	CORE_TEST(unknown_handle_is_refused_as_by_a_tpm),
	CORE_TEST(spoilt_authorisation_is_refused_as_by_a_tpm),
	CORE_TEST(flipped_bits_are_answered_as_by_a_tpm),
	CORE_TEST(nothing_is_left_in_the_chip),
};

int bad_main(const struct bad_family *f, int argc, char **argv)
{
	family = f;
	all_kinds = argc == 1;
	return core_run(tests, ARRAY_SIZE(tests), argc, argv);
}
