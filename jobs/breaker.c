/* One domain, or all name servers: see breaker.h. Asks nobody. */
#include "config.h"

#include "jobs/breaker.h"

#include <string.h>

void
breaker_init(struct breaker *b)
{
	(void)memset(b, 0, sizeof(*b));
	b->answered_msec = INT64_MIN;
}

void
breaker_restart(struct breaker *b)
{
	b->is_probing = false;
}

enum breaker_verdict
breaker_answered(struct breaker *b, int64_t now_msec)
{
	bool was_down = b->state == BREAKER_DOWN;

	b->state = BREAKER_UP;
	b->streak = 0;
	b->is_probing = false;
	b->answered_msec = now_msec;
	return was_down ? BREAKER_IS_BACK : BREAKER_IS_ALIVE;
}

bool
breaker_unanswered(struct breaker *b, int64_t begun_msec, int64_t now_msec)
{
	if (b->state == BREAKER_UP && b->answered_msec >= begun_msec)
		return true;
	b->streak++;
	if (b->state == BREAKER_UP && b->streak >= BREAKER_DOUBT_LOOKS) {
		b->state = BREAKER_DOUBT;
		b->probe_msec = now_msec;
	}
	return false;
}

bool
breaker_may_look(const struct breaker *b)
{
	return b->state == BREAKER_UP;
}

bool
breaker_probe_begin(struct breaker *b, int64_t now_msec)
{
	if (b->state == BREAKER_UP || b->is_probing || now_msec < b->probe_msec)
		return false;
	b->is_probing = true;
	return true;
}

enum breaker_verdict
breaker_probe_failed(struct breaker *b, int64_t now_msec)
{
	bool is_new = b->state == BREAKER_DOUBT;

	if (!b->is_probing)
		return BREAKER_NOTHING; /* somebody answered meanwhile */
	b->is_probing = false;
	b->state = BREAKER_DOWN;
	b->probe_msec = now_msec + BREAKER_PROBE_MSEC;
	return is_new ? BREAKER_IS_DOWN : BREAKER_NOTHING;
}

int64_t
breaker_wait_msec(const struct breaker *b, int64_t now_msec)
{
	if (b->state == BREAKER_UP || b->is_probing)
		return -1;
	return b->probe_msec > now_msec ? b->probe_msec - now_msec : 0;
}
