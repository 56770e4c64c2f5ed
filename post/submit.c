/* A message handed in by SMTP: see submit.h. */
#include "config.h"

#include "post/submit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

/* How far the talk with the server is, by the commands sent. */
enum stage {
	STAGE_GREETING, /* and EHLO: about us, not about a message */
	STAGE_MESSAGE,
};

struct submit {
	CURL *curl;
	submit_stop_fn *should_stop;
	void *stop_ctx;
	char url[1024];
	enum stage stage;
	const char *data; /* of the message at hand */
	size_t len, sent;
	bool has_quit;               /* what is answered now is about nothing */
	char reply[SUBMIT_TEXT_MAX]; /* the last line that the server sent */
	char error[CURL_ERROR_SIZE];
};

enum sg_err
submit_init(struct err *err_r)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err_r, SG_NOMEM, "libcurl cannot be used");
	return SG_OK;
}

void
submit_fini(void)
{
	curl_global_cleanup();
}

/* ---- what libcurl calls back ------------------------------------------------ */

static size_t
give_data(char *to, size_t size, size_t count, void *ctx)
{
	struct submit *s = ctx;
	size_t n = size * count;

	if (n > s->len - s->sent)
		n = s->len - s->sent;
	memcpy(to, s->data + s->sent, n);
	s->sent += n;
	return n;
}

/* A connection that was kept may be dead: the message is sent anew. */
static int
rewind_data(void *ctx, curl_off_t offset, int origin)
{
	struct submit *s = ctx;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > s->len)
		return CURL_SEEKFUNC_FAIL;
	s->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Reply lines of the server's, which may hold anything. */
static size_t
take_reply(char *data, size_t size, size_t count, void *ctx)
{
	struct submit *s = ctx;
	size_t n = 0;

	if (s->has_quit)
		return size * count;
	for (size_t i = 0; i < size * count && n + 1 < sizeof(s->reply); i++) {
		if (data[i] == '\r' || data[i] == '\n')
			break;
		s->reply[n++] =
		    data[i] >= ' ' && data[i] <= '~' ? data[i] : '?';
	}
	if (n > 0)
		s->reply[n] = '\0';
	return size * count;
}

static bool
is_command(const char *data, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncmp(data, word, n) == 0;
}

static int
see_command(CURL *curl, curl_infotype type, char *data, size_t len, void *ctx)
{
	struct submit *s = ctx;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (is_command(data, len, "QUIT"))
		s->has_quit = true;
	else if (is_command(data, len, "MAIL"))
		s->stage = STAGE_MESSAGE;
	return 0;
}

/* Once all of it is out, whether it was taken must be known. */
static int
look_for_stop(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct submit *s = ctx;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return s->should_stop != NULL && s->sent < s->len &&
	       s->should_stop(s->stop_ctx);
}

/* ---- the handle --------------------------------------------------------------- */

static bool
set_callbacks(CURL *curl, struct submit *s)
{
	return curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_data) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READDATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, rewind_data) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SEEKDATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERDATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, see_command) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGDATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(
		   curl, CURLOPT_XFERINFOFUNCTION, look_for_stop) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

/* No proxy and no .netrc of the environment's: the server is what the option
 * says. */
static bool
set_limits(CURL *curl, struct submit *s)
{
	return curl_easy_setopt(curl, CURLOPT_URL, s->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
		   (long)SUBMIT_CONNECT_SEC) == CURLE_OK &&
	       curl_easy_setopt(
		   curl, CURLOPT_TIMEOUT, (long)SUBMIT_TOTAL_SEC) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, s->error) ==
		   CURLE_OK;
}

/* Where to: the URL, and for a socket its path. */
static enum sg_err
set_server(struct submit *s, const char *server, struct err *err_r)
{
	static const char local[] = "unix:", remote[] = "smtp://";

	if (strncmp(server, local, sizeof(local) - 1) == 0) {
		(void)snprintf(s->url, sizeof(s->url), "smtp://localhost");
		if (curl_easy_setopt(s->curl, CURLOPT_UNIX_SOCKET_PATH,
			server + sizeof(local) - 1) != CURLE_OK)
			return err_set(err_r, SG_NOMEM, "no memory");
		return SG_OK;
	}
	if (strncmp(server, remote, sizeof(remote) - 1) != 0 ||
	    strlen(server) >= sizeof(s->url))
		return err_set(err_r, SG_INVALID,
		    "mail.server must be smtp://HOST:PORT or unix:PATH");
	memcpy(s->url, server, strlen(server) + 1);
	return SG_OK;
}

enum sg_err
submit_new(const char *server, submit_stop_fn *should_stop, void *stop_ctx,
    struct submit **submit_r, struct err *err_r)
{
	struct submit *s = calloc(1, sizeof(*s));
	enum sg_err rc;

	*submit_r = NULL;
	if (s == NULL || (s->curl = curl_easy_init()) == NULL) {
		free(s);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	s->should_stop = should_stop;
	s->stop_ctx = stop_ctx;
	rc = set_server(s, server, err_r);
	if (rc == SG_OK &&
	    (!set_callbacks(s->curl, s) || !set_limits(s->curl, s)))
		rc = err_set(err_r, SG_NOMEM, "libcurl cannot be set up");
	if (rc != SG_OK)
		submit_free(&s);
	*submit_r = s;
	return rc;
}

void
submit_free(struct submit **submit)
{
	struct submit *s = *submit;

	*submit = NULL;
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	free(s);
}

/* ---- one message ------------------------------------------------------------------ */

static enum submit_result
result_of(const struct submit *s, CURLcode rc)
{
	long code = strtol(s->reply, NULL, 10);

	if (rc == CURLE_OK)
		return SUBMIT_SENT;
	if (rc == CURLE_ABORTED_BY_CALLBACK)
		return SUBMIT_STOPPED;
	if (s->stage == STAGE_GREETING || rc == CURLE_OPERATION_TIMEDOUT)
		return SUBMIT_NO_ANSWER;
	/* 530, 534, 535, 538: we should have logged in. All letters would be
	 * lost by a setting, so they wait for its mend. */
	if (code >= 500 && code < 600 && (code < 530 || code > 539))
		return SUBMIT_REFUSED;
	return SUBMIT_LATER;
}

static void
describe(const struct submit *s, CURLcode rc, char text_r[SUBMIT_TEXT_MAX])
{
	const char *error =
	    s->error[0] != '\0' ? s->error : curl_easy_strerror(rc);
	bool is_reply =
	    rc == CURLE_OK || s->reply[0] == '4' || s->reply[0] == '5';

	if (is_reply && s->reply[0] != '\0')
		(void)snprintf(text_r, SUBMIT_TEXT_MAX, "%s", s->reply);
	else
		(void)snprintf(
		    text_r, SUBMIT_TEXT_MAX, "%.200s: %.255s", s->url, error);
}

enum submit_result
submit_message(struct submit *s, const char *from, const char *to,
    const void *data, size_t len, char text_r[SUBMIT_TEXT_MAX])
{
	struct curl_slist *list = curl_slist_append(NULL, to);
	CURLcode rc = list == NULL ? CURLE_OUT_OF_MEMORY : CURLE_OK;

	s->data = data;
	s->len = len;
	s->sent = 0;
	s->stage = STAGE_GREETING;
	s->has_quit = false;
	s->reply[0] = s->error[0] = '\0';
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, from);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, list);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(
		    s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)len);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(s->curl);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
	s->data = NULL;
	s->len = s->sent = 0;
	describe(s, rc, text_r);
	return result_of(s, rc);
}
