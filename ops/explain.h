/* The whole chain of decisions for a message that nobody sends: the same rules,
 * in the order in which the mail server asks. Changes nothing, counts nothing. */
#ifndef SENDWARD_OPS_EXPLAIN_H
#define SENDWARD_OPS_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"

struct conf;
struct store;

struct explain_request {
	const char *login;            /* "" none */
	const unsigned char *address; /* client, 16 bytes; NULL unknown */
	const char *sender;           /* MAIL FROM; "" the null sender */
	const char *header_from;      /* value of From; "" like sender */
	const char *const *recipients;
	size_t recipient_count;
	const char *set;    /* configuration set; NULL or "": none is named */
	const char *tenant; /* the same */
	int64_t now_usec;
};

enum explain_check {
	EXPLAIN_ACCOUNT,   /* whose mail it is */
	EXPLAIN_SENDER,    /* MAIL: pause, envelope sender */
	EXPLAIN_RECIPIENT, /* RCPT: number, sandbox, suppression list; one each */
	EXPLAIN_LIMITS,    /* policy service: pause, rate, quota */
	EXPLAIN_HEADERS,   /* From and the envelope sender once more, the set */
	EXPLAIN_SIGNATURE,
};
/* "account", "sender", … for JSON and tables. */
const char *explain_check_name(enum explain_check check);

/* One step. verdict.action RULES_ACCEPT: ok, RULES_DROP: the recipient is taken
 * and left out, else what the client would hear. */
struct explain_step {
	enum explain_check check;
	const char *subject; /* address or account the step is about */
	const char *note;    /* why it is ok, for people; may be "" */
	struct rules_verdict verdict;
};
typedef void explain_step_fn(void *ctx, const struct explain_step *step);

#define EXPLAIN_MAX_SIGNATURES 3

struct explain_result {
	bool accepted; /* no step refused, or mode = monitor */
	bool observed; /* a step refused, and mode = monitor let it pass */
	bool has_account;
	struct rules_account account;
	int64_t used;      /* in the 24 hours before */
	int64_t wait_usec; /* the answer would be held back for */
	char identity[RULES_ADDRESS_MAX + 1]; /* covers From; "" none */
	char owner[RULES_NAME_MAX + 1];       /* who granted it; "" its own */
	char mail_from[RULES_DOMAIN_MAX + 1]; /* of the return path; "" the
						 bounce domain */
	/* that it would leave with: the one named, or the default of From's
	 * identity; "" none */
	char set[sizeof(((struct rules_set *)NULL)->name)];
	bool signing_off;
	bool dkim_waits; /* unsigned while DNS does not have the keys */
	struct {
		char domain[RULES_ADDRESS_MAX + 1];
		char selector[64];
		char algorithm[8]; /* "" the operator's, not readable */
	} signatures[EXPLAIN_MAX_SIGNATURES];
	size_t signature_count;
};

/* Steps come through fn as they are decided, also those after a refusal: the
 * client would hear the first of them alone. store: open for writing (the limits
 * are asked in a transaction that is rolled back). Errors are of the store alone;
 * SG_INVALID: sender is no SMTP path. */
enum sg_err explain_message(const struct conf *conf, struct store *store,
    const struct explain_request *request, explain_step_fn *fn, void *ctx,
    struct explain_result *result_r, struct err *err_r);

#endif
