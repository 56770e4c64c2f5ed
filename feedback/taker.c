/* Taking a report: see taker.h. What follows from it is in ops/feedback.h. */
#include "config.h"

#include "feedback/taker.h"

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "feedback/settings.h"
#include "feedback/simulator.h"
#include "ops/feedback.h"
#include "report/report.h"
#include "store/store.h"

/* How long a locked store is waited for; then the MTA comes again. */
#define BUSY_MSEC 5000

void
taker_fini(struct taker *taker)
{
	store_close(&taker->store);
}

/* A store that could not be used may be another file by now. */
static bool
is_handle_lost(enum sg_err code)
{
	return code == SG_IO || code == SG_SCHEMA || code == SG_BUG;
}

void
taker_message_fini(struct taker_message *message)
{
	report_free(&message->report);
}

static enum sg_err
take(const struct feedback_env *env, struct taker_message *message,
    const char *recipient, struct err *err_r)
{
	struct feedback_result result;
	int64_t now_msec = clock_now_usec() / 1000;
	enum sg_err rc = SG_OK;

	if (simulator_look(env->conf, recipient) != SIMULATOR_NONE)
		return simulator_take(env, message->sender, recipient,
		    message->data, message->len, now_msec / 1000, err_r);
	if (message->report == NULL)
		rc = report_read(env->rules, message->data, message->len,
		    &message->report, err_r);
	if (rc != SG_OK)
		return rc;
	return feedback_take_read(env, recipient, message->data, message->len,
	    message->report, now_msec, &result, err_r);
}

bool
taker_take(struct taker *taker, const struct settings *settings,
    struct taker_message *message, const char *recipient, struct err *err_r)
{
	struct feedback_env env = {.conf = settings->conf,
	    .rules = settings->rules,
	    .mac = taker->mac};
	enum sg_err rc = SG_OK;

	if (taker->store == NULL)
		rc = store_open(settings->conf->store, STORE_OPEN_WRITE,
		    BUSY_MSEC, &taker->store, err_r);
	env.store = taker->store;
	if (rc == SG_OK)
		rc = take(&env, message, recipient, err_r);
	if (rc == SG_OK)
		return true;
	log_event(LOG_FEEDBACK_DEFER_EVENT, NULL, "to", recipient, "error",
	    err_r->text, NULL);
	if (is_handle_lost(rc))
		store_close(&taker->store);
	return false;
}
