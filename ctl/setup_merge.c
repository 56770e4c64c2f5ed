/* setup postfix into the configuration of a server that works: see setup_apply.h.
 * Text in, text out. */
#include "config.h"

#include "ctl/setup_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ctl/cf_text.h"
#include "ctl/doctor.h"
#include "ctl/mta.h"

#define LINE_BYTES 4096
#define TEXT_MAX ((size_t)65536)
#define DEPTH_MAX 8 /* of names of names */
#define HEADING                                                                 \
	"\n# For sendward. `sendwardctl setup postfix` says what each line is " \
	"for.\n"

struct merge {
	const struct conf *conf;
	const struct mta *mta;
	struct setup_texts *texts;
	bool failed;
};

/* ---- main.cf --------------------------------------------------------------------- */

/* What is in force: the text's, because postconf(1) leaves out what nobody uses. */
static const char *
current(const struct merge *m, const char *name, struct buf *value)
{
	if (!cf_text_get(&m->texts->main_cf, name, value)) {
		buf_clear(value);
		(void)buf_puts(value, mta_raw(m->mta, NULL, name));
	}
	return buf_str(value);
}

static bool
has_expanded(const struct merge *m, const char *list, const char *wanted)
{
	char word[MTA_WORD_MAX];
	struct buf plain;
	bool has = false;

	buf_init(&plain, TEXT_MAX);
	while (!has && mta_next(&list, word))
		has = strcmp(word, wanted) == 0 ||
		      strcmp(mta_expand(m->mta, word, &plain), wanted) == 0;
	buf_fini(&plain);
	return has;
}

static bool
is_own_milter(const struct merge *m, const char *word)
{
	char head[MTA_WORD_MAX];

	return mta_item(word, NULL, head) &&
	       mta_is_socket(m->mta, NULL, m->conf->milter_socket, head, true);
}

static void
put_word(struct buf *list, const char *word)
{
	(void)buf_printf(list, "%s%s", list->len > 0 ? ", " : "", word);
}

/* "$name", "${name}" */
static bool
read_reference(const char *word, char name_r[MTA_WORD_MAX])
{
	bool is_braced = word[0] == '$' && word[1] == '{';
	const char *name = word + 1 + is_braced;
	size_t len;

	if (word[0] != '$')
		return false;
	len = strcspn(name, "}");
	(void)snprintf(name_r, MTA_WORD_MAX, "%.*s", (int)len, name);
	return name_r[strspn(name_r, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789_")] == '\0' &&
	       (!is_braced || strcmp(name + len, "}") == 0);
}

/* Does the list have our milter, by whatever name? */
static bool
has_own_milter(const struct merge *m, const char *list)
{
	char word[MTA_WORD_MAX];
	const char *at;
	struct buf plain;
	bool has = false;

	buf_init(&plain, TEXT_MAX);
	at = mta_expand(m->mta, list, &plain);
	while (!has && mta_next(&at, word))
		has = is_own_milter(m, word);
	buf_fini(&plain);
	return has;
}

/* All milters of a list but ours; what "$smtpd_milters" stands for is put in its
 * place, and what any other name stands for that has ours. Ours, when it was there, in
 * own_r. */
static void
others(const struct merge *m, const char *list, int depth,
    char own_r[MTA_WORD_MAX], struct buf *out)
{
	char word[MTA_WORD_MAX], name[MTA_WORD_MAX];
	struct buf inner;

	while (mta_next(&list, word)) {
		if (is_own_milter(m, word)) {
			memcpy(own_r, word, sizeof(word));
			continue;
		}
		if (depth == DEPTH_MAX || !read_reference(word, name) ||
		    (strcmp(name, "smtpd_milters") != 0 &&
			!has_own_milter(m, word))) {
			put_word(out, word);
			continue;
		}
		buf_init(&inner, TEXT_MAX);
		others(m, current(m, name, &inner), depth + 1, own_r, out);
		buf_fini(&inner);
	}
}

/* Ours is the last. */
static void
milters(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	char own[MTA_WORD_MAX];

	(void)snprintf(own, sizeof(own), "%s", wanted);
	others(m, now, 0, own, out);
	put_word(out, own);
}

static void
local_milters(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	char own[MTA_WORD_MAX];

	(void)wanted;
	others(m, now, 0, own, out);
}

static void
first(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	if (!has_expanded(m, now, wanted))
		put_word(out, wanted);
	if (now[0] != '\0')
		put_word(out, now);
}

static void
last(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	if (now[0] != '\0')
		put_word(out, now);
	if (!has_expanded(m, now, wanted))
		put_word(out, wanted);
}

/* A limit that is higher stays, and no limit, too. */
static void
at_least(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	long long has = strtoll(now, NULL, 10);

	(void)m;
	(void)buf_puts(
	    out, has == 0 || has >= strtoll(wanted, NULL, 10) ? now : wanted);
}

static void
at_least_sec(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	(void)m;
	(void)buf_puts(
	    out, mta_seconds(now) >= mta_seconds(wanted) ? now : wanted);
}

/* Matters for milters of non_smtpd_milters alone, among which ours is not. */
static void
keep(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	(void)m;
	(void)wanted;
	(void)buf_puts(out, now);
}

static void
set(const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	(void)m;
	(void)now;
	(void)buf_puts(out, wanted);
}

typedef void rule_fn(const struct merge *m, const char *now, const char *wanted,
    struct buf *out);
static const struct {
	const char *name;
	rule_fn *fn;
} rules[] = {
    {"smtpd_milters", milters},
    {"non_smtpd_milters", local_milters},
    {"internal_mail_filter_classes", keep},
    {"milter_connect_timeout", at_least_sec},
    {"milter_command_timeout", at_least_sec},
    {"milter_content_timeout", at_least_sec},
    {"message_size_limit", at_least},
    {"relay_domains", first},
    {"transport_maps", first},
    {"smtpd_discard_ehlo_keywords", last},
};

static rule_fn *
rule_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].name, name) == 0)
			return rules[i].fn;
	return set;
}

