// SPDX-License-Identifier: GPL-2.0-only
/*
 * State files: what a proxy keeps without power, and the key of that.
 *
 * The kernel writes the file, encrypted.  Its bytes from VTPM_BRIDGE_STATE_OWN on are vtpmctl's:
 * there is the key, sealed by the chip, or a digest of the key in a file.
 */
#include <endian.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "counter.h"
#include "property.h"
#include "proxy.h"
#include "report.h"
#include "seal.h"
#include "secret.h"
#include "sha.h"
#include "state.h"

#define MAGIC		"vTPMstat"
#define VERSION_HERE	1
#define LOCK_MAGIC	"vTPMlock"
#define DIGEST_SIZE	32
#define NEW_SUFFIX	".new"

/* The first bytes of the file, which the kernel writes; see the document of the format. */
struct head {
	char magic[8];
	uint32_t version;
	uint32_t family;
	uint8_t id[16];
	char name[VTPM_BRIDGE_MAX_NAME + 1];
} __attribute__((packed));

/* A slot's number, from its first bytes */
struct slot {
	uint64_t sequence;
	uint32_t len;
} __attribute__((packed));

enum lock_kind {
	LOCK_KEY_FILE = 1,
	LOCK_TPM20 = 2,
	LOCK_TPM12 = 3,
};

/**
 * struct chip_lock - how the chips of a family seal the key
 * @kind:	enum lock_kind
 * @family:	that of the chip
 * @seal:	see seal.h
 * @unseal:	see seal.h
 */
struct chip_lock {
	uint32_t kind;
	uint32_t family;
	bool (*seal)(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len);
	bool (*unseal)(const struct sealer *sealer, const uint8_t *sealed, size_t len,
		       uint8_t *key);
};

static const struct chip_lock chip_locks[] = {
	{ LOCK_TPM20, 0x200, tpm20_seal, tpm20_unseal },
	{ LOCK_TPM12, 0x102, tpm12_seal, tpm12_unseal },
};

/**
 * struct lock - how the key is to be had; numbers are big-endian
 * @magic:	LOCK_MAGIC
 * @kind:	enum lock_kind
 * @digest:	SHA-256 of a label and the key
 * @secret:	of the proxy that has sealed the key
 * @len:	bytes of @sealed
 * @sealed:	the sealed key
 * @counter:	for people: the index that the proxy was created with, or 0
 */
struct lock {
	char magic[8];
	uint32_t kind;
	uint8_t digest[DIGEST_SIZE];
	uint8_t secret[VTPM_BRIDGE_SECRET_SIZE];
	uint32_t len;
	uint8_t sealed[SEALED_MAX];
	uint32_t counter;
} __attribute__((packed));

_Static_assert(sizeof(struct head) <= VTPM_BRIDGE_STATE_OWN, "the kernel's part");
_Static_assert(VTPM_BRIDGE_STATE_OWN + sizeof(struct lock) <= VTPM_BRIDGE_STATE_OWN_END,
	       "vtpmctl's part");

static void digest_key(const uint8_t *key, uint8_t digest[DIGEST_SIZE])
{
	static const char label[] = "vtpm_bridge state key";
	struct sha sha;

	sha_start(&sha, sha_find(DIGEST_SIZE));
	sha_update(&sha, label, sizeof(label));
	sha_update(&sha, key, VTPM_BRIDGE_STATE_KEY_SIZE);
	sha_finish(&sha, digest);
}

static bool read_key_file(const char *path, uint8_t *key)
{
	ssize_t len = read_secret(path, key, VTPM_BRIDGE_STATE_KEY_SIZE);

	if (len != VTPM_BRIDGE_STATE_KEY_SIZE)
		error(0, 0, "state-key-file=%s: the value is to be a file of %d bytes", path,
		      VTPM_BRIDGE_STATE_KEY_SIZE);
	return len == VTPM_BRIDGE_STATE_KEY_SIZE;
}

