/* What is on its way to the server and back: commands that were sent and results
 * that are awaited. Knows no rows. */
#include "config.h"

#include "store/pgsql.h"

#include <errno.h>
#include <poll.h>

#include <libpq-fe.h>

#include "base/clock.h"

enum sg_err
pgsql_send(struct driver_db *d, const char *sql, struct err *err_r)
{
	if (!PQsendQueryParams(d->conn, sql, 0, NULL, NULL, NULL, NULL, 1))
		return pgsql_lost(d, err_r);
	d->sent++;
	return SG_OK;
}

/* Is there something to read? False: nothing came for too long. */
static bool
wait_readable(struct driver_db *d, int64_t until_msec)
{
	struct pollfd fd = {.fd = PQsocket(d->conn), .events = POLLIN};
	int64_t left = -1;
	int n;

	do {
		if (d->statement_msec > 0) {
			left = until_msec - clock_mono_msec();
			if (left <= 0)
				return false;
		}
		n = poll(&fd, 1, (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return true;
}

PGresult *
pgsql_result(struct driver_db *d, enum sg_err *code_r, struct err *err_r)
{
	int64_t until_msec = 0;
	PGresult *result;

	*code_r = SG_OK;
	while (PQisBusy(d->conn)) {
		if (until_msec == 0)
			until_msec = clock_mono_msec() + d->statement_msec;
		if (!wait_readable(d, until_msec)) {
			*code_r = pgsql_lost(d, err_r);
			return NULL;
		}
		if (!PQconsumeInput(d->conn))
			break; /* the result says why */
	}
	result = PQgetResult(d->conn);
	if (PQstatus(d->conn) != CONNECTION_BAD)
		return result;
	PQclear(result);
	*code_r = pgsql_lost(d, err_r);
	return NULL;
}

static bool
is_failure(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ||
	       status == PGRES_PIPELINE_ABORTED;
}

/* One command's results; *failed_r: its failure. Returns SG_IO when the server is
 * lost. */
static enum sg_err
read_command(struct driver_db *d, enum sg_err *failed_r, struct err *err_r)
{
	enum sg_err code;
	PGresult *result;

	*failed_r = SG_OK;
	while ((result = pgsql_result(d, &code, err_r)) != NULL) {
		if (is_failure(result) && *failed_r == SG_OK)
			*failed_r = pgsql_fail(d, result, err_r);
		PQclear(result);
	}
	return code;
}

/* Reads n commands of the oldest group; the first failure, or that of the server. */
static enum sg_err
read_commands(struct driver_db *d, size_t n, struct err *err_r)
{
	enum sg_err first = SG_OK, failed, code;
	struct err later;

	for (; n > 0; n--) {
		code =
		    read_command(d, &failed, first == SG_OK ? err_r : &later);
		if (code != SG_OK)
			return first == SG_OK ? code : first;
		if (first == SG_OK)
			first = failed;
		d->ended[0]--;
	}
	return first;
}

/* The sync at the oldest group's end. */
static enum sg_err
read_end(struct driver_db *d, struct err *err_r)
{
	enum sg_err code;
	PGresult *result = pgsql_result(d, &code, err_r);

	if (code != SG_OK)
		return code;
	if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
		PQclear(result);
		pgsql_disconnect(d);
		return err_set(err_r, SG_BUG,
		    "%s: an answer out of order; the connection was given up",
		    d->name);
	}
	PQclear(result);
	d->groups--;
	for (size_t i = 0; i < d->groups; i++)
		d->ended[i] = d->ended[i + 1];
	return SG_OK;
}

enum sg_err
pgsql_flush(struct driver_db *d, struct err *err_r)
{
	if (d->groups == PGSQL_GROUPS_MAX) {
		(void)read_commands(d, d->ended[0], NULL);
		if (d->conn == NULL || read_end(d, err_r) != SG_OK)
			return pgsql_lost(d, err_r);
	}
	if (!PQpipelineSync(d->conn))
		return pgsql_lost(d, err_r);
	d->ended[d->groups++] = d->sent;
	d->sent = 0;
	return SG_OK;
}

enum sg_err
pgsql_collect(struct driver_db *d, size_t own, struct err *err_r)
{
	enum sg_err code;

	while (d->groups > 1) {
		(void)read_commands(d, d->ended[0], err_r);
		if (d->conn == NULL)
			return SG_IO; /* err_r says why */
		code = read_end(d, err_r);
		if (code != SG_OK)
			return code;
	}
	return read_commands(d, d->ended[0] - own, err_r);
}

enum sg_err
pgsql_finish(struct driver_db *d, struct err *err_r)
{
	/* what a failure skipped */
	if (d->ended[0] > 0)
		(void)read_commands(d, d->ended[0], NULL);
	return d->conn != NULL ? read_end(d, err_r) : SG_IO;
}

enum sg_err
pgsql_wait(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_flush(d, err_r);
	enum sg_err ended;

	if (code != SG_OK)
		return code;
	code = pgsql_collect(d, 0, err_r);
	if (d->conn == NULL)
		return code;
	ended = pgsql_finish(d, code == SG_OK ? err_r : NULL);
	return code == SG_OK ? ended : code;
}
