/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/**
 * DOC: /dev/vtpm-control and the proxies /dev/vtpmX it makes
 *
 * Every ioctl takes a struct that begins with its own size in bytes.  A
 * kernel that knows a longer struct reads what is missing as zero; one that
 * knows a shorter struct accepts a longer one if what it does not know is
 * zero.  The checks are made in this order, and the first that fails gives the error:
 *
 * ========== ==============================================================
 * ENOTTY     the ioctl's number is not known
 * EPERM      the caller has no CAP_SYS_ADMIN
 * EFAULT     the struct, or what it points to, cannot be read or written
 * EINVAL     @size is smaller than the first version of the struct
 * E2BIG      bytes that this kernel does not know are not zero
 * EOPNOTSUPP a reserved field is not zero, or a flag or key is not known
 * ENOENT     there is no proxy @num; no command has the code @value
 * ENODEV     there is no such chip, or it was unplugged
 * ENXIO      the chip is in firmware upgrade mode
 * EAGAIN     the host is going to sleep, or the chip cannot be started at the moment;
 *            works again later
 * EIO        the chip does not answer as a TPM should
 * ERANGE     @value is out of the key's range; create: too many settings
 * EBUSY      destroy: /dev/vtpmX is open, and VTPM_BRIDGE_FORCE is not set;
 *            set: another proxy of the chip has a part of the range
 * EACCES     allow: the command is unsafe; see VTPM_BRIDGE_ALLOW_UNSAFE
 * ENOSPC     create: there are as many proxies as there can be
 * ENOMEM     no memory
 * ========== ==============================================================
 */
#ifndef _UAPI_LINUX_VTPM_BRIDGE_H
#define _UAPI_LINUX_VTPM_BRIDGE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* 0xA1 is shared with vtpm_proxy, which has number 0. */
#define VTPM_BRIDGE_IOC_TYPE	0xA1

#define VTPM_BRIDGE_CREATE	_IO(VTPM_BRIDGE_IOC_TYPE, 0x40)
#define VTPM_BRIDGE_DESTROY	_IO(VTPM_BRIDGE_IOC_TYPE, 0x41)
#define VTPM_BRIDGE_RESET	_IO(VTPM_BRIDGE_IOC_TYPE, 0x42)
#define VTPM_BRIDGE_SET		_IO(VTPM_BRIDGE_IOC_TYPE, 0x43)
#define VTPM_BRIDGE_QUERY	_IO(VTPM_BRIDGE_IOC_TYPE, 0x44)
#define VTPM_BRIDGE_LIST	_IO(VTPM_BRIDGE_IOC_TYPE, 0x45)
#define VTPM_BRIDGE_GET		_IO(VTPM_BRIDGE_IOC_TYPE, 0x46)
#define VTPM_BRIDGE_POLICY	_IO(VTPM_BRIDGE_IOC_TYPE, 0x47)
#define VTPM_BRIDGE_CHIP	_IO(VTPM_BRIDGE_IOC_TYPE, 0x48)
#define VTPM_BRIDGE_KEEP	_IO(VTPM_BRIDGE_IOC_TYPE, 0x49)

/** VTPM_BRIDGE_ANY_CHIP - as a chip's number: the system's default chip */
#define VTPM_BRIDGE_ANY_CHIP	0xffffffffU

/** VTPM_BRIDGE_PERSISTENT - the proxy outlives the file that made it */
#define VTPM_BRIDGE_PERSISTENT	0x1
/** VTPM_BRIDGE_QUERY_RESET - QEMU's reset query resets the virtual platform */
#define VTPM_BRIDGE_QUERY_RESET	0x2
/** VTPM_BRIDGE_OPEN - out: /dev/vtpmX is open */
#define VTPM_BRIDGE_OPEN	0x4
/** VTPM_BRIDGE_FORCE - destroy a proxy that is open: its user gets EPIPE */
#define VTPM_BRIDGE_FORCE	0x8
/** VTPM_BRIDGE_HAS_OWNER_AUTH - out: VTPM_BRIDGE_OWNER_AUTH is not empty */
#define VTPM_BRIDGE_HAS_OWNER_AUTH	0x10
/** VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH - out: VTPM_BRIDGE_ENDORSEMENT_AUTH is not empty */
#define VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH	0x20
/** VTPM_BRIDGE_STOPPED - out: none of its commands reaches the chip any more */
#define VTPM_BRIDGE_STOPPED	0x40

