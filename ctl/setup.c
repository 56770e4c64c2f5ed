/* setup: the lines that a mail server needs, made from the configuration in force.
 * Prints them; setup_apply.h writes. conf/examples/ holds the same lines. */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ctl/out.h"
#include "ctl/postconf.h"
#include "ctl/setup_apply.h"
#include "ctl/setup_lines.h"
#include "ctl/verbs.h"
#include "ops/admin.h"
#include "ops/identity.h"

/* "inet:PORT@HOST" is Sendmail's way to write it; Postfix wants "inet:HOST:PORT". */
static bool
postfix_socket(const char *socket, struct buf *out)
{
	const char *at = strchr(socket, '@');
	bool is_v6;

	if (strncmp(socket, "inet:", 5) != 0 || at == NULL)
		return buf_puts(out, socket);
	is_v6 = strchr(at, ':') != NULL && at[1] != '[';
	return buf_printf(out, "inet:%s%s%s:%.*s", is_v6 ? "[" : "", at + 1,
	    is_v6 ? "]" : "", (int)(at - socket - 5), socket + 5);
}

static const char *
user_of(const struct conf *conf)
{
	return conf->user[0] == '\0' ? "root" : conf->user;
}

/* The user's own group; named like the user when there is no such user yet. */
static const char *
group_of(const struct conf *conf)
{
	const struct passwd *user = getpwnam(user_of(conf));
	const struct group *group =
	    user == NULL ? NULL : getgrgid(user->pw_gid);

	return group == NULL ? user_of(conf) : group->gr_name;
}

/* "unix:/var/spool/postfix/public/letters": the service "letters". */
static const char *
service_of(const char *socket)
{
	const char *slash = strrchr(socket, '/');

	return slash == NULL ? socket : slash + 1;
}

static bool
is_wanted(const struct conf *conf, const struct setup_line *line)
{
	bool is_unix = strncmp(conf->feedback_socket, "unix:", 5) == 0;

	switch (line->when) {
	case SETUP_MAIL_SOCKET:
		return strncmp(conf->mail_server, "unix:", 5) == 0;
	case SETUP_API_SOCKET:
		return strncmp(conf->api_submission, "unix:", 5) == 0 &&
		       conf->trusted_daemon_name[0] != '\0';
	case SETUP_LMTP_UNIX:
		return is_unix;
	case SETUP_LMTP_INET:
		return !is_unix;
	case SETUP_SQLITE:
		return admin_store_file(conf) != NULL;
	case SETUP_POSTGRESQL:
		return admin_store_file(conf) == NULL;
	case SETUP_ALWAYS:
		break;
	}
	return true;
}

/* Sendmail's words; *known_r false: it is none of them. */
static bool
put_sendmail_word(const struct conf *conf, const char *word, size_t len,
    struct buf *out, bool *known_r)
{
	const char *colon = strchr(conf->feedback_socket, ':');
	const char *socket = colon != NULL ? colon + 1 : conf->feedback_socket;
	const char *at = strchr(socket, '@');

	*known_r = true;
	if (strncmp(word, "milter-raw", len) == 0 && len > 6)
		return buf_puts(out, conf->milter_socket);
	/* A lease is waited for, then the answer is held back. */
	if (strncmp(word, "milter-reply", len) == 0 && len > 8)
		return buf_printf(
		    out, "%llds", 30 + 2 * (long long)conf->pacing_sec);
	if (strncmp(word, "feedback-path", len) == 0 && len > 8)
		return buf_puts(out, socket);
	if (strncmp(word, "feedback-host", len) == 0 && len > 8)
		return buf_puts(out, at != NULL ? at + 1 : socket);
	if (strncmp(word, "feedback-port", len) == 0 && len > 8)
		return buf_append(out, socket, strcspn(socket, "@"));
	*known_r = false;
	return true;
}

