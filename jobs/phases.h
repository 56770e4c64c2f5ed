/* How long a notification waits before it is tried again: phases as Amazon SNS has
 * them (immediate, pre-backoff, backoff, post-backoff), as data. Pure. */
#ifndef SENDWARD_JOBS_PHASES_H
#define SENDWARD_JOBS_PHASES_H

#include <stdint.h>

/* `retries` of them, the pause before each growing from first_sec to last_sec by
 * the same factor. */
struct phase {
	const char *name;
	int retries;
	int first_sec, last_sec;
};
#define PHASES_MAX 4
struct phases {
	const char *name;
	struct phase phases[PHASES_MAX];
};

/* http, https, command. SNS gives up after three retries, 20 seconds apart; who
 * restarts his server would lose events, so after these three it goes on for 51
 * minutes in all, within the 3600 seconds that SNS allows at most. */
extern const struct phases phases_http;
/* As SNS for mail: 50 attempts in 6 hours. Also for commands that ask for patience. */
extern const struct phases phases_mail;

/* Seconds before the next attempt when `attempts` (1…) were made; -1: that was the
 * last. */
int64_t phases_pause_sec(const struct phases *phases, int64_t attempts);
/* From the first attempt to the last, if each is answered at once. */
int64_t phases_total_sec(const struct phases *phases);

#endif
