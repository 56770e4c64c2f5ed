/* A message handed in by SMTP: see submit.h. */
#include "config.h"

#include "post/submit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

/* Servers close idle connections after 5 minutes (RFC 5321, 4.5.3.2.7), under stress
 * earlier. */
#define KEEP_IDLE_SEC 60

/* How far the talk with the server is. */
enum stage {
	STAGE_GREETING, /* and EHLO: about us, not about a message */
	STAGE_MESSAGE,
	STAGE_BODY, /* the server waits for it, or has it */
};

struct submit {
	CURL *curl;
	submit_stop_fn *should_stop;
	void *stop_ctx;
	char url[1024];
	char place[1024]; /* as the configuration has it */
	enum stage stage;
	const char *data; /* of the message at hand */
	size_t len, sent;
	size_t recipients; /* RCPT commands */
	bool has_quit;     /* what is answered now is about nothing */
	/* to the last command */
	struct submit_reply reply;
	bool is_reply_over;
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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "5.7.1 " at the begin of a text: its length without the blank; 0 none. */
static size_t
status_len(const char *text, size_t len)
{
	size_t n = 0, dots = 0;

	while (n < len && (is_digit(text[n]) || text[n] == '.'))
		dots += text[n++] == '.';
	if (dots != 2 || n >= SUBMIT_STATUS_MAX || text[1] != '.' ||
	    (n < len && text[n] != ' '))
		return 0;
	return n;
}

/* What a server says may hold anything. */
static void
add_text(struct submit_reply *reply, const char *text, size_t len)
{
	size_t n = strlen(reply->text);

	if (n > 0 && len > 0 && n + 1 < sizeof(reply->text))
		reply->text[n++] = ' ';
	for (size_t i = 0; i < len && n + 1 < sizeof(reply->text); i++)
		reply->text[n++] =
		    text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	reply->text[n] = '\0';
}

static void
clear_reply(struct submit *s)
{
	s->reply = (struct submit_reply){.code = 0};
	s->is_reply_over = false;
}

/* A line of a reply (RFC 5321, 4.2): "250-5.7.1 text". */
static void
take_line(struct submit *s, const char *line, size_t len)
{
	size_t n;

	if (len < 3 || !is_digit(line[0]) || !is_digit(line[1]) ||
	    !is_digit(line[2]))
		return;
	if (s->is_reply_over)
		clear_reply(s);
	s->reply.code =
	    (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	s->is_reply_over = len == 3 || line[3] != '-';
	n = len > 3 ? 4 : 3;
	line += n;
	len -= n;
	n = status_len(line, len);
	if (n > 0) {
		(void)snprintf(s->reply.status, sizeof(s->reply.status), "%.*s",
		    (int)n, line);
		n += n < len;
	}
	add_text(&s->reply, line + n, len - n);
	if (s->reply.code == 354 && s->is_reply_over)
		s->stage = STAGE_BODY;
}

static size_t
take_reply(char *data, size_t size, size_t count, void *ctx)
{
	struct submit *s = ctx;
	size_t len = size * count;

	while (len > 0 && (data[len - 1] == '\r' || data[len - 1] == '\n'))
		len--;
	if (!s->has_quit)
		take_line(s, data, len);
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
	if (is_command(data, len, "QUIT")) {
		s->has_quit = true;
		return 0;
	}
	s->has_quit = false;
	clear_reply(s);
	if (is_command(data, len, "MAIL"))
		s->stage = STAGE_MESSAGE;
	else if (is_command(data, len, "RCPT"))
		s->recipients++;
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
		   CURLE_OK &&
	       curl_easy_setopt(
		   curl, CURLOPT_MAXAGE_CONN, (long)KEEP_IDLE_SEC) == CURLE_OK;
}

/* Where to: the URL, and for a socket its path. */
static enum sg_err
set_server(struct submit *s, const char *server, struct err *err_r)
{
	static const char local[] = "unix:", remote[] = "smtp://";

	(void)snprintf(s->place, sizeof(s->place), "%s", server);
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

static bool
is_address(const char *address)
{
	for (const char *c = address; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>')
			return false;
	return true;
}

static bool
is_account(const char *account)
{
	return account[strspn(account, "abcdefghijklmnopqrstuvwxyz"
				       "0123456789._-")] == '\0';
}

/* All that goes into commands. */
static bool
is_clean(const struct submit_mail *mail)
{
	bool is_ok = is_address(mail->from) && is_account(mail->account) &&
		     mail->to[0] != NULL;

	for (size_t i = 0; is_ok && mail->to[i] != NULL; i++)
		is_ok = is_address(mail->to[i]) && mail->to[i][0] != '\0';
	return is_ok;
}

/* libcurl sends AUTH= only after it has logged in, which nobody does at a private
 * door. It writes MAIL FROM:<TEXT> around what it is given, after it has split off
 * the host at the first @ (smtp_parse_address, smtp_perform_mail in its lib/smtp.c;
 * a last ">" would be cut off), so that the parameter can stand in the text. A
 * libcurl that did otherwise would name no account, and such mail is refused. */
static CURLcode
set_sender(struct submit *s, const struct submit_mail *mail)
{
	char text[1024];
	int len;

	if (mail->account[0] == '\0')
		return curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, mail->from);
	len = snprintf(
	    text, sizeof(text), "%s> AUTH=<%s", mail->from, mail->account);
	if (len < 0 || (size_t)len >= sizeof(text))
		return CURLE_BAD_FUNCTION_ARGUMENT;
	return curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, text);
}

static CURLcode
set_recipients(struct submit *s, const struct submit_mail *mail,
    struct curl_slist **list_r)
{
	*list_r = NULL;
	for (size_t i = 0; mail->to[i] != NULL; i++) {
		struct curl_slist *more =
		    curl_slist_append(*list_r, mail->to[i]);

		if (more == NULL)
			return CURLE_OUT_OF_MEMORY;
		*list_r = more;
	}
	return curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, *list_r);
}

static CURLcode
run(struct submit *s, const struct submit_mail *mail)
{
	s->data = mail->data;
	s->len = mail->len;
	s->sent = s->recipients = 0;
	s->stage = STAGE_GREETING;
	s->has_quit = false;
	s->error[0] = '\0';
	clear_reply(s);
	return curl_easy_perform(s->curl);
}

/* Was it a connection of a former message that the server had closed, or closes
 * now (421)? Nothing of the message was taken then. */
static bool
is_stale(const struct submit *s, CURLcode rc)
{
	long connects = 1;

	if (rc == CURLE_OK || rc == CURLE_ABORTED_BY_CALLBACK ||
	    rc == CURLE_OPERATION_TIMEDOUT || s->stage == STAGE_BODY ||
	    (s->reply.code != 0 && s->reply.code != 421))
		return false;
	return curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &connects) ==
		   CURLE_OK &&
	       connects == 0;
}

