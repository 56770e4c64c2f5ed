/* A line of work's store and its failures: see line.h. */
#include "config.h"

#include "jobs/line.h"

#include <string.h>

#include "base/log.h"

void
line_init(struct line *line, const char *name, const char *url,
    enum store_open_mode mode)
{
	(void)memset(line, 0, sizeof(*line));
	line->name = name;
	line->url = url;
	line->mode = mode;
}

void
line_fini(struct line *line)
{
	store_close(&line->store);
}

enum sg_err
line_open(struct line *line, struct err *err_r)
{
	bool changed;

	if (line->store != NULL &&
	    store_maybe_changed(line->store, &changed, NULL) == SG_OK)
		return SG_OK;
	store_close(&line->store); /* its file is another one now */
	return store_open(
	    line->url, line->mode, LINE_BUSY_MSEC, &line->store, err_r);
}

int64_t
line_pause_msec(int failures, int64_t most)
{
	int64_t msec = 1000;

	for (int i = 1; i < failures && msec < most; i++)
		msec *= 2;
	return msec < most ? msec : most;
}

static void
failed(struct line *line, enum sg_err code, const struct err *err)
{
	/* A handle that failed may never recover. */
	if (code != SG_BUSY)
		store_close(&line->store);
	if (line->is_said)
		return;
	line->is_said = true;
	log_event(LOG_JOBS_FAILED_EVENT, NULL, "task", line->name, "error",
	    err->text, "code", err_name(code), NULL);
}

void
line_report(struct line *line, enum sg_err code, const struct err *err,
    int64_t now_msec)
{
	if (code != SG_OK) {
		failed(line, code, err);
		line->failures++;
		line->resume_msec = now_msec + line_pause_msec(line->failures,
						   LINE_PAUSE_MOST_MSEC);
		return;
	}
	if (line->is_said)
		log_event(LOG_JOBS_BACK_EVENT, NULL, "task", line->name, NULL);
	line->is_said = false;
	line->failures = 0;
	line->resume_msec = 0;
}

int64_t
line_wait_msec(const struct line *line, int64_t now_msec)
{
	return line->resume_msec > now_msec ? line->resume_msec - now_msec : 0;
}
