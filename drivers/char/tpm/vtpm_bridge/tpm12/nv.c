// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, NV storage: quotas on the chip's NV storage in a proxy's range.
 *
 * NV indexes are in the chip and outlive the proxy, so the chip is asked for them
 * whenever an index is to be defined.
 *
 * Until it is cleared, a chip accepts 64 writes without authorisation (Part 3, 20.1 and
 * 20.2), by the host and all guests together.  It does not tell how many there were.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "ask.h"
#include "grant.h"
#include "nv.h"
#include "state.h"
#include "wire.h"

/* Half of TPM_MAX_NV_WRITE_NOOWNER; the other half is for the host. */
#define NV_WRITES_OF_GUESTS	32

/* TPM_NV_DATA_PUBLIC (Part 2, 19.3) from nvIndex on: PCRs, permission, flags. */
#define BETWEEN_INDEX_AND_SIZE	"P1nP1n24bbb"

/**
 * struct tpm12_space - an NV index
 * @index:	nvIndex
 * @size:	dataSize
 */
struct tpm12_space {
	u32 index;
	u32 size;
};

/* Read a TPM_NV_DATA_PUBLIC.  Return false if it is malformed. */
static bool tpm12_get_space(struct vtpmb_reader *r, struct tpm12_space *space)
{
	u16 tag;

	return vtpmb_get_u16(r, &tag) && vtpmb_get_u32(r, &space->index) &&
	       !vtpmb_tpm12_check_params(BETWEEN_INDEX_AND_SIZE, r) &&
	       vtpmb_get_u32(r, &space->size);
}

/* Count the indexes in the range, and check whether @wanted is one of them. */
static unsigned int tpm12_count_indexes(struct vtpmb_reader *list, const struct vtpmb_range *range,
					u32 wanted, u32 *indexes, bool *exists)
{
	unsigned int nr = 0;
	u32 index;

	while (vtpmb_get_u32(list, &index)) {
		*exists |= index == wanted;
		if (vtpmb_range_has(range, index))
			indexes[nr++] = index;
	}
	return nr;
}

static int tpm12_add_sizes(struct vtpmb_port *port, const u32 *indexes, unsigned int nr,
			   u64 *bytes)
{
	struct tpm12_space space;
	struct vtpmb_reader r;
	u32 rc;
	int err;

	while (nr--) {
		const __be32 index = cpu_to_be32(*indexes++);

		err = vtpmb_tpm12_ask_capability(port, TPM_CAP_NV_INDEX, &index, sizeof(index), &r,
						 &rc);
		if (err)
			return err;
		if (rc || !tpm12_get_space(&r, &space))
			return -EIO;
		*bytes += space.size;
	}
	return 0;
}

/* Count the indexes in the range and the bytes of their data, and look for @wanted. */
static int tpm12_measure_range(struct vtpmb_port *port, const struct vtpmb_range *range, u32 wanted,
			       unsigned int *nr, u64 *bytes, bool *exists)
{
	struct vtpmb_reader list;
	u32 *indexes, rc;
	int err = vtpmb_tpm12_ask_capability(port, TPM_CAP_NV_LIST, NULL, 0, &list, &rc);

	if (err || rc)
		return err ? err : -EIO;
	indexes = kmalloc_array(list.left / sizeof(u32) + 1, sizeof(u32), GFP_KERNEL);
	if (!indexes)
		return -ENOMEM;
	*nr = tpm12_count_indexes(&list, range, wanted, indexes, exists);
	err = tpm12_add_sizes(port, indexes, *nr, bytes);
	kfree(indexes);
	return err;
}

/* Find the quotas of the range in which a command defines an index, if there are any. */
static bool tpm12_has_quota(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
			    struct vtpmb_range *range, u32 *max_nr, u32 *max_bytes)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	bool granted;

	mutex_lock(&vtpm->lock);
	*range = vtpm->range[VTPMB_RANGE_NV];
	*max_nr = vtpm->nv_indices;
	*max_bytes = vtpm->nv_bytes;
	granted = vtpmb_tpm12_granted(vtpm, frame->row);
	mutex_unlock(&vtpm->lock);
	return !granted;
}

static bool tpm12_writes_freely(const struct vtpmb_tpm12_frame *frame)
{
	return !frame->nr_auths && (frame->row->code == TPM_ORD_NV_DefineSpace ||
				    frame->row->code == TPM_ORD_NV_WriteValue);
}

/* With an owner and locked NV, such writes do not count, although libtpms counts them. */
static bool tpm12_counts_writes(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12_facts *facts = vtpmb_tpm12_facts(vtpm);

	return !facts->owned || !facts->perm[TPM_PF_NV_LOCKED];
}

/* The chip has executed a command: count it if it writes NV storage. */
void vtpmb_tpm12_count_nv_write(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame)
{
	if (tpm12_writes_freely(frame))
		vtpmb_tpm12_chip(vtpm->port)->nr_nv_writes++;
}

/*
 * Check the quotas of a proxy that defines an NV index.  @frame is the command, perhaps wrapped
 * in @call; if it is TPM_NV_DefineSpace, its parameters can be read.  *@rc is TPM_SUCCESS, or
 * what a TPM says that is full.
 *
 * Undefining an index, which is defining it with size 0, is always permitted.  An existing
 * index has to be undefined before it is defined again: libtpms deletes it before it checks the
 * new definition, and if that is invalid, it enters failure mode for all its users.
 */
int vtpmb_tpm12_nv_quota(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
			 u32 *rc)
{
	u32 max_nr, max_bytes;
	struct vtpmb_range range;
	struct tpm12_space space;
	struct vtpmb_reader r;
	unsigned int nr = 0;
	bool exists = false;
	u64 bytes = 0;
	int err;

	*rc = TPM_SUCCESS;
	if ((frame->row->code != TPM_ORD_NV_DefineSpace && !tpm12_writes_freely(frame)) ||
	    !tpm12_has_quota(call, frame, &range, &max_nr, &max_bytes))
		return 0;
	if (tpm12_writes_freely(frame) && tpm12_counts_writes(call->vtpm) &&
	    vtpmb_tpm12_chip(call->vtpm->port)->nr_nv_writes >= NV_WRITES_OF_GUESTS)
		*rc = TPM_MAXNVWRITES;
	if (*rc || frame->row->code != TPM_ORD_NV_DefineSpace)
		return 0;
	vtpmb_reader_init(&r, frame->at + VTPMB_HEADER_SIZE, frame->len - VTPMB_HEADER_SIZE);
	/* The grant may have been revoked since the command was checked. */
	if (!tpm12_get_space(&r, &space) || !space.size || !vtpmb_range_has(&range, space.index))
		return 0;
	err = tpm12_measure_range(call->vtpm->port, &range, space.index, &nr, &bytes, &exists);
	if (err == -ENOMEM)
		*rc = TPM_RESOURCES;
	else if (!err && exists)
		*rc = TPM_AREA_LOCKED;
	else if (!err && (nr >= max_nr || bytes + space.size > max_bytes))
		*rc = TPM_NOSPACE;
	return err == -ENOMEM ? 0 : err;
}
