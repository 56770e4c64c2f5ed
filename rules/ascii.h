/* Character classes that no locale changes. For ASCII alone. */
#ifndef SENDWARD_RULES_ASCII_H
#define SENDWARD_RULES_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline char
ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* The first len bytes of text, or fewer, as far as size has room for them. */
static inline void
ascii_copy_lower(const char *text, size_t len, char *lower_r, size_t size)
{
	size_t i;

	for (i = 0; i < len && i + 1 < size && text[i] != '\0'; i++)
		lower_r[i] = ascii_lower(text[i]);
	lower_r[i] = '\0';
}

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alnum(char c)
{
	char l = ascii_lower(c);

	return (l >= 'a' && l <= 'z') || ascii_is_digit(c);
}

static inline bool
ascii_is_print(char c)
{
	return c >= ' ' && c <= '~';
}

static inline bool
ascii_is_all_print(const char *text)
{
	while (ascii_is_print(*text))
		text++;
	return *text == '\0';
}

static inline bool
ascii_is_8bit(char c)
{
	return ((unsigned char)c & 0x80) != 0;
}

/* -1: no hexadecimal digit. */
static inline int
ascii_hex_value(char c)
{
	char l = ascii_lower(c);

	if (ascii_is_digit(c))
		return c - '0';
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* 1 to most of A-Z a-z 0-9 _ -: what SES and SNS let a resource be called. */
static inline bool
ascii_is_resource_name(const char *name, size_t most)
{
	size_t len = 0;

	while (
	    ascii_is_alnum(name[len]) || name[len] == '_' || name[len] == '-')
		if (++len > most)
			return false;
	return len > 0 && name[len] == '\0';
}

/* As strcasecmp, in the C locale whatever the process has set. */
static inline int
ascii_casecmp(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] != '\0' && ascii_lower(a[i]) == ascii_lower(b[i]))
		i++;
	return (unsigned char)ascii_lower(a[i]) -
	       (unsigned char)ascii_lower(b[i]);
}

/* Does text begin with prefix? */
static inline bool
ascii_has_prefix(const char *text, const char *prefix)
{
	size_t i = 0;

	while (
	    prefix[i] != '\0' && ascii_lower(text[i]) == ascii_lower(prefix[i]))
		i++;
	return prefix[i] == '\0';
}

#endif
