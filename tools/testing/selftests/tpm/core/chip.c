// SPDX-License-Identifier: GPL-2.0-only
/* A chip that answers badly: each command of a scenario gets each bad answer. */

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "chip.h"

/* Commands to the chip for one command of a guest, with the ends of turns; see say(). */
#define MAX_COST	3000

/* Seconds that a child may take, whatever else the machine does. */
#define MAX_SECONDS	100

/* Failures after which a run says no more. */
#define MAX_FAILURES	100

#define MAX_COMMANDS	400

/**
 * struct chip_row - a kind of bad answers
 * @name:	for people
 * @promise:	what they may cost
 * @nr_times:	how many commands get one; 0: all from the first on
 * @same:	only commands of the same code
 * @once:	only the first command of a shape, whatever it is sent for
 * @makes:	only commands that return a new handle
 * @tampers:	only commands of the bridge: a guest would get what the chip has not sent
 * @leaves:	something may stay in the chip of which the bridge cannot know
 * @fills:	what comes after the response shall make no difference
 * @answer:	have the chip answer the command in the buffer; returns as transmit does
 * @args:	of each of the answers; NULL: each length, or place, of the response
 * @nr_args:	how many of those
 */
struct chip_row {
	const char *name;
	enum chip_promise promise;
	unsigned int nr_times;
	bool same;
	bool once;
	bool makes;
	bool tampers;
	bool leaves;
	bool fills;
	int (*answer)(u8 *buf, u32 arg);
	const u32 *args;
	unsigned int nr_args;
};

static struct chip {
	const struct chip_family *family;
	int (*transmit)(struct vtpmb_port *port, u8 *buf);
	struct chip_guest *actor;
	struct chip_command now;
	struct chip_command seen[MAX_COMMANDS];
	unsigned int nr_seen;
	unsigned int nr_answers;
	unsigned int nr_failures;
	unsigned int cost, max_cost;
	/* Of a child: */
	bool is_child;
	const struct chip_row *row;
	u32 arg;
	unsigned int nr_left;
	u32 code;
	u8 fill;
	bool has_met;
	bool digests;
	bool costs_host;
	bool no_more;
	bool leaves;
	unsigned int nr_failures_before;
	enum chip_promise promise;
} chip;

/* What children leave behind. */
static u8 (*digests)[CORE_DIGEST_SIZE];

static size_t ask_chip(u8 *buf)
{
	return chip.transmit(&core_port, buf);
}

/* As tpm_transmit() and hub/chip.c do with what a driver has received. */
static int receive(u8 *buf, size_t len)
{
	u32 size = vtpmb_peek_u32(buf + 2);

	memset(buf + len, chip.fill, VTPMB_BUF_SIZE - len);
	if (len < VTPMB_HEADER_SIZE || len != size)
		return -EFAULT;
	return size > VTPMB_BUF_SIZE ? -EIO : (int)len;
}

static int receive_all(u8 *buf, size_t len)
{
	vtpmb_poke_u32(buf + 2, len);
	return receive(buf, len);
}

/* Answers. */

static const u32 errnos[] = { EIO, ECANCELED, EPIPE };
static const u32 one_errno[] = { ETIME };

static int fail_before(u8 *buf, u32 arg)
{
	memset(buf, chip.fill, VTPMB_BUF_SIZE);
	return -arg;
}

static int fail_after(u8 *buf, u32 arg)
{
	ask_chip(buf);
	return fail_before(buf, arg);
}

static int refuse(u8 *buf, u32 arg)
{
	core_fail_chip(1, arg);
	return ask_chip(buf);
}

static int say_refused(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	vtpmb_poke_u32(buf + 6, arg);
	return len;
}

static int cut_short(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	return arg < VTPMB_HEADER_SIZE ? receive(buf, min_t(size_t, len, arg)) :
					 receive_all(buf, min_t(size_t, len, arg));
}

static const u32 lengths[] = { 0, 10, 12, 14, 18, 19, 22 };

static const u32 sizes[] = { 0, 9, 10, 0xffff, 0x7fffffff, 0xffffffff };

/* The size in the header is not that of what comes. */
static int lie_about_size(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	vtpmb_poke_u32(buf + 2, arg == len ? arg + 1 : arg);
	return receive(buf, len);
}

