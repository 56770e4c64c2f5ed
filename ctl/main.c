/* sendwardctl: everything an administrator does. Reads the command line, runs one
 * row of the command table, closes what it opened. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/process.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ctl/command.h"
#include "ctl/out.h"
#include "ctl/parse.h"
#include "ops/admin.h"

/* One line on stderr, whatever is in the text. */
static void
complain(const char *text, const char *tail)
{
	struct buf line;

	buf_init(&line, 4 * ERR_TEXT_MAX + 4096);
	(void)out_clean(text, &line); /* cut at the cap */
	(void)fprintf(stderr, "sendwardctl: %s%s\n", buf_str(&line), tail);
	buf_fini(&line);
}

static const char *
hint_for(const struct err *err)
{
	if (getuid() != 0 && strstr(err->text, "ermission denied") != NULL)
		return "; run it as root";
	return "";
}

int
ctl_fail(const struct ctl *ctl, const struct err *err)
{
	(void)ctl;
	complain(err->text, hint_for(err));
	switch (err->code) {
	case SG_BUSY:
		/* Also what may be done later alone, such as another letter. */
		return strstr(err->text, "locked by another") != NULL
			   ? CTL_UNREACHABLE
			   : CTL_REFUSED;
	case SG_IO:
	case SG_SCHEMA:
		return CTL_UNREACHABLE;
	default:
		return CTL_REFUSED;
	}
}

int
ctl_refuse(const struct ctl *ctl, const char *format, ...)
{
	char text[2 * ERR_TEXT_MAX];
	va_list ap;

	(void)ctl;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	complain(text, "");
	return CTL_REFUSED;
}

int
ctl_usage(const struct ctl *ctl, const char *format, ...)
{
	const struct ctl_command *command = ctl->command;
	char text[2 * ERR_TEXT_MAX], tail[128] = "";
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	if (command != NULL)
		(void)snprintf(tail, sizeof(tail), /* fits */
		    "; see: sendwardctl %s%s%s --help", command->noun,
		    command->verb == NULL ? "" : " ",
		    command->verb == NULL ? "" : command->verb);
	complain(text, tail);
	return CTL_USAGE;
}

const char *
ctl_arg(const struct ctl *ctl, int n)
{
	return n < ctl->arg_count ? ctl->args[n] : NULL;
}

const char *
ctl_value(const struct ctl *ctl, const char *name)
{
	for (size_t i = ctl->given_count; i-- > 0;)
		if (strcmp(ctl->given[i].option->name, name) == 0)
			return ctl->given[i].value;
	return NULL;
}

/* Events go where the daemons' go, or to syslog: stderr is for complaints. Called
 * when the store is open, so that a log file is made by the store's user. */
static void
open_log(const struct conf *conf)
{
	const char *target = strcmp(conf->log_target, "stderr") == 0
				 ? "syslog"
				 : conf->log_target;
	enum log_level least = (enum log_level)conf->log_level;

	if (!log_open("sendwardctl", target, least))
		(void)log_open(
		    "sendwardctl", "syslog", least); /* never fails */
}

int
ctl_open(struct ctl *ctl, int needs)
{
	struct err err;

	if (ctl->conf == NULL &&
	    conf_load(ctl->conf_path, &ctl->conf, &err) != SG_OK)
		return ctl_refuse(ctl, "%s%s", err.text, hint_for(&err));
	if ((needs & CTL_KEY) != 0 && ctl->seal == NULL &&
	    seal_open(ctl->conf->master_key_file, &ctl->seal, &err) != SG_OK)
		return ctl_refuse(ctl, "%s%s", err.text, hint_for(&err));
	if ((needs & (CTL_READ | CTL_WRITE)) != 0 && ctl->store == NULL &&
	    admin_store_open(ctl->conf,
		needs & CTL_WRITE ? STORE_OPEN_WRITE : STORE_OPEN_READ,
		&ctl->store, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if ((needs & CTL_WRITE) != 0)
		open_log(ctl->conf);
	return CTL_DONE;
}

/* What could not be written was not shown, such as to a full disk. */
static int
flush_stdout(const struct ctl *ctl, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return ctl_refuse(ctl, "cannot write the answer: %s", strerror(errno));
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {.conf_path = CONF_DEFAULT_PATH};
	int status;

	(void)setlocale(
	    LC_CTYPE, "C.UTF-8"); /* else bytes over 127 show as ? */
	process_keep_secrets();
	if (ctl_parse(&ctl, argc, argv, &status) == PARSE_RUN)
		status = ctl.command->run(&ctl);
	status = flush_stdout(&ctl, status);
	admin_store_close(&ctl.store);
	seal_free(&ctl.seal);
	conf_unref(&ctl.conf);
	ctl_parse_fini(&ctl);
	return status;
}
