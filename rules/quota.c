/* The arithmetic of the rolling 24 hours. Does not hold any counter. */
#include "config.h"

#include "rules/quota.h"

int64_t
quota_bucket(int64_t now_sec)
{
	int64_t rest = now_sec % QUOTA_BUCKET_SEC;

	if (rest < 0)
		rest += QUOTA_BUCKET_SEC;
	if (now_sec < INT64_MIN + rest)
		return INT64_MIN;
	return now_sec - rest;
}

int64_t
quota_expired_bucket(int64_t now_sec)
{
	/* The bucket that holds the window's first second still counts: part
	 * of it is younger than 24 h. */
	if (now_sec < INT64_MIN + QUOTA_WINDOW_SEC + 2 * QUOTA_BUCKET_SEC)
		return INT64_MIN;
	return quota_bucket(now_sec - QUOTA_WINDOW_SEC) - QUOTA_BUCKET_SEC;
}

bool
quota_allows(int64_t used, int64_t more, int64_t limit)
{
	if (more < 0)
		return false;
	if (limit < 0)
		return true;
	return more <= limit && used <= limit - more;
}
