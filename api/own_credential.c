/* sendward's own operations: credentials, and what a program needs to use them. A
 * secret is told once, when it is made. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "conf/conf.h"
#include "ops/credential.h"
#include "ops/public_url.h"

#define CREDENTIALS_MOST 100
#define URL_MAX 2048

static const struct {
	const char *name;
	enum store_permission permission;
} permissions[] = {
    {"ALL", STORE_MAY_ALL},
    {"SEND", STORE_MAY_SEND},
    {"READ", STORE_MAY_READ},
};
#define PERMISSIONS (sizeof(permissions) / sizeof(permissions[0]))

static const char *
permission_name(enum store_permission permission)
{
	for (size_t i = 0; i < PERMISSIONS; i++)
		if (permissions[i].permission == permission)
			return permissions[i].name;
	return "";
}

/* The shape lets no other name pass. */
static enum store_permission
permission_of(const struct api_call *call)
{
	const char *name = api_text(call->in, "Permission");

	for (size_t i = 0; i < PERMISSIONS; i++)
		if (strcmp(permissions[i].name, name) == 0)
			return permissions[i].permission;
	return STORE_MAY_ALL;
}

/* What ops says of a credential that is not there speaks of sendwardctl. */
static bool
done(struct api_call *call, enum sg_err rc, const struct err *err)
{
	if (rc != SG_MISSING)
		return api_check(call, rc, err, &api_v2_codes);
	api_fail(call, "NotFoundException",
	    "There is no credential %.128s: it may have been deleted.",
	    api_text(call->in, "AccessKeyId"));
	return false;
}

/* ---- listing ----------------------------------------------------------------- */

struct listing {
	struct api_call *call;
	struct api_page page;
	json_t *list;
};

static bool
list_credential(
    void *ctx, const char *account, const struct store_credential *row)
{
	struct listing *listing = ctx;
	bool is_full = false;
	json_t *object;

	(void)account; /* the caller's own */
	if (!api_page_takes(
		listing->call, &listing->page, row->access_key_id, &is_full))
		return !is_full;
	object = api_add_object(listing->list);
	api_put_text(object, "AccessKeyId", row->access_key_id);
	api_put_text(object, "Permission", permission_name(row->permission));
	api_put_flag(object, "Enabled", row->enabled);
	api_put_time(object, "CreatedTimestamp", row->created_sec);
	return true;
}

static void
list_credentials(struct api_call *call)
{
	struct listing listing = {.call = call};
	struct err err = {0};

	if (!api_listing_page_own(call, &listing.page))
		return;
	listing.list = api_put_list(call->out, "Credentials");
	(void)api_check(call,
	    credential_list(
		call->store, call->account, list_credential, &listing, &err),
	    &err, &api_v2_codes);
}

/* ---- making and changing ------------------------------------------------------- */

static bool
count_credential(
    void *ctx, const char *account, const struct store_credential *row)
{
	int *count = ctx;

	(void)account;
	(void)row;
	return ++*count < CREDENTIALS_MOST;
}

static bool
has_room(struct api_call *call)
{
	struct err err = {0};
	int count = 0;

	if (!api_check(call,
		credential_list(
		    call->store, call->account, count_credential, &count, &err),
		&err, &api_v2_codes))
		return false;
	if (count >= CREDENTIALS_MOST)
		api_fail(call, "LimitExceededException",
		    "An account has at most %d credentials: delete some that "
		    "are not in use any more.",
		    CREDENTIALS_MOST);
	return count < CREDENTIALS_MOST;
}

static void
create_credential(struct api_call *call)
{
	struct credential_pair pair;
	struct err err = {0};

	if (call->seal == NULL) {
		api_fail(call, "ServiceUnavailable",
		    "No secrets can be kept at the moment. Please try again "
		    "later.");
		return;
	}
	if (!has_room(call) ||
	    !api_check(call,
		credential_pair_generate(call->conf->region, &pair, &err), &err,
		&api_v2_codes))
		return;
	if (api_check(call,
		credential_keep(call->store, call->seal, call->account, &pair,
		    permission_of(call), call->now_sec, &err),
		&err, &api_v2_codes)) {
		api_put_text(call->out, "AccessKeyId", pair.access_key_id);
		api_put_text(call->out, "SecretAccessKey", pair.secret);
		api_put_text(call->out, "SmtpUserName", pair.access_key_id);
		api_put_text(call->out, "SmtpPassword", pair.smtp_password);
	}
	credential_pair_wipe(&pair);
}

