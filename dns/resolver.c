/* Look-ups by libunbound: see resolver.h. The library works in a thread of its
 * own; this file keeps the deadlines and copies answers. Knows nothing of what
 * is looked for. */
#include "config.h"

#include "dns/resolver.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <unbound.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "dns/rdata.h"

#define ANSWER_BYTES_MAX (512 * 1024)
#define CLASS_IN 1
#define RCODE_SERVFAIL 2
/* How many servers are reckoned with when the library reads the file. */
#define RESOLV_CONF_SERVERS 2

struct question {
	TAILQ_ENTRY(question) link;
	struct dns_resolver *resolver;
	dns_answer_fn *fn;
	void *ctx;
	int64_t asked_msec;
	int64_t flown_msec; /* 0: it waits */
	enum dns_type type;
	bool is_late;
	int ub_err;
	struct ub_result *result;
	char name[DNS_NAME_MAX + 1];
};
TAILQ_HEAD(questions, question);

struct dns_resolver {
	struct ub_ctx *ub;
	struct arena *arena;
	int64_t timeout_msec;
	/* Of waiting and flying the eldest is first. */
	struct questions waiting, flying, late, done;
	size_t pending;
	int64_t heard_msec; /* when a server last answered anything */
	/* Those included that are late and that it has not yet given up. */
	size_t in_library;
};

static enum sg_err
ub_failed(struct err *err_r, int ub_err, const char *what)
{
	return err_set(err_r, ub_err == UB_NOMEM ? SG_NOMEM : SG_IO,
	    "libunbound: %s: %s", what, ub_strerror(ub_err));
}

struct setting {
	const char *option, *value;
};

/* What is looked for has just been published or withdrawn: nothing is kept for
 * longer than a second, and a server that was away is asked at once again. */
/* clang-format off */
static const struct setting settings[] = {
	{"cache-max-ttl:",          "1"},
	{"cache-max-negative-ttl:", "1"},
	{"infra-keep-probing:",     "yes"},
	{"outbound-msg-retry:",     "1"},
	{"aggressive-nsec:",        "no"},
	{"qname-minimisation:",     "no"},
	{"do-not-query-localhost:", "no"},
	{"unblock-lan-zones:",      "yes"},
	{"insecure-lan-zones:",     "yes"},
	{"udp-connect:",            "no"},
	{"minimal-responses:",      "no"},
	/* Little memory. */
	{"msg-cache-size:",         "512k"},
	{"rrset-cache-size:",       "1m"},
	{"key-cache-size:",         "512k"},
	{"neg-cache-size:",         "64k"},
	{"infra-cache-numhosts:",   "1000"},
	{"msg-cache-slabs:",        "1"},
	{"rrset-cache-slabs:",      "1"},
	{"key-cache-slabs:",        "1"},
	{"infra-cache-slabs:",      "1"},
	{"outgoing-range:",         "256"},
	{"outgoing-num-tcp:",       "16"},
	{"num-queries-per-thread:", "512"},
};
/* clang-format on */

/* Names that libunbound would answer itself (RFC 6761, RFC 7686). */
static const char *const built_in_zones[] = {"test.", "invalid.", "onion.",
    "home.arpa.", "localhost.", "example.", "local."};

static enum sg_err
set_option(
    struct ub_ctx *ub, const char *option, const char *value, struct err *err_r)
{
	int ub_err = ub_ctx_set_option(ub, option, value);

	return ub_err == 0 ? SG_OK : ub_failed(err_r, ub_err, option);
}

static enum sg_err
set_servers(
    struct ub_ctx *ub, const char *servers, size_t *count_r, struct err *err_r)
{
	struct conf_server server;
	struct err err = {.code = SG_OK};
	int ub_err;

