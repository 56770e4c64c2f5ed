/* XML by libxml2's writer: see xml.h. */
#include "config.h"

#include "api/xml.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlwriter.h>

#include "api/call.h"
#include "api/fault.h"
#include "api/value.h"
#include "ops/text_json.h"

static const char *
name_space(enum api_protocol protocol)
{
	return protocol == API_SNS ? "http://sns.amazonaws.com/doc/2010-03-31/"
				   : "http://ses.amazonaws.com/doc/2010-12-01/";
}

/* ---- elements ---------------------------------------------------------------------
 * The writer remembers that it failed: what counts is what ends up in the buffer,
 * looked at once at the end. */

static void
start(xmlTextWriter *writer, const char *name)
{
	(void)xmlTextWriterStartElement(writer, (const xmlChar *)name);
}

static void
end(xmlTextWriter *writer)
{
	(void)xmlTextWriterEndElement(writer);
}

/* XML 1.0 (production 2) has no place for these. Bytes of a character of UTF-8 that
 * is good. */
static bool
is_char(const unsigned char *c)
{
	if (c[0] < 0x20)
		return c[0] == '\t' || c[0] == '\n' || c[0] == '\r';
	return !(c[0] == 0xEF && c[1] == 0xBF && c[2] >= 0xBE); /* U+FFFE, F */
}

static size_t
width_of(unsigned char c)
{
	return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* text: good UTF-8, ends with NUL; may hold NUL within len. */
static void
put_text(xmlTextWriter *writer, const char *text, size_t len)
{
	struct buf clean;
	size_t width;

	buf_init(&clean, 3 * len + 1);
	for (size_t i = 0; i < len; i += width) {
		width = width_of((unsigned char)text[i]);
		if (is_char((const unsigned char *)text + i))
			(void)buf_append(&clean, text + i, width);
		else
			(void)buf_puts(&clean, "\xEF\xBF\xBD");
	}
	(void)xmlTextWriterWriteString(
	    writer, (const xmlChar *)buf_str(&clean));
	buf_fini(&clean);
}

static void
put_element(xmlTextWriter *writer, const char *name, const char *text)
{
	json_t *clean = text_json_new(text, strlen(text));

	start(writer, name);
	if (clean != NULL)
		put_text(writer, json_string_value(clean),
		    json_string_length(clean));
	json_decref(clean);
	end(writer);
}

/* ---- values ----------------------------------------------------------------------- */

/* Always with a point: "200.0". As short as it can be read back. */
static void
put_number(xmlTextWriter *writer, double value)
{
	char text[64];

	if (!isfinite(value))
		value = 0;
	(void)snprintf(text, sizeof(text), "%.15g", value);
	if (strtod(text, NULL) != value)
		(void)snprintf(text, sizeof(text), "%.17g", value);
	put_text(writer, text, strlen(text));
	if (strpbrk(text, ".e") == NULL)
		put_text(writer, ".0", 2);
}

static void
put_leaf(xmlTextWriter *writer, enum api_kind kind, const json_t *value)
{
	char text[API_VALUE_TIME_MAX];

	if (kind == API_TIME && json_is_number(value)) {
		api_value_time_text(json_number_value(value), text);
		put_text(writer, text, strlen(text));
	} else if (json_is_string(value)) {
		put_text(writer, json_string_value(value),
		    json_string_length(value));
	} else if (json_is_boolean(value)) {
		put_text(writer, json_is_true(value) ? "true" : "false",
		    json_is_true(value) ? 4 : 5);
	} else if (json_is_integer(value) && kind != API_NUMBER) {
		(void)snprintf(text, sizeof(text), "%lld",
		    (long long)json_integer_value(value));
		put_text(writer, text, strlen(text));
	} else if (json_is_number(value)) {
		put_number(writer, json_number_value(value));
	}
}

static void put_value(
    xmlTextWriter *writer, const struct api_shape *shape, const json_t *value);

static void
put_members(xmlTextWriter *writer, const struct api_member *members,
    const json_t *object)
{
	for (; members != NULL && members->name != NULL; members++) {
		const json_t *value = json_object_get(object, members->name);

		if (value == NULL || json_is_null(value))
			continue;
		start(writer, members->name);
		put_value(writer, members->shape, value);
		end(writer);
	}
}

static void
put_map(
    xmlTextWriter *writer, const struct api_shape *element, const json_t *map)
{
	void *at = json_object_iter((json_t *)(uintptr_t)map);

	for (; at != NULL;
	     at = json_object_iter_next((json_t *)(uintptr_t)map, at)) {
		start(writer, "entry");
		put_element(writer, "key", json_object_iter_key(at));
		start(writer, "value");
		put_value(writer, element, json_object_iter_value(at));
		end(writer);
		end(writer);
	}
}

static void
put_value(
    xmlTextWriter *writer, const struct api_shape *shape, const json_t *value)
{
	const json_t *item;
	size_t i;

	switch (shape->kind) {
	case API_STRUCT:
		put_members(writer, shape->members, value);
		return;
	case API_MAP:
		put_map(writer, shape->element, value);
		return;
	case API_LIST:
		json_array_foreach(value, i, item)
		{
			start(writer, "member");
			put_value(writer, shape->element, item);
			end(writer);
		}
		return;
	default:
		put_leaf(writer, shape->kind, value);
	}
}

/* ---- documents --------------------------------------------------------------------- */

static void
start_document(
    xmlTextWriter *writer, enum api_protocol protocol, const char *root)
{
	start(writer, root);
	(void)xmlTextWriterWriteAttribute(writer, (const xmlChar *)"xmlns",
	    (const xmlChar *)name_space(protocol));
}

static void
put_answer(xmlTextWriter *writer, const struct api_operation *operation,
    const json_t *out, const char *request_id)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "%sResponse", operation->name);
	start_document(writer, operation->protocol, name);
	if ((operation->flags & API_OP_NO_RESULT) == 0) {
		(void)snprintf(name, sizeof(name), "%sResult", operation->name);
		start(writer, name);
		put_members(writer, operation->out, out);
		end(writer);
	}
	start(writer, "ResponseMetadata");
	put_element(writer, "RequestId", request_id);
	end(writer);
	end(writer);
}

