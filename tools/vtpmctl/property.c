// SPDX-License-Identifier: GPL-2.0-only
/* The properties of a proxy: their names, and how their values are written and read. */
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <linux/vtpm_bridge.h>
#include "counter.h"
#include "property.h"
#include "secret.h"
#include "suggest.h"
#include "codes.h"

struct name {
	const char *name;
	uint64_t value;
};

static const struct name ownership_names[] = {
	{ "auto", VTPM_BRIDGE_OWNERSHIP_AUTO },
	{ "owned", VTPM_BRIDGE_OWNERSHIP_OWNED },
	{ "not-installable", VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE },
	{ "granted", VTPM_BRIDGE_OWNERSHIP_GRANTED },
	{ NULL, 0 }
};

static const struct name transport_names[] = {
	{ "deny", VTPM_BRIDGE_TRANSPORT_DENY },
	{ "inspect", VTPM_BRIDGE_TRANSPORT_INSPECT },
	{ "ordinal", VTPM_BRIDGE_TRANSPORT_ORDINAL },
	{ "allow", VTPM_BRIDGE_TRANSPORT_ALLOW },
	{ NULL, 0 }
};

static const struct name null_key_names[] = {
	{ "proxy", VTPM_BRIDGE_NULL_KEY_PROXY },
	{ "chip", VTPM_BRIDGE_NULL_KEY_CHIP },
	{ NULL, 0 }
};

static const struct name bool_names[] = {
	{ "0", 0 }, { "off", 0 }, { "no", 0 },
	{ "1", 1 }, { "on", 1 }, { "yes", 1 },
	{ NULL, 0 }
};

bool parse_num(const char *text, uint64_t *num)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*num = strtoull(text, &end, 0);
	return !errno && !*end;
}

static bool find_name(const struct name *names, const char *text, uint64_t *value)
{
	for (; names->name; names++) {
		if (!strcmp(names->name, text)) {
			*value = names->value;
			return true;
		}
	}
	return false;
}

static bool find_code_in(const struct code *codes, size_t count,
			 const char *text, uint64_t *value)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *bare = strchr(codes[i].name, '_') + 1;

		if (!strcasecmp(codes[i].name, text) || !strcasecmp(bare, text)) {
			*value = codes[i].code;
			return true;
		}
	}
	return false;
}

static bool parse_switch(const char *text, uint64_t *value)
{
	return find_name(bool_names, text, value);
}

static bool parse_ownership(const char *text, uint64_t *value)
{
	return find_name(ownership_names, text, value);
}

static bool parse_transport(const char *text, uint64_t *value)
{
	return find_name(transport_names, text, value);
}

static bool parse_null_key(const char *text, uint64_t *value)
{
	return find_name(null_key_names, text, value);
}

/* none, or the number by which the chip knows it. */
static bool parse_counter(const char *text, uint64_t *value)
{
	*value = VTPM_BRIDGE_NO_COUNTER;
	return !strcmp(text, "none") || parse_num(text, value);
}

uint32_t family;

/* A name that both families have is meant in the proxy's own. */
static bool parse_code(const char *text, uint64_t *value)
{
	if (parse_num(text, value))
		return true;
	if (family != 0x102 &&
	    find_code_in(codes_tpm20, ARRAY_SIZE(codes_tpm20), text, value))
		return true;
	return family != 0x200 &&
	       find_code_in(codes_tpm12, ARRAY_SIZE(codes_tpm12), text, value);
}

/* Whether a command is meant by a name or number, of whichever family. */
bool names_code(const char *text, uint32_t code)
{
	uint64_t value;

	if (parse_num(text, &value))
		return value == code;
	return (find_code_in(codes_tpm20, ARRAY_SIZE(codes_tpm20), text, &value) &&
		value == code) ||
	       (find_code_in(codes_tpm12, ARRAY_SIZE(codes_tpm12), text, &value) && value == code);
}

/* A file of just so many bytes; the value is where they are. */
static bool parse_secret_file(const char *path, uint64_t *value)
{
	unsigned char *bytes = new_secret(VTPM_BRIDGE_SECRET_SIZE);

	*value = (uintptr_t)bytes;
	return read_secret(path, bytes, VTPM_BRIDGE_SECRET_SIZE) == VTPM_BRIDGE_SECRET_SIZE;
}

