/* Letters made from their facts: see compose.h. The words are in letter_texts.c. */
#include "config.h"

#include "jobs/compose.h"

#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "jobs/compose_simulated.h"
#include "jobs/letter_texts.h"
#include "ops/public_url.h"
#include "post/mime.h"

#define WRAP_COLUMNS 72
#define INDENT "    "
#define SEAL_CONTEXT "link"
#define CONFIRM_VALID_SEC 86400

void
compose_init(void)
{
	g_mime_init();
}

/* ---- where the link leads ------------------------------------------------- */

enum sg_err
compose_base_url(const struct conf *conf, struct buf *url, struct err *err_r)
{
	public_url_put(conf, url);
	return url->failed ? err_set(err_r, SG_NOMEM, "no memory") : SG_OK;
}

/* The token is in clear here and in the message alone. */
static enum sg_err
set_link(const struct conf *conf, const struct seal *seal,
    const struct store_letter *row, json_t *facts, struct err *err_r)
{
	unsigned char *token = NULL;
	size_t len = 0;
	struct buf url;
	enum sg_err rc;

	buf_init(&url, COMPOSE_MAX_BYTES);
	rc = seal_unwrap(seal, SEAL_CONTEXT, row->sealed, row->sealed_len,
	    &token, &len, err_r);
	if (rc == SG_OK)
		rc = compose_base_url(conf, &url, err_r);
	if (rc == SG_OK && (!buf_printf(&url, "/verify/%s", token) ||
			       json_object_set_new(facts, "link",
				   json_string(buf_str(&url))) != 0))
		rc = err_set(err_r, SG_NOMEM, "no memory for a letter");
	seal_wipe_free(&token, len);
	buf_fini(&url);
	return rc;
}

/* ---- facts ------------------------------------------------------------------ */

static const char *
fact(const json_t *facts, const char *name)
{
	const char *text = json_string_value(json_object_get(facts, name));

	return text != NULL ? text : "";
}

/* "2026-11-24T15:04:05Z" → "2026-11-24 15:04 UTC"; other text stays. */
static void
set_until(const struct store_letter *row, json_t *facts)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	const char *until = fact(facts, "until");
	char made[CLOCK_ISO_MAX], text[32];

	if (until[0] == '\0')
		until = fact(facts, "expires");
	if (until[0] == '\0' && row->kind == STORE_LETTER_CONFIRM)
		until = clock_iso(row->created_sec + CONFIRM_VALID_SEC, made);
	if (until[0] == '\0')
		return;
	for (size_t i = 0; i < sizeof(form); i++) {
		bool ok = form[i] == 'd' ? g_ascii_isdigit(until[i])
					 : until[i] == form[i];

		if (!ok) {
			(void)json_object_set_new(
			    facts, "until", json_string(until));
			return;
		}
	}
	(void)snprintf(text, sizeof(text), "%.10s %.5s UTC", until, until + 11);
	(void)json_object_set_new(facts, "until", json_string(text));
}

static enum sg_err
set_derived(const struct store_letter *row, json_t *facts, struct err *err_r)
{
	const char *identity = fact(facts, "identity");
	const char *subject = fact(facts, "subject");
	const char *effect = letter_effect(row->kind, subject);
	struct buf text;
	bool ok = true;

	set_until(row, facts); /* else the paragraph is left out */
	buf_init(&text, COMPOSE_MAX_BYTES);
	if (subject[0] == '\0' || strcmp(subject, "identity") == 0)
		(void)buf_puts(&text, identity);
	else
		(void)buf_printf(&text, "%s of %s", subject, identity);
	ok &= json_object_set_new(facts, "what", json_string(buf_str(&text))) ==
	      0;
	buf_clear(&text);
	(void)buf_printf(&text, "%s %s", fact(facts, "account"), identity);
	ok &= json_object_set_new(
		  facts, "command", json_string(buf_str(&text))) == 0;
	ok &= !text.failed;
	buf_fini(&text);
	if (effect != NULL)
		ok &= json_object_set_new(
			  facts, "effect", json_string(effect)) == 0;
	if (strchr(identity, '@') == NULL)
		ok &= json_object_set_new(
			  facts, "keep", json_string(letter_keep)) == 0;
	return ok ? SG_OK : err_set(err_r, SG_NOMEM, "no memory for a letter");
}

