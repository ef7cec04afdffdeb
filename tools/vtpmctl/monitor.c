// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of guests, as monitor tells of them while they are answered.
 *
 * The module traces codes and times, never parameters, so there is no secret in this.
 */
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "monitor.h"
#include "property.h"
#include "proxy.h"
#include "rc.h"
#include "report.h"
#include "trace.h"

#define PATIENCE	500	/* ms until it is looked for lines that did not wake the reader */

/* No code of one family is one of the other. */
static uint32_t family_of(uint32_t code)
{
	return code_name(0x102, code) ? 0x102 : 0x200;
}

static bool has_num(const struct monitor *wanted, uint32_t num)
{
	unsigned int i;

	for (i = 0; i < wanted->nr_nums; i++) {
		if (wanted->nums[i] == num)
			return true;
	}
	return !wanted->nr_nums;
}

static bool has_code(const struct monitor *wanted, const struct event *e)
{
	unsigned int i;

	for (i = 0; i < wanted->nr_codes && e->kind != EVENT_RESET; i++) {
		if (names_code(wanted->codes[i], e->code))
			return true;
	}
	return !wanted->nr_codes;
}

static bool is_wanted(const struct monitor *wanted, const struct event *e)
{
	return e->kind == EVENT_LOST || (has_num(wanted, e->num) && has_code(wanted, e));
}

/* What is known of the command and its proxy, for both kinds of output. */
struct decoded {
	char proxy[NODE_SIZE];
	bool has_name;
	const char *command;
	const char *rc;
	char subject[RC_SUBJECT_SIZE];
};

/* A proxy that is gone, or was on another machine, has its number. */
static void decode(const struct monitor *wanted, const struct event *e, struct decoded *d)
{
	struct vtpm_bridge_query q = { .num = e->num };
	uint32_t of = family_of(e->code);

	if (wanted->path || query(e->num, &q))
		*q.name = 0;
	d->has_name = *q.name;
	snprintf(d->proxy, sizeof(d->proxy), "%.*s", VTPM_BRIDGE_MAX_NAME, q.name);
	if (!d->has_name)
		format_node(d->proxy, "", e->num, "");
	d->command = code_name(of, e->code);
	d->rc = rc_name(of, e->rc);
	rc_subject(of, e->rc, d->subject);
}

static void print_command(const struct event *e, const struct decoded *d)
{
	if (d->command)
		printf(" %-32s", d->command);
	else
		printf(" 0x%08x%22s", e->code, "");
}

static void print_response(const struct event *e, const struct decoded *d)
{
	print_command(e, d);
	printf(" %-7s %2u chip %9" PRId64 " us  ", e->word, e->nr_chip_commands, e->us);
	if (e->err)
		printf("no response: %s\n", strerror(-e->err));
	else if (d->rc && *d->subject)
		printf("%s (%s)\n", d->rc, d->subject);
	else if (d->rc)
		printf("%s\n", d->rc);
	else
		printf("0x%x\n", e->rc);
}

static void print_event(const struct event *e, const struct decoded *d)
{
	if (e->kind == EVENT_LOST) {
		if (e->code)
			printf("%u lines were lost\n", e->code);
		else
			printf("some lines were lost\n");
		return;
	}
	printf("%s %-12s", e->time, d->proxy);
	if (e->kind == EVENT_RESPONSE) {
		print_response(e, d);
	} else if (e->kind == EVENT_RESET) {
		printf(" reset by %s\n", e->word);
	} else {
		print_command(e, d);
		printf(" tpm%u is in failure mode%s\n", e->chip,
		       e->stopped ? ", and the guest is stopped" : "");
	}
}

static void report_response(struct report *r, const struct event *e, const struct decoded *d)
{
	report_number(r, "rc", e->rc);
	report_text(r, "rc-name", d->rc);
	report_text(r, "rc-subject", *d->subject ? d->subject : NULL);
	report_text(r, "error", e->err ? strerrorname_np(-e->err) : NULL);
	report_text(r, "answer", e->word);
	report_number(r, "chip-commands", e->nr_chip_commands);
	report_key(r, "us", json_object_new_int64(e->us));
}

static void report_failure(struct report *r, const struct event *e)
{
	char chip[WORD_SIZE];

	snprintf(chip, sizeof(chip), "tpm%u", e->chip);
	report_text(r, "chip", chip);
	report_flag(r, "stopped", e->stopped, NULL, NULL);
}

static void report_event(const struct event *e, const struct decoded *d)
{
	static const char *const names[] = {
		[EVENT_RESPONSE] = "response", [EVENT_RESET] = "reset",
		[EVENT_FAILURE] = "failure", [EVENT_LOST] = "lost",
	};
	struct report r;

	report_begin(&r, NULL);
	report_text(&r, "event", names[e->kind]);
	if (e->kind == EVENT_LOST) {
		report_key(&r, "lines", e->code ? json_object_new_uint64(e->code) : NULL);
		print_json_line(r.object);
		return;
	}
	report_key(&r, "time", json_object_new_double_s(strtod(e->time, NULL), e->time));
	report_number(&r, "number", e->num);
	report_text(&r, "name", d->has_name ? d->proxy : NULL);
	if (e->kind == EVENT_RESET) {
		report_text(&r, "by", e->word);
	} else {
		report_text(&r, "command", d->command);
		report_number(&r, "code", e->code);
	}
	if (e->kind == EVENT_RESPONSE)
		report_response(&r, e, d);
	else if (e->kind == EVENT_FAILURE)
		report_failure(&r, e);
	print_json_line(r.object);
}

static void tell_event(void *context, const struct event *event)
{
	const struct monitor *wanted = context;
	struct decoded decoded;

	if (!is_wanted(wanted, event))
		return;
	decode(wanted, event, &decoded);
	if (as_json)
		report_event(event, &decoded);
	else
		print_event(event, &decoded);
}

static int monitor_live(struct monitor *wanted)
{
	bool is_read = true;
	struct trace trace;

	control();
	begin_trace(&trace);
	while (is_read && wait_for_trace(&trace, -1, PATIENCE)) {
		read_trace(&trace, tell_event, wanted);
		is_read = !fflush(stdout) && !ferror(stdout);
	}
	read_trace(&trace, tell_event, wanted);
	end_trace(&trace);
	return is_read ? 0 : EXIT_FAILURE;
}

static int monitor_file(struct monitor *wanted)
{
	FILE *file = strcmp(wanted->path, "-") ? fopen(wanted->path, "re") : stdin;
	char *line = NULL;
	struct event event;
	size_t size = 0;
	int ret = 0;

	if (!file) {
		error(0, errno, "%s", wanted->path);
		return EXIT_FAILURE;
	}
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (parse_event(line, &event))
			tell_event(wanted, &event);
	}
	if (ferror(file)) {
		error(0, errno, "%s", wanted->path);
		ret = EXIT_FAILURE;
	}
	free(line);
	if (file != stdin)
		fclose(file);
	return ret;
}

/* The exit status: 0 when a signal, or the end of the file, has ended it. */
int monitor(struct monitor *wanted)
{
	return wanted->path ? monitor_file(wanted) : monitor_live(wanted);
}
