/* doctor: files, sockets and processes around Postfix, as its user meets them. See
 * doctor.h. Changes nothing. */
#include "config.h"

#include "ctl/doctor.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ctl/checks.h"

#define PATH_BYTES (2 * MTA_WORD_MAX)

/* From "/", below the queue when it is not. */
static void
absolute(const struct doctor *doctor, const char *path, char path_r[PATH_BYTES])
{
	const char *queue = mta_raw(doctor->mta, NULL, "queue_directory");

	(void)snprintf(path_r, PATH_BYTES, "%s%s%s",
	    path[0] == '/' ? "" : queue, path[0] == '/' ? "" : "/", path);
}

/* What only root may see is taken to be there. */
static bool
is_missing(const char *path)
{
	return access(path, F_OK) != 0 && errno != EACCES;
}

/* ---- certificates ------------------------------------------------------------------ */

static bool
wants_tls(const struct doctor *doctor, const struct mta_service *service)
{
	struct buf level;
	bool wants;

	buf_init(&level, MTA_WORD_MAX);
	(void)mta_value(
	    doctor->mta, service, "smtpd_tls_security_level", &level);
	wants = mta_is_yes(doctor->mta, service, "smtpd_tls_wrappermode") ||
		(level.len > 0 && strcmp(buf_str(&level), "none") != 0);
	buf_fini(&level);
	return wants;
}

static void
check_certificate(struct doctor *doctor, const struct mta_service *service)
{
	static const char *const names[] = {"smtpd_tls_chain_files",
	    "smtpd_tls_cert_file", "smtpd_tls_key_file",
	    "smtpd_tls_eccert_file", "smtpd_tls_eckey_file"};
	char fix[DOCTOR_FIX_MAX];
	char path[MTA_WORD_MAX];
	struct buf value;
	const char *list;
	int count = 0;

	if (!wants_tls(doctor, service))
		return;
	(void)doctor_fix_main(
	    doctor, "smtpd_tls_chain_files = KEY-AND-CHAIN.pem", fix);
	buf_init(&value, 8192);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		list = mta_value(doctor->mta, service, names[i], &value);
		while (mta_next(&list, path)) {
			count++;
			if (is_missing(path))
				doctor_find(doctor, DOCTOR_TLS_CERTIFICATE, fix,
				    "%s/%s: %s of %s: %s", service->name,
				    service->type, path, names[i],
				    strerror(errno));
		}
	}
	buf_fini(&value);
	if (count == 0)
		doctor_find(doctor, DOCTOR_TLS_CERTIFICATE, fix,
		    "%s/%s shall speak TLS, and has no certificate",
		    service->name, service->type);
}

/* ---- sockets ----------------------------------------------------------------------- */

/* The first folder that the user may not pass, or the socket; false: he may. */
static bool
find_wall(const char *user, const char *path, char wall_r[PATH_BYTES])
{
	const char *slash = path;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		(void)snprintf(
		    wall_r, PATH_BYTES, "%.*s", (int)(slash - path), path);
		if (checks_user_may(user, wall_r, X_OK) == CHECKS_MAY_NOT)
			return true;
	}
	(void)snprintf(wall_r, PATH_BYTES, "%s", path);
	return checks_user_may(user, path, W_OK) == CHECKS_MAY_NOT;
}

static void
check_access(struct doctor *doctor, const char *path, const char *what)
{
	const char *user = mta_raw(doctor->mta, NULL, "mail_owner");
	char wall[PATH_BYTES], fix[DOCTOR_FIX_MAX];
	struct stat st;

	/* one that is not there is health's */
	if (stat(path, &st) != 0 || !find_wall(user, path, wall))
		return;
	(void)snprintf(fix, sizeof(fix), "chmod %s %s",
	    strcmp(wall, path) == 0 ? "0666" : "o+x", wall);
	doctor_find(doctor, DOCTOR_SOCKET_ACCESS, fix,
	    "the user %s, as whom Postfix runs, may not connect to %s (%s): %s "
	    "is in the way",
	    user, path, what, wall);
}

