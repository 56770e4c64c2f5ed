/* The DNS records of an identity, and everything about it in one piece. Looks
 * nothing up in DNS. */
#include "config.h"

#include "ops/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "dkim/record.h"
#include "ops/identity.h"

#define VALUE_MAX 4096
#define MX_PREFERENCE 10
/* One for each key and each Easy DKIM name, token, MX, SPF. */
#define RECORDS_MAX (KEY_PLAN_MAX_KEYS + KEY_PLAN_EASY_SLOTS + 3)

const char *
records_purpose_name(enum record_purpose purpose)
{
	switch (purpose) {
	case RECORD_DKIM_TXT:
		return "dkim-txt";
	case RECORD_DKIM_OWN:
		return "dkim-own";
	case RECORD_EASY_CNAME:
		return "easy-cname";
	case RECORD_TXT_TOKEN:
		return "txt-token";
	case RECORD_MAIL_FROM_MX:
		return "mail-from-mx";
	case RECORD_MAIL_FROM_SPF:
		return "mail-from-spf";
	}
	return "unknown";
}

const struct store_key *
records_key(
    const struct identity_file *file, const struct wanted_record *record)
{
	for (size_t i = 0; record->key_id != 0 && i < file->key_count; i++)
		if (file->keys[i].id == record->key_id)
			return &file->keys[i];
	return NULL;
}

const char *
records_about(const struct identity_file *file,
    const struct wanted_record *record, char text_r[RECORDS_ABOUT_MAX])
{
	const struct store_key *key = records_key(file, record);

	switch (record->purpose) {
	case RECORD_DKIM_TXT:
	case RECORD_DKIM_OWN:
		if (key == NULL)
			return "public key of DKIM";
		(void)snprintf(text_r, RECORDS_ABOUT_MAX,
		    "public key of DKIM (%s, %d bits)", key->algorithm,
		    key->bits); /* fits */
		return text_r;
	case RECORD_EASY_CNAME:
		return "Easy DKIM, one of three";
	case RECORD_TXT_TOKEN:
		return "proof of the domain";
	case RECORD_MAIL_FROM_MX:
		return "MX of the MAIL FROM domain";
	default:
		return "SPF of the MAIL FROM domain";
	}
}

char *
records_dkim_value_dup(const struct store_key *key)
{
	struct dkim_record record = {.selector = key->selector,
	    .algorithm = key->algorithm,
	    .public_base64 = key->public_base64};
	struct buf value;
	char *copy = NULL;

	buf_init(&value, VALUE_MAX);
	if (dkim_record_value(&record, &value))
		copy = strdup(buf_str(&value));
	buf_fini(&value);
	return copy;
}

static const char *
or_bounce_domain(const struct conf *conf, const char *option)
{
	return option[0] != '\0' ? option : conf->bounce_domain;
}

/* The records of a file are being made: a cap was met or memory failed. */
struct making {
	struct identity_file *file;
	const struct conf *conf;
	bool failed;
};

/* NULL: the name is too long for DNS, so there is no such record, or memory
 * failed. value is taken over. */
static struct wanted_record *
add_record(struct making *making, enum record_purpose purpose,
    enum dns_type type, const char *left, const char *domain, char *value)
{
	struct identity_file *file = making->file;
	struct wanted_record *record = &file->records[file->record_count];
	int len =
	    snprintf(record->name, sizeof(record->name), "%s%s", left, domain);

	if (value == NULL)
		making->failed = true;
	if (value == NULL || len < 0 || (size_t)len >= sizeof(record->name) ||
	    file->record_count >= RECORDS_MAX) {
		free(value);
		return NULL;
	}
	record->purpose = purpose;
	record->type = type;
	record->value = value;
	file->record_count++;
	return record;
}

