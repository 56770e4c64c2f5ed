/* From a request to its answer: see service.h. */
#include "config.h"

#include "api/service.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "api/console_files.h"
#include "api/front.h"
#include "api/keys.h"
#include "api/metrics.h"
#include "api/pages.h"
#include "api/route.h"
#include "api/throttle.h"
#include "base/log.h"
#include "conf/conf.h"
#include "store/store.h"

/* How long a confirmation waits for another writer. Meanwhile the connections of
 * the same thread wait, too. */
#define BUSY_MSEC 2000
#define RANDOM_BYTES 512

struct api_service {
	struct conf *conf;
	const struct seal *seal;
	struct api_metrics *metrics;
	struct api_throttle *throttle;
	struct api_console *console;
	pthread_key_t key; /* each thread's struct own */
};

/* What a thread has for itself. */
struct own {
	struct store *store;   /* NULL: not open */
	struct api_keys *keys; /* NULL: not asked for yet */
	/* Fetched for some requests at once: the generator is slow to start. */
	unsigned char random[RANDOM_BYTES];
	size_t random_left;
};

static void
free_own(void *value)
{
	struct own *own = value;

	store_close(&own->store);
	api_keys_free(&own->keys);
	free(own);
}

/* NULL: no memory. */
static struct own *
own_of(struct api_service *service)
{
	struct own *own = pthread_getspecific(service->key);

	if (own != NULL)
		return own;
	own = calloc(1, sizeof(*own));
	if (own != NULL && pthread_setspecific(service->key, own) != 0) {
		free(own);
		own = NULL;
	}
	return own;
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
	error = pthread_key_create(&service->key, free_own);
	if (error != 0) {
		free(service);
		return err_set(
		    err_r, SG_IO, "thread's handle: %s", strerror(error));
	}
	if (api_throttle_new(&service->throttle, err_r) != SG_OK) {
		(void)pthread_key_delete(service->key); /* it is ours */
		free(service);
		return SG_NOMEM;
	}
	service->console = api_console_new(conf);
	if (service->console == NULL) {
		api_throttle_free(&service->throttle);
		(void)pthread_key_delete(service->key); /* it is ours */
		free(service);
		return err_set(err_r, SG_NOMEM, "no memory for the console");
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
	struct own *own;

	if (s == NULL)
		return;
	own = pthread_getspecific(s->key); /* other threads have ended */
	if (own != NULL)
		free_own(own);
	(void)pthread_key_delete(s->key); /* cannot fail: it is ours */
	api_throttle_free(&s->throttle);
	api_console_free(&s->console);
	conf_unref(&s->conf);
	free(s);
	*service = NULL;
}

const struct conf *
api_service_conf(const struct api_service *service)
{
	return service->conf;
}

const struct api_console *
api_service_console(const struct api_service *service)
{
	return service->console;
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

struct api_throttle *
api_service_throttle(const struct api_service *service)
{
	return service->throttle;
}

enum sg_err
api_service_store(
    struct api_service *service, struct store **store_r, struct err *err_r)
{
	struct own *own = own_of(service);
	enum sg_err rc = SG_OK;

	*store_r = NULL;
	if (own == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a handle");
	if (own->store != NULL &&
	    store_maybe_changed(own->store, NULL, NULL) != SG_OK)
		store_close(&own->store);
	if (own->store == NULL)
		rc = store_open(service->conf->store, STORE_OPEN_WRITE,
		    BUSY_MSEC, &own->store, err_r);
	*store_r = own->store;
	return rc;
}

struct api_keys *
api_service_keys(struct api_service *service)
{
	struct own *own = own_of(service);

	if (own != NULL && own->keys == NULL)
		own->keys = api_keys_new();
	return own == NULL ? NULL : own->keys;
}

bool
api_service_request_id(
    struct api_service *service, char id_r[API_REQUEST_ID_MAX])
{
	static const char digits[] = "0123456789abcdef";
	struct own *own = own_of(service);
	unsigned char b[16];
	size_t n = 0;

	id_r[0] = '\0';
	if (own == NULL)
		return false;
	if (own->random_left < sizeof(b)) {
		if (RAND_bytes(own->random, RANDOM_BYTES) != 1)
			return false;
		own->random_left = RANDOM_BYTES;
	}
	own->random_left -= sizeof(b);
	memcpy(b, own->random + own->random_left, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			id_r[n++] = '-';
		id_r[n++] = digits[b[i] >> 4];
		id_r[n++] = digits[b[i] & 15];
	}
	id_r[n] = '\0';
	return true;
}

/* ---- answers ------------------------------------------------------------ */

void
api_service_refuse(const struct api_request *request, int status,
    struct api_response *response_r)
{
	if (api_front_takes(request))
		api_front_refuse(request, status, response_r);
	else
		api_pages_error(response_r, status);
}

/* A page, or what a program reads instead. */
static void
answer_route(struct api_service *service, struct api_request *request,
    struct api_response *response_r)
{
	const struct api_route *route = api_route_find(api_routes,
	    api_route_count, request->method, request->path, request->params,
	    response_r->allow, &response_r->route);

	if (route != NULL) {
		response_r->allow[0] = '\0';
		route->handler(service, request, response_r);
	} else {
		api_pages_error(
		    response_r, response_r->allow[0] == '\0' ? 404 : 405);
	}
}

void
api_service_answer(struct api_service *service, struct api_request *request,
    struct api_response *response_r)
{
	if (api_front_takes(request)) {
		api_front_answer(service, request, response_r);
		return;
	}
	answer_route(service, request, response_r);
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
	const char *name = response->route;
	char status[16], took[24];

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
