/* May this message leave? See admit.h. Does not log, does not write, does not
 * read the clock. */
#include "config.h"

#include "ops/admit.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "ops/snapshot.h"
#include "rules/mailbox.h"
#include "rules/pattern.h"
#include "rules/verdict.h"

/* Sender of the envelope, From, further From, Sender, Return-Path. */
#define ADMIT_MAX_NAMES (HEADERS_MORE_FROM_MAX + 4)
#define ADMIT_AUTHOR_MAX 255
#define ADMIT_NOTE_MAX (2 * RULES_NAME_MAX + 64)

struct identity_ctx {
	const struct snapshot *snapshot;
	int64_t account_id;
	bool is_unknown; /* one could not be looked up */
};

static bool
find_identity(void *ctx, const char *name, struct rules_identity *identity_r)
{
	struct identity_ctx *who = ctx;
	enum snapshot_answer answer =
	    snapshot_identity(who->snapshot, who->account_id, name, identity_r);

	if (answer == SNAPSHOT_UNKNOWN)
		who->is_unknown = true;
	return answer == SNAPSHOT_YES;
}

/* *unknown is set when it is not known whether, or by which identity. */
static bool
covers_by_itself(const struct admit *admit, int64_t account_id,
    const char *address, struct identity_cover *cover_r, bool *unknown)
{
	struct identity_ctx who = {admit->snapshot, account_id, false};
	bool does = identity_resolve(address, find_identity, &who, cover_r);

	*unknown = *unknown || who.is_unknown;
	return does && !who.is_unknown;
}

/* A search among what other accounts granted. */
struct grant_search {
	const struct admit *admit;
	const struct rules_account *account;
	const char *address;
	struct rules_identity found; /* by the last look-up */
	bool is_found;
	struct rules_account owner; /* of the most specific one */
	bool has_owner;
	char *note; /* ADMIT_NOTE_MAX: why a grant does not help */
	bool is_unknown;
};

static bool
is_grant_good(const struct grant_search *s, const struct rules_account *owner)
{
	const char *why = NULL, *who = owner->name;

	if (owner->paused)
		why = "is paused";
	else if (!owner->production)
		why = "is in the sandbox";
	else if (!s->account->production)
		why = "is in the sandbox", who = s->account->name;
	if (why != NULL && s->note[0] == '\0')
		(void)snprintf(s->note, ADMIT_NOTE_MAX, /* fits */
		    "granted by account %s, but account %s %s", owner->name,
		    who, why);
	return why == NULL;
}

static bool
try_grant(void *ctx, const struct rules_account *owner,
    const struct rules_identity *identity, const char *from_pattern)
{
	struct grant_search *s = ctx;

	if (!identity_may_send(identity) ||
	    !pattern_match(from_pattern, s->address) ||
	    !is_grant_good(s, owner))
		return true;
	s->found = *identity;
	s->is_found = true;
	if (!s->has_owner)
		s->owner = *owner;
	s->has_owner = true;
	return false;
}

static bool
find_granted(void *ctx, const char *name, struct rules_identity *identity_r)
{
	struct grant_search *s = ctx;

	s->is_found = false;
	if (!snapshot_granted(
		s->admit->snapshot, s->account->id, name, try_grant, s))
		s->is_unknown = true;
	if (s->is_found)
		*identity_r = s->found;
	return s->is_found;
}

static bool
covers_by_grant(const struct admit *admit, const struct rules_account *account,
    const char *address, struct admit_cover *cover_r, char *note, bool *unknown)
{
	struct grant_search s = {.admit = admit,
	    .account = account,
	    .address = address,
	    .note = note};
	bool does =
	    identity_resolve(address, find_granted, &s, &cover_r->identity);

	*unknown = *unknown || s.is_unknown;
	if (!does || s.is_unknown)
		return false;
	(void)snprintf(cover_r->owner, sizeof(cover_r->owner), "%s",
	    s.owner.name); /* fits */
	/* Settings and keys as for the owner's own mail. */
	return covers_by_itself(
	    admit, s.owner.id, address, &cover_r->identity, unknown);
}

/* note: ADMIT_NOTE_MAX bytes; filled when it is "" and something is to be said
 * about a refusal. */
