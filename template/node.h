/* A parsed template: programs of nodes, as Handlebars' own tree. Internal to
 * template/. */
#ifndef SENDWARD_TEMPLATE_NODE_H
#define SENDWARD_TEMPLATE_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct arena;

struct segment {
	struct segment *next;
	const char *name;
};

enum expr_kind {
	EXPR_PATH,
	EXPR_TEXT,
	EXPR_NUMBER,
	EXPR_TRUE,
	EXPR_FALSE,
	EXPR_NULL
};

/* What is looked up, or a literal. */
struct expr {
	enum expr_kind kind;
	const char *text; /* as the template has it; of EXPR_TEXT the content */
	double number;
	int up;         /* "../" */
	bool is_data;   /* "@" */
	bool is_scoped; /* this, ./ or ../: no name of an item */
	const struct segment *segments; /* NULL: the context itself */
};

enum node_kind { NODE_CONTENT, NODE_VALUE, NODE_BLOCK, NODE_PART, NODE_NOTE };

enum helper {
	HELPER_IF,
	HELPER_UNLESS,
	HELPER_EACH,
	HELPER_WITH,
	HELPER_SECTION,
	HELPER_INLINE, /* a part: named `name`, written where it is called */
};

/* The "~" at both ends of a tag. */
struct strip {
	bool open, close;
};

struct program;

struct block {
	enum helper helper;
	bool includes_zero;
	struct program *program; /* NULL: {{^name}} without an else */
	struct program *inverse; /* NULL none */
	struct strip open, middle, close;
	const char *name;        /* of a part */
	struct block *next_part; /* of the same program */
};

struct content {
	const char *text; /* as it came */
	size_t len;
	size_t from, to; /* what is left of it */
	bool left_stripped, right_stripped;
};

struct node {
	enum node_kind kind;
	struct node *prev, *next;
	struct strip strip; /* but a block's */
	/* of VALUE: what is written; of BLOCK: what it is about; of PART: its
	 * context, NULL the caller's. second: of {{lookup}} */
	const struct expr *expr, *second;
	bool is_raw; /* VALUE: never escaped */
	union {
		struct content content;
		struct block *block;
		struct part {
			const char *name, *indent;
			size_t indent_len;
			const struct program *program; /* that it names */
			struct program *from;
			size_t offset;
			struct node *next; /* all PARTs of the template */
		} part;
	};
};

struct program {
	struct program *parent; /* around it; NULL: the root */
	struct node *first, *last;
	bool is_chained;      /* the program of an {{else if}} */
	const char *names[2]; /* as |item index|; NULL none */
	struct block *parts;  /* INLINE blocks in it, the last one first */
};

/* Takes white space away where Handlebars does. */
void space_control(struct program *root);

struct template
{
	struct arena *arena;
	struct program *root;
	bool escapes;
};

#endif
