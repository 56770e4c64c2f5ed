/* Shapes of sendward's own operations: messages, reports, deliveries. */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */
#define PAGE                                                                   \
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},                             \
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)}
#define SECONDS INTEGER(0, 1000000000000)

const struct api_member api_in_own_list_messages[] = {
	{"Recipient", NULL, IN_QUERY, TEXT(0, 320)},
	{"MessageId", NULL, IN_QUERY, TEXT(0, 64)},
	{"Status", NULL, IN_QUERY, CHOICE("DELIVERED|BOUNCED|COMPLAINED|"
	    "DELAYED|REJECTED|PENDING")},
	{"Tag", NULL, IN_QUERY, TEXT(0, 520)},
	{"Since", NULL, IN_QUERY, SECONDS},
	{"Until", NULL, IN_QUERY, SECONDS},
	PAGE,
	END};

const struct api_member api_in_own_get_message[] = {
	{"MessageId", NULL, REQUIRED|IN_PATH, TEXT(1, 128)},
	END};

const struct api_member api_in_own_get_message_report[] = {
	{"MessageId", NULL, REQUIRED|IN_PATH, TEXT(1, 128)},
	{"ReportId", NULL, REQUIRED|IN_PATH, TEXT(1, 20)},
	END};

const struct api_member api_in_own_list_reports[] = {
	{"State", NULL, IN_QUERY,
	    CHOICE("MATCHED|UNMATCHED|FORGED|STRANGE|LATE")},
	PAGE,
	END};

const struct api_member api_in_own_get_report[] = {
	{"ReportId", NULL, REQUIRED|IN_PATH, TEXT(1, 20)},
	END};

const struct api_member api_in_own_list_dead_letters[] = {
	PAGE,
	END};

const struct api_member api_in_own_dead_letter[] = {
	{"NotificationId", NULL, REQUIRED|IN_PATH, TEXT(1, 20)},
	END};

const struct api_member api_in_own_list_deliveries[] = {
	{"TopicName", NULL, REQUIRED|IN_PATH, TEXT(1, 256)},
	END};
/* clang-format on */
