/* Open connections, in a table by descriptor: see conns.h. The lock is held while
 * sockets are shut down or written to without waiting, so that no descriptor is
 * closed and used again in between. */
#include "config.h"

#include "api/conns.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange.h"
#include "api/front.h"
#include "api/metrics.h"
#include "base/clock.h"
#include "base/hash.h"

/* Descriptors that are no connections: store, log, events. */
#define FILES_EXTRA 256
/* What does not go away when it is told to is forgotten after that. */
#define GRACE_MSEC 10000

#define LATE_MAX 2048

enum slot_state {
	SLOT_FREE,
	SLOT_WAITS,   /* for a request line */
	SLOT_READS,   /* the rest of a request */
	SLOT_ANSWERS, /* until the answer is out */
	SLOT_ENDS,    /* was shut down; the library will see it */
};

struct slot {
	enum slot_state state;
	bool plain;
	unsigned generation;
	int requests;
	int form;              /* see api_conns_form */
	int64_t deadline_msec; /* INT64_MAX: none */
	uint64_t address;      /* hash */
};

struct api_conns {
	pthread_mutex_t lock;
	struct api_metrics *metrics;
	struct api_conns_limits limits;
	struct slot *slots; /* by descriptor */
	size_t slot_count;
	size_t open;
	struct hash_key key;
	struct hash_map by_address; /* value: how many */
	int64_t body_bytes;         /* atomic; held */
};

enum sg_err
api_conns_new(
    struct api_metrics *metrics, struct api_conns **conns_r, struct err *err_r)
{
	struct api_conns *conns = calloc(1, sizeof(*conns));

	*conns_r = NULL;
	if (conns == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for connections");
	if (!hash_key_init(&conns->key)) {
		free(conns);
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	}
	(void)pthread_mutex_init(&conns->lock, NULL); /* never fails on Linux */
	conns->metrics = metrics;
	*conns_r = conns;
	return SG_OK;
}

void
api_conns_free(struct api_conns **conns)
{
	struct api_conns *c = *conns;

	if (c == NULL)
		return;
	hash_map_fini(&c->by_address);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->slots);
	free(c);
	*conns = NULL;
}

enum sg_err
api_conns_set_limits(struct api_conns *conns,
    const struct api_conns_limits *limits, struct err *err_r)
{
	size_t count = (size_t)limits->max + FILES_EXTRA;
	struct slot *slots;
	enum sg_err rc = SG_OK;

	(void)pthread_mutex_lock(&conns->lock);
	if (count > conns->slot_count) {
		slots = realloc(conns->slots, count * sizeof(*slots));
		if (slots == NULL) {
			rc = err_set(
			    err_r, SG_NOMEM, "no memory for connections");
		} else {
			memset(slots + conns->slot_count, 0,
			    (count - conns->slot_count) * sizeof(*slots));
			conns->slots = slots;
			conns->slot_count = count;
		}
	}
	if (rc == SG_OK) {
		conns->limits.max = limits->max;
		conns->limits.max_per_address = limits->max_per_address;
		conns->limits.timeout_msec = limits->timeout_msec;
		__atomic_store_n(&conns->limits.body_bytes, limits->body_bytes,
		    __ATOMIC_RELAXED);
	}
	(void)pthread_mutex_unlock(&conns->lock);
	return rc;
}

/* ---- addresses ---------------------------------------------------------- */

static uint64_t
address_hash(const struct api_conns *conns, const struct sockaddr *addr)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->sa_family == AF_INET)
		return hash_bytes(&conns->key, &in4->sin_addr, 4);
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return hash_bytes(&conns->key, in6->sin6_addr.s6_addr + 12, 4);
	return hash_bytes(&conns->key, in6->sin6_addr.s6_addr, 8);
}

static bool
count_address(struct api_conns *conns, uint64_t address)
{
	struct hash_slot *slot =
	    hash_map_find(&conns->by_address, address, NULL, NULL);

	if (slot == NULL)
		return hash_map_add(&conns->by_address, address, 1);
	if ((int64_t)slot->value >= conns->limits.max_per_address)
		return false;
	slot->value++;
	return true;
}

