// SPDX-License-Identifier: GPL-2.0-only
/* What a command tells: lines for people or, with --json, JSON for programs. */
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"

#define PRETTY	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | \
		 JSON_C_TO_STRING_NOSLASHESCAPE)
#define PLAIN	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

bool as_json;

static struct json_object *must(struct json_object *value)
{
	if (!value)
		error(EXIT_FAILURE, errno, "memory");
	return value;
}

/* A string, or null for NULL. */
struct json_object *json_text(const char *text)
{
	return text ? must(json_object_new_string(text)) : NULL;
}

/* Begin a report; the title is for people, who see it first. */
void report_begin(struct report *r, const char *title)
{
	r->object = as_json ? must(json_object_new_object()) : NULL;
	if (!as_json && title)
		puts(title);
}

/* A key of JSON alone; takes @value, which may be NULL: null. */
void report_key(struct report *r, const char *name, struct json_object *value)
{
	if (!r->object)
		json_object_put(value);
	else if (json_object_object_add(r->object, name, value))
		error(EXIT_FAILURE, errno, "memory");
}

/* People are not told of what there is not: NULL. */
void report_text(struct report *r, const char *name, const char *text)
{
	if (r->object)
		report_key(r, name, json_text(text));
	else if (text)
		printf("  %s: %s\n", name, text);
}

void report_number(struct report *r, const char *name, uint64_t number)
{
	if (r->object)
		report_key(r, name, must(json_object_new_uint64(number)));
	else
		printf("  %s: %" PRIu64 "\n", name, number);
}

/* A number that people write in hexadecimal; 0: there is none. */
void report_index(struct report *r, const char *name, uint32_t index)
{
	if (r->object)
		report_key(r, name, index ? must(json_object_new_uint64(index)) : NULL);
	else if (index)
		printf("  %s: 0x%08x\n", name, index);
}

void report_flag(struct report *r, const char *name, bool flag, const char *on, const char *off)
{
	if (r->object)
		report_key(r, name, must(json_object_new_boolean(flag)));
	else
		printf("  %s: %s\n", name, flag ? on : off);
}

/* Print a report that stands alone. */
void report_end(struct report *r)
{
	if (r->object)
		print_json(r->object);
	r->object = NULL;
}

static void print_value(struct json_object *value, int flags)
{
	const char *text = json_object_to_json_string_ext(value, flags);

	if (!text)
		error(EXIT_FAILURE, errno, "memory");
	puts(text);
	json_object_put(value);
}

/* Print and free a value, on lines for people too. */
void print_json(struct json_object *value)
{
	print_value(value, PRETTY);
}

/* The same on one line, for a stream of objects. */
void print_json_line(struct json_object *object)
{
	print_value(object, PLAIN);
}

/* A line that says that a property of a proxy is set, as name=value; @was may be NULL. */
void report_change(const char *proxy, const char *word, const char *was)
{
	size_t len = strcspn(word, "=");
	struct report r;

	if (!as_json) {
		printf("%s: %s%s%s\n", proxy, word, was ? ", was " : "", was ? was : "");
		return;
	}
	report_begin(&r, NULL);
	report_text(&r, "proxy", proxy);
	report_text(&r, "action", "set");
	report_key(&r, "property", must(json_object_new_string_len(word, len)));
	report_text(&r, "value", word + len + 1);
	report_text(&r, "was", was);
	print_json_line(r.object);
}

/* A line that says that a proxy is created. */
void report_creation(const char *proxy, uint32_t chip)
{
	char text[sizeof("tpm4294967295")];
	struct report r;

	snprintf(text, sizeof(text), "tpm%u", chip);
	if (!as_json) {
		printf("%s: created on %s\n", proxy, text);
		return;
	}
	report_begin(&r, NULL);
	report_text(&r, "proxy", proxy);
	report_text(&r, "action", "create");
	report_text(&r, "chip", text);
	print_json_line(r.object);
}
