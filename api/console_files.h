/* The files of the console in memory, as they are sent: read and compressed once, at
 * the start and with each configuration. Knows no HTTP. */
#ifndef SENDWARD_API_CONSOLE_FILES_H
#define SENDWARD_API_CONSOLE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

struct conf;
struct api_console;

#define API_CONSOLE_FILES_MAX 200
#define API_CONSOLE_FILE_BYTES_MAX (2 * 1024 * 1024)
#define API_CONSOLE_NAME_MAX 160
/* What others wrote. */
#define API_CONSOLE_VENDOR "vendor/"
#define API_CONSOLE_CHART API_CONSOLE_VENDOR "chart.js"

struct api_console_file {
	char name[API_CONSOLE_NAME_MAX]; /* "index.html", "pages/home.js" */
	const char *content_type;        /* static */
	struct buf plain, gzip;          /* gzip: empty when it is no shorter */
	char etag[40]; /* of plain; with quotation marks (RFC 9110 §8.8.3) */
	char gzip_etag[48]; /* another: it is another representation */
};

/* Of the options console.dir and console.chart_js: files whose names end as a
 * browser's do, of that folder and of the folders in it; no links, nothing that
 * begins with a dot. What cannot be taken is logged and left out. NULL: no memory. */
struct api_console *api_console_new(const struct conf *conf);
void api_console_free(struct api_console **console);

/* Is there an index.html? */
bool api_console_is_there(const struct api_console *console);
/* By its whole name, not terminated; NULL: there is none. */
const struct api_console_file *api_console_find(
    const struct api_console *console, const char *name, size_t len);
/* Are there files below this folder ("pages")? */
bool api_console_has_folder(
    const struct api_console *console, const char *name, size_t len);

#endif