	*count_r = 0;
	while (conf_server_next(&servers, &server, &err)) {
		ub_err = ub_ctx_set_fwd(ub, server.text);
		if (ub_err != 0)
			return ub_failed(err_r, ub_err, server.text);
		++*count_r;
	}
	if (err.code != SG_OK)
		return err_set(err_r, err.code, "dns.servers: %s", err.text);
	if (*count_r > 0)
		return SG_OK;
	*count_r = RESOLV_CONF_SERVERS;
	ub_err = ub_ctx_resolvconf(ub, NULL);
	if (ub_err != 0)
		return ub_failed(
		    err_r, ub_err, "/etc/resolv.conf (dns.servers is empty)");
	return SG_OK;
}

/* The library asks a server, after a time asks it once more, and goes to the
 * next: so every server has its turn within the time that a look-up may take,
 * and then the library gives up, too. What it learns of servers is forgotten
 * soon, as one that comes back shall be asked; of several, those that are dead
 * are left out for a while. */
static enum sg_err
set_times(
    struct ub_ctx *ub, int64_t timeout_msec, size_t servers, struct err *err_r)
{
	char first_msec[24];
	enum sg_err code;

	(void)snprintf(first_msec, sizeof(first_msec), "%lld",
	    (long long)(timeout_msec * 2 / 5) / (long long)servers);
	code = set_option(ub, "unknown-server-time-limit:", first_msec, err_r);
	if (code == SG_OK)
		code =
		    set_option(ub, "infra-cache-min-rtt:", first_msec, err_r);
	if (code == SG_OK)
		code = set_option(
		    ub, "infra-host-ttl:", servers > 1 ? "5" : "1", err_r);
	return code;
}

static enum sg_err
set_anchor(struct ub_ctx *ub, const char *path, struct err *err_r)
{
	int ub_err;

	if (path[0] == '\0')
		return SG_OK;
	if (access(path, R_OK) != 0)
		return err_set(err_r, SG_INVALID,
		    "dns.trust_anchor_file: %s: %s", path, strerror(errno));
	ub_err = ub_ctx_add_ta_file(ub, path);
	return ub_err == 0 ? SG_OK : ub_failed(err_r, ub_err, path);
}

/* The first call that the library acts upon: it reads its settings. */
static enum sg_err
remove_built_in(struct ub_ctx *ub, const struct conf *conf, struct err *err_r)
{
	size_t count = sizeof(built_in_zones) / sizeof(built_in_zones[0]);
	int ub_err = 0;

	for (size_t i = 0; i < count && ub_err == 0; i++)
		ub_err = ub_ctx_zone_remove(ub, built_in_zones[i]);
	if (ub_err == UB_INITFAIL && conf->dns_trust_anchor_file[0] != '\0')
		return err_set(err_r, SG_INVALID,
		    "dns.trust_anchor_file: %s has no trust anchor that can "
		    "be read",
		    conf->dns_trust_anchor_file);
	return ub_err == 0 ? SG_OK : ub_failed(err_r, ub_err, "start");
}

static enum sg_err
context_new(const struct conf *conf, int64_t timeout_msec, struct ub_ctx **ub_r,
    struct err *err_r)
{
	struct ub_ctx *ub = ub_ctx_create();
	size_t servers;
	enum sg_err code = SG_OK;

	if (ub == NULL)
		return err_set(err_r, SG_NOMEM, "libunbound: no context");
	/* It would write to stderr. */
	(void)ub_ctx_debugout(ub, NULL);
	(void)ub_ctx_async(ub, 1);
	for (size_t i = 0;
	     i < sizeof(settings) / sizeof(settings[0]) && code == SG_OK; i++)
		code = set_option(
		    ub, settings[i].option, settings[i].value, err_r);
	if (code == SG_OK)
		code = set_servers(ub, conf->dns_servers, &servers, err_r);
	if (code == SG_OK)
		code = set_times(ub, timeout_msec, servers, err_r);
	if (code == SG_OK)
		code = set_anchor(ub, conf->dns_trust_anchor_file, err_r);
	if (code == SG_OK)
		code = remove_built_in(ub, conf, err_r);
	if (code == SG_OK)
		*ub_r = ub;
	else
		ub_ctx_delete(ub);
	return code;
}

enum sg_err
dns_resolver_new(const struct conf *conf, struct dns_resolver **resolver_r,
    struct err *err_r)
{
	struct dns_resolver *resolver = calloc(1, sizeof(*resolver));
	enum sg_err code;

