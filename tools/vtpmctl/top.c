// SPDX-License-Identifier: GPL-2.0-only
/*
 * What proxies do, and what the chips do for them, as top tells of it again and again.
 *
 * The counters of the proxies tell how much, and the tracepoints how long it took.
 */
#include <ctype.h>
#include <curses.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "table.h"
#include "top.h"
#include "trace.h"
#include "view.h"

#define HEADER	(-1)

/**
 * struct load - what one proxy has done in an interval
 * @is_there:	the proxy exists
 * @before:	its counters at the beginning, or if it is new, when it was found
 * @now:	and at the end
 * @nr_answers:	commands whose time is known
 * @sum_us:	the time of all of them
 * @max_us:	and of the slowest one
 */
struct load {
	bool is_there;
	struct vtpm_bridge_query before;
	struct vtpm_bridge_query now;
	uint64_t nr_answers;
	int64_t sum_us;
	int64_t max_us;
};

/**
 * struct loads - an interval
 * @seconds:	how long it was
 * @begun:	when it began
 * @nr_lost:	lines of the tracepoints that were lost
 * @of:		of each proxy, by its number
 */
struct loads {
	double seconds;
	struct timespec begun;
	uint64_t nr_lost;
	struct load of[MAX_PROXIES];
};

static double seconds_since(const struct timespec *begun)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begun->tv_sec + (now.tv_nsec - begun->tv_nsec) / 1e9;
}

/* Another proxy may have got its number. */
static bool is_same(const struct vtpm_bridge_query *a, const struct vtpm_bridge_query *b)
{
	return a->chip == b->chip && !memcmp(a->name, b->name, sizeof(a->name)) &&
	       a->commands <= b->commands && a->chip_commands <= b->chip_commands &&
	       a->refusals <= b->refusals;
}

/* Read the counters of all proxies. */
static bool read_counters(struct loads *loads)
{
	uint32_t nums[MAX_PROXIES], num;
	int i, count = list(nums);
	struct load *load;

	if (count < 0)
		return false;
	for (num = 0; num < MAX_PROXIES; num++) {
		load = &loads->of[num];
		load->before = load->now;
		for (i = 0; i < count && nums[i] != num; i++)
			;
		if (i == count || query(num, &load->now)) {
			load->is_there = false;
			continue;
		}
		if (!load->is_there || !is_same(&load->before, &load->now))
			load->before = load->now;
		load->is_there = true;
	}
	loads->seconds = seconds_since(&loads->begun);
	return true;
}

static void begin_interval(struct loads *loads)
{
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &loads->begun);
	loads->nr_lost = 0;
	for (i = 0; i < MAX_PROXIES; i++) {
		loads->of[i].nr_answers = 0;
		loads->of[i].sum_us = 0;
		loads->of[i].max_us = 0;
	}
}

static void add_event(void *context, const struct event *event)
{
	struct loads *loads = context;
	struct load *load;

	if (event->kind == EVENT_LOST)
		loads->nr_lost += event->code ? event->code : 1;
	if (event->kind != EVENT_RESPONSE || event->num >= MAX_PROXIES)
		return;
	load = &loads->of[event->num];
	load->nr_answers++;
	load->sum_us += event->us;
	if (event->us > load->max_us)
		load->max_us = event->us;
}

static uint64_t count_commands(const struct load *load)
{
	return load->now.commands - load->before.commands;
}

static uint64_t count_refusals(const struct load *load)
{
	return load->now.refusals - load->before.refusals;
}

static uint64_t count_chip_commands(const struct load *load)
{
	return load->now.chip_commands - load->before.chip_commands;
}

/* The chip's commands for any proxy */
static uint64_t count_of_chip(const struct loads *loads, uint32_t chip)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < MAX_PROXIES; i++) {
		if (loads->of[i].is_there && loads->of[i].now.chip == chip)
			sum += count_chip_commands(&loads->of[i]);
	}
	return sum;
}

