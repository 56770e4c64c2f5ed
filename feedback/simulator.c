/* The mailbox simulator's behaviour: see simulator.h. Writes no mail itself. */
#include "config.h"

#include "feedback/simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/feedback.h"
#include "ops/return_mac.h"
#include "rules/mailbox.h"
#include "rules/return_path.h"
#include "store/store.h"

#define AWS_DOMAIN "simulator.amazonses.com"
/* What is returned of the header. */
#define HEADER_MAX 16384

static const struct {
	const char *name;
	enum simulator_box box;
} boxes[] = {
    {"success", SIMULATOR_SUCCESS},
    {"bounce", SIMULATOR_BOUNCE},
    {"ooto", SIMULATOR_OOTO},
    {"complaint", SIMULATOR_COMPLAINT},
    {"suppressionlist", SIMULATOR_SUPPRESSED},
};
#define BOX_COUNT (sizeof(boxes) / sizeof(boxes[0]))

static bool
is_simulated(const struct conf *conf, const char *domain)
{
	if (conf->simulator_domain[0] != '\0' &&
	    strcasecmp(domain, conf->simulator_domain) == 0)
		return true;
	return conf->simulator_aws == CONF_SIMULATOR_AWS_YES &&
	       strcasecmp(domain, AWS_DOMAIN) == 0;
}

enum simulator_box
simulator_look(const struct conf *conf, const char *address)
{
	const char *at = strrchr(address, '@');
	struct mailbox box;
	size_t len;

	if (at == NULL || !is_simulated(conf, at + 1))
		return SIMULATOR_NONE;
	if (mailbox_parse_recipient(address, &box) != MAILBOX_OK)
		return SIMULATOR_UNKNOWN;
	len = strcspn(address, "+@");
	for (size_t i = 0; i < BOX_COUNT; i++)
		if (strlen(boxes[i].name) == len &&
		    strncasecmp(address, boxes[i].name, len) == 0)
			return boxes[i].box;
	return SIMULATOR_UNKNOWN;
}

static const char *
name_of(enum simulator_box box)
{
	for (size_t i = 0; i < BOX_COUNT; i++)
		if (boxes[i].box == box)
			return boxes[i].name;
	return "unknown";
}

static void
log_box(enum simulator_box box, const char *queue_id, const char *address,
    const char *account, const char *why)
{
	log_event(LOG_FEEDBACK_SIMULATED_EVENT, queue_id, "box", name_of(box),
	    "to", address, "account_id", account, "unanswered", why, NULL);
}

bool
simulator_takes(enum simulator_box box)
{
	return box == SIMULATOR_SUCCESS || box == SIMULATOR_OOTO ||
	       box == SIMULATOR_COMPLAINT;
}

/* A path that we would not write, such as one of 8-bit bytes, is none of ours: whom
 * a letter goes to must be fit for the store. */
static enum return_path_error
decode(void *mac, const char *sender, struct return_path *path_r)
{
	struct mailbox box;

	*path_r = (struct return_path){0};
	if (mailbox_parse_path(sender, &box) != MAILBOX_OK)
		return RETURN_PATH_FOREIGN;
	return return_mac_decode(mac, sender, strcspn(sender, "@"), path_r);
}

bool
simulator_is_own(void *ctx, const char *sender)
{
	struct return_path path;

	return decode(ctx, sender, &path) == RETURN_PATH_OK;
}

bool
simulator_refuse(enum simulator_box box, const char *address, struct buf *out)
{
	const char *why;

	if (box == SIMULATOR_BOUNCE)
		why = "Bounced: a mailbox of the mailbox simulator that does "
		      "not exist";
	else if (box == SIMULATOR_SUPPRESSED)
		why = "Suppressed: on the global suppression list of the "
		      "mailbox simulator";
	else if (box == SIMULATOR_UNKNOWN)
		why = "No such mailbox of the mailbox simulator";
	else
		return false;
	(void)buf_printf(out, "550 5.1.1 <%s>: %s\r\n", address, why);
	log_box(box, NULL, address, NULL, NULL);
	return true;
}

/* ---- letters ---------------------------------------------------------------- */

