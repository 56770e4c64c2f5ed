/* Parts and addresses of messages: see mime.h. */
#include "config.h"

#include "post/mime.h"

#include "base/buf.h"
#include "rules/mailbox.h"

bool
mime_add_address(GMimeMessage *message, GMimeAddressType type, const char *name,
    const char *address)
{
	struct mailbox box;

	if (mailbox_parse_path(address, &box) != MAILBOX_OK ||
	    box.address[0] == '\0')
		return false;
	g_mime_message_add_mailbox(message, type, name, box.address);
	return true;
}

GMimeObject *
mime_text_new(const char *subtype, const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);

	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_text_part_set_text(part, text);
	g_mime_part_set_content_encoding(GMIME_PART(part),
	    g_mime_part_get_best_content_encoding(
		GMIME_PART(part), GMIME_ENCODING_CONSTRAINT_7BIT));
	return GMIME_OBJECT(part);
}

void
mime_set_date(GMimeMessage *message, int64_t now_sec)
{
	GDateTime *date = g_date_time_new_from_unix_utc(now_sec);

	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
}

enum sg_err
mime_write(GMimeMessage *message, struct buf *out, struct err *err_r)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;

	g_mime_format_options_set_newline_format(
	    format, GMIME_NEWLINE_FORMAT_DOS);
	g_mime_format_options_set_param_encoding_method(
	    format, GMIME_PARAM_ENCODING_METHOD_RFC2231);
	(void)g_mime_object_write_to_stream(
	    GMIME_OBJECT(message), format, stream); /* to memory */
	g_mime_format_options_free(format);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	(void)buf_append(
	    out, bytes->data, bytes->len); /* failed is looked at */
	g_object_unref(stream);
	return out->failed
		   ? err_set(err_r, SG_NOMEM, "the message is too large")
		   : SG_OK;
}