static const struct column top_columns[] = {
	{ "PROXY", 0 }, { "CHIP", 0 }, { "STATE", 0 }, { "CMDS/S", 1 }, { "REFUSED/S", 1 },
	{ "CHIP/CMD", 1 }, { "MEAN MS", 1 }, { "MAX MS", 1 }, { "SHARE", 1 },
};

/* A quotient, or a hyphen. */
static void add_quotient(struct table *table, double value, double divisor, const char *format)
{
	char text[32];

	snprintf(text, sizeof(text), format, divisor ? value / divisor : 0);
	add_cell(table, "%s", divisor ? text : "-");
}

static void add_load(struct table *table, const struct loads *loads, const struct load *load)
{
	uint64_t all = count_of_chip(loads, load->now.chip);
	char proxy[NODE_SIZE];

	format_node(proxy, "", load->now.num, load->now.name);
	add_cell(table, "%s", proxy);
	add_cell(table, "tpm%u", load->now.chip);
	add_cell(table, "%s", power_name(&load->now));
	add_quotient(table, count_commands(load), loads->seconds, "%.1f");
	add_quotient(table, count_refusals(load), loads->seconds, "%.1f");
	add_quotient(table, count_chip_commands(load), count_commands(load), "%.2f");
	add_quotient(table, load->sum_us / 1e3, load->nr_answers, "%.1f");
	add_quotient(table, load->max_us / 1e3, !!load->nr_answers, "%.1f");
	add_quotient(table, 100.0 * count_chip_commands(load), all, "%.0f%%");
}

/* The proxies that need their chip most come first. */
static int compare_loads(const void *a, const void *b)
{
	const struct load *const *first = a, *const *second = b;
	uint64_t x = count_chip_commands(*first), y = count_chip_commands(*second);

	if (x != y)
		return x > y ? -1 : 1;
	return (*first)->now.num < (*second)->now.num ? -1 : 1;
}

static unsigned int sort_loads(const struct loads *loads, const struct load *sorted[MAX_PROXIES])
{
	unsigned int i, count = 0;

	for (i = 0; i < MAX_PROXIES; i++) {
		if (loads->of[i].is_there)
			sorted[count++] = &loads->of[i];
	}
	qsort(sorted, count, sizeof(sorted[0]), compare_loads);
	return count;
}

static void fill_table(struct table *table, const struct loads *loads)
{
	const struct load *sorted[MAX_PROXIES];
	unsigned int i, count = sort_loads(loads, sorted);

	for (i = 0; i < count; i++)
		add_load(table, loads, sorted[i]);
}

static struct json_object *json_load(const struct loads *loads, const struct load *load)
{
	uint64_t all = count_of_chip(loads, load->now.chip);
	struct report r;

	report_begin(&r, NULL);
	report_proxy(&r, &load->now);
	report_number(&r, "commands", count_commands(load));
	report_number(&r, "refusals", count_refusals(load));
	report_number(&r, "chip-commands", count_chip_commands(load));
	report_key(&r, "mean-us", load->nr_answers ?
		   json_object_new_int64(load->sum_us / (int64_t)load->nr_answers) : NULL);
	report_key(&r, "max-us", load->nr_answers ? json_object_new_int64(load->max_us) : NULL);
	report_key(&r, "share", all ?
		   json_object_new_double((double)count_chip_commands(load) / all) : NULL);
	return r.object;
}

static void print_json_loads(const struct loads *loads)
{
	struct json_object *all = json_object_new_array();
	const struct load *sorted[MAX_PROXIES];
	unsigned int i, count = sort_loads(loads, sorted);
	struct report r;

	for (i = 0; i < count; i++)
		json_object_array_add(all, json_load(loads, sorted[i]));
	report_begin(&r, NULL);
	report_key(&r, "seconds", json_object_new_double(loads->seconds));
	report_number(&r, "lost", loads->nr_lost);
	report_key(&r, "proxies", all);
	print_json_line(r.object);
}

