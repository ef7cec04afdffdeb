// SPDX-License-Identifier: GPL-2.0-only
/* The store: where a virtual TPM keeps its image, encrypted and authenticated. */

#include <crypto/algapi.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include "family.h"
#include "image.h"
#include "store.h"
#include "vtpm.h"

/**
 * struct vtpmb_slot_head - the first bytes of a slot; numbers are big-endian
 * @sequence:	number of the image, higher than all before it; 0: the slot is empty
 * @len:	bytes of the image
 * @nonce:	random
 */
struct vtpmb_slot_head {
	__be64 sequence;
	__be32 len;
	u8 nonce[VTPMB_AEAD_NONCE];
} __packed;

/** BOUND - bytes of the head that are authenticated with each image */
#define BOUND		offsetof(struct vtpmb_store_head, nonce)

/** AD_LEN - bytes before the image that are authenticated */
#define AD_LEN		(BOUND + sizeof(struct vtpmb_slot_head))

/** MAX_IMAGE - bytes of the longest image */
#define MAX_IMAGE	(VTPMB_STORE_SLOT - sizeof(struct vtpmb_slot_head) - VTPMB_AEAD_TAG)

static u64 vtpmb_slot_pos(unsigned int slot)
{
	return VTPMB_STORE_SLOTS + slot * VTPMB_STORE_SLOT;
}

/* What is in the file of a slot, in the buffer; before it is the bound part of the head. */
static struct vtpmb_slot_head *vtpmb_slot(struct vtpmb_store *store)
{
	memcpy(store->buf, &store->head, BOUND);
	return (struct vtpmb_slot_head *)(store->buf + BOUND);
}

/*
 * Read a slot.  Its image is in the buffer then.  Returns its number, 0 if it has no image, or a
 * negative errno if it cannot be read.
 */
static s64 vtpmb_store_read_slot(struct vtpmb_store *store, unsigned int slot, size_t *len)
{
	struct vtpmb_slot_head *head = vtpmb_slot(store);
	u64 sequence;
	int err;

	err = store->io->read(store->file, head, VTPMB_STORE_SLOT, vtpmb_slot_pos(slot));
	if (err)
		return err;
	sequence = be64_to_cpu(head->sequence);
	*len = be32_to_cpu(head->len);
	if (!sequence || sequence > S64_MAX || *len > MAX_IMAGE)
		return 0;
	err = vtpmb_aead_unseal(&store->aead, head->nonce, store->buf, AD_LEN, *len);
	if (err == -EBADMSG)
		return 0;
	return err ?: (s64)sequence;
}

/* Find the newest image.  A slot that was being written when the power went has none. */
static int vtpmb_store_load(struct vtpmb_store *store)
{
	unsigned int slot;
	size_t len = 0;
	s64 sequence;

	for (slot = 0; slot < 2; slot++) {
		sequence = vtpmb_store_read_slot(store, slot, &len);
		if (sequence < 0)
			return sequence;
		if (sequence <= store->sequence)
			continue;
		store->sequence = sequence;
		store->slot = slot;
		store->len = len;
		memcpy(store->image, store->buf + AD_LEN, len);
	}
	return store->sequence ? 0 : -EBADMSG;
}

/* The tag of the head, over what is bound to each image. */
static int vtpmb_store_tag_head(struct vtpmb_store *store, u8 *tag)
{
	int err;

	memcpy(store->buf, &store->head, BOUND);
	err = vtpmb_aead_seal(&store->aead, store->head.nonce, store->buf, BOUND, 0);
	if (!err)
		memcpy(tag, store->buf + BOUND, VTPMB_AEAD_TAG);
	return err;
}

static bool vtpmb_store_is_format(const struct vtpmb_store_head *head,
				  const struct vtpmb_family *family)
{
	return !memcmp(head->magic, VTPMB_STORE_MAGIC, sizeof(head->magic)) &&
	       be32_to_cpu(head->version) == VTPMB_STORE_VERSION &&
	       be32_to_cpu(head->family) == family->version;
}

