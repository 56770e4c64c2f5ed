/* Keeps the operator's zone: see zone.h. */
#include "config.h"

#include "jobs/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "jobs/line.h"
#include "jobs/worker.h"
#include "ops/records.h"
#include "ops/schedule.h"
#include "store/store.h"

/* In one update: 32 keys of 4096 bits fit into a message well. */
#define BATCH_MOST 32
#define REPUBLISH_SEC 86400
#define PAUSE_MOST_MSEC 60000

/* What one update is made of. */
struct batch {
	struct store_key keys[BATCH_MOST]; /* id, owner, times, selector */
	char *values[BATCH_MOST];
	char names[BATCH_MOST][DNS_NAME_MAX + 1];
	bool is_taken[BATCH_MOST];
	struct dns_change changes[BATCH_MOST];
	size_t count, change_count;
	bool is_short_of_memory;
};

void
zone_use(struct zone *zone, zone_update_fn *update, void *updater)
{
	zone->update = update;
	zone->updater = updater;
	zone->resume_msec = 0;
}

static void
batch_fini(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		free(batch->values[i]);
}

static bool
on_key(void *ctx, const struct store_key *row)
{
	struct batch *batch = ctx;
	struct store_key *key = &batch->keys[batch->count];

	batch->values[batch->count] = records_dkim_value_dup(row);
	if (batch->values[batch->count] == NULL) {
		batch->is_short_of_memory = true;
		return false;
	}
	*key = *row;
	key->public_base64 = NULL; /* borrowed for the call */
	key->sealed = NULL;
	batch->changes[batch->change_count++] = (struct dns_change){
	    .name = key->selector, .text = batch->values[batch->count]};
	batch->count++;
	return batch->count < BATCH_MOST;
}

static bool
on_removal(void *ctx, const char *name, bool is_taken)
{
	struct batch *batch = ctx;
	char *copy = batch->names[batch->count];

	(void)snprintf(copy, DNS_NAME_MAX + 1, "%s", name);
	batch->is_taken[batch->count] = is_taken;
	if (!is_taken)
		batch->changes[batch->change_count++] =
		    (struct dns_change){.name = copy};
	batch->count++;
	return batch->count < BATCH_MOST;
}

static void
log_published(size_t put, size_t removed)
{
	char put_text[24], removed_text[24];

	(void)snprintf(put_text, sizeof(put_text), "%zu", put);
	(void)snprintf(removed_text, sizeof(removed_text), "%zu", removed);
	log_event(LOG_DKIM_PUBLISH_EVENT, NULL, "put", put_text, "removed",
	    removed_text, NULL);
}

static void
server_failed(struct zone *zone, const struct conf *conf, const struct err *err,
    int64_t now_msec)
{
	if (zone->failures == 0)
		log_event(LOG_DKIM_UNPUBLISHED_EVENT, NULL, "zone",
		    conf->dkim_zone, "server", conf->dkim_update_server,
		    "error", err->text, "code", err_name(err->code), NULL);
	zone->failures++;
	zone->resume_msec =
	    now_msec + line_pause_msec(zone->failures, PAUSE_MOST_MSEC);
}

/* True: the zone has them. */
static bool
send_batch(struct zone *zone, const struct conf *conf,
    const struct batch *batch, int64_t now_msec)
{
	struct err err = {0};

	if (batch->change_count == 0)
		return true;
	if (zone->update(zone->updater, batch->changes, batch->change_count,
		&err) != SG_OK) {
		server_failed(zone, conf, &err, now_msec);
		return false;
	}
	zone->failures = 0;
	return true;
}

static enum sg_err
note_put(struct store *store, const struct conf *conf,
    const struct batch *batch, int64_t now_sec, struct err *err_r)
{
	for (size_t i = 0; i < batch->count; i++) {
		enum sg_err rc = schedule_published(
		    store, conf, &batch->keys[i], now_sec, err_r);

		/* Deleted meanwhile: its name is among the removals now. */
		if (rc != SG_OK && rc != SG_MISSING)
			return rc;
	}
	return SG_OK;
}

static enum sg_err
note_removed(struct store *store, const struct batch *batch, struct err *err_r)
{
	for (size_t i = 0; i < batch->count; i++) {
		enum sg_err rc =
		    store_zone_removal_done(store, batch->names[i], err_r);

		if (rc != SG_OK)
			return rc;
	}
	return SG_OK;
}

/* *more_r: it was a full batch, and all went well. */
static enum sg_err
put_batch(struct zone *zone, struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t now_msec, bool *more_r, struct err *err_r)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	enum sg_err rc;

	*more_r = false;
	if (batch == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	rc = store_zone_list(
	    store, now_sec - REPUBLISH_SEC, BATCH_MOST, on_key, batch, err_r);
	if (rc == SG_OK && batch->is_short_of_memory)
		rc = err_set(err_r, SG_NOMEM, "no memory");
	if (rc == SG_OK && batch->count > 0 &&
	    send_batch(zone, conf, batch, now_msec)) {
		rc = note_put(store, conf, batch, now_sec, err_r);
		*more_r = rc == SG_OK && batch->count == BATCH_MOST;
		log_published(batch->count, 0);
	}
	batch_fini(batch);
	free(batch);
	return rc;
}

static enum sg_err
remove_batch(struct zone *zone, struct store *store, const struct conf *conf,
    int64_t now_msec, bool *more_r, struct err *err_r)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	enum sg_err rc;

	*more_r = false;
	if (batch == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	rc = store_zone_removal_list(
	    store, BATCH_MOST, on_removal, batch, err_r);
	if (rc == SG_OK && batch->count > 0 &&
	    send_batch(zone, conf, batch, now_msec)) {
		rc = note_removed(store, batch, err_r);
		*more_r = rc == SG_OK && batch->count == BATCH_MOST;
		if (batch->change_count > 0)
			log_published(0, batch->change_count);
	}
	free(batch);
	return rc;
}

enum sg_err
zone_turn(struct zone *zone, struct store *store, const struct conf *conf,
    struct worker *worker, int64_t now_sec, int64_t now_msec, struct err *err_r)
{
	bool more = true;
	enum sg_err rc = SG_OK;

	if (zone->updater == NULL || now_msec < zone->resume_msec)
		return SG_OK;
	while (rc == SG_OK && more && !worker_is_stopping(worker))
		rc = put_batch(
		    zone, store, conf, now_sec, now_msec, &more, err_r);
	more = zone->failures == 0;
	while (rc == SG_OK && more && !worker_is_stopping(worker))
		rc = remove_batch(zone, store, conf, now_msec, &more, err_r);
	return rc;
}