static const u32 more[] = { 1, 2, 4, 64, VTPMB_BUF_SIZE };

static int append(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);
	size_t longer = min_t(size_t, len + arg, VTPMB_BUF_SIZE);

	memset(buf + len, 0xff, longer - len);
	return receive_all(buf, longer);
}

static int mistag(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	buf[0] = arg >> 8;
	buf[1] = arg;
	return len;
}

static int put_u32_at(u8 *buf, size_t at, u32 val)
{
	int len = ask_chip(buf);

	if (at + sizeof(val) <= len)
		vtpmb_poke_u32(buf + at, val);
	return len;
}

/* A TPM2B, or the first half of a size, that is longer than all that is left. */
static int put_size(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	if (arg >= VTPMB_HEADER_SIZE && arg + 2 <= len) {
		buf[arg] = (len - arg - 1) >> 8;
		buf[arg + 1] = len - arg - 1;
	}
	return len;
}

static int put_max_u16(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	if (arg >= VTPMB_HEADER_SIZE && arg + 2 <= len)
		memset(buf + arg, 0xff, 2);
	return len;
}

static int put_zero(u8 *buf, u32 arg)
{
	return put_u32_at(buf, arg, 0);
}

static int put_one(u8 *buf, u32 arg)
{
	return put_u32_at(buf, arg, 1);
}

static int put_max(u8 *buf, u32 arg)
{
	return put_u32_at(buf, arg, 0xffffffff);
}

static const u32 places[] = { 10, 12, 14, 15, 19, 23 };

static int give_handle(u8 *buf, u32 arg)
{
	if (chip.family->handle)
		arg = chip.family->handle(arg);
	return put_u32_at(buf, VTPMB_HEADER_SIZE, arg);
}

static const u32 counts[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff };

static int count_anew(u8 *buf, u32 arg)
{
	return put_u32_at(buf, chip.family->count_at, arg);
}

static int reset_before(u8 *buf, u32 arg)
{
	chip.costs_host = true;
	core_chip_cycle();
	return ask_chip(buf);
}

static int reset_after(u8 *buf, u32 arg)
{
	int len = ask_chip(buf);

	chip.costs_host = true;
	core_chip_cycle();
	return len;
}

static int lack_room(u8 *buf, u32 arg)
{
	u32 rc;

	return chip.family->has_room(buf, &rc) ? (int)ask_chip(buf) : refuse(buf, rc);
}

static const u32 at_a_time[] = { 1, 32, 1000 };

static int list_for_ever(u8 *buf, u32 arg)
{
	if (vtpmb_peek_u32(buf + 6) != chip.family->lists)
		return ask_chip(buf);
	chip.family->endless(buf, arg);
	return receive(buf, vtpmb_peek_u32(buf + 2));
}

static const u32 none[1];
static u32 gap[1], busy[8], refusals[16], lost[4], handles[32], tags[8];

#define ARGS(values)	.args = values, .nr_args = ARRAY_SIZE(values)
#define FEW		3

