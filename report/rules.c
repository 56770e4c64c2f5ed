/* Loads rule files (their form: the head of bounce.rules). Does not ask them:
 * classify.c and notice.c do. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "report/limits.h"
#include "report/match.h"
#include "report/report.h"
#include "report/rule_set.h"

/* Patterns of the entry that is being read, before they are one. */
enum condition {
	CONDITION_MTA,
	CONDITION_TEXT,
	CONDITION_NOT,
	CONDITION_WANT, /* + enum notice_field */
	CONDITION_VETO = CONDITION_WANT + NOTICE_FIELDS,
	CONDITION_COUNT = CONDITION_VETO + NOTICE_FIELDS
};

enum line_pattern { LINE_CUT, LINE_RECIPIENT, LINE_REMOTE, LINE_COUNT };

enum entry { ENTRY_NONE, ENTRY_RULE, ENTRY_NOTICE };

struct loader {
	const char *path;
	size_t line;
	struct report_rules *rules;
	enum entry entry;
	bool has_meaning; /* "is" or "means" was there */
	struct rule rule;
	struct notice notice;
	struct buf conditions[CONDITION_COUNT];
	struct buf lines[LINE_COUNT];
	struct err *err_r;
};

static enum sg_err
wrong(struct loader *l, const char *what, const char *value)
{
	return err_set(l->err_r, SG_INVALID, "%s:%zu: %s: %.100s", l->path,
	    l->line, what, value);
}

static void
rule_fini(struct rule *rule)
{
	match_code_free(&rule->mta);
	match_code_free(&rule->text);
	match_code_free(&rule->veto);
}

static void
notice_fini(struct notice *notice)
{
	int i;

	for (i = 0; i < NOTICE_FIELDS; i++) {
		match_code_free(&notice->want[i]);
		match_code_free(&notice->veto[i]);
	}
}

void
report_rules_free(struct report_rules **rules)
{
	size_t i;

	if (*rules == NULL)
		return;
	for (i = 0; i < (*rules)->count; i++)
		rule_fini(&(*rules)->rules[i]);
	for (i = 0; i < (*rules)->notice_count; i++)
		notice_fini(&(*rules)->notices[i]);
	match_code_free(&(*rules)->cut);
	match_code_free(&(*rules)->recipient);
	match_code_free(&(*rules)->remote);
	free((*rules)->rules);
	free((*rules)->notices);
	free(*rules);
	*rules = NULL;
}

/* The number of value among count names, or -1. */
static int
number_of(const char *value, const char *(*name_of)(int), int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcasecmp(value, name_of(i)) == 0)
			return i;
	return -1;
}

static const char *
type_name(int i)
{
	return report_type_name((enum report_type)i);
}

static const char *
subtype_name(int i)
{
	return report_subtype_name((enum report_subtype)i);
}

static const char *
fault_name(int i)
{
	return report_fault_name((enum report_fault)i);
}

static enum sg_err
set_is(struct loader *l, const char *value)
{
	const char *slash = strchr(value, '/');
	char type[32];
	int number, sub;

	if (slash == NULL || (size_t)(slash - value) >= sizeof(type))
		return wrong(l, "want Type/SubType", value);
	memcpy(type, value, (size_t)(slash - value));
	type[slash - value] = '\0';
	number = number_of(type, type_name, REPORT_TRANSIENT + 1);
	sub = number_of(slash + 1, subtype_name, REPORT_SUB_UNSUBSCRIBED + 1);
	if (number < 0 || sub < 0)
		return wrong(l, "no such type", value);
	l->rule.type = (enum report_type)number;
	l->rule.subtype = (enum report_subtype)sub;
	l->has_meaning = true;
	return SG_OK;
}

static bool
status_is_valid(const char *status)
{
	int parts = 1;
	const char *c;

	for (c = status; *c != '\0'; c++) {
		if (*c == '.')
			parts++;
		else if (!isdigit((unsigned char)*c) && *c != '*')
			return false;
	}
	return parts == 3 && strlen(status) < REPORT_STATUS_MAX;
}