static void
release(struct api_conns *conns, struct slot *s)
{
	struct hash_slot *slot;

	if (s->state == SLOT_FREE)
		return;
	slot = hash_map_find(&conns->by_address, s->address, NULL, NULL);
	if (slot != NULL && --slot->value == 0)
		hash_map_remove(&conns->by_address, slot);
	*s = (struct slot){0};
	conns->open--;
	api_metrics_closed(conns->metrics);
}

/* ---- one connection ----------------------------------------------------- */

/* Locked. */
static struct slot *
slot_of(const struct api_conns *conns, int fd)
{
	if (fd < 0 || (size_t)fd >= conns->slot_count ||
	    conns->slots[fd].state == SLOT_FREE)
		return NULL;
	return &conns->slots[fd];
}

bool
api_conns_admit(struct api_conns *conns, int fd, const struct sockaddr *addr,
    bool plain, unsigned generation, int64_t now_msec)
{
	uint64_t address = address_hash(conns, addr);
	enum api_metrics_drop why = API_DROP_FULL;
	bool is_in = false;

	(void)pthread_mutex_lock(&conns->lock);
	if (fd >= 0 && (size_t)fd < conns->slot_count) {
		/* Used again, so the former one was closed unheard. */
		release(conns, &conns->slots[fd]);
		is_in = (int64_t)conns->open < conns->limits.max;
	}
	if (is_in && !count_address(conns, address)) {
		why = API_DROP_ADDRESS;
		is_in = false;
	}
	if (is_in) {
		conns->slots[fd] = (struct slot){.state = SLOT_WAITS,
		    .plain = plain,
		    .form = -1,
		    .generation = generation,
		    .deadline_msec = now_msec + conns->limits.timeout_msec,
		    .address = address};
		conns->open++;
	}
	(void)pthread_mutex_unlock(&conns->lock);
	if (is_in)
		api_metrics_accepted(conns->metrics);
	else
		api_metrics_dropped(conns->metrics, why);
	return is_in;
}

static int
move(struct api_conns *conns, int fd, enum slot_state state, int64_t now_msec)
{
	struct slot *slot;
	int requests = 0;

	(void)pthread_mutex_lock(&conns->lock);
	slot = slot_of(conns, fd);
	if (slot != NULL && slot->state != SLOT_ENDS) {
		slot->state = state;
		slot->deadline_msec = now_msec + conns->limits.timeout_msec;
		slot->requests += state == SLOT_READS;
		requests = slot->requests;
	}
	(void)pthread_mutex_unlock(&conns->lock);
	return requests;
}

int
api_conns_began(struct api_conns *conns, int fd, int64_t now_msec)
{
	return move(conns, fd, SLOT_READS, now_msec);
}

void
api_conns_reads(struct api_conns *conns, int fd, int64_t now_msec)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&conns->lock);
	slot = slot_of(conns, fd);
	if (slot != NULL && slot->state == SLOT_READS)
		slot->deadline_msec = now_msec + conns->limits.timeout_msec;
	(void)pthread_mutex_unlock(&conns->lock);
}

void
api_conns_form(struct api_conns *conns, int fd, int form)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&conns->lock);
	slot = slot_of(conns, fd);
	if (slot != NULL)
		slot->form = form;
	(void)pthread_mutex_unlock(&conns->lock);
}

void
api_conns_works(struct api_conns *conns, int fd)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&conns->lock);
	slot = slot_of(conns, fd);
	if (slot != NULL && slot->state != SLOT_ENDS) {
		slot->state = SLOT_ANSWERS;
		slot->deadline_msec = INT64_MAX;
	}
	(void)pthread_mutex_unlock(&conns->lock);
}

void
api_conns_answers(struct api_conns *conns, int fd, int64_t now_msec)
{
	(void)move(conns, fd, SLOT_ANSWERS, now_msec);
}

void
api_conns_done(struct api_conns *conns, int fd, int64_t now_msec)
{
	(void)move(conns, fd, SLOT_WAITS, now_msec);
}

void
api_conns_gone(struct api_conns *conns, int fd)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&conns->lock);
	slot = slot_of(conns, fd);
	if (slot != NULL)
		release(conns, slot);
	(void)pthread_mutex_unlock(&conns->lock);
}

/* ---- memory -------------------------------------------------------------- */

static int64_t
body_limit(struct api_conns *conns)
{
	return __atomic_load_n(&conns->limits.body_bytes, __ATOMIC_RELAXED);
}

