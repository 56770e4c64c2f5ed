/* Postfix's configuration as postconf(1) prints it, for looking things up. Text in,
 * plain values out: runs nothing and reads no file. */
#ifndef SENDWARD_CTL_MTA_H
#define SENDWARD_CTL_MTA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

#define MTA_WORD_MAX 1024

/* A line of master.cf. */
struct mta_service {
	const char *name, *type; /* "submission", "inet" */
	bool is_private, is_chrooted;
	const char *command; /* "smtpd" */
};

struct mta_pair {
	size_t service; /* of an override; else 0 */
	const char *name, *value;
};

struct mta {
	char *texts[3];
	struct mta_pair *params, *overrides;
	size_t param_count, override_count;
	struct mta_service *services;
	size_t service_count;
};

/* params: `postconf -x`, defaults included and conditions decided; services: `postconf -M`; overrides:
 * `postconf -P`. Unreadable lines are left out. False: no memory; mta_fini is due
 * either way. */
bool mta_init(struct mta *mta, const char *params, const char *services,
    const char *overrides);
void mta_fini(struct mta *mta);

/* The unexpanded value that the service has (NULL: main.cf's); "" there is none. */
const char *mta_raw(
    const struct mta *mta, const struct mta_service *service, const char *name);
/* Does master.cf set it for this service? */
bool mta_is_overridden(
    const struct mta *mta, const struct mta_service *service, const char *name);
/* The same with $names replaced, in out, which is emptied before; out's text. What is
 * more than the names of parameters stays as it is. */
const char *mta_value(const struct mta *mta, const struct mta_service *service,
    const char *name, struct buf *out);
/* The same for any text. */
const char *mta_expand(
    const struct mta *mta, const char *text, struct buf *out);
/* "yes", in any case. */
bool mta_is_yes(
    const struct mta *mta, const struct mta_service *service, const char *name);
/* NULL: there is none. */
const struct mta_service *mta_service(
    const struct mta *mta, const char *name, const char *type);

/* The next of words with commas and blanks between them, what is in braces being one
 * word, without its end when it is too long. *list moves on. False: no more. */
bool mta_next(const char **list, char word_r[MTA_WORD_MAX]);
/* The list without one word, in out, which is emptied before; out's text. */
const char *mta_without(const char *list, const char *word, struct buf *out);
/* Of "{ head, name=value, { name = value } }" or a plain word: name NULL the head.
 * False: it has no such option. */
bool mta_item(const char *word, const char *name, char value_r[MTA_WORD_MAX]);
/* "30s", "5m", "2" (seconds) in seconds; -1 it is no time. */
long long mta_seconds(const char *text);
bool mta_has_word(const char *list, const char *word);

/* Do two sockets lead to the same place? ours: "unix:/PATH" or "inet:PORT@ADDRESS", as
 * sendward's options are. theirs: as Postfix has it, seen by the service. With
 * is_by_name only the words are compared, so that a chrooted service is told from one
 * that goes elsewhere. */
bool mta_is_socket(const struct mta *mta, const struct mta_service *service,
    const char *ours, const char *theirs, bool is_by_name);

#endif