/* Those of the family, up to a zero, are filled in by chip_begin(). */
static const struct chip_row rows[] = {
	{ "driver fails before", CHIP_KEEPS, 1, .answer = fail_before, ARGS(one_errno) },
	{ "driver fails before", CHIP_KEEPS, 1, .once = true, .answer = fail_before,
	  ARGS(errnos) },
	{ "driver fails after", CHIP_KEEPS, 1, .answer = fail_after, ARGS(one_errno) },
	{ "driver fails after", CHIP_KEEPS, 1, .once = true, .answer = fail_after,
	  ARGS(errnos) },
	{ "driver fails before, for ever", CHIP_ENDS, .once = true, .answer = fail_before,
	  ARGS(one_errno) },
	{ "driver fails after, for ever", CHIP_ENDS, .once = true, .answer = fail_after,
	  ARGS(one_errno) },
	{ "busy once", CHIP_KEEPS, 1, .answer = refuse, ARGS(busy) },
	{ "busy a few times", CHIP_KEEPS, FEW, .once = true, .answer = refuse, ARGS(busy) },
	{ "busy for ever", CHIP_ENDS, .once = true, .answer = refuse, ARGS(busy) },
	{ "busy for ever with it", CHIP_ENDS, .same = true, .answer = refuse, ARGS(busy) },
	{ "refuses once", CHIP_SPARES, 1, .once = true, .answer = refuse, ARGS(refusals) },
	{ "refuses for ever", CHIP_ENDS, .once = true, .answer = refuse, ARGS(refusals) },
	{ "refuses for ever with it", CHIP_ENDS, .same = true, .once = true, .answer = refuse,
	  ARGS(refusals) },
	{ "says that it is lost", CHIP_SPARES, 1, .leaves = true, .answer = refuse, ARGS(lost) },
	{ "context gap", CHIP_ENDS, 1, .answer = refuse, ARGS(gap) },
	{ "says that it refused", CHIP_SPARES, 1, .leaves = true, .once = true,
	  .answer = say_refused, ARGS(refusals) },
	{ "cut short", CHIP_SPARES, 1, .tampers = true, .once = true, .fills = true,
	  .answer = cut_short },
	{ "cut short for ever with it", CHIP_ENDS, .tampers = true, .same = true, .once = true,
	  .answer = cut_short, ARGS(lengths) },
	{ "wrong size", CHIP_KEEPS, 1, .once = true, .answer = lie_about_size, ARGS(sizes) },
	{ "more follows", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = append, ARGS(more) },
	{ "wrong tag", CHIP_SPARES, 1, .leaves = true, .once = true, .answer = mistag,
	  ARGS(tags) },
	{ "handle of another", CHIP_SPARES, 1, .leaves = true, .makes = true,
	  .answer = give_handle, ARGS(handles) },
	{ "size longer by one", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = put_size },
	{ "size of 65535", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = put_max_u16 },
	{ "0", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = put_zero },
	{ "1", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = put_one },
	{ "0xffffffff", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = put_max },
	{ "0xffffffff for ever with it", CHIP_ENDS, .tampers = true, .same = true, .once = true,
	  .answer = put_max, ARGS(places) },
	{ "counts anew", CHIP_SPARES, 1, .tampers = true, .leaves = true, .once = true,
	  .answer = count_anew, ARGS(counts) },
	{ "reset before", CHIP_ENDS, 1, .answer = reset_before, ARGS(none) },
	{ "reset after", CHIP_ENDS, 1, .answer = reset_after, ARGS(none) },
	{ "lists for ever", CHIP_ENDS, .once = true, .answer = list_for_ever, ARGS(at_a_time) },
	{ "few slots", CHIP_ENDS, .once = true, .answer = lack_room, ARGS(none) },
};

/* The bridge looks at no more than the head of a response, but for lists. */
#define HEAD		30
#define STRIDE		127

static u32 next_place(u32 at, size_t len)
{
	return at < HEAD || at + 4 >= len ? at + 1 : min_t(u32, at + STRIDE, len - 4);
}

/* Children. */

static bool is_bad_now(u32 code, bool own)
{
	if (!chip.row || (chip.row->nr_times && !chip.nr_left))
		return false;
	return !chip.row->same || code == chip.code;
}

static int answer_badly(u8 *buf)
{
	if (chip.nr_left)
		chip.nr_left--;
	if (chip.family->owner && chip.family->owner(buf))
		chip.family->owner(buf)->met = true;
	if (chip.actor)
		chip.actor->met = true;
	return chip.row->answer(buf, chip.arg);
}

static enum chip_promise promise_of(const struct chip_row *row)
{
	enum chip_promise promise = row->promise;
	const struct chip_excuse *e = chip.family->excuses;

	for (; e < chip.family->excuses + chip.family->nr_excuses; e++) {
		if (e->code && (e->code != chip.now.code || e->own != chip.now.own))
			continue;
		if (e->guests && chip.now.own)
			continue;
		if (e->step && e->step != chip.now.step)
			continue;
		if ((e->sub && e->sub != chip.now.sub) || (e->row && strcmp(e->row, row->name)))
			continue;
		promise = max(promise, e->promise);
		chip.costs_host |= e->host;
	}
	return promise;
}

