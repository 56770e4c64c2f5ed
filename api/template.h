/* Templates, which SES v1 and v2 tell alike but for the names of members and errors.
 * Renders by rendering.h. */
#ifndef SENDWARD_API_TEMPLATE_H
#define SENDWARD_API_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"

/* What differs. */
struct api_template_words {
	const char *subject, *text, *html;             /* members */
	const char *list_name, *size;                  /* of lists */
	const char *missing, *exists, *full, *invalid; /* codes */
	const char *bad_data, *missing_data;
};

/* content: the object with the texts. tags: NULL none. */
void api_template_create(struct api_call *call,
    const struct api_template_words *words, const char *name,
    const json_t *content, const json_t *tags);
void api_template_update(struct api_call *call,
    const struct api_template_words *words, const char *name,
    const json_t *content);
/* Puts the texts into out. False: the call has failed. */
bool api_template_get(struct api_call *call,
    const struct api_template_words *words, const char *name, json_t *out);
void api_template_list(
    struct api_call *call, const struct api_template_words *words);
/* is_strict: one that is not there is an error. */
void api_template_delete(struct api_call *call,
    const struct api_template_words *words, const char *name, bool is_strict);
void api_template_test(struct api_call *call,
    const struct api_template_words *words, const char *name, const char *data);

#endif
