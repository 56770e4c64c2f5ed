/* Fuzz target: any bytes as a suppression file.
 * fuzz-sources: ops/suppression_line.c -ljansson */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ops/suppression_line.h"

#define LINE_SIZE 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static void
check_line(const char *line)
{
	struct suppression_line entry;

	require(strnlen(line, LINE_SIZE) < LINE_SIZE);
	require(strpbrk(line, "\n") == NULL);
	if (suppression_line_is_heading(line))
		require(suppression_line_parse(line, &entry) == NULL);
	memset(&entry, 'x', sizeof(entry));
	if (suppression_line_parse(line, &entry) != NULL)
		return;
	require(memchr(entry.address, '\0', sizeof(entry.address)) != NULL);
	require(memchr(entry.reason, '\0', sizeof(entry.reason)) != NULL);
}

/* Every byte is read once: as many lines as there are line feeds, and one more
 * when the last does not end in one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[LINE_SIZE];
	const char *wrong;
	size_t lines = 0, wanted = 0;
	FILE *in = size == 0 ? NULL : fmemopen((void *)data, size, "r");

	if (in == NULL)
		return 0;
	for (size_t i = 0; i < size; i++)
		wanted += data[i] == '\n' || i + 1 == size;
	while (suppression_line_read(in, line, sizeof(line), &wrong)) {
		lines++;
		if (wrong == NULL)
			check_line(line);
		else
			require(line[0] == '\0' && wrong[0] != '\0');
	}
	require(lines == wanted);
	(void)fclose(in);
	return 0;
}
