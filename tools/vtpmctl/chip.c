// SPDX-License-Identifier: GPL-2.0-only
/*
 * The chips of this machine, as chips tells of them.
 *
 * Linux tells of a TPM 2.0 neither its maker nor its firmware.  So a proxy of vtpmctl's own asks
 * for the properties that the bridge passes on as the chip has them.
 */
#include <errno.h>
#include <error.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "chip.h"
#include "message.h"
#include "own.h"
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "table.h"

#define CHIPS		"/sys/class/tpm/tpm[0-9]*"
#define TEXT_LEN	64

#define TPM20_NO_SESSIONS	0x8001
#define TPM20_GET_CAPABILITY	0x17a
#define TPM20_CAP_PROPERTIES	6
#define TPM20_PT_FIRST		0x105	/* TPM_PT_MANUFACTURER, then those below */

#define TPM12_NO_AUTH		0x00c1
#define TPM12_GET_CAPABILITY	0x65
#define TPM12_CAP_VERSION_VAL	0x1a

/**
 * struct chip - what is told of a chip
 * @num:	N of tpmN
 * @family:	0x102 or 0x200
 * @is_default:	it is the system's default chip
 * @nr_proxies:	proxies on it
 * @device:	path of its device, or empty
 * @banks:	hashes of its PCRs, with commas, or empty: the kernel does not tell
 * @maker:	four letters, or empty: the chip did not tell
 * @vendor:	what else the maker says, or empty
 * @firmware:	version of its firmware, or empty
 */
struct chip {
	uint32_t num;
	uint32_t family;
	bool is_default;
	unsigned int nr_proxies;
	char device[PATH_MAX];
	char banks[TEXT_LEN];
	char maker[TEXT_LEN];
	char vendor[TEXT_LEN];
	char firmware[TEXT_LEN];
};

/* Letters of numbers; what is no letter ends them, and so do spaces at the end. */
static void copy_letters(char *text, const uint8_t *bytes, size_t len)
{
	size_t i, end = 0;

	for (i = 0; i < len && bytes[i] >= ' ' && bytes[i] <= '~'; i++) {
		text[i] = bytes[i];
		if (bytes[i] != ' ')
			end = i + 1;
	}
	text[end] = 0;
}

/*
 * The properties from TPM_PT_MANUFACTURER to TPM_PT_FIRMWARE_VERSION_2: the maker, four words of
 * the vendor, one that is not shown, and two numbers.
 */
static bool read_tpm20(int fd, struct chip *chip)
{
	uint8_t letters[5 * sizeof(uint32_t)], skipped[sizeof(uint32_t)];
	uint32_t rc, i, count, high, low;
	struct message m;

	begin_command(&m, TPM20_NO_SESSIONS, TPM20_GET_CAPABILITY);
	put_u32(&m, TPM20_CAP_PROPERTIES);
	put_u32(&m, TPM20_PT_FIRST);
	put_u32(&m, 8);
	if (!transact(fd, &m, &rc) || rc)
		return false;
	get(&m, skipped, 1);	/* moreData */
	get_u32(&m);		/* the capability */
	count = get_u32(&m);
	for (i = 0; i < 5; i++) {
		m.wrong |= get_u32(&m) != TPM20_PT_FIRST + i;
		get(&m, letters + 4 * i, 4);
	}
	get_u32(&m);
	get_u32(&m);		/* TPM_PT_VENDOR_TPM_TYPE */
	get_u32(&m);
	high = get_u32(&m);
	get_u32(&m);
	low = get_u32(&m);
	if (m.wrong || count != 8)
		return false;
	copy_letters(chip->maker, letters, 4);
	copy_letters(chip->vendor, letters + 4, 16);
	snprintf(chip->firmware, sizeof(chip->firmware), "%u.%u.%u.%u", high >> 16, high & 0xffff,
		 low >> 16, low & 0xffff);
	return true;
}

/* TPM_CAP_VERSION_INFO */
static bool read_tpm12(int fd, struct chip *chip)
{
	uint8_t version[4], maker[4], skipped[1];
	struct message m;
	uint32_t rc;

	begin_command(&m, TPM12_NO_AUTH, TPM12_GET_CAPABILITY);
	put_u32(&m, TPM12_CAP_VERSION_VAL);
	put_u32(&m, 0);		/* bytes of what follows */
	if (!transact(fd, &m, &rc) || rc)
		return false;
	get_u32(&m);		/* bytes of the response */
	get_u16(&m);		/* TPM_TAG_CAP_VERSION_INFO */
	get(&m, version, sizeof(version));
	get_u16(&m);		/* specLevel */
	get(&m, skipped, 1);	/* errataRev */
	get(&m, maker, sizeof(maker));
	if (m.wrong)
		return false;
	copy_letters(chip->maker, maker, sizeof(maker));
	snprintf(chip->firmware, sizeof(chip->firmware), "%u.%u", version[2], version[3]);
	return true;
}

static bool ask_chip(struct chip *chip)
{
	const struct vtpm_bridge_setting power = { .key = VTPM_BRIDGE_POWER, .value = 1 };
	bool done = false;
	uint32_t num;
	int fd;

	if (!create_own(chip->num, &power, 1, &num))
		return false;
	fd = open_own(num);
	if (fd >= 0) {
		done = chip->family == 0x102 ? read_tpm12(fd, chip) : read_tpm20(fd, chip);
		if (!done)
			error(0, 0, "tpm%u: it does not tell its maker and firmware", chip->num);
		close(fd);
	}
	destroy_own(num);
	return done;
}

