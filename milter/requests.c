/* The configuration set, the tenant and the tags that a message's header asks for:
 * see requests.h. */
#include "config.h"

#include "milter/requests.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "milter/message.h"
#include "rules/message_tags.h"
#include "rules/verdict.h"

static const char blanks[] = " \t\r\n";

/* By what names a field is known. */
struct request_field {
	const char *ses, *own;
};
static const struct request_field set_field = {
    "X-SES-CONFIGURATION-SET", "X-Sendward-Configuration-Set"};
static const struct request_field tenant_field = {
    "X-SES-TENANT", "X-Sendward-Tenant"};

static bool
is_field(const struct request_field *field, const char *name)
{
	return strcasecmp(name, field->ses) == 0 ||
	       strcasecmp(name, field->own) == 0;
}

/* The first field that names a thing; *name_r NULL: none does. False: no memory. */
static bool
find_name(const struct message *m, const struct request_field *field,
    const char **name_r)
{
	const struct message_content *c = &m->content;

	*name_r = NULL;
	for (size_t i = 0; i < c->header_count; i++) {
		const char *value = c->headers[i].value;
		size_t len;

		if (!is_field(field, c->headers[i].name))
			continue;
		value += strspn(value, blanks);
		len = strlen(value);
		while (len > 0 && strchr(blanks, value[len - 1]) != NULL)
			len--;
		if (len == 0)
			continue;
		*name_r = arena_strndup(m->arena, value, len);
		return *name_r != NULL;
	}
	return true;
}

static bool
has_tag(const struct message_content *c, const char *name)
{
	for (size_t i = 0; i < c->tag_count; i++) {
		if (strcmp(c->tags[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Those beyond the most, and a second one of a name, are left out. */
static bool
add_tag(struct message *m, const struct message_tag *tag)
{
	struct message_content *c = &m->content;
	struct journal_tag *kept;

	if (c->tag_count == MESSAGE_TAGS_MAX || has_tag(c, tag->name))
		return true;
	if (c->tags == NULL)
		c->tags =
		    arena_alloc(m->arena, MESSAGE_TAGS_MAX * sizeof(*c->tags));
	if (c->tags == NULL)
		return false;
	kept = &c->tags[c->tag_count];
	kept->name = arena_strdup(m->arena, tag->name);
	kept->value = arena_strdup(m->arena, tag->value);
	if (kept->name == NULL || kept->value == NULL)
		return false;
	c->tag_count++;
	return true;
}

static bool
take_tags(struct message *m)
{
	struct message_content *c = &m->content;
	struct message_tag tag;

	for (size_t i = 0; i < c->header_count; i++) {
		const char *value = c->headers[i].value;

		if (strcasecmp(c->headers[i].name, "X-SES-MESSAGE-TAGS") != 0)
			continue;
		while (c->tag_count < MESSAGE_TAGS_MAX &&
		       message_tags_next(&value, &tag)) {
			if (!add_tag(m, &tag))
				return false;
		}
	}
	return true;
}

/* The configuration set, and the tenant whose it must be. */
static bool
find_both(struct message *m, struct rules_set *set_r,
    struct rules_tenant *tenant_r, struct rules_verdict *v)
{
	const struct admit *admit = &m->env->admit;
	const struct admit_cover *cover = &m->content.cover;
	const char *set, *tenant;

	if (find_name(m, &set_field, &set) &&
	    find_name(m, &tenant_field, &tenant))
		return admit_set(admit, &m->account, set, cover, set_r, v) &&
		       admit_tenant(admit, &m->account, tenant, cover, set_r,
			   tenant_r, v);
	verdict_unavailable(v);
	return false;
}

bool
requests_take(struct message *m, struct rules_verdict *v)
{
	struct rules_set *set = &m->content.set;
	struct rules_tenant *tenant = &m->content.tenant;

	if (!find_both(m, set, tenant, v) &&
	    !(message_look_again(m, v) && find_both(m, set, tenant, v)))
		return false;
	if (take_tags(m))
		return true;
	verdict_unavailable(v);
	return false;
}

bool
requests_still_granted(struct message *m, struct rules_verdict *v)
{
	struct rules_set now; /* its rules stay as they were */
	struct rules_tenant tenant;

	return find_both(m, &now, &tenant, v);
}
