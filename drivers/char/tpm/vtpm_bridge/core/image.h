/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image: what a virtual TPM keeps while it has no power, as bytes.
 *
 * It is a sequence of records: a tag, the number of bytes, those bytes; all numbers are
 * big-endian.  A record that is not there stands for the state of a new TPM.
 *
 * Verbs: save, restore.
 */
#ifndef VTPMB_IMAGE_H
#define VTPMB_IMAGE_H

#include <linux/types.h>
#include "wire.h"

struct vtpmb_vtpm;

/**
 * struct vtpmb_record - a record of the image
 * @tag:	its tag, which has no other meaning in any version
 * @save:	put its bytes; none if it is as in a new TPM
 * @restore:	take them.  Without any, the state becomes that of a new TPM.  Returns false if
 *		they are malformed.
 *
 * Both are called under vtpm->lock.  While the proxy is being created it has no @store.
 */
struct vtpmb_record {
	u16 tag;
	void (*save)(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w);
	bool (*restore)(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r);
};

/* Tags.  Those of a family are in its own header. */
enum vtpmb_record_tag {
	VTPMB_RECORD_SECRET = 1,
	VTPMB_RECORD_GENERATION = 2,
	VTPMB_RECORD_FAMILY = 16,
};

void vtpmb_image_save(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w);
int vtpmb_image_restore(struct vtpmb_vtpm *vtpm, const u8 *image, size_t len);

#endif
