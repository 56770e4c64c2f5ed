/* Connections to PostgreSQL: how they are made, set up and given up. Sends no
 * statement of queries.h. */
#include "config.h"

#include "store/pgsql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/clock.h"
#include "base/log.h"

#define RETRY_MSEC 1000
#define NOTICE_MSEC 60000 /* between two that are told of one handle */
#define STATEMENT_MSEC 60000
#define ANSWER_MSEC 10000 /* that an answer may take beyond the statement */

/* A server that was cut off is noticed within about ten seconds, on both sides. The
 * url may say otherwise. */
#define CONNECT_SEC "4"
#define KEEPALIVE_IDLE_SEC "4"
#define KEEPALIVE_INTERVAL_SEC "2"
#define KEEPALIVE_COUNT "3"
#define UNANSWERED_MSEC "10000"
/* Several hosts are asked one after another for the one that may be written to,
 * by readers too: a standby may be behind without bound. */
#define WANTED_SESSION "read-write"

static void
program_name(char text_r[], size_t size)
{
	const char *name = program_invocation_short_name;

	(void)snprintf(text_r, size, "%s%s",
	    strncmp(name, "sendward", 8) == 0 ? "" : "sendward-", name);
}

static PGconn *
start(const struct driver_db *d)
{
	char program[64];
	/* what stands before dbname gives way to what the url says */
	const char *const names[] = {"connect_timeout", "keepalives_idle",
	    "keepalives_interval", "keepalives_count", "tcp_user_timeout",
	    "target_session_attrs", "fallback_application_name", "dbname",
	    "client_encoding", NULL};
	const char *const values[] = {CONNECT_SEC, KEEPALIVE_IDLE_SEC,
	    KEEPALIVE_INTERVAL_SEC, KEEPALIVE_COUNT, UNANSWERED_MSEC,
	    WANTED_SESSION, program, d->url, "UTF8", NULL};

	program_name(program, sizeof(program));
	return PQconnectdbParams(names, values, 1);
}

/* libpq's messages end with a line end, and have one for each host. They hold no
 * password, once the url is one. */
static enum sg_err
connect_fail(const PGconn *conn, struct err *err_r)
{
	char text[ERR_TEXT_MAX];
	size_t len;

	(void)snprintf(text, sizeof(text), "%s",
	    conn != NULL ? PQerrorMessage(conn) : "no memory");
	len = strlen(text);
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\n' || *c == '\t')
			*c = *c == '\n' ? ';' : ' ';
	return err_set(err_r, SG_IO, "PostgreSQL: %s", text);
}

static void
note_name(struct driver_db *d)
{
	const char *host = PQhost(d->conn);

	(void)snprintf(d->name, sizeof(d->name),
	    "PostgreSQL database %s on %s:%s", PQdb(d->conn),
	    host != NULL ? host : "", PQport(d->conn));
}

/* What the session needs. Limits of time that the url or the role sets stay: a
 * server that waits for nobody forgets hosts that were cut off with a transaction
 * open. */
static enum sg_err
set_up(struct driver_db *d, struct err *err_r)
{
	char sql[1200];
	PGresult *result;
	enum sg_err code = SG_OK;

	(void)snprintf(sql, sizeof(sql),
	    "SET lock_timeout = %d; SET jit = off; "
	    "SET client_min_messages = warning; "
	    "SET standard_conforming_strings = on; SET bytea_output = hex; "
	    "SET default_transaction_isolation = 'read committed'; %s"
	    "SELECT set_config(name, CASE setting WHEN '0' THEN wanted "
	    "ELSE setting END, false) FROM pg_settings JOIN (VALUES "
	    "('statement_timeout', '%d'), "
	    "('idle_in_transaction_session_timeout', '%d'), "
	    "('tcp_keepalives_idle', '" KEEPALIVE_IDLE_SEC "'), "
	    "('tcp_keepalives_interval', '" KEEPALIVE_INTERVAL_SEC "'), "
	    "('tcp_keepalives_count', '" KEEPALIVE_COUNT "'), "
	    "('tcp_user_timeout', '" UNANSWERED_MSEC "')) "
	    "AS limits (key, wanted) ON key = name",
	    d->busy_msec > 0 ? d->busy_msec : 1,
	    d->mode == DRIVER_READ ? "SET default_transaction_read_only = on; "
				   : "",
	    d->mode == DRIVER_CREATE ? 0 : STATEMENT_MSEC,
	    d->mode == DRIVER_CREATE ? 0 : STATEMENT_MSEC);
	result = PQexec(d->conn, sql);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		code = pgsql_fail(d, result, err_r);
	PQclear(result);
	return code;
}

