/* Pauses between attempts: see phases.h. */
#include "config.h"

#include "jobs/phases.h"

#include <math.h>

/* clang-format off */
const struct phases phases_http = {"http", {
	{"immediate",    0,   0,   0},
	{"pre-backoff",  3,  20,  20},
	{"backoff",      6,  20, 600},
	{"post-backoff", 3, 600, 600},
}};

const struct phases phases_mail = {"mail", {
	{"immediate",    0,   0,   0},
	{"pre-backoff",  2,  10,  10},
	{"backoff",     10,  10, 600},
	{"post-backoff", 37, 600, 600},
}};
/* clang-format on */

static int64_t
pause_within(const struct phase *phase, int64_t index)
{
	double factor;

	if (phase->retries < 2 || phase->first_sec == phase->last_sec)
		return phase->first_sec;
	factor = pow((double)phase->last_sec / phase->first_sec,
	    (double)index / (phase->retries - 1));
	return (int64_t)lround(phase->first_sec * factor);
}

int64_t
phases_pause_sec(const struct phases *phases, int64_t attempts)
{
	int64_t index = attempts > 0 ? attempts - 1 : 0;

	for (int i = 0; i < PHASES_MAX; i++) {
		const struct phase *phase = &phases->phases[i];

		if (index < phase->retries)
			return pause_within(phase, index);
		index -= phase->retries;
	}
	return -1;
}

int64_t
phases_total_sec(const struct phases *phases)
{
	int64_t total = 0, pause, attempts = 1;

	while ((pause = phases_pause_sec(phases, attempts++)) >= 0)
		total += pause;
	return total;
}
