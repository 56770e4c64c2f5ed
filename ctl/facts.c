/* An identity as JSON and for people: see facts.h. Asks neither store nor DNS. */
#include "config.h"

#include "ctl/facts.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/records.h"
#include "ops/advice.h"
#include "ops/identity.h"
#include "ops/records.h"
#include "rules/identity.h"

#define LINE_MAX_COLUMNS 78

static const struct {
	int proof;
	const char *token, *text;
} proofs[] = {
    {STORE_PROOF_DKIM_TXT, "dkim-txt", "its DKIM record"},
    {STORE_PROOF_EASY_DKIM, "easy-dkim", "its three CNAME records (Easy DKIM)"},
    {STORE_PROOF_TXT, "txt-token", "its TXT record"},
    {STORE_PROOF_WORD, "operator", "the operator's word"},
    {STORE_PROOF_LINK, "link", "the link in a letter"},
};
#define PROOF_COUNT (sizeof(proofs) / sizeof(*proofs))

static const char *const subjects[VERIFICATION_SUBJECTS] = {
    "identity", "dkim", "mail-from"};

static bool
is_verified(const struct store_identity *row)
{
	return row->facts.status == RULES_IDENTITY_SUCCESS ||
	       row->facts.status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

bool
facts_may_send(const struct store_identity *row)
{
	return is_verified(row) &&
	       row->facts.mail_from_use != RULES_MAIL_FROM_REJECT;
}

static bool
is_domain(const struct store_identity *row)
{
	return row->facts.type == RULES_IDENTITY_DOMAIN;
}

static const char *
reason_text(enum verification_error error)
{
	switch (error) {
	case VERIFICATION_SERVICE_ERROR:
		return "trouble of sendward's own, see its log";
	case VERIFICATION_DNS_SERVER_ERROR:
		return "no name server answered";
	case VERIFICATION_HOST_NOT_FOUND:
		return "the name is not in DNS";
	case VERIFICATION_TYPE_NOT_FOUND:
		return "the name is in DNS, but not with such a record";
	case VERIFICATION_INVALID_VALUE:
		return "the record is there, with another value";
	default:
		return "";
	}
}

/* ---- JSON ------------------------------------------------------------------- */

static json_t *
proofs_json(int held)
{
	json_t *list = json_array();

	for (size_t i = 0; i < PROOF_COUNT && list != NULL; i++)
		if ((held & proofs[i].proof) != 0)
			(void)out_add(&list, json_string(proofs[i].token));
	return list;
}

json_t *
facts_row(const char *account, const struct store_identity *row)
{
	const struct rules_identity *facts = &row->facts;
	bool has_mail_from = facts->mail_from[0] != '\0';
	char covers[2 * RULES_ADDRESS_MAX];

	(void)snprintf(covers, sizeof(covers), /* fits */
	    is_domain(row) ? "every address of %s and of its subdomains"
			   : "%s, also with a +label",
	    facts->name);
	return json_pack(
	    "{s:o, s:s, s:s, s:s, s:b, s:b, s:o, s:b, s:s, s:o, s:o, "
	    "s:s, s:o, s:o, s:o}",
	    "account", out_string(account), "name", facts->name, "type",
	    is_domain(row) ? "DOMAIN" : "EMAIL_ADDRESS", "status",
	    identity_status_name(facts->status), "verified", is_verified(row),
	    "may_send", facts_may_send(row), "covers", out_string(covers),
	    "signing", facts->signing_enabled, "dkim_status",
	    identity_status_name(facts->dkim_status), "proofs",
	    proofs_json(row->proofs), "mail_from",
	    has_mail_from ? json_string(facts->mail_from) : json_null(),
	    "mail_from_status", identity_status_name(row->mail_from_status),
	    "mail_from_on_failure",
	    has_mail_from
		? json_string(row->mail_from_reject ? "reject" : "default")
		: json_null(),
	    "created", out_time(row->created_sec), "verified_at",
	    out_time(row->verified_sec));
}

static const char *
key_state(const struct store_key *key)
{
	if (key->active)
		return "SIGNS";
	return key->retired_sec != 0 ? "RETIRED" : "WAITS";
}

static int64_t
key_removed_sec(const struct store_key *key)
{
	return key->active || key->retired_sec == 0
		   ? 0
		   : key->retired_sec + KEY_PLAN_KEEP_SEC;
}

static json_t *
key_json(const struct store_key *key)
{
	static const char *const origins[] = {
	    [KEY_TXT] = "TXT",
	    [KEY_EASY] = "EASY_DKIM",
	    [KEY_EXTERNAL] = "EXTERNAL",
	};

	return json_pack("{s:s, s:s, s:i, s:b, s:s, s:s, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o}",
	    "selector", key->selector, "algorithm", key->algorithm, "bits",
	    key->bits, "active", key->active, "origin", origins[key->origin],
	    "state", key_state(key), "created", out_time(key->created_sec),
	    "published", out_time(key->published_sec), "seen",
	    out_time(key->seen_sec), "last_seen", out_time(key->last_seen_sec),
	    "signs_since", out_time(key->active ? key->active_sec : 0),
	    "retired", out_time(key->retired_sec), "removed_on",
	    out_time(key_removed_sec(key)));
}

static json_t *
keys_json(const struct identity_file *file)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->key_count && list != NULL; i++)
		(void)out_add(&list, key_json(&file->keys[i]));
	return list;
}

