/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/**
 * DOC: /dev/vtpm-control and the proxies
 *
 * Every proxy has a number X.  Its node is /dev/vtpm-NAME if it has a name, otherwise
 * /dev/vtpmX.
 *
 * Every ioctl takes a struct that begins with its own size in bytes.  If the
 * kernel's struct is longer, the missing bytes are zero.  If it is shorter, the
 * bytes that the kernel does not know have to be zero.  The kernel makes its checks
 * in this order, and the first one that fails gives the error:
 *
 * ========== ==============================================================
 * ENOTTY     the ioctl's number is unknown
 * EPERM      the caller has no CAP_SYS_ADMIN
 * EFAULT     the struct, or what it points to, cannot be read or written
 * EINVAL     @size is smaller than the first version of the struct; create: @name is no
 *            name
 * E2BIG      bytes that this kernel does not know are not zero
 * EOPNOTSUPP a reserved field is not zero, or a flag or key is unknown
 * ENOENT     there is no proxy @num; no command has the code @value
 * ENODEV     there is no such chip, or it was unplugged
 * ENXIO      the chip is in firmware upgrade mode
 * EAGAIN     the host is being suspended, or the chip cannot be started now; try again
 *            later
 * EIO        the chip does not answer as a TPM should
 * ERANGE     @value is out of the key's range; create: too many settings
 * EBUSY      destroy: its node is open, and VTPM_BRIDGE_FORCE is not set;
 *            set: the range overlaps with that of another proxy of the chip
 * EACCES     allow: the command is unsafe; see VTPM_BRIDGE_ALLOW_UNSAFE
 * EEXIST     create: another proxy has the name
 * ESTALE     create: the state file is older than @generation says
 * ENOSPC     create: the maximum number of proxies exists
 * ENOMEM     out of memory
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
#define VTPM_BRIDGE_IDENTITY	_IO(VTPM_BRIDGE_IOC_TYPE, 0x4A)

/** VTPM_BRIDGE_ANY_CHIP - as a chip's number: the system's default chip */
#define VTPM_BRIDGE_ANY_CHIP	0xffffffffU

/** VTPM_BRIDGE_PERSISTENT - the proxy stays when the file that created it is closed */
#define VTPM_BRIDGE_PERSISTENT	0x1
/** VTPM_BRIDGE_IS_RESET_BY_QUERY - QEMU's reset query resets the virtual platform */
#define VTPM_BRIDGE_IS_RESET_BY_QUERY	0x2
/** VTPM_BRIDGE_OPEN - out: the proxy's node is open */
#define VTPM_BRIDGE_OPEN	0x4
/** VTPM_BRIDGE_FORCE - destroy a proxy that is open: its user gets EPIPE */
#define VTPM_BRIDGE_FORCE	0x8
/** VTPM_BRIDGE_HAS_OWNER_AUTH - out: VTPM_BRIDGE_OWNER_AUTH is not empty */
#define VTPM_BRIDGE_HAS_OWNER_AUTH	0x10
/** VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH - out: VTPM_BRIDGE_ENDORSEMENT_AUTH is not empty */
#define VTPM_BRIDGE_HAS_ENDORSEMENT_AUTH	0x20
/** VTPM_BRIDGE_STOPPED - out: its commands no longer reach the chip */
#define VTPM_BRIDGE_STOPPED	0x40

/** VTPM_BRIDGE_MAX_NAME - maximum number of characters of a proxy's name */
#define VTPM_BRIDGE_MAX_NAME	31

