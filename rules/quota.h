/* The rolling 24 hours: which buckets count. Does not hold any counter. */
#ifndef SENDWARD_RULES_QUOTA_H
#define SENDWARD_RULES_QUOTA_H

#include "rules/types.h"

#define QUOTA_WINDOW_SEC 86400
#define QUOTA_BUCKET_SEC 60

/* Start of the bucket that holds now_sec. */
int64_t quota_bucket(int64_t now_sec);

/* Buckets that start at or before this second have left the window whole: what
 * was sent in them is at least 24 h old. */
int64_t quota_expired_bucket(int64_t now_sec);

/* Would `more` recipients pass the limit (-1 unlimited)? */
bool quota_allows(int64_t used, int64_t more, int64_t limit);

#endif
