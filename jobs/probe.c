/* Does any name server answer? See probe.h. */
#include "config.h"

#include "jobs/probe.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

void
probe_reset(struct probe *probe)
{
	probe->waiting = 0;
	probe->is_answered = false;
}

void
probe_note(struct probe *probe, const char *name, enum dns_type type)
{
	struct probe_name *place = &probe->witnesses[probe->next];

	for (size_t i = 0; i < PROBE_WITNESSES; i++) {
		if (strcmp(probe->witnesses[i].name, name) == 0)
			return;
	}
	(void)snprintf(place->name, sizeof(place->name), "%s", name);
	place->type = type;
	probe->next = (probe->next + 1) % PROBE_WITNESSES;
}

bool
probe_is_answer(const struct dns_answer *answer)
{
	return answer->outcome != DNS_FAILED &&
	       answer->outcome != DNS_TIMED_OUT;
}

static void
on_answer(void *ctx, const struct dns_answer *answer)
{
	struct probe *probe = ctx;

	probe->waiting--;
	if (probe_is_answer(answer))
		probe->is_answered = true;
}

void
probe_ask(struct probe *probe, const char *name, enum dns_type type,
    looks_ask_fn *ask, void *asker)
{
	struct err err;

	/* One that cannot be asked is one witness less. */
	if (ask(asker, name, type, on_answer, probe, &err) == SG_OK)
		probe->waiting++;
}

void
probe_begin(struct probe *probe, const struct conf *conf, looks_ask_fn *ask,
    void *asker)
{
	probe_reset(probe);
	for (size_t i = 0; i < PROBE_WITNESSES; i++) {
		const struct probe_name *witness = &probe->witnesses[i];

		if (witness->name[0] != '\0')
			probe_ask(
			    probe, witness->name, witness->type, ask, asker);
	}
	/* A customer cannot make these fail. */
	probe_ask(probe, ".", DNS_NS, ask, asker);
	probe_ask(probe, conf->bounce_domain, DNS_MX, ask, asker);
	if (conf->dkim_zone[0] != '\0')
		probe_ask(probe, conf->dkim_zone, DNS_SOA, ask, asker);
}
