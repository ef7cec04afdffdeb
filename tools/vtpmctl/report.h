/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command tells: lines for people or, with --json, JSON for programs.  Both have the same
 * names.  Keys of JSON are an interface: the man page lists them.
 */
#ifndef VTPMCTL_REPORT_H
#define VTPMCTL_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>

/* --json was given. */
extern bool as_json;

/**
 * struct report - what is told of one thing
 * @object:	with --json: its keys and values; otherwise NULL
 */
struct report {
	struct json_object *object;
};

void report_begin(struct report *r, const char *title);
void report_text(struct report *r, const char *name, const char *text);
void report_number(struct report *r, const char *name, uint64_t number);
void report_index(struct report *r, const char *name, uint32_t index);
void report_flag(struct report *r, const char *name, bool flag, const char *on, const char *off);
void report_key(struct report *r, const char *name, struct json_object *value);
void report_end(struct report *r);

void report_change(const char *proxy, const char *word, const char *was);
void report_creation(const char *proxy, uint32_t chip);

struct json_object *json_text(const char *text);
void print_json(struct json_object *value);
void print_json_line(struct json_object *object);

#endif