static bool
put_store(const struct conf *conf, struct buf *out)
{
	const char *file = admin_store_file(conf);
	char *shown;
	bool ok;

	if (file != NULL)
		return buf_puts(out, file);
	shown = conf_store_shown(conf->store);
	ok = shown != NULL && buf_puts(out, shown);
	free(shown);
	return ok;
}

static bool
put_word(const struct conf *conf, const char *word, size_t len, struct buf *out)
{
	/* An answer may be held back for pacing_sec; the client must wait
	 * longer. */
	long long wait =
	    conf->pacing_sec + 20 > 30 ? conf->pacing_sec + 20 : 30;

	bool is_known;
	bool ok = put_sendmail_word(conf, word, len, out, &is_known);

	if (is_known)
		return ok;
	if (strncmp(word, "milter", len) == 0)
		return postfix_socket(conf->milter_socket, out);
	if (strncmp(word, "policy", len) == 0)
		return postfix_socket(conf->policy_socket, out);
	if (strncmp(word, "feedback", len) == 0)
		return postfix_socket(conf->feedback_socket, out);
	if (strncmp(word, "policy-timeout", len) == 0)
		return buf_printf(out, "%llds", wait);
	if (strncmp(word, "bounce", len) == 0)
		return buf_puts(out, conf->bounce_domain);
	if (strncmp(word, "size", len) == 0) /* headers are added behind us */
		return buf_printf(
		    out, "%lld", (long long)conf->max_message_bytes * 3 / 2);
	if (strncmp(word, "user", len) == 0)
		return buf_puts(out, user_of(conf));
	if (strncmp(word, "group", len) == 0)
		return buf_puts(out, group_of(conf));
	if (strncmp(word, "mail-service", len) == 0)
		return buf_puts(out, service_of(conf->mail_server));
	if (strncmp(word, "api-service", len) == 0)
		return buf_puts(out, service_of(conf->api_submission));
	if (strncmp(word, "daemon-name", len) == 0)
		return buf_puts(out, conf->trusted_daemon_name);
	if (strncmp(word, "store-kind", len) == 0 && len > 5)
		return buf_puts(
		    out, admin_store_file(conf) == NULL ? "pgsql" : "sqlite");
	if (strncmp(word, "store", len) == 0)
		return put_store(conf, out);
	return buf_append(out, word, len);
}

/* Replaces @words@ of a line; @@ is an @. */
static bool
fill_line(const struct conf *conf, const char *line, struct buf *out)
{
	while (*line != '\0') {
		size_t len = strcspn(line, "@");
		const char *end;

		(void)buf_append(out, line, len); /* failed is looked at */
		line += len;
		if (strncmp(line, "@@", 2) == 0) {
			(void)buf_putc(out, '@');
			line += 2;
			continue;
		}
		end = *line == '@' ? strchr(line + 1, '@') : NULL;
		if (end == NULL)
			return buf_puts(out, line);
		(void)put_word(conf, line + 1, (size_t)(end - line - 1), out);
		line = end + 1;
	}
	return !out->failed;
}

/* The text with the folder that is meant in place of /etc/postfix. */
static bool
put_moved(const char *text, const char *dir, struct buf *out)
{
	const char *place;

	while ((place = strstr(text, SETUP_POSTFIX_DIR "/")) != NULL) {
		(void)buf_append(out, text, (size_t)(place - text));
		(void)buf_puts(out, dir); /* failed is looked at */
		text = place + strlen(SETUP_POSTFIX_DIR);
	}
	return buf_puts(out, text);
}

static json_t *
row_json(const char *dir, const char *file, const char *text, const char *why)
{
	struct buf moved, place;
	json_t *doc = NULL;

	buf_init(&moved, 8192);
	buf_init(&place, 8192);
	if (put_moved(text, dir, &moved) && put_moved(file, dir, &place))
		doc = json_pack("{s:o, s:o, s:o}", "file",
		    out_string(buf_str(&place)), "line",
		    out_string(buf_str(&moved)), "why", out_string(why));
	buf_fini(&moved);
	buf_fini(&place);
	return doc;
}