/**
 * struct vtpm_bridge_create - create a proxy and its node
 * @size:	in: bytes of this struct
 * @flags:	in: VTPM_BRIDGE_PERSISTENT or 0.  Without it, the proxy is destroyed
 *		when the last duplicate of this file descriptor is closed.
 * @chip:	in: N of tpmN, or VTPM_BRIDGE_ANY_CHIP; out: N of the chip
 * @num:	out: the proxy's number, 0 to 63; the lowest that is free
 * @nr_settings: in: number of settings, 0 to VTPM_BRIDGE_MAX_SETTINGS
 * @failed:	out: if a setting caused the error, its index in @settings;
 *		otherwise unchanged
 * @settings:	in: address of an array of struct vtpm_bridge_setting.  They are
 *		applied in this order, each as by VTPM_BRIDGE_SET.  May be 0 if
 *		@nr_settings is 0.
 * @name:	in: the proxy's name, 1 to VTPM_BRIDGE_MAX_NAME letters, digits, dots,
 *		hyphens and underscores, of which the first one is a letter.  All
 *		bytes after it are zero.  If all bytes are zero, the proxy has no
 *		name.  EINVAL if it is not such a name, or if it is "control".
 *		EEXIST if another proxy has it.
 *
 * The node appears last, after all settings have been applied.  If the call
 * fails, there was never a node.
 *
 * The first version ended with @num: it had 16 bytes.
 *
 * Errors: ENODEV, ENXIO, EAGAIN, EIO, ENOSPC, ENOMEM; ERANGE; EINVAL; EEXIST; and those of
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
	char name[VTPM_BRIDGE_MAX_NAME + 1];
};

/** VTPM_BRIDGE_MAX_SETTINGS - maximum number of settings of VTPM_BRIDGE_CREATE */
#define VTPM_BRIDGE_MAX_SETTINGS	1024

/**
 * struct vtpm_bridge_keep - make a proxy persistent
 * @size:	in: bytes of this struct
 * @flags:	in: 0
 * @num:	in: the proxy's number
 * @__reserved:	in: 0
 *
 * The proxy stays when this file is closed, as with VTPM_BRIDGE_PERSISTENT.  A
 * program that reports the number of a new proxy to somebody creates the proxy
 * without that flag, reports the number, and then calls this.  If the program dies
 * before, the proxy is destroyed, so that no unknown proxy is left over.
 *
 * Errors: ENOENT, also if the proxy is persistent already or was not created through
 * this open of /dev/vtpm-control.
 */
struct vtpm_bridge_keep {
	__u32 size;
	__u32 flags;
	__u32 num;
	__u32 __reserved;
};