static void
check_sockets(struct doctor *doctor)
{
	const struct conf *conf = doctor->conf;
	const struct {
		const char *socket, *what;
		bool is_used;
	} rows[] = {
	    {conf->milter_socket, "milter.socket", true},
	    {conf->policy_socket, "policy.socket",
		conf->milter_quota == CONF_MILTER_QUOTA_NO},
	    {conf->feedback_socket, "feedback.socket", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is_used && strncmp(rows[i].socket, "unix:", 5) == 0)
			check_access(doctor, rows[i].socket + 5, rows[i].what);
}

static void
check_sasl(struct doctor *doctor, const struct mta_service *service)
{
	char path[PATH_BYTES];
	struct buf value;
	const char *socket;

	buf_init(&value, MTA_WORD_MAX);
	socket = mta_value(doctor->mta, service, "smtpd_sasl_path", &value);
	if (strcmp(mta_raw(doctor->mta, service, "smtpd_sasl_type"),
		"dovecot") == 0 &&
	    strncmp(socket, "inet:", 5) != 0) {
		absolute(doctor,
		    strncmp(socket, "unix:", 5) == 0 ? socket + 5 : socket,
		    path);
		if (is_missing(path))
			doctor_find(doctor, DOCTOR_SASL_SOCKET,
			    "sendwardctl setup dovecot prints its lines; then: "
			    "systemctl restart dovecot",
			    "%s/%s asks Dovecot at %s: %s; nobody can log in, "
			    "and the listener refuses to serve",
			    service->name, service->type, path,
			    strerror(errno));
		else
			check_access(doctor, path, "smtpd_sasl_path");
	}
	buf_fini(&value);
}

/* ---- queue, tables, version ---------------------------------------------------------- */

static void
check_queue_space(struct doctor *doctor)
{
	const char *queue = mta_raw(doctor->mta, NULL, "queue_directory");
	long long least =
	    strtoll(mta_raw(doctor->mta, NULL, "queue_minfree"), NULL, 10);
	long long size =
	    strtoll(mta_raw(doctor->mta, NULL, "message_size_limit"), NULL, 10);
	char fix[DOCTOR_FIX_MAX];
	struct statvfs fs;
	long long left;

	if (statvfs(queue, &fs) != 0)
		return;
	left = (long long)fs.f_bavail * (long long)fs.f_frsize;
	/* smtpd wants 1.5 times as much as a message may have */
	if (least < size / 2 * 3)
		least = size / 2 * 3;
	(void)snprintf(fix, sizeof(fix), "df -h %s; make room there", queue);
	if (left < least)
		doctor_find(doctor, DOCTOR_QUEUE_SPACE, fix,
		    "%lld MB are free at %s, and Postfix wants %lld MB before "
		    "it takes mail: it answers 452",
		    left / 1000000, queue, least / 1000000);
}

static void
check_table(struct doctor *doctor, const char *word)
{
	static const struct {
		const char *type, *end;
	} kinds[] = {{"hash:", ".db"}, {"btree:", ".db"}, {"lmdb:", ".lmdb"},
	    {"cdb:", ".cdb"}};
	char path[PATH_BYTES], fix[DOCTOR_FIX_MAX];
	struct stat text, table;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].type);

		if (strncmp(word, kinds[i].type, len) != 0)
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s%s", word + len, kinds[i].end);
		if (stat(word + len, &text) != 0 ||
		    (stat(path, &table) == 0 &&
			table.st_mtime >= text.st_mtime))
			return;
		(void)snprintf(fix, sizeof(fix), "postmap %s", word);
		doctor_find(doctor, DOCTOR_MAP_OLD, fix,
		    "%s was changed after %s was made of it", word + len, path);
	}
}

static void
check_tables(struct doctor *doctor)
{
	static const char *const names[] = {"transport_maps", "relay_domains",
	    "relay_recipient_maps", "virtual_alias_maps"};
	char word[MTA_WORD_MAX], seen[8][MTA_WORD_MAX];
	struct buf value;
	size_t count = 0;

	buf_init(&value, 8192);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *list =
		    mta_value(doctor->mta, NULL, names[i], &value);

		while (count < 8 && mta_next(&list, word)) {
			bool is_known = strchr(word, ':') == NULL;

			for (size_t j = 0; j < count && !is_known; j++)
				is_known = strcmp(seen[j], word) == 0;
			if (is_known)
				continue;
			memcpy(seen[count++], word, sizeof(word));
			check_table(doctor, word);
		}
	}
	buf_fini(&value);
}

