// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, NV indices.
 *
 * The handle of an index is part of its Name, so the bridge cannot map it as it does with
 * objects.  Instead, a proxy is granted a range of handles, and all indices of the chip in
 * that range are its own, whoever has defined them.  It can also read the certificates of
 * the chip's endorsement keys.  All other indices do not exist for it.
 *
 * The chip controls access to an index.  The bridge checks only owner and platform
 * authorisation.  It keeps no information about an index from one turn to the next,
 * because the host may change the index.
 */

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "ask.h"
#include "nv.h"
#include "state.h"
#include "wire.h"

static_assert(VTPMB_TPM20_KNOWN_INDICES >= VTPMB_TPM20_HANDLES);

/** NR_PAGE - handles that are read from the chip at a time */
#define NR_PAGE			32

/* TCG's registry of reserved handles: certificates of endorsement keys. */
static const struct vtpmb_range tpm20_certificates = {
	VTPMB_CERTIFICATE_FIRST, VTPMB_CERTIFICATE_LAST
};

/* A guest without the endorsement keys does not see their certificates. */
static bool tpm20_is_certificate(const struct vtpmb_vtpm *vtpm, u32 handle)
{
	return vtpmb_range_has(&tpm20_certificates, handle) &&
	       !READ_ONCE(vtpmb_tpm20_state(vtpm)->no_endorsement);
}

/* Whether indices that Clear has deleted may still be in the chip. */
static bool tpm20_is_cleared(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	return tpm->table.cleared != READ_ONCE(tpm->hier[HIER_OWNER].cleared);
}

/*
 * Whether a command may name an NV index (TPM 2.0 Part 4, NvIndexIsAccessible()).  Indices in
 * its range belong to the owner of the proxy, the certificates to its platform.  The chip
 * checks whether the index exists.
 */
u32 vtpmb_tpm20_map_nv(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		       unsigned int i)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 handle = call->handle[i];

	lockdep_assert_held(&vtpm->lock);

	if (vtpmb_range_has(&vtpm->range[VTPMB_RANGE_NV], handle))
		return tpm->hier[HIER_OWNER].enabled && !tpm20_is_cleared(vtpm) ?
		       TPM2_RC_SUCCESS : TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	if (tpm20_is_certificate(vtpm, handle) &&
	    call->row->flags & TPM20_READS_NV && tpm->ph_enable_nv)
		return TPM2_RC_SUCCESS;
	return TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
}

/* TPM2B_NV_PUBLIC of NV_DefineSpace (Part 2, 13.5). */
static bool tpm20_get_defined(struct vtpmb_tpm20_call *call, u32 *handle,
			      u32 *attributes, u16 *data_size)
{
	struct vtpmb_reader r = call->params;
	const u8 *bytes;
	u16 len, alg;

	return vtpmb_get_tpm2b(&r, &bytes, &len) && vtpmb_get_u16(&r, &len) &&
	       vtpmb_get_u32(&r, handle) && vtpmb_get_u16(&r, &alg) &&
	       vtpmb_get_u32(&r, attributes) && vtpmb_get_tpm2b(&r, &bytes, &len) &&
	       vtpmb_get_u16(&r, data_size);
}

/*
 * Whether an NV index may be defined; note its @nv_index and @nv_size.  The vtpm's lock is
 * held.
 *
 * The authValue before the public area may be encrypted, but its size is not.  The chip refuses
 * a truncated command.  TPMA_NV_CLEAR_STCLEAR is refused: a Startup of the guest is not a
 * Startup of the chip, so the data would stay for too long.  TPMA_NV_ORDERLY is refused: the
 * chip has too little memory for the data of such indices.
 */
u32 vtpmb_tpm20_inspect_define(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 handle, attributes;
	u16 data_size;

	if (!tpm20_get_defined(call, &handle, &attributes, &data_size))
		return TPM2_RC_SUCCESS;
	if (TPM20_HT(handle) != TPM2_HT_NV_INDEX)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 1);
	if (!vtpmb_range_has(&vtpm->range[VTPMB_RANGE_NV], handle))
		return TPM2_RC_NV_SPACE;
	if (attributes & (TPMA_NV_ORDERLY | TPMA_NV_CLEAR_STCLEAR))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_ATTRIBUTES, 1);
	call->nv_index = handle;
	call->nv_size = data_size;
	return TPM2_RC_SUCCESS;
}

