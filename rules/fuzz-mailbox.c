/* Fuzz target: any bytes as an address list and as a path.
 * fuzz-sources: rules/mailbox.c rules/display_name.c rules/field_text.c */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/mailbox.h"

#define LIST_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

/* What any reader must take for one plain address. */
static void
check_address(const struct mailbox *m)
{
	size_t len = strnlen(m->address, sizeof m->address), i;
	const char *at = strrchr(m->address, '@');
	struct mailbox again;

	require(len <= RULES_ADDRESS_MAX && at == m->address + m->at);
	require(m->at >= 1 && m->at <= 64 && at[1] != '\0');
	require(strchr(m->address, '@') == at);
	for (i = 0; i < len; i++)
		require(m->address[i] >= ' ' && m->address[i] <= '~');
	require(strpbrk(m->address, "<>,;:()[]\\") == NULL);
	require(strpbrk(at, "\" _=?%!ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
	require(strchr(m->address, ' ') == NULL || m->address[0] == '"');
	require(mailbox_parse_path(m->address, &again) == MAILBOX_OK);
	require(strcmp(again.address, m->address) == 0);
}

static void
check_list(const char *text, size_t len)
{
	struct mailbox list[LIST_MAX];
	size_t count = 99, i;
	enum mailbox_error error =
	    mailbox_parse_list(text, len, list, LIST_MAX, &count);

	require(strlen(mailbox_error_text(error)) > 0);
	require((error == MAILBOX_OK) == (count > 0));
	require(count <= LIST_MAX);
	for (i = 0; i < count; i++)
		check_address(&list[i]);
	require(error != MAILBOX_OK || memchr(text, '\0', len) == NULL);
}

static void
check_path(const char *text)
{
	struct mailbox path, *list = &path;
	size_t count;
	enum mailbox_error error = mailbox_parse_path(text, &path);

	if (error != MAILBOX_OK || path.address[0] == '\0') {
		require(path.address[0] == '\0');
		return;
	}
	check_address(&path);
	/* Every path is a mailbox too, and the same one. */
	require(mailbox_parse_list(text, strlen(text), list, 1, &count) ==
		MAILBOX_OK);
	check_address(&path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_list(text, size);
	check_path(text);
	free(text);
	return 0;
}
