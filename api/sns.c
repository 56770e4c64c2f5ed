/* Subscriptions over HTTP: see sns.h. */
#include "config.h"

#include "api/sns.h"

#include <stdio.h>
#include <string.h>

#include "api/pages.h"
#include "api/query.h"
#include "api/service.h"
#include "ops/publish.h"
#include "ops/topic.h"
#include "store/topics.h"

#define NAMESPACE "http://sns.amazonaws.com/doc/2010-03-31/"
#define VALUE_MAX 512
/* A certificate never changes. */
#define CERTIFICATE_SEC 86400

/* ---- parameters ----------------------------------------------------------------- */

/* The first of that name; "" when there is none that can be read. */
static void
query_value(const char *query, const char *name, char value_r[VALUE_MAX])
{
	if (!api_query_peek(query, strlen(query), name, value_r, VALUE_MAX))
		value_r[0] = '\0';
}

/* "" when it is too long for anything that is here. */
static void
copy_param(const struct api_param *param, char value_r[VALUE_MAX])
{
	(void)snprintf(value_r, VALUE_MAX, "%.*s",
	    param->len < VALUE_MAX ? (int)param->len : 0, param->text);
}

/* ---- answers to programs ---------------------------------------------------------- */

/* text: our own, or escaped by its own rules (an ARN has no special character but
 * what the option region holds). */
static void
put_xml(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			(void)buf_puts(out, "&amp;");
		else if (*text == '<')
			(void)buf_puts(out, "&lt;");
		else
			(void)buf_putc(out, *text);
	}
}

static void
begin_xml(struct api_response *response_r, int status)
{
	response_r->status = status;
	response_r->content_type = "text/xml; charset=utf-8";
	buf_clear(&response_r->body);
}

static void
put_request_id(struct buf *out)
{
	char uuid[STORE_UUID_MAX + 1];

	(void)publish_uuid(uuid, NULL); /* "" will do */
	(void)buf_printf(out, "<RequestId>%s</RequestId>", uuid);
}

/* ACTIONResponse; arn NULL: it has no result. */
static void
answer_done(
    struct api_response *response_r, const char *action, const char *arn)
{
	struct buf *out = &response_r->body;

	begin_xml(response_r, 200);
	(void)buf_printf(out, "<%sResponse xmlns=\"" NAMESPACE "\">", action);
	if (arn != NULL) {
		(void)buf_printf(out, "<%sResult><SubscriptionArn>", action);
		put_xml(out, arn);
		(void)buf_printf(out, "</SubscriptionArn></%sResult>", action);
	}
	(void)buf_puts(out, "<ResponseMetadata>");
	put_request_id(out);
	(void)buf_printf(out, "</ResponseMetadata></%sResponse>\n", action);
}

static void
answer_error(struct api_response *response_r, int status, const char *code,
    const char *text)
{
	struct buf *out = &response_r->body;

	begin_xml(response_r, status);
	(void)buf_printf(out,
	    "<ErrorResponse xmlns=\"" NAMESPACE "\"><Error><Type>%s</Type>"
	    "<Code>%s</Code><Message>%s</Message></Error>",
	    status < 500 ? "Sender" : "Receiver", code, text);
	put_request_id(out);
	(void)buf_puts(out, "</ErrorResponse>\n");
}

static void
fail(struct api_response *response_r, const struct err *err)
{
	(void)snprintf(
	    response_r->why, sizeof(response_r->why), "%.200s", err->text);
}

