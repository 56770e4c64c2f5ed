/* Mailboxes that clients name: see address.h. The grammar is rules/mailbox.h's; GMime
 * decodes the names, and must have read the same addresses. */
#include "config.h"

#include "post/address.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "post/compose.h"
#include "rules/mailbox.h"

#define TEXT_MAX 65536
#define SHOWN_MAX 100 /* bytes of a text that an error quotes */

/* ---- domains in any language ------------------------------------------------------- */

static bool
is_domain_byte(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

/* By GMime's library, libidn2: "ß" stays a letter of its own (IDNA2008). NULL: it is
 * no domain. */
static char *
ascii_domain_dup(const char *domain)
{
	char *address = g_strconcat("x@", domain, NULL);
	InternetAddress *box = internet_address_mailbox_new(NULL, address);
	const char *made = internet_address_mailbox_get_idn_addr(
	    INTERNET_ADDRESS_MAILBOX(box));
	char *ascii =
	    made != NULL && made[0] == 'x' ? g_strdup(made + 2) : NULL;

	g_object_unref(box);
	g_free(address);
	return ascii;
}

static void
put_domain(const char *text, size_t len, struct buf *out)
{
	char *domain, *ascii;
	bool is_plain = true;

	for (size_t i = 0; i < len; i++)
		is_plain = is_plain && (unsigned char)text[i] < 0x80;
	if (is_plain || len > RULES_ADDRESS_MAX) {
		(void)buf_append(out, text, len); /* failed is looked at */
		return;
	}
	domain = g_strndup(text, len);
	ascii = ascii_domain_dup(domain);
	/* what is no domain is refused by the grammar */
	(void)buf_puts(out, ascii != NULL ? ascii : domain);
	g_free(ascii);
	g_free(domain);
}

/* Copies text with the domains in their ASCII form; what is between quotes stays. */
static void
put_ascii_domains(const char *text, struct buf *out)
{
	bool is_quoted = false;

	while (*text != '\0') {
		size_t len = 1;

		if (*text == '\\' && text[1] != '\0')
			len = 2;
		else if (*text == '"')
			is_quoted = !is_quoted;
		(void)buf_append(out, text, len);
		if (*text == '@' && !is_quoted) {
			while (is_domain_byte(text[len]))
				len++;
			put_domain(text + 1, len - 1, out);
		}
		text += len;
	}
}

/* ---- reading ------------------------------------------------------------------------- */

static enum sg_err
refuse(const char *member, const char *text, const char *why, struct err *err_r)
{
	size_t len = strlen(text);

	if (len > SHOWN_MAX) {
		len = SHOWN_MAX;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return err_set(
	    err_r, SG_INVALID, "%s: %s: %.*s", member, why, (int)len, text);
}

static bool
is_name(const char *name)
{
	if (name == NULL)
		return true;
	if (!g_utf8_validate(name, -1, NULL))
		return false;
	for (; *name != '\0'; name = g_utf8_next_char(name))
		if (g_unichar_iscntrl(g_utf8_get_char(name)))
			return false;
	return true;
}

/* The addresses are those that the strict reader found; the names are GMime's. NULL:
 * they differ, or a name is none. */
static InternetAddressList *
merge(InternetAddressList *named, const struct mailbox *boxes, size_t count)
{
	InternetAddressList *list = internet_address_list_new();
	bool ok =
	    named != NULL && internet_address_list_length(named) == (int)count;

	for (size_t i = 0; ok && i < count; i++) {
		InternetAddress *found =
		    internet_address_list_get_address(named, (int)i);
		const char *name = internet_address_get_name(found);
		InternetAddress *box;

		ok = INTERNET_ADDRESS_IS_MAILBOX(found) && is_name(name);
		if (!ok)
			break;
		box = internet_address_mailbox_new(
		    name != NULL && name[0] != '\0' ? name : NULL,
		    boxes[i].address);
		/* it takes "xn--" apart, and together again */
		ok = g_strcmp0(internet_address_mailbox_get_idn_addr(
				   INTERNET_ADDRESS_MAILBOX(box)),
			 boxes[i].address) == 0;
		(void)internet_address_list_add(list, box);
		g_object_unref(box);
	}
	if (!ok)
		g_clear_object(&list);
	return list;
}

static InternetAddressList *
read_names(const char *text, const struct mailbox *boxes, size_t count)
{
	GMimeParserOptions *options = g_mime_parser_options_new();
	InternetAddressList *named, *merged;

	g_mime_parser_options_set_address_compliance_mode(
	    options, GMIME_RFC_COMPLIANCE_STRICT);
	named = internet_address_list_parse(options, text);
	merged = merge(named, boxes, count);
	if (named != NULL)
		g_object_unref(named);
	g_mime_parser_options_free(options);
	return merged;
}

static enum sg_err
read_text(const char *member, const char *text, InternetAddressList *list,
    struct err *err_r)
{
	size_t room =
	    POST_ADDRESSES_MAX - (size_t)internet_address_list_length(list);
	struct mailbox *boxes = g_new(struct mailbox, POST_ADDRESSES_MAX);
	InternetAddressList *found = NULL;
	enum mailbox_error error;
	enum sg_err rc = SG_OK;
	struct buf ascii;
	size_t count = 0;

	buf_init(&ascii, TEXT_MAX);
	put_ascii_domains(text, &ascii);
	error = ascii.failed ? MAILBOX_TOO_LONG
			     : mailbox_parse_list(buf_str(&ascii), ascii.len,
				   boxes, room, &count);
	if (error != MAILBOX_OK)
		rc = refuse(member, text, mailbox_error_text(error), err_r);
	else
		found = read_names(buf_str(&ascii), boxes, count);
	if (rc == SG_OK && found == NULL)
		rc = refuse(
		    member, text, mailbox_error_text(MAILBOX_AMBIGUOUS), err_r);
	if (found != NULL) {
		internet_address_list_append(list, found);
		g_object_unref(found);
	}
	buf_fini(&ascii);
	g_free(boxes);
	return rc;
}

enum sg_err
post_address_read_all(const char *member, const char *const *texts,
    InternetAddressList *list, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (; rc == SG_OK && texts != NULL && *texts != NULL; texts++)
		rc = read_text(member, *texts, list, err_r);
	return rc;
}

enum sg_err
post_addresses(const char *member, const char *const *list, post_address_fn *fn,
    void *ctx, struct err *err_r)
{
	InternetAddressList *found = internet_address_list_new();
	enum sg_err rc = post_address_read_all(member, list, found, err_r);
	int count = internet_address_list_length(found);

	for (int i = 0; rc == SG_OK && i < count; i++) {
		InternetAddress *box =
		    internet_address_list_get_address(found, i);

		if (!fn(ctx, internet_address_mailbox_get_idn_addr(
				 INTERNET_ADDRESS_MAILBOX(box))))
			break;
	}
	g_object_unref(found);
	return rc;
}
