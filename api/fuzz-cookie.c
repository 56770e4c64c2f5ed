/* Fuzz target of cookies: a field Cookie a line.
 * fuzz-sources: api/cookie.c
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/cookie.h"
#include "api/exchange.h"

#define FIELDS 8
#define SIZE 44

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct api_field fields[FIELDS];
	struct api_request request = {.fields = fields};
	char *text = malloc(size + 1), *line, *rest = text;
	char value[SIZE];
	int count;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	while (request.field_count < FIELDS &&
	       (line = strsep(&rest, "\n")) != NULL)
		fields[request.field_count++] =
		    (struct api_field){"Cookie", line};
	memset(value, 'x', sizeof(value));
	count = api_cookie_find(&request, "a", value, sizeof(value));
	/* The value ends, and has nothing that separates. */
	if (strnlen(value, SIZE) == SIZE || strpbrk(value, "; \t") != NULL ||
	    count < 0 || (size_t)count > size / 2 ||
	    (count == 0 && value[0] != '\0'))
		abort();
	free(text);
	return 0;
}
