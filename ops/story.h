/* One message as people read it: what became of each recipient, the events in SES's
 * form, its subject decoded. Asks the store for nothing; message.h has loaded it. */
#ifndef SENDWARD_OPS_STORY_H
#define SENDWARD_OPS_STORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "store/events.h"

struct message_file;

/* How one recipient ended. */
struct story_recipient {
	char address[RULES_ADDRESS_MAX + 1];
	/* "PENDING", "DELIVERED", "BOUNCED", "COMPLAINED", "DELAYED",
	 * "REJECTED": the last that counts; a complaint more than a bounce, a
	 * bounce for good more than a delivery, that more than a delay */
	const char *outcome;
	int64_t at_msec;      /* 0: PENDING */
	const json_t *detail; /* of that event; borrowed from the story */
	const json_t *own;    /* what detail says of it alone; NULL */
	bool suppressed;      /* it was put on, or held back by, the list */
};

struct story;
/* The file must outlive it. NULL: no memory. */
struct story *story_new(const struct message_file *file);
void story_free(struct story **story);

/* Of the message, or of one that was refused what its event says; NULL: nothing but
 * events and reports are known. Borrowed. */
const struct store_message *story_message(const struct story *story);
const json_t *story_facts(const struct story *story); /* NULL: none */
/* The detail of the file's event of that index, without what is not shown. */
const json_t *story_detail(const struct story *story, size_t index);
/* Of every recipient, at most STORY_RECIPIENTS_MOST. */
#define STORY_RECIPIENTS_MOST 1000
typedef bool story_fn(void *ctx, const struct story_recipient *recipient);
void story_recipients(const struct story *story, story_fn *fn, void *ctx);

/* The subject of facts (a message's), encoded words decoded; "" none. Any thread. */
#define STORY_SUBJECT_MAX 1000
void story_subject(const json_t *facts, char text_r[STORY_SUBJECT_MAX]);

#endif
