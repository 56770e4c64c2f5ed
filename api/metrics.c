/* Counters and their text form: see metrics.h. Locks nothing: every number is
 * right by itself, and a scrape may fall between two of them. */
#include "config.h"

#include "api/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/metric_list.h"
#include "api/operation.h"
#include "api/route.h"
#include "ops/health.h"
#include "rules/identity.h"
#include "store/store.h"
#include "store/topics.h"

#define ROUTES_MAX 64 /* names in the table, and "none" */
#define CLASSES 5     /* 1xx … 5xx */
#define OPERATIONS_MAX 256
#define TABLES_MAX 32

/* clang-format off */
static const struct {
	int64_t usec;
	const char *label; /* seconds */
} steps[] = {
	{1000,    "0.001"},
	{5000,    "0.005"},
	{25000,   "0.025"},
	{100000,  "0.1"},
	{500000,  "0.5"},
	{2500000, "2.5"},
};
/* clang-format on */
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static const char *const drop_labels[API_DROPS] = {
    [API_DROP_FULL] = "max_connections",
    [API_DROP_ADDRESS] = "max_connections_per_address",
    [API_DROP_LATE] = "timeout",
};

#define METRIC_ID(id, name, type, labels, help) METRIC_##id,
enum metric { API_METRICS(METRIC_ID) };
#define METRIC_ROW(id, name, type, labels, help) {name, #type, help},
static const struct {
	const char *name, *type, *help;
} list[] = {API_METRICS(METRIC_ROW)};

struct api_metrics {
	const char *names[ROUTES_MAX];
	size_t name_count;
	uint64_t requests[ROUTES_MAX][CLASSES];
	uint64_t took[STEPS + 1]; /* not yet summed up; the last: longer */
	uint64_t took_usec;
	uint64_t accepted, closed;
	uint64_t dropped[API_DROPS];
	/* Calls, row for row of api_operations' tables; [0]: no operation. */
	struct {
		const struct api_operation *first;
		size_t count, before; /* rows of the tables before it */
	} tables[TABLES_MAX];
	size_t table_count;
	uint64_t calls[OPERATIONS_MAX][CLASSES];
};

static void
count(uint64_t *counter, uint64_t more)
{
	(void)__atomic_add_fetch(counter, more, __ATOMIC_RELAXED);
}

