/* Recipients of a message as lines of text: read, written, found. Does not judge
 * who counts: the flags say it. */
#include "config.h"

#include "rules/recipients.h"

#include <string.h>

#include "rules/ascii.h"

static const char flags[] = {RECIPIENT_ELIGIBLE, RECIPIENT_SIMULATOR,
    RECIPIENT_OWN, RECIPIENT_BOUNCED, RECIPIENT_COMPLAINED, RECIPIENT_LISTED};

static bool
is_flag(char c)
{
	return memchr(flags, c, sizeof(flags)) != NULL;
}

/* A line of len bytes, without its end. */
static bool
read_line(const char *line, size_t len, struct recipient *recipient_r)
{
	if (len < 3 || !is_flag(line[0]) || line[1] != ' ' ||
	    len - 2 >= sizeof(recipient_r->address))
		return false;
	recipient_r->flag = (enum recipient_flag)line[0];
	memcpy(recipient_r->address, line + 2, len - 2);
	recipient_r->address[len - 2] = '\0';
	return true;
}

bool
recipients_next(const char **text, struct recipient *recipient_r)
{
	while (**text != '\0') {
		const char *line = *text;
		size_t len = strcspn(line, "\n");

		*text += len + (line[len] == '\n');
		if (read_line(line, len, recipient_r))
			return true;
	}
	return false;
}

bool
recipients_add(
    char *text, size_t size, enum recipient_flag flag, const char *address)
{
	size_t used = strlen(text);
	size_t len = strlen(address);

	if (len == 0 || len > RULES_ADDRESS_MAX || !is_flag((char)flag) ||
	    strchr(address, '\n') != NULL || used >= size ||
	    size - used < len + sizeof("E \n"))
		return false;
	text[used++] = (char)flag;
	text[used++] = ' ';
	memcpy(text + used, address, len);
	text[used + len] = '\n';
	text[used + len + 1] = '\0';
	return true;
}

bool
recipients_is_dropped(enum recipient_flag flag)
{
	return flag == RECIPIENT_BOUNCED || flag == RECIPIENT_COMPLAINED ||
	       flag == RECIPIENT_LISTED;
}

bool
recipients_find(
    const char *text, const char *address, struct recipient *recipient_r)
{
	while (recipients_next(&text, recipient_r))
		if (ascii_casecmp(recipient_r->address, address) == 0)
			return true;
	return false;
}
