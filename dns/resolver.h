/* DNS look-ups by libunbound: many at once, each with a deadline of its own,
 * answers copied into plain values. Keeps no state about what is looked for.
 *
 * Thread rule: a resolver and its answers belong to one thread. It may start a
 * thread of its own inside. */
#ifndef SENDWARD_DNS_RESOLVER_H
#define SENDWARD_DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct dns_resolver;

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_NS = 2
};
const char *dns_type_name(enum dns_type type); /* "TXT" */

enum dns_outcome {
	DNS_FOUND,
	DNS_NO_NAME, /* NXDOMAIN; with alias: the CNAME leads nowhere */
	DNS_NO_DATA, /* the name is there, the type is not; the zone's SOA says so */
	DNS_FAILED, /* SERVFAIL, REFUSED, lame, CNAME loop, answer unreadable */
	DNS_TIMED_OUT, /* no answer in dns.timeout_sec */
	DNS_BOGUS,     /* DNSSEC validation failed: as DNS_FAILED, said apart */
};

#define DNS_NAME_MAX 255
#define DNS_RECORDS_MAX 64 /* more are not looked at: is_cut */
#define DNS_RECORD_BYTES_MAX 65535

struct dns_record {
	int preference;   /* MX */
	const char *text; /* TXT: its strings joined, NUL-terminated; CNAME, NS,
	                     MX: the host in lower case, no final dot; A, AAAA: the
	                     address; SOA: "mname rname serial" */
	size_t len;       /* TXT may hold any bytes */
	int strings;      /* TXT: of how many strings it was made */
};

struct dns_answer {
	enum dns_outcome outcome;
	bool is_secure; /* DNSSEC said yes */
	bool is_cut;
	char
	    alias[DNS_NAME_MAX + 1]; /* last target when a CNAME was followed */
	char why[128];               /* for people, when it is not DNS_FOUND */
	const struct dns_record *records;
	size_t count;
};
typedef void dns_answer_fn(void *ctx, const struct dns_answer *answer);

/* From the options dns.*. Caches little and for a few seconds only: what is
 * looked for has just been published. Names below .test, .example and the like
 * are asked for as any other. SG_INVALID: an option; SG_IO: libunbound. */
enum sg_err dns_resolver_new(const struct conf *conf,
    struct dns_resolver **resolver_r, struct err *err_r);
/* What is under way is dropped, without calling back. */
void dns_resolver_free(struct dns_resolver **resolver);

/* So many questions are asked at once, those included that came late and are not
 * yet given up by the library. More wait for their turn, when their time begins;
 * while every server is silent they wait no longer than a look-up may take. */
#define DNS_TOGETHER_MAX 256

/* Asks; fn is called exactly once, from dns_process, also after the deadline
 * (DNS_TIMED_OUT), with an answer that is borrowed for the call. fn may ask
 * again. SG_INVALID: name is no domain name (fn is not called). */
enum sg_err dns_ask(struct dns_resolver *resolver, const char *name,
    enum dns_type type, dns_answer_fn *fn, void *ctx, struct err *err_r);
size_t dns_pending(const struct dns_resolver *resolver);
/* For poll(2): readable when answers wait. */
int dns_fd(const struct dns_resolver *resolver);
/* Milliseconds until the next deadline; -1: nothing is pending. */
int dns_next_msec(const struct dns_resolver *resolver);
/* Hands out what has come and what is late. Does not wait. */
void dns_process(struct dns_resolver *resolver);

/* Asks and waits (sendwardctl). */
enum sg_err dns_look_up(struct dns_resolver *resolver, const char *name,
    enum dns_type type, dns_answer_fn *fn, void *ctx, struct err *err_r);

#endif
