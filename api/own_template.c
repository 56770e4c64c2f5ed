/* sendward's own operations: templates while they are written. Keeps and sends
 * nothing. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "base/buf.h"
#include "template/template.h"

#define PART_BYTES_MAX ((size_t)2 * 1024 * 1024)

struct rendering {
	struct api_call *call;
	json_t *data;     /* NULL: cannot be used */
	json_t *failures; /* in the output */
};

static json_t *
add_failure(const struct rendering *r, const char *part, const char *message)
{
	json_t *failure = api_add_object(r->failures);

	api_put_text(failure, "Part", part);
	api_put_text(failure, "Message", message);
	return failure;
}

/* "line 3, column 5: WHY", as template_parse has it: *line_r 0 when it is not of that
 * form. */
static const char *
read_place(const char *text, long *line_r, long *column_r)
{
	static const char first[] = "line ", second[] = ", column ";
	char *end;

	*line_r = 0;
	if (strncmp(text, first, sizeof(first) - 1) != 0)
		return text;
	*line_r = strtol(text + sizeof(first) - 1, &end, 10);
	if (strncmp(end, second, sizeof(second) - 1) != 0) {
		*line_r = 0;
		return text;
	}
	*column_r = strtol(end + sizeof(second) - 1, &end, 10);
	return strncmp(end, ": ", 2) == 0 ? end + 2 : end;
}

static void
fail_to_parse(
    const struct rendering *r, const char *part, const struct err *err)
{
	long line, column;
	const char *why = read_place(err->text, &line, &column);
	json_t *failure = add_failure(r, part, why);

	if (line == 0)
		return;
	api_put_integer(failure, "Line", line);
	api_put_integer(failure, "Column", column);
}

static void
render(const struct rendering *r, const char *part,
    const struct template *template)
{
	char missing[TEMPLATE_PATH_MAX];
	struct err err = {.text = ""};
	struct buf out;
	enum sg_err rc;

	buf_init(&out, PART_BYTES_MAX);
	rc = template_render(template, r->data, &out, missing, &err);
	if (rc == SG_OK)
		api_put_text(r->call->out, part, buf_str(&out));
	else if (rc == SG_MISSING)
		api_put_text(add_failure(r, part, "is not present in the data"),
		    "Attribute", missing);
	else
		(void)add_failure(r, part, err.text);
	buf_fini(&out);
}

/* Each part by itself: one that is wrong hides none of the others. Nothing is escaped,
 * as when it is sent. */
static void
take_part(const struct rendering *r, const char *part)
{
	const char *text = api_text(r->call->in, part);
	struct template *template = NULL;
	struct err err = {.text = ""};

	if (text[0] == '\0')
		return;
	if (template_parse(text, strlen(text), false, &template, &err) != SG_OK)
		fail_to_parse(r, part, &err);
	else if (r->data != NULL)
		render(r, part, template);
	template_free(&template);
}

static void
read_data(struct rendering *r)
{
	const char *text = api_text(r->call->in, "Data");
	json_error_t error;
	json_t *failure;

	if (text[strspn(text, " \t\r\n")] == '\0')
		text = "{}";
	r->data = json_loads(text, 0, &error);
	if (r->data == NULL) {
		failure = add_failure(r, "Data", error.text);
		api_put_integer(failure, "Line", error.line);
		api_put_integer(failure, "Column", error.column);
	} else if (!json_is_object(r->data)) {
		(void)add_failure(r, "Data", "must be a JSON object");
		json_decref(r->data);
		r->data = NULL;
	}
}

static void
render_content(struct api_call *call)
{
	struct rendering r = {.call = call};

	r.failures = api_put_list(call->out, "Failures");
	read_data(&r);
	take_part(&r, "Subject");
	take_part(&r, "Text");
	take_part(&r, "Html");
	json_decref(r.data);
}

/* clang-format off */
const struct api_operation api_own_template[] = {
	{API_OWN, "RenderContent", "POST", "/sendward/renderings",
	    api_in_own_render_content, NULL, API_OP_READS | API_OP_SLOW,
	    "", render_content},
	{.name = NULL}};
/* clang-format on */
