/* SES v2: figures by the day, recommendations. The story of one message is
 * v2_insight.c's. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v2_insight.h"
#include "ops/metric.h"
#include "ops/tenant.h"
#include "rules/reputation.h"
#include "rules/verification.h"

#define PAGE_MOST 100
#define DAYS_MOST 400

/* ---- figures ---------------------------------------------------------------------- */

/* -1: not measured. */
static int
metric_kind(const char *metric)
{
	static const char *const names[STORE_METRIC_KINDS] = {
	    [STORE_METRIC_SEND] = "SEND",
	    [STORE_METRIC_DELIVERY] = "DELIVERY",
	    [STORE_METRIC_PERMANENT_BOUNCE] = "PERMANENT_BOUNCE",
	    [STORE_METRIC_TRANSIENT_BOUNCE] = "TRANSIENT_BOUNCE",
	    [STORE_METRIC_COMPLAINT] = "COMPLAINT",
	};

	for (int i = 0; i < STORE_METRIC_KINDS; i++)
		if (strcmp(names[i], metric) == 0)
			return i;
	return -1;
}

/* "" when it is missing, or a wildcard. */
static const char *
dimension(const json_t *query, const char *name)
{
	const char *value = api_text(api_object(query, "Dimensions"), name);

	return strcmp(value, "*") == 0 ? "" : value;
}

static void
put_error(json_t *errors, const json_t *query, const char *message)
{
	json_t *out = api_add_object(errors);

	api_put_text(out, "Id", api_text(query, "Id"));
	api_put_text(out, "Code", "INTERNAL_FAILURE");
	api_put_text(out, "Message", message);
}

static int64_t
seconds_of(const json_t *query, const char *name)
{
	return (int64_t)json_number_value(json_object_get(query, name));
}

/* False: the call has failed. */
static bool
read_days(struct api_call *call, const json_t *query,
    struct metric_question *question)
{
	int64_t first = seconds_of(query, "StartDate");
	int64_t last = seconds_of(query, "EndDate");

	if (first < 0 || last <= first ||
	    (last - first) / STORE_METRIC_DAY_SEC >= DAYS_MOST) {
		api_fail(call, "BadRequestException",
		    "Queries: EndDate of %s must be behind StartDate, by less "
		    "than %d days",
		    api_text(query, "Id"), DAYS_MOST);
		return false;
	}
	question->first_sec = first - first % STORE_METRIC_DAY_SEC;
	question->last_sec = last;
	return true;
}

/* False: the call has failed. */
static bool
check_dimensions(struct api_call *call, const json_t *query)
{
	const json_t *dimensions = api_object(query, "Dimensions");
	size_t known = 0;

	known += api_has(dimensions, "EMAIL_IDENTITY");
	known += api_has(dimensions, "CONFIGURATION_SET");
	known += api_has(dimensions, "ISP");
	if (known == json_object_size(dimensions))
		return true;
	api_fail(call, "BadRequestException",
	    "Queries: Dimensions of %s: the keys are EMAIL_IDENTITY, "
	    "CONFIGURATION_SET and ISP",
	    api_text(query, "Id"));
	return false;
}

struct days {
	json_t *timestamps, *values;
	int64_t next_sec; /* the day that is to be told next */
};

static void
put_day(struct days *days, int64_t recipients)
{
	(void)json_array_append_new(
	    days->timestamps, json_integer(days->next_sec));
	(void)json_array_append_new(days->values, json_integer(recipients));
	days->next_sec += STORE_METRIC_DAY_SEC;
}

/* Days without a figure have none in the store. */
static bool
put_figure(void *ctx, int64_t day_sec, int64_t recipients)
{
	struct days *days = ctx;

	while (days->next_sec < day_sec)
		put_day(days, 0);
	put_day(days, recipients);
	return true;
}

