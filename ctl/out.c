/* Tables and JSON: see out.h. Does not know what it shows. */
#include "config.h"

#include "ctl/out.h"

#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "base/clock.h"
#include "ops/event.h"

#define TEXT_MAX (64 * 1024)
#define COLUMNS_MAX 16

/* Length of the UTF-8 character at text (RFC 3629); 0: none, or a control
 * character (C0, DEL, C1, or one that changes the direction of writing). */
static size_t
character(const char *text)
{
	wchar_t wide;
	mbstate_t state;
	size_t len;

	memset(&state, 0, sizeof(state));
	len = mbrtowc(&wide, text, strnlen(text, 4), &state);
	if (len == 0 || len > 4 || wcwidth(wide) < 0 ||
	    (wide >= 0x202a && wide <= 0x202e) ||
	    (wide >= 0x2066 && wide <= 0x2069))
		return 0;
	return len;
}

bool
out_clean(const char *text, struct buf *out)
{
	while (*text != '\0') {
		size_t len = character(text);

		if (len == 0)
			(void)buf_putc(out, '?'); /* failed is looked at */
		else
			(void)buf_append(out, text, len);
		text += len == 0 ? 1 : len;
	}
	return !out->failed;
}

size_t
out_width(const char *text)
{
	size_t width = 0, len;

	for (; (len = character(text)) > 0; text += len) {
		wchar_t wide = 0;
		mbstate_t state;

		memset(&state, 0, sizeof(state));
		if (mbrtowc(&wide, text, len, &state) == len)
			width += (size_t)wcwidth(wide);
	}
	return width;
}

json_t *
out_string(const char *text)
{
	json_t *value = json_string(text);
	struct buf clean;

	if (value != NULL)
		return value;
	buf_init(&clean, TEXT_MAX);
	if (out_clean(text, &clean))
		value = json_string(buf_str(&clean));
	buf_fini(&clean);
	return value;
}

json_t *
out_time(int64_t sec)
{
	char text[CLOCK_ISO_MAX];

	return sec == 0 ? json_null() : json_string(clock_iso(sec, text));
}

json_t *
out_text(const char *text)
{
	return text[0] == '\0' ? json_null() : out_string(text);
}

json_t *
out_msec(int64_t msec)
{
	char text[EVENT_TIME_MAX];

	return json_string(event_time(msec, text));
}

void
out_set(json_t **doc, const char *key, json_t *value)
{
	if (*doc == NULL) {
		json_decref(value);
		return;
	}
	if (json_object_set_new(*doc, key, value) == 0)
		return;
	json_decref(*doc);
	*doc = NULL;
}

/* ---- one value ------------------------------------------------------------ */

static void
put_moment(const char *text, struct buf *out)
{
	const char *dot = strchr(text, '.');

	if (dot == NULL)
		(void)out_clean(text, out); /* failed is looked at */
	else
		(void)buf_printf(out, "%.*sZ", (int)(dot - text), text);
}

