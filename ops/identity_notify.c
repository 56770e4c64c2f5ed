/* Topics, forwarding and configuration set of an identity: see identity_notify.h.
 * Tells nobody. */
#include "config.h"

#include "ops/identity_notify.h"

#include <stdio.h>
#include <string.h>

#include "ops/identity.h"
#include "ops/set.h"
#include "ops/topic.h"

#define HEADER_KINDS                                                           \
	(1 << STORE_EVENT_BOUNCE | 1 << STORE_EVENT_COMPLAINT |                \
	    1 << STORE_EVENT_DELIVERY)

/* NULL: stays; "": none. */
static enum sg_err
find_topic(struct store *store, const char *account, const char *name,
    int64_t *id, struct err *err_r)
{
	struct store_topic topic = {.id = 0};
	enum sg_err rc = SG_OK;

	if (name == NULL)
		return SG_OK;
	if (name[0] != '\0')
		rc = topic_get(store, account, name, &topic, err_r);
	if (rc == SG_OK)
		*id = topic.id;
	return rc;
}

static enum sg_err
edit(struct store *store, const char *account,
    const struct identity_notify_change *change, struct store_identity *row,
    struct err *err_r)
{
	struct store_set set = {.facts = {.id = 0}};
	enum sg_err rc = find_topic(
	    store, account, change->bounce_topic, &row->bounce_topic_id, err_r);

	if (rc == SG_OK)
		rc = find_topic(store, account, change->complaint_topic,
		    &row->complaint_topic_id, err_r);
	if (rc == SG_OK)
		rc = find_topic(store, account, change->delivery_topic,
		    &row->delivery_topic_id, err_r);
	if (rc == SG_OK && change->set != NULL && change->set[0] != '\0')
		rc = set_get(store, account, change->set, &set, err_r);
	if (rc != SG_OK)
		return rc;
	if (change->set != NULL)
		row->facts.default_set_id = set.facts.id;
	if (change->has_forwarding)
		row->forwarding = change->forwarding;
	if (change->has_headers)
		row->facts.notify_headers = change->headers;
	row->facts.notify_headers |= change->headers_with;
	row->facts.notify_headers &= ~change->headers_without;
	return SG_OK;
}

enum sg_err
identity_notify_change(struct store *store, const char *account,
    const char *name, const struct identity_notify_change *change,
    struct store_identity *row_r, struct err *err_r)
{
	enum sg_err rc;

	if (((change->has_headers ? change->headers : 0) |
		change->headers_with) &
	    ~HEADER_KINDS)
		return err_set(err_r, SG_INVALID,
		    "headers go with notifications of bounce, complaint and "
		    "delivery alone");
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = identity_get(store, account, name, row_r, err_r);
	if (rc == SG_OK)
		rc = edit(store, account, change, row_r, err_r);
	if (rc == SG_OK)
		rc = store_identity_update(store, row_r, err_r);
	return store_finish(store, rc, err_r);
}

/* What is gone has no name. */
static enum sg_err
topic_name(struct store *store, int64_t id, char name_r[257], struct err *err_r)
{
	struct store_topic topic;
	enum sg_err rc;

	name_r[0] = '\0';
	if (id == 0)
		return SG_OK;
	rc = store_topic_get_by_id(store, id, &topic, err_r);
	if (rc == SG_OK)
		memcpy(name_r, topic.name, sizeof(topic.name));
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
identity_notify_names(struct store *store, const struct store_identity *row,
    struct identity_notify_names *names_r, struct err *err_r)
{
	struct store_set set = {.facts = {.name = ""}};
	enum sg_err rc = topic_name(
	    store, row->bounce_topic_id, names_r->bounce_topic, err_r);

	if (rc == SG_OK)
		rc = topic_name(store, row->complaint_topic_id,
		    names_r->complaint_topic, err_r);
	if (rc == SG_OK)
		rc = topic_name(store, row->delivery_topic_id,
		    names_r->delivery_topic, err_r);
	if (rc == SG_OK && row->facts.default_set_id != 0)
		rc = store_set_get_by_id(
		    store, row->facts.default_set_id, &set, err_r);
	(void)snprintf(names_r->set, sizeof(names_r->set), "%s",
	    set.facts.name); /* fits */
	return rc == SG_MISSING ? SG_OK : rc;
}