static void
put_result(struct api_call *call, json_t *results, const json_t *query,
    const struct metric_question *question)
{
	static const struct api_codes codes = {
	    "BadRequestException", "NotFoundException", NULL};
	json_t *out = api_add_object(results);
	struct days days = {.next_sec = question->first_sec};
	struct err err = {0};

	api_put_text(out, "Id", api_text(query, "Id"));
	days.timestamps = api_put_list(out, "Timestamps");
	days.values = api_put_list(out, "Values");
	if (!api_check(call,
		metric_ask(call->store, question, put_figure, &days, &err),
		&err, &codes))
		return;
	while (days.next_sec < question->last_sec)
		put_day(&days, 0);
}

static void
answer_query(
    struct api_call *call, json_t *results, json_t *errors, const json_t *query)
{
	struct metric_question question = {.account_id = call->owner.facts.id,
	    .set = dimension(query, "CONFIGURATION_SET"),
	    .identity = dimension(query, "EMAIL_IDENTITY")};
	const char *metric = api_text(query, "Metric");
	int kind = metric_kind(metric);
	char text[128];

	if (!read_days(call, query, &question) ||
	    !check_dimensions(call, query))
		return;
	if (kind < 0) {
		(void)snprintf(text, sizeof(text), "%.40s is not measured",
		    metric); /* fits */
		put_error(errors, query, text);
	} else if (dimension(query, "ISP")[0] != '\0') {
		put_error(errors, query, "figures are not kept by ISP");
	} else {
		question.kind = (enum store_metric_kind)kind;
		put_result(call, results, query, &question);
	}
}

static bool
is_repeated(const json_t *queries, size_t index)
{
	const char *id = api_text(json_array_get(queries, index), "Id");

	for (size_t i = 0; i < index; i++)
		if (strcmp(id, api_text(json_array_get(queries, i), "Id")) == 0)
			return true;
	return false;
}

static void
batch_get_metric_data(struct api_call *call)
{
	const json_t *queries = api_object(call->in, "Queries");
	json_t *results = api_put_list(call->out, "Results");
	json_t *errors = api_put_list(call->out, "Errors");

	for (size_t i = 0; i < json_array_size(queries) && !api_failed(call);
	     i++) {
		if (is_repeated(queries, i))
			api_fail(call, "BadRequestException",
			    "Queries: two have the Id %s",
			    api_text(json_array_get(queries, i), "Id"));
		else
			answer_query(
			    call, results, errors, json_array_get(queries, i));
	}
}

/* ---- recommendations ----------------------------------------------------------------- */

/* They come from three sources, one behind the other; the page's key is the number
 * of the source and a key within it. */
struct advice_list {
	struct api_call *call;
	struct api_page page;
	json_t *list;
	const char *type, *impact, *arn; /* that are wanted; "" any */
	char source;
	bool is_full;
};

struct advice {
	const char *key, *type, *impact, *description;
	char arn[API_ARN_MAX];
	int64_t created_sec, updated_sec;
};

/* Always open: what is mended is not kept. False: the page is full. */
static bool
add_advice(struct advice_list *list, const struct advice *advice)
{
	json_t *out;

	if ((list->type[0] != '\0' && strcmp(list->type, advice->type) != 0) ||
	    (list->impact[0] != '\0' &&
		strcmp(list->impact, advice->impact) != 0) ||
	    (list->arn[0] != '\0' && strcmp(list->arn, advice->arn) != 0))
		return true;
	if (list->page.count == list->page.most) {
		api_page_more(list->call, list->page.after);
		list->is_full = true;
		return false;
	}
	list->page.count++;
	(void)snprintf(list->page.after, sizeof(list->page.after), "%c%s",
	    list->source, advice->key);
	out = api_add_object(list->list);
	api_put_text(out, "ResourceArn", advice->arn);
	api_put_text(out, "Type", advice->type);
	api_put_text(out, "Description", advice->description);
	api_put_text(out, "Status", "OPEN");
	api_put_time(out, "CreatedTimestamp", advice->created_sec);
	api_put_time(out, "LastUpdatedTimestamp",
	    advice->updated_sec > advice->created_sec ? advice->updated_sec
						      : advice->created_sec);
	api_put_text(out, "Impact", advice->impact);
	return true;
}

