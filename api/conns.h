/* The connections that are open: how many, from where, and how long each may
 * still take. The HTTP library's own time-out is one of silence; a client that
 * sends a byte now and then would stay for ever. Parses nothing. */
#ifndef SENDWARD_API_CONNS_H
#define SENDWARD_API_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include "base/err.h"

struct api_conns;
struct api_metrics;

struct api_conns_limits {
	int64_t max;
	int64_t max_per_address; /* IPv6: per /64 */
	int64_t timeout_msec;
	int64_t body_bytes; /* of large bodies, together */
};

/* Any thread may call any function at any time. metrics is borrowed. */
enum sg_err api_conns_new(
    struct api_metrics *metrics, struct api_conns **conns_r, struct err *err_r);
void api_conns_free(struct api_conns **conns);
enum sg_err api_conns_set_limits(struct api_conns *conns,
    const struct api_conns_limits *limits, struct err *err_r);

/* May this socket stay? From here until it is gone it has a deadline. plain: it
 * carries no TLS, so that a late client can be told. generation: see
 * api_conns_count. The caller closes what is not admitted. */
bool api_conns_admit(struct api_conns *conns, int fd,
    const struct sockaddr *addr, bool plain, unsigned generation,
    int64_t now_msec);

/* A request line was read; a good piece of its body was; a request is whole, or was
 * refused (the answer comes now); the answer is out. Each gives time anew. began
 * tells how many requests the connection has had, this one with them. */
int api_conns_began(struct api_conns *conns, int fd, int64_t now_msec);
void api_conns_reads(struct api_conns *conns, int fd, int64_t now_msec);
void api_conns_answers(struct api_conns *conns, int fd, int64_t now_msec);
void api_conns_done(struct api_conns *conns, int fd, int64_t now_msec);
/* A thread works on the request: as long as that takes, it is not late. */
void api_conns_works(struct api_conns *conns, int fd);

/* What a late client is to be told in: an enum api_protocol, or -1 for plain text. */
void api_conns_form(struct api_conns *conns, int fd, int form);

/* Memory for large bodies: false when all of it is in use. Given back by release. */
bool api_conns_has_room(struct api_conns *conns, size_t bytes);
bool api_conns_hold(struct api_conns *conns, size_t bytes);
void api_conns_release(struct api_conns *conns, size_t bytes);

/* Before the descriptor is closed. Again is harmless. */
void api_conns_gone(struct api_conns *conns, int fd);

/* Ends what is late; to be called about once a second. */
void api_conns_sweep(struct api_conns *conns, int64_t now_msec);

/* Ends those of this generation or older that wait for a request. What has come
 * already is still read and answered. */
void api_conns_end_idle(struct api_conns *conns, unsigned generation);

/* Open connections of this generation or older. */
size_t api_conns_count(struct api_conns *conns, unsigned generation);

#endif