static void become_child(const struct chip_row *row, u32 arg, u8 fill)
{
	chip.is_child = true;
	chip.nr_failures_before = core_nr_failures();
	chip.row = row;
	chip.arg = arg;
	chip.nr_left = row->nr_times;
	chip.code = chip.now.code;
	chip.fill = fill;
	chip.has_met = true;
	chip.promise = promise_of(row);
	chip.leaves = row->leaves || row->promise == CHIP_ENDS;
	chip.digests = row->fills;
	if (row->fills)
		core_digest_begin();
	alarm(MAX_SECONDS);
}

static void describe(const struct chip_row *row, u32 arg)
{
	printf("# the above: %s, 0x%x: %s 0x%x (%llx), %zu bytes, for 0x%x\n", row->name, arg,
	       chip.now.own ? "own" : "guest's", chip.now.code,
	       (unsigned long long)chip.now.sub, chip.now.len, chip.now.step);
}

/* Returns whether this is the child. */
static bool fork_for(const struct chip_row *row, u32 arg, u8 fill)
{
	int status;
	pid_t pid;

	chip.nr_answers++;
	alarm(2 * MAX_SECONDS);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		become_child(row, arg, fill);
		return true;
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		if (WIFSIGNALED(status))
			core_fail(__FILE__, __LINE__, "signal %d", WTERMSIG(status));
		else
			core_fail(__FILE__, __LINE__, "exit %d", WEXITSTATUS(status));
		describe(row, arg);
		chip.nr_failures++;
	}
	return false;
}

static bool answer_with(const struct chip_row *row, u32 arg)
{
	if (chip.nr_failures >= MAX_FAILURES)
		return false;
	if (!row->fills)
		return fork_for(row, arg, 0xee);
	memset(digests, 0, 2 * CORE_DIGEST_SIZE);
	if (fork_for(row, arg, 0xee) || fork_for(row, arg, 0x11))
		return true;
	if (memcmp(digests[0], digests[1], CORE_DIGEST_SIZE)) {
		core_fail(__FILE__, __LINE__, "what the chip has not sent makes a difference");
		describe(row, arg);
		chip.nr_failures++;
	}
	return false;
}

static bool meet_row(const struct chip_row *row)
{
	unsigned int i;
	u32 at;

	for (i = 0; row->args && i < row->nr_args; i++) {
		/* The values of a family end with a zero. */
		if (i && !row->args[i])
			break;
		if (answer_with(row, row->args[i]))
			return true;
	}
	if (row->args)
		return false;
	at = row->answer == cut_short ? 0 : VTPMB_HEADER_SIZE;
	for (; at < chip.now.len; at = next_place(at, chip.now.len)) {
		if (answer_with(row, at))
			return true;
	}
	return false;
}

/* Whether this is a new shape, and whether it is one even whatever it is sent for. */
static bool is_new(bool *ever)
{
	const struct chip_command *c;
	bool found = false;

	*ever = true;
	for (c = chip.seen; c < chip.seen + chip.nr_seen; c++) {
		if (c->code != chip.now.code || c->own != chip.now.own || c->sub != chip.now.sub)
			continue;
		*ever = false;
		found |= c->step == chip.now.step;
	}
	return !found;
}

/* How long the good answer is, in a child that dies of it. */
static size_t length_of_answer(const u8 *buf)
{
	static u8 copy[VTPMB_BUF_SIZE];
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		memcpy(copy, buf, sizeof(copy));
		*(size_t *)digests = ask_chip(copy);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && !status ? *(size_t *)digests : 0;
}

static bool is_for(const struct chip_row *row, u32 code)
{
	if (row->answer == list_for_ever)
		return code == chip.family->lists;
	if (row->tampers && !chip.now.own)
		return false;
	return !row->makes || chip.family->makes(code);
}

/* Returns whether this is a child, which has met its row. */
static bool meet_all(const u8 *buf)
{
	const struct chip_row *row;
	bool ever;

	if (!is_new(&ever))
		return false;
	CHECK(chip.nr_seen < MAX_COMMANDS);
	chip.now.len = length_of_answer(buf);
	chip.seen[chip.nr_seen++] = chip.now;
	for (row = rows; row < rows + ARRAY_SIZE(rows); row++) {
		if ((ever || !row->once) && is_for(row, chip.now.code) && meet_row(row))
			return true;
	}
	return false;
}

