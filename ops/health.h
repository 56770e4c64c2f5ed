/* Is everything well? Each part asked and judged, in words for people, with what to
 * do. Facts are gathered first (health_ask, health_read), and judged apart
 * (health_judge), so that a table can test the judgement. Changes nothing. */
#ifndef SENDWARD_OPS_HEALTH_H
#define SENDWARD_OPS_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/observed.h"

struct conf;
struct health_facts;
struct store;

enum health_status { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };
const char *health_status_name(enum health_status status); /* "OK", … */

struct health_fact {
	const char *name; /* static; for people */
	char value[256];
};

#define HEALTH_VALUES_MAX 12
struct health_part {
	const char *name;  /* static: "milter", "store", … */
	const char *title; /* static; for people */
	enum health_status status;
	char detail[512];
	char advice[320]; /* a line to type, or what to do; "" nothing */
	struct health_fact facts[HEALTH_VALUES_MAX];
	size_t fact_count;
};

#define HEALTH_PARTS_MAX 10
struct health {
	enum health_status status; /* the worst of the parts */
	const char *mode;          /* static: "enforce", "monitor" */
	struct health_part parts[HEALTH_PARTS_MAX];
	size_t part_count;
};

/* NULL: no memory. */
struct health_facts *health_facts_new(const struct conf *conf, int64_t now_sec);
void health_facts_free(struct health_facts **facts);

/* Asks those who answer by themselves: the programs' sockets, name servers, the mail
 * server; at the same time, none longer than HEALTH_ASK_MSEC, unless api.submission
 * names a host that the system's resolver is slow to find. conf is that of
 * health_facts_new. */
#define HEALTH_ASK_MSEC 2000
void health_ask(struct health_facts *facts, const struct conf *conf);

/* What the store knows. store NULL: it could not be opened, and err says why. Tries
 * for HEALTH_LOCK_MSEC whether it can be written. */
#define HEALTH_LOCK_MSEC 500
void health_read(struct health_facts *facts, const struct conf *conf,
    struct store *store, const struct err *err);

/* Pure. */
void health_judge(const struct health_facts *facts, struct health *health_r);

/* All of it. */
enum sg_err health_take(const struct conf *conf, struct store *store,
    int64_t now_sec, struct health *health_r, struct err *err_r);

/* ---- numbers for a monitor ---------------------------------------------------------- */
#define HEALTH_UNKNOWN (-1) /* a number that could not be found out */
#define HEALTH_PROGRAMS_MAX 256
struct health_watch {
	bool is_enforcing;
	/* of this host */
	int64_t journal_free_bytes, store_free_bytes;
	int64_t journal_bytes, log_bytes; /* not yet read */
	int64_t backup_sec; /* of a store that is a file; 0 never */
	/* each program of each host once */
	struct {
		char name[STORE_PROGRAM_MAX + 1], host[STORE_HOST_MAX + 1];
		int64_t started_sec, seen_sec;
	} programs[HEALTH_PROGRAMS_MAX];
	size_t program_count;
};
/* Asks nobody who could be slow. store NULL: it cannot be read, and what it knows is
 * HEALTH_UNKNOWN. */
void health_watch(
    const struct conf *conf, struct store *store, struct health_watch *watch_r);

#endif
