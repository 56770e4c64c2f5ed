/* Fuzz target: any bytes as settings of rspamd.
 * fuzz-sources: ctl/import_ucl.c */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/import_ucl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines, last;

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static void
check_value(void *ctx, const struct import_ucl_value *v)
{
	require(ctx == NULL && v->depth <= IMPORT_UCL_DEPTH);
	for (size_t i = 0; i < v->depth; i++)
		require(strlen(v->names[i]) <= IMPORT_UCL_NAME_MAX);
	require(strlen(v->value) <= IMPORT_UCL_VALUE_MAX);
	require(v->line >= last && v->line <= lines);
	last = v->line;
}

static void
check_macro(void *ctx, size_t line)
{
	require(ctx == NULL && line >= last && line <= lines);
	last = line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why;
	size_t line;

	lines = last = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	why = import_ucl_read(
	    (const char *)data, size, check_value, check_macro, NULL, &line);
	require(line >= last && line <= lines);
	require(why == NULL || why[0] != '\0');
	return 0;
}
