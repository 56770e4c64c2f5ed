/* sendward-feedback as a daemon: its hooks and its loop. */
#ifndef SENDWARD_FEEDBACK_SERVER_H
#define SENDWARD_FEEDBACK_SERVER_H

#include "base/daemon.h"

struct server;

/* NULL: no memory. */
struct server *server_new(void);
void server_free(struct server **server);

/* Hooks of base/daemon.h; ctx is the server. */
enum sg_err server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
enum sg_err server_open(void *ctx, struct err *err_r);
enum sg_err server_run(void *ctx, struct err *err_r);
enum sg_err server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
void server_stop(void *ctx);

#endif