/**
 * struct vtpm_bridge_chip - query a chip
 * @size:	in: bytes of this struct
 * @chip:	in: N of tpmN, or VTPM_BRIDGE_ANY_CHIP; out: N of the chip
 * @family:	out: 0x102 for TPM 1.2, 0x200 for TPM 2.0
 * @__reserved:	in: 0
 *
 * No command is sent to the chip.
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
 * struct vtpm_bridge_destroy - destroy a proxy and remove its node
 * @size:	in: bytes of this struct
 * @flags:	in: VTPM_BRIDGE_FORCE or 0
 * @num:	in: the proxy's number
 * @__reserved:	in: 0
 *
 * When the call returns, nothing of the proxy is left in the chip.
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
 * @num:	in: the proxy's number
 * @__reserved:	in: 0
 *
 * This is like the reset button of a machine.  The TPM then waits for Startup, or
 * starts itself if VTPM_BRIDGE_POWER is set.  A running command is cancelled.
 * There is no effect on a proxy that has no power.
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
 * enum vtpm_bridge_key - properties for VTPM_BRIDGE_SET and VTPM_BRIDGE_GET
 * @VTPM_BRIDGE_LOCALITY:	virtual locality, 0 to 4; default 0
 * @VTPM_BRIDGE_PHYSICAL_PRESENCE: 1: the administrator asserts physical
 *				presence; 0 (default): he does not.  On a TPM 2.0,
 *				PP_Commands requires it.  On a TPM 1.2, it is the
 *				hardware pin.
 * @VTPM_BRIDGE_RESET_BY_QUERY:	1 (default): QEMU's reset query, which it sends at
 *				each reset of the machine, resets the virtual
 *				platform; 0: it is a command like any other.  For
 *				clients whose main thread is not trusted, such as
 *				that of a container.
 * @VTPM_BRIDGE_OWNERSHIP:	TPM 1.2: the owner that the guest sees, one of
 *				enum vtpm_bridge_ownership.  Setting it, even to
 *				the same value, undoes a ForceClear of the guest.
 *				EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_DENY:		deny the command with this code
 * @VTPM_BRIDGE_ALLOW:		permit the command with this code; EACCES if it
 *				is unsafe
 * @VTPM_BRIDGE_ALLOW_UNSAFE:	permit the command with this code although it
 *				changes or discloses something that all users of
 *				the chip share
 * @VTPM_BRIDGE_DEFAULT:	restore the default for the command with this code
 * @VTPM_BRIDGE_SECRET:		the value is the address of
 *				VTPM_BRIDGE_SECRET_SIZE bytes, the key of the
 *				guest's policies on PCRs; on a TPM 1.2, of
 *				VTPM_BRIDGE_COMPOSITE alone.  Only a proxy with the
 *				same secret can unseal what the guest has sealed
 *				to its PCRs.  The default is a random secret.
 *				Give a new proxy of the same machine the same
 *				secret to keep sealed data usable.  The secret
 *				cannot be read back.  EFAULT if the bytes cannot
 *				be read.
 * @VTPM_BRIDGE_NV_RANGE:	NV indices that the guest may define and use: the
 *				first one in the upper 32 bits, the last one in
 *				the lower; 0 (default): none.  Indices that the
 *				chip already has in the range belong to the guest.
 *				ERANGE unless they are in this order.  ERANGE on a
 *				TPM 2.0 unless both are handles of NV indices,
 *				0x01000000 to 0x01ffffff, or if the range contains
 *				one of 0x01c00000 to 0x01c07fff, the certificates
 *				of endorsement keys.  ERANGE on a TPM 1.2 if one
 *				of them is 0 or 0xffffffff, which are locks.  EBUSY
 *				if the range overlaps with that of another proxy
 *				of the chip.
 * @VTPM_BRIDGE_NV_INDICES:	maximum number of NV indices in the range, 0 to
 *				256; default 8
 * @VTPM_BRIDGE_NV_BYTES:	maximum number of bytes of data in all of them, 0
 *				to 65536; default 4096, on a TPM 1.2 512
 * @VTPM_BRIDGE_PERSISTENT_RANGE: TPM 2.0: handles under which the guest's
 *				objects are persistent in the chip, in the format
 *				of VTPM_BRIDGE_NV_RANGE.  Objects that the chip
 *				already has in the range belong to the guest.
 *				Persistent objects under other handles exist as
 *				long as the proxy exists and the chip has power.
 *				ERANGE unless both are handles of persistent
 *				objects of the owner, 0x81000000 to 0x817fffff, in
 *				this order.  EBUSY if the range overlaps with that
 *				of another proxy of the chip.
 * @VTPM_BRIDGE_PERSISTENT_OBJECTS: TPM 2.0: maximum number of objects that the
 *				guest may make persistent in the chip, 0 to 8;
 *				default 4
 * @VTPM_BRIDGE_REAL_PCRS:	PCRs for which the guest gets those of the chip,
 *				bit N for PCR N, 0 to 0xffffff; default 0: all
 *				PCRs are private to the proxy.  On a TPM 2.0, the
 *				guest reads, extends, resets and quotes these
 *				PCRs of the host.  On a TPM 1.2, it may seal to
 *				these PCRs of the host, bind keys to them and
 *				quote them; the PCRs that it reads and extends
 *				stay private.  ERANGE also if one of them is the
 *				module parameter policy_pcr or attest_pcr.
 * @VTPM_BRIDGE_OWNER_AUTH:	TPM 2.0: the value is the address of a struct
 *				vtpm_bridge_auth with the authorisation value of
 *				the chip's owner hierarchy; default empty.  The
 *				bridge uses it for commands that the guest's own
 *				owner authorisation permits.  It cannot be read
 *				back.  EOPNOTSUPP on a TPM 1.2.
 * @VTPM_BRIDGE_ENDORSEMENT_AUTH: the same for the endorsement hierarchy
 * @VTPM_BRIDGE_TRANSPORT:	TPM 1.2: which commands the guest may wrap in
 *				transport sessions, one of enum
 *				vtpm_bridge_transport.  EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_COUNTER:	TPM 1.2: the monotonic counter of the chip that
 *				the guest may read, increment and release, or
 *				VTPM_BRIDGE_NO_COUNTER (default).  A chip
 *				increments only one of its counters until it is
 *				reset.  EOPNOTSUPP on a TPM 2.0.
 * @VTPM_BRIDGE_POWER:		0 (default): the virtual TPM has power while
 *				its node is open, and waits for Startup after
 *				each reset.  1: it always has power, keeps its
 *				state from one user to the next, and starts
 *				itself after a reset, as if firmware had sent
 *				Startup(CLEAR) at locality 0; QEMU's reset query is
 *				then a command like any other.  For programs that
 *				expect the TPM of a running machine, such as those
 *				in a container.  Setting 1 powers the TPM on at
 *				once.  Setting 0 powers it off when its user closes
 *				the node.
 * @VTPM_BRIDGE_ENDORSEMENT:	TPM 2.0: 1 (default): the guest can use the chip's
 *				endorsement keys; 0: its endorsement hierarchy
 *				is disabled, it cannot enable it, and does not
 *				see the certificates of the keys.  EOPNOTSUPP on
 *				a TPM 1.2.
 * @VTPM_BRIDGE_STOP_ON_FAILURE: 1 (default): if the chip is in failure mode after a
 *				command of the guest, further commands of this
 *				guest do not reach the chip.  They get TPM_FAIL
 *				(9), on a TPM 2.0 TPM_RC_FAILURE (0x101), also
 *				after resets and when the chip works again.  0:
 *				this is only logged.  Setting either value lets
 *				a stopped guest continue.
 * @VTPM_BRIDGE_FAILURE_MODE:	1: the TPM is in failure mode until the machine is
 *				reset.  It answers each command with
 *				TPM_RC_FAILURE or, on a TPM 1.2, with
 *				TPM_FAILEDSELFTEST.  0 (default): it is not.  For a
 *				machine that is restored from a saved state, while
 *				the TPM is as after power-on.  Otherwise that
 *				machine could start the TPM and extend PCRs in
 *				place of the firmware.  The reset query with which
 *				QEMU starts does not end failure mode, nor does
 *				VTPM_BRIDGE_RESET.
 * @VTPM_BRIDGE_NULL_KEY:	TPM 2.0: whose key the guest gets if it creates a
 *				primary key in the null hierarchy as Linux does:
 *				one of enum vtpm_bridge_null_key.  What the
 *				guest has created already stays as it is.
 *				EOPNOTSUPP on a TPM 1.2.
 * @VTPM_BRIDGE_COMPOSITE:	private PCRs that the guest's PCR of the
 *				module parameter policy_pcr represents, bit N for
 *				PCR N; default 0: that PCR is an ordinary one.
 *				The guest cannot extend or reset that PCR then,
 *				but quote it, and use it in policies that software
 *				computes.  On a TPM 1.2, it can quote it, seal to
 *				it and bind keys to it.  Another value, or another
 *				secret, gives that PCR another value, so what is
 *				sealed to it cannot be unsealed.  On a TPM 2.0,
 *				while VTPM_BRIDGE_REAL_PCRS grants one of the PCRs,
 *				that PCR reads 0 and cannot be quoted.  ERANGE for
 *				PCRs 16, 21, 22, 23 and for bits that are no PCR,
 *				and for each value but 0 if policy_pcr is 0.
 * @VTPM_BRIDGE_ATTEST:		private PCRs that the guest's PCR of the
 *				module parameter attest_pcr represents, bit N for
 *				PCR N; default 0: that PCR is an ordinary one.
 *				The guest cannot extend or reset that PCR then,
 *				or use it in policies (on a TPM 1.2, seal or bind
 *				keys to it), but quote it.  A verifier
 *				can compute its value from VTPM_BRIDGE_IDENTITY
 *				and the values of the PCRs.  On a TPM 2.0, while
 *				VTPM_BRIDGE_REAL_PCRS grants one of them, that PCR
 *				reads 0 and cannot be quoted.  ERANGE for PCRs 16,
 *				21, 22, 23 and for bits that are no PCR, and for
 *				each value but 0 if attest_pcr is 0.
 * @VTPM_BRIDGE_STATE:		the value is the address of a struct
 *				vtpm_bridge_state: a file in which the proxy keeps
 *				what a TPM keeps without power.  By VTPM_BRIDGE_CREATE
 *				only, as the last setting, because it takes the
 *				place of what other settings have set, except for
 *				VTPM_BRIDGE_SECRET.  Without it, a new proxy is a
 *				new TPM.  VTPM_BRIDGE_GET gives 1 if the proxy has
 *				such a file, else 0.
 */