/* One or two digits; @text moves behind them. */
static bool parse_pcr(const char **text, unsigned int *pcr)
{
	size_t len = strspn(*text, "0123456789");

	if (len < 1 || len > 2)
		return false;
	*pcr = strtoul(*text, NULL, 10);
	*text += len;
	return *pcr < VTPM_BRIDGE_NR_PCRS;
}

/* N or N-M. */
static bool parse_pcr_range(const char **text, uint64_t *mask)
{
	unsigned int first, last;

	if (!parse_pcr(text, &first))
		return false;
	last = first;
	if (**text == '-') {
		++*text;
		if (!parse_pcr(text, &last))
			return false;
	}
	for (; first <= last; first++)
		*mask |= 1U << first;
	return first == last + 1;
}

/* none, a mask in hexadecimal, or a list such as 0-7,10. */
static bool parse_pcrs(const char *text, uint64_t *value)
{
	*value = 0;
	if (!strcmp(text, "none"))
		return true;
	if (!strncasecmp(text, "0x", 2))
		return parse_num(text, value) && !(*value >> VTPM_BRIDGE_NR_PCRS);
	while (parse_pcr_range(&text, value)) {
		if (!*text)
			return true;
		if (*text++ != ',')
			return false;
	}
	return false;
}

/* none, or FIRST-LAST; what is no range the kernel refuses. */
static bool parse_range(const char *text, uint64_t *value)
{
	unsigned long first, last;
	char *end;

	*value = 0;
	if (!strcmp(text, "none"))
		return true;
	if (strncasecmp(text, "0x", 2))
		return false;
	first = strtoul(text, &end, 16);
	if (*end++ != '-' || strncasecmp(end, "0x", 2))
		return false;
	last = strtoul(end, &end, 16);
	*value = (uint64_t)first << 32 | last;
	return !*end && first <= last && last <= UINT32_MAX && *value;
}

/* An NV index of the owner. */
static bool parse_index(const char *text, uint64_t *value)
{
	return parse_num(text, value) && *value >= COUNTER_FIRST && *value <= COUNTER_LAST;
}

/* A file that is opened later; the value is where its path is. */
static bool parse_path(const char *path, uint64_t *value)
{
	*value = (uintptr_t)path;
	return *path == '/';
}

/* A file of so many bytes at most; the value is where the struct is. */
bool parse_auth_file(const char *path, uint64_t *value)
{
	struct vtpm_bridge_auth *auth = new_secret(sizeof(*auth));
	ssize_t len = read_secret(path, auth->auth, sizeof(auth->auth));

	auth->size = sizeof(*auth);
	auth->len = len;
	*value = (uintptr_t)auth;
	return len >= 0;
}

/* Each of these writes a value as the function that parses it takes it. */

static void format_num(uint64_t value, char *text)
{
	snprintf(text, TEXT_SIZE, "%" PRIu64, value);
}

static void format_name(const struct name *names, uint64_t value, char *text)
{
	for (; names->name; names++) {
		if (names->value == value) {
			snprintf(text, TEXT_SIZE, "%s", names->name);
			return;
		}
	}
	format_num(value, text);
}

static void format_switch(uint64_t value, char *text)
{
	snprintf(text, TEXT_SIZE, "%s", value ? "on" : "off");
}

static void format_ownership(uint64_t value, char *text)
{
	format_name(ownership_names, value, text);
}

static void format_transport(uint64_t value, char *text)
{
	format_name(transport_names, value, text);
}

static void format_null_key(uint64_t value, char *text)
{
	format_name(null_key_names, value, text);
}

static void format_counter(uint64_t value, char *text)
{
	if (value == VTPM_BRIDGE_NO_COUNTER)
		strcpy(text, "none");
	else
		snprintf(text, TEXT_SIZE, "0x%08" PRIx64, value);
}

static void format_range(uint64_t value, char *text)
{
	if (!value)
		strcpy(text, "none");
	else
		snprintf(text, TEXT_SIZE, "0x%08x-0x%08x", (unsigned int)(value >> 32),
			 (unsigned int)value);
}