static bool
add_dkim(void *ctx, const struct store_finding *row)
{
	struct advice_list *list = ctx;
	struct advice advice = {.key = row->name,
	    .type = "DKIM",
	    .impact = "HIGH",
	    .description = "The domain has no DKIM keys: its mail leaves "
			   "unsigned.",
	    .created_sec = row->dkim_since_sec,
	    .updated_sec = row->dkim_checked_sec};

	if (row->dkim_status == RULES_IDENTITY_TEMPORARY_FAILURE) {
		advice.impact = "LOW";
		advice.description = "The DKIM records have vanished from DNS; "
				     "mail is signed for some time yet.";
	} else if (row->dkim_status != RULES_IDENTITY_NOT_STARTED) {
		advice.description = "The DKIM records are not in DNS: mail "
				     "leaves unsigned.";
	}
	api_arn(list->call, "identity", row->name, advice.arn);
	return add_advice(list, &advice);
}

static bool
add_mail_from(void *ctx, const struct store_finding *row)
{
	struct advice_list *list = ctx;
	char text[RULES_DOMAIN_MAX + 96];
	struct advice advice = {.key = row->name,
	    .type = "SPF",
	    .impact = "LOW",
	    .description = text,
	    .created_sec = row->mail_from_since_sec,
	    .updated_sec = row->mail_from_checked_sec};

	(void)snprintf(text, sizeof(text),
	    "The MX or SPF record of the MAIL FROM domain %s is not in DNS.",
	    row->mail_from); /* fits */
	api_arn(list->call, "identity", row->name, advice.arn);
	return add_advice(list, &advice);
}

static bool
add_tenant(void *ctx, const struct store_tenant *row)
{
	struct advice_list *list = ctx;
	char key[24], name[128];
	struct advice advice = {.key = key,
	    .type = row->finding == REPUTATION_CAUSE_COMPLAINTS ? "COMPLAINT"
								: "BOUNCE",
	    .impact = row->impact == RULES_SHUT_DOWN ? "HIGH" : "LOW",
	    .description = row->finding_text,
	    .created_sec = row->found_sec,
	    .updated_sec = row->judged_sec};

	(void)snprintf(key, sizeof(key), "%lld", (long long)row->facts.id);
	(void)snprintf(
	    name, sizeof(name), "%s/%s", row->facts.name, row->uuid); /* fits */
	api_arn(list->call, "tenant", name, advice.arn);
	return add_advice(list, &advice);
}

static const struct {
	const char *key, *values;
} advice_filters[] = {
    {"TYPE", "DKIM|DMARC|SPF|BIMI|COMPLAINT|BOUNCE|FEEDBACK_3P|IP_LISTING|"},
    {"IMPACT", "LOW|HIGH|"},
    {"STATUS", "OPEN|FIXED|"},
    {"RESOURCE_ARN", NULL},
};

static bool
is_value(const char *values, const char *value)
{
	size_t len = strlen(value);

	while (*values != '\0') {
		size_t n = strcspn(values, "|");

		if (n == len && strncmp(values, value, n) == 0)
			return true;
		values += n + 1;
	}
	return false;
}

/* False: the call has failed. */
static bool
check_filter(struct api_call *call)
{
	const json_t *filter = api_object(call->in, "Filter");
	size_t known = 0;

	for (size_t i = 0; i < sizeof(advice_filters) / sizeof(*advice_filters);
	     i++) {
		const char *key = advice_filters[i].key;

		if (!api_has(filter, key))
			continue;
		known++;
		if (advice_filters[i].values != NULL &&
		    !is_value(advice_filters[i].values, api_text(filter, key)))
			api_fail(call, "BadRequestException",
			    "Filter: %s has no value %.100s", key,
			    api_text(filter, key));
	}
	if (known != json_object_size(filter))
		api_fail(call, "BadRequestException",
		    "Filter: the keys are TYPE, IMPACT, STATUS and "
		    "RESOURCE_ARN");
	return !api_failed(call);
}

/* The resource is the caller's: an identity, or a tenant; own_r: its ARN as it is told,
 * whatever region the client has put. False: the call has failed. */
