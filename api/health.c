/* For watchers: see health.h. */
#include "config.h"

#include "api/health.h"

#include <stdio.h>

#include "api/metrics.h"
#include "api/pages.h"
#include "api/service.h"
#include "ops/health.h"
#include "store/store.h"
#include "store/topics.h"

static bool
see_account(void *ctx, const struct store_account *row)
{
	(void)ctx;
	(void)row;
	return false; /* one is enough */
}

/* Who asks learns no paths and no names: these are in the log. */
void
api_health_check(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	struct store *store;
	struct err err;
	enum sg_err rc = api_service_store(service, &store, &err);

	(void)request;
	if (rc == SG_OK)
		rc = store_account_list(store, see_account, NULL, &err);
	response_r->content_type = "text/plain; charset=utf-8";
	response_r->status = rc == SG_OK ? 200 : 503;
	if (rc == SG_OK) {
		(void)buf_puts(&response_r->body, "ok\n");
		return;
	}
	(void)buf_printf(&response_r->body,
	    "the store cannot be read (%s); see http.failed in the log\n",
	    err_name(rc));
	(void)snprintf(
	    response_r->why, sizeof(response_r->why), "%.200s", err.text);
}

void
api_health_metrics(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	struct store_notification_numbers notifications;
	struct store_numbers numbers;
	struct health_watch watch;
	struct store *store = NULL;
	struct err err;
	enum sg_err rc;

	if (!request->is_local) {
		api_pages_error(response_r, 404);
		return;
	}
	rc = api_service_store(service, &store, &err);
	if (rc == SG_OK)
		rc = store_numbers(store, request->now_sec, &numbers, &err);
	if (rc == SG_OK)
		rc = store_notification_count(
		    store, 0, request->now_sec, &notifications, &err);
	health_watch(
	    api_service_conf(service), rc == SG_OK ? store : NULL, &watch);
	response_r->status = 200;
	response_r->content_type = "text/plain; version=0.0.4; charset=utf-8";
	api_metrics_write(api_service_metrics(service),
	    rc == SG_OK ? &numbers : NULL, &notifications, &watch,
	    &response_r->body);
}
