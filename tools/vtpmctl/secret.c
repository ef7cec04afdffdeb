// SPDX-License-Identifier: GPL-2.0-only
/* Secrets: random or from files, kept until they have been given to the kernel, then wiped. */
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include "property.h"
#include "secret.h"

bool forced;

/* Memory with a secret, until wipe_secrets(). */
struct secret {
	struct secret *next;
	size_t size;
	unsigned char bytes[] __attribute__((aligned(8)));
};

static struct secret *secrets;

void *new_secret(size_t size)
{
	struct secret *secret = calloc(1, sizeof(*secret) + size);

	if (!secret)
		error(EXIT_FAILURE, errno, "memory");
	secret->next = secrets;
	secret->size = size;
	secrets = secret;
	return secret->bytes;
}

void wipe_secrets(void)
{
	while (secrets) {
		struct secret *secret = secrets;

		secrets = secret->next;
		explicit_bzero(secret->bytes, secret->size);
		free(secret);
	}
}

void fill_random(void *bytes, size_t len)
{
	if (getrandom(bytes, len, 0) != (ssize_t)len)
		error(EXIT_FAILURE, errno, "random numbers");
}

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
ssize_t read_secret(const char *path, unsigned char *bytes, size_t size)
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