bool
api_conns_has_room(struct api_conns *conns, size_t bytes)
{
	return __atomic_load_n(&conns->body_bytes, __ATOMIC_RELAXED) +
		   (int64_t)bytes <=
	       body_limit(conns);
}

bool
api_conns_hold(struct api_conns *conns, size_t bytes)
{
	if (__atomic_add_fetch(&conns->body_bytes, (int64_t)bytes,
		__ATOMIC_RELAXED) <= body_limit(conns))
		return true;
	api_conns_release(conns, bytes);
	return false;
}

void
api_conns_release(struct api_conns *conns, size_t bytes)
{
	(void)__atomic_sub_fetch(
	    &conns->body_bytes, (int64_t)bytes, __ATOMIC_RELAXED);
}

/* ---- all of them -------------------------------------------------------- */

static void
tell_late(int fd, const struct slot *slot)
{
	char date[API_DATE_MAX], head[512];
	struct api_response response;
	struct buf text;
	int len;

	api_response_init(&response);
	buf_init(&text, LATE_MAX);
	if (slot->form >= 0) {
		api_front_late(slot->form, &response);
	} else {
		response.content_type = "text/plain; charset=utf-8";
		(void)buf_puts(
		    &response.body, "The request did not arrive in time.\r\n");
	}
	api_response_date(clock_now_sec(), date);
	len = snprintf(head, sizeof(head),
	    "HTTP/1.1 408 Request Timeout\r\n"
	    "Date: %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "%s%s%s%s%s%s"
	    "Connection: close\r\n\r\n",
	    date, response.content_type, response.body.len,
	    slot->form < 0 ? "" : "x-amzn-RequestId: ", response.request_id,
	    slot->form < 0 ? "" : "\r\n",
	    slot->form < 0 ? "" : "x-amzn-ErrorType: ", response.error,
	    slot->form < 0 ? "" : "\r\n");
	if (len > 0 && (size_t)len < sizeof(head) &&
	    buf_append(&text, head, (size_t)len) &&
	    buf_append(&text, response.body.data, response.body.len))
		(void)send(
		    fd, text.data, text.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_fini(&text);
	api_response_fini(&response);
}

/* Locked. The library finds the socket's end and closes it. */
static void
end_late(struct api_conns *conns, int fd, struct slot *slot, int64_t now_msec)
{
	/* A client that sent half a request hears why; nobody else writes to
	 * the socket in this state. */
	if (slot->state == SLOT_READS && slot->plain)
		tell_late(fd, slot);
	(void)shutdown(fd, SHUT_RDWR);
	slot->state = SLOT_ENDS;
	slot->deadline_msec = now_msec + GRACE_MSEC;
	api_metrics_dropped(conns->metrics, API_DROP_LATE);
}

void
api_conns_sweep(struct api_conns *conns, int64_t now_msec)
{
	size_t left;

	(void)pthread_mutex_lock(&conns->lock);
	left = conns->open;
	for (size_t fd = 0; fd < conns->slot_count && left > 0; fd++) {
		struct slot *slot = &conns->slots[fd];

		if (slot->state == SLOT_FREE)
			continue;
		left--;
		if (now_msec < slot->deadline_msec)
			continue;
		if (slot->state == SLOT_ENDS)
			release(conns, slot);
		else
			end_late(conns, (int)fd, slot, now_msec);
	}
	(void)pthread_mutex_unlock(&conns->lock);
}

void
api_conns_end_idle(struct api_conns *conns, unsigned generation)
{
	(void)pthread_mutex_lock(&conns->lock);
	for (size_t fd = 0; fd < conns->slot_count; fd++) {
		struct slot *slot = &conns->slots[fd];

		/* Linux still hands out what came before SHUT_RD. */
		if (slot->state == SLOT_WAITS && slot->generation <= generation)
			(void)shutdown((int)fd, SHUT_RD);
	}
	(void)pthread_mutex_unlock(&conns->lock);
}

size_t
api_conns_count(struct api_conns *conns, unsigned generation)
{
	size_t count = 0, left;

	(void)pthread_mutex_lock(&conns->lock);
	left = conns->open;
	for (size_t fd = 0; fd < conns->slot_count && left > 0; fd++) {
		if (conns->slots[fd].state == SLOT_FREE)
			continue;
		left--;
		count += conns->slots[fd].generation <= generation;
	}
	(void)pthread_mutex_unlock(&conns->lock);
	return count;
}
