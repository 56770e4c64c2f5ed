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

/* What is done with an attribute's value. */
enum use { USE_TEXT, USE_TYPE, USE_STAGE, USE_COUNT };

/* Attributes that are used; of texts, where and how much of it is kept. */
struct attribute {
	const char *name;
	size_t name_len;
	enum use use;
	size_t offset;
	size_t size;
};

/* clang-format off */
#define OTHER(name, use) { name, sizeof(name) - 1, use, 0, 0 }
#define TEXT(field)                                                            \
	{ #field, sizeof(#field) - 1, USE_TEXT,                                \
	    offsetof(struct policy_request, field),                            \
	    sizeof(((struct policy_request *)0)->field) }
/* By the length of their names. */
static const struct attribute attributes[] = {
	OTHER("request", USE_TYPE),
	TEXT(instance),
	TEXT(queue_id),
	TEXT(recipient),
	TEXT(client_port),
	TEXT(sasl_sender),
	TEXT(sasl_username),
	TEXT(client_address),
	TEXT(policy_context),
	OTHER("protocol_state", USE_STAGE),
	OTHER("recipient_count", USE_COUNT),
};
#define NAME_LEN_MAX 15
/* Where names of that length begin; one more, where the last ones end. */
static const unsigned char first_of_len[NAME_LEN_MAX + 2] = {
	[8] = 1, [9] = 3, [10] = 4, [11] = 4, [12] = 6, [13] = 6, [14] = 7,
	[15] = 10, [16] = 11,
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
		if (attributes[i].use == USE_TEXT)
			((char *)request)[attributes[i].offset] = '\0';
}

/* Without NUL in data. */
static bool
is_word(const char *data, size_t len, const char *word)
{
	return strncmp(word, data, len) == 0 && word[len] == '\0';
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

static const struct attribute *
find_attribute(const char *name, size_t len)
{
	if (len > NAME_LEN_MAX)
		return NULL;
	for (size_t i = first_of_len[len]; i < first_of_len[len + 1]; i++)
		if (attributes[i].name[0] == name[0] &&
		    memcmp(attributes[i].name, name, len) == 0)
			return &attributes[i];
	return NULL;
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
	const char *equals = memchr(line, '=', len), *value;
	const struct attribute *attribute;
	size_t value_len;

	if (equals == NULL || equals == line)
		return err_set(err_r, SG_INVALID, "a line is no name=value");
	if (++parser->attributes > POLICY_ATTRIBUTES_MAX)
		return err_set(err_r, SG_INVALID, "more than %d attributes",
		    POLICY_ATTRIBUTES_MAX);
	attribute = find_attribute(line, (size_t)(equals - line));
	if (attribute == NULL)
		return SG_OK;
	value = equals + 1;
	value_len = len - (size_t)(value - line);
	switch (attribute->use) {
	case USE_TYPE:
		return take_type(parser, value, value_len, err_r);
	case USE_STAGE:
		parser->request.stage = stage_of(value, value_len);
		break;
	case USE_COUNT:
		parser->request.recipient_count = count_of(value, value_len);
		break;
	case USE_TEXT:
		keep_text(&parser->request, attribute, value, value_len);
		break;
	}
	return SG_OK;
}

static enum sg_err
take_line(struct policy_parser *parser, const char *line, size_t len,
    bool has_nul, struct err *err_r)
{
	parser->bytes += len + 1;
	if (len > POLICY_LINE_MAX)
		return err_set(
		    err_r, SG_INVALID, "a line over %d bytes", POLICY_LINE_MAX);
	if (parser->bytes > POLICY_REQUEST_MAX)
		return err_set(err_r, SG_INVALID, "a request over %d bytes",
		    POLICY_REQUEST_MAX);
	if (has_nul)
		return err_set(err_r, SG_INVALID, "NUL in a request");
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
	const char *end, *nul = memchr(data, '\0', len);

	*used_r = 0;
	if (parser->done)
		policy_parser_init(parser);
	while (used < len) {
		end = memchr(data + used, '\n', len - used);
		if (end == NULL)
			break;
		if (take_line(parser, data + used, (size_t)(end - data) - used,
			nul != NULL && nul < end, err_r) != SG_OK)
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
