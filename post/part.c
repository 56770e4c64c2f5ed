/* Parts of a message: see part.h. Knows no fields of the message itself. */
#include "config.h"

#include "post/part.h"

#include <string.h>

#include "post/fold.h"

#define CHARSET_MAX 40
#define LINE_MAX_BYTES 998 /* RFC 5322, 2.1.1 */

/* ---- charsets ---------------------------------------------------------------------- */

static bool
is_charset_name(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789-_.:+");

	return name[len] == '\0' && len <= CHARSET_MAX;
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* RFC 2046, 4.1.2: line ends and US-ASCII must stay what they are. */
static bool
keeps_ascii(const char *charset)
{
	static const char probe[] = "\r\n Aa0+=?<>&";
	gsize len = 0;
	char *made = g_convert(
	    probe, sizeof(probe) - 1, charset, "UTF-8", NULL, &len, NULL);
	bool ok = made != NULL && len == sizeof(probe) - 1 &&
		  memcmp(made, probe, len) == 0;

	g_free(made);
	return ok;
}

static bool
is_known(const char *charset)
{
	GIConv converter = g_iconv_open(charset, "UTF-8");

	if (converter == (GIConv)-1)
		return false;
	(void)g_iconv_close(converter); /* nothing was written */
	return true;
}

static bool
holds(const char *charset, const char *text)
{
	gsize len = 0;
	char *made = g_convert(text, -1, charset, "UTF-8", NULL, &len, NULL);
	bool ok = made != NULL && memchr(made, '\0', len) == NULL;

	g_free(made);
	return ok;
}

enum sg_err
post_part_charset(const char *member, const struct post_text *text,
    const char **charset_r, struct err *err_r)
{
	const char *wish = text->charset;

	*charset_r = "utf-8";
	if (wish == NULL || wish[0] == '\0' ||
	    g_ascii_strcasecmp(wish, "utf-8") == 0)
		return SG_OK;
	if (!is_charset_name(wish) || !is_known(wish))
		return err_set(err_r, SG_INVALID, "%s: unknown charset %.40s",
		    member, is_ascii(wish) ? wish : "");
	if (keeps_ascii(wish) && holds(wish, text->data))
		*charset_r = wish;
	return SG_OK;
}

/* ---- content ------------------------------------------------------------------------ */

/* Line ends CRLF, LF or CR become LF; new, *len_r without the NUL. */
static char *
with_lf(const char *text, size_t len, size_t *len_r)
{
	char *copy = g_malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bool is_cr = text[i] == '\r';

		if (is_cr && i + 1 < len && text[i + 1] == '\n')
			continue;
		copy[n++] = is_cr ? '\n' : text[i];
	}
	copy[n] = '\0';
	*len_r = n;
	return copy;
}

static char *
with_crlf(const char *text, size_t len, size_t *len_r)
{
	GString *copy = g_string_sized_new(len + len / 32 + 1);

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			g_string_append_c(copy, '\r');
		g_string_append_c(copy, text[i]);
	}
	*len_r = copy->len;
	return g_string_free(copy, FALSE);
}

static void
set_content(GMimePart *part, const void *data, size_t len,
    GMimeContentEncoding encoding)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, len);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
	    stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(content);
	g_object_unref(stream);
}

/* A text with LF line ends: as it is, quoted-printable or base64, whatever is
 * shortest and stays what it is. In base64 the line ends are CRLF: nobody makes them
 * so later (RFC 2046, 4.1.1). */
static void
set_text(GMimePart *part, const char *text, size_t len)
{
	GMimeContentEncoding best;
	char *copy;
	size_t copy_len;

	set_content(part, text, len, GMIME_CONTENT_ENCODING_DEFAULT);
	best = g_mime_part_get_best_content_encoding(
	    part, GMIME_ENCODING_CONSTRAINT_7BIT);
	if (best != GMIME_CONTENT_ENCODING_BASE64) {
		g_mime_part_set_content_encoding(part, best);
		return;
	}
	copy = with_crlf(text, len, &copy_len);
	set_content(part, copy, copy_len, best);
	g_free(copy);
}

