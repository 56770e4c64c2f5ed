/* The operator's own signature: see operator.h. */
#include "config.h"

#include "milter/operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/operator_key.h"

#define SENDER_ID_LEAST 5

/* Without reading it: that needs no right to its content. */
static void
look_at_file(const struct conf *conf, struct operator_file *file_r)
{
	struct stat st;

	memset(file_r, 0, sizeof(*file_r));
	if (stat(conf->dkim_operator_key_file, &st) != 0)
		return;
	file_r->is_known = true;
	file_r->dev = st.st_dev;
	file_r->ino = st.st_ino;
	file_r->changed = st.st_ctim;
}

static bool
is_same_file(const struct operator_file *a, const struct operator_file *b)
{
	return a->is_known && b->is_known && a->dev == b->dev &&
	       a->ino == b->ino && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

/* "mail.example.com" has 16 characters: "example.com". */
static void
make_sender_id(const char *domain, char id_r[OPERATOR_SENDER_ID_MAX + 1])
{
	const char *dot;

	while (strlen(domain) > OPERATOR_SENDER_ID_MAX &&
	       (dot = strchr(domain, '.')) != NULL && strchr(dot + 1, '.'))
		domain = dot + 1;
	if (strlen(domain) < SENDER_ID_LEAST)
		(void)snprintf(
		    id_r, OPERATOR_SENDER_ID_MAX + 1, "sendward-%.4s", domain);
	else
		(void)snprintf(id_r, OPERATOR_SENDER_ID_MAX + 1, "%.*s",
		    OPERATOR_SENDER_ID_MAX, domain);
}

static enum sg_err
take_key(const struct conf *conf, const struct operator* old,
    struct operator* operator, struct err * err_r)
{
	look_at_file(conf, &operator->file);
	if (old != NULL && is_same_file(&old->file, &operator->file)) {
		operator->key = dkim_key_ref(old->key);
		return SG_OK;
	}
	return operator_key_load(conf, &operator->key, err_r);
}

enum sg_err
operator_new(const struct conf *conf, const struct operator* old,
    struct operator** operator_r, struct err *err_r)
{
	struct operator* operator;
	enum sg_err rc;

	*operator_r = NULL;
	if (conf->dkim_operator_domain[0] == '\0')
		return SG_OK;
	operator= calloc(1, sizeof(*operator));
	if (operator== NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	operator->refs = 1;
	(void)snprintf(operator->domain, sizeof(operator->domain), "%s",
	    conf->dkim_operator_domain); /* the options are shorter */
	(void)snprintf(operator->selector, sizeof(operator->selector), "%s",
	    conf->dkim_operator_selector);
	make_sender_id(operator->domain, operator->sender_id);
	rc = take_key(conf, old, operator, err_r);
	if (rc != SG_OK)
		operator_unref(&operator);
	*operator_r = operator;
	return rc;
}

struct operator* operator_ref(struct operator* operator)
{
	if (operator!= NULL)
		(void)__atomic_add_fetch(&operator->refs, 1, __ATOMIC_RELAXED);
	return operator;
}

void operator_unref(struct operator** operator)
{
	struct operator* o = * operator;

	*operator= NULL;
	if (o == NULL || __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	dkim_key_unref(&o->key);
	free(o);
}

void
operator_feedback_id(const struct operator* operator, const char * account,
    const char *identity, char value_r[OPERATOR_FEEDBACK_ID_MAX + 1])
{
	const char *at = strrchr(identity, '@');

	(void)snprintf(value_r, OPERATOR_FEEDBACK_ID_MAX + 1, /* fits */
	    "%s:%.*s:sendward:%s", account, RULES_DOMAIN_MAX,
	    at != NULL ? at + 1 : identity, operator->sender_id);
}

bool
operator_is_claimed(const struct operator* operator, const char * value)
{
	static const char blanks[] = " \t\r\n";
	const char *colon = strrchr(value, ':');
	const char *id = colon != NULL ? colon + 1 : value;
	size_t len;

	id += strspn(id, blanks);
	len = strlen(id);
	while (len > 0 && strchr(blanks, id[len - 1]) != NULL)
		len--;
	return len == strlen(operator->sender_id) &&
	       strncasecmp(id, operator->sender_id, len) == 0;
}
