/* SPDX-License-Identifier: GPL-2.0-only */
/* The properties of a proxy: their names, and how their values are written and read. */
#ifndef VTPMCTL_PROPERTY_H
#define VTPMCTL_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>
#include <linux/vtpm_bridge.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define EXIT_USAGE	2
#define TEXT_SIZE	128	/* bytes of the longest value, written */

struct code {
	const char *name;
	uint32_t code;
};

/**
 * struct property - something that can be set
 * @name:	what precedes the equals sign
 * @key:	the kernel's name of it
 * @parse:	reads a value; false if it is none
 * @format:	writes it; NULL for a secret, which the kernel does not give back
 * @json:	makes JSON of it; NULL: that is a string with what @format writes
 * @values:	what values there are, for people
 * @policy:	one command's share in the policy
 * @creates:	it is for a proxy that is created, and not set later
 * @is_event:	it tells of something that happens while the proxy is used: not in files
 * @initial:	the value of a new proxy, for TPM 1.2 and 2.0
 */
struct property {
	const char *name;
	uint32_t key;
	bool (*parse)(const char *text, uint64_t *value);
	void (*format)(uint64_t value, char *text);
	struct json_object *(*json)(uint64_t value);
	const char *values;
	bool policy;
	bool creates;
	bool is_event;
	uint64_t initial[2];
};

extern const struct property properties[];
extern const unsigned int nr_properties;

/* The proxy's, or 0 while that is not known. */
extern uint32_t family;

bool parse_num(const char *text, uint64_t *num);
bool parse_auth_file(const char *path, uint64_t *value);
const struct property *find_property(const char *text, size_t len);
void no_property(const char *text, size_t len) __attribute__((noreturn));
const struct property *check_assignment(const char *text, uint64_t *value);
struct json_object *property_json(const struct property *p, uint64_t value);
bool names_code(const char *text, uint32_t code);
void check_command(const char *text);
const char *code_name(uint32_t family, uint32_t code);
bool format_command(uint32_t family, const struct vtpm_bridge_setting *setting, char *text);

#endif
