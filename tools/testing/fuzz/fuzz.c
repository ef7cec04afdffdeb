// SPDX-License-Identifier: GPL-2.0-only
/* A fuzzer of the pure core: what both families share. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fuzz.h"

#define NR_STEPS	3000
#define MAX_STATE	64

struct vtpmb_vtpm *fuzz_vtpm[FUZZ_NR_GUESTS];

static const struct fuzz_family *family;
static u64 chance;
static struct core_rsp state[MAX_STATE];
static unsigned int nr_findings;

/* xorshift64*, which is good enough and the same everywhere. */
u32 fuzz_below(u32 nr)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (u32)(chance * 0x2545F4914F6CDD1DULL >> 32) % nr;
}

size_t fuzz_spoil(u8 *cmd, size_t len)
{
	static const u32 sizes[] = { 0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0xfffffff6,
				     0xffffffff };
	size_t at;

	if (len <= VTPMB_HEADER_SIZE + 4)
		return len;
	at = VTPMB_HEADER_SIZE + fuzz_below(len - VTPMB_HEADER_SIZE - 3);
	switch (fuzz_below(4)) {
	case 0:
		cmd[at] ^= 1 << fuzz_below(8);
		break;
	case 1:
		vtpmb_poke_u32(cmd + at, sizes[fuzz_below(ARRAY_SIZE(sizes))]);
		break;
	case 2:
		len = at;
		vtpmb_poke_u32(cmd + 2, len);
		break;
	default:
		cmd[1] ^= 1 << fuzz_below(3);
	}
	return len;
}

/* Mostly none. */
static void have_fault(void)
{
	core_fail_transmit(0, 0);
	core_fail_alloc(0);
	switch (fuzz_below(50)) {
	case 0:
		core_fail_transmit(1 + fuzz_below(4), -ETIME);
		break;
	case 1:
		core_lose_response(1 + fuzz_below(4));
		break;
	case 2:
		core_fail_chip(1 + fuzz_below(4),
			       family->refusals[fuzz_below(family->nr_refusals)]);
		break;
	case 3:
		core_fail_alloc(1 + fuzz_below(4));
		break;
	}
}

static void have_no_fault(void)
{
	core_fail_transmit(0, 0);
	core_fail_alloc(0);
}

static void new_guest(unsigned int i)
{
	have_no_fault();
	if (fuzz_vtpm[i])
		core_free(fuzz_vtpm[i]);
	fuzz_vtpm[i] = core_new();
	family->grant(i);
	family->start(i);
}

static void reset_guest(unsigned int i, bool off)
{
	if (off)
		core_off(fuzz_vtpm[i]);
	core_reset(fuzz_vtpm[i]);
	family->start(i);
}

static void take_state(struct core_rsp *to)
{
	unsigned int i;

	for (i = 0; i < family->nr_state; i++)
		core_raw_hex(family->state[i], &to[i]);
}

static void check_state(void)
{
	static struct core_rsp now[MAX_STATE];
	unsigned int i;

	take_state(now);
	for (i = 0; i < family->nr_state; i++) {
		if (now[i].len == state[i].len &&
		    !memcmp(now[i].buf, state[i].buf, now[i].len))
			continue;
		nr_findings++;
		printf("# a guest has changed %s\n", family->state[i]);
		core_dump("before", state[i].buf, state[i].len);
		core_dump("after", now[i].buf, now[i].len);
	}
}

/* The chip's own power cycle changes what a guest cannot. */
static void cycle_chip(void)
{
	have_no_fault();
	core_end_turn();
	check_state();
	core_chip_cycle();
	take_state(state);
}

static void step(bool faults)
{
	unsigned int i = fuzz_below(FUZZ_NR_GUESTS), what = fuzz_below(1000);

	if (!fuzz_below(8))
		core_turn = fuzz_below(4);
	core_host_comes = fuzz_below(4);
	if (faults)
		have_fault();
	if (what < 350)
		family->mutate(i);
	else if (what < 960)
		family->act(i);
	else if (what < 980)
		reset_guest(i, what < 965);
	else if (what < 992)
		core_end_turn();
	else if (what < 996)
		new_guest(i);
	else if (faults)
		cycle_chip();
}

/* The exit status of a process: 0 if nothing was found. */
static int run_round(u32 seed)
{
	/* Every other round is without faults, so that nothing may be left behind. */
	bool faults = seed & 1;
	unsigned int i;

	chance = 0x9E3779B97F4A7C15ULL * (seed + 1);
	core_start(family->family);
	family->begin();
	take_state(state);
	for (i = 0; i < FUZZ_NR_GUESTS; i++)
		new_guest(i);
	for (i = 0; i < NR_STEPS; i++)
		step(faults);
	have_no_fault();
	for (i = 0; i < FUZZ_NR_GUESTS; i++)
		core_free(fuzz_vtpm[i]);
	check_state();
	if (!faults && !core_chip_is_empty()) {
		printf("# something is left in the chip\n");
		nr_findings++;
	}
	core_stop();
	return nr_findings != 0;
}

static bool round_is_good(u32 seed)
{
	int status = 1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(300);
		exit(run_round(seed));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		perror("fork");
	if (status)
		printf("# round %u: status 0x%x; again: --seed %u --rounds 1\n", seed, status,
		       seed);
	return !status;
}

static unsigned int option(int argc, char **argv, const char *name, unsigned int value)
{
	int i;

	for (i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], name))
			return strtoul(argv[i + 1], NULL, 0);
	}
	return value;
}

int fuzz_main(const struct fuzz_family *what, int argc, char **argv)
{
	unsigned int seconds = option(argc, argv, "--seconds", 60);
	unsigned int seed = option(argc, argv, "--seed", time(NULL));
	unsigned int most = option(argc, argv, "--rounds", 0), nr, nr_bad = 0;
	time_t end = time(NULL) + seconds;

	family = what;
	for (nr = 0; most ? nr < most : time(NULL) < end; nr++)
		nr_bad += !round_is_good(seed + nr);
	printf("# TPM %s: %u rounds of %u steps from seed %u, %u bad\n",
	       family->family == CORE_TPM12 ? "1.2" : "2.0", nr, NR_STEPS, seed, nr_bad);
	return nr_bad != 0;
}