/* Do they differ in more than blanks and commas? */
static bool
is_same(const char *a, const char *b)
{
	char one[MTA_WORD_MAX], other[MTA_WORD_MAX];
	bool has, too;

	do {
		has = mta_next(&a, one);
		too = mta_next(&b, other);
	} while (has && too && strcmp(one, other) == 0);
	return !has && !too;
}

/* Blanks and ends of lines made one blank. */
static void
join(const char *text, struct buf *out)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " \t\n");

		(void)buf_append(out, text, len);
		text += len;
		len = strspn(text, " \t\n");
		if (len > 0 && text[len] != '\0')
			(void)buf_putc(out, ' ');
		text += len;
	}
}

/* With a heading before the first line that is added. */
static void
put_param(struct merge *m, const char *name, const char *value)
{
	struct buf *text = &m->texts->main_cf;
	struct buf now;

	buf_init(&now, TEXT_MAX);
	if (!cf_text_get(text, name, &now) &&
	    strstr(buf_str(text), HEADING) == NULL)
		(void)cf_text_add(text, HEADING);
	(void)cf_text_set(text, name, value);
	buf_fini(&now);
}

static void
merge_param(struct merge *m, const char *name, const char *text)
{
	struct buf now, wanted, joined, before;
	rule_fn *rule = rule_of(name);

	buf_init(&now, TEXT_MAX);
	buf_init(&wanted, TEXT_MAX);
	buf_init(&joined, TEXT_MAX);
	buf_init(&before, TEXT_MAX);
	(void)current(m, name, &now);
	join(text, &joined);
	rule(m, buf_str(&now), buf_str(&joined), &wanted);
	join(buf_str(&now), &before);
	if (!is_same(buf_str(&before), buf_str(&wanted)))
		put_param(m, name,
		    rule == set ? text : buf_str(&wanted)); /* as printed */
	m->failed |= wanted.failed || now.failed || joined.failed;
	buf_fini(&before);
	buf_fini(&joined);
	buf_fini(&wanted);
	buf_fini(&now);
}

/* "name = value", a line or several; one that begins with a blank goes on. */
static void
merge_params(struct merge *m, const char *lines)
{
	char text[LINE_BYTES];
	const char *end;

	for (; *lines != '\0'; lines = end) {
		char *sign, *name_end;

		end = lines;
		do
			end += strcspn(end, "\n") +
			       (end[strcspn(end, "\n")] == '\n');
		while (*end == ' ' || *end == '\t');
		(void)snprintf(
		    text, sizeof(text), "%.*s", (int)(end - lines), lines);
		if (text[0] != '\0' && text[strlen(text) - 1] == '\n')
			text[strlen(text) - 1] = '\0';
		sign = strchr(text, '=');
		if (sign == NULL)
			continue;
		for (name_end = sign; name_end > text && name_end[-1] == ' ';)
			name_end--;
		*name_end = '\0';
		sign++;
		merge_param(m, text, sign + strspn(sign, " "));
	}
}

