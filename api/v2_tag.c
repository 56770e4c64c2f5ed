/* SES v2: tags of resources. See v2_tag.h. */
#include "config.h"

#include "api/v2_tag.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/identity.h"
#include "ops/tag.h"
#include "store/policies.h"

#define RESOURCE_MAX 640

/* ---- for other operations ----------------------------------------------------- */

bool
api_tags_read(struct api_call *call, const json_t *tags,
    struct tag list_r[TAG_MOST], size_t *count_r)
{
	size_t count = json_array_size(tags);

	*count_r = 0;
	if (count > TAG_MOST) {
		api_fail(call, "BadRequestException",
		    "Tags: a resource has at most %d tags", TAG_MOST);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *tag = json_array_get(tags, i);

		list_r[i].key = api_text(tag, "Key");
		list_r[i].value = api_text(tag, "Value");
	}
	*count_r = count;
	return true;
}

bool
api_tags_check(struct api_call *call, const json_t *tags)
{
	struct tag list[TAG_MOST];
	struct err err = {0};
	size_t count;

	return api_tags_read(call, tags, list, &count) &&
	       api_check(
		   call, tag_check(list, count, &err), &err, &api_v2_codes);
}

bool
api_tags_put(struct api_call *call, const char *resource, const json_t *tags)
{
	struct tag list[TAG_MOST];
	struct err err = {0};
	size_t count;

	return api_tags_read(call, tags, list, &count) &&
	       api_check(call,
		   tag_put(call->store, call->owner.facts.id, resource, list,
		       count, &err),
		   &err, &api_v2_codes);
}

static bool
add_tag(void *ctx, const char *key, const char *value)
{
	json_t *tag = api_add_object(ctx);

	api_put_text(tag, "Key", key);
	api_put_text(tag, "Value", value);
	return true;
}

void
api_tags_list(struct api_call *call, const char *resource, json_t *list)
{
	struct err err = {0};

	(void)api_check(call,
	    store_tag_list(call->store, call->owner.facts.id, resource, add_tag,
		list, &err),
	    &err, &api_v2_codes);
}

/* ---- what may have tags ---------------------------------------------------------- */

/* Is it the caller's? Then clean_r is its name as the store has it. */
typedef enum sg_err find_fn(struct api_call *call, int kind, const char *name,
    char clean_r[RESOURCE_MAX], struct err *err_r);

static enum sg_err
find_identity(struct api_call *call, int kind, const char *name,
    char clean_r[RESOURCE_MAX], struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc =
	    identity_get(call->store, call->account, name, &row, err_r);

	(void)kind;
	if (rc == SG_OK)
		(void)snprintf(clean_r, RESOURCE_MAX, "%s", row.facts.name);
	return rc;
}

static enum sg_err
find_named(struct api_call *call, int kind, const char *name,
    char clean_r[RESOURCE_MAX], struct err *err_r)
{
	bool has;
	enum sg_err rc =
	    store_tag_resource_has(call->store, call->owner.facts.id,
		(enum store_tag_resource)kind, name, "", &has, err_r);

	(void)snprintf(clean_r, RESOURCE_MAX, "%s", name);
	return rc == SG_OK && !has ? SG_MISSING : rc;
}

/* "NAME/ID", as its ARN has it, or the name alone. */
static enum sg_err
find_tenant(struct api_call *call, int kind, const char *name,
    char clean_r[RESOURCE_MAX], struct err *err_r)
{
	size_t len = strcspn(name, "/");
	bool has;
	enum sg_err rc;

	(void)snprintf(clean_r, RESOURCE_MAX, "%.*s", (int)len, name);
	rc = store_tag_resource_has(call->store, call->owner.facts.id,
	    (enum store_tag_resource)kind, clean_r,
	    name[len] == '/' ? name + len + 1 : "", &has, err_r);
	return rc == SG_OK && !has ? SG_MISSING : rc;
}

