/* Shapes of sendward's own operations: exports, imports, the suppression list. */
#include "config.h"

#include "api/shapes.h"

/* Where it is checked with a text that says more. */
#define CONTENT_MAX (64 * 1024 * 1024)

/* clang-format off */

/* Members of the lists' queries; which of them an export has says ops/export.h. */
static const struct api_member export_filter[] = {
	{"Address", NULL, 0, TEXT(0, 320)},
	{"Reason", NULL, 0, CHOICE("BOUNCE|COMPLAINT|MANUAL")},
	{"Recipient", NULL, 0, TEXT(0, 320)},
	{"MessageId", NULL, 0, TEXT(0, 255)},
	{"Status", NULL, 0, CHOICE("DELIVERED|BOUNCED|COMPLAINED|DELAYED|"
	    "REJECTED|PENDING")},
	{"Tag", NULL, 0, TEXT(0, 520)},
	{"Since", NULL, 0, INTEGER(0, 1000000000000)},
	{"Until", NULL, 0, INTEGER(0, 1000000000000)},
	END};

const struct api_member api_in_own_create_export[] = {
	{"Kind", NULL, REQUIRED, CHOICE("SUPPRESSIONS|MESSAGES")},
	{"Filter", NULL, 0, STRUCT(export_filter)},
	END};

const struct api_member api_in_own_list_exports[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	END};

const struct api_member api_in_own_delete_export[] = {
	{"ExportId", NULL, REQUIRED|IN_PATH, TEXT(1, 64)},
	END};

const struct api_member api_in_own_import_suppressions[] = {
	{"Content", NULL, REQUIRED, TEXT(0, CONTENT_MAX)},
	{"Format", NULL, REQUIRED, CHOICE("CSV|JSON")},
	{"Action", NULL, REQUIRED, CHOICE("PUT|DELETE")},
	END};

const struct api_member api_in_own_get_import[] = {
	{"JobId", NULL, REQUIRED|IN_PATH, TEXT(1, 64)},
	END};

const struct api_member api_in_own_list_suppressions[] = {
	{"Address", NULL, IN_QUERY, TEXT(0, 320)},
	{"Reason", NULL, IN_QUERY, CHOICE("BOUNCE|COMPLAINT|MANUAL")},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	END};
/* clang-format on */
