/* Names of what a report says, as Amazon SES writes them. Reads nothing. */
#include "config.h"

#include "report/report.h"

static const char *
name_of(const char *const *names, size_t count, size_t number)
{
	return number < count ? names[number] : "";
}
#define NAME_OF(names, number)                                                 \
	name_of(names, sizeof(names) / sizeof((names)[0]), (size_t)(number))

const char *
report_kind_name(enum report_kind kind)
{
	static const char *const names[] = {
	    "bounce", "complaint", "autoreply", "other"};

	return NAME_OF(names, kind);
}

const char *
report_action_name(enum report_action action)
{
	static const char *const names[] = {
	    "", "failed", "delayed", "delivered", "relayed", "expanded"};

	return NAME_OF(names, action);
}

const char *
report_type_name(enum report_type type)
{
	static const char *const names[] = {
	    "Undetermined", "Permanent", "Transient"};

	return NAME_OF(names, type);
}

const char *
report_subtype_name(enum report_subtype subtype)
{
	static const char *const names[] = {"Undetermined", "General",
	    "NoEmail", "Suppressed", "OnAccountSuppressionList", "MailboxFull",
	    "MessageTooLarge", "ContentRejected", "AttachmentRejected",
	    "CustomTimeoutExceeded", "UnsubscribedRecipient"};

	return NAME_OF(names, subtype);
}

const char *
report_fault_name(enum report_fault fault)
{
	static const char *const names[] = {
	    "unknown", "recipient", "message", "ours", "network"};

	return NAME_OF(names, fault);
}
