/* What subscribers of topics ask: the certificate that notifications are signed
 * with, the links that confirm and end a subscription. Programs get Amazon SNS's
 * answers, people pages that ask first. Decides nothing: ops/topic.h does. */
#ifndef SENDWARD_API_SNS_H
#define SENDWARD_API_SNS_H

#include "api/exchange.h"

struct api_service;

/* GET /SimpleNotificationService-HEX.pem */
void api_sns_certificate(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* GET /?Action=ConfirmSubscription&TopicArn=…&Token=… and
 * GET /?Action=Unsubscribe&SubscriptionArn=…: done at once, as SNS does. */
void api_sns_query(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* /subscription/TOKEN of mail: GET asks, POST confirms. */
void api_sns_show(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);
void api_sns_confirm(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* /unsubscribe/ID of mail: GET asks, POST ends it (RFC 8058, too). */
void api_sns_show_end(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);
void api_sns_end(struct api_service *service, const struct api_request *request,
    struct api_response *response_r);

#endif
