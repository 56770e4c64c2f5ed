/* Is a rate of bounces or complaints proved by what was seen? Pure.
 *
 * A rate counts as reached when the lower end of the exact one-sided confidence
 * interval for it (Clopper and Pearson, Biometrika 26, 1934) is above the
 * threshold: P(X >= events | volume, threshold) < 1 - confidence, X binomial. From
 * the minimum volume on the confidence is REPUTATION_CONFIDENCE; below it
 * REPUTATION_CONFIDENCE_SMALL, and REPUTATION_EVENTS_SMALL bounces or complaints are
 * needed at least, so that a few recipients pause nobody by chance (two complaints
 * of nine messages would prove 0.5 %), but a login that writes to nothing but dead
 * addresses is stopped early. */
#ifndef SENDWARD_RULES_REPUTATION_H
#define SENDWARD_RULES_REPUTATION_H

#include <stdbool.h>
#include <stdint.h>
#include "rules/types.h"

#define REPUTATION_CONFIDENCE 0.80
#define REPUTATION_CONFIDENCE_SMALL 0.999
#define REPUTATION_EVENTS_SMALL 10

struct reputation_limits {
	int64_t volume;  /* representative volume */
	int64_t minimum; /* of recipients, for REPUTATION_CONFIDENCE */
	/* fractions */
	double bounce_review, bounce_pause;
	double complaint_review, complaint_pause;
};

/* What was seen in the window. */
struct reputation_counts {
	int64_t eligible, bounces, complaints;
	int64_t since_sec; /* the oldest bucket that is in it; 0 none */
};

/* Adds a bucket, the newest first. False: the representative volume was reached
 * before, it was not added, older ones need not be asked for. */
bool reputation_add(struct reputation_counts *counts,
    const struct reputation_limits *limits, int64_t bucket_sec,
    int64_t eligible, int64_t bounces, int64_t complaints);

/* P(X >= events) for X binomial(volume, rate); 1 for events <= 0. Exact to 1e-9. */
double reputation_tail(int64_t events, int64_t volume, double rate);
/* Lower end of the interval at the confidence that the volume has; 0 for none. */
double reputation_lower_end(int64_t events, int64_t volume, int64_t minimum);

enum reputation_cause {
	REPUTATION_CAUSE_NONE,
	REPUTATION_CAUSE_BOUNCES,
	REPUTATION_CAUSE_COMPLAINTS
};
struct reputation_verdict {
	enum rules_standing
	    standing; /* what the figures say, whatever the policy */
	enum reputation_cause cause;
	double bounce_rate, complaint_rate; /* 0 without volume */
	double bounce_lower_end, complaint_lower_end;
};
void reputation_judge(const struct reputation_counts *counts,
    const struct reputation_limits *limits, struct reputation_verdict *v_r);

/* What follows for an account: none never pauses, standard at the pause
 * thresholds, strict at the review thresholds already. policy: an account's. */
enum rules_standing reputation_consequence(
    enum rules_standing standing, const char *policy);

/* The standing that is kept after it was `before` and the figures say `now`: a
 * review ends when the rates themselves are below its thresholds, not as soon as
 * they are no longer proved to be above, else it would begin and end with every
 * other message. */
enum rules_standing reputation_kept(enum rules_standing before,
    enum rules_standing now, const struct reputation_limits *limits,
    const struct reputation_verdict *v);

/* The bucket that what was sent at sent_sec is counted in: the multiple of
 * width_sec at or before it; but the bucket in which reputation begins to count
 * anew is two, the second one named by that moment, so that what was sent before
 * stays out and what was sent after is in. fresh_start_sec 0: never. */
int64_t reputation_bucket(
    int64_t sent_sec, int64_t width_sec, int64_t fresh_start_sec);

#endif