static enum sg_err
set_status(struct loader *l, const char *value)
{
	char word[REPORT_STATUS_MAX];
	size_t len;

	while (*value != '\0') {
		len = strcspn(value, " \t");
		if (len >= sizeof(word) ||
		    l->rule.status_count == RULE_STATUSES)
			return wrong(l, "too long, or too many", value);
		memcpy(word, value, len);
		word[len] = '\0';
		if (!status_is_valid(word))
			return wrong(l, "want 5.1.1, or 5.1.*", word);
		memcpy(l->rule.status[l->rule.status_count++], word, len + 1);
		value += len + strspn(value + len, " \t");
	}
	return SG_OK;
}

/* One of the words that say what a notice means. */
static enum sg_err
set_means(struct loader *l, const char *value)
{
	static const struct {
		const char *word;
		enum report_kind kind;
		enum report_action action;
	} words[] = {
	    {"bounce", REPORT_BOUNCE, REPORT_ACTION_FAILED},
	    {"complaint", REPORT_COMPLAINT, REPORT_ACTION_NONE},
	    {"autoreply", REPORT_AUTOREPLY, REPORT_ACTION_NONE},
	    {"delay", REPORT_OTHER, REPORT_ACTION_DELAYED},
	    {"delivery", REPORT_OTHER, REPORT_ACTION_DELIVERED},
	    {"other", REPORT_OTHER, REPORT_ACTION_NONE},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, value) != 0)
			continue;
		l->notice.kind = words[i].kind;
		l->notice.action = words[i].action;
		l->has_meaning = true;
		return SG_OK;
	}
	return wrong(l, "no such kind", value);
}

static enum sg_err
set_word(struct loader *l, const char *value, char *word, size_t size)
{
	size_t len = strlen(value);

	if (len >= size)
		return wrong(l, "too long", value);
	memcpy(word, value, len + 1);
	return SG_OK;
}

/* Each pattern is compiled alone first, so that its own line is named. */
static enum sg_err
add_pattern(
    struct loader *l, struct buf *b, const char *value, bool is_capturing)
{
	struct match_code *code;
	struct err err;
	enum sg_err e = match_compile(value, is_capturing, &code, &err);

	if (e == SG_INVALID)
		return wrong(l, err.text, value);
	if (e != SG_OK)
		return err_set(l->err_r, e, "%s", err.text);
	match_code_free(&code);
	if (!match_add(b, value, is_capturing))
		return wrong(l, "too many patterns", value);
	return SG_OK;
}

static enum sg_err
rule_word(struct loader *l, const char *word, const char *value)
{
	int number;

	if (strcmp(word, "is") == 0)
		return set_is(l, value);
	if (strcmp(word, "status") == 0)
		return set_status(l, value);
	if (strcmp(word, "fault") == 0) {
		number = number_of(value, fault_name, REPORT_FAULT_NETWORK + 1);
		if (number < 0)
			return wrong(l, "no such fault", value);
		l->rule.fault = (enum report_fault)number;
		return SG_OK;
	}
	if (strcmp(word, "scope") == 0 && strcmp(value, "near") == 0) {
		l->rule.is_near = true;
		return SG_OK;
	}
	if (strcmp(word, "mta") == 0)
		return add_pattern(
		    l, &l->conditions[CONDITION_MTA], value, false);
	if (strcmp(word, "text") == 0)
		return add_pattern(
		    l, &l->conditions[CONDITION_TEXT], value, false);
	if (strcmp(word, "not") == 0)
		return add_pattern(
		    l, &l->conditions[CONDITION_NOT], value, false);
	return wrong(l, "no such condition of a rule", word);
}

static enum sg_err
notice_word(struct loader *l, const char *word, const char *value)
{
	static const char *const fields[NOTICE_FIELDS] = {
	    "from", "subject", "header", "text"};
	bool is_veto = strncmp(word, "not-", 4) == 0;
	int i;

	if (strcmp(word, "means") == 0)
		return set_means(l, value);
	if (strcmp(word, "format") == 0)
		return set_word(
		    l, value, l->notice.format, sizeof(l->notice.format));
	if (strcmp(word, "feedback") == 0)
		return set_word(
		    l, value, l->notice.feedback, sizeof(l->notice.feedback));
	for (i = 0; i < NOTICE_FIELDS; i++)
		if (strcmp(is_veto ? word + 4 : word, fields[i]) == 0)
			return add_pattern(l,
			    &l->conditions[(is_veto ? CONDITION_VETO
						    : CONDITION_WANT) +
					   i],
			    value, false);
	return wrong(l, "no such condition of a notice", word);
}

