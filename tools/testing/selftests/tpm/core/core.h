/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pure core on a TPM in a library: no kernel, no device, no thread.
 *
 *   chip	the libtpms of this process: what the bridge shares
 *   vtpm	a virtual TPM of the bridge, on that chip
 *   twin	a reference: libtpms in a process of its own, that nobody shares
 *
 * Verbs: chip (start, stop, raw, is_empty), vtpm (new, free, reset, off,
 * send), turn (end), twin (new, free, reset, send), tap (run, check).
 *
 * One thread.  Any failure of the harness itself ends the program.
 */
#ifndef CORE_H
#define CORE_H

#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/errno.h>
#include "core/family.h"
#include "core/wire.h"

/**
 * struct core_rsp - a response
 * @buf:	its bytes
 * @len:	how many
 * @rc:		response code in its header
 * @answer:	of a vtpm: who answered
 * @nr_chip_commands: of a vtpm: commands that the chip ran from the call of
 *		core_send() to its end, swapping and the end of the turn included
 * @failed_code: of a vtpm: the command after which the chip is in failure mode, if
 *		the administrator is to be told
 * @err:	of a vtpm: 0, or the negative errno of execute(); then there
 *		are no bytes
 */
struct core_rsp {
	u8 buf[VTPMB_BUF_SIZE];
	size_t len;
	u32 rc;
	enum vtpmb_answer answer;
	unsigned int nr_chip_commands;
	u32 failed_code;
	int err;
};

/*
 * The chip.  core_start() powers a new TPM on and does what a host's firmware
 * does: 2.0: Startup(CLEAR); 1.2: Startup(ST_CLEAR), enabled and activated,
 * with an endorsement key, no owner.  Then it probes the port.
 */
enum core_family { CORE_TPM12 = 12, CORE_TPM20 = 20 };

extern struct vtpmb_port core_port;

/* Commands of one vtpm after which its turn ends; 0: only when another comes. */
extern unsigned int core_turn;

/* Whether the host gets the chip between the turns of two vtpms. */
extern bool core_host_comes;

/* Called with each command before the chip gets it, if set. */
extern void (*core_watch)(const u8 *cmd, size_t len);

/*
 * From the one to the other: the SHA-256 digest of all that the chip gets and all that
 * guests get.  A change to the driver that changes nothing for them keeps it, if the
 * random numbers come from a seed.
 */
void core_digest_begin(void);
void core_digest_print(const char *of);
#define CORE_DIGEST_SIZE	32
void core_digest_end(u8 digest[CORE_DIGEST_SIZE]);

void core_start(enum core_family family);
void core_stop(void);
/* As if the bridge came to the chip only now; there is no vtpm. */
void core_probe(void);
void core_chip_cycle(void);
/* From now on the chip's random numbers and its time come from @seed; so for a twin's life. */
void core_seed(u64 seed);
void core_chip_locality(u8 locality);
void core_raw(const void *cmd, size_t len, struct core_rsp *rsp);
bool core_chip_is_empty(void);

/* The @nth command from now, 1 the next, gets @err from transmit. 0: none. */
void core_fail_transmit(unsigned int nth, int err);
/* As above with -ETIME, but the chip has done what it was told. */
void core_lose_response(unsigned int nth);
/* As above, but the chip answers with @rc and does nothing. */
void core_fail_chip(unsigned int nth, u32 rc);
/* The chip does what it is told, and of its response only @len bytes come, as its header says. */
void core_cut_response(unsigned int nth, size_t len);
/*
 * Whether to open a transform of the crypto API ends the program.  So it does from
 * core_start() to core_stop(), for that can load a module of the kernel.
 */
void core_forbid_transforms(bool forbidden);
/* Whether the kernel lacks the curve P-256; before core_start(). */
void core_lack_ecdh(bool missing);
/* The @nth allocation from now fails; 0: none. */
void core_fail_alloc(unsigned int nth);
/* Whether it did, or none was asked for. */
bool core_alloc_failed(void);

/* A new vtpm has power and waits for Startup. */
struct vtpmb_vtpm *core_new(void);
void core_free(struct vtpmb_vtpm *vtpm);
void core_reset(struct vtpmb_vtpm *vtpm);
/* It starts itself, as one that has power though nobody uses it. */
void core_reset_powered(struct vtpmb_vtpm *vtpm);
void core_off(struct vtpmb_vtpm *vtpm);
void core_send(struct vtpmb_vtpm *vtpm, const void *cmd, size_t len,
	       struct core_rsp *rsp);
