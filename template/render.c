/* A tree of nodes and data into text: see template.h. Counts its steps. */
#include "config.h"

#include "template/template.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "template/node.h"

#define CALLS_MAX 256 /* programs within programs */
#define DIGITS_MAX 17
#define STEP_BYTES 64 /* of a name: looking it up takes as long as a step */

/* Where a name is looked up: one for each change of what `this` is, for each turn of
 * an {{each}}, and for each part. */
struct frame {
	const struct frame *outer;
	const json_t *context;
	bool is_other;            /* than the outer one's: "../" counts it */
	const char *const *names; /* of as |item index|; NULL none */
	const json_t *values[2];
	bool hides_names; /* of the frames around: a part */
	/* of an {{each}} */
	const json_t *key;
	size_t index;
	bool is_turn, is_first, is_last;
};

struct renderer {
	const struct template *template;
	const json_t *root;
	struct buf *out;
	char *missing_r;
	struct err *err_r;
	long steps;
	int calls;
};

static enum sg_err render_program(struct renderer *r, struct buf *out,
    const struct program *program, const struct frame *frame);

static enum sg_err
step(struct renderer *r)
{
	if (++r->steps <= TEMPLATE_STEPS_MAX)
		return SG_OK;
	return err_set(r->err_r, SG_NOMEM,
	    "the template takes more than %d steps", TEMPLATE_STEPS_MAX);
}

/* A name that is looked up or copied. */
static void
count_name(struct renderer *r, size_t len)
{
	r->steps += (long)(len / STEP_BYTES);
}

static enum sg_err
check_out(const struct renderer *r, const struct buf *out)
{
	if (!out->failed)
		return SG_OK;
	return err_set(r->err_r, SG_NOMEM,
	    "what the template makes is larger than %zu bytes", r->out->max);
}

/* ---- looking up --------------------------------------------------------------------------- */

/* What is there, or NULL; a value that is made for the moment is owned by *owned_r. */
static const json_t *
look_data(const struct renderer *r, const struct expr *expr,
    const struct frame *frame, json_t **owned_r, const struct segment **rest_r)
{
	const char *name;

	*rest_r = NULL;
	if (expr->segments == NULL)
		return NULL;
	name = expr->segments->name;
	*rest_r = expr->segments->next;
	if (strcmp(name, "root") == 0)
		return r->root;
	for (int up = expr->up;; up--) {
		while (frame != NULL && !frame->is_turn)
			frame = frame->outer;
		if (frame == NULL)
			return NULL;
		if (up == 0)
			break;
		frame = frame->outer;
	}
	if (strcmp(name, "key") == 0)
		return frame->key;
	if (strcmp(name, "index") == 0)
		*owned_r = json_integer((json_int_t)frame->index);
	else if (strcmp(name, "first") == 0)
		*owned_r = json_boolean(frame->is_first);
	else if (strcmp(name, "last") == 0)
		*owned_r = json_boolean(frame->is_last);
	return *owned_r;
}

/* An item that was named: {{#each items as |item|}}. */
static const json_t *
look_name(
    struct renderer *r, const struct expr *expr, const struct frame *frame)
{
	const char *name = expr->segments->name;
	size_t len = strlen(name);

	for (; frame != NULL; frame = frame->outer) {
		for (int i = 0; frame->names != NULL && i < 2; i++) {
			if (frame->names[i] == NULL)
				continue;
			count_name(r, len);
			if (strcmp(frame->names[i], name) == 0)
				return frame->values[i];
		}
		if (frame->hides_names)
			break;
	}
	return NULL;
}

/* "7" of an array, "length" of one, a member of an object. */
static const json_t *
look_member(const json_t *value, const char *name, json_t **owned_r)
{
	char *end;
	unsigned long index;

	if (json_is_object(value))
		return json_object_get(value, name);
	if (!json_is_array(value))
		return NULL;
	if (strcmp(name, "length") == 0) {
		json_decref(*owned_r);
		*owned_r = json_integer((json_int_t)json_array_size(value));
		return *owned_r;
	}
	if (name[0] < '0' || name[0] > '9' ||
	    (name[0] == '0' && name[1] != '\0'))
		return NULL;
	index = strtoul(name, &end, 10);
	return *end == '\0' ? json_array_get(value, index) : NULL;
}