/* ---- master.cf: what is sendward's own ------------------------------------------------ */

static size_t
take_word(const char *line, char *word_r, size_t size)
{
	size_t skip = strspn(line, " \t"), len = strcspn(line + skip, " \t\n");

	(void)snprintf(word_r, size, "%.*s", (int)len, line + skip);
	return skip + len;
}

/* "  -o name=value", "  -o { name = value }" */
static bool
read_option(
    const char *line, char name_r[MTA_WORD_MAX], char value_r[MTA_WORD_MAX])
{
	size_t len;

	line += strspn(line, " \t");
	if (strncmp(line, "-o ", 3) != 0)
		return false;
	line += 3 + strspn(line + 3, " ");
	if (*line == '{')
		line += 1 + strspn(line + 1, " ");
	len = strcspn(line, " =");
	(void)snprintf(name_r, MTA_WORD_MAX, "%.*s", (int)len, line);
	line += len;
	line += strspn(line, " =");
	(void)snprintf(
	    value_r, MTA_WORD_MAX, "%.*s", (int)strcspn(line, "\n"), line);
	len = strlen(value_r);
	if (len > 1 && strcmp(value_r + len - 2, " }") == 0)
		value_r[len - 2] = '\0';
	return true;
}

static void
set_option(struct merge *m, const char *name, const char *type,
    const char *option, const char *value)
{
	const struct mta_service *service = mta_service(m->mta, name, type);

	if (service != NULL && mta_is_overridden(m->mta, service, option) &&
	    is_same(mta_raw(m->mta, service, option), value))
		return;
	(void)cf_text_set_option(
	    &m->texts->master_cf, name, type, option, value);
}

/* A block of lines: the service, and its options. What is there keeps options of its
 * own. */
static void
merge_service(struct merge *m, const char *block)
{
	static const int fields[] = {2, 4, 7};
	char words[8][128], option[MTA_WORD_MAX], value[MTA_WORD_MAX];
	struct buf *text = &m->texts->master_cf;
	const char *at = block;

	for (int i = 0; i < 8; i++)
		at += take_word(at, words[i], sizeof(words[i]));
	if (!cf_text_has_service(text, words[0], words[1])) {
		if (strstr(buf_str(text), HEADING) == NULL)
			(void)cf_text_add(text, HEADING);
		(void)cf_text_add(text, block);
		return;
	}
	for (int i = 0; i < 3; i++)
		(void)cf_text_set_field(
		    text, words[0], words[1], fields[i], words[fields[i]]);
	for (at = strchr(block, '\n'); at != NULL && at[1] != '\0';
	     at = strchr(at, '\n')) {
		at++;
		if (read_option(at, option, value))
			set_option(m, words[0], words[1], option, value);
	}
}

/* ---- master.cf: listeners that the server has ------------------------------------------ */

static bool
is_smtpd(const struct mta_service *service)
{
	return strcmp(service->command, "smtpd") == 0;
}

static void
merge_list(struct merge *m, const struct mta_service *service,
    const char *option, rule_fn *rule, const char *wanted)
{
	struct buf value;

	buf_init(&value, TEXT_MAX);
	rule(m, mta_raw(m->mta, service, option), wanted, &value);
	if (!is_same(mta_raw(m->mta, service, option), buf_str(&value)))
		set_option(
		    m, service->name, service->type, option, buf_str(&value));
	m->failed |= value.failed;
	buf_fini(&value);
}

static void
without_no_milters(
    const struct merge *m, const char *now, const char *wanted, struct buf *out)
{
	(void)m;
	(void)wanted;
	(void)mta_without(now, "no_milters", out);
}

/* Nothing asks for the policy service any more where that cannot count. */
static void
merge_door(
    struct merge *m, const struct mta_service *service, const char *milter)
{
	static const char *const misplaced[] = {"smtpd_client_restrictions",
	    "smtpd_helo_restrictions", "smtpd_sender_restrictions",
	    "smtpd_recipient_restrictions"};
	struct buf rest;

