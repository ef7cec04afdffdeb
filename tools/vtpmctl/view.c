// SPDX-License-Identifier: GPL-2.0-only
/* Proxies as list and show tell of them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "conf.h"
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "state.h"
#include "table.h"
#include "view.h"

static const char *const power_names[] = {
	[VTPM_BRIDGE_OFF] = "off",
	[VTPM_BRIDGE_WAITING] = "waiting",
	[VTPM_BRIDGE_STARTED] = "started",
	[VTPM_BRIDGE_SHUT_DOWN] = "shutdown",
};

const char *power_name(const struct vtpm_bridge_query *q)
{
	return q->power < ARRAY_SIZE(power_names) ? power_names[q->power] : "unknown";
}

/* What says of JSON which proxy it is. */
static void report_names(struct report *r, uint32_t num, const char *name)
{
	char node[NODE_SIZE];

	format_node(node, "/dev/", num, name);
	report_key(r, "node", json_text(node));
	report_key(r, "name", json_text(*name ? name : NULL));
}

static void report_chip(struct report *r, uint32_t chip)
{
	char text[sizeof("tpm4294967295")];

	snprintf(text, sizeof(text), "tpm%u", chip);
	report_text(r, "chip", text);
}

/* None is shown if the proxy has none. */
static void report_state_file(struct report *r, const struct vtpm_bridge_query *q)
{
	char path[PATH_MAX];

	read_state_path(q, path, sizeof(path));
	report_text(r, "state-file", *path ? path : NULL);
}

/* None is shown if the proxy has none. */
static int report_identity(struct report *r, const struct vtpm_bridge_query *q)
{
	struct vtpm_bridge_identity identity = { .size = sizeof(identity), .num = q->num };
	char text[2 * sizeof(identity.digest) + 1] = "";
	uint32_t i;

	if (ioctl(control(), VTPM_BRIDGE_IDENTITY, &identity)) {
		if (errno != EOPNOTSUPP)
			return -1;
		identity.len = 0;
	}
	for (i = 0; i < identity.len && i < sizeof(identity.digest); i++)
		sprintf(text + 2 * i, "%02x", identity.digest[i]);
	report_text(r, "identity", *text ? text : NULL);
	return 0;
}

static void report_state(struct report *r, const struct vtpm_bridge_query *q)
{
	report_number(r, "number", q->num);
	report_chip(r, q->chip);
	report_text(r, "family", family_name(q->family));
	report_text(r, "state", power_name(q));
	report_flag(r, "open", q->flags & VTPM_BRIDGE_OPEN, "yes", "no");
	report_flag(r, "persistent", q->flags & VTPM_BRIDGE_PERSISTENT, "yes", "no");
	report_flag(r, "stopped", q->flags & VTPM_BRIDGE_STOPPED, "yes", "no");
	report_flag(r, "physical-presence", q->physical_presence, "on", "off");
	report_flag(r, "physical-presence-lock", q->physical_presence_lock, "on", "off");
	report_number(r, "commands", q->commands);
	report_number(r, "refusals", q->refusals);
	report_number(r, "chip-commands", q->chip_commands);
	report_number(r, "resets", q->resets);
}

/* A line that create and set take, or a key of @values. */
static void put_property(struct json_object *values, const struct property *p, uint64_t value)
{
	char text[TEXT_SIZE];

	if (values) {
		json_object_object_add(values, p->name, property_json(p, value));
	} else if (p->format) {
		p->format(value, text);
		printf("  %s=%s\n", p->name, text);
	} else {
		printf("  %s: %s\n", p->name, value ? "given" : "none");
	}
}

/* A property that the proxy's family lacks is not shown. */
static int report_properties(struct report *r, const struct vtpm_bridge_query *q)
{
	struct json_object *values = r->object ? json_object_new_object() : NULL;
	unsigned int i;

	report_key(r, "properties", values);
	for (i = 0; i < nr_properties; i++) {
		struct vtpm_bridge_get get = {
			.size = sizeof(get), .num = q->num, .key = properties[i].key,
		};

		if (properties[i].policy || properties[i].creates)
			continue;
		if (!ioctl(control(), VTPM_BRIDGE_GET, &get))
			put_property(values, &properties[i], get.value);
		else if (errno != EOPNOTSUPP)
			return -1;
	}
	return 0;
}

static void put_permission(struct json_object *rows, const struct vtpm_bridge_query *q,
			   const struct vtpm_bridge_setting *setting)
{
	struct json_object *row;
	char text[TEXT_SIZE];

	if (!format_command(q->family, setting, text))
		return;
	if (!rows) {
		printf("  %s\n", text);
		return;
	}
	row = json_object_new_object();
	json_object_object_add(row, "command", json_text(code_name(q->family, setting->value)));
	json_object_object_add(row, "code", json_object_new_uint64(setting->value));
	text[strcspn(text, "=")] = 0;
	json_object_object_add(row, "permission", json_text(text));
	json_object_array_add(rows, row);
}

