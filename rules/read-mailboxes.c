/* Reads address lists, one a line in hexadecimal, and prints what mailbox.c
 * takes from each: "= ADDRESS ADDRESS..." with tabs between, or "! ERROR". For
 * test-mailbox-peers, which compares that with other readers. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "rules/mailbox.h"

#define LINE_MAX_BYTES 65536
#define LIST_MAX 16

static int
hex_value(char c)
{
	const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Decodes in place; returns the length. Stops at the line's end. */
static size_t
decode_hex(char *line)
{
	size_t i;

	for (i = 0; hex_value(line[2 * i]) >= 0; i++) {
		int low = hex_value(line[2 * i + 1]);

		if (low < 0)
			break;
		line[i] = (char)(hex_value(line[2 * i]) << 4 | low);
	}
	return i;
}

static void
answer(const char *text, size_t len)
{
	struct mailbox list[LIST_MAX];
	size_t count, i;
	enum mailbox_error error =
	    mailbox_parse_list(text, len, list, LIST_MAX, &count);

	if (error != MAILBOX_OK) {
		(void)printf("! %s\n", mailbox_error_text(error));
		return;
	}
	(void)printf("=");
	for (i = 0; i < count; i++)
		(void)printf("\t%s", list[i].address);
	(void)printf("\n");
}

int
main(void)
{
	static char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof line, stdin) != NULL)
		answer(line, decode_hex(line));
	return 0;
}
