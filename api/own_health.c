/* sendward's own operations: whether everything is well. */
#include "config.h"

#include <stdlib.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/health.h"

static void
put_part(json_t *out, const struct health_part *part)
{
	json_t *facts;

	api_put_text(out, "Name", part->name);
	api_put_text(out, "Title", part->title);
	api_put_text(out, "Status", health_status_name(part->status));
	api_put_text(out, "Detail", part->detail);
	if (part->advice[0] != '\0')
		api_put_text(out, "Advice", part->advice);
	facts = api_put_list(out, "Facts");
	for (size_t i = 0; i < part->fact_count; i++) {
		json_t *fact = api_add_object(facts);

		api_put_text(fact, "Name", part->facts[i].name);
		api_put_text(fact, "Value", part->facts[i].value);
	}
}

static void
put_health(json_t *out, const struct health *health)
{
	json_t *parts;

	api_put_text(out, "Status", health_status_name(health->status));
	api_put_text(out, "Mode", health->mode);
	parts = api_put_list(out, "Parts");
	for (size_t i = 0; i < health->part_count; i++)
		put_part(api_add_object(parts), &health->parts[i]);
}

static void
get_health(struct api_call *call)
{
	struct health *health = calloc(1, sizeof(*health));
	struct err err = {0};
	enum sg_err rc = health == NULL ? err_set(&err, SG_NOMEM, "no memory")
					: health_take(call->conf, call->store,
					      call->now_sec, health, &err);

	if (api_check(call, rc, &err, &api_v2_codes))
		put_health(call->out, health);
	free(health);
}

/* clang-format off */
const struct api_operation api_own_health[] = {
	{API_OWN, "GetHealth", "GET", "/sendward/operator/health",
	    NULL, NULL, API_OP_READS | API_OP_OPERATOR | API_OP_SLOW,
	    "", get_health},
	{.name = NULL}};
/* clang-format on */
