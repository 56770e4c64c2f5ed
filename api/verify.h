/* /verify/TOKEN: asks for one click (mail scanners open links by themselves), and
 * confirms an address by it. */
#ifndef SENDWARD_API_VERIFY_H
#define SENDWARD_API_VERIFY_H

#include "api/route.h"

api_handler_fn api_verify_show;
api_handler_fn api_verify_confirm;

#endif