static void
confirm(struct api_service *service, struct store *store,
    const struct api_request *request, struct api_response *response_r)
{
	const struct conf *conf = api_service_conf(service);
	char token[VALUE_MAX], wanted[VALUE_MAX], arn[TOPIC_ARN_MAX];
	struct store_subscription row;
	struct store_topic topic;
	struct err err = {0};
	enum sg_err rc;

	query_value(request->query, "Token", token);
	query_value(request->query, "TopicArn", wanted);
	rc = topic_look(store, token, request->now_sec, &row, &topic, &err);
	if (rc == SG_OK) {
		topic_arn(conf, &topic, arn);
		if (strcmp(arn, wanted) != 0)
			rc = SG_MISSING;
	}
	if (rc == SG_OK)
		rc = topic_confirm(store, token, request->now_sec, &row, &err);
	if (rc == SG_OK) {
		topic_subscription_arn(conf, &topic, row.uuid, arn);
		answer_done(response_r, "ConfirmSubscription", arn);
	} else if (rc == SG_MISSING) {
		answer_error(response_r, 400, "InvalidParameter",
		    "Invalid parameter: Token");
	} else {
		answer_error(response_r, 503, "InternalError",
		    "Nothing was changed; please try again");
		fail(response_r, &err);
	}
}

/* Whose whole ARN is that? The number at its end is what nobody guesses. */
static enum sg_err
find_by_arn(const struct conf *conf, struct store *store, const char *wanted,
    struct store_subscription *row_r, struct err *err_r)
{
	const char *colon = strrchr(wanted, ':');
	char arn[TOPIC_ARN_MAX];
	struct store_topic topic;
	enum sg_err rc;

	if (colon == NULL)
		return SG_MISSING;
	rc = store_subscription_get(store, colon + 1, row_r, err_r);
	if (rc == SG_OK)
		rc = store_topic_get_by_id(
		    store, row_r->topic_id, &topic, err_r);
	if (rc != SG_OK)
		return rc;
	topic_subscription_arn(conf, &topic, row_r->uuid, arn);
	return strcmp(arn, wanted) == 0 ? SG_OK : SG_MISSING;
}

static enum sg_err
end_subscription(struct api_service *service, struct store *store,
    const char *uuid, int64_t now_sec, struct err *err_r)
{
	const struct seal *seal = api_service_seal(service);

	if (seal == NULL)
		return err_set(err_r, SG_IO,
		    "the master key could not be read when sendward-apid "
		    "began");
	return topic_unsubscribe(store, api_service_conf(service), seal, uuid,
	    now_sec * 1000, err_r);
}

/* One that is gone already is an answer, too: SNS's. */
static void
unsubscribe(struct api_service *service, struct store *store,
    const struct api_request *request, struct api_response *response_r)
{
	char arn[VALUE_MAX];
	struct store_subscription row;
	struct err err = {0};
	enum sg_err rc;

	query_value(request->query, "SubscriptionArn", arn);
	rc = find_by_arn(api_service_conf(service), store, arn, &row, &err);
	/* a second visit does not end what waits to be taken back */
	if (rc == SG_OK && row.confirmed)
		rc = end_subscription(
		    service, store, row.uuid, request->now_sec, &err);
	if (rc == SG_OK) {
		answer_done(response_r, "Unsubscribe", NULL);
	} else if (rc == SG_MISSING) {
		answer_error(
		    response_r, 404, "NotFound", "Subscription does not exist");
	} else {
		answer_error(response_r, 503, "InternalError",
		    "Nothing was changed; please try again");
		fail(response_r, &err);
	}
}

void
api_sns_query(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	char action[VALUE_MAX];
	struct store *store;
	struct err err = {0};

	query_value(request->query, "Action", action);
	if (action[0] == '\0') {
		api_pages_error(response_r, 404);
	} else if (strcmp(action, "ConfirmSubscription") != 0 &&
		   strcmp(action, "Unsubscribe") != 0) {
		answer_error(response_r, 400, "InvalidAction",
		    "This action is not known here");
	} else if (api_service_store(service, &store, &err) != SG_OK) {
		answer_error(response_r, 503, "InternalError",
		    "Nothing was changed; please try again");
		fail(response_r, &err);
	} else if (action[0] == 'C') {
		confirm(service, store, request, response_r);
	} else {
		unsubscribe(service, store, request, response_r);
	}
}

/* ---- the certificate -------------------------------------------------------------- */

static bool
put_certificate(void *ctx, const struct store_certificate *row)
{
	(void)buf_puts(ctx, row->certificate); /* failed is looked at */
	return false;
}

