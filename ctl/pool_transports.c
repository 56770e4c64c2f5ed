/* pool transports: Postfix's lines for dedicated addresses, printed or applied by
 * postconf(1). What they are is ops/transport.h's. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/out.h"
#include "ctl/postconf.h"
#include "ctl/verbs.h"
#include "ops/admin.h"
#include "ops/transport.h"

#define LINES_MAX ((size_t)4 * 1024 * 1024)
#define MAP_OPTION "sender_dependent_default_transport_maps"

/* What shall be: one line a transport, and the table. */
struct wanted {
	struct buf services, table;
	size_t count;
};

/* Can it be sent from? What it cannot bind, Postfix sends from another address,
 * with a line in its log alone. */
static bool
is_of_this_machine(const char *address)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	bool is_v6 = inet_pton(AF_INET6, address, &in6.sin6_addr) == 1;
	int fd, rc;

	if (!is_v6 && inet_pton(AF_INET, address, &in4.sin_addr) != 1)
		return true;
	fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true; /* not known */
	rc = is_v6 ? bind(fd, (struct sockaddr *)&in6, sizeof(in6))
		   : bind(fd, (struct sockaddr *)&in4, sizeof(in4));
	rc = rc == 0 ? 0 : errno;
	(void)close(fd);
	return rc != EADDRNOTAVAIL;
}

static bool
take_address(void *ctx, const struct store_ip *row)
{
	struct wanted *wanted = ctx;

	if (row->label[0] == '\0')
		return true;
	wanted->count++;
	if (!is_of_this_machine(row->address))
		(void)fprintf(stderr,
		    "sendwardctl: %s is no address of this machine: until it "
		    "is, its mail leaves from another; if it is another "
		    "host's, say so: pool set POOL %s --host HOST\n",
		    row->address, row->address);
	return transport_service(row, &wanted->services) &&
	       buf_putc(&wanted->services, '\n') &&
	       transport_table_line(row, &wanted->table);
}

static void
wanted_fini(struct wanted *wanted)
{
	buf_fini(&wanted->services);
	buf_fini(&wanted->table);
}