enum sg_err
post_part_text(const char *member, const char *subtype,
    const struct post_text *text, GMimeObject **part_r, struct err *err_r)
{
	const char *charset;
	char *made, *lines;
	GMimePart *part;
	gsize len = 0, line_len;
	enum sg_err rc = post_part_charset(member, text, &charset, err_r);

	if (rc != SG_OK)
		return rc;
	made = g_convert(text->data, -1, charset, "UTF-8", NULL, &len, NULL);
	if (made == NULL)
		return err_set(
		    err_r, SG_INVALID, "%s: the text is not UTF-8", member);
	lines = with_lf(made, len, &line_len);
	g_free(made);
	part = g_mime_part_new_with_type("text", subtype);
	g_mime_object_set_content_type_parameter(
	    GMIME_OBJECT(part), "charset", charset);
	set_text(part, lines, line_len);
	g_free(lines);
	*part_r = GMIME_OBJECT(part);
	return SG_OK;
}

/* ---- attachments ---------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *extension, *type;
} types[] = {
	{"7z", "application/x-7z-compressed"},
	{"bmp", "image/bmp"},
	{"css", "text/css"},
	{"csv", "text/csv"},
	{"doc", "application/msword"},
	{"docx", "application/vnd.openxmlformats-officedocument"
		".wordprocessingml.document"},
	{"eml", "message/rfc822"},
	{"gif", "image/gif"},
	{"gz", "application/gzip"},
	{"htm", "text/html"},
	{"html", "text/html"},
	{"ics", "text/calendar"},
	{"jpeg", "image/jpeg"},
	{"jpg", "image/jpeg"},
	{"json", "application/json"},
	{"md", "text/markdown"},
	{"mp3", "audio/mpeg"},
	{"mp4", "video/mp4"},
	{"odp", "application/vnd.oasis.opendocument.presentation"},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"odt", "application/vnd.oasis.opendocument.text"},
	{"pdf", "application/pdf"},
	{"png", "image/png"},
	{"ppt", "application/vnd.ms-powerpoint"},
	{"pptx", "application/vnd.openxmlformats-officedocument"
		".presentationml.presentation"},
	{"rtf", "application/rtf"},
	{"svg", "image/svg+xml"},
	{"tar", "application/x-tar"},
	{"tif", "image/tiff"},
	{"tiff", "image/tiff"},
	{"txt", "text/plain"},
	{"vcf", "text/vcard"},
	{"wav", "audio/wav"},
	{"webp", "image/webp"},
	{"xls", "application/vnd.ms-excel"},
	{"xlsx", "application/vnd.openxmlformats-officedocument"
		".spreadsheetml.sheet"},
	{"xml", "application/xml"},
	{"zip", "application/zip"},
};
/* clang-format on */