static int report_policy(struct report *r, const struct vtpm_bridge_query *q)
{
	struct json_object *rows = r->object ? json_object_new_array() : NULL;
	struct vtpm_bridge_setting *policy;
	uint32_t i, count;

	report_key(r, "policy", rows);
	policy = read_policy(q->num, &count);
	if (!policy)
		return -1;
	for (i = 0; i < count; i++)
		put_permission(rows, q, &policy[i]);
	free(policy);
	return 0;
}

/* Tells of a proxy: prints it, or fills the report with JSON.  -1: see errno. */
typedef int tell_fn(const struct vtpm_bridge_query *q, struct report *r);

static int tell(const struct vtpm_bridge_query *q, struct report *r)
{
	char title[NODE_SIZE];

	format_node(title, "", q->num, q->name);
	report_begin(r, title);
	report_names(r, q->num, q->name);
	report_state(r, q);
	report_state_file(r, q);
	if (report_identity(r, q) || report_properties(r, q))
		return -1;
	return report_policy(r, q);
}

static int tell_conf(const struct vtpm_bridge_query *q, struct report *r)
{
	(void)r;
	return write_conf(q);
}

static const struct column list_columns[] = {
	{ "NODE", 0 }, { "CHIP", 0 }, { "FAMILY", 0 }, { "STATE", 0 }, { "OPEN", 0 },
};

static struct table list_table = { list_columns, ARRAY_SIZE(list_columns), 0, NULL };

/* The keys of a proxy in a list, in JSON. */
void report_proxy(struct report *r, const struct vtpm_bridge_query *q)
{
	report_names(r, q->num, q->name);
	report_number(r, "number", q->num);
	report_chip(r, q->chip);
	report_text(r, "family", family_name(q->family));
	report_text(r, "state", power_name(q));
	report_flag(r, "open", q->flags & VTPM_BRIDGE_OPEN, NULL, NULL);
}

static int tell_line(const struct vtpm_bridge_query *q, struct report *r)
{
	bool open = q->flags & VTPM_BRIDGE_OPEN;
	char node[NODE_SIZE];

	if (as_json) {
		report_begin(r, NULL);
		report_proxy(r, q);
		return 0;
	}
	format_node(node, "/dev/", q->num, q->name);
	add_cell(&list_table, "%s", node);
	add_cell(&list_table, "tpm%u", q->chip);
	add_cell(&list_table, "%s", family_name(q->family));
	add_cell(&list_table, "%s", power_name(q));
	add_cell(&list_table, "%s", open ? "yes" : "no");
	return 0;
}

/* Tell of each proxy; @all: NULL, or gets what is told. */
static int tell_each(tell_fn *tell, struct json_object *all)
{
	uint32_t nums[MAX_PROXIES];
	int i, count = list(nums);

	if (count < 0) {
		complain("list");
		return EXIT_FAILURE;
	}
	for (i = 0; i < count; i++) {
		struct report r = { NULL };
		struct vtpm_bridge_query q;

		if (!query(nums[i], &q) && !tell(&q, &r)) {
			if (all)
				json_object_array_add(all, r.object);
			continue;
		}
		/* One that went meanwhile is not there any more. */
		json_object_put(r.object);
		if (errno != ENOENT) {
			complain("show");
			return EXIT_FAILURE;
		}
	}
	return 0;
}

static int tell_all(tell_fn *tell)
{
	struct json_object *all = as_json ? json_object_new_array() : NULL;
	int ret = tell_each(tell, all);

	if (all && !ret)
		print_json(all);
	return ret;
}

/* The exit status, as of the others. */
int list_proxies(void)
{
	int ret = tell_all(tell_line);

	print_table(&list_table, stdout);
	empty_table(&list_table);
	return ret;
}

int show_proxies(bool as_conf)
{
	return tell_all(as_conf ? tell_conf : tell);
}

/* @text: how the user wrote the proxy */
int show_proxy(uint32_t num, const char *text, bool as_conf)
{
	struct report r = { NULL };
	struct vtpm_bridge_query q;

	if (query(num, &q) || (as_conf ? tell_conf : tell)(&q, &r)) {
		complain(text);
		return EXIT_FAILURE;
	}
	report_end(&r);
	return 0;
}

/* The node of a new proxy */
void print_created(const struct vtpm_bridge_create *create)
{
	struct report r = { NULL };
	char node[NODE_SIZE];

	format_node(node, "/dev/", create->num, create->name);
	report_begin(&r, node);
	report_names(&r, create->num, create->name);
	if (as_json) {
		report_number(&r, "number", create->num);
		report_chip(&r, create->chip);
		report_text(&r, "family", family_name(family));
	}
	report_end(&r);
}
