/* One line of Postfix's or Sendmail's log that tells how a recipient fared: see
 * maillog.h. Reads no files. */
#include "config.h"

#include "ops/maillog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

/* Delivery agents of Postfix, whatever the instance is called before the slash. */
static bool
is_postfix_agent(const char *name, size_t len)
{
	static const char *const agents[] = {"smtp", "lmtp", "relay", "local",
	    "virtual", "pipe", "error", "retry", "discard"};

	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (strlen(agents[i]) == len &&
		    strncmp(name, agents[i], len) == 0)
			return true;
	return false;
}

static bool
is_sendmail(const char *name, size_t len)
{
	return (len == 8 && strncmp(name, "sendmail", len) == 0) ||
	       (len == 6 && strncmp(name, "sm-mta", len) == 0);
}

enum mta { MTA_NONE, MTA_POSTFIX, MTA_SENDMAIL };

/* "… NAME[PID]: " up to the queue id, which *rest_r is. */
static enum mta
find_program(char *line, char **rest_r)
{
	char *bracket = strchr(line, '[');
	const char *name;
	char *end;
	size_t len = 0;

	if (bracket == NULL || bracket == line)
		return MTA_NONE;
	end = bracket + 1;
	end += strspn(end, "0123456789");
	if (end == bracket + 1 || strncmp(end, "]: ", 3) != 0)
		return MTA_NONE;
	*rest_r = end + 3;
	name = bracket;
	while (name > line && name[-1] != ' ' && name[-1] != '/') {
		name--;
		len++;
	}
	if (name > line && name[-1] == '/' && is_postfix_agent(name, len))
		return MTA_POSTFIX;
	return is_sendmail(name, len) ? MTA_SENDMAIL : MTA_NONE;
}

/* "QUEUEID: " cut off *rest; NULL when it is none. */
static char *
cut_queue_id(char **rest)
{
	char *id = *rest;
	char *end = id;

	while (isalnum((unsigned char)*end))
		end++;
	if (end == id || strncmp(end, ": ", 2) != 0)
		return NULL;
	*end = '\0';
	*rest = end + 2;
	return id;
}

/* "NAME=VALUE, " cut off *rest: an address in brackets may have commas, other
 * values end at the next ", ". False: another name, or it is the last. */
static bool
cut_field(char **rest, const char *name, char **value_r)
{
	size_t len = strlen(name);
	char *value = *rest + len + 1;
	char *end;

	if (strncmp(*rest, name, len) != 0 || (*rest)[len] != '=')
		return false;
	end = value[0] == '<' ? strstr(value, ">, ") : strstr(value, ", ");
	if (end == NULL)
		return false;
	if (value[0] == '<')
		end++;
	*end = '\0';
	*rest = end + 2;
	*value_r = value;
	return true;
}

static void
skip_field(char **rest)
{
	char *end = strstr(*rest, ", ");

	*rest = end == NULL ? *rest + strlen(*rest) : end + 2;
}

/* "<a@b>" without its brackets. */
static char *
bare_address(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '<' || text[len - 1] != '>')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

/* "mx.b.example[192.0.2.1]:25", "mx.b.example. [192.0.2.1]", "none", "local" */
static void
read_relay(char *relay, struct maillog_status *status)
{
	char *bracket = strchr(relay, '[');
	char *end;

	if (bracket == NULL)
		return;
	end = strchr(bracket, ']');
	if (end == NULL)
		return;
	*end = '\0';
	*bracket = '\0';
	status->relay_address = bracket + 1;
	for (end = bracket; end > relay && (end[-1] == ' ' || end[-1] == '.');)
		*--end = '\0';
	status->relay_host = relay;
}

/* "(250 2.0.0 Ok)" without its brackets. */
static char *
read_reply(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\r'))
		text[--len] = '\0';
	if (text[0] != '(')
		return text;
	if (len > 1 && text[len - 1] == ')')
		text[len - 1] = '\0';
	return text + 1;
}

static bool
take_word(char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	while (**text == ' ' || **text == ':')
		(*text)++;
	return true;
}

