// SPDX-License-Identifier: GPL-2.0-only
/* The disk under a store, in memory. */

#include <stdio.h>
#include <stdlib.h>
#include "disk.h"

static int disk_read(void *file, void *bytes, size_t len, u64 pos)
{
	struct disk *disk = file;

	if (pos + len > sizeof(disk->bytes))
		return -EIO;
	memcpy(bytes, disk->bytes + pos, len);
	return 0;
}

static int disk_write(void *file, const void *bytes, size_t len, u64 pos)
{
	struct disk *disk = file;

	if (disk->meanwhile)
		disk->meanwhile();
	if (disk->fails || pos + len > sizeof(disk->bytes))
		return -ENOSPC;
	if (disk->cut >= 0 && disk->cut < len) {
		memcpy(disk->bytes + pos, bytes, disk->cut);
		return -EIO;
	}
	memcpy(disk->bytes + pos, bytes, len);
	disk->nr_writes++;
	return disk->lies ? -EIO : 0;
}

static const struct vtpmb_store_io disk_io = { .read = disk_read, .write = disk_write };

int disk_open_plan(struct disk *disk, struct vtpmb_vtpm *vtpm, const char *name,
		   struct vtpmb_store_plan plan)
{
	char padded[VTPMB_MAX_NAME + 1] = {};
	struct vtpmb_store_mark mark;
	int err;

	plan.io = &disk_io;
	plan.file = disk;
	plan.name = padded;
	strncpy(padded, name, VTPMB_MAX_NAME);
	err = vtpmb_store_open(vtpm, &plan);
	if (err)
		return err;
	mutex_lock(&vtpm->lock);
	vtpmb_store_mark(vtpm, &mark);
	mutex_unlock(&vtpm->lock);
	return vtpmb_store_commit(vtpm, &mark);
}

int disk_open(struct disk *disk, struct vtpmb_vtpm *vtpm, const char *name, const u8 *key,
	      bool is_new)
{
	return disk_open_plan(disk, vtpm, name, (struct vtpmb_store_plan) {
		.key = key, .is_new = is_new,
	});
}

static bool disk_put_line(struct disk *disk, const char *line)
{
	unsigned int pos, byte;
	int used, n;

	if (sscanf(line, "%x:%n", &pos, &used) != 1)
		return false;
	for (line += used; sscanf(line, " %2x%n", &byte, &n) == 1; line += n) {
		if (pos >= sizeof(disk->bytes))
			return false;
		disk->bytes[pos++] = byte;
	}
	return true;
}

void disk_load(struct disk *disk, const char *name)
{
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "states/%s.hex", name);
	file = fopen(path, "r");
	CHECK(file);
	memset(disk, 0, sizeof(*disk));
	disk->cut = -1;
	while (file && fgets(line, sizeof(line), file))
		CHECK(line[0] == '#' || disk_put_line(disk, line));
	if (file)
		fclose(file);
}
