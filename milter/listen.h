/* The milter's socket: opened by libmilter, then given what libmilter leaves out.
 * Does not serve it. */
#ifndef SENDWARD_MILTER_LISTEN_H
#define SENDWARD_MILTER_LISTEN_H

#include "base/err.h"

struct conf;

/* After smfi_register. unix:PATH gets mode and owner (conf->user) of the
 * configuration, inet:PORT@ADDRESS gets TCP_NODELAY. *fd_r is a second handle of
 * the listening socket. SG_EXISTS: another process listens there. */
enum sg_err listen_open(const struct conf *conf, int *fd_r, struct err *err_r);

/* Connects once and hangs up, so that the thread that waits for connections looks
 * up. */
void listen_poke(int fd);

#endif
