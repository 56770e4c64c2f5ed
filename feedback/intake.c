/* A report on standard input: see intake.h. */
#include "config.h"

#include "feedback/intake.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/process.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "feedback/settings.h"
#include "feedback/taker.h"
#include "ops/return_mac.h"
#include "report/report.h"

#define NAME "sendward-feedback"
#define DEFAULT_CONF_PATH SW_SYSCONFDIR "/sendward/sendward.conf"
#define PIECE_BYTES 65536
#define UNSAID 76 /* of the child: it could not say why */

struct intake {
	const char *conf_path;
	char **recipients; /* ended by NULL */
	struct settings *settings;
	struct taker taker;
	struct buf report;
};

static bool
is_given(int argc, char **argv, const char *letters)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0' &&
		    strchr(letters, argv[i][1]) != NULL)
			return true;
	return false;
}

bool
intake_is_wanted(int argc, char **argv)
{
	struct stat st;

	if (is_given(argc, argv, "i"))
		return true;
	return !is_given(argc, argv, "ftVh") && fstat(0, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode) ||
		   S_ISSOCK(st.st_mode));
}

/* ---- the work, in a child ------------------------------------------------------- */

static enum sg_err
parse_options(struct intake *intake, int argc, char **argv, struct err *err_r)
{
	int option;

	opterr = 0;
	while ((option = getopt(argc, argv, "c:i")) != -1) {
		if (option == 'c')
			intake->conf_path = optarg;
		else if (option != 'i')
			return err_set(err_r, SG_INVALID,
			    "usage: " NAME " [-c FILE] -i [RECIPIENT ...] "
			    "with the report on standard input");
	}
	intake->recipients = argv + optind;
	return SG_OK;
}

/* As a daemon does: the key is read by who calls, the rest by the user of the
 * configuration. */
static enum sg_err
open_all(struct intake *intake, struct err *err_r)
{
	const struct conf *conf;
	struct seal *seal = NULL;
	int level;
	enum sg_err rc;

	report_init();
	rc = settings_load(intake->conf_path, &intake->settings, err_r);
	if (rc != SG_OK)
		return rc;
	conf = intake->settings->conf;
	level = (int)conf->log_level;
	rc = seal_open(conf->master_key_file, &seal, err_r);
	if (rc == SG_OK)
		rc = return_mac_new(seal, &intake->taker.mac, err_r);
	seal_free(&seal);
	if (rc == SG_OK && geteuid() == 0)
		rc = process_become_user(conf->user, err_r);
	if (rc == SG_OK)
		process_keep_secrets();
	/* A report is worth more than its line in the log. */
	if (rc == SG_OK &&
	    !log_open(NAME, conf->log_target, (enum log_level)level))
		(void)log_open(NAME, "syslog", (enum log_level)level);
	return rc;
}

/* The whole is read; what is beyond the maximum is left out. */
static enum sg_err
read_report(struct intake *intake, struct err *err_r)
{
	struct buf *report = &intake->report;
	char piece[PIECE_BYTES];
	ssize_t n;

	buf_init(
	    report, (size_t)intake->settings->conf->feedback_max_report_bytes);
	while ((n = read(0, piece, sizeof(piece))) != 0) {
		size_t room = report->max - report->len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err_r, SG_IO,
			    "the report cannot be read: %s", strerror(errno));
		if (!buf_append(
			report, piece, (size_t)n < room ? (size_t)n : room))
			return err_set(err_r, SG_NOMEM, "no memory");
	}
	if (report->len == 0)
		return err_set(err_r, SG_INVALID,
		    "nothing came on standard input (as a daemon it needs -f, "
		    "or no input)");
	return SG_OK;
}

static enum sg_err
take(struct intake *intake, struct err *err_r)
{
	char empty[] = "";
	char *const unknown[] = {empty, NULL};
	struct taker_message message = {.sender = "",
	    .data = buf_str(&intake->report),
	    .len = intake->report.len};
	char *const *recipient =
	    intake->recipients[0] != NULL ? intake->recipients : unknown;
	bool ok = true;

	for (; *recipient != NULL; recipient++)
		ok = taker_take(&intake->taker, intake->settings, &message,
			 *recipient, err_r) &&
		     ok;
	taker_message_fini(&message);
	return ok ? SG_OK : err_r->code;
}

static int
work(int argc, char **argv)
{
	struct intake intake = {.conf_path = DEFAULT_CONF_PATH};
	struct err err = {0};
	enum sg_err rc = parse_options(&intake, argc, argv, &err);

	if (rc == SG_OK)
		rc = open_all(&intake, &err);
	if (rc == SG_OK)
		rc = read_report(&intake, &err);
	if (rc == SG_OK)
		rc = take(&intake, &err);
	buf_fini(&intake.report);
	taker_fini(&intake.taker);
	return_mac_free(&intake.taker.mac);
	settings_unref(&intake.settings);
	if (rc == SG_OK)
		return EX_OK;
	(void)printf("4.3.0 %s\n", err.text);
	return fflush(stdout) == 0 ? EX_TEMPFAIL : UNSAID;
}

/* ---- who waits for it -------------------------------------------------------------- */

/* Async-signal-safe. What the child did stays done: a second copy of a report
 * changes nothing. */
static void
on_signal(int sig)
{
	static const char text[] = "4.3.0 the program was told to end\n";

	(void)sig;
	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(EX_TEMPFAIL);
	_exit(EX_TEMPFAIL);
}

static void
catch_signals(void)
{
	static const int caught[] = {
	    SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2};
	struct sigaction action = {.sa_handler = on_signal};

	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		(void)sigaction(caught[i], &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	/* An MTA may have it ignored, and then nobody can be waited for. */
	action.sa_handler = SIG_DFL;
	(void)sigaction(SIGCHLD, &action, NULL);
}

static int
defer(const char *text)
{
	(void)printf("4.3.0 %s\n", text);
	(void)fflush(stdout);
	return EX_TEMPFAIL;
}

int
intake_main(int argc, char **argv)
{
	int status = 0;
	pid_t child, ended;

	catch_signals();
	child = fork();
	if (child < 0)
		return defer("no process for the report");
	if (child == 0)
		exit(work(argc, argv));
	do
		ended = waitpid(child, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended == child && WIFEXITED(status) &&
	    (WEXITSTATUS(status) == EX_OK ||
		WEXITSTATUS(status) == EX_TEMPFAIL))
		return WEXITSTATUS(status);
	return defer("the report could not be read to its end");
}
