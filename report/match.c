/* Patterns: PCRE2 with limits. Does not know what they are for, nor in which
 * file they stood. */
#include "config.h"

#include "report/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "report/limits.h"

struct match_code {
	pcre2_code *code;
};

struct match {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

enum sg_err
match_compile(const char *pattern, bool is_capturing,
    struct match_code **code_r, struct err *err_r)
{
	uint32_t options = PCRE2_UTF | PCRE2_CASELESS | PCRE2_MULTILINE |
			   PCRE2_NEVER_BACKSLASH_C |
			   (is_capturing ? 0 : PCRE2_NO_AUTO_CAPTURE);
	struct match_code *code = calloc(1, sizeof(*code));
	PCRE2_UCHAR text[128];
	PCRE2_SIZE offset = 0;
	int number = 0;

	*code_r = NULL;
	if (code == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	code->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options, &number, &offset, NULL);
	if (code->code == NULL) {
		free(code);
		(void)pcre2_get_error_message(number, text, sizeof(text));
		return err_set(err_r, SG_INVALID, "pattern, character %zu: %s",
		    (size_t)offset + 1, (char *)text);
	}
	/* Without the JIT it is slower, not wrong. */
	(void)pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);
	*code_r = code;
	return SG_OK;
}

void
match_code_free(struct match_code **code)
{
	if (*code == NULL)
		return;
	pcre2_code_free((*code)->code);
	free(*code);
	*code = NULL;
}

bool
match_add(struct buf *b, const char *pattern, bool is_capturing)
{
	if (b->len == 0)
		(void)buf_puts(b, is_capturing ? "(?|" : "(?:");
	else /* the last ")" goes, an alternative comes */
		b->data[b->len - 1] = '|';
	(void)buf_puts(b, "(?:");
	(void)buf_puts(b, pattern);
	return buf_puts(b, "))");
}

struct match *
match_new(void)
{
	struct match *match = calloc(1, sizeof(*match));

	if (match == NULL)
		return NULL;
	match->data = pcre2_match_data_create(2, NULL);
	match->context = pcre2_match_context_create(NULL);
	if (match->data == NULL || match->context == NULL) {
		match_free(&match);
		return NULL;
	}
	(void)pcre2_set_match_limit(match->context, LIMIT_MATCH_STEPS);
	(void)pcre2_set_heap_limit(match->context, LIMIT_MATCH_HEAP_KIB);
	(void)pcre2_set_depth_limit(match->context, LIMIT_MATCH_DEPTH);
	return match;
}

void
match_free(struct match **match)
{
	if (*match == NULL)
		return;
	pcre2_match_data_free((*match)->data);
	pcre2_match_context_free((*match)->context);
	free(*match);
	*match = NULL;
}

static int
match_run(struct match *match, const struct match_code *code, const char *text,
    size_t len, size_t start)
{
	return pcre2_match(code->code, (PCRE2_SPTR)text, len, start,
	    PCRE2_NO_UTF_CHECK, match->data, match->context);
}

bool
match_found(struct match *match, const struct match_code *code,
    const char *text, size_t len)
{
	return match_run(match, code, text, len, 0) >= 0;
}

bool
match_place(struct match *match, const struct match_code *code,
    const char *text, size_t len, size_t start, struct match_place *place_r)
{
	int found;
	PCRE2_SIZE *at;

	memset(place_r, 0, sizeof(*place_r));
	if (code == NULL || start > len)
		return false;
	found = match_run(match, code, text, len, start);
	if (found < 0)
		return false;
	at = pcre2_get_ovector_pointer(match->data);
	/* \K in a pattern can put the beginning after the end. */
	if (at[0] > at[1] || at[1] > len)
		return false;
	place_r->from = at[0];
	place_r->to = at[1];
	if (found != 1 && at[2] != PCRE2_UNSET && at[2] <= at[3] &&
	    at[3] <= len) {
		place_r->group_from = at[2];
		place_r->group_to = at[3];
	}
	return true;
}
