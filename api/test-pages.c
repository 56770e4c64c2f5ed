/* Pages and numbers as text: escaped, complete, and of the form they claim. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "api/metrics.h"
#include "api/pages.h"
#include "ops/link.h"
#include "ops/health.h"
#include "store/store.h"
#include "store/topics.h"

#define HOSTILE "\"'><script>alert(1)</script>&amp;@x.example"

static int
times(const char *text, const char *part)
{
	int count = 0;

	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

/* What every page has, and none. */
static void
check_page(const struct api_response *page, int status)
{
	static const char *const wanted[] = {"<!DOCTYPE html>\n",
	    "<html lang=\"en\">", "<title>", "name=\"viewport\"", "</html>\n"};
	static const char *const banned[] = {
	    "<script", "http:", "https:", "src=", "href=", "url(", "style="};
	const char *html = buf_str(&page->body);

	assert_int_equal(page->status, status);
	assert_string_equal(page->content_type, "text/html; charset=utf-8");
	assert_false(page->body.failed);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (times(html, wanted[i]) != 1)
			fail_msg("%d: no %s", status, wanted[i]);
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		if (strstr(html, banned[i]) != NULL)
			fail_msg("%d: %s", status, banned[i]);
	assert_int_equal(times(html, "<h1"), 1);
}

static void
test_escaped(void **state)
{
	struct link_facts facts = {
	    .account = HOSTILE, .address = HOSTILE, .expires_sec = 1790000040};
	struct api_response page;

	(void)state;
	api_response_init(&page);
	api_pages_ask(&page, &facts);
	check_page(&page, 200);
	assert_int_equal(
	    times(buf_str(&page.body), "&quot;&#39;&gt;&lt;script&gt;alert(1)"
				       "&lt;/script&gt;&amp;amp;@x.example"),
	    2);
	assert_non_null(strstr(buf_str(&page.body), "2026-09-21 14:14 UTC"));
	assert_non_null(strstr(buf_str(&page.body), "<form method=\"post\">"));
	api_pages_confirmed(&page, &facts);
	check_page(&page, 200);
	assert_null(strstr(buf_str(&page.body), "<form"));
	api_response_fini(&page);
}

/* All of them say whose and what, with nothing of it taken for markup. */
static void
test_subscriptions(void **state)
{
	const struct api_page_subscription facts = {.account = HOSTILE,
	    .topic = HOSTILE,
	    .address = HOSTILE,
	    .expires_sec = 1790000040};
	struct api_response page;

	(void)state;
	api_response_init(&page);
	api_pages_subscription_ask(&page, &facts);
	check_page(&page, 200);
	assert_int_equal(times(buf_str(&page.body), "&lt;script&gt;"), 3);
	assert_int_equal(
	    times(buf_str(&page.body), "<form method=\"post\">"), 1);
	assert_non_null(strstr(buf_str(&page.body), "2026-09-21 14:14 UTC"));
	api_pages_subscription_confirmed(&page, &facts);
	check_page(&page, 200);
	assert_int_equal(times(buf_str(&page.body), "<form"), 0);
	api_pages_subscription_ask_end(&page, &facts);
	check_page(&page, 200);
	assert_int_equal(
	    times(buf_str(&page.body), "<form method=\"post\">"), 1);
	api_pages_subscription_ended(&page, &facts);
	check_page(&page, 200);
	assert_int_equal(times(buf_str(&page.body), "<form"), 0);
	api_pages_subscription_void(&page);
	check_page(&page, 404);
	api_response_fini(&page);
}

static void
test_ends(void **state)
{
	static const int statuses[] = {
	    400, 404, 405, 408, 411, 413, 414, 431, 500, 503};
	struct api_response page;

	(void)state;
	api_response_init(&page);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		api_pages_error(&page, statuses[i]);
		check_page(&page, statuses[i]);
	}
	assert_int_equal(page.retry_after_sec, 30);
	api_pages_void(&page);
	check_page(&page, 404);
	api_response_fini(&page);
}

/* The policy allows the style that is in the pages, and no other. */
static void
test_policy(void **state)
{
	struct api_response page;
	char csp[API_PAGES_CSP_MAX];
	unsigned char digest[EVP_MAX_MD_SIZE], hash[48];
	const char *begin, *end;
	unsigned len;

	(void)state;
	assert_int_equal(api_pages_csp(csp, NULL), SG_OK);
	assert_memory_equal(csp, "default-src 'none'; ", 20);
	assert_non_null(strstr(csp, "frame-ancestors 'none'"));
	assert_null(strstr(csp, "unsafe"));
	api_response_init(&page);
	api_pages_void(&page);
	begin = strstr(buf_str(&page.body), "<style>");
	end = strstr(buf_str(&page.body), "</style>");
	assert_true(begin != NULL && end > begin);
	begin += strlen("<style>");
	assert_int_equal(EVP_Digest(begin, (size_t)(end - begin), digest, &len,
			     EVP_sha256(), NULL),
	    1);
	(void)EVP_EncodeBlock(hash, digest, (int)len);
	assert_non_null(strstr(csp, (const char *)hash));
	api_response_fini(&page);
}

