/* The LMTP server's socket: see listen.h. */
#include "config.h"

#include "feedback/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/conf.h"

#define UNIX_PREFIX "unix:"
#define INET_PREFIX "inet:"

static enum sg_err
listen_unix(const struct conf *conf, const char *path, struct local_socket *l,
    struct err *err_r)
{
	mode_t mode;

	if (!local_socket_mode(conf->feedback_socket_mode, &mode))
		return err_set(err_r, SG_INVALID,
		    "feedback.socket_mode %s is no octal number up to 0777",
		    conf->feedback_socket_mode);
	return local_socket_bind(l, path, mode, conf->user, err_r);
}

/* "PORT@ADDRESS" */
static enum sg_err
listen_inet(const char *text, struct local_socket *l, struct err *err_r)
{
	const int on = 1;
	const char *at = strchr(text, '@');
	struct sockaddr_storage address;
	socklen_t len;
	char turned[256];
	bool is_bare_v6;
	enum sg_err rc;

	if (at == NULL)
		return err_set(err_r, SG_INVALID, "is not inet:PORT@ADDRESS");
	is_bare_v6 = strchr(at, ':') != NULL && at[1] != '[';
	(void)snprintf(turned, sizeof(turned), "%s%s%s:%.*s",
	    is_bare_v6 ? "[" : "", at + 1, is_bare_v6 ? "]" : "",
	    (int)(at - text), text);
	rc = conf_listen_address(turned, &address, &len, err_r);
	if (rc == SG_OK)
		rc = local_socket_new(address.ss_family, &l->fd, err_r);
	if (rc == SG_OK &&
	    (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) !=
		    0 ||
		bind(l->fd, (const struct sockaddr *)&address, len) != 0))
		rc = err_set(err_r, SG_IO, "bind: %s", strerror(errno));
	return rc;
}

enum sg_err
feedback_listen(
    const struct conf *conf, struct local_socket *listener_r, struct err *err_r)
{
	const char *spec = conf->feedback_socket;
	struct local_socket l = {.fd = -1};
	enum sg_err rc;

	if (strncmp(spec, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		rc = listen_unix(conf, spec + strlen(UNIX_PREFIX), &l, err_r);
	else if (strncmp(spec, INET_PREFIX, strlen(INET_PREFIX)) == 0)
		rc = listen_inet(spec + strlen(INET_PREFIX), &l, err_r);
	else
		rc = err_set(err_r, SG_INVALID,
		    "is neither unix:PATH nor inet:PORT@ADDRESS");
	if (rc == SG_OK && listen(l.fd, SOMAXCONN) != 0)
		rc = err_set(err_r, SG_IO, "listen: %s", strerror(errno));
	if (rc != SG_OK) {
		local_socket_close(&l);
		rc = err_prefix(err_r, rc, "feedback.socket %s", spec);
	}
	*listener_r = l;
	return rc;
}
