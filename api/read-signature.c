/* For tests: requests from stdin, one JSON object a line, and what is said of their
 * signatures. Never installed.
 * In: {"service", "secret", "now_sec", "verb", "path", "query", "fields": [[name,
 * value], …], "body"}. Out, a line each: "right KEY REGION", "wrong", or what is
 * amiss. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/sigv4.h"

#define FIELDS_MAX 100

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static size_t
read_fields(const json_t *list, struct api_field fields_r[FIELDS_MAX])
{
	size_t count = 0;

	while (count < json_array_size(list) && count < FIELDS_MAX) {
		const json_t *pair = json_array_get(list, count);

		fields_r[count].name =
		    json_string_value(json_array_get(pair, 0));
		fields_r[count].value =
		    json_string_value(json_array_get(pair, 1));
		count++;
	}
	return count;
}

static void
answer(const json_t *line)
{
	struct api_field fields[FIELDS_MAX];
	const json_t *body = json_object_get(line, "body");
	const struct api_request request = {.verb = text_of(line, "verb"),
	    .path = text_of(line, "path"),
	    .query = text_of(line, "query"),
	    .fields = fields,
	    .field_count = read_fields(json_object_get(line, "fields"), fields),
	    .body = text_of(line, "body"),
	    .body_len = json_string_length(body),
	    .client = "192.0.2.1",
	    .now_sec = json_integer_value(json_object_get(line, "now_sec"))};
	struct sigv4 sig;

	if (sigv4_read(&request, text_of(line, "service"), &sig) !=
		SIGV4_READ ||
	    sigv4_read_body(&request, &sig) != SIGV4_READ)
		printf("%s\n", sig.why);
	else if (sigv4_matches(&request, &sig, text_of(line, "secret")))
		printf("right %s %s\n", sig.access_key_id, sig.region);
	else
		printf("wrong\n");
}

int
main(void)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&text, &size, stdin)) > 0) {
		json_t *line = json_loadb(text, (size_t)len, 0, NULL);

		if (line == NULL) {
			fprintf(stderr, "read-signature: no JSON: %s", text);
			return 1;
		}
		answer(line);
		(void)fflush(stdout);
		json_decref(line);
	}
	free(text);
	return 0;
}
