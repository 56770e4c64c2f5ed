/* Errors by their codes: see fault.h. */
#include "config.h"

#include "api/fault.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"

/* clang-format off */
static const struct api_fault_kind kinds[] = {
	/* every operation's */
	{"AccessDeniedException", 403, false},
	{"AccessDenied", 403, false},
	{"AuthorizationError", 403, false},
	{"IncompleteSignature", 403, false},
	{"InvalidClientTokenId", 403, false},
	{"InvalidSignatureException", 403, false},
	{"MissingAuthenticationToken", 403, false},
	{"MissingAuthenticationTokenException", 403, false},
	{"SignatureDoesNotMatch", 403, false},
	{"UnrecognizedClientException", 403, false},
	{"SessionRequiredException", 401, false},
	{"InvalidAction", 400, false},
	{"MalformedQueryString", 400, false},
	{"MissingAction", 400, false},
	{"MethodNotAllowed", 405, false},
	{"RequestEntityTooLargeException", 413, false},
	{"RequestTimeoutException", 408, false},
	{"SerializationException", 400, false},
	{"UnknownOperationException", 404, false},
	{"NotImplemented", 501, false},
	{"NotImplementedException", 501, false},
	{"InternalFailure", 500, true},
	{"ServiceUnavailable", 503, true},
	{"Throttling", 400, false},
	{"Throttled", 429, false},
	{"TooManyRequestsException", 429, false},
	{"BadRequestException", 400, false},
	{"InvalidParameter", 400, false},
	{"InvalidParameterValue", 400, false},
	{"ValidationError", 400, false},
	{"IdempotentParameterMismatch", 400, false},
	/* SES v2 */
	{"AccountSuspendedException", 400, false},
	{"AlreadyExistsException", 400, false},
	{"ConcurrentModificationException", 500, true},
	{"ConflictException", 409, false},
	{"InternalServiceErrorException", 500, true},
	{"InvalidNextTokenException", 400, false},
	{"LimitExceededException", 400, false},
	{"MailFromDomainNotVerifiedException", 400, false},
	{"MessageRejected", 400, false},
	{"NotFoundException", 404, false},
	{"SendingPausedException", 400, false},
	/* sendward's own */
	{"SecondFactorRequiredException", 401, false},
	{"SignInFailedException", 401, false},
	/* SES v1 */
	{"AccountSendingPausedException", 400, false},
	{"AlreadyExists", 400, false},
	{"ConfigurationSetAlreadyExists", 400, false},
	{"ConfigurationSetDoesNotExist", 400, false},
	{"ConfigurationSetSendingPausedException", 400, false},
	{"CustomVerificationEmailInvalidContent", 400, false},
	{"CustomVerificationEmailTemplateAlreadyExists", 400, false},
	{"CustomVerificationEmailTemplateDoesNotExist", 400, false},
	{"EventDestinationAlreadyExists", 400, false},
	{"EventDestinationDoesNotExist", 400, false},
	{"FromEmailAddressNotVerified", 400, false},
	{"InvalidCloudWatchDestination", 400, false},
	{"InvalidConfigurationSet", 400, false},
	{"InvalidDeliveryOptions", 400, false},
	{"InvalidFirehoseDestination", 400, false},
	{"InvalidPolicy", 400, false},
	{"InvalidRenderingParameter", 400, false},
	{"InvalidSNSDestination", 400, false},
	{"InvalidTemplate", 400, false},
	{"LimitExceeded", 400, false},
	{"MissingRenderingAttribute", 400, false},
	{"ProductionAccessNotGranted", 400, false},
	{"TemplateDoesNotExist", 400, false},
	/* SNS */
	{"NotFound", 404, false},
	{"SubscriptionLimitExceeded", 403, false},
	{"TopicLimitExceeded", 403, false},
};
/* clang-format on */

const char *const api_fault_common[] = {"AccessDeniedException", "AccessDenied",
    "AuthorizationError", "IncompleteSignature", "InvalidClientTokenId",
    "InvalidSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "SignatureDoesNotMatch",
    "UnrecognizedClientException", "SessionRequiredException", "InvalidAction",
    "MalformedQueryString", "MissingAction", "MethodNotAllowed",
    "RequestEntityTooLargeException", "RequestTimeoutException",
    "SerializationException", "UnknownOperationException", "NotImplemented",
    "NotImplementedException", "InternalFailure", "ServiceUnavailable",
    "Throttling", "Throttled", "TooManyRequestsException",
    "BadRequestException", "InvalidParameter", "InvalidParameterValue",
    "ValidationError", NULL};

const struct api_fault_kind *
api_fault_find(const char *code)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].code, code) == 0)
			return &kinds[i];
	return NULL;
}

static bool
is_listed(const char *list, const char *code)
{
	size_t code_len = strlen(code);

	while (*list != '\0') {
		size_t len = strcspn(list, "|");

		if (len == code_len && strncmp(list, code, len) == 0)
			return true;
		list += len + (list[len] == '|');
	}
	return false;
}

bool
api_fault_may(const struct api_operation *operation, const char *code)
{
	for (size_t i = 0; api_fault_common[i] != NULL; i++)
		if (strcmp(api_fault_common[i], code) == 0)
			return true;
	return is_listed(operation->errors, code);
}

const char *
api_fault_invalid(int protocol)
{
	static const char *const codes[API_PROTOCOLS] = {
	    [API_V2] = "BadRequestException",
	    [API_V1] = "InvalidParameterValue",
	    [API_SNS] = "InvalidParameter",
	    [API_OWN] = "BadRequestException"};

	return codes[protocol];
}

const char *
api_fault_throttled(int protocol)
{
	static const char *const codes[API_PROTOCOLS] = {
	    [API_V2] = "TooManyRequestsException",
	    [API_V1] = "Throttling",
	    [API_SNS] = "Throttled",
	    [API_OWN] = "TooManyRequestsException"};

	return codes[protocol];
}

void
api_fault_say(
    struct api_fault *fault_r, const char *code, const char *format, ...)
{
	va_list args;

	*fault_r = (struct api_fault){.code = ""};
	(void)snprintf(fault_r->code, sizeof(fault_r->code), "%s", code);
	va_start(args, format);
	(void)vsnprintf(
	    fault_r->message, sizeof(fault_r->message), format, args);
	va_end(args);
}
