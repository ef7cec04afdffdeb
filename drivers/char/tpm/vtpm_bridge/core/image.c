// SPDX-License-Identifier: GPL-2.0-only
/* The image: what a virtual TPM keeps while it has no power, as bytes. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "family.h"
#include "image.h"
#include "vtpm.h"

/* A new TPM has a secret of its own, so this record is always there. */
static void vtpmb_image_save_secret(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	vtpmb_put_u8(w, vtpm->secret_given);
	vtpmb_put_bytes(w, vtpm->secret, sizeof(vtpm->secret));
}

static bool vtpmb_image_restore_secret(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	const u8 *secret;
	u8 given;

	if (!vtpmb_get_u8(r, &given) || given > 1)
		return false;
	secret = vtpmb_get_bytes(r, sizeof(vtpm->secret));
	if (!secret)
		return false;
	/* One that the administrator gives to a new proxy takes its place. */
	if (!vtpm->store && vtpm->secret_given)
		return true;
	vtpm->secret_given = given;
	memcpy(vtpm->secret, secret, sizeof(vtpm->secret));
	return true;
}

static void vtpmb_image_save_generation(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	if (vtpm->generation)
		vtpmb_put_u64(w, vtpm->generation);
}

static bool vtpmb_image_restore_generation(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	vtpm->generation = 0;
	return !r->left || (vtpmb_get_u64(r, &vtpm->generation) && vtpm->generation);
}

/* What both families keep, in ascending order of the tags, which are lower than any family's. */
static const struct vtpmb_record vtpmb_image_records[] = {
	{ VTPMB_RECORD_SECRET, vtpmb_image_save_secret, vtpmb_image_restore_secret },
	{ VTPMB_RECORD_GENERATION, vtpmb_image_save_generation, vtpmb_image_restore_generation },
};

static void vtpmb_image_save_record(const struct vtpmb_vtpm *vtpm,
				    const struct vtpmb_record *record, struct vtpmb_writer *w)
{
	size_t begin = w->len;
	__be16 len;

	vtpmb_put_u16(w, record->tag);
	vtpmb_put_u16(w, 0);
	record->save(vtpm, w);
	if (w->overflow)
		return;
	if (w->len == begin + 2 * sizeof(u16)) {
		w->len = begin;
		return;
	}
	len = cpu_to_be16(w->len - begin - 2 * sizeof(u16));
	memcpy(w->buf + begin + sizeof(u16), &len, sizeof(len));
}

/* Write the image, which is in @w unless that has overflowed. */
void vtpmb_image_save(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_family *family = vtpm->port->family;
	unsigned int i;

	lockdep_assert_held(&vtpm->lock);

	for (i = 0; i < ARRAY_SIZE(vtpmb_image_records); i++)
		vtpmb_image_save_record(vtpm, &vtpmb_image_records[i], w);
	for (i = 0; i < family->nr_records; i++)
		vtpmb_image_save_record(vtpm, &family->records[i], w);
}

/* The next record of @r, if its tag is @tag; else one without bytes. */
static bool vtpmb_image_next(struct vtpmb_reader *r, u16 tag, struct vtpmb_reader *record)
{
	struct vtpmb_reader try = *r;
	const u8 *bytes;
	u16 found, len;

	vtpmb_reader_init(record, r->pos, 0);
	if (!r->left)
		return true;
	if (!vtpmb_get_u16(&try, &found) || !vtpmb_get_tpm2b(&try, &bytes, &len))
		return false;
	if (found != tag)
		return true;
	vtpmb_reader_init(record, bytes, len);
	*r = try;
	return true;
}

static int vtpmb_image_restore_record(struct vtpmb_vtpm *vtpm, const struct vtpmb_record *record,
				      struct vtpmb_reader *r)
{
	struct vtpmb_reader bytes;

	if (!vtpmb_image_next(r, record->tag, &bytes) || !record->restore(vtpm, &bytes) ||
	    bytes.left)
		return -EMEDIUMTYPE;
	return 0;
}

/*
 * Give a virtual TPM the state of an image.  Records are in the order in which they are saved,
 * so one that is left over was written by a newer version.  Returns -EMEDIUMTYPE for such an
 * image; it may have been restored in part.
 */
int vtpmb_image_restore(struct vtpmb_vtpm *vtpm, const u8 *image, size_t len)
{
	const struct vtpmb_family *family = vtpm->port->family;
	struct vtpmb_reader r;
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&vtpm->lock);

	vtpmb_reader_init(&r, image, len);
	for (i = 0; !err && i < ARRAY_SIZE(vtpmb_image_records); i++)
		err = vtpmb_image_restore_record(vtpm, &vtpmb_image_records[i], &r);
	for (i = 0; !err && i < family->nr_records; i++)
		err = vtpmb_image_restore_record(vtpm, &family->records[i], &r);
	if (!err && r.left)
		err = -EMEDIUMTYPE;
	return err;
}
