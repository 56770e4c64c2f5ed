/* HTTP and TLS: libmicrohttpd behind one door. Reads requests, holds them to
 * their limits, writes answers; which answer is service.h's matter. http.c is the
 * only file that includes microhttpd.h.
 *
 * Threads: THREADS of the library's, each with an epoll of its own and many
 * connections. A handler runs in them, and may block as long as a look into
 * SQLite takes: well under a millisecond, or until a confirmation got the write
 * lock. A thread for each connection would let a few hundred idle clients cost a
 * few hundred stacks; one thread would let every client wait for one busy
 * store. What may take long runs in threads of pool.h, with the connection
 * suspended. */
#ifndef SENDWARD_API_HTTP_H
#define SENDWARD_API_HTTP_H

#include <stdbool.h>
#include <sys/socket.h>
#include "base/err.h"

struct api_conns;
struct api_http;
struct api_linger;
struct api_service;
struct api_tls;

/* Starts the threads. service is taken over when it succeeds; conns and linger are
 * borrowed; tls is copied. generation: of the connections. */
enum sg_err api_http_new(struct api_service *service, struct api_conns *conns,
    struct api_linger *linger, const struct api_tls *tls, unsigned generation,
    struct api_http **http_r, struct err *err_r);
/* Waits for the calls that threads of the pool work on, then ends the threads and
 * every connection that is left. */
void api_http_free(struct api_http **http);

unsigned api_http_generation(const struct api_http *http);

/* Takes over an accepted socket, or closes it. */
void api_http_add(struct api_http *http, int fd, const struct sockaddr *addr,
    socklen_t addr_len);

/* From now on each answer is the last of its connection. */
void api_http_retire(struct api_http *http);

#endif