enum vtpm_bridge_key {
	VTPM_BRIDGE_LOCALITY = 1,
	VTPM_BRIDGE_PHYSICAL_PRESENCE = 2,
	VTPM_BRIDGE_RESET_BY_QUERY = 3,
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
	VTPM_BRIDGE_NULL_KEY = 24,
	VTPM_BRIDGE_COMPOSITE = 25,
	VTPM_BRIDGE_ATTEST = 26,
	VTPM_BRIDGE_STATE = 27,
};

/** VTPM_BRIDGE_NO_COUNTER - no monotonic counter is granted */
#define VTPM_BRIDGE_NO_COUNTER	0xffffffffU

/** VTPM_BRIDGE_SECRET_SIZE - bytes of the secret of VTPM_BRIDGE_SECRET */
#define VTPM_BRIDGE_SECRET_SIZE	32

/** VTPM_BRIDGE_NR_PCRS - bits in the value of VTPM_BRIDGE_REAL_PCRS */
#define VTPM_BRIDGE_NR_PCRS	24

/** VTPM_BRIDGE_MAX_AUTH - bytes of the longest authorisation value */
#define VTPM_BRIDGE_MAX_AUTH	64

/**
 * struct vtpm_bridge_auth - an authorisation value
 * @size:	in: bytes of this struct
 * @len:	in: bytes of the value, 0 to VTPM_BRIDGE_MAX_AUTH
 * @auth:	in: the value, then zeros
 *
 * Trailing zeros of the value are ignored, as by a TPM.
 *
 * Errors: EFAULT, EINVAL, E2BIG; ERANGE if @len is out of range; EOPNOTSUPP if
 * the bytes after the value are not zero.
 */