/**
 * struct vtpm_bridge_create - make a proxy and its node /dev/vtpmX
 * @size:	in: bytes of this struct
 * @flags:	in: VTPM_BRIDGE_PERSISTENT or 0.  Without it the proxy goes
 *		when the last duplicate of this file descriptor is closed.
 * @chip:	in: N of tpmN, or VTPM_BRIDGE_ANY_CHIP; out: N of the chip
 * @num:	out: X of /dev/vtpmX, 0 to 63
 * @nr_settings: in: settings in @settings, 0 to VTPM_BRIDGE_MAX_SETTINGS
 * @failed:	out: if a setting is the reason of the error, its number, 0 for
 *		the first; else unchanged
 * @settings:	in: address of an array of struct vtpm_bridge_setting, set in
 *		this order, each as by VTPM_BRIDGE_SET; may be 0 if @nr_settings
 *		is 0
 *
 * The proxy and its node come into being last, with all settings made.  If the
 * call fails nobody has seen either.
 *
 * The first version ended with @num: it had 16 bytes.
 *
 * Errors: ENODEV, ENXIO, EAGAIN, EIO, ENOSPC, ENOMEM; ERANGE; and those of
 * VTPM_BRIDGE_SET if a setting fails.
 */
struct vtpm_bridge_create {
	__u32 size;
	__u32 flags;
	__u32 chip;
	__u32 num;
	__u32 nr_settings;
	__u32 failed;
	__aligned_u64 settings;
};

/** VTPM_BRIDGE_MAX_SETTINGS - settings that VTPM_BRIDGE_CREATE can make */
#define VTPM_BRIDGE_MAX_SETTINGS	1024

/**
 * struct vtpm_bridge_keep - make a proxy persistent
 * @size:	in: bytes of this struct
 * @flags:	in: 0
 * @num:	in: X of /dev/vtpmX
 * @__reserved:	in: 0
 *
 * The proxy outlives this file, as with VTPM_BRIDGE_PERSISTENT.  A program that
 * has to pass on a proxy's number creates it without that flag and calls this
 * when the number has been passed on: if it fails or dies before, no proxy is
 * left over that nobody knows of.
 *
 * Errors: ENOENT, also unless the proxy was made through this open of
 * /dev/vtpm-control and is not persistent.
 */
struct vtpm_bridge_keep {
	__u32 size;
	__u32 flags;
	__u32 num;
	__u32 __reserved;
};

/**
 * struct vtpm_bridge_chip - tell about a chip
 * @size:	in: bytes of this struct
 * @chip:	in: N of tpmN, or VTPM_BRIDGE_ANY_CHIP; out: N of the chip
 * @family:	out: 0x102 for TPM 1.2, 0x200 for TPM 2.0
 * @__reserved:	in: 0
 *
 * The chip itself is not asked.
 *
 * Errors: ENODEV, ENXIO, EAGAIN.
 */
struct vtpm_bridge_chip {
	__u32 size;
	__u32 chip;
	__u32 family;
	__u32 __reserved;
};

/**
 * struct vtpm_bridge_destroy - end a proxy and take away its node
 * @size:	in: bytes of this struct
 * @flags:	in: VTPM_BRIDGE_FORCE or 0
 * @num:	in: X of /dev/vtpmX
 * @__reserved:	in: 0
 *
 * When the call returns nothing of the proxy is left in the chip.
 *
 * Errors: ENOENT, EBUSY.
 */
