/* Event destinations of configuration sets, which SES v1 and v2 tell alike but for
 * the names of their errors and members. Publishes nothing by itself. */
#ifndef SENDWARD_API_DESTINATION_H
#define SENDWARD_API_DESTINATION_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"
#include "ops/set.h"

/* What differs. */
struct api_destination_words {
	const char *no_set, *no_destination, *no_topic; /* codes */
	const char *exists, *full, *invalid;
	const char *sns, *topic_arn; /* members: "SnsDestination", "TopicArn" */
	bool is_lower; /* "renderingFailure", else "RENDERING_FAILURE" */
};

/* definition: of the input, with Enabled, MatchingEventTypes, SnsDestination. What an
 * old one's definition lacks stays. Other kinds of destinations were refused
 * before. */
void api_destination_write(struct api_call *call,
    const struct api_destination_words *words, const char *name,
    const json_t *definition, enum set_presence presence);
void api_destination_remove(struct api_call *call,
    const struct api_destination_words *words, const char *name);
/* Adds those of the set to list. False: the call has failed. */
bool api_destination_list(struct api_call *call,
    const struct api_destination_words *words, int64_t set_id, json_t *list);

#endif