static bool tpm20_get_index(struct vtpmb_tpm20_index *index, struct vtpmb_reader *r)
{
	const u8 *bytes;
	u16 len, alg;
	u32 handle;

	return vtpmb_get_u16(r, &len) && vtpmb_get_u32(r, &handle) &&
	       handle == index->handle && vtpmb_get_u16(r, &alg) &&
	       vtpmb_get_u32(r, &index->attributes) &&
	       vtpmb_get_tpm2b(r, &bytes, &len) && vtpmb_get_u16(r, &index->data_size) &&
	       vtpmb_get_tpm2b(r, &bytes, &index->name_len) && !r->left;
}

static struct vtpmb_tpm20_index *tpm20_known_index(struct vtpmb_vtpm *vtpm, u32 handle)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_KNOWN_INDICES; i++) {
		if (table->index[i].handle == handle)
			return &table->index[i];
	}
	return NULL;
}

/* A free slot, or that of the least recently used index, which this command does not use. */
static struct vtpmb_tpm20_index *tpm20_oldest_index(struct vtpmb_tpm20_table *table)
{
	struct vtpmb_tpm20_index *oldest = table->index;
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_KNOWN_INDICES; i++) {
		if (!table->index[i].handle)
			return &table->index[i];
		if (table->index[i].used < oldest->used)
			oldest = &table->index[i];
	}
	return oldest;
}

/* Parse the response in the port's scratch buffer. */
static int tpm20_keep_index(struct vtpmb_port *port, int len, u32 handle,
			    struct vtpmb_tpm20_index *index)
{
	struct vtpmb_reader r;

	len -= VTPMB_HEADER_SIZE;
	if (len > sizeof(index->public))
		return -EIO;
	index->handle = handle;
	index->public_len = len;
	memcpy(index->public, port->scratch + VTPMB_HEADER_SIZE, len);
	vtpmb_reader_init(&r, index->public, len);
	if (tpm20_get_index(index, &r))
		return 0;
	index->handle = 0;
	return -EIO;
}

/*
 * Read the public area of an NV index that the vtpm may see, once in a turn.  *@index is valid
 * for as many calls as a command has handles.
 */
int vtpmb_tpm20_learn_index(struct vtpmb_vtpm *vtpm, u32 handle,
			    const struct vtpmb_tpm20_index **index, u32 *rc)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_index *slot = tpm20_known_index(vtpm, handle);
	int len;

	*rc = TPM2_RC_SUCCESS;
	*index = slot;
	if (slot) {
		slot->used = ++table->clock;
		return 0;
	}
	len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_NV_ReadPublic, handle, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	slot = tpm20_oldest_index(table);
	slot->used = ++table->clock;
	*index = slot;
	return tpm20_keep_index(vtpm->port, len, handle, slot);
}

/*
 * TPM2_NV_ReadPublic (TPM 2.0 Part 3, 31.6) without sessions: only the chip can build a
 * response with sessions.  The chip is asked once in a turn, and again after a command that may
 * have changed it.
 */
int vtpmb_tpm20_nv_read_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out, u32 *rc)
{
	const struct vtpmb_tpm20_index *index;
	int err = vtpmb_tpm20_learn_index(vtpm, call->handle[0], &index, rc);

	if (err || *rc)
		return err;
	*rc = vtpmb_tpm20_get_end(call);
	vtpmb_put_bytes(out, index->public, index->public_len);
	return 0;
}

/* Read the public area of the NV index that handle @i of a command names, into its @index. */
int vtpmb_tpm20_learn_named(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    unsigned int i, u32 *rc)
{
	int err = vtpmb_tpm20_learn_index(vtpm, call->handle[i], &call->index[i], rc);

	if (*rc)
		*rc = TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	return err;
}

/*
 * Check the indices of a command that the bridge refuses by *@rc.  If one does not exist, *@rc
 * says so instead: a TPM would have reported that first.
 */
int vtpmb_tpm20_report_missing_index(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				     u32 *rc)
{
	u32 missing = TPM2_RC_SUCCESS;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && !missing && i < call->nr_mapped; i++) {
		if (TPM20_HT(call->handle[i]) == TPM2_HT_NV_INDEX)
			err = vtpmb_tpm20_learn_named(vtpm, call, i, &missing);
	}
	if (missing)
		*rc = missing;
	return err;
}

/* Whether a wrong authValue of the index does not count as a guess. */
bool vtpmb_tpm20_nv_has_no_da(const struct vtpmb_tpm20_index *index)
{
	return index->attributes & TPMA_NV_NO_DA;
}

