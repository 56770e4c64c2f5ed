/* dkim: keys that come from elsewhere. (dkim show stands with the identities.) */
#include "config.h"

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/identity.h"

#define KEY_FILE_MAX (64 * 1024)

static int
import_key(struct ctl *ctl, const char *selector, const struct buf *text)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (identity_import_key(ctl->store, ctl->seal, account, name, selector,
		buf_str(text), text->len, clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:s}", "account", account, "name",
		out_string(name), "selector", selector),
	    "the key signs mail from %s with selector %s, within a second; its "
	    "record must be in DNS: sendwardctl identity records %s %s",
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
