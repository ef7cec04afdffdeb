// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters in the NV memory of a TPM 2.0.
 *
 * They are used through a proxy of vtpmctl's own, to which the index is granted.  So no other
 * proxy has it at that time, and the bridge refuses if one does.  A counter begins above all
 * values that any counter of the chip has ever had, so to delete it and define it again does not
 * take it back (Part 1, 37.2.4).
 */
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <unistd.h>
#include "counter.h"
#include "message.h"
#include "own.h"

#define NO_SESSIONS	0x8001
#define SESSIONS	0x8002
#define RH_OWNER	0x40000001
#define RS_PW		0x40000009
#define ALG_SHA256	0x000b
#define NT_COUNTER	0x00000010
#define NT_MASK		0x000000f0
#define AUTHWRITE	0x00000004
#define AUTHREAD	0x00040000
#define NO_DA		0x02000000
#define ORDERLY		0x04000000	/* may go back after a power cut */
#define RC_NV_UNINITIALIZED	0x14a
#define RC_HANDLE_1	0x18b	/* there is no such index */

enum command_code {
	NV_DEFINE_SPACE = 0x12a,
	NV_INCREMENT = 0x134,
	NV_READ = 0x14e,
	NV_READ_PUBLIC = 0x169,
};

/**
 * struct nv - an index of a chip, while it is used
 * @num:	number of the proxy that does it
 * @fd:		its node
 * @index:	the index
 */
struct nv {
	uint32_t num;
	int fd;
	uint32_t index;
};

static bool complain_of(const struct nv *nv, const char *what)
{
	error(0, 0, "rollback-counter=0x%08x: %s", nv->index, what);
	return false;
}

static bool create_nv(const struct counter *counter, struct nv *nv)
{
	struct vtpm_bridge_setting settings[] = {
		{ .key = VTPM_BRIDGE_NV_RANGE,
		  .value = (uint64_t)counter->index << 32 | counter->index },
		{ .key = VTPM_BRIDGE_POWER, .value = 1 },
		{ .key = VTPM_BRIDGE_OWNER_AUTH },
	};
	uint64_t auth;

	nv->index = counter->index;
	if (!parse_owner_auth(counter->owner_auth, &auth))
		return false;
	settings[2].value = auth;
	return create_own(counter->chip, settings, auth ? 3 : 2, &nv->num);
}

static void close_nv(struct nv *nv)
{
	if (nv->fd >= 0)
		close(nv->fd);
	destroy_own(nv->num);
}

static bool open_nv(const struct counter *counter, struct nv *nv)
{
	if (!create_nv(counter, nv))
		return false;
	nv->fd = open_own(nv->num);
	if (nv->fd >= 0)
		return true;
	close_nv(nv);
	return false;
}

static bool send_command(const struct nv *nv, struct message *m, uint32_t *rc)
{
	if (transact(nv->fd, m, rc))
		return true;
	error(0, errno, "/dev/vtpm%u", nv->num);
	return false;
}

static bool is_done(const struct nv *nv, uint32_t rc, const char *what)
{
	if (rc)
		error(0, 0, "rollback-counter=0x%08x: %s: the TPM returns 0x%x", nv->index, what,
		      rc);
	return !rc;
}

/* An empty password */
static void put_password(struct message *m)
{
	put_u32(m, sizeof(uint32_t) + 2 * sizeof(uint16_t) + 1);
	put_u32(m, RS_PW);
	put_u16(m, 0);
	put_u8(m, 0);
	put_u16(m, 0);
}

static bool define(const struct nv *nv)
{
	struct message m;
	uint32_t rc;

	begin_command(&m, SESSIONS, NV_DEFINE_SPACE);
	put_u32(&m, RH_OWNER);
	put_password(&m);
	put_u16(&m, 0);		/* no authorisation value */
	put_u16(&m, 14);	/* bytes that follow */
	put_u32(&m, nv->index);
	put_u16(&m, ALG_SHA256);
	put_u32(&m, NT_COUNTER | AUTHREAD | AUTHWRITE | NO_DA);
	put_u16(&m, 0);		/* no policy */
	put_u16(&m, sizeof(uint64_t));
	return send_command(nv, &m, &rc) && is_done(nv, rc, "define");
}

/* Whether an index is a counter that serves; one that is not there is defined. */
static bool find(const struct nv *nv)
{
	uint32_t attributes, rc;
	struct message m;

	begin_command(&m, NO_SESSIONS, NV_READ_PUBLIC);
	put_u32(&m, nv->index);
	if (!send_command(nv, &m, &rc))
		return false;
	if (rc == RC_HANDLE_1)
		return define(nv);
	if (!is_done(nv, rc, "read its attributes"))
		return false;
	get_u16(&m);	/* bytes of the public area */
	get_u32(&m);	/* the index */
	get_u16(&m);	/* nameAlg */
	attributes = get_u32(&m);
	if (m.wrong || (attributes & NT_MASK) != NT_COUNTER)
		return complain_of(nv, "it is no counter");
	if (attributes & ORDERLY)
		return complain_of(nv, "an orderly counter can go back");
	if (!(attributes & AUTHREAD) || !(attributes & AUTHWRITE))
		return complain_of(nv, "it is not read and incremented by its own authorisation");
	return true;
}

static bool increment(const struct nv *nv)
{
	struct message m;
	uint32_t rc;

	begin_command(&m, SESSIONS, NV_INCREMENT);
	put_u32(&m, nv->index);
	put_u32(&m, nv->index);
	put_password(&m);
	return send_command(nv, &m, &rc) && is_done(nv, rc, "increment");
}

static bool read_value(const struct nv *nv, uint64_t *value, uint32_t *rc)
{
	struct message m;

	begin_command(&m, SESSIONS, NV_READ);
	put_u32(&m, nv->index);
	put_u32(&m, nv->index);
	put_password(&m);
	put_u16(&m, sizeof(*value));
	put_u16(&m, 0);
	if (!send_command(nv, &m, rc))
		return false;
	if (*rc)
		return true;
	get_u32(&m);	/* bytes of the parameters */
	get_u16(&m);	/* bytes of the value */
	*value = get_u64(&m);
	return m.wrong ? complain_of(nv, "the response is too short") : true;
}

/* A new counter has no value before it is incremented. */
static bool read_or_begin(const struct nv *nv, uint64_t *value)
{
	uint32_t rc;

	if (!read_value(nv, value, &rc))
		return false;
	if (rc == RC_NV_UNINITIALIZED && (!increment(nv) || !read_value(nv, value, &rc)))
		return false;
	return is_done(nv, rc, "read");
}

/* Read a counter, which is defined if there is none. */
bool read_counter(const struct counter *counter, uint64_t *value)
{
	struct nv nv;
	bool done;

	if (!open_nv(counter, &nv))
		return false;
	done = find(&nv) && read_or_begin(&nv, value);
	close_nv(&nv);
	return done;
}

/* Increment a counter that has been read.  It has the value @expected then. */
bool increment_counter(const struct counter *counter, uint64_t expected)
{
	uint64_t value = 0;
	struct nv nv;
	bool done;

	if (!open_nv(counter, &nv))
		return false;
	done = increment(&nv) && read_or_begin(&nv, &value);
	if (done && value != expected)
		done = complain_of(&nv, "something else increments it");
	close_nv(&nv);
	return done;
}