/* Forget the indices at the end of a turn. */
void vtpmb_tpm20_forget_indices(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	memset(table->index, 0, sizeof(table->index));
}

/* The ranges in which the proxy has indices. */
static struct vtpmb_range tpm20_own_range(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_range range = {};

	mutex_lock(&vtpm->lock);
	if (!tpm20_is_cleared(vtpm))
		range = vtpm->range[VTPMB_RANGE_NV];
	mutex_unlock(&vtpm->lock);
	return range;
}

/*
 * List the lowest handles from @first on of the NV indices that a guest sees, @max at most.
 * Returns their number or a negative errno.
 */
int vtpmb_tpm20_nv_handles(struct vtpmb_vtpm *vtpm, u32 first, u32 *handle,
			   unsigned int max)
{
	struct vtpmb_tpm20_listing listing = { .first = first };
	struct vtpmb_range own = tpm20_own_range(vtpm);
	unsigned int nr = 0;
	u32 page[NR_PAGE];
	int count, i;

	do {
		count = vtpmb_tpm20_list_more(vtpm->port, &listing, page, NR_PAGE);
		for (i = 0; i < count && nr < max; i++) {
			if (vtpmb_range_has(&own, page[i]) ||
			    tpm20_is_certificate(vtpm, page[i]))
				handle[nr++] = page[i];
		}
	} while (count > 0 && nr < max);
	return count < 0 ? count : nr;
}

/**
 * struct tpm20_count_handles - NV indices being counted
 * @own:	the proxy's range
 * @nr_indices:	all indices that it sees
 * @nr_own:	indices in its range
 * @nr_counters: counters among those
 * @bytes:	bytes of data of those
 * @wanted:	a handle to find
 * @found:	@wanted is one of those
 */
struct tpm20_count_handles {
	struct vtpmb_range own;
	u32 nr_indices;
	u32 nr_own;
	u32 nr_counters;
	u32 bytes;
	u32 wanted;
	bool found;
};

static int tpm20_count_index(struct vtpmb_vtpm *vtpm, u32 handle, struct tpm20_count_handles *tally)
{
	const struct vtpmb_tpm20_index *index;
	u32 rc;
	int err;

	tally->nr_indices++;
	if (!vtpmb_range_has(&tally->own, handle))
		return 0;
	tally->nr_own++;
	tally->found |= handle == tally->wanted;
	err = vtpmb_tpm20_learn_index(vtpm, handle, &index, &rc);
	if (err || rc)
		return err;
	tally->nr_counters += (index->attributes & TPMA_NV_TPM2_NT_MASK) >>
			      TPMA_NV_TPM2_NT_SHIFT == TPM2_NT_COUNTER;
	tally->bytes += index->data_size;
	return 0;
}

static int tpm20_count_handles(struct vtpmb_vtpm *vtpm, struct tpm20_count_handles *tally)
{
	u32 handle[NR_PAGE], first = TPM2_NV_INDEX_FIRST;
	int count, i, err = 0;

	tally->own = tpm20_own_range(vtpm);
	do {
		count = vtpmb_tpm20_nv_handles(vtpm, first, handle, NR_PAGE);
		if (count < 0)
			return count;
		if (tally->nr_indices > VTPMB_TPM20_MAX_LISTED)
			return -EIO;
		for (i = 0; !err && i < count; i++)
			err = tpm20_count_index(vtpm, handle[i], tally);
		if (count)
			first = handle[count - 1] + 1;
	} while (!err && count == NR_PAGE && TPM20_HT(first) == TPM2_HT_NV_INDEX);
	return err;
}

/* Refuse a command that would exceed the quotas of NV memory, by TPM2_RC_NV_SPACE. */
int vtpmb_tpm20_nv_room(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct tpm20_count_handles tally = { .wanted = call->nv_index };
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (!call->nv_index)
		return 0;
	err = tpm20_count_handles(vtpm, &tally);
	if (err || tally.found)
		return err;
	mutex_lock(&vtpm->lock);
	if (tally.nr_own >= vtpm->nv_indices ||
	    tally.bytes + call->nv_size > vtpm->nv_bytes)
		*rc = TPM2_RC_NV_SPACE;
	mutex_unlock(&vtpm->lock);
	return 0;
}

/*
 * Whether the census is up to date.  Changes by the host to the chip's indices are seen after a
 * reset at the latest.
 */