static struct sealer find_sealer(const struct state_words *words, uint32_t chip,
				 const struct lock *lock)
{
	struct sealer sealer = {
		.chip = chip, .owner_auth = words->owner_auth, .srk_auth = words->srk_auth,
	};

	memcpy(sealer.secret, lock->secret, sizeof(sealer.secret));
	return sealer;
}

static bool seal_lock(const struct state_words *words, uint32_t chip, const uint8_t *key,
		      struct lock *lock)
{
	const struct chip_lock *of_chip = chip_locks;
	struct sealer sealer;
	size_t len = 0;

	while (of_chip->family != family)
		of_chip++;
	fill_random(lock->secret, sizeof(lock->secret));
	sealer = find_sealer(words, chip, lock);
	lock->kind = htobe32(of_chip->kind);
	if (!of_chip->seal(&sealer, key, lock->sealed, &len))
		return false;
	lock->len = htobe32(len);
	return true;
}

/* Decide how the key of a new file is to be had: by a key file, or by the chip. */
static bool make_lock(const struct state_words *words, const char *key_file, uint32_t chip,
		      const uint8_t *key, struct lock *lock)
{
	memcpy(lock->magic, LOCK_MAGIC, sizeof(lock->magic));
	digest_key(key, lock->digest);
	lock->kind = htobe32(LOCK_KEY_FILE);
	return key_file || seal_lock(words, chip, key, lock);
}

static bool unseal_lock(const struct state_words *words, uint32_t chip, const struct lock *lock,
			const struct chip_lock *of_chip, uint8_t *key)
{
	struct sealer sealer = find_sealer(words, chip, lock);
	uint32_t len = be32toh(lock->len);

	if (words->key_file) {
		error(0, 0, "%s: its key is sealed by the chip, not in a file", words->path);
		return false;
	}
	if (len > sizeof(lock->sealed)) {
		error(0, 0, "%s: it is damaged", words->path);
		return false;
	}
	if (of_chip->family == family && of_chip->unseal(&sealer, lock->sealed, len, key))
		return true;
	error(0, 0, "%s: tpm%u does not give its key back: is it of another chip, "
	      "or was the chip cleared?", words->path, chip);
	return false;
}

static const struct chip_lock *find_chip_lock(const struct lock *lock)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chip_locks); i++) {
		if (chip_locks[i].kind == be32toh(lock->kind))
			return &chip_locks[i];
	}
	return NULL;
}

static bool get_key(const struct state_words *words, uint32_t chip, const struct lock *lock,
		    uint8_t *key)
{
	const struct chip_lock *of_chip = find_chip_lock(lock);

	if (of_chip)
		return unseal_lock(words, chip, lock, of_chip, key);
	if (be32toh(lock->kind) != LOCK_KEY_FILE)
		error(0, 0, "%s: it is no state file that this vtpmctl knows", words->path);
	else if (!words->key_file)
		error(0, 0, "%s: its key is in a file: give state-key-file=", words->path);
	else
		return read_key_file(words->key_file, key);
	return false;
}

static bool open_lock(const struct state_words *words, uint32_t chip, const struct lock *lock,
		      uint8_t *key)
{
	uint8_t digest[DIGEST_SIZE];

	if (!get_key(words, chip, lock, key))
		return false;
	digest_key(key, digest);
	if (!memcmp(digest, lock->digest, sizeof(digest)))
		return true;
	error(0, 0, "%s: this is not its key", words->path);
	return false;
}

static bool read_lock(int fd, const char *path, struct lock *lock)
{
	if (pread(fd, lock, sizeof(*lock), VTPM_BRIDGE_STATE_OWN) == sizeof(*lock) &&
	    !memcmp(lock->magic, LOCK_MAGIC, sizeof(lock->magic)))
		return true;
	error(0, 0, "%s: it is no state file, or it is damaged", path);
	return false;
}

