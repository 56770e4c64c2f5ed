/* Shapes of sendward's own operations: identities and credentials */
#include "config.h"

#include "api/shapes.h"

#define NAME TEXT(1, 320)
#define ACCESS_KEY_ID TEXT(1, 128)
#define PERMISSION CHOICE("ALL|SEND|READ")

/* clang-format off */

const struct api_member api_in_own_identity[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, NAME},
	END};

const struct api_member api_in_own_list_credentials[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	END};

const struct api_member api_in_own_create_credential[] = {
	{"Permission", NULL, 0, PERMISSION},
	END};

const struct api_member api_in_own_set_credential[] = {
	{"AccessKeyId", NULL, REQUIRED | IN_PATH, ACCESS_KEY_ID},
	{"Permission", NULL, 0, PERMISSION},
	{"Enabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_own_credential[] = {
	{"AccessKeyId", NULL, REQUIRED | IN_PATH, ACCESS_KEY_ID},
	END};
/* clang-format on */
