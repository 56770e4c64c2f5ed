/* What the tests of looks share: identities in a store of their own, and answers
 * written as zone lines. */
#ifndef SENDWARD_OPS_TEST_CHECK_H
#define SENDWARD_OPS_TEST_CHECK_H

#include "ops/check.h"
#include "ops/test-admin.h"

#define HOUR 3600
#define DAY 86400
#define TTL 100
#define KEY0 "MIIBkey0AAAAAAAAAAAAAAAAAAAA"
#define KEY1 "MIIBkey1BBBBBBBBBBBBBBBBBBBB"
#define KEY2 "MIIBkey2CCCCCCCCCCCCCCCCCCCC"
#define KEYE "MIIBkeyeDDDDDDDDDDDDDDDDDDDD"
#define DKIM(key) "v=DKIM1; k=rsa; p=" key
#define TOKEN "ToKeN/abc+def="
#define ZONE "dkim.op.example"
#define EASY(n) "e" n "._domainkey.a.example CNAME e" n "." ZONE
#define EASY_ALL EASY("0"), EASY("1"), EASY("2")
#define EASY_KEY "e0." ZONE " TXT " DKIM(KEYE)
#define S1 "s1._domainkey.a.example TXT "
#define S2 "s2._domainkey.a.example TXT "
#define MX_OK "mail.a.example MX 10 bounce.op.example"
#define SPF_OK "mail.a.example TXT v=spf1 include:bounce.op.example ~all"

enum setup {
	WITH_KEY = 1,     /* s1, waits */
	WITH_OLD_KEY = 2, /* s0, retired */
	WITH_EASY = 4,    /* tokens, key in slot 0, published long ago */
	WITH_MAIL_FROM = 8,
	WITH_TOKEN = 16,
	WITH_OWN = 32, /* s2, external, waits */
};

#define ALL (WITH_KEY | WITH_OLD_KEY | WITH_EASY | WITH_MAIL_FROM | WITH_TOKEN)
#define E_NONE VERIFICATION_NO_ERROR
#define E_HOST VERIFICATION_HOST_NOT_FOUND
#define E_TYPE VERIFICATION_TYPE_NOT_FOUND
#define E_VALUE VERIFICATION_INVALID_VALUE
#define E_DNS VERIFICATION_DNS_SERVER_ERROR

/* ---- the answers ----------------------------------------------------------------- */
#define LINES 12
/* "NAME TYPE VALUE", or "NAME FAILS"; "* FAILS": nobody answers. */
typedef const char *const zone_lines[LINES];

int house_setup(void **state);
void house_answer(struct check *check, const char *const *lines);
int64_t house_identity(
    struct admin_fixture *f, const char *account, const char *name, int setup);
struct check *house_look(
    struct admin_fixture *f, int64_t id, const char *const *lines);
const struct finding *house_find(
    struct check *check, enum record_purpose purpose, int slot);
int house_setup_store(void **state);
int64_t house_key(struct admin_fixture *f, int64_t identity_id,
    const char *selector, const char *p, struct store_key key);

#endif