/* The words of ARNs. */
static const struct {
	const char *word;
	find_fn *find;
	int kind; /* of enum store_tag_resource */
} kinds[] = {
    {"identity", find_identity, 0},
    {"configuration-set", find_named, STORE_TAG_RESOURCE_SET},
    {"template", find_named, STORE_TAG_RESOURCE_TEMPLATE},
    {"custom-verification-email-template", find_named,
	STORE_TAG_RESOURCE_VERIFICATION_TEMPLATE},
    {"dedicated-ip-pool", find_named, STORE_TAG_RESOURCE_POOL},
    {"tenant", find_tenant, STORE_TAG_RESOURCE_TENANT},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(*kinds))

static enum sg_err
find(struct api_call *call, const char *word, const char *name,
    char resource_r[RESOURCE_MAX], struct err *err_r)
{
	char clean[RESOURCE_MAX];
	enum sg_err rc = SG_MISSING;

	if (strlen(name) > API_ARN_MAX - 64)
		return SG_MISSING;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i].word, word) != 0)
			continue;
		rc = kinds[i].find(call, kinds[i].kind, name, clean, err_r);
		if (rc == SG_OK && snprintf(resource_r, RESOURCE_MAX, "%s/%s",
				       word, clean) >= RESOURCE_MAX)
			rc = SG_MISSING;
	}
	return rc;
}

/* ResourceArn, as "KIND/NAME". False: the call has failed. */
static bool
take_resource(struct api_call *call, char resource_r[RESOURCE_MAX])
{
	const char *arn = api_text(call->in, "ResourceArn");
	char word[64];
	const char *name = api_arn_name(call, arn, word);
	struct err err = {0};
	enum sg_err rc = SG_MISSING;

	if (strncmp(arn, "arn:", 4) != 0) {
		api_fail(call, "BadRequestException",
		    "ResourceArn is no ARN: %.200s", arn);
		return false;
	}
	if (name != NULL)
		rc = find(call, word, name, resource_r, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Resource %.700s does not exist.", arn);
	return rc == SG_OK || api_check(call, rc, &err, &api_v2_codes);
}

/* ---- operations ---------------------------------------------------------------------- */

static void
tag_resource(struct api_call *call)
{
	const json_t *tags = api_object(call->in, "Tags");
	char resource[RESOURCE_MAX];

	if (api_tags_check(call, tags) && take_resource(call, resource))
		(void)api_tags_put(call, resource, tags);
}

static void
untag_resource(struct api_call *call)
{
	const json_t *list = api_object(call->in, "TagKeys");
	size_t count = json_array_size(list);
	const char *keys[TAG_MOST];
	char resource[RESOURCE_MAX];
	struct err err = {0};

	if (count > TAG_MOST)
		api_fail(call, "BadRequestException",
		    "TagKeys: a resource has at most %d tags", TAG_MOST);
	if (api_failed(call) || !take_resource(call, resource))
		return;
	for (size_t i = 0; i < count; i++) {
		keys[i] = json_string_value(json_array_get(list, i));
		if (keys[i] == NULL)
			keys[i] = "";
	}
	(void)api_check(call,
	    tag_remove(
		call->store, call->owner.facts.id, resource, keys, count, &err),
	    &err, &api_v2_codes);
}

static void
list_tags_for_resource(struct api_call *call)
{
	char resource[RESOURCE_MAX];

	if (take_resource(call, resource))
		api_tags_list(call, resource, api_put_list(call->out, "Tags"));
}

/* clang-format off */
const struct api_operation api_v2_tag[] = {
	{API_V2, "TagResource", "POST", "/v2/email/tags",
	    api_in_v2_tag_resource, NULL, 0,
	    "NotFoundException", tag_resource},
	{API_V2, "UntagResource", "DELETE", "/v2/email/tags",
	    api_in_v2_untag_resource, NULL, 0,
	    "NotFoundException", untag_resource},
	{API_V2, "ListTagsForResource", "GET", "/v2/email/tags",
	    api_in_v2_list_tags_for_resource, NULL, API_OP_READS,
	    "NotFoundException", list_tags_for_resource},
	{.name = NULL}};
/* clang-format on */
