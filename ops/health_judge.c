/* From facts to what people read: see health.h. Asks nobody. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ops/health_parts.h"

#define MIB (INT64_C(1024) * 1024)
#define FREE_WARN_BYTES (1024 * MIB)
#define FREE_FAIL_BYTES (100 * MIB)
#define UNREAD_WARN_BYTES MIB
#define UNREAD_FAIL_BYTES (100 * MIB)
#define TEXT_MAX 32

const char *
health_status_name(enum health_status status)
{
	static const char *const names[] = {"OK", "WARN", "FAIL"};

	return names[status];
}

/* ---- words ----------------------------------------------------------------------- */

/* "5 s", "12 min", "3 h", "2 days" */
static const char *
span(int64_t sec, char text_r[TEXT_MAX])
{
	static const struct {
		int64_t sec;
		const char *unit;
	} units[] = {{172800, "days"}, {7200, "h"}, {120, "min"}};

	if (sec < 0)
		sec = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t one = units[i].sec / 2;

		if (sec < units[i].sec)
			continue;
		(void)snprintf(text_r, TEXT_MAX, "%" PRId64 " %s", sec / one,
		    units[i].unit);
		return text_r;
	}
	(void)snprintf(text_r, TEXT_MAX, "%" PRId64 " s", sec);
	return text_r;
}

/* "0 B", "1.5 MB" */
static const char *
bytes(int64_t value, char text_r[TEXT_MAX])
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double left = (double)value;
	size_t i = 0;

	while (left >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		left /= 1000;
		i++;
	}
	(void)snprintf(
	    text_r, TEXT_MAX, i == 0 ? "%.0f %s" : "%.1f %s", left, units[i]);
	return text_r;
}

/* The worst finding of a part stands; of equal ones the first. */
static void __attribute__((format(printf, 4, 5))) find(struct health_part *part,
    enum health_status status, const char *advice, const char *format, ...)
{
	va_list ap;

	if (part->detail[0] != '\0' && status <= part->status)
		return;
	part->status = status;
	(void)snprintf(part->advice, sizeof(part->advice), "%s", advice);
	va_start(ap, format);
	(void)vsnprintf(part->detail, sizeof(part->detail), format, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 3, 4)))
fact(struct health_part *part, const char *name, const char *format, ...)
{
	struct health_fact *to = &part->facts[part->fact_count];
	va_list ap;

	if (part->fact_count == HEALTH_VALUES_MAX)
		return;
	part->fact_count++;
	to->name = name;
	va_start(ap, format);
	(void)vsnprintf(to->value, sizeof(to->value), format, ap);
	va_end(ap);
}

static void
fact_bytes(struct health_part *part, const char *name, int64_t value)
{
	char text[TEXT_MAX];

	if (value != HEALTH_UNKNOWN)
		fact(part, name, "%s", bytes(value, text));
}

static struct health_part *
part_new(struct health *health, const char *name, const char *title)
{
	struct health_part *part = &health->parts[health->part_count++];

	*part = (struct health_part){.name = name, .title = title};
	return part;
}

/* ---- programs --------------------------------------------------------------------- */

struct program {
	const char *name, *unit, *title;
	/* without it mail does not go its way, or something waits for ever */
	bool is_needed;
	const char *what; /* is missing without it */
};

