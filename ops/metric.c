/* Figures by the day: see metric.h. */
#include "config.h"

#include "ops/metric.h"

#include <string.h>

#include <jansson.h>

#include "rules/recipients.h"
#include "store/pools.h"
#include "store/topics.h"

#define LINE_MAX (RULES_ADDRESS_MAX + 1)

/* -1: not counted. */
static int
kind_of(const struct store_event *event)
{
	json_t *detail;
	const char *type;
	int kind;

	switch (event->kind) {
	case STORE_EVENT_SEND:
		return STORE_METRIC_SEND;
	case STORE_EVENT_DELIVERY:
		return STORE_METRIC_DELIVERY;
	case STORE_EVENT_COMPLAINT:
		return STORE_METRIC_COMPLAINT;
	case STORE_EVENT_BOUNCE:
		break;
	default:
		return -1;
	}
	detail = json_loads(event->detail, 0, NULL);
	type = json_string_value(json_object_get(detail, "bounceType"));
	kind = type != NULL && strcmp(type, "Permanent") == 0
		   ? STORE_METRIC_PERMANENT_BOUNCE
		   : STORE_METRIC_TRANSIENT_BOUNCE;
	json_decref(detail);
	return kind;
}

int64_t
metric_count_sends(const struct store_message *message)
{
	const char *text = message->recipients;
	struct recipient recipient;
	int64_t count = 0;

	while (recipients_next(&text, &recipient))
		count += recipient.flag != RECIPIENT_SIMULATOR;
	return count;
}

static int64_t
count_others(
    const struct store_event *event, const struct store_message *message)
{
	const char *line = event->recipients;
	int64_t count = 0;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");
		char address[LINE_MAX];
		struct recipient recipient;

		if (len < sizeof(address)) {
			memcpy(address, line, len);
			address[len] = '\0';
			count += !recipients_find(message->recipients, address,
				     &recipient) ||
				 (recipient.flag != RECIPIENT_SIMULATOR &&
				     !recipients_is_dropped(recipient.flag));
		}
		line += len + (line[len] == '\n');
	}
	return count;
}

/* What left by a dedicated address. Facts are written without blanks, and a quotation
 * mark within a string has a backslash before it: the key can be nothing else. */
static enum sg_err
count_pool(struct store *store, const struct store_metric *metric,
    const char *facts, struct err *err_r)
{
	struct store_pool_metric row = {.day_sec = metric->day_sec,
	    .kind = (int)metric->kind,
	    .recipients = metric->recipients};
	const char *address;
	json_t *doc;
	enum sg_err rc = SG_OK;

	if (facts == NULL || strstr(facts, "\"outgoingIp\":") == NULL)
		return SG_OK;
	doc = json_loads(facts, 0, NULL);
	address = json_string_value(json_object_get(doc, "outgoingIp"));
	row.pool_id =
	    json_integer_value(json_object_get(doc, "outgoingPoolId"));
	if (address != NULL && strlen(address) < sizeof(row.address)) {
		memcpy(row.address, address, strlen(address) + 1);
		rc = store_pool_metric_add(store, &row, err_r);
	}
	json_decref(doc);
	return rc;
}

enum sg_err
metric_count(struct store *store, const struct store_event *event,
    const struct store_message *message, struct err *err_r)
{
	struct store_metric row = {.account_id = event->account_id};
	int64_t sec = event->at_msec / 1000;
	enum sg_err rc;
	int kind;

	if (message == NULL)
		return SG_OK;
	kind = kind_of(event);
	if (kind < 0)
		return SG_OK;
	row.kind = (enum store_metric_kind)kind;
	row.day_sec = sec - sec % STORE_METRIC_DAY_SEC;
	row.set_id = message->set_id;
	row.identity_id = message->identity_id;
	row.recipients = kind == STORE_METRIC_SEND
			     ? metric_count_sends(message)
			     : count_others(event, message);
	if (row.recipients == 0)
		return SG_OK;
	rc = store_metric_add(store, &row, err_r);
	return rc == SG_OK ? count_pool(store, &row, message->facts, err_r)
			   : rc;
}

/* ---- questions ------------------------------------------------------------------- */

static enum sg_err
find_names(struct store *store, const struct metric_question *question,
    struct store_metric *which, struct err *err_r)
{
	struct store_identity identity = {.facts.id = 0};
	struct store_set set = {.facts.id = 0};
	enum sg_err rc = SG_OK;

	if (question->set[0] != '\0') {
		rc = store_set_get(
		    store, question->account_id, question->set, &set, err_r);
		which->set_id = set.facts.id;
	}
	if (rc == SG_OK && question->identity[0] != '\0') {
		rc = store_identity_get(store, question->account_id,
		    question->identity, &identity, err_r);
		which->identity_id = identity.facts.id;
	}
	return rc;
}

enum sg_err
metric_ask(struct store *store, const struct metric_question *question,
    store_metric_fn *fn, void *ctx, struct err *err_r)
{
	struct store_metric which = {.account_id = question->account_id,
	    .kind = question->kind,
	    .set_id = -1,
	    .identity_id = -1};
	enum sg_err rc = find_names(store, question, &which, err_r);

	if (rc == SG_OK)
		rc = store_metric_sums(store, &which, question->first_sec,
		    question->last_sec, fn, ctx, err_r);
	return rc;
}