struct vtpm_bridge_auth {
	__u32 size;
	__u32 len;
	__u8 auth[VTPM_BRIDGE_MAX_AUTH];
};

/** VTPM_BRIDGE_STATE_NEW - the file has no state yet: begin with a new TPM */
#define VTPM_BRIDGE_STATE_NEW	0x1

/** VTPM_BRIDGE_STATE_ANY_GENERATION - take the file even if it is of another generation */
#define VTPM_BRIDGE_STATE_ANY_GENERATION	0x2

/** VTPM_BRIDGE_STATE_KEY_SIZE - bytes of the key of a state file */
#define VTPM_BRIDGE_STATE_KEY_SIZE	32

/** VTPM_BRIDGE_STATE_SIZE - bytes of a state file */
#define VTPM_BRIDGE_STATE_SIZE	69632

/** VTPM_BRIDGE_STATE_OWN - the kernel does not use the bytes from this one of a state file ... */
#define VTPM_BRIDGE_STATE_OWN	512

/** VTPM_BRIDGE_STATE_OWN_END - ... to the one before this.  vtpmctl keeps the sealed key there. */
#define VTPM_BRIDGE_STATE_OWN_END	4096

/**
 * struct vtpm_bridge_state - the state file of a proxy
 * @size:	in: bytes of this struct
 * @flags:	in: VTPM_BRIDGE_STATE_NEW, VTPM_BRIDGE_STATE_ANY_GENERATION, or 0
 * @fd:		in: file descriptor of the file, open for reading and writing, not
 *		O_APPEND.  The file has at least VTPM_BRIDGE_STATE_SIZE bytes, all
 *		zero in a new one but for the bytes that the kernel does not use.
 * @__reserved:	in: 0
 * @key:	in: the key with which the file is encrypted and authenticated: random
 *		bytes that nobody else has
 * @generation:	in: how often the proxy has been created, as something tells that cannot go
 *		back, such as a counter of the chip; 0: nothing does
 *
 * The first version ended with @key: it had 48 bytes.
 *
 * The generation of a file is 0, or one more than @generation when the proxy was created
 * with it.  It is written before the proxy exists.  The caller then increments the counter.
 * So the newest file is of the generation that the counter has, or of the next one if the
 * counter was not incremented.  A file of another generation is an older copy, or belongs to
 * another counter.
 *
 * The file belongs to root, and its mode gives nothing to others.  One proxy at a time
 * has it.  A command that changes what it keeps is answered when the change is on disk.
 * If it cannot be written, the command has no effect, and gets TPM_RC_NV_UNAVAILABLE
 * (0x923) or, on a TPM 1.2, TPM_IOERROR (31).
 *
 * Errors: EFAULT, EINVAL (also if it is no such file), E2BIG, EOPNOTSUPP; EBADF if @fd is
 * not open so; EPERM if others may read or write it; EBUSY if another proxy has it, or the
 * proxy has a node already; EEXIST if the file is not new and should be; EMEDIUMTYPE if it
 * has another format, or is that of a TPM of the other family; EBADMSG if it is damaged or
 * has another key; EXDEV if it is the file of a proxy with another name; ESTALE if its
 * generation is neither @generation nor one more, or if it has one and @generation is 0,
 * unless VTPM_BRIDGE_STATE_ANY_GENERATION is set; ERANGE if there is no generation after
 * @generation; and those of the file system.
 */