bool vtpmb_tpm20_is_counted(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20_census *census = &vtpmb_tpm20_state(vtpm)->census;

	lockdep_assert_held(&vtpm->lock);

	return census->taken && census->epoch == vtpm->epoch &&
	       census->grants == vtpm->grants;
}

/* Take the census of NV indices. */
int vtpmb_tpm20_nv_count(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_census census = { .taken = true };
	struct tpm20_count_handles tally = {};
	int err;

	mutex_lock(&vtpm->lock);
	census.epoch = vtpm->epoch;
	census.grants = vtpm->grants;
	mutex_unlock(&vtpm->lock);

	err = tpm20_count_handles(vtpm, &tally);
	if (err)
		return err;
	census.nr_indices = tally.nr_indices;
	census.nr_counters = tally.nr_counters;
	census.nr_own = tally.nr_own;
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20_state(vtpm)->census = census;
	mutex_unlock(&vtpm->lock);
	return 0;
}

/* The census has to be taken again. */
static void tpm20_void_census(struct vtpmb_vtpm *vtpm)
{
	mutex_lock(&vtpm->lock);
	vtpmb_tpm20_state(vtpm)->census.taken = false;
	mutex_unlock(&vtpm->lock);
}

/*
 * A command was sent to the chip, successful or not: the indices that it names may have
 * changed.
 */
void vtpmb_tpm20_nv_changed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_index *index;
	bool changed = call->nv_index;
	unsigned int i;

	if (call->row->flags & TPM20_READS_NV)
		return;
	for (i = 0; i < call->row->nr_handles; i++) {
		if (TPM20_HT(call->handle[i]) != TPM2_HT_NV_INDEX)
			continue;
		changed = true;
		index = tpm20_known_index(vtpm, call->handle[i]);
		if (index)
			index->handle = 0;
	}
	if (changed)
		tpm20_void_census(vtpm);
}

/* Whether to delete from the chip what Clear has deleted: not before the Clear is stored. */
bool vtpmb_tpm20_may_delete(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	return !vtpm->store ||
	       READ_ONCE(tpm->clears_stored) == READ_ONCE(tpm->hier[HIER_OWNER].cleared);
}

bool vtpmb_tpm20_nv_stale(struct vtpmb_vtpm *vtpm)
{
	return tpm20_is_cleared(vtpm) && vtpmb_tpm20_may_delete(vtpm);
}

/* Indices that the chip's platform has defined stay, as with TPM2_Clear. */
static int tpm20_undefine_one(struct vtpmb_vtpm *vtpm, u32 handle, bool *gone)
{
	u32 rc;
	int err = vtpmb_tpm20_owner_command(vtpm, TPM2_CC_NV_UndefineSpace, handle, "", 0, &rc);

	if (!err && rc && rc != TPM2_RC_NV_AUTHORIZATION &&
	    rc != TPM2_RC_OF_HANDLE(TPM2_RC_ATTRIBUTES, 1) &&
	    rc != TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, 1))
		*gone = false;
	return err;
}

static int tpm20_undefine(struct vtpmb_vtpm *vtpm, const struct vtpmb_range *range,
			  bool *gone)
{
	struct vtpmb_tpm20_listing listing = { .first = range->first };
	u32 handle[NR_PAGE];
	int count, i, err = 0;

	do {
		count = vtpmb_tpm20_list_more(vtpm->port, &listing, handle, NR_PAGE);
		for (i = 0; !err && i < count && handle[i] <= range->last; i++)
			err = tpm20_undefine_one(vtpm, handle[i], gone);
	} while (!err && count > 0 && listing.first <= range->last);
	return count < 0 ? count : err;
}

/*
 * Undefine the indices that Clear has deleted.  As long as the chip refuses, the guest sees no
 * index of its range.
 */
int vtpmb_tpm20_undefine_stale_nv(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_range own;
	bool gone = true;
	u32 cleared;
	int err = 0;

	if (!vtpmb_tpm20_nv_stale(vtpm))
		return 0;
	mutex_lock(&vtpm->lock);
	own = vtpm->range[VTPMB_RANGE_NV];
	cleared = tpm->hier[HIER_OWNER].cleared;
	mutex_unlock(&vtpm->lock);

	vtpmb_tpm20_forget_indices(vtpm);
	if (own.last)
		err = tpm20_undefine(vtpm, &own, &gone);
	if (!err && gone)
		WRITE_ONCE(tpm->table.cleared, cleared);
	tpm20_void_census(vtpm);
	return err;
}
