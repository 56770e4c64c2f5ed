/* Turns: see turns.h. */
#include "config.h"

#include "base/turns.h"

#include <pthread.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_free;
static int taken, waiting;

static void
init(void)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&is_free, &attr);
	(void)pthread_condattr_destroy(&attr);
}

static struct timespec
moment_in(int64_t msec)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(msec / 1000);
	at.tv_nsec += (long)(msec % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

bool
turns_take(int64_t wait_msec)
{
	struct timespec end = moment_in(wait_msec);
	bool is_mine;
	int rc = 0;

	(void)pthread_once(&once, init);
	(void)pthread_mutex_lock(&lock);
	if (taken >= TURNS_AT_ONCE && waiting < TURNS_WAITING) {
		waiting++;
		while (taken >= TURNS_AT_ONCE && rc == 0)
			rc = pthread_cond_timedwait(&is_free, &lock, &end);
		waiting--;
	}
	is_mine = taken < TURNS_AT_ONCE;
	taken += is_mine;
	(void)pthread_mutex_unlock(&lock);
	return is_mine;
}

void
turns_give(void)
{
	(void)pthread_mutex_lock(&lock);
	taken--;
	(void)pthread_cond_signal(&is_free);
	(void)pthread_mutex_unlock(&lock);
}