static char *
printf_dup(const char *before, const char *text, const char *after)
{
	struct buf value;
	char *copy = NULL;

	buf_init(&value, VALUE_MAX);
	if (buf_printf(&value, "%s%s%s", before, text, after))
		copy = strdup(buf_str(&value));
	buf_fini(&value);
	return copy;
}

static void
add_key(struct making *making, const struct store_key *key)
{
	char left[sizeof(key->selector) + sizeof("._domainkey.")];
	struct wanted_record *record;

	if (key->origin == KEY_EASY)
		return;
	(void)snprintf(
	    left, sizeof(left), "%s._domainkey.", key->selector); /* fits */
	record = add_record(making,
	    key->origin == KEY_TXT ? RECORD_DKIM_TXT : RECORD_DKIM_OWN, DNS_TXT,
	    left, identity_domain(&making->file->row),
	    records_dkim_value_dup(key));
	if (record == NULL)
		return;
	record->key_id = key->id;
	record->key_active = key->active;
	record->key_retired = key->retired_sec != 0;
	if (record->key_retired)
		record->key_remove_sec = key->retired_sec + KEY_PLAN_KEEP_SEC;
}

static const struct store_key *
key_of_slot(const struct identity_file *file, int slot)
{
	const struct store_key *found = NULL;

	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].origin == KEY_EASY &&
		    file->keys[i].slot == slot)
			found = &file->keys[i];
	return found;
}

static void
add_easy(struct making *making, int slot)
{
	const struct store_identity *row = &making->file->row;
	const char *token = row->easy_tokens[slot];
	char left[STORE_TOKEN_MAX + sizeof("._domainkey.")];
	struct wanted_record *record;
	const struct store_key *key;

	if (token[0] == '\0' || making->conf->dkim_zone[0] == '\0')
		return;
	(void)snprintf(left, sizeof(left), "%s._domainkey.", token); /* fits */
	record = add_record(making, RECORD_EASY_CNAME, DNS_CNAME, left,
	    identity_domain(row),
	    printf_dup(token, ".", making->conf->dkim_zone));
	if (record == NULL)
		return;
	record->slot = slot;
	key = key_of_slot(making->file, slot);
	if (key != NULL) {
		record->key_id = key->id;
		record->key_active = key->active;
	}
}

static void
add_mail_from(struct making *making)
{
	const struct conf *conf = making->conf;
	const char *mail_from = making->file->row.facts.mail_from;
	const char *host = or_bounce_domain(conf, conf->mail_from_mx);
	const char *include = or_bounce_domain(conf, conf->spf_include);
	char preference[16];

	if (mail_from[0] == '\0')
		return;
	(void)snprintf(
	    preference, sizeof(preference), "%d ", MX_PREFERENCE); /* fits */
	if (host[0] != '\0')
		(void)add_record(making, RECORD_MAIL_FROM_MX, DNS_MX, "",
		    mail_from, printf_dup(preference, host, ""));
	if (include[0] != '\0')
		(void)add_record(making, RECORD_MAIL_FROM_SPF, DNS_TXT, "",
		    mail_from, printf_dup("v=spf1 include:", include, " ~all"));
}

static enum sg_err
make_records(
    struct identity_file *file, const struct conf *conf, struct err *err_r)
{
	struct making making = {.file = file, .conf = conf};

	file->records = calloc(RECORDS_MAX + 1, sizeof(*file->records));
	if (file->records == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for records");
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].retired_sec == 0)
			add_key(&making, &file->keys[i]);
	for (int slot = 0; slot < KEY_PLAN_EASY_SLOTS; slot++)
		add_easy(&making, slot);
	if (file->row.txt_token[0] != '\0')
		(void)add_record(&making, RECORD_TXT_TOKEN, DNS_TXT,
		    "_sendward.", identity_domain(&file->row),
		    strdup(file->row.txt_token));
	add_mail_from(&making);
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].retired_sec != 0)
			add_key(&making, &file->keys[i]);
	if (making.failed)
		return err_set(err_r, SG_NOMEM, "no memory for records");
	return SG_OK;
}

