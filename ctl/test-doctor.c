/* doctor's checks of Postfix's configuration, from text alone; and the reader below. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "ctl/doctor.h"

#define MAIN                                                                   \
	"compatibility_level = 3.6\n"                                          \
	"queue_directory = /var/spool/postfix\n"                               \
	"inet_interfaces = all\n"                                              \
	"mynetworks = 127.0.0.0/8 [::1]/128\n"                                 \
	"smtpd_milters = inet:127.0.0.1:11332, "                               \
	"unix:/run/sendward/milter.sock\n"                                     \
	"milter_default_action = tempfail\nmilter_protocol = 6\n"              \
	"milter_command_timeout = 30s\nmilter_content_timeout = 300s\n"        \
	"smtpd_policy_service_timeout = 100s\n"                                \
	"smtpd_relay_restrictions = permit_mynetworks "                        \
	"permit_sasl_authenticated defer_unauth_destination\n"                 \
	"smtpd_sasl_security_options = noanonymous\n"                          \
	"sendward_policy = check_policy_service { "                            \
	"unix:/run/sendward/policy.sock, timeout=30s, { default_action = 451 " \
	"4.3.0 Later } }\n"                                                    \
	"sendward_policy_private = check_policy_service { "                    \
	"unix:/run/sendward/policy.sock, policy_context=sendward-unix, "       \
	"default_action=DEFER }\n"                                             \
	"smtpd_discard_ehlo_keywords = dsn\nenable_long_queue_ids = yes\n"     \
	"smtpd_recipient_limit = 1000\nmessage_size_limit = 0\n"               \
	"disable_mime_output_conversion = yes\nsmtp_line_length_limit = 0\n"   \
	"authorized_submit_users = static:anyone\n"
#define MASTER                                                                 \
	"smtp inet n - y - - smtpd\n"                                          \
	"submission inet n - n - - smtpd\n"                                    \
	"sendward unix n - n - - smtpd\n"                                      \
	"127.0.0.1:10025 inet n - n - - smtpd\n"                               \
	"smtp unix - - y - - smtp\n"                                           \
	"sendward-lmtp unix - - n - 4 lmtp\n"
#define OVERRIDES                                                              \
	"submission/inet/smtpd_sasl_auth_enable = yes\n"                       \
	"submission/inet/smtpd_tls_security_level = encrypt\n"                 \
	"submission/inet/smtpd_data_restrictions = $sendward_policy\n"         \
	"sendward/unix/smtpd_data_restrictions = $sendward_policy_private\n"   \
	"sendward/unix/milter_macro_daemon_name = sendward-unix\n"

#define FOUND_MAX 32
struct seen {
	enum doctor_check checks[FOUND_MAX];
	char fixes[FOUND_MAX][200];
	size_t count;
};

static void
see(void *ctx, enum doctor_check check, const char *fix, const char *text)
{
	struct seen *seen = ctx;

	assert_true(strlen(fix) > 0 && strlen(text) > 0);
	assert_true(seen->count < FOUND_MAX);
	(void)snprintf(seen->fixes[seen->count], 200, "%s", fix);
	seen->checks[seen->count++] = check;
}

/* Later lines of main.cf take the place of earlier ones, as with postconf there is one
 * of each: put before. */
static struct seen
look_with(struct conf *conf, const char *params, const char *services,
    const char *overrides, const struct doctor_route *route)
{
	static const struct doctor_route good = {
	    .transport = "sendward-lmtp:unix:/run/sendward/feedback.sock",
	    .is_relayed = true};
	struct seen seen = {.count = 0};
	char main_cf[8192], master_cf[8192], own[8192];
	struct mta mta;
	struct doctor doctor = {.conf = conf,
	    .mta = &mta,
	    .dir = "/etc/postfix",
	    .route = route == NULL ? good : *route,
	    .found = see,
	    .ctx = &seen};

	(void)snprintf(main_cf, sizeof(main_cf), "%s" MAIN, params);
	(void)snprintf(master_cf, sizeof(master_cf), "%s" MASTER, services);
	(void)snprintf(own, sizeof(own), "%s" OVERRIDES, overrides);
	assert_true(mta_init(&mta, main_cf, master_cf, own));
	doctor_gate(&doctor);
	doctor_policy(&doctor);
	doctor_doors(&doctor);
	doctor_way(&doctor);
	mta_fini(&mta);
	return seen;
}

