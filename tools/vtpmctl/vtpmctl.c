// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtpmctl - make, set and show the proxies of the vTPM bridge
 *
 * One table of commands, one of properties; each ioctl is one function away
 * from its command.  Exit status: 0 done, 1 the kernel refused, 2 wrong usage.
 */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/vtpm_bridge.h>

#define CONTROL_NODE	"/dev/vtpm-control"
#define UDEV_SOCKET	"/run/udev/control"	/* is there while udev runs */
#define MAX_PROXIES	64
#define EXIT_USAGE	2
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct code {
	const char *name;
	uint32_t code;
};

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

static const char *const power_names[] = {
	[VTPM_BRIDGE_OFF] = "off",
	[VTPM_BRIDGE_WAITING] = "waiting",
	[VTPM_BRIDGE_STARTED] = "started",
	[VTPM_BRIDGE_SHUT_DOWN] = "shutdown",
};

/* What an errno of the control node means to an administrator. */
static const struct {
	int err;
	const char *hint;
} hints[] = {
	{ ENOTTY, "the loaded module is older than this vtpmctl" },
	{ EPERM, "CAP_SYS_ADMIN is needed: be root" },
	{ E2BIG, "the loaded module is older than this vtpmctl" },
	{ EOPNOTSUPP, "this proxy or this module does not have that property" },
	{ ENOENT, "there is no such proxy, or its family has no such command" },
	{ ENODEV, "there is no such chip: see /sys/class/tpm" },
	{ ENXIO, "the chip is in firmware upgrade mode" },
	{ EAGAIN, "the host is going to sleep, or the chip cannot be started: try again later" },
	{ EIO, "the chip does not answer as a TPM should" },
	{ ERANGE, "the value is out of range" },
	{ EBUSY, "a virtual machine has it open: shut that down, or use --force; "
	  "or another proxy has a part of the range" },
	{ EACCES, "the command is unsafe; read the documents, then use allow-unsafe=" },
	{ ENOSPC, "there are as many proxies as there can be" },
};

static const char *hint_for(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hints); i++) {
		if (hints[i].err == err)
			return hints[i].hint;
	}
	return NULL;
}

static void complain(const char *what)
{
	int err = errno;
	const char *hint = hint_for(err);

	error(0, err, "%s", what);
	if (hint)
		fprintf(stderr, "%s: hint: %s\n", program_invocation_short_name,
			hint);
}

/* Whether modprobe would find the module for the kernel that runs. */
static bool module_is_installed(void)
{
	bool found = false;
	struct utsname host;
	char *line = NULL;
	char path[128];
	size_t size = 0;
	FILE *f;

	if (uname(&host))
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", host.release);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && getline(&line, &size, f) > 0)
		found = strstr(line, "/vtpm_bridge.ko");
	free(line);
	fclose(f);
	return found;
}

/* Opened once: a proxy that is not persistent lives as long as this. */
static int control(void)
{
	static int fd = -1;

	if (fd < 0) {
		fd = open(CONTROL_NODE, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			int err = errno;

			error(0, err, "%s", CONTROL_NODE);
			if (err == ENOENT || err == ENODEV)
				fprintf(stderr, "%s: hint: %s\n",
					program_invocation_short_name,
					module_is_installed() ? "modprobe vtpm_bridge" :
					"the module is not installed for the kernel that runs; "
					"in its sources, run: make install");
			exit(EXIT_FAILURE);
		}
	}
	return fd;
}

static bool parse_num(const char *text, uint64_t *num)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*num = strtoull(text, &end, 0);
	return !errno && !*end;
}

/* For the prefix vtpm: vtpm3, /dev/vtpm3 or 3; decimal, as the kernel names it. */
static bool parse_node(const char *text, const char *prefix, uint64_t *num)
{
	const char *name = text;
	size_t len = strlen(prefix);

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	if (!strncmp(name, prefix, len))
		name += len;
	else if (name != text)
		return false;
	if (*name == '0' && name[1])
		return false;
	return parse_num(name, num);
}

static uint32_t parse_proxy(const char *text)
{
	uint64_t num;

	if (!parse_node(text, "vtpm", &num) || num > UINT32_MAX)
		error(EXIT_USAGE, 0, "%s is no proxy: write vtpm0", text);
	return num;
}

