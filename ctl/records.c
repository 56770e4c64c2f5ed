/* Keys and DNS records: see records.h. Looks nothing up in DNS. */
#include "config.h"

#include "ctl/records.h"

#include <string.h>

#include "ctl/out.h"
#include "dkim/record.h"
#include "ops/identity.h"

#define VALUE_MAX 4096
#define STRING_MAX 255 /* RFC 1035 §3.3.14 */

struct load {
	const char *domain;
	json_t *keys, *records;
	bool failed;
};

/* The value as the strings of a TXT record. */
static json_t *
strings_json(const char *value)
{
	json_t *list = json_array();
	size_t len = strlen(value);

	for (size_t at = 0; at < len && list != NULL; at += STRING_MAX) {
		size_t part = len - at < STRING_MAX ? len - at : STRING_MAX;

		if (json_array_append_new(
			list, json_stringn(value + at, part)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static json_t *
record_json(const struct store_key *row, const char *domain)
{
	struct dkim_record record = {.selector = row->selector,
	    .domain = domain,
	    .algorithm = row->algorithm,
	    .public_base64 = row->public_base64};
	struct buf name, value;
	char purpose[96];
	json_t *doc = NULL;

	buf_init(&name, VALUE_MAX);
	buf_init(&value, VALUE_MAX);
	(void)snprintf(purpose, sizeof(purpose), /* fits */
	    "DKIM: the public key of signatures (%s, %d bits)", row->algorithm,
	    row->bits);
	if (dkim_record_name(&record, &name) &&
	    dkim_record_value(&record, &value))
		doc = json_pack("{s:s, s:s, s:s, s:o, s:s}", "name",
		    buf_str(&name), "type", "TXT", "value", buf_str(&value),
		    "strings", strings_json(buf_str(&value)), "purpose",
		    purpose);
	buf_fini(&name);
	buf_fini(&value);
	return doc;
}

static bool
load_key(void *ctx, const struct store_key *row)
{
	struct load *load = ctx;

	if (json_array_append_new(
		load->keys, json_pack("{s:s, s:s, s:i, s:b, s:o}", "selector",
				row->selector, "algorithm", row->algorithm,
				"bits", row->bits, "active", row->active,
				"created", out_time(row->created_sec))) != 0)
		load->failed = true;
	if (row->active && json_array_append_new(load->records,
			       record_json(row, load->domain)) != 0)
		load->failed = true;
	return !load->failed;
}

int
records_load(const struct ctl *ctl, const struct store_identity *row,
    json_t **keys_r, json_t **records_r)
{
	struct load load = {.domain = identity_domain(row),
	    .keys = json_array(),
	    .records = json_array()};
	struct err err;
	int rc = CTL_DONE;

	load.failed = load.keys == NULL || load.records == NULL;
	if (!load.failed &&
	    identity_key_list(ctl->store, row, load_key, &load, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	else if (load.failed)
		rc = ctl_refuse(ctl, "no memory for the records");
	if (rc != CTL_DONE) {
		json_decref(load.keys);
		json_decref(load.records);
		return rc;
	}
	*keys_r = load.keys;
	*records_r = load.records;
	return CTL_DONE;
}

static const char *
text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text == NULL ? "" : text;
}

/* Length of the name without ".DOMAIN". */
static int
relative_length(const char *name, const char *domain)
{
	size_t len = strlen(name), tail = strlen(domain) + 1;

	return (int)(len > tail ? len - tail : len);
}

void
records_print_text(const char *domain, const json_t *records)
{
	const json_t *record;
	size_t i;

	if (json_array_size(records) == 0) {
		(void)printf("No record to publish: no key of its own signs. "
			     "(Mail of an address is signed\nwith its domain's "
			     "key, when that is an identity too.)\n");
		return;
	}
	(void)printf("To publish in the DNS of %s:\n", domain);
	json_array_foreach(records, i, record)
	{
		const char *name = text_of(record, "name");

		(void)printf("\n  %s\n  name   %s\n  type   %s\n  value  %s\n",
		    text_of(record, "purpose"), name, text_of(record, "type"),
		    text_of(record, "value"));
		(void)printf("  A panel that adds the domain by itself wants "
			     "the name without it: %.*s\n",
		    relative_length(name, domain), name);
	}
	(void)printf("\nA value over 255 characters is one TXT record of "
		     "several strings. Most panels split\nit by themselves; a "
		     "zone file needs it split: --format zone.\n");
}

void
records_print_zone(const json_t *records)
{
	const json_t *record, *string;
	size_t i, j;

	json_array_foreach(records, i, record)
	{
		(void)printf("; %s\n%s. IN %s (", text_of(record, "purpose"),
		    text_of(record, "name"), text_of(record, "type"));
		json_array_foreach(json_object_get(record, "strings"), j,
		    string)(void) printf(" \"%s\"", json_string_value(string));
		(void)printf(" )\n");
	}
}