static const json_t *
look_up(struct renderer *r, const struct expr *expr, const struct frame *frame,
    json_t **owned_r)
{
	const struct segment *rest = expr->segments;
	const json_t *value = NULL;

	if (expr->is_data)
		value = look_data(r, expr, frame, owned_r, &rest);
	else if (rest != NULL && !expr->is_scoped)
		value = look_name(r, expr, frame);
	if (!expr->is_data && value != NULL)
		rest = rest->next;
	if (!expr->is_data && value == NULL) {
		for (int up = expr->up; up > 0 && frame != NULL; up--) {
			while (frame->outer != NULL && !frame->is_other)
				frame = frame->outer;
			frame = frame->outer;
		}
		value = frame != NULL ? frame->context : NULL;
	}
	for (; rest != NULL && value != NULL; rest = rest->next) {
		r->steps++;
		count_name(r, strlen(rest->name));
		value = look_member(value, rest->name, owned_r);
	}
	return value;
}

/* Of a path or a literal. NULL: there is none. */
static const json_t *
value_of(struct renderer *r, const struct expr *expr, const struct frame *frame,
    json_t **owned_r)
{
	*owned_r = NULL;
	switch (expr->kind) {
	case EXPR_PATH:
		return look_up(r, expr, frame, owned_r);
	case EXPR_TEXT:
		count_name(r, strlen(expr->text));
		*owned_r = json_string(expr->text);
		break;
	case EXPR_NUMBER:
		*owned_r = expr->number == floor(expr->number) &&
				   fabs(expr->number) < 1e15
			       ? json_integer((json_int_t)expr->number)
			       : json_real(expr->number);
		break;
	case EXPR_TRUE:
	case EXPR_FALSE:
		*owned_r = json_boolean(expr->kind == EXPR_TRUE);
		break;
	case EXPR_NULL:
		break;
	}
	return *owned_r;
}

static bool
is_zero(const json_t *value)
{
	return (json_is_integer(value) && json_integer_value(value) == 0) ||
	       (json_is_real(value) && json_real_value(value) == 0);
}

/* As Handlebars' isEmpty: nothing, false, "" and []; not 0, not {}. */
static bool
is_empty(const json_t *value)
{
	return value == NULL || json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

/* ---- values written --------------------------------------------------------------------------- */

static void
put_escaped(struct buf *out, const char *text, size_t len)
{
	static const char special[] = "&<>\"'`=";
	static const char *const entities[] = {
	    "&amp;", "&lt;", "&gt;", "&quot;", "&#x27;", "&#x60;", "&#x3D;"};
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = memchr(special, text[i], 7);

		if (at == NULL)
			continue;
		(void)buf_append(out, text + start, i - start);
		(void)buf_puts(out, entities[at - special]);
		start = i + 1;
	}
	(void)buf_append(out, text + start, len - start); /* failed is seen */
}

