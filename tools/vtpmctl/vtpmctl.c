// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtpmctl - make, set and show the proxies of the vTPM bridge
 *
 * One table of commands, one of properties; each ioctl is one function away
 * from its command.  Exit status: 0 done, 1 the kernel refused, 2 wrong usage.
 */
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "attest.h"
#include "chip.h"
#include "conf.h"
#include "monitor.h"
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "secret.h"
#include "state.h"
#include "suggest.h"
#include "top.h"
#include "view.h"

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
#define OPTION_JSON	0x20
#define OPTION_ALL	0x40
#define OPTION_HELP	0x80
#define OPTION_COMMAND	0x100
#define OPTION_FILE	0x200
#define OPTION_BATCH	0x400
#define OPTION_INTERVAL	0x800
#define OPTION_COUNT	0x1000

/**
 * struct options - options that a command may have, in front of its other words
 * @given:	which of them were given
 * @chip:	value of --chip
 * @wait:	value of --wait, in seconds
 * @monitor:	values of --command and --file
 * @top:	values of --interval and --count
 */
struct options {
	unsigned int given;
	uint32_t chip;
	uint64_t wait;
	struct monitor monitor;
	struct top top;
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

	forced = options->given & OPTION_FORCE;
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
	print_created(&c);
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

static int do_chips(const struct options *options, int argc, char **argv)
{
	(void)options;
	(void)argc;
	(void)argv;
	return list_chips();
}

static int do_list(const struct options *options, int argc, char **argv)
{
	(void)options;
	(void)argc;
	(void)argv;
	return list_proxies();
}

static int do_show(const struct options *options, int argc, char **argv)
{
	bool as_conf = options->given & OPTION_CONFIG;

	if (as_conf && as_json)
		error(EXIT_USAGE, 0, "--config has a format of its own: use it without --json");
	if (argc)
		return show_proxy(parse_proxy(argv[0]), argv[0], as_conf);
	return show_proxies(as_conf);
}

static int do_set(const struct options *options, int argc, char **argv)
{
	uint32_t num = parse_proxy(argv[0]);

	forced = options->given & OPTION_FORCE;
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

static int do_monitor(const struct options *options, int argc, char **argv)
{
	struct monitor wanted = options->monitor;
	struct vtpm_bridge_query q;
	int i;

	for (i = 0; i < argc; i++) {
		uint32_t num = parse_proxy(argv[i]);

		if (!wanted.path && query(num, &q)) {
			complain(argv[i]);
			return EXIT_FAILURE;
		}
		wanted.nums[wanted.nr_nums++] = num;
	}
	return monitor(&wanted);
}

static int do_top(const struct options *options, int argc, char **argv)
{
	struct top how = options->top;

	(void)argc;
	(void)argv;
	how.batch = options->given & OPTION_BATCH;
	return top(&how);
}

static int do_unset(const struct options *options, int argc, char **argv)
{
	struct vtpm_bridge_query q;
	int i, ret = 0;

	(void)options;
	for (i = 1; i < argc; i++)
		parse_unset(argv[i]);
	if (query(parse_proxy(argv[0]), &q)) {
		complain(argv[0]);
		return EXIT_FAILURE;
	}
	family = q.family;
	for (i = 1; i < argc && !ret; i++)
		ret = unset(q.num, parse_unset(argv[i]));
	return ret;
}

static int destroy_one(const struct options *options, uint32_t num, const char *text)
{
	if (!destroy(num, options->given & OPTION_FORCE ? VTPM_BRIDGE_FORCE : 0))
		return 0;
	complain(text);
	return EXIT_FAILURE;
}

static int destroy_all(const struct options *options)
{
	uint32_t nums[MAX_PROXIES];
	char node[NODE_SIZE];
	int i, ret = 0, count = list(nums);

	if (count < 0) {
		complain("list");
		return EXIT_FAILURE;
	}
	for (i = 0; i < count; i++) {
		struct vtpm_bridge_query q;

		/* One that went meanwhile is not there any more. */
		if (query(nums[i], &q))
			continue;
		format_node(node, "", q.num, q.name);
		if (destroy_one(options, q.num, node))
			ret = EXIT_FAILURE;
	}
	return ret;
}

/* All are found before the first one goes: a name that is wrong destroys nothing. */
static int do_destroy(const struct options *options, int argc, char **argv)
{
	uint32_t nums[MAX_PROXIES];
	int i, ret = 0;

	if (options->given & OPTION_ALL ? argc : !argc)
		error(EXIT_USAGE, 0, "usage: %s destroy [--force] --all|PROXY ...",
		      program_invocation_short_name);
	if (options->given & OPTION_ALL)
		return destroy_all(options);
	for (i = 0; i < argc; i++)
		nums[i] = parse_proxy(argv[i]);
	for (i = 0; i < argc; i++) {
		if (destroy_one(options, nums[i], argv[i]))
			ret = EXIT_FAILURE;
	}
	return ret;
}

static int do_apply(const struct options *options, int argc, char **argv)
{
	forced = options->given & OPTION_FORCE;
	return apply(argc ? argv[0] : NULL, options->given & OPTION_DRY_RUN, options->wait);
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
	if (argc >= 3 && !as_json && (!strcmp(argv[0], "copy") || !strcmp(argv[0], "move")))
		return do_state_copy(options->chip, argc - 1, argv + 1, *argv[0] == 'm');
	return usage_of_state();
}

static int do_help(const struct options *options, int argc, char **argv);

/**
 * struct command - what the first word may be
 * @name:	the word
 * @run:	does it; returns the exit status
 * @options:	the options that it may have
 * @min_args:	how many words follow, at least
 * @max_args:	and at most
 * @args:	what follows, as usage has it
 * @doc:	what it does
 * @examples:	one a line
 */
static const struct command {
	const char *name;
	int (*run)(const struct options *options, int argc, char **argv);
	unsigned int options;
	int min_args;
	int max_args;
	const char *args;
	const char *doc;
	const char *examples;
} commands[] = {
	{ "access", do_access, 0, 1, 1, "NAME", "say for udev who may open the node of a proxy",
	  "vtpmctl access vm1" },
	{ "apply", do_apply, OPTION_DRY_RUN | OPTION_FORCE | OPTION_JSON | OPTION_WAIT, 0, 1,
	  "[--dry-run] [--wait SECONDS] [--force] [--json] [NAME]",
	  "create or set the proxies that /etc/vtpm-bridge/NAME.conf describes",
	  "vtpmctl apply --dry-run\n"
	  "vtpmctl apply vm1" },
	{ "attest", do_attest, OPTION_JSON, 2, 3, "[--json] W IDENTITY [FILE]",
	  "compute what a verifier of a quote expects, from PCRs as tpm2_pcrread prints them",
	  "tpm2_pcrread sha256:0,1,7 | vtpmctl attest W IDENTITY" },
	{ "chips", do_chips, OPTION_JSON, 0, 0, "[--json]",
	  "a line for each TPM of this machine: its maker, firmware and proxies",
	  "vtpmctl chips\n"
	  "vtpmctl chips --json | jq -r .[].firmware" },
	{ "create", do_create, OPTION_CHIP | OPTION_FORCE | OPTION_JSON, 0,
	  VTPM_BRIDGE_MAX_SETTINGS + 1,
	  "[--chip tpm0] [--force] [--json] [NAME] [name=value ...]",
	  "make a proxy, print its node",
	  "vtpmctl create vm1\n"
	  "vtpmctl create vm1 secret-file=/etc/vm1.vtpm deny=TPM2_NV_Write" },
	{ "destroy", do_destroy, OPTION_ALL | OPTION_FORCE, 0, MAX_PROXIES,
	  "[--force] --all|PROXY ...", "end proxies",
	  "vtpmctl destroy vm1 vm2\n"
	  "vtpmctl destroy --force --all" },
	{ "help", do_help, 0, 0, 1, "[COMMAND]", "say what a command does, and its options",
	  "vtpmctl help create" },
	{ "list", do_list, OPTION_JSON, 0, 0, "[--json]", "a line for each proxy (the default)",
	  "vtpmctl list --json" },
	{ "monitor", do_monitor, OPTION_COMMAND | OPTION_FILE | OPTION_JSON, 0, MAX_FILTERS,
	  "[--command NAME] [--file FILE] [--json] [PROXY ...]",
	  "print commands of guests while they are answered, until it is interrupted",
	  "vtpmctl monitor vm1\n"
	  "vtpmctl monitor --command Unseal --command PolicyPCR\n"
	  "vtpmctl monitor --json | jq -c 'select(.rc != 0)'" },
	{ "reset", do_reset, 0, 1, 1, "PROXY", "reset its virtual platform",
	  "vtpmctl reset vm1" },
	{ "set", do_set, OPTION_FORCE, 2, 1000, "[--force] PROXY name=value ...",
	  "set properties",
	  "vtpmctl set vm1 locality=3 nv-range=0x01800000-0x018000ff" },
	{ "show", do_show, OPTION_CONFIG | OPTION_JSON, 0, 1, "[--config|--json] [PROXY]",
	  "show state and properties of one or all; with --config, as a file of /etc/vtpm-bridge",
	  "vtpmctl show vm1\n"
	  "vtpmctl show --config vm1 >/etc/vtpm-bridge/vm1.conf\n"
	  "vtpmctl show --json vm1 | jq -r .identity" },
	{ "state", do_state, OPTION_CHIP | OPTION_JSON, 2, 6,
	  "[--json] show FILE | [--chip tpm0] copy|move FILE NEW [name=FILE ...]",
	  "tell of a state file, or copy or move it with another lock",
	  "vtpmctl state show /var/lib/vtpm-bridge/vm1\n"
	  "vtpmctl state copy /var/lib/vtpm-bridge/vm1 /mnt/vm1 new-key-file=/mnt/vm1.key" },
	{ "top", do_top, OPTION_BATCH | OPTION_COUNT | OPTION_INTERVAL | OPTION_JSON, 0, 0,
	  "[--batch|--json] [--interval SECONDS] [--count NUMBER]",
	  "show again and again what the proxies do, and how busy they keep their chips",
	  "vtpmctl top\n"
	  "vtpmctl top --batch --interval 10 --count 6" },
	{ "unset", do_unset, 0, 2, 1000, "PROXY name ...",
	  "give properties the value that a new proxy has",
	  "vtpmctl unset vm1 nv-range deny" },
};

static const struct argp_option argp_options[] = {
	{ "all", 'a', NULL, 0, "every proxy", 0 },
	{ "batch", 'b', NULL, 0, "table below table, without a screen", 0 },
	{ "chip", 'c', "CHIP", 0, "share this chip (default: the system's default)", 0 },
	{ "command", 'C', "NAME", 0, "only this command; may be repeated", 0 },
	{ "config", OPTION_CONFIG << 8, NULL, 0, "as a file of /etc/vtpm-bridge", 0 },
	{ "count", OPTION_COUNT << 8, "NUMBER", 0, "end after so many times", 0 },
	{ "dry-run", 'n', NULL, 0, "say what would be changed, and change nothing", 0 },
	{ "file", 'F', "FILE", 0, "what was read from trace_pipe; - is standard input", 0 },
	{ "wait", 'w', "SECONDS", 0, "wait so long for a chip that is not there yet", 0 },
	{ "force", 'f', NULL, 0,
	  "even a proxy in use, handles of others, a secret that others can read", 0 },
	{ "interval", 'i', "SECONDS", 0, "from one time to the next (default: 2)", 0 },
	{ "json", 'j', NULL, 0, "print JSON, for programs", 0 },
	{ "help", '?', NULL, 0, "say what there is, or what a command does", -1 },
	{ "usage", OPTION_HELP << 8, NULL, 0, "say what may be written, in short", -1 },
	{ "version", 'V', NULL, 0, "print the versions of vtpmctl and of the module", -1 },
	{ 0 }
};

/* Which option a key of argp is. */
static const struct option_bit {
	int key;
	unsigned int bit;
} option_bits[] = {
	{ 'a', OPTION_ALL },
	{ 'b', OPTION_BATCH },
	{ 'c', OPTION_CHIP },
	{ 'C', OPTION_COMMAND },
	{ 'F', OPTION_FILE },
	{ 'f', OPTION_FORCE },
	{ 'i', OPTION_INTERVAL },
	{ 'j', OPTION_JSON },
	{ 'n', OPTION_DRY_RUN },
	{ 'w', OPTION_WAIT },
	{ '?', OPTION_HELP },
	{ OPTION_CONFIG << 8, OPTION_CONFIG },
	{ OPTION_COUNT << 8, OPTION_COUNT },
};

static unsigned int find_option(int key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(option_bits); i++) {
		if (option_bits[i].key == key)
			return option_bits[i].bit;
	}
	return 0;
}

/* Exits if there is none. */
static const struct command *find_command(const char *name)
{
	struct suggestion best = { NULL, 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
		suggest(&best, name, strlen(name), commands[i].name);
	}
	error(EXIT_USAGE, 0, "there is no command %s: see --help%s", name, hint_of(&best));
	return NULL;
}

/* Options of one command, as --help has those of all. */
static void print_options(unsigned int options)
{
	const struct argp_option *o;
	char text[32];

	for (o = argp_options; o->name; o++) {
		if (!(options & find_option(o->key)))
			continue;
		snprintf(text, sizeof(text), "--%s%s%s", o->name, o->arg ? "=" : "",
			 o->arg ? o->arg : "");
		if (o->key < OPTION_CONFIG << 8)
			printf("  -%c, %-16s %s\n", o->key, text, o->doc);
		else
			printf("      %-16s %s\n", text, o->doc);
	}
}

static void print_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("  %.*s\n", (int)len, text);
		text += len + !!text[len];
	}
}