static json_t *
line_json(
    const struct conf *conf, const char *dir, const struct setup_line *line)
{
	struct buf text, why;
	json_t *doc = NULL;

	buf_init(&text, 4096);
	buf_init(&why, 4096);
	if (fill_line(conf, line->line, &text) &&
	    fill_line(conf, line->why, &why))
		doc = row_json(dir, line->file, buf_str(&text), buf_str(&why));
	buf_fini(&text);
	buf_fini(&why);
	return doc;
}

/* ---- maps of domains ------------------------------------------------------ */

struct domains {
	const struct ctl *ctl;
	const char *dir;
	const struct setup_map *map;
	json_t *list;
	bool is_first; /* of its map: it has the reason */
	bool failed;
};

static void
add_domain(struct domains *d, const char *domain, const char *why)
{
	size_t len = strlen(d->map->format);
	const char *place = strstr(d->map->format, "%s");
	bool ok = place != NULL;
	struct buf line;

	buf_init(&line, 2048);
	if (ok)
		ok = buf_append(&line, d->map->format,
			 (size_t)(place - d->map->format)) &&
		     buf_puts(&line, domain) && buf_puts(&line, place + 2);
	if (ok && d->map->format[len - 1] == ':')
		ok = postfix_socket(d->ctl->conf->feedback_socket, &line);
	if (ok)
		ok = json_array_append_new(
			 d->list, row_json(d->dir, d->map->file, buf_str(&line),
				      d->is_first ? d->map->why : why)) == 0;
	d->is_first = false;
	d->failed |= !ok;
	buf_fini(&line);
}

/* From the moment that it is set, so that its first bounce is not too early; but
 * of verified identities alone, or anybody could name another's domain. */
static bool
add_mail_from(void *ctx, const char *account, const struct store_identity *row)
{
	enum rules_identity_status status = row->facts.status;
	struct domains *d = ctx;

	(void)account;
	if (row->facts.mail_from[0] != '\0' &&
	    (status == RULES_IDENTITY_SUCCESS ||
		status == RULES_IDENTITY_TEMPORARY_FAILURE))
		add_domain(d, row->facts.mail_from, "A MAIL FROM domain.");
	return !d->failed;
}

/* Those of customers, when there is a store to read them from. */
static void
add_mail_froms(struct domains *d)
{
	struct store *store = NULL;

	if (admin_store_open(d->ctl->conf, STORE_OPEN_READ, &store, NULL) !=
	    SG_OK)
		return;
	if (identity_list(store, NULL, add_mail_from, d, NULL) != SG_OK)
		d->failed = true;
	admin_store_close(&store);
}

static bool
add_map(const struct ctl *ctl, const char *dir, const struct setup_map *map,
    json_t *list)
{
	const struct conf *conf = ctl->conf;
	struct domains d = {
	    .ctl = ctl, .dir = dir, .map = map, .list = list, .is_first = true};
	char below[512];

	add_domain(&d, conf->bounce_domain, "");
	(void)snprintf(below, sizeof(below), ".%s", conf->bounce_domain);
	if (map->has_below)
		add_domain(&d, below, "What is below it.");
	if (conf->simulator_domain[0] != '\0')
		add_domain(
		    &d, conf->simulator_domain, "The mailbox simulator.");
	if (conf->simulator_aws == CONF_SIMULATOR_AWS_YES)
		add_domain(&d, "simulator.amazonses.com",
		    "The mailbox simulator of Amazon SES.");
	add_mail_froms(&d);
	return !d.failed;
}

/* ---- output --------------------------------------------------------------- */

