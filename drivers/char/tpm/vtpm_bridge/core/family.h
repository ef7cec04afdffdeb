/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The family: what a TPM 1.2 and a TPM 2.0 do differently.
 *
 * The pure core stands on four structs, and on nothing of the kernel's TPM core,
 * devices or threads:
 *
 *   port    the way to one physical chip (port.h)
 *   vtpm    one virtual TPM: the part of a proxy that a TPM would have (vtpm.h)
 *   cmd     one command on its way, its response over it
 *   family  the verbs
 *
 * Who runs what:
 *   receive()	in the caller's context, under vtpm->lock, never waits for the
 *		chip: answers what the virtual platform knows, refuses what
 *		policy forbids, passes on the rest.
 *   execute(), is_stale(), tidy()	in the hub's thread, which holds the chip.
 *		The handle table and all that is resident in the chip are that
 *		thread's alone and need no lock; it takes vtpm->lock for the
 *		platform state only, never across a transmit.
 *   power(), show(), identity()	in any context, under vtpm->lock.  A reset and a power-off
 *		raise vtpm->epoch; the hub tidies up what an older epoch left in
 *		the table before it executes anything else.  A command of an older
 *		epoch changes no platform state any more.
 */
#ifndef VTPMB_FAMILY_H
#define VTPMB_FAMILY_H

#include <linux/types.h>
#include "limits.h"
#include "policy.h"
#include "port.h"
#include "setting.h"
#include "store.h"
#include "vtpm.h"

struct vtpmb_identity;
struct vtpmb_record;

/** VTPMB_QUERY_SIZE - bytes of QEMU's buffer-size query, both families */
#define VTPMB_QUERY_SIZE	22

/**
 * enum vtpmb_answer - how a command was, or is to be, answered
 * @VTPMB_ANSWER_CHIP:		by the chip, in the hub's thread
 * @VTPMB_ANSWER_LOCAL:		by the virtual platform
 * @VTPMB_ANSWER_REFUSED:	policy forbids the command
 */
enum vtpmb_answer {
	VTPMB_ANSWER_CHIP,
	VTPMB_ANSWER_LOCAL,
	VTPMB_ANSWER_REFUSED,
};

/**
 * struct vtpmb_cmd - one command on its way
 * @buf:	VTPMB_BUF_SIZE bytes: the command, then the response over it
 * @len:	bytes in @buf: of the command as written (which may exceed the size
 *		in its header), then of the response
 * @code:	command code or ordinal, as in the header
 * @rc:		response code, once answered
 * @epoch:	the vtpm's when the command was received
 * @locality:	the vtpm's when the command was received
 * @answer:	how it was answered
 * @nr_chip_commands: chip commands spent on it
 * @slow:	set by execute() before it transmits: the chip may take seconds
 *		or minutes, so that it is worth cancelling.  execute() takes care
 *		of what such a command has made when its response is lost.
 * @stale:	set by receive() with a local answer: VTPMB_TIDY_STALE has something to do
 *		now, not only with the next command
 * @mark:	the vtpm before the command was received, for vtpmb_store_commit()
 * @failed_code: set by execute(): the chip is in failure mode after this command,
 *		and the administrator is to be told; @code, or the code of the
 *		command wrapped in it
 * @call:	the family's @call_size bytes: the parsed command, from receive() to the end
 *		of execute().  It points into @buf, so it is void once @buf has a response.
 */
struct vtpmb_cmd {
	u8 *buf;
	size_t len;
	u32 code;
	u32 rc;
	u32 epoch;
	u8 locality;
	enum vtpmb_answer answer;
	u32 nr_chip_commands;
	bool slow;
	bool stale;
	struct vtpmb_store_mark mark;
	u32 failed_code;
	void *call;
};

/**
 * struct vtpmb_failure_rule - how the chips of a family report failure mode
 * @begins:	response code of the command with which failure mode begins
 * @lasts:	response code of later commands; may be the same
 * @question:	a command that gets one of these response codes only in failure mode
 * @question_len: its bytes
 */
struct vtpmb_failure_rule {
	u32 begins;
	u32 lasts;
	const u8 *question;
	size_t question_len;
};

static inline bool vtpmb_is_failure(const struct vtpmb_failure_rule *rule, u32 rc)
{
	return rc == rule->begins || rc == rule->lasts;
}

/**
 * enum vtpmb_power_event - what happens to the power of a virtual TPM
 * @VTPMB_POWER_RESET:	_TPM_Init, virtual platform reset: the power comes to POST_INIT.
 *			Idempotent.  PCRs stay until Startup.
 * @VTPMB_POWER_STARTUP: what firmware does after a reset: Startup(CLEAR) at locality 0.
 *			POST_INIT comes to STARTED.
 * @VTPMB_POWER_OFF:	the power goes, orderly only if the guest had shut down
 */
enum vtpmb_power_event {
	VTPMB_POWER_RESET,
	VTPMB_POWER_STARTUP,
	VTPMB_POWER_OFF,
};

/**
 * enum vtpmb_tidy - why a family is to tidy up what virtual TPMs have in the chip
 * @VTPMB_TIDY_TURN:	a turn of the vtpm ends: save what is not saved, leave nothing of
 *			it loaded, unless the family has @stays_loaded
 * @VTPMB_TIDY_IDLE:	guests may be idle, and @refresh_ms of the port have passed since
 *			the last time: see that saved sessions of all vtpms stay valid.  In a
 *			turn of any vtpm, after VTPMB_TIDY_TURN, as long as a session is in
 *			@saved of the port.  Leaves nothing loaded.
 * @VTPMB_TIDY_HOST:	the host gets the chip after the turn of the vtpm: leave nothing of
 *			any vtpm loaded.  Uses nothing of the vtpm but its port.
 * @VTPMB_TIDY_STALE:	flush from the chip what belongs to an older epoch, saved sessions
 *			too, and forget it
 * @VTPMB_TIDY_END:	the same with all that the vtpm has, since it is going
 * @VTPMB_TIDY_LOST:	the vtpm is going, and the chip is out of reach or has flushed what
 *			it could: forget the rest without a chip command
 */
