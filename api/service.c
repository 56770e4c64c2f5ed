/* From a request to its answer: see service.h. */
#include "config.h"

#include "api/service.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/metrics.h"
#include "api/pages.h"
#include "api/route.h"
#include "base/log.h"
#include "conf/conf.h"
#include "store/store.h"

/* How long a confirmation waits for another writer. Meanwhile the connections of
 * the same thread wait, too. */
#define BUSY_MSEC 2000

struct api_service {
	struct conf *conf;
	const struct seal *seal;
	struct api_metrics *metrics;
	pthread_key_t store_key; /* each thread's struct store */
};

static void
close_store(void *value)
{
	struct store *store = value;

	store_close(&store);
}

enum sg_err
api_service_new(struct conf *conf, const struct seal *seal,
    struct api_metrics *metrics, struct api_service **service_r,
    struct err *err_r)
{
	struct api_service *service = calloc(1, sizeof(*service));
	int error;

	*service_r = NULL;
	if (service == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the service");
	error = pthread_key_create(&service->store_key, close_store);
	if (error != 0) {
		free(service);
		return err_set(
		    err_r, SG_IO, "thread's handle: %s", strerror(error));
	}
	service->conf = conf_ref(conf);
	service->seal = seal;
	service->metrics = metrics;
	*service_r = service;
	return SG_OK;
}

void
api_service_free(struct api_service **service)
{
	struct api_service *s = *service;

	if (s == NULL)
		return;
	(void)pthread_key_delete(s->store_key); /* cannot fail: it is ours */
	conf_unref(&s->conf);
	free(s);
	*service = NULL;
}

const struct conf *
api_service_conf(const struct api_service *service)
{
	return service->conf;
}

const struct seal *
api_service_seal(const struct api_service *service)
{
	return service->seal;
}

struct api_metrics *
api_service_metrics(const struct api_service *service)
{
	return service->metrics;
}

enum sg_err
api_service_store(
    struct api_service *service, struct store **store_r, struct err *err_r)
{
	struct store *store = pthread_getspecific(service->store_key);
	bool changed;
	enum sg_err rc;

	*store_r = NULL;
	if (store != NULL &&
	    store_maybe_changed(store, &changed, NULL) != SG_OK) {
		(void)pthread_setspecific(service->store_key, NULL);
		store_close(&store);
	}
	if (store == NULL) {
		rc = store_open(service->conf->store, STORE_OPEN_WRITE,
		    BUSY_MSEC, &store, err_r);
		if (rc != SG_OK)
			return rc;
		if (pthread_setspecific(service->store_key, store) != 0) {
			store_close(&store);
			return err_set(
			    err_r, SG_NOMEM, "no memory for a handle");
		}
	}
	*store_r = store;
	return SG_OK;
}

/* ---- answers ------------------------------------------------------------ */

void
api_service_refuse(struct api_response *response_r, int status)
{
	api_pages_error(response_r, status);
	response_r->is_last = true;
}

void
api_service_answer(struct api_service *service, struct api_request *request,
    struct api_response *response_r)
{
	const char *name;
	const struct api_route *route =
	    api_route_find(api_routes, api_route_count, request->method,
		request->path, request->params, response_r->allow, &name);

	if (route != NULL) {
		response_r->allow[0] = '\0';
		route->handler(service, request, response_r);
	} else {
		api_pages_error(
		    response_r, response_r->allow[0] == '\0' ? 404 : 405);
	}
	if (response_r->body.failed) {
		buf_clear(&response_r->body);
		api_pages_error(response_r, 500);
		(void)snprintf(response_r->why, sizeof(response_r->why),
		    "no memory for the answer");
	}
}

void
api_service_note(struct api_service *service, const struct api_request *request,
    const char *method, const struct api_response *response, int64_t took_usec)
{
	struct api_param params[API_PARAMS_MAX];
	char allow[32], status[16], took[24];
	const char *name;

	(void)api_route_find(api_routes, api_route_count, request->method,
	    request->path, params, allow, &name);
	(void)snprintf(status, sizeof(status), "%d", response->status);
	(void)snprintf(took, sizeof(took), "%" PRId64, took_usec);
	api_metrics_request(
	    service->metrics, name, response->status, took_usec);
	log_event(LOG_HTTP_REQUEST_EVENT, NULL, "route", name, "method", method,
	    "status", status, "client", request->client, "usec", took, NULL);
	if (response->status >= 500)
		log_event(LOG_HTTP_FAILED_EVENT, NULL, "route", name, "status",
		    status, "error",
		    response->why[0] == '\0' ? NULL : response->why, "client",
		    request->client, NULL);
}