static bool write_lock(int fd, const struct lock *lock)
{
	return pwrite(fd, lock, sizeof(*lock), VTPM_BRIDGE_STATE_OWN) == sizeof(*lock) &&
	       !fsync(fd);
}

/* Its blocks are there from now on, so that a full disk cannot keep the guest from a change. */
static int create_file(const char *path)
{
	int fd, err;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	err = posix_fallocate(fd, 0, VTPM_BRIDGE_STATE_SIZE);
	if (!err)
		return fd;
	close(fd);
	unlink(path);
	errno = err;
	return -1;
}

static bool begin_new(const struct state_words *words, uint32_t chip, struct state_file *file)
{
	struct lock lock = {};

	if (asprintf(&file->temporary, "%s" NEW_SUFFIX, words->path) < 0)
		error(EXIT_FAILURE, errno, "memory");
	/* One that was never finished. */
	unlink(file->temporary);
	file->arg->fd = create_file(file->temporary);
	if (file->arg->fd < 0) {
		error(0, errno, "%s", file->temporary);
		return false;
	}
	file->arg->flags = VTPM_BRIDGE_STATE_NEW;
	if (words->key_file) {
		if (!read_key_file(words->key_file, file->arg->key))
			return false;
	} else {
		fill_random(file->arg->key, sizeof(file->arg->key));
	}
	if (!make_lock(words, words->key_file, chip, file->arg->key, &lock))
		return false;
	lock.counter = htobe32(words->counter);
	if (write_lock(file->arg->fd, &lock))
		return true;
	error(0, errno, "%s", file->temporary);
	return false;
}

static bool open_old(const struct state_words *words, uint32_t chip, struct state_file *file)
{
	struct lock lock;

	if (words->accepts)
		file->arg->flags |= VTPM_BRIDGE_STATE_ANY_GENERATION;
	return read_lock(file->arg->fd, words->path, &lock) &&
	       open_lock(words, chip, &lock, file->arg->key);
}

static struct counter counter_of(const struct state_words *words, uint32_t chip)
{
	return (struct counter) {
		.chip = chip, .index = words->counter, .owner_auth = words->owner_auth,
	};
}

/* What the kernel compares the file with. */
static bool read_generation(const struct state_words *words, uint32_t chip,
			    struct state_file *file)
{
	const struct counter counter = counter_of(words, chip);
	uint64_t value = 0;

	if (counter.index && !read_counter(&counter, &value))
		return false;
	file->arg->generation = value;
	return true;
}

/*
 * Open the state file for a proxy on @chip, or begin a new one if there is none.  After success
 * or failure the caller calls end_state().
 */
bool open_state(const struct state_words *words, uint32_t chip, struct state_file *file)
{
	*file = (struct state_file) { .path = words->path, .arg = new_secret(sizeof(*file->arg)) };
	file->arg->size = sizeof(*file->arg);
	file->arg->fd = -1;
	if (!read_generation(words, chip, file))
		return false;
	file->arg->fd = open(words->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (file->arg->fd < 0 && errno == ENOENT)
		return begin_new(words, chip, file);
	if (file->arg->fd >= 0)
		return open_old(words, chip, file);
	error(0, errno, "%s", words->path);
	return false;
}

/* The index is for people, who ask for it while the proxy is there. */
static bool note_counter(int fd, uint32_t counter)
{
	const off_t at = VTPM_BRIDGE_STATE_OWN + offsetof(struct lock, counter);

	counter = htobe32(counter);
	return pwrite(fd, &counter, sizeof(counter), at) == sizeof(counter);
}

/*
 * The kernel has written the file of a proxy that was created.  From here on, what was there
 * before is an older copy.
 */
bool count_state(const struct state_words *words, uint32_t chip, const struct state_file *file)
{
	const struct counter counter = counter_of(words, chip);

	if (counter.index && !increment_counter(&counter, file->arg->generation + 1)) {
		error(0, 0, "%s: there is no proxy, because it is not counted", words->path);
		return false;
	}
	if (note_counter(file->arg->fd, counter.index))
		return true;
	error(0, errno, "%s", words->path);
	return false;
}

static bool sync_folder_of(const char *path)
{
	char *copy = strdup(path);
	int fd, ret = -1;

	if (!copy)
		return false;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		ret = fsync(fd);
		close(fd);
	}
	free(copy);
	return !ret;
}