static void format_pcrs(uint64_t pcrs, char *text)
{
	unsigned int first, last;
	size_t len = 0;

	strcpy(text, "none");
	for (first = 0; first < VTPM_BRIDGE_NR_PCRS; first = last + 1) {
		last = first;
		if (!(pcrs >> first & 1))
			continue;
		while (pcrs >> (last + 1) & 1)
			last++;
		len += snprintf(text + len, TEXT_SIZE - len, "%s%u", len ? "," : "", first);
		if (last > first)
			len += snprintf(text + len, TEXT_SIZE - len, "-%u", last);
	}
}

/* Each of these makes JSON of a value; NULL is null. */

static struct json_object *json_num(uint64_t value)
{
	return json_object_new_uint64(value);
}

static struct json_object *json_switch(uint64_t value)
{
	return json_object_new_boolean(value);
}

static struct json_object *json_counter(uint64_t value)
{
	return value == VTPM_BRIDGE_NO_COUNTER ? NULL : json_num(value);
}

static struct json_object *json_range(uint64_t value)
{
	struct json_object *range;

	if (!value)
		return NULL;
	range = json_object_new_object();
	json_object_object_add(range, "first", json_num(value >> 32));
	json_object_object_add(range, "last", json_num((uint32_t)value));
	return range;
}

static struct json_object *json_pcrs(uint64_t pcrs)
{
	struct json_object *list = json_object_new_array();
	unsigned int i;

	for (i = 0; i < VTPM_BRIDGE_NR_PCRS; i++) {
		if (pcrs >> i & 1)
			json_object_array_add(list, json_num(i));
	}
	return list;
}

const struct property properties[] = {
	{ "locality", VTPM_BRIDGE_LOCALITY, parse_num, format_num, json_num, .values = "0 to 4" },
	{ "physical-presence", VTPM_BRIDGE_PHYSICAL_PRESENCE, parse_switch, format_switch,
	  json_switch, .values = "on or off" },
	{ "reset-by-query", VTPM_BRIDGE_RESET_BY_QUERY, parse_switch, format_switch, json_switch,
	  .values = "on or off", .initial = { 1, 1 } },
	{ "ownership", VTPM_BRIDGE_OWNERSHIP, parse_ownership, format_ownership,
	  .values = "auto, owned, not-installable or granted (TPM 1.2)" },
	{ "deny", VTPM_BRIDGE_DENY, parse_code, NULL,
	  .values = "a command's name or code", .policy = true },
	{ "allow", VTPM_BRIDGE_ALLOW, parse_code, NULL,
	  .values = "a command's name or code", .policy = true },
	{ "allow-unsafe", VTPM_BRIDGE_ALLOW_UNSAFE, parse_code, NULL,
	  .values = "a command's name or code", .policy = true },
	{ "default", VTPM_BRIDGE_DEFAULT, parse_code, NULL,
	  .values = "a command's name or code", .policy = true },
	{ "secret-file", VTPM_BRIDGE_SECRET, parse_secret_file, NULL,
	  .values = "a file of 32 bytes" },
	{ "real-pcrs", VTPM_BRIDGE_REAL_PCRS, parse_pcrs, format_pcrs, json_pcrs,
	  .values = "none, a list such as 0-7,10 or a mask such as 0x4ff" },
	{ "nv-range", VTPM_BRIDGE_NV_RANGE, parse_range, format_range, json_range,
	  .values = "none or a range such as 0x01800000-0x018000ff" },
	{ "nv-indices", VTPM_BRIDGE_NV_INDICES, parse_num, format_num, json_num,
	  .values = "0 to 256", .initial = { 8, 8 } },
	{ "nv-bytes", VTPM_BRIDGE_NV_BYTES, parse_num, format_num, json_num,
	  .values = "0 to 65536", .initial = { 512, 4096 } },
	{ "persistent-range", VTPM_BRIDGE_PERSISTENT_RANGE, parse_range, format_range, json_range,
	  .values = "none or a range such as 0x81100000-0x8110000f (TPM 2.0)" },
	{ "persistent-objects", VTPM_BRIDGE_PERSISTENT_OBJECTS, parse_num, format_num, json_num,
	  .values = "0 to 8 (TPM 2.0)", .initial = { 0, 4 } },
	{ "owner-auth-file", VTPM_BRIDGE_OWNER_AUTH, parse_auth_file, NULL,
	  .values = "a file of at most 64 bytes (TPM 2.0)" },
	{ "endorsement-auth-file", VTPM_BRIDGE_ENDORSEMENT_AUTH, parse_auth_file, NULL,
	  .values = "a file of at most 64 bytes (TPM 2.0)" },
	{ "transport", VTPM_BRIDGE_TRANSPORT, parse_transport, format_transport,
	  .values = "deny, inspect, ordinal or allow (TPM 1.2)" },
	{ "counter", VTPM_BRIDGE_COUNTER, parse_counter, format_counter, json_counter,
	  .values = "none or a number (TPM 1.2)", .initial = { VTPM_BRIDGE_NO_COUNTER, 0 } },
	{ "power", VTPM_BRIDGE_POWER, parse_switch, format_switch, json_switch,
	  .values = "on or off" },
	{ "endorsement", VTPM_BRIDGE_ENDORSEMENT, parse_switch, format_switch, json_switch,
	  .values = "on or off (TPM 2.0)", .initial = { 0, 1 } },
	{ "stop-on-failure", VTPM_BRIDGE_STOP_ON_FAILURE, parse_switch, format_switch, json_switch,
	  .values = "on or off", .initial = { 1, 1 } },
	{ "failure-mode", VTPM_BRIDGE_FAILURE_MODE, parse_switch, format_switch, json_switch,
	  .values = "on or off", .is_event = true },
	{ "null-key", VTPM_BRIDGE_NULL_KEY, parse_null_key, format_null_key,
	  .values = "proxy or chip (TPM 2.0)" },
	{ "composite", VTPM_BRIDGE_COMPOSITE, parse_pcrs, format_pcrs, json_pcrs,
	  .values = "none, a list such as 0-7,11 or a mask such as 0x8ff" },
	{ "attest", VTPM_BRIDGE_ATTEST, parse_pcrs, format_pcrs, json_pcrs,
	  .values = "none, a list such as 0-7,11 or a mask such as 0x8ff" },
	{ "state", VTPM_BRIDGE_STATE, parse_path, NULL,
	  .values = "the absolute path of a file (create, apply)", .creates = true },
	{ "state-key-file", 0, parse_path, NULL,
	  .values = "the absolute path of a file of 32 bytes (create, apply)", .creates = true },
	{ "srk-auth-file", 0, parse_path, NULL,
	  .values = "the absolute path of a file of 20 bytes (create, apply; TPM 1.2)",
	  .creates = true },
	{ "rollback-counter", 0, parse_index, NULL,
	  .values = "an index from 0x01800000 to 0x01bfffff (create, apply; TPM 2.0)",
	  .creates = true },
	{ "accept-old-state", 0, parse_switch, NULL,
	  .values = "on or off (create)", .creates = true, .is_event = true },
};