static int help_command(const struct command *c)
{
	printf("Usage: %s %s %s\n%c%s.\n", program_invocation_short_name, c->name, c->args,
	       toupper((unsigned char)*c->doc), c->doc + 1);
	if (c->options) {
		printf("\nOptions:\n");
		print_options(c->options);
	}
	printf("\nExamples:\n");
	print_lines(c->examples);
	printf("\nSee vtpmctl(8).\n");
	return 0;
}

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
	int count;
	char **word;
};

static void print_version(void);

static const struct argp argp;

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct words *words = state->input;
	unsigned int bit = find_option(key);

	switch (key) {
	case 'c':
		words->options.chip = parse_chip(arg);
		break;
	case 'i':
		if (!parse_num(arg, &words->options.top.interval) ||
		    !words->options.top.interval || words->options.top.interval > MAX_WAIT)
			argp_error(state, "%s is no number of seconds from 1 to %d", arg,
				   MAX_WAIT);
		break;
	case OPTION_COUNT << 8:
		if (!parse_num(arg, &words->options.top.count) || !words->options.top.count)
			argp_error(state, "%s is no number from 1 on", arg);
		break;
	case 'w':
		if (!parse_num(arg, &words->options.wait) || words->options.wait > MAX_WAIT)
			argp_error(state, "%s is no number of seconds up to %d", arg, MAX_WAIT);
		break;
	case 'C':
		check_command(arg);
		if (words->options.monitor.nr_codes == MAX_FILTERS)
			argp_error(state, "there are more than %d commands", MAX_FILTERS);
		words->options.monitor.codes[words->options.monitor.nr_codes++] = arg;
		break;
	case 'F':
		words->options.monitor.path = arg;
		break;
	case 'V':
		print_version();
		exit(0);
	case OPTION_HELP << 8:
		argp_help(&argp, stdout, ARGP_HELP_USAGE, program_invocation_short_name);
		exit(0);
	case ARGP_KEY_ARG:
		words->word[words->count++] = arg;
		return 0;
	}
	words->options.given |= bit;
	return bit ? 0 : ARGP_ERR_UNKNOWN;
}

