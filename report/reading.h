/* One report while it is read: what the readers of its formats share. */
#ifndef SENDWARD_REPORT_READING_H
#define SENDWARD_REPORT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "report/match.h"
#include "report/parts.h"
#include "report/report.h"
#include "report/rule_set.h"

struct text;

struct reading {
	const struct report_rules *rules;
	struct match *match;
	struct parts parts;
	struct report *report;
	const char *text; /* for people, before the returned message */
	size_t text_len;
	size_t cut;            /* where that begins in parts.text, or its end */
	struct text *mentions; /* text.c's, of that text */
	const struct notice *notice; /* what it is by its looks; NULL nothing */
	bool has_no_memory;
	bool is_wrapped; /* it was the returned message of another */
	/* Who is no recipient: whoever sent what came back, and who reports. */
	char sender[RULES_ADDRESS_MAX + 1];
	char reporter[RULES_ADDRESS_MAX + 1];
	char own[RULES_ADDRESS_MAX + 1];         /* to whom the report went */
	char returned_to[RULES_ADDRESS_MAX + 1]; /* its only To; "" */
};

/* One more record, zeroed; NULL beyond the most (left_out counts), or without
 * memory (has_no_memory says so). */
struct report_record *reading_record(struct reading *r);

/* The host of "dns; mx.example.org (192.0.2.1)": the word after the type. */
void reading_host(char to[REPORT_HOST_MAX + 1], const char *value);

/* The address in <> or the word, for message ids: without <>. */
void reading_id(char *to, size_t size, const char *value);

/* Keeps the local part of an address as a token when it begins with "b-". */
void reading_token(struct report *report, const char *address, size_t len);

/* Seconds since the epoch of a date field; 0 when it is none. */
int64_t reading_date(const char *value);

/* notice.c: the first notice whose conditions are true. */
void notice_find(struct reading *r);

/* original.c: facts of the returned message, from its part or from text. */
void original_read(struct reading *r);

/* dsn.c: records from delivery-status fields; false when there are none. */
bool dsn_read(struct reading *r, const char *text, size_t len);

/* arf.c: a record for each complaint. */
void arf_read(struct reading *r);

/* text.c: records from text for people, with kind BOUNCE. At least one. */
void text_read(struct reading *r);

/* text.c: call it when the text changes. */
void text_forget(struct reading *r);

/* text.c: does the text name no recipient for sure? */
bool text_names_nobody(struct reading *r);

/* text.c: for records that have no address: the one that text names, if any. */
void text_complete(struct reading *r);

/* text.c: the words about a record of a delivery-status part, in out (cleared
 * before): what text says where it names the recipient. */
void text_about(
    struct reading *r, const struct report_record *record, struct buf *out);

#endif