/* Within a transaction. */
static enum sg_err
change(struct api_call *call, struct err *err_r)
{
	const char *id = api_text(call->in, "AccessKeyId");
	enum sg_err rc = SG_OK;

	if (api_has(call->in, "Permission"))
		rc = credential_set_permission(
		    call->store, call->account, id, permission_of(call), err_r);
	if (rc == SG_OK && api_has(call->in, "Enabled"))
		rc = credential_set_enabled(call->store, call->account, id,
		    api_flag(call->in, "Enabled"), err_r);
	return rc;
}

static void
set_credential(struct api_call *call)
{
	struct err err = {0};
	bool own;

	if (!api_has(call->in, "Permission") && !api_has(call->in, "Enabled"))
		api_fail(call, "BadRequestException",
		    "Say what is to change: Permission, Enabled, or both.");
	else if (api_check(call, store_scope_begin(call->store, &own, &err),
		     &err, &api_v2_codes))
		(void)done(call,
		    store_scope_end(call->store, own, change(call, &err), &err),
		    &err);
}

static void
delete_credential(struct api_call *call)
{
	struct err err = {0};

	(void)done(call,
	    credential_delete(call->store, call->account,
		api_text(call->in, "AccessKeyId"), &err),
	    &err);
}

/* ---- where to -------------------------------------------------------------------- */

/* The host of "https://HOST:PORT", IPv6 without its brackets. */
static void
put_host(json_t *out, const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme == NULL ? url : scheme + 3;
	bool is_bracketed = host[0] == '[';
	char text[256];
	size_t len;

	host += is_bracketed;
	len = strcspn(host, is_bracketed ? "]" : ":/");
	if (len >= sizeof(text))
		return;
	memcpy(text, host, len);
	text[len] = '\0';
	api_put_text(out, "SmtpHost", text);
}

static void
put_ports(json_t *out, const char *ports)
{
	json_t *list = api_put_list(out, "SmtpPorts");

	while (*ports != '\0') {
		char *end;
		long port = strtol(ports, &end, 10);
		json_t *object = api_add_object(list);
		bool is_tls;

		api_put_integer(object, "Port", port);
		is_tls = port == 465 || strncmp(end, "/tls", 4) == 0;
		api_put_text(object, "Tls", is_tls ? "TLS" : "STARTTLS");
		ports = end + strcspn(end, " ");
		ports += strspn(ports, " ");
	}
}

static void
get_endpoints(struct api_call *call)
{
	const struct conf *conf = call->conf;
	struct buf url;

	buf_init(&url, URL_MAX);
	public_url_put(conf, &url);
	api_put_text(call->out, "ApiUrl", buf_str(&url));
	api_put_text(call->out, "Region", conf->region);
	if (conf->console_smtp_host[0] != '\0')
		api_put_text(call->out, "SmtpHost", conf->console_smtp_host);
	else
		put_host(call->out, buf_str(&url));
	put_ports(call->out, conf->console_smtp_ports);
	if (conf->simulator_domain[0] != '\0')
		api_put_text(
		    call->out, "SimulatorDomain", conf->simulator_domain);
	buf_fini(&url);
}

/* clang-format off */
const struct api_operation api_own_credential[] = {
	{API_OWN, "ListCredentials", "GET", "/sendward/credentials",
	    api_in_own_list_credentials, NULL, API_OP_READS,
	    "", list_credentials},
	{API_OWN, "CreateCredential", "POST", "/sendward/credentials",
	    api_in_own_create_credential, NULL, 0,
	    "LimitExceededException", create_credential},
	{API_OWN, "SetCredential", "PUT", "/sendward/credentials/{AccessKeyId}",
	    api_in_own_set_credential, NULL, 0,
	    "NotFoundException", set_credential},
	{API_OWN, "DeleteCredential", "DELETE", "/sendward/credentials/{AccessKeyId}",
	    api_in_own_credential, NULL, 0,
	    "NotFoundException", delete_credential},
	{API_OWN, "GetEndpoints", "GET", "/sendward/endpoints",
	    NULL, NULL, API_OP_READS,
	    "", get_endpoints},
	{.name = NULL}};
/* clang-format on */