struct vtpm_bridge_destroy {
	__u32 size;
	__u32 flags;
	__u32 num;
	__u32 __reserved;
};

/**
 * struct vtpm_bridge_reset - reset the virtual platform of a proxy
 * @size:	in: bytes of this struct
 * @flags:	in: 0
 * @num:	in: X of /dev/vtpmX
 * @__reserved:	in: 0
 *
 * As the reset button of a machine: the TPM waits for Startup, or starts itself
 * if VTPM_BRIDGE_POWER is set; a command on its way is cancelled.  Without effect
 * on a proxy that has no power.
 *
 * Errors: ENOENT.
 */
struct vtpm_bridge_reset {
	__u32 size;
	__u32 flags;
	__u32 num;
	__u32 __reserved;
};

/**
 * enum vtpm_bridge_key - what VTPM_BRIDGE_SET sets and VTPM_BRIDGE_GET reads
 * @VTPM_BRIDGE_LOCALITY:	virtual locality, 0 to 4; default 0
 * @VTPM_BRIDGE_PHYSICAL_PRESENCE: 1: the administrator asserts physical
 *				presence, 0 (default): does not.  TPM 2.0: what
 *				PP_Commands needs.  TPM 1.2: the hardware pin.
 * @VTPM_BRIDGE_QUERY_RESETS:	1 (default): QEMU's reset query resets the
 *				virtual platform; 0: it is a command like any
 *				other.  For clients whose main thread is not
 *				to be trusted, such as a container's.
 * @VTPM_BRIDGE_OWNERSHIP:	TPM 1.2, what the guest sees of the owner: one
 *				of enum vtpm_bridge_ownership.  To set it, even
 *				to the same value, undoes a ForceClear of the
 *				guest.  EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_DENY:		refuse the command with this code
 * @VTPM_BRIDGE_ALLOW:		take a denial back; EACCES if the command is
 *				unsafe
 * @VTPM_BRIDGE_ALLOW_UNSAFE:	permit the command with this code though it
 *				changes or discloses what all users of the
 *				chip share
 * @VTPM_BRIDGE_DEFAULT:	back to the default for the command with this
 *				code
 * @VTPM_BRIDGE_SECRET:		TPM 2.0: the value is the address of
 *				VTPM_BRIDGE_SECRET_SIZE bytes, which the
 *				guest's policies on PCRs are keyed with.  What
 *				it seals to its PCRs can be unsealed by no
 *				proxy without the same secret.  By default it
 *				is random; the same one given to the next
 *				proxy of a machine keeps what is sealed.  It
 *				cannot be read back.  EOPNOTSUPP on a TPM 1.2;
 *				EFAULT if the bytes cannot be read.
 * @VTPM_BRIDGE_NV_RANGE:	NV indices that the guest may define and use: the
 *				first one in the upper 32 bits, the last one in
 *				the lower; 0 (default): none.  What the chip has
 *				there belongs to the guest.  ERANGE unless they
 *				are in this order; on a TPM 2.0 unless both are
 *				handles of NV indices, 0x01000000 to 0x01ffffff,
 *				and none of 0x01c00000 to 0x01c07fff,
 *				certificates of endorsement keys, lies between;
 *				on a TPM 1.2 if one of them is 0 or 0xffffffff,
 *				which are locks.  EBUSY if another proxy of the
 *				chip has one of them.
 * @VTPM_BRIDGE_NV_INDICES:	how many NV indices there may be in the range, 0
 *				to 256; default 8
 * @VTPM_BRIDGE_NV_BYTES:	how many bytes of data they may have together, 0
 *				to 65536; default 4096, TPM 1.2: 512
 * @VTPM_BRIDGE_PERSISTENT_RANGE: TPM 2.0: handles under which the guest's
 *				objects are persistent in the chip, as for
 *				VTPM_BRIDGE_NV_RANGE.  What the chip has there
 *				belongs to the guest.  Persistent objects under
 *				other handles live as long as the proxy and the
 *				chip's power.  ERANGE unless both are handles of
 *				an owner's persistent objects, 0x81000000 to
 *				0x817fffff, in this order.  EBUSY if another
 *				proxy of the chip has one of them.
 * @VTPM_BRIDGE_PERSISTENT_OBJECTS: TPM 2.0: how many objects the guest may make
 *				persistent in the chip, 0 to 8; default 4
 * @VTPM_BRIDGE_REAL_PCRS:	the PCRs that are the chip's own, bit N for PCR
 *				N, 0 to 0xffffff; default 0: all are the
 *				proxy's own.  TPM 2.0: the guest reads, extends
 *				and resets these PCRs of the host, and may
 *				quote them.  ERANGE also if one of them is the
 *				module parameter policy_pcr.  TPM 1.2: the guest
 *				may seal to these PCRs of the host, bind keys to
 *				them and quote them; those that it reads and
 *				extends are its own all the same.
 * @VTPM_BRIDGE_OWNER_AUTH:	TPM 2.0: the value is the address of a struct
 *				vtpm_bridge_auth: the authorisation value that
 *				the owner hierarchy of the chip has, empty by
 *				default.  The bridge uses it for the commands
 *				that the guest's own owner authorisation
 *				permits.  It cannot be read back.  EOPNOTSUPP
 *				on a TPM 1.2.
 * @VTPM_BRIDGE_ENDORSEMENT_AUTH: the same of the endorsement hierarchy
 * @VTPM_BRIDGE_TRANSPORT:	TPM 1.2, what the guest may wrap in transport
 *				sessions: one of enum vtpm_bridge_transport.
 *				EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_COUNTER:	TPM 1.2: the monotonic counter of the chip that
 *				the guest may read, increment and release, or
 *				VTPM_BRIDGE_NO_COUNTER (default).  A chip
 *				increments only one of its counters until it is
 *				reset.  EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_POWER:		0 (default): the virtual TPM has power while
 *				/dev/vtpmX is open, and waits for Startup after
 *				each reset.  1: it always has power, keeps its
 *				state from one user to the next, and starts
 *				itself after a reset, as if firmware had sent
 *				Startup(CLEAR) at locality 0.  Then QEMU's reset
 *				query is a command like any other.  For programs
 *				that use the node as /dev/tpm0 of a machine that
 *				is up, such as those in a container.  It is
 *				powered on at once; 0 powers it off when its
 *				present user closes the node.
 * @VTPM_BRIDGE_ENDORSEMENT:	TPM 2.0, 1 (default): the guest has the chip's
 *				endorsement keys; 0: its endorsement hierarchy
 *				is disabled, it cannot enable it, and does not
 *				see the keys' certificates.  EOPNOTSUPP on a
 *				TPM 1.2.
 * @VTPM_BRIDGE_STOP_ON_FAILURE: 1 (default): if the chip is in failure mode after a
 *				command of the guest, further commands of this
 *				guest do not reach the chip.  They get TPM_FAIL
 *				(9), on a TPM 2.0 TPM_RC_FAILURE (0x101), also
 *				after resets and when the chip works again.  0:
 *				this is only logged.  Setting either value lets
 *				a guest that is stopped go on.
 * @VTPM_BRIDGE_FAILURE_MODE:	1: the TPM is in failure mode and answers each
 *				command with TPM_RC_FAILURE or, a TPM 1.2, with
 *				TPM_FAILEDSELFTEST, until the machine is reset;
 *				0 (default): it is not.  For a machine that
 *				goes on with a state that was saved while the
 *				TPM was off: nothing else keeps this machine
 *				from starting the TPM and extending PCRs in
 *				the firmware's place.  The reset query with
 *				which QEMU starts does not end it, nor does
 *				VTPM_BRIDGE_RESET.
 */
