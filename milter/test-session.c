/* milter/session.c: the client's address, and what becomes of a message that does
 * not leave. The shared parts are stand-ins that count. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "milter/filter.h"
#include "milter/session.h"
#include "ops/fake-snapshot.h"
#include "ops/journal.h"
#include "ops/releaser.h"
#include "rules/verdict.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct rules_account accounts[] = {
	{.id = 1, .name = "shop", .suppressed_reasons = 3, .production = true, .daily_quota = -1, .rate = 10},
};
static const struct fake_login logins[] = {{"shop", "shop"}};
static const struct fake_identity identities[] = {
	{1, {.id = 1, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .name = "shop.example"}},
};
/* clang-format on */
static const struct snapshot facts = {.accounts = accounts,
    .account_count = 1,
    .logins = logins,
    .login_count = 1,
    .identities = identities,
    .identity_count = 1,
    .is_fresh = true};

static struct filter filter;
static int envs;
static char released[200];

static bool
fake_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx, (void)data;
	memset(mac_r, (int)len, RETURN_PATH_MAC_BYTES);
	return true;
}

void
filter_env_init(struct filter *f, struct message_env *env_r)
{
	memset(env_r, 0, sizeof(*env_r));
	env_r->admit.conf = conf_ref(f->conf);
	env_r->admit.snapshot = &facts;
	env_r->mac = fake_mac;
	envs++;
}

void
filter_env_fini(struct message_env *env)
{
	struct conf *conf = (struct conf *)env->admit.conf;

	conf_unref(&conf);
	envs--;
}

bool
filter_is_fresh(struct filter *f)
{
	(void)f;
	return true;
}

void
filter_begin(struct filter *f)
{
	f->in_hand++;
}

void
filter_end(struct filter *f)
{
	f->in_hand--;
}

bool
filter_is_ending(struct filter *f)
{
	return f->is_ending;
}

static struct journal_entry noted; /* the last one */
static char noted_recipients[80];
static bool is_journal_broken;

static bool has_left;

void
filter_note_refused(struct filter *f, const struct journal_entry *entry)
{
	(void)f;
	noted = *entry;
	(void)snprintf(noted_recipients, sizeof(noted_recipients), "%s",
	    entry->recipients);
}

bool
filter_begin_note(struct filter *f, const struct journal_entry *entry,
    struct journal_ticket *ticket_r)
{
	(void)ticket_r;
	filter_note_refused(f, entry);
	return !is_journal_broken;
}

bool
filter_end_note(struct filter *f, const char *queue_id,
    struct journal_ticket *ticket, bool leaves)
{
	(void)f, (void)ticket;
	assert_string_equal(queue_id, noted.queue_id);
	has_left = leaves;
	return leaves;
}

bool
releaser_push(
    struct releaser *releaser, const char *queue_id, const char *session)
{
	size_t len = strlen(released);

	(void)releaser;
	(void)snprintf(released + len, sizeof(released) - len, "[%s|%s]",
	    queue_id, session);
	return true;
}

struct address_row {
	int family;
	const char *text;
	in_port_t port;
	bool is_known;
	const char *name, *ip;
	unsigned char last; /* byte of the address */
};

static void
test_client(void **state)
{
	/* clang-format off */
	static const struct address_row rows[] = {
		{AF_INET, "192.0.2.7", 40000, true, "192.0.2.7:40000", "192.0.2.7", 7},
		{AF_INET, "127.0.0.1", 0, true, "", "127.0.0.1", 1},
		{AF_INET6, "2001:db8::9", 25, true, "2001:db8::9:25", "2001:db8::9", 9},
		{AF_UNIX, "", 0, false, "", "", 0},
		{AF_UNSPEC, NULL, 0, false, "", "", 0},
	};
	/* clang-format on */
	struct session *s = session_new(&filter);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr other = {.sa_family = AF_UNIX};
		const struct sockaddr *address = &other;

		in.sin_port = in6.sin6_port = htons(rows[i].port);
		if (rows[i].family == AF_INET) {
			assert_int_equal(
			    inet_pton(AF_INET, rows[i].text, &in.sin_addr), 1);
			address = (const struct sockaddr *)&in;
		} else if (rows[i].family == AF_INET6) {
			assert_int_equal(
			    inet_pton(AF_INET6, rows[i].text, &in6.sin6_addr),
			    1);
			address = (const struct sockaddr *)&in6;
		}
		session_client(s, rows[i].text == NULL ? NULL : address);
		assert_int_equal(s->has_address, rows[i].is_known);
		assert_string_equal(s->name, rows[i].name);
		assert_string_equal(s->ip, rows[i].ip);
		assert_int_equal(s->address[15], rows[i].last);
	}
	session_free(&s);
}

