/* Fields that clients word: see field.h. Knows no parts. */
#include "config.h"

#include "post/field.h"

#include <string.h>

#include "post/fold.h"
#include "post/part.h"

/* ---- subject ------------------------------------------------------------------------ */

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (g_unichar_iscntrl(g_utf8_get_char(text)))
			return true;
	return false;
}

enum sg_err
post_field_subject(
    GMimeMessage *message, const struct post_text *subject, struct err *err_r)
{
	const char *charset;
	char *text;
	enum sg_err rc;

	if (subject->data == NULL)
		return SG_OK;
	if (!g_utf8_validate(subject->data, -1, NULL))
		return err_set(err_r, SG_INVALID, "Subject: not UTF-8");
	text = g_strdelimit(g_strdup(subject->data), "\t", ' ');
	rc = post_part_charset("Subject", subject, &charset, err_r);
	if (rc == SG_OK && has_control(text))
		rc = err_set(err_r, SG_INVALID,
		    "Subject: line ends and control characters are not "
		    "allowed");
	if (rc == SG_OK && g_utf8_strlen(text, -1) > POST_SUBJECT_MAX)
		rc = err_set(err_r, SG_INVALID,
		    "Subject: more than %d characters", POST_SUBJECT_MAX);
	if (rc == SG_OK)
		post_fold_text(GMIME_OBJECT(message), "Subject", text, charset);
	g_free(text);
	return rc;
}

/* ---- fields of the client's own ------------------------------------------------------ */

/* Written by sendward or the MTA, or believed when they do; a name that ends in "-"
 * is all that begin so. */
static const char *const reserved[] = {
    "ARC-",
    "Authentication-Results",
    "Bcc",
    "Cc",
    "Content-",
    "Date",
    "Delivered-To",
    "DKIM-Signature",
    "DomainKey-Signature",
    "From",
    "MIME-",
    "Received",
    "Received-SPF",
    "Reply-To",
    "Resent-",
    "Return-Path",
    "Subject",
    "To",
    "X-Original-To",
    "X-Sendward-",
    "X-SES-",
};

static bool
is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		const char *one = reserved[i];
		size_t len = strlen(one);

		if (one[len - 1] != '-')
			len++;
		if (g_ascii_strncasecmp(one, name, len) == 0)
			return true;
	}
	return false;
}

/* "<left@right>": NULL when it is none. */
static const char *
bare_message_id(const char *value, size_t *len_r)
{
	size_t len, at;

	value += strspn(value, " ");
	if (*value++ != '<')
		return NULL;
	at = strcspn(value, "@<> \"(),;:\\");
	len = at + 1 + strcspn(value + at + (value[at] == '@'), "@<> \"(),;\\");
	if (at == 0 || value[at] != '@' || len == at + 1 || value[len] != '>' ||
	    value[len + 1 + strspn(value + len + 1, " ")] != '\0')
		return NULL;
	*len_r = len;
	return value;
}

/* May a client have this field, and is it well formed? */
static enum sg_err
check_field(const struct post_field *field, struct err *err_r)
{
	size_t len = strlen(field->name), value_len = strlen(field->value);
	size_t id_len;

	for (size_t i = 0; i < len; i++)
		if (field->name[i] <= ' ' || field->name[i] > '~' ||
		    field->name[i] == ':')
			return err_set(err_r, SG_INVALID,
			    "Headers: a name must be printable ASCII without "
			    "blanks and colons");
	if (len == 0 || len > POST_FIELD_NAME_MAX)
		return err_set(err_r, SG_INVALID,
		    "Headers: a name has 1 to %d characters",
		    POST_FIELD_NAME_MAX);
	if (is_reserved(field->name))
		return err_set(err_r, SG_INVALID,
		    "Headers: %s may not be among them", field->name);
	for (size_t i = 0; i < value_len; i++)
		if (field->value[i] < ' ' || field->value[i] > '~')
			return err_set(err_r, SG_INVALID,
			    "Headers: the value of %s must be printable ASCII "
			    "(other characters as encoded words, RFC 2047)",
			    field->name);
	if (strspn(field->value, " ") == value_len ||
	    len + value_len > POST_FIELD_MAX)
		return err_set(err_r, SG_INVALID,
		    "Headers: the value of %s is empty, or longer than %d "
		    "characters together with its name",
		    field->name, POST_FIELD_MAX);
	if (g_ascii_strcasecmp(field->name, "Message-ID") == 0 &&
	    bare_message_id(field->value, &id_len) == NULL)
		return err_set(err_r, SG_INVALID,
		    "Headers: the value of %s is no message identifier",
		    field->name);
	return SG_OK;
}

/* Those of users' own may stand there twice; what programs read may not. */
static bool
is_double(const struct post_field *fields, const struct post_field *field)
{
	if (g_ascii_strncasecmp(field->name, "X-", 2) == 0)
		return false;
	for (; fields < field; fields++)
		if (g_ascii_strcasecmp(fields->name, field->name) == 0)
			return true;
	return false;
}

enum sg_err
post_field_all(GMimeMessage *message, const struct post_field *fields,
    const char **message_id_r, size_t *len_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	*message_id_r = NULL;
	for (const struct post_field *f = fields;
	     rc == SG_OK && f != NULL && f->name != NULL; f++) {
		if (f - fields >= POST_FIELDS_MAX)
			return err_set(err_r, SG_INVALID,
			    "Headers: more than %d", POST_FIELDS_MAX);
		rc = check_field(f, err_r);
		if (rc == SG_OK && is_double(fields, f))
			rc = err_set(err_r, SG_INVALID,
			    "Headers: %s occurs twice", f->name);
		if (rc != SG_OK)
			break;
		if (g_ascii_strcasecmp(f->name, "Message-ID") == 0)
			*message_id_r = bare_message_id(f->value, len_r);
		else
			post_fold_ascii(
			    GMIME_OBJECT(message), f->name, f->value);
	}
	return rc;
}