/* "# why" above, or to continue a block nothing. */
static void
print_lines(const json_t *list)
{
	const char *before = "";
	const json_t *line;
	size_t i;

	json_array_foreach(list, i, line)
	{
		const char *file =
		    json_string_value(json_object_get(line, "file"));
		const char *why =
		    json_string_value(json_object_get(line, "why"));

		if (strcmp(file, before) != 0)
			(void)printf("%s# ==== %s ====\n",
			    before[0] == '\0' ? "" : "\n", file);
		before = file;
		while (*why != '\0') {
			size_t len = strcspn(why, "\n");

			(void)printf("# %.*s\n", (int)len, why);
			why += len + (why[len] == '\n');
		}
		(void)puts(json_string_value(json_object_get(line, "line")));
	}
}

/* NULL: no memory. */
static json_t *
list_setup(const struct ctl *ctl, const char *dir,
    const struct setup_line *lines, const struct setup_map *maps)
{
	json_t *list = json_array();
	bool failed = list == NULL;

	for (; !failed && lines->file != NULL; lines++)
		if (is_wanted(ctl->conf, lines))
			failed = json_array_append_new(list,
				     line_json(ctl->conf, dir, lines)) != 0;
	for (; !failed && maps != NULL && maps->file != NULL; maps++)
		failed = !add_map(ctl, dir, maps, list);
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

static int
print_setup(struct ctl *ctl, const char *dir, const struct setup_line *lines,
    const struct setup_map *maps)
{
	json_t *list = list_setup(ctl, dir, lines, maps);

	if (list == NULL)
		return ctl_refuse(ctl, "no memory for the lines");
	if (ctl->json)
		return out_print(ctl, list, NULL, "");
	print_lines(list);
	json_decref(list);
	return CTL_DONE;
}

static int
apply_postfix(struct ctl *ctl, const char *dir, bool writes)
{
	struct postconf mta;
	struct err err;
	json_t *list;
	int rc;

	if (postconf_open(dir, &mta, &err) != SG_OK)
		return ctl_refuse(ctl, "%s", err.text);
	list =
	    list_setup(ctl, mta.dir, setup_postfix_lines, setup_postfix_maps);
	if (list == NULL)
		return ctl_refuse(ctl, "no memory for the lines");
	rc = setup_apply(ctl, &mta, list, writes);
	json_decref(list);
	return rc;
}

int
setup_run_postfix(struct ctl *ctl)
{
	bool applies = ctl_value(ctl, "apply") != NULL;
	bool compares = ctl_value(ctl, "diff") != NULL;
	bool undoes = ctl_value(ctl, "undo") != NULL;
	struct postconf mta;
	struct err err;
	const char *dir;
	int rc;

	if (applies + compares + undoes > 1)
		return ctl_usage(ctl, "give one of --apply, --diff and --undo");
	rc = ctl_open(ctl, 0);
	if (rc != CTL_DONE)
		return rc;
	dir = postconf_chosen(ctl_value(ctl, "postfix"), ctl->conf);
	if (undoes)
		return postconf_open(dir, &mta, &err) != SG_OK
			   ? ctl_refuse(ctl, "%s", err.text)
			   : setup_undo(ctl, &mta);
	if (applies || compares)
		return apply_postfix(ctl, dir, applies);
	return print_setup(ctl, dir != NULL ? dir : SETUP_POSTFIX_DIR,
	    setup_postfix_lines, setup_postfix_maps);
}

int
setup_run_sendmail(struct ctl *ctl)
{
	int rc = ctl_open(ctl, 0);

	return rc != CTL_DONE ? rc
			      : print_setup(ctl, SETUP_POSTFIX_DIR,
				    setup_sendmail_lines, setup_sendmail_maps);
}

int
setup_run_dovecot(struct ctl *ctl)
{
	int rc = ctl_open(ctl, 0);

	return rc != CTL_DONE ? rc
			      : print_setup(ctl, SETUP_POSTFIX_DIR,
				    setup_dovecot_lines, NULL);
}
