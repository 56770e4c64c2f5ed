/* Values of options, and files that the caller names. */
#ifndef SENDWARD_CTL_INPUT_H
#define SENDWARD_CTL_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/buf.h"
#include "ctl/command.h"

/* Whole numbers and decimals, nothing else around them. */
bool input_int(const char *text, int64_t *value_r);
bool input_real(const char *text, double *value_r);
bool input_on_off(const char *text, bool *on_r);

/* "90", "90s", "15m", "24h", "30d": at least a second, at most 100 years. */
bool input_duration(const char *text, int64_t *sec_r);
/* A time: "2026-11-28", "2026-11-28T12:34:56Z" (UTC), or a duration before now. */
bool input_since(const char *text, int64_t now_sec, int64_t *sec_r);
/* The option --most; `most` when it is not given. Returns CTL_DONE or, having said
 * why, the exit status. */
#define INPUT_MOST_MAX 100000
int input_most(const struct ctl *ctl, int most, int *most_r);

/* Reads a whole file of at most `max` bytes ("-": stdin) into out, which the
 * caller wipes when it holds a secret. Returns CTL_DONE or, having said why, the
 * exit status. */
int input_file(
    const struct ctl *ctl, const char *path, size_t max, struct buf *out);

/* Reads at most `max` bytes; what follows is read and left out. Else as
 * input_file. */
int input_head(
    const struct ctl *ctl, const char *path, size_t max, struct buf *out);

/* Overwrites what the buffer holds and frees it. */
void input_wipe(struct buf *b);

/* Opens for reading ("-": stdin); NULL: it was said why. Closed by fclose. */
FILE *input_open(const struct ctl *ctl, const char *path);

#endif
