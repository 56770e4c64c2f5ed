/* sendward-milter: the gate, as a milter before Postfix or Sendmail. What it does
 * stands in message.c; this file only says what happens when. */
#include "config.h"

#include <malloc.h>
#include <pthread.h>

#include "base/daemon.h"
#include "conf/conf.h"
#include "milter/filter.h"
#include "milter/milter.h"

/* More than one heap keeps threads apart, one for each thread costs memory that
 * grows with the number of busy sessions. */
#define HEAPS 2
/* libmilter makes and ends a thread about once a message. glibc keeps 40 MB of
 * ended threads' stacks for the next ones: of 8 MB each that is too few. */
#define STACK_BYTES (1024 * 1024)
#define FINISH_MSEC 10000

static enum sg_err
on_load(void *ctx, const char *conf_path, struct daemon_settings *settings_r,
    struct err *err_r)
{
	struct filter *filter = ctx;
	enum sg_err rc = filter_load(filter, conf_path, err_r);

	if (rc == SG_OK)
		conf_daemon_settings(
		    filter->conf, filter->conf->milter_socket, settings_r);
	return rc;
}

static enum sg_err
on_open(void *ctx, struct err *err_r)
{
	enum sg_err rc = filter_open(ctx, err_r);

	return rc == SG_OK ? milter_open(ctx, err_r) : rc;
}

static enum sg_err
on_run(void *ctx, struct err *err_r)
{
	enum sg_err rc = filter_start(ctx, err_r);

	if (rc == SG_OK)
		rc = milter_run(err_r);
	filter_stop(ctx);
	return rc;
}

static enum sg_err
on_reload(void *ctx, const char *conf_path, struct daemon_settings *settings_r,
    struct err *err_r)
{
	struct filter *filter = ctx;
	enum sg_err rc = filter_reload(filter, conf_path, err_r);

	if (rc == SG_OK)
		conf_daemon_settings(
		    filter->conf, filter->conf->milter_socket, settings_r);
	return rc;
}

/* libmilter drops its sessions at once when it stops: what is in hand goes
 * first. */
static void
on_stop(void *ctx)
{
	(void)filter_drain(ctx, FINISH_MSEC);
	milter_stop();
}

/* Of all threads to come, libmilter's too. */
static void
set_stack_size(void)
{
	pthread_attr_t attr;

	if (pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_BYTES) == 0)
		(void)pthread_setattr_default_np(&attr); /* else: slower */
	(void)pthread_attr_destroy(&attr);
}

int
main(int argc, char **argv)
{
	static struct filter filter;
	static const struct daemon_hooks hooks = {.name = "sendward-milter",
	    .load = on_load,
	    .open = on_open,
	    .run = on_run,
	    .reload = on_reload,
	    .stop = on_stop,
	    .threaded = true};

	(void)mallopt(M_ARENA_MAX, HEAPS);
	set_stack_size();
	return daemon_main(&hooks, &filter, argc, argv);
}