/* When a pending or failing one is given up; 0: not. */
static int64_t
ends_sec(const struct verification *v)
{
	switch (v->status) {
	case RULES_IDENTITY_PENDING:
		return v->started_sec + VERIFICATION_PENDING_SEC;
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return v->failing_sec + VERIFICATION_GRACE_SEC;
	default:
		return 0;
	}
}

static json_t *
look_json(enum verification_subject subject, const struct verification *v)
{
	bool is_wrong = v->error != VERIFICATION_NO_ERROR;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "subject", subjects[subject], "status",
	    identity_status_name(v->status), "error",
	    is_wrong ? json_string(verification_error_name(v->error))
		     : json_null(),
	    "reason",
	    is_wrong ? json_string(reason_text(v->error)) : json_null(),
	    "started", out_time(v->started_sec), "checked",
	    out_time(v->checked_sec), "found", out_time(v->success_sec),
	    "failing_since", out_time(v->failing_sec), "next",
	    out_time(v->next_sec), "given_up_on", out_time(ends_sec(v)));
}

static json_t *
looks_json(const struct identity_file *file)
{
	json_t *list = json_array();

	for (int i = 0; i < VERIFICATION_SUBJECTS && list != NULL; i++)
		if (file->has_look[i])
			(void)out_add(
			    &list, look_json((enum verification_subject)i,
				       &file->looks[i]));
	return list;
}

json_t *
facts_whole(const struct identity_file *file)
{
	json_t *doc = facts_row(file->account, &file->row);

	out_set(&doc, "keys", keys_json(file));
	out_set(&doc, "looks", looks_json(file));
	out_set(&doc, "records", records_json(file));
	return doc;
}

static json_t *
one_advice(const struct advice *advice)
{
	return json_pack("{s:b, s:b, s:s, s:o, s:o, s:o}", "known",
	    advice->is_known, "aligned", advice->will_align, "name",
	    advice->name, "found", out_string(advice->found), "wanted",
	    out_string(advice->wanted), "text", out_string(advice->text));
}

json_t *
facts_advice(const struct advice *spf, const struct advice *dmarc)
{
	return json_pack(
	    "{s:o, s:o}", "spf", one_advice(spf), "dmarc", one_advice(dmarc));
}

/* ---- for people ------------------------------------------------------------- */

/* Since when it has its status; 0: not known. */
static int64_t
since_sec(const struct identity_file *file, enum verification_subject subject,
    enum rules_identity_status status)
{
	const struct verification *v = &file->looks[subject];
	bool has_look = file->has_look[subject];

	switch (status) {
	case RULES_IDENTITY_PENDING:
		return has_look ? v->started_sec : file->row.created_sec;
	case RULES_IDENTITY_SUCCESS:
		return subject == VERIFICATION_IDENTITY ? file->row.verified_sec
							: 0;
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return has_look ? v->failing_sec : 0;
	case RULES_IDENTITY_FAILED:
		return has_look ? v->checked_sec : 0;
	default:
		return 0;
	}
}

static json_t *
status_line(const struct identity_file *file, enum verification_subject subject,
    enum rules_identity_status status, const char *meaning)
{
	int64_t since = since_sec(file, subject, status);
	char text[160], when[CLOCK_ISO_MAX];

	(void)snprintf(text, sizeof(text), "%s%s%s%s%s", /* fits */
	    identity_status_name(status), since == 0 ? "" : " since ",
	    since == 0 ? "" : clock_iso(since, when),
	    meaning[0] == '\0' ? "" : ": ", meaning);
	return json_string(text);
}

/* Why a status is not SUCCESS; "" when it is, or nobody has looked. */
static json_t *
reason_line(const struct identity_file *file, enum verification_subject subject)
{
	const struct verification *v = &file->looks[subject];
	char text[160];

	if (!file->has_look[subject] || v->error == VERIFICATION_NO_ERROR)
		return json_string("");
	(void)snprintf(text, sizeof(text), "%s (%s)", /* fits */
	    reason_text(v->error), verification_error_name(v->error));
	return json_string(text);
}

