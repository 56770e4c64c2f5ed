/* Turns for work that costs so much memory that only a few may do it at once, of all
 * threads of the process. Does not know the work. */
#ifndef SENDWARD_BASE_TURNS_H
#define SENDWARD_BASE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#define TURNS_AT_ONCE 2
#define TURNS_WAITING 8 /* beyond these nobody waits */

/* Waits for a turn, up to wait_msec. False: there is none; nothing is to be given
 * back. Any thread. */
bool turns_take(int64_t wait_msec);
void turns_give(void);

#endif
