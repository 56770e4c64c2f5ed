/* The policy server: sockets, event loop, reload, end. What main.c's table of
 * daemon hooks points to (base/daemon.h). */
#ifndef SENDWARD_POLICY_SERVER_H
#define SENDWARD_POLICY_SERVER_H

#include "base/daemon.h"
#include "base/err.h"

/* Each takes a struct policy_server * as ctx. */
enum sg_err policy_server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
enum sg_err policy_server_open(void *ctx, struct err *err_r);
enum sg_err policy_server_run(void *ctx, struct err *err_r);
/* In force at once: everything but `store` and policy.socket. */
enum sg_err policy_server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
/* No new connections or requests; what is in hand is answered. */
void policy_server_stop(void *ctx);

struct policy_server *policy_server_new(void);
void policy_server_free(struct policy_server **server);

#endif
