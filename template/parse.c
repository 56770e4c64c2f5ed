/* Text into a tree of nodes, after Handlebars' grammar: see template.h and node.h.
 * Renders nothing. */
#include "config.h"

#include "template/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "template/node.h"
#include "template/read.h"

/* Of the tree, for the largest template of the shortest tags. */
#define TREE_BYTES_MAX ((size_t)96 * 1024 * 1024)

/* A block whose end has not come. */
struct open {
	struct node *node;
	struct block *innermost; /* of a chain, else node's */
	struct program *outer;
	const char *name; /* what its end must name */
	size_t offset;
	bool has_else, is_inverted;
	int chained;
};

struct parser {
	struct reader r;
	struct program *program; /* that nodes go to */
	struct open stack[TEMPLATE_DEPTH_MAX];
	size_t depth;
	int height, parts;
	struct node *calls; /* of parts, the last one first */
};

/* ---- the tree ------------------------------------------------------------------------- */

static struct program *
program_new(struct parser *p, struct program *parent, const struct tag *tag)
{
	struct program *program = read_alloc(&p->r, sizeof(*program));

	if (program == NULL)
		return NULL;
	program->parent = parent;
	if (tag != NULL)
		memcpy(program->names, tag->names, sizeof(program->names));
	return program;
}

static struct node *
append(struct parser *p, struct program *program, enum node_kind kind)
{
	struct node *node = read_alloc(&p->r, sizeof(*node));

	if (node == NULL)
		return NULL;
	node->kind = kind;
	node->prev = program->last;
	if (program->last != NULL)
		program->last->next = node;
	else
		program->first = node;
	program->last = node;
	return node;
}

static void
add_content(struct parser *p, size_t from, size_t len)
{
	struct node *node;

	if (len == 0)
		return;
	node = append(p, p->program, NODE_CONTENT);
	if (node == NULL)
		return;
	node->content.text = p->r.text + from;
	node->content.len = len;
	node->content.to = len;
}

/* ---- tags that stand alone ------------------------------------------------------------- */

