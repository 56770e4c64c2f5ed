/* A message in memory signed: see letter_sign.h. */
#include "config.h"

#include "jobs/letter_sign.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "dkim/sign.h"

/* The end of the field that begins at text: behind the CRLF that no blank
 * follows. */
static const char *
field_end(const char *text)
{
	const char *end = text;

	do {
		end = strstr(end, "\r\n");
		if (end == NULL)
			return NULL;
		end += 2;
	} while (*end == ' ' || *end == '\t');
	return end;
}

static enum sg_err
give_field(struct dkim_signer *signer, const char *text, const char *end,
    struct err *err_r)
{
	const char *colon = memchr(text, ':', (size_t)(end - text));
	char name[80];
	struct buf value;
	enum sg_err rc;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(name))
		return err_set(
		    err_r, SG_INVALID, "a message has a line that is no field");
	(void)snprintf(name, sizeof(name), "%.*s", (int)(colon - text), text);
	for (colon++; *colon == ' '; colon++)
		continue;
	buf_init(&value, (size_t)(end - text));
	if (colon + 2 < end)
		(void)buf_append(&value, colon, (size_t)(end - 2 - colon));
	rc = value.failed
		 ? err_set(err_r, SG_NOMEM, "no memory")
		 : dkim_signer_header(signer, name, buf_str(&value), err_r);
	buf_fini(&value);
	return rc;
}

static enum sg_err
give_message(
    struct dkim_signer *signer, const struct buf *message, struct err *err_r)
{
	const char *text = buf_str(message), *end;
	enum sg_err rc = SG_OK;

	while (rc == SG_OK && strncmp(text, "\r\n", 2) != 0) {
		end = field_end(text);
		if (end == NULL)
			return err_set(err_r, SG_INVALID,
			    "a message has no end of its header");
		rc = give_field(signer, text, end, err_r);
		text = end;
	}
	if (rc == SG_OK)
		rc = dkim_signer_end_of_headers(signer, err_r);
	text += 2;
	if (rc == SG_OK)
		rc = dkim_signer_body(signer, text,
		    message->len - (size_t)(text - buf_str(message)), err_r);
	return rc;
}

/* value: folded with "\n\t". */
static enum sg_err
put_before(const char *value, struct buf *message, struct err *err_r)
{
	struct buf whole;
	bool ok;

	buf_init(&whole, message->max);
	(void)buf_puts(&whole, "DKIM-Signature: ");
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			(void)buf_putc(&whole, '\r'); /* failed is looked at */
		(void)buf_putc(&whole, *value);
	}
	(void)buf_puts(&whole, "\r\n");
	(void)buf_append(&whole, message->data, message->len);
	ok = !whole.failed;
	if (ok) {
		buf_clear(message);
		ok = buf_append(message, whole.data, whole.len);
	}
	buf_fini(&whole);
	return ok ? SG_OK : err_set(err_r, SG_NOMEM, "a message is too large");
}

enum sg_err
letter_sign(struct dkim_key *key, const char *selector, const char *domain,
    struct buf *message, struct err *err_r)
{
	const struct dkim_sign_key sign_key = {key, selector, domain};
	const char *values[DKIM_SIGN_MAX_KEYS];
	struct dkim_signer *signer = NULL;
	size_t count = 0;
	enum sg_err rc = dkim_signer_new(
	    "letter", &sign_key, 1, DKIM_RELAXED_RELAXED, &signer, err_r);

	if (rc == SG_OK)
		rc = give_message(signer, message, err_r);
	if (rc == SG_OK)
		rc = dkim_signer_finish(signer, values, &count, err_r);
	if (rc == SG_OK && count == 1)
		rc = put_before(values[0], message, err_r);
	dkim_signer_free(&signer);
	return rc;
}
