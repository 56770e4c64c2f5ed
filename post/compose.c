/* A message as the API is asked for it: see compose.h. Its fields are in field.c, its
 * addresses in address.c, its parts in part.c. */
#include "config.h"

#include "post/compose.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "post/address.h"
#include "post/field.h"
#include "post/fold.h"
#include "post/mime.h"
#include "post/part.h"
#include "rules/ascii.h"

#define LINE_MAX_BYTES 998

/* ---- before threads ----------------------------------------------------------------- */

/* GLib makes the class of an object when the first one is made. They stay as long as
 * the process. */
static void
make_classes(void)
{
	const GType types[] = {GMIME_TYPE_CONTENT_DISPOSITION,
	    GMIME_TYPE_CONTENT_TYPE, GMIME_TYPE_DATA_WRAPPER,
	    GMIME_TYPE_FILTER_BASIC, GMIME_TYPE_FILTER_BEST,
	    GMIME_TYPE_FILTER_CHARSET, GMIME_TYPE_FILTER_DOS2UNIX,
	    GMIME_TYPE_FILTER_UNIX2DOS, GMIME_TYPE_HEADER,
	    GMIME_TYPE_HEADER_LIST, GMIME_TYPE_MESSAGE, GMIME_TYPE_MULTIPART,
	    GMIME_TYPE_PARAM, GMIME_TYPE_PARAM_LIST, GMIME_TYPE_PARSER,
	    GMIME_TYPE_PART, GMIME_TYPE_STREAM_FILTER, GMIME_TYPE_STREAM_MEM,
	    GMIME_TYPE_STREAM_NULL, GMIME_TYPE_TEXT_PART,
	    INTERNET_ADDRESS_LIST_TYPE, INTERNET_ADDRESS_TYPE_GROUP,
	    INTERNET_ADDRESS_TYPE_MAILBOX};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		(void)g_type_class_ref(types[i]);
}

void
post_init(void)
{
	g_mime_init();
	make_classes();
}

/* ---- header ------------------------------------------------------------------------- */

static enum sg_err
add_addresses(GMimeMessage *message, const char *field, const char *member,
    const char *const *texts, int most, struct err *err_r)
{
	InternetAddressList *list = internet_address_list_new();
	enum sg_err rc = post_address_read_all(member, texts, list, err_r);

	if (rc == SG_OK && internet_address_list_length(list) > most)
		rc = err_set(
		    err_r, SG_INVALID, "%s: more than one address", member);
	if (rc == SG_OK)
		post_fold_addresses(GMIME_OBJECT(message), field, list);
	g_object_unref(list);
	return rc;
}

static enum sg_err
add_all_addresses(
    const struct post_mail *mail, GMimeMessage *message, struct err *err_r)
{
	const char *const from[] = {mail->from, NULL};
	enum sg_err rc =
	    add_addresses(message, "From", "FromEmailAddress", from, 1, err_r);

	if (rc == SG_OK)
		rc = add_addresses(message, "To", "ToAddresses", mail->to,
		    POST_ADDRESSES_MAX, err_r);
	if (rc == SG_OK)
		rc = add_addresses(message, "Cc", "CcAddresses", mail->cc,
		    POST_ADDRESSES_MAX, err_r);
	if (rc == SG_OK)
		rc = add_addresses(message, "Reply-To", "ReplyToAddresses",
		    mail->reply_to, POST_ADDRESSES_MAX, err_r);
	return rc;
}

static void
set_message_id(const struct post_mail *mail, const char *wish, size_t wish_len,
    GMimeMessage *message)
{
	char *random = g_uuid_string_random();
	char *id = wish != NULL ? g_strndup(wish, wish_len)
				: g_strdup_printf(
				      "%s@%s", random, mail->message_id_domain);

	g_mime_message_set_message_id(message, id);
	g_free(id);
	g_free(random);
}

static enum sg_err
put_own(GMimeMessage *message, const char *name, const char *value,
    struct err *err_r)
{
	if (value == NULL || value[0] == '\0')
		return SG_OK;
	if (!ascii_is_all_print(value))
		return err_set(err_r, SG_INVALID,
		    "%s: the value must be printable ASCII", name);
	post_fold_ascii(GMIME_OBJECT(message), name, value);
	return SG_OK;
}

static enum sg_err
set_fields(
    const struct post_mail *mail, GMimeMessage *message, struct err *err_r)
{
	const char *message_id = NULL;
	size_t len = 0;
	enum sg_err rc = add_all_addresses(mail, message, err_r);

	if (rc == SG_OK)
		rc = post_field_subject(message, &mail->subject, err_r);
	if (rc == SG_OK)
		rc = post_field_all(
		    message, mail->fields, &message_id, &len, err_r);
	if (rc != SG_OK)
		return rc;
	mime_set_date(message, mail->now_sec);
	set_message_id(mail, message_id, len, message);
	rc = put_own(message, "X-SES-CONFIGURATION-SET", mail->set, err_r);
	if (rc == SG_OK)
		rc = put_own(message, "X-SES-MESSAGE-TAGS", mail->tags, err_r);
	if (rc == SG_OK)
		rc = put_own(message, "X-SES-TENANT", mail->tenant, err_r);
	return rc;
}

