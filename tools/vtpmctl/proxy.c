// SPDX-License-Identifier: GPL-2.0-only
/* Proxies, by name or number, and the ioctls of their control node. */
#include <ctype.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "property.h"
#include "proxy.h"
#include "secret.h"
#include "state.h"

#define CONTROL_NODE	"/dev/vtpm-control"
#define UDEV_SOCKET	"/run/udev/control"	/* is there while udev runs */
#define NO_CHIP		(VTPM_BRIDGE_ANY_CHIP - 1)
#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* What an errno of the control node means to an administrator, and what one of a state file. */
static const struct hint {
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
	{ EEXIST, "another proxy has that name" },
	{ ENOSPC, "there are as many proxies as there can be" },
}, state_hints[] = {
	{ EBUSY, "another proxy uses this state file" },
	{ EPERM, "others may read or write this state file: it is to be root's, with mode 0600" },
	{ EINVAL, "it is no state file" },
	{ EMEDIUMTYPE, "it has another format, or is the state of a TPM of the other family" },
	{ EBADMSG, "it is damaged" },
	{ EXDEV, "it is the state of a proxy with another name" },
	{ ESTALE, "it is an older copy, or not of this rollback-counter=; if it is to be used, "
	  "give accept-old-state=on" },
};

static const char *hint_for(int err, const struct hint *hints, unsigned int nr_hints)
{
	unsigned int i;

	for (i = 0; i < nr_hints; i++) {
		if (hints[i].err == err)
			return hints[i].hint;
	}
	return NULL;
}

static void complain_with(const char *what, int err, const char *hint)
{
	error(0, err, "%s", what);
	if (hint)
		fprintf(stderr, "%s: hint: %s\n", program_invocation_short_name,
			hint);
}

void complain(const char *what)
{
	int err = errno;

	complain_with(what, err, hint_for(err, hints, ARRAY_SIZE(hints)));
}