/* Linux has a directory pcr-HASH for each bank. */
static void read_banks(struct chip *chip)
{
	char pattern[TEXT_LEN];
	size_t i, len = 0;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/class/tpm/tpm%u/pcr-*", chip->num);
	if (glob(pattern, 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc && len < sizeof(chip->banks); i++)
		len += snprintf(chip->banks + len, sizeof(chip->banks) - len, "%s%s", len ? "," : "",
				strstr(found.gl_pathv[i], "pcr-") + strlen("pcr-"));
	globfree(&found);
}

static void read_device(struct chip *chip)
{
	char link[TEXT_LEN];

	snprintf(link, sizeof(link), "/sys/class/tpm/tpm%u/device", chip->num);
	if (!realpath(link, chip->device))
		*chip->device = 0;
}

static unsigned int count_proxies(uint32_t chip)
{
	unsigned int found = 0;
	uint32_t nums[MAX_PROXIES];
	struct vtpm_bridge_query q;
	int i, count = list(nums);

	for (i = 0; i < count; i++)
		found += !query(nums[i], &q) && q.chip == chip;
	return found;
}

static bool is_default(uint32_t num)
{
	struct vtpm_bridge_chip chip = { .size = sizeof(chip), .chip = VTPM_BRIDGE_ANY_CHIP };

	return !ioctl(control(), VTPM_BRIDGE_CHIP, &chip) && chip.chip == num;
}

/* What can be told without the chip; false: it cannot be used. */
static bool read_chip(uint32_t num, struct chip *chip)
{
	char text[TEXT_LEN];

	memset(chip, 0, sizeof(*chip));
	chip->num = num;
	if (find_chip(&num)) {
		snprintf(text, sizeof(text), "tpm%u", chip->num);
		complain(text);
		return false;
	}
	chip->family = family;
	chip->is_default = is_default(num);
	chip->nr_proxies = count_proxies(num);
	read_device(chip);
	read_banks(chip);
	return true;
}

static const struct column chip_columns[] = {
	{ "CHIP", 0 }, { "FAMILY", 0 }, { "MAKER", 0 }, { "FIRMWARE", 0 }, { "BANKS", 0 },
	{ "PROXIES", 1 }, { "DEFAULT", 0 }, { "DEVICE", 0 },
};

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static void add_chip(struct table *table, const struct chip *chip)
{
	add_cell(table, "tpm%u", chip->num);
	add_cell(table, "%s", family_name(chip->family));
	add_cell(table, "%s", or_dash(chip->maker));
	add_cell(table, "%s", or_dash(chip->firmware));
	add_cell(table, "%s", or_dash(chip->banks));
	add_cell(table, "%u", chip->nr_proxies);
	add_cell(table, "%s", chip->is_default ? "yes" : "no");
	add_cell(table, "%s", or_dash(chip->device));
}

static struct json_object *json_banks(const char *banks)
{
	struct json_object *list = json_object_new_array();
	char copy[TEXT_LEN], *word, *rest = copy;

	strcpy(copy, banks);
	while ((word = strsep(&rest, ",")))
		json_object_array_add(list, json_text(word));
	return list;
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static struct json_object *json_chip(const struct chip *chip)
{
	char text[TEXT_LEN];
	struct report r;

	snprintf(text, sizeof(text), "tpm%u", chip->num);
	report_begin(&r, NULL);
	report_text(&r, "chip", text);
	report_text(&r, "family", family_name(chip->family));
	report_text(&r, "maker", or_null(chip->maker));
	report_text(&r, "vendor", or_null(chip->vendor));
	report_text(&r, "firmware", or_null(chip->firmware));
	report_key(&r, "banks", *chip->banks ? json_banks(chip->banks) : NULL);
	report_number(&r, "proxies", chip->nr_proxies);
	report_flag(&r, "default", chip->is_default, NULL, NULL);
	report_text(&r, "device", or_null(chip->device));
	return r.object;
}

/* The chips' numbers are not in the order of their names. */
static int compare_nums(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return first < second ? -1 : first > second;
}

static size_t find_chips(uint32_t **nums)
{
	size_t i, count = 0;
	glob_t found;

	*nums = NULL;
	if (glob(CHIPS, 0, NULL, &found))
		return 0;
	*nums = calloc(found.gl_pathc, sizeof(**nums));
	if (!*nums)
		error(EXIT_FAILURE, errno, "memory");
	for (i = 0; i < found.gl_pathc; i++)
		count += sscanf(found.gl_pathv[i], "/sys/class/tpm/tpm%" SCNu32, *nums + count);
	globfree(&found);
	qsort(*nums, count, sizeof(**nums), compare_nums);
	return count;
}

/* Tell of each chip.  The exit status: 1 if something could not be asked. */
int list_chips(void)
{
	struct table table = { chip_columns, ARRAY_SIZE(chip_columns), 0, NULL };
	struct json_object *all = as_json ? json_object_new_array() : NULL;
	int ret = 0;
	uint32_t *nums;
	size_t i, count;

	control();
	count = find_chips(&nums);
	for (i = 0; i < count; i++) {
		struct chip chip;

		if (!read_chip(nums[i], &chip)) {
			ret = EXIT_FAILURE;
			continue;
		}
		if (!ask_chip(&chip))
			ret = EXIT_FAILURE;
		if (all)
			json_object_array_add(all, json_chip(&chip));
		else
			add_chip(&table, &chip);
	}
	free(nums);
	if (all)
		print_json(all);
	print_table(&table, stdout);
	empty_table(&table);
	return ret;
}