static void
put_error(xmlTextWriter *writer, enum api_protocol protocol,
    const struct api_fault *fault, const char *request_id)
{
	const struct api_fault_kind *kind = api_fault_find(fault->code);

	start_document(writer, protocol, "ErrorResponse");
	start(writer, "Error");
	put_element(writer, "Type",
	    kind == NULL || kind->is_receiver ? "Receiver" : "Sender");
	put_element(writer, "Code", fault->code);
	put_element(writer, "Message", fault->message);
	end(writer);
	put_element(writer, "RequestId", request_id);
	end(writer);
}

/* libxml2 makes its own tables at first use, which threads must not do at the same
 * time. */
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

/* One of the two by `fault`. */
static bool
write_document(const struct api_operation *operation,
    enum api_protocol protocol, const json_t *out,
    const struct api_fault *fault, const char *request_id, struct buf *out_r)
{
	xmlBuffer *memory;
	xmlTextWriter *writer;
	bool is_good = false;

	(void)pthread_once(&tables_once, xmlInitParser);
	memory = xmlBufferCreate();
	writer = memory == NULL ? NULL : xmlNewTextWriterMemory(memory, 0);
	if (writer == NULL)
		goto out;
	if (fault != NULL)
		put_error(writer, protocol, fault, request_id);
	else
		put_answer(writer, operation, out, request_id);
	is_good = xmlTextWriterFlush(writer) >= 0 &&
		  buf_append(out_r, xmlBufferContent(memory),
		      (size_t)xmlBufferLength(memory));
out:
	if (writer != NULL)
		xmlFreeTextWriter(writer);
	if (memory != NULL)
		xmlBufferFree(memory);
	return is_good;
}

bool
api_xml_answer(const struct api_operation *operation, const json_t *out,
    const char *request_id, struct buf *out_r)
{
	return write_document(
	    operation, operation->protocol, out, NULL, request_id, out_r);
}

bool
api_xml_error(enum api_protocol protocol, const struct api_fault *fault,
    const char *request_id, struct buf *out_r)
{
	return write_document(NULL, protocol, NULL, fault, request_id, out_r);
}
