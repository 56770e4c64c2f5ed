/* Shapes of sendward's own operations: observed senders, pools. */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

const struct api_member api_in_own_list_observed[] = {
	{"State", NULL, IN_QUERY, CHOICE("OPEN|ADOPTED|ALL")},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 2048)},
	END};
static const struct api_member sender[] = {
	{"Login", NULL, REQUIRED, TEXT(0, 255)},
	{"FromDomain", NULL, REQUIRED, TEXT(1, 253)},
	END};
const struct api_member api_in_own_adopt_observed[] = {
	{"Senders", NULL, REQUIRED, LIST(1, 100, STRUCT(sender))},
	{"AccountName", NULL, REQUIRED, TEXT(1, 64)},
	{"CreateAccount", NULL, 0, FLAG},
	{"Verify", NULL, 0, FLAG},
	END};

const struct api_member api_in_own_list_pools[] = {
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 2048)},
	END};
const struct api_member api_in_own_create_pool[] = {
	{"PoolName", NULL, REQUIRED, TEXT(1, 64)},
	{"AccountName", NULL, 0, TEXT(0, 64)},
	END};
const struct api_member api_in_own_delete_pool[] = {
	{"PoolName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)},
	{"AccountName", NULL, IN_QUERY, TEXT(0, 64)},
	END};
const struct api_member api_in_own_add_pool_address[] = {
	{"PoolName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)},
	{"Address", NULL, REQUIRED, TEXT(1, 45)},
	{"AccountName", NULL, 0, TEXT(0, 64)},
	{"WarmupPercentage", NULL, 0, INTEGER(0, 100)},
	END};
const struct api_member api_in_own_set_pool_address[] = {
	{"Address", NULL, REQUIRED | IN_PATH, TEXT(1, 45)},
	{"WarmupPercentage", NULL, REQUIRED, INTEGER(0, 100)},
	END};
const struct api_member api_in_own_delete_pool_address[] = {
	{"Address", NULL, REQUIRED | IN_PATH, TEXT(1, 45)},
	END};
/* clang-format on */
