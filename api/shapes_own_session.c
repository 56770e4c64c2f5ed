/* Shapes of sendward's own operations: sessions, and users */
#include "config.h"

#include "api/shapes.h"

#define USER_NAME TEXT(1, 64)
#define PASSWORD TEXT(1, 256)
#define CODE TEXT(1, 16)

const struct api_member api_in_own_sign_in[] = {
    /* What cannot be a name is as one that is not there. */
    {"UserName", NULL, REQUIRED, TEXT(1, 256)},
    {"Password", NULL, REQUIRED, PASSWORD}, {"Code", NULL, 0, TEXT(0, 16)},
    END};

const struct api_member api_in_own_change_password[] = {
    {"Password", NULL, REQUIRED, PASSWORD},
    {"NewPassword", NULL, REQUIRED, TEXT(1, 1024)}, END};

const struct api_member api_in_own_begin_second_factor[] = {
    {"Password", NULL, REQUIRED, PASSWORD}, END};

const struct api_member api_in_own_confirm_second_factor[] = {
    {"Code", NULL, REQUIRED, CODE}, END};

const struct api_member api_in_own_remove_second_factor[] = {
    {"Password", NULL, REQUIRED, PASSWORD}, {"Code", NULL, REQUIRED, CODE},
    END};

const struct api_member api_in_own_list_users[] = {
    {"AccountName", NULL, IN_QUERY, TEXT(1, 64)},
    {"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
    {"NextToken", NULL, IN_QUERY, TEXT(0, 2000)}, END};

const struct api_member api_in_own_create_user[] = {
    {"UserName", NULL, REQUIRED, TEXT(1, 64)},
    {"Role", NULL, REQUIRED, CHOICE("OPERATOR|ACCOUNT")},
    {"AccountName", NULL, 0, TEXT(1, 64)}, END};

const struct api_member api_in_own_set_user[] = {
    {"UserName", NULL, REQUIRED | IN_PATH, USER_NAME},
    {"Enabled", NULL, 0, FLAG}, {"ResetPassword", NULL, 0, FLAG},
    {"RemoveSecondFactor", NULL, 0, FLAG}, {"Unlock", NULL, 0, FLAG}, END};

const struct api_member api_in_own_delete_user[] = {
    {"UserName", NULL, REQUIRED | IN_PATH, USER_NAME}, END};