static enum sg_err
compile(struct buf *b, struct match_code **code_r, bool is_capturing,
    struct err *err_r)
{
	enum sg_err e = SG_OK;

	if (b->len > 0)
		e = match_compile(buf_str(b), is_capturing, code_r, err_r);
	buf_clear(b);
	return e;
}

static enum sg_err
compile_rule(struct loader *l)
{
	struct buf *c = l->conditions;
	enum sg_err e =
	    compile(&c[CONDITION_MTA], &l->rule.mta, false, l->err_r);

	if (e == SG_OK)
		e = compile(&c[CONDITION_TEXT], &l->rule.text, false, l->err_r);
	if (e == SG_OK)
		e = compile(&c[CONDITION_NOT], &l->rule.veto, false, l->err_r);
	return e;
}

static enum sg_err
compile_notice(struct loader *l)
{
	enum sg_err e = SG_OK;
	int i;

	for (i = 0; i < NOTICE_FIELDS && e == SG_OK; i++) {
		e = compile(&l->conditions[CONDITION_WANT + i],
		    &l->notice.want[i], false, l->err_r);
		if (e == SG_OK)
			e = compile(&l->conditions[CONDITION_VETO + i],
			    &l->notice.veto[i], false, l->err_r);
	}
	return e;
}

/* Room for one more of `size` bytes, zeroed; NULL: no memory, or too many. */
static void *
grow(void *array_r, size_t *count, size_t size)
{
	void **array = array_r;
	char *bigger;

	if (*count >= LIMIT_RULES)
		return NULL;
	bigger = realloc(*array, (*count + 1) * size);
	if (bigger == NULL)
		return NULL;
	*array = bigger;
	return bigger + (*count)++ * size;
}

/* Puts the entry that was read into the set. */
static enum sg_err
end_entry(struct loader *l)
{
	enum entry entry = l->entry;
	struct rule *rule;
	struct notice *notice;
	enum sg_err e;

	l->entry = ENTRY_NONE;
	if (entry == ENTRY_NONE)
		return SG_OK;
	if (!l->has_meaning)
		return wrong(l, "the entry before has no is, or no means",
		    entry == ENTRY_RULE ? l->rule.name : l->notice.name);
	if (entry == ENTRY_RULE) {
		e = compile_rule(l);
		rule = e == SG_OK ? grow(&l->rules->rules, &l->rules->count,
					sizeof(*rule))
				  : NULL;
		if (rule == NULL) {
			rule_fini(&l->rule);
			return e != SG_OK ? e
					  : err_set(l->err_r, SG_NOMEM,
						"%s: too many rules", l->path);
		}
		*rule = l->rule;
		return SG_OK;
	}
	e = compile_notice(l);
	notice = e == SG_OK ? grow(&l->rules->notices, &l->rules->notice_count,
				  sizeof(*notice))
			    : NULL;
	if (notice == NULL) {
		notice_fini(&l->notice);
		return e != SG_OK ? e
				  : err_set(l->err_r, SG_NOMEM,
					"%s: too many notices", l->path);
	}
	*notice = l->notice;
	return SG_OK;
}

static enum sg_err
begin_entry(struct loader *l, enum entry entry, const char *name)
{
	enum sg_err e = end_entry(l);

	if (e != SG_OK)
		return e;
	memset(&l->rule, 0, sizeof(l->rule));
	memset(&l->notice, 0, sizeof(l->notice));
	l->has_meaning = false;
	l->entry = entry;
	if (entry == ENTRY_RULE)
		return set_word(l, name, l->rule.name, sizeof(l->rule.name));
	return set_word(l, name, l->notice.name, sizeof(l->notice.name));
}

