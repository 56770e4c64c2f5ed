/* DNS records as JSON, text and zone: see records.h. Looks nothing up. */
#include "config.h"

#include "ctl/records.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ops/identity.h"
#include "ops/records.h"

#define STRING_MAX 255 /* RFC 1035 §3.3.14 */

/* The ways to prove a domain, and what else is published. */
enum way { WAY_TXT, WAY_EASY, WAY_TOKEN, WAY_MAIL_FROM, WAY_KEPT, WAYS };

static enum way
way_of(const struct wanted_record *record)
{
	if (record->key_retired)
		return WAY_KEPT;
	switch (record->purpose) {
	case RECORD_EASY_CNAME:
		return WAY_EASY;
	case RECORD_TXT_TOKEN:
		return WAY_TOKEN;
	case RECORD_MAIL_FROM_MX:
	case RECORD_MAIL_FROM_SPF:
		return WAY_MAIL_FROM;
	default:
		return WAY_TXT;
	}
}

/* ---- JSON ------------------------------------------------------------------- */

/* The value as the strings of a TXT record. */
static json_t *
strings_json(const struct wanted_record *record)
{
	json_t *list = json_array();
	size_t len = strlen(record->value);

	if (record->type != DNS_TXT)
		return list;
	for (size_t at = 0; at < len && list != NULL; at += STRING_MAX) {
		size_t part = len - at < STRING_MAX ? len - at : STRING_MAX;

		(void)out_add(&list, json_stringn(record->value + at, part));
	}
	return list;
}

static json_t *
record_json(
    const struct identity_file *file, const struct wanted_record *record)
{
	const struct store_key *key = records_key(file, record);

	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:b, s:o}", "name",
	    record->name, "type", dns_type_name(record->type), "value",
	    record->value, "strings", strings_json(record), "purpose",
	    records_purpose_name(record->purpose), "selector",
	    key == NULL ? json_null() : json_string(key->selector), "active",
	    record->key_active, "remove_after",
	    out_time(record->key_retired ? record->key_remove_sec : 0));
}

json_t *
records_json(const struct identity_file *file)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->record_count && list != NULL; i++)
		(void)out_add(&list, record_json(file, &file->records[i]));
	return list;
}

/* ---- for people ------------------------------------------------------------- */

static size_t
count_way(const struct identity_file *file, enum way way)
{
	size_t count = 0;

	for (size_t i = 0; i < file->record_count; i++)
		count += way_of(&file->records[i]) == way;
	return count;
}

/* Length of the name without ".DOMAIN"; 0: it is not below it. */
static int
relative_length(const char *name, const char *domain)
{
	size_t len = strlen(name), tail = strlen(domain);

	if (len < tail + 2 || strcmp(name + len - tail, domain) != 0 ||
	    name[len - tail - 1] != '.')
		return 0;
	return (int)(len - tail - 1);
}

static void
print_record(
    const struct identity_file *file, const struct wanted_record *record)
{
	const char *domain = identity_domain(&file->row);
	int relative = relative_length(record->name, domain);
	char about[RECORDS_ABOUT_MAX], when[CLOCK_ISO_MAX];

	(void)printf("\n  for    %s", records_about(file, record, about));
	if (record->key_retired)
		(void)printf(
		    ", until %s", clock_iso(record->key_remove_sec, when));
	(void)printf("\n  name   %s\n", record->name);
	if (relative > 0)
		(void)printf("         (panels that add the domain themselves: "
			     "%.*s)\n",
		    relative, record->name);
	(void)printf("  type   %s\n  value  %s\n", dns_type_name(record->type),
	    record->value); /* main looks at stdout */
}

static const char *
way_text(const struct identity_file *file, enum way way)
{
	bool is_one = count_way(file, way) == 1;

	switch (way) {
	case WAY_TXT:
		return is_one ? "the DKIM key, as a TXT record: proves the "
				"domain, and mail is signed"
			      : "the DKIM keys, as TXT records: they prove the "
				"domain, and mail is signed";
	case WAY_EASY:
		return "Easy DKIM, all three CNAME records: the same, and the "
		       "keys change by themselves";
	default:
		return "a TXT record: proves the domain, mail is not signed by "
		       "it";
	}
}

static void
print_way(const struct identity_file *file, enum way way)
{
	for (size_t i = 0; i < file->record_count; i++)
		if (way_of(&file->records[i]) == way)
			print_record(file, &file->records[i]);
}

