// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of the configuration, /etc/vtpm-bridge/NAME.conf, one for each proxy.
 *
 * A line is a word of "vtpmctl create", with or without spaces around the equals sign; or
 * chip=CHIP; or owner=, group= or mode= of the node.  What a file does not say is the default, so
 * that a grant ends with its line.
 */
#include <errno.h>
#include <error.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "access.h"
#include "conf.h"
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "secret.h"
#include "state.h"

#define FOLDER		"/etc/vtpm-bridge"
#define SUFFIX		".conf"
#define CHIP		"chip="
#define SPACES		" \t\r\n"

/**
 * struct conf - what a file says
 * @name:	of the proxy
 * @chip:	tpmN or the path of a device, or NULL
 * @access:	who may open the node
 * @count:	number of @words
 * @words:	assignments of properties, in their order
 */
struct conf {
	const char *name;
	const char *chip;
	struct access access;
	int count;
	char **words;
};

static const char *folder(void)
{
	const char *other = getenv("VTPM_BRIDGE_CONF");

	return other ? other : FOLDER;
}

static void make_path(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s" SUFFIX, folder(), name);
}

/* Move the value to the equals sign, and the end to the value. */
static char *trim(char *line)
{
	char *equals, *value, *end;

	line += strspn(line, SPACES);
	end = line + strlen(line);
	while (end > line && strchr(SPACES, end[-1]))
		*--end = 0;
	equals = strchr(line, '=');
	if (!equals)
		return line;
	value = equals + 1 + strspn(equals + 1, SPACES);
	end = equals;
	while (end > line && strchr(SPACES, end[-1]))
		end--;
	*end++ = '=';
	memmove(end, value, strlen(value) + 1);
	return line;
}

static void add_word(struct conf *conf, const char *word)
{
	conf->words = realloc(conf->words, (conf->count + 1) * sizeof(*conf->words));
	if (!conf->words)
		error(EXIT_FAILURE, errno, "memory");
	conf->words[conf->count] = strdup(word);
	if (!conf->words[conf->count++])
		error(EXIT_FAILURE, errno, "memory");
}

/* What is wrong with a line, or NULL. */
static const char *read_line(struct conf *conf, const char *line)
{
	const struct property *p;

	if (!*line || strchr("#;", *line) || !strcmp(line, "[proxy]"))
		return NULL;
	if (!strchr(line, '='))
		return "is no name = value";
	if (!strncmp(line, CHIP, strlen(CHIP))) {
		conf->chip = strdup(line + strlen(CHIP));
		return NULL;
	}
	if (is_access(line))
		return parse_access(&conf->access, line);
	p = find_property(line, strcspn(line, "="));
	if (!p)
		return "names no property";
	if (p->is_event)
		return "is not for a file";
	add_word(conf, line);
	return NULL;
}

/* The same, but only of what says who may open the node. */
static const char *read_access_line(struct conf *conf, const char *line)
{
	return is_access(line) ? parse_access(&conf->access, line) : NULL;
}

/* Exits if the file cannot be read or is wrong. */
static void read_conf(const char *path, struct conf *conf,
		      const char *(*read)(struct conf *conf, const char *line))
{
	FILE *file = fopen(path, "re");
	unsigned int nr = 0;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		error(EXIT_FAILURE, errno, "%s", path);
	while (getline(&line, &size, file) > 0) {
		const char *wrong = read(conf, trim(line));

		nr++;
		if (wrong)
			error(EXIT_USAGE, 0, "%s:%u: the line %s", path, nr, wrong);
	}
	if (ferror(file))
		error(EXIT_FAILURE, errno, "%s", path);
	free(line);
	fclose(file);
}

/* The last assignment of a property, or NULL. */
static const char *find_word(const struct conf *conf, const struct property *p)
{
	size_t len = strlen(p->name);
	int i;

	for (i = conf->count - 1; i >= 0; i--) {
		if (!strncmp(conf->words[i], p->name, len) && conf->words[i][len] == '=')
			return conf->words[i];
	}
	return NULL;
}