static uint64_t
read_count(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static size_t
index_of(const struct api_metrics *metrics, const char *name)
{
	for (size_t i = 1; i < metrics->name_count; i++)
		if (strcmp(metrics->names[i], name) == 0)
			return i;
	return 0;
}

/* Rows that find no place are counted with those that are none. */
static void
add_tables(struct api_metrics *metrics)
{
	size_t before = 1;

	for (size_t i = 0; api_operations[i] != NULL && i < TABLES_MAX; i++) {
		const struct api_operation *row = api_operations[i];
		size_t count = 0;

		while (row[count].name != NULL)
			count++;
		if (before + count > OPERATIONS_MAX)
			break;
		metrics->tables[i].first = row;
		metrics->tables[i].count = count;
		metrics->tables[i].before = before;
		metrics->table_count++;
		before += count;
	}
}

struct api_metrics *
api_metrics_new(void)
{
	struct api_metrics *metrics = calloc(1, sizeof(*metrics));

	if (metrics == NULL)
		return NULL;
	metrics->names[metrics->name_count++] = "none";
	metrics->names[metrics->name_count++] = "api";
	add_tables(metrics);
	for (size_t i = 0; i < api_route_count; i++)
		if (index_of(metrics, api_routes[i].name) == 0 &&
		    metrics->name_count < ROUTES_MAX)
			metrics->names[metrics->name_count++] =
			    api_routes[i].name;
	return metrics;
}

void
api_metrics_free(struct api_metrics **metrics)
{
	free(*metrics);
	*metrics = NULL;
}

static int
class_of(int status)
{
	int class = status / 100 - 1;

	return class < 0 || class >= CLASSES ? CLASSES - 1 : class;
}

void
api_metrics_request(struct api_metrics *metrics, const char *route, int status,
    int64_t took_usec)
{
	size_t step = 0;
	int class = class_of(status);

	if (took_usec < 0)
		took_usec = 0;
	while (step < STEPS && took_usec > steps[step].usec)
		step++;
	count(&metrics->requests[index_of(metrics, route)][class], 1);
	count(&metrics->took[step], 1);
	count(&metrics->took_usec, (uint64_t)took_usec);
}

void
api_metrics_call(struct api_metrics *metrics,
    const struct api_operation *operation, int status)
{
	size_t index = 0;

	for (size_t i = 0; operation != NULL && i < metrics->table_count; i++) {
		const struct api_operation *first = metrics->tables[i].first;

		if (operation >= first &&
		    operation < first + metrics->tables[i].count)
			index = metrics->tables[i].before +
				(size_t)(operation - first);
	}
	count(&metrics->calls[index][class_of(status)], 1);
}

void
api_metrics_accepted(struct api_metrics *metrics)
{
	count(&metrics->accepted, 1);
}

void
api_metrics_closed(struct api_metrics *metrics)
{
	count(&metrics->closed, 1);
}

void
api_metrics_dropped(struct api_metrics *metrics, enum api_metrics_drop why)
{
	count(&metrics->dropped[why], 1);
}

/* ---- text --------------------------------------------------------------- */

static void
write_head(struct buf *out, enum metric metric)
{
	(void)buf_printf(out, "# HELP sendward_%s %s\n# TYPE sendward_%s %s\n",
	    list[metric].name, list[metric].help, list[metric].name,
	    list[metric].type);
}

static void
write_number(struct buf *out, enum metric metric, int64_t value)
{
	write_head(out, metric);
	(void)buf_printf(
	    out, "sendward_%s %" PRId64 "\n", list[metric].name, value);
}

static void
write_requests(const struct api_metrics *metrics, struct buf *out)
{
	write_head(out, METRIC_HTTP_REQUESTS);
	for (size_t i = 0; i < metrics->name_count; i++)
		for (int class = 0; class < CLASSES; class ++) {
			uint64_t n = read_count(&metrics->requests[i][class]);

			if (n > 0)
				(void)buf_printf(out,
				    "sendward_http_requests_total{route=\"%s\","
				    "class=\"%dxx\"} %" PRIu64 "\n",
				    metrics->names[i], class + 1, n);
		}
}

static void
write_row(const struct api_metrics *metrics, struct buf *out, size_t index,
    const struct api_operation *operation)
{
	static const char *const services[API_PROTOCOLS] = {[API_V2] = "sesv2",
	    [API_V1] = "ses",
	    [API_SNS] = "sns",
	    [API_OWN] = "sendward"};

	for (int class = 0; class < CLASSES; class ++) {
		uint64_t n = read_count(&metrics->calls[index][class]);

		if (n > 0)
			(void)buf_printf(out,
			    "sendward_api_calls_total{service=\"%s\","
			    "operation=\"%s\",class=\"%dxx\"} %" PRIu64 "\n",
			    operation == NULL ? "none"
					      : services[operation->protocol],
			    operation == NULL ? "none" : operation->name,
			    class + 1, n);
	}
}

static void
write_calls(const struct api_metrics *metrics, struct buf *out)
{
	write_head(out, METRIC_API_CALLS);
	write_row(metrics, out, 0, NULL);
	for (size_t i = 0; i < metrics->table_count; i++)
		for (size_t j = 0; j < metrics->tables[i].count; j++)
			write_row(metrics, out, metrics->tables[i].before + j,
			    &metrics->tables[i].first[j]);
}

static void
write_took(const struct api_metrics *metrics, struct buf *out)
{
	uint64_t sum = 0, usec = read_count(&metrics->took_usec);

	write_head(out, METRIC_HTTP_SECONDS);
	for (size_t i = 0; i < STEPS; i++) {
		sum += read_count(&metrics->took[i]);
		(void)buf_printf(out,
		    "sendward_http_request_seconds_bucket{le=\"%s\"} %" PRIu64
		    "\n",
		    steps[i].label, sum);
	}
	sum += read_count(&metrics->took[STEPS]);
	(void)buf_printf(out,
	    "sendward_http_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
	    "sendward_http_request_seconds_sum %" PRIu64 ".%06" PRIu64 "\n"
	    "sendward_http_request_seconds_count %" PRIu64 "\n",
	    sum, usec / 1000000, usec % 1000000, sum);
}

static void
write_connections(const struct api_metrics *metrics, struct buf *out)
{
	uint64_t closed = read_count(&metrics->closed);
	uint64_t accepted = read_count(&metrics->accepted);

	write_number(out, METRIC_HTTP_OPEN,
	    accepted > closed ? (int64_t)(accepted - closed) : 0);
	write_number(out, METRIC_HTTP_CONNECTIONS, (int64_t)accepted);
	write_head(out, METRIC_HTTP_DROPPED);
	for (int i = 0; i < API_DROPS; i++)
		(void)buf_printf(out,
		    "sendward_http_connections_dropped_total{limit=\"%s\"} "
		    "%" PRIu64 "\n",
		    drop_labels[i], read_count(&metrics->dropped[i]));
}

static void
write_states(struct buf *out, enum metric metric, const int64_t counts[5])
{
	write_head(out, metric);
	for (int i = 0; i < 5; i++)
		(void)buf_printf(out,
		    "sendward_%s{status=\"%s\"} %" PRId64 "\n",
		    list[metric].name,
		    identity_status_name((enum rules_identity_status)i),
		    counts[i]);
}

static void
write_store(const struct store_numbers *n, struct buf *out)
{
	write_number(out, METRIC_ACCOUNTS, n->accounts);
	write_number(out, METRIC_ACCOUNTS_PRODUCTION, n->accounts_production);
	write_number(out, METRIC_ACCOUNTS_REVIEW, n->accounts_review);
	write_number(out, METRIC_ACCOUNTS_PAUSED, n->accounts_paused);
	write_number(out, METRIC_THROTTLED, n->throttled);
	write_head(out, METRIC_LEASE_RECIPIENTS);
	(void)buf_printf(out,
	    "sendward_lease_recipients{state=\"live\"} %" PRId64 "\n"
	    "sendward_lease_recipients{state=\"lost\"} %" PRId64 "\n",
	    n->leased, n->leased_lost);
	write_states(out, METRIC_IDENTITIES, n->identities);
	write_states(out, METRIC_DKIM, n->dkim);
	write_states(out, METRIC_MAIL_FROM, n->mail_from);
	write_number(out, METRIC_DNS_LOOKS_DUE, n->looks_due);
	write_number(out, METRIC_LETTERS, n->letters);
	write_number(out, METRIC_LETTERS_DUE, n->letters_due);
	write_number(out, METRIC_REQUESTS_OPEN, n->requests_open);
	write_number(out, METRIC_ZONE_WAITING, n->zone_waiting);
	write_number(out, METRIC_SUPPRESSIONS, n->suppressions);
}

static void
write_notifications(const struct store_notification_numbers *n, struct buf *out)
{
	write_number(out, METRIC_NOTIFICATIONS, n->waiting);
	write_number(out, METRIC_NOTIFICATIONS_DUE, n->due);
	write_number(out, METRIC_NOTIFICATIONS_DEAD, n->dead);
}

/* Host names are label values: a quote or a backslash would end one. */
static void
write_label(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' || *text == '\n')
			(void)buf_puts(out, "\\");
		(void)buf_printf(out, "%c", *text == '\n' ? 'n' : *text);
	}
}