static bool
is_helper(const char *name)
{
	static const char *const names[] = {"if", "unless", "each", "with"};

	for (size_t i = 0; name != NULL && i < 4; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void
add_value(struct parser *p, struct tag *tag, bool is_raw)
{
	const char *name;
	struct node *node;

	if (tag->count == 0) {
		read_fail(&p->r, tag->offset, "an empty tag");
		return;
	}
	read_as_path(&p->r, tag->params[0]);
	name = read_simple_name(tag->params[0]);
	if (tag->count == 3 && name != NULL && strcmp(name, "lookup") == 0 &&
	    !tag->has_options) {
		node = append(p, p->program, NODE_VALUE);
		if (node != NULL) {
			node->expr = tag->params[1];
			node->second = tag->params[2];
		}
	} else if (tag->count > 1 || tag->has_options || is_helper(name)) {
		read_fail(&p->r, tag->offset, "there is no helper {{%.60s}}",
		    tag->params[0]->text);
		return;
	} else {
		node = append(p, p->program, NODE_VALUE);
		if (node != NULL)
			node->expr = tag->params[0];
	}
	if (node != NULL) {
		node->is_raw = is_raw;
		node->strip = tag->strip;
	}
}

static void
add_part_call(struct parser *p, struct tag *tag)
{
	struct node *node;

	if (tag->count == 0 || tag->count > 2 || tag->has_options) {
		read_fail(&p->r, tag->offset,
		    "{{> name}} takes a name and perhaps a path");
		return;
	}
	node = append(p, p->program, NODE_PART);
	if (node == NULL)
		return;
	node->strip = tag->strip;
	node->expr = tag->params[1];
	node->part.name = tag->params[0]->text;
	node->part.from = p->program;
	node->part.offset = tag->offset;
	node->part.next = p->calls;
	p->calls = node;
}

static const char *
find_bytes(const struct reader *r, const char *word)
{
	return memmem(r->text + r->pos, r->len - r->pos, word, strlen(word));
}

/* "{{! … }}" or "{{!-- … --}}". */
static void
add_note(struct parser *p, struct tag *tag)
{
	struct reader *r = &p->r;
	bool is_long = read_at(r, "!--");
	const char *end;
	struct node *node;

	r->pos++; /* "{{!--}}" is whole: the dashes may be the same */
	do {
		end = find_bytes(r, is_long ? "--" : "}}");
		if (end == NULL) {
			read_fail(r, tag->offset, "a note does not end");
			return;
		}
		r->pos = (size_t)(end - r->text) + (is_long ? 1 : 2);
	} while (is_long && !read_at(r, "-}}") && !read_at(r, "-~}}"));
	if (is_long) {
		tag->strip.close = read_at(r, "-~");
		r->pos += tag->strip.close ? 4 : 3;
	} else {
		tag->strip.close = end[-1] == '~';
	}
	node = append(p, p->program, NODE_NOTE);
	if (node != NULL)
		node->strip = tag->strip;
}

/* ---- blocks ----------------------------------------------------------------------------- */

/* Which helper, and what it is about. */
static void
set_helper(struct parser *p, const struct tag *tag, struct node *node)
{
	static const struct {
		const char *name;
		enum helper helper;
	} helpers[] = {{"if", HELPER_IF}, {"unless", HELPER_UNLESS},
	    {"each", HELPER_EACH}, {"with", HELPER_WITH}};
	const char *name = read_simple_name(tag->params[0]);

	for (size_t i = 0; name != NULL && i < 4; i++) {
		if (strcmp(helpers[i].name, name) != 0)
			continue;
		if (tag->count != 2 || tag->has_options)
			read_fail(
			    &p->r, tag->offset, "{{#%s}} takes one path", name);
		node->expr = tag->params[1];
		node->block->helper = helpers[i].helper;
		node->block->includes_zero = tag->includes_zero;
		return;
	}
	if (tag->count != 1 || tag->has_options)
		read_fail(&p->r, tag->offset, "there is no helper {{#%.60s}}",
		    tag->params[0]->text);
	node->expr = tag->params[0];
	node->block->helper = HELPER_SECTION;
}

static void
set_inline(struct parser *p, const struct tag *tag, struct node *node)
{
	const char *name = read_simple_name(tag->params[0]);

	if (name == NULL || strcmp(name, "inline") != 0 || tag->count != 2 ||
	    tag->has_options) {
		read_fail(&p->r, tag->offset,
		    "{{#*inline \"name\"}} is the only one of its kind");
		return;
	}
	if (++p->parts > TEMPLATE_PARTS_MAX) {
		read_fail(&p->r, tag->offset, "more than %d parts",
		    TEMPLATE_PARTS_MAX);
		return;
	}
	node->block->helper = HELPER_INLINE;
	node->block->name = tag->params[1]->text;
	node->block->next_part = p->program->parts;
	p->program->parts = node->block;
}

/* A block in p->program; NULL: failed. */
static struct node *
add_block(struct parser *p, struct tag *tag, bool is_inline)
{
	struct node *node;

	if (tag->count == 0) {
		read_fail(&p->r, tag->offset, "a block without a name");
		return NULL;
	}
	if (++p->height > TEMPLATE_HEIGHT_MAX) {
		read_fail(&p->r, tag->offset,
		    "more than %d blocks and {{else if}} within each other",
		    TEMPLATE_HEIGHT_MAX);
		return NULL;
	}
	read_as_path(&p->r, tag->params[0]);
	node = append(p, p->program, NODE_BLOCK);
	if (node == NULL)
		return NULL;
	node->block = read_alloc(&p->r, sizeof(*node->block));
	if (node->block == NULL)
		return NULL;
	node->block->open = tag->strip;
	if (is_inline)
		set_inline(p, tag, node);
	else
		set_helper(p, tag, node);
	return p->r.failed == SG_OK ? node : NULL;
}

static void
open_block(struct parser *p, struct tag *tag, bool is_inline, bool is_inverted)
{
	struct node *node = NULL;

	if (p->depth == TEMPLATE_DEPTH_MAX)
		read_fail(&p->r, tag->offset,
		    "more than %d blocks within each other",
		    TEMPLATE_DEPTH_MAX);
	else
		node = add_block(p, tag, is_inline);
	if (node == NULL)
		return;
	node->block->program = program_new(p, p->program, tag);
	if (node->block->program == NULL)
		return;
	p->stack[p->depth++] = (struct open){.node = node,
	    .innermost = node->block,
	    .outer = p->program,
	    .name = tag->params[0]->text,
	    .offset = tag->offset,
	    .is_inverted = is_inverted};
	p->program = node->block->program;
}

/* "{{else}}" or "{{else if x}}". */
static void
add_else(struct parser *p, struct tag *tag)
{
	struct open *open = p->depth > 0 ? &p->stack[p->depth - 1] : NULL;
	struct node *node;

	if (open == NULL || open->has_else ||
	    open->node->block->helper == HELPER_INLINE) {
		read_fail(&p->r, tag->offset, "{{else}} without a block");
		return;
	}
	open->innermost->middle = tag->strip;
	open->innermost->inverse = program_new(p, p->program->parent, tag);
	p->program = open->innermost->inverse;
	open->has_else = tag->count == 0;
	if (p->program == NULL || tag->count == 0)
		return;
	node = add_block(p, tag, false);
	if (node == NULL)
		return;
	p->program->is_chained = true;
	node->block->program = program_new(p, p->program, tag);
	/* as Handlebars; the first one gets that of the end */
	node->block->close = tag->strip;
	open->innermost = node->block;
	open->chained++;
	if (node->block->program != NULL)
		p->program = node->block->program;
}

static void
close_block(struct parser *p, const struct tag *tag)
{
	struct open *open = p->depth > 0 ? &p->stack[p->depth - 1] : NULL;
	struct block *block;

	if (open == NULL || tag->count != 1) {
		read_fail(&p->r, tag->offset,
		    open == NULL ? "the end of a block that was not begun"
				 : "the end of a block names one thing");
		return;
	}
	if (strcmp(open->name, tag->params[0]->text) != 0) {
		read_fail(&p->r, tag->offset,
		    "{{/%.60s}} where {{/%.60s}} is expected",
		    tag->params[0]->text, open->name);
		return;
	}
	block = open->node->block;
	block->close = tag->strip;
	if (block->inverse != NULL && block->inverse->is_chained)
		block->inverse->first->block->close = tag->strip;
	if (open->is_inverted) {
		struct program *program = block->program;

		block->program = block->inverse;
		block->inverse = program;
	}
	p->program = open->outer;
	p->height -= 1 + open->chained;
	p->depth--;
}

/* ---- text and tags -------------------------------------------------------------------- */

static bool
is_else(const struct reader *r)
{
	char next = r->pos + 4 < r->len ? r->text[r->pos + 4] : '\0';

	return read_at(r, "else") &&
	       (next == '}' || next == '~' || next == ' ' ||
		   (next >= '\t' && next <= '\r'));
}

static void
read_plain_tag(struct parser *p, struct tag *tag)
{
	struct reader *r = &p->r;

	read_skip_blanks(r);
	if (is_else(r)) {
		r->pos += 4;
		read_params(r, false, tag);
		if (r->failed == SG_OK)
			add_else(p, tag);
		return;
	}
	read_params(r, false, tag);
	if (r->failed == SG_OK)
		add_value(p, tag, false);
}

/* "{{^}}" is an else, "{{^name}}" a block. */
static void
read_inverse_tag(struct parser *p, struct tag *tag)
{
	read_params(&p->r, false, tag);
	if (p->r.failed != SG_OK)
		return;
	if (tag->count == 0)
		add_else(p, tag);
	else
		open_block(p, tag, false, true);
}

static void
read_block_tag(struct parser *p, struct tag *tag)
{
	struct reader *r = &p->r;
	bool is_inline = read_at(r, "*");

	r->pos += is_inline;
	if (read_at(r, ">")) {
		read_fail(r, tag->offset, "{{#> is not supported");
		return;
	}
	read_skip_blanks(r);
	read_params(r, false, tag);
	if (r->failed == SG_OK)
		open_block(p, tag, is_inline, false);
}

/* From behind "{{" and "~". */
static void
read_marked_tag(struct parser *p, struct tag *tag, char mark)
{
	struct reader *r = &p->r;

	if (mark == '!') {
		add_note(p, tag);
		return;
	}
	r->pos++;
	switch (mark) {
	case '#':
		read_block_tag(p, tag);
		return;
	case '^':
		read_inverse_tag(p, tag);
		return;
	case '*':
		read_fail(r, tag->offset, "{{* is not supported");
		return;
	default:
		break;
	}
	read_params(r, mark == '{', tag);
	if (r->failed != SG_OK)
		return;
	if (mark == '/')
		close_block(p, tag);
	else if (mark == '>')
		add_part_call(p, tag);
	else
		add_value(p, tag, true);
}

static void
read_tag(struct parser *p)
{
	struct tag tag = {.offset = p->r.pos};
	struct reader *r = &p->r;
	char mark;

	if (read_at(r, "{{{{")) {
		read_fail(r, r->pos, "{{{{ is not supported");
		return;
	}
	r->pos += 2;
	if (read_at(r, "~")) {
		tag.strip.open = true;
		r->pos++;
	}
	mark = r->pos < r->len ? r->text[r->pos] : '\0';
	if (mark != '\0' && strchr("!#/^>&{*", mark) != NULL)
		read_marked_tag(p, &tag, mark);
	else
		read_plain_tag(p, &tag);
}

/* Behind "\{{": text up to the next tag, escaped or not. */
static void
read_escaped(struct parser *p)
{
	struct reader *r = &p->r;
	size_t start = r->pos;
	const char *next;

	r->pos += 2;
	next = find_bytes(r, "{{");
	r->pos = next == NULL ? r->len : (size_t)(next - r->text);
	while (next != NULL && r->pos > start + 2 &&
	       r->text[r->pos - 1] == '\\' &&
	       (size_t)(next - r->text) - r->pos < 2)
		r->pos--;
	add_content(p, start, r->pos - start);
}

static void
read_all(struct parser *p)
{
	struct reader *r = &p->r;

	while (r->failed == SG_OK && r->pos < r->len) {
		size_t start = r->pos;
		const char *next = find_bytes(r, "{{");
		size_t end = next == NULL ? r->len : (size_t)(next - r->text);
		bool is_escaped =
		    next != NULL && end > start && next[-1] == '\\';
		bool is_backslash =
		    is_escaped && end - 1 > start && next[-2] == '\\';

		add_content(p, start, end - is_escaped - start);
		r->pos = end;
		if (next == NULL || r->failed != SG_OK)
			break;
		if (is_escaped && !is_backslash)
			read_escaped(p);
		else
			read_tag(p);
	}
	if (p->depth > 0)
		read_fail(r, p->stack[p->depth - 1].offset,
		    "{{#%.60s}} is not closed", p->stack[p->depth - 1].name);
}

/* ---- parts ----------------------------------------------------------------------------- */

static const struct program *
find_part(const struct program *from, const char *name)
{
	for (; from != NULL; from = from->parent)
		for (const struct block *b = from->parts; b != NULL;
		     b = b->next_part)
			if (strcmp(b->name, name) == 0)
				return b->program;
	return NULL;
}

static void
find_parts(struct parser *p)
{
	for (struct node *n = p->calls; n != NULL && p->r.failed == SG_OK;
	     n = n->part.next) {
		n->part.program = find_part(n->part.from, n->part.name);
		if (n->part.program == NULL)
			read_fail(&p->r, n->part.offset,
			    "there is no part \"%.60s\"", n->part.name);
	}
}

/* ---- the whole --------------------------------------------------------------------------- */

static enum sg_err
parse_into(
    struct template *template, const char *text, size_t len, struct err *err_r)
{
	struct parser p = {
	    .r = {.len = len, .arena = template->arena, .err_r = err_r}};

	p.r.text = read_copy(&p.r, text, len);
	template->root = program_new(&p, NULL, NULL);
	p.program = template->root;
	if (p.r.failed == SG_OK && memchr(text, '\0', len) != NULL)
		read_fail(&p.r, 0, "a NUL byte");
	if (p.r.failed == SG_OK)
		read_all(&p);
	if (p.r.failed == SG_OK)
		find_parts(&p);
	if (p.r.failed == SG_OK)
		space_control(template->root);
	return p.r.failed;
}

enum sg_err
template_parse(const char *text, size_t len, bool escapes,
    struct template **template_r, struct err *err_r)
{
	struct template *template;
	enum sg_err rc;

	*template_r = NULL;
	if (len > TEMPLATE_TEXT_MAX)
		return err_set(err_r, SG_NOMEM,
		    "the template is larger than %d bytes", TEMPLATE_TEXT_MAX);
	template = calloc(1, sizeof(*template));
	if (template == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	template->escapes = escapes;
	template->arena = arena_new(TREE_BYTES_MAX);
	rc = template->arena == NULL ? err_set(err_r, SG_NOMEM, "no memory")
				     : parse_into(template, text, len, err_r);
	if (rc == SG_OK)
		*template_r = template;
	else
		template_free(&template);
	return rc;
}

void
template_free(struct template **template)
{
	if (*template == NULL)
		return;
	arena_free(&(*template)->arena);
	free(*template);
	*template = NULL;
}
