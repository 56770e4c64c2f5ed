/* Import jobs: see imports.h. */
#include "config.h"

#include "jobs/imports.h"

#include <stdio.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "jobs/wire.h"
#include "jobs/worker.h"
#include "ops/import.h"

/* body: where the file is kept while it is read. */
static enum sg_err
fetch(const struct conf *conf, const char *source, struct worker *worker,
    struct buf *body, FILE **file_r, struct err *err_r)
{
	const struct wire_settings settings = {
	    .allows_private =
		conf->notify_private_addresses == CONF_PRIVATE_ALLOW,
	    .ca_file = conf->notify_ca_file};
	enum sg_err rc = wire_fetch(
	    &settings, source, body, worker_shall_stop, worker, err_r);

	if (rc != SG_OK)
		return rc;
	if (body->len == 0) /* fmemopen takes no empty buffer */
		return err_set(err_r, SG_INVALID, "the answer is empty");
	*file_r = fmemopen(body->data, body->len, "r");
	if (*file_r == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a file");
	return SG_OK;
}

static enum sg_err
run(struct store *store, const struct conf *conf, struct worker *worker,
    const struct store_account *owner, struct store_import *job,
    int64_t now_sec, struct err *err_r)
{
	FILE *file = NULL;
	struct buf body;
	enum sg_err rc;

	buf_init(&body, IMPORT_BYTES_MAX);
	rc = import_is_file(job->source)
		 ? import_open(
		       conf, owner->facts.name, job->source, &file, err_r)
		 : fetch(conf, job->source, worker, &body, &file, err_r);
	if (rc == SG_OK)
		rc = import_run(store, job, file, worker_shall_stop, worker,
		    now_sec, err_r);
	else if (rc == SG_INVALID) {
		char why[ERR_TEXT_MAX];

		(void)snprintf(why, sizeof(why), "%s", err_r->text);
		rc = import_fail(store, job, why, now_sec, err_r);
	}
	if (file != NULL)
		(void)fclose(file);
	if (rc == SG_OK)
		import_tidy(conf, job);
	buf_fini(&body);
	return rc;
}

enum sg_err
imports_turn(struct store *store, const struct conf *conf,
    struct worker *worker, int64_t now_sec, int64_t *account_id,
    bool *is_idle_r, struct err *err_r)
{
	struct store_account owner;
	struct store_import job;
	enum sg_err rc = store_import_next(store, *account_id, &job, err_r);

	*is_idle_r = rc == SG_MISSING;
	if (rc != SG_OK)
		return rc == SG_MISSING ? SG_OK : rc;
	*account_id = job.account_id;
	rc = store_account_get_by_id(store, job.account_id, &owner, err_r);
	if (rc == SG_OK)
		rc = import_begin(store, &job, err_r);
	if (rc == SG_OK)
		rc = run(store, conf, worker, &owner, &job, now_sec, err_r);
	/* the account was deleted, or the end comes: nothing is amiss */
	if (rc == SG_MISSING || worker_is_stopping(worker))
		rc = SG_OK;
	return rc;
}