/* The file of a proxy that was @created gets its name.  That of another one goes, if it is new. */
bool end_state(struct state_file *file, bool created)
{
	bool done = created;

	if (file->temporary && created)
		done = !rename(file->temporary, file->path) && sync_folder_of(file->path);
	else if (file->temporary)
		unlink(file->temporary);
	if (created && !done)
		error(0, errno, "%s", file->path);
	if (file->arg->fd >= 0)
		close(file->arg->fd);
	free(file->temporary);
	return done;
}

static bool read_head(int fd, const char *path, struct head *head)
{
	if (pread(fd, head, sizeof(*head), 0) == sizeof(*head) &&
	    !memcmp(head->magic, MAGIC, sizeof(head->magic)) &&
	    be32toh(head->version) == VERSION_HERE)
		return true;
	error(0, 0, "%s: it is no state file that this vtpmctl knows", path);
	return false;
}

static uint64_t count_writes(int fd)
{
	const off_t size = (VTPM_BRIDGE_STATE_SIZE - VTPM_BRIDGE_STATE_OWN_END) / 2;
	uint64_t newest = 0;
	struct slot slot;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (pread(fd, &slot, sizeof(slot), VTPM_BRIDGE_STATE_OWN_END + i * size) ==
		    sizeof(slot) && be64toh(slot.sequence) > newest)
			newest = be64toh(slot.sequence);
	}
	return newest;
}

static void report_file(const char *path, int fd, const struct head *head, const struct lock *lock)
{
	bool by_file = be32toh(lock->kind) == LOCK_KEY_FILE;
	char name[sizeof(head->name)];
	struct report r;

	snprintf(name, sizeof(name), "%.*s", VTPM_BRIDGE_MAX_NAME, head->name);
	report_begin(&r, path);
	report_key(&r, "file", json_text(path));
	report_number(&r, "format", be32toh(head->version));
	report_text(&r, "family", family_name(be32toh(head->family)));
	if (as_json)
		report_key(&r, "proxy", json_text(*name ? name : NULL));
	else
		report_text(&r, "proxy", *name ? name : "one without a name");
	if (as_json)
		report_key(&r, "key", json_text(by_file ? "file" : "chip"));
	else
		report_text(&r, "key", by_file ? "in a file" : "sealed by a chip");
	report_index(&r, "rollback-counter", be32toh(lock->counter));
	report_number(&r, "writes", count_writes(fd));
	report_end(&r);
}

/* What a state file tells without its key. */
int show_state(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct head head;
	struct lock lock;
	bool known;

	if (fd < 0) {
		error(0, errno, "%s", path);
		return EXIT_FAILURE;
	}
	known = read_head(fd, path, &head) && read_lock(fd, path, &lock);
	if (known)
		report_file(path, fd, &head, &lock);
	close(fd);
	return known ? 0 : EXIT_FAILURE;
}

/* The path of a proxy's state file, or nothing. */
void read_state_path(const struct vtpm_bridge_query *q, char *path, size_t size)
{
	char attribute[128];
	FILE *file;

	if (*q->name)
		snprintf(attribute, sizeof(attribute),
			 "/sys/devices/vtpm_bridge/vtpm-%.*s/state_file",
			 VTPM_BRIDGE_MAX_NAME, q->name);
	else
		snprintf(attribute, sizeof(attribute), "/sys/devices/vtpm_bridge/vtpm%u/state_file",
			 q->num);
	*path = 0;
	file = fopen(attribute, "re");
	if (!file)
		return;
	if (!fgets(path, size, file))
		*path = 0;
	path[strcspn(path, "\n")] = 0;
	fclose(file);
}

