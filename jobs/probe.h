/* Does any name server answer? Asks witnesses: names that were answered lately,
 * the operator's own, and some of those that are due. Judges nothing: that is
 * breaker.h.
 *
 * Thread rule: the resolver's thread. */
#ifndef SENDWARD_JOBS_PROBE_H
#define SENDWARD_JOBS_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include "dns/resolver.h"
#include "jobs/looks.h"

struct conf;

#define PROBE_WITNESSES 4

struct probe_name {
	char name[DNS_NAME_MAX + 1]; /* "" none */
	enum dns_type type;
};
struct probe {
	struct probe_name witnesses[PROBE_WITNESSES]; /* answered lately */
	size_t next;
	size_t waiting; /* answers to come */
	bool is_answered;
};

/* Nothing is under way, the witnesses stay. */
void probe_reset(struct probe *probe);

/* This name was answered. */
void probe_note(struct probe *probe, const char *name, enum dns_type type);

/* Asks the witnesses and the operator's names. */
void probe_begin(struct probe *probe, const struct conf *conf,
    looks_ask_fn *ask, void *asker);
/* And one more name. */
void probe_ask(struct probe *probe, const char *name, enum dns_type type,
    looks_ask_fn *ask, void *asker);

/* Did a name server say anything about it? */
bool probe_is_answer(const struct dns_answer *answer);

#endif
