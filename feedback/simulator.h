/* The mailbox simulator: addresses that deliver, bounce, answer or complain, so that
 * a customer sees what his programs make of it. Its answers come back as real mail;
 * composing them is sendward-jobd's. */
#ifndef SENDWARD_FEEDBACK_SIMULATOR_H
#define SENDWARD_FEEDBACK_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct buf;
struct conf;
struct feedback_env;

enum simulator_box {
	SIMULATOR_NONE, /* no address of the simulator */
	SIMULATOR_SUCCESS,
	SIMULATOR_BOUNCE,
	SIMULATOR_OOTO,
	SIMULATOR_COMPLAINT,
	SIMULATOR_SUPPRESSED,
	SIMULATOR_UNKNOWN, /* of its domain, but not one of these */
};
/* address: as in RCPT, without brackets; a label (bounce+x@) is ignored, and case. */
enum simulator_box simulator_look(const struct conf *conf, const char *address);

bool simulator_takes(enum simulator_box box);
/* Is it a return path of ours? ctx: the struct return_mac. A session_own_fn. */
bool simulator_is_own(void *ctx, const char *sender);

/* For the boxes that refuse: the reply to RCPT, 550, is appended to out, so that
 * the MTA itself writes the report. False: it is one that takes mail. */
bool simulator_refuse(
    enum simulator_box box, const char *address, struct buf *out);

/* Takes a message to any box: ooto and complaint put their letter to the sender,
 * when that is a return path of ours (else nobody is written to). Logs a line. An
 * error: the MTA is to bring it again. */
enum sg_err simulator_take(const struct feedback_env *env, const char *sender,
    const char *address, const void *data, size_t len, int64_t now_sec,
    struct err *err_r);

#endif
