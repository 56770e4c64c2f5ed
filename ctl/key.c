/* key: verbs of the command table. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/admin.h"
#include "ops/health.h"
#include "ops/master_key.h"

#define FRESH_SEC 60

static int
failed(struct ctl *ctl, enum sg_err code, const struct err *err)
{
	if (code == SG_IO || code == SG_BUSY)
		return ctl_fail(ctl, err);
	return ctl_refuse(ctl, "%s", err->text);
}

int
key_run_show(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"keys", "keys in the file", OUT_PLAIN},
	    {"waiting", "a new one waits", OUT_PLAIN},
	    {"sealed", "secrets", OUT_PLAIN},
	    {"former", "by another than the first", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct master_key_count count;
	struct err err;
	enum sg_err code;
	int rc = ctl_open(ctl, CTL_READ | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	code = master_key_count(ctl->store, ctl->seal, &count, &err);
	if (code != SG_OK)
		return failed(ctl, code, &err);
	return out_print(ctl,
	    json_pack("{s:I, s:b, s:I, s:I}", "keys",
		(json_int_t)seal_count(ctl->seal), "waiting",
		seal_has_next(ctl->seal), "sealed", (json_int_t)count.sealed,
		"former", (json_int_t)count.renewed),
	    columns, "");
}

int
key_run_add(struct ctl *ctl)
{
	struct err err;
	enum sg_err code;
	int rc = ctl_open(ctl, CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	code = seal_file_add(ctl->conf->master_key_file, &err);
	if (code != SG_OK)
		return ctl_refuse(ctl, "%s", err.text);
	return out_done(ctl,
	    json_pack("{s:o}", "path", out_string(ctl->conf->master_key_file)),
	    "a new key is in %s, and seals nothing yet. Next: copy the file to "
	    "every host, restart all programs, sendwardctl key rotate",
	    ctl->conf->master_key_file);
}

/* When the file's keys changed. Before the store is open. */
static int
changed_sec(struct ctl *ctl, int64_t *sec_r)
{
	struct stat st;

	if (stat(ctl->conf->master_key_file, &st) != 0)
		return ctl_refuse(
		    ctl, "%s cannot be seen", ctl->conf->master_key_file);
	*sec_r = (int64_t)st.st_mtime;
	return CTL_DONE;
}

/* Programs that run have the keys of when they were started. */
static int
check_programs(struct ctl *ctl, int64_t keys_sec)
{
	struct health_watch *watch = malloc(sizeof(*watch));
	int64_t now_sec = clock_now_sec();
	int rc = CTL_DONE;

	if (watch == NULL)
		return ctl_refuse(ctl, "no memory");
	health_watch(ctl->conf, ctl->store, watch);
	for (size_t i = 0; rc == CTL_DONE && i < watch->program_count; i++)
		if (now_sec - watch->programs[i].seen_sec < FRESH_SEC &&
		    watch->programs[i].started_sec <= keys_sec)
			rc = ctl_refuse(ctl,
			    "%s on %s was started before the keys changed: "
			    "copy %s to that host and restart it first",
			    watch->programs[i].name, watch->programs[i].host,
			    ctl->conf->master_key_file);
	free(watch);
	return rc;
}

/* The first key of the file is the new one. A rotation that ended in the middle has
 * turned the file, and not sealed all. Closes the store. */
static int
turn(struct ctl *ctl)
{
	bool has_next = seal_has_next(ctl->seal);
	struct master_key_count count;
	struct err err;
	enum sg_err code =
	    master_key_count(ctl->store, ctl->seal, &count, &err);

	admin_store_close(
	    &ctl->store); /* as its user the file cannot be written */
	if (code == SG_OK && !has_next && count.renewed == 0)
		return ctl_refuse(ctl,
		    "no new key waits in %s; make one: sendwardctl key add",
		    ctl->conf->master_key_file);
	if (code == SG_OK && has_next)
		code = seal_file_turn(ctl->conf->master_key_file, &err);
	return code == SG_OK ? CTL_DONE : failed(ctl, code, &err);
}

int
key_run_rotate(struct ctl *ctl)
{
	struct master_key_count count;
	struct err err;
	int64_t keys_sec = 0;
	enum sg_err code;
	int rc = ctl_open(ctl, CTL_KEY);

	if (rc == CTL_DONE)
		rc = changed_sec(ctl, &keys_sec);
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_READ);
	if (rc == CTL_DONE)
		rc = check_programs(ctl, keys_sec);
	if (rc == CTL_DONE)
		rc = turn(ctl);
	if (rc != CTL_DONE)
		return rc;
	seal_free(&ctl->seal);
	rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc != CTL_DONE)
		return rc;
	code = master_key_reseal(ctl->store, ctl->seal, &count, &err);
	if (code != SG_OK) /* both keys are in the file: nothing is lost */
		return failed(ctl, code, &err);
	return out_done(ctl,
	    json_pack("{s:I, s:I}", "sealed", (json_int_t)count.sealed,
		"renewed", (json_int_t)count.renewed),
	    "%" PRId64 " of %" PRId64
	    " secrets are sealed anew. Next: copy %s to every host and to a "
	    "safe place, restart all programs; in a month sendwardctl key drop",
	    count.renewed, count.sealed, ctl->conf->master_key_file);
}

int
key_run_drop(struct ctl *ctl)
{
	struct master_key_count count;
	struct err err;
	enum sg_err code;
	int64_t keys_sec = 0;
	size_t former;
	int rc = ctl_open(ctl, CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	former = seal_count(ctl->seal) - 1 - seal_has_next(ctl->seal);
	if (former == 0)
		return ctl_refuse(ctl, "there is no former key in %s",
		    ctl->conf->master_key_file);
	if (ctl_value(ctl, "yes") == NULL)
		return out_done(ctl,
		    json_pack("{s:I, s:b}", "former", (json_int_t)former,
			"dropped", 0),
		    "would forget %zu former key%s: return paths of before are "
		    "not believed any more. Really: --yes",
		    former, former == 1 ? "" : "s");
	rc = changed_sec(ctl, &keys_sec);
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc == CTL_DONE)
		rc = check_programs(ctl, keys_sec);
	if (rc != CTL_DONE)
		return rc;
	code = master_key_reseal(ctl->store, ctl->seal, &count, &err);
	admin_store_close(
	    &ctl->store); /* as its user the file cannot be written */
	if (code == SG_OK)
		code = seal_file_drop(ctl->conf->master_key_file, &err);
	if (code != SG_OK)
		return failed(ctl, code, &err);
	return out_done(ctl,
	    json_pack("{s:I, s:b}", "former", (json_int_t)former, "dropped", 1),
	    "forgot %zu former key%s. Next: copy %s to every host, restart all "
	    "programs",
	    former, former == 1 ? "" : "s", ctl->conf->master_key_file);
}
