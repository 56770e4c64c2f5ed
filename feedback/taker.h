/* One thread's hands: its store handle, and a report or a message of the simulator
 * taken with it. Knows nothing of sockets. */
#ifndef SENDWARD_FEEDBACK_TAKER_H
#define SENDWARD_FEEDBACK_TAKER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct report;
struct return_mac;
struct settings;
struct store;

/* All zero but mac is a new one; it belongs to one thread. */
struct taker {
	struct return_mac *mac; /* borrowed */
	struct store *store;    /* opened when it is needed */
};
void taker_fini(struct taker *taker);

struct taker_message {
	const char *sender; /* envelope sender; "" null or not known */
	const char *data;
	size_t len;
	struct report *report; /* NULL; read when it is needed, once for all */
};
void taker_message_fini(struct taker_message *message);
/* For one recipient ("" not known). False: it could not be taken, the MTA is to
 * bring it again; why is logged and in err_r. */
bool taker_take(struct taker *taker, const struct settings *settings,
    struct taker_message *message, const char *recipient, struct err *err_r);

#endif