enum vtpmb_tidy {
	VTPMB_TIDY_TURN,
	VTPMB_TIDY_IDLE,
	VTPMB_TIDY_HOST,
	VTPMB_TIDY_STALE,
	VTPMB_TIDY_END,
	VTPMB_TIDY_LOST,
};

/**
 * struct vtpmb_view - what an administrator is shown of a virtual TPM
 * @pp:		physical presence is asserted, by the administrator or a command
 * @pp_locked:	commands cannot assert it before the next reset
 */
struct vtpmb_view {
	bool pp;
	bool pp_locked;
};

/* The families as user space names them. */
enum {
	VTPMB_VERSION_12 = 0x102,
	VTPMB_VERSION_20 = 0x200,
};

/**
 * struct vtpmb_family - the verbs of a family
 * @name:	"1.2" or "2.0"
 * @version:	VTPMB_VERSION_12 or VTPMB_VERSION_20
 * @call_size:	bytes of @call of a command: the family's struct for a parsed command
 * @commands:	its command table
 * @settings:	VTPMB_NR_SETTINGS settings, by enum vtpmb_setting_nr
 * @records:	what it keeps without power: see image.h
 * @nr_records:	number of these
 * @query:	QEMU's buffer-size query, VTPMB_QUERY_SIZE bytes: what the
 *		emulator of a TIS or CRB device sends at each of its resets
 * @query_answer: the answer that QEMU understands: VTPMB_GUEST_BUF_SIZE
 * @query_answer_len: its bytes
 * @failure:	see there
 * @stays_loaded: what a vtpm has loaded stays in the chip after its turn, until
 *		VTPMB_TIDY_HOST
 *
 * @probe:	learn the chip: sets @facts, @bank, @nr_banks of the port.  May
 *		use @scratch.  0, or -EIO, -ENODEV, -ENOMEM with nothing kept.
 *		The caller holds the chip.
 * @forget:	undo @probe
 * @create:	make the state of a virtual TPM that has never had power, in
 *		@state.  0 or -ENOMEM.
 * @destroy:	wipe and free it; nothing of it is in the chip any more
 * @prepare_store: allocate what only a virtual TPM with a store needs, before its image is
 *		restored.  0 or -ENOMEM.  NULL: that is nothing.
 * @stored:	the image of the present state is on disk, under vtpm->lock.  NULL: that changes
 *		nothing.
 * @power:	see enum vtpmb_power_event.  Cannot fail.
 * @show:	fill in all of @view
 * @identity:	compute the public identity in the bank of the register for quotes
 *		(attest.h).  0; -EOPNOTSUPP: the chip has no such register; or the crypto
 *		API's error.  NULL: the family has none.
 * @receive:	take a command; @cmd->len >= 6 and at least the size in its
 *		header.  Parses it into @call.  Sets @code, @epoch, @locality,
 *		@answer, and @failed_code to 0.  If the answer is not VTPMB_ANSWER_CHIP, the
 *		response is in @buf, its length in @len, its code in @rc.
 * @execute:	answer a command that @receive passed on.  What @receive has parsed
 *		stays true; what else it saw may have changed.  The response is in
 *		@buf and @len whatever happens but a negative errno of
 *		@transmit, which is returned.  Retries and swapping inside.
 * @retry:	answer a command that the chip did not finish: the guest shall send it
 *		again
 * @unstored:	answer a command whose change could not be stored: it has had no effect
 * @is_stale:	whether VTPMB_TIDY_STALE has something to do; needs no chip command.  The hub
 *		counts failures to tidy up, and must tell success from nothing to do.
 * @tidy:	see enum vtpmb_tidy.  0, -EIO or a negative errno of @transmit.  In the hub's
 *		thread, or nobody else uses the chip.
 */
struct vtpmb_family {
	const char *name;
	u32 version;
	size_t call_size;
	const struct vtpmb_commands *commands;
	const struct vtpmb_setting *settings;
	const struct vtpmb_record *records;
	unsigned int nr_records;
	const u8 *query;
	const u8 *query_answer;
	size_t query_answer_len;
	const struct vtpmb_failure_rule *failure;
	bool stays_loaded;

	int (*probe)(struct vtpmb_port *port);
	void (*forget)(struct vtpmb_port *port);
	int (*create)(struct vtpmb_vtpm *vtpm);
	void (*destroy)(struct vtpmb_vtpm *vtpm);
	int (*prepare_store)(struct vtpmb_vtpm *vtpm);
	void (*stored)(struct vtpmb_vtpm *vtpm);
	void (*power)(struct vtpmb_vtpm *vtpm, enum vtpmb_power_event event);
	void (*show)(struct vtpmb_vtpm *vtpm, struct vtpmb_view *view);
	int (*identity)(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity);
	void (*receive)(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);
	int (*execute)(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);
	void (*retry)(struct vtpmb_cmd *cmd);
	void (*unstored)(struct vtpmb_cmd *cmd);
	bool (*is_stale)(struct vtpmb_vtpm *vtpm);
	int (*tidy)(struct vtpmb_vtpm *vtpm, enum vtpmb_tidy reason);
};

extern const struct vtpmb_family vtpmb_tpm12;
extern const struct vtpmb_family vtpmb_tpm20;

#endif
