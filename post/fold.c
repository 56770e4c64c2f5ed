/* Values of header fields: see fold.h. Knows no fields by name. */
#include "config.h"

#include "post/fold.h"

#include <stdbool.h>
#include <string.h>

#define LINE_BYTES 76      /* RFC 2047, 2 */
#define PLAIN_WORD_MAX 900 /* longer ones would make a line of 998 */
#define ENCODED_MAX 54     /* with the longest of names before it */
#define CHUNK_BYTES 30
#define QUOTED_MAX 200

/* ---- words on lines ------------------------------------------------------------------ */

struct folder {
	GString *text;
	size_t column;
};

static void
start(struct folder *f, const char *name)
{
	f->text = g_string_new(" ");
	f->column = strlen(name) + 2;
}

/* With its blanks before it. */
static void
put_word(struct folder *f, const char *word, size_t blanks, size_t len)
{
	bool is_first = f->text->len == 1;

	if (!is_first && f->column + blanks + len > LINE_BYTES) {
		g_string_append_c(f->text, '\n');
		f->column = 0;
	}
	g_string_append_len(f->text, word, (gssize)(blanks + len));
	f->column += blanks + len;
}

/* The field with what was folded, as it is. */
static void
finish(struct folder *f, GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	g_string_append_c(f->text, '\n');
	g_mime_header_list_append(list, name, "", "us-ascii");
	g_mime_header_set_raw_value(g_mime_header_list_get_header_at(list,
					g_mime_header_list_get_count(list) - 1),
	    f->text->str);
	(void)g_string_free(f->text, TRUE); /* gives NULL */
}

static void
put_plain(struct folder *f, const char *text)
{
	text += strspn(text, " ");
	for (;;) {
		size_t blanks = strspn(text, " ");
		size_t len = strcspn(text + blanks, " ");

		if (len == 0)
			break;
		put_word(f, text, blanks, len);
		text += blanks + len;
	}
}

void
post_fold_ascii(GMimeObject *object, const char *name, const char *value)
{
	struct folder f;

	start(&f, name);
	put_plain(&f, value);
	finish(&f, object, name);
}

/* ---- encoded words --------------------------------------------------------------------- */

/* The first len bytes as an encoded word, new. */
static char *
encode(const char *text, size_t len, const char *charset)
{
	gsize made_len = 0;
	char *made = g_convert(
	    text, (gssize)len, charset, "UTF-8", NULL, &made_len, NULL);
	char *base64, *word;

	if (made == NULL) { /* the caller has tried it */
		made = g_strndup(text, len);
		made_len = len;
		charset = "utf-8";
	}
	base64 = g_base64_encode((const guchar *)made, made_len);
	word = g_strdup_printf("=?%s?B?%s?=", charset, base64);
	g_free(base64);
	g_free(made);
	return word;
}

/* A prefix of whole characters of at most `most` bytes, but at least one. */
static size_t
chunk_of(const char *text, size_t most)
{
	const char *end = g_utf8_next_char(text);

	while (*end != '\0' && (size_t)(g_utf8_next_char(end) - text) <= most)
		end = g_utf8_next_char(end);
	return (size_t)(end - text);
}

static void
put_encoded(struct folder *f, const char *text, const char *charset)
{
	while (*text != '\0') {
		size_t len = chunk_of(text, CHUNK_BYTES);
		char *word = encode(text, len, charset);
		char *spaced;

		while (strlen(word) > ENCODED_MAX && len > chunk_of(text, 1)) {
			len = chunk_of(text, len - 1);
			g_free(word);
			word = encode(text, len, charset);
		}
		spaced = g_strconcat(f->text->len == 1 ? "" : " ", word, NULL);
		put_word(f, spaced, 0, strlen(spaced));
		g_free(spaced);
		g_free(word);
		text += len;
	}
}

/* Printable ASCII that can be folded. */
static bool
is_plain(const char *text)
{
	size_t word = 0;

	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			return false;
		word = *text == ' ' ? 0 : word + 1;
		if (word > PLAIN_WORD_MAX)
			return false;
	}
	return true;
}

void
post_fold_text(GMimeObject *object, const char *name, const char *text,
    const char *charset)
{
	struct folder f;

	start(&f, name);
	if (is_plain(text))
		put_plain(&f, text);
	else
		put_encoded(&f, text, charset);
	finish(&f, object, name);
}

/* ---- addresses --------------------------------------------------------------------------- */

/* RFC 5322, 3.2.3, and single blanks between. */
static bool
is_phrase(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789"
				  "!#$%&'*+-/^_`{|}~ ");

	return name[len] == '\0' && len > 0 && len <= QUOTED_MAX &&
	       name[0] != ' ' && name[len - 1] != ' ' &&
	       strstr(name, "  ") == NULL;
}

static void
put_name(struct folder *f, const char *name)
{
	GString *quoted;

	if (!is_plain(name) || strlen(name) > QUOTED_MAX) {
		put_encoded(f, name, "utf-8");
		return;
	}
	quoted = g_string_new(f->text->len == 1 ? "" : " ");
	if (is_phrase(name)) {
		g_string_append(quoted, name);
	} else {
		g_string_append_c(quoted, '"');
		for (; *name != '\0'; name++) {
			if (*name == '"' || *name == '\\')
				g_string_append_c(quoted, '\\');
			g_string_append_c(quoted, *name);
		}
		g_string_append_c(quoted, '"');
	}
	/* never folded within: not all readers unfold what is quoted first */
	put_word(f, quoted->str, 0, quoted->len);
	(void)g_string_free(quoted, TRUE); /* gives NULL */
}

static void
put_address(struct folder *f, InternetAddress *box, bool is_last)
{
	const char *name = internet_address_get_name(box);
	const char *address = internet_address_mailbox_get_idn_addr(
	    INTERNET_ADDRESS_MAILBOX(box));
	const char *end = is_last ? "" : ",";
	char *text;

	if (name != NULL && name[0] != '\0') {
		put_name(f, name);
		text = g_strdup_printf(" <%s>%s", address, end);
	} else {
		text = g_strdup_printf(
		    "%s%s%s", f->text->len == 1 ? "" : " ", address, end);
	}
	put_word(f, text, 0, strlen(text));
	g_free(text);
}

void
post_fold_addresses(
    GMimeObject *object, const char *name, InternetAddressList *list)
{
	int count = internet_address_list_length(list);
	struct folder f;

	if (count == 0)
		return;
	start(&f, name);
	for (int i = 0; i < count; i++)
		put_address(&f, internet_address_list_get_address(list, i),
		    i == count - 1);
	finish(&f, object, name);
}