static int
wanted_init(struct ctl *ctl, struct wanted *wanted)
{
	struct err err = {0};

	wanted->count = 0;
	buf_init(&wanted->services, LINES_MAX);
	buf_init(&wanted->table, LINES_MAX);
	(void)buf_puts(&wanted->table,
	    "# By sendwardctl pool transports. The label in a return path says "
	    "which\n# address a message leaves from.\n");
	if (transport_list(ctl->store, ctl->conf, take_address, wanted, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	if (wanted->services.failed || wanted->table.failed)
		return ctl_refuse(ctl, "no memory for the lines");
	return CTL_DONE;
}

/* ---- printed -------------------------------------------------------------------- */

static int
print_wanted(struct ctl *ctl, const struct wanted *wanted, const char *dir)
{
	if (ctl->json)
		return out_print(ctl,
		    json_pack("{s:I, s:o, s:o, s:s+}", "addresses",
			(json_int_t)wanted->count, "master.cf",
			out_string(buf_str(&wanted->services)), TRANSPORT_TABLE,
			out_string(buf_str(&wanted->table)), "main.cf",
			MAP_OPTION " = regexp:",
			"$config_directory/" TRANSPORT_TABLE),
		    NULL, "");
	if (wanted->count == 0) {
		(void)puts("no address is this machine's; give it one: "
			   "sendwardctl pool add-ip POOL ADDRESS");
		return CTL_DONE;
	}
	(void)printf(
	    "# ==== %s/master.cf ====\n# A transport for each address.\n%s\n"
	    "# ==== %s/" TRANSPORT_TABLE " ====\n%s\n"
	    "# ==== %s/main.cf ====\n# The way of a message by its return "
	    "path. (Add to what you have there.)\n" MAP_OPTION
	    " = regexp:$config_directory/" TRANSPORT_TABLE "\n\n"
	    "# sendwardctl pool transports --apply writes them.\n",
	    dir, buf_str(&wanted->services), dir, buf_str(&wanted->table), dir);
	return CTL_DONE;
}

/* ---- applied -------------------------------------------------------------------- */

struct change {
	struct ctl *ctl;
	struct postconf *mta;
	const struct wanted *wanted;
	struct err err;
	json_t *done; /* what was done, for people */
	bool has_copy;
};

static void
say(struct change *change, const char *what, const char *name)
{
	char text[300];

	(void)snprintf(text, sizeof(text), "%s %s", what, name);
	(void)json_array_append_new(change->done, out_string(text));
}

/* Does the list of lines have this one, or one whose first word this is? */
static bool
has_line(const char *lines, const char *line, size_t len, bool is_name)
{
	for (; *lines != '\0';
	     lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		size_t whole = strcspn(lines, "\n");
		size_t part = is_name ? strcspn(lines, " \n") : whole;

		if (part == len && strncmp(lines, line, len) == 0)
			return true;
	}
	return false;
}

/* A copy of what was before, unless there is one of before sendward came. */
static enum sg_err
keep_copies(struct change *change)
{
	bool is_new;

	if (change->has_copy)
		return SG_OK;
	if (postconf_keep_copies(change->mta, &is_new, &change->err) != SG_OK)
		return change->err.code;
	change->has_copy = true;
	if (is_new)
		say(change, "kept copies:",
		    "main.cf" POSTCONF_COPY ", master.cf" POSTCONF_COPY);
	return SG_OK;
}

/* Lines of the one list that the other lacks: to be written, or by name removed. */
static enum sg_err
change_services(struct change *change, const char *lines, const char *others,
    bool is_removal)
{
	enum sg_err rc = SG_OK;

	while (*lines != '\0' && rc == SG_OK) {
		size_t len = strcspn(lines, "\n");
		size_t part = is_removal ? strcspn(lines, " \n") : len;
		char name[TRANSPORT_NAME_MAX + 1];

		(void)snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(lines, " \n"), lines);
		if (!has_line(others, lines, part, is_removal)) {
			rc = keep_copies(change);
			if (rc == SG_OK)
				rc = is_removal
					 ? postconf_remove_service(
					       change->mta, name, &change->err)
					 : postconf_set_service(change->mta,
					       name, lines, len, &change->err);
			if (rc == SG_OK)
				say(change,
				    is_removal ? "removed transport"
					       : "wrote transport",
				    name);
		}
		lines += len + (lines[len] == '\n');
	}
	return rc;
}

static enum sg_err
change_main(struct change *change)
{
	struct buf value;
	enum sg_err rc;

	buf_init(&value, LINES_MAX);
	rc = postconf_get(change->mta, MAP_OPTION, &value, &change->err);
	if (rc == SG_OK &&
	    strstr(buf_str(&value), "/" TRANSPORT_TABLE) == NULL) {
		rc = keep_copies(change);
		(void)buf_printf(&value,
		    "%sregexp:$config_directory/" TRANSPORT_TABLE,
		    value.len > 0 ? ", " : "");
		if (rc == SG_OK)
			rc = value.failed
				 ? err_set(&change->err, SG_NOMEM, "no memory")
				 : postconf_set(change->mta, MAP_OPTION,
				       buf_str(&value), &change->err);
		if (rc == SG_OK)
			say(change, "set", MAP_OPTION);
	}
	buf_fini(&value);
	return rc;
}

static enum sg_err
change_all(struct change *change)
{
	const struct wanted *wanted = change->wanted;
	struct buf now;
	bool is_new = false;
	enum sg_err rc;

	buf_init(&now, LINES_MAX);
	rc = postconf_services(
	    change->mta, TRANSPORT_PREFIX, &now, &change->err);
	/* what is wanted, then what leads to it, then what is not wanted */
	if (rc == SG_OK)
		rc = change_services(
		    change, buf_str(&wanted->services), buf_str(&now), false);
	if (rc == SG_OK)
		rc = postconf_write_table(change->mta, TRANSPORT_TABLE,
		    buf_str(&wanted->table), &is_new, &change->err);
	if (rc == SG_OK && is_new)
		say(change, "wrote", TRANSPORT_TABLE);
	if (rc == SG_OK)
		rc = change_main(change);
	if (rc == SG_OK)
		rc = change_services(
		    change, buf_str(&now), buf_str(&wanted->services), true);
	buf_fini(&now);
	return rc;
}

static int
apply(struct ctl *ctl, const struct wanted *wanted, struct postconf *mta)
{
	struct change change = {
	    .ctl = ctl, .mta = mta, .wanted = wanted, .done = json_array()};
	bool is_running = false;
	enum sg_err rc = change_all(&change);
	const json_t *line;
	size_t i;

	if (rc == SG_OK && json_array_size(change.done) > 0) {
		rc = postconf_reload(mta, &is_running, &change.err);
		say(&change,
		    is_running ? "reloaded" : "not running:", "Postfix");
	}
	if (!ctl->json)
		json_array_foreach(change.done, i, line)(void)
		    puts(json_string_value(line));
	if (rc != SG_OK) {
		json_decref(change.done);
		return ctl_refuse(ctl, "%s", change.err.text);
	}
	if (ctl->json)
		return out_print(
		    ctl, json_pack("{s:o}", "done", change.done), NULL, "");
	if (json_array_size(change.done) == 0)
		(void)puts("Postfix has all of it; nothing was changed");
	json_decref(change.done);
	return CTL_DONE;
}

int
pool_run_transports(struct ctl *ctl)
{
	struct wanted wanted;
	struct postconf mta;
	struct err err;
	const char *dir;
	bool applies = ctl_value(ctl, "apply") != NULL;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	rc = wanted_init(ctl, &wanted);
	/* from here on as the caller: Postfix's programs want root */
	admin_store_close(&ctl->store);
	dir = postconf_chosen(ctl_value(ctl, "postfix"), ctl->conf);
	if (rc == CTL_DONE && applies)
		rc = postconf_open(dir, &mta, &err) != SG_OK
			 ? ctl_refuse(ctl, "%s", err.text)
			 : apply(ctl, &wanted, &mta);
	else if (rc == CTL_DONE)
		rc = print_wanted(
		    ctl, &wanted, dir != NULL ? dir : "/etc/postfix");
	wanted_fini(&wanted);
	return rc;
}
