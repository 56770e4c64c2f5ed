/* doctor: names of checks, findings, and the lines that mend them. See doctor.h. Looks
 * for nothing. */
#include "config.h"

#include "ctl/doctor.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
	const char *name, *help;
	bool is_error;
} rows[] = {
#define WARNING false
#define ERROR true
#define X(id, name, severity, help) {name, help, severity},
    DOCTOR_CHECKS(X)
#undef X
};

const char *
doctor_name(enum doctor_check check)
{
	return rows[check].name;
}

const char *
doctor_help(enum doctor_check check)
{
	return rows[check].help;
}

bool
doctor_is_error(enum doctor_check check)
{
	return rows[check].is_error;
}

void
doctor_find(struct doctor *doctor, enum doctor_check check, const char *fix,
    const char *format, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	doctor->found(doctor->ctx, check, fix, text);
}

bool
doctor_is_own(const unsigned char address[16])
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int off = 0;
	bool is_own;

	if (fd < 0)
		return false;
	memcpy(&to.sin6_addr, address, 16);
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	is_own = bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	(void)close(fd);
	return is_own;
}

/* ---- words ---------------------------------------------------------------------- */

/* In place of a list that is too long to be told: a part of it would do harm. */
#define LONG '\n'
#define LIST_MAX ((size_t)65536)

/* "name = LIST", "name=LIST" */
static const char *
fix_by_hand(const char *where, const char *setting, char fix_r[DOCTOR_FIX_MAX])
{
	(void)snprintf(fix_r, DOCTOR_FIX_MAX,
	    "%s: change %.*s by hand; it is too long to stand here", where,
	    (int)strcspn(setting, " ="), setting);
	return fix_r;
}

const char *
doctor_fix_main(const struct doctor *doctor, const char *setting,
    char fix_r[DOCTOR_FIX_MAX])
{
	if (strchr(setting, LONG) != NULL)
		return fix_by_hand("main.cf", setting, fix_r);
	(void)snprintf(fix_r, DOCTOR_FIX_MAX, "postconf %s%s%s-e '%s'",
	    doctor->is_other_dir ? "-c " : "",
	    doctor->is_other_dir ? doctor->dir : "",
	    doctor->is_other_dir ? " " : "", setting);
	return fix_r;
}

const char *
doctor_fix_master(const struct doctor *doctor,
    const struct mta_service *service, const char *setting,
    char fix_r[DOCTOR_FIX_MAX])
{
	bool is_removal = strchr(setting, '=') == NULL;

	if (strchr(setting, LONG) != NULL)
		return fix_by_hand("master.cf", setting, fix_r);
	(void)snprintf(fix_r, DOCTOR_FIX_MAX, "postconf %s%s%s-P%s '%s/%s/%s'",
	    doctor->is_other_dir ? "-c " : "",
	    doctor->is_other_dir ? doctor->dir : "",
	    doctor->is_other_dir ? " " : "", is_removal ? "X" : "",
	    service->name, service->type, setting);
	return fix_r;
}

/* Without blanks behind commas: `postconf -P` takes none. False: it has others, or is
 * too long. */
static bool
squeeze(const char *value, char out_r[MTA_WORD_MAX])
{
	size_t len = 0;

	for (; *value != '\0' && len + 1 < MTA_WORD_MAX; value++)
		if (*value != ' ' || len == 0 || out_r[len - 1] != ',')
			out_r[len++] = *value;
	out_r[len] = '\0';
	return *value == '\0' && strpbrk(out_r, " \t") == NULL;
}

const char *
doctor_fix_where(const struct doctor *doctor, const struct mta_service *service,
    const char *name, const char *value, char fix_r[DOCTOR_FIX_MAX])
{
	char setting[DOCTOR_FIX_MAX - 200], words[MTA_WORD_MAX];

	if (!mta_is_overridden(doctor->mta, service, name)) {
		(void)snprintf(
		    setting, sizeof(setting), "%s = %s", name, value);
		return doctor_fix_main(doctor, setting, fix_r);
	}
	if (strchr(value, LONG) != NULL)
		return fix_by_hand("master.cf", name, fix_r);
	if (squeeze(value, words)) {
		(void)snprintf(setting, sizeof(setting), "%s=%s", name, words);
		return doctor_fix_master(doctor, service, setting, fix_r);
	}
	(void)snprintf(fix_r, DOCTOR_FIX_MAX,
	    "%s/%s in master.cf: -o { %s = %s }", service->name, service->type,
	    name, value);
	return fix_r;
}

const char *
doctor_fix_setup(const struct doctor *doctor, char fix_r[DOCTOR_FIX_MAX])
{
	(void)snprintf(fix_r, DOCTOR_FIX_MAX,
	    "sendwardctl setup postfix --apply%s%s",
	    doctor->is_other_dir ? " --postfix " : "",
	    doctor->is_other_dir ? doctor->dir : "");
	return fix_r;
}

void
doctor_list_without(
    const char *list, const char *left_out, char list_r[MTA_WORD_MAX])
{
	struct buf rest;

	buf_init(&rest, LIST_MAX);
	(void)mta_without(list, left_out, &rest);
	if (rest.failed || rest.len >= MTA_WORD_MAX)
		(void)snprintf(list_r, MTA_WORD_MAX, "%c", LONG);
	else
		(void)snprintf(list_r, MTA_WORD_MAX, "%s", buf_str(&rest));
	buf_fini(&rest);
}