static enum sg_err
load_facts(const struct conf *conf, const struct seal *seal,
    const struct store_letter *row, json_t **facts_r, struct err *err_r)
{
	json_t *facts = json_loads(row->facts, JSON_REJECT_DUPLICATES, NULL);
	enum sg_err rc = SG_OK;

	*facts_r = facts;
	if (!json_is_object(facts) || (unsigned)row->kind >= STORE_LETTER_KINDS)
		return err_set(err_r, SG_INVALID,
		    "letter %lld of kind %d has no facts that can be read",
		    (long long)row->id, (int)row->kind);
	/* never from the row's own text */
	(void)json_object_del(facts, "link");
	if (row->kind == STORE_LETTER_CONFIRM)
		rc = set_link(conf, seal, row, facts, err_r);
	return rc == SG_OK ? set_derived(row, facts, err_r) : rc;
}

/* ---- text --------------------------------------------------------------------- */

static void
put_value(const char *value, bool keep_lines, struct buf *out)
{
	for (; *value != '\0'; value++) {
		bool is_line = keep_lines && (*value == '\n' || *value == '\t');

		if (keep_lines && value[0] == '\r' && value[1] == '\n')
			continue;
		if (((unsigned char)*value < ' ' || *value == 0x7f) && !is_line)
			(void)buf_putc(out, ' '); /* failed is looked at */
		else
			(void)buf_putc(out, *value);
	}
}

/* False: a fact is missing; out is empty then. */
static bool
fill(const json_t *facts, const char *text, bool keep_lines, struct buf *out)
{
	buf_clear(out);
	while (*text != '\0') {
		size_t len = strcspn(text, "{");
		char name[32];
		const char *value;

		(void)buf_append(out, text, len);
		text += len;
		if (*text == '\0')
			break;
		len = strcspn(text, "}");
		(void)snprintf(name, sizeof(name), "%.*s", (int)len - 1,
		    text + 1); /* names are ours */
		value = fact(facts, name);
		if (value[0] == '\0') {
			buf_clear(out);
			return false;
		}
		put_value(value, keep_lines, out);
		text += len + (text[len] == '}');
	}
	return true;
}

/* Words longer than a line stay whole: they are addresses and commands. */
static void
put_wrapped(const char *text, struct buf *out)
{
	size_t column = 0;

	while (*(text += strspn(text, " ")) != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > WRAP_COLUMNS) {
			(void)buf_putc(out, '\n');
			column = 0;
		}
		if (column > 0)
			(void)buf_putc(out, ' ');
		(void)buf_append(out, text, len);
		column += len + (column > 0);
		text += len;
	}
	(void)buf_puts(out, "\n\n");
}

static void
put_indented(const char *text, struct buf *out)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > 0)
			(void)buf_puts(out, INDENT);
		(void)buf_append(out, text, len);
		(void)buf_putc(out, '\n');
		text += len + (text[len] == '\n');
	}
	(void)buf_putc(out, '\n');
}

static void
put_html(enum letter_paragraph_kind kind, const char *text, struct buf *out)
{
	char *safe = g_markup_escape_text(text, -1);

	if (kind == LETTER_LINK)
		(void)buf_printf(out,
		    "<p style=\"overflow-wrap: anywhere\"><a href=\"%s\">%s"
		    "</a></p>\n",
		    safe, safe);
	else if (kind == LETTER_BLOCK)
		(void)buf_printf(out,
		    "<pre style=\"white-space: pre-wrap; overflow-wrap: "
		    "anywhere\">%s</pre>\n",
		    safe);
	else
		(void)buf_printf(out, "<p>%s</p>\n", safe);
	g_free(safe);
}

/* A paragraph that only announces what is left out is left out with it. */
static bool
announces_nothing(
    const json_t *facts, const struct letter_paragraph *p, struct buf *scratch)
{
	size_t len = strlen(p->text);

	return p[0].kind == LETTER_TEXT && p[1].kind == LETTER_BLOCK &&
	       len > 0 && p->text[len - 1] == ':' &&
	       !fill(facts, p[1].text, true, scratch);
}

static void
put_paragraph(const struct letter_paragraph *p, const char *filled,
    struct buf *text, struct buf *html)
{
	if (p->kind == LETTER_TEXT)
		put_wrapped(filled, text);
	else
		put_indented(filled, text);
	put_html(p->kind, filled, html);
}

static bool
put_bodies(const json_t *facts, const struct letter_text *words,
    struct buf *text, struct buf *html)
{
	static const struct letter_paragraph footer = {
	    LETTER_TEXT, letter_footer};
	struct buf filled;
	bool ok;

	buf_init(&filled, COMPOSE_MAX_BYTES);
	(void)buf_puts(html, "<!DOCTYPE html>\n<html><body>\n");
	for (const struct letter_paragraph *p = words->paragraphs;
	     p->kind != LETTER_END; p++) {
		if (!announces_nothing(facts, p, &filled) &&
		    fill(facts, p->text, p->kind == LETTER_BLOCK, &filled))
			put_paragraph(p, buf_str(&filled), text, html);
	}
	(void)buf_puts(text, "-- \n");
	put_paragraph(&footer, letter_footer, text, html);
	(void)buf_puts(html, "</body></html>\n");
	ok = !filled.failed && !text->failed && !html->failed;
	buf_fini(&filled);
	return ok;
}