/* Say what is changed, and change it unless this is a dry run. */
static int change(const struct conf *conf, const struct vtpm_bridge_query *q, const char *word,
		  const char *was, bool dry_run)
{
	int ret = dry_run ? 0 : assign(q->num, word);

	if (!ret)
		report_change(conf->name, word, was);
	return ret;
}

/* The kernel does not give a secret back: one that the proxy has is taken for the file's. */
static int apply_secret(const struct conf *conf, const struct vtpm_bridge_query *q,
			const char *word, bool is_given, bool dry_run)
{
	return word && !is_given ? change(conf, q, word, NULL, dry_run) : 0;
}

static int apply_value(const struct conf *conf, const struct vtpm_bridge_query *q,
		       const struct property *p, uint64_t value, bool dry_run)
{
	const char *word = find_word(conf, p);
	uint64_t wanted = p->initial[q->family != 0x102];
	char was[TEXT_SIZE], text[TEXT_SIZE], initial[2 * TEXT_SIZE];

	if (word)
		p->parse(strchr(word, '=') + 1, &wanted);
	if (wanted == value)
		return 0;
	p->format(value, was);
	p->format(wanted, text);
	snprintf(initial, sizeof(initial), "%s=%s", p->name, text);
	return change(conf, q, word ? word : initial, was, dry_run);
}

static int apply_property(const struct conf *conf, const struct vtpm_bridge_query *q,
			  const struct property *p, bool dry_run)
{
	struct vtpm_bridge_get get = { .size = sizeof(get), .num = q->num, .key = p->key };
	const char *word = find_word(conf, p);

	if (ioctl(control(), VTPM_BRIDGE_GET, &get)) {
		if (errno == EOPNOTSUPP && !word)
			return 0;
		complain(word ? word : p->name);
		return EXIT_FAILURE;
	}
	if (!p->format)
		return apply_secret(conf, q, word, get.value, dry_run);
	return apply_value(conf, q, p, get.value, dry_run);
}

static const struct vtpm_bridge_setting *find_row(const struct vtpm_bridge_setting *policy,
						  uint32_t count, uint64_t code)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (policy[i].value == code)
			return &policy[i];
	}
	return NULL;
}

/* The property of a word of the policy, and the command's code; NULL for any other word. */
static const struct property *parse_permission(const char *word, uint64_t *code)
{
	const char *equals = strchr(word, '=');
	const struct property *p = find_property(word, equals - word);

	return p->policy && p->parse(equals + 1, code) ? p : NULL;
}

/* What the file makes of the command, or 0: the default. */
static uint32_t find_permission(const struct conf *conf, uint64_t code)
{
	int i;

	for (i = conf->count - 1; i >= 0; i--) {
		uint64_t value;
		const struct property *p = parse_permission(conf->words[i], &value);

		if (p && value == code)
			return p->key == VTPM_BRIDGE_DENY || p->key == VTPM_BRIDGE_ALLOW_UNSAFE ?
			       p->key : 0;
	}
	return 0;
}

/* End what the file does not say. */
static int revoke_permissions(const struct conf *conf, const struct vtpm_bridge_query *q,
			      const struct vtpm_bridge_setting *policy, uint32_t count,
			      bool dry_run)
{
	char was[TEXT_SIZE], word[2 * TEXT_SIZE];
	uint32_t i;
	int ret = 0;

	for (i = 0; i < count && !ret; i++) {
		if (find_permission(conf, policy[i].value) ||
		    !format_command(q->family, &policy[i], was))
			continue;
		snprintf(word, sizeof(word), "default=%s", strchr(was, '=') + 1);
		ret = change(conf, q, word, was, dry_run);
	}
	return ret;
}

static int apply_policy(const struct conf *conf, const struct vtpm_bridge_query *q, bool dry_run)
{
	const struct vtpm_bridge_setting *row;
	struct vtpm_bridge_setting *policy;
	const struct property *p;
	uint64_t code;
	uint32_t count;
	int i, ret;

	policy = read_policy(q->num, &count);
	if (!policy) {
		complain(conf->name);
		return EXIT_FAILURE;
	}
	ret = revoke_permissions(conf, q, policy, count, dry_run);
	for (i = 0; i < conf->count && !ret; i++) {
		p = parse_permission(conf->words[i], &code);
		if (!p)
			continue;
		row = find_row(policy, count, code);
		if (find_permission(conf, code) != p->key || (row && row->key == p->key))
			continue;
		ret = change(conf, q, conf->words[i], NULL, dry_run);
	}
	free(policy);
	return ret;
}