/* The tag shows whether key and head are right, so what comes after it can be told. */
static int vtpmb_store_check_head(struct vtpmb_store *store, const struct vtpmb_family *family,
				  const char *name)
{
	struct vtpmb_store_head *head = &store->head;
	u8 tag[VTPMB_AEAD_TAG];
	int err;

	err = store->io->read(store->file, head, sizeof(*head), 0);
	if (err)
		return err;
	if (!vtpmb_store_is_format(head, family))
		return -EMEDIUMTYPE;
	err = vtpmb_store_tag_head(store, tag);
	if (err)
		return err;
	if (crypto_memneq(tag, head->tag, sizeof(tag)))
		return -EBADMSG;
	return memcmp(head->name, name, sizeof(head->name)) ? -EXDEV : 0;
}

static int vtpmb_store_make_head(struct vtpmb_store *store, const struct vtpmb_family *family,
				 const char *name)
{
	static const struct vtpmb_store_head none;
	struct vtpmb_store_head *head = &store->head;
	int err;

	err = store->io->read(store->file, head, sizeof(*head), 0);
	if (err)
		return err;
	if (memcmp(head, &none, sizeof(*head)))
		return -EEXIST;
	memcpy(head->magic, VTPMB_STORE_MAGIC, sizeof(head->magic));
	head->version = cpu_to_be32(VTPMB_STORE_VERSION);
	head->family = cpu_to_be32(family->version);
	get_random_bytes(head->id, sizeof(head->id));
	memcpy(head->name, name, sizeof(head->name));
	get_random_bytes(head->nonce, sizeof(head->nonce));
	err = vtpmb_store_tag_head(store, head->tag);
	if (err)
		return err;
	return store->io->write(store->file, head, sizeof(*head), 0);
}

static void vtpmb_store_free(struct vtpmb_store *store)
{
	vtpmb_aead_close(&store->aead);
	kfree_sensitive(store->buf);
	kfree_sensitive(store->pending);
	kfree_sensitive(store->image);
	kfree_sensitive(store->next);
	mutex_destroy(&store->lock);
	kfree(store);
}

static struct vtpmb_store *vtpmb_store_alloc(const struct vtpmb_store_plan *plan)
{
	struct vtpmb_store *store = kzalloc(sizeof(*store), GFP_KERNEL);

	if (!store)
		return NULL;
	store->io = plan->io;
	store->file = plan->file;
	mutex_init(&store->lock);
	store->buf = kzalloc(BOUND + VTPMB_STORE_SLOT, GFP_KERNEL);
	store->pending = kmalloc(MAX_IMAGE, GFP_KERNEL);
	store->image = kmalloc(MAX_IMAGE, GFP_KERNEL);
	store->next = kmalloc(MAX_IMAGE, GFP_KERNEL);
	if (store->buf && store->pending && store->image && store->next)
		return store;
	vtpmb_store_free(store);
	return NULL;
}

static int vtpmb_store_begin(struct vtpmb_store *store, struct vtpmb_vtpm *vtpm,
			     const struct vtpmb_store_plan *plan)
{
	const struct vtpmb_family *family = vtpm->port->family;
	int err = vtpmb_aead_open(&store->aead, plan->key);

	if (!err && family->prepare_store)
		err = family->prepare_store(vtpm);
	if (err)
		return err;
	if (plan->is_new)
		return vtpmb_store_make_head(store, family, plan->name);
	err = vtpmb_store_check_head(store, family, plan->name);
	if (!err)
		err = vtpmb_store_load(store);
	return err;
}

/*
 * Refuse a store that is older than the newest one, and begin the next generation.  The first
 * commit writes it.  If that is not counted, the next call has the same plan, and finds one more.
 */
static int vtpmb_store_begin_generation(struct vtpmb_store *store, struct vtpmb_vtpm *vtpm,
					const struct vtpmb_store_plan *plan)
{
	u64 now = plan->generation, next = now ? now + 1 : 0;

	lockdep_assert_held(&vtpm->lock);

	if (!plan->is_new && !plan->any_generation &&
	    vtpm->generation != now && vtpm->generation != next)
		return -ESTALE;
	/* Written again if it is there already: what was read may not be on the disk. */
	if (next)
		store->len = 0;
	vtpm->generation = next;
	return 0;
}

