/* For tests: composes the messages that its input asks for, one JSON object a line,
 * and prints what came of each: {"message": TEXT} or {"error": TEXT}. Never installed.
 * Members: those of struct post_mail; attachments' data in base64. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/buf.h"
#include "post/compose.h"

#define LISTED_MAX 128
#define MESSAGE_MAX (64 * 1024 * 1024)

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static struct post_text
post_text_of(const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);

	return (struct post_text){
	    .data = text_of(text, "data"), .charset = text_of(text, "charset")};
}

static const char *const *
list_of(const json_t *object, const char *name, const char **list)
{
	const json_t *texts = json_object_get(object, name);
	size_t i = 0;

	for (; i < json_array_size(texts) && i < LISTED_MAX; i++)
		list[i] = json_string_value(json_array_get(texts, i));
	list[i] = NULL;
	return list;
}

static void
fields_of(const json_t *object, struct post_field *fields)
{
	const json_t *list = json_object_get(object, "fields");

	for (size_t i = 0; i < json_array_size(list) && i < LISTED_MAX; i++) {
		const json_t *one = json_array_get(list, i);

		fields[i].name = json_string_value(json_array_get(one, 0));
		fields[i].value = json_string_value(json_array_get(one, 1));
	}
}

static size_t
attachments_of(const json_t *object, struct post_attachment *attachments)
{
	const json_t *list = json_object_get(object, "attachments");
	size_t i = 0;

	for (; i < json_array_size(list) && i < LISTED_MAX; i++) {
		const json_t *one = json_array_get(list, i);
		struct post_attachment *a = &attachments[i];
		gsize len = 0;

		a->data = g_base64_decode(text_of(one, "data"), &len);
		a->len = len;
		a->file_name = text_of(one, "file_name");
		a->content_type = text_of(one, "content_type");
		a->is_inline = json_is_true(json_object_get(one, "is_inline"));
		a->content_id = text_of(one, "content_id");
		a->description = text_of(one, "description");
		a->encoding =
		    (int)json_integer_value(json_object_get(one, "encoding"));
	}
	return i;
}

static void
make(const json_t *object)
{
	const char *to[LISTED_MAX + 1], *cc[LISTED_MAX + 1],
	    *reply_to[LISTED_MAX + 1];
	struct post_field fields[LISTED_MAX + 1] = {{NULL, NULL}};
	struct post_attachment attachments[LISTED_MAX] = {{.len = 0}};
	struct post_mail mail = {.from = text_of(object, "from"),
	    .to = list_of(object, "to", to),
	    .cc = list_of(object, "cc", cc),
	    .reply_to = list_of(object, "reply_to", reply_to),
	    .subject = post_text_of(object, "subject"),
	    .text = post_text_of(object, "text"),
	    .html = post_text_of(object, "html"),
	    .fields = fields,
	    .attachments = attachments,
	    .set = text_of(object, "set"),
	    .tags = text_of(object, "tags"),
	    .tenant = text_of(object, "tenant"),
	    .message_id_domain = "mail.example",
	    .now_sec = 1700000000};
	struct buf out;
	struct err err = {.text = ""};
	enum sg_err rc;
	json_t *answer;

	fields_of(object, fields);
	mail.attachment_count = attachments_of(object, attachments);
	buf_init(&out, MESSAGE_MAX);
	rc = post_compose(&mail, &out, &err);
	answer = rc == SG_OK ? json_pack("{s:s}", "message", buf_str(&out))
			     : json_pack("{s:s}", "error", err.text);
	(void)json_dumpf(answer, stdout, JSON_ENSURE_ASCII);
	(void)fputc('\n', stdout); /* stdout is looked at in the end */
	json_decref(answer);
	buf_fini(&out);
	for (size_t i = 0; i < mail.attachment_count; i++)
		g_free((void *)(uintptr_t)attachments[i].data);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	post_init();
	while (getline(&line, &size, stdin) > 0) {
		json_error_t error;
		json_t *object = json_loads(line, 0, &error);

		if (object == NULL) {
			(void)fprintf(stderr, "make-message: %s\n", error.text);
			return 1;
		}
		make(object);
		json_decref(object);
	}
	free(line);
	return fflush(stdout) == 0 ? 0 : 1;
}