static bool
covers(const struct admit *admit, const struct rules_account *account,
    const char *address, struct admit_cover *cover_r, char *note, bool *unknown)
{
	cover_r->owner[0] = '\0';
	return covers_by_itself(
		   admit, account->id, address, &cover_r->identity, unknown) ||
	       (!*unknown && covers_by_grant(admit, account, address, cover_r,
				 note, unknown));
}

bool
admit_covers(const struct admit *admit, const struct rules_account *account,
    const char *address, struct admit_cover *cover_r)
{
	char note[ADMIT_NOTE_MAX] = "";
	bool unknown = false;

	return covers(admit, account, address, cover_r, note, &unknown);
}

/* Names that failed, in the order in which they were looked at. */
struct failing {
	const char *names[ADMIT_MAX_NAMES];
	size_t count;
	char note[ADMIT_NOTE_MAX]; /* of the first that has one */
	bool is_unknown;           /* whether one of them should be here */
};

static void
must_be_covered(const struct admit *admit, const struct rules_account *account,
    const char *address, struct admit_cover *cover_r, struct failing *failing)
{
	if (address[0] != '\0' && !covers(admit, account, address, cover_r,
				      failing->note, &failing->is_unknown))
		failing->names[failing->count++] = address;
}

static void
refuse_failing(const struct admit *admit, const struct failing *failing,
    struct rules_verdict *v)
{
	if (failing->is_unknown) {
		verdict_unavailable(v);
		return;
	}
	verdict_not_verified(v, admit->conf->region, failing->names,
	    failing->count, RULES_REASON_NOT_VERIFIED);
	if (failing->note[0] != '\0')
		verdict_add_note(v, failing->note);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The MTA hands AUTH= on as it came: in angle brackets from some clients, its
 * xtext (RFC 3461 §4) not decoded. False: too long or not printable ASCII. */
static bool
decode_author(const char *raw, char author_r[ADMIT_AUTHOR_MAX + 1])
{
	size_t len = strlen(raw), n = 0;

	if (len >= 2 && raw[0] == '<' && raw[len - 1] == '>') {
		raw++;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)raw[i];

		if (c == '+' && len - i > 2 && hex_digit(raw[i + 1]) >= 0 &&
		    hex_digit(raw[i + 2]) >= 0) {
			c = hex_digit(raw[i + 1]) * 16 + hex_digit(raw[i + 2]);
			i += 2;
		}
		if (c <= ' ' || c > '~' || n >= ADMIT_AUTHOR_MAX)
			return false;
		author_r[n++] = (char)c;
	}
	author_r[n] = '\0';
	return true;
}

/* Account names hold no '@': what stands behind one is the submitter's host. */
static enum admit_owner
owner_of_author(const struct admit *admit, const char *raw,
    struct rules_account *account_r, struct rules_verdict *v)
{
	char author[ADMIT_AUTHOR_MAX + 1] = "";
	char name[ADMIT_AUTHOR_MAX + 1];
	size_t len;

	if (!decode_author(raw, author)) {
		verdict_no_account(v, raw);
		return ADMIT_REFUSED;
	}
	len = strcspn(author, "@");
	memcpy(name, author, len);
	name[len] = '\0';
	if (snapshot_account_by_name(admit->snapshot, name, account_r))
		return ADMIT_ACCOUNT;
	verdict_no_account(v, author);
	return ADMIT_REFUSED;
}

static bool
is_set_and_equal(const char *option, const char *value)
{
	return option[0] != '\0' && strcmp(option, value) == 0;
}

static enum admit_owner
owner_of_address(const struct admit *admit, const unsigned char *address,
    struct rules_account *account_r, struct rules_verdict *v)
{
	const char *name = NULL;

	if (address != NULL)
		name = conf_account_of_address(admit->conf, address);
	if (name == NULL)
		return ADMIT_NOBODY;
	if (snapshot_account_by_name(admit->snapshot, name, account_r))
		return ADMIT_ACCOUNT;
	/* `networks` names an account that is gone: its mail must not pass
	 * unchecked. */
	verdict_no_account(v, name);
	return ADMIT_REFUSED;
}

