/* Fuzz target: any bytes as a KeyTable and as both kinds of SigningTable.
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
check_rows(const char *row)
{
	char text[IMPORT_LINE_MAX + 1];
	struct import_key_row key;
	struct import_signing_row signer;

	memcpy(text, row, strlen(row) + 1);
	if (import_text_key_row(text, &key) == NULL)
		require(key.name[0] != '\0' && key.domain[0] != '\0' &&
			key.selector[0] != '\0' && key.key[0] != '\0' &&
			strpbrk(key.selector, ":\n") == NULL);
	for (int is_refile = 0; is_refile < 2; is_refile++) {
		memcpy(text, row, strlen(row) + 1);
		if (import_text_signing_row(text, is_refile != 0, &signer) !=
		    NULL)
			continue;
		require(signer.key_name[0] != '\0');
		require((signer.domain[0] != '\0') ==
			(signer.scope == IMPORT_SCOPE_DOMAIN ||
			    signer.scope == IMPORT_SCOPE_BELOW));
		require(strchr(signer.domain, '*') == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_text text;
	const char *why;
	size_t before = 0;

	import_text_begin(&text, (const char *)data, size, false);
	while (import_text_row(&text, row, &why)) {
		require(text.line > before && text.line <= size + 1);
		before = text.line;
		require((why == NULL) == (row[0] != '\0'));
		require(strpbrk(row, "#\n") == NULL);
		if (why == NULL)
			check_rows(row);
	}
	return 0;
}
