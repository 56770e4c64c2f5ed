/* For tests: one message through milter/message.c, with accounts, identities and
 * keys from tables, without libmilter, store or network. */
#ifndef SENDWARD_MILTER_TEST_RUN_H
#define SENDWARD_MILTER_TEST_RUN_H

#include "milter/message.h"
#include "ops/fake-snapshot.h"

struct conf;

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW_SEC 1764000000
#define QUEUE_ID "4jYjJ93vgwz1bYMv"

extern const struct snapshot test_facts;
/* Key 1 is RSA, 2 Ed25519, 98 was deleted, all others are damaged. */
extern struct dkim_key *test_keys[2];
extern bool test_is_mac_broken;

bool test_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES]);

/* What one test works with. */
struct run {
	struct conf *conf;
	struct message_env env;
	struct message_mail mail;
	struct arena *arena;
	struct message *m;
	struct edits edits;
	struct rules_verdict v;
};

/* path is borrowed until mail(). */
void test_begin(struct run *r, const char *login, const char *path);
enum message_step test_mail(struct run *r);
/* Header, end of header, body. */
void test_send_body(struct run *r, const char *from);
enum message_step test_end(struct run *r);
void test_finish(struct run *r);

/* All but the token's field. */
size_t test_count_edits(const struct run *r, enum edit_kind kind);
const struct edit *test_find_edit(
    const struct run *r, enum edit_kind kind, size_t nth);
/* The value of the token's field; NULL: it is not inserted. */
const char *test_find_token(const struct run *r);

/* Of a group of tests. */
int test_make_keys(void **state);
int test_free_keys(void **state);

#endif