enum vtpm_bridge_key {
	VTPM_BRIDGE_LOCALITY = 1,
	VTPM_BRIDGE_PHYSICAL_PRESENCE = 2,
	VTPM_BRIDGE_QUERY_RESETS = 3,
	VTPM_BRIDGE_OWNERSHIP = 4,
	VTPM_BRIDGE_DENY = 5,
	VTPM_BRIDGE_ALLOW = 6,
	VTPM_BRIDGE_ALLOW_UNSAFE = 7,
	VTPM_BRIDGE_DEFAULT = 8,
	VTPM_BRIDGE_SECRET = 9,
	VTPM_BRIDGE_NV_RANGE = 10,
	VTPM_BRIDGE_NV_INDICES = 11,
	VTPM_BRIDGE_NV_BYTES = 12,
	VTPM_BRIDGE_PERSISTENT_RANGE = 13,
	VTPM_BRIDGE_PERSISTENT_OBJECTS = 14,
	VTPM_BRIDGE_REAL_PCRS = 15,
	VTPM_BRIDGE_OWNER_AUTH = 16,
	VTPM_BRIDGE_ENDORSEMENT_AUTH = 17,
	VTPM_BRIDGE_TRANSPORT = 18,
	VTPM_BRIDGE_COUNTER = 19,
	VTPM_BRIDGE_POWER = 20,
	VTPM_BRIDGE_ENDORSEMENT = 21,
	VTPM_BRIDGE_STOP_ON_FAILURE = 22,
	VTPM_BRIDGE_FAILURE_MODE = 23,
};

