/* Which identity covers an address. Does not know where identities are kept. */
#include "config.h"

#include "rules/identity.h"

#include <string.h>

#include "rules/ascii.h"
#include "rules/mailbox.h"

bool
identity_may_send(const struct rules_identity *identity)
{
	return identity->status == RULES_IDENTITY_SUCCESS ||
	       identity->status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

static bool
has_key(const struct rules_identity *identity)
{
	size_t i;

	for (i = 0; i < RULES_KEYS_PER_IDENTITY; i++) {
		if (identity->key_id[i] != 0)
			return true;
	}
	return false;
}

/* The customer publishes its keys, or did: DNS does not have them. */
static bool
is_waiting(const struct rules_identity *identity)
{
	return identity->dkim_status == RULES_IDENTITY_PENDING ||
	       identity->dkim_status == RULES_IDENTITY_FAILED;
}

/* Says for sure whether and how it signs; else the next domain is asked. */
static bool
decides_signature(const struct rules_identity *identity)
{
	if (identity->signing_enabled)
		return has_key(identity) && !is_waiting(identity);
	return has_key(identity) || identity->type == RULES_IDENTITY_DOMAIN;
}

struct walk {
	identity_find_fn *find;
	void *ctx;
	struct identity_cover *cover;
	bool has_keyless; /* one was asked that should sign and cannot */
};

/* Asks for one name and takes from it what more specific names left open.
 * True: nothing is open any more. */
static bool
consider(struct walk *walk, const char *name)
{
	struct identity_cover *cover = walk->cover;
	struct rules_identity identity;

	memset(&identity, 0, sizeof identity);
	if (!walk->find(walk->ctx, name, &identity) ||
	    !identity_may_send(&identity))
		return false;
	if (!cover->is_verified) {
		cover->is_verified = true;
		cover->settings = identity;
	}
	if (decides_signature(&identity)) {
		cover->signer = identity;
		cover->is_signed = identity.signing_enabled;
		cover->signing_off = !identity.signing_enabled;
		cover->is_waiting = false;
		return true;
	}
	/* An address leaves it to its domain; the first domain counts. */
	if (!walk->has_keyless &&
	    (identity.type == RULES_IDENTITY_DOMAIN || has_key(&identity))) {
		walk->has_keyless = true;
		cover->is_waiting = is_waiting(&identity);
	}
	return false;
}

/* "user+label@domain" without its label; false when there is none to remove. */
static bool
without_label(
    const char *address, size_t at, char name_r[RULES_ADDRESS_MAX + 1])
{
	const char *plus = memchr(address, '+', at);
	size_t local_len, rest_len;

	if (plus == NULL || plus == address || address[0] == '"')
		return false;
	local_len = (size_t)(plus - address);
	rest_len = strlen(address + at);
	if (local_len + rest_len > RULES_ADDRESS_MAX)
		return false;
	memcpy(name_r, address, local_len);
	memcpy(name_r + local_len, address + at, rest_len + 1);
	return true;
}

/* The next domain upwards; NULL below two labels. */
static const char *
parent_of(const char *domain)
{
	const char *dot = strchr(domain, '.');

	if (dot == NULL || strchr(dot + 1, '.') == NULL)
		return NULL;
	return dot + 1;
}

bool
identity_resolve(const char *address, identity_find_fn *find, void *ctx,
    struct identity_cover *cover_r)
{
	const char *at = strrchr(address, '@');
	struct walk walk = {find, ctx, cover_r, false};
	char bare[RULES_ADDRESS_MAX + 1];
	const char *domain;

	memset(cover_r, 0, sizeof *cover_r);
	if (at == NULL || at == address)
		return false;
	if (consider(&walk, address))
		return true;
	if (without_label(address, (size_t)(at - address), bare) &&
	    consider(&walk, bare))
		return true;
	for (domain = at + 1; domain != NULL && strchr(domain, '.') != NULL;
	     domain = parent_of(domain)) {
		if (consider(&walk, domain))
			return true;
	}
	cover_r->signing_off = cover_r->is_verified && !cover_r->is_waiting &&
			       !cover_r->settings.signing_enabled;
	return cover_r->is_verified;
}

static const char *
check_domain_name(const char *name, char name_r[RULES_ADDRESS_MAX + 1])
{
	size_t len = strnlen(name, RULES_DOMAIN_MAX + 2), labels, i;

	if (len > 1 && name[len - 1] == '.')
		len--;
	switch (mailbox_check_domain(name, len, &labels)) {
	case MAILBOX_OK:
		break;
	case MAILBOX_TOO_LONG:
		return "Domain is longer than 253 characters";
	default:
		return mailbox_error_text(MAILBOX_BAD_DOMAIN);
	}
	if (labels < 2)
		return "Domain must have at least two labels";
	for (i = 0; i < len; i++)
		name_r[i] = ascii_lower(name[i]);
	name_r[len] = '\0';
	return NULL;
}

const char *
identity_check_name(const char *name, char name_r[RULES_ADDRESS_MAX + 1],
    enum rules_identity_type *type_r)
{
	struct mailbox mailbox;
	enum mailbox_error error;

	name_r[0] = '\0';
	*type_r = RULES_IDENTITY_DOMAIN;
	if (name[0] == '\0')
		return "Identity name is empty";
	if (strchr(name, '@') == NULL)
		return check_domain_name(name, name_r);
	*type_r = RULES_IDENTITY_EMAIL;
	if (name[0] == '<')
		return "Write the address without angle brackets";
	error = mailbox_parse_path(name, &mailbox);
	if (error != MAILBOX_OK)
		return mailbox_error_text(error);
	if (strchr(mailbox.address + mailbox.at, '.') == NULL)
		return "Domain must have at least two labels";
	memcpy(name_r, mailbox.address, sizeof mailbox.address);
	return NULL;
}

static const char *const status_names[] = {
    [RULES_IDENTITY_NOT_STARTED] = "NOT_STARTED",
    [RULES_IDENTITY_PENDING] = "PENDING",
    [RULES_IDENTITY_SUCCESS] = "SUCCESS",
    [RULES_IDENTITY_FAILED] = "FAILED",
    [RULES_IDENTITY_TEMPORARY_FAILURE] = "TEMPORARY_FAILURE",
};

#define STATUS_COUNT (sizeof status_names / sizeof status_names[0])

const char *
identity_status_name(enum rules_identity_status status)
{
	if ((size_t)status >= STATUS_COUNT)
		return "UNKNOWN";
	return status_names[status];
}

int
identity_status_from_name(const char *name)
{
	size_t i;

	for (i = 0; i < STATUS_COUNT; i++) {
		if (strcmp(status_names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

bool
identity_is_below(const char *name, const char *parent)
{
	size_t len = strlen(name), parent_len = strlen(parent);

	return len > parent_len + 1 && name[len - parent_len - 1] == '.' &&
	       strcmp(name + len - parent_len, parent) == 0;
}

bool
identity_lacks_key(const struct identity_cover *cover)
{
	return !cover->is_signed && !cover->signing_off && !cover->is_waiting &&
	       cover->settings.type == RULES_IDENTITY_DOMAIN &&
	       cover->settings.signing_enabled;
}
