/* Rates that are proved by what was seen: see reputation.h. Counts nothing itself
 * and pauses nobody. */
#include "config.h"

#include "rules/reputation.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586476925286766559
#define HALF_LOG_TWO_PI 0.91893853320467274178032973640562

/* ---- the binomial distribution ---------------------------------------------- */

/* log(n!) less Stirling's formula for it. Taking the difference of two large
 * logarithms would lose the digits that are asked for (n = 1e9: all behind the
 * sixth); this series of it keeps them (Loader, "Fast and accurate computation of
 * binomial probabilities", 2000). */
static double
stirling_rest(double n)
{
	double square = n * n;
	int sign;

	if (n < 16)
		return lgamma_r(n + 1, &sign) -
		       ((n + 0.5) * log(n) - n + HALF_LOG_TWO_PI);
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 -
					    (1.0 / 1680 - 1.0 / 1188 / square) /
						square) /
					    square) /
			       square) /
	       n;
}

/* seen * log(seen / wanted) + wanted - seen, seen > 0. */
static double
deviance(double seen, double wanted)
{
	double x = (wanted - seen) / seen;

	return seen * (x - log1p(x));
}

/* P(X = k) for 0 < k < n. */
static double
point(double k, double n, double rate)
{
	double rest =
	    stirling_rest(n) - stirling_rest(k) - stirling_rest(n - k);

	return sqrt(n / (TWO_PI * k * (n - k))) *
	       exp(rest - deviance(k, n * rate) -
		   deviance(n - k, n * (1 - rate)));
}

/* The continued fraction of the incomplete beta function I_x(a, b), without what
 * stands before it (NIST Handbook 8.17.22), from the front by Lentz's method. It
 * takes some sqrt(a + b) terms at most when x < (a + 1) / (a + b + 2). */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 0, value = 1, factor = 0;

	for (int i = 1; i < INT_MAX && fabs(factor - 1) > 1e-15; i++) {
		double m = i / 2;
		double term = i % 2 == 0 ? m * (b - m) * x /
					       ((a + 2 * m - 1) * (a + 2 * m))
					 : -(a + m) * (a + b + m) * x /
					       ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 + term * d;
		c = 1 + term / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		factor = c * d;
		value *= factor;
		if (m > 200000) /* never seen: 40,000 do for 1e9 */
			break;
	}
	return 1 / value;
}

/* P(X >= events) is I_rate(events, volume - events + 1). */
double
reputation_tail(int64_t events, int64_t volume, double rate)
{
	double k = (double)events, n = (double)volume, before;

	if (events <= 0)
		return 1;
	if (events > volume || !(rate > 0))
		return 0;
	if (rate >= 1)
		return 1;
	if (events == volume)
		return exp(n * log(rate));
	before = point(k, n, rate);
	if (rate < (k + 1) / (n + 3))
		return before * (1 - rate) * beta_fraction(k, n - k + 1, rate);
	/* 1 - I_(1-rate)(n - k + 1, k): what stands before it is
	 * P(X = k) * k * (1 - rate) / (n - k + 1) */
	return 1 - before * k * (1 - rate) / (n - k + 1) *
		       beta_fraction(n - k + 1, k, 1 - rate);
}

/* ---- judging ------------------------------------------------------------------ */

/* The probability that must be less. What is equal to it but for rounding (3 of 3
 * at 10 %) is not less. */
static double
doubt(int64_t volume, int64_t minimum)
{
	double confidence = volume >= minimum ? REPUTATION_CONFIDENCE
					      : REPUTATION_CONFIDENCE_SMALL;

	return (1 - confidence) * (1 - 1e-12);
}

