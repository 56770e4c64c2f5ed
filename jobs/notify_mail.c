/* Notifications as mail: see notify_mail.h. */
#include "config.h"

#include "jobs/notify_mail.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "jobs/letter_sign.h"
#include "post/mime.h"

static bool
is_json(const struct store_notification *row)
{
	return strcmp(row->subscription.protocol, "email-json") == 0;
}

/* ---- what it says ----------------------------------------------------------------- */

static enum sg_err
write_confirmation(const struct notify_mail_env *env,
    const struct store_notification *row, struct buf *text, struct err *err_r)
{
	char until[CLOCK_ISO_MAX], *token = NULL;
	size_t len = 0;
	enum sg_err rc = envelope_token(
	    env->envelope->seal, &row->publication, &token, &len, err_r);

	if (rc != SG_OK)
		return rc;
	(void)clock_iso(row->subscription.token_expires_sec, until);
	(void)buf_printf(text,
	    "An account on this mail server asks to send notifications to "
	    "this address:\n\n    account  %s\n    topic    %s\n\n"
	    "If you want them, open this page and confirm; the link is valid "
	    "until\n%.10s %.5s UTC:\n\n    %s/subscription/%s\n\n"
	    "If you do not know what this is about, do nothing: without your "
	    "confirmation\nno notification comes.\n",
	    env->account, row->topic.name, until, until + 11,
	    env->envelope->base_url, token);
	seal_wipe_free((unsigned char **)&token, len);
	return SG_OK;
}

static void
write_unsubscribe_url(const struct notify_mail_env *env,
    const struct store_notification *row, char *url_r, size_t size)
{
	(void)snprintf(url_r, size, "%s/unsubscribe/%s",
	    env->envelope->base_url, row->subscription.uuid);
}

static void
write_notification(const struct notify_mail_env *env,
    const struct store_notification *row, struct buf *text)
{
	char url[2048];

	write_unsubscribe_url(env, row, url, sizeof(url));
	(void)buf_printf(text,
	    "%s\n\n-- \nThis is a notification of the topic %s, which this "
	    "address is subscribed to.\nTo end that, open: %s\n",
	    row->publication.body, row->topic.name, url);
}

static enum sg_err
write_text(const struct notify_mail_env *env,
    const struct store_notification *row, struct buf *text, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (is_json(row))
		rc = envelope_write(env->envelope, row, text, err_r);
	else if (row->publication.type == STORE_PUBLICATION_NOTIFICATION)
		write_notification(env, row, text);
	else
		rc = write_confirmation(env, row, text, err_r);
	if (rc == SG_OK && text->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for a notification");
	return rc;
}

/* ---- the message ------------------------------------------------------------------ */

static void
write_subject(
    const struct store_notification *row, char *subject_r, size_t size)
{
	const char *topic = row->topic.display_name[0] != '\0'
				? row->topic.display_name
				: row->topic.name;

	if (row->publication.type != STORE_PUBLICATION_NOTIFICATION)
		(void)snprintf(
		    subject_r, size, "Confirm your subscription to %s", topic);
	else if (row->publication.subject[0] != '\0')
		(void)snprintf(subject_r, size, "%s", row->publication.subject);
	else
		(void)snprintf(subject_r, size, "Notification: %s", topic);
}

/* RFC 2369 and 8058: mail programs show a button. */
static void
set_list_fields(const struct notify_mail_env *env,
    const struct store_notification *row, GMimeMessage *message)
{
	GMimeObject *object = GMIME_OBJECT(message);
	char url[2048], field[2100];

	if (row->publication.type != STORE_PUBLICATION_NOTIFICATION)
		return;
	write_unsubscribe_url(env, row, url, sizeof(url));
	(void)snprintf(field, sizeof(field), "<%s>", url);
	g_mime_object_set_header(object, "List-Unsubscribe", field, NULL);
	g_mime_object_set_header(object, "List-Unsubscribe-Post",
	    "List-Unsubscribe=One-Click", NULL);
}

static enum sg_err
set_fields(const struct notify_mail_env *env,
    const struct store_notification *row, int64_t now_sec,
    GMimeMessage *message, struct err *err_r)
{
	const char *from = env->envelope->conf->mail_from;
	const char *display = row->topic.display_name;
	char subject[400], id[RULES_ADDRESS_MAX + 2 * STORE_UUID_MAX + 8];

	if (!mime_add_address(message, GMIME_ADDRESS_TYPE_FROM,
		display[0] != '\0' ? display : NULL, from))
		return err_set(err_r, SG_MISSING,
		    "the option mail.from (%.100s) is no address that mail "
		    "can be sent from",
		    from);
	if (!mime_add_address(message, GMIME_ADDRESS_TYPE_TO, NULL,
		row->subscription.endpoint))
		return err_set(err_r, SG_INVALID,
		    "%.100s is no address that mail can be sent to",
		    row->subscription.endpoint);
	write_subject(row, subject, sizeof(subject));
	g_mime_message_set_subject(message, subject, "utf-8");
	mime_set_date(message, now_sec);
	(void)snprintf(id, sizeof(id), "%s.%.8s%s", row->publication.uuid,
	    row->subscription.uuid, strrchr(from, '@'));
	g_mime_message_set_message_id(message, id);
	g_mime_object_set_header(
	    GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
	set_list_fields(env, row, message);
	return SG_OK;
}

static enum sg_err
sign(const struct notify_mail_env *env, struct buf *out, struct err *err_r)
{
	const struct conf *conf = env->envelope->conf;

	if (env->operator_key == NULL || conf->dkim_operator_domain[0] == '\0')
		return SG_OK;
	return letter_sign(env->operator_key, conf->dkim_operator_selector,
	    conf->dkim_operator_domain, out, err_r);
}

enum sg_err
notify_mail_write(const struct notify_mail_env *env,
    const struct store_notification *row, int64_t now_sec, struct buf *out,
    struct err *err_r)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeObject *part;
	struct buf text;
	enum sg_err rc = set_fields(env, row, now_sec, message, err_r);

	buf_init(&text, ENVELOPE_MAX_BYTES);
	if (rc == SG_OK)
		rc = write_text(env, row, &text, err_r);
	if (rc == SG_OK) {
		part = mime_text_new("plain", buf_str(&text));
		g_mime_message_set_mime_part(message, part);
		g_object_unref(part);
		rc = mime_write(message, out, err_r);
	}
	buf_fini(&text);
	g_object_unref(message);
	return rc == SG_OK ? sign(env, out, err_r) : rc;
}