/* The look that comes next, of any subject. */
static json_t *
next_line(const struct identity_file *file, int64_t now_sec)
{
	int64_t next = 0, ends = 0;
	char text[160], when[CLOCK_ISO_MAX], end[CLOCK_ISO_MAX];

	for (int i = 0; i < VERIFICATION_SUBJECTS; i++) {
		const struct verification *v = &file->looks[i];

		if (!file->has_look[i] || v->next_sec == 0)
			continue;
		if (next == 0 || v->next_sec < next)
			next = v->next_sec;
		if (i == VERIFICATION_IDENTITY)
			ends = ends_sec(v);
	}
	if (next == 0)
		return json_string("");
	if (next < now_sec - 600)
		(void)snprintf(text, sizeof(text), /* fits */
		    "was due %s: does sendward-jobd run?",
		    clock_iso(next, when));
	else if (next <= now_sec)
		(void)snprintf(text, sizeof(text), "now, by sendward-jobd");
	else
		(void)snprintf(text, sizeof(text), "%s%s%s", /* fits */
		    clock_iso(next, when), ends == 0 ? "" : "; given up ",
		    ends == 0 ? "" : clock_iso(ends, end));
	return json_string(text);
}

static const char *
identity_meaning(const struct store_identity *row)
{
	switch (row->facts.status) {
	case RULES_IDENTITY_SUCCESS:
		return "";
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return "still usable, the proof is gone";
	case RULES_IDENTITY_FAILED:
		return "begin anew with identity restart";
	default:
		return is_domain(row) ? "not proved yet" : "link not opened";
	}
}

static const char *
dkim_meaning(const struct store_identity *row)
{
	switch (row->facts.dkim_status) {
	case RULES_IDENTITY_SUCCESS:
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return row->facts.signing_enabled ? "mail is signed"
						  : "signing is switched off";
	case RULES_IDENTITY_NOT_STARTED:
		if (!is_domain(row))
			return "its domain's key signs, if there is";
		return row->facts.signing_enabled
			   ? "it has no key: mail is answered 451 (bring one: "
			     "dkim import; or: identity set --signing off)"
			   : "it has no key, and signing is switched off";
	default:
		return "mail leaves unsigned until DNS has the key";
	}
}

static json_t *
proofs_line(int held)
{
	struct buf text;
	json_t *line;

	buf_init(&text, 512);
	for (size_t i = 0; i < PROOF_COUNT; i++)
		if ((held & proofs[i].proof) != 0)
			(void)buf_printf(&text, "%s%s", /* fits */
			    text.len > 0 ? ", " : "", proofs[i].text);
	line = json_string(buf_str(&text));
	buf_fini(&text);
	return line;
}

static json_t *
mail_from_line(const struct identity_file *file)
{
	const struct store_identity *row = &file->row;
	const char *meaning = row->mail_from_reject
				  ? "mail is refused until then"
				  : "the bounce domain is used until then";

	if (row->facts.mail_from[0] == '\0')
		return json_string("");
	if (row->mail_from_status == RULES_IDENTITY_SUCCESS)
		meaning = "return paths have it";
	else if (row->mail_from_status == RULES_IDENTITY_TEMPORARY_FAILURE ||
		 row->mail_from_status == RULES_IDENTITY_FAILED)
		meaning = row->mail_from_reject ? "mail is refused"
						: "the bounce domain is used";
	return status_line(
	    file, VERIFICATION_MAIL_FROM, row->mail_from_status, meaning);
}

static json_t *
checked_line(const struct identity_file *file)
{
	int64_t last = 0;

	for (int i = 0; i < VERIFICATION_SUBJECTS; i++)
		if (file->has_look[i] && file->looks[i].checked_sec > last)
			last = file->looks[i].checked_sec;
	return out_time(last);
}

