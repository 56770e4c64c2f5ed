/* Questions and answers: see look.h. Judges nothing. */
#include "config.h"

#include "ops/look.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "dns/resolver.h"
#include "ops/check.h"

struct slot {
	struct check *check;
	size_t index;
};

static void
take_answer(void *ctx, const struct dns_answer *answer)
{
	struct slot *slot = ctx;

	check_answer(slot->check, slot->index, answer);
}

/* Until all have come, or end_msec has. */
static void
wait_for_answers(struct dns_resolver *resolver, int64_t end_msec)
{
	while (dns_pending(resolver) > 0) {
		struct pollfd fd = {.fd = dns_fd(resolver), .events = POLLIN};
		int64_t rest = end_msec - clock_mono_msec();
		int wait = dns_next_msec(resolver);

		if (rest <= 0)
			return;
		if (wait < 0 || wait > rest)
			wait = (int)rest;
		if (poll(&fd, 1, wait) < 0 && errno != EINTR)
			return;
		dns_process(resolver);
	}
}

enum sg_err
look_ask(const struct conf *conf, struct check *check, int64_t most_msec,
    struct err *err_r)
{
	const struct check_question *list;
	size_t count = check_questions(check, &list);
	struct slot *slots = calloc(count + 1, sizeof(*slots));
	struct dns_resolver *resolver = NULL;
	enum sg_err rc;

	if (slots == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for look-ups");
	rc = dns_resolver_new(conf, &resolver, err_r);
	for (size_t i = 0; i < count && rc == SG_OK; i++) {
		slots[i] = (struct slot){check, i};
		rc = dns_ask(resolver, list[i].name, list[i].type, take_answer,
		    &slots[i], err_r);
	}
	/* A second more than its deadlines, which the resolver keeps itself. */
	if (most_msec == 0)
		most_msec = (conf->dns_timeout_sec + 1) * 1000;
	if (rc == SG_OK)
		wait_for_answers(resolver, clock_mono_msec() + most_msec);
	dns_resolver_free(&resolver);
	free(slots);
	return rc;
}
