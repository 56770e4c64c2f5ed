/* Methods, a response's memory, dates: see exchange.h. */
#include "config.h"

#include "api/exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum api_method
api_method_of(const char *verb)
{
	static const struct {
		const char *verb;
		enum api_method method;
	} rows[] = {
	    {"GET", API_GET},
	    {"HEAD", API_GET},
	    {"POST", API_POST},
	    {"PUT", API_PUT},
	    {"DELETE", API_DELETE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verb, verb) == 0)
			return rows[i].method;
	return API_METHOD_OTHER;
}

const char *
api_request_field(const struct api_request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (strcasecmp(request->fields[i].name, name) == 0)
			return request->fields[i].value;
	return "";
}

void
api_response_init(struct api_response *response)
{
	*response = (struct api_response){
	    .status = 500, .route = "none", .file_fd = -1};
	buf_init(&response->body, API_BODY_MAX);
}

void
api_response_fini(struct api_response *response)
{
	buf_fini(&response->body);
	if (response->file_fd >= 0)
		(void)close(response->file_fd);
	response->file_fd = -1;
}

void
api_response_date(int64_t sec, char date_r[API_DATE_MAX])
{
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	const time_t t = (time_t)sec;
	struct tm tm = {.tm_mday = 1};

	(void)gmtime_r(&t, &tm); /* fails after the year 2 billion */
	(void)snprintf(date_r, API_DATE_MAX,
	    "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}
