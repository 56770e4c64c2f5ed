/* Deliveries and delays from the MTA's own log (the option mail_log): Postfix's and
 * Sendmail's lines of status for each recipient, read from where the last reading
 * ended, also across rotation of the file and restarts. Writes events for messages
 * that the store knows; does not read bounces: these come as reports. */
#ifndef SENDWARD_OPS_MAILLOG_H
#define SENDWARD_OPS_MAILLOG_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct store;

/* One line of a log, read (pure). False: not one of status. Strings point into the
 * line, which is changed. */
struct maillog_status {
	const char *queue_id;
	/* orig_to= when it is there, else to=; without brackets. Of Sendmail it may
	 * be several: "a@b.example>,<c@d.example" */
	char *recipient;
	const char *relay_host, *relay_address; /* "" unknown */
	const char *dsn;                        /* "2.0.0"; "" */
	const char *reply; /* what the remote server said */
	enum maillog_result {
		MAILLOG_SENT,
		MAILLOG_DEFERRED,
		MAILLOG_BOUNCED
	} result;
	double delay_sec;
	int64_t at_msec; /* 0: the line has no time that can be read */
};
bool maillog_read_line(
    char *line, int64_t now_sec, struct maillog_status *status_r);

/* The name of the log's bookmark; of each host its own, where several may share the
 * store: where `host` is set, or the store is no file. */
#define MAILLOG_MARK_MAX 256
void maillog_mark_name(const struct conf *conf, char name_r[MAILLOG_MARK_MAX]);

/* Reads what is new, in batches of INGEST_BATCH lines, each with its bookmark in
 * one transaction. A Delivery or DeliveryDelay event for each recipient of a message
 * of ours. The first time it begins at the end of the file. */
enum sg_err maillog_follow(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *events_r, struct err *err_r);

#endif