/* ---- the message ------------------------------------------------------------------ */

void
compose_message_id(
    GMimeMessage *message, const char *from, const struct store_letter *row)
{
	char seed[RULES_ADDRESS_MAX + 80], id[RULES_ADDRESS_MAX + 40];
	char *sum;

	(void)snprintf(seed, sizeof(seed), "%lld %lld %d %s",
	    (long long)row->id, (long long)row->created_sec, (int)row->kind,
	    row->recipient);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, seed, -1);
	(void)snprintf(id, sizeof(id), "%.32s%s", sum, strrchr(from, '@'));
	g_mime_message_set_message_id(message, id);
	g_free(sum);
}

enum sg_err
compose_addresses(GMimeMessage *message, const struct conf *conf,
    const struct store_letter *row, struct err *err_r)
{
	if (!mime_add_address(
		message, GMIME_ADDRESS_TYPE_FROM, NULL, conf->mail_from))
		return err_set(err_r, SG_MISSING,
		    "the option mail.from (%.100s) is no address that letters "
		    "can be sent from",
		    conf->mail_from);
	if (!mime_add_address(
		message, GMIME_ADDRESS_TYPE_TO, NULL, row->recipient))
		return err_set(err_r, SG_INVALID,
		    "%.100s is no address that a letter can be sent to",
		    row->recipient);
	return SG_OK;
}

static enum sg_err
set_fields(GMimeMessage *message, const struct conf *conf,
    const struct store_letter *row, const char *subject, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err rc = compose_addresses(message, conf, row, err_r);

	if (rc != SG_OK)
		return rc;
	g_mime_message_set_subject(message, subject, "utf-8");
	mime_set_date(message, now_sec);
	compose_message_id(message, conf->mail_from, row);
	g_mime_object_set_header(
	    GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
	return SG_OK;
}

static void
add_part(GMimeMultipart *parts, const char *subtype, const char *text)
{
	GMimeObject *part = mime_text_new(subtype, text);

	g_mime_multipart_add(parts, part);
	g_object_unref(part);
}

static void
set_parts(GMimeMessage *message, const char *text, const char *html)
{
	GMimeMultipart *parts =
	    g_mime_multipart_new_with_subtype("alternative");

	add_part(parts, "plain", text);
	add_part(parts, "html", html);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
	g_object_unref(parts);
}

static enum sg_err
build(const struct conf *conf, const struct store_letter *row,
    const json_t *facts, int64_t now_sec, struct buf *out, struct err *err_r)
{
	const struct letter_text *words = &letter_texts[row->kind];
	GMimeMessage *message = g_mime_message_new(TRUE);
	struct buf subject, text, html;
	enum sg_err rc;

	buf_init(&subject, COMPOSE_MAX_BYTES);
	buf_init(&text, COMPOSE_MAX_BYTES);
	buf_init(&html, COMPOSE_MAX_BYTES);
	if (!fill(facts, words->subject, false, &subject))
		(void)buf_puts(&subject, "News about your account");
	if (put_bodies(facts, words, &text, &html) && !subject.failed)
		rc = set_fields(
		    message, conf, row, buf_str(&subject), now_sec, err_r);
	else
		rc = err_set(err_r, SG_NOMEM, "no memory for a letter");
	if (rc == SG_OK) {
		set_parts(message, buf_str(&text), buf_str(&html));
		rc = mime_write(message, out, err_r);
	}
	buf_fini(&subject);
	buf_fini(&text);
	buf_fini(&html);
	g_object_unref(message);
	return rc;
}

enum sg_err
compose_letter(const struct conf *conf, const struct seal *seal,
    const struct store_letter *row, int64_t now_sec, struct buf *message,
    struct err *err_r)
{
	json_t *facts = NULL;
	enum sg_err rc;

	if (compose_is_simulated(row->kind))
		return compose_simulated(row, now_sec, message, err_r);
	if ((unsigned)row->kind < STORE_LETTER_KINDS &&
	    letter_texts[row->kind].subject == NULL)
		return err_set(err_r, SG_INVALID,
		    "a letter of kind %d is not made of words", (int)row->kind);
	rc = load_facts(conf, seal, row, &facts, err_r);

	if (rc == SG_OK)
		rc = build(conf, row, facts, now_sec, message, err_r);
	json_decref(facts);
	return rc;
}
