/* Mail addresses in reports: see address.h. Header fields are GMime's. */
#include "config.h"

#include "report/address.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#define ADDRESS_LOCAL_MAX 256

static bool
is_local(unsigned char c)
{
	return isalnum(c) || c >= 0x80 ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool
is_domain(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || c == '-' || c == '.' || c == '_';
}

/* The beginning of the local part that ends before `at`, not before `start`. */
static size_t
local_from(const char *text, size_t start, size_t at)
{
	size_t from = at;

	if (from > start && text[from - 1] == '"') {
		from--;
		while (from > start && text[from - 1] != '"' &&
		       text[from - 1] != '\n')
			from--;
		return from > start && text[from - 1] == '"' ? from - 1 : at;
	}
	while (from > start && is_local((unsigned char)text[from - 1])) {
		/* too long for an address (RFC 5321: 64), and for us */
		if (at - --from > ADDRESS_LOCAL_MAX)
			return at;
	}
	/* quotes, and what is glued to an address by people and by programs */
	while (from < at && strchr("'`=*/.|", text[from]) != NULL)
		from++;
	return from;
}

/* Sentences of languages that write no spaces are glued to an address: what
 * stands before the ASCII at the end of its local part goes. */
static size_t
after_glue(const char *text, size_t from, size_t at)
{
	size_t i = at, lead;

	while (i > from && (unsigned char)text[i - 1] < 0x80)
		i--;
	if (i == from || i == at)
		return from;
	lead = i - 1;
	while (lead > from && ((unsigned char)text[lead] & 0xC0) == 0x80)
		lead--;
	return (unsigned char)text[lead] >= 0xE0 ? i : from;
}

static size_t
domain_to(const char *text, size_t len, size_t from)
{
	size_t to = from;

	if (to < len && text[to] == '[') {
		while (to < len && text[to] != ']' && text[to] > ' ')
			to++;
		return to < len && text[to] == ']' ? to + 1 : from;
	}
	while (to < len && is_domain((unsigned char)text[to]))
		to++;
	while (to > from && strchr(".-_", text[to - 1]) != NULL)
		to--;
	return to;
}

bool
address_next(
    const char *text, size_t len, size_t start, struct address_place *place_r)
{
	const char *found;
	size_t at, from, to, look = start;

	while (look < len &&
	       (found = memchr(text + look, '@', len - look)) != NULL) {
		at = (size_t)(found - text);
		from = local_from(text, start, at);
		to = domain_to(text, len, at + 1);
		look = at + 1;
		if (from == at || to == at + 1 || to - from > RULES_ADDRESS_MAX)
			continue;
		/* Message-IDs in a sentence, and "a@b@c", are none. */
		if (to < len && text[to] == '@')
			continue;
		place_r->is_bracketed = from > 0 && text[from - 1] == '<';
		if (!place_r->is_bracketed)
			from = after_glue(text, from, at);
		place_r->from = from;
		place_r->to = to;
		return true;
	}
	return false;
}

bool
address_is_valid(const char *address, size_t len)
{
	const char *at = NULL;
	size_t i, domain;

	if (len == 0 || len > RULES_ADDRESS_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if ((unsigned char)address[i] < ' ' || address[i] == 0x7F)
			return false;
		if (address[i] == '@')
			at = address + i;
	}
	if (at == NULL || at == address ||
	    !g_utf8_validate(address, (gssize)len, NULL))
		return false;
	domain = len - (size_t)(at + 1 - address);
	if (domain == 0 || domain_to(at + 1, domain, 0) != domain)
		return false;
	if (address[0] == '"')
		return at > address + 2 && at[-1] == '"';
	for (i = 0; address + i < at; i++)
		if (strchr(" <>()[]\\,;:\"", address[i]) != NULL)
			/* "@a,@b:c@d" is a route of old */
			return false;
	return true;
}

static void
lower_domain(char *address)
{
	char *at = strrchr(address, '@');

	for (; at != NULL && *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + 'a' - 'A');
}

bool
address_copy(char to[RULES_ADDRESS_MAX + 1], const char *address, size_t len)
{
	while (len > 0 && strchr(" \t\r\n<", *address) != NULL) {
		address++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n>.", address[len - 1]) != NULL)
		len--;
	to[0] = '\0';
	if (!address_is_valid(address, len))
		return false;
	memcpy(to, address, len);
	to[len] = '\0';
	lower_domain(to);
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes "+2B" in place: only what xtext has to write so, since many write
 * labels as they are. */
static void
undo_xtext(char *text)
{
	char *to = text;
	int c;

	for (; *text != '\0'; text++) {
		c = -1;
		if (text[0] == '+' && hex_value(text[1]) >= 0 &&
		    hex_value(text[2]) >= 0)
			c = hex_value(text[1]) * 16 + hex_value(text[2]);
		if (c == '+' || c == '=') {
			*to++ = (char)c;
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* Undoes "\x{E4}" (RFC 6533 §3) in place; the UTF-8 is never longer. */
static void
undo_unitext(char *text)
{
	char *to = text, *end;
	unsigned long c;
	gchar utf8[6];
	int n;

	while (*text != '\0') {
		if (strncmp(text, "\\x{", 3) != 0 ||
		    !isxdigit((unsigned char)text[3])) {
			*to++ = *text++;
			continue;
		}
		c = strtoul(text + 3, &end, 16);
		if (*end != '}' || c < ' ' || c > 0x10FFFF ||
		    (c >= 0xD800 && c < 0xE000)) {
			*to++ = *text++;
			continue;
		}
		n = g_unichar_to_utf8((gunichar)c, utf8);
		memcpy(to, utf8, (size_t)n);
		to += n;
		text = end + 1;
	}
	*to = '\0';
}

bool
address_of_field(char to[RULES_ADDRESS_MAX + 1], const char *value)
{
	char text[RULES_ADDRESS_MAX * 4];
	const char *semicolon = strchr(value, ';');
	size_t type = 0, len;

	to[0] = '\0';
	if (semicolon != NULL && strchr(value, '@') != NULL &&
	    semicolon < strchr(value, '@'))
		type = (size_t)(semicolon - value) + 1;
	/* Types of other worlds; their addresses only look like ours. */
	if (type > 0 && strncasecmp(value, "x400", 4) == 0)
		return false;
	value += type;
	value += strspn(value, " \t\r\n<");
	len = strcspn(value, "\r\n\t>");
	if (len >= sizeof(text))
		return false;
	memcpy(text, value, len);
	text[len] = '\0';
	undo_unitext(text);
	undo_xtext(text);
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (address_copy(to, text, len))
		return true;
	/* "a@b (A. B.)", "a@b a@b": what stands before the space */
	text[len] = '\0';
	return address_copy(to, text, strcspn(text, " ("));
}

bool
address_of_header(char to[RULES_ADDRESS_MAX + 1], const char *value)
{
	InternetAddressList *list;
	InternetAddress *first;
	const char *address = NULL;
	struct address_place place;
	size_t len;

	to[0] = '\0';
	if (value == NULL)
		return false;
	list = internet_address_list_parse(NULL, value);
	first = list != NULL && internet_address_list_length(list) > 0
		    ? internet_address_list_get_address(list, 0)
		    : NULL;
	if (first != NULL && INTERNET_ADDRESS_IS_MAILBOX(first))
		address = internet_address_mailbox_get_addr(
		    INTERNET_ADDRESS_MAILBOX(first));
	if (address != NULL)
		(void)address_copy(to, address, strlen(address));
	if (list != NULL)
		g_object_unref(list);
	len = strlen(value);
	if (to[0] == '\0' && address_next(value, len, 0, &place))
		(void)address_copy(
		    to, value + place.from, place.to - place.from);
	return to[0] != '\0';
}

bool
address_equal(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool
address_is_daemon(const char *address)
{
	static const char *const names[] = {"mailer-daemon@", "postmaster@",
	    "mailer_daemon@", "mailerdaemon@", "post_master@", "abuse@",
	    "support@", "helpdesk@", "hostmaster@"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(address, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}
