// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of a proxy, one value each; Documentation/ABI says what. */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "../core/failure.h"
#include "proxy.h"
#include "sysfs.h"

static const char * const vtpmb_power_names[] = {
	[VTPMB_OFF] = "off",
	[VTPMB_POST_INIT] = "waiting",
	[VTPMB_STARTED] = "started",
	[VTPMB_SHUTDOWN] = "shutdown",
};

static const char * const vtpmb_ownership_names[] = {
	[VTPMB_OWNERSHIP_AUTO] = "auto",
	[VTPMB_OWNERSHIP_OWNED] = "owned",
	[VTPMB_OWNERSHIP_NOT_INSTALLABLE] = "not-installable",
	[VTPMB_OWNERSHIP_GRANTED] = "granted",
};

static ssize_t chip_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "tpm%u\n",
			  vtpmb_hub_chip_num(vtpmb_dev_proxy(dev)->hub));
}
static DEVICE_ATTR_RO(chip);

static ssize_t family_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  vtpmb_dev_proxy(dev)->vtpm.port->family->name);
}
static DEVICE_ATTR_RO(family);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	enum vtpmb_power power = READ_ONCE(vtpmb_dev_proxy(dev)->vtpm.power);

	return sysfs_emit(buf, "%s\n", vtpmb_power_names[power]);
}
static DEVICE_ATTR_RO(state);

static ssize_t locality_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(vtpmb_dev_proxy(dev)->vtpm.locality));
}
static DEVICE_ATTR_RO(locality);

/* 0 if the family does not have it. */
static u64 vtpmb_dev_setting(struct device *dev, enum vtpmb_setting_nr nr)
{
	struct vtpmb_vtpm *vtpm = &vtpmb_dev_proxy(dev)->vtpm;
	u64 value;

	mutex_lock(&vtpm->lock);
	value = vtpmb_setting_get(vtpm, nr);
	mutex_unlock(&vtpm->lock);
	return value;
}

static struct vtpmb_view vtpmb_dev_view(struct device *dev)
{
	struct vtpmb_vtpm *vtpm = &vtpmb_dev_proxy(dev)->vtpm;
	struct vtpmb_view view;

	mutex_lock(&vtpm->lock);
	vtpm->port->family->show(vtpm, &view);
	mutex_unlock(&vtpm->lock);
	return view;
}

static ssize_t physical_presence_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", vtpmb_dev_view(dev).pp);
}
static DEVICE_ATTR_RO(physical_presence);

static ssize_t physical_presence_lock_show(struct device *dev,
					   struct device_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%d\n", vtpmb_dev_view(dev).pp_locked);
}
static DEVICE_ATTR_RO(physical_presence_lock);

static ssize_t ownership_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	u64 view = vtpmb_dev_setting(dev, VTPMB_SETTING_OWNERSHIP);

	return sysfs_emit(buf, "%s\n", vtpmb_ownership_names[view]);
}
static DEVICE_ATTR_RO(ownership);

static ssize_t persistent_show(struct device *dev, struct device_attribute *attr,
			       char *buf)
{
	return sysfs_emit(buf, "%d\n", !READ_ONCE(vtpmb_dev_proxy(dev)->owner));
}
static DEVICE_ATTR_RO(persistent);

static ssize_t reset_by_query_show(struct device *dev, struct device_attribute *attr,
				   char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(vtpmb_dev_proxy(dev)->reset_by_query));
}
static DEVICE_ATTR_RO(reset_by_query);

/* As losetup shows the file of a loop device; an empty line if there is none */
static ssize_t state_file_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct file *file = vtpmb_dev_proxy(dev)->store_file;
	char *path;

	if (!file)
		return sysfs_emit(buf, "\n");
	path = file_path(file, buf, PAGE_SIZE - 1);
	if (IS_ERR(path))
		return PTR_ERR(path);
	memmove(buf, path, strlen(path) + 1);
	strcat(buf, "\n");
	return strlen(buf);
}
static DEVICE_ATTR_ADMIN_RO(state_file);