static enum sg_err
load_line(struct loader *l, char *line)
{
	static const char *const lines[LINE_COUNT] = {
	    "cut", "recipient", "remote"};
	char *word = line + strspn(line, " \t"), *value;
	size_t len = strlen(word);
	int i;

	while (len > 0 && isspace((unsigned char)word[len - 1]))
		word[--len] = '\0';
	if (*word == '\0' || *word == '#')
		return SG_OK;
	value = word + strcspn(word, " \t");
	if (*value == '\0')
		return wrong(l, "no value", word);
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcmp(word, "rule") == 0)
		return begin_entry(l, ENTRY_RULE, value);
	if (strcmp(word, "notice") == 0)
		return begin_entry(l, ENTRY_NOTICE, value);
	for (i = 0; i < LINE_COUNT; i++)
		if (strcmp(word, lines[i]) == 0)
			return add_pattern(
			    l, &l->lines[i], value, i != LINE_CUT);
	if (l->entry == ENTRY_RULE)
		return rule_word(l, word, value);
	if (l->entry == ENTRY_NOTICE)
		return notice_word(l, word, value);
	return wrong(l, "condition before the first rule", word);
}

static enum sg_err
load_file(struct loader *l)
{
	char *line = NULL;
	size_t size = 0, total = 0;
	enum sg_err e = SG_OK;
	ssize_t len;
	FILE *file = fopen(l->path, "re");

	if (file == NULL)
		return err_set(
		    l->err_r, SG_IO, "open %s: %s", l->path, strerror(errno));
	l->line = 0;
	while (e == SG_OK && (len = getline(&line, &size, file)) >= 0) {
		l->line++;
		total += (size_t)len;
		if (total > LIMIT_RULES_BYTES)
			e = wrong(l, "the file is too long", "");
		else if (memchr(line, '\0', (size_t)len) != NULL)
			e = wrong(l, "a null byte", "");
		else
			e = load_line(l, line);
	}
	if (e == SG_OK && ferror(file))
		e = err_set(
		    l->err_r, SG_IO, "read %s: %s", l->path, strerror(errno));
	if (e == SG_OK)
		e = end_entry(l);
	free(line);
	(void)fclose(file); /* only read from */
	return e;
}

static enum sg_err
load_all(struct loader *l, const char *const *paths, size_t count)
{
	enum sg_err e = SG_OK;
	size_t i;

	for (i = 0; i < count && e == SG_OK; i++) {
		l->path = paths[i];
		e = load_file(l);
	}
	if (e == SG_OK)
		e = compile(
		    &l->lines[LINE_CUT], &l->rules->cut, false, l->err_r);
	if (e == SG_OK)
		e = compile(&l->lines[LINE_RECIPIENT], &l->rules->recipient,
		    true, l->err_r);
	if (e == SG_OK)
		e = compile(
		    &l->lines[LINE_REMOTE], &l->rules->remote, true, l->err_r);
	return e;
}

enum sg_err
report_rules_load(const char *const *paths, size_t count,
    struct report_rules **rules_r, struct err *err_r)
{
	struct loader *l = calloc(1, sizeof(*l));
	enum sg_err e;
	int i;

	*rules_r = calloc(1, sizeof(**rules_r));
	if (l == NULL || *rules_r == NULL) {
		free(l);
		free(*rules_r);
		*rules_r = NULL;
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	l->rules = *rules_r;
	l->err_r = err_r;
	for (i = 0; i < CONDITION_COUNT; i++)
		buf_init(&l->conditions[i], LIMIT_PATTERN_BYTES);
	for (i = 0; i < LINE_COUNT; i++)
		buf_init(&l->lines[i], LIMIT_PATTERN_BYTES);
	e = load_all(l, paths, count);
	for (i = 0; i < CONDITION_COUNT; i++)
		buf_fini(&l->conditions[i]);
	for (i = 0; i < LINE_COUNT; i++)
		buf_fini(&l->lines[i]);
	free(l);
	if (e != SG_OK)
		report_rules_free(rules_r);
	return e;
}
