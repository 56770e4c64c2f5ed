/* Listening sockets of the policy server. */
#include "config.h"
#include "policy/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static enum sg_err
listen_unix(const char *path, const char *text, struct local_socket *l,
    struct err *err_r)
{
	mode_t mode;

	if (!local_socket_mode(text, &mode))
		return err_set(err_r, SG_INVALID,
		    "socket_mode %s is no octal number up to 0777", text);
	return local_socket_bind(l, path, mode, "", err_r);
}

static enum sg_err
bind_inet(struct local_socket *l, const struct addrinfo *ai, struct err *err_r)
{
	const int on = 1;
	enum sg_err rc = local_socket_new(ai->ai_family, &l->fd, err_r);

	if (rc != SG_OK)
		return rc;
	if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		return err_set(err_r, SG_IO, "setsockopt: %s", strerror(errno));
	if (bind(l->fd, ai->ai_addr, ai->ai_addrlen) != 0)
		return err_set(err_r, SG_IO, "bind: %s", strerror(errno));
	return SG_OK;
}

/* "PORT@ADDRESS"; brackets round the address are dropped. */
static bool
split_inet(const char *text, char port_r[8], char host_r[128])
{
	const char *at = strchr(text, '@');
	size_t port_len, host_len;

	if (at == NULL)
		return false;
	port_len = (size_t)(at - text);
	at++;
	host_len = strlen(at);
	if (host_len >= 2 && at[0] == '[' && at[host_len - 1] == ']') {
		at++;
		host_len -= 2;
	}
	if (port_len == 0 || port_len >= 8 || host_len == 0 || host_len >= 128)
		return false;
	memcpy(port_r, text, port_len);
	port_r[port_len] = '\0';
	memcpy(host_r, at, host_len);
	host_r[host_len] = '\0';
	return true;
}

static enum sg_err
listen_inet(const char *text, struct local_socket *l, struct err *err_r)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *ai = NULL;
	char port[8], host[128];
	enum sg_err rc;
	int error;

	if (!split_inet(text, port, host))
		return err_set(err_r, SG_INVALID, "is not inet:PORT@ADDRESS");
	error = getaddrinfo(host, port, &hints, &ai);
	if (error != 0)
		return err_set(
		    err_r, SG_INVALID, "%s: %s", host, gai_strerror(error));
	rc = bind_inet(l, ai, err_r);
	freeaddrinfo(ai);
	return rc;
}

enum sg_err
policy_listen(const char *spec, const char *mode,
    struct local_socket *listener_r, struct err *err_r)
{
	struct local_socket l = {.fd = -1};
	enum sg_err rc;

	if (strncmp(spec, "unix:", 5) == 0)
		rc = listen_unix(spec + 5, mode, &l, err_r);
	else if (strncmp(spec, "inet:", 5) == 0)
		rc = listen_inet(spec + 5, &l, err_r);
	else
		rc = err_set(err_r, SG_INVALID,
		    "is neither unix:PATH nor inet:PORT@ADDRESS");
	if (rc == SG_OK && listen(l.fd, SOMAXCONN) != 0)
		rc = err_set(err_r, SG_IO, "listen: %s", strerror(errno));
	if (rc != SG_OK) {
		local_socket_close(&l);
		return err_prefix(err_r, rc, "policy.socket %s", spec);
	}
	*listener_r = l;
	return SG_OK;
}