static enum sg_err
check_encoding(struct driver_db *d, struct err *err_r)
{
	const char *encoding = PQparameterStatus(d->conn, "server_encoding");

	if (encoding != NULL && strcmp(encoding, "UTF8") == 0)
		return SG_OK;
	return err_set(err_r, SG_SCHEMA,
	    "%s: its encoding is %s, but must be UTF8 (CREATE DATABASE … "
	    "ENCODING UTF8 TEMPLATE template0)",
	    d->name, encoding != NULL ? encoding : "unknown");
}

/* What a server says by itself belongs to no call that could return it: libpq would
 * write it on stderr. */
static void
tell_notice(void *ctx, const PGresult *result)
{
	struct driver_db *d = ctx;
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	int64_t now_msec = clock_mono_msec();
	char more[24] = "";

	if (d->notice_msec != 0 && now_msec < d->notice_msec + NOTICE_MSEC) {
		d->notices++;
		return;
	}
	if (d->notices > 0)
		(void)snprintf(more, sizeof(more), "%u", d->notices);
	log_event(LOG_STORE_NOTICE_EVENT, NULL, "from", d->name, "state", state,
	    "text", said != NULL ? said : PQresultErrorMessage(result),
	    "untold", more[0] != '\0' ? more : NULL, NULL);
	d->notice_msec = now_msec;
	d->notices = 0;
}

/* Where a password with a character that was not percent-encoded may come to lie.
 * A host that begins with @ is a socket without a file. */
static bool
is_sound(const PQconninfoOption *option)
{
	const char *value = option->val;

	if (value == NULL)
		return true;
	if (strcmp(option->keyword, "port") == 0)
		return value[strspn(value, "0123456789,")] == '\0';
	if (strcmp(option->keyword, "host") == 0 ||
	    strcmp(option->keyword, "dbname") == 0)
		return strchr(value + (value[0] == '@'), '@') == NULL;
	return true;
}

/* What libpq says of a url that it cannot read has parts of it, or all. */
static enum sg_err
check_url(const struct driver_db *d, struct err *err_r)
{
	PQconninfoOption *options = PQconninfoParse(d->url, NULL);
	bool is_fine = options != NULL;

	for (const PQconninfoOption *o = options; is_fine && o->keyword != NULL;
	     o++)
		is_fine = is_sound(o);
	PQconninfoFree(options);
	if (is_fine)
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "store: the url cannot be read; in user and password letters, "
	    "digits and -._~ stand for themselves, all else is "
	    "percent-encoded (%%25 for a percent sign)");
}

static enum sg_err
try_connect(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = check_url(d, err_r);

	if (code != SG_OK)
		return code;
	d->conn = start(d);
	if (d->conn == NULL || PQstatus(d->conn) != CONNECTION_OK)
		return connect_fail(d->conn, err_r);
	(void)PQsetNoticeReceiver(d->conn, tell_notice, d);
	note_name(d);
	code = check_encoding(d, err_r);
	if (code == SG_OK)
		code = set_up(d, err_r);
	if (code == SG_OK && !PQenterPipelineMode(d->conn))
		code = connect_fail(d->conn, err_r);
	return code;
}

enum sg_err
pgsql_connect(struct driver_db *d, struct err *err_r)
{
	enum sg_err code;

	if (d->conn != NULL)
		return SG_OK;
	if (clock_mono_msec() < d->retry_msec)
		return err_set(
		    err_r, d->retry_err.code, "%s", d->retry_err.text);
	code = try_connect(d, &d->retry_err);
	if (code != SG_OK) {
		pgsql_disconnect(d);
		d->retry_msec = clock_mono_msec() + RETRY_MSEC;
		return err_set(err_r, code, "%s", d->retry_err.text);
	}
	d->generation++;
	d->statement_msec =
	    d->mode == DRIVER_CREATE ? 0 : STATEMENT_MSEC + ANSWER_MSEC;
	d->is_listening = false;
	d->is_changed = true;
	return SG_OK;
}

void
pgsql_disconnect(struct driver_db *d)
{
	PQfinish(d->conn);
	d->conn = NULL;
	d->groups = d->sent = 0;
	d->is_begun = d->has_savepoint = false;
	if (d->streaming != NULL)
		d->streaming->is_cut = true;
	d->streaming = NULL;
	d->is_changed = true;
}

enum sg_err
pgsql_lost(struct driver_db *d, struct err *err_r)
{
	struct err err;
	char text[ERR_TEXT_MAX];
	const char *said = d->conn != NULL ? PQerrorMessage(d->conn) : "";

	(void)snprintf(
	    text, sizeof(text), "%.*s", (int)strcspn(said, "\n"), said);
	(void)err_set(&err, SG_IO, "%s: the connection was lost%s%s", d->name,
	    text[0] != '\0' ? ": " : "", text);
	pgsql_disconnect(d);
	pgsql_break(d, SG_IO, &err);
	return err_set(err_r, SG_IO, "%s", err.text);
}