/* ---- parts -------------------------------------------------------------------------- */

/* Takes part over. */
static void
add_part(GMimeMultipart *parts, GMimeObject *part)
{
	g_mime_multipart_add(parts, part);
	g_object_unref(part);
}

/* An image that the HTML shows. */
static bool
is_related(const struct post_mail *mail, const struct post_attachment *a)
{
	return mail->html.data != NULL && a->is_inline &&
	       a->content_id != NULL && a->content_id[0] != '\0';
}

/* Adds those attachments that are `related`, or those that are not. */
static enum sg_err
add_attachments(const struct post_mail *mail, bool related,
    GMimeMultipart *parts, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; rc == SG_OK && i < mail->attachment_count; i++) {
		const struct post_attachment *a = &mail->attachments[i];
		GMimeObject *part = NULL;

		if (is_related(mail, a) != related)
			continue;
		rc = post_part_attachment(a, &part, err_r);
		if (rc == SG_OK)
			add_part(parts, part);
	}
	return rc;
}

static size_t
count_related(const struct post_mail *mail)
{
	size_t count = 0;

	for (size_t i = 0; i < mail->attachment_count; i++)
		count += is_related(mail, &mail->attachments[i]);
	return count;
}

/* The HTML alone, or multipart/related with its images. */
static enum sg_err
make_html(const struct post_mail *mail, GMimeObject **part_r, struct err *err_r)
{
	GMimeMultipart *parts;
	enum sg_err rc =
	    post_part_text("Html", "html", &mail->html, part_r, err_r);

	if (rc != SG_OK || count_related(mail) == 0)
		return rc;
	parts = g_mime_multipart_new_with_subtype("related");
	/* RFC 2387, 3.1 */
	g_mime_object_set_content_type_parameter(
	    GMIME_OBJECT(parts), "type", "text/html");
	add_part(parts, *part_r);
	*part_r = GMIME_OBJECT(parts);
	return add_attachments(mail, true, parts, err_r);
}

/* *part_r NULL: there is neither text nor HTML. It is to be freed on errors, too. */
static enum sg_err
make_body(const struct post_mail *mail, GMimeObject **part_r, struct err *err_r)
{
	const struct post_text empty = {.data = ""};
	bool has_text = mail->text.data != NULL;
	GMimeMultipart *parts;
	GMimeObject *html = NULL;
	enum sg_err rc = SG_OK;

	if (has_text)
		rc =
		    post_part_text("Text", "plain", &mail->text, part_r, err_r);
	else if (mail->html.data != NULL)
		return make_html(mail, part_r, err_r);
	else if (mail->attachment_count == 0)
		rc = post_part_text("Text", "plain", &empty, part_r, err_r);
	if (rc != SG_OK || !has_text || mail->html.data == NULL)
		return rc;
	parts = g_mime_multipart_new_with_subtype("alternative");
	add_part(parts, *part_r);
	*part_r = GMIME_OBJECT(parts);
	rc = make_html(mail, &html, err_r);
	if (html != NULL)
		add_part(parts, html);
	return rc;
}

static enum sg_err
make_parts(
    const struct post_mail *mail, GMimeObject **part_r, struct err *err_r)
{
	GMimeMultipart *parts;
	enum sg_err rc = make_body(mail, part_r, err_r);

	if (rc != SG_OK || mail->attachment_count == count_related(mail))
		return rc;
	parts = g_mime_multipart_new_with_subtype("mixed");
	if (*part_r != NULL)
		add_part(parts, *part_r);
	*part_r = GMIME_OBJECT(parts);
	return add_attachments(mail, false, parts, err_r);
}

/* ---- the whole ----------------------------------------------------------------------- */

/* What was written must keep what compose.h promises, whoever wrote it. */
static enum sg_err
check_lines(const char *text, size_t len, struct err *err_r)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		column = text[i] == '\n' ? 0 : column + (text[i] != '\r');
		if (column > LINE_MAX_BYTES)
			return err_set(err_r, SG_INVALID,
			    "a line of the message would be longer than %d "
			    "bytes",
			    LINE_MAX_BYTES);
		if (((unsigned char)text[i] & 0x80) != 0)
			return err_set(
			    err_r, SG_BUG, "the message would not be ASCII");
	}
	return SG_OK;
}

enum sg_err
post_compose(const struct post_mail *mail, struct buf *out, struct err *err_r)
{
	GMimeMessage *message = g_mime_message_new(FALSE);
	GMimeObject *part = NULL;
	size_t before = out->len;
	enum sg_err rc = set_fields(mail, message, err_r);

	if (rc == SG_OK)
		rc = make_parts(mail, &part, err_r);
	if (rc == SG_OK) {
		g_mime_message_set_mime_part(message, part);
		rc = mime_write(message, out, err_r);
	}
	if (rc == SG_OK)
		rc = check_lines(out->data + before, out->len - before, err_r);
	if (part != NULL)
		g_object_unref(part);
	g_object_unref(message);
	return rc;
}
