/* Asks the rules what one failure is: see classify.h. Knows no rule itself. */
#include "config.h"

#include "report/classify.h"

#include <stdio.h>
#include <string.h>

#include "report/limits.h"
#include "report/rule_set.h"
#include "report/wording.h"

/* "5.2.*" and "5.2.2" */
static bool
status_matches(const char *want, const char *status)
{
	while (*want != '\0' && *status != '\0') {
		if (*want == '*') {
			status += strspn(status, "0123456789");
			want++;
			continue;
		}
		if (*want++ != *status++)
			return false;
	}
	return *want == '\0' && *status == '\0';
}

static bool
has_status(const struct rule *rule, const char *status)
{
	size_t i;

	if (rule->status_count == 0)
		return true;
	for (i = 0; i < rule->status_count; i++)
		if (status_matches(rule->status[i], status))
			return true;
	return false;
}

static bool
rule_matches(const struct rule *rule, struct match *match, const char *status,
    const char *mta, const char *text, size_t len)
{
	return has_status(rule, status) &&
	       (rule->mta == NULL ||
		   match_found(match, rule->mta, mta, strlen(mta))) &&
	       (rule->text == NULL ||
		   match_found(match, rule->text, text, len)) &&
	       (rule->veto == NULL ||
		   !match_found(match, rule->veto, text, len));
}

/* Which rules are asked. */
enum rank {
	RANK_WORDS,  /* that have a text or an mta */
	RANK_STRONG, /* those of them that mean something in a whole report */
	RANK_STATUS, /* that have a status alone */
};

static bool
has_rank(const struct rule *rule, enum rank rank)
{
	bool has_words = rule->text != NULL || rule->mta != NULL;

	if (rank == RANK_STATUS)
		return !has_words;
	return has_words && (rank == RANK_WORDS || !rule->is_near);
}

static const struct rule *
first_rule(const struct report_rules *rules, struct match *match,
    const char *status, const char *mta, const char *text, enum rank rank)
{
	const struct rule *rule;
	size_t i, len = strlen(text);

	for (i = 0; i < rules->count; i++) {
		rule = &rules->rules[i];
		if (has_rank(rule, rank) &&
		    rule_matches(rule, match, status, mta, text, len))
			return rule;
	}
	return NULL;
}

static bool
is_vague(const char *status)
{
	return status[0] == '\0' || strcmp(status + 1, ".0.0") == 0;
}

/* The status that rules see: the report's, the reply's when that says more, the
 * class of the reply's code when there is none. */
static void
status_of(const struct classify_facts *facts, struct report_record *record,
    char seen_r[REPORT_STATUS_MAX])
{
	int i, code = 0;

	wording_copy(record->status, sizeof(record->status), facts->status,
	    strlen(facts->status));
	for (i = 0; i < CLASSIFY_NEAR; i++) {
		if (facts->near[i] == NULL)
			continue;
		if (is_vague(record->status)) {
			wording_status(facts->near[i], seen_r);
			/* a success among failures is another host's */
			if (seen_r[0] != '\0' && seen_r[0] != '2')
				wording_copy(record->status,
				    sizeof(record->status), seen_r,
				    strlen(seen_r));
		}
		if (code == 0)
			code = wording_reply_code(facts->near[i]);
	}
	if (record->status[0] != '\0' || code == 0)
		wording_copy(seen_r, REPORT_STATUS_MAX, record->status,
		    strlen(record->status));
	else
		wording_copy(seen_r, REPORT_STATUS_MAX,
		    code >= 500 ? "5.0.0" : "4.0.0", 5);
}

/* A copy of text without names, for patterns; NULL without text. */
static const char *
without_names(struct buf *copy, const char *text)
{
	if (text == NULL)
		return NULL;
	(void)buf_puts(copy, text);
	if (copy->len > 0)
		wording_mask_names(copy->data);
	return buf_str(copy);
}

/* The words nearest to the failure first, then the whole report's, then its
 * subject's, which may be the sender's own. */
static const struct rule *
rule_of_words(const struct report_rules *rules, struct match *match,
    const struct classify_facts *facts, const char *status)
{
	const char *texts[] = {
	    facts->near[0], facts->near[1], facts->whole, facts->subject};
	const struct rule *rule = NULL;
	const char *text;
	struct buf copy;
	size_t i;

	buf_init(&copy, LIMIT_TEXT_BYTES);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && rule == NULL; i++) {
		buf_clear(&copy);
		text = without_names(&copy, texts[i]);
		if (text != NULL)
			rule = first_rule(rules, match, status, facts->mta,
			    text, i < CLASSIFY_NEAR ? RANK_WORDS : RANK_STRONG);
	}
	buf_fini(&copy);
	return rule;
}

void
classify_failure(const struct report_rules *rules, struct match *match,
    const struct classify_facts *facts, struct report_record *record)
{
	const struct rule *rule;
	char status[REPORT_STATUS_MAX];

	status_of(facts, record, status);
	rule = rule_of_words(rules, match, facts, status);
	if (rule == NULL)
		rule = first_rule(
		    rules, match, status, facts->mta, "", RANK_STATUS);
	record->type = rule == NULL ? REPORT_UNDETERMINED : rule->type;
	record->subtype =
	    rule == NULL ? REPORT_SUB_UNDETERMINED : rule->subtype;
	record->fault = rule == NULL ? REPORT_FAULT_UNKNOWN : rule->fault;
	wording_copy(record->rule, sizeof(record->rule),
	    rule == NULL ? "" : rule->name,
	    rule == NULL ? 0 : strlen(rule->name));
}

void
report_classify_reply(const struct report_rules *rules, const char *status,
    const char *diagnostic, const char *remote_mta,
    struct report_record *record_r)
{
	struct classify_facts facts = {status, remote_mta, {NULL}, NULL, NULL};
	struct match *match = match_new();
	struct buf line;

	memset(record_r, 0, sizeof(*record_r));
	record_r->kind = REPORT_BOUNCE;
	buf_init(&line, LIMIT_REPLY_BYTES * 2);
	wording_line(&line, diagnostic, strlen(diagnostic), LIMIT_REPLY_BYTES);
	facts.near[0] = buf_str(&line);
	if (match != NULL)
		classify_failure(rules, match, &facts, record_r);
	wording_copy(record_r->diagnostic, sizeof(record_r->diagnostic),
	    buf_str(&line), line.len);
	wording_copy(record_r->remote_mta, sizeof(record_r->remote_mta),
	    remote_mta, strlen(remote_mta));
	buf_fini(&line);
	match_free(&match);
}
