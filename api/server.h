/* The API server: listening socket, the loop that lets connections in and ends
 * late ones, reload, end. What main.c's table of daemon hooks points to
 * (base/daemon.h). */
#ifndef SENDWARD_API_SERVER_H
#define SENDWARD_API_SERVER_H

#include "base/daemon.h"
#include "base/err.h"

/* Each takes a struct api_server * as ctx. */
enum sg_err api_server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
enum sg_err api_server_open(void *ctx, struct err *err_r);
enum sg_err api_server_run(void *ctx, struct err *err_r);
/* In force for new connections: everything but api.listen, certificate and key
 * anew. Connections that are open finish their request as they began it. */
enum sg_err api_server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
/* No new connections; what is in hand is answered. */
void api_server_stop(void *ctx);

struct api_server *api_server_new(void);
void api_server_free(struct api_server **server);

#endif