static void
print_ways(const struct identity_file *file)
{
	bool is_proved = file->row.proofs != 0;
	const char *name = file->row.facts.name;
	int count = 0, letter = 'a';

	for (int way = WAY_TXT; way <= WAY_TOKEN; way++)
		count += count_way(file, (enum way)way) > 0;
	if (count == 0)
		return;
	if (is_proved)
		(void)printf("%s is verified. What proves it, and what signs, "
			     "must stay in its DNS:\n",
		    name);
	else if (count > 1)
		(void)printf("To prove %s, its owner publishes any ONE of "
			     "these in its DNS:\n",
		    name);
	else
		(void)printf(
		    "To prove %s, its owner publishes in its DNS:\n", name);
	for (int way = WAY_TXT; way <= WAY_TOKEN; way++) {
		if (count_way(file, (enum way)way) == 0)
			continue;
		(void)printf("\n(%c) %s\n", letter++,
		    way_text(file, (enum way)way)); /* main looks at it */
		print_way(file, (enum way)way);
	}
}

/* What a panel may do to a value. */
static void
print_advice(const struct identity_file *file)
{
	for (size_t i = 0; i < file->record_count; i++)
		if (file->records[i].type == DNS_TXT &&
		    strlen(file->records[i].value) > STRING_MAX) {
			(void)printf(
			    "\nA value over 255 characters is one TXT record "
			    "of several strings. Most panels split\nit by "
			    "themselves; a zone file needs it split: --format "
			    "zone.\n"); /* main looks at stdout */
			return;
		}
}

void
records_print_key(const struct identity_file *file, int64_t key_id)
{
	for (size_t i = 0; i < file->record_count; i++)
		if (file->records[i].key_id == key_id)
			print_record(file, &file->records[i]);
}

/* main looks at stdout. */
static void
print_mail_from(const struct identity_file *file)
{
	(void)printf("For the MAIL FROM domain %s, both of these, and no other "
		     "MX record:\n",
	    file->row.facts.mail_from);
	print_way(file, WAY_MAIL_FROM);
}

void
records_print_mail_from(const struct identity_file *file)
{
	const char *account = file->account, *name = file->row.facts.name;

	print_mail_from(file);
	(void)printf(
	    "\n%s is PENDING: sendward-jobd looks for these records by itself "
	    "for 72 hours.\nUntil it has found them, mail from %s %s.\nTo "
	    "look now:\n  sendwardctl identity check %s %s\n",
	    file->row.facts.mail_from, name,
	    file->row.mail_from_reject ? "is refused"
				       : "leaves with the bounce domain",
	    account, name); /* main looks at stdout */
}

void
records_print_text(const struct identity_file *file)
{
	const struct store_identity *row = &file->row;

	if (file->record_count == 0) {
		(void)printf("No record to publish: %s",
		    row->facts.type == RULES_IDENTITY_EMAIL
			? "an address is proved by the link in a letter, and "
			  "its mail is signed\nwith its domain's key, when "
			  "that is an identity of the account, too.\n"
			: "no key of its own.\n"); /* main looks at stdout */
		return;
	}
	print_ways(file);
	if (count_way(file, WAY_MAIL_FROM) > 0) {
		if (count_way(file, WAY_MAIL_FROM) < file->record_count)
			(void)putchar('\n'); /* main looks at stdout */
		print_mail_from(file);
	}
	if (count_way(file, WAY_KEPT) > 0)
		(void)printf("\nTo be left for mail on its way:\n");
	print_way(file, WAY_KEPT);
	print_advice(file);
}

/* ---- zone file -------------------------------------------------------------- */

/* A character-string of RFC 1035 §5.1. */
static void
print_string(const char *text, size_t len)
{
	(void)fputs(" \"", stdout); /* main looks at stdout */
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c > '~')
			(void)printf("\\%03d", c);
		else
			(void)printf(
			    "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
	}
	(void)putchar('"');
}

void
records_print_zone(const struct identity_file *file)
{
	for (size_t i = 0; i < file->record_count; i++) {
		const struct wanted_record *record = &file->records[i];
		size_t len = strlen(record->value);
		char about[RECORDS_ABOUT_MAX];

		(void)printf("; %s\n%s. IN %s", /* main looks at stdout */
		    records_about(file, record, about), record->name,
		    dns_type_name(record->type));
		if (record->type != DNS_TXT) {
			(void)printf(" %s.\n", record->value);
			continue;
		}
		(void)fputs(" (", stdout);
		for (size_t at = 0; at < len; at += STRING_MAX)
			print_string(record->value + at,
			    len - at < STRING_MAX ? len - at : STRING_MAX);
		(void)fputs(" )\n", stdout);
	}
}