struct vtpm_bridge_state {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 __reserved;
	__u8 key[VTPM_BRIDGE_STATE_KEY_SIZE];
	__aligned_u64 generation;
};

/**
 * enum vtpm_bridge_ownership - the owner that a TPM 1.2 guest sees
 * @VTPM_BRIDGE_OWNERSHIP_AUTO:		_OWNED if the chip has an owner, otherwise
 *					_NOT_INSTALLABLE
 * @VTPM_BRIDGE_OWNERSHIP_OWNED:	the TPM has an owner
 * @VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE: the TPM has no owner, and none can be
 *					installed
 * @VTPM_BRIDGE_OWNERSHIP_GRANTED:	the owner of the chip.  A guest that knows
 *					the owner's secret can act as the owner,
 *					except for unsafe commands.  If the chip
 *					has no owner, the guest can install one.
 */
enum vtpm_bridge_ownership {
	VTPM_BRIDGE_OWNERSHIP_AUTO = 0,
	VTPM_BRIDGE_OWNERSHIP_OWNED = 1,
	VTPM_BRIDGE_OWNERSHIP_NOT_INSTALLABLE = 2,
	VTPM_BRIDGE_OWNERSHIP_GRANTED = 3,
};

/**
 * enum vtpm_bridge_transport - which commands a TPM 1.2 guest may wrap
 * @VTPM_BRIDGE_TRANSPORT_DENY:		none: there are no transport sessions
 * @VTPM_BRIDGE_TRANSPORT_INSPECT:	permitted commands, not encrypted
 * @VTPM_BRIDGE_TRANSPORT_ORDINAL:	also encrypted commands that are harmless
 *					with any parameters
 * @VTPM_BRIDGE_TRANSPORT_ALLOW:	also any other encrypted permitted command,
 *					whose parameters the bridge cannot check.
 *					Unsafe.
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
 * enum vtpm_bridge_null_key - whose null primary a Linux guest of a TPM 2.0 gets
 * @VTPM_BRIDGE_NULL_KEY_PROXY:	default: the proxy's own, another one after each TPM
 *				Reset.  The chip cannot certify it.
 * @VTPM_BRIDGE_NULL_KEY_CHIP:	the chip's: the same in all guests until the chip is
 *				reset.  A guest with CONFIG_TCG_TPM2_HMAC cannot
 *				extend PCRs.
 */
enum vtpm_bridge_null_key {
	VTPM_BRIDGE_NULL_KEY_PROXY = 0,
	VTPM_BRIDGE_NULL_KEY_CHIP = 1,
};

/**
 * struct vtpm_bridge_set - set one property of a proxy
 * @size:	in: bytes of this struct
 * @key:	in: one of enum vtpm_bridge_key
 * @num:	in: the proxy's number
 * @__reserved:	in: 0
 * @value:	in: see the key
 *
 * It takes effect with the proxy's next command.
 *
 * Errors: EOPNOTSUPP, ENOENT, ERANGE, EACCES, EBUSY, EFAULT, and those of the struct
 * to which @value points.
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
 * @key:	in: one of enum vtpm_bridge_key, except for VTPM_BRIDGE_DENY to
 *		VTPM_BRIDGE_DEFAULT; use VTPM_BRIDGE_POLICY for these
 * @num:	in: the proxy's number
 * @__reserved:	in: 0
 * @value:	out: the value from VTPM_BRIDGE_SET, or the default.  For a key
 *		whose value is the address of a secret: 1 if a secret was given
 *		that is not empty, otherwise 0.  The secret itself cannot be read.
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
 * @value:	see the key
 */