/* The fewest digits that read as the same number. */
static char *
real_dup(const json_t *value)
{
	double wanted = json_real_value(value);
	char *text = NULL;

	for (int digits = 15; digits <= DIGITS_MAX; digits++) {
		free(text);
		text = json_dumps(
		    value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
		if (text == NULL || strtod(text, NULL) == wanted)
			break;
	}
	return text;
}

static enum sg_err
put_value(
    struct renderer *r, struct buf *out, const json_t *value, bool escapes)
{
	char *made = NULL;
	const char *text;
	size_t len;

	if (json_is_string(value)) {
		text = json_string_value(value);
		len = json_string_length(value);
	} else {
		made = json_is_real(value)
			   ? real_dup(value)
			   : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		if (made == NULL)
			return err_set(r->err_r, SG_NOMEM, "no memory");
		text = made;
		len = strlen(made);
	}
	if (escapes)
		put_escaped(out, text, len);
	else
		(void)buf_append(out, text, len); /* failed is looked at */
	free(made);
	return check_out(r, out);
}

static enum sg_err
missing(struct renderer *r, const struct expr *expr)
{
	size_t len = strlen(expr->text);

	if (len >= TEMPLATE_PATH_MAX) {
		len = TEMPLATE_PATH_MAX - 1;
		while (
		    len > 0 && ((unsigned char)expr->text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(r->missing_r, expr->text, len);
	r->missing_r[len] = '\0';
	return err_set(
	    r->err_r, SG_MISSING, "%s is not in the data", r->missing_r);
}

/* {{lookup value key}} */
static const json_t *
look_second(struct renderer *r, const struct node *node,
    const struct frame *frame, const json_t *value, json_t **owned_r)
{
	json_t *owned;
	const json_t *key = value_of(r, node->second, frame, &owned);
	char number[32];

	count_name(r, json_string_length(key));
	if (json_is_string(key))
		value = look_member(value, json_string_value(key), owned_r);
	else if (json_is_integer(key)) {
		(void)snprintf(number, sizeof(number), "%lld",
		    (long long)json_integer_value(key));
		value = look_member(value, number, owned_r);
	} else {
		value = NULL;
	}
	json_decref(owned);
	return value;
}

static enum sg_err
render_value(struct renderer *r, struct buf *out, const struct node *node,
    const struct frame *frame)
{
	json_t *owned, *second_owned = NULL;
	const json_t *value = value_of(r, node->expr, frame, &owned);
	enum sg_err rc;

	if (node->second != NULL && value != NULL)
		value = look_second(r, node, frame, value, &second_owned);
	if (value == NULL || json_is_null(value))
		rc = missing(r, node->expr);
	else
		rc = put_value(
		    r, out, value, r->template->escapes && !node->is_raw);
	json_decref(owned);
	json_decref(second_owned);
	return rc;
}

/* ---- blocks ------------------------------------------------------------------------------------ */

static enum sg_err
render_maybe(struct renderer *r, struct buf *out, const struct program *program,
    const struct frame *frame)
{
	return program != NULL ? render_program(r, out, program, frame) : SG_OK;
}

/* With value as `this`, and as the name that the block gives to it. */
static enum sg_err
render_with(struct renderer *r, struct buf *out, const struct program *program,
    const json_t *value, const struct frame *frame)
{
	const struct frame inner = {.outer = frame,
	    .context = value,
	    .is_other = value != frame->context,
	    .names = program != NULL ? program->names : NULL,
	    .values = {value, NULL}};

	return render_maybe(r, out, program, &inner);
}

static enum sg_err
render_turn(struct renderer *r, struct buf *out, const struct program *program,
    const json_t *value, json_t *key, struct frame *inner)
{
	enum sg_err rc =
	    key == NULL ? err_set(r->err_r, SG_NOMEM, "no memory") : step(r);

	inner->context = value;
	inner->is_other = value != inner->outer->context;
	inner->key = key;
	inner->names = program->names;
	inner->values[0] = value;
	inner->values[1] = key;
	if (rc == SG_OK)
		rc = render_program(r, out, program, inner);
	inner->is_first = false;
	inner->index++;
	json_decref(key);
	return rc;
}

static enum sg_err
render_array(struct renderer *r, struct buf *out, const struct program *program,
    const json_t *array, struct frame *inner)
{
	size_t count = json_array_size(array);
	enum sg_err rc = SG_OK;

	for (size_t i = 0; rc == SG_OK && i < count; i++) {
		inner->is_last = i + 1 == count;
		rc = render_turn(r, out, program, json_array_get(array, i),
		    json_integer((json_int_t)i), inner);
	}
	return rc;
}

static enum sg_err
render_object(struct renderer *r, struct buf *out,
    const struct program *program, const json_t *object, struct frame *inner)
{
	size_t count = json_object_size(object), i = 0;
	enum sg_err rc = SG_OK;
	const char *key;
	json_t *value;

	/* iterating takes no const, and changes nothing */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		inner->is_last = ++i == count;
		count_name(r, strlen(key));
		rc = render_turn(
		    r, out, program, value, json_string(key), inner);
		if (rc != SG_OK)
			break;
	}
	return rc;
}

static enum sg_err
render_each(struct renderer *r, struct buf *out, const struct block *block,
    const json_t *value, const struct frame *frame)
{
	struct frame inner = {
	    .outer = frame, .is_turn = true, .is_first = true};

	if (json_array_size(value) + json_object_size(value) == 0)
		return render_maybe(r, out, block->inverse, frame);
	if (block->program == NULL)
		return SG_OK;
	return json_is_array(value)
		   ? render_array(r, out, block->program, value, &inner)
		   : render_object(r, out, block->program, value, &inner);
}

/* {{#name}}: a list is gone through, true changes nothing, all else that is there
 * becomes `this`. */
static enum sg_err
render_section(struct renderer *r, struct buf *out, const struct block *block,
    const json_t *value, const struct frame *frame)
{
	if (json_is_true(value))
		return render_maybe(r, out, block->program, frame);
	if (json_is_array(value))
		return render_each(r, out, block, value, frame);
	if (value == NULL || json_is_null(value) || json_is_false(value))
		return render_maybe(r, out, block->inverse, frame);
	return render_with(r, out, block->program, value, frame);
}

static enum sg_err
render_block(struct renderer *r, struct buf *out, const struct node *node,
    const struct frame *frame)
{
	const struct block *block = node->block;
	json_t *owned = NULL;
	const json_t *value = block->helper == HELPER_INLINE
				  ? NULL
				  : value_of(r, node->expr, frame, &owned);
	bool is_true =
	    !is_empty(value) && (block->includes_zero || !is_zero(value));
	enum sg_err rc = SG_OK;

	switch (block->helper) {
	case HELPER_IF:
		rc = render_maybe(
		    r, out, is_true ? block->program : block->inverse, frame);
		break;
	case HELPER_UNLESS:
		rc = render_maybe(
		    r, out, is_true ? block->inverse : block->program, frame);
		break;
	case HELPER_EACH:
		rc = render_each(r, out, block, value, frame);
		break;
	case HELPER_WITH:
		rc = is_empty(value)
			 ? render_maybe(r, out, block->inverse, frame)
			 : render_with(r, out, block->program, value, frame);
		break;
	case HELPER_SECTION:
		rc = render_section(r, out, block, value, frame);
		break;
	case HELPER_INLINE:
		break;
	}
	json_decref(owned);
	return rc;
}

/* ---- parts --------------------------------------------------------------------------------------- */

static void
put_indented(struct buf *out, const struct part *part, const struct buf *text)
{
	size_t start = 0;

	while (start < text->len) {
		const char *end =
		    memchr(text->data + start, '\n', text->len - start);
		size_t len = end == NULL
				 ? text->len - start
				 : (size_t)(end - text->data) + 1 - start;

		(void)buf_append(out, part->indent, part->indent_len);
		(void)buf_append(out, text->data + start, len);
		start += len;
	}
}

static enum sg_err
render_part(struct renderer *r, struct buf *out, const struct node *node,
    const struct frame *frame)
{
	json_t *owned = NULL;
	const json_t *value = node->expr == NULL
				  ? frame->context
				  : value_of(r, node->expr, frame, &owned);
	struct frame inner = {.outer = frame,
	    .context = value,
	    .is_other = value != frame->context,
	    .hides_names = true};
	struct buf text;
	enum sg_err rc;

	if (node->part.indent_len == 0) {
		rc = render_program(r, out, node->part.program, &inner);
	} else {
		/* parts within parts hold no more together than one */
		buf_init(&text, out->max - out->len);
		rc = render_program(r, &text, node->part.program, &inner);
		put_indented(out, &node->part, &text);
		buf_fini(&text);
		if (rc == SG_OK)
			rc = check_out(r, out);
	}
	json_decref(owned);
	return rc;
}

/* ---- programs -------------------------------------------------------------------------------------- */

static enum sg_err
render_node(struct renderer *r, struct buf *out, const struct node *node,
    const struct frame *frame)
{
	const struct content *c = &node->content;

	switch (node->kind) {
	case NODE_CONTENT:
		(void)buf_append(out, c->text + c->from, c->to - c->from);
		return check_out(r, out);
	case NODE_VALUE:
		return render_value(r, out, node, frame);
	case NODE_BLOCK:
		return render_block(r, out, node, frame);
	case NODE_PART:
		return render_part(r, out, node, frame);
	case NODE_NOTE:
		break;
	}
	return SG_OK;
}

static enum sg_err
render_program(struct renderer *r, struct buf *out,
    const struct program *program, const struct frame *frame)
{
	enum sg_err rc = SG_OK;

	if (++r->calls > CALLS_MAX)
		rc = err_set(r->err_r, SG_NOMEM,
		    "the template's parts and blocks go deeper than %d",
		    CALLS_MAX);
	for (const struct node *n = program->first; rc == SG_OK && n != NULL;
	     n = n->next) {
		rc = step(r);
		if (rc == SG_OK)
			rc = render_node(r, out, n, frame);
	}
	r->calls--;
	return rc;
}

enum sg_err
template_render(const struct template *template, const json_t *data,
    struct buf *out, char missing_r[TEMPLATE_PATH_MAX], struct err *err_r)
{
	struct renderer r = {.template = template,
	    .root = data,
	    .out = out,
	    .missing_r = missing_r,
	    .err_r = err_r};
	const struct frame frame = {.context = data};

	missing_r[0] = '\0';
	return render_program(&r, out, template->root, &frame);
}