const unsigned int nr_properties = ARRAY_SIZE(properties);

/*
 * Handles that others than a guest expect to be theirs, by the TCG's registry of
 * reserved handles and, of a TPM 1.2, by the bits of an index.
 */
static const struct reserved {
	uint32_t key;
	uint32_t family;
	uint32_t first, last;
	const char *whose;
} reserved[] = {
	{ VTPM_BRIDGE_PERSISTENT_RANGE, 0x200, 0x81000000, 0x8100ffff,
	  "storage root keys, such as the host's at 0x81000001" },
	{ VTPM_BRIDGE_PERSISTENT_RANGE, 0x200, 0x81010000, 0x8101ffff,
	  "endorsement keys, such as the host's at 0x81010001" },
	{ VTPM_BRIDGE_NV_RANGE, 0x200, 0x01000000, 0x013fffff, "the TPM's maker" },
	{ VTPM_BRIDGE_NV_RANGE, 0x200, 0x01400000, 0x017fffff, "the platform's maker" },
	{ VTPM_BRIDGE_NV_RANGE, 0x200, 0x01c00000, 0x01ffffff,
	  "certificates, the platform and the TCG's profiles" },
	{ VTPM_BRIDGE_NV_RANGE, 0x102, 0x10000000, 0x1fffffff,
	  "the TPM's and the platform's makers, such as the certificate's" },
	{ VTPM_BRIDGE_NV_RANGE, 0x102, 0x30000000, 0xffffffff,
	  "the TPM's and the platform's makers, such as Intel TXT's" },
};