static void
check_version(struct doctor *doctor)
{
	const char *text = mta_raw(doctor->mta, NULL, "mail_version");
	char *end;
	long major = strtol(text, &end, 10);
	long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

	if (major < 3 || (major == 3 && minor < 5))
		doctor_find(doctor, DOCTOR_POSTFIX_VERSION,
		    "apt install postfix",
		    "this is Postfix %s; sendward is tested with 3.5 and newer",
		    text);
}

/* ---- what Postfix runs with ----------------------------------------------------------- */

/* The file's text, of at most so many bytes; "" it cannot be read. */
static void
slurp(const char *path, char *text_r, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t len = file == NULL ? 0 : fread(text_r, 1, size - 1, file);

	text_r[len] = '\0';
	if (file != NULL)
		(void)fclose(file); /* it was only read */
}

/* When the kernel started, in seconds; 0 it is not known. */
static long long
boot_sec(void)
{
	static char text[65536];
	const char *line;

	slurp("/proc/stat", text, sizeof(text));
	line = strstr(text, "\nbtime ");
	return line == NULL ? 0 : strtoll(line + 7, NULL, 10);
}

/* When the process began, if it is `name` and a child of parent; else 0. */
static long long
child_began_sec(const char *pid, const char *name, long parent)
{
	char path[300], text[1024];
	const char *at, *begin;
	long long ticks;
	char *end;

	(void)snprintf(path, sizeof(path), "/proc/%.200s/stat", pid);
	slurp(path, text, sizeof(text));
	begin = strchr(text, '(');
	at = strrchr(text, ')');
	if (begin == NULL || at == NULL ||
	    strncmp(begin + 1, name, strlen(name)) != 0 ||
	    begin[1 + strlen(name)] != ')' || strlen(at) < 5 ||
	    strtol(at + 4, &end, 10) != parent)
		return 0;
	/* the 22nd field: the parent was the 4th */
	for (int field = 5; field <= 22; field++) {
		at = strchr(field == 5 ? end : at + 1, ' ');
		if (at == NULL)
			return 0;
	}
	ticks = strtoll(at + 1, NULL, 10);
	return boot_sec() + ticks / sysconf(_SC_CLK_TCK);
}

/* When Postfix read its configuration last: its queue manager is started anew at a
 * reload. 0: it does not run, or cannot be seen. */
static long long
read_sec(const struct doctor *doctor)
{
	char path[PATH_BYTES], text[64];
	const struct dirent *entry;
	long long found = 0;
	long master;
	DIR *dir;

	absolute(doctor, "pid/master.pid", path);
	slurp(path, text, sizeof(text));
	master = strtol(text, NULL, 10);
	dir = master > 0 ? opendir("/proc") : NULL;
	while (dir != NULL && found == 0 && (entry = readdir(dir)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			found = child_began_sec(entry->d_name, "qmgr", master);
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

static void
check_reload(struct doctor *doctor)
{
	static const char *const names[] = {"main.cf", "master.cf"};
	char path[PATH_BYTES], fix[DOCTOR_FIX_MAX];
	long long since = read_sec(doctor);
	struct stat st;

	(void)snprintf(fix, sizeof(fix), "postfix %s%s%sreload",
	    doctor->is_other_dir ? "-c " : "",
	    doctor->is_other_dir ? doctor->dir : "",
	    doctor->is_other_dir ? " " : "");
	for (size_t i = 0; since > 0 && i < 2; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", doctor->dir, names[i]);
		/* both are rounded */
		if (stat(path, &st) != 0 || st.st_mtime <= since + 1)
			continue;
		doctor_find(doctor, DOCTOR_POSTFIX_RELOAD, fix,
		    "%s was changed after Postfix read it", path);
		return;
	}
}

void
doctor_machine(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;

	for (size_t i = 0; i < mta->service_count; i++)
		if (doctor_has_sasl(doctor, &mta->services[i])) {
			check_certificate(doctor, &mta->services[i]);
			check_sasl(doctor, &mta->services[i]);
		}
	check_sockets(doctor);
	check_queue_space(doctor);
	check_tables(doctor);
	check_version(doctor);
	check_reload(doctor);
}
