/* White space that a template's author does not mean: beside "~", and on lines where
 * a block's tag, a note or the call of a part stands alone. Follows what Handlebars
 * does, step by step. Looks at each text a fixed number of times. */
#include "config.h"

#include <stddef.h>

#include "template/node.h"

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_content(const struct node *node)
{
	return node != NULL && node->kind == NODE_CONTENT;
}

/* Does what stands before (NULL: nothing) end with a line end, and then white space
 * alone? The root's beginning is a line's beginning. */
static bool
is_line_before(const struct node *before, bool is_root)
{
	const struct content *c;
	size_t i;

	if (before == NULL)
		return is_root;
	if (before->kind != NODE_CONTENT)
		return false;
	c = &before->content;
	for (i = c->len; i > 0 && is_space(c->text[i - 1]); i--)
		if (c->text[i - 1] == '\n')
			return true;
	return i == 0 && before->prev == NULL && is_root;
}

/* The same for what stands behind. */
static bool
is_line_behind(const struct node *behind, bool is_root)
{
	const struct content *c;
	size_t i;

	if (behind == NULL)
		return is_root;
	if (behind->kind != NODE_CONTENT)
		return false;
	c = &behind->content;
	for (i = 0; i < c->len && is_space(c->text[i]); i++)
		if (c->text[i] == '\n')
			return true;
	return i == c->len && behind->next == NULL && is_root;
}

/* Takes white space off the beginning of a text: all of it, or the rest of a line. */
static void
strip_right(struct node *node, bool all)
{
	struct content *c;
	size_t from;

	if (!is_content(node) || (!all && node->content.right_stripped))
		return;
	c = &node->content;
	from = c->from;
	while (from < c->to &&
	       (all ? is_space(c->text[from])
		    : c->text[from] == ' ' || c->text[from] == '\t'))
		from++;
	if (!all && from + 1 < c->to && c->text[from] == '\r' &&
	    c->text[from + 1] == '\n')
		from += 2;
	else if (!all && from < c->to && c->text[from] == '\n')
		from++;
	c->right_stripped = from != c->from;
	c->from = from;
}

/* Off its end; false: there was none. */
static bool
strip_left(struct node *node, bool all)
{
	struct content *c;
	size_t to;

	if (!is_content(node) || (!all && node->content.left_stripped))
		return false;
	c = &node->content;
	to = c->to;
	while (to > c->from &&
	       (all ? is_space(c->text[to - 1])
		    : c->text[to - 1] == ' ' || c->text[to - 1] == '\t'))
		to--;
	c->left_stripped = to != c->to;
	c->to = to;
	return c->left_stripped;
}

/* ---- blocks ---------------------------------------------------------------------------- */

static void control(struct program *program, bool is_root);

static struct program *
last_program(struct program *inverse)
{
	while (inverse->is_chained)
		inverse = inverse->last->block->program;
	return inverse;
}

static void
control_else(const struct block *block)
{
	struct program *first = block->inverse;

	if (first->is_chained)
		first = first->first->block->program;
	if (block->middle.open)
		(void)strip_left(block->program->last, true);
	if (block->middle.close)
		strip_right(first->first, true);
	if (block->close.open)
		(void)strip_left(last_program(block->inverse)->last, true);
	if (is_line_before(block->program->last, false) &&
	    is_line_behind(first->first, false)) {
		(void)strip_left(block->program->last, false);
		strip_right(first->first, false);
	}
}

/* Of the first and the last of its programs: is the tag beside it alone? */
struct edges {
	bool is_line_open, is_line_close;
};

static struct edges
control_block(struct block *block)
{
	/* {{^name}} has but an inverse */
	struct program *program =
	    block->program != NULL ? block->program : block->inverse;
	struct program *last = program;
	struct edges edges;

	if (block->program != NULL)
		control(block->program, false);
	if (block->inverse != NULL)
		control(block->inverse, false);
	if (block->program != NULL && block->inverse != NULL) {
		last = block->inverse;
		if (last->is_chained)
			last = last->first->block->program;
	}
	edges.is_line_open = is_line_behind(program->first, false);
	edges.is_line_close = is_line_before(last->last, false);
	if (block->open.close)
		strip_right(program->first, true);
	if (last != program)
		control_else(block);
	else if (block->close.open)
		(void)strip_left(program->last, true);
	return edges;
}

/* ---- programs ---------------------------------------------------------------------------- */

static void
set_indent(struct node *node)
{
	const struct content *c = &node->prev->content;
	size_t i = c->len;

	while (i > 0 && (c->text[i - 1] == ' ' || c->text[i - 1] == '\t'))
		i--;
	node->part.indent = c->text + i;
	node->part.indent_len = c->len - i;
}

/* A note or a part's call that has a line of its own. */
static void
control_line(struct node *node)
{
	strip_right(node->next, false);
	if (strip_left(node->prev, false) && node->kind == NODE_PART)
		set_indent(node);
}

static void
control_node(struct node *node, bool is_root)
{
	struct strip strip = node->strip;
	struct edges edges = {false, false};
	bool before, behind;

	if (node->kind == NODE_BLOCK) {
		edges = control_block(node->block);
		strip.open = node->block->open.open;
		strip.close = node->block->close.close;
	}
	before = is_line_before(node->prev, is_root);
	behind = is_line_behind(node->next, is_root);
	if (strip.close)
		strip_right(node->next, true);
	if (strip.open)
		(void)strip_left(node->prev, true);
	if ((node->kind == NODE_NOTE || node->kind == NODE_PART) && before &&
	    behind)
		control_line(node);
	if (edges.is_line_open && before) {
		const struct block *b = node->block;

		strip_right(
		    (b->program != NULL ? b->program : b->inverse)->first,
		    false);
		(void)strip_left(node->prev, false);
	}
	if (edges.is_line_close && behind) {
		const struct block *b = node->block;

		strip_right(node->next, false);
		(void)strip_left(
		    (b->inverse != NULL ? b->inverse : b->program)->last,
		    false);
	}
}

static void
control(struct program *program, bool is_root)
{
	for (struct node *n = program->first; n != NULL; n = n->next)
		if (n->kind != NODE_CONTENT)
			control_node(n, is_root);
}

void
space_control(struct program *root)
{
	control(root, true);
}