static ssize_t stopped_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", vtpmb_failure_stops(&vtpmb_dev_proxy(dev)->vtpm));
}
static DEVICE_ATTR_RO(stopped);

static ssize_t real_pcrs_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "0x%06x\n",
			  READ_ONCE(vtpmb_dev_proxy(dev)->vtpm.real_pcrs));
}
static DEVICE_ATTR_RO(real_pcrs);

static ssize_t vtpmb_show_range(struct device *dev, char *buf, enum vtpmb_range_kind kind)
{
	struct vtpmb_vtpm *vtpm = &vtpmb_dev_proxy(dev)->vtpm;
	struct vtpmb_range range;

	mutex_lock(&vtpm->lock);
	range = vtpm->range[kind];
	mutex_unlock(&vtpm->lock);
	if (!range.last)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "0x%08x-0x%08x\n", range.first, range.last);
}

static ssize_t nv_range_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return vtpmb_show_range(dev, buf, VTPMB_RANGE_NV);
}
static DEVICE_ATTR_RO(nv_range);

static ssize_t persistent_range_show(struct device *dev, struct device_attribute *attr,
				     char *buf)
{
	return vtpmb_show_range(dev, buf, VTPMB_RANGE_PERSISTENT);
}
static DEVICE_ATTR_RO(persistent_range);

static ssize_t nv_indices_show(struct device *dev, struct device_attribute *attr,
			       char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(vtpmb_dev_proxy(dev)->vtpm.nv_indices));
}
static DEVICE_ATTR_RO(nv_indices);

static ssize_t nv_bytes_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(vtpmb_dev_proxy(dev)->vtpm.nv_bytes));
}
static DEVICE_ATTR_RO(nv_bytes);

static ssize_t persistent_objects_show(struct device *dev, struct device_attribute *attr,
				       char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  vtpmb_dev_setting(dev, VTPMB_SETTING_PERSISTENT_OBJECTS));
}
static DEVICE_ATTR_RO(persistent_objects);

static ssize_t open_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%d\n", test_bit(0, &vtpmb_dev_proxy(dev)->open));
}
static DEVICE_ATTR_RO(open);

#define VTPMB_COUNTER_ATTR(name)					\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lld\n",				\
		atomic64_read(&vtpmb_dev_proxy(dev)->nr_##name));	\
}									\
static DEVICE_ATTR_RO(name)

VTPMB_COUNTER_ATTR(commands);
VTPMB_COUNTER_ATTR(refusals);
VTPMB_COUNTER_ATTR(chip_commands);
VTPMB_COUNTER_ATTR(resets);

/* QEMU and libvirt look for this one by name, and write a "-" to it. */
static ssize_t cancel_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	vtpmb_proxy_cancel(vtpmb_dev_proxy(dev));
	return count;
}
static DEVICE_ATTR_WO(cancel);

static struct attribute *vtpmb_sysfs_attrs[] = {
	&dev_attr_chip.attr,
	&dev_attr_family.attr,
	&dev_attr_state.attr,
	&dev_attr_state_file.attr,
	&dev_attr_locality.attr,
	&dev_attr_physical_presence.attr,
	&dev_attr_physical_presence_lock.attr,
	&dev_attr_ownership.attr,
	&dev_attr_persistent.attr,
	&dev_attr_reset_by_query.attr,
	&dev_attr_real_pcrs.attr,
	&dev_attr_nv_range.attr,
	&dev_attr_nv_indices.attr,
	&dev_attr_nv_bytes.attr,
	&dev_attr_persistent_range.attr,
	&dev_attr_persistent_objects.attr,
	&dev_attr_open.attr,
	&dev_attr_stopped.attr,
	&dev_attr_commands.attr,
	&dev_attr_refusals.attr,
	&dev_attr_chip_commands.attr,
	&dev_attr_resets.attr,
	&dev_attr_cancel.attr,
	NULL
};

static const struct attribute_group vtpmb_sysfs_group = {
	.attrs = vtpmb_sysfs_attrs,
};

const struct attribute_group *vtpmb_sysfs_groups[] = {
	&vtpmb_sysfs_group,
	NULL
};