static const char *
type_of_name(const char *file_name)
{
	const char *dot = strrchr(file_name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++)
		if (g_ascii_strcasecmp(types[i].extension, dot + 1) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static enum sg_err
invalid(const char *member, const char *why, struct err *err_r)
{
	return err_set(err_r, SG_INVALID, "Attachments.%s: %s", member, why);
}

static bool
has_control(const char *text)
{
	while (*text != '\0' && (unsigned char)*text >= ' ' && *text != 0x7f)
		text++;
	return *text != '\0';
}

/* RFC 2045, 5.1: type "/" subtype, then parameters. */
static bool
is_type(const char *text)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "!#$%&'*+-.^_`{|}~";
	size_t len = strspn(text, token);

	if (len == 0 || text[len] != '/')
		return false;
	text += len + 1;
	len = strspn(text, token);
	text += len;
	text += strspn(text, " ");
	return len > 0 && (*text == '\0' || *text == ';');
}

/* What can be written as lines without a change: every line end is CRLF, no line too
 * long, no NUL. */
static bool
is_lines(const unsigned char *data, size_t len, bool *is_7bit_r)
{
	size_t column = 0;
	bool is_7bit = true, ok = true;

	for (size_t i = 0; ok && i < len; i++) {
		bool is_end =
		    data[i] == '\r' && i + 1 < len && data[i + 1] == '\n';

		ok = data[i] != '\0' && data[i] != '\n' &&
		     (data[i] != '\r' || is_end);
		is_7bit = is_7bit && data[i] < 0x80;
		column = is_end ? 0 : column + 1;
		is_7bit = is_7bit && column <= LINE_MAX_BYTES;
		i += is_end;
	}
	*is_7bit_r = is_7bit;
	return ok;
}

/* Bytes must come out as they went in, whatever was wished for. */
static GMimeContentEncoding
encoding_of(const struct post_attachment *a)
{
	bool is_7bit = false;
	bool ok = is_lines(a->data, a->len, &is_7bit);

	if (a->encoding == 2 && ok)
		return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	if (a->encoding == 3 && ok && is_7bit)
		return GMIME_CONTENT_ENCODING_7BIT;
	return GMIME_CONTENT_ENCODING_BASE64;
}

static void
set_data(GMimePart *part, const struct post_attachment *a,
    GMimeContentEncoding encoding)
{
	char *lines;
	size_t len;

	if (encoding == GMIME_CONTENT_ENCODING_BASE64) {
		set_content(part, a->data, a->len, encoding);
		return;
	}
	lines = with_lf((const char *)a->data, a->len, &len);
	set_content(part, lines, len, encoding);
	g_free(lines);
}

/* The parser decodes encoded words and RFC 2231's form, line ends among them, and
 * the writer writes those as they are. */
static bool
has_clean_parameters(GMimeContentType *type)
{
	GMimeParamList *list = g_mime_content_type_get_parameters(type);
	int count = g_mime_param_list_length(list);
	bool ok = true;

	for (int i = 0; ok && i < count; i++)
		ok = !has_control(g_mime_param_get_value(
		    g_mime_param_list_get_parameter_at(list, i)));
	return ok;
}

/* RFC 2046, 5.2.1: a message in a message is never encoded. One that had to be goes
 * as a file. */
static enum sg_err
new_part(const struct post_attachment *a, GMimePart **part_r, struct err *err_r)
{
	const char *text = a->content_type != NULL && a->content_type[0] != '\0'
			       ? a->content_type
			       : type_of_name(a->file_name);
	struct post_attachment copy = *a;
	GMimeContentType *type;

	if (has_control(text) || !is_ascii(text) || !is_type(text) ||
	    g_ascii_strncasecmp(text, "multipart/", 10) == 0)
		return invalid("ContentType", "not a type of one part", err_r);
	if (g_ascii_strncasecmp(text, "message/", 8) == 0) {
		copy.encoding = 3;
		if (encoding_of(&copy) != GMIME_CONTENT_ENCODING_7BIT)
			text = "application/octet-stream";
	}
	type = g_mime_content_type_parse(NULL, text);
	if (type == NULL)
		return invalid("ContentType", "not a type", err_r);
	if (!has_clean_parameters(type)) {
		g_object_unref(type);
		return invalid("ContentType",
		    "a parameter hides control characters", err_r);
	}
	*part_r = g_mime_part_new();
	g_mime_object_set_content_type(GMIME_OBJECT(*part_r), type);
	set_data(*part_r, a, encoding_of(&copy));
	g_object_unref(type);
	return SG_OK;
}

/* RFC 2392: what an image is called by in the HTML, with or without brackets. */
static enum sg_err
set_content_id(GMimePart *part, const char *id, struct err *err_r)
{
	char *bare = g_strdup(id[0] == '<' ? id + 1 : id);
	size_t len = strlen(bare);
	bool ok;

	if (id[0] == '<' && len > 0 && bare[len - 1] == '>')
		bare[len - 1] = '\0';
	ok = bare[0] != '\0' && is_ascii(bare) && !has_control(bare) &&
	     strpbrk(bare, "<> \"(),:;[\\]") == NULL;
	if (ok)
		g_mime_part_set_content_id(part, bare);
	g_free(bare);
	return ok ? SG_OK : invalid("ContentId", "not an identifier", err_r);
}

enum sg_err
post_part_attachment(
    const struct post_attachment *a, GMimeObject **part_r, struct err *err_r)
{
	GMimePart *part = NULL;
	enum sg_err rc = SG_OK;

	if (a->file_name == NULL || a->file_name[0] == '\0' ||
	    has_control(a->file_name))
		return invalid(
		    "FileName", "empty, or with control characters", err_r);
	if (a->description != NULL &&
	    (has_control(a->description) ||
		!g_utf8_validate(a->description, -1, NULL)))
		return invalid(
		    "ContentDescription", "with control characters", err_r);
	rc = new_part(a, &part, err_r);
	if (rc != SG_OK)
		return rc;
	g_mime_object_set_disposition(
	    GMIME_OBJECT(part), a->is_inline ? "inline" : "attachment");
	g_mime_part_set_filename(part, a->file_name);
	if (a->description != NULL && a->description[0] != '\0')
		post_fold_text(GMIME_OBJECT(part), "Content-Description",
		    a->description, "utf-8");
	if (a->content_id != NULL && a->content_id[0] != '\0')
		rc = set_content_id(part, a->content_id, err_r);
	if (rc == SG_OK)
		*part_r = GMIME_OBJECT(part);
	else
		g_object_unref(part);
	return rc;
}