	buf_init(&rest, TEXT_MAX);
	if (mta_is_overridden(m->mta, service, "smtpd_milters"))
		merge_list(m, service, "smtpd_milters", milters, milter);
	if (mta_has_word(mta_raw(m->mta, service, "receive_override_options"),
		"no_milters"))
		merge_list(m, service, "receive_override_options",
		    without_no_milters, "");
	for (size_t i = 0; i < sizeof(misplaced) / sizeof(misplaced[0]); i++) {
		const char *now = mta_raw(m->mta, service, misplaced[i]);

		if (!mta_is_overridden(m->mta, service, misplaced[i]) ||
		    !mta_has_word(now, "$sendward_policy"))
			continue;
		set_option(m, service->name, service->type, misplaced[i],
		    mta_without(now, "$sendward_policy", &rest));
		m->failed |= rest.failed;
	}
	buf_fini(&rest);
	if (m->conf->milter_quota == CONF_MILTER_QUOTA_NO)
		merge_list(m, service, "smtpd_data_restrictions", first,
		    "$sendward_policy");
	set_option(m, service->name, service->type,
	    "local_header_rewrite_clients", "");
}

/* A socket below the queue is found from there, too. */
static bool
is_outside(const struct merge *m, const char *socket)
{
	const char *queue = mta_raw(m->mta, NULL, "queue_directory");

	return strncmp(socket, "unix:", 5) == 0 &&
	       strncmp(socket + 5, queue, strlen(queue)) != 0;
}

/* Returns whether one takes logins. */
static bool
merge_listeners(struct merge *m, const char *milter)
{
	const struct doctor doctor = {.conf = m->conf, .mta = m->mta};
	bool has_logins = false;

	for (size_t i = 0; i < m->mta->service_count; i++) {
		const struct mta_service *service = &m->mta->services[i];

		if (!is_smtpd(service) ||
		    doctor_is_private_door(&doctor, service))
			continue;
		if (service->is_chrooted &&
		    (doctor_is_door(&doctor, service) ||
			!mta_is_overridden(m->mta, service, "smtpd_milters")) &&
		    (is_outside(m, m->conf->milter_socket) ||
			is_outside(m, m->conf->policy_socket)))
			(void)cf_text_set_field(&m->texts->master_cf,
			    service->name, service->type, 4, "n");
		if (doctor_is_door(&doctor, service))
			merge_door(m, service, milter);
		has_logins |= doctor_has_sasl(&doctor, service);
	}
	return has_logins;
}

/* ---- all of it ---------------------------------------------------------------------- */

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text == NULL ? "" : text;
}

static bool
is_file(const json_t *row, const char *name)
{
	const char *slash = strrchr(text_of(row, "file"), '/');

	return slash != NULL && strcmp(slash + 1, name) == 0;
}

/* Those of inet are the server's, and have been put behind the gate; one for logins is
 * made when there is none. */
static void
merge_block(struct merge *m, const char *block, bool has_logins)
{
	bool is_submission = strncmp(block, "submission inet ", 16) == 0;
	char name[128], type[128];
	size_t len = take_word(block, name, sizeof(name));

	(void)take_word(block + len, type, sizeof(type));
	if (strcmp(type, "inet") != 0 || (is_submission && !has_logins))
		merge_service(m, block);
}

static void
merge_master(struct merge *m, const json_t *rows, const char *milter)
{
	bool has_logins = merge_listeners(m, milter);
	const json_t *row;
	struct buf block;
	size_t i;

	buf_init(&block, TEXT_MAX);
	json_array_foreach(rows, i, row)
	{
		const char *line = text_of(row, "line");

		if (!is_file(row, "master.cf"))
			continue;
		if (line[0] != ' ' && block.len > 0) {
			merge_block(m, buf_str(&block), has_logins);
			buf_clear(&block);
		}
		(void)buf_printf(&block, "%s\n", line);
	}
	if (block.len > 0)
		merge_block(m, buf_str(&block), has_logins);
	m->failed |= block.failed;
	buf_fini(&block);
}

bool
setup_merge(const struct conf *conf, const struct mta *mta, const json_t *rows,
    struct setup_texts *texts)
{
	struct merge m = {.conf = conf, .mta = mta, .texts = texts};
	char milter[MTA_WORD_MAX] = "";
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *line = text_of(row, "line");

		if (is_file(row, "main.cf"))
			merge_params(&m, line);
		else if (is_file(row, "sendward_domains"))
			(void)buf_printf(&texts->domains, "%s\n", line);
		if (strncmp(line, "smtpd_milters = ", 16) == 0)
			(void)snprintf(milter, sizeof(milter), "%s", line + 16);
	}
	merge_master(&m, rows, milter);
	return !m.failed && !texts->main_cf.failed &&
	       !texts->master_cf.failed && !texts->domains.failed;
}