static bool
is_door(const struct admit *admit, const struct admit_client *client)
{
	return is_set_and_equal(
	    admit->conf->trusted_daemon_name, client->daemon_name);
}

bool
admit_is_private(const struct admit *admit, const struct admit_client *client)
{
	return (is_door(admit, client) ||
		   is_set_and_equal(
		       admit->conf->trusted_login, client->login)) &&
	       client->auth_author[0] != '\0' &&
	       strcmp(client->auth_author, "<>") != 0;
}

enum admit_owner
admit_owner_of(const struct admit *admit, const struct admit_client *client,
    struct rules_account *account_r, struct rules_verdict *v)
{
	verdict_accept(v);
	if (admit_is_private(admit, client))
		return owner_of_author(
		    admit, client->auth_author, account_r, v);
	if (client->login[0] != '\0') {
		if (snapshot_account_of_login(
			admit->snapshot, client->login, account_r, NULL))
			return ADMIT_ACCOUNT;
		verdict_no_account(v, client->login);
		return ADMIT_REFUSED;
	}
	if (is_door(admit, client)) {
		/* The private door is only for mail of accounts. */
		verdict_no_account(v, "(no AUTH= given)");
		return ADMIT_REFUSED;
	}
	return owner_of_address(admit, client->address, account_r, v);
}

bool
admit_sender(const struct admit *admit, const struct rules_account *account,
    const char *sender, int64_t declared_size, struct rules_verdict *v)
{
	struct failing failing = {.count = 0};
	struct admit_cover cover;

	verdict_accept(v);
	if (account->paused) {
		verdict_paused(v, account->pause_reason);
	} else if (declared_size > admit->conf->max_message_bytes) {
		verdict_too_large(v);
	} else {
		must_be_covered(admit, account, sender, &cover, &failing);
		if (failing.count > 0)
			refuse_failing(admit, &failing, v);
	}
	return v->action == RULES_ACCEPT;
}

#define AWS_SIMULATOR "simulator.amazonses.com"

/* The domains of the mailbox simulator: both are open to the sandbox. */
static bool
is_allowed(const struct admit *admit, const struct rules_account *account,
    const char *address, bool is_verified)
{
	const struct conf *conf = admit->conf;

	return sandbox_allows(
		   account, address, is_verified, conf->simulator_domain) ||
	       (conf->simulator_aws == CONF_SIMULATOR_AWS_YES &&
		   sandbox_allows(
		       account, address, is_verified, AWS_SIMULATOR));
}

static bool
is_simulator(const struct admit *admit, const char *address)
{
	const char *domain = strrchr(address, '@');

	return domain != NULL &&
	       (strcasecmp(domain + 1, admit->conf->simulator_domain) == 0 ||
		   (admit->conf->simulator_aws == CONF_SIMULATOR_AWS_YES &&
		       strcasecmp(domain + 1, AWS_SIMULATOR) == 0));
}

/* box: NULL when only the MTA knows its domain. The text as given stays, when it
 * names the same without a doubt: reports will have it so. */
static bool
take_recipient(const struct admit *admit, const struct rules_account *account,
    const char *recipient, const struct mailbox *box,
    struct admit_recipient *recipient_r)
{
	const char *address = box != NULL ? box->address : recipient;
	const char *kept =
	    strcasecmp(address, recipient) == 0 ? recipient : address;
	struct admit_listing *listing = &recipient_r->listing;
	struct identity_cover cover;
	enum snapshot_answer answer;
	bool unknown = false;

	/* fits: one that was read is no longer */
	(void)snprintf(recipient_r->address, sizeof(recipient_r->address),
	    "%.*s", RULES_ADDRESS_MAX, kept);
	listing->flag = RECIPIENT_ELIGIBLE;
	listing->is_listed = false;
	if (box != NULL && is_simulator(admit, address)) {
		listing->flag = RECIPIENT_SIMULATOR;
		return true;
	}
	if (box != NULL &&
	    covers_by_itself(admit, account->id, address, &cover, &unknown))
		listing->flag = RECIPIENT_OWN;
	answer = snapshot_suppression(
	    admit->snapshot, account->id, address, &listing->entry);
	listing->is_listed = answer == SNAPSHOT_YES;
	return !unknown && answer != SNAPSHOT_UNKNOWN;
}