static void
test_numbers(void **state)
{
	const struct store_numbers numbers = {.accounts = 3,
	    .identities = {0, 1, 2, 0, 0},
	    .throttled = 4,
	    .leased = 70,
	    .leased_lost = 8};
	static const struct health_watch watch = {.is_enforcing = true,
	    .journal_bytes = 5,
	    .log_bytes = HEALTH_UNKNOWN,
	    .journal_free_bytes = 900,
	    .store_free_bytes = HEALTH_UNKNOWN,
	    .programs = {{"sendward-jobd", "m\\x\"1", 900, 1000}},
	    .program_count = 1};
	static const char *const wanted[] = {
	    "\nsendward_store_up 1\n",
	    "\nsendward_accounts 3\n",
	    "\nsendward_throttled 4\n",
	    "\nsendward_lease_recipients{state=\"live\"} 70\n",
	    "\nsendward_lease_recipients{state=\"lost\"} 8\n",
	    "\nsendward_enforcing 1\n",
	    "\nsendward_program_seen_timestamp_seconds{program="
	    "\"sendward-jobd\",host=\"m\\\\x\\\"1\"} 1000\n",
	    "\nsendward_journal_unread_bytes 5\n",
	    "\nsendward_free_bytes{place=\"journal\"} 900\n",
	    "\nsendward_backup_timestamp_seconds 0\n",
	    "\n# TYPE sendward_http_request_seconds histogram\n",
	    "\nsendward_identities{status=\"SUCCESS\"} 2\n",
	    "\nsendward_http_requests_total{route=\"verify\",class=\"2xx\"} "
	    "2\n",
	    "\nsendward_http_requests_total{route=\"none\",class=\"4xx\"} 1\n",
	    "\nsendward_http_request_seconds_bucket{le=\"0.001\"} 1\n",
	    "\nsendward_http_request_seconds_bucket{le=\"0.025\"} 2\n",
	    "\nsendward_http_request_seconds_bucket{le=\"+Inf\"} 3\n",
	    "\nsendward_http_request_seconds_sum 9.020500\n",
	    "\nsendward_http_request_seconds_count 3\n",
	    "\nsendward_notifications 7\n",
	    "\nsendward_notifications_due 3\n",
	    "\nsendward_notifications_dead 2\n",
	    "\nsendward_http_connections 1\n",
	    "\nsendward_http_connections_dropped_total{limit=\"timeout\"} 1\n",
	};
	static const struct store_notification_numbers notifications = {
	    .waiting = 7, .due = 3, .dead = 2};
	struct api_metrics *metrics = api_metrics_new();
	struct buf out;

	(void)state;
	assert_non_null(metrics);
	buf_init(&out, API_BODY_MAX);
	api_metrics_request(metrics, "verify", 200, 500);
	api_metrics_request(metrics, "verify", 201, 20000);
	api_metrics_request(metrics, "never heard of", 404, 9000000);
	api_metrics_accepted(metrics);
	api_metrics_accepted(metrics);
	api_metrics_closed(metrics);
	api_metrics_dropped(metrics, API_DROP_LATE);
	api_metrics_write(metrics, &numbers, &notifications, &watch, &out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (times(buf_str(&out), wanted[i]) != 1)
			fail_msg("no %s", wanted[i]);
	assert_null(strstr(buf_str(&out), "sendward_mail_log_unread_bytes"));
	assert_null(strstr(buf_str(&out), "place=\"store\""));
	/* Without the store: what is known, and nothing that is not. */
	buf_clear(&out);
	api_metrics_write(metrics, NULL, NULL, &watch, &out);
	assert_non_null(strstr(buf_str(&out), "\nsendward_store_up 0\n"));
	assert_null(strstr(buf_str(&out), "sendward_accounts"));
	assert_null(strstr(buf_str(&out), "sendward_notifications"));
	assert_null(strstr(buf_str(&out), "sendward_program_seen"));
	assert_null(strstr(buf_str(&out), "sendward_journal_unread"));
	assert_non_null(strstr(buf_str(&out), "\nsendward_enforcing 1\n"));
	assert_non_null(strstr(buf_str(&out), "place=\"journal\"} 900\n"));
	buf_fini(&out);
	api_metrics_free(&metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_escaped),
	    cmocka_unit_test(test_subscriptions),
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_policy),
	    cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
