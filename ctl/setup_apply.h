/* setup postfix, written: what joins the configuration that a server has already. */
#ifndef SENDWARD_CTL_SETUP_APPLY_H
#define SENDWARD_CTL_SETUP_APPLY_H

#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "ctl/command.h"

struct conf;
struct mta;
struct postconf;

/* The two files, and the map of domains. */
struct setup_texts {
	struct buf main_cf, master_cf, domains;
};

/* Changes main_cf and master_cf so that they hold the rows [{file, line, why}] of
 * `setup postfix`, and makes domains of them. Lists keep what they have, listeners of
 * the server's own keep their options and are put behind the gate. mta is what is in
 * force. A second time nothing changes. False: no memory. Pure. */
bool setup_merge(const struct conf *conf, const struct mta *mta,
    const json_t *rows, struct setup_texts *texts);

/* Shows the difference; writes says whether it is also written, with a copy of what
 * was there and a reload. Returns the exit status. */
int setup_apply(struct ctl *ctl, const struct postconf *postconf,
    const json_t *rows, bool writes);
/* As it was before sendward wrote to it first. */
int setup_undo(struct ctl *ctl, const struct postconf *postconf);

#endif