static const struct program programs[] = {
    {"milter", "sendward-milter", "Gate (milter)", true,
	"mail of accounts is not checked, or waits, as the MTA is set up"},
    {"policyd", "sendward-policyd", "Quotas (policy server)", true,
	"mail of accounts is not counted, or waits, as the MTA is set up"},
    {"feedback", "sendward-feedback", "Bounces and complaints", false,
	"reports are taken only if the MTA starts it for each of them"},
    {"jobd", "sendward-jobd", "Background work", true,
	"no letters and notifications go out, and events do not appear"},
    {"apid", "sendward-apid", "API and console", false,
	"there is no API, and links of letters lead nowhere"},
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const struct health_probe *
probe_of(const struct health_facts *facts, const char *name)
{
	if (strcmp(name, "milter") == 0)
		return &facts->milter;
	if (strcmp(name, "policyd") == 0)
		return &facts->policy;
	return strcmp(name, "feedback") == 0 ? &facts->feedback : NULL;
}

/* Also one whose clock was put back is old. */
static bool
is_fresh(const struct health_facts *facts, const struct store_heartbeat *beat)
{
	int64_t age = facts->now_sec - beat->seen_sec;

	return age <= HEALTH_FRESH_SEC && age >= -HEALTH_FRESH_SEC;
}

/* The newest of its program and host: of those the list has the newest first. */
static bool
is_newest(const struct health_facts *facts, size_t index)
{
	const struct store_heartbeat *b = &facts->beats[index];

	return index == 0 || strcmp(b[-1].program, b->program) != 0 ||
	       strcmp(b[-1].host, b->host) != 0;
}

struct sight {
	const struct store_heartbeat *fresh, *stale, *other_version;
};

static struct sight
see(const struct health_facts *facts, const char *unit)
{
	struct sight sight = {0};

	for (size_t i = 0; i < facts->beat_count; i++) {
		const struct store_heartbeat *b = &facts->beats[i];
		bool is_now = is_fresh(facts, b);

		if (strcmp(b->program, unit) != 0 || !is_newest(facts, i))
			continue;
		if (is_now && sight.fresh == NULL)
			sight.fresh = b;
		if (is_now && strcmp(b->version, facts->version) != 0)
			sight.other_version = b;
		if (!is_now && (sight.stale == NULL ||
				   b->seen_sec > sight.stale->seen_sec))
			sight.stale = b;
	}
	return sight;
}

/* Nothing was heard of it in time. */
static void
judge_silent(const struct health_facts *facts, const struct program *program,
    const struct sight *sight, struct health_part *part)
{
	const struct health_probe *probe = probe_of(facts, program->name);
	bool answers = probe != NULL && probe->is_good;
	char advice[160], age[TEXT_MAX];

	(void)snprintf(advice, sizeof(advice),
	    "systemctl restart %s; if it does not stay: journalctl -u %s",
	    program->unit, program->unit);
	if (!facts->store.is_open || facts->store.is_locked) {
		find(part, answers ? HEALTH_OK : HEALTH_WARN,
		    answers ? "" : "see the part about the store",
		    answers ? "It answers; more is not known while the store "
			      "cannot be used."
			    : "It is not known whether it runs: the store, "
			      "where it says so, cannot be used.");
		return;
	}
	if (sight->stale != NULL)
		find(part, HEALTH_FAIL, advice,
		    "Nothing was heard of it for %s: it was killed, or hangs. "
		    "Without it %s.",
		    span(facts->now_sec - sight->stale->seen_sec, age),
		    program->what);
	else
		find(part, program->is_needed ? HEALTH_FAIL : HEALTH_WARN,
		    advice, "It does not run. Without it %s.", program->what);
}

/* Those where the program was heard of of late, when it is not one alone. */
static void
tell_hosts(const struct health_facts *facts, const char *unit,
    struct health_part *part)
{
	char hosts[256] = "";
	size_t used = 0;
	int count = 0;

	for (size_t i = 0; i < facts->beat_count; i++) {
		const struct store_heartbeat *b = &facts->beats[i];

		if (strcmp(b->program, unit) != 0 || !is_newest(facts, i) ||
		    !is_fresh(facts, b))
			continue;
		count++;
		if (strlen(b->host) + 3 < sizeof(hosts) - used)
			used +=
			    (size_t)snprintf(hosts + used, sizeof(hosts) - used,
				"%s%s", used > 0 ? ", " : "", b->host);
	}
	if (count > 1)
		fact(part, "Hosts", "%d: %s", count, hosts);
}

static void
judge_running(const struct health_facts *facts, const struct program *program,
    const struct sight *sight, struct health_part *part)
{
	char advice[160], age[TEXT_MAX];

	(void)snprintf(
	    advice, sizeof(advice), "systemctl restart %s", program->unit);
	if (sight->other_version != NULL)
		find(part, HEALTH_WARN, advice,
		    "Version %s runs on %s, and %s is installed here.",
		    sight->other_version->version, sight->other_version->host,
		    facts->version);
	if (sight->stale != NULL)
		find(part, HEALTH_WARN, advice,
		    "It runs, but on %s nothing was heard of it for %s.",
		    sight->stale->host,
		    span(facts->now_sec - sight->stale->seen_sec, age));
	find(part, HEALTH_OK, "", "It runs, for %s.",
	    span(facts->now_sec - sight->fresh->started_sec, age));
	fact(part, "Version", "%s", sight->fresh->version);
	fact(part, "Host", "%s", sight->fresh->host);
	fact(part, "Process", "%" PRId64, sight->fresh->pid);
	fact(part, "Last heard of", "%s ago",
	    span(facts->now_sec - sight->fresh->seen_sec, age));
	tell_hosts(facts, program->unit, part);
}

static void
judge_socket(const struct health_probe *probe, const struct program *program,
    bool is_running, struct health_part *part)
{
	char advice[160];

	if (probe->where[0] == '\0')
		return;
	fact(part, "Listens at", "%.250s", probe->where);
	if (probe->is_good) {
		fact(part, "Answers in", "%" PRId64 " ms", probe->took_msec);
		return;
	}
	(void)snprintf(
	    advice, sizeof(advice), "systemctl restart %s", program->unit);
	if (is_running || !probe->is_absent || program->is_needed)
		find(part, HEALTH_FAIL, advice, "Nobody answers at %.250s: %s.",
		    probe->where, probe->why);
}

/* milter.quota: nobody needs a policy server here, and one that runs refuses to
 * count. Others of the store may have theirs. */
static void
judge_idle_policyd(const struct health_facts *facts, struct health_part *part)
{
	if (!facts->policy.is_absent)
		find(part, HEALTH_WARN,
		    "take check_policy_service out of main.cf, then systemctl "
		    "disable --now sendward-policyd; or set milter.quota to no",
		    "The milter counts (milter.quota), and it is still there: "
		    "it answers 451 to what it would count.");
	else
		find(part, HEALTH_OK, "",
		    "It is not needed: the milter counts (milter.quota).");
}

static void
judge_program(const struct health_facts *facts, const struct program *program,
    struct health *health)
{
	struct health_part *part =
	    part_new(health, program->name, program->title);
	const struct health_probe *probe = probe_of(facts, program->name);
	struct sight sight = see(facts, program->unit);

	if (probe == &facts->policy && facts->is_counted_by_milter) {
		judge_idle_policyd(facts, part);
		return;
	}
	/* who does not answer at all is told so first */
	if (probe != NULL)
		judge_socket(probe, program, sight.fresh != NULL, part);
	if (sight.fresh != NULL)
		judge_running(facts, program, &sight, part);
	else
		judge_silent(facts, program, &sight, part);
}

/* ---- what they need ---------------------------------------------------------------- */

static void
judge_space(struct health_part *part, const char *what, int64_t left)
{
	char text[TEXT_MAX];

	if (left == HEALTH_UNKNOWN || left >= FREE_WARN_BYTES)
		return;
	find(part, left < FREE_FAIL_BYTES ? HEALTH_FAIL : HEALTH_WARN,
	    "make room on its file system: when it is full, mail waits",
	    "Only %s are free where %s is.", bytes(left, text), what);
}

/* A database that is not there may be on a disk that is not: an empty one in its place
 * would hide it. */
static const char *
store_mend(const char *why)
{
	if (strstr(why, "no database") != NULL)
		return "mount its file system; if it never was, sendwardctl db "
		       "migrate makes it";
	return strstr(why, "db migrate") != NULL ? "sendwardctl db migrate"
						 : "sendwardctl config check";
}

static void
judge_store(const struct health_facts *facts, struct health *health)
{
	const struct health_store *s = &facts->store;
	struct health_part *part = part_new(health, "store", "Database");

	if (!s->is_open)
		find(part, HEALTH_FAIL, store_mend(s->why),
		    "It cannot be used: %s.", s->why);
	else if (s->is_locked)
		find(part, HEALTH_FAIL,
		    "end the program that holds it: fuser -v FILE names it",
		    "It can be read, but not written: %s.", s->why);
	else if (s->why[0] != '\0')
		find(part, HEALTH_FAIL, "sendwardctl config check",
		    "It can be read, but not written: %s.", s->why);
	judge_space(part, "the database", s->free_bytes);
	find(part, HEALTH_OK, "", "It can be read and written.");
	fact(part, "Schema", "%d", s->schema);
	if (s->file[0] != '\0')
		fact(part, "File", "%.250s", s->file);
	fact_bytes(part, "Size", s->bytes);
	fact_bytes(part, "Write-ahead log", s->log_bytes);
	fact_bytes(part, "Free space", s->free_bytes);
}

static void
judge_dns(const struct health_facts *facts, struct health *health)
{
	const struct health_dns *dns = &facts->dns;
	struct health_part *part = part_new(health, "dns", "Name servers");
	char advice[320];

	if (!dns->probe.is_good)
		find(part, HEALTH_FAIL,
		    "name servers that answer: dns = { servers = "
		    "\"ADDRESS\"; }; in the configuration",
		    "No answer about %s from the name servers (%.200s): %s.",
		    dns->domain, dns->probe.where, dns->probe.why);
	(void)snprintf(advice, sizeof(advice), "publish %.255s MX 10 THIS-HOST",
	    dns->domain);
	if (dns->probe.is_good && !dns->has_mx)
		find(part, HEALTH_FAIL, advice,
		    "%s has no MX record: bounces do not come back.",
		    dns->domain);
	find(part, HEALTH_OK, "", "They answer, and %s has a mail server.",
	    dns->domain);
	fact(part, "Servers", "%.250s", dns->probe.where);
	if (dns->has_mx)
		fact(part, "Bounces come back to", "%.250s", dns->mx);
	if (dns->probe.is_good)
		fact(
		    part, "Answers in", "%" PRId64 " ms", dns->probe.took_msec);
}

static void
judge_mta(const struct health_facts *facts, struct health *health)
{
	const struct health_probe *mta = &facts->mta;
	struct health_part *part = part_new(health, "mta", "Mail server");

	if (mta->is_good) {
		find(part, HEALTH_OK, "", "It greets, and takes mail in.");
		fact(part, "Greeting", "%.150s", mta->answer);
		fact(part, "Answers in", "%" PRId64 " ms", mta->took_msec);
	} else {
		find(part, HEALTH_FAIL,
		    "start the mail server (postfix start); the lines that it "
		    "needs: sendwardctl setup postfix",
		    "Nobody takes mail in at %.250s: %s. The API, letters and "
		    "notifications cannot send.",
		    mta->where, mta->why);
	}
	fact(part, "Address", "%.250s", mta->where);
}

/* ---- queues ----------------------------------------------------------------------- */

static void
judge_unread(struct health_part *part, const char *what, int64_t left)
{
	char text[TEXT_MAX];

	if (left != HEALTH_UNKNOWN && left >= UNREAD_WARN_BYTES)
		find(part,
		    left >= UNREAD_FAIL_BYTES ? HEALTH_FAIL : HEALTH_WARN,
		    "journalctl -u sendward-jobd says whether it fails; a heap "
		    "of mail is read in time",
		    "%s of the %s are not read yet: events come late.",
		    bytes(left, text), what);
}

static void
judge_waiting(struct health_part *part, const struct health_queues *q)
{
	if (q->numbers.letters_due > 0)
		find(part, HEALTH_WARN, "sendwardctl letter list",
		    "%" PRId64 " letters should have gone out minutes ago.",
		    q->numbers.letters_due);
	if (q->numbers.looks_due > 0)
		find(part, HEALTH_WARN, "journalctl -u sendward-jobd",
		    "%" PRId64 " looks into the DNS are late.",
		    q->numbers.looks_due);
	if (q->notifications.dead > 0)
		find(part, HEALTH_WARN, "sendwardctl subscription dead",
		    "%" PRId64 " notifications could not be delivered.",
		    q->notifications.dead);
	if (q->notices > 0)
		find(part, HEALTH_WARN,
		    "sendwardctl config check tells all of them; when it is "
		    "mended: sendwardctl config check --clear",
		    "%" PRId64 " complaint%s of programs: %s.", q->notices,
		    q->notices == 1 ? "" : "s", q->notice);
}

static void
judge_queues(const struct health_facts *facts, struct health *health)
{
	const struct health_queues *q = &facts->queues;
	struct health_part *part = part_new(health, "queues", "Queues");
	char age[TEXT_MAX];

	if (!q->is_known) {
		find(part, HEALTH_WARN, "see the part about the store",
		    "They are not known while the store cannot be read.");
		return;
	}
	judge_unread(part, "journal", q->journal_bytes);
	judge_unread(part, "mail log", q->log_bytes);
	judge_space(part, "the journal", q->journal_free_bytes);
	judge_waiting(part, q);
	find(part, HEALTH_OK, "", "Nothing waits longer than it should.");
	fact(part, "Letters waiting", "%" PRId64, q->numbers.letters);
	fact(part, "Notifications waiting", "%" PRId64,
	    q->notifications.waiting);
	fact(part, "Notifications given up", "%" PRId64, q->notifications.dead);
	fact(part, "Imports", "%" PRId64, q->imports);
	fact(part, "Looks overdue", "%" PRId64, q->numbers.looks_due);
	fact_bytes(part, "Journal not yet read", q->journal_bytes);
	if (q->follows_log && q->log_bytes == HEALTH_UNKNOWN)
		fact(part, "Mail log", "it cannot be seen from here");
	else if (q->follows_log)
		fact_bytes(part, "Mail log not yet read", q->log_bytes);
	if (q->follows_log && q->log_sec > 0)
		fact(part, "Mail log last read", "%s ago",
		    span(facts->now_sec - q->log_sec, age));
}

static void
judge_mode(const struct health_facts *facts, struct health *health)
{
	struct health_part *part = part_new(health, "mode", "Mode");

	if (facts->is_monitor)
		find(part, HEALTH_WARN,
		    "look at the observed senders, then set mode = "
		    "\"enforce\"; and reload",
		    "Nothing is refused: the mode is monitor.");
	else
		find(part, HEALTH_OK, "", "The rules are enforced.");
}

void
health_judge(const struct health_facts *facts, struct health *health_r)
{
	*health_r =
	    (struct health){.mode = facts->is_monitor ? "monitor" : "enforce"};
	for (size_t i = 0; i < PROGRAMS; i++)
		judge_program(facts, &programs[i], health_r);
	judge_store(facts, health_r);
	judge_dns(facts, health_r);
	judge_mta(facts, health_r);
	judge_queues(facts, health_r);
	judge_mode(facts, health_r);
	for (size_t i = 0; i < health_r->part_count; i++)
		if (health_r->parts[i].status > health_r->status)
			health_r->status = health_r->parts[i].status;
}
