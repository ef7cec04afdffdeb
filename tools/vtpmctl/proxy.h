/* SPDX-License-Identifier: GPL-2.0-only */
/* Proxies, by name or number, and the ioctls of their control node. */
#ifndef VTPMCTL_PROXY_H
#define VTPMCTL_PROXY_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

struct property;

#define MAX_PROXIES	64
#define NODE_SIZE	64	/* bytes of the longest path of a node */

void complain(const char *what);
int control(void);
bool is_name(const char *text);
const char *bare_name(const char *text);
uint32_t parse_chip(const char *text);
uint32_t parse_proxy(const char *text);
bool find_proxy(const char *name, uint32_t *num);
int query(uint32_t num, struct vtpm_bridge_query *q);
int list(uint32_t nums[MAX_PROXIES]);
int find_chip(uint32_t *num);
int assign(uint32_t num, const char *text);
int unset(uint32_t num, const struct property *p);
const struct property *parse_unset(const char *name);
void check_all(int argc, char **argv);
int create_proxy(struct vtpm_bridge_create *create, int argc, char **argv);
int keep(uint32_t num);
int destroy(uint32_t num, uint32_t flags);
void wait_for_udev(void);
void format_node(char *text, const char *folder, uint32_t num, const char *name);
const char *family_name(uint32_t family);
struct vtpm_bridge_setting *read_policy(uint32_t num, uint32_t *count);

#endif