/* What follows status= or stat=. */
static bool
read_result(char *text, struct maillog_status *status)
{
	if (take_word(&text, "sent ") || take_word(&text, "Sent "))
		status->result = MAILLOG_SENT;
	else if (take_word(&text, "deferred ") || take_word(&text, "Deferred"))
		status->result = MAILLOG_DEFERRED;
	else if (take_word(&text, "bounced "))
		status->result = MAILLOG_BOUNCED;
	else
		return false;
	status->reply = read_reply(text);
	return true;
}

/* Seconds, or Sendmail's [days+]hh:mm:ss. */
static double
read_delay(const char *text)
{
	const char *plus = strchr(text, '+');
	double days = 0, sec = 0;

	if (strchr(text, ':') == NULL)
		return strtod(text, NULL);
	if (plus != NULL) {
		days = strtod(text, NULL);
		text = plus + 1;
	}
	for (; *text != '\0'; text += *text == ':') {
		sec = sec * 60 + strtod(text, NULL);
		text += strspn(text, "0123456789.");
		if (*text != ':' && *text != '\0')
			break;
	}
	return days * SECONDS_PER_DAY + sec;
}

static bool
read_fields(char *rest, const char *last, struct maillog_status *status)
{
	size_t last_len = strlen(last);
	char *value;

	if (!cut_field(&rest, "to", &value))
		return false;
	status->recipient = bare_address(value);
	while (*rest != '\0' && strncmp(rest, last, last_len) != 0) {
		if (cut_field(&rest, "orig_to", &value))
			status->recipient = bare_address(value);
		else if (cut_field(&rest, "relay", &value))
			read_relay(value, status);
		else if (cut_field(&rest, "delay", &value))
			status->delay_sec = read_delay(value);
		else if (cut_field(&rest, "dsn", &value))
			status->dsn = value;
		else
			skip_field(&rest);
	}
	return *rest != '\0' && read_result(rest + last_len, status);
}

/* "2026-11-28T12:00:00.123456+01:00 " */
static bool
read_iso_time(const char *line, int64_t *msec_r)
{
	struct tm tm = {0};
	const char *rest = strptime(line, "%Y-%m-%dT%H:%M:%S", &tm);
	double fraction = 0;
	int64_t offset = 0;
	char *end;

	if (rest == NULL)
		return false;
	if (*rest == '.') {
		fraction = strtod(rest, &end);
		rest = end;
	}
	if (*rest == '+' || *rest == '-') {
		long hours = strtol(rest + 1, &end, 10);
		long minutes = *end == ':' ? strtol(end + 1, NULL, 10) : 0;

		offset = (hours * 60 + minutes) * 60;
		if (*rest == '-')
			offset = -offset;
	} else if (*rest != 'Z') {
		return false;
	}
	*msec_r =
	    ((int64_t)timegm(&tm) - offset) * 1000 + (int64_t)(fraction * 1000);
	return true;
}

/* "Nov 28 12:00:00 ", in local time and without a year: the latest that is not in
 * the future. */
static bool
read_syslog_time(const char *line, int64_t now_sec, int64_t *msec_r)
{
	time_t now = (time_t)now_sec;
	struct tm today, tm = {0};
	time_t sec;

	if (localtime_r(&now, &today) == NULL ||
	    strptime(line, "%b %e %H:%M:%S ", &tm) == NULL)
		return false;
	tm.tm_year = today.tm_year;
	tm.tm_isdst = -1;
	sec = mktime(&tm);
	if (sec > now + SECONDS_PER_DAY) {
		tm.tm_year--;
		tm.tm_isdst = -1;
		sec = mktime(&tm);
	}
	*msec_r = (int64_t)sec * 1000;
	return sec != (time_t)-1;
}

bool
maillog_read_line(char *line, int64_t now_sec, struct maillog_status *status_r)
{
	char *rest;
	enum mta mta;

	*status_r = (struct maillog_status){
	    .relay_host = "", .relay_address = "", .dsn = ""};
	if (!read_iso_time(line, &status_r->at_msec) &&
	    !read_syslog_time(line, now_sec, &status_r->at_msec))
		status_r->at_msec = 0;
	mta = find_program(line, &rest);
	if (mta == MTA_NONE)
		return false;
	status_r->queue_id = cut_queue_id(&rest);
	return status_r->queue_id != NULL &&
	       read_fields(
		   rest, mta == MTA_POSTFIX ? "status=" : "stat=", status_r);
}