/** VTPM_BRIDGE_NO_COUNTER - as a counter: none */
#define VTPM_BRIDGE_NO_COUNTER	0xffffffffU

/** VTPM_BRIDGE_SECRET_SIZE - bytes of what VTPM_BRIDGE_SECRET sets */
#define VTPM_BRIDGE_SECRET_SIZE	32

/** VTPM_BRIDGE_NR_PCRS - bits of what VTPM_BRIDGE_REAL_PCRS sets */
#define VTPM_BRIDGE_NR_PCRS	24

/** VTPM_BRIDGE_MAX_AUTH - bytes of the longest authorisation value */
#define VTPM_BRIDGE_MAX_AUTH	64

/**
 * struct vtpm_bridge_auth - an authorisation value
 * @size:	in: bytes of this struct
 * @len:	in: bytes of the value, 0 to VTPM_BRIDGE_MAX_AUTH
 * @auth:	in: the value, then zeros
 *
 * Zeros at the end of the value do not count, as for a TPM.
 *
 * Errors: EFAULT, EINVAL, E2BIG; ERANGE if @len is out of range; EOPNOTSUPP if
 * what follows the value is not zero.
 */
struct vtpm_bridge_auth {
	__u32 size;
	__u32 len;
	__u8 auth[VTPM_BRIDGE_MAX_AUTH];
};

/**
 * enum vtpm_bridge_ownership - what a TPM 1.2 guest sees of the owner
 * @VTPM_BRIDGE_OWNERSHIP_AUTO:		owned if the chip is, else not installable
 * @VTPM_BRIDGE_OWNERSHIP_OWNED:	there is an owner
 * @VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE: there is none and none can be
 * @VTPM_BRIDGE_OWNERSHIP_GRANTED:	as the chip has it.  Who knows the owner's
 *					secret can act as the owner, but for
 *					commands that are unsafe, and the owner
 *					of a chip that has none can be installed.
 */
enum vtpm_bridge_ownership {
	VTPM_BRIDGE_OWNERSHIP_AUTO = 0,
	VTPM_BRIDGE_OWNERSHIP_OWNED = 1,
	VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE = 2,
	VTPM_BRIDGE_OWNERSHIP_GRANTED = 3,
};