/* The header, without what does not fit, as UTF-8: other bytes become "?". */
static char *
header_dup(const char *data, size_t len)
{
	size_t end = 0, most = len < HEADER_MAX ? len : HEADER_MAX;
	char *text = malloc(most + 1);

	if (text == NULL)
		return NULL;
	while (end < most) {
		const char *line = data + end;
		const char *nl = memchr(line, '\n', most - end);

		if (nl == NULL || nl == line ||
		    (nl == line + 1 && *line == '\r'))
			break;
		end += (size_t)(nl + 1 - line);
	}
	for (size_t i = 0; i < end; i++)
		text[i] = data[i] == '\0' ? '?' : data[i];
	text[end] = '\0';
	return text;
}

static char *
facts_dup(const char *address, const char *data, size_t len)
{
	char *header = header_dup(data, len), *facts = NULL;
	json_t *text, *object;

	if (header == NULL)
		return NULL;
	text = json_string(header);
	if (text == NULL) { /* no UTF-8 */
		for (char *c = header; *c != '\0'; c++)
			if ((unsigned char)*c >= 0x80)
				*c = '?';
		text = json_string(header);
	}
	object = json_pack("{s:s, s:o}", "simulator", address, "header", text);
	if (object != NULL)
		facts = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	free(header);
	return facts;
}

static enum sg_err
put_letter(const struct feedback_env *env, enum store_letter_kind kind,
    int64_t account_id, const char *sender, const char *facts, int64_t now_sec,
    struct err *err_r)
{
	struct store_letter row = {
	    .kind = kind,
	    .account_id = account_id,
	    .facts = facts,
	    .created_sec = now_sec,
	    .next_sec = now_sec,
	};

	(void)snprintf(row.recipient, sizeof(row.recipient), "%s", sender);
	return store_letter_put(env->store, &row, err_r);
}

/* Whose return path it is; *why_r NULL: ours, else why nobody is answered. */
static enum sg_err
read_return_path(const struct feedback_env *env, const char *sender,
    struct return_path *path_r, const char **why_r, struct err *err_r)
{
	enum return_path_error error = decode(env->mac, sender, path_r);

	if (error == RETURN_PATH_MAC_FAILED)
		return err_set(err_r, SG_CRYPTO, "a MAC cannot be computed");
	if (error == RETURN_PATH_OK)
		*why_r = NULL;
	else if (sender[0] == '\0')
		*why_r = "null sender";
	else if (error == RETURN_PATH_FORGED)
		*why_r = "the return path is forged";
	else
		*why_r = "no return path of ours";
	return SG_OK;
}

/* SG_MISSING: the account is gone. */
static enum sg_err
answer(const struct feedback_env *env, enum simulator_box box,
    const struct return_path *path, const char *sender, const char *address,
    const void *data, size_t len, int64_t now_sec, struct err *err_r)
{
	enum store_letter_kind kind = box == SIMULATOR_OOTO
					  ? STORE_LETTER_SIMULATED_OOTO
					  : STORE_LETTER_SIMULATED_COMPLAINT;
	char *facts = facts_dup(address, data, len);
	enum sg_err rc;

	if (facts == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a letter");
	rc = put_letter(
	    env, kind, path->account_id, sender, facts, now_sec, err_r);
	free(facts);
	return rc;
}

enum sg_err
simulator_take(const struct feedback_env *env, const char *sender,
    const char *address, const void *data, size_t len, int64_t now_sec,
    struct err *err_r)
{
	enum simulator_box box = simulator_look(env->conf, address);
	struct return_path path = {0};
	const char *why = NULL;
	enum sg_err rc = read_return_path(env, sender, &path, &why, err_r);
	char account[24];

	if (rc == SG_OK && why == NULL &&
	    (box == SIMULATOR_OOTO || box == SIMULATOR_COMPLAINT))
		rc = answer(env, box, &path, sender, address, data, len,
		    now_sec, err_r);
	if (rc == SG_MISSING)
		why = "the account is gone";
	else if (rc != SG_OK)
		return rc;
	(void)snprintf(
	    account, sizeof(account), "%lld", (long long)path.account_id);
	log_box(box, path.queue_id, address, account, why);
	return SG_OK;
}
