/* The DNS records of an identity: which are wanted, for what, with which value.
 * The one place that says so: identity records, identity check, jobd and the
 * letters use it. Looks nothing up. */
#ifndef SENDWARD_OPS_RECORDS_H
#define SENDWARD_OPS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "dns/resolver.h"
#include "store/store.h"

struct conf;

enum record_purpose {
	RECORD_DKIM_TXT,      /* SELECTOR._domainkey.DOMAIN TXT, KEY_TXT */
	RECORD_DKIM_OWN,      /* the same for KEY_EXTERNAL */
	RECORD_EASY_CNAME,    /* TOKEN._domainkey.DOMAIN CNAME TOKEN.ZONE */
	RECORD_TXT_TOKEN,     /* _sendward.DOMAIN TXT (or _amazonses) */
	RECORD_MAIL_FROM_MX,  /* MAILFROM MX 10 HOST */
	RECORD_MAIL_FROM_SPF, /* MAILFROM TXT "v=spf1 include:… ~all" */
};
const char *records_purpose_name(
    enum record_purpose purpose); /* "dkim-txt" … */

struct wanted_record {
	enum record_purpose purpose;
	enum dns_type type;
	char name[DNS_NAME_MAX + 1]; /* lower case, no final dot */
	const char *value;           /* TXT: one long string; MX: "10 host" */
	int64_t key_id;              /* 0: about no key */
	bool key_active;             /* it signs now */
	bool key_retired;            /* may go on key_remove_sec */
	int64_t key_remove_sec;
	int slot; /* RECORD_EASY_CNAME */
};

/* Everything about one identity, loaded at once. */
struct identity_file {
	struct store_identity row;
	char account[RULES_NAME_MAX + 1];
	char contact[RULES_ADDRESS_MAX + 1];
	struct store_key keys[KEY_PLAN_MAX_KEYS]; /* sealed is NULL;
	                                             public_base64 is owned */
	size_t key_count;
	struct verification looks[VERIFICATION_SUBJECTS]; /* with status */
	bool has_look[VERIFICATION_SUBJECTS];
	struct wanted_record *records;
	size_t record_count;
};
/* SG_MISSING: no such identity. Free with identity_file_free. */
enum sg_err identity_file_load(struct store *store, const struct conf *conf,
    int64_t identity_id, struct identity_file **file_r, struct err *err_r);
void identity_file_free(struct identity_file **file);

/* The key that the record is of; NULL: none. */
const struct store_key *records_key(
    const struct identity_file *file, const struct wanted_record *record);
/* For people: what the record is for, in a few words; of a DKIM key with its kind.
 * Points into text_r, or to a literal. */
#define RECORDS_ABOUT_MAX 96
const char *records_about(const struct identity_file *file,
    const struct wanted_record *record, char text_r[RECORDS_ABOUT_MAX]);

/* "v=DKIM1; k=rsa; p=…" of a key; malloc'ed, NULL: no memory. */
char *records_dkim_value_dup(const struct store_key *key);

#endif
