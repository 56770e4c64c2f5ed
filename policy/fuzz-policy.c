/* Fuzz target of the policy protocol's parser: the same bytes in one piece and
 * in pieces of the size that the first byte says must give the same requests.
 * fuzz-sources: policy/codec.c base/buf.c base/err.c */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "policy/codec.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define REQUESTS_MAX 64

struct outcome {
	size_t requests;
	bool is_bad;
	struct policy_request last;
};

static void
check(const struct policy_request *r)
{
	if (memchr(r->instance, '\0', sizeof(r->instance)) == NULL ||
	    memchr(r->recipient, '\0', sizeof(r->recipient)) == NULL ||
	    memchr(r->sasl_username, '\0', sizeof(r->sasl_username)) == NULL ||
	    r->recipient_count < 0)
		abort();
}

static void
feed(const char *data, size_t size, size_t step, struct outcome *out)
{
	struct policy_parser parser;
	struct err err;
	size_t at = 0, have = 0, used;

	memset(out, 0, sizeof(*out));
	memset(&parser, 0, sizeof(parser));
	policy_parser_init(&parser);
	while (out->requests < REQUESTS_MAX) {
		switch (
		    policy_parse(&parser, data + at, have - at, &used, &err)) {
		case POLICY_PARSE_BAD:
			out->is_bad = true;
			return;
		case POLICY_PARSE_DONE:
			check(&parser.request);
			out->last = parser.request;
			out->requests++;
			break;
		case POLICY_PARSE_MORE:
			if (have == size)
				return;
			have = size - have > step ? have + step : size;
		}
		at += used;
		if (at > have)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct outcome whole, pieces;
	const char *text = (const char *)data;

	if (size == 0)
		return 0;
	feed(text + 1, size - 1, size, &whole);
	feed(text + 1, size - 1, (size_t)data[0] + 1, &pieces);
	if (whole.requests != pieces.requests ||
	    whole.is_bad != pieces.is_bad ||
	    strcmp(whole.last.instance, pieces.last.instance) != 0 ||
	    strcmp(whole.last.recipient, pieces.last.recipient) != 0 ||
	    whole.last.stage != pieces.last.stage ||
	    whole.last.recipient_count != pieces.last.recipient_count)
		abort();
	return 0;
}
