/* What leaves, noted by the milter before the client hears 250: one line of JSON a
 * message, appended to a file in the folder `journal`, one write each. ops/ingest.h
 * brings it into the store. So the mail path waits for no database, and what was
 * noted outlives the end of any process.
 *
 * A file belongs to one writer, which holds a shared flock on it; the next is begun
 * when it is large or old. Reading does not wait for the writer. */
#ifndef SENDWARD_OPS_JOURNAL_H
#define SENDWARD_OPS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/journal_group.h"
#include "rules/types.h"

struct journal;

/* Makes the folder (0750) when it is missing. Nothing is open before the first
 * append. */
enum sg_err journal_open(
    const char *dir, struct journal **journal_r, struct err *err_r);
void journal_close(struct journal **journal);

/* From now on: true: journal_append and journal_end return when the record of a
 * message that leaves is on the disk, so that it outlives a power cut; many threads
 * share one fdatasync. False, as after journal_open: when the kernel has it, so that
 * it outlives the end of any process. Any thread. */
void journal_sync(struct journal *journal, bool is_synced);

enum journal_kind {
	JOURNAL_SENT,
	JOURNAL_REJECTED, /* a whole message, at its end, for good */
};
struct journal_tag {
	const char *name, *value;
};
struct journal_entry {
	enum journal_kind kind;
	int64_t account_id;
	const char *queue_id;
	int64_t at_msec;
	const char *login;  /* "" none */
	const char *sender; /* envelope sender as the client said it */
	const char *source_ip;
	int64_t identity_id;  /* 0 */
	const char *identity; /* its name, for ses:from-domain; "" */
	int64_t set_id;
	const char *set_name; /* "" */
	int64_t tenant_id;
	const char *tenant_name; /* "" */
	int64_t size;
	const char *recipients; /* rules/recipients.h; of a rejected one too */
	/* any bytes; what is not UTF-8 is written with U+FFFD */
	const struct rules_header *headers;
	size_t header_count;
	bool keeps_headers; /* all that leave (no Bcc); else those of
			       journal_is_common alone */
	const struct journal_tag *tags;
	size_t tag_count;
	const char *reason, *reply; /* of a rejected one */
	/* of the API's: the name that it was handed in under, and by what; NULL */
	const char *submission, *operation;
	const char *outgoing_ip; /* dedicated; "" or NULL shared */
	int64_t outgoing_pool_id;
};
/* Headers beyond are left out (SES: 10 KB); of From, To, … so much again. */
#define JOURNAL_HEADERS_MAX_BYTES 10240
/* A file is not continued beyond these. */
#define JOURNAL_FILE_MAX_BYTES (8 * 1024 * 1024)
#define JOURNAL_FILE_MAX_SEC 600
/* A line; what does not fit is not noted (SG_INVALID): the headers are left out
 * first. */
#define JOURNAL_LINE_MAX (1024 * 1024)

/* The line is an object: kind ("sent", "rejected"), account, id, at, login, sender,
 * ip, identityId, identity, setId, set, tenantId, tenant, size, recipients;
 * headers [[name, value], …] when they are kept, truncated true when some were left
 * out, common (those of From, To, … that headers lacks), tags [[name, value], …];
 * reason, reply; submission, operation; outgoingIp, outgoingPoolId. Empty texts, zeroes and empty lists are left
 * out.
 * One write; any thread. An error: nothing is noted, the message must not leave. */
enum sg_err journal_append(struct journal *journal,
    const struct journal_entry *entry, struct err *err_r);

/* The same for a message that has yet to be signed: its line is written, and on its way
 * to the disk meanwhile. Until its end it begins with JOURNAL_OPEN in place of the brace
 * and readers come no further, for as long as the writer lives. A line that a dead
 * writer left open stands for a message that did not leave; should the machine have
 * stopped, for one that may have left. A ticket stays where it is.
 * Any thread.
 * leaves false: it is withdrawn, its line begins with JOURNAL_WITHDRAWN and counts for
 * nothing. An error of journal_begin: nothing is noted, and there is nothing to end; of
 * journal_end: it is withdrawn, the message must not leave. */
struct journal_file;
struct journal_ticket {
	struct journal_file *file;
	int64_t at; /* of the line in the file */
	bool is_awaited;
	struct journal_waiter waiter;
};
#define JOURNAL_OPEN '?'
#define JOURNAL_WITHDRAWN '#'
enum sg_err journal_begin(struct journal *journal,
    const struct journal_entry *entry, struct journal_ticket *ticket_r,
    struct err *err_r);
enum sg_err journal_end(struct journal *journal, struct journal_ticket *ticket,
    bool leaves, struct err *err_r);

/* For readers. The names of the folder's files in the order of their making, until
 * fn returns false. A missing folder has none. */
typedef bool journal_file_fn(void *ctx, const char *name);
enum sg_err journal_list(
    const char *dir, journal_file_fn *fn, void *ctx, struct err *err_r);
/* Whether the file with this name was begun since the machine started. */
bool journal_is_of_this_boot(const char *name);
/* From, To, Cc, Reply-To, Date, Message-ID, Subject, Return-Path. */
bool journal_is_common(const char *header);

#endif
