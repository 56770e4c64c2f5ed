/* health: whether everything is well, and what to do. */
#include "config.h"

#include <stdlib.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/admin.h"
#include "ops/health.h"

static json_t *
facts_of(const struct health_part *part)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < part->fact_count; i++)
		out_set(&facts, part->facts[i].name,
		    out_string(part->facts[i].value));
	return facts;
}

static json_t *
list_of(const struct health *health)
{
	json_t *list = json_array();

	for (size_t i = 0; i < health->part_count; i++) {
		const struct health_part *part = &health->parts[i];

		out_add(&list,
		    json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "name",
			part->name, "title", part->title, "status",
			health_status_name(part->status), "detail",
			out_string(part->detail), "advice",
			out_text(part->advice), "facts", facts_of(part)));
	}
	return list;
}

static void
print_part(const struct health_part *part)
{
	struct buf clean;

	buf_init(&clean, 4096);
	(void)out_clean(part->detail, &clean); /* cut at the cap */
	(void)printf("%-4s  %-8s  %s\n", health_status_name(part->status),
	    part->name, buf_str(&clean)); /* main looks at stdout */
	buf_fini(&clean);
	if (part->advice[0] == '\0')
		return;
	buf_init(&clean, 4096);
	(void)out_clean(part->advice, &clean);
	(void)printf("                -> %s\n", buf_str(&clean));
	buf_fini(&clean);
}

static int
show(struct ctl *ctl, const struct health *health)
{
	int rc = CTL_DONE;

	if (ctl->json)
		rc = out_print(ctl,
		    json_pack("{s:s, s:s, s:o}", "status",
			health_status_name(health->status), "mode",
			health->mode, "parts", list_of(health)),
		    NULL, "");
	else
		for (size_t i = 0; i < health->part_count; i++)
			print_part(&health->parts[i]);
	if (rc == CTL_DONE && health->status == HEALTH_FAIL)
		rc = CTL_REFUSED;
	return rc;
}

int
health_run(struct ctl *ctl)
{
	struct health *health = calloc(1, sizeof(*health));
	struct health_facts *facts;
	struct err err = {0};
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE) {
		free(health);
		return rc;
	}
	facts = health_facts_new(ctl->conf, clock_now_sec());
	if (health == NULL || facts == NULL) {
		err_set(&err, SG_NOMEM, "no memory");
		rc = ctl_fail(ctl, &err);
	} else {
		/* before root becomes the user that owns the store */
		health_ask(facts, ctl->conf);
		if (admin_store_open(
			ctl->conf, STORE_OPEN_READ, &ctl->store, &err) != SG_OK)
			ctl->store = NULL;
		health_read(facts, ctl->conf, ctl->store, &err);
		health_judge(facts, health);
		rc = show(ctl, health);
	}
	health_facts_free(&facts);
	free(health);
	return rc;
}