struct vtpm_bridge_setting {
	__u32 key;
	__u32 __reserved;
	__aligned_u64 value;
};

/**
 * struct vtpm_bridge_policy - list commands whose permission is not the default
 * @size:	in: bytes of this struct
 * @num:	in: the proxy's number
 * @count:	in: number of elements in @settings; out: number of such commands
 * @__reserved:	in: 0
 * @settings:	in: address of an array of struct vtpm_bridge_setting, filled
 *		with as many as fit; may be 0 if @count is 0.  The key of each is
 *		VTPM_BRIDGE_DENY or VTPM_BRIDGE_ALLOW_UNSAFE, its value the
 *		command's code.
 *
 * With VTPM_BRIDGE_SET of all of them, a new proxy gets the same policy.
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

/** VTPM_BRIDGE_MAX_DIGEST - bytes of the longest digest */
#define VTPM_BRIDGE_MAX_DIGEST	64

/**
 * struct vtpm_bridge_identity - read the public identity of a proxy
 * @size:	in: bytes of this struct
 * @num:	in: X of /dev/vtpmX
 * @alg:	out: TPM_ALG_ID of the bank in which VTPM_BRIDGE_ATTEST is used
 * @len:	out: bytes of @digest, those of a digest of @alg: 20 to
 *		VTPM_BRIDGE_MAX_DIGEST
 * @digest:	out: the identity, then zeros
 *
 * It follows from VTPM_BRIDGE_SECRET, which does not follow from it.  It does not
 * depend on VTPM_BRIDGE_ATTEST.
 *
 * Errors: ENOENT; EOPNOTSUPP if the module parameter attest_pcr is 0 or the chip has
 * not allocated that PCR; ENOMEM.
 */
struct vtpm_bridge_identity {
	__u32 size;
	__u32 num;
	__u32 alg;
	__u32 len;
	__u8 digest[VTPM_BRIDGE_MAX_DIGEST];
};

/**
 * enum vtpm_bridge_power - power state of a virtual TPM
 * @VTPM_BRIDGE_OFF:		it has no power: nobody has its node open, and
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
 * struct vtpm_bridge_query - query a proxy
 * @size:	in: bytes of this struct
 * @num:	in: the proxy's number
 * @flags:	out: VTPM_BRIDGE_PERSISTENT, _IS_RESET_BY_QUERY, _OPEN, _HAS_OWNER_AUTH,
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
 * @commands:	out: number of commands received
 * @refusals:	out: number of commands that the policy refused
 * @chip_commands: out: number of commands sent to the chip for this proxy
 * @resets:	out: number of resets of the virtual platform
 * @real_pcrs:	out: value of VTPM_BRIDGE_REAL_PCRS
 * @persistent_objects: out: value of VTPM_BRIDGE_PERSISTENT_OBJECTS
 * @persistent_range: out: value of VTPM_BRIDGE_PERSISTENT_RANGE
 * @nv_range:	out: value of VTPM_BRIDGE_NV_RANGE
 * @nv_indices:	out: value of VTPM_BRIDGE_NV_INDICES
 * @nv_bytes:	out: value of VTPM_BRIDGE_NV_BYTES
 * @transport:	out: one of enum vtpm_bridge_transport
 * @counter:	out: value of VTPM_BRIDGE_COUNTER
 * @name:	out: the proxy's name, then zeros; only zeros if it has none
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
	char name[VTPM_BRIDGE_MAX_NAME + 1];
};

/**
 * struct vtpm_bridge_list - list the proxies
 * @size:	in: bytes of this struct
 * @count:	in: number of elements in @nums; out: number of proxies
 * @nums:	in: address of an array of __u32, filled with the number of each
 *		proxy, lowest first, as many as fit; may be 0 if @count is 0
 * @keys:	out: bit K is set if VTPM_BRIDGE_SET supports key K
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
