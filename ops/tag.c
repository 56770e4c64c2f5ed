/* Tags of resources: see tag.h. */
#include "config.h"

#include "ops/tag.h"

#include <string.h>
#include <strings.h>

#include "store/policies.h"

/* How many characters; -1: there are control characters. The text is UTF-8. */
static int
count_characters(const char *text)
{
	int count = 0;

	for (const unsigned char *c = (const void *)text; *c != '\0'; c++) {
		if (*c < ' ' || *c == 0x7f)
			return -1;
		count += (*c & 0xc0) != 0x80;
	}
	return count;
}

static enum sg_err
check_tag(const struct tag *tag, struct err *err_r)
{
	int key = count_characters(tag->key);
	int value = count_characters(tag->value);

	if (key < 1 || key > TAG_KEY_MAX)
		return err_set(err_r, SG_INVALID,
		    "the key of a tag has 1 to %d characters, and none of "
		    "them is a control character: %.150s",
		    TAG_KEY_MAX, key < 0 ? "" : tag->key);
	if (value < 0 || value > TAG_VALUE_MAX)
		return err_set(err_r, SG_INVALID,
		    "the value of tag %.150s has more than %d characters, or "
		    "control characters",
		    tag->key, TAG_VALUE_MAX);
	if (strncasecmp(tag->key, "aws:", 4) == 0)
		return err_set(err_r, SG_INVALID,
		    "tag %.150s: keys that begin with aws: are reserved",
		    tag->key);
	return SG_OK;
}

enum sg_err
tag_check(const struct tag *list, size_t count, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (count > TAG_MOST)
		return err_set(err_r, SG_INVALID,
		    "a resource has at most %d tags", TAG_MOST);
	for (size_t i = 0; i < count && rc == SG_OK; i++) {
		rc = check_tag(&list[i], err_r);
		for (size_t j = 0; j < i && rc == SG_OK; j++)
			if (strcmp(list[i].key, list[j].key) == 0)
				rc = err_set(err_r, SG_INVALID,
				    "tag %.150s is there twice", list[i].key);
	}
	return rc;
}

static enum sg_err
put_all(struct store *store, int64_t account_id, const char *resource,
    const struct tag *list, size_t count, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	int64_t there;

	for (size_t i = 0; i < count && rc == SG_OK; i++)
		rc = store_tag_put(store, account_id, resource, list[i].key,
		    list[i].value, err_r);
	if (rc == SG_OK)
		rc =
		    store_tag_count(store, account_id, resource, &there, err_r);
	if (rc == SG_OK && there > TAG_MOST)
		rc = err_set(err_r, SG_INVALID,
		    "a resource has at most %d tags", TAG_MOST);
	return rc;
}

enum sg_err
tag_put(struct store *store, int64_t account_id, const char *resource,
    const struct tag *list, size_t count, struct err *err_r)
{
	bool own;
	enum sg_err rc = tag_check(list, count, err_r);

	if (rc == SG_OK && count > 0) {
		rc = store_scope_begin(store, &own, err_r);
		if (rc != SG_OK)
			return rc;
		rc = put_all(store, account_id, resource, list, count, err_r);
		rc = store_scope_end(store, own, rc, err_r);
	}
	return rc;
}

enum sg_err
tag_remove(struct store *store, int64_t account_id, const char *resource,
    const char *const *keys, size_t count, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	for (size_t i = 0; i < count && rc == SG_OK; i++)
		rc = store_tag_delete(
		    store, account_id, resource, keys[i], err_r);
	return store_scope_end(store, own, rc, err_r);
}