	if (resolver == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	TAILQ_INIT(&resolver->waiting);
	TAILQ_INIT(&resolver->flying);
	TAILQ_INIT(&resolver->late);
	TAILQ_INIT(&resolver->done);
	resolver->timeout_msec = conf->dns_timeout_sec * 1000;
	resolver->arena = arena_new(ANSWER_BYTES_MAX);
	if (resolver->arena == NULL)
		code = err_set(err_r, SG_NOMEM, "out of memory");
	else
		code = context_new(
		    conf, resolver->timeout_msec, &resolver->ub, err_r);
	if (code == SG_OK)
		*resolver_r = resolver;
	else
		dns_resolver_free(&resolver);
	return code;
}

static void
question_free(struct question *question)
{
	ub_resolve_free(question->result);
	free(question);
}

static void
questions_free(struct questions *questions)
{
	struct question *question;

	while ((question = TAILQ_FIRST(questions)) != NULL) {
		TAILQ_REMOVE(questions, question, link);
		question_free(question);
	}
}

void
dns_resolver_free(struct dns_resolver **resolver)
{
	struct dns_resolver *r = *resolver;

	if (r == NULL)
		return;
	/* Its thread is gone after that, so nobody calls back. */
	ub_ctx_delete(r->ub);
	questions_free(&r->waiting);
	questions_free(&r->flying);
	questions_free(&r->late);
	questions_free(&r->done);
	arena_free(&r->arena);
	free(r);
	*resolver = NULL;
}

/* The library says SERVFAIL, too, when no server answered: then it took its
 * time. */
static bool
is_silence(const struct question *question, int64_t took_msec)
{
	const struct ub_result *result = question->result;

	return result == NULL ||
	       (result->rcode == RCODE_SERVFAIL && !result->bogus &&
		   took_msec >= question->resolver->timeout_msec / 3);
}

/* Called by the library from ub_process. */
static void
take_result(void *ctx, int ub_err, struct ub_result *result)
{
	struct question *question = ctx;
	struct dns_resolver *resolver = question->resolver;
	int64_t now_msec;

	question->ub_err = ub_err;
	question->result = result;
	resolver->in_library--;
	now_msec = clock_mono_msec();
	if (!is_silence(question, now_msec - question->flown_msec))
		resolver->heard_msec = now_msec;
	if (question->is_late) {
		TAILQ_REMOVE(&resolver->late, question, link);
		question_free(question);
		return;
	}
	TAILQ_REMOVE(&resolver->flying, question, link);
	TAILQ_INSERT_TAIL(&resolver->done, question, link);
}

/* The library's thread is made by the first question: signals are not for it. */
static int
hand_to_library(struct dns_resolver *resolver, struct question *question)
{
	sigset_t all, before;
	int ub_err;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	ub_err = ub_resolve_async(resolver->ub, question->name,
	    (int)question->type, CLASS_IN, question, take_result, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ub_err;
}

static void
fly(struct dns_resolver *resolver)
{
	struct question *question;

	while (resolver->in_library < DNS_TOGETHER_MAX &&
	       (question = TAILQ_FIRST(&resolver->waiting)) != NULL) {
		TAILQ_REMOVE(&resolver->waiting, question, link);
		/* Its time begins now: one that waits behind others whose
		 * servers are silent is not silent itself. */
		question->flown_msec = clock_mono_msec();
		question->ub_err = hand_to_library(resolver, question);
		if (question->ub_err != 0) {
			TAILQ_INSERT_TAIL(&resolver->done, question, link);
			continue;
		}
		TAILQ_INSERT_TAIL(&resolver->flying, question, link);
		resolver->in_library++;
	}
}

enum sg_err
dns_ask(struct dns_resolver *resolver, const char *name, enum dns_type type,
    dns_answer_fn *fn, void *ctx, struct err *err_r)
{
	struct question *question = calloc(1, sizeof(*question));

	if (question == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	if (!dns_name_read(name, question->name)) {
		free(question);
		return err_set(
		    err_r, SG_INVALID, "%.100s is no domain name", name);
	}
	question->resolver = resolver;
	question->type = type;
	question->fn = fn;
	question->ctx = ctx;
	question->asked_msec = clock_mono_msec();
	TAILQ_INSERT_TAIL(&resolver->waiting, question, link);
	resolver->pending++;
	fly(resolver);
	return SG_OK;
}

size_t
dns_pending(const struct dns_resolver *resolver)
{
	return resolver->pending;
}

int
dns_fd(const struct dns_resolver *resolver)
{
	return ub_fd(resolver->ub);
}

/* What has flown is given up when its time is over, and everything when all
 * servers have been silent for so long. */
static int64_t
deadline_msec(const struct question *question)
{
	const struct dns_resolver *resolver = question->resolver;
	int64_t since = question->asked_msec;

	if (resolver->heard_msec > since)
		since = resolver->heard_msec;
	if (question->flown_msec != 0 && question->flown_msec < since)
		since = question->flown_msec;
	return since + resolver->timeout_msec;
}

int
dns_next_msec(const struct dns_resolver *resolver)
{
	const struct question *flying = TAILQ_FIRST(&resolver->flying);
	const struct question *waiting = TAILQ_FIRST(&resolver->waiting);
	int64_t left, deadline = INT64_MAX;

	if (resolver->pending == 0)
		return -1;
	if (!TAILQ_EMPTY(&resolver->done))
		return 0;
	if (flying != NULL)
		deadline = deadline_msec(flying);
	if (waiting != NULL && deadline_msec(waiting) < deadline)
		deadline = deadline_msec(waiting);
	left = deadline - clock_mono_msec();
	return left > 0 ? (int)left : 0;
}

/* Reads the records; false: one of them cannot be read. */
static bool
copy_records(struct dns_resolver *resolver, const struct question *question,
    struct dns_answer *answer)
{
	const struct ub_result *result = question->result;
	struct dns_record *records =
	    arena_alloc(resolver->arena, DNS_RECORDS_MAX * sizeof(*records));

	if (records == NULL)
		return false;
	for (size_t i = 0; result->data[i] != NULL; i++) {
		if (i == DNS_RECORDS_MAX) {
			answer->is_cut = true;
			break;
		}
		if (dns_rdata_read(question->type,
			(const uint8_t *)result->data[i],
			(size_t)result->len[i], resolver->arena,
			&records[i]) != SG_OK)
			return false;
		answer->count = i + 1;
	}
	answer->records = records;
	return answer->count > 0;
}

static void
copy_alias(const struct question *question, struct dns_answer *answer)
{
	const char *canon = question->result->canonname;

	if (canon == NULL || !dns_name_read(canon, answer->alias) ||
	    strcmp(answer->alias, question->name) == 0)
		answer->alias[0] = '\0';
}

static void
set_outcome(
    struct dns_answer *answer, enum dns_outcome outcome, const char *why)
{
	answer->outcome = outcome;
	(void)snprintf(answer->why, sizeof(answer->why), "%s", why);
}

static void
judge_failure(const struct question *question, int64_t took_msec,
    struct dns_answer *answer)
{
	if (is_silence(question, took_msec))
		set_outcome(
		    answer, DNS_TIMED_OUT, "no name server gave an answer");
	else
		set_outcome(answer, DNS_FAILED,
		    "the name server reports a failure (SERVFAIL or REFUSED)");
}

static void
judge(struct dns_resolver *resolver, const struct question *question,
    struct dns_answer *answer)
{
	const struct ub_result *result = question->result;
	int64_t took_msec = clock_mono_msec() - question->flown_msec;

	if (question->ub_err != 0 || result == NULL) {
		set_outcome(answer, DNS_FAILED, ub_strerror(question->ub_err));
		return;
	}
	copy_alias(question, answer);
	answer->is_secure = result->secure != 0;
	if (result->bogus) {
		set_outcome(answer, DNS_BOGUS,
		    result->why_bogus != NULL ? result->why_bogus
					      : "DNSSEC validation failed");
	} else if (result->havedata) {
		if (copy_records(resolver, question, answer))
			set_outcome(answer, DNS_FOUND, "");
		else
			set_outcome(answer, DNS_FAILED,
			    "the answer has a record that cannot be read");
	} else if (result->nxdomain) {
		set_outcome(answer, DNS_NO_NAME, "the name does not exist");
	} else if (result->rcode == 0 && !dns_is_denial(result->answer_packet,
					     (size_t)result->answer_len)) {
		set_outcome(answer, DNS_FAILED,
		    "the name server knows nothing of the zone (lame)");
	} else if (result->rcode == 0) {
		set_outcome(answer, DNS_NO_DATA, "the name has no such record");
	} else {
		judge_failure(question, took_msec, answer);
	}
	if (answer->outcome == DNS_FAILED || answer->outcome == DNS_BOGUS) {
		answer->records = NULL;
		answer->count = 0;
	}
}

/* What fn asks anew and fails at once waits for the next call. */
static void
hand_out(struct dns_resolver *resolver)
{
	struct questions done = TAILQ_HEAD_INITIALIZER(done);
	struct question *question;

	TAILQ_CONCAT(&done, &resolver->done, link);
	while ((question = TAILQ_FIRST(&done)) != NULL) {
		struct dns_answer answer = {.outcome = DNS_FAILED};

		TAILQ_REMOVE(&done, question, link);
		resolver->pending--;
		arena_reset(resolver->arena);
		judge(resolver, question, &answer);
		question->fn(question->ctx, &answer);
		question_free(question);
	}
}

static void
tell_late(const struct question *question, const char *why)
{
	struct dns_answer answer = {.outcome = DNS_TIMED_OUT};

	question->resolver->pending--;
	set_outcome(&answer, DNS_TIMED_OUT, why);
	question->fn(question->ctx, &answer);
}

static void
expire_flying(struct dns_resolver *resolver, int64_t now_msec)
{
	struct question *question;

	while ((question = TAILQ_FIRST(&resolver->flying)) != NULL &&
	       deadline_msec(question) <= now_msec) {
		TAILQ_REMOVE(&resolver->flying, question, link);
		question->is_late = true;
		TAILQ_INSERT_TAIL(&resolver->late, question, link);
		tell_late(question, "no name server gave an answer in time");
	}
}

static void
expire_waiting(struct dns_resolver *resolver, int64_t now_msec)
{
	struct question *question;

	while ((question = TAILQ_FIRST(&resolver->waiting)) != NULL &&
	       deadline_msec(question) <= now_msec) {
		TAILQ_REMOVE(&resolver->waiting, question, link);
		tell_late(question, "no name server gives answers");
		question_free(question);
	}
}

void
dns_process(struct dns_resolver *resolver)
{
	int64_t now_msec;

	if (ub_poll(resolver->ub))
		(void)ub_process(resolver->ub);
	hand_out(resolver);
	now_msec = clock_mono_msec();
	expire_flying(resolver, now_msec);
	expire_waiting(resolver, now_msec);
	fly(resolver);
}

struct waiter {
	dns_answer_fn *fn;
	void *ctx;
	bool is_done;
};

static void
end_wait(void *ctx, const struct dns_answer *answer)
{
	struct waiter *waiter = ctx;

	waiter->is_done = true;
	waiter->fn(waiter->ctx, answer);
}

enum sg_err
dns_look_up(struct dns_resolver *resolver, const char *name, enum dns_type type,
    dns_answer_fn *fn, void *ctx, struct err *err_r)
{
	struct waiter waiter = {fn, ctx, false};
	enum sg_err code =
	    dns_ask(resolver, name, type, end_wait, &waiter, err_r);

	while (code == SG_OK && !waiter.is_done) {
		struct pollfd fd = {.fd = dns_fd(resolver), .events = POLLIN};

		/* Interrupted or not: the deadline is looked at. */
		(void)poll(&fd, 1, dns_next_msec(resolver));
		dns_process(resolver);
	}
	return code;
}