/* ---- loading --------------------------------------------------------------- */

struct key_load {
	struct identity_file *file;
	bool failed;
};

/* When there are too many, those that were retired first are left out. */
static struct store_key *
room_for_key(struct identity_file *file)
{
	if (file->key_count < KEY_PLAN_MAX_KEYS)
		return &file->keys[file->key_count++];
	for (size_t i = 0; i < file->key_count; i++) {
		struct store_key *key = &file->keys[i];

		if (key->retired_sec == 0)
			continue;
		free((char *)key->public_base64);
		memmove(key, key + 1, (file->key_count - i - 1) * sizeof(*key));
		return &file->keys[file->key_count - 1];
	}
	return NULL;
}

static bool
load_key(void *ctx, const struct store_key *row)
{
	struct key_load *load = ctx;
	char *public_base64 = strdup(row->public_base64);
	struct store_key *key =
	    public_base64 == NULL ? NULL : room_for_key(load->file);

	if (key == NULL) {
		load->failed = public_base64 == NULL;
		free(public_base64);
		return !load->failed;
	}
	*key = *row;
	key->public_base64 = public_base64;
	key->sealed = NULL;
	key->sealed_len = 0;
	return true;
}

static enum sg_err
load_keys(struct store *store, struct identity_file *file, struct err *err_r)
{
	struct key_load load = {.file = file};
	enum sg_err rc =
	    store_key_list(store, file->row.facts.id, load_key, &load, err_r);

	if (rc == SG_OK && load.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for keys");
	return rc;
}

static enum sg_err
load_looks(struct store *store, struct identity_file *file, struct err *err_r)
{
	const struct store_identity *row = &file->row;

	file->looks[VERIFICATION_IDENTITY].status = row->facts.status;
	file->looks[VERIFICATION_DKIM].status = row->facts.dkim_status;
	file->looks[VERIFICATION_MAIL_FROM].status = row->mail_from_status;
	for (int i = 0; i < VERIFICATION_SUBJECTS; i++) {
		enum sg_err rc = store_verification_get(store, row->facts.id,
		    (enum verification_subject)i, &file->looks[i], err_r);

		if (rc != SG_OK && rc != SG_MISSING)
			return rc;
		file->has_look[i] = rc == SG_OK;
	}
	return SG_OK;
}

static enum sg_err
load_account(struct store *store, struct identity_file *file, struct err *err_r)
{
	struct store_account account;
	enum sg_err rc = store_account_get_by_id(
	    store, file->row.account_id, &account, err_r);

	if (rc != SG_OK)
		return rc;
	memcpy(file->account, account.facts.name, sizeof(file->account));
	memcpy(file->contact, account.contact, sizeof(file->contact));
	return SG_OK;
}

enum sg_err
identity_file_load(struct store *store, const struct conf *conf,
    int64_t identity_id, struct identity_file **file_r, struct err *err_r)
{
	struct identity_file *file = calloc(1, sizeof(*file));
	enum sg_err rc;

	*file_r = NULL;
	if (file == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an identity");
	rc = store_identity_get_by_id(store, identity_id, &file->row, err_r);
	if (rc == SG_OK)
		rc = load_account(store, file, err_r);
	if (rc == SG_OK)
		rc = load_keys(store, file, err_r);
	if (rc == SG_OK)
		rc = load_looks(store, file, err_r);
	if (rc == SG_OK)
		rc = make_records(file, conf, err_r);
	if (rc != SG_OK)
		identity_file_free(&file);
	*file_r = file;
	return rc;
}

void
identity_file_free(struct identity_file **file)
{
	struct identity_file *old = *file;

	*file = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->record_count; i++)
		free((char *)old->records[i].value);
	for (size_t i = 0; i < old->key_count; i++)
		free((char *)old->keys[i].public_base64);
	free(old->records);
	free(old);
}
