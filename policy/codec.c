/* The policy delegation protocol, pure. Decides nothing. */
#include "config.h"
#include "policy/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char *const stage_names[POLICY_STAGE_COUNT] = {
    [POLICY_STAGE_CONNECT] = "CONNECT",
    [POLICY_STAGE_EHLO] = "EHLO",
    [POLICY_STAGE_HELO] = "HELO",
    [POLICY_STAGE_MAIL] = "MAIL",
    [POLICY_STAGE_RCPT] = "RCPT",
    [POLICY_STAGE_DATA] = "DATA",
    [POLICY_STAGE_END_OF_MESSAGE] = "END-OF-MESSAGE",
    [POLICY_STAGE_VRFY] = "VRFY",
    [POLICY_STAGE_ETRN] = "ETRN",
    [POLICY_STAGE_OTHER] = "OTHER",
};

/* Attributes whose text is kept, with where and how much of it. */
struct attribute {
	const char *name;
	size_t name_len;
	size_t offset;
	size_t size;
};

/* clang-format off */
#define TEXT(field)                                                            \
	{ #field, sizeof(#field) - 1, offsetof(struct policy_request, field),  \
	    sizeof(((struct policy_request *)0)->field) }
static const struct attribute attributes[] = {
	TEXT(instance),
	TEXT(queue_id),
	TEXT(recipient),
	TEXT(client_address),
	TEXT(client_port),
	TEXT(sasl_username),
	TEXT(sasl_sender),
	TEXT(policy_context),
};
/* clang-format on */
#define ATTRIBUTES_LEN (sizeof(attributes) / sizeof(attributes[0]))

const char *
policy_stage_name(enum policy_stage stage)
{
	if ((unsigned)stage >= POLICY_STAGE_COUNT)
		stage = POLICY_STAGE_OTHER;
	return stage_names[stage];
}

/* Forgets the last request; of its texts only the first bytes, for speed. */
void
policy_parser_init(struct policy_parser *parser)
{
	struct policy_request *request = &parser->request;

	parser->bytes = 0;
	parser->attributes = 0;
	parser->has_type = false;
	parser->done = false;
	request->stage = POLICY_STAGE_OTHER;
	request->recipient_count = 0;
	request->too_long = NULL;
	for (size_t i = 0; i < ATTRIBUTES_LEN; i++)
		((char *)request)[attributes[i].offset] = '\0';
}

static bool
is_word(const char *data, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(data, word, len) == 0;
}

static enum policy_stage
stage_of(const char *value, size_t len)
{
	for (int i = 0; i < POLICY_STAGE_OTHER; i++)
		if (is_word(value, len, stage_names[i]))
			return (enum policy_stage)i;
	return is_word(value, len, "BDAT") ? POLICY_STAGE_DATA
					   : POLICY_STAGE_OTHER;
}

/* Digits only, no sign; 0 for anything else and for what does not fit. */
static int64_t
count_of(const char *value, size_t len)
{
	int64_t count = 0;

	if (len == 0 || len > 10)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return 0;
		count = count * 10 + (value[i] - '0');
	}
	return count;
}

static void
keep_text(struct policy_request *request, const struct attribute *attribute,
    const char *value, size_t len)
{
	char *text = (char *)request + attribute->offset;

	if (len >= attribute->size) {
		request->too_long = attribute->name;
		len = attribute->size - 1;
	}
	memcpy(text, value, len);
	text[len] = '\0';
}

static bool
keep_if_known(struct policy_request *request, const char *name, size_t name_len,
    const char *value, size_t len)
{
	for (size_t i = 0; i < ATTRIBUTES_LEN; i++) {
		const struct attribute *a = &attributes[i];

		if (a->name_len == name_len &&
		    memcmp(a->name, name, name_len) == 0) {
			keep_text(request, a, value, len);
			return true;
		}
	}
	return false;
}

static enum sg_err
take_type(struct policy_parser *parser, const char *value, size_t len,
    struct err *err_r)
{
	if (!is_word(value, len, "smtpd_access_policy"))
		return err_set(
		    err_r, SG_INVALID, "request is not smtpd_access_policy");
	parser->has_type = true;
	return SG_OK;
}