/**
 * vtpmb_store_open() - give a virtual TPM a store, and its state from there
 * @vtpm:	a new one, that nobody uses yet
 * @plan:	see there; only @file is used after the call
 *
 * The first vtpmb_store_commit() writes the first image of a new store, or of a new generation.
 *
 * Context: Process context; may load modules.  The caller holds no chip and no lock.
 * Return: 0; -EBUSY if it has a store; -EMEDIUMTYPE if there is no store that this version knows,
 * or one of the other family; -EBADMSG if there is none with this key, or it is damaged; -EXDEV if
 * it is that of a proxy with another name; -ESTALE if it is of another generation; -EEXIST if it
 * should be new and is not; -ENOMEM; the crypto API's error; that of @read or @write
 */
int vtpmb_store_open(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_plan *plan)
{
	struct vtpmb_store *store;
	int err;

	BUILD_BUG_ON(sizeof(struct vtpmb_store_head) > VTPMB_STORE_SLOTS);
	if (vtpm->store)
		return -EBUSY;
	store = vtpmb_store_alloc(plan);
	if (!store)
		return -ENOMEM;
	err = vtpmb_store_begin(store, vtpm, plan);
	mutex_lock(&vtpm->lock);
	if (!err && store->len)
		err = vtpmb_image_restore(vtpm, store->image, store->len);
	if (!err)
		err = vtpmb_store_begin_generation(store, vtpm, plan);
	if (!err)
		vtpm->store = store;
	mutex_unlock(&vtpm->lock);
	if (err)
		vtpmb_store_free(store);
	return err;
}

/* Nobody uses the virtual TPM any more. */
void vtpmb_store_close(struct vtpmb_vtpm *vtpm)
{
	if (vtpm->store)
		vtpmb_store_free(vtpm->store);
	vtpm->store = NULL;
}

/* Write the image of the present state to @next.  One that is too long has no bytes. */
static void vtpmb_store_save(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_store *store = vtpm->store;
	struct vtpmb_writer w;

	lockdep_assert_held(&vtpm->lock);

	vtpmb_writer_init(&w, store->next, MAX_IMAGE);
	vtpmb_image_save(vtpm, &w);
	store->next_len = w.overflow ? 0 : w.len;
}

static bool vtpmb_store_has_changed(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_store *store = vtpm->store;

	lockdep_assert_held(&vtpm->lock);

	vtpmb_store_save(vtpm);
	return store->next_len != store->len ||
	       memcmp(store->next, store->image, store->len);
}

/* Whether there is nothing to write.  In any thread: this waits for no disk. */
bool vtpmb_store_is_current(struct vtpmb_vtpm *vtpm)
{
	bool is_current;

	if (!vtpm->store)
		return true;
	mutex_lock(&vtpm->lock);
	is_current = !vtpm->store->doubtful && !vtpmb_store_has_changed(vtpm);
	mutex_unlock(&vtpm->lock);
	return is_current;
}

/* Take a mark before a change.  The vtpm's lock is held. */
void vtpmb_store_mark(const struct vtpmb_vtpm *vtpm, struct vtpmb_store_mark *mark)
{
	lockdep_assert_held(&vtpm->lock);

	mark->nr_rollbacks = vtpm->store ? vtpm->store->nr_rollbacks : 0;
	mark->epoch = vtpm->epoch;
	mark->power = vtpm->power;
}