static bool
is_in_force(int reasons, enum rules_suppression_reason reason)
{
	switch (reason) {
	case RULES_SUPPRESSED_BOUNCE:
		return (reasons & RULES_REASONS_BOUNCE) != 0;
	case RULES_SUPPRESSED_COMPLAINT:
		return (reasons & RULES_REASONS_COMPLAINT) != 0;
	case RULES_SUPPRESSED_MANUAL:
		break;
	}
	return true;
}

bool
admit_is_held(const struct admit_listing *listing,
    const struct rules_account *account, const struct rules_set *set)
{
	bool has_rule = set->id != 0 && set->suppressed_reasons >= 0;

	return listing->is_listed &&
	       is_in_force(has_rule ? set->suppressed_reasons
				    : account->suppressed_reasons,
		   listing->entry.reason);
}

/* Suppression by the account's rule: at RCPT nobody knows the configuration set. */
static void
check_recipient(const struct admit *admit, const struct rules_account *account,
    const char *given, const struct admit_recipient *recipient,
    struct rules_verdict *v)
{
	const struct admit_listing *listing = &recipient->listing;
	const struct rules_set none = {.id = 0};

	if (!is_allowed(admit, account, recipient->address,
		listing->flag == RECIPIENT_OWN))
		verdict_not_verified(
		    v, admit->conf->region, &given, 1, RULES_REASON_SANDBOX);
	else if (admit->conf->suppressed == CONF_SUPPRESSED_REJECT &&
		 admit_is_held(listing, account, &none))
		verdict_suppressed(v, given, &listing->entry, false);
}

bool
admit_recipient(const struct admit *admit, const struct rules_account *account,
    const char *recipient, int64_t accepted_before,
    struct admit_recipient *recipient_r, struct rules_verdict *v)
{
	struct mailbox box;
	enum mailbox_error error = mailbox_parse_recipient(recipient, &box);
	bool is_read = error == MAILBOX_OK;

	verdict_accept(v);
	if (accepted_before >= admit->conf->max_recipients)
		verdict_too_many(v, admit->conf->max_recipients);
	/* What we cannot read for sure is nobody's identity. */
	else if (!is_read && !account->production)
		verdict_not_verified(v, admit->conf->region, &recipient, 1,
		    RULES_REASON_SANDBOX);
	/* The MTA may deliver to somebody else than the list was asked for. */
	else if (!is_read && error != MAILBOX_NO_DOMAIN)
		verdict_bad_recipient(v, recipient, mailbox_error_text(error));
	if (v->action != RULES_ACCEPT)
		return false;
	if (take_recipient(
		admit, account, recipient, is_read ? &box : NULL, recipient_r))
		check_recipient(admit, account, recipient, recipient_r, v);
	else
		verdict_unavailable(v);
	return v->action == RULES_ACCEPT;
}

bool
admit_headers(const struct admit *admit, const struct rules_account *account,
    const char *sender, const struct rules_header *list, size_t count,
    struct admit_cover *cover_r, struct rules_verdict *v)
{
	struct mailbox more[HEADERS_MORE_FROM_MAX];
	struct headers_senders senders;
	struct admit_cover other;
	struct failing failing = {.count = 0};
	size_t more_count = 0;

	verdict_accept(v);
	if (!headers_check(list, count, &senders, more, HEADERS_MORE_FROM_MAX,
		&more_count, v))
		return false;
	must_be_covered(admit, account, sender, &other, &failing);
	must_be_covered(
	    admit, account, senders.from.address, cover_r, &failing);
	memcpy(cover_r->from, senders.from.address, sizeof(cover_r->from));
	for (size_t i = 0; i < more_count; i++)
		must_be_covered(
		    admit, account, more[i].address, &other, &failing);
	must_be_covered(
	    admit, account, senders.sender.address, &other, &failing);
	must_be_covered(
	    admit, account, senders.return_path.address, &other, &failing);
	if (failing.count > 0)
		refuse_failing(admit, &failing, v);
	else if (cover_r->identity.settings.mail_from_use ==
		 RULES_MAIL_FROM_REJECT)
		verdict_mail_from(v, cover_r->identity.settings.mail_from);
	return v->action == RULES_ACCEPT;
}