/* Called between receive() and the hub's thread, if set. */
extern void (*core_waits)(struct vtpmb_vtpm *vtpm);
void core_end_turn(void);
void core_policy(struct vtpmb_vtpm *vtpm, u32 code, enum vtpmb_policy_verb verb);
void core_grant(struct vtpmb_vtpm *vtpm, enum vtpmb_range_kind kind, u32 first, u32 last);
/* As the administrator; ends the program if the family does not take the value. */
void core_set(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, u64 value);
void core_set_bytes(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr, const void *bytes,
		    size_t len);
u64 core_get(struct vtpmb_vtpm *vtpm, enum vtpmb_setting_nr nr);

/**
 * enum core_fault - what goes wrong in a sweep
 * @CORE_FAULT_TRANSMIT: the chip does not answer
 * @CORE_FAULT_CHIP:	it refuses
 * @CORE_FAULT_ALLOC:	there is no memory
 */
enum core_fault { CORE_FAULT_TRANSMIT, CORE_FAULT_CHIP, CORE_FAULT_ALLOC };

/**
 * struct core_sweep - a flow that meets one fault, each time a step later
 * @family:	whose
 * @nr:		how often; fewer if all allocations have failed once
 * @begin:	a new vtpm
 * @flow:	meets the fault, and may come to anything
 * @end:	the fault is over: sees that all works, and frees the vtpm
 * @refusals:	what a chip says that refuses, in turn
 * @nr_refusals: how many of those
 */
struct core_sweep {
	enum core_family family;
	unsigned int nr;
	void (*begin)(void);
	void (*flow)(void);
	void (*end)(void);
	const u32 *refusals;
	unsigned int nr_refusals;
};

void core_sweep(const struct core_sweep *sweep, enum core_fault fault);

/*
 * A twin starts with the permanent state that the chip has now, so the same
 * templates give the same primary keys.  It waits for Startup.
 */
struct core_twin;
struct core_twin *core_twin_new(void);
void core_twin_free(struct core_twin *twin);
/* _TPM_Init; or back to what it was when it was new, which is cheaper. */
void core_twin_reset(struct core_twin *twin);
void core_twin_again(struct core_twin *twin);
void core_twin_seed(struct core_twin *twin, u32 seed);
void core_twin_locality(struct core_twin *twin, u8 locality);
void core_twin_pp(struct core_twin *twin, bool pp);
void core_twin_send(struct core_twin *twin, const void *cmd, size_t len,
		    struct core_rsp *rsp);

/*
 * Bytes from text: hex digits, blanks ignored.  A "????????" in a command's
 * size field is filled in by core_hex().
 */
size_t core_hex(u8 *buf, size_t cap, const char *hex);
void core_send_hex(struct vtpmb_vtpm *vtpm, const char *hex,
		   struct core_rsp *rsp);
void core_twin_send_hex(struct core_twin *twin, const char *hex,
			struct core_rsp *rsp);
void core_raw_hex(const char *hex, struct core_rsp *rsp);
void core_dump(const char *what, const void *bytes, size_t len);

/* TPM 1.2: for the holder of an RSA key; as many bytes as that has. */
size_t core_encrypt_oaep(const u8 *pub, size_t pub_len, const u8 *data, size_t len, u8 *out);
size_t core_encrypt_pkcs1(const u8 *pub, size_t pub_len, const u8 *data, size_t len, u8 *out);

/* TPM 1.2: an owner for the chip; both secrets 20 bytes.  Then core_probe(). */
void core_take_ownership(const u8 *owner, const u8 *srk);

/* TAP. */
struct core_test {
	const char *name;
	void (*run)(void);
};

#define CORE_TEST(fn)	{ #fn, fn }

/* Which of the tests is running, from 0: several may share a function. */
extern size_t core_running;

void core_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* How often the running test has failed. */
unsigned int core_nr_failures(void);
int core_run(const struct core_test *tests, size_t nr, int argc, char **argv);

/* Each goes on after a failure; the test has failed. */
#define CHECK(cond) do {						\
	if (!(cond))							\
		core_fail(__FILE__, __LINE__, "%s", #cond);		\
} while (0)
#define CHECK_EQ(a, b) do {						\
	unsigned long long __x = (a), __y = (b);			\
	if (__x != __y)							\
		core_fail(__FILE__, __LINE__, "%s is 0x%llx, not 0x%llx", \
			  #a, __x, __y);				\
} while (0)
#define CHECK_MEM(a, b, len) do {					\
	if (memcmp(a, b, len)) {					\
		core_fail(__FILE__, __LINE__, "%s is not %s", #a, #b);	\
		core_dump(#a, a, len);					\
		core_dump(#b, b, len);					\
	}								\
} while (0)

#define CORE_MAIN(tests)						\
int main(int argc, char **argv)						\
{									\
	return core_run(tests, ARRAY_SIZE(tests), argc, argv);		\
}

#endif