/* Write @pending to the slot that does not have the image. */
static int vtpmb_store_write(struct vtpmb_store *store)
{
	unsigned int slot = !store->slot;
	struct vtpmb_slot_head *head = vtpmb_slot(store);
	int err;

	lockdep_assert_held(&store->lock);

	if (!store->pending_len)
		return -EFBIG;
	head->sequence = cpu_to_be64(store->sequence + 1);
	head->len = cpu_to_be32(store->pending_len);
	get_random_bytes(head->nonce, sizeof(head->nonce));
	memcpy(store->buf + AD_LEN, store->pending, store->pending_len);
	err = vtpmb_aead_seal(&store->aead, head->nonce, store->buf, AD_LEN, store->pending_len);
	if (!err)
		err = store->io->write(store->file, head,
				       sizeof(*head) + store->pending_len + VTPMB_AEAD_TAG,
				       vtpmb_slot_pos(slot));
	if (err)
		return err;
	store->slot = slot;
	store->sequence++;
	return 0;
}

/*
 * Go back to the state that was told last.  A Startup that could not be stored has not happened
 * either, unless the platform was reset meanwhile.
 */
static void vtpmb_store_roll_back(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_mark *mark)
{
	struct vtpmb_store *store = vtpm->store;

	lockdep_assert_held(&vtpm->lock);

	store->nr_rollbacks++;
	vtpmb_image_restore(vtpm, store->image, store->len);
	if (vtpm->epoch == mark->epoch)
		WRITE_ONCE(vtpm->power, mark->power);
}

static void vtpmb_store_tell(struct vtpmb_vtpm *vtpm)
{
	if (vtpm->port->family->stored)
		vtpm->port->family->stored(vtpm);
}

/* A write has ended.  If it has failed, what has @changed never happened. */
static void vtpmb_store_settle(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_mark *mark,
			       bool changed, int err)
{
	struct vtpmb_store *store = vtpm->store;

	lockdep_assert_held(&vtpm->lock);

	store->doubtful = err;
	if (!err) {
		swap(store->image, store->pending);
		store->len = store->pending_len;
		vtpmb_store_tell(vtpm);
	} else if (changed && store->len) {
		vtpmb_store_roll_back(vtpm, mark);
	}
}

static int vtpmb_store_commit_locked(struct vtpmb_vtpm *vtpm,
				     const struct vtpmb_store_mark *mark)
{
	struct vtpmb_store *store = vtpm->store;
	bool changed, doubtful;
	int err;

	mutex_lock(&vtpm->lock);
	changed = vtpmb_store_has_changed(vtpm);
	doubtful = store->doubtful;
	swap(store->next, store->pending);
	store->pending_len = store->next_len;
	mutex_unlock(&vtpm->lock);
	if (!changed && !doubtful)
		return 0;

	err = vtpmb_store_write(store);
	mutex_lock(&vtpm->lock);
	vtpmb_store_settle(vtpm, mark, changed, err);
	mutex_unlock(&vtpm->lock);
	return changed ? err : 0;
}

static bool vtpmb_store_has_rolled_back(struct vtpmb_vtpm *vtpm,
					const struct vtpmb_store_mark *mark)
{
	bool has;

	mutex_lock(&vtpm->lock);
	has = vtpm->store->nr_rollbacks != mark->nr_rollbacks;
	mutex_unlock(&vtpm->lock);
	return has;
}

/**
 * vtpmb_store_commit() - write what has changed, before anybody is told of it
 * @vtpm:	the vtpm; without a store there is nothing to do
 * @mark:	vtpmb_store_mark() before the change
 *
 * After an error the state is the one that was written last, which includes nothing of the
 * change.  Exceptions, as after a power cut: objects that the change has flushed are gone.
 *
 * Context: May sleep as long as a disk takes.  The caller holds no chip and no lock.
 * Return: 0; -EFBIG if the image is too long; -EIO if the change has been undone because another
 * write failed; -ENOMEM; the crypto API's error; that of @write
 */
int vtpmb_store_commit(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_mark *mark)
{
	int err;

	if (!vtpm->store)
		return 0;
	mutex_lock(&vtpm->store->lock);
	err = vtpmb_store_commit_locked(vtpm, mark);
	if (!err && vtpmb_store_has_rolled_back(vtpm, mark))
		err = -EIO;
	mutex_unlock(&vtpm->store->lock);
	return err;
}
