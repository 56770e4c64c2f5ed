/* Error codes and texts: see err.h.
 * Does not log and does not end anything. */
#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum sg_err
err_set(struct err *err_r, enum sg_err code, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (err_r == NULL)
		return code;
	/* The arguments may point into err_r->text. */
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_r->code = code;
	memcpy(err_r->text, text, sizeof(text));
	return code;
}

/* Appends what fits. */
static void
add(char text[ERR_TEXT_MAX], const char *more)
{
	size_t len = strlen(text);
	size_t more_len = strnlen(more, ERR_TEXT_MAX - 1 - len);

	memcpy(text + len, more, more_len);
	text[len + more_len] = '\0';
}

enum sg_err
err_prefix(struct err *err_r, enum sg_err code, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	if (err_r == NULL)
		return code;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add(text, ": ");
	add(text, err_r->text);
	memcpy(err_r->text, text, sizeof(text));
	return code;
}

const char *
err_name(enum sg_err code)
{
	switch (code) {
	case SG_OK:
		return "SG_OK";
	case SG_NOMEM:
		return "SG_NOMEM";
	case SG_IO:
		return "SG_IO";
	case SG_BUSY:
		return "SG_BUSY";
	case SG_SCHEMA:
		return "SG_SCHEMA";
	case SG_INVALID:
		return "SG_INVALID";
	case SG_EXISTS:
		return "SG_EXISTS";
	case SG_MISSING:
		return "SG_MISSING";
	case SG_CRYPTO:
		return "SG_CRYPTO";
	case SG_BUG:
		return "SG_BUG";
	}
	return "SG_UNKNOWN";
}
