// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may open the node of a proxy: what its file says, and what udev has made of that.
 *
 * udev sets owner, group and mode, because it sets them again when it likes.  Its rules ask
 * "vtpmctl access" what the file says, and keep the answer in udev's database.  So what counts is
 * there, and not in the node, which belongs to somebody else while libvirt runs its machine.
 */
#include <errno.h>
#include <error.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "access.h"
#include "property.h"
#include "proxy.h"
#include "report.h"

#define MODE_BITS	0666ul
#define WRITE_BITS	0222ul

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* In a command of a rule, which knows quotes, spaces and substitutions. */
static bool is_plain(const char *text)
{
	return !strpbrk(text, " \t\"'$%\\:");
}

static const char *check_owner(char *text)
{
	return is_number(text) || (is_plain(text) && getpwnam(text)) ?
	       NULL : "names no user of this machine";
}

static const char *check_group(char *text)
{
	return is_number(text) || (is_plain(text) && getgrnam(text)) ?
	       NULL : "names no group of this machine";
}

static const char *check_mode(char *text)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (!is_number(text) || *end || mode & ~MODE_BITS)
		return "is no mode: write octal digits, such as 0660";
	snprintf(text, ACCESS_SIZE, "%04lo", mode);
	return NULL;
}

/*
 * The keys of a file, and of the rules of udev.  The check returns what is wrong with a value,
 * and may rewrite it.
 */
static const struct {
	const char *name;
	const char *udev;
	const char *(*check)(char *text);
} keys[NR_ACCESS_KEYS] = {
	[ACCESS_OWNER] = { "owner", "VTPM_OWNER", check_owner },
	[ACCESS_GROUP] = { "group", "VTPM_GROUP", check_group },
	[ACCESS_MODE] = { "mode", "VTPM_MODE", check_mode },
};

/* What the rules give a proxy without a name. */
const struct access default_access = { { "root", "tss", "0660" } };

/* The value after the name and an equals sign, or NULL. */
static const char *value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(line, name, len) && line[len] == '=' ? line + len + 1 : NULL;
}

bool is_access(const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (value_of(line, keys[i].name))
			return true;
	}
	return false;
}

/* What is wrong with a line that is_access(), or NULL. */
const char *parse_access(struct access *access, const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = value_of(line, keys[i].name);

		if (!value)
			continue;
		if (strlen(value) >= ACCESS_SIZE)
			return "is too long";
		strcpy(access->value[i], value);
		return keys[i].check(access->value[i]);
	}
	return "names no property";
}

/* As the rules of udev import it. */
void print_access(const struct access *access)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		printf("%s=%s\n", keys[i].udev, access->value[i]);
	/* Of the attribute cancel, which whoever uses the node writes, and nobody reads. */
	printf("VTPM_CANCEL_MODE=%04lo\n",
	       strtoul(access->value[ACCESS_MODE], NULL, 8) & WRITE_BITS);
}

/* What udev's rules have given the node; false if it has none, or there is no udev. */
static bool find_access(const char *name, struct access *access)
{
	unsigned int i, found = 0;
	char line[256];
	FILE *info;

	/* A name has no character that is special to a shell. */
	snprintf(line, sizeof(line),
		 "udevadm info --query=property --name=/dev/vtpm-%s 2>/dev/null", name);
	info = popen(line, "re");
	if (!info)
		return false;
	while (fgets(line, sizeof(line), info)) {
		line[strcspn(line, "\n")] = 0;
		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			const char *value = value_of(line, keys[i].udev);

			if (value && strlen(value) < ACCESS_SIZE) {
				strcpy(access->value[i], value);
				found++;
			}
		}
	}
	pclose(info);
	return found == NR_ACCESS_KEYS;
}

static int ask_udev(const char *name)
{
	char node[64];
	char *const argv[] = { "udevadm", "trigger", "--action=change", node, NULL };
	int status;
	pid_t pid;

	snprintf(node, sizeof(node), "/dev/vtpm-%s", name);
	errno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno || waitpid(pid, &status, 0) < 0) {
		error(0, errno, "udevadm");
		return EXIT_FAILURE;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		error(0, 0, "%s: udev was not told", node);
		return EXIT_FAILURE;
	}
	wait_for_udev();
	return 0;
}

static bool differs(const struct access *a, const struct access *b, unsigned int key)
{
	return strcmp(a->value[key], b->value[key]);
}

static bool is_default(const struct access *access)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (differs(access, &default_access, i))
			return false;
	}
	return true;
}

/* Say what is to be changed, and have udev change it unless this is a dry run. */
int apply_access(const char *name, const struct access *wanted, bool dry_run)
{
	struct access now;
	char word[2 * ACCESS_SIZE];
	bool is_right = true;
	unsigned int i;

	if (!find_access(name, &now)) {
		if (is_default(wanted))
			return 0;
		error(0, 0, "%s: udev, which sets owner, group and mode, does not know the node",
		      name);
		return EXIT_FAILURE;
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!differs(&now, wanted, i))
			continue;
		snprintf(word, sizeof(word), "%s=%s", keys[i].name, wanted->value[i]);
		report_change(name, word, now.value[i]);
		is_right = false;
	}
	return is_right || dry_run ? 0 : ask_udev(name);
}

/* The lines of a file that gives a proxy the same. */
void write_access(const char *name)
{
	struct access now;
	unsigned int i;

	if (!find_access(name, &now))
		return;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (differs(&now, &default_access, i))
			printf("%s = %s\n", keys[i].name, now.value[i]);
	}
}
