/* Deliveries over the network: see wire.h. */
#include "config.h"

#include "jobs/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "ops/endpoint.h"

#define USER_AGENT "Amazon Simple Notification Service Agent"

struct job {
	struct job *next, **link; /* in the wire's list */
	struct wire *wire;
	void *item;
	CURL *curl;
	struct curl_slist *headers;
	size_t received;
	bool is_answered; /* the whole header of an answer is there */
	char refused[INET6_ADDRSTRLEN]; /* an address that may not be; "" */
	char error[CURL_ERROR_SIZE];
};

struct wire {
	CURLM *multi;
	bool allows_private;
	char *ca_file;
	struct job *jobs;
	int count;
};

enum sg_err
wire_new(const struct wire_settings *settings, struct wire **wire_r,
    struct err *err_r)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	*wire_r = NULL;
	if (wire == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	wire->multi = curl_multi_init();
	wire->ca_file = strdup(settings->ca_file);
	wire->allows_private = settings->allows_private;
	if (wire->multi == NULL || wire->ca_file == NULL) {
		wire_free(&wire);
		return err_set(err_r, SG_NOMEM, "libcurl cannot be set up");
	}
	*wire_r = wire;
	return SG_OK;
}

static void
job_free(struct job *job)
{
	if (job->link != NULL) {
		*job->link = job->next;
		if (job->next != NULL)
			job->next->link = job->link;
		(void)curl_multi_remove_handle(job->wire->multi, job->curl);
		job->wire->count--;
	}
	curl_easy_cleanup(job->curl);
	curl_slist_free_all(job->headers);
	free(job);
}

void
wire_free(struct wire **wire_p)
{
	struct wire *wire = *wire_p;

	*wire_p = NULL;
	if (wire == NULL)
		return;
	while (wire->jobs != NULL)
		job_free(wire->jobs);
	(void)curl_multi_cleanup(wire->multi);
	free(wire->ca_file);
	free(wire);
}

/* ---- what libcurl calls back -------------------------------------------------- */

static void
note_refused(struct job *job, const struct sockaddr *addr)
{
	const void *bytes = NULL;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (addr->sa_family == AF_INET) {
		memcpy(&in4, addr, sizeof(in4));
		bytes = &in4.sin_addr;
	} else if (addr->sa_family == AF_INET6) {
		memcpy(&in6, addr, sizeof(in6));
		bytes = &in6.sin6_addr;
	}
	if (bytes == NULL || inet_ntop(addr->sa_family, bytes, job->refused,
				 sizeof(job->refused)) == NULL)
		(void)snprintf(job->refused, sizeof(job->refused), "?");
}

/* The address that is connected to, whatever name or form it came by. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct job *job = ctx;

	(void)purpose;
	if (!job->wire->allows_private && endpoint_is_private(&address->addr)) {
		note_refused(job, &address->addr);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

/* Not more of the body than that: the answer is known by then. */
static size_t
drop_body(char *data, size_t size, size_t count, void *ctx)
{
	struct job *job = ctx;

	(void)data;
	job->received += size * count;
	return job->received <= WIRE_ANSWER_MAX ? size * count : 0;
}

static size_t
see_header(char *data, size_t size, size_t count, void *ctx)
{
	struct job *job = ctx;
	long status = 0;

	if (size * count <= 2 && (data[0] == '\r' || data[0] == '\n')) {
		(void)curl_easy_getinfo(
		    job->curl, CURLINFO_RESPONSE_CODE, &status);
		job->is_answered = status >= 200;
	}
	return size * count;
}

/* ---- posts ---------------------------------------------------------------------- */

static bool
set_protocols(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") ==
	       CURLE_OK;
#else
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
		   CURLPROTO_HTTP | CURLPROTO_HTTPS) == CURLE_OK;
#endif
}

/* A look-up that hangs must hold up nobody else's delivery when it is given up. */
static bool
set_quick_exit(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075700
	return curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#else
	(void)curl;
	return true;
#endif
}

static bool
set_safety(struct job *job)
{
	CURL *curl = job->curl;
	const char *ca_file = job->wire->ca_file;
	bool ok =
	    set_protocols(curl) && set_quick_exit(curl) &&
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
		CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, job) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_POST_SEC) ==
		CURLE_OK;

	if (ca_file[0] != '\0') /* and no others */
		ok = ok &&
		     curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file) ==
			 CURLE_OK &&
		     curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK;
	return ok;
}

static bool
set_post(struct job *job, const char *url, const void *body, size_t len)
{
	CURL *curl = job->curl;

	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
		   (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)len) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, job->headers) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, job) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, see_header) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERDATA, job) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, job->error) ==
		   CURLE_OK;
}

static bool
set_headers(struct job *job, const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (; list != NULL && *headers != NULL; headers++) {
		struct curl_slist *longer = curl_slist_append(list, *headers);

		if (longer == NULL) {
			curl_slist_free_all(list);
			return false;
		}
		list = longer;
	}
	job->headers = list;
	return list != NULL;
}

/* Takes over the job, also when it fails. */
static enum sg_err
begin(struct wire *wire, struct job *job, struct err *err_r)
{
	if (curl_easy_setopt(job->curl, CURLOPT_PRIVATE, job) != CURLE_OK ||
	    curl_multi_add_handle(wire->multi, job->curl) != CURLM_OK) {
		job_free(job);
		return err_set(err_r, SG_NOMEM, "libcurl cannot be set up");
	}
	job->next = wire->jobs;
	job->link = &wire->jobs;
	if (job->next != NULL)
		job->next->link = &job->next;
	wire->jobs = job;
	wire->count++;
	return SG_OK;
}

static struct job *
job_new(struct wire *wire, void *item)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job != NULL) {
		job->wire = wire;
		job->item = item;
	}
	return job;
}

