/* What doctor looks at, and what it finds. The checks of Postfix's configuration are
 * functions of what postconf(1) said; the rest looks at the machine. None changes
 * anything. */
#ifndef SENDWARD_CTL_DOCTOR_H
#define SENDWARD_CTL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include "ctl/doctor_list.h"
#include "ctl/mta.h"

struct conf;

enum doctor_check {
#define X(id, name, severity, help) DOCTOR_##id,
	DOCTOR_CHECKS(X)
#undef X
	    DOCTOR_CHECK_COUNT
};

const char *doctor_name(enum doctor_check check);
const char *doctor_help(enum doctor_check check);
bool doctor_is_error(enum doctor_check check);

/* Where mail of the bounce domain goes, as Postfix's tables say. */
struct doctor_route {
	char transport[MTA_WORD_MAX]; /* "sendward-lmtp:unix:…"; "" none */
	bool is_relayed;              /* in relay_domains */
	char home[64];   /* "mydestination": it is this host's own; "" no */
	bool is_refused; /* relay_recipient_maps does not know it */
	char alias[MTA_WORD_MAX]; /* virtual_alias_maps makes it this; "" no */
};

/* fix: the line that mends it. Both are borrowed for the call. */
typedef void doctor_found_fn(
    void *ctx, enum doctor_check check, const char *fix, const char *text);

struct doctor {
	const struct conf *conf;
	const struct mta *mta;
	const char *dir;   /* of main.cf */
	bool is_other_dir; /* than Postfix's own: -c says so */
	struct doctor_route route;
	doctor_found_fn *found;
	void *ctx;
};

#define DOCTOR_FIX_MAX 2500
void doctor_find(struct doctor *doctor, enum doctor_check check,
    const char *fix, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "postconf -e 'SETTING'", into fix_r, which is what they return. */
const char *doctor_fix_main(const struct doctor *doctor, const char *setting,
    char fix_r[DOCTOR_FIX_MAX]);
/* The same for an option of a service: "name=value" without a blank; "name": no such
 * option any more. */
const char *doctor_fix_master(const struct doctor *doctor,
    const struct mta_service *service, const char *setting,
    char fix_r[DOCTOR_FIX_MAX]);
/* Where the value stands: in master.cf when the service has one of its own. */
const char *doctor_fix_where(const struct doctor *doctor,
    const struct mta_service *service, const char *name, const char *value,
    char fix_r[DOCTOR_FIX_MAX]);

/* "sendwardctl setup postfix --apply" */
const char *doctor_fix_setup(
    const struct doctor *doctor, char fix_r[DOCTOR_FIX_MAX]);
/* The list without one word, to be told by a fix; one that is too long is told to be
 * changed by hand. */
void doctor_list_without(
    const char *list, const char *left_out, char list_r[MTA_WORD_MAX]);
void doctor_find_chroot(struct doctor *doctor,
    const struct mta_service *service, const char *socket);

/* Listeners that accounts' mail comes by: those with SASL, the private one of
 * api.submission, and with `networks` all others that can be reached from outside. */
bool doctor_is_door(
    const struct doctor *doctor, const struct mta_service *service);
bool doctor_is_private_door(
    const struct doctor *doctor, const struct mta_service *service);
/* Does it listen on loopback alone? */
bool doctor_is_loopback(
    const struct doctor *doctor, const struct mta_service *service);
bool doctor_has_sasl(
    const struct doctor *doctor, const struct mta_service *service);

/* By conf, mta, dir and route alone. */
void doctor_gate(struct doctor *doctor);   /* the milter */
void doctor_policy(struct doctor *doctor); /* the policy service */
void doctor_doors(struct doctor *doctor);  /* TLS, logins, relaying */
void doctor_way(struct doctor *doctor);    /* return path and signature */

/* Is it an address of this machine? 16 bytes, IPv4 mapped. */
bool doctor_is_own(const unsigned char address[16]);

/* Files, sockets, folders, as Postfix's user meets them; what Postfix has not read
 * yet. */
void doctor_machine(struct doctor *doctor);

/* Asks Postfix's tables about the bounce domain. */
struct postconf;
void doctor_look_up(const struct postconf *postconf,
    const struct doctor *doctor, struct doctor_route *route_r);

/* Does transport_maps have the domain? */
bool doctor_is_routed(const struct postconf *postconf,
    const struct doctor *doctor, const char *domain);

/* What the store knows: identities, clocks, copies. */
struct store;
void doctor_store(
    struct doctor *doctor, struct store *store, long long now_sec);

#endif
