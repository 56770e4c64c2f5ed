/* For tests: renders the templates of its input, one JSON object a line, and prints
 * what came of each: {"text": …}, {"missing": …} or {"error": …}. Never installed.
 * Members: template, data, escapes. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "template/template.h"

#define OUT_MAX (4 * 1024 * 1024)

static json_t *
render(const json_t *object)
{
	const json_t *text = json_object_get(object, "template");
	char missing[TEMPLATE_PATH_MAX] = "";
	struct template *template;
	struct buf out;
	struct err err = {.text = ""};
	json_t *answer;
	enum sg_err rc = template_parse(json_string_value(text),
	    json_string_length(text),
	    json_is_true(json_object_get(object, "escapes")), &template, &err);

	buf_init(&out, OUT_MAX);
	if (rc == SG_OK)
		rc = template_render(template, json_object_get(object, "data"),
		    &out, missing, &err);
	if (rc == SG_OK)
		answer = json_pack("{s:s}", "text", buf_str(&out));
	else if (rc == SG_MISSING)
		answer = json_pack("{s:s}", "missing", missing);
	else
		answer = json_pack("{s:s}", "error", err.text);
	buf_fini(&out);
	template_free(&template);
	return answer;
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		json_t *object = json_loads(line, 0, NULL);
		json_t *answer = render(object);

		if (json_dumpf(answer, stdout, JSON_ENSURE_ASCII) != 0)
			return 1;
		(void)fputc('\n', stdout); /* stdout is looked at in the end */
		json_decref(answer);
		json_decref(object);
	}
	free(line);
	return fflush(stdout) == 0 ? 0 : 1;
}
