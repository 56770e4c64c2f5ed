/* Templates of messages, and of letters that confirm addresses in an account's own
 * words. Part of store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_TEMPLATES_H
#define SENDWARD_STORE_TEMPLATES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

#define STORE_TEMPLATE_NAME_MAX 64
#define STORE_URL_MAX 2048

/* Texts are borrowed: of a row that is read for the call. */
struct store_template {
	int64_t id;
	int64_t account_id;
	const char *name;
	const char *subject, *text, *html; /* "" none */
	int64_t created_sec;
};
typedef bool store_template_fn(void *ctx, const struct store_template *row);

/* SG_EXISTS; id is filled. */
enum sg_err store_template_create(
    struct store *store, struct store_template *row, struct err *err_r);
/* By account_id and name: subject, text, html. SG_MISSING. */
enum sg_err store_template_update(
    struct store *store, const struct store_template *row, struct err *err_r);
/* Calls back once, or SG_MISSING. */
enum sg_err store_template_get(struct store *store, int64_t account_id,
    const char *name, store_template_fn *fn, void *ctx, struct err *err_r);
/* The first `most` of names behind `after`, without their texts. */
enum sg_err store_template_page(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_template_fn *fn, void *ctx,
    struct err *err_r);
enum sg_err store_template_delete(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);
enum sg_err store_template_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);

struct store_wording {
	int64_t id;
	int64_t account_id;
	const char *name;
	const char *from, *subject, *content; /* HTML */
	const char *success_url, *failure_url;
	int64_t created_sec;
};
typedef bool store_wording_fn(void *ctx, const struct store_wording *row);
/* As those of templates; a page has all but the content. */
enum sg_err store_wording_create(
    struct store *store, struct store_wording *row, struct err *err_r);
enum sg_err store_wording_update(
    struct store *store, const struct store_wording *row, struct err *err_r);
enum sg_err store_wording_get(struct store *store, int64_t account_id,
    const char *name, store_wording_fn *fn, void *ctx, struct err *err_r);
enum sg_err store_wording_page(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_wording_fn *fn, void *ctx,
    struct err *err_r);
enum sg_err store_wording_delete(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);
enum sg_err store_wording_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);

/* Where the browser goes from the page behind a link; it stays when the link is gone,
 * until the identity has another one. */
struct store_redirection {
	int64_t identity_id;
	unsigned char hash[STORE_LINK_HASH_BYTES]; /* of the token */
	char success_url[STORE_URL_MAX + 1], failure_url[STORE_URL_MAX + 1];
};
enum sg_err store_redirection_put(struct store *store,
    const struct store_redirection *row, struct err *err_r);
/* None: identity_id 0, and both URLs are "". */
enum sg_err store_redirection_get(struct store *store,
    const unsigned char hash[STORE_LINK_HASH_BYTES],
    struct store_redirection *row_r, struct err *err_r);
enum sg_err store_redirection_delete(
    struct store *store, int64_t identity_id, struct err *err_r);

/* Takes back what store_link_put noted at sent_sec. */
enum sg_err store_link_sent_undo(struct store *store, int64_t account_id,
    const char *address, int64_t sent_sec, struct err *err_r);

#endif
