/* dkim: signing keys of identities and the operator's, and the zone of Easy DKIM. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/facts.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/records.h"
#include "ctl/verbs.h"
#include "ops/identity.h"
#include "ops/operator_key.h"
#include "ops/records.h"
#include "ops/rotation.h"

#define KEY_FILE_MAX (64 * 1024)

static int
load(const struct ctl *ctl, struct identity_file **file_r)
{
	struct store_identity row;
	struct err err;

	if (identity_get(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), &row,
		&err) != SG_OK ||
	    identity_file_load(
		ctl->store, ctl->conf, row.facts.id, file_r, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return CTL_DONE;
}

int
dkim_run_show(struct ctl *ctl)
{
	struct identity_file *file = NULL;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc == CTL_DONE)
		rc = load(ctl, &file);
	if (rc != CTL_DONE)
		return rc;
	rc = ctl->json ? out_print(ctl, facts_whole(file), NULL, "")
		       : facts_print_keys(ctl, file);
	identity_file_free(&file);
	return rc;
}

/* ---- import ------------------------------------------------------------------ */

static int
import_key(struct ctl *ctl, const char *selector, const struct buf *text)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	bool now = ctl_value(ctl, "now") != NULL;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (identity_import_key(ctl->store, ctl->seal, account, name, selector,
		buf_str(text), text->len, now, clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:s, s:b}", "account", account, "name",
		out_string(name), "selector", selector, "active", now),
	    now ? "the key signs mail from %s with selector %s, within a "
		  "second; its record must be in DNS: sendwardctl identity "
		  "check %s %s"
		: "the key of %s with selector %s is kept, and signs as soon "
		  "as DNS has its record; to look now: sendwardctl identity "
		  "check %s %s",
	    name, selector, account, name);
}

int
dkim_run_import(struct ctl *ctl)
{
	const char *selector = ctl_value(ctl, "selector");
	const char *path = ctl_value(ctl, "key-file");
	struct buf text;
	int rc;

	rc = input_file(ctl, path, KEY_FILE_MAX, &text);
	if (rc != CTL_DONE)
		return rc;
	rc = import_key(ctl, selector, &text);
	input_wipe(&text);
	return rc;
}

/* ---- rotate ------------------------------------------------------------------ */

static json_t *
rotations_json(const struct ctl *ctl, const struct rotation *list, size_t count)
{
	static const char *const origins[] = {
	    [KEY_TXT] = "TXT",
	    [KEY_EASY] = "EASY_DKIM",
	    [KEY_EXTERNAL] = "EXTERNAL",
	};
	json_t *keys = json_array();

	for (size_t i = 0; i < count && keys != NULL; i++)
		(void)out_add(&keys,
		    json_pack("{s:s, s:s, s:b}", "selector", list[i].selector,
			"origin", origins[list[i].origin], "must_be_published",
			list[i].waits_for_customer));
	if (keys == NULL)
		return NULL;
	return json_pack("{s:s, s:o, s:o}", "account", ctl_arg(ctl, 0), "name",
	    out_string(ctl_arg(ctl, 1)), "keys", keys);
}

static int
print_rotations(
    const struct ctl *ctl, const struct rotation *list, size_t count)
{
	struct identity_file *file = NULL;
	int rc = load(ctl, &file);

	for (size_t i = 0; i < count && rc == CTL_DONE; i++) {
		(void)printf("%sA new key waits, with selector %s.\n",
		    i == 0 ? "" : "\n", list[i].selector);
		if (list[i].waits_for_customer) {
			(void)printf("It takes over when the domain's owner "
				     "has published it:\n");
			records_print_key(file, list[i].key_id);
		} else
			(void)printf(
			    "It takes over by itself, when it has been "
			    "in the operator's zone for\n%lld seconds "
			    "(the option dkim.ttl_sec).\n",
			    (long long)ctl->conf->dkim_ttl_sec);
	}
	if (rc == CTL_DONE)
		(void)printf("\nUntil then the key of before signs; afterwards "
			     "leave its record for 7 days.\nHow far it is: "
			     "sendwardctl dkim show %s %s\n",
		    ctl_arg(ctl, 0), ctl_arg(ctl, 1)); /* main looks at it */
	identity_file_free(&file);
	return rc;
}

int
dkim_run_rotate(struct ctl *ctl)
{
	struct rotation list[2];
	size_t count = 0;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (rotation_start(ctl->store, ctl->seal, ctl->conf, ctl_arg(ctl, 0),
		ctl_arg(ctl, 1), ctl_value(ctl, "give-up-old") != NULL,
		clock_now_sec(), list, &count, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (ctl->json)
		return out_print(
		    ctl, rotations_json(ctl, list, count), NULL, "");
	return print_rotations(ctl, list, count);
}

/* ---- zone -------------------------------------------------------------------- */

static bool
add_line(void *ctx, const char *line)
{
	return out_add(ctx, out_string(line));
}

/* All is held first: half a zone must not be taken for one. */
int
dkim_run_zone(struct ctl *ctl)
{
	const json_t *line;
	json_t *list;
	struct err err;
	size_t i;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	if (list != NULL && rotation_zone(ctl->store, ctl->conf, add_line,
				&list, &err) != SG_OK) {
		json_decref(list);
		return ctl_fail(ctl, &err);
	}
	if (list == NULL)
		return ctl_refuse(ctl, "no memory for the zone");
	if (ctl->json)
		return out_print(ctl, list, NULL, "");
	json_array_foreach(list, i, line)(void)
	    puts(json_string_value(line)); /* main looks at stdout */
	json_decref(list);
	return CTL_DONE;
}

/* ---- the operator's key -------------------------------------------------------- */

static int
print_operator(
    const struct ctl *ctl, const struct dkim_record *record, bool is_new)
{
	struct buf name, value, zone;
	int rc = CTL_DONE;

	buf_init(&name, 512);
	buf_init(&value, 4096);
	buf_init(&zone, 8192);
	if (!dkim_record_name(record, &name) ||
	    !dkim_record_value(record, &value) ||
	    !dkim_record_zone(record, &zone))
		rc = ctl_refuse(ctl, "no memory for the record");
	else if (ctl->json)
		rc = out_print(ctl,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "name",
			buf_str(&name), "type", "TXT", "value", buf_str(&value),
			"zone", buf_str(&zone), "file",
			ctl->conf->dkim_operator_key_file, "created", is_new),
		    NULL, "");
	else
		(void)printf(
		    "The key is %sin %s.\nPublish its record, then "
		    "restart the milter:\n\n  name   %s\n  type   "
		    "TXT\n  value  %s\n\nAs a line of a zone file:\n\n%s",
		    is_new ? "" : "there already, ",
		    ctl->conf->dkim_operator_key_file, buf_str(&name),
		    buf_str(&value), buf_str(&zone)); /* main looks at it */
	buf_fini(&name);
	buf_fini(&value);
	buf_fini(&zone);
	return rc;
}

int
dkim_run_operator(struct ctl *ctl)
{
	struct dkim_record record;
	struct dkim_key *key = NULL;
	char *public_base64 = NULL;
	enum sg_err made;
	struct err err;
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE)
		return rc;
	made = operator_key_create(ctl->conf, &err);
	if ((made != SG_OK && made != SG_EXISTS) ||
	    operator_key_load(ctl->conf, &key, &err) != SG_OK ||
	    operator_key_record(
		ctl->conf, key, &record, &public_base64, &err) != SG_OK)
		rc = ctl_refuse(ctl, "%s", err.text);
	else
		rc = print_operator(ctl, &record, made == SG_OK);
	free(public_base64);
	dkim_key_unref(&key);
	return rc;
}
