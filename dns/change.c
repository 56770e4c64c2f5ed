/* For tests: changes the zone of the configuration file as the lines of stdin
 * say, all in one update, and prints the outcome as JSON. Not installed.
 *
 * change CONF-FILE < lines of "NAME [TEXT]" */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "dns/update.h"

struct lines {
	struct dns_change changes[DNS_CHANGES_MAX + 1];
	size_t count;
	char text[256 * 1024];
};

static void
read_lines(struct lines *lines)
{
	size_t len = fread(lines->text, 1, sizeof(lines->text) - 1, stdin);
	char *at = lines->text, *line;

	lines->text[len] = '\0';
	while (lines->count <= DNS_CHANGES_MAX &&
	       (line = strsep(&at, "\n")) != NULL) {
		struct dns_change *change = &lines->changes[lines->count];

		if (line[0] == '\0')
			continue;
		change->name = strsep(&line, " ");
		change->text = line;
		lines->count++;
	}
}

static int
print_outcome(enum sg_err code, const struct err *err)
{
	json_t *object = json_pack("{s:s, s:s}", "code", err_name(code), "why",
	    code == SG_OK ? "" : err->text);
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text != NULL ? text : "{}");
	free(text);
	json_decref(object);
	return code == SG_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static struct lines lines;
	struct conf *conf = NULL;
	struct dns_updater *updater = NULL;
	struct err err = {.code = SG_OK};
	enum sg_err code;

	if (argc != 2)
		return 2;
	read_lines(&lines);
	code = conf_load(argv[1], &conf, &err);
	if (code == SG_OK)
		code = dns_updater_new(conf, &updater, &err);
	if (code == SG_OK)
		code = dns_update(updater, lines.changes, lines.count, &err);
	dns_updater_free(&updater);
	conf_unref(&conf);
	return print_outcome(code, &err);
}