/**
 * enum vtpm_bridge_transport - what a TPM 1.2 guest may wrap
 * @VTPM_BRIDGE_TRANSPORT_DENY:		nothing: there are no transport sessions
 * @VTPM_BRIDGE_TRANSPORT_INSPECT:	what it may do outside, not encrypted
 * @VTPM_BRIDGE_TRANSPORT_ORDINAL:	also encrypted, if the command is harmless
 *					whatever its parameters are
 * @VTPM_BRIDGE_TRANSPORT_ALLOW:	also encrypted, whatever the parameters
 *					are.  Unsafe.
 *
 * Exclusive transport sessions are always refused.
 */
enum vtpm_bridge_transport {
	VTPM_BRIDGE_TRANSPORT_DENY = 0,
	VTPM_BRIDGE_TRANSPORT_INSPECT = 1,
	VTPM_BRIDGE_TRANSPORT_ORDINAL = 2,
	VTPM_BRIDGE_TRANSPORT_ALLOW = 3,
};

/**
 * struct vtpm_bridge_set - set one property of a proxy
 * @size:	in: bytes of this struct
 * @key:	in: one of enum vtpm_bridge_key
 * @num:	in: X of /dev/vtpmX
 * @__reserved:	in: 0
 * @value:	in: as the key says
 *
 * Takes effect with the proxy's next command.
 *
 * Errors: EOPNOTSUPP, ENOENT, ERANGE, EACCES, EBUSY, EFAULT; and those of what
 * @value points to.
 */
struct vtpm_bridge_set {
	__u32 size;
	__u32 key;
	__u32 num;
	__u32 __reserved;
	__aligned_u64 value;
};

/**
 * struct vtpm_bridge_get - read one property of a proxy
 * @size:	in: bytes of this struct
 * @key:	in: one of enum vtpm_bridge_key, but none of those of the policy,
 *		VTPM_BRIDGE_DENY to VTPM_BRIDGE_DEFAULT; see VTPM_BRIDGE_POLICY
 * @num:	in: X of /dev/vtpmX
 * @__reserved:	in: 0
 * @value:	out: what VTPM_BRIDGE_SET has set, or the default.  For a key
 *		whose value is the address of a secret: 1 if a secret was given
 *		that is not empty, else 0.  The secret itself cannot be read.
 *
 * Errors: EOPNOTSUPP, also if the proxy's family does not have the key; ENOENT.
 */
struct vtpm_bridge_get {
	__u32 size;
	__u32 key;
	__u32 num;
	__u32 __reserved;
	__aligned_u64 value;
};

/**
 * struct vtpm_bridge_setting - a key and its value
 * @key:	one of enum vtpm_bridge_key
 * @__reserved:	0
 * @value:	as the key says
 */
struct vtpm_bridge_setting {
	__u32 key;
	__u32 __reserved;
	__aligned_u64 value;
};

/**
 * struct vtpm_bridge_policy - read which commands are not at their default
 * @size:	in: bytes of this struct
 * @num:	in: X of /dev/vtpmX
 * @count:	in: settings that @settings has room for; out: settings there are
 * @__reserved:	in: 0
 * @settings:	in: address of an array of struct vtpm_bridge_setting, filled
 *		with as many as fit; may be 0 if @count is 0.  The key of each is
 *		VTPM_BRIDGE_DENY or VTPM_BRIDGE_ALLOW_UNSAFE, its value the
 *		command's code.
 *
 * VTPM_BRIDGE_SET of all of them gives a new proxy the same policy.
 *
 * Errors: EOPNOTSUPP, ENOENT, ENOMEM, EFAULT.
 */
struct vtpm_bridge_policy {
	__u32 size;
	__u32 num;
	__u32 count;
	__u32 __reserved;
	__aligned_u64 settings;
};