static void
put_value(const json_t *value, enum out_kind kind, struct buf *out)
{
	static const char *const words[] = {"no", "yes", "off", "on"};

	if (json_is_string(value) && kind == OUT_MOMENT) {
		put_moment(json_string_value(value), out);
		return;
	}
	if (json_is_number(value) && kind == OUT_PERCENT) {
		(void)buf_printf(
		    out, "%.3g %%", 100 * json_number_value(value));
		return;
	}
	if (json_is_string(value) && json_string_length(value) > 0)
		(void)out_clean(json_string_value(value), out);
	else if (json_is_integer(value) && kind == OUT_LIMIT &&
		 json_integer_value(value) < 0)
		(void)buf_puts(out, "unlimited");
	else if (json_is_integer(value))
		(void)buf_printf(
		    out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		(void)buf_printf(out, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		(void)buf_puts(out,
		    words[(kind == OUT_ON_OFF ? 2 : 0) + json_is_true(value)]);
	else
		(void)buf_putc(out, '-');
}

static void
pad(size_t have, size_t want)
{
	while (have++ < want)
		(void)putchar(' ');
}

/* ---- tables ---------------------------------------------------------------- */

static bool
measure(const json_t *doc, const struct out_column *columns, size_t *widths_r)
{
	struct buf text;
	const json_t *row;
	size_t i;
	bool is_done = true;

	buf_init(&text, TEXT_MAX);
	for (size_t c = 0; columns[c].key != NULL; c++)
		widths_r[c] = out_width(columns[c].title);
	json_array_foreach(doc, i, row) for (size_t c = 0;
					     columns[c].key != NULL; c++)
	{
		size_t width;

		buf_clear(&text);
		put_value(json_object_get(row, columns[c].key), columns[c].kind,
		    &text);
		width = out_width(buf_str(&text));
		is_done = is_done && !text.failed;
		if (width > widths_r[c])
			widths_r[c] = width;
	}
	buf_fini(&text);
	return is_done;
}

static void
print_cell(const char *text, size_t width, bool is_last)
{
	(void)fputs(text, stdout); /* main looks at stdout */
	if (is_last)
		(void)putchar('\n');
	else
		pad(out_width(text), width + 2);
}

static bool
print_table(const json_t *doc, const struct out_column *columns)
{
	size_t widths[COLUMNS_MAX], i;
	struct buf text;
	const json_t *row;
	bool is_done = measure(doc, columns, widths);

	buf_init(&text, TEXT_MAX);
	for (size_t c = 0; columns[c].key != NULL; c++)
		print_cell(
		    columns[c].title, widths[c], columns[c + 1].key == NULL);
	json_array_foreach(doc, i, row) for (size_t c = 0;
					     columns[c].key != NULL; c++)
	{
		buf_clear(&text);
		put_value(json_object_get(row, columns[c].key), columns[c].kind,
		    &text);
		print_cell(
		    buf_str(&text), widths[c], columns[c + 1].key == NULL);
	}
	buf_fini(&text);
	return is_done;
}

/* some: leaves out what has no value. */
static bool
print_fields(const json_t *doc, const struct out_column *columns, bool some)
{
	size_t width = 0;
	struct buf text;
	bool is_done = true;

	buf_init(&text, TEXT_MAX);
	for (const struct out_column *c = columns; c->key != NULL; c++)
		if (out_width(c->title) > width)
			width = out_width(c->title);
	for (const struct out_column *c = columns; c->key != NULL; c++) {
		buf_clear(&text);
		put_value(json_object_get(doc, c->key), c->kind, &text);
		if (some && strcmp(buf_str(&text), "-") == 0)
			continue;
		print_cell(c->title, width, false);
		(void)puts(buf_str(&text)); /* main looks at stdout */
		is_done = is_done && !text.failed;
	}
	buf_fini(&text);
	return is_done;
}

/* ---- documents ------------------------------------------------------------- */

static int
no_memory(const struct ctl *ctl)
{
	return ctl_refuse(ctl, "no memory for the answer");
}

static int
print_json(const struct ctl *ctl, json_t *doc)
{
	int rc = json_dumpf(doc, stdout,
	    JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

	json_decref(doc);
	(void)putchar('\n'); /* main looks at stdout */
	return rc == 0 || ferror(stdout) ? CTL_DONE : no_memory(ctl);
}

int
out_print(const struct ctl *ctl, json_t *doc, const struct out_column *columns,
    const char *empty)
{
	bool is_done = true;

	if (doc == NULL)
		return no_memory(ctl);
	if (ctl->json)
		return print_json(ctl, doc);
	if (json_is_array(doc) && json_array_size(doc) == 0)
		(void)puts(empty); /* main looks at stdout */
	else if (json_is_array(doc))
		is_done = print_table(doc, columns);
	else
		is_done = print_fields(doc, columns, false);
	json_decref(doc);
	return is_done ? CTL_DONE : no_memory(ctl);
}

int
out_print_some(
    const struct ctl *ctl, json_t *doc, const struct out_column *columns)
{
	bool is_done;

	if (doc == NULL)
		return no_memory(ctl);
	is_done = print_fields(doc, columns, true);
	json_decref(doc);
	return is_done ? CTL_DONE : no_memory(ctl);
}

int
out_print_with(const struct ctl *ctl, json_t *doc,
    const struct out_column *columns, const char *text)
{
	int rc = out_print(ctl, doc, columns, "");

	if (rc == CTL_DONE && !ctl->json && text[0] != '\0')
		(void)printf("\n%s\n", text); /* main looks at stdout */
	return rc;
}

bool
out_table(const json_t *doc, const struct out_column *columns)
{
	return print_table(doc, columns);
}

int
out_done(const struct ctl *ctl, json_t *doc, const char *format, ...)
{
	struct buf clean;
	char line[4096];
	va_list ap;

	if (doc == NULL)
		return no_memory(ctl);
	if (ctl->json)
		return print_json(ctl, doc);
	json_decref(doc);
	va_start(ap, format);
	(void)vsnprintf(line, sizeof(line), format, ap); /* may be cut */
	va_end(ap);
	buf_init(&clean, 2 * sizeof(line));
	(void)out_clean(line, &clean);
	(void)puts(buf_str(&clean)); /* main looks at stdout */
	buf_fini(&clean);
	return CTL_DONE;
}

bool
out_add(json_t **list, json_t *entry)
{
	if (json_array_append_new(*list, entry) == 0)
		return true;
	json_decref(*list);
	*list = NULL;
	return false;
}

int
out_list(const struct ctl *ctl, json_t **list, enum sg_err code,
    const struct err *err, const struct out_column *columns, const char *empty)
{
	if (code == SG_OK)
		return out_print(ctl, *list, columns, empty);
	json_decref(*list);
	return ctl_fail(ctl, err);
}
