/* Fuzz target: any bytes as a template, or as two: what is before the first NUL is the
 * data in JSON.
 * fuzz-sources: template/parse.c template/read.c template/render.c template/space.c
 * fuzz-sources: base/arena.c base/buf.c base/err.c -lm
 * fuzz-packages: jansson */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "template/template.h"

#define OUT_MAX 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char some_data[] =
    "{\"a\":{\"b\":[1,2.5,\"x\",null,true,[],{}]},\"list\":[\"p\",\"q\"],"
    "\"yes\":true,\"no\":false,\"empty\":\"\",\"zero\":0,\"name\":\"<&>\"}";

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static void
render(const struct template *template, const json_t *data)
{
	char missing[TEMPLATE_PATH_MAX];
	struct buf out;
	struct err err = {.text = ""};
	enum sg_err rc;

	buf_init(&out, OUT_MAX);
	memset(missing, 'x', sizeof(missing));
	rc = template_render(template, data, &out, missing, &err);
	require(memchr(missing, '\0', sizeof(missing)) != NULL);
	require(rc == SG_OK || rc == SG_MISSING || rc == SG_NOMEM);
	require(rc != SG_OK || err.text[0] == '\0');
	require(rc == SG_OK || err.text[0] != '\0');
	require((rc == SG_MISSING) == (missing[0] != '\0') || rc == SG_MISSING);
	require(out.len <= OUT_MAX);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t before = nul == NULL ? 0 : (size_t)(nul - data) + 1;
	json_t *object =
	    nul == NULL ? NULL
			: json_loadb((const char *)data, before - 1, 0, NULL);
	struct template *template;
	struct err err = {.text = ""};
	enum sg_err rc;

	if (!json_is_object(object)) {
		json_decref(object);
		object = json_loads(some_data, 0, NULL);
	}
	rc = template_parse((const char *)data + before, size - before,
	    size % 2 == 0, &template, &err);
	require((rc == SG_OK) == (template != NULL));
	require(rc == SG_OK || err.text[0] != '\0');
	if (rc == SG_OK)
		render(template, object);
	template_free(&template);
	json_decref(object);
	return 0;
}