static void print_version(void)
{
	FILE *file = fopen("/sys/module/vtpm_bridge/version", "re");
	char version[32] = "not loaded";

	if (file) {
		if (fscanf(file, "%31s", version) != 1)
			strcpy(version, "unknown");
		fclose(file);
	}
	printf("vtpmctl " VERSION "\nmodule vtpm_bridge %s\n", version);
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "[COMMAND [ARGS...]]",
	.doc = "Make, set and show virtual TPMs that share one TPM."
	       "\vCommands and properties",
	.help_filter = help_filter,
};

static int do_help(const struct options *options, int argc, char **argv)
{
	(void)options;
	if (argc)
		return help_command(find_command(argv[0]));
	argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
		  program_invocation_short_name);
	return 0;
}

static int run(const struct words *words)
{
	const struct options *options = &words->options;
	int argc = words->count ? words->count - 1 : 0;
	const struct command *c;

	if (options->given & OPTION_HELP)
		return do_help(options, words->count, words->word);
	c = find_command(words->count ? words->word[0] : "list");
	if (argc < c->min_args || argc > c->max_args || options->given & ~c->options)
		error(EXIT_USAGE, 0, "usage: %s %s %s", program_invocation_short_name, c->name,
		      c->args);
	as_json = options->given & OPTION_JSON;
	return c->run(options, argc, words->word + 1);
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
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &words);
	return run(&words);
}