int
facts_print(
    const struct ctl *ctl, const struct identity_file *file, int64_t now_sec)
{
	static const struct out_column lines[] = {
	    {"name", "identity", OUT_PLAIN},
	    {"account", "account", OUT_PLAIN},
	    {"covers", "covers", OUT_PLAIN},
	    {"may_send", "may send", OUT_PLAIN},
	    {"status", "status", OUT_PLAIN},
	    {"reason", "reason", OUT_PLAIN},
	    {"proofs", "proved by", OUT_PLAIN},
	    {"dkim", "DKIM", OUT_PLAIN},
	    {"dkim_reason", "reason", OUT_PLAIN},
	    {"signing", "signing", OUT_ON_OFF},
	    {"mail_from", "MAIL FROM domain", OUT_PLAIN},
	    {"mail_from_line", "its status", OUT_PLAIN},
	    {"mail_from_reason", "reason", OUT_PLAIN},
	    {"checked", "last look", OUT_PLAIN},
	    {"next", "next look", OUT_PLAIN},
	    {"created", "created", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const struct store_identity *row = &file->row;
	json_t *doc = facts_row(file->account, row);

	out_set(&doc, "status",
	    status_line(file, VERIFICATION_IDENTITY, row->facts.status,
		identity_meaning(row)));
	out_set(&doc, "reason", reason_line(file, VERIFICATION_IDENTITY));
	out_set(&doc, "proofs", proofs_line(row->proofs));
	out_set(&doc, "dkim",
	    status_line(file, VERIFICATION_DKIM, row->facts.dkim_status,
		dkim_meaning(row)));
	out_set(&doc, "dkim_reason", reason_line(file, VERIFICATION_DKIM));
	out_set(&doc, "mail_from_line", mail_from_line(file));
	out_set(&doc, "mail_from_reason",
	    reason_line(file, VERIFICATION_MAIL_FROM));
	out_set(&doc, "checked", checked_line(file));
	out_set(&doc, "next", next_line(file, now_sec));
	return out_print_some(ctl, doc, lines);
}

static json_t *
key_line(const struct store_key *key)
{
	char text[128], when[CLOCK_ISO_MAX];

	if (key->active)
		(void)snprintf(text, sizeof(text), "signs since %s", /* fits */
		    clock_iso(key->active_sec, when));
	else if (key->retired_sec != 0)
		(void)snprintf(text, sizeof(text), "is removed %s", /* fits */
		    clock_iso(key_removed_sec(key), when));
	else if (key->origin == KEY_EASY && key->published_sec == 0)
		(void)snprintf(
		    text, sizeof(text), "waits: not in the operator's zone");
	else if (key->seen_sec != 0)
		(void)snprintf(text, sizeof(text), "waits: seen in DNS");
	else
		(void)snprintf(text, sizeof(text), "waits: not seen in DNS");
	return json_string(text);
}

int
facts_print_keys(const struct ctl *ctl, const struct identity_file *file)
{
	static const struct out_column columns[] = {
	    {"selector", "SELECTOR", OUT_PLAIN},
	    {"algorithm", "KEY", OUT_PLAIN},
	    {"bits", "BITS", OUT_PLAIN},
	    {"origin", "FROM", OUT_PLAIN},
	    {"line", "STATE", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < file->key_count && list != NULL; i++) {
		json_t *key = key_json(&file->keys[i]);

		out_set(&key, "line", key_line(&file->keys[i]));
		(void)out_add(&list, key);
	}
	return out_print(ctl, list, columns,
	    is_domain(&file->row)
		? "no signing key"
		: "no signing key of its own: its domain's key signs");
}

void
facts_print_wrapped(const char *text, const char *indent)
{
	size_t column = 0;
	struct buf clean;

	buf_init(&clean, 64 * 1024);
	(void)out_clean(text, &clean); /* cut at the cap */
	for (text = buf_str(&clean); *text != '\0';) {
		int len = (int)strcspn(text, " ");

		if (column > 0 && column + 1 + (size_t)len > LINE_MAX_COLUMNS) {
			(void)putchar('\n'); /* main looks at stdout */
			column = 0;
		}
		(void)printf("%s%.*s", column == 0 ? indent : " ", len, text);
		column += (size_t)len + (column == 0 ? strlen(indent) : 1);
		text += len;
		text += strspn(text, " ");
	}
	(void)putchar('\n'); /* main looks at stdout */
	buf_fini(&clean);
}

/* A record on one line, to be copied. */
static void
print_record(const char *label, const char *text)
{
	struct buf clean;

	buf_init(&clean, 4096);
	(void)out_clean(text, &clean); /* cut at the cap */
	if (clean.len > 0)
		(void)printf("  %-7s %s\n", label, buf_str(&clean));
	buf_fini(&clean);
}

void
facts_print_advice(const struct advice *advice)
{
	const char *verdict = "not known";

	if (advice->is_known)
		verdict = advice->will_align ? "aligns" : "does not align";
	(void)printf("\n%s (%s): %s\n",
	    advice->subject == ADVICE_SPF ? "SPF" : "DMARC", advice->name,
	    verdict); /* main looks at stdout */
	facts_print_wrapped(advice->text, "  ");
	print_record("there", advice->found);
	print_record("better", advice->wanted);
}
