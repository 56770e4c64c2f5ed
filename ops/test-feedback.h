/* What the tests of bounces and complaints share: messages that left, reports on them,
 * and what the store says then. */
#ifndef SENDWARD_OPS_TEST_FEEDBACK_H
#define SENDWARD_OPS_TEST_FEEDBACK_H

#include "ops/feedback.h"
#include "ops/test-admin.h"
#include "store/events.h"
#include "store/topics.h"

struct journal;
struct return_mac;

#define SENT_MSEC (TEST_NOW * 1000)
#define NOW_MSEC (TEST_NOW * 1000 + 60000)
#define DAY_MSEC (INT64_C(86400) * 1000)

struct house {
	struct admin_fixture *admin;
	struct store *store;
	struct journal *journal;
	struct return_mac *mac;
	struct feedback_env env;
	struct report_rules *rules;
	int64_t account_id, identity_id;
	char dir[128], rules_file[128];
	struct feedback_result result;
	int64_t now_msec;
};

/* cmocka's setup and teardown: *state is the struct house. */
int house_setup(void **state);
int house_teardown(void **state);

/* A rule for each fault: listed, gone, full, away; a notice: vacation. */
extern const char house_rules_text[];
/* Those of the house from here on. */
void house_rules(struct house *house, const char *text);
/* A configuration set "main"; its id. */
int64_t house_set(struct house *house, int reasons);

/* ---- messages ---------------------------------------------------------------------- */

/* Notes that it left at SENT_MSEC; recipients: "E a@x.example\n...". */
void house_mail_with(struct house *house, const char *queue_id,
    const char *recipients, int64_t set_id);
void house_mail(
    struct house *house, const char *queue_id, const char *recipients);
/* "b-TOKEN@bounce.test" of a message; static. */
const char *house_address(struct house *house, const char *queue_id);

/* ---- reports ------------------------------------------------------------------------ */

extern const char house_dsn_head[];

struct house_part {
	const char *recipient, *action, *status, *diagnostic;
};

/* A delivery status notification; the note makes it another one. malloc'ed. */
char *house_dsn_dup(
    const char *note, const struct house_part *parts, size_t count);

/* What became of it: house->result. */
void house_take_text(
    struct house *house, const char *recipient, const char *text);
void house_take_parts(struct house *house, const char *address,
    const char *note, const struct house_part *parts, size_t count);
/* One recipient's. */
void house_take(struct house *house, const char *address, const char *recipient,
    const char *action, const char *status);
/* From a provider that redacts its customers ("" as it is) or does not. */
void house_complain(struct house *house, const char *address,
    const char *recipient, const char *type);

/* ---- what is in the store ---------------------------------------------------------- */

struct house_seen {
	size_t count;
	struct store_event event;
	char recipients[512], detail[4096];
};

/* How many, and the oldest. */
struct house_seen house_events(struct house *house, enum store_event_kind kind);
struct store_tally house_tally(struct house *house, int64_t set_id);
/* Its reason; -1 not on the list. */
int house_listed(struct house *house, const char *address);

struct house_fates {
	size_t count;
	struct store_fate list[8];
};

struct house_fates house_fates(struct house *house, const char *queue_id);

struct house_letters {
	enum store_letter_kind kind;
	size_t count;
	char recipient[RULES_ADDRESS_MAX + 1];
	char facts[1024];
	int64_t report_id;
};

struct house_letters house_letters(
    struct house *house, enum store_letter_kind kind);

struct house_reports {
	size_t count;
	struct store_report last;
};

/* How many, and the newest. */
struct house_reports house_reports(struct house *house);

#define WITH_HOUSE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, house_setup, house_teardown)

/* Before all tests. */
void house_start(const char *program);

#endif