/* name NULL: what is the default of another account's identity is that account's. */
static bool
find_set(const struct admit *admit, const struct rules_account *account,
    const char *name, const struct admit_cover *cover, struct rules_set *set_r)
{
	int64_t id = cover->identity.settings.default_set_id;

	if (name != NULL)
		return snapshot_set(admit->snapshot, account->id, name, set_r);
	if (id == 0 || cover->owner[0] != '\0' ||
	    !snapshot_set_by_id(admit->snapshot, id, set_r) ||
	    set_r->account_id != account->id)
		memset(set_r, 0, sizeof(*set_r));
	return true;
}

bool
admit_set(const struct admit *admit, const struct rules_account *account,
    const char *name, const struct admit_cover *cover, struct rules_set *set_r,
    struct rules_verdict *v)
{
	verdict_accept(v);
	if (!find_set(admit, account, name, cover, set_r))
		verdict_no_set(v, name);
	else if (set_r->paused)
		verdict_set_paused(v, set_r->name, set_r->pause_reason);
	return v->action == RULES_ACCEPT;
}

static bool
is_tenants(const struct admit *admit, const struct rules_tenant *tenant,
    const char *kind, const char *name)
{
	char resource[RULES_ADDRESS_MAX + 64];

	(void)snprintf(
	    resource, sizeof(resource), "%s/%s", kind, name); /* fits */
	return snapshot_tenant_has(admit->snapshot, tenant->id, resource);
}

/* Another account's identity, that was granted, is nobody's here. */
static bool
has_identity(const struct admit *admit, const struct rules_tenant *tenant,
    const struct admit_cover *cover)
{
	return cover->owner[0] == '\0' && is_tenants(admit, tenant, "identity",
					      cover->identity.settings.name);
}

bool
admit_tenant(const struct admit *admit, const struct rules_account *account,
    const char *name, const struct admit_cover *cover,
    const struct rules_set *set, struct rules_tenant *tenant_r,
    struct rules_verdict *v)
{
	verdict_accept(v);
	memset(tenant_r, 0, sizeof(*tenant_r));
	if (name == NULL)
		return true;
	if (!snapshot_tenant(admit->snapshot, account->id, name, tenant_r))
		verdict_no_tenant(v, name);
	else if (tenant_r->paused)
		verdict_tenant_paused(
		    v, tenant_r->name, tenant_r->pause_reason);
	else if (!has_identity(admit, tenant_r, cover))
		verdict_not_the_tenants(v, tenant_r->name, "identity",
		    cover->identity.settings.name);
	else if (set->id != 0 &&
		 !is_tenants(admit, tenant_r, "configuration-set", set->name))
		verdict_not_the_tenants(
		    v, tenant_r->name, "configuration set", set->name);
	return v->action == RULES_ACCEPT;
}

bool
admit_is_credential(const struct admit *admit,
    const struct rules_account *account, const char *login)
{
	struct rules_account owner;
	bool is_credential;

	return snapshot_account_of_login(
		   admit->snapshot, login, &owner, &is_credential) &&
	       is_credential && owner.id == account->id;
}

bool
admit_end(const struct admit *admit, const struct rules_account *account,
    struct rules_verdict *v)
{
	struct rules_account now;

	verdict_accept(v);
	if (!snapshot_account_by_name(admit->snapshot, account->name, &now) ||
	    now.id != account->id)
		verdict_no_account(v, account->name);
	else if (now.paused)
		verdict_paused(v, now.pause_reason);
	return v->action == RULES_ACCEPT;
}

bool
admit_may_have_owner(
    const struct admit *admit, const struct admit_client *client)
{
	const char *door = admit->conf->trusted_daemon_name;

	return client->login[0] != '\0' ||
	       (door[0] != '\0' && strcmp(door, client->daemon_name) == 0) ||
	       (client->address != NULL && conf_account_of_address(admit->conf,
					       client->address) != NULL);
}
