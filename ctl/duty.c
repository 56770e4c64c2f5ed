/* duty: which host does what one does for all. */
#include "config.h"

#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/duty.h"

static bool
add_row(void *ctx, const struct duty_state *state)
{
	return out_add(ctx,
	    json_pack("{s:s, s:o, s:I, s:o, s:b}", "duty", state->name, "host",
		out_string(state->host), "pid", (json_int_t)state->pid, "since",
		out_time(state->since_sec), "held", (int)state->is_held));
}

int
duty_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"duty", "DUTY", OUT_PLAIN},
	    {"host", "HOST", OUT_PLAIN},
	    {"pid", "PROCESS", OUT_PLAIN},
	    {"since", "SINCE", OUT_PLAIN},
	    {"held", "HELD", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	enum sg_err code;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	code = duty_list(ctl->store, add_row, &list, &err);
	return out_list(ctl, &list, code, &err, columns,
	    "No duty is held: sendward-jobd runs nowhere.");
}