static void print_loads(const struct loads *loads)
{
	struct table table = { top_columns, ARRAY_SIZE(top_columns), 0, NULL };

	fill_table(&table, loads);
	print_table(&table, stdout);
	empty_table(&table);
	if (loads->nr_lost)
		printf("%" PRIu64 " lines were lost: the times are those of the others\n",
		       loads->nr_lost);
	putchar('\n');
}

static void draw_line(int row, const char *text, int attributes)
{
	attrset(attributes);
	mvaddnstr(row, 0, text, COLS);
}

/* As many lines as the screen has. */
static void draw_loads(const struct loads *loads)
{
	struct table table = { top_columns, ARRAY_SIZE(top_columns), 0, NULL };
	char title[96];
	int line;

	fill_table(&table, loads);
	erase();
	snprintf(title, sizeof(title), "vtpmctl top: %u proxies, %.1f s, %" PRIu64 " lost; q ends it",
		 count_lines(&table), loads->seconds, loads->nr_lost);
	draw_line(0, title, A_NORMAL);
	for (line = HEADER; line < (int)count_lines(&table) && line + 3 < LINES; line++) {
		char *text = format_line(&table, line);

		draw_line(line + 3, text, line == HEADER ? A_REVERSE : A_NORMAL);
		free(text);
	}
	refresh();
	empty_table(&table);
}

static bool begin_screen(void)
{
	if (!newterm(NULL, stdout, stdin))
		return false;
	cbreak();
	noecho();
	curs_set(0);
	nodelay(stdscr, TRUE);
	return true;
}

/* False when it is to end. */
static bool obey_keys(const struct loads *loads)
{
	int key;

	while ((key = getch()) != ERR) {
		if (tolower(key) == 'q')
			return false;
		if (key == KEY_RESIZE)
			draw_loads(loads);
	}
	return true;
}

/* Let an interval pass; false: it is to end. */
static bool pass(struct trace *trace, struct loads *loads, double interval, bool screen)
{
	double left = interval;

	begin_interval(loads);
	while (left > 0) {
		if (!wait_for_trace(trace, screen ? STDIN_FILENO : -1, 1 + left * 1000))
			return false;
		read_trace(trace, add_event, loads);
		if (screen && !obey_keys(loads))
			return false;
		left = interval - seconds_since(&loads->begun);
	}
	return true;
}

/* False: nobody reads what is told. */
static bool tell(const struct loads *loads, bool screen)
{
	if (screen)
		draw_loads(loads);
	else if (as_json)
		print_json_loads(loads);
	else
		print_loads(loads);
	return screen || (!fflush(stdout) && !ferror(stdout));
}

static int run(const struct top *options, struct trace *trace, bool screen)
{
	double interval = options->interval ? options->interval : TOP_INTERVAL;
	static struct loads loads;
	uint64_t round = 0;

	begin_interval(&loads);
	if (!read_counters(&loads))
		return EXIT_FAILURE;
	if (screen)
		draw_loads(&loads);
	while (!options->count || round++ < options->count) {
		if (!pass(trace, &loads, interval, screen))
			return 0;
		if (!read_counters(&loads) || !tell(&loads, screen))
			return EXIT_FAILURE;
	}
	return 0;
}

/* The exit status: 0 when it was ended by a signal or a key, or after so many times. */
int top(const struct top *options)
{
	bool screen = !options->batch && !as_json && isatty(STDOUT_FILENO) &&
		      isatty(STDIN_FILENO);
	struct trace trace;
	int ret, err;

	control();
	begin_trace(&trace);
	if (screen && !begin_screen())
		screen = false;
	ret = run(options, &trace, screen);
	err = errno;
	if (screen)
		endwin();
	end_trace(&trace);
	errno = err;
	if (ret && !ferror(stdout))
		complain("top");
	return ret;
}