/* A proxy keeps the state file that it was created with. */
static int check_state(const struct conf *conf, const struct vtpm_bridge_query *q)
{
	const char *word = find_word(conf, find_property("state", strlen("state")));
	const char *wanted = word ? strchr(word, '=') + 1 : "";
	char path[PATH_MAX], real[PATH_MAX];

	read_state_path(q, path, sizeof(path));
	if (*wanted && realpath(wanted, real))
		wanted = real;
	if (!strcmp(path, wanted))
		return 0;
	error(0, 0, "%s: its state file is %s, not %s: destroy it first", conf->name,
	      *path ? path : "none", *wanted ? wanted : "none");
	return EXIT_FAILURE;
}

/* A proxy that is there: a guest may run. */
static int apply_to_proxy(const struct conf *conf, uint32_t num, bool dry_run)
{
	struct vtpm_bridge_query q;
	unsigned int i;
	int ret;

	if (query(num, &q)) {
		complain(conf->name);
		return EXIT_FAILURE;
	}
	if (conf->chip && parse_chip(conf->chip) != q.chip) {
		error(0, 0, "%s: it is on tpm%u, not on %s: destroy it first", conf->name, q.chip,
		      conf->chip);
		return EXIT_FAILURE;
	}
	family = q.family;
	check_all(conf->count, conf->words);
	ret = check_state(conf, &q);
	for (i = 0; i < nr_properties && !ret; i++) {
		if (!properties[i].policy && !properties[i].is_event && !properties[i].creates)
			ret = apply_property(conf, &q, &properties[i], dry_run);
	}
	if (!ret)
		ret = apply_policy(conf, &q, dry_run);
	wipe_secrets();
	if (!ret)
		ret = apply_access(conf->name, &conf->access, dry_run);
	return ret;
}

/* Wait for a chip whose driver is still being loaded. */
static uint32_t wait_for_chip(const struct conf *conf, unsigned int wait)
{
	for (;;) {
		uint32_t chip = conf->chip ? parse_chip(conf->chip) : VTPM_BRIDGE_ANY_CHIP;

		if (!find_chip(&chip))
			return chip;
		if ((errno != ENODEV && errno != EAGAIN) || !wait--) {
			complain(conf->chip ? conf->chip : conf->name);
			exit(EXIT_FAILURE);
		}
		sleep(1);
	}
}

static int create_from(const struct conf *conf, bool dry_run, unsigned int wait)
{
	struct vtpm_bridge_create c = {
		.size = sizeof(c), .flags = VTPM_BRIDGE_PERSISTENT,
		.chip = wait_for_chip(conf, wait),
	};

	memcpy(c.name, conf->name, strlen(conf->name));
	check_all(conf->count, conf->words);
	if (!dry_run && create_proxy(&c, conf->count, conf->words))
		return EXIT_FAILURE;
	report_creation(conf->name, c.chip);
	if (dry_run)
		return 0;
	wait_for_udev();
	return apply_access(conf->name, &conf->access, dry_run);
}

static int apply_file(const char *path, const char *name, bool dry_run, unsigned int wait)
{
	struct conf conf = { .name = name, .access = default_access };
	uint32_t num;

	if (!is_name(name))
		error(EXIT_USAGE, 0, "%s: %s is no name of a proxy", path, name);
	read_conf(path, &conf, read_line);
	if (find_proxy(name, &num))
		return apply_to_proxy(&conf, num, dry_run);
	if (errno != ENOENT) {
		complain(name);
		return EXIT_FAILURE;
	}
	return create_from(&conf, dry_run, wait);
}

