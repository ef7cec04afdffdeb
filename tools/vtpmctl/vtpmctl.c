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
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "attest.h"
#include "conf.h"
#include "property.h"
#include "proxy.h"
#include "secret.h"
#include "state.h"

static const char *const power_names[] = {
	[VTPM_BRIDGE_OFF] = "off",
	[VTPM_BRIDGE_WAITING] = "waiting",
	[VTPM_BRIDGE_STARTED] = "started",
	[VTPM_BRIDGE_SHUT_DOWN] = "shutdown",
};

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

#define OPTION_CHIP	0x1
#define OPTION_FORCE	0x2
#define OPTION_DRY_RUN	0x4
#define OPTION_WAIT	0x8
#define OPTION_CONFIG	0x10

/* Options that a command may have, in front of its other words. */
struct options {
	uint32_t chip;
	bool force;
	bool dry_run;
	bool config;
	uint64_t wait;	/* s */
};

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

static void set_name(struct vtpm_bridge_create *create, const char *name)
{
	if (find_property(name, strlen(name)))
		error(EXIT_USAGE, 0, "%s is no name=value", name);
	if (!is_name(name))
		error(EXIT_USAGE, 0, "%s is no name: write a letter, then up to %d letters, digits, "
		      "dots, hyphens and underscores; not tpm, vtpm or control",
		      name, VTPM_BRIDGE_MAX_NAME - 1);
	memcpy(create->name, name, strlen(name));
}

/*
 * Nobody knows of a proxy whose node was not printed: until then it goes with
 * this process, however that ends.
 */
