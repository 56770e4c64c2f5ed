/* Fuzz target: a block of header fields. Each line up to the first colon is the
 * name, the rest the value; a line that begins with a blank folds.
 * fuzz-sources: rules/headers.c rules/mailbox.c rules/display_name.c
 * fuzz-sources: rules/field_text.c
 * fuzz-sources: rules/verdict.c rules/identity.c */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/headers.h"
#include "rules/identity.h"

#define FIELDS_MAX 64
#define MORE_MAX 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static char *
end_of_field(char *text)
{
	char *end = strchr(text, '\n');

	while (end != NULL && (end[1] == ' ' || end[1] == '\t'))
		end = strchr(end + 1, '\n');
	return end;
}

/* Cuts the text into fields in place. */
static size_t
split(char *text, struct rules_header *fields_r)
{
	size_t count = 0;

	while (text != NULL && *text != '\0' && count < FIELDS_MAX) {
		char *end = end_of_field(text), *colon;

		if (end != NULL)
			*end++ = '\0';
		colon = strchr(text, ':');
		if (colon != NULL)
			*colon++ = '\0';
		fields_r[count].name = text;
		fields_r[count].value = colon == NULL ? "" : colon;
		count++;
		text = end;
	}
	return count;
}

static bool
find_nothing(void *ctx, const char *name, struct rules_identity *identity_r)
{
	(void)ctx, (void)identity_r;
	require(strnlen(name, RULES_ADDRESS_MAX + 1) <= RULES_ADDRESS_MAX);
	return false;
}

static void
check_sender(const struct mailbox *m)
{
	struct identity_cover cover;

	require(strnlen(m->address, sizeof m->address) <= RULES_ADDRESS_MAX);
	require(!identity_resolve(m->address, find_nothing, NULL, &cover));
}

static void
check_verdict(const struct rules_verdict *v)
{
	size_t i, len = strnlen(v->text, sizeof v->text);

	require(v->action == RULES_REJECT && v->code == 554);
	require(len > 20 && len < sizeof v->text);
	for (i = 0; i < len; i++)
		require(v->text[i] >= ' ' && v->text[i] <= '~');
}

static void
check_fields(const struct rules_header *fields, size_t count)
{
	struct headers_senders senders;
	struct mailbox more[MORE_MAX];
	struct rules_verdict v;
	size_t more_count, i;

	for (i = 0; i < count; i++)
		require(!headers_is_removed(fields[i].name) ||
			!headers_is_signed(fields[i].name));
	if (!headers_check(
		fields, count, &senders, more, MORE_MAX, &more_count, &v)) {
		check_verdict(&v);
		return;
	}
	require(senders.from.address[0] != '\0' && more_count <= MORE_MAX);
	check_sender(&senders.from);
	check_sender(&senders.sender);
	check_sender(&senders.return_path);
	for (i = 0; i < more_count; i++)
		check_sender(&more[i]);
}

static void
check_identity_name(const char *name)
{
	char normal[RULES_ADDRESS_MAX + 1], again[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type, type_again;

	if (identity_check_name(name, normal, &type) != NULL)
		return;
	require(identity_check_name(normal, again, &type_again) == NULL);
	require(strcmp(normal, again) == 0 && type == type_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_header fields[FIELDS_MAX];
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_identity_name(text);
	check_fields(fields, split(text, fields));
	free(text);
	return 0;
}
