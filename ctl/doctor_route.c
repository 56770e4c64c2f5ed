/* doctor: what Postfix's tables say about the bounce domain, asked by postmap(1). See
 * doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "ctl/postconf.h"

/* An address as those of return paths are. */
#define SOMEBODY "b-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* One key in one list of tables and words; its value. A word that is no table is a key
 * itself. */
static bool
ask(const struct postconf *postconf, const struct doctor *doctor,
    const char *name, const char *key, char value_r[MTA_WORD_MAX])
{
	char word[MTA_WORD_MAX];
	struct buf list, value;
	const char *at;
	bool is_found = false;

	buf_init(&list, 65536);
	buf_init(&value, 65536);
	at = mta_value(doctor->mta, NULL, name, &list);
	while (!is_found && mta_next(&at, word)) {
		if (strchr(word, ':') == NULL) {
			is_found = strcasecmp(word, key) == 0;
			continue;
		}
		buf_clear(&value);
		is_found = postconf_look_up(postconf, word, key, &value) &&
			   value.len > 0;
	}
	(void)snprintf(value_r, MTA_WORD_MAX, "%.*s",
	    (int)strcspn(buf_str(&value), "\n"), buf_str(&value));
	buf_fini(&value);
	buf_fini(&list);
	return is_found;
}

/* Of the domain, or of what it is below: with or without a dot before it. */
static bool
ask_domain(const struct postconf *postconf, const struct doctor *doctor,
    const char *name, const char *domain, bool with_dot,
    char value_r[MTA_WORD_MAX])
{
	bool is_found = ask(postconf, doctor, name, domain, value_r);

	while (!is_found && (domain = strchr(domain, '.')) != NULL) {
		is_found = ask(postconf, doctor, name,
		    with_dot ? domain : domain + 1, value_r);
		domain++;
	}
	return is_found;
}

bool
doctor_is_routed(const struct postconf *postconf, const struct doctor *doctor,
    const char *domain)
{
	char value[MTA_WORD_MAX];

	return ask_domain(
	    postconf, doctor, "transport_maps", domain, true, value);
}

void
doctor_look_up(const struct postconf *postconf, const struct doctor *doctor,
    struct doctor_route *route_r)
{
	static const char *const homes[] = {"mydestination",
	    "virtual_mailbox_domains", "virtual_alias_domains"};
	const char *domain = doctor->conf->bounce_domain;
	char address[512], catch_all[512], value[MTA_WORD_MAX];

	*route_r = (struct doctor_route){.transport = ""};
	(void)snprintf(
	    address, sizeof(address), SOMEBODY "@%.255s", domain); /* fits */
	(void)snprintf(catch_all, sizeof(catch_all), "@%.255s", domain);
	if (!ask(postconf, doctor, "transport_maps", address,
		route_r->transport))
		(void)ask_domain(postconf, doctor, "transport_maps", domain,
		    true, route_r->transport);
	route_r->is_relayed =
	    ask_domain(postconf, doctor, "relay_domains", domain, false, value);
	for (size_t i = 0; i < 3 && route_r->home[0] == '\0'; i++)
		if (ask(postconf, doctor, homes[i], domain, value))
			(void)snprintf(route_r->home, sizeof(route_r->home),
			    "%s", homes[i]);
	route_r->is_refused =
	    mta_raw(doctor->mta, NULL, "relay_recipient_maps")[0] != '\0' &&
	    !ask(postconf, doctor, "relay_recipient_maps", address, value) &&
	    !ask(postconf, doctor, "relay_recipient_maps", catch_all, value);
	if (!ask(postconf, doctor, "virtual_alias_maps", address,
		route_r->alias))
		(void)ask(postconf, doctor, "virtual_alias_maps", catch_all,
		    route_r->alias);
}
