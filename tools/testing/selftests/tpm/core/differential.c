// SPDX-License-Identifier: GPL-2.0-only
/* Differential test: what both families share. */

#include <getopt.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "differential.h"

#define DEFAULT_COMMANDS	50000
/* From so many on, a rare difference that was never met is told of. */
#define LONG_RUN		1000000
#define MAX_FAILURES		20
#define MAX_CODES		256
#define NR_RECENT		16

static const struct diff_family *family;
static struct diff_guest guests[DIFF_NR_GUESTS];

static struct {
	u64 seed;
	unsigned long nr_commands;
	unsigned long round_len;
	unsigned long round;
	bool one_round;
	bool trace;
} option = {
	.seed = 1,
	.nr_commands = DEFAULT_COMMANDS,
	.round_len = 4000,
};

static unsigned long nr_sent, nr_equal, sent_before_round, round_nr;

/* What was sent, by code. */
static struct {
	u32 code;
	unsigned long nr_sent;
	unsigned long nr_succeeded;
} counts[MAX_CODES];

/* What a guest sent last, for who reads of a failure. */
static struct {
	u32 code;
	u32 ours;
	u32 twins;
} recent[DIFF_NR_GUESTS][NR_RECENT];
static unsigned long nr_recent[DIFF_NR_GUESTS];

static struct {
	u32 code;
	u32 ours;
	u32 twins;
	const char *what;
	unsigned int nr;
} failures[MAX_FAILURES];
static unsigned int nr_failures;

/* Chance: splitmix64. */