static uint32_t parse_chip(const char *text)
{
	uint64_t num;

	if (!parse_node(text, "tpm", &num) || num >= VTPM_BRIDGE_ANY_CHIP)
		error(EXIT_USAGE, 0, "%s is no chip: write tpm0", text);
	return num;
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

/* The proxy's, or 0 while that is not known. */
static uint32_t family;

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

/* Memory with a secret, until wipe_secrets(). */
struct secret {
	struct secret *next;
	size_t size;
	unsigned char bytes[] __attribute__((aligned(8)));
};

static struct secret *secrets;

static void *new_secret(size_t size)
{
	struct secret *secret = calloc(1, sizeof(*secret) + size);

	if (!secret)
		error(EXIT_FAILURE, errno, "memory");
	secret->next = secrets;
	secret->size = size;
	secrets = secret;
	return secret->bytes;
}

static void wipe_secrets(void)
{
	while (secrets) {
		struct secret *secret = secrets;

		secrets = secret->next;
		explicit_bzero(secret->bytes, secret->size);
		free(secret);
	}
}

/* --force of create and set: what is dangerous is meant. */
static bool forced;

/* A device or a pipe keeps nothing that could be read again. */
static bool is_private(const char *path, FILE *file)
{
	struct stat st;

	if (fstat(fileno(file), &st)) {
		error(0, errno, "%s", path);
		return false;
	}
	if (forced || !S_ISREG(st.st_mode) || !(st.st_mode & 066))
		return true;
	error(0, 0, "%s: others than its owner can read or write this secret: chmod 600 it, or use --force",
	      path);
	return false;
}

/* All of a file that has @size bytes at most; how many it has, or -1. */
static ssize_t read_secret(const char *path, unsigned char *bytes, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t len;
	bool good;

	if (!file) {
		error(0, errno, "%s", path);
		return -1;
	}
	if (!is_private(path, file)) {
		fclose(file);
		exit(EXIT_USAGE);
	}
	setvbuf(file, NULL, _IONBF, 0);
	len = fread(bytes, 1, size, file);
	good = fgetc(file) == EOF && !ferror(file);
	fclose(file);
	return good ? (ssize_t)len : -1;
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

/* A file of so many bytes at most; the value is where the struct is. */
static bool parse_auth_file(const char *path, uint64_t *value)
{
	struct vtpm_bridge_auth *auth = new_secret(sizeof(*auth));
	ssize_t len = read_secret(path, auth->auth, sizeof(auth->auth));

	auth->size = sizeof(*auth);
	auth->len = len;
	*value = (uintptr_t)auth;
	return len >= 0;
}

#define TEXT_SIZE	128

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

/**
 * struct property - something that can be set
 * @name:	what precedes the equals sign
 * @key:	the kernel's name of it
 * @parse:	reads a value; false if it is none
 * @format:	writes it; NULL for a secret, which the kernel does not give back
 * @values:	what values there are, for people
 * @policy:	one command's share in the policy
 */
static const struct property {
	const char *name;
	uint32_t key;
	bool (*parse)(const char *text, uint64_t *value);
	void (*format)(uint64_t value, char *text);
	const char *values;
	bool policy;
} properties[] = {
	{ "locality", VTPM_BRIDGE_LOCALITY, parse_num, format_num, "0 to 4", false },
	{ "physical-presence", VTPM_BRIDGE_PHYSICAL_PRESENCE, parse_switch, format_switch,
	  "on or off", false },
	{ "reset-by-query", VTPM_BRIDGE_RESET_BY_QUERY, parse_switch, format_switch,
	  "on or off", false },
	{ "ownership", VTPM_BRIDGE_OWNERSHIP, parse_ownership, format_ownership,
	  "auto, owned, not-installable or granted (TPM 1.2)", false },
	{ "deny", VTPM_BRIDGE_DENY, parse_code, NULL, "a command's name or code", true },
	{ "allow", VTPM_BRIDGE_ALLOW, parse_code, NULL, "a command's name or code", true },
	{ "allow-unsafe", VTPM_BRIDGE_ALLOW_UNSAFE, parse_code, NULL,
	  "a command's name or code", true },
	{ "default", VTPM_BRIDGE_DEFAULT, parse_code, NULL, "a command's name or code", true },
	{ "secret-file", VTPM_BRIDGE_SECRET, parse_secret_file, NULL,
	  "a file of 32 bytes (TPM 2.0)", false },
	{ "real-pcrs", VTPM_BRIDGE_REAL_PCRS, parse_pcrs, format_pcrs,
	  "none, a list such as 0-7,10 or a mask such as 0x4ff", false },
	{ "nv-range", VTPM_BRIDGE_NV_RANGE, parse_range, format_range,
	  "none or a range such as 0x01800000-0x018000ff", false },
	{ "nv-indices", VTPM_BRIDGE_NV_INDICES, parse_num, format_num, "0 to 256", false },
	{ "nv-bytes", VTPM_BRIDGE_NV_BYTES, parse_num, format_num, "0 to 65536", false },
	{ "persistent-range", VTPM_BRIDGE_PERSISTENT_RANGE, parse_range, format_range,
	  "none or a range such as 0x81100000-0x8110000f (TPM 2.0)", false },
	{ "persistent-objects", VTPM_BRIDGE_PERSISTENT_OBJECTS, parse_num, format_num,
	  "0 to 8 (TPM 2.0)", false },
	{ "owner-auth-file", VTPM_BRIDGE_OWNER_AUTH, parse_auth_file, NULL,
	  "a file of at most 64 bytes (TPM 2.0)", false },
	{ "endorsement-auth-file", VTPM_BRIDGE_ENDORSEMENT_AUTH, parse_auth_file, NULL,
	  "a file of at most 64 bytes (TPM 2.0)", false },
	{ "transport", VTPM_BRIDGE_TRANSPORT, parse_transport, format_transport,
	  "deny, inspect, ordinal or allow (TPM 1.2)", false },
	{ "counter", VTPM_BRIDGE_COUNTER, parse_counter, format_counter,
	  "none or a number (TPM 1.2)", false },
	{ "power", VTPM_BRIDGE_POWER, parse_switch, format_switch, "on or off", false },
	{ "endorsement", VTPM_BRIDGE_ENDORSEMENT, parse_switch, format_switch,
	  "on or off (TPM 2.0)", false },
	{ "stop-on-failure", VTPM_BRIDGE_STOP_ON_FAILURE, parse_switch, format_switch,
	  "on or off", false },
	{ "failure-mode", VTPM_BRIDGE_FAILURE_MODE, parse_switch, format_switch,
	  "on or off", false },
	{ "null-key", VTPM_BRIDGE_NULL_KEY, parse_null_key, format_null_key,
	  "proxy or chip (TPM 2.0)", false },
	{ "composite", VTPM_BRIDGE_COMPOSITE, parse_pcrs, format_pcrs,
	  "none, a list such as 0-7,11 or a mask such as 0x8ff (TPM 2.0)", false },
};

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

static const struct property *find_property(const char *text, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(properties); i++) {
		if (strlen(properties[i].name) == len &&
		    !strncmp(properties[i].name, text, len))
			return &properties[i];
	}
	return NULL;
}

static int query(uint32_t num, struct vtpm_bridge_query *q)
{
	*q = (struct vtpm_bridge_query) { .size = sizeof(*q), .num = num };
	return ioctl(control(), VTPM_BRIDGE_QUERY, q);
}

/* NULL if it is wrong, as far as that is known without the family. */
static const struct property *check_assignment(const char *text, uint64_t *value)
{
	const char *equals = strchr(text, '=');
	const struct property *p;
	const char *whose;

	if (!equals)
		error(EXIT_USAGE, 0, "%s is no name=value", text);
	p = find_property(text, equals - text);
	if (!p)
		error(EXIT_USAGE, 0, "there is no property %.*s",
		      (int)(equals - text), text);
	if (!p->parse(equals + 1, value)) {
		error(0, 0, "%s: the value is to be %s", text, p->values);
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

static int assign(uint32_t num, const char *text)
{
	struct vtpm_bridge_set set = { .size = sizeof(set), .num = num };
	const struct property *p;
	uint64_t value;

	p = check_assignment(text, &value);
	if (!p)
		return EXIT_USAGE;
	set.key = p->key;
	set.value = value;
	if (ioctl(control(), VTPM_BRIDGE_SET, &set)) {
		complain(text);
		return EXIT_FAILURE;
	}
	return 0;
}

/* Before anything is changed; and again when the family is known. */
static void check_all(int argc, char **argv)
{
	uint64_t value;
	int i;

	for (i = 0; i < argc; i++) {
		if (!check_assignment(argv[i], &value))
			exit(EXIT_USAGE);
	}
	wipe_secrets();
}

static int assign_all(uint32_t num, int argc, char **argv)
{
	struct vtpm_bridge_query q;
	int i, ret = 0;

	if (query(num, &q)) {
		complain("query");
		return EXIT_FAILURE;
	}
	family = q.family;
	check_all(argc, argv);
	for (i = 0; i < argc && !ret; i++)
		ret = assign(num, argv[i]);
	wipe_secrets();
	return ret;
}

static int destroy(uint32_t num, uint32_t flags)
{
	struct vtpm_bridge_destroy d = {
		.size = sizeof(d), .num = num, .flags = flags,
	};

	return ioctl(control(), VTPM_BRIDGE_DESTROY, &d);
}

#define OPTION_CHIP	0x1
#define OPTION_FORCE	0x2

/* Options that a command may have, in front of its other words. */
struct options {
	uint32_t chip;
	bool force;
};

static struct vtpm_bridge_setting *parse_settings(int argc, char **argv)
{
	struct vtpm_bridge_setting *settings = calloc(argc + 1, sizeof(*settings));
	int i;

	if (!settings)
		error(EXIT_FAILURE, errno, "memory");
	for (i = 0; i < argc; i++) {
		const struct property *p;
		uint64_t value;

		p = check_assignment(argv[i], &value);
		if (!p)
			exit(EXIT_USAGE);
		settings[i].key = p->key;
		settings[i].value = value;
	}
	return settings;
}

/* The one chip whose family says what the names of commands mean. */
static int find_chip(uint32_t *num)
{
	struct vtpm_bridge_chip chip = { .size = sizeof(chip), .chip = *num };

	if (ioctl(control(), VTPM_BRIDGE_CHIP, &chip))
		return -1;
	*num = chip.chip;
	family = chip.family;
	return 0;
}

static int create(struct vtpm_bridge_create *create, int argc, char **argv)
{
	struct vtpm_bridge_setting *settings = parse_settings(argc, argv);
	int ret;

	create->nr_settings = argc;
	create->failed = argc;
	create->settings = (uintptr_t)settings;
	ret = ioctl(control(), VTPM_BRIDGE_CREATE, create);
	if (ret)
		complain(create->failed < (uint32_t)argc ? argv[create->failed] : "create");
	wipe_secrets();
	free(settings);
	return ret;
}

static int keep(uint32_t num)
{
	struct vtpm_bridge_keep k = { .size = sizeof(k), .num = num };

	return ioctl(control(), VTPM_BRIDGE_KEEP, &k);
}

/*
 * Whoever is told of a node may open it next, so the rules of udev, which set its
 * group and that of the attribute cancel, have to be done by then.
 */
static void wait_for_udev(void)
{
	static char *const argv[] = { "udevadm", "settle", "--timeout=10", NULL };
	pid_t pid;

	if (!access(UDEV_SOCKET, F_OK) &&
	    !posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		waitpid(pid, NULL, 0);
}

/* Whether the caller has what was printed, as far as can be known. */
static bool stdout_is_written(void)
{
	int copy;

	if (fflush(stdout) || ferror(stdout))
		return false;
	/* Some file systems tell at the end. */
	copy = dup(STDOUT_FILENO);
	return copy >= 0 && !close(copy);
}

/*
 * Nobody knows of a proxy whose node was not printed: until then it goes with
 * this process, however that ends.
 */
static int do_create(const struct options *options, int argc, char **argv)
{
	struct vtpm_bridge_create c = { .size = sizeof(c), .chip = options->chip };

	forced = options->force;
	check_all(argc, argv);
	if (find_chip(&c.chip)) {
		complain("create");
		return EXIT_FAILURE;
	}
	if (create(&c, argc, argv))
		return EXIT_FAILURE;
	wait_for_udev();
	printf("/dev/vtpm%u\n", c.num);
	if (!stdout_is_written()) {
		error(0, errno, "standard output");
		_exit(EXIT_FAILURE);
	}
	if (keep(c.num)) {
		complain("keep");
		return EXIT_FAILURE;
	}
	return 0;
}

static const char *code_name(uint32_t family, uint32_t code)
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

static void show_command(uint32_t family, const struct vtpm_bridge_setting *setting)
{
	const char *name = code_name(family, setting->value);
	unsigned int i;

	for (i = 0; properties[i].key != setting->key; i++) {
		if (i == ARRAY_SIZE(properties) - 1)
			return;
	}
	if (name)
		printf("  %s=%s\n", properties[i].name, name);
	else
		printf("  %s=0x%08x\n", properties[i].name, (unsigned int)setting->value);
}

/* All that there is room for; how many there are is in @policy->count. */
static int show_commands(const struct vtpm_bridge_query *q, struct vtpm_bridge_policy *policy)
{
	struct vtpm_bridge_setting *settings = calloc(policy->count + 1, sizeof(*settings));
	uint32_t i, room = policy->count;
	int ret;

	if (!settings)
		error(EXIT_FAILURE, errno, "memory");
	policy->settings = (uintptr_t)settings;
	ret = ioctl(control(), VTPM_BRIDGE_POLICY, policy);
	for (i = 0; !ret && policy->count <= room && i < policy->count; i++)
		show_command(q->family, &settings[i]);
	free(settings);
	return ret;
}

static int show_policy(const struct vtpm_bridge_query *q)
{
	struct vtpm_bridge_policy policy = { .size = sizeof(policy), .num = q->num };
	uint32_t room;
	int ret;

	do {
		room = policy.count;
		ret = show_commands(q, &policy);
	} while (!ret && policy.count > room);
	return ret;
}

/* A property that the proxy's family lacks is not shown. */
static int show_property(const struct vtpm_bridge_query *q, const struct property *p)
{
	struct vtpm_bridge_get get = { .size = sizeof(get), .num = q->num, .key = p->key };
	char text[TEXT_SIZE];

	if (ioctl(control(), VTPM_BRIDGE_GET, &get))
		return errno == EOPNOTSUPP ? 0 : -1;
	if (p->format) {
		p->format(get.value, text);
		printf("  %s=%s\n", p->name, text);
	} else {
		printf("  %s: %s\n", p->name, get.value ? "given" : "none");
	}
	return 0;
}

static int show_properties(const struct vtpm_bridge_query *q)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(properties); i++) {
		if (!properties[i].policy && show_property(q, &properties[i]))
			return -1;
	}
	return show_policy(q);
}

static int show(const struct vtpm_bridge_query *q)
{
	printf("vtpm%u\n", q->num);
	printf("  chip: tpm%u\n", q->chip);
	printf("  family: %s\n", q->family == 0x102 ? "1.2" : "2.0");
	printf("  state: %s\n", q->power < ARRAY_SIZE(power_names) ?
	       power_names[q->power] : "unknown");
	printf("  open: %s\n", q->flags & VTPM_BRIDGE_OPEN ? "yes" : "no");
	printf("  persistent: %s\n",
	       q->flags & VTPM_BRIDGE_PERSISTENT ? "yes" : "no");
	printf("  stopped: %s\n", q->flags & VTPM_BRIDGE_STOPPED ? "yes" : "no");
	printf("  physical-presence: %s\n", q->physical_presence ? "on" : "off");
	printf("  physical-presence-lock: %s\n",
	       q->physical_presence_lock ? "on" : "off");
	printf("  commands: %" PRIu64 "\n", (uint64_t)q->commands);
	printf("  refusals: %" PRIu64 "\n", (uint64_t)q->refusals);
	printf("  chip-commands: %" PRIu64 "\n", (uint64_t)q->chip_commands);
	printf("  resets: %" PRIu64 "\n", (uint64_t)q->resets);
	return show_properties(q);
}

static int show_line(const struct vtpm_bridge_query *q)
{
	printf("/dev/vtpm%u tpm%u %s %s\n", q->num, q->chip,
	       q->family == 0x102 ? "1.2" : "2.0",
	       q->power < ARRAY_SIZE(power_names) ? power_names[q->power] :
	       "unknown");
	return 0;
}

static int for_each(int (*tell)(const struct vtpm_bridge_query *q))
{
	uint32_t nums[MAX_PROXIES];
	struct vtpm_bridge_list list = {
		.size = sizeof(list), .count = MAX_PROXIES,
		.nums = (uintptr_t)nums,
	};
	struct vtpm_bridge_query q;
	unsigned int i;

	if (ioctl(control(), VTPM_BRIDGE_LIST, &list)) {
		complain("list");
		return EXIT_FAILURE;
	}
	for (i = 0; i < list.count && i < MAX_PROXIES; i++) {
		/* One that went meanwhile is not there any more. */
		if ((query(nums[i], &q) || tell(&q)) && errno != ENOENT) {
			complain("show");
			return EXIT_FAILURE;
		}
	}
	return 0;
}

static int do_list(const struct options *options, int argc, char **argv)
{
	(void)options;
	(void)argc;
	(void)argv;
	return for_each(show_line);
}

static int do_show(const struct options *options, int argc, char **argv)
{
	struct vtpm_bridge_query q;

	(void)options;
	if (!argc)
		return for_each(show);
	if (query(parse_proxy(argv[0]), &q) || show(&q)) {
		complain(argv[0]);
		return EXIT_FAILURE;
	}
	return 0;
}

static int do_set(const struct options *options, int argc, char **argv)
{
	uint32_t num = parse_proxy(argv[0]);

	forced = options->force;
	check_all(argc - 1, argv + 1);
	return assign_all(num, argc - 1, argv + 1);
}

static int do_reset(const struct options *options, int argc, char **argv)
{
	struct vtpm_bridge_reset r = {
		.size = sizeof(r), .num = parse_proxy(argv[0]),
	};

	(void)options;
	(void)argc;
	if (ioctl(control(), VTPM_BRIDGE_RESET, &r)) {
		complain(argv[0]);
		return EXIT_FAILURE;
	}
	return 0;
}

static int do_destroy(const struct options *options, int argc, char **argv)
{
	(void)argc;
	if (destroy(parse_proxy(argv[0]),
		    options->force ? VTPM_BRIDGE_FORCE : 0)) {
		complain(argv[0]);
		return EXIT_FAILURE;
	}
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(const struct options *options, int argc, char **argv);
	unsigned int options;	/* the ones it may have */
	int min_args;
	int max_args;
	const char *args;
	const char *doc;
} commands[] = {
	{ "create", do_create, OPTION_CHIP | OPTION_FORCE, 0, VTPM_BRIDGE_MAX_SETTINGS,
	  "[--chip tpm0] [--force] [name=value ...]",
	  "make a proxy, print its node" },
	{ "destroy", do_destroy, OPTION_FORCE, 1, 1, "[--force] vtpmX", "end a proxy" },
	{ "list", do_list, 0, 0, 0, "", "a line for each proxy (the default)" },
	{ "reset", do_reset, 0, 1, 1, "vtpmX", "reset its virtual platform" },
	{ "set", do_set, OPTION_FORCE, 2, 1000, "[--force] vtpmX name=value ...",
	  "set properties" },
	{ "show", do_show, 0, 0, 1, "[vtpmX]", "show state and properties of one or all" },
};

/* What --help says after the options; argp frees it. */
static char *help_filter(int key, const char *text, void *input)
{
	char *out;
	size_t size;
	FILE *f;
	unsigned int i;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	f = open_memstream(&out, &size);
	if (!f)
		return (char *)text;
	fputs("Commands:\n", f);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  %s %s\n      %s\n", commands[i].name,
			commands[i].args, commands[i].doc);
	fputs("\nProperties:\n", f);
	for (i = 0; i < ARRAY_SIZE(properties); i++)
		fprintf(f, "  %s=\n      %s\n", properties[i].name,
			properties[i].values);
	fputs("\nSee vtpmctl(8).\n", f);
	fclose(f);
	return out;
}

struct words {
	struct options options;
	unsigned int given;	/* which of the options */
	int count;
	char **word;
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct words *words = state->input;

	switch (key) {
	case 'c':
		words->options.chip = parse_chip(arg);
		words->given |= OPTION_CHIP;
		return 0;
	case 'f':
		words->options.force = true;
		words->given |= OPTION_FORCE;
		return 0;
	case ARGP_KEY_ARG:
		words->word[words->count++] = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option argp_options[] = {
	{ "chip", 'c', "CHIP", 0, "create: share this chip (default: the system's default)", 0 },
	{ "force", 'f', NULL, 0, "destroy: even if a virtual machine uses it; "
	  "create, set: even handles of others, or a secret that others can read", 0 },
	{ 0 }
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "[COMMAND [ARGS...]]",
	.doc = "Make, set and show virtual TPMs that share one TPM."
	       "\vCommands and properties",
	.help_filter = help_filter,
};

static int run(const struct words *words)
{
	const char *name = words->count ? words->word[0] : "list";
	int argc = words->count ? words->count - 1 : 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, name))
			continue;
		if (argc < c->min_args || argc > c->max_args ||
		    words->given & ~c->options)
			error(EXIT_USAGE, 0, "usage: %s %s %s",
			      program_invocation_short_name, c->name, c->args);
		return c->run(&words->options, argc, words->word + 1);
	}
	error(EXIT_USAGE, 0, "there is no command %s: see --help", name);
	return EXIT_USAGE;
}

/* A node that was not printed is one that the caller does not know of. */
static void flush_stdout(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		error(0, errno, "standard output");
		_exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	struct words words = { .options.chip = VTPM_BRIDGE_ANY_CHIP };

	atexit(flush_stdout);
	words.word = calloc(argc + 1, sizeof(*words.word));
	if (!words.word)
		error(EXIT_FAILURE, errno, "memory");
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &words);
	return run(&words);
}
