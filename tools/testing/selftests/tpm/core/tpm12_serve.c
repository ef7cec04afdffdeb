// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: proxies on one chip, each behind a TCP port of this machine, as tcsd
 * wants a TPM in software; its arguments are the ports.  For trousers_test.  It
 * prints the identity of each proxy, and then that it is ready.
 *
 * A new connection takes the place of the last one and resets nothing.
 */

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core.h"
#include "core/attest.h"

#define MAX_PORTS	8

static struct port {
	struct vtpmb_vtpm *vtpm;
	struct core_rsp rsp;
	struct pollfd *listener, *peer;
} ports[MAX_PORTS];
static struct pollfd fds[2 * MAX_PORTS];

static void must(bool cond, const char *what)
{
	if (cond)
		return;
	perror(what);
	exit(1);
}

static void power_on(struct port *port, bool may_clear)
{
	struct vtpmb_vtpm *vtpm = core_new();

	must(vtpm, "vtpm");
	core_set(vtpm, VTPMB_SETTING_OWNERSHIP, VTPMB_OWNERSHIP_GRANTED);
	vtpm->real_pcrs = 1;
	core_set(vtpm, VTPMB_SETTING_COMPOSITE, 0xff);
	core_set(vtpm, VTPMB_SETTING_ATTEST, 0xff);
	vtpm->range[VTPMB_RANGE_NV] = (struct vtpmb_range){ 0x1000, 0x10ff };
	if (may_clear)
		core_policy(vtpm, 0x5b, VTPMB_POLICY_ALLOW_UNSAFE);
	core_send_hex(vtpm, "00c1 ???????? 00000099 0001", &port->rsp);
	must(!port->rsp.rc, "Startup");
	port->vtpm = vtpm;
}

static void print_identity(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_identity identity;
	unsigned int i;
	int err;

	mutex_lock(&vtpm->lock);
	err = core_port.family->identity(vtpm, &identity);
	mutex_unlock(&vtpm->lock);
	must(!err, "identity");
	for (i = 0; i < identity.hash->size; i++)
		printf("%02x", identity.digest[i]);
	printf("\n");
}

static int listen_on(u16 number)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(!bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(!listen(fd, 1), "listen");
	return fd;
}

/* A whole command; 0: there are no more. */
static size_t receive(int fd, u8 *cmd)
{
	size_t want = VTPMB_HEADER_SIZE, len = 0;
	ssize_t got;

	while (len < want) {
		got = read(fd, cmd + len, want - len);
		if (got <= 0)
			return 0;
		len += got;
		if (len == VTPMB_HEADER_SIZE)
			want = vtpmb_peek_u32(cmd + 2);
		if (want < VTPMB_HEADER_SIZE || want > VTPMB_BUF_SIZE)
			return 0;
	}
	return len;
}

static void serve(struct port *port)
{
	u8 cmd[VTPMB_BUF_SIZE];
	size_t len = receive(port->peer->fd, cmd);

	if (len) {
		core_send(port->vtpm, cmd, len, &port->rsp);
		must(!port->rsp.err, "chip");
		if (write(port->peer->fd, port->rsp.buf, port->rsp.len) > 0)
			return;
	}
	close(port->peer->fd);
	port->peer->fd = -1;
}

static void take_turns(struct port *port)
{
	if (port->listener->revents & POLLIN) {
		if (port->peer->fd >= 0)
			close(port->peer->fd);
		port->peer->fd = accept(port->listener->fd, NULL, NULL);
	} else if (port->peer->fd >= 0 && port->peer->revents) {
		serve(port);
	}
}

int main(int argc, char **argv)
{
	int i, nr = argc - 1;

	must(nr > 0 && nr <= MAX_PORTS, "arguments");
	core_start(CORE_TPM12);
	core_turn = 0;
	for (i = 0; i < nr; i++) {
		power_on(&ports[i], !i);
		print_identity(ports[i].vtpm);
		ports[i].listener = &fds[2 * i];
		ports[i].peer = &fds[2 * i + 1];
		*ports[i].listener = (struct pollfd){ listen_on(atoi(argv[1 + i])), POLLIN, 0 };
		*ports[i].peer = (struct pollfd){ -1, POLLIN, 0 };
	}
	printf("ready\n");
	fflush(stdout);
	while (poll(fds, 2 * nr, -1) > 0) {
		for (i = 0; i < nr; i++)
			take_turns(&ports[i]);
	}
	return 1;
}