static CURLcode
run_fresh(struct submit *s, const struct submit_mail *mail)
{
	CURLcode rc = curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, 1L);

	if (rc == CURLE_OK)
		rc = run(s, mail);
	(void)curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, 0L);
	return rc;
}

static enum submit_result
result_of(const struct submit *s, CURLcode rc)
{
	int code = s->reply.code;

	if (rc == CURLE_OK)
		return SUBMIT_SENT;
	if (s->stage == STAGE_BODY && s->sent == s->len &&
	    (code < 400 || !s->is_reply_over))
		return SUBMIT_UNKNOWN;
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

/* Postfix: "Ok: queued as ID"; Sendmail: "ID Message accepted for delivery". */
static void
find_queue_id(struct submit_reply *reply)
{
	static const char postfix[] = "queued as ", sendmail[] = " Message acc";
	const char *at = strstr(reply->text, postfix), *end;

	if (at != NULL)
		at += sizeof(postfix) - 1;
	else if ((end = strchr(reply->text, ' ')) != NULL &&
		 strncmp(end, sendmail, sizeof(sendmail) - 1) == 0)
		at = reply->text;
	else
		return;
	end = at + strcspn(at, " .;,)");
	if (end > at && end - at <= SUBMIT_QUEUE_ID_MAX)
		(void)snprintf(reply->queue_id, sizeof(reply->queue_id), "%.*s",
		    (int)(end - at), at);
}

/* libcurl speaks of port 25 where a socket of a path cannot be reached. */
static void
describe_failure(struct submit *s, CURLcode rc)
{
	const char *error =
	    s->error[0] != '\0' ? s->error : curl_easy_strerror(rc);
	long code = 0;

	if (rc == CURLE_COULDNT_CONNECT && strncmp(s->place, "unix:", 5) == 0 &&
	    curl_easy_getinfo(s->curl, CURLINFO_OS_ERRNO, &code) == CURLE_OK &&
	    code != 0)
		error = strerror((int)code);
	(void)snprintf(s->reply.text, sizeof(s->reply.text), "%.200s: %.255s",
	    s->place, error);
}

static void
describe(struct submit *s, const struct submit_mail *mail, CURLcode rc,
    struct submit_reply *reply_r)
{
	if (rc == CURLE_OK) {
		find_queue_id(&s->reply);
	} else if (s->reply.code < 400) {
		clear_reply(s);
		describe_failure(s, rc);
	} else if (s->stage == STAGE_MESSAGE && s->recipients > 0 &&
		   s->reply.code != 421) {
		s->reply.recipient = mail->to[s->recipients - 1];
	}
	*reply_r = s->reply;
}

enum submit_result
submit_send(struct submit *s, const struct submit_mail *mail,
    struct submit_reply *reply_r)
{
	struct curl_slist *list = NULL;
	enum submit_result result;
	CURLcode rc;

	*reply_r = (struct submit_reply){.code = 0};
	if (!is_clean(mail)) {
		reply_r->code = 501;
		(void)snprintf(reply_r->text, sizeof(reply_r->text),
		    "Illegal character in an address");
		return SUBMIT_REFUSED;
	}
	clear_reply(s);
	rc = set_sender(s, mail);
	if (rc == CURLE_OK)
		rc = set_recipients(s, mail, &list);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(
		    s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->len);
	if (rc == CURLE_OK)
		rc = run(s, mail);
	if (is_stale(s, rc))
		rc = run_fresh(s, mail);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
	result = result_of(s, rc);
	describe(s, mail, rc, reply_r);
	s->data = NULL;
	s->len = s->sent = 0;
	return result;
}

enum submit_result
submit_message(struct submit *s, const char *from, const char *to,
    const void *data, size_t len, char text_r[SUBMIT_TEXT_MAX])
{
	const char *const list[] = {to, NULL};
	const struct submit_mail mail = {
	    .from = from, .to = list, .account = "", .data = data, .len = len};
	struct submit_reply reply;
	enum submit_result result = submit_send(s, &mail, &reply);

	if (reply.code == 0)
		(void)snprintf(text_r, SUBMIT_TEXT_MAX, "%s", reply.text);
	else
		(void)snprintf(text_r, SUBMIT_TEXT_MAX, "%d %s%s%.990s",
		    reply.code, reply.status,
		    reply.status[0] != '\0' ? " " : "", reply.text);
	return result == SUBMIT_UNKNOWN ? SUBMIT_LATER : result;
}