static struct session *
with_message(const char *login, bool has_rcpt)
{
	struct session *s = session_new(&filter);
	struct message_mail mail = {
	    .path = "<a@shop.example>", .client = {login, "", "", NULL}};
	struct rules_verdict v;

	assert_non_null(s);
	(void)snprintf(s->name, sizeof(s->name), "192.0.2.7:40000");
	if (session_mail(s, &mail, &v) == MESSAGE_GOES_ON && has_rcpt)
		(void)message_rcpt(s->message, "<x@reader.example>", &v);
	return s;
}

static void
test_release(void **state)
{
	struct session *s;

	(void)state;
	/* given up */
	released[0] = '\0';
	s = with_message("shop", true);
	assert_int_equal(filter.in_hand, 1);
	message_queue_id(s->message, "4jYjJ9");
	session_end_message(s, false);
	assert_string_equal(released, "[4jYjJ9|192.0.2.7:40000]");
	assert_int_equal(filter.in_hand, 0);
	session_end_message(s, false);
	assert_string_equal(released, "[4jYjJ9|192.0.2.7:40000]");
	session_free(&s);
	/* the connection breaks, queue id unknown */
	released[0] = '\0';
	s = with_message("shop", true);
	session_free(&s);
	assert_string_equal(released, "[|192.0.2.7:40000]");
	/* it left; nobody was asked; nobody's mail; refused at MAIL */
	released[0] = '\0';
	s = with_message("shop", true);
	session_end_message(s, true);
	session_free(&s);
	s = with_message("shop", false);
	session_free(&s);
	s = with_message("", true);
	assert_null(s->message);
	session_free(&s);
	s = with_message("mallory", true);
	assert_null(s->message);
	session_free(&s);
	assert_string_equal(released, "");
	assert_int_equal(filter.in_hand, 0);
	assert_int_equal(envs, 0);
}

/* What leaves is noted, with the client's address; one that cannot be must not
 * leave. */
static void
test_note(void **state)
{
	struct session *s = session_new(&filter);
	struct message_mail mail = {
	    .path = "<a@shop.example>", .client = {"shop", "", "", NULL}};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct journal_ticket ticket;
	struct edits edits;
	struct rules_verdict v;

	(void)state;
	in.sin_addr.s_addr = htonl(0xc0000207);
	session_client(s, (const struct sockaddr *)&in);
	assert_int_equal(session_mail(s, &mail, &v), MESSAGE_GOES_ON);
	(void)message_rcpt(s->message, "<x@reader.example>", &v);
	message_queue_id(s->message, "4jYjJ9");
	message_header(s->message, "From", "a@shop.example");
	/* refused: noted as well, and no matter how */
	verdict_unavailable(&v);
	session_note_refused(s, &v);
	assert_string_equal(noted_recipients, "");
	verdict_too_large(&v);
	session_note_refused(s, &v);
	assert_string_equal(noted_recipients, "E x@reader.example\n");
	assert_int_equal(noted.kind, JOURNAL_REJECTED);
	session_end_message(s, false);
	/* it leaves */
	assert_int_equal(session_mail(s, &mail, &v), MESSAGE_GOES_ON);
	(void)message_rcpt(s->message, "<y@reader.example>", &v);
	message_queue_id(s->message, "4jYjJ9");
	message_header(s->message, "From", "a@shop.example");
	assert_int_equal(
	    message_end(s->message, 1764000000, &edits, &v), MESSAGE_GOES_ON);
	assert_true(session_begin_note(s, &ticket));
	assert_string_equal(noted_recipients, "E y@reader.example\n");
	assert_int_equal(noted.kind, JOURNAL_SENT);
	assert_string_equal(noted.source_ip, "192.0.2.7");
	assert_true(noted.at_msec > INT64_C(1700000000000));
	assert_true(session_end_note(s, &ticket, true));
	assert_true(has_left);
	assert_false(session_end_note(s, &ticket, false));
	assert_false(has_left);
	is_journal_broken = true;
	assert_false(session_begin_note(s, &ticket));
	is_journal_broken = false;
	session_free(&s);
}

/* A message keeps the configuration that it began with. */
static void
test_reload(void **state)
{
	struct session *s = with_message("shop", true);
	struct conf *old = filter.conf;
	struct rules_verdict v;

	(void)state;
	filter.conf = conf_new_defaults();
	assert_non_null(filter.conf);
	filter.conf->max_recipients = 1;
	conf_unref(&old);
	assert_int_equal(message_rcpt(s->message, "<y@reader.example>", &v),
	    MESSAGE_GOES_ON);
	session_free(&s);
	s = with_message("shop", true);
	assert_int_equal(message_rcpt(s->message, "<y@reader.example>", &v),
	    MESSAGE_ANSWERED);
	assert_int_equal(v.code, 452);
	session_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_client),
	    cmocka_unit_test(test_release),
	    cmocka_unit_test(test_note),
	    cmocka_unit_test(test_reload),
	};
	int failed;

	filter.conf = conf_new_defaults();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	conf_unref(&filter.conf);
	return failed;
}
