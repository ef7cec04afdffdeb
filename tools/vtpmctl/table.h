/* SPDX-License-Identifier: GPL-2.0-only */
/* A table for people: a header, and columns that are as wide as what is in them. */
#ifndef VTPMCTL_TABLE_H
#define VTPMCTL_TABLE_H

#include <stdio.h>

/**
 * struct column - a column of a table
 * @head:	its header
 * @right:	numbers, whose ends are below each other
 */
struct column {
	const char *head;
	int right;
};

/**
 * struct table - a table that is being filled
 * @columns:	its columns
 * @nr_columns:	how many there are
 * @nr_cells:	how many cells have been filled, line by line
 * @cells:	their text
 */
struct table {
	const struct column *columns;
	unsigned int nr_columns;
	unsigned int nr_cells;
	char **cells;
};

void add_cell(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *format_line(const struct table *table, int line);
unsigned int count_lines(const struct table *table);
void print_table(const struct table *table, FILE *file);
void empty_table(struct table *table);

#endif
