/* Fuzz target of the LMTP parser: the same bytes in one piece and in pieces of the
 * size that the first byte says must give the same commands and messages.
 * fuzz-sources: feedback/lmtp.c base/buf.c base/err.c */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "feedback/lmtp.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define EVENTS_MAX 256
#define BODY_MAX 512

/* What was read, each event folded into one number. */
struct outcome {
	size_t events;
	unsigned long sum;
};

static void
fold(struct outcome *out, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out->sum = out->sum * 31 + (unsigned char)data[i];
}

static void
note(struct outcome *out, struct lmtp_parser *parser, enum lmtp_result result,
    const struct lmtp_command *command, struct buf *body)
{
	out->events++;
	if (result == LMTP_END) {
		if (body->len > BODY_MAX || body->failed)
			abort();
		fold(out, body->data, body->len);
		buf_clear(body);
		return;
	}
	if (memchr(command->path, '\0', sizeof(command->path)) == NULL ||
	    (unsigned)command->verb > LMTP_RUBBISH)
		abort();
	out->sum =
	    out->sum * 31 + (unsigned)command->verb * 2 + command->has_path;
	fold(out, command->path, strlen(command->path));
	if (command->verb == LMTP_DATA)
		lmtp_expect_data(parser);
}

static void
feed(const char *data, size_t size, size_t step, struct outcome *out)
{
	struct lmtp_parser parser;
	struct lmtp_command command;
	struct buf body;
	size_t at = 0, have = 0, used;

	memset(out, 0, sizeof(*out));
	lmtp_parser_init(&parser);
	buf_init(&body, BODY_MAX);
	while (out->events < EVENTS_MAX) {
		enum lmtp_result result = lmtp_parse(
		    &parser, data + at, have - at, &used, &command, &body);

		at += used;
		if (at > have)
			abort();
		if (result != LMTP_MORE)
			note(out, &parser, result, &command, &body);
		else if (have == size)
			break;
		else
			have = size - have > step ? have + step : size;
	}
	fold(out, body.data, body.len);
	buf_fini(&body);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct outcome whole, pieces;
	const char *text = (const char *)data;

	if (size == 0)
		return 0;
	feed(text + 1, size - 1, size, &whole);
	feed(text + 1, size - 1, (size_t)data[0] + 1, &pieces);
	if (whole.events != pieces.events || whole.sum != pieces.sum)
		abort();
	return 0;
}
