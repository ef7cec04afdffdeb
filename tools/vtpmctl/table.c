// SPDX-License-Identifier: GPL-2.0-only
/* A table for people: a header, and columns that are as wide as what is in them. */
#include <errno.h>
#include <error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "table.h"

#define HEADER	(-1)
#define SPACE	"  "

/* Fill the next cell, from left to right and line by line. */
void add_cell(struct table *table, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	table->cells = realloc(table->cells, (table->nr_cells + 1) * sizeof(*table->cells));
	if (!text || !table->cells)
		error(EXIT_FAILURE, errno, "memory");
	table->cells[table->nr_cells++] = text;
}

unsigned int count_lines(const struct table *table)
{
	return table->nr_cells / table->nr_columns;
}

/* The text of a cell, or that of the header. */
static const char *cell(const struct table *table, int line, unsigned int column)
{
	return line == HEADER ? table->columns[column].head :
	       table->cells[line * table->nr_columns + column];
}

static int width(const struct table *table, unsigned int column)
{
	size_t widest = 0;
	int line;

	for (line = HEADER; line < (int)count_lines(table); line++) {
		size_t len = strlen(cell(table, line, column));

		if (len > widest)
			widest = len;
	}
	return widest;
}

/* A line without an end; -1 is the header.  The caller frees it. */
char *format_line(const struct table *table, int line)
{
	unsigned int i, last = table->nr_columns - 1;
	size_t size;
	char *text;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		error(EXIT_FAILURE, errno, "memory");
	for (i = 0; i <= last; i++) {
		int wide = width(table, i);

		if (!table->columns[i].right)
			wide = i == last ? 0 : -wide;
		fprintf(file, "%s%*s", i ? SPACE : "", wide, cell(table, line, i));
	}
	if (fclose(file))
		error(EXIT_FAILURE, errno, "memory");
	return text;
}

/* A table without a line has no header either. */
void print_table(const struct table *table, FILE *file)
{
	int line;

	for (line = HEADER; table->nr_cells && line < (int)count_lines(table); line++) {
		char *text = format_line(table, line);

		fprintf(file, "%s\n", text);
		free(text);
	}
}

void empty_table(struct table *table)
{
	while (table->nr_cells)
		free(table->cells[--table->nr_cells]);
	free(table->cells);
	table->cells = NULL;
}