static bool
check_resource(struct api_call *call, const char *arn, char own_r[API_ARN_MAX])
{
	char kind[64], text[API_ARN_MAX];
	struct store_tenant tenant;
	struct err err = {0};
	bool exists = false;
	const char *name = api_arn_name(call, arn, kind);
	enum sg_err rc = SG_OK;

	own_r[0] = '\0';
	if (arn[0] == '\0')
		return true;
	if (name != NULL)
		api_arn(call, kind, name, own_r);
	if (name != NULL && strcmp(kind, "tenant") == 0) {
		(void)snprintf(
		    text, sizeof(text), "%.*s", (int)strcspn(name, "/"), name);
		rc = tenant_get(
		    call->store, call->owner.facts.id, text, &tenant, &err);
		exists = rc == SG_OK;
	} else if (name != NULL) {
		(void)snprintf(text, sizeof(text), "%s/%s", kind, name);
		rc = store_resource_exists(
		    call->store, call->owner.facts.id, text, &exists, &err);
	}
	if (rc != SG_OK && rc != SG_MISSING)
		return api_check(call, rc, &err, &api_v2_codes);
	if (!exists)
		api_fail(call, "NotFoundException",
		    "Resource %.400s does not exist.", arn);
	return exists;
}

/* Where to go on within a source: "" from its beginning; NULL: it is over. */
static const char *
resume(struct advice_list *list, char source, const char *after)
{
	list->source = source;
	if (list->is_full || (after[0] != '\0' && after[0] > source))
		return NULL;
	return after[0] == source ? after + 1 : "";
}

static enum sg_err
list_advice(struct advice_list *list, const char *after, struct err *err_r)
{
	struct api_call *call = list->call;
	int64_t account_id = call->owner.facts.id;
	const char *from = resume(list, '1', after);
	enum sg_err rc = SG_OK;

	if (from != NULL)
		rc = store_finding_list(call->store, account_id,
		    VERIFICATION_DKIM, from, INT64_MAX, add_dkim, list, err_r);
	from = resume(list, '2', after);
	if (rc == SG_OK && from != NULL)
		rc = store_finding_list(call->store, account_id,
		    VERIFICATION_MAIL_FROM, from, INT64_MAX, add_mail_from,
		    list, err_r);
	from = resume(list, '3', after);
	if (rc == SG_OK && from != NULL)
		rc = store_tenant_findings(call->store, account_id,
		    strtoll(from, NULL, 10), INT64_MAX, add_tenant, list,
		    err_r);
	return rc;
}

static void
list_recommendations(struct api_call *call)
{
	const json_t *filter = api_object(call->in, "Filter");
	char arn[API_ARN_MAX];
	struct advice_list list = {.call = call,
	    .type = api_text(filter, "TYPE"),
	    .impact = api_text(filter, "IMPACT"),
	    .arn = arn};
	char after[API_PAGE_KEY_MAX + 1];
	struct err err = {0};

	if (!check_filter(call) ||
	    !check_resource(call, api_text(filter, "RESOURCE_ARN"), arn) ||
	    !api_page_open(call, "PageSize", PAGE_MOST, &list.page))
		return;
	(void)snprintf(after, sizeof(after), "%s", list.page.after);
	list.list = api_put_list(call->out, "Recommendations");
	if (strcmp(api_text(filter, "STATUS"), "FIXED") != 0)
		(void)api_check(
		    call, list_advice(&list, after, &err), &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_v2_metric[] = {
	{API_V2, "ListRecommendations", "POST", "/v2/email/vdm/recommendations",
	    api_in_v2_list_recommendations, NULL, API_OP_READS,
	    "NotFoundException", list_recommendations},
	{API_V2, "BatchGetMetricData", "POST", "/v2/email/metrics/batch",
	    api_in_v2_batch_get_metric_data, NULL, API_OP_READS,
	    "NotFoundException", batch_get_metric_data},
	{API_V2, "GetMessageInsights", "GET", "/v2/email/insights/{MessageId}/",
	    api_in_v2_get_message_insights, NULL, API_OP_READS,
	    "NotFoundException", api_get_message_insights},
	{.name = NULL}};
/* clang-format on */
