/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SCATTERLIST_H
#define SHIM_LINUX_SCATTERLIST_H

/* One piece of memory: all that the core needs. */
struct scatterlist {
	void *buf;
	unsigned int len;
};

static inline void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg->buf = (void *)buf;
	sg->len = len;
}

#endif
