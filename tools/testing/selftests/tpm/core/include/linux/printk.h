/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_PRINTK_H
#define SHIM_LINUX_PRINTK_H

#include <stdio.h>

#ifndef pr_fmt
#define pr_fmt(fmt)	fmt
#endif
#define __shim_pr(fmt, ...)	fprintf(stderr, "# " pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	__shim_pr(fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)	__shim_pr(fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...)	__shim_pr(fmt, ##__VA_ARGS__)
#define pr_info(fmt, ...)	__shim_pr(fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)	do { if (0) __shim_pr(fmt, ##__VA_ARGS__); } while (0)
#define pr_err_ratelimited	pr_err
#define pr_warn_ratelimited	pr_warn
#define pr_warn_once		pr_warn
#define pr_info_once		pr_info

#endif