/* A lock of zeros if there is none. */
static void find_lock(const char *path, struct lock *lock)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, lock, sizeof(*lock), VTPM_BRIDGE_STATE_OWN) != sizeof(*lock))
		memset(lock, 0, sizeof(*lock));
	if (fd >= 0)
		close(fd);
}

/* Whether the key of a state file is in a key file. */
bool is_locked_by_file(const char *path)
{
	struct lock lock;

	find_lock(path, &lock);
	return be32toh(lock.kind) == LOCK_KEY_FILE;
}

/* The index of its counter, or 0. */
uint32_t find_counter(const char *path)
{
	struct lock lock;

	find_lock(path, &lock);
	return be32toh(lock.counter);
}

static bool copy_bytes(int from, int to)
{
	char buf[4096];
	off_t at;
	ssize_t n;

	for (at = 0; at < VTPM_BRIDGE_STATE_SIZE; at += n) {
		n = pread(from, buf, sizeof(buf), at);
		if (n <= 0 || pwrite(to, buf, n, at) != n)
			return false;
	}
	return true;
}

/* The kernel's part does not depend on how the key is to be had. */
static bool write_copy(int from, int to, const struct state_words *words, const char *new_key_file,
		       uint32_t chip, const uint8_t *key)
{
	struct lock lock = {};

	if (!make_lock(words, new_key_file, chip, key, &lock))
		return false;
	if (copy_bytes(from, to) && write_lock(to, &lock))
		return true;
	error(0, errno, "%s", words->path);
	return false;
}

/* The key itself goes to a new key file: it is that of the state. */
static bool write_key_file(const char *path, const uint8_t *key)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0) {
		error(0, errno, "%s", path);
		return false;
	}
	done = write(fd, key, VTPM_BRIDGE_STATE_KEY_SIZE) == VTPM_BRIDGE_STATE_KEY_SIZE &&
	       !fsync(fd);
	if (close(fd))
		done = false;
	if (!done) {
		error(0, errno, "%s", path);
		unlink(path);
	}
	return done;
}

static bool sync_copy(int fd, const char *path)
{
	if (!fsync(fd) && sync_folder_of(path))
		return true;
	error(0, errno, "%s", path);
	return false;
}

/* The source goes only when the copy and its key are on disk. */
static bool end_copy(const struct state_words *from, const char *to, const char *new_key_file,
		     bool move)
{
	if (new_key_file && !sync_folder_of(new_key_file)) {
		error(0, errno, "%s", new_key_file);
		return false;
	}
	if (move && unlink(from->path)) {
		error(0, errno, "%s", from->path);
		return false;
	}
	printf("%s: has the authorisation values, the flags and the secret for policies.\n"
	       "Keys, persistent objects, NV indices and sealed data stay in the chip.\n", to);
	return true;
}

/*
 * Copy a state file that no proxy uses, or move it.  The key of the copy goes to @new_key_file, or
 * is sealed by @chip if that is NULL.  Returns the exit status.
 */
int copy_state(const struct state_words *from, uint32_t chip, const char *to,
	       const char *new_key_file, bool move)
{
	struct state_file file;
	bool done = open_state(from, chip, &file);
	int fd = -1;

	if (done && file.temporary) {
		error(0, ENOENT, "%s", from->path);
		done = false;
	}
	if (done) {
		fd = create_file(to);
		done = fd >= 0 && write_copy(file.arg->fd, fd, from, new_key_file, chip,
					     file.arg->key) && sync_copy(fd, to);
		if (fd < 0)
			error(0, errno, "%s", to);
	}
	if (done && new_key_file)
		done = write_key_file(new_key_file, file.arg->key);
	if (fd >= 0) {
		if (close(fd) || !done)
			unlink(to);
	}
	if (done)
		done = end_copy(from, to, new_key_file, move);
	end_state(&file, false);
	wipe_secrets();
	return done ? 0 : EXIT_FAILURE;
}