enum sg_err
wire_post(struct wire *wire, const char *url, const char *const *headers,
    const void *body, size_t len, void *item, struct err *err_r)
{
	struct job *job = job_new(wire, item);

	if (job == NULL || (job->curl = curl_easy_init()) == NULL ||
	    !set_headers(job, headers) || !set_safety(job) ||
	    !set_post(job, url, body, len)) {
		if (job != NULL)
			job_free(job);
		return err_set(err_r, SG_NOMEM, "libcurl cannot be set up");
	}
	return begin(wire, job, err_r);
}

/* ---- fetches ---------------------------------------------------------------------- */

struct fetch {
	struct buf *body;
	bool (*stops)(void *ctx);
	void *ctx;
	bool is_stopped;
};

static size_t
keep_body(char *data, size_t size, size_t count, void *ctx)
{
	struct fetch *fetch = ctx;

	return buf_append(fetch->body, data, size * count) ? size * count : 0;
}

static int
look_up(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
    curl_off_t up)
{
	struct fetch *fetch = ctx;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	fetch->is_stopped = fetch->stops != NULL && fetch->stops(fetch->ctx);
	return fetch->is_stopped;
}

static bool
set_fetch(struct job *job, const char *url, struct fetch *fetch)
{
	CURL *curl = job->curl;

	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_FETCH_SEC) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
		   (long)WIRE_POST_SEC) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, fetch) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, job->error) ==
		   CURLE_OK;
}

static enum sg_err
judge_fetch(struct job *job, CURLcode code, const struct fetch *fetch,
    struct err *err_r)
{
	long status = 0;

	(void)curl_easy_getinfo(job->curl, CURLINFO_RESPONSE_CODE, &status);
	if (fetch->is_stopped)
		return err_set(err_r, SG_BUSY, "it was asked to stop");
	if (fetch->body->failed)
		return err_set(err_r, SG_INVALID,
		    "the answer has more than %zu bytes", fetch->body->max);
	if (job->refused[0] != '\0' && code == CURLE_COULDNT_CONNECT)
		return err_set(
		    err_r, SG_INVALID, "%s is no public address", job->refused);
	if (code != CURLE_OK)
		return err_set(err_r, SG_INVALID, "%.200s",
		    job->error[0] != '\0' ? job->error
					  : curl_easy_strerror(code));
	if (status != 200)
		return err_set(err_r, SG_INVALID, "HTTP %ld%s", status,
		    status >= 300 && status < 400
			? " (redirects are not followed)"
			: "");
	return SG_OK;
}

enum sg_err
wire_fetch(const struct wire_settings *settings, const char *url,
    struct buf *body_r, bool (*stops)(void *ctx), void *ctx, struct err *err_r)
{
	struct fetch fetch = {.body = body_r, .stops = stops, .ctx = ctx};
	struct job *job = NULL;
	struct wire *wire;
	enum sg_err rc = wire_new(settings, &wire, err_r);

	if (rc != SG_OK)
		return rc;
	job = job_new(wire, NULL);
	if (job == NULL || (job->curl = curl_easy_init()) == NULL ||
	    !set_safety(job) || !set_fetch(job, url, &fetch))
		rc = err_set(err_r, SG_NOMEM, "libcurl cannot be set up");
	else
		rc = judge_fetch(
		    job, curl_easy_perform(job->curl), &fetch, err_r);
	if (job != NULL)
		job_free(job);
	wire_free(&wire);
	return rc;
}

/* ---- ends ------------------------------------------------------------------------- */

static enum wire_end
judge_status(long status)
{
	if (status >= 200 && status < 300)
		return WIRE_DELIVERED;
	if (status >= 400 && status < 500 && status != 408 && status != 429)
		return WIRE_NEVER;
	return WIRE_LATER;
}

static enum wire_end
judge_post(struct job *job, CURLcode code, char text_r[WIRE_TEXT_MAX])
{
	const char *error =
	    job->error[0] != '\0' ? job->error : curl_easy_strerror(code);
	long status = 0;

	(void)curl_easy_getinfo(job->curl, CURLINFO_RESPONSE_CODE, &status);
	if (job->is_answered) {
		(void)snprintf(text_r, WIRE_TEXT_MAX, "HTTP %ld%s", status,
		    status >= 300 && status < 400
			? " (redirects are not followed)"
			: "");
		return judge_status(status);
	}
	if (job->refused[0] != '\0' && code == CURLE_COULDNT_CONNECT)
		(void)snprintf(text_r, WIRE_TEXT_MAX,
		    "%s is no public address, and notify.private_addresses "
		    "refuses others",
		    job->refused);
	else
		(void)snprintf(text_r, WIRE_TEXT_MAX, "%.200s", error);
	return WIRE_LATER;
}

static void
tell_ends(struct wire *wire, wire_end_fn *fn, void *ctx)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(wire->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		char text[WIRE_TEXT_MAX];
		enum wire_end end;
		struct job *job;
		void *item;

		if (message->msg != CURLMSG_DONE)
			continue;
		/* job is no valid pointer type for every libcurl's checks */
		(void)curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&job);
		item = job->item;
		end = judge_post(job, code, text);
		job_free(job);
		fn(ctx, item, end, text);
	}
}

void
wire_turn(
    struct wire *wire, int wait_msec, int extra_fd, wire_end_fn *fn, void *ctx)
{
	struct curl_waitfd extra = {.fd = extra_fd, .events = CURL_WAIT_POLLIN};
	int running = 0;

	(void)curl_multi_poll(wire->multi, extra_fd >= 0 ? &extra : NULL,
	    extra_fd >= 0, wait_msec, NULL);
	(void)curl_multi_perform(wire->multi, &running);
	tell_ends(wire, fn, ctx);
}
