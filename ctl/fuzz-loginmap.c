/* Fuzz target: any bytes as a table of smtpd_sender_login_maps.
 * fuzz-sources: ctl/import_text.c */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/import_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static void
check_row(char *row)
{
	struct import_login_row login_row;
	const char *login;
	size_t most = strlen(row), count = 0;

	if (import_text_login_row(row, &login_row) != NULL)
		return;
	require(strpbrk(login_row.sender, " \t") == NULL);
	while ((login = import_text_login(&login_row)) != NULL) {
		require(login[0] != '\0' && strpbrk(login, " \t\r\n,") == NULL);
		require(++count <= most);
	}
	require(count > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_text text;
	const char *why;
	size_t before = 0;

	import_text_begin(&text, (const char *)data, size, true);
	while (import_text_row(&text, row, &why)) {
		require(text.line > before && text.line <= size + 1);
		before = text.line;
		require((why == NULL) == (row[0] != '\0'));
		if (why == NULL)
			check_row(row);
	}
	return 0;
}
