/* SES v2: import jobs of the suppression list; their rows stand in v2_suppression.c. */
#ifndef SENDWARD_API_V2_IMPORT_H
#define SENDWARD_API_V2_IMPORT_H

#include "api/operation.h"

api_operation_fn api_create_import_job, api_get_import_job,
    api_list_import_jobs;

#endif
