// SPDX-License-Identifier: GPL-2.0
/*
 * Sends commands, written in hex, to a TPM's device node and prints the responses.
 *
 * tpmsend NODE HEX...      one response a line; fails if the node does
 * tpmsend -r N NODE HEX    sends it N times, prints the last response (0: for ever)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BYTES 4096

static size_t from_hex(const char *hex, unsigned char *out)
{
	size_t n = 0;

	while (*hex && n < MAX_BYTES) {
		unsigned int byte;

		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		out[n++] = byte;
		hex += hex[1] ? 2 : 1;
	}
	return n;
}

static ssize_t transfer(int fd, const char *hex, unsigned char *buf)
{
	size_t len = from_hex(hex, buf);

	if (write(fd, buf, len) != (ssize_t)len)
		return -1;
	return read(fd, buf, MAX_BYTES);
}

int main(int argc, char **argv)
{
	unsigned char buf[MAX_BYTES];
	long repeat = 1;
	int fd, i = 1;

	if (argc > 2 && !strcmp(argv[1], "-r")) {
		repeat = atol(argv[2]);
		i = 3;
	}
	if (argc - i < 2) {
		fprintf(stderr, "usage: tpmsend [-r N] NODE HEX...\n");
		return 2;
	}
	fd = open(argv[i], O_RDWR);
	if (fd < 0) {
		perror(argv[i]);
		return 1;
	}
	while (++i < argc) {
		ssize_t len = 0;
		long n;

		for (n = 0; !repeat || n < repeat; n++) {
			len = transfer(fd, argv[i], buf);
			if (len < 0) {
				perror("tpmsend");
				return 1;
			}
		}
		for (n = 0; n < len; n++)
			printf("%02x", buf[n]);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