double
reputation_lower_end(int64_t events, int64_t volume, int64_t minimum)
{
	double low = 0, high = 1;

	if (volume <= 0 || events <= 0)
		return 0;
	if (events > volume)
		events = volume;
	for (int i = 0; i < 60 && high - low > 1e-12; i++) {
		double middle = (low + high) / 2;

		if (reputation_tail(events, volume, middle) <
		    doubt(volume, minimum))
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool
reputation_add(struct reputation_counts *counts,
    const struct reputation_limits *limits, int64_t bucket_sec,
    int64_t eligible, int64_t bounces, int64_t complaints)
{
	if (counts->eligible >= limits->volume)
		return false;
	/* What was taken back may be more than the bucket has. */
	if (__builtin_add_overflow(counts->eligible,
		eligible > 0 ? eligible : 0, &counts->eligible))
		counts->eligible = INT64_MAX;
	if (__builtin_add_overflow(
		counts->bounces, bounces > 0 ? bounces : 0, &counts->bounces))
		counts->bounces = INT64_MAX;
	if (__builtin_add_overflow(counts->complaints,
		complaints > 0 ? complaints : 0, &counts->complaints))
		counts->complaints = INT64_MAX;
	counts->since_sec = bucket_sec;
	return true;
}

/* One kind of events against its two thresholds. */
static enum rules_standing
judge(int64_t events, int64_t volume, int64_t minimum, double review,
    double pause)
{
	double most = doubt(volume, minimum);

	if (events > volume)
		events = volume;
	if (events <= 0 ||
	    (volume < minimum && events < REPUTATION_EVENTS_SMALL))
		return RULES_HEALTHY;
	if (reputation_tail(events, volume, pause) < most)
		return RULES_SHUT_DOWN;
	if (reputation_tail(events, volume, review) < most)
		return RULES_UNDER_REVIEW;
	return RULES_HEALTHY;
}

static double
rate_of(int64_t events, int64_t volume)
{
	if (volume <= 0)
		return 0;
	return events < volume ? (double)events / (double)volume : 1;
}

void
reputation_judge(const struct reputation_counts *counts,
    const struct reputation_limits *limits, struct reputation_verdict *v_r)
{
	int64_t volume = counts->eligible, minimum = limits->minimum;
	enum rules_standing complaints;

	memset(v_r, 0, sizeof *v_r);
	v_r->standing = judge(counts->bounces, volume, minimum,
	    limits->bounce_review, limits->bounce_pause);
	if (v_r->standing != RULES_HEALTHY)
		v_r->cause = REPUTATION_CAUSE_BOUNCES;
	complaints = judge(counts->complaints, volume, minimum,
	    limits->complaint_review, limits->complaint_pause);
	if (complaints > v_r->standing) {
		v_r->standing = complaints;
		v_r->cause = REPUTATION_CAUSE_COMPLAINTS;
	}
	v_r->bounce_rate = rate_of(counts->bounces, volume);
	v_r->complaint_rate = rate_of(counts->complaints, volume);
	v_r->bounce_lower_end =
	    reputation_lower_end(counts->bounces, volume, minimum);
	v_r->complaint_lower_end =
	    reputation_lower_end(counts->complaints, volume, minimum);
}

enum rules_standing
reputation_consequence(enum rules_standing standing, const char *policy)
{
	if (strcmp(policy, "none") == 0 && standing == RULES_SHUT_DOWN)
		return RULES_UNDER_REVIEW;
	if (strcmp(policy, "strict") == 0 && standing == RULES_UNDER_REVIEW)
		return RULES_SHUT_DOWN;
	return standing;
}

enum rules_standing
reputation_kept(enum rules_standing before, enum rules_standing now,
    const struct reputation_limits *limits, const struct reputation_verdict *v)
{
	bool is_above = v->bounce_rate >= limits->bounce_review ||
			v->complaint_rate >= limits->complaint_review;

	if (before != RULES_HEALTHY && now == RULES_HEALTHY && is_above)
		return RULES_UNDER_REVIEW;
	return now;
}

int64_t
reputation_bucket(int64_t sent_sec, int64_t width_sec, int64_t fresh_start_sec)
{
	int64_t rest = sent_sec % width_sec;
	int64_t bucket = sent_sec - (rest < 0 ? rest + width_sec : rest);

	return sent_sec >= fresh_start_sec && fresh_start_sec > bucket
		   ? fresh_start_sec
		   : bucket;
}
