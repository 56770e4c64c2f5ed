/* Values as texts: see value.h. */
#include "config.h"

#include "api/value.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "rules/ascii.h"

#define TIME_LEAST (-62135596800.0)
#define TIME_MOST 253402300799.999

/* ---- percent-encoding ------------------------------------------------------ */

/* jansson knows what UTF-8 is, but only for text that it takes in. */
static bool
is_utf8(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);
	bool is = string != NULL;

	json_decref(string);
	return is;
}

static bool
is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

bool
api_value_decode(const char *text, size_t len, bool plus_is_space, char *out_r,
    size_t *len_r)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '%') {
			int high =
			    i + 2 < len ? ascii_hex_value(text[i + 1]) : -1;
			int low = high >= 0 ? ascii_hex_value(text[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		out_r[n++] = c;
	}
	out_r[n] = '\0';
	*len_r = n;
	return is_ascii(out_r, n) || is_utf8(out_r, n);
}

/* ---- times ------------------------------------------------------------------- */

bool
api_value_is_time(double sec)
{
	return isfinite(sec) && sec >= TIME_LEAST && sec <= TIME_MOST;
}

/* `count` digits; moves *at behind them. */
static bool
take_digits(const char **at, int count, int *value_r)
{
	*value_r = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value_r = *value_r * 10 + (**at - '0');
	}
	return true;
}

static bool
take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* ".5": any number of digits, of which nine count. */
static bool
take_fraction(const char **at, double *fraction_r)
{
	double unit = 0.1;

	*fraction_r = 0;
	if (!take(at, '.'))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		if (unit > 1e-10)
			*fraction_r += (**at - '0') * unit;
	return true;
}

/* "Z" or "+01:00". */
static bool
take_offset(const char **at, int *offset_sec_r)
{
	int sign = **at == '-' ? -1 : 1, hours, minutes;

	*offset_sec_r = 0;
	if (take(at, 'Z') || take(at, 'z'))
		return true;
	if (!take(at, '+') && !take(at, '-'))
		return false;
	if (!take_digits(at, 2, &hours))
		return false;
	(void)take(at, ':');
	if (!take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_sec_r = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int
days_of(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

static bool
take_day(const char **at, struct tm *day_r)
{
	int year, month, day;

	if (!take_digits(at, 4, &year) || !take(at, '-') ||
	    !take_digits(at, 2, &month) || !take(at, '-') ||
	    !take_digits(at, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month))
		return false;
	day_r->tm_year = year - 1900;
	day_r->tm_mon = month - 1;
	day_r->tm_mday = day;
	return true;
}

static bool
take_clock(const char **at, struct tm *day_r, double *fraction_r)
{
	if (!take_digits(at, 2, &day_r->tm_hour) || !take(at, ':') ||
	    !take_digits(at, 2, &day_r->tm_min) || !take(at, ':') ||
	    !take_digits(at, 2, &day_r->tm_sec))
		return false;
	if (day_r->tm_hour > 23 || day_r->tm_min > 59 || day_r->tm_sec > 60)
		return false;
	return take_fraction(at, fraction_r);
}

static json_t *
time_new(double sec, double fraction)
{
	if (!api_value_is_time(sec + fraction))
		return NULL;
	if (fraction == 0)
		return json_integer((json_int_t)sec);
	return json_real(sec + fraction);
}

static json_t *
time_of_digits_new(const char *text)
{
	char *end;
	double value, whole, fraction;

	if (text[strspn(text, "0123456789.")] != '\0' || strlen(text) > 32 ||
	    text[0] == '.' || text[0] == '\0')
		return NULL;
	value = strtod(text, &end);
	if (*end != '\0')
		return NULL;
	fraction = modf(value, &whole);
	return time_new(whole, fraction);
}

json_t *
api_value_time_new(const char *text)
{
	struct tm day = {0};
	const char *at = text;
	double fraction = 0;
	int offset_sec = 0;

	if (strspn(text, "0123456789.") == strlen(text))
		return time_of_digits_new(text);
	if (!take_day(&at, &day))
		return NULL;
	if (*at != '\0' &&
	    ((!take(&at, 'T') && !take(&at, 't') && !take(&at, ' ')) ||
		!take_clock(&at, &day, &fraction) ||
		!take_offset(&at, &offset_sec) || *at != '\0'))
		return NULL;
	return time_new((double)timegm(&day) - offset_sec, fraction);
}

void
api_value_time_text(double sec, char text_r[API_VALUE_TIME_MAX])
{
	struct tm day;
	double whole, fraction;
	char part[16];
	time_t at;
	int msec;

	if (!api_value_is_time(sec))
		sec = 0;
	whole = floor(sec);
	fraction = sec - whole;
	msec = (int)(fraction * 1000 + 0.5);
	if (msec == 1000) {
		msec = 0;
		whole += 1;
	}
	at = (time_t)whole;
	(void)gmtime_r(&at, &day);
	(void)snprintf(part, sizeof(part), ".%03d", msec);
	(void)snprintf(text_r, API_VALUE_TIME_MAX,
	    "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (day.tm_year + 1900) % 10000,
	    day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec,
	    msec == 0 ? "" : part);
}

/* ---- values --------------------------------------------------------------------- */

static json_t *
integer_new(const char *text)
{
	char *end;
	long long value;

	if (text[0] == '\0' || text[strspn(text, "-0123456789")] != '\0')
		return NULL;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno != 0 || *end != '\0' || end == text ? NULL
							 : json_integer(value);
}

static json_t *
number_new(const char *text)
{
	char *end;
	double value;

	if (text[0] == '\0' || strlen(text) > 400 ||
	    text[strspn(text, "-+.eE0123456789")] != '\0')
		return NULL;
	value = strtod(text, &end);
	return *end != '\0' || !isfinite(value) ? NULL : json_real(value);
}

static json_t *
flag_new(const char *text)
{
	if (strcasecmp(text, "true") == 0)
		return json_true();
	return strcasecmp(text, "false") == 0 ? json_false() : NULL;
}

json_t *
api_value_new(const struct api_shape *shape, const char *text, size_t len)
{
	switch (shape->kind) {
	case API_INTEGER:
		return integer_new(text);
	case API_NUMBER:
		return number_new(text);
	case API_FLAG:
		return flag_new(text);
	case API_TIME:
		return api_value_time_new(text);
	default:
		return json_stringn(text, len);
	}
}
