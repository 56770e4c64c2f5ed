/* A message as the API is asked for it, built by GMime (RFC 5322, RFC 2045): names
 * and subjects in any language, text and HTML, attachments, images inside. Lines of
 * at most 998 bytes, CRLF, all ASCII. Sends nothing.
 *
 * Texts are UTF-8, checked by the caller; anybody's: none can add fields, parts or
 * recipients (a line end in a field's value is SG_INVALID). */
#ifndef SENDWARD_POST_COMPOSE_H
#define SENDWARD_POST_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct buf;

/* A text and the charset that is wished for it; "" or NULL: UTF-8. One that cannot
 * hold the text gets UTF-8 instead; an unknown one is SG_INVALID. */
struct post_text {
	const char *data; /* NULL: none */
	const char *charset;
};
struct post_field {
	const char *name, *value; /* RFC 5322, 2.2: name checked here */
};
struct post_attachment {
	const unsigned char *data;
	size_t len;
	const char *file_name;
	const char *content_type; /* "" by the file's name */
	bool is_inline;
	const char *content_id;  /* "" none */
	const char *description; /* "" none */
	int encoding; /* 0 as fits, 1 base64, 2 quoted-printable, 3 7bit */
};
struct post_mail {
	const char *from; /* a mailbox, perhaps with a name; NULL: a
	                     preview without one */
	const char *const
	    *to; /* mailboxes; each list ends with NULL; NULL none */
	const char *const *cc;
	const char *const *reply_to;
	struct post_text subject, text, html;
	const struct post_field *fields; /* ends with name NULL; NULL none */
	const struct post_attachment *attachments;
	size_t attachment_count;
	const char *set,
	    *tags;          /* X-SES-CONFIGURATION-SET, X-SES-MESSAGE-TAGS: the
	                           field's value; "" none */
	const char *tenant; /* X-SES-TENANT; "" none */
	const char *message_id_domain; /* of the Message-ID that it gets */
	int64_t now_sec;
};

/* Once for the process, before any thread composes. */
void post_init(void);

/* Appends the message. SG_INVALID names the member (as SES: "FromEmailAddress",
 * "Subject", …) and what is wrong; SG_NOMEM: buffer full. */
enum sg_err post_compose(
    const struct post_mail *mail, struct buf *out, struct err *err_r);

/* Mailboxes of a list of texts, each one or several, possibly with names: calls back
 * with each address. SG_INVALID names the text, and member, which the list is. */
typedef bool post_address_fn(void *ctx, const char *address);
enum sg_err post_addresses(const char *member, const char *const *list,
    post_address_fn *fn, void *ctx, struct err *err_r);

#endif