static void complain_of_state(const char *path)
{
	int err = errno;

	complain_with(path, err, hint_for(err, state_hints, ARRAY_SIZE(state_hints)));
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
int control(void)
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

static bool is_number(const char *text, uint64_t *num)
{
	return parse_node(text, "vtpm", num) && *num <= UINT32_MAX;
}

/* The kernel would take more: what begins like a node is an error in writing. */
bool is_name(const char *text)
{
	size_t len = strspn(text, NAME_CHARS);

	return isalpha((unsigned char)text[0]) && !text[len] && len <= VTPM_BRIDGE_MAX_NAME &&
	       strcmp(text, "control") && strncasecmp(text, "tpm", 3) &&
	       strncasecmp(text, "vtpm", 4);
}

/*
 * The chip of a device, or NO_CHIP: its number depends on the order of the drivers.  The text may
 * be a link, such as /sys/bus/platform/devices/MSFT0101:00.
 */
static uint32_t find_chip_of(const char *text)
{
	uint32_t num = NO_CHIP;
	char device[PATH_MAX], path[PATH_MAX];
	glob_t links;
	size_t i;

	if (!realpath(text, device) || glob("/sys/class/tpm/tpm*/device", 0, NULL, &links))
		return num;
	for (i = 0; i < links.gl_pathc && num == NO_CHIP; i++) {
		if (realpath(links.gl_pathv[i], path) && !strcmp(path, device))
			sscanf(links.gl_pathv[i], "/sys/class/tpm/tpm%" SCNu32, &num);
	}
	globfree(&links);
	return num;
}

/* tpm0, or the path of its device in /sys. */
uint32_t parse_chip(const char *text)
{
	uint64_t num;

	if (!strncmp(text, "/sys/", 5))
		return find_chip_of(text);
	if (!parse_node(text, "tpm", &num) || num >= VTPM_BRIDGE_ANY_CHIP)
		error(EXIT_USAGE, 0, "%s is no chip: write tpm0", text);
	return num;
}

int query(uint32_t num, struct vtpm_bridge_query *q)
{
	*q = (struct vtpm_bridge_query) { .size = sizeof(*q), .num = num };
	return ioctl(control(), VTPM_BRIDGE_QUERY, q);
}

/* Numbers of all proxies; returns how many there are, or -1. */
int list(uint32_t nums[MAX_PROXIES])
{
	struct vtpm_bridge_list list = {
		.size = sizeof(list), .count = MAX_PROXIES, .nums = (uintptr_t)nums,
	};

	if (ioctl(control(), VTPM_BRIDGE_LIST, &list))
		return -1;
	return list.count < MAX_PROXIES ? list.count : MAX_PROXIES;
}

bool find_proxy(const char *name, uint32_t *num)
{
	struct vtpm_bridge_query q;
	uint32_t nums[MAX_PROXIES];
	int i, count = list(nums);

	for (i = 0; i < count; i++) {
		if (!query(nums[i], &q) && !strncmp(q.name, name, sizeof(q.name))) {
			*num = q.num;
			return true;
		}
	}
	if (count >= 0)
		errno = ENOENT;
	return false;
}

/* A name, or the node of one: vm1, vtpm-vm1 or /dev/vtpm-vm1. */
const char *bare_name(const char *text)
{
	const char *name = text;

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	if (!strncmp(name, "vtpm-", 5))
		return name + 5;
	return text;
}

/* The number of a proxy that is given by name or number. */
uint32_t parse_proxy(const char *text)
{
	const char *name = bare_name(text);
	uint64_t num;
	uint32_t found;

	if (is_number(text, &num))
		return num;
	if (!is_name(name))
		error(EXIT_USAGE, 0, "%s is no proxy: write vtpm0, or a name", text);
	if (!find_proxy(name, &found)) {
		complain(text);
		exit(EXIT_FAILURE);
	}
	return found;
}

int destroy(uint32_t num, uint32_t flags)
{
	struct vtpm_bridge_destroy d = {
		.size = sizeof(d), .num = num, .flags = flags,
	};

	return ioctl(control(), VTPM_BRIDGE_DESTROY, &d);
}

/* The one chip whose family says what the names of commands mean. */
int find_chip(uint32_t *num)
{
	struct vtpm_bridge_chip chip = { .size = sizeof(chip), .chip = *num };

	if (ioctl(control(), VTPM_BRIDGE_CHIP, &chip))
		return -1;
	*num = chip.chip;
	family = chip.family;
	return 0;
}

static int set_value(uint32_t num, uint32_t key, uint64_t value, const char *what)
{
	struct vtpm_bridge_set set = {
		.size = sizeof(set), .num = num, .key = key, .value = value,
	};

	if (!ioctl(control(), VTPM_BRIDGE_SET, &set))
		return 0;
	complain(what);
	return EXIT_FAILURE;
}

int assign(uint32_t num, const char *text)
{
	const struct property *p;
	uint64_t value;

	p = check_assignment(text, &value);
	if (!p)
		return EXIT_USAGE;
	if (p->creates) {
		error(0, 0, "%s: only a proxy that is created gets a state file", text);
		return EXIT_USAGE;
	}
	return set_value(num, p->key, value, text);
}

/* Give each command its default that has this key in the policy. */
static int unset_commands(uint32_t num, const struct property *p)
{
	struct vtpm_bridge_setting *policy;
	uint32_t i, count;
	int ret = 0;

	policy = read_policy(num, &count);
	if (!policy) {
		complain(p->name);
		return EXIT_FAILURE;
	}
	for (i = 0; i < count && !ret; i++) {
		if (policy[i].key == p->key)
			ret = set_value(num, VTPM_BRIDGE_DEFAULT, policy[i].value, p->name);
	}
	free(policy);
	return ret;
}

/* An authorisation value that is empty */
static int unset_auth(uint32_t num, const struct property *p)
{
	const struct vtpm_bridge_auth empty = { .size = sizeof(empty) };

	return set_value(num, p->key, (uintptr_t)&empty, p->name);
}

/* Give a property the value that a new proxy of the family has. */
int unset(uint32_t num, const struct property *p)
{
	if (p->policy)
		return unset_commands(num, p);
	if (!p->format)
		return unset_auth(num, p);
	return set_value(num, p->key, p->initial[family != 0x102], p->name);
}

/* The property of a name that unset() takes; exits if there is none. */
const struct property *parse_unset(const char *name)
{
	const struct property *p = find_property(name, strlen(name));

	if (!p)
		no_property(name, strlen(name));
	if (p->creates || p->key == VTPM_BRIDGE_SECRET)
		error(EXIT_USAGE, 0, "%s: a proxy keeps it", name);
	if (p->key == VTPM_BRIDGE_ALLOW || p->key == VTPM_BRIDGE_DEFAULT)
		error(EXIT_USAGE, 0, "%s: this is what deny and allow-unsafe are unset to", name);
	return p;
}

/* The value of the last word that sets a property, or NULL. */
static const char *find_value(int argc, char **argv, const char *name)
{
	size_t len = strlen(name);

	while (argc--) {
		if (!strncmp(argv[argc], name, len) && argv[argc][len] == '=')
			return argv[argc] + len + 1;
	}
	return NULL;
}

/* The same as a number; 0 if there is none. */
static uint64_t find_number(int argc, char **argv, const char *name)
{
	const char *text = find_value(argc, argv, name);
	uint64_t value = 0;

	if (text)
		find_property(name, strlen(name))->parse(text, &value);
	return value;
}

static struct state_words find_state_words(int argc, char **argv)
{
	static const char *const of_state[] = {
		"state-key-file", "srk-auth-file", "rollback-counter", "accept-old-state",
	};
	struct state_words words = {
		.path = find_value(argc, argv, "state"),
		.key_file = find_value(argc, argv, "state-key-file"),
		.owner_auth = find_value(argc, argv, "owner-auth-file"),
		.srk_auth = find_value(argc, argv, "srk-auth-file"),
	};
	unsigned int i;

	words.counter = find_number(argc, argv, "rollback-counter");
	words.accepts = find_number(argc, argv, "accept-old-state");
	for (i = 0; i < ARRAY_SIZE(of_state) && !words.path; i++) {
		if (find_value(argc, argv, of_state[i]))
			error(EXIT_USAGE, 0, "%s= is for a proxy with state=", of_state[i]);
	}
	if (words.srk_auth && family == 0x200)
		error(EXIT_USAGE, 0, "srk-auth-file= is for a TPM 1.2");
	if (words.counter && family == 0x102)
		error(EXIT_USAGE, 0, "rollback-counter= is for a TPM 2.0");
	return words;
}

/* Before anything is changed; and again when the family is known. */
void check_all(int argc, char **argv)
{
	uint64_t value;
	int i;

	for (i = 0; i < argc; i++) {
		if (!check_assignment(argv[i], &value))
			exit(EXIT_USAGE);
	}
	find_state_words(argc, argv);
	wipe_secrets();
}

/* What the words set.  Returns how many settings that are; @words gets the word of each. */
static int parse_settings(int argc, char **argv, struct vtpm_bridge_setting *settings,
			  const char **words)
{
	int i, count = 0;

	for (i = 0; i < argc; i++) {
		const struct property *p;
		uint64_t value;

		p = check_assignment(argv[i], &value);
		if (!p)
			exit(EXIT_USAGE);
		if (p->creates)
			continue;
		words[count] = argv[i];
		settings[count].key = p->key;
		settings[count++].value = value;
	}
	return count;
}

/* The state file is the last setting: it takes the place of what others have set. */
static int create_with(struct vtpm_bridge_create *create, int argc, char **argv,
		       const struct state_file *file)
{
	struct vtpm_bridge_setting *settings = calloc(argc + 1, sizeof(*settings));
	const char **words = calloc(argc + 1, sizeof(*words));
	int ret;

	if (!settings || !words)
		error(EXIT_FAILURE, errno, "memory");
	create->nr_settings = parse_settings(argc, argv, settings, words);
	if (file) {
		words[create->nr_settings] = file->path;
		settings[create->nr_settings].key = VTPM_BRIDGE_STATE;
		settings[create->nr_settings++].value = (uintptr_t)file->arg;
	}
	create->failed = create->nr_settings;
	create->settings = (uintptr_t)settings;
	ret = ioctl(control(), VTPM_BRIDGE_CREATE, create);
	if (ret && file && create->failed == create->nr_settings - 1)
		complain_of_state(file->path);
	else if (ret)
		complain(create->failed < create->nr_settings ? words[create->failed] : "create");
	free(words);
	free(settings);
	return ret;
}

static int create_with_state(struct vtpm_bridge_create *create, int argc, char **argv,
			     const struct state_words *words)
{
	struct state_file file;
	int ret = -1;

	if (open_state(words, create->chip, &file))
		ret = create_with(create, argc, argv, &file);
	if (!ret && !count_state(words, create->chip, &file)) {
		destroy(create->num, VTPM_BRIDGE_FORCE);
		ret = -1;
	}
	return end_state(&file, !ret) ? ret : -1;
}

int create_proxy(struct vtpm_bridge_create *create, int argc, char **argv)
{
	const struct state_words words = find_state_words(argc, argv);
	int ret;

	if (words.path)
		ret = create_with_state(create, argc, argv, &words);
	else
		ret = create_with(create, argc, argv, NULL);
	wipe_secrets();
	return ret;
}

int keep(uint32_t num)
{
	struct vtpm_bridge_keep k = { .size = sizeof(k), .num = num };

	return ioctl(control(), VTPM_BRIDGE_KEEP, &k);
}

/*
 * Whoever is told of a node may open it next, so the rules of udev, which set its
 * group and that of the attribute cancel, have to be done by then.
 */
void wait_for_udev(void)
{
	static char *const argv[] = { "udevadm", "settle", "--timeout=10", NULL };
	pid_t pid;

	if (!access(UDEV_SOCKET, F_OK) &&
	    !posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		waitpid(pid, NULL, 0);
}

/* @text has room for NODE_SIZE bytes. */
void format_node(char *text, const char *folder, uint32_t num, const char *name)
{
	if (*name)
		snprintf(text, NODE_SIZE, "%svtpm-%.*s", folder, VTPM_BRIDGE_MAX_NAME, name);
	else
		snprintf(text, NODE_SIZE, "%svtpm%u", folder, num);
}

const char *family_name(uint32_t family)
{
	return family == 0x102 ? "1.2" : "2.0";
}

/* All that there is room for; returns how many there are, or -1. */
static int fill_policy(uint32_t num, struct vtpm_bridge_setting *settings, uint32_t room)
{
	struct vtpm_bridge_policy policy = {
		.size = sizeof(policy), .num = num, .count = room, .settings = (uintptr_t)settings,
	};

	return ioctl(control(), VTPM_BRIDGE_POLICY, &policy) ? -1 : (int)policy.count;
}

/* The commands whose permission is not the default.  The caller frees them; NULL: see errno. */
struct vtpm_bridge_setting *read_policy(uint32_t num, uint32_t *count)
{
	struct vtpm_bridge_setting *settings;
	int room, found = 0;

	do {
		room = found;
		settings = calloc(room + 1, sizeof(*settings));
		if (!settings)
			error(EXIT_FAILURE, errno, "memory");
		found = fill_policy(num, settings, room);
		if (found < 0 || found > room)
			free(settings);
	} while (found > room);
	*count = found;
	return found < 0 ? NULL : settings;
}
