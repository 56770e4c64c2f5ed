/* SES v2: the story of one message. */
#ifndef SENDWARD_API_V2_INSIGHT_H
#define SENDWARD_API_V2_INSIGHT_H

struct api_call;

/* GetMessageInsights. */
void api_get_message_insights(struct api_call *call);

#endif