static u64 chance_next(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

u32 diff_of(struct diff_guest *g, u32 n)
{
	return (chance_next(&g->chance) >> 32) % n;
}

bool diff_once_in(struct diff_guest *g, u32 n)
{
	return !diff_of(g, n);
}

void diff_bytes(struct diff_guest *g, void *buf, size_t len)
{
	u8 *at = buf;

	while (len--)
		*at++ = chance_next(&g->chance) >> 24;
}

/* Turns. */

static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static u64 turns_chance;
static int turn_of_guest;
static bool gone[DIFF_NR_GUESTS];

static void wait_for_turn(const struct diff_guest *g)
{
	while (turn_of_guest != (int)g->nr)
		pthread_cond_wait(&passed, &baton);
}

/* Whoever is still there may be next. */
static void pass_turn(const struct diff_guest *g)
{
	unsigned int i, nr = 0, alive[DIFF_NR_GUESTS];

	for (i = 0; i < DIFF_NR_GUESTS; i++) {
		if (!gone[i])
			alive[nr++] = i;
	}
	if (!nr)
		return;
	turn_of_guest = alive[(chance_next(&turns_chance) >> 32) % nr];
	if (turn_of_guest == (int)g->nr)
		return;
	pthread_cond_broadcast(&passed);
	if (!gone[g->nr])
		wait_for_turn(g);
}

/* Now and then the length of the bridge's turns changes, or the host has one. */
static void disturb(void)
{
	static const unsigned int turns[] = { 1, 1, 3, 16, 0 };
	u32 chance = chance_next(&turns_chance) >> 32;

	if (chance % 64 == 0)
		core_turn = turns[chance / 64 % ARRAY_SIZE(turns)];
	if (chance % 512 != 1)
		return;
	core_end_turn();
	if (!family->host())
		core_fail(__FILE__, __LINE__,
			  "the host cannot use its chip: --seed %llu --round %lu",
			  (unsigned long long)option.seed, round_nr);
}

static bool round_is_over(void)
{
	return nr_failures == MAX_FAILURES ||
	       nr_sent - sent_before_round >= option.round_len;
}

/* Reports. */

static void tell_recent(const struct diff_guest *g)
{
	unsigned long nr = nr_recent[g->nr], i;

	for (i = nr > NR_RECENT ? nr - NR_RECENT : 0; i < nr; i++)
		printf("#   before: %s: 0x%x, the twin's 0x%x\n",
		       family->code_name(recent[g->nr][i % NR_RECENT].code),
		       recent[g->nr][i % NR_RECENT].ours,
		       recent[g->nr][i % NR_RECENT].twins);
}

static void tell_pair(const struct diff_pair *p)
{
	if (p->len[OURS] == p->len[TWINS] &&
	    !memcmp(p->cmd[OURS], p->cmd[TWINS], p->len[OURS])) {
		core_dump("command", p->cmd[OURS], p->len[OURS]);
	} else {
		core_dump("command to ours", p->cmd[OURS], p->len[OURS]);
		core_dump("command to the twin", p->cmd[TWINS], p->len[TWINS]);
	}
	core_dump("ours", p->rsp[OURS].buf, p->rsp[OURS].len);
	core_dump("twin's", p->rsp[TWINS].buf, p->rsp[TWINS].len);
}

/* Each kind of failure is told in full once. */
static void note_failure(const struct diff_guest *g, const struct diff_pair *p,
			 const char *what)
{
	u32 ours = p->rsp[OURS].rc, twins = p->rsp[TWINS].rc;
	unsigned int i;

	for (i = 0; i < nr_failures; i++) {
		if (failures[i].code == p->code && failures[i].ours == ours &&
		    failures[i].twins == twins && failures[i].what == what) {
			failures[i].nr++;
			return;
		}
	}
	if (nr_failures == MAX_FAILURES)
		return;
	failures[nr_failures].code = p->code;
	failures[nr_failures].ours = ours;
	failures[nr_failures].twins = twins;
	failures[nr_failures].what = what;
	failures[nr_failures++].nr = 1;
	core_fail(__FILE__, __LINE__,
		  "%s%s: 0x%x%s, the twin's 0x%x%s%s; guest %u, command %lu of its round; again: --seed %llu --round %lu --round-len %lu",
		  family->code_name(p->code), p->spoilt ? " (spoilt)" : "", ours,
		  p->rsp[OURS].err ? " (errno)" : "", twins, what ? ", differs: " : "",
		  what ? what : "", g->nr, nr_sent - sent_before_round,
		  (unsigned long long)option.seed, round_nr, option.round_len);
	tell_pair(p);
	tell_recent(g);
}

void diff_renew(struct diff_guest *g)
{
	longjmp(g->restart, 1);
}

void diff_differ(struct diff_guest *g, const struct diff_pair *p, const char *what)
{
	note_failure(g, p, what);
	diff_renew(g);
}

/* The table. */

static bool is_like(u32 wanted, u32 rc)
{
	if (wanted == DIFF_ANY)
		return true;
	return wanted == DIFF_ERROR ? rc : wanted == rc;
}

static struct diff_row *find_row(const struct diff_guest *g, const struct diff_pair *p,
				 const char *what)
{
	struct diff_row *row;

	for (row = family->rows; row->why; row++) {
		if ((!row->code || row->code == p->code) &&
		    !strcmp(row->what ? row->what : "", what ? what : "") &&
		    is_like(row->ours, p->rsp[OURS].rc) &&
		    is_like(row->twins, p->rsp[TWINS].rc) &&
		    (!row->when || row->when(g, p)))
			return row;
	}
	return NULL;
}

const struct diff_row *diff_met(struct diff_guest *g, const struct diff_pair *p,
				const char *what)
{
	struct diff_row *row = p->rsp[OURS].err ? NULL : find_row(g, p, what);

	if (!row)
		diff_differ(g, p, what);
	row->nr_met++;
	return row;
}

/* Exchanges. */

static void count(const struct diff_guest *g, const struct diff_pair *p)
{
	unsigned long nr = nr_recent[g->nr]++ % NR_RECENT;
	unsigned int i;

	recent[g->nr][nr].code = p->code;
	recent[g->nr][nr].ours = p->rsp[OURS].rc;
	recent[g->nr][nr].twins = p->rsp[TWINS].rc;
	nr_sent++;
	for (i = 0; i < MAX_CODES && counts[i].nr_sent; i++) {
		if (counts[i].code == p->code)
			break;
	}
	if (i == MAX_CODES)
		return;
	counts[i].code = p->code;
	counts[i].nr_sent++;
	counts[i].nr_succeeded += !p->rsp[OURS].rc && !p->rsp[TWINS].rc;
}

static void send_to_twin(struct diff_guest *g, struct diff_pair *p)
{
	unsigned int tries = 3;

	do {
		core_twin_send(g->twin, p->cmd[TWINS], vtpmb_peek_u32(p->cmd[TWINS] + 2),
			       &p->rsp[TWINS]);
	} while (tries-- && family->again(p->rsp[TWINS].rc));
}

static void trace(const struct diff_guest *g, const struct diff_pair *p)
{
	printf("# %lu: guest %u: %s%s: 0x%x, 0x%x\n", nr_sent - sent_before_round, g->nr,
	       family->code_name(p->code), p->spoilt ? " (spoilt)" : "",
	       p->rsp[OURS].rc, p->rsp[TWINS].rc);
	tell_pair(p);
}

/* One side has done it and the other has not, or is broken. */
static bool have_diverged(const struct diff_pair *p)
{
	if (!p->row || p->row->repair == DIFF_GO_ON)
		return false;
	return p->row->repair == DIFF_BROKEN || !p->rsp[OURS].rc != !p->rsp[TWINS].rc;
}

void diff_exchange(struct diff_guest *g, struct diff_pair *p)
{
	p->row = NULL;
	core_send(g->vtpm, p->cmd[OURS], p->len[OURS], &p->rsp[OURS]);
	send_to_twin(g, p);
	count(g, p);
	if (option.trace)
		trace(g, p);
	if (p->rsp[OURS].err || p->rsp[OURS].rc != p->rsp[TWINS].rc)
		p->row = diff_met(g, p, NULL);
	else
		nr_equal++;
	disturb();
	pass_turn(g);
	if (have_diverged(p))
		diff_renew(g);
}

void diff_reset(struct diff_guest *g)
{
	core_reset(g->vtpm);
	core_twin_reset(g->twin);
}

void diff_locality(struct diff_guest *g, u8 locality)
{
	g->vtpm->locality = locality;
	core_twin_locality(g->twin, locality);
}

void diff_presence(struct diff_guest *g, bool presence)
{
	g->vtpm->pp_pin = presence;
	core_twin_pp(g->twin, presence);
}

/* Rounds. */

static void make_new(struct diff_guest *g)
{
	if (g->vtpm)
		core_free(g->vtpm);
	g->vtpm = core_new();
	if (!g->vtpm)
		abort();
	core_twin_again(g->twin);
	core_twin_seed(g->twin, diff_of(g, U32_MAX));
	memset(g->model, 0, family->model_size);
}

static void *live(void *arg)
{
	struct diff_guest *g = arg;

	pthread_mutex_lock(&baton);
	wait_for_turn(g);
	setjmp(g->restart);
	if (!round_is_over()) {
		make_new(g);
		family->begin(g);
	}
	while (!round_is_over())
		family->step(g);
	gone[g->nr] = true;
	pass_turn(g);
	pthread_mutex_unlock(&baton);
	return NULL;
}

static void run_round(unsigned long nr)
{
	pthread_t threads[DIFF_NR_GUESTS];
	unsigned int i;

	/* Of a machine that is very busy: only what never ends is to be stopped. */
	alarm(3600);
	round_nr = nr;
	sent_before_round = nr_sent;
	turns_chance = option.seed * 1000003 + nr;
	core_seed(chance_next(&turns_chance));
	turn_of_guest = 0;
	core_turn = 1;
	family->round();
	/* The first thread chooses whose turn is next, so everything is set before it starts. */
	for (i = 0; i < DIFF_NR_GUESTS; i++) {
		gone[i] = false;
		nr_recent[i] = 0;
		guests[i].chance = chance_next(&turns_chance);
	}
	for (i = 0; i < DIFF_NR_GUESTS; i++) {
		if (pthread_create(&threads[i], NULL, live, &guests[i]))
			abort();
	}
	for (i = 0; i < DIFF_NR_GUESTS; i++)
		pthread_join(threads[i], NULL);
	core_end_turn();
	CHECK(family->host());
}

/* Tests. */

static void guests_are_answered_as_by_tpms_of_their_own(void)
{
	unsigned long nr = option.one_round ? option.round : 0;
	unsigned int i;

	core_digest_begin();
	do {
		run_round(nr++);
	} while (!option.one_round && nr_sent < option.nr_commands &&
		 nr_failures < MAX_FAILURES);
	core_digest_print("all answers and chip commands");
	printf("# %lu commands, %lu answered as by the twin, seed %llu\n", nr_sent, nr_equal,
	       (unsigned long long)option.seed);
	for (i = 0; i < nr_failures; i++)
		printf("# failure: %s: 0x%x, the twin's 0x%x%s%s: %u times\n",
		       family->code_name(failures[i].code), failures[i].ours,
		       failures[i].twins, failures[i].what ? ", differs: " : "",
		       failures[i].what ? failures[i].what : "", failures[i].nr);
	CHECK_EQ(nr_failures, 0);
}

static unsigned long succeeded(u32 code, unsigned long *sent)
{
	unsigned int i;

	for (i = 0; i < MAX_CODES && counts[i].nr_sent; i++) {
		if (counts[i].code == code) {
			*sent = counts[i].nr_sent;
			return counts[i].nr_succeeded;
		}
	}
	*sent = 0;
	return 0;
}

static void every_command_of_the_tpm_has_succeeded(void)
{
	unsigned long sent, success;
	const char *excuse;
	unsigned int i;
	u32 code;

	for (i = 0; (code = family->code_at(i)); i++) {
		success = succeeded(code, &sent);
		excuse = family->may_fail(code);
		printf("# %-28s %8lu sent %8lu succeeded%s%s\n", family->code_name(code),
		       sent, success, excuse ? ": " : "", excuse ? excuse : "");
		if (!option.one_round && !sent)
			core_fail(__FILE__, __LINE__, "%s was not sent",
				  family->code_name(code));
		if (!option.one_round && !success && !excuse)
			core_fail(__FILE__, __LINE__, "%s has never succeeded",
				  family->code_name(code));
	}
}

static void every_difference_is_met(void)
{
	struct diff_row *row;

	for (row = family->rows; row->why; row++) {
		printf("# %8lu times: %s\n", row->nr_met, row->why);
		if (row->nr_met || option.one_round || option.nr_commands < DEFAULT_COMMANDS)
			continue;
		if (row->rare && option.nr_commands >= LONG_RUN)
			printf("# not met, though it was a long run: %s\n", row->why);
		if (row->rare)
			continue;
		core_fail(__FILE__, __LINE__, "not met: code 0x%x: 0x%x for 0x%x%s%s: %s",
			  row->code, row->ours, row->twins, row->what ? ", " : "",
			  row->what ? row->what : "", row->why);
	}
}

static void nothing_is_left_in_the_chip(void)
{
	unsigned int i = DIFF_NR_GUESTS;

	/* A younger twin holds on to what an older one waits for. */
	while (i--) {
		if (guests[i].vtpm)
			core_free(guests[i].vtpm);
		core_twin_free(guests[i].twin);
		free(guests[i].model);
	}
	CHECK(core_chip_is_empty());
	core_stop();
}

static void chip_and_twins_get_power(void)
{
	unsigned int i;

	core_seed(option.seed);
	core_start(family->family);
	family->setup();
	for (i = 0; i < DIFF_NR_GUESTS; i++) {
		guests[i].nr = i;
		guests[i].twin = core_twin_new();
		guests[i].model = calloc(1, family->model_size);
	}
}

static const struct core_test tests[] = {
	CORE_TEST(chip_and_twins_get_power),
	CORE_TEST(guests_are_answered_as_by_tpms_of_their_own),
	CORE_TEST(every_command_of_the_tpm_has_succeeded),
	CORE_TEST(every_difference_is_met),
	CORE_TEST(nothing_is_left_in_the_chip),
};

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "commands", required_argument, NULL, 'n' },
	{ "round", required_argument, NULL, 'r' },
	{ "round-len", required_argument, NULL, 'l' },
	{ "trace", no_argument, NULL, 't' },
	{}
};

static int usage(const char *program)
{
	fprintf(stderr,
		"usage: %s [--seed N] [--commands N] [--round-len N] [--round N] [--trace]\n"
		"  --seed       all chance comes from it: 1\n"
		"  --commands   send so many, in rounds: %u\n"
		"  --round-len  commands of a round: 4000\n"
		"  --round      this round alone\n"
		"  --trace      tell each command and its answers\n",
		program, DEFAULT_COMMANDS);
	return 2;
}

int diff_main(const struct diff_family *f, int argc, char **argv)
{
	int opt;

	family = f;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's') {
			option.seed = strtoull(optarg, NULL, 0);
		} else if (opt == 'n') {
			option.nr_commands = strtoul(optarg, NULL, 0);
		} else if (opt == 'l') {
			option.round_len = strtoul(optarg, NULL, 0);
		} else if (opt == 'r') {
			option.round = strtoul(optarg, NULL, 0);
			option.one_round = true;
		} else if (opt == 't') {
			option.trace = true;
		} else {
			return usage(argv[0]);
		}
	}
	return core_run(tests, ARRAY_SIZE(tests), 1, argv);
}