static struct seen
look(const char *params, const char *services, const char *overrides)
{
	struct conf *conf = conf_new_defaults();
	struct seen seen;

	assert_non_null(conf);
	seen = look_with(conf, params, services, overrides, NULL);
	conf_unref(&conf);
	return seen;
}

static void
test_healthy(void **state)
{
	struct seen seen = look("", "", "");

	(void)state;
	if (seen.count > 0)
		print_error(
		    "%s: %s\n", doctor_name(seen.checks[0]), seen.fixes[0]);
	assert_int_equal(seen.count, 0);
}

struct row {
	const char *params, *services, *overrides;
	enum doctor_check check;
	const char *fix; /* a part of it */
};

static const struct row rows[] = {
    {"smtpd_milters = inet:127.0.0.1:11332\n", "", "", DOCTOR_MILTER_MISSING,
	"smtpd_milters = inet:127.0.0.1:11332, unix:/run/sendward/milter.sock"},
    {"", "", "submission/inet/smtpd_milters = \n", DOCTOR_MILTER_OVERRIDDEN,
	"postconf -PX 'submission/inet/smtpd_milters'"},
    {"", "", "submission/inet/receive_override_options = no_milters\n",
	DOCTOR_MILTER_SWITCHED_OFF, "receive_override_options="},
    {"smtpd_milters = { unix:/run/sendward/milter.sock, "
     "default_action=accept }\n",
	"", "", DOCTOR_MILTER_ACTION, "braces"},
    {"milter_default_action = quarantine\n", "", "", DOCTOR_MILTER_ACTION,
	"milter_default_action = tempfail"},
    {"milter_protocol = 4\n", "", "", DOCTOR_MILTER_PROTOCOL, "= 6"},
    {"milter_content_timeout = 10s\n", "", "", DOCTOR_MILTER_TIMEOUT, "60s"},
    {"smtpd_milters = unix:/run/sendward/milter.sock inet:localhost:9\n", "",
	"", DOCTOR_MILTER_ORDER, "inet:localhost:9, unix:/run"},
    {"smtpd_milters = local:opendkim/opendkim.sock, "
     "unix:/run/sendward/milter.sock\n",
	"", "", DOCTOR_OTHER_SIGNER, "smtpd_milters = unix:/run/sendward"},
    {"non_smtpd_milters = $smtpd_milters\n", "", "", DOCTOR_LOCAL_MILTER,
	"non_smtpd_milters = inet:127.0.0.1:11332'"},
    {"", "submission inet n - y - - smtpd\n", "", DOCTOR_CHROOT,
	"submission/inet/chroot=n"},
    {"", "", "submission/inet/smtpd_data_restrictions = \n",
	DOCTOR_POLICY_MISSING, "setup postfix --apply"},
    {"", "smtpd pass - - n - - smtpd\n",
	"smtpd/pass/smtpd_sasl_auth_enable = yes\n"
	"smtpd/pass/smtpd_tls_auth_only = yes\n",
	DOCTOR_POLICY_MISSING, "setup postfix --apply"},
    {"smtpd_sender_restrictions = $sendward_policy\n", "",
	"submission/inet/smtpd_data_restrictions = \n", DOCTOR_POLICY_STAGE,
	"--apply"},
    {"smtpd_policy_service_default_action = DUNNO\n"
     "sendward_policy = check_policy_service unix:/run/sendward/policy.sock\n",
	"", "", DOCTOR_POLICY_ACTION,
	"smtpd_policy_service_default_action = 451"},
    {"sendward_policy = check_policy_service { "
     "unix:/run/sendward/policy.sock, timeout=5, default_action=REJECT }\n",
	"", "", DOCTOR_POLICY_TIMEOUT, "--apply"},
    {"sendward_policy_private = $sendward_policy\n", "", "",
	DOCTOR_POLICY_CONTEXT, "--apply"},
    {"milter_macro_daemon_name = sendward-unix\n", "",
	"submission/inet/milter_macro_daemon_name = x\n"
	"smtp/inet/milter_macro_daemon_name = x\n",
	DOCTOR_DOOR_PUBLIC, "milter_macro_daemon_name"},
    {"", "", "submission/inet/smtpd_tls_security_level = may\n",
	DOCTOR_TLS_MISSING, "smtpd_tls_security_level=encrypt"},
    {"", "", "smtp/inet/smtpd_relay_restrictions = permit\n", DOCTOR_OPEN_RELAY,
	"reject_unauth_destination"},
    {"mynetworks = 10.0.0.0/4, 127.0.0.0/8\n", "", "", DOCTOR_OPEN_RELAY,
	"mynetworks = 127.0.0.0/8"},
    {"mynetworks = [2001:db8::]/32\n", "", "", DOCTOR_RELAY_UNOWNED,
	"networks"},
    {"smtpd_sender_restrictions = permit_mynetworks, "
     "reject_sender_login_mismatch\n",
	"", "", DOCTOR_SENDER_LOGIN, "smtpd_sender_restrictions = permit_my"},
    {"smtpd_recipient_limit = 49\n", "", "", DOCTOR_RECIPIENT_LIMIT, "= 50"},
    {"message_size_limit = 41943039\n", "", "", DOCTOR_MESSAGE_SIZE,
	"= 62914560"},
    {"smtpd_discard_ehlo_keywords = xclient\n", "", "", DOCTOR_DSN_KEYWORD,
	"xclient, dsn"},
};

