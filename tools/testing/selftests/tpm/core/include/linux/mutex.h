/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: a mutex only knows whether it is held, and that is checked. */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct mutex {
	bool held;
};

/* How many are held in all: none may be across a transmit. */
extern unsigned int shim_nr_held;

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

static inline void mutex_destroy(struct mutex *lock)
{
	WARN_ON(lock->held);
}

static inline void mutex_lock(struct mutex *lock)
{
	WARN_ON(lock->held);
	lock->held = true;
	shim_nr_held++;
}

static inline void mutex_unlock(struct mutex *lock)
{
	WARN_ON(!lock->held);
	lock->held = false;
	shim_nr_held--;
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return lock->held;
}

#endif