void
api_sns_certificate(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	static const char suffix[] = ".pem";
	char name[VALUE_MAX], *dot;
	struct store *store;
	struct err err = {0};
	enum sg_err rc = api_service_store(service, &store, &err);

	copy_param(&request->params[0], name);
	dot = strrchr(name, '.');
	if (rc == SG_OK && (dot == NULL || strcmp(dot, suffix) != 0))
		rc = SG_MISSING;
	if (rc == SG_OK) {
		*dot = '\0';
		rc = store_certificate_get(
		    store, name, put_certificate, &response_r->body, &err);
	}
	if (rc != SG_OK) {
		api_pages_error(response_r, rc == SG_MISSING ? 404 : 503);
		fail(response_r, &err);
		return;
	}
	response_r->status = 200;
	response_r->content_type = "application/x-pem-file";
	response_r->keep_sec = CERTIFICATE_SEC;
}

/* ---- pages for people --------------------------------------------------------------- */

typedef void page_fn(
    struct api_response *response_r, const struct api_page_subscription *facts);

static void
answer_page(struct store *store, struct api_response *response_r,
    const struct store_subscription *row, page_fn *page, enum sg_err rc,
    struct err *err)
{
	struct store_topic topic = {0};
	struct store_account account = {0};
	struct api_page_subscription facts = {.topic = topic.name,
	    .account = account.facts.name,
	    .address = row->endpoint,
	    .expires_sec = row->token_expires_sec};

	if (rc == SG_OK)
		rc = store_topic_get_by_id(store, row->topic_id, &topic, err);
	if (rc == SG_OK)
		rc = store_account_get_by_id(
		    store, topic.account_id, &account, err);
	if (rc == SG_OK) {
		page(response_r, &facts);
	} else if (rc == SG_MISSING) {
		api_pages_subscription_void(response_r);
	} else {
		api_pages_error(response_r, 503);
		fail(response_r, err);
	}
}

static void
by_token(struct api_service *service, const struct api_request *request,
    bool confirms, page_fn *page, struct api_response *response_r)
{
	char token[VALUE_MAX];
	struct store_subscription row = {0};
	struct store_topic topic;
	struct store *store = NULL;
	struct err err = {0};
	enum sg_err rc = api_service_store(service, &store, &err);

	copy_param(&request->params[0], token);
	if (rc == SG_OK)
		rc = confirms ? topic_confirm(
				    store, token, request->now_sec, &row, &err)
			      : topic_look(store, token, request->now_sec, &row,
				    &topic, &err);
	answer_page(store, response_r, &row, page, rc, &err);
}

void
api_sns_show(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	by_token(
	    service, request, false, api_pages_subscription_ask, response_r);
}

void
api_sns_confirm(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	by_token(service, request, true, api_pages_subscription_confirmed,
	    response_r);
}

static enum sg_err
find_by_uuid(struct api_service *service, const struct api_request *request,
    struct store **store_r, struct store_subscription *row_r, struct err *err_r)
{
	char uuid[VALUE_MAX];
	enum sg_err rc = api_service_store(service, store_r, err_r);

	copy_param(&request->params[0], uuid);
	if (rc == SG_OK)
		rc = store_subscription_get(*store_r, uuid, row_r, err_r);
	return rc == SG_OK && !row_r->confirmed ? SG_MISSING : rc;
}

void
api_sns_show_end(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	struct store_subscription row = {0};
	struct store *store = NULL;
	struct err err = {0};
	enum sg_err rc = find_by_uuid(service, request, &store, &row, &err);

	answer_page(
	    store, response_r, &row, api_pages_subscription_ask_end, rc, &err);
}

void
api_sns_end(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	struct store_subscription row = {0};
	struct store *store = NULL;
	struct err err = {0};
	enum sg_err rc = find_by_uuid(service, request, &store, &row, &err);

	if (rc == SG_OK)
		rc = end_subscription(
		    service, store, row.uuid, request->now_sec, &err);
	answer_page(
	    store, response_r, &row, api_pages_subscription_ended, rc, &err);
}