/* Of several listeners each may tell of it; nothing else is found. */
static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen =
		    look(rows[i].params, rows[i].services, rows[i].overrides);

		if (seen.count == 0)
			fail_msg("%s is not found", doctor_name(rows[i].check));
		for (size_t j = 0; j < seen.count; j++)
			if (seen.checks[j] != rows[i].check)
				fail_msg("%s, expected %s",
				    doctor_name(seen.checks[j]),
				    doctor_name(rows[i].check));
		if (strstr(seen.fixes[0], rows[i].fix) == NULL)
			fail_msg("%s: the fix is %s",
			    doctor_name(rows[i].check), seen.fixes[0]);
	}
}

/* Sockets in a queue's chroot, seen from there. */
static void
test_chrooted_sockets(void **state)
{
	struct conf *conf = conf_new_defaults();
	struct seen seen;
	char milter[] = "unix:/var/spool/postfix/sendward/milter.sock";
	char *own = conf->milter_socket;

	(void)state;
	conf->milter_socket = milter;
	seen = look_with(conf, "smtpd_milters = unix:/sendward/milter.sock\n",
	    "sendward unix n - y - - smtpd\n", "", NULL);
	/* the listener that is not chrooted does not find it */
	assert_true(seen.count > 0);
	assert_int_equal(seen.checks[0], DOCTOR_MILTER_MISSING);
	seen = look_with(
	    conf, "smtpd_milters = unix:sendward/milter.sock\n", "", "", NULL);
	assert_int_equal(seen.count, 0);
	conf->milter_socket = own;
	conf_unref(&conf);
}

