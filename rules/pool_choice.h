/* Which address of a pool a message leaves from, and how much an address may have
 * while it warms up. Pure: facts and time come as arguments. */
#ifndef SENDWARD_RULES_POOL_CHOICE_H
#define SENDWARD_RULES_POOL_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- labels ---- */

/* An address' name in return paths: 1 to 5 of a-z and 0-9. So many still fit into a
 * local part (64) behind the longest token. */
#define POOL_LABEL_MAX 5
/* Always the same for the same address (as text) and attempt; another attempt when
 * that one is taken. Five of a-z and 2-7. */
void pool_label(
    const char *address, unsigned attempt, char label_r[POOL_LABEL_MAX + 1]);

/* ---- choice ---- */

struct pool_choice {
	int weight;   /* 0: none of the mail */
	int64_t left; /* recipients that it may still have; < 0: any number */
};
#define POOL_CHOICE_NONE ((size_t)-1)
/* By weight, always the same for the same key (the queue id) and choices: a message
 * of so many recipients. One that has not enough left gives way to those that have no
 * limit; POOL_CHOICE_NONE: there are none. */
size_t pool_choice(const struct pool_choice *choices, size_t count,
    const char *key, int64_t recipients);

/* ---- warm-up: 45 days, to 50,000 recipients a day (as SES) ---- */

#define WARMUP_DAYS 45
#define WARMUP_FIRST_CAP 50
#define WARMUP_LAST_CAP 50000
/* How far it is now, in percent: what it was at since_sec, and, when it goes by
 * itself, a day's share for each day (UTC) that began since. 100: it is over. */
int pool_warmup_percentage(
    int percentage, int64_t since_sec, bool is_automatic, int64_t now_sec);
/* Which day of its warm-up that is: 1 to WARMUP_DAYS; 0: it is over. */
int pool_warmup_day(int percentage);
/* Recipients a day, so far on. -1: any number. */
int64_t pool_warmup_cap(int percentage);

#endif