/**
 * enum vtpm_bridge_power - how far a virtual TPM has come
 * @VTPM_BRIDGE_OFF:		it has no power: nobody has /dev/vtpmX open, and
 *				VTPM_BRIDGE_POWER is not set
 * @VTPM_BRIDGE_WAITING:	it was reset and waits for Startup
 * @VTPM_BRIDGE_STARTED:	Startup succeeded
 * @VTPM_BRIDGE_SHUT_DOWN:	the guest sent Shutdown or SaveState
 */
enum vtpm_bridge_power {
	VTPM_BRIDGE_OFF = 0,
	VTPM_BRIDGE_WAITING = 1,
	VTPM_BRIDGE_STARTED = 2,
	VTPM_BRIDGE_SHUT_DOWN = 3,
};

/**
 * struct vtpm_bridge_query - tell about a proxy
 * @size:	in: bytes of this struct
 * @num:	in: X of /dev/vtpmX
 * @flags:	out: VTPM_BRIDGE_PERSISTENT, _QUERY_RESET, _OPEN, _HAS_OWNER_AUTH,
 *		_HAS_ENDORSEMENT_AUTH, _STOPPED
 * @chip:	out: N of tpmN
 * @family:	out: 0x102 for TPM 1.2, 0x200 for TPM 2.0
 * @power:	out: one of enum vtpm_bridge_power
 * @locality:	out: virtual locality, 0 to 4
 * @physical_presence: out: 1 if physical presence is asserted, by the
 *		administrator or (TPM 1.2) by a command, else 0
 * @physical_presence_lock: out: 1 if commands cannot assert it before the
 *		next reset, else 0; always 0 on a TPM 2.0
 * @ownership:	out: one of enum vtpm_bridge_ownership
 * @commands:	out: commands taken
 * @refusals:	out: those that policy refused
 * @chip_commands: out: commands that the chip ran for this proxy
 * @resets:	out: resets of the virtual platform
 * @real_pcrs:	out: the PCRs that are the chip's own, bit N for PCR N
 * @persistent_objects: out: what VTPM_BRIDGE_PERSISTENT_OBJECTS has set
 * @persistent_range: out: what VTPM_BRIDGE_PERSISTENT_RANGE has set
 * @nv_range:	out: what VTPM_BRIDGE_NV_RANGE has set
 * @nv_indices:	out: what VTPM_BRIDGE_NV_INDICES has set
 * @nv_bytes:	out: what VTPM_BRIDGE_NV_BYTES has set
 * @transport:	out: one of enum vtpm_bridge_transport
 * @counter:	out: what VTPM_BRIDGE_COUNTER has set
 *
 * The first version ended with @resets: it had 72 bytes.
 *
 * Errors: ENOENT.
 */
struct vtpm_bridge_query {
	__u32 size;
	__u32 num;
	__u32 flags;
	__u32 chip;
	__u32 family;
	__u32 power;
	__u32 locality;
	__u32 physical_presence;
	__u32 physical_presence_lock;
	__u32 ownership;
	__aligned_u64 commands;
	__aligned_u64 refusals;
	__aligned_u64 chip_commands;
	__aligned_u64 resets;
	__u32 real_pcrs;
	__u32 persistent_objects;
	__aligned_u64 persistent_range;
	__aligned_u64 nv_range;
	__u32 nv_indices;
	__u32 nv_bytes;
	__u32 transport;
	__u32 counter;
};

/**
 * struct vtpm_bridge_list - tell which proxies there are
 * @size:	in: bytes of this struct
 * @count:	in: numbers that @nums has room for; out: proxies there are
 * @nums:	in: address of an array of __u32, filled with X of each
 *		/dev/vtpmX, lowest first, as many as fit; may be 0 if @count is 0
 * @keys:	out: bit K is set if VTPM_BRIDGE_SET knows key K
 *
 * Errors: EFAULT.
 */
struct vtpm_bridge_list {
	__u32 size;
	__u32 count;
	__aligned_u64 nums;
	__aligned_u64 keys;
};

#endif /* _UAPI_LINUX_VTPM_BRIDGE_H */
