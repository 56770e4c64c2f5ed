/* The console over HTTP: its files, previews of mail, and downloads. What the page
 * does is console/'s matter; what it asks for, the API's. */
#ifndef SENDWARD_API_CONSOLE_H
#define SENDWARD_API_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include "api/exchange.h"
#include "api/route.h"

/* GET /: leads browsers to the console; what has an Action is sns.h's. */
void api_console_root(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* GET /console/…: a file; or index.html, whose script knows what the rest of the path
 * means. */
void api_console_show(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* POST /console/preview, a form of csrf and html: that HTML for a frame of the page,
 * with a policy under which nothing in it runs or is fetched. 401: no session, or
 * not its csrf. */
void api_console_preview(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);
#define API_CONSOLE_HTML_MAX (512 * 1024)
/* Bodies of such forms may be longer than other pages'. 0: it is no such request. */
uint64_t api_console_body_most(const struct api_request *request);
/* Before a long one is read: is there a session? False: response_r says no. */
bool api_console_admits(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* GET /console/exports/ID, by operators with ?account=NAME: the file of an export.
 * 401: no session; 404: no such export of the account, or it is not done. */
void api_console_download(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

#endif
