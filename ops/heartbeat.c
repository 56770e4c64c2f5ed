/* A program says that it runs: see heartbeat.h. */
#include "config.h"

#include "ops/heartbeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/observed.h"

struct heartbeat {
	char *url;
	struct store *store; /* NULL: to be opened */
	struct store_heartbeat row;
	int64_t next_msec; /* clock_mono_msec(); 0: now */
};

struct heartbeat *
heartbeat_new(const char *program, const char *url, const char *detail)
{
	struct heartbeat *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->url = strdup(url);
	if (h->url == NULL) {
		free(h);
		return NULL;
	}
	(void)snprintf(h->row.program, sizeof(h->row.program), "%s", program);
	(void)snprintf(h->row.detail, sizeof(h->row.detail), "%s", detail);
	(void)snprintf(
	    h->row.version, sizeof(h->row.version), "%.31s", PACKAGE_VERSION);
	if (gethostname(h->row.host, sizeof(h->row.host) - 1) != 0)
		(void)snprintf(h->row.host, sizeof(h->row.host), "?");
	return h;
}

void
heartbeat_name_host(struct heartbeat *h, const char *host)
{
	if (h != NULL && host != NULL && host[0] != '\0')
		(void)snprintf(h->row.host, sizeof(h->row.host), "%s", host);
}

/* Anew when its file was replaced. */
static enum sg_err
open_store(struct heartbeat *h)
{
	bool changed;

	if (h->store != NULL &&
	    store_maybe_changed(h->store, &changed, NULL) == SG_OK)
		return SG_OK;
	store_close(&h->store);
	return store_open(h->url, STORE_OPEN_COUNT, 0, &h->store, NULL);
}

void
heartbeat_use(struct heartbeat *h, const char *url)
{
	char *copy;

	if (h == NULL || strcmp(h->url, url) == 0)
		return;
	copy = strdup(url);
	if (copy == NULL) /* it goes on in the old one */
		return;
	store_close(&h->store);
	free(h->url);
	h->url = copy;
	h->next_msec = 0;
}

void
heartbeat_turn(struct heartbeat *h, int64_t now_msec)
{
	enum sg_err rc;

	if (h == NULL || now_msec < h->next_msec)
		return;
	h->row.seen_sec = clock_now_sec();
	if (h->row.pid == 0) {
		h->row.pid = (int64_t)getpid();
		h->row.started_sec = h->row.seen_sec;
	}
	rc = open_store(h);
	if (rc == SG_OK)
		rc = store_heartbeat_put(h->store, &h->row, NULL);
	/* A handle that failed may never recover. */
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&h->store);
	h->next_msec = now_msec + (rc == SG_OK ? HEARTBEAT_EVERY_MSEC
					       : HEARTBEAT_AGAIN_MSEC);
}

void
heartbeat_end(struct heartbeat *h)
{
	if (h == NULL)
		return;
	/* what stays is purged one day */
	if (h->row.pid != 0 && open_store(h) == SG_OK)
		(void)store_heartbeat_delete(
		    h->store, h->row.program, h->row.host, h->row.pid, NULL);
	h->next_msec = INT64_MAX;
	store_close(&h->store);
}

void
heartbeat_free(struct heartbeat **heartbeat)
{
	struct heartbeat *h = *heartbeat;

	*heartbeat = NULL;
	if (h == NULL)
		return;
	store_close(&h->store);
	free(h->url);
	free(h);
}