/* Whose handles a range takes: a guest may remove and change what is there. */
static const char *find_reserved(const struct property *p, uint64_t range)
{
	uint32_t first = range >> 32, last = range;
	unsigned int i;

	for (i = 0; range && i < ARRAY_SIZE(reserved); i++) {
		const struct reserved *r = &reserved[i];

		if (r->key == p->key && r->family == family &&
		    first <= r->last && r->first <= last)
			return r->whose;
	}
	return NULL;
}

const struct property *find_property(const char *text, size_t len)
{
	unsigned int i;

	for (i = 0; i < nr_properties; i++) {
		if (strlen(properties[i].name) == len &&
		    !strncmp(properties[i].name, text, len))
			return &properties[i];
	}
	return NULL;
}

/* Exit, since there is no property of this name. */
void no_property(const char *text, size_t len)
{
	struct suggestion best = { NULL, 0 };
	unsigned int i;

	for (i = 0; i < nr_properties; i++)
		suggest(&best, text, len, properties[i].name);
	error(EXIT_USAGE, 0, "there is no property %.*s%s", (int)len, text, hint_of(&best));
	abort();
}

static void suggest_code(struct suggestion *best, const char *text, const struct code *codes,
			 size_t count)
{
	size_t i, len = strlen(text);

	for (i = 0; i < count; i++) {
		suggest(best, text, len, codes[i].name);
		suggest(best, text, len, strchr(codes[i].name, '_') + 1);
	}
}

/* The command that was meant, for the end of a message. */
static const char *hint_of_code(const char *text)
{
	struct suggestion best = { NULL, 0 };

	if (family != 0x102)
		suggest_code(&best, text, codes_tpm20, ARRAY_SIZE(codes_tpm20));
	if (family != 0x200)
		suggest_code(&best, text, codes_tpm12, ARRAY_SIZE(codes_tpm12));
	return hint_of(&best);
}

/* Exits if it is neither a name nor a number of a command. */
void check_command(const char *text)
{
	uint64_t value;

	if (!parse_code(text, &value))
		error(EXIT_USAGE, 0, "there is no TPM command %s%s", text, hint_of_code(text));
}

/* NULL if it is wrong, as far as that is known without the family. */
const struct property *check_assignment(const char *text, uint64_t *value)
{
	const char *equals = strchr(text, '=');
	const struct property *p;
	const char *whose;

	if (!equals)
		error(EXIT_USAGE, 0, "%s is no name=value", text);
	p = find_property(text, equals - text);
	if (!p)
		no_property(text, equals - text);
	if (!p->parse(equals + 1, value)) {
		error(0, 0, "%s: the value is to be %s%s", text, p->values,
		      p->policy ? hint_of_code(equals + 1) : "");
		return NULL;
	}
	whose = forced ? NULL : find_reserved(p, *value);
	if (whose) {
		error(0, 0, "%s: these handles are for %s; choose others, or use --force",
		      text, whose);
		return NULL;
	}
	return p;
}

/* What it is in JSON: that a secret was given, true. */
struct json_object *property_json(const struct property *p, uint64_t value)
{
	char text[TEXT_SIZE];

	if (!p->format)
		return json_switch(value);
	if (p->json)
		return p->json(value);
	p->format(value, text);
	return json_object_new_string(text);
}

/* The name of a command, or NULL. */
const char *code_name(uint32_t family, uint32_t code)
{
	bool is_tpm12 = family == 0x102;
	const struct code *codes = is_tpm12 ? codes_tpm12 : codes_tpm20;
	size_t i, count = is_tpm12 ? ARRAY_SIZE(codes_tpm12) : ARRAY_SIZE(codes_tpm20);

	for (i = 0; i < count; i++) {
		if (codes[i].code == code)
			return codes[i].name;
	}
	return NULL;
}

/* A row of the policy, as it is written; false if this vtpmctl does not know the key. */
bool format_command(uint32_t family, const struct vtpm_bridge_setting *setting, char *text)
{
	const char *name = code_name(family, setting->value);
	unsigned int i;

	for (i = 0; properties[i].key != setting->key; i++) {
		if (i == nr_properties - 1)
			return false;
	}
	if (name)
		snprintf(text, TEXT_SIZE, "%s=%s", properties[i].name, name);
	else
		snprintf(text, TEXT_SIZE, "%s=0x%08x", properties[i].name,
			 (unsigned int)setting->value);
	return true;
}