static int transmit(struct vtpmb_port *port, u8 *buf)
{
	u32 code = vtpmb_peek_u32(buf + 6);
	bool own = buf == port->scratch;

	chip.cost++;
	if (chip.cost > MAX_COST) {
		core_fail(__FILE__, __LINE__, "0x%x: no end of commands to the chip, 0x%x now",
			  chip.now.step, code);
		_exit(1);
	}
	if (!chip.is_child && !chip.no_more) {
		chip.now.code = code;
		chip.now.own = own;
		chip.now.sub = chip.family->sub(buf, vtpmb_peek_u32(buf + 2));
		if (!meet_all(buf))
			return chip.transmit(port, buf);
	}
	return is_bad_now(code, own) ? answer_badly(buf) : chip.transmit(port, buf);
}

static void take(u32 *to, size_t room, const u32 *from, unsigned int nr)
{
	CHECK(nr <= room);
	memset(to, 0, room * sizeof(*to));
	memcpy(to, from, nr * sizeof(*to));
}

void chip_begin(const struct chip_family *family)
{
	memset(&chip, 0, sizeof(chip));
	chip.family = family;
	gap[0] = family->gap;
	take(busy, ARRAY_SIZE(busy), family->busy, family->nr_busy);
	take(refusals, ARRAY_SIZE(refusals), family->refusals, family->nr_refusals);
	take(lost, ARRAY_SIZE(lost), family->lost, family->nr_lost);
	take(handles, ARRAY_SIZE(handles), family->handles, family->nr_handles);
	take(tags, ARRAY_SIZE(tags), family->tags, family->nr_tags);
	digests = mmap(NULL, 2 * CORE_DIGEST_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	chip.transmit = core_port.transmit;
	core_port.transmit = transmit;
}

void chip_step(struct chip_guest *g, u32 step)
{
	chip.actor = g;
	chip.now.step = step;
	chip.max_cost = max(chip.max_cost, chip.cost);
	chip.cost = 0;
}

void chip_no_more(void)
{
	chip.no_more = true;
}

void chip_recovers(void)
{
	chip.row = NULL;
	chip_no_more();
}

bool chip_may(enum chip_promise promise)
{
	return chip.has_met && chip.promise >= promise;
}

bool chip_may_leave(void)
{
	return chip.has_met && chip.leaves;
}

bool chip_may_cost_host(void)
{
	return chip.costs_host;
}

bool chip_answered(struct chip_guest *g, const struct core_rsp *rsp, const char *what, bool again)
{
	u32 code = chip.now.step;

	chip.family->check();
	if (chip.is_child && core_nr_failures() != chip.nr_failures_before) {
		fflush(stdout);
		_exit(1);
	}
	if (!rsp->err && !rsp->rc)
		return false;
	if (again && !rsp->err && chip.family->done(code, rsp->rc))
		return false;
	if (!again && chip.has_met)
		return true;
	/* A lost slot is nobody's fault but the chip's. */
	if (chip_may_leave() && chip.family->full(rsp->rc))
		g->hurt = true;
	if (!chip_may(g->met ? CHIP_SPARES : CHIP_ENDS) && !g->hurt)
		core_fail(__FILE__, __LINE__, "%s: %.60s: rc 0x%x, err %d", g->name, what, rsp->rc,
			  rsp->err);
	g->hurt = true;
	return false;
}

void chip_end(void)
{
	unsigned int i;

	core_port.transmit = chip.transmit;
	if (chip.is_child) {
		if (chip.digests)
			core_digest_end(digests[chip.fill == 0x11]);
		fflush(stdout);
		_exit(core_nr_failures() != chip.nr_failures_before);
	}
	printf("# %u bad answers to %u commands; at most %u commands for one\n", chip.nr_answers,
	       chip.nr_seen, chip.max_cost);
	printf("# own:");
	for (i = 0; i < chip.nr_seen; i++) {
		if (chip.seen[i].own)
			printf(" %x/%llx", chip.seen[i].code, (unsigned long long)chip.seen[i].sub);
	}
	printf("\n");
	munmap(digests, 2 * CORE_DIGEST_SIZE);
	CHECK(chip.nr_seen >= 5);
}
