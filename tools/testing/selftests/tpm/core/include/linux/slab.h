/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL		0U
#define GFP_KERNEL_ACCOUNT	0U
#define GFP_NOWAIT		0U
#define __GFP_NOWARN		0U
#define __GFP_ZERO		0U

/* Each fails when core_fail_alloc() says so. */
void *kmalloc(size_t len, gfp_t gfp);
void *kzalloc(size_t len, gfp_t gfp);
void *krealloc(const void *p, size_t len, gfp_t gfp);
void kfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);

#define kmalloc_array(n, len, gfp)	kmalloc(array_size(n, len), gfp)
#define kcalloc(n, len, gfp)		kzalloc(array_size(n, len), gfp)
#define kvmalloc	kmalloc
#define kvzalloc	kzalloc
#define kvcalloc	kcalloc
#define kvfree		kfree
#define kvfree_sensitive(p, len)	kfree_sensitive(p)

void *kmemdup(const void *from, size_t len, gfp_t gfp);

#endif