/* In a process of its own: a file that is wrong does not keep others from being applied. */
static int apply_apart(const char *path, const char *name, bool dry_run, unsigned int wait)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		error(EXIT_FAILURE, errno, "fork");
	if (!pid)
		exit(apply_file(path, name, dry_run, wait));
	if (waitpid(pid, &status, 0) < 0)
		error(EXIT_FAILURE, errno, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static int apply_path(char *path, bool dry_run, unsigned int wait)
{
	char *copy = strdup(path);
	int ret;

	if (!copy)
		error(EXIT_FAILURE, errno, "memory");
	copy[strlen(copy) - strlen(SUFFIX)] = 0;
	ret = apply_apart(path, basename(copy), dry_run, wait);
	free(copy);
	return ret;
}

/*
 * Create or set the proxy of one file, or those of all.  Returns the exit status: the last one
 * that is not 0.
 */
int apply(const char *name, bool dry_run, unsigned int wait)
{
	char pattern[PATH_MAX];
	int ret = 0, failed;
	glob_t found;
	size_t i;

	make_path(pattern, name ? name : "*");
	if (name)
		return apply_file(pattern, name, dry_run, wait);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (i = 0; i < found.gl_pathc; i++) {
		failed = apply_path(found.gl_pathv[i], dry_run, wait);
		if (failed)
			ret = failed;
	}
	globfree(&found);
	return ret;
}

/* Say who may open the node of a proxy, as the rules of udev ask when there is a node. */
int show_access(const char *name)
{
	struct conf conf = { .name = name, .access = default_access };
	char path[PATH_MAX];

	make_path(path, name);
	if (!access(path, F_OK) || errno != ENOENT)
		read_conf(path, &conf, read_access_line);
	print_access(&conf.access);
	return 0;
}

static void write_value(const struct vtpm_bridge_query *q, const struct property *p,
			uint64_t value)
{
	char text[TEXT_SIZE];

	if (!p->format) {
		if (value)
			printf("# %s = it was given; the kernel does not give it back\n", p->name);
		return;
	}
	if (value == p->initial[q->family != 0x102])
		return;
	p->format(value, text);
	printf("%s = %s\n", p->name, text);
}

static int write_properties(const struct vtpm_bridge_query *q)
{
	unsigned int i;

	for (i = 0; i < nr_properties; i++) {
		struct vtpm_bridge_get get = {
			.size = sizeof(get), .num = q->num, .key = properties[i].key,
		};

		if (properties[i].policy || properties[i].is_event || properties[i].creates)
			continue;
		if (!ioctl(control(), VTPM_BRIDGE_GET, &get))
			write_value(q, &properties[i], get.value);
		else if (errno != EOPNOTSUPP)
			return -1;
	}
	return 0;
}

static int write_policy(const struct vtpm_bridge_query *q)
{
	struct vtpm_bridge_setting *policy;
	char text[TEXT_SIZE];
	uint32_t i, count;

	policy = read_policy(q->num, &count);
	if (!policy)
		return -1;
	for (i = 0; i < count; i++) {
		char *equals;

		if (!format_command(q->family, &policy[i], text))
			continue;
		equals = strchr(text, '=');
		*equals = 0;
		printf("%s = %s\n", text, equals + 1);
	}
	free(policy);
	return 0;
}

/* Write the file that makes this proxy. */
int write_conf(const struct vtpm_bridge_query *q)
{
	char path[PATH_MAX], link[64];

	printf("[proxy]\n");
	snprintf(link, sizeof(link), "/sys/class/tpm/tpm%u/device", q->chip);
	if (realpath(link, path))
		printf("chip = %s\n", path);
	else
		printf("chip = tpm%u\n", q->chip);
	if (*q->name)
		write_access(q->name);
	read_state_path(q, path, sizeof(path));
	if (*path)
		printf("state = %s\n", path);
	if (*path && find_counter(path))
		printf("rollback-counter = 0x%08x\n", find_counter(path));
	if (*path && is_locked_by_file(path))
		printf("# state-key-file = it was given\n");
	else if (*path && q->family == 0x102)
		printf("# srk-auth-file = if the SRK's authorisation is not 20 zeros\n");
	return write_properties(q) ? -1 : write_policy(q);
}
