/* Questions to those who listen: see health_parts.h. */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/health_parts.h"

#define ANSWER_MAX 512

static void
fail(struct health_probe *probe, const char *why)
{
	probe->is_good = false;
	(void)snprintf(probe->why, sizeof(probe->why), "%.159s", why);
}

/* ---- addresses ------------------------------------------------------------------ */

struct address {
	struct sockaddr_storage any;
	socklen_t len;
};

static bool
unix_address(const char *path, struct address *address_r)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(un.sun_path))
		return false;
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	memcpy(&address_r->any, &un, sizeof(un));
	address_r->len = sizeof(un);
	return true;
}

static bool
inet_address(
    const char *host, int host_len, const char *port, struct address *address_r)
{
	const struct addrinfo hints = {
	    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char name[256];

	if (host_len >= 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host++;
		host_len -= 2;
	}
	if (host_len <= 0 || host_len >= (int)sizeof(name))
		return false;
	(void)snprintf(name, sizeof(name), "%.*s", host_len, host);
	if (getaddrinfo(name, port, &hints, &found) != 0)
		return false;
	memcpy(&address_r->any, found->ai_addr, found->ai_addrlen);
	address_r->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

/* unix:PATH, inet:PORT@ADDRESS, smtp://HOST:PORT. */
static bool
find_address(const char *where, struct address *address_r)
{
	char port[8];
	const char *at, *host;

	if (strncmp(where, "unix:", 5) == 0)
		return unix_address(where + 5, address_r);
	if (strncmp(where, "inet:", 5) == 0) {
		at = strchr(where, '@');
		if (at == NULL || at - where - 5 >= (ptrdiff_t)sizeof(port))
			return false;
		(void)snprintf(port, sizeof(port), "%.*s",
		    (int)(at - where - 5), where + 5);
		return inet_address(
		    at + 1, (int)strlen(at + 1), port, address_r);
	}
	if (strncmp(where, "smtp://", 7) != 0)
		return false;
	host = where + 7;
	at = strrchr(host, ':');
	return at != NULL &&
	       inet_address(host, (int)(at - host), at + 1, address_r);
}

/* ---- talking -------------------------------------------------------------------- */

/* False: not in time. */
static bool
wait_for(int fd, short events, int64_t deadline_msec)
{
	struct pollfd wait = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline_msec - clock_mono_msec();
		int ready = poll(&wait, 1, left > 0 ? (int)left : 0);

		if (ready < 0 && errno == EINTR)
			continue;
		return ready > 0;
	}
}

static bool
is_connected(int fd, int64_t deadline_msec)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (!wait_for(fd, POLLOUT, deadline_msec)) {
		errno = ETIMEDOUT;
		return false;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return false;
	errno = error;
	return error == 0;
}

/* -1: the probe has failed. */
static int
connect_to(struct health_probe *probe, int64_t deadline_msec)
{
	struct address address = {.len = 0};
	const struct sockaddr *any = (const struct sockaddr *)&address.any;
	int fd;

	if (!find_address(probe->where, &address)) {
		fail(probe, "its address cannot be found");
		return -1;
	}
	fd = socket(address.any.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    (connect(fd, any, address.len) == 0 ||
		(errno == EINPROGRESS && is_connected(fd, deadline_msec))))
		return fd;
	probe->is_absent = errno == ENOENT;
	fail(probe, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Reads until `end` is among it. False: the probe has failed. */
static bool
read_until(struct health_probe *probe, int fd, const char *end,
    int64_t deadline_msec, char text_r[ANSWER_MAX])
{
	size_t len = 0;

	text_r[0] = '\0';
	while (strstr(text_r, end) == NULL && len < ANSWER_MAX - 1) {
		ssize_t got;

		if (!wait_for(fd, POLLIN, deadline_msec)) {
			fail(probe, "it does not answer in time");
			return false;
		}
		got = recv(fd, text_r + len, ANSWER_MAX - 1 - len, 0);
		if (got <= 0) {
			fail(probe, got == 0 ? "it closes the connection"
					     : strerror(errno));
			return false;
		}
		len += (size_t)got;
		text_r[len] = '\0';
	}
	return true;
}

static void
keep_answer(struct health_probe *probe, const char *text)
{
	(void)snprintf(probe->answer, sizeof(probe->answer), "%.*s",
	    (int)strcspn(text, "\r\n"), text);
}

static bool
say(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) ==
	       (ssize_t)strlen(text);
}

void
health_probe_connect(struct health_probe *probe, int64_t deadline_msec)
{
	int64_t begin_msec = clock_mono_msec();
	int fd = connect_to(probe, deadline_msec);

	probe->took_msec = clock_mono_msec() - begin_msec;
	if (fd < 0)
		return;
	probe->is_good = true;
	(void)close(fd);
}

void
health_probe_policy(struct health_probe *probe, int64_t deadline_msec)
{
	static const char question[] = "request=smtpd_access_policy\n"
				       "protocol_state=DATA\n"
				       "protocol_name=SMTP\n\n";
	int64_t begin_msec = clock_mono_msec();
	int fd = connect_to(probe, deadline_msec);
	char text[ANSWER_MAX];

	if (fd < 0)
		return;
	if (!say(fd, question)) {
		fail(probe, "the question cannot be asked");
	} else if (read_until(probe, fd, "\n\n", deadline_msec, text)) {
		probe->is_good = strncmp(text, "action=", 7) == 0;
		keep_answer(probe, text);
		if (!probe->is_good)
			fail(probe, "its answer is none of a policy server");
	}
	probe->took_msec = clock_mono_msec() - begin_msec;
	(void)close(fd);
}

void
health_probe_mta(struct health_probe *probe, int64_t deadline_msec)
{
	int64_t begin_msec = clock_mono_msec();
	int fd = connect_to(probe, deadline_msec);
	char text[ANSWER_MAX];

	if (fd < 0)
		return;
	if (read_until(probe, fd, "\n", deadline_msec, text)) {
		probe->is_good = strncmp(text, "220", 3) == 0;
		keep_answer(probe, text);
		if (!probe->is_good)
			fail(probe, probe->answer);
		(void)say(fd, "QUIT\r\n"); /* courtesy */
	}
	probe->took_msec = clock_mono_msec() - begin_msec;
	(void)close(fd);
}
