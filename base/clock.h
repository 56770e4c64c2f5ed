/* The only place that reads the clock. Times are UTC. */
#ifndef SENDWARD_BASE_CLOCK_H
#define SENDWARD_BASE_CLOCK_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

/* Wall clock, since 1970-01-01T00:00:00Z. */
int64_t clock_now_sec(void);
int64_t clock_now_usec(void);
/* The same, but tests cannot move it: for what is compared with the clock of
 * another machine. */
int64_t clock_peer_sec(void);

/* What another machine's clock says, moved as tests move this one's. */
int64_t clock_moved_usec(int64_t other_usec);

/* A clock that never goes back; for time-outs only. */
int64_t clock_mono_msec(void);
/* The same, and it goes on while the machine sleeps: for what must have ended. */
int64_t clock_boot_usec(void);

#define CLOCK_ISO_MAX 32
/* "2026-11-24T15:04:05Z" into text; returns text. */
const char *clock_iso(int64_t sec, char text[CLOCK_ISO_MAX]);

/* Of this start of the machine, as the kernel names it: 36 characters. False, and "":
 * it cannot be known. */
#define CLOCK_BOOT_ID_SIZE 37
bool clock_boot_id(char id_r[CLOCK_BOOT_ID_SIZE]);

#endif
