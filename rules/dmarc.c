/* DMARC records: see dmarc.h. Asks no DNS. */
#include "config.h"

#include "rules/dmarc.h"

#include <string.h>

#include "rules/ascii.h"
#include "rules/tag_list.h"

#define DMARC_TEXT_MAX 8192

const char *
dmarc_policy_name(enum dmarc_policy policy)
{
	switch (policy) {
	case DMARC_QUARANTINE:
		return "quarantine";
	case DMARC_REJECT:
		return "reject";
	case DMARC_NONE:
		break;
	}
	return "none";
}

/* Values are compared in any case, as receivers do. */
static bool
is_value(const struct tag *tag, const char *text)
{
	if (tag->value_len != strlen(text))
		return false;
	for (size_t i = 0; i < tag->value_len; i++)
		if (ascii_lower(tag->value[i]) != text[i])
			return false;
	return true;
}

static bool
read_policy(const struct tag *tag, enum dmarc_policy *policy_r)
{
	for (int i = DMARC_NONE; i <= DMARC_REJECT; i++) {
		if (is_value(tag, dmarc_policy_name((enum dmarc_policy)i))) {
			*policy_r = (enum dmarc_policy)i;
			return true;
		}
	}
	return false;
}

static bool
is_strict(const struct tag_list *list, const char *name)
{
	const struct tag *tag = tag_list_find(list, name);

	return tag != NULL && is_value(tag, "s");
}

enum dmarc_parsed
dmarc_parse(const char *text, size_t len, struct dmarc *dmarc_r)
{
	const struct tag *p, *sp;
	struct tag_list list;

	memset(dmarc_r, 0, sizeof(*dmarc_r));
	if (len < 8 || memcmp(text, "v=DMARC1", 8) != 0)
		return DMARC_UNRELATED;
	if (len > DMARC_TEXT_MAX || !tag_list_parse(text, len, &list) ||
	    !tag_is(&list.tags[0], "DMARC1"))
		return DMARC_MALFORMED;
	p = tag_list_find(&list, "p");
	sp = tag_list_find(&list, "sp");
	/* RFC 7489 §6.6.3: without a policy that can be read, but with
	 * addresses for reports, it is one of "none". */
	if ((p == NULL || !read_policy(p, &dmarc_r->policy)) &&
	    tag_list_find(&list, "rua") == NULL)
		return DMARC_MALFORMED;
	dmarc_r->subdomain_policy = dmarc_r->policy;
	if (sp != NULL)
		(void)read_policy(sp, &dmarc_r->subdomain_policy); /* or as p */
	dmarc_r->dkim_is_strict = is_strict(&list, "adkim");
	dmarc_r->spf_is_strict = is_strict(&list, "aspf");
	return DMARC_PARSED;
}
