/* Tries that failed: see lockout.h. */
#include "config.h"

#include "ops/lockout.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "store/store.h"
#include "store/users.h"

#define DAY_SEC 86400
/* More than one try writes. */
#define PURGE_MOST 20

const struct lockout_rule lockout_pair = {5, DAY_SEC, 900, DAY_SEC};
const struct lockout_rule lockout_of_network = {30, 900, 900, 900};
const struct lockout_rule lockout_of_user = {100, 3600, 3600, 3600};

void
lockout_network(const char *address, char network_r[LOCKOUT_NETWORK_MAX])
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr six;

	if (strncmp(address, "::ffff:", 7) == 0 && strchr(address, '.') != NULL)
		address += 7;
	if (inet_pton(AF_INET, address, bytes) == 1) {
		(void)snprintf(network_r, LOCKOUT_NETWORK_MAX, "%d.%d.%d.0/24",
		    bytes[0], bytes[1], bytes[2]);
	} else if (inet_pton(AF_INET6, address, &six) == 1) {
		memset(six.s6_addr + 8, 0, 8);
		(void)inet_ntop(AF_INET6, &six, text, sizeof(text));
		(void)snprintf(network_r, LOCKOUT_NETWORK_MAX, "%s/64", text);
	} else {
		(void)snprintf(network_r, LOCKOUT_NETWORK_MAX, "%.63s",
		    address[0] != '\0' ? address : "?");
	}
}

/* ---- decisions ------------------------------------------------------------------ */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
lock_time(const struct lockout_rule *rule, int64_t locks)
{
	int64_t sec = rule->lock_sec;

	while (locks-- > 0 && sec < rule->lock_most_sec)
		sec *= 2;
	return sec < rule->lock_most_sec ? sec : rule->lock_most_sec;
}

bool
lockout_count(
    struct store_failure *row, const struct lockout_rule *rule, int64_t now_sec)
{
	if (row->locked_until_sec > now_sec)
		return false;
	if (now_sec - later(row->last_sec, row->locked_until_sec) >= DAY_SEC)
		row->locks = 0;
	if (row->locked_until_sec != 0 ||
	    now_sec - row->since_sec >= rule->window_sec)
		row->failures = 0;
	row->locked_until_sec = 0;
	if (row->failures == 0)
		row->since_sec = now_sec;
	row->failures++;
	row->last_sec = now_sec;
	if (row->failures >= rule->most)
		row->locked_until_sec = now_sec + lock_time(rule, row->locks++);
	return true;
}

void
lockout_uncount(struct store_failure *row, const struct lockout_rule *rule)
{
	if (row->failures > 0)
		row->failures--;
	if (row->locked_until_sec != 0 && row->failures < rule->most) {
		row->locked_until_sec = 0;
		row->locks -= row->locks > 0;
	}
}

/* ---- in the store --------------------------------------------------------------- */

#define KINDS 3
struct tries {
	struct store_failure row[KINDS];
};
static const struct lockout_rule *const rules[KINDS] = {
    &lockout_pair, &lockout_of_network, &lockout_of_user};

static enum sg_err
read_tries(struct store *store, const char *user, const char *network,
    struct tries *tries_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	*tries_r = (struct tries){{{.user = user, .network = network},
	    {.user = "", .network = network}, {.user = user, .network = ""}}};
	for (int i = 0; rc == SG_OK && i < KINDS; i++)
		rc = store_failure_get(store, &tries_r->row[i], err_r);
	return rc;
}

/* Within a transaction. */
static enum sg_err
count(struct store *store, struct tries *tries, int64_t now_sec,
    int64_t *until_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (int i = 0; i < KINDS; i++)
		if (tries->row[i].locked_until_sec > now_sec)
			*until_r =
			    later(*until_r, tries->row[i].locked_until_sec);
	for (int i = 0; rc == SG_OK && *until_r == 0 && i < KINDS; i++) {
		(void)lockout_count(&tries->row[i], rules[i], now_sec);
		rc = store_failure_put(store, &tries->row[i], err_r);
	}
	return rc;
}

enum sg_err
lockout_purge(struct store *store, int64_t now_sec, int most, int64_t *gone_r,
    struct err *err_r)
{
	return store_user_purge(
	    store, now_sec, now_sec - DAY_SEC, most, gone_r, err_r);
}

enum sg_err
lockout_begin(struct store *store, const char *user, const char *network,
    int64_t now_sec, int64_t *until_r, struct err *err_r)
{
	struct tries tries;
	int64_t gone;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	*until_r = 0;
	if (rc == SG_OK)
		rc = read_tries(store, user, network, &tries, err_r);
	if (rc == SG_OK)
		rc = count(store, &tries, now_sec, until_r, err_r);
	if (rc == SG_OK && *until_r == 0)
		rc = lockout_purge(store, now_sec, PURGE_MOST, &gone, err_r);
	return store_scope_end(store, own, rc, err_r);
}

static enum sg_err
uncount(struct store *store, struct tries *tries, bool is_in, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (int i = 0; rc == SG_OK && i < KINDS; i++) {
		lockout_uncount(&tries->row[i], rules[i]);
		if ((is_in && i == 0) ||
		    tries->row[i].failures + tries->row[i].locks == 0)
			rc = store_failure_delete(store, &tries->row[i], err_r);
		else
			rc = store_failure_put(store, &tries->row[i], err_r);
	}
	return rc;
}

enum sg_err
lockout_end(struct store *store, const char *user, const char *network,
    bool is_in, struct err *err_r)
{
	struct tries tries;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc == SG_OK)
		rc = read_tries(store, user, network, &tries, err_r);
	if (rc == SG_OK)
		rc = uncount(store, &tries, is_in, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
lockout_is_locked(struct store *store, const char *user, const char *network,
    int64_t now_sec, int64_t *until_r, struct err *err_r)
{
	struct tries tries;
	enum sg_err rc = read_tries(store, user, network, &tries, err_r);

	*until_r = 0;
	for (int i = 0; rc == SG_OK && i < KINDS; i++)
		if (tries.row[i].locked_until_sec > now_sec)
			*until_r =
			    later(*until_r, tries.row[i].locked_until_sec);
	return rc;
}