static enum sg_err
take_attribute(struct policy_parser *parser, const char *line, size_t len,
    struct err *err_r)
{
	struct policy_request *request = &parser->request;
	const char *equals = memchr(line, '=', len);
	size_t name_len, value_len;

	if (memchr(line, '\0', len) != NULL)
		return err_set(err_r, SG_INVALID, "NUL in a request");
	if (equals == NULL || equals == line)
		return err_set(err_r, SG_INVALID, "a line is no name=value");
	if (++parser->attributes > POLICY_ATTRIBUTES_MAX)
		return err_set(err_r, SG_INVALID, "more than %d attributes",
		    POLICY_ATTRIBUTES_MAX);
	name_len = (size_t)(equals - line);
	value_len = len - name_len - 1;
	if (keep_if_known(request, line, name_len, equals + 1, value_len))
		return SG_OK;
	if (is_word(line, name_len, "request"))
		return take_type(parser, equals + 1, value_len, err_r);
	if (is_word(line, name_len, "protocol_state"))
		request->stage = stage_of(equals + 1, value_len);
	else if (is_word(line, name_len, "recipient_count"))
		request->recipient_count = count_of(equals + 1, value_len);
	return SG_OK;
}

static enum sg_err
take_line(struct policy_parser *parser, const char *line, size_t len,
    struct err *err_r)
{
	parser->bytes += len + 1;
	if (len > POLICY_LINE_MAX)
		return err_set(
		    err_r, SG_INVALID, "a line over %d bytes", POLICY_LINE_MAX);
	if (parser->bytes > POLICY_REQUEST_MAX)
		return err_set(err_r, SG_INVALID, "a request over %d bytes",
		    POLICY_REQUEST_MAX);
	if (len > 0)
		return take_attribute(parser, line, len, err_r);
	if (!parser->has_type)
		return err_set(
		    err_r, SG_INVALID, "no request=smtpd_access_policy");
	parser->done = true;
	return SG_OK;
}

enum policy_parse
policy_parse(struct policy_parser *parser, const char *data, size_t len,
    size_t *used_r, struct err *err_r)
{
	size_t used = 0;
	const char *end;

	*used_r = 0;
	if (parser->done)
		policy_parser_init(parser);
	while (used < len) {
		end = memchr(data + used, '\n', len - used);
		if (end == NULL)
			break;
		if (take_line(parser, data + used, (size_t)(end - data) - used,
			err_r) != SG_OK)
			return POLICY_PARSE_BAD;
		used = (size_t)(end - data) + 1;
		*used_r = used;
		if (parser->done)
			return POLICY_PARSE_DONE;
	}
	if (len - used > POLICY_LINE_MAX) {
		(void)err_set(
		    err_r, SG_INVALID, "a line over %d bytes", POLICY_LINE_MAX);
		return POLICY_PARSE_BAD;
	}
	return POLICY_PARSE_MORE;
}

bool
policy_parser_is_started(const struct policy_parser *parser, size_t left)
{
	return left > 0 || (parser->bytes > 0 && !parser->done);
}

/* Replies are ASCII by contract; a line end in one would forge an answer. */
static bool
append_clean(struct buf *out, const char *text)
{
	char clean[RULES_REPLY_MAX];
	size_t len = 0;

	for (; *text != '\0' && len < sizeof(clean); text++, len++)
		clean[len] = *text >= 0x20 && *text < 0x7f ? *text : '?';
	return buf_append(out, clean, len);
}

bool
policy_reply(struct buf *out, const struct rules_verdict *verdict)
{
	static const char dunno[] = "action=DUNNO\n\n";

	if (verdict->action == RULES_ACCEPT || verdict->action == RULES_DROP)
		return buf_append(out, dunno, sizeof(dunno) - 1);
	(void)buf_printf(out, "action=%03d ", verdict->code);
	(void)append_clean(out, verdict->status);
	(void)buf_putc(out, ' ');
	(void)append_clean(out, verdict->text);
	(void)buf_append(out, "\n\n", 2);
	return !out->failed;
}
