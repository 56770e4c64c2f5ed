/* Fuzz target: a request as text: "VERB TARGET", header fields a line each, an empty
 * line, the body. Whatever it says, nobody's secret signed it; what is signed here is
 * found right, and wrong with another body or secret.
 * fuzz-sources: api/sigv4.c api/sigv4_read.c api/sigv4_parts.c base/buf.c
 * fuzz-packages: libcrypto */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/sigv4.h"
#include "base/buf.h"

#define FIELDS_MAX 32
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define NOW_SEC 1795521326 /* 20261124T115526Z */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

/* The line at *text, ended; *text behind it. NULL at the end. */
static char *
next_line(char **text)
{
	char *line = *text, *end;

	if (line == NULL)
		return NULL;
	end = strchr(line, '\n');
	*text = end == NULL ? NULL : end + 1;
	if (end != NULL)
		*end = '\0';
	return line;
}

static const char *
cut(char *text, char at)
{
	char *found = strchr(text, at);

	if (found == NULL)
		return "";
	*found = '\0';
	return found + 1;
}

/* text is cut in place. */
static void
read_request(char *text, size_t size, struct api_field fields[FIELDS_MAX],
    struct api_request *request_r)
{
	char *at = text, *line = next_line(&at);

	*request_r = (struct api_request){.verb = line,
	    .fields = fields,
	    .body = "",
	    .client = "192.0.2.1",
	    .now_sec = NOW_SEC};
	request_r->path = cut(line, ' ');
	request_r->query = cut((char *)request_r->path, '?');
	while ((line = next_line(&at)) != NULL && *line != '\0') {
		const char *value = cut(line, ':');

		if (request_r->field_count < FIELDS_MAX)
			fields[request_r->field_count++] =
			    (struct api_field){line, value};
	}
	if (at != NULL) {
		request_r->body = at;
		request_r->body_len = size - (size_t)(at - text);
	}
}

/* The canonical query of a canonical query is itself. */
static void
check_query(const struct api_request *request)
{
	const struct sigv4 sig = {.body_hash = ""};
	struct api_request bare = {
	    .verb = "GET", .path = "/", .query = request->query};
	struct buf first, again;
	char *query;

	buf_init(&first, SIGV4_CANONICAL_MAX);
	buf_init(&again, SIGV4_CANONICAL_MAX);
	if (sigv4_canonical(&bare, &sig, SIGV4_FORM_SDK, &first)) {
		query = strdup(buf_str(&first) + strlen("GET\n/\n"));
		require(query != NULL);
		*strchr(query, '\n') = '\0';
		bare.query = query;
		require(sigv4_canonical(&bare, &sig, SIGV4_FORM_SDK, &again));
		require(strcmp(buf_str(&first), buf_str(&again)) == 0);
		free(query);
	}
	buf_fini(&first);
	buf_fini(&again);
}

/* No dot segments, no doubled slashes; the same again. */
static void
check_path(const struct api_request *request)
{
	const struct sigv4 sig = {.body_hash = ""};
	const struct api_request bare = {
	    .verb = "GET", .path = request->path, .query = ""};
	struct buf text;
	char *path;

	buf_init(&text, SIGV4_CANONICAL_MAX);
	if (sigv4_canonical(&bare, &sig, SIGV4_FORM_SDK, &text)) {
		path = strdup(buf_str(&text) + strlen("GET\n"));
		require(path != NULL && *path == '/');
		*strchr(path, '\n') = '\0';
		require(strstr(path, "//") == NULL);
		require(strstr(path, "/./") == NULL);
		require(strstr(path, "/../") == NULL);
		require(strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789-_.~/%") == strlen(path));
		free(path);
	}
	buf_fini(&text);
}

static void
check_signature(const struct api_request *request, struct sigv4 *sig)
{
	struct api_request other = *request;

	require(sig->access_key_id[0] != '\0' && sig->region[0] != '\0');
	require(strlen(sig->date) == 8 && strlen(sig->time) == 16);
	require(strcmp(sig->service, "ses") == 0);
	require(strlen(sig->body_hash) == 64);
	require(!sigv4_matches(request, sig, SECRET));
	for (int form = 0; form < SIGV4_FORMS; form++) {
		if (!sigv4_sign(request, sig, (enum sigv4_form)form, SECRET,
			sig->signature))
			continue;
		require(sigv4_matches(request, sig, SECRET));
		require(!sigv4_matches(request, sig, SECRET "x"));
		other.verb = "OTHER-VERB";
		require(strcmp(request->verb, other.verb) == 0 ||
			!sigv4_matches(&other, sig, SECRET));
	}
	sig->body_hash[0] = sig->body_hash[0] == '0' ? '1' : '0';
	require(!sigv4_matches(request, sig, SECRET));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_field fields[FIELDS_MAX];
	struct api_request request;
	struct sigv4 sig;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	read_request(text, size, fields, &request);
	check_query(&request);
	check_path(&request);
	if (sigv4_read(&request, "ses", &sig) == SIGV4_READ &&
	    sigv4_read_body(&request, &sig) == SIGV4_READ)
		check_signature(&request, &sig);
	else
		require(sig.why[0] != '\0' &&
			strnlen(sig.why, sizeof(sig.why)) < sizeof(sig.why));
	free(text);
	return 0;
}