static void
write_programs(const struct health_watch *watch, struct buf *out)
{
	write_head(out, METRIC_PROGRAM_SEEN);
	for (size_t i = 0; i < watch->program_count; i++) {
		(void)buf_printf(out,
		    "sendward_program_seen_timestamp_seconds{program=\"%s\","
		    "host=\"",
		    watch->programs[i].name);
		write_label(out, watch->programs[i].host);
		(void)buf_printf(
		    out, "\"} %" PRId64 "\n", watch->programs[i].seen_sec);
	}
}

static void
write_known(struct buf *out, enum metric metric, int64_t value)
{
	if (value != HEALTH_UNKNOWN)
		write_number(out, metric, value);
}

static void
write_room(struct buf *out, const char *place, int64_t bytes)
{
	if (bytes != HEALTH_UNKNOWN)
		(void)buf_printf(out,
		    "sendward_free_bytes{place=\"%s\"} %" PRId64 "\n", place,
		    bytes);
}

static void
write_watch(const struct health_watch *watch, bool is_up, struct buf *out)
{
	write_number(out, METRIC_ENFORCING, watch->is_enforcing);
	write_head(out, METRIC_FREE_BYTES);
	write_room(out, "journal", watch->journal_free_bytes);
	write_room(out, "store", watch->store_free_bytes);
	if (!is_up)
		return;
	write_programs(watch, out);
	write_known(out, METRIC_JOURNAL_UNREAD, watch->journal_bytes);
	write_known(out, METRIC_MAIL_LOG_UNREAD, watch->log_bytes);
	write_known(out, METRIC_BACKUP, watch->backup_sec);
}

void
api_metrics_write(const struct api_metrics *metrics,
    const struct store_numbers *numbers,
    const struct store_notification_numbers *notifications,
    const struct health_watch *watch, struct buf *out)
{
	write_head(out, METRIC_BUILD_INFO);
	(void)buf_printf(
	    out, "sendward_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
	write_number(out, METRIC_STORE_UP, numbers != NULL);
	write_watch(watch, numbers != NULL, out);
	write_requests(metrics, out);
	write_calls(metrics, out);
	write_took(metrics, out);
	write_connections(metrics, out);
	if (numbers != NULL) {
		write_store(numbers, out);
		write_notifications(notifications, out);
	}
}