static int do_create(const struct options *options, int argc, char **argv)
{
	struct vtpm_bridge_create c = { .size = sizeof(c), .chip = options->chip };

	forced = options->force;
	if (argc && !strchr(argv[0], '=')) {
		set_name(&c, argv[0]);
		argc--;
		argv++;
	}
	check_all(argc, argv);
	if (find_chip(&c.chip)) {
		complain("create");
		return EXIT_FAILURE;
	}
	if (create_proxy(&c, argc, argv))
		return EXIT_FAILURE;
	wait_for_udev();
	print_node("/dev/", c.num, c.name);
	putchar('\n');
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

static void show_command(uint32_t family, const struct vtpm_bridge_setting *setting)
{
	char text[TEXT_SIZE];

	if (format_command(family, setting, text))
		printf("  %s\n", text);
}

static int show_policy(const struct vtpm_bridge_query *q)
{
	struct vtpm_bridge_setting *policy;
	uint32_t i, count;

	policy = read_policy(q->num, &count);
	if (!policy)
		return -1;
	for (i = 0; i < count; i++)
		show_command(q->family, &policy[i]);
	free(policy);
	return 0;
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

	for (i = 0; i < nr_properties; i++) {
		if (!properties[i].policy && !properties[i].creates &&
		    show_property(q, &properties[i]))
			return -1;
	}
	return show_policy(q);
}

/* None is shown if the proxy has none. */
static void show_state_path(const struct vtpm_bridge_query *q)
{
	char path[PATH_MAX];

	read_state_path(q, path, sizeof(path));
	if (*path)
		printf("  state-file: %s\n", path);
}

/* None is shown if the proxy has none. */
static int show_identity(const struct vtpm_bridge_query *q)
{
	struct vtpm_bridge_identity identity = { .size = sizeof(identity), .num = q->num };
	uint32_t i;

	if (ioctl(control(), VTPM_BRIDGE_IDENTITY, &identity))
		return errno == EOPNOTSUPP ? 0 : -1;
	printf("  identity: ");
	for (i = 0; i < identity.len && i < sizeof(identity.digest); i++)
		printf("%02x", identity.digest[i]);
	putchar('\n');
	return 0;
}

static int show(const struct vtpm_bridge_query *q)
{
	print_node("", q->num, q->name);
	printf("\n  number: %u\n", q->num);
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
	show_state_path(q);
	return show_identity(q) ? -1 : show_properties(q);
}

static int show_line(const struct vtpm_bridge_query *q)
{
	print_node("/dev/", q->num, q->name);
	printf(" tpm%u %s %s\n", q->chip,
	       q->family == 0x102 ? "1.2" : "2.0",
	       q->power < ARRAY_SIZE(power_names) ? power_names[q->power] :
	       "unknown");
	return 0;
}

static int for_each(int (*tell)(const struct vtpm_bridge_query *q))
{
	uint32_t nums[MAX_PROXIES];
	struct vtpm_bridge_query q;
	int i, count = list(nums);

	if (count < 0) {
		complain("list");
		return EXIT_FAILURE;
	}
	for (i = 0; i < count; i++) {
		/* One that went meanwhile is not there any more. */
		if ((query(nums[i], &q) || tell(&q)) && errno != ENOENT) {
			complain("show");
			return EXIT_FAILURE;
		}
	}
	return 0;
}

static int do_access(const struct options *options, int argc, char **argv)
{
	const char *name = bare_name(argv[0]);

	(void)options;
	(void)argc;
	if (!is_name(name))
		error(EXIT_USAGE, 0, "%s is no name of a proxy", argv[0]);
	return show_access(name);
}

static int do_attest(const struct options *options, int argc, char **argv)
{
	(void)options;
	if (strcmp(argv[0], "W"))
		error(EXIT_USAGE, 0, "attest computes W, and not %s", argv[0]);
	return attest_w(argv[1], argc > 2 ? argv[2] : NULL);
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
	int (*tell)(const struct vtpm_bridge_query *q) = options->config ? write_conf : show;
	struct vtpm_bridge_query q;

	if (!argc)
		return for_each(tell);
	if (query(parse_proxy(argv[0]), &q) || tell(&q)) {
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

static int do_apply(const struct options *options, int argc, char **argv)
{
	forced = options->force;
	return apply(argc ? argv[0] : NULL, options->dry_run, options->wait);
}

static int usage_of_state(void)
{
	error(EXIT_USAGE, 0, "usage: %s state show FILE, or state copy|move FILE NEW "
	      "[new-key-file=FILE] [state-key-file=FILE] [owner-auth-file=FILE] "
	      "[srk-auth-file=FILE]",
	      program_invocation_short_name);
	return EXIT_USAGE;
}

static int do_state_copy(uint32_t chip, int argc, char **argv, bool move)
{
	struct state_words from = { .path = argv[0] };
	const char *new_key_file = NULL;
	int i;

	for (i = 2; i < argc; i++) {
		if (!strncmp(argv[i], "new-key-file=", 13))
			new_key_file = argv[i] + 13;
		else if (!strncmp(argv[i], "state-key-file=", 15))
			from.key_file = argv[i] + 15;
		else if (!strncmp(argv[i], "owner-auth-file=", 16))
			from.owner_auth = argv[i] + 16;
		else if (!strncmp(argv[i], "srk-auth-file=", 14))
			from.srk_auth = argv[i] + 14;
		else
			return usage_of_state();
	}
	if ((!from.key_file || !new_key_file) && find_chip(&chip)) {
		complain("state");
		return EXIT_FAILURE;
	}
	return copy_state(&from, chip, argv[1], new_key_file, move);
}

static int do_state(const struct options *options, int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[0], "show"))
		return show_state(argv[1]);
	if (argc >= 3 && (!strcmp(argv[0], "copy") || !strcmp(argv[0], "move")))
		return do_state_copy(options->chip, argc - 1, argv + 1, *argv[0] == 'm');
	return usage_of_state();
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
	{ "access", do_access, 0, 1, 1, "NAME", "say for udev who may open the node of a proxy" },
	{ "apply", do_apply, OPTION_DRY_RUN | OPTION_FORCE | OPTION_WAIT, 0, 1,
	  "[--dry-run] [--wait SECONDS] [--force] [NAME]",
	  "create or set the proxies that /etc/vtpm-bridge/NAME.conf describes" },
	{ "attest", do_attest, 0, 2, 3, "W IDENTITY [FILE]",
	  "compute what a verifier of a quote expects, from PCRs as tpm2_pcrread prints them" },
	{ "create", do_create, OPTION_CHIP | OPTION_FORCE, 0, VTPM_BRIDGE_MAX_SETTINGS + 1,
	  "[--chip tpm0] [--force] [NAME] [name=value ...]",
	  "make a proxy, print its node" },
	{ "destroy", do_destroy, OPTION_FORCE, 1, 1, "[--force] PROXY", "end a proxy" },
	{ "list", do_list, 0, 0, 0, "", "a line for each proxy (the default)" },
	{ "reset", do_reset, 0, 1, 1, "PROXY", "reset its virtual platform" },
	{ "set", do_set, OPTION_FORCE, 2, 1000, "[--force] PROXY name=value ...",
	  "set properties" },
	{ "show", do_show, OPTION_CONFIG, 0, 1, "[--config] [PROXY]",
	  "show state and properties of one or all; with --config, as a file of /etc/vtpm-bridge" },
	{ "state", do_state, OPTION_CHIP, 2, 6,
	  "show FILE | [--chip tpm0] copy|move FILE NEW [name=FILE ...]",
	  "tell of a state file, or copy or move it with another lock" },
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
	fputs("\nA PROXY is its name or number: vm1 or vtpm0.\n\nProperties:\n", f);
	for (i = 0; i < nr_properties; i++)
		fprintf(f, "  %s=\n      %s\n", properties[i].name,
			properties[i].values);
	fputs("\nSee vtpmctl(8).\n", f);
	fclose(f);
	return out;
}

#define MAX_WAIT	3600	/* s */

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
	case 'n':
		words->options.dry_run = true;
		words->given |= OPTION_DRY_RUN;
		return 0;
	case 'w':
		if (!parse_num(arg, &words->options.wait) || words->options.wait > MAX_WAIT)
			argp_error(state, "%s is no number of seconds up to %d", arg, MAX_WAIT);
		words->given |= OPTION_WAIT;
		return 0;
	case OPTION_CONFIG << 8:
		words->options.config = true;
		words->given |= OPTION_CONFIG;
		return 0;
	case ARGP_KEY_ARG:
		words->word[words->count++] = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void print_version(FILE *stream, struct argp_state *state)
{
	FILE *file = fopen("/sys/module/vtpm_bridge/version", "re");
	char version[32] = "not loaded";

	(void)state;
	if (file) {
		if (fscanf(file, "%31s", version) != 1)
			strcpy(version, "unknown");
		fclose(file);
	}
	fprintf(stream, "vtpmctl " VERSION "\nmodule vtpm_bridge %s\n", version);
}

static const struct argp_option argp_options[] = {
	{ "chip", 'c', "CHIP", 0, "create: share this chip (default: the system's default)", 0 },
	{ "config", OPTION_CONFIG << 8, NULL, 0, "show: as a file of /etc/vtpm-bridge", 0 },
	{ "dry-run", 'n', NULL, 0, "apply: say what would be changed, and change nothing", 0 },
	{ "wait", 'w', "SECONDS", 0, "apply: wait for a chip that is not there yet", 0 },
	{ "force", 'f', NULL, 0, "destroy: even if a virtual machine uses it; "
	  "apply, create, set: even handles of others, or a secret that others can read", 0 },
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
	argp_program_version_hook = print_version;
	argp_parse(&argp, argc, argv, 0, NULL, &words);
	return run(&words);
}