static void
test_routes(void **state)
{
	static const struct {
		struct doctor_route route;
		enum doctor_check check;
	} cases[] = {
	    {{.transport = "", .is_relayed = true}, DOCTOR_BOUNCE_TRANSPORT},
	    {{.transport = "lost:", .is_relayed = true}, DOCTOR_BOUNCE_SERVICE},
	    {{.transport = "sendward-lmtp:unix:/elsewhere", .is_relayed = true},
		DOCTOR_BOUNCE_TRANSPORT},
	    {{.transport = "sendward-lmtp:unix:/run/sendward/feedback.sock"},
		DOCTOR_BOUNCE_RELAY},
	    {{.transport = "sendward-lmtp:unix:/run/sendward/feedback.sock",
		 .home = "mydestination"},
		DOCTOR_BOUNCE_HOME},
	    {{.transport = "sendward-lmtp:unix:/run/sendward/feedback.sock",
		 .is_relayed = true,
		 .is_refused = true},
		DOCTOR_BOUNCE_RECIPIENTS},
	    {{.transport = "sendward-lmtp:unix:/run/sendward/feedback.sock",
		 .is_relayed = true,
		 .alias = "me@here"},
		DOCTOR_BOUNCE_ALIAS},
	};
	struct conf *conf = conf_new_defaults();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen seen = look_with(conf, "", "", "", &cases[i].route);

		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.checks[0], cases[i].check);
	}
	conf_unref(&conf);
}

static void
test_words(void **state)
{
	const char *list = "a, b\t{ c, { d = e f }, g=h },,i";
	char word[MTA_WORD_MAX], value[MTA_WORD_MAX];

	(void)state;
	assert_true(mta_next(&list, word));
	assert_string_equal(word, "a");
	assert_true(mta_next(&list, word));
	assert_true(mta_next(&list, word));
	assert_true(mta_item(word, NULL, value));
	assert_string_equal(value, "c");
	assert_true(mta_item(word, "d", value));
	assert_string_equal(value, "e f");
	assert_true(mta_item(word, "g", value));
	assert_string_equal(value, "h");
	assert_false(mta_item(word, "c", value));
	assert_true(mta_next(&list, word));
	assert_string_equal(word, "i");
	assert_false(mta_next(&list, word));
	assert_int_equal(mta_seconds("2m"), 120);
	assert_int_equal(mta_seconds("7"), 7);
	assert_int_equal(mta_seconds("soon"), -1);
}

/* A name that stands for itself ends. */
static void
test_expansion(void **state)
{
	struct mta mta;
	struct buf out;

	(void)state;
	assert_true(mta_init(&mta, "a = $b ${c} $(b)$\nb = $$\nc = <$c>\nno\n",
	    "x unix\ny unix - - n - - smtpd\n",
	    "y/unix/b = own\nz/unix/b = 1\n"));
	buf_init(&out, 4096);
	assert_int_equal(mta.service_count, 1);
	assert_non_null(strstr(mta_value(&mta, NULL, "a", &out), "$$ <<<"));
	assert_non_null(
	    strstr(mta_value(&mta, &mta.services[0], "a", &out), "own <<<"));
	assert_string_equal(mta_value(&mta, NULL, "d", &out), "");
	buf_fini(&out);
	mta_fini(&mta);
}

/* The end of a list may be what keeps a server closed: it is never cut. */
static void
test_long_list(void **state)
{
	static const char last[] = "reject_unauth_destination";
	struct seen seen;
	struct buf list, rest;

	(void)state;
	buf_init(&list, 65536);
	buf_init(&rest, 65536);
	assert_string_equal(
	    mta_without("a, b c,{ b, x },b", "b", &rest), "a, c, { b, x }");
	(void)buf_puts(&list, "submission/inet/smtpd_relay_restrictions = "
			      "reject_sender_login_mismatch");
	for (int i = 0; i < 40; i++)
		(void)buf_puts(&list, ", reject_rbl_client list.example=1");
	(void)buf_printf(&list, ", %s\n", last);
	assert_string_equal(
	    mta_without(buf_str(&list), "=", &rest) + rest.len - strlen(last),
	    last);
	seen = look("", "", buf_str(&list));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.checks[0], DOCTOR_SENDER_LOGIN);
	assert_string_equal(seen.fixes[0],
	    "master.cf: change smtpd_relay_restrictions by hand; it is too "
	    "long to stand here");
	buf_fini(&list);
	buf_fini(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_healthy),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_chrooted_sockets),
	    cmocka_unit_test(test_routes),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_expansion),
	    cmocka_unit_test(test_long_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
